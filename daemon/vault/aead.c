/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/aead.h"

#include <sodium.h>

_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == KEY_LEN, "keys");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == AEAD_NONCE_LEN, "nonces");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == AEAD_TAG_LEN, "tags");

void aead_seal(const uint8_t key[static KEY_LEN], struct cw_slice ad, struct cw_slice plain,
               const struct entropy *entropy, uint8_t *out)
{
    entropy->fill(entropy->ctx, out, AEAD_NONCE_LEN);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + AEAD_NONCE_LEN, NULL, plain.data, plain.len, ad.data, ad.len,
                                                     NULL, out, key);
}

bool aead_open(const uint8_t key[static KEY_LEN], struct cw_slice ad, struct cw_slice sealed, uint8_t *out)
{
    size_t len;

    if (sealed.len < AEAD_OVERHEAD)
        return false;
    len = sealed.len - AEAD_OVERHEAD;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data + AEAD_NONCE_LEN, len + AEAD_TAG_LEN,
                                                   ad.data, ad.len, sealed.data, key) == 0)
        return true;
    if (len > 0)
        memset(out, 0, len);
    return false;
}
