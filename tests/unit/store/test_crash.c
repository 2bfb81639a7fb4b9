/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct lab lab;

static void set_up(void)
{
    lab_init(&lab);
}

static void set_up_ahead(void)
{
    lab_init(&lab);
    lab.write_ahead_len = LAB_WRITE_AHEAD_LEN;
}

static void tear_down(void)
{
    lab_done(&lab);
}

/* --- killed at any moment: what was acknowledged is there ------------------------------------------------ */

#define KILLS 30
#define ACKS_MAX 12

/* The child: numbers its rows, and says each number once its commit has returned. */
static _Noreturn void commit_for_ever(int acks)
{
    struct store *s = lab_open(&lab);

    for (uint64_t n = lab_rows(s, LAB_ROWS);; n++) {
        lab_put_number(s, n, slice_of("a row that somebody was told about"));
        if (write(acks, &n, sizeof n) != sizeof n)
            _exit(1);
    }
}

static int64_t now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A kill right after an acknowledgement would always meet the same code: so the parent dawdles a little. */
static void dawdle(int64_t us)
{
    int64_t until = now_us() + us;

    while (now_us() < until)
        ;
}

/* Returns how many rows have been acknowledged in all. */
static uint64_t run_until_killed(uint64_t acknowledged, unsigned int *seed)
{
    int pipe_fds[2];
    int wanted = rand_r(seed) % ACKS_MAX;
    uint64_t n;
    pid_t child;

    ck_assert_int_eq(pipe(pipe_fds), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        commit_for_ever(pipe_fds[1]);
    (void)close(pipe_fds[1]);

    for (int i = 0; i < wanted; i++) {
        ck_assert_int_eq(read(pipe_fds[0], &n, sizeof n), (ssize_t)sizeof n);
        acknowledged = n + 1;
    }
    dawdle(rand_r(seed) % 4000);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    while (read(pipe_fds[0], &n, sizeof n) == sizeof n) /* said before it died */
        acknowledged = n + 1;
    (void)close(pipe_fds[0]);
    return acknowledged;
}

static void check_rows(struct store *s, uint64_t acknowledged)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    uint64_t count = lab_rows(s, LAB_ROWS);

    ck_assert_uint_ge(count, acknowledged);
    ck_assert_int_eq(store_begin_read(s, &txn), CW_OK);
    for (uint64_t n = 0; n < count; n++) { /* no hole either: one that was not acknowledged is whole or absent */
        uint8_t key[8];
        struct writer w = writer_over(key, sizeof key);
        struct cw_slice value;

        writer_be64(&w, n);
        ck_assert_int_eq(store_get(txn, LAB_ROWS, slice(key, sizeof key), &value), CW_OK);
        ck_assert(slice_eq(value, slice_of("a row that somebody was told about")));
    }
}

START_TEST(every_acknowledged_row_survives_being_killed)
{
    unsigned int seed = 20180319;
    uint64_t acknowledged = 0;

    for (int i = 0; i < KILLS; i++) {
        struct store *s;

        acknowledged = run_until_killed(acknowledged, &seed);
        s = lab_open(&lab);
        check_rows(s, acknowledged);
        store_close(s);
    }
    ck_assert_uint_gt(acknowledged, KILLS);
}
END_TEST

/* --- readers ----------------------------------------------------------------------------------------------- */

static void rewrite(struct store *s, int times)
{
    static uint8_t value[40000];

    for (int i = 0; i < times; i++) {
        memset(value, i, sizeof value);
        ck_assert_int_eq(lab_put(s, LAB_ROWS, "same", slice(value, sizeof value)), CW_OK);
    }
}

static uint64_t used(struct store *s)
{
    struct store_stats stats;

    store_stats(s, &stats);
    return stats.used_len;
}

START_TEST(a_long_reader_pins_pages_is_seen_and_lets_go)
{
    struct store *s = lab_open(&lab);
    struct store_txn *txn = NULL;
    struct store_stats stats;
    struct cw_slice value;
    uint64_t before, pinned;

    rewrite(s, 4);
    before = used(s);
    ck_assert_int_eq(store_begin_read(s, &txn), CW_OK);
    rewrite(s, 40);
    pinned = used(s);
    ck_assert_uint_gt(pinned, before * 4);
    store_stats(s, &stats);
    ck_assert_uint_eq(stats.readers, 1);
    ck_assert_uint_eq(stats.oldest_reader_commits, 40);
    ck_assert_int_eq(store_get(txn, LAB_ROWS, slice_of("same"), &value), CW_OK);
    ck_assert_int_eq(value.data[0], 3); /* still what it saw first */

    store_abort(&txn);
    store_stats(s, &stats);
    ck_assert_uint_eq(stats.readers, 0);
    ck_assert_uint_eq(stats.oldest_reader_commits, 0);
    rewrite(s, 40);
    ck_assert_uint_le(used(s), pinned + 100000); /* it lives in the pages that came back */
    store_close(s);
}
END_TEST

/* A process that has the store open, and reads in it when asked to. Returns once it does. */
static pid_t spawn_user(bool reads)
{
    int pipe_fds[2];
    char byte;
    pid_t child;

    ck_assert_int_eq(pipe(pipe_fds), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct store_txn *txn = NULL;
        struct store *s = lab_open(&lab);

        if ((reads && store_begin_read(s, &txn) != CW_OK) || write(pipe_fds[1], "r", 1) != 1)
            _exit(1);
        (void)pause();
        _exit(0);
    }
    (void)close(pipe_fds[1]);
    ck_assert_int_eq(read(pipe_fds[0], &byte, 1), 1);
    (void)close(pipe_fds[0]);
    return child;
}

static void kill_user(pid_t child)
{
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

static void check_nothing_is_pinned(struct store *s)
{
    uint64_t before = used(s);

    rewrite(s, 40);
    ck_assert_uint_lt(used(s), before * 4);
}

/* While another process lives LMDB does not make its lock table anew: the dead one's slot must be looked for. */
START_TEST(a_killed_readers_slot_is_freed_at_the_next_open)
{
    struct store *s = lab_open(&lab);
    pid_t other, reader;

    rewrite(s, 4);
    store_close(s);
    other = spawn_user(false);
    reader = spawn_user(true);
    kill_user(reader);

    s = lab_open(&lab);
    check_nothing_is_pinned(s);
    store_close(s);
    kill_user(other);
}
END_TEST

START_TEST(a_killed_readers_slot_is_freed_by_tending)
{
    struct store *s = lab_open(&lab);
    pid_t reader;

    rewrite(s, 4);
    store_close(s);
    reader = spawn_user(true); /* opened before us: a fork of an open environment would be another mistake */
    s = lab_open(&lab);
    kill_user(reader);
    store_tend(s);
    check_nothing_is_pinned(s);
    store_close(s);
}
END_TEST

#define READER_THREADS 4
#define READER_ROUNDS 400

/* Two rows are always written together: a reader that sees them differ saw half a commit. */
static void *read_pairs(void *arg)
{
    struct store *s = arg;
    uintptr_t torn = 0;

    for (int i = 0; i < READER_ROUNDS; i++) {
        CW_AUTO(store_abort) struct store_txn *txn = NULL;
        struct cw_slice a, b;

        if (store_begin_read(s, &txn) != CW_OK || store_get(txn, LAB_ROWS, slice_of("a"), &a) != CW_OK ||
            store_get(txn, LAB_MORE, slice_of("b"), &b) != CW_OK || !slice_eq(a, b))
            torn++;
    }
    return (void *)torn;
}

static void write_pair(struct store *s, uint64_t n)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;

    ck_assert_int_eq(store_begin(s, &txn), CW_OK);
    ck_assert_int_eq(store_put(txn, LAB_ROWS, slice_of("a"), slice(&n, sizeof n)), CW_OK);
    ck_assert_int_eq(store_put(txn, LAB_MORE, slice_of("b"), slice(&n, sizeof n)), CW_OK);
    ck_assert_int_eq(store_commit(&txn), CW_OK);
}

START_TEST(readers_in_many_threads_see_whole_commits)
{
    struct store *s = lab_open(&lab);
    pthread_t threads[READER_THREADS];

    write_pair(s, 0);
    for (int i = 0; i < READER_THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_pairs, s), 0);
    for (uint64_t n = 1; n < 100; n++)
        write_pair(s, n);
    for (int i = 0; i < READER_THREADS; i++) {
        void *torn;

        ck_assert_int_eq(pthread_join(threads[i], &torn), 0);
        ck_assert_ptr_null(torn);
    }
    store_close(s);
}
END_TEST

START_TEST(more_readers_than_are_pooled_all_work)
{
    struct store *s = lab_open(&lab);
    struct store_txn *txns[200];

    for (size_t i = 0; i < CW_COUNT(txns); i++)
        ck_assert_int_eq(store_begin_read(s, &txns[i]), CW_OK);
    for (size_t i = 0; i < CW_COUNT(txns); i++)
        store_abort(&txns[i]);
    ck_assert(!lab_has(s, LAB_ROWS, "a"));
    store_close(s);
}
END_TEST

static void add(Suite *suite, const char *title, SFun fixture)
{
    TCase *t = tcase_create(title);

    tcase_add_checked_fixture(t, fixture, tear_down);
    tcase_add_test(t, every_acknowledged_row_survives_being_killed);
    tcase_add_test(t, a_long_reader_pins_pages_is_seen_and_lets_go);
    tcase_add_test(t, a_killed_readers_slot_is_freed_at_the_next_open);
    tcase_add_test(t, a_killed_readers_slot_is_freed_by_tending);
    tcase_add_test(t, readers_in_many_threads_see_whole_commits);
    tcase_add_test(t, more_readers_than_are_pooled_all_work);
    suite_add_tcase(suite, t);
}

Suite *suite_crash(void)
{
    Suite *suite = suite_create("crash");

    add(suite, "crash", set_up);
    add(suite, "crash ahead", set_up_ahead);
    return suite;
}
