/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

#include "proto/codec_receipt.h"

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN], arena_memory[1 << 20], encoded[1 << 16], record_memory[1 << 18];

/* --- receipts ----------------------------------------------------------------------------------- */

static struct receipt_record record;
static struct receipt_evidence held[2];
static struct signed_seal between[2];

static void read_good(struct cw_slice good)
{
    struct arena arena = arena_over(record_memory, sizeof(record_memory));

    world_must(receipt_record_parse(good, &arena, &record) == CW_OK && record.held_count == 2, "our own receipt");
    memcpy(held, record.held, sizeof(held));
    memcpy(between, held[1].between, sizeof(between));
    held[1].between = between;
    record.held = held;
}

/* reason: where the first failing step is; NULL: it verifies. */
static void put(struct out *o, const char *name, const char *reason)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    const struct cert_source certs = world_certs(&w);
    struct writer out = writer_over(encoded, sizeof(encoded));
    struct receipt_facts facts = {.held_by = 0};
    struct refusal r = {.where = ""};

    receipt_record_encode(&record, &out);
    enum cw_err err = receipt_verify(slice(out.data, out.len), &w.network, &certs, &arena, &facts, &r);
    out_vector(o, "receipt", name, reason);
    OUT_ID(o, "network", &w.network);
    out_list(o, "certificates");
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        out_item(o, w.daemons[i].bytes);
    out_list_end(o);
    out_hex(o, "receipt", slice(out.data, out.len));
    out_number(o, "error", (uint64_t)err);
    out_number(o, "held_by", facts.held_by);
    out_check(o, (err == CW_OK) == (reason == NULL) && (reason == NULL || strcmp(reason, r.where) == 0), name);
}

/* The author's signature as a single one's, or with another first byte. */
static void change_proof(bool as_single)
{
    static uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));
    struct author_proof p;

    world_must(author_proof_parse(record.proof, record.path, &p) == CW_OK && p.kind == PROOF_BUNDLE, "our own proof");
    p.signature.b[0] ^= !as_single;
    if (as_single) {
        p.kind = PROOF_SINGLE;
        record.path = slice(NULL, 0);
    }
    author_proof_encode(&p, &out);
    record.proof = slice(out.data, out.len);
}

static void break_local(struct out *o, struct cw_slice good)
{
    read_good(good);
    record.network.b[0] ^= 1;
    put(o, "another network", "network");
    read_good(good);
    record.op_id.b[0] ^= 1;
    put(o, "another op id", "op_id");
    read_good(good);
    change_proof(false);
    put(o, "another author's signature", "local.entry");
    read_good(good);
    change_proof(true);
    put(o, "a bundle's signature as a single one", "local.entry");
    read_good(good);
    record.path.len -= ID_LEN;
    put(o, "bundle path short", "path");
    read_good(good);
    record.path = slice(NULL, 0);
    put(o, "no bundle path", "path");
    read_good(good);
    record.local.path[1].b[0] ^= 1;
    put(o, "path changed", "local.path");
    read_good(good);
    record.local.path_count--;
    put(o, "path short", "local.path");
    read_good(good);
    world_sign_seal(&w, &w.daemons[WORLD_EST], &record.local.seal);
    put(o, "seal signed by another daemon", "local.seal");
}

static void break_held(struct out *o, struct cw_slice good)
{
    read_good(good);
    held[1].between_count = 1;
    put(o, "last seal between missing", "held[1].between");
    read_good(good);
    between[0] = between[1];
    put(o, "a gap between the seals", "held[1].between[0]");
    read_good(good);
    between[1].signatures[0].b[0] ^= 1;
    put(o, "a seal between not signed", "held[1].between[1]");
    read_good(good);
    held[0].item_index = (held[0].item_index + 1) % 3;
    put(o, "item at another place", "held[0].item_path");
    read_good(good);
    held[0].frontier_signature.b[0] ^= 1;
    put(o, "frontier not signed", "held[0].frontier");
    read_good(good);
    held[0].frontier_item = held[1].frontier_item;
    held[0].frontier_head = held[1].frontier_head;
    held[0].frontier_signature = held[1].frontier_signature;
    put(o, "position beyond the seals given", "held[0].between");
}

static void good_receipts(struct out *o, struct cw_slice good)
{
    read_good(good);
    put(o, "held by three", NULL);
    record.held_count = 1;
    put(o, "held by two", NULL);
    record.held_count = 0;
    put(o, "local", NULL);
    read_good(good);
    held[1] = held[0];
    put(o, "the same division twice counts once", NULL);
}

/* --- fork proofs --------------------------------------------------------------------------------- */

/* docs/protocol.md §5.4, word by word. */
static bool fork_holds(const struct fork_proof *p, const struct world_identity *owner)
{
    struct log_id log;
    struct hash a, b;

    log_id_of(p->genesis_bytes, &log);
    seal_hash_of(p->signed_a.bytes, &a);
    seal_hash_of(p->signed_b.bytes, &b);
    return ID_EQ(&p->genesis.network, &w.network) && ID_EQ(&log, &p->a.log) && ID_EQ(&log, &p->b.log) &&
           !ID_EQ(&a, &b) && p->a.first <= p->b.last && p->b.first <= p->a.last &&
           seal_verify(&w.network, &p->signed_a, owner->keys.sign_public) &&
           seal_verify(&w.network, &p->signed_b, owner->keys.sign_public);
}

static void put_fork(struct out *o, const char *name, const char *reason, const struct world_log *log,
                     const struct signed_seal *a, const struct signed_seal *b)
{
    struct fork_proof p = {.genesis_bytes = log->genesis, .signed_a = *a, .signed_b = *b}, back;
    struct writer out = writer_over(encoded, sizeof(encoded));

    fork_proof_encode(&p, &out);
    out_vector(o, "fork_proof", name, reason);
    OUT_ID(o, "network", &w.network);
    out_hex(o, "certificate", log->owner->bytes);
    out_hex(o, "proof", slice(out.data, out.len));
    out_check(o,
              (fork_proof_parse(slice(out.data, out.len), &back) == CW_OK && fork_holds(&back, log->owner)) ==
                  (reason == NULL),
              name);
}

static void forks(struct out *o)
{
    struct world_submission subs[3];
    struct world_log log, twin, other;
    struct world_batch a, b, c, d, e;

    for (uint32_t i = 0; i < 3; i++)
        world_submit(&w, 80 + i, &subs[i]);
    world_log_open(&w, LOG_DIVISION, &w.daemons[WORLD_NTH], 300, &log);
    world_log_open(&w, LOG_DIVISION, &w.daemons[WORLD_NTH], 301, &other);
    twin = log;
    world_sequence(&w, &log, subs, 2, &a);
    world_sequence(&w, &log, subs + 2, 1, &b);
    world_sequence(&w, &twin, subs + 1, 1, &c); /* the same place again: the fork */
    world_sequence(&w, &twin, subs, 2, &d);     /* 2 to 3, over a's and b's ranges */
    world_sequence(&w, &other, subs, 2, &e);

    put_fork(o, "two first seals", NULL, &log, &a.seal, &c.seal);
    put_fork(o, "ranges that overlap in part", NULL, &log, &b.seal, &d.seal);
    put_fork(o, "one seal twice", "seal hashes are equal", &log, &a.seal, &a.seal);
    put_fork(o, "one after the other", "ranges do not overlap", &log, &a.seal, &b.seal);
    put_fork(o, "two logs", "the second seal is of another log", &log, &a.seal, &e.seal);
    put_fork(o, "genesis of another log", "the genesis is not the seals'", &other, &a.seal, &c.seal);
    struct signed_seal forged = c.seal;
    forged.signatures[0].b[0] ^= 1;
    put_fork(o, "one not signed", "signature", &log, &a.seal, &forged);
    world_sign_seal(&w, &w.daemons[WORLD_EST], &forged);
    put_fork(o, "one signed by somebody else", "signature", &log, &a.seal, &forged);
}

void make_receipts(struct out *o)
{
    world_make(&w, world_memory, 1, 1);
    struct cw_slice good = world_receipt(&w);

    good_receipts(o, good);
    break_local(o, good);
    break_held(o, good);
    forks(o);
}
