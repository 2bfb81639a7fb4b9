/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

/*
 * Root and authority log: history_authority.c. North's log: a key record, two case ops, then two of a bundle. East's
 * log: one of the same ops again. A frontier of east's. docs/protocol.md §8.
 */

static uint8_t world_memory[2 * WORLD_MEMORY_LEN];
static struct history h;
static struct history_log north, east;

/* --- divisions ------------------------------------------------------------------------------------ */

static void see_authority(struct history_log *log)
{
    uint32_t last = h.breakage == GOOD_REVOKED_LATER ? 1 : h.authority.batch_count - 1;
    const struct sealed_batch *seen = &h.authority.batches[h.breakage == VOID_UNSEEN_AUTHOR ? 0 : last];

    log->authority.count = 2;
    log->authority.at[0] = (struct position){h.root.log.id, h.root.log.seq, h.root.log.head};
    log->authority.at[1] = (struct position){.log = h.authority.log.id, .seq = seen->seal.last};
    seal_hash_of(seen->signed_seal.bytes, &log->authority.at[1].seal);
}

static struct cw_slice key_record(void)
{
    struct key_record k = {.audience = slice_of("force"),
                           .membership = {h.authority.log.id, h.authority.log.seq, h.authority.log.head}};
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
    if (h.breakage == VOID_SUBJECT && number == 1)
        h.w.officer = h.w.authority;
    if (number == 1 &&
        (h.breakage == VOID_FORGED || h.breakage == VOID_FORGED_BEFORE || h.breakage == BREAK_OPENED_VOID))
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

static void sign_by_roots(struct world_submission *sub)
{
    struct author_proof p = {.kind = PROOF_THRESHOLD, .root_count = h.w.threshold};
    uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    for (uint32_t i = 0; i < p.root_count; i++) {
        p.root_index[i] = i;
        sign_bytes(LABEL_OP, &h.w.network, sub->header, &h.w.roots[i].sign, &p.root_signature[i]);
    }
    author_proof_encode(&p, &out);
    sub->proof = world_keep(&h.w, &out);
}

/* One more op, of a class that this version knows nothing of, in clear; or what is wrong with it. */
static void append_another(void)
{
    bool by_second = h.breakage >= GOOD_ADMIT_SECOND && h.breakage <= VOID_ADMIT_MANY;
    enum op_class c = h.breakage == VOID_CLASS_AUTHORITY ? CLASS_AUTHORITY : (enum op_class)77;
    struct world_submission sub;

    if (h.breakage == VOID_AUTHORITY_ADMITS)
        by_second = true;
    world_submit_clear(&h.w, 440, c, slice_of("of a newer version"), by_second ? &h.second : &h.w.officer, &sub);
    if (h.breakage == VOID_BUNDLE_CLASS)
        world_bundle(&h.w, &sub, 1);
    if (h.breakage == VOID_THRESHOLD)
        sign_by_roots(&sub);
    if (h.breakage == VOID_HEADER) {
        sub.header = history_longer(&h, sub.header);
        op_id_of(sub.header, &sub.op);
    }
    if (h.breakage == VOID_KIND)
        sub.parsed.op_class = (enum op_class)78;
    history_append(&h, &north, &sub, h.breakage != VOID_KIND);
}

static bool has_another(void)
{
    return h.breakage == GOOD_CLASS_UNKNOWN || h.breakage == VOID_AUTHORITY_ADMITS ||
           (h.breakage >= GOOD_ADMIT_SECOND && h.breakage <= VOID_CLASS_AUTHORITY);
}

static void leave_network(struct world_log *log)
{
    uint8_t memory[GENESIS_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    log->parsed.network.b[0] ^= 1;
    genesis_encode(&log->parsed, &out);
    log->genesis = world_keep(&h.w, &out);
    log_id_of(log->genesis, &log->id);
    memcpy(log->head.b, log->id.b, ID_LEN);
}

static void write_divisions(void)
{
    struct world_submission key, ops[2], bundled[2];

    world_log_open(&h.w, LOG_DIVISION, h.breakage == BREAK_OWNER ? &h.w.officer : &h.w.daemons[WORLD_NTH], 402,
                   &north.log);
    world_log_open(&h.w, LOG_DIVISION, &h.w.daemons[WORLD_EST], 403, &east.log);
    if (h.breakage == BREAK_LOG_NETWORK)
        leave_network(&east.log);
    world_submit_clear(&h.w, 430, CLASS_KEY, key_record(), &h.w.daemons[WORLD_NTH], &key);
    case_op(1, &ops[0]);
    case_op(2, &ops[1]);
    bundle(bundled, 2);
    if (h.breakage == VOID_GRAMMAR)
        ops[0].proof.len--;
    if (h.breakage == VOID_OP_ID || h.breakage == BREAK_OPENED_OP_ID)
        ops[0].op.b[0] ^= 1;
    if (h.breakage == VOID_OP_BEFORE)
        ops[0].op = ops[1].op;
    if (h.breakage == VOID_OP_BEHIND)
        bundled[1].op = ops[0].op;
    if (h.breakage == VOID_FORGED_BEFORE)
        world_submit(&h.w, 1, &bundled[1]); /* ops[0] once more */

    see_authority(&north);
    history_append(&h, &north, &key, h.breakage != BREAK_CLEAR_COMMIT);
    history_append(&h, &north, &ops[0], true);
    history_append(&h, &north, &ops[1], true);
    history_seal(&h, &north);
    history_append(&h, &north, &bundled[0], true);
    history_append(&h, &north, &bundled[1], true);
    if (has_another())
        append_another();
    if (h.breakage == BREAK_POSITION)
        north.authority = (struct positions){1, {{.log = h.authority.log.id, .seq = 1}}};
    history_seal(&h, &north);
    see_authority(&east);
    history_append(&h, &east, &ops[1], true);
    history_seal(&h, &east);
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
    /* spelt out also when it is 0: exports are open messages */
    number_field(&in, 2, h.breakage == BREAK_OPENED_PART && part == 1 ? 2 : part);
    tag(&in, 3, slice(sub->parts[part].r, h.breakage == BREAK_OPENED_R ? 31 : 32));
    tag(&in, 4, slice(padded, h.breakage == BREAK_OPENED_LEN ? len / 2 : len));
    if (h.breakage == BREAK_UNKNOWN_FIELD && part == 1)
        number_field(&in, 9, 1);
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

/* North's two ops, of the one only what an honest daemon opens: an entry that is of no op has no parts of any. */
static void put_opened(struct writer *record)
{
    bool of_none = h.breakage == VOID_GRAMMAR || h.breakage == VOID_OP_ID || h.breakage == VOID_OP_BEFORE;
    uint32_t changed = h.breakage == BREAK_OPENED ? 2 : h.breakage == BREAK_OPENED_VOID ? 1 : 0;

    for (uint32_t i = of_none ? 2 : 1; i < 3; i++)
        for (uint32_t p = 0; p < 2; p++)
            opened_part(record, &north.subs[i], p, i == changed && p == 1);
}

static void put_log(struct writer *record, const struct history_log *log)
{
    if (h.records == 0 || (h.breakage == BREAK_SECOND_NETWORK && log == &north))
        tag(record, 2, h.breakage == BREAK_NETWORK ? history_turned(&h, h.w.genesis, 10) : h.w.genesis);
    tag(record, 3, history_entries(&h, log, 0));
    if (log == &north)
        put_opened(record);
}

static void put_record(struct writer *record, const struct history_log *log)
{
    bool behind = h.breakage == BREAK_FIELD_ORDER && log == &east;

    if (!behind)
        number_field(record, 1, 1);
    put_log(record, log);
    if (h.breakage == BREAK_COUNT_ZERO && log == &east)
        number_field(record, 6, 0);
    if (behind)
        number_field(record, 1, 1);
    end_record(record);
}

static void put_frontier(struct writer *record)
{
    const struct world_log *logs[] = {&north.log, &east.log};
    struct world_frontier f;
    uint8_t memory[2048];
    struct writer in = writer_over(memory, sizeof(memory));

    world_frontier_of(&h.w, h.breakage == BREAK_FRONTIER_SIGNER ? &h.w.officer : &h.w.daemons[WORLD_EST], logs, 2, &f);
    f.signature.b[0] ^= h.breakage == BREAK_FRONTIER;
    tag(&in, 1, f.head);
    tag(&in, 2, slice(f.signature.b, SIGNATURE_LEN));
    tag(record, 5, slice(in.data, in.len));
}

/* North's log once more, without batches, beginning at east's genesis. */
static void put_genesis_again(struct writer *record)
{
    struct history_log again = north;

    again.log.genesis = east.log.genesis;
    again.batch_count = 0;
    number_field(record, 1, 1);
    tag(record, 3, history_entries(&h, &again, 0));
    end_record(record);
}

static void put_end(struct writer *record)
{
    number_field(record, 1, 1);
    if (h.breakage == BREAK_END_ENTRIES)
        tag(record, 3, history_entries(&h, &east, 0));
    if (h.breakage == BREAK_END_OPENED)
        opened_part(record, &north.subs[1], 0, false);
    if (h.breakage == BREAK_END_FRONTIER)
        put_frontier(record);
    number_field(record, 6, h.records + (h.breakage == BREAK_COUNT));
    end_record(record);
    if (h.breakage == BREAK_CUT_RECORD)
        h.file.len--;
    if (h.breakage == BREAK_CUT_LENGTH)
        h.file.len -= 6; /* the record has four bytes, its length as many */
    if (h.breakage == BREAK_AFTER_END)
        world_must(buf_add(&h.file, slice((const uint8_t[]){0}, 1)) == CW_OK, "no memory");
    if (h.breakage == BREAK_RECORD_AFTER_END) {
        number_field(record, 1, 1);
        end_record(record);
    }
}

/* Nothing but the network and a count of no records before it. */
static void put_only_record(struct writer *record)
{
    number_field(record, 1, 1);
    tag(record, 2, h.w.genesis);
    number_field(record, 6, 0);
    end_record(record);
}

static void put_file(void)
{
    static uint8_t memory[1 << 17];
    const struct history_log *logs[] = {&h.root, &h.authority, &north, &east};
    struct writer record = writer_over(memory, sizeof(memory));

    if (h.breakage == BREAK_ONLY_RECORD) {
        put_only_record(&record);
        return;
    }
    for (size_t i = 0; i < CW_COUNT(logs); i++)
        put_record(&record, logs[i]);
    number_field(&record, 1, 1);
    put_frontier(&record);
    for (uint32_t i = 0; h.breakage == BREAK_FIELDS && i < 200; i++)
        tag(&record, 5, slice(NULL, 0));
    end_record(&record);
    if (h.breakage == BREAK_GENESIS_AGAIN)
        put_genesis_again(&record);
    if (h.breakage != BREAK_NO_END)
        put_end(&record);
}

struct cw_slice history_make(enum breakage breakage, struct network_id *out_network)
{
    buf_done(&h.file);
    memset(&h, 0, sizeof(h));
    memset(&north, 0, sizeof(north));
    memset(&east, 0, sizeof(east));
    world_make(&h.w, world_memory, 3, 2);
    h.breakage = breakage;
    *out_network = h.w.network;
    history_write_authority(&h);
    write_divisions();
    history_tamper(&h, &north);
    if (breakage == BREAK_GAP) { /* north's first batch of ops is left out, genesis and all the rest stay */
        north.batches[0] = north.batches[1];
        north.batch_count = 1;
    }
    put_file();
    return buf_slice(&h.file);
}
