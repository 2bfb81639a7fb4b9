/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A data file that is cut short: LMDB would map what is not there. */

static struct lab lab;

static void set_up(void)
{
    lab_init(&lab);
}

static void tear_down(void)
{
    lab_done(&lab);
}

static void data_path(char out[static LAB_PATH_LEN + 16])
{
    (void)snprintf(out, LAB_PATH_LEN + 16, "%s/data.mdb", lab.dir);
}

static off_t data_len(void)
{
    char path[LAB_PATH_LEN + 16];
    struct stat st;

    data_path(path);
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_size;
}

/* Rows of many leaves, and some that have pages of their own. */
static void write_rows(void)
{
    static uint8_t value[20000];
    struct store *s = lab_open(&lab);

    for (uint64_t i = 0; i < 200; i++)
        lab_put_number(s, i, slice(value, i % 10 == 0 ? sizeof value : 600));
    store_close(s);
}

START_TEST(a_data_file_that_is_cut_short_is_named_before_it_is_mapped)
{
    char path[LAB_PATH_LEN + 16];
    struct store_options o = lab_options(&lab);
    uint32_t refused = 0, opened = 0;
    struct store *none = NULL;

    write_rows();
    data_path(path);
    for (off_t len = data_len() - 4096; len >= 0; len -= 4096) {
        struct refusal why = {0};
        struct store *s = NULL;

        o.read_only = true; /* nothing is written, so the next cut is of the same file */
        ck_assert_int_eq(truncate(path, len), 0);
        if (store_open(&o, &s, &why) == CW_OK) { /* what was cut off nothing needs */
            ck_assert_uint_eq(refused, 0);
            ck_assert_uint_eq(lab_rows(s, LAB_ROWS), 200);
            opened++;
        } else {
            ck_assert_str_eq(why.where, "store");
            ck_assert_msg(strstr(why.text, "data.mdb is cut short") != NULL, "%s", why.text);
            refused++;
        }
        store_close(s);
    }
    ck_assert_uint_gt(refused, 100);
    ck_assert_uint_lt(opened, 10);
    o.read_only = false; /* and an empty one is no new store */
    ck_assert_int_eq(store_open(&o, &none, NULL), CW_LOCAL_CORRUPT);
}
END_TEST

Suite *suite_length(void);
Suite *suite_length(void)
{
    Suite *suite = suite_create("length");
    TCase *t = tcase_create("length");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_data_file_that_is_cut_short_is_named_before_it_is_mapped);
    suite_add_tcase(suite, t);
    return suite;
}
