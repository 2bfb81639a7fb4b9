/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells, and what names what in them (docs/fold.md §5.9, §5.10, §7). Naming is the only thing that removes a write;
 * an author without the authority to remove only proposes.
 */
#include "cases/work.h"

static const struct hash no_scope;

static const struct hash *scope_of(const struct fold *f, const struct work_write *w)
{
    return w->row->place == PLACE_EPISODE ? &f->extra[w->op].scope : &no_scope;
}

static bool has_cell(const struct work_write *w)
{
    return w->eligible || w->fate == FATE_PROPOSAL;
}

static int compare_cells(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    const struct work_write *wa = &f->writes[a], *wb = &f->writes[b];
    int order = ID_COMPARE(scope_of(f, wa), scope_of(f, wb));

    if (order == 0)
        order = compare_u64(wa->row->number, wb->row->number);
    return order != 0 ? order : compare_u64(a, b);
}

static bool is_same_cell(const struct fold *f, const struct work_write *a, const struct work_write *b)
{
    return a->row == b->row && ID_EQ(scope_of(f, a), scope_of(f, b));
}

static void open_cell(struct fold *f, const struct work_write *w, uint32_t first)
{
    f->cells[f->cell_count++] = (struct work_cell){.scope = *scope_of(f, w), .row = w->row, .first = first};
}

static enum cw_err gather_cells(struct fold *f)
{
    f->by_cell = ARENA_ARRAY(f->arena, uint32_t, f->write_count);
    f->cells = ARENA_ARRAY(f->arena, struct work_cell, f->write_count);
    if (f->by_cell == NULL || f->cells == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->write_count; i++) {
        if (has_cell(&f->writes[i]))
            f->by_cell[f->by_cell_count++] = i;
    }
    sort_indices(f->by_cell, f->by_cell_count, compare_cells, f);
    for (uint32_t i = 0; i < f->by_cell_count; i++) {
        struct work_write *w = &f->writes[f->by_cell[i]];

        if (i == 0 || !is_same_cell(f, w, &f->writes[f->by_cell[i - 1]]))
            open_cell(f, w, i);
        w->cell = f->cell_count - 1;
        f->cells[w->cell].count++;
    }
    return CW_OK;
}

static bool gives(const struct work_write *w)
{
    return w->write->verb == VERB_SET || w->write->verb == VERB_ADD;
}

/* What opens an episode replaces nothing that was said of another: its author saw the case as it was without it. */
static bool begins_episode(const struct fold *f, const struct work_write *w)
{
    return w->row->place == PLACE_EPISODE && op_opens_episode(f->ops[w->op].op);
}

struct work_write *named_write(struct fold *f, const struct work_write *w, uint32_t i)
{
    uint32_t target = f->named[w->first_named + i];
    struct work_write *named = target == NONE || begins_episode(f, w) ? NULL : &f->writes[target];

    return named != NULL && named != w && named->cell == w->cell && w->cell != NONE && gives(named) ? named : NULL;
}

static bool differs(const struct work_write *a, const struct work_write *b)
{
    if (!a->write->has_value || !b->write->has_value)
        return true;
    return !values_equal(&a->write->value, &b->write->value);
}

static bool goes_down(const struct work_write *w, const struct work_write *named)
{
    uint64_t mine = 0, theirs = 0;

    return write_ordinal(w, &mine) && write_ordinal(named, &theirs) && theirs > mine;
}

static bool goes_later(const struct work_write *w, const struct work_write *named)
{
    if (!named->write->has_value)
        return false;
    return !w->write->has_value || named->write->value.number < w->write->value.number;
}

/* Whether this naming needs the field's lower roles. *seen is the first value named before (MVR). */
static bool needs_rank(const struct work_write *w, const struct work_write *named, const struct work_write **seen)
{
    switch (w->row->rule) {
    case RULE_MAX:
        return goes_down(w, named);
    case RULE_MIN:
        return goes_later(w, named);
    case RULE_ORS:
        return w->write->verb == VERB_ADD && differs(w, named);
    case RULE_MVR:
        if (*seen == NULL)
            *seen = named;
        return named != *seen && differs(*seen, named);
    case RULE_IMM:
    case RULE_LWW:
    case RULE_OWN:
    case RULE_GOS:
    case RULE_LOG:
    case RULE_TAL:
    case RULE_FSM:
    case RULE_CLK:
    case RULE_DRV:
        break;
    }
    return false;
}

/* §5.10 */
static bool oversteps(struct fold *f, const struct work_write *w)
{
    const struct work_write *seen = NULL;

    if ((f->ops[w->op].roles & policy_lower_roles(f->policy, w->row)) != 0)
        return false;
    for (uint32_t i = 0; i < w->write->supersede_count; i++) {
        const struct work_write *named = named_write(f, w, i);

        if (named != NULL && named->eligible && needs_rank(w, named, &seen))
            return true;
    }
    return false;
}

static bool is_lowering(struct fold *f, const struct work_write *w)
{
    for (uint32_t i = 0; i < w->write->supersede_count; i++) {
        const struct work_write *named = named_write(f, w, i);

        if (named != NULL && named->eligible && goes_down(w, named))
            return true;
    }
    return false;
}

static void judge(struct fold *f, struct work_write *w)
{
    if ((w->row->rule == RULE_OWN && !write_is_owners(f, w->op)) || oversteps(f, w))
        w->fate = FATE_PROPOSAL;
    else if (!gives(w))
        w->fate = FATE_ACT;
}

/* §7.1. A remove is remembered, so that an add which did not know of it can be flagged. */
static void apply_names(struct fold *f, struct work_write *w)
{
    for (uint32_t i = 0; i < w->write->supersede_count; i++) {
        struct work_write *named = named_write(f, w, i);

        if (named == NULL)
            continue;
        if (w->row->rule == RULE_GOS) {
            named->struck = named->struck || w->write->verb == VERB_STRIKE;
            continue;
        }
        named->superseded = true;
        if (f->extra[w->op].rank < named->unseated)
            named->unseated = f->extra[w->op].rank;
        if (w->write->verb == VERB_REMOVE &&
            (named->removed_by == NONE || write_later(f, w, &f->writes[named->removed_by])))
            named->removed_by = (uint32_t)(w - f->writes);
    }
}

static bool is_owned(const struct work_cell *cell)
{
    return cell->row->rule == RULE_OWN;
}

/* Judged first, all of them, because being eligible does not depend on anybody else's judgement. */
static enum cw_err name_in_cell(struct fold *f, const struct work_cell *cell)
{
    const uint32_t *writes = f->by_cell + cell->first;
    enum cw_err err;

    for (uint32_t i = 0; i < cell->count; i++) {
        struct work_write *w = &f->writes[writes[i]];

        if (w->eligible && !w->floor)
            judge(f, w);
        if (w->row->rule == RULE_MAX && w->fate == 0 && is_lowering(f, w))
            w->remark = VALUE_RAISED_CONCURRENT; /* dropped again unless something greater stands */
    }
    err = judge_endings(f, cell);
    if (err != CW_OK)
        return err;
    for (uint32_t i = 0; i < cell->count; i++) {
        struct work_write *w = &f->writes[writes[i]];

        w->stood = gives(w) && (w->fate == 0 || w->floor);
        if (w->fate == 0 || w->fate == FATE_ACT)
            apply_names(f, w);
    }
    for (uint32_t i = 0; i < cell->count; i++) {
        struct work_write *w = &f->writes[writes[i]];

        if (w->superseded)
            w->fate = FATE_SUPERSEDED;
    }
    return CW_OK;
}

static enum cw_err name_in_cells(struct fold *f, bool owned)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < f->cell_count && err == CW_OK; i++) {
        if (is_owned(&f->cells[i]) == owned)
            err = name_in_cell(f, &f->cells[i]);
    }
    return err;
}

/* No write names one of another cell, so the cells can be done one by one; owners' fields once the owner is known. */
enum cw_err fold_naming(struct fold *f)
{
    enum cw_err err = gather_cells(f);

    return err == CW_OK ? name_in_cells(f, false) : err;
}

enum cw_err fold_owned(struct fold *f)
{
    return name_in_cells(f, true);
}
