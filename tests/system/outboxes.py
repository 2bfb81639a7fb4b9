"""The outbox: what is said while no daemon is in reach, by programs that may be killed at any moment."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time

from world import BUILD, TOOL, Lab, check, run

STORIES = []
QUICKLY = ["--outbox", "--timeout", "1"]


class Desk(Lab):
    """A lab, and the outbox of an officer of north."""

    def path_of_outbox(self, who="officer@north"):
        return os.path.join(self.dir, "people", who, "outbox")

    def entries(self, **who):
        return self.ask("outbox", "list", **who)["entries"]

    def example(self, name, *words, home=None, expect=0, **more):
        """One run of an example program, as an officer of north would start it."""
        env = {**os.environ, "CASEWIRE_HOME": home or os.path.join(self.dir, "people", "officer@north")}
        return run([os.path.join(BUILD, "examples", name), *words], expect, env=env, **more)

    def titles(self, division, prefixes=("",)):
        """Of the cases there, as often as there are some of this title; at most 200 for each prefix."""
        return [row["title"] for prefix in prefixes for row in
                self.ask("case", "list", "--limit", "200", "--prefix", prefix, who=f"officer@{division}")["rows"]]


def story(function):
    STORIES.append((function.__name__, function, True, Desk))
    return function


@story
def what_is_said_in_a_night_offline_is_delivered_once_in_the_morning(desk):
    known = desk.ask("case", "open", "missing_child", "title=Child A")["case_id"]
    desk.tool("lab", "kill", "north")
    done = desk.tool("case", "open", "missing_child", "title=Child B", "--timeout", "1", expect=7)
    check("without an outbox the next thing to do is named", "--outbox" in done.stderr, done.stderr)
    opened = desk.ask("case", "open", "missing_child", "title=Child C", *QUICKLY)["outbox"]
    check("it is queued, and says so", opened["state"] == "queued" and not opened["done"] and opened["held_by"] == 0)
    case = opened["case_id"]
    desk.tool("case", "event", case[:10], "sighting", "confidence=probable", "place=Dunmarsh",
              "occurred=2026-11-22T16:00", *QUICKLY)
    desk.tool("case", "set", known, "summary=Seen at night.", "--kind", "missing_child", "--held-by", "2", *QUICKLY)
    desk.tool("case", "set", "ab" * 32, "summary=Of no case.", "--kind", "missing_child", *QUICKLY)
    done = desk.tool("case", "set", "abab", "summary=Of which case?", *QUICKLY, expect=7)
    check("a case that nobody here knows is not guessed", "--kind" in done.stderr, done.stderr)
    done = desk.tool("case", "event", case, "sighting", "confidence=probable", "--same-as", "abcd", *QUICKLY, expect=7)
    check("nor is an event", "no event can be named" in done.stderr, done.stderr)
    done = desk.tool("outbox", "send", "--timeout", "1", expect=7)
    check("sending says what is left", "4 still wait" in done.stdout, done.stdout)
    check("nothing of it is done", [e["state"] for e in desk.entries()] == ["queued"] * 4, str(desk.entries()))
    done = desk.tool("outbox", "drop", "1", expect=6)
    check("what nobody else has is not dropped", len(desk.entries()) == 4, done.stderr)

    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    done = desk.tool("outbox", "send", "--timeout", "5", expect=3)
    check("the morning delivers three, and one waits for a case that may come", done.stdout.startswith("3 delivered, 0 refused, 1 still wait"),
          done.stdout)
    check("states are honest", [(e["state"], e["held_by"]) for e in desk.entries()][:3] ==
          [("stored", 1), ("stored", 1), ("held", 2)] and not desk.entries()[3]["done"], str(desk.entries()))
    check("what waits has its reason", "no such case" in done.stderr, done.stderr)
    check("delivering again does nothing", desk.tool("outbox", "send", "--timeout", "2", expect=3).stdout.startswith("0 delivered, 0 refused"))
    desk.agree()
    for division in ("north", "east", "west"):
        check(f"{division} has each case once", sorted(desk.titles(division)) == ["Child A", "Child C"])
    view = desk.ask("case", "show", case, who="officer@east")
    check("the sighting was told once", len([e for e in view["events"] if e["name"] == "sighting"]) == 1, str(view["events"]))
    desk.tool("outbox", "drop", "--delivered")
    check("the one that waits stays", [e["done"] for e in desk.entries()] == [False], str(desk.entries()))


def kill_while(desk, words, grows_by):
    """Starts a command and kills it (SIGKILL) when the outbox has grown by so much. Whether it lived until then."""
    path, before = desk.path_of_outbox(), 0
    if os.path.exists(path):
        before = os.path.getsize(path)
    child = subprocess.Popen([TOOL, "--lab", desk.dir, "--as", "officer@north", *words], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    while child.poll() is None and (not os.path.exists(path) or os.path.getsize(path) < before + grows_by):
        time.sleep(0.0005)
    child.kill()
    return child.wait(30) == -signal.SIGKILL


@story
def programs_that_are_killed_at_an_outbox_deliver_each_statement_once(desk):
    lines = os.path.join(os.path.dirname(desk.dir), "lines")
    killed = 0
    for part in range(6):
        with open(lines, "w", encoding="utf-8") as file:
            for i in range(20):
                file.write(json.dumps({"open": "missing_child", "fields": {"title": f"Child {part}-{i}"}}) + "\n")
        killed += kill_while(desk, ["submit-file", lines, "--outbox"], 3000 + 2500 * part)
    for part in range(12):
        killed += kill_while(desk, ["outbox", "send"], 200 + 1500 * part)
    check("enough were killed to mean something", killed >= 6, str(killed))
    desk.tool("outbox", "send")
    entries = desk.entries()
    check("whatever was safe is stored", entries and all(e["state"] == "stored" for e in entries), str(entries)[:400])
    desk.agree()
    titles = desk.titles("west")
    check("each has one effect", len(titles) == len(set(titles)) == len(entries), f"{len(titles)} cases, {len(entries)} entries")
    check("each case is one of the outbox", {e["op_id"] for e in entries} ==
          {h["op"] for e in entries for h in desk.ask("case", "history", e["case_id"], who="officer@west")["items"]})
    desk.tool("outbox", "drop", "--delivered")


@story
def what_is_whole_of_a_damaged_outbox_is_delivered_and_the_rest_is_named(desk):
    desk.tool("lab", "kill", "north")
    ends = []
    for i in range(3):
        desk.tool("case", "open", "missing_child", f"title=Child {i}", *QUICKLY)
        ends.append(os.path.getsize(desk.path_of_outbox()))
    with open(desk.path_of_outbox(), "r+b") as file:
        file.seek((ends[0] + ends[1]) // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0x20]))
    done = desk.tool("--json", "outbox", "list", expect=1)
    found = json.loads(done.stdout)
    check("a program is told", json.loads(done.stderr)["error"]["exit"] == 1, done.stderr)
    check("the damaged entry is named", [d["number"] for d in found["damage"]] == [2] and
          found["damage"][0]["offset"] == ends[0] and found["damage"][0]["len"] == ends[1] - ends[0], str(found["damage"]))
    done = desk.tool("outbox", "list", expect=1)
    check("a person is told what is lost, where, and what to do", "statement 2 is lost" in done.stderr and
          f"bytes {ends[0]} to {ends[1] - 1}" in done.stderr and "casewire outbox drop --damaged" in done.stderr, done.stderr)
    check("what is whole is listed", [line.split("\t")[0] for line in done.stdout.splitlines()] == ["1", "3"], done.stdout)
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    done = desk.tool("outbox", "send", expect=1)
    check("sending says it too", done.stdout.startswith("2 delivered") and "statement 2 is lost" in done.stderr,
          done.stdout + done.stderr)
    check("and to programs", [d["number"] for d in json.loads(desk.tool("--json", "outbox", "send", expect=1).stdout)["damage"]] == [2])
    check("the others are delivered", sorted(desk.titles("north")) == ["Child 0", "Child 2"])
    check("a damaged file is kept when a whole one is made", desk.ask("outbox", "drop", "--damaged")["was_damaged"] and
          os.path.exists(desk.path_of_outbox() + ".damaged"))
    check("the new one is whole", desk.ask("outbox", "list")["damage"] == [])


@story
def a_damaged_note_of_what_became_of_a_statement_loses_no_statement(desk):
    desk.tool("lab", "kill", "north")
    desk.tool("case", "open", "missing_child", "title=Child A", *QUICKLY)
    begin = os.path.getsize(desk.path_of_outbox())
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    desk.tool("outbox", "send")
    with open(desk.path_of_outbox(), "r+b") as file:
        file.seek(begin)
        rest = bytearray(file.read())
        rest[60::100] = bytes(byte ^ 1 for byte in rest[60::100])
        file.seek(begin)
        file.write(rest)
    done = desk.tool("outbox", "list", expect=1)
    check("it is said to be there", "a note on statement 1 is lost, not the statement" in done.stderr and
          done.stdout.startswith("1\tqueued"), done.stdout + done.stderr)
    check("it goes once more", desk.tool("outbox", "send", expect=1).stdout.startswith("1 delivered"))
    check("with one effect", desk.titles("north") == ["Child A"])


def zero(path, start, length):
    with open(path, "r+b") as file:
        file.seek(start)
        file.write(bytes(length))


@story
def every_statement_that_damage_took_is_named_and_every_damaged_file_kept(desk):
    path, ends = desk.path_of_outbox(), [24]
    desk.tool("lab", "kill", "north")
    for i in range(5):
        desk.tool("case", "open", "missing_child", f"title=Child {i}", *QUICKLY)
        ends.append(os.path.getsize(path))
    with open(path, "rb") as file:
        whole = file.read()
    for count, (start, length, lost) in enumerate((
            (ends[1] - 2, 6, "statements 1 and 2 are lost"), (ends[2] + 150, 512, "statements 3 and 4 are lost"),
            (ends[2] - 5, ends[3] - ends[2] + 10, "statements 2, 3 and 4 are lost"), (ends[1], 1, "statement 2 is lost"),
            (ends[1] - 50, ends[5], "statement 1 is lost, unless it was dropped, and perhaps more")), 1):
        with open(path, "wb") as file:
            file.write(whole)
        zero(path, start, min(length, len(whole) - start))
        done = desk.tool("outbox", "list", expect=1)
        check("each that is lost is named", f"why:   {lost}" in done.stderr and "is empty" not in done.stderr, done.stderr)
        name = "outbox.damaged" if count == 1 else f"outbox.damaged.{count}"
        done = desk.tool("outbox", "drop", "--damaged")
        check("the name is said under which the file is kept", done.stdout.endswith(f"kept as {name}\n"), done.stdout)
        with open(os.path.join(os.path.dirname(path), name), "rb") as file:
            check("it is kept there, as it was", file.read()[:start] == whole[:start])


@story
def what_a_killed_program_left_is_no_loss_before_a_send_nor_after_it(desk):
    desk.tool("lab", "kill", "north")
    for i in range(3):
        desk.tool("case", "open", "missing_child", f"title=Child {i}", *QUICKLY)
    os.truncate(desk.path_of_outbox(), os.path.getsize(desk.path_of_outbox()) - 100)
    before = desk.tool("outbox", "list").stderr
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    check("the others are delivered", desk.tool("outbox", "send").stdout.startswith("2 delivered"))
    check("it is said the same way", "unfinished" in before and desk.tool("outbox", "list").stderr == before, before)


@story
def an_outbox_that_does_not_open_says_where_it_is_and_what_helps(desk):
    path = desk.path_of_outbox()
    words = ["case", "open", "missing_child", "title=Child A", "--outbox"]
    for stranger in (os.urandom(5000), b"a letter"):
        with open(path, "wb") as file:
            file.write(stranger)
        for command in (["outbox", "list"], words):
            done = desk.tool(*command, expect=1)
            check("it says where and what to do", f"where: {path}\n" in done.stderr and
                  "next:  casewire outbox drop --damaged" in done.stderr, done.stderr)
        kept = desk.ask("outbox", "drop", "--damaged")["kept_as"]
        with open(kept, "rb") as file:
            check("the whole file is kept", file.read() == stranger)
        check("a new outbox begins", desk.tool(*words).stdout.startswith("stored 1"))
    os.mkdir(path + ".folder")
    os.rename(path, path + ".mine")
    os.rename(path + ".folder", path)
    done = desk.tool(*words, expect=1)
    check("a folder is moved by whoever put it there", "Is a directory" in done.stderr and f"next:  mv '{path}'" in done.stderr,
          done.stderr)
    os.rmdir(path)
    desk.tool(*words, who="officer@east")
    shutil.copy(desk.path_of_outbox("officer@east"), path)
    for command in (words, ["outbox", "drop", "--damaged"]):
        done = desk.tool(*command, expect=4)
        check("another person's is named", "belongs to another identity" in done.stderr and f"next:  mv '{path}'" in done.stderr,
              done.stderr)
    with open(path, "rb") as file, open(desk.path_of_outbox("officer@east"), "rb") as theirs:
        check("and left", file.read() == theirs.read())


def write_lines(desk, lines):
    path = os.path.join(os.path.dirname(desk.dir), "lines")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


@story
def a_file_with_a_mistake_in_the_middle_goes_on_there_when_it_is_corrected(desk):
    lines = [{"id": "a", "open": "missing_child", "fields": {"title": "Child A"}},
             {"open": "missing_child", "fields": {"title": "Twin"}}, {"open": "missing_child", "fields": {"title": "Twin"}},
             {"case": "a", "event": "sighting", "fields": {"confidence": "no such", "place": "Dunmarsh",
                                                       "occurred": "2026-11-22T16:00"}},
             {"case": "a", "fields": {"summary": "Last seen at Dunmarsh."}}]
    fixed = {**lines[3], "fields": {**lines[3]["fields"], "confidence": "probable"}}
    for count, words in ((1, []), (2, ["--outbox"])):
        path = write_lines(desk, lines)
        for _ in range(2):
            done = desk.tool("submit-file", path, *words, expect=2)
            check("the line is named, and what to do", "statement 4" in done.stderr and "goes on" in done.stderr, done.stderr)
        done = json.loads(desk.tool("--json", "submit-file", write_lines(desk, [*lines[:3], fixed, lines[4]]), *words).stdout)
        check("it says what an earlier run had said", done["earlier"] == 3, str(done))
        check("a run that ended is over: the same file says all of it again",
              sorted(desk.titles("north")) == count * ["Child A"] + 2 * count * ["Twin"], str(desk.titles("north")))
    for row in desk.ask("case", "list", "--prefix", "Child A")["rows"]:
        view = desk.ask("case", "show", row["case_id"])
        check("what follows is about the same case", [e["name"] for e in view["events"]].count("sighting") == 1)
    desk.tool("submit-file", write_lines(desk, lines), expect=2)
    desk.tool("submit-file", write_lines(desk, lines[:2]), "--anew")
    check("all of it again, when that is wanted", len(desk.titles("north", ["Child A"])) == 4)


@story
def a_file_whose_daemon_dies_is_said_once_by_the_same_command(desk):
    lines = [{"id": f"c{i}", "open": "missing_child", "fields": {"title": f"Child {i:03}"}} for i in range(150)]
    path, killed = write_lines(desk, lines), 0
    for part in range(1, 6):
        child = subprocess.Popen([TOOL, "--lab", desk.dir, "--as", "officer@north", "submit-file", path],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None and desk.ask("status")["case_count"] < 12 * part:
            pass
        child.kill()
        killed += child.wait(30) == -signal.SIGKILL
    check("enough were killed to mean something", killed >= 3, str(killed))
    child = subprocess.Popen([TOOL, "--lab", desk.dir, "--as", "officer@north", "submit-file", path, "--timeout", "1"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    desk.tool("lab", "kill", "north")
    check("without a daemon it does not end well", child.wait(60) == 7, str(child.returncode))
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    done = json.loads(desk.tool("--json", "submit-file", path).stdout)
    check("each has one effect", sorted(desk.titles("north")) == [line["fields"]["title"] for line in lines],
          str(len(desk.titles("north"))))
    check("the rest is said", done["submitted"] + done["earlier"] == len(lines) and done["earlier"] > 0, str(done))


@story
def statements_said_at_the_same_time_are_all_kept(desk):
    desk.tool("lab", "kill", "north")
    said = [subprocess.Popen([TOOL, "--lab", desk.dir, "--as", "officer@north", "case", "open", "missing_child",
                              f"title=Child {i}", *QUICKLY], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for i in range(4)]
    for child in said:
        stdout, stderr = child.communicate(timeout=60)
        check("each command ends well", child.returncode == 0, stdout + stderr)
    check("each statement is in the outbox", [e["state"] for e in desk.entries()] == ["queued"] * 4, str(desk.entries()))


@story
def a_command_waits_for_another_that_has_the_outbox(desk):
    desk.tool("lab", "kill", "north")
    desk.tool("case", "open", "missing_child", "title=Child A", *QUICKLY)
    with open(desk.path_of_outbox(), "rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        child = subprocess.Popen([TOOL, "--lab", desk.dir, "--as", "officer@north", "case", "open", "missing_child",
                                  "title=Child B", *QUICKLY], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = child.stderr.readline()
        check("it says that it waits, and for what", "waits for the outbox" in said, said)
    stdout, stderr = child.communicate(timeout=60)
    check("then it goes on", child.returncode == 0 and stdout.startswith("queued 2"), stdout + stderr)


@story
def a_command_that_cannot_have_the_outbox_says_that_nothing_was_recorded(desk):
    desk.tool("case", "open", "missing_child", "title=Child A", "--outbox")
    with open(desk.path_of_outbox(), "rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        began = time.monotonic()
        done = desk.tool("case", "open", "missing_child", "title=Child B", *QUICKLY, expect=75)
        check("it waits as long as a person does", 15 < time.monotonic() - began < 60)
        check("and says who has it and what to do", "another command" in done.stderr and "nothing was recorded" in done.stderr and
              "next:  the same command again" in done.stderr, done.stderr)
    check("nothing was recorded", len(desk.entries()) == 1)


# --- the examples ---------------------------------------------------------------------------------------------


@story
def an_example_submits_now_or_later(desk):
    box = os.path.join(os.path.dirname(desk.dir), "box")
    check("it says what it wants", "give a title" in desk.example("submit", expect=1).stderr)
    check("it is stored at once", desk.example("submit", "Child A", box).stdout == "1 stored \n")
    desk.tool("lab", "kill", "north")
    done = desk.example("submit", "Child B", box)
    check("without a daemon it waits, and says why", done.stdout.startswith("1 stored \n2 queued ") and "it waits" in done.stderr,
          done.stdout + done.stderr)
    desk.tool("lab", "restart", "north", "--dir", desk.dir)
    check("the next one takes it along", desk.example("submit", "Child C", box).stdout == "1 stored \n2 stored \n3 stored \n")
    check("each has one effect", sorted(desk.titles("north")) == ["Child A", "Child B", "Child C"])


@story
def an_example_imports_each_line_once_though_it_is_killed(desk):
    base = os.path.dirname(desk.dir)
    box, titles = os.path.join(base, "box"), [f"Child {i:04}" for i in range(2500)]
    text = "".join(title + "\n" for title in titles)
    check("it says what it wants", "give a file" in desk.example("import", expect=1).stdout)
    lines = os.path.join(base, "titles")
    with open(lines, "w", encoding="utf-8") as file:
        file.write(text)
    env = {**os.environ, "CASEWIRE_HOME": os.path.join(desk.dir, "people", "officer@north")}
    for size in (5000, 300000, 1000000):
        with open(lines, encoding="utf-8") as file:
            child = subprocess.Popen([os.path.join(BUILD, "examples", "import"), box], stdin=file, env=env)
            while child.poll() is None and (not os.path.exists(box) or os.path.getsize(box) < size):
                time.sleep(0.001)
            child.kill()
            check("it is killed", child.wait(30) == -signal.SIGKILL)
    check("the rest is delivered", desk.example("import", box, input=text).stdout == "all are delivered or refused\n")
    check("each line has one effect", sorted(desk.titles("north", [f"Child {i:02}" for i in range(25)])) == titles)
    check("started again it says nothing twice", desk.example("import", box, input=text).stdout.startswith("all are"))
    check("and still each line has one effect", desk.ask("status")["case_count"] == len(titles))
    check("a title that is none is named", "not all" in desk.example("import", box + "2", input="\n", expect=1).stdout)
