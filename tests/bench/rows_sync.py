# SPDX-License-Identifier: Apache-2.0
"""Between two divisions: an empty daemon that catches up, and one note on its way into the other's feed."""

import json
import subprocess
import time

from figures import Runs, median, say
from lab import Lab
from settings import REPEAT, count, wanted

ENTRIES = count("CATCHUP_ENTRIES", 200000, 600)
LIVE_COUNT = count("LIVE_COUNT", 500, 20)
LIVE_PAUSE_US = count("LIVE_PAUSE_US", 2000, 2000)


def catch_up(lab, entries, name="catchup"):
    """Seconds from the start of an empty daemon to the last entry folded and durable."""
    lab.wipe("east")
    with subprocess.Popen(lab.wait_command(entries, "east"), stdout=subprocess.PIPE, text=True) as waiting:
        before = time.monotonic()
        lab.tool("restart", "east")
        with lab.profiled(name, "east"):
            seen = json.loads(waiting.communicate(timeout=900)[0])
    took = seen["at"] - before
    return {"rate": entries / took, "seconds": took, "begun_s": max(0.0, seen["begun_at"] - before), "entries": entries}


def print_catch_up(folder, name, bundle, limit, target):
    say(name)
    with Lab(folder, name, ("north", "east")) as lab:
        lab.tool("stop", "east")
        lab.fill(max(10, ENTRIES // 100), ENTRIES, bundle)
        lab.calm()
        entries = lab.entries()
        runs = Runs(lab.dir, [limit], lambda: catch_up(lab, entries, name), min(REPEAT, 3))
        runs.figure(name, "rate", "entries/s", limit, target, entries=entries,
                    begun_s=median([run["begun_s"] for run in runs.values]))


def print_live(folder):
    say("live")
    with Lab(folder, "live", ("north", "east")) as lab:
        runs = Runs(lab.dir, ["C"], lambda: lab.live(LIVE_COUNT, LIVE_PAUSE_US), min(REPEAT, 3),
                    lambda: lab.profiled("live"))
        runs.figure("live_p50", "p50_ms", "ms", "C", 3, True)
        runs.figure("live_p99", "p99_ms", "ms", "C", 12, True)
        runs.figure("live_sent_p50", "sent_p50_ms", "ms", "C")
        runs.figure("live_sent_p99", "sent_p99_ms", "ms", "C")


def run(folder):
    if wanted("catchup_single"):
        print_catch_up(folder, "catchup_single", 1, "V2", 0.55)
    if wanted("catchup_bundled"):
        print_catch_up(folder, "catchup_bundled", 256, "V", 2.5)
    if wanted("live_p50", "live_p99", "live_sent_p50", "live_sent_p99"):
        print_live(folder)
