/* SPDX-License-Identifier: Apache-2.0 */
#include "node/rows.h"

static struct writer key_writer(struct row_key *k)
{
    k->len = 0;
    return writer_over(k->b, sizeof k->b);
}

static struct row_key key_done(struct row_key *k, const struct writer *w)
{
    CW_ASSERT(!w->failed);
    k->len = w->len;
    return *k;
}

static struct row_key key_from(const void *data, size_t len)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_bytes(&w, data, len);
    return key_done(&k, &w);
}

struct row_key row_key_text(const char *name)
{
    return key_from(name, strlen(name));
}

static const uint8_t arrived[] = {'a', 'r', 'r', 'i', 'v', 'e', 'd', 0};

struct row_key row_key_arrived(uint64_t arrival)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_bytes(&w, arrived, sizeof arrived);
    writer_be64(&w, arrival);
    return key_done(&k, &w);
}

bool row_key_is_arrived(struct cw_slice key)
{
    return key.len == sizeof arrived + 8 && row_key_has_prefix(key, slice(arrived, sizeof arrived));
}

struct row_key row_key_log(const struct log_id *log)
{
    return key_from(log->b, ID_LEN);
}

struct row_key row_key_op(const struct cw_op_id *op)
{
    return key_from(op->b, ID_LEN);
}

struct row_key row_key_case(const struct cw_case_id *id)
{
    return key_from(id->b, ID_LEN);
}

struct row_key row_key_case_begin(const uint8_t *id, size_t len)
{
    CW_ASSERT(len <= ID_LEN);
    return key_from(id, len);
}

struct row_key row_key_cert(const struct cert_id *cert)
{
    return key_from(cert->b, ID_LEN);
}

struct row_key row_key_key(const struct key_record_id *record)
{
    return key_from(record->b, ID_LEN);
}

struct row_key row_key_seq(const struct log_id *log, uint64_t seq)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_bytes(&w, log->b, ID_LEN);
    writer_be64(&w, seq);
    return key_done(&k, &w);
}

struct row_key row_key_blob(const struct log_id *log, uint64_t seq, enum blob_kind kind, uint32_t index)
{
    struct row_key k = row_key_seq(log, seq);

    k.b[k.len++] = (uint8_t)kind;
    k.b[k.len++] = (uint8_t)index;
    return k;
}

struct row_key row_key_submit_id(const struct cert_id *author, const uint8_t submission_id[static 16])
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_bytes(&w, author->b, ID_LEN);
    writer_bytes(&w, submission_id, 16);
    return key_done(&k, &w);
}

struct row_key row_key_op_entry(const struct cw_op_id *op, const struct op_entry *e)
{
    uint32_t rank = op_entry_rank(e);
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_bytes(&w, op->b, ID_LEN);
    writer_u8(&w, (uint8_t)(UINT8_MAX - (rank == 0 ? 0 : rank - 1))); /* what makes no op wait stands among the void */
    writer_be64(&w, e->hlc);
    writer_bytes(&w, e->log.b, ID_LEN);
    writer_be64(&w, e->seq);
    return key_done(&k, &w);
}

struct row_key row_key_case_op(const struct cw_case_id *id, uint64_t hlc, const struct cw_op_id *op)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_bytes(&w, id->b, ID_LEN);
    writer_be64(&w, hlc);
    writer_bytes(&w, op->b, ID_LEN);
    return key_done(&k, &w);
}

struct row_key row_key_feed(uint64_t arrival)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_be64(&w, arrival);
    return key_done(&k, &w);
}

struct row_key row_key_peer_item(const struct cert_id *cert, const struct log_id *log)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_bytes(&w, cert->b, ID_LEN);
    writer_bytes(&w, log->b, ID_LEN);
    return key_done(&k, &w);
}

/* --- INDEX ------------------------------------------------------------------------------------------- */

static void write_case(struct writer *w, const struct cw_case_id *id)
{
    if (id != NULL)
        writer_bytes(w, id->b, ID_LEN);
}

struct row_key row_key_index(enum index_kind kind)
{
    return key_from(&(uint8_t){(uint8_t)kind}, 1);
}

struct row_key row_key_digest_of(uint32_t bucket)
{
    return key_from((uint8_t[]){INDEX_DIGEST, (uint8_t)bucket}, 2);
}

struct row_key row_key_reference(struct cw_slice reference, const struct cw_case_id *id)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, INDEX_REFERENCE);
    writer_bytes(&w, reference.data, reference.len < 64 ? reference.len : 64);
    if (id != NULL)
        writer_u8(&w, 0);
    write_case(&w, id);
    return key_done(&k, &w);
}

static struct writer updated_writer(struct row_key *k, enum index_kind kind_of_index, uint32_t case_kind)
{
    struct writer w = key_writer(k);

    writer_u8(&w, (uint8_t)kind_of_index);
    writer_be32(&w, case_kind);
    return w;
}

struct row_key row_key_updated_of(enum index_kind kind_of_index, uint32_t case_kind)
{
    struct row_key k;
    struct writer w = updated_writer(&k, kind_of_index, case_kind);

    return key_done(&k, &w);
}

struct row_key row_key_updated(enum index_kind kind_of_index, uint32_t case_kind, uint64_t hlc,
                               const struct cw_case_id *id)
{
    struct row_key k;
    struct writer w = updated_writer(&k, kind_of_index, case_kind);

    writer_be64(&w, ~hlc);
    write_case(&w, id);
    return key_done(&k, &w);
}

struct row_key row_key_name(const uint8_t hash[static 16], const struct cw_case_id *id)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, INDEX_NAME);
    writer_bytes(&w, hash, 16);
    write_case(&w, id);
    return key_done(&k, &w);
}

struct row_key row_key_link(const uint8_t hash[static 16], const struct cw_case_id *id)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, INDEX_LINK);
    writer_bytes(&w, hash, 16);
    write_case(&w, id);
    return key_done(&k, &w);
}

struct row_key row_key_moment(enum index_kind kind, int64_t ms, const struct cw_case_id *id)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, (uint8_t)kind);
    writer_be64(&w, (uint64_t)(ms < 0 ? 0 : ms));
    write_case(&w, id);
    return key_done(&k, &w);
}

bool row_key_moment_of(struct cw_slice key, int64_t *out_ms, struct cw_case_id *out_id)
{
    if (key.len != 1 + 8 + ID_LEN)
        return false;

    struct reader in = reader_over(slice(key.data + 1, 8 + ID_LEN));
    uint64_t ms = reader_be64(&in);
    reader_bytes(&in, out_id->b, ID_LEN);
    *out_ms = ms > INT64_MAX ? INT64_MAX : (int64_t)ms;
    return reader_finish(&in) == CW_OK;
}

#define DAY_MS ((uint64_t)86400000)

struct row_key row_key_filter(const uint8_t hash[static 16], uint64_t hlc, const struct cw_case_id *id)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, INDEX_FILTER);
    writer_bytes(&w, hash, 16);
    if (id != NULL)
        writer_be32(&w, ~(uint32_t)((hlc >> 16) / DAY_MS));
    write_case(&w, id);
    return key_done(&k, &w);
}

struct row_key row_key_of(enum index_kind kind, const uint8_t id[static ID_LEN], const struct cw_case_id *case_id)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, (uint8_t)kind);
    writer_bytes(&w, id, ID_LEN);
    write_case(&w, case_id);
    return key_done(&k, &w);
}

bool row_key_case_of(struct cw_slice key, struct cw_case_id *out)
{
    if (key.len < ID_LEN)
        return false;
    memcpy(out->b, key.data + key.len - ID_LEN, ID_LEN);
    return true;
}

bool row_key_has_prefix(struct cw_slice key, struct cw_slice prefix)
{
    return key.len >= prefix.len && (prefix.len == 0 || memcmp(key.data, prefix.data, prefix.len) == 0);
}

/* --- PENDING ----------------------------------------------------------------------------------------- */

struct row_key row_key_pending_all(enum pending_kind kind)
{
    return key_from(&(uint8_t){(uint8_t)kind}, 1);
}

struct row_key row_key_pending(enum pending_kind kind, const struct log_id *log, uint64_t seq)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, (uint8_t)kind);
    writer_bytes(&w, log->b, ID_LEN);
    writer_be64(&w, seq);
    return key_done(&k, &w);
}

struct row_key row_key_pending_fold(const struct cw_case_id *id)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, PENDING_FOLD);
    writer_bytes(&w, id->b, ID_LEN);
    return key_done(&k, &w);
}

struct row_key row_key_pending_key(const struct key_record_id *record, const struct log_id *log, uint64_t seq)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, PENDING_KEY);
    writer_bytes(&w, record->b, ID_LEN);
    writer_bytes(&w, log->b, ID_LEN);
    writer_be64(&w, seq);
    return key_done(&k, &w);
}

struct row_key row_key_waits_for(const struct key_record_id *record)
{
    struct row_key k;
    struct writer w = key_writer(&k);

    writer_u8(&w, PENDING_KEY);
    writer_bytes(&w, record->b, ID_LEN);
    return key_done(&k, &w);
}

struct row_key row_key_behind_waits_for(const struct key_record_id *record)
{
    struct row_key k = row_key_waits_for(record);

    memset(k.b + k.len, 0xff, sizeof k.b - k.len);
    k.len = sizeof k.b;
    return k;
}

bool row_key_waited_for(struct cw_slice key, struct key_record_id *out)
{
    if (key.len < 1 + ID_LEN)
        return false;
    memcpy(out->b, key.data + 1, ID_LEN);
    return true;
}

bool row_key_seq_of(struct cw_slice key, struct log_id *out_log, uint64_t *out_seq)
{
    if (key.len < ID_LEN + 8)
        return false;

    struct reader in = reader_over(slice(key.data + key.len - ID_LEN - 8, ID_LEN + 8));
    reader_bytes(&in, out_log->b, ID_LEN);
    *out_seq = reader_be64(&in);
    return reader_finish(&in) == CW_OK;
}
