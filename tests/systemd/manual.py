# SPDX-License-Identifier: Apache-2.0
"""docs/operations.md typed line by line under a real systemd, all of it on one machine: run by tests/systemd/boot, as root of the container.

    manual.py source|packages    how it was installed
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from page import answered_as_shown, blocks, typed, words_in  # noqa: E402

PAGE = "/root/docs/operations.md"


def main():
    passed = failed = 0
    how = sys.argv[1]
    with open("/etc/hosts", "a", encoding="utf-8") as file:
        file.write("127.0.0.1 north.example east.example\n")
    os.makedirs("/media/stick", exist_ok=True)
    subprocess.run("rm -f /root/packages/*-dbgsym_*; cp /root/packages/*.deb /media/stick", shell=True, stderr=subprocess.DEVNULL, check=how == "packages")
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    words = ""
    for block in blocks(text):
        if not block.needs <= {how}:
            continue  # installed in another way; or there is no line here that could be cut: two-hosts types those
        commands = re.sub(r"(?m)^make .*$", ":", typed(block.commands, words))  # whoever runs this has installed it already
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, timeout=180)
        words = words_in(done.stdout) or words
        missing = answered_as_shown(block, done.stdout) if done.returncode == 0 else None
        good = done.returncode == 0 and missing is None
        print("%s %s%s" % ("ok  " if good else "FAIL", block, "" if missing is None else ": does not say: " + missing))
        if not good:
            print("     " + done.stdout.strip().replace("\n", "\n     "))
            journal = subprocess.run(["journalctl", "--no-pager", "-o", "cat", "-n", "30"], stdout=subprocess.PIPE, text=True, check=False)
            print("     " + journal.stdout.strip().replace("\n", "\n     "))
        passed, failed = passed + good, failed + (not good)
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0 or passed < 12


sys.exit(main())
