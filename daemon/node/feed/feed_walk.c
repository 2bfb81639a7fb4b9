/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include <stdlib.h>

/*
 * Which entries come next. Above a cursor: the logs side by side, by clock. Live: by arrival here. Before either, in a
 * snapshot: every case once, by id.
 */

/* --- places ------------------------------------------------------------------------------------------------- */

static bool make_room(struct feed_places *p)
{
    uint32_t max = p->max == 0 ? 64 : 2 * p->max;
    struct feed_place *more;

    if (p->count + 2 <= p->max) /* a log, and a prior that it names */
        return true;
    more = realloc(p->at, max * sizeof *more);
    if (more == NULL)
        return false;
    p->at = more;
    p->max = max;
    return true;
}

uint32_t feed_place_of(struct feed_step *s, const struct log_id *log)
{
    struct feed_places *p = &s->feed->places;
    uint32_t at = feed_place_find(p, log);
    struct log_row row;

    if (at != FEED_PLACE_NONE && p->at[at].head > 0)
        return at;
    if (!make_room(p))
        return FEED_PLACE_NONE;
    if (db_get_log(s->node, s->read.txn, log, &row) == CW_OK && !feed_place_hold(p, &row.head))
        return FEED_PLACE_NONE;
    return feed_place_put(p, log);
}

/* --- a catch-up --------------------------------------------------------------------------------------------- */

static enum cw_err hlc_of(void *ctx, const struct log_id *log, uint64_t seq, uint64_t *out)
{
    struct feed_step *s = ctx;
    struct entry_row row;
    struct entry_header header;
    enum cw_err err = db_get_entry(s->node, s->read.txn, log, seq, &row);

    if (err == CW_OK && entry_header_parse(row.header, &header) != CW_OK)
        err = CW_LOCAL_CORRUPT;
    if (err == CW_OK)
        *out = header.hlc;
    return err;
}

bool feed_chooses(const struct feed *feed, const struct feed_entry *e)
{
    if (!e->has_case)
        return feed->records;
    return feed->start != START_SINCE || e->again || e->hlc >> 16 >= feed->since_ms;
}

/* By state, an op is only the reason to look at its case; each is told once, as it is now. */
static enum cw_err take(struct feed_step *s, struct feed_lot *lot, const struct log_id *log, uint64_t seq, bool again)
{
    struct feed *feed = s->feed;
    bool from_cursor = feed->start == START_CURSOR, resuming = from_cursor && feed->phase == PHASE_CATCHING_UP;
    struct feed_entry e;
    bool told;
    enum cw_err err = feed_entry_read(s, log, seq, &e, &told);

    if (err == CW_OK && !told && from_cursor)
        told = again = feed_place_is_below(s, &e);
    if (err != CW_OK || !told)
        return err;
    e.again = again;
    if (resuming && !e.has_case)
        err = feed_touch(s, lot, &e);
    if (err == CW_OK && resuming && feed->by_state && e.has_case)
        return feed_owe_once(s, &e.case_id, WHY_CASE) ? CW_OK : CW_LOCAL_MEMORY;
    if (err == CW_OK && feed_chooses(feed, &e) && !feed_lot_add(s, lot, &e))
        err = CW_LOCAL_MEMORY;
    return err;
}

static enum cw_err catch_up(struct feed_step *s, struct feed_lot *lot, bool *out_more)
{
    const struct feed_clock clock = {s, hlc_of};
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < FEED_LOT_LEN && lot->count < FEED_LOT_LEN && err == CW_OK; i++) {
        uint32_t at;

        err = feed_places_next(&s->feed->places, &clock, &at);
        if (err != CW_OK)
            break;
        if (at == FEED_PLACE_NONE) {
            s->feed->phase = s->feed->sweep_asked ? PHASE_SNAPSHOT : PHASE_LIVE;
            break;
        }
        struct feed_place *place = &s->feed->places.at[at];
        struct log_id log = place->log;
        uint64_t seq = ++place->walked;
        place->next_hlc = 0;
        s->walked++;
        *out_more = true;
        err = take(s, lot, &log, seq, seq <= place->begun);
    }
    return err;
}

/* --- live --------------------------------------------------------------------------------------------------- */

static enum cw_err take_arrival(struct feed_step *s, struct feed_lot *lot, const struct feed_row *row)
{
    uint32_t at;

    if (row->kind == FEED_ROW_CASE)
        return feed_owe(s, &row->case_id, WHY_CORRECTION) ? CW_OK : CW_LOCAL_MEMORY;
    at = feed_place_of(s, &row->log);
    if (at == FEED_PLACE_NONE)
        return CW_LOCAL_MEMORY;
    struct feed_place *place = &s->feed->places.at[at];
    if (row->kind == FEED_ROW_AGAIN)
        return take(s, lot, &row->log, row->seq, true);
    if (row->seq <= place->walked) /* drawn in, or walked in a catch-up */
        return CW_OK;
    if (row->seq > place->walked + 1) /* what lies between was never looked at: the cursor must not pass it */
        return CW_LOCAL_CORRUPT;
    place->walked = row->seq;
    return take(s, lot, &row->log, row->seq, false);
}

static enum cw_err follow(struct feed_step *s, struct feed_lot *lot, bool *out_more)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < FEED_LOT_LEN && s->feed->next_arrival < s->arrivals && err == CW_OK; i++) {
        struct cw_slice raw;
        struct feed_row row;

        err = db_get(s->node, s->read.txn, TABLE_FEED, row_key_feed(s->feed->next_arrival), &raw);
        if (err == CW_OK)
            err = feed_row_parse(raw, &row);
        if (err == CW_OK)
            err = take_arrival(s, lot, &row);
        s->feed->next_arrival++;
        s->walked++;
        *out_more = true;
    }
    return err;
}

/* --- every case --------------------------------------------------------------------------------------------- */

static enum cw_err sweep(struct feed_step *s, bool *out_more)
{
    struct feed *feed = s->feed;
    struct kv_pair pair;
    uint32_t count = 0;
    enum cw_err err = CW_OK;

    for (; count < FEED_LOT_LEN; count++) {
        err = node_store(s->node)->next(s->read.txn, TABLE_CASE, ID_SLICE(&feed->sweep), feed->sweep_begun, &pair);
        if (err != CW_OK)
            break;
        if (!row_key_case_of(pair.key, &feed->sweep))
            return CW_LOCAL_CORRUPT;
        feed->sweep_begun = true;
        s->walked++;
        *out_more = true;
        if (!feed_owe(s, &feed->sweep, feed->sweep_asked ? WHY_CORRECTION : WHY_CASE))
            return CW_LOCAL_MEMORY;
    }
    if (err != CW_LOCAL_NOT_FOUND || count > 0)
        return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
    /* The end, and everything told: what came meanwhile, or lies above the cursor that brought us here, follows. */
    feed->phase = feed->sweep_asked ? PHASE_LIVE : PHASE_CATCHING_UP;
    feed->sweep_asked = feed->sweep_begun = false;
    *out_more = true;
    return CW_OK;
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

static bool held_are_due(const struct feed_step *s)
{
    const struct feed *feed = s->feed;

    if (feed->held_count == 0 || s->held_looked_at)
        return false;
    for (uint32_t i = 0; i < feed->held_count && !s->moved; i++) {
        if (mono_reached(s->now, feed->held[i].due))
            return true;
    }
    return s->moved;
}

static enum cw_err next_entries(struct feed_step *s, struct feed_lot *lot, bool *out_more)
{
    enum cw_err err = CW_OK;

    if (s->feed->phase == PHASE_CATCHING_UP)
        err = catch_up(s, lot, out_more);
    if (err == CW_OK && s->feed->phase == PHASE_LIVE)
        err = follow(s, lot, out_more);
    return err;
}

enum cw_err feed_walk(struct feed_step *s, bool *out_more)
{
    size_t mark = arena_mark(&s->arena);
    bool due = held_are_due(s);
    struct feed_lot lot;
    enum cw_err err;

    *out_more = false;
    if (s->feed->phase == PHASE_SNAPSHOT)
        return sweep(s, out_more);
    if (!feed_lot_new(s, &lot))
        return CW_LOCAL_MEMORY;
    if (due)
        feed_lot_take_held(s, &lot);
    s->held_looked_at = s->held_looked_at || due;
    err = next_entries(s, &lot, out_more);
    if (err == CW_OK && *out_more && !due)
        feed_lot_take_held(s, &lot);
    if (err == CW_OK)
        err = feed_lot_settle(s, &lot);
    *out_more = *out_more || s->feed->ready_count > 0;
    arena_release(&s->arena, mark);
    return err;
}

enum cw_err feed_reorder(struct feed_step *s)
{
    struct feed *feed = s->feed;
    size_t mark = arena_mark(&s->arena);
    struct feed_lot lot;

    if (feed->ready_at == feed->ready_count || feed->ready_as_of == s->arrivals)
        return CW_OK;
    if (!feed_lot_new(s, &lot))
        return CW_LOCAL_MEMORY;
    for (uint32_t i = feed->ready_at; i < feed->ready_count; i++)
        (void)feed_lot_add(s, &lot, &feed->ready[i]);
    feed->ready_at = feed->ready_count = 0;
    enum cw_err err = feed_lot_settle(s, &lot);
    arena_release(&s->arena, mark);
    return err;
}

uint64_t feed_left(const struct feed_step *s)
{
    const struct feed *feed = s->feed;
    uint64_t left = s->arrivals > feed->next_arrival ? s->arrivals - feed->next_arrival : 0;

    for (uint32_t i = 0; i < feed->places.count && feed->phase != PHASE_LIVE; i++) {
        const struct feed_place *place = &feed->places.at[i];

        left += place->until > place->walked ? place->until - place->walked : 0;
    }
    return left + (feed->ready_count - feed->ready_at) + feed->held_count + feed->owed_count;
}
