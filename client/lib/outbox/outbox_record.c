/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/outbox.h"

#include "lib/fault.h"

/* kind | op, then by kind. Texts and byte strings stand behind their be32 length. */

static void write_text(struct writer *w, const char *text)
{
    writer_be32(w, (uint32_t)strlen(text));
    writer_bytes(w, text, strlen(text));
}

static void write_small(const struct outbox_record *r, struct writer *w)
{
    writer_u8(w, (uint8_t)r->kind);
    writer_bytes(w, r->op.b, CW_ID_LEN);
    switch (r->kind) {
    case RECORD_ADD:
        writer_be32(w, r->wanted);
        writer_be32(w, (uint32_t)r->deadline_ms);
        break;
    case RECORD_STORED:
        writer_be32(w, r->held_by);
        write_text(w, r->division);
        break;
    case RECORD_REFUSED:
        writer_be32(w, (uint32_t)r->fault.code);
        write_text(w, r->fault.where);
        write_text(w, r->fault.text);
        break;
    case RECORD_SENT:
    case RECORD_FORGOTTEN:
        break;
    }
}

enum cw_err record_encode(const struct outbox_record *record, struct buf *out)
{
    uint8_t small[512];
    struct writer w = writer_over(small, sizeof(small));
    struct cw_slice large = record->kind == RECORD_ADD      ? record->submission
                            : record->kind == RECORD_STORED ? record->receipt
                                                            : slice(NULL, 0);
    enum cw_err err;

    write_small(record, &w);
    if (w.failed || w.len + large.len > OUTBOX_RECORD_LEN_MAX)
        return CW_REFUSED_SIZE;
    buf_clear(out);
    err = buf_add(out, slice(small, w.len));
    return err == CW_OK ? buf_add(out, large) : err;
}

bool outbox_is_mark(enum record_kind kind, uint64_t offset)
{
    return kind == RECORD_FORGOTTEN && offset == OUTBOX_HEADER_LEN;
}

/* A text that fits `cap` with its NUL. */
static void read_text(struct reader *in, char *out, size_t cap)
{
    struct cw_slice text = reader_slice(in, reader_be32(in));

    fault_clean_text(text, out, cap);
}

static struct cw_slice rest(struct reader *in)
{
    return reader_slice(in, reader_left(in));
}

static bool read_by_kind(struct reader *in, struct outbox_record *r)
{
    switch (r->kind) {
    case RECORD_ADD:
        r->wanted = reader_be32(in);
        r->deadline_ms = (int32_t)reader_be32(in);
        r->submission = rest(in);
        return r->wanted >= 1 && r->wanted <= CW_HELD_BY_MAX && r->deadline_ms >= 0;
    case RECORD_STORED:
        r->held_by = reader_be32(in);
        read_text(in, r->division, sizeof(r->division));
        r->receipt = rest(in);
        return r->held_by >= 1;
    case RECORD_REFUSED:
        r->fault.code = (enum cw_err)reader_be32(in);
        read_text(in, r->fault.where, sizeof(r->fault.where));
        read_text(in, r->fault.text, sizeof(r->fault.text));
        return r->fault.code != CW_OK;
    case RECORD_SENT:
    case RECORD_FORGOTTEN:
        return true;
    }
    return false;
}

enum cw_err record_decode(struct cw_slice bytes, struct outbox_record *out)
{
    struct reader in = reader_over(bytes);
    struct outbox_record r = {.kind = (enum record_kind)reader_u8(&in)};

    reader_bytes(&in, r.op.b, CW_ID_LEN);
    if (!read_by_kind(&in, &r) || reader_finish(&in) != CW_OK)
        return CW_LOCAL_CORRUPT;
    *out = r;
    return CW_OK;
}
