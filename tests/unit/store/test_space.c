/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/disk.h"
#include "tests/unit/store/lab.h"

#include "store/internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

static struct lab lab;
static uint8_t page[4000];

static void set_up(void)
{
    lab_init(&lab);
}

static void tear_down(void)
{
    lab_done(&lab);
}

/* Puts rows of one page, each in its own commit, until one is refused; returns how many were kept. */
static uint64_t fill(struct store *s, uint64_t first, enum cw_err *out_err)
{
    for (uint64_t n = first;; n++) {
        CW_AUTO(store_abort) struct store_txn *txn = NULL;
        uint8_t key[8];
        struct writer w = writer_over(key, sizeof key);
        enum cw_err err = store_begin(s, &txn);

        ck_assert_uint_lt(n, 100000);
        writer_be64(&w, n);
        if (err == CW_OK)
            err = store_put(txn, LAB_ROWS, slice(key, sizeof key), slice(page, sizeof page));
        if (err == CW_OK)
            err = store_commit(&txn);
        if (err != CW_OK) {
            *out_err = err;
            return n - first;
        }
    }
}

static enum cw_err empty_table(struct store *s, uint64_t count)
{
    for (uint64_t n = 0; n < count; n++) {
        CW_AUTO(store_abort) struct store_txn *txn = NULL;
        uint8_t key[8];
        struct writer w = writer_over(key, sizeof key);
        enum cw_err err = store_begin(s, &txn);

        writer_be64(&w, n);
        if (err == CW_OK)
            err = store_del(txn, LAB_ROWS, slice(key, sizeof key));
        if (err == CW_OK)
            err = store_commit(&txn);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

static struct store_stats stats_of(struct store *s)
{
    struct store_stats stats;

    store_stats(s, &stats);
    return stats;
}

START_TEST(a_full_disk_is_no_space_and_loses_nothing)
{
    struct store_options o = lab_options(&lab);
    struct store *s;
    uint64_t kept, more;
    enum cw_err err = CW_OK;

    lab_mount_small(&lab, 2U << 20);
    o.reserve_len = 256U << 10;
    s = lab_open_with(&o);
    ck_assert_uint_eq(stats_of(s).reserve_len, o.reserve_len);

    kept = fill(s, 0, &err);
    ck_assert_int_eq(err, CW_LOCAL_NO_SPACE);
    ck_assert_uint_gt(kept, 100);
    ck_assert(!store_failed(s));
    ck_assert(store_low_on_space(s));
    ck_assert_uint_eq(stats_of(s).reserve_len, 0); /* spent */
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept);

    more = fill(s, kept, &err); /* the reserve gave room for what must still be written */
    ck_assert_uint_gt(more, 10);
    ck_assert_int_eq(err, CW_LOCAL_NO_SPACE);
    store_close(s);

    s = lab_open_with(&o); /* and all of it is there after a restart */
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept + more);
    store_close(s);
}
END_TEST

/* Rows of many pages are one large write; where it ends short LMDB says EIO, and only the free space tells why. */
START_TEST(a_write_that_ends_short_on_a_full_disk_is_no_space)
{
    static uint8_t large[200000];
    struct store_options o = lab_options(&lab);
    struct store *s;
    uint64_t kept = 0;
    enum cw_err err;

    lab_mount_small(&lab, 2U << 20);
    s = lab_open_with(&o);
    do {
        char key[24];

        (void)snprintf(key, sizeof key, "%llu", (unsigned long long)kept++);
        err = lab_put(s, LAB_ROWS, key, slice(large, sizeof large));
    } while (err == CW_OK);
    ck_assert_int_eq(err, CW_LOCAL_NO_SPACE);
    ck_assert_uint_gt(kept, 3);
    ck_assert(!store_failed(s));
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept - 1);
    store_close(s);
}
END_TEST

START_TEST(deleting_works_on_a_full_disk)
{
    struct store_options o = lab_options(&lab);
    struct store *s;
    uint64_t kept;
    enum cw_err err = CW_OK;

    lab_mount_small(&lab, 2U << 20);
    o.reserve_len = 128U << 10;
    s = lab_open_with(&o);
    kept = fill(s, 0, &err);
    ck_assert_int_eq(err, CW_LOCAL_NO_SPACE);
    ck_assert_int_eq(empty_table(s, kept), CW_OK);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), 0);
    ck_assert_uint_gt(fill(s, 0, &err), kept / 2); /* the pages came back */
    store_close(s);
}
END_TEST

START_TEST(the_reserve_is_made_again_when_there_is_room)
{
    struct store_options o = lab_options(&lab);
    struct store *s = lab_open_with(&o);

    store_reserve_spend(s);
    ck_assert(store_low_on_space(s));
    store_tend(s);
    ck_assert(!store_low_on_space(s));
    ck_assert_uint_eq(stats_of(s).reserve_len, o.reserve_len);
    store_close(s);
}
END_TEST

START_TEST(the_low_water_mark_is_seen)
{
    struct store_options o = lab_options(&lab);
    struct store *s;

    o.low_water_len = UINT64_MAX / 2;
    s = lab_open_with(&o);
    ck_assert(store_low_on_space(s));
    store_close(s);
    o.low_water_len = 1;
    s = lab_open_with(&o);
    ck_assert(!store_low_on_space(s));
    store_close(s);
}
END_TEST

START_TEST(the_default_mark_is_the_smaller_of_a_part_and_a_size)
{
    struct store_options o = lab_options(&lab);
    struct store *s;

    lab_mount_small(&lab, 4U << 20);
    o.low_water_len = 0;
    s = lab_open_with(&o);
    ck_assert_uint_eq(store_low_water(s), (4U << 20) / 20);
    store_close(s);
}
END_TEST

START_TEST(a_full_map_is_no_space_and_keeps_the_reserve)
{
    struct store_options o = lab_options(&lab);
    struct store *s;
    uint64_t kept;
    enum cw_err err = CW_OK;

    o.map_len = 1U << 20;
    s = lab_open_with(&o);
    kept = fill(s, 0, &err);
    ck_assert_int_eq(err, CW_LOCAL_NO_SPACE);
    ck_assert(!store_failed(s));
    ck_assert(store_low_on_space(s)); /* the map's own mark */
    ck_assert_uint_eq(stats_of(s).reserve_len, o.reserve_len);
    ck_assert_int_eq(empty_table(s, kept), CW_OK);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), 0);
    store_close(s);

    o.map_len = 2U << 20; /* a larger map takes the store as it is */
    s = lab_open_with(&o);
    ck_assert_uint_gt(fill(s, 0, &err), kept);
    store_close(s);
}
END_TEST

START_TEST(a_file_size_limit_is_no_space)
{
    struct rlimit limit = {1U << 20, 1U << 20};
    struct store *s = lab_open(&lab);
    enum cw_err err = CW_OK;

    (void)signal(SIGXFSZ, SIG_IGN); /* as casewired does */
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_uint_gt(fill(s, 0, &err), 10);
    ck_assert(err == CW_LOCAL_NO_SPACE || err == CW_LOCAL_IO); /* a short write first reads as EIO */
    store_close(s);
}
END_TEST

START_TEST(a_commit_is_one_flush_and_one_synchronous_meta_write)
{
    struct store *s = lab_open(&lab);
    struct disk_seen before = disk_seen(), after;

    ck_assert_int_eq(lab_put(s, LAB_ROWS, "a", slice_of("1")), CW_OK);
    after = disk_seen();
    ck_assert_int_eq(after.flushes, before.flushes + 1);
    ck_assert_int_eq(after.meta_writes, before.meta_writes + 1);
    ck_assert(after.meta_is_synchronous);
    ck_assert(after.meta_came_after_flush);
    store_close(s);
}
END_TEST

START_TEST(a_flush_that_fails_stops_the_store)
{
    struct store *s = lab_open(&lab);
    struct store_txn *txn = NULL;

    ck_assert_int_eq(lab_put(s, LAB_ROWS, "before", slice_of("1")), CW_OK);
    disk_fail_flush(1, EIO);
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "lost", slice_of("1")), CW_LOCAL_IO);
    ck_assert(store_failed(s));
    ck_assert_int_eq(store_begin(s, &txn), CW_LOCAL_IO); /* although the disk works again */
    ck_assert(lab_has(s, LAB_ROWS, "before"));           /* reading goes on */
    ck_assert(!lab_has(s, LAB_ROWS, "lost"));
    store_close(s);

    s = lab_open(&lab);
    ck_assert(!store_failed(s));
    ck_assert(lab_has(s, LAB_ROWS, "before"));
    ck_assert(!lab_has(s, LAB_ROWS, "lost"));
    store_close(s);
}
END_TEST

START_TEST(a_meta_page_that_is_not_written_stops_the_store)
{
    static const int codes[] = {EIO, ENOSPC}; /* here not even "no space" may go on */

    for (size_t i = 0; i < CW_COUNT(codes); i++) {
        struct store *s = lab_open(&lab);

        ck_assert_int_eq(lab_put(s, LAB_ROWS, "before", slice_of("1")), CW_OK);
        disk_fail_meta_write(1, codes[i]);
        ck_assert_int_eq(lab_put(s, LAB_ROWS, "lost", slice_of("1")), CW_LOCAL_IO);
        ck_assert(store_failed(s));
        store_close(s);

        s = lab_open(&lab);
        ck_assert(lab_has(s, LAB_ROWS, "before"));
        ck_assert(!lab_has(s, LAB_ROWS, "lost"));
        store_close(s);
    }
}
END_TEST

START_TEST(a_flush_without_room_goes_on)
{
    struct store *s = lab_open(&lab);

    disk_fail_flush(1, ENOSPC);
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "lost", slice_of("1")), CW_LOCAL_NO_SPACE);
    ck_assert(!store_failed(s));
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "after", slice_of("1")), CW_OK);
    ck_assert(!lab_has(s, LAB_ROWS, "lost"));
    store_close(s);
}
END_TEST

START_TEST(codes_become_ours_in_one_place)
{
    struct store *s = lab_open(&lab);

    ck_assert_int_eq(store_error(s, MDB_SUCCESS), CW_OK);
    ck_assert_int_eq(store_error(s, MDB_NOTFOUND), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(store_error(s, MDB_MAP_FULL), CW_LOCAL_NO_SPACE);
    ck_assert_int_eq(store_error(s, ENOSPC), CW_LOCAL_NO_SPACE);
    ck_assert_int_eq(store_error(s, EIO), CW_LOCAL_IO); /* there is room on this disk */
    ck_assert_int_eq(store_error(s, MDB_CORRUPTED), CW_LOCAL_CORRUPT);
    ck_assert_int_eq(store_error(s, MDB_VERSION_MISMATCH), CW_LOCAL_FORMAT);
    ck_assert_int_eq(store_error(s, MDB_PANIC), CW_LOCAL_IO);
    ck_assert_int_eq(store_error(s, MDB_TXN_FULL), CW_LOCAL_MEMORY);
    ck_assert_int_eq(store_error(s, 12345), CW_LOCAL_IO);
    store_close(s);
}
END_TEST

START_TEST(how_long_commits_took_is_counted)
{
    struct store *s = lab_open(&lab);
    struct store_stats stats;
    uint64_t sum = 0;

    for (uint64_t n = 0; n < 5; n++)
        lab_put_number(s, n, slice(page, sizeof page));
    store_stats(s, &stats);
    for (size_t i = 0; i <= STORE_COMMIT_BOUNDS; i++)
        sum += stats.commits_took[i];
    ck_assert_uint_eq(sum, stats.commits);
    ck_assert_uint_ge(sum, 5);
    ck_assert_uint_gt(stats.commits_took_us, 0);
    for (size_t i = 1; i < STORE_COMMIT_BOUNDS; i++)
        ck_assert_int_gt(store_commit_bounds_ms[i], store_commit_bounds_ms[i - 1]);
    store_close(s);
}
END_TEST

Suite *suite_space(void)
{
    Suite *suite = suite_create("space");
    TCase *t = tcase_create("space");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_full_disk_is_no_space_and_loses_nothing);
    tcase_add_test(t, a_write_that_ends_short_on_a_full_disk_is_no_space);
    tcase_add_test(t, deleting_works_on_a_full_disk);
    tcase_add_test(t, the_reserve_is_made_again_when_there_is_room);
    tcase_add_test(t, the_low_water_mark_is_seen);
    tcase_add_test(t, the_default_mark_is_the_smaller_of_a_part_and_a_size);
    tcase_add_test(t, a_full_map_is_no_space_and_keeps_the_reserve);
    tcase_add_test(t, a_file_size_limit_is_no_space);
    tcase_add_test(t, a_commit_is_one_flush_and_one_synchronous_meta_write);
    tcase_add_test(t, a_flush_that_fails_stops_the_store);
    tcase_add_test(t, a_meta_page_that_is_not_written_stops_the_store);
    tcase_add_test(t, a_flush_without_room_goes_on);
    tcase_add_test(t, codes_become_ours_in_one_place);
    tcase_add_test(t, how_long_commits_took_is_counted);
    suite_add_tcase(suite, t);
    return suite;
}
