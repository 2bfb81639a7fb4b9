/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ahead_record.h"

#include "proto/id.h"

#define VERSION_UNCHECKED 1U
#define MAGIC_UNCHECKED 0x63777231U /* "cwr1" */
#define MAGIC 0x63777232U           /* "cwr2" */
#define CHECKED_LEN 48              /* of a head: magic, be32 length of the ops, be64 number, chain */
#define OP_PUT 1
#define OP_DEL 2
#define OP_HEAD_LEN 8 /* kind, table, be16 length of the key, be32 length of the value */

bool ahead_position_eq(const struct ahead_position *a, const struct ahead_position *b)
{
    return a->number == b->number && memcmp(a->chain, b->chain, AHEAD_CHAIN_LEN) == 0;
}

/* --- ops -------------------------------------------------------------------------------------------------- */

size_t ahead_op_len(const struct ahead_op *op)
{
    return OP_HEAD_LEN + op->key.len + op->value.len;
}

void ahead_op_encode(const struct ahead_op *op, uint8_t *out, struct ahead_op *stored)
{
    struct writer w = writer_over(out, ahead_op_len(op));

    CW_ASSERT(op->key.len <= UINT16_MAX && op->value.len <= UINT32_MAX && op->table <= UINT8_MAX);
    writer_u8(&w, op->dead ? OP_DEL : OP_PUT);
    writer_u8(&w, (uint8_t)op->table);
    writer_be16(&w, (uint16_t)op->key.len);
    writer_be32(&w, (uint32_t)op->value.len);
    writer_slice(&w, op->key);
    writer_slice(&w, op->value);
    *stored = *op;
    stored->key.data = out + OP_HEAD_LEN;
    stored->value.data = out + OP_HEAD_LEN + op->key.len;
}

bool ahead_op_next(struct reader *ops, struct ahead_op *out)
{
    uint8_t kind, table;
    uint16_t key_len;
    uint32_t value_len;

    if (reader_left(ops) == 0)
        return false;
    kind = reader_u8(ops);
    table = reader_u8(ops);
    key_len = reader_be16(ops);
    value_len = reader_be32(ops);
    out->key = reader_slice(ops, key_len);
    out->value = reader_slice(ops, value_len);
    out->dead = kind == OP_DEL;
    out->table = table;
    if ((kind != OP_PUT && kind != OP_DEL) || key_len == 0 || key_len > STORE_KEY_LEN_MAX ||
        (out->dead && value_len != 0) || table > STORE_TABLES_MAX)
        ops->failed = true;
    return !ops->failed;
}

/* --- records ------------------------------------------------------------------------------------------------ */

static size_t up_to_pages(size_t len)
{
    return (len + AHEAD_PAGE_LEN - 1) & ~(size_t)(AHEAD_PAGE_LEN - 1);
}

static bool has_check(const struct ahead_filling *filling)
{
    return filling->version > VERSION_UNCHECKED;
}

size_t ahead_record_head_len(const struct ahead_filling *filling)
{
    return has_check(filling) ? CHECKED_LEN + AHEAD_CHECK_LEN : CHECKED_LEN;
}

size_t ahead_record_len(const struct ahead_filling *filling, size_t ops_len)
{
    return up_to_pages(ahead_record_head_len(filling) + ops_len);
}

static void check_of(const struct ahead_filling *filling, const uint8_t head[static CHECKED_LEN],
                     uint8_t out[static AHEAD_CHECK_LEN])
{
    uint8_t hash[ID_LEN];

    hash_keyed(LABEL_LOCAL, filling->key, slice(head, CHECKED_LEN), hash);
    memcpy(out, hash, AHEAD_CHECK_LEN);
}

/* What a head says; ops_len is nobody's word yet. */
struct record_head {
    uint32_t ops_len;
    uint64_t number;
    uint8_t chain[AHEAD_CHAIN_LEN];
};

static bool read_head(const struct ahead_filling *filling, struct reader *in, struct record_head *out)
{
    const uint8_t *head = in->data + in->at;
    uint32_t magic = reader_be32(in);
    uint8_t said[AHEAD_CHECK_LEN], right[AHEAD_CHECK_LEN];

    out->ops_len = reader_be32(in);
    out->number = reader_be64(in);
    reader_bytes(in, out->chain, sizeof out->chain);
    if (!has_check(filling))
        return !in->failed && magic == MAGIC_UNCHECKED;
    reader_bytes(in, said, sizeof said);
    if (in->failed || magic != MAGIC)
        return false;
    check_of(filling, head, right);
    return memcmp(said, right, sizeof right) == 0;
}

static void chain(const struct ahead_position *before, uint64_t number, struct cw_slice ops,
                  uint8_t out[static AHEAD_CHAIN_LEN])
{
    uint8_t numbers[16];
    struct writer w = writer_over(numbers, sizeof numbers);
    const struct cw_slice parts[] = {slice_of("write-ahead record"), slice(before->chain, AHEAD_CHAIN_LEN),
                                     slice(numbers, sizeof numbers), ops};

    writer_be64(&w, number);
    writer_be64(&w, ops.len);
    hash_labelled(LABEL_LOCAL, parts, CW_COUNT(parts), out);
}

void ahead_record_finish(const struct ahead_filling *filling, uint8_t *record, size_t ops_len,
                         const struct ahead_position *before, struct ahead_position *out_after)
{
    size_t head_len = ahead_record_head_len(filling), end = head_len + ops_len;
    struct writer w = writer_over(record, head_len);

    CW_ASSERT(ops_len <= UINT32_MAX);
    out_after->number = before->number + 1;
    chain(before, out_after->number, slice(record + head_len, ops_len), out_after->chain);
    writer_be32(&w, has_check(filling) ? MAGIC : MAGIC_UNCHECKED);
    writer_be32(&w, (uint32_t)ops_len);
    writer_be64(&w, out_after->number);
    writer_bytes(&w, out_after->chain, AHEAD_CHAIN_LEN);
    if (has_check(filling))
        check_of(filling, record, record + CHECKED_LEN);
    memset(record + end, 0, up_to_pages(end) - end);
}

bool ahead_record_read(const struct ahead_filling *filling, struct cw_slice bytes, const struct ahead_position *before,
                       struct ahead_position *out_after, struct cw_slice *out_ops)
{
    struct reader in = reader_over(bytes);
    struct record_head head;
    uint8_t right[AHEAD_CHAIN_LEN];
    struct cw_slice ops;

    if (!read_head(filling, &in, &head))
        return false;
    ops = reader_slice(&in, head.ops_len);
    if (in.failed || head.number != before->number + 1 || ahead_record_len(filling, head.ops_len) > bytes.len)
        return false;
    chain(before, head.number, ops, right);
    if (memcmp(head.chain, right, sizeof right) != 0)
        return false;
    out_after->number = head.number;
    memcpy(out_after->chain, right, sizeof right);
    *out_ops = ops;
    return true;
}

uint64_t ahead_record_number(const struct ahead_filling *filling, struct cw_slice bytes)
{
    struct reader in = reader_over(bytes);
    struct record_head head;

    return read_head(filling, &in, &head) ? head.number : 0;
}

/* --- heads ----------------------------------------------------------------------------------------------------- */

static const uint8_t head_magic[8] = {'c', 'w', 'a', 'h', 'e', 'a', 'd', '\n'};
#define HEAD_CHECK_AT (AHEAD_PAGE_LEN - ID_LEN)

static void head_check(const uint8_t *bytes, uint8_t out[static ID_LEN])
{
    const struct cw_slice parts[] = {slice_of("write-ahead head"), slice(bytes, HEAD_CHECK_AT)};

    hash_labelled(LABEL_LOCAL, parts, CW_COUNT(parts), out);
}

void ahead_head_seal(uint8_t bytes[static AHEAD_PAGE_LEN])
{
    head_check(bytes, bytes + HEAD_CHECK_AT);
}

void ahead_head_encode(const struct ahead_head *head, uint8_t out[static AHEAD_PAGE_LEN])
{
    struct writer w = writer_over(out, HEAD_CHECK_AT);

    CW_ASSERT(head->table_count <= STORE_TABLES_MAX && head->version >= 1 && head->version <= AHEAD_VERSION);
    memset(out, 0, AHEAD_PAGE_LEN);
    writer_bytes(&w, head_magic, sizeof head_magic);
    writer_be32(&w, head->version);
    writer_bytes(&w, head->store_id, STORE_ID_LEN);
    writer_be64(&w, head->segment_len);
    writer_be64(&w, head->start.number);
    writer_bytes(&w, head->start.chain, AHEAD_CHAIN_LEN);
    if (head->version > VERSION_UNCHECKED)
        writer_bytes(&w, head->life, AHEAD_CHAIN_LEN);
    writer_u8(&w, (uint8_t)head->table_count);
    for (uint32_t i = 0; i < head->table_count; i++)
        writer_bytes(&w, head->tables[i], sizeof head->tables[i]);
    CW_ASSERT(!w.failed);
    ahead_head_seal(out);
}

static void read_tables(struct reader *in, struct ahead_head *out)
{
    out->table_count = reader_u8(in);
    if (out->table_count > STORE_TABLES_MAX)
        in->failed = true;
    for (uint32_t i = 0; i < out->table_count && !in->failed; i++) {
        reader_bytes(in, out->tables[i], sizeof out->tables[i]);
        if (out->tables[i][AHEAD_TABLE_NAME_LEN_MAX] != '\0')
            in->failed = true;
    }
}

enum cw_err ahead_head_parse(const uint8_t bytes[static AHEAD_PAGE_LEN], struct ahead_head *out)
{
    struct reader in = reader_over(slice(bytes, HEAD_CHECK_AT));
    uint8_t magic[sizeof head_magic], check[ID_LEN];

    memset(out, 0, sizeof *out);
    reader_bytes(&in, magic, sizeof magic);
    out->version = reader_be32(&in);
    head_check(bytes, check);
    if (memcmp(magic, head_magic, sizeof magic) != 0 || memcmp(check, bytes + HEAD_CHECK_AT, ID_LEN) != 0)
        return CW_LOCAL_CORRUPT;
    if (out->version > AHEAD_VERSION)
        return CW_LOCAL_FORMAT;
    if (out->version == 0)
        return CW_LOCAL_CORRUPT;
    reader_bytes(&in, out->store_id, STORE_ID_LEN);
    out->segment_len = reader_be64(&in);
    out->start.number = reader_be64(&in);
    reader_bytes(&in, out->start.chain, AHEAD_CHAIN_LEN);
    if (out->version > VERSION_UNCHECKED)
        reader_bytes(&in, out->life, AHEAD_CHAIN_LEN);
    read_tables(&in, out);
    return in.failed ? CW_LOCAL_CORRUPT : CW_OK;
}

/* Where a filling begins is the end of a chain that began with random bytes: nobody who chooses content knows it. */
void ahead_filling_of(const struct ahead_head *head, struct ahead_filling *out)
{
    uint8_t number[8];
    struct writer w = writer_over(number, sizeof number);
    const struct cw_slice parts[] = {slice_of("write-ahead filling"), slice(head->store_id, STORE_ID_LEN),
                                     slice(number, sizeof number), slice(head->start.chain, AHEAD_CHAIN_LEN)};

    writer_be64(&w, head->start.number);
    out->version = head->version;
    hash_labelled(LABEL_LOCAL, parts, CW_COUNT(parts), out->key);
}
