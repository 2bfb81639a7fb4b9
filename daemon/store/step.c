/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

/*
 * The next row, or the one before, where several sources say what there is: the layers, newest first, and LMDB. Each source
 * stands at its nearest row; the nearest of those decides, and of equal keys the newest source. A row that is deleted there
 * hides the same key below.
 */

#define SOURCES_MAX 3

struct source {
    const struct layer *layer; /* NULL: LMDB */
    const struct layer_row *row;
    const struct layer_version *version;
    bool here; /* it has a row */
    struct cw_slice key, value;
};

struct step {
    struct store_txn *txn;
    uint32_t table;
    bool back;
    MDB_cursor *cursor;
    struct source sources[SOURCES_MAX];
    uint32_t count;
};

/* --- one source ------------------------------------------------------------------------------------------- */

/* On from rows that the transaction does not see. */
static void stand_on(const struct step *step, struct source *src, const struct layer_row *row)
{
    while (row != NULL && layer_row_at(row, step->txn->upto) == NULL)
        row = step->back ? layer_seek_back(src->layer, step->table, layer_row_key(row), true) : layer_next(row);
    src->here = row != NULL;
    if (row == NULL)
        return;
    src->row = row;
    src->version = layer_row_at(row, step->txn->upto);
    src->key = layer_row_key(row);
    src->value = src->version->value;
}

static void start_layer(const struct step *step, struct source *src, struct cw_slice from, bool past)
{
    stand_on(step, src,
             step->back ? layer_seek_back(src->layer, step->table, from, past)
                        : layer_seek(src->layer, step->table, from, past));
}

static void move_layer(const struct step *step, struct source *src)
{
    stand_on(step, src, step->back ? layer_seek_back(src->layer, step->table, src->key, true) : layer_next(src->row));
}

/* In a page that rotted keys need not ascend: who walks from key to key would go round and round. */
static bool is_onward(const struct step *step, struct cw_slice from, bool past, struct cw_slice key)
{
    int order = slice_compare(key, from);

    return (order == 0 && !past) || (step->back ? order < 0 : order > 0);
}

/* `from`, `past`: where the cursor was to go on from. */
static enum cw_err give_base(struct step *step, struct source *src, int rc, struct cw_slice from, bool past,
                             const MDB_val *k, const MDB_val *v)
{
    src->here = rc == MDB_SUCCESS;
    if (rc == MDB_NOTFOUND)
        return CW_OK;
    if (rc != MDB_SUCCESS)
        return store_error(step->txn->store, rc);
    if (!is_onward(step, from, past, store_slice(k)))
        return store_error(step->txn->store, MDB_CORRUPTED);
    src->key = store_slice(k);
    src->value = store_slice(v);
    return CW_OK;
}

/* LMDB knows no empty key, so an empty start is the first row. */
static int seek(MDB_cursor *cursor, struct cw_slice from, MDB_val *k, MDB_val *v)
{
    *k = store_val(from);
    return mdb_cursor_get(cursor, k, v, slice_empty(from) ? MDB_FIRST : MDB_SET_RANGE);
}

static enum cw_err start_base(struct step *step, struct source *src, struct cw_slice from, bool past)
{
    MDB_val k, v;
    int rc = seek(step->cursor, from, &k, &v);

    if (!step->back && rc == MDB_SUCCESS && past && slice_eq(store_slice(&k), from))
        rc = mdb_cursor_get(step->cursor, &k, &v, MDB_NEXT);
    else if (step->back && rc == MDB_NOTFOUND) /* every key is below */
        rc = mdb_cursor_get(step->cursor, &k, &v, MDB_LAST);
    else if (step->back && rc == MDB_SUCCESS && (past || !slice_eq(store_slice(&k), from)))
        rc = mdb_cursor_get(step->cursor, &k, &v, MDB_PREV);
    return give_base(step, src, rc, from, past && !slice_empty(from), &k, &v);
}

static enum cw_err move_base(struct step *step, struct source *src)
{
    MDB_val k, v;
    int rc = mdb_cursor_get(step->cursor, &k, &v, step->back ? MDB_PREV : MDB_NEXT);

    return give_base(step, src, rc, src->key, true, &k, &v);
}

/* --- all of them -------------------------------------------------------------------------------------------- */

static enum cw_err start(struct step *step, struct cw_slice from, bool past)
{
    struct store_txn *txn = step->txn;
    enum cw_err err = store_cursor(txn, step->table, &step->cursor);

    if (err != CW_OK)
        return err;
    for (uint32_t i = 0; i < txn->layer_count; i++) {
        struct source *src = &step->sources[step->count];

        if (!layer_has_rows(txn->layers[i], step->table))
            continue;
        src->layer = txn->layers[i];
        start_layer(step, src, from, past);
        step->count++;
    }
    return start_base(step, &step->sources[step->count++], from, past);
}

static const struct source *nearest(const struct step *step)
{
    const struct source *best = NULL;

    for (uint32_t i = 0; i < step->count; i++) {
        const struct source *src = &step->sources[i];
        int order = src->here && best != NULL ? slice_compare(src->key, best->key) : 0;

        if (src->here && (best == NULL || (step->back ? order > 0 : order < 0)))
            best = src;
    }
    return best;
}

static enum cw_err move_past(struct step *step, struct cw_slice key)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < step->count && err == CW_OK; i++) {
        struct source *src = &step->sources[i];

        if (!src->here || !slice_eq(src->key, key))
            continue;
        if (src->layer != NULL)
            move_layer(step, src);
        else
            err = move_base(step, src);
    }
    return err;
}

static bool is_dead(const struct source *src)
{
    return src->layer != NULL && src->version->dead;
}

/* The nearest living row; *out_dead counts those that were passed over. */
static enum cw_err find(struct step *step, struct store_pair *out, uint32_t *out_dead)
{
    const struct source *best = nearest(step);
    enum cw_err err;

    for (*out_dead = 0; best != NULL && is_dead(best); (*out_dead)++) {
        err = move_past(step, best->key);
        if (err != CW_OK)
            return err;
        best = nearest(step);
    }
    if (best == NULL)
        return CW_LOCAL_NOT_FOUND;
    *out = (struct store_pair){best->key, best->value};
    return CW_OK;
}

/* --- the writing thread remembers where only dead rows are ---------------------------------------------------- */

static enum cw_err next_of_writer(struct store_txn *txn, uint32_t table, struct cw_slice from, bool after,
                                  struct store_pair *out)
{
    struct step step = {.txn = txn, .table = table};
    struct gaps *gaps = &txn->store->gaps;
    uint8_t successor[STORE_KEY_LEN_MAX + 1];
    uint32_t dead = 0;
    enum cw_err err;

    if (slice_empty(from)) {
        after = false;
    } else if (after && from.len < STORE_KEY_LEN_MAX) { /* the least key after it */
        memcpy(successor, from.data, from.len);
        successor[from.len] = 0;
        from = slice(successor, from.len + 1);
        after = false;
    }
    if (!gaps_skip(gaps, table, from, &from))
        return CW_LOCAL_NOT_FOUND;
    err = start(&step, from, after);
    if (err == CW_OK)
        err = find(&step, out, &dead);
    if (!after && (err == CW_OK || err == CW_LOCAL_NOT_FOUND))
        gaps_learn(gaps, table, from, err == CW_OK ? &out->key : NULL, dead);
    return err;
}

enum cw_err store_next(struct store_txn *txn, uint32_t table, struct cw_slice from, bool after, struct store_pair *out)
{
    struct step step = {.txn = txn, .table = table};
    uint32_t dead = 0;
    enum cw_err err;

    if (txn->ahead)
        return next_of_writer(txn, table, from, after, out);
    err = start(&step, from, after);
    return err == CW_OK ? find(&step, out, &dead) : err;
}

enum cw_err store_prev(struct store_txn *txn, uint32_t table, struct cw_slice from, bool after, struct store_pair *out)
{
    struct step step = {.txn = txn, .table = table, .back = true};
    uint32_t dead = 0;
    enum cw_err err;

    if (slice_empty(from))
        return CW_LOCAL_NOT_FOUND; /* it is before every key */
    err = start(&step, from, after);
    return err == CW_OK ? find(&step, out, &dead) : err;
}
