/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_VAULT_VAULT_H
#define CASEWIRE_VAULT_VAULT_H

/*
 * Keys and ciphertext (DESIGN.md §3, "Keys" and "At rest").
 *
 * Every part has its own random key; the part key is wrapped for each audience of the case. An audience's
 * key is named by the hash of its signed key record; its seed derives an X25519 pair and a symmetric wrap
 * key under separate labels, and travels in envelopes sealed to the members. Nothing here signs or stores:
 * entropy comes in, bytes go out. No I/O. Secrets live in locked memory owned by struct vault.
 * Threads: vault_make_key, vault_learn and vault_forget from the node thread; all const functions from any thread, guarded
 * by the vault's own lock.
 */

#include "proto/message.h"
#include "proto/sign.h"

struct entropy {
    void *ctx;
    void (*fill)(void *ctx, void *out, size_t len);
};

struct vault;
struct vault_limits {
    uint32_t audience_keys_max; /* 0: 4096 */
};
/* The secret is copied into locked memory. CW_LOCAL_MEMORY when memory cannot be locked and strict is set. */
enum cw_err vault_new(const struct vault_limits *limits, const struct cert_id *self,
                      const struct box_secret *seal_secret, bool strict, struct vault **out);
void vault_free(struct vault *v);
/*
 * A certificate that this daemon had before its own, with the same seal key: envelopes that name it are ours as well. Known ones
 * again change nothing; the eldest of more than VAULT_FORMER_MAX is forgotten. Node thread.
 */
#define VAULT_FORMER_MAX 16
void vault_formerly(struct vault *v, const struct cert_id *cert);

/* --- parts: nonce(24) ‖ XChaCha20-Poly1305(key, r ‖ padded payload, AD = op_id ‖ u8 part) -------------- */
#define PART_OVERHEAD (AEAD_NONCE_LEN + 32 + AEAD_TAG_LEN)
struct part_key {
    uint8_t b[KEY_LEN];
};
size_t part_sealed_len(uint32_t size_class);
void part_key_new(const struct entropy *entropy, struct part_key *out);
/* out: part_sealed_len bytes */
enum cw_err part_seal(const struct part_key *key, const struct cw_op_id *op, uint32_t part, const uint8_t r[static 32],
                      struct cw_slice payload, uint32_t size_class, const struct entropy *entropy, struct writer *out);
/* Opens into the arena, checks the commitment; *out_payload is unpadded. CW_LOCAL_KEY: wrong key, op or part, or changed bytes;
 * CW_REFUSED_COMMITMENT: opens, but is not what was signed, or has another length; CW_REFUSED_MALFORMED: signed with bad padding. */
enum cw_err part_open(const struct part_key *key, const struct cw_op_id *op, uint32_t part, struct cw_slice sealed,
                      const struct part_ref *commitment, struct arena *arena, uint8_t out_r[static 32],
                      struct cw_slice *out_payload, struct cw_slice *out_padded);

/* --- audience keys --------------------------------------------------------------------------------- */
/* Makes a seed, its key record, and the envelopes blob for the recipients (X25519 keys). The vault knows the key at once.
 * CW_USAGE_ARGUMENT when we are not among the recipients: after a restart our own envelope is all we have. */
struct recipient {
    struct cert_id cert;
    uint8_t seal_key[KEY_LEN];
};
enum cw_err vault_make_key(struct vault *v, struct cw_slice audience, const struct position *membership,
                           const struct recipient *recipients, uint32_t count, const struct entropy *entropy,
                           struct writer *out_record, struct writer *out_envelopes);
/* Learns a key record; opens our envelope when there is one, to this certificate or a former one. *out_opened: false: not a recipient (or its envelope is
 * absent). CW_PEER_HASH: our envelope does not open, or not to the seed, audience and recipient that the record promises: alarmed by the
 * caller. CW_PEER_MALFORMED. CW_LOCAL_MEMORY: no room for another of this author's. One author has a quarter of audience_keys_max,
 * all who were never members a sixteenth of it together; an eighth is this daemon's alone. */
struct key_author {
    struct cert_id cert;
    bool member; /* of the record's audience, now or once */
};
enum cw_err vault_learn(struct vault *v, const struct key_author *author, struct cw_slice record,
                        struct cw_slice envelopes, bool *out_opened);
/*
 * The key record to write under for an audience at the newest membership: the least id of those we can open at that position whose
 * maker counts. Who is no member can make a record that names the membership, and has its seed. false: none.
 */
typedef bool vault_maker_counts(const void *ctx, const struct cert_id *maker);
bool vault_current_key(const struct vault *v, struct cw_slice audience, const struct position *membership,
                       vault_maker_counts *counts, const void *ctx, struct key_record_id *out);
bool vault_can_open(const struct vault *v, const struct key_record_id *record);
/* What was made or learned since there were so many is forgotten: nothing that is kept says it. */
uint32_t vault_key_count(const struct vault *v);
void vault_forget(struct vault *v, uint32_t count);

/* --- wraps: nonce(24) ‖ XChaCha20-Poly1305(wrap key, part key, AD = op_id ‖ u8 part ‖ key record id) ---- */
enum cw_err vault_wrap(const struct vault *v, const struct key_record_id *record, const struct cw_op_id *op,
                       uint32_t part, const struct part_key *key, const struct entropy *entropy,
                       uint8_t out[static WRAP_LEN]);
enum cw_err vault_unwrap(const struct vault *v, const struct key_record_id *record, const struct cw_op_id *op,
                         uint32_t part, const uint8_t wrap[static WRAP_LEN], struct part_key *out);

/* --- local keys: per case, in a keyring file outside the store (vault/keyring.h) ------------------------ */

#endif
