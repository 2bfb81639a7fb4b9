/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps at the door: an author who sees the present state is told what it allows. By sync the same step would only be
 * noted (docs/fold.md §12.3), because its author could not know.
 */
#include "cases/check_parts.h"
#include "cases/machine.h"
#include "cases/view.h"

#define HOW_KNOWN_IN_PERSON 4 /* by police or a professional */

static const char *state_name(enum machine machine, uint32_t state)
{
    const struct schema_field *field = schema_field(schema_machine_field(machine));
    const char *name = field != NULL ? schema_value_name(field->scale, state) : NULL;

    return name != NULL ? name : "unknown";
}

static enum cw_err refuse_transition(enum machine machine, const struct schema_step *row, uint32_t state,
                                     const struct schema_event *event, struct refusal *refusal)
{
    char allowed[128];
    size_t len = 0;

    allowed[0] = '\0';
    for (uint32_t i = 1; i < 32; i++) {
        const char *name = state_name(machine, i);
        size_t name_len = strlen(name);

        if ((row->from & (1u << i)) == 0 || len + name_len + 2 > sizeof(allowed))
            continue;
        if (len > 0)
            allowed[len++] = ' ';
        memcpy(allowed + len, name, name_len + 1);
        len += name_len;
    }
    return refuse(refusal, CW_REFUSED_TRANSITION, event->name, "the state is %s; this step is possible from: %s",
                  state_name(machine, state), allowed);
}

static bool is_high(const struct admission_request *r, const struct hash *scope)
{
    const struct case_value *risk = state_value(r->state, scope, FIELD_MISSING_RISK);

    return risk != NULL && risk->value.number >= RISK_HIGH;
}

static enum cw_err check_row(const struct admission_request *r, const struct case_machine *machine,
                             const struct schema_step *row, const struct schema_event *event, struct refusal *refusal)
{
    const struct op_value *how = request_detail(r, FIELD_HOW_KNOWN);
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if ((r->roles & row->roles) == 0 && (row->flags & STEP_SOFT) == 0)
        return refuse(refusal, CW_REFUSED_ROLE, event->name, "this step needs %s", schema_roles_text(row->roles, who));
    if ((row->flags & STEP_IN_PERSON) != 0 && (how == NULL || how->number < HOW_KNOWN_IN_PERSON))
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                      "the child must be seen by police or a professional: otherwise record a return_claim");
    if ((row->flags & STEP_RANK_IF_HIGH) != 0 && is_high(r, &machine->scope) && (r->roles & R_INSP_UP) == 0)
        return refuse(refusal, CW_REFUSED_ROLE, event->name, "while the risk is high this step needs %s",
                      schema_roles_text(R_INSP_UP, who));
    return CW_OK;
}

static enum cw_err check_machine(const struct admission_request *r, enum machine kind, const struct hash *scope,
                                 const struct schema_event *event, struct refusal *refusal)
{
    const struct case_machine *machine = state_machine(r->state, kind, scope);
    const struct schema_step *row;

    if (machine == NULL)
        return kind == MACHINE_EPISODE && (event->flags & EVENT_EPISODE) != 0 && r->state->kind == KIND_CHILD
                   ? refuse(refusal, CW_REFUSED_VALUE, event->name, "the first ref names no episode of this case")
                   : CW_OK;
    switch (step_find(kind, event->number, machine->state, &row)) {
    case STEP_MATCHES:
        return check_row(r, machine, row, event, refusal);
    case STEP_NOT_FROM_HERE:
        return refuse_transition(kind, row, machine->state, event, refusal);
    case STEP_ALREADY_THERE:
        return (row->flags & STEP_SOFT) != 0 ? CW_OK : refuse_transition(kind, row, machine->state, event, refusal);
    case STEP_NONE:
        break;
    }
    return CW_OK;
}

/* --- ownership ------------------------------------------------------------------------------------------------ */

static enum cw_err refuse_owner(struct refusal *refusal, const struct schema_event *event, enum cw_err code,
                                const char *why)
{
    return refuse(refusal, code, event->name, "%s", why);
}

/* By sync it would stand without effect, and the offering division would stay answerable (docs/fold.md §9.6). */
static enum cw_err check_acceptance(const struct admission_request *r, const struct schema_event *event,
                                    struct refusal *refusal)
{
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if ((event->flags & EVENT_RANK_IF_HIGH) == 0 || (r->roles & R_INSP_UP) != 0)
        return CW_OK;
    for (uint32_t i = 0; i < r->state->machine_count; i++) {
        const struct case_machine *m = &r->state->machines[i];

        if (m->machine == MACHINE_EPISODE && m->state < 32 && (EPISODE_LIVE_STATES & (1u << m->state)) != 0 &&
            is_high(r, &m->scope))
            return refuse(refusal, CW_REFUSED_ROLE, event->name,
                          "while missing_risk is high accepting the child needs %s; it stays with %.*s until then",
                          schema_roles_text(R_INSP_UP, who),
                          (int)(r->state->owner.division.len <= 16 ? r->state->owner.division.len : 16),
                          (const char *)r->state->owner.division.data);
    }
    return CW_OK;
}

/* Nobody reads the inbox of a division that does not exist: the child would be nobody's (DOMAIN.md §8). */
enum cw_err check_division(const struct admission_request *r, const struct schema_field *field, struct cw_slice code,
                           struct refusal *refusal)
{
    char known[96];
    struct writer w = writer_over(known, sizeof(known) - 1);

    for (uint32_t i = 0; i < r->division_count; i++) {
        if (slice_eq(r->divisions[i], code))
            return CW_OK;
        writer_slice(&w, slice_of(i == 0 ? "" : ", "));
        writer_slice(&w, r->divisions[i]);
    }
    if (r->divisions == NULL)
        return CW_OK;
    known[w.len] = '\0';
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "%.*s is no division of this network; name one of: %s%s",
                  (int)(code.len <= 16 ? code.len : 16), (const char *)code.data, known, w.failed ? " and others" : "");
}

static enum cw_err check_ownership(const struct admission_request *r, const struct schema_event *event,
                                   struct refusal *refusal)
{
    const struct case_owner *o = &r->state->owner;
    const struct op_value *to = request_detail(r, FIELD_TO_DIVISION);
    bool is_owner = slice_eq(o->division, r->division);
    bool is_invited = o->state == OWNER_OFFERED && slice_eq(o->offered_to, r->division);

    switch (event->number) {
    case EVENT_HANDOVER_OFFER:
        if (!is_owner)
            return refuse_owner(refusal, event, CW_REFUSED_DIVISION, "only the owning division may offer the case");
        if (o->state != OWNER_OWNED)
            return refuse_owner(refusal, event, CW_REFUSED_TRANSITION,
                                o->state == OWNER_OFFERED ? "the case is offered already: withdraw that offer first"
                                                          : "the case is contested: that is arbitrated first");
        if (to != NULL && slice_eq(to->text, o->division))
            return refuse_owner(refusal, event, CW_REFUSED_TRANSITION, "that division owns the case already");
        return to != NULL ? check_division(r, schema_field(FIELD_TO_DIVISION), to->text, refusal) : CW_OK;
    case EVENT_HANDOVER_ACCEPT:
    case EVENT_HANDOVER_DECLINE:
        return is_invited
                   ? check_acceptance(r, event, refusal)
                   : refuse_owner(refusal, event, CW_REFUSED_TRANSITION, "the case is not offered to this division");
    case EVENT_HANDOVER_WITHDRAW:
        return o->state == OWNER_OFFERED && is_owner
                   ? CW_OK
                   : refuse_owner(refusal, event, CW_REFUSED_TRANSITION, "there is no offer of this division");
    case EVENT_HANDOVER_CLAIM:
        return is_owner ? refuse_owner(refusal, event, CW_REFUSED_TRANSITION, "this division owns the case") : CW_OK;
    case EVENT_ARBITRATION:
        if (o->state != OWNER_CONTESTED)
            return refuse_owner(refusal, event, CW_REFUSED_TRANSITION,
                                "the ownership is not contested: a division claims the case first");
        return to != NULL ? check_division(r, schema_field(FIELD_TO_DIVISION), to->text, refusal) : CW_OK;
    default:
        return CW_OK;
    }
}

/* --- duties --------------------------------------------------------------------------------------------------- */

static const struct case_clock *clock_meant(const struct case_state *state, const struct hash *id)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (ID_EQ(&state->clocks[i].id, id))
            return &state->clocks[i];
    }
    return NULL;
}

/* By sync it would stand without effect (docs/fold.md §19.10): whoever is here is told so. */
static enum cw_err check_duty(const struct admission_request *r, const struct schema_event *event,
                              struct refusal *refusal)
{
    const struct op_value *id = request_detail(r, FIELD_CLOCK);
    const struct case_clock *clock = id != NULL ? clock_meant(r->state, &id->id) : NULL;
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];
    uint32_t roles;

    if (id == NULL)
        return CW_OK; /* about something else, or refused for want of the field */
    if (clock == NULL)
        return refuse(refusal, CW_REFUSED_VALUE, event->name, "this case has no such duty");
    if (event->number == EVENT_CLOCK_WAIVED && clock->waive == R_NONE)
        return refuse(refusal, CW_REFUSED_ROLE, event->name, "%s can be waived by nobody", clock->row->name);
    roles = event->number == EVENT_CLOCK_WAIVED ? clock->waive
            : event->number == EVENT_CLOCK_ACK  ? clock_may_acknowledge(r->state, clock)
                                                : ~R_NONE;
    if ((r->roles & roles) == 0)
        return refuse(refusal, CW_REFUSED_ROLE, event->name, "%s needs %s", clock->row->name,
                      schema_roles_text(roles, who));
    return CW_OK;
}

/* --- corrections ---------------------------------------------------------------------------------------------- */

/* The original has moved what it moves (docs/fold.md §12.2): nothing that decided that is said otherwise. */
static enum cw_err check_known(const struct admission_request *r, const struct schema_event *event,
                               struct refusal *refusal)
{
    const struct op_value *how = request_detail(r, FIELD_HOW_KNOWN);
    bool in_person = how != NULL && how->number >= HOW_KNOWN_IN_PERSON;

    if (event->number == EVENT_RETURNED && !in_person)
        return refuse(refusal, CW_REFUSED_TRANSITION, WHERE(schema_field(FIELD_HOW_KNOWN)),
                      "the child counts as seen to be back by this return: take it back, and record a return_claim");
    if (event->number == EVENT_RETURN_CLAIM && in_person)
        return refuse(refusal, CW_REFUSED_TRANSITION, WHERE(schema_field(FIELD_HOW_KNOWN)),
                      "a claim that is corrected stays a claim: record returned, which says that the child was seen");
    return CW_OK;
}

/* It speaks about another event, whose step was looked at when it was recorded. */
static enum cw_err check_corrected(const struct admission_request *r, const struct schema_event *event,
                                   struct refusal *refusal)
{
    if (event->class == EVENT_CLASS_CLOCK)
        return check_duty(r, event, refusal);
    return r->state->kind == KIND_CHILD ? check_known(r, event, refusal) : CW_OK;
}

enum cw_err check_steps(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal)
{
    enum cw_err err;

    if (r->op->withdraws)
        return CW_OK;
    if (r->op->correct_count > 0 && !request_answers_proposals(r))
        return check_corrected(r, event, refusal);
    if (event->class == EVENT_CLASS_OWNERSHIP)
        return check_ownership(r, event, refusal);
    if (event->class == EVENT_CLASS_CLOCK)
        return check_duty(r, event, refusal);
    err = check_child(r, event, refusal);
    if (err == CW_OK)
        err = check_machine(r, schema_machine_of(r->state->kind), &scope_none, event, refusal);
    if (err != CW_OK || (event->flags & EVENT_EPISODE) == 0)
        return err;
    err = check_death_reported(r, event, refusal);
    if (err == CW_OK)
        err = check_machine(r, MACHINE_EPISODE, request_scope(r), event, refusal);
    if (err == CW_OK && event->number == EVENT_FOUND_DEAD_CONFIRMED)
        return check_death_confirmed(r, event, refusal);
    if (err == CW_OK && event->number == EVENT_EPISODE_CLOSED && r->state->kind == KIND_CHILD)
        return check_close_told(r, event, refusal);
    return err;
}
