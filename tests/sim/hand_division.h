/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_HAND_DIVISION_H
#define TESTS_SIM_HAND_DIVISION_H

/*
 * A division whose log is written by hand: it has the keys of a certified daemon and runs other code, newer or
 * hostile. What an honest daemon would refuse at its door comes in by sync instead.
 */

#include "tests/sim/story.h"

struct hand_division {
    struct sim *sim;
    uint32_t index;
    struct hand_log log;
    struct vault *vault;
    struct key_record_id record;
    struct rng entropy;
};

/* Takes the place of that division, whose own daemon ends. Its audience's key is learned from another's store. */
void hand_division_open(struct hand_division *h, struct sim *s, uint32_t index);
/* The same keys, beside the division's own daemon, which goes on; no log yet. */
void hand_division_beside(struct hand_division *h, struct sim *s, uint32_t index);
/* Its n-th log, for what is handed to that node next. false: the node does not hold what such an entry needs. */
bool hand_division_new_log(struct hand_division *h, uint64_t n, uint32_t node);
void hand_division_done(struct hand_division *h);
/* One batch of one entry, handed to `node` as a relay would. Index of the op. */
uint32_t hand_division_write(struct hand_division *h, struct draft *d, uint32_t node);

#endif
