/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "node/internal.h"
#include "proto/reserved.h"

#include <check.h>

/*
 * Records whose behaviour is a later version's (docs/protocol.md §3.11): stored, counted, and never asked whether they
 * are well-formed, for a later daemon must judge the same history as this one does.
 */

static struct lab *lab;
static struct lab_node *north;

static void start(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_hand_in(north, lab->root);
    lab_hand_in(north, lab->authority);
}

static void end(void)
{
    lab_free(lab);
}

static struct cw_slice erased(void)
{
    static uint8_t bytes[128];
    struct writer w = writer_over(bytes, sizeof bytes);

    erased_record_encode(&(struct erased_record){.erasure = {{1}}, .erased_at = {WORLD_TIME_MS}}, &w);
    return slice(bytes, w.len);
}

static void expect_whole(void)
{
    struct refusal why = {0};

    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
}

/* One body is well-formed for one of the five, and malformed for the others; the other for none. */
START_TEST(a_malformed_record_counts_like_a_well_formed_one)
{
    const struct cw_slice bodies[] = {erased(), slice_of("no record at all")};
    struct lab_hand hand;
    uint32_t count = 0;

    lab_hand_open(lab, &hand, LOG_DIVISION);
    hand.names.count = 1;
    hand.names.at[0] = (struct position){lab->authority_hand->log, lab->authority_hand->seq, lab->authority_hand->prev};
    for (uint32_t c = CLASS_WRAPS; c <= CLASS_AUDIENCE; c++) {
        for (size_t i = 0; i < CW_COUNT(bodies); i++) {
            struct lab_record record = {.op_class = (enum op_class)c, .body = bodies[i]};

            lab_hand_in(north, lab_hand_one(&hand, record));
            lab_run(lab, 100);
            ck_assert_uint_eq(lab_counter(north, COUNTER_ENTRIES),
                              lab->root_hand->seq + lab->authority_hand->seq + ++count);
        }
    }
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 0);
    expect_whole();
}
END_TEST

START_TEST(an_act_of_a_later_version_is_passed_whatever_its_body)
{
    struct lab_hand *hand = lab->authority_hand;

    for (uint32_t act = ACT_REINSTATE; act <= ACT_VERSIONS; act++) {
        struct lab_record record = {.act = (enum authority_act)act, .body = slice_of("no act at all")};

        lab_hand_in(north, lab_hand_one(hand, record));
        record.body = slice((const uint8_t *)"\x08\x07", 2); /* writers_min 7: the act 9 that it should be */
        lab_hand_in(north, lab_hand_one(hand, record));
    }
    lab_hand_in(north, lab_hand_one(hand, lab_policy(lab, "after", "them")));
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 0);
    expect_whole();
}
END_TEST

Suite *suite_node_reserved(void);
Suite *suite_node_reserved(void)
{
    Suite *suite = suite_create("node/reserved");
    TCase *t = tcase_create("verdicts");

    tcase_add_checked_fixture(t, start, end);
    tcase_add_test(t, a_malformed_record_counts_like_a_well_formed_one);
    tcase_add_test(t, an_act_of_a_later_version_is_passed_whatever_its_body);
    suite_add_tcase(suite, t);
    return suite;
}
