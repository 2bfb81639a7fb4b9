# SPDX-License-Identifier: Apache-2.0
"""A lab of real daemons, and the programs that load it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import settings

WRITERS = ["officer", "officer2", "officer3", "sergeant", "inspector", "superintendent", "coordinator", "intel"]


def output(*command, timeout=900):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=timeout).stdout


class Lab:
    def __init__(self, folder, name, divisions=("north",)):
        self.dir = os.path.join(folder, name)
        self.tool("start", "--divisions", ",".join(divisions), "--dir", self.dir)
        with open(os.path.join(self.dir, "lab.json"), encoding="utf-8") as f:
            made = json.load(f)
        self.run_dir = made["run_dir"]
        self.places = {d["name"]: "tcp://127.0.0.1:%d=%s" % (d["client_port"], d["curve_key"]) for d in made["divisions"]}

    def tool(self, *words):
        subprocess.run([settings.TOOL, "--lab", self.dir, "--quiet", "--timeout", "60", "lab", *words], check=True,
                       stdout=subprocess.DEVNULL, env=dict(os.environ, CASEWIRED=settings.DAEMON), timeout=120)

    def who(self, person, division="north"):
        return os.path.join(self.dir, "people", "%s@%s" % (person, division))

    # --- load

    def load(self, cases, count, clients=16, in_flight=16, bundle=1, verify=64, division="north"):
        """In flight at each client. What bench_load prints: rate, p50_ms, p99_ms, cpu_us, busy, verified."""
        return json.loads(output(settings.program("bench_load"), self.places[division], os.path.join(self.dir, "cases"), str(cases),
                                 str(count), str(clients), str(in_flight), str(bundle), str(verify),
                                 *[self.who(w, division) for w in WRITERS[:clients]]))

    def fill(self, cases, entries, bundle=256):
        """Until the first division holds about that many entries."""
        while (have := self.entries()) < entries:
            # Whole bundles for each of the 16 clients, within what memory may hold of signed submissions.
            self.load(cases, min(100000, max(16, entries - have)), bundle=bundle, verify=16)

    def entries(self, division="north"):
        return self.wait(0, division)["entries"]

    def wait(self, entries, division="north", seconds=600):
        """Until it holds so many and all is folded: {at (time.monotonic()), entries}."""
        return json.loads(output(*self.wait_command(entries, division, seconds), timeout=seconds + 30))

    def wait_command(self, entries, division, seconds=600):
        return [settings.program("bench_wait"), os.path.join(self.run_dir, division, "admin.sock"), self.who("officer", division),
                str(entries), str(seconds)]

    def calm(self, seconds=60):
        """Until nobody computes any more: what was put off under load is done."""
        before, until = self.cpu_seconds(), time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.5)
            now = self.cpu_seconds()
            if now - before < 0.02:
                return
            before = now

    def live(self, notes, pause_us):
        """Notes written at north, one at a time, seen in east's feed. What bench_live prints."""
        return json.loads(output(settings.program("bench_live"), self.places["north"], self.places["east"], "100", str(notes),
                                 str(pause_us), self.who("officer"), self.who("officer", "east")))

    # --- processes

    def pids(self, division):
        with open(os.path.join(self.dir, "divisions", division, "pid"), encoding="ascii") as f:
            first = int(f.read())
        children = subprocess.run(["pgrep", "-P", str(first)], stdout=subprocess.PIPE, text=True, check=False).stdout.split()
        return [first] + [int(c) for c in children]

    def cpu_seconds(self, division=None):
        """Used so far by the processes of one division, or of all."""
        total = 0
        for name in [division] if division else self.places:
            for pid in self.pids(name):
                with contextlib.suppress(OSError):  # a division that does not run now
                    total += time.clock_gettime((~pid << 3) | 2)  # Linux: the CPU clock of that process
        return total

    @contextlib.contextmanager
    def profiled(self, name, division=None):
        """With PROFILE=: what the daemons' processes compute meanwhile, by function, in a file of that name."""
        if not settings.PROFILE:
            yield
            return
        os.makedirs(settings.PROFILE, exist_ok=True)
        data = os.path.join(settings.PROFILE, name + ".data")
        pids = [pid for each in ([division] if division else self.places) for pid in self.pids(each) if os.path.exists("/proc/%d" % pid)]
        with subprocess.Popen(["perf", "record", "-q", "-F", "997", "-g", "-o", data, "-p", ",".join(map(str, pids))],
                              stderr=subprocess.DEVNULL) as perf:
            try:
                yield
            finally:
                perf.send_signal(signal.SIGINT)
        with open(os.path.join(settings.PROFILE, name + ".txt"), "w", encoding="utf-8") as f:
            subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "-g", "none", "--percent-limit", "0.5", "--sort",
                            "comm,dso,symbol"], check=False, stdout=f, stderr=subprocess.DEVNULL)

    def rss_anon_mib(self, division="north"):
        total = 0
        for pid in self.pids(division):
            with open("/proc/%d/status" % pid, encoding="ascii") as f:
                total += next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))
        return total / 1024

    def start_ms(self, division="north"):
        """Ends the daemon, starts it, and measures from the start of the process until it says that it serves."""
        self.tool("stop", division)
        path = os.path.join(self.dir, "notify")
        if os.path.exists(path):
            os.unlink(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(path)
            s.settimeout(60)
            before = time.monotonic()
            with subprocess.Popen([settings.DAEMON, "--config", os.path.join(self.dir, "divisions", division, "casewired.conf")],
                                  env=dict(os.environ, NOTIFY_SOCKET=path), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as daemon:
                while b"READY=1" not in s.recv(4096):
                    pass
                took = (time.monotonic() - before) * 1000
                daemon.terminate()
        self.tool("restart", division)
        return took

    def wipe(self, division):
        """The division's daemon ends and has never been: no store, no anchor."""
        self.tool("stop", division)
        for folder in (os.path.join(self.dir, "divisions", division, "state"), os.path.join(self.run_dir, division)):
            shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(os.path.join(self.dir, "divisions", division, "state"), 0o700)

    def end(self):
        subprocess.run([settings.TOOL, "--lab", self.dir, "--quiet", "lab", "stop", "--delete"], check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=120)
        shutil.rmtree(self.run_dir, ignore_errors=True)
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
