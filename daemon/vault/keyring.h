/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_VAULT_KEYRING_H
#define CASEWIRE_VAULT_KEYRING_H

/*
 * Local keys, one per case: case values and wraps at rest are encrypted under them, and they live in one
 * file outside the store, so that overwriting one slot makes every copy of the store unopenable for that
 * case. Keys come from a pool that is durable before any of them is used; the case's row names its slot.
 *
 * File: header (magic, version, keyring id, checksum), then slots of 64 bytes {state, key, checksum}.
 * The bytes are sealed under a file key derived from the daemon's box secret, so a copied file alone opens nothing.
 *
 * A key is read from the file whenever it is used and wiped afterwards; only the file key stays in (locked) memory.
 * Threads: seal and unseal from any thread; everything else from the node thread.
 */

#include "vault/vault.h"

struct keyring_io { /* the caller's file */
    void *ctx;
    enum cw_err (*read)(void *ctx, uint64_t offset, uint8_t *out, size_t len);
    enum cw_err (*write)(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len); /* durable */
};

#define KEYRING_POOL 256 /* fresh slots made at a time */
#define KEYRING_SLOTS_MAX 1048576

#define KEYRING_ID_LEN 16

struct keyring;
/*
 * may_create: when there is no file, its header is made; otherwise CW_LOCAL_NOT_FOUND, and nothing is written. A file
 * shorter than a header counts as none. CW_LOCAL_KEY: made under another secret; CW_LOCAL_CORRUPT: not a keyring;
 * CW_LOCAL_FORMAT: a newer one. A store that names slots must not create, and must compare the id and the number of slots.
 */
enum cw_err keyring_open(const struct keyring_io *io, const struct box_secret *daemon, const struct entropy *entropy,
                         bool may_create, struct keyring **out);
void keyring_close(struct keyring *k);
void keyring_id(const struct keyring *k, uint8_t out[static KEYRING_ID_LEN]);
/* How many slots the file has: 0 to KEYRING_SLOTS_MAX. */
uint32_t keyring_slots(const struct keyring *k);
/* So many slots at most are handed out, destroyed ones included: 1 to KEYRING_SLOTS_MAX, which holds until this is called. */
void keyring_bound(struct keyring *k, uint32_t slots_max);
/* How many of them are not to be had any more. Node thread. */
uint32_t keyring_taken(const struct keyring *k);
/*
 * A slot never handed out before (in this process); durable already. The caller's row makes the use of it durable.
 * CW_LOCAL_KEY: none is left, and none ever will be; else what the file's write says.
 */
enum cw_err keyring_take(struct keyring *k, uint32_t *out_slot);
/* After loading: slots above the greatest used by any row are free again. */
void keyring_used(struct keyring *k, uint32_t slot);
/* No slot that the file has now is handed out any more: a store that is gone may have used it. */
void keyring_skip_made(struct keyring *k);
/* Overwrites the slot; when it returns CW_OK nothing opens what was sealed under it. Again: CW_OK again. */
enum cw_err keyring_destroy(struct keyring *k, uint32_t slot);

/* A case's key, opened for a while. On the stack or in a turn; wiped by whoever opened it. */
struct local_key {
    uint8_t b[KEY_LEN];
};
/* Whether a slot that was handed out does not open, or is not in the file any more, and nobody destroyed it. Threads: any. */
bool keyring_is_damaged(struct keyring *k, uint32_t slot);
/* CW_LOCAL_KEY: the slot is destroyed, damaged or was never made. Threads: any. */
enum cw_err keyring_key(struct keyring *k, uint32_t slot, struct local_key *out);
/* Both as below, under a key that is open already. */
enum cw_err local_seal(const struct local_key *key, struct cw_slice ad, struct cw_slice plain,
                       const struct entropy *entropy, struct writer *out);
enum cw_err local_unseal(const struct local_key *key, struct cw_slice ad, struct cw_slice sealed, struct arena *arena,
                         struct cw_slice *out);

/* nonce(24) ‖ AEAD; ad binds the row (table, key). Sealed length is len + 40.
 * CW_LOCAL_KEY: the slot is destroyed, damaged or was never made; CW_LOCAL_CORRUPT: sealed bytes, ad or slot do not fit together. */
enum cw_err keyring_seal(struct keyring *k, uint32_t slot, struct cw_slice ad, struct cw_slice plain,
                         const struct entropy *entropy, struct writer *out);
enum cw_err keyring_unseal(struct keyring *k, uint32_t slot, struct cw_slice ad, struct cw_slice sealed,
                           struct arena *arena, struct cw_slice *out);

#endif
