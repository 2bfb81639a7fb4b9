/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_STORE_STORY_H
#define TESTS_UNIT_STORE_STORY_H

/*
 * Turns whose rows are known from their number alone, and so is what a store must hold after any of them, row by
 * row: rows that are written again and again and deleted, a queue that grows at one end and is emptied at the other, now and
 * then a value of many pages, and transactions that are given up.
 */

#include "store/store.h"

/* Turn `number` (from 1) in a transaction of its own. */
enum cw_err story_tell(struct store *s, uint64_t number);

/* The last turn the store holds, 0: none. False: something is there that no turn left, or missing; *problem says what. */
bool story_check(struct store *s, uint64_t *out_last, char *problem, size_t problem_len);

#endif
