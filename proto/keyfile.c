/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keyfile.h"

#include <sodium.h>

/*
 * magic(8) ‖ protection(1) ‖ body.
 * In clear:  body = plain(96) ‖ checksum(32), which tells damage from a wrong file.
 * Protected: body = salt(16) ‖ nonce(24) ‖ XChaCha20-Poly1305(plain), associated data magic ‖ protection.
 * plain = Ed25519 seed ‖ X25519 secret (envelopes) ‖ X25519 secret (transport); public keys are computed.
 */
static const uint8_t magic[8] = "cw1:keys";

#define HEAD_LEN (sizeof(magic) + 1)
#define PLAIN_LEN 96
#define SALT_LEN crypto_pwhash_argon2id_SALTBYTES
#define PROTECTION_CLEAR 0

_Static_assert(HEAD_LEN + SALT_LEN + AEAD_NONCE_LEN + PLAIN_LEN + AEAD_TAG_LEN <= KEYFILE_LEN_MAX, "fits");

/* --- bundles ----------------------------------------------------------------------------------- */

void key_bundle_new(struct key_bundle *out)
{
    sign_keypair(out->sign_public, &out->sign);
    box_keypair(out->seal_public, out->seal.b);
    box_keypair(out->curve_public, out->curve.b);
}

void key_bundle_from_seed(const uint8_t seed[static 32], struct key_bundle *out)
{
    uint8_t part[32];

    hash_keyed(LABEL_LOCAL, seed, slice_of("sign"), part);
    sign_keypair_from_seed(part, out->sign_public, &out->sign);
    hash_keyed(LABEL_LOCAL, seed, slice_of("seal"), part);
    box_keypair_from_seed(part, out->seal_public, out->seal.b);
    hash_keyed(LABEL_LOCAL, seed, slice_of("curve"), part);
    box_keypair_from_seed(part, out->curve_public, out->curve.b);
    wipe(part, sizeof(part));
}

void key_bundle_wipe(struct key_bundle *bundle)
{
    if (bundle != NULL)
        wipe(bundle, sizeof(*bundle));
}

static void plain_of(const struct key_bundle *bundle, uint8_t plain[static PLAIN_LEN])
{
    memcpy(plain, bundle->sign.b, 32); /* the seed half */
    memcpy(plain + 32, bundle->seal.b, 32);
    memcpy(plain + 64, bundle->curve.b, 32);
}

static enum cw_err bundle_of(const uint8_t plain[static PLAIN_LEN], struct key_bundle *out)
{
    struct key_bundle b;

    sign_keypair_from_seed(plain, b.sign_public, &b.sign);
    memcpy(b.seal.b, plain + 32, 32);
    memcpy(b.curve.b, plain + 64, 32);
    if (crypto_scalarmult_base(b.seal_public, b.seal.b) != 0 || crypto_scalarmult_base(b.curve_public, b.curve.b) != 0)
        return CW_LOCAL_KEY;
    *out = b;
    wipe(&b, sizeof(b));
    return CW_OK;
}

/* --- passphrase -------------------------------------------------------------------------------- */

static enum cw_err stretch(struct cw_slice passphrase, const uint8_t *salt, uint8_t protection, uint8_t key[static 32])
{
    bool lab = protection == KEYFILE_COST_LAB;
    unsigned long long ops = lab ? crypto_pwhash_argon2id_OPSLIMIT_MIN : crypto_pwhash_argon2id_OPSLIMIT_MODERATE;
    size_t memory = lab ? (size_t)1 << 20 : crypto_pwhash_argon2id_MEMLIMIT_MODERATE;

    /* fails only when it cannot get the memory */
    return crypto_pwhash_argon2id(key, 32, (const char *)passphrase.data, passphrase.len, salt, ops, memory,
                                  crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0
               ? CW_OK
               : CW_LOCAL_MEMORY;
}

static void clear_body(const uint8_t plain[static PLAIN_LEN], struct writer *out)
{
    uint8_t checksum[ID_LEN];

    hash_one(LABEL_LOCAL, slice(plain, PLAIN_LEN), checksum);
    writer_bytes(out, plain, PLAIN_LEN);
    writer_bytes(out, checksum, sizeof(checksum));
}

static enum cw_err protected_body(const uint8_t plain[static PLAIN_LEN], struct cw_slice passphrase,
                                  const uint8_t head[static HEAD_LEN], struct writer *out)
{
    uint8_t salt[SALT_LEN], nonce[AEAD_NONCE_LEN], key[32], sealed[PLAIN_LEN + AEAD_TAG_LEN];

    random_bytes(salt, sizeof(salt));
    random_bytes(nonce, sizeof(nonce));
    enum cw_err err = stretch(passphrase, salt, head[HEAD_LEN - 1], key);
    if (err != CW_OK)
        return err;

    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain, PLAIN_LEN, head, HEAD_LEN, NULL, nonce, key);
    wipe(key, sizeof(key));
    writer_bytes(out, salt, sizeof(salt));
    writer_bytes(out, nonce, sizeof(nonce));
    writer_bytes(out, sealed, sizeof(sealed));
    return CW_OK;
}

enum cw_err keyfile_seal(const struct key_bundle *bundle, struct cw_slice passphrase, enum keyfile_cost cost,
                         struct writer *out)
{
    uint8_t plain[PLAIN_LEN], head[HEAD_LEN];
    enum cw_err err = CW_OK;

    memcpy(head, magic, sizeof(magic));
    head[HEAD_LEN - 1] = slice_empty(passphrase) ? PROTECTION_CLEAR : (uint8_t)cost;
    writer_bytes(out, head, sizeof(head));

    plain_of(bundle, plain);
    if (slice_empty(passphrase))
        clear_body(plain, out);
    else
        err = protected_body(plain, passphrase, head, out);
    wipe(plain, sizeof(plain));
    return err == CW_OK && out->failed ? CW_REFUSED_SIZE : err;
}

/* --- opening ----------------------------------------------------------------------------------- */

static bool open_clear(struct reader *in, uint8_t plain[static PLAIN_LEN])
{
    uint8_t checksum[ID_LEN], expected[ID_LEN];

    reader_bytes(in, plain, PLAIN_LEN);
    reader_bytes(in, checksum, sizeof(checksum));
    hash_one(LABEL_LOCAL, slice(plain, PLAIN_LEN), expected);
    return reader_finish(in) == CW_OK && memcmp(checksum, expected, ID_LEN) == 0;
}

static enum cw_err open_protected(struct reader *in, const uint8_t *head, struct cw_slice passphrase,
                                  uint8_t plain[static PLAIN_LEN])
{
    uint8_t salt[SALT_LEN], nonce[AEAD_NONCE_LEN], key[32], sealed[PLAIN_LEN + AEAD_TAG_LEN];

    reader_bytes(in, salt, sizeof(salt));
    reader_bytes(in, nonce, sizeof(nonce));
    reader_bytes(in, sealed, sizeof(sealed));
    if (reader_finish(in) != CW_OK || slice_empty(passphrase))
        return CW_LOCAL_KEY;

    enum cw_err err = stretch(passphrase, salt, head[HEAD_LEN - 1], key);
    if (err != CW_OK)
        return err;
    int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed, sizeof(sealed), head, HEAD_LEN,
                                                             nonce, key);
    wipe(key, sizeof(key));
    return refused == 0 ? CW_OK : CW_LOCAL_KEY;
}

static bool is_keyfile(struct cw_slice bytes)
{
    return bytes.len > HEAD_LEN && bytes.len <= KEYFILE_LEN_MAX && memcmp(bytes.data, magic, sizeof(magic)) == 0 &&
           bytes.data[HEAD_LEN - 1] <= KEYFILE_COST_NORMAL;
}

enum cw_err keyfile_open(struct cw_slice bytes, struct cw_slice passphrase, struct key_bundle *out)
{
    uint8_t plain[PLAIN_LEN];
    enum cw_err err;

    if (!is_keyfile(bytes))
        return CW_LOCAL_KEY;

    struct reader in = reader_over(slice(bytes.data + HEAD_LEN, bytes.len - HEAD_LEN));
    if (bytes.data[HEAD_LEN - 1] == PROTECTION_CLEAR)
        err = open_clear(&in, plain) ? CW_OK : CW_LOCAL_KEY;
    else
        err = open_protected(&in, bytes.data, passphrase, plain);
    if (err == CW_OK)
        err = bundle_of(plain, out);
    wipe(plain, sizeof(plain));
    return err;
}

bool keyfile_needs_passphrase(struct cw_slice bytes)
{
    return is_keyfile(bytes) && bytes.data[HEAD_LEN - 1] != PROTECTION_CLEAR;
}
