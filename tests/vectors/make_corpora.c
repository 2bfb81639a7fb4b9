/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

#include "proto/client.pb-c.h"
#include "proto/cursor.h"
#include "proto/link.pb-c.h"
#include "proto/op.h"
#include "proto/seen.h"
#include "proto/wire.h"
#include "tests/unit/proto/record_kinds.h"
#include "tests/unit/proto/samples.h"

#include <stdio.h>

/* One well-formed input of each kind for every fuzz target of proto: the targets say how they read them. */

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN], made[1 << 17];

static void seed_file(struct sink *s, const char *target, const char *name, const struct writer *out)
{
    char path[128];

    world_must(!out->failed, "a seed is too long");
    snprintf(path, sizeof(path), "../fuzz/corpus/%s/%s", target, name);
    sink_file(s, path, slice(out->data, out->len));
}

static void record_seeds(struct sink *s)
{
    for (size_t k = 0; k < CW_COUNT(record_kinds); k++) {
        for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++) {
            struct writer out = writer_over(made, sizeof(made));
            char name[64];

            writer_u8(&out, (uint8_t)k);
            writer_slice(&out, sample_of(record_kinds[k].name, v));
            snprintf(name, sizeof(name), "%s-%u", record_kinds[k].name, v);
            seed_file(s, "records", name, &out);
        }
    }
}

/* --- peer messages -------------------------------------------------------------------------------- */

static void message_seed(struct sink *s, const char *name, struct peer_message *m)
{
    static uint8_t scratch_memory[1 << 16];
    struct arena scratch = arena_over(scratch_memory, sizeof(scratch_memory));
    struct writer out = writer_over(made, sizeof(made));

    m->counter = 1;
    WORLD_FILL(m->from, "session", 1);
    world_must(peer_message_encode(m, &scratch, &out) == CW_OK, name);
    seed_file(s, "session", name, &out);
}

static void small_messages(struct sink *s, struct position *at)
{
    struct log_want want = {.log = at->log, .after = 3};
    uint64_t seqs[] = {1, 2, 9};
    struct blob_want blob_want = {at->log, 3, seqs};
    struct blobs_of blobs = {.log = at->log, .seq = 1, .blobs = {.part_count = 1, .parts = {slice_of("part")}}};
    struct digest_leaf leaf = {.case_id = {{1}}};
    struct peer_message m;

    m = (struct peer_message){.kind = PEER_HELLO,
                              .as.hello = {.v_min = 1,
                                           .v_max = 1,
                                           .network = w.network,
                                           .cert = w.daemons[0].id,
                                           .own_count = 1,
                                           .own = at,
                                           .your_count = 1,
                                           .your = at}};
    message_seed(s, "hello", &m);
    m = (struct peer_message){.kind = PEER_WANT, .as.want = {1, &want, 65536}};
    message_seed(s, "want", &m);
    m = (struct peer_message){.kind = PEER_WANT_BLOBS, .as.want_blobs = {1, &blob_want}};
    message_seed(s, "want_blobs", &m);
    m = (struct peer_message){.kind = PEER_BLOBS, .as.blobs = {1, &blobs}};
    message_seed(s, "blobs", &m);
    m = (struct peer_message){.kind = PEER_RESET, .as.reset = {201, slice_of("another session")}};
    message_seed(s, "reset", &m);
    m = (struct peer_message){.kind = PEER_DIGEST,
                              .as.digest = {.fold_version = 1,
                                            .audience = slice_of("force"),
                                            .has_bucket = true,
                                            .bucket = 3,
                                            .leaf_count = 1,
                                            .leaves = &leaf}};
    message_seed(s, "digest", &m);
}

static void entries_seed(struct sink *s, const struct world_log *log, const struct world_submission *subs,
                         const struct world_batch *batches)
{
    struct entry_record records[3];
    struct sealed_batch sealed[2];
    struct peer_message m = {.kind = PEER_ENTRIES};

    for (uint32_t i = 0; i < 3; i++)
        records[i] = (struct entry_record){.header_bytes = i < 2 ? batches[0].headers[i] : batches[1].headers[0],
                                           .submission_bytes = subs[i].header,
                                           .proof_bytes = subs[i].proof,
                                           .path_bytes = subs[i].path};
    sealed[0] = (struct sealed_batch){.signed_seal = batches[0].seal, .entry_count = 2, .entries = records};
    sealed[1] = (struct sealed_batch){.signed_seal = batches[1].seal, .entry_count = 1, .entries = records + 2};
    m.as.entries =
        (struct peer_entries){.log = log->id, .genesis_bytes = log->genesis, .batch_count = 2, .batches = sealed};
    message_seed(s, "entries", &m);
}

static void session_seeds(struct sink *s)
{
    struct world_submission subs[3];
    struct world_log log;
    const struct world_log *logs[] = {&log};
    struct world_batch batches[2];
    struct world_frontier f;
    struct peer_message m = {.kind = PEER_FRONTIER};

    for (uint32_t i = 0; i < 3; i++)
        world_submit(&w, i, &subs[i]);
    world_bundle(&w, subs + 1, 2);
    world_log_open(&w, LOG_DIVISION, &w.daemons[0], 1, &log);
    world_sequence(&w, &log, subs, 2, &batches[0]);
    world_sequence(&w, &log, subs + 2, 1, &batches[1]);
    struct position at = {log.id, log.seq, log.head};
    small_messages(s, &at);
    entries_seed(s, &log, subs, batches);
    world_frontier_of(&w, &w.daemons[0], logs, 1, &f);
    m.as.frontier = (struct peer_frontier){
        .head_bytes = f.head, .signature = f.signature, .full = true, .item_count = 1, .item_bytes = f.items};
    message_seed(s, "frontier", &m);
    m = (struct peer_message){.kind = PEER_FORK_PROOF};
    m.as.fork_proof =
        (struct fork_proof){.genesis_bytes = log.genesis, .signed_a = batches[0].seal, .signed_b = batches[1].seal};
    message_seed(s, "fork_proof", &m);
}

/* --- ops, requests, the link, proofs --------------------------------------------------------------- */

static void op_seed(struct sink *s)
{
    struct world_submission sub;
    struct writer out = writer_over(made, sizeof(made));

    world_submit(&w, 1, &sub);
    writer_be16(&out, (uint16_t)sub.parts[0].payload.len);
    writer_slice(&out, sub.parts[0].payload);
    writer_slice(&out, sub.parts[1].payload);
    seed_file(s, "op", "set", &out);
}

static void client_seeds(struct sink *s)
{
    struct world_submission pair[2];
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart part = CW__SUBMIT_PART__INIT, *parts[] = {&part};
    Cw__GetStatus status = CW__GET_STATUS__INIT;
    struct writer out = writer_over(made, sizeof(made));

    world_submit(&w, 1, &pair[0]);
    world_submit(&w, 2, &pair[1]);
    world_bundle(&w, pair, CW_COUNT(pair));
    const struct world_submission sub = pair[0];
    part.has_r = part.has_payload = true;
    part.r = wire_bytes(slice(sub.parts[0].r, 32));
    part.payload = wire_bytes(sub.parts[0].payload);
    submit.has_header = submit.has_proof = true;
    submit.header = wire_bytes(sub.header);
    submit.proof = wire_bytes(sub.proof);
    submit.has_path = true;
    submit.path = wire_bytes(sub.path);
    submit.n_parts = 1;
    submit.parts = parts;
    request.has_v = true;
    request.v = 1;
    request.submit = &submit;
    wire_pack(&request.base, &out);
    seed_file(s, "client", "submit", &out);
    request.submit = NULL;
    request.status = &status;
    out.len = 0;
    wire_pack(&request.base, &out);
    seed_file(s, "client", "status", &out);
}

static void link_seeds(struct sink *s)
{
    Cw__FromNet from = CW__FROM_NET__INIT;
    Cw__Received received = CW__RECEIVED__INIT;
    Cw__LinkUp up = CW__LINK_UP__INIT;
    struct writer out = writer_over(made, sizeof(made));

    received.has_link = received.has_frame = true;
    received.link = 7;
    received.frame = wire_bytes(slice_of("frame"));
    from.received = &received;
    wire_pack(&from.base, &out);
    seed_file(s, "link", "received", &out);
    up.has_link = up.has_cert = true;
    up.link = 7;
    up.cert = wire_bytes(ID_SLICE(&w.daemons[0].id));
    from.received = NULL;
    from.up = &up;
    out.len = 0;
    wire_pack(&from.base, &out);
    seed_file(s, "link", "up", &out);
}

/* Byte 0: a receipt (0) or a fork proof (1). The world of fuzz_proof signs once for each place. */
static void proof_seeds(struct sink *s)
{
    struct world_submission subs[2];
    struct world_log log;
    struct world_batch a, b;
    struct writer out = writer_over(made, sizeof(made));

    writer_u8(&out, 0);
    writer_slice(&out, world_receipt(&w));
    seed_file(s, "proof", "receipt", &out);
    for (uint32_t i = 0; i < 2; i++)
        world_submit(&w, i, &subs[i]);
    world_log_open(&w, LOG_DIVISION, &w.daemons[0], 1, &log);
    world_sequence(&w, &log, subs, 2, &a);
    world_sequence(&w, &log, subs, 1, &b);
    struct fork_proof p = {.genesis_bytes = log.genesis, .signed_a = a.seal, .signed_b = b.seal};
    out.len = 0;
    writer_u8(&out, 1);
    fork_proof_encode(&p, &out);
    seed_file(s, "proof", "no_fork", &out);
}

/* Every sort of name that a filter knows. */
static void subscribe_seed(struct sink *s)
{
    Cw__Subscribe ask = CW__SUBSCRIBE__INIT;
    Cw__FeedFilter filter = CW__FEED_FILTER__INIT;
    uint32_t kinds[] = {1, 3};
    ProtobufCBinaryData divisions[] = {wire_bytes(slice_of("NTH")), wire_bytes(slice_of("EST"))},
                        owners[] = {wire_bytes(slice_of("NTH"))}, risks[] = {wire_bytes(slice_of("high"))},
                        tags[] = {wire_bytes(slice_of("repeat"))}, areas[] = {wire_bytes(slice_of("Dunmarsh"))},
                        cases[] = {wire_bytes(slice_of("MC/NTH/2026/K7Q2M4X-C"))},
                        operations[] = {wire_bytes(slice_of("SORREL"))};
    struct writer out = writer_over(made, sizeof(made));

    filter.n_kinds = 2;
    filter.kinds = kinds;
    filter.n_divisions = 2;
    filter.divisions = divisions;
    filter.n_owners = filter.n_risks = filter.n_tags = filter.n_areas = filter.n_cases = filter.n_operations = 1;
    filter.owners = owners;
    filter.risks = risks;
    filter.tags = tags;
    filter.areas = areas;
    filter.cases = cases;
    filter.operations = operations;
    ask.filter = &filter;
    ask.has_start = ask.has_cursor = ask.has_credit_items = ask.has_credit_bytes = ask.has_views = true;
    ask.start = 1;
    ask.cursor = wire_bytes(slice_of("a cursor"));
    ask.credit_items = 1000;
    ask.credit_bytes = 262144;
    ask.views = true;
    wire_pack(&ask.base, &out);
    seed_file(s, "subscribe", "all", &out);
}

/* Without its check: the target puts one behind it. */
static void cursor_seed(struct sink *s)
{
    struct position at[2] = {{.log = {{1}}, .seq = 3, .seal = {{9}}}, {.log = {{2}}}};
    struct cursor cursor = {.network = w.network,
                            .reader = w.officer.id,
                            .authority_count = 1,
                            .authority = at,
                            .log_count = 2,
                            .logs = at,
                            .has_sweep = true,
                            .sweep = {{7}}};
    struct writer out = writer_over(made, sizeof(made));

    cursor_encode(&cursor, &out);
    out.len -= 18;
    seed_file(s, "cursor", "all", &out);
}

/* The same: the target puts the check behind it. */
static void seen_seed(struct sink *s)
{
    struct frontier_item item = {
        .log = {{1}}, .seq = 300, .seal = {{9}}, .blob_seq = 299, .hole_count = 2, .holes = {7, 11}};
    uint8_t bytes[2][256];
    struct cw_slice items[2];
    struct seen seen = {.network = w.network, .start = {5}, .counter = 41, .item_count = 2, .items = items};
    struct writer out;

    for (int i = 0; i < 2; i++) {
        out = writer_over(bytes[i], sizeof(bytes[i]));
        frontier_item_encode(&item, &out);
        items[i] = slice(bytes[i], out.len);
        item = (struct frontier_item){.log = {{2}}, .seq = 1, .blob_seq = 1};
    }
    out = writer_over(made, sizeof(made));
    seen_encode(&seen, &out);
    out.len -= 18;
    seed_file(s, "seen", "all", &out);
}

void make_corpora(struct sink *s)
{
    world_make(&w, world_memory, 1, 1);
    record_seeds(s);
    session_seeds(s);
    op_seed(s);
    client_seeds(s);
    link_seeds(s);
    proof_seeds(s);
    cursor_seed(s);
    subscribe_seed(s);
    seen_seed(s);
}
