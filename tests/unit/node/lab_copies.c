/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "node/prepare.h"
#include "proto/submission.h"
#include "proto/wire.h"
#include "vault/vault.h"

/*
 * One submission sequenced again in logs of other daemons. Their ciphertext opens for nobody, unless a member seals it:
 * what the op says is in the entry that a daemon of the lab made.
 */

#define SEGMENT_LEN 131072

struct copy {
    const struct lab_op *op;   /* whose id the entry's header names */
    const struct lab_op *said; /* whose submission it carries: the same, or a hostile daemon made it */
    struct node *sealer;       /* seals the parts so that the audience opens them; NULL: they open for nobody */
    uint32_t number;
    uint64_t hlc;
};

static void *take(struct lab *lab, size_t len)
{
    void *memory = arena_take(&lab->world.arena, len, 16);

    world_must(memory != NULL, "the world's arena is full");
    return memory;
}

static struct cw_slice done(const struct writer *w)
{
    world_must(!w->failed, "an encoding did not fit");
    return slice(w->data, w->len);
}

static const struct world_identity *owner_of(struct lab *lab, uint32_t number)
{
    return &lab->world.daemons[number % 2 == 0 ? WORLD_EST : WORLD_WST];
}

static struct cw_slice genesis_of(struct lab *lab, uint32_t number)
{
    const struct world_identity *owner = owner_of(lab, number);
    struct genesis genesis = {.scope = LOG_DIVISION,
                              .network = lab->world.network,
                              .division = owner->cert.division,
                              .cert = owner->id,
                              .n = 100 + number};
    struct writer w = writer_over(take(lab, GENESIS_LEN_MAX), GENESIS_LEN_MAX);

    WORLD_FILL(genesis.nonce, "copy's log", number);
    genesis_encode(&genesis, &w);
    return done(&w);
}

static void fill_parts(struct lab *lab, const struct lab_op *op, uint32_t number, struct entry_record *e)
{
    size_t wraps_len = (size_t)WRAP_LEN * e->submission.part_count;
    uint8_t *wraps = take(lab, wraps_len);

    e->header.part_count = e->blobs.part_count = e->submission.part_count;
    for (uint32_t i = 0; i < e->submission.part_count; i++) {
        size_t len = part_sealed_len(e->submission.parts[i].size_class);
        uint8_t *blob = take(lab, len);

        world_bytes("copy's part", number * 16 + i, blob, len);
        e->blobs.parts[i] = slice(blob, len);
        hash_one(LABEL_BLOB, e->blobs.parts[i], e->header.parts[i].hash.b);
        e->header.parts[i].len = (uint32_t)len;
    }
    world_bytes("copy's wraps", number, wraps, wraps_len);
    e->blobs.wrap_count = e->header.key_count = 1;
    e->blobs.wraps[0] = slice(wraps, wraps_len);
    WORLD_FILL(e->header.keys[0].record, "copy's key", number);
    hash_one(LABEL_BLOB, e->blobs.wraps[0], e->header.keys[0].wraps.b);
    e->header.op_id = op->op;
}

static void read_parts(struct lab *lab, const struct lab_op *said, struct submission *s)
{
    ProtobufCMessage *m;

    world_must(wire_unpack(&cw__request__descriptor, said->request, &lab->world.arena, &m, NULL) == CW_OK, "request");
    const Cw__Submit *in = ((const Cw__Request *)(const void *)m)->submit;
    memset(s, 0, sizeof *s);
    s->part_count = (uint32_t)in->n_parts;
    for (uint32_t i = 0; i < s->part_count; i++) {
        memcpy(s->parts[i].r, in->parts[i]->r.data, 32);
        s->parts[i].payload = wire_slice(in->parts[i]->payload);
    }
}

static void seal_parts(struct lab *lab, const struct copy *c, struct entry_record *e)
{
    struct submission *s = take(lab, sizeof *s);
    struct prepared *p = take(lab, sizeof *p);

    read_parts(lab, c->said, s);
    memset(p, 0, sizeof *p);
    p->header = e->submission;
    p->op_id = c->op->op;
    p->part_count = s->part_count;
    world_must(prepare_parts(c->sealer, s, &lab->world.arena, p) == CW_OK && p->wrapped, "its sealer is a member");
    for (uint32_t i = 0; i < p->part_count; i++) {
        e->blobs.parts[i] = p->blobs[i];
        e->header.parts[i] = p->hashes[i];
    }
    e->blobs.wraps[0] = p->wraps;
    e->header.keys[0].record = p->key_record;
    hash_one(LABEL_BLOB, e->blobs.wraps[0], e->header.keys[0].wraps.b);
}

static void make_entry(struct lab *lab, const struct copy *c, const struct log_id *log, struct entry_record *e)
{
    struct writer w = writer_over(take(lab, HEADER_LEN_MAX), HEADER_LEN_MAX);

    e->submission_bytes = c->said->header;
    e->proof_bytes = c->said->proof;
    world_must(submission_header_parse(c->said->header, &e->submission) == CW_OK, "its own header");
    e->header = (struct entry_header){.log = *log, .seq = 1, .hlc = c->hlc, .kind = e->submission.op_class};
    submission_hash_of(c->said->header, c->said->proof, &e->header.submission);
    fill_parts(lab, c->op, c->number, e);
    if (c->sealer != NULL)
        seal_parts(lab, c, e);
    entry_header_encode(&e->header, &w);
    e->header_bytes = done(&w);
    entry_hash_of(e->header_bytes, &e->hash);
}

/* A seal that names what the authority said knows the author; another one does not, and its entry is void. */
static void know_the_author(struct lab *lab, struct seal *seal)
{
    seal->authority.count = 1;
    seal->authority.at[0] = lab->authority_at;
}

static struct cw_slice segment_of(struct lab *lab, const struct copy *c, bool counts)
{
    struct cw_slice genesis = genesis_of(lab, c->number);
    struct entry_record *e = take(lab, sizeof *e);
    struct sealed_batch batch = {.entry_count = 1, .entries = e};
    struct seal seal = {.first = 1, .last = 1, .hlc = c->hlc};
    struct writer w = writer_over(take(lab, SEAL_LEN_MAX), SEAL_LEN_MAX);
    struct writer frame = writer_over(take(lab, SEGMENT_LEN), SEGMENT_LEN);
    struct peer_message m = {.counter = 1, .kind = PEER_ENTRIES};
    struct hash leaf;

    memset(e, 0, sizeof *e);
    log_id_of(genesis, &seal.log);
    memcpy(seal.prev.b, seal.log.b, ID_LEN);
    make_entry(lab, c, &seal.log, e);
    merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&e->hash), &leaf);
    merkle_root(MERKLE_ENTRIES, &leaf, 1, &seal.root);
    if (counts)
        know_the_author(lab, &seal);
    seal_encode(&seal, &w);
    batch.signed_seal.bytes = done(&w);
    world_sign_seal(&lab->world, owner_of(lab, c->number), &batch.signed_seal);
    m.as.entries.log = seal.log;
    m.as.entries.genesis_bytes = genesis;
    m.as.entries.batch_count = 1;
    m.as.entries.batches = &batch;
    world_must(peer_message_encode(&m, &lab->world.arena, &frame) == CW_OK, "segment");
    return done(&frame);
}

struct cw_slice lab_copy(struct lab *lab, const struct lab_op *op, uint32_t number, uint64_t hlc, bool counts)
{
    return segment_of(lab, &(struct copy){.op = op, .said = op, .number = number, .hlc = hlc}, counts);
}

struct cw_slice lab_sealed_copy(struct lab *lab, const struct lab_op *op, const struct lab_op *said,
                                const struct lab_node *sealer, uint32_t number, uint64_t hlc)
{
    struct copy c = {.op = op, .said = said, .number = number, .hlc = hlc};

    if (sealer != NULL)
        c.sealer = sealer->node;
    return segment_of(lab, &c, true);
}
