/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/id.h"

#include <sodium.h>

_Static_assert(LABEL_LEN == crypto_generichash_blake2b_PERSONALBYTES, "a label is a personalisation");

static const char *const label_texts[LABEL_COUNT] = {
#define LABEL_TEXT(name, text) [name] = (text),
    LABEL_TABLE(LABEL_TEXT)
#undef LABEL_TEXT
};

#define LABEL_FITS(name, text) _Static_assert(sizeof(text) - 1 <= LABEL_LEN, "label is longer than its field");
LABEL_TABLE(LABEL_FITS)
#undef LABEL_FITS

/* Padded once: hashing is the hot path of catch-up. */
static const uint8_t label_padded[LABEL_COUNT][LABEL_LEN + 1] = {
#define LABEL_PADDED(name, text) [name] = text, /* an array takes no parentheses */
    LABEL_TABLE(LABEL_PADDED)
#undef LABEL_PADDED
};

const char *label_text(enum label label)
{
    CW_ASSERT((unsigned)label < LABEL_COUNT);
    return label_texts[label];
}

void label_bytes(enum label label, uint8_t out[static LABEL_LEN])
{
    CW_ASSERT((unsigned)label < LABEL_COUNT);
    memcpy(out, label_padded[label], LABEL_LEN);
}

void hash_labelled(enum label label, const struct cw_slice *parts, size_t part_count, uint8_t out[static ID_LEN])
{
    crypto_generichash_blake2b_state state;

    CW_ASSERT((unsigned)label < LABEL_COUNT);
    (void)crypto_generichash_blake2b_init_salt_personal(&state, NULL, 0, ID_LEN, NULL, label_padded[label]);
    for (size_t i = 0; i < part_count; i++)
        (void)crypto_generichash_blake2b_update(&state, parts[i].data, parts[i].len);
    (void)crypto_generichash_blake2b_final(&state, out, ID_LEN);
}

void hash_one(enum label label, struct cw_slice bytes, uint8_t out[static ID_LEN])
{
    CW_ASSERT((unsigned)label < LABEL_COUNT);
    (void)crypto_generichash_blake2b_salt_personal(out, ID_LEN, bytes.data, bytes.len, NULL, 0, NULL,
                                                   label_padded[label]);
}

void hash_keyed(enum label label, const uint8_t key[static 32], struct cw_slice bytes, uint8_t out[static ID_LEN])
{
    CW_ASSERT((unsigned)label < LABEL_COUNT);
    (void)crypto_generichash_blake2b_salt_personal(out, ID_LEN, bytes.data, bytes.len, key, 32, NULL,
                                                   label_padded[label]);
}

bool id_find(const void *rows, size_t count, size_t row_len, size_t id_offset, const uint8_t id[static ID_LEN],
             size_t *out_rank)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp((const uint8_t *)rows + middle * row_len + id_offset, id, ID_LEN);

        if (order == 0) {
            *out_rank = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *out_rank = low;
    return false;
}

void network_id_of(struct cw_slice network_genesis, struct network_id *out)
{
    hash_one(LABEL_NETWORK, network_genesis, out->b);
}

void cert_id_of(struct cw_slice certificate, struct cert_id *out)
{
    hash_one(LABEL_CERT, certificate, out->b);
}

void op_id_of(struct cw_slice submission_header, struct cw_op_id *out)
{
    hash_one(LABEL_OP, submission_header, out->b);
}

void case_id_of(const struct cw_op_id *opening, struct cw_case_id *out)
{
    hash_one(LABEL_CASE, ID_SLICE(opening), out->b);
}

void thing_id_of(const struct cw_op_id *op, uint32_t index, struct hash *out)
{
    uint8_t number[4];
    struct writer w = writer_over(number, sizeof(number));

    writer_be32(&w, index);
    const struct cw_slice parts[] = {ID_SLICE(op), slice(number, sizeof(number))};
    hash_labelled(LABEL_THING, parts, CW_COUNT(parts), out->b);
}

void log_id_of(struct cw_slice genesis, struct log_id *out)
{
    hash_one(LABEL_GENESIS, genesis, out->b);
}

void entry_hash_of(struct cw_slice entry_header, struct hash *out)
{
    hash_one(LABEL_ENTRY, entry_header, out->b);
}

void seal_hash_of(struct cw_slice seal, struct hash *out)
{
    hash_one(LABEL_SEAL, seal, out->b);
}

void key_record_id_of(struct cw_slice key_record, struct key_record_id *out)
{
    hash_one(LABEL_KEY_RECORD, key_record, out->b);
}

void submission_hash_of(struct cw_slice header, struct cw_slice proof, struct hash *out)
{
    struct cw_op_id op;

    op_id_of(header, &op);
    const struct cw_slice parts[] = {ID_SLICE(&op), proof};
    hash_labelled(LABEL_SUBMISSION, parts, CW_COUNT(parts), out->b);
}
