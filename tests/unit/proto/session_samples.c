/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/proto/session_samples.h"

#include "tests/unit/proto/samples.h"

static uint8_t world_memory[WORLD_MEMORY_LEN];

struct session_world sw;

struct peer_message message_of(enum peer_kind kind)
{
    struct peer_message m = {.counter = 7, .kind = kind};

    sample_fill(&m.from, sizeof(m.from), 1);
    sample_fill(&m.to, sizeof(m.to), 2);
    return m;
}

/* --- one message of each kind -------------------------------------------------------------------- */

static struct peer_message sample_hello(void)
{
    static struct position own[2], your[1];
    struct peer_message m = message_of(PEER_HELLO);

    sample_fill(own, sizeof(own), 3);
    sample_fill(your, sizeof(your), 4);
    memset(&m.to, 0, sizeof(m.to));
    m.as.hello = (struct peer_hello){.v_min = 1,
                                     .v_max = 1,
                                     .network = sw.w.network,
                                     .cert = sw.w.daemons[0].id,
                                     .own_count = 2,
                                     .own = own,
                                     .your_count = 1,
                                     .your = your,
                                     .features = 5,
                                     .reply = true,
                                     .software = slice_of("0.1.0"),
                                     .now_ms = 1893456000000};
    return m;
}

struct peer_message sample_frontier(void)
{
    static const struct world_log *logs[1];
    struct peer_message m = message_of(PEER_FRONTIER);

    logs[0] = &sw.log;
    world_frontier_of(&sw.w, &sw.w.daemons[0], logs, 1, &sw.shown);
    m.as.frontier = (struct peer_frontier){.head_bytes = sw.shown.head,
                                           .signature = sw.shown.signature,
                                           .full = true,
                                           .item_count = 1,
                                           .item_bytes = sw.shown.items,
                                           .now_ms = 1893456000000};
    return m;
}

static struct peer_message sample_want(void)
{
    static struct log_want wants[2];
    struct peer_message m = message_of(PEER_WANT);

    sample_fill(wants, sizeof(wants), 5);
    wants[1].after = 0;
    m.as.want = (struct peer_want){.log_count = 2, .logs = wants, .credit = 1 << 20};
    return m;
}

struct peer_message sample_entries(void)
{
    static struct entry_record records[3];
    static struct sealed_batch sealed[2];
    struct peer_message m = message_of(PEER_ENTRIES);

    for (uint32_t i = 0; i < 3; i++) {
        records[i] = (struct entry_record){.header_bytes = i < 2 ? sw.batches[0].headers[i] : sw.batches[1].headers[0],
                                           .submission_bytes = sw.subs[i].header,
                                           .proof_bytes = sw.subs[i].proof,
                                           .path_bytes = sw.subs[i].path};
        records[i].blobs.part_count = 2;
        records[i].blobs.parts[1] = slice_of("ciphertext of part 1"); /* part 0 is not held */
        records[i].blobs.wrap_count = 1;
        records[i].blobs.wraps[0] = slice_of("wraps");
    }
    records[2].blobs = (struct entry_blobs){.part_count = 0};
    sealed[0] = (struct sealed_batch){.signed_seal = sw.batches[0].seal, .entry_count = 2, .entries = records};
    sealed[1] = (struct sealed_batch){.signed_seal = sw.batches[1].seal, .entry_count = 1, .entries = records + 2};
    m.as.entries = (struct peer_entries){.log = sw.log.id,
                                         .genesis_bytes = sw.log.genesis,
                                         .batch_count = 2,
                                         .batches = sealed,
                                         .pushed = true,
                                         .last = true};
    return m;
}

static struct peer_message sample_want_blobs(void)
{
    static uint64_t seqs[] = {1, 5, UINT64_MAX};
    static struct blob_want wants[1];
    struct peer_message m = message_of(PEER_WANT_BLOBS);

    wants[0] = (struct blob_want){.log = sw.log.id, .seq_count = 3, .seqs = seqs};
    m.as.want_blobs = (struct peer_want_blobs){.log_count = 1, .logs = wants};
    return m;
}

struct peer_message sample_blobs(void)
{
    static struct blobs_of items[2];
    struct peer_message m = message_of(PEER_BLOBS);

    items[0] = (struct blobs_of){.log = sw.log.id, .seq = 1, .blobs = {.part_count = 1, .parts = {slice_of("part")}}};
    items[1] = (struct blobs_of){.log = sw.log.id, .seq = 2, .blobs = {.envelopes = slice_of("envelopes")}};
    m.as.blobs = (struct peer_blobs){.count = 2, .items = items};
    return m;
}

static struct peer_message sample_fork_proof(void)
{
    struct peer_message m = message_of(PEER_FORK_PROOF);

    m.as.fork_proof = (struct fork_proof){
        .genesis_bytes = sw.log.genesis, .signed_a = sw.batches[0].seal, .signed_b = sw.batches[1].seal};
    return m;
}

struct peer_message sample_reset(void)
{
    struct peer_message m = message_of(PEER_RESET);

    m.as.reset = (struct peer_reset){.code = CW_PEER_SESSION, .text = slice_of("another session")};
    return m;
}

static struct peer_message sample_digest(void)
{
    static struct hash buckets[DIGEST_BUCKETS];
    static struct digest_leaf leaves[2];
    struct peer_message m = message_of(PEER_DIGEST);

    sample_fill(buckets, sizeof(buckets), 6);
    sample_fill(leaves, sizeof(leaves), 7);
    m.as.digest = (struct peer_digest){.fold_version = 1,
                                       .audience = slice_of("force"),
                                       .bucket_count = DIGEST_BUCKETS,
                                       .buckets = buckets,
                                       .has_bucket = true,
                                       .bucket = 0,
                                       .ask = true,
                                       .leaf_count = 2,
                                       .leaves = leaves};
    return m;
}

struct peer_message (*const session_samples[SESSION_SAMPLES])(void) = {
    sample_hello, sample_frontier,   sample_want,  sample_entries, sample_want_blobs,
    sample_blobs, sample_fork_proof, sample_reset, sample_digest,
};

void session_world_make(void)
{
    world_make(&sw.w, world_memory, 1, 1);
    for (uint32_t i = 0; i < 3; i++)
        world_submit(&sw.w, i, &sw.subs[i]);
    world_bundle(&sw.w, sw.subs + 1, 2);
    world_log_open(&sw.w, LOG_DIVISION, &sw.w.daemons[0], 1, &sw.log);
    world_sequence(&sw.w, &sw.log, sw.subs, 2, &sw.batches[0]);
    world_sequence(&sw.w, &sw.log, sw.subs + 2, 1, &sw.batches[1]);
}
