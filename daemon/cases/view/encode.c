/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical state (docs/fold.md §14): lines of ASCII, so that two folds that disagree can be compared with diff.
 */
#include "cases/view.h"
#include "cases/words.h"

static void sp(struct writer *out)
{
    writer_u8(out, ' ');
}

static void number(struct writer *out, uint64_t n)
{
    sp(out);
    put_u64(out, n);
}

static void signed_number(struct writer *out, int64_t n)
{
    sp(out);
    put_i64(out, n);
}

/* hex? : "-" when there is nothing */
static void hex(struct writer *out, struct cw_slice bytes)
{
    sp(out);
    if (bytes.len == 0)
        writer_u8(out, '-');
    else
        put_hex(out, bytes);
}

static void id(struct writer *out, const uint8_t b[static ID_LEN])
{
    hex(out, id_is_zero(b) ? slice(b, 0) : slice(b, ID_LEN));
}

static void bare_dot(struct writer *out, const struct dot *dot)
{
    if (id_is_zero(dot->op.b)) {
        writer_u8(out, '-');
        return;
    }
    put_hex(out, ID_SLICE(&dot->op));
    writer_u8(out, ':');
    put_u64(out, dot->index);
}

static void dot(struct writer *out, const struct dot *at)
{
    sp(out);
    bare_dot(out, at);
}

static void line(struct writer *out)
{
    writer_u8(out, '\n');
}

/* --- head -------------------------------------------------------------------------------------------------- */

static void encode_owner(const struct case_owner *owner, struct writer *out)
{
    put_text(out, "owner");
    number(out, (uint64_t)owner->state);
    hex(out, owner->division);
    number(out, owner->epoch);
    hex(out, owner->offered_to);
    sp(out);
    if (owner->claimant_count == 0)
        writer_u8(out, '-');
    for (uint32_t i = 0; i < owner->claimant_count; i++) {
        if (i > 0)
            writer_u8(out, ',');
        put_hex(out, owner->claimants[i]);
    }
    line(out);
}

static void encode_head(const struct case_state *s, struct writer *out)
{
    put_text(out, "casewire-state");
    number(out, FOLD_VERSION);
    put_text(out, "\ncase");
    hex(out, ID_SLICE(&s->case_id));
    put_text(out, "\nkind");
    number(out, s->kind);
    number(out, s->synthetic);
    number(out, s->flags);
    put_text(out, "\nopening");
    hex(out, s->opened_by_division);
    signed_number(out, s->opened.ms);
    line(out);
    encode_owner(&s->owner, out);
    put_text(out, "counts");
    number(out, s->op_count);
    number(out, s->effective_count);
    number(out, s->pending_count);
    number(out, s->void_count);
    number(out, s->unopened_count);
    number(out, s->proposal_count);
    put_text(out, "\nlast");
    signed_number(out, s->last_happened.ms);
    line(out);
}

/* --- ops, writes, cells -------------------------------------------------------------------------------------- */

static void encode_op(const struct case_state *s, uint32_t op, struct writer *out)
{
    put_text(out, "op");
    hex(out, ID_SLICE(&s->ops[op].op_id));
    number(out, s->order_times[op]);
    line(out);
}

static void encode_writes_of(const struct case_state *s, uint32_t op, struct writer *out)
{
    uint32_t first, count = state_writes_of(s, op, &first);

    for (uint32_t i = first; i < first + count; i++) {
        const struct case_write *w = &s->writes[i];

        put_text(out, "write");
        hex(out, ID_SLICE(&s->ops[op].op_id));
        number(out, w->index);
        number(out, (uint64_t)w->fate);
        id(out, w->scope.b);
        line(out);
    }
}

static void encode_ops(const struct case_state *s, struct writer *out)
{
    for (uint32_t i = 0; i < s->op_count; i++)
        encode_op(s, s->by_id[i], out);
    for (uint32_t i = 0; i < s->op_count; i++)
        encode_writes_of(s, s->by_id[i], out);
}

static void encode_plain(const struct op_value *value, struct writer *out)
{
    switch (value->type) {
    case VALUE_TEXT:
        put_text(out, "t:");
        put_hex(out, value->text);
        break;
    case VALUE_NUMBER:
        put_text(out, "n:");
        put_i64(out, value->number);
        break;
    case VALUE_ID:
        put_text(out, "i:");
        put_hex(out, ID_SLICE(&value->id));
        break;
    case VALUE_INTERVAL:
        put_text(out, "v:");
        put_i64(out, value->number);
        writer_u8(out, ':');
        put_i64(out, value->latest);
        break;
    case VALUE_FLAG:
        put_text(out, value->number != 0 ? "f:1" : "f:0");
        break;
    case VALUE_NONE:
        writer_u8(out, '-');
        break;
    }
}

static void encode_value(const struct case_cell *cell, const struct case_value *v, struct writer *out)
{
    put_text(out, "value ");
    if (cell->row->rule == RULE_MAX) {
        put_text(out, "x:");
        put_i64(out, v->value.number);
    } else {
        encode_plain(&v->value, out);
    }
    number(out, (uint64_t)v->fate);
    number(out, v->flags);
    dot(out, &v->dot);
    number(out, v->add_count);
    line(out);
}

static void encode_cells(const struct case_state *s, struct writer *out)
{
    static const struct dot nothing;

    for (uint32_t i = 0; i < s->cell_count; i++) {
        const struct case_cell *cell = &s->cells[i];

        put_text(out, "cell");
        id(out, cell->scope.b);
        number(out, cell->field);
        number(out, cell->in_conflict);
        number(out, cell->superseded_count);
        number(out, cell->proposal_count);
        dot(out, cell->shown < cell->value_count ? &cell->values[cell->shown].dot : &nothing);
        line(out);
        for (uint32_t j = 0; j < cell->value_count; j++)
            encode_value(cell, &cell->values[j], out);
    }
}

/* --- events and what follows from them ------------------------------------------------------------------------ */

static void encode_event(const struct case_state *s, const struct case_event *e, struct writer *out)
{
    put_text(out, "event");
    hex(out, ID_SLICE(&e->dot.op));
    number(out, e->event);
    id(out, e->scope.b);
    number(out, e->authorised);
    number(out, e->corrected);
    number(out, e->withdrawn);
    number(out, e->counted);
    if (e->class_index < s->event_count)
        hex(out, ID_SLICE(&s->events[e->class_index].dot.op));
    else
        put_text(out, " -");
    line(out);
}

static void encode_events(const struct case_state *s, struct writer *out)
{
    for (uint32_t i = 0; i < s->event_count; i++)
        encode_event(s, &s->events[i], out);
}

static void encode_tallies(const struct case_state *s, struct writer *out)
{
    for (uint32_t i = 0; i < s->tally_count; i++) {
        const struct case_tally *t = &s->tallies[i];

        put_text(out, "tally");
        number(out, t->event);
        signed_number(out, t->subtype);
        number(out, t->within);
        number(out, t->dimension);
        hex(out, t->value);
        number(out, t->happenings);
        number(out, t->count);
        number(out, t->pence);
        number(out, t->mg);
        number(out, t->wraps);
        number(out, t->unknown);
        number(out, t->overlapping);
        number(out, t->differs);
        line(out);
    }
}

static void encode_machines(const struct case_state *s, struct writer *out)
{
    for (uint32_t i = 0; i < s->machine_count; i++) {
        const struct case_machine *m = &s->machines[i];

        put_text(out, "machine");
        number(out, (uint64_t)m->machine);
        id(out, m->scope.b);
        number(out, m->state);
        hex(out, m->last_step < s->op_count ? ID_SLICE(&s->ops[m->last_step].op_id) : slice(NULL, 0));
        line(out);
    }
}

static void encode_conflicts(const struct case_state *s, struct writer *out)
{
    for (uint32_t i = 0; i < s->conflict_count; i++) {
        const struct case_conflict *c = &s->conflicts[i];

        put_text(out, "conflict");
        id(out, c->scope.b);
        number(out, c->field);
        number(out, c->resolvers);
        dot(out, &c->shown);
        sp(out);
        for (uint32_t j = 0; j < c->candidate_count; j++) {
            if (j > 0)
                writer_u8(out, ',');
            bare_dot(out, &c->candidates[j]);
        }
        line(out);
    }
}

static void encode_notes(const struct case_state *s, struct writer *out)
{
    for (uint32_t i = 0; i < s->note_count; i++) {
        put_text(out, "note");
        number(out, (uint64_t)s->notes[i].kind);
        number(out, s->notes[i].field);
        dot(out, &s->notes[i].op);
        id(out, s->notes[i].about.b);
        line(out);
    }
}

static void encode_marks(const struct case_state *s, const struct case_clock *c, struct writer *out)
{
    for (uint32_t i = c->first_mark; i < c->first_mark + c->mark_count; i++) {
        put_text(out, "mark");
        number(out, s->marks[i].event);
        hex(out, ID_SLICE(&s->ops[s->marks[i].op_index].op_id));
        number(out, s->marks[i].without_effect);
        line(out);
    }
}

static void encode_clocks(const struct case_state *s, struct writer *out)
{
    static const struct cw_op_id nobody;

    for (uint32_t i = 0; i < s->clock_count; i++) {
        const struct case_clock *c = &s->clocks[i];

        put_text(out, "clock");
        number(out, c->clock);
        id(out, c->scope.b);
        hex(out, ID_SLICE(&c->start));
        signed_number(out, c->started_ms);
        signed_number(out, c->soon_ms);
        signed_number(out, c->deadline_ms);
        number(out, (uint64_t)c->end);
        id(out, c->end_op.b);
        signed_number(out, c->end_ms);
        signed_number(out, c->step_ms);
        id(out, c->ack == UINT32_MAX ? nobody.b : s->ops[s->marks[c->ack].op_index].op_id.b);
        number(out, c->learned_late);
        line(out);
        encode_marks(s, c, out);
    }
}

static void encode_ladder(const struct case_state *s, struct writer *out)
{
    put_text(out, "ladder");
    for (uint32_t rung = 0; rung < LADDER_RUNGS; rung++)
        number(out, s->ladder[rung]);
    number(out, s->beside);
    line(out);
}

static void encode_rest(const struct case_state *s, struct writer *out)
{
    encode_tallies(s, out);
    encode_machines(s, out);
    encode_conflicts(s, out);
    encode_notes(s, out);
    encode_clocks(s, out);
    encode_ladder(s, out);
    put_text(out, "end\n");
}

enum cw_err case_state_encode(const struct case_state *s, struct writer *out)
{
    struct cw_slice whole;

    encode_head(s, out);
    encode_ops(s, out);
    encode_cells(s, out);
    encode_events(s, out);
    encode_rest(s, out);
    return writer_finish(out, &whole);
}

/* --- in parts ---------------------------------------------------------------------------------------------------- */

void case_core_encode(const struct case_state *s, struct writer *out)
{
    encode_head(s, out);
    encode_cells(s, out);
    encode_rest(s, out);
}

void case_shelf_encode(const struct case_state *s, uint8_t first, struct writer *out)
{
    struct cw_op_id least = {{first}};
    uint32_t at;

    (void)state_find_op(s, &least, &at);
    for (; at < s->op_count && s->ops[s->by_id[at]].op_id.b[0] == first; at++) {
        uint32_t op = s->by_id[at];

        encode_op(s, op, out);
        encode_writes_of(s, op, out);
        if (s->event_of[op] < s->event_count)
            encode_event(s, &s->events[s->event_of[op]], out);
    }
}
