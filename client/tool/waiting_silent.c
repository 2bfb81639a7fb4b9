/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose daemon is dead or cut off tells nobody of what is due. Then a breach of theirs waits with those who can act: the
 * divisions that have a hand in the case, and the control rooms of all (DOMAIN.md §8.5, §15.11).
 */
#include "tool/waiting_parts.h"

#include "tool/context.h"
#include "tool/marks.h"
#include "tool/verb.h"

#include "lib/fault.h"
#include "proto/wire.h"

#define UNHEARD_MS 60000 /* a daemon that is started anew is back before that */

/* --- which divisions this daemon does not hear -------------------------------------------------------------------- */

static bool is_down(const Cw__PeerRow *row)
{
    return slice_eq(wire_slice(row->state), slice_of("down")) || slice_eq(wire_slice(row->why_code), slice_of("hangs"));
}

static bool is_heard(const Cw__PeerRow *row, struct cw_wall now)
{
    return !is_down(row) || (row->has_why_since_ms && now.ms - (int64_t)row->why_since_ms < UNHEARD_MS);
}

/* A division may have several daemons' certificates: one that is heard is enough. */
static bool hears_another(const Cw__Peers *peers, const Cw__PeerRow *row, struct cw_wall now)
{
    for (size_t i = 0; i < peers->n_rows; i++)
        if (slice_eq(wire_slice(peers->rows[i]->division), wire_slice(row->division)) && is_heard(peers->rows[i], now))
            return true;
    return false;
}

void waiting_listen(const struct cli *cli, struct context *context, struct waiting_for *who)
{
    struct cw_answer *answer = NULL;
    const Cw__Peers *peers;

    if (cw_client_peers(context->client, cli->timeout_ms, &answer) != CW_OK)
        return; /* what was known of them stays */
    peers = answer_message(answer)->peers;
    who->unheard_count = 0;
    for (size_t i = 0; peers != NULL && i < peers->n_rows && who->unheard_count < WAITING_UNHEARD_MAX; i++)
        if (!hears_another(peers, peers->rows[i], who->now))
            fault_clean_text(wire_slice(peers->rows[i]->division), who->unheard[who->unheard_count++],
                             sizeof(who->unheard[0]));
    cw_answer_close(answer);
}

static bool hears(const struct waiting_for *who, const char *division)
{
    for (size_t i = 0; i < who->unheard_count; i++)
        if (strcmp(who->unheard[i], division) == 0)
            return false;
    return true;
}

/* --- of one duty ----------------------------------------------------------------------------------------------------- */

static bool is_owner(const Cw__CaseView *view, ProtobufCBinaryData division)
{
    char name[CW_DIVISION_LEN_MAX + 1];

    fault_clean_text(wire_slice(division), name, sizeof(name));
    return name[0] != '\0' && waiting_is_owner(view, name);
}

/* Whether a daemon of the owner's, or one of another's, left such a mark. */
static bool is_marked(const Cw__CaseView *view, const Cw__ViewDeadline *deadline, const char *what, bool by_owner)
{
    for (size_t i = 0; i < deadline->n_marks; i++) {
        const Cw__ViewMark *mark = deadline->marks[i];

        if (slice_eq(wire_slice(mark->what), slice_of(what)) && mark->author != NULL && !mark->without_effect &&
            is_owner(view, mark->author->division) == by_owner)
            return true;
    }
    return false;
}

static bool all_owners_are_unheard(const struct finding *f)
{
    char owner[160], *rest = owner, *word;
    bool any = false;

    TEXT(f->view->owner, owner);
    while ((word = strsep(&rest, " +")) != NULL) {
        if (*word == '\0')
            continue;
        if (hears(f->who, word))
            return false;
        any = true;
    }
    return any;
}

static bool is_unheard_of(const struct finding *f, const Cw__ViewDeadline *deadline)
{
    return is_marked(f->view, deadline, "breached", false) && !is_marked(f->view, deadline, "breached", true) &&
           !is_marked(f->view, deadline, "delivered", true);
}

/* --- a hand in the case --------------------------------------------------------------------------------------------- */

/* "MC/NTH/2026/K7Q2M4X-C" */
static bool opened_it(const struct finding *f)
{
    char reference[64], *rest = reference, *division;

    TEXT(f->view->human_ref, reference);
    (void)strsep(&rest, "/");
    division = strsep(&rest, "/");
    return division != NULL && strcmp(division, f->who->division) == 0;
}

static bool was_offered_it(const struct finding *f, const Cw__ViewEvent *event)
{
    const Cw__ViewValue *to = event->type == EVENT_HANDOVER_OFFER ? told_detail(event, FIELD_TO_DIVISION) : NULL;

    return to != NULL && waiting_is_here(f, to->text);
}

/* What a daemon says by itself is no hand of its people's. */
static bool is_by_a_daemon(const Cw__ViewEvent *event)
{
    return event->type == EVENT_CLOCK_BREACHED || event->type == EVENT_DELIVERED;
}

static bool has_a_hand(const struct finding *f)
{
    if (opened_it(f) || waiting_is_here(f, f->view->offered_to))
        return true;
    for (size_t i = 0; i < f->view->n_events; i++) {
        const Cw__ViewEvent *event = f->view->events[i];

        if ((waiting_is_ours(f, event) && !is_by_a_daemon(event)) || was_offered_it(f, event))
            return true;
    }
    for (size_t i = 0; i < f->view->n_fields; i++)
        for (size_t j = 0; j < f->view->fields[i]->n_values; j++)
            if (f->view->fields[i]->values[j]->author != NULL &&
                waiting_is_here(f, f->view->fields[i]->values[j]->author->division))
                return true;
    return false;
}

/* --- what waits -------------------------------------------------------------------------------------------------------- */

/* Nothing may be over yet: whoever comes on duty is told all the same. */
static void look_at_missing(const struct finding *f)
{
    struct waiting w = {.class = WAITING_LOOK, .roles = R_ANY, .at = hlc_wall(f->view->updated_hlc), .here = true};
    bool missing = false;
    char owner[40];

    for (size_t i = 0; i < f->view->n_episodes; i++)
        missing = missing || verb_is_missing(f->view->episodes[i]);
    if (!missing)
        return;
    TEXT(f->view->owner, owner);
    snprintf(w.text, sizeof(w.text), "this child is missing: %s owns the case and does not answer", owner);
    snprintf(w.next, sizeof(w.next), "casewire child show %s", f->chars);
    snprintf(w.key, sizeof(w.key), "silent");
    waiting_tell(f, &w);
}

void waiting_look_at_silent(const struct finding *f)
{
    bool unheard = all_owners_are_unheard(f);

    if (!f->who->coordinates && !has_a_hand(f))
        return;
    if (unheard)
        look_at_missing(f);
    for (size_t i = 0; i < f->view->n_deadlines; i++) {
        const Cw__ViewDeadline *deadline = f->view->deadlines[i];

        if ((int64_t)deadline->due_ms < f->who->now.ms && (unheard || is_unheard_of(f, deadline)))
            waiting_look_at_duty(f, deadline);
    }
}
