"""The questions themselves: the same for those who wait and for those who await."""

from __future__ import annotations

from ctypes import byref
from typing import Sequence, Union

from ._decode import Message
from ._layout import LIST_LIMIT_MAX, Ack, ListQuery, OpId, Slice, sized
from ._requests import Question
from .answers import Case, Page
from .draft import Submission, id_bytes

KINDS = {"ocg": 1, "county_line": 2, "missing_child": 3, "operation": 4}
Name = Union[str, bytes]


def name_text(name: Name) -> bytes:
    """A case's id, as bytes or digits, a unique beginning of it, or its reference."""
    return name.hex().encode() if isinstance(name, bytes) else name.encode()


def same(message: Message) -> Message:
    return message


def page(message: Message, rows: str) -> Page:
    return Page(message[rows], message.get("next", b""))


def get(name: Name) -> Question[Case]:
    return Question("the case was not read", "cw_ask_get", (Slice.of(name_text(name)),), "view", Case)


def listing(kind: int, prefix: str, conflicts_only: bool, after: bytes) -> Question[Page]:
    query: ListQuery = sized(ListQuery)
    kept = (Slice.of(after), Slice.of(prefix.encode()))
    query.kind, query.limit, query.conflicts_only = kind, LIST_LIMIT_MAX, int(conflicts_only)
    query.after, query.prefix = kept
    return Question("the cases were not listed", "cw_ask_list", (byref(query),), "list", lambda m: page(m, "rows"), kept)


def history(name: Name, after: bytes) -> Question[Page]:
    return Question("the history was not read", "cw_ask_history", (Slice.of(name_text(name)), 0, Slice.of(after)), "history",
                    lambda m: page(m, "items"))


def status() -> Question[Message]:
    return Question("the status was not read", "cw_ask_status", (), "status", same)


def peers() -> Question[Sequence[Message]]:
    return Question("the peers were not read", "cw_ask_peers", (), "peers", lambda m: list(m["rows"]))


def schema() -> Question[Message]:
    return Question("the schema was not read", "cw_ask_schema", (), "schema", same)


def submit(submission: Submission, held_by: int, wait_ms: int) -> Question[Message]:
    ack = Ack(held_by, wait_ms if held_by > 1 else 0)
    return Question("it is not known whether the submission arrived", "cw_ask_submit", (submission.address, byref(ack)),
                    "submitted", same, submission)


def receipt(op: Name) -> Question[Message]:
    return Question("there is no receipt", "cw_ask_receipt", (byref(OpId(type(OpId().b)(*id_bytes(op)))),), "submitted", same)
