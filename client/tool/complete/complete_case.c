/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates out of cases as the daemon shows them: conflicts, and what one case holds - its events, duties, episodes. */
#include "tool/complete.h"
#include "tool/dispute.h"
#include "tool/lookup.h"
#include "tool/verb.h"
#include "tool/view.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "proto/wire.h"

#include <stdlib.h>

/* Of this many cases views are asked for: there is the time of one line. */
#define IN_CONFLICT_MAX 24
#define NEWEST_MAX 12
#define EVENTS_MAX 50

static void offer_conflict(void *context, const struct dispute *d)
{
    struct completion *c = context;
    char id[2 * DISPUTE_ID_LEN + 1], chars[CHARS_LEN_MAX], field[60], what[120];

    dispute_id_text(d, 6, id);
    lookup_chars(wire_slice(d->view->human_ref), chars);
    fault_clean_text(dispute_field(d), field, sizeof(field));
    snprintf(what, sizeof(what), "%s %s%s", chars, field, dispute_is_open(d) ? "" : ", decided by rule");
    complete_line(c, id, what);
}

void complete_conflicts(struct completion *c, const struct cli *cli, struct context *context)
{
    struct cw_list_query in_conflict = {.size = sizeof(in_conflict), .conflicts_only = 1},
                         newest = {.size = sizeof(newest)};
    struct gather *cases = calloc(1, sizeof(*cases));

    if (cases == NULL)
        return;
    if (gather_list(cli, context, &in_conflict, IN_CONFLICT_MAX, cases) == EXIT_DONE)
        (void)gather_list(cli, context, &newest, cases->count + NEWEST_MAX, cases);
    for (size_t i = 0; i < cases->count; i++)
        dispute_find(gather_view(cases, i), offer_conflict, c);
    gather_done(cases);
    free(cases);
}

/* Those that the verb at hand may name: a task is done, a link is taken back, anything is put right. */
static void offer_events_of(struct completion *c, const Cw__CaseView *view)
{
    const struct verb *verb = verb_of(c->command);
    uint32_t wanted = verb->takes_back != EVENT_NONE ? verb->takes_back : verb->events[0];

    for (size_t i = 0; i < view->n_events && i < EVENTS_MAX; i++) {
        const Cw__ViewEvent *event = view->events[i];
        char id[2 * SHORT_ID_LEN + 1], name[60], by[200], what[300];

        if (event->has_withdrawn_by || event->withdraws || (wanted != EVENT_NONE && event->type != wanted))
            continue;
        short_id(event->event_id, id);
        view_words(event->name, name, sizeof(name));
        view_event_by(event, by);
        snprintf(what, sizeof(what), "%s, %s", name, by);
        complete_line(c, id, what);
    }
}

static void offer_duties_of(struct completion *c, const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_deadlines; i++) {
        char name[20], duty[60];

        if (!waiting_duty_runs(view->deadlines[i]))
            continue;
        TEXT(view->deadlines[i]->clock, name);
        waiting_duty(view->deadlines[i], duty, sizeof(duty));
        complete_line(c, name, duty);
    }
}

static void offer_episodes_of(struct completion *c, const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_episodes; i++) {
        char name[CHARS_LEN_MAX], state[60];

        writing_episode_name(view, view->episodes[i]->episode, name);
        TEXT(view->episodes[i]->state, state);
        complete_line(c, name, state);
    }
}

void complete_parts(struct completion *c, const struct cli *cli, struct context *context)
{
    struct cw_answer *answer = NULL;
    const Cw__CaseView *view;

    if (c->words_count == 0 || lookup_view(cli, context, c->words[0], &answer) != EXIT_DONE)
        return;
    view = answer_message(answer)->view;
    if (strcmp(c->placeholder, "EVENT") == 0)
        offer_events_of(c, view);
    else if (strcmp(c->placeholder, "CLOCK") == 0)
        offer_duties_of(c, view);
    else
        offer_episodes_of(c, view);
    cw_answer_close(answer);
}
