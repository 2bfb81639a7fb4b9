"""The package says the same as the C headers: structs, functions, numbers, fields of answers."""

import ctypes
import os
import re
import subprocess
import sys
import unittest

from casewire import _fields, _layout, _library, draft, errors, feed, outbox
from headers import ROOT

with open(os.path.join(ROOT, "tests", "abi", "libcasewire.abi"), encoding="utf-8") as file:
    ABI = dict(line.rstrip("\n").split(": ", 1) for line in file if not line.startswith("#"))

#: what ctypes takes where C has it; a handle, of which nobody looks inside, is a bare address
TYPES = {
    "const char *": {ctypes.c_char_p}, "int": {ctypes.c_int}, "int32_t": {ctypes.c_int32}, "size_t": {ctypes.c_size_t},
    "uint16_t": {ctypes.c_uint16}, "uint32_t": {ctypes.c_uint32},
    "uint64_t": {ctypes.c_uint64}, "void": {None}, "uint8_t[32]": {_layout.Id},
    "const uint8_t[32]": {_layout.Id}, "const uint8_t *": {ctypes.c_char_p, ctypes.c_void_p}, "void *": {ctypes.c_void_p},
    "int64_t *": {ctypes.POINTER(ctypes.c_int64)}, "const uint32_t *": {ctypes.POINTER(ctypes.c_uint32)},
    "int64_t": {ctypes.c_int64}, "uint64_t *": {ctypes.POINTER(ctypes.c_uint64)}, "cw_outbox_watch *": {ctypes.c_void_p}, "cw_done *": {_layout.Done},
}


def expected(text):
    """ctypes' types that fit a C type."""
    plain = text.removeprefix("const ")
    struct = re.fullmatch(r"struct (\w+)( \*+)?", plain.replace("*const *", "**"))
    characters = re.fullmatch(r"char\[([0-9 +]+)\]", text)
    if text in TYPES:
        return TYPES[text]
    if characters:
        return {ctypes.c_char * sum(map(int, characters.group(1).split(" + ")))}
    if plain.startswith("enum "):
        return {ctypes.c_int}
    if struct is None:
        return set()
    known, stars = _layout.STRUCTS.get(struct.group(1)), struct.group(2) or ""
    if stars == " **":
        return {ctypes.POINTER(ctypes.c_void_p)}
    if known is None:
        return {ctypes.c_void_p} if stars else set()
    return {ctypes.POINTER(known)} if stars else {known}


def enum_of(name):
    prefix = f"enum {name}."
    return {key.removeprefix(prefix): int(value) for key, value in ABI.items() if key.startswith(prefix)}


class Face(unittest.TestCase):
    def test_every_struct_is_laid_out_as_in_c(self):
        for name, struct in _layout.STRUCTS.items():
            size = int(re.match(r"size (\d+)", ABI[f"struct {name}"]).group(1))
            self.assertEqual(ctypes.sizeof(struct), size, name)
            members = [key.split(".")[1] for key in ABI if key.startswith(f"struct {name}.")]
            self.assertEqual(sorted(members), sorted(field[0] for field in struct._fields_), name)
            for member, kind in ((field[0], field[1]) for field in struct._fields_):
                place, text = re.match(r"at (\d+), (.*)", ABI[f"struct {name}.{member}"]).groups()
                self.assertEqual(getattr(struct, member).offset, int(place), f"{name}.{member}")
                self.assertIn(kind, expected(text), f"{name}.{member}: {text}")

    def test_every_function_takes_what_its_header_says(self):
        for name, (returns, takes) in _library.FUNCTIONS.items():
            result, parameters = re.fullmatch(r"CASEWIRE_\d+, (.*?) \((.*)\)", ABI[f"function {name}"]).groups()
            parameters = [] if parameters == "void" else parameters.split(", ")
            self.assertEqual(len(takes), len(parameters), name)
            for given, text in zip([returns, *takes], [result, *parameters]):
                self.assertIn(given, expected(text), f"{name}: {text}")

    def test_every_error_has_its_number(self):
        self.assertEqual({f"CW_{code.name}": int(code) for code in errors.Code}, enum_of("cw_err"))

    def test_every_other_number_is_the_header_s(self):
        self.assertEqual({f"CW_{verb.name}": int(verb) for verb in draft.Verb}, enum_of("cw_verb"))
        self.assertEqual({f"CW_FEED_{start.name}": int(start) for start in feed.Start}, enum_of("cw_feed_start"))
        self.assertEqual({f"CW_FEED_{why.name}": int(why) for why in feed.Why}, enum_of("cw_feed_why"))
        phases = {"SNAPSHOT": "IN_SNAPSHOT"}
        self.assertEqual({f"CW_FEED_{phases.get(p.name, p.name)}": int(p) for p in feed.Phase}, enum_of("cw_feed_phase"))
        self.assertEqual({f"CW_OUTBOX_{state.name}": int(state) for state in outbox.State}, enum_of("cw_outbox_state"))
        for name in ("ID_LEN", "TIMEOUT_MS_MAX", "LIST_LIMIT_MAX", "DAEMONS_MAX"):
            self.assertEqual(getattr(_layout, name), int(ABI[f"constant CW_{name}"]), name)

    def test_kinds_are_those_of_the_field_table(self):
        with open(os.path.join(ROOT, "proto", "schema_scales.h"), encoding="utf-8") as text:
            table = {name: int(number) for number, name in re.findall(r"KIND\(\w+, (\d+), \"(\w+)\"", text.read())}
        self.assertEqual(feed.KINDS, table)

    def test_fields_of_answers_are_those_of_the_proto_files(self):
        made = subprocess.run([sys.executable, os.path.join(ROOT, "tests/tools/python-fields")], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        with open(_fields.__file__, encoding="utf-8") as text:
            self.assertEqual(text.read(), made, "tests/tools/python-fields > client/python/casewire/_fields.py")

    def test_it_can_be_imported_with_nothing_but_the_standard_library(self):
        code = "import sys, casewire; print(*{name.partition('.')[0] for name in sys.modules if name != '__main__'})"
        env = {**os.environ, "PYTHONPATH": os.path.join(ROOT, "client", "python")}
        loaded = subprocess.run([sys.executable, "-S", "-W", "error", "-c", code], check=True, stdout=subprocess.PIPE, text=True,
                                env=env).stdout.split()
        self.assertEqual([name for name in loaded if name not in sys.stdlib_module_names], ["casewire"])

    def test_a_library_that_is_not_there_is_explained(self):
        env = {**os.environ, "PYTHONPATH": os.path.join(ROOT, "client", "python"), "CASEWIRE_LIBRARY": "/nonexistent"}
        done = subprocess.run([sys.executable, "-c", "import casewire"], stderr=subprocess.PIPE, text=True, env=env, check=False)
        self.assertIn("set CASEWIRE_LIBRARY to its path", done.stderr)
