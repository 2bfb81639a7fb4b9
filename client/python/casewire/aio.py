"""The same for asyncio: answers come while the loop runs, and nothing blocks it."""

from __future__ import annotations

import datetime
import asyncio
from typing import Any, AsyncIterator, Optional, Sequence, TypeVar, Union

from . import _questions as ask
from ._decode import Message
from ._requests import Question
from .answers import Case, CaseRow, Happening, Receipt
from .client import TIMEOUT, Client, believed, kind_number, revise
from .draft import Draft, Fields, Submission, id_bytes
from .errors import CasewireError, Code, error
from .feed import FeedHandle, FeedItem, FeedMessage, FeedOptions, Start
from .identity import Context
from .trust import Trust

T = TypeVar("T")


class AsyncClient:
    """
    A handle in a running event loop, to be used as `async with`; it belongs to that loop's thread.

        async with casewire.AsyncClient(context) as client:
            case = await client.get("MC/NTH/2026/K7Q2M4X-C")

    It watches the library's descriptor, and calls it when it is readable or its next deadline has come.
    """

    def __init__(self, context: Union[Context, Client]) -> None:
        self.client = context if isinstance(context, Client) else context.client()
        self._mine = not isinstance(context, Client)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._timer: Optional[asyncio.TimerHandle] = None
        self._feeds: set[AsyncFeed] = set()
        self._believing = asyncio.Lock()

    async def __aenter__(self) -> AsyncClient:
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.client.fd, self._dispatch)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Whoever waits is told. A handle that was given stays open."""
        if self._loop is not None and not self.client.closed:
            self._loop.remove_reader(self.client.fd)
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()
        for feed in list(self._feeds):
            feed.close()
        if self._mine:
            self.client.close()

    def _dispatch(self) -> None:
        if self._loop is None:
            return
        self.client.dispatch()
        for feed in list(self._feeds):
            feed.wake()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        seconds = self.client.timeout
        if self._loop is not None and seconds is not None:
            self._timer = self._loop.call_later(seconds, self._dispatch)

    async def _ask(self, question: Question[T], timeout: float) -> T:
        if self._loop is None:
            raise error(question.what, Code.USAGE_ORDER, why="the handle is used outside of its `async with`")
        future: asyncio.Future[None] = self._loop.create_future()
        pending = self.client.start(question, timeout)
        pending.told = lambda: None if future.done() else future.set_result(None)
        self._set_timer()
        try:
            await future
        finally:
            pending.cancel()
        return pending.result(question)

    async def get(self, name: Union[str, bytes], timeout: float = TIMEOUT) -> Case:
        return await self._ask(ask.get(name), timeout)

    async def get_known(self, name: Union[str, bytes], division: str, at: datetime.datetime, timeout: float = TIMEOUT) -> Case:
        return await self._ask(ask.get_known(name, division, int(at.timestamp() * 1000)), timeout)

    async def list(self, kind: str = "", prefix: str = "", conflicts_only: bool = False,
                   timeout: float = TIMEOUT, overdue_only: bool = False,
                   known: Optional[ask.Known] = None, **fits: str) -> AsyncIterator[CaseRow]:
        """`async for row in client.list():`"""
        number, after = kind_number(kind), b""
        ask.check_filters(fits)
        while True:
            page = await self._ask(ask.listing(number, prefix, conflicts_only, after, fits, overdue_only, known), timeout)
            for row in page.rows:
                yield CaseRow(row)
            after = page.next
            if not after:
                return

    async def history(self, name: Union[str, bytes], timeout: float = TIMEOUT) -> AsyncIterator[Happening]:
        after = b""
        while True:
            page = await self._ask(ask.history(name, after), timeout)
            for row in page.rows:
                yield Happening(row)
            after = page.next
            if not after:
                return

    async def status(self, timeout: float = TIMEOUT) -> Message:
        return await self._ask(ask.status(), timeout)

    async def peers(self, timeout: float = TIMEOUT) -> Sequence[Message]:
        return await self._ask(ask.peers(), timeout)

    async def schema(self, timeout: float = TIMEOUT) -> Message:
        return await self._ask(ask.schema(), timeout)

    async def submit(self, submission: Submission, held_by: int = 1, wait: Optional[float] = None, check: bool = True,
                     timeout: float = TIMEOUT) -> Receipt:
        """As Client.submit()."""
        wait_ms = int((timeout * 0.8 if wait is None else wait) * 1000)
        message = await self._ask(ask.submit(submission, held_by, wait_ms), timeout)
        receipt = Receipt(message, held_by, 0)
        return await self._believe(receipt, submission.op_id, timeout) if check else receipt

    async def receipt(self, op: Union[str, bytes], check: bool = True, timeout: float = TIMEOUT) -> Receipt:
        receipt = Receipt(await self._ask(ask.receipt(op), timeout), 1, 0)
        return await self._believe(receipt, id_bytes(op), timeout) if check else receipt

    async def open_case(self, kind: str, fields: Optional[Fields] = None, /, held_by: int = 1, **more: Any) -> Receipt:
        """As Client.open_case()."""
        context = self.client.context
        with Draft.open(kind, context is not None and context.synthetic) as draft:
            with draft.fill({**(fields or {}), **more}).sign(self.client.identity) as submission:
                return await self.submit(submission, held_by)

    async def change(self, case: Case, fields: Optional[Fields] = None, /, held_by: int = 1, **more: Any) -> Receipt:
        """As Client.change()."""
        with revise(case, {**(fields or {}), **more}) as draft, draft.sign(self.client.identity) as submission:
            return await self.submit(submission, held_by)

    async def _believe(self, receipt: Receipt, op: bytes, timeout: float) -> Receipt:
        trust, context = self.client.trust, self.client.context
        if trust is None:
            raise error("the receipt was not checked", Code.USAGE_ARGUMENT, why="no network genesis is known: set trust, or check=False")

        async with self._believing:  # one fetches for all
            try:
                return believed(receipt, trust, op)
            except CasewireError:
                if context is None:
                    raise
            await asyncio.get_running_loop().run_in_executor(None, _fetch, context, trust, timeout)
            return believed(receipt, trust, op)

    def feed(self, start: Start = Start.SNAPSHOT, **options: Any) -> AsyncFeed:
        """What changes: see AsyncFeed and FeedOptions."""
        feed = AsyncFeed(self, FeedOptions(start=start, **options))
        self._feeds.add(feed)
        self._set_timer()
        return feed

    def forget(self, feed: AsyncFeed) -> None:
        self._feeds.discard(feed)


def _fetch(context: Context, trust: Trust, timeout: float) -> None:
    """The library waits for these answers: on a handle of their own, beside the loop."""
    with context.client() as other:
        trust.fetch(other, timeout)


class AsyncFeed(FeedHandle):
    """`async for item in client.feed():`, as Feed otherwise."""

    def __init__(self, owner: AsyncClient, options: FeedOptions) -> None:
        super().__init__(owner.client, options)
        self._owner = owner
        self._ready = asyncio.Event()

    def wake(self) -> None:
        self._ready.set()

    def close(self) -> None:
        super().close()
        self._owner.forget(self)
        self._ready.set()

    async def next_message(self) -> FeedMessage:
        while True:
            message = self.poll()
            if message is not None:
                self._owner._set_timer()
                return message
            self._ready.clear()
            await self._ready.wait()

    def __aiter__(self) -> AsyncFeed:
        return self

    async def __anext__(self) -> FeedItem:
        while True:
            item = self.told.next()
            if item is not None:
                return item
            if self.told.is_over():
                raise StopAsyncIteration
            self.told.came(await self.next_message())

    async def __aenter__(self) -> AsyncFeed:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
