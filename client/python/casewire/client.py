"""A handle on the daemons of a network, for those who wait for their answers."""

from __future__ import annotations

import datetime
import contextlib
import select
import threading
from ctypes import byref, c_void_p
from typing import Any, Iterator, Optional, Sequence, TypeVar, Union

from . import _questions as ask
from ._decode import Message
from ._layout import (DAEMONS_MAX, ID_LEN, ClientOptions, Daemon, DaemonView, Fault, Id, Slice, sized)
from ._library import lib
from ._requests import Pending, Question, end_all, start
from .answers import Case, CaseRow, Happening, Receipt
from .draft import Draft, FieldValue, Fields, Submission, id_bytes
from .errors import CasewireError, Code, check, error
from .feed import Feed, FeedOptions, Start
from .identity import Context, Handle, Identity
from .trust import Trust

T = TypeVar("T")
TIMEOUT = 10.0


class Client(Handle):
    """
    Asks, submits and reads, at whichever daemon of the list answers. Made by Context.client() or Client.open().

    What one handle wrote or read, it never reads older afterwards, whichever daemon answers. Threads may share a handle;
    one waits until the other's call is over. After fork() a handle is of no use. Ctrl-C ends what waits.
    """

    def __init__(self, address: int, identity: Identity, context: Optional[Context] = None, *kept: object) -> None:
        super().__init__(address, "cw_client_close", "the handle", context, identity, *kept)
        self.identity, self.context = identity, context
        self._trust: Optional[Trust] = None
        self._lock = threading.RLock()
        self._waiting: list[Pending] = []

    @classmethod
    def open(cls, identity: Identity, network_id: bytes, daemons: Sequence[tuple[str, bytes]], attempt: float = 0,
             session: bytes = b"") -> Client:
        """
        daemons  (address, CURVE key) of each, the preferred one first
        attempt  seconds that one daemon may take to answer before the next is asked; 0: the library's
        session  what session() of another handle gave: this one reads nothing older
        """
        if len(network_id) != ID_LEN or not 0 < len(daemons) <= DAEMONS_MAX or any(len(key) != ID_LEN for _, key in daemons):
            raise error("no handle was opened", Code.USAGE_ARGUMENT, why=f"ids and keys are 32 bytes, daemons 1 to {DAEMONS_MAX}")
        table = (Daemon * len(daemons))(*[Daemon(address.encode(), Id(*key)) for address, key in daemons])
        held = _Session(session) if session else None
        options, made, fault = sized(ClientOptions), c_void_p(), Fault()
        options.network_id, options.identity = Id(*network_id), identity.address
        options.daemons, options.daemon_count, options.attempt_ms = table, len(daemons), int(attempt * 1000)
        options.session = held.address if held is not None else None
        check("no handle was opened", lib.cw_client_open(byref(options), byref(made), byref(fault)), fault)
        return cls(made.value or 0, identity, None, held)

    # --- the event loop ------------------------------------------------------------------------------------

    @property
    def fd(self) -> int:
        """To be watched for reading: readable as long as dispatch() has something to do. Never read from it."""
        return int(lib.cw_client_fd(self.address))

    def fileno(self) -> int:
        return self.fd

    @property
    def timeout(self) -> Optional[float]:
        """Seconds until dispatch() should be called although the descriptor is silent; None: never."""
        ms = int(lib.cw_client_timeout_ms(self.address))
        return None if ms < 0 else ms / 1000

    def dispatch(self) -> None:
        """Does what there is to do, without waiting."""
        with self._lock:
            check("nothing was dispatched", lib.cw_client_dispatch(self.address))
            self._waiting = [pending for pending in self._waiting if not pending.done]

    def start(self, question: Question[Any], timeout: float) -> Pending:
        with self._lock:
            pending = start(self.address, question, timeout)
            self._waiting.append(pending)
            return pending

    def owned(self) -> contextlib.AbstractContextManager[object]:
        """For calls that use the handle inside the C library: no other thread does meanwhile."""
        return self._lock

    def wait_readable(self, seconds: Optional[float]) -> None:
        """Waits until there is something to dispatch, at most so long, and dispatches it."""
        limits = [limit for limit in (seconds, self.timeout) if limit is not None]
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        poll.poll(max(0, int(min(limits) * 1000) + 1) if limits else None)
        self.dispatch()

    def _ask(self, question: Question[T], timeout: float) -> T:
        with self._lock:
            pending = self.start(question, timeout)
            try:
                while not pending.done:
                    self.wait_readable(None)
            finally:
                pending.cancel()
            return pending.result(question)

    # --- reading -------------------------------------------------------------------------------------------

    def get(self, name: Union[str, bytes], timeout: float = TIMEOUT) -> Case:
        """One case or operation: by its id, a unique beginning of it, or its reference."""
        return self._ask(ask.get(name), timeout)

    def get_known(self, name: Union[str, bytes], division: str, at: datetime.datetime, timeout: float = TIMEOUT) -> Case:
        """
        The same as a division knew it at a time: by when it received what was said. `message["known"]` says how much counts.
        Exact where the division is the answering daemon's own.
        """
        return self._ask(ask.get_known(name, division, int(at.timestamp() * 1000)), timeout)

    def list(self, kind: str = "", prefix: str = "", conflicts_only: bool = False, timeout: float = TIMEOUT,
             overdue_only: bool = False,
             known: Optional[ask.Known] = None, **fits: str) -> Iterator[CaseRow]:
        """
        Cases, page by page as they are looked at.

        kind    "ocg", "county_line", "missing_child", "operation"; "": all
        prefix  reference, title or operation name starts with this
        fits    status, division (that opened it), risk, owner, area, entity: all must fit
        known   (division, at): each case, and whether it fits, as that division knew it then
        """
        number, after = kind_number(kind), b""
        ask.check_filters(fits)
        while True:
            page = self._ask(ask.listing(number, prefix, conflicts_only, after, fits, overdue_only, known), timeout)
            yield from map(CaseRow, page.rows)
            after = page.next
            if not after:
                return

    def history(self, name: Union[str, bytes], timeout: float = TIMEOUT) -> Iterator[Happening]:
        """What happened to a case, newest first."""
        after = b""
        while True:
            page = self._ask(ask.history(name, after), timeout)
            yield from map(Happening, page.rows)
            after = page.next
            if not after:
                return

    def status(self, timeout: float = TIMEOUT) -> Message:
        """How the daemon that answers is; `in_sync`, and the `reasons` why not."""
        return self._ask(ask.status(), timeout)

    def peers(self, timeout: float = TIMEOUT) -> Sequence[Message]:
        """The other divisions, as the daemon that answers sees them."""
        return self._ask(ask.peers(), timeout)

    def schema(self, timeout: float = TIMEOUT) -> Message:
        """Kinds, fields and their values."""
        return self._ask(ask.schema(), timeout)

    def feed(self, start: Start = Start.SNAPSHOT, **options: Any) -> Feed:
        """What changes: see Feed and FeedOptions."""
        return Feed(self, FeedOptions(start=start, **options))

    # --- writing -------------------------------------------------------------------------------------------

    def submit(self, submission: Submission, held_by: int = 1, wait: Optional[float] = None, check: bool = True,
               timeout: float = TIMEOUT) -> Receipt:
        """
        Submits, and returns once it is durable; the same submission may be sent any number of times with one effect.

        held_by  return only when so many divisions hold it; when they do not in time, Receipt.complete is False
        wait     seconds that the daemon waits for the others, less than timeout; None: four fifths of it
        check    whether the receipt's proof is checked; needs the network genesis, which a context has
        """
        wait_ms = int((timeout * 0.8 if wait is None else wait) * 1000)
        return self._believe(self._ask(ask.submit(submission, held_by, wait_ms), timeout), submission.op_id, held_by, check, timeout)

    def receipt(self, op: Union[str, bytes], check: bool = True, timeout: float = TIMEOUT) -> Receipt:
        """The receipt of an op that is already held."""
        return self._believe(self._ask(ask.receipt(op), timeout), id_bytes(op), 1, check, timeout)

    def open_case(self, kind: str, fields: Optional[Fields] = None, /, held_by: int = 1, **more: Any) -> Receipt:
        """
        Opens a case. A list adds each of its values to a field that holds several.

            client.open_case("missing_child", title="Child M", missing_risk="high", tags=["repeat"])
        """
        with Draft.open(kind, self.context is not None and self.context.synthetic) as draft:
            with draft.fill({**(fields or {}), **more}).sign(self.identity) as submission:
                return self.submit(submission, held_by)

    def change(self, case: Case, fields: Optional[Fields] = None, /, held_by: int = 1, **more: Any) -> Receipt:
        """
        Sets fields of a case that was read. Each write names the values it replaces, as `case` shows them: what was
        written elsewhere meanwhile is not lost, but becomes a conflict that people see. Fields of a missing episode are
        those of the first: refused when that is over and another goes on (a Draft names another by ref()).
        """
        with revise(case, {**(fields or {}), **more}) as draft, draft.sign(self.identity) as submission:
            return self.submit(submission, held_by)

    def event(self, case: Case, event: str, fields: Optional[Fields] = None, /, refs: Sequence[Union[str, bytes]] = (),
              held_by: int = 1, **more: Any) -> Receipt:
        """Records something that happened to a case. refs: first the missing episode, when it is not the first."""
        with Draft.event(case.kind, event, case.case_id) as draft:
            for one in refs:
                draft.ref(one)
            draft.fill({**(fields or {}), **more}).epoch(case.message.get("owner_epoch", 0))
            with draft.sign(self.identity) as submission:
                return self.submit(submission, held_by)

    # --- what it stands on ---------------------------------------------------------------------------------

    @property
    def trust(self) -> Optional[Trust]:
        """What receipts are checked against; may be set. Of a context's handle: its network's, fetched when needed."""
        if self._trust is None and self.context is not None:
            self._trust = self.context.trust()
        return self._trust

    @trust.setter
    def trust(self, trust: Optional[Trust]) -> None:
        self._trust = trust

    def _believe(self, message: Message, op: bytes, asked: int, check: bool, timeout: float) -> Receipt:
        receipt = Receipt(message, asked, 0)
        if not check:
            return receipt
        trust = self.trust
        if trust is None:
            raise error("the receipt was not checked", Code.USAGE_ARGUMENT, why="no network genesis is known: set trust, or check=False")
        try:
            return believed(receipt, trust, op)
        except CasewireError:
            trust.fetch(self, timeout)  # certificates that were not known yet
            return believed(receipt, trust, op)

    def daemons(self) -> Sequence[DaemonView]:
        """How each daemon of the list is: state, answers, failures, fault."""
        views: list[DaemonView] = []
        for index in range(lib.cw_client_daemon_count(self.address)):
            view: DaemonView = sized(DaemonView)
            check("the daemon's state was not read", lib.cw_client_daemon(self.address, index, byref(view)))
            views.append(view)
        return views

    def session(self) -> bytes:
        """What was seen, for a handle of another process: Client.open(session=...)."""
        made = Slice()
        with self._lock:
            check("the session was not read", lib.cw_session_bytes(lib.cw_client_session(self.address), byref(made)))
            return made.bytes()

    def forget_session(self) -> None:
        """For whoever would rather read something older than nothing at all."""
        with self._lock:
            lib.cw_session_clear(lib.cw_client_session(self.address))

    def close(self) -> None:
        """Ends all requests; whoever waits for one is told."""
        waiting, self._waiting = self._waiting, []
        super().close()
        end_all(waiting)


class _Session(Handle):
    def __init__(self, data: bytes) -> None:
        made = c_void_p()
        check("the session was not read", lib.cw_session_from(Slice.of(data), byref(made)))
        super().__init__(made.value, "cw_session_free", "the session")


def kind_number(kind: str) -> int:
    if kind and kind not in ask.KINDS:
        raise error("no such kind of case", Code.USAGE_ARGUMENT, where=kind, why="kinds are " + ", ".join(ask.KINDS))
    return ask.KINDS.get(kind, 0)


def believed(receipt: Receipt, trust: Trust, op: bytes) -> Receipt:
    """The receipt, with what it proves. Raises when it proves nothing, or something about another op."""
    proven = trust.check(receipt.data)
    if proven.op_id != op:
        raise error("the receipt does not hold", Code.PEER_MALFORMED, where="op_id", why="it is about another submission")
    return Receipt(receipt.message, receipt.asked, proven.held_by)


def revise(case: Case, fields: Fields) -> Draft:
    """A draft that sets fields of a case, and names what each write replaces."""
    draft = Draft.on(case.kind, case.case_id)
    for name, value in fields.items():
        present = case.field(name)
        values: list[Message] = present["values"] if present is not None else []
        if isinstance(value, (list, tuple, set, frozenset)):
            shown = {one.get("text") for one in values}
            for one in value:
                if str(one) not in shown:
                    draft.add(name, one)
            continue
        single: FieldValue = value  # type: ignore[assignment]
        draft.set(name, single)
        for one in values:
            if "set_by" in one:
                draft.supersedes(one["set_by"]["op"], one["set_by"].get("index", 0))
    return draft.epoch(case.message.get("owner_epoch", 0))
