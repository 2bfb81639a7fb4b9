/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/proto_world.h"

#include "proto/op.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void world_fail(const char *what)
{
    fprintf(stderr, "proto_world: %s\n", what);
    abort();
}

void world_bytes(const char *tag, uint32_t number, void *out, size_t len)
{
    uint8_t block[ID_LEN], counter[8];
    uint8_t *to = out;

    for (uint32_t i = 0; len > 0; i++) {
        struct writer w = writer_over(counter, sizeof(counter));
        writer_be32(&w, number);
        writer_be32(&w, i);
        const struct cw_slice parts[] = {slice_of(tag), slice(counter, sizeof(counter))};
        hash_labelled(LABEL_LOCAL, parts, CW_COUNT(parts), block);
        size_t n = len < sizeof(block) ? len : sizeof(block);
        memcpy(to, block, n);
        to += n;
        len -= n;
    }
}

struct cw_slice world_keep(struct world *w, const struct writer *from)
{
    struct cw_slice bytes;

    world_must(writer_finish(from, &bytes) == CW_OK, "does not fit");
    const uint8_t *copy = arena_copy(&w->arena, bytes.data, bytes.len);
    world_must(copy != NULL, "WORLD_MEMORY_LEN is too small");
    return slice(copy, bytes.len);
}

/* --- network and people ------------------------------------------------------------------------- */

static void make_keys(const char *tag, uint32_t number, struct key_bundle *out)
{
    uint8_t seed[32];

    world_bytes(tag, number, seed, sizeof(seed));
    key_bundle_from_seed(seed, out);
}

static void make_network(struct world *w)
{
    struct network_genesis g = {
        .name = slice_of("vector network"), .root_key_count = w->root_count, .threshold = w->threshold};
    uint8_t memory[NETWORK_GENESIS_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    WORLD_FILL(g.nonce, "network nonce", w->root_count);
    for (uint32_t i = 0; i < w->root_count; i++) {
        make_keys("root", i, &w->roots[i]);
        memcpy(w->root_keys[i], w->roots[i].sign_public, KEY_LEN);
        memcpy(g.root_keys[i], w->root_keys[i], KEY_LEN);
    }
    network_genesis_encode(&g, &out);
    w->genesis = world_keep(w, &out);
    network_id_of(w->genesis, &w->network);
}

static void make_identity(struct world *w, enum subject_kind subject, const char *division, const char *name,
                          uint32_t number, struct world_identity *out)
{
    struct certificate c = {.subject = subject,
                            .division = slice_of(division),
                            .name = slice_of(name),
                            .not_before = {WORLD_TIME_MS - 1000},
                            .not_after = {WORLD_TIME_MS + INT64_C(31536000000)}};
    uint8_t memory[CERT_LEN_MAX];
    struct writer bytes = writer_over(memory, sizeof(memory));

    make_keys("identity", number, &out->keys);
    c.network = w->network;
    WORLD_FILL(c.serial, "serial", number);
    memcpy(c.sign_key, out->keys.sign_public, KEY_LEN);
    if (subject != SUBJECT_AUTHORITY) {
        memcpy(c.seal_key, out->keys.seal_public, KEY_LEN);
        memcpy(c.curve_key, out->keys.curve_public, KEY_LEN);
        c.issuer = w->authority.id;
        c.role_count = 2;
        c.roles[0] = 1;
        c.roles[1] = 3;
        c.may_bundle = subject == SUBJECT_PERSON;
    }
    certificate_encode(&c, &bytes);
    out->bytes = world_keep(w, &bytes);
    cert_id_of(out->bytes, &out->id);
    world_must(certificate_parse(out->bytes, &out->cert) == CW_OK, "a certificate of our own is refused");
}

void world_make(struct world *w, void *memory, uint32_t root_count, uint32_t threshold)
{
    static const char *const divisions[WORLD_DAEMONS] = {"NTH", "EST", "WST"};
    static const char *const names[WORLD_DAEMONS] = {"north daemon", "east daemon", "west daemon"};

    memset(w, 0, sizeof(*w));
    world_must(crypto_init(), "crypto_init");
    w->arena = arena_over(memory, WORLD_MEMORY_LEN);
    w->root_count = root_count;
    w->threshold = threshold;
    make_network(w);
    make_identity(w, SUBJECT_AUTHORITY, "ZZ", "force authority", 1, &w->authority);
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        make_identity(w, SUBJECT_DAEMON, divisions[i], names[i], 10 + i, &w->daemons[i]);
    make_identity(w, SUBJECT_PERSON, "NTH", "duty inspector", 20, &w->officer);
}

static bool find_cert(void *ctx, const struct cert_id *id, struct certificate *out)
{
    const struct world *w = ctx;
    const struct world_identity *all[] = {&w->authority, &w->officer, &w->daemons[0], &w->daemons[1], &w->daemons[2]};

    for (size_t i = 0; i < CW_COUNT(all); i++) {
        if (ID_EQ(&all[i]->id, id)) {
            *out = all[i]->cert;
            return true;
        }
    }
    return false;
}

struct cert_source world_certs(const struct world *w)
{
    return (struct cert_source){find_cert, (void *)(uintptr_t)w};
}

/* --- submissions -------------------------------------------------------------------------------- */

static void finish(struct world_submission *out)
{
    op_id_of(out->header, &out->op);
    world_must(submission_header_parse(out->header, &out->parsed) == CW_OK, "a header of our own is refused");
    world_must(author_proof_parse(out->proof, out->path, &out->parsed_proof) == CW_OK, "a proof of our own is refused");
}

static struct submission_draft draft_of(struct world *w, uint32_t number, const struct world_identity *author)
{
    struct submission_draft d = {.network = w->network,
                                 .author = author->id,
                                 .secret = &author->keys.sign,
                                 .author_time = {WORLD_TIME_MS + number}};

    WORLD_FILL(d.submission_id, "submission id", number);
    WORLD_FILL(d.device, "device", 1);
    return d;
}

static void build(struct world *w, const struct submission_draft *d, struct world_submission *out)
{
    out->path = slice(NULL, 0);
    out->part_count = d->part_count;
    memcpy(out->parts, d->parts, sizeof(out->parts));
    world_must(submission_build(d, &w->arena, &out->header, &out->proof, &out->op) == CW_OK, "submission_build");
}

void world_submit(struct world *w, uint32_t number, struct world_submission *out)
{
    struct submission_draft d = draft_of(w, number, &w->officer);
    uint8_t frame_memory[512], values_memory[512];
    struct writer frame = writer_over(frame_memory, sizeof(frame_memory));
    struct writer values = writer_over(values_memory, sizeof(values_memory));
    const struct op_write write = {.field = 7,
                                   .verb = VERB_SET,
                                   .has_value = true,
                                   .value = {.type = VALUE_TEXT, .text = slice_of("seen near the harbour")}};
    const struct op op = {.type = OP_SET, .schema = 1, .write_count = 1, .writes = &write};

    world_must(op_encode(&op, &frame, &values) == CW_OK, "op_encode");
    d.op_class = CLASS_CASE;
    d.has_case = true;
    WORLD_FILL(d.case_id, "case", 1);
    d.part_count = 2;
    d.parts[0].payload = world_keep(w, &frame);
    d.parts[1].payload = world_keep(w, &values);
    WORLD_FILL(d.parts[0].r, "blinding", 2 * number);
    WORLD_FILL(d.parts[1].r, "blinding", 2 * number + 1);
    build(w, &d, out);
    finish(out);
}

static void sign_by_roots(struct world *w, struct world_submission *out)
{
    struct author_proof p = {.kind = PROOF_THRESHOLD, .root_count = w->threshold};
    uint8_t memory[PROOF_LEN_MAX];
    struct writer bytes = writer_over(memory, sizeof(memory));

    /* the last keys, so that an index is not the place in the list */
    for (uint32_t i = 0; i < w->threshold; i++) {
        p.root_index[i] = w->root_count - w->threshold + i;
        sign_bytes(LABEL_OP, &w->network, out->header, &w->roots[p.root_index[i]].sign, &p.root_signature[i]);
    }
    author_proof_encode(&p, &bytes);
    out->proof = world_keep(w, &bytes);
}

void world_submit_clear(struct world *w, uint32_t number, enum op_class op_class, struct cw_slice payload,
                        const struct world_identity *author, struct world_submission *out)
{
    struct submission_draft d = draft_of(w, number, author == NULL ? &w->authority : author);

    if (author == NULL)
        memcpy(d.author.b, w->network.b, ID_LEN); /* the root's name is the network's id */
    d.op_class = op_class;
    d.part_count = 1;
    d.parts[0].payload = payload;
    build(w, &d, out);
    if (author == NULL)
        sign_by_roots(w, out);
    finish(out);
}

void world_bundle(struct world *w, struct world_submission *subs, uint32_t count)
{
    struct cw_op_id ops[WORLD_BUNDLE_MAX] = {{{0}}};
    struct cw_slice proofs[WORLD_BUNDLE_MAX], paths[WORLD_BUNDLE_MAX];

    world_must(count <= WORLD_BUNDLE_MAX, "bundle size");
    for (uint32_t i = 0; i < count; i++)
        ops[i] = subs[i].op;
    world_must(bundle_build(&w->network, &w->officer.keys.sign, ops, count, &w->arena, proofs, paths) == CW_OK,
               "bundle_build");
    for (uint32_t i = 0; i < count; i++) {
        subs[i].proof = proofs[i];
        subs[i].path = paths[i];
        finish(&subs[i]);
    }
}

/* --- logs --------------------------------------------------------------------------------------- */

void world_log_open(struct world *w, enum log_scope scope, const struct world_identity *owner, uint32_t number,
                    struct world_log *out)
{
    struct genesis g = {.scope = scope, .network = w->network, .n = 1};
    uint8_t memory[GENESIS_LEN_MAX];
    struct writer bytes = writer_over(memory, sizeof(memory));

    WORLD_FILL(g.nonce, "log nonce", number);
    if (owner != NULL) {
        g.division = owner->cert.division;
        g.cert = owner->id;
    }
    genesis_encode(&g, &bytes);
    *out = (struct world_log){.genesis = world_keep(w, &bytes), .owner = owner, .hlc = (uint64_t)WORLD_TIME_MS << 16};
    log_id_of(out->genesis, &out->id);
    memcpy(out->head.b, out->id.b, ID_LEN);
    world_must(genesis_parse(out->genesis, &out->parsed) == CW_OK, "a genesis of our own is refused");
}

static struct cw_slice entry_of(struct world *w, struct world_log *log, const struct world_submission *sub)
{
    struct entry_header h = {.log = log->id,
                             .seq = ++log->seq,
                             .hlc = ++log->hlc,
                             .kind = sub->parsed.op_class,
                             .op_id = sub->op,
                             .part_count = sub->parsed.part_count};
    uint8_t memory[HEADER_LEN_MAX];
    struct writer bytes = writer_over(memory, sizeof(memory));

    submission_hash_of(sub->header, sub->proof, &h.submission);
    for (uint32_t i = 0; i < h.part_count; i++) {
        hash_one(LABEL_BLOB, slice(sub->parsed.parts[i].commit, 32), h.parts[i].hash.b);
        h.parts[i].len = (uint32_t)size_class_len(sub->parsed.parts[i].size_class) + 32;
    }
    if (!class_in_clear(h.kind)) {
        h.key_count = 1;
        WORLD_FILL(h.keys[0].record, "key record", 1);
        WORLD_FILL(h.keys[0].wraps, "wraps", (uint32_t)h.seq);
    }
    entry_header_encode(&h, &bytes);
    return world_keep(w, &bytes);
}

void world_sign_seal(const struct world *w, const struct world_identity *owner, struct signed_seal *seal)
{
    if (owner != NULL) {
        seal->signature_count = 1;
        seal->signer_index[0] = 0;
        sign_bytes(LABEL_SEAL, &w->network, seal->bytes, &owner->keys.sign, &seal->signatures[0]);
        return;
    }
    seal->signature_count = w->threshold;
    for (uint32_t i = 0; i < w->threshold; i++) {
        seal->signer_index[i] = i;
        sign_bytes(LABEL_SEAL, &w->network, seal->bytes, &w->roots[i].sign, &seal->signatures[i]);
    }
}

void world_sequence(struct world *w, struct world_log *log, const struct world_submission *subs, uint32_t count,
                    struct world_batch *out)
{
    struct hash leaves[WORLD_BATCH_MAX];
    uint8_t memory[SEAL_LEN_MAX];
    struct writer bytes = writer_over(memory, sizeof(memory));

    world_must(count > 0 && count <= WORLD_BATCH_MAX, "batch size");
    memset(out, 0, sizeof(*out));
    out->count = count;
    out->parsed = (struct seal){.log = log->id, .first = log->seq + 1, .prev = log->head};
    for (uint32_t i = 0; i < count; i++) {
        out->headers[i] = entry_of(w, log, &subs[i]);
        entry_hash_of(out->headers[i], &out->hashes[i]);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&out->hashes[i]), &leaves[i]);
    }
    merkle_root(MERKLE_ENTRIES, leaves, count, &out->parsed.root);
    out->parsed.last = log->seq;
    out->parsed.hlc = log->hlc;
    seal_encode(&out->parsed, &bytes);
    out->seal.bytes = world_keep(w, &bytes);
    world_sign_seal(w, log->owner, &out->seal);
    seal_hash_of(out->seal.bytes, &out->seal_hash);
    log->head = out->seal_hash;
}
