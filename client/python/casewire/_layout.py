"""The structs of include/casewire/*.h. tests/python compares each with what tests/abi records."""

from __future__ import annotations

import ctypes
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint16,
                    c_uint32, c_uint64, c_void_p)
from typing import Any, Optional

ID_LEN = 32
TIMEOUT_MS_MAX = 600_000
LIST_LIMIT_MAX = 200
DAEMONS_MAX = 16

Id = c_uint8 * ID_LEN


class Slice(Structure):
    """struct cw_slice. Keeps the bytes it points to alive."""

    _fields_ = [("data", c_void_p), ("len", c_size_t)]
    _kept: Optional[Any] = None

    @classmethod
    def of(cls, data: bytes) -> Slice:
        made = cls(None, 0)
        if data:
            made._kept = ctypes.create_string_buffer(data, len(data))
            made.data, made.len = ctypes.addressof(made._kept), len(data)
        return made

    def bytes(self) -> bytes:
        return ctypes.string_at(self.data, self.len) if self.len else b""


class OpId(Structure):
    _fields_ = [("b", Id)]


class CaseId(Structure):
    _fields_ = [("b", Id)]


class Wall(Structure):
    _fields_ = [("ms", c_int64)]


class Fault(Structure):
    _fields_ = [("code", c_int), ("where", c_char * 48), ("text", c_char * 240)]


class IdentityOptions(Structure):
    _fields_ = [("size", c_size_t), ("key_file", Slice), ("passphrase", Slice), ("certificate", Slice)]


class ContextOptions(Structure):
    _fields_ = [("size", c_size_t), ("folder", c_char_p), ("passphrase", Slice)]


class Daemon(Structure):
    _fields_ = [("address", c_char_p), ("key", Id)]


class ClientOptions(Structure):
    _fields_ = [("size", c_size_t), ("network_id", Id), ("identity", c_void_p), ("daemons", POINTER(Daemon)),
                ("daemon_count", c_size_t), ("attempt_ms", c_int32), ("session", c_void_p), ("admin_socket", c_char_p)]


class DaemonView(Structure):
    _fields_ = [("size", c_size_t), ("state", c_int), ("answers", c_uint64), ("failures", c_uint64), ("fault", Fault)]


#: cw_done
Done = CFUNCTYPE(None, c_void_p, c_int, c_void_p, POINTER(Fault))


class Call(Structure):
    _fields_ = [("size", c_size_t), ("timeout_ms", c_int32), ("done", Done), ("context", c_void_p)]


class Ack(Structure):
    _fields_ = [("held_by", c_uint32), ("deadline_ms", c_int32)]


class ListQuery(Structure):
    _fields_ = [("size", c_size_t), ("kind", c_uint32), ("limit", c_uint32), ("after", Slice), ("prefix", Slice),
                ("conflicts_only", c_int), ("status", Slice), ("division", Slice), ("risk", Slice), ("owner", Slice), ("area", Slice),
                ("entity", Slice), ("overdue_only", c_int), ("as_known_at", Slice), ("at", Wall)]


class ReceiptFacts(Structure):
    _fields_ = [("op", OpId), ("log", Id), ("seq", c_uint64), ("division", c_char * 17), ("held_by", c_uint32)]


class Names(Structure):
    _fields_ = [("at", POINTER(Slice)), ("count", c_size_t)]


class FeedOptions(Structure):
    _fields_ = [("size", c_size_t), ("start", c_int), ("cursor", Slice), ("since", Wall), ("kinds", POINTER(c_uint32)),
                ("kind_count", c_size_t), ("divisions", Names), ("owners", Names), ("risks", Names), ("tags", Names),
                ("areas", Names), ("cases", Names), ("operations", Names), ("by_state", c_int), ("views", c_int),
                ("records", c_int), ("even_if_behind", c_int), ("window_items", c_uint32), ("window_bytes", c_uint32),
                ("silence_ms", c_int32)]


class FeedProgress(Structure):
    _fields_ = [("size", c_size_t), ("phase", c_int), ("level", c_int), ("lag_entries", c_uint64), ("lag_ms", c_uint64)]


class OutboxOptions(Structure):
    _fields_ = [("size", c_size_t), ("path", c_char_p), ("identity", c_void_p), ("trust", c_void_p)]


class OutboxDamage(Structure):
    """A piece of an outbox's file that cannot be read: where, how long, whose number, whether it is only unfinished, how many
    numbers behind that one are missing there too, and whether there were perhaps more."""

    _fields_ = [("offset", c_uint64), ("len", c_uint64), ("number", c_uint64), ("unfinished", c_int),
                ("further", c_uint16), ("perhaps_more", c_uint16)]


class OutboxEntry(Structure):
    _fields_ = [("size", c_size_t), ("number", c_uint64), ("state", c_int), ("op", OpId), ("case_id", CaseId),
                ("wanted", c_uint32), ("held_by", c_uint32), ("division", c_char * 17), ("tries", c_uint32), ("fault", Fault)]


#: C's name of each struct that stands here, for the test that compares them
STRUCTS: dict[str, type[Structure]] = {
    "cw_slice": Slice, "cw_op_id": OpId, "cw_case_id": CaseId, "cw_wall": Wall, "cw_fault": Fault,
    "cw_identity_options": IdentityOptions, "cw_context_options": ContextOptions, "cw_daemon": Daemon,
    "cw_client_options": ClientOptions, "cw_daemon_view": DaemonView, "cw_call": Call, "cw_ack": Ack,
    "cw_list_query": ListQuery, "cw_receipt_facts": ReceiptFacts, "cw_names": Names, "cw_feed_options": FeedOptions,
    "cw_feed_progress": FeedProgress, "cw_outbox_options": OutboxOptions, "cw_outbox_damage": OutboxDamage,
    "cw_outbox_entry": OutboxEntry,
}


def sized(struct: Any) -> Any:
    """A struct whose first member says how long it is."""
    return struct(size=ctypes.sizeof(struct))
