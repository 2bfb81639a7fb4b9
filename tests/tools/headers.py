"""What the public headers declare, read by the compiler's own preprocessor: for the guards that compare it with other things."""

import glob
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "include", "casewire")
TYPE_WORDS = {"int", "char", "void", "size_t", "uint8_t", "uint32_t", "uint64_t", "int32_t", "int64_t", "const"}


class Unreadable(Exception):
    """A declaration in a form that this reader does not know: teach it, rather than leave the declaration out."""


def files():
    return sorted(glob.glob(os.path.join(FOLDER, "*.h")))


def preprocess(compiler, *more):
    return subprocess.run([*compiler.split(), "-std=c11", "-E", "-I", os.path.join(ROOT, "include"), *more, "-x", "c", "-"],
                          input="".join(f"#include <casewire/{os.path.basename(path)}>\n" for path in files()) + "\n",
                          stdout=subprocess.PIPE, check=True, text=True).stdout


def own_text(text):
    """The lines that stand in our headers, without those of the system's."""
    ours, kept = False, []
    for line in text.splitlines():
        mark = re.match(r'# \d+ "([^"]*)"', line)
        if mark:
            ours = mark.group(1).startswith(FOLDER + "/") or "/casewire/" in mark.group(1)
        elif ours:
            kept.append(line)
    return re.sub(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)", " ", " ".join(kept))


def declarations(text):
    """The text of each declaration, up to its `;` outside of braces."""
    depth, begin = 0, 0
    for at, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == ";" and depth == 0:
            yield re.sub(r"\s+", " ", text[begin:at]).strip()
            begin = at + 1
    if text[begin:].strip():
        raise Unreadable(text[begin:].strip())


def split(text, by=","):
    """Parts between commas outside of parentheses."""
    parts, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1, "{": 1, "}": -1}.get(letter, 0)
        if letter == by and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return parts + [text[begin:].strip()]


def spelled(text):
    """One spelling for one type: `const char *`, `struct cw_case **`."""
    text = re.sub(r"\s*\*\s*", " *", text)
    return re.sub(r"\*(?: \*)+", lambda stars: stars.group(0).replace(" ", ""), re.sub(r"\s+", " ", text)).strip()


def without_name(parameter):
    """The type of a parameter: its name is nobody's business but the reader's."""
    found = re.match(r"^(.*?)(\w+)((?:\[[^\]]*\])*)$", parameter)
    if found and found.group(1).strip() and found.group(2) not in TYPE_WORDS:
        return spelled(found.group(1)) + found.group(3)
    return spelled(parameter)


class Headers:
    """structs: name -> [(member, type)] (None: opaque); enums: name -> [constant]; functions and callbacks: name -> signature."""

    def __init__(self, compiler="cc"):
        self.structs, self.enums, self.functions, self.callbacks, self.constants = {}, {}, {}, {}, []
        for text in declarations(own_text(preprocess(compiler))):
            self.take(text)
        self.take_constants(preprocess(compiler, "-dM"))

    def take_constants(self, macros):
        for name, value in re.findall(r"^#define (CW_[A-Z0-9_]+) (.+)$", macros, re.M):
            if re.fullmatch(r"[-0-9a-fA-FxuUlL()+*<| ]+", value):
                self.constants.append(name)
        self.constants.sort()

    def take(self, text):
        opaque = re.fullmatch(r"struct (\w+)", text)
        whole = re.fullmatch(r"(struct|enum) (\w+) \{(.*)\}", text)
        function = re.fullmatch(r"(typedef )?(.*?)(\b\w+) ?\((.*)\)", text)
        if opaque:
            self.structs.setdefault(opaque.group(1), None)
        elif whole and whole.group(1) == "struct":
            self.structs[whole.group(2)] = [member for line in whole.group(3).split(";") if line.strip()
                                            for member in self.members(line.strip())]
        elif whole:
            self.enums[whole.group(2)] = [part.split("=")[0].strip() for part in split(whole.group(3)) if part]
        elif function and not function.group(4).count("("):
            signature = spelled(function.group(2)) + " (" + ", ".join(map(without_name, split(function.group(4)))) + ")"
            (self.callbacks if function.group(1) else self.functions)[function.group(3)] = signature
        elif text and not text.startswith('extern "C"'):
            raise Unreadable(text)

    @staticmethod
    def members(line):
        pointer = re.fullmatch(r"(.+?)\(\*(\w+)\) ?\((.*)\)", line)
        if pointer:
            parameters = ", ".join(map(without_name, split(pointer.group(3))))
            return [(pointer.group(2), f"{spelled(pointer.group(1))} (*)({parameters})")]
        first, *others = split(line)
        found = re.fullmatch(r"(.*?)(\w+)((?:\[[^\]]*\])*)", first)
        if not found or "{" in line or ":" in line:
            raise Unreadable(line)
        base = re.sub(r"[ *]+$", "", found.group(1))
        members = [(found.group(2), spelled(found.group(1)) + found.group(3))]
        for other in others:
            more = re.fullmatch(r"(\**)\s*(\w+)((?:\[[^\]]*\])*)", other)
            if not more:
                raise Unreadable(line)
            members.append((more.group(2), spelled(base + " " + more.group(1)) + more.group(3)))
        return members
