/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

/* The formats: making a store, opening one, bringing an older one up. The rows are in own.h. */

static int put_format(MDB_txn *txn, MDB_dbi own, uint32_t format)
{
    uint8_t bytes[4];
    struct writer w = writer_over(bytes, sizeof bytes);

    writer_be32(&w, format);
    return own_put(txn, own, own_format, bytes, sizeof bytes);
}

/* --- steps from older formats ---------------------------------------------------------------------- */

/* What a step may use: the open transaction, and the tables it has already opened. */
struct migration {
    struct store *store;
    const struct store_options *options;
    MDB_txn *txn;
};

/*
 * Format 0, of the builds before the first release, had no fixed form for the rows that are derived from entries, and no mark
 * that says they must be made again: the old ones go, the mark comes.
 */
static int empty_derived(struct migration *m)
{
    for (uint32_t i = 0; i < m->options->table_count; i++) {
        int rc = m->options->tables[i].derived ? mdb_drop(m->txn, m->store->tables[i], 0) : MDB_SUCCESS;

        if (rc != MDB_SUCCESS)
            return rc;
    }
    return own_mark(m->txn, m->store->own, own_rebuild);
}

/* Format 1 had no write-ahead file: who knows only that one must not open a store whose last commits are in such a file. */
static int allow_write_ahead(struct migration *m)
{
    (void)m;
    return MDB_SUCCESS;
}

/*
 * Format 2 knew no write-ahead file of version 2: it would take one for a newer version's after a crash of its own, by a head that
 * we left in the segment that it does not use.
 */
static int allow_checked_records(struct migration *m)
{
    (void)m;
    return MDB_SUCCESS;
}

/* steps[n] makes format n + 1 out of format n. */
static int (*const steps[STORE_FORMAT])(struct migration *m) = {
    empty_derived,
    allow_write_ahead,
    allow_checked_records,
};

static int migrate(struct migration *m, uint32_t from)
{
    for (uint32_t format = from; format < STORE_FORMAT; format++) {
        int rc = steps[format](m);

        if (rc == MDB_SUCCESS)
            rc = put_format(m->txn, m->store->own, format + 1);
        if (rc != MDB_SUCCESS)
            return rc;
    }
    return MDB_SUCCESS;
}

/* --- opening ------------------------------------------------------------------------------------------ */

static enum cw_err system_refusal(const struct store *s, int rc, struct refusal *why)
{
    return refuse(why, store_error(s, rc), "store", "%.120s: %.80s", s->dir, mdb_strerror(rc));
}

static enum cw_err not_ours(const struct store *s, struct refusal *why)
{
    return refuse(why, CW_LOCAL_CORRUPT, "store", "%.120s holds data that is not a casewire store: move it away",
                  s->dir);
}

/* An environment without our database is new when it is empty, and somebody else's when it is not. */
static enum cw_err create(struct store *s, const struct store_options *o, MDB_txn *txn, struct refusal *why)
{
    MDB_dbi root;
    MDB_stat stat;
    int rc = mdb_dbi_open(txn, NULL, 0, &root);

    if (rc == MDB_SUCCESS)
        rc = mdb_stat(txn, root, &stat);
    if (rc == MDB_SUCCESS && stat.ms_entries != 0)
        return not_ours(s, why);
    if (rc == MDB_SUCCESS)
        rc = mdb_dbi_open(txn, OWN_NAME, MDB_CREATE, &s->own);
    if (rc == MDB_SUCCESS)
        rc = put_format(txn, s->own, STORE_FORMAT);
    if (rc == MDB_SUCCESS)
        rc = own_put(txn, s->own, own_id, o->fresh_id, STORE_ID_LEN);
    s->created = true;
    return rc == MDB_SUCCESS ? CW_OK : system_refusal(s, rc, why);
}

static enum cw_err open_own(struct store *s, const struct store_options *o, MDB_txn *txn, struct refusal *why)
{
    int rc = mdb_dbi_open(txn, OWN_NAME, 0, &s->own);

    if (rc == MDB_SUCCESS)
        return CW_OK;
    if (rc == MDB_INCOMPATIBLE)
        return not_ours(s, why);
    if (rc != MDB_NOTFOUND)
        return system_refusal(s, rc, why);
    if (s->read_only)
        return not_ours(s, why);
    return create(s, o, txn, why);
}

static enum cw_err open_tables(struct store *s, const struct store_options *o, MDB_txn *txn, struct refusal *why)
{
    for (uint32_t i = 0; i < o->table_count; i++) {
        const char *name = o->tables[i].name;
        int rc = mdb_dbi_open(txn, name, s->read_only ? 0 : MDB_CREATE, &s->tables[i]);

        if (rc != MDB_SUCCESS)
            return system_refusal(s, rc, why);
        CW_ASSERT(strlen(name) <= AHEAD_TABLE_NAME_LEN_MAX);
        memcpy(s->table_names[i], name, strlen(name) + 1);
    }
    s->table_count = o->table_count;
    return CW_OK;
}

static enum cw_err read_format(const struct store *s, MDB_txn *txn, uint32_t *out, struct refusal *why)
{
    struct cw_slice raw;
    struct reader in;

    if (own_get(txn, s->own, own_format, &raw) != MDB_SUCCESS)
        return not_ours(s, why);
    in = reader_over(raw);
    *out = reader_be32(&in);
    return reader_finish(&in) == CW_OK ? CW_OK : not_ours(s, why);
}

static enum cw_err accept_format(const struct store *s, uint32_t format, struct refusal *why)
{
    if (format > STORE_FORMAT)
        return refuse(
            why, CW_LOCAL_FORMAT, "store",
            "%.120s has store format %u, and this casewired knows up to %u: install the version that wrote it", s->dir,
            format, STORE_FORMAT);
    if (format < STORE_FORMAT && s->read_only)
        return refuse(why, CW_LOCAL_FORMAT, "store",
                      "%.120s has the older store format %u: start casewired once, which brings it to %u", s->dir,
                      format, STORE_FORMAT);
    return CW_OK;
}

static enum cw_err read_id(struct store *s, MDB_txn *txn, struct refusal *why)
{
    struct cw_slice id;

    if (own_get(txn, s->own, own_id, &id) != MDB_SUCCESS || id.len != STORE_ID_LEN)
        return not_ours(s, why);
    memcpy(s->id, id.data, STORE_ID_LEN);
    return CW_OK;
}

static enum cw_err open_inside(struct store *s, const struct store_options *o, MDB_txn *txn, struct refusal *why)
{
    enum cw_err err = open_own(s, o, txn, why);

    if (err == CW_OK)
        err = read_format(s, txn, &s->format, why);
    if (err == CW_OK)
        err = accept_format(s, s->format, why);
    if (err == CW_OK)
        err = read_id(s, txn, why);
    return err == CW_OK ? open_tables(s, o, txn, why) : err;
}

enum cw_err store_format_open(struct store *s, const struct store_options *options, struct refusal *why)
{
    MDB_txn *txn = NULL;
    enum cw_err err;
    int rc = mdb_txn_begin(s->env, NULL, s->read_only ? MDB_RDONLY : 0, &txn);

    if (rc != MDB_SUCCESS)
        return system_refusal(s, rc, why);
    err = open_inside(s, options, txn, why);
    if (err != CW_OK) {
        mdb_txn_abort(txn);
        return err;
    }
    rc = mdb_txn_commit(txn); /* also of a read transaction: only that keeps the handles open */
    return rc == MDB_SUCCESS ? CW_OK : system_refusal(s, rc, why);
}

/* All steps in one transaction: a store is never seen half migrated. What was written ahead is in the older form, so it goes first. */
enum cw_err store_format_raise(struct store *s, const struct store_options *options, struct refusal *why)
{
    MDB_txn *txn = NULL;
    enum cw_err err = CW_OK;
    int rc;

    if (s->format == STORE_FORMAT)
        return CW_OK;
    if (s->ahead.live)
        err = ahead_rest_between(s);
    if (err != CW_OK)
        return refuse(why, err, "store", "%.120s cannot be brought to format %u", s->dir, STORE_FORMAT);
    rc = mdb_txn_begin(s->env, NULL, 0, &txn);
    if (rc != MDB_SUCCESS)
        return system_refusal(s, rc, why);
    rc = migrate(&(struct migration){s, options, txn}, s->format);
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return system_refusal(s, rc, why);
    }
    rc = mdb_txn_commit(txn);
    if (rc == MDB_SUCCESS)
        s->format = STORE_FORMAT;
    return rc == MDB_SUCCESS ? CW_OK : system_refusal(s, rc, why);
}

/* --- marks ----------------------------------------------------------------------------------------- */

static bool has_mark(struct store_txn *txn, const char *key)
{
    struct cw_slice ignored;

    return store_get(txn, LAYER_OWN_TABLE, slice_of(key), &ignored) == CW_OK;
}

enum cw_err store_read_marks(struct store *s)
{
    struct store_txn *txn = NULL;
    enum cw_err err = store_begin_read(s, &txn);

    if (err != CW_OK)
        return err;
    s->is_backup = s->ahead.suspect || has_mark(txn, own_backup);
    s->wants_rebuild = has_mark(txn, own_rebuild);
    store_abort(&txn);
    return CW_OK;
}

/* In a copy, which is whole by itself: the write-ahead file that the original may have is not this one's. */
enum cw_err store_mark_backup(MDB_env *env)
{
    MDB_txn *txn = NULL;
    MDB_dbi own;

    if (mdb_txn_begin(env, NULL, 0, &txn) != MDB_SUCCESS)
        return CW_LOCAL_IO;
    if (mdb_dbi_open(txn, OWN_NAME, 0, &own) != MDB_SUCCESS || own_mark(txn, own, own_backup) != MDB_SUCCESS ||
        own_del(txn, own, own_ahead) != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return CW_LOCAL_IO;
    }
    return mdb_txn_commit(txn) == MDB_SUCCESS ? CW_OK : CW_LOCAL_IO;
}

enum cw_err store_clear_backup(struct store_txn *txn)
{
    txn->store->clears_backup = true; /* takes effect with the commit */
    return store_del(txn, LAYER_OWN_TABLE, slice_of(own_backup));
}

enum cw_err store_rebuilt(struct store_txn *txn)
{
    txn->store->clears_rebuild = true;
    return store_del(txn, LAYER_OWN_TABLE, slice_of(own_rebuild));
}
