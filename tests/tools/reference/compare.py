#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random case histories through both folds: the daemon's (fold_dump) and the reference. Every byte must agree.

usage: compare.py --dump build/tests/tools/fold_dump --schema build/schema.json [--histories N] [--seed S] [--keep FILE]
"""

import argparse
import json
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import fold  # noqa: E402

DIVISIONS = (b"NTH", b"EST", b"WST")
START_MS = 1_900_000_000_000
INTERESTING = (1, 2, 3, 4, 5, 2**31, 2**63 - 1)


class Maker:
    """Draws one history: mostly sensible, so that rules are reached, and now and then not at all."""

    def __init__(self, schema, rng):
        self.schema, self.rng = schema, rng
        self.kind = rng.choice((1, 2, 3, 3, 4))
        self.ops = []
        self.episodes = []
        self.hlc = (START_MS << 16) + rng.randrange(1 << 20)
        self.fields = [f for f in schema.fields.values() if f["kinds"] >> self.kind & 1]
        self.cells = [f for f in self.fields if f["place"] != "detail" and f["rule"] not in ("FSM", "DRV", "CLK", "TAL", "LOG")]
        self.hot = rng.sample(self.cells, min(len(self.cells), rng.randint(2, 8)))
        self.details = [f for f in self.fields if f["place"] == "detail"]
        self.events = [e for e in schema.events.values() if e["kinds"] >> self.kind & 1]
        self.hot_events = rng.sample(self.events, min(len(self.events), rng.randint(3, 14)))
        self.values = {}

    def id(self):
        return self.rng.randbytes(32)

    def some_op(self):
        return self.rng.choice(self.ops)["op_id"] if self.ops and self.rng.random() < 0.97 else self.id()

    def value(self, row):
        rng = self.rng
        if rng.random() < 0.02:
            return rng.choice((("t", b"x"), ("n", 7), ("f", 1), ("v", (1, 2)), ("i", bytes(32)), ("n", -3)))
        pool = self.values.setdefault(row["number"], [])
        if pool and rng.random() < 0.6:
            return rng.choice(pool)
        kind = fold.wire_type(row)
        if kind == "t":
            value = ("t", rng.choice((b"", b"a", b"NTH", b"EST", b"WST", b"blue", b"first phase", "£".encode())))
        elif kind == "n" and row["type"] == "enum":
            known = list(self.schema.scales[row["scale"]])
            value = ("n", rng.choice(known) if known and rng.random() < 0.95 else 250)
        elif kind == "n":
            value = ("n", rng.choice((0, 1, 2, 5, 100, 1500000) + INTERESTING))
        elif kind == "f":
            value = ("f", rng.randrange(2))
        elif kind == "v":
            a = START_MS + rng.randrange(-5, 20) * 3600_000
            value = ("v", (a, a + rng.choice((0, 0, 1800_000, 7200_000))))
        else:
            value = ("i", self.id())
        pool.append(value)
        return value

    def write(self, row, op_id):
        rng = self.rng
        verbs = {"ORS": (2, 2, 2, 3), "GOS": (2, 2, 4)}.get(row["rule"], (1,))
        verb = rng.choice(verbs) if rng.random() < 0.98 else rng.randrange(6)
        said = {"field": row["number"], "verb": verb, "supersedes": self.supersedes(row, op_id)}
        if verb in (1, 2) or rng.random() < 0.3:
            if rng.random() < 0.96:
                said["value"] = self.value(row)
            elif rng.random() < 0.8:
                said["withheld"] = True
        if row["rule"] == "MAX" and rng.random() < 0.5:
            said["max_value"] = said["value"][1] if said.get("value", ("", ""))[0] in ("n", "f") and said["value"][1] >= 0 else rng.randrange(6)
        return said

    def supersedes(self, row, op_id):
        rng, out = self.rng, []
        if rng.random() < 0.35:
            return out
        seen = [(o["op_id"], i) for o in self.ops if o["op"] for i, w in enumerate(o["op"]["writes"]) if w["field"] == row["number"]]
        if seen:
            out = rng.sample(seen, min(len(seen), rng.choice((1, 1, 2, 3, 8))))
        if rng.random() < 0.03:
            out.append((self.id(), rng.randrange(2)))
        if rng.random() < 0.02:
            out.append((op_id, 0))
        return out

    def scope_refs(self):
        rng = self.rng
        if self.episodes and rng.random() < 0.6:
            return [rng.choice(self.episodes)]
        return [self.id()] if rng.random() < 0.02 else []

    def frame(self, op_id):
        rng = self.rng
        kind = rng.random()
        said = {"after": [self.some_op() for _ in range(rng.choice((0, 0, 1, 2)))], "refs": [], "corrects": [], "same_as": []}
        said["refs"] = self.scope_refs()
        if kind < 0.5:
            said["type"] = 2
            said["writes"] = [self.write(rng.choice(self.hot) if rng.random() < 0.95 else rng.choice(self.fields), op_id)
                              for _ in range(rng.choice((1, 1, 1, 2, 3)))]
            said["epoch"] = rng.choice((0, 0, 1, 1, 2, 3))
        else:
            self.event_frame(said, op_id)
        if rng.random() < 0.01:
            said["type"] = rng.choice((0, 1, 4, 9))
        if rng.random() < 0.01:
            said["newer"] = True
        return said

    def event_frame(self, said, op_id):
        rng = self.rng
        row = rng.choice(self.hot_events) if rng.random() < 0.95 else rng.choice(list(self.schema.events.values()))
        said["type"], said["event"] = 3, row["number"] if rng.random() < 0.99 else 999
        listed = [self.schema.fields[e["field"]] for e in EVENT_FIELDS if e["event"] == row["number"]]
        carried = [f for f in listed if rng.random() < 0.7] + rng.sample(self.details, rng.randrange(4))
        said["writes"] = [self.write(f, op_id) for f in carried][:8]
        said["epoch"] = 0
        same = [o for o in self.ops if o["op"] and o["op"]["type"] == 3 and o["op"].get("event") == row["number"]]
        if same and rng.random() < 0.15:
            said["corrects"] = [(rng.choice(same)["op_id"], rng.choice((0, 0, 1)))]
            said["withdraws"] = rng.random() < 0.3
        elif self.ops and rng.random() < 0.04:
            said["corrects"] = [(self.some_op(), 0)]
        if same and rng.random() < 0.2:
            said["same_as"] = [fold.thing_id(rng.choice(same)["op_id"])]
        elif self.ops and rng.random() < 0.03:
            said["same_as"] = [fold.thing_id(self.some_op())]
        if self.schema.bits["EVENT_OPENS_EPISODE"] & row["flags"]:
            self.episodes.append(fold.thing_id(op_id))

    def roles(self):
        rng = self.rng
        if rng.random() < 0.5:
            return sum(1 << n for n in self.schema.roles.values())
        return sum(1 << n for n in rng.sample(list(self.schema.roles.values()), rng.randint(0, 3)))

    def copy(self, op_id, said):
        rng = self.rng
        self.hlc += rng.choice((0, 1, 1 << 16, 600_000 << 16))
        copy = {"op_id": op_id, "hlc": self.hlc if rng.random() < 0.9 else self.hlc - rng.randrange(3600_000 << 16),
                "log": self.id(), "roles": self.roles(), "division": rng.choice(DIVISIONS),
                "verdict": rng.choices((1, 2, 3, 4), (90, 3, 3, 4))[0], "author_time": START_MS + rng.randrange(-10, 50) * 900_000,
                "flags": 0 if rng.random() < 0.96 else rng.randrange(128), "op": said if rng.random() < 0.98 else None}
        return copy

    def history(self):
        rng = self.rng
        opening = self.id()
        said = {"type": 1, "kind": self.kind, "writes": [self.write(f, opening) for f in self.hot], "after": [], "refs": [],
                "corrects": [], "same_as": [], "epoch": 0, "synthetic": rng.random() < 0.5}
        first = self.copy(opening, said)
        first["roles"] = sum(1 << n for n in self.schema.roles.values())
        if rng.random() < 0.96:
            first["verdict"], first["op"] = 1, said
        self.ops.append(first)
        for _ in range(rng.choice((1, 3, 8, 20, 40))):
            op_id = self.id()
            self.ops.append(self.copy(op_id, self.frame(op_id)))
        copies = list(self.ops)
        for o in self.ops:
            if rng.random() < 0.1:
                again = self.copy(o["op_id"], o["op"])
                again["author_time"], again["division"] = o["author_time"], o["division"]
                copies.append(again)
        if rng.random() < 0.05:
            copies = [c for c in copies if c["op_id"] != opening]
        rng.shuffle(copies)
        return {"case_id": fold.case_id_of(opening), "policy": self.policy(), "ops": copies}

    def policy(self):
        rng, out = self.rng, []
        for _ in range(rng.choice((0, 0, 0, 1, 3))):
            what = rng.randrange(4)
            roles = rng.choice(("any", "none", "INSP,SUPT", "PC"))
            if what == 0:
                out.append(("role.set." + rng.choice(self.hot)["name"], roles))
            elif what == 1:
                out.append(("role.lower." + rng.choice(self.hot)["name"], roles))
            elif what == 2:
                out.append(("role.event." + rng.choice(self.hot_events)["name"], roles))
            else:
                out.append(("clock." + rng.choice(self.schema.clocks)["name"] + ".duration_s", str(rng.choice((0, 60, 3153600000)))))
        return out


def plain(value):
    """The history as JSON: bytes as hex, numbers above 2^53 as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    flat = []
    for item in value:
        flat.extend(map(plain, item)) if isinstance(value, tuple) and isinstance(item, tuple) else flat.append(plain(item))
    return flat


def read_state(pipe):
    lines = []
    for line in pipe:
        lines.append(line)
        if line == "end\n":
            return "".join(lines)
    sys.exit("compare: the daemon's fold stopped")


def first_difference(mine, theirs):
    a, b = mine.splitlines(), theirs.splitlines()
    for i in range(max(len(a), len(b))):
        left, right = a[i] if i < len(a) else "(nothing)", b[i] if i < len(b) else "(nothing)"
        if left != right:
            return "line %d\n  reference: %s\n  daemon:    %s" % (i + 1, left, right)
    return "no difference"


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--dump", required=True)
    args.add_argument("--schema", required=True)
    args.add_argument("--histories", type=int, default=500)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--keep", help="write the first history that differs here")
    args = args.parse_args()
    schema = fold.Schema.load(args.schema)
    global EVENT_FIELDS
    with open(args.schema, encoding="utf-8") as f:
        EVENT_FIELDS = json.load(f)["event_fields"]
    daemon = subprocess.Popen([args.dump], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    good = bad = 0
    for n in range(args.histories):
        history = Maker(schema, random.Random("%d/%d" % (args.seed, n))).history()
        daemon.stdin.write(json.dumps(plain(history)) + "\n")
        daemon.stdin.flush()
        theirs = read_state(daemon.stdout)
        mine = fold.Fold(schema, history["case_id"], history["ops"], fold.Policy(schema, history["policy"])).encode()
        if mine == theirs:
            good += 1
            continue
        bad += 1
        if bad <= 5:
            print("history %d of seed %d: %s" % (n, args.seed, first_difference(mine, theirs)))
        if args.keep and bad == 1:
            with open(args.keep, "w", encoding="utf-8") as f:
                f.write(json.dumps(plain(history)) + "\n")
    daemon.stdin.close()
    print("%d passed, %d failed" % (good, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
