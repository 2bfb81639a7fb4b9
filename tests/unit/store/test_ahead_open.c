/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/disk.h"
#include "tests/unit/store/lab.h"
#include "tests/unit/store/story.h"

#include "store/internal.h"

#include <unistd.h>

/* What is ahead of LMDB when a store is opened: after a crash, by an older option, for reading only, under another format. */

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

START_TEST(what_a_dead_process_had_committed_is_there)
{
    uint64_t told = 0;

    for (uint64_t count = 1; count < 40; count += 3) {
        struct store *s;

        lab_tell_and_die(&lab, told + 1, count);
        told += count;
        s = lab_open(&lab);
        ck_assert(!store_is_backup(s) && !store_is_cut_short(s));
        lab_check_told(s, told);
        lab_tell(s, ++told, 1);
        lab_check_told(s, told);
        store_close(s);
    }
    lab_check_by_lmdb_alone(&lab, told);
}
END_TEST

START_TEST(without_the_option_what_is_ahead_goes_to_lmdb_and_the_file_goes)
{
    char path[LAB_PATH_LEN];

    lab_tell_and_die(&lab, 1, 3);
    lab_path(&lab, "store/write-ahead", path);
    ck_assert_int_eq(access(path, F_OK), 0);
    lab_check_by_lmdb_alone(&lab, 3);
    ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(a_file_that_is_used_again_has_a_durable_name)
{
    struct store *s = lab_open(&lab);
    int before;

    store_close(s);
    before = disk_seen().folder_flushes;
    s = lab_open(&lab);
    ck_assert_int_ge(s->ahead.file.fd, 0);
    ck_assert_int_gt(disk_seen().folder_flushes, before);
    store_close(s);
}
END_TEST

START_TEST(a_copy_by_a_reader_does_not_leave_out_what_is_ahead)
{
    struct store_options o = lab_options(&lab);
    struct refusal why = {0};
    char path[LAB_PATH_LEN];
    struct store *s;

    lab_path(&lab, "copy", path);
    lab_tell_and_die(&lab, 1, 3);
    o.read_only = true;
    s = lab_open_with(&o);
    ck_assert_int_eq(store_copy(s, path, &why), CW_LOCAL_IO);
    ck_assert_int_eq(access(path, F_OK), -1);
    store_close(s);
    store_close(lab_open(&lab)); /* settles it */
    s = lab_open_with(&o);
    ck_assert_msg(store_copy(s, path, &why) == CW_OK, "%s", why.text);
    store_close(s);
}
END_TEST

START_TEST(a_file_of_another_length_is_used_up_first)
{
    struct store *s;

    lab_tell_and_die(&lab, 1, 3);
    lab.write_ahead_len = 4 * SHORT;
    s = lab_open(&lab);
    ck_assert_uint_eq(s->ahead.file.segment_len, SHORT / 2);
    lab_tell(s, 4, 3);
    store_close(s);
    s = lab_open(&lab);
    ck_assert_uint_eq(s->ahead.file.segment_len, 2 * SHORT);
    lab_tell(s, 7, 3);
    lab_check_told(s, 9);
    store_close(s);
    lab_check_by_lmdb_alone(&lab, 9);
}
END_TEST

static void read_whole(const char *name, uint8_t *out, size_t len)
{
    char path[LAB_PATH_LEN];
    FILE *f;

    lab_path(&lab, name, path);
    f = fopen(path, "rbe");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fread(out, 1, len, f), len);
    (void)fclose(f);
}

START_TEST(reading_only_shows_what_is_ahead_and_changes_nothing)
{
    static uint8_t before[SHORT], after[SHORT];
    struct store_options o = lab_options(&lab);
    struct store *s;
    int calls;

    lab_tell_and_die(&lab, 1, 12);
    read_whole("store/write-ahead", before, sizeof before);
    calls = disk_calls();
    o.read_only = true;
    s = lab_open_with(&o);
    lab_check_told(s, 12);
    ck_assert(!store_is_cut_short(s));
    store_close(s);
    ck_assert_int_eq(disk_calls(), calls);
    read_whole("store/write-ahead", after, sizeof after);
    ck_assert_mem_eq(before, after, sizeof before);
    s = lab_open(&lab);
    lab_check_told(s, 12);
    store_close(s);
}
END_TEST

START_TEST(tables_are_known_by_name)
{
    static const struct store_table other_order[] = {{"more", false}, {"index", true}, {"rows", false}};
    struct store_options o = lab_options(&lab);
    struct store *s = NULL;

    lab_tell_and_die(&lab, 1, 3);
    o.tables = other_order;
    s = lab_open_with(&o);
    ck_assert(lab_has(s, 1, "turn"));
    store_close(s);
    s = lab_open(&lab);
    lab_check_told(s, 3);
    store_close(s);
}
END_TEST

START_TEST(a_table_that_is_no_more_takes_its_rows_along)
{
    struct store_options o = lab_options(&lab);
    struct store *s;

    lab_tell_and_die(&lab, 1, 3);
    o.table_count = LAB_INDEX; /* the last one is gone */
    s = lab_open_with(&o);
    ck_assert_uint_eq(lab_rows(s, LAB_MORE), 3);
    store_close(s);
}
END_TEST

static void set_format(uint8_t format)
{
    uint8_t be32[4] = {0, 0, 0, format};
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi own;

    ck_assert_int_eq(mdb_env_create(&env), 0);
    ck_assert_int_eq(mdb_env_set_maxdbs(env, 8), 0);
    ck_assert_int_eq(mdb_env_open(env, lab.dir, 0, 0600), 0);
    ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
    ck_assert_int_eq(mdb_dbi_open(txn, OWN_NAME, 0, &own), 0);
    ck_assert_int_eq(own_put(txn, own, own_format, be32, sizeof be32), 0);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

START_TEST(an_older_format_is_raised_after_what_is_ahead_of_it)
{
    struct store *s;

    lab_tell_and_die(&lab, 1, 3);
    set_format(0); /* whose derived table is emptied */
    s = lab_open(&lab);
    ck_assert(store_wants_rebuild(s));
    ck_assert_uint_eq(lab_rows(s, LAB_INDEX), 0);
    ck_assert_uint_eq(lab_rows(s, LAB_MORE), 3);
    store_close(s);
}
END_TEST

Suite *suite_ahead_open(void);
Suite *suite_ahead_open(void)
{
    Suite *suite = suite_create("ahead_open");
    TCase *t = tcase_create("ahead_open");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, what_a_dead_process_had_committed_is_there);
    tcase_add_test(t, without_the_option_what_is_ahead_goes_to_lmdb_and_the_file_goes);
    tcase_add_test(t, a_file_that_is_used_again_has_a_durable_name);
    tcase_add_test(t, a_copy_by_a_reader_does_not_leave_out_what_is_ahead);
    tcase_add_test(t, a_file_of_another_length_is_used_up_first);
    tcase_add_test(t, reading_only_shows_what_is_ahead_and_changes_nothing);
    tcase_add_test(t, tables_are_known_by_name);
    tcase_add_test(t, a_table_that_is_no_more_takes_its_rows_along);
    tcase_add_test(t, an_older_format_is_raised_after_what_is_ahead_of_it);
    suite_add_tcase(suite, t);
    return suite;
}
