# SPDX-License-Identifier: Apache-2.0
"""A report of a child missing at high risk, until every other connected division's daemon has told it: no client runs there."""

import datetime
import json
import os
import subprocess
import time

import settings
from figures import figure, say
from lab import Lab
from settings import count, wanted

REPORTS = count("ALERT_REPORTS", 300, 3)
DIVISIONS = ("north", "east", "west")


def report(lab, number):
    """The reference, and when the officer pressed the key."""
    before = time.time()
    made = subprocess.run([settings.TOOL, "--lab", lab.dir, "--as", "officer@north", "--json", "case", "open", "missing_child",
                           "title=Child %d" % number, "missing_risk=high"], check=True, stdout=subprocess.PIPE, text=True, timeout=60)
    return json.loads(made.stdout)["human_ref"], before


def alerts(lab, division):
    """When the daemon said it, by reference."""
    told = {}
    with open(os.path.join(lab.dir, "divisions", division, "casewired.log"), encoding="utf-8", errors="replace") as log:
        for line in log:
            words = line.split()
            if len(words) > 3 and words[2] == "duty-risk-high:":
                told.setdefault(words[3].rstrip(":"), datetime.datetime.fromisoformat(words[0].replace("Z", "+00:00")).timestamp())
    return told


def wait(lab, division, reports):
    until = time.monotonic() + 60
    while not reports.keys() <= alerts(lab, division).keys():
        if time.monotonic() > until:
            raise RuntimeError("%s told %d of %d reports" % (division, len(reports.keys() & alerts(lab, division).keys()), len(reports)))
        time.sleep(0.05)
    return alerts(lab, division)


def run(folder):
    if not wanted("alert_p50", "alert_p99"):
        return
    say("alert")
    with Lab(folder, "alert", DIVISIONS) as lab:
        lab.calm()
        reports = dict(report(lab, i) for i in range(REPORTS))
        took = sorted(1000 * (told - reports[reference]) for division in DIVISIONS[1:]
                      for reference, told in wait(lab, division, reports).items() if reference in reports)
    figure("alert_p50", took[len(took) // 2], "ms", reports=len(reports))
    figure("alert_p99", took[min(len(took) - 1, len(took) * 99 // 100)], "ms", target=2000, at_most=True, reports=len(reports),
           divisions=len(DIVISIONS), worst=took[-1])
