/* SPDX-License-Identifier: Apache-2.0 */
#include "node/turn.h"

#include "node/authority_entries.h"
#include "node/case_work.h"
#include "node/duties.h"
#include "node/exec.h"
#include "node/feed.h"
#include "node/prepare.h"
#include "node/seen.h"

/* --- beginning ------------------------------------------------------------------------------------------- */

static bool seal_covering(void *ctx, const struct log_id *log, uint64_t seq, struct position *out_end,
                          uint64_t *out_first)
{
    struct turn *t = ctx;
    struct seal_row row;
    uint64_t last;

    if (db_get_seal(t->n, t->txn, log, seq, &row, &last) != CW_OK)
        return false;
    *out_end = (struct position){*log, last, row.hash};
    *out_first = row.first;
    return true;
}

static bool may_read(void *ctx, const struct cert_id *cert)
{
    const struct turn *t = ctx;

    return authority_reads(t->n->authority, slice_of(AUDIENCE_FORCE), cert);
}

static void share_memory(struct turn *t)
{
    struct node *n = t->n;
    size_t quarter = n->arena_len / 4 & ~(size_t)63;

    t->arena = arena_over(n->arena_memory, quarter);
    t->kept = arena_over(n->arena_memory + quarter, quarter);
    t->said = arena_over(n->arena_memory + 2 * quarter, n->arena_len - 2 * quarter);
    t->effects = (struct effects){n->effects, 0, n->effects_max, &t->said};
    /* Over a megabyte together, of which most turns use little: each item is set whole when it is taken. */
    t->submissions =
        arena_take_raw(&t->kept, TURN_SUBMISSIONS_MAX * sizeof *t->submissions, alignof(struct turn_submission));
    t->reply_max = TURN_SUBMISSIONS_MAX + 64;
    t->replies = arena_take_raw(&t->kept, t->reply_max * sizeof *t->replies, alignof(struct reply));
    CW_ASSERT(t->submissions != NULL && t->replies != NULL);
}

static enum cw_err begin(struct node *n, struct turn *t, struct replica_view *view)
{
    memset(t, 0, sizeof *t);
    t->n = n;
    t->now = n->ports.clock.mono(n->ports.clock.ctx);
    t->wall = n->ports.clock.wall(n->ports.clock.ctx);
    share_memory(t);
    t->keys_before = vault_key_count(n->vault);
    enum cw_err err = node_store(n)->begin_write(node_store(n)->ctx, &t->txn);
    if (err != CW_OK)
        return err;
    memcpy(t->counters, n->counters, sizeof t->counters);
    case_cache_begin_turn(n->cases);
    *view = (struct replica_view){t, seal_covering, may_read};
    replica_begin_turn(n->replica, view, &t->effects);
    t->core_open = true;
    return CW_OK;
}

enum cw_err turn_step(struct turn *t, struct event *event)
{
    event->now = t->now;
    event->wall = t->wall;
    enum cw_err err = replica_step(t->n->replica, event);

    return err == CW_OK ? exec_writes(t) : err;
}

/* --- inputs ----------------------------------------------------------------------------------------------- */

/* What the turn before left to be told: how far transfers got, watches. */
static enum cw_err deliver_later(struct turn *t)
{
    struct node *n = t->n;
    uint32_t count = n->later_count, done = 0;
    enum cw_err err = CW_OK;

    while (done < count && err == CW_OK) {
        struct event event = n->later[done]; /* a step may add more, and move the list */

        err = turn_step(t, &event);
        done += err == CW_OK;
    }
    n->later_count -= done;
    if (n->later_count > 0)
        memmove(n->later, n->later + done, n->later_count * sizeof *n->later);
    return err;
}

static enum cw_err hear_peer(struct turn *t, const struct input *in)
{
    const struct verified_message *v = in->as.peer;
    struct event event = {.kind = EVENT_MESSAGE};

    if (link_find(t->n, in->who.link) == NULL)
        return CW_OK; /* hung up meanwhile */
    t->verified = v;
    event.as.message.link = in->who.link;
    event.as.message.message = &v->message;
    event.as.message.frame_len = v->frame_len;
    event.as.message.signature_ok = v->signature_ok;
    event.as.message.signer_unknown = v->signer_unknown;
    event.as.message.batches = v->batches;
    enum cw_err err = turn_step(t, &event);
    return err == CW_OK && v->message.kind == PEER_DIGEST ? digest_heard(t, &in->who, &v->message.as.digest) : err;
}

static enum cw_err tick(struct turn *t)
{
    struct event event = {.kind = EVENT_TICK};

    return turn_step(t, &event);
}

static enum cw_err take_input(struct turn *t, const struct input *in)
{
    t->input = in;
    t->verified = NULL;
    if (in->kind == INPUT_LINK_UP || in->kind == INPUT_LINK_DOWN || in->kind == INPUT_CUT || in->kind == INPUT_PEERS)
        t->n->peers_shown = (struct cw_mono){0}; /* who is there is shown at once: a status is never old news */
    switch (in->kind) {
    case INPUT_TICK:
        return tick(t);
    case INPUT_LINK_UP:
        return link_up(t, in);
    case INPUT_LINK_DOWN:
        return link_down(t, in);
    case INPUT_PEER:
        return hear_peer(t, in);
    case INPUT_SUBMIT:
        return admit_submission(t, in);
    case INPUT_PUBLISH:
        return publish_segments(t, in);
    case INPUT_CUT:
        return link_cut(t, in);
    case INPUT_PEERS:
        return links_take_peers(t, in);
    case INPUT_FOLD:
        t->reader_waits = true;
        return CW_OK;
    }
    return CW_OK;
}

static bool is_full(const struct turn *t)
{
    return t->submission_count + 2 > TURN_SUBMISSIONS_MAX || t->reply_count + 2 > t->reply_max ||
           t->arena.len - t->arena.used < TURN_ARENA_LEFT_MIN || t->kept.len - t->kept.used < TURN_ARENA_LEFT_MIN / 2;
}

/* *out_taken: inputs that are dealt with. One that does not fit a fresh turn is let go, so that it blocks nobody. */
static enum cw_err take_inputs(struct turn *t, const struct input *inputs, uint32_t count, uint32_t *out_taken)
{
    enum cw_err err = CW_OK;
    uint32_t i = 0;

    for (; i < count && !is_full(t); i++) {
        err = take_input(t, &inputs[i]);
        if (err != CW_OK)
            break;
    }
    if (err == CW_AGAIN_BUSY) {
        if (i == 0 && t->effects.count == 0) {
            node_alarm(t->n, "turn-too-small", "one input of kind %d does not fit a turn", (int)inputs[0].kind);
            i = 1;
        }
        err = CW_OK;
    }
    *out_taken = i;
    return err;
}

/* --- the end ----------------------------------------------------------------------------------------------- */

static enum cw_err put_counters(struct turn *t)
{
    uint8_t bytes[8 * COUNTER_COUNT];
    struct writer w = writer_over(bytes, sizeof bytes);

    for (uint32_t i = 0; i < COUNTER_COUNT; i++)
        writer_be64(&w, counter_is_kept((enum counter)i) ? t->counters[i] : 0);
    if (memcmp(t->n->counters, t->counters, sizeof t->counters) == 0)
        return CW_OK;
    return db_put(t, TABLE_META, row_key_text(META_COUNTERS), slice(bytes, w.len));
}

static enum cw_err put_feed_next(struct turn *t, uint64_t before)
{
    uint8_t bytes[8];
    struct writer w = writer_over(bytes, sizeof bytes);

    if (t->n->feed_next == before)
        return CW_OK;
    writer_be64(&w, t->n->feed_next);
    return db_put(t, TABLE_META, row_key_text(META_FEED), slice(bytes, w.len));
}

static enum cw_err finish_writes(struct turn *t, uint64_t feed_before)
{
    enum cw_err err = case_keys_look(t);

    if (err == CW_OK)
        err = pending_judge_again(t);
    if (err == CW_OK)
        err = pending_open_again(t);
    if (err == CW_OK)
        err = duties_act(t);
    if (err != CW_OK)
        return err;
    err = replica_end_turn(t->n->replica, t->now, t->wall);
    t->core_open = false;
    if (err == CW_OK)
        err = exec_writes(t);
    if (err == CW_OK)
        err = own_row_follow(t);
    if (err == CW_OK && (t->policy_changed || duties_clock_went_back(t)))
        err = fold_mark_all(t);
    if (err == CW_OK)
        err = fold_dirty_cases(t);
    if (err == CW_OK)
        err = duties_look_ahead(t);
    if (err == CW_OK)
        err = duties_note_clock(t);
    if (err == CW_OK)
        err = put_feed_next(t, feed_before);
    return err == CW_OK ? put_counters(t) : err;
}

/* Commit, anchor, and only then anything that shows the new head: readers wait at the gate. */
static enum cw_err commit(struct turn *t)
{
    struct node *n = t->n;
    struct kv_txn *txn = t->txn;
    struct seen_token *seen = seen_make(n);

    pthread_rwlock_wrlock(&n->gate);
    t->txn = NULL;
    enum cw_err err = node_store(n)->commit(node_store(n)->ctx, txn);
    if (err == CW_OK && t->own_changed) {
        n->anchor.head = t->own_head;
        err = node_write_anchor(n, false);
    }
    if (err == CW_OK) {
        seen_show(n, seen);
        n->commits++;
        atomic_store(&n->folds_shown, n->folds_left);
    }
    pthread_rwlock_unlock(&n->gate);
    if (err != CW_OK)
        seen_let_go(seen);
    return err;
}

static void speak(struct turn *t)
{
    struct node *n = t->n;
    enum cw_err err = node_store(n)->begin_read(node_store(n)->ctx, &t->txn);

    memcpy(n->counters, t->counters, sizeof n->counters);
    n->counters[COUNTER_TURNS]++;
    n->duty_wall_ms = t->wall.ms;
    if (err != CW_OK) { /* what was decided stands: links end, and whoever waits is told to ask again */
        node_alarm(n, "store-read", "a turn could not speak: %s", cw_err_sentence(err));
        t->txn = NULL;
    }
    authority_look_at_dates(n);
    n->allow_stale = n->allow_stale || t->authority_changed;
    if (n->allow_stale)
        authority_tell_net(n, &t->arena);
    exec_says(t);
    replies_send(t);
    if (t->txn == NULL)
        return;
    digest_exchange(t);
    node_store(n)->abort(node_store(n)->ctx, t->txn);
    t->txn = NULL;
}

/*
 * The core and the tables know of a turn that never was: back to what the store says. A key of that turn, made here or
 * heard of, must never be written under: where its record is, it may be lost.
 */
static enum cw_err go_back(struct turn *t, enum cw_err code, const struct input *missed, uint32_t missed_count)
{
    struct node *n = t->n;
    struct refusal why = {0};

    node_store(n)->abort(node_store(n)->ctx, t->txn);
    t->txn = NULL;
    n->counters[COUNTER_NO_SPACE] += code == CW_LOCAL_NO_SPACE;
    node_alarm(n, code == CW_LOCAL_NO_SPACE ? "no-space" : "turn-failed", "a turn came to nothing: %s",
               cw_err_sentence(code));
    replies_give_up(t, code == CW_LOCAL_NO_SPACE ? code : CW_AGAIN_BUSY, missed, missed_count);
    waits_give_up(n);
    for (uint32_t i = 0; i < missed_count; i++)
        link_missed(t, &missed[i]);
    node_unload(n);
    vault_forget(n->vault, t->keys_before);
    enum cw_err err = node_load(n, false, &why);
    if (err != CW_OK) {
        n->failed = true;
        node_alarm(n, "reload", "%s", why.text);
        return err;
    }
    /* What was to be signed, and told people and peers, is not tried again at once: on a full disk that would be for ever. */
    n->duty_at = n->duty_hold = mono_after(t->now, FAILED_HOLD_MS);
    links_greet_later(n, 0, n->duty_hold);
    return CW_OK;
}

/* missed: inputs behind those that were taken. */
static enum cw_err fail(struct turn *t, enum cw_err err, const struct input *missed, uint32_t missed_count)
{
    struct node *n = t->n;

    if (err == CW_LOCAL_NO_SPACE || err == CW_LOCAL_MEMORY)
        return go_back(t, err, missed, missed_count);
    node_store(n)->abort(node_store(n)->ctx, t->txn);
    t->txn = NULL;
    n->failed = true;
    if (node_write_anchor(n, true) != CW_OK)
        node_journal(n, JOURNAL_ALARM, "anchor", "the failed mark could not be written");
    node_alarm(n, "fatal", "the turn failed: %s", cw_err_sentence(err));
    return err;
}

enum cw_err node_turn(struct node *n, const struct input *inputs, uint32_t count, uint32_t *out_taken)
{
    struct turn *t = n->turn;
    struct replica_view view;
    uint64_t feed_before = n->feed_next;
    uint32_t taken = 0;

    *out_taken = count; /* given up with a turn that fails: their senders are told, or will find out */
    if (n->failed)
        return CW_LOCAL_IO;
    enum cw_err err = begin(n, t, &view);
    if (err != CW_OK)
        return fail(t, err, inputs, count);
    err = links_greet_due(t);
    if (err == CW_OK)
        err = deliver_later(t);
    if (err == CW_OK)
        err = take_inputs(t, inputs, count, &taken);
    if (err == CW_OK || err == CW_AGAIN_BUSY)
        err = finish_writes(t, feed_before);
    turn_forget_key(t);
    if (err == CW_OK)
        err = commit(t);
    if (err != CW_OK)
        return fail(t, err, inputs + taken, count - taken);
    *out_taken = taken;
    speak(t);
    feeds_moved(n->feeds);
    links_dial_due(n);
    status_publish(n);
    return CW_OK;
}

struct cw_mono node_wake_at(const struct node *n)
{
    struct cw_mono at = mono_earlier(replica_wake_at(n->replica), links_wake_at(n));

    if (n->later_count > 0 || n->refold_left || n->allow_stale || n->judge_left || n->open_left || n->keys_left)
        return (struct cw_mono){0};
    at = mono_earlier(mono_earlier(at, n->allow_due), n->duty_at);
    if (n->folds_left)
        at = mono_earlier(at, n->folds_at);
    if (n->peers_stale)
        at = mono_earlier(at, n->peers_shown);
    return mono_earlier(at, n->digest_next);
}
