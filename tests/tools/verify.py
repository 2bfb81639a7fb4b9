#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The independent verifier: Python with PyNaCl and hashlib, written from docs/protocol.md alone.

    tests/tools/verify.py HISTORY [--network HEX]   checks an exported history; says what is wrong, where and why
    tests/tools/verify.py --vectors tests/vectors   checks that it and the committed vectors agree
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference"))
sys.dont_write_bytecode = True
import vectors  # noqa: E402
from history import History  # noqa: E402


def verify(path, network, as_json):
    with open(path, "rb") as f:
        raw = f.read()
    history = History(bytes.fromhex(network) if network else None)
    good = history.read(raw)
    if as_json:
        print(json.dumps({"valid": good, "network": history.network.hex() if history.network else None, "logs": len(history.logs),
                          "counts": history.counts, "certificates": len(history.certs), "void": history.voids,
                          "findings": [dict(zip(("failure", "record", "log", "seq", "why"), f)) for f in history.findings[:100]]}))
        return good
    for failure, record, log, seq, why in history.findings[:20]:
        print("%s: record %d%s%s: %s" % (failure, record, ", log " + log[:10] if log else "", " entry %d" % seq if seq else "", why))
    print("%s: %d logs, %d seals, %d entries, %d certificates, %d opened parts, %d void: %s" % (
        path, len(history.logs), history.counts["seals"], history.counts["entries"], len(history.certs), history.counts["opened"],
        sum(history.voids.values()), "everything holds" if good else "NOT valid"))
    return good


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("history", nargs="?")
    args.add_argument("--network", help="network id the history must belong to")
    args.add_argument("--json", action="store_true")
    args.add_argument("--vectors", metavar="DIR")
    args = args.parse_args()
    if args.vectors:
        passed, failed = vectors.run(args.vectors)
        print("%d passed, %d failed" % (passed, failed))
        return 1 if failed or not passed else 0
    if not args.history:
        sys.exit("verify.py: give an exported history, or --vectors DIR")
    return 0 if verify(args.history, args.network, args.json) else 1


if __name__ == "__main__":
    sys.exit(main())
