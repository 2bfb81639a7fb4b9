# SPDX-License-Identifier: Apache-2.0
"""One JSON line for each figure, and the machine's limits beside it.

A figure is measured several times; the machine's limits are taken immediately before and after each, and the ratio is to
the mean of the two. The line shows the run with the median ratio, and from where to where the ratios went.
"""

import contextlib
import json
import subprocess
import sys

import settings

UNITS = {"F": ("fdatasync", "1/s"), "V": ("verify", "1/s"), "V2": ("verify_two_threads", "1/s"),
         "C": ("lmdb_commit", "ms"), "P": ("lmdb_100_point_reads", "ms"), "R": ("curve_round_trip", "ms"), "Z10": ("zmq_curve_fan_out_10", "messages/s")}
taken = {name: [] for name in UNITS}  # every reference of this run
missed = []
printed = []


def say(text):
    print(text, file=sys.stderr, flush=True)


def rounded(number):
    return None if number is None else float("%.4g" % number)


def median(values):
    return sorted(values)[(len(values) - 1) // 2]


def figure(name, value, unit, reference=None, reference_value=None, ratio=None, target=None, at_most=False, spread=None, **more):
    met = None
    if target is not None:
        seen = ratio if ratio is not None else value
        met = seen <= target if at_most else seen >= target
        if not met:
            missed.append(name)
    printed.append(name)
    line = {"name": name, "value": rounded(value), "unit": unit, "reference": reference, "ratio": rounded(ratio), "target": target,
            "at_most": at_most, "met": met}
    if reference_value is not None:
        line["reference_value"] = rounded(reference_value)
    if spread is not None:
        line["spread"] = [rounded(spread[0]), rounded(spread[1])]
    line.update({key: rounded(item) if isinstance(item, float) else item for key, item in more.items()})
    print(json.dumps(line), flush=True)


def limits(folder, names):
    """The machine's limits now, by name."""
    if not names:
        return {}
    done = subprocess.run([settings.program("bench_limits"), folder, str(settings.REFERENCE_SECONDS), *names], check=True,
                          stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)
    for name in names:
        taken[name].append(found[name])
    return found


class Runs:
    """Several runs of one measurement, each between two looks at the limits."""

    def __init__(self, folder, references, measure, times=None, profiled=contextlib.nullcontext):
        self.values, self.references = [], []
        times = times or settings.REPEAT
        for i in range(times):
            before = limits(folder, references)
            with profiled():
                value = measure()
            after = limits(folder, references)
            self.values.append(value)
            self.references.append({name: (before[name] + after[name]) / 2 for name in references})
            say("  run %d of %d: %s   %s" % (i + 1, times, json.dumps(value), json.dumps(self.references[-1])))

    def figure(self, name, key, unit, reference=None, target=None, at_most=False, **more):
        """Of the runs' `key`; against limit `reference`, or by itself."""
        values = [run[key] for run in self.values]
        if reference is None:
            figure(name, median(values), unit, target=target, at_most=at_most, spread=(min(values), max(values)),
                   runs=len(values), **more)
            return
        ratios = [value / r[reference] for value, r in zip(values, self.references)]
        which = ratios.index(median(ratios))
        figure(name, values[which], unit, reference, self.references[which][reference], ratios[which], target, at_most,
               (min(ratios), max(ratios)), runs=len(values), **more)


def limit_figures():
    """All references of this run together: what drifted, drifted for all."""
    for short, (name, unit) in UNITS.items():
        if taken[short]:
            figure(name, median(taken[short]), unit, spread=(min(taken[short]), max(taken[short])), runs=len(taken[short]),
                   short=short)


def end():
    """The last line; the number is the program's exit code."""
    print(json.dumps({"figures": len(printed), "missed": missed}), flush=True)
    if settings.SMOKE:
        print("%d passed, 0 failed" % len(printed))
        return 0 if printed else 1
    return 1 if missed else 0
