"""Feeds as regional units read them: `casewire feed` over deaths of daemons, and its own."""

import json
import os
import random
import signal
import subprocess
import threading
import time

from officers import Desk
from world import BUILD, DIVISIONS, TOOL, check, run

STORIES = []


def wait_for(claim, true, seconds=30):
    """Something that another process does on its own, and that tells nobody."""
    end = time.monotonic() + seconds
    while not true():
        check(claim, time.monotonic() < end, "did not happen in time")
        time.sleep(0.05)


class Unit(Desk):
    """A lab, and a regional unit that may read at any of its daemons."""

    def start(self):
        super().start()
        self.base = os.path.dirname(self.dir)
        self.homes = {}
        self.unit = self.reader("unit")
        return self

    def reader(self, name):
        home = os.path.join(self.base, name)
        authority = os.path.join(self.dir, "authority")
        run([TOOL, "authority", "issue", "--dir", authority, "--socket", self.socket(), "--out", home, "--insecure-lab",
             "--kind", "regional", "--division", "NTH", "--name", f"Analysis of {name}", "--role", "ROCUA"])
        run([TOOL, "authority", "publish", "--dir", authority, "--socket", self.socket()])
        self.agree()
        return home

    def daemon_key(self, division):
        words = open(os.path.join(self.dir, "people", f"officer@{division}", "context"), encoding="utf-8").read()
        return [line.split("=")[1].strip() for line in words.splitlines() if line.startswith("daemon-key")][0]

    def at(self, *divisions, home=None):
        """The unit's home folder, with these divisions' daemons in this order."""
        home = home or self.unit
        with open(os.path.join(home, "context"), "w", encoding="utf-8") as file:
            for division in divisions:
                file.write(f"address = tcp://127.0.0.1:{self.port(division, 'listen_clients')}\n"
                           f"daemon-key = {self.daemon_key(division)}\n")
        return home

    def words(self, *words, home=None):
        return [TOOL, "--home", home or self.unit, "feed", *words]

    def feed(self, *words, expect=0, home=None):
        return run(self.words(*words, home=home), expect)

    def truth(self, *words):
        """Ids of all that a feed from the very beginning tells, in order."""
        return self.feed("--beginning", "--exit-at-end", "-q", *words).stdout.split()

    def follow(self, out, *words):
        with open(out, "ab") as to, open(out + ".err", "ab") as err:
            return subprocess.Popen(self.words(*words), stdout=to, stderr=err, stdin=subprocess.DEVNULL)

    def cursor(self, name="cursor"):
        return os.path.join(self.base, name)


def story(smoke=True):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, Unit))
        return function
    return keep


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")[:-1]


def first_of_each(ids):
    return list(dict.fromkeys(ids))


def nothing_is_missing(told, truth):
    check("nothing is missing", set(truth) <= set(told), f"{len(set(truth) - set(told))} of {len(truth)}")
    check("nothing was invented", set(told) <= set(truth), f"{len(set(told) - set(truth))}")


@story()
def a_reader_goes_on_at_another_daemon_and_misses_nothing(unit):
    cursor = unit.cursor()
    unit.at("north")
    first = [unit.open_case(f"Child {i}", DIVISIONS[i % 3])["case_id"] for i in range(6)]
    unit.agree()
    told = unit.feed("--from", cursor, "--beginning", "--exit-at-end", "-q").stdout.split()
    check("the cursor is kept, for its owner", os.stat(cursor).st_mode & 0o777 == 0o600)
    check("level: nothing is told again", unit.feed("--from", cursor, "--exit-at-end", "-q").stdout == "")
    for i in range(6):  # while the reader is away, and one daemon too
        unit.tool("case", "set", first[i], f"summary=Seen {i}.", who=f"officer@{DIVISIONS[(i + 1) % 3]}")
    unit.agree()
    unit.kill("north")
    for i in range(4):
        unit.open_case(f"Child later {i}", ["east", "west"][i % 2])
    for division in ("east", "west"):
        wait_for("the living agree", lambda: unit.ask("status", who=f"officer@{division}")["case_count"] == 10)
    unit.at("east")
    told += unit.feed("--from", cursor, "--exit-at-end", "-q").stdout.split()
    unit.at("west")
    told += unit.feed("--from", cursor, "--exit-at-end", "-q").stdout.split()
    truth = unit.truth()
    nothing_is_missing(told, truth)
    check("ten cases were opened", len(truth) >= 16, str(len(truth)))
    unit.tool("lab", "restart", "north", "--dir", unit.dir)
    unit.agree()
    unit.at("north")
    check("and home again: level", unit.feed("--from", cursor, "--exit-at-end", "-q").stdout == "")
    nothing_is_missing(told, unit.truth())


@story()
def a_daemon_dies_under_its_reader(unit):
    out = os.path.join(unit.base, "out")
    unit.at("north", "east")
    case = unit.open_case("Child D")["case_id"]
    unit.agree()
    reader = unit.follow(out, "--from", unit.cursor(), "--beginning", "-q")
    wait_for("it is told", lambda: len(lines_of(out)) >= 1)
    unit.kill("north")
    for i in range(3):
        unit.tool("case", "set", case, f"summary=Seen {i}.", who="officer@east")
    unit.at("east")
    truth = unit.truth()
    wait_for("the feed goes on at the other", lambda: set(truth) <= set(lines_of(out)))
    unit.kill("east")
    wait_for("nobody is there, and it is said", lambda: "no daemon serves" in open(out + ".err", encoding="utf-8").read())
    unit.tool("lab", "restart", "north", "--dir", unit.dir)
    unit.tool("case", "set", case, "summary=Seen at last.", who="officer@north")
    wait_for("it goes on", lambda: "the feed goes on" in open(out + ".err", encoding="utf-8").read(), 60)
    unit.tool("lab", "restart", "east", "--dir", unit.dir)
    unit.agree()
    truth = unit.truth()
    wait_for("and has all", lambda: set(truth) <= set(lines_of(out)))
    reader.send_signal(signal.SIGINT)
    check("an interrupt ends it", reader.wait(10) == -signal.SIGINT)
    nothing_is_missing(lines_of(out), truth)
    check("level", unit.feed("--from", unit.cursor(), "--exit-at-end", "-q").stdout == "")


def officers_until(unit, stop):
    """Somebody in every division who never rests."""
    number = 0
    while not stop.is_set():
        number += 1
        unit.tool("--timeout", "5", "case", "open", "missing_child", f"title=Child {number}", "missing_risk=low",
                  who=f"officer@{DIVISIONS[number % 3]}", expect=None)


def kill_readers(unit, kills):
    out, draw, stop = os.path.join(unit.base, "out"), random.Random(7), threading.Event()
    work = threading.Thread(target=officers_until, args=(unit, stop))
    work.start()
    try:
        for i in range(kills):
            unit.at(DIVISIONS[i % 3])
            reader = unit.follow(out, "--from", unit.cursor(), "--beginning", "-q")
            seen = len(lines_of(out))
            wait_for("something is told", lambda: len(lines_of(out)) > seen)
            time.sleep(draw.random() * 0.3)
            reader.kill()
            reader.wait()
    finally:
        stop.set()
        work.join()
    unit.agree()
    told = lines_of(out) + unit.feed("--from", unit.cursor(), "--exit-at-end", "-q").stdout.split()
    nothing_is_missing(told, unit.truth())


@story()
def a_killed_reader_misses_nothing(unit):
    kill_readers(unit, 5)


@story(smoke=False)
def a_reader_killed_again_and_again_misses_nothing(unit):
    kill_readers(unit, 40)


@story()
def a_cursor_that_means_nothing_is_refused_with_what_to_do(unit):
    cursor, bad = unit.cursor(), unit.cursor("bad")
    unit.at("north")
    unit.open_case("Child B")
    unit.feed("--from", cursor, "--snapshot", "--exit-at-end")
    whole = open(cursor, "rb").read()
    for spoilt in (whole[:-1], whole + b"x", whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], b"x" * 65536):
        with open(bad, "wb") as file:
            file.write(spoilt)
        done = unit.feed("--from", bad, "--exit-at-end", expect=None)
        check("it is refused", done.returncode in (1, 4), str(done.returncode))
        check("file and way out are named", bad in done.stderr and "--snapshot" in done.stderr, done.stderr)
        check("and the file is as it was", open(bad, "rb").read() == spoilt)
    for spoilt in (b"", b"x" * 65537):
        with open(bad, "wb") as file:
            file.write(spoilt)
        done = unit.feed("--from", bad, "--exit-at-end", expect=1)
        check("the file is named", bad in done.stderr and "could not be read" in done.stderr, done.stderr)
    other = unit.reader("another")
    unit.at("north", home=other)
    done = unit.feed("--from", cursor, "--exit-at-end", home=other, expect=4)
    check("another reader's is told so", "reader" in done.stderr, done.stderr)
    unit.feed("--from", cursor, "--exit-at-end")


@story()
def what_was_not_printed_is_told_again(unit):
    cursor = unit.cursor()
    unit.at("north")
    for i in range(3):
        unit.open_case(f"Child {i}")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(unit.words("--from", cursor, "--beginning", "--exit-at-end"), stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    check("it says so", done.returncode == 1 and "was not printed" in done.stderr, done.stderr)
    check("no cursor is kept", not os.path.exists(cursor))
    told = unit.feed("--from", cursor, "--beginning", "--exit-at-end", "-q").stdout.split()
    nothing_is_missing(told, unit.truth())
    unit.open_case("Child 3")
    done = unit.feed("--from", os.path.join(unit.base, "no/such/folder"), "--beginning", "--exit-at-end", expect=1)
    check("a place that cannot be kept is no feed", "was not kept" in done.stderr, done.stderr)


@story()
def a_feed_is_cut_and_formed_as_asked(unit):
    cursor = unit.cursor()
    unit.at("north")
    cases = [unit.open_case(f"Child {risk}", risk=risk) for risk in ("high", "low", "high")]
    unit.tool("operation", "open", "title=Week", "op_name=SORREL", "theme=county_lines", "runs=2018-03-19/2018-03-23")
    unit.agree()
    truth, told = unit.truth(), []
    for _ in range(len(truth)):  # one at a time: the cursor is never ahead of what was printed
        told += unit.feed("--from", cursor, "--beginning", "-n", "1", "-q").stdout.split()
    check("one at a time, in order", told == truth, f"{told} {truth}")
    rows = [line.split("\t") for line in unit.feed("--snapshot", "--exit-at-end").stdout.splitlines()]
    check("a pipe gets thirteen columns", all(len(row) == 13 for row in rows), str(rows))
    check("every case once", sorted(row[2] for row in rows if row[3] == "missing_child") ==
          sorted(case["human_ref"] for case in cases), str(rows))
    high = [json.loads(line) for line in unit.feed("--snapshot", "--exit-at-end", "--json", "--risk", "high").stdout.splitlines()]
    check("by risk", {item["case"]["human_ref"] for item in high} == {cases[0]["human_ref"], cases[2]["human_ref"]}, str(high))
    named = unit.feed("--snapshot", "--exit-at-end", "--kind", "operation", "--format", "%k %s").stdout.splitlines()
    check("by kind, with a template", len(named) == 1 and named[0].startswith("operation "), str(named))
    chars = cases[1]["human_ref"].split("/")[3].split("-")[0]
    short = unit.feed("--case", chars, expect=2).stderr
    check("a regional unit looks nothing up", "whole reference" in short, short)
    of_one = unit.feed("--beginning", "--exit-at-end", "--case", cases[1]["human_ref"], "--format", "%c").stdout.split()
    check("by the case's characters", set(of_one) == {chars}, str(of_one))
    lately = unit.feed("--since", "1h", "--exit-at-end", "-q").stdout.split()
    check("since an hour", set(lately) == set(truth), f"{len(lately)} {len(truth)}")
    for words, why in ((["--format", "%q"], "feed-format"), (["--since", "the day before"], "not understood"),
                       (["--since", "2090-01-01", "--exit-at-end"], "lies ahead"),
                       (["--since", "1h", "--snapshot"], "more than one"), (["--kind", "teapot"], "no such kind"),
                       (["-n", "0"], "--count")):
        done = unit.feed(*words, expect=2)
        check(f"{words} is explained", why in done.stderr, done.stderr)


@story()
def a_regional_unit_reads_its_feed_and_nothing_else(unit):
    gate = os.path.join(unit.base, "gate")
    authority = os.path.join(unit.dir, "authority")
    run([TOOL, "authority", "issue", "--dir", authority, "--socket", unit.socket(), "--out", gate, "--insecure-lab",
         "--kind", "person", "--division", "NTH", "--name", "Gate of North", "--role", "GATE"])
    run([TOOL, "authority", "publish", "--dir", authority, "--socket", unit.socket()])
    unit.agree()
    unit.at("north")
    unit.at("north", home=gate)
    with open(os.path.join(gate, "context"), "a", encoding="utf-8") as file:
        file.write("synthetic = yes\n")
    case = unit.open_case("Child Zebra of Teasel Row")["case_id"]
    unit.tool("case", "set", case, "summary=Running text about Zebra.", who="officer@north")
    unit.tool("case", "set", case, "last_seen_place=12 Teasel Row", who="officer@north")
    for words in (["--beginning", "--json"], ["--snapshot", "--json"], ["--beginning"], ["--beginning", "--views", "--json"]):
        told = unit.feed(*words, "--exit-at-end").stdout
        check(f"{words} tells of the case", told != "")
        check(f"{words} tells no name, no place, no text", "Zebra" not in told and "Teasel" not in told, told)
    for words in (["case", "list"], ["case", "show", case], ["case", "history", case], ["case", "deadlines", case], ["inbox"],
                  ["shift", "brief"], ["status"], ["peers"]):
        done = run([TOOL, "--home", unit.unit, *words], None)
        check(f"{words} is refused", done.returncode != 0, done.stdout)
        check(f"{words} tells nothing", "Zebra" not in done.stdout and "Teasel" not in done.stdout, done.stdout)
    check("and it is said what there is", "casewire feed" in run([TOOL, "--home", unit.unit, "case", "show", case], None).stderr)
    run([TOOL, "--home", gate, "case", "add", case, "compartments=BOX"])
    unit.agree()
    check("compartmented, it is not there", unit.feed("--beginning", "--exit-at-end").stdout == "")


EXAMPLES = ("watch", "watch-cpp")


def watch(unit, name, cursor):
    """One run of an example, as its own folder's owner would start it."""
    done = subprocess.run([os.path.join(BUILD, "examples", name), unit.cursor(cursor), "--to-end"], capture_output=True,
                          text=True, timeout=60, check=False, env={**os.environ, "CASEWIRE_HOME": unit.unit})
    check(f"{name} ends well", done.returncode == 0, done.stderr)
    return [line.split("\t") for line in done.stdout.splitlines()]


@story()
def examples_tell_what_changes_once(unit):
    sources = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../client/examples")
    for file in os.listdir(sources):
        check(f"{file} is short", len(lines_of(os.path.join(sources, file))) < 60)
    unit.at("north", "east")
    case = unit.open_case("Child E")
    unit.agree()
    for name in EXAMPLES:
        check(f"{name} begins with every case", [row[0] for row in watch(unit, name, name)] == [case["human_ref"]])
        told = watch(unit, name, name)
        check(f"{name} goes on where it was", told == [], str(told))
    unit.tool("case", "set", case["case_id"], "summary=Seen by the harbour.")
    unit.agree()
    unit.kill("north")
    for name in EXAMPLES:
        told = watch(unit, name, name)
        check(f"{name} goes on at another daemon", len(told) == 1 and told[0][0] == case["human_ref"]
              and told[0][1].startswith("Officer") and "summary" in told[0][2], str(told))
    for name in EXAMPLES:
        done = run([os.path.join(BUILD, "examples", name)], 1)
        check(f"{name} says what it wants", "name a file" in done.stderr, done.stderr)
