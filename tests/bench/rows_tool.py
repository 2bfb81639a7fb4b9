# SPDX-License-Identifier: Apache-2.0
"""How long an officer waits for the tool: from the start of its process to its end, over CURVE, key and certificate read anew.

"Under 10 ms" is asked of the median and of the 99th percentile, a row each: whoever types a hundred commands meets both.
"""

import json
import subprocess
import time

import settings
from figures import figure, median, say
from lab import Lab
from settings import count, wanted

RUNS = count("TOOL_RUNS", 200, 5)
CASES = count("TOOL_CASES", 1000, 10)
TARGET_MS = 10
FIGURES = {"tool_help": ("--help",), "tool_status": ("status",), "tool_show": ("case", "show", "CASE"), "tool_list": ("case", "list")}


def tool(lab, *words):
    return subprocess.run([settings.TOOL, "--lab", lab.dir, "--as", "officer@north", *words], check=True, capture_output=True, text=True,
                          timeout=60).stdout


def took_ms(lab, words):
    before = time.monotonic()
    tool(lab, *words)
    return (time.monotonic() - before) * 1000


def run(folder):
    if not wanted(*FIGURES, *(name + "_p99" for name in FIGURES)):
        return
    say("tool")
    with Lab(folder, "tool") as lab:
        lab.load(CASES, 5 * CASES, bundle=256)
        case = json.loads(tool(lab, "--json", "case", "list", "--limit", "1"))["rows"][0]["human_ref"]
        lab.calm()
        for name, words in FIGURES.items():
            took = sorted(took_ms(lab, [case if word == "CASE" else word for word in words]) for _ in range(RUNS))
            p99 = took[len(took) * 99 // 100 - 1]
            figure(name, median(took), "ms", target=TARGET_MS, at_most=True, spread=(took[0], p99), runs=RUNS)
            figure(name + "_p99", p99, "ms", target=TARGET_MS, at_most=True, runs=RUNS)
