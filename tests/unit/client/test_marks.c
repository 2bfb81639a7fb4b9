/* SPDX-License-Identifier: Apache-2.0 */
/* Told, seen and accepted: each from the event that says it, and none from another. */
#include "tool/marks.h"

#include "tool/view.h"

#include "proto/schema.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_marks(void);

#define EVENTS_MAX 8
#define B(text) wire_bytes(slice_of(text))

/* A case's events, told oldest first and shown newest first. */
struct story {
    Cw__CaseView view;
    size_t count;
    Cw__ViewEvent events[EVENTS_MAX], *shown[EVENTS_MAX];
    Cw__ViewField fields[EVENTS_MAX], *field_at[EVENTS_MAX];
    Cw__ViewValue values[EVENTS_MAX], *value_at[EVENTS_MAX];
    Cw__Value raw[EVENTS_MAX];
    Cw__Author authors[EVENTS_MAX];
    uint8_t ids[EVENTS_MAX][CW_ID_LEN];
};

static struct story *story_new(void)
{
    struct story *s = calloc(1, sizeof(*s));

    ck_assert_ptr_nonnull(s);
    cw__case_view__init(&s->view);
    s->view.events = s->shown;
    return s;
}

/* The next event, by somebody; `about` is the number of an earlier one, -1: none. Returns its own number. */
static int say(struct story *s, uint32_t type, const char *who, int about)
{
    size_t n = s->count++;
    Cw__ViewEvent *e = &s->events[n];

    ck_assert_uint_lt(n, EVENTS_MAX);
    memset(s->ids[n], (int)n + 1, CW_ID_LEN);
    cw__view_event__init(e);
    cw__author__init(&s->authors[n]);
    s->authors[n].name = B(who);
    s->authors[n].cert = B(who);
    s->authors[n].division = B("NTH");
    e->type = type;
    e->author = &s->authors[n];
    e->event_id = (ProtobufCBinaryData){CW_ID_LEN, s->ids[n]};
    cw__view_field__init(&s->fields[n]);
    cw__view_value__init(&s->values[n]);
    cw__value__init(&s->raw[n]);
    s->values[n].value = &s->raw[n];
    s->value_at[n] = &s->values[n];
    s->fields[n].values = &s->value_at[n];
    s->fields[n].n_values = 1;
    s->field_at[n] = &s->fields[n];
    e->fields = &s->field_at[n];
    if (about >= 0) {
        s->fields[n].field = FIELD_ABOUT;
        s->raw[n].has_id = true;
        s->raw[n].id = s->events[about].event_id;
        e->n_fields = 1;
    }
    for (size_t i = 0; i <= n; i++)
        s->shown[i] = &s->events[n - i];
    s->view.n_events = s->count;
    return (int)n;
}

static void give_detail(struct story *s, int event, uint32_t field, const char *text)
{
    s->fields[event].field = field;
    s->values[event].text = B(text);
    s->events[event].n_fields = 1;
}

START_TEST(a_brief_is_told_then_seen_then_accepted)
{
    struct story *s = story_new();
    char text[TOLD_LEN_MAX];
    struct told told;
    int brief;

    told_brief(&s->view, &told);
    ck_assert_ptr_null(told.event);
    brief = say(s, EVENT_SHIFT_BRIEF, "Late", -1);
    give_detail(s, brief, FIELD_TEXT, "The carer rings at six");
    told_brief(&s->view, &told);
    told_words(&told, text);
    ck_assert_ptr_nonnull(strstr(text, "briefed: Late"));
    ck_assert_ptr_nonnull(strstr(text, "\"The carer rings at six\""));
    ck_assert_ptr_nonnull(strstr(text, "seen by nobody yet; NOT ACCEPTED yet"));
    say(s, EVENT_SEEN, "Night", brief);
    told_brief(&s->view, &told);
    told_words(&told, text);
    ck_assert_ptr_nonnull(strstr(text, "seen: Night"));
    ck_assert_ptr_nonnull(strstr(text, "NOT ACCEPTED yet"));
    say(s, EVENT_SHIFT_ACCEPTED, "Night", brief);
    told_brief(&s->view, &told);
    told_words(&told, text);
    ck_assert_ptr_nonnull(strstr(text, "accepted: Night"));
    ck_assert_ptr_null(strstr(text, "since"));
    free(s);
}
END_TEST

START_TEST(what_answers_an_older_brief_does_not_answer_the_newest)
{
    struct story *s = story_new();
    struct told told;
    int older = say(s, EVENT_SHIFT_BRIEF, "Early", -1);

    say(s, EVENT_SHIFT_ACCEPTED, "Late", older);
    say(s, EVENT_SHIFT_BRIEF, "Late", -1);
    say(s, EVENT_SEEN, "Night", older);
    told_brief(&s->view, &told);
    ck_assert_ptr_null(told.accepted);
    ck_assert_ptr_null(told.seen);
    free(s);
}
END_TEST

START_TEST(an_acceptance_by_nobody_who_may_is_none)
{
    struct story *s = story_new();
    struct told told;
    int brief = say(s, EVENT_SHIFT_BRIEF, "Late", -1);

    s->events[say(s, EVENT_SHIFT_ACCEPTED, "Partner", brief)].proposal = true;
    told_brief(&s->view, &told);
    ck_assert_ptr_null(told.accepted);
    free(s);
}
END_TEST

START_TEST(what_happened_since_is_counted_without_the_marks)
{
    struct story *s = story_new();
    struct told told;
    int brief = say(s, EVENT_SHIFT_BRIEF, "Late", -1);

    say(s, EVENT_SIGHTING, "Late", -1);
    say(s, EVENT_SHIFT_ACCEPTED, "Night", brief);
    say(s, EVENT_SIGHTING, "Night", -1);
    say(s, EVENT_SEEN, "Other", brief);
    told_brief(&s->view, &told);
    ck_assert_uint_eq(told.since, 1);
    free(s);
}
END_TEST

START_TEST(an_offer_is_waiting_until_it_is_answered)
{
    struct story *s = story_new();
    struct told told;

    say(s, EVENT_HANDOVER_OFFER, "North", -1);
    told_offer(&s->view, &told);
    ck_assert_ptr_eq(told.event, &s->events[0]);
    ck_assert_ptr_null(told.accepted);
    s->events[say(s, EVENT_HANDOVER_OFFER, "Sergeant", -1)].withdraws = true; /* another one, proposed, was left */
    told_offer(&s->view, &told);
    ck_assert_ptr_eq(told.event, &s->events[0]);
    say(s, EVENT_HANDOVER_ACCEPT, "East", -1);
    told_offer(&s->view, &told);
    ck_assert_ptr_eq(told.accepted, &s->events[2]);
    say(s, EVENT_HANDOVER_OFFER, "East", -1);
    say(s, EVENT_HANDOVER_DECLINE, "West", -1);
    told_offer(&s->view, &told);
    ck_assert_ptr_null(told.event); /* declined: nothing waits */
    free(s);
}
END_TEST

/* By sync an acceptance may turn out to have none: the offer is as open as before, and it is said who must accept. */
START_TEST(an_acceptance_without_effect_leaves_the_offer_open)
{
    struct story *s = story_new();
    Cw__ViewNote note = CW__VIEW_NOTE__INIT, *notes[] = {&note};
    char text[TOLD_LEN_MAX];
    struct told told;
    int accepted;

    give_detail(s, say(s, EVENT_HANDOVER_OFFER, "North", -1), FIELD_TO_DIVISION, "WST");
    accepted = say(s, EVENT_HANDOVER_ACCEPT, "Sergeant", -1);
    s->events[accepted].refused_transition = true;
    s->events[accepted].op = s->events[accepted].event_id;
    told_offer(&s->view, &told);
    ck_assert_ptr_eq(told.event, &s->events[0]);
    ck_assert_ptr_null(told.accepted);
    ck_assert_ptr_eq(told.refused, &s->events[accepted]);
    ck_assert(!told.lacked_rank);
    note.kind = 4;
    note.op = s->events[accepted].op;
    s->view.notes = notes;
    s->view.n_notes = 1;
    told_offer(&s->view, &told);
    told_words(&told, text);
    ck_assert_ptr_nonnull(strstr(text, "offered to WST: North"));
    ck_assert_ptr_nonnull(strstr(text, "accepted WITHOUT EFFECT: Sergeant"));
    ck_assert_ptr_nonnull(strstr(text, "NOT ACCEPTED yet: an inspector"));
    say(s, EVENT_HANDOVER_ACCEPT, "Inspector", -1);
    told_offer(&s->view, &told);
    ck_assert_ptr_nonnull(told.accepted);
    ck_assert_ptr_null(told.refused);
    free(s);
}
END_TEST

START_TEST(a_task_is_open_until_somebody_says_what_came_of_it)
{
    struct story *s = story_new();
    char text[TASK_LEN_MAX];
    int first = say(s, EVENT_ACTION, "Late", -1), second = say(s, EVENT_ACTION, "Late", -1);

    give_detail(s, first, FIELD_DECISION, "Ask the bus depot");
    give_detail(s, second, FIELD_DECISION, "Ask the other depot");
    ck_assert_ptr_eq(task_next(&s->view, NULL), &s->events[second]);
    ck_assert_ptr_eq(task_next(&s->view, &s->events[second]), &s->events[first]);
    ck_assert_ptr_null(task_next(&s->view, &s->events[first]));
    task_words(&s->events[first], text);
    ck_assert_str_eq(text, "Ask the bus depot [010101]");
    s->events[first].has_corrected_by = true;
    give_detail(s, say(s, EVENT_ACTION, "Night", -1), FIELD_RESULT, "On no bus");
    ck_assert_ptr_eq(task_next(&s->view, NULL), &s->events[second]);
    ck_assert_ptr_null(task_next(&s->view, &s->events[second]));
    s->events[second].has_withdrawn_by = true;
    ck_assert_ptr_null(task_next(&s->view, NULL));
    free(s);
}
END_TEST

Suite *suite_marks(void)
{
    Suite *s = suite_create("marks");
    TCase *t = tcase_create("told");

    tcase_add_test(t, a_brief_is_told_then_seen_then_accepted);
    tcase_add_test(t, what_answers_an_older_brief_does_not_answer_the_newest);
    tcase_add_test(t, an_acceptance_by_nobody_who_may_is_none);
    tcase_add_test(t, what_happened_since_is_counted_without_the_marks);
    tcase_add_test(t, an_offer_is_waiting_until_it_is_answered);
    tcase_add_test(t, an_acceptance_without_effect_leaves_the_offer_open);
    tcase_add_test(t, a_task_is_open_until_somebody_says_what_came_of_it);
    suite_add_tcase(s, t);
    return s;
}
