/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "node/case_work.h"
#include "node/duties.h"
#include "node/own_op.h"
#include "node/turn.h"

/* The cases whose moment has come: what is told, what is signed, and when they are looked at again. */

#define HOLD_MS 10000              /* what cannot be said now waits so long: no space, no audience */
#define LOOK_MS_MAX 60000          /* the wall clock may have been set */
#define BUSY_CASE_OPS 64u          /* a longer case waits until nobody submits ... */
#define BUSY_WAIT_MS 1000          /* ... but not longer than this */
#define KEPT_MIN ((size_t)1 << 20) /* memory of the turn that is left alone */

#define SAYINGS_MAX 20u /* of one case in one turn: what is left over is said in the next */

/* An op of ours that is to be made. */
struct saying {
    uint32_t event;
    struct hash about;     /* the duty, or what was delivered */
    struct cw_op_id after; /* the op that it answers */
    int64_t due_ms;        /* of a breach */
    uint32_t told;         /* roles; of a breach */
};

struct acting {
    struct turn *t;
    const struct cw_case_id *id;
    const struct loaded_case *c;
    struct case_row *row; /* in the turn's arena */
    bool may_say;         /* there is room, and our certificate counts */
    uint32_t count;
    struct saying sayings[SAYINGS_MAX];
};

/* --- what is to be said: gathered first, because saying it changes the case ------------------------------------------- */

static void gather_deliveries(struct acting *a)
{
    struct duty_delivery deliveries[DUTY_DELIVERIES_MAX];
    uint32_t count = duty_deliveries(a->c->state, slice_of(a->t->n->identity.division), &a->t->n->cert, deliveries);

    for (uint32_t i = 0; i < count && a->count < SAYINGS_MAX; i++)
        a->sayings[a->count++] = (struct saying){EVENT_DELIVERED, deliveries[i].about, deliveries[i].after, 0, 0};
}

static void gather_breach(struct acting *a, const struct case_clock *clock)
{
    const struct turn *t = a->t;

    if (a->count < SAYINGS_MAX &&
        t->wall.ms >= breach_signed_at(t->n, a->c->state, clock, t->wall, a->row->moments.waiting_ms))
        a->sayings[a->count++] =
            (struct saying){EVENT_CLOCK_BREACHED, clock->id, clock->start, clock->deadline_ms, clock->told};
}

/* --- ops of ours ----------------------------------------------------------------------------------------------------- */

static enum cw_err say(struct acting *a, const struct saying *s)
{
    char told[SCHEMA_ROLES_TEXT_LEN_MAX];
    bool is_breach = s->event == EVENT_CLOCK_BREACHED;
    struct op_write writes[] = {
        {.field = is_breach ? FIELD_CLOCK : FIELD_ABOUT, .value = {.type = VALUE_ID, .id = s->about}},
        {.field = FIELD_DUE, .value = {.type = VALUE_INTERVAL, .number = s->due_ms, .latest = s->due_ms}},
        {.field = FIELD_TOLD, .value = {.type = VALUE_TEXT, .text = slice_of(schema_roles_text(s->told, told))}},
    };
    const struct op op = {
        .type = OP_EVENT,
        .schema = SCHEMA_VERSION,
        .event = s->event,
        .write_count = is_breach ? 3 : 1,
        .writes = writes,
        .after_count = 1,
        .after = &s->after,
    };

    for (uint32_t i = 0; i < op.write_count; i++) {
        writes[i].verb = VERB_SET;
        writes[i].has_value = true;
    }
    return own_op_submit(a->t, a->id, &op);
}

static enum cw_err say_all(struct acting *a)
{
    enum cw_err err = a->may_say || a->count == 0 ? CW_OK : CW_REFUSED_ROLE;

    for (uint32_t i = 0; i < a->count && err == CW_OK; i++)
        err = say(a, &a->sayings[i]);
    return err;
}

/* --- one case ------------------------------------------------------------------------------------------------------ */

static void tell(struct acting *a, const struct case_clock *clock, enum duty_event event,
                 const struct clock_reach *reach)
{
    duties_tell(a->t, &(struct duty_notice){
                          .event = event,
                          .case_id = *a->id,
                          .reference = a->row->reference,
                          .duty = clock->row,
                          .due_ms = clock->deadline_ms,
                          .told = reach->told,
                          .level = reach->level,
                          .held = duty_is_held_by(a->c->state, slice_of(a->t->n->identity.division)),
                          .acknowledged = clock->ack != UINT32_MAX,
                      });
}

/* What became true of it since the case was acted on last. */
static void tell_moments(struct acting *a, const struct case_clock *clock)
{
    const struct case_state *state = a->c->state;
    struct cw_wall before = case_acted_until(&a->row->moments, clock), now = a->t->wall;
    struct clock_reach was = clock_reach_at(state, clock, before), is = clock_reach_at(state, clock, now);

    if (clock->end != CLOCK_RUNS)
        return;
    if (is.level > was.level)
        tell(a, clock, was.level == 0 ? DUTY_BREACHED : DUTY_CLIMBED, &is);
    else if (is.level == 0 && before.ms < clock->soon_ms && now.ms >= clock->soon_ms)
        tell(a, clock, DUTY_DUE_SOON, &is);
}

/* Who comes to look after the deadline knows since now: it was down, or its clock was set. */
static void see_what_waits(struct acting *a)
{
    struct case_moments seen;

    case_moments_of(a->t->n, a->c->state, a->t->wall, &a->row->moments, &seen);
    a->row->moments.waiting_ms = seen.waiting_ms;
}

/* People are told whether or not anything can be signed. */
static enum cw_err act_on_case(struct acting *a)
{
    const struct case_state *state = a->c->state;

    see_what_waits(a);
    gather_deliveries(a);
    for (uint32_t i = 0; i < state->clock_count; i++) {
        tell_moments(a, &state->clocks[i]);
        gather_breach(a, &state->clocks[i]);
    }
    return say_all(a);
}

/*
 * What was told is not told again, also when an op of ours had no room: whether that was said, the case says. What cannot be
 * said now (no space, no audience) is tried again after a while, so that no other case waits behind it.
 */
static enum cw_err finish_case(struct acting *a, bool refused)
{
    struct case_moments acted = a->row->moments, moments;
    int64_t now = a->t->wall.ms < 0 ? 0 : a->t->wall.ms;
    enum cw_err err = a->count > 0 ? case_cache_get(a->t, a->id, false, &a->c) : CW_OK;

    if (err != CW_OK)
        return err;
    case_acted_now(a->c->state, a->t->wall, &acted);
    case_moments_of(a->t->n, a->c->state, a->t->wall, &acted, &moments);
    if (refused && moments.next_ms < now + HOLD_MS)
        moments.next_ms = now + HOLD_MS;
    return case_moments_put(a->t, a->id, a->row, &moments);
}

/* It cannot be folded: looked at again when an op of it comes. */
static enum cw_err pass_over(struct acting *a)
{
    struct case_moments moments = a->row->moments;

    moments.next_ms = CASE_NO_MOMENT;
    return case_moments_put(a->t, a->id, a->row, &moments);
}

/* CW_AGAIN_BUSY: the turn has no more room. */
static enum cw_err look_at_case(struct turn *t, const struct cw_case_id *id, struct case_row *row)
{
    struct acting a = {.t = t, .id = id, .row = row};
    enum cw_err err = case_cache_get(t, id, false, &a.c), done;

    if (err == CW_REFUSED_UNKNOWN_CASE || err == CW_LOCAL_MEMORY)
        return pass_over(&a);
    if (err != CW_OK)
        return err;
    a.may_say = own_op_may(t->n) && !turn_is_short_of_space(t);
    err = act_on_case(&a);
    if (cw_err_class_of(err) == CW_CLASS_LOCAL)
        return err;
    done = finish_case(&a, cw_err_class_of(err) == CW_CLASS_REFUSED);
    case_cache_saved(t->n, id);
    return done == CW_OK && err == CW_AGAIN_BUSY ? err : done;
}

/* --- the round ------------------------------------------------------------------------------------------------------ */

static bool is_dirty(const struct turn *t, const struct cw_case_id *id)
{
    const struct dirty_case *d = t->dirty[((uint32_t)id->b[0] | (uint32_t)id->b[1] << 8) % DIRTY_SLOTS];

    while (d != NULL && !ID_EQ(&d->id, id))
        d = d->next;
    return d != NULL;
}

static bool is_busy(const struct turn *t)
{
    return t->submission_count > 0;
}

/* Those that this turn changed are folded at its end, and looked at in the next. */
static bool may_be_acted_on(const struct turn *t, const struct cw_case_id *id, int64_t at, const struct case_row *row)
{
    if (is_dirty(t, id) || (row->flags & CASE_REVISING) != 0)
        return false;
    return !is_busy(t) || row->op_count <= BUSY_CASE_OPS || t->wall.ms - at > BUSY_WAIT_MS;
}

static enum cw_err next_due(struct turn *t, struct row_key *from, int64_t *out_at, struct cw_case_id *out_id)
{
    const struct row_key prefix = row_key_index(INDEX_MOMENT);
    struct kv_pair pair;
    enum cw_err err =
        db_next(t->n, t->txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(from), from->len > prefix.len, &pair);

    if (err != CW_OK)
        return err;
    if (!row_key_moment_of(pair.key, out_at, out_id))
        return CW_LOCAL_CORRUPT;
    *from = row_key_moment(INDEX_MOMENT, *out_at, out_id);
    return *out_at <= t->wall.ms ? CW_OK : CW_LOCAL_NOT_FOUND;
}

static enum cw_err look_at(struct turn *t, const struct cw_case_id *id, int64_t at, uint32_t *looked)
{
    size_t mark = arena_mark(&t->arena);
    struct cw_slice raw;
    struct case_row row;
    enum cw_err err = db_get_copy(t->n, t->txn, TABLE_CASE, row_key_case(id), &t->arena, &raw);

    if (err == CW_OK)
        err = case_row_parse(raw, &row);
    if (err == CW_LOCAL_NOT_FOUND)
        return CW_LOCAL_CORRUPT;
    if (err == CW_OK && may_be_acted_on(t, id, at, &row)) {
        *looked += 1;
        err = look_at_case(t, id, &row);
    }
    arena_release(&t->arena, mark);
    return err;
}

static bool has_room(const struct turn *t)
{
    return t->submission_count + 2 * DUTY_CASES_MAX < TURN_SUBMISSIONS_MAX && t->kept.len - t->kept.used > KEPT_MIN &&
           t->arena.len - t->arena.used > KEPT_MIN;
}

/* The earliest first; of those that must wait no more are passed than would be acted on. */
static enum cw_err act_on_due(struct turn *t, uint32_t max)
{
    struct row_key from = row_key_index(INDEX_MOMENT);
    uint32_t looked = 0;
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < 4 * DUTY_CASES_MAX && looked < max && err == CW_OK && has_room(t); i++) {
        struct cw_case_id id;
        int64_t at;

        err = next_due(t, &from, &at, &id);
        if (err == CW_OK)
            err = look_at(t, &id, at, &looked);
    }
    t->acted_cases = looked;
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

enum cw_err duties_act(struct turn *t)
{
    struct node *n = t->n;

    if (t->wall.ms < n->duty_next_ms || !mono_reached(t->now, n->duty_hold))
        return CW_OK;
    enum cw_err err = act_on_due(t, is_busy(t) ? 1 : DUTY_CASES_MAX);
    if (is_busy(t))
        n->duty_hold = mono_after(t->now, DUTY_BUSY_MS);
    return err == CW_AGAIN_BUSY ? CW_OK : err;
}

bool duties_clock_went_back(const struct turn *t)
{
    return t->wall.ms < t->n->duty_wall_ms - HOLD_MS;
}

/* Nearly: a clock counts as set back when it is HOLD_MS behind, and turns follow each other within milliseconds. */
static bool is_noted(const struct turn *t)
{
    int64_t since = t->wall.ms - t->n->clock_noted_ms;

    return since >= 0 && since < HOLD_MS / 10;
}

enum cw_err duties_note_clock(struct turn *t)
{
    uint8_t bytes[8];
    struct writer w = writer_over(bytes, sizeof bytes);

    if ((t->folded_cases == 0 && t->acted_cases == 0) || is_noted(t))
        return CW_OK;
    t->n->clock_noted_ms = t->wall.ms; /* a turn that fails reads it anew */
    writer_be64(&w, (uint64_t)(t->wall.ms < 0 ? 0 : t->wall.ms));
    return db_put(t, TABLE_META, row_key_text(META_CLOCK), slice(bytes, w.len));
}

enum cw_err duties_look_ahead(struct turn *t)
{
    struct node *n = t->n;
    struct row_key from = row_key_index(INDEX_MOMENT);
    struct cw_case_id id;
    int64_t at = CASE_NO_MOMENT, wait;
    enum cw_err err = next_due(t, &from, &at, &id);

    if (err != CW_OK && err != CW_LOCAL_NOT_FOUND)
        return err;
    n->duty_next_ms = at;
    if (at == CASE_NO_MOMENT) {
        n->duty_at = CW_NEVER;
        return CW_OK;
    }
    wait = at - t->wall.ms < DUTY_BUSY_MS ? DUTY_BUSY_MS
                                          : at - t->wall.ms; /* more than fitted, or a case that is folded first */
    n->duty_at = mono_after(t->now, wait < LOOK_MS_MAX ? wait : LOOK_MS_MAX);
    if (at <= t->wall.ms && !mono_reached(n->duty_at, n->duty_hold))
        n->duty_at = n->duty_hold;
    return CW_OK;
}
