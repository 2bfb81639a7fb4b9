/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_FEED_H
#define CASEWIRE_LIB_FEED_H

/*
 * A feed on a handle: a stream request that begins anew, at whichever daemon is next, from the cursor of the last
 * message that was heard. Messages wait in a queue until they are taken; the room of one that was taken is granted again
 * when the next is asked for.
 */

#include <casewire/feed.h>

#include "lib/client.h"
#include "proto/cursor.h"

struct heard_message {
    struct heard_message *next;
    struct cw_answer *answer;
    uint32_t items, bytes;
};

struct cw_feed {
    struct attached on;       /* the handle; first */
    struct cw_client *client; /* NULL: it was closed */
    struct cw_request *request;
    struct buf ask; /* cw.Subscribe, without start, cursor and credit */
    enum cw_feed_start start;
    struct cw_wall since;
    uint32_t window_items, window_bytes;
    int32_t silence_ms;
    struct buf cursor;    /* of the last message heard; empty: none yet */
    struct hash expected; /* what the next message names as the cursor before */
    struct cw_mono heard_at;
    struct cw_mono begin_at; /* not before, when no request is on its way */
    int32_t pause_ms;        /* the next pause; 0: it began well */
    struct heard_message *first, **last;
    uint32_t held_items, held_bytes;   /* waiting in the queue */
    uint32_t taken_items, taken_bytes; /* of the message that was taken last: not yet granted again */
    uint32_t owed_items, owed_bytes;   /* to be granted */
    enum cw_err over;                  /* refused: no more */
    size_t operation_count, checked;   /* of the operations that were asked for, so many are known to be there */
    struct cw_request *check;          /* whether the next of them is */
    struct buf checking;               /* its name */
    struct cw_mono check_at;           /* not before */
    struct cw_fault fault;
};

/* feed_ask.c: faults are the handle's. */
enum cw_err feed_check_options(struct cw_client *client, const struct cw_feed_options *options);
/* Fills feed->ask. */
enum cw_err feed_pack_ask(struct cw_feed *feed, const struct cw_feed_options *options);

/* Ends it from this side, and says why. */
void feed_refuse(struct cw_feed *feed, const struct cw_fault *why);

/* --- operations that are not there (feed_check.c) ---------------------------------------------------------------- */

/*
 * A daemon takes every name of an operation: it may come to be. Whoever asks for one wants to hear if it is mistyped, so
 * once a daemon serves the feed - who is behind the cursor says that first - each name is asked about, and messages wait
 * until it is known. A name that no operation has, and no case carries, ends the feed: CW_REFUSED_UNKNOWN_CASE.
 */
void feed_check_operations(struct cw_feed *feed, struct cw_mono now);
bool feed_is_checked(const struct cw_feed *feed);
/* CW_NEVER: nothing to ask about, or an answer is on its way. */
struct cw_mono feed_check_at(const struct cw_feed *feed);
/* Its names were looked up by whoever opened it. */
void feed_trust_names(struct cw_feed *feed);
/* The operation itself, or a case that carries its name. */
bool feed_is_operation(const Cw__CaseView *view, struct cw_slice name);

/* --- the queue (feed_queue.c) -------------------------------------------------------------------------------------- */

/* false: no memory. */
bool feed_queue_put(struct cw_feed *feed, struct cw_answer *answer, uint32_t items, uint32_t bytes);
/* There is one. */
struct cw_answer *feed_queue_take(struct cw_feed *feed);

#endif
