# SPDX-License-Identifier: Apache-2.0
"""docs/operations.md as what is typed, and what is answered.

A block of commands begins with ```sh, the machine it is for (all, north, east, new), and what it needs, if anything: `source` (the sources' folder), `packages`
(the Debian packages), `cut` (the line between the two is down while it is typed). A block ```says below it shows the answer.
"""

import re

PLACE = "the twelve words, as they were read"
NEEDS = {"source", "packages", "cut"}


class Block:
    """Commands for one machine; `says` is what the page shows as their answer, or None."""

    def __init__(self, heading, machine, needs, commands):
        self.heading, self.machine, self.needs, self.commands, self.says = heading, machine, set(needs), commands, None

    def __str__(self):
        return "%s (%s)" % (self.heading, " ".join([self.machine, *sorted(self.needs)]))


def blocks(text):
    found, heading = [], ""
    for title, kind, content in re.findall(r"(?ms)^##+ (.*?)$|^```([a-z ]+)\n(.*?)^```$", text):
        words = kind.split()
        if title:
            heading = title
        elif words[0] == "sh":
            if len(words) < 2 or not set(words[2:]) <= NEEDS:
                raise SystemExit("docs/operations.md: a block under \"%s\" does not say for which machine it is" % heading)
            found.append(Block(heading, words[1], words[2:], content))
        elif words[0] == "says":
            found[-1].says = content
    return found


def typed(commands, words):
    """What bash is given: a line that is expected to fail ("! ...") must, for bash's -e does not look at those."""
    commands = commands.replace(PLACE, words)
    return re.sub(r"(?m)^! (.*)$", r"if \1; then echo 'this should have failed'; exit 1; fi", commands)


def words_in(said):
    """The words that a request printed, if it is one."""
    found = re.search(r"(?m)^  words  ([a-z]+(?: [a-z]+){11})$", said)
    return found.group(1) if found else None


# What differs from one day, machine and network to the next, and what stands for it.
MASKS = (
    (r"(?m)^(  words +)[a-z]+(?: [a-z]+){11}$", r"\1(twelve words)"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "(a time)"),
    (r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; .* ago", "(a time)"),
    (r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ \w{3} \d{4} \d\d:\d\d\b", "(a time)"),
    (r"\b\w{3} \d\d \d\d:\d\d:\d\d \S+ ", "(a time) "),
    (r"\b\d\d:\d\d(?: \(.*?\))?", "(a time)"),
    (r"\b(Main PID: |casewired[a-z-]*\[)\d+", r"\1(a number)"),
    (r"\b\d+ (new entries|certificates|descriptors|signed records)", r"(some) \1"),
    (r"\b[0-9A-Z]{7}-[0-9A-Z]\b", "(a reference)"),
    (r"\bop [0-9a-f]{10}\b", "op (an id)"),
    (r"\b[0-9a-f]{16,64}\b", "(an id)"),
)


def shown(text):
    for what, stands_for in MASKS:
        text = re.sub(what, stands_for, text)
    return text


def answered_as_shown(block, said):
    """Each line of what the page shows is in the answer, in order; commands beside may say more."""
    lines, at = shown(said).splitlines(), 0
    for line in shown(block.says or "").splitlines():
        while at < len(lines) and lines[at].split() != line.split():
            at += 1
        if at == len(lines):
            return line
        at += 1
    return None
