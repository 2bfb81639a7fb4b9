/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in each cell (docs/fold.md §8): one small function per merge rule. A rule only ranks what naming left
 * standing; it never removes anything.
 */
#include "cases/rules.h"

static bool number_of(const struct work_write *w, int64_t *out)
{
    *out = w->write->value.number;
    return w->write->has_value;
}

static void rank_all(const struct settling *s, enum fate fate)
{
    for (uint32_t i = 0; i < s->count; i++)
        s->standing[i]->fate = fate;
}

static int64_t beginning(const struct work_write *w)
{
    return w->write->has_value && w->write->value.type == VALUE_INTERVAL ? w->write->value.number : INT64_MAX;
}

/* Of one op the least index; of an episode that was reported twice (§4.6) the report that lies earlier. */
static void settle_imm(struct settling *s)
{
    for (uint32_t i = s->count; i-- > 0;) { /* the earliest first */
        bool first_of_op = i + 1 == s->count || s->standing[i + 1]->op != s->standing[i]->op;

        if (s->shown == NONE || (first_of_op && beginning(s->standing[i]) < beginning(s->standing[s->shown])))
            s->shown = i;
    }
    rank_all(s, FATE_OUTRANKED);
    s->standing[s->shown]->fate = FATE_CURRENT;
}

static void settle_lww(struct settling *s)
{
    rank_all(s, FATE_OUTRANKED);
    s->standing[0]->fate = FATE_CURRENT;
    s->shown = 0;
}

static bool agree(const struct work_write *a, const struct work_write *b)
{
    return a->write->has_value && b->write->has_value && values_equal(&a->write->value, &b->write->value);
}

static uint64_t greatest_epoch(const struct settling *s)
{
    uint64_t greatest = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        uint64_t epoch = write_epoch(s->f, s->standing[i]->op);

        greatest = epoch > greatest ? epoch : greatest;
    }
    return greatest;
}

/* The newest epoch counts; what earlier owners wrote is outranked, not lost. */
static void settle_own(struct settling *s)
{
    uint64_t greatest = greatest_epoch(s);

    for (uint32_t i = 0; i < s->count; i++) {
        bool counts = write_epoch(s->f, s->standing[i]->op) == greatest;

        s->standing[i]->fate = counts ? FATE_CURRENT : FATE_OUTRANKED;
        if (!counts)
            continue;
        if (s->shown == NONE)
            s->shown = i;
        else if (!agree(s->standing[s->shown], s->standing[i]))
            s->in_conflict = true;
    }
    for (uint32_t i = 0; s->in_conflict && i < s->count; i++) {
        if (s->standing[i]->fate == FATE_CURRENT)
            s->standing[i]->fate = FATE_CONFLICT;
    }
}

static uint32_t extreme_number(const struct settling *s, bool highest)
{
    uint32_t best = 0;
    int64_t number, best_number = 0;
    bool have = false;

    for (uint32_t i = 0; i < s->count; i++) {
        if (!number_of(s->standing[i], &number))
            continue;
        if (!have || (highest ? number > best_number : number < best_number)) {
            best = i;
            best_number = number;
            have = true;
        }
    }
    return best;
}

static uint32_t owners_first(const struct settling *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (slice_eq(s->f->ops[s->standing[i]->op].division, s->f->state->owner.division))
            return i;
    }
    return 0;
}

static void settle_mvr(struct settling *s)
{
    uint32_t flags = s->cell->row->flags;

    for (uint32_t i = 1; i < s->count; i++)
        s->in_conflict = s->in_conflict || !agree(s->standing[0], s->standing[i]);
    rank_all(s, s->in_conflict ? FATE_CONFLICT : FATE_CURRENT);
    if (!s->in_conflict)
        s->shown = 0;
    else if ((flags & (FIELD_SHOW_HIGHEST | FIELD_SHOW_LOWEST)) != 0)
        s->shown = extreme_number(s, (flags & FIELD_SHOW_HIGHEST) != 0);
    else
        s->shown = owners_first(s);
}

static uint64_t ordinal_of(const struct work_write *w)
{
    uint64_t ordinal = 0;

    return write_ordinal(w, &ordinal) ? ordinal : 0;
}

static void settle_max(struct settling *s)
{
    uint64_t greatest = 0;
    uint32_t floor = NONE;

    for (uint32_t i = 0; i < s->count; i++) {
        uint64_t ordinal = ordinal_of(s->standing[i]);

        greatest = ordinal > greatest ? ordinal : greatest;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        struct work_write *w = s->standing[i];
        bool is_greatest = ordinal_of(w) == greatest;

        if (is_greatest || w->floor)
            w->remark = 0;
        if (w->floor) {
            floor = is_greatest && floor == NONE ? i : floor;
            continue; /* its fate is FLOOR already */
        }
        w->fate = is_greatest ? FATE_CURRENT : FATE_OUTRANKED;
        if (is_greatest && s->shown == NONE)
            s->shown = i;
    }
    if (s->shown == NONE)
        s->shown = floor;
}

static void settle_min(struct settling *s)
{
    int64_t least = INT64_MAX, number;
    bool any = false;

    for (uint32_t i = 0; i < s->count; i++) {
        if (number_of(s->standing[i], &number)) {
            least = number < least ? number : least;
            any = true;
        }
    }
    for (uint32_t i = 0; i < s->count; i++) {
        bool has = number_of(s->standing[i], &number);
        bool is_least = any ? has && number == least : true;

        s->standing[i]->fate = is_least ? FATE_CURRENT : FATE_OUTRANKED;
        if (is_least && s->shown == NONE)
            s->shown = i;
    }
}

static void settle_one(struct settling *s)
{
    switch (s->cell->row->rule) {
    case RULE_IMM:
        settle_imm(s);
        break;
    case RULE_LWW:
        settle_lww(s);
        break;
    case RULE_OWN:
        settle_own(s);
        break;
    case RULE_MVR:
        settle_mvr(s);
        break;
    case RULE_MAX:
        settle_max(s);
        break;
    case RULE_MIN:
        settle_min(s);
        break;
    case RULE_ORS:
    case RULE_GOS:
    case RULE_LOG:
    case RULE_TAL:
    case RULE_FSM:
    case RULE_CLK:
    case RULE_DRV:
        CW_ASSERT(schema_field_is_written(s->cell->row)); /* sets are settled elsewhere, the rest has no cells */
    }
}

/* --- from writes to values ----------------------------------------------------------------------------- */

static uint32_t flags_of(const struct work_write *w)
{
    uint32_t flags = w->remark;
    uint64_t ordinal;

    flags |= w->fate == FATE_FLOOR ? VALUE_FLOOR : 0u;
    flags |= w->write->withheld ? VALUE_WITHHELD : 0u;
    if (w->row->type != TYPE_ENUM)
        return flags;
    if (w->row->rule == RULE_MAX) {
        bool known = write_ordinal(w, &ordinal) && ordinal <= INT64_MAX &&
                     schema_value_name(w->row->scale, (int64_t)ordinal) != NULL;

        flags |= known ? 0u : VALUE_UNRECOGNISED;
    } else if (w->write->has_value && schema_value_name(w->row->scale, w->write->value.number) == NULL) {
        flags |= VALUE_UNRECOGNISED;
    }
    return flags;
}

struct case_value value_of(const struct fold *f, const struct work_write *w)
{
    struct case_value value = {
        .value = w->write->value,
        .fate = w->fate,
        .flags = flags_of(w),
        .dot = dot_of(f, w->op, w->index),
        .op_index = w->op,
        .add_count = 1,
        .replaces_count = w->write->supersede_count,
        .replaces = w->write->supersedes,
    };
    uint64_t ordinal;

    if (w->row->rule == RULE_MAX && write_ordinal(w, &ordinal)) {
        value.value.type = w->row->type == TYPE_FLAG ? VALUE_FLAG : VALUE_NUMBER;
        value.value.number = ordinal <= INT64_MAX ? (int64_t)ordinal : INT64_MAX;
    } else if (!w->write->has_value) {
        value.value = (struct op_value){.type = VALUE_NONE};
    }
    return value;
}

static int compare_latest_first(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    const struct work_write *wa = &f->writes[a], *wb = &f->writes[b];

    if (a == b)
        return 0;
    return write_later(f, wa, wb) ? -1 : 1;
}

static enum cw_err gather_standing(struct settling *s, struct case_cell *out)
{
    struct fold *f = s->f;
    uint32_t *order = &f->by_cell[s->cell->first];

    s->standing = ARENA_ARRAY(f->arena, struct work_write *, s->cell->count);
    if (s->standing == NULL)
        return CW_LOCAL_MEMORY;
    sort_indices(order, s->cell->count, compare_latest_first, f);
    for (uint32_t i = 0; i < s->cell->count; i++) {
        struct work_write *w = &f->writes[order[i]];

        out->superseded_count += w->fate == FATE_SUPERSEDED;
        out->proposal_count += w->fate == FATE_PROPOSAL;
        if (w->fate == 0 || w->fate == FATE_FLOOR)
            s->standing[s->count++] = w;
    }
    return CW_OK;
}

static enum cw_err list_values(const struct settling *s, struct case_cell *out)
{
    struct case_value *values = ARENA_ARRAY(s->f->arena, struct case_value, s->count);

    if (values == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < s->count; i++)
        values[i] = value_of(s->f, s->standing[i]);
    out->values = values;
    out->value_count = s->count;
    out->shown = s->shown;
    out->in_conflict = s->in_conflict;
    return CW_OK;
}

static enum cw_err settle(struct fold *f, const struct work_cell *cell, struct case_cell *out)
{
    struct settling s = {.f = f, .cell = cell, .shown = NONE};
    enum cw_err err;

    *out = (struct case_cell){.scope = cell->scope, .field = cell->row->number, .row = cell->row, .shown = NONE};
    err = gather_standing(&s, out);
    if (err != CW_OK)
        return err;
    if (schema_field_is_set(cell->row))
        return settle_set(&s, out);
    if (s.count == 0)
        return CW_OK;
    settle_one(&s);
    return list_values(&s, out);
}

enum cw_err fold_rules(struct fold *f)
{
    struct case_cell *cells = ARENA_ARRAY(f->arena, struct case_cell, f->cell_count);

    if (cells == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->cell_count; i++) {
        struct case_cell *out = &cells[f->state->cell_count];
        enum cw_err err = settle(f, &f->cells[i], out);

        if (err != CW_OK)
            return err;
        /* a remove of something that is not here leaves nothing to list (§8.10) */
        if (out->value_count > 0 || out->superseded_count > 0 || out->proposal_count > 0)
            f->state->cell_count++;
    }
    f->state->cells = cells;
    return CW_OK;
}
