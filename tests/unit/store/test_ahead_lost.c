/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"
#include "tests/unit/store/story.h"

#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A write-ahead file that is gone, older, of another store, or of a copy that went its own way; a data file that is another. What
 * may not be mixed is not, and the log is not continued: the store counts as a backup.
 */

static struct lab lab, other;

#define LEN ((uint64_t)64 << 10)

static void set_up(void)
{
    lab_init(&lab);
    lab_init(&other);
    lab.write_ahead_len = other.write_ahead_len = LEN;
}

static void tear_down(void)
{
    lab_done(&lab);
    lab_done(&other);
}

static struct store *open_with_entropy(const struct lab *l, uint8_t entropy)
{
    struct store_options o = lab_options(l);

    memset(o.fresh_id, entropy, sizeof o.fresh_id);
    return lab_open_with(&o);
}

static void tell_and_die(const struct lab *l, uint64_t first, uint64_t count, uint8_t entropy)
{
    int status = 0;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct store *s = open_with_entropy(l, entropy);

        for (uint64_t turn = first; turn < first + count; turn++)
            ck_assert_int_eq(story_tell(s, turn), CW_OK);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static uint64_t last_told(struct store *s)
{
    char problem[200];
    uint64_t found;

    ck_assert_msg(story_check(s, &found, problem, sizeof problem), "%s", problem);
    return found;
}

#define DATA "store/data.mdb"
#define AHEAD "store/write-ahead"

static void check_cut_short(uint64_t last)
{
    char path[LAB_PATH_LEN];
    struct store *s = open_with_entropy(&lab, 9);

    ck_assert(store_is_cut_short(s));
    ck_assert(store_is_backup(s));
    ck_assert_uint_eq(last_told(s), last);
    ck_assert_int_eq(story_tell(s, last + 1), CW_OK);
    store_close(s);
    s = open_with_entropy(&lab, 10);
    ck_assert(store_is_cut_short(s)); /* until a person takes the note away */
    ck_assert(store_is_backup(s));    /* until a decision takes it away */
    ck_assert_uint_eq(last_told(s), last + 1);
    store_close(s);
    lab_path(&lab, "store/cut-short", path);
    ck_assert_int_eq(unlink(path), 0);
    s = open_with_entropy(&lab, 11);
    ck_assert(!store_is_cut_short(s));
    store_note_cut_short(s); /* as a daemon does whose anchor knows more */
    store_close(s);
    s = open_with_entropy(&lab, 12);
    ck_assert(store_is_cut_short(s));
    store_close(s);
    ck_assert_int_eq(unlink(path), 0);
}

static void settle_all(const struct lab *l, uint8_t entropy)
{
    store_close(open_with_entropy(l, entropy));
}

START_TEST(a_lost_file_is_noticed)
{
    char path[LAB_PATH_LEN];

    tell_and_die(&lab, 1, 2, 1);
    settle_all(&lab, 2);
    tell_and_die(&lab, 3, 2, 3);
    lab_path(&lab, AHEAD, path);
    ck_assert_int_eq(unlink(path), 0);
    check_cut_short(2);
}
END_TEST

START_TEST(a_file_that_is_not_missed_is_not_noticed)
{
    char path[LAB_PATH_LEN];
    struct store *s;

    tell_and_die(&lab, 1, 2, 1);
    settle_all(&lab, 2);
    lab_path(&lab, AHEAD, path);
    ck_assert_int_eq(unlink(path), 0);
    s = open_with_entropy(&lab, 3);
    ck_assert(!store_is_cut_short(s) && !store_is_backup(s));
    ck_assert_uint_eq(last_told(s), 2);
    store_close(s);
}
END_TEST

START_TEST(a_file_of_an_impossible_length_is_noticed)
{
    char path[LAB_PATH_LEN];

    tell_and_die(&lab, 1, 2, 1);
    settle_all(&lab, 2);
    tell_and_die(&lab, 3, 2, 3);
    lab_path(&lab, AHEAD, path);
    ck_assert_int_eq(truncate(path, 100), 0);
    check_cut_short(2);
}
END_TEST

/* The data file goes on, the file is that of an earlier moment. */
START_TEST(an_older_file_is_noticed)
{
    tell_and_die(&lab, 1, 2, 1);
    lab_copy_file(&lab, AHEAD, &lab, "older");
    settle_all(&lab, 2);
    tell_and_die(&lab, 3, 2, 3);
    lab_copy_file(&lab, "older", &lab, AHEAD);
    check_cut_short(2);
}
END_TEST

/* The file goes on, the data file is that of an earlier moment: there is a gap between them. */
START_TEST(an_older_data_file_is_noticed)
{
    tell_and_die(&lab, 1, 2, 1);
    settle_all(&lab, 2);
    tell_and_die(&lab, 3, 2, 3);
    lab_copy_file(&lab, DATA, &lab, "older");
    settle_all(&lab, 4);
    tell_and_die(&lab, 5, 40, 5);
    lab_copy_file(&lab, "older", &lab, DATA);
    check_cut_short(2);
}
END_TEST

/* ... but one that the file still reaches is brought up exactly. */
START_TEST(an_older_data_file_that_the_file_reaches_is_brought_up)
{
    struct store *s;

    tell_and_die(&lab, 1, 1, 1);
    lab_copy_file(&lab, DATA, &lab, "older");
    tell_and_die(&lab, 2, 2, 2);
    lab_copy_file(&lab, "older", &lab, DATA);
    s = open_with_entropy(&lab, 3);
    ck_assert(!store_is_cut_short(s));
    ck_assert_uint_eq(last_told(s), 3);
    store_close(s);
}
END_TEST

START_TEST(another_stores_file_is_noticed)
{
    tell_and_die(&lab, 1, 2, 1);
    settle_all(&lab, 2);
    tell_and_die(&lab, 3, 2, 3);
    tell_and_die(&other, 1, 4, 4);
    lab_copy_file(&other, AHEAD, &lab, AHEAD);
    check_cut_short(2);
}
END_TEST

static void copy_store(void)
{
    ck_assert(mkdir(other.dir, 0700) == 0 || errno == EEXIST);
    lab_copy_file(&lab, DATA, &other, DATA);
    lab_copy_file(&lab, AHEAD, &other, AHEAD);
}

/* Two go on from the same moment, with as many commits each; then the data file of one lies beside the file of the other. */
START_TEST(a_twin_that_went_its_own_way_is_not_mixed_in)
{
    tell_and_die(&lab, 1, 2, 1);
    copy_store();
    settle_all(&lab, 2);
    settle_all(&other, 3);
    tell_and_die(&lab, 3, 3, 4);
    tell_and_die(&other, 3, 3, 5);
    lab_copy_file(&other, DATA, &lab, DATA);
    check_cut_short(2);
}
END_TEST

/* The same where both went on in the very segment that they were copied with. */
START_TEST(a_twin_that_went_on_in_the_same_segment_is_not_mixed_in)
{
    struct store *s;

    tell_and_die(&lab, 1, 2, 1);
    copy_store();
    tell_and_die(&lab, 3, 1, 2);
    s = open_with_entropy(&other, 3);
    ck_assert_int_eq(lab_put(s, LAB_INDEX, "turn", slice("\0\0\0\0\0\0\0\2", 8)),
                     CW_OK); /* a third commit, another one */
    (void)pthread_mutex_lock(&s->lock);
    if (s->ahead.records > 0)
        ahead_freeze_locked(s);
    while (s->ahead.frozen != NULL)
        (void)pthread_cond_wait(&s->ahead.changed, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
    lab_copy_file(&other, DATA, &other, "settled"); /* nobody writes at this moment */
    store_close(s);
    lab_copy_file(&other, "settled", &lab, DATA);
    check_cut_short(2);
}
END_TEST

START_TEST(a_copied_folder_is_whole_and_counts_as_a_backup)
{
    struct store *s;

    tell_and_die(&lab, 1, 2, 1);
    settle_all(&lab, 2);
    tell_and_die(&lab, 3, 2, 3);
    copy_store();
    s = open_with_entropy(&other, 4);
    ck_assert(!store_is_cut_short(s));
    ck_assert(store_is_backup(s));
    ck_assert_uint_eq(last_told(s), 4);
    store_close(s);
    s = open_with_entropy(&other, 5);
    ck_assert(store_is_backup(s)); /* until a decision takes it away */
    store_close(s);
    s = open_with_entropy(&lab, 6);
    ck_assert(!store_is_backup(s)); /* the original is what it was */
    store_close(s);
}
END_TEST

static void spoil(size_t at)
{
    char path[LAB_PATH_LEN];
    uint8_t byte = 0;
    int fd;

    lab_path(&lab, AHEAD, path);
    fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= 0x10;
    ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
    (void)close(fd);
}

/* An unfinished commit has nothing behind it; a damaged one has. Records of one page each: the story's first turns. */
START_TEST(damage_in_the_midst_is_noticed_and_at_the_end_looks_like_an_unfinished_commit)
{
    struct store *s;

    tell_and_die(&lab, 1, 4, 1);
    spoil((size_t)AHEAD_PAGE_LEN * 4 + 100); /* the fourth and last */
    s = open_with_entropy(&lab, 2);
    ck_assert(!store_is_cut_short(s) && !store_is_backup(s));
    ck_assert_uint_eq(last_told(s), 3);
    store_close(s);

    tell_and_die(&lab, 4, 4, 3);
    spoil((size_t)AHEAD_PAGE_LEN * 2 + 100);
    check_cut_short(4);
}
END_TEST

START_TEST(damage_in_the_segment_before_is_noticed)
{
    struct store *s = open_with_entropy(&lab, 1);
    uint64_t turn = 1;

    store_close(s);
    tell_and_die(&lab, turn, 1, 2);
    s = open_with_entropy(&lab, 3);
    s->ahead.stuck = true; /* nothing is settled: both segments are needed */
    for (turn = 2; s->ahead.frozen == NULL; turn++) {
        (void)pthread_mutex_lock(&s->lock);
        s->ahead.stuck = true;
        (void)pthread_mutex_unlock(&s->lock);
        ck_assert_int_eq(story_tell(s, turn), CW_OK);
    }
    lab_copy_file(&lab, AHEAD, &lab, "both");
    lab_copy_file(&lab, DATA, &lab, "data");
    store_close(s);
    lab_copy_file(&lab, "both", &lab, AHEAD);
    lab_copy_file(&lab, "data", &lab, DATA);
    spoil((size_t)AHEAD_PAGE_LEN * 3 + 100);
    check_cut_short(2);
}
END_TEST

START_TEST(a_newer_versions_file_is_refused)
{
    uint8_t page[AHEAD_PAGE_LEN];
    struct store_options o = lab_options(&lab);
    struct ahead_file file;
    struct refusal why = {0};
    struct store *s = NULL;

    tell_and_die(&lab, 1, 1, 1);
    ck_assert_int_eq(ahead_file_open(lab.dir, false, &file), CW_OK);
    ck_assert_int_eq(ahead_file_read(&file, 0, 0, page, sizeof page), CW_OK);
    page[11]++; /* the version */
    ahead_head_seal(page);
    ck_assert_int_eq(ahead_file_write(&file, 0, 0, page, sizeof page), 0);
    ahead_file_close(&file);
    ck_assert_int_eq(store_open(&o, &s, &why), CW_LOCAL_FORMAT);
    ck_assert_ptr_nonnull(strstr(why.text, "newer"));
}
END_TEST

Suite *suite_ahead_lost(void)
{
    Suite *suite = suite_create("ahead_lost");
    TCase *t = tcase_create("ahead_lost");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_lost_file_is_noticed);
    tcase_add_test(t, a_file_that_is_not_missed_is_not_noticed);
    tcase_add_test(t, a_file_of_an_impossible_length_is_noticed);
    tcase_add_test(t, an_older_file_is_noticed);
    tcase_add_test(t, an_older_data_file_is_noticed);
    tcase_add_test(t, an_older_data_file_that_the_file_reaches_is_brought_up);
    tcase_add_test(t, another_stores_file_is_noticed);
    tcase_add_test(t, a_twin_that_went_its_own_way_is_not_mixed_in);
    tcase_add_test(t, a_twin_that_went_on_in_the_same_segment_is_not_mixed_in);
    tcase_add_test(t, a_copied_folder_is_whole_and_counts_as_a_backup);
    tcase_add_test(t, damage_in_the_midst_is_noticed_and_at_the_end_looks_like_an_unfinished_commit);
    tcase_add_test(t, damage_in_the_segment_before_is_noticed);
    tcase_add_test(t, a_newer_versions_file_is_refused);
    suite_add_tcase(suite, t);
    return suite;
}
