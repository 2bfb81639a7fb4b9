# SPDX-License-Identifier: Apache-2.0
"""Section 19 of docs/fold.md, and what section 16 says of it: duties, days, and who spoke about them."""

import datetime
import re

MAXI64, MINI64 = 2**63 - 1, -(2**63)
HOUR, DAY = 3_600_000, 86_400_000
LAST_MS = 253402300799999
ZERO = bytes(32)
EPOCH = datetime.date(1970, 1, 1)
LIVE = (1, 2, 3, 5, 9)
EPISODE, LIVES, RETURN, ALWAYS, OUTSIDE, EACH, BY_FIELD, OFFERED, EARLIER, NAMED, LAPSES, CONFIRMS, COMMAND = (1 << n for n in range(13))
OPENING, REPORTED, EVENT, FIELD, STRATEGY, BIRTH = range(1, 7)
SPAN, REVIEW, RISK, HANDOVER, GRADE, BIRTHDAY, ORDER = range(1, 8)
MET, WAIVED, OVER = 1, 2, 3


def clamp(ms):
    return max(MINI64, min(MAXI64, ms))


class Policy:
    def __init__(self, schema):
        self.schema = schema
        self.span, self.told, self.waive, self.soon, self.step, self.days = {}, {}, {}, {}, {}, {}
        self.ladder = {n: 1 << schema.roles[code] for n, code in (("1", "SUP"), ("2", "INSP"), ("3", "SUPT"), ("beside", "FCR"))}

    def apply(self, name, value, mask):
        first, rest = name.split(".", 1)
        if first == "ladder":
            if rest in self.ladder:
                self.ladder[rest] = mask(value)
        elif first == "calendar":
            day = date_of(rest) if len(rest) == 10 else None
            if day is not None and day >= EPOCH and value in ("holiday", "working"):
                self.days[day] = value == "working"
        else:
            self.apply_clock(*rest.rsplit(".", 1), value, mask)

    def apply_clock(self, of, what, value, mask):
        span = self.schema.span_named.get(of)
        if span is not None and span["unit"] == what:
            if number(value, span["bound"]) is not None:
                self.span[span["number"]] = int(value)
            return
        for clock in self.schema.clocks:
            if clock["name"] != of:
                continue
            if what in ("told", "waive"):
                getattr(self, what)[clock["number"]] = mask(value)
            elif what in ("soon_s", "step_s") and number(value, 3153600000) is not None:
                getattr(self, what[:4])[clock["number"]] = int(value)


def number(text, most):
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and int(text) <= most else None


# --- 19.6: days ------------------------------------------------------------------------------------


def date_of(text):
    found = re.fullmatch(r"~?(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text)
    if not found or not 1900 <= int(found.group(1)) <= 2199:
        return None
    try:
        return datetime.date(int(found.group(1)), int(found.group(2) or 1), int(found.group(3) or 1))
    except ValueError:
        return None


def has_days(ms):
    return 0 <= ms <= LAST_MS


def last_sunday(year, month):
    last = datetime.date(year, month, 31)
    return (last - datetime.timedelta((last.weekday() + 1) % 7) - EPOCH).days * DAY


def summer(ms):
    if not has_days(ms):
        return 0
    year = (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)).year
    return HOUR if last_sunday(year, 3) + HOUR <= ms < last_sunday(year, 10) + HOUR else 0


def utc(local):
    return local - summer(local - HOUR)


def midnight(day):
    return utc((day - EPOCH).days * DAY)


def birthday(day, age):
    try:
        return day.replace(year=day.year + age)
    except ValueError:
        return datetime.date(day.year + age, 3, 1)


class Duties:
    def __init__(self, fold):
        self.fold, self.schema, self.policy = fold, fold.schema, fold.policy.duties
        self.number = {}
        for f in fold.schema.fields.values():
            self.number.setdefault(f["name"], f["number"])
        self.event = {e["name"]: e["number"] for e in fold.schema.events.values()}
        self.rules()
        self.reported = self.reported_starts()
        self.clocks = []
        for row in self.schema.clocks:
            if fold.fits(row):
                self.run(row)
        self.clocks.sort(key=lambda c: (c["row"]["number"], c["scope"], c["start"].id))
        self.marks()

    # --- spans -----------------------------------------------------------------------------------

    def span(self, n):
        return self.policy.span.get(n, self.schema.spans[n]["value"])

    def named(self, name):
        return self.span(self.schema.span_named[name]["number"])

    def works(self, day):
        if day in self.policy.days:
            return self.policy.days[day]
        return day.weekday() < 5 and (day.year, day.month, day.day) not in self.schema.holidays

    def add(self, ms, n):
        unit, count = self.schema.spans[n]["unit"], self.span(n)
        if unit == "duration_s":
            return clamp(ms + count * 1000)
        if unit not in ("working_days", "months"):
            return ms
        if not has_days(ms):
            return clamp(ms + count * DAY * (30 if unit == "months" else 1))
        local = ms + summer(ms)
        day, rest = EPOCH + datetime.timedelta(local // DAY), local % DAY
        if unit == "months":
            return utc((self.months(day, count) - EPOCH).days * DAY + rest)
        if not self.works(day):
            rest = 0
            while not self.works(day):
                day += datetime.timedelta(1)
        for _ in range(count):
            day += datetime.timedelta(1)
            while not self.works(day):
                day += datetime.timedelta(1)
        return utc((day - EPOCH).days * DAY + rest)

    @staticmethod
    def months(day, count):
        year, month = day.year + (day.month - 1 + count) // 12, (day.month - 1 + count) % 12 + 1
        for last in (31, 30, 29, 28):
            try:
                return datetime.date(year, month, min(day.day, last))
            except ValueError:
                continue
        raise AssertionError("no such month")

    # --- 19.3: what counts -----------------------------------------------------------------------

    def rules(self):
        fold = self.fold
        self.own_class = self.schema.bits["CLASS_OWNERSHIP"]
        self.mark_class = self.schema.bits["CLASS_CLOCK"]
        self.idle = {e.id for e in fold.events if not e.moved}
        for e in fold.events:
            e.stands = fold.live(e)
            e.good = e.stands and all(c.event == e.event for c in e.corrected_by)
            anew = e.id in fold.contesting and e.event_row["name"] == "arbitration"  # 9.2: it settles nothing
            e.speaks = e.stands and e.id not in self.idle and not anew if e.event_row and e.event_row["class"] == self.own_class else e.good
        for e in fold.events:
            e.by = [c for c in e.corrected_by if c.good and c.event == e.event and c.event_scope == e.event_scope
                    and e.event_row["class"] != self.own_class]
            e.replaced = bool(e.by)
        self.chains()

    def says_when(self, e):
        return self.fold.detail(e, self.number["occurred"]) is not None

    def chains(self):
        """19.4: the first of each event, its time, and the claim that it or what it replaces confirmed."""
        before = {}
        for e in self.fold.events:
            for c in e.by:
                before.setdefault(c.id, []).append(e)
        for e in self.fold.events:
            e.before = before.get(e.id, [])
            e.first, e.since, e.confirms, e.due = e, self.usual(e), self.claim_of(e), None
            e.dated = self.says_when(e)
        for e in self.fold.events:
            if e.before:
                e.first = max((p.first for p in e.before), key=self.rank)
            e.confirms = min((x.confirms for x in [e] + e.before if x.confirms is not None), key=self.rank, default=None)
            for p in e.before if not self.says_when(e) else ():
                e.since, e.dated = min(e.since, p.since), e.dated or p.dated
        self.firsts = {thing_id(e.id): e.first for e in self.fold.events}

    @staticmethod
    def rank(op):
        return (op.t, op.id)

    def shows(self, e, field, mask):
        if mask == 0:
            return True
        value = self.fold.detail(e, field)
        return value is not None and 0 <= value < 32 and mask >> value & 1 == 1

    def stood(self, scope, field):
        return [w for w in self.fold.cells.get((scope, field), []) if (w.authorised or w.floor) and w.verb in (1, 2)]

    def cell(self, scope, name):
        field = self.number[name]
        return next((c for c in self.fold.listed if c["scope"] == scope and c["field"] == field), None)

    def machine(self, scope):
        return self.fold.machines.get((5, scope))

    def level(self, scope, field, at):
        return self.fold.level(scope, field, at)

    # --- 19.4: starts ----------------------------------------------------------------------------

    def usual(self, op):
        return min(self.said(op), self.fold.occurred(op)[0]) if op.type == 3 else self.said(op)

    @staticmethod
    def said(op):
        return min(op.author_time, op.hlc >> 16)

    def reported_starts(self):
        fold, out = self.fold, []
        if fold.reports is not None:
            op = fold.reports
            out.append((op, ZERO, self.usual(op) if op.counts else self.said(op)))
        for e in fold.events:
            if e.stands and fold.bit(e.event_row, "EVENT_OPENS_EPISODE"):
                same = next((i for i, s in enumerate(out) if s[1] == e.event_scope), None)
                if same is None:
                    out.append((e, e.event_scope, self.usual(e)))
                else:  # 4.6: the first in order, and the least time of all
                    out[same] = (out[same][0], e.event_scope, min(out[same][2], self.usual(e)))
        starts = []
        for op, scope, started in out:
            cell = self.cell(scope, "reported_at")
            shown = cell["shown_write"] if cell else None
            if shown is not None and not shown.withheld and shown.value is not None:
                started = min(started, shown.value[1][0])
            starts.append((op, scope, started))
        return starts

    def starts(self, row):
        fold = self.fold
        if row["start"] == OPENING:
            return [(fold.opening, ZERO, self.said(fold.opening), None)] if fold.opening is not None else []
        if row["start"] == REPORTED:
            return [(*s, None) for s in self.reported]
        if row["start"] == EVENT:
            return self.event_starts(row)
        if row["start"] == FIELD:
            return self.field_starts(row)
        if row["start"] == STRATEGY:
            return self.strategy_starts()
        born = self.birth()
        return [(born[0].op, ZERO, self.said(born[0].op), born[1])] if born else []

    def chain_reviews(self, row):
        """19.5: the least that each event of a chain gives."""
        able = [e for e in self.fold.events if e.event_ok and e.event in (row["from_a"], row["from_b"])]
        for e in able:
            e.due = self.due(row, e, e.event_scope, e.since, None)
        for e in able:
            e.due = min([e.due] + [p.due for p in e.before])

    def event_starts(self, row):
        out = []
        if row["due"] == REVIEW:
            self.chain_reviews(row)
        for e in self.fold.events:
            able = e.speaks and not e.replaced
            able = able and (e.event_row["name"] != "handover_accept" or e.id in self.fold.contesting)
            first = able and e.event == row["from_a"] and self.shows(e, row["start_field"], row["start_mask"])
            second = able and row["from_b"] and e.event == row["from_b"]
            if row["flags"] & NAMED:
                second = second and e.id in self.things
            else:
                second = second and self.shows(e, row["start_field"], row["start_mask"])
            started = e.since
            if second and row["flags"] & CONFIRMS:
                second = e.confirms is not None
                if second and not e.dated:
                    started = e.confirms.since
            if (first or second) and self.has_rank(row, e) and (self.weighs(e) or e.first is not e):
                out.append((e.first, e.event_scope if row["flags"] & EPISODE else ZERO, started, e))
        if row["from_a"] == self.event["handover_claim"]:
            out += [(e, ZERO, e.since, e) for e in self.fold.events if e.stands and e.id in self.fold.contesting and e.event_row["name"] == "arbitration"]
        return out + self.written_risks(out) if row["due"] == REVIEW else out

    def subjects(self, row):
        """19.12: by event id, the thing that it is about; and for what starts the row by starts[0], itself."""
        ends = {row[k] for k in ("met_a", "met_b", "met_c", "met_d")} - {row["from_b"], 0}
        begun = {e.first.id: e.first for e in self.fold.events if e.speaks and not e.replaced and e.event == row["from_a"]
                 and self.shows(e, row["start_field"], row["start_mask"])}
        said = [e for e in self.fold.events if e.speaks and (e.event in ends or e.event == row["from_b"])]
        by_id = {thing_id(e.id): e for e in self.fold.events}
        about, open_things = {}, set()
        for first, _, e in sorted([(self.rank(t), self.rank(t), t) for t in begun.values()] + [(self.rank(e.first), self.rank(e), e) for e in said],
                                  key=lambda x: x[:2]):
            if e.id in begun:
                open_things.add(e.id)
                continue
            thing = self.subject(row, e, about, open_things, by_id)
            if thing is not None:
                about[e.id] = thing
                if e.event in ends:
                    open_things.discard(thing)
        about.update((e.id, e.first.id) for e in self.fold.events if e.first.id in begun)
        return about

    def subject(self, row, e, about, open_things, by_id):
        kind, named = self.fold.detail(e, row["start_field"]), self.fold.detail(e, self.number["about"])
        if kind is not None and not self.shows(e, row["start_field"], row["start_mask"]):
            return None
        if named is not None:
            meant = by_id.get(named)
            if meant is None:
                return None
            thing = meant.first.id if meant.first.id in open_things else about.get(meant.id)
            return thing if thing in open_things else None
        if e.first is not e:
            return about.get(e.first.id)
        return next(iter(open_things)) if kind is not None and len(open_things) == 1 else None

    def weighs(self, e):
        """19.3: of a child's case."""
        if self.fold.kind != 3:
            return True
        if e.event == self.event["review"]:
            level = self.fold.detail(e, self.number["level"])
            ranks = {1: ("SUP", "INSP", "SUPT"), 2: ("INSP", "SUPT"), 3: ("SUPT",), 4: ("SUPT",)}.get(level)
            return ranks is None or any(e.roles & 1 << self.schema.roles[r] for r in ranks)
        if e.event == self.event["risk_assessment"]:
            given = [w for w in e.writes if w.field == self.number["missing_risk"]]
            return not given or any((w.authorised or w.floor) and w.verb in (1, 2) for w in given)
        return True

    def written_risks(self, starts):
        risk, begun = self.number["missing_risk"], {op.id for op, _, _, _ in starts}
        return [(w.op, scope, self.usual(w.op) if w.op.counts else self.said(w.op), None) for scope, field in list(self.fold.cells)
                if field == risk for w in self.stood(scope, field) if w.op.id not in begun]

    def has_rank(self, row, e):
        return not row["flags"] & COMMAND or e.roles & 1 << self.schema.roles["SUPT"]

    def claim_of(self, e):
        """The step before e, when e was applied where the state was 3."""
        before, state = None, 1
        for step, to in self.fold.led_to.get((5, e.event_scope), []):
            if step is e:
                return before if state == 3 else None
            before, state = step, to
        return None

    def field_starts(self, row):
        out, mask = [], row["start_mask"]
        for field in (row["from_a"], row["from_b"]):
            adds = {}
            for w in self.stood(ZERO, field):
                if mask and (w.withheld or w.value is None or w.value[0] != "n" or not 0 <= w.value[1] < 32 or not mask >> w.value[1] & 1):
                    continue
                if w.row["rule"] == "ORS":
                    adds.setdefault(w.value[1], []).append(w)
                else:
                    out.append((w.op, ZERO, self.said(w.op), field))
            for same in adds.values():
                span = self.last_span(same)
                if any(self.until(w) is None for w in span):
                    out.append((span[0].op, ZERO, min(self.said(w.op) for w in span), field))
        return out

    def until(self, add):
        """The place of the first that takes this add away; None: it stands."""
        places = [self.rank(w.op) for w in self.fold.cells[(ZERO, add.field)] if w.authorised and w is not add and add.dot in w.supersedes]
        return min(places, default=None)

    def last_span(self, adds):
        """The adds since the value came to be there last."""
        span = []
        for w in sorted(adds, key=lambda w: (self.rank(w.op), w.index)):
            if all(self.until(o) is not None and self.until(o) < self.rank(w.op) for o in span):
                span = []
            span.append(w)
        return span

    def strategy_starts(self):
        out = []
        cell = self.cell(ZERO, "vulnerability")
        exploited = cell is not None and any(not w.withheld and w.value is not None and w.value[1] in (1, 2) for w, _ in cell["values"])
        counted = [s for s in self.reported if (self.machine(s[1]) or [0])[0] != 7]
        for op, scope, t in counted:
            near = [s for s in counted if clamp(t - self.named("M6.window") * 1000) <= s[2] <= t]
            missing = clamp(t + self.named("M6.missing") * 1000)
            m = self.machine(scope)
            if len(near) >= self.named("M6.episodes"):
                out.append((op, scope, t, None))
            elif exploited and m is not None and (m[0] in LIVE or (m[1] is not None and m[1].author_time >= missing)):
                out.append((op, scope, missing, None))
        return out

    def birth(self):
        cell = self.cell(ZERO, "birth_date")
        known = []
        for w, _ in cell["values"] if cell else []:
            day = date_of(w.value[1].decode("utf-8", "replace")) if not w.withheld and w.value is not None else None
            if day is not None:
                known.append((day, w.dot, w))
        if not known:
            return None
        day, _, w = min(known)
        return w, day

    # --- 19.5: deadlines ---------------------------------------------------------------------------

    def due(self, row, op, scope, started, extra):
        span, risk = row["span"], self.number["missing_risk"]
        if row["due"] == REVIEW:
            if extra is not None:
                return extra.due
            level, m = self.level(scope, risk, self.rank(op)), self.machine(scope)
            span += {3: 1, 2: 2, 1: 3, 0: 3}.get(level, 0)
            if m is not None and m[0] == 9 and m[1] is not None and self.rank(m[1]) < self.rank(op):
                span = row["span"] + 4
            said = self.fold.detail(op, self.number["next_review"])
            return self.add(started, span) if said is None else min(said[0], self.add(started, span))
        if row["due"] == RISK:
            span += not any(w.ordinal >= 4 for w in self.stood(scope, risk))
        elif row["due"] == HANDOVER:
            live = [key[1] for key, m in self.fold.machines.items()
                    if key[0] == 5 and (m[0] in LIVE or (m[1] is not None and self.rank(m[1]) > self.rank(op)))]
            span += 0 if any((self.level(s, risk, self.rank(op)) or 0) >= 4 for s in live) else 1 if live else 2
        elif row["due"] == GRADE:
            level = self.level(ZERO, extra, self.rank(op)) or 0
            if level < 2:
                return None
            span += 0 if level >= 4 else 1 if level == 3 else 2
        elif row["due"] == BIRTHDAY:
            day = birthday(extra, self.named("M13.age"))
            return midnight(day - datetime.timedelta(self.span(span)))
        elif row["due"] == ORDER:
            born, care = self.birth(), self.cell(ZERO, "care_status")
            if born is None:
                return None
            values = [w for w, _ in care["values"]] if care else []
            safe = bool(values) and all(not w.withheld and w.value is not None and 4 <= w.value[1] <= 8 for w in values)
            return midnight(birthday(born[1], self.span(span + 1 if safe else span)))
        return self.add(started, span)

    # --- 19.7, 19.8: ends --------------------------------------------------------------------------

    def answers(self, row):
        wanted = [row[k] for k in ("met_a", "met_b", "met_c", "met_d") if row[k]]
        if row["flags"] & BY_FIELD:
            return sorted((w for n in wanted for w in self.stood(ZERO, n) if not w.struck and self.write_shows(row, w)), key=lambda w: self.rank(w.op))
        out = [e for e in self.fold.events if e.speaks and e.event in wanted and self.shows(e, row["met_field"], row["met_mask"]) and self.has_rank(row, e)
               and self.weighs(e)]
        return sorted(out, key=lambda e: self.rank(e.first))

    def write_shows(self, row, w):
        mask = row["met_mask"]
        if mask == 0:
            return True
        if w.withheld or w.value is None:
            return False
        kind, value = w.value
        if kind == "n":
            return 0 <= value < 32 and mask >> value & 1 == 1
        if kind != "t":
            return False
        word, space, _ = value.partition(b" ")
        names = {name.encode(): n for n, name in self.schema.scales[w.row["scale"]].items()}
        return bool(space) and word in names and names[word] < 32 and mask >> names[word] & 1 == 1

    def end(self, row, op, scope, started, extra):
        fold = self.fold
        first_of_all = row["flags"] & EARLIER or (row["start"] in (REPORTED, STRATEGY) and op is fold.reports and op is not fold.opening)  # 19.7
        for a in self.answers(row):
            by = a if not row["flags"] & BY_FIELD else a.op
            if self.rank(by if row["flags"] & BY_FIELD else a.first) <= self.rank(op) and not first_of_all:
                continue
            if row["flags"] & BY_FIELD:
                if row["start"] == FIELD and a.field != extra:
                    continue
            else:
                bound = row["flags"] & EPISODE and self.fold.bit(self.schema.events[row["met_a"]], "EVENT_EPISODE")
                if bound and a.event_scope != scope:
                    continue
                about = self.fold.detail(a, self.number["about"])
                if row["flags"] & NAMED:
                    if self.things.get(a.id) != self.things[extra.id]:
                        continue
                elif about is not None and not (op.type == 3 and op.counts and self.firsts.get(about) is op.first):
                    continue
                when = self.fold.detail(a, self.number["occurred"])
                if row["flags"] & CONFIRMS and when is not None and when[1] < started:
                    continue
                if row["due"] == REVIEW and not self.knew(a.first, op):
                    continue
                if row["flags"] & OFFERED and self.fold.detail(a, row["met_field"]) == 3 and not self.was_offered(row, a):
                    continue
            if row["after"] and by.author_time < self.add(started, row["after"]):
                continue
            return MET, by
        m = self.machine(scope)
        if m is not None and row["flags"] & LIVES and m[0] not in LIVE and m[1] is not None:
            return OVER, m[1]
        if m is not None and row["flags"] & RETURN:
            for step, state in self.fold.led_to.get((5, scope), []):
                if self.rank(step) > self.rank(op) and state in (2, 7, 8, 9):
                    return OVER, step
        return 0, None

    def knew(self, first, start):
        """19.7: of the risk that it looks at again."""
        if start is self.fold.opening or not start.counts or (start.type == 3 and start.counts and first.said["refs"][:1] == [thing_id(start.id)]):
            return True
        about = self.fold.detail(first, self.number["about"])
        named = next((e for e in self.fold.events if thing_id(e.id) == about), None) if about is not None else None
        return self.fold.knows(first, start) or (named is not None and (named is start or self.fold.knows(named, start)))

    def was_offered(self, row, a):
        return any(e.good and e.event == a.event and e.event_scope == a.event_scope and self.rank(e) < self.rank(a)
                   and self.fold.detail(e, row["met_field"]) == 1 for e in self.fold.events)

    def run(self, row):
        out, n = [], row["number"]
        self.things = self.subjects(row) if row["flags"] & NAMED else {}
        for op, scope, started, extra in self.starts(row):
            due = self.due(row, op, scope, started, extra)
            if due is None:
                continue
            end, by = self.end(row, op, scope, started, extra)
            out.append({"row": row, "start": op, "scope": scope, "started": started, "due": due, "end": end, "by": by, "end_ms": by.author_time if by else 0,
                        "soon": clamp(due - self.policy.soon.get(n, row["soon_s"]) * 1000), "marks": [], "ack": None, "late": False,
                        "step": 0 if row["flags"] & OUTSIDE else self.policy.step.get(n, row["step_s"]) * 1000,
                        "told": self.policy.told.get(n, row["told"]),
                        "waive": 0 if row["flags"] & ALWAYS else self.policy.waive.get(n, row["waive"])})
        groups = {}
        for c in out:
            key = (c["scope"], c["end"], c["by"].id if c["by"] else ZERO, c["start"].id if row["flags"] & EACH else ZERO)
            groups.setdefault(key, []).append(c)
        for group in groups.values():
            left = sorted(group, key=self.urgency)
            while left:
                c, left = left[0], left[1:]
                self.clocks.append(c)
                waivers = self.waivers_of(c)
                left = [o for o in left if waivers and o["start"] is not c["start"] and self.rank(o["start"]) >= max(map(self.rank, waivers))
                        and self.rank(o["start"]) > self.rank(c["start"])]

    def meant(self, e):
        clock = self.fold.detail(e, self.number["clock"])
        return self.fold.detail(e, self.number["about"]) if clock is None else clock

    def is_mark(self, e):
        told = e.event == self.event["clock_breached"]
        return (e.stands if told else e.good and not e.replaced) and e.event_row["class"] == self.mark_class

    def waivers_of(self, c):
        if c["end"] == MET:
            return []
        name = thing_id(c["start"].id, 65536 + c["row"]["number"])
        return [e for e in self.fold.events if self.is_mark(e) and e.event == self.event["clock_waived"] and e.roles & c["waive"] and self.meant(e) == name]

    @staticmethod
    def urgency(c):
        return c["due"], c["start"].id, c["started"]

    # --- 19.10: marks --------------------------------------------------------------------------------

    def marks(self):
        by_id = {thing_id(c["start"].id, 65536 + c["row"]["number"]): c for c in self.clocks}
        for e in self.fold.events:
            if self.is_mark(e) and self.meant(e) in by_id:
                self.mark(by_id[self.meant(e)], e)
        for c in self.clocks:
            waived = next((e for e, effect in c["marks"] if effect and e.event == self.event["clock_waived"]), None)
            if waived is not None and c["end"] != MET:
                c["end"], c["by"], c["end_ms"] = WAIVED, waived, waived.author_time
            said = any(effect and e.event == self.event["clock_breached"] for e, effect in c["marks"])
            if c["row"]["flags"] & LAPSES and c["end"] == 0 and said and c["ack"] is not None:
                c["end"], c["by"], c["end_ms"] = OVER, c["ack"], c["ack"].author_time

    def mark(self, c, e):
        effect = True
        told = c["told"]
        if c["step"]:
            for rung in self.policy.ladder.values():
                told |= rung
        breached = any(ok and m.event == self.event["clock_breached"] for m, ok in c["marks"])
        if e.event == self.event["clock_ack"]:
            effect = e.roles & told != 0 and (breached or e.author_time >= c["due"])
            if effect and c["ack"] is None:
                c["ack"] = e
        elif e.event == self.event["clock_waived"]:
            effect = e.roles & c["waive"] != 0
        elif e.event == self.event["clock_breached"]:
            due = self.fold.detail(e, self.number["due"])
            effect = not breached and due is not None and due[0] == c["due"]
            if effect and (e.author_time > clamp(c["due"] + self.named("late") * 1000) or (c["end"] == MET and c["end_ms"] <= c["due"])):
                c["late"] = True
        c["marks"].append((e, effect))

    def lines(self):
        out = []
        for c in self.clocks:
            out.append("clock %d %s %s %d %d %d %d %s %d %d %s %d" % (
                c["row"]["number"], maybe(c["scope"]), c["start"].id.hex(), c["started"], c["soon"], c["due"], c["end"],
                maybe(c["by"].id if c["by"] else ZERO), c["end_ms"], c["step"], maybe(c["ack"].id if c["ack"] else ZERO), c["late"]))
            out.extend("mark %d %s %d" % (e.event, e.id.hex(), not effect) for e, effect in c["marks"])
        out.append("ladder %d %d %d %d" % tuple(self.policy.ladder[n] for n in ("1", "2", "3", "beside")))
        return out


def maybe(data):
    return "-" if not any(data) else data.hex()


def thing_id(op_id, index=0):
    from fold import thing_id as name

    return name(op_id, index)
