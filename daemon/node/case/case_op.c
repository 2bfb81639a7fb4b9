/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_op.h"

/* part (1), length (2), bytes; for each payload */
#define PAYLOAD_HEAD_LEN 3
#define SEALED_LEN_MAX (CASE_OP_PAYLOADS_LEN_MAX + PAYLOAD_HEAD_LEN * PARTS_MAX + 40)
#define ROW_FIXED_LEN_MAX 160

/* The same wherever the op's place is: a row may move. */
static struct row_key payloads_ad(const struct cw_case_id *case_id, const struct cw_op_id *id)
{
    return row_key_case_op(case_id, 0, id);
}

/* --- payloads ------------------------------------------------------------------------------------------- */

/* Everything that this daemon can read of the op is in `e`, and short. */
static bool payloads_at_hand(const struct entry_in *e, const struct case_op_row *row)
{
    size_t total = 0;
    bool some = false;

    for (uint32_t i = 0; i < row->part_count; i++) {
        if (row->parts[i] != PART_OPENED)
            continue;
        if (e->check.payloads[i].data == NULL)
            return false;
        total += e->check.payloads[i].len;
        some = true;
    }
    return some && total <= CASE_OP_PAYLOADS_LEN_MAX;
}

static void write_payloads(const struct entry_in *e, const struct case_op_row *row, struct writer *w)
{
    for (uint32_t i = 0; i < row->part_count; i++) {
        if (row->parts[i] != PART_OPENED)
            continue;
        writer_u8(w, (uint8_t)i);
        writer_be16(w, (uint16_t)e->check.payloads[i].len);
        writer_slice(w, e->check.payloads[i]);
    }
}

static enum cw_err seal_payloads(struct turn *t, const struct entry_in *e, const struct cw_op_id *id,
                                 const struct cw_case_id *case_id, struct case_op_row *row, struct writer *out)
{
    uint8_t plain[SEALED_LEN_MAX];
    struct writer w = writer_over(plain, sizeof plain);
    const struct local_key *key;
    uint32_t slot;
    enum cw_err err = turn_case_slot(t, case_id, &slot);

    /* Under the shared key nothing could be read that the case has, once it has its own: entries are read instead. */
    if (err != CW_OK || case_slot_is_shared(t->n, slot))
        return err;
    err = turn_case_key(t, case_id, &key);
    if (err != CW_OK) /* destroyed: what may not be kept is not kept */
        return err == CW_LOCAL_KEY ? CW_OK : err;
    write_payloads(e, row, &w);
    CW_ASSERT(!w.failed);
    err = local_seal(key, KEY(payloads_ad(case_id, id)), slice(plain, w.len), &t->n->entropy, out);
    wipe(plain, w.len);
    row->sealed = slice(out->data, out->len);
    return err;
}

enum cw_err case_op_payloads(const struct case_op_row *row, const struct cw_case_id *case_id, const struct cw_op_id *id,
                             const struct local_key *key, struct arena *arena, struct cw_slice out[static PARTS_MAX])
{
    struct cw_slice plain;
    enum cw_err err = local_unseal(key, KEY(payloads_ad(case_id, id)), row->sealed, arena, &plain);

    if (err != CW_OK)
        return err;
    struct reader in = reader_over(plain);
    while (reader_left(&in) > 0 && !in.failed) {
        uint32_t part = reader_u8(&in);
        size_t len = reader_be16(&in);
        struct cw_slice payload = reader_slice(&in, len);

        if (part >= row->part_count)
            return CW_LOCAL_CORRUPT;
        out[part] = payload;
    }
    return in.failed ? CW_LOCAL_CORRUPT : CW_OK;
}

/* --- the submission's facts ----------------------------------------------------------------------------- */

static void describe(bool submission_ok, const struct submission_header *h, struct case_op_row *row)
{
    row->submission_ok = submission_ok;
    row->author = submission_ok ? h->author : (struct cert_id){{0}};
    row->author_time = submission_ok ? h->author_time : (struct cw_wall){0};
    row->part_count = submission_ok ? h->part_count : 0;
}

static bool is_at(const struct log_id *log, uint64_t seq, const struct op_entry *at)
{
    return at->seq == seq && ID_EQ(&at->log, log);
}

/*
 * Of the entry that speaks for the op, mostly its place: the one at hand, or of an op that was described before. Under
 * its id a place that counts nowhere may carry other words, and so may one that comes before its own.
 */
static enum cw_err describe_op(struct turn *t, const struct entry_in *e, const struct cw_op_id *id,
                               const struct op_entry *speaker, const struct case_op_row *old, struct case_op_row *row)
{
    struct entry_row entry;
    struct submission_header header;
    struct author_proof proof;

    if (e != NULL && is_at(&e->log, e->header.seq, speaker)) {
        describe(e->submission_ok, &e->submission, row);
        return CW_OK;
    }
    if (old != NULL && (old->submission_ok || is_at(&old->log, old->seq, speaker))) {
        row->submission_ok = old->submission_ok;
        row->author = old->author;
        row->author_time = old->author_time;
        row->part_count = old->part_count;
        return CW_OK;
    }
    enum cw_err err = db_get_entry(t->n, t->txn, &speaker->log, speaker->seq, &entry);
    if (err == CW_OK)
        describe(entry_parse_submission(&entry, id, &header, &proof), &header, row);
    return err;
}

/* --- the row --------------------------------------------------------------------------------------------- */

static enum cw_err old_row(struct turn *t, const struct cw_case_id *case_id, uint64_t hlc, const struct cw_op_id *id,
                           struct case_op_row *out, bool *out_found)
{
    struct cw_slice raw;
    enum cw_err err =
        hlc == 0 ? CW_LOCAL_NOT_FOUND
                 : db_get_copy(t->n, t->txn, TABLE_CASE_OP, row_key_case_op(case_id, hlc, id), &t->arena, &raw);

    *out_found = err == CW_OK;
    if (err == CW_OK)
        return case_op_row_parse(raw, out);
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err fill_row(struct turn *t, const struct entry_in *e, const struct cw_op_id *id,
                            const struct op_row *op, const struct case_op_row *old, struct case_op_row *row,
                            struct writer *sealed)
{
    enum cw_err err = describe_op(t, e, id, &op->entries[op_row_speaker(op)], old, row);

    if (err != CW_OK)
        return err;
    for (uint32_t i = 0; i < row->part_count; i++)
        row->parts[i] = (uint8_t)op_row_part(op, i, NULL);
    if (e != NULL && e->submission_ok && payloads_at_hand(e, row))
        return seal_payloads(t, e, id, &op->case_id, row, sealed);
    if (old != NULL)
        row->sealed = old->sealed;
    return CW_OK;
}

static enum cw_err put(struct turn *t, const struct entry_in *e, const struct cw_op_id *id, const struct op_row *op,
                       uint64_t old_hlc)
{
    uint32_t place;
    struct case_op_row row = {.verdict = op_row_verdict(op, &place), .flags = op->flags}, old;
    const struct op_entry *at = &op->entries[place];
    uint8_t sealed[SEALED_LEN_MAX], bytes[ROW_FIXED_LEN_MAX + SEALED_LEN_MAX];
    struct writer sealed_out = writer_over(sealed, sizeof sealed), w = writer_over(bytes, sizeof bytes);
    bool had_one = false;
    enum cw_err err = old_row(t, &op->case_id, old_hlc, id, &old, &had_one);

    row.reason = op->entries[op_row_speaker(op)].reason;
    row.log = at->log;
    row.seq = at->seq;
    if (err == CW_OK)
        err = fill_row(t, e, id, op, had_one ? &old : NULL, &row, &sealed_out);
    if (err == CW_OK && had_one && old_hlc != at->hlc)
        err = db_del(t, TABLE_CASE_OP, row_key_case_op(&op->case_id, old_hlc, id));
    if (err != CW_OK)
        return err;
    case_op_row_encode(&row, &w);
    CW_ASSERT(!w.failed);
    return db_put(t, TABLE_CASE_OP, row_key_case_op(&op->case_id, at->hlc, id), slice(bytes, w.len));
}

enum cw_err case_op_put(struct turn *t, const struct entry_in *e, const struct cw_op_id *id, const struct op_row *op,
                        uint64_t old_hlc)
{
    size_t mark = arena_mark(&t->arena);
    enum cw_err err = put(t, e, id, op, old_hlc);

    arena_release(&t->arena, mark);
    return err;
}
