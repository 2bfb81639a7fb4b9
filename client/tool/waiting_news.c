/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others did that this division must know: it waits until somebody here has signed that it was seen (shift brief --seen).
 * Nothing else ends it: who wrote later may not have known of it.
 */
#include "tool/waiting_parts.h"

#include "tool/marks.h"
#include "tool/verb.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "proto/wire.h"

#define NEWS_MS INT64_C(2419200000) /* four weeks: what is older was never looked at, and nobody will */

static bool is_seen(const struct finding *f, ProtobufCBinaryData id)
{
    for (size_t i = 0; i < f->view->n_events; i++) {
        const Cw__ViewEvent *event = f->view->events[i];

        if (event->type == EVENT_SEEN && !event->proposal && waiting_is_ours(f, event) && told_is_about(event, id))
            return true;
    }
    return false;
}

/* "EST (Duty inspector of east)" */
static void by(const Cw__Author *author, char *out, size_t cap)
{
    char division[20] = "", name[60] = "";

    if (author != NULL) {
        TEXT(author->division, division);
        TEXT(author->name, name);
    }
    snprintf(out, cap, "%s%s%s%s", division, name[0] != '\0' ? " (" : "", name, name[0] != '\0' ? ")" : "");
}

/* ": No beds"; empty: none was given. */
static void reason_of(const Cw__ViewEvent *event, char *out, size_t cap)
{
    const Cw__ViewValue *reason = told_detail(event, FIELD_REASON);
    char text[120];

    out[0] = '\0';
    if (reason == NULL)
        return;
    view_value(reason, text, sizeof(text));
    snprintf(out, cap, ": %s", text);
}

/* Whoever reads it here has not said it: `what` follows who did. */
static void tell_news(const struct finding *f, const Cw__ViewEvent *event, const Cw__Author *author, uint32_t roles,
                      const char *what)
{
    struct waiting w = {.class = WAITING_LOOK, .roles = roles, .at = waiting_said_at(event), .here = true};
    char who[90], op[2 * CW_ID_LEN + 1] = "";

    if (is_seen(f, event->event_id) || hlc_wall(event->hlc).ms < f->who->now.ms - NEWS_MS)
        return; /* by when a division took it: an author's clock may be years behind */
    by(author, who, sizeof(who));
    snprintf(w.text, sizeof(w.text), "%s %s", who, what);
    snprintf(w.next, sizeof(w.next), "casewire shift brief %s --seen", f->chars);
    if (event->op.len == CW_ID_LEN)
        hex_of(wire_slice(event->op), op);
    snprintf(w.key, sizeof(w.key), "news %s", op);
    w.seen = event->event_id;
    waiting_tell(f, &w);
}

/* --- what became of a hand-over -------------------------------------------------------------------------------------- */

struct steps {
    const Cw__ViewEvent *last;    /* that took effect */
    const Cw__ViewEvent *offer;   /* the last, when it was answered by `last` */
    const Cw__ViewEvent *refused; /* an acceptance later than `last`, without effect */
};

static bool is_step(const Cw__ViewEvent *event)
{
    const struct schema_event *row = schema_event(event->type);

    return row != NULL && row->class == EVENT_CLASS_OWNERSHIP && !event->proposal && !event->withdraws;
}

static struct steps last_steps(const Cw__CaseView *view)
{
    struct steps out = {NULL, NULL, NULL};

    for (size_t i = 0; i < view->n_events && out.offer == NULL; i++) {
        const Cw__ViewEvent *event = view->events[i];

        if (!is_step(event))
            continue;
        if (event->refused_transition) {
            if (out.last == NULL && out.refused == NULL && event->type == EVENT_HANDOVER_ACCEPT)
                out.refused = event;
        } else if (out.last == NULL) {
            out.last = event;
        } else if (event->type == EVENT_HANDOVER_OFFER) {
            out.offer = event;
        } else {
            break;
        }
    }
    return out;
}

/* Both sides: whoever accepted goes by it, too. Where the offer stands, the offer itself says so to whom it was made. */
static void look_at_refused(const struct finding *f, const Cw__ViewEvent *refused)
{
    char owner[40], what[120];

    if (!f->own && (!waiting_is_ours(f, refused) || waiting_is_here(f, f->view->offered_to)))
        return;
    TEXT(f->view->owner, owner);
    snprintf(what, sizeof(what), "accepted the hand-over WITHOUT EFFECT: the case is %s's", owner);
    tell_news(f, refused, refused->author, R_HANDOVER, what);
}

static bool took_a_step(const struct finding *f)
{
    for (size_t i = 0; i < f->view->n_events; i++)
        if (is_step(f->view->events[i]) && waiting_is_ours(f, f->view->events[i]))
            return true;
    return false;
}

static void look_at_step(const struct finding *f, const struct steps *s)
{
    bool offered = s->offer != NULL && waiting_is_ours(f, s->offer);
    char what[200], reason[130], owner[40];

    if (s->last->author == NULL || waiting_is_ours(f, s->last))
        return;
    reason_of(s->last, reason, sizeof(reason));
    if (s->last->type == EVENT_HANDOVER_DECLINE && offered) {
        snprintf(what, sizeof(what), "declined the hand-over%s", reason);
        tell_news(f, s->last, s->last->author, R_HANDOVER, what);
    } else if (s->last->type == EVENT_HANDOVER_ACCEPT && offered && !f->own) {
        tell_news(f, s->last, s->last->author, R_HANDOVER,
                  "accepted the hand-over: the case and its duties are theirs");
    } else if (s->last->type == EVENT_ARBITRATION && (f->own || took_a_step(f))) {
        TEXT(f->view->owner, owner);
        snprintf(what, sizeof(what), "decided that the case is %s's%s", owner, reason);
        tell_news(f, s->last, s->last->author, R_HANDOVER, what);
    }
}

static void look_at_handover(const struct finding *f)
{
    struct steps s = last_steps(f->view);

    if (s.refused != NULL)
        look_at_refused(f, s.refused);
    if (s.last != NULL)
        look_at_step(f, &s);
}

/* --- what others decided about a child of ours --------------------------------------------------------------------------- */

static int64_t risk_said_by(const Cw__ViewEvent *event)
{
    const Cw__ViewValue *risk = event != NULL ? told_detail(event, FIELD_MISSING_RISK) : NULL;

    return risk != NULL && risk->value != NULL ? risk->value->number : -1;
}

/* What it replaced may have been said at the opening, which is no event: then it is not known whether it was higher. */
static bool is_lower(const Cw__CaseView *view, const Cw__ViewValue *value)
{
    for (size_t i = 0; i < value->n_replaced; i++)
        if (risk_said_by(waiting_event(view, value->replaced[i]->op)) > value->value->number)
            return true;
    return false;
}

/* What was said before a hand-over was there to be read when it was accepted. */
static bool is_older_than_the_ownership(const Cw__CaseView *view, const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < view->n_events; i++) {
        const Cw__ViewEvent *step = view->events[i];

        if ((step->type == EVENT_HANDOVER_ACCEPT || step->type == EVENT_ARBITRATION) && is_step(step) &&
            !step->refused_transition && step->hlc > event->hlc)
            return true;
    }
    return false;
}

static void look_at_risk(const struct finding *f, const Cw__ViewField *field)
{
    const Cw__ViewValue *value = field->n_values > 0 ? field->values[0] : NULL;
    const Cw__ViewEvent *event =
        value != NULL && value->set_by != NULL ? waiting_event(f->view, value->set_by->op) : NULL;
    char what[200], risk[40];

    if (event == NULL || value->value == NULL || waiting_is_ours(f, event) || view_is_over(f->view, field) ||
        is_older_than_the_ownership(f->view, event))
        return;
    view_value(value, risk, sizeof(risk));
    snprintf(what, sizeof(what), "%s the risk of your child to %s", is_lower(f->view, value) ? "LOWERED" : "set", risk);
    tell_news(f, event, event->author, R_ANY, what);
}

static void look_at_waiver(const struct finding *f, const Cw__ViewDeadline *deadline)
{
    if (!slice_eq(wire_slice(deadline->state), slice_of("waived")))
        return;
    for (size_t i = 0; i < deadline->n_marks; i++) {
        const Cw__ViewMark *mark = deadline->marks[i];
        const Cw__ViewEvent *event = waiting_event(f->view, mark->op);
        char what[WAITING_TEXT_LEN_MAX], duty[60], reason[120];

        if (!slice_eq(wire_slice(mark->what), slice_of("waived")) || mark->without_effect || event == NULL ||
            waiting_is_ours(f, event))
            continue;
        waiting_duty(deadline, duty, sizeof(duty));
        TEXT(mark->text, reason);
        snprintf(what, sizeof(what), "waived %s%s%s", duty, reason[0] != '\0' ? ": " : "", reason);
        tell_news(f, event, mark->author, R_ANY, what);
    }
}

/* --- the same child? ------------------------------------------------------------------------------------------------------ */

static bool is_view(const Cw__CaseView *view, ProtobufCBinaryData reference)
{
    return slice_eq(wire_slice(view->human_ref), wire_slice(reference));
}

static void look_at_merge(const struct finding *f, const Cw__ViewMerge *merge)
{
    bool loses = is_view(f->view, merge->loser);
    const ProtobufCBinaryData other = loses ? merge->survivor : merge->loser;
    struct waiting w = {.class = WAITING_LOOK, .roles = R_INSP_UP, .at = hlc_wall(f->view->updated_hlc), .here = true};
    char reference[64], chars[CHARS_LEN_MAX], op[2 * CW_ID_LEN + 1] = "";

    if ((!loses && !is_view(f->view, merge->survivor)) || (f->who->roles & R_INSP_UP) == 0 ||
        !waiting_is_here(f, loses ? merge->loser_waits_for : merge->survivor_waits_for))
        return;
    TEXT(other, reference);
    lookup_chars(wire_slice(other), chars);
    snprintf(w.text, sizeof(w.text),
             "somebody says that %s is the same child: it waits until an inspector here has agreed", reference);
    snprintf(w.next, sizeof(w.next), "casewire child agree %s with=%s", f->chars, chars);
    if (merge->op.len == CW_ID_LEN)
        hex_of(wire_slice(merge->op), op);
    snprintf(w.key, sizeof(w.key), "merge %s", op);
    waiting_tell(f, &w);
}

static void look_at_candidate(const struct finding *f, const Cw__ViewCandidate *candidate)
{
    struct waiting w = {.class = WAITING_LOOK, .roles = R_ANY, .at = hlc_wall(f->view->updated_hlc), .here = true};
    char chars[CHARS_LEN_MAX], id[2 * CW_ID_LEN + 1] = "";

    if (is_seen(f, candidate->case_id))
        return;
    lookup_chars(wire_slice(candidate->human_ref), chars);
    view_candidate(candidate, w.text, sizeof(w.text));
    snprintf(w.next, sizeof(w.next), "casewire child show %s", chars);
    if (candidate->case_id.len == CW_ID_LEN)
        hex_of(wire_slice(candidate->case_id), id);
    snprintf(w.key, sizeof(w.key), "same %s", id);
    w.seen = candidate->case_id;
    waiting_tell(f, &w);
}

void waiting_look_at_news(const struct finding *f)
{
    const Cw__CaseView *view = f->view;

    look_at_handover(f);
    if (!f->own)
        return;
    for (size_t i = 0; i < view->n_fields; i++)
        if (view->fields[i]->field == FIELD_MISSING_RISK)
            look_at_risk(f, view->fields[i]);
    for (size_t i = 0; i < view->n_deadlines; i++)
        look_at_waiver(f, view->deadlines[i]);
    for (size_t i = 0; view->identity != NULL && i < view->identity->n_merges; i++)
        look_at_merge(f, view->identity->merges[i]);
    for (size_t i = 0; i < view->n_candidates; i++)
        look_at_candidate(f, view->candidates[i]);
}
