/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_FEED_PLACE_H
#define CASEWIRE_CORE_FEED_PLACE_H

/*
 * How far one reader was told, log by log, and how that is said in a cursor (docs/feeds.md, docs/protocol.md §7.2).
 *
 *   What a cursor says is never more than what was told, at whichever daemon it is read.
 *
 * A log that a later one named as its prior is left out of the cursor when it was told exactly up to there. So whoever
 * writes a cursor lists what it does not hold at all, but hears named as a prior, with seq 0; such a place has head 0.
 */

#include "core/replica.h"
#include "proto/cursor.h"

struct feed_place {
    struct log_id log;
    enum log_scope scope;
    uint64_t head;  /* last seq that this daemon holds */
    bool forked;    /* what is beyond the head may be of another branch: it is not waited for */
    bool has_prior; /* of its genesis */
    struct position prior;
    struct position told; /* seq 0: nothing */
    uint64_t walked;      /* at least told: looked at, and told or waiting to be */
    uint64_t begun;       /* up to here the cursor that brought us says that it was told */
    uint64_t until;       /* of a catch-up: where it ends in this log */
    uint64_t opened;      /* up to here everything could be opened, and this reader was told so */
    uint64_t opened_next; /* the same, once it has walked what had arrived when the head was looked at */
    uint64_t next_hlc;    /* of the entry after walked; 0: not looked at */
    /* scratch */
    uint64_t low; /* the lowest seq that was walked and still waits; 0: none */
    const struct position *implied;
};

/* Ascending by log; room for max, the caller's memory. */
struct feed_places {
    struct feed_place *at;
    uint32_t count, max;
};

#define FEED_PLACE_NONE UINT32_MAX

uint32_t feed_place_find(const struct feed_places *p, const struct log_id *log);
/* Where the log is now, put in when it was not; FEED_PLACE_NONE: no room. Places above it move. */
uint32_t feed_place_put(struct feed_places *p, const struct log_id *log);
/* What the daemon holds of one log; and a place with head 0 for its prior, when that is not here. false: no room. */
bool feed_place_hold(struct feed_places *p, const struct log_head *head);
/* Raises what was told. Never lowers it. */
void feed_place_told(struct feed_place *place, const struct position *upto);

/* Up to where it may be said that everything was told: `opened` is what this daemon can open without a gap. The caller
 * clips it down to a seal end. */
uint64_t feed_place_upto(const struct feed_place *place, uint64_t opened);

/*
 * A catch-up goes through the logs side by side, in order of (hlc, log), as if they had been one. The place whose next
 * entry is the first; FEED_PLACE_NONE: all are walked to their `until`. `hlc_of` reads the clock of one entry; what it cannot read
 * is not passed over: its error is handed on.
 */
struct feed_clock {
    void *ctx;
    enum cw_err (*hlc_of)(void *ctx, const struct log_id *log, uint64_t seq, uint64_t *out);
};
enum cw_err feed_places_next(struct feed_places *p, const struct feed_clock *clock, uint32_t *out);

struct feed_view {
    void *ctx;
    /* The hash of the seal that ends log at seq; false: none ends there, or it is not held. */
    bool (*seal_at)(void *ctx, const struct log_id *log, uint64_t seq, struct hash *out);
};

/*
 * Sets `told` and `walked` of every place from a cursor. *out_missing: entries that the cursor names and this daemon has
 * not. A log of which this daemon holds another branch counts as not told, and so does one that it holds less of: whether
 * the missing part continues what is here cannot be known, so whoever goes on without it repeats the log.
 */
void feed_places_resolve(struct feed_places *p, const struct cursor *cursor, const struct feed_view *view,
                         uint64_t *out_missing);

/* More than this many divisions' logs do not fit a cursor: the shortest open ones are left out, and told again. */
#define FEED_LISTED_MAX 720

/*
 * Fills the two lists of a cursor, from memory of CURSOR_AUTHORITY_MAX and CURSOR_LOGS_MAX positions. false: too many
 * closed logs would have to be listed (stay with the cursor before).
 */
bool feed_places_list(struct feed_places *p, struct position *authority, struct position *logs, struct cursor *out);

#endif
