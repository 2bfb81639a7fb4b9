/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/solo.h"

#include <check.h>

#include <stdlib.h>

#define ARENA_LEN ((size_t)16 << 20)
#define EFFECTS_MAX 12000

/* NOLINTNEXTLINE(readability-non-const-parameter): the view's, which others write through */
static bool holds_nothing(void *ctx, const struct log_id *log, uint64_t seq, struct position *out, uint64_t *first)
{
    (void)ctx;
    (void)log;
    (void)seq;
    (void)out;
    (void)first;
    return false;
}

static bool everybody_reads(void *ctx, const struct cert_id *cert)
{
    (void)ctx;
    (void)cert;
    return true;
}

const struct replica_view solo_empty_view = {.seal_covering = holds_nothing, .may_read = everybody_reads};

static void make_log(struct solo *s)
{
    uint8_t *bytes = arena_take(&s->made, GENESIS_LEN_MAX, 1);
    struct writer w = writer_over(bytes, GENESIS_LEN_MAX);

    s->genesis = (struct genesis){.scope = LOG_DIVISION, .division = slice_of("EST"), .cert = s->peer, .n = 1};
    memset(&s->genesis.network, 0x4E, sizeof s->genesis.network);
    memset(s->genesis.nonce, 9, sizeof s->genesis.nonce);
    genesis_encode(&s->genesis, &w);
    s->genesis_bytes = slice(bytes, w.len);
    log_id_of(s->genesis_bytes, &s->log);
    memcpy(s->head.b, s->log.b, ID_LEN);
}

void solo_init(struct solo *s)
{
    struct replica_identity self = {.division = "NTH", .software = "0.0.7"};
    struct replica_start start = {.next_n = 1, .nonce = {1}, .start = {2}};

    memset(s, 0, sizeof *s);
    s->view = &solo_empty_view;
    memset(&self.network, 0x4E, sizeof self.network);
    memset(&self.cert, 0x11, sizeof self.cert);
    memset(&s->peer, 0x22, sizeof s->peer);
    memset(&s->mine, 0x33, sizeof s->mine);
    s->limits = (struct replica_limits){.logs_max = 32,
                                        .peers_max = 2,
                                        .watches_max = 2,
                                        .credit_peer = MESSAGE_LEN_MAX,
                                        .credit_total = UINT64_C(2) * MESSAGE_LEN_MAX,
                                        .heartbeat_ms = 30000,
                                        .session_dead_ms = 90000};
    s->memory = malloc(replica_memory(&s->limits));
    s->effects = (struct effects){calloc(EFFECTS_MAX, sizeof(struct effect)), 0, EFFECTS_MAX, &s->arena};
    s->arena = arena_over(malloc(ARENA_LEN), ARENA_LEN);
    s->made = arena_over(malloc(ARENA_LEN), ARENA_LEN);
    s->replica = replica_init(s->memory, &s->limits, &self);
    replica_seed(s->replica, 7);
    replica_start(s->replica, &start);
    s->now.ms = 1000;
    s->wall.ms = INT64_C(1790000000000);
    s->hlc = (uint64_t)s->wall.ms << 16;
    make_log(s);
}

void solo_beside(struct solo *s, const struct solo *h, uint8_t name)
{
    *s = *h;
    s->memory = NULL;
    s->effects = (struct effects){calloc(EFFECTS_MAX, sizeof(struct effect)), 0, EFFECTS_MAX, &s->arena};
    s->arena = arena_over(malloc(ARENA_LEN), ARENA_LEN);
    s->made = arena_over(malloc(ARENA_LEN), ARENA_LEN);
    memset(&s->peer, name, sizeof s->peer);
    memset(&s->mine, name + 1, sizeof s->mine);
    s->link = (link_id)name * 1000;
    make_log(s);
}

void solo_done(struct solo *s)
{
    free(s->memory);
    free(s->effects.at);
    free(s->arena.base);
    free(s->made.base);
}

/* --- turns --------------------------------------------------------------------------------------------- */

enum cw_err solo_turn(struct solo *s, const struct event *event)
{
    struct event copy = *event;
    enum cw_err err;

    copy.now = s->now;
    copy.wall = s->wall;
    s->effects.count = 0;
    s->arena.used = 0;
    replica_begin_turn(s->replica, s->view, &s->effects);
    err = replica_step(s->replica, &copy);
    CW_ASSERT(replica_end_turn(s->replica, s->now, s->wall) == CW_OK);
    return err;
}

void solo_tick(struct solo *s, int64_t ms)
{
    s->now = mono_after(s->now, ms);
    (void)solo_turn(s, &(struct event){.kind = EVENT_TICK});
}

enum cw_err solo_hear_event(struct solo *s, struct event *event, struct peer_message *message)
{
    event->kind = EVENT_MESSAGE;
    event->as.message.link = s->link;
    event->as.message.message = message;
    return solo_turn(s, event);
}

enum cw_err solo_hear(struct solo *s, struct peer_message *message, size_t frame_len)
{
    struct event event = {.as.message = {.frame_len = frame_len, .signature_ok = true}};

    message->from = s->mine;
    message->to = s->theirs;
    message->counter = ++s->counter;
    return solo_hear_event(s, &event, message);
}

struct peer_message solo_hello(const struct solo *s)
{
    struct peer_message m = {.kind = PEER_HELLO};

    m.as.hello.v_min = m.as.hello.v_max = PROTOCOL_VERSION;
    memset(&m.as.hello.network, 0x4E, sizeof m.as.hello.network);
    m.as.hello.cert = s->peer;
    return m;
}

void solo_link_up(struct solo *s)
{
    struct event up = {.kind = EVENT_LINK_UP, .as.link_up = {.link = ++s->link, .cert = s->peer, .division = "EST"}};

    s->shown = false;
    (void)solo_turn(s, &up);
    if (solo_said(s, PEER_HELLO) != NULL)
        s->theirs = solo_said(s, PEER_HELLO)->from;
}

void solo_meet(struct solo *s)
{
    struct peer_message hello = solo_hello(s);

    solo_link_up(s);
    hello.as.hello.reply = true;
    (void)solo_hear(s, &hello, 200);
}

/* --- batches ------------------------------------------------------------------------------------------- */

static void fill_entry(struct solo *s, struct entry_record *record)
{
    uint8_t *bytes = arena_take(&s->made, HEADER_LEN_MAX, 1);
    struct writer w = writer_over(bytes, HEADER_LEN_MAX);

    record->header =
        (struct entry_header){.log = s->log, .seq = ++s->seq, .hlc = ++s->hlc, .kind = CLASS_CASE, .part_count = 1};
    record->header.parts[0].len = 4;
    entry_header_encode(&record->header, &w);
    record->header_bytes = slice(bytes, w.len);
    entry_hash_of(record->header_bytes, &record->hash);
    record->blobs.part_count = 1;
    record->blobs.parts[0] = slice("blob", 4);
}

void solo_reseal(struct solo *s, struct sealed_batch *batch)
{
    uint8_t *bytes = arena_take(&s->made, SEAL_LEN_MAX, 1);
    struct writer w = writer_over(bytes, SEAL_LEN_MAX);
    struct hash leaves[SEAL_ENTRIES_MAX];

    for (uint32_t i = 0; i < batch->entry_count && i < SEAL_ENTRIES_MAX; i++)
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&batch->entries[i].hash), &leaves[i]);
    merkle_root(MERKLE_ENTRIES, leaves, batch->entry_count, &batch->seal.root);
    seal_encode(&batch->seal, &w);
    batch->signed_seal.bytes = slice(bytes, w.len);
    batch->signed_seal.signature_count = 1;
    seal_hash_of(batch->signed_seal.bytes, &batch->seal_hash);
    s->head = batch->seal_hash;
}

struct sealed_batch solo_batch(struct solo *s, uint32_t count)
{
    struct sealed_batch batch = {.entry_count = count};

    batch.entries = ARENA_ARRAY(&s->made, struct entry_record, count);
    batch.seal = (struct seal){.log = s->log, .first = s->seq + 1, .last = s->seq + count, .prev = s->head};
    for (uint32_t i = 0; i < count; i++)
        fill_entry(s, &batch.entries[i]);
    batch.seal.hlc = s->hlc;
    solo_reseal(s, &batch);
    return batch;
}

enum cw_err solo_hear_batches(struct solo *s, struct sealed_batch *batches, uint32_t count, bool seal_ok, bool pushed,
                              bool last, size_t frame_len)
{
    struct peer_message *m = ARENA_NEW(&s->made, struct peer_message);
    struct batch_verdict *verdicts = ARENA_ARRAY(&s->made, struct batch_verdict, count + 1);
    struct event event = {.as.message = {.frame_len = frame_len, .batches = verdicts}};

    for (uint32_t i = 0; i < count; i++)
        verdicts[i] = (struct batch_verdict){true, seal_ok, true, NULL};
    m->kind = PEER_ENTRIES;
    m->from = s->mine;
    m->to = s->theirs;
    m->counter = ++s->counter;
    m->as.entries =
        (struct peer_entries){.log = s->log, .batch_count = count, .batches = batches, .pushed = pushed, .last = last};
    m->as.entries.genesis_bytes = s->genesis_bytes;
    m->as.entries.genesis = s->genesis;
    return solo_hear_event(s, &event, m);
}

/* --- frontiers ----------------------------------------------------------------------------------------- */

struct frontier_item solo_item(const struct solo *s)
{
    return (struct frontier_item){.log = s->log, .seq = s->seq, .seal = s->head, .blob_seq = s->seq};
}

static int by_log(const void *a, const void *b)
{
    return ID_COMPARE(&((const struct frontier_item *)a)->log, &((const struct frontier_item *)b)->log);
}

static enum cw_err hear_items(struct solo *s, struct frontier_item *items, uint32_t count, uint64_t counter,
                              uint64_t since)
{
    struct peer_message *m = ARENA_NEW(&s->made, struct peer_message);
    struct peer_frontier *f = &m->as.frontier;
    struct hash *leaves = ARENA_ARRAY(&s->made, struct hash, count + 1);

    if (count != 0)
        qsort(items, count, sizeof *items, by_log);
    m->kind = PEER_FRONTIER;
    f->full = since == 0;
    f->since = since;
    f->now_ms = s->says_ms;
    f->items = items;
    f->item_count = count;
    f->item_bytes = ARENA_ARRAY(&s->made, struct cw_slice, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct writer w = writer_over(arena_take(&s->made, 1024, 1), 1024);

        frontier_item_encode(&items[i], &w);
        f->item_bytes[i] = slice(w.data, w.len);
        merkle_leaf(MERKLE_ITEMS, f->item_bytes[i], &leaves[i]);
    }
    f->head = (struct frontier_head){.signer = s->peer, .start = {5}, .counter = counter, .item_count = count};
    merkle_root(MERKLE_ITEMS, leaves, count, &f->head.root);
    return solo_hear(s, m, 300);
}

enum cw_err solo_hear_frontier(struct solo *s, struct frontier_item *items, uint32_t count, uint64_t counter)
{
    uint64_t since = s->shown ? s->shown_at : 0;

    s->shown = true;
    s->shown_at = counter;
    return hear_items(s, items, count, counter, since);
}

enum cw_err solo_hear_whole(struct solo *s, struct frontier_item *items, uint32_t count, uint64_t counter)
{
    s->shown = true;
    s->shown_at = counter;
    return hear_items(s, items, count, counter, 0);
}

enum cw_err solo_hear_change(struct solo *s, struct frontier_item *items, uint32_t count, uint64_t counter)
{
    s->shown_at = counter;
    return hear_items(s, items, count, counter, counter - 1);
}

/* --- looking ------------------------------------------------------------------------------------------- */

const struct effect *solo_find(const struct solo *s, enum effect_kind kind, uint32_t nth)
{
    for (uint32_t i = 0; i < s->effects.count; i++) {
        if (s->effects.at[i].kind == kind && nth-- == 0)
            return &s->effects.at[i];
    }
    return NULL;
}

uint32_t solo_count(const struct solo *s, enum effect_kind kind)
{
    uint32_t count = 0;

    while (solo_find(s, kind, count) != NULL)
        count++;
    return count;
}

const struct peer_message *solo_said(const struct solo *s, enum peer_kind kind)
{
    const struct peer_message *last = NULL;

    for (uint32_t i = 0; i < s->effects.count; i++) {
        if (s->effects.at[i].kind == EFFECT_SEND && s->effects.at[i].as.send.message->kind == kind)
            last = s->effects.at[i].as.send.message;
    }
    return last;
}

const struct effect *solo_note(const struct solo *s, enum note note)
{
    for (uint32_t i = 0; i < s->effects.count; i++) {
        if (s->effects.at[i].kind == EFFECT_NOTE && s->effects.at[i].as.note.note == note)
            return &s->effects.at[i];
    }
    return NULL;
}

static struct peer_status status_of(const struct solo *s)
{
    struct peer_status status = {.state = PEER_STATE_DOWN};

    for (uint32_t i = 0; i < replica_peer_count(s->replica); i++) {
        replica_peer_at(s->replica, i, &status);
        if (ID_EQ(&status.cert, &s->peer))
            break;
    }
    return status;
}

enum peer_state solo_state(const struct solo *s)
{
    return status_of(s).state;
}

enum cw_err solo_error(const struct solo *s)
{
    return status_of(s).last_error;
}

void solo_ck_refused(const struct solo *s, enum cw_err err)
{
    const struct peer_message *said = solo_said(s, PEER_RESET);

    ck_assert_int_eq(solo_state(s), PEER_STATE_REFUSED);
    ck_assert_int_eq(solo_error(s), err);
    ck_assert_ptr_nonnull(solo_find(s, EFFECT_DROP_LINK, 0));
    ck_assert(said != NULL && said->as.reset.code == (uint32_t)err);
    ck_assert_ptr_nonnull(solo_note(s, NOTE_PEER_SESSION_ENDED));
}

void solo_offer(struct solo *s, uint64_t counter)
{
    struct frontier_item item = solo_item(s);

    ck_assert_int_eq(solo_hear_frontier(s, &item, 1, counter), CW_OK);
}
