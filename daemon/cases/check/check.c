/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door: see check.h and docs/fold.md §17. Shape first, then values, then what the state allows, then who may: the
 * author gets the most useful sentence, and only the last of these turns into a proposal.
 */
#include "cases/check.h"
#include "cases/check_parts.h"

const struct hash *request_scope(const struct admission_request *r)
{
    if (r->op->ref_count == 0)
        return &scope_none;
    return r->state != NULL ? state_episode(r->state, &r->op->refs[0]) : &r->op->refs[0];
}

const struct op_value *said_detail(const struct op *op, uint32_t field)
{
    for (uint32_t i = 0; i < op->write_count; i++) {
        if (op->writes[i].field == field && op->writes[i].has_value)
            return &op->writes[i].value;
    }
    return NULL;
}

const struct op_value *request_detail(const struct admission_request *r, uint32_t field)
{
    return said_detail(r->op, field);
}

bool request_writes(const struct admission_request *r, uint32_t field)
{
    for (uint32_t i = 0; i < r->op->write_count; i++) {
        if (r->op->writes[i].field == field)
            return true;
    }
    return false;
}

static uint32_t kind_of(const struct admission_request *r)
{
    return r->op->type == OP_OPEN || r->state == NULL ? r->op->kind : r->state->kind;
}

/* --- writes ---------------------------------------------------------------------------------------------------- */

/* NULL when refused; the code is in *code. */
static const struct schema_field *find_field(const struct admission_request *r, const struct op_write *write,
                                             enum cw_err *code, struct refusal *refusal)
{
    const struct schema_field *field = schema_field(write->field);
    uint32_t kind = kind_of(r);
    const char *kind_name = schema_kind_name(kind);
    bool in_event = r->op->type == OP_EVENT;

    *code = CW_REFUSED_UNKNOWN_FIELD;
    if (field == NULL) {
        refuse(refusal, *code, "", "there is no field %u", write->field);
        return NULL;
    }
    if (kind != KIND_NONE && (kind >= 32 || (field->kinds & (1u << kind)) == 0)) {
        refuse(refusal, *code, WHERE(field), "a %s has no such field",
               kind_name != NULL ? kind_name : "case of this kind");
        return NULL;
    }
    if (!schema_field_is_written(field)) {
        *code = CW_REFUSED_VALUE;
        refuse(refusal, *code, WHERE(field), "is computed and cannot be set: record what happened");
        return NULL;
    }
    if (field->rule == RULE_IMM && r->op->type == OP_SET) {
        *code = CW_REFUSED_TRANSITION;
        refuse(refusal, *code, WHERE(field),
               "is said when the record or the episode is opened, and stays: say in a note what is wrong with it");
        return NULL;
    }
    if (in_event ? !schema_event_carries(r->op->event, field) : field->place == PLACE_DETAIL) {
        refuse(refusal, *code, WHERE(field), "%s",
               in_event ? "this event does not carry the field" : "belongs to events only");
        return NULL;
    }
    return field;
}

static enum cw_err check_verb(const struct op_write *write, const struct schema_field *field, struct refusal *refusal)
{
    switch (write->verb) {
    case VERB_SET:
        return schema_field_is_set(field) ? refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "is a set: add or remove")
                                          : CW_OK;
    case VERB_ADD:
        return !schema_field_is_set(field) ? refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "holds one value: set it")
                                           : CW_OK;
    case VERB_REMOVE:
        if (field->rule != RULE_ORS)
            return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "nothing can be removed from it");
        break;
    case VERB_STRIKE:
        if (field->rule != RULE_GOS)
            return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "nothing can be struck from it");
        break;
    default:
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "verb %u is not known", (unsigned)write->verb);
    }
    if (write->supersede_count == 0)
        return refuse(refusal, CW_REFUSED_MISSING, WHERE(field), "must name the entries it takes back");
    return CW_OK;
}

/* The frame carries what a MAX field is set to, so that erasing a text never lowers a risk. */
static enum cw_err check_max(const struct op_write *write, const struct schema_field *field, struct refusal *refusal)
{
    struct op_value value = {.type = schema_value_type(field->type)};

    if (!write->has_max)
        return refuse(refusal, CW_REFUSED_MISSING, WHERE(field), "the frame must carry its value (max_value)");
    if (write->max_value > INT64_MAX)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "the value in the frame is too large");
    if (write->has_value && (uint64_t)write->value.number != write->max_value)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "frame and value part do not agree");
    value.number = (int64_t)write->max_value;
    return cases_check_value(field, &value, refusal);
}

/* Values that take a rank of their own: the fold knows no such bound, so it is refused here, not proposed. */
static enum cw_err check_value_needs(const struct admission_request *r, const struct op_write *write,
                                     const struct schema_field *field, struct refusal *refusal)
{
    size_t count;
    const struct schema_value_need *rows = schema_value_needs(&count);
    int64_t number = write->has_max ? (int64_t)write->max_value : write->has_value ? write->value.number : -1;
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    for (size_t i = 0; i < count; i++) {
        const char *value = schema_value_name(field->scale, rows[i].value);

        if (rows[i].field != field->number || number != rows[i].value)
            continue;
        if ((r->roles & rows[i].roles) == 0)
            return refuse(refusal, CW_REFUSED_ROLE, WHERE(field),
                          "%s is for %s to say: set another value, or ask one of them", value,
                          schema_roles_text(rows[i].roles, who));
        for (size_t w = 0; w < VALUE_WITH_MAX; w++) {
            if (rows[i].with[w] != FIELD_NONE && !request_writes(r, rows[i].with[w]))
                return refuse(refusal, CW_REFUSED_MISSING, WHERE(field), "%s is said with %s in one risk_assessment",
                              value, WHERE(schema_field(rows[i].with[w])));
        }
    }
    return CW_OK;
}

/* A child's risk is not lowered by a choice alone: by an assessment that says why, and when it is looked at again. */
static enum cw_err check_lowered(const struct admission_request *r, const struct op_write *write,
                                 const struct schema_field *field, struct refusal *refusal)
{
    const struct case_cell *cell = r->state != NULL && field->number == FIELD_MISSING_RISK
                                       ? state_cell(r->state, request_scope(r), field->number)
                                       : NULL;
    bool assesses = r->op->type == OP_EVENT && r->op->event == EVENT_RISK_ASSESSMENT &&
                    request_writes(r, FIELD_RATIONALE) && request_writes(r, FIELD_NEXT_REVIEW);

    if (assesses || (r->roles & policy_lower_roles(r->policy, field)) == 0)
        return CW_OK; /* who lacks the rank proposes */
    for (uint32_t i = 0; cell != NULL && i < cell->value_count; i++) {
        if (cell->values[i].value.number > (int64_t)write->max_value && write_names(write, &cell->values[i].dot))
            return refuse(refusal, CW_REFUSED_MISSING, WHERE(field),
                          "a child's risk is lowered by a risk_assessment with rationale and next_review "
                          "(episode assess)");
    }
    return CW_OK;
}

static enum cw_err check_write(const struct admission_request *r, const struct op_write *write, struct refusal *refusal)
{
    enum cw_err err;
    const struct schema_field *field = find_field(r, write, &err, refusal);

    if (field == NULL)
        return err;
    err = check_verb(write, field, refusal);
    if (err != CW_OK)
        return err;
    if (write->withheld)
        return refuse(refusal, CW_REFUSED_MISSING, WHERE(field), "its value is not in the submission");
    if (write->verb == VERB_REMOVE || write->verb == VERB_STRIKE)
        return check_removed(r, write, field, refusal);
    if (field->rule == RULE_MAX && (err = check_max(write, field, refusal)) != CW_OK)
        return err;
    err = check_value_needs(r, write, field, refusal);
    if (err == CW_OK)
        err = check_lowered(r, write, field, refusal);
    if (err != CW_OK)
        return err;
    if (!write->has_value)
        return field->rule == RULE_MAX ? CW_OK : refuse(refusal, CW_REFUSED_MISSING, WHERE(field), "has no value");
    err = cases_check_value(field, &write->value, refusal);
    if (err == CW_OK)
        err = check_death_said(r, write, field, refusal);
    if (err != CW_OK || write->value.type != VALUE_TEXT)
        return err;
    return cases_check_fiction(field, write->value.text, r->network_synthetic, refusal);
}

/* --- the op ------------------------------------------------------------------------------------------------------ */

/* A thing must be told from others by something: at least one of the fields that can. */
static enum cw_err check_keys(const struct admission_request *r, struct refusal *refusal)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);
    char names[96];
    struct writer w = writer_over(names, sizeof(names) - 1);

    for (size_t i = 0; i < count; i++) {
        if ((rows[i].flags & FIELD_KEY) == 0 || (rows[i].kinds & (1u << r->op->kind)) == 0)
            continue;
        if (request_writes(r, rows[i].number))
            return CW_OK;
        writer_slice(&w, slice_of(w.len == 0 ? "" : ", "));
        writer_slice(&w, slice_of(rows[i].name));
    }
    names[w.len] = '\0';
    return w.len == 0 ? CW_OK : refuse(refusal, CW_REFUSED_MISSING, "", "one of these is required: %s", names);
}

static enum cw_err check_opening(const struct admission_request *r, struct refusal *refusal)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    if (schema_kind_name(r->op->kind) == NULL)
        return refuse(refusal, CW_REFUSED_VALUE, "kind", "%u is not a kind of case", r->op->kind);
    if (r->op->synthetic != r->network_synthetic)
        return refuse(refusal, CW_REFUSED_SYNTHETIC, "synthetic", "%s",
                      r->network_synthetic ? "this test network takes only cases marked synthetic"
                                           : "this network takes no synthetic case");
    for (size_t i = 0; i < count; i++) {
        bool required = (rows[i].flags & FIELD_REQUIRED) != 0 && (rows[i].kinds & (1u << r->op->kind)) != 0;

        if (required && !request_writes(r, rows[i].number))
            return refuse(refusal, CW_REFUSED_MISSING, WHERE(&rows[i]), "is required to open a case of this kind");
    }
    return check_keys(r, refusal);
}

/* A cell that this kind of record does not have is not asked for. */
static bool is_asked_of(const struct schema_event_field *row, uint32_t kind)
{
    const struct schema_field *field = schema_field(row->field);

    return row->required && (kind == KIND_NONE || kind >= 32 || (field->kinds & (1u << kind)) != 0);
}

static enum cw_err check_event(const struct admission_request *r, const struct schema_event **out,
                               struct refusal *refusal)
{
    const struct schema_event *event = schema_event(r->op->event);
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);
    uint32_t kind = kind_of(r);

    if (event == NULL)
        return refuse(refusal, CW_REFUSED_UNKNOWN_OP, "event", "there is no event %u", r->op->event);
    if (kind != KIND_NONE && (kind >= 32 || (event->kinds & (1u << kind)) == 0))
        return refuse(refusal, CW_REFUSED_UNKNOWN_OP, event->name, "is not recorded on this kind of case");
    if ((r->op->withdraws || (event->flags & EVENT_WITHDRAWS) != 0) && r->op->correct_count == 0)
        return refuse(refusal, CW_REFUSED_MISSING, event->name, "a withdrawal must name an event");
    for (size_t i = 0; i < count && (!r->op->withdraws || (event->flags & EVENT_WITHDRAWS) != 0); i++) {
        if (rows[i].event == event->number && is_asked_of(&rows[i], kind) && !request_writes(r, rows[i].field))
            return refuse(refusal, CW_REFUSED_MISSING, schema_field(rows[i].field)->name, "is required for %s",
                          event->name);
    }
    *out = event;
    return CW_OK;
}

static enum cw_err check_shape(const struct admission_request *r, const struct schema_event **out_event,
                               struct refusal *refusal)
{
    if (r->op->newer)
        return refuse(refusal, CW_REFUSED_UNKNOWN_OP, "", "written by a newer version than this daemon's");
    enum cw_err err = check_frame(r->op, refusal);
    if (err != CW_OK)
        return err;
    switch (r->op->type) {
    case OP_OPEN:
        return check_opening(r, refusal);
    case OP_SET:
        if (r->op->write_count == 0)
            return refuse(refusal, CW_REFUSED_MISSING, "writes", "nothing is set");
        break;
    case OP_EVENT:
        err = check_event(r, out_event, refusal);
        if (err != CW_OK)
            return err;
        break;
    default:
        return refuse(refusal, CW_REFUSED_UNKNOWN_OP, "type", "there is no operation %u", r->op->type);
    }
    if (r->state == NULL)
        return refuse(refusal, CW_REFUSED_UNKNOWN_CASE, "", "no such case is known at this division");
    return CW_OK;
}

/* Two values of a field that shows one: a dispute of an author with himself, or a detail of which the second is lost. */
static enum cw_err check_said_once(const struct admission_request *r, const struct op_write *write,
                                   struct refusal *refusal)
{
    const struct schema_field *field = schema_field(write->field);

    if (field == NULL || write->verb != VERB_SET || !schema_field_takes_one(field))
        return CW_OK;
    for (const struct op_write *other = r->op->writes; other < write; other++) {
        if (other->field == write->field && other->verb == VERB_SET)
            return refuse(refusal, CW_REFUSED_VALUE, WHERE(field),
                          "is said twice in one statement: it takes one value");
    }
    return CW_OK;
}

static enum cw_err check_content(const struct admission_request *r, const struct schema_event *event,
                                 struct refusal *refusal)
{
    enum cw_err err;

    for (uint32_t i = 0; i < r->op->write_count; i++) {
        err = check_write(r, &r->op->writes[i], refusal);
        if (err == CW_OK)
            err = check_said_once(r, &r->op->writes[i], refusal);
        if (err != CW_OK)
            return err;
    }
    err = check_interested(r, refusal);
    if (err == CW_OK)
        err = check_title(r, refusal);
    if (err == CW_OK)
        err = check_place(r, event, refusal);
    if (err == CW_OK)
        err = check_times(r, event, refusal);
    if (err != CW_OK || event == NULL)
        return err;
    err = check_saying(r, event, refusal);
    if (err == CW_OK)
        err = check_episode(r, event, refusal);
    return err == CW_OK ? check_steps(r, event, refusal) : err;
}

static bool may_submit(const struct admission_request *r)
{
    uint32_t writers = R_ANY | ROLE_MASK(SYS);

    if ((r->roles & writers) != 0)
        return true;
    return (r->roles & ROLE_MASK(PARTNER)) != 0 && r->op->type != OP_OPEN; /* partners only propose */
}

static enum cw_err check_authority(const struct admission_request *r, const struct schema_event *event,
                                   struct refusal *refusal)
{
    enum cw_err err = event != NULL ? check_event_authority(r, event, refusal) : CW_OK;

    for (uint32_t i = 0; i < r->op->write_count && err == CW_OK; i++)
        err = check_write_authority(r, &r->op->writes[i], schema_field(r->op->writes[i].field), refusal);
    return err;
}

enum admission cases_check_op(const struct admission_request *request, struct refusal *refusal)
{
    const struct schema_event *event = NULL;

    if (!may_submit(request)) {
        refuse(refusal, CW_REFUSED_ROLE, "", "this certificate has no role that may write");
        return ADMIT_REFUSED;
    }
    if (check_signed_at(request, refusal) != CW_OK || check_shape(request, &event, refusal) != CW_OK ||
        check_content(request, event, refusal) != CW_OK)
        return ADMIT_REFUSED;
    if (check_authority(request, event, refusal) != CW_OK)
        return ADMIT_PROPOSAL;
    return ADMIT;
}
