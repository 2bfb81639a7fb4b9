/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

#define EVENTS_SHOWN 10

/* --- events, newest first ------------------------------------------------------------------------------ */

static int newer_first(const void *a, const void *b)
{
    const Cw__ViewEvent *left = *(const Cw__ViewEvent *const *)a, *right = *(const Cw__ViewEvent *const *)b;

    if (left->hlc != right->hlc)
        return left->hlc < right->hlc ? 1 : -1;
    return slice_compare(wire_slice(right->op), wire_slice(left->op));
}

static void print_event(const struct cli *cli, const Cw__ViewEvent *event)
{
    char id[2 * SHORT_ID_LEN + 1], name[60], author[90] = "?", division[20] = "?", when[WHEN_TEXT_LEN_MAX];

    short_id(event->event_id, id);
    TEXT(event->name, name);
    if (event->author != NULL) {
        TEXT(event->author->name, author);
        TEXT(event->author->division, division);
    }
    when_london(event->has_author_time_ms ? (struct cw_wall){(int64_t)event->author_time_ms} : hlc_wall(event->hlc),
                false, when);
    printf("  %s  %s%s%s  %s, %s (%s)%s%s%s\n", id, tone_on(cli, TONE_HEAD), name, tone_off(cli), when, author,
           division, event->has_corrected_by ? "  corrected" : "", event->proposal ? "  proposal" : "",
           event->refused_transition ? "  without effect" : "");
    for (size_t i = 0; i < event->n_fields; i++) {
        char field[60], value[600];

        if (event->fields[i]->n_values == 0)
            continue;
        TEXT(event->fields[i]->name, field);
        view_value(event->fields[i]->values[0], value, sizeof(value));
        printf("              %s: ", field);
        view_wrap(value, 16 + (int)strlen(field));
    }
}

void view_events(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewEvent **sorted = calloc(view->n_events + 1, sizeof(Cw__ViewEvent *));
    size_t shown = cli->verbose || view->n_events < EVENTS_SHOWN ? view->n_events : EVENTS_SHOWN;

    CW_ASSERT(sorted != NULL);
    for (size_t i = 0; i < view->n_events; i++)
        sorted[i] = view->events[i];
    qsort(sorted, view->n_events, sizeof(Cw__ViewEvent *), newer_first);
    if (shown > 0)
        printf("\n%zu event%s, newest first\n", view->n_events, view->n_events == 1 ? "" : "s");
    for (size_t i = 0; i < shown; i++)
        print_event(cli, sorted[i]);
    if (shown < view->n_events)
        printf("  ... %zu more: -v shows them\n", view->n_events - shown);
    free(sorted);
}

/* --- tallies ------------------------------------------------------------------------------------------ */

static void print_amount(const Cw__ViewTally *tally, char *out, size_t cap)
{
    char unit[20];

    TEXT(tally->unit, unit);
    if (strcmp(unit, "pence") == 0)
        snprintf(out, cap, "£%lld.%02lld", (long long)tally->amount / 100, (long long)(tally->amount % 100));
    else if (tally->not_counted && tally->amount == 0)
        snprintf(out, cap, "unknown");
    else
        snprintf(out, cap, "%lld%s%s%s", (long long)tally->amount, strcmp(unit, "count") == 0 ? "" : " ",
                 strcmp(unit, "count") == 0 ? "" : unit, tally->not_counted ? " and unknown more" : "");
}

static void print_tally(const Cw__ViewTally *tally, bool with_scope)
{
    char measure[100], scope[200], amount[60];

    TEXT(tally->measure, measure);
    TEXT(tally->scope, scope);
    print_amount(tally, amount, sizeof(amount));
    printf("  %s%-*s  %s", tally->has_within ? "  within: " : "", tally->has_within ? 18 : 28, measure, amount);
    if (with_scope)
        printf("  (%s)", scope);
    putchar('\n');
}

void view_tallies(const struct cli *cli, const Cw__CaseView *view, bool all)
{
    bool any = false;

    (void)cli;
    for (size_t i = 0; i < view->n_tallies; i++) {
        bool total = slice_eq(wire_slice(view->tallies[i]->scope), slice_of("total"));

        if (!total && !all)
            continue;
        if (!any)
            printf("\nTotals, each happening counted once\n");
        any = true;
        print_tally(view->tallies[i], all);
    }
}
