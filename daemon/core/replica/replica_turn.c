/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sealing.h"
#include "core/session.h"

/* --- room: asked for before anything changes ----------------------------------------------------------- */

static uint64_t effects_of_items(uint64_t each, uint32_t count)
{
    return each * (count < MESSAGE_ITEMS_MAX ? count : MESSAGE_ITEMS_MAX);
}

static uint64_t effects_of_event(const struct event *event)
{
    if (event->kind == EVENT_ADMIN_ENTRIES)
        return effects_of_items(4, event->as.admin.entries->batch_count);
    if (event->kind != EVENT_MESSAGE)
        return 0;

    const struct peer_message *message = event->as.message.message;

    if (message->kind == PEER_ENTRIES)
        return effects_of_items(4, message->as.entries.batch_count);
    return message->kind == PEER_BLOBS ? effects_of_items(1, message->as.blobs.count) : 0;
}

/* What the end of the turn must be able to list, whatever else is left for the next: entries, seals, an opening,
 * logs' rows and news, the frontier. An event touches at most two logs beyond those touched already. */
static bool has_room(const struct replica *r, uint64_t event_effects, uint32_t more_pending)
{
    uint64_t pending = (uint64_t)r->pending_count + more_pending;
    uint64_t logs = (uint64_t)r->logs.dirty_count + 4;

    return effects_have_room(r->out, event_effects + 2 * pending + 2 * logs + UINT64_C(3) * SAY_EFFECTS,
                             (size_t)pending * MADE_ARENA_LEN + 3 * SAY_ARENA_LEN);
}

/* --- steps --------------------------------------------------------------------------------------------- */

static bool can_open_log(const struct replica *r)
{
    /* Also with a log open: this very turn may have to leave it. */
    return r->logs.count < r->logs.max;
}

static enum cw_err step_submit(struct replica *r, const struct event *event)
{
    if (!can_open_log(r))
        return CW_LOCAL_MEMORY;
    r->pending[r->pending_count++] = (struct pending){event->as.submit.tag, event->as.submit.draft};
    return CW_OK;
}

static void step_blobs(struct replica *r, const struct event *event)
{
    uint32_t number = logs_find(&r->logs, &event->as.blobs.log);
    uint64_t seq = event->as.blobs.seq;
    bool full = false;

    if (number == LOG_NONE || seq == 0 || seq > replica_slot(r, number)->head.seq)
        return;
    struct log_slot *slot = replica_slot(r, number);

    log_head_blob(&slot->head, seq, event->as.blobs.held, &full);
    logs_touch(&r->logs, number);
    if (event->as.blobs.held)
        session_blobs_held(r, slot);
    if (full)
        effects_note(r->out, NOTE_HOLES_FULL, CW_OK, "the 65th hole ended blob seq")->as.note.log = slot->head.log;
}

static void step_watch(struct replica *r, const struct event *event)
{
    const struct watch watch = {event->as.watch.tag, event->as.watch.log, event->as.watch.seq, event->as.watch.k,
                                event->as.watch.deadline};
    struct effect *effect;

    r->watch_again = true;
    if (watches_add(&r->watches, &watch))
        return;
    /* Answered at once with what is known: nobody waits for a place that was not there. */
    effects_note(r->out, NOTE_LIMIT, CW_LOCAL_MEMORY, "watches_max");
    effect = effects_add(r->out, EFFECT_HELD);
    effect->as.held.tag = watch.tag;
    effect->as.held.held = replica_held_by(r, r->view, &watch.log, watch.seq, NULL, 0);
    effect->as.held.reached = effect->as.held.held >= watch.k;
}

static enum cw_err perform(struct replica *r, const struct event *event)
{
    switch (event->kind) {
    case EVENT_TICK: /* what is due is done at the turn's end */
        break;
    case EVENT_LINK_UP:
        session_link_up(r, event);
        break;
    case EVENT_LINK_DOWN:
        session_link_down(r, event);
        break;
    case EVENT_MESSAGE:
        session_message(r, event);
        break;
    case EVENT_SUBMIT:
        return step_submit(r, event);
    case EVENT_SENT:
        session_sent(r, event);
        break;
    case EVENT_BLOBS:
        step_blobs(r, event);
        break;
    case EVENT_WATCH:
        step_watch(r, event);
        break;
    case EVENT_ADMIN_ENTRIES:
        session_admin_entries(r, event);
        break;
    case EVENT_CUT:
        session_cut(r, event);
        break;
    }
    return CW_OK;
}

enum cw_err replica_step(struct replica *r, const struct event *event)
{
    uint32_t more = event->kind == EVENT_SUBMIT;

    CW_ASSERT(r->out != NULL);
    if (!has_room(r, effects_of_event(event), more) || r->pending_count + more > PENDING_MAX)
        return CW_AGAIN_BUSY;
    r->now = event->now;
    r->wall = event->wall;
    return perform(r, event);
}

/* --- the turn ------------------------------------------------------------------------------------------ */

void replica_begin_turn(struct replica *r, const struct replica_view *view, struct effects *out)
{
    r->view = view;
    r->out = out;
    r->unsaid = false;
    r->pending_count = 0;
    logs_begin_turn(&r->logs);
    for (uint32_t i = 0; i < r->peers.count; i++)
        r->peers.at[i].blob_answers = 0;
    replica_note_authority(r);
}

static bool changes_item(struct log_slot *slot)
{
    struct frontier_item item;
    struct hash leaf;

    if (slot->head.seq == 0)
        return false;
    log_head_item(&slot->head, &item);
    frontier_leaf(&item, &leaf);
    if (ID_EQ(&leaf, &slot->item_leaf))
        return false;
    slot->item_leaf = leaf;
    return true;
}

static void restate_root(struct replica *r)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < r->logs.count; i++) {
        const struct log_slot *slot = replica_slot(r, r->logs.sorted[i]);

        if (slot->head.seq > 0)
            r->scratch.leaves[count++] = slot->item_leaf;
    }
    r->head.item_count = count;
    merkle_root(MERKLE_ITEMS, r->scratch.leaves, count, &r->head.root);
}

/* Moves the counter when an item changed, or what the frontier is called. */
static void move_frontier(struct replica *r)
{
    bool moved = r->head_stale;

    for (uint32_t i = 0; i < r->logs.dirty_count; i++) {
        struct log_slot *slot = replica_slot(r, r->logs.dirty[i]);

        if (!changes_item(slot))
            continue;
        slot->changed_at = r->head.counter + 1;
        moved = true;
    }
    if (!moved)
        return;
    r->head.counter++;
    restate_root(r);
    memcpy(r->head.start, r->start, sizeof r->head.start);
    memcpy(r->head.replaces, r->replaces, sizeof r->head.replaces);
    replica_authority_positions(r, &r->head.authority);
    r->head_stale = false;
    effects_add(r->out, EFFECT_PUT_FRONTIER)->as.put_frontier.head = &r->head;
}

static void put_logs(struct replica *r)
{
    for (uint32_t i = 0; i < r->logs.dirty_count; i++)
        effects_add(r->out, EFFECT_PUT_LOG)->as.put_log.head = &replica_slot(r, r->logs.dirty[i])->head;
}

static void tell_advances(struct replica *r)
{
    for (uint32_t i = 0; i < r->logs.dirty_count; i++) {
        const struct log_slot *slot = replica_slot(r, r->logs.dirty[i]);

        if (slot->head.seq == slot->turn_seq)
            continue;
        struct effect *effect = effects_add(r->out, EFFECT_LOG_ADVANCED);

        effect->as.advanced.log = slot->head.log;
        effect->as.advanced.from = slot->turn_seq + 1;
        effect->as.advanced.upto = slot->head.seq;
        r->watch_again = true;
    }
}

/* What was pushed goes before the frontier that shows it, or the peer would ask for what is under way. */
static void tell_peer(struct replica *r, struct peer *p)
{
    if (p->compare || session_dispute_is_due(r, p))
        session_compare(r, p);
    session_timers(r, p);
    session_push(r, p);
    session_tell_frontier(r, p);
    session_ask_whole(r, p);
    session_tell_forks(r, p);
    session_fetch(r, p);
    session_fetch_blobs(r, p);
    session_serve(r, p);
}

static void tell_peers(struct replica *r)
{
    uint32_t count = r->peers.count;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = (r->first_peer + i) % count;

        if (!effects_have_room(r->out, SAY_EFFECTS, SAY_ARENA_LEN)) {
            r->first_peer = number; /* who waited is told first */
            r->unsaid = true;
            return;
        }
        tell_peer(r, &r->peers.at[number]);
    }
}

static void tell_held(struct replica *r, const struct watch *watch, uint32_t held)
{
    struct effect *effect = effects_add(r->out, EFFECT_HELD);

    effect->as.held.tag = watch->tag;
    effect->as.held.held = held;
    effect->as.held.reached = held >= watch->k;
}

static void end_watches(struct replica *r)
{
    if (!r->watch_again && !mono_reached(r->now, watches_next(&r->watches)))
        return;
    r->watch_again = false;
    for (uint32_t i = 0; i < r->watches.count;) {
        const struct watch *watch = &r->watches.at[i];
        uint32_t held = replica_held_by(r, r->view, &watch->log, watch->seq, NULL, 0);

        if (held < watch->k && !mono_reached(r->now, watch->deadline)) {
            i++;
            continue;
        }
        if (!effects_have_room(r->out, SAY_EFFECTS, 0)) {
            r->watch_again = r->unsaid = true;
            return;
        }
        tell_held(r, watch, held);
        watches_remove(&r->watches, i);
    }
}

enum cw_err replica_end_turn(struct replica *r, struct cw_mono now, struct cw_wall wall)
{
    CW_ASSERT(r->out != NULL);
    if (!has_room(r, 0, 0))
        return CW_AGAIN_BUSY;
    r->now = now;
    r->wall = wall;

    sealing_seal_pending(r);
    move_frontier(r);
    put_logs(r);
    tell_advances(r);
    end_watches(r);
    tell_peers(r);
    r->out = NULL;
    r->view = NULL;
    return CW_OK;
}
