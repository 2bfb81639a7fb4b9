/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_FEED_H
#define CASEWIRE_FEED_H

/**
 * Feeds: what changes, causes before effects, without gaps, from a cursor that any daemon of the network understands.
 *
 *     options.start = CW_FEED_CURSOR;          or CW_FEED_SNAPSHOT, CW_FEED_SINCE ...
 *     options.cursor = what was kept;
 *     cw_feed_open(client, &options, &feed);
 *     while ((err = cw_feed_next(feed, -1, &answer)) == CW_OK) {
 *         for (size_t i = 0; i < cw_feed_item_count(answer); i++) {
 *             cw_feed_item(answer, i, &item);
 *             ... deal with item ...
 *         }
 *         keep cw_feed_answer_cursor(answer);   in the same transaction, or atomically afterwards
 *         cw_answer_close(answer);
 *     }
 *
 * A daemon that dies, hangs or answers garbage is left: the feed goes on by itself at the next one of the handle's list,
 * from where it was. Whoever keeps the cursor after dealing with an answer, and is killed, gets at most that answer's
 * items again; an item's id is the same each time, so a set of ids makes it exactly once.
 *
 * A reader that is slow slows itself only: at most `window_items` and `window_bytes` are on their way or waiting in the
 * feed; cw_feed_next() gives the room of the answer before back. Each answer says how far behind the reader is.
 *
 * With an event loop: after each cw_client_dispatch(), call cw_feed_next(feed, 0, ...) for as long as it returns CW_OK.
 * CW_LOCAL_NOT_FOUND and CW_AGAIN_ mean that there is nothing now: dispatch again. Any other code ends the feed.
 *
 * Threads: the handle's one thread.
 */

#include <casewire/client.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_FEED_NAMES_MAX 64
#define CW_FEED_CURSOR_LEN_MAX 65536
#define CW_FEED_WINDOW_ITEMS_DEFAULT 1000
#define CW_FEED_WINDOW_BYTES_DEFAULT 262144
#define CW_FEED_WINDOW_ITEMS_MAX 100000
#define CW_FEED_WINDOW_BYTES_MAX 1048576

enum cw_feed_start {
    CW_FEED_CURSOR = 1,    /**< what is above the cursor */
    CW_FEED_BEGINNING = 2, /**< every op */
    CW_FEED_SNAPSHOT = 3,  /**< every case as it is now, then what changes */
    CW_FEED_SINCE = 4,     /**< ops whose log clock is not before `since`. A way to begin, not a place to keep */
    CW_FEED_NOW = 5,       /**< what changes from now on */
};

/** Names of one sort: one of them must fit. Borrowed. */
struct cw_names {
    const struct cw_slice *at;
    size_t count; /**< at most CW_FEED_NAMES_MAX; 0: anything fits */
};

struct cw_feed_options {
    size_t size; /**< sizeof(struct cw_feed_options) */
    enum cw_feed_start start;
    struct cw_slice cursor; /**< CW_FEED_CURSOR; copied */
    struct cw_wall since;   /**< CW_FEED_SINCE */
    /* What is told: every sort that has names must fit. Copied. */
    const uint32_t *kinds; /**< numbers of kinds, as cw_client_schema() shows them */
    size_t kind_count;
    struct cw_names divisions; /**< who wrote */
    struct cw_names owners;    /**< division */
    struct cw_names risks;     /**< as lists show it: "high", "not assessed" */
    struct cw_names tags;
    struct cw_names areas;
    struct cw_names cases; /**< ids, references, unique beginnings of ids */
    /** Names, references or ids: the operation, and what is linked to it. One that is not known ends the feed. */
    struct cw_names operations;
    int by_state;       /**< CW_FEED_CURSOR: each touched case once, instead of each op: after a long absence */
    int views;          /**< items carry the case's fields ("view", as cw_client_get() has them) */
    int records;        /**< authority and key records too */
    int even_if_behind; /**< go on although the daemon has not all that the cursor names: when that is lost for good */
    uint32_t window_items; /**< 0: CW_FEED_WINDOW_ITEMS_DEFAULT */
    uint32_t window_bytes; /**< 0: CW_FEED_WINDOW_BYTES_DEFAULT */
    int32_t silence_ms;    /**< a daemon silent for so long is left; 0: 45000. Daemons speak every 10 s */
};

struct cw_feed;

/**
 * Makes a feed. Nothing is sent before the handle is next dispatched, or cw_feed_next() waits.
 *
 * @param options   borrowed for the call
 * @param out_feed  closed with cw_feed_close(), before or after its handle
 *
 * Returns   CW_OK, CW_USAGE_ARGUMENT (see cw_client_fault()), CW_REFUSED_SIZE, CW_LOCAL_MEMORY
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_feed_open(struct cw_client *client, const struct cw_feed_options *options,
                                                 struct cw_feed **out_feed);
CW_PUBLIC void cw_feed_close(struct cw_feed *feed); /**< NULL allowed */

/**
 * The next message of the feed. One may be without items: it says how far the cursor is, and that the daemon is there.
 *
 * @param timeout_ms  how long to wait for it: 0 not at all, -1 until there is one, else at most CW_TIMEOUT_MS_MAX
 * @param out_answer  closed with cw_answer_close(); "feed" of proto/client.proto; untouched otherwise
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_NOT_FOUND      nothing came in time: call again
 *           CW_AGAIN_NO_DAEMON      nothing came in time, and no daemon serves the feed now; cw_feed_fault() says why
 *           CW_AGAIN_KEPT_OUT       the same, because this certificate is refused
 *           CW_AGAIN_BEHIND         the same, because none has yet what the cursor names
 *           CW_REFUSED_MALFORMED    the cursor is damaged
 *           CW_REFUSED_VERSION      ... of a newer version
 *           CW_REFUSED_NETWORK, CW_REFUSED_READER   ... of another network, of another reader
 *           CW_REFUSED_UNKNOWN_CASE a case or an operation that was asked for is not known there
 *           any other CW_REFUSED_   a filter that means nothing, a certificate that may not read
 *           CW_USAGE_ORDER          inside a callback with a timeout, or the handle was closed
 *           After CW_REFUSED_ the feed is over; the fault says what to do.
 * Blocks    up to timeout_ms; callbacks of other requests may be called meanwhile
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_feed_next(struct cw_feed *feed, int32_t timeout_ms,
                                                 struct cw_answer **out_answer);

/** Why no daemon serves the feed now, or what it last said; code CW_OK while one does. Never NULL. */
CW_PUBLIC const struct cw_fault *cw_feed_fault(const struct cw_feed *feed);
/** Index of the daemon that serves it, as cw_client_daemon() counts; SIZE_MAX: none now. */
CW_PUBLIC size_t cw_feed_daemon(const struct cw_feed *feed);

/* --- what an answer of a feed holds -------------------------------------------------------------------- */

/** Says that everything up to this answer's items was told. Empty for an answer that is not a feed's. */
CW_PUBLIC struct cw_slice cw_feed_answer_cursor(const struct cw_answer *answer);
CW_PUBLIC size_t cw_feed_item_count(const struct cw_answer *answer);

enum cw_feed_phase { CW_FEED_IN_SNAPSHOT = 1, CW_FEED_CATCHING_UP = 2, CW_FEED_LIVE = 3 };

/** How far the reader is. */
struct cw_feed_progress {
    size_t size; /**< sizeof(struct cw_feed_progress), set by the caller */
    enum cw_feed_phase phase;
    int level;            /**< everything that the daemon has was told */
    uint64_t lag_entries; /**< not told yet */
    uint64_t lag_ms;      /**< since the reader was level last */
};
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_feed_answer_progress(const struct cw_answer *answer,
                                                            struct cw_feed_progress *out_progress);

enum cw_feed_why {
    CW_FEED_OP = 1,         /**< a submission */
    CW_FEED_CASE = 2,       /**< a case as it is now: in a snapshot, or a catch-up by state */
    CW_FEED_CORRECTION = 3, /**< a case as it is now: it shows something else, without a new op */
    CW_FEED_RECORD = 4,     /**< authority, key or erasure record */
};

/** @{ flags of an item */
#define CW_FEED_LATE 1u          /**< stands before an op that was told already: read the case's line, do not append */
#define CW_FEED_AGAIN 2u         /**< was told; is opened, or judged otherwise, since */
#define CW_FEED_CAUSE_MISSING 4u /**< names an op that has not arrived */
#define CW_FEED_REVISING 8u      /**< the case's line is older than the op; a correction follows */
#define CW_FEED_OUTSIDE 16u      /**< the case may have left, or never been in, what was chosen */
#define CW_FEED_UNOPENED 32u     /**< the daemon cannot open it yet; it comes again */
/** @} */

/** One item, in what most readers need. Texts are UTF-8, without NUL at the end; they live as long as the answer. */
struct cw_feed_item {
    size_t size;        /**< sizeof(struct cw_feed_item), set by the caller */
    struct cw_op_id id; /**< the same wherever and whenever it is told; of an op: its op id */
    enum cw_feed_why why;
    uint32_t flags; /**< CW_FEED_LATE ... */
    /* the op; empty for a case */
    struct cw_slice what;                            /**< one line: "sets missing_risk to high" */
    struct cw_slice event;                           /**< "sighting"; empty: no event */
    struct cw_slice author, author_division, origin; /**< whose log sequenced it */
    struct cw_slice verdict;                         /**< "effective", "pending", "void", "unopened" ... */
    struct cw_wall time;                             /**< the author's; 0: not known */
    uint64_t hlc;                                    /**< the log's clock: milliseconds << 16 | counter */
    size_t write_count, in_conflict, settled;        /**< writes; of them in conflict now; that settled rivals */
    /* the case as it is now; empty for a record */
    struct cw_slice case_id, reference, kind, status, title, owner, risk, marking;
    size_t conflict_count;
};
/**
 * @param index  below cw_feed_item_count()
 * Returns   CW_OK, CW_USAGE_ARGUMENT (index, size, or not a feed's answer)
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_feed_item(const struct cw_answer *answer, size_t index,
                                                 struct cw_feed_item *out_item);

/** One write of an item's op. */
struct cw_feed_write {
    size_t size;          /**< sizeof(struct cw_feed_write), set by the caller */
    uint32_t field;       /**< number */
    struct cw_slice name; /**< empty: of a newer version */
    uint32_t verb;        /**< enum cw_verb */
    struct cw_slice text; /**< the value as a person reads it; empty: none, or withheld */
    int withheld, in_conflict, settled;
};
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_feed_item_write(const struct cw_answer *answer, size_t index, size_t write,
                                                       struct cw_feed_write *out_write);

#ifdef __cplusplus
}
#endif

#endif
