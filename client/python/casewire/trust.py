"""Proof: receipts that hold without a connection."""

from __future__ import annotations

import dataclasses
import threading
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Optional

from ._layout import Fault, ReceiptFacts, Slice
from ._library import lib
from ._requests import timeout_ms
from .errors import check
from .identity import Handle

if TYPE_CHECKING:
    from .client import Client


@dataclasses.dataclass(frozen=True)
class Proven:
    """What a receipt proves."""

    op_id: bytes
    log: bytes
    seq: int
    division: str  #: whose daemon answered
    held_by: int  #: distinct divisions proven to hold it, that one included


class Trust(Handle):
    """
    The certificates of a network, each proven from the network id through the root log and an authority log.

    genesis  the network genesis record, as the file `network` of a context's folder holds it
    pinned   the network id it must hash to; None: whatever it hashes to

    Threads may share it.
    """

    def __init__(self, genesis: bytes, pinned: Optional[bytes] = None) -> None:
        made, fault = c_void_p(), Fault()
        check("the network was not read", lib.cw_trust_new(Slice.of(genesis), pinned, byref(made), byref(fault)), fault)
        super().__init__(made.value, "cw_trust_free", "the trust")
        self._lock = threading.Lock()  # nobody reads it while somebody adds to it

    def fetch(self, client: Client, timeout: float = 10.0) -> None:
        """Takes what is new in the daemon's authority logs, after checking all of it. Blocks `timeout` for each request."""
        fault, limit = Fault(), timeout_ms("the certificates were not fetched", timeout)
        with client.owned(), self._lock:
            check("the certificates were not fetched",
                  lib.cw_trust_fetch(self.address, client.address, limit, byref(fault)), fault)

    def add(self, entries: bytes) -> None:
        """One segment of the root log or an authority log (cw.Entries bytes), after checking all of it."""
        fault = Fault()
        with self._lock:
            check("the segment was not taken", lib.cw_trust_add(self.address, Slice.of(entries), byref(fault)), fault)

    def __len__(self) -> int:
        return int(lib.cw_trust_count(self.address))

    def __bool__(self) -> bool:
        return True

    def check(self, receipt: bytes) -> Proven:
        """Checks a receipt (cw.Receipt bytes) without a connection; raises with the first thing that does not hold."""
        facts, fault = ReceiptFacts(), Fault()
        with self._lock:
            check("the receipt does not hold",
                  lib.cw_receipt_check(self.address, Slice.of(receipt), byref(facts), byref(fault)), fault)
        return Proven(bytes(facts.op.b), bytes(facts.log), facts.seq, facts.division.decode(), facts.held_by)
