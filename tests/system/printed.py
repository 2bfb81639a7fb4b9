"""What --json prints, held to docs/casewire-json.v1.schema.json: every command once, each object valid."""

import json
import os
import shutil

from json_schema import Schema
from officers import Desk
from world import TOOL, check, run


def json_of_cases(desk, schema):
    def ask(command, *words, who="officer@north", expect=0):
        return schema.hold(command, desk.tool("--json", *command.split(), *words, who=who, expect=expect).stdout)

    case = ask("case open", "missing_child", "title=Child J", "missing_risk=medium", "--held-by", "2", "--check")["case_id"]
    ask("case set", case, "summary=Seen.")
    ask("case add", case, "tags=repeat")
    ask("case remove", case, "tags=repeat")
    ask("case event", case, "sighting", "confidence=probable", "place=Dunmarsh", "occurred=2026-11-22T16:00")
    operation = ask("operation open", "title=Week", "op_name=SORREL", "theme=county_lines", "runs=2018-03-19/2018-03-23")["case_id"]
    ask("operation result", operation, "arrest", "occurred=2018-03-19T06:30")
    ask("operation show", operation)
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    desk.tool("case", "set", case, "summary=Here.", who="officer@west")
    ask("case set", case, "summary=There.")
    desk.tool("lab", "heal", "--dir", desk.dir)
    ask("wait-sync", "--timeout", "30")
    ask("case show", case)
    ask("case list", "--conflicts")
    ask("case list", "--owner", "NTH", "--risk", "high", "--entity", "07700 900123")
    said = ask("peers")["rows"]
    check("the other daemons say what they run and what time they have", all(row.get("version", "").count(".") == 2 and abs(row["clock_ahead_millis"]) < 5000 for row in said), str(said))
    ask("case show", case, "--as-known-at", "NTH", "--at", "now")
    known = ask("case list", "--as-known-at", "NTH", "--at", "now", "--owner", "NTH", "--prefix", "Child J")
    check("a list as known at north", [row["case_id"] for row in known["rows"]] == [case] and known["known"]["own"], str(known))
    ask("board children", "--from", "2026-01-01", "--to", "today", "--trace")
    ask("gen children", "--scale", "1", "--out", os.path.join(os.path.dirname(desk.dir), "children.jsonl"))
    dispute = ask("conflict list")["conflicts"][0]
    ask("conflict show", dispute["id"])
    ask("inbox")
    ask("mine")
    ask("conflict resolve", dispute["id"], "--take", "1")
    desk.tool("case", "set", case, "found_by=police", "--base-on", "none")
    desk.tool("case", "set", case, "found_by=partner", "--base-on", "none")
    ask("conflict undo", case[:12] + ".found_by")
    ask("case history", case)
    for words in (["--beginning", "--records", "--views"], ["--snapshot", "--views"]):
        for line in desk.tool("--json", "feed", *words, "--exit-at-end").stdout.splitlines():
            schema.hold("feed", line)
    ask("status")
    ask("peers")
    ask("reload")
    names = desk.secret("names", "{}")
    lines = desk.secret("lines", json.dumps({"as": "officer@north", "id": "a", "open": "missing_child",
                                             "fields": {"title": "Child F", "missing_risk": "low"}}))
    ask("submit-file", lines, "--names", names)
    desk.tool("lab", "kill", "north")
    offline = ["--outbox", "--timeout", "1"]
    opened = ask("case open", "missing_child", "title=Child Q", *offline)["outbox"]
    ask("case set", opened["case_id"][:12], "summary=Seen.", *offline)
    ask("case set", "0" * 64, "summary=Seen.", "--kind", "missing_child", *offline)
    ask("outbox list")
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    ask("outbox send", expect=3)
    ask("outbox drop", str(opened["number"]))
    ask("outbox drop", "--delivered")
    ask("submit-file", lines, "--names", names, "--outbox")
    history = os.path.join(os.path.dirname(desk.dir), "history.cwh")
    ask("export-history", history)
    ask("verify", history)
    with open(history, "r+b") as file:
        file.seek(5000)
        file.write(b"spoilt")
    ask("verify", history, expect=1)
    return case


def json_of_a_child(desk, schema):
    """Each verb once, in an order that the child's episode allows."""
    def ask(command, *words, who="officer@north", expect=0):
        return schema.hold(command, desk.tool("--json", *command.split(), *words, who=who, expect=expect).stdout)

    def newest(name, of=None):
        return next(e["event_id"] for e in ask("child show", of or case)["events"] if e["name"] == name)

    case = ask("child open", "title=Child V", "reported=yesterday 20:00", "seen=yesterday 19:30")["case_id"]
    ask("clock ack", case, "M1", who="sergeant@north")
    ask("episode assess", case, "risk=medium", "why=Twelve", "review=in 4h")
    ask("episode sight", case, "when=about yesterday 20:00", "confidence=probable")
    ask("correct", case, newest("sighting"), "where=Dunmarsh", "why=Was left out")
    ask("correct", case, newest("sighting"), "--withdraw", "why=Another child")
    ask("task add", case, "what=Ask the depot")
    ask("shift brief", "--give")
    ask("shift brief", "--seen", who="officer2@north")
    ask("shift accept", who="officer2@north")
    ask("task done", case, newest("action"), "result=Nothing")
    ask("clock list", case)
    ask("clock waive", case, "M5", "why=Told by telephone", who="sergeant@north")
    ask("episode review", case, "level=sgt", "decision=Go on", who="sergeant@north")
    ask("episode return", case, "how=told_by_carer")
    ask("episode refute", case, "why=Another child")
    ask("episode return", case, "how=seen_by_police", "when=now")
    ask("episode confirm", case, "why=Seen again", who="inspector@north")
    ask("episode interview", case, "result=Well")
    ask("episode close", case, "harm=none_known", "outcome=returned", "found=police", who="inspector@north")
    ask("episode rhi", case, "step=completed", who="sergeant@north")
    ask("child monitor", case, "why=Plan goes on", who="sergeant@north")
    ask("child close", case, "why=Plan ended", who="sergeant@north")
    ask("episode report", case)
    ask("episode cancel", case, "why=At football", who="sergeant@north")
    ask("episode report", case)
    ask("episode assess", case, "risk=medium", "why=No coat", "review=in 4h")
    ask("episode long-term", case, "why=All lines worked", who="superintendent@north")
    ask("episode found-dead", case, "when=now", who="inspector@north")
    ask("episode confirm-death", case, "why=By print", who="superintendent@north")
    ask("episode report", case)
    twice = ask("child open", "title=Child W", "reported=yesterday 20:00")["case_id"]
    second = ask("episode report", twice, "--another")["op_id"]
    ask("episode merge", twice, "first", second[:8], "why=The home and the placement rang", who="sergeant@north")
    ask("episode unmerge", twice, newest("episode_merged", twice), "why=Two evenings", who="sergeant@north")
    for step, who in (("offer", "sergeant@north"), ("withdraw", "sergeant@north"), ("offer", "sergeant@north"),
                      ("decline", "inspector@east"), ("offer", "sergeant@north"), ("accept", "inspector@east"),
                      ("claim", "sergeant@north")):
        for division in ("north", "east"):
            desk.tool("wait-sync", who=f"officer@{division}")
        words = {"offer": ["to=EST", "why=Lives there"], "decline": ["why=No"], "claim": ["why=Found here"]}.get(step, [])
        ask(f"handover {step}", case, *words, who=who)


def json_of_entities(desk, schema):
    """A person, a phone and the link between them; a child who was recorded twice."""
    def ask(command, *words, who="officer@north"):
        return schema.hold(command, desk.tool("--json", *command.split(), *words, who=who).stdout)

    phone = ask("entity open", "phone", "number=07700 900123")["case_id"]
    person = ask("entity open", "nominal", "names=known_as Ray")["case_id"]
    ask("entity list", "phone")
    ask("entity link", person, f"to={phone}", "type=used_by", "sure=probable")
    link = next(e["event_id"] for e in ask("entity show", person)["events"] if e["name"] == "link")
    ask("entity unlink", person, link, "why=Another phone")
    twice = [desk.ask("child", "open", f"title=Child T{i}")["case_id"] for i in range(2)]
    merge = ask("child merge", twice[0], f"into={twice[1]}", "by=pncid", "and=parent_or_carer", "why=The same child",
                who="inspector@north")
    ask("child agree", twice[1], f"with={twice[0]}", who="inspector@north")
    ask("child unmerge", twice[0], merge["op_id"][:8], "why=Twins", who="inspector@north")


def json_of_authority(desk, schema):
    base = os.path.dirname(desk.dir)
    authority, lab = os.path.join(base, "authority"), os.path.join(desk.dir, "authority")

    def ask(command, *words):
        return schema.hold(command, run([TOOL, "--json", *command.split(), *words]).stdout)

    ask("authority init", "--dir", authority, "--network-name", "Marlshire", "--force", "ZZ", "--insecure-lab")
    ask("authority issue", "--dir", authority, "--offline", "--insecure-lab", "--kind", "person", "--division", "NTH",
        "--name", "Officer J", "--role", "PC")
    cert = ask("authority list", "--dir", authority)["certificates"][0]["cert"]
    ask("authority policy", "--dir", authority, "--offline", "clock.M8.duration_s", "259200")
    ask("authority revoke", "--dir", authority, "--offline",
        [c["cert"] for c in ask("authority list", "--dir", authority)["certificates"] if c["kind"] == "person"][0])
    check("an id is hexadecimal", len(cert) == 64)
    ask("authority publish", "--dir", lab, "--socket", desk.socket())
    ask("authority restore", "--dir", os.path.join(base, "restored"), "--socket", desk.socket(), "--network", os.path.join(lab, "network"))


def json_of_enrolment(desk, schema):
    base, lab = os.path.join(os.path.dirname(desk.dir), "enrolment"), os.path.join(desk.dir, "authority")
    etc = os.path.join(base, "etc")
    places = ["--settings-dir", etc, "--state-dir", os.path.join(base, "state"), "--run-dir", os.path.join(base, "run")]

    def ask(command, *words):
        return schema.hold(command, run([TOOL, "--json", *command.split(), *words]).stdout)

    def at(name):
        return os.path.join(base, name)

    ask("init", "first", "--dir", at("authority"), "--network-name", "Marlshire", "--force", "ZZ", "--insecure-lab", *places)
    ask("authority invite", "--dir", lab, "--out", at("invitation"))
    asked = ask("enrol request", "south", at("invitation"), "--address", "tcp://127.0.0.1:4700", "--out", at("request"), *places)
    ask("authority issue", at("request"), "--dir", lab, "--socket", desk.socket(), "--fingerprint", asked["words"], "--out", at("bundle"))
    ask("join", at("bundle"), *places)
    shutil.copytree(os.path.dirname(desk.path("north", "cert")), os.path.join(etc, "north"), ignore=shutil.ignore_patterns("state"))
    shutil.copy(desk.path("north", "casewired.conf"), os.path.join(etc, "north", "casewire.conf"))
    added = ask("peer add", "north", at("bundle"), "--socket", desk.socket(), *places)
    check("the log was handed over, and the peer is new", added["changed"] and added["stored"] > 0, str(added))
    ask("doctor", "--socket", desk.socket(), "--network", desk.path("north", "network"), "--config",
        desk.path("north", "casewired.conf"))


def json_of_oneself(desk, schema):
    def ask(command, *words, expect=0):
        return schema.hold(command, desk.officer("--json", *command.split(), *words, expect=expect).stdout)

    right = desk.secret("right", "right horse")
    ask("whoami")
    ask("login", "--passphrase-file", right)
    ask("whoami")
    ask("logout")
    ask("passphrase", "--passphrase-file", right, "--new-passphrase-file", right)
    os.environ["XDG_CONFIG_HOME"] = os.path.join(os.path.dirname(desk.dir), "config")
    ask("context add", "north", "--home", desk.home)
    ask("context list")
    ask("context use", "north")
    ask("context show")
    ask("context remove", "north")
    for words in (["schema"], ["version"], ["cheat"], ["completion", "zsh"], ["help"], ["help", "case"], ["help", "episode", "return"], ["help", "exit-codes"]):
        schema.hold(words[0], run([TOOL, "--json", *words]).stdout)
    for words in ([], ["case"], ["feed", "--help"], ["child", "open", "-h"]):
        schema.hold("help", run([TOOL, *words, "--json"]).stdout)
    done = desk.officer("--json", "case", "list", expect=4)
    error = json.loads(done.stderr)
    schema.validator.validate(error)
    check("an error has its parts", error["error"]["exit"] == 4 and error["error"]["next"] == "casewire login", str(error))


def json_of_the_lab(desk, schema):
    def ask(command, *words):
        return schema.hold(command, desk.tool("--json", *command.split(), *words, "--dir", desk.dir).stdout)

    ask("lab start")
    ask("lab status")
    ask("lab cut", "west")
    ask("lab heal")
    ask("lab kill", "west")
    ask("lab restart", "west")
    ask("lab stop")


def what_json_prints_fits_its_schema(desk):
    schema = Schema()
    json_of_cases(desk, schema)
    json_of_a_child(desk, schema)
    json_of_entities(desk, schema)
    json_of_authority(desk, schema)
    json_of_enrolment(desk, schema)
    json_of_oneself(desk, schema)
    json_of_the_lab(desk, schema)
    check("every command was seen", schema.seen == schema.commands(), str(schema.commands() ^ schema.seen))


STORIES = [("what_json_prints_fits_its_schema", what_json_prints_fits_its_schema, True, Desk)]
