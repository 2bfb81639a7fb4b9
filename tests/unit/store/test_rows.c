/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"

#include <stdlib.h>

static struct lab lab;
static struct store *store;

static void set_up(void)
{
    lab_init(&lab);
    store = lab_open(&lab);
}

static void set_up_ahead(void)
{
    lab_init(&lab);
    lab.write_ahead_len = LAB_WRITE_AHEAD_LEN;
    store = lab_open(&lab);
}

static void tear_down(void)
{
    store_close(store);
    lab_done(&lab);
}

static void put(struct store_txn *txn, const char *key, const char *value)
{
    ck_assert_int_eq(store_put(txn, LAB_ROWS, slice_of(key), slice_of(value)), CW_OK);
}

static void put_letters(const char *letters)
{
    for (; *letters != '\0'; letters++) {
        char key[2] = {*letters, '\0'};

        ck_assert_int_eq(lab_put(store, LAB_ROWS, key, slice_of(key)), CW_OK);
    }
}

typedef enum cw_err step_fn(struct store_txn *, uint32_t, struct cw_slice, bool, struct store_pair *);

/* The one-letter key found, or '-' for none. */
static char step(step_fn *fn, const char *from, bool after)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct store_pair pair;
    enum cw_err err;

    ck_assert_int_eq(store_begin_read(store, &txn), CW_OK);
    err = fn(txn, LAB_ROWS, slice_of(from), after, &pair);
    if (err == CW_LOCAL_NOT_FOUND)
        return '-';
    ck_assert_int_eq(err, CW_OK);
    ck_assert(slice_eq(pair.key, pair.value));
    ck_assert_uint_eq(pair.key.len, 1);
    return (char)pair.key.data[0];
}

START_TEST(a_key_is_found_after_commit_and_not_before)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct cw_slice value;

    ck_assert_int_eq(store_begin(store, &txn), CW_OK);
    put(txn, "a", "1");
    ck_assert(!lab_has(store, LAB_ROWS, "a"));                                /* a reader beside it */
    ck_assert_int_eq(store_get(txn, LAB_ROWS, slice_of("a"), &value), CW_OK); /* its own eyes */
    ck_assert(slice_eq(value, slice_of("1")));
    ck_assert_int_eq(store_commit(&txn), CW_OK);
    ck_assert_ptr_null(txn);
    ck_assert(lab_has(store, LAB_ROWS, "a"));
}
END_TEST

START_TEST(an_aborted_transaction_leaves_nothing)
{
    struct store_txn *txn = NULL;

    ck_assert_int_eq(store_begin(store, &txn), CW_OK);
    put(txn, "a", "1");
    store_abort(&txn);
    ck_assert_ptr_null(txn);
    store_abort(&txn); /* nothing to abort is fine */
    ck_assert(!lab_has(store, LAB_ROWS, "a"));
}
END_TEST

START_TEST(a_reader_keeps_its_snapshot)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct cw_slice value;

    ck_assert_int_eq(lab_put(store, LAB_ROWS, "a", slice_of("old")), CW_OK);
    ck_assert_int_eq(store_begin_read(store, &txn), CW_OK);
    ck_assert_int_eq(lab_put(store, LAB_ROWS, "a", slice_of("new")), CW_OK);
    ck_assert_int_eq(store_get(txn, LAB_ROWS, slice_of("a"), &value), CW_OK);
    ck_assert(slice_eq(value, slice_of("old")));
}
END_TEST

START_TEST(a_pooled_reader_sees_the_newest_commit)
{
    ck_assert(!lab_has(store, LAB_ROWS, "a")); /* leaves an idle reader behind */
    ck_assert_int_eq(lab_put(store, LAB_ROWS, "a", slice_of("1")), CW_OK);
    ck_assert(lab_has(store, LAB_ROWS, "a"));
}
END_TEST

START_TEST(tables_do_not_share_keys)
{
    ck_assert_int_eq(lab_put(store, LAB_ROWS, "a", slice_of("1")), CW_OK);
    ck_assert(!lab_has(store, LAB_MORE, "a"));
}
END_TEST

START_TEST(deleting_what_is_absent_succeeds)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;

    ck_assert_int_eq(store_begin(store, &txn), CW_OK);
    put(txn, "a", "1");
    ck_assert_int_eq(store_del(txn, LAB_ROWS, slice_of("a")), CW_OK);
    ck_assert_int_eq(store_del(txn, LAB_ROWS, slice_of("a")), CW_OK);
    ck_assert_int_eq(store_commit(&txn), CW_OK);
    ck_assert_uint_eq(lab_rows(store, LAB_ROWS), 0);
}
END_TEST

START_TEST(next_finds_the_first_at_or_after)
{
    put_letters("bdf");
    ck_assert_int_eq(step(store_next, "", false), 'b');
    ck_assert_int_eq(step(store_next, "", true), 'b');
    ck_assert_int_eq(step(store_next, "a", true), 'b');
    ck_assert_int_eq(step(store_next, "b", false), 'b');
    ck_assert_int_eq(step(store_next, "b", true), 'd');
    ck_assert_int_eq(step(store_next, "bb", true), 'd'); /* longer than a key that begins it */
    ck_assert_int_eq(step(store_next, "f", false), 'f');
    ck_assert_int_eq(step(store_next, "f", true), '-');
    ck_assert_int_eq(step(store_next, "g", false), '-');
}
END_TEST

START_TEST(prev_finds_the_last_at_or_before)
{
    put_letters("bdf");
    ck_assert_int_eq(step(store_prev, "g", false), 'f');
    ck_assert_int_eq(step(store_prev, "g", true), 'f');
    ck_assert_int_eq(step(store_prev, "f", false), 'f');
    ck_assert_int_eq(step(store_prev, "f", true), 'd');
    ck_assert_int_eq(step(store_prev, "e", false), 'd');
    ck_assert_int_eq(step(store_prev, "b", false), 'b');
    ck_assert_int_eq(step(store_prev, "b", true), '-');
    ck_assert_int_eq(step(store_prev, "a", false), '-');
    ck_assert_int_eq(step(store_prev, "", false), '-');
}
END_TEST

START_TEST(an_empty_table_has_no_neighbours)
{
    ck_assert_int_eq(step(store_next, "", false), '-');
    ck_assert_int_eq(step(store_next, "x", true), '-');
    ck_assert_int_eq(step(store_prev, "", false), '-');
    ck_assert_int_eq(step(store_prev, "x", true), '-');
}
END_TEST

START_TEST(a_key_out_of_bounds_fails_the_whole_transaction)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    uint8_t key[STORE_KEY_LEN_MAX + 1] = {0};

    ck_assert_int_eq(store_begin(store, &txn), CW_OK);
    ck_assert_int_eq(store_put(txn, LAB_ROWS, slice(key, STORE_KEY_LEN_MAX), slice_of("1")), CW_OK);
    ck_assert_int_eq(store_put(txn, LAB_ROWS, slice(key, sizeof key), slice_of("1")), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(store_put(txn, LAB_ROWS, slice_of("b"), slice_of("1")), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(store_commit(&txn), CW_USAGE_ARGUMENT);
    ck_assert_uint_eq(lab_rows(store, LAB_ROWS), 0);
    ck_assert(!store_failed(store));
}
END_TEST

START_TEST(an_empty_key_is_refused_and_never_found)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct cw_slice value;

    ck_assert_int_eq(store_begin(store, &txn), CW_OK);
    ck_assert_int_eq(store_get(txn, LAB_ROWS, slice_of(""), &value), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(store_put(txn, LAB_ROWS, slice_of(""), slice_of("1")), CW_USAGE_ARGUMENT);
}
END_TEST

START_TEST(a_value_may_be_empty_or_large)
{
    static uint8_t large[300000];
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct cw_slice value;

    memset(large, 7, sizeof large);
    ck_assert_int_eq(lab_put(store, LAB_ROWS, "empty", slice("", 0)), CW_OK);
    ck_assert_int_eq(lab_put(store, LAB_ROWS, "large", slice(large, sizeof large)), CW_OK);
    ck_assert_int_eq(store_begin_read(store, &txn), CW_OK);
    ck_assert_int_eq(store_get(txn, LAB_ROWS, slice_of("empty"), &value), CW_OK);
    ck_assert_uint_eq(value.len, 0);
    ck_assert_int_eq(store_get(txn, LAB_ROWS, slice_of("large"), &value), CW_OK);
    ck_assert(slice_eq(value, slice(large, sizeof large)));
}
END_TEST

/* --- the same operations against an array that is obviously right -------------------------------------- */

#define MODEL_KEYS 600

struct model {
    bool present[MODEL_KEYS];
    uint32_t value[MODEL_KEYS];
};

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 33) % bound;
}

static struct cw_slice key_of(uint32_t n, uint8_t out[static 4])
{
    struct writer w = writer_over(out, 4);

    writer_be32(&w, n);
    return slice(out, 4);
}

static void random_write(struct store_txn *txn, struct model *m)
{
    uint8_t key[4];
    uint32_t n = random_below(MODEL_KEYS);

    m->present[n] = random_below(3) != 0;
    if (!m->present[n]) {
        ck_assert_int_eq(store_del(txn, LAB_ROWS, key_of(n, key)), CW_OK);
        return;
    }
    static uint8_t value[3000];
    m->value[n] = random_below(sizeof value);
    memset(value, (int)(n & 0xff), sizeof value);
    ck_assert_int_eq(store_put(txn, LAB_ROWS, key_of(n, key), slice(value, m->value[n])), CW_OK);
}

static int model_step(const struct model *m, int from, int direction, bool after)
{
    int n = after ? from + direction : from;

    while (n >= 0 && n < MODEL_KEYS && !m->present[n])
        n += direction;
    return n >= 0 && n < MODEL_KEYS ? n : -1;
}

static void compare_step(struct store_txn *txn, const struct model *m)
{
    uint8_t raw[4];
    uint32_t from = random_below(MODEL_KEYS);
    bool after = random_below(2) == 0, back = random_below(2) == 0;
    int expected = model_step(m, (int)from, back ? -1 : 1, after);
    struct store_pair pair;
    enum cw_err err = (back ? store_prev : store_next)(txn, LAB_ROWS, key_of(from, raw), after, &pair);

    ck_assert_int_eq(err, expected < 0 ? CW_LOCAL_NOT_FOUND : CW_OK);
    if (expected < 0)
        return;
    ck_assert(slice_eq(pair.key, key_of((uint32_t)expected, raw)));
    ck_assert_uint_eq(pair.value.len, m->value[expected]);
}

static void compare_all(struct store_txn *txn, const struct model *m)
{
    for (uint32_t n = 0; n < MODEL_KEYS; n++) {
        uint8_t raw[4];
        struct cw_slice value;
        enum cw_err err = store_get(txn, LAB_ROWS, key_of(n, raw), &value);

        ck_assert_int_eq(err, m->present[n] ? CW_OK : CW_LOCAL_NOT_FOUND);
        if (err == CW_OK)
            ck_assert_uint_eq(value.len, m->value[n]);
    }
}

START_TEST(rows_behave_as_a_sorted_array)
{
    static struct model kept, tried;

    random_state = (uint64_t)_i + 1;
    memset(&kept, 0, sizeof kept);
    for (int turn = 0; turn < 12; turn++) {
        CW_AUTO(store_abort) struct store_txn *txn = NULL;

        tried = kept;
        ck_assert_int_eq(store_begin(store, &txn), CW_OK);
        for (int i = 0; i < 150; i++) { /* steps between writes: the cursor must follow what moves */
            random_write(txn, &tried);
            compare_step(txn, &tried);
        }
        compare_all(txn, &tried);
        if (random_below(4) == 0)
            continue; /* aborted by the end of its scope */
        ck_assert_int_eq(store_commit(&txn), CW_OK);
        kept = tried;
        ck_assert_int_eq(store_begin_read(store, &txn), CW_OK);
        compare_all(txn, &kept);
    }
}
END_TEST

/* Wherever the data file has these four bytes, it has others now. */
static void rot(const char *was, const char *is)
{
    char path[LAB_PATH_LEN + 16], bytes[4096];
    FILE *f;
    size_t len;

    (void)snprintf(path, sizeof path, "%s/data.mdb", lab.dir);
    f = fopen(path, "r+b");
    ck_assert_ptr_nonnull(f);
    for (long at = 0; (len = fread(bytes, 1, sizeof bytes, f)) > 0; at += (long)len) {
        for (size_t i = 0; i + 4 <= len; i++) {
            if (memcmp(bytes + i, was, 4) == 0)
                memcpy(bytes + i, is, 4);
        }
        ck_assert_int_eq(fseek(f, at, SEEK_SET), 0);
        ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
    }
    ck_assert_int_eq(fclose(f), 0);
}

/* From key to key until there is none, or something is wrong. */
static enum cw_err walk(step_fn *fn, const char *first, uint32_t *out_steps)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct store_pair pair = {.key = slice_of(first)};
    char from[8];
    enum cw_err err;

    ck_assert_int_eq(store_begin_read(store, &txn), CW_OK);
    for (*out_steps = 0; *out_steps < 20; ++*out_steps) {
        memcpy(from, pair.key.data, pair.key.len);
        err = fn(txn, LAB_ROWS, slice(from, pair.key.len), pair.key.len > 0, &pair);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

START_TEST(a_walk_over_a_page_that_rotted_ends)
{
    static const char *const keys[] = {"kkka", "kkkb", "kkkc", "kkkd", "kkke", "kkkf", "kkkg"};
    char rotten[8];
    uint32_t steps;
    enum cw_err err;

    for (size_t i = 0; i < CW_COUNT(keys); i++)
        ck_assert_int_eq(lab_put(store, LAB_ROWS, keys[i], slice_of("v")), CW_OK);
    store_close(store);
    (void)snprintf(rotten, sizeof rotten, "kkk%c", _i % 2 == 0 ? '!' : 'z');
    rot(keys[_i / 2], rotten);
    store = lab_open(&lab);
    err = walk(store_next, "", &steps);
    ck_assert(err == CW_LOCAL_NOT_FOUND || err == CW_LOCAL_CORRUPT);
    ck_assert_uint_le(steps, CW_COUNT(keys));
    err = walk(store_prev, "zzzz", &steps);
    ck_assert(err == CW_LOCAL_NOT_FOUND || err == CW_LOCAL_CORRUPT);
    ck_assert_uint_le(steps, CW_COUNT(keys));
}
END_TEST

static void add(Suite *suite, const char *title, SFun fixture)
{
    TCase *t = tcase_create(title);

    tcase_add_checked_fixture(t, fixture, tear_down);
    tcase_add_test(t, a_key_is_found_after_commit_and_not_before);
    tcase_add_test(t, an_aborted_transaction_leaves_nothing);
    tcase_add_test(t, a_reader_keeps_its_snapshot);
    tcase_add_test(t, a_pooled_reader_sees_the_newest_commit);
    tcase_add_test(t, tables_do_not_share_keys);
    tcase_add_test(t, deleting_what_is_absent_succeeds);
    tcase_add_test(t, next_finds_the_first_at_or_after);
    tcase_add_test(t, prev_finds_the_last_at_or_before);
    tcase_add_test(t, an_empty_table_has_no_neighbours);
    tcase_add_test(t, a_key_out_of_bounds_fails_the_whole_transaction);
    tcase_add_test(t, an_empty_key_is_refused_and_never_found);
    tcase_add_test(t, a_value_may_be_empty_or_large);
    tcase_add_loop_test(t, rows_behave_as_a_sorted_array, 0, 4);
    suite_add_tcase(suite, t);
}

Suite *suite_rows(void)
{
    Suite *suite = suite_create("rows");

    TCase *rotten = tcase_create("rotten");

    tcase_add_checked_fixture(rotten, set_up, tear_down);
    tcase_add_loop_test(rotten, a_walk_over_a_page_that_rotted_ends, 0, 14);
    suite_add_tcase(suite, rotten);
    add(suite, "rows", set_up);
    add(suite, "rows ahead", set_up_ahead);
    return suite;
}
