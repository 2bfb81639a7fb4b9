/* SPDX-License-Identifier: Apache-2.0 */
#include "node/verify_store.h"

/* What is derived from the entries, against the entries: operations, cases, their indexes and digest leaves. */

typedef enum cw_err check_row(struct checking *c, const struct kv_pair *pair);

static enum cw_err each_row(struct checking *c, enum table table, check_row *check)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    enum cw_err err;

    while ((err = node_store(c->n)->next(c->txn, table, row_key_slice(&from), from.len > 0, &pair)) == CW_OK) {
        if (pair.key.len > sizeof from.b)
            return wrong_row(c, "any", pair.key, "a key longer than any that we write");
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        err = check(c, &pair);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err check_op(struct checking *c, const struct kv_pair *pair)
{
    struct op_row op;

    c->facts->ops++;
    if (op_row_parse(pair->value, &op) != CW_OK || op.entry_count == 0)
        return wrong_row(c, "op", pair->key, "cannot be read");
    for (uint32_t i = 0; i < op.entry_count; i++) {
        struct entry_row entry;
        struct entry_header header;

        if (db_get_entry(c->n, c->txn, &op.entries[i].log, op.entries[i].seq, &entry) != CW_OK ||
            entry_header_parse(entry.header, &header) != CW_OK || memcmp(header.op_id.b, pair->key.data, ID_LEN) != 0)
            return wrong_row(c, "op", pair->key, "lists an entry that is not one of this operation");
    }
    return CW_OK;
}

static enum cw_err check_case_op(struct checking *c, const struct kv_pair *pair)
{
    struct case_op_row row;
    struct cw_case_id id;
    struct cw_op_id op;
    struct op_row op_row;

    if (pair->key.len != (size_t)2 * ID_LEN + 8 || case_op_row_parse(pair->value, &row) != CW_OK)
        return wrong_row(c, "case op", pair->key, "cannot be read");
    memcpy(id.b, pair->key.data, ID_LEN);
    memcpy(op.b, pair->key.data + ID_LEN + 8, ID_LEN);
    if (db_get_op(c->n, c->txn, &op, &op_row) != CW_OK || !op_row.has_case || !ID_EQ(&op_row.case_id, &id))
        return wrong_row(c, "case op", pair->key, "its operation does not belong to this case");
    if (op_row_verdict(&op_row, NULL) != row.verdict || op_row.flags != row.flags)
        return wrong_row(c, "case op", pair->key, "another verdict, or other flags, than its operation's");
    for (uint32_t i = 0; i < row.part_count; i++) {
        if (op_row_part(&op_row, i, NULL) != row.parts[i])
            return wrong_row(c, "case op", pair->key, "another state of a part than its operation's");
    }
    return CW_OK;
}

static enum cw_err check_case(struct checking *c, const struct kv_pair *pair)
{
    struct case_row row;
    struct cw_slice leaf;
    struct cw_case_id id;

    c->facts->cases++;
    if (pair->key.len != ID_LEN || case_row_parse(pair->value, &row) != CW_OK)
        return wrong_row(c, "case", pair->key, "cannot be read");
    memcpy(id.b, pair->key.data, ID_LEN);
    if ((row.flags & CASE_FOLDED) == 0)
        return CW_OK;
    if (!db_has(c->n, c->txn, TABLE_INDEX, row_key_updated(INDEX_UPDATED, 0, row.updated_hlc, &id)))
        return wrong_row(c, "case", pair->key, "not in the order of lists");
    if (db_get(c->n, c->txn, TABLE_INDEX, row_key_of(INDEX_DIGEST, id.b, NULL), &leaf) != CW_OK ||
        leaf.len != (size_t)2 * ID_LEN || memcmp(leaf.data, row.inputs.b, ID_LEN) != 0 ||
        memcmp(leaf.data + ID_LEN, row.state.b, ID_LEN) != 0)
        return wrong_row(c, "case", pair->key, "its digest leaf is not its own");
    return CW_OK;
}

static enum cw_err check_index(struct checking *c, const struct kv_pair *pair)
{
    struct cw_case_id id;

    c->facts->index_rows++;
    if (!row_key_case_of(pair->key, &id) || !db_has(c->n, c->txn, TABLE_CASE, row_key_case(&id)))
        return wrong_row(c, "index", pair->key, "names a case that is not here");
    return CW_OK;
}

enum cw_err verify_indexes(struct checking *c)
{
    enum cw_err err = each_row(c, TABLE_OP, check_op);

    if (err == CW_OK)
        err = each_row(c, TABLE_CASE_OP, check_case_op);
    if (err == CW_OK)
        err = each_row(c, TABLE_CASE, check_case);
    return err == CW_OK ? each_row(c, TABLE_INDEX, check_index) : err;
}
