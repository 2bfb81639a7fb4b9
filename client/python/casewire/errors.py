"""Errors: what was not done, where, why, and what to do next; with the number that the C library and the wire have for it."""

from __future__ import annotations

import enum

from ._layout import Fault
from ._library import lib


class Code(enum.IntEnum):
    """enum cw_err of <casewire/error.h>, without its prefix."""

    OK = 0
    USAGE_ARGUMENT = 10
    USAGE_ORDER = 11
    REFUSED_MALFORMED = 100
    REFUSED_SIZE = 101
    REFUSED_VERSION = 102
    REFUSED_NETWORK = 103
    REFUSED_AUTHOR = 104
    REFUSED_SIGNATURE = 105
    REFUSED_EXPIRED = 106
    REFUSED_ROLE = 107
    REFUSED_COMMITMENT = 108
    REFUSED_CLASS = 109
    REFUSED_REUSED_ID = 110
    REFUSED_UNKNOWN_CASE = 111
    REFUSED_UNKNOWN_FIELD = 112
    REFUSED_VALUE = 113
    REFUSED_TEXT = 114
    REFUSED_TRANSITION = 115
    REFUSED_MARKING = 116
    REFUSED_UNKNOWN_OP = 117
    REFUSED_MISSING = 118
    REFUSED_READER = 119
    REFUSED_AMBIGUOUS = 120
    REFUSED_DIVISION = 121
    REFUSED_SYNTHETIC = 122
    PEER_MALFORMED = 200
    PEER_SESSION = 201
    PEER_NETWORK = 202
    PEER_VERSION = 203
    PEER_SEAL = 204
    PEER_CHAIN = 205
    PEER_HASH = 206
    PEER_FRONTIER = 207
    PEER_CREDIT = 208
    PEER_FORK = 209
    PEER_PROOF = 210
    AGAIN_NO_DAEMON = 300
    AGAIN_NO_PEER = 301
    AGAIN_BUSY = 302
    AGAIN_BEHIND = 303
    AGAIN_KEPT_OUT = 304
    LOCAL_NO_SPACE = 400
    LOCAL_IO = 401
    LOCAL_MEMORY = 402
    LOCAL_CORRUPT = 403
    LOCAL_FORMAT = 404
    LOCAL_KEY = 405
    LOCAL_CONFIG = 406
    LOCAL_LOCKED = 407
    LOCAL_NOT_FOUND = 408
    LOCAL_SELF_TEST = 409
    LOCAL_UNPROVEN = 410

    @classmethod
    def _missing_(cls, value: object) -> Code:
        """A number of a newer library: kept, under a name that says so."""
        if not isinstance(value, int):
            raise ValueError(value)
        made = int.__new__(cls, value)
        made._name_, made._value_ = f"UNKNOWN_{value}", value
        return made


_TODO = {
    Code.USAGE_ORDER: "do not use what was closed, nor one handle inside its own callback",
    Code.REFUSED_NETWORK: "use the folder that was issued for this network",
    Code.REFUSED_AUTHOR: "ask the authority to publish the certificate",
    Code.REFUSED_EXPIRED: "ask the authority for a new certificate",
    Code.REFUSED_ROLE: "ask somebody who holds a role that may do this",
    Code.REFUSED_READER: "ask somebody who may read here, or ask the authority for a role",
    Code.REFUSED_DIVISION: "ask the owning division",
    Code.REFUSED_UNKNOWN_CASE: "look for it with Client.list(); another division may not have sent it yet",
    Code.REFUSED_AMBIGUOUS: "give more of the name, or the whole id",
    Code.REFUSED_UNKNOWN_FIELD: "`casewire schema KIND` and Client.schema() list the fields",
    Code.REFUSED_VALUE: "`casewire schema KIND` and Client.schema() list what the field takes",
    Code.REFUSED_MISSING: "give the value that is named",
    Code.REFUSED_TRANSITION: "read the case again: its state has changed, or does not allow this",
    Code.REFUSED_SYNTHETIC: "invented cases belong to a test network, real ones to a real one",
    Code.AGAIN_NO_DAEMON: "see that a daemon runs and can be reached, then send the same again: it has one effect",
    Code.AGAIN_NO_PEER: "wait until other divisions can be reached: Client.peers() says why they cannot",
    Code.AGAIN_BUSY: "send the same again later: it has one effect",
    Code.AGAIN_BEHIND: "wait until the daemon has caught up, or forget what was seen: Client.forget_session()",
    Code.AGAIN_KEPT_OUT: "ask the authority whether the certificate is revoked or over; or a clock is wrong, here or there",
    Code.LOCAL_KEY: "run `casewire login`, or give the passphrase",
    Code.LOCAL_CONFIG: "correct what is named; casewire(1) says what the folder holds",
    Code.LOCAL_NO_SPACE: "make room on the disk",
    Code.LOCAL_NOT_FOUND: "see that the name is right",
    Code.LOCAL_UNPROVEN: "nothing: asking again proves no more; read it at the other divisions to be sure that they have it",
}


class CasewireError(Exception):
    """
    What went wrong, in four parts and a number.

    what   what was not done: "the case was not read"
    where  field, part, option, file or address; "" when it is the whole
    why    one sentence: which rule, or what happened
    todo   what to do about it
    code   the number of it
    """

    def __init__(self, what: str, code: Code, where: str = "", why: str = "") -> None:
        self.what, self.code, self.where = what, code, where
        self.why = why or lib.cw_err_sentence(code).decode()
        self.todo = _TODO.get(code) or self._whose()
        super().__init__(what, code, where, self.why)

    def _whose(self) -> str:
        return {
            UsageError: "correct the call: the documentation of the function says what it takes",
            RefusedError: "correct what is named, and submit it again",
            PeerError: "tell who runs the daemon: it sends what cannot be read",
            TryAgainError: "try the same again later",
        }.get(type(self), "see what is named on this machine")

    @property
    def name(self) -> str:
        """As C has it: CW_REFUSED_ROLE."""
        return "CW_" + self.code.name

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        return f"{self.what}{where}: {self.why} [{self.name} {int(self.code)}]. What to do: {self.todo}"


class UsageError(CasewireError):
    """The program is wrong."""


class RefusedError(CasewireError):
    """It will never be taken as it is."""


class PeerError(CasewireError):
    """What a daemon or a file says cannot be believed."""


class TryAgainError(CasewireError):
    """The same may work later."""


class LocalError(CasewireError):
    """Something on this machine: a key, a file, memory."""


_CLASSES: list[type[CasewireError]] = [LocalError, UsageError, RefusedError, PeerError, TryAgainError, LocalError]


def error(what: str, number: int, fault: Fault | None = None, where: str = "", why: str = "") -> CasewireError:
    """The exception for what the C library returned."""
    if fault is not None and fault.code == number:
        where, why = fault.where.decode("utf-8", "replace"), fault.text.decode("utf-8", "replace")
    kind: type[CasewireError] = _CLASSES[lib.cw_err_class_of(number)]
    return kind(what, Code(number), where, why)


def is_refusal(number: int) -> bool:
    """Whether what was asked was certainly not done."""
    return _CLASSES[lib.cw_err_class_of(number)] in (UsageError, RefusedError) or number == Code.LOCAL_NO_SPACE


def check(what: str, number: int, fault: Fault | None = None) -> None:
    """Nothing when it went well."""
    if number != Code.OK:
        raise error(what, number, fault)
