#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random case histories through both folds: the daemon's (fold_dump) and the reference. Every byte must agree.

usage: compare.py --dump build/tests/tools/fold_dump --schema build/schema.json [--histories N] [--seed S] [--keep FILE]
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import fold  # noqa: E402
import identity  # noqa: E402

DIVISIONS = (b"NTH", b"EST", b"WST")
START_MS = 1_900_000_000_000
INTERESTING = (1, 2, 3, 4, 5, 2**31, 2**63 - 1)


class Maker:
    """Draws one history: mostly sensible, so that rules are reached, and now and then not at all."""

    def __init__(self, schema, rng):
        self.schema, self.rng = schema, rng
        self.kind = rng.choice((1, 2, 3, 3, 4, 5, 6))
        self.ops = []
        self.episodes = []
        self.hlc = (START_MS << 16) + rng.randrange(1 << 20)
        self.fields = [f for f in schema.fields.values() if f["kinds"] >> self.kind & 1]
        self.cells = [f for f in self.fields if f["place"] != "detail" and f["rule"] not in ("FSM", "DRV", "CLK", "TAL", "LOG")]
        self.hot = rng.sample(self.cells, min(len(self.cells), rng.randint(2, 8)))
        self.details = [f for f in self.fields if f["place"] == "detail"]
        self.events = [e for e in schema.events.values() if e["kinds"] >> self.kind & 1]
        self.hot_events = rng.sample(self.events, min(len(self.events), rng.randint(3, 14)))
        self.clocks = [c for c in schema.clocks if c["kinds"] >> self.kind & 1]
        self.values = {}
        if rng.random() < 0.5:
            self.make_duties_hot()
        if self.kind == 3 and rng.random() < 0.3:  # absences that were reported twice
            twice = [e for e in self.events if e["name"] in ("episode_reported", "episode_merged", "risk_assessment", "sighting")]
            self.hot_events += twice + twice[:2] + twice[-1:]

    def make_duties_hot(self):
        """What starts and meets a few duties, so that they do."""
        rng = self.rng
        for clock in rng.sample(self.clocks, min(len(self.clocks), 3)):
            by_field = clock["flags"] >> 6 & 1
            for key in ("from_a", "from_b", "met_a", "met_b", "met_c", "met_d"):
                fields = clock["start"] == 4 if key.startswith("from") else by_field
                row = (self.schema.fields if fields else self.schema.events).get(clock[key])
                if row is not None:
                    (self.hot if fields else self.hot_events).append(row)
        named = {f["name"]: f for f in self.cells}
        self.hot += [named[n] for n in ("missing_risk", "birth_date", "vulnerability", "care_status", "reported_at") if n in named]
        self.hot_events += [e for e in self.events if e["class"] == self.schema.bits["CLASS_CLOCK"]]

    def id(self):
        return self.rng.randbytes(32)

    def some_op(self):
        return self.rng.choice(self.ops)["op_id"] if self.ops and self.rng.random() < 0.97 else self.id()

    def value(self, row):
        rng = self.rng
        if row["name"] == "about" and self.episodes and rng.random() < 0.5:
            return ("i", rng.choice(self.episodes + [fold.case_id_of(self.ops[0]["op_id"])]))
        if row["name"] in ("clock", "about") and self.ops and rng.random() < 0.85:
            op_id = rng.choice(self.ops[:6] + self.ops[-6:])["op_id"]
            return ("i", fold.thing_id(op_id, rng.choice((0, 65536 + rng.choice(self.clocks)["number"]))))
        if row["type"] == "date":
            return ("t", rng.choice((b"2012-02-29", b"2014-03", b"~2013", b"2012-11-28", b"2012-02-30", b"1899-01-01", b"x")))
        if row["name"] == "external_refs" and rng.random() < 0.5:
            return ("t", rng.choice((b"PNCID 30/0123456Q", b"CAD 1", b"PNCID", b"PNCIDX 3")))
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
        if self.kind == 3 and rng.random() < 0.1:  # void by a cut, not known yet, or not here (docs/fold.md 4.7)
            first["verdict"], first["op"] = rng.choice((4, 2, 3)), said
        elif rng.random() < 0.96:
            first["verdict"], first["op"] = 1, said
        self.ops.append(first)
        for _ in range(rng.choice((1, 3, 8, 20, 40))):
            op_id = self.id()
            self.ops.append(self.copy(op_id, self.frame(op_id)))
        if self.kind == 3 and rng.random() < 0.3:
            self.hand_over(first["division"])
        if rng.random() < 0.5:
            self.speak_about_duties(opening)
        if rng.random() < 0.5:
            self.write_notes()
        if self.kind == 3 and rng.random() < 0.3:
            self.come_back()
        if self.kind == 3 and rng.random() < 0.3:
            self.answer_duties()
        if self.kind == 3 and rng.random() < 0.2:
            self.go_out_again()
        if rng.random() < 0.2:
            self.stand_apart()
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

    def hand_over(self, owner):
        """Offers and acceptances of a child whose risk and whereabouts change meanwhile (docs/fold.md 9.6)."""
        rng, events = self.rng, {e["name"]: e["number"] for e in self.schema.events.values()}
        named = {f["name"]: f for f in self.fields}
        role = {code: 1 << number for code, number in self.schema.roles.items()}
        other = rng.choice([d for d in DIVISIONS if d != owner])
        everybody = sum(role.values())

        def say(name, division, roles, **details):
            op_id = self.id()
            said = {"type": 3, "event": events[name], "after": [self.some_op()] if rng.random() < 0.3 else [], "refs": [], "corrects": [],
                    "same_as": [], "epoch": 0, "writes": [{"field": named[field]["number"], "verb": 1, "value": value,
                                                           "supersedes": self.supersedes(named[field], op_id) if field == "missing_risk" else []}
                                                          for field, value in details.items()]}
            self.ops.append({**self.copy(op_id, said), "division": division, "roles": roles, "verdict": 1, "op": said})
            return op_id

        offered = None
        for _ in range(rng.randrange(2, 10)):
            at = START_MS + rng.randrange(-5, 20) * 3600_000
            what = rng.randrange(10)
            if what < 2:
                offered = say("handover_offer", owner, everybody, to_division=("t", other))
            elif what > 7 and offered is not None:  # a daemon says that the time for an answer is over (docs/fold.md 9.2)
                say("clock_breached", rng.choice(DIVISIONS), rng.choice((role["SYS"], role["SYS"], everybody, role["SUPT"])),
                    clock=("i", fold.thing_id(offered, 65536 + 9)), due=("v", (at, at)))
            elif what < 4:
                say("handover_accept", other, rng.choice((role["SUP"], role["SUP"], role["INSP"], everybody)))
            elif what == 4:
                say("risk_assessment", rng.choice(DIVISIONS), rng.choice((role["SUP"], everybody)), missing_risk=("n", rng.choice((2, 3, 4, 4))))
            elif what == 5:
                say("returned", rng.choice(DIVISIONS), everybody, how_known=("n", 5), occurred=("v", (at, at)))
            elif what == 6:
                say("sighting", rng.choice(DIVISIONS), everybody, confidence=("n", 1), occurred=("v", (at, at + 3600_000)))
            else:
                say(rng.choice(("still_missing", "episode_closed", "handover_decline")), rng.choice((owner, other)), everybody)
        if rng.random() < 0.3:
            self.decide_beside(say, role)
        if rng.random() < 0.4:
            say("handover_withdraw", owner, everybody)  # of whatever stands
            self.let_lapse(say, owner, other, role)

    def decide_beside(self, say, role):
        """Claims, and arbitrations that may know of each other or not (docs/fold.md 9.2)."""
        rng, everybody, seen = self.rng, sum(role.values()), []
        for _ in range(rng.randrange(2, 8)):
            what = rng.choice(("handover_claim", "arbitration", "arbitration", "arbitration", "handover_offer"))
            to = {} if what == "handover_claim" else {"to_division": ("t", rng.choice(DIVISIONS))}
            seen.append(say(what, rng.choice(DIVISIONS), everybody, **to))
            self.hlc = max(o["hlc"] for o in self.ops) + (1 << 16)
            self.ops[-1]["hlc"] = self.hlc
            self.ops[-1]["op"]["after"] = rng.sample(seen[:-1], rng.randrange(len(seen)))

    def come_back(self):
        """The life of an episode: assessed, claimed, confirmed, reviewed, closed, by people of this rank or that (docs/fold.md 12, 19)."""
        rng, events = self.rng, {e["name"]: e["number"] for e in self.schema.events.values()}
        named = {f["name"]: f["number"] for f in self.fields}
        role = {code: 1 << number for code, number in self.schema.roles.items()}
        refs = [rng.choice(self.episodes)] if self.episodes and rng.random() < 0.5 else []
        before = None
        for name in ["risk_assessment"] + rng.choices(("return_claim", "return_confirmed", "return_confirmed", "returned", "still_missing", "sighting", "rhi",
                                                       "review", "risk_assessment", "episode_closed", "close_corrected", "claim_refuted", "child_closed",
                                                       "found_dead", "found_dead", "found_dead_confirmed", "episode_cancelled"),
                                                      k=rng.randrange(2, 9)) + rng.choice(([], ["return_claim", "clock_waived", "returned"],
                                                                             ["returned", "episode_closed", "sighting"])):
            at = START_MS + rng.randrange(-5, 20) * 3600_000
            details = {"risk_assessment": {"missing_risk": ("n", rng.choice((2, 3, 4)))}, "returned": {"how_known": ("n", rng.choice((2, 5)))},
                       "sighting": {"confidence": ("n", rng.choice((1, 3)))}, "rhi": {"rhi_step": ("n", rng.choice((1, 3, 5, 6)))},
                       "clock_waived": {"clock": ("i", fold.thing_id(before or bytes(32), 65536 + 3))},  # M7, by what came last
                       "review": {"level": ("n", rng.randrange(1, 6))}}.get(name, {})
            if rng.random() < 0.5:
                details["occurred"] = ("v", (at, at + rng.choice((0, 3600_000))))
            said = {"type": 3, "event": events[name], "after": [before] if before and rng.random() < 0.8 else [], "refs": refs, "corrects": [],
                    "same_as": [], "epoch": 0, "writes": [{"field": named[f], "verb": 1, "value": v, "supersedes": []} for f, v in details.items()]}
            before = self.id()
            who = rng.choice((role["SUP"], role["INSP"], role["SUPT"], role["MCET"]) + (sum(role.values()),) * (9 if name == "clock_waived" else 1))
            self.ops.append({**self.copy(before, said), "roles": who, "verdict": 1, "op": said})
        self.unsay_sightings(role)

    def stand_apart(self):
        """A few values of one field, by who may say one and by who may decide between them (docs/fold.md 5.10)."""
        rng = self.rng
        rows = [f for f in self.cells if f["rule"] == "MVR" and f["set_roles"] & ~f["lower_roles"] and f["lower_roles"]]
        if not rows:
            return
        row, said = rng.choice(rows), []
        some = [{"t": ("t", b"blue"), "n": ("n", 1)}, {"t": ("t", b"green"), "n": ("n", 2)}, {"t": ("t", b"red"), "n": ("n", 3)}]
        for _ in range(rng.randrange(2, 8)):
            op_id = self.id()
            value = rng.choice(some).get(fold.wire_type(row), ("v", (START_MS, START_MS + rng.randrange(3))))
            write = {"field": row["number"], "verb": 1, "supersedes": [(o, 0) for o in rng.sample(said, min(len(said), rng.choice((0, 1, 1, 1, 2))))]}
            write.update({"value": value} if rng.random() < 0.95 else {"withheld": True})
            op = {"type": 2, "writes": [write], "after": [], "refs": [], "corrects": [], "same_as": [], "epoch": 0}
            roles = row["set_roles"] & ~row["lower_roles"] if rng.random() < 0.7 else row["lower_roles"]
            self.ops.append({**self.copy(op_id, op), "roles": roles, "verdict": rng.choice((1, 1, 1, 1, 1, 2)), "op": op})
            said.append(op_id)

    def go_out_again(self):
        """A return that was seen, and sightings after it, of another absence or of none that was recorded (docs/fold.md 12.6)."""
        rng, events = self.rng, {e["name"]: e["number"] for e in self.schema.events.values()}
        named = {f["name"]: f["number"] for f in self.fields}

        def say(name, at, refs, after=(), **details):
            op_id = self.id()
            said = {"type": 3, "event": events[name], "after": list(after), "refs": refs, "corrects": [], "same_as": [], "epoch": 0,
                    "writes": [{"field": named[f], "verb": 1, "value": ("n", n), "supersedes": []} for f, n in details.items()]
                    + [{"field": named["occurred"], "verb": 1, "value": ("v", (at, at)), "supersedes": []}]}
            self.hlc = max(self.hlc, max(o["hlc"] for o in self.ops)) + (1 << 16)
            self.ops.append({**self.copy(op_id, said), "hlc": self.hlc, "verdict": 1, "roles": sum(1 << n for n in self.schema.roles.values()), "op": said})
            return op_id

        at, first, backs = START_MS, self.ops[0]["op"], []
        refs = [[], []] if first is None or rng.random() < 0.8 else [[self.id()], []]
        for _ in range(rng.randrange(1, 4)):
            episode = rng.choice(refs)
            if rng.random() < 0.5:
                report = say("episode_reported", at, [])
                self.episodes.append(fold.thing_id(report))
                refs.append([fold.thing_id(report)])
                episode = rng.choice((episode, refs[-1]))
            at += 3600_000
            if rng.random() < 0.8:
                say("risk_assessment", at, episode, missing_risk=rng.choice((2, 3)))
                backs.append(say("returned", at, episode, how_known=5, interviewed=rng.choice((0, 1, 1, 1))))
            at += rng.choice((-1800_000, 3600_000, 3600_000))
            seen = say("sighting", at, episode, rng.sample(backs, min(len(backs), rng.randrange(2))), confidence=rng.choice((1, 2, 3, 3, 3, 3)))
            if rng.random() < 0.3:
                say("return_confirmed", at - 1800_000, episode, [seen] if rng.random() < 0.6 else [])
            if rng.random() < 0.15:
                say("episode_cancelled", at, rng.choice(refs))

    def unsay_sightings(self, role):
        """Taken back or said otherwise, by their own side or another, by who may decide or not (docs/fold.md 10.7)."""
        rng, events = self.rng, {e["name"]: e["number"] for e in self.schema.events.values()}
        for seen in [o for o in self.ops if o["op"] and o["op"].get("event") == events["sighting"]]:
            if rng.random() < 0.6:
                continue
            op_id = self.id()
            said = {"type": 3, "event": events[rng.choice(("sighting", "sighting", "note"))], "after": [], "refs": seen["op"]["refs"], "epoch": 0,
                    "corrects": [(seen["op_id"], 0)], "same_as": [], "writes": [], "withdraws": rng.random() < 0.6}
            self.ops.append({**self.copy(op_id, said), "roles": role[rng.choice(("PC", "PC", "INSP", "SUPT"))], "verdict": 1, "op": said})

    def answer_duties(self):
        """Who answers a duty and knew what of it, which of several notices is meant, what is said of a flag that stands (docs/fold.md 19)."""
        rng, events = self.rng, {e["name"]: e["number"] for e in self.schema.events.values()}
        named = {f["name"]: f["number"] for f in self.fields}
        refs = [rng.choice(self.episodes)] if self.episodes and rng.random() < 0.3 else []
        mine = {"episode_reported": [], "risk_assessment": [], "review": [], "order_made": [], "order_ended": [], "clock_breached": [], "note": []}
        flags = []

        def say(name, **details):
            op_id, known = self.id(), [o for of in mine.values() for o in of]
            said = {"type": 3, "event": events[name], "after": rng.sample(known, min(len(known), rng.choice((0, 0, 1, 2)))), "refs": list(refs), "corrects": [],
                    "same_as": [], "epoch": 0, "writes": [{"field": named[f], "verb": 1, "value": v, "supersedes": []} for f, v in details.items()]}
            if name == "episode_reported":
                refs[:] = [fold.thing_id(op_id)]
            elif mine[name] and rng.random() < 0.2:
                said["corrects"] = [(rng.choice(mine[name]), 0)]
            elif known and rng.random() < 0.1:
                said["corrects"] = [(rng.choice(known), 0)]
                said["withdraws"] = rng.random() < 0.2
            mine[name].append(op_id)
            self.ops.append({**self.copy(op_id, said), "roles": sum(1 << n for n in self.schema.roles.values()), "verdict": 1, "op": said})

        def flag():
            op_id, write = self.id(), {"field": named["vulnerability"], "verb": rng.choice((2, 2, 2, 3)),
                                       "supersedes": [(o, 0) for o in rng.sample(flags, min(len(flags), rng.choice((0, 0, 1, 1, 2))))]}
            if write["verb"] == 2:
                write["value"] = ("n", rng.choice((1, 1, 1, 2, 3)))
            said = {"type": 2, "writes": [write], "after": [rng.choice(flags)] if flags and rng.random() < 0.5 else [], "refs": [], "corrects": [],
                    "same_as": [], "epoch": 0}
            flags.append(op_id)
            self.ops.append({**self.copy(op_id, said), "roles": sum(1 << n for n in self.schema.roles.values()), "verdict": 1, "op": said})

        def meant(of, often):
            return {"about": ("i", fold.thing_id(rng.choice(mine[of])))} if mine[of] and rng.random() < often else {}

        weights = rng.choice(((3, 4, 0, 0, 0, 1, 1, 1), (0, 2, 3, 3, 0, 0, 0, 0), (0, 0, 0, 0, 1, 0, 0, 0), (2, 2, 2, 2, 2, 1, 1, 1)))
        for what in rng.choices(("assess", "review", "notice", "end", "flag", "breach", "note", "report"), weights, k=rng.randrange(3, 16)):
            kind = {"order_kind": ("n", rng.choice((1, 1, 1, 2)))} if rng.random() < 0.9 else {}
            if what == "assess":
                risk = {"missing_risk": ("n", rng.choice((2, 3, 4, 4, 9)))} if rng.random() < 0.7 else {"exploitation_risk_sexual": ("n", rng.choice((2, 4)))}
                say("risk_assessment", **risk)
            elif what == "review":
                of = rng.choice(("risk_assessment", "order_made", "order_made", "review"))
                say("review", level=("n", rng.randrange(1, 6)), **meant(of, 0.5), **(kind if rng.random() < 0.4 else {}))
            elif what == "notice":
                say("order_made", **kind)
            elif what == "end":
                say("order_ended", **kind, **meant(rng.choice(("order_made", "order_made", "review")), 0.5))
            elif what == "flag":
                flag()
            elif what == "report":
                say("episode_reported", **({"missing_risk": ("n", rng.choice((2, 4)))} if rng.random() < 0.8 else {}))
            elif what == "note":
                say("note", text=("t", b"said"))
            else:
                start = rng.choice([o["op_id"] for o in self.ops[:1]] + mine["risk_assessment"])
                say("clock_breached", clock=("i", fold.thing_id(start, 65536 + rng.choice((1, 10)))), due=("v", (START_MS, START_MS)))

    def write_notes(self):
        """What most of a case is: events that only add to the record, one after the other. Some are named before they are here."""
        rng, named = self.rng, {f["name"]: f["number"] for f in self.details}
        rows = [e for e in self.schema.events.values() if e["kinds"] >> self.kind & 1]
        plain = [e for e in rows if e["name"] in ("note", "decision", "disclosure", "intel_item", "publicity", "action")]
        for _ in range(rng.randrange(1, 7)):
            op_id, row = self.id(), rng.choice(plain if rng.random() < 0.9 else rows)
            self.hlc = max([self.hlc] + [o["hlc"] for o in self.ops]) + rng.choice((1, 1 << 16))
            said = {"type": 3, "event": row["number"], "after": [self.some_op() for _ in range(rng.choice((0, 0, 1, 3)))],
                    "refs": [rng.choice(self.episodes)] if self.episodes and rng.random() < 0.2 else [], "corrects": [], "same_as": [],
                    "epoch": 0, "writes": [{"field": named["text"], "verb": 1, "supersedes": [], "value": ("t", b"said")}]}
            if rng.random() < 0.2:
                at = START_MS + rng.randrange(-10, 50) * 900_000
                said["writes"].append({"field": named["occurred"], "verb": 1, "supersedes": [], "value": ("v", (at, at + 1))})
            if rng.random() < 0.1:
                said["writes"].append(self.write(rng.choice(self.hot), op_id))
            if rng.random() < 0.1:
                before = rng.choice(self.ops)["op"]
                if before is not None and before["type"] == 3:
                    rng.choice((before["after"].append, lambda o: before["corrects"].append((o, 0)),
                                lambda o: before["same_as"].append(fold.thing_id(o))))(op_id)
            self.ops.append({**self.copy(op_id, said), "hlc": self.hlc, "verdict": rng.choice((1, 1, 1, 1, 1, 1, 1, 1, 1, 2)),
                             "roles": sum(1 << n for n in self.schema.roles.values())})

    def let_lapse(self, say, owner, other, role):
        """An offer, its time is over, and somebody accepts who may have known (docs/fold.md 9.2)."""
        rng, everybody = self.rng, sum(role.values())
        due = START_MS - 24 * 3600_000
        offered = say("handover_offer", owner, everybody, to_division=("t", other))
        lapsed = say("clock_breached", rng.choice(DIVISIONS), role["SYS"], clock=("i", fold.thing_id(offered, 65536 + 9)), due=("v", (due, due)))
        say("handover_accept", rng.choice((other, other, other, owner)), rng.choice((role["INSP"], everybody)))
        self.ops[-1]["op"]["after"] = rng.choice(([], [], [offered], [lapsed]))
        if rng.random() < 0.3:
            say("handover_accept", other, everybody)

    def speak_about_duties(self, opening):
        """People and daemons, about duties that the history so far has."""
        rng, events = self.rng, {e["name"]: e["number"] for e in self.schema.events.values()}
        named = {f["name"]: f["number"] for f in self.details}
        clocks = fold.Fold(self.schema, fold.case_id_of(opening), self.ops).duties.clocks
        for clock in rng.choices(clocks, k=rng.randrange(7)) if clocks else ():
            name = rng.choice(("clock_ack", "clock_ack", "clock_waived", "clock_breached", "clock_breached", "seen", "delivered"))
            duty = ("i", fold.thing_id(clock["start"].id, 65536 + clock["row"]["number"]))
            due = clock["due"] + rng.choice((0, 0, 0, 1))
            writes = [{"field": named["clock" if name.startswith("clock") else "about"], "verb": 1, "supersedes": [], "value": duty}]
            if name == "clock_breached":
                writes.append({"field": named["due"], "verb": 1, "supersedes": [], "value": ("v", (due, due))})
            said = {"type": 3, "event": events[name], "writes": writes, "after": [], "refs": [], "corrects": [], "same_as": [], "epoch": 0}
            copy = self.copy(self.id(), said)
            copy["author_time"] = clock["due"] + rng.choice((-1, 0, 1, 60_000, 60_001, 3600_000))
            self.ops.append(copy)

    def policy(self):
        rng, out = self.rng, []
        for _ in range(rng.choice((0, 0, 0, 1, 3))):
            what = rng.randrange(8)
            roles = rng.choice(("any", "none", "INSP,SUPT", "PC"))
            if what == 0:
                out.append(("role.set." + rng.choice(self.hot)["name"], roles))
            elif what == 1:
                out.append(("role.lower." + rng.choice(self.hot)["name"], roles))
            elif what == 2:
                out.append(("role.event." + rng.choice(self.hot_events)["name"], roles))
            elif what == 3:
                clock = rng.choice(self.schema.clocks)["name"]
                out.append(rng.choice((("clock.%s.told" % clock, roles), ("clock.%s.waive" % clock, roles), ("clock.%s.soon_s" % clock, "60"),
                                       ("clock.%s.step_s" % clock, str(rng.choice((0, 3153600000, 3153600001)))))))
            elif what == 4:
                out.append(("ladder." + rng.choice(("1", "2", "3", "beside")), roles))
            elif what == 5:
                out.append(("calendar.2026-%02d-%02d" % (rng.randrange(11, 13), rng.randrange(1, 31)), rng.choice(("holiday", "working"))))
            else:
                span = rng.choice(list(self.schema.spans.values()))
                out.append(("clock.%s.%s" % (span["name"], span["unit"]), str(rng.choice((0, 1, 3, 60, span["bound"], span["bound"] + 1)))))
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


def beside(args):
    """The same in so many processes, each with a stretch of the histories."""
    bounds = [args.first + args.histories * i // args.jobs for i in range(args.jobs + 1)]
    words = [sys.executable, __file__, "--dump", args.dump, "--schema", args.schema, "--seed", str(args.seed)]
    running = [subprocess.Popen(words + ["--first", str(a), "--histories", str(b - a)] + (["--keep", "%s.%d" % (args.keep, a)] if args.keep else []),
                                stdout=subprocess.PIPE, text=True) for a, b in zip(bounds, bounds[1:])]
    good = bad = 0
    for each in running:
        *told, last = each.communicate()[0].splitlines() or [""]
        counts = re.fullmatch(r"(\d+) passed, (\d+) failed", last)
        if counts is None:
            sys.exit("compare: a stretch did not end: %s" % last)
        print("\n".join(told), end="\n" if told else "")
        good, bad = good + int(counts[1]), bad + int(counts[2])
    print("%d passed, %d failed" % (good, bad))
    return 1 if bad else 0


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--dump", required=True)
    args.add_argument("--schema", required=True)
    args.add_argument("--histories", type=int, default=500)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--first", type=int, default=0, help="number of the first history")
    args.add_argument("--jobs", type=int, default=1, help="processes beside each other")
    args.add_argument("--keep", help="write the first history that differs here")
    args = args.parse_args()
    if args.jobs > 1:
        return beside(args)
    schema = fold.Schema.load(args.schema)
    global EVENT_FIELDS
    with open(args.schema, encoding="utf-8") as f:
        EVENT_FIELDS = json.load(f)["event_fields"]
    daemon = subprocess.Popen([args.dump], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    good = bad = 0
    for n in range(args.first, args.first + args.histories):
        history = Maker(schema, random.Random("%d/%d" % (args.seed, n))).history()
        daemon.stdin.write(json.dumps(plain(history)) + "\n")
        daemon.stdin.flush()
        theirs = read_state(daemon.stdout)
        folded = fold.Fold(schema, history["case_id"], history["ops"], fold.Policy(schema, history["policy"]))
        mine = folded.digest_line() + folded.encode()
        if mine == theirs:
            good += 1
            continue
        bad += 1
        if bad <= 5:
            print("history %d of seed %d: %s" % (n, args.seed, first_difference(mine, theirs)))
        if args.keep and bad == 1:
            with open(args.keep, "w", encoding="utf-8") as f:
                f.write(json.dumps(plain(history)) + "\n")
    for n in range(args.first, args.first + args.histories):
        cases = identity.Family(schema, random.Random("family %d/%d" % (args.seed, n))).draw()
        daemon.stdin.write(json.dumps({"cases": [plain(c) for c in cases]}) + "\n")
        daemon.stdin.flush()
        theirs, mine = read_state(daemon.stdout), identity.resolve(schema, cases)
        good, bad = good + (mine == theirs), bad + (mine != theirs)
        if mine != theirs and bad <= 5:
            print("family %d of seed %d: %s" % (n, args.seed, first_difference(mine, theirs)))
    daemon.stdin.close()
    if daemon.wait() != 0:
        sys.exit("compare: the daemon's fold ended with an error")
    print("%d passed, %d failed" % (good, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
