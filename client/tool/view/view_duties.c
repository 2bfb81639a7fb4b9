/* SPDX-License-Identifier: Apache-2.0 */
/* What is due in a case, and in the other records of the same child. */
#include "tool/view.h"

#include "tool/lookup.h"
#include "tool/verb.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <ctype.h>

#define DUTIES_SHOWN 3

static void print_duty(const struct cli *cli, const Cw__ViewDeadline *d, bool first)
{
    struct cw_wall now = when_now(), due = {(int64_t)d->due_ms};
    bool done = !waiting_duty_runs(d), late = !done && due.ms < now.ms;
    char duty[60], when[WHEN_TEXT_LEN_MAX], relative[WHEN_TEXT_LEN_MAX], state[20] = "met";

    TEXT(d->state, state);
    waiting_duty(d, duty, sizeof(duty));
    when_short(due, now, when);
    when_relative(due, now, relative);
    view_label(cli, first ? "due" : "");
    printf("%s%s%s%s%s, %s (%s)\n", tone_on(cli, late ? TONE_BAD : TONE_PLAIN),
           late   ? "OVERDUE"
           : done ? state
                  : "",
           tone_off(cli), late || done ? " " : "", duty, when, relative);
}

/* The nearest first: the view has them by name. */
static const Cw__ViewDeadline *next_duty(const Cw__CaseView *view, const Cw__ViewDeadline *after, bool met)
{
    const Cw__ViewDeadline *best = NULL;

    for (size_t i = 0; i < view->n_deadlines; i++) {
        const Cw__ViewDeadline *d = view->deadlines[i];

        if (d == NULL || waiting_duty_runs(d) == met)
            continue;
        if (after != NULL && (d->due_ms < after->due_ms || (d->due_ms == after->due_ms && d <= after)))
            continue;
        if (best == NULL || d->due_ms < best->due_ms || (d->due_ms == best->due_ms && d < best))
            best = d;
    }
    return best;
}

void view_duties(const struct cli *cli, const Cw__CaseView *view)
{
    size_t count = 0, hidden = 0;

    for (int met = 0; met <= (cli->verbose ? 1 : 0); met++)
        for (const Cw__ViewDeadline *d = next_duty(view, NULL, met != 0); d != NULL; d = next_duty(view, d, met != 0)) {
            if (cli->verbose || count < DUTIES_SHOWN)
                print_duty(cli, d, count == 0);
            else
                hidden++;
            count++;
        }
    if (hidden > 0)
        printf("%*sand %zu more: -v\n", VIEW_LABEL, "", hidden);
}

/* --- records beside -------------------------------------------------------------------------------------------- */

static bool matters(const Cw__CaseView *record)
{
    bool any = record->n_conflicts > 0;

    for (size_t i = 0; i < record->n_episodes; i++)
        any = any || verb_is_live(record->episodes[i]);
    for (size_t i = 0; i < record->n_deadlines; i++)
        any = any || waiting_duty_runs(record->deadlines[i]);
    return any;
}

/* "HIGH  K7Q2M4X: WST; open; episodes returned, active", then what is due, disputed and seen there. */
static void print_record(const struct cli *cli, const Cw__CaseView *record)
{
    char chars[CHARS_LEN_MAX], risk[40], owner[VIEW_OWNER_LEN_MAX], seen[400], line[VIEW_OWNER_LEN_MAX + 100];

    lookup_chars(wire_slice(record->human_ref), chars);
    view_words(record->risk, risk, sizeof(risk));
    for (char *at = risk; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    view_owner(record, owner);
    view_label(cli, "record");
    printf("%s%s%s%s", tone_on(cli, view_risk_tone(risk)), risk, tone_off(cli), risk[0] != '\0' ? "  " : "");
    snprintf(line, sizeof(line), "%s: %s", chars, owner);
    view_wrap(line, VIEW_LABEL + (risk[0] != '\0' ? (int)text_width(risk) + 2 : 0));
    view_duties(cli, record);
    view_disputes(cli, record);
    if (view_last_seen(record, seen, sizeof(seen))) {
        view_label(cli, "seen");
        view_wrap(seen, VIEW_LABEL);
    }
}

void view_beside(const struct cli *cli, const Cw__CaseView *const *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cli->verbose || matters(records[i]))
            print_record(cli, records[i]);
}
