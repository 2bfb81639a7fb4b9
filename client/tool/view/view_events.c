/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/view.h"

#include "tool/marks.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

#define LAST_SHOWN 3

/* --- events, newest first ------------------------------------------------------------------------------ */

static int newer_first(const void *a, const void *b)
{
    const Cw__ViewEvent *left = *(const Cw__ViewEvent *const *)a, *right = *(const Cw__ViewEvent *const *)b;

    if (left->hlc != right->hlc)
        return left->hlc < right->hlc ? 1 : -1;
    return slice_compare(wire_slice(right->op), wire_slice(left->op));
}

void view_event_by(const Cw__ViewEvent *event, char out[static 200])
{
    view_by(event->author,
            event->has_author_time_ms ? (struct cw_wall){(int64_t)event->author_time_ms} : hlc_wall(event->hlc), out);
}

static const char *mark_of(const Cw__ViewEvent *event)
{
    return event->has_withdrawn_by               ? ", TAKEN BACK"
           : event->proposal && event->withdraws ? ", PROPOSAL to take an earlier one back"
           : event->withdraws                    ? ", takes an earlier one back"
           : event->has_corrected_by             ? ", corrected"
           : event->proposal                     ? ", PROPOSAL"
           : event->refused_transition           ? ", WITHOUT EFFECT"
                                                 : "";
}

/* What an id means in this case, in words: a duty, or another event by the number with which it is typed. */
static void value_of(const Cw__CaseView *view, const Cw__ViewValue *value, char *out, size_t cap)
{
    struct cw_slice id = value->value != NULL ? wire_slice(value->value->id) : slice(NULL, 0);
    char digits[2 * SHORT_ID_LEN + 1], duty[60], name[60];

    view_value(value, out, cap);
    for (size_t i = 0; i < view->n_deadlines && id.len == CW_ID_LEN; i++) {
        if (!slice_eq(wire_slice(view->deadlines[i]->duty), id))
            continue;
        waiting_duty(view->deadlines[i], duty, sizeof(duty));
        TEXT(view->deadlines[i]->clock, name);
        snprintf(out, cap, "%s %s", name, duty);
    }
    for (size_t i = 0; i < view->n_events && id.len == CW_ID_LEN; i++) {
        if (!slice_eq(wire_slice(view->events[i]->event_id), id))
            continue;
        short_id(view->events[i]->event_id, digits);
        view_words(view->events[i]->name, name, sizeof(name));
        snprintf(out, cap, "%s %s", digits, name);
    }
}

void view_event_details(const Cw__CaseView *view, const Cw__ViewEvent *event, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < event->n_fields && used < cap; i++) {
        char field[60], value[600];
        int len;

        if (event->fields[i]->n_values == 0)
            continue;
        view_words(event->fields[i]->name, field, sizeof(field));
        value_of(view, event->fields[i]->values[0], value, sizeof(value));
        len = snprintf(out + used, cap - used, "%s%s %s%s", used > 0 ? "; " : "", field, value,
                       event->fields[i]->values[0]->proposal ? " (PROPOSAL)" : "");
        used += len > 0 ? (size_t)len : 0;
    }
}

static const Cw__ViewEvent **newest_first(const Cw__CaseView *view)
{
    const Cw__ViewEvent **sorted = calloc(view->n_events + 1, sizeof(Cw__ViewEvent *));

    CW_ASSERT(sorted != NULL);
    for (size_t i = 0; i < view->n_events; i++)
        sorted[i] = view->events[i];
    qsort(sorted, view->n_events, sizeof(Cw__ViewEvent *), newer_first);
    return sorted;
}

static void print_last(const struct cli *cli, const Cw__CaseView *view, const Cw__ViewEvent *event, bool first)
{
    char name[60], who[200], line[400], details[1200];

    view_words(event->name, name, sizeof(name));
    view_event_by(event, who);
    view_event_details(view, event, details, sizeof(details));
    snprintf(line, sizeof(line), "%s%s: %s", name, mark_of(event), who);
    view_label(cli, first ? "last" : "");
    view_wrap(line, VIEW_LABEL);
    if (details[0] == '\0')
        return;
    printf("%*s", VIEW_LABEL + 2, "");
    view_wrap_lines(details, VIEW_LABEL + 2, 2);
}

/* Who has seen what is said above already: here stands what happened. */
void view_last(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewEvent **sorted = newest_first(view);
    size_t shown = 0, before = 0;

    for (size_t i = 0; i < view->n_events; i++) {
        if (told_is_mark(sorted[i]))
            continue;
        if (shown < LAST_SHOWN)
            print_last(cli, view, sorted[i], shown++ == 0);
        else
            before++;
    }
    if (before > 0 && !cli->verbose)
        printf("%*sand %zu before: -v\n", VIEW_LABEL, "", before);
    free(sorted);
}

static void print_event(const struct cli *cli, const Cw__CaseView *view, const Cw__ViewEvent *event)
{
    char id[2 * SHORT_ID_LEN + 1], name[60], who[200], line[400];

    short_id(event->event_id, id);
    view_words(event->name, name, sizeof(name));
    view_event_by(event, who);
    printf("  %s%s%s  ", tone_on(cli, TONE_HEAD), id, tone_off(cli));
    snprintf(line, sizeof(line), "%s%s: %s", name, mark_of(event), who);
    view_wrap(line, 14);
    for (size_t i = 0; i < event->n_fields; i++) {
        char field[60], value[600];

        if (event->fields[i]->n_values == 0)
            continue;
        TEXT(event->fields[i]->name, field);
        value_of(view, event->fields[i]->values[0], value, sizeof(value));
        printf("              %s: ", field);
        view_wrap(value, 16 + (int)text_width(field));
    }
}

void view_events(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewEvent **sorted = newest_first(view);

    if (view->n_events > 0)
        printf("\n%zu event%s, newest first\n", view->n_events, view->n_events == 1 ? "" : "s");
    for (size_t i = 0; i < view->n_events; i++)
        print_event(cli, view, sorted[i]);
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
