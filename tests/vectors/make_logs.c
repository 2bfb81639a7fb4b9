/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

/* A log as a list of batches: what a verifier follows from its genesis. */

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN];

#define BATCHES 3
struct chain {
    struct world_log log;
    struct world_batch batches[BATCHES];
};

static void make_chain(struct chain *c, enum log_scope scope, const struct world_identity *owner)
{
    static const uint32_t counts[BATCHES] = {1, 5, 2};
    struct world_submission subs[8];
    uint32_t at = 0;

    world_log_open(&w, scope, owner, 7, &c->log);
    for (uint32_t i = 0; i < CW_COUNT(subs); i++) {
        if (scope == LOG_ROOT)
            world_submit_clear(&w, i, CLASS_ROOT, slice_of("root act"), NULL, &subs[i]);
        else
            world_submit(&w, i, &subs[i]);
    }
    for (uint32_t b = 0; b < BATCHES; b++) {
        world_sequence(&w, &c->log, subs + at, counts[b], &c->batches[b]);
        at += counts[b];
    }
}

static bool seal_signed(const struct chain *c, const struct signed_seal *s)
{
    if (c->log.owner == NULL)
        return seal_verify_threshold(&w.network, s, (const uint8_t(*)[KEY_LEN])w.root_keys, w.root_count, w.threshold);
    return seal_verify(&w.network, s, c->log.owner->keys.sign_public);
}

static bool root_holds(const struct world_batch *b, const struct seal *seal)
{
    struct hash leaves[WORLD_BATCH_MAX], root;

    for (uint32_t i = 0; i < b->count; i++) {
        struct entry_header entry;
        struct hash hash;

        if (entry_header_parse(b->headers[i], &entry) != CW_OK || entry.seq != seal->first + i ||
            !ID_EQ(&entry.log, &seal->log))
            return false;
        entry_hash_of(b->headers[i], &hash);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), &leaves[i]);
    }
    merkle_root(MERKLE_ENTRIES, leaves, b->count, &root);
    return ID_EQ(&root, &seal->root);
}

/* docs/protocol.md §5.2, first question. */
static bool chain_holds(const struct chain *c)
{
    uint64_t last = 0;
    struct hash head;

    memcpy(head.b, c->log.id.b, ID_LEN);
    for (uint32_t i = 0; i < BATCHES; i++) {
        const struct world_batch *b = &c->batches[i];
        struct seal seal;

        if (seal_parse(b->seal.bytes, &seal) != CW_OK || !ID_EQ(&seal.log, &c->log.id) || seal.first != last + 1 ||
            !ID_EQ(&seal.prev, &head) || seal.last - seal.first + 1 != b->count || !seal_signed(c, &b->seal) ||
            !root_holds(b, &seal))
            return false;
        last = seal.last;
        seal_hash_of(b->seal.bytes, &head);
    }
    return true;
}

static void put_batch(struct out *o, const struct world_batch *b)
{
    static uint8_t memory[SIGNED_SEAL_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    signed_seal_encode(&b->seal, &out);
    out_item(o, slice(memory, out.len));
    for (uint32_t i = 0; i < b->count; i++)
        out_item(o, b->headers[i]);
}

static void put(struct out *o, const char *name, const char *reason, const struct chain *c)
{
    out_vector(o, "log", name, reason);
    OUT_ID(o, "network", &w.network);
    out_hex(o, "genesis", c->log.genesis);
    OUT_ID(o, "log_id", &c->log.id);
    if (c->log.owner != NULL)
        out_hex(o, "certificate", c->log.owner->bytes);
    else
        out_hex(o, "network_genesis", w.genesis);
    out_list(o, "signed_seal_then_its_entry_headers");
    for (uint32_t i = 0; i < BATCHES; i++)
        put_batch(o, &c->batches[i]);
    out_list_end(o);
    OUT_ID(o, "head", &c->batches[BATCHES - 1].seal_hash);
    out_check(o, chain_holds(c) == (reason == NULL), name);
}

/* Encodes and signs a seal that says something else. */
static void reseal(struct chain *c, struct world_batch *b, const struct seal *seal)
{
    static uint8_t memory[BATCHES][SEAL_LEN_MAX];
    static uint32_t next;
    struct writer out = writer_over(memory[next], SEAL_LEN_MAX);

    next = (next + 1) % BATCHES;
    seal_encode(seal, &out);
    b->seal.bytes = slice(out.data, out.len);
    world_sign_seal(&w, c->log.owner, &b->seal);
}

static void bad_chains(struct out *o, const struct chain *good)
{
    struct chain c = *good;
    struct seal seal;

    c.batches[1].seal.signatures[0].b[10] ^= 1;
    put(o, "signature changed", "seal-signature", &c);

    c = *good;
    world_sign_seal(&w, &w.daemons[WORLD_EST], &c.batches[1].seal);
    put(o, "signed by another daemon", "seal-signature", &c);

    c = *good;
    c.batches[1].headers[1] = good->batches[1].headers[2];
    c.batches[1].headers[2] = good->batches[1].headers[1];
    put(o, "two entries exchanged", "entry", &c);

    c = *good;
    seal = c.batches[1].parsed;
    seal.root.b[0] ^= 1;
    reseal(&c, &c.batches[1], &seal);
    put(o, "signed root of other entries", "root", &c);

    c = *good;
    seal = c.batches[1].parsed;
    seal.prev = c.batches[2].parsed.prev;
    reseal(&c, &c.batches[1], &seal);
    put(o, "seal names another one before it", "prev", &c);

    c = *good;
    c.batches[1] = good->batches[2];
    put(o, "a batch is missing", "gap", &c);

    c = *good;
    seal = c.batches[0].parsed;
    memset(&seal.prev, 0, sizeof(seal.prev));
    reseal(&c, &c.batches[0], &seal);
    put(o, "first seal does not begin at the log id", "prev", &c);
}

void make_logs(struct out *o)
{
    static struct chain c;

    world_make(&w, world_memory, 3, 2);
    make_chain(&c, LOG_DIVISION, &w.daemons[WORLD_NTH]);
    put(o, "division log", NULL, &c);
    bad_chains(o, &c);

    make_chain(&c, LOG_ROOT, NULL);
    put(o, "root log, 2 of 3", NULL, &c);
    c.batches[1].seal.signature_count = 1;
    put(o, "root log, one signature too few", "seal-signature", &c);
}
