/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replica.h"

#include <stdlib.h>

/*
 * The session machine: the input's bytes choose events from two peers, the shell and the clock; messages are
 * well-formed (parsing has targets of its own), their content is anything, and often what would continue a log.
 * Never a crash; tables stay within their bounds; what was stored stays; the own log's seqs are never given twice.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define PEERS 2
#define LOGS 6
#define EFFECTS_MAX 6000
#define ARENA_LEN ((size_t)2 << 20)
#define BATCHES_MAX 3
#define ENTRIES_MAX 4

struct input {
    const uint8_t *data;
    size_t len, at;
};

static uint32_t draw(struct input *in, uint32_t below)
{
    uint8_t byte = in->at < in->len ? in->data[in->at] : 0;

    in->at++;
    return below == 0 ? 0 : byte % below;
}

static bool more(const struct input *in)
{
    return in->at < in->len;
}

struct machine {
    struct replica *replica;
    struct effects effects;
    struct arena arena, made;
    struct cw_mono now;
    struct cw_wall wall;
    link_id links[PEERS], next_link;
    struct cert_id certs[PEERS];
    struct session_id theirs[PEERS]; /* the replica's id towards each */
    uint64_t counters[PEERS];
    struct cw_slice genesis_bytes[LOGS];
    struct genesis genesis[LOGS];
    struct log_id logs[LOGS];
    struct log_id last_own;
    uint64_t last_own_seq;
    struct entry_header draft;
    struct effect sends[8];
    uint32_t send_count;
};

static const struct replica_limits limits = {.logs_max = 20,
                                             .peers_max = PEERS,
                                             .watches_max = 2,
                                             .credit_peer = MESSAGE_LEN_MAX,
                                             .credit_total = MESSAGE_LEN_MAX,
                                             .heartbeat_ms = 30000,
                                             .session_dead_ms = 90000};

/* What is "stored": only that a log has some seal at every seq; its hash says log and seq. */
static bool covering(void *ctx, const struct log_id *log, uint64_t seq, struct position *out, uint64_t *first)
{
    (void)ctx;
    if (seq % 5 == 4)
        return false;
    *out = (struct position){*log, seq, {{0}}};
    out->seal.b[0] = (uint8_t)seq;
    *first = seq;
    return true;
}

static bool reads(void *ctx, const struct cert_id *cert)
{
    (void)ctx;
    return cert->b[0] % 2 == 0;
}

static void make_logs(struct machine *m)
{
    for (uint32_t i = 0; i < LOGS; i++) {
        struct writer w = writer_over(arena_take(&m->made, GENESIS_LEN_MAX, 1), GENESIS_LEN_MAX);
        struct genesis *g = &m->genesis[i];

        *g = (struct genesis){.scope = i == 0 ? LOG_ROOT : i == 1 ? LOG_AUTHORITY : LOG_DIVISION, .n = i / 2};
        memset(&g->network, i == 5 ? 0x4F : 0x4E, sizeof g->network);
        if (i > 0) {
            g->division = slice_of(i % 2 == 0 ? "EST" : "WST");
            g->cert = m->certs[i % PEERS];
        }
        g->nonce[0] = (uint8_t)(i + 1);
        if (i == 4) {
            g->has_prior = true;
            g->prior = (struct position){m->logs[2], 3, {{1}}};
        }
        genesis_encode(g, &w);
        m->genesis_bytes[i] = slice(w.data, w.len);
        log_id_of(m->genesis_bytes[i], &m->logs[i]);
    }
}

static void look_at_effects(struct machine *m);

static void turn(struct machine *m, struct event *event)
{
    static const struct replica_view view = {.seal_covering = covering, .may_read = reads};
    uint32_t before = replica_log_count(m->replica);

    event->now = m->now;
    event->wall = m->wall;
    m->effects.count = 0;
    m->arena.used = 0;
    replica_begin_turn(m->replica, &view, &m->effects);
    (void)replica_step(m->replica, event);
    CW_ASSERT(replica_end_turn(m->replica, m->now, m->wall) == CW_OK);
    CW_ASSERT(replica_log_count(m->replica) >= before && replica_log_count(m->replica) <= limits.logs_max);
    CW_ASSERT(replica_peer_count(m->replica) <= limits.peers_max);
    look_at_effects(m);
}

static void note_hello(struct machine *m, const struct effect *e)
{
    for (uint32_t i = 0; i < PEERS; i++) {
        if (e->as.send.link == m->links[i])
            m->theirs[i] = e->as.send.message->from;
    }
}

/* One seq of one log is sealed once. */
static void check_own(struct machine *m, const struct entry_header *entry)
{
    if (ID_EQ(&entry->log, &m->last_own))
        CW_ASSERT(entry->seq == m->last_own_seq + 1);
    else
        CW_ASSERT(entry->seq == 1);
    m->last_own = entry->log;
    m->last_own_seq = entry->seq;
}

static void look_at_effects(struct machine *m)
{
    m->send_count = 0;
    for (uint32_t i = 0; i < m->effects.count; i++) {
        const struct effect *e = &m->effects.at[i];

        if (e->kind == EFFECT_SEND && e->as.send.message->kind == PEER_HELLO)
            note_hello(m, e);
        else if (e->kind == EFFECT_PUT_ENTRY)
            check_own(m, e->as.put_entry.header);
        else if (e->kind == EFFECT_PUT_LOG)
            CW_ASSERT(e->as.put_log.head->blob_seq <= e->as.put_log.head->seq);
        else if (e->kind == EFFECT_SEND_ENTRIES && m->send_count < CW_COUNT(m->sends))
            m->sends[m->send_count++] = *e;
    }
}

/* --- content ------------------------------------------------------------------------------------------- */

static struct hash draw_hash(struct input *in)
{
    struct hash h = {{0}};

    h.b[0] = (uint8_t)draw(in, 8);
    return h;
}

static void fill_hello(struct machine *m, struct input *in, uint32_t peer, struct peer_hello *hello)
{
    hello->v_min = draw(in, 8) == 0 ? 9 : 1;
    hello->v_max = 9;
    memset(&hello->network, draw(in, 8) == 0 ? 1 : 0x4E, sizeof hello->network);
    hello->cert = m->certs[draw(in, 8) == 0 ? 1 - peer : peer];
    hello->reply = draw(in, 2) == 1;
    hello->your_count = draw(in, 2);
    hello->your = ARENA_NEW(&m->made, struct position);
    if (replica_own_log(m->replica) != NULL)
        *hello->your = (struct position){replica_own_log(m->replica)->log, draw(in, 6), draw_hash(in)};
}

static int by_log(const void *a, const void *b)
{
    return ID_COMPARE(&((const struct frontier_item *)a)->log, &((const struct frontier_item *)b)->log);
}

static void fill_frontier(struct machine *m, struct input *in, uint32_t peer, struct peer_frontier *f)
{
    struct hash leaves[LOGS];
    uint32_t at = 0, count = draw(in, LOGS + 1);

    f->items = ARENA_ARRAY(&m->made, struct frontier_item, LOGS);
    f->item_bytes = ARENA_ARRAY(&m->made, struct cw_slice, LOGS);
    f->item_count = count;
    for (uint32_t i = 0; i < count; i++)
        f->items[i] = (struct frontier_item){.log = m->logs[at++], .seq = draw(in, 12), .seal = draw_hash(in)};
    if (count > 0 && draw(in, 4) == 0 && replica_own_log(m->replica) != NULL)
        f->items[0].log = replica_own_log(m->replica)->log;
    qsort(f->items, count, sizeof *f->items, by_log);
    for (uint32_t i = 0; i < count; i++) {
        struct writer w = writer_over(arena_take(&m->made, 1024, 1), 1024);

        f->items[i].blob_seq = draw(in, 13);
        frontier_item_encode(&f->items[i], &w);
        f->item_bytes[i] = slice(w.data, w.len);
        merkle_leaf(MERKLE_ITEMS, f->item_bytes[i], &leaves[i]);
    }
    f->full = draw(in, 3) != 0;
    f->since = draw(in, 8);
    f->head.signer = m->certs[peer];
    f->head.start[0] = (uint8_t)draw(in, 3);
    f->head.replaces[0] = (uint8_t)draw(in, 3);
    f->head.counter = draw(in, 40);
    f->head.item_count = count;
    if (draw(in, 10) != 0)
        merkle_root(MERKLE_ITEMS, leaves, count, &f->head.root);
}

static void fill_entry(struct input *in, const struct log_id *log, uint64_t seq, uint64_t hlc, struct entry_record *out)
{
    memset(out, 0, sizeof *out);
    out->header = (struct entry_header){.log = *log, .seq = seq, .hlc = hlc, .part_count = 1};
    if (draw(in, 3) == 0)
        return;
    out->blobs.part_count = 1;
    out->blobs.parts[0] = slice_of("blob");
}

/* Mostly what continues the log; sometimes a gap, an overlap, another past, a clock that stands. */
static void fill_batch(struct machine *m, struct input *in, const struct log_id *log, uint64_t seq,
                       const struct hash *prev, uint64_t hlc, struct sealed_batch *out)
{
    uint32_t twist = draw(in, 16), count = 1 + draw(in, ENTRIES_MAX);

    memset(out, 0, sizeof *out);
    out->entry_count = count;
    out->entries = ARENA_ARRAY(&m->made, struct entry_record, count);
    out->seal.log = *log;
    out->seal.first = seq + (twist == 1 ? 3 : 1);
    if (twist == 2 && seq > 1)
        out->seal.first = seq - 1;
    out->seal.last = out->seal.first + count - (twist == 3);
    out->seal.last -= out->seal.last > 0;
    out->seal.prev = *prev;
    out->seal.prev.b[0] ^= twist == 4;
    for (uint32_t i = 0; i < count; i++)
        fill_entry(in, log, out->seal.first + i, hlc + (twist == 5 ? 0 : 1 + i), &out->entries[i]);
    out->seal.hlc = out->entries[count - 1].header.hlc;
    out->seal.authority.count = twist == 6;
    out->seal.authority.at[0].log = m->logs[0];
    out->seal_hash.b[0] = (uint8_t)out->seal.last;
    out->seal_hash.b[1] = (uint8_t)draw(in, 2);
}

static struct peer_entries *make_entries(struct machine *m, struct input *in, const struct batch_verdict **out_verdicts)
{
    struct peer_entries *e = ARENA_NEW(&m->made, struct peer_entries);
    struct batch_verdict *verdicts = ARENA_ARRAY(&m->made, struct batch_verdict, BATCHES_MAX);
    uint32_t which = draw(in, LOGS + 1);
    const struct log_head *own = replica_own_log(m->replica), *head;
    struct hash prev;
    uint64_t seq = 0, hlc = UINT64_C(1790000000000) << 16;

    e->log = which < LOGS ? m->logs[which] : own != NULL ? own->log : m->logs[0];
    if (which < LOGS && draw(in, 8) != 0) {
        e->genesis_bytes = m->genesis_bytes[which];
        e->genesis = m->genesis[which];
    }
    memcpy(prev.b, e->log.b, ID_LEN);
    head = replica_log_find(m->replica, &e->log);
    if (head != NULL && head->seq > 0) {
        seq = head->seq;
        prev = head->seal;
        hlc = head->hlc;
    }
    e->batch_count = draw(in, BATCHES_MAX + 1);
    e->batches = ARENA_ARRAY(&m->made, struct sealed_batch, BATCHES_MAX);
    for (uint32_t i = 0; i < e->batch_count; i++) {
        fill_batch(m, in, &e->log, seq, &prev, hlc, &e->batches[i]);
        verdicts[i] = (struct batch_verdict){draw(in, 12) != 0, draw(in, 24) != 0, true, NULL};
        seq = e->batches[i].seal.last;
        prev = e->batches[i].seal_hash;
        hlc = e->batches[i].seal.hlc;
    }
    e->pushed = draw(in, 3) == 0;
    e->last = draw(in, 2) == 0;
    *out_verdicts = verdicts;
    return e;
}

static void fill_want(struct machine *m, struct input *in, struct peer_want *want)
{
    want->log_count = draw(in, 3);
    want->credit = (uint64_t)draw(in, 4) * 100000;
    want->logs = ARENA_ARRAY(&m->made, struct log_want, 2);
    for (uint32_t i = 0; i < want->log_count; i++)
        want->logs[i] = (struct log_want){m->logs[draw(in, LOGS)], draw(in, 12)};
    if (want->log_count > 0 && draw(in, 2) == 0 && replica_own_log(m->replica) != NULL)
        want->logs[0].log = replica_own_log(m->replica)->log;
}

static void fill_blobs(struct machine *m, struct input *in, struct peer_message *message)
{
    struct blobs_of *items = ARENA_ARRAY(&m->made, struct blobs_of, 3);
    struct blob_want *want = ARENA_NEW(&m->made, struct blob_want);

    if (message->kind == PEER_BLOBS) {
        message->as.blobs = (struct peer_blobs){draw(in, 4), items};
        for (uint32_t i = 0; i < message->as.blobs.count; i++)
            items[i] = (struct blobs_of){.log = m->logs[draw(in, LOGS)], .seq = draw(in, 12)};
        return;
    }
    *want = (struct blob_want){m->logs[draw(in, LOGS)], 1, ARENA_NEW(&m->made, uint64_t)};
    message->as.want_blobs = (struct peer_want_blobs){draw(in, 2), want};
}

static void fill_proof(struct machine *m, struct input *in, struct fork_proof *proof)
{
    uint32_t which = draw(in, LOGS);

    proof->genesis_bytes = m->genesis_bytes[which];
    proof->genesis = m->genesis[which];
    proof->a.log = proof->b.log = m->logs[which];
    proof->a.first = 1 + draw(in, 4);
    proof->a.last = proof->a.first + draw(in, 4);
    proof->b.first = 1 + draw(in, 4);
    proof->b.last = proof->b.first + draw(in, 4);
    proof->signed_a.bytes = slice_of("one");
    proof->signed_b.bytes = slice_of(draw(in, 2) == 0 ? "one" : "two");
}

/* --- events -------------------------------------------------------------------------------------------- */

static void message_event(struct machine *m, struct input *in)
{
    static const enum peer_kind kinds[] = {PEER_HELLO,      PEER_HELLO,   PEER_FRONTIER, PEER_FRONTIER,   PEER_WANT,
                                           PEER_ENTRIES,    PEER_ENTRIES, PEER_ENTRIES,  PEER_WANT_BLOBS, PEER_BLOBS,
                                           PEER_FORK_PROOF, PEER_RESET,   PEER_DIGEST};
    uint32_t peer = draw(in, PEERS);
    struct peer_message message = {.kind = kinds[draw(in, CW_COUNT(kinds))]};
    struct event event = {.kind = EVENT_MESSAGE};

    message.from.b[0] = (uint8_t)(1 + peer + (draw(in, 20) == 0 ? 7 : 0));
    if (draw(in, 20) != 0)
        message.to = m->theirs[peer];
    message.counter = m->counters[peer] += draw(in, 30) != 0;
    event.as.message.link = m->links[peer];
    event.as.message.message = &message;
    event.as.message.frame_len = (size_t)draw(in, 256) * 64;
    event.as.message.signature_ok = draw(in, 30) != 0;
    if (message.kind == PEER_HELLO)
        fill_hello(m, in, peer, &message.as.hello);
    else if (message.kind == PEER_FRONTIER)
        fill_frontier(m, in, peer, &message.as.frontier);
    else if (message.kind == PEER_WANT)
        fill_want(m, in, &message.as.want);
    else if (message.kind == PEER_ENTRIES)
        message.as.entries = *make_entries(m, in, &event.as.message.batches);
    else if (message.kind == PEER_WANT_BLOBS || message.kind == PEER_BLOBS)
        fill_blobs(m, in, &message);
    else if (message.kind == PEER_FORK_PROOF)
        fill_proof(m, in, &message.as.fork_proof);
    turn(m, &event);
}

static void link_event(struct machine *m, struct input *in)
{
    uint32_t peer = draw(in, PEERS);
    struct event event = {.kind = draw(in, 3) == 0 ? EVENT_LINK_DOWN : EVENT_LINK_UP};

    if (event.kind == EVENT_LINK_DOWN) {
        event.as.link_down.link = m->links[peer];
    } else {
        m->links[peer] = ++m->next_link;
        event.as.link_up.link = m->links[peer];
        event.as.link_up.cert = m->certs[peer];
        memcpy(event.as.link_up.division, peer == 0 ? "EST" : "WST", 3);
        event.as.link_up.incoming = draw(in, 2) == 0;
    }
    turn(m, &event);
}

static void sent_event(struct machine *m, struct input *in)
{
    struct event event = {.kind = EVENT_SENT};
    const struct effect *e = m->send_count == 0 ? NULL : &m->sends[draw(in, m->send_count)];

    if (e == NULL)
        return;
    event.as.sent.link = e->as.send_entries.link;
    event.as.sent.from = e->as.send_entries.from;
    event.as.sent.counter = e->as.send_entries.counter;
    event.as.sent.log = e->as.send_entries.log;
    event.as.sent.upto = e->as.send_entries.after + draw(in, 4);
    event.as.sent.bytes = (uint64_t)draw(in, 256) * 256;
    event.as.sent.more = draw(in, 2) == 0;
    turn(m, &event);
}

static void local_event(struct machine *m, struct input *in)
{
    struct event event = {.kind = EVENT_SUBMIT};
    uint8_t entropy[32] = {(uint8_t)draw(in, 256), 1};

    switch (draw(in, 6)) {
    case 0:
        event.kind = EVENT_WATCH;
        event.as.watch.log = m->last_own;
        event.as.watch.seq = draw(in, 8);
        event.as.watch.k = draw(in, 4);
        event.as.watch.deadline = mono_after(m->now, draw(in, 256));
        break;
    case 1:
        event.kind = EVENT_BLOBS;
        event.as.blobs.log = m->logs[draw(in, LOGS)];
        event.as.blobs.seq = draw(in, 14);
        event.as.blobs.held = draw(in, 2) == 0;
        break;
    case 2:
        event.kind = EVENT_CUT;
        event.as.cut.cert = m->certs[draw(in, PEERS)];
        event.as.cut.on = draw(in, 4) == 0;
        break;
    case 3:
        if (draw(in, 8) == 0)
            replica_reincarnate(m->replica, entropy, entropy);
        event.kind = EVENT_TICK;
        break;
    default:
        event.as.submit.draft = &m->draft;
        break;
    }
    turn(m, &event);
}

static void admin_event(struct machine *m, struct input *in)
{
    struct event event = {.kind = EVENT_ADMIN_ENTRIES};

    event.as.admin.entries = make_entries(m, in, &event.as.admin.batches);
    turn(m, &event);
}

static void time_event(struct machine *m, struct input *in)
{
    static const int64_t steps[] = {1, 100, 2000, 10000, 31000, 91000};
    struct event event = {.kind = EVENT_TICK};

    m->now = mono_after(m->now, steps[draw(in, CW_COUNT(steps))]);
    m->wall.ms += draw(in, 10) == 0 ? -400000 : 1000;
    turn(m, &event);
    /* A replica that has said all it has to say sleeps. */
    for (int turns = 0; mono_reached(m->now, replica_wake_at(m->replica)); turns++) {
        CW_ASSERT(turns < 40);
        event.kind = EVENT_TICK;
        turn(m, &event);
    }
}

static void one_event(struct machine *m, struct input *in)
{
    switch (draw(in, 16)) {
    case 0:
        link_event(m, in);
        break;
    case 1:
        time_event(m, in);
        break;
    case 2:
    case 3:
        local_event(m, in);
        break;
    case 4:
        admin_event(m, in);
        break;
    case 5:
        sent_event(m, in);
        break;
    default:
        message_event(m, in);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct effect effects[EFFECTS_MAX];
    static uint8_t arena[ARENA_LEN], made[ARENA_LEN];
    static struct machine m;
    struct replica_identity self = {.division = "NTH"};
    struct replica_start start = {.next_n = 1, .nonce = {1}, .start = {2}};
    struct input in = {data, len, 0};
    void *memory = malloc(replica_memory(&limits));

    if (memory == NULL)
        return 0;
    memset(&m, 0, sizeof m);
    memset(&self.network, 0x4E, sizeof self.network);
    memset(&self.cert, 0x50, sizeof self.cert);
    m.effects = (struct effects){effects, 0, EFFECTS_MAX, &m.arena};
    m.arena = arena_over(arena, sizeof arena);
    m.made = arena_over(made, sizeof made);
    m.now.ms = 1000;
    m.wall.ms = INT64_C(1790000000000);
    m.draft = (struct entry_header){.kind = CLASS_CASE, .part_count = 1};
    memset(&m.certs[0], 0x20, sizeof m.certs[0]);
    memset(&m.certs[1], 0x80, sizeof m.certs[1]);
    m.replica = replica_init(memory, &limits, &self);
    replica_seed(m.replica, 5);
    replica_start(m.replica, &start);
    make_logs(&m);

    size_t mark = arena_mark(&m.made);

    while (more(&in) && in.at < 4096) {
        arena_release(&m.made, mark);
        one_event(&m, &in);
    }
    free(memory);
    return 0;
}
