/* SPDX-License-Identifier: Apache-2.0 */
#include "node/verify_cache.h"

#include <pthread.h>
#include <stdlib.h>

#define SETS 4096u
#define WAYS 4u

struct remembered {
    uint8_t key[ID_LEN];
    bool used, good;
};

struct verify_cache {
    pthread_mutex_t lock;
    uint64_t misses;
    uint8_t oldest[SETS];
    struct remembered at[SETS][WAYS];
};

struct verify_cache *verify_cache_new(void)
{
    struct verify_cache *c = calloc(1, sizeof *c);

    if (c != NULL && pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c);
        return NULL;
    }
    return c;
}

void verify_cache_free(struct verify_cache *c)
{
    if (c == NULL)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static uint32_t set_of(const uint8_t key[static ID_LEN])
{
    return ((uint32_t)key[0] | (uint32_t)key[1] << 8) % SETS;
}

static bool recall(struct verify_cache *c, const uint8_t key[static ID_LEN], bool *out_good)
{
    const struct remembered *set = c->at[set_of(key)];
    bool found = false;

    pthread_mutex_lock(&c->lock);
    for (uint32_t i = 0; i < WAYS && !found; i++) {
        found = set[i].used && memcmp(set[i].key, key, ID_LEN) == 0;
        if (found)
            *out_good = set[i].good;
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

static void remember(struct verify_cache *c, const uint8_t key[static ID_LEN], bool good)
{
    uint32_t set = set_of(key);

    pthread_mutex_lock(&c->lock);
    struct remembered *r = &c->at[set][c->oldest[set] % WAYS];
    c->oldest[set]++;
    memcpy(r->key, key, ID_LEN);
    r->used = true;
    r->good = good;
    c->misses++;
    pthread_mutex_unlock(&c->lock);
}

bool verify_signature(struct verify_cache *c, enum label label, const struct network_id *network, struct cw_slice bytes,
                      const uint8_t public_key[static KEY_LEN], const struct signature *signature)
{
    uint8_t signed_bytes[80], key[ID_LEN];
    bool good;

    signed_string(label, network, bytes, signed_bytes);
    const struct cw_slice parts[] = {
        slice(public_key, KEY_LEN),
        slice(signed_bytes, sizeof signed_bytes),
        slice(signature->b, SIGNATURE_LEN),
    };
    hash_labelled(LABEL_LOCAL, parts, CW_COUNT(parts), key);
    if (recall(c, key, &good))
        return good;
    good = verify_bytes(label, network, bytes, public_key, signature);
    remember(c, key, good);
    return good;
}

bool verify_proof(struct verify_cache *c, const struct network_id *network, struct cw_slice header,
                  const struct author_proof *proof, const uint8_t public_key[static KEY_LEN])
{
    if (!proof_path_fits(header, proof))
        return false;
    if (proof->kind == PROOF_SINGLE)
        return verify_signature(c, LABEL_OP, network, header, public_key, &proof->signature);
    return proof->kind == PROOF_BUNDLE &&
           verify_signature(c, LABEL_BUNDLE, network, proof->bundle_head, public_key, &proof->signature);
}

bool verify_seal(struct verify_cache *c, const struct network_id *network, const struct signed_seal *seal,
                 const uint8_t public_key[static KEY_LEN])
{
    return seal->signature_count == 1 && seal->signer_index[0] == 0 &&
           verify_signature(c, LABEL_SEAL, network, seal->bytes, public_key, &seal->signatures[0]);
}

uint64_t verify_cache_misses(const struct verify_cache *c)
{
    return c->misses;
}
