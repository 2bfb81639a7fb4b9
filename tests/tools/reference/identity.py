# SPDX-License-Identifier: Apache-2.0
"""Which cases are one child's, written from section 18 of docs/fold.md alone, and drawn sets of cases to compare with."""

import fold

ALONE, SURVIVOR, ALIAS, UNRESOLVED = 1, 2, 3, 4
MERGED, ACCEPTED = "identity_merged", "identity_accepted"


def claims(case):
    """18.1: (named case, whether it only accepts, author's division)."""
    details = {f["name"]: f["number"] for f in case.schema.fields.values() if f["place"] == "detail"}
    for op in case.events:
        name = op.event_row["name"] if op.event_row else ""
        if name not in (MERGED, ACCEPTED) or not case.live(op) or op.corrected:
            continue
        about = case.detail(op, details["survivor" if name == MERGED else "about"])
        if about is not None and any(about) and about != case.case_id:
            yield about, name == ACCEPTED, op.division


def connected(start, edges, without=None):
    """Everything reached over edges in either direction, without that case."""
    seen, todo = {start}, [start]
    while todo:
        at = todo.pop()
        for a, b in edges:
            for here, there in ((a, b), (b, a)):
                if here == at and there != without and there not in seen:
                    seen.add(there)
                    todo.append(there)
    return seen


class Identity:
    def __init__(self, cases):
        self.cases = {c.case_id: c for c in cases}
        self.said = {i: list(claims(c)) for i, c in self.cases.items()}
        edges = {(i, about) for i, said in self.said.items() for about, accepts, _ in said if not accepts and about in self.cases}
        self.pending = {e for e in edges if not self.agreed(*e)}
        self.agreed_edges = edges - self.pending
        self.left = {e for e in self.agreed_edges if not self.contested(e[0])}

    def agreed(self, a, b):
        """18.2"""
        owners = {self.cases[a].owner, self.cases[b].owner}
        spoke = {d for about, _, d in self.said[a] if about == b} | {d for about, _, d in self.said[b] if about == a}
        return len(owners) == 1 or owners <= spoke

    def contested(self, case):
        """18.3"""
        targets = [b for a, b in self.agreed_edges if a == case]
        return bool(targets) and not set(targets) <= connected(targets[0], self.agreed_edges, case)

    def is_live(self, case):
        return any(key[0] == 5 and machine[0] not in (6, 7, 8) for key, machine in self.cases[case].machines.items())

    def survivor(self, members):
        """18.4: (who, provisionally)."""
        ends = [m for m in members if all(a != m for a, _ in self.left)]
        if len(ends) == 1:
            return ends[0], False
        opened = {m: self.cases[m].opening.author_time if self.cases[m].opening else 0 for m in members}
        return min(members, key=lambda m: (not self.is_live(m), opened[m], m)), True

    def line(self, case):
        members = connected(case, self.left)
        who, provisional, standing = case, False, ALONE
        if self.contested(case):
            standing = UNRESOLVED
        elif len(members) > 1:
            who, provisional = self.survivor(members)
            standing = SURVIVOR if who == case else ALIAS
        pending = any(case in e for e in self.pending)
        return "identity %s %d %s %d %d %s\n" % (case.hex(), standing, who.hex(), provisional, pending,
                                               ",".join(m.hex() for m in sorted(members)))

    def encode(self):
        return "".join(map(self.line, self.cases)) + "end\n"


class Family:
    """Draws a few children's cases that are merged, unmerged and agreed to."""

    def __init__(self, schema, rng):
        self.schema, self.rng = schema, rng
        self.events = {e["name"]: e["number"] for e in schema.events.values()}
        self.details = {f["name"]: f["number"] for f in schema.fields.values() if f["place"] == "detail"}
        self.now = 1_900_000_000_000

    def op(self, division, said):
        self.now += 1
        frame = {"writes": [], "after": [], "refs": [], "corrects": [], "same_as": [], "epoch": 0, **said}
        return {"op_id": self.rng.randbytes(32), "hlc": self.now << 16, "log": self.rng.randbytes(32),
                "roles": 2**19 - 2 if self.rng.random() < 0.95 else 4, "division": division,
                "verdict": 1 if self.rng.random() < 0.95 else 3, "author_time": self.now, "flags": 0, "op": frame}

    def event(self, division, name, detail=None, about=None, **said):
        writes = [] if detail is None else [{"field": self.details[detail], "verb": 1, "supersedes": [], "value": ("i", about)}]
        return self.op(division, {"type": 3, "event": self.events[name], "writes": writes, **said})

    def draw(self):
        rng, divisions = self.rng, (b"NTH", b"NTH", b"EST")
        cases = []
        for _ in range(rng.randint(2, 5)):
            self.now -= rng.choice((0, 1, 2))
            opening = self.op(rng.choice(divisions), {"type": 1, "kind": 3, "synthetic": True})
            opening["verdict"] = 1
            cases.append([opening])
        ids = [fold.case_id_of(ops[0]["op_id"]) for ops in cases]
        for _ in range(rng.randrange(10)):
            ops, division = rng.choice(cases), rng.choice(divisions)
            merges = [o for o in ops if o["op"].get("event") == self.events[MERGED]]
            what = rng.random()
            if merges and what < 0.25:
                merge = rng.choice(merges)
                said = {"corrects": [(merge["op_id"], 0)]}
                if rng.random() < 0.5:  # with the details of what it takes back
                    ops.append(self.event(division, MERGED, "survivor", merge["op"]["writes"][0]["value"][1], withdraws=True, **said))
                else:
                    ops.append(self.event(division, "identity_unmerged", **said))
            elif what < 0.45:
                ops.append(self.event(division, ACCEPTED, "about", rng.choice(ids + [bytes(32)])))
            elif what < 0.55:
                ops.append(self.event(division, "episode_cancelled"))
            else:
                ops.append(self.event(division, MERGED, "survivor", rng.choice(ids + [rng.randbytes(32)])))
        return [{"case_id": i, "policy": [], "ops": ops} for i, ops in zip(ids, cases)]


def resolve(schema, histories):
    return Identity([fold.Fold(schema, h["case_id"], h["ops"]) for h in histories]).encode()
