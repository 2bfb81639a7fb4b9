/* SPDX-License-Identifier: Apache-2.0 */
/* What one certificate may have of the pool. */
#include "node/pool.h"

#include <check.h>
#include <stdlib.h>

static struct pool pool;

static void setup(void)
{
    ck_assert(pool_init(&pool));
}

static void teardown(void)
{
    pool_stop(&pool);
    pool_done(&pool);
}

static void add_lane(link_id link, uint8_t cert)
{
    const struct reader_identity who = {.link = link, .cert.b = {cert}, .subject = SUBJECT_PERSON};

    ck_assert(pool_add_lane(&pool, &who, false, NULL));
}

static void put(link_id link, const char *text)
{
    ck_assert_int_eq(pool_put(&pool, link, slice_of(text)), POOL_TAKEN);
}

START_TEST(who_has_its_share_of_the_pool_leaves_the_rest_to_others)
{
    add_lane(1, 1);
    add_lane(2, 1); /* another program of the same officer */
    add_lane(3, 3);
    for (int i = 0; i < POOL_HOLDER_JOBS_MAX / 2; i++) {
        put(1, "x");
        put(2, "x");
    }
    ck_assert_int_eq(pool_put(&pool, 1, slice_of("y")), POOL_BUSY);
    ck_assert_int_eq(pool_put(&pool, 2, slice_of("y")), POOL_BUSY);
    put(3, "z");
    ck_assert(pool_end_lane(&pool, 1, NULL));
    put(2, "y");
}
END_TEST

START_TEST(large_frames_are_a_share_too)
{
    uint8_t *megabyte = calloc(1, MESSAGE_LEN_MAX);
    size_t taken = 0;

    add_lane(1, 1);
    add_lane(2, 2);
    while (pool_put(&pool, 1, slice(megabyte, MESSAGE_LEN_MAX)) == POOL_TAKEN)
        taken++;
    ck_assert_uint_eq(taken, POOL_HOLDER_COST_MAX / MESSAGE_LEN_MAX - 1);
    put(2, "x");
    free(megabyte);
}
END_TEST

/* Nothing is left of it, and it begins anew. */
START_TEST(what_was_dealt_with_counts_no_more)
{
    for (int round = 0; round < 2; round++) {
        add_lane(1, 1);
        for (int i = 0; i < POOL_HOLDER_JOBS_MAX; i++)
            put(1, "x");
        for (int i = 0; i < POOL_HOLDER_JOBS_MAX; i++)
            pool_drop(&pool, pool_take(&pool));
        put(1, "y");
        ck_assert(pool_end_lane(&pool, 1, NULL));
        ck_assert_ptr_null(pool.holders);
    }
}
END_TEST

Suite *suite_pool_share(void);
Suite *suite_pool_share(void)
{
    Suite *suite = suite_create("pool_share");
    TCase *t = tcase_create("pool_share");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, who_has_its_share_of_the_pool_leaves_the_rest_to_others);
    tcase_add_test(t, large_frames_are_a_share_too);
    tcase_add_test(t, what_was_dealt_with_counts_no_more);
    suite_add_tcase(suite, t);
    return suite;
}
