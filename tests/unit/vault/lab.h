/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_VAULT_LAB_H
#define TESTS_UNIT_VAULT_LAB_H

/* Reproducible entropy, holders of certificates, and their vaults. */

#include "vault/keyring.h"
#include "vault/vault.h"

#include <check.h>

/* Bytes that never repeat within one test and are the same in each run. */
struct entropy lab_entropy(void);

struct holder {
    struct cert_id cert;
    struct box_secret secret;
    uint8_t seal_key[KEY_LEN];
    struct vault *vault;
};

/* A holder named by one letter, with a vault of up to 16 keys: four of one author, one of all who were never members. */
struct holder lab_holder(char name);
struct recipient lab_recipient(const struct holder *h);
struct position lab_position(uint8_t n);

/* A key record and its envelopes, as bytes that can be damaged. */
struct made_key {
    uint8_t record[KEY_RECORD_LEN_MAX];
    uint8_t envelopes[4096];
    size_t record_len, envelopes_len;
    struct key_record_id id;
};
struct made_key lab_make_key(struct holder *maker, const char *audience, uint8_t membership,
                             const struct holder *const *readers, uint32_t reader_count);
/* From the log of a member whose name is one letter. */
enum cw_err lab_learn(struct holder *h, const struct made_key *key, bool *out_opened);
enum cw_err lab_learn_of(struct holder *h, const struct key_author *author, const struct made_key *key);
struct key_author lab_member(char name);
/* A vault_maker_counts: ctx is a string of the names that do. */
bool lab_counts(const void *ctx, const struct cert_id *maker);

#endif
