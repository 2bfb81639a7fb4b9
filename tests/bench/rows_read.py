# SPDX-License-Identifier: Apache-2.0
"""Readers: ten of one feed, and one who opens a case."""

import json
import subprocess

from figures import Runs, say
from lab import Lab, output
from settings import REPEAT, count, program, wanted

READERS = 10
FEED_ENTRIES = count("FEED_ENTRIES", 40000, 200)
LIVE_EVENTS = count("FEED_LIVE_COUNT", 16000, 160)
VIEW_EVENTS = 100
VIEW_READS = count("VIEW_READS", 2000, 20)


def read_stored(lab):
    lines = output(program("bench_feed"), lab.places["north"], str(READERS), "stored", lab.who("officer")).splitlines()
    return json.loads(lines[-1])


def read_live(lab):
    """The readers first, then a load of 256 in flight: what is delivered while the daemon takes submissions."""
    words = [program("bench_feed"), lab.places["north"], str(READERS), "live", str(LIVE_EVENTS), lab.who("officer")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as readers:
        if readers.stdout.readline().strip() != "ready":
            raise RuntimeError("the readers did not subscribe")
        load = lab.load(100, LIVE_EVENTS)
        seen = json.loads(readers.communicate(timeout=300)[0])
    return dict(seen, acks=load["rate"])


def print_feed(folder):
    say("feed_10")
    with Lab(folder, "feed") as lab:
        lab.fill(max(10, FEED_ENTRIES // 100), FEED_ENTRIES)
        lab.calm()
        runs = Runs(lab.dir, ["Z10"], lambda: read_stored(lab), min(REPEAT, 3), lambda: lab.profiled("feed_10"))
        last = runs.values[-1]
        runs.figure("feed_10", "rate", "items/s", "Z10", 0.3, items_each=last["items_each"], bytes_per_item=last["bytes_per_item"],
                    items_per_message=last["items_per_message"], load_cpu_us=last["cpu_us"])
        runs = Runs(lab.dir, ["Z10"], lambda: read_live(lab), min(REPEAT, 3), lambda: lab.profiled("feed_10_live"))
        runs.figure("feed_10_live", "rate", "items/s", "Z10", items_per_message=runs.values[-1]["items_per_message"])
        runs.figure("feed_10_live_acks", "acks", "acks/s")


def print_view(folder):
    say("view_p50")
    with Lab(folder, "view") as lab:
        runs = Runs(lab.dir, ["R"], lambda: json.loads(output(
            program("bench_view"), lab.places["north"], "ocg", str(VIEW_EVENTS), str(VIEW_READS), lab.who("officer"))),
            profiled=lambda: lab.profiled("view"))
        runs.figure("view_p50", "p50_ms", "ms", "R", 5, True, answer_len=runs.values[-1]["answer_len"])
        runs.figure("view_p99", "p99_ms", "ms", "R")


def run(folder):
    if wanted("feed_10", "feed_10_live", "feed_10_live_acks"):
        print_feed(folder)
    if wanted("view_p50", "view_p99"):
        print_view(folder)
