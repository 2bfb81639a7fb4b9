# SPDX-License-Identifier: Apache-2.0
"""What must not grow with history: a small store and a large one beside each other, measured in turns.

Both have 100 entries in a case, so that only the length of the history differs.
"""

import json
import subprocess
import time

from figures import figure, median, say
from lab import Lab
from settings import REPEAT, count, wanted

SMALL = count("SMALL_ENTRIES", 10000, 200)
LARGE = count("ENTRIES", 1000000, 600)
PER_CASE = 100
SUBMISSIONS = count("GROWTH_SUBMISSIONS", 16000, 160)
SERIAL = count("GROWTH_SERIAL", 500, 20)
GAP = count("GAP_ENTRIES", 100, 16)
AT_MOST = 1.5
# name of the figure, what is measured, unit
FIGURES = [("growth_submit", "ack_us", "us/ack"), ("growth_submit_serial", "serial_ms", "ms"), ("growth_sync", "sync_ms", "ms"),
           ("growth_sync_cpu", "sync_cpu_ms", "ms"), ("growth_start", "start_ms", "ms"), ("growth_rss_anon", "rss_mib", "MiB"),
           ("growth_rss_anon_peer", "rss_peer_mib", "MiB")]
ALONE = [("large_entries", None), ("large_start", 200), ("large_rss_anon", 128)]


def cases_of(entries):
    return max(2, entries // PER_CASE)


def fill(folder, name, entries):
    say("  filling the %s store" % name)
    lab = Lab(folder, name, ("north", "east"))
    lab.fill(cases_of(entries), entries)
    lab.wait(lab.entries(), "east")
    lab.calm()
    return lab


def sync(lab, cases):
    """GAP entries written while the line was cut: from healing until the other holds them, folded and durable."""
    lab.tool("cut", "north", "east")
    lab.load(cases, GAP, clients=1)
    entries = lab.entries()
    cpu = lab.cpu_seconds()
    with subprocess.Popen(lab.wait_command(entries, "east", 60), stdout=subprocess.PIPE, text=True) as waiting:
        before = time.monotonic()
        lab.tool("heal", "north", "east")
        seen = json.loads(waiting.communicate(timeout=90)[0])
    return {"sync_ms": (seen["at"] - before) * 1e3, "sync_cpu_ms": (lab.cpu_seconds() - cpu) * 1e3}


def measure(lab, entries):
    cases = cases_of(entries)
    many = lab.load(cases, SUBMISSIONS)
    one = lab.load(cases, SERIAL, clients=1, in_flight=1)
    lab.wait(lab.entries(), "east")
    lab.calm(10)
    found = {"ack_us": 1e6 / many["rate"], "serial_ms": one["p50_ms"], "rss_mib": lab.rss_anon_mib(),
             "rss_peer_mib": lab.rss_anon_mib("east")}
    found.update(sync(lab, cases))
    found["start_ms"] = lab.start_ms()
    say("  %d: %s" % (entries, json.dumps(found)))
    return found


def print_figures(small, large, entries):
    for name, key, unit in FIGURES:
        a, b = [s[key] for s in small], [s[key] for s in large]
        ratios = [y / x for x, y in zip(a, b)]
        figure(name, median(b), unit, "at %d entries" % SMALL, median(a), median(b) / median(a), AT_MOST, True,
               (min(ratios), max(ratios)), runs=len(a))
    figure("large_entries", entries, "entries")
    starts, sizes = [s["start_ms"] for s in large], [s["rss_mib"] for s in large]
    figure("large_start", median(starts), "ms", target=200, at_most=True, spread=(min(starts), max(starts)), runs=len(starts))
    figure("large_rss_anon", max(sizes), "MiB", target=128, at_most=True, spread=(min(sizes), max(sizes)), runs=len(sizes))


def run(folder):
    if LARGE == 0 or not wanted(*[row[0] for row in FIGURES + ALONE]):
        return
    say("growth")
    labs = []
    try:
        labs.append(fill(folder, "small", SMALL))
        labs.append(fill(folder, "large", LARGE))
        seen = [], []
        for _ in range(max(REPEAT, 1)):
            for i, entries in enumerate((SMALL, LARGE)):
                seen[i].append(measure(labs[i], entries))
        print_figures(*seen, labs[1].entries())
    finally:
        for lab in labs:
            lab.end()
