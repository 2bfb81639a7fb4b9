/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NODE_FEED_PAIR_H
#define TESTS_UNIT_NODE_FEED_PAIR_H

/* Two daemons that know each other, and one reader: what each test of feeds begins with. */

#include "tests/unit/node/reader.h"

extern struct lab *lab;
extern struct lab_node *north, *east;
extern struct lab_reader *reader;

#define FROM_CURSOR (&(struct reader_ask){.start = 1})
#define FROM_BEGINNING (&(struct reader_ask){.start = 2})
#define FROM_SNAPSHOT (&(struct reader_ask){.start = 3})
#define FROM_NOW (&(struct reader_ask){.start = 5})

void feed_pair_begin(void);
void feed_pair_end(void);
/* Both are acknowledged. */
struct lab_op open_case(struct lab_node *at, uint32_t number);
struct lab_op set_title(struct lab_node *at, uint32_t number, const struct lab_op *of, const char *title);

#endif
