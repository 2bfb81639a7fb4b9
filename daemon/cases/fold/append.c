/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One more op behind a finished fold. Most of what people write is notes: such an event is listed, and nothing else in the
 * case changes by it, nor by where it stands. What might change anything is folded with the whole; a doubt too.
 */
#include "cases/machine.h"
#include "cases/view.h"
#include "cases/work.h"

#define MOVED_EVENTS_MAX 64u

/* --- does it only add to the record? --------------------------------------------------------------------- */

/* Of every number that the table knows: whether the case has such an event, standing or not. Once after the whole fold. */
static void note_number(struct fold *f, uint32_t event)
{
    if (event < EVENT_NUMBERS)
        f->numbers[event / 64] |= (uint64_t)1 << event % 64;
}

static bool has_number(struct fold *f, uint32_t event)
{
    for (uint32_t i = 0; i < f->state->event_count && !f->numbers_known; i++)
        note_number(f, f->state_events[i].event);
    f->numbers_known = true;
    return event >= EVENT_NUMBERS || (f->numbers[event / 64] & (uint64_t)1 << event % 64) != 0;
}

/* A machine may have been in one of these states: the first, or one that an event of the case leads to. */
static bool may_have_been_in(struct fold *f, enum machine machine, uint32_t states)
{
    size_t count;
    const struct schema_step *steps = schema_steps(&count);

    if ((states & (1u << 1)) != 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].machine == machine && (states & (1u << steps[i].to)) != 0 && has_number(f, steps[i].event))
            return true;
    }
    return false;
}

static bool may_step(struct fold *f, const struct schema_event *row)
{
    enum machine own = schema_machine_of(f->state->kind);
    size_t count;
    const struct schema_step *steps = schema_steps(&count);

    for (size_t i = 0; i < count; i++) {
        const struct schema_step *step = &steps[i];

        if (step->machine != own && step->machine != MACHINE_EPISODE)
            continue;
        /* from where it does not lead anywhere, a soft step says nothing (§12.3) */
        if (step->event == row->number &&
            ((step->flags & STEP_SOFT) == 0 || may_have_been_in(f, step->machine, step->from)))
            return true;
        if ((step->held_by & (1u << row->class)) != 0 && has_number(f, step->event))
            return true;
    }
    return false;
}

/* §12.6: of a child that is located or returned, each sighting is weighed. */
static bool may_contradict(struct fold *f, const struct schema_event *row)
{
    return row->class == EVENT_CLASS_SIGHTING &&
           may_have_been_in(f, MACHINE_EPISODE, 1u << EPISODE_LOCATED | 1u << EPISODE_RETURNED);
}

/* Fields have numbers too: of a clock that they start or end nothing is said here, and one number too many is no harm. */
static bool may_run_clock(const struct schema_event *row)
{
    size_t count;
    const struct schema_clock *clocks = schema_clocks(&count);

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < CW_COUNT(clocks[i].starts); j++) {
            if (clocks[i].starts[j] == row->number)
                return true;
        }
        for (size_t j = 0; j < CLOCK_MET_BY_MAX; j++) {
            if (clocks[i].met_by[j] == row->number)
                return true;
        }
    }
    return false;
}

static bool is_plain_event(struct fold *f, const struct schema_event *row)
{
    if (row->class == EVENT_CLASS_OWNERSHIP || row->class == EVENT_CLASS_CLOCK ||
        (row->flags & (EVENT_TALLIED | EVENT_WITHDRAWS | EVENT_OPENS_EPISODE)) != 0)
        return false;
    if (row->number == EVENT_PREVENTION_INTERVIEW || row->number == EVENT_FOUND_DEAD || /* §12.6, §12.7 */
        row->number == EVENT_EPISODE_MERGED)
        return false;
    return !may_step(f, row) && !may_contradict(f, row) && !may_run_clock(row);
}

static bool is_plain_detail(const struct fold *f, const struct op_write *write)
{
    const struct schema_field *row = schema_field(write->field);

    return row != NULL && row->place == PLACE_DETAIL && row_fits(f, row->kinds) && schema_field_is_written(row) &&
           !write->withheld && write->supersede_count == 0;
}

static bool only_adds(struct fold *f, const struct case_op *in)
{
    const struct op *op = in->op;
    const struct schema_event *row;

    if (f->opening == NONE || in->verdict != VERDICT_EFFECTIVE || op == NULL || op->type != OP_EVENT || op->newer ||
        op->withdraws || op->correct_count > 0 || op->same_count > 0 || (in->flags & CASE_OP_NOTED) != 0 ||
        !op_is_bounded(op))
        return false;
    row = schema_event(op->event);
    if (!may_record_event(f, in->roles, row) || !is_plain_event(f, row))
        return false;
    for (uint32_t i = 0; i < op->write_count; i++) {
        if (!is_plain_detail(f, &op->writes[i]))
            return false;
    }
    return true;
}

/* --- is it named by what is here? -------------------------------------------------------------------------- */

struct missing_list {
    struct hash *ids; /* NULL: they are counted only */
    uint32_t count;
};

static void miss(struct missing_list *list, const uint8_t id[static ID_LEN])
{
    if (list->ids != NULL)
        memcpy(list->ids[list->count].b, id, ID_LEN);
    list->count++;
}

static void miss_op(const struct fold *f, struct missing_list *list, const struct cw_op_id *id)
{
    if (find_op(f, id) == NONE)
        miss(list, id->b);
}

static void miss_named(const struct fold *f, const struct op *op, struct missing_list *list)
{
    for (uint32_t i = 0; i < op->after_count; i++)
        miss_op(f, list, &op->after[i]);
    for (uint32_t i = 0; i < op->correct_count; i++)
        miss_op(f, list, &op->corrects[i].op);
    for (uint32_t i = 0; i < op->write_count; i++) {
        for (uint32_t j = 0; j < op->writes[i].supersede_count; j++)
            miss_op(f, list, &op->writes[i].supersedes[j].op);
    }
    for (uint32_t i = 0; i < op->same_count; i++) {
        if (find_event(f, &op->same_as[i]) == NONE)
            miss(list, op->same_as[i].b);
    }
}

static void miss_all(const struct fold *f, struct missing_list *list)
{
    for (uint32_t i = 0; i < f->op_count; i++) {
        if (f->ops[i].op != NULL)
            miss_named(f, f->ops[i].op, list);
    }
}

static int compare_missing(const void *context, uint32_t a, uint32_t b)
{
    const struct hash *ids = context;
    int order = ID_COMPARE(&ids[a], &ids[b]);

    return order != 0 ? order : compare_u64(a, b);
}

/* Once after the whole fold: what is appended names only what is here. */
static enum cw_err find_missing(struct fold *f)
{
    struct missing_list counted = {NULL, 0}, found;
    uint32_t *order;

    if (f->missing_known)
        return CW_OK;
    miss_all(f, &counted);
    found = (struct missing_list){ARENA_ARRAY(f->arena, struct hash, counted.count), 0};
    order = ARENA_ARRAY(f->arena, uint32_t, counted.count);
    f->missing = ARENA_ARRAY(f->arena, struct hash, counted.count);
    if (found.ids == NULL || order == NULL || f->missing == NULL)
        return CW_LOCAL_MEMORY;
    miss_all(f, &found);
    for (uint32_t i = 0; i < found.count; i++)
        order[i] = i;
    sort_indices(order, found.count, compare_missing, found.ids);
    for (uint32_t i = 0; i < found.count; i++)
        f->missing[i] = found.ids[order[i]];
    f->missing_count = found.count;
    f->missing_known = true;
    return CW_OK;
}

static bool is_missed(const struct fold *f, const uint8_t id[static ID_LEN])
{
    size_t rank;

    return id_find(f->missing, f->missing_count, sizeof *f->missing, 0, id, &rank);
}

/* --- its place in the order ------------------------------------------------------------------------------------ */

/* §3.2. False: it names something that is not here, or time ends. */
static bool find_time(const struct fold *f, const struct case_op *in, uint64_t *out)
{
    *out = in->hlc;
    for (uint32_t i = 0; i < in->op->after_count; i++) {
        uint32_t place, named;

        if (!state_find_op(f->state, &in->op->after[i], &place))
            return false;
        named = f->by_id[place];
        if (f->ops[named].verdict == VERDICT_EFFECTIVE && f->order_times[named] >= *out)
            *out = f->order_times[named] == UINT64_MAX ? UINT64_MAX : f->order_times[named] + 1;
    }
    return *out != UINT64_MAX;
}

static bool is_before(const struct case_event *event, uint64_t t, const struct cw_op_id *op)
{
    return event->order_time < t || (event->order_time == t && ID_COMPARE(&event->dot.op, op) < 0);
}

/*
 * Its place among the events. Two divisions' clocks differ a little, so it may be before a few others: they move one on, unless
 * classes of happenings tell of them by their places.
 */
static bool find_event_place(const struct fold *f, const struct case_op *in, uint64_t t, uint32_t *out)
{
    uint32_t at = f->state->event_count;

    for (; at > 0 && !is_before(&f->state_events[at - 1], t, &in->op_id); at--) {
        if (f->state->event_count - at == MOVED_EVENTS_MAX || f->state_events[at - 1].class_index != NONE)
            return false;
    }
    *out = at;
    return true;
}

static bool has_room(const struct fold *f, const struct case_op *in)
{
    uint32_t appended = f->state->op_count - f->op_count;

    return appended < f->room && f->state->op_count < FOLD_OPS_MAX &&
           f->state->write_count + in->op->write_count <= with_room(f, f->write_count, ROOM_WRITES_EACH);
}

/* --- listing it -------------------------------------------------------------------------------------------------- */

static void list_write(struct fold *f, uint32_t op, uint32_t index)
{
    f->state_writes[f->state->write_count++] = (struct case_write){.op_index = op, .index = index, .fate = FATE_DETAIL};
}

static void make_way(struct fold *f, uint32_t at)
{
    for (uint32_t i = f->state->event_count; i > at; i--) {
        f->state_events[i] = f->state_events[i - 1];
        f->event_of[f->state_events[i].op_index] = i;
    }
    for (uint32_t i = f->state->naming_count; i > 0 && f->naming[i - 1] >= at; i--)
        f->naming[i - 1]++;
}

static void list_naming(struct fold *f, uint32_t event)
{
    uint32_t i = f->state->naming_count++;

    for (; i > 0 && f->naming[i - 1] > event; i--)
        f->naming[i] = f->naming[i - 1];
    f->naming[i] = event;
}

static void list_event(struct fold *f, uint32_t op, uint32_t at)
{
    const struct case_op *in = &f->ops[op];
    struct case_event *event = &f->state_events[at];

    make_way(f, at);
    *event = (struct case_event){.dot = dot_of(f, op, 0),
                                 .op_index = op,
                                 .event = in->op->event,
                                 .row = schema_event(in->op->event),
                                 .order_time = f->order_times[op],
                                 .authorised = true,
                                 .class_index = NONE};
    thing_id_of(&in->op_id, 0, &event->id);
    if ((event->row->flags & EVENT_EPISODE) != 0 && in->op->ref_count > 0)
        event->scope = *state_episode(f->state, &in->op->refs[0]);
    f->event_of[op] = at;
    f->state->event_count++;
    note_number(f, in->op->event);
    if (event_names(event, in->op))
        list_naming(f, at);
}

/* §13.4 */
static void note_happened(struct fold *f, const struct case_op *in)
{
    const struct schema_event *row = schema_event(in->op->event);
    const struct op_value *occurred = op_detail(in->op, FIELD_OCCURRED);
    int64_t at = occurred != NULL ? occurred->latest : in->author_time.ms;

    if ((row->class == EVENT_CLASS_SIGHTING || row->class == EVENT_CLASS_ACTIVITY || row->class == EVENT_CLASS_INTEL) &&
        at > f->state->last_happened.ms)
        f->state->last_happened.ms = at;
}

struct op_place {
    uint32_t by_id, event; /* where it goes in by_id, and among the events */
    uint64_t t;
};

static void list(struct fold *f, const struct case_op *in, const struct op_place *place)
{
    uint32_t op = f->state->op_count++;

    f->ops[op] = *in;
    f->order_times[op] = place->t;
    memmove(&f->by_id[place->by_id + 1], &f->by_id[place->by_id], (op - place->by_id) * sizeof *f->by_id);
    f->by_id[place->by_id] = op;
    f->state->effective_count++;
    for (uint32_t i = 0; i < in->op->write_count; i++)
        list_write(f, op, i);
    list_event(f, op, place->event);
    note_happened(f, in);
}

enum cw_err fold_append(struct fold *f, const struct case_op *in, bool *out_done)
{
    struct op_place place;
    struct hash thing;
    enum cw_err err;

    *out_done = false;
    if (f->room == 0 || !only_adds(f, in) || !has_room(f, in) || state_find_op(f->state, &in->op_id, &place.by_id) ||
        !find_time(f, in, &place.t) || !find_event_place(f, in, place.t, &place.event))
        return CW_OK;
    err = find_missing(f);
    if (err != CW_OK)
        return err;
    thing_id_of(&in->op_id, 0, &thing);
    if (is_missed(f, in->op_id.b) || is_missed(f, thing.b))
        return CW_OK;
    list(f, in, &place);
    *out_done = true;
    return CW_OK;
}

/* --- its place, when it is known only later ---------------------------------------------------------------------- */

/* Between the events before and after it: then nothing but times changes. */
static bool keeps_its_turn(const struct fold *f, uint32_t op, const struct case_op *in, uint64_t t)
{
    uint32_t at = f->event_of[op], after = at + 1;

    return (at == 0 || is_before(&f->state_events[at - 1], t, &in->op_id)) &&
           (after == f->state->event_count || !is_before(&f->state_events[after], t, &in->op_id));
}

/* Those that name it have times that depend on its own. */
static bool is_named_later(const struct fold *f, uint32_t op)
{
    for (uint32_t i = f->op_count; i < f->state->op_count; i++) {
        for (uint32_t j = 0; j < f->ops[i].op->after_count; j++) {
            if (ID_EQ(&f->ops[i].op->after[j], &f->ops[op].op_id))
                return true;
        }
    }
    return false;
}

bool fold_place(struct fold *f, const struct case_op *in)
{
    uint32_t place, op;
    uint64_t t;

    if (!state_find_op(f->state, &in->op_id, &place))
        return false;
    op = f->by_id[place];
    if (op < f->op_count || f->ops[op].op != in->op || !only_adds(f, in) || !find_time(f, in, &t) ||
        !keeps_its_turn(f, op, in, t) || is_named_later(f, op))
        return false;
    f->ops[op] = *in;
    f->order_times[op] = t;
    f->state_events[f->event_of[op]].order_time = t;
    return true;
}
