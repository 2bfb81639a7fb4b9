/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Details that must agree with each other (DOMAIN §6.2, §11.2): a grade is whole, a condition stands with C and only with
 * C, a warning rests on more than what is graded 3 or E, a link leads between kinds that can have it, a professional who
 * saw a child has a name, and only one's own assertions are taken back.
 */
#include "cases/check_parts.h"

enum { HANDLING_P = 1, HANDLING_C = 2 };
enum { SOURCE_NOT_RELIABLE = 3, INFORMATION_FALSE = 5 };
enum { SCHEME_5X5X5 = 2 };
enum { KNOWN_BY_PROFESSIONAL = 4 };

/* --- the 3x5x2 grade --------------------------------------------------------------------------------------------- */

static enum cw_err check_grade(const struct admission_request *r, struct refusal *refusal)
{
    static const uint32_t whole[] = {FIELD_SOURCE_GRADE, FIELD_INFORMATION_GRADE, FIELD_HANDLING_CODE};
    const struct op_value *code = request_detail(r, FIELD_HANDLING_CODE);
    bool conditions = request_detail(r, FIELD_CONDITION) != NULL;
    size_t given = 0;

    for (size_t i = 0; i < CW_COUNT(whole); i++)
        given += request_detail(r, whole[i]) != NULL;
    for (size_t i = 0; i < CW_COUNT(whole) && given != 0; i++) {
        if (request_detail(r, whole[i]) == NULL)
            return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(whole[i])),
                          "a grade has three parts: source, information, handling");
    }
    if (code != NULL && code->number == HANDLING_C && !conditions)
        return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(FIELD_CONDITION)),
                      "handling code C needs at least one condition");
    if (conditions && (code == NULL || code->number != HANDLING_C))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_CONDITION)),
                      "conditions stand with handling code C only: leave them out, or empty (condition=)");
    return CW_OK;
}

/* What older products are graded with is kept as they write it (§11.2), and only there. */
static enum cw_err check_old_grade(const struct admission_request *r, struct refusal *refusal)
{
    const struct op_value *scheme = request_detail(r, FIELD_GRADE_SCHEME);
    bool is_old = scheme != NULL && scheme->number == SCHEME_5X5X5;
    bool given = request_detail(r, FIELD_OLD_GRADE) != NULL;

    if (is_old && !given)
        return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(FIELD_OLD_GRADE)),
                      "a 5x5x5 grade is written as it stands there, as B24");
    if (given && !is_old)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_OLD_GRADE)),
                      "stands with grade_scheme=5x5x5 only; a 3x5x2 grade is source_grade, information_grade, "
                      "handling_code");
    return CW_OK;
}

static enum cw_err check_basis(const struct admission_request *r, struct refusal *refusal)
{
    const struct op_value *source = request_detail(r, FIELD_SOURCE_GRADE);
    const struct op_value *information = request_detail(r, FIELD_INFORMATION_GRADE);
    bool weak = (source != NULL && source->number == SOURCE_NOT_RELIABLE) ||
                (information != NULL && information->number == INFORMATION_FALSE);

    if (weak && request_detail(r, FIELD_BASIS) == NULL)
        return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(FIELD_BASIS)),
                      "what is graded 3 or E is not enough for a warning: name another item that says so too");
    return CW_OK;
}

/* --- grading anew -------------------------------------------------------------------------------------------------- */

const struct case_event *request_names(const struct admission_request *r, uint32_t index)
{
    for (uint32_t i = 0; i < r->state->event_count; i++) {
        if (ID_EQ(&r->state->events[i].dot.op, &r->op->corrects[index].op))
            return &r->state->events[i];
    }
    return NULL;
}

/* Every value that one op gives the field is given by the other, too. */
static bool gives_all(const struct op *op, const struct op *other, uint32_t field)
{
    for (uint32_t i = 0; i < op->write_count; i++) {
        bool found = op->writes[i].field != field || !op->writes[i].has_value;

        for (uint32_t j = 0; j < other->write_count && !found; j++)
            found = other->writes[j].field == field && !writes_differ(&op->writes[i], &other->writes[j]);
        if (!found)
            return false;
    }
    return true;
}

/* A correction says everything again: who may not grade says it as it was. */
static enum cw_err check_regraded(const struct admission_request *r, const struct op *was, struct refusal *refusal)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    for (size_t i = 0; i < count; i++) {
        if (rows[i].place != PLACE_DETAIL || rows[i].lower_roles == R_NONE || (rows[i].lower_roles & r->roles) != 0)
            continue;
        if (!gives_all(r->op, was, rows[i].number) || !gives_all(was, r->op, rows[i].number))
            return refuse(refusal, CW_REFUSED_ROLE, WHERE(&rows[i]),
                          "a grade that was given is changed by %s only: say it as it was, and ask them",
                          schema_roles_text(rows[i].lower_roles, who));
    }
    return CW_OK;
}

/* Nothing comes back by being put right. */
static enum cw_err refuse_taken_back(uint32_t event, struct refusal *refusal)
{
    const struct schema_event *row = schema_event(event);

    return refuse(refusal, CW_REFUSED_TRANSITION, row != NULL ? row->name : "event",
                  "it was taken back: record what happened anew");
}

static enum cw_err check_correction(const struct admission_request *r, struct refusal *refusal)
{
    enum cw_err err = check_put_right(r, refusal);

    for (uint32_t i = 0; i < r->op->correct_count && err == CW_OK; i++) {
        const struct case_event *corrected = request_names(r, i);
        const struct op *was = corrected != NULL ? r->state->ops[corrected->op_index].op : NULL;

        if (was == NULL || corrected->event != r->op->event)
            continue;
        err = corrected->withdrawn ? refuse_taken_back(r->op->event, refusal) : check_review_of(r, was, refusal);
        if (err == CW_OK)
            err = check_regraded(r, was, refusal);
    }
    return err;
}

/* --- from when, to when: links, orders ----------------------------------------------------------------------------- */

static enum cw_err check_period(const struct admission_request *r, struct refusal *refusal)
{
    const struct op_value *to = request_detail(r, FIELD_VALID_TO);
    const struct op_value *open = request_detail(r, FIELD_VALID_OPEN);

    if (to != NULL && open != NULL && open->number != 0)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_VALID_OPEN)), "what has ended is not open");
    return CW_OK;
}

/* --- links --------------------------------------------------------------------------------------------------------- */

#define KINDS_TEXT_LEN_MAX 160

/* "phone, device_account" */
static const char *kinds_text(uint32_t mask, char out[static KINDS_TEXT_LEN_MAX])
{
    struct writer w = writer_over(out, KINDS_TEXT_LEN_MAX - 1);

    for (uint32_t kind = 1; kind < 32; kind++) {
        if ((mask & (1u << kind)) == 0 || schema_kind_name(kind) == NULL)
            continue;
        writer_slice(&w, slice_of(w.len == 0 ? "" : ", "));
        writer_slice(&w, slice_of(schema_kind_name(kind)));
    }
    out[w.len] = '\0';
    return out;
}

static enum cw_err check_link(const struct admission_request *r, struct refusal *refusal)
{
    const struct op_value *type = request_detail(r, FIELD_LINK_TYPE);
    const struct op_value *to = request_detail(r, FIELD_LINK_TO);
    char kinds[KINDS_TEXT_LEN_MAX];
    const struct schema_link *row = type == NULL ? NULL : schema_link((uint32_t)type->number);

    if (row != NULL && r->state->kind < 32 && (row->from & (1u << r->state->kind)) == 0)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_LINK_TYPE)), "no %s has a link %s",
                      schema_kind_name(r->state->kind), schema_value_name(SCALE_LINK_TYPE, type->number));
    if (row != NULL && r->named_kind != KIND_NONE && (row->to & (1u << r->named_kind)) == 0)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_LINK_TO)),
                      "no link %s leads to a %s: it leads to %s", schema_value_name(SCALE_LINK_TYPE, type->number),
                      schema_kind_name(r->named_kind), kinds_text(row->to, kinds));
    if (to != NULL && memcmp(to->id.b, r->state->case_id.b, ID_LEN) == 0)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_LINK_TO)), "a link leads to something else");
    return CW_OK;
}

/* --- who saw the child -------------------------------------------------------------------------------------------- */

/* DOMAIN §7.3: a return rests on police or on a named professional, who can be asked. */
static enum cw_err check_seen(const struct admission_request *r, struct refusal *refusal)
{
    const struct op_value *how = request_detail(r, FIELD_HOW_KNOWN);

    if (how == NULL || how->number != KNOWN_BY_PROFESSIONAL || request_detail(r, FIELD_SOURCE) != NULL)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(FIELD_SOURCE)),
                  "which professional saw the child: a return rests on somebody who can be asked");
}

/* --- taking back --------------------------------------------------------------------------------------------------- */

/* Which event each of the rows that take back is about. */
static uint32_t taken_back_by(uint32_t event)
{
    if (event == EVENT_LINK_WITHDRAWN)
        return EVENT_LINK;
    return event == EVENT_EPISODE_UNMERGED ? EVENT_EPISODE_MERGED : EVENT_IDENTITY_MERGED;
}

static enum cw_err check_taken_back(const struct admission_request *r, const struct schema_event *event,
                                    struct refusal *refusal)
{
    const struct schema_event *named = schema_event(taken_back_by(event->number));

    for (uint32_t i = 0; i < r->op->correct_count; i++) {
        const struct case_event *found = request_names(r, i);

        if (found == NULL || found->event != named->number)
            return refuse(refusal, CW_REFUSED_VALUE, event->name, "names no %s of this case", named->name);
        if ((named->flags & EVENT_OWN_SIDE) != 0 && !slice_eq(r->state->ops[found->op_index].division, r->division))
            return refuse(refusal, CW_REFUSED_DIVISION, event->name,
                          "another division says so too: only its own officers take that back");
    }
    return CW_OK;
}

/* What is undone by a step of its own, which says who may: nothing that it moved is unsaid. */
static const char *step_instead(const struct schema_event *event)
{
    if (event->class == EVENT_CLASS_OWNERSHIP)
        return "a step of a hand-over is not taken back: offer the case again, or claim it";
    if (event->class == EVENT_CLASS_CLOCK)
        return "what was said about a duty is not taken back";
    if ((event->flags & EVENT_OPENS_EPISODE) != 0)
        return "an episode that was reported is not taken back: record episode_cancelled";
    return NULL;
}

static enum cw_err check_withdrawn(const struct admission_request *r, const struct schema_event *event,
                                   const struct case_event *found, struct refusal *refusal)
{
    enum cw_err err;

    if (found == NULL || found->event != event->number)
        return refuse(refusal, CW_REFUSED_VALUE, event->name, "what is taken back is no %s of this case", event->name);
    if (found->withdrawal)
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                      "it takes something back itself: record what happened anew");
    if (found->withdrawn && r->op->same_count == 0)
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name, "it is taken back already");
    err = found->authorised ? check_review_of(r, r->state->ops[found->op_index].op, refusal) : CW_OK;
    if (err != CW_OK)
        return err;
    if ((event->flags & EVENT_OWN_SIDE) != 0 && !slice_eq(r->state->ops[found->op_index].division, r->division))
        return refuse(refusal, CW_REFUSED_DIVISION, event->name,
                      "another division says so: only its own officers take that back");
    return CW_OK;
}

bool request_answers_proposals(const struct admission_request *r)
{
    for (uint32_t i = 0; i < r->op->correct_count; i++) {
        const struct case_event *found = request_names(r, i);

        if (found == NULL || found->authorised)
            return false;
    }
    return r->op->correct_count > 0;
}

static enum cw_err check_withdrawal(const struct admission_request *r, const struct schema_event *event,
                                    struct refusal *refusal)
{
    const char *instead = step_instead(event);
    enum cw_err err = CW_OK;

    if (instead != NULL && !request_answers_proposals(r))
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name, "%s", instead);
    for (uint32_t i = 0; i < r->op->correct_count && err == CW_OK; i++)
        err = check_withdrawn(r, event, request_names(r, i), refusal);
    return err == CW_OK ? check_put_right(r, refusal) : err;
}

enum cw_err check_saying(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal)
{
    enum cw_err err;

    if (r->op->withdraws && request_answers_proposals(r))
        return check_withdrawal(r, event, refusal); /* also of a proposal to take back */
    if ((event->flags & EVENT_WITHDRAWS) != 0)
        return check_taken_back(r, event, refusal);
    if (r->op->withdraws)
        return check_withdrawal(r, event, refusal);
    err = check_grade(r, refusal);
    if (err == CW_OK)
        err = check_old_grade(r, refusal);
    if (err == CW_OK && event->number == EVENT_FLAGGED)
        err = check_basis(r, refusal);
    if (err == CW_OK)
        err = check_period(r, refusal);
    if (err == CW_OK)
        err = check_correction(r, refusal);
    if (err != CW_OK)
        return err;
    if (event->number == EVENT_LINK)
        return check_link(r, refusal);
    if (event->number == EVENT_RETURNED)
        return check_seen(r, refusal);
    return check_identity(r, event, refusal);
}
