"""Feeds: what changes, causes before effects, without gaps, from a cursor that any daemon of the network understands."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import time
from ctypes import byref, c_uint32, c_void_p
from typing import TYPE_CHECKING, Iterator, Optional, Sequence

from ._decode import Message, when
from ._layout import FeedOptions as COptions
from ._layout import Names, Slice, Wall, sized
from ._library import lib
from ._questions import KINDS
from ._requests import take
from .answers import Case, Shown
from .errors import CasewireError, Code, error
from .identity import Handle

if TYPE_CHECKING:
    from .client import Client


class Start(enum.IntEnum):
    CURSOR = 1  #: what is above the cursor
    BEGINNING = 2  #: every op
    SNAPSHOT = 3  #: every case as it is now, then what changes
    SINCE = 4  #: ops whose log clock is not before `since`
    NOW = 5  #: what changes from now on


class Why(enum.IntEnum):
    OP = 1  #: a submission
    CASE = 2  #: a case as it is now: in a snapshot, or a catch-up by state
    CORRECTION = 3  #: a case as it is now: it shows something else, without a new op
    RECORD = 4  #: authority, key or erasure record


class Phase(enum.IntEnum):
    SNAPSHOT = 1
    CATCHING_UP = 2
    LIVE = 3


@dataclasses.dataclass(frozen=True)
class FeedOptions:
    """What is told. Every sort of names that is given must fit; several names of one sort are alternatives."""

    start: Start = Start.SNAPSHOT
    cursor: bytes = b""  #: for Start.CURSOR, which it implies
    since: Optional[datetime.datetime] = None  #: for Start.SINCE, which it implies
    kinds: Sequence[str] = ()
    divisions: Sequence[str] = ()  #: who wrote
    owners: Sequence[str] = ()
    risks: Sequence[str] = ()  #: as lists show it: "high", "not assessed"
    tags: Sequence[str] = ()
    areas: Sequence[str] = ()
    cases: Sequence[str] = ()  #: ids, references, unique beginnings of ids
    operations: Sequence[str] = ()
    by_state: bool = False  #: with a cursor: each touched case once, instead of each op
    views: bool = False  #: items carry the case's fields
    records: bool = False  #: authority and key records too
    even_if_behind: bool = False  #: go on although the daemon has not all that the cursor names
    window_items: int = 0  #: on their way or waiting at most; 0: the library's
    window_bytes: int = 0
    silence: float = 0  #: seconds; a daemon silent for so long is left; 0: the library's
    follow: bool = True  #: False: the iteration ends when everything that the daemon has was told
    once: bool = True  #: an item that was told already is left out, unless something about it is new; about 100 bytes each


def _names(values: Sequence[str], kept: list[object]) -> Names:
    slices = [Slice.of(value.encode()) for value in values]
    table = (Slice * len(slices))(*slices)
    kept += [slices, table]
    return Names(table, len(slices))


def c_options(options: FeedOptions) -> tuple[COptions, list[object]]:
    """The C struct, and what it points to."""
    made: COptions = sized(COptions)
    cursor = Slice.of(options.cursor)
    kept: list[object] = [cursor]
    start = Start.CURSOR if options.cursor else Start.SINCE if options.since else options.start
    unknown = [kind for kind in options.kinds if kind not in KINDS]
    if unknown:
        raise error("the feed was not opened", Code.USAGE_ARGUMENT, where=unknown[0], why="kinds are " + ", ".join(KINDS))
    made.start, made.cursor = start, cursor
    made.since = Wall(int(options.since.timestamp() * 1000)) if options.since else Wall(0)
    kinds = (c_uint32 * len(options.kinds))(*[KINDS[kind] for kind in options.kinds])
    made.kinds, made.kind_count = kinds, len(kinds)
    kept.append(kinds)
    for sort in ("divisions", "owners", "risks", "tags", "areas", "cases", "operations"):
        setattr(made, sort, _names(getattr(options, sort), kept))
    for flag in ("by_state", "views", "records", "even_if_behind", "window_items", "window_bytes"):
        setattr(made, flag, int(getattr(options, flag)))
    made.silence_ms = int(options.silence * 1000)
    return made, kept


@dataclasses.dataclass(frozen=True, repr=False)
class FeedItem(Shown):
    """One change: what was said, and the case as it is now."""

    message: Message

    def _of(self, part: str, name: str) -> str:
        inner = self.message.get(part)
        return str(inner.get(name, "")) if isinstance(inner, Message) else ""

    @property
    def id(self) -> bytes:
        """The same wherever and whenever it is told; of an op: its op id."""
        return bytes(self.message["id"])

    @property
    def why(self) -> Why:
        return Why(self.message["why"])

    @property
    def what(self) -> str:
        """One line: "sets missing_risk to high"."""
        return self._of("op", "what")

    @property
    def event(self) -> str:
        """"sighting"; empty: no event."""
        return self._of("op", "event_name")

    @property
    def author(self) -> str:
        op = self.message.get("op")
        author = op.get("author") if isinstance(op, Message) else None
        return str(author.get("name", "")) if isinstance(author, Message) else ""

    @property
    def time(self) -> Optional[datetime.datetime]:
        """The author's; None: not known."""
        op = self.message.get("op")
        ms = op.get("author_time_ms", 0) if isinstance(op, Message) else 0
        return when(ms) if ms else None

    @property
    def writes(self) -> list[Message]:
        op = self.message.get("op")
        return list(op["writes"]) if isinstance(op, Message) else []

    @property
    def case_id(self) -> bytes:
        case = self.message.get("case")
        return bytes(case.get("case_id", b"")) if isinstance(case, Message) else b""

    @property
    def reference(self) -> str:
        return self._of("case", "human_ref")

    @property
    def kind(self) -> str:
        return self._of("case", "kind_name")

    @property
    def status(self) -> str:
        return self._of("case", "status")

    @property
    def title(self) -> str:
        return self._of("case", "title")

    @property
    def owner(self) -> str:
        return self._of("case", "owner")

    @property
    def risk(self) -> str:
        """What the case shows now, which may be higher than what this op wrote."""
        return self._of("case", "risk")

    @property
    def conflicts(self) -> list[str]:
        """Names of fields that a person must settle."""
        case = self.message.get("case")
        return list(case["conflicts"]) if isinstance(case, Message) else []

    @property
    def flags(self) -> frozenset[str]:
        """Of late, again, cause_missing, revising, outside, unopened: see <casewire/feed.h>."""
        op = self.message.get("op")
        named = {flag for flag in ("late", "again", "cause_missing", "revising", "outside") if self.message.get(flag)}
        return frozenset(named | ({"unopened"} if isinstance(op, Message) and not op.get("opened", True) else set()))

    @property
    def view(self) -> Optional[Case]:
        """The case's fields, with FeedOptions.views."""
        view = self.message.get("view")
        return Case(view) if isinstance(view, Message) else None

    def __repr__(self) -> str:
        return f"<FeedItem {self.why.name} {self.reference} {self.what!r}>"


class FeedMessage:
    """What came together: items, and the cursor that says that they, and all before them, were told."""

    def __init__(self, answer: Message) -> None:
        feed = answer["feed"]
        self.items = [FeedItem(item) for item in feed["items"]]
        self.cursor: bytes = feed["cursor"]
        self.phase = Phase(feed.get("phase", Phase.LIVE))
        self.level: bool = feed.get("level", False)  #: everything that the daemon has was told
        self.lag_entries: int = feed.get("lag_entries", 0)  #: not told yet
        self.lag: float = feed.get("lag_ms", 0) / 1000  #: seconds since the reader was level last


class Told:
    """What was told: hands out each item once, and knows the cursor of what was dealt with."""

    def __init__(self, options: FeedOptions) -> None:
        self.options, self.cursor = options, options.cursor
        self.last: Optional[FeedMessage] = None
        self._waiting: collections.deque[FeedItem] = collections.deque()
        self._seen: set[bytes] = set()

    def next(self) -> Optional[FeedItem]:
        """The next item that came; None: the reader has dealt with all of them."""
        while self._waiting:
            item = self._waiting.popleft()
            if not self.options.once or item.id not in self._seen or "again" in item.flags:
                if self.options.once and "unopened" not in item.flags:
                    self._seen.add(item.id)
                return item
        if self.last is not None:
            self.cursor = self.last.cursor
        return None

    def came(self, message: FeedMessage) -> None:
        self.last = message
        self._waiting.extend(message.items)

    def is_over(self) -> bool:
        return not self.options.follow and self.last is not None and self.last.level and self.last.phase is not Phase.SNAPSHOT


class FeedHandle(Handle):
    """What blocking and awaiting feeds share."""

    def __init__(self, client: Client, options: FeedOptions) -> None:
        made = c_void_p()
        what, kept = c_options(options)
        with client.owned():
            code = lib.cw_feed_open(client.address, byref(what), byref(made))
            if code != Code.OK:
                raise error("the feed was not opened", code, lib.cw_client_fault(client.address).contents)
        del kept  # copied
        super().__init__(made.value, "cw_feed_close", "the feed", client)
        self.client, self.told = client, Told(options)

    @property
    def cursor(self) -> bytes:
        """
        Where the reader is: everything up to here was handed out, and the item after it was asked for. Keep it with what
        became of the items; FeedOptions.cursor goes on from it, at any daemon, in any process.
        """
        return self.told.cursor

    @property
    def phase(self) -> Optional[Phase]:
        return self.told.last.phase if self.told.last is not None else None

    @property
    def level(self) -> bool:
        """Whether everything that the daemon had when it spoke last was told."""
        return self.told.last is not None and self.told.last.level

    @property
    def fault(self) -> Optional[CasewireError]:
        """Why no daemon serves the feed now; None: one does."""
        fault = lib.cw_feed_fault(self.address).contents
        return error("the feed stands still", fault.code, fault) if fault.code != Code.OK else None

    @property
    def daemon(self) -> Optional[int]:
        """Index of the daemon that serves it, in the order of the handle's list; None: none now."""
        index = int(lib.cw_feed_daemon(self.address))
        return index if index < lib.cw_client_daemon_count(self.client.address) else None

    def poll(self) -> Optional[FeedMessage]:
        """The next message that is here already. None: none is; what ended the feed is raised."""
        made = c_void_p()
        code = lib.cw_feed_next(self.address, 0, byref(made))
        if code == Code.OK:
            return FeedMessage(take(made.value))
        if code in (Code.LOCAL_NOT_FOUND, Code.AGAIN_NO_DAEMON, Code.AGAIN_KEPT_OUT, Code.AGAIN_BEHIND):
            return None
        raise error("the feed ended", code, lib.cw_feed_fault(self.address).contents)


class Feed(FeedHandle):
    """
    Iterates items, for ever or (follow=False) until everything was told. A daemon that dies or hangs is left: the feed
    goes on by itself at the next one, from where it was.

        with client.feed(cursor=kept) as feed:
            for item in feed:
                ...
    """

    def next_message(self, timeout: Optional[float] = None) -> Optional[FeedMessage]:
        """
        The next message; one may be without items. None: nothing came in time, and a daemon serves the feed; when none
        does, TryAgainError says why. timeout: seconds; None: until there is one.
        """
        end = None if timeout is None else time.monotonic() + timeout
        with self.client.owned():
            while True:
                message = self.poll()
                if message is not None:
                    return message
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    fault = self.fault
                    if fault is not None:
                        raise fault
                    return None
                self.client.wait_readable(left)

    def __iter__(self) -> Iterator[FeedItem]:
        return self

    def __next__(self) -> FeedItem:
        while True:
            item = self.told.next()
            if item is not None:
                return item
            if self.told.is_over():
                raise StopIteration
            message = self.next_message()
            if message is not None:
                self.told.came(message)

    def __enter__(self) -> Feed:
        return self


