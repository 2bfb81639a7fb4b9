/* SPDX-License-Identifier: Apache-2.0 */
/* What to type so that a duty is met: its clock's row says by which event or field, and by what in it. */
#include "tool/waiting.h"

#include "tool/lookup.h"
#include "tool/marks.h"
#include "tool/verb.h"

#include "proto/wire.h"

#define WANTED_LEN_MAX 60

static void put(struct writer *line, const char *text)
{
    writer_slice(line, slice_of(text));
}

static void put_words(struct writer *line, const char *a, const char *b, const char *c, const char *d)
{
    put(line, a);
    put(line, b);
    put(line, c);
    put(line, d);
}

/* The values of the field's scale that count; empty: any does. */
static void wanted(uint32_t field, uint32_t mask, char out[static WANTED_LEN_MAX])
{
    const struct schema_field *row = schema_field(field);
    struct writer w = writer_over(out, WANTED_LEN_MAX - 1);

    for (uint32_t at = 0; row != NULL && mask != UINT32_MAX && at < 32; at++) {
        const char *name = row->type == TYPE_FLAG ? "yes" : schema_value_name(row->scale, at);

        if ((mask & 1u << at) == 0 || name == NULL)
            continue;
        put(&w, w.len > 0 ? "|" : "");
        put(&w, name);
    }
    out[w.len] = '\0';
}

/* One of several is chosen by whoever types it: in quotes the list itself is refused, and runs nothing. */
static void put_wanted(struct writer *line, const char *name, const char *value)
{
    const char *quote = strchr(value, '|') != NULL ? "'" : "";

    put_words(line, name, "=", quote, value);
    put(line, quote);
}

/* external_refs='PNCID ...': a text begins with the word that counts. */
static void put_field(struct writer *line, const struct schema_clock *clock, const char *chars)
{
    const struct schema_field *row = schema_field(clock->met_by[0]);
    char word[WANTED_LEN_MAX];

    if (row == NULL)
        return;
    wanted(row->number, clock->met_mask, word);
    put_words(line, "casewire case ", schema_field_is_set(row) ? "add" : "set", " ", chars);
    put(line, " ");
    if (row->type == TYPE_TEXT && word[0] != '\0')
        put_words(line, row->name, "='", word, " ...'");
    else
        put_wanted(line, row->name, word[0] != '\0' ? word : "...");
}

/* " recipient=...": what the event needs besides; whoever types it fills it in. */
static void put_required(struct writer *line, uint32_t event, uint32_t but)
{
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);

    for (size_t i = 0; i < count; i++)
        if (rows[i].event == event && rows[i].required && rows[i].field != but)
            put_words(line, " ", schema_field(rows[i].field)->name, "=...", "");
}

static const char *argument_of(const struct verb *verb, uint32_t field)
{
    for (size_t i = 0; i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++)
        if (verb->arguments[i].field == field)
            return verb->arguments[i].name;
    return NULL;
}

/* Which of several notices: the event that started the duty says it (docs/fold.md §19.12). */
static void put_named(struct writer *line, const Cw__CaseView *view, const Cw__ViewDeadline *duty)
{
    char id[2 * CW_ID_LEN + 1] = "...";

    for (size_t i = 0; i < view->n_events; i++) {
        const Cw__ViewEvent *e = view->events[i];

        if (e->event_id.len == CW_ID_LEN && slice_eq(wire_slice(e->op), wire_slice(duty->start)))
            hex_of(wire_slice(e->event_id), id);
    }
    put_words(line, " about=", id, "", "");
}

static void put_event(struct writer *line, const struct schema_clock *clock, uint32_t number, const char *chars)
{
    const struct cli_command *row = (clock->flags & CLOCK_NAMED) == 0 ? verb_saying(number) : NULL;
    const struct schema_field *field = schema_field(clock->met_field);
    const char *name = field != NULL ? field->name : NULL;
    char verb[CLI_NAME_LEN_MAX], word[WANTED_LEN_MAX];

    if (row != NULL) {
        cli_name(row, verb);
        put_words(line, "casewire ", verb, " ", chars);
        name = argument_of(row->says, clock->met_field);
    } else {
        put_words(line, "casewire case event ", chars, " ", schema_event(number)->name);
    }
    wanted(clock->met_field, clock->met_mask, word);
    if (word[0] != '\0' && name != NULL) {
        put(line, " ");
        put_wanted(line, name, word);
    }
    if (row == NULL) /* a verb asks for it by its own names */
        put_required(line, number, word[0] != '\0' ? clock->met_field : FIELD_NONE);
}

/* Whoever made an offer cannot answer it: theirs is to take it back. */
static uint32_t answer_of(const Cw__CaseView *view, const struct schema_clock *clock, const char *division)
{
    uint32_t number = clock->met_by[0];

    return number == EVENT_HANDOVER_ACCEPT && !slice_eq(wire_slice(view->offered_to), slice_of(division))
               ? EVENT_HANDOVER_WITHDRAW
               : number;
}

/* What is said by reference goes to the record that stays: this is about the other. */
const char *waiting_record(const Cw__CaseView *view)
{
    return view->identity != NULL && slice_eq(wire_slice(view->identity->standing), slice_of("alias"))
               ? " --as-recorded"
               : "";
}

/* Where a child has several episodes, or several records, the one that is meant: so nobody has to find it out. */
static void put_episode(struct writer *line, const Cw__CaseView *view, const struct schema_clock *clock,
                        const Cw__ViewDeadline *duty, uint32_t number)
{
    char name[CHARS_LEN_MAX];

    if ((clock->flags & CLOCK_EPISODE) == 0 || (schema_event(number)->flags & EVENT_EPISODE) == 0) {
        put(line, waiting_record(view));
        return;
    }
    if (view->n_episodes < 2 && view->identity == NULL)
        return;
    writing_episode_name(view, duty->episode, name);
    put_words(line, " --episode ", name, "", "");
}

void waiting_next(const Cw__CaseView *view, const Cw__ViewDeadline *duty, const char *division, char *out, size_t cap)
{
    const struct schema_clock *clock = waiting_clock(duty);
    struct writer line = writer_over(out, cap - 1);
    char chars[CHARS_LEN_MAX];
    uint32_t number = clock != NULL ? answer_of(view, clock, division) : EVENT_NONE;

    lookup_chars(wire_slice(view->human_ref), chars);
    if (number == EVENT_HANDOVER_WITHDRAW &&
        told_breached(duty)) { /* the offer is over: somebody has to know, by name */
        put_words(&line, "casewire clock ack ", chars, " ", clock->name);
    } else if (number == EVENT_ARBITRATION) {
        put_words(&line, "casewire conflict show ", chars, ".owner", "");
    } else if (clock != NULL && (clock->flags & CLOCK_BY_FIELD) != 0) {
        put_field(&line, clock, chars);
        put(&line, waiting_record(view));
    } else if (clock != NULL && schema_event(number) != NULL) {
        put_event(&line, clock, number, chars);
        if ((clock->flags & CLOCK_NAMED) != 0)
            put_named(&line, view, duty);
        put_episode(&line, view, clock, duty, number);
    } else {
        put_words(&line, "casewire case show ", chars, "", "");
    }
    out[line.len] = '\0';
}
