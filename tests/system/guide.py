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
    """Each command of the guide's code; a settings file's lines (NAME = VALUE) are none."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for block in re.findall(r"(?:^    .*\n)+", text, re.M):
        for line in re.sub(r"\\\n\s*", "", re.sub(r"^    ", "", block, flags=re.M)).splitlines():
            if not re.match(r"[a-z-]+ = ", line):
                yield line.strip()


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
        return self

    def stop(self):
        self.shell.end()
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait(30)
        super().stop()

    # what the guide writes in one way for everybody

    def note_case(self):
        reference = self.shell.ask("casewire case list")["rows"][0]["human_ref"]
        self.names["K7Q2M4X"] = reference.rsplit("/", 1)[1].split("-")[0]

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
                    "run_dir": "/run/casewire", "listen_peers": "tcp://127.0.0.1:4700", "listen_clients": "tcp://127.0.0.1:4701"}
        for name in ("/srv/state", "/run/casewire"):
            os.makedirs(name, 0o700, exist_ok=True)
        config = os.path.join(self.base, "casewired.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.writelines(f'{name} = "{value}"\n' for name, value in settings.items())
            file.write('map_size = "1 GiB"\nreserve = "1 MiB"\nlow_water = "16 MiB"\nstrict_memory = no\n')
        os.chmod(config, 0o600)
        path = os.path.join(self.base, "casewired.log")
        with open(path, "w", encoding="utf-8") as log:
            self.daemon = subprocess.Popen([DAEMON, "--config", config], stdout=log, stderr=log)
        wait_for("the first daemon listens or ends", lambda: os.path.exists("/run/casewire/admin.sock") or
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
        before = [("casewire login", self.give_key), ("conflict show", self.note_conflicts), ("$NETWORK", self.note_network),
                  ("5c1af0", self.note_outbox),
                  ("7d2a90b1", self.note_certificate), ("authority publish", None if self.daemon else self.start_daemon)]
        for part, do in before:
            if part in line and do is not None:
                do()
        line = self.adapted(line)
        for name, stands_for in self.names.items():
            line = line.replace(name, stands_for)
        heard = self.shell.say(line, (0, 124, 130) if "--follow" in line else (0,))
        if line.startswith("casewire case open") and "--outbox" not in line:
            self.note_case()
        return heard


def the_user_guide_can_be_followed(reader):
    count = 0
    for line in lines_of(GUIDE):
        reader.follow(line)
        count += 1
    check("the guide has commands", count > 60, str(count))


STORIES = [("the_user_guide_can_be_followed", the_user_guide_can_be_followed, True, Reader)]
