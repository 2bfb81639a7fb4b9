/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/view.h"

#include "tool/verb.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <ctype.h>
#include <stdlib.h>

/* --- the first lines -------------------------------------------------------------------------------------- */

static void print_head(const struct cli *cli, const Cw__CaseView *view)
{
    char reference[64], kind[40], title[200];

    TEXT(view->human_ref, reference);
    view_words(view->kind_name, kind, sizeof(kind));
    TEXT(view->title, title);
    printf("%s%s%s  %s%s\n", tone_on(cli, TONE_HEAD), reference, tone_off(cli), kind,
           view->synthetic ? "  FICTIONAL" : "");
    if (title[0] != '\0')
        view_wrap(title, 0);
}

static void print_flag(const struct cli *cli, bool on, const char *text)
{
    if (!on)
        return;
    view_label(cli, "");
    printf("%s!%s ", tone_on(cli, TONE_CAREFUL), tone_off(cli));
    view_wrap(text, VIEW_LABEL + 2);
}

/* --- risk: who set it, when, and what stands beside it ------------------------------------------------------ */

/* Values of an episode that is over say how dangerous it was. */
bool view_is_over(const Cw__CaseView *view, const Cw__ViewField *field)
{
    for (size_t i = 0; i < view->n_episodes; i++)
        if (slice_eq(wire_slice(view->episodes[i]->episode), wire_slice(field->episode)))
            return !verb_is_live(view->episodes[i]);
    return false;
}

static int64_t number_of(const Cw__ViewField *field)
{
    return field->values[0]->value != NULL ? field->values[0]->value->number : 0;
}

const Cw__ViewField *view_risk_field(const Cw__CaseView *view)
{
    const Cw__ViewField *best = NULL;

    if (slice_eq(wire_slice(view->risk), slice_of("not assessed")))
        return NULL; /* what was said of another episode is not this one's */
    for (size_t i = 0; i < view->n_fields; i++) {
        const Cw__ViewField *f = view->fields[i];
        const struct schema_field *row = schema_field(f->field);
        bool missing;

        if (row == NULL || (row->flags & FIELD_RISK) == 0 || f->n_values == 0 || view_is_over(view, f))
            continue;
        missing = row->number == FIELD_MISSING_RISK;
        if (best == NULL || (missing && (best->field != f->field || number_of(f) > number_of(best))))
            best = f;
    }
    return best;
}

enum tone view_risk_tone(const char *risk)
{
    if (strstr(risk, "HIGH") != NULL || strstr(risk, "SIGNIFICANT") != NULL)
        return TONE_BAD;
    return strstr(risk, "LOW") != NULL || strstr(risk, "NO") == risk ? TONE_PLAIN : TONE_CAREFUL;
}

static void print_notes_of(const Cw__ViewValue *value)
{
    for (size_t i = 0; i < value->n_notes; i++) {
        char note[160];

        TEXT(value->notes[i], note);
        printf("%*s", VIEW_LABEL, "");
        view_wrap(note, VIEW_LABEL);
    }
}

/* "HIGH  Officer Wren (NTH, PC), 16:00 (5 min ago)": the tone's marks take no column. */
static void print_assessment(const struct cli *cli, const char *risk, const Cw__ViewValue *value)
{
    char by[200], relative[WHEN_TEXT_LEN_MAX], line[320], replaced[60] = "";

    printf("%s%s%s", tone_on(cli, view_risk_tone(risk)), risk, tone_off(cli));
    if (value == NULL) {
        putchar('\n');
        return;
    }
    view_by(value->author, view_said(value), by);
    when_relative(view_said(value), when_now(), relative);
    if (cli->verbose && value->n_replaced != 0)
        snprintf(replaced, sizeof(replaced), ", replaces %zu assessment%s", value->n_replaced,
                 value->n_replaced == 1 ? "" : "s");
    snprintf(line, sizeof(line), "%s (%s)%s", by, relative, replaced);
    fputs("  ", stdout);
    view_wrap(line, VIEW_LABEL + (int)text_width(risk) + 2);
    print_notes_of(value);
}

static void print_beside(const Cw__ViewValue *value)
{
    char text[60], by[200], line[500];

    view_value(value, text, sizeof(text));
    view_by(value->author, view_said(value), by);
    snprintf(line, sizeof(line), "beside it: %s, %s", text, by);
    printf("%*s", VIEW_LABEL, "");
    view_wrap(line, VIEW_LABEL);
    print_notes_of(value);
}

/* "CSE, LAC": what makes a child's case worse, whatever its risk says. */
static void print_dangers(const Cw__CaseView *view)
{
    char line[400];
    size_t used = 0;

    for (size_t i = 0; i < view->n_fields; i++) {
        const Cw__ViewField *f = view->fields[i];

        for (size_t v = 0; f->field == FIELD_VULNERABILITY && v < f->n_values && used < sizeof(line); v++) {
            char text[60];
            int len;

            view_value(f->values[v], text, sizeof(text));
            len = snprintf(line + used, sizeof(line) - used, "%s%s", used > 0 ? ", " : "", text);
            used += len > 0 ? (size_t)len : 0;
        }
    }
    if (used == 0)
        return;
    printf("%*s", VIEW_LABEL, "");
    view_wrap(line, VIEW_LABEL);
}

static void print_risk(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewField *field = view_risk_field(view);
    char risk[60];

    if (view->n_episodes > 0 && view->risk.len == 0) {
        view_label(cli, "risk");
        printf("none: no episode is open\n");
        return;
    }
    if (!view->has_risk || view->risk.len == 0)
        return;
    view_words(view->risk, risk, sizeof(risk));
    for (char *at = risk; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    view_label(cli, "risk");
    print_assessment(cli, risk, field != NULL ? field->values[0] : NULL);
    for (size_t i = 1; field != NULL && i < field->n_values; i++)
        print_beside(field->values[i]);
    print_dangers(view);
}

/* --- owner, state ------------------------------------------------------------------------------------------- */

/* Who is in charge now, by name: the first of these fields that is set. */
static void in_charge(const Cw__CaseView *view, char *out, size_t cap)
{
    static const char *const names[] = {"oic", "lro", "spoc"};

    out[0] = '\0';
    for (size_t n = 0; n < CW_COUNT(names) && out[0] == '\0'; n++)
        for (size_t i = 0; i < view->n_fields; i++)
            if (slice_eq(wire_slice(view->fields[i]->name), slice_of(names[n])) && view->fields[i]->n_values > 0)
                view_value(view->fields[i]->values[0], out, cap);
}

static void episodes(const Cw__CaseView *view, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < view->n_episodes && used < cap; i++) {
        char state[40], reports[40] = "";
        int len;

        view_words(view->episodes[i]->state, state, sizeof(state));
        if (view->episodes[i]->n_merged > 0)
            snprintf(reports, sizeof(reports), " (%zu reports)", view->episodes[i]->n_merged + 1);
        len = snprintf(out + used, cap - used, "%s%s%s",
                       used > 0               ? ", "
                       : view->n_episodes > 1 ? "; episodes "
                                              : "; episode ",
                       state, reports);
        used += len > 0 ? (size_t)len : 0;
    }
}

/* An owner that is none is not read over, and nobody takes it for a division he does not know. */
static const char *standing(const Cw__CaseView *view)
{
    if (view->orphaned)
        return " IS NO DIVISION, FCR holds it";
    return view->owner.len > 0 && memchr(view->owner.data, '+', view->owner.len) != NULL ? " CONTESTED" : "";
}

void view_owner(const Cw__CaseView *view, char out[static VIEW_OWNER_LEN_MAX])
{
    char owner[120], status[60], person[100], missing[160];

    TEXT(view->owner, owner);
    view_words(view->status, status, sizeof(status));
    in_charge(view, person, sizeof(person));
    episodes(view, missing, sizeof(missing));
    snprintf(out, VIEW_OWNER_LEN_MAX, "%s%s%s%s; %s%s", owner[0] != '\0' ? owner : "nobody", standing(view),
             person[0] != '\0' ? ", in charge " : "", person, status[0] != '\0' ? status : "status unknown", missing);
}

static void print_owner(const struct cli *cli, const Cw__CaseView *view)
{
    char line[VIEW_OWNER_LEN_MAX];

    view_owner(view, line);
    view_label(cli, "owner");
    view_wrap(line, VIEW_LABEL);
}

static void print_seen(const struct cli *cli, const Cw__CaseView *view)
{
    char line[400];

    if (!view_last_seen(view, line, sizeof(line)))
        return;
    view_label(cli, "seen");
    view_wrap(line, VIEW_LABEL);
}

static void print_changed(const struct cli *cli, const Cw__CaseView *view)
{
    char when[WHEN_TEXT_LEN_MAX], relative[WHEN_TEXT_LEN_MAX];

    when_short(hlc_wall(view->updated_hlc), when_now(), when);
    when_relative(hlc_wall(view->updated_hlc), when_now(), relative);
    view_label(cli, "changed");
    printf("%s (%s), %u statement%s\n", when, relative, view->op_count, view->op_count == 1 ? "" : "s");
}

/* --- notes --------------------------------------------------------------------------------------------------- */

/* Kinds that a person must look at; the others are said where they belong (docs/fold.md 13.1). */
static bool is_for_people(const Cw__ViewNote *note, bool all)
{
    static const uint32_t kinds[] = {4, 5, 6, 7, 9, 10, 11, 12};

    for (size_t i = 0; i < CW_COUNT(kinds); i++)
        if (note->kind == kinds[i])
            return all || (note->kind >= 5 && note->kind <= 9);
    return false;
}

static void print_notes(const struct cli *cli, const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_notes; i++) {
        char text[240];

        if (!is_for_people(view->notes[i], cli->verbose))
            continue;
        TEXT(view->notes[i]->text, text);
        view_label(cli, "look");
        view_wrap(text, VIEW_LABEL);
    }
}

static void print_left_out(const struct cli *cli, const Cw__CaseView *view)
{
    char reference[60], line[200];

    if (view->left_out == 0)
        return;
    TEXT(view->human_ref, reference);
    snprintf(line, sizeof(line), "too long to be shown whole: %u more entries are in casewire case history %s",
             view->left_out, reference);
    print_flag(cli, true, line);
}

static void print_whole(const struct cli *cli, const Cw__CaseView *const *records, size_t count)
{
    const Cw__CaseView *view = records[0];

    print_head(cli, view);
    view_identity(cli, view);
    view_beside(cli, records + 1, count - 1);
    view_known(cli, view);
    print_risk(cli, view);
    view_episode_count(cli, view);
    print_owner(cli, view);
    print_flag(cli, view->incomplete, "some statements about this case cannot be opened here");
    print_flag(cli, view->newer, "holds data of a newer version: shown as far as this one knows it");
    print_flag(cli, view->revising, "is being worked out anew: wait a moment and look again");
    print_flag(cli, view->degraded, "a statement is in quarantine: tell the administrators");
    print_left_out(cli, view);
    view_told(cli, view);
    view_duties(cli, view);
    view_tasks(cli, view);
    print_notes(cli, view);
    view_disputes(cli, view);
    print_seen(cli, view);
    view_links(cli, view);
    view_last(cli, view);
    view_unsaid(cli, view);
    print_changed(cli, view);
    view_fields(cli, view);
    view_tallies(cli, view, cli->verbose);
    if (cli->verbose)
        view_events(cli, view);
}

/* Text as long as the screen, so that its first lines are not scrolled away; a prompt needs the last. */
static void print_fitting(const struct cli *cli, const char *text)
{
    int lines = 0, kept = cli->rows - 2;
    const char *cut = text;

    for (const char *at = text; *at != '\0'; at++)
        if (*at == '\n' && ++lines == kept)
            cut = at + 1;
    if (lines < cli->rows) {
        fputs(text, stdout);
        return;
    }
    printf("%.*s%s... %d lines more: -v%s\n", (int)(cut - text), text, tone_on(cli, TONE_HEAD), lines - kept,
           tone_off(cli));
}

void view_print_records(const struct cli *cli, const Cw__CaseView *const *records, size_t count)
{
    FILE *screen = stdout, *whole;
    char *text = NULL;
    size_t len = 0;

    whole = cli->rows > 4 && !cli->verbose ? open_memstream(&text, &len) : NULL;
    if (whole == NULL) {
        print_whole(cli, records, count);
        return;
    }
    stdout = whole; /* glibc's are variables; every piece of a view prints there */
    print_whole(cli, records, count);
    stdout = screen;
    if (fclose(whole) == 0 && text != NULL)
        print_fitting(cli, text);
    free(text);
}

void view_print(const struct cli *cli, const Cw__CaseView *view)
{
    view_print_records(cli, &view, 1);
}
