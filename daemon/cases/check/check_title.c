/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A title is read in lists, feeds and messages by many who need not know who the child is: it holds none of its names
 * (DOMAIN §3). By sync it is shown as it was written.
 */
#include "cases/check_parts.h"

#include "proto/letters.h"

#define NAME_LETTERS_MIN 3 /* shorter ones are words and initials, too */

static bool holds(struct cw_slice title, const struct op_value *name)
{
    return name->type == VALUE_TEXT && letters_share_word(title, name->text, NAME_LETTERS_MIN);
}

/* Whether the case has the name by now, where the op itself does not say another. */
static bool case_names(const struct admission_request *r, uint32_t field, struct cw_slice title)
{
    const struct case_cell *cell = r->state != NULL ? state_cell(r->state, &scope_none, field) : NULL;

    for (uint32_t i = 0; cell != NULL && i < cell->value_count; i++) {
        if (holds(title, &cell->values[i].value))
            return true;
    }
    return false;
}

static enum cw_err check_new_title(const struct admission_request *r, struct cw_slice title, uint32_t field,
                                   struct refusal *refusal)
{
    const struct op_value *name = request_detail(r, field);

    if (name != NULL ? !holds(title, name) : !case_names(r, field, title))
        return CW_OK;
    return refuse(
        refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_TITLE)),
        "holds a name of the child (%s), and is shown in lists and feeds: give one that says nothing of who it "
        "is, as Child M",
        WHERE(schema_field(field)));
}

/* Only whose the title is can change it: what another division knows of the child is not kept out for it. */
static enum cw_err check_old_title(const struct admission_request *r, uint32_t field, struct refusal *refusal)
{
    const struct op_value *name = request_detail(r, field);
    const struct case_value *title = name != NULL ? state_value(r->state, &scope_none, FIELD_TITLE) : NULL;

    if (title == NULL || title->value.type != VALUE_TEXT || !slice_eq(r->state->owner.division, r->division) ||
        !holds(title->value.text, name))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(field)),
                  "stands in the title of this case, which is shown in lists and feeds: set the title too, to one that "
                  "says nothing of who the child is, as Child M");
}

enum cw_err check_title(const struct admission_request *r, struct refusal *refusal)
{
    static const uint32_t names[] = {FIELD_GIVEN_NAMES, FIELD_FAMILY_NAME};
    const struct op_value *title = request_detail(r, FIELD_TITLE);
    enum cw_err err = CW_OK;

    if (r->op->type == OP_EVENT || (r->op->type == OP_OPEN ? r->op->kind : r->state->kind) != KIND_CHILD)
        return CW_OK;
    for (size_t i = 0; err == CW_OK && i < CW_COUNT(names); i++) {
        if (title != NULL)
            err = check_new_title(r, title->text, names[i], refusal);
        else if (r->op->type == OP_SET)
            err = check_old_title(r, names[i], refusal);
    }
    return err;
}
