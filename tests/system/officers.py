"""The tool as officers use it: logging in, losing a passphrase, speaking without one."""

import datetime
import json
import os
import pty
import re
import signal
import subprocess
import tempfile
import time
import zoneinfo

from json_schema import Schema
from world import BUILD, TOOL, Lab, Wrong, check, run

STORIES = []


def wait_for(claim, true, seconds=20):
    """Something that another process does on its own, and that tells nobody."""
    end = time.monotonic() + seconds
    while not true():
        check(claim, time.monotonic() < end, "did not happen in time")
        time.sleep(0.02)


class Desk(Lab):
    """A lab, and an officer of north whose key has a passphrase, with a folder for the agent's socket."""

    def start(self):
        super().start()
        self.runtime = os.path.join(os.path.dirname(self.dir), "runtime")
        os.mkdir(self.runtime, 0o700)
        self.home = os.path.join(os.path.dirname(self.dir), "home")
        self.issue("right horse", self.home, "--kind", "person", "--division", "NTH", "--name", "Officer W", "--role", "PC,MCET")
        return self

    def secret(self, name, text):
        path = os.path.join(os.path.dirname(self.dir), name.replace(" ", "-"))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.chmod(path, 0o600)
        return path

    def socket(self):
        with open(os.path.join(self.dir, "lab.json"), encoding="utf-8") as file:
            return os.path.join(json.load(file)["run_dir"], "north", "admin.sock")

    def issue(self, passphrase, home, *what):
        authority = os.path.join(self.dir, "authority")
        run([TOOL, "authority", "issue", "--dir", authority, "--socket", self.socket(), "--out", home,
             "--passphrase-file", self.secret(passphrase, passphrase),
             "--address", f"tcp://127.0.0.1:{self.port('north', 'listen_clients')}",
             "--daemon-cert", self.path("north", "cert"), *what])
        with open(os.path.join(home, "context"), "a", encoding="utf-8") as file:
            file.write("synthetic = yes\n")
        run([TOOL, "authority", "publish", "--dir", authority, "--socket", self.socket()])

    def officer(self, *words, expect=0, home=None):
        """A command of this officer, without a terminal."""
        env = {**os.environ, "XDG_RUNTIME_DIR": self.runtime, "CASEWIRE_HOME": home or self.home}
        return run([TOOL, *words], expect, env=env, stdin=subprocess.DEVNULL)

    def whoami(self, home=None):
        return json.loads(self.officer("whoami", "--json", home=home).stdout)

    def agents(self):
        found = run(["pgrep", "-x", "-f", "casewire agent"], expect=None).stdout.split()
        return [int(pid) for pid in found]


def story(function):
    STORIES.append((function.__name__, function, True, Desk))
    return function


@story
def an_officer_gives_the_passphrase_once(desk):
    done = desk.officer("case", "list", expect=4)
    check("without a terminal and a login, the next command is named", "casewire login" in done.stderr, done.stderr)
    check("whoami says so without a daemon", desk.whoami()["key"] == "locked")
    done = desk.officer("login", "--passphrase-file", desk.secret("wrong", "wrong horse"), expect=4)
    check("a wrong passphrase is named", "passphrase is wrong" in done.stderr, done.stderr)
    check("it starts no agent", desk.agents() == [])
    desk.officer("login", "--passphrase-file", desk.secret("right", "right horse"))
    check("one agent runs", len(desk.agents()) == 1, str(desk.agents()))
    case = json.loads(desk.officer("case", "open", "missing_child", "title=Child W", "missing_risk=high", "--json").stdout)
    shown = json.loads(desk.officer("case", "show", case["case_id"], "--json").stdout)
    check("the case is there, in this officer's name", any(v["author"]["name"] == "Officer W" for f in shown["fields"]
                                                          for v in f["values"]))
    me = desk.whoami()
    check("whoami counts signatures", me["key"] == "logged in" and me["signatures"] == 1, str(me))
    desk.officer("logout")
    wait_for("the agent ends", lambda: desk.agents() == [])
    desk.officer("case", "list", expect=4)
    check("a second logout is no error", "nobody" in desk.officer("logout").stdout)


@story
def an_agent_keeps_its_key_to_itself(desk):
    desk.officer("login", "--passphrase-file", desk.secret("right", "right horse"))
    pid = desk.agents()[0]
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        status = dict(line.split(":", 1) for line in file.read().splitlines())
    check("its memory is locked", int(status["VmLck"].split()[0]) >= 4, status["VmLck"])
    check("it gains no privileges", status["NoNewPrivs"].strip() == "1")
    with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
        core = [line for line in file if line.startswith("Max core file size")][0].split()
    check("it leaves no core file", core[4] == "0" and core[5] == "0", str(core))
    check("it holds nothing of the terminal", all(os.readlink(f"/proc/{pid}/fd/{n}") == "/dev/null" for n in range(3)))
    check("its command line holds nothing", open(f"/proc/{pid}/cmdline", "rb").read() == b"casewire\0agent\0")
    folder = os.path.join(desk.runtime, "casewire")
    sockets = os.listdir(folder)
    check("one socket, for its owner only", len(sockets) == 1 and
          os.stat(os.path.join(folder, sockets[0])).st_mode & 0o7777 == 0o600 and os.stat(folder).st_mode & 0o7777 == 0o700)
    os.chmod(folder, 0o755)
    check("a folder that others may enter is not used", desk.whoami()["key"] == "locked")
    os.chmod(folder, 0o700)
    desk.officer("logout")


@story
def a_login_ends_in_time_or_when_it_is_killed(desk):
    right = desk.secret("right", "right horse")
    desk.officer("login", "--passphrase-file", right, "--for", "4s")
    check("logged in", desk.whoami()["key"] == "logged in")
    wait_for("after four seconds it is over", lambda: desk.whoami()["key"] == "locked")
    wait_for("and the agent is gone", lambda: desk.agents() == [])
    check("with its socket", os.listdir(os.path.join(desk.runtime, "casewire")) == [])
    desk.officer("login", "--passphrase-file", right)
    os.kill(desk.agents()[0], signal.SIGKILL)
    wait_for("killed", lambda: desk.agents() == [])
    check("its socket's file is still there", len(os.listdir(os.path.join(desk.runtime, "casewire"))) == 1)
    done = desk.officer("case", "list", expect=4)
    check("the next command is named", "casewire login" in done.stderr, done.stderr)
    desk.officer("login", "--passphrase-file", right)
    first = desk.agents()
    desk.officer("login", "--passphrase-file", right)
    wait_for("a second login leaves one agent, the new one", lambda: len(desk.agents()) == 1 and desk.agents() != first)
    desk.officer("case", "list")
    desk.officer("logout", "--all")
    wait_for("logout --all ends it", lambda: desk.agents() == [])
    done = desk.officer("login", "--for", "25h", "--passphrase-file", right, expect=2)
    check("a day is the most", "24h" in done.stderr, done.stderr)


@story
def a_lost_passphrase_means_new_keys(desk):
    fresh = os.path.join(os.path.dirname(desk.dir), "home2")
    old = desk.whoami()
    desk.officer("login", "--passphrase-file", desk.secret("right", "right horse"))
    desk.officer("case", "list")
    desk.issue("new horse", fresh, "--replace", desk.home)
    new = desk.whoami(home=fresh)
    check("the same person, another certificate", new["name"] == old["name"] and new["roles"] == old["roles"] and
          new["division"] == old["division"] and new["cert"] != old["cert"], str(new))
    desk.officer("login", "--passphrase-file", desk.secret("new", "new horse"), home=fresh)
    desk.officer("case", "open", "missing_child", "title=Child N", "missing_risk=high", home=fresh)
    done = desk.officer("case", "list", "--timeout", "2", expect=4)
    check("the old key is not spoken to any more", "refuses this certificate" in done.stderr and "new certificate" in done.stderr, done.stderr)
    done = desk.officer("case", "open", "missing_child", "title=Child O", "missing_risk=high", "--outbox", "--timeout", "2", expect=4)
    check("nor is what it signs said to be on its way", "nobody takes it from this certificate" in done.stderr, done.stderr)
    listed = json.loads(run([TOOL, "authority", "list", "--dir", os.path.join(desk.dir, "authority"), "--json"]).stdout)
    standing = {c["cert"]: c["standing"] for c in listed["certificates"]}
    check("the authority's log says it is superseded", standing[old["cert"]] == "superseded" and standing[new["cert"]] == "counts")
    done = run([TOOL, "authority", "issue", "--dir", os.path.join(desk.dir, "authority"), "--socket", desk.socket(),
                "--replace", old["cert"][:10], "--insecure-lab"], expect=6)
    check("it cannot be replaced twice", "counts no more" in done.stderr, done.stderr)
    desk.officer("logout", "--all")


@story
def a_passphrase_is_changed_by_its_holder(desk):
    right, other = desk.secret("right", "right horse"), desk.secret("other", "other horse")
    desk.officer("passphrase", "--passphrase-file", other, "--new-passphrase-file", other, expect=4)
    desk.officer("passphrase", "--passphrase-file", right, "--new-passphrase-file", other)
    desk.officer("login", "--passphrase-file", right, expect=4)
    desk.officer("login", "--passphrase-file", other)
    check("the same key", desk.whoami()["key"] == "logged in")
    desk.officer("logout")


# --- a shift ---------------------------------------------------------------------------------------------------


@story
def a_brief_is_told_seen_and_accepted_for_all_to_see(desk):
    def line(division):
        text = " ".join(desk.tool("case", "show", case, who=f"officer@{division}").stdout.split())
        return re.search(r"shift (briefed.*?) (?:due|task|seen Mon|seen Sun|seen \w+ \d|last|changed)", text).group(1)

    case = desk.ask("child", "open", "title=Child S", "risk=high")["case_id"]
    desk.tool("shift", "brief", "--give", "--note", "The carer rings at six")
    desk.settle()
    check("told, and nothing else", "seen by nobody yet; NOT ACCEPTED yet" in line("west"), line("west"))
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    desk.tool("shift", "brief", "--seen", who="officer2@north")
    check("seen is no acceptance", "seen: Officer 2 of north" in line("north") and "NOT ACCEPTED yet" in line("north"), line("north"))
    done = desk.tool("shift", "accept", expect=3)
    check("nobody accepts a brief of their own", "your own" in done.stderr, done.stderr)
    desk.tool("shift", "accept", who="officer2@north")
    check("west has not heard of it", "seen by nobody yet" in line("west"), line("west"))
    desk.tool("lab", "heal", "--dir", desk.dir)
    desk.settle()
    check("both sides see who took it over", "accepted: Officer 2 of north" in line("west") and line("west") == line("north"),
          line("west"))
    desk.tool("episode", "sight", case, "when=about yesterday 20:00", "confidence=probable")
    check("and what is new since", "1 event since" in line("north"), line("north"))


# --- completion ----------------------------------------------------------------------------------------------


def completions(desk, *words, who="officer@north"):
    done = run([TOOL, "complete", "--", "--lab", desk.dir, "--as", who, *words])
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


@story
def the_shells_complete_live_references_in_time(desk):
    chars = desk.open_case("Child C")["human_ref"].split("/")[3].split("-")[0]
    check("the case's characters are offered", chars in completions(desk, "case", "show", ""))
    check("also from their first ones", completions(desk, "case", "show", chars[:3].lower()) == [chars])
    check("people of the lab", "officer@east" in run([TOOL, "complete", "--", "--lab", desk.dir, "case", "list", "--as",
                                                      "officer@"]).stdout)
    env = {**os.environ, "CASEWIRE_LAB": desk.dir, "CASEWIRE_AS": "officer@north", "PATH": BUILD + ":" + os.environ["PATH"],
           "HOME": os.path.dirname(desk.dir)}
    bash = ('source <(casewire completion bash); COMP_WORDS=(casewire case show ""); COMP_CWORD=3; _casewire; '
            'printf "%s\\n" "${COMPREPLY[@]}"; COMP_WORDS=(casewire case set X missing_risk = hi); COMP_CWORD=6; _casewire; '
            'printf "%s\\n" "${COMPREPLY[@]}"')
    check("bash", run(["bash", "-c", bash], env=env).stdout.split() == [chars, "high"], run(["bash", "-c", bash], env=env).stdout)
    zsh = ('compdef() { :; }; source <(casewire completion zsh); compadd() { print -l -- "${(P)@[-1]}"; }; '
           'words=(casewire case show ""); CURRENT=4; _casewire')
    check("zsh", run(["zsh", "-f", "-c", zsh], env=env).stdout.split() == [chars], run(["zsh", "-f", "-c", zsh], env=env).stdout)
    fish = "casewire completion fish | source; complete -C 'casewire case show '"
    check("fish", run(["fish", "-N", "-c", fish], env=env).stdout.split()[0] == chars)


@story
def the_shells_complete_what_a_case_holds(desk):
    case = desk.open_case("Child D")["human_ref"]
    desk.tool("episode", "sight", case, "when=about yesterday 20:00", "confidence=probable")
    desk.tool("handover", "offer", case, "to=EST", "why=lives there", who="officer@north")
    desk.tool("task", "add", case, "what=Ask her school", "due=in 4h")
    shown = desk.ask("case", "show", case)

    def ids(name):
        return [e["event_id"][:10] for e in shown["events"] if e["name"] == name]

    check("events of the case", set(ids("sighting")) < set(completions(desk, "correct", case, "")), str(completions(desk, "correct", case, "")))
    check("of tasks alone where one is done", completions(desk, "task", "done", case, "") == ids("action"), str(completions(desk, "task", "done", case, "")))
    check("a kind of event where one is recorded", "sighting" in completions(desk, "case", "event", case, ""))
    check("duties that run", "M1" in completions(desk, "clock", "ack", case, ""), str(completions(desk, "clock", "ack", case, "")))
    check("episodes", completions(desk, "episode", "merge", case, "") == ["first"], str(completions(desk, "episode", "merge", case, "")))
    conflict = desk.ask("conflict", "list", case)["conflicts"][0]["id"]
    check("conflicts and proposals", completions(desk, "conflict", "resolve", "") == [conflict[:6]], str(completions(desk, "conflict", "resolve", "")))
    check("of a case that is not there nothing", completions(desk, "correct", "ZZZZZZZ", "") == [])


@story
def the_shells_complete_each_reference_of_a_child(desk):
    """A child that was recorded twice is known by either reference: both are offered, the whole and its characters."""
    whole = [desk.open_case(f"Child T{i}")["human_ref"] for i in range(2)]
    desk.tool("child", "merge", whole[0], f"into={whole[1]}", "by=pncid", "and=parent_or_carer", "why=The same child", who="inspector@north")
    chars = [one.split("/")[3].split("-")[0] for one in whole]
    check("both are offered", set(chars) <= set(completions(desk, "case", "show", "")), str(completions(desk, "case", "show", "")))
    check("the one that was merged from its first characters", completions(desk, "case", "show", chars[0][:4]) == [chars[0]])
    check("and whole", completions(desk, "case", "show", whole[0][:14]) == [whole[0]], str(completions(desk, "case", "show", whole[0][:14])))
    said = run([TOOL, "complete", "--", "--lab", desk.dir, "--as", "officer@north", "case", "show", chars[0]]).stdout
    check("it says whose it is now", f"now {whole[1]}" in said, said)
    env = {**os.environ, "CASEWIRE_LAB": desk.dir, "CASEWIRE_AS": "officer@north", "PATH": BUILD + ":" + os.environ["PATH"],
           "HOME": os.path.dirname(desk.dir)}
    start = chars[0][:4]
    shells = {
        "bash": ["bash", "-c", f'source <(casewire completion bash); COMP_WORDS=(casewire case show {start}); COMP_CWORD=3; _casewire; '
                               'printf "%s\n" "${COMPREPLY[@]}"'],
        "zsh": ["zsh", "-f", "-c", 'compdef() { :; }; source <(casewire completion zsh); compadd() { print -l -- "${(P)@[-1]}"; }; '
                                   f'words=(casewire case show {start}); CURRENT=4; _casewire'],
        "fish": ["fish", "-N", "-c", f"casewire completion fish | source; complete -C 'casewire case show {start}'"],
    }
    for shell, words in shells.items():
        said = run(words, env=env).stdout
        check(shell, said.split()[:1] == [chars[0]], said)


@story
def completion_never_takes_longer_than_a_person_notices(desk):
    for number in range(30):
        desk.open_case(f"Child {number}")
    took = []
    for _ in range(20):
        started = time.monotonic()
        check("cases are offered", len(completions(desk, "case", "show", "")) >= 30)
        took.append(time.monotonic() - started)
    print(f"          live completion: median {sorted(took)[10] * 1000:.0f} ms, worst {max(took) * 1000:.0f} ms", flush=True)
    check("half of them within 200 ms", sorted(took)[10] < 0.2, str(took))
    os.kill(desk.pid("north"), signal.SIGSTOP)
    os.kill(desk.net_pid("north"), signal.SIGSTOP)
    started = time.monotonic()
    done = run([TOOL, "complete", "--", "--lab", desk.dir, "--as", "officer@north", "case", "show", ""], expect=None)
    took = time.monotonic() - started
    os.kill(desk.net_pid("north"), signal.SIGCONT)
    os.kill(desk.pid("north"), signal.SIGCONT)
    print(f"          with a daemon that does not answer: {took * 1000:.0f} ms", flush=True)
    check("a daemon that does not answer is not waited for", took < 0.4 and done.stdout == "", f"{took:.2f} s {done.stdout}")


# --- what a case shows ---------------------------------------------------------------------------------------


@story
def a_second_episode_stands_beside_the_first(desk):
    gone = desk.open_case("Child G")["case_id"]
    desk.tool("episode", "assess", gone, "risk=high", "why=Seen with older males", "review=in 2h", who="sergeant@north")
    refused = desk.tool("episode", "report", gone, "reported=now", who="control@north", expect=6).stderr
    check("the same report twice is one", "this child is missing already" in refused, refused)
    desk.tool("episode", "return", gone, "how=seen_by_police", "when=now")
    desk.tool("episode", "report", gone, "reported=now", "from=home", who="control@north")
    check("who has come back can go again", [e["state"] for e in desk.ask("case", "show", gone)["episodes"]] == ["returned", "reported"])
    case = desk.open_case("Child E")["case_id"]
    desk.tool("case", "event", case, "sighting", "occurred=2026-11-28T10:00", "place=X", "confidence=probable")
    second = json.loads(desk.tool("--json", "case", "event", case, "episode_reported", "occurred=2026-11-28T13:00",
                                  who="control@north").stdout)["op_id"]
    desk.tool("case", "event", case, "sighting", "occurred=2026-11-28T13:30", "place=Z", "confidence=probable",
              "--episode", second[:10])
    view = desk.ask("case", "show", case)
    check("both episodes are shown", [e["state"] for e in view["episodes"]] == ["reported", "reported"] and
          "episode" not in view["episodes"][0] and "episode" in view["episodes"][1], str(view["episodes"]))
    places = {f["values"][0]["text"]: e.get("episode") for e in view["events"] for f in e["fields"] if f["name"] == "place"}
    check("each sighting belongs to one", places == {"X": None, "Z": view["episodes"][1]["episode"]}, str(places))


@story
def what_is_said_of_an_episode_is_said_of_the_one_that_fits(desk):
    case = desk.open_case("Child F")["case_id"]
    desk.tool("episode", "cancel", case, "why=At football", who="inspector@north")
    report = desk.ask("case", "event", case, "episode_reported", "occurred=today 00:01", who="control@north")["op_id"]
    desk.tool("case", "event", case, "risk_assessment", "missing_risk=high", "rationale=No coat, older friends", "next_review=in 2h")
    desk.tool("case", "event", case, "sighting", "occurred=today 00:01", "place=Dunmarsh", "confidence=probable")
    desk.tool("case", "set", case, "clothing=Red coat", "summary=Gone again")
    desk.tool("case", "add", case, "debrief_intel=B2-31-0142")
    view = desk.ask("case", "show", case)
    second = view["episodes"][1]["episode"]
    check("the live episode is assessed", [e["state"] for e in view["episodes"]] == ["cancelled", "active"], str(view["episodes"]))
    check("and seen", {e.get("episode") for e in view["events"] if e["name"] in ("risk_assessment", "sighting")} == {second}, str(view["events"]))
    said = {f["name"]: f.get("episode") for f in view["fields"] if f["name"] in ("clothing", "summary", "debrief_intel") and f.get("values")}
    check("its fields are its own, those of the case are not", said == {"clothing": second, "summary": None, "debrief_intel": second}, str(said))
    desk.tool("case", "set", case, "clothing=Blue coat")
    desk.tool("case", "remove", case, "debrief_intel=B2-31-0142", who="sergeant@north")
    fields = {f["name"]: f for f in desk.ask("case", "show", case)["fields"] if f.get("episode") == second}
    check("what is set anew replaces what that episode said", [v["text"] for v in fields["clothing"]["values"]] == ["Blue coat"], str(fields))
    check("and what is taken out is taken out there", not fields.get("debrief_intel", {}).get("values"), str(fields))
    refused = desk.tool("case", "set", case, "summary=Gone again.", "--episode", report[:8], expect=2).stderr
    check("an episode is not named for nothing", "none of these fields is an episode's" in refused, refused)

    desk.tool("case", "event", case, "episode_reported", "occurred=today 00:02", who="control@north")
    for words in (["event", case, "sighting", "confidence=probable"], ["event", case, "review", "level=sup", "decision=Wait"],
                  ["set", case, "clothing=Green coat"], ["add", case, "harm=none_known"], ["remove", case, "harm=none_known"]):
        refused = desk.tool("case", *words, expect=2).stderr
        check(f"of two that fit none is guessed: case {words[0]}", "more than one episode of this child would fit" in refused and
              second[:8] in refused, refused)
    desk.tool("case", "set", case, "clothing=Green coat", "--episode", report[:8])
    seen = desk.ask("case", "show", case)["events"]
    first = next(e for e in seen if e["name"] == "sighting")
    desk.tool("case", "event", case, "sighting", "occurred=today 00:01", "place=Tarrowby", "confidence=unconfirmed", "--corrects", first["event_id"][:10])
    seen = next(e for e in desk.ask("case", "show", case)["events"] if e["name"] == "sighting")
    check("what corrects is of the episode that it corrects", seen["episode"] == second, str(seen))


def ago(minutes):
    """As an officer types it."""
    return (datetime.datetime.now(zoneinfo.ZoneInfo("Europe/London")) - datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def board_episodes(desk, who="officer@north"):
    figures = desk.ask("board", "children", "--from", "2020-01-01", "--to", "2040-01-01", who=who)["figures"]
    return next(f["count"] for f in figures if f["name"] == "episodes")


# --- what two divisions wrote --------------------------------------------------------------------------------


def two_sides(desk):
    """A case of north on which north and west write without knowing of each other; its seven characters."""
    opened = desk.open_case("Child M", risk="medium")
    case = opened["case_id"]
    desk.tool("case", "set", case, "summary=Left after supper.")
    desk.tool("case", "add", case, "tags=repeat")
    desk.settle()
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    for who, summary, found in (("officer@north", "At a friend's house.", "partner"), ("officer@west", "At Tarrowby.", "police")):
        desk.tool("case", "set", case, f"summary={summary}", who=who)
        desk.tool("case", "set", case, f"found_by={found}", who=who)
    desk.tool("case", "set", case, "title=Child of Tarrowby", who="officer@west")
    desk.tool("case", "add", case, "tags=repeat", who="officer@west")
    desk.tool("case", "remove", case, "tags=repeat", who="sergeant@north")
    desk.tool("case", "event", case, "risk_assessment", "missing_risk=high", "rationale=Seen with older males", who="officer@west")
    desk.tool("case", "event", case, "risk_assessment", "missing_risk=low", "rationale=A friend's", "next_review=in 4h", who="inspector@north")
    desk.tool("lab", "heal", "--dir", desk.dir)
    desk.settle()
    return opened["human_ref"].split("/")[3].split("-")[0]


@story
def one_officer_settles_what_two_divisions_wrote(desk):
    chars = two_sides(desk)

    def conflicts(who="officer@north"):
        return {c["field"]: c for c in desk.ask("conflict", "list", who=who)["conflicts"]}

    found = conflicts()
    check("what is open, and what rules decided", {f: c["kind"] for f, c in found.items()} ==
          {"summary": "values", "title": "proposal", "found_by": "merged", "tags": "kept", "missing_risk": "merged"}, str(found))
    check("open ones come first", [c["open"] for c in desk.ask("conflict", "list")["conflicts"]] == [True, True, False, False, False])
    check("an officer may not lower the risk, an inspector may", not found["missing_risk"]["you_may"] and
          conflicts("inspector@north")["missing_risk"]["you_may"])
    inbox = desk.ask("inbox")["waiting"]
    check("the inbox has what is to be decided before what a rule decided",
          [w["class"] for w in inbox if w["class"] in ("decide", "proposal", "rule")] == ["decide", "proposal", "rule", "rule"], str(inbox))
    check("the case is north's", [c["disputed"] for c in desk.ask("mine")["cases"]] == [1] and
          desk.ask("mine", who="officer@east")["cases"] == [])

    numbered = {v["text"]: n for n, v in enumerate(found["summary"]["choices"], 1)}
    desk.tool("conflict", "resolve", found["summary"]["id"][:6], "--take", str(numbered["At Tarrowby."]))
    desk.tool("conflict", "resolve", f"{chars}.title", "--take", "2", who="sergeant@north")
    done = desk.tool("conflict", "resolve", found["summary"]["id"][:6], "--take", "1", expect=3)
    check("decided once, it is gone", "no such conflict now" in done.stderr, done.stderr)
    for field in ("found_by", "tags"):
        desk.tool("conflict", "undo", found[field]["id"])
    for who in ("officer@north", "inspector@north"):
        bare = desk.tool("conflict", "undo", found["missing_risk"]["id"], who=who, expect=2).stderr
        check("a risk is not lowered by undoing a rule", f"episode assess {chars} risk=low" in bare, bare)
    lower = ["episode", "assess", chars, "risk=low", "why=Seen at home.", "review=in 4h"]
    proposal = desk.ask(*lower)
    check("who may not lower a risk proposes it", proposal["proposal"])
    check("the risk stands", desk.ask("case", "show", chars)["risk"] == "high")
    desk.tool(*lower, who="inspector@north")

    view = desk.ask("case", "show", chars)
    values = {f["name"]: [v["text"] for v in f["values"]] for f in view["fields"]}
    check("each field has the value that was chosen", values["summary"] == ["At Tarrowby."] and
          values["title"] == ["Child of Tarrowby"] and "tags" not in {f for f, v in values.items() if v} and
          view["risk"] == "low", str(values))
    other = {"partner", "police"} - {found["found_by"]["choices"][0]["text"]}
    check("the undone rule's other value stands", set(values["found_by"]) == other, str(values))
    desk.settle()
    check("everywhere", all(desk.ask("conflict", "list", who=f"officer@{d}")["conflicts"] == [] or
                            {c["kind"] for c in desk.ask("conflict", "list", who=f"officer@{d}")["conflicts"]} == {"proposal"}
                            for d in ("north", "east", "west")))


@story
def a_proposal_is_left_by_those_who_may_take_it_up(desk):
    case = desk.open_case("Child P", risk="medium")["case_id"]
    desk.tool("case", "event", case, "risk_assessment", "missing_risk=high", "rationale=Seen with older males")
    desk.tool("case", "event", case, "risk_assessment", "missing_risk=low", "rationale=Calm", who="officer2@north")
    proposed, = desk.ask("conflict", "list")["conflicts"]
    left = desk.tool("conflict", "resolve", proposed["id"], "--take", "1", expect=4).stderr
    check("who may not decide leaves no proposal", proposed["kind"] == "proposal" and "may take it up: INSP" in left, left)
    check("it waits for whoever may", [w["class"] for w in desk.ask("inbox", who="inspector@north")["waiting"] if w["case_id"] == case]
          .count("proposal") == 1)
    desk.tool("conflict", "resolve", proposed["id"], "--take", "1", who="inspector@north")
    check("then it is gone", desk.ask("conflict", "list")["conflicts"] == [])


@story
def a_decision_made_unseen_is_a_new_conflict(desk):
    chars = two_sides(desk)
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    for who, take in (("officer@north", "1"), ("officer@west", "2")):
        desk.tool("conflict", "resolve", f"{chars}.summary", "--take", take, who=who)
    desk.tool("lab", "heal", "--dir", desk.dir)
    desk.settle()
    found = [c for c in desk.ask("conflict", "list")["conflicts"] if c["field"] == "summary"]
    check("both decisions stand against each other", len(found) == 1 and len(found[0]["choices"]) == 2 and
          all(len(v["replaced"]) == 2 for v in found[0]["choices"]), str(found))


@story
def a_child_is_found_by_its_whole_name(desk):
    case = desk.open_case("Child N")["human_ref"]
    desk.tool("case", "set", case, "given_names=Ann", "family_name=Reed")
    for typed in ("Ann Reed", "ann reed", "Reed"):
        found = [row["human_ref"] for row in desk.ask("case", "list", "--entity", typed)["rows"]]
        check(f"by {typed}", found == [case], str(found))
    check("and by no other", desk.ask("case", "list", "--entity", "Ann Wren")["rows"] == [])


@story
def two_claims_are_arbitrated(desk):
    case = desk.open_case("Child A")["case_id"]
    desk.settle()
    desk.tool("case", "event", case, "handover_claim", "reason=lives here", who="inspector@west")
    desk.settle()
    found = [c for c in desk.ask("conflict", "list", who="superintendent@north")["conflicts"] if c["kind"] == "owner"]
    check("the contested owner is to be decided", len(found) == 1 and found[0]["you_may"], str(found))
    nowhere = desk.tool("conflict", "resolve", found[0]["id"], "QQQ", "reason=lives there", who="superintendent@north", expect=2)
    check("nobody gives a case to a division that is none", "QQQ is no division of this network" in nowhere.stderr, nowhere.stderr)
    desk.tool("conflict", "resolve", found[0]["id"], "WST", "reason=lives in the west", who="superintendent@north")
    check("it is decided", desk.ask("case", "show", case)["owner"] == "WST")
    desk.tool("case", "event", case, "handover_offer", "to_division=NTH", "reason=moved", who="inspector@west")
    desk.settle()
    waiting = desk.ask("inbox", who="inspector@north")["waiting"]
    check("an offer waits in the inbox of whom it is made to", [w["class"] for w in waiting if w["class"] == "offer"] == ["offer"],
          str(waiting))


@story
def a_proposed_step_waits_for_whoever_may_take_it(desk):
    case = desk.open_case("Child P", risk="low")["case_id"]
    desk.settle()

    def waiting(who):
        return [w for w in desk.ask("inbox", who=who)["waiting"] if w["class"] == "proposal"]

    def proposed(who="sergeant@north"):
        found = [c for c in desk.ask("conflict", "list", case, who=who)["conflicts"] if c["kind"] == "event"]
        check("one event is proposed", len(found) == 1 and found[0]["open"] and found[0]["you_may"], str(found))
        return found[0]["id"]

    said = desk.tool("handover", "offer", case, "to=WST", "why=lives there", who="officer@north")
    check("the officer is told that it is a proposal", "a proposal" in said.stdout, said.stdout)
    desk.settle()
    check("it waits for the sergeant, and says what it is",
          [w["text"] for w in waiting("sergeant@north")] == ["proposed is handover offer: to division WST; reason lives there"],
          str(waiting("sergeant@north")))
    check("it waits for nobody who may not", not waiting("officer@north") and not waiting("sergeant@west"))
    check("how to answer is said by an error", "--take 2" in desk.tool("conflict", "resolve", proposed(), who="sergeant@north", expect=2).stderr)
    desk.tool("conflict", "resolve", proposed(), "--take", "1", who="sergeant@north")
    check("what was left waits no longer", not waiting("sergeant@north"))
    desk.tool("handover", "offer", case, "to=WST", "why=lives there", who="officer@north")
    desk.tool("conflict", "resolve", proposed(), "--take", "2", "reason=The mother lives there", who="sergeant@north")
    check("nor does what was taken up", not waiting("sergeant@north"))
    desk.settle()
    check("the offer is made", [w["class"] for w in desk.ask("inbox", who="sergeant@west")["waiting"] if w["class"] == "offer"] == ["offer"])
    offer = [e for e in desk.ask("case", "show", case)["events"] if e["name"] == "handover_offer" and "proposal" not in e and "withdraws" not in e]
    check("with the sergeant's words", len(offer) == 1 and offer[0]["author"]["name"] == "Duty sergeant of north" and
          any(f["values"][0]["text"] == "The mother lives there" for f in offer[0]["fields"]), str(offer))

    desk.tool("case", "event", case, "publicity", "decision=released", who="superintendent@north")
    shown = [e for e in desk.ask("case", "show", case)["events"] if e["name"] == "publicity"][0]["event_id"]
    desk.tool("correct", case, shown[:8], "--withdraw", "why=The child is back", who="officer@north")
    check("it says that something is to be taken back", "proposed is to take back publicity" in waiting("superintendent@north")[0]["text"])
    check("until then it stands", "withdrawn_by" not in [e for e in desk.ask("case", "show", case)["events"] if e["event_id"] == shown][0])
    desk.tool("conflict", "resolve", proposed("superintendent@north"), "--take", "2", who="superintendent@north")
    check("then it is taken back", "withdrawn_by" in [e for e in desk.ask("case", "show", case)["events"] if e["event_id"] == shown][0])
    check("and nothing waits", not waiting("superintendent@north"))


@story
def an_acceptance_without_effect_leaves_the_offer_in_the_inbox(desk):
    case = desk.open_case("Child on loan", risk="low")["case_id"]
    desk.tool("handover", "offer", case, "to=WST", "why=lives there", who="inspector@north")
    desk.settle()
    waiting = [w for w in desk.ask("inbox", who="inspector@north")["waiting"] if "hand-over" in w["text"]]
    check("whoever offered may take it back", all(w["next"].startswith("casewire handover withdraw ") for w in waiting), str(waiting))
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    desk.tool("episode", "assess", case, "risk=high", "why=a note was found", "review=in 1h", who="inspector@north")
    desk.tool("handover", "accept", case, who="sergeant@west")
    desk.tool("lab", "heal", "west", "--dir", desk.dir)
    desk.agree()
    check("north answers for the child", desk.ask("case", "show", case, who="sergeant@west")["owner"] == "NTH")
    for who in ("inspector@west", "sergeant@west"):
        offers = [w for w in desk.ask("inbox", who=who)["waiting"] if w["class"] == "offer"]
        check(f"the offer is in the inbox of {who}", len(offers) == 1 and "an inspector or a superintendent must accept" in offers[0]["text"],
              str(offers))
    for who in ("officer@north", "officer@west"):
        shown = " ".join(desk.tool("child", "show", case, who=who).stdout.split())
        for words in ("offered to WST: ", "accepted WITHOUT EFFECT: ", "handover accept, WITHOUT EFFECT: "):
            check(f"{who} is shown it", words in shown, shown)
    desk.tool("handover", "accept", case, who="inspector@west")
    check("then it is west's", desk.ask("case", "show", case, who="inspector@west")["owner"] == "WST")


@story
def a_close_without_the_rank_is_shown_and_waits_for_an_inspector(desk):
    case = desk.open_case("Child R")["case_id"]
    desk.tool("episode", "assess", case, "risk=low", "why=Known to be at a friend's", "review=in 8h", who="inspector@north")
    desk.settle()
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    desk.tool("episode", "return", case, "how=seen_by_police", "when=yesterday 23:40", who="officer@north")
    desk.tool("episode", "interview", case, "result=Well, tired", who="officer@north")
    desk.tool("episode", "close", case, "harm=none_known", "outcome=returned", "found=police", who="sergeant@north")
    desk.tool("episode", "assess", case, "risk=high", "why=Seen with older males", "review=in 2h", who="officer@west")
    desk.tool("lab", "heal", "--dir", desk.dir)
    desk.settle()
    shown = desk.tool("case", "show", case).stdout
    check("the screen has the close that waits", "DISPUTED" in shown and "episode closed" in shown and "INSP" in shown, shown)
    check("the last happening is marked, when it is one of these", "episode closed:" not in shown, shown)
    found = [c for c in desk.ask("conflict", "list", who="inspector@north")["conflicts"] if c["field"] == "episode_state"]
    check("it is to be decided, and says why", len(found) == 1 and found[0]["you_may"] and "rank" in found[0]["why"], str(found))
    waiting = desk.ask("inbox", who="inspector@north")["waiting"]
    check("it waits in the inspector's inbox", any(w["class"] == "decide" and "rank" in w["text"] for w in waiting), str(waiting))
    history = desk.tool("case", "history", case).stdout
    check("the history marks it, and says why", "without effect" in history and "flag: has no effect: this step needs a rank" in history, history)
    desk.tool("conflict", "resolve", found[0]["id"], "episode_closed", "harm=none_known", "outcome=returned", "found_by=police",
              who="inspector@north")
    check("an inspector has decided it", desk.ask("case", "show", case)["conflicts"] == [])


@story
def a_close_that_was_held_back_is_decided_by_closing_anew(desk):
    opened = desk.open_case("Child S", risk="medium")
    case, chars = opened["case_id"], opened["human_ref"].split("/")[3].split("-")[0]
    desk.tool("episode", "assess", case, "risk=medium", "why=Fourteen, no coat", "review=in 4h", who="officer@north")
    desk.settle()
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    desk.tool("task", "add", case, "what=Check the yard", who="officer@west")
    desk.tool("episode", "return", case, "how=seen_by_police", "when=yesterday 23:40", who="officer@north")
    desk.tool("episode", "interview", case, "result=Well, tired", who="officer@north")
    desk.tool("episode", "close", case, "harm=none_known", "outcome=returned", "found=police", who="sergeant@north")
    desk.tool("lab", "heal", "--dir", desk.dir)
    desk.settle()
    found = [c for c in desk.ask("conflict", "list", who="sergeant@north")["conflicts"] if c["field"] == "episode_state"]
    check("a task that the close did not know of holds it back", len(found) == 1 and found[0]["you_may"], str(found))
    shown = desk.tool("conflict", "show", found[0]["id"], who="sergeant@north").stdout
    check("the step that leads on is said, as it is typed", f"casewire episode close {chars} harm=" in shown, shown)
    check("and none that is an inspector's", "refute" not in shown, shown)
    shown = desk.tool("conflict", "show", found[0]["id"], who="inspector@north").stdout
    check("who is shown them too", "casewire episode refute" in shown, shown)
    desk.tool("conflict", "resolve", found[0]["id"], "episode_closed", "harm=none_known", "outcome=returned", "found_by=police",
              who="sergeant@north")
    shown = desk.ask("case", "show", case)
    check("whoever has seen the task closes it", shown["conflicts"] == [] and [e["state"] for e in shown["episodes"]] == ["closed"],
          str(shown["conflicts"]))


@story
def a_lower_risk_is_assessed_and_not_just_taken_over(desk):
    case = desk.open_case("Child U")["case_id"]
    desk.tool("episode", "assess", case, "risk=low", "why=At her aunt's", "review=in 8h")
    found = desk.ask("conflict", "list", who="inspector@north")["conflicts"][0]["id"]
    shown = desk.tool("conflict", "show", found, who="inspector@north").stdout
    check("why the lower risk was proposed is shown", "At her aunt's" in shown, shown)
    check("an assessment is what comes next", "risk=low why='...' review='in 4h'" in shown and "--take 2" not in shown, shown)
    for words in (["--take", "2"], ["low"]):
        done = desk.tool("conflict", "resolve", found, *words, who="inspector@north", expect=2)
        check("nobody lowers it without a reason and a review", "casewire episode assess" in done.stderr, done.stderr)
    desk.tool("episode", "assess", case, "risk=low", "why=The aunt says so", "review=in 8h", who="inspector@north")
    shown = desk.ask("case", "show", case)
    check("the assessment takes the proposal up", shown["risk"] == "low" and desk.ask("conflict", "list")["conflicts"] == [], str(shown["risk"]))
    for risk in ("high", "low"):
        desk.tool("episode", "assess", case, f"risk={risk}", "why=Older friends", "review=in 2h")
    found = desk.ask("conflict", "list")["conflicts"][0]["id"]
    desk.tool("conflict", "resolve", found, "--take", "1", who="inspector@north")
    check("what stands is left as it is by a choice", desk.ask("conflict", "list")["conflicts"] == [])


@story
def a_merged_childs_episodes_and_duties_are_all_within_reach(desk):
    stays, other = (desk.open_case(title, risk="low") for title in ("Child of one name", "Child of two names"))

    def chars(case):
        return re.search(r"/([A-Z0-9]{7})-", case["human_ref"]).group(1)

    g = chars(other)
    for word in (stays, other):
        desk.tool("episode", "assess", word["case_id"], "risk=low", "why=often away", "review=in 2h")
        desk.tool("episode", "return", word["case_id"], "how=seen_by_police", "when=now", "where=home", who="sergeant@north")
    desk.tool("episode", "report", g, "--another", "--quiet")
    episode = next(e["episode"] for e in desk.ask("child", "show", g)["episodes"] if e["state"] == "reported")
    desk.tool("child", "merge", g, f"into={stays['case_id']}", "by=pncid", "and=parent_or_carer", "why=The same child", who="inspector@north")

    shown = desk.ask("child", "show", g)
    check("the case that stays is shown", shown["case_id"] == stays["case_id"], str(shown["human_ref"]))
    check("with the other record's episodes", [sorted(e["state"] for e in r["episodes"]) for r in shown["records"]] == [["reported", "returned"]],
          str(shown.get("records")))
    text = " ".join(desk.tool("child", "show", stays["case_id"]).stdout.split())
    check("and so on the screen", re.search(rf"record [A-Z ]*{g}: NTH; open; episodes returned, reported", text), text)
    clocks = [c for c in desk.ask("clock", "list", g)["clocks"] if g in c["human_ref"]]
    check("its duties are listed", {"M1", "M8"} <= {c["deadline"]["clock"] for c in clocks}, str(clocks))

    m1 = [w for w in desk.ask("inbox", who="inspector@north")["waiting"] if w["next"].startswith(f"casewire episode assess {g}")]
    check("the inbox has a command about its episode", [w["next"] for w in m1] == [f"casewire episode assess {g} --episode {episode[:8]}"], str(m1))
    desk.tool(*m1[0]["next"].split()[1:], "risk=high", "why=no coat", "review=in 1h")
    both = desk.ask("case", "show", stays["case_id"])
    high = [(f["episode"], f["values"][0]["text"]) for f in both["records"][0]["fields"] if f["name"] == "missing_risk" and f.get("episode")]
    check("which is written into that episode", high == [(episode, "high")], str(high))
    check("and into no other", not [f for f in both["fields"] if f["name"] == "missing_risk" and f["values"][0]["text"] == "high"], str(both["fields"]))
    refused = desk.tool("episode", "assess", g, "risk=high", "why=x", "review=in 1h", "--episode", "first", expect=2)
    check("the first of several is nobody's", chars(stays) in refused.stderr and g in refused.stderr, refused.stderr)
    refused = desk.tool("case", "set", g, "missing_risk=high", expect=2)
    check("nor does a bare value go into whichever stays", "--episode" in refused.stderr and g in refused.stderr, refused.stderr)
    desk.tool("case", "set", g, "clothing=Red coat", "--episode", episode[:8])
    worn = [(f.get("episode"), f["values"][0]["text"]) for f in desk.ask("case", "show", stays["case_id"])["records"][0]["fields"] if f["name"] == "clothing"]
    check("with the episode it goes into its record", worn == [(episode, "Red coat")], str(worn))
    refused = desk.tool("case", "set", g, "clothing=Blue coat", "summary=Gone", "--episode", episode[:8], expect=2).stderr
    check("what belongs into two records is two statements", "in two statements" in refused, refused)
    duty = next(c["deadline"]["duty"] for c in clocks if c["deadline"]["clock"] == "M8")
    desk.tool("clock", "waive", g, duty[:6], "why=Held abroad", who="inspector@north")
    states = [c["deadline"]["state"] for c in desk.ask("clock", "list", g, "--all")["clocks"] if c["deadline"]["duty"] == duty]
    check("a duty of it is waived by its number", states == ["waived"], str(states))


@story
def one_absence_reported_at_two_divisions_becomes_one_episode(desk):
    """Home reports the child to north, its placement to west, while no line is between them (DOMAIN §9.3)."""
    opened = desk.open_case("Child of two reports", risk="low")
    case = opened["case_id"]
    desk.tool("episode", "assess", case, "risk=low", "why=often away", "review=in 2h")
    desk.tool("episode", "return", case, "how=seen_by_police", "when=now", who="sergeant@north")
    desk.settle()
    desk.tool("lab", "cut", "west", "--dir", desk.dir)
    for who, officer, minutes, place, risk in (("control@north", "sergeant@north", 10, "home", "medium"),
                                               ("officer@west", "officer@west", 40, "childrens_home", "high")):
        report = json.loads(desk.tool("--json", "episode", "report", case, "reported=" + ago(minutes), f"from={place}", who=who).stdout)["op_id"]
        desk.tool("episode", "assess", case, f"risk={risk}", "why=no coat", "review=in 2h", "--episode", report[:8], who=officer)
    desk.tool("episode", "sight", case, "when=" + ago(5), "where=the weir", "confidence=probable", "--episode", report[:8], who="officer@west")
    desk.tool("lab", "heal", "--dir", desk.dir)
    desk.settle()

    def live(who="officer@north"):
        return [e for e in desk.ask("child", "show", case, who=who)["episodes"] if e["state"] == "active"]

    def reviews(who="officer@north"):
        return [c["deadline"] for c in desk.ask("clock", "list", case, who=who)["clocks"] if c["deadline"]["clock"] == "M3"]

    north, west = (e["episode"] for e in live())
    check("until a person says so both run in full", len(reviews()) == 2, str(reviews()))
    before = board_episodes(desk)
    words = ("episode", "merge", case, north[:8], west[:8], "why=The home and the placement rang the same evening")
    desk.tool(*words, who="officer@north", expect=None)
    check("a constable's word is a proposal", len(live()) == 2)
    merged = json.loads(desk.tool("--json", *words, who="sergeant@north").stdout)["op_id"]
    desk.settle()
    for who in ("officer@north", "officer@west"):
        one = live(who)
        check("one episode runs, and names both reports", len(one) == 1 and {one[0]["episode"], *one[0]["merged"]} == {north, west}, str(one))
        check("with one duty of each kind", len(reviews(who)) == 1, str(reviews(who)))
        view = desk.ask("child", "show", case, who=who)
        shown = {f["name"]: f["values"] for f in view["fields"] if f.get("episode") == one[0]["episode"]}
        check("at the greater risk", shown["missing_risk"][0]["text"] == "high", str(shown["missing_risk"]))
        check("from the earlier report, the later kept", len(shown["reported_at"]) == 2 and
              shown["reported_at"][0]["text"] < shown["reported_at"][1]["text"],
              str(shown["reported_at"]))
        check("with both divisions' sightings and assessments", sorted(e["name"] for e in view["events"] if e.get("episode") == one[0]["episode"])
              .count("risk_assessment") == 2 and "sighting" in [e["name"] for e in view["events"]], str(view["events"]))
    text = " ".join(desk.tool("child", "show", case).stdout.split())
    check("a person reads that it was reported twice", "active (2 reports)" in text, text)

    gone = live()[0]["merged"][0]
    desk.tool("episode", "return", case, "how=seen_by_police", "when=now", "--episode", gone[:8], who="officer@west")
    desk.settle()
    check("coming back ends it by whichever report it is named", not live(), str(desk.ask("child", "show", case)["episodes"]))
    check("and it is one absence on the board", [board_episodes(desk, who) for who in ("officer@north", "officer@west")] == [before - 1] * 2)
    desk.tool("episode", "unmerge", case, merged[:8], "why=Two evenings", who="sergeant@west")
    desk.settle()
    check("taken back, each is what it was", sorted(e["state"] for e in desk.ask("child", "show", case)["episodes"]) ==
          ["active", "returned", "returned"], str(desk.ask("child", "show", case)["episodes"]))


@story
def a_second_daemon_answers_when_the_first_is_gone(desk):
    key = re.search(r"daemon-key = ([0-9a-f]{64})", open(os.path.join(desk.dir, "people/officer@east/context"), encoding="utf-8").read())
    with open(os.path.join(desk.home, "context"), "a", encoding="utf-8") as file:
        file.write(f"address = tcp://127.0.0.1:{desk.port('east', 'listen_clients')}\ndaemon-key = {key.group(1)}\n")
    desk.officer("login", "--passphrase-file", desk.secret("right", "right horse"))
    case = json.loads(desk.officer("case", "open", "missing_child", "title=Child F", "missing_risk=high", "--json").stdout)["case_id"]
    desk.settle()
    check("both daemons are named", len(desk.whoami()["daemons"]) == 2)
    desk.kill("north")
    check("east answers", json.loads(desk.officer("case", "show", case, "--json").stdout)["title"] == "Child F")
    desk.officer("case", "set", case, "summary=Written at east.")
    desk.officer("logout")


@story
def a_complaint_names_places_as_they_are_typed(desk):
    case = desk.ask("child", "open", "title=Child P", "reported=yesterday 20:00", "seen=yesterday 19:30")["case_id"]
    later = ["--as-known-at", "NTH", "--at", "2099-01-01"]
    for where, words in (("--risk", ["feed", "--risk", "hgh", "--exit-at-end"]), ("--risk", ["case", "list", "--risk", "hgh"]),
                         ("--at", ["case", "list", *later]), ("--at", ["case", "show", case, *later]),
                         ("when (occurred)", ["episode", "sight", case, "when=2001-01-01T10:00", "confidence=probable"]),
                         ("occurred", ["episode", "sight", case, "occurred=2001-01-01T10:00", "confidence=probable"]),
                         ("occurred", ["case", "event", case, "sighting", "confidence=probable"])):
        done = desk.tool(*words, expect=2)
        check(f"`{' '.join(words)}` says {where}", f"  where: {where}\n" in done.stderr, done.stderr)
    again = desk.tool("episode", "report", case, "reported=now", expect=6)
    check("what is to be typed next names the case", f"  next:  casewire child show {case}\n" in again.stderr, again.stderr)
    opened = desk.tool("child", "open", "title=Child Q", "reported=now", "la=Invented Council", who="control@north").stdout
    check("what is only proposed is named, and that the rest is not", "a proposal: responsible_la: " in opened and "(the case is open)" in opened, opened)


@story
def a_feed_of_an_operation_takes_any_of_its_names(desk):
    opened = desk.ask("operation", "open", "title=Week", "op_name=SORREL", "theme=county_lines", "runs=2018-03-19/2018-03-23", who="coordinator@north")["case_id"]
    desk.open_case("Child S")
    reference = desk.ask("case", "show", opened)["human_ref"]
    for name in (reference, reference.split("/")[-1][:7], reference.split("/")[-1][:7].lower(), "SORREL", opened, opened[:10]):
        told = desk.tool("feed", "--operation", name, "--beginning", "--exit-at-end", "--format", "%k %c").stdout
        check(f"{name} is told, and nothing else", told == f"operation {reference.split('/')[-1][:7]}\n", told)


@story
def what_nobody_can_wait_for_is_refused_with_what_there_is(desk):
    child = desk.open_case("Child R")["case_id"]
    desk.ask("operation", "open", "title=Week", "op_name=SORREL", "theme=county_lines", "runs=2018-03-19/2018-03-23", who="coordinator@north")
    feed = ["feed", "--exit-at-end"]
    for words, status, said in (([*feed, "--owner", "NTX"], 2, ("where: --owner", "its divisions are EST, NTH, WST")),
                                ([*feed, "--snapshot", "--division", "nrth"], 2, ("where: --division", "its divisions are EST, NTH, WST")),
                                ([*feed, "--since", "2099-01-01T00:00"], 2, ("where: --since", "lies ahead")),
                                ([*feed, "--since", "tomorrow 09:00"], 2, ("where: --since", "lies ahead")),
                                ([*feed, "--risk", "hgih"], 2, ("where: --risk", 'did you mean "high"?')),
                                ([*feed, "--kind", "missing_chld"], 2, ('did you mean "missing_child"?',)),
                                (["case", "list", "--kind", "missing_chld"], 2, ('did you mean "missing_child"?',)),
                                ([*feed, "--operation", "NOPE"], 3, ("NOPE",)),
                                ([*feed, "--operation", "SOREL"], 3, ('did you mean "SORREL"?',)),
                                ([*feed, "--operation", child], 2, ("--case",))):
        done = desk.tool(*words, expect=status)
        check(f"`{' '.join(words)}` says why", all(text in done.stderr for text in said), done.stderr)
    done = desk.tool("whoami", who="officer@nrth", expect=3)
    check("who is meant", 'did you mean "officer@north"?' in done.stderr, done.stderr)


# --- an inbox that is followed -------------------------------------------------------------------------------


class Followed:
    """`casewire inbox --follow --json`, read line by line."""

    def __init__(self, desk, who, *words):
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen([TOOL, "--lab", desk.dir, "--as", who, "inbox", "--follow", "--json", *words],
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.schema = Schema()

    def next(self):
        return self.schema.hold("inbox", self.process.stdout.readline())

    def until(self, claim, true):
        for _ in range(50):
            said = self.next()
            if true(said):
                return said
        raise Wrong(f"{claim}: it was not said")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        check("Ctrl-C ends it with 130", self.process.wait(20) == 130)
        self.errors.seek(0)
        return self.errors.read()


def classes(said):
    return [w["class"] for w in said["waiting"]]


@story
def an_inbox_is_followed_over_a_daemons_death(desk):
    case = desk.open_case("Child F", risk="medium")["case_id"]
    desk.tool("case", "set", case, "summary=Left.")
    desk.settle()
    box = Followed(desk, "inspector@north")
    check("first, what waits already", "soon" in classes(box.next()))
    desk.tool("case", "set", case, "summary=Here.", "--base-on", "none")
    box.until("a conflict is new", lambda said: "decide" in classes(said))
    desk.kill("north")
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    desk.tool("conflict", "resolve", case[:12] + ".summary", "--take", "1")
    said = box.until("what was decided meanwhile is done", lambda said: said["done"])
    check("it names what", said["done"][0]["class"] == "decide" and "summary" in said["done"][0]["text"], str(said))
    errors = box.end()
    check("it said that no daemon was there", "goes on" in errors, errors)


@story
def an_alert_that_hangs_or_fails_is_reported_and_the_feed_goes_on(desk):
    case = desk.open_case("Child G", risk="medium")["case_id"]
    desk.tool("case", "set", case, "summary=Left.")
    desk.settle()
    mark = os.path.join(os.path.dirname(desk.dir), "mark")
    box = Followed(desk, "officer@north", "--alert-time", "1s", "--alert", "SUP=sleep 60", "--alert", "INSP=exit 3",
                   "--alert", f'SUPT=echo "$CASEWIRE_ALERT_CLASS $CASEWIRE_ALERT_REFERENCE" >> {mark}')
    box.next()
    for number in range(2):
        desk.tool("case", "set", case, f"summary=Here {number}.", "--base-on", "none")
        box.until("each change is told", lambda said: "decide" in classes(said))
    wait_for("the command of a role that it concerns has run", lambda: os.path.exists(mark) and
             len(open(mark, encoding="utf-8").read().splitlines()) >= 2)
    reference = desk.ask("case", "show", case)["human_ref"]
    check("with what happened", open(mark, encoding="utf-8").read().splitlines()[0] == f"decide {reference}")
    wait_for("one that hangs is ended", lambda: run(["pgrep", "-x", "-f", "(/bin/sh -c )?sleep 60"], expect=None).returncode == 1)
    desk.tool("case", "set", case, "summary=Here 3.", "--base-on", "none")
    box.until("the feed goes on", lambda said: "decide" in classes(said))
    errors = box.end()
    check("what hung is reported", "the alert for SUP took too long and was ended: sleep 60" in errors, errors)
    check("what failed is reported", "the alert for INSP ended with 3: exit 3" in errors, errors)


@story
def a_pipe_gets_the_same_columns_of_an_inbox_that_is_followed(desk):
    case = desk.open_case("Child H", risk="medium")["case_id"]
    desk.tool("case", "set", case, "summary=Left.")
    desk.settle()
    box = subprocess.Popen([TOOL, "--lab", desk.dir, "--as", "inspector@north", "inbox", "--follow"], stdout=subprocess.PIPE,
                           text=True)

    def row(of_class):
        return next(cells for cells in (line.rstrip("\n").split("\t") for line in box.stdout) if cells[0] == of_class)

    at_first = row("soon")
    desk.tool("case", "set", case, "summary=Here.", "--base-on", "none")
    new = row("decide")
    desk.tool("conflict", "resolve", case[:12] + ".summary", "--take", "1")
    done = row("done")
    box.send_signal(signal.SIGINT)
    box.wait(20)
    check("each has seven columns", [len(cells) for cells in (at_first, new, done)] == [7, 7, 7], f"{at_first} {new} {done}")
    check("case, risk and title stand in the same ones", all(cells[1] == at_first[1] and cells[2] == "medium" and
          cells[6] == "Child H" for cells in (at_first, new, done)), f"{at_first} {new} {done}")
    check("so does what it is", "summary" in new[4] and done[4] == new[4] and new[5].startswith("casewire "), f"{new} {done}")


def told(desk, *words):
    """As people read it, without line breaks."""
    return " ".join(desk.tool(*words).stdout.split())


@story
def status_says_in_words_who_lacks_what(desk):
    desk.settle()
    check("at first all is well", ": in sync" in told(desk, "status"), told(desk, "status"))
    desk.tool("lab", "stop", "east")
    case = desk.open_case("Child S")
    name = case["human_ref"].split("/")[-1].split("-")[0]
    wait_for("the stopped division is named, with what it lacks", lambda: re.search(
        rf"NOT IN SYNC.*EST not reached Nothing listens there: .*, since \d\d:\d\d \(.*It lacks \d+ statements?,? .*about {name}\.",
        told(desk, "status")))
    check("so it is in the table of the divisions", re.search(rf"EST not reached [1-9].* WST in step 0 0 .* EST: Nothing .*about {name}\.",
                                                         told(desk, "peers")), told(desk, "peers"))
    check("the order is a table's in a pipe", desk.tool("peers").stdout.splitlines()[0].split("\t")[:2] == ["EST", "not reached"])
    desk.tool("lab", "restart", "east")
    desk.settle()
    wait_for("and then all is well again", lambda: ": in sync" in told(desk, "status"))


def on_a_terminal(words):
    """Standard error of a command that runs on a terminal, and how it ended."""
    master, slave = pty.openpty()
    shown = b""
    with subprocess.Popen(words, stdout=slave, stderr=slave, stdin=subprocess.DEVNULL) as child:
        os.close(slave)
        while True:
            try:
                more = os.read(master, 4096)
            except OSError:  # the last one closed it
                break
            if not more:
                break
            shown += more
    os.close(master)
    return shown.decode(), child.returncode


@story
def a_command_looks_for_no_library_that_it_was_not_linked_with(desk):
    """Of ten milliseconds for a command, looking for one that is nowhere took one."""
    with tempfile.TemporaryDirectory() as folder:
        run([TOOL, "--lab", desk.dir, "--as", "officer@north", "status"], env={**os.environ, "LD_DEBUG": "libs,files", "LD_DEBUG_OUTPUT": folder + "/of"})
        said = ""
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                said += file.read()
    check("the loader says what it looks for", "find library=libzmq.so" in said, said)
    check("and no service of names is looked for", "libnss" not in said, [line for line in said.splitlines() if "libnss" in line][:3])


@story
def a_bar_is_drawn_on_a_terminal_only(desk):
    desk.settle()
    desk.tool("lab", "cut", "east")
    words = ["--lab", desk.dir, "--as", "officer@north", "wait-sync", "--timeout", "1"]
    shown, code = on_a_terminal([TOOL, *words])
    check("a terminal is told what is waited for", code == 5 and "\r\x1b[Kwaiting: EST is cut off" in shown, repr(shown))
    check("and the line is taken away again", "\r\x1b[Kcasewire: not in sync" in shown, repr(shown))
    for quiet in ("--quiet", "--json"):
        shown, code = on_a_terminal([TOOL, quiet, *words])
        check(f"{quiet} draws nothing", code == 5 and "waiting:" not in shown, repr(shown))
    check("a pipe gets none", "\r" not in run([TOOL, *words], 5).stderr)


@story
def a_row_of_a_list_is_one_line_of_a_small_terminal(desk):
    """Eighty columns: whoever reads a list at night goes down it with a finger."""
    title = "Child of the long house behind the old harbour in Dunmarsh"
    case = desk.open_case(title, risk="high")
    desk.settle()
    who = ["--lab", desk.dir, "--as", "officer@north", "--color", "never"]
    for words, wanted in ((["case", "list"], case["human_ref"]), (["clock", "list"], "first risk assessment"), (["mine"], "high")):
        shown, code = on_a_terminal([TOOL, *who, *words])
        lines = shown.splitlines()
        rows = json.loads(desk.tool(*words, "--json").stdout)
        count = len(rows.get("rows") or rows.get("clocks") or rows.get("cases"))
        check(f"{words}: a line for each row, and the heading", code == 0 and len(lines) == count + 1, shown)
        check(f"{words}: none is wider", max(map(len, lines)) <= 80, shown)
        check(f"{words}: what matters is whole", wanted in shown, shown)
    shown, _ = on_a_terminal([TOOL, *who, "case", "list"])
    check("a title that is cut says so", "Child of the" in shown and "…" in shown, shown)
    shown, _ = on_a_terminal([TOOL, *who, "case", "list", "-v"])
    check("verbose cuts nothing", "…" not in shown and "Dunmarsh" in shown and "conf." in shown, shown)
    check("nor does a pipe", title in desk.tool("case", "list").stdout)


@story
def what_is_to_be_done_next_can_be_typed_as_it_stands(desk):
    case = desk.open_case("Child M")
    name = case["human_ref"].split("/")[-1].split("-")[0]
    who = ["--lab", desk.dir, "--as", "officer@north"]
    refused = run([TOOL, *who, "child", "open", "Child R"], 2)
    check("a value without a name is told how it is meant", "like title='...'" in refused.stderr, refused.stderr)
    refused = run([TOOL, *who, "clock", "ack", name, "M9"], 3)
    check("the case that was typed stands in it", f"next:  casewire clock list {name}\n" in refused.stderr, refused.stderr)
    run([TOOL, *who, "clock", "list", name])
    done = run([TOOL, *who, "handover", "offer", name, "to=EST", "why=Placed there"])
    check("a proposal says who may take it up", "INSP" in done.stdout and "inbox" in done.stdout, done.stdout)
    check("and there it is", "handover offer" in desk.tool("inbox", who="inspector@north").stdout)


@story
def a_lab_takes_no_folder_in_which_something_is(desk):
    folder = os.path.join(os.path.dirname(desk.dir), "precious")
    os.mkdir(folder)
    with open(os.path.join(folder, "thesis"), "w", encoding="utf-8") as file:
        file.write("keep\n")
    refused = run([TOOL, "lab", "start", "--divisions", "one", "--dir", folder], 2)
    check("it says so", folder in refused.stderr and "not empty" in refused.stderr, refused.stderr)
    check("and adds nothing", os.listdir(folder) == ["thesis"], os.listdir(folder))
    fresh = os.path.join(folder, "lab")
    run([TOOL, "lab", "start", "--divisions", "one,one", "--dir", fresh], 2)
    run([TOOL, "lab", "start", "--divisions", "one", "--dir", fresh])
    run([TOOL, "lab", "stop", "--delete", "--dir", fresh])
    check("only the lab is deleted", os.listdir(folder) == ["thesis"], os.listdir(folder))


@story
def what_cannot_be_written_or_read_is_said(desk):
    words = [TOOL, "--lab", desk.dir, "--as", "officer@north"]
    desk.tool("case", "open", "missing_child", "title=Child M", "missing_risk=medium")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([*words, "case", "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    check("an answer that is lost is no success", done.returncode == 1 and "No space left" in done.stderr, done.stderr)
    check("a folder is no file of statements", "cannot be read" in run([*words, "submit-file", desk.dir], 2).stderr)
    check("what was asked for is named", "where: nosuch" in run([*words, "case", "show", "nosuch"], 3).stderr)
    check("the version is said as everywhere", run([TOOL, "--version"]).stdout == run([TOOL, "version"]).stdout)
