/* SPDX-License-Identifier: Apache-2.0 */
#include "main/plug.h"

const struct store_table plug_tables[TABLE_COUNT] = {
    [TABLE_META] = {"meta", false},           [TABLE_LOG] = {"log", false},         [TABLE_ENTRY] = {"entry", false},
    [TABLE_SEAL] = {"seal", false},           [TABLE_BLOB] = {"blob", false},       [TABLE_OP] = {"op", false},
    [TABLE_SUBMIT_ID] = {"submit_id", false}, [TABLE_CASE_OP] = {"case_op", false}, [TABLE_CASE] = {"case", false},
    [TABLE_INDEX] = {"index", false},         [TABLE_PENDING] = {"pending", false}, [TABLE_FEED] = {"feed", false},
    [TABLE_PEER] = {"peer", false},           [TABLE_FORK] = {"fork", false},       [TABLE_KEY] = {"key", false},
};

/* The node's transactions are the store's; only the names differ on the two sides of the port. */
static struct store_txn *to_store(struct kv_txn *txn)
{
    return (struct store_txn *)(void *)txn;
}

static enum cw_err kv_begin_write(void *ctx, struct kv_txn **out)
{
    return store_begin(ctx, (struct store_txn **)(void *)out);
}

static enum cw_err kv_begin_read(void *ctx, struct kv_txn **out)
{
    return store_begin_read(ctx, (struct store_txn **)(void *)out);
}

static enum cw_err kv_commit(void *ctx, struct kv_txn *txn)
{
    struct store_txn *t = to_store(txn);

    (void)ctx;
    return store_commit(&t);
}

static void kv_abort(void *ctx, struct kv_txn *txn)
{
    struct store_txn *t = to_store(txn);

    (void)ctx;
    store_abort(&t);
}

static enum cw_err kv_get(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice *out)
{
    return store_get(to_store(txn), (uint32_t)table, key, out);
}

static enum cw_err kv_put(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice value)
{
    return store_put(to_store(txn), (uint32_t)table, key, value);
}

static enum cw_err kv_del(struct kv_txn *txn, enum table table, struct cw_slice key)
{
    return store_del(to_store(txn), (uint32_t)table, key);
}

static enum cw_err kv_next(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out)
{
    struct store_pair pair;
    enum cw_err err = store_next(to_store(txn), (uint32_t)table, from, after, &pair);

    if (err == CW_OK)
        *out = (struct kv_pair){pair.key, pair.value};
    return err;
}

static enum cw_err kv_prev(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out)
{
    struct store_pair pair;
    enum cw_err err = store_prev(to_store(txn), (uint32_t)table, from, after, &pair);

    if (err == CW_OK)
        *out = (struct kv_pair){pair.key, pair.value};
    return err;
}

static bool kv_low_on_space(void *ctx)
{
    return store_low_on_space(ctx);
}

static void kv_identity(void *ctx, uint64_t *out_device, uint64_t *out_inode)
{
    store_identity(ctx, out_device, out_inode);
}

static bool kv_is_backup(void *ctx)
{
    return store_is_backup(ctx);
}

static enum cw_err kv_clear_backup(struct kv_txn *txn)
{
    return store_clear_backup(to_store(txn));
}

static bool kv_is_cut_short(void *ctx)
{
    return store_is_cut_short(ctx);
}

static void kv_note_cut_short(void *ctx)
{
    store_note_cut_short(ctx);
}

struct store_port plug_store(struct store *s)
{
    return (struct store_port){s,
                               kv_begin_write,
                               kv_commit,
                               kv_abort,
                               kv_begin_read,
                               kv_get,
                               kv_put,
                               kv_del,
                               kv_next,
                               kv_prev,
                               kv_low_on_space,
                               kv_identity,
                               kv_is_backup,
                               kv_clear_backup,
                               kv_is_cut_short,
                               kv_note_cut_short};
}
