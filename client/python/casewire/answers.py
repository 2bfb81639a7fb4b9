"""What daemons answer, as Python reads it."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Iterator, Optional

from ._decode import Message, when


class Shown:
    """Something of an answer: the commonest of it as attributes, all of it in `message` and in to_dict()."""

    message: Message

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: ids in hexadecimal, times as text in UTC, lists always there."""
        return self.message.to_dict()


def _text(message: Message, name: str) -> str:
    return str(message.get(name, ""))


@dataclasses.dataclass(frozen=True, repr=False)
class Receipt(Shown):
    """A submission is durable."""

    message: Message
    asked: int  #: divisions asked for
    proven: int  #: divisions proven to hold it by the checked receipt; 0: it was not checked

    @property
    def op_id(self) -> bytes:
        return bytes(self.message["op_id"])

    @property
    def case_id(self) -> bytes:
        return bytes(self.message["case_id"])

    @property
    def reference(self) -> str:
        """What people call the case: MC/NTH/2026/K7Q2M4X-C"""
        return _text(self.message, "human_ref")

    @property
    def held_by(self) -> int:
        """Divisions that hold it, as far as is proven, or as the daemon says when it was not checked."""
        return self.proven or int(self.message.get("held_by", 0))

    @property
    def complete(self) -> bool:
        """As many divisions as asked for hold it. If not, it is durable at the daemon all the same."""
        return self.held_by >= self.asked

    @property
    def repeated(self) -> bool:
        """It was held before: this is the receipt of then."""
        return bool(self.message.get("repeated", False))

    @property
    def proposal(self) -> bool:
        """Kept as a proposal: the author may not set this directly."""
        return bool(self.message.get("proposal", False))

    @property
    def data(self) -> bytes:
        """The receipt itself (cw.Receipt bytes), for keeping: Trust.check() reads it without a connection."""
        receipt = self.message.get("receipt")
        return receipt.data if isinstance(receipt, Message) else b""

    def to_dict(self) -> dict[str, Any]:
        shown = {name: value for name, value in self.message.to_dict().items() if name != "receipt"}
        return {**shown, "proven_held_by": self.proven} if self.proven else shown

    def __repr__(self) -> str:
        return f"<Receipt {self.reference} op {self.op_id.hex()[:8]} held by {self.held_by}>"


@dataclasses.dataclass(frozen=True, repr=False)
class CaseRow(Shown):
    """A line of a list."""

    message: Message

    @property
    def case_id(self) -> bytes:
        return bytes(self.message["case_id"])

    @property
    def reference(self) -> str:
        return _text(self.message, "human_ref")

    @property
    def status(self) -> str:
        return _text(self.message, "status")

    @property
    def title(self) -> str:
        return _text(self.message, "title")

    @property
    def owner(self) -> str:
        return _text(self.message, "owner")

    @property
    def risk(self) -> str:
        return _text(self.message, "risk")

    @property
    def conflicts(self) -> int:
        """Fields that a person must settle."""
        return int(self.message.get("conflicts", 0))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.reference} {self.status} {self.title!r}>"


class Case(CaseRow):
    """A case as it is now."""

    @property
    def kind(self) -> str:
        return _text(self.message, "kind_name")

    @property
    def conflicts(self) -> int:
        return len(self.message["conflicts"])

    def field(self, name: str) -> Optional[Message]:
        """The first field of that name: the case's own, or its first episode's. Its values are in `values`."""
        for field in self.message["fields"]:
            if field.get("name") == name:
                return field  # type: ignore[no-any-return]
        return None

    def values(self, name: str) -> list[str]:
        """The present values of a field as people read them; several of a single one: they are in conflict."""
        field = self.field(name)
        return [_text(value, "text") for value in field["values"]] if field is not None else []

    def __getitem__(self, name: str) -> Optional[str]:
        """The value of a field as people read it; None when there is none. Of several, the first: see values()."""
        return next(iter(self.values(name)), None)


@dataclasses.dataclass(frozen=True, repr=False)
class Happening(Shown):
    """A line of a case's history."""

    message: Message

    @property
    def op_id(self) -> bytes:
        return bytes(self.message["op"])

    @property
    def what(self) -> str:
        return _text(self.message, "what")

    @property
    def author(self) -> str:
        author = self.message.get("author")
        return _text(author, "name") if isinstance(author, Message) else ""

    @property
    def verdict(self) -> str:
        return _text(self.message, "verdict")

    @property
    def time(self) -> Optional[datetime.datetime]:
        """The author's; None: not known."""
        ms = self.message.get("author_time_ms")
        return when(ms) if ms else None


@dataclasses.dataclass(frozen=True)
class Page:
    rows: list[Message]
    next: bytes  #: opaque; empty: that was all

    def __iter__(self) -> Iterator[Message]:
        return iter(self.rows)
