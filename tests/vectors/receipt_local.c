/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/receipt.h"

/*
 * Steps 1 to 5 of docs/protocol.md §5.3. What is changed is sealed again, alone, by the log's owner: whoever leaves the
 * check out accepts the receipt.
 */

/* The local entry, taken apart. */
struct sealed {
    const struct world_identity *owner;
    struct genesis genesis;
    struct entry_header entry;
    struct seal seal;
};

static void take_apart(struct receipt_bench *b, struct sealed *out)
{
    receipt_read(b);
    b->record.held_count = 0;
    out->owner = &b->w.daemons[WORLD_NTH];
    world_must(genesis_parse(b->record.genesis, &out->genesis) == CW_OK &&
                   entry_header_parse(b->record.local.entry, &out->entry) == CW_OK &&
                   seal_parse(b->record.local.seal.bytes, &out->seal) == CW_OK,
               "our own receipt");
}

static struct cw_slice genesis_bytes(struct receipt_bench *b, const struct genesis *g)
{
    uint8_t memory[GENESIS_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    genesis_encode(g, &out);
    return world_keep(&b->w, &out);
}

static void sign(struct receipt_bench *b, const struct sealed *s, struct receipt_evidence *e)
{
    uint8_t memory[SEAL_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    seal_encode(&s->seal, &out);
    e->seal.bytes = world_keep(&b->w, &out);
    world_sign_seal(&b->w, s->owner, &e->seal);
}

/* The entry as it is now, alone under its seal. */
static void seal_alone(struct receipt_bench *b, struct sealed *s, struct receipt_evidence *e)
{
    uint8_t memory[HEADER_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));
    struct hash hash;

    entry_header_encode(&s->entry, &out);
    e->entry = world_keep(&b->w, &out);
    entry_hash_of(e->entry, &hash);
    merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), &s->seal.root);
    s->seal.first = s->seal.last = s->entry.seq;
    e->path_count = 0;
    sign(b, s, e);
}

/* The log is that of the genesis as it is now. */
static void open_log(struct receipt_bench *b, struct sealed *s)
{
    b->record.genesis = genesis_bytes(b, &s->genesis);
    log_id_of(b->record.genesis, &s->entry.log);
    s->seal.log = s->entry.log;
}

static void put_sealed(struct receipt_bench *b, struct sealed *s, const char *name, const char *reason)
{
    seal_alone(b, s, &b->record.local);
    receipt_put(b, name, reason);
}

/* --- step 1 -------------------------------------------------------------------------------------- */

static struct cw_slice with_a_byte_more(struct receipt_bench *b, struct cw_slice bytes)
{
    uint8_t memory[2048];
    struct writer out = writer_over(memory, sizeof(memory));

    writer_slice(&out, bytes);
    writer_slice(&out, slice((const uint8_t[]){0}, 1));
    return world_keep(&b->w, &out);
}

static void break_submission(struct receipt_bench *b)
{
    struct sealed s;

    take_apart(b, &s);
    b->record.submission_header = with_a_byte_more(b, b->record.submission_header);
    op_id_of(b->record.submission_header, &b->record.op_id);
    receipt_put(b, "submission header outside the grammar", "submission_header");
    take_apart(b, &s);
    b->record.proof = with_a_byte_more(b, b->record.proof);
    receipt_put(b, "proof outside the grammar", "proof");
}

/* --- step 2 -------------------------------------------------------------------------------------- */

static void put_genesis(struct receipt_bench *b, struct sealed *s, const char *name, const char *reason)
{
    open_log(b, s);
    put_sealed(b, s, name, reason);
}

/* An identity whose certificate is of another network, or that nobody knows. */
static void make_strange(struct receipt_bench *b, struct world_identity *of, bool known)
{
    uint8_t memory[CERT_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    of->cert.network.b[0] ^= known;
    of->cert.serial[0] ^= 1;
    certificate_encode(&of->cert, &out);
    of->bytes = world_keep(&b->w, &out);
    cert_id_of(of->bytes, &of->id);
}

static void break_genesis(struct receipt_bench *b)
{
    const struct world_identity officer = b->w.officer;
    struct world_identity nobody = b->w.daemons[WORLD_NTH];
    struct sealed s;

    take_apart(b, &s);
    s.genesis.network.b[0] ^= 1;
    put_genesis(b, &s, "a log of another network", "local.genesis");
    take_apart(b, &s);
    s.genesis.division = slice_of("EST");
    put_genesis(b, &s, "a log of another division than its certificate", "local.genesis");
    take_apart(b, &s);
    make_strange(b, &nobody, false);
    s.genesis.cert = nobody.id;
    put_genesis(b, &s, "a log under a certificate that is not known", "local.genesis");

    b->w.officer = b->w.daemons[WORLD_NTH]; /* known in the officer's place */
    make_strange(b, &b->w.officer, true);
    take_apart(b, &s);
    b->shown = &b->w.officer;
    s.genesis.cert = b->w.officer.id;
    put_genesis(b, &s, "a log under a certificate of another network", "local.genesis");
    b->w.officer = officer;

    take_apart(b, &s);
    b->record.genesis = with_a_byte_more(b, b->record.genesis);
    log_id_of(b->record.genesis, &s.entry.log);
    s.seal.log = s.entry.log;
    put_sealed(b, &s, "genesis outside the grammar", "local.genesis");
}

static void break_scope(struct receipt_bench *b)
{
    struct sealed s;

    take_apart(b, &s);
    s.genesis.scope = LOG_AUTHORITY;
    put_genesis(b, &s, "an authority's log under a daemon's certificate", "local.genesis");
    take_apart(b, &s);
    s.owner = b->shown = &b->w.officer;
    s.genesis.cert = b->w.officer.id;
    put_genesis(b, &s, "a division's log under a person's certificate", "local.genesis");
    take_apart(b, &s);
    s.owner = b->shown = &b->w.authority;
    s.genesis.cert = b->w.authority.id;
    s.genesis.division = b->w.authority.cert.division;
    put_genesis(b, &s, "a division's log under an authority's certificate", "local.genesis");
    s.genesis.scope = LOG_AUTHORITY;
    put_genesis(b, &s, "in an authority's log", NULL);
    take_apart(b, &s);
    s.genesis = (struct genesis){.scope = LOG_ROOT, .network = b->w.network, .n = 1};
    put_genesis(b, &s, "in the root log", "local.genesis");
}

/* --- step 3 -------------------------------------------------------------------------------------- */

static void break_entry(struct receipt_bench *b)
{
    struct sealed s;

    take_apart(b, &s);
    put_sealed(b, &s, "alone under its seal", NULL);
    take_apart(b, &s);
    s.entry.log.b[0] ^= 1;
    put_sealed(b, &s, "an entry of another log", "local.entry");
    take_apart(b, &s);
    s.entry.op_id.b[0] ^= 1;
    put_sealed(b, &s, "an entry for another op", "local.entry");
    take_apart(b, &s);
    s.entry.submission.b[0] ^= 1;
    put_sealed(b, &s, "an entry for other signed bytes of the op", "local.entry");
    take_apart(b, &s);
    s.entry.kind = CLASS_KEY;
    put_sealed(b, &s, "an entry of another class than the op", "local.entry");
    take_apart(b, &s);
    s.entry.part_count--;
    put_sealed(b, &s, "an entry with fewer parts than the op", "local.entry");
}

static void break_entry_grammar(struct receipt_bench *b)
{
    struct hash hash;
    struct sealed s;

    take_apart(b, &s);
    b->record.local.entry = with_a_byte_more(b, b->record.local.entry);
    entry_hash_of(b->record.local.entry, &hash);
    merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), &s.seal.root);
    s.seal.first = s.seal.last = s.entry.seq;
    b->record.local.path_count = 0;
    sign(b, &s, &b->record.local);
    receipt_put(b, "entry outside the grammar", "local.entry");
}

/* --- step 4 -------------------------------------------------------------------------------------- */

static void break_seal(struct receipt_bench *b)
{
    struct receipt_evidence *e = &b->record.local;
    struct sealed s;

    take_apart(b, &s);
    s.seal.log.b[0] ^= 1;
    put_sealed(b, &s, "a seal of another log", "local.seal");
    take_apart(b, &s);
    s.entry.seq = 1;
    s.seal.prev.b[0] ^= 1;
    put_sealed(b, &s, "a first seal that does not begin at the log id", "local.seal");
    take_apart(b, &s);
    seal_alone(b, &s, e);
    s.seal.first = 2;
    s.seal.last = 2;
    sign(b, &s, e);
    receipt_put(b, "a seal that ends before the entry", "local.seal");
    take_apart(b, &s);
    seal_alone(b, &s, e);
    s.seal.first = 4;
    s.seal.last = 4;
    sign(b, &s, e);
    receipt_put(b, "a seal that begins behind the entry", "local.seal");
    take_apart(b, &s);
    seal_alone(b, &s, e);
    e->seal.bytes = with_a_byte_more(b, e->seal.bytes);
    world_sign_seal(&b->w, s.owner, &e->seal);
    receipt_put(b, "seal outside the grammar", "local.seal");
}

/* --- step 5 -------------------------------------------------------------------------------------- */

/* The op once more, in east's log, which west holds. */
static void in_another_log(struct receipt_bench *b, struct sealed *s, struct receipt_evidence *e)
{
    const struct world_log *shown[1];
    struct world_frontier f;
    struct world_log log;

    take_apart(b, s);
    world_log_open(&b->w, LOG_DIVISION, &b->w.daemons[WORLD_EST], 120, &log);
    s->owner = &b->w.daemons[WORLD_EST];
    s->genesis = log.parsed;
    s->entry.log = s->seal.log = log.id;
    s->entry.seq = 1;
    s->seal.prev = log.head;
    *e = (struct receipt_evidence){.genesis = log.genesis};
    seal_alone(b, s, e);
    log.seq = 1;
    seal_hash_of(e->seal.bytes, &log.head);
    shown[0] = &log;
    world_frontier_of(&b->w, &b->w.daemons[WORLD_WST], shown, 1, &f);
    e->frontier_item = f.items[0];
    e->frontier_head = f.head;
    e->frontier_signature = f.signature;
    b->record.held_count = 1;
    b->record.held = e;
}

static void break_other_log(struct receipt_bench *b)
{
    struct receipt_evidence e;
    struct sealed s;

    in_another_log(b, &s, &e);
    receipt_put(b, "held in another log", NULL);
    e.genesis = slice(NULL, 0);
    receipt_put(b, "held in another log, whose genesis is not given", "held[0].entry");
    in_another_log(b, &s, &e);
    s.genesis.division = slice_of("WST");
    e.genesis = genesis_bytes(b, &s.genesis);
    receipt_put(b, "held in another log, of another division than its certificate", "held[0].genesis");
    in_another_log(b, &s, &e);
    s.entry.kind = CLASS_KEY;
    seal_alone(b, &s, &e);
    receipt_put(b, "held in another log, as another class", "held[0].entry");
    in_another_log(b, &s, &e);
    world_sign_seal(&b->w, &b->w.daemons[WORLD_NTH], &e.seal);
    receipt_put(b, "held in another log, whose seal another daemon signed", "held[0].seal");
    in_another_log(b, &s, &e);
    s.seal.root.b[0] ^= 1;
    sign(b, &s, &e);
    receipt_put(b, "held in another log, under a seal of other entries", "held[0].path");
}

void receipt_break_local(struct receipt_bench *b)
{
    break_submission(b);
    break_genesis(b);
    break_scope(b);
    break_entry(b);
    break_entry_grammar(b);
    break_seal(b);
    break_other_log(b);
}
