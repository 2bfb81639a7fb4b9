/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NODE_READER_H
#define TESTS_UNIT_NODE_READER_H

/* Somebody who reads a feed of a lab's node, remembers what it was told, and checks each message as it comes. */

#include "node/feed.h"
#include "tests/unit/node/lab.h"

#define READER_ITEMS_MAX 8192
#define READER_CURSOR_LEN_MAX 65536

struct read_item {
    struct hash id;
    struct cw_case_id case_id;
    uint32_t why, kind, event;
    uint64_t hlc;
    bool late, again, cause_missing, revising, outside, opened, has_view, withheld;
    char what[96], title[64], value[64], status[24], verdict[16];
    uint32_t write_count, in_conflict, settled, conflicts, same_child;
};

struct reader_ask {
    uint32_t start;
    bool by_state, views, records, even_if_behind;
    uint64_t since_ms;
    uint32_t credit_items, credit_bytes; /* 0: plenty, and granted again whenever a message comes */
    const char *risk, *tag, *owner, *division, *operation;
    uint32_t kind;
    struct cw_slice case_name;
};

struct lab_reader {
    struct lab *lab;
    struct lab_node *at;
    link_id link;
    struct cert_id cert;
    enum subject_kind subject;
    uint8_t id[16];
    bool grants;
    uint32_t messages, item_count, ends;
    uint32_t code; /* of the last end */
    char text[256];
    struct hash expected; /* what the next message must name as the cursor before */
    uint8_t cursor[READER_CURSOR_LEN_MAX];
    size_t cursor_len;
    uint64_t lag_entries, lag_ms;
    uint32_t phase;
    bool level;
    uint32_t largest;        /* items of one message */
    uint32_t views_of_death; /* that say it, in a value or a note */
    const char *secret;      /* what no message may hold, anywhere in it; NULL: nothing */
    uint32_t leaks;          /* messages that held it */
    struct read_item items[READER_ITEMS_MAX];
    struct lab_reader *next;
};

/* At most a few per lab; freed with it. */
struct lab_reader *reader_new(struct lab *lab);
/* Subscribes with the cursor it holds when start is 1, and hears what there is. */
void reader_subscribe(struct lab_reader *r, struct lab_node *at, const struct reader_ask *how);
void reader_credit(struct lab_reader *r, uint32_t items, uint32_t bytes);
void reader_unsubscribe(struct lab_reader *r);
void reader_link_down(struct lab_reader *r);
/* Lets the node's feeds say what they can. */
void reader_hear(struct lab_node *n);

/* How often an op was told, and where first (UINT32_MAX: never). */
uint32_t reader_times(const struct lab_reader *r, const struct cw_op_id *op);
uint32_t reader_place(const struct lab_reader *r, const struct cw_op_id *op);
const struct read_item *reader_item(const struct lab_reader *r, const struct cw_op_id *op); /* the last time; NULL */

#endif
