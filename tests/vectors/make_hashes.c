/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

#include <stdio.h>

static void hash_vectors(struct out *o)
{
    for (int i = 0; i < LABEL_COUNT; i++) {
        uint8_t hash[ID_LEN], keyed[ID_LEN], key[32];

        world_bytes("hash key", (uint32_t)i, key, sizeof(key));
        hash_one((enum label)i, slice_of("casewire"), hash);
        hash_keyed((enum label)i, key, slice_of("casewire"), keyed);
        out_vector(o, "hash", label_text((enum label)i), NULL);
        out_hex(o, "bytes", slice_of("casewire"));
        out_hex(o, "hash", slice(hash, ID_LEN));
        out_hex(o, "key", slice(key, sizeof(key)));
        out_hex(o, "keyed", slice(keyed, ID_LEN));
    }
}

/* --- signatures --------------------------------------------------------------------------------- */

struct signed_bytes {
    enum label label;
    struct network_id network;
    struct cw_slice bytes;
    uint8_t key[KEY_LEN];
    struct signature signature;
};

static void put_signature(struct out *o, const char *name, const char *reason, const struct signed_bytes *s)
{
    out_vector(o, "signature", name, reason);
    out_text(o, "label", label_text(s->label));
    OUT_ID(o, "network", &s->network);
    out_hex(o, "bytes", s->bytes);
    out_hex(o, "key", slice(s->key, KEY_LEN));
    out_hex(o, "signature", slice(s->signature.b, SIGNATURE_LEN));
    out_check(o, verify_bytes(s->label, &s->network, s->bytes, s->key, &s->signature) == (reason == NULL), name);
}

/* S + L, little-endian: the same scalar, spelt otherwise. */
static void add_order(uint8_t s[static 32])
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                      0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned carry = 0;

    for (size_t i = 0; i < 32; i++) {
        carry += s[i] + (unsigned)order[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static void signature_vectors(struct out *o)
{
    uint8_t seed[32];
    struct sign_secret secret;
    struct signed_bytes s = {.label = LABEL_SEAL, .bytes = slice_of("bytes that are signed")}, bad;

    world_bytes("signer", 0, seed, sizeof(seed));
    WORLD_FILL(s.network, "network", 0);
    sign_keypair_from_seed(seed, s.key, &secret);
    sign_bytes(s.label, &s.network, s.bytes, &secret, &s.signature);
    put_signature(o, "as signed", NULL, &s);
    bad = s;
    bad.label = LABEL_OP;
    put_signature(o, "label of another type", "signed under another label", &bad);
    bad = s;
    bad.network.b[0] ^= 1;
    put_signature(o, "another network", "signed for another network", &bad);
    bad = s;
    bad.bytes.len--;
    put_signature(o, "one byte less", "signed over other bytes", &bad);
    bad = s;
    bad.signature.b[0] ^= 1;
    put_signature(o, "R changed", "the signature was changed", &bad);
    bad = s;
    add_order(bad.signature.b + 32);
    put_signature(o, "S not canonical", "S is not below the order of the group", &bad);
    bad = s;
    memset(bad.key, 0, KEY_LEN);
    bad.key[0] = 1;
    memset(bad.signature.b, 0, SIGNATURE_LEN);
    bad.signature.b[0] = 1;
    put_signature(o, "small-order key", "the key is the neutral element, for which anything verifies", &bad);
}

/* --- trees -------------------------------------------------------------------------------------- */

static const struct {
    enum merkle_kind kind;
    const char *name;
} kinds[] = {{MERKLE_BUNDLE, "bundle"}, {MERKLE_ENTRIES, "seal"}, {MERKLE_ITEMS, "frontier"}};

struct path_case {
    struct hash leaf, root, path[MERKLE_PATH_MAX + 1];
    uint32_t index, count;
    size_t path_count;
};

static void put_path(struct out *o, const struct path_case *c, const char *name, const char *reason)
{
    enum cw_err err = merkle_check(MERKLE_ENTRIES, &c->leaf, c->index, c->count, c->path, c->path_count, &c->root);

    out_vector(o, "path", name, reason);
    out_text(o, "tree", "seal");
    OUT_ID(o, "leaf_hash", &c->leaf);
    out_number(o, "index", c->index);
    out_number(o, "count", c->count);
    out_list(o, "path");
    for (size_t i = 0; i < c->path_count; i++)
        out_item(o, ID_SLICE(&c->path[i]));
    out_list_end(o);
    OUT_ID(o, "root", &c->root);
    out_check(o, (err == CW_OK) == (reason == NULL), name);
}

static void bad_paths(struct out *o, const struct path_case *good)
{
    struct path_case c = *good;

    c.path_count++;
    put_path(o, &c, "one hash too many", "path is longer than (index, count)");
    c = *good;
    if (c.path_count > 0) {
        c.path_count--;
        put_path(o, &c, "one hash too few", "path is shorter than (index, count)");
    }
    c = *good;
    c.index = c.count;
    put_path(o, &c, "no such leaf", "index is not below count");
}

static void path_vectors(struct out *o, uint32_t count)
{
    struct hash leaves[16], scratch[16];
    struct path_case c = {.count = count};
    char name[64];

    for (uint32_t i = 0; i < count; i++)
        merkle_leaf(MERKLE_ENTRIES, slice((const uint8_t[]){(uint8_t)i}, 1), &leaves[i]);
    memcpy(scratch, leaves, sizeof(scratch));
    merkle_root(MERKLE_ENTRIES, scratch, count, &c.root);
    for (uint32_t i = 0; i < count; i++) {
        memset(c.path, 0, sizeof(c.path));
        c.leaf = leaves[i];
        c.index = i;
        c.path_count = merkle_path(MERKLE_ENTRIES, leaves, count, i, scratch, c.path);
        snprintf(name, sizeof(name), "leaf %u of %u", i, count);
        put_path(o, &c, name, NULL);
        if (i == 0)
            bad_paths(o, &c);
    }
}

static void tree_vectors(struct out *o)
{
    static const uint32_t counts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 16};
    char name[64];

    for (size_t k = 0; k < CW_COUNT(kinds); k++) {
        for (size_t c = 0; c < CW_COUNT(counts); c++) {
            struct hash leaves[16], root;

            for (uint32_t i = 0; i < counts[c]; i++)
                merkle_leaf(kinds[k].kind, slice((const uint8_t[]){(uint8_t)i}, 1), &leaves[i]);
            merkle_root(kinds[k].kind, leaves, counts[c], &root);
            snprintf(name, sizeof(name), "%s tree over the single bytes 0 to %u, exclusive", kinds[k].name, counts[c]);
            out_vector(o, "tree", name, NULL);
            out_text(o, "tree", kinds[k].name);
            out_number(o, "count", counts[c]);
            OUT_ID(o, "root", &root);
        }
    }
}

void make_hashes(struct out *o)
{
    hash_vectors(o);
    signature_vectors(o);
    tree_vectors(o);
    path_vectors(o, 1);
    path_vectors(o, 5);
    path_vectors(o, 8);
}
