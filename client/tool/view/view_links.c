/* SPDX-License-Identifier: Apache-2.0 */
/* What leads from this record to others and from others to it, and whether it is the same child as another. */
#include "tool/view.h"

#include "tool/lookup.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#define LINE_LEN_MAX 1400
#define NUMBER_LEN 6 /* digits of an event's id, as case show -v has them */

/* --- the same child ------------------------------------------------------------------------------------------ */

static void say(const struct cli *cli, const char *label, const char *text)
{
    view_label(cli, label);
    view_wrap(text, VIEW_LABEL);
}

static const char *other_of(const Cw__ViewIdentity *identity, const Cw__CaseView *view, char *out, size_t cap)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < identity->n_cases; i++) {
        if (slice_eq(wire_slice(identity->cases[i]->case_id), wire_slice(view->case_id)))
            continue;
        char reference[120];

        TEXT(identity->cases[i]->human_ref, reference);
        len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", reference);
        if (len + 60 > cap)
            break;
    }
    return out;
}

/* ", waits for EST: child agree 8Q2M4XK with=K7Q2M4X": theirs first, as they type it. */
static void add_waits(ProtobufCBinaryData division, ProtobufCBinaryData theirs, ProtobufCBinaryData other, char *out,
                      size_t cap)
{
    size_t len = strlen(out);
    char name[20], mine[CHARS_LEN_MAX], with[CHARS_LEN_MAX];

    if (division.len == 0)
        return;
    TEXT(division, name);
    lookup_chars(wire_slice(theirs), mine);
    lookup_chars(wire_slice(other), with);
    snprintf(out + len, cap - len, ", waits for %s: child agree %s with=%s", name, mine, with);
}

static void say_merges(const struct cli *cli, const Cw__ViewIdentity *identity)
{
    for (size_t i = 0; i < identity->n_merges; i++) {
        char line[LINE_LEN_MAX], op[2 * CW_ID_LEN + 1], waits[300] = "";
        const Cw__ViewMerge *merge = identity->merges[i];

        char loser[120], survivor[120];

        TEXT(merge->loser, loser);
        TEXT(merge->survivor, survivor);
        hex_of(wire_slice(merge->op), op);
        add_waits(merge->loser_waits_for, merge->loser, merge->survivor, waits, sizeof(waits));
        add_waits(merge->survivor_waits_for, merge->survivor, merge->loser, waits, sizeof(waits));
        if (merge->pending && waits[0] == '\0') /* said by an earlier daemon */
            snprintf(waits, sizeof(waits), ", waits for the other division");
        snprintf(line, sizeof(line), "%s into %s%s (not so: child unmerge %s %.*s)", loser, survivor, waits, loser,
                 NUMBER_LEN, op);
        say(cli, "", line);
    }
}

/* Where a reader of this case alone would be misled: what is highest in any of them, and what they differ in. */
static void say_together(const struct cli *cli, const Cw__ViewIdentity *identity)
{
    for (size_t i = 0; i < identity->n_fields; i++) {
        const Cw__ViewField *field = identity->fields[i];
        const struct schema_field *row = schema_field(field->field);
        char line[LINE_LEN_MAX], name[60], value[300];
        size_t len;

        if (row == NULL || field->n_values == 0 || (row->rule != RULE_MAX && !field->conflict))
            continue;
        view_words(field->name, name, sizeof(name));
        len = (size_t)snprintf(line, sizeof(line), "together, %s:", name);
        for (size_t j = 0; j < field->n_values && len + sizeof(value) < sizeof(line); j++) {
            view_value(field->values[j], value, sizeof(value));
            len += (size_t)snprintf(line + len, sizeof(line) - len, "%s %s", j > 0 ? ", or" : "", value);
        }
        say(cli, "", line);
    }
}

void view_candidate(const Cw__ViewCandidate *candidate, char *out, size_t cap)
{
    char reference[64], agrees[120] = "", one[32];
    size_t len = 0;

    TEXT(candidate->human_ref, reference);
    for (size_t i = 0; i < candidate->n_agrees && len + sizeof(one) < sizeof(agrees); i++) {
        TEXT(candidate->agrees[i], one);
        len += (size_t)snprintf(agrees + len, sizeof(agrees) - len, "%s%s", i > 0 ? ", " : "", one);
    }
    if (len == 0) /* an older daemon does not say which */
        snprintf(agrees, sizeof(agrees), "%u identifiers", candidate->shared);
    snprintf(out, cap, "%s shares %s: is it the same child? Merging takes two identifiers that agree", reference,
             agrees);
}

static void say_candidates(const struct cli *cli, const Cw__CaseView *view)
{
    char line[LINE_LEN_MAX];

    for (size_t i = 0; i < view->n_candidates; i++) {
        view_candidate(view->candidates[i], line, sizeof(line));
        say(cli, i == 0 ? "look" : "", line);
    }
    if (view->more_candidates)
        say(cli, view->n_candidates == 0 ? "look" : "",
            "there may be more records of this child: too many share its name or a reference to compare them all; "
            "casewire case list --entity 'GIVEN NAMES FAMILY NAME' lists them");
}

void view_identity(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewIdentity *identity = view->identity;
    char line[LINE_LEN_MAX], others[400];

    say_candidates(cli, view);
    if (identity == NULL)
        return;
    char standing[120];

    TEXT(identity->standing, standing);
    other_of(identity, view, others, sizeof(others));
    if (strcmp(standing, "unresolved") == 0)
        snprintf(line, sizeof(line), "was merged into several children that nobody says are one: unresolved");
    else if (strcmp(standing, "alone") == 0)
        snprintf(line, sizeof(line), "somebody says that it is another's: not agreed yet");
    else
        snprintf(line, sizeof(line), "%s of %s%s", strcmp(standing, "alias") == 0 ? "an alias" : "also the record",
                 others, identity->provisional ? "; which of them stays is for both owners to say" : "");
    say(cli, "same", line);
    say_merges(cli, identity);
    say_together(cli, identity);
}

/* --- links --------------------------------------------------------------------------------------------------- */

static void period_of(const Cw__ViewLink *link, char *out, size_t cap)
{
    char from[WHEN_TEXT_LEN_MAX] = "", until[WHEN_TEXT_LEN_MAX] = "";

    if (link->has_from_ms)
        when_london((struct cw_wall){(int64_t)link->from_ms}, false, from);
    if (link->has_until_ms)
        when_london((struct cw_wall){(int64_t)link->until_ms}, false, until);
    snprintf(out, cap, "%s%s%s%s%s", from[0] != '\0' ? ", from " : "", from, until[0] != '\0' ? " to " : "", until,
             link->still_open ? ", still so" : "");
}

static void other_end(const Cw__ViewLink *link, char *out, size_t cap)
{
    char id[2 * CW_ID_LEN + 1];

    char reference[120], title[120];

    TEXT(link->human_ref, reference);
    TEXT(link->title, title);
    hex_of(wire_slice(link->case_id), id);
    if (link->unknown_here)
        snprintf(out, cap, "%.16s, not held here", id);
    else
        snprintf(out, cap, "%s%s%s", reference, title[0] != '\0' ? " " : "", title);
}

static void say_link(const struct cli *cli, const Cw__ViewLink *link, const char *label)
{
    char line[LINE_LEN_MAX], period[120], other[260], type[60], op[2 * CW_ID_LEN + 1];

    char confidence[120], grade[120], category[120], division[120];

    TEXT(link->confidence, confidence);
    TEXT(link->grade, grade);
    TEXT(link->category, category);
    TEXT(link->division, division);
    view_words(link->type, type, sizeof(type));
    period_of(link, period, sizeof(period));
    other_end(link, other, sizeof(other));
    hex_of(wire_slice(link->op), op);
    snprintf(line, sizeof(line), "%s%s%s %s%s%s%s%s%s; %s, %.*s%s%s", link->incoming ? "from " : "",
             link->incoming ? other : type, link->incoming ? ":" : "", link->incoming ? type : other,
             category[0] != '\0' ? " as " : "", category, period, confidence[0] != '\0' ? ", " : "", confidence,
             division, NUMBER_LEN, op, link->one_side ? "; only this side shows it" : "",
             link->misfit ? "; such a link does not lead there" : "");
    say(cli, label, line);
    if (grade[0] != '\0') {
        snprintf(line, sizeof(line), "graded %s%s", grade, link->n_conditions > 0 ? ", with conditions:" : "");
        say(cli, "", line);
    }
    for (size_t i = 0; i < link->n_conditions; i++) {
        char condition[120];

        TEXT(link->conditions[i], condition);
        say(cli, "", condition);
    }
}

void view_links(const struct cli *cli, const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_links; i++)
        say_link(cli, view->links[i], i == 0 ? "links" : "");
    if (view->more_links)
        say(cli, view->n_links == 0 ? "links" : "", "there are more, which are not shown here");
}
