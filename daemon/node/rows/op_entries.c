/* SPDX-License-Identifier: Apache-2.0 */
#include "node/op_entries.h"

static bool same_entry(const struct op_entry *a, const struct op_entry *b)
{
    return a->seq == b->seq && ID_EQ(&a->log, &b->log);
}

/* --- in the row ------------------------------------------------------------------------------------------- */

static uint32_t find_listed(const struct op_row *row, const struct op_entry *e)
{
    uint32_t i = 0;

    while (i < row->entry_count && !same_entry(&row->entries[i], e))
        i++;
    return i;
}

/* In order of place; there is room for one more than a row is stored with. */
static void list(struct op_row *row, const struct op_entry *e)
{
    uint32_t at = 0;

    CW_ASSERT(row->entry_count <= OP_ENTRIES_MAX);
    while (at < row->entry_count && op_entry_before(&row->entries[at], e))
        at++;
    memmove(&row->entries[at + 1], &row->entries[at], (row->entry_count - at) * sizeof *row->entries);
    row->entries[at] = *e;
    row->entry_count++;
}

static void unlist(struct op_row *row, uint32_t at)
{
    row->entry_count--;
    memmove(&row->entries[at], &row->entries[at + 1], (row->entry_count - at) * sizeof *row->entries);
}

/* Bit per listed entry that must stay; 3 + PARTS_MAX of them at most. */
static uint32_t needed(const struct op_row *row)
{
    uint32_t place, at;
    enum case_verdict best = op_row_verdict(row, &place);
    uint32_t bits = 1u << place | 1u << op_row_speaker(row);

    for (uint32_t i = 0; i < PARTS_MAX; i++) {
        if (op_row_part(row, i, &at) != PART_ABSENT)
            bits |= 1u << at;
    }
    for (uint32_t i = 0; i < row->entry_count; i++) {
        if (row->entries[i].own && row->entries[i].verdict == best)
            return bits | 1u << i;
    }
    return bits;
}

/* --- behind it -------------------------------------------------------------------------------------------- */

static enum cw_err put_behind(struct turn *t, const struct cw_op_id *id, struct op_row *row, const struct op_entry *e)
{
    uint8_t bytes[OP_ENTRY_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    op_entry_encode(e, &w);
    row->more++;
    return db_put(t, TABLE_OP, row_key_op_entry(id, e), slice(bytes, w.len));
}

static enum cw_err take_from_behind(struct turn *t, const struct cw_op_id *id, struct op_row *row,
                                    const struct op_entry *e)
{
    row->more--;
    return db_del(t, TABLE_OP, row_key_op_entry(id, e));
}

/* Its key begins with its verdict's rank, so there is one place to look for each. */
static enum cw_err find_behind(const struct node *n, struct kv_txn *txn, const struct cw_op_id *id,
                               const struct op_entry *e, struct op_entry *out)
{
    static const enum case_verdict verdicts[] = {VERDICT_EFFECTIVE, VERDICT_PENDING, VERDICT_VOID_FLOOR, VERDICT_VOID};
    struct op_entry sought = *e;
    struct cw_slice raw;
    enum cw_err err = CW_LOCAL_NOT_FOUND;

    sought.part_count = PARTS_MAX; /* what has none and waits stands where the void are */

    for (size_t i = 0; i < CW_COUNT(verdicts) && err == CW_LOCAL_NOT_FOUND; i++) {
        sought.verdict = verdicts[i];
        err = db_get(n, txn, TABLE_OP, row_key_op_entry(id, &sought), &raw);
    }
    return err == CW_OK ? op_entry_parse(raw, out) : err;
}

/* The next behind `from`, in order of rank and place; an empty from: the first. CW_LOCAL_NOT_FOUND: no more. */
static enum cw_err next_behind(const struct turn *t, const struct cw_op_id *id, struct row_key *from,
                               struct op_entry *out)
{
    struct row_key op = row_key_op(id);
    struct kv_pair pair;
    enum cw_err err =
        db_next(t->n, t->txn, TABLE_OP, row_key_slice(&op), row_key_slice(from->len == 0 ? &op : from), true, &pair);

    if (err == CW_OK)
        err = op_entry_parse(pair.value, out);
    if (err == CW_OK)
        *from = row_key_op_entry(id, out);
    return err;
}

/* --- both ------------------------------------------------------------------------------------------------- */

/* Lists it; the last that need not be there makes room. */
static enum cw_err list_with_room(struct turn *t, const struct cw_op_id *id, struct op_row *row,
                                  const struct op_entry *e)
{
    uint32_t bits, at;
    struct op_entry out;

    list(row, e);
    if (row->entry_count <= OP_ENTRIES_MAX)
        return CW_OK;
    bits = needed(row);
    at = row->entry_count - 1;
    while ((bits & 1u << at) != 0)
        at--;
    out = row->entries[at];
    unlist(row, at);
    return put_behind(t, id, row, &out);
}

static enum cw_err bring_forward(struct turn *t, const struct cw_op_id *id, struct op_row *row,
                                 const struct op_entry *e)
{
    enum cw_err err = take_from_behind(t, id, row, e);

    return err == CW_OK ? list_with_room(t, id, row, e) : err;
}

static bool says_less(const struct op_entry *is, const struct op_entry *was)
{
    for (uint32_t i = 0; i < was->part_count; i++) {
        if (i >= is->part_count || is->parts[i] < was->parts[i])
            return true;
    }
    return false;
}

/* Behind the row the best verdict's least place comes first. */
static enum cw_err look_for_place(struct turn *t, const struct cw_op_id *id, struct op_row *row)
{
    struct row_key from = {.len = 0};
    struct op_entry first;
    uint32_t place;
    enum cw_err err;

    do
        err = next_behind(t, id, &from, &first);
    while (err == CW_OK && op_entry_rank(&first) == 0);
    if (err != CW_OK)
        return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
    (void)op_row_verdict(row, &place);
    uint32_t here = op_entry_rank(&row->entries[place]), there = op_entry_rank(&first);
    if (there < here || (there == here && op_entry_before(&row->entries[place], &first)))
        return CW_OK;
    return bring_forward(t, id, row, &first);
}

static bool has_better_part(const struct op_row *row, const struct op_entry *e)
{
    for (uint32_t i = 0; i < e->part_count; i++) {
        if ((enum part_state)e->parts[i] > op_row_part(row, i, NULL))
            return true;
    }
    return false;
}

/* Nothing orders those behind by what they hold: all are looked at. */
static enum cw_err look_for_parts(struct turn *t, const struct cw_op_id *id, struct op_row *row)
{
    struct row_key from = {.len = 0};
    struct op_entry e;
    enum cw_err err;

    while ((err = next_behind(t, id, &from, &e)) == CW_OK) {
        if (has_better_part(row, &e))
            err = bring_forward(t, id, row, &e);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

enum cw_err op_entry_find(const struct node *n, struct kv_txn *txn, const struct cw_op_id *id, const struct op_row *row,
                          const struct op_entry *e, struct op_entry *out)
{
    uint32_t at = find_listed(row, e);

    if (at < row->entry_count) {
        *out = row->entries[at];
        return CW_OK;
    }
    return row->more == 0 ? CW_LOCAL_NOT_FOUND : find_behind(n, txn, id, e, out);
}

enum case_verdict op_entry_verdict(const struct node *n, struct kv_txn *txn, const struct entry_header *header)
{
    const struct op_entry place = {.log = header->log, .seq = header->seq, .hlc = header->hlc};
    struct op_row op;
    struct op_entry found;

    if (db_get_op(n, txn, &header->op_id, &op) != CW_OK ||
        op_entry_find(n, txn, &header->op_id, &op, &place, &found) != CW_OK)
        return (enum case_verdict)0;
    return found.verdict;
}

/* As it was; what was not known before says nothing. */
static enum cw_err take_out(struct turn *t, const struct cw_op_id *id, struct op_row *row, const struct op_entry *e,
                            struct op_entry *out_was)
{
    uint32_t at = find_listed(row, e);
    enum cw_err err = CW_LOCAL_NOT_FOUND;

    if (at < row->entry_count) {
        *out_was = row->entries[at];
        unlist(row, at);
        return CW_OK;
    }
    if (row->more > 0)
        err = find_behind(t->n, t->txn, id, e, out_was);
    if (err == CW_OK)
        return take_from_behind(t, id, row, out_was);
    *out_was = (struct op_entry){.verdict = VERDICT_VOID};
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

enum cw_err op_entry_put(struct turn *t, const struct cw_op_id *id, struct op_row *row, const struct op_entry *e)
{
    struct op_entry was;
    enum cw_err err = take_out(t, id, row, e, &was);

    if (err == CW_OK)
        err = list_with_room(t, id, row, e);
    if (err == CW_OK && row->more > 0 && op_entry_rank(e) < op_entry_rank(&was))
        err = look_for_place(t, id, row);
    if (err == CW_OK && row->more > 0 && says_less(e, &was))
        err = look_for_parts(t, id, row);
    return err;
}
