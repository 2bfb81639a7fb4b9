/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/internal.h"

#include <sodium.h>

/*
 * A sealed box names neither sender nor purpose (REPLICATION.md §2.4). So its plaintext says for which
 * audience, which key record (by its commitment) and which recipient the seed is, and all three are compared.
 */

/*
 * crypto_box_seal, byte for byte, but its ephemeral key comes from the caller's entropy: the simulator
 * replays worlds, and the daemon's port is the one source of randomness.
 */
static enum cw_err box_seal(struct cw_slice plain, const uint8_t to[static KEY_LEN], const struct entropy *entropy,
                            struct writer *out)
{
    uint8_t sealed[ENVELOPE_SEALED_LEN_MAX];
    uint8_t secret[KEY_LEN], nonce[crypto_box_NONCEBYTES];
    crypto_generichash_state state;
    int rc;

    entropy->fill(entropy->ctx, secret, sizeof secret);
    (void)crypto_scalarmult_base(sealed, secret);
    (void)crypto_generichash_init(&state, NULL, 0, sizeof nonce);
    (void)crypto_generichash_update(&state, sealed, KEY_LEN);
    (void)crypto_generichash_update(&state, to, KEY_LEN);
    (void)crypto_generichash_final(&state, nonce, sizeof nonce);
    rc = crypto_box_easy(sealed + KEY_LEN, plain.data, plain.len, nonce, to, secret);
    wipe(secret, sizeof secret);
    if (rc != 0)
        return CW_REFUSED_MALFORMED;
    writer_bytes(out, sealed, plain.len + crypto_box_SEALBYTES);
    return CW_OK;
}

enum cw_err envelope_seal(const struct key_record *record, const uint8_t seed[static 32],
                          const struct recipient *recipient, const struct entropy *entropy, struct writer *out)
{
    struct envelope_plain plain = {.audience = record->audience, .recipient = recipient->cert};
    uint8_t bytes[ENVELOPE_PLAIN_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    enum cw_err err;

    memcpy(plain.commitment, record->commitment, sizeof plain.commitment);
    memcpy(plain.seed, seed, sizeof plain.seed);
    envelope_plain_encode(&plain, &w);
    CW_ASSERT(!w.failed);
    err = box_seal(slice(bytes, w.len), recipient->seal_key, entropy, out);
    wipe(&plain, sizeof plain);
    wipe(bytes, sizeof bytes);
    return err;
}

static bool plain_fits(const struct envelope_plain *plain, const struct cert_id *self, const struct key_record *record)
{
    return slice_eq(plain->audience, record->audience) && ID_EQ(&plain->recipient, self) &&
           memcmp(plain->commitment, record->commitment, sizeof plain->commitment) == 0;
}

static bool box_open(const struct box_secret *secret, struct cw_slice sealed, uint8_t *out)
{
    uint8_t public_key[KEY_LEN];

    (void)crypto_scalarmult_base(public_key, secret->b);
    return crypto_box_seal_open(out, sealed.data, sealed.len, public_key, secret->b) == 0;
}

enum cw_err envelope_open(const struct box_secret *secret, const struct cert_id *self, const struct key_record *record,
                          struct cw_slice sealed, uint8_t out_seed[static 32])
{
    uint8_t bytes[ENVELOPE_PLAIN_LEN_MAX];
    struct envelope_plain plain;
    enum cw_err err = CW_PEER_HASH;

    if (sealed.len < crypto_box_SEALBYTES || sealed.len > sizeof bytes + crypto_box_SEALBYTES)
        return CW_PEER_HASH;
    memset(&plain, 0, sizeof plain);
    if (box_open(secret, sealed, bytes) &&
        envelope_plain_parse(slice(bytes, sealed.len - crypto_box_SEALBYTES), &plain) == CW_OK &&
        plain_fits(&plain, self, record)) {
        memcpy(out_seed, plain.seed, sizeof plain.seed);
        err = CW_OK;
    }
    wipe(&plain, sizeof plain);
    wipe(bytes, sizeof bytes);
    return err;
}
