/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "cases/machine.h"
#include "node/case_work.h"
#include "node/duties.h"

/* What the journal says of a duty, and whoever listens. A reference and a role's code are no person's data. */

const char *duty_event_id(enum duty_event event)
{
    static const char *const ids[] = {
        [DUTY_DUE_SOON] = "duty-due-soon",
        [DUTY_BREACHED] = "duty-breached",
        [DUTY_CLIMBED] = "duty-climbed",
        [RISK_RAISED] = "duty-risk-high",
    };

    return ids[event];
}

static void journal_risk(const struct turn *t, const struct duty_notice *notice, const char *case_hex)
{
    const struct journal_about about = {.case_id = case_hex};

    node_journal_about(t->n, JOURNAL_WARNING, duty_event_id(notice->event), &about,
                       "%.*s: a child is missing at high risk%s", (int)notice->reference.len,
                       (const char *)notice->reference.data, notice->held ? "; held here" : "");
}

static void journal_duty(const struct turn *t, const struct duty_notice *notice, const char *case_hex)
{
    char told[SCHEMA_ROLES_TEXT_LEN_MAX];
    const struct journal_about about = {
        .case_id = case_hex, .code = notice->duty->name, .roles = schema_roles_text(notice->told, told)};
    int64_t late_s = (t->wall.ms - notice->due_ms) / 1000;

    if (notice->event == DUTY_DUE_SOON) {
        node_journal_about(t->n, JOURNAL_INFO, duty_event_id(notice->event), &about, "%.*s: %s (%s) is due in %lld s%s",
                           (int)notice->reference.len, (const char *)notice->reference.data, notice->duty->name,
                           notice->duty->title, (long long)-late_s, notice->held ? "; held here" : "");
        return;
    }
    node_journal_about(t->n, JOURNAL_WARNING, duty_event_id(notice->event), &about,
                       "%.*s: %s (%s) was due %lld s ago; level %u, told %s%s%s", (int)notice->reference.len,
                       (const char *)notice->reference.data, notice->duty->name, notice->duty->title, (long long)late_s,
                       notice->level, told, notice->acknowledged ? "; acknowledged" : "",
                       notice->held ? "; held here" : "");
}

void duties_tell(struct turn *t, const struct duty_notice *notice)
{
    const struct duty_port *port = &t->n->ports.duty;
    char case_hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(&notice->case_id), case_hex);
    if (notice->duty == NULL)
        journal_risk(t, notice, case_hex);
    else
        journal_duty(t, notice, case_hex);
    if (port->tell != NULL)
        port->tell(port->ctx, notice);
}

/* --- high risk ---------------------------------------------------------------------------------------------------- */

static bool is_missing_at_high_risk(const struct case_state *state, const struct case_machine *m)
{
    const struct case_value *risk;

    if (m->machine != MACHINE_EPISODE || !episode_is_live(m->state))
        return false;
    risk = state_value(state, &m->scope, FIELD_MISSING_RISK);
    return risk != NULL && risk->value.number >= RISK_HIGH;
}

void duties_high_risk(const struct case_state *state, struct case_line *out)
{
    out->high_count = 0;
    for (uint32_t i = 0; i < state->machine_count && state->kind == KIND_CHILD; i++) {
        struct reader scope = reader_over(slice(state->machines[i].scope.b, ID_LEN));

        if (!is_missing_at_high_risk(state, &state->machines[i]))
            continue;
        if (out->high_count == LINE_HIGH_MAX) {
            out->high_count = LINE_HIGH_MANY;
            return;
        }
        out->high[out->high_count++] = reader_be32(&scope);
    }
}

static bool was_high(const struct case_line *before, uint32_t mark)
{
    for (uint32_t i = 0; i < before->high_count; i++) {
        if (before->high[i] == mark)
            return true;
    }
    return false;
}

/*
 * An episode is there that was not: the child's earlier absence may be at high risk still, returned and not closed, so the
 * case's own risk says nothing of that. An earlier build's line said no more than this risk.
 */
static bool has_risen(const struct case_line *before, const struct case_line *now)
{
    if (now->high_count == 0 || now->high_count > LINE_HIGH_MAX || before->high_count == LINE_HIGH_MANY)
        return false;
    if (before->high_count == LINE_HIGH_UNKNOWN)
        return !slice_eq(before->risk, now->risk);
    for (uint32_t i = 0; i < now->high_count; i++) {
        if (!was_high(before, now->high[i]))
            return true;
    }
    return false;
}

void duties_tell_risk(struct turn *t, const struct loaded_case *c, const struct case_line *before,
                      const struct case_line *now)
{
    if (!has_risen(before, now))
        return;
    duties_tell(t, &(struct duty_notice){
                       .event = RISK_RAISED,
                       .case_id = c->id,
                       .reference = now->reference,
                       .held = duty_is_held_by(c->state, slice_of(t->n->identity.division)),
                   });
}
