"""Loads libcasewire and says what its functions take. Nothing else calls ctypes' loader."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

from . import _layout as at

_ADDRESS = POINTER(c_void_p)
_FAULT = POINTER(at.Fault)
_STARTED = [c_void_p, POINTER(at.Call)]

#: name -> (what it returns, what it takes); handles are bare addresses
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "cw_version": (c_char_p, []),
    "cw_err_sentence": (c_char_p, [c_int]),
    "cw_err_name": (c_char_p, [c_int]),
    "cw_err_class_of": (c_int, [c_int]),
    # who speaks
    "cw_identity_open": (c_int, [POINTER(at.IdentityOptions), _ADDRESS, _FAULT]),
    "cw_identity_from_agent": (c_int, [c_char_p, at.Slice, _ADDRESS, _FAULT]),
    "cw_identity_close": (None, [c_void_p]),
    "cw_identity_id": (None, [c_void_p, at.Id]),
    "cw_identity_network": (None, [c_void_p, at.Id]),
    "cw_context_open": (c_int, [POINTER(at.ContextOptions), _ADDRESS, _FAULT]),
    "cw_context_close": (None, [c_void_p]),
    "cw_context_client": (c_int, [c_void_p, _ADDRESS, _FAULT]),
    "cw_context_client_options": (None, [c_void_p, POINTER(at.ClientOptions)]),
    "cw_context_identity": (c_void_p, [c_void_p]),
    "cw_context_genesis": (at.Slice, [c_void_p]),
    "cw_context_folder": (c_char_p, [c_void_p]),
    "cw_context_admin_socket": (c_char_p, [c_void_p]),
    "cw_context_is_synthetic": (c_int, [c_void_p]),
    # handle and event loop
    "cw_client_open": (c_int, [POINTER(at.ClientOptions), _ADDRESS, _FAULT]),
    "cw_client_close": (None, [c_void_p]),
    "cw_client_fault": (_FAULT, [c_void_p]),
    "cw_client_fd": (c_int, [c_void_p]),
    "cw_client_timeout_ms": (c_int, [c_void_p]),
    "cw_client_dispatch": (c_int, [c_void_p]),
    "cw_client_daemon_count": (c_size_t, [c_void_p]),
    "cw_client_daemon": (c_int, [c_void_p, c_size_t, POINTER(at.DaemonView)]),
    "cw_client_session": (c_void_p, [c_void_p]),
    "cw_request_cancel": (None, [c_void_p]),
    "cw_session_from": (c_int, [at.Slice, _ADDRESS]),
    "cw_session_free": (None, [c_void_p]),
    "cw_session_bytes": (c_int, [c_void_p, POINTER(at.Slice)]),
    "cw_session_clear": (None, [c_void_p]),
    # drafts and submissions
    "cw_draft_open": (c_int, [c_char_p, _ADDRESS, _FAULT]),
    "cw_draft_set": (c_int, [c_char_p, POINTER(at.CaseId), _ADDRESS, _FAULT]),
    "cw_draft_event": (c_int, [c_char_p, c_char_p, POINTER(at.CaseId), _ADDRESS, _FAULT]),
    "cw_draft_free": (None, [c_void_p]),
    "cw_draft_write": (c_int, [c_void_p, c_char_p, c_int, at.Slice, _FAULT]),
    "cw_draft_supersedes": (c_int, [c_void_p, POINTER(at.OpId), c_uint32]),
    "cw_draft_epoch": (None, [c_void_p, c_uint64]),
    "cw_draft_synthetic": (None, [c_void_p]),
    "cw_draft_after": (c_int, [c_void_p, POINTER(at.OpId)]),
    "cw_draft_ref": (c_int, [c_void_p, at.Id]),
    "cw_draft_withdraws": (None, [c_void_p]),
    "cw_draft_corrects": (c_int, [c_void_p, POINTER(at.OpId), c_uint32]),
    "cw_draft_same_as": (c_int, [c_void_p, at.Id]),
    "cw_draft_sign": (c_int, [c_void_p, c_void_p, at.Wall, _ADDRESS, _FAULT]),
    "cw_submission_free": (None, [c_void_p]),
    "cw_submission_op": (None, [c_void_p, POINTER(at.OpId)]),
    "cw_submission_case": (None, [c_void_p, POINTER(at.CaseId)]),
    "cw_submission_bytes": (at.Slice, [c_void_p]),
    "cw_submission_from": (c_int, [at.Slice, _ADDRESS]),
    # questions
    "cw_ask_submit": (c_int, [*_STARTED, c_void_p, POINTER(at.Ack), _ADDRESS]),
    "cw_ask_get": (c_int, [*_STARTED, at.Slice, _ADDRESS]),
    "cw_ask_get_known": (c_int, [*_STARTED, at.Slice, at.Slice, at.Wall, _ADDRESS]),
    "cw_ask_list": (c_int, [*_STARTED, POINTER(at.ListQuery), _ADDRESS]),
    "cw_ask_history": (c_int, [*_STARTED, at.Slice, c_uint32, at.Slice, _ADDRESS]),
    "cw_ask_status": (c_int, [*_STARTED, _ADDRESS]),
    "cw_ask_peers": (c_int, [*_STARTED, _ADDRESS]),
    "cw_ask_schema": (c_int, [*_STARTED, _ADDRESS]),
    "cw_ask_receipt": (c_int, [*_STARTED, POINTER(at.OpId), _ADDRESS]),
    # answers
    "cw_answer_close": (None, [c_void_p]),
    "cw_answer_bytes": (at.Slice, [c_void_p]),
    "cw_answer_count": (c_size_t, [c_void_p, c_char_p]),
    "cw_answer_text": (c_int, [c_void_p, c_char_p, POINTER(at.Slice)]),
    "cw_answer_number": (c_int, [c_void_p, c_char_p, POINTER(c_int64)]),
    # proof
    "cw_trust_new": (c_int, [at.Slice, c_char_p, _ADDRESS, _FAULT]),
    "cw_trust_free": (None, [c_void_p]),
    "cw_trust_add": (c_int, [c_void_p, at.Slice, _FAULT]),
    "cw_trust_fetch": (c_int, [c_void_p, c_void_p, c_int32, _FAULT]),
    "cw_trust_count": (c_size_t, [c_void_p]),
    "cw_receipt_check": (c_int, [c_void_p, at.Slice, POINTER(at.ReceiptFacts), _FAULT]),
    # outbox and bundles
    "cw_outbox_open": (c_int, [POINTER(at.OutboxOptions), _ADDRESS, _FAULT]),
    "cw_outbox_close": (None, [c_void_p]),
    "cw_outbox_damage_count": (c_size_t, [c_void_p]),
    "cw_outbox_damage_at": (POINTER(at.OutboxDamage), [c_void_p, c_size_t]),
    "cw_outbox_is_done": (c_int, [POINTER(at.OutboxEntry)]),
    "cw_outbox_add": (c_int, [c_void_p, _ADDRESS, c_size_t, POINTER(at.Ack), POINTER(c_uint64), _FAULT]),
    "cw_outbox_count": (c_size_t, [c_void_p]),
    "cw_outbox_at": (c_int, [c_void_p, c_size_t, POINTER(at.OutboxEntry)]),
    "cw_outbox_find": (c_int, [c_void_p, c_uint64, POINTER(at.OutboxEntry)]),
    "cw_outbox_receipt": (c_int, [c_void_p, c_uint64, POINTER(at.Slice)]),
    "cw_outbox_forget": (c_int, [c_void_p, c_uint64, _FAULT]),
    "cw_outbox_compact": (c_int, [c_void_p, _FAULT]),
    "cw_outbox_attach": (c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    "cw_outbox_detach": (None, [c_void_p]),
    "cw_outbox_flush": (c_int, [c_void_p, c_int32, _FAULT]),
    "cw_bundle_new": (c_int, [c_void_p, _ADDRESS, _FAULT]),
    "cw_bundle_free": (None, [c_void_p]),
    "cw_bundle_add": (c_int, [c_void_p, c_void_p, at.Wall, _FAULT]),
    "cw_bundle_count": (c_size_t, [c_void_p]),
    "cw_bundle_ids": (c_int, [c_void_p, c_size_t, POINTER(at.OpId), POINTER(at.CaseId)]),
    "cw_bundle_sign": (c_int, [c_void_p, _ADDRESS, _FAULT]),
    # feeds
    "cw_feed_open": (c_int, [c_void_p, POINTER(at.FeedOptions), _ADDRESS]),
    "cw_feed_close": (None, [c_void_p]),
    "cw_feed_next": (c_int, [c_void_p, c_int32, _ADDRESS]),
    "cw_feed_fault": (_FAULT, [c_void_p]),
    "cw_feed_daemon": (c_size_t, [c_void_p]),
}

SONAME = "libcasewire.so.0"


def _load() -> Any:
    """$CASEWIRE_LIBRARY when it is set, else wherever the system looks for libraries."""
    name = os.environ.get("CASEWIRE_LIBRARY") or SONAME
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise ImportError(f"libcasewire cannot be loaded: {error}. Install it (make install, then ldconfig), "
                          "or set CASEWIRE_LIBRARY to its path.") from None
    for function, (returns, takes) in FUNCTIONS.items():
        found = getattr(library, function)
        found.restype, found.argtypes = returns, takes
    return library


lib = _load()
