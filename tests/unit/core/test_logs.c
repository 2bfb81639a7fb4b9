/* SPDX-License-Identifier: Apache-2.0 */
#include "core/feed.h"
#include "core/logs.h"

#include <check.h>
#include <stdlib.h>

/* The table of logs, and the bounded form of "which blobs are held". */

static struct log_id log_numbered(uint32_t n)
{
    struct log_id log = {{0}};
    uint32_t scattered = n * UINT32_C(2654435761);

    memcpy(log.b, &scattered, sizeof scattered);
    log.b[31] = 1;
    return log;
}

START_TEST(every_log_added_is_found_and_the_order_is_that_of_the_ids)
{
    enum { COUNT = 300 };
    static uint8_t memory[COUNT * (sizeof(struct log_slot) + 64)];
    struct arena arena = arena_over(memory, sizeof memory);
    struct logs logs;

    logs_init(&logs, &arena, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct log_head head = {.log = log_numbered(i), .n = i};

        ck_assert_uint_eq(logs_find(&logs, &head.log), LOG_NONE);
        ck_assert_uint_eq(logs_add(&logs, &head), i);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        struct log_id log = log_numbered(i);

        ck_assert_uint_eq(logs_find(&logs, &log), i);
        if (i > 0)
            ck_assert_int_lt(ID_COMPARE(&logs.slots[logs.sorted[i - 1]].head.log, &logs.slots[logs.sorted[i]].head.log),
                             0);
    }
    struct log_head more = {.log = log_numbered(COUNT)};

    ck_assert_uint_eq(logs_add(&logs, &more), LOG_NONE);
    ck_assert_uint_eq(logs.count, COUNT);
}
END_TEST

/* --- holes --------------------------------------------------------------------------------------------- */

enum { SEQS = 200 };

static void ck_well_formed(const struct log_head *head)
{
    bool ascending = true;

    ck_assert_uint_le(head->blob_seq, head->seq);
    ck_assert_uint_le(head->hole_count, HOLES_MAX);
    for (uint32_t i = 0; i < head->hole_count; i++)
        ascending = ascending && head->holes[i] < head->blob_seq && (i == 0 || head->holes[i - 1] < head->holes[i]);
    ck_assert(ascending);
}

/* Whatever is said in whatever order, nothing is claimed to be held that is not. */
START_TEST(nothing_is_ever_claimed_that_is_not_held)
{
    srand(11);
    for (int round = 0; round < 100; round++) {
        struct log_head head = {.seq = SEQS};
        bool held[SEQS + 1] = {false}, full = false;

        for (int step = 0; step < 400; step++) {
            uint64_t seq = 1 + (uint64_t)(rand() % SEQS);
            bool now = rand() % 100 < 60 + round % 40;

            held[seq] = now;
            log_head_blob(&head, seq, now, &full);
            ck_well_formed(&head);
            bool honest = true;

            for (uint64_t i = 1; i <= SEQS; i++)
                honest = honest && (held[i] || !log_holds_blob(head.blob_seq, head.holes, head.hole_count, i));
            ck_assert(honest);
        }
    }
}
END_TEST

START_TEST(with_at_most_64_holes_everything_held_is_claimed)
{
    srand(12);
    for (int round = 0; round < 100; round++) {
        struct log_head head = {.seq = SEQS};
        bool held[SEQS + 1] = {false}, full = false;

        for (uint64_t seq = 1; seq <= SEQS; seq++) {
            held[seq] = seq % 4 != 0 || seq > UINT64_C(4) * HOLES_MAX;
            log_head_blob(&head, seq, held[seq], &full);
        }
        for (int step = 0; step < 50; step++) {
            uint64_t seq = 4 * (1 + (uint64_t)(rand() % (SEQS / 4)));

            held[seq] = true;
            log_head_blob(&head, seq, true, &full);
        }
        ck_assert(!full);
        for (uint64_t i = 1; i <= SEQS; i++)
            ck_assert(log_holds_blob(head.blob_seq, head.holes, head.hole_count, i) == held[i]);
    }
}
END_TEST

START_TEST(the_65th_hole_ends_blob_seq_and_says_so)
{
    struct log_head head = {.seq = 200};
    bool full = false;

    for (uint64_t seq = 1; seq <= 2 * HOLES_MAX + 1; seq++)
        log_head_blob(&head, seq, seq % 2 == 1, &full);
    ck_assert_uint_eq(head.hole_count, HOLES_MAX);
    ck_assert_uint_eq(head.blob_seq, 129);
    ck_assert(!full);
    log_head_blob(&head, 131, true, &full);
    ck_assert(full);
    ck_assert_uint_eq(head.blob_seq, 129);

    full = false;
    log_head_blob(&head, 2, true, &full); /* one filled: there is room for the 65th */
    log_head_blob(&head, 131, true, &full);
    ck_assert(!full);
    ck_assert_uint_eq(head.blob_seq, 131);
}
END_TEST

START_TEST(a_feed_claims_no_entry_at_or_after_the_first_hole)
{
    struct log_head head = {.seq = 10};
    bool full = false;

    for (uint64_t seq = 1; seq <= 9; seq++)
        log_head_blob(&head, seq, seq != 4, &full);
    ck_assert_uint_eq(feed_prefix(&head), 3);
    log_head_blob(&head, 4, true, &full);
    ck_assert_uint_eq(feed_prefix(&head), 9);
}
END_TEST

Suite *suite_logs(void)
{
    Suite *suite = suite_create("core/logs");
    TCase *c = tcase_create("logs");

    tcase_add_test(c, every_log_added_is_found_and_the_order_is_that_of_the_ids);
    tcase_add_test(c, nothing_is_ever_claimed_that_is_not_held);
    tcase_add_test(c, with_at_most_64_holes_everything_held_is_claimed);
    tcase_add_test(c, the_65th_hole_ends_blob_seq_and_says_so);
    tcase_add_test(c, a_feed_claims_no_entry_at_or_after_the_first_hole);
    suite_add_tcase(suite, c);
    return suite;
}
