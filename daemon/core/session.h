/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_SESSION_H
#define CASEWIRE_CORE_SESSION_H

/*
 * The peer session (docs/protocol.md §6): one kind of message per file. A handler runs inside a step for which
 * room was reserved; it may list at most SAY_EFFECTS effects beside one per batch or blob of its message.
 */

#include "core/replica_state.h"

/* links (session_link.c) */
void session_link_up(struct replica *r, const struct event *event);
void session_link_down(struct replica *r, const struct event *event);
void session_cut(struct replica *r, const struct event *event);
/* Of the links that are up, the one that carries the session: both sides compute the same. */
enum link_way session_best_way(const struct replica *r, const struct peer *p);

/* the frame around every message (session.c) */
void session_message(struct replica *r, const struct event *event);
struct peer_message *session_say(struct replica *r, struct peer *p, enum peer_kind kind);
uint64_t session_next_counter(struct peer *p);
/* A new session on the peer's link: fresh id, state greeting, HELLO out. */
void session_greet(struct replica *r, struct peer *p);
/* This session is over and another may begin at once: RESET, then greet. */
void session_restart(struct replica *r, struct peer *p, enum cw_err why);
/* Over, by the peer's doing: RESET, both links dropped, refused until a new link comes. */
void session_refuse(struct replica *r, struct peer *p, enum cw_err why);
void session_forget(struct replica *r, struct peer *p);
/* The other link carries the session from now on. Whoever is at the end of this one is told: after a clone it is
 * somebody else than at the other's. */
void session_move(struct replica *r, struct peer *p, enum link_way way);

/* messages */
void session_say_hello(struct replica *r, struct peer *p, bool reply);
void session_hello(struct replica *r, struct peer *p, const struct peer_message *message);
#define CLOCK_SAID_MS_MAX (INT64_C(1) << 44) /* some five hundred years: what is above is as wrong */
#define CLOCK_AHEAD_KEPT_MS 120000           /* four heartbeats */
void session_note_clock(struct replica *r, struct peer *p, uint64_t now_ms); /* 0: not said */
void session_frontier(struct replica *r, struct peer *p, const struct event *event);
void session_want(struct replica *r, struct peer *p, const struct peer_want *want);
/* Another peer in session, not resting, shows more of it than we hold. */
bool session_is_shown_elsewhere(const struct replica *r, const struct peer *p, const struct log_id *log);
/* What we asked this peer for of a log; NULL: nothing. */
struct want *session_find_want(const struct peer *p, const struct log_id *log);
/* Patience (session_stall.c). A batch of this log came from this peer. */
void session_want_advanced(struct replica *r, struct peer *p, const struct log_id *log, bool pushed);
/* Takes back what was asked for and does not come. */
void session_stall(struct replica *r, struct peer *p);
/* Nothing of it came, and that may be nobody's fault: others who show the log are asked first for a while. */
void session_leave_want(struct replica *r, struct peer *p, const struct want *want);
void session_entries(struct replica *r, struct peer *p, const struct event *event);
/* Like entries of a peer that cannot be asked. */
void session_admin_entries(struct replica *r, const struct event *event);
void session_want_blobs(struct replica *r, struct peer *p, const struct peer_want_blobs *want);
void session_blobs(struct replica *r, struct peer *p, const struct peer_blobs *blobs);
/* Blobs of this log are held now. */
void session_blobs_held(struct replica *r, struct log_slot *slot);
void session_fork_proof(struct replica *r, struct peer *p, const struct event *event);
void session_sent(struct replica *r, const struct event *event);

/* Compares those of the peer's items that wait for it with our logs. */
void session_compare(struct replica *r, struct peer *p);

/* at the turn's end, for one peer: what is due */
void session_timers(struct replica *r, struct peer *p);
bool session_dispute_is_due(const struct replica *r, const struct peer *p);
void session_tell_frontier(struct replica *r, struct peer *p);
void session_ask_whole(struct replica *r, struct peer *p);
/* When the peer's whole frontier may be asked for. */
struct cw_mono session_whole_at(const struct peer *p);
void session_tell_forks(struct replica *r, struct peer *p);
void session_fetch(struct replica *r, struct peer *p);
void session_fetch_blobs(struct replica *r, struct peer *p);
void session_push(struct replica *r, struct peer *p);
void session_serve(struct replica *r, struct peer *p);

#endif
