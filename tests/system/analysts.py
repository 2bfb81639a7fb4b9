"""Analysts and other programs in Python, with client/python against real daemons."""

import asyncio
import datetime
import json
import os
import re
import shutil
import sys
import textwrap
import threading

from officers import Desk
from world import BUILD, DIVISIONS, ROOT, Lab, Wrong, check, run

os.environ.setdefault("CASEWIRE_LIBRARY", os.path.join(BUILD, "libcasewire.so.0"))
sys.path.insert(0, os.path.join(ROOT, "client", "python"))

import casewire  # noqa: E402

STORIES = []


class Analysts(Lab):
    """A lab, and contexts of its people for programs in this process."""

    def person(self, who="officer@north"):
        return casewire.Context(os.path.join(self.dir, "people", who))

    def daemon(self, division):
        """(address, key in hexadecimal digits)"""
        with open(os.path.join(self.dir, "people", f"officer@{division}", "context"), encoding="utf-8") as file:
            key = re.search(r"daemon-key = ([0-9a-f]{64})", file.read()).group(1)
        return f"tcp://127.0.0.1:{self.port(division, 'listen_clients')}", key

    def with_two_daemons(self, who="intel@north"):
        """Somebody of north, who knows of the daemon of east too."""
        home = os.path.join(os.path.dirname(self.dir), "two-daemons")
        shutil.copytree(os.path.join(self.dir, "people", who), home, dirs_exist_ok=True)
        with open(os.path.join(home, "context"), "a", encoding="utf-8") as file:
            file.write("address = {}\ndaemon-key = {}\n".format(*self.daemon("east")))
        return casewire.Context(home)


def story(smoke=True, world=Analysts):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, world))
        return function
    return keep


def refused(claim, code, do):
    try:
        do()
    except casewire.CasewireError as error:
        check(claim, error.code == code, str(error))
        return error
    raise Wrong(f"{claim}: it was not refused")


def as_tool_says(claim, mine, said):
    """What the tool prints says the same, and only what stands around it besides."""
    said = {name: value for name, value in said.items() if name not in ("v", "command")}
    differ = {name: (mine.get(name), said.get(name)) for name in mine.keys() | said.keys() if mine.get(name) != said.get(name)}
    check(claim, not differ, json.dumps(differ, default=str)[:1000])


# --- submitting and reading ---------------------------------------------------------------------------------


@story()
def a_program_submits_and_holds_a_receipt_that_proves_it(lab):
    with lab.person() as context, context.client() as client:
        receipt = client.open_case("missing_child", title="Child M", missing_risk="medium", tags=["repeat"], held_by=3)
        check("three divisions are proven to hold it", receipt.complete and receipt.proven == 3, str(receipt))
        with casewire.Draft.open("missing_child", synthetic=True).fill({"title": "Child N", "missing_risk": "high"}) as draft:
            submission = draft.sign(context.identity)
        first = client.submit(submission)
        again = client.submit(casewire.Submission.from_bytes(bytes(submission)))
        check("sent twice it has one effect", again.repeated and not first.repeated and again.op_id == first.op_id)
        check("a receipt can be asked for later", client.receipt(first.op_id).op_id == first.op_id)
        check("two cases are listed", sorted(row.title for row in client.list()) == ["Child M", "Child N"])
        kept, trust = receipt.data, context.trust()
        trust.fetch(client)
        refused("a receipt of another submission", casewire.Code.PEER_MALFORMED,
                lambda: casewire.client.believed(receipt, trust, first.op_id))
    proven = trust.check(kept)  # the handle is closed: nobody is asked
    check("the receipt proves it alone", (proven.op_id, proven.held_by) == (receipt.op_id, 3), str(proven))
    for at in range(0, len(kept), max(1, len(kept) // 97)):
        altered = bytearray(kept)
        altered[at] ^= 1
        try:
            facts = trust.check(bytes(altered))
        except casewire.CasewireError:
            continue
        check("an altered receipt proves no other op", facts == proven, f"byte {at}: {facts}")
    try:
        trust.check(kept[:-1])
        raise Wrong("a receipt cut short holds")
    except casewire.CasewireError:
        pass


@story()
def python_reads_what_the_tool_prints(lab):
    case = lab.open_case("Child M", risk="medium")["case_id"]
    lab.tool("case", "set", case, "summary=Left.")
    lab.tool("case", "set", case, "summary=Here.", "--base-on", "none")
    lab.settle()
    with lab.person() as context, context.client() as client:
        seen = client.get(case)
        as_tool_says("a case", seen.to_dict(), lab.ask("case", "show", case))
        check("a conflict shows both values", sorted(seen.values("summary")) == ["Here.", "Left."] and seen.conflicts == 1)
        shown = [row.to_dict() for row in client.list(kind="missing_child")]
        listed = lab.ask("case", "list")["rows"]
        check("a list names kinds", [row.pop("kind_name") for row in listed] == ["missing_child"] * len(shown), str(listed))
        check("a list", shown == listed, str(shown))
        told = lab.ask("case", "history", case)
        check("a history", [line.to_dict() for line in client.history(case)] == told["items"], json.dumps(told)[:800])
        check("names and beginnings find it", client.get(case[:12]).case_id == client.get(seen.reference).case_id == seen.case_id)
        check("nothing fits another beginning", not list(client.list(prefix="Nobody")))
        check("only what has conflicts", [row.case_id for row in client.list(conflicts_only=True)] == [seen.case_id])
        check("the status says whose daemon it is", client.status()["division"] == "NTH")
        check("both peers are there", sorted(row["division"] for row in client.peers()) == ["EST", "WST"])
        check("the schema has the field", any(field["name"] == "missing_risk" for field in client.schema()["fields"]))


@story()
def a_program_changes_what_it_has_seen_and_loses_nothing(lab):
    with lab.person() as context, context.client() as client:
        name = client.open_case("missing_child", title="Child C", missing_risk="high", summary="First.").case_id
        seen = client.get(name)
        client.change(seen, summary="Second.", tags=["repeat", "county"])
        now = client.get(name)
        check("the value it named is replaced", now.values("summary") == ["Second."] and now.conflicts == 0, str(now.values("summary")))
        check("a list adds", sorted(now.values("tags")) == ["county", "repeat"], str(now.values("tags")))
        client.change(now, tags=["repeat", "new"])
        client.change(seen, summary="From an old page.")
        now = client.get(name)
        check("nothing is added twice", sorted(now.values("tags")) == ["county", "new", "repeat"])
        check("an old page makes a conflict", sorted(now.values("summary")) == ["From an old page.", "Second."], str(now.to_dict())[:400])
        client.event(now, "sighting", place="Dunmarsh station", occurred=datetime.datetime(2018, 3, 19, 16, 0, tzinfo=datetime.timezone.utc),
                     confidence="confirmed")
        check("an event is in the history", any("sighting" in line.what for line in client.history(name)))
        wrong = refused("a case that is nowhere", casewire.Code.REFUSED_UNKNOWN_CASE, lambda: client.get("MC/NTH/2026/NOSUCH0-A"))
        check("with what to do", "list" in wrong.todo)
        refused("a value that is none", casewire.Code.REFUSED_VALUE, lambda: client.change(now, missing_risk="huge"))


@story()
def pages_and_sessions_go_on_at_another_daemon(lab):
    with lab.with_two_daemons("officer@north") as context, context.client() as client:
        opened = set()

        async def many():
            async with casewire.AsyncClient(context) as busy:
                for receipt in await asyncio.gather(*[busy.open_case("missing_child", title=f"Child {n}", missing_risk="high")
                                                      for n in range(230)]):
                    opened.add(receipt.case_id)
                check("awaited pages show all", {row.case_id async for row in busy.list()} == opened)
                case = await busy.get(next(iter(opened)))
                await busy.change(case, summary="Seen.")
                check("awaited reads show what was written", (await busy.get(case.case_id))["summary"] == "Seen.")
                check("and its history", len([line async for line in busy.history(case.case_id)]) == 2)

        asyncio.run(many())
        check("all pages show all", {row.case_id for row in client.list(timeout=20)} == opened and len(opened) == 230)
        lab.settle()
        late = client.open_case("missing_child", title="Child L", missing_risk="high", held_by=2)
        session = client.session()
        lab.kill("north")
        check("the second daemon shows what was written at the first", client.get(late.case_id, timeout=20)["title"] == "Child L")
        address, key = lab.daemon("east")
        daemons = [(address, bytes.fromhex(key))]
        with casewire.Client.open(context.identity, context.identity.network, daemons, session=session) as other:
            check("whoever is handed the session sees it too", other.get(late.case_id)["title"] == "Child L")
            other.forget_session()
            check("a session can be forgotten", len(other.session()) < len(session))


@story()
def what_waits_in_an_outbox_is_sent_when_a_daemon_comes_back(lab):
    path = os.path.join(os.path.dirname(lab.dir), "outbox")
    lab.settle()
    lab.kill("north")
    with lab.person() as context:
        drafts = [casewire.Draft.open("missing_child", synthetic=True).fill({"title": f"Child {n}", "missing_risk": "high"})
                  for n in range(10)]
        with context.outbox(path) as outbox:
            outbox.add(*[draft.sign(context.identity) for draft in drafts], held_by=2)
        lab.tool("lab", "restart", "north", "--dir", lab.dir)
        with context.outbox(path) as outbox, context.client() as client:  # as another process would go on
            outbox.attach(client)
            check("all of them are sent", outbox.flush(60) and len(outbox) == 10)
            trust = context.trust()
            trust.fetch(client)
            for entry in outbox:
                proven = trust.check(outbox.receipt(entry.number))
                check("each has a receipt that proves it", entry.state is casewire.State.HELD and entry.done and entry.held_by >= 2 and
                      proven.op_id == entry.op_id and proven.held_by == entry.held_by, str(entry))
                outbox.forget(entry.number)
            outbox.compact()
            check("what is done can be forgotten", len(outbox) == 0)
            check("each has one effect", sorted(row.title for row in client.list()) == [f"Child {n}" for n in range(10)])

            async def go_on():
                async with casewire.AsyncClient(client):
                    outbox.add(drafts[0].sign(context.identity))
                    while not all(entry.done for entry in outbox):
                        await asyncio.sleep(0.01)

            asyncio.run(asyncio.wait_for(go_on(), 30))
            check("an event loop sends it too", next(iter(outbox)).state is casewire.State.STORED)


# --- feeds ------------------------------------------------------------------------------------------------------


class Writer(threading.Thread):
    """An officer of west who opens a case every now and then, and knows which."""

    def __init__(self, lab, count):
        super().__init__()
        self.lab, self.count, self.ops, self.wrong = lab, count, [], None

    def run(self):
        try:
            with self.lab.person("officer@west") as context, context.client() as client:
                for number in range(self.count):
                    self.ops.append(client.open_case("missing_child", title=f"Child {number}", missing_risk="high").op_id)
                    client.wait_readable(0.02)
        except Exception as error:  # said by whoever waits for it
            self.wrong = error


def whole(told, writer):
    writer.join()
    check("the officer of west could always submit", writer.wrong is None, repr(writer.wrong))
    twice = len(told) - len(set(told))
    missing = [op for op in writer.ops if op not in set(told)]
    check("nothing is missing", not missing, f"{len(missing)} of {len(writer.ops)}")
    check("nothing comes twice", twice == 0, str(twice))
    check("in its order", [op for op in told if op in set(writer.ops)] == writer.ops)


@story()
def an_analyst_tails_a_feed_over_a_daemons_death(lab):
    told, served, count = [], [], 120
    writer = Writer(lab, count)
    with lab.with_two_daemons() as context, context.client() as client:
        with client.feed(casewire.Start.BEGINNING, kinds=["missing_child"]) as feed:
            writer.start()
            for item in feed:
                told.append(item.id)
                served.append(feed.daemon)
                if len(told) == 20:
                    lab.kill("north")
                if len(told) == count // 2:
                    break
            cursor, half = feed.cursor, list(told)
        check("north served it first, then east", served[0] == 0 and served[-1] == 1, str(served))
        with client.feed(cursor=cursor) as feed:  # as another process would go on: what was not dealt with comes again
            again = []
            for item in feed:
                if item.id in half:
                    again.append(item.id)
                else:
                    told.append(item.id)
                if len(told) == count:
                    break
        check("only what came with the last one dealt with is told again", again == half[len(half) - len(again):], str(len(again)))
    whole(told, writer)


@story()
def an_awaiting_analyst_tails_over_a_daemons_death(lab):
    told, count = [], 120
    writer = Writer(lab, count)

    async def analyst(context):
        async with casewire.AsyncClient(context) as client:
            async with client.feed(casewire.Start.BEGINNING) as feed:
                writer.start()
                async for item in feed:
                    told.append(item.id)
                    if len(told) == 20:
                        lab.kill("north")
                    if len(told) % 10 == 0:
                        case = await client.get(item.case_id, timeout=20)
                        check("the case that is told can be read", case.title == item.title)
                    if len(told) == count:
                        check("east serves it", feed.daemon == 1)
                        return

    with lab.with_two_daemons() as context:
        asyncio.run(asyncio.wait_for(analyst(context), 60))
    whole(told, writer)


@story()
def an_analyst_who_mistypes_an_operation_hears_so(lab):
    lab.tool("case", "open", "operation", "title=Operation Larkspur")
    with lab.person("intel@north") as context, context.client() as client:
        with client.feed(casewire.Start.BEGINNING, operations=["operation larkspur"], follow=False) as feed:
            check("one that is there is told", [item.title for item in feed] == ["Operation Larkspur"])
        for wrong in ({"operations": ["Operation Larskpur"]}, {"cases": ["OP/NTH/2018/K7Q2M4X-C"]}, {"divisions": ["NTX"]}):
            with client.feed(casewire.Start.NOW, **wrong) as feed:
                try:
                    for item in feed:
                        check("nothing is told", False, str(item))
                except casewire.CasewireError as error:
                    check("it is refused", error.code in (casewire.Code.REFUSED_UNKNOWN_CASE, casewire.Code.REFUSED_VALUE), str(error))
                    check("what was asked for is named", "filter." in str(error), str(error))


@story()
def an_analyst_takes_a_snapshot_and_what_follows(lab):
    for division in DIVISIONS:
        lab.open_case(f"Child {division}", division, "high" if division != "east" else "medium")
    lab.settle()
    with lab.person("intel@north") as context, context.client() as client:
        with client.feed(follow=False, risks=["high"], views=True) as feed:
            cases = list(feed)
            check("the snapshot has what fits", sorted(item.title for item in cases) == ["Child north", "Child west"], str(cases))
            check("with fields", all(item.view["missing_risk"] == "high" and item.why is casewire.Why.CASE for item in cases))
            check("and says that it is level", feed.level and feed.fault is None)
            cursor = feed.cursor
        lab.tool("case", "set", cases[0].case_id.hex(), "summary=Seen.", "--held-by", "3")
        with client.feed(cursor=cursor, follow=False) as feed:
            items = list(feed)
        writes = [write["name"] for item in items for write in item.writes]
        check("from its cursor, only what is new", writes == ["summary"] and len(items) == 1, str(items))
        check("as JSON", json.loads(json.dumps(items[-1].to_dict()))["case"]["title"] == cases[0].title)
        wrong = refused("a damaged cursor", casewire.Code.REFUSED_MALFORMED, lambda: list(client.feed(cursor=b"nonsense", follow=False)))
        check("says so", wrong.why != "", str(wrong))


@story()
def the_examples_of_the_page_run_as_they_stand(lab):
    with open(os.path.join(ROOT, "docs", "python.md"), encoding="utf-8") as file:
        blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", file.read(), re.M)
    programs = [textwrap.dedent(block) for block in blocks]
    check("there are some", len(programs) == 6, str(len(programs)))
    env = {**os.environ, "CASEWIRE_HOME": os.path.join(lab.dir, "people", "officer@north"),
           "PYTHONPATH": os.path.join(ROOT, "client", "python")}
    said = [run([sys.executable, "-W", "error", "-c", program], env=env).stdout for program in [*programs, programs[4]]]
    for output, words in zip(said, ["held by 2 divisions", "<Receipt MC/NTH", "HELD", '"missing_risk"', "CASE MC/NTH", "Child P", "MC/NTH"]):
        check("each says what it is there to say", words in output, output)


@story(smoke=False, world=Desk)
def a_program_speaks_for_whoever_is_logged_in(desk):
    os.environ["XDG_RUNTIME_DIR"] = desk.runtime
    try:
        refused("without a login and a passphrase", casewire.Code.LOCAL_KEY, lambda: casewire.Context(desk.home))
        refused("a wrong passphrase", casewire.Code.LOCAL_KEY, lambda: casewire.Context(desk.home, "wrong horse"))
        certificate = os.path.join(desk.home, "cert")
        refused("nobody's agent", casewire.Code.LOCAL_NOT_FOUND, lambda: casewire.Identity.from_agent(certificate))
        with casewire.Context(desk.home, "right horse") as context, context.client() as client:
            mine = client.open_case("missing_child", title="Child P", missing_risk="high").case_id
        desk.officer("login", "--passphrase-file", desk.secret("right", "right horse"))
        with casewire.Context(desk.home) as context, context.client() as client:
            client.change(client.get(mine), summary="Signed by the agent.")
            check("the agent signed", client.get(mine)["summary"] == "Signed by the agent.")
            with casewire.Identity.from_agent(certificate) as identity:
                check("it is the same person", identity.id == context.identity.id)
        desk.officer("logout")
        refused("after the logout", casewire.Code.LOCAL_KEY, lambda: casewire.Context(desk.home))
    finally:
        del os.environ["XDG_RUNTIME_DIR"]
