/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sign.h"

#include <sodium.h>

#define SIGNED_STRING_LEN 80

_Static_assert(sizeof(struct sign_secret) == crypto_sign_SECRETKEYBYTES, "libsodium's form");
_Static_assert(sizeof(struct box_secret) == crypto_box_SECRETKEYBYTES, "X25519");
_Static_assert(sizeof(struct signature) == crypto_sign_BYTES, "Ed25519");

/* --- keys -------------------------------------------------------------------------------------- */

void sign_keypair(uint8_t public_key[static KEY_LEN], struct sign_secret *secret)
{
    (void)crypto_sign_keypair(public_key, secret->b);
}

void sign_keypair_from_seed(const uint8_t seed[static 32], uint8_t public_key[static KEY_LEN],
                            struct sign_secret *secret)
{
    (void)crypto_sign_seed_keypair(public_key, secret->b, seed);
}

void box_keypair(uint8_t public_key[static KEY_LEN], uint8_t secret[static 32])
{
    (void)crypto_box_keypair(public_key, secret);
}

void box_keypair_from_seed(const uint8_t seed[static 32], uint8_t public_key[static KEY_LEN], uint8_t secret[static 32])
{
    (void)crypto_box_seed_keypair(public_key, secret, seed);
}

bool sign_key_valid(const uint8_t public_key[static KEY_LEN])
{
    return crypto_core_ed25519_is_valid_point(public_key) == 1;
}

void wipe(void *memory, size_t len)
{
    sodium_memzero(memory, len);
}

void random_bytes(void *out, size_t len)
{
    randombytes_buf(out, len);
}

/* --- signatures -------------------------------------------------------------------------------- */

void signed_string(enum label label, const struct network_id *network, struct cw_slice bytes, uint8_t out[static 80])
{
    label_bytes(label, out);
    memcpy(out + LABEL_LEN, network->b, ID_LEN);
    hash_one(label, bytes, out + LABEL_LEN + ID_LEN);
}

void sign_bytes(enum label label, const struct network_id *network, struct cw_slice bytes,
                const struct sign_secret *secret, struct signature *out)
{
    uint8_t text[SIGNED_STRING_LEN];

    signed_string(label, network, bytes, text);
    (void)crypto_sign_detached(out->b, NULL, text, sizeof(text), secret->b);
}

enum cw_err signer_sign(const struct signer *signer, enum label label, const struct network_id *network,
                        struct cw_slice bytes, struct signature *out)
{
    struct signature signature;
    enum cw_err err;

    if (signer->secret != NULL) {
        sign_bytes(label, network, bytes, signer->secret, out);
        return CW_OK;
    }
    err = signer->ask(signer->context, label, bytes, &signature);
    if (err == CW_OK)
        *out = signature;
    return err;
}

bool verify_bytes(enum label label, const struct network_id *network, struct cw_slice bytes,
                  const uint8_t public_key[static KEY_LEN], const struct signature *signature)
{
    uint8_t text[SIGNED_STRING_LEN];

    signed_string(label, network, bytes, text);
    return crypto_sign_verify_detached(signature->b, text, sizeof(text), public_key) == 0;
}
