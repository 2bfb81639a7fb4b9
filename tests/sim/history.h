/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_HISTORY_H
#define TESTS_SIM_HISTORY_H

/*
 * What really happened, kept outside all nodes: every entry that a daemon ever made durable in its own log,
 * every seal, and which logs really forked. Checks compare what nodes believe with this.
 */

#include "tests/sim/sim.h"

struct made_entry {
    struct log_id log;
    uint64_t seq;
    struct hash hash;
    uint64_t hlc;
    uint32_t origin; /* node */
    struct cw_op_id op;
};

struct made_seal {
    struct log_id log;
    uint64_t first, last;
    struct hash hash;
    uint32_t origin;
};

struct made_log {
    struct log_id log;
    uint32_t origin;
    bool forked; /* two different seals overlap in it */
};

struct history *history_new(void);
void history_free(struct history *h);

/* false: the same start id and counter were signed for another root before. */
bool history_frontier(struct history *h, const struct frontier_head *head);
/* An entry that a story wrote by hand. */
void history_add(struct history *h, const struct made_entry *e);
/* Looks at what the node's own log gained since the last look. */
void history_look(struct sim_node *n);
/* What the last look found. */
const struct made_entry *history_entries(const struct history *h, uint32_t *out_count); /* all */
const struct made_entry *history_fresh(const struct history *h, uint32_t *out_count);

/* NULL: no daemon ever made such an entry. */
const struct made_entry *history_entry(const struct history *h, const struct log_id *log, uint64_t seq,
                                       const struct hash *hash);
/* Another entry at the same place. */
const struct made_entry *history_rival(const struct history *h, const struct log_id *log, uint64_t seq,
                                       const struct hash *hash);
const struct made_seal *history_seal(const struct history *h, const struct log_id *log, const struct hash *hash);
const struct made_log *history_log(const struct history *h, const struct log_id *log); /* NULL: nobody's here */
uint32_t history_logs(const struct history *h, const struct made_log **out);

#endif
