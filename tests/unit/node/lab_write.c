/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include <stdio.h>

#include "node/answer.h"
#include "proto/op.h"
#include "proto/submission.h"
#include "proto/wire.h"

#include <stdlib.h>

/* The root and authority logs as a tool would write them, and what the officer submits. */

#define RECORDS_MAX 16

struct hand {
    struct lab *lab;
    enum log_scope scope;
    struct log_id log;
    struct cw_slice genesis;
    uint64_t seq;
    struct hash prev;
};

struct record {
    enum authority_act act;
    struct cw_slice body;
};

static void *take(struct lab *lab, size_t len)
{
    void *memory = arena_take(&lab->world.arena, len, 16);

    world_must(memory != NULL, "the world's arena is full");
    return memory;
}

static struct cw_slice done(struct writer *w)
{
    world_must(!w->failed, "an encoding did not fit");
    return slice(w->data, w->len);
}

static void open_hand(struct lab *lab, struct hand *h, enum log_scope scope)
{
    struct genesis genesis = {.scope = scope, .network = lab->world.network, .n = 1};
    struct writer w = writer_over(take(lab, GENESIS_LEN_MAX), GENESIS_LEN_MAX);

    *h = (struct hand){.lab = lab, .scope = scope};
    if (scope == LOG_AUTHORITY) {
        genesis.cert = lab->world.authority.id;
        genesis.division = slice_of("ZZ");
    }
    if (scope == LOG_DIVISION) { /* of a daemon that does not follow the rules */
        genesis.cert = lab->world.daemons[WORLD_WST].id;
        genesis.division = slice_of("WST");
    }
    WORLD_FILL(genesis.nonce, "hand log", (uint32_t)scope);
    genesis_encode(&genesis, &w);
    h->genesis = done(&w);
    log_id_of(h->genesis, &h->log);
    memcpy(h->prev.b, h->log.b, ID_LEN);
}

static const struct sign_secret *secret_of(const struct hand *h)
{
    if (h->scope == LOG_ROOT)
        return &h->lab->world.roots[0].sign;
    return h->scope == LOG_AUTHORITY ? &h->lab->world.authority.keys.sign : &h->lab->world.officer.keys.sign;
}

static void sign_submission(struct hand *h, const struct record *r, uint32_t number, struct entry_record *e)
{
    struct lab *lab = h->lab;
    struct authority_record record = {.act = r->act, .body = r->body};
    struct writer payload = writer_over(take(lab, r->body.len + 64), r->body.len + 64);
    struct writer proof = writer_over(take(lab, PROOF_LEN_MAX), PROOF_LEN_MAX);
    struct submission_draft draft = {.network = lab->world.network, .author_time = {WORLD_TIME_MS}, .part_count = 1};
    struct cw_op_id op;

    authority_record_encode(&record, &payload);
    draft.parts[0].payload = done(&payload);
    draft.op_class = h->scope == LOG_ROOT ? CLASS_ROOT : h->scope == LOG_AUTHORITY ? CLASS_AUTHORITY : CLASS_KEY;
    draft.secret = secret_of(h);
    draft.author = h->scope == LOG_DIVISION ? lab->world.officer.id : lab->world.authority.id;
    if (h->scope == LOG_ROOT)
        memcpy(draft.author.b, lab->world.network.b, ID_LEN);
    WORLD_FILL(draft.submission_id, "hand submission", (uint32_t)h->scope * 1000 + number);
    world_must(submission_build(&draft, &lab->world.arena, &e->submission_bytes, &e->proof_bytes, &op) == CW_OK,
               "record");
    world_must(submission_header_parse(e->submission_bytes, &e->submission) == CW_OK, "its own header");
    if (h->scope == LOG_ROOT) {
        struct author_proof threshold = {.kind = PROOF_THRESHOLD, .root_count = 1};

        sign_bytes(LABEL_OP, &lab->world.network, e->submission_bytes, &lab->world.roots[0].sign,
                   &threshold.root_signature[0]);
        author_proof_encode(&threshold, &proof);
        e->proof_bytes = done(&proof);
    }
    size_t len = 32 + size_class_len(e->submission.parts[0].size_class);
    uint8_t *blob = take(lab, len);
    payload_pad(draft.parts[0].payload, e->submission.parts[0].size_class, blob + 32);
    e->blobs.part_count = 1;
    e->blobs.parts[0] = slice(blob, len);
}

static void write_entry(struct hand *h, const struct record *r, uint64_t seq, struct entry_record *e)
{
    struct writer w = writer_over(take(h->lab, HEADER_LEN_MAX), HEADER_LEN_MAX);

    sign_submission(h, r, (uint32_t)seq, e);
    e->header.log = h->log;
    e->header.seq = seq;
    e->header.hlc = ((uint64_t)(WORLD_TIME_MS - 100000) << 16) + seq;
    e->header.kind = e->submission.op_class;
    op_id_of(e->submission_bytes, &e->header.op_id);
    submission_hash_of(e->submission_bytes, e->proof_bytes, &e->header.submission);
    e->header.part_count = 1;
    hash_one(LABEL_BLOB, e->blobs.parts[0], e->header.parts[0].hash.b);
    e->header.parts[0].len = (uint32_t)e->blobs.parts[0].len;
    entry_header_encode(&e->header, &w);
    e->header_bytes = done(&w);
    entry_hash_of(e->header_bytes, &e->hash);
}

static struct cw_slice write_segment(struct hand *h, const struct record *records, uint32_t count)
{
    struct lab *lab = h->lab;
    struct entry_record *entries = calloc(count, sizeof *entries);
    struct hash leaves[RECORDS_MAX];
    struct sealed_batch batch = {.entry_count = count, .entries = entries};
    struct seal seal = {.log = h->log, .first = h->seq + 1, .last = h->seq + count, .prev = h->prev};
    struct writer w = writer_over(take(lab, SEAL_LEN_MAX), SEAL_LEN_MAX);
    struct writer frame = writer_over(take(lab, 65536), 65536);
    struct peer_message m = {.counter = 1, .kind = PEER_ENTRIES};

    for (uint32_t i = 0; i < count; i++) {
        write_entry(h, &records[i], seal.first + i, &entries[i]);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&entries[i].hash), &leaves[i]);
    }
    merkle_root(MERKLE_ENTRIES, leaves, count, &seal.root);
    seal.hlc = entries[count - 1].header.hlc;
    seal_encode(&seal, &w);
    batch.signed_seal.bytes = done(&w);
    batch.signed_seal.signature_count = 1;
    sign_bytes(LABEL_SEAL, &lab->world.network, batch.signed_seal.bytes,
               h->scope == LOG_DIVISION ? &lab->world.daemons[WORLD_WST].keys.sign : secret_of(h),
               &batch.signed_seal.signatures[0]);
    m.as.entries.log = h->log;
    if (h->seq == 0)
        m.as.entries.genesis_bytes = h->genesis;
    m.as.entries.batch_count = 1;
    m.as.entries.batches = &batch;
    world_must(peer_message_encode(&m, &lab->world.arena, &frame) == CW_OK, "segment");
    h->seq = seal.last;
    seal_hash_of(batch.signed_seal.bytes, &h->prev);
    free(entries);
    return done(&frame);
}

/* --- records ----------------------------------------------------------------------------------------------------- */

static struct record issue(struct lab *lab, const struct world_identity *who)
{
    struct act_issue act = {.certificate = who->bytes};
    struct writer w = writer_over(take(lab, CERT_LEN_MAX), CERT_LEN_MAX);

    sign_bytes(LABEL_CERT, &lab->world.network, who->bytes, &lab->world.authority.keys.sign, &act.issuer);
    sign_bytes(LABEL_POSSESSION, &lab->world.network, who->bytes, &who->keys.sign, &act.possession);
    act_issue_encode(&act, &w);
    return (struct record){ACT_ISSUE, done(&w)};
}

static struct record members(struct lab *lab)
{
    struct cert_id ids[WORLD_DAEMONS];
    struct act_membership act = {.audience = slice_of("force"), .added_count = WORLD_DAEMONS, .added = ids};
    struct writer w = writer_over(take(lab, 512), 512);

    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        ids[i] = lab->world.daemons[i].id;
    act_membership_encode(&act, &w);
    return (struct record){ACT_MEMBERSHIP, done(&w)};
}

static struct record admit(struct lab *lab, const struct log_id *log)
{
    struct act_admit_authority act = {.certificate = lab->world.authority.bytes, .log = *log};
    struct writer w = writer_over(take(lab, CERT_LEN_MAX), CERT_LEN_MAX);

    sign_bytes(LABEL_CERT, &lab->world.network, act.certificate, &lab->world.authority.keys.sign, &act.issuer);
    act_admit_authority_encode(&act, &w);
    return (struct record){ACT_ADMIT_AUTHORITY, done(&w)};
}

/* Another officer of the same make, whose certificate comes later. */
static void make_late_officer(struct lab *lab)
{
    struct world_identity *late = &lab->late_officer;
    struct certificate c = lab->world.officer.cert;
    uint8_t seed[32];
    struct writer w = writer_over(take(lab, CERT_LEN_MAX), CERT_LEN_MAX);

    WORLD_FILL(seed, "late officer", 1);
    key_bundle_from_seed(seed, &late->keys);
    memcpy(c.sign_key, late->keys.sign_public, KEY_LEN);
    memcpy(c.seal_key, late->keys.seal_public, KEY_LEN);
    memcpy(c.curve_key, late->keys.curve_public, KEY_LEN);
    WORLD_FILL(c.serial, "late serial", 1);
    certificate_encode(&c, &w);
    late->bytes = done(&w);
    cert_id_of(late->bytes, &late->id);
    world_must(certificate_parse(late->bytes, &late->cert) == CW_OK, "certificate");
}

void lab_write_logs(struct lab *lab);
void lab_write_logs(struct lab *lab)
{
    struct hand root, authority;
    struct record records[RECORDS_MAX];

    make_late_officer(lab);
    open_hand(lab, &root, LOG_ROOT);
    open_hand(lab, &authority, LOG_AUTHORITY);
    lab->authority_log = authority.log;
    records[0] = admit(lab, &authority.log);
    lab->root = write_segment(&root, records, 1);
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        records[i] = issue(lab, &lab->world.daemons[i]);
    records[WORLD_DAEMONS] = issue(lab, &lab->world.officer);
    records[WORLD_DAEMONS + 1] = members(lab);
    lab->authority = write_segment(&authority, records, WORLD_DAEMONS + 2);
    lab->authority_at = (struct position){authority.log, authority.seq, authority.prev};
    records[0] = issue(lab, &lab->late_officer);
    lab->late = write_segment(&authority, records, 1);
}

struct cw_slice lab_void_segment(struct lab *lab)
{
    struct hand rogue;
    struct record record = {ACT_POLICY, slice_of("not a key record")};

    open_hand(lab, &rogue, LOG_DIVISION);
    return write_segment(&rogue, &record, 1);
}

/* --- the officer --------------------------------------------------------------------------------------------------- */

static void pack(struct lab *lab, const struct submission *s, enum lab_spoil spoil, struct lab_op *out)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart parts[PARTS_MAX], *list[PARTS_MAX];
    struct writer w = writer_over(take(lab, 16384), 16384);
    uint8_t id[16] = {1}, *proof = take(lab, s->proof.len), network[ID_LEN];

    memcpy(proof, s->proof.data, s->proof.len);
    memcpy(network, lab->world.network.b, ID_LEN);
    if (spoil == SPOIL_SIGNATURE)
        proof[s->proof.len - 20] ^= 1;
    if (spoil == SPOIL_NETWORK)
        network[0] ^= 1;
    request.has_v = request.has_id = request.has_network = 1;
    request.v = 1;
    request.id = wire_bytes(slice(id, sizeof id));
    request.network = wire_bytes(slice(network, sizeof network));
    request.submit = &submit;
    submit.has_header = submit.has_proof = 1;
    submit.header = wire_bytes(s->header);
    submit.proof = wire_bytes(slice(proof, s->proof.len));
    submit.has_path = s->path.len > 0;
    submit.path = wire_bytes(s->path);
    submit.n_parts = s->part_count;
    submit.parts = list;
    for (uint32_t i = 0; i < s->part_count; i++) {
        cw__submit_part__init(&parts[i]);
        list[i] = &parts[i];
        parts[i].has_r = parts[i].has_payload = 1;
        parts[i].r = wire_bytes(slice(s->parts[i].r, 32));
        parts[i].payload = wire_bytes(s->parts[i].payload);
    }
    if (spoil == SPOIL_PART)
        parts[0].payload.len--;
    submit.has_held_by = spoil == SPOIL_HELD_BY_TWO;
    submit.held_by = 2;
    submit.has_deadline_ms = 1;
    submit.deadline_ms = 60000;
    wire_pack(&request.base, &w);
    out->request = done(&w);
}

/* Four parts of the largest size class, signed: each is lawful, together no frame carries them. */
static void make_heavy(struct lab *lab, const struct world_identity *author, struct submission *s)
{
    struct submission_header header;
    struct author_proof proof = {.kind = PROOF_SINGLE};
    struct writer bytes = writer_over(take(lab, HEADER_LEN_MAX), HEADER_LEN_MAX);
    struct writer signature = writer_over(take(lab, PROOF_LEN_MAX), PROOF_LEN_MAX);

    world_must(submission_header_parse(s->header, &header) == CW_OK, "header");
    s->part_count = header.part_count = 4;
    for (uint32_t i = 0; i < header.part_count; i++) {
        header.parts[i] = header.parts[0];
        header.parts[i].size_class = SIZE_CLASS_MAX;
        s->parts[i] = s->parts[0];
    }
    submission_header_encode(&header, &bytes);
    s->header = done(&bytes);
    sign_bytes(LABEL_OP, &lab->world.network, s->header, &author->keys.sign, &proof.signature);
    author_proof_encode(&proof, &signature);
    s->proof = done(&signature);
}

/* One of three op ids that were signed at once; the others name nothing. */
static void make_bundled(struct lab *lab, const struct world_identity *author, const struct cw_op_id *op,
                         struct submission *s)
{
    struct cw_op_id ops[3] = {{{1}}, *op, {{2}}};
    struct cw_slice proofs[3], paths[3];

    world_must(bundle_build(&lab->world.network, &author->keys.sign, ops, 3, &lab->world.arena, proofs, paths) == CW_OK,
               "bundle");
    s->proof = proofs[1];
    s->path = paths[1];
}

static void build(struct lab *lab, const struct op *op, uint32_t number, const struct cw_case_id *id,
                  const struct world_identity *author, enum lab_spoil spoil, struct lab_op *out)
{
    struct writer frame = writer_over(take(lab, 4096), 4096), values = writer_over(take(lab, 4096), 4096);
    struct submission_draft draft = {.network = lab->world.network,
                                     .author = author->id,
                                     .secret = &author->keys.sign,
                                     .op_class = CLASS_CASE,
                                     .has_case = id != NULL,
                                     .author_time = {WORLD_TIME_MS},
                                     .part_count = 2};
    struct submission s = {.part_count = 2};

    world_must(op_encode(op, &frame, &values) == CW_OK, "op");
    if (id != NULL)
        draft.case_id = *id;
    WORLD_FILL(draft.submission_id, "submission id", spoil == SPOIL_SAME_ID ? number - 1 : number);
    draft.parts[0].payload = done(&frame);
    draft.parts[1].payload = done(&values);
    WORLD_FILL(draft.parts[0].r, "blinding", 2 * number);
    WORLD_FILL(draft.parts[1].r, "blinding", 2 * number + 1);
    world_must(submission_build(&draft, &lab->world.arena, &s.header, &s.proof, &out->op) == CW_OK, "submission");
    memcpy(s.parts, draft.parts, sizeof s.parts);
    if (spoil == SPOIL_HEAVY)
        make_heavy(lab, author, &s);
    if (spoil == SPOIL_BUNDLED || spoil == SPOIL_STRANGER_BUNDLED)
        make_bundled(lab, author, &out->op, &s);
    if (id != NULL)
        out->case_id = *id;
    else
        case_id_of(&out->op, &out->case_id);
    out->header = s.header;
    out->proof = s.proof;
    pack(lab, &s, spoil, out);
}

void lab_open_case(struct lab *lab, uint32_t number, enum lab_spoil spoil, struct lab_op *out)
{
    struct op_write writes[2] = {{.field = FIELD_TITLE, .verb = VERB_SET, .has_value = true},
                                 {.field = 9999, .verb = VERB_SET, .has_value = true}};
    struct op op = {.type = OP_OPEN,
                    .schema = SCHEMA_VERSION,
                    .kind = KIND_OPERATION,
                    .synthetic = true,
                    .write_count = spoil == SPOIL_FIELD ? 2 : 1,
                    .writes = writes};

    writes[0].value.type = writes[1].value.type = VALUE_TEXT;
    writes[0].value.text = slice_of(spoil == SPOIL_SECRET ? "SECRET" : "Operation Larkspur");
    writes[1].value.text = slice_of("nothing");
    bool stranger = spoil == SPOIL_STRANGER || spoil == SPOIL_STRANGER_BUNDLED;
    build(lab, &op, number, NULL, stranger ? &lab->late_officer : &lab->world.officer, spoil, out);
}

void lab_set(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
             const struct world_identity *author, struct lab_op *out)
{
    struct op_write write = {.field = field, .verb = VERB_SET, .has_value = true};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write};

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    build(lab, &op, number, id, author, SPOIL_NOTHING, out);
}

void lab_handle(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t count, struct lab_op *out)
{
    static char texts[WRITES_MAX][64];
    struct op_write writes[WRITES_MAX] = {{0}};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = count, .writes = writes};

    world_must(count <= WRITES_MAX, "writes");
    for (uint32_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof texts[i], "handling instruction %02u, in about sixty characters of it", i);
        writes[i] = (struct op_write){.field = FIELD_HANDLING, .verb = VERB_ADD, .has_value = true};
        writes[i].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(texts[i])};
    }
    build(lab, &op, number, id, &lab->world.officer, SPOIL_NOTHING, out);
}

void lab_answer(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
                const struct cw_op_id *after, struct lab_op *out)
{
    struct op_write write = {.field = field, .verb = VERB_SET, .has_value = true};
    struct op op = {
        .type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write, .after_count = 1, .after = after};

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    build(lab, &op, number, id, &lab->world.officer, SPOIL_NOTHING, out);
}
