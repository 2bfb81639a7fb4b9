/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

/*
 * Stories of a relay that exchanges how an author's proof is carried. Everything else it says is true: seals,
 * entry headers, blobs. Between an author's division and the third one there is nobody but the relay.
 */

#define ORIGIN 0
#define RELAY 1
#define READER 2
#define BUNDLED 3

/* The frame again with each proof put through `change`; as it was when nothing of it changed. */
static struct cw_slice retell(struct cw_slice frame, struct arena *arena,
                              bool (*change)(struct entry_record *e, struct arena *arena))
{
    struct peer_message m;
    struct writer out = writer_over(arena_take(arena, MESSAGE_LEN_MAX, 1), MESSAGE_LEN_MAX);
    bool changed = false;

    if (out.data == NULL || peer_message_parse(frame, arena, &m) != CW_OK || m.kind != PEER_ENTRIES)
        return frame;
    for (uint32_t b = 0; b < m.as.entries.batch_count; b++) {
        for (uint32_t i = 0; i < m.as.entries.batches[b].entry_count; i++)
            changed = change(&m.as.entries.batches[b].entries[i], arena) || changed;
    }
    return changed && peer_message_encode(&m, arena, &out) == CW_OK ? slice(out.data, out.len) : frame;
}

static struct cw_slice encoded(const struct author_proof *proof, struct arena *arena)
{
    struct writer w = writer_over(arena_take(arena, PROOF_LEN_MAX, 1), PROOF_LEN_MAX);

    author_proof_encode(proof, &w);
    CW_ASSERT(!w.failed);
    return slice(w.data, w.len);
}

static bool unbundle(struct entry_record *e, struct arena *arena)
{
    if (!e->submission_ok || e->proof.kind != PROOF_BUNDLE)
        return false;
    e->proof.kind = PROOF_SINGLE;
    e->proof_bytes = encoded(&e->proof, arena);
    e->path_bytes = slice(NULL, 0);
    return true;
}

static bool spoil_path(struct entry_record *e, struct arena *arena)
{
    uint8_t *path;

    if (!e->submission_ok || e->path_bytes.len == 0)
        return false;
    path = arena_take(arena, e->path_bytes.len, 1);
    memcpy(path, e->path_bytes.data, e->path_bytes.len);
    path[3] ^= 1;
    e->path_bytes = slice(path, e->path_bytes.len);
    return true;
}

static struct cw_slice as_single(struct cw_slice frame, struct arena *arena)
{
    return retell(frame, arena, unbundle);
}

static struct cw_slice with_another_path(struct cw_slice frame, struct arena *arena)
{
    return retell(frame, arena, spoil_path);
}

static void hand_in_bundle(struct sim *s, uint32_t ops[static BUNDLED])
{
    struct draft drafts[BUNDLED];

    for (uint32_t i = 0; i < BUNDLED; i++) {
        draft_begin(s, &drafts[i], &s->cast->officers[ORIGIN][OFFICER_COORD], &s->cases[0], s->case_kinds[0]);
        draft_event(&drafts[i], EVENT_ARREST);
    }
    draft_bundle(s, drafts, BUNDLED);
    for (uint32_t i = 0; i < BUNDLED; i++)
        ops[i] = story_hand_in(s, &drafts[i], ORIGIN);
    for (uint32_t i = 0; i < BUNDLED; i++)
        EXPECT(s, story_answered(s, ops[i]));
}

/* What was exchanged is the relay's making: its session ends, nothing of it is taken, and the truth is taken later. */
static void tell_of(struct cw_slice (*lie)(struct cw_slice frame, struct arena *arena), uint64_t seed)
{
    struct sim *s = story_world(3, seed);
    uint32_t ops[BUNDLED];

    story_open(s, ORIGIN, KIND_OPERATION);
    story_sync(s);
    network_cut(s, ORIGIN, READER, true);
    s->nodes[RELAY].honest = false;
    s->nodes[RELAY].retells = lie;
    hand_in_bundle(s, ops);
    sim_run_ms(s, 8000);
    EXPECT(s, s->nodes[READER].sessions_ended > 0);
    EXPECT(s, story_counter(s, READER, COUNTER_VOID) == 0);
    for (uint32_t i = 0; i < BUNDLED; i++) {
        EXPECT(s, look_holds_op(&s->nodes[RELAY], &s->ops[ops[i]].id));
        EXPECT(s, !look_holds_op(&s->nodes[READER], &s->ops[ops[i]].id));
    }
    s->nodes[RELAY].retells = NULL;
    story_sync(s);
    EXPECT(s, story_happenings(s, READER, 0, EVENT_ARREST) == BUNDLED);
    story_ends(s);
}

void story_of_a_relay_cannot_pass_a_bundle_off_as_signed_singly(void);
void story_of_a_relay_cannot_pass_a_bundle_off_as_signed_singly(void)
{
    tell_of(as_single, 46);
}

void story_of_a_relay_cannot_spoil_the_path_of_a_bundle(void);
void story_of_a_relay_cannot_spoil_the_path_of_a_bundle(void)
{
    tell_of(with_another_path, 47);
}
