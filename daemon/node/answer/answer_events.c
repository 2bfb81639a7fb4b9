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

static Cw__ViewField *detail_of(struct answering *a, const struct shown_case *shown, const struct case_event *event,
                                const struct op_write *write, uint32_t index)
{
    struct case_value value = {
        .value = said_value(write),
        .fate = FATE_DETAIL,
        .flags = write->withheld && !write->has_max ? VALUE_WITHHELD : 0,
        .dot = {event->dot.op, index},
    };
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
    return out->values[0] == NULL ? NULL : out;
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

/* The event that stands in this one's place. */
static const struct case_event *corrector_of(const struct case_state *state, const struct case_event *event)
{
    for (uint32_t i = state->event_count; event->corrected && i > 0; i--) {
        const struct op *op = state->ops[state->events[i - 1].op_index].op;

        for (uint32_t j = 0; op != NULL && j < op->correct_count; j++) {
            if (ID_EQ(&op->corrects[j].op, &event->dot.op))
                return &state->events[i - 1];
        }
    }
    return NULL;
}

static bool step_without_effect(const struct case_state *state, const struct case_event *event)
{
    for (uint32_t i = 0; i < state->note_count; i++) {
        const struct case_note *note = &state->notes[i];

        if ((note->kind == NOTE_STEP_NO_EFFECT || note->kind == NOTE_STEP_HELD) && ID_EQ(&note->op.op, &event->dot.op))
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

static void put_marks(struct answering *a, const struct case_state *state, const struct case_event *event,
                      Cw__ViewEvent *out)
{
    const struct case_event *corrector = corrector_of(state, event);

    if (corrector != NULL)
        SET_BYTES(out, corrected_by, answer_bytes(a, corrector->dot.op.b, ID_LEN));
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
    return put_details(a, shown, event, op, out) && put_same_as(a, op, out) ? out : NULL;
}

bool answer_put_events(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;
    uint32_t count = state->event_count < ANSWER_EVENTS_MAX ? state->event_count : ANSWER_EVENTS_MAX;

    out->events = ARENA_ARRAY(a->arena, Cw__ViewEvent *, count + 1);
    if (out->events == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        out->events[i] = event_of(a, shown, &state->events[state->event_count - 1 - i]);
        if (out->events[i] == NULL)
            return false;
    }
    out->n_events = count;
    return true;
}
