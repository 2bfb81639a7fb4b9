/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

#include <stdio.h>

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN];

/*
 * Everything that a verifier needs for one submission. key: the author's; none for a threshold. named: the proof under
 * the submission hash, when it is not the one that is shown.
 */
static void put_named(struct out *o, const char *name, const char *reason, const struct world_submission *s,
                      const struct network_id *network, const uint8_t *key, bool proof_holds, struct cw_slice named)
{
    bool held = key != NULL ? proof_verify(network, s->header, &s->parsed_proof, key) == CW_OK
                            : proof_verify_threshold(network, s->header, &s->parsed_proof,
                                                     (const uint8_t(*)[KEY_LEN])w.root_keys, w.root_count,
                                                     w.threshold) == CW_OK;
    struct hash submission_hash;
    struct cw_case_id opened;

    out_vector(o, "submission", name, reason);
    OUT_ID(o, "network", network);
    out_hex(o, "header", s->header);
    out_hex(o, "proof", s->proof);
    out_hex(o, "path", s->path);
    if (key != NULL)
        out_hex(o, "key", slice(key, KEY_LEN));
    else
        out_hex(o, "network_genesis", w.genesis);
    OUT_ID(o, "op_id", &s->op);
    case_id_of(&s->op, &opened);
    OUT_ID(o, "case_id_if_it_opens_one", &opened);
    submission_hash_of(s->header, named, &submission_hash);
    OUT_ID(o, "submission_hash", &submission_hash);
    out_check(o, held == proof_holds, name);
}

static void put(struct out *o, const char *name, const char *reason, const struct world_submission *s,
                const struct network_id *network, const uint8_t *key, bool proof_holds)
{
    put_named(o, name, reason, s, network, key, proof_holds, s->proof);
}

static void put_part(struct out *o, const char *name, const char *reason, const struct part_ref *ref,
                     const uint8_t r[static 32], struct cw_slice payload)
{
    static uint8_t padded[1024], scratch_memory[4096];
    struct arena scratch = arena_over(scratch_memory, sizeof(scratch_memory));
    uint8_t commit[32];

    world_must(size_class_len(ref->size_class) <= sizeof(padded), "a small part");
    payload_pad(payload, ref->size_class, padded);
    out_vector(o, "part", name, reason);
    out_hex(o, "payload", payload);
    out_number(o, "size_class", ref->size_class);
    out_hex(o, "r", slice(r, 32));
    out_hex(o, "padded", slice(padded, size_class_len(ref->size_class)));
    out_hex(o, "commit", slice(ref->commit, 32));
    out_check(o, payload_commit(r, payload, ref->size_class, &scratch, commit) == CW_OK, name);
    out_check(o, (memcmp(commit, ref->commit, 32) == 0) == (reason == NULL), name);
}

static void single(struct out *o)
{
    const uint8_t *key = w.officer.keys.sign_public;
    struct world_submission s, other, bad;
    struct network_id network = w.network;
    struct part_ref ref;

    world_submit(&w, 1, &s);
    world_submit(&w, 2, &other);
    put(o, "single proof", NULL, &s, &w.network, key, true);
    for (uint32_t i = 0; i < s.part_count; i++)
        put_part(o, i == 0 ? "frame" : "values", NULL, &s.parsed.parts[i], s.parts[i].r, s.parts[i].payload);
    ref = s.parsed.parts[1];
    ref.commit[0] ^= 1;
    put_part(o, "commitment changed", "the commitment is of other bytes", &ref, s.parts[1].r, s.parts[1].payload);
    put_part(o, "another blinding", "the commitment is of another r", &s.parsed.parts[1], s.parts[0].r,
             s.parts[1].payload);

    bad = s;
    bad.proof = other.proof;
    bad.parsed_proof = other.parsed_proof;
    put(o, "proof of another op", "signature", &bad, &w.network, key, false);
    network.b[0] ^= 1;
    put(o, "another network", "signature", &s, &network, key, false);
    put(o, "another author's key", "signature", &s, &w.network, w.daemons[0].keys.sign_public, false);
}

static void rewrite_proof(struct world_submission *s)
{
    static uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    author_proof_encode(&s->parsed_proof, &out);
    s->proof = slice(memory, out.len);
}

static void wrong_label(struct out *o)
{
    struct world_submission s;

    world_submit(&w, 1, &s);
    sign_bytes(LABEL_SUBMISSION, &w.network, s.header, &w.officer.keys.sign, &s.parsed_proof.signature);
    rewrite_proof(&s);
    put(o, "signed under another label", "signature", &s, &w.network, w.officer.keys.sign_public, false);
}

static void set_path(struct world_submission *s, struct cw_slice path)
{
    s->path = s->parsed_proof.path = path;
}

/* What a relay might show instead: the entry's submission hash tells. */
static void exchanged(struct out *o, const struct world_submission *good)
{
    const uint8_t *key = w.officer.keys.sign_public;
    struct world_submission bad = *good;
    uint8_t path[BUNDLE_PATH_LEN_MAX];

    memcpy(path, good->path.data, good->path.len);
    path[0] ^= 1;
    set_path(&bad, slice(path, good->path.len));
    put(o, "bundle, path changed", "path", &bad, &w.network, key, false);
    set_path(&bad, slice(good->path.data, good->path.len - ID_LEN));
    put(o, "bundle, path one hash short", "path", &bad, &w.network, key, false);
    memset(path + good->path.len, 0, ID_LEN);
    memcpy(path, good->path.data, good->path.len);
    set_path(&bad, slice(path, good->path.len + ID_LEN));
    put(o, "bundle, path one hash long", "path", &bad, &w.network, key, false);
    bad = *good;
    bad.parsed_proof.kind = PROOF_SINGLE;
    set_path(&bad, slice(NULL, 0));
    rewrite_proof(&bad);
    put(o, "a bundle's signature as a single one", "signature", &bad, &w.network, key, false);
    put_named(o, "a bundle's signature as a single one, under the bundle's hash", "submission hash", &bad, &w.network,
              key, false, good->proof);
}

static void bundle(struct out *o, uint32_t count)
{
    struct world_submission subs[5];
    char name[64];

    for (uint32_t i = 0; i < count; i++)
        world_submit(&w, 10 + i, &subs[i]);
    world_bundle(&w, subs, count);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "bundle, op %u of %u", i, count);
        put(o, name, NULL, &subs[i], &w.network, w.officer.keys.sign_public, true);
    }
    if (count < 2)
        return;
    struct world_submission bad = subs[0];
    bad.proof = subs[1].proof;
    bad.parsed_proof = subs[1].parsed_proof;
    set_path(&bad, subs[1].path);
    put(o, "bundle, another op's proof and path", "path", &bad, &w.network, w.officer.keys.sign_public, false);
    exchanged(o, &subs[0]);
    world_submit(&w, 10, &bad);
    set_path(&bad, subs[0].path);
    put(o, "single, with a path", "path", &bad, &w.network, w.officer.keys.sign_public, false);
}

static void threshold(struct out *o, uint32_t count, uint32_t needed)
{
    struct world_submission s, bad;
    char name[64];

    world_make(&w, world_memory, count, needed);
    world_submit_clear(&w, 1, CLASS_ROOT, slice_of("root act"), NULL, &s);
    snprintf(name, sizeof(name), "threshold, %u of %u", needed, count);
    put(o, name, NULL, &s, &w.network, NULL, true);
    if (needed < 2)
        return;
    bad = s;
    bad.parsed_proof.root_count--;
    rewrite_proof(&bad);
    put(o, "threshold, one signature too few", "threshold", &bad, &w.network, NULL, false);
    put_named(o, "threshold, one signature left out under the hash of all", "submission hash", &bad, &w.network, NULL,
              false, s.proof);
    bad = s;
    bad.parsed_proof.root_signature[1].b[3] ^= 1;
    rewrite_proof(&bad);
    put(o, "threshold, one signature wrong", "signature", &bad, &w.network, NULL, false);
    bad = s;
    bad.parsed_proof.root_index[0] = 0;
    rewrite_proof(&bad);
    put(o, "threshold, signed by another root key than it says", "signature", &bad, &w.network, NULL, false);
}

void make_submissions(struct out *o)
{
    world_make(&w, world_memory, 1, 1);
    single(o);
    wrong_label(o);
    bundle(o, 1);
    bundle(o, 5);
    threshold(o, 1, 1);
    threshold(o, 3, 2);
}
