"""Requests on their way: the one callback that the C library calls, and whom it is for."""

from __future__ import annotations

import itertools
from ctypes import byref, c_void_p
from typing import Any, Callable, Generic, Optional, TypeVar

from ._decode import Message, decode
from ._layout import TIMEOUT_MS_MAX, Call, Done, Slice, sized
from ._library import lib
from .errors import CasewireError, Code, error, is_refusal

T = TypeVar("T")
_numbers = itertools.count(1)


class Question(Generic[T]):
    """What is asked, and what is made of the answer."""

    def __init__(self, what: str, function: str, arguments: tuple[Any, ...], part: str,
                 read: Callable[[Message], T], *kept: object, unsure: str = "") -> None:
        """kept: what the arguments point to; unsure: instead of what, when it may have been done all the same"""
        self.unsure = unsure or what
        self.what, self.function, self.arguments, self.part, self.read = what, function, arguments, part, read
        self.kept = kept


class Pending:
    """One request: what it will have become."""

    def __init__(self, question: Question[Any]) -> None:
        self.what, self.unsure, self.number = question.what, question.unsure, next(_numbers)
        self.request = c_void_p()
        self.done = False
        self.answer: Optional[Message] = None
        self.error: Optional[CasewireError] = None
        self.told: Optional[Callable[[], None]] = None  #: called once it is done

    def finish(self, answer: Optional[Message], wrong: Optional[CasewireError]) -> None:
        self.done, self.answer, self.error = True, answer, wrong
        self.request = c_void_p()
        if self.told is not None:
            self.told()

    def cancel(self) -> None:
        """What was sent already may still take effect."""
        _pending.pop(self.number, None)
        if not self.done and self.request:
            lib.cw_request_cancel(self.request)
            self.request = c_void_p()

    def result(self, question: Question[T]) -> T:
        if self.error is not None:
            raise self.error
        part = self.answer.get(question.part) if self.answer is not None else None
        if not isinstance(part, Message):
            raise error(question.unsure, Code.PEER_MALFORMED, why="the answer is to another question")
        return question.read(part)


_pending: dict[int, Pending] = {}


def take(address: Optional[int]) -> Message:
    """What an answer holds, whose handle is closed here."""
    try:
        made: Slice = lib.cw_answer_bytes(address)
        return decode("Answer", made.bytes())
    finally:
        lib.cw_answer_close(address)


def _finished(number: Optional[int], code: int, answer: Optional[int], fault: Any) -> None:
    pending = _pending.pop(number or 0, None)
    message = take(answer) if answer else None
    if pending is not None:
        what = pending.what if is_refusal(code) else pending.unsure
        wrong = None if code == Code.OK else error(what, code, fault.contents if fault else None)
        pending.finish(message, wrong)


_done = Done(_finished)  # lives as long as the module: C keeps no reference that Python counts


def timeout_ms(what: str, timeout: float) -> int:
    """As the C library takes it; what: was not done when it does not."""
    if not 1 <= timeout * 1000 <= TIMEOUT_MS_MAX:
        raise error(what, Code.USAGE_ARGUMENT, where="timeout", why=f"must be 0.001 to {TIMEOUT_MS_MAX / 1000:.0f} seconds")
    return int(timeout * 1000)


def start(client: int, question: Question[Any], timeout: float) -> Pending:
    """Starts a request; its answer comes while the handle is dispatched."""
    pending = Pending(question)
    call: Call = sized(Call)
    call.timeout_ms = timeout_ms(question.what, timeout)
    call.done, call.context = _done, pending.number
    _pending[pending.number] = pending
    code = getattr(lib, question.function)(client, byref(call), *question.arguments, byref(pending.request))
    if code != Code.OK:
        _pending.pop(pending.number, None)
        raise error(question.what, code, lib.cw_client_fault(client).contents)
    return pending


def end_all(waiting: list[Pending]) -> None:
    """The handle was closed: whoever waits is told."""
    for pending in waiting:
        pending.request = c_void_p()
        pending.cancel()
        if not pending.done:
            pending.finish(None, error(pending.unsure, Code.USAGE_ORDER, why="the handle was closed"))
