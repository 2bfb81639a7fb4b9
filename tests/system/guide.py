"""The user guide as its reader would follow it: every command of its code, in order, in one shell."""

import json
import os
import re
import subprocess
import threading

from officers import Desk, wait_for
from world import BUILD, DAEMON, ROOT, TOOL, check, run

GUIDE = os.path.join(ROOT, "docs/user-guide.md")


def lines_of(path):
    """Each command of the guide's code; a settings file's lines (NAME = VALUE) are none. And what is shown below it as its answer, as a list of lines."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for says, block in re.findall(r"^```says\n(.*?)^```$|((?:^    [^\n]*\n)+)", text, re.M | re.S):
        if says:
            yield says.splitlines()
        for line in re.sub(r"\\\n\s*", "", re.sub(r"^    ", "", block, flags=re.M)).splitlines():
            if not re.match(r"[a-z-]+ = ", line):
                yield line.strip()


# What differs from one run to the next, and what stands for it.
MASKS = (
    (r"\b\d{4}-\d\d-\d\dT[\d:.]+Z", "(a time)"),
    (r"(?:\b\w{3} )?(?:\b\d+ \w{3} )?(?:\d{4} )?\b\d\d:\d\d(?::\d\d)?\b", "(a time)"),
    (r" \((?:just now|in \d.*?|\d.*? ago)\)", ""),
    (r"\b(MC/NTH/)\d{4}(/\w{7})-\w\b", r"\1(a year)\2"),
    (r"\b(?:[0-9a-f]{10}|[0-9a-f]{6})\b", "(an id)"),
)


def masked(line):
    for what, stands_for in MASKS:
        line = re.sub(what, stands_for, line)
    return " ".join(line.split())


REFUSED = tuple(range(1, 10))


def answered(line):
    """A command, and what the guide says about its answer: ("says" or "refused", a text that is in it)."""
    found = re.match(r"(.*?)\s+# (says|refused): (.*)$", line)
    return (found.group(1), (found.group(2), found.group(3).strip())) if found else (line, None)


class Shell:
    """A bash that stays, so that what is exported in one block holds in the next."""

    def __init__(self, folder, env):
        self.bash = subprocess.Popen(["bash", "--noprofile", "--norc"], cwd=folder, env=env, text=True, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")

    def say(self, line, expect=(0,)):
        late = threading.Timer(100, self.bash.kill)
        late.start()
        self.bash.stdin.write("{ %s\n} < /dev/null\necho \"@@$?\"\n" % line)
        self.bash.stdin.flush()
        heard = []
        for answer in self.bash.stdout:
            if answer.startswith("@@"):
                break
            heard.append(answer)
        late.cancel()
        check(f"`{line}` ends well", answer.startswith("@@") and int(answer[2:]) in expect, answer + "".join(heard))
        return "".join(heard)

    def ask(self, line):
        return json.loads(self.say(line + " --json"))

    def end(self):
        self.bash.stdin.close()
        self.bash.wait(30)


class Reader(Desk):
    """Somebody with the guide and an empty machine. What the guide leaves to its reader is filled in here."""

    def start(self):
        self.base = os.path.dirname(self.dir)
        self.runtime, self.home = os.path.join(self.base, "runtime"), os.path.join(self.base, "home")
        self.work = os.path.join(self.base, "work")
        self.daemon = None
        for folder in (self.runtime, self.work, os.path.join(self.base, "config")):
            os.mkdir(folder, 0o700)
        os.symlink(os.path.join(ROOT, "tests"), os.path.join(self.work, "tests"))
        run(["mount", "-t", "tmpfs", "tmpfs", "/srv"])
        env = {**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": self.runtime,
               "XDG_CONFIG_HOME": os.path.join(self.base, "config")}
        self.shell = Shell(self.work, {k: v for k, v in env.items() if not k.startswith("CASEWIRE_")})
        self.names = {"build/casewire": TOOL, "/tmp/lab": self.dir}
        self.heard = []  # since something was compared
        return self

    def stop(self):
        self.shell.end()
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait(30)
        super().stop()

    def was_answered(self, shown):
        """Each line that the guide shows was printed, in this order, by the commands above; they may have said more."""
        printed = "".join(self.heard)
        for name, stands_for in self.names.items():
            if re.fullmatch(r"[0-9A-Z]{7}|3f9a", name):
                printed = re.sub(r"\b%s\w*" % stands_for[:len(name)], name, printed)
        rest = [masked(line) for line in printed.splitlines()]
        for line in shown:
            check(f"the guide shows an answer that came: {line}", masked(line) in rest, printed)
            rest = rest[rest.index(masked(line)) + 1:]
        self.heard = []

    # what the guide writes in one way for everybody

    def note_case(self):
        reference = self.shell.ask("casewire case list")["rows"][0]["human_ref"]
        self.names["K7Q2M4X"] = reference.rsplit("/", 1)[1].split("-")[0]

    def note_child(self):
        reference = self.shell.ask("casewire case list")["rows"][0]["human_ref"]
        self.names["H3T8V5N"] = reference.rsplit("/", 1)[1].split("-")[0]

    def note_events(self):
        """The newest of each: an event's number is for the guide's reader to look up."""
        events = self.shell.ask(f"casewire case show {self.names['H3T8V5N']}")["events"]
        for name, number in (("sighting", "5e61c0"), ("action", "7a6d19")):
            self.names[number] = next(e["event_id"][:8] for e in events if e["name"] == name)

    def note_second(self):
        """The newest sighting when it is named first."""
        events = self.shell.ask(f"casewire case show {self.names['H3T8V5N']}")["events"]
        self.names.setdefault("b3d8f1", next(e["event_id"][:8] for e in events if e["name"] == "sighting"))

    def note_link(self):
        links = self.shell.ask(f"casewire case show {self.names['H3T8V5N']}")["links"]
        self.names["9b40d2"] = links[0]["op"][:8]

    def note_reports(self):
        """The two newest reports of the child."""
        events = self.shell.ask(f"casewire case show {self.names['H3T8V5N']} --as officer@east")["events"]
        reports = [e["event_id"][:8] for e in events if e["name"] == "episode_reported"]
        self.names["5c01d3"], self.names["e80b77"] = reports[1], reports[0]

    def note_merging(self):
        events = self.shell.ask(f"casewire case show {self.names['H3T8V5N']} --as officer@east")["events"]
        self.names["64aa0f"] = next(e["event_id"][:8] for e in events if e["name"] == "episode_merged")

    def note_merge(self):
        view = self.shell.ask(f"casewire case show {self.names['K7Q2M4X']} --as officer@east")
        self.names["d17e08"] = view["identity"]["merges"][0]["op"][:8]

    def note_conflicts(self):
        found = self.shell.ask(f"casewire conflict list {self.names['K7Q2M4X']}")["conflicts"]
        self.names["3f9a"] = next(c["id"] for c in found if c["open"] and c["field"] == "summary")
        self.names["81c0"] = next(c["id"] for c in found if not c["open"] and c["field"] == "tags")

    def note_outbox(self):
        self.names["5c1af0"] = self.shell.ask("casewire outbox list")["entries"][-1]["case_id"][:10]

    def note_network(self):
        self.shell.say(f"export NETWORK={self.shell.ask('casewire status')['network']}")

    def note_certificate(self):
        inspectors = [c for c in self.shell.ask("casewire authority list --dir /srv/authority")["certificates"]
                      if c["name"] == "Duty inspector"]
        self.names["7d2a90b1"] = max(inspectors, key=lambda c: c["seq"])["cert"]

    # what stands between two of the guide's lines

    def give_key(self):
        self.issue("right horse", self.home, "--kind", "person", "--division", "NTH", "--name", "Officer W", "--role", "PC,MCET")

    def start_daemon(self):
        folder = "/srv/authority/issued/Daemon of NTH@NTH"
        settings = {"division": "NTH", "network_genesis": f"{folder}/network", "certificate": f"{folder}/cert",
                    "key": f"{folder}/key", "passphrase": self.secret("right", "right horse"), "state_dir": "/srv/state",
                    "run_dir": "/run/casewire/north", "listen_peers": "tcp://127.0.0.1:4700", "listen_clients": "tcp://127.0.0.1:4701"}
        for name in ("/srv/state", "/run/casewire/north"):
            os.makedirs(name, 0o700, exist_ok=True)
        config = os.path.join(self.base, "casewired.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.writelines(f'{name} = "{value}"\n' for name, value in settings.items())
            file.write('map_size = "1 GiB"\nreserve = "1 MiB"\nlow_water = "16 MiB"\nstrict_memory = no\n')
        os.chmod(config, 0o600)
        path = os.path.join(self.base, "casewired.log")
        with open(path, "w", encoding="utf-8") as log:
            self.daemon = subprocess.Popen([DAEMON, "--config", config], stdout=log, stderr=log)
        wait_for("the first daemon listens or ends", lambda: os.path.exists("/run/casewire/north/admin.sock") or
                 self.daemon.poll() is not None)
        with open(path, encoding="utf-8") as log:
            check("the first daemon of a real network runs", self.daemon.poll() is None, log.read())

    def adapted(self, line):
        """What a terminal would be asked for, and what would never end."""
        if line.startswith("make "):
            return "true"
        if re.fullmatch(r"casewire (login|whoami|logout)", line):
            line = line.replace("casewire", f"casewire --home {self.home}")
            return line + (f" --passphrase-file {self.secret('right', 'right horse')}" if "login" in line else "")
        if re.match(r"casewire authority (init|issue|policy|revoke)", line):
            return f"{line} --passphrase-file {self.secret('right', 'right horse')}"
        if "--follow" in line:
            return f"timeout -s INT 2 {line}"
        return line

    def follow(self, line):
        before = [("casewire login", self.give_key), ("episode merge", self.note_reports), ("episode unmerge", self.note_merging), ("9b40d2", self.note_link), ("d17e08", self.note_merge), ("conflict show", self.note_conflicts), ("$NETWORK", self.note_network),
                  ("5c1af0", self.note_outbox), ("5e61c0", self.note_events), ("7a6d19", self.note_events), ("b3d8f1", self.note_second),
                  ("7d2a90b1", self.note_certificate), ("authority publish", None if self.daemon else self.start_daemon)]
        for part, do in before:
            if part in line and do is not None:
                do()
        line, answer = answered(self.adapted(line))
        for name, stands_for in self.names.items():
            line = line.replace(name, stands_for)
        expect = (0, 124, 130) if "--follow" in line else REFUSED if answer and answer[0] == "refused" else (0,)
        heard = self.shell.say(line, expect)
        self.heard.append(heard)
        check(f"`{line}` is answered as the guide says", answer is None or answer[1] in " ".join(heard.split()), heard)  # wrapped lines
        if line.startswith("casewire case open") and "--outbox" not in line:
            self.note_case()
        if line.startswith("casewire child open"):
            self.note_child()
        return heard


def the_user_guide_can_be_followed(reader):
    count = compared = 0
    for line in lines_of(GUIDE):
        if isinstance(line, list):
            reader.was_answered(line)
            compared += len(line)
        else:
            reader.follow(line)
            count += 1
    check("the guide has commands, and shows answers", count > 60 and compared > 40, f"{count}, {compared}")


STORIES = [("the_user_guide_can_be_followed", the_user_guide_can_be_followed, True, Reader)]
