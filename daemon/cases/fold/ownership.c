/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owns the case (docs/fold.md §9). Exactly two things raise the epoch: an accepted hand-over and an arbitration.
 * A contested case has every claimant as a duty holder; nobody is relieved.
 */
#include "cases/work.h"

static bool is_owner(const struct case_owner *o, struct cw_slice division)
{
    return slice_eq(o->division, division);
}

static bool is_claimant(const struct case_owner *o, struct cw_slice division)
{
    for (uint32_t i = 0; i < o->claimant_count; i++) {
        if (slice_eq(o->claimants[i], division))
            return true;
    }
    return false;
}

static void end_offer(struct case_owner *o)
{
    o->state = OWNER_OWNED;
    o->offered_to = (struct cw_slice){NULL, 0};
}

static void raise_epoch(struct fold *f, struct cw_slice division, uint32_t op)
{
    struct case_owner *o = &f->state->owner;

    end_offer(o);
    o->claimant_count = 0;
    o->division = division;
    o->epoch++;
    f->epochs[f->epoch_count++] = (struct work_epoch){division, op, NONE};
}

static bool claim(struct fold *f, struct cw_slice division, uint32_t op)
{
    struct case_owner *o = &f->state->owner;
    struct work_epoch *epoch;

    if (o->state == OWNER_NONE || is_owner(o, division) || is_claimant(o, division) ||
        o->claimant_count == CLAIMANTS_MAX)
        return false;
    epoch = &f->epochs[f->epoch_count - 1];
    if (epoch->first_claim == NONE)
        epoch->first_claim = op;
    end_offer(o);
    o->state = OWNER_CONTESTED;
    f->claim_ops[o->claimant_count] = op;
    o->claimants[o->claimant_count++] = division;
    return true;
}

static bool step(struct fold *f, const struct work_event *event)
{
    struct case_owner *o = &f->state->owner;
    struct cw_slice author = f->ops[event->op].division;
    const struct op_value *to = event_detail(f, event, FIELD_TO_DIVISION);
    bool given = to != NULL && to->text.len > 0;

    switch (event->row->number) {
    case EVENT_HANDOVER_OFFER:
        if (o->state != OWNER_OWNED || !is_owner(o, author) || !given || is_owner(o, to->text))
            return false;
        o->state = OWNER_OFFERED;
        o->offered_to = to->text;
        return true;
    case EVENT_HANDOVER_ACCEPT:
        if (o->state != OWNER_OFFERED || !slice_eq(author, o->offered_to))
            return false;
        raise_epoch(f, author, event->op);
        return true;
    case EVENT_HANDOVER_DECLINE:
        if (o->state != OWNER_OFFERED || !slice_eq(author, o->offered_to))
            return false;
        end_offer(o);
        return true;
    case EVENT_HANDOVER_WITHDRAW:
        if (o->state != OWNER_OFFERED || !is_owner(o, author))
            return false;
        end_offer(o);
        return true;
    case EVENT_HANDOVER_CLAIM:
        return claim(f, author, event->op);
    case EVENT_ARBITRATION:
        if (o->state != OWNER_CONTESTED || !given)
            return false;
        raise_epoch(f, to->text, event->op);
        return true;
    default:
        return false;
    }
}

static void begin(struct fold *f)
{
    if (f->opening == NONE)
        return;
    f->state->owner = (struct case_owner){.state = OWNER_OWNED, .division = f->state->opened_by_division, .epoch = 1};
    f->epochs[f->epoch_count++] = (struct work_epoch){f->state->opened_by_division, NONE, NONE};
}

enum cw_err fold_ownership(struct fold *f)
{
    f->epochs = ARENA_ARRAY(f->arena, struct work_epoch, (size_t)f->event_count + 1);
    if (f->epochs == NULL)
        return CW_LOCAL_MEMORY;
    begin(f);
    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *event = &f->events[i];
        enum cw_err err;

        if (!event_stands(event) || event->row->class != EVENT_CLASS_OWNERSHIP || step(f, event))
            continue;
        err = note_add(f, NOTE_OWNER_NO_EFFECT, event->row->number, dot_of(f, event->op, 0), NONE);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

static bool is_earlier(const struct fold *f, uint32_t op, uint32_t than)
{
    return f->extra[op].rank < f->extra[than].rank;
}

/* §9.4: without a stated epoch, the one in force at the op's place. Epochs are raised in order: search. */
uint64_t write_epoch(const struct fold *f, uint32_t op)
{
    uint32_t low = 1, high = f->epoch_count;

    if (f->ops[op].op->epoch != 0 || f->epoch_count == 0)
        return f->ops[op].op->epoch;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (is_earlier(f, f->epochs[middle].raised_by, op))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* §9.5 */
bool write_is_owners(const struct fold *f, uint32_t op)
{
    uint64_t n = write_epoch(f, op);
    const struct work_epoch *epoch;

    if (n < 1 || n > f->epoch_count)
        return false;
    epoch = &f->epochs[n - 1];
    if (!slice_eq(epoch->division, f->ops[op].division))
        return false;
    if (n < f->epoch_count && !is_earlier(f, op, f->epochs[n].raised_by))
        return false;
    return epoch->first_claim == NONE || is_earlier(f, op, epoch->first_claim);
}
