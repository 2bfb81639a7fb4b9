/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/disk.h"
#include "tests/unit/store/lab.h"
#include "tests/unit/store/story.h"

#include "store/internal.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A disk that fails or is full under a store that writes ahead. What was refused never was, after a crash either. */

static struct lab lab;
static uint8_t page[4000];

static void set_up(void)
{
    lab_init(&lab);
    lab.write_ahead_len = (uint64_t)64 << 10;
}

static void set_up_in_memory(void)
{
    lab_init_in_memory(&lab);
    lab.write_ahead_len = (uint64_t)64 << 10;
}

static void tear_down(void)
{
    lab_done(&lab);
}

static uint64_t last_told(struct store *s)
{
    char problem[200];
    uint64_t found;

    ck_assert_msg(story_check(s, &found, problem, sizeof problem), "%s", problem);
    return found;
}

/* What `act` does in a process that dies afterwards; it returns what it wants to be remembered. */
static uint64_t in_a_process_that_dies(uint64_t (*act)(uint64_t), uint64_t argument)
{
    int result[2], status = 0;
    uint64_t value = 0;
    pid_t child;

    ck_assert_int_eq(pipe(result), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        value = act(argument);
        ck_assert_int_eq(write(result[1], &value, sizeof value), (ssize_t)sizeof value);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(read(result[0], &value, sizeof value), (ssize_t)sizeof value);
    (void)close(result[0]);
    (void)close(result[1]);
    return value;
}

/* --- one call that fails -------------------------------------------------------------------------------------- */

/* Bit 0: the flush fails and not the write. */
static uint64_t be_refused_once(uint64_t how)
{
    struct store *s = lab_open(&lab);

    ck_assert_int_eq(story_tell(s, 1), CW_OK);
    if ((how & 1) != 0)
        disk_fail_flush(1, ENOSPC);
    else
        disk_fail_append(1, ENOSPC, SIZE_MAX); /* all of it reached the file */
    ck_assert_int_eq(story_tell(s, 2), CW_LOCAL_NO_SPACE);
    ck_assert(!store_failed(s));
    ck_assert_uint_eq(last_told(s), 1);
    return 0;
}

START_TEST(a_refused_commit_does_not_come_back_after_a_crash)
{
    struct store *s;

    (void)in_a_process_that_dies(be_refused_once, (uint64_t)_i);
    s = lab_open(&lab);
    ck_assert_uint_eq(last_told(s), 1);
    ck_assert(!store_is_backup(s));
    ck_assert_int_eq(story_tell(s, 2), CW_OK);
    ck_assert_uint_eq(last_told(s), 2);
    store_close(s);
}
END_TEST

START_TEST(after_a_refused_commit_the_store_goes_on)
{
    struct store *s = lab_open(&lab);

    ck_assert_int_eq(story_tell(s, 1), CW_OK);
    for (uint64_t turn = 2; turn < 40; turn++) {
        disk_fail_append(1, ENOSPC, turn * 700);
        if (story_tell(s, turn) != CW_OK) /* it went ahead: refused */
            ck_assert_uint_eq(last_told(s), turn - 1);
        disk_fail_append(0, 0, 0);
        store_tend(s); /* there is room */
        if (last_told(s) < turn)
            ck_assert_int_eq(story_tell(s, turn), CW_OK);
        ck_assert_uint_eq(last_told(s), turn);
    }
    ck_assert(!store_failed(s));
    store_close(s);
}
END_TEST

static uint64_t be_refused_without_a_void(uint64_t argument)
{
    struct store *s = lab_open(&lab);

    (void)argument;
    ck_assert_int_eq(story_tell(s, 1), CW_OK);
    disk_fail_all(2, 2, ENOSPC); /* the flush, and the write that would make the record void */
    ck_assert_int_eq(story_tell(s, 2), CW_LOCAL_IO);
    ck_assert(store_failed(s));
    return 0;
}

START_TEST(a_commit_that_cannot_be_made_void_stops_the_store)
{
    struct store *s;

    (void)in_a_process_that_dies(be_refused_without_a_void, 0);
    s = lab_open(&lab);
    ck_assert_uint_ge(last_told(s), 1);
    store_close(s);
}
END_TEST

/* Bit 0: the flush fails and not the write. */
static uint64_t lose_the_disk(uint64_t how)
{
    struct store *s = lab_open(&lab);
    struct store_txn *txn = NULL;

    ck_assert_int_eq(story_tell(s, 1), CW_OK);
    if ((how & 1) != 0)
        disk_fail_flush(1, EIO);
    else
        disk_fail_append(1, EIO, 100);
    ck_assert_int_eq(story_tell(s, 2), CW_LOCAL_IO);
    ck_assert(store_failed(s));
    ck_assert_int_eq(store_begin(s, &txn), CW_LOCAL_IO); /* although the disk works again */
    ck_assert_uint_eq(last_told(s), 1);                  /* reading goes on */
    store_close(s);
    return 0;
}

START_TEST(a_failed_append_stops_the_store_and_loses_nothing)
{
    struct store *s;

    (void)in_a_process_that_dies(lose_the_disk, (uint64_t)_i);
    s = lab_open(&lab);
    ck_assert(!store_failed(s));
    ck_assert_uint_ge(last_told(s), 1);
    store_close(s);
}
END_TEST

/* --- settling that fails ----------------------------------------------------------------------------------------- */

static uint64_t fail_to_settle(uint64_t code)
{
    struct store *s = lab_open(&lab);

    for (uint64_t turn = 1; turn < 4; turn++)
        ck_assert_int_eq(story_tell(s, turn), CW_OK);
    (void)pthread_mutex_lock(&s->lock);
    disk_fail_flush(1, (int)code); /* LMDB's: nobody else is writing */
    ahead_freeze_locked(s);
    while (!s->ahead.stuck)
        (void)pthread_cond_wait(&s->ahead.changed, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
    ck_assert_uint_eq(last_told(s), 3);
    ck_assert_int_eq(story_tell(s, 4), CW_LOCAL_IO);
    return store_failed(s);
}

START_TEST(a_flush_that_fails_while_settling_stops_the_store_and_loses_nothing)
{
    struct store *s;

    ck_assert_uint_eq(in_a_process_that_dies(fail_to_settle, EIO), 1);
    s = lab_open(&lab);
    ck_assert_uint_eq(last_told(s), 3);
    store_close(s);
}
END_TEST

START_TEST(settling_may_have_the_reserve)
{
    struct store *s = lab_open(&lab);

    for (uint64_t turn = 1; turn < 4; turn++)
        ck_assert_int_eq(story_tell(s, turn), CW_OK);
    (void)pthread_mutex_lock(&s->lock);
    disk_fail_flush(1, ENOSPC);
    ahead_freeze_locked(s);
    while (s->ahead.frozen != NULL)
        (void)pthread_cond_wait(&s->ahead.changed, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
    ck_assert(store_low_on_space(s)); /* it was spent */
    ck_assert_int_eq(story_tell(s, 4), CW_OK);
    ck_assert_uint_eq(last_told(s), 4);
    store_close(s);
}
END_TEST

/* --- each call in turn --------------------------------------------------------------------------------------------- */

#define TURNS 40

/* Calls from `nth` on fail, `count` of them. Returns the last acknowledged turn, and in bit 32 whether the store failed. */
static uint64_t tell_while_failing(int nth, int count, int code)
{
    struct store *s = lab_open(&lab);
    uint64_t acknowledged = 0;

    disk_fail_all(nth, count, code);
    for (uint64_t turn = 1; turn <= TURNS; turn++) {
        enum cw_err err = store_failed(s) ? CW_LOCAL_IO : story_tell(s, turn);

        if (err == CW_LOCAL_NO_SPACE) {
            ck_assert_uint_eq(last_told(s), turn - 1);
            store_tend(s);
            err = story_tell(s, turn);
        }
        if (err != CW_OK)
            break;
        acknowledged = turn;
        if (turn % 10 == 0)
            store_tend(s);
    }
    return acknowledged | (uint64_t)store_failed(s) << 32;
}

static uint64_t tell_while_full(uint64_t nth)
{
    return tell_while_failing((int)nth, 1, ENOSPC);
}

static uint64_t tell_while_full_for_long(uint64_t nth)
{
    return tell_while_failing((int)nth, 5, ENOSPC);
}

static uint64_t tell_while_broken(uint64_t nth)
{
    return tell_while_failing((int)nth, 1, EIO);
}

static void fail_each_call(uint64_t (*act)(uint64_t))
{
    for (uint64_t nth = 1; nth < 160; nth += 1 + nth / 60) {
        uint64_t result = in_a_process_that_dies(act, nth), acknowledged = result & UINT32_MAX;
        struct store *s = lab_open(&lab);
        uint64_t found = last_told(s);

        ck_assert_msg(found == acknowledged || (result >> 32 == 1 && found == acknowledged + 1),
                      "call %llu: %llu acknowledged, %llu there", (unsigned long long)nth,
                      (unsigned long long)acknowledged, (unsigned long long)found);
        ck_assert(!store_is_backup(s));
        store_close(s);
        lab_done(&lab);
        set_up_in_memory();
    }
}

START_TEST(a_full_disk_at_any_call_neither_loses_nor_keeps_too_much)
{
    fail_each_call(tell_while_full);
}
END_TEST

START_TEST(a_disk_that_is_full_for_some_calls_neither_loses_nor_keeps_too_much)
{
    fail_each_call(tell_while_full_for_long);
}
END_TEST

START_TEST(a_broken_disk_at_any_call_loses_nothing)
{
    fail_each_call(tell_while_broken);
}
END_TEST

/* --- a disk that is really full --------------------------------------------------------------------------------------- */

/* Rows of one page, each in its own commit, until one is refused. */
static uint64_t fill(struct store *s, uint64_t first)
{
    for (uint64_t n = first;; n++) {
        CW_AUTO(store_abort) struct store_txn *txn = NULL;
        uint8_t key[8];
        struct writer w = writer_over(key, sizeof key);
        enum cw_err err = store_begin(s, &txn);

        ck_assert_uint_lt(n, 100000);
        ck_assert_int_eq(err, CW_OK); /* reading goes on in any case */
        writer_be64(&w, n);
        if (err == CW_OK)
            err = store_put(txn, LAB_ROWS, slice(key, sizeof key), slice(page, sizeof page));
        if (err == CW_OK)
            err = store_commit(&txn);
        if (err != CW_OK) {
            ck_assert_int_eq(err, CW_LOCAL_NO_SPACE);
            ck_assert(!store_failed(s));
            return n - first;
        }
    }
}

static void empty(struct store *s, uint64_t count)
{
    for (uint64_t n = 0; n < count; n++) {
        CW_AUTO(store_abort) struct store_txn *txn = NULL;
        uint8_t key[8];
        struct writer w = writer_over(key, sizeof key);

        writer_be64(&w, n);
        ck_assert_int_eq(store_begin(s, &txn), CW_OK);
        ck_assert_int_eq(store_del(txn, LAB_ROWS, slice(key, sizeof key)), CW_OK);
        ck_assert_int_eq(store_commit(&txn), CW_OK);
    }
}

/* The reserve is more than two segments need when they are settled: so whatever was acknowledged finds its place. */
START_TEST(a_full_disk_is_no_space_loses_nothing_and_can_be_emptied)
{
    struct store_options o;
    struct store *s;
    uint64_t kept;

    lab_mount_small(&lab, 3U << 20);
    o = lab_options(&lab);
    o.reserve_len = 512U << 10;
    s = lab_open_with(&o);
    ck_assert_int_ge(s->ahead.file.fd, 0);
    kept = fill(s, 0);
    ck_assert_uint_gt(kept, 100);
    ck_assert(store_low_on_space(s));
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept);
    kept += fill(s, kept);
    store_close(s);

    s = lab_open_with(&o);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept);
    ck_assert(!store_is_backup(s));
    empty(s, kept);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), 0);
    ck_assert_uint_gt(fill(s, 0), kept / 2);
    store_close(s);
}
END_TEST

START_TEST(where_no_file_fits_commits_are_lmdbs)
{
    struct store_options o;
    struct store *s;

    lab_mount_small(&lab, 1U << 20);
    o = lab_options(&lab);
    o.write_ahead_len = 4U << 20;
    s = lab_open_with(&o);
    ck_assert_int_eq(s->ahead.file.fd, -1);
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "a", slice_of("1")), CW_OK);
    ck_assert(lab_has(s, LAB_ROWS, "a"));
    store_close(s);
}
END_TEST

/* The map is full before the disk: what is ahead cannot be settled, is not lost, and is settled by a larger map. */
START_TEST(a_full_map_refuses_and_loses_nothing)
{
    struct store_options o = lab_options(&lab);
    struct store *s;
    uint64_t kept;

    o.map_len = 1U << 20;
    s = lab_open_with(&o);
    kept = fill(s, 0);
    ck_assert_uint_gt(kept, 50);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept);
    store_close(s);
    s = lab_open_with(&o);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept);
    store_close(s);
    o.map_len = 4U << 20;
    s = lab_open_with(&o);
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), kept);
    ck_assert_uint_gt(fill(s, kept), kept);
    store_close(s);
}
END_TEST

Suite *suite_ahead_space(void)
{
    Suite *suite = suite_create("ahead_space");
    TCase *t = tcase_create("ahead_space"), *each = tcase_create("each call");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, a_refused_commit_does_not_come_back_after_a_crash, 0, 2);
    tcase_add_test(t, after_a_refused_commit_the_store_goes_on);
    tcase_add_test(t, a_commit_that_cannot_be_made_void_stops_the_store);
    tcase_add_loop_test(t, a_failed_append_stops_the_store_and_loses_nothing, 0, 2);
    tcase_add_test(t, a_flush_that_fails_while_settling_stops_the_store_and_loses_nothing);
    tcase_add_test(t, settling_may_have_the_reserve);
    tcase_add_test(t, a_full_disk_is_no_space_loses_nothing_and_can_be_emptied);
    tcase_add_test(t, where_no_file_fits_commits_are_lmdbs);
    tcase_add_test(t, a_full_map_refuses_and_loses_nothing);
    suite_add_tcase(suite, t);
    tcase_add_checked_fixture(each, set_up_in_memory, tear_down);
    tcase_add_test(each, a_full_disk_at_any_call_neither_loses_nor_keeps_too_much);
    tcase_add_test(each, a_disk_that_is_full_for_some_calls_neither_loses_nor_keeps_too_much);
    tcase_add_test(each, a_broken_disk_at_any_call_loses_nothing);
    suite_add_tcase(suite, each);
    return suite;
}
