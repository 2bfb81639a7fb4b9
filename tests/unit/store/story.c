/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/story.h"

#include "tests/unit/store/lab.h"

#include <stdio.h>

#define HOT 40
#define WRITES_MAX 6
#define QUEUE 10
#define LARGE_EVERY 19
#define ABORT_EVERY 7
#define VALUE_LEN_MAX 70000

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a * 0x9e3779b97f4a7c15U) ^ (b + 0x632be59bd9b4e019U);

    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9U;
    return x ^ x >> 32;
}

/* --- what a turn writes ------------------------------------------------------------------------------------ */

static struct cw_slice number_key(uint64_t number, uint8_t out[static 8])
{
    struct writer w = writer_over(out, 8);

    writer_be64(&w, number);
    return slice(out, 8);
}

static size_t value_len(uint64_t turn, uint64_t key)
{
    size_t len = 10 + mix(turn, key) % 600;

    if (turn % LARGE_EVERY == 0 && key % 4 == 0)
        len = 5000 + mix(turn, key) % (VALUE_LEN_MAX - 5000);
    return len;
}

static struct cw_slice value_of(uint64_t turn, uint64_t key, uint8_t out[static VALUE_LEN_MAX])
{
    size_t len = value_len(turn, key);

    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(turn + i * 7 + key);
    return slice(out, len);
}

static uint32_t writes_of(uint64_t turn)
{
    return 1 + (uint32_t)(mix(turn, 1000) % WRITES_MAX);
}

static uint64_t hot_key(uint64_t turn, uint32_t i)
{
    return mix(turn, 2000 + i) % HOT;
}

static bool deletes(uint64_t turn, uint32_t i)
{
    return mix(turn, 3000 + i) % 4 == 0;
}

static enum cw_err write_hot(struct store_txn *txn, uint64_t turn, uint32_t i)
{
    static uint8_t value[VALUE_LEN_MAX];
    uint8_t raw[8];
    uint64_t key = hot_key(turn, i);

    if (deletes(turn, i))
        return store_del(txn, LAB_ROWS, number_key(key, raw));
    return store_put(txn, LAB_ROWS, number_key(key, raw), value_of(turn, key, value));
}

static enum cw_err write_turn(struct store_txn *txn, uint64_t turn)
{
    uint8_t raw[8], number[8];
    enum cw_err err = store_put(txn, LAB_INDEX, slice_of("turn"), number_key(turn, number));

    for (uint32_t i = 0; i < writes_of(turn) && err == CW_OK; i++)
        err = write_hot(txn, turn, i);
    if (err == CW_OK)
        err = store_put(txn, LAB_MORE, number_key(turn, raw), slice_of("queued"));
    if (err == CW_OK && turn > QUEUE)
        err = store_del(txn, LAB_MORE, number_key(turn - QUEUE, raw));
    return err;
}

static enum cw_err give_up_one(struct store *s, uint64_t turn)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    enum cw_err err = store_begin(s, &txn);

    return err == CW_OK ? write_turn(txn, turn * 31 + 5) : err;
}

enum cw_err story_tell(struct store *s, uint64_t number)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    enum cw_err err = number % ABORT_EVERY == 0 ? give_up_one(s, number) : CW_OK;

    if (err == CW_OK)
        err = store_begin(s, &txn);
    if (err == CW_OK)
        err = write_turn(txn, number);
    return err == CW_OK ? store_commit(&txn) : err;
}

/* --- what must be there -------------------------------------------------------------------------------------- */

/* For each key the turn that wrote it last, 0: it is not there. */
static void expect_hot(uint64_t last, uint64_t out[static HOT])
{
    memset(out, 0, HOT * sizeof *out);
    for (uint64_t turn = 1; turn <= last; turn++) {
        for (uint32_t i = 0; i < writes_of(turn); i++)
            out[hot_key(turn, i)] = deletes(turn, i) ? 0 : turn;
    }
}

struct walk {
    struct store_txn *txn;
    char *problem;
    size_t problem_len;
};

static bool say(const struct walk *w, const char *what, uint64_t key)
{
    (void)snprintf(w->problem, w->problem_len, "%s (%llu)", what, (unsigned long long)key);
    return false;
}

static bool check_table(const struct walk *w, uint32_t table, uint64_t key, const struct cw_slice *value,
                        struct cw_slice *at)
{
    struct store_pair pair = {0};
    uint8_t raw[8];
    enum cw_err err = store_next(w->txn, table, *at, true, &pair);

    if (value == NULL)
        return err == CW_LOCAL_NOT_FOUND || say(w, "a row too many in table", table);
    if (err != CW_OK || !slice_eq(pair.key, number_key(key, raw)))
        return say(w, "a row is missing", key);
    if (!slice_eq(pair.value, *value))
        return say(w, "a row has another value", key);
    *at = pair.key;
    return true;
}

static bool check_hot(const struct walk *w, uint64_t last)
{
    static _Thread_local uint8_t expected[VALUE_LEN_MAX];
    uint64_t hot[HOT];
    struct cw_slice at = {0};

    expect_hot(last, hot);
    for (uint64_t key = 0; key < HOT; key++) {
        struct cw_slice value;

        if (hot[key] == 0)
            continue;
        value = value_of(hot[key], key, expected);
        if (!check_table(w, LAB_ROWS, key, &value, &at))
            return false;
    }
    return check_table(w, LAB_ROWS, 0, NULL, &at);
}

static bool check_queue(const struct walk *w, uint64_t last)
{
    const struct cw_slice value = slice_of("queued");
    struct cw_slice at = {0};

    for (uint64_t turn = last > QUEUE ? last - QUEUE + 1 : 1; turn <= last; turn++) {
        if (!check_table(w, LAB_MORE, turn, &value, &at))
            return false;
    }
    return check_table(w, LAB_MORE, 0, NULL, &at);
}

bool story_check(struct store *s, uint64_t *out_last, char *problem, size_t problem_len)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct walk w = {.problem_len = problem_len};
    struct cw_slice value;
    enum cw_err err = store_begin_read(s, &txn);

    w.txn = txn;
    w.problem = problem;
    *out_last = 0;
    if (err == CW_OK)
        err = store_get(txn, LAB_INDEX, slice_of("turn"), &value);
    if (err == CW_OK) {
        struct reader in = reader_over(value);

        *out_last = reader_be64(&in);
    } else if (err != CW_LOCAL_NOT_FOUND) {
        return say(&w, "cannot be read", err);
    }
    return check_hot(&w, *out_last) && check_queue(&w, *out_last);
}
