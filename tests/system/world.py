"""Real daemons for the system tests: a lab on one host, or one host (network namespace) per division."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
TOOL = os.path.join(BUILD, "casewire")
DAEMON = os.path.join(BUILD, "casewired")
DIVISIONS = ["north", "east", "west"]
CODES = {"north": "NTH", "east": "EST", "west": "WST"}


class Wrong(Exception):
    """Something that must be true is not."""


def check(claim, true, detail=""):
    if not true:
        raise Wrong(f"{claim}: {detail}" if detail else claim)


def run(words, expect=0, **more):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, **more)
    if expect is not None and done.returncode != expect:
        raise Wrong(f"`{' '.join(words)}` ended with {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
    return done


class Lab:
    """Three divisions on this host's loopback."""

    def __init__(self, folder):
        self.dir = os.path.join(folder, "lab")

    def tool(self, *words, who="officer@north", expect=0):
        return run([TOOL, "--lab", self.dir, "--as", who, *words], expect)

    def ask(self, *words, who="officer@north"):
        return json.loads(self.tool("--json", *words, who=who).stdout)

    def start(self):
        self.tool("lab", "start", "--divisions", ",".join(DIVISIONS), "--dir", self.dir)
        return self

    def halt(self):
        """Ends the daemons; their anchors stay, so that they may go on elsewhere."""
        self.tool("lab", "stop", expect=None)

    def stop(self):
        self.halt()
        self.forget()

    def forget(self):
        try:
            with open(os.path.join(self.dir, "lab.json"), encoding="utf-8") as file:
                shutil.rmtree(json.load(file)["run_dir"], ignore_errors=True)  # the anchors are outside the folder
        except OSError:
            pass

    def path(self, division, name):
        return os.path.join(self.dir, "divisions", division, name)

    def log(self, division):
        with open(self.path(division, "casewired.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def setting(self, division, name):
        with open(self.path(division, "casewired.conf"), encoding="utf-8") as file:
            return re.search(rf'^{name} = "(.*)"$', file.read(), re.M).group(1)

    def port(self, division, which):
        return int(self.setting(division, which).rsplit(":", 1)[1])

    def pid(self, division):
        with open(self.path(division, "pid"), encoding="utf-8") as file:
            return int(file.read())

    def net_pid(self, division):
        keeper = run(["pgrep", "-P", str(self.pid(division))]).stdout.split()[0]
        return int(run(["pgrep", "-P", keeper]).stdout.split()[0])

    def open_case(self, title, division="north", risk="high"):
        return self.ask("case", "open", "missing_child", f"title={title}", f"missing_risk={risk}", who=f"officer@{division}")

    def settle(self, seconds=60):
        for division in DIVISIONS:
            self.tool("wait-sync", "--timeout", str(seconds), who=f"officer@{division}")

    def statuses(self):
        return {d: self.ask("status", who=f"officer@{d}") for d in DIVISIONS}

    def agree(self, seconds=20):
        """All hold the same, and what they made of it is the same: the digest is made anew once folds have caught up."""
        end = time.monotonic() + seconds
        while True:
            self.settle()
            all_of = self.statuses()
            digests = {s["digest"] for s in all_of.values()}
            if len(digests) == 1:
                return all_of
            check("all divisions have one digest", time.monotonic() < end, str(digests))
            time.sleep(0.05)

    def kill(self, division):
        os.kill(self.pid(division), signal.SIGKILL)


def namespaces(names):
    """One network namespace per host, all on one bridge: 10.77.0.1, .2, .3 ..."""
    run(["ip", "link", "add", "bridge", "type", "bridge"])
    run(["ip", "link", "set", "bridge", "up"])
    for index, name in enumerate(names, 1):
        run(["ip", "netns", "add", name])
        run(["ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", name])
        run(["ip", "link", "set", f"to-{name}", "master", "bridge", "up"])
        run(["ip", "-n", name, "addr", "add", f"10.77.0.{index}/24", "dev", "eth0"])
        run(["ip", "-n", name, "link", "set", "eth0", "up"])
        run(["ip", "-n", name, "link", "set", "lo", "up"])


def forget_namespaces(names):
    """For the next story, which makes its own."""
    for name in names:
        run(["ip", "link", "del", f"to-{name}"], expect=None)  # a namespace's own end would take it away only some time later
        run(["ip", "netns", "del", name], expect=None)
    run(["ip", "link", "del", "bridge"], expect=None)


class Hosts(Lab):
    """The same divisions, each on a host of its own. The tool speaks to a daemon from that daemon's host."""

    def __init__(self, folder):
        super().__init__(folder)
        self.daemons = {}

    def start(self):
        super().start()
        self.halt()
        namespaces(DIVISIONS)
        for division in DIVISIONS:
            self.move(division)
            self.launch(division)
        return self

    def move(self, division):
        """From the loopback to the division's own address, in its settings and in its people's."""
        address = {self.port(d, "listen_peers"): f"10.77.0.{i}" for i, d in enumerate(DIVISIONS, 1)}
        path = self.path(division, "casewired.conf")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for port, host in address.items():
            text = text.replace(f"tcp://127.0.0.1:{port}", f"tcp://{host}:{port}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def launch(self, division):
        with open(self.path(division, "casewired.log"), "a", encoding="utf-8") as log:
            self.daemons[division] = subprocess.Popen(
                ["ip", "netns", "exec", division, DAEMON, "--config", self.path(division, "casewired.conf")],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def stop(self):
        for daemon in self.daemons.values():
            daemon.terminate()
            daemon.wait(30)
        forget_namespaces(DIVISIONS)
        self.forget()

    def tool(self, *words, who="officer@north", expect=0):
        words = [TOOL, "--lab", self.dir, "--as", who, *words]
        inside = self.daemons and ["ip", "netns", "exec", who.split("@")[1]] or []
        return run(inside + words, expect)

    def unplug(self, division, down=True):
        run(["ip", "link", "set", f"to-{division}", "down" if down else "up"])
