"""What daemons do about duties while nobody is at a screen: the breach is signed, said in the journal, and there afterwards."""

import os
import re
import time

from officers import Desk, wait_for
from world import CODES, DIVISIONS, TOOL, check, run

STORIES = []
DUE_S = 5  # M1, in these networks


class Watch(Desk):
    """A lab in which the first assessment is due at once, nearly."""

    def start(self):
        super().start()
        authority = os.path.join(self.dir, "authority")
        for name, value in (("clock.M1.duration_s", DUE_S), ("clock.M1.soon_s", 2), ("clock.M1.step_s", 3)):
            run([TOOL, "authority", "policy", "--dir", authority, "--socket", self.socket(), name, str(value)])
        run([TOOL, "authority", "publish", "--dir", authority, "--socket", self.socket()])
        self.settle()
        return self

    def says(self, division, event, reference):
        """Lines of the journal with this id about the case."""
        return [line for line in self.log(division).splitlines() if event in line and reference in line]

    def duty(self, division, case, clock="M1"):
        view = self.ask("case", "show", case, who=f"officer@{division}")
        return next(d for d in view["deadlines"] if d["clock"] == clock)

    def breaches(self, division, case):
        return [m for m in self.duty(division, case).get("marks", []) if m["what"] == "breached"]


def story(function):
    STORIES.append((function.__name__, function, True, Watch))
    return function


@story
def a_breach_is_signed_and_told_while_no_program_runs(desk):
    case = desk.open_case("Child of the night")
    reference, began = case["human_ref"], time.monotonic()
    for division in DIVISIONS:
        wait_for(f"{division} is told of a child at high risk", lambda: desk.says(division, "duty-risk-high", reference), 5)
    for division in DIVISIONS:  # and now nobody asks anything
        wait_for(f"{division} says that it was due", lambda: desk.says(division, "duty-breached", reference), DUE_S + 5)
    check("not before its time", time.monotonic() - began >= DUE_S - 1)
    check("who holds it says so", all("held here" in line for line in desk.says("north", "duty-breached", reference)))
    check("and nobody else", not any("held here" in line for line in desk.says("east", "duty-breached", reference)))
    for division in DIVISIONS:
        wait_for(f"{division} says that it climbs", lambda: desk.says(division, "duty-climbed", reference), 10)
    for division in DIVISIONS:
        listed = desk.ask("case", "list", "--overdue", "--owner", "NTH", who=f"officer@{division}")["rows"]
        check(f"{division} lists it as overdue", [row["human_ref"] for row in listed] == [reference] and "due" in listed[0], str(listed))
        check("and nothing of another's", not desk.ask("case", "list", "--overdue", "--owner", "EST", who=f"officer@{division}")["rows"])
    desk.kill("north")
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    desk.agree()
    for division in DIVISIONS:
        signed = desk.breaches(division, case["case_id"])
        check(f"{division} shows one breach", len(signed) == 1, str(signed))
        check("signed by the daemon that holds it", signed[0]["author"]["division"] == "NTH" and not signed[0].get("without_effect"), str(signed))
        check("which knew in time", not desk.duty(division, case["case_id"]).get("learned_late"))
        check("once in its journal", len(desk.says(division, "duty-breached", reference)) == 1)
    told = [item["what"] for item in desk.ask("case", "history", case["case_id"])["items"]]
    check("the history has it once", len([what for what in told if "clock_breached" in what]) == 1, str(told))


@story
def another_division_signs_for_a_daemon_that_is_dead(desk):
    case = desk.open_case("Child of the cut")
    desk.settle()
    desk.kill("north")
    for division in ("east", "west"):
        wait_for(f"{division} is told at once", lambda: desk.says(division, "duty-breached", case["human_ref"]), DUE_S + 5)
    wait_for("one of them signs", lambda: desk.breaches("east", case["case_id"]), 60)
    late = desk.duty("east", case["case_id"]).get("learned_late")
    check("before it would count as learned late", not late)
    signed = desk.breaches("east", case["case_id"])
    check("and one only", len(signed) == 1 and signed[0]["author"]["division"] in ("EST", "WST"), str(signed))
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    desk.agree()

    def delivered():
        return [m for m in desk.duty("east", case["case_id"]).get("marks", []) if m["what"] == "delivered"]

    wait_for("north says that it holds it now", delivered, 20)
    check("by its own daemon", delivered()[0]["author"]["division"] == CODES["north"], str(delivered()))
    desk.agree()
    for division in DIVISIONS:
        effective = [m for m in desk.breaches(division, case["case_id"]) if not m.get("without_effect")]
        check(f"{division} shows one breach in effect", len(effective) == 1, str(effective))


@story
def an_offer_is_delivered_and_both_sides_see_it(desk):
    case = desk.open_case("Child in hand")["case_id"]
    desk.settle()
    desk.tool("handover", "offer", case, "to=EST", "why=The child lives there", who="inspector@north")

    def delivered(division):
        events = desk.ask("case", "show", case, who=f"officer@{division}")["events"]
        return [e for e in events if e["type"] == 124]

    for division in ("north", "east"):
        wait_for(f"{division} sees that it was delivered", lambda: delivered(division), 20)
        check("once", len(delivered(division)) == 1)
        check("by the daemon of the division that was asked", delivered(division)[0]["author"]["division"] == "EST", str(delivered(division)))
    shown = " ".join(desk.tool("case", "show", case).stdout.split())
    check("the tool says so", re.search(r"delivered: ", shown), shown)
