/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several sayings of one happening a correction goes on from. */
#include "tool/verb.h"

#include "proto/wire.h"

/* What was said anew of one happening is a handful; of more, the first found are looked at. */
#define SAYINGS_MAX 64

struct sayings {
    size_t count;
    const Cw__ViewEvent *at[SAYINGS_MAX];
};

/* It takes effect: the daemon marks what was put right. */
static bool puts_right(const Cw__ViewEvent *later, const Cw__ViewEvent *earlier)
{
    for (size_t i = 0; earlier->has_corrected_by && i < later->n_corrects; i++)
        if (slice_eq(wire_slice(later->corrects[i]), wire_slice(earlier->op)))
            return true;
    return false;
}

static bool stands(const Cw__ViewEvent *event)
{
    return !event->proposal && !event->has_withdrawn_by && !event->withdraws;
}

static void join(struct sayings *s, const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i] == event)
            return;
    if (s->count < SAYINGS_MAX)
        s->at[s->count++] = event;
}

/* The event that was named, what put it right, what it put right, and so on. */
static void gather(const Cw__CaseView *record, const Cw__ViewEvent *named, struct sayings *out)
{
    join(out, named);
    for (size_t i = 0; i < out->count; i++)
        for (size_t j = 0; j < record->n_events; j++) {
            const Cw__ViewEvent *other = record->events[j];

            if (other->type == named->type && stands(other) &&
                (puts_right(other, out->at[i]) || puts_right(out->at[i], other)))
                join(out, other);
        }
}

/* It puts none of the others right: it was said first. */
static bool is_first(const struct sayings *s, const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < s->count; i++)
        if (puts_right(event, s->at[i]))
            return false;
    return true;
}

static void name(struct verb_again *out, const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < out->name_count; i++)
        if (out->names[i] == event)
            return;
    if (out->name_count < VERB_AGAIN_NAMES_MAX)
        out->names[out->name_count++] = event;
}

void verb_again(const Cw__CaseView *record, const Cw__ViewEvent *named, struct verb_again *out)
{
    struct sayings all = {.count = 0};

    *out = (struct verb_again){.from = named};
    gather(record, named, &all);
    for (size_t i = 0; i < all.count; i++)
        if (all.at[i]->hlc > out->from->hlc)
            out->from = all.at[i];
    name(out, named);
    name(out, out->from);
    for (size_t i = 0; i < all.count; i++)
        if (is_first(&all, all.at[i]))
            name(out, all.at[i]);
}

void verb_withdrawn(const Cw__CaseView *record, const Cw__ViewEvent *named, struct verb_again *out)
{
    struct sayings all = {.count = 0};

    *out = (struct verb_again){.from = named};
    gather(record, named, &all);
    name(out, named);
    for (size_t i = 0; is_first(&all, named) && i < all.count; i++)
        name(out, all.at[i]);
}
