"""Who is told: what happened to a child stands in the inbox of everybody who must act on it, also when its owner cannot."""

import os

from duties import DUE_S, Watch
from officers import Desk, wait_for
from world import TOOL, check, run

STORIES = []


def story(world=Desk):
    def keep(function):
        STORIES.append((function.__name__, function, True, world))
        return function
    return keep


def rows(desk, who, words=""):
    return [w for w in desk.ask("inbox", who=who)["waiting"] if words in w["text"]]


def briefed(desk, who, words):
    return [w for c in desk.ask("shift", "brief", who=who)["cases"] for w in c["waiting"] if words in w["text"]]


SILENT = "NTH owns it and does not answer"


@story(Watch)
def a_missing_child_whose_owner_is_dead_waits_with_the_others(desk):
    case = desk.open_case("Child of the dark")["case_id"]
    desk.settle()
    desk.tool("episode", "sight", case, "when=now", "where=Dunmarsh", "confidence=probable", who="officer@east")
    desk.agree()
    desk.kill("north")
    for who in ("inspector@east", "control@east", "control@west"):
        wait_for(f"{who} is told", lambda: rows(desk, who, SILENT), DUE_S + 60)
        check("that it is over", rows(desk, who, SILENT)[0]["class"] == "overdue", str(rows(desk, who)))
    check("in the brief of the next shift, too", briefed(desk, "officer@east", SILENT))
    check("also of a control room without a hand in it", briefed(desk, "control@west", SILENT))
    check("and nobody else's", not rows(desk, "inspector@west", SILENT) and not briefed(desk, "officer@west", SILENT))
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    desk.agree()
    wait_for("north has it, and the others no more", lambda: not rows(desk, "inspector@east", SILENT) and not rows(desk, "control@west", SILENT))
    check("north's own have it all the time", rows(desk, "inspector@north", "first risk assessment was due"))


@story(Watch)
def a_breach_that_was_signed_before_its_owner_fell_silent_waits_with_the_others(desk):
    case = desk.open_case("Child of the dusk")["case_id"]
    desk.settle()
    desk.tool("episode", "sight", case, "when=now", "where=Dunmarsh", "confidence=probable", who="officer@east")
    wait_for("north signs", lambda: desk.breaches("east", case), DUE_S + 10)
    desk.agree()
    check("which is north's affair", not rows(desk, "inspector@east"))
    desk.kill("north")
    wait_for("east has not heard of north for a minute", lambda: rows(desk, "inspector@east", SILENT), 90)
    check("also that the child is missing", rows(desk, "officer@east", "this child is missing") and briefed(desk, "officer@east", "this child is missing"))
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    wait_for("until north is back", lambda: not rows(desk, "inspector@east", SILENT))


@story(Watch)
def an_offer_that_lapses_while_its_sender_is_dead_is_told_to_whom_it_was_made(desk):
    authority = os.path.join(desk.dir, "authority")
    for words in (("policy", "--dir", authority, "--socket", desk.socket(), "clock.W1.high.duration_s", "5"),
                  ("publish", "--dir", authority, "--socket", desk.socket())):
        run([TOOL, "authority", *words])
    case = desk.open_case("Child between two", division="west")["case_id"]
    desk.settle()
    desk.tool("handover", "offer", case, "to=EST", "why=lives there", who="inspector@west")
    desk.settle()
    desk.kill("west")
    for who in ("control@east", "sergeant@east", "control@north"):
        wait_for(f"{who} is told that nobody answered", lambda: rows(desk, who, "answer to a hand-over was due"), 60)
        found = rows(desk, who, "answer to a hand-over was due")
        check("and by whom it is owned", "WST owns it and does not answer" in found[0]["text"], str(found))
    check("nobody who has no hand in it", not rows(desk, "sergeant@north", "answer to a hand-over was due"))
    desk.tool(*rows(desk, "control@east", "answer to a hand-over was due")[0]["next"].split()[1:], who="control@east")
    check("until somebody says that they know", not rows(desk, "control@east", "answer to a hand-over was due"))


@story()
def what_became_of_a_handover_is_told_to_both_sides(desk):
    case = desk.open_case("Child on the move", risk="low")["case_id"]
    desk.settle()
    desk.tool("handover", "offer", case, "to=EST", "why=lives there", who="inspector@north")
    desk.settle()
    desk.tool("handover", "decline", case, "why=No beds", who="inspector@east")
    desk.agree()
    check("north is told that east declines", rows(desk, "inspector@north", "EST (Duty inspector of east) declined the hand-over: No beds"))
    desk.tool("shift", "brief", case, "--seen", who="sergeant@north")
    check("until somebody signs that it was seen", not rows(desk, "inspector@north", "declined"))
    desk.tool("handover", "offer", case, "to=EST", "why=lives there", who="inspector@north")
    desk.settle()
    desk.tool("lab", "cut", "east", "--dir", desk.dir)
    desk.tool("handover", "withdraw", case, "why=goes home", who="inspector@north")
    desk.tool("handover", "accept", case, who="inspector@east")
    desk.tool("lab", "heal", "east", "--dir", desk.dir)
    desk.agree()
    for who in ("inspector@north", "sergeant@east"):
        check(f"{who} is told that it had no effect", rows(desk, who, "accepted the hand-over WITHOUT EFFECT: the case is NTH's"), str(rows(desk, who)))
    desk.tool("handover", "offer", case, "to=EST", "why=lives there", who="inspector@north")
    desk.settle()
    desk.tool("handover", "accept", case, who="inspector@east")
    desk.agree()
    check("north is told that it is east's", rows(desk, "sergeant@north", "the case and its duties are theirs"))
    check("in its brief, too", briefed(desk, "officer@north", "the case and its duties are theirs"))
    desk.tool("shift", "brief", "--seen", who="sergeant@north")
    check("once", not rows(desk, "sergeant@north", "theirs"))
    desk.tool("handover", "claim", case, "why=came back", who="inspector@west")
    desk.agree()
    for who in ("sergeant@east", "sergeant@west"):
        check(f"{who} is told that it is contested", rows(desk, who, "several divisions claim the case"))


@story()
def a_merging_asks_the_other_owner_to_agree(desk):
    loser = desk.open_case("Child P")["human_ref"].split("/")[3][:7]
    survivor = desk.open_case("Child Q", division="east")["human_ref"].split("/")[3][:7]
    desk.settle()
    desk.tool("child", "merge", loser, f"into={survivor}", "by=photograph", "and=parent_or_carer", "why=her mother", who="inspector@north")
    desk.agree()
    asked = rows(desk, "inspector@east", "the same child")
    check("east's inspector is asked", [w["next"] for w in asked] == [f"casewire child agree {survivor} with={loser}"], str(asked))
    check("north's is not", not rows(desk, "inspector@north", "the same child"))
    check("nor whoever may not", not rows(desk, "sergeant@east", "the same child"))
    shown = " ".join(desk.tool("child", "show", survivor, who="inspector@east").stdout.split())
    check("the record says who must agree", f"waits for EST: child agree {survivor} with={loser}" in shown, shown)
    desk.tool(*asked[0]["next"].split()[1:], who="inspector@east")
    check("and then nobody is asked", not rows(desk, "inspector@east", "the same child"))


@story()
def a_child_that_may_be_recorded_twice_is_looked_at(desk):
    for division, name in (("north", "Bel Moor"), ("east", "bel MOOR")):
        given, family = name.split()
        desk.tool("child", "open", f"title=Child of {division}", "reported=now", f"given_names={given}", f"family_name={family}",
                  "birth_date=2014-03-01", who=f"officer@{division}")
    desk.settle()
    for who in ("sergeant@north", "sergeant@east"):
        wait_for(f"{who} is asked", lambda: rows(desk, who, "shares name and birth date: is it the same child?"), 70)
    check("in the brief, too", briefed(desk, "officer@east", "is it the same child?"))
    desk.tool("shift", "brief", "--seen", who="sergeant@east")
    check("until somebody has looked", not rows(desk, "sergeant@east", "is it the same child?"))
    check("who is of that division", rows(desk, "sergeant@north", "is it the same child?"))


@story()
def a_missing_child_is_looked_at_however_long_ago_it_changed(desk):
    child = desk.open_case("Child of last week")
    for i in range(3):
        desk.tool("case", "open", "ocg", f"title=Group {i}", "name=Example group", who="coordinator@north")
    waiting = desk.ask("inbox", "--cases", "1", who="inspector@north")["waiting"]
    check("the inbox has the child's duties", any(w["human_ref"] == child["human_ref"] for w in waiting), str(waiting))
    briefs = desk.ask("shift", "brief", "--cases", "1")["cases"]
    check("the brief has the child", any(c["human_ref"] == child["human_ref"] for c in briefs), str(briefs))
    mine = desk.ask("mine", "--cases", "1")["cases"]
    check("and so do the division's cases, first of all", mine[0]["human_ref"] == child["human_ref"], str(mine))
    groups = desk.ask("mine", "--cases", "1", "--kind", "ocg")["cases"]
    check("unless others are asked for", [c["kind"] for c in groups] == ["ocg"], str(groups))


@story()
def a_return_in_doubt_is_told_to_both_divisions_and_all_control_rooms(desk):
    case = desk.ask("child", "open", "title=Child B", "reported=yesterday 23:10", "seen=yesterday 19:30")["case_id"]
    desk.tool("episode", "assess", case, "risk=medium", "why=no coat", "review=in 2h")
    desk.settle()
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    desk.tool("episode", "return", case, "how=told_by_carer", "when=yesterday 23:30", "source=Night carer")
    desk.tool("episode", "return", case, "how=seen_by_professional", "source=Ward nurse", "when=yesterday 23:40", "where=Quarrel Lane")
    desk.tool("episode", "sight", case, "when=between yesterday 23:30 and 23:55", "where=Tarrowby bridge", "confidence=confirmed", who="officer@west")
    desk.tool("lab", "heal", "west", "--dir", desk.dir)
    desk.agree()
    doubt = "a sighting contradicts the return"
    for who in ("officer@north", "officer@west", "control@west", "control@east"):
        check(f"{who} is told", rows(desk, who, doubt), str(rows(desk, who)))
    check("and nobody who has nothing to do with it", not rows(desk, "officer@east", doubt))
    check("in the brief of the other side, too", briefed(desk, "officer@west", doubt))
    desk.tool("episode", "refute", case, "why=The carer saw another child", who="inspector@north")
    desk.agree()
    check("until an inspector decides", not rows(desk, "control@east", doubt) and not rows(desk, "officer@west", doubt))


@story()
def what_another_division_decides_about_a_child_is_told_to_its_owner(desk):
    case = desk.open_case("Child K", risk="low")["case_id"]
    desk.tool("episode", "assess", case, "risk=high", "why=no coat", "review=in 1h", who="sergeant@north")
    desk.settle()
    desk.tool("episode", "assess", case, "risk=medium", "why=her aunt has called", "review=in 1h", who="inspector@east")
    duty = next(d["duty"][:8] for d in desk.ask("case", "show", case)["deadlines"] if d["clock"] == "M4" and d["state"] in ("running", "due soon"))
    desk.tool("clock", "waive", case, duty, "why=told by telephone", who="inspector@east")
    desk.agree()
    told = rows(desk, "officer@north", "EST (Duty inspector of east)")
    check("north is told of both", sorted(w["text"].split(") ")[1] for w in told) ==
          ["LOWERED the risk of your child to medium", "waived circulated as missing: told by telephone"], str(told))
    check("east is not", not rows(desk, "officer@east", "EST ("))
    desk.tool("shift", "brief", case, "--seen", who="officer2@north")
    check("until it is seen", not rows(desk, "officer@north", "EST ("))
