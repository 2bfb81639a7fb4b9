/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"

#include "store/internal.h"

#include <fcntl.h>
#include <unistd.h>

/* A disk that was full, and has room for what was acknowledged, but not enough to write ahead again. */

#define DISK_LEN ((uint64_t)3 << 20)
#define AHEAD UINT64_C(8) /* rows of a page that fit a segment, and not the reserve */

static struct lab lab;
static uint8_t page[4000];

static void set_up(void)
{
    lab_init(&lab);
    lab.write_ahead_len = LAB_WRITE_AHEAD_LEN;
    lab_mount_small(&lab, DISK_LEN);
}

static void tear_down(void)
{
    lab_done(&lab);
}

/* Somebody else's file, which takes all the room there is until it is deleted. */
static void fill_disk(char path[static LAB_PATH_LEN])
{
    lab_path(&lab, "ballast", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    while (write(fd, page, sizeof page) > 0)
        continue;
    (void)close(fd);
}

static enum cw_err put(struct store *s, uint64_t number)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    uint8_t key[8];
    struct writer w = writer_over(key, sizeof key);
    enum cw_err err = store_begin(s, &txn);

    writer_be64(&w, number);
    if (err == CW_OK)
        err = store_put(txn, LAB_ROWS, slice(key, sizeof key), slice(page, sizeof page));
    return err == CW_OK ? store_commit(&txn) : err;
}

START_TEST(what_is_ahead_is_settled_once_room_was_made_though_space_stays_low)
{
    char path[LAB_PATH_LEN];
    struct store_options o = lab_options(&lab);
    struct store *s;

    o.reserve_len = 4096;
    s = lab_open_with(&o);
    for (uint64_t n = 0; n < AHEAD; n++)
        ck_assert_int_eq(put(s, n), CW_OK);
    ck_assert(s->ahead.live && s->ahead.settled < AHEAD);
    fill_disk(path);
    s->low_water_len = DISK_LEN; /* more than there will ever be */
    ck_assert_int_eq(put(s, AHEAD), CW_LOCAL_NO_SPACE);
    store_tend(s);
    ck_assert_int_eq(put(s, AHEAD), CW_LOCAL_NO_SPACE);
    ck_assert_int_eq(unlink(path), 0);
    store_tend(s);
    ck_assert_int_eq(put(s, AHEAD), CW_OK);
    ck_assert(store_low_on_space(s));
    ck_assert_uint_eq(lab_rows(s, LAB_ROWS), AHEAD + 1);
    store_close(s);
}
END_TEST

Suite *suite_ahead_again(void);
Suite *suite_ahead_again(void)
{
    Suite *suite = suite_create("ahead_again");
    TCase *t = tcase_create("ahead_again");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, what_is_ahead_is_settled_once_room_was_made_though_space_stays_low);
    suite_add_tcase(suite, t);
    return suite;
}
