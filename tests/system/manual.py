"""The programs that stand in libcasewire(3): taken out of the page as readers see it, compiled, and run against a lab."""

import os
import re

from world import BUILD, ROOT, Lab, check, run

STORIES = []
WARNINGS = "-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()


class Manual(Lab):
    def program(self, name):
        """Compiles what stands in the page below the comment that names it."""
        with open(os.path.join(BUILD, "man", "libcasewire.3"), encoding="utf-8") as file:
            blocks = re.findall(r"^\.nf\n\.RS 4\n(.*?)^\.fi\n\.RE", file.read(), re.S | re.M)
        found = [plain(block) for block in blocks if plain(block).startswith(f"/* {name}.c: ")]
        check(f"the page has {name}.c once", len(found) == 1)
        path = os.path.join(os.path.dirname(self.dir), name)
        with open(path + ".c", "w", encoding="utf-8") as file:
            file.write(found[0])
        run([os.environ.get("CC", "gcc"), *WARNINGS, "-I", os.path.join(ROOT, "include"), path + ".c", "-o", path, "-L", BUILD, "-lcasewire",
             f"-Wl,-rpath,{BUILD}"])
        return path

    def run(self, *words, who="officer@north", expect=0):
        return run(list(words), expect, env={**os.environ, "CASEWIRE_HOME": os.path.join(self.dir, "people", who)})


def plain(block):
    """What a terminal shows of a page's literal text."""
    for written, shown in (("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(ti", "~"), ("\\(ha", "^"), ("\\(ga", "`"), ("\\e", "\\"), ("\\\\", "\\")):
        block = block.replace(written, shown)
    return block


def story(smoke=True):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, Manual))
        return function
    return keep


@story()
def the_programs_of_the_manual_page_do_what_it_says(lab):
    submit, follow = lab.program("submit"), lab.program("follow")
    place = os.path.join(os.path.dirname(lab.dir), "cursor")
    said = lab.run(submit, "Child M", "high").stdout
    check("the receipt proves two divisions", re.fullmatch(r"MC/NTH/\S+ held by [23], said by NTH\n", said) is not None, said)
    check("the case is there", [row["title"] for row in lab.ask("case", "list")["rows"]] == ["Child M"])
    done = lab.run(submit, "Child M", "huge", expect=1)
    check("a refusal says where, why and its name", all(word in done.stderr for word in ("missing_risk", "did you mean", "CW_REFUSED_VALUE")),
          done.stderr)
    told = lab.run(follow, place).stdout
    check("the feed shows the case", "Child M" in told and "high" in told, told)
    lab.run(submit, "Child N", "medium")
    told = lab.run(follow, place).stdout
    check("from its cursor it shows what is new", "Child N" in told and "Child M" not in told, told)
    lab.run(submit, expect=2)


@story(smoke=False)
def the_programs_of_the_manual_page_know_what_may_work_later(lab):
    submit = lab.program("submit")
    lab.kill("north")
    done = lab.run(submit, "Child P", "high", expect=75)  # after the ten seconds that it gives a daemon
    check("it says so", "CW_AGAIN_NO_DAEMON" in done.stderr and "tcp://127.0.0.1" in done.stderr, done.stderr)
