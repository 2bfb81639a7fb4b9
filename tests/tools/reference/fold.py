# SPDX-License-Identifier: Apache-2.0
"""A second, slow fold, written from docs/fold.md and the tables' JSON alone: section numbers below are that page's.

Nothing here is fast or clever: sets and loops, so that a reader can hold each line against its rule.
"""

import hashlib
import json
from collections import defaultdict

import duties

EFFECTIVE, PENDING, VOID, VOID_FLOOR = 1, 2, 3, 4
(CURRENT, CONFLICT, SUPERSEDED, OUTRANKED, PROPOSAL, F_PENDING, F_VOID, FLOOR, DETAIL, UNKNOWN, ACT) = range(1, 12)
ZERO = bytes(32)
MAX64 = 2**64 - 1
MAXI64, MINI64 = 2**63 - 1, -(2**63)
OPEN, SET, EVENT = 1, 2, 3
TEXT_TYPES = {"text", "lines", "date", "person"}
NUMBER_TYPES = {"enum", "number", "pence", "mg"}
DIMENSIONS = (501, 502, 503, 504, 512, 522, 531)


def labelled(label, *parts, key=b""):
    h = hashlib.blake2b(digest_size=32, person=label.encode().ljust(16, b"\0"), key=key)
    for part in parts:
        h.update(part)
    return h.digest()


def case_id_of(op_id):
    return labelled("cw1:case", op_id)


def thing_id(op_id, index=0):
    return labelled("cw1:thing", op_id, index.to_bytes(4, "big"))


class Schema:
    def __init__(self, data):
        self.version = data["fold_version"]
        self.fields = {f["number"]: f for f in data["fields"]}
        self.events = {e["number"]: e for e in data["events"]}
        self.steps = data["steps"]
        self.clocks = data["clocks"]
        self.machine_of = {k["number"]: k["machine"] for k in data["kinds"]}
        self.spans = {s["number"]: s for s in data["spans"]}
        self.span_named = {s["name"]: s for s in data["spans"]}
        self.holidays = {(h["year"], h["month"], h["day"]) for h in data["holidays"]}
        self.scales = defaultdict(dict)
        for value in data["values"]:
            self.scales[value["scale"]][value["number"]] = value["name"]
        self.roles = {r["code"]: r["number"] for r in data["roles"]}
        self.bits = data["bits"]

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as f:
            return cls(json.load(f))


class Policy:
    """Section 16."""

    def __init__(self, schema, records=()):
        self.set, self.lower, self.event = {}, {}, {}
        self.duties = duties.Policy(schema)
        for name, value in records:
            self.apply(schema, name, value)

    def apply(self, schema, name, value):
        if name.split(".")[0] in ("clock", "ladder", "calendar"):
            self.duties.apply(name, value, lambda text: self.mask(schema, text))
            return
        for prefix, table, rows in (("role.set.", self.set, schema.fields), ("role.lower.", self.lower, schema.fields),
                                    ("role.event.", self.event, schema.events)):
            if name.startswith(prefix):
                for row in rows.values():
                    if row["name"] == name[len(prefix):]:
                        table[row["number"]] = self.mask(schema, value)

    @staticmethod
    def mask(schema, value):
        if value == "any":
            return sum(1 << n for code, n in schema.roles.items() if code not in ("AUD", "SYS", "PARTNER"))
        if value == "none":
            return 0
        return sum(1 << schema.roles[code] for code in value.split(","))


class Write:
    def __init__(self, op, index, said):
        self.op, self.index = op, index
        self.field = said.get("field", 0)
        self.verb = said.get("verb", 0)
        self.value = said.get("value")  # None, or ("t", bytes) ("n", int) ("i", bytes) ("v", (a, b)) ("f", int)
        self.withheld = said.get("withheld", False)
        self.max_value = said.get("max_value")
        self.supersedes = said.get("supersedes", [])
        self.row = None
        self.fate = None
        self.scope = ZERO
        self.eligible = self.floor = self.authorised = False
        self.ordinal = None
        self.flags = 0

    @property
    def dot(self):
        return (self.op.id, self.index)

    @property
    def later(self):
        return (self.op.t, self.op.id, self.index)


class Op:
    def __init__(self, op_id):
        self.id = op_id
        self.copies = []

    def settle(self):
        """Section 2."""
        self.hlc, self.log = min((c["hlc"], c["log"]) for c in self.copies)
        self.verdict = next(v for v in (EFFECTIVE, VOID_FLOOR, PENDING, VOID) if any(c["verdict"] == v for c in self.copies))
        self.roles = 0
        for c in self.copies:
            if c["verdict"] == self.verdict:
                self.roles |= c["roles"]
        self.flags = 0
        for c in self.copies:
            self.flags |= c["flags"]
        self.author_time = self.copies[0]["author_time"]
        self.division = self.copies[0]["division"]
        opened = [c["op"] for c in self.copies if c["op"] is not None]
        self.said = opened[0] if opened else None
        self.type = self.said.get("type", 0) if self.said else None
        self.event = self.said.get("event", 0) if self.said else 0
        self.writes = [Write(self, i, w) for i, w in enumerate(self.said.get("writes", []))] if self.said else []

    @property
    def counts(self):
        return self.verdict == EFFECTIVE and self.said is not None


def canonical(write):
    """14.3"""
    if write.row is not None and write.row["rule"] == "MAX":
        return "x:%d" % min(write.ordinal, MAXI64)
    if write.withheld or write.value is None:
        return "-"
    kind, value = write.value
    if kind in ("t", "i"):
        return kind + ":" + value.hex()
    if kind == "v":
        return "v:%d:%d" % value
    return "%s:%d" % (kind, value)


def equal(a, b):
    """5.13"""
    if a is b:
        return True
    return not a.withheld and not b.withheld and canonical(a) == canonical(b)


class Fold:
    def __init__(self, schema, case_id, copies, policy=None):
        self.schema, self.case_id = schema, case_id
        self.policy = policy or Policy(schema)
        by_id = {}
        for copy in copies:
            by_id.setdefault(copy["op_id"], Op(copy["op_id"])).copies.append(copy)
        self.ops = by_id
        for op in self.ops.values():
            op.settle()
        self.notes = set()
        self.conflicts = []
        self.order()
        self.find_opening()
        self.scopes()
        self.collect_events()
        self.merge_episodes()
        self.judge_writes()
        self.run_machines()
        self.ownership()
        self.judge_owned()
        self.resolve_cells()
        self.tally()
        self.clocks()
        self.finish()

    # --- roles ------------------------------------------------------------------------------------

    def set_roles(self, row):
        return self.policy.set.get(row["number"], row["set_roles"])

    def lower_roles(self, row):
        return self.policy.lower.get(row["number"], row["lower_roles"])

    def event_roles(self, row):
        return self.policy.event.get(row["number"], row["roles"])

    # --- section 3 --------------------------------------------------------------------------------

    def order(self):
        for op in self.ops.values():
            names = set()
            if op.counts:
                names.update(op.said.get("after", []))
                names.update(ref for w in op.writes for ref, _ in w.supersedes)
                names.update(ref for ref, _ in op.said.get("corrects", []))
                names.discard(op.id)
                names = {n for n in names if n in self.ops and self.ops[n].counts_as_name()}
            op.names = names
        self.find_rings()
        done = {}
        for op in self.ops.values():
            self.time_of(op, done)
        self.reach = {}

    def find_rings(self):
        """Ops in a ring or behind one (3.2): whatever never runs out of unresolved names."""
        left = dict(self.ops)
        changed = True
        resolved = set()
        while changed:
            changed = False
            for op_id in list(left):
                if all(n in resolved for n in left[op_id].names):
                    resolved.add(op_id)
                    del left[op_id]
                    changed = True
        self.ringed = set(left)

    def time_of(self, op, done):
        stack = [op]
        while stack:
            top = stack[-1]
            if top.id in done:
                stack.pop()
                continue
            if top.id in self.ringed or not top.names:
                done[top.id] = top.t = top.hlc
                stack.pop()
                continue
            missing = [self.ops[n] for n in top.names if n not in done]
            if missing:
                stack.extend(missing)
                continue
            top.t = done[top.id] = min(MAX64, max(top.hlc, 1 + max(done[n] for n in top.names)))
            stack.pop()

    def knows(self, a, b):
        """3.4"""
        if a.id == b.id:
            return False
        if a.id not in self.reach:
            seen, todo = set(), list(a.names)
            while todo:
                n = todo.pop()
                if n not in seen:
                    seen.add(n)
                    todo.extend(self.ops[n].names)
            self.reach[a.id] = seen
        return b.id in self.reach[a.id]

    # --- section 4 --------------------------------------------------------------------------------

    def find_opening(self):
        self.opening = None
        for op in self.ops.values():
            if op.counts and op.type == OPEN and case_id_of(op.id) == self.case_id:
                self.opening = op
        self.kind = self.opening.said.get("kind", 0) if self.opening else 0
        self.synthetic = bool(self.opening.said.get("synthetic")) if self.opening else False
        self.begins = self.opening
        self.reports = self.opening if self.kind == 3 else None
        if self.opening is None:
            self.stand_in()

    def stand_in(self):
        """4.7"""
        cut = [op for op in self.ops.values() if op.verdict == VOID_FLOOR and op.said is not None and op.type == OPEN
               and case_id_of(op.id) == self.case_id and op.said.get("kind", 0) == 3]
        speaking = sorted((op for op in self.ops.values() if self.speaks_of_child(op)), key=lambda o: (o.t, o.id))
        first = [op for op in speaking if self.own_scope(op) == ZERO]
        self.begins = (cut + speaking + [None])[0]
        self.reports = (cut + first + [None])[0]
        if self.begins is not None:
            self.kind = 3
            self.notes.add((16, field_named(self.schema, "kind"), (self.begins.id, 0), ZERO))

    def speaks_of_child(self, op):
        if not op.counts or op.type not in (SET, EVENT):
            return False
        row = self.schema.events.get(op.event) if op.type == EVENT else None
        if row is not None and op.roles & self.event_roles(row) == 0:
            return False
        if row is not None and row["kinds"] == 1 << 3:
            return True
        rows = [self.schema.fields[w.field] for w in op.writes if w.field in self.schema.fields and w.verb in (1, 2)]
        return any(r["kinds"] == 1 << 3 and r["place"] != "detail" and op.roles & self.set_roles(r) != 0 for r in rows)

    def fits(self, row):
        return self.kind == 0 or (self.kind < 32 and row["kinds"] >> self.kind & 1 == 1)

    def bit(self, row, name):
        return row["flags"] & self.schema.bits[name] != 0

    def own_scope(self, op):
        """4.2, of an op that is opened"""
        row = self.schema.events.get(op.event) if op.type == EVENT else None
        if row is not None and self.bit(row, "EVENT_OPENS_EPISODE"):
            return thing_id(op.id)
        return op.said["refs"][0] if op.said.get("refs") else ZERO

    def scopes(self):
        for op in self.ops.values():
            op.scope = ZERO
            if op.said is None:
                continue
            row = self.schema.events.get(op.event) if op.type == EVENT else None
            op.scope = self.own_scope(op)
            for w in op.writes:
                w.row = self.schema.fields.get(w.field)
                w.scope = op.scope if w.row is not None and w.row["place"] == "episode" else ZERO
            op.event_scope = ZERO
            if row is not None and (self.bit(row, "EVENT_EPISODE") or self.bit(row, "EVENT_OPENS_EPISODE")):
                op.event_scope = op.scope

    # --- section 10 -------------------------------------------------------------------------------

    def collect_events(self):
        self.events = sorted((op for op in self.ops.values() if op.counts and op.type == EVENT), key=lambda o: (o.t, o.id))
        in_events = {op.id for op in self.events}
        for op in self.events:
            op.event_row = self.schema.events.get(op.event)
            op.event_ok = (op.event_row is not None and self.fits(op.event_row)
                           and op.roles & self.event_roles(op.event_row) != 0)
            op.is_withdrawal = op.event_ok and (bool(op.said.get("withdraws")) or self.bit(op.event_row, "EVENT_WITHDRAWS"))
            op.withdrawn = op.corrected = op.counted = False
            op.unsaid = op.put_otherwise = False  # 10.7: by right
            op.moved = True
            op.void_same = set()
            op.class_name = None
            op.corrected_by = []

        def targets(op):
            for ref, _ in op.said.get("corrects", []):
                if ref not in in_events:
                    continue
                e = self.ops[ref]
                if e.event_row is None or not self.fits(e.event_row):
                    continue
                if e.is_withdrawal or op.roles & self.event_roles(e.event_row) == 0:
                    continue
                if not self.bit(e.event_row, "EVENT_OWN_SIDE") or e.division == op.division:  # 10.5
                    yield e

        for w in self.events:
            if not w.is_withdrawal:
                continue
            for e in targets(w):
                same = w.said.get("same_as", [])
                if same:
                    e.void_same.update(same)
                else:
                    e.withdrawn = True
                    e.unsaid = e.unsaid or self.by_right(w, e)
        for c in self.events:
            if c.event_ok and not c.is_withdrawal and not c.withdrawn:
                for e in targets(c):
                    if e is not c:
                        e.corrected = True
                        e.put_otherwise = e.put_otherwise or self.by_right(c, e)
                        if e.event_ok:  # 10.6: a proposal that is taken up is no event that is put right
                            e.corrected_by.append(c)

    def by_right(self, op, e):
        return op.division == e.division or op.roles & self.inspectors() != 0

    def stands_to_machines(self, e):
        """10.7"""
        if e.event_ok and e.event_row["class"] == self.schema.bits["CLASS_SIGHTING"]:
            return not e.is_withdrawal and not e.unsaid
        return self.live(e)

    def merge_episodes(self):
        """4.6"""
        merges = [e for e in self.events if self.live(e) and e.event_row["name"] == "episode_merged"
                  and not any(c.event != e.event for c in e.corrected_by)]
        if not merges:
            return
        classes = [{ZERO}] if self.reports is not None else []
        classes += [{thing_id(e.id)} for e in self.events if self.live(e) and self.bit(e.event_row, "EVENT_OPENS_EPISODE")]
        over = [e for e in self.events if self.live(e) and e.event_row["name"] in
                ("returned", "return_confirmed", "found_dead_confirmed", "episode_closed", "episode_cancelled")]
        raw = {e.id: e.event_scope for e in over}
        about = field_named(self.schema, "about")
        for m in merges:  # in order
            other = self.detail(m, about)
            other = ZERO if other == self.case_id else other
            x = next((c for c in classes if m.event_scope in c), None)
            y = next((c for c in classes if other in c), None)
            if x is None or y is None or x is y:
                continue
            if any(raw[e.id] in x | y and (e.t, e.id) < (m.t, m.id) for e in over):
                self.notes.add((14, m.event, (m.id, 0), ZERO))
                continue
            classes = [c for c in classes if c is not x and c is not y] + [x | y]
        into = {scope: min(c) for c in classes for scope in c}
        for op in self.ops.values():
            op.scope = into.get(op.scope, op.scope)
            op.event_scope = into.get(getattr(op, "event_scope", ZERO), getattr(op, "event_scope", ZERO))
            for w in op.writes:
                if w.row is not None and w.row["place"] == "episode":
                    w.scope = op.scope

    def live(self, op):
        return op.event_ok and not op.withdrawn and not op.is_withdrawal

    def puts_own_right(self, op):
        """9.2, 12.2: it corrects an event of its own number that stands."""
        return any(e.event == op.event and not e.withdrawn and op in e.corrected_by for e in self.events)

    def detail(self, op, number):
        """11.4: the readable value, or None."""
        row = self.schema.fields[number]
        for w in op.writes:
            if w.field == number and not w.withheld and w.value is not None and w.value[0] == wire_type(row):
                return w.value[1]
        return None

    # --- section 9 --------------------------------------------------------------------------------

    def ownership(self):
        self.owner_state, self.owner, self.epoch, self.offered, self.claimants = 0, b"", 0, b"", []
        self.epochs = {}        # epoch -> owner
        self.raised = {}        # epoch -> op that raised it
        self.first_claim = {}   # epoch -> first claim in it
        self.claims = []
        self.offer = self.lapse = None  # the op of the offer that stands; the lapse that took effect last
        self.lapsed_to = b""
        self.contesting = set()         # accepting ops that contested
        self.lacked, self.weighed, self.decided = set(), 0, 0
        if self.begins is not None:
            self.owner_state, self.owner, self.epoch = 1, self.begins.division, 1
            self.epochs[1] = self.owner
        for op in self.events:
            if not self.live(op):
                continue
            if op.event_row["name"] == "clock_breached":
                self.lapse_step(op)
            if op.event_row["class"] != self.schema.bits["CLASS_OWNERSHIP"]:
                continue
            if self.puts_own_right(op):
                op.moved = False
                continue
            op.moved = self.owner_step(op)
            if op.moved:
                self.lapse = None
            else:
                self.notes.add((4 if op.id in self.lacked else 11, op.event, (op.id, 0), ZERO))

    def lacks_rank(self, op):
        """9.6"""
        if not self.bit(op.event_row, "EVENT_RANK_IF_HIGH") or op.roles & self.inspectors():
            return False
        self.weighed += 1
        if self.weighed > 256 or self.missing_at_high_risk((op.t, op.id)):
            self.lacked.add(op.id)
        return op.id in self.lacked

    def inspectors(self):
        return 1 << self.schema.roles["INSP"] | 1 << self.schema.roles["SUPT"]

    def missing_at_high_risk(self, at):
        risk = field_named(self.schema, "missing_risk")
        for key in self.machines:
            if key[0] != 5 or (self.level(key[1], risk, at) or 0) < 4:
                continue
            before = [(step, state) for step, state in self.led_to[key] if (step.t, step.id) < at]
            state = before[-1][1] if before else 1
            for back, sighting in self.disputing[key]:
                if before and before[-1][0] is back and (sighting.t, sighting.id) < at:
                    state = 5
            if state in (1, 2, 3, 5, 9):
                return True
        return False

    def level(self, scope, field, at):
        """19.5: the greatest of a MAX cell as it stood at a place in the order; None: nothing did."""
        out = None
        for w in self.cells.get((scope, field), []):
            if not (w.authorised or w.floor) or w.verb not in (1, 2) or (w.op.t, w.op.id) > at:
                continue
            if any(n.authorised and (n.op.t, n.op.id) <= at and w in self.named_in_cell(n) for n in self.cells[(scope, field)]):
                continue
            out = w.ordinal if out is None else max(out, w.ordinal)
        return out

    def lapse_step(self, op):
        due = self.detail(op, field_named(self.schema, "due"))
        if self.owner_state != 2 or due is None or due[0] >= op.author_time:
            return
        if self.detail(op, field_named(self.schema, "clock")) != thing_id(self.offer.id, 65536 + 9):
            return
        self.lapse, self.lapsed_to = op, self.offered
        self.owner_state, self.offered = 1, b""

    def claim(self, op, a):
        self.owner_state, self.offered = 3, b""
        self.claimants.append(a)
        self.claims.append(op)
        self.first_claim.setdefault(self.epoch, op)

    def owner_step(self, op):
        name, a = op.event_row["name"], op.division
        x = self.detail(op, field_named(self.schema, "to_division"))
        state = self.owner_state
        if name == "handover_offer" and state == 1 and a == self.owner and x and x != self.owner:
            self.owner_state, self.offered, self.offer = 2, x, op
        elif name == "handover_accept" and state == 2 and a == self.offered and not self.lacks_rank(op):
            self.raise_epoch(op, a)
        elif name == "handover_accept" and state == 1 and self.lapse is not None and a == self.lapsed_to and not self.knows(op, self.lapse):
            self.contesting.add(op.id)
            self.claim(op, a)
        elif name == "handover_decline" and state == 2 and a == self.offered:
            self.owner_state, self.offered = 1, b""
        elif name == "handover_withdraw" and state == 2 and a == self.owner:
            self.owner_state, self.offered = 1, b""
        elif name == "handover_claim" and state != 0 and a != self.owner and len(self.claimants) < 8 and a not in self.claimants:
            self.claim(op, a)
        elif name == "arbitration" and x:
            overlooks = self.overlooks(op)
            if not overlooks and state == 3:
                self.raise_epoch(op, x)
            elif overlooks and x != self.owner and len(self.claimants) < 8 and x not in self.claimants:
                self.contesting.add(op.id)
                self.claim(op, x)
            else:
                return False
        else:
            return False
        return True

    def overlooks(self, op):
        """9.2"""
        standing = [o for o in [self.raised.get(self.epoch)] + self.claims if o is not None and o.event_row["name"] == "arbitration"]
        self.decided += bool(standing)
        return bool(standing) and (self.decided > 256 or any(not self.knows(op, o) for o in standing))

    def raise_epoch(self, op, owner):
        self.epoch += 1
        self.owner_state, self.owner, self.offered = 1, owner, b""
        self.claimants, self.claims = [], []
        self.epochs[self.epoch] = owner
        self.raised[self.epoch] = op

    def write_epoch(self, w):
        """9.4"""
        n = w.op.said.get("epoch", 0)
        if n:
            return n
        return 1 + sum(1 for op in self.raised.values() if (op.t, op.id) < (w.op.t, w.op.id))

    def owner_wrote(self, w):
        """9.5"""
        n = self.write_epoch(w)
        at = (w.op.t, w.op.id)
        if not 1 <= n <= self.epoch or self.epochs.get(n) != w.op.division:
            return False
        nxt, claim = self.raised.get(n + 1), self.first_claim.get(n)
        return (nxt is None or at < (nxt.t, nxt.id)) and (claim is None or at < (claim.t, claim.id))

    # --- section 5 --------------------------------------------------------------------------------

    def judge_writes(self):
        self.writes = [w for op in self.ops.values() if op.said is not None for w in op.writes]
        for w in self.writes:
            self.judge_form(w)
        self.cells = defaultdict(list)
        self.by_dot = {}
        for w in self.writes:
            if w.row is not None and w.row["place"] != "detail":
                self.cells[(w.scope, w.field)].append(w)
            self.by_dot[w.dot] = w
        for w in sorted((w for w in self.writes if w.eligible and not w.floor and w.row["rule"] != "OWN"), key=lambda w: w.later):
            self.judge_standing(w)

    def judge_owned(self):
        """5.9 needs the owner, and the owner (9.6) what stands in the others' cells."""
        for w in self.writes:
            if w.eligible and not w.floor and w.row["rule"] == "OWN":
                self.judge_standing(w)

    def judge_form(self, w):
        op = w.op
        if op.verdict == PENDING:
            w.fate = F_PENDING
            return
        if op.verdict == VOID:
            w.fate = F_VOID
            return
        if op.verdict == VOID_FLOOR:
            w.fate = F_VOID
            if self.formed(w) == "formed" and w.row["rule"] == "MAX" and op.roles & self.set_roles(w.row) != 0:
                w.floor = w.eligible = True
                w.fate = FLOOR
            return
        formed = self.formed(w)
        if formed != "formed":
            w.fate = formed
            return
        rule = w.row["rule"]
        if rule == "IMM":
            own = op is self.opening and w.scope == ZERO
            opens = op.type == EVENT and op.event in self.schema.events and \
                self.bit(self.schema.events[op.event], "EVENT_OPENS_EPISODE")
            opener = opens and row_is_episodes(w.row)
            if not own and not opener:
                w.fate = PROPOSAL
                return
        if op.type == EVENT and op.event in self.schema.events:
            row = self.schema.events[op.event]
            if not self.fits(row) or op.roles & self.event_roles(row) == 0:
                w.fate = PROPOSAL
                return
        need = self.set_roles(w.row) if w.verb in (1, 2) else self.lower_roles(w.row)
        if op.roles & need == 0:
            w.fate = PROPOSAL
            return
        w.eligible = True

    def formed(self, w):
        op, row = w.op, w.row
        opens = op is self.opening or (op.verdict == VOID_FLOOR and case_id_of(op.id) == self.case_id)  # 5.12
        if op.type not in (OPEN, SET, EVENT) or (op.type == OPEN and not opens):
            return UNKNOWN
        if row is None or not self.fits(row):
            return UNKNOWN
        rule, detail = row["rule"], row["place"] == "detail"
        if rule in ("TAL", "FSM", "CLK", "DRV") or (rule == "LOG" and not detail):
            return UNKNOWN
        if detail:
            return DETAIL if op.type == EVENT else UNKNOWN
        verbs = {"ORS": (2, 3), "GOS": (2, 4)}.get(rule, (1,))
        if w.verb not in verbs:
            return UNKNOWN
        if w.verb in (1, 2):
            if rule == "MAX":
                w.ordinal = self.ordinal_of(w)
                if w.ordinal is None:
                    return UNKNOWN
            elif not w.withheld and (w.value is None or w.value[0] != wire_type(row)):
                return UNKNOWN
        return "formed"

    @staticmethod
    def ordinal_of(w):
        if w.max_value is not None:
            return w.max_value
        if w.withheld or w.value is None or w.value[0] not in ("n", "f") or w.value[1] < 0:
            return None
        return w.value[1]

    def named_in_cell(self, w):
        """7.1: the writes of w's own cell that it names, itself left out."""
        out = []
        event = self.schema.events.get(w.op.event) if w.op.type == EVENT else None
        if event is not None and self.bit(event, "EVENT_OPENS_EPISODE") and row_is_episodes(w.row):
            return out
        for dot in dict.fromkeys(map(tuple, w.supersedes)):
            other = self.by_dot.get(dot)
            if other is not None and other is not w and other.field == w.field and other.scope == w.scope:
                out.append(other)
        return out

    def judge_standing(self, w):
        row = w.row
        if row["rule"] == "OWN" and not self.owner_wrote(w):
            w.fate = PROPOSAL
            return
        if w.op.roles & self.lower_roles(row) == 0 and self.would_lower(w):
            w.fate = PROPOSAL
            return
        w.authorised = True
        w.fate = ACT if w.verb in (3, 4) else CURRENT

    def would_lower(self, w):
        """5.10"""
        named = [n for n in self.named_in_cell(w) if n.eligible and n.verb in (1, 2)]
        rule = w.row["rule"]
        if rule == "MAX":
            return any(n.ordinal > w.ordinal for n in named)
        if rule == "MIN":
            return any(earliest(n) < earliest(w) for n in named)
        if rule == "ORS":
            return w.verb == 2 and any(not equal(n, w) for n in named)
        if rule == "MVR":
            return any(not equal(a, b) for a in named for b in named if a is not b) or self.ends_conflict(w)
        return False

    def ends_conflict(self, w):
        """5.10, of a MVR cell: earlier writes are judged already."""
        earlier = [x for x in self.cells[(w.scope, w.field)] if x.authorised and x.later < w.later]
        named = {n.dot for x in earlier for n in self.named_in_cell(x)}
        standing = [x for x in earlier if x.dot not in named]
        own = {n.dot for n in self.named_in_cell(w)}
        return (any(not equal(a, b) for a in standing for b in standing)
                and all(equal(x, w) for x in standing if x.dot not in own))

    # --- sections 7 and 8 -------------------------------------------------------------------------

    def resolve_cells(self):
        self.listed = []
        for (scope, field), writes in self.cells.items():
            row = self.schema.fields[field]
            if not self.fits(row):
                continue
            self.resolve(scope, field, row, writes)

    def resolve(self, scope, field, row, writes):
        rule = row["rule"]
        superseded_by = defaultdict(list)
        struck = set()
        for w in writes:
            if not w.authorised:
                continue
            for n in self.named_in_cell(w):
                if n.verb not in (1, 2):
                    continue
                if rule == "GOS":
                    if w.verb == 4 and n.authorised:
                        struck.add(n)
                elif n.authorised or n.floor or n.fate == PROPOSAL:
                    superseded_by[n].append(w)
        for n in superseded_by:
            n.fate = SUPERSEDED
        for n in writes:
            n.struck = n in struck
        standing = [w for w in writes if w.authorised and w.verb in (1, 2) and w not in superseded_by]
        floors = [w for w in writes if w.floor and w not in superseded_by]
        proposals = [w for w in writes if w.fate == PROPOSAL]
        gone = [w for w in writes if w.fate == SUPERSEDED]
        if not standing and not floors and not gone and not proposals:
            return
        cell = {"scope": scope, "field": field, "row": row, "values": [], "shown": None, "conflict": False,
                "superseded": len(gone), "proposals": len(proposals)}
        self.listed.append(cell)
        if rule in ("ORS", "GOS"):
            self.set_values(cell, rule, standing, struck, superseded_by)
        else:
            self.single_values(cell, rule, standing, floors, writes)
        self.value_flags(cell)
        cell["conflict"] = any(w.fate == CONFLICT for w in standing)
        if cell["conflict"]:
            roles = self.lower_roles(row) or self.set_roles(row)
            dots = sorted(w.dot for w in standing if w.fate == CONFLICT)
            self.conflicts.append((scope, field, roles, cell["shown"], dots))

    def single_values(self, cell, rule, standing, floors, writes):
        late = sorted(standing, key=lambda w: w.later, reverse=True)
        shown = None
        if rule == "IMM" and standing:
            heads = [w for w in standing if not any(o.op is w.op and o.index < w.index for o in standing)]
            shown = min(heads, key=lambda w: (begins(w), w.later))
            for w in standing:
                w.fate = CURRENT if w is shown else OUTRANKED
        elif rule == "LWW" and standing:
            shown = late[0]
            for w in standing:
                w.fate = CURRENT if w is shown else OUTRANKED
        elif rule == "OWN" and standing:
            e = max(self.write_epoch(w) for w in standing)
            top = [w for w in late if self.write_epoch(w) == e]
            for w in standing:
                w.fate = OUTRANKED
            fate = CURRENT if all(equal(a, b) for a in top for b in top) else CONFLICT
            for w in top:
                w.fate = fate
            shown = top[0]
        elif rule == "MVR" and standing:
            same = all(equal(a, b) for a in standing for b in standing)
            for w in standing:
                w.fate = CURRENT if same else CONFLICT
            shown = late[0] if same else self.safe_value(cell["row"], late)
        elif rule == "MAX" and (standing or floors):
            shown = self.max_values(standing, floors, cell)
        elif rule == "MIN" and standing:
            m = min(earliest(w) for w in standing)
            best = [w for w in late if earliest(w) == m]
            for w in standing:
                w.fate = CURRENT if earliest(w) == m else OUTRANKED
            shown = best[0]
        cell["shown"] = shown.dot if shown is not None else None
        cell["shown_write"] = shown
        values = sorted(standing + floors, key=lambda w: w.later, reverse=True)
        cell["values"] = [(w, 1) for w in values]

    def safe_value(self, row, late):
        readable = [w for w in late if not w.withheld]
        pool = readable or late
        if self.bit(row, "FIELD_SHOW_HIGHEST") and readable:
            return max(pool, key=lambda w: (w.value[1], w.later))
        if self.bit(row, "FIELD_SHOW_LOWEST") and readable:
            low = min(w.value[1] for w in pool)
            return next(w for w in late if not w.withheld and w.value[1] == low)
        if self.bit(row, "FIELD_SHOW_HIGHEST") or self.bit(row, "FIELD_SHOW_LOWEST"):
            return late[0]
        mine = [w for w in late if w.op.division == self.owner] if self.owner_state else []
        return mine[0] if mine else late[0]

    def max_values(self, standing, floors, cell):
        m = max(w.ordinal for w in standing + floors)
        cell["m"] = m
        for w in standing:
            w.fate = CURRENT if w.ordinal == m else OUTRANKED
            w.raised = w.ordinal < m and any(n.eligible and n.verb in (1, 2) and n.ordinal > w.ordinal for n in self.named_in_cell(w))
        tops = [w for w in standing if w.ordinal == m] or [w for w in floors if w.ordinal == m]
        return max(tops, key=lambda w: w.later)

    def set_values(self, cell, rule, standing, struck, superseded_by):
        groups = []
        for w in standing:
            w.fate = CURRENT
            for group in groups:
                if equal(group[0], w):
                    group.append(w)
                    break
            else:
                groups.append([w])
        elements = []
        for group in groups:
            head = max(group, key=lambda w: w.later)
            head.element_flags = 0
            if rule == "GOS" and all(w in struck for w in group):
                head.element_flags |= 1
            if rule == "ORS":
                removers = [r for n, by in superseded_by.items() for r in by if r.verb == 3 and equal(n, head)]
                head.remover = max(removers, key=lambda w: w.later, default=None)
                if removers and head.remover.op.id not in head.op.names:
                    head.element_flags |= 8
            elements.append((head, len(group)))
        plain = sorted((e for e in elements if not e[0].withheld), key=lambda e: e[0].value)
        hidden = sorted((e for e in elements if e[0].withheld), key=lambda e: e[0].later, reverse=True)
        cell["values"] = plain + hidden
        cell["shown_write"] = None

    def value_flags(self, cell):
        row = cell["row"]
        for w, _ in cell["values"]:
            w.flags = getattr(w, "element_flags", 0)
            if w.fate == FLOOR:
                w.flags |= 2
                self.notes.add((13, cell["field"], w.dot, ZERO))
            if w.withheld:
                w.flags |= 4
            if row["type"] == "enum" and self.enum_number(w) is not None and self.enum_number(w) not in self.schema.scales[row["scale"]]:
                w.flags |= 16
            if getattr(w, "raised", False):
                w.flags |= 32
                self.notes.add((1, cell["field"], w.dot, cell["shown"][0]))
            if w.flags & 8:
                self.notes.add((8, cell["field"], w.dot, w.remover.op.id))

    @staticmethod
    def enum_number(w):
        if w.row["rule"] == "MAX":
            return w.ordinal
        return None if w.withheld else w.value[1]

    # --- section 11 -------------------------------------------------------------------------------

    def tally(self):
        members = [op for op in self.events if op.event_ok and not op.is_withdrawal and self.bit(op.event_row, "EVENT_TALLIED")]
        by_thing = {thing_id(op.id): op for op in self.events}
        parent = {op.id: op.id for op in members}

        def find(x):
            while parent[x] != x:
                x = parent[x]
            return x

        def join(a, b):
            parent[find(a.id)] = find(b.id)

        exhibit = field_named(self.schema, "exhibit")
        for m in members:
            if m.withdrawn:
                continue
            for same in m.said.get("same_as", []):
                if same in m.void_same:
                    continue
                other = by_thing.get(same)
                if other is None:
                    continue
                if other.event != m.event:
                    self.notes.add((10, m.event, (m.id, 0), other.id))
                elif other.id in parent and other is not m:
                    join(m, other)
            mine = self.detail(m, exhibit)
            for other in members:
                if mine and other is not m and not other.withdrawn and other.event == m.event and self.detail(other, exhibit) == mine:
                    join(m, other)
        for e in members:
            for c in e.corrected_by:
                if c.id in parent and c.event == e.event:
                    join(c, e)
        classes = defaultdict(list)
        for m in members:
            classes[find(m.id)].append(m)
        self.rows = {}
        for group in classes.values():
            name = min(m.id for m in group)
            for m in group:
                m.class_name = name
            heads = [m for m in group if not m.corrected and not m.withdrawn]
            if heads:
                self.count_class(heads)

    def measures(self, op):
        fields = {n: field_named(self.schema, n) for n in ("not_counted", "count", "pence", "mg", "wraps", "within")}

        def number(name, default):
            v = self.detail(op, fields[name])
            return default if v is None else max(0, v)

        unknown = self.detail(op, fields["not_counted"]) == 1
        subtype = -1
        if op.event_row["subtype"]:
            v = self.detail(op, op.event_row["subtype"])
            subtype = -1 if v is None else v
        return (subtype, self.detail(op, fields["within"]) is not None, unknown, 0 if unknown else number("count", 1),
                number("pence", 0), number("mg", 0), number("wraps", 0))

    def count_class(self, heads):
        rep = max(heads, key=lambda o: (o.t, o.id))
        rep.counted = True
        subtype, within, unknown, count, pence, mg, wraps = self.measures(rep)
        differs = len({self.measures(h) for h in heads}) > 1
        places = [(0, b"")] + [(1, d) for d in sorted({h.division for h in heads})]
        for dim in DIMENSIONS:
            texts = set()
            for h in heads:
                v = self.detail(h, dim)
                if v is None:
                    continue
                row = self.schema.fields[dim]
                if row["type"] == "enum":
                    v = self.schema.scales[row["scale"]].get(v, str(v)).encode()
                texts.add(v)
            places += [(dim, t) for t in sorted(texts)]
        per_dim = defaultdict(int)
        for dim, _ in places:
            per_dim[dim] += 1
        for dim, value in places:
            key = (rep.event, subtype, within, dim, value)
            row = self.rows.setdefault(key, [0, 0, 0, 0, 0, False, False, False])
            for i, amount in enumerate((1, count, pence, mg, wraps)):
                row[i] = min(MAX64, row[i] + amount)
            row[5] |= unknown
            row[6] |= per_dim[dim] > 1
            row[7] |= differs

    # --- section 12 -------------------------------------------------------------------------------

    def run_machines(self):
        case_machine = self.schema.machine_of
        self.machines = {}
        if self.begins is not None and self.kind in case_machine:
            self.machines[(case_machine[self.kind], ZERO)] = [1, None]
        if self.reports is not None:
            self.machines[(5, ZERO)] = [1, None]
        if self.kind in (0, 3):
            for op in self.events:
                if self.live(op) and self.bit(op.event_row, "EVENT_OPENS_EPISODE") and op.event_scope == thing_id(op.id):
                    self.machines[(5, thing_id(op.id))] = [1, None]
        self.applied = defaultdict(list)  # machine -> applied steps
        self.led_to = defaultdict(list)   # machine -> (step, state)
        self.refused = []                 # (machine, op, roles)
        self.guarded = 0
        for op in self.events:
            if not self.live(op):
                continue
            if self.puts_own_right(op):
                continue
            if any(c.event != op.event for c in op.corrected_by):
                continue
            for key in [k for k in self.machines if k[0] != 5 and k[1] == ZERO] + [k for k in self.machines if k == (5, op.event_scope)]:
                self.try_step(key, op)
        self.disputes()
        self.behind_closes()
        self.weigh_deaths()
        self.keep_open()
        self.step_conflicts()

    def deaths(self, key):
        """12.7: the reports that stand."""
        return [e for e in self.events if self.live(e) and e.event_row["name"] == "found_dead" and (5, e.event_scope) == key]

    def weigh_deaths(self):
        """12.7"""
        for key, machine in self.machines.items():
            if key[0] != 5 or machine[0] == 8 or not self.deaths(key):
                continue
            told = self.deaths(key)
            for e in told:
                self.notes.add((7, e.event, (e.id, 0), ZERO))
            if machine[0] in (1, 2, 3, 5, 9):
                continue
            machine[0], last = 5, machine[1]
            self.disputing[key] += [(last, e) for e in told]
            self.conflicts.append((key[1], 364, self.inspectors(), (last.id, 0), sorted([(last.id, 0)] + [(e.id, 0) for e in told])))

    def keep_open(self):
        """12.9"""
        child = self.machines.get((3, ZERO), [0, None])
        if child[0] in (2, 3) and any(key[0] == 5 and m[0] in (1, 2, 3, 5, 9) for key, m in self.machines.items()):
            child[0] = 1
            self.notes.add((15, child[1].event, (child[1].id, 0), ZERO))

    def try_step(self, key, op):
        machine = self.machines[key]
        rows = [s for s in self.schema.steps if s["machine"] == key[0] and s["event"] == op.event]
        if not rows:
            return
        row = next((s for s in rows if s["from"] >> machine[0] & 1), None)
        if row is None:
            if not any(s["to"] == machine[0] or s["flags"] & self.schema.bits["STEP_SOFT"] for s in rows):
                self.refuse_step(key, op, rows[0]["roles"])
            return
        if op.roles & row["roles"] == 0:
            self.lacks_role(key, op, row)
            return
        if row["flags"] & self.schema.bits["STEP_IN_PERSON"] and self.detail(op, field_named(self.schema, "how_known")) not in (4, 5):
            self.refuse_step(key, op, row["roles"])
            return
        if row["flags"] & self.schema.bits["STEP_DEATH_REPORTED"] and not self.deaths(key):
            self.refuse_step(key, op, row["roles"])
            return
        if row["flags"] & self.schema.bits["STEP_RANK_IF_HIGH"] and self.risk_is_high(key[1]) and not op.roles & self.inspectors():
            self.lacks_role(key, op, row)
            return
        blocker = self.blocker(key, op, row)
        if blocker is not None:
            self.notes.add((3, op.event, (op.id, 0), blocker.id))
            self.refused.append((key, op, row["roles"]))
            return
        machine[0], machine[1] = row["to"], op
        self.applied[key].append(op)
        self.led_to[key].append((op, row["to"]))

    def lacks_role(self, key, op, row):
        self.notes.add((4, op.event, (op.id, 0), ZERO))
        if not row["flags"] & self.schema.bits["STEP_SOFT"]:
            ranked = row["flags"] & self.schema.bits["STEP_RANK_IF_HIGH"] and self.risk_is_high(key[1])
            self.refused.append((key, op, self.inspectors() if ranked else row["roles"]))

    def refuse_step(self, key, op, roles):
        self.notes.add((2, op.event, (op.id, 0), ZERO))
        self.refused.append((key, op, roles))

    def risk_is_high(self, scope):
        return (self.level(scope, field_named(self.schema, "missing_risk"), (MAX64 + 1, b"")) or 0) >= 4

    def blocker(self, key, op, row):
        if row["held_by"] == 0:
            return None
        some = [x for x in self.events if self.stands_to_machines(x) and x is not op and row["held_by"] >> x.event_row["class"] & 1
                and (key[0] != 5 or x.event_scope == key[1])]
        if not some:
            return None
        self.guarded += 1
        if self.guarded > 256:
            return some[-1]
        between = [x for x in some if not self.knows(op, x) and not self.knows(x, op)]
        return between[-1] if between else None

    def occurred(self, op):
        v = self.detail(op, field_named(self.schema, "occurred"))
        return v if v is not None else (op.author_time, op.author_time)

    def recorded(self, key, s):
        """12.6: as another absence; by the states that steps led to."""
        return any(k[0] == 5 and k != key and state != 7 and (state in (1, 2, 3, 9) or (last is not None and (last.t, last.id) > (s.t, s.id)))
                   for k, (state, last) in self.stepped.items())

    def disputes(self):
        self.disputing = defaultdict(list)  # machine -> (return, sighting)
        self.stepped = {key: tuple(m) for key, m in self.machines.items()}
        for key, machine in self.machines.items():
            if key[0] != 5 or machine[0] not in (3, 4):
                continue
            state, r = machine
            disputing = []
            for s in self.events:
                if not self.stands_to_machines(s) or s.put_otherwise or s.event_row["class"] != self.schema.bits["CLASS_SIGHTING"]:
                    continue
                if s.event_scope != key[1] or s is r:
                    continue
                seen, back = self.occurred(s), self.occurred(r)
                if self.knows(r, s) and seen[0] <= back[1]:
                    continue
                if self.detail(s, field_named(self.schema, "confidence")) == 4:
                    continue
                if seen[1] < back[0]:
                    continue
                confirmed = self.detail(s, field_named(self.schema, "confidence")) == 3
                asked = not confirmed or self.knows(r, s) or self.recorded(key, s)
                if state == 4 and self.verified(key[1], r) and seen[0] > back[1] and asked:
                    self.notes.add((6, 364, (s.id, 0), r.id))
                    continue
                self.notes.add((5, 364, (s.id, 0), r.id))
                disputing.append((s.id, 0))
                self.disputing[key].append((r, s))
            if disputing:
                machine[0] = 5
                self.conflicts.append((key[1], 364, self.inspectors(), (r.id, 0), sorted([(r.id, 0)] + disputing)))

    def behind_closes(self):
        for key, (state, close) in self.machines.items():
            steps = [step for step, _ in self.led_to[key]]
            if key[0] != 5 or state != 6 or len(steps) < 2:
                continue
            r = steps[-2]
            for s in self.events:
                if self.is_sighting(key, s) and not self.knows(close, s) and self.occurred(s)[0] > self.occurred(r)[1]:
                    self.notes.add((6, 364, (s.id, 0), r.id))

    def is_sighting(self, key, s):
        return (self.stands_to_machines(s) and not s.put_otherwise and s.event_row["class"] == self.schema.bits["CLASS_SIGHTING"] and s.event_scope == key[1]
                and self.detail(s, field_named(self.schema, "confidence")) != 4)

    def verified(self, scope, r):
        name = r.event_row["name"]
        if name in ("return_confirmed", "close_corrected"):
            return True
        if name != "returned":
            return False
        if self.detail(r, field_named(self.schema, "interviewed")) == 1:
            return True
        return any(self.live(e) and e.event_row["name"] == "prevention_interview" and e.event_scope == scope
                   and (e.t, e.id) > (r.t, r.id) for e in self.events)

    def step_conflicts(self):
        fields = {1: 4, 2: 5, 3: 6, 4: 7, 5: 364}
        for key, op, roles in self.refused:
            at = (op.t, op.id)
            if any((a.t, a.id) > at and op.id in a.names for a in self.applied[key]):
                continue
            last = self.machines[key][1]
            first = (last.id, 0) if last is not None else (self.opening.id, 0) if self.opening is not None else (ZERO, 0)
            self.conflicts.append((key[1], fields[key[0]], roles, first, sorted({first, (op.id, 0)})))

    # --- section 13 -------------------------------------------------------------------------------

    def clocks(self):
        """Section 19 is a module of its own."""
        self.duties = duties.Duties(self)

    def finish(self):
        classes = {self.schema.bits[c] for c in ("CLASS_SIGHTING", "CLASS_ACTIVITY", "CLASS_INTEL")}
        happened = [self.occurred(op)[1] for op in self.events if self.live(op) and op.event_row["class"] in classes]
        self.last_happened = max(happened) if happened else 0
        lro = field_named(self.schema, "lro")
        if self.machines.get((1, ZERO), [0])[0] == 2:  # 12.8
            if not any(w.authorised and w.fate in (CURRENT, CONFLICT, OUTRANKED) for w in self.cells.get((ZERO, lro), [])):
                self.notes.add((9, lro, (ZERO, 0), ZERO))
        if self.owner_state == 3:
            row = next(e for e in self.schema.events.values() if e["name"] == "arbitration")
            shown = self.raised[self.epoch] if self.epoch in self.raised else self.begins
            self.conflicts.append((ZERO, 3, self.event_roles(row), (shown.id, 0), sorted((c.id, 0) for c in self.claims)))
        for op in self.ops.values():
            if op.verdict == EFFECTIVE and op.flags & 31:
                self.notes.add((12, op.flags & 31, (op.id, 0), ZERO))
        self.flags = 0 if self.opening is not None else 1
        for op in self.ops.values():
            if op.verdict == EFFECTIVE and (op.said is None or any(w.withheld for w in op.writes)):
                self.flags |= 2
            if op.verdict == EFFECTIVE and op.said is not None and op.said.get("newer"):
                self.flags |= 4
        if any(w.fate == UNKNOWN for w in self.writes) or any(op.event_row is None for op in self.events):
            self.flags |= 4
        if any(w.fate == FLOOR for w in self.writes):
            self.flags |= 8

    # --- section 14 -------------------------------------------------------------------------------

    def encode(self):
        out = []
        ops = sorted(self.ops.values(), key=lambda o: o.id)
        proposals = sum(w.fate == PROPOSAL for w in self.writes) + sum(op.event_row is not None and not op.event_ok for op in self.events)
        out.append("casewire-state %d" % self.schema.version)
        out.append("case " + self.case_id.hex())
        out.append("kind %d %d %d" % (self.kind, self.synthetic, self.flags))
        out.append("opening %s %d" % (maybe(self.begins.division if self.begins else b""), self.begins.author_time if self.begins else 0))
        out.append("owner %d %s %d %s %s" % (self.owner_state, maybe(self.owner), self.epoch, maybe(self.offered),
                                             ",".join(c.hex() for c in self.claimants) or "-"))
        effective = [o for o in ops if o.verdict == EFFECTIVE]
        out.append("counts %d %d %d %d %d %d" % (
            len(ops), len(effective), sum(o.verdict == PENDING for o in ops),
            sum(o.verdict in (VOID, VOID_FLOOR) for o in ops), sum(o.said is None for o in effective), proposals))
        out.append("last %d" % self.last_happened)
        for op in ops:
            out.append("op %s %d" % (op.id.hex(), op.t))
        for w in sorted(self.writes, key=lambda w: w.dot):
            out.append("write %s %d %d %s" % (w.op.id.hex(), w.index, w.fate, maybe(w.scope)))
        for cell in sorted(self.listed, key=lambda c: (c["scope"], c["field"])):
            out.append("cell %s %d %d %d %d %s" % (maybe(cell["scope"]), cell["field"], cell["conflict"], cell["superseded"],
                                                   cell["proposals"], dot_text(cell["shown"])))
            for w, adds in cell["values"]:
                out.append("value %s %d %d %s %d" % (canonical(w), w.fate, w.flags, dot_text(w.dot), adds))
        for op in self.events:
            out.append("event %s %d %s %d %d %d %d %s" % (op.id.hex(), op.event, maybe(op.event_scope), op.event_ok, op.corrected,
                                                          op.withdrawn, op.counted, maybe(op.class_name or b"")))
        for key in sorted(self.rows):
            row = self.rows[key]
            out.append("tally %d %d %d %d %s %d %d %d %d %d %d %d %d" % (key[0], key[1], key[2], key[3], maybe(key[4]), *row))
        for key in sorted(self.machines):
            state, last = self.machines[key]
            out.append("machine %d %s %d %s" % (key[0], maybe(key[1]), state, maybe(last.id if last else b"")))
        for scope, field, roles, shown, dots in sorted(self.conflicts, key=lambda c: (c[0], c[1], c[4])):
            out.append("conflict %s %d %d %s %s" % (maybe(scope), field, roles, dot_text(shown), ",".join(map(dot_text, dots))))
        for kind, field, dot, about in sorted(self.notes, key=lambda n: (n[0], n[2][0], n[2][1], n[3], n[1])):
            out.append("note %d %d %s %s" % (kind, field, dot_text(dot), maybe(about)))
        out.extend(self.duties.lines())
        out.append("end")
        return "\n".join(out) + "\n"

    # --- sections 14.4 and 15 ---------------------------------------------------------------------

    def shelves(self, head, by_first):
        """What stands first, then each first byte of an op_id that there is with the hash of its shelf."""
        return labelled("cw1:digest", head + b"".join(bytes([first]) + labelled("cw1:digest", b"".join(by_first[first]))
                                                      for first in sorted(by_first)))

    def state_hash(self):
        core, ops = [], {}
        for line in self.encode().splitlines(keepends=True):
            word, _, rest = line.partition(" ")
            if word in ("op", "write", "event"):
                ops.setdefault(bytes.fromhex(rest[:64]), []).append(line)
            else:
                core.append(line)
        by_first = defaultdict(list)
        for op_id in sorted(ops):
            by_first[op_id[0]].append("".join(ops[op_id]).encode("ascii"))
        return self.shelves("".join(core).encode("ascii"), by_first)

    def inputs_hash(self, positions):
        by_first = defaultdict(list)
        for op in sorted(self.ops.values(), key=lambda o: o.id):
            by_first[op.id[0]].append(op.id + op.hlc.to_bytes(8, "big") + op.log + bytes([op.verdict]) + op.flags.to_bytes(4, "big")
                                      + bytes([op.said is not None]))
        return self.shelves(self.schema.version.to_bytes(4, "big") + len(positions).to_bytes(4, "big") + positions, by_first)

    def digest_line(self):
        return "digest %s %s\n" % (self.inputs_hash(b"positions").hex(), self.state_hash().hex())


def _counts_as_name(op):
    return op.verdict == EFFECTIVE


Op.counts_as_name = _counts_as_name


def earliest(w):
    return MAXI64 + 1 if w.withheld or w.value is None else w.value[1][0]


def begins(w):
    """8.1"""
    return w.value[1][0] if w.value is not None and not w.withheld and w.value[0] == "v" else MAXI64


def row_is_episodes(row):
    return row["place"] == "episode"


def wire_type(row):
    kind = row["type"]
    if kind in TEXT_TYPES:
        return "t"
    if kind in NUMBER_TYPES:
        return "n"
    return {"flag": "f", "interval": "v", "time": "v", "ref": "i"}[kind]


def field_named(schema, name):
    return next(f["number"] for f in schema.fields.values() if f["name"] == name)


def maybe(data):
    return "-" if not any(data) and (len(data) in (0, 32)) else data.hex()


def dot_text(dot):
    if dot is None or (dot[0] == ZERO and dot[1] == 0):
        return "-"
    return "%s:%d" % (dot[0].hex(), dot[1])
