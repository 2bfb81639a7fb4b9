/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/waiting_parts.h"

#include "tool/marks.h"
#include "tool/verb.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

/* Kinds of a view's notes that a person must look at (docs/fold.md 13.1). */
enum {
    NOTE_RETURN_DISPUTED = 5,
    NOTE_NEW_EPISODE = 6,
    NOTE_DEATH_UNCONFIRMED = 7,
    NOTE_NO_LRO = 9,
    NOTE_OPENING_MISSING = 16
};

const char *const waiting_words[WAITING_CLASS_COUNT] = {"overdue", "look",     "offer", "decide",
                                                        "soon",    "proposal", "rule"};

void waiting_for_context(const struct context *context, int digits, struct waiting_for *out)
{
    *out = (struct waiting_for){.roles = context_roles(context), .now = when_now(), .digits = digits};
    fault_clean_text(context->identity->certificate.division, out->division, sizeof(out->division));
    out->coordinates = (out->roles & ROLE_MASK(FCR)) != 0;
}

bool waiting_is_owner(const Cw__CaseView *view, const char *division)
{
    char owner[160], *rest = owner, *word;

    TEXT(view->owner, owner);
    while ((word = strsep(&rest, " +")) != NULL)
        if (*word != '\0' && strcmp(word, division) == 0)
            return true;
    return false;
}

bool waiting_is_own(const Cw__CaseView *view, const struct waiting_for *who)
{
    return waiting_is_owner(view, who->division) || (view->orphaned && who->coordinates);
}

#define RISK_MEDIUM 3 /* of the scale missing_risk: what nobody assessed is treated as */

int64_t waiting_risk(const Cw__CaseView *view)
{
    const Cw__ViewField *field = view_risk_field(view);

    if (slice_eq(wire_slice(view->risk), slice_of("not assessed")))
        return RISK_MEDIUM;
    return field != NULL && field->n_values > 0 && field->values[0]->value != NULL &&
                   field->values[0]->value->has_number
               ? field->values[0]->value->number
               : 0;
}

void waiting_tell(const struct finding *f, struct waiting *w)
{
    w->view = f->view;
    w->here = w->here || f->own;
    f->sink(f->context, w);
}

bool waiting_is_here(const struct finding *f, ProtobufCBinaryData division)
{
    return slice_eq(wire_slice(division), slice_of(f->who->division));
}

bool waiting_is_ours(const struct finding *f, const Cw__ViewEvent *event)
{
    return event->author != NULL && waiting_is_here(f, event->author->division);
}

/* --- duties ----------------------------------------------------------------------------------------------- */

const struct schema_clock *waiting_clock(const Cw__ViewDeadline *deadline)
{
    size_t count;
    const struct schema_clock *clocks = schema_clocks(&count);

    for (size_t i = 0; i < count; i++)
        if (slice_eq(wire_slice(deadline->clock), slice_of(clocks[i].name)))
            return &clocks[i];
    return NULL;
}

void waiting_duty(const Cw__ViewDeadline *deadline, char *out, size_t cap)
{
    const struct schema_clock *clock = waiting_clock(deadline);

    if (clock == NULL)
        fault_clean_text(wire_slice(deadline->clock), out, cap);
    else
        snprintf(out, cap, "%s", clock->title);
}

bool waiting_duty_runs(const Cw__ViewDeadline *deadline)
{
    return !deadline->has_met_by && !slice_eq(wire_slice(deadline->state), slice_of("waived")) &&
           !slice_eq(wire_slice(deadline->state), slice_of("ended"));
}

size_t waiting_overdue(const Cw__CaseView *view, struct cw_wall now)
{
    size_t count = 0;

    for (size_t i = 0; i < view->n_deadlines; i++)
        count += waiting_duty_runs(view->deadlines[i]) && (int64_t)view->deadlines[i]->due_ms < now.ms;
    return count;
}

/* The event that meets it; NULL: a field does, or a newer version knows. */
static const struct schema_event *answer_of(const struct schema_clock *clock)
{
    return clock != NULL && (clock->flags & CLOCK_BY_FIELD) == 0 ? schema_event(clock->met_by[0]) : NULL;
}

/* Who is told when it is over, and who may meet it; of a duty of a newer version: everybody. */
static uint32_t duty_roles(const struct schema_clock *clock)
{
    const struct schema_event *event = answer_of(clock);

    return clock == NULL ? R_ANY : clock->told | (event != NULL ? event->roles : R_NONE);
}

static uint32_t told_roles(const Cw__ViewDeadline *deadline)
{
    uint32_t roles = R_NONE;

    for (size_t i = 0; i < deadline->n_told; i++)
        roles |= 1u << schema_role_by_code(wire_slice(deadline->told[i]));
    return roles & ~1u; /* a role of a newer version has no number here */
}

static void say_duty(const struct finding *f, const Cw__ViewDeadline *deadline, bool late, struct waiting *w)
{
    char duty[60], when[WHEN_TEXT_LEN_MAX], relative[WHEN_TEXT_LEN_MAX], name[60] = "", owner[40] = "";

    waiting_duty(deadline, duty, sizeof(duty));
    when_london(w->at, false, when);
    when_relative(w->at, f->who->now, relative);
    w->in_hand = deadline->acknowledged_by != NULL;
    if (deadline->acknowledged_by != NULL)
        TEXT(deadline->acknowledged_by->name, name);
    if (!f->own)
        TEXT(f->view->owner, owner);
    snprintf(w->text, sizeof(w->text), "%s %s due %s (%s)%s%s%s%s%s", duty, late ? "was" : "is", when, relative,
             name[0] != '\0' ? ", acknowledged by " : "", name, f->own ? "" : "; ", owner,
             f->own ? "" : " owns it and does not answer");
    snprintf(w->key, sizeof(w->key), "duty %.20s %lld", duty, (long long)w->at.ms);
}

/* Whoever looks after all of a case's duties: of one that no division holds, and of one whose owner does not answer. */
static uint32_t holders(const struct finding *f)
{
    return f->view->orphaned || !f->own ? ROLE_MASK(FCR) : R_NONE;
}

/* What was breached waits for whom it has reached by now; before that, for whoever may meet it. */
void waiting_look_at_duty(const struct finding *f, const Cw__ViewDeadline *deadline)
{
    struct waiting w = {.at = {(int64_t)deadline->due_ms}};
    const struct schema_clock *clock = waiting_clock(deadline);
    bool late = w.at.ms < f->who->now.ms;
    uint32_t told = late ? told_roles(deadline) : R_NONE, holder = holders(f);

    if (!waiting_duty_runs(deadline) || ((duty_roles(clock) | told | holder) & f->who->roles) == 0 ||
        w.at.ms > f->who->now.ms + WAITING_SOON_MS)
        return;
    w.roles = (told != R_NONE ? told : duty_roles(clock)) | holder;
    w.class = late ? WAITING_OVERDUE : WAITING_SOON;
    w.here = true;
    say_duty(f, deadline, late, &w);
    waiting_next(f->view, deadline, f->who->division, w.next, sizeof(w.next));
    waiting_tell(f, &w);
}

/* --- what was said ------------------------------------------------------------------------------------------ */

const Cw__ViewEvent *waiting_event(const Cw__CaseView *view, ProtobufCBinaryData op)
{
    for (size_t i = 0; i < view->n_events; i++)
        if (op.len != 0 && slice_eq(wire_slice(view->events[i]->op), wire_slice(op)))
            return view->events[i];
    return NULL;
}

struct cw_wall waiting_said_at(const Cw__ViewEvent *event)
{
    return event->has_author_time_ms ? (struct cw_wall){(int64_t)event->author_time_ms} : hlc_wall(event->hlc);
}

/* A return in doubt is told to both sides and to all control rooms at once (DOMAIN.md 9.3); the rest to the owner. */
static bool is_note_for(const struct finding *f, const Cw__ViewNote *note)
{
    const Cw__ViewEvent *event = waiting_event(f->view, note->op), *about = waiting_event(f->view, note->about);

    return f->own || (note->kind == NOTE_RETURN_DISPUTED &&
                      (f->who->coordinates || (event != NULL && waiting_is_ours(f, event)) ||
                       (about != NULL && waiting_is_ours(f, about))));
}

static void look_at_note(const struct finding *f, const Cw__ViewNote *note)
{
    static const struct {
        uint32_t kind;
        const char *text;
    } notes[] = {
        {NOTE_RETURN_DISPUTED, "a sighting contradicts the return: counted as missing until an inspector decides"},
        {NOTE_NEW_EPISODE, "a sighting after the return: is this a new episode?"},
        {NOTE_DEATH_UNCONFIRMED, "a death was reported and is not confirmed"},
        {NOTE_OPENING_MISSING,
         "who opened the child's case cannot be relied on, or has not come: see whether the child is missing"},
        {NOTE_NO_LRO, "the group is active without a lead responsible officer"},
    };
    const Cw__ViewEvent *event = waiting_event(f->view, note->op);
    struct waiting w = {.class = WAITING_LOOK, .roles = R_ANY, .here = true};
    char op[2 * CW_ID_LEN + 1] = "";

    for (size_t i = 0; i < CW_COUNT(notes); i++) {
        if (notes[i].kind != note->kind || !is_note_for(f, note))
            continue;
        if (event != NULL)
            w.at = waiting_said_at(event);
        snprintf(w.text, sizeof(w.text), "%s", notes[i].text);
        snprintf(w.next, sizeof(w.next), "casewire case show %s", f->chars);
        if (note->op.len == CW_ID_LEN)
            hex_of(wire_slice(note->op), op);
        snprintf(w.key, sizeof(w.key), "note %u %s", note->kind, op);
        waiting_tell(f, &w);
    }
}

/* Its owner is no division of this network: what is due in it is nobody's but theirs who coordinate. */
static void look_for_owner(const struct finding *f)
{
    struct waiting w = {.class = WAITING_LOOK, .roles = ROLE_MASK(FCR), .at = hlc_wall(f->view->updated_hlc)};
    char owner[60];

    if (!f->view->orphaned)
        return;
    TEXT(f->view->owner, owner);
    snprintf(w.text, sizeof(w.text),
             "no division owns this case (%s is none of this network): its duties are yours until one claims it",
             owner);
    snprintf(w.next, sizeof(w.next), "casewire handover claim %s%s", f->chars, waiting_record(f->view));
    snprintf(w.key, sizeof(w.key), "orphaned");
    waiting_tell(f, &w);
}

/* The case is offered to this division; that somebody accepted without effect is no answer. */
static void look_for_offer(const struct finding *f)
{
    struct waiting w = {
        .class = WAITING_OFFER, .roles = R_HANDOVER, .at = hlc_wall(f->view->updated_hlc), .here = true};
    char from[20], op[2 * CW_ID_LEN + 1] = "", name[60] = "";
    struct told told;

    if (!slice_eq(wire_slice(f->view->offered_to), slice_of(f->who->division)))
        return;
    told_offer(f->view, &told);
    if (told.event != NULL)
        w.at = waiting_said_at(told.event);
    if (told.event != NULL && told.event->op.len == CW_ID_LEN)
        hex_of(wire_slice(told.event->op), op);
    if (told.refused != NULL && told.refused->author != NULL)
        TEXT(told.refused->author->name, name);
    TEXT(f->view->owner, from);
    snprintf(w.text, sizeof(w.text), "%s offers this case to %s%s%s%s%s", from, f->who->division,
             told.lacked_rank ? ": " TOLD_RANK : "", told.refused != NULL ? "; that " : "", name,
             told.refused != NULL ? " accepted had no effect" : "");
    snprintf(w.next, sizeof(w.next), "casewire handover accept %s%s", f->chars, waiting_record(f->view));
    snprintf(w.key, sizeof(w.key), "offer %s%s", op, told.refused != NULL ? " again" : "");
    waiting_tell(f, &w);
}

/* --- decisions ---------------------------------------------------------------------------------------------- */

/* Whose inbox a proposed event is in: theirs whose case it is, and theirs whose officer proposes it. */
static bool concerns(const struct finding *f, const struct dispute *d)
{
    return d->event == NULL || f->own || waiting_is_ours(f, d->event);
}

/* "proposed is hand-over offer: to division EST" */
static void say_event(const struct finding *f, const struct dispute *d, char *out, size_t cap)
{
    char name[60], details[WAITING_TEXT_LEN_MAX - 100];

    view_words(d->event->name, name, sizeof(name));
    view_event_details(f->view, d->event, details, sizeof(details));
    snprintf(out, cap, "proposed is%s %s%s%s", d->event->withdraws ? " to take back" : "", name,
             details[0] != '\0' ? ": " : "", details);
}

/* While two divisions claim a case both have its duties: all of both are told (DOMAIN.md 8.3), whoever decides. */
static bool is_theirs_to_know(const struct finding *f, const struct dispute *d)
{
    return d->kind == DISPUTE_OWNER && f->own;
}

static void look_at_dispute(void *context, const struct dispute *d)
{
    const struct finding *f = context;
    struct waiting w = {.at = dispute_since(d), .roles = dispute_roles(d)};
    char id[2 * DISPUTE_ID_LEN + 1], field[60], shown[80] = "";

    if (!(dispute_is_for(d, f->who->roles) || is_theirs_to_know(f, d)) || !concerns(f, d))
        return;
    w.class = !dispute_is_for(d, f->who->roles)                         ? WAITING_LOOK
              : d->kind == DISPUTE_PROPOSAL || d->kind == DISPUTE_EVENT ? WAITING_PROPOSAL
              : dispute_is_open(d)                                      ? WAITING_DECIDE
                                                                        : WAITING_RULE;
    if (is_theirs_to_know(f, d))
        w.roles = R_ANY;
    dispute_id_text(d, f->who->digits, id);
    fault_clean_text(dispute_field(d), field, sizeof(field));
    if (d->choice_count > 0)
        view_value(d->choices[d->kind == DISPUTE_PROPOSAL ? d->choice_count - 1 : 0], shown, sizeof(shown));
    if (d->kind == DISPUTE_OWNER)
        TEXT(f->view->owner, shown);
    if (d->kind == DISPUTE_EVENT)
        say_event(f, d, w.text, sizeof(w.text));
    else if (d->kind == DISPUTE_OWNER)
        snprintf(w.text, sizeof(w.text), "owner: %s, %s", shown, dispute_why(d));
    else if (d->kind == DISPUTE_PROPOSAL)
        snprintf(w.text, sizeof(w.text), "%s: proposed is \"%s\"", field, shown);
    else if (dispute_is_open(d))
        snprintf(w.text, sizeof(w.text), "%s: %zu answers, %s", field, d->choice_count, dispute_why(d));
    else
        snprintf(w.text, sizeof(w.text), "%s is \"%s\": %s", field, shown, dispute_why(d));
    snprintf(w.next, sizeof(w.next), "casewire conflict show %s", id);
    dispute_id_text(d, 2 * DISPUTE_ID_LEN, id);
    snprintf(w.key, sizeof(w.key), "dispute %s", id);
    waiting_tell(f, &w);
}

void waiting_find(const Cw__CaseView *view, const struct waiting_for *who, waiting_sink *sink, void *context)
{
    struct finding f = {.view = view, .who = who, .sink = sink, .context = context, .own = waiting_is_own(view, who)};

    lookup_chars(wire_slice(view->human_ref), f.chars);
    if (f.own) {
        look_for_owner(&f);
        for (size_t i = 0; i < view->n_deadlines; i++)
            waiting_look_at_duty(&f, view->deadlines[i]);
    } else {
        waiting_look_at_silent(&f);
    }
    for (size_t i = 0; i < view->n_notes; i++)
        look_at_note(&f, view->notes[i]);
    look_for_offer(&f);
    waiting_look_at_news(&f);
    dispute_find(view, look_at_dispute, &f);
}

int waiting_compare(const void *a, const void *b)
{
    const struct waiting *left = a, *right = b;

    if (left->class != right->class)
        return left->class < right->class ? -1 : 1;
    if (left->at.ms != right->at.ms) {
        /* What is over longest and what ends first comes first; of things said, the newest. */
        bool oldest_first = left->class == WAITING_OVERDUE || left->class == WAITING_SOON;

        return (left->at.ms < right->at.ms) == oldest_first ? -1 : 1;
    }
    return slice_compare(wire_slice(left->view->case_id), wire_slice(right->view->case_id));
}
