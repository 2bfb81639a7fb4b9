/* SPDX-License-Identifier: Apache-2.0 */
#include "core/feed_place.h"

/* true: it is there. false: *out_rank is where it would be. */
static bool find(const struct feed_places *p, const struct log_id *log, size_t *out_rank)
{
    return ID_FIND(struct feed_place, p->at, p->count, log, log, out_rank);
}

uint32_t feed_place_find(const struct feed_places *p, const struct log_id *log)
{
    size_t rank;

    return find(p, log, &rank) ? (uint32_t)rank : FEED_PLACE_NONE;
}

uint32_t feed_place_put(struct feed_places *p, const struct log_id *log)
{
    size_t rank;

    if (find(p, log, &rank))
        return (uint32_t)rank;
    if (p->count == p->max)
        return FEED_PLACE_NONE;
    memmove(&p->at[rank + 1], &p->at[rank], (p->count - rank) * sizeof *p->at);
    p->count++;
    p->at[rank] = (struct feed_place){.log = *log, .scope = LOG_DIVISION, .told.log = *log};
    return (uint32_t)rank;
}

bool feed_place_hold(struct feed_places *p, const struct log_head *head)
{
    uint32_t i = feed_place_put(p, &head->log);

    if (i == FEED_PLACE_NONE)
        return false;
    p->at[i].scope = head->scope;
    p->at[i].head = head->seq;
    p->at[i].forked = head->forked;
    p->at[i].has_prior = head->has_prior;
    p->at[i].prior = head->prior;
    return !head->has_prior || feed_place_put(p, &head->prior.log) != FEED_PLACE_NONE;
}

void feed_place_told(struct feed_place *place, const struct position *upto)
{
    CW_ASSERT(ID_EQ(&place->log, &upto->log));
    if (upto->seq > place->told.seq)
        place->told = *upto;
    if (place->walked < place->told.seq)
        place->walked = place->told.seq;
}

uint64_t feed_place_upto(const struct feed_place *place, uint64_t opened)
{
    uint64_t upto = place->walked < opened ? place->walked : opened;

    return place->low != 0 && place->low <= upto ? place->low - 1 : upto;
}

enum cw_err feed_places_next(struct feed_places *p, const struct feed_clock *clock, uint32_t *out)
{
    uint32_t best = FEED_PLACE_NONE;
    enum cw_err err = CW_OK;

    *out = FEED_PLACE_NONE;

    for (uint32_t i = 0; i < p->count; i++) {
        struct feed_place *place = &p->at[i];

        if (place->walked >= place->until)
            continue;
        if (place->next_hlc == 0)
            err = clock->hlc_of(clock->ctx, &place->log, place->walked + 1, &place->next_hlc);
        if (err != CW_OK)
            return err;
        if (best == FEED_PLACE_NONE || place->next_hlc < p->at[best].next_hlc)
            best = i;
    }
    *out = best;
    return CW_OK;
}

/* --- reading a cursor -------------------------------------------------------------------------------------- */

struct resolving {
    struct feed_places *places;
    const struct feed_view *view;
    uint64_t missing;
};

/* Whether our chain passes through it. */
static bool agrees(const struct resolving *r, const struct position *at)
{
    struct hash seal;

    return at->seq == 0 || (r->view->seal_at(r->view->ctx, &at->log, at->seq, &seal) && ID_EQ(&seal, &at->seal));
}

static void take(struct resolving *r, struct feed_place *place, const struct position *at)
{
    if (at->seq > place->head) {
        r->missing += place->forked ? 0 : at->seq - place->head;
        return;
    }
    if (!agrees(r, at))
        return;
    place->told = *at;
    place->walked = at->seq;
}

static void take_listed(struct resolving *r, const struct position *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = feed_place_find(r->places, &list[i].log);

        if (at != FEED_PLACE_NONE)
            take(r, &r->places->at[at], &list[i]);
        else
            r->missing += list[i].seq;
    }
}

static bool is_listed(const struct cursor *c, const struct log_id *log)
{
    size_t rank;

    return ID_FIND(struct position, c->logs, c->log_count, log, log, &rank);
}

/* A log that counts makes its prior count, and so on. `until` remembers what was implied before. */
static void follow_priors(struct resolving *r, const struct cursor *cursor, uint32_t from)
{
    const struct feed_place *place = &r->places->at[from];

    while (place->told.seq > 0 && place->has_prior && !is_listed(cursor, &place->prior.log)) {
        struct feed_place *prior = &r->places->at[feed_place_find(r->places, &place->prior.log)];

        if (place->prior.seq <= prior->until)
            return;
        prior->until = place->prior.seq;
        take(r, prior, &place->prior);
        place = prior;
    }
}

void feed_places_resolve(struct feed_places *p, const struct cursor *cursor, const struct feed_view *view,
                         uint64_t *out_missing)
{
    struct resolving r = {.places = p, .view = view};

    take_listed(&r, cursor->authority, cursor->authority_count);
    take_listed(&r, cursor->logs, cursor->log_count);
    for (uint32_t i = 0; i < p->count; i++) {
        if (is_listed(cursor, &p->at[i].log))
            follow_priors(&r, cursor, i);
    }
    for (uint32_t i = 0; i < p->count; i++)
        p->at[i].until = 0;
    *out_missing = r.missing;
}

/* --- writing one ------------------------------------------------------------------------------------------- */

/* What the logs that count imply of each: the greatest place at which one of them named it. */
static void find_implied(struct feed_places *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        p->at[i].implied = NULL;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct feed_place *later = &p->at[i];
        struct feed_place *prior;

        if (!later->has_prior || later->told.seq == 0)
            continue;
        prior = &p->at[feed_place_find(p, &later->prior.log)];
        if (prior->implied == NULL || later->prior.seq > prior->implied->seq)
            prior->implied = &later->prior;
    }
}

/* Saying nothing of it says less than is true: so it may be left out when there is no room. */
static bool may_drop(const struct feed_place *place)
{
    return place->implied == NULL || place->implied->seq == 0;
}

static bool must_list(const struct feed_place *place)
{
    if (may_drop(place))
        return place->told.seq > 0;
    return place->told.seq != place->implied->seq || !ID_EQ(&place->told.seal, &place->implied->seal);
}

struct listed {
    const struct feed_place *at[FEED_LISTED_MAX];
    uint32_t count;
};

/* The one whose repetition costs least; l->count when none may go. */
static uint32_t shortest(const struct listed *l)
{
    uint32_t best = l->count;

    for (uint32_t i = 0; i < l->count; i++) {
        if (may_drop(l->at[i]) && (best == l->count || l->at[i]->told.seq < l->at[best]->told.seq))
            best = i;
    }
    return best;
}

static bool list_one(struct listed *l, const struct feed_place *place)
{
    if (l->count == FEED_LISTED_MAX) {
        uint32_t least = shortest(l);

        if (may_drop(place) && (least == l->count || place->told.seq <= l->at[least]->told.seq))
            return true;
        if (least == l->count)
            return false;
        l->count--;
        memmove(&l->at[least], &l->at[least + 1], (l->count - least) * sizeof(const struct feed_place *));
    }
    l->at[l->count++] = place;
    return true;
}

static void list_authority(const struct feed_places *p, struct position *authority, struct cursor *out)
{
    out->authority_count = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->at[i].scope != LOG_DIVISION && p->at[i].told.seq > 0 && out->authority_count < CURSOR_AUTHORITY_MAX)
            authority[out->authority_count++] = p->at[i].told;
    }
    out->authority = authority;
}

bool feed_places_list(struct feed_places *p, struct position *authority, struct position *logs, struct cursor *out)
{
    struct listed l = {.count = 0};

    list_authority(p, authority, out);
    find_implied(p);
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->at[i].scope == LOG_DIVISION && must_list(&p->at[i]) && !list_one(&l, &p->at[i]))
            return false;
    }
    for (uint32_t i = 0; i < l.count; i++)
        logs[i] = l.at[i]->told;
    out->logs = logs;
    out->log_count = l.count;
    return true;
}
