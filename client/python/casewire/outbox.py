"""Submissions that wait in a file until the network has them, and many drafts under one signature."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import enum
import os
import time
from ctypes import byref, c_uint64, c_void_p
from typing import TYPE_CHECKING, Iterator, Optional, Sequence

from ._layout import Ack, CaseId, Fault, OpId, OutboxDamage, OutboxEntry, OutboxOptions, Slice, Wall, sized
from ._library import lib
from .draft import Draft, Submission
from .errors import CasewireError, Code, check, error
from .identity import Handle, Identity, PathLike
from .trust import Trust

if TYPE_CHECKING:
    from .client import Client

_TURN = 1.0  # seconds of a flush after which Ctrl-C is looked for


class State(enum.IntEnum):
    QUEUED = 1  #: durable in this file, and nowhere else as far as is known
    SENT = 2  #: handed to a daemon, which has not answered: perhaps it has it
    STORED = 3  #: durable at one division: its receipt was verified and is kept; done with Code.LOCAL_UNPROVEN, as no receipt can prove more
    HELD = 4  #: held by as many divisions as were asked for, proven by the receipt
    REFUSED = 5  #: it will never be taken as it is: the error says why


@dataclasses.dataclass(frozen=True)
class Entry:
    """How far one submission has come."""

    number: int  #: of this file, ascending, never used again
    state: State
    op_id: bytes
    case_id: bytes
    wanted: int  #: divisions asked for
    held_by: int  #: divisions proven to hold it
    division: str  #: whose daemon gave the receipt
    tries: int  #: by this process
    error: Optional[CasewireError]  #: REFUSED: why; otherwise why it is no further yet
    done: bool  #: nothing is left to do for it


def _entry(c: OutboxEntry) -> Entry:
    what = "it is stored and not proven further" if c.fault.code == Code.LOCAL_UNPROVEN else "it is no further"
    wrong = error(what, c.fault.code, c.fault) if c.fault.code != Code.OK else None
    return Entry(c.number, State(c.state), bytes(c.op.b), bytes(c.case_id.b), c.wanted, c.held_by, c.division.decode(), c.tries, wrong,
                 bool(lib.cw_outbox_is_done(byref(c))))


class Outbox(Handle):
    """
    A file of submissions, encrypted for its owner. Context.outbox() opens one.

        with context.outbox(path) as outbox, context.client() as client:
            outbox.add(submission, held_by=2)      # from here on it is not lost
            outbox.attach(client)                  # sent whenever a daemon can be reached
            outbox.flush(10)

    path      made when it is missing
    identity  whose; nobody else can open it
    trust     what receipts are checked against; flush() fetches what is missing in it
    """

    def __init__(self, path: PathLike, identity: Identity, trust: Trust) -> None:
        options: OutboxOptions = sized(OutboxOptions)
        options.path, options.identity, options.trust = os.fsencode(path), identity.address, trust.address
        made, fault = c_void_p(), Fault()
        check("the outbox was not opened", lib.cw_outbox_open(byref(options), byref(made), byref(fault)), fault)
        super().__init__(made.value, "cw_outbox_close", "the outbox", identity, trust)
        self._client: Optional[Client] = None

    def _owned(self) -> contextlib.AbstractContextManager[object]:
        return self._client.owned() if self._client is not None else contextlib.nullcontext()

    def add(self, *submissions: Submission, held_by: int = 1, wait: float = 8.0) -> int:
        """
        Adds them, in their order: all of them are on the disk when it returns, or none was added. Returns the number of the
        first; the others follow. wait: seconds that a daemon waits for other divisions, each time it is asked.
        """
        table = (c_void_p * len(submissions))(*[one.address for one in submissions])
        ack, first, fault = Ack(held_by, int(wait * 1000) if held_by > 1 else 0), c_uint64(), Fault()
        with self._owned():
            check("nothing was added", lib.cw_outbox_add(self.address, table, len(submissions), byref(ack), byref(first), byref(fault)),
                  fault)
        return first.value

    def __len__(self) -> int:
        return int(lib.cw_outbox_count(self.address))

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Entry]:
        """Oldest first, as they are now: entries may be forgotten meanwhile."""
        entries = []
        for index in range(len(self)):
            entry: OutboxEntry = sized(OutboxEntry)
            check("the entry was not read", lib.cw_outbox_at(self.address, index, byref(entry)))
            entries.append(_entry(entry))
        return iter(entries)

    def find(self, number: int) -> Optional[Entry]:
        """None: no such number, or forgotten."""
        entry: OutboxEntry = sized(OutboxEntry)
        code = lib.cw_outbox_find(self.address, number, byref(entry))
        if code == Code.LOCAL_NOT_FOUND:
            return None
        check("the entry was not read", code)
        return _entry(entry)

    def receipt(self, number: int) -> Optional[bytes]:
        """What Trust.check() reads; None: there is none yet."""
        out = Slice()
        with self._owned():
            code = lib.cw_outbox_receipt(self.address, number, byref(out))
            if code == Code.LOCAL_NOT_FOUND:
                return None
            check("the receipt was not read", code)
            return out.bytes()

    def forget(self, number: int) -> None:
        """Takes an entry out that is done; its receipt goes with it."""
        fault = Fault()
        with self._owned():
            check("the entry was not forgotten", lib.cw_outbox_forget(self.address, number, byref(fault)), fault)

    def compact(self) -> None:
        """Writes the file anew without what was forgotten."""
        fault = Fault()
        with self._owned():
            check("the outbox was not written anew", lib.cw_outbox_compact(self.address, byref(fault)), fault)

    def damage(self) -> Sequence[OutboxDamage]:
        """What could not be read when the file was opened: pieces of it, from the front."""
        pieces: list[OutboxDamage] = []
        for index in range(lib.cw_outbox_damage_count(self.address)):
            pieces.append(OutboxDamage.from_buffer_copy(lib.cw_outbox_damage_at(self.address, index).contents))
        return pieces

    def attach(self, client: Client) -> None:
        """From now on the handle sends what waits, each time it is dispatched or waited on; an AsyncClient's, too."""
        with client.owned():
            check("the outbox was not attached", lib.cw_outbox_attach(self.address, client.address, None, None))
        self._client = client

    def detach(self) -> None:
        with self._owned():
            lib.cw_outbox_detach(self.address)
        self._client = None

    def flush(self, timeout: float = 10.0) -> bool:
        """
        Waits until every entry is done: True, also when some were refused: look at them. In the end it raises what kept the
        oldest from coming further.
        """
        end, fault = time.monotonic() + timeout, Fault()
        while True:
            left = end - time.monotonic()
            with self._owned():
                code = lib.cw_outbox_flush(self.address, max(1, int(min(left, _TURN) * 1000)), byref(fault))
            if code == Code.OK or left <= _TURN or lib.cw_err_class_of(code) != lib.cw_err_class_of(Code.AGAIN_NO_DAEMON):
                check("not everything was sent", code, fault)
                return True


class Bundle(Handle):
    """
    Many drafts of one author under one signature, for those who bring in thousands; the certificate must allow it. At most
    1024 at once. Each submission is then sent, acknowledged and verified alone.
    """

    def __init__(self, identity: Identity) -> None:
        made, fault = c_void_p(), Fault()
        check("no bundle was begun", lib.cw_bundle_new(identity.address, byref(made), byref(fault)), fault)
        super().__init__(made.value, "cw_bundle_free", "the bundle", identity)

    def add(self, draft: Draft, now: Optional[datetime.datetime] = None) -> tuple[bytes, bytes]:
        """Takes a copy of the draft. Returns its op id and case id, for drafts that name them."""
        fault, op, case = Fault(), OpId(), CaseId()
        ms = int((now.timestamp() if now else time.time()) * 1000)
        check("the draft was not taken", lib.cw_bundle_add(self.address, draft.address, Wall(ms), byref(fault)), fault)
        check("its ids are not known", lib.cw_bundle_ids(self.address, len(self) - 1, byref(op), byref(case)))
        return bytes(op.b), bytes(case.b)

    def __len__(self) -> int:
        return int(lib.cw_bundle_count(self.address))

    def __bool__(self) -> bool:
        return True

    def sign(self) -> list[Submission]:
        """One signature for all of them, once."""
        table, fault = (c_void_p * max(1, len(self)))(), Fault()
        check("nothing was signed", lib.cw_bundle_sign(self.address, table, byref(fault)), fault)
        return [Submission(table[index]) for index in range(len(self))]
