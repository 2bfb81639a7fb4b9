/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/disk.h"
#include "tests/unit/store/lab.h"
#include "tests/unit/store/story.h"

#include "store/internal.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct lab lab;

#define SHORT ((uint64_t)64 << 10) /* segments of 32 KiB */

static void set_up(void)
{
    lab_init(&lab);
    lab.write_ahead_len = SHORT;
}

static void tear_down(void)
{
    lab_done(&lab);
}

static struct store_stats stats_of(struct store *s)
{
    struct store_stats stats;

    store_stats(s, &stats);
    return stats;
}

/* Until the thread has settled all. */
static void wait_settled(struct store *s)
{
    (void)pthread_mutex_lock(&s->lock);
    while (s->ahead.settled != s->ahead.at.number)
        (void)pthread_cond_wait(&s->ahead.changed, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
}

/* --- commits -------------------------------------------------------------------------------------------- */

START_TEST(a_commit_is_one_append_and_one_flush_and_nothing_of_lmdb)
{
    struct store *s = lab_open(&lab);
    struct disk_seen before, after;

    ck_assert_int_eq(lab_put(s, LAB_ROWS, "a", slice_of("1")), CW_OK); /* goes live */
    before = disk_seen();
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "b", slice_of("1")), CW_OK);
    after = disk_seen();
    ck_assert_int_eq(after.appends, before.appends + 1);
    ck_assert_int_eq(after.flushes, before.flushes + 1);
    ck_assert_int_eq(after.page_writes, before.page_writes);
    ck_assert_int_eq(after.meta_writes, before.meta_writes);
    ck_assert(lab_has(s, LAB_ROWS, "b"));
    ck_assert_uint_eq(stats_of(s).unsettled, 2);
    store_close(s);
}
END_TEST

START_TEST(a_transaction_without_writes_costs_nothing)
{
    struct store *s = lab_open(&lab);
    struct store_txn *txn = NULL;
    int before;

    ck_assert_int_eq(lab_put(s, LAB_ROWS, "a", slice_of("1")), CW_OK);
    before = disk_calls();
    ck_assert_int_eq(store_begin(s, &txn), CW_OK);
    ck_assert_int_eq(store_del(txn, LAB_ROWS, slice_of("absent")), CW_OK);
    ck_assert_int_eq(store_commit(&txn), CW_OK);
    ck_assert_int_eq(disk_calls(), before);
    store_close(s);
}
END_TEST

START_TEST(closing_leaves_all_in_lmdb)
{
    struct store *s = lab_open(&lab);

    lab_tell(s, 1, 5);
    store_close(s);
    lab_check_by_lmdb_alone(&lab, 5);
}
END_TEST

START_TEST(full_segments_are_settled_and_used_again)
{
    struct store *s = lab_open(&lab);
    struct disk_seen before;

    lab_tell(s, 1, 1);
    before = disk_seen();
    lab_tell(s, 2, 200);
    ck_assert_int_gt(disk_seen().meta_writes, before.meta_writes + 10);
    ck_assert_uint_lt(stats_of(s).unsettled, 20);
    lab_check_told(s, 201);
    store_close(s);
    lab_check_by_lmdb_alone(&lab, 201);
}
END_TEST

START_TEST(a_commit_that_nothing_follows_is_settled_when_it_is_old)
{
    struct store_options o = lab_options(&lab);
    struct store *s;

    o.settle_after_ms = 1;
    s = lab_open_with(&o);
    lab_tell(s, 1, 1);
    wait_settled(s);
    lab_check_told(s, 1);
    lab_tell(s, 2, 1);
    wait_settled(s);
    lab_check_told(s, 2);
    store_close(s);
}
END_TEST

START_TEST(a_commit_that_comes_of_age_inside_a_transaction_is_settled_after_it)
{
    struct store *s = lab_open(&lab);
    struct store_txn *txn = NULL;

    lab_tell(s, 1, 1);
    ck_assert_int_eq(store_begin(s, &txn), CW_OK);
    (void)pthread_mutex_lock(&s->lock);
    s->ahead.due = true; /* as the thread finds it */
    (void)pthread_mutex_unlock(&s->lock);
    ck_assert_int_eq(store_put(txn, LAB_ROWS, slice_of("a"), slice_of("1")), CW_OK);
    store_abort(&txn);
    wait_settled(s);
    lab_check_told(s, 1);
    store_close(s);
}
END_TEST

static enum cw_err put_large(struct store *s, const char *key, size_t len)
{
    static uint8_t value[300000];

    ck_assert_uint_le(len, sizeof value);
    return lab_put(s, LAB_ROWS, key, slice(value, len));
}

START_TEST(what_fits_no_segment_goes_to_lmdb_after_all_before_it)
{
    struct store *s = lab_open(&lab);
    uint64_t count;

    for (int i = 0; i < 3; i++) {
        char key[16];

        (void)snprintf(key, sizeof key, "%d", i);
        ck_assert_int_eq(lab_put(s, LAB_ROWS, key, slice_of("small")), CW_OK);
        ck_assert_int_eq(put_large(s, "large", 200000), CW_OK);
        ck_assert_uint_eq(stats_of(s).unsettled, 0);
        ck_assert(lab_has(s, LAB_ROWS, key));
        ck_assert(lab_has(s, LAB_ROWS, "large"));
    }
    count = lab_rows(s, LAB_ROWS);
    ck_assert_uint_eq(count, 4);
    store_close(s);
    s = lab_open(&lab);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), 4);
    store_close(s);
}
END_TEST

START_TEST(a_large_transaction_that_is_given_up_leaves_no_memory)
{
    struct store *s = lab_open(&lab);
    static uint8_t value[200000];

    lab_tell(s, 1, 1);
    for (int i = 0; i < 3; i++) {
        struct store_txn *txn = NULL;

        ck_assert_int_eq(store_begin(s, &txn), CW_OK);
        ck_assert(!s->ahead.spoilt); /* a fresh layer each time */
        ck_assert_int_eq(store_put(txn, LAB_ROWS, slice_of("large"), slice(value, sizeof value)), CW_OK);
        store_abort(&txn);
    }
    lab_check_told(s, 1);
    lab_tell(s, 2, 30);
    lab_check_told(s, 31);
    store_close(s);
}
END_TEST

/* --- readers ---------------------------------------------------------------------------------------------- */

static char letter_of(struct store_txn *txn)
{
    struct cw_slice value;

    ck_assert_int_eq(store_get(txn, LAB_ROWS, slice_of("row"), &value), CW_OK);
    return (char)value.data[0];
}

START_TEST(a_reader_keeps_its_rows_whatever_is_settled_meanwhile)
{
    struct store *s = lab_open(&lab);
    struct store_txn *first = NULL, *second = NULL;

    ck_assert_int_eq(lab_put(s, LAB_ROWS, "row", slice_of("a")), CW_OK);
    ck_assert_int_eq(store_begin_read(s, &first), CW_OK);
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "row", slice_of("b")), CW_OK);
    ck_assert_int_eq(store_begin_read(s, &second), CW_OK);
    lab_tell(s, 1, 40); /* overwrites segments, settles layers */
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "row", slice_of("c")), CW_OK);
    ck_assert_int_eq(put_large(s, "large", 200000), CW_OK);
    ck_assert_int_eq(letter_of(first), 'a');
    ck_assert_int_eq(letter_of(second), 'b');
    store_abort(&first);
    store_abort(&second);
    ck_assert_int_eq(store_begin_read(s, &first), CW_OK);
    ck_assert_int_eq(letter_of(first), 'c');
    store_abort(&first);
    store_close(s);
}
END_TEST

#define READER_THREADS 3

struct many {
    struct store *store;
    atomic_bool stop;
};

/* Whole turns only, and never back. */
static void *read_stories(void *arg)
{
    struct many *m = arg;
    uint64_t last = 0, bad = 0;

    while (!atomic_load(&m->stop)) {
        char problem[200];
        uint64_t found;

        if (!story_check(m->store, &found, problem, sizeof problem) || found < last)
            bad++;
        last = found;
    }
    return (void *)(uintptr_t)bad;
}

START_TEST(readers_beside_the_writer_see_whole_turns_only)
{
    struct many m = {.store = lab_open(&lab)};
    pthread_t threads[READER_THREADS];

    lab_tell(m.store, 1, 1);
    for (int i = 0; i < READER_THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_stories, &m), 0);
    lab_tell(m.store, 2, 150);
    atomic_store(&m.stop, true);
    for (int i = 0; i < READER_THREADS; i++) {
        void *bad;

        ck_assert_int_eq(pthread_join(threads[i], &bad), 0);
        ck_assert_ptr_null(bad);
    }
    lab_check_told(m.store, 151);
    store_close(m.store);
}
END_TEST

/* As `casewired --verify-store` does beside the daemon. */
static _Noreturn void look_on(int told)
{
    struct store_options o = lab_options(&lab);
    struct store *s;
    uint64_t last = 0;
    char byte;

    if (read(told, &byte, 1) != 1)
        _exit(2);
    o.read_only = true;
    s = lab_open_with(&o);
    for (int i = 0; i < 400; i++) {
        char problem[200];
        uint64_t found;

        if (!story_check(s, &found, problem, sizeof problem) || found < last)
            _exit(1);
        last = found;
    }
    store_close(s);
    _exit(0);
}

START_TEST(another_process_that_only_reads_sees_whole_turns_too)
{
    int told[2], status = 0;
    uint64_t turn = 1;
    struct store *s;
    pid_t child;

    ck_assert_int_eq(pipe(told), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        look_on(told[0]);
    s = lab_open(&lab);
    lab_tell(s, turn++, 1);
    ck_assert_int_eq(write(told[1], "x", 1), 1);
    while (waitpid(child, &status, WNOHANG) == 0)
        lab_tell(s, turn++, 1);
    ck_assert_int_eq(status, 0);
    store_close(s);
}
END_TEST

/* LMDB takes a commit by itself, whose number is none: the reader's layers must not lie over it. */
START_TEST(a_process_that_only_reads_sees_what_lmdb_took_by_itself)
{
    int told[2], seen[2], status = 0;
    struct store *s;
    pid_t child;
    char byte;

    ck_assert_int_eq(pipe(told), 0);
    ck_assert_int_eq(pipe(seen), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct store_options o = lab_options(&lab);

        ck_assert_int_eq(read(told[0], &byte, 1), 1);
        o.read_only = true;
        s = lab_open_with(&o);
        lab_check_told(s, 3);
        ck_assert_int_eq(write(seen[1], "x", 1), 1);
        ck_assert_int_eq(read(told[0], &byte, 1), 1);
        lab_check_told(s, 4);
        ck_assert_int_eq(write(seen[1], "x", 1), 1);
        ck_assert_int_eq(read(told[0], &byte, 1), 1);
        lab_check_told(s, 6);
        _exit(0);
    }
    s = lab_open(&lab);
    lab_tell(s, 1, 3);
    ck_assert_int_eq(write(told[1], "x", 1), 1);
    ck_assert_int_eq(read(seen[0], &byte, 1), 1);
    s->low_water_len = UINT64_MAX / 2;
    lab_tell(s, 4, 1);
    ck_assert_int_eq(write(told[1], "x", 1), 1);
    ck_assert_int_eq(read(seen[0], &byte, 1), 1);
    lab_tell(s, 5, 2);
    s->low_water_len = 1;
    store_tend(s);
    lab_tell(s, 7, 1); /* live again, from the same number */
    ck_assert_int_eq(write(told[1], "x", 1), 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    store_close(s);
}
END_TEST

/* --- little room --------------------------------------------------------------------------------------------- */

START_TEST(below_the_low_water_mark_commits_are_lmdbs)
{
    struct store *s = lab_open(&lab);

    lab_tell(s, 1, 3);
    ck_assert_uint_eq(stats_of(s).unsettled, 3);
    s->low_water_len = UINT64_MAX / 2;
    lab_tell(s, 4, 3);
    ck_assert_uint_eq(stats_of(s).unsettled, 0);
    lab_check_told(s, 6);
    s->low_water_len = 1;
    lab_tell(s, 7, 1);
    ck_assert_uint_eq(stats_of(s).unsettled, 0); /* not to and fro: tending finds out */
    store_tend(s);
    lab_tell(s, 8, 3);
    ck_assert_uint_eq(stats_of(s).unsettled, 3);
    lab_check_told(s, 10);
    store_close(s);
    lab_check_by_lmdb_alone(&lab, 10);
}
END_TEST

START_TEST(a_file_that_found_no_room_is_made_later)
{
    struct store_options o = lab_options(&lab);
    struct store *s;

    o.low_water_len = UINT64_MAX / 2;
    s = lab_open_with(&o);
    lab_tell(s, 1, 3);
    ck_assert_int_eq(s->ahead.file.fd, -1);
    s->low_water_len = 1;
    store_tend(s);
    lab_tell(s, 4, 3);
    ck_assert_uint_eq(stats_of(s).unsettled, 3);
    lab_check_told(s, 6);
    store_close(s);
}
END_TEST

Suite *suite_ahead(void)
{
    Suite *suite = suite_create("ahead");
    TCase *t = tcase_create("ahead");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_commit_is_one_append_and_one_flush_and_nothing_of_lmdb);
    tcase_add_test(t, a_transaction_without_writes_costs_nothing);
    tcase_add_test(t, closing_leaves_all_in_lmdb);
    tcase_add_test(t, full_segments_are_settled_and_used_again);
    tcase_add_test(t, a_commit_that_nothing_follows_is_settled_when_it_is_old);
    tcase_add_test(t, a_commit_that_comes_of_age_inside_a_transaction_is_settled_after_it);
    tcase_add_test(t, what_fits_no_segment_goes_to_lmdb_after_all_before_it);
    tcase_add_test(t, a_large_transaction_that_is_given_up_leaves_no_memory);
    tcase_add_test(t, a_reader_keeps_its_rows_whatever_is_settled_meanwhile);
    tcase_add_test(t, readers_beside_the_writer_see_whole_turns_only);
    tcase_add_test(t, another_process_that_only_reads_sees_whole_turns_too);
    tcase_add_test(t, a_process_that_only_reads_sees_what_lmdb_took_by_itself);
    tcase_add_test(t, below_the_low_water_mark_commits_are_lmdbs);
    tcase_add_test(t, a_file_that_found_no_room_is_made_later);
    suite_add_tcase(suite, t);
    return suite;
}
