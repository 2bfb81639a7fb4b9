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
        return "a step of a hand-over is not corrected: withdraw the offer, offer the case again, or claim it; what "
               "else "
               "was wrong is said in a note";
    if (was->row->class == EVENT_CLASS_CLOCK && was->event != r->op->event)
        return "what was said about a duty is not corrected by something else: record it again, or a note beside it";
    return NULL;
}

static enum cw_err check_undone_otherwise(const struct admission_request *r, const struct case_event *was,
                                          struct refusal *refusal)
{
    const char *instead = r->op->withdraws ? NULL : step_instead(r, was);

    return instead == NULL ? CW_OK : refuse(refusal, CW_REFUSED_TRANSITION, was->row->name, "%s", instead);
}

/* --- each event that is named ------------------------------------------------------------------------------------- */

static enum cw_err check_event(const struct admission_request *r, const struct case_event *was, struct refusal *refusal)
{
    return check_undone_otherwise(r, was, refusal);
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
