/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"
#include "tests/unit/store/story.h"

#include "store/internal.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What lies behind the last record of a write-ahead file: bytes of an earlier filling, of a commit that was never finished, and
 * content that somebody chose to look like a record's head. None of it is a record that was acknowledged.
 */

static struct lab lab;
static uint8_t chosen[5 * AHEAD_PAGE_LEN];

#define LEN ((uint64_t)64 << 10)
#define DATA "store/data.mdb"
#define AHEAD "store/write-ahead"

static void set_up(void)
{
    lab_init(&lab);
    lab.write_ahead_len = LEN;
}

static void tear_down(void)
{
    lab_done(&lab);
}

static struct store *open_with_entropy(uint8_t entropy)
{
    struct store_options o = lab_options(&lab);

    memset(o.fresh_id, entropy, sizeof o.fresh_id);
    return lab_open_with(&o);
}

/* A head's first fields, over and over: with a key of 8 bytes one begins wherever a page does. */
static struct cw_slice content_like_records(const char magic[static 4], uint64_t number)
{
    struct writer w = writer_over(chosen, sizeof chosen);

    while (w.len < sizeof chosen) {
        writer_bytes(&w, magic, 4);
        writer_be32(&w, 100);
        writer_be64(&w, number);
    }
    return slice(chosen, w.len);
}

static void put_and_die(uint8_t entropy, const char *key, struct cw_slice value)
{
    int status = 0;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct store *s = open_with_entropy(entropy);

        ck_assert_int_eq(lab_put(s, LAB_ROWS, key, value), CW_OK);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void put_and_close(uint8_t entropy, const char *key, struct cw_slice value)
{
    struct store *s = open_with_entropy(entropy);

    ck_assert_int_eq(lab_put(s, LAB_ROWS, key, value), CW_OK);
    store_close(s);
}

static void check_whole(uint8_t entropy, const char *key, bool has)
{
    struct store *s = open_with_entropy(entropy);

    ck_assert(!store_is_cut_short(s) && !store_is_backup(s));
    ck_assert(lab_has(s, LAB_ROWS, key) == has);
    store_close(s);
}

static const char *const magics[] = {"cwr1", "cwr2"};

START_TEST(content_of_an_earlier_filling_is_no_record)
{
    put_and_close(1, "8 bytes.", content_like_records(magics[_i], 7));
    put_and_die(2, "after it", slice_of("small"));
    check_whole(3, "after it", true);
}
END_TEST

static void spoil_first_page_of_record(uint32_t page)
{
    char path[LAB_PATH_LEN];
    static const uint8_t zeros[AHEAD_PAGE_LEN];
    int fd;

    lab_path(&lab, AHEAD, path);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, zeros, sizeof zeros, (off_t)page * AHEAD_PAGE_LEN), sizeof zeros);
    (void)close(fd);
}

/* The power went while it was written: its last pages are there, its first is not. */
START_TEST(content_of_a_commit_that_was_not_finished_is_no_record)
{
    put_and_die(1, "8 bytes.", content_like_records(magics[_i], 4));
    spoil_first_page_of_record(1);
    check_whole(2, "8 bytes.", false);
}
END_TEST

/* The data file was set back to a moment at which it was closed; the file beside it has records with the numbers that come next. */
START_TEST(records_of_a_time_that_was_set_back_are_none_of_ours)
{
    static const int counts[] = {5, 20}; /* in the first segment; through the second too */

    put_and_close(1, "first", slice_of("1"));
    lab_copy_file(&lab, DATA, &lab, "older");
    for (int i = 0; i < counts[_i]; i++)
        put_and_die(2, "later", slice_of("2"));
    store_close(open_with_entropy(3));
    lab_copy_file(&lab, "older", &lab, DATA);
    put_and_die(4, "again", slice_of("3"));
    check_whole(5, "again", true);
}
END_TEST

/* --- a file of version 1 -------------------------------------------------------------------------------------- */

static void rewrite_records(const struct ahead_filling *from, const struct ahead_filling *to, uint8_t *segment,
                            struct ahead_position at)
{
    static uint8_t older[LEN / AHEAD_SEGMENTS];
    struct ahead_position after;
    struct cw_slice ops;
    size_t used = AHEAD_PAGE_LEN, written = AHEAD_PAGE_LEN;

    memset(older, 0, sizeof older);
    while (ahead_record_read(from, slice(segment + used, sizeof older - used), &at, &after, &ops)) {
        memcpy(older + written + ahead_record_head_len(to), ops.data, ops.len);
        ahead_record_finish(to, older + written, ops.len, &at, &after);
        used += ahead_record_len(from, ops.len);
        written += ahead_record_len(to, ops.len);
        at = after;
    }
    memcpy(segment + AHEAD_PAGE_LEN, older + AHEAD_PAGE_LEN, sizeof older - AHEAD_PAGE_LEN);
}

static void set_format(uint8_t format)
{
    uint8_t be32[4] = {0, 0, 0, format};
    char name[] = "format";
    MDB_val k = {strlen(name), name}, v = {sizeof be32, be32};
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;

    ck_assert_int_eq(mdb_env_create(&env), 0);
    ck_assert_int_eq(mdb_env_set_maxdbs(env, 8), 0);
    ck_assert_int_eq(mdb_env_open(env, lab.dir, 0, 0600), 0);
    ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
    ck_assert_int_eq(mdb_dbi_open(txn, "casewire", 0, &dbi), 0);
    ck_assert_int_eq(mdb_put(txn, dbi, &k, &v, 0), 0);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

/* What the version before would have written of the same commits. Format 2 was its store's; with our own it is as between two starts. */
static const uint8_t formats[] = {2, STORE_FORMAT};
static void make_version_1(uint8_t format)
{
    static uint8_t segment[LEN / AHEAD_SEGMENTS];
    struct ahead_filling newer, older;
    struct ahead_file file;
    struct ahead_head head;

    ck_assert_int_eq(ahead_file_open(lab.dir, false, &file), CW_OK);
    for (uint32_t i = 0; i < AHEAD_SEGMENTS; i++) {
        ck_assert_int_eq(ahead_file_read(&file, i, 0, segment, sizeof segment), CW_OK);
        if (ahead_head_parse(segment, &head) != CW_OK)
            continue;
        ck_assert_uint_eq(head.version, AHEAD_VERSION);
        ahead_filling_of(&head, &newer);
        head.version = 1;
        ahead_filling_of(&head, &older);
        memset(head.life, 0, sizeof head.life);
        ahead_head_encode(&head, segment);
        rewrite_records(&newer, &older, segment, head.start);
        ck_assert_int_eq(ahead_file_write(&file, i, 0, segment, sizeof segment), 0);
    }
    ahead_file_close(&file);
    set_format(format);
}

static void check_told(uint64_t last)
{
    struct store *s = lab_open(&lab);

    ck_assert(!store_is_cut_short(s) && !store_is_backup(s));
    lab_check_told(s, last);
    store_close(s);
}

START_TEST(a_file_of_version_1_is_read_and_gone_on_with)
{
    lab_tell_and_die(&lab, 1, 3);
    make_version_1(formats[_i]);
    lab_tell_and_die(&lab, 4, 1); /* in the segment as it was begun */
    lab_tell_and_die(&lab, 5, 8); /* into the next, of our own version */
    check_told(12);
}
END_TEST

START_TEST(a_file_of_version_1_without_a_record_is_gone_on_with)
{
    struct store *s = lab_open(&lab);
    struct store_txn *txn = NULL;

    ck_assert_int_eq(store_begin(s, &txn), CW_OK); /* it goes live, and nothing follows */
    store_abort(&txn);
    lab_copy_file(&lab, AHEAD, &lab, "ahead");
    lab_copy_file(&lab, DATA, &lab, "data");
    store_close(s);
    lab_copy_file(&lab, "ahead", &lab, AHEAD);
    lab_copy_file(&lab, "data", &lab, DATA);
    make_version_1(formats[_i]);
    lab_tell_and_die(&lab, 1, 2);
    check_told(2);
}
END_TEST

START_TEST(damage_in_a_file_of_version_1_is_noticed)
{
    struct store *s;

    lab_tell_and_die(&lab, 1, 4);
    make_version_1(formats[_i]);
    spoil_first_page_of_record(2);
    s = lab_open(&lab);
    ck_assert(store_is_cut_short(s) && store_is_backup(s));
    lab_check_told(s, 1);
    store_close(s);
}
END_TEST

Suite *suite_ahead_stale(void);
Suite *suite_ahead_stale(void)
{
    Suite *suite = suite_create("ahead_stale");
    TCase *t = tcase_create("ahead_stale");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, content_of_an_earlier_filling_is_no_record, 0, CW_COUNT(magics));
    tcase_add_loop_test(t, content_of_a_commit_that_was_not_finished_is_no_record, 0, CW_COUNT(magics));
    tcase_add_loop_test(t, records_of_a_time_that_was_set_back_are_none_of_ours, 0, 2);
    tcase_add_loop_test(t, a_file_of_version_1_is_read_and_gone_on_with, 0, CW_COUNT(formats));
    tcase_add_loop_test(t, a_file_of_version_1_without_a_record_is_gone_on_with, 0, CW_COUNT(formats));
    tcase_add_loop_test(t, damage_in_a_file_of_version_1_is_noticed, 0, CW_COUNT(formats));
    suite_add_tcase(suite, t);
    return suite;
}
