/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/receipt.h"

static struct receipt_bench bench;
static uint8_t world_memory[WORLD_MEMORY_LEN], arena_memory[1 << 20], encoded[1 << 16], record_memory[1 << 18];

/* --- receipts ----------------------------------------------------------------------------------- */

void receipt_read(struct receipt_bench *b)
{
    struct arena arena = arena_over(record_memory, sizeof(record_memory));

    world_must(receipt_record_parse(b->good, &arena, &b->record) == CW_OK && b->record.held_count == 2,
               "our own receipt");
    memcpy(b->held, b->record.held, sizeof(b->held));
    memcpy(b->between, b->held[1].between, sizeof(b->between));
    b->held[1].between = b->between;
    b->record.held = b->held;
    b->shown = NULL;
}

void receipt_put(struct receipt_bench *b, const char *name, const char *reason)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    const struct cert_source certs = world_certs(&b->w);
    struct writer out = writer_over(encoded, sizeof(encoded));
    struct receipt_facts facts = {.held_by = 0};
    struct refusal r = {.where = ""};
    struct out *o = b->out;

    receipt_record_encode(&b->record, &out);
    enum cw_err err = receipt_verify(slice(out.data, out.len), &b->w.network, &certs, &arena, &facts, &r);
    out_vector(o, "receipt", name, reason);
    OUT_ID(o, "network", &b->w.network);
    out_list(o, "certificates");
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        out_item(o, b->w.daemons[i].bytes);
    if (b->shown != NULL)
        out_item(o, b->shown->bytes);
    out_list_end(o);
    out_hex(o, "receipt", slice(out.data, out.len));
    out_number(o, "error", (uint64_t)err);
    out_number(o, "held_by", facts.held_by);
    out_check(o, (err == CW_OK) == (reason == NULL) && (reason == NULL || strcmp(reason, r.where) == 0), name);
}

/* The author's signature as a single one's, or with another first byte. */
static void change_proof(struct receipt_bench *b, bool as_single)
{
    static uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));
    struct author_proof p;

    world_must(author_proof_parse(b->record.proof, b->record.path, &p) == CW_OK && p.kind == PROOF_BUNDLE,
               "our own proof");
    p.signature.b[0] ^= !as_single;
    if (as_single) {
        p.kind = PROOF_SINGLE;
        b->record.path = slice(NULL, 0);
    }
    author_proof_encode(&p, &out);
    b->record.proof = slice(out.data, out.len);
}

static void break_local(struct receipt_bench *b)
{
    receipt_read(b);
    b->record.network.b[0] ^= 1;
    receipt_put(b, "another network", "network");
    receipt_read(b);
    b->record.op_id.b[0] ^= 1;
    receipt_put(b, "another op id", "op_id");
    receipt_read(b);
    change_proof(b, false);
    receipt_put(b, "another author's signature", "local.entry");
    receipt_read(b);
    change_proof(b, true);
    receipt_put(b, "a bundle's signature as a single one", "local.entry");
    receipt_read(b);
    b->record.path.len -= ID_LEN;
    receipt_put(b, "bundle path short", "path");
    receipt_read(b);
    b->record.path = slice(NULL, 0);
    receipt_put(b, "no bundle path", "path");
    receipt_read(b);
    b->record.local.path[1].b[0] ^= 1;
    receipt_put(b, "path changed", "local.path");
    receipt_read(b);
    b->record.local.path_count--;
    receipt_put(b, "path short", "local.path");
    receipt_read(b);
    world_sign_seal(&b->w, &b->w.daemons[WORLD_EST], &b->record.local.seal);
    receipt_put(b, "seal signed by another daemon", "local.seal");
}

static void break_held(struct receipt_bench *b)
{
    receipt_read(b);
    b->held[1].between_count = 1;
    receipt_put(b, "last seal between missing", "held[1].between");
    receipt_read(b);
    b->between[0] = b->between[1];
    receipt_put(b, "a gap between the seals", "held[1].between[0]");
    receipt_read(b);
    b->between[1].signatures[0].b[0] ^= 1;
    receipt_put(b, "a seal between not signed", "held[1].between[1]");
    receipt_read(b);
    b->held[0].item_index = (b->held[0].item_index + 1) % 3;
    receipt_put(b, "item at another place", "held[0].item_path");
    receipt_read(b);
    b->held[0].frontier_signature.b[0] ^= 1;
    receipt_put(b, "frontier not signed", "held[0].frontier");
    receipt_read(b);
    b->held[0].frontier_item = b->held[1].frontier_item;
    b->held[0].frontier_head = b->held[1].frontier_head;
    b->held[0].frontier_signature = b->held[1].frontier_signature;
    receipt_put(b, "position beyond the seals given", "held[0].between");
}

static void good_receipts(struct receipt_bench *b)
{
    receipt_read(b);
    receipt_put(b, "held by three", NULL);
    b->record.held_count = 1;
    receipt_put(b, "held by two", NULL);
    b->record.held_count = 0;
    receipt_put(b, "local", NULL);
    receipt_read(b);
    b->held[1] = b->held[0];
    receipt_put(b, "the same division twice counts once", NULL);
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
    return ID_EQ(&p->genesis.network, &bench.w.network) && ID_EQ(&p->genesis.cert, &owner->id) &&
           ID_EQ(&log, &p->a.log) && ID_EQ(&log, &p->b.log) && !ID_EQ(&a, &b) && p->a.first <= p->b.last &&
           p->b.first <= p->a.last && seal_verify(&bench.w.network, &p->signed_a, owner->keys.sign_public) &&
           seal_verify(&bench.w.network, &p->signed_b, owner->keys.sign_public);
}

static void put_fork(struct out *o, const char *name, const char *reason, const struct world_log *log,
                     const struct signed_seal *a, const struct signed_seal *b)
{
    struct fork_proof p = {.genesis_bytes = log->genesis, .signed_a = *a, .signed_b = *b}, back;
    struct writer out = writer_over(encoded, sizeof(encoded));

    fork_proof_encode(&p, &out);
    out_vector(o, "fork_proof", name, reason);
    OUT_ID(o, "network", &bench.w.network);
    out_hex(o, "certificate", log->owner->bytes);
    out_hex(o, "proof", slice(out.data, out.len));
    out_check(o,
              (fork_proof_parse(slice(out.data, out.len), &back) == CW_OK && fork_holds(&back, log->owner)) ==
                  (reason == NULL),
              name);
}

/* Two first seals of a log that is not this network's, or not the certificate's. */
static void foreign_forks(struct out *o, const struct world_log *like)
{
    static const char *const names[] = {"of another network", "under another certificate",
                                        "genesis outside the grammar"};

    for (uint32_t i = 0; i < CW_COUNT(names); i++) {
        uint8_t memory[GENESIS_LEN_MAX];
        struct writer out = writer_over(memory, sizeof(memory));
        struct world_log log = *like, twin;
        struct world_submission subs[2];
        struct world_batch a, b;

        log.parsed.network.b[0] ^= i == 0;
        log.parsed.cert.b[0] ^= i == 1;
        genesis_encode(&log.parsed, &out);
        writer_slice(&out, slice((const uint8_t[]){0}, i == 2));
        log.genesis = world_keep(&bench.w, &out);
        log_id_of(log.genesis, &log.id);
        log.seq = 0;
        memcpy(log.head.b, log.id.b, ID_LEN);
        twin = log;
        for (uint32_t k = 0; k < CW_COUNT(subs); k++)
            world_submit(&bench.w, 84 + k, &subs[k]);
        world_sequence(&bench.w, &log, subs, 1, &a);
        world_sequence(&bench.w, &twin, subs + 1, 1, &b);
        put_fork(o, names[i], "genesis", &log, &a.seal, &b.seal);
    }
}

static void forks(struct out *o)
{
    struct world_submission subs[3];
    struct world_log log, twin, other;
    struct world_batch a, b, c, d, e;

    for (uint32_t i = 0; i < 3; i++)
        world_submit(&bench.w, 80 + i, &subs[i]);
    world_log_open(&bench.w, LOG_DIVISION, &bench.w.daemons[WORLD_NTH], 300, &log);
    world_log_open(&bench.w, LOG_DIVISION, &bench.w.daemons[WORLD_NTH], 301, &other);
    twin = log;
    world_sequence(&bench.w, &log, subs, 2, &a);
    world_sequence(&bench.w, &log, subs + 2, 1, &b);
    world_sequence(&bench.w, &twin, subs + 1, 1, &c); /* the same place again: the fork */
    world_sequence(&bench.w, &twin, subs, 2, &d);     /* 2 to 3, over a's and b's ranges */
    world_sequence(&bench.w, &other, subs, 2, &e);

    put_fork(o, "two first seals", NULL, &log, &a.seal, &c.seal);
    put_fork(o, "ranges that overlap in part", NULL, &log, &b.seal, &d.seal);
    put_fork(o, "one seal twice", "seal hashes are equal", &log, &a.seal, &a.seal);
    put_fork(o, "one after the other", "ranges do not overlap", &log, &a.seal, &b.seal);
    put_fork(o, "one before the other", "ranges do not overlap", &log, &b.seal, &a.seal);
    put_fork(o, "two logs", "the second seal is of another log", &log, &a.seal, &e.seal);
    put_fork(o, "genesis of another log", "the genesis is not the seals'", &other, &a.seal, &c.seal);
    struct signed_seal forged = c.seal;
    forged.signatures[0].b[0] ^= 1;
    put_fork(o, "one not signed", "signature", &log, &a.seal, &forged);
    world_sign_seal(&bench.w, &bench.w.daemons[WORLD_EST], &forged);
    put_fork(o, "one signed by somebody else", "signature", &log, &a.seal, &forged);
    forged = a.seal;
    forged.signatures[0].b[0] ^= 1;
    put_fork(o, "the first not signed", "the first seal's signature", &log, &forged, &c.seal);
    foreign_forks(o, &log);
}

void make_receipts(struct out *o)
{
    bench.out = o;
    world_make(&bench.w, world_memory, 1, 1);
    bench.good = world_receipt(&bench.w);

    good_receipts(&bench);
    break_local(&bench);
    break_held(&bench);
    receipt_break_local(&bench);
    receipt_break_held(&bench);
    forks(o);
}
