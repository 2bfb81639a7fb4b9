/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A keyring of a few slots, changed at any places: its file opens or is refused, a slot gives the key that it had or none,
 * and no other slot is touched by that.
 */
#include "tests/fuzz/fuzz.h"
#include "vault/keyring.h"

#define FILE_LEN_MAX ((size_t)64 * (KEYRING_POOL + 8))
#define LOOKED_AT 16

static struct file {
    uint8_t bytes[FILE_LEN_MAX];
    size_t len;
} made, changed;
static struct local_key keys[LOOKED_AT];

static enum cw_err read_at(void *ctx, uint64_t offset, uint8_t *out, size_t len)
{
    const struct file *f = ctx;

    if (offset > f->len || len > f->len - offset)
        return CW_LOCAL_NOT_FOUND;
    memcpy(out, f->bytes + offset, len);
    return CW_OK;
}

static enum cw_err write_at(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len)
{
    struct file *f = ctx;

    if (offset > FILE_LEN_MAX || len > FILE_LEN_MAX - offset)
        return CW_LOCAL_NO_SPACE;
    memcpy(f->bytes + offset, bytes, len);
    if (offset + len > f->len)
        f->len = offset + len;
    return CW_OK;
}

static void count_up(void *ctx, void *out, size_t len)
{
    uint64_t *next = ctx;

    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = (uint8_t)(++*next * 131 >> 3);
}

static const struct box_secret secret = {{7}};
static uint64_t drawn;
static const struct entropy entropy = {&drawn, count_up};

static void make(void)
{
    const struct keyring_io io = {&made, read_at, write_at};
    struct keyring *k;
    uint32_t slot;

    FUZZ_MUST(crypto_init() && keyring_open(&io, &secret, &entropy, true, &k) == CW_OK);
    for (uint32_t i = 0; i < LOOKED_AT; i++) {
        FUZZ_MUST(keyring_take(k, &slot) == CW_OK && slot == i);
        FUZZ_MUST(keyring_key(k, slot, &keys[i]) == CW_OK);
    }
    keyring_close(k);
}

/* Three bytes of the input change one of the file: where, and to what. The first two bytes say how long the file is now. */
static void change(const uint8_t *data, size_t size)
{
    changed = made;
    if (size >= 2)
        changed.len = ((size_t)data[0] << 8 | data[1]) % (made.len + 1);
    for (size_t i = 2; i + 3 <= size; i += 3)
        changed.bytes[((size_t)data[i] << 8 | data[i + 1]) % made.len] = data[i + 2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct keyring_io io = {&changed, read_at, write_at};
    struct keyring *k;
    struct local_key key;

    if (made.len == 0)
        make();
    change(data, size);
    enum cw_err err = keyring_open(&io, &secret, &entropy, false, &k);
    FUZZ_MUST(err == CW_OK || cw_err_class_of(err) == CW_CLASS_LOCAL);
    if (err != CW_OK)
        return 0;
    for (uint32_t i = 0; i < LOOKED_AT && i < keyring_slots(k); i++) {
        err = keyring_key(k, i, &key);
        FUZZ_MUST(err == CW_OK || cw_err_class_of(err) == CW_CLASS_LOCAL);
        FUZZ_MUST(err != CW_OK || memcmp(key.b, keys[i].b, KEY_LEN) == 0);
    }
    keyring_close(k);
    return 0;
}
