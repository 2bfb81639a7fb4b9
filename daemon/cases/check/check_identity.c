/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two records of one child at the door (DOMAIN §9.4): on two different identifiers, into a record of the same kind that
 * is here. By sync it is folded as it comes, and what is said of another kind's record unites nothing (docs/fold.md §18).
 */
#include "cases/check_parts.h"

/* What each of these events names another record by. */
static uint32_t names_by(uint32_t event)
{
    switch (event) {
    case EVENT_LINK:
        return FIELD_LINK_TO;
    case EVENT_MERGED:
    case EVENT_IDENTITY_MERGED:
        return FIELD_SURVIVOR;
    case EVENT_IDENTITY_ACCEPTED:
        return FIELD_ABOUT;
    default:
        return FIELD_NONE;
    }
}

bool cases_names_record(const struct op *op, struct cw_case_id *out)
{
    uint32_t field = op->type == OP_EVENT ? names_by(op->event) : FIELD_NONE;
    const struct op_value *value = field != FIELD_NONE ? said_detail(op, field) : NULL;

    if (value == NULL || value->type != VALUE_ID)
        return false;
    memcpy(out->b, value->id.b, ID_LEN);
    return true;
}

/* DOMAIN §9.4: whoever asks for an alias is shown the survivor, and would never find a child in a phone. */
static enum cw_err check_same_kind(const struct admission_request *r, const struct schema_field *field,
                                   const struct op_value *other, struct refusal *refusal)
{
    if (other == NULL)
        return CW_OK;
    if (memcmp(other->id.b, r->state->case_id.b, ID_LEN) == 0)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "is this case itself");
    if (r->named_kind == KIND_NONE)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field),
                      "that record has not arrived here, and nobody can say what it is: wait until it is here, or "
                      "check the reference");
    if (r->named_kind != r->state->kind)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "that is a %s: a %s is merged with another %s only",
                      schema_kind_name(r->named_kind), schema_kind_name(r->state->kind),
                      schema_kind_name(r->state->kind));
    return CW_OK;
}

static enum cw_err check_merge(const struct admission_request *r, struct refusal *refusal)
{
    const struct op_value *first = request_detail(r, FIELD_IDENTIFIER);
    const struct op_value *second = request_detail(r, FIELD_SECOND_IDENTIFIER);

    if (first != NULL && second != NULL && first->number == second->number)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_SECOND_IDENTIFIER)),
                      "two identifiers that corroborate each other are two different ones");
    return check_same_kind(r, schema_field(FIELD_SURVIVOR), request_detail(r, FIELD_SURVIVOR), refusal);
}

/* The bare step asks for no identifier and no owner, and ends the life of the record. */
static enum cw_err check_bare_merge(const struct admission_request *r, const struct schema_event *event,
                                    struct refusal *refusal)
{
    const struct schema_event *instead = schema_event(EVENT_IDENTITY_MERGED);

    if (r->state->kind < 32 && (instead->kinds & (1u << r->state->kind)) != 0)
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                      "a %s is merged into another on two identifiers, and both owners say so: record %s (casewire "
                      "child merge)",
                      schema_kind_name(r->state->kind), instead->name);
    return check_same_kind(r, schema_field(FIELD_SURVIVOR), request_detail(r, FIELD_SURVIVOR), refusal);
}

enum cw_err check_identity(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal)
{
    switch (event->number) {
    case EVENT_MERGED:
        return check_bare_merge(r, event, refusal);
    case EVENT_IDENTITY_MERGED:
        return check_merge(r, refusal);
    case EVENT_IDENTITY_ACCEPTED:
        return check_same_kind(r, schema_field(FIELD_ABOUT), request_detail(r, FIELD_ABOUT), refusal);
    default:
        return CW_OK;
    }
}
