/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_VAULT_AEAD_H
#define CASEWIRE_VAULT_AEAD_H

/* XChaCha20-Poly1305 as everything here uses it: nonce(24) ‖ ciphertext ‖ tag(16). */

#include "vault/vault.h"

#define AEAD_OVERHEAD (AEAD_NONCE_LEN + AEAD_TAG_LEN)

/* out has plain.len + AEAD_OVERHEAD bytes; plain may already lie at out + AEAD_NONCE_LEN. A random nonce of 24 bytes never repeats. */
void aead_seal(const uint8_t key[static KEY_LEN], struct cw_slice ad, struct cw_slice plain,
               const struct entropy *entropy, uint8_t *out);
/* out has sealed.len - AEAD_OVERHEAD bytes; zeros when false. */
bool aead_open(const uint8_t key[static KEY_LEN], struct cw_slice ad, struct cw_slice sealed, uint8_t *out);

#endif
