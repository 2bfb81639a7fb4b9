# SPDX-License-Identifier: Apache-2.0
"""How long a real systemd waits until the unit says that it is ready, over the store of a lab: booted in a container, as `make systemd` does.

By systemd's own clock: from when it began the daemon's process until READY=1 had come. The sandbox is in it, for that process is shut in before it becomes
the daemon; what that takes is measured beside it, by the same unit when it counts as started as soon as its program runs, and so is a start without systemd.
"""

import os
import shutil
import subprocess
import sys

import settings
from figures import figure, median, say

sys.path.insert(0, os.path.join(settings.ROOT, "tests/systemd"))
from machine import Machine, why_not  # noqa: E402

NAME = "ready_unit_1m"
UNIT = "casewired@north"
TARGET_MS = 200
AT_PROGRAM = "[Service]\nType=exec\nWatchdogSec=0\n"


class Booted:
    """A machine that systemd booted, with division north installed over the state of a lab's daemon, which has ended."""

    def __init__(self, lab):
        self.division, self.run_dir = os.path.join(lab.dir, "divisions/north"), os.path.join(lab.run_dir, "north")
        self.machine = Machine("north", binds=[self.division + "/state:/var/lib/private/casewire/north"],
                               log=os.path.join(settings.BUILD, "systemd-bench.log"))

    def __enter__(self):
        try:
            self.install()
            self.machine.boot()
            self.drop_in("")
            self.do("systemctl", "start", UNIT)  # gives the files to the unit's user, and begins a log of its own
            self.do("systemctl", "stop", UNIT)
        except BaseException:
            self.machine.done()
            raise
        return self

    def __exit__(self, *_):
        self.machine.done()

    def install(self):
        root, etc = self.machine.root, self.machine.root + "/etc/casewire/north"
        subprocess.run(["make", "--silent", "-C", settings.ROOT, "install-daemon", "install-tool", "BUILD=" + os.path.relpath(settings.BUILD, settings.ROOT), "PREFIX=/usr",
                        "DESTDIR=" + root], check=True, stdout=sys.stderr)
        shutil.copy(settings.DAEMON, root + "/usr/bin/casewired")  # CASEWIRED= may name another
        os.makedirs(etc)
        for name in ("key", "cert", "network"):
            shutil.copy(os.path.join(self.division, name), etc)
        with open(os.path.join(self.division, "casewired.conf"), encoding="utf-8") as file:
            said = file.read()
        for old, new in ((self.division + "/state", "/var/lib/casewire/north"), (self.run_dir, "/run/casewire/north"),
                         (self.division, "/etc/casewire/north"), ("lab = yes\n", "")):
            said = said.replace(old, new)
        with open(etc + "/casewire.conf", "w", encoding="utf-8") as file:
            file.write(said)

    def do(self, *words):
        done = self.machine.run(words)
        if done.returncode != 0:
            raise SystemExit("%s: %d\n%s%s" % (" ".join(words), done.returncode, done.stdout,
                                               self.machine.run(["journalctl", "--no-pager", "-n", "30"]).stdout))
        return done.stdout

    def drop_in(self, text):
        self.do("sh", "-c", 'mkdir -p "$1" && printf %s "$2" > "$1/bench.conf" && systemctl daemon-reload', "sh", "/etc/systemd/system/%s.service.d" % UNIT, text)

    def start_ms(self):
        """From the start of its main process until systemd calls it active; afterwards it is stopped again."""
        self.do("systemctl", "start", UNIT)
        said = dict(line.split("=", 1) for line in self.do("systemctl", "show", "--property", "ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic",
                                                           UNIT).split())
        self.do("systemctl", "stop", UNIT)
        return (int(said["ActiveEnterTimestampMonotonic"]) - int(said["ExecMainStartTimestampMonotonic"])) / 1000


def print_ready(lab):
    """The last thing that is done with a lab: its files are the unit's user's then."""
    reason = why_not()
    if reason is not None:
        say("%s: NO SYSTEMD WAS BOOTED: %s" % (NAME, reason))
        return
    held = lab.entries()
    bare = [lab.start_ms() for _ in range(settings.REPEAT)]
    lab.tool("stop", "north")
    ready, shut_in = [], []
    with Booted(lab) as booted:
        for i in range(settings.REPEAT):
            ready.append(booted.start_ms())
            booted.drop_in(AT_PROGRAM)
            shut_in.append(booted.start_ms())
            booted.drop_in("")
            say("  run %d of %d: ready after %.1f ms, its program ran after %.1f ms" % (i + 1, settings.REPEAT, ready[-1], shut_in[-1]))
    figure(NAME, median(ready), "ms", target=TARGET_MS, at_most=True, spread=(min(ready), max(ready)), runs=len(ready), entries=held,
           sandbox_ms=median(shut_in), without_unit_ms=median(bare))
