/* SPDX-License-Identifier: Apache-2.0 */
#include "host/entropy.h"
#include "tests/unit/runner.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NONCE_LEN 24
#define NONCES 500 /* several pages of them */

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, NONCE_LEN);
}

static void ck_all_differ(uint8_t (*nonces)[NONCE_LEN], size_t count)
{
    qsort(nonces, count, NONCE_LEN, compare);
    for (size_t i = 1; i < count; i++)
        ck_assert_int_ne(memcmp(nonces[i - 1], nonces[i], NONCE_LEN), 0);
}

static void *draw(void *out)
{
    uint8_t(*nonces)[NONCE_LEN] = out;

    for (size_t i = 0; i < NONCES; i++)
        entropy_fill(NULL, nonces[i], NONCE_LEN);
    return NULL;
}

START_TEST(no_nonce_comes_twice_across_threads)
{
    static uint8_t nonces[3 * NONCES][NONCE_LEN];
    pthread_t threads[2];

    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, draw, nonces[i * NONCES]), 0);
    draw(nonces[(size_t)2 * NONCES]);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_all_differ(nonces, (size_t)3 * NONCES);
}
END_TEST

/* A page that were copied by fork() would give both the same keys. */
START_TEST(a_child_draws_other_bytes_than_its_parent)
{
    uint8_t before[NONCE_LEN], nonces[2][NONCE_LEN];
    int ends[2], status = 0;

    entropy_fill(NULL, before, sizeof before); /* the page is there, and nearly full */
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    entropy_fill(NULL, nonces[0], NONCE_LEN);
    if (child == 0)
        _exit(write(ends[1], nonces[0], NONCE_LEN) == NONCE_LEN ? 0 : 1);
    ck_assert_int_eq(read(ends[0], nonces[1], NONCE_LEN), NONCE_LEN);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_all_differ(nonces, 2);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

START_TEST(long_and_odd_lengths_are_filled_to_the_end)
{
    static const size_t lengths[] = {1, 31, 511, 512, 513, 2047, 2048, 2049, 10000};
    static uint8_t bytes[10000 + 1];

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t len = lengths[i];
        bool last_set = false;

        for (int tries = 0; tries < 64 && !last_set; tries++) { /* each is 0 once in 256 times */
            memset(bytes, 0, sizeof bytes);
            entropy_fill(NULL, bytes, len);
            last_set = bytes[len - 1] != 0;
            ck_assert_uint_eq(bytes[len], 0);
        }
        ck_assert(last_set);
    }
}
END_TEST

Suite *suite_entropy(void);
Suite *suite_entropy(void)
{
    Suite *s = suite_create("entropy");
    TCase *tc = tcase_create("entropy");

    tcase_add_test(tc, no_nonce_comes_twice_across_threads);
    tcase_add_test(tc, a_child_draws_other_bytes_than_its_parent);
    tcase_add_test(tc, long_and_odd_lengths_are_filled_to_the_end);
    suite_add_tcase(s, tc);
    return s;
}
