/* SPDX-License-Identifier: Apache-2.0 */
#include "node/rows.h"

/* Rows of META, LOG, ENTRY, SEAL and KEY. Those of ops and cases are in rows_op.c. */

static void write_sized(struct writer *w, struct cw_slice s)
{
    CW_ASSERT(s.len <= UINT16_MAX);
    writer_be16(w, (uint16_t)s.len);
    writer_slice(w, s);
}

static struct cw_slice read_sized(struct reader *in)
{
    size_t len = reader_be16(in);

    return reader_slice(in, len);
}

static enum cw_err finish(const struct reader *in)
{
    return reader_finish(in) == CW_OK ? CW_OK : CW_LOCAL_CORRUPT;
}

static void write_position(struct writer *w, const struct position *p)
{
    writer_bytes(w, p->log.b, ID_LEN);
    writer_be64(w, p->seq);
    writer_bytes(w, p->seal.b, ID_LEN);
}

static void read_position(struct reader *in, struct position *out)
{
    reader_bytes(in, out->log.b, ID_LEN);
    out->seq = reader_be64(in);
    reader_bytes(in, out->seal.b, ID_LEN);
}

static void write_positions(struct writer *w, const struct positions *p)
{
    CW_ASSERT(p->count <= AUTH_POSITIONS_MAX);
    writer_u8(w, (uint8_t)p->count);
    for (uint32_t i = 0; i < p->count; i++)
        write_position(w, &p->at[i]);
}

static void read_positions(struct reader *in, struct positions *out)
{
    out->count = reader_u8(in);
    if (out->count > AUTH_POSITIONS_MAX) {
        in->failed = true;
        out->count = 0;
    }
    for (uint32_t i = 0; i < out->count; i++)
        read_position(in, &out->at[i]);
}

/* --- META --------------------------------------------------------------------------------------------- */

void store_row_encode(const struct store_row *in, struct writer *out)
{
    writer_be32(out, ROWS_FORMAT);
    writer_bytes(out, in->store_id, sizeof in->store_id);
    writer_bytes(out, in->network.b, ID_LEN);
    writer_bytes(out, in->keyring_id, sizeof in->keyring_id);
    writer_be32(out, in->name_slot);
    writer_bytes(out, in->name_key, sizeof in->name_key);
}

enum cw_err store_row_parse(struct cw_slice raw, struct store_row *out)
{
    struct reader in = reader_over(raw);

    out->format = reader_be32(&in);
    if (!in.failed && (out->format < ROWS_FORMAT_OLD || out->format > ROWS_FORMAT))
        return CW_LOCAL_FORMAT;
    reader_bytes(&in, out->store_id, sizeof out->store_id);
    reader_bytes(&in, out->network.b, ID_LEN);
    reader_bytes(&in, out->keyring_id, sizeof out->keyring_id);
    out->name_slot = reader_be32(&in);
    reader_bytes(&in, out->name_key, sizeof out->name_key);
    return finish(&in);
}

void own_row_encode(const struct own_row *in, struct writer *out)
{
    writer_u8(out, in->open);
    writer_bytes(out, in->log.b, ID_LEN);
    writer_u8(out, in->has_prior);
    write_position(out, &in->prior);
    writer_be64(out, in->next_n);
}

enum cw_err own_row_parse(struct cw_slice raw, struct own_row *out)
{
    struct reader in = reader_over(raw);

    out->open = reader_u8(&in) != 0;
    reader_bytes(&in, out->log.b, ID_LEN);
    out->has_prior = reader_u8(&in) != 0;
    read_position(&in, &out->prior);
    out->next_n = reader_be64(&in);
    return finish(&in);
}

void frontier_row_encode(const struct frontier_row *in, struct writer *out)
{
    writer_bytes(out, in->start, sizeof in->start);
    writer_bytes(out, in->replaces, sizeof in->replaces);
    writer_be64(out, in->counter);
    write_sized(out, in->head);
}

enum cw_err frontier_row_parse(struct cw_slice raw, struct frontier_row *out)
{
    struct reader in = reader_over(raw);

    reader_bytes(&in, out->start, sizeof out->start);
    reader_bytes(&in, out->replaces, sizeof out->replaces);
    out->counter = reader_be64(&in);
    out->head = read_sized(&in);
    return finish(&in);
}

/* --- LOG ---------------------------------------------------------------------------------------------- */

#define LOG_HAS_PRIOR 1u
#define LOG_CLOSED 2u
#define LOG_FORKED 4u

void log_row_encode(const struct log_row *in, struct writer *out)
{
    const struct log_head *h = &in->head;
    uint8_t flags =
        (uint8_t)((h->has_prior ? LOG_HAS_PRIOR : 0) | (h->closed ? LOG_CLOSED : 0) | (h->forked ? LOG_FORKED : 0));

    writer_bytes(out, h->log.b, ID_LEN);
    writer_u8(out, (uint8_t)h->scope);
    writer_u8(out, flags);
    writer_bytes(out, h->cert.b, ID_LEN);
    write_sized(out, slice_of(h->division));
    writer_be64(out, h->n);
    writer_be64(out, h->seq);
    writer_bytes(out, h->seal.b, ID_LEN);
    writer_be64(out, h->hlc);
    writer_be64(out, h->blob_seq);
    writer_u8(out, (uint8_t)h->hole_count);
    for (uint32_t i = 0; i < h->hole_count; i++)
        writer_be64(out, h->holes[i]);
    if (h->has_prior)
        write_position(out, &h->prior);
    write_positions(out, &h->authority);
    write_sized(out, in->genesis);
}

static void read_text(struct reader *in, char *out, size_t cap)
{
    struct cw_slice s = read_sized(in);

    if (s.len >= cap)
        in->failed = true;
    else if (s.len > 0)
        memcpy(out, s.data, s.len);
}

static void read_holes(struct reader *in, struct log_head *h)
{
    h->hole_count = reader_u8(in);
    if (h->hole_count > HOLES_MAX) {
        in->failed = true;
        h->hole_count = 0;
    }
    for (uint32_t i = 0; i < h->hole_count; i++)
        h->holes[i] = reader_be64(in);
}

enum cw_err log_row_parse(struct cw_slice raw, struct log_row *out)
{
    struct reader in = reader_over(raw);
    struct log_head *h = &out->head;

    memset(out, 0, sizeof *out);
    reader_bytes(&in, h->log.b, ID_LEN);
    h->scope = (enum log_scope)reader_u8(&in);
    uint8_t flags = reader_u8(&in);
    reader_bytes(&in, h->cert.b, ID_LEN);
    read_text(&in, h->division, sizeof h->division);
    h->n = reader_be64(&in);
    h->seq = reader_be64(&in);
    reader_bytes(&in, h->seal.b, ID_LEN);
    h->hlc = reader_be64(&in);
    h->blob_seq = reader_be64(&in);
    read_holes(&in, h);
    h->has_prior = (flags & LOG_HAS_PRIOR) != 0;
    h->closed = (flags & LOG_CLOSED) != 0;
    h->forked = (flags & LOG_FORKED) != 0;
    if (h->has_prior)
        read_position(&in, &h->prior);
    read_positions(&in, &h->authority);
    out->genesis = read_sized(&in);
    return finish(&in);
}

/* --- ENTRY, SEAL, KEY ---------------------------------------------------------------------------------- */

void entry_row_encode(const struct entry_row *in, struct writer *out)
{
    writer_be64(out, in->arrival);
    write_sized(out, in->header);
    write_sized(out, in->submission);
    write_sized(out, in->proof);
    write_sized(out, in->path);
}

enum cw_err entry_row_parse(struct cw_slice raw, struct entry_row *out)
{
    struct reader in = reader_over(raw);

    out->arrival = reader_be64(&in);
    out->header = read_sized(&in);
    out->submission = read_sized(&in);
    out->proof = read_sized(&in);
    out->path = read_sized(&in);
    return finish(&in);
}

void seal_row_encode(const struct seal_row *in, struct writer *out)
{
    writer_be64(out, in->first);
    writer_bytes(out, in->hash.b, ID_LEN);
    write_sized(out, in->seal.bytes);
    writer_u8(out, (uint8_t)in->seal.signature_count);
    for (uint32_t i = 0; i < in->seal.signature_count; i++) {
        writer_u8(out, (uint8_t)in->seal.signer_index[i]);
        writer_bytes(out, in->seal.signatures[i].b, SIGNATURE_LEN);
    }
    write_positions(out, &in->authority);
}

enum cw_err seal_row_parse(struct cw_slice raw, struct seal_row *out)
{
    struct reader in = reader_over(raw);

    memset(out, 0, sizeof *out);
    out->first = reader_be64(&in);
    reader_bytes(&in, out->hash.b, ID_LEN);
    out->seal.bytes = read_sized(&in);
    out->seal.signature_count = reader_u8(&in);
    if (out->seal.signature_count > ROOT_KEYS_MAX)
        return CW_LOCAL_CORRUPT;
    for (uint32_t i = 0; i < out->seal.signature_count; i++) {
        out->seal.signer_index[i] = reader_u8(&in);
        reader_bytes(&in, out->seal.signatures[i].b, SIGNATURE_LEN);
    }
    read_positions(&in, &out->authority);
    return finish(&in);
}

void key_row_encode(const struct key_row *in, struct writer *out)
{
    writer_bytes(out, in->log.b, ID_LEN);
    writer_be64(out, in->seq);
    write_sized(out, in->record);
}

enum cw_err key_row_parse(struct cw_slice raw, struct key_row *out)
{
    struct reader in = reader_over(raw);

    reader_bytes(&in, out->log.b, ID_LEN);
    out->seq = reader_be64(&in);
    out->record = read_sized(&in);
    return finish(&in);
}
