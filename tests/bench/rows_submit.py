# SPDX-License-Identifier: Apache-2.0
"""Submissions acknowledged durable, each with its own receipt."""

from figures import Runs, figure, median, say
from lab import Lab
from settings import count, wanted

CASES = count("CASES", 1000, 20)
# name, of which limit, at least, clients, in flight at each, bundle, submissions in a run
ROWS = [
    ("submit_serial", "F", 0.22, 1, 1, 1, count("SERIAL_COUNT", 2000, 30)),
    ("submit_16", "V", 0.33, 16, 1, 1, count("SIXTEEN_COUNT", 16000, 160)),
    ("submit_256_single", "V", 1.0, 16, 16, 1, count("SINGLE_COUNT", 40000, 320)),
    ("submit_256_bundled", "V", 2.0, 16, 16, 256, count("BUNDLED_COUNT", 81920, 512)),
]
# What the first daemons had to reach, of the same runs.
SPINE = {"submit_serial": ("spine_serial", 0.20), "submit_256_single": ("spine_256", 0.70)}


def print_row(lab, row):
    name, limit, target, clients, in_flight, bundle, submissions = row
    say(name)
    lab.load(CASES, 16, clients=1, in_flight=1)  # opens the cases
    runs = Runs(lab.dir, [limit], lambda: lab.load(CASES, submissions, clients, in_flight, bundle),
                profiled=lambda: lab.profiled(name))
    cpu = median([run["cpu_us"] for run in runs.values])
    runs.figure(name, "rate", "acks/s", limit, target, load_cpu_us=cpu, busy=sum(run["busy"] for run in runs.values),
                verified=sum(run["verified"] for run in runs.values), frame_len=runs.values[0]["frame_len"])
    runs.figure(name + "_p50", "p50_ms", "ms")
    runs.figure(name + "_p99", "p99_ms", "ms")
    if name in SPINE:
        runs.figure(SPINE[name][0], "rate", "acks/s", limit, SPINE[name][1])


def run(folder):
    rows = [row for row in ROWS if wanted(row[0], row[0] + "_p50", row[0] + "_p99", SPINE.get(row[0], ("",))[0])]
    if not rows:
        return
    with Lab(folder, "submit") as lab:
        for row in rows:
            print_row(lab, row)
        figure("submit_rss_anon", lab.rss_anon_mib(), "MiB")
