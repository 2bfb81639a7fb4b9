/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "proto/submission.h"

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

void lab_hand_open(struct lab *lab, struct lab_hand *h, enum log_scope scope)
{
    struct genesis genesis = {.scope = scope, .network = lab->world.network, .n = 1};
    struct writer w = writer_over(take(lab, GENESIS_LEN_MAX), GENESIS_LEN_MAX);

    *h = (struct lab_hand){.lab = lab, .scope = scope};
    h->author = h->sealer = &lab->world.roots[0].sign;
    if (scope == LOG_AUTHORITY) {
        genesis.cert = lab->world.authority.id;
        genesis.division = lab->world.authority.cert.division;
        h->author = h->sealer = &lab->world.authority.keys.sign;
    }
    if (scope == LOG_DIVISION) { /* of a daemon that does not follow the rules */
        genesis.cert = lab->world.daemons[WORLD_WST].id;
        genesis.division = lab->world.daemons[WORLD_WST].cert.division;
        h->author = &lab->world.officer.keys.sign;
        h->sealer = &lab->world.daemons[WORLD_WST].keys.sign;
    }
    WORLD_FILL(genesis.nonce, "hand log", (uint32_t)scope);
    genesis_encode(&genesis, &w);
    h->genesis = done(&w);
    log_id_of(h->genesis, &h->log);
    memcpy(h->prev.b, h->log.b, ID_LEN);
}

/* --- entries ------------------------------------------------------------------------------------------------------- */

static void fill_draft(const struct lab_hand *h, const struct lab_record *r, uint64_t seq,
                       struct submission_draft *draft)
{
    struct lab *lab = h->lab;
    struct authority_record record = {.act = r->act, .critical = r->critical, .body = r->body};
    struct writer payload = writer_over(take(lab, r->body.len + 64), r->body.len + 64);

    authority_record_encode(&record, &payload);
    *draft = (struct submission_draft){
        .network = lab->world.network, .author_time = {WORLD_TIME_MS}, .part_count = 1, .op_class = CLASS_AUTHORITY};
    draft->parts[0].payload = done(&payload);
    draft->author = lab->world.authority.id;
    if (h->scope == LOG_ROOT) {
        draft->op_class = CLASS_ROOT;
        memcpy(draft->author.b, lab->world.network.b, ID_LEN);
    } else if (h->scope == LOG_DIVISION) {
        draft->op_class = CLASS_KEY;
        draft->author = lab->world.officer.id;
    }
    if (r->key != NULL) {
        draft->author = r->key->author->id;
        draft->parts[0].payload = r->key->record;
    }
    if (r->op_class != CLASS_UNKNOWN) {
        draft->op_class = r->op_class;
        draft->parts[0].payload = r->body;
    }
    if (r->by_stranger)
        draft->author = lab->late_officer.id;
    WORLD_FILL(draft->submission_id, "hand submission", (uint32_t)h->scope * 100000 + (uint32_t)seq);
}

static void sign_as_root(struct lab *lab, const struct sign_secret *secret, struct entry_record *e)
{
    struct author_proof threshold = {.kind = PROOF_THRESHOLD, .root_count = 1};
    struct writer proof = writer_over(take(lab, PROOF_LEN_MAX), PROOF_LEN_MAX);

    sign_bytes(LABEL_OP, &lab->world.network, e->submission_bytes, secret, &threshold.root_signature[0]);
    author_proof_encode(&threshold, &proof);
    e->proof_bytes = done(&proof);
}

static void write_submission(const struct lab_hand *h, const struct lab_record *r, uint64_t seq,
                             const struct sign_secret *author, struct entry_record *e)
{
    struct lab *lab = h->lab;
    struct submission_draft draft;
    struct cw_op_id op;

    fill_draft(h, r, seq, &draft);
    draft.secret = r->forged ? &lab->late_officer.keys.sign : r->key != NULL ? &r->key->author->keys.sign : author;
    world_must(submission_build(&draft, &lab->world.arena, &e->submission_bytes, &e->proof_bytes, &op) == CW_OK,
               "record");
    world_must(submission_header_parse(e->submission_bytes, &e->submission) == CW_OK, "its own header");
    if (h->scope == LOG_ROOT)
        sign_as_root(lab, draft.secret, e);
    size_t len = 32 + size_class_len(e->submission.parts[0].size_class);
    uint8_t *blob = take(lab, len);
    payload_pad(draft.parts[0].payload, e->submission.parts[0].size_class, blob + 32);
    e->blobs.part_count = 1;
    e->blobs.parts[0] = slice(blob, len);
}

struct cw_slice lab_claimed_part(uint32_t index, size_t len)
{
    static uint8_t bytes[PARTS_MAX][LAB_CLAIMED_LEN_MAX];

    world_must(index < PARTS_MAX && len <= LAB_CLAIMED_LEN_MAX, "a part");
    memset(bytes[index], (int)index + 1, len);
    return slice(bytes[index], len);
}

static void claim_parts(const struct lab_record *r, struct entry_record *e)
{
    e->header.part_count = r->claimed_count;
    for (uint32_t i = 0; i < r->claimed_count; i++) {
        hash_one(LABEL_BLOB, lab_claimed_part(i, r->claimed_len), e->header.parts[i].hash.b);
        e->header.parts[i].len = (uint32_t)r->claimed_len;
    }
    e->blobs = (struct entry_blobs){.part_count = 0};
}

static void write_entry(const struct lab_hand *h, const struct lab_record *r, uint64_t seq,
                        const struct sign_secret *author, struct entry_record *e)
{
    struct writer w = writer_over(take(h->lab, HEADER_LEN_MAX), HEADER_LEN_MAX);

    memset(e, 0, sizeof *e);
    write_submission(h, r, seq, author, e);
    e->header.log = h->log;
    e->header.seq = seq;
    e->header.hlc = ((uint64_t)(WORLD_TIME_MS - 100000) << 16) + seq;
    e->header.kind = e->submission.op_class;
    op_id_of(e->submission_bytes, &e->header.op_id);
    if (r->under != NULL)
        e->header.op_id = *r->under;
    submission_hash_of(e->submission_bytes, e->proof_bytes, &e->header.submission);
    e->header.part_count = 1;
    hash_one(LABEL_BLOB, e->blobs.parts[0], e->header.parts[0].hash.b);
    e->header.parts[0].len = (uint32_t)e->blobs.parts[0].len;
    if (r->claimed_count > 0)
        claim_parts(r, e);
    if (r->key != NULL) {
        e->header.has_envelopes = true;
        e->blobs.envelopes = r->key->envelopes;
        hash_one(LABEL_BLOB, e->blobs.envelopes, e->header.envelopes.b);
    }
    entry_header_encode(&e->header, &w);
    e->header_bytes = done(&w);
    entry_hash_of(e->header_bytes, &e->hash);
    if (r->mute)
        e->blobs = (struct entry_blobs){.part_count = 0};
}

/* --- batches and frames ---------------------------------------------------------------------------------------------- */

static void write_batch(struct lab_hand *h, const struct lab_batch *from, struct sealed_batch *batch)
{
    struct lab *lab = h->lab;
    struct hash leaves[LAB_RECORDS_MAX];
    struct seal seal = {
        .log = h->log, .first = h->seq + 1, .last = h->seq + from->count, .prev = h->prev, .authority = h->names};
    struct writer w = writer_over(take(lab, SEAL_LEN_MAX), SEAL_LEN_MAX);

    world_must(from->count <= LAB_RECORDS_MAX, "records of a batch");
    *batch = (struct sealed_batch){.entry_count = from->count};
    batch->entries = take(lab, from->count * sizeof *batch->entries);
    for (uint32_t i = 0; i < from->count; i++) {
        write_entry(h, &from->records[i], seal.first + i, from->author == NULL ? h->author : from->author,
                    &batch->entries[i]);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&batch->entries[i].hash), &leaves[i]);
    }
    merkle_root(MERKLE_ENTRIES, leaves, from->count, &seal.root);
    seal.hlc = batch->entries[from->count - 1].header.hlc;
    seal_encode(&seal, &w);
    batch->signed_seal.bytes = done(&w);
    batch->signed_seal.signature_count = 1;
    sign_bytes(LABEL_SEAL, &lab->world.network, batch->signed_seal.bytes,
               from->sealer == NULL ? h->sealer : from->sealer, &batch->signed_seal.signatures[0]);
    h->seq = seal.last;
    seal_hash_of(batch->signed_seal.bytes, &h->prev);
}

struct cw_slice lab_hand_write(struct lab_hand *h, const struct lab_batch *batches, uint32_t count)
{
    struct lab *lab = h->lab;
    struct sealed_batch sealed[LAB_BATCHES_MAX];
    struct writer frame = writer_over(take(lab, 65536), 65536);
    struct peer_message m = {.counter = 1, .kind = PEER_ENTRIES};

    world_must(count <= LAB_BATCHES_MAX, "batches of a frame");
    m.as.entries.log = h->log;
    if (h->seq == 0)
        m.as.entries.genesis_bytes = h->genesis;
    for (uint32_t i = 0; i < count; i++)
        write_batch(h, &batches[i], &sealed[i]);
    m.as.entries.batch_count = count;
    m.as.entries.batches = sealed;
    world_must(peer_message_encode(&m, &lab->world.arena, &frame) == CW_OK, "segment");
    return done(&frame);
}

struct cw_slice lab_hand_one(struct lab_hand *h, struct lab_record record)
{
    const struct lab_batch batch = {.records = {record}, .count = 1};

    return lab_hand_write(h, &batch, 1);
}

/* --- records ----------------------------------------------------------------------------------------------------- */

struct lab_record lab_issue_signed(struct lab *lab, const struct world_identity *who, const struct sign_secret *issuer,
                                   const struct sign_secret *holder)
{
    struct act_issue act = {.certificate = who->bytes};
    struct writer w = writer_over(take(lab, CERT_LEN_MAX), CERT_LEN_MAX);

    sign_bytes(LABEL_CERT, &lab->world.network, who->bytes, issuer, &act.issuer);
    sign_bytes(LABEL_POSSESSION, &lab->world.network, who->bytes, holder, &act.possession);
    act_issue_encode(&act, &w);
    return (struct lab_record){.act = ACT_ISSUE, .body = done(&w)};
}

struct lab_record lab_issue(struct lab *lab, const struct world_identity *who)
{
    return lab_issue_signed(lab, who, &lab->world.authority.keys.sign, &who->keys.sign);
}

static struct lab_record members(struct lab *lab)
{
    struct cert_id ids[WORLD_DAEMONS];
    struct act_membership act = {.audience = slice_of("force"), .added_count = WORLD_DAEMONS, .added = ids};
    struct writer w = writer_over(take(lab, 512), 512);

    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        ids[i] = lab->world.daemons[i].id;
    act_membership_encode(&act, &w);
    return (struct lab_record){.act = ACT_MEMBERSHIP, .body = done(&w)};
}

struct lab_record lab_expel(struct lab *lab, const struct world_identity *daemon)
{
    struct act_membership act = {.audience = slice_of("force"), .removed_count = 1, .removed = &daemon->id};
    struct writer w = writer_over(take(lab, 512), 512);

    act_membership_encode(&act, &w);
    return (struct lab_record){.act = ACT_MEMBERSHIP, .body = done(&w)};
}

struct lab_record lab_enlist(struct lab *lab, const struct world_identity *daemon)
{
    struct cert_id id = daemon->id;
    struct act_membership act = {.audience = slice_of("force"), .added_count = 1, .added = &id};
    struct writer w = writer_over(take(lab, 512), 512);

    act_membership_encode(&act, &w);
    return (struct lab_record){.act = ACT_MEMBERSHIP, .body = done(&w)};
}

struct lab_record lab_admit(struct lab *lab, const struct log_id *log, const struct sign_secret *signer)
{
    struct act_admit_authority act = {.certificate = lab->world.authority.bytes, .log = *log};
    struct writer w = writer_over(take(lab, CERT_LEN_MAX), CERT_LEN_MAX);

    sign_bytes(LABEL_CERT, &lab->world.network, act.certificate, signer, &act.issuer);
    act_admit_authority_encode(&act, &w);
    return (struct lab_record){.act = ACT_ADMIT_AUTHORITY, .body = done(&w)};
}

struct lab_record lab_rotate(struct lab *lab, const struct key_bundle *to)
{
    struct act_rotate_root act = {.root_key_count = 1, .threshold = 1};
    struct writer w = writer_over(take(lab, 256), 256);

    memcpy(act.root_keys[0], to->sign_public, KEY_LEN);
    act_rotate_root_encode(&act, &w);
    return (struct lab_record){.act = ACT_ROTATE_ROOT, .body = done(&w)};
}

struct lab_record lab_policy(struct lab *lab, const char *name, const char *value)
{
    struct act_policy act = {.name = slice_of(name), .value = slice_of(value)};
    struct writer w = writer_over(take(lab, 256), 256);

    act_policy_encode(&act, &w);
    return (struct lab_record){.act = ACT_POLICY, .body = done(&w)};
}

/* --- the lab's own ------------------------------------------------------------------------------------------------- */

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
    c.name = slice_of("Late inspector"); /* not the same person */
    c.roles[c.role_count++] = ROLE_INSP;
    certificate_encode(&c, &w);
    late->bytes = done(&w);
    cert_id_of(late->bytes, &late->id);
    world_must(certificate_parse(late->bytes, &late->cert) == CW_OK, "certificate");
}

void lab_write_logs(struct lab *lab)
{
    struct lab_hand authority, late;
    struct lab_batch batch = {.count = WORLD_DAEMONS + 2};

    make_late_officer(lab);
    lab->root_hand = take(lab, sizeof *lab->root_hand);
    lab->authority_hand = take(lab, sizeof *lab->authority_hand);
    lab_hand_open(lab, lab->root_hand, LOG_ROOT);
    lab_hand_open(lab, &authority, LOG_AUTHORITY);
    lab->authority_log = authority.log;
    lab->root = lab_hand_one(lab->root_hand, lab_admit(lab, &authority.log, &lab->world.authority.keys.sign));
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        batch.records[i] = lab_issue(lab, &lab->world.daemons[i]);
    batch.records[WORLD_DAEMONS] = lab_issue(lab, &lab->world.officer);
    batch.records[WORLD_DAEMONS + 1] = members(lab);
    lab->authority = lab_hand_write(&authority, &batch, 1);
    lab->authority_at = (struct position){authority.log, authority.seq, authority.prev};
    *lab->authority_hand = late = authority;
    lab->late = lab_hand_one(&late, lab_issue(lab, &lab->late_officer));
    lab->late_at = (struct position){late.log, late.seq, late.prev};
}

struct cw_slice lab_void_segment(struct lab *lab)
{
    struct lab_hand rogue;

    lab_hand_open(lab, &rogue, LOG_DIVISION);
    return lab_hand_one(&rogue, (struct lab_record){.act = ACT_POLICY, .body = slice_of("not a key record")});
}
