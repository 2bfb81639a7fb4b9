/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_VAULT_INTERNAL_H
#define CASEWIRE_VAULT_INTERNAL_H

/* What the files of this folder share. */

#include "vault/vault.h"

#include <pthread.h>

/* What is secret lies together in locked memory; what is not (struct audience_key) lies beside it. */
struct audience_secret {
    uint8_t wrap_key[KEY_LEN];
    uint8_t x25519_secret[KEY_LEN]; /* for parts that non-members sealed to the public key: later */
};

struct vault_secrets {
    struct box_secret seal;
    struct audience_secret audience[];
};

/* A key record whose seed is held. */
struct audience_key {
    struct key_record_id id;
    struct key_author author;
    struct position membership;
    uint8_t audience[NAME_LEN_MAX];
    size_t audience_len;
    uint32_t secret_index;
};

struct vault {
    struct cert_id self;
    struct cert_id former[VAULT_FORMER_MAX]; /* the newest stands at former_count - 1, modulo; node thread */
    uint32_t former_count;
    uint32_t key_count, keys_max;
    struct audience_key *keys; /* ascending ids */
    struct vault_secrets *secrets;
    size_t secrets_len;
    pthread_rwlock_t *lock; /* apart, so that const functions can take it */
};

/* audience.c: all that a seed gives. */
struct audience_derived {
    struct audience_secret secret;
    uint8_t public_key[KEY_LEN];
    uint8_t commitment[32];
};
void audience_derive(const uint8_t seed[static 32], struct cw_slice audience, struct audience_derived *out);

/* vault.c. The caller holds the lock; NULL when not held. */
const struct audience_key *vault_find(const struct vault *v, const struct key_record_id *id);
/* Takes the lock itself. Learning a known record again succeeds. CW_LOCAL_MEMORY when there is no room for one more of this author's. */
enum cw_err vault_add(struct vault *v, const struct key_record_id *id, const struct key_author *author,
                      const struct key_record *record, const struct audience_secret *secret);

/* envelope.c */
#define ENVELOPE_PLAIN_LEN_MAX (ENVELOPE_SEALED_LEN_MAX - 48) /* crypto_box_SEALBYTES */

/* Seals the seed for one recipient. CW_REFUSED_MALFORMED: its key is no usable curve point. */
enum cw_err envelope_seal(const struct key_record *record, const uint8_t seed[static 32],
                          const struct recipient *recipient, const struct entropy *entropy, struct writer *out);
/* CW_PEER_HASH when it does not open, or was made for another audience, record or recipient. */
enum cw_err envelope_open(const struct box_secret *secret, const struct cert_id *self, const struct key_record *record,
                          struct cw_slice sealed, uint8_t out_seed[static 32]);

#endif
