/* SPDX-License-Identifier: Apache-2.0 */
/* Since when a peer lacks something: from the entries themselves, one of each log. */

#include "node/internal.h"

/* Up to where the peer's last signed frontier holds this log. */
static uint64_t held_up_to(const struct node_read *r, const struct cert_id *peer, const struct log_id *log)
{
    struct frontier_item item;
    struct cw_slice raw;

    if (db_get(r->node, r->txn, TABLE_PEER, row_key_peer_item(peer, log), &raw) != CW_OK ||
        frontier_item_parse(raw, &item) != CW_OK)
        return 0;
    return item.seq;
}

/* Sequenced when; 0: there is no such entry, or it cannot be read. */
static int64_t time_of(const struct node_read *r, const struct log_id *log, uint64_t seq)
{
    struct entry_header header;
    struct entry_row row;

    if (db_get_entry(r->node, r->txn, log, seq, &row) != CW_OK || entry_header_parse(row.header, &header) != CW_OK)
        return 0;
    return (int64_t)(header.hlc >> 16);
}

enum cw_err node_lacks_since(const struct node_read *r, const struct cert_id *peer, struct cw_wall *out_since)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct log_row row;
    int64_t first = 0;
    enum cw_err err;

    while ((err = db_next(r->node, r->txn, TABLE_LOG, slice("", 0), row_key_slice(&from), true, &pair)) == CW_OK) {
        if (pair.key.len != ID_LEN || log_row_parse(pair.value, &row) != CW_OK)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, ID_LEN);
        from.len = ID_LEN;
        uint64_t held = held_up_to(r, peer, &row.head.log);
        int64_t at = held < row.head.seq ? time_of(r, &row.head.log, held + 1) : 0;
        if (at != 0 && (first == 0 || at < first))
            first = at;
    }
    if (err != CW_LOCAL_NOT_FOUND)
        return err;
    *out_since = (struct cw_wall){first};
    return CW_OK;
}
