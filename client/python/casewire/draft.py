"""What an author is about to say, and what it becomes when it is signed."""

from __future__ import annotations

import ctypes
import datetime
import enum
import time
from ctypes import byref, c_void_p
from typing import Iterable, Mapping, Optional, Union

from ._layout import ID_LEN, CaseId, Fault, Id, OpId, Slice, Wall
from ._library import lib
from .errors import Code, check, error
from .identity import Handle, Identity

#: What a field is given: text as a person types it, or what Python has for it. None: of no value (to remove one).
FieldValue = Union[str, int, bool, datetime.datetime, datetime.date, None]
#: The fields of a draft: a list adds each of its values to a field that holds several.
Fields = Mapping[str, Union[FieldValue, Iterable[FieldValue]]]


class Verb(enum.IntEnum):
    SET = 1
    ADD = 2
    REMOVE = 3
    STRIKE = 4


def id_bytes(name: Union[str, bytes]) -> bytes:
    """An id as bytes or as 64 hexadecimal digits."""
    try:
        raw = bytes.fromhex(name) if isinstance(name, str) else bytes(name)
    except ValueError:
        raw = b""
    if len(raw) != ID_LEN:
        raise error("the id was not understood", Code.USAGE_ARGUMENT, where=repr(name),
                    why="an id is 32 bytes, or 64 hexadecimal digits")
    return raw


def _id(name: Union[str, bytes]) -> ctypes.Array[ctypes.c_uint8]:
    return Id(*id_bytes(name))


def as_text(value: FieldValue) -> bytes:
    """As a person types it. Times without a zone are taken for those of this machine."""
    if value is None:
        return b""
    if isinstance(value, bool):
        return b"yes" if value else b"no"
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    if isinstance(value, datetime.date):
        return value.isoformat().encode()
    return str(value).encode()


class Draft(Handle):
    """
    Opens a case, sets fields, or records an event. Nothing needs a daemon; names are those of `casewire schema`.

        Draft.open("missing_child").set("title", "Child M").set("missing_risk", "high").sign(identity)
    """

    def __init__(self, address: Optional[int]) -> None:
        super().__init__(address, "cw_draft_free", "the draft")

    @classmethod
    def open(cls, kind: str, synthetic: bool = False) -> Draft:
        """Opens a case. synthetic: it is invented; production daemons refuse it, test daemons refuse anything else."""
        made, fault = c_void_p(), Fault()
        check("no case was drafted", lib.cw_draft_open(kind.encode(), byref(made), byref(fault)), fault)
        draft = cls(made.value)
        if synthetic:
            lib.cw_draft_synthetic(draft.address)
        return draft

    @classmethod
    def on(cls, kind: str, case_id: Union[str, bytes]) -> Draft:
        """Writes fields of a case."""
        made, fault = c_void_p(), Fault()
        check("nothing was drafted",
              lib.cw_draft_set(kind.encode(), byref(CaseId(_id(case_id))), byref(made), byref(fault)), fault)
        return cls(made.value)

    @classmethod
    def event(cls, kind: str, event: str, case_id: Union[str, bytes]) -> Draft:
        """Records something that happened: "arrest", "seizure", "sighting"."""
        made, fault = c_void_p(), Fault()
        check("no event was drafted", lib.cw_draft_event(kind.encode(), event.encode(), byref(CaseId(_id(case_id))),
                                                         byref(made), byref(fault)), fault)
        return cls(made.value)

    def write(self, field: str, verb: Verb, value: FieldValue = None) -> Draft:
        fault = Fault()
        check("the value was not taken",
              lib.cw_draft_write(self.address, field.encode(), verb, Slice.of(as_text(value)), byref(fault)), fault)
        return self

    def set(self, field: str, value: FieldValue) -> Draft:
        return self.write(field, Verb.SET, value)

    def add(self, field: str, value: FieldValue) -> Draft:
        """To a field that holds several values."""
        return self.write(field, Verb.ADD, value)

    def remove(self, field: str, value: FieldValue = None) -> Draft:
        return self.write(field, Verb.REMOVE, value)

    def fill(self, fields: Fields) -> Draft:
        """Sets each field; a list adds each of its values."""
        for field, value in fields.items():
            if isinstance(value, (list, tuple, set, frozenset)):
                for one in value:
                    self.add(field, one)
            else:
                self.set(field, value)  # type: ignore[arg-type]
        return self

    def supersedes(self, op: Union[str, bytes], index: int = 0) -> Draft:
        """The last write replaces what op wrote as its write number `index`."""
        check("what is replaced was not noted", lib.cw_draft_supersedes(self.address, byref(OpId(_id(op))), index))
        return self

    def after(self, op: Union[str, bytes]) -> Draft:
        """The author had seen this op, and answers it."""
        check("what was seen was not noted", lib.cw_draft_after(self.address, byref(OpId(_id(op)))))
        return self

    def ref(self, name: Union[str, bytes]) -> Draft:
        """Names an entity, a case or an episode.

        What is said of a missing episode, an event or a field, names it first, by `episode` of the view; the first
        episode has no id, and is meant when none is named. That is refused when the first is over and another goes on.
        """
        check("the reference was not noted", lib.cw_draft_ref(self.address, _id(name)))
        return self

    def corrects(self, op: Union[str, bytes], index: int = 0) -> Draft:
        """This event corrects that one."""
        check("what is corrected was not noted", lib.cw_draft_corrects(self.address, byref(OpId(_id(op))), index))
        return self

    def withdraws(self) -> Draft:
        """This event takes back what it corrects: that stays in the history, and counts no more."""
        lib.cw_draft_withdraws(self.address)
        return self

    def same_as(self, event_id: Union[str, bytes]) -> Draft:
        """This event is the same happening as that one."""
        check("the other event was not noted", lib.cw_draft_same_as(self.address, _id(event_id)))
        return self

    def epoch(self, epoch: int) -> Draft:
        """The ownership epoch that the author knew."""
        lib.cw_draft_epoch(self.address, epoch)
        return self

    def sign(self, identity: Identity, now: Optional[datetime.datetime] = None) -> Submission:
        """Signs. `now` is the author's time. A draft may be signed again: that is another submission."""
        ms = int((now.timestamp() if now else time.time()) * 1000)
        made, fault = c_void_p(), Fault()
        check("nothing was signed",
              lib.cw_draft_sign(self.address, identity.address, Wall(ms), byref(made), byref(fault)), fault)
        return Submission(made.value)


class Submission(Handle):
    """A signed submission: sent any number of times, to any daemon, it has one effect."""

    def __init__(self, address: Optional[int]) -> None:
        super().__init__(address, "cw_submission_free", "the submission")

    @classmethod
    def from_bytes(cls, data: bytes) -> Submission:
        """One that was kept."""
        made = c_void_p()
        check("the submission was not read", lib.cw_submission_from(Slice.of(data), byref(made)))
        return cls(made.value)

    def __bytes__(self) -> bytes:
        """For keeping until a receipt is held."""
        made: Slice = lib.cw_submission_bytes(self.address)
        return made.bytes()

    @property
    def op_id(self) -> bytes:
        out = OpId()
        lib.cw_submission_op(self.address, byref(out))
        return bytes(out.b)

    @property
    def case_id(self) -> bytes:
        """The case that it opens or concerns."""
        out = CaseId()
        lib.cw_submission_case(self.address, byref(out))
        return bytes(out.b)
