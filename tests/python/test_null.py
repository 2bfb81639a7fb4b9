"""Every function of the library with NULL for each pointer that it needs: an error, and nobody's program ends by it."""

import ctypes
import os
import re
import unittest

import headers

USAGE_ARGUMENT = 10
# What a comment of the headers allows: (function, parameter).
MAY_BE_NULL = {
    ("cw_ask_list", "query"), ("cw_client_list", "query"), ("cw_ask_submit", "ack"), ("cw_client_submit", "ack"),
    ("cw_client_admin", "division"), ("cw_client_export", "log"), ("cw_client_export_history", "context"),
    ("cw_client_export_counted", "context"),
    ("cw_context_open", "options"), ("cw_identity_from_agent", "run_dir"), ("cw_outbox_add", "ack"),
    ("cw_outbox_add", "out_first_number"), ("cw_outbox_attach", "watch"), ("cw_outbox_attach", "context"),
    ("cw_trust_new", "pinned"), ("cw_verify_new", "pinned"),
}
FREES = re.compile(r"_(close|free)$|^cw_request_cancel$")  # they take NULL as nothing to do, and anything else for theirs


class Slice(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Wall(ctypes.Structure):
    _fields_ = [("ms", ctypes.c_int64)]


VALUES = {"struct cw_slice": Slice, "struct cw_wall": Wall, "size_t": ctypes.c_size_t, "int": ctypes.c_int,
          "uint32_t": ctypes.c_uint32, "int32_t": ctypes.c_int32, "uint64_t": ctypes.c_uint64, "int64_t": ctypes.c_int64}


def declared():
    """{function: (what it returns, [(parameter, type)])}"""
    found = {}
    for text in headers.declarations(headers.own_text(headers.preprocess("cc"))):
        match = re.match(r"^(?:extern )?(.*?)\b(cw_\w+)\((.*)\)$", re.sub(r"\b(CW_PUBLIC|CW_MUST_CHECK)\b", "", text).strip())
        if not match or "typedef" in text or "{" in text:
            continue
        parts = [re.match(r"^(.*?)(\w+)((?:\[[^\]]*\])*)$", part).groups() for part in headers.split(match.group(3)) if part != "void"]
        found[match.group(2)] = (match.group(1).strip(), [(name, headers.spelled(kind) + places) for kind, name, places in parts])
    return found


def is_pointer(kind):
    return "*" in kind or "[" in kind or kind in ("cw_record_sink", "cw_outbox_watch", "cw_done")


def needed(function, parameter):
    return parameter not in ("out_fault", "out_request") and (function, parameter) not in MAY_BE_NULL


def kind_of(kind):
    return ctypes.c_void_p if is_pointer(kind) else VALUES.get(kind, ctypes.c_int)  # else an enum


def told_by_child(calls):
    """What a process of its own says that makes these calls, (what, function, arguments, wanted) each: "" when all is well."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        for what, function, arguments, wanted in calls:
            os.write(writer, f"{what}\n".encode())
            got = function(*arguments)
            if wanted is not None and got != wanted:
                os.write(writer, f"{what}: {got} instead of {wanted}\n".encode())
                os._exit(1)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as said:
        last = said.read().splitlines()[-1]
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return "" if ended == 0 else last if ended == 1 else f"{last}: ended by signal {-ended}"


class Null(unittest.TestCase):
    def setUp(self):
        self.library = ctypes.CDLL(os.environ["CASEWIRE_LIBRARY"])
        self.scratch = ctypes.create_string_buffer(1 << 20)
        self.functions = declared()

    def call(self, name, null, hollow=""):
        """With NULL for these parameters, empty memory for the other pointers, and a length for the slice of this name."""
        returns, parameters = self.functions[name]
        function = getattr(self.library, name)
        function.argtypes = [kind_of(kind) for _, kind in parameters]
        function.restype = None if returns == "void" else VALUES.get(returns) or kind_of(returns)
        arguments = [None if is_pointer(kind) and parameter in null else ctypes.addressof(self.scratch) if is_pointer(kind)
                     else kind_of(kind)() for parameter, kind in parameters]
        arguments = [Slice(None, 5) if parameter == hollow else value for value, (parameter, _) in zip(arguments, parameters)]
        needs = [hollow] if hollow else [parameter for parameter in null if needed(name, parameter)]
        return (f"{name} with NULL for {', '.join(null) or hollow}", function, arguments,
                USAGE_ARGUMENT if returns == "enum cw_err" and needs else None)

    def test_the_record_of_the_abi_names_these_functions(self):
        with open(os.path.join(headers.ROOT, "tests", "abi", "libcasewire.abi"), encoding="utf-8") as record:
            self.assertEqual(sorted(re.findall(r"^function (\w+):", record.read(), re.M)), sorted(self.functions))

    def test_no_function_minds_that_all_of_them_are_null(self):
        self.assertEqual(told_by_child([self.call(name, [parameter for parameter, kind in parameters if is_pointer(kind)])
                                        for name, (_, parameters) in self.functions.items()]), "")

    def test_a_slice_with_a_length_and_no_bytes_is_refused(self):
        calls = [self.call(name, [], parameter) for name, (_, parameters) in self.functions.items()
                 for parameter, kind in parameters if kind == "struct cw_slice"]
        self.assertGreater(len(calls), 15)
        self.assertEqual(told_by_child(calls), "")

    def test_each_pointer_that_is_needed_is_looked_at(self):
        calls = [self.call(name, [parameter]) for name, (_, parameters) in self.functions.items() if not FREES.search(name)
                 for parameter, kind in parameters if is_pointer(kind) and needed(name, parameter)]
        self.assertGreater(len(calls), 200)
        self.assertEqual(told_by_child(calls), "")
