# SPDX-License-Identifier: Apache-2.0
"""What the environment asks of a run, and where the programs are."""

import fnmatch
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
SMOKE = os.environ.get("SMOKE", "") not in ("", "0")
ONLY = [word for word in os.environ.get("ONLY", "").replace(",", " ").split() if word]
PROFILE = os.environ.get("PROFILE")  # a folder for what perf finds in the daemons, a file for each figure
FOLDER = os.environ.get("BENCH_DIR") or None  # where stores are made: the disk that is measured


def program(name):
    return os.path.join(BUILD, "bench", name)


TOOL, DAEMON = os.path.join(BUILD, "casewire"), os.environ.get("CASEWIRED", os.path.join(BUILD, "casewired"))


def count(name, usual, tiny):
    """A number that the environment may set; `tiny` in a smoke run, which sees that everything works and measures nothing."""
    return int(os.environ.get(name, tiny if SMOKE else usual))


REPEAT = count("REPEAT", 5, 1)
REFERENCE_SECONDS = float(os.environ.get("REFERENCE_SECONDS", "0.05" if SMOKE else "1"))


def wanted(*names):
    """Whether ONLY= names one of these figures; without ONLY= all are wanted."""
    return not ONLY or any(fnmatch.fnmatch(name, pattern) for name in names for pattern in ONLY)
