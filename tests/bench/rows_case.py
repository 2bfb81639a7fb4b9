# SPDX-License-Identifier: Apache-2.0
"""One case and one page in a store of a million entries: what a look at them costs, and what one more event does."""

import json

import rows_unit
from figures import Runs, figure, median, say
from lab import Lab, output
from settings import REPEAT, count, program, wanted

ENTRIES = count("ENTRIES", 1000000, 600)
PER_CASE = 100
VIEW_EVENTS = 100
VIEW_READS = count("VIEW_READS", 2000, 20)
PAGES = count("LIST_PAGES", 1000, 10)
FEW = 10
MANY = count("GROW_EVENTS", 10000, 60)
ROUNDS = count("GROW_ROUNDS", 30, 3)
OTHERS = 70  # more than a daemon keeps decoded
VIEW, LIST = ("view_child_1m",), ("list_page_cpu",)
GROWTH = {"fold_growth": ("note", 0), "fold_growth_sighting": ("sighting", 0), "fold_growth_whole": ("value", 0), "fold_growth_cold": ("note", OTHERS)}


def view(lab):
    return json.loads(output(program("bench_view"), lab.places["north"], "missing_child", str(VIEW_EVENTS), str(VIEW_READS), lab.who("officer")))


def print_view(lab):
    """Five round trips, and the time of 100 point reads for each hundred events."""
    runs = Runs(lab.dir, ["R", "P"], lambda: view(lab), profiled=lambda: lab.profiled("view_child"))
    beside = [5 * r["R"] + r["P"] * VIEW_EVENTS / 100 for r in runs.references]
    ratios = [run["p50_ms"] / each for run, each in zip(runs.values, beside)]
    which = ratios.index(median(ratios))
    figure("view_child_1m", runs.values[which]["p50_ms"], "ms", "5 R + P", beside[which], ratios[which], 1, True, (min(ratios), max(ratios)),
           runs=len(ratios), entries=ENTRIES, answer_len=runs.values[-1]["answer_len"])


def page(lab):
    return json.loads(output(program("bench_list"), lab.places["north"], str(PAGES), lab.who("officer"), *map(str, lab.pids("north"))))


def print_list(lab):
    runs = Runs(lab.dir, [], lambda: page(lab), profiled=lambda: lab.profiled("list_page"))
    runs.figure("list_page_cpu", "cpu_ms", "ms", target=5, at_most=True, entries=ENTRIES, cases=runs.values[-1]["cases"],
                wait_p50_ms=runs.values[-1]["p50_ms"])


def grow(lab, event, others):
    return json.loads(output(program("bench_grow"), lab.places["north"], event, str(FEW), str(MANY), str(ROUNDS), str(others), lab.who("officer"),
                             *map(str, lab.pids("north"))))


def print_growth(lab, name, event, others):
    """What the daemon computes for one more event of a long case, over that of a short one."""
    runs = Runs(lab.dir, [], lambda: grow(lab, event, others), min(REPEAT, 3), lambda: lab.profiled(name))
    ratios = [run["large_ms"] / run["small_ms"] for run in runs.values]
    which = ratios.index(median(ratios))
    figure(name, runs.values[which]["large_ms"], "ms", "with %d events" % FEW, runs.values[which]["small_ms"], ratios[which], 2, True,
           (min(ratios), max(ratios)), runs=len(ratios), events=MANY, entries=ENTRIES)


def run(folder):
    if ENTRIES == 0 or not wanted(*VIEW, *LIST, *GROWTH, rows_unit.NAME):
        return
    say("cases in a large store")
    with Lab(folder, "cases") as lab:
        lab.fill(max(60, ENTRIES // PER_CASE), ENTRIES)
        lab.wait(0)
        lab.calm()
        if wanted(*VIEW):
            print_view(lab)
        if wanted(*LIST):
            print_list(lab)
        for name, (event, others) in GROWTH.items():
            if wanted(name):
                print_growth(lab, name, event, others)
        if wanted(rows_unit.NAME):
            rows_unit.print_ready(lab)
