/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_FEED_H
#define BENCH_FEED_H

/* A reader of a feed, as lean as a lane: it counts items, gives credit, and keeps nothing. */

#include "lane.h"

enum feed_start { FEED_BEGINNING = 2, FEED_NOW = 5 };

struct feed_reader {
    struct lane lane;
    const struct who *who;
    uint64_t number;                 /* of its Subscribe */
    uint64_t items, messages;        /* so far */
    uint64_t bytes;                  /* of all messages */
    uint64_t mix;                    /* of the items' ids: two readers that were told the same have the same */
    bool level;                      /* the last message said that everything was told */
    uint64_t items_owed, bytes_owed; /* used up, and not given again yet */
};

/* Connects, subscribes, and waits for the first message. */
void feed_open(struct feed_reader *out, void *context, const struct place *place, const struct who *who,
               uint64_t number, enum feed_start start);
void feed_close(struct feed_reader *reader);
/* An answer of its lane. Gives up when it is not of the feed, or ends it. Gives credit again in time. */
void feed_take(struct feed_reader *reader, struct cw_slice frame);
/* Whether one of the items in this message is op `op`. */
bool feed_tells(struct cw_slice frame, const struct cw_op_id *op);

#endif
