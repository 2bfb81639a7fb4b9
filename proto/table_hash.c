/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/table_hash.h"

#include <sodium.h>
#include <string.h>

static uint8_t hash_key[crypto_shorthash_siphash24_KEYBYTES];

void table_hash_draw_key(void)
{
    randombytes_buf(hash_key, sizeof hash_key);
}

uint32_t table_hash(const void *key, size_t len)
{
    uint8_t hash[crypto_shorthash_siphash24_BYTES];
    uint32_t low;

    (void)crypto_shorthash_siphash24(hash, key, len, hash_key);
    memcpy(&low, hash, sizeof low);
    return low;
}
