/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "proto/wire.h"

#include <stdlib.h>

/* A subscription, from what was asked for to where it begins. */

/* --- making and ending --------------------------------------------------------------------------------------- */

/* Of eight sorts of names, each with its slice and what alignment costs. */
#define FILTER_MEMORY_LEN ((size_t)8 * FILTER_NAMES_MAX * (FILTER_NAME_LEN_MAX + 2 * sizeof(struct cw_slice)))

static enum cw_err take_start(struct feed *feed, const Cw__Subscribe *ask, struct arena *memory, struct refusal *why)
{
    feed->start = (enum feed_start)(ask->has_start ? ask->start : START_NOW);
    if (feed->start < START_CURSOR || feed->start > START_NOW)
        return refuse(why, CW_REFUSED_VALUE, "start", "1 cursor, 2 beginning, 3 snapshot, 4 since, 5 now");
    if (feed->start == START_CURSOR && ask->cursor.len == 0)
        return refuse(why, CW_REFUSED_MISSING, "cursor", "to go on from a cursor, give it");
    if (ask->cursor.len > CURSOR_LEN_MAX)
        return refuse(why, CW_REFUSED_SIZE, "cursor", "a cursor has at most %d bytes", CURSOR_LEN_MAX);
    feed->since_ms = ask->since_ms;
    if (ask->cursor.len == 0)
        return CW_OK;
    const void *copy = arena_copy(memory, ask->cursor.data, ask->cursor.len);
    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    feed->asked_cursor = slice(copy, ask->cursor.len);
    return CW_OK;
}

static uint32_t clipped(uint32_t value, uint32_t max)
{
    return value < max ? value : max;
}

static bool take_room(struct feed *feed)
{
    feed->ready = calloc(FEED_LOT_MAX_ALL, sizeof *feed->ready);
    feed->held = calloc(FEED_HELD_MAX, sizeof *feed->held);
    feed->revising = calloc(FEED_REVISING_MAX, sizeof *feed->revising);
    return feed->ready != NULL && feed->held != NULL && feed->revising != NULL;
}

struct feed *feed_new(const struct reader_identity *who, const uint8_t id[static 16], const Cw__Subscribe *ask,
                      struct refusal *why)
{
    struct feed *feed = calloc(1, sizeof *feed);
    size_t len = FILTER_MEMORY_LEN + (ask->cursor.len <= CURSOR_LEN_MAX ? ask->cursor.len : 0);
    struct arena memory;
    enum cw_err err = CW_LOCAL_MEMORY;

    if (feed == NULL) {
        (void)refuse(why, CW_LOCAL_MEMORY, "", "no memory");
        return NULL;
    }
    feed->who = *who;
    memcpy(feed->id, id, sizeof feed->id);
    feed->memory = malloc(len);
    memory = arena_over(feed->memory, feed->memory == NULL ? 0 : len);
    feed->by_state = ask->by_state;
    feed->views = ask->views;
    feed->records = ask->records;
    feed->even_if_behind = ask->even_if_behind;
    feed->credit_items = clipped(ask->credit_items, FEED_CREDIT_ITEMS_MAX);
    feed->credit_bytes = clipped(ask->credit_bytes, FEED_CREDIT_BYTES_MAX);
    feed->moved = true;
    if (feed->memory != NULL && take_room(feed))
        err = take_start(feed, ask, &memory, why);
    if (err == CW_OK)
        err = feed_filter_parse(ask->filter, &memory, &feed->filter, why);
    if (err == CW_OK)
        return feed;
    if (why->code != err)
        (void)refuse(why, err, "", "%s", cw_err_sentence(err));
    feed_free(feed);
    return NULL;
}

void feed_free(struct feed *feed)
{
    if (feed == NULL)
        return;
    free(feed->memory);
    free(feed->places.at);
    free(feed->ready);
    free(feed->held);
    free(feed->revising);
    free(feed->owed);
    free(feed->seen.at);
    free(feed->cursor);
    free((void *)(uintptr_t)feed->filter.cases);
    free(feed);
}

/* --- whose cursor ----------------------------------------------------------------------------------------------- */

static bool same_holder(struct node *n, const struct cert_id *a, const struct cert_id *b)
{
    bool same = authority_same_holder(node_authority(n), a, b);

    node_authority_done(n);
    return same;
}

static enum cw_err parse_cursor(struct feed_step *s, struct cursor *out)
{
    enum cw_err err = cursor_parse(s->feed->asked_cursor, &s->arena, out);

    if (err == CW_REFUSED_VERSION)
        return refuse(&s->refusal, err, "cursor",
                      "written by a newer version: ask a daemon of that version, or upgrade this one");
    if (err == CW_REFUSED_MALFORMED || err == CW_REFUSED_SIZE)
        return refuse(&s->refusal, CW_REFUSED_MALFORMED, "cursor",
                      "damaged: use an earlier copy, or begin anew with a time or a snapshot");
    if (err != CW_OK)
        return err;
    if (!ID_EQ(&out->network, &s->node->identity.network))
        return refuse(&s->refusal, CW_REFUSED_NETWORK, "cursor",
                      "of another network: a cursor is good where it was made; begin with a time or a snapshot");
    if (!ID_EQ(&out->reader, &s->feed->who.cert) && !same_holder(s->node, &out->reader, &s->feed->who.cert))
        return refuse(&s->refusal, CW_REFUSED_READER, "cursor",
                      "of another reader: each keeps its own; begin with a time or a snapshot");
    return CW_OK;
}

/* --- where it begins -------------------------------------------------------------------------------------------- */

static enum cw_err hold_logs(struct feed_step *s)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct log_id log;
    enum cw_err err;

    while ((err = node_store(s->node)->next(s->read.txn, TABLE_LOG, row_key_slice(&from), from.len > 0, &pair)) ==
           CW_OK) {
        if (pair.key.len != ID_LEN)
            return CW_LOCAL_CORRUPT;
        memcpy(log.b, pair.key.data, ID_LEN);
        from = row_key_log(&log);
        if (feed_place_of(s, &log) == FEED_PLACE_NONE)
            return CW_LOCAL_MEMORY;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static bool seal_at(void *ctx, const struct log_id *log, uint64_t seq, struct hash *out)
{
    struct feed_step *s = ctx;
    struct seal_row row;
    uint64_t last;

    if (db_get_seal(s->node, s->read.txn, log, seq, &row, &last) != CW_OK || last != seq)
        return false;
    *out = row.hash;
    return true;
}

static bool names_more(const struct feed_places *p, const struct positions *authority)
{
    for (uint32_t i = 0; i < authority->count; i++) {
        uint32_t at = feed_place_find(p, &authority->at[i].log);

        if (at == FEED_PLACE_NONE || p->at[at].told.seq < authority->at[i].seq)
            return true;
    }
    return false;
}

/*
 * Entries whose seal names authority that the cursor does not were perhaps told as pending, for want of it: they are
 * walked once more. Seals name more and more along a log, so these are its last ones.
 */
static void step_back(struct feed_step *s, struct feed_place *place)
{
    uint64_t seq = place->told.seq;
    struct seal_row row;
    uint64_t last;

    while (seq > 0 && db_get_seal(s->node, s->read.txn, &place->log, seq, &row, &last) == CW_OK &&
           names_more(&s->feed->places, &row.authority)) {
        seq = row.first - 1;
        place->walked = seq;
    }
}

static void step_back_where_needed(struct feed_step *s)
{
    struct feed_places *p = &s->feed->places;

    for (uint32_t i = 0; i < p->count; i++) {
        if (p->at[i].scope == LOG_DIVISION && p->at[i].told.seq > 0)
            step_back(s, &p->at[i]);
    }
}

static enum cw_err begin_at_cursor(struct feed_step *s)
{
    const struct feed_view view = {s, seal_at};
    struct feed *feed = s->feed;
    struct cursor cursor;
    uint64_t missing = 0;
    enum cw_err err = parse_cursor(s, &cursor);

    if (err != CW_OK)
        return err;
    feed_places_resolve(&feed->places, &cursor, &view, &missing);
    if (missing > 0 && !feed->even_if_behind)
        return refuse(&s->refusal, CW_AGAIN_BEHIND, "cursor",
                      "this daemon has not yet %llu entries that the reader has been told: wait, or ask another daemon",
                      (unsigned long long)missing);
    for (uint32_t i = 0; i < feed->places.count; i++)
        feed->places.at[i].begun = feed->places.at[i].told.seq;
    step_back_where_needed(s);
    feed_cursor_clip(s);
    feed->phase = cursor.has_sweep ? PHASE_SNAPSHOT : PHASE_CATCHING_UP;
    feed->sweep_begun = cursor.has_sweep;
    feed->sweep = feed->swept = cursor.sweep;
    return CW_OK;
}

/* The first seq whose clock is not before the time; head + 1 when there is none. */
static uint64_t first_since(struct feed_step *s, const struct feed_place *place)
{
    uint64_t low = 1, high = place->head + 1;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct entry_row row;
        struct entry_header header;

        if (db_get_entry(s->node, s->read.txn, &place->log, middle, &row) != CW_OK ||
            entry_header_parse(row.header, &header) != CW_OK)
            return 1;
        if (header.hlc >> 16 < s->feed->since_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Everything up to here counts as told: places, then the cursor that says so. */
static void skip_to(struct feed_step *s, uint64_t (*first)(struct feed_step *s, const struct feed_place *place))
{
    struct feed_places *p = &s->feed->places;

    for (uint32_t i = 0; i < p->count; i++)
        p->at[i].walked = first(s, &p->at[i]) - 1;
}

static uint64_t first_new(struct feed_step *s, const struct feed_place *place)
{
    (void)s;
    return place->head + 1;
}

static enum cw_err begin(struct feed_step *s)
{
    struct feed *feed = s->feed;

    switch (feed->start) {
    case START_CURSOR:
        return begin_at_cursor(s);
    case START_BEGINNING:
        feed->phase = PHASE_CATCHING_UP;
        return CW_OK;
    case START_SNAPSHOT:
        feed->phase = PHASE_SNAPSHOT;
        skip_to(s, first_new);
        return CW_OK;
    case START_SINCE:
        feed->phase = PHASE_CATCHING_UP;
        skip_to(s, first_since);
        return CW_OK;
    case START_NOW:
        feed->phase = PHASE_LIVE;
        skip_to(s, first_new);
        return CW_OK;
    }
    return CW_OK;
}

static enum cw_err keep_cases(struct feed_step *s)
{
    struct feed_filter *f = &s->feed->filter;
    enum cw_err err = feed_filter_resolve(f, &s->read, &s->arena, &s->refusal);
    const struct cw_case_id *resolved = f->cases;
    struct cw_case_id *kept = err == CW_OK ? calloc(f->case_count + 1, sizeof *kept) : NULL;

    f->cases = kept;
    if (err == CW_OK && kept == NULL)
        return CW_LOCAL_MEMORY;
    if (err == CW_OK && f->case_count > 0)
        memcpy(kept, resolved, f->case_count * sizeof *kept);
    return err;
}

enum cw_err feed_open(struct feed_step *s)
{
    struct feed *feed = s->feed;
    enum cw_err err = keep_cases(s);

    if (err == CW_OK)
        err = hold_logs(s);
    if (err == CW_OK)
        err = begin(s);
    if (err == CW_OK) /* who is behind the cursor says that: there may be more divisions than it knows */
        err = feed_check(s);
    if (err != CW_OK)
        return err;
    for (uint32_t i = 0; i < feed->places.count; i++) {
        struct feed_place *place = &feed->places.at[i];

        place->until = place->head > place->walked ? place->head : place->walked;
    }
    feed->next_arrival = s->arrivals;
    feed->level_at = s->now;
    err = feed_cursor_move(s);
    feed->opened = true;
    if (err == CW_OK && feed->cursor_len == 0)
        err = feed_cursor_write(s);
    if (err == CW_OK && feed->start == START_CURSOR)
        cursor_hash(feed->asked_cursor, &feed->before);
    return err;
}
