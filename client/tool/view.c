/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

void view_wrap(const char *text, int indent)
{
    int column = indent;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        char word[512];

        snprintf(word, sizeof(word), "%.*s", (int)(len < 500 ? len : 500), text);
        if (column > indent && column + 1 + (int)text_width(word) > VIEW_WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        }
        if (column > indent) {
            putchar(' ');
            column++;
        }
        fputs(word, stdout);
        column += (int)text_width(word);
        text += len;
        text += strspn(text, " ");
    }
    putchar('\n');
}

void view_provenance(const Cw__ViewValue *value, char *out, size_t cap)
{
    char name[90] = "?", division[20] = "?", role[12] = "", when[WHEN_TEXT_LEN_MAX];

    if (value->author != NULL) {
        TEXT(value->author->name, name);
        TEXT(value->author->division, division);
        TEXT(value->author->role, role);
    }
    when_london(value->has_author_time_ms ? (struct cw_wall){(int64_t)value->author_time_ms} : hlc_wall(value->hlc),
                false, when);
    snprintf(out, cap, "%s (%s%s%s), %s", name, division, role[0] != '\0' ? ", " : "", role, when);
}

void view_value(const Cw__ViewValue *value, char *out, size_t cap)
{
    const Cw__Interval *i = value->value != NULL ? value->value->interval : NULL;
    char from[WHEN_TEXT_LEN_MAX], to[WHEN_TEXT_LEN_MAX];

    fault_clean_text(wire_slice(value->text), out, cap);
    if (i == NULL || !i->has_earliest_ms || !i->has_latest_ms)
        return;
    when_london((struct cw_wall){i->earliest_ms}, false, from);
    when_london((struct cw_wall){i->latest_ms}, false, to);
    snprintf(out, cap, i->latest_ms == i->earliest_ms ? "%s" : "%s to %s", from, to);
}

static void label(const char *name)
{
    printf("%-10s", name);
}

/* --- risk: who set it, when, and what it replaced ------------------------------------------------------ */

const Cw__ViewField *view_risk_field(const Cw__CaseView *view)
{
    const Cw__ViewField *best = NULL;

    for (size_t i = 0; i < view->n_fields; i++) {
        const struct schema_field *row = schema_field(view->fields[i]->field);

        if (row == NULL || (row->flags & FIELD_RISK) == 0 || view->fields[i]->n_values == 0)
            continue;
        if (best == NULL || row->number == FIELD_MISSING_RISK)
            best = view->fields[i];
    }
    return best;
}

static void print_risk(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewField *field = view_risk_field(view);
    char risk[60], by[200];
    bool high;

    if (!view->has_risk || view->risk.len == 0)
        return;
    TEXT(view->risk, risk);
    high = strstr(risk, "high") != NULL || strstr(risk, "significant") != NULL;
    label("risk");
    printf("%s%s%s%s", tone_on(cli, high ? TONE_BAD : TONE_CAREFUL), risk, tone_off(cli),
           view->incomplete ? "  (incomplete: some statements cannot be opened here)" : "");
    if (field == NULL) {
        putchar('\n');
        return;
    }
    view_provenance(field->values[0], by, sizeof(by));
    printf("  set by %s\n", by);
    if (field->values[0]->n_replaced != 0)
        printf("%-10sreplaces %zu earlier assessment%s\n", "", field->values[0]->n_replaced,
               field->values[0]->n_replaced == 1 ? "" : "s");
    for (size_t v = 0; v < field->values[0]->n_notes; v++) {
        TEXT(field->values[0]->notes[v], by);
        printf("%-10s%s\n", "", by);
    }
    for (size_t v = 1; v < field->n_values; v++) {
        char other[60], note[160] = "";

        TEXT(field->values[v]->text, other);
        view_provenance(field->values[v], by, sizeof(by));
        if (field->values[v]->n_notes > 0)
            TEXT(field->values[v]->notes[0], note);
        printf("%-10sbeside it: %s, set by %s\n", "", other, by);
        if (note[0] != '\0')
            printf("%-10s           %s\n", "", note);
    }
}

/* --- the head ----------------------------------------------------------------------------------------- */

static void print_flag(const struct cli *cli, bool on, const char *text)
{
    if (on)
        printf("%s!%s %s\n", tone_on(cli, TONE_CAREFUL), tone_off(cli), text);
}

static void print_head(const struct cli *cli, const Cw__CaseView *view)
{
    char reference[64], kind[40], status[60], owner[120], title[200], when[WHEN_TEXT_LEN_MAX];

    TEXT(view->human_ref, reference);
    TEXT(view->kind_name, kind);
    TEXT(view->status, status);
    TEXT(view->owner, owner);
    TEXT(view->title, title);
    when_london(hlc_wall(view->updated_hlc), false, when);
    printf("%s%s%s  %s%s\n", tone_on(cli, TONE_HEAD), reference, tone_off(cli), kind,
           view->synthetic ? "  FICTIONAL" : "");
    if (title[0] != '\0')
        view_wrap(title, 0);
    label("status");
    printf("%s, owned by %s", status[0] != '\0' ? status : "unknown", owner[0] != '\0' ? owner : "nobody");
    printf(", changed %s, %u statements\n", when, view->op_count);
    print_risk(cli, view);
    print_flag(cli, view->incomplete, "some statements about this case cannot be opened here");
    print_flag(cli, view->newer, "holds data of a newer version: shown as far as this one knows it");
    print_flag(cli, view->revising, "is being worked out anew: wait a moment and look again");
    print_flag(cli, view->degraded, "a statement is in quarantine: tell the administrators");
}

static void print_deadlines(const struct cli *cli, const Cw__CaseView *view)
{
    struct cw_wall now = when_now();

    for (size_t i = 0; i < view->n_deadlines; i++) {
        const Cw__ViewDeadline *d = view->deadlines[i];
        struct cw_wall due = {(int64_t)d->due_ms};
        char clock[40], when[WHEN_TEXT_LEN_MAX], relative[WHEN_TEXT_LEN_MAX];
        bool met = d->has_met_by, late = !met && due.ms < now.ms;

        if (met && !cli->verbose)
            continue;
        TEXT(d->clock, clock);
        when_london(due, false, when);
        when_relative(due, now, relative);
        label(i == 0 ? "due" : "");
        printf("%s  %s (%s)  %s%s%s\n", clock, when, relative, tone_on(cli, late ? TONE_BAD : TONE_PLAIN),
               met    ? "met"
               : late ? "OVERDUE"
                      : "running",
               tone_off(cli));
    }
}

void view_print(const struct cli *cli, const Cw__CaseView *view)
{
    print_head(cli, view);
    print_deadlines(cli, view);
    view_conflicts(cli, view);
    view_fields(cli, view);
    view_tallies(cli, view, cli->verbose);
    view_events(cli, view);
}
