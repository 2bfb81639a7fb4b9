/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_AHEAD_H
#define CASEWIRE_STORE_AHEAD_H

/*
 * Write-ahead commits. A transaction's writes go into a record and, under the number it will have, into a layer
 * in memory. Committing is: the record made durable in the write-ahead file, then the number made visible. What
 * a layer holds is settled into LMDB, in one ordinary transaction with LMDB's own flushes, by a thread of
 * the store, when the layer's segment is nearly full, its oldest commit old enough, or nothing follows any more.
 *
 *          commits                        settled
 *   at ────┬──────────► active layer  ─┐            LMDB, whole as of one commit, and the row
 *          └──────────► its segment    ├─ freeze ─► frozen layer ───────► "write-ahead" naming that commit
 *                                      ┘  (the other segment)
 *
 * Two states, told by that row. *Live*: the file holds what follows the commit named. *Resting*: the file holds
 * nothing, a commit is LMDB's. A store rests when it is closed, when there is no file or no room, while the low-water
 * mark is passed, and for a transaction that fits no segment. docs/storage.md, docs/decisions/0011.
 *
 * Threads: `lock` is the store's. The rest is the writing thread's, but for what stands under the lock.
 */

#include "store/ahead_file.h"
#include "store/layer.h"

#include <pthread.h>

#define AHEAD_SETTLE_MS_DEFAULT 5000
#define AHEAD_QUIET_PART 5 /* when nothing follows for that part of the time, it is settled too */

struct store;
struct store_txn;

struct ahead {
    struct ahead_file file; /* fd -1: none, commits are LMDB's */
    uint64_t want_segment_len;
    uint8_t entropy[STORE_ID_LEN];
    uint64_t lives;                /* how often this process went from resting to live */
    uint8_t life[AHEAD_CHAIN_LEN]; /* the one it is in, as heads name it */
    bool live;
    bool low;          /* stays resting until store_tend finds room */
    bool suspect;      /* it does not hold all that it should, or was copied: the store counts as a backup */
    bool head_due;     /* the segment's head goes into the file with its first record */
    bool spoilt;       /* the active layer holds much memory for nothing */
    size_t undone_len; /* bytes of undone ops in it */
    uint32_t segment;
    size_t used;                  /* bytes of the segment */
    struct ahead_filling filling; /* of the segment, once its head is there */
    int64_t settle_ms;

    /* under the lock */
    struct ahead_position at; /* the last commit; written by the writing thread only */
    struct layer *active, *frozen;
    struct ahead_position frozen_at;
    uint64_t settled;        /* the last commit that is in LMDB */
    uint64_t records;        /* commits in the active layer */
    int64_t oldest_ms;       /* when the first of them was made, monotonic */
    int64_t newest_ms;       /* ... and the last */
    bool due;                /* the active layer is old, and a transaction was open when that was noticed */
    bool settling;           /* somebody is settling the frozen layer */
    bool stuck;              /* there was no room to; tried again when store_tend finds some */
    uint64_t stuck_free_len; /* what was free when it failed for want of room */
    bool running, stop;
    pthread_t thread;
    pthread_cond_t changed;
};

/* ahead_open.c, after the tables were opened and before anything is written. */
enum cw_err ahead_open(struct store *s, const struct store_options *options, struct refusal *why);
/*
 * ahead_replay.c: what follows the row, from the file into layers, durable afterwards. CW_LOCAL_NOT_FOUND: the file does not know the
 * row. CW_LOCAL_FORMAT: it is of a newer version. CW_LOCAL_CORRUPT: a whole record is not one of ours. *out_damaged: more followed, and is not whole.
 */
enum cw_err ahead_replay(struct store *s, const struct ahead_position *row, bool *out_damaged);
/* Everything into LMDB when that is still possible; ends the thread; gives everything back. */
void ahead_close(struct store *s);
/* There is room: what waited for it goes on, and the file is made if there is none and it is wanted. */
void ahead_has_room(struct store *s);
/* Space is low, and more is free than when settling found no room: what was acknowledged may fit now, and is tried once more. */
void ahead_may_fit(struct store *s);

/* --- a write transaction; ahead.c ---------------------------------------------------------------------------- */

/*
 * Before a transaction; may wait for the thread. Afterwards a->live says which way it goes: a live store has an active layer with room. CW_LOCAL_NO_SPACE:
 * it is live, and what is ahead can be settled neither by the thread nor here.
 */
enum cw_err ahead_ready(struct store *s);
enum cw_err ahead_write(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value, bool dead);
/* CW_OK: durable and visible. CW_LOCAL_NO_SPACE: undone, the store goes on. Else the store has failed. */
enum cw_err ahead_commit(struct store_txn *txn);
void ahead_undo(struct store_txn *txn);
/* The layers as they are now, held, and the last commit. Under the lock, like beginning LMDB's transaction with them. */
void ahead_look(struct store *s, struct store_txn *txn);

/* Everything into LMDB. In a transaction that has written nothing yet, or once the thread has ended. */
enum cw_err ahead_rest(struct store *s);
enum cw_err ahead_rest_between(struct store *s); /* the same between transactions */
/* A transaction begins or ends: meanwhile nobody else freezes the active layer. */
void ahead_set_writing(struct store *s, bool writing);

/* --- what its files share ---------------------------------------------------------------------------------------- */

int64_t ahead_now_ms(void);
void ahead_freeze_locked(struct store *s); /* the frozen layer is settled, and the active one has commits */
void ahead_begin_life(struct store *s);    /* a chain, and a life, that nobody else has begun */
void ahead_fill_head(struct store *s, uint8_t out[static AHEAD_PAGE_LEN]);
enum cw_err ahead_new_layer(struct store *s); /* the active one */

/* ahead_thread.c. Settles the frozen layer, if there is one, or waits until it is settled. Any thread. */
enum cw_err ahead_settle_frozen(struct store *s);
enum cw_err ahead_start_thread(struct store *s);
void ahead_stop_thread(struct store *s);

/* ahead_settle.c: the versions of a layer with above < number <= upto, and the row, in one durable LMDB transaction. */
struct ahead_settlement {
    const struct layer *layer; /* NULL: only the row */
    uint64_t above, upto;
    struct ahead_position at;
    bool live;
    bool is_backup; /* and the mark */
};
enum cw_err ahead_settle(struct store *s, const struct ahead_settlement *what);

#endif
