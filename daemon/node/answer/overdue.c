/* SPDX-License-Identifier: Apache-2.0 */
/* How many cases have a duty that is over: the beginning of an index by time. */

#include "node/internal.h"

enum cw_err node_overdue_cases(const struct node_read *r, struct cw_wall now, uint32_t max, uint32_t *out_count)
{
    const struct row_key prefix = row_key_index(INDEX_OVERDUE);
    struct row_key from = prefix;
    struct kv_pair pair;
    uint32_t count = 0;
    enum cw_err err;

    while (count < max && (err = db_next(r->node, r->txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from),
                                         count > 0, &pair)) == CW_OK) {
        struct cw_case_id id;
        int64_t at;

        if (!row_key_moment_of(pair.key, &at, &id))
            return CW_LOCAL_CORRUPT;
        if (at >= now.ms)
            break;
        from = row_key_moment(INDEX_OVERDUE, at, &id);
        count++;
    }
    if (count < max && err != CW_OK && err != CW_LOCAL_NOT_FOUND)
        return err;
    *out_count = count;
    return CW_OK;
}
