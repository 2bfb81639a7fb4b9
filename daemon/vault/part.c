/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/aead.h"

#include "proto/submission.h"

#include <sodium.h>

#define BLINDING_LEN 32
#define PART_AD_LEN (CW_ID_LEN + 1)

/* op_id ‖ u8 part: a ciphertext opens only as the part it was made as. */
static struct cw_slice part_ad(const struct cw_op_id *op, uint32_t part, uint8_t out[static PART_AD_LEN])
{
    struct writer w = writer_over(out, PART_AD_LEN);

    CW_ASSERT(part < PARTS_MAX);
    writer_bytes(&w, op->b, CW_ID_LEN);
    writer_u8(&w, (uint8_t)part);
    return slice(out, PART_AD_LEN);
}

size_t part_sealed_len(uint32_t size_class)
{
    return PART_OVERHEAD + size_class_len(size_class);
}

void part_key_new(const struct entropy *entropy, struct part_key *out)
{
    entropy->fill(entropy->ctx, out->b, sizeof out->b);
}

enum cw_err part_seal(const struct part_key *key, const struct cw_op_id *op, uint32_t part, const uint8_t r[static 32],
                      struct cw_slice payload, uint32_t size_class, const struct entropy *entropy, struct writer *out)
{
    uint8_t ad[PART_AD_LEN];
    uint8_t *sealed, *plain;

    if (size_class > SIZE_CLASS_MAX || payload.len >= size_class_len(size_class))
        return CW_REFUSED_SIZE;
    if (out->failed || out->cap - out->len < part_sealed_len(size_class)) {
        out->failed = true;
        return CW_REFUSED_SIZE;
    }
    sealed = out->data + out->len;
    plain = sealed + AEAD_NONCE_LEN; /* composed where it is encrypted: no second copy of half a megabyte */
    memcpy(plain, r, BLINDING_LEN);
    payload_pad(payload, size_class, plain + BLINDING_LEN);
    aead_seal(key->b, part_ad(op, part, ad), slice(plain, BLINDING_LEN + size_class_len(size_class)), entropy, sealed);
    out->len += part_sealed_len(size_class);
    return CW_OK;
}

/* plain: r ‖ padded, decrypted. */
static enum cw_err check_plain(struct cw_slice plain, const struct part_ref *commitment, struct cw_slice *out_payload)
{
    struct cw_slice padded = slice(plain.data + BLINDING_LEN, plain.len - BLINDING_LEN);
    uint8_t commit[32];

    hash_keyed(LABEL_COMMIT, plain.data, padded, commit);
    if (memcmp(commit, commitment->commit, sizeof commit) != 0)
        return CW_REFUSED_COMMITMENT;
    return payload_unpad(padded, out_payload);
}

static enum cw_err decrypt(const struct part_key *key, const struct cw_op_id *op, uint32_t part, struct cw_slice sealed,
                           struct arena *arena, struct cw_slice *out_plain)
{
    size_t len = sealed.len - AEAD_OVERHEAD;
    uint8_t *plain = arena_take(arena, len, 1);
    uint8_t ad[PART_AD_LEN];

    if (plain == NULL)
        return CW_LOCAL_MEMORY;
    if (!aead_open(key->b, part_ad(op, part, ad), sealed, plain))
        return CW_LOCAL_KEY;
    *out_plain = slice(plain, len);
    return CW_OK;
}

/* NOLINTNEXTLINE(readability-function-size): nine parameters; the three outputs are wanted apart, by fold and re-wrap */
enum cw_err part_open(const struct part_key *key, const struct cw_op_id *op, uint32_t part, struct cw_slice sealed,
                      const struct part_ref *commitment, struct arena *arena, uint8_t out_r[static 32],
                      struct cw_slice *out_payload, struct cw_slice *out_padded)
{
    size_t mark = arena_mark(arena);
    struct cw_slice plain, payload;
    enum cw_err err;

    if (commitment->size_class > SIZE_CLASS_MAX || sealed.len != part_sealed_len(commitment->size_class))
        return CW_REFUSED_COMMITMENT; /* whatever is inside, it is not what was signed */
    err = decrypt(key, op, part, sealed, arena, &plain);
    if (err == CW_OK)
        err = check_plain(plain, commitment, &payload);
    if (err != CW_OK) {
        sodium_memzero(arena->base + mark, arena->used - mark);
        arena_release(arena, mark);
        return err;
    }
    memcpy(out_r, plain.data, BLINDING_LEN);
    *out_payload = payload;
    *out_padded = slice(plain.data + BLINDING_LEN, plain.len - BLINDING_LEN);
    return CW_OK;
}
