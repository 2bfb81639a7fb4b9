/* SPDX-License-Identifier: Apache-2.0 */
/* Figures for a board: what counts in a period, and what is traced. */
#include "tests/unit/client/board_page.h"

#include "proto/id.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_board(void);

START_TEST(an_episode_counts_in_the_period_in_which_it_was_reported)
{
    page_begin(FROM - 1);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, TO - 1, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, TO, 0);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 2);
    ck_assert_uint_eq(page_count(BOARD_CHILDREN), 1);
    page_end();
}
END_TEST

/* A title that was changed later is not what the child was reported by. */
START_TEST(the_first_episode_is_traced_to_what_opened_the_case)
{
    static uint8_t opening[CW_ID_LEN] = {7}, later[CW_ID_LEN] = {8};
    struct cw_op_id op;
    struct cw_case_id id;
    Cw__ViewField title, *fields[2];
    Cw__ViewValue title_is, *titles[1];
    Cw__OpRef first = CW__OP_REF__INIT, second = CW__OP_REF__INIT;
    char hex[2 * CW_ID_LEN + 1];

    memcpy(op.b, opening, CW_ID_LEN);
    case_id_of(&op, &id);
    page_begin(FROM);
    first.op = wire_bytes(slice(opening, CW_ID_LEN));
    second.op = wire_bytes(slice(later, CW_ID_LEN));
    page_put_field(&title, FIELD_TITLE, &title_is, titles, NULL);
    title_is.set_by = &second;
    page->seen_value.set_by = &first;
    fields[0] = &title;
    fields[1] = &page->seen;
    page->view.n_fields = 2;
    page->view.fields = fields;
    page->view.case_id = wire_bytes(slice(id.b, CW_ID_LEN));
    page_look();
    hex_of(slice(opening, CW_ID_LEN), hex);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(page_board.traces[BOARD_CHILDREN], 0), "op")),
                     hex);
    page_end();
}
END_TEST

START_TEST(three_episodes_in_ninety_days_are_a_repeat_once_for_a_child)
{
    page_begin(FROM - 50 * DAY);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + 40 * DAY, 0); /* 90 days after the first */
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + 41 * DAY, 0);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_REPEAT), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(page_board.traces[BOARD_REPEAT], 0), "at_ms")),
                     FROM + 40 * DAY);
    page_begin(FROM - 50 * DAY);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + 40 * DAY + 1, 0);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_REPEAT), 0);
    page_end();
}
END_TEST

START_TEST(an_interview_counts_within_seventy_two_hours_of_the_return)
{
    static const struct {
        int64_t after, step;
        enum board_figure figure;
        bool offered;
    } cases[] = {{72 * HOUR, 5, BOARD_ASKED, false}, {72 * HOUR + 1, 5, BOARD_ASKED_LATE, false},
                 {HOUR, 3, BOARD_DECLINED, true},    {HOUR, 3, BOARD_NOT_ASKED, false}, /* it has no effect */
                 {HOUR, 1, BOARD_NOT_ASKED, false},  {-HOUR, 5, BOARD_NOT_ASKED, false}};

    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        page_begin(FROM);
        (void)page_event(EVENT_RETURNED, FROM + DAY, 0);
        if (cases[i].offered)
            (void)page_event(EVENT_RHI, FROM + DAY + 1, 1);
        (void)page_event(EVENT_RHI, FROM + DAY + cases[i].after, cases[i].step);
        page_look();
        ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
        for (int f = BOARD_ASKED; f <= BOARD_NOT_ASKED; f++)
            ck_assert_uint_eq(page_count((enum board_figure)f), (enum board_figure)f == cases[i].figure);
    }
    page_end();
}
END_TEST

/* docs/fold.md §19.4: what the claim says counts, and a return that was seen is not counted once more. */
START_TEST(a_claim_that_an_inspector_confirmed_is_a_return)
{
    page_begin(FROM);
    (void)page_event(EVENT_RETURN_CLAIM, FROM + DAY, 0);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 0);
    page_begin(FROM);
    (void)page_event(EVENT_RETURN_CLAIM, FROM + DAY, 0);
    page_event(EVENT_RETURN_CONFIRMED, FROM + 2 * DAY, 0)->n_fields = 0; /* it says no time */
    (void)page_event(EVENT_RHI, FROM + DAY + 73 * HOUR, 5);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    ck_assert_uint_eq(page_count(BOARD_ASKED_LATE), 1);
    page_begin(FROM);
    (void)page_event(EVENT_RETURN_CLAIM, FROM + DAY, 0);
    (void)page_event(EVENT_RETURNED, FROM + DAY, 0);
    (void)page_event(EVENT_RETURN_CONFIRMED, FROM + 2 * DAY, 0);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    page_end();
}
END_TEST

START_TEST(an_interview_of_another_episode_is_none_of_this)
{
    page_begin(FROM);
    (void)page_event(EVENT_RETURNED, FROM + DAY, 0);
    page_event(EVENT_RHI, FROM + DAY + HOUR, 5)->episode = wire_bytes(slice_of("another"));
    page_look();
    ck_assert_uint_eq(page_count(BOARD_NOT_ASKED), 1);
    page_end();
}
END_TEST

START_TEST(what_is_corrected_taken_back_repeated_or_proposed_does_not_count)
{
    static ProtobufCBinaryData same;

    page_begin(FROM - DAY);
    page_event(EVENT_EPISODE_REPORTED, FROM, 0)->corrected_by = wire_bytes(slice_of("op"));
    page_event(EVENT_EPISODE_REPORTED, FROM, 0)->withdrawn_by = wire_bytes(slice_of("op"));
    page_event(EVENT_EPISODE_REPORTED, FROM, 0)->withdraws = 1;
    page_event(EVENT_EPISODE_REPORTED, FROM, 0)->proposal = 1;
    page_event(EVENT_EPISODE_REPORTED, FROM, 0)->refused_transition = 1;
    Cw__ViewEvent *again = page_event(EVENT_RETURNED, FROM, 0);
    again->n_same_as = 1;
    again->same_as = &same;
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 0);
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 0);
    page_end();
}
END_TEST

START_TEST(times_that_nobody_lived_in_make_no_figure)
{
    page_begin(INT64_MIN);
    (void)page_event(EVENT_EPISODE_REPORTED, INT64_MIN + 1, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM, 0); /* the third, and ages after the first */
    (void)page_event(EVENT_EPISODE_REPORTED, INT64_MAX, 0);
    (void)page_event(EVENT_RETURNED, FROM, 0);
    (void)page_event(EVENT_RHI, INT64_MAX, 5);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 1);
    ck_assert_uint_eq(page_count(BOARD_REPEAT), 0);
    ck_assert_uint_eq(page_count(BOARD_ASKED), 0);
    ck_assert_uint_eq(page_count(BOARD_ASKED_LATE), 1);
    page_end();
}
END_TEST

START_TEST(a_duty_is_breached_when_it_was_not_done_by_then)
{
    page_begin(FROM);
    Cw__ViewEvent *late = page_event(EVENT_NOTE, FROM + DAY + 1, 0), *early = page_event(EVENT_NOTE, FROM + DAY, 0);
    (void)page_duty(FROM + DAY);
    page_duty(FROM + DAY)->met_by = late->op;
    page_duty(FROM + DAY)->met_by = early->op;
    (void)page_duty(TO); /* not in the period */
    page_look();
    ck_assert_uint_eq(page_count(BOARD_BREACHED), 2);
    page_begin(FROM);
    page_board.now.ms = FROM + DAY;
    (void)page_duty(FROM + DAY); /* due now */
    Cw__ViewDeadline *said = page_duty(FROM + HOUR);
    said->has_state = 1;
    said->state = wire_bytes(slice_of("waived"));
    said = page_duty(FROM + HOUR);
    said->has_state = 1;
    said->state = wire_bytes(slice_of("met late"));
    page_look();
    ck_assert_uint_eq(page_count(BOARD_BREACHED), 1);
    page_end();
}
END_TEST

static const char *traced_op(enum board_figure figure)
{
    return json_string_value(json_object_get(json_array_get(page_board.traces[figure], 0), "op"));
}

/* By what met it too late, or else by the breach that a daemon signed, or else by what started it. */
START_TEST(a_duty_that_was_not_done_is_traced_to_its_breach)
{
    static uint8_t started[CW_ID_LEN] = {1}, refused[CW_ID_LEN] = {2}, breached[CW_ID_LEN] = {3}, late[CW_ID_LEN] = {4};
    Cw__ViewMark marks[3], *mark_at[3];
    uint8_t *const ops[] = {started, refused, breached};
    char hex[2 * CW_ID_LEN + 1];
    Cw__ViewDeadline *d;

    for (size_t i = 0; i < CW_COUNT(marks); i++) {
        cw__view_mark__init(&marks[i]);
        mark_at[i] = &marks[i];
        marks[i].what = wire_bytes(slice_of(i == 0 ? "seen" : "breached"));
        marks[i].op = wire_bytes(slice(ops[i], CW_ID_LEN));
    }
    marks[1].without_effect = 1;
    page_begin(FROM);
    d = page_duty(FROM + DAY);
    d->start = wire_bytes(slice(started, CW_ID_LEN));
    page_look();
    hex_of(slice(started, CW_ID_LEN), hex);
    ck_assert_str_eq(traced_op(BOARD_BREACHED), hex);
    page_begin(FROM);
    d = page_duty(FROM + DAY);
    d->start = wire_bytes(slice(started, CW_ID_LEN));
    d->n_marks = CW_COUNT(marks);
    d->marks = mark_at;
    page_look();
    hex_of(slice(breached, CW_ID_LEN), hex);
    ck_assert_str_eq(traced_op(BOARD_BREACHED), hex);
    page_begin(FROM);
    d = page_duty(FROM + DAY);
    d->n_marks = CW_COUNT(marks);
    d->marks = mark_at;
    d->has_state = 1;
    d->state = wire_bytes(slice_of("met late"));
    d->met_by = wire_bytes(slice(late, CW_ID_LEN));
    page_look();
    hex_of(slice(late, CW_ID_LEN), hex);
    ck_assert_str_eq(traced_op(BOARD_BREACHED), hex);
    page_end();
}
END_TEST

START_TEST(one_absence_of_two_records_is_one_episode_and_one_return)
{
    struct page *home;

    page_begin(FROM); /* the home reports it, and a return with its interview */
    (void)page_event(EVENT_RETURNED, FROM + 10 * HOUR, 0);
    (void)page_event(EVENT_RHI, FROM + 20 * HOUR, 5);
    home = page_another(FROM + HOUR); /* so does the placement, an hour later */
    (void)page_event(EVENT_RETURNED, FROM + 11 * HOUR, 0);
    page_look_with(home);
    ck_assert_uint_eq(page_count(BOARD_CHILDREN), 1);
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(page_board.traces[BOARD_EPISODES], 0), "at_ms")),
                     FROM);
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    ck_assert_uint_eq(page_count(BOARD_ASKED), 1);
    ck_assert_uint_eq(page_board.cases, 2);
    page_end();
}
END_TEST

START_TEST(three_absences_are_a_repeat_whichever_records_tell_of_them)
{
    struct page *first;

    page_begin(FROM);
    (void)page_event(EVENT_RETURNED, FROM + DAY, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + 40 * DAY, 0);
    (void)page_event(EVENT_RETURNED, FROM + 41 * DAY, 0);
    first = page_another(FROM + 20 * DAY);
    (void)page_event(EVENT_RETURNED, FROM + 21 * DAY, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + 40 * DAY + HOUR, 0); /* told of by the other record too */
    page_look_with(first);
    ck_assert_uint_eq(page_count(BOARD_CHILDREN), 1);
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 3);
    ck_assert_uint_eq(page_count(BOARD_REPEAT), 1);
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 3);
    page_end();
}
END_TEST

START_TEST(two_reports_of_one_record_are_two_episodes)
{
    page_begin(FROM);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + HOUR, 0); /* beside a live one, on purpose */
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 2);
    page_end();
}
END_TEST

static void duty_that_ended(const char *state, int64_t due, int64_t since)
{
    Cw__ViewDeadline *d = page_duty(due);

    d->has_state = 1;
    d->state = wire_bytes(slice_of(state));
    d->has_since_ms = 1;
    d->since_ms = (uint64_t)since;
}

START_TEST(a_duty_that_was_late_when_the_child_came_back_was_not_done_in_time)
{
    page_begin(FROM);
    duty_that_ended("ended", FROM + DAY, FROM + 2 * DAY);
    duty_that_ended("waived", FROM + DAY, FROM + 2 * DAY);
    duty_that_ended("ended", FROM + 2 * DAY, FROM + DAY);
    duty_that_ended("waived", FROM + 2 * DAY, FROM + 2 * DAY);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_BREACHED), 2);
    page_end();
}
END_TEST

START_TEST(two_reports_that_people_merged_are_one_episode_by_the_earlier)
{
    ProtobufCBinaryData merged;
    Cw__ViewEpisode first, *episodes[1] = {&first};

    page_begin(FROM);
    merged = page_event(EVENT_EPISODE_REPORTED, FROM - HOUR, 0)->event_id;
    cw__view_episode__init(&first);
    first.n_merged = 1;
    first.merged = &merged;
    page->view.n_episodes = 1;
    page->view.episodes = episodes;
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 0); /* it was reported before the period */
    page_board.from.ms -= 2 * HOUR;
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 1);
    page->view.n_episodes = 0;
    page_end();
}
END_TEST

START_TEST(events_of_older_pages_count_as_those_of_the_newest)
{
    const Cw__CaseView *pages[2];
    struct page *newest;

    page_begin(FROM);
    (void)page_event(EVENT_RETURNED, FROM + 2 * DAY, 0);
    newest = page_another(FROM);
    page->view.n_fields = 0; /* an older page: events alone */
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + DAY, 0);
    pages[0] = &newest->view;
    pages[1] = &page->view;
    board_count(&page_board, &(struct board_record){2, pages}, 1);
    board_end(&page_board);
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 2);
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    free(newest);
    page_end();
}
END_TEST

Suite *suite_board(void)
{
    Suite *suite = suite_create("board");
    TCase *t = tcase_create("children");

    tcase_add_test(t, the_first_episode_is_traced_to_what_opened_the_case);
    tcase_add_test(t, an_episode_counts_in_the_period_in_which_it_was_reported);
    tcase_add_test(t, three_episodes_in_ninety_days_are_a_repeat_once_for_a_child);
    tcase_add_test(t, an_interview_counts_within_seventy_two_hours_of_the_return);
    tcase_add_test(t, a_claim_that_an_inspector_confirmed_is_a_return);
    tcase_add_test(t, an_interview_of_another_episode_is_none_of_this);
    tcase_add_test(t, what_is_corrected_taken_back_repeated_or_proposed_does_not_count);
    tcase_add_test(t, times_that_nobody_lived_in_make_no_figure);
    tcase_add_test(t, a_duty_is_breached_when_it_was_not_done_by_then);
    tcase_add_test(t, a_duty_that_was_not_done_is_traced_to_its_breach);
    tcase_add_test(t, one_absence_of_two_records_is_one_episode_and_one_return);
    tcase_add_test(t, three_absences_are_a_repeat_whichever_records_tell_of_them);
    tcase_add_test(t, two_reports_of_one_record_are_two_episodes);
    tcase_add_test(t, a_duty_that_was_late_when_the_child_came_back_was_not_done_in_time);
    tcase_add_test(t, two_reports_that_people_merged_are_one_episode_by_the_earlier);
    tcase_add_test(t, events_of_older_pages_count_as_those_of_the_newest);
    suite_add_tcase(suite, t);
    return suite;
}
