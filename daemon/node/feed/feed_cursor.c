/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include <stdlib.h>

/* How far this reader was told, said so that any daemon understands it. */

/* --- moving ------------------------------------------------------------------------------------------------- */

static void keep_below(struct feed_places *p, const struct feed_entry *e)
{
    uint32_t at = feed_place_find(p, &e->log);

    if (at != FEED_PLACE_NONE && (p->at[at].low == 0 || e->seq < p->at[at].low))
        p->at[at].low = e->seq;
}

/* What was walked and not told, or told of a case whose line was older, is not behind us. */
static void mark_waiting(struct feed *feed)
{
    for (uint32_t i = 0; i < feed->places.count; i++)
        feed->places.at[i].low = 0;
    for (uint32_t i = feed->ready_at; i < feed->ready_count; i++)
        keep_below(&feed->places, &feed->ready[i]);
    for (uint32_t i = 0; i < feed->held_count; i++)
        keep_below(&feed->places, &feed->held[i]);
    for (uint32_t i = 0; i < feed->revising_count; i++)
        keep_below(&feed->places, &feed->revising[i]);
}

/* The end of a seal at or below seq; false: there is none. */
static bool seal_end(const struct feed_step *s, const struct log_id *log, uint64_t seq, struct position *out)
{
    struct seal_row row;
    uint64_t last;

    if (seq == 0 || db_get_seal(s->node, s->read.txn, log, seq, &row, &last) != CW_OK)
        return false;
    if (last > seq) {
        seq = row.first - 1;
        if (seq == 0 || db_get_seal(s->node, s->read.txn, log, seq, &row, &last) != CW_OK)
            return false;
    }
    *out = (struct position){*log, last, row.hash};
    return true;
}

/*
 * An entry that could not be opened when it was told comes again, with a row of its own behind those that are walked:
 * until then, the head of its log says more than this reader was told. So what the heads say counts once everything is
 * walked that had arrived when they were looked at.
 */
static bool is_abreast(const struct feed_step *s)
{
    return s->feed->next_arrival >= s->arrivals;
}

/* Who is abreast looks at the heads of the moment; who is not, at all of them, each time it has come so far. */
static void look_at_heads(struct feed_step *s)
{
    struct feed *feed = s->feed;

    if (feed->opened && (is_abreast(s) || feed->next_arrival < feed->heads_as_of))
        return;
    feed->heads_as_of = s->arrivals;
    for (uint32_t i = 0; i < feed->places.count; i++) {
        struct feed_place *place = &feed->places.at[i];
        struct log_row row;

        place->opened = place->opened_next;
        if (db_get_log(s->node, s->read.txn, &place->log, &row) == CW_OK)
            place->opened_next = feed_prefix(&row.head);
    }
}

/* What cannot be opened here makes a case's line say less, and what an authority record says is not known here before its
 * bytes are: whoever goes on elsewhere is told again, from before it. */
void feed_cursor_clip(struct feed_step *s)
{
    struct feed_places *p = &s->feed->places;

    for (uint32_t i = 0; i < p->count; i++) {
        struct position upto = {.log = p->at[i].log};
        struct log_row row;

        if (db_get_log(s->node, s->read.txn, &p->at[i].log, &row) != CW_OK ||
            p->at[i].told.seq <= feed_prefix(&row.head))
            continue;
        (void)seal_end(s, &p->at[i].log, feed_prefix(&row.head), &upto);
        p->at[i].told = upto;
    }
}

static bool move_place(struct feed_step *s, struct feed_place *place)
{
    struct log_row row;
    struct position upto;
    uint64_t seq = feed_place_upto(place, is_abreast(s) ? UINT64_MAX : place->opened);

    if (seq <= place->told.seq || db_get_log(s->node, s->read.txn, &place->log, &row) != CW_OK)
        return false;
    if (is_abreast(s))
        seq = feed_place_upto(place, feed_prefix(&row.head));
    if (seq <= place->told.seq || !seal_end(s, &place->log, seq, &upto) || upto.seq <= place->told.seq)
        return false;
    feed_place_told(place, &upto);
    return true;
}

static bool any_again(const struct feed_entry *e, uint32_t from, uint32_t count)
{
    for (uint32_t i = from; i < count; i++) {
        if (e[i].again)
            return true;
    }
    return false;
}

/*
 * Authority positions say with what knowledge everything below the cursor was judged: a resume tells again what may be
 * judged otherwise since. So they move when nothing told before is left that was judged with less: at the start, on the
 * way of a first catch-up, and live when all that changed here was told.
 */
static bool knows_judgements(const struct feed_step *s)
{
    const struct feed *feed = s->feed;

    if (any_again(feed->ready, feed->ready_at, feed->ready_count) || any_again(feed->held, 0, feed->held_count) ||
        any_again(feed->revising, 0, feed->revising_count))
        return false;
    if (!feed->opened || feed->phase == PHASE_CATCHING_UP)
        return feed->start != START_CURSOR;
    return feed->phase == PHASE_LIVE && is_abreast(s) &&
           !db_has(s->node, s->read.txn, TABLE_META, row_key_text(META_REFOLD));
}

/* While a reader is owed cases, nothing says that it was told: it is only after they were. A snapshot says how far it got. */
enum cw_err feed_cursor_move(struct feed_step *s)
{
    struct feed *feed = s->feed;
    bool moved = false, judgements = knows_judgements(s);

    if (feed->phase == PHASE_SNAPSHOT ? feed->sweep_asked || feed->owed_unfolded > 0 : feed->owed_count > 0)
        return CW_OK;
    mark_waiting(feed);
    look_at_heads(s);
    for (uint32_t i = 0; i < feed->places.count; i++) {
        if (judgements || feed->places.at[i].scope == LOG_DIVISION)
            moved = move_place(s, &feed->places.at[i]) || moved;
    }
    return moved || feed->phase == PHASE_SNAPSHOT || feed->cursor_sweeps ? feed_cursor_write(s) : CW_OK;
}

/* --- writing ------------------------------------------------------------------------------------------------- */

static enum cw_err keep(struct feed *feed, struct cw_slice bytes)
{
    if (feed->cursor_len == bytes.len && memcmp(feed->cursor, bytes.data, bytes.len) == 0)
        return CW_OK;
    uint8_t *copy = malloc(bytes.len);
    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    memcpy(copy, bytes.data, bytes.len);
    free(feed->cursor);
    feed->cursor = copy;
    feed->cursor_len = bytes.len;
    feed->cursor_unsaid = true;
    return CW_OK;
}

enum cw_err feed_cursor_write(struct feed_step *s)
{
    struct feed *feed = s->feed;
    size_t mark = arena_mark(&s->arena);
    struct position *authority = ARENA_ARRAY(&s->arena, struct position, CURSOR_AUTHORITY_MAX);
    struct position *logs = ARENA_ARRAY(&s->arena, struct position, CURSOR_LOGS_MAX);
    struct writer w = writer_over(arena_take_raw(&s->arena, CURSOR_LEN_MAX, 1), CURSOR_LEN_MAX);
    struct cursor cursor = {.network = s->node->identity.network, .reader = feed->who.cert};
    enum cw_err err = CW_OK;

    if (authority == NULL || logs == NULL || w.data == NULL)
        return CW_LOCAL_MEMORY;
    cursor.has_sweep = feed->phase == PHASE_SNAPSHOT && !feed->sweep_asked;
    cursor.sweep = feed->swept;
    if (feed_places_list(&feed->places, authority, logs, &cursor)) /* else: the cursor before still holds */
        cursor_encode(&cursor, &w);
    else
        w.failed = true;
    if (!w.failed)
        err = keep(feed, slice(w.data, w.len));
    if (!w.failed && err == CW_OK)
        feed->cursor_sweeps = cursor.has_sweep;
    arena_release(&s->arena, mark);
    return err;
}
