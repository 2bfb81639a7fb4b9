/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/feed_pair.h"

#include <check.h>

struct lab *lab;
struct lab_node *north, *east;
struct lab_reader *reader;

void feed_pair_begin(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
    reader = reader_new(lab);
}

void feed_pair_end(void)
{
    lab_free(lab);
}

struct lab_op open_case(struct lab_node *at, uint32_t number)
{
    struct lab_op op;

    lab_open_case(lab, number, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(at, &op), CW_OK);
    return op;
}

struct lab_op set_title(struct lab_node *at, uint32_t number, const struct lab_op *of, const char *title)
{
    struct lab_op op;

    lab_set(lab, number, &of->case_id, FIELD_TITLE, title, &lab->world.officer, &op);
    ck_assert_uint_eq(lab_ask(at, &op), CW_OK);
    return op;
}
