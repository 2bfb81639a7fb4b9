/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SIGN_H
#define CASEWIRE_PROTO_SIGN_H

/*
 * Every signature is Ed25519 over the 80 bytes label(16) ‖ network id(32) ‖ H_label(bytes)(32): no signature
 * is valid as another type, in another network, or over another length. Primitives only from libsodium.
 * crypto_init() first (idempotent; false when libsodium or its self-test fails: the curve-point test of
 * REPLICATION.md §2.4 and one known answer per primitive).
 */

#include "proto/id.h"
#include "proto/message.h"

struct sign_secret {
    uint8_t b[64];
}; /* libsodium's form: seed ‖ public key */
struct box_secret {
    uint8_t b[32];
};
struct curve_secret {
    uint8_t b[32];
};

bool crypto_init(void);
void sign_keypair(uint8_t public_key[static KEY_LEN], struct sign_secret *secret);
void sign_keypair_from_seed(const uint8_t seed[static 32], uint8_t public_key[static KEY_LEN],
                            struct sign_secret *secret);
/* X25519, for envelopes and for CURVE alike */
void box_keypair(uint8_t public_key[static KEY_LEN], uint8_t secret[static 32]);
void box_keypair_from_seed(const uint8_t seed[static 32], uint8_t public_key[static KEY_LEN],
                           uint8_t secret[static 32]);
bool sign_key_valid(const uint8_t public_key[static KEY_LEN]); /* enrolment: canonical, main subgroup */
void wipe(void *memory, size_t len);
void random_bytes(void *out, size_t len); /* tools only: the daemon takes entropy from its port */

void sign_bytes(enum label label, const struct network_id *network, struct cw_slice bytes,
                const struct sign_secret *secret, struct signature *out);
bool verify_bytes(enum label label, const struct network_id *network, struct cw_slice bytes,
                  const uint8_t public_key[static KEY_LEN], const struct signature *signature);

/*
 * Who signs: a secret in this process, or one that is kept elsewhere and asked for each signature. `ask` gets
 * the bytes that are to be signed, not the 80 bytes: it may want to see what it signs. Its errors are passed on.
 */
struct signer {
    const struct sign_secret *secret; /* NULL: ask */
    enum cw_err (*ask)(void *context, enum label label, struct cw_slice bytes, struct signature *out);
    void *context;
};
/* CW_OK, or what `ask` returned; *out is untouched then. */
enum cw_err signer_sign(const struct signer *signer, enum label label, const struct network_id *network,
                        struct cw_slice bytes, struct signature *out);

/* The 80 bytes themselves, for verdict caches and vectors. */
void signed_string(enum label label, const struct network_id *network, struct cw_slice bytes, uint8_t out[static 80]);

#endif
