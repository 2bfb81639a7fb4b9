/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

/* One step of one feed: from one snapshot, what is next, as much as the credit and a message hold. */

/* The list of certificates decides at each step: who was revoked hears no more. */
static enum cw_err admit_reader(struct feed_step *s)
{
    struct answering a = {.node = s->node, .who = &s->feed->who, .arena = &s->arena};
    enum cw_err err = answer_admit_reader(&a);

    if (err != CW_OK)
        s->refusal = a.refusal;
    return err;
}

static enum cw_err read_arrivals(struct feed_step *s)
{
    struct cw_slice raw;
    enum cw_err err = db_get(s->node, s->read.txn, TABLE_META, row_key_text(META_FEED), &raw);

    s->arrivals = 0;
    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK;
    struct reader in = reader_over(raw);
    s->arrivals = reader_be64(&in);
    return err != CW_OK ? err : in.failed ? CW_LOCAL_CORRUPT : CW_OK;
}

/* Cases that were told with an older line, and are folded now, are told once more. */
static enum cw_err look_at_revising(struct feed_step *s)
{
    struct feed *feed = s->feed;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < feed->revising_count; i++) {
        if (!feed_case_is_folded(s, &feed->revising[i].case_id))
            feed->revising[kept++] = feed->revising[i];
        else if (!feed_owe(s, &feed->revising[i].case_id, WHY_CORRECTION))
            return CW_LOCAL_MEMORY;
    }
    feed->revising_count = kept;
    return CW_OK;
}

/* Of both: items without bytes tell nothing. */
static bool has_credit(const struct feed_step *s)
{
    return s->credit_items > 0 && s->credit_bytes > 0;
}

static bool message_is_full(const struct feed_step *s)
{
    return s->item_count >= s->credit_items || s->out.len >= FEED_FRAME_LEN || s->out.len >= s->credit_bytes;
}

static enum cw_err tell_ready(struct feed_step *s)
{
    struct feed *feed = s->feed;
    enum cw_err err = CW_OK;

    while (feed->ready_at < feed->ready_count && !message_is_full(s) && err == CW_OK) {
        err = feed_tell_entry(s, &feed->ready[feed->ready_at]);
        feed->ready_at += err == CW_OK;
    }
    return err;
}

/*
 * A case that is not folded yet stays owed: its line would say less than what it is owed for. Those are looked at once a
 * step, since within one nothing is folded.
 */
static enum cw_err tell_owed(struct feed_step *s)
{
    struct feed *feed = s->feed;
    uint32_t kept = s->owed_looked_at ? feed->owed_unfolded : 0, i = kept;
    enum cw_err err = CW_OK;

    s->owed_looked_at = true;
    for (; i < feed->owed_count && s->walked < FEED_WALK_MAX && !message_is_full(s); i++) {
        const struct feed_owed owed = feed->owed[i];

        if (!feed_case_is_folded(s, &owed.id)) {
            feed->owed[kept++] = owed;
            continue;
        }
        err = feed_tell_case(s, &owed);
        if (err != CW_OK)
            break;
        if (kept == 0)
            feed->swept = owed.id;
    }
    memmove(&feed->owed[kept], &feed->owed[i], (feed->owed_count - i) * sizeof *feed->owed);
    feed->owed_count = kept + (feed->owed_count - i);
    feed->owed_unfolded = kept;
    return err;
}

static bool nothing_waits(const struct feed *feed)
{
    return feed->ready_at == feed->ready_count && feed->owed_count == feed->owed_unfolded;
}

/* *out_more: it stopped because the message or the step is full, not for want of anything to tell. */
static enum cw_err tell(struct feed_step *s, bool *out_more)
{
    struct feed *feed = s->feed;
    enum cw_err err = CW_OK;

    *out_more = true;
    while (err == CW_OK && s->walked < FEED_WALK_MAX && !message_is_full(s)) {
        err = tell_ready(s);
        if (err == CW_OK && feed->owed_count > 0)
            err = tell_owed(s);
        if (err != CW_OK || !nothing_waits(feed))
            break;
        feed->ready_at = feed->ready_count = 0;
        err = feed_walk(s, out_more);
        if (!*out_more)
            break;
    }
    return err == CW_AGAIN_BUSY ? CW_OK : err;
}

static bool is_worth_a_message(const struct feed_step *s, bool first)
{
    const struct feed *feed = s->feed;
    int64_t silence_ms = s->now.ms - feed->last_said.ms;

    return first || s->item_count > 0 || silence_ms >= FEED_BEAT_MS ||
           (feed->cursor_unsaid && silence_ms >= FEED_PROGRESS_MS);
}

static enum cw_err work(struct feed_step *s, bool *out_more)
{
    struct feed *feed = s->feed;
    bool first = !feed->opened;
    enum cw_err err = read_arrivals(s);

    if (err == CW_OK && first)
        err = feed_open(s);
    if (err == CW_OK && has_credit(s)) {
        err = look_at_revising(s);
        if (err == CW_OK)
            err = feed_reorder(s);
        if (err == CW_OK)
            err = tell(s, out_more);
    }
    if (err == CW_OK)
        err = feed_cursor_move(s);
    if (err == CW_OK && feed_left(s) == 0)
        feed->level_at = s->now;
    if (err == CW_OK && is_worth_a_message(s, first))
        feed_say_items(s);
    return err;
}

enum cw_err feed_work(struct feed_step *s, bool *out_more)
{
    enum cw_err err = admit_reader(s);

    if (err == CW_OK)
        err = node_read_begin(s->node, &s->read);
    if (err != CW_OK)
        return err;
    err = work(s, out_more);
    node_read_done(&s->read);
    return err;
}

struct cw_mono feed_wake_at(const struct feed_step *s)
{
    const struct feed *feed = s->feed;
    struct cw_mono at = mono_after(feed->last_said, feed->cursor_unsaid ? FEED_PROGRESS_MS : FEED_BEAT_MS);

    for (uint32_t i = 0; i < feed->held_count && has_credit(s); i++)
        at = mono_earlier(at, feed->held[i].due);
    return at;
}
