/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

/*
 * The store's own rows, in the database "casewire":
 *
 *   "format"   be32        which version wrote it
 *   "store id" 16 bytes    random, made once; a copy keeps it, the anchor tells copies apart
 *   "backup"   1 byte      present in a copy that was made as a backup
 *   "rebuild"  1 byte      present after a migration that emptied the derived tables
 *
 * All of it is read, and changed where needed, in the one transaction that opening takes: a store is never
 * seen half migrated.
 */

#define OWN_NAME "casewire"

static MDB_val text_val(const char *text)
{
    return (MDB_val){strlen(text), (void *)(uintptr_t)text};
}

static const char key_format[] = "format";
static const char key_id[] = "store id";
static const char key_backup[] = "backup";
static const char key_rebuild[] = "rebuild";

static int own_get(MDB_txn *txn, MDB_dbi own, const char *key, struct cw_slice *out)
{
    MDB_val k = text_val(key);
    MDB_val v;
    int rc = mdb_get(txn, own, &k, &v);

    if (rc == MDB_SUCCESS)
        *out = slice(v.mv_data, v.mv_size);
    return rc;
}

static int own_put(MDB_txn *txn, MDB_dbi own, const char *key, const void *data, size_t len)
{
    MDB_val k = text_val(key);
    MDB_val v = {len, (void *)(uintptr_t)data};

    return mdb_put(txn, own, &k, &v, 0);
}

static int own_del(MDB_txn *txn, MDB_dbi own, const char *key)
{
    MDB_val k = text_val(key);
    int rc = mdb_del(txn, own, &k, NULL);

    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

static bool own_has(MDB_txn *txn, MDB_dbi own, const char *key)
{
    struct cw_slice ignored;

    return own_get(txn, own, key, &ignored) == MDB_SUCCESS;
}

static int put_format(MDB_txn *txn, MDB_dbi own, uint32_t format)
{
    uint8_t bytes[4];
    struct writer w = writer_over(bytes, sizeof bytes);

    writer_be32(&w, format);
    return own_put(txn, own, key_format, bytes, sizeof bytes);
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
    static const uint8_t mark = 1;

    for (uint32_t i = 0; i < m->options->table_count; i++) {
        int rc = m->options->tables[i].derived ? mdb_drop(m->txn, m->store->tables[i], 0) : MDB_SUCCESS;

        if (rc != MDB_SUCCESS)
            return rc;
    }
    return own_put(m->txn, m->store->own, key_rebuild, &mark, 1);
}

/* steps[n] makes format n + 1 out of format n. */
static int (*const steps[STORE_FORMAT])(struct migration *m) = {
    empty_derived,
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
        rc = own_put(txn, s->own, key_id, o->fresh_id, STORE_ID_LEN);
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
        int rc = mdb_dbi_open(txn, o->tables[i].name, s->read_only ? 0 : MDB_CREATE, &s->tables[i]);

        if (rc != MDB_SUCCESS)
            return system_refusal(s, rc, why);
    }
    s->table_count = o->table_count;
    return CW_OK;
}

static enum cw_err read_format(const struct store *s, MDB_txn *txn, uint32_t *out, struct refusal *why)
{
    struct cw_slice raw;
    struct reader in;

    if (own_get(txn, s->own, key_format, &raw) != MDB_SUCCESS)
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

static enum cw_err read_own(struct store *s, MDB_txn *txn, struct refusal *why)
{
    struct cw_slice id;

    if (own_get(txn, s->own, key_id, &id) != MDB_SUCCESS || id.len != STORE_ID_LEN)
        return not_ours(s, why);
    memcpy(s->id, id.data, STORE_ID_LEN);
    s->is_backup = own_has(txn, s->own, key_backup);
    s->wants_rebuild = own_has(txn, s->own, key_rebuild);
    return CW_OK;
}

static enum cw_err open_inside(struct store *s, const struct store_options *o, MDB_txn *txn, struct refusal *why)
{
    uint32_t format = 0;
    int rc;
    enum cw_err err = open_own(s, o, txn, why);

    if (err == CW_OK)
        err = read_format(s, txn, &format, why);
    if (err == CW_OK)
        err = accept_format(s, format, why);
    if (err == CW_OK)
        err = open_tables(s, o, txn, why);
    if (err != CW_OK)
        return err;

    rc = migrate(&(struct migration){s, o, txn}, format);
    if (rc != MDB_SUCCESS)
        return system_refusal(s, rc, why);
    return read_own(s, txn, why);
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

/* --- marks ----------------------------------------------------------------------------------------- */

enum cw_err store_mark_backup(MDB_env *env)
{
    static const uint8_t mark = 1;
    MDB_txn *txn = NULL;
    MDB_dbi own;

    if (mdb_txn_begin(env, NULL, 0, &txn) != MDB_SUCCESS)
        return CW_LOCAL_IO;
    if (mdb_dbi_open(txn, OWN_NAME, 0, &own) != MDB_SUCCESS || own_put(txn, own, key_backup, &mark, 1) != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return CW_LOCAL_IO;
    }
    return mdb_txn_commit(txn) == MDB_SUCCESS ? CW_OK : CW_LOCAL_IO;
}

static enum cw_err clear_mark(struct store_txn *txn, const char *key)
{
    enum cw_err err;

    CW_ASSERT(txn->writes);
    if (txn->err != CW_OK)
        return txn->err;
    err = store_write_error(txn->store, own_del(txn->mdb, txn->store->own, key));
    if (err != CW_OK)
        txn->err = err;
    return err;
}

enum cw_err store_clear_backup(struct store_txn *txn)
{
    txn->store->clears_backup = true; /* takes effect with the commit */
    return clear_mark(txn, key_backup);
}

enum cw_err store_rebuilt(struct store_txn *txn)
{
    txn->store->clears_rebuild = true;
    return clear_mark(txn, key_rebuild);
}
