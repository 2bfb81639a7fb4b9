/* SPDX-License-Identifier: Apache-2.0 */
/* When a duty is due (docs/fold.md §19.5). A fact that arrives late may bring a deadline forward; only a decision of rank
 * that names what it lowers puts one back. */
#include "cases/clocks.h"
#include "cases/view.h"

enum { LEVEL_LOW = 2, LEVEL_MIDDLE = 3, LEVEL_HIGH = 4 };

static bool was_ever_high(const struct fold *f, const struct hash *scope)
{
    const struct work_cell *cell = find_cell(f, scope, FIELD_MISSING_RISK);

    for (uint32_t i = 0; cell != NULL && i < cell->count; i++) {
        const struct work_write *w = &f->writes[f->by_cell[cell->first + i]];
        uint64_t ordinal;

        if (w->stood && write_ordinal(w, &ordinal) && ordinal >= LEVEL_HIGH)
            return true;
    }
    return false;
}

/* --- a risk is reviewed -------------------------------------------------------------------------------------- */

static uint32_t review_span(const struct clock_run *run, const struct clock_first *first)
{
    const struct fold *f = run->f;
    uint32_t rank = rank_of(f, first->op), span = run->row->span;
    const struct case_machine *m = find_episode(f, &first->scope);
    uint64_t level;

    if (m != NULL && m->state == 9 && m->last_step != NONE && rank_of(f, m->last_step) < rank)
        return span + 4;
    if (!level_at(f, &first->scope, FIELD_MISSING_RISK, rank, &level) || level >= LEVEL_HIGH)
        return span;
    return level == LEVEL_MIDDLE ? span + 1 : level == LEVEL_LOW ? span + 2 : span + 3;
}

int64_t clock_review_due(const struct clock_run *run, const struct clock_first *first)
{
    const struct fold *f = run->f;
    int64_t due = add_span(f->policy, first->started_ms, review_span(run, first));
    const struct op_value *said = op_detail(f->ops[first->op].op, FIELD_NEXT_REVIEW);

    return said != NULL && said->number < due ? said->number : due;
}

/* --- a case changes hands ------------------------------------------------------------------------------------ */

static bool was_live_at(const struct fold *f, const struct case_machine *m, uint32_t rank)
{
    return is_live(m) || (m->last_step != NONE && rank_of(f, m->last_step) > rank);
}

static uint32_t handover_span(const struct clock_run *run, const struct clock_first *first)
{
    const struct fold *f = run->f;
    uint32_t rank = rank_of(f, first->op), span = run->row->span + 2;

    for (uint32_t i = 0; i < f->state->machine_count && span != run->row->span; i++) {
        const struct case_machine *m = &f->machines[i];
        uint64_t level;

        if (m->machine != MACHINE_EPISODE || !was_live_at(f, m, rank))
            continue;
        (void)level_at(f, &m->scope, FIELD_MISSING_RISK, rank, &level);
        span = run->row->span + (level >= LEVEL_HIGH ? 0 : 1);
    }
    return span;
}

/* --- a child grows up ------------------------------------------------------------------------------------------ */

static bool is_in_care(const struct fold *f)
{
    const struct case_cell *cell = state_cell(f->state, &scope_none, FIELD_CARE_STATUS);

    for (uint32_t i = 0; cell != NULL && i < cell->value_count; i++) {
        const struct op_value *value = &cell->values[i].value;

        if (value->type != VALUE_NUMBER || value->number < 4 || value->number > 8)
            return false;
    }
    return cell != NULL && cell->value_count > 0;
}

static int64_t birthday_ms(const struct fold *f, int64_t born, uint32_t age_span, int64_t days_before)
{
    return london_midnight(birthday(born, policy_span(f->policy, age_span)) - days_before);
}

/* --- by row ---------------------------------------------------------------------------------------------------- */

bool clock_due(const struct clock_run *run, const struct clock_first *first, int64_t *out_ms)
{
    const struct fold *f = run->f;
    uint32_t span = run->row->span, op;
    uint64_t level;
    int64_t day;

    switch (run->row->due) {
    case DUE_SPAN:
        break;
    case DUE_REVIEW:
        *out_ms = first->last != NONE ? f->events[first->last].due_ms : clock_review_due(run, first);
        return true;
    case DUE_RISK:
        span += was_ever_high(f, &first->scope) ? 0 : 1;
        break;
    case DUE_HANDOVER:
        span = handover_span(run, first);
        break;
    case DUE_GRADE:
        (void)level_at(f, &scope_none, first->field, rank_of(f, first->op), &level);
        if (level < LEVEL_LOW)
            return false;
        span += level >= LEVEL_HIGH ? 0 : level == LEVEL_MIDDLE ? 1 : 2;
        break;
    case DUE_BIRTHDAY:
        *out_ms = birthday_ms(f, first->birth, SPAN_M13_AGE, policy_span(f->policy, span));
        return true;
    case DUE_ORDER:
        if (!birth_of(f, &op, &day))
            return false;
        *out_ms = birthday_ms(f, day, is_in_care(f) ? span + 1 : span, 0);
        return true;
    }
    *out_ms = add_span(f->policy, first->started_ms, span);
    return true;
}
