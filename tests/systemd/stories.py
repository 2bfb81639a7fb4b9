# SPDX-License-Identifier: Apache-2.0
"""What is tried between the blocks of docs/operations.md, on two machines: by heading, after its last block.

What a story types as an administrator stands on the page too, to the letter: `typed` refuses anything else. With `look` it only looks.
"""

import os
import subprocess
import time

AFTER = {}
tally = {"passed": 0, "failed": 0}
# On a machine that does other work too: CI_PATIENCE=3 allows three times as long, as in .ci/run.
PATIENCE = float(os.environ.get("CI_PATIENCE", "1"))


def check(what, holds, why=""):
    print("%s %s" % ("ok  " if holds else "FAIL", what), flush=True)
    tally["passed" if holds else "failed"] += 1
    if not holds:
        print("     " + str(why).strip().replace("\n", "\n     "), flush=True)
    return holds


def after(heading):
    def keep(function):
        AFTER.setdefault(heading, []).append(function)
        return function
    return keep


def look(net, name, command):
    return net.machines[name].run(["bash", "-c", command], timeout=120).stdout


def typed(net, name, command, well=True):
    on_the_page = any(command in block.commands.splitlines() for block in net.blocks)
    done = net.run(name, command)
    if not on_the_page or (done.returncode == 0) != well:
        check(f"`{command}` at {name} is on the page, and ends as it should", False, done.stdout)
    return done.stdout


def show(net, name, unit, *properties):
    said = look(net, name, "systemctl show --property=%s %s" % (",".join(properties), unit))
    return dict(line.split("=", 1) for line in said.splitlines())


# --- the line of systemctl status ---------------------------------------------------------------------------------


def line_becomes(net, wanted):
    """What `systemctl status` says of north, as soon as it says this; else what it says in the end."""
    end = time.monotonic() + 20 * PATIENCE
    while wanted not in (line := show(net, "north", "casewired@north", "StatusText")["StatusText"]) and time.monotonic() < end:
        time.sleep(0.1)
    return line


@after("Is it well?")
def the_status_line_says_who_is_in_step(net):
    for state, wanted in (("stop", "not in sync: EST"), ("start", "NTH: in sync with 1 division")):
        look(net, "east", "systemctl %s casewired@east" % state)
        line = line_becomes(net, wanted)
        check("the other division's daemon told to %s: %s" % (state, line), wanted in line, line)


# --- nothing is lost ------------------------------------------------------------------------------------------


def write_until(net, enough):
    """Officers at north open cases as fast as they can; what was acknowledged is on the pipe, a line each."""
    one = "casewire --home /srv/officer case open missing_child title='Child N' missing_risk=medium"
    writer = subprocess.Popen(net.machines["north"].words(["bash", "-c", "while %s; do :; done 2> /dev/null" % one]), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True)
    lines = []
    while len(lines) < enough:
        lines.append(writer.stdout.readline())
    return writer, lines


@after("Stopping and starting")
def it_stops_under_load_and_nothing_is_lost(net):
    writer, lines = write_until(net, 5)
    began = time.monotonic()
    typed(net, "north", "systemctl stop casewired@north")
    took = time.monotonic() - began
    lines += writer.communicate(timeout=60)[0].splitlines()
    check("under load it stops within a second (%.0f ms)" % (took * 1e3), took < 1 * PATIENCE)
    state = show(net, "north", "casewired@north", "Result", "ActiveState")
    check("as one that was told to", state == {"Result": "success", "ActiveState": "inactive"}, state)
    typed(net, "north", "systemctl start casewired@north")
    typed(net, "north", "casewire --home /srv/officer wait-sync --peers 1 --timeout 60")
    opened = [line.split()[1].rstrip(",") for line in lines if line.startswith("opened ")]
    for where, home in (("north", "officer"), ("east", "sergeant")):
        held = look(net, where, f"casewire --home /srv/{home} case list")
        missing = [reference for reference in opened if reference not in held]
        check("each of %d cases that were acknowledged is at %s" % (len(opened), where), len(opened) >= 5 and not missing, missing)


@after("Stopping and starting")
def it_is_ready_in_time(net):
    typed(net, "north", "systemctl restart casewired@north")
    at = {k: int(v) for k, v in show(net, "north", "casewired@north", "ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic").items()}
    took = (at["ActiveEnterTimestampMonotonic"] - at["ExecMainStartTimestampMonotonic"]) / 1e3
    check("from its start until it is ready: %.0f ms" % took, 0 < took < 1000 * PATIENCE)
    typed(net, "north", "casewire --home /srv/officer wait-sync --peers 1 --timeout 60")


# --- a reload ends no connection ---------------------------------------------------------------------------------


def connections(net, name, ports):
    """Established ones at these ports of ours or of others: (our end, the other end)."""
    rows = [line.split() for line in look(net, name, "cat /proc/net/tcp /proc/net/tcp6").splitlines()]
    wanted = {"%04X" % port for port in ports}
    return {(row[1], row[2]) for row in rows if len(row) > 3 and row[3] == "01" and {row[1][-4:], row[2][-4:]} & wanted}


@after("Settings")
def a_reload_ends_no_connection(net):
    follower = subprocess.Popen(net.machines["north"].words(["timeout", "60", "casewire", "--home", "/srv/officer", "feed", "--since", "8h"]),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not (before := connections(net, "north", (4700, 4701, 4710))) & connections(net, "north", (4701,)) and time.monotonic() < end:
        time.sleep(0.1)
    block = next(b for b in net.blocks if b.heading == "Settings")
    process = show(net, "north", "casewired@north", "MainPID")
    for _ in range(3):
        done = net.run("north", block.commands)
        check("settings are reloaded, and refused, once more", done.returncode == 0, done.stdout)
    after_it = connections(net, "north", (4700, 4701, 4710))
    check("the officer's and the peer's connections are the same", len(before) >= 3 and before <= after_it, (before, after_it))
    check("and the daemon is", show(net, "north", "casewired@north", "MainPID") == process)
    follower.kill()  # what it started in the machine ends by itself
    follower.wait()


# --- a division that moved ----------------------------------------------------------------------------------------


@after("Another machine")
def nothing_is_left_behind(net):
    left = look(net, "north", "ls -d /etc/casewire/north /var/lib/private/casewire/north /run/casewire/north 2> /dev/null; systemctl is-active casewired@north")
    check("on the machine it left there is neither state nor key nor daemon", left.strip() in ("inactive", "failed"), left)
    end = time.monotonic() + 30
    while "NTH       in step" not in (said := typed(net, "east", "casewire --home /srv/sergeant status")) and time.monotonic() < end:
        time.sleep(0.2)
    check("the other division has it in step", "NTH       in step" in said, said)
    check("and nobody found two daemons with one key", "fork-proven" not in look(net, "east", "journalctl --no-pager -o verbose"))
