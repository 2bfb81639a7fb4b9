/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_KEYFILE_H
#define CASEWIRE_PROTO_KEYFILE_H

/*
 * Secret keys of one certificate holder, in one file, protected by a passphrase (Argon2id, then
 * XChaCha20-Poly1305), or in clear when the passphrase is empty: only for keys that the service manager
 * protects, and for throw-away labs. The bytes are here; reading and writing files is the caller's.
 */

#include "proto/sign.h"

struct key_bundle {
    struct sign_secret sign;
    struct box_secret seal;
    struct curve_secret curve;
    uint8_t sign_public[KEY_LEN], seal_public[KEY_LEN], curve_public[KEY_LEN];
};

#define KEYFILE_LEN_MAX 512

/* Argon2id cost. LAB is for tests and labs only: its files say so. */
enum keyfile_cost { KEYFILE_COST_LAB = 1, KEYFILE_COST_NORMAL = 2 };

void key_bundle_new(struct key_bundle *out);                                      /* from libsodium's entropy */
void key_bundle_from_seed(const uint8_t seed[static 32], struct key_bundle *out); /* tests: reproducible */
void key_bundle_wipe(struct key_bundle *bundle);
enum cw_err keyfile_seal(const struct key_bundle *bundle, struct cw_slice passphrase, enum keyfile_cost cost,
                         struct writer *out);
/* CW_LOCAL_KEY: damaged, or wrong passphrase. */
enum cw_err keyfile_open(struct cw_slice bytes, struct cw_slice passphrase, struct key_bundle *out);
bool keyfile_needs_passphrase(struct cw_slice bytes);

#endif
