/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_FEED_H
#define TESTS_SIM_FEED_H

/*
 * Readers of feeds: they crash and lose what they had not kept, go on at another daemon, stop consuming for a while,
 * and check every message. They draw from streams of their own and ask beside the nodes' turns, so that a seed's world is
 * the same with and without them.
 */

#include "node/feed.h"
#include "tests/sim/sim.h"

#define READERS_MAX 4
#define READER_CHOSEN_RISK "high"
#define FEED_READER_WAIT_MS 6000 /* after which nothing waits for a cause any more */
#define FEED_READ_OUT_MS 11000   /* and the beat has said that the feed is level, if nothing else did */

enum reader_kind {
    READS_ALL,    /* each op and each record, from the beginning */
    READS_STATE,  /* a snapshot, and after an absence each changed case once: keeps lines only */
    READS_CHOSEN, /* the cases of one risk */
};

/* What a reader keeps: it goes back to a mark when it crashes. */
struct told_op {
    struct cw_op_id id;
    char verdict[16];
};
struct told_line {
    struct cw_case_id id;
    uint64_t hash;   /* of the case's line as told */
    bool high;       /* its risk was the chosen one */
    bool incomplete; /* as it was told: the daemon could not read all of the case */
};

struct sim_reader {
    struct sim *sim;
    uint32_t index;
    struct rng rng;
    struct cert_id cert;
    enum reader_kind kind;
    bool slow; /* a message at a time, and long pauses */

    bool on, stalled, went_on_behind;
    bool at_once;       /* what it is told takes no time: while it is read out */
    uint32_t node, run; /* where it reads, and which start of that process */
    uint64_t session;
    uint8_t id[16];
    int64_t last_arrival;
    uint64_t granted_items, granted_bytes, heard_items;
    uint64_t counted_bytes, left_bytes; /* of what was granted: in left_bytes already; what the daemon had left */
    struct hash expected;
    bool level;

    uint8_t *cursor, *kept_cursor;
    size_t cursor_len, kept_cursor_len;
    struct told_op *told;
    uint32_t told_count, told_max, kept_told;
    struct told_line *lines;
    uint32_t line_count, line_max, kept_lines;
    uint32_t resumes, refusals;
    uint32_t told_now, provisional_now; /* items of a read-out */
};

void feed_readers_begin(struct sim *s);
void feed_readers_free(struct sim *s);
bool feed_is_link(link_id link);
/* What a node says to a reader. */
void feed_hear(struct sim_node *n, link_id link, struct cw_slice frame);
/* After a turn, and whenever a node's feeds want to be heard. */
void feed_pump(struct sim_node *n);
/* Goes on at that node, with all the credit there is, until there is nothing more to tell. */
void feed_read_out(struct sim_reader *r, struct sim_node *n);
/* The last time; NULL: never. */
const struct told_op *feed_was_told(const struct sim_reader *r, const struct cw_op_id *op);
/* The last line that was told of a case; NULL: none. */
const struct told_line *feed_last_line(const struct sim_reader *r, const struct cw_case_id *id);
/* The same made from the node's row. */
uint64_t feed_line_hash(const struct case_row *row, const struct case_line *line);

/* Between the two files: a message of items; the cursor and what was told up to it, kept or forgotten in one step. */
/* granted: bytes in all, when it was sent */
void feed_take_items(struct sim_reader *r, const Cw__FeedItems *feed, uint64_t granted);
void feed_keep(struct sim_reader *r);
void feed_forget_unkept(struct sim_reader *r);
/* Begins anew at the next read-out, without cursor. */
void feed_forget_all(struct sim_reader *r);

#endif
