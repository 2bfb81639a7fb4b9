/* SPDX-License-Identifier: Apache-2.0 */
/* A missing child at a glance: the order of what is said, and of which episode. */
#include "tests/unit/client/printing.h"
#include "tool/view.h"

#include "proto/schema.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_view_child(void);

#define B(text) wire_bytes(slice_of(text))
#define MARCH INT64_C(1521475200000) /* Mon 19 Mar 2018 16:00 in London */

struct field {
    Cw__ViewField field, *at;
    Cw__ViewValue value, *value_at;
    Cw__Value raw;
    Cw__Interval interval;
};

struct child {
    Cw__CaseView view;
    Cw__Author author;
    struct field fields[7], details[3];
    Cw__ViewField *field_at[7], *sighting_at[2], *task_at[1];
    Cw__ViewEpisode episodes[2], *episode_at[2];
    Cw__ViewEvent events[2], *event_at[2];
    Cw__ViewDeadline deadline, *deadline_at[1];
    Cw__ViewConflict conflict, *conflict_at[1];
    uint8_t second[CW_ID_LEN], task[CW_ID_LEN];
};

static void field_init(struct child *c, struct field *f, uint32_t number, const char *text)
{
    cw__view_field__init(&f->field);
    cw__view_value__init(&f->value);
    cw__value__init(&f->raw);
    f->field.field = number;
    f->field.name = B(schema_field(number)->name);
    f->field.n_values = 1;
    f->field.values = &f->value_at;
    f->value_at = &f->value;
    f->value.value = &f->raw;
    f->value.text = B(text);
    f->value.author = &c->author;
    f->at = &f->field;
}

static void number_init(struct child *c, struct field *f, uint32_t number, const char *text, int64_t value)
{
    field_init(c, f, number, text);
    f->raw.has_number = true;
    f->raw.number = value;
}

static void times_init(struct child *c, struct field *f, uint32_t number, int64_t from, int64_t to)
{
    field_init(c, f, number, "");
    cw__interval__init(&f->interval);
    f->interval.has_earliest_ms = f->interval.has_latest_ms = true;
    f->interval.earliest_ms = from;
    f->interval.latest_ms = to;
    f->raw.interval = &f->interval;
}

static void event_init(struct child *c, size_t i, uint32_t type, Cw__ViewField **fields, size_t count)
{
    cw__view_event__init(&c->events[i]);
    c->events[i].type = type;
    c->events[i].name = B(schema_event(type)->name);
    c->events[i].author = &c->author;
    c->events[i].fields = fields;
    c->events[i].n_fields = count;
    c->event_at[i] = &c->events[i];
}

static void happen(struct child *c)
{
    times_init(c, &c->details[0], FIELD_OCCURRED, MARCH, MARCH + 5400000);
    field_init(c, &c->details[1], FIELD_PLACE, "Dunmarsh station");
    field_init(c, &c->details[2], FIELD_DECISION, "Ask the bus depot");
    c->sighting_at[0] = c->details[0].at;
    c->sighting_at[1] = c->details[1].at;
    c->task_at[0] = c->details[2].at;
    event_init(c, 0, EVENT_SIGHTING, c->sighting_at, 2);
    event_init(c, 1, EVENT_ACTION, c->task_at, 1);
    c->view.n_events = 2;
    c->view.events = c->event_at;
}

/* Two episodes: the first is closed and was of high risk, the second is live. */
static struct child *child_new(void)
{
    struct child *c = calloc(1, sizeof(*c));

    ck_assert_ptr_nonnull(c);
    cw__case_view__init(&c->view);
    cw__author__init(&c->author);
    c->author.name = B("Officer Wren");
    c->author.division = B("NTH");
    c->view.kind = KIND_CHILD;
    c->view.kind_name = B("missing_child");
    c->view.human_ref = B("MC/NTH/2026/K7Q2M4X-C");
    c->view.owner = B("NTH");
    c->view.has_risk = true;
    c->view.risk = B("medium");
    memset(c->second, 0x22, CW_ID_LEN);
    for (size_t i = 0; i < 2; i++) {
        cw__view_episode__init(&c->episodes[i]);
        c->episode_at[i] = &c->episodes[i];
    }
    c->episodes[0].state = B("closed");
    c->episodes[1].state = B("active");
    c->episodes[1].episode = (ProtobufCBinaryData){CW_ID_LEN, c->second};
    c->view.n_episodes = 2;
    c->view.episodes = c->episode_at;
    number_init(c, &c->fields[0], FIELD_MISSING_RISK, "high", 4);
    number_init(c, &c->fields[1], FIELD_MISSING_RISK, "medium", 3);
    times_init(c, &c->fields[2], FIELD_LAST_SEEN, MARCH - 7200000, MARCH - 3600000);
    number_init(c, &c->fields[3], FIELD_VULNERABILITY, "CSE", 1);
    c->fields[1].field.episode = c->fields[2].field.episode = c->episodes[1].episode;
    for (size_t i = 0; i < 4; i++)
        c->field_at[i] = c->fields[i].at;
    c->view.n_fields = 4;
    c->view.fields = c->field_at;
    happen(c);
    cw__view_deadline__init(&c->deadline);
    c->deadline.clock = B("M1");
    c->deadline.due_ms = (uint64_t)MARCH;
    c->deadline_at[0] = &c->deadline;
    c->view.n_deadlines = 1;
    c->view.deadlines = c->deadline_at;
    cw__view_conflict__init(&c->conflict);
    c->conflict.field = B("status");
    c->conflict_at[0] = &c->conflict;
    c->view.n_conflicts = 1;
    c->view.conflicts = c->conflict_at;
    return c;
}

static char *shown;

static const char *show(const struct child *c)
{
    struct cli cli = {.verbose = false};

    printing_begin();
    view_print(&cli, &c->view);
    shown = printing_end();
    return shown;
}

START_TEST(danger_owner_due_dispute_last_seen_last_happened)
{
    static const char *const order[] = {"risk ", "CSE", "owner ", "due ", "task ", "DISPUTED", "seen ", "last "};
    struct child *c = child_new();
    const char *at = show(c);
    int lines = 0;

    for (size_t i = 0; i < CW_COUNT(order); i++) {
        const char *next = strstr(at, order[i]);

        ck_assert_msg(next != NULL, "%s is not behind what goes before: %s", order[i], shown);
        at = next;
    }
    for (const char *line = shown; line < at; line++)
        lines += *line == '\n';
    ck_assert_int_lt(lines, 22); /* all of it on the smallest screen */
    free(c);
}
END_TEST

START_TEST(the_risk_is_that_of_the_live_episode)
{
    struct child *c = child_new();

    ck_assert_ptr_eq(view_risk_field(&c->view), c->fields[1].at);
    c->episodes[0].state = B("active"); /* both live: the higher */
    ck_assert_ptr_eq(view_risk_field(&c->view), c->fields[0].at);
    free(c);
}
END_TEST

START_TEST(last_seen_is_what_reaches_furthest_into_the_present)
{
    struct child *c = child_new();
    char text[400];

    ck_assert(view_last_seen(&c->view, text, sizeof(text)));
    ck_assert_str_eq(text, "Mon 19 Mar 2018 16:00 to 17:30, Dunmarsh station");
    c->details[0].interval.earliest_ms = c->details[0].interval.latest_ms =
        MARCH - 9000000; /* typed late, seen early */
    ck_assert(view_last_seen(&c->view, text, sizeof(text)));
    ck_assert_str_eq(text, "Mon 19 Mar 2018 14:00 to 15:00, as reported");
    c->episodes[1].state = B("closed"); /* nobody is missing */
    ck_assert(!view_last_seen(&c->view, text, sizeof(text)));
    free(c);
}
END_TEST

static void count_episodes(struct child *c, int64_t all, const char *recent, bool repeat)
{
    number_init(c, &c->fields[4], FIELD_EPISODE_COUNT, all == 4 ? "4" : "1", all);
    number_init(c, &c->fields[5], FIELD_EPISODE_COUNT_90D, recent, 3);
    field_init(c, &c->fields[6], FIELD_REPEAT_MISSING, repeat ? "yes" : "no");
    c->fields[6].raw.flag = repeat;
    for (size_t i = 4; i < 7; i++)
        c->field_at[i] = c->fields[i].at;
    c->view.n_fields = 7;
}

START_TEST(a_child_that_is_missing_again_is_said_to_be_and_the_third_time_in_ninety_days_is_a_repeat)
{
    struct child *c = child_new();

    count_episodes(c, 1, "1 in 90 days", false);
    ck_assert_ptr_null(strstr(show(c), "again"));
    count_episodes(c, 4, "2 in 90 days", false);
    ck_assert_ptr_nonnull(strstr(show(c), "again     reported missing 4 times, 2 in 90 days\n"));
    count_episodes(c, 4, "3 in 90 days", true);
    ck_assert_ptr_nonnull(strstr(show(c), "again     reported missing 4 times, 3 in 90 days: REPEAT_MISSING\n"));
    ck_assert_ptr_null(strstr(shown, "episode_count"));
    free(c);
}
END_TEST

START_TEST(what_nobody_has_said_yet_is_asked_for)
{
    struct child *c = child_new();
    Cw__ViewField unsaid[9], *at[9];
    static const uint32_t fields[] = {FIELD_HOME_ADDRESS,   FIELD_CARE_STATUS,     FIELD_CIRCUMSTANCES,
                                      FIELD_CLOTHING,       FIELD_BIRTH_DATE,      FIELD_FAMILY_NAME,
                                      FIELD_RESPONSIBLE_LA, FIELD_LAST_SEEN_PLACE, FIELD_HOST_LA};

    ck_assert_ptr_null(strstr(show(c), "not said"));
    for (size_t i = 0; i < CW_COUNT(fields); i++) {
        cw__view_field__init(&unsaid[i]);
        unsaid[i].field = fields[i];
        unsaid[i].name = B(schema_field(fields[i])->name);
        unsaid[i].missing = unsaid[i].has_missing = true;
        at[i] = &unsaid[i];
    }
    c->view.fields = at;
    c->view.n_fields = 2;
    ck_assert_ptr_nonnull(strstr(show(c), "not said  home address, care status\n"));
    unsaid[1].field = FIELD_HOME_ADDRESS; /* as of another episode */
    ck_assert_ptr_nonnull(strstr(show(c), "not said  home address\n"));
    unsaid[1].field = FIELD_CARE_STATUS;
    c->view.n_fields = 9;
    ck_assert_ptr_nonnull(strstr(show(c), "not said  circumstances, clothing, last seen place, home address,"));
    ck_assert_ptr_nonnull(strstr(shown, "and 3 more: -v"));
    free(c);
}
END_TEST

/* What agrees, and that it is not enough to merge; and that others may be left out. */
START_TEST(records_that_may_be_of_the_same_child_are_shown_with_what_agrees)
{
    struct child *c = child_new();
    Cw__ViewCandidate candidate = CW__VIEW_CANDIDATE__INIT, *candidates[] = {&candidate};
    ProtobufCBinaryData agrees[] = {B("name and birth date"), B("MISPER")};
    char text[300];

    candidate.human_ref = B("MC/EST/2026/8Q2M4XK-D");
    candidate.shared = 2;
    view_candidate(&candidate, text, sizeof(text)); /* an older daemon */
    ck_assert_ptr_nonnull(strstr(text, "8Q2M4XK-D shares 2 identifiers: is it the same child?"));
    candidate.n_agrees = CW_COUNT(agrees);
    candidate.agrees = agrees;
    c->view.n_candidates = 1;
    c->view.candidates = candidates;
    ck_assert_ptr_nonnull(strstr(show(c), "look      MC/EST/2026/8Q2M4XK-D shares name and birth date, MISPER:"));
    ck_assert_ptr_nonnull(strstr(shown, "Merging takes two"));
    ck_assert_ptr_null(strstr(shown, "there may be more"));
    c->view.more_candidates = 1;
    ck_assert_ptr_nonnull(strstr(show(c), "there may be more records of this child"));
    c->view.n_candidates = 0;
    ck_assert_ptr_nonnull(strstr(show(c), "look      there may be more records of this child"));
    free(c);
}
END_TEST

Suite *suite_view_child(void)
{
    Suite *s = suite_create("view_child");
    TCase *t = tcase_create("glance");

    tcase_add_test(t, danger_owner_due_dispute_last_seen_last_happened);
    tcase_add_test(t, the_risk_is_that_of_the_live_episode);
    tcase_add_test(t, last_seen_is_what_reaches_furthest_into_the_present);
    tcase_add_test(t, a_child_that_is_missing_again_is_said_to_be_and_the_third_time_in_ninety_days_is_a_repeat);
    tcase_add_test(t, what_nobody_has_said_yet_is_asked_for);
    tcase_add_test(t, records_that_may_be_of_the_same_child_are_shown_with_what_agrees);
    suite_add_tcase(s, t);
    return s;
}
