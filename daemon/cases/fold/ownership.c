/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owns the case (docs/fold.md §9). Exactly two things raise the epoch: an accepted hand-over and an arbitration.
 * A contested case has every claimant as a duty holder; nobody is relieved. While a child is missing at high risk, an
 * acceptance takes rank: until then the sender answers for it.
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

/* Silence is no acceptance: a daemon said that the time for one is over. */
static void lapse(struct fold *f, const struct work_event *event)
{
    struct case_owner *o = &f->state->owner;
    const struct op_value *clock = event_detail(f, event, FIELD_CLOCK), *due = event_detail(f, event, FIELD_DUE);
    struct hash id;

    if (o->state != OWNER_OFFERED || clock == NULL || due == NULL || due->number >= f->ops[event->op].author_time.ms)
        return;
    thing_id_of(&f->ops[f->offer].op_id, CLOCK_ID_INDEX + CLOCK_W1, &id);
    if (!ID_EQ(&clock->id, &id))
        return;
    f->lapse = event->op;
    f->lapsed_to = o->offered_to;
    end_offer(o);
}

/* Whoever accepts and could not know that the offer had lapsed holds the duties too, until somebody decides. */
static bool accept_after_lapse(struct fold *f, struct work_event *event, struct cw_slice author)
{
    if (f->state->owner.state != OWNER_OWNED || f->lapse == NONE || !slice_eq(author, f->lapsed_to) ||
        op_knows(f, event->op, f->lapse))
        return false;
    event->contests = claim(f, author, event->op);
    return event->contests;
}

static bool is_arbitration(const struct fold *f, uint32_t op)
{
    return op != NONE && f->ops[op].op->event == EVENT_ARBITRATION;
}

/* Of those that stand in this epoch: the one that began it, and each that contests it since. */
static bool overlooks_arbitration(struct fold *f, uint32_t op)
{
    const struct case_owner *o = &f->state->owner;
    uint32_t standing[CLAIMANTS_MAX + 1], count = 0;

    if (f->epoch_count > 0 && is_arbitration(f, f->epochs[f->epoch_count - 1].raised_by))
        standing[count++] = f->epochs[f->epoch_count - 1].raised_by;
    for (uint32_t i = 0; i < o->claimant_count; i++) {
        if (is_arbitration(f, f->claim_ops[i]))
            standing[count++] = f->claim_ops[i];
    }
    if (count == 0)
        return false;
    if (f->decided_count == FOLD_DECIDED_MAX)
        return true;
    f->decided_count++;
    mark_known_by(f, op);
    for (uint32_t i = 0; i < count; i++) {
        if (!is_marked(f, standing[i]))
            return true;
    }
    return false;
}

/* Two that did not know of each other are a conflict again: both hold the duties until one is said that knows of both. */
static bool arbitrate(struct fold *f, struct work_event *event, struct cw_slice to)
{
    if (overlooks_arbitration(f, event->op)) {
        event->contests = claim(f, to, event->op);
        return event->contests;
    }
    if (f->state->owner.state != OWNER_CONTESTED)
        return false;
    raise_epoch(f, to, event->op);
    return true;
}

/* §9.6, by what stood at the acceptance's own place: neither what came later nor who wrote it first changes it. */
static bool lacks_rank(struct fold *f, const struct work_event *event)
{
    if ((event->row->flags & EVENT_RANK_IF_HIGH) == 0 || (f->ops[event->op].roles & R_INSP_UP) != 0)
        return false;
    if (f->weighed_count == FOLD_WEIGHED_MAX)
        return true;
    f->weighed_count++;
    return missing_at_high_risk(f, rank_of(f, event->op));
}

/* NOTE_STEP_ROLE when rank alone is missing, NOTE_OWNER_NO_EFFECT for any other step that had none, else 0. */
static uint32_t step(struct fold *f, struct work_event *event)
{
    struct case_owner *o = &f->state->owner;
    struct cw_slice author = f->ops[event->op].division;
    const struct op_value *to = event_detail(f, event, FIELD_TO_DIVISION);
    bool given = to != NULL && to->text.len > 0;

    switch (event->row->number) {
    case EVENT_HANDOVER_OFFER:
        if (o->state != OWNER_OWNED || !is_owner(o, author) || !given || is_owner(o, to->text))
            return NOTE_OWNER_NO_EFFECT;
        o->state = OWNER_OFFERED;
        o->offered_to = to->text;
        f->offer = event->op;
        return 0;
    case EVENT_HANDOVER_ACCEPT:
        if (o->state != OWNER_OFFERED || !slice_eq(author, o->offered_to))
            return accept_after_lapse(f, event, author) ? 0 : NOTE_OWNER_NO_EFFECT;
        if (lacks_rank(f, event))
            return NOTE_STEP_ROLE;
        raise_epoch(f, author, event->op);
        return 0;
    case EVENT_HANDOVER_DECLINE:
        if (o->state != OWNER_OFFERED || !slice_eq(author, o->offered_to))
            return NOTE_OWNER_NO_EFFECT;
        end_offer(o);
        return 0;
    case EVENT_HANDOVER_WITHDRAW:
        if (o->state != OWNER_OFFERED || !is_owner(o, author))
            return NOTE_OWNER_NO_EFFECT;
        end_offer(o);
        return 0;
    case EVENT_HANDOVER_CLAIM:
        return claim(f, author, event->op) ? 0 : NOTE_OWNER_NO_EFFECT;
    case EVENT_ARBITRATION:
        return given && arbitrate(f, event, to->text) ? 0 : NOTE_OWNER_NO_EFFECT;
    default:
        return NOTE_OWNER_NO_EFFECT;
    }
}

static void begin(struct fold *f)
{
    if (f->begins == NONE)
        return;
    f->state->owner = (struct case_owner){.state = OWNER_OWNED, .division = f->state->opened_by_division, .epoch = 1};
    f->epochs[f->epoch_count++] = (struct work_epoch){f->state->opened_by_division, NONE, NONE};
}

/* A correction speaks about a step that was taken at its own place: it puts its words right, and is none itself. */
static enum cw_err take_step(struct fold *f, struct work_event *event)
{
    uint32_t note;

    if (!event_stands(event))
        return CW_OK;
    if (event->row->number == EVENT_CLOCK_BREACHED)
        lapse(f, event);
    if (event->row->class != EVENT_CLASS_OWNERSHIP)
        return CW_OK;
    if (event->corrects_own_type) {
        event->no_effect = true;
        return CW_OK;
    }
    note = step(f, event);
    if (note == 0) {
        f->lapse = NONE;
        return CW_OK;
    }
    event->no_effect = true;
    return note_add(f, (enum note_kind)note, event->row->number, dot_of(f, event->op, 0), NONE);
}

enum cw_err fold_ownership(struct fold *f)
{
    enum cw_err err = CW_OK;

    f->epochs = ARENA_ARRAY(f->arena, struct work_epoch, (size_t)f->event_count + 1);
    if (f->epochs == NULL)
        return CW_LOCAL_MEMORY;
    f->offer = f->lapse = NONE;
    begin(f);
    for (uint32_t i = 0; i < f->event_count && err == CW_OK; i++)
        err = take_step(f, &f->events[i]);
    return err;
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
