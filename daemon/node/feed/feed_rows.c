/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"

/*
 * The rows that feeds are read from. An entry's is its log and seq alone; the others say their kind in one byte more, so
 * that no two kinds have one length.
 */

void feed_row_encode(const struct feed_row *in, struct writer *out)
{
    if (in->kind == FEED_ROW_CASE) {
        writer_bytes(out, in->case_id.b, ID_LEN);
    } else {
        writer_bytes(out, in->log.b, ID_LEN);
        writer_be64(out, in->seq);
    }
    if (in->kind != FEED_ROW_ENTRY)
        writer_u8(out, (uint8_t)in->kind);
}

enum cw_err feed_row_parse(struct cw_slice raw, struct feed_row *out)
{
    struct reader in = reader_over(raw);

    memset(out, 0, sizeof *out);
    if (raw.len == ID_LEN + 1) {
        reader_bytes(&in, out->case_id.b, ID_LEN);
        out->kind = (enum feed_row_kind)reader_u8(&in);
        return out->kind == FEED_ROW_CASE ? CW_OK : CW_LOCAL_CORRUPT;
    }
    reader_bytes(&in, out->log.b, ID_LEN);
    out->seq = reader_be64(&in);
    if (reader_left(&in) > 0) {
        out->kind = (enum feed_row_kind)reader_u8(&in);
        if (out->kind != FEED_ROW_AGAIN)
            return CW_LOCAL_CORRUPT;
    }
    return reader_finish(&in) == CW_OK ? CW_OK : CW_LOCAL_CORRUPT;
}

enum cw_err feed_note(struct turn *t, const struct feed_row *row)
{
    uint8_t bytes[FEED_ROW_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    feed_row_encode(row, &w);
    return db_put(t, TABLE_FEED, row_key_feed(t->n->feed_next++), slice(bytes, w.len));
}
