"""
casewire: shared signed records of missing children, county lines and crime groups, from Python.

    import casewire

    with casewire.Context() as context, context.client() as client:
        receipt = client.open_case("missing_child", title="Child M", missing_risk="medium", held_by=2)
        case = client.get(receipt.case_id)
        client.change(case, summary="Seen at Dunmarsh station")
        for item in client.feed():
            print(item.reference, item.what, item.risk)

Python 3.11 or newer and libcasewire, nothing else. Names of kinds, fields and events are those of `casewire schema`.
"""

from ._library import lib as _lib
from ._decode import Message
from .aio import AsyncClient, AsyncFeed
from .answers import Case, CaseRow, Happening, Receipt
from .client import Client
from .draft import Draft, Submission, Verb
from .errors import CasewireError, Code, LocalError, PeerError, RefusedError, TryAgainError, UsageError
from .feed import Feed, FeedItem, FeedMessage, FeedOptions, Phase, Start, Why
from .identity import Context, Identity
from .outbox import Bundle, Entry, Outbox, State
from .trust import Proven, Trust

__version__: str = _lib.cw_version().decode()

__all__ = [
    "AsyncClient", "AsyncFeed", "Bundle", "Case", "CaseRow", "CasewireError", "Client", "Code", "Context", "Draft", "Entry", "Feed", "FeedItem",
    "FeedMessage", "FeedOptions", "Happening", "Identity", "LocalError", "Message", "Outbox", "PeerError", "Phase", "Proven", "Receipt",
    "RefusedError", "Start", "State", "Submission", "TryAgainError", "Trust", "UsageError", "Verb", "Why",
]
