# SPDX-License-Identifier: Apache-2.0
"""A daemon with 10,000 cases and nothing to do."""

import time

from figures import figure, say
from lab import Lab
from settings import SMOKE, count, wanted

CASES = count("IDLE_CASES", 10000, 50)
SECONDS = count("IDLE_SECONDS", 20, 1)


def run(folder):
    if not wanted("idle_cpu", "idle_rss_anon"):
        return
    say("idle")
    with Lab(folder, "idle") as lab:
        lab.load(CASES, 16, clients=1)
        lab.calm(5 if SMOKE else 60)
        before, at = lab.cpu_seconds(), time.monotonic()
        time.sleep(SECONDS)
        share = 100 * (lab.cpu_seconds() - before) / (time.monotonic() - at)
        figure("idle_cpu", share, "% of a core", target=0.5, at_most=True, cases=CASES)
        figure("idle_rss_anon", lab.rss_anon_mib(), "MiB", target=64, at_most=True, cases=CASES)
