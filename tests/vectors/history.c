/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

/*
 * Root log: one admission. Authority log: five records in two seals. North's log: a key record, two case ops,
 * then two of a bundle. East's log: one of the same ops again. A frontier of east's. docs/protocol.md §8.
 */

/* Where the hlc's lowest bits lie in an entry header with a seq below 128: v, log and seq come before. */
#define ENTRY_HLC_AT (2 + 34 + 2 + 1)

static uint8_t world_memory[2 * WORLD_MEMORY_LEN];
static struct history h;
static struct history_log root_log, authority_log, north, east;

/* --- records of root and authority ---------------------------------------------------------------- */

static struct cw_slice record_of(enum authority_act act, const struct writer *body)
{
    struct authority_record r = {.act = act, .body = slice(body->data, body->len)};
    static uint8_t memory[8192];
    struct writer out = writer_over(memory, sizeof(memory));

    authority_record_encode(&r, &out);
    return world_keep(&h.w, &out);
}

static struct cw_slice admission(void)
{
    struct act_admit_authority act = {.certificate = h.w.authority.bytes, .log = authority_log.log.id};
    uint8_t memory[8192];
    struct writer out = writer_over(memory, sizeof(memory));

    sign_bytes(LABEL_CERT, &h.w.network, act.certificate, &h.w.authority.keys.sign, &act.issuer);
    act_admit_authority_encode(&act, &out);
    return record_of(ACT_ADMIT_AUTHORITY, &out);
}

static struct cw_slice issue_of(const struct world_identity *subject)
{
    struct act_issue act = {.certificate = subject->bytes};
    uint8_t memory[8192];
    struct writer out = writer_over(memory, sizeof(memory));
    bool forged = h.breakage == VOID_ISSUER && subject == &h.w.daemons[WORLD_WST];

    sign_bytes(LABEL_CERT, &h.w.network, act.certificate, forged ? &subject->keys.sign : &h.w.authority.keys.sign,
               &act.issuer);
    sign_bytes(LABEL_POSSESSION, &h.w.network, act.certificate, &subject->keys.sign, &act.possession);
    act_issue_encode(&act, &out);
    return record_of(ACT_ISSUE, &out);
}

static struct cw_slice membership(void)
{
    struct cert_id members[WORLD_DAEMONS];
    struct act_membership act = {.audience = slice_of("force"), .added_count = WORLD_DAEMONS, .added = members};
    uint8_t memory[512];
    struct writer out = writer_over(memory, sizeof(memory));

    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        members[i] = h.w.daemons[i].id;
    act_membership_encode(&act, &out);
    return record_of(ACT_MEMBERSHIP, &out);
}

static void write_record(struct history_log *log, uint32_t number, struct cw_slice record)
{
    struct world_submission sub;
    bool root = log == &root_log;

    world_submit_clear(&h.w, number, root ? CLASS_ROOT : CLASS_AUTHORITY, record, root ? NULL : &h.w.authority, &sub);
    history_append(&h, log, &sub, true);
}

static void write_authority(void)
{
    world_log_open(&h.w, LOG_ROOT, NULL, 400, &root_log.log);
    world_log_open(&h.w, LOG_AUTHORITY, &h.w.authority, 401, &authority_log.log);
    write_record(&root_log, 400, admission());
    history_seal(&h, &root_log);
    if (h.breakage == BREAK_ROOT_THRESHOLD)
        root_log.batches[0].signed_seal.signature_count--;
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        write_record(&authority_log, 410 + i, issue_of(&h.w.daemons[i]));
    history_seal(&h, &authority_log);
    write_record(&authority_log, 420, issue_of(&h.w.officer));
    write_record(&authority_log, 421, membership());
    history_seal(&h, &authority_log);
}

/* --- divisions ------------------------------------------------------------------------------------ */

static void see_authority(struct history_log *log)
{
    const struct sealed_batch *seen = &authority_log.batches[h.breakage == VOID_UNSEEN_AUTHOR ? 0 : 1];

    log->authority.count = 2;
    log->authority.at[0] = (struct position){root_log.log.id, root_log.log.seq, root_log.log.head};
    log->authority.at[1] = (struct position){.log = authority_log.log.id, .seq = seen->seal.last};
    seal_hash_of(seen->signed_seal.bytes, &log->authority.at[1].seal);
}

static struct cw_slice key_record(void)
{
    struct key_record k = {.audience = slice_of("force"),
                           .membership = {authority_log.log.id, authority_log.log.seq, authority_log.log.head}};
    uint8_t memory[KEY_RECORD_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    WORLD_FILL(k.public_key, "audience key", 1);
    WORLD_FILL(k.commitment, "audience commitment", 1);
    key_record_encode(&k, &out);
    return world_keep(&h.w, &out);
}

static void case_op(uint32_t number, struct world_submission *out)
{
    struct world_identity honest = h.w.officer;

    if (h.breakage == VOID_UNKNOWN_AUTHOR && number == 1)
        WORLD_FILL(h.w.officer.id, "nobody", 1);
    if (h.breakage == VOID_FORGED && number == 1)
        h.w.officer.keys = h.w.daemons[WORLD_WST].keys;
    world_submit(&h.w, number, out);
    h.w.officer = honest;
}

static void bundle(struct world_submission *subs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        case_op(10 + i, &subs[i]);
    world_bundle(&h.w, subs, count);
}

static void write_divisions(void)
{
    struct world_submission key, ops[2], bundled[2];

    world_log_open(&h.w, LOG_DIVISION, h.breakage == BREAK_OWNER ? &h.w.officer : &h.w.daemons[WORLD_NTH], 402,
                   &north.log);
    world_log_open(&h.w, LOG_DIVISION, &h.w.daemons[WORLD_EST], 403, &east.log);
    world_submit_clear(&h.w, 430, CLASS_KEY, key_record(), &h.w.daemons[WORLD_NTH], &key);
    case_op(1, &ops[0]);
    case_op(2, &ops[1]);
    bundle(bundled, 2);
    if (h.breakage == VOID_GRAMMAR)
        ops[0].proof.len--;
    if (h.breakage == VOID_OP_ID)
        ops[0].op.b[0] ^= 1;

    see_authority(&north);
    history_append(&h, &north, &key, h.breakage != BREAK_CLEAR_COMMIT);
    history_append(&h, &north, &ops[0], true);
    history_append(&h, &north, &ops[1], true);
    history_seal(&h, &north);
    history_append(&h, &north, &bundled[0], true);
    history_append(&h, &north, &bundled[1], true);
    history_seal(&h, &north);
    see_authority(&east);
    history_append(&h, &east, &ops[1], true);
    history_seal(&h, &east);
}

/* Changes that come after sealing: somebody on the way made them. */
static struct cw_slice with_bit_turned(struct cw_slice bytes, size_t at)
{
    uint8_t *copy = arena_copy(&h.w.arena, bytes.data, bytes.len);

    world_must(copy != NULL, "WORLD_MEMORY_LEN is too small");
    copy[at] ^= 1;
    return slice(copy, bytes.len);
}

static void show_proof(struct entry_record *e, const struct author_proof *p)
{
    uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    author_proof_encode(p, &out);
    e->proof_bytes = world_keep(&h.w, &out);
}

static void unbundle(struct entry_record *e, const struct author_proof *bundled)
{
    const struct author_proof single = {.kind = PROOF_SINGLE, .signature = bundled->signature};

    show_proof(e, &single);
    e->path_bytes = slice(NULL, 0);
}

static void drop_root_signature(struct entry_record *e, const struct author_proof *threshold)
{
    struct author_proof fewer = *threshold;

    fewer.root_count--;
    show_proof(e, &fewer);
}

static void tamper(void)
{
    struct entry_record *e = &north.entries[1];

    if (h.breakage == BREAK_GENESIS)
        north.log.genesis = with_bit_turned(north.log.genesis, north.log.genesis.len - 1);
    if (h.breakage == BREAK_SEAL_SIGNATURE)
        north.batches[1].signed_seal.signatures[0].b[0] ^= 1;
    if (h.breakage == BREAK_ENTRY)
        e->header_bytes = with_bit_turned(e->header_bytes, ENTRY_HLC_AT);
    if (h.breakage == BREAK_DROPPED_ENTRY)
        north.batches[1].entry_count--;
    if (h.breakage == BREAK_SUBMISSION)
        e->submission_bytes = north.entries[2].submission_bytes;
    if (h.breakage == BREAK_PROOF_SWAPPED)
        e->proof_bytes = with_bit_turned(e->proof_bytes, e->proof_bytes.len - 1);
    if (h.breakage == BREAK_PROOF_KIND)
        unbundle(&north.entries[3], &north.subs[3].parsed_proof);
    if (h.breakage == BREAK_PATH)
        north.entries[4].path_bytes = with_bit_turned(north.entries[4].path_bytes, 9);
    if (h.breakage == BREAK_ROOT_PROOF)
        drop_root_signature(&root_log.entries[0], &root_log.subs[0].parsed_proof);
    if (h.breakage == BREAK_BLOB)
        e->blobs.parts[1] = with_bit_turned(e->blobs.parts[1], 100);
}

/* --- the file ------------------------------------------------------------------------------------- */

static void tag(struct writer *out, uint32_t number, struct cw_slice bytes)
{
    writer_varint(out, (uint64_t)number << 3 | 2);
    writer_varint(out, bytes.len);
    writer_slice(out, bytes);
}

static void number_field(struct writer *out, uint32_t number, uint64_t v)
{
    writer_varint(out, (uint64_t)number << 3);
    writer_varint(out, v);
}

static void opened_part(struct writer *out, const struct world_submission *sub, uint32_t part, bool changed)
{
    uint8_t padded[512], memory[1024];
    size_t len = size_class_len(sub->parsed.parts[part].size_class);
    struct writer in = writer_over(memory, sizeof(memory));

    world_must(len <= sizeof(padded), "a small part");
    payload_pad(sub->parts[part].payload, sub->parsed.parts[part].size_class, padded);
    padded[0] ^= changed;
    tag(&in, 1, ID_SLICE(&sub->op));
    number_field(&in, 2, part); /* spelt out also when it is 0: exports are open messages */
    tag(&in, 3, slice(sub->parts[part].r, 32));
    tag(&in, 4, slice(padded, len));
    tag(out, 4, slice(in.data, in.len));
}

static void end_record(struct writer *record)
{
    world_must(!record->failed && buf_add_be32(&h.file, (uint32_t)record->len) == CW_OK &&
                   buf_add(&h.file, slice(record->data, record->len)) == CW_OK,
               "a record");
    h.records++;
    record->len = 0;
}

static void put_log(struct writer *record, const struct history_log *log)
{
    if (h.records == 0)
        tag(record, 2, h.breakage == BREAK_NETWORK ? with_bit_turned(h.w.genesis, 10) : h.w.genesis);
    tag(record, 3, history_entries(&h, log, 0));
    if (log == &north) {
        for (uint32_t i = 1; i < 3; i++) {
            for (uint32_t p = 0; p < 2; p++)
                opened_part(record, &log->subs[i], p, h.breakage == BREAK_OPENED && i == 2 && p == 1);
        }
    }
    end_record(record);
}

static void put_frontier(struct writer *record)
{
    const struct world_log *logs[] = {&north.log, &east.log};
    struct world_frontier f;
    uint8_t memory[2048];
    struct writer in = writer_over(memory, sizeof(memory));

    world_frontier_of(&h.w, &h.w.daemons[WORLD_EST], logs, 2, &f);
    f.signature.b[0] ^= h.breakage == BREAK_FRONTIER;
    tag(&in, 1, f.head);
    tag(&in, 2, slice(f.signature.b, SIGNATURE_LEN));
    tag(record, 5, slice(in.data, in.len));
}

static void put_file(void)
{
    static uint8_t memory[1 << 17];
    const struct history_log *logs[] = {&root_log, &authority_log, &north, &east};
    struct writer record = writer_over(memory, sizeof(memory));

    for (size_t i = 0; i < CW_COUNT(logs); i++) {
        number_field(&record, 1, 1);
        put_log(&record, logs[i]);
    }
    number_field(&record, 1, 1);
    put_frontier(&record);
    end_record(&record);
    if (h.breakage == BREAK_NO_END)
        return;
    number_field(&record, 1, 1);
    number_field(&record, 6, h.records + (h.breakage == BREAK_COUNT));
    end_record(&record);
}

struct cw_slice history_make(enum breakage breakage, struct network_id *out_network)
{
    buf_done(&h.file);
    memset(&h, 0, sizeof(h));
    memset(&root_log, 0, sizeof(root_log));
    memset(&authority_log, 0, sizeof(authority_log));
    memset(&north, 0, sizeof(north));
    memset(&east, 0, sizeof(east));
    world_make(&h.w, world_memory, 3, 2);
    h.breakage = breakage;
    *out_network = h.w.network;
    write_authority();
    write_divisions();
    tamper();
    if (breakage == BREAK_GAP) { /* north's first batch of ops is left out, genesis and all the rest stay */
        north.batches[0] = north.batches[1];
        north.batch_count = 1;
    }
    put_file();
    return buf_slice(&h.file);
}
