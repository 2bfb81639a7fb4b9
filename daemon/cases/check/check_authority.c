/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may, at the door (docs/fold.md §5.7 to §5.10, asked of the present state). What an author may not set is taken as a
 * proposal, never dropped; the refusal says who could.
 */
#include "cases/check_parts.h"

static enum cw_err needs(struct refusal *refusal, enum cw_err code, const struct schema_field *field, const char *what,
                         uint32_t roles)
{
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    return refuse(refusal, code, WHERE(field), "%s needs %s: kept as a proposal", what, schema_roles_text(roles, who));
}

static bool gives(const struct op_write *write)
{
    return write->verb == VERB_SET || write->verb == VERB_ADD;
}

static int64_t number_of(const struct op_write *write)
{
    if (write->has_max)
        return write->max_value <= INT64_MAX ? (int64_t)write->max_value : INT64_MAX;
    return write->has_value ? write->value.number : 0;
}

static bool opens_episode(const struct op *op)
{
    const struct schema_event *event = op->type == OP_EVENT ? schema_event(op->event) : NULL;

    return event != NULL && (event->flags & EVENT_OPENS_EPISODE) != 0;
}

const struct op_write *request_named_write(const struct admission_request *r, const struct schema_field *field,
                                           const struct op_ref *ref)
{
    const struct hash *scope = field->place == PLACE_EPISODE ? request_scope(r) : &scope_none;
    struct dot dot = {ref->op, ref->index};
    const struct case_write *write = state_write(r->state, &dot);
    const struct op_write *named;

    if (field->place == PLACE_EPISODE && opens_episode(r->op))
        return NULL; /* it replaces nothing of another episode */
    if (write == NULL || write->fate == FATE_VOID || write->fate == FATE_PENDING || write->fate == FATE_UNKNOWN)
        return NULL;
    named = &r->state->ops[write->op_index].op->writes[write->index];
    return named->field == field->number && gives(named) && ID_EQ(&write->scope, scope) ? named : NULL;
}

bool writes_differ(const struct op_write *a, const struct op_write *b)
{
    if (!a->has_value || !b->has_value || a->value.type != b->value.type)
        return true;
    if (a->value.type == VALUE_TEXT)
        return !slice_eq(a->value.text, b->value.text);
    if (a->value.type == VALUE_ID)
        return !ID_EQ(&a->value.id, &b->value.id);
    return a->value.number != b->value.number ||
           (a->value.type == VALUE_INTERVAL && a->value.latest != b->value.latest);
}

/* Does naming this write take more than adding one's own? *first is the first that was named. */
static const char *overstep(const struct schema_field *field, const struct op_write *write,
                            const struct op_write *named, const struct op_write **first)
{
    if (*first == NULL)
        *first = named;
    switch (field->rule) {
    case RULE_MAX:
        return number_of(named) > number_of(write) ? "lowering it" : NULL;
    case RULE_MIN:
        return number_of(named) < number_of(write) ? "putting it off" : NULL;
    case RULE_ORS:
        return write->verb == VERB_ADD && writes_differ(write, named) ? "replacing an entry" : NULL;
    case RULE_MVR:
        return named != *first && writes_differ(named, *first) ? "resolving a conflict" : NULL;
    default:
        return NULL;
    }
}

bool write_names(const struct op_write *write, const struct dot *dot)
{
    for (uint32_t i = 0; i < write->supersede_count; i++) {
        if (ID_EQ(&write->supersedes[i].op, &dot->op) && write->supersedes[i].index == dot->index)
            return true;
    }
    return false;
}

/* Of the values that stand against each other those are equal to this one that it leaves: the difference is gone. */
static bool ends_conflict(const struct admission_request *r, const struct op_write *write,
                          const struct schema_field *field)
{
    const struct hash *scope = field->place == PLACE_EPISODE ? request_scope(r) : &scope_none;
    const struct case_cell *cell = field->rule == RULE_MVR ? state_cell(r->state, scope, field->number) : NULL;

    if (cell == NULL || !cell->in_conflict)
        return false;
    for (uint32_t i = 0; i < cell->value_count; i++) {
        const struct case_value *value = &cell->values[i];

        if (!write_names(write, &value->dot) &&
            writes_differ(write, &r->state->ops[value->op_index].op->writes[value->dot.index]))
            return false;
    }
    return true;
}

static enum cw_err check_named(const struct admission_request *r, const struct op_write *write,
                               const struct schema_field *field, struct refusal *refusal)
{
    uint32_t roles = policy_lower_roles(r->policy, field);
    const struct op_write *first = NULL;

    if (r->state == NULL || (r->roles & roles) != 0)
        return CW_OK;
    for (uint32_t i = 0; i < write->supersede_count; i++) {
        const struct op_write *named = request_named_write(r, field, &write->supersedes[i]);
        const char *what;

        if (named == NULL)
            continue;
        what = overstep(field, write, named, &first);
        if (what != NULL)
            return needs(refusal, CW_REFUSED_ROLE, field, what, roles);
    }
    return ends_conflict(r, write, field) ? needs(refusal, CW_REFUSED_ROLE, field, "resolving a conflict", roles)
                                          : CW_OK;
}

static enum cw_err check_owner(const struct admission_request *r, const struct schema_field *field,
                               struct refusal *refusal)
{
    const struct case_owner *owner = r->state == NULL ? NULL : &r->state->owner;

    if (field->rule != RULE_OWN || owner == NULL)
        return CW_OK;
    if (owner->state == OWNER_CONTESTED)
        return refuse(refusal, CW_REFUSED_DIVISION, WHERE(field), "ownership is contested: kept as a proposal");
    if (!slice_eq(owner->division, r->division))
        return refuse(refusal, CW_REFUSED_DIVISION, WHERE(field), "only the owner %.*s may set it: kept as a proposal",
                      (int)(owner->division.len <= 16 ? owner->division.len : 16), (const char *)owner->division.data);
    if (r->op->epoch != 0 && r->op->epoch != owner->epoch)
        return refuse(refusal, CW_REFUSED_DIVISION, WHERE(field), "written for %s: kept as a proposal",
                      r->op->epoch < owner->epoch ? "an earlier ownership" : "an ownership that is not known here");
    return CW_OK;
}

enum cw_err check_write_authority(const struct admission_request *r, const struct op_write *write,
                                  const struct schema_field *field, struct refusal *refusal)
{
    uint32_t roles = gives(write) ? policy_set_roles(r->policy, field) : policy_lower_roles(r->policy, field);
    enum cw_err err;

    if (field->place == PLACE_DETAIL)
        return CW_OK; /* follows its event */
    if ((r->roles & roles) == 0)
        return needs(refusal, CW_REFUSED_ROLE, field, gives(write) ? "setting it" : "removing it", roles);
    err = check_owner(r, field, refusal);
    return err == CW_OK ? check_named(r, write, field, refusal) : err;
}

enum cw_err check_event_authority(const struct admission_request *r, const struct schema_event *event,
                                  struct refusal *refusal)
{
    uint32_t roles = policy_event_roles(r->policy, event);
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if ((r->roles & roles) != 0)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_ROLE, event->name, "recording it needs %s: kept as a proposal",
                  schema_roles_text(roles, who));
}
