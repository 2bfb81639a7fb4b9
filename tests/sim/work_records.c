/* SPDX-License-Identifier: Apache-2.0 */
/* Things, what leads from one record to another, and a child recorded twice (DOMAIN §6, §9.4). */
#include "tests/sim/workload_parts.h"

#include <stdio.h>

static struct rng *dice(const struct desk *at)
{
    return work_dice(at->s);
}

/* --- things --------------------------------------------------------------------------------------------------- */

/* Few of each, so that two divisions record the same one. Numbers and plates are invented ones. */
static void name_thing(struct sim *s, struct draft *d, uint32_t kind)
{
    char text[32];
    uint32_t n = rng_below(work_dice(s), 3);

    switch (kind) {
    case KIND_NOMINAL:
        draft_text(d, FIELD_NAMES, work_text(s, schema_field(FIELD_NAMES)));
        return;
    case KIND_PHONE:
        snprintf(text, sizeof text, "07700 90010%u", n);
        draft_text(d, FIELD_NUMBER, arena_copy(&s->keep, text, sizeof text));
        return;
    case KIND_VEHICLE:
        snprintf(text, sizeof text, "AB01 CD%c", 'E' + (char)n);
        draft_text(d, FIELD_PLATE, arena_copy(&s->keep, text, sizeof text));
        return;
    case KIND_ADDRESS:
        draft_text(d, FIELD_PREMISES, work_text(s, schema_field(FIELD_PREMISES)));
        return;
    case KIND_ACCOUNT:
        draft_text(d, FIELD_PLATFORM, "Magpie");
        draft_text(d, FIELD_HANDLE, work_text(s, schema_field(FIELD_HANDLE)));
        return;
    default:
        draft_text(d, FIELD_ORGANISATION_NAME, work_text(s, schema_field(FIELD_ORGANISATION_NAME)));
    }
}

void work_open_thing(struct sim *s, uint32_t division)
{
    uint32_t kind = KIND_NOMINAL + rng_below(work_dice(s), KIND_ORGANISATION - KIND_NOMINAL + 1);
    struct draft d;

    draft_begin(s, &d, work_someone_with(s, division, R_ANY), NULL, kind);
    name_thing(s, &d, kind);
    work_hand_in(s, &d, division);
}

/* --- links ---------------------------------------------------------------------------------------------------- */

/* Another record; false: there is none. */
static bool some_other(const struct desk *at, uint32_t kinds, uint32_t *out)
{
    uint32_t seen = 0;

    for (uint32_t i = 0; i < at->s->case_count; i++) {
        if (i != at->which && (kinds & 1u << at->s->case_kinds[i]) != 0 && rng_below(dice(at), ++seen) == 0)
            *out = i;
    }
    return seen > 0;
}

/* A sort of link that leads from here; most of the time one that may lead there. 0: none does. */
static uint32_t some_link_type(const struct desk *at, uint32_t to_kind)
{
    size_t count;
    const struct schema_link *rows = schema_links(&count);
    bool fits = !rng_chance(dice(at), 100);
    uint32_t picked = 0, seen = 0;

    for (size_t i = 0; i < count; i++) {
        if ((rows[i].from & 1u << at->kind) != 0 && (!fits || (rows[i].to & 1u << to_kind) != 0) &&
            rng_below(dice(at), ++seen) == 0)
            picked = rows[i].type;
    }
    return picked;
}

static void link_to_another(const struct desk *at)
{
    uint32_t to = 0, type;
    struct draft d;

    if (!some_other(at, ~0u, &to))
        return;
    type = some_link_type(at, at->s->case_kinds[to]);
    if (type == 0 || !work_event(at, &d, EVENT_LINK))
        return;
    draft_number(&d, FIELD_LINK_TYPE, type);
    work_id(&d, FIELD_LINK_TO, at->s->cases[to].b);
    draft_number(&d, FIELD_LINK_CONFIDENCE, work_ordinal(at->s, SCALE_LINK_CONFIDENCE));
    if (rng_chance(dice(at), 200))
        draft_number(&d, FIELD_VISIBLE_TO, work_ordinal(at->s, SCALE_VISIBLE));
    if (rng_chance(dice(at), 300))
        draft_number(&d, FIELD_VALID_OPEN, 1);
    work_hand_in(at->s, &d, at->division);
}

/* Names an event that is to be taken back or put right, as an officer's program does. */
static void name_event(struct draft *d, const struct case_event *e)
{
    d->corrects[0] = (struct op_ref){.op = e->dot.op, .index = 0};
    d->op.correct_count = 1;
}

static void take_link_back(const struct desk *at, const struct case_event *e)
{
    struct draft d;

    if (!work_event(at, &d, EVENT_LINK_WITHDRAWN))
        return;
    draft_text(&d, FIELD_REASON, "was another");
    name_event(&d, e);
    work_hand_in(at->s, &d, at->division);
}

/* --- a child recorded twice ----------------------------------------------------------------------------------- */

static void merge_identity(const struct desk *at)
{
    uint32_t to = 0;
    struct draft d;

    if (!some_other(at, K_CHILD, &to) || !work_event(at, &d, EVENT_IDENTITY_MERGED))
        return;
    work_id(&d, FIELD_SURVIVOR, at->s->cases[to].b);
    draft_number(&d, FIELD_IDENTIFIER, 1);
    draft_number(&d, FIELD_SECOND_IDENTIFIER, 8);
    draft_text(&d, FIELD_REASON, "one child");
    work_hand_in(at->s, &d, at->division);
}

static void accept_identity(const struct desk *at)
{
    uint32_t of = 0;
    struct draft d;

    if (!some_other(at, K_CHILD, &of) || !work_event(at, &d, EVENT_IDENTITY_ACCEPTED))
        return;
    work_id(&d, FIELD_ABOUT, at->s->cases[of].b);
    work_hand_in(at->s, &d, at->division);
}

static void unmerge_identity(const struct desk *at, const struct case_event *e)
{
    struct draft d;

    if (!work_event(at, &d, EVENT_IDENTITY_UNMERGED))
        return;
    draft_text(&d, FIELD_REASON, "two children");
    name_event(&d, e);
    work_hand_in(at->s, &d, at->division);
}

/* What stands is taken back often enough for that to be seen. */
void work_records(const struct desk *at)
{
    const struct case_event *merged = work_earlier(at, EVENT_IDENTITY_MERGED), *link = work_earlier(at, EVENT_LINK);
    bool child = at->kind == KIND_CHILD;

    if (merged != NULL && rng_chance(dice(at), 350))
        unmerge_identity(at, merged);
    else if (child && rng_chance(dice(at), 500))
        merge_identity(at);
    else if (child && rng_chance(dice(at), 200))
        accept_identity(at);
    else if (link != NULL && rng_chance(dice(at), 350))
        take_link_back(at, link);
    else
        link_to_another(at);
}
