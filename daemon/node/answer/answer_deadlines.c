/* SPDX-License-Identifier: Apache-2.0 */
/* A case's duties as they are now, and until when that is true: what the fold made of them, and what this division's clock says (docs/protocol.md §7.4). */

#include "node/answer_case.h"
#include "node/answer_known.h"

#include "cases/view.h"
#include "proto/wire.h"

static const char *mark_name(uint32_t event)
{
    switch (event) {
    case EVENT_CLOCK_ACK:
        return "acknowledged";
    case EVENT_CLOCK_WAIVED:
        return "waived";
    case EVENT_CLOCK_BREACHED:
        return "breached";
    case EVENT_SEEN:
        return "seen";
    case EVENT_DELIVERED:
        return "delivered";
    default:
        return "newer";
    }
}

/* The reason of a waiver, whom a daemon told, what somebody said. */
static struct cw_slice words_of(const struct case_op *op)
{
    for (uint32_t i = 0; op->op != NULL && i < op->op->write_count; i++) {
        const struct op_write *write = &op->op->writes[i];

        if ((write->field == FIELD_REASON || write->field == FIELD_TOLD || write->field == FIELD_TEXT) &&
            write->has_value && write->value.type == VALUE_TEXT)
            return write->value.text;
    }
    return (struct cw_slice){NULL, 0};
}

static Cw__ViewMark *mark_of(struct answering *a, const struct shown_case *shown, const struct case_mark *mark)
{
    const struct case_op *op = &shown->loaded.state->ops[mark->op_index];
    const struct loaded_op *loaded = shown_case_op(shown, &op->op_id);
    struct cw_slice words = words_of(op);
    Cw__ViewMark *out = ARENA_NEW(a->arena, Cw__ViewMark);

    if (out == NULL)
        return NULL;
    cw__view_mark__init(out);
    SET_BYTES(out, what, answer_text(a, mark_name(mark->event)));
    SET_NUMBER(out, author_time_ms, (uint64_t)op->author_time.ms);
    SET_BYTES(out, op, answer_bytes(a, op->op_id.b, ID_LEN));
    if (words.len > 0)
        SET_BYTES(out, text, answer_bytes(a, words.data, words.len));
    if (mark->without_effect)
        SET_NUMBER(out, without_effect, true);
    if (loaded == NULL)
        return out;
    out->author = answer_author(a, loaded);
    return out->author == NULL ? NULL : out;
}

static bool put_marks(struct answering *a, const struct shown_case *shown, const struct case_clock *clock,
                      Cw__ViewDeadline *out)
{
    const struct case_state *state = shown->loaded.state;

    out->marks = ARENA_ARRAY(a->arena, Cw__ViewMark *, (size_t)clock->mark_count + 1);
    if (out->marks == NULL)
        return false;
    for (uint32_t i = 0; i < clock->mark_count; i++) {
        out->marks[i] = mark_of(a, shown, &state->marks[clock->first_mark + i]);
        if (out->marks[i] == NULL)
            return false;
        out->n_marks++;
    }
    if (clock->ack == UINT32_MAX)
        return true;
    out->acknowledged_by = out->marks[clock->ack - clock->first_mark]->author;
    SET_NUMBER(out, acknowledged_ms, out->marks[clock->ack - clock->first_mark]->author_time_ms);
    return true;
}

static bool put_reach(struct answering *a, const struct case_state *state, const struct case_clock *clock,
                      struct cw_wall now, Cw__ViewDeadline *out)
{
    struct clock_reach reach = clock_reach_at(state, clock, now);
    bool runs = clock->end == CLOCK_RUNS;

    out->n_told = answer_roles(a, reach.told, &out->told);
    out->n_next_told = answer_roles(a, reach.next, &out->next_told);
    out->n_waivable_by = answer_roles(a, runs ? clock->waive : R_NONE, &out->waivable_by);
    if (reach.next != 0)
        SET_NUMBER(out, next_told_at_ms, (uint64_t)reach.next_ms);
    return out->told != NULL && out->next_told != NULL && out->waivable_by != NULL;
}

static Cw__ViewDeadline *deadline_of(struct answering *a, const struct shown_case *shown,
                                     const struct case_clock *clock, struct cw_wall now)
{
    Cw__ViewDeadline *out = ARENA_NEW(a->arena, Cw__ViewDeadline);

    if (out == NULL)
        return NULL;
    cw__view_deadline__init(out);
    SET_BYTES(out, clock, answer_text(a, clock->row->name));
    SET_NUMBER(out, due_ms, (uint64_t)clock->deadline_ms);
    if (clock->end == CLOCK_END_MET)
        SET_BYTES(out, met_by, answer_bytes(a, clock->end_op.b, ID_LEN));
    SET_BYTES(out, duty, answer_bytes(a, clock->id.b, ID_LEN));
    SET_BYTES(out, state, answer_text(a, clock_status_name(clock_status_at(clock, now))));
    SET_NUMBER(out, since_ms, (uint64_t)clock_status_since(clock, now));
    SET_NUMBER(out, started_ms, (uint64_t)clock->started_ms);
    if (!ID_IS_ZERO(&clock->scope))
        SET_BYTES(out, episode, answer_bytes(a, clock->scope.b, ID_LEN));
    SET_BYTES(out, start, answer_bytes(a, clock->start.b, ID_LEN));
    if (clock->learned_late)
        SET_NUMBER(out, learned_late, true);
    return put_reach(a, shown->loaded.state, clock, now, out) && put_marks(a, shown, clock, out) ? out : NULL;
}

bool answer_put_deadlines(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;
    struct cw_wall now = a->known != NULL ? a->known->at : answer_now(a);

    out->deadlines = ARENA_ARRAY(a->arena, Cw__ViewDeadline *, (size_t)state->clock_count + 1);
    if (out->deadlines == NULL)
        return false;
    for (uint32_t i = 0; i < state->clock_count; i++) {
        out->deadlines[i] = deadline_of(a, shown, &state->clocks[i], now);
        if (out->deadlines[i] == NULL)
            return false;
        answer_ends_at(a, (struct cw_wall){clock_wakes_at(state, &state->clocks[i], now)});
        out->n_deadlines++;
    }
    return true;
}
