/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/keyring.h"

#include "vault/aead.h"
#include "vault/locked.h"

#include <sodium.h>
#include <stdatomic.h>

/*
 * Header, 64 bytes:  magic(8) ‖ be32 version ‖ zeros(4) ‖ keyring id(16) ‖ check(32), where check is keyed with the file key, so
 *                    that another daemon's secret is told from damage in the slots.
 * Slot, 64 bytes:    state(1) ‖ zeros(7) ‖ salt(8) ‖ sealed key(32) ‖ tag(16).
 *
 * A slot is written twice at most: when it is made and when it is destroyed. Its nonce is its number and a
 * random salt, so that a slot made again after an interrupted write never meets its old nonce.
 * Both writes may be cut short anywhere. A slot half made does not open and is never handed out (nothing
 * was told of it). A slot half destroyed does not open either, or opens and is destroyed again by whoever
 * asked, who was not told that it is done.
 */

#define MAGIC "cwkeyrng"
#define VERSION 1
#define HEADER_LEN 64
#define SLOT_LEN 64
#define SALT_AT 8
#define SEALED_AT 16

enum slot_state { SLOT_EMPTY = 0, SLOT_KEY = 1, SLOT_DESTROYED = 2 };

struct keyring {
    struct keyring_io io;
    struct entropy entropy;
    uint8_t id[KEYRING_ID_LEN];
    uint8_t file_key[KEY_LEN];
    uint32_t next; /* the least slot that may be handed out */
    uint32_t slots_max;
    atomic_uint made; /* slots in the file; other threads compare with it */
};

static uint64_t slot_offset(uint32_t slot)
{
    return HEADER_LEN + (uint64_t)slot * SLOT_LEN;
}

/* --- one slot ------------------------------------------------------------------------------------------ */

static void slot_nonce(const uint8_t raw[static SLOT_LEN], uint32_t slot, uint8_t out[static AEAD_NONCE_LEN])
{
    struct writer w = writer_over(out, AEAD_NONCE_LEN);

    memset(out, 0, AEAD_NONCE_LEN);
    writer_bytes(&w, raw + SALT_AT, 8);
    writer_be32(&w, slot);
}

static void slot_make(const struct keyring *k, uint32_t slot, const uint8_t key[static KEY_LEN],
                      uint8_t out[static SLOT_LEN])
{
    uint8_t nonce[AEAD_NONCE_LEN];

    memset(out, 0, SLOT_LEN);
    out[0] = SLOT_KEY;
    k->entropy.fill(k->entropy.ctx, out + SALT_AT, 8);
    slot_nonce(out, slot, nonce);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + SEALED_AT, NULL, key, KEY_LEN, out, SALT_AT, NULL, nonce,
                                                     k->file_key);
}

static bool slot_open(const struct keyring *k, uint32_t slot, const uint8_t raw[static SLOT_LEN],
                      uint8_t out_key[static KEY_LEN])
{
    uint8_t nonce[AEAD_NONCE_LEN];

    if (raw[0] != SLOT_KEY)
        return false;
    slot_nonce(raw, slot, nonce);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(out_key, NULL, NULL, raw + SEALED_AT, SLOT_LEN - SEALED_AT, raw,
                                                      SALT_AT, nonce, k->file_key) == 0;
}

/* Read when needed and never kept: what is destroyed in the file is gone at once. */
static enum cw_err load_key(const struct keyring *k, uint32_t slot, uint8_t out_key[static KEY_LEN])
{
    uint8_t raw[SLOT_LEN];
    enum cw_err err;

    if (slot >= atomic_load(&k->made))
        return CW_LOCAL_KEY;
    err = k->io.read(k->io.ctx, slot_offset(slot), raw, sizeof raw);
    if (err != CW_OK)
        return err == CW_LOCAL_NOT_FOUND ? CW_LOCAL_KEY : err;
    return slot_open(k, slot, raw, out_key) ? CW_OK : CW_LOCAL_KEY;
}

/* Destroying leaves no state that one bit makes of a key's: what is half destroyed is not taken for damage. */
bool keyring_is_damaged(struct keyring *k, uint32_t slot)
{
    uint8_t raw[SLOT_LEN], key[KEY_LEN];
    enum cw_err err =
        slot < KEYRING_SLOTS_MAX ? k->io.read(k->io.ctx, slot_offset(slot), raw, sizeof raw) : CW_LOCAL_KEY;
    bool damaged =
        err == CW_LOCAL_NOT_FOUND || (err == CW_OK && raw[0] != SLOT_DESTROYED && !slot_open(k, slot, raw, key));

    wipe(key, sizeof key);
    return damaged;
}

/* --- opening ------------------------------------------------------------------------------------------- */

static void derive_file_key(struct keyring *k, const struct box_secret *daemon)
{
    uint8_t purpose[7 + KEYRING_ID_LEN];
    struct writer w = writer_over(purpose, sizeof purpose);

    writer_bytes(&w, "keyring", 7);
    writer_bytes(&w, k->id, sizeof k->id);
    hash_keyed(LABEL_LOCAL, daemon->b, slice(purpose, sizeof purpose), k->file_key);
}

static void header_write(const struct keyring *k, uint8_t out[static HEADER_LEN])
{
    struct writer w = writer_over(out, HEADER_LEN);

    writer_bytes(&w, MAGIC, 8);
    writer_be32(&w, VERSION);
    writer_be32(&w, 0);
    writer_bytes(&w, k->id, sizeof k->id);
    hash_keyed(LABEL_LOCAL, k->file_key, slice(out, w.len), out + w.len);
}

static enum cw_err create(struct keyring *k, const struct box_secret *daemon)
{
    uint8_t header[HEADER_LEN];

    k->entropy.fill(k->entropy.ctx, k->id, sizeof k->id);
    derive_file_key(k, daemon);
    header_write(k, header);
    return k->io.write(k->io.ctx, 0, header, sizeof header);
}

static enum cw_err accept(struct keyring *k, const uint8_t header[static HEADER_LEN], const struct box_secret *daemon)
{
    struct reader in = reader_over(slice(header, HEADER_LEN));
    uint8_t expected[HEADER_LEN];

    if (!slice_eq(reader_slice(&in, 8), slice(MAGIC, 8)))
        return CW_LOCAL_CORRUPT;
    if (reader_be32(&in) > VERSION)
        return CW_LOCAL_FORMAT;
    (void)reader_be32(&in);
    reader_bytes(&in, k->id, sizeof k->id);
    derive_file_key(k, daemon);
    header_write(k, expected);
    return memcmp(header, expected, HEADER_LEN) == 0 ? CW_OK : CW_LOCAL_KEY;
}

/* Slots are made from the front, so the end of the file is found by halving. What cannot be read just now is not the end of it. */
static enum cw_err count_slots(const struct keyring *k, uint32_t *out)
{
    uint32_t low = 0, high = KEYRING_SLOTS_MAX;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint8_t raw[SLOT_LEN];
        enum cw_err err = k->io.read(k->io.ctx, slot_offset(middle), raw, sizeof raw);

        if (err == CW_OK)
            low = middle + 1;
        else if (err == CW_LOCAL_NOT_FOUND)
            high = middle;
        else
            return err;
    }
    *out = low;
    return CW_OK;
}

static enum cw_err open_file(struct keyring *k, const struct box_secret *daemon, bool may_create)
{
    uint8_t header[HEADER_LEN];
    uint32_t made = 0;
    enum cw_err err = k->io.read(k->io.ctx, 0, header, sizeof header);

    if (err == CW_LOCAL_NOT_FOUND && may_create) /* also a header cut short: nothing can have followed it */
        return create(k, daemon);
    if (err == CW_OK)
        err = accept(k, header, daemon);
    if (err == CW_OK)
        err = count_slots(k, &made);
    atomic_store(&k->made, made);
    return err;
}

enum cw_err keyring_open(const struct keyring_io *io, const struct box_secret *daemon, const struct entropy *entropy,
                         bool may_create, struct keyring **out)
{
    struct keyring *k = locked_new(sizeof *k, false); /* one key: the process limit is checked by the vault */
    enum cw_err err;

    if (k == NULL)
        return CW_LOCAL_MEMORY;
    k->io = *io;
    k->entropy = *entropy;
    k->slots_max = KEYRING_SLOTS_MAX;
    atomic_init(&k->made, 0);
    err = open_file(k, daemon, may_create);
    if (err != CW_OK) {
        keyring_close(k);
        return err;
    }
    *out = k;
    return CW_OK;
}

void keyring_close(struct keyring *k)
{
    locked_free(k, sizeof *k);
}

void keyring_id(const struct keyring *k, uint8_t out[static KEYRING_ID_LEN])
{
    memcpy(out, k->id, KEYRING_ID_LEN);
}

uint32_t keyring_slots(const struct keyring *k)
{
    return atomic_load(&k->made);
}

void keyring_bound(struct keyring *k, uint32_t slots_max)
{
    k->slots_max = slots_max;
}

uint32_t keyring_taken(const struct keyring *k)
{
    return k->next;
}

/* --- handing out, destroying ------------------------------------------------------------------------------ */

static void fill_pool(const struct keyring *k, uint32_t first, uint32_t count, uint8_t *out)
{
    uint8_t key[KEY_LEN];

    for (uint32_t i = 0; i < count; i++) {
        k->entropy.fill(k->entropy.ctx, key, sizeof key);
        slot_make(k, first + i, key, out + (size_t)i * SLOT_LEN);
    }
    wipe(key, sizeof key);
}

/* One durable write; only when it has returned do the slots exist. Where the file ends before what was handed out, that is left as it is. */
static enum cw_err make_pool(struct keyring *k)
{
    uint8_t pool[KEYRING_POOL * SLOT_LEN];
    uint32_t made = atomic_load(&k->made), first = made > k->next ? made : k->next;
    uint32_t room = KEYRING_SLOTS_MAX - first;
    uint32_t count = room < KEYRING_POOL ? room : KEYRING_POOL;
    enum cw_err err;

    if (count == 0)
        return CW_LOCAL_NO_SPACE;
    fill_pool(k, first, count, pool);
    err = k->io.write(k->io.ctx, slot_offset(first), pool, (size_t)count * SLOT_LEN);
    if (err == CW_OK)
        atomic_store(&k->made, first + count);
    return err;
}

enum cw_err keyring_take(struct keyring *k, uint32_t *out_slot)
{
    uint8_t key[KEY_LEN];

    while (k->next < k->slots_max) {
        uint32_t slot = k->next;
        enum cw_err err = slot < atomic_load(&k->made) ? CW_OK : make_pool(k);

        if (err == CW_OK)
            err = load_key(k, slot, key);
        wipe(key, sizeof key);
        if (err != CW_OK && err != CW_LOCAL_KEY)
            return err;
        k->next = slot + 1; /* destroyed and half-made slots are passed over */
        if (err == CW_OK) {
            *out_slot = slot;
            return CW_OK;
        }
    }
    return CW_LOCAL_KEY;
}

void keyring_used(struct keyring *k, uint32_t slot)
{
    if (slot >= k->next && slot < KEYRING_SLOTS_MAX)
        k->next = slot + 1;
}

void keyring_skip_made(struct keyring *k)
{
    uint32_t made = atomic_load(&k->made);

    if (made > k->next)
        k->next = made;
}

enum cw_err keyring_destroy(struct keyring *k, uint32_t slot)
{
    static const uint8_t destroyed[SLOT_LEN] = {SLOT_DESTROYED};

    if (slot >= atomic_load(&k->made))
        return CW_USAGE_ARGUMENT;
    return k->io.write(k->io.ctx, slot_offset(slot), destroyed, sizeof destroyed);
}

/* --- values at rest ------------------------------------------------------------------------------------- */

enum cw_err keyring_key(struct keyring *k, uint32_t slot, struct local_key *out)
{
    return load_key(k, slot, out->b);
}

enum cw_err local_seal(const struct local_key *key, struct cw_slice ad, struct cw_slice plain,
                       const struct entropy *entropy, struct writer *out)
{
    if (out->failed || plain.len > SIZE_MAX - AEAD_OVERHEAD || out->cap - out->len < plain.len + AEAD_OVERHEAD) {
        out->failed = true;
        return CW_REFUSED_SIZE;
    }
    aead_seal(key->b, ad, plain, entropy, out->data + out->len);
    out->len += plain.len + AEAD_OVERHEAD;
    return CW_OK;
}

enum cw_err local_unseal(const struct local_key *key, struct cw_slice ad, struct cw_slice sealed, struct arena *arena,
                         struct cw_slice *out)
{
    size_t mark = arena_mark(arena);
    uint8_t *plain;

    if (sealed.len < AEAD_OVERHEAD)
        return CW_LOCAL_CORRUPT;
    plain = arena_take_raw(arena, sealed.len - AEAD_OVERHEAD, 1);
    if (plain == NULL)
        return CW_LOCAL_MEMORY;
    if (!aead_open(key->b, ad, sealed, plain)) {
        arena_release(arena, mark);
        return CW_LOCAL_CORRUPT;
    }
    *out = slice(plain, sealed.len - AEAD_OVERHEAD);
    return CW_OK;
}

enum cw_err keyring_seal(struct keyring *k, uint32_t slot, struct cw_slice ad, struct cw_slice plain,
                         const struct entropy *entropy, struct writer *out)
{
    struct local_key key;
    enum cw_err err = keyring_key(k, slot, &key);

    if (err == CW_OK)
        err = local_seal(&key, ad, plain, entropy, out);
    wipe(&key, sizeof key);
    return err;
}

enum cw_err keyring_unseal(struct keyring *k, uint32_t slot, struct cw_slice ad, struct cw_slice sealed,
                           struct arena *arena, struct cw_slice *out)
{
    struct local_key key;
    enum cw_err err = sealed.len < AEAD_OVERHEAD ? CW_LOCAL_CORRUPT : keyring_key(k, slot, &key);

    if (err == CW_OK)
        err = local_unseal(&key, ad, sealed, arena, out);
    wipe(&key, sizeof key);
    return err;
}
