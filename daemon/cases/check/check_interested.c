/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interested divisions at the door (DOMAIN §8.8): each is a division of this network, and one is taken off by the owner,
 * with a reason, and while no duty that it began runs. By sync it is folded as any set.
 */
#include "cases/check_parts.h"
#include "cases/view.h"

static enum cw_err check_owner(const struct admission_request *r, const struct schema_field *field,
                               struct refusal *refusal)
{
    const struct case_owner *owner = &r->state->owner;

    if (owner->state == OWNER_CONTESTED)
        return refuse(refusal, CW_REFUSED_DIVISION, WHERE(field),
                      "while the case is contested no division is taken off: that is arbitrated first");
    if (slice_eq(owner->division, r->division))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_DIVISION, WHERE(field),
                  "only the owner %.*s takes a division off: ask them, or say in a note why it is to go",
                  (int)(owner->division.len <= 16 ? owner->division.len : 16), (const char *)owner->division.data);
}

/* The decision says why. */
static enum cw_err check_reason(const struct admission_request *r, const struct schema_field *field,
                                struct refusal *refusal)
{
    if (r->op->type == OP_EVENT && request_detail(r, FIELD_RATIONALE) != NULL)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_MISSING, WHERE(field),
                  "a division is taken off with a reason: casewire case remove CASE interested=DIVISION --why TEXT");
}

static enum cw_err check_duties(const struct admission_request *r, const struct schema_field *field,
                                struct cw_slice division, struct refusal *refusal)
{
    for (uint32_t i = 0; i < r->state->clock_count; i++) {
        const struct case_clock *clock = &r->state->clocks[i];
        const struct case_op *start = clock->end == CLOCK_RUNS ? state_op(r->state, &clock->start) : NULL;

        if (start != NULL && slice_eq(start->division, division))
            return refuse(refusal, CW_REFUSED_TRANSITION, WHERE(field),
                          "%s, which %.*s began, is still running: the division stays until it is met or waived",
                          clock->row->name, (int)(division.len <= 16 ? division.len : 16), (const char *)division.data);
    }
    return CW_OK;
}

/* What the op names is what goes, whatever value it repeats. */
static enum cw_err check_taken_off(const struct admission_request *r, const struct op_write *write,
                                   const struct schema_field *field, struct refusal *refusal)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < write->supersede_count && err == CW_OK; i++) {
        struct dot dot = {write->supersedes[i].op, write->supersedes[i].index};
        const struct case_write *named = state_write(r->state, &dot);
        const struct op_write *was = named != NULL ? &r->state->ops[named->op_index].op->writes[named->index] : NULL;

        if (was == NULL || was->field != field->number || (write->verb == VERB_ADD && !writes_differ(write, was)))
            continue;
        err = check_owner(r, field, refusal);
        if (err == CW_OK)
            err = check_reason(r, field, refusal);
        if (err == CW_OK && was->has_value && was->value.type == VALUE_TEXT)
            err = check_duties(r, field, was->value.text, refusal);
    }
    return err;
}

enum cw_err check_interested(const struct admission_request *r, struct refusal *refusal)
{
    const struct schema_field *field = schema_field(FIELD_INTERESTED);
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < r->op->write_count && err == CW_OK; i++) {
        const struct op_write *write = &r->op->writes[i];

        if (write->field != field->number)
            continue;
        if (write->verb == VERB_ADD && write->has_value)
            err = check_division(r, field, write->value.text, refusal);
        if (err == CW_OK && r->state != NULL)
            err = check_taken_off(r, write, field, refusal);
    }
    return err;
}
