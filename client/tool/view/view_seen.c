/* SPDX-License-Identifier: Apache-2.0 */
/* Who has seen what: a missing child, a hand-over, a shift's brief; and what is to be done. */
#include "tool/view.h"

#include "tool/marks.h"
#include "tool/verb.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#define TASKS_SHOWN 3

/* --- the child ------------------------------------------------------------------------------------------- */

static const Cw__ViewValue *first_value(Cw__ViewField *const *fields, size_t count, uint32_t number,
                                        const ProtobufCBinaryData *episode)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i]->field == number && fields[i]->n_values > 0 &&
            (episode == NULL || slice_eq(wire_slice(fields[i]->episode), wire_slice(*episode))))
            return fields[i]->values[0];
    return NULL;
}

static int64_t end_of(const Cw__ViewValue *when)
{
    return when != NULL && when->value != NULL && when->value->interval != NULL ? when->value->interval->latest_ms
                                                                                : INT64_MIN;
}

static bool refuted(const Cw__ViewEvent *e)
{
    const Cw__ViewValue *sure = first_value(e->fields, e->n_fields, FIELD_CONFIDENCE, NULL);

    return e->has_corrected_by || e->has_withdrawn_by || e->withdraws || e->proposal ||
           (sure != NULL && sure->value != NULL && sure->value->number == 4 /* refuted */);
}

/* The sighting that reaches furthest into the present: when it was typed does not matter. */
static const Cw__ViewEvent *last_sighting(const Cw__CaseView *view)
{
    const Cw__ViewEvent *last = NULL;
    int64_t end = INT64_MIN;

    for (size_t i = 0; i < view->n_events; i++) {
        const Cw__ViewEvent *e = view->events[i];
        int64_t at = end_of(first_value(e->fields, e->n_fields, FIELD_OCCURRED, NULL));

        if (e->type != EVENT_SIGHTING || refuted(e) || (last != NULL && at <= end))
            continue;
        last = e;
        end = at;
    }
    return last;
}

/* "Sat 28 Nov 2026 19:15 to 19:45, Quarrel Lane, probable" */
static void seen_words(const Cw__ViewValue *when, const Cw__ViewValue *where, const char *how, char *out, size_t cap)
{
    char time[120] = "", place[160] = "";

    if (when != NULL)
        view_value(when, time, sizeof(time));
    if (where != NULL)
        view_value(where, place, sizeof(place));
    snprintf(out, cap, "%s%s%s%s%s", time, time[0] != '\0' && place[0] != '\0' ? ", " : "", place,
             how[0] != '\0' ? ", " : "", how);
}

static const ProtobufCBinaryData *live_episode(const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_episodes; i++)
        if (verb_is_live(view->episodes[i]))
            return &view->episodes[i]->episode;
    return NULL;
}

bool view_last_seen(const Cw__CaseView *view, char *out, size_t cap)
{
    const ProtobufCBinaryData *episode = live_episode(view);
    const Cw__ViewEvent *sighting = last_sighting(view);
    const Cw__ViewValue *when, *where, *sure;
    char how[60] = "as reported";

    if (view->kind != KIND_CHILD || episode == NULL)
        return false;
    when = first_value(view->fields, view->n_fields, FIELD_LAST_SEEN, episode);
    where = first_value(view->fields, view->n_fields, FIELD_LAST_SEEN_PLACE, episode);
    if (sighting != NULL &&
        end_of(first_value(sighting->fields, sighting->n_fields, FIELD_OCCURRED, NULL)) > end_of(when)) {
        when = first_value(sighting->fields, sighting->n_fields, FIELD_OCCURRED, NULL);
        where = first_value(sighting->fields, sighting->n_fields, FIELD_PLACE, NULL);
        sure = first_value(sighting->fields, sighting->n_fields, FIELD_CONFIDENCE, NULL);
        how[0] = '\0';
        if (sure != NULL)
            view_value(sure, how, sizeof(how));
    }
    seen_words(when, where, how, out, cap);
    return when != NULL || where != NULL;
}

/* --- people ------------------------------------------------------------------------------------------------ */

static void print_told(const struct cli *cli, const char *word, const struct told *told)
{
    char text[TOLD_LEN_MAX];

    told_words(told, text);
    view_label(cli, word);
    view_wrap(text, VIEW_LABEL);
}

void view_told(const struct cli *cli, const Cw__CaseView *view)
{
    struct told told;

    told_offer(view, &told);
    if (told.event != NULL && (told.accepted == NULL || cli->verbose))
        print_told(cli, "offer", &told);
    told_brief(view, &told);
    if (told.event != NULL)
        print_told(cli, "shift", &told);
}

void view_tasks(const struct cli *cli, const Cw__CaseView *view)
{
    char text[TASK_LEN_MAX];
    size_t count = 0;

    for (const Cw__ViewEvent *t = task_next(view, NULL); t != NULL; t = task_next(view, t), count++) {
        if (count >= TASKS_SHOWN && !cli->verbose)
            continue;
        task_words(t, text);
        view_label(cli, count == 0 ? "task" : "");
        view_wrap_lines(text, VIEW_LABEL, cli->verbose ? -1 : 2);
    }
    if (count > TASKS_SHOWN && !cli->verbose)
        printf("%*sand %zu more: -v\n", VIEW_LABEL, "", count - TASKS_SHOWN);
}
