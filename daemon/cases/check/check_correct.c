/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was recorded is said otherwise, or taken back (docs/fold.md §17). By sync that is folded as it comes; whoever is here is
 * told what to record instead, because what a step began does not begin again when it is said anew.
 */
#include "cases/check_parts.h"

/* --- what a step of its own undoes -------------------------------------------------------------------------------- */

static const char *step_instead(const struct admission_request *r, const struct case_event *was)
{
    if (was->row->class == EVENT_CLASS_OWNERSHIP)
        return "a step of a hand-over is not corrected: withdraw the offer, offer the case again, or claim it; "
               "what else was wrong is said in a note";
    if (was->row->class == EVENT_CLASS_CLOCK && was->event != r->op->event)
        return "what was said about a duty is not corrected by something else: record it again, or a note beside it";
    if ((was->row->flags & EVENT_OPENS_EPISODE) != 0)
        return "a report is not corrected: set the fields of the episode that are wrong, and say the rest in a "
               "note; when the child was not missing, record episode_cancelled";
    if (was->event == EVENT_EPISODE_MERGED)
        return "a merging is not corrected: record episode_unmerged (casewire episode unmerge), and merge anew";
    if (was->event == EVENT_IDENTITY_MERGED)
        return "a merging is not corrected: record identity_unmerged (casewire child unmerge), and merge anew";
    return NULL;
}

static enum cw_err check_undone_otherwise(const struct admission_request *r, const struct case_event *was,
                                          struct refusal *refusal)
{
    const char *instead = r->op->withdraws ? NULL : step_instead(r, was);

    return instead == NULL ? CW_OK : refuse(refusal, CW_REFUSED_TRANSITION, was->row->name, "%s", instead);
}

/* --- what disputes a return, or holds a close --------------------------------------------------------------------- */

static bool names_op(const struct case_op *op, const struct cw_op_id *id)
{
    for (uint32_t i = 0; op != NULL && op->op != NULL && i < op->op->after_count; i++) {
        if (ID_EQ(&op->op->after[i], id))
            return true;
    }
    return false;
}

/* Of several that hold a close the note names the latest: of the others it is asked whether one of the two names the other. */
static bool holds(const struct case_state *state, const struct case_note *held, const struct case_event *sighting)
{
    const struct case_op *about = state_op(state, &held->about), *close = state_op(state, &held->op.op);
    const struct case_op *own = &state->ops[sighting->op_index];
    bool of_sighting = about != NULL && about->op != NULL && about->op->event == EVENT_SIGHTING;
    uint32_t event = close != NULL ? state->event_of[close - state->ops] : UINT32_MAX;
    const struct case_event *step = event != UINT32_MAX ? &state->events[event] : NULL;

    if (!of_sighting || step == NULL || step->row == NULL)
        return false;
    if ((step->row->flags & EVENT_EPISODE) != 0 && !ID_EQ(&step->scope, &sighting->scope))
        return false;
    return !names_op(close, &own->op_id) && !names_op(own, &close->op_id);
}

static const char *contradicts(const struct case_state *state, const struct case_event *sighting)
{
    for (uint32_t i = 0; i < state->note_count; i++) {
        const struct case_note *note = &state->notes[i];

        if (note->kind == NOTE_RETURN_DISPUTED && ID_EQ(&note->op.op, &sighting->dot.op))
            return "a return is disputed by this sighting";
        if (note->kind == NOTE_STEP_HELD && holds(state, note, sighting))
            return "a close is held back by this sighting";
    }
    return NULL;
}

/* DOMAIN §7.3: an inspector decides, who has read both. */
static enum cw_err check_contradiction(const struct admission_request *r, const struct case_event *was,
                                       struct refusal *refusal)
{
    const char *what = was->event == EVENT_SIGHTING ? contradicts(r->state, was) : NULL;
    struct cw_slice side = r->state->ops[was->op_index].division;
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if (what == NULL || (r->roles & R_INSP_UP) != 0 || slice_eq(side, r->division))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_ROLE, was->row->name,
                  "%s: it is corrected or taken back by officers of %.*s, or by %s, who may decide on it", what,
                  (int)(side.len <= 16 ? side.len : 16), (const char *)side.data, schema_roles_text(R_INSP_UP, who));
}

/* --- assessments -------------------------------------------------------------------------------------------------- */

/* Of what kind of risk an assessment of this kind of case is; NULL: of none that lists show. */
static const struct schema_field *risk_of_kind(uint32_t kind)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count && kind < 32; i++) {
        if ((rows[i].flags & FIELD_RISK) != 0 && (rows[i].kinds & (1u << kind)) != 0)
            return &rows[i];
    }
    return NULL;
}

/* The review of a risk runs from its assessment: who may not lower the one does not put off the other. */
static enum cw_err check_assessment(const struct admission_request *r, const struct case_event *was,
                                    struct refusal *refusal)
{
    const struct schema_field *risk = risk_of_kind(r->state->kind);
    uint32_t roles = risk != NULL ? policy_lower_roles(r->policy, risk) : ~R_NONE;
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if (was->event != EVENT_RISK_ASSESSMENT)
        return CW_OK;
    if (was->event != r->op->event)
        return refuse(refusal, CW_REFUSED_VALUE, was->row->name,
                      "an assessment is corrected by another one only: record risk_assessment, with all of it");
    if ((r->roles & roles) != 0 || request_is_by(r, &r->state->ops[was->op_index].author))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_ROLE, was->row->name,
                  "this assessment is corrected or taken back by whoever recorded it, or by %s: record one of your own",
                  schema_roles_text(roles, who));
}

/* --- where -------------------------------------------------------------------------------------------------------- */

static enum cw_err check_scope(const struct admission_request *r, const struct case_event *was, struct refusal *refusal)
{
    bool of_episode = (was->row->flags & EVENT_EPISODE) != 0 && was->event == r->op->event;

    if (!of_episode || r->op->withdraws || ID_EQ(state_episode(r->state, &was->scope), request_scope(r)))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_VALUE, was->row->name,
                  "belongs to another episode: correct it in that one, or take it back and record it in this one");
}

/* --- each event that is named ------------------------------------------------------------------------------------- */

static enum cw_err check_event(const struct admission_request *r, const struct case_event *was, struct refusal *refusal)
{
    enum cw_err err = check_undone_otherwise(r, was, refusal);

    if (err == CW_OK)
        err = check_contradiction(r, was, refusal);
    if (err == CW_OK)
        err = check_assessment(r, was, refusal);
    return err == CW_OK ? check_scope(r, was, refusal) : err;
}

/* What never had effect, or has none any more, is nobody's to protect; of a declaration that is void the event stays. */
enum cw_err check_put_right(const struct admission_request *r, struct refusal *refusal)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < r->op->correct_count && r->op->same_count == 0 && err == CW_OK; i++) {
        const struct case_event *was = request_names(r, i);

        if (was != NULL && was->row != NULL && was->authorised && !was->withdrawn && !was->withdrawal)
            err = check_event(r, was, refusal);
    }
    return err;
}
