/* SPDX-License-Identifier: Apache-2.0 */
#include "node/mend_ops.h"

#include "node/case_op.h"
#include "node/op_entries.h"
#include "node/turn.h"

#define MARK "mending "

/*
 * An op is mended once, however many such entries it has: a row of META for each, until the end. Its value says whether
 * the op's row was there.
 */
#define MARK_MENDED "m"
#define MARK_LOST "l"

static struct row_key mark_of(const struct cw_op_id *id)
{
    struct row_key key = row_key_text(MARK);

    memcpy(key.b + key.len, id->b, ID_LEN);
    key.len += ID_LEN;
    return key;
}

struct marks {
    uint32_t mended, lost;
};

static enum cw_err count_marks(struct turn *t, struct marks *out)
{
    struct row_key prefix = row_key_text(MARK), from = prefix;
    struct kv_pair pair;
    enum cw_err err;

    while ((err = db_next(t->n, t->txn, TABLE_META, row_key_slice(&prefix), row_key_slice(&from), true, &pair)) ==
           CW_OK) {
        bool lost = slice_eq(pair.value, slice_of(MARK_LOST));

        out->lost += lost;
        out->mended += !lost;
        from.len = pair.key.len;
        memcpy(from.b, pair.key.data, from.len);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err forget_marks(struct turn *t)
{
    struct row_key prefix = row_key_text(MARK), key;
    struct kv_pair pair;
    enum cw_err err;

    while ((err = db_next(t->n, t->txn, TABLE_META, row_key_slice(&prefix), row_key_slice(&prefix), true, &pair)) ==
           CW_OK) {
        key.len = pair.key.len;
        memcpy(key.b, pair.key.data, key.len);
        err = db_del(t, TABLE_META, key);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- wraps of such an entry: they were sealed under a case's key, and are of no case ------------------------------ */

/* As the entry was read before: whatever submission it carried. */
static bool read_before(const struct entry_in *e, struct submission_header *out)
{
    struct author_proof proof;

    return submission_header_parse(e->submission_bytes, out) == CW_OK &&
           author_proof_parse(e->proof_bytes, e->path_bytes, &proof) == CW_OK;
}

static bool case_before(const struct entry_in *e, struct cw_case_id *out)
{
    struct submission_header said;

    if (!read_before(e, &said) || said.op_class != CLASS_CASE)
        return false;
    if (said.has_case)
        *out = said.case_id;
    else
        case_id_of(&e->header.op_id, out);
    return true;
}

/* Those whose key was destroyed or is damaged stay: nobody can read them, and nobody has a use for them. */
static enum cw_err keep_wraps_as_sent(struct turn *t, const struct entry_in *e)
{
    struct cw_case_id id;
    enum cw_err err = CW_OK;

    if (!case_before(e, &id))
        return CW_OK;
    for (uint32_t k = 0; k < e->header.key_count && err == CW_OK; k++) {
        size_t mark = arena_mark(&t->arena);
        struct cw_slice wraps;

        err = entry_load_wraps(t->n, t->txn, &e->header, &id, k, &t->arena, &wraps);
        if (err == CW_OK && wraps.len > 0)
            err = entry_put_wraps_as_sent(t, row_key_blob(&e->log, e->header.seq, BLOB_WRAPS, k), wraps);
        else if (err == CW_LOCAL_NOT_FOUND)
            err = CW_OK;
        arena_release(&t->arena, mark);
    }
    return err;
}

/* --- an op -------------------------------------------------------------------------------------------------------- */

static void count_no_more(struct turn *t, const struct entry_in *e, const struct op_entry *was)
{
    struct submission_header said;
    bool unopened = false;

    for (uint32_t i = 0; i < was->part_count; i++)
        unopened = unopened || (was->parts[i] != PART_OPENED && was->parts[i] != PART_ERASED);
    if (unopened && read_before(e, &said) && !class_in_clear(e->header.kind) && t->counters[COUNTER_UNOPENED] > 0)
        t->counters[COUNTER_UNOPENED]--;
}

/* What the entry says of the op is written down; one that says nothing has no parts. *out_less: it had some. */
static enum cw_err look_at_place(struct turn *t, struct op_row *op, struct op_entry *at, bool *out_less)
{
    size_t mark = arena_mark(&t->arena);
    struct entry_in *e = ARENA_NEW(&t->arena, struct entry_in);
    enum cw_err err = e == NULL ? CW_LOCAL_MEMORY : entry_load(t->n, t->txn, &at->log, at->seq, &t->arena, e);

    *out_less = false;
    if (err != CW_OK) /* gone: nobody can make it again, and --verify-store names it */
        return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
    *out_less = !e->submission_ok && at->part_count > 0;
    if (!e->submission_ok) {
        err = keep_wraps_as_sent(t, e);
        count_no_more(t, e, at);
        at->part_count = 0;
    }
    op_describe(e, op);
    if (err == CW_OK && op->has_case)
        err = entry_index_case(t, e, &op->case_id);
    arena_release(&t->arena, mark);
    return err;
}

/* Their keys do not name parts: those that lose them stay where they are. */
static enum cw_err look_behind(struct turn *t, const struct cw_op_id *id, struct op_row *op)
{
    struct row_key prefix = row_key_op(id), from = prefix;
    struct kv_pair pair;
    struct op_entry at;
    bool less;
    enum cw_err err;

    while ((err = db_next(t->n, t->txn, TABLE_OP, row_key_slice(&prefix), row_key_slice(&from), true, &pair)) ==
           CW_OK) {
        uint8_t bytes[OP_ENTRY_LEN_MAX];
        struct writer w = writer_over(bytes, sizeof bytes);

        err = op_entry_parse(pair.value, &at);
        from = row_key_op_entry(id, &at);
        if (err == CW_OK)
            err = look_at_place(t, op, &at, &less);
        op_entry_encode(&at, &w);
        if (err == CW_OK && less)
            err = db_put(t, TABLE_OP, from, slice(bytes, w.len));
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* One that loses its parts may have kept another that has them behind. */
static enum cw_err look_at_listed(struct turn *t, const struct cw_op_id *id, const struct op_row *old,
                                  struct op_row *op)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < old->entry_count && err == CW_OK; i++) {
        struct op_entry at = old->entries[i];
        bool less;

        err = look_at_place(t, op, &at, &less);
        if (err == CW_OK && less)
            err = op_entry_put(t, id, op, &at);
    }
    return err;
}

static enum cw_err put_op_again(struct turn *t, const struct cw_op_id *id, const struct op_row *old)
{
    struct op_row op = *old;
    uint32_t slot;

    op.author = (struct cert_id){{0}};
    op.has_case = false;
    enum cw_err err = look_behind(t, id, &op);
    if (err == CW_OK)
        err = look_at_listed(t, id, old, &op);
    if (err == CW_OK)
        err = db_put_op(t, id, &op);
    if (err != CW_OK || !op.has_case)
        return err;
    err = turn_case_slot(t, &op.case_id, &slot);
    if (err == CW_OK && op_row_verdict(&op, NULL) == VERDICT_EFFECTIVE)
        err = turn_own_slot(t, &op.case_id);
    return err == CW_OK ? case_op_put(t, NULL, id, &op, 0) : err; /* what opens is read from its entries */
}

/* --- an op whose row is gone -------------------------------------------------------------------------------------- */

/* All its entries are listed again, in a second walk. */
static enum cw_err begin_again(struct turn *t, const struct cw_op_id *id)
{
    enum cw_err err = db_put(t, TABLE_META, mark_of(id), slice_of(MARK_LOST));

    return err == CW_OK ? lost_op_forget(t, id) : err;
}

static enum cw_err list_if_lost(struct turn *t, const struct kv_pair *pair)
{
    struct entry_header header;
    struct entry_row row;
    struct cw_slice mark;
    enum cw_err err = entry_row_parse(pair->value, &row);

    if (err == CW_OK && entry_header_parse(row.header, &header) != CW_OK)
        err = CW_LOCAL_CORRUPT;
    if (err == CW_OK)
        err = db_get(t->n, t->txn, TABLE_META, mark_of(&header.op_id), &mark);
    if (err != CW_OK)
        return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
    return slice_eq(mark, slice_of(MARK_LOST)) ? lost_op_list(t, &header) : CW_OK;
}

/* --- each op ------------------------------------------------------------------------------------------------------ */

static enum cw_err mend_op(struct turn *t, const struct cw_op_id *id)
{
    struct op_row old;
    uint32_t place;
    enum cw_err err;

    if (db_has(t->n, t->txn, TABLE_META, mark_of(id)))
        return CW_OK;
    err = db_get_op(t->n, t->txn, id, &old);
    if (err == CW_LOCAL_NOT_FOUND || (err == CW_OK && old.entry_count == 0))
        return begin_again(t, id);
    if (err == CW_OK)
        err = db_put(t, TABLE_META, mark_of(id), slice_of(MARK_MENDED));
    if (err != CW_OK)
        return err;
    (void)op_row_verdict(&old, &place);
    if (old.has_case)
        err = db_del(t, TABLE_CASE_OP, row_key_case_op(&old.case_id, old.entries[place].hlc, id));
    return err == CW_OK || err == CW_LOCAL_NOT_FOUND ? put_op_again(t, id, &old) : err;
}

/* --- all entries -------------------------------------------------------------------------------------------------- */

static enum cw_err look_at_entry(struct turn *t, const struct kv_pair *pair)
{
    size_t mark = arena_mark(&t->arena);
    struct submission_header submission;
    struct author_proof proof;
    struct entry_header header;
    struct entry_row row;
    enum cw_err err = entry_row_parse(pair->value, &row);

    if (err == CW_OK && entry_header_parse(row.header, &header) != CW_OK)
        err = CW_LOCAL_CORRUPT;
    if (err != CW_OK || entry_parse_submission(&row, &header.op_id, &submission, &proof))
        return err;
    err = mend_op(t, &header.op_id);
    arena_release(&t->arena, mark);
    return err;
}

typedef enum cw_err look_at_row(struct turn *t, const struct kv_pair *pair);

static enum cw_err each_row(struct turn *t, enum table table, look_at_row *look)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    enum cw_err err;

    while ((err = node_store(t->n)->next(t->txn, table, row_key_slice(&from), from.len > 0, &pair)) == CW_OK) {
        if (pair.key.len > sizeof from.b)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        err = look(t, &pair);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- cases that held nothing else ---------------------------------------------------------------------------------- */

static enum cw_err drop_if_empty(struct turn *t, const struct kv_pair *pair)
{
    struct cw_case_id id;
    struct row_key key;
    struct kv_pair op;

    if (!row_key_case_of(pair->key, &id))
        return CW_LOCAL_CORRUPT;
    key = row_key_case(&id);
    if (db_next(t->n, t->txn, TABLE_CASE_OP, ID_SLICE(&id), row_key_slice(&key), false, &op) == CW_OK)
        return CW_OK;
    if (t->counters[COUNTER_CASES] > 0)
        t->counters[COUNTER_CASES]--;
    enum cw_err err = db_del(t, TABLE_CASE, key);
    if (err == CW_OK && db_has(t->n, t->txn, TABLE_PENDING, row_key_pending_fold(&id)))
        err = db_del(t, TABLE_PENDING, row_key_pending_fold(&id));
    return err;
}

static enum cw_err drop_if_of_none(struct turn *t, const struct kv_pair *pair)
{
    struct cw_case_id id;
    struct row_key key = {.len = pair->key.len};

    if (!row_key_case_of(pair->key, &id))
        return CW_LOCAL_CORRUPT;
    memcpy(key.b, pair->key.data, pair->key.len);
    return db_has(t->n, t->txn, TABLE_CASE, row_key_case(&id)) ? CW_OK : db_del(t, TABLE_INDEX, key);
}

static enum cw_err drop_empty_cases(struct turn *t)
{
    uint64_t cases = t->counters[COUNTER_CASES];
    enum cw_err err = each_row(t, TABLE_CASE, drop_if_empty);

    return err == CW_OK && t->counters[COUNTER_CASES] != cases ? each_row(t, TABLE_INDEX, drop_if_of_none) : err;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static void read_counters(struct turn *t)
{
    struct cw_slice raw;

    if (db_get(t->n, t->txn, TABLE_META, row_key_text(META_COUNTERS), &raw) != CW_OK)
        return;
    struct reader in = reader_over(raw);
    for (uint32_t i = 0; i < COUNTER_COUNT; i++)
        t->counters[i] = reader_be64(&in);
}

static enum cw_err put_counters(struct turn *t)
{
    uint8_t bytes[8 * COUNTER_COUNT];
    struct writer w = writer_over(bytes, sizeof bytes);

    for (uint32_t i = 0; i < COUNTER_COUNT; i++)
        writer_be64(&w, t->counters[i]);
    return db_put(t, TABLE_META, row_key_text(META_COUNTERS), slice(bytes, w.len));
}

enum cw_err mend_misnamed_ops(struct turn *t)
{
    struct marks marks = {0};

    read_counters(t);
    enum cw_err err = each_row(t, TABLE_ENTRY, look_at_entry);
    if (err == CW_OK)
        err = count_marks(t, &marks);
    if (err == CW_OK && marks.lost > 0) {
        node_journal(t->n, JOURNAL_WARNING, "rows-mended", "%u operations had no row: their entries are judged again",
                     marks.lost);
        err = each_row(t, TABLE_ENTRY, list_if_lost);
    }
    if (err == CW_OK)
        err = forget_marks(t);
    if (err == CW_OK && marks.mended > 0)
        err = drop_empty_cases(t);
    turn_forget_key(t);
    return err == CW_OK && marks.mended + marks.lost > 0 ? put_counters(t) : err;
}
