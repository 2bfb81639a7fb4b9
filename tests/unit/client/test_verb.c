/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs: their rows agree with the field table, and none is about an episode that nobody meant. */
#include "tool/verb.h"

#include "tool/complete.h"
#include "tool/rules.h"

#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_verb(void);

#define B(text) wire_bytes(slice_of(text))

typedef void row_check(const struct cli_command *row, const struct verb *verb);

static void each_row(row_check *look)
{
    for (const struct cli_command *const *table = verb_tables; *table != NULL; table++)
        for (const struct cli_command *row = *table; row->noun != NULL; row++) {
            ck_assert_ptr_nonnull(verb_of(row));
            look(row, verb_of(row));
        }
}

static const struct cli_command *row_of(const char *noun, const char *word)
{
    for (const struct cli_command *const *table = verb_tables; *table != NULL; table++)
        for (const struct cli_command *row = *table; row->noun != NULL; row++)
            if (strcmp(row->noun, noun) == 0 && (word == NULL || strcmp(row->verb, word) == 0))
                return row;
    ck_abort_msg("no row %s %s", noun, word);
    return NULL;
}

/* --- rows ---------------------------------------------------------------------------------------------------- */

static void takes_what_it_names(const struct cli_command *row, const struct verb *verb)
{
    for (size_t a = 0; a < VERB_ARGUMENTS_MAX && verb->arguments[a].name != NULL; a++) {
        const struct schema_field *field = schema_field(verb->arguments[a].field);

        ck_assert_msg(field != NULL, "%s %s", row->noun, verb->arguments[a].name);
        if (verb->opens != KIND_NONE)
            ck_assert_msg((field->kinds & (1u << verb->opens)) != 0 && field->place != PLACE_DETAIL, "%s", field->name);
        for (size_t e = 0; e < VERB_EVENTS_MAX && verb->events[e] != EVENT_NONE; e++)
            ck_assert_msg(schema_event_carries(verb->events[e], field), "%s %s: %s", row->noun, row->verb, field->name);
        for (size_t b = 0; b < a; b++)
            ck_assert_str_ne(verb->arguments[a].name, verb->arguments[b].name);
    }
}

/* What the event needs has a name of its own: the complaint says it in one word. */
static void names_what_is_needed(const struct cli_command *row, const struct verb *verb)
{
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);

    for (size_t i = 0; i < count; i++) {
        const struct verb_argument *argument = NULL;

        if (rows[i].event != verb->events[0] || !rows[i].required || verb->corrects ||
            (verb->duty && rows[i].field == FIELD_CLOCK) || (verb->merges && rows[i].field == FIELD_ABOUT))
            continue;
        (void)verb_field(verb, rows[i].event, slice_of(schema_field(rows[i].field)->name), &argument);
        ck_assert_msg(argument != NULL, "%s %s needs %s", row->noun, row->verb, schema_field(rows[i].field)->name);
        ck_assert(verb_needs(verb, rows[i].event, argument) || argument->preset != NULL);
    }
}

static void is_a_command(const struct cli_command *row, const struct verb *verb)
{
    char name[CLI_NAME_LEN_MAX], start[CLI_NAME_LEN_MAX + 16];

    cli_name(row, name);
    snprintf(start, sizeof(start), "  casewire %s ", name);
    ck_assert_msg(strncmp(row->examples, start, strlen(start)) == 0, "%s", name);
    ck_assert_uint_le(strlen(row->summary), CLI_SUMMARY_LEN_MAX);
    ck_assert_str_eq(row->json, WRITE_JSON);
    ck_assert(row->run == verb_run);
    ck_assert((verb->opens != KIND_NONE) != (verb->events[0] != EVENT_NONE || verb->corrects));
}

START_TEST(every_row_agrees_with_the_field_table)
{
    each_row(takes_what_it_names);
    each_row(names_what_is_needed);
    each_row(is_a_command);
}
END_TEST

START_TEST(help_says_what_is_allowed_needed_and_who_may)
{
    const struct verb *assess = verb_of(row_of("episode", "assess"));
    char left[VERB_LEFT_LEN_MAX], right[VERB_RIGHT_LEN_MAX], who[SCHEMA_ROLES_TEXT_LEN_MAX];

    verb_argument_words(assess, &assess->arguments[0], left, right);
    ck_assert_str_eq(left, "risk=WORD");
    ck_assert_ptr_nonnull(strstr(right, "no_apparent_risk, low, medium, high; needed"));
    verb_argument_words(assess, &assess->arguments[2], left, right);
    ck_assert_str_eq(left, "review=TIME");
    verb_who(assess, who);
    ck_assert_str_eq(who, "anyone");
    verb_who(verb_of(row_of("episode", "close")), who);
    ck_assert_str_eq(who, "SUP, INSP, SUPT");
    verb_who(verb_of(row_of("episode", "refute")), who); /* a claim by anyone, a return by inspectors */
    ck_assert_str_eq(who, "anyone");
}
END_TEST

START_TEST(a_short_name_and_the_fields_own_are_both_known)
{
    const struct verb *sight = verb_of(row_of("episode", "sight"));
    const struct verb_argument *argument;

    ck_assert_uint_eq(verb_field(sight, EVENT_SIGHTING, slice_of("when"), &argument)->number, FIELD_OCCURRED);
    ck_assert_ptr_nonnull(argument);
    ck_assert_uint_eq(verb_field(sight, EVENT_SIGHTING, slice_of("occurred"), &argument)->number, FIELD_OCCURRED);
    ck_assert_ptr_nonnull(argument);
    ck_assert_uint_eq(verb_field(sight, EVENT_SIGHTING, slice_of("unit"), &argument)->number, FIELD_UNIT);
    ck_assert_ptr_null(argument);
    ck_assert_ptr_null(verb_field(sight, EVENT_SIGHTING, slice_of("outcome"), &argument));
    ck_assert_str_eq(verb_suggest(sight, EVENT_SIGHTING, slice_of("wehn")), "when");
    ck_assert_str_eq(verb_suggest(sight, EVENT_SIGHTING, slice_of("confidense")), "confidence");
    ck_assert_ptr_null(verb_suggest(sight, EVENT_SIGHTING, slice_of("zzzzzz")));
    sight = verb_of(row_of("correct", NULL)); /* as the corrected event's own verb has them */
    ck_assert_uint_eq(verb_field(sight, EVENT_SIGHTING, slice_of("when"), &argument)->number, FIELD_OCCURRED);
    ck_assert_ptr_null(verb_field(sight, EVENT_NOTE, slice_of("when"), &argument));
    ck_assert_str_eq(verb_suggest(sight, EVENT_SIGHTING, slice_of("wehn")), "when");
}
END_TEST

START_TEST(a_field_says_what_it_may_hold_and_who_may_write_it)
{
    char text[RULES_ALLOWED_LEN_MAX], who[RULES_WHO_LEN_MAX];

    rules_allowed(schema_field(FIELD_MISSING_RISK), KIND_CHILD, text);
    ck_assert_str_eq(text, "no_apparent_risk, low, medium, high");
    rules_who(schema_field(FIELD_MISSING_RISK), NULL, who);
    ck_assert_str_eq(who, "set by anyone, lowered by INSP, SUPT");
    rules_allowed(schema_field(FIELD_TITLE), KIND_CHILD, text);
    ck_assert_str_eq(text, "text of at most 80 bytes");
    rules_allowed(schema_field(FIELD_LINK_TYPE), KIND_PHONE, text);
    ck_assert_ptr_null(strstr(text, "used_by")); /* a person uses it: the link leads from him */
    ck_assert_ptr_nonnull(strstr(text, "appears_in"));
    rules_allowed(schema_field(FIELD_VULNERABILITY), KIND_CHILD, text); /* longer than a sentence */
    ck_assert_ptr_nonnull(strstr(text, "CSE, CCE, LAC"));
    ck_assert_ptr_nonnull(strstr(text, ", ..."));
    rules_allowed(schema_field(FIELD_EXTERNAL_REFS), KIND_CHILD, text);
    ck_assert_ptr_nonnull(strstr(text, "CRIME, CAD"));
    ck_assert_ptr_nonnull(strstr(text, "then a space"));
    rules_allowed(schema_field(FIELD_OCCURRED), KIND_CHILD, text);
    ck_assert_ptr_nonnull(strstr(text, "yesterday 23:10"));
    rules_who(schema_field(FIELD_DISCLOSURES), schema_event(EVENT_RHI), who);
    ck_assert_str_eq(who, "recorded by MCET, SUP, INSP, SUPT, CRU");
    for (uint32_t number = 1; number < 1000; number++)
        if (schema_field(number) != NULL) {
            rules_allowed(schema_field(number), KIND_CHILD, text);
            ck_assert_msg(text[0] != '\0', "%s", schema_field(number)->name);
        }
}
END_TEST

/* --- episodes ---------------------------------------------------------------------------------------------------- */

struct child {
    Cw__CaseView view;
    Cw__ViewEpisode episodes[3], *episode_at[3];
    Cw__ViewEvent events[2], *event_at[2];
    uint8_t ids[3][CW_ID_LEN];
};

/* A child whose episodes are in these states; the first one was opened with the case, the others reported later. */
static struct child *child_new(size_t count, const char *const *states)
{
    struct child *c = calloc(1, sizeof(*c));

    ck_assert_ptr_nonnull(c);
    cw__case_view__init(&c->view);
    for (size_t i = 0; i < count; i++) {
        memset(c->ids[i], 0x10 * (int)i, CW_ID_LEN);
        cw__view_episode__init(&c->episodes[i]);
        c->episodes[i].state = B(states[i]);
        if (i > 0) {
            c->episodes[i].episode = (ProtobufCBinaryData){CW_ID_LEN, c->ids[i]};
            cw__view_event__init(&c->events[i - 1]);
            c->events[i - 1].event_id = c->episodes[i].episode;
            c->events[i - 1].type = EVENT_EPISODE_REPORTED;
            c->event_at[count - 1 - i] = &c->events[i - 1]; /* newest first */
        }
        c->episode_at[i] = &c->episodes[i];
    }
    c->view.n_episodes = count;
    c->view.episodes = c->episode_at;
    c->view.n_events = count - 1;
    c->view.events = c->event_at;
    return c;
}

/* Which of the episodes a verb, or without one the event, is about; -1: it asks. */
static int about(const struct cli_command *command, uint32_t event, size_t count, const char *const *states,
                 const char *option)
{
    struct child *c = child_new(count, states);
    struct cli cli = {.command = command, .json = true};
    struct writing w = {.cli = &cli, .view = &c->view, .kind = "missing_child"};
    int which = -1, kept = dup(STDERR_FILENO);

    if (option != NULL) {
        cli.values[0].name = "episode";
        cli.values[0].value = option;
        cli.value_count = 1;
    }
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    if (verb_turn_to_episode(&w, command != NULL ? verb_of(command) : NULL, event) == EXIT_DONE)
        which = w.episode.len == 0 ? 0 : w.episode.data[0] / 0x10;
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    free(c);
    return which;
}
#define STATES(...)                                                                \
    sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *), (const char *[]) \
    {                                                                              \
        __VA_ARGS__                                                                \
    }
#define ABOUT(word, option, ...) \
    about(row_of("episode", word), verb_of(row_of("episode", word))->events[0], STATES(__VA_ARGS__), option)
#define ABOUT_EVENT(event, option, ...) about(NULL, EVENT_##event, STATES(__VA_ARGS__), option)
#define ABOUT_FIELD(option, ...) about(NULL, EVENT_NONE, STATES(__VA_ARGS__), option)

START_TEST(the_live_episode_is_meant)
{
    ck_assert_int_eq(ABOUT("sight", NULL, "active"), 0);
    ck_assert_int_eq(ABOUT("sight", NULL, "closed", "active"), 1);
    ck_assert_int_eq(ABOUT("assess", NULL, "closed", "cancelled", "reported"), 2);
    ck_assert_int_eq(ABOUT("assess", NULL, "closed", "disputed", "found_deceased"), 1);
    ck_assert_int_eq(ABOUT("close", NULL, "returned", "active"), 0); /* the one that can be closed */
    ck_assert_int_eq(ABOUT("rhi", NULL, "returned", "active"), 0);
}
END_TEST

START_TEST(an_ended_episode_is_meant_when_none_is_live)
{
    ck_assert_int_eq(ABOUT("rhi", NULL, "closed"), 0);
    ck_assert_int_eq(ABOUT("rhi", NULL, "closed", "closed"), 1); /* the one reported last */
}
END_TEST

START_TEST(where_two_would_fit_the_officer_says_which)
{
    ck_assert_int_eq(ABOUT("sight", NULL, "active", "active"), -1);
    ck_assert_int_eq(ABOUT("close", NULL, "returned", "returned"), -1);
    ck_assert_int_eq(ABOUT("rhi", NULL, "closed", "active"), -1); /* due for the ended one, while another is live */
    ck_assert_int_eq(ABOUT("sight", "first", "active", "active"), 0);
    ck_assert_int_eq(ABOUT("sight", "10101010", "active", "active"), 1);
    ck_assert_int_eq(ABOUT("sight", "deadbeef", "active", "active"), -1);
}
END_TEST

/* A risk_assessment by `case event` once went to an episode that was closed, while the child was missing in the next. */
START_TEST(an_event_is_about_the_episode_that_its_verb_would_take)
{
    ck_assert_int_eq(ABOUT_EVENT(RISK_ASSESSMENT, NULL, "closed", "active"), 1);
    ck_assert_int_eq(ABOUT_EVENT(SIGHTING, NULL, "cancelled", "closed", "reported"), 2);
    ck_assert_int_eq(ABOUT_EVENT(REVIEW, NULL, "closed", "active"), 1);
    ck_assert_int_eq(ABOUT_EVENT(RECORDS_CHECK, NULL, "closed", "returned"), 1);
    ck_assert_int_eq(ABOUT_EVENT(EPISODE_CLOSED, NULL, "returned", "active"), 0);
    ck_assert_int_eq(ABOUT_EVENT(CLAIM_REFUTED, NULL, "located_unverified", "disputed"), 0);
    ck_assert_int_eq(ABOUT_EVENT(RHI, NULL, "returned", "active"), 0);
    ck_assert_int_eq(ABOUT_EVENT(CLOSE_CORRECTED, NULL, "closed", "active"), 0);
    ck_assert_int_eq(ABOUT_EVENT(RHI, NULL, "closed", "active"), -1);
    ck_assert_int_eq(ABOUT_EVENT(SIGHTING, NULL, "active", "active"), -1);
    ck_assert_int_eq(ABOUT_EVENT(SIGHTING, "first", "active", "active"), 0);
    ck_assert_int_eq(ABOUT_EVENT(SIGHTING, "10101010", "active", "active"), 1);
}
END_TEST

START_TEST(a_field_of_an_episode_is_set_in_the_one_that_is_live)
{
    ck_assert_int_eq(ABOUT_FIELD(NULL, "active"), 0);
    ck_assert_int_eq(ABOUT_FIELD(NULL, "closed"), 0);
    ck_assert_int_eq(ABOUT_FIELD(NULL, "closed", "active"), 1);
    ck_assert_int_eq(ABOUT_FIELD(NULL, "closed", "closed"), 1); /* the one reported last */
    ck_assert_int_eq(ABOUT_FIELD(NULL, "active", "returned"), -1);
    ck_assert_int_eq(ABOUT_FIELD("first", "closed", "active"), 0);
}
END_TEST

/* Into the outbox with no daemon in reach: the first, or the whole id of a report, and nothing that would be looked up. */
START_TEST(where_nobody_can_be_asked_an_episode_goes_by_its_whole_id)
{
    struct cli cli = {.json = true, .quiet = true, .value_count = 0};
    struct writing w = {.cli = &cli, .kind = "missing_child", .offline = true};
    char id[2 * CW_ID_LEN + 1];
    int kept = dup(STDERR_FILENO);

    memset(id, 'a', sizeof(id) - 1);
    id[sizeof(id) - 1] = '\0';
    ck_assert_int_eq(verb_turn_to_episode(&w, NULL, EVENT_SIGHTING), EXIT_DONE);
    ck_assert_uint_eq(w.episode.len, 0);
    cli.values[0].name = "episode";
    cli.values[0].value = "first";
    cli.value_count = 1;
    ck_assert_int_eq(verb_turn_to_episode(&w, NULL, EVENT_SIGHTING), EXIT_DONE);
    ck_assert_uint_eq(w.episode.len, 0);
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    cli.values[0].value = "aaaaaaaa";
    ck_assert_int_eq(verb_turn_to_episode(&w, NULL, EVENT_SIGHTING), EXIT_UNREACHABLE);
    cli.values[0].value = id;
    ck_assert_int_eq(verb_turn_to_episode(&w, NULL, EVENT_SIGHTING), EXIT_DONE);
    ck_assert_uint_eq(w.episode.len, CW_ID_LEN);
    ck_assert_uint_eq(w.episode.data[0], 0xaa);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
}
END_TEST

/* DOMAIN 9.3: until a human folds them both run at full response; so each can be spoken of by whichever reference. */
START_TEST(the_episodes_of_all_records_of_a_child_are_meant)
{
    struct child *stays = child_new(1, (const char *const[]){"closed"}),
                 *other = child_new(2, (const char *const[]){"returned", "active"});
    Cw__ViewIdentity identity = CW__VIEW_IDENTITY__INIT;
    struct cli cli = {.command = row_of("episode", "long-term"), .json = true};
    struct writing w = {.cli = &cli, .view = &stays->view, .record_count = 2, .records = {&stays->view, &other->view}};
    struct episode_place found;
    int kept = dup(STDERR_FILENO);

    stays->view.human_ref = B("MC/NTH/2026/H3T8V5N-C");
    other->view.human_ref = B("MC/NTH/2026/K7Q2M4X-C");
    stays->view.identity = other->view.identity = &identity;
    ck_assert_int_eq(verb_episode(&w, verb_of(cli.command), EVENT_LONG_TERM, &found), EXIT_DONE);
    ck_assert_ptr_eq(found.record, &other->view); /* the one that is live */
    ck_assert_uint_eq(found.episode.data[0], 0x10);
    cli.command = row_of("episode", "close");
    ck_assert_int_eq(verb_episode(&w, verb_of(cli.command), EVENT_EPISODE_CLOSED, &found), EXIT_DONE);
    ck_assert_ptr_eq(found.record, &other->view);
    ck_assert_uint_eq(found.episode.len, 0); /* its first */
    cli.values[0].name = "episode";
    cli.value_count = 1;
    cli.values[0].value = "10101010";
    ck_assert_int_eq(verb_episode(&w, verb_of(cli.command), EVENT_EPISODE_CLOSED, &found), EXIT_DONE);
    ck_assert_ptr_eq(found.record, &other->view);
    ck_assert_uint_eq(found.episode.data[0], 0x10);
    cli.values[0].value = "h3t8v5n";
    ck_assert_int_eq(verb_episode(&w, verb_of(cli.command), EVENT_EPISODE_CLOSED, &found), EXIT_DONE);
    ck_assert_ptr_eq(found.record, &stays->view);
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    cli.values[0].value = "first"; /* of which record? */
    ck_assert_int_eq(verb_episode(&w, verb_of(cli.command), EVENT_EPISODE_CLOSED, &found), EXIT_USAGE);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    free(stays);
    free(other);
}
END_TEST

/* --- duties ------------------------------------------------------------------------------------------------------- */

START_TEST(a_duty_is_named_by_its_clock_or_by_its_digits)
{
    static const char *const clocks[] = {"M1", "M8", "M8", "M7"}, *const states[] = {"breached", "running", "running",
                                                                                     "met"};
    struct cli cli = {.command = row_of("clock", "ack"), .json = true};
    Cw__ViewDeadline duties[4], *at[4];
    uint8_t ids[4][CW_ID_LEN];
    Cw__CaseView view;
    struct writing w = {.cli = &cli, .view = &view};
    const Cw__ViewDeadline *found;
    const Cw__CaseView *record;
    int kept = dup(STDERR_FILENO);

    cw__case_view__init(&view);
    for (size_t i = 0; i < 4; i++) {
        memset(ids[i], (int)(0x11 * (i + 1)), CW_ID_LEN);
        cw__view_deadline__init(&duties[i]);
        duties[i].clock = B(clocks[i]);
        duties[i].state = B(states[i]);
        duties[i].duty = (ProtobufCBinaryData){CW_ID_LEN, ids[i]};
        at[i] = &duties[i];
    }
    view.n_deadlines = 4;
    view.deadlines = at;
    ck_assert_int_eq(verb_duty(&w, "m1", &found, &record), EXIT_DONE);
    ck_assert_ptr_eq(found, &duties[0]);
    ck_assert_int_eq(verb_duty(&w, "3333", &found, &record), EXIT_DONE);
    ck_assert_ptr_eq(found, &duties[2]);
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    ck_assert_int_eq(verb_duty(&w, "M8", &found, &record), EXIT_USAGE);      /* two run */
    ck_assert_int_eq(verb_duty(&w, "M7", &found, &record), EXIT_NOT_FOUND);  /* met */
    ck_assert_int_eq(verb_duty(&w, "333", &found, &record), EXIT_NOT_FOUND); /* too short */
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
}
END_TEST

/* --- corrections --------------------------------------------------------------------------------------------------- */

#define SAYINGS 5

/* A sighting that was said five times, oldest first; nobody has put anything right yet. */
struct said {
    Cw__CaseView view;
    Cw__ViewEvent events[SAYINGS], *event_at[SAYINGS];
    uint8_t ops[SAYINGS][CW_ID_LEN];
    ProtobufCBinaryData corrects[SAYINGS][SAYINGS];
};

static struct said *said_new(void)
{
    struct said *s = calloc(1, sizeof(*s));

    ck_assert_ptr_nonnull(s);
    cw__case_view__init(&s->view);
    for (size_t i = 0; i < SAYINGS; i++) {
        cw__view_event__init(&s->events[i]);
        s->ops[i][0] = (uint8_t)(i + 1);
        s->events[i].op = (ProtobufCBinaryData){CW_ID_LEN, s->ops[i]};
        s->events[i].type = EVENT_SIGHTING;
        s->events[i].hlc = i + 1;
        s->events[i].corrects = s->corrects[i];
        s->event_at[SAYINGS - 1 - i] = &s->events[i];
    }
    s->view.n_events = SAYINGS;
    s->view.events = s->event_at;
    return s;
}

static void put_right(struct said *s, size_t later, size_t earlier)
{
    Cw__ViewEvent *event = &s->events[later];

    event->corrects[event->n_corrects++] = s->events[earlier].op;
    s->events[earlier].has_corrected_by = true;
    s->events[earlier].corrected_by = event->op;
}

/* From which of them it goes on, when this one is named; all that it puts right, as digits in this order. */
static int goes_on_from(const struct said *s, size_t named, const char *names)
{
    struct verb_again again;
    char text[SAYINGS + 1] = "";

    verb_again(&s->view, &s->events[named], &again);
    ck_assert_uint_le(again.name_count, SAYINGS);
    for (size_t i = 0; i < again.name_count; i++)
        snprintf(text + i, 2, "%d", (int)(again.names[i] - s->events));
    ck_assert_str_eq(text, names);
    return (int)(again.from - s->events);
}

START_TEST(a_second_correction_goes_on_from_the_first)
{
    struct said *s = said_new();

    ck_assert_int_eq(goes_on_from(s, 0, "0"), 0);
    put_right(s, 1, 0);
    ck_assert_int_eq(goes_on_from(s, 0, "01"), 1);
    ck_assert_int_eq(goes_on_from(s, 1, "10"), 1); /* it is the correction that was named */
    put_right(s, 3, 0);
    ck_assert_int_eq(goes_on_from(s, 0, "03"), 3); /* the newest of two that nobody told of each other */
    ck_assert_int_eq(goes_on_from(s, 1, "130"), 3);
    put_right(s, 4, 1);
    ck_assert_int_eq(goes_on_from(s, 0, "04"), 4); /* by way of what it put right */
    ck_assert_int_eq(goes_on_from(s, 2, "2"), 2);  /* another sighting */
    free(s);
}
END_TEST

START_TEST(what_does_not_stand_is_not_gone_on_from)
{
    struct said *s = said_new();

    put_right(s, 1, 0);
    put_right(s, 2, 0);
    put_right(s, 3, 0);
    put_right(s, 4, 0);
    s->events[4].proposal = true;
    s->events[3].has_withdrawn_by = true;
    s->events[2].type = EVENT_NOTE;
    ck_assert_int_eq(goes_on_from(s, 0, "01"), 1);
    s->events[1].withdraws = true;
    ck_assert_int_eq(goes_on_from(s, 0, "0"), 0);
    s->events[1].withdraws = false;
    s->events[0].has_corrected_by = false; /* another division's word: it puts nothing right */
    ck_assert_int_eq(goes_on_from(s, 0, "0"), 0);
    free(s);
}
END_TEST

static void takes_back(const struct said *s, size_t named, const char *names)
{
    struct verb_again again;
    char text[SAYINGS + 1] = "";

    verb_withdrawn(&s->view, &s->events[named], &again);
    for (size_t i = 0; i < again.name_count; i++)
        snprintf(text + i, 2, "%d", (int)(again.names[i] - s->events));
    ck_assert_str_eq(text, names);
}

START_TEST(what_did_not_happen_is_taken_back_with_its_corrections)
{
    struct said *s = said_new();

    takes_back(s, 0, "0");
    put_right(s, 1, 0);
    put_right(s, 3, 1);
    takes_back(s, 0, "013");
    takes_back(s, 1, "1"); /* a correction alone: what it put right stands again */
    takes_back(s, 2, "2");
    free(s);
}
END_TEST

/* --- completion ---------------------------------------------------------------------------------------------------- */

START_TEST(a_verb_offers_its_names_and_their_values)
{
    const struct cli_command *const commands[] = {row_of("episode", "sight"), row_of("child", "open"), NULL};
    static char words[][40] = {"episode", "sight", "K7Q2M4X", "confidence=p"};
    char *at[] = {words[0], words[1], words[2], words[3]};
    struct completion c = {.line_count = 0};
    char *text = NULL;
    size_t len = 0;

    c.out = open_memstream(&text, &len);
    complete_read(&c, commands, 4, at);
    complete_offer(&c);
    fclose(c.out);
    ck_assert_str_eq(text, "confidence=probable\n");
    free(text);
    words[3][0] = 'w';
    words[3][1] = '\0';
    c = (struct completion){.out = open_memstream(&text, &len)};
    complete_read(&c, commands, 4, at);
    complete_offer(&c);
    fclose(c.out);
    ck_assert_ptr_nonnull(strstr(text, "when=\t"));
    ck_assert_ptr_nonnull(strstr(text, "where=\t"));
    free(text);
}
END_TEST

Suite *suite_verb(void)
{
    Suite *s = suite_create("verb");
    TCase *t = tcase_create("rows");

    tcase_add_test(t, every_row_agrees_with_the_field_table);
    tcase_add_test(t, help_says_what_is_allowed_needed_and_who_may);
    tcase_add_test(t, a_short_name_and_the_fields_own_are_both_known);
    tcase_add_test(t, a_field_says_what_it_may_hold_and_who_may_write_it);
    tcase_add_test(t, the_live_episode_is_meant);
    tcase_add_test(t, an_ended_episode_is_meant_when_none_is_live);
    tcase_add_test(t, where_two_would_fit_the_officer_says_which);
    tcase_add_test(t, an_event_is_about_the_episode_that_its_verb_would_take);
    tcase_add_test(t, a_field_of_an_episode_is_set_in_the_one_that_is_live);
    tcase_add_test(t, where_nobody_can_be_asked_an_episode_goes_by_its_whole_id);
    tcase_add_test(t, the_episodes_of_all_records_of_a_child_are_meant);
    tcase_add_test(t, a_duty_is_named_by_its_clock_or_by_its_digits);
    tcase_add_test(t, a_second_correction_goes_on_from_the_first);
    tcase_add_test(t, what_does_not_stand_is_not_gone_on_from);
    tcase_add_test(t, what_did_not_happen_is_taken_back_with_its_corrections);
    tcase_add_test(t, a_verb_offers_its_names_and_their_values);
    suite_add_tcase(s, t);
    return s;
}
