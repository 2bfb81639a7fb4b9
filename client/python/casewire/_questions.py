"""The questions themselves: the same for those who wait and for those who await."""

from __future__ import annotations

import datetime
from ctypes import byref
from typing import Mapping, Optional, Sequence, Tuple, Union

from ._decode import Message
from ._layout import LIST_LIMIT_MAX, Ack, ListQuery, OpId, Slice, Wall, sized
from ._requests import Question
from .answers import Case, Page
from .draft import Submission, id_bytes
from .errors import Code, error

KINDS = {
    "ocg": 1, "county_line": 2, "missing_child": 3, "operation": 4, "nominal": 5, "phone": 6, "vehicle": 7, "address": 8,
    "account": 9, "organisation": 10,
}
FILTERS = ("status", "division", "risk", "owner", "area", "entity")
Name = Union[str, bytes]
Known = Tuple[str, datetime.datetime]  # a division, and by when


def encoded(where: str, text: object) -> bytes:
    """Whoever gives something else is told so as of every other mistake."""
    if not isinstance(text, str):
        raise error("nothing was asked", Code.USAGE_ARGUMENT, where=where, why=f"must be text, and is {type(text).__name__}")
    return text.encode()


def name_text(name: Name) -> bytes:
    """A case's id, as bytes or digits, a unique beginning of it, or its reference."""
    return name.hex().encode() if isinstance(name, bytes) else encoded("name", name)


def check_filters(fits: Mapping[str, str]) -> None:
    unknown = sorted(set(fits) - set(FILTERS))
    if unknown:
        raise TypeError(f"cases are not listed by {unknown[0]!r}: by " + ", ".join(FILTERS))


def same(message: Message) -> Message:
    return message


def page(message: Message, rows: str) -> Page:
    return Page(message[rows], message.get("next", b""))


def of_then(message: Message) -> Message:
    """A daemon that does not know the question answers with what is known today."""
    if "known" not in message:
        raise error("what was known then was not listed", Code.REFUSED_UNKNOWN_OP, why="the daemon is older than this program")
    return message


def get(name: Name) -> Question[Case]:
    return Question("the case was not read", "cw_ask_get", (Slice.of(name_text(name)),), "view", Case)


def get_known(name: Name, division: str, at_ms: int) -> Question[Case]:
    return Question("what was known then was not read", "cw_ask_get_known",
                    (Slice.of(name_text(name)), Slice.of(encoded("division", division)), Wall(at_ms)), "view", Case)


def listing(kind: int, prefix: str, conflicts_only: bool, after: bytes, fits: Optional[Mapping[str, str]] = None,
            overdue_only: bool = False, known: Optional[Known] = None) -> Question[Page]:
    query: ListQuery = sized(ListQuery)
    kept = [Slice.of(after), Slice.of(encoded("prefix", prefix))]
    query.kind, query.limit, query.conflicts_only = kind, LIST_LIMIT_MAX, int(conflicts_only)
    query.overdue_only = int(overdue_only)
    query.after, query.prefix = kept
    if known is not None:
        kept.append(Slice.of(encoded("division", known[0])))
        query.as_known_at, query.at = kept[-1], Wall(int(known[1].timestamp() * 1000))
    for name in FILTERS:
        text = (fits or {}).get(name, "")
        if text:
            kept.append(Slice.of(encoded(name, text)))
            setattr(query, name, kept[-1])
    return Question("the cases were not listed", "cw_ask_list", (byref(query),), "list",
                    lambda m: page(m if known is None else of_then(m), "rows"), tuple(kept))


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
    return Question("nothing was recorded", "cw_ask_submit", (submission.address, byref(ack)), "submitted", same, submission,
                    unsure="it is not known whether the submission arrived")


def receipt(op: Name) -> Question[Message]:
    return Question("there is no receipt", "cw_ask_receipt", (byref(OpId(type(OpId().b)(*id_bytes(op)))),), "submitted", same)
