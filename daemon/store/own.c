/* SPDX-License-Identifier: Apache-2.0 */
#include "store/own.h"

#define POSITION_LEN (8 + AHEAD_CHAIN_LEN + 1 + 8 + 8)

const char own_format[] = "format";
const char own_id[] = "store id";
const char own_backup[] = "backup";
const char own_rebuild[] = "rebuild";
const char own_ahead[] = "write-ahead";

static MDB_val text_val(const char *text)
{
    return (MDB_val){strlen(text), (void *)(uintptr_t)text};
}

int own_get(MDB_txn *txn, MDB_dbi own, const char *key, struct cw_slice *out)
{
    MDB_val k = text_val(key);
    MDB_val v;
    int rc = mdb_get(txn, own, &k, &v);

    if (rc == MDB_SUCCESS)
        *out = slice(v.mv_data, v.mv_size);
    return rc;
}

int own_put(MDB_txn *txn, MDB_dbi own, const char *key, const void *data, size_t len)
{
    MDB_val k = text_val(key);
    MDB_val v = {len, (void *)(uintptr_t)data};

    return mdb_put(txn, own, &k, &v, 0);
}

int own_del(MDB_txn *txn, MDB_dbi own, const char *key)
{
    MDB_val k = text_val(key);
    int rc = mdb_del(txn, own, &k, NULL);

    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

int own_mark(MDB_txn *txn, MDB_dbi own, const char *key)
{
    static const uint8_t mark = 1;

    return own_put(txn, own, key, &mark, 1);
}

int own_get_position(MDB_txn *txn, MDB_dbi own, struct own_position *out)
{
    struct cw_slice raw = {0};
    struct reader in;
    uint8_t live;
    int rc = own_get(txn, own, own_ahead, &raw);

    memset(out, 0, sizeof *out);
    if (rc != MDB_SUCCESS)
        return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
    in = reader_over(raw);
    out->at.number = reader_be64(&in);
    reader_bytes(&in, out->at.chain, AHEAD_CHAIN_LEN);
    live = reader_u8(&in);
    out->live = live == 1;
    out->device = reader_be64(&in);
    out->inode = reader_be64(&in);
    return reader_finish(&in) == CW_OK && live <= 1 ? MDB_SUCCESS : MDB_CORRUPTED;
}

int own_put_position(MDB_txn *txn, MDB_dbi own, const struct own_position *position)
{
    uint8_t bytes[POSITION_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);

    writer_be64(&w, position->at.number);
    writer_bytes(&w, position->at.chain, AHEAD_CHAIN_LEN);
    writer_u8(&w, position->live ? 1 : 0);
    writer_be64(&w, position->device);
    writer_be64(&w, position->inode);
    return own_put(txn, own, own_ahead, bytes, sizeof bytes);
}
