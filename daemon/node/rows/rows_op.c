/* SPDX-License-Identifier: Apache-2.0 */
#include "node/rows.h"

/* Rows of OP, CASE_OP and CASE. */

static enum cw_err finish(const struct reader *in)
{
    return reader_finish(in) == CW_OK ? CW_OK : CW_LOCAL_CORRUPT;
}

const char *verdict_reason_text(enum verdict_reason r)
{
    static const char *const texts[] = {
        [REASON_NONE] = "",
        [REASON_GRAMMAR] = "its submission header cannot be read",
        [REASON_KIND] = "entry kind and submission class differ",
        [REASON_OP_ID] = "the entry does not name this submission",
        [REASON_AUTHOR] = "the author has no certificate that its seal names",
        [REASON_POSITION] = "authority records that it builds on are not here yet",
        [REASON_NOT_YET] = "the author's certificate was issued later",
        [REASON_REVOKED] = "the author's certificate was revoked",
        [REASON_SIGNATURE] = "the author's signature does not verify",
        [REASON_BUNDLE] = "signed in a bundle where a single signature is required",
        [REASON_PARTS] = "the parts of entry and submission do not agree",
        [REASON_SCOPE] = "a class that this log may not hold",
        [REASON_SUBJECT] = "made by a kind of certificate that may not make it",
        [REASON_RECORD] = "a record without effect",
        [REASON_MISSING] = "what it says is not here yet",
    };

    return (size_t)r < CW_COUNT(texts) ? texts[r] : "unknown reason";
}

void op_entry_encode(const struct op_entry *e, struct writer *w)
{
    writer_bytes(w, e->log.b, ID_LEN);
    writer_be64(w, e->seq);
    writer_be64(w, e->hlc);
    writer_u8(w, (uint8_t)e->verdict);
    writer_u8(w, (uint8_t)e->reason);
    writer_u8(w, e->own);
    writer_u8(w, (uint8_t)e->part_count);
    writer_bytes(w, e->parts, e->part_count);
}

static void read_entry(struct reader *in, struct op_entry *e)
{
    memset(e, 0, sizeof *e);
    reader_bytes(in, e->log.b, ID_LEN);
    e->seq = reader_be64(in);
    e->hlc = reader_be64(in);
    e->verdict = (enum case_verdict)reader_u8(in);
    e->reason = (enum verdict_reason)reader_u8(in);
    e->own = reader_u8(in) != 0;
    e->part_count = reader_u8(in);
    if (e->part_count > PARTS_MAX) {
        in->failed = true;
        e->part_count = 0;
    }
    reader_bytes(in, e->parts, e->part_count);
}

enum cw_err op_entry_parse(struct cw_slice raw, struct op_entry *out)
{
    struct reader in = reader_over(raw);

    read_entry(&in, out);
    return finish(&in);
}

bool op_entry_before(const struct op_entry *a, const struct op_entry *b)
{
    int order = ID_COMPARE(&a->log, &b->log);

    if (a->hlc != b->hlc)
        return a->hlc < b->hlc;
    return order != 0 ? order < 0 : a->seq < b->seq;
}

void op_row_encode(const struct op_row *in, struct writer *out)
{
    CW_ASSERT(in->entry_count <= OP_ENTRIES_MAX);
    writer_be16(out, (uint16_t)in->op_class);
    writer_bytes(out, in->author.b, ID_LEN);
    writer_u8(out, in->has_case);
    writer_bytes(out, in->case_id.b, ID_LEN);
    writer_be32(out, in->flags);
    writer_be32(out, in->more);
    writer_u8(out, (uint8_t)in->entry_count);
    for (uint32_t i = 0; i < in->entry_count; i++)
        op_entry_encode(&in->entries[i], out);
}

enum cw_err op_row_parse(struct cw_slice raw, struct op_row *out)
{
    struct reader in = reader_over(raw);

    out->op_class = (enum op_class)reader_be16(&in);
    reader_bytes(&in, out->author.b, ID_LEN);
    out->has_case = reader_u8(&in) != 0;
    reader_bytes(&in, out->case_id.b, ID_LEN);
    out->flags = reader_be32(&in);
    out->more = reader_be32(&in);
    out->entry_count = reader_u8(&in);
    if (out->entry_count > OP_ENTRIES_MAX)
        return CW_LOCAL_CORRUPT;
    for (uint32_t i = 0; i < out->entry_count; i++)
        read_entry(&in, &out->entries[i]);
    return finish(&in);
}

uint32_t case_verdict_rank(enum case_verdict v)
{
    switch (v) {
    case VERDICT_EFFECTIVE:
        return 3;
    case VERDICT_PENDING:
        return 2;
    case VERDICT_VOID_FLOOR:
        return 1;
    case VERDICT_VOID:
        break;
    }
    return 0;
}

uint32_t op_entry_rank(const struct op_entry *e)
{
    bool is_nobodys = e->verdict == VERDICT_PENDING && e->part_count == 0; /* no submission is without parts */

    return is_nobodys ? 0 : 1 + case_verdict_rank(e->verdict);
}

enum case_verdict op_row_verdict(const struct op_row *op, uint32_t *out_place)
{
    uint32_t best = 0;

    CW_ASSERT(op->entry_count > 0);
    for (uint32_t i = 1; i < op->entry_count; i++) { /* in place order, so the first of a rank is the least */
        if (op_entry_rank(&op->entries[i]) > op_entry_rank(&op->entries[best]))
            best = i;
    }
    if (out_place != NULL)
        *out_place = best;
    return op->entries[best].verdict;
}

uint32_t op_row_speaker(const struct op_row *op)
{
    uint32_t place;
    enum case_verdict best = op_row_verdict(op, &place);

    for (uint32_t i = place; i < op->entry_count; i++) {
        if (op->entries[i].verdict == best && op->entries[i].part_count > 0)
            return i;
    }
    return place;
}

enum part_state op_row_part(const struct op_row *op, uint32_t index, uint32_t *out_entry)
{
    uint32_t best = 0;
    enum part_state state = PART_ABSENT;

    for (uint32_t i = 0; i < op->entry_count; i++) {
        const struct op_entry *e = &op->entries[i];

        if (index < e->part_count && (enum part_state)e->parts[index] > state) {
            state = (enum part_state)e->parts[index];
            best = i;
        }
    }
    if (out_entry != NULL)
        *out_entry = best;
    return state;
}

void case_op_row_encode(const struct case_op_row *in, struct writer *out)
{
    CW_ASSERT(in->part_count <= PARTS_MAX);
    writer_u8(out, (uint8_t)in->verdict);
    writer_u8(out, (uint8_t)in->reason);
    writer_be32(out, in->flags);
    writer_bytes(out, in->log.b, ID_LEN);
    writer_be64(out, in->seq);
    writer_u8(out, in->submission_ok);
    writer_bytes(out, in->author.b, ID_LEN);
    writer_be64(out, (uint64_t)in->author_time.ms);
    writer_u8(out, (uint8_t)in->part_count);
    writer_bytes(out, in->parts, in->part_count);
    writer_slice(out, in->sealed);
}

enum cw_err case_op_row_parse(struct cw_slice raw, struct case_op_row *out)
{
    struct reader in = reader_over(raw);

    *out = (struct case_op_row){.verdict = (enum case_verdict)reader_u8(&in)};
    out->reason = (enum verdict_reason)reader_u8(&in);
    out->flags = reader_be32(&in);
    reader_bytes(&in, out->log.b, ID_LEN);
    out->seq = reader_be64(&in);
    out->submission_ok = reader_u8(&in) != 0;
    reader_bytes(&in, out->author.b, ID_LEN);
    out->author_time.ms = (int64_t)reader_be64(&in);
    out->part_count = reader_u8(&in);
    if (out->part_count > PARTS_MAX)
        return CW_LOCAL_CORRUPT;
    reader_bytes(&in, out->parts, out->part_count);
    out->sealed = reader_slice(&in, reader_left(&in));
    return finish(&in);
}

static void write_moments(const struct case_moments *m, struct writer *out)
{
    writer_be64(out, (uint64_t)m->acted_ms);
    writer_be64(out, (uint64_t)m->waiting_ms);
    writer_be64(out, (uint64_t)m->next_ms);
    writer_be64(out, (uint64_t)m->overdue_ms);
}

static bool read_moments(struct reader *in, struct case_moments *m)
{
    m->acted_ms = (int64_t)reader_be64(in);
    m->waiting_ms = (int64_t)reader_be64(in);
    m->next_ms = (int64_t)reader_be64(in);
    m->overdue_ms = (int64_t)reader_be64(in);
    return m->acted_ms >= 0 && m->waiting_ms >= 0 && m->next_ms >= 0 && m->overdue_ms >= 0;
}

static void write_acted(const struct case_moments *m, struct writer *out)
{
    writer_u8(out, (uint8_t)m->acted_count);
    for (uint32_t i = 0; i < m->acted_count && m->acted_count != CASE_ACTED_ALL; i++)
        writer_be32(out, m->acted[i]);
}

static bool read_acted(struct reader *in, struct case_moments *m)
{
    m->acted_count = reader_u8(in);
    if (m->acted_count == CASE_ACTED_ALL)
        return true;
    if (m->acted_count > CASE_ACTED_MAX)
        return false;
    for (uint32_t i = 0; i < m->acted_count; i++)
        m->acted[i] = reader_be32(in);
    return true;
}

void case_row_encode(const struct case_row *in, struct writer *out)
{
    writer_be32(out, in->slot);
    writer_be32(out, in->flags);
    writer_be32(out, in->fold_version);
    writer_be32(out, in->kind);
    writer_be32(out, in->op_count);
    writer_be64(out, in->updated_hlc);
    writer_bytes(out, in->inputs.b, ID_LEN);
    writer_bytes(out, in->state.b, ID_LEN);
    writer_u8(out, (uint8_t)in->reference.len);
    writer_slice(out, in->reference);
    writer_be16(out, (uint16_t)in->summary.len);
    writer_slice(out, in->summary);
    if ((in->flags & CASE_DUTIES) != 0)
        write_moments(&in->moments, out);
    if ((in->flags & CASE_ACTED) != 0)
        write_acted(&in->moments, out);
    writer_slice(out, in->filters);
}

enum cw_err case_row_parse(struct cw_slice raw, struct case_row *out)
{
    struct reader in = reader_over(raw);

    out->slot = reader_be32(&in);
    out->flags = reader_be32(&in);
    out->fold_version = reader_be32(&in);
    out->kind = reader_be32(&in);
    out->op_count = reader_be32(&in);
    out->updated_hlc = reader_be64(&in);
    reader_bytes(&in, out->inputs.b, ID_LEN);
    reader_bytes(&in, out->state.b, ID_LEN);
    size_t reference_len = reader_u8(&in);
    out->reference = reader_slice(&in, reference_len);
    size_t summary_len = reader_be16(&in);
    out->summary = reader_slice(&in, summary_len);
    out->moments =
        (struct case_moments){.next_ms = CASE_NO_MOMENT, .overdue_ms = CASE_NO_MOMENT, .acted_count = CASE_ACTED_ALL};
    if ((out->flags & CASE_DUTIES) != 0 && !read_moments(&in, &out->moments))
        return CW_LOCAL_CORRUPT;
    if ((out->flags & CASE_ACTED) != 0 && !read_acted(&in, &out->moments))
        return CW_LOCAL_CORRUPT;
    size_t filters_len = reader_left(&in);
    out->filters = reader_slice(&in, filters_len);
    if (filters_len % 16 != 0 || filters_len > (size_t)16 * CASE_FILTERS_MAX)
        return CW_LOCAL_CORRUPT;
    return finish(&in);
}
