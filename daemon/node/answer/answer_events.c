/* SPDX-License-Identifier: Apache-2.0 */
/* What happened, newest first: events with their details, corrections, and steps that had no effect. */

#include "node/answer_case.h"

#include "proto/wire.h"

/* What was said: a MAX field may carry its ordinal in the frame alone. */
static struct op_value said_value(const struct op_write *write)
{
    if (write->has_value || !write->has_max)
        return write->value;
    return (struct op_value){.type = VALUE_NUMBER,
                             .number = write->max_value > INT64_MAX ? INT64_MAX : (int64_t)write->max_value};
}

/* What the event says itself: who and when; and a text that is one line is what a person reads. */
static void leave_out(Cw__ViewValue *value)
{
    const struct cw_slice text = wire_slice(value->value->text);

    value->set_by = NULL;
    value->author = NULL;
    value->has_hlc = value->has_author_time_ms = 0;
    if (value->value->has_text && memchr(text.data, '\n', text.len) == NULL)
        value->has_text = 0;
}

static Cw__ViewField *detail_of(struct answering *a, const struct shown_case *shown, const struct case_event *event,
                                const struct op_write *write, uint32_t index)
{
    const struct op_write seen = write_with_removed(shown->loaded.state, write);
    struct case_value value = {
        .value = said_value(&seen),
        .fate = FATE_DETAIL,
        .flags = write->withheld && !write->has_max ? VALUE_WITHHELD : 0,
        .dot = {event->dot.op, index},
    };
    /* The event counts, this of it does not: a risk that its author may not lower. */
    if (event->authorised && state_fate(shown->loaded.state, &value.dot) == FATE_PROPOSAL)
        value.fate = FATE_PROPOSAL;
    const struct schema_field *row = schema_field(write->field);
    Cw__ViewField *out = ARENA_NEW(a->arena, Cw__ViewField);

    if (out == NULL)
        return NULL;
    cw__view_field__init(out);
    SET_NUMBER(out, field, write->field);
    if (row != NULL)
        SET_BYTES(out, name, answer_text(a, row->name));
    out->values = ARENA_NEW(a->arena, Cw__ViewValue *);
    if (out->values == NULL)
        return NULL;
    out->values[0] = answer_view_value(a, shown, row, &value);
    out->n_values = 1;
    if (out->values[0] == NULL)
        return NULL;
    if (a->brief)
        leave_out(out->values[0]);
    return out;
}

static bool put_details(struct answering *a, const struct shown_case *shown, const struct case_event *event,
                        const struct op *op, Cw__ViewEvent *out)
{
    out->fields = ARENA_ARRAY(a->arena, Cw__ViewField *, op->write_count + 1);
    if (out->fields == NULL)
        return false;
    for (uint32_t i = 0; i < op->write_count; i++) {
        out->fields[i] = detail_of(a, shown, event, &op->writes[i], i);
        if (out->fields[i] == NULL)
            return false;
    }
    out->n_fields = op->write_count;
    return true;
}

/* The newest event that names this one as corrected, or as taken back. */
static const struct case_event *named_by(const struct case_state *state, const struct case_event *event,
                                         bool withdrawal)
{
    for (uint32_t i = state->event_count; i > 0; i--) {
        const struct case_event *by = &state->events[i - 1];
        const struct op *op = state->ops[by->op_index].op;

        for (uint32_t j = 0; by->authorised && by->withdrawal == withdrawal && op != NULL && j < op->correct_count;
             j++) {
            if (ID_EQ(&op->corrects[j].op, &event->dot.op))
                return by;
        }
    }
    return NULL;
}

static bool step_without_effect(const struct case_state *state, const struct case_event *event)
{
    for (uint32_t i = 0; i < state->note_count; i++) {
        const struct case_note *note = &state->notes[i];

        if (note_denies_effect(note->kind) && ID_EQ(&note->op.op, &event->dot.op))
            return true;
    }
    return false;
}

static bool put_same_as(struct answering *a, const struct op *op, Cw__ViewEvent *out)
{
    if (op->same_count == 0)
        return true;
    out->same_as = ARENA_ARRAY(a->arena, ProtobufCBinaryData, op->same_count);
    if (out->same_as == NULL)
        return false;
    for (uint32_t i = 0; i < op->same_count; i++)
        out->same_as[i] = answer_bytes(a, op->same_as[i].b, ID_LEN);
    out->n_same_as = op->same_count;
    return true;
}

static bool put_corrects(struct answering *a, const struct op *op, Cw__ViewEvent *out)
{
    if (op->correct_count == 0)
        return true;
    out->corrects = ARENA_ARRAY(a->arena, ProtobufCBinaryData, op->correct_count);
    if (out->corrects == NULL)
        return false;
    for (uint32_t i = 0; i < op->correct_count; i++)
        out->corrects[i] = answer_bytes(a, op->corrects[i].op.b, ID_LEN);
    out->n_corrects = op->correct_count;
    return true;
}

/* Nobody took it up or left it yet: who may is policy's to say. */
static bool put_resolvers(struct answering *a, const struct shown_case *shown, const struct case_event *event,
                          Cw__ViewEvent *out)
{
    if (event->authorised || event->row == NULL || event->corrected || event->withdrawn)
        return true;
    out->n_resolvers = answer_roles(a, policy_event_roles(answer_policy(a, shown), event->row), &out->resolvers);
    return out->resolvers != NULL;
}

/* Also of a proposal, which takes nothing back before somebody takes it up. */
static bool takes_back(const struct case_event *event, const struct op *op)
{
    return event->withdrawal ||
           (op != NULL && event->row != NULL && (op->withdraws || (event->row->flags & EVENT_WITHDRAWS) != 0));
}

static void put_marks(struct answering *a, const struct case_state *state, const struct case_event *event,
                      Cw__ViewEvent *out)
{
    const struct case_event *corrector = event->corrected ? named_by(state, event, false) : NULL;
    const struct case_event *taker = event->withdrawn ? named_by(state, event, true) : NULL;

    if (corrector != NULL)
        SET_BYTES(out, corrected_by, answer_bytes(a, corrector->dot.op.b, ID_LEN));
    if (taker != NULL)
        SET_BYTES(out, withdrawn_by, answer_bytes(a, taker->dot.op.b, ID_LEN));
    if (takes_back(event, state->ops[event->op_index].op))
        SET_NUMBER(out, withdraws, 1);
    if (step_without_effect(state, event))
        SET_NUMBER(out, refused_transition, 1);
    if (!event->authorised)
        SET_NUMBER(out, proposal, 1);
}

static Cw__ViewEvent *event_of(struct answering *a, const struct shown_case *shown, const struct case_event *event)
{
    const struct op *op = shown->loaded.state->ops[event->op_index].op;
    const struct loaded_op *loaded = shown_case_op(shown, &event->dot.op);
    Cw__ViewEvent *out = ARENA_NEW(a->arena, Cw__ViewEvent);

    if (out == NULL)
        return NULL;
    cw__view_event__init(out);
    SET_BYTES(out, event_id, answer_bytes(a, event->id.b, ID_LEN));
    SET_NUMBER(out, type, event->event);
    SET_BYTES(out, name, answer_text(a, event->row == NULL ? "newer" : event->row->name));
    SET_BYTES(out, op, answer_bytes(a, event->dot.op.b, ID_LEN));
    if (!ID_IS_ZERO(&event->scope))
        SET_BYTES(out, episode, answer_bytes(a, event->scope.b, ID_LEN));
    put_marks(a, shown->loaded.state, event, out);
    if (loaded != NULL) {
        out->author = answer_author(a, loaded);
        SET_NUMBER(out, hlc, loaded->hlc);
        if (loaded->submission_ok)
            SET_NUMBER(out, author_time_ms, (uint64_t)loaded->author_time.ms);
    }
    if (op == NULL)
        return out;
    return put_details(a, shown, event, op, out) && put_same_as(a, op, out) && put_corrects(a, op, out) &&
                   put_resolvers(a, shown, event, out)
               ? out
               : NULL;
}

/* How many events stand before the one that was asked for; all of them when none was. */
static enum cw_err count_before(struct answering *a, const struct case_state *state, uint32_t *out)
{
    *out = state->event_count;
    for (uint32_t i = 0; a->events_before != NULL && i < state->event_count; i++) {
        if (!ID_EQ(&state->events[i].dot.op, a->events_before))
            continue;
        *out = i;
        return CW_OK;
    }
    return a->events_before == NULL
               ? CW_OK
               : refuse(&a->refusal, CW_REFUSED_VALUE, "events_before",
                        "this case has no event of that operation: begin with the newest, without it");
}

enum cw_err answer_put_events(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;
    uint32_t before, count;
    enum cw_err err = count_before(a, state, &before);

    if (err != CW_OK)
        return err;
    count = before < ANSWER_EVENTS_MAX ? before : ANSWER_EVENTS_MAX;
    out->events = ARENA_ARRAY(a->arena, Cw__ViewEvent *, count + 1);
    if (out->events == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        out->events[i] = event_of(a, shown, &state->events[before - 1 - i]);
        if (out->events[i] == NULL)
            return CW_LOCAL_MEMORY;
    }
    out->n_events = count;
    if (count < before)
        SET_NUMBER(out, more_events, 1);
    return CW_OK;
}
