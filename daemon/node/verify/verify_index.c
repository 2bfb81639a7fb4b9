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
    if (err == CW_LOCAL_CORRUPT)
        return wrong_row(c, "any", row_key_slice(&from), "what follows it cannot be read, or is out of order");
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- operations ---------------------------------------------------------------------------------------------------- */

/* *says: it carries the op's submission, so that it says whose the op is. */
static bool is_entry_of(const struct checking *c, const struct cw_op_id *id, const struct op_entry *e, bool *says)
{
    struct submission_header submission;
    struct author_proof proof;
    struct entry_row entry;
    struct entry_header header;

    if (db_get_entry(c->n, c->txn, &e->log, e->seq, &entry) != CW_OK ||
        entry_header_parse(entry.header, &header) != CW_OK || !ID_EQ(&header.op_id, id))
        return false;
    *says = *says || entry_parse_submission(&entry, id, &submission, &proof);
    return true;
}

/* What lies behind the op's row says nothing that the row does not: neither of its place nor of a part. */
static const char *wrong_behind(const struct checking *c, const struct cw_op_id *id, const struct op_row *op,
                                const struct kv_pair *pair, bool *says)
{
    struct op_entry e;
    uint32_t place;

    (void)op_row_verdict(op, &place);
    if (op_entry_parse(pair->value, &e) != CW_OK)
        return "cannot be read";
    struct row_key key = row_key_op_entry(id, &e);
    if (!slice_eq(row_key_slice(&key), pair->key) || !is_entry_of(c, id, &e, says))
        return "is not an entry of this operation, or not in its place";
    if (op_entry_rank(&e) > op_entry_rank(&op->entries[place]))
        return "counts more than those that the operation lists";
    if (e.verdict == op->entries[place].verdict && op_entry_before(&e, &op->entries[place]))
        return "comes before the operation's place";
    for (uint32_t i = 0; i < e.part_count; i++) {
        if ((enum part_state)e.parts[i] > op_row_part(op, i, NULL))
            return "holds a part better than those that the operation lists";
    }
    return NULL;
}

static enum cw_err check_behind(struct checking *c, const struct cw_op_id *id, const struct op_row *op, bool *says)
{
    struct row_key prefix = row_key_op(id), from = prefix;
    struct kv_pair pair;
    uint32_t count = 0;

    while (db_next(c->n, c->txn, TABLE_OP, row_key_slice(&prefix), row_key_slice(&from), true, &pair) == CW_OK) {
        const char *wrong = wrong_behind(c, id, op, &pair, says);

        if (wrong != NULL)
            return wrong_row(c, "op", pair.key, wrong);
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        count++;
    }
    return count == op->more ? CW_OK : wrong_row(c, "op", row_key_slice(&prefix), "has not as many entries as it says");
}

static enum cw_err check_op(struct checking *c, const struct kv_pair *pair)
{
    struct op_row op;
    struct cw_op_id id;
    bool says = false;

    if (pair->key.len < ID_LEN)
        return wrong_row(c, "op", pair->key, "has a key of another length");
    memcpy(id.b, pair->key.data, ID_LEN);
    if (pair->key.len > ID_LEN) /* looked at with the row before it */
        return db_has(c->n, c->txn, TABLE_OP, row_key_op(&id)) ? CW_OK
                                                               : wrong_row(c, "op", pair->key, "has no row of its own");
    c->facts->ops++;
    if (op_row_parse(pair->value, &op) != CW_OK || op.entry_count == 0)
        return wrong_row(c, "op", pair->key, "cannot be read");
    for (uint32_t i = 0; i < op.entry_count; i++) {
        if (!is_entry_of(c, &id, &op.entries[i], &says))
            return wrong_row(c, "op", pair->key, "lists an entry that is not one of this operation");
    }
    enum cw_err err = check_behind(c, &id, &op, &says);
    if (err == CW_OK && op.has_case && !says)
        return wrong_row(c, "op", pair->key, "is of a case that none of its entries names");
    return err;
}

/* --- cases, indexes ------------------------------------------------------------------------------------------------- */

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

static bool has_moment(const struct checking *c, enum index_kind kind, int64_t ms, const struct cw_case_id *id)
{
    return ms == CASE_NO_MOMENT || db_has(c->n, c->txn, TABLE_INDEX, row_key_moment(kind, ms, id));
}

static enum cw_err check_case(struct checking *c, const struct kv_pair *pair)
{
    struct case_row row;
    struct cw_slice leaf;
    struct cw_case_id id;

    c->facts->cases++;
    if (pair->key.len != ID_LEN || case_row_parse(pair->value, &row) != CW_OK)
        return wrong_row(c, "case", pair->key, "cannot be read");
    if (c->n->keyring != NULL && keyring_is_damaged(c->n->keyring, row.slot))
        return wrong_row(
            c, "case", pair->key,
            "its local key in the keyring is damaged: start casewired, which asks other divisions for what "
            "the case says; without one, put back the keyring's backup");
    memcpy(id.b, pair->key.data, ID_LEN);
    if ((row.flags & CASE_FOLDED) == 0)
        return CW_OK;
    if (!db_has(c->n, c->txn, TABLE_INDEX, row_key_updated(INDEX_UPDATED, 0, row.updated_hlc, &id)))
        return wrong_row(c, "case", pair->key, "not in the order of lists");
    for (size_t i = 0; i + 16 <= row.filters.len; i += 16) {
        if (!db_has(c->n, c->txn, TABLE_INDEX, row_key_filter(row.filters.data + i, row.updated_hlc, &id)))
            return wrong_row(c, "case", pair->key, "not listed by something that it says");
    }
    if (!has_moment(c, INDEX_MOMENT, row.moments.next_ms, &id) ||
        !has_moment(c, INDEX_OVERDUE, row.moments.overdue_ms, &id))
        return wrong_row(c, "case", pair->key, "not among the cases whose duties are looked at");
    if (db_get(c->n, c->txn, TABLE_INDEX, row_key_of(INDEX_DIGEST, id.b, NULL), &leaf) != CW_OK ||
        leaf.len != (size_t)2 * ID_LEN || memcmp(leaf.data, row.inputs.b, ID_LEN) != 0 ||
        memcmp(leaf.data + ID_LEN, row.state.b, ID_LEN) != 0)
        return wrong_row(c, "case", pair->key, "its digest leaf is not its own");
    return CW_OK;
}

/* The case's row says so: of that hash, and at that place. */
static bool is_filter_of(const struct case_row *row, const struct cw_case_id *id, struct cw_slice key)
{
    for (size_t i = 0; i + 16 <= row->filters.len; i += 16) {
        struct row_key own = row_key_filter(row->filters.data + i, row->updated_hlc, id);

        if (slice_eq(row_key_slice(&own), key))
            return true;
    }
    return false;
}

static bool is_moment_of(const struct case_row *row, struct cw_slice key)
{
    struct cw_case_id id;
    int64_t ms;

    return row_key_moment_of(key, &ms, &id) &&
           ms == (key.data[0] == INDEX_MOMENT ? row->moments.next_ms : row->moments.overdue_ms);
}

static enum cw_err check_index(struct checking *c, const struct kv_pair *pair)
{
    struct cw_case_id id;
    struct cw_slice raw;
    struct case_row row;

    c->facts->index_rows++;
    if (!row_key_case_of(pair->key, &id) || db_get(c->n, c->txn, TABLE_CASE, row_key_case(&id), &raw) != CW_OK ||
        case_row_parse(raw, &row) != CW_OK)
        return wrong_row(c, "index", pair->key, "names a case that is not here");
    if (pair->key.data[0] == INDEX_FILTER && !is_filter_of(&row, &id, pair->key))
        return wrong_row(c, "index", pair->key, "lists a case by what its row does not say");
    if ((pair->key.data[0] == INDEX_MOMENT || pair->key.data[0] == INDEX_OVERDUE) && !is_moment_of(&row, pair->key))
        return wrong_row(c, "index", pair->key, "has another time than the case's row");
    return CW_OK;
}

/* --- submission ids, what waits --------------------------------------------------------------------------------------- */

static enum cw_err check_submit_id(struct checking *c, const struct kv_pair *pair)
{
    struct op_row op;
    struct cw_op_id id;

    if (pair->key.len != ID_LEN + 16 || pair->value.len != ID_LEN)
        return wrong_row(c, "submission id", pair->key, "cannot be read");
    memcpy(id.b, pair->value.data, ID_LEN);
    if (db_get_op(c->n, c->txn, &id, &op) != CW_OK || memcmp(op.author.b, pair->key.data, ID_LEN) != 0)
        return wrong_row(c, "submission id", pair->key, "names an operation that is not its author's, or not here");
    return CW_OK;
}

static enum cw_err check_pending(struct checking *c, const struct kv_pair *pair)
{
    struct entry_row entry;
    struct cw_case_id id;
    struct log_id log;
    uint64_t seq;

    if (pair->key.len > 0 && pair->key.data[0] == PENDING_FOLD)
        return row_key_case_of(pair->key, &id) && db_has(c->n, c->txn, TABLE_CASE, row_key_case(&id))
                   ? CW_OK
                   : wrong_row(c, "pending", pair->key, "a case is to be folded that is not here");
    if (!row_key_seq_of(pair->key, &log, &seq) || db_get_entry(c->n, c->txn, &log, seq, &entry) != CW_OK)
        return wrong_row(c, "pending", pair->key, "an entry waits that is not here");
    return CW_OK;
}

enum cw_err verify_indexes(struct checking *c)
{
    enum cw_err err = each_row(c, TABLE_OP, check_op);

    if (err == CW_OK)
        err = each_row(c, TABLE_CASE_OP, check_case_op);
    if (err == CW_OK)
        err = each_row(c, TABLE_CASE, check_case);
    if (err == CW_OK)
        err = each_row(c, TABLE_INDEX, check_index);
    if (err == CW_OK)
        err = each_row(c, TABLE_SUBMIT_ID, check_submit_id);
    return err == CW_OK ? each_row(c, TABLE_PENDING, check_pending) : err;
}
