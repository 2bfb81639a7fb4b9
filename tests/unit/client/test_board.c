/* SPDX-License-Identifier: Apache-2.0 */
/* Figures for a board: what counts in a period, and what is traced. */
#include "tool/board.h"

#include "proto/id.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_board(void);

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define FROM (100 * DAY)
#define TO (200 * DAY)
#define EVENTS_MAX 16

/* A view with events that are added one by one, each later than those before; its first episode was last seen at `first`. */
struct made {
    Cw__CaseView view;
    Cw__ViewField seen, *fields[1];
    Cw__ViewValue seen_value, *seen_values[1];
    Cw__Value seen_is;
    Cw__Interval seen_at;
    Cw__ViewEvent events[EVENTS_MAX], *event_at[EVENTS_MAX];
    Cw__ViewField details[EVENTS_MAX][2], *detail_at[EVENTS_MAX][2];
    Cw__ViewValue values[EVENTS_MAX][2], *value_at[EVENTS_MAX][2];
    Cw__Value is[EVENTS_MAX][2];
    Cw__Interval interval[EVENTS_MAX];
    uint8_t ops[EVENTS_MAX][CW_ID_LEN];
    Cw__ViewDeadline duties[4], *duty_at[4];
    Cw__ViewEpisode episodes[4], *episode_at[4];
    char duty_op[CW_ID_LEN];
};

static struct made *made;
static struct board board;

static void set_interval(Cw__Value *value, Cw__Interval *interval, int64_t at)
{
    cw__value__init(value);
    cw__interval__init(interval);
    interval->has_earliest_ms = interval->has_latest_ms = 1;
    interval->earliest_ms = interval->latest_ms = at;
    value->interval = interval;
}

static void put_field(Cw__ViewField *field, uint32_t number, Cw__ViewValue *value, Cw__ViewValue **values,
                      Cw__Value *is)
{
    cw__view_field__init(field);
    cw__view_value__init(value);
    field->has_field = 1;
    field->field = number;
    field->n_values = 1;
    field->values = values;
    values[0] = value;
    value->value = is;
}

static void begin(int64_t first)
{
    free(made);
    made = calloc(1, sizeof *made);
    cw__case_view__init(&made->view);
    made->view.human_ref = wire_bytes(slice_of("MC/NTH/2026/ABCDEFG-H"));
    set_interval(&made->seen_is, &made->seen_at, first);
    put_field(&made->seen, FIELD_LAST_SEEN, &made->seen_value, made->seen_values, &made->seen_is);
    made->fields[0] = &made->seen;
    made->view.n_fields = 1;
    made->view.fields = made->fields;
    made->view.events = made->event_at;
    made->view.deadlines = made->duty_at;
    made->view.episodes = made->episode_at;
    if (board.traces[0] != NULL)
        board_done(&board);
    board_begin(&board, (struct cw_wall){FROM}, (struct cw_wall){TO}, (struct cw_wall){TO + DAY});
}

static Cw__ViewEvent *add(uint32_t type, int64_t at, int64_t rhi_step)
{
    size_t i = made->view.n_events++;
    Cw__ViewEvent *event = &made->events[i];

    cw__view_event__init(event);
    memmove(&made->event_at[1], &made->event_at[0], i * sizeof(Cw__ViewEvent *)); /* the newest is first */
    made->event_at[0] = event;
    event->has_type = event->has_op = 1;
    event->type = type;
    made->ops[i][0] = (uint8_t)(i + 1);
    event->op = wire_bytes(slice(made->ops[i], CW_ID_LEN));
    event->event_id = event->op;
    event->author_time_ms = (uint64_t)at;
    set_interval(&made->is[i][0], &made->interval[i], at);
    put_field(&made->details[i][0], FIELD_OCCURRED, &made->values[i][0], &made->value_at[i][0], &made->is[i][0]);
    cw__value__init(&made->is[i][1]);
    made->is[i][1].number = rhi_step;
    put_field(&made->details[i][1], FIELD_RHI_STEP, &made->values[i][1], &made->value_at[i][1], &made->is[i][1]);
    made->detail_at[i][0] = &made->details[i][0];
    made->detail_at[i][1] = &made->details[i][1];
    event->n_fields = rhi_step != 0 ? 2 : 1;
    event->fields = made->detail_at[i];
    return event;
}

static Cw__ViewDeadline *add_duty(int64_t due)
{
    size_t i = made->view.n_deadlines++;

    cw__view_deadline__init(&made->duties[i]);
    made->duty_at[i] = &made->duties[i];
    made->duties[i].clock = wire_bytes(slice_of("M8"));
    made->duties[i].due_ms = (uint64_t)due;
    return &made->duties[i];
}

/* What the episode of this report came to; NULL: of the first one. */
static void put_state(const Cw__ViewEvent *report, const char *state)
{
    size_t i = made->view.n_episodes++;

    cw__view_episode__init(&made->episodes[i]);
    made->episode_at[i] = &made->episodes[i];
    made->episodes[i].state = wire_bytes(slice_of(state));
    if (report != NULL)
        made->episodes[i].episode = report->event_id;
}

static void put_right(Cw__ViewEvent *event, Cw__ViewEvent *by)
{
    event->corrected_by = by->op;
    by->n_corrects = 1;
    by->corrects = &event->op;
}

static size_t count(enum board_figure figure)
{
    return json_array_size(board.traces[figure]);
}

static void look(void)
{
    const Cw__CaseView *page = &made->view;

    board_count(&board, &(struct board_record){1, &page}, 1);
    board_end(&board);
}

/* The view that was made so far, and another one beside it: two records of one child. */
static void look_with(struct made *other)
{
    const Cw__CaseView *pages[] = {&made->view, &other->view};
    const struct board_record records[] = {{1, &pages[0]}, {1, &pages[1]}};

    board_count(&board, records, CW_COUNT(records));
    board_end(&board);
    free(other);
}

/* Puts away what was made, and begins another record whose first episode was last seen at `first`. */
static struct made *begin_another(int64_t first)
{
    struct made *kept = made;

    made = NULL;
    begin(first);
    return kept;
}

static void end(void)
{
    board_done(&board);
    board.traces[0] = NULL;
    free(made);
    made = NULL;
}

START_TEST(an_episode_counts_in_the_period_in_which_it_was_reported)
{
    begin(FROM - 1);
    (void)add(EVENT_EPISODE_REPORTED, FROM, 0);
    (void)add(EVENT_EPISODE_REPORTED, TO - 1, 0);
    (void)add(EVENT_EPISODE_REPORTED, TO, 0);
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 2);
    ck_assert_uint_eq(count(BOARD_CHILDREN), 1);
    end();
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
    begin(FROM);
    first.op = wire_bytes(slice(opening, CW_ID_LEN));
    second.op = wire_bytes(slice(later, CW_ID_LEN));
    put_field(&title, FIELD_TITLE, &title_is, titles, NULL);
    title_is.set_by = &second;
    made->seen_value.set_by = &first;
    fields[0] = &title;
    fields[1] = &made->seen;
    made->view.n_fields = 2;
    made->view.fields = fields;
    made->view.case_id = wire_bytes(slice(id.b, CW_ID_LEN));
    look();
    hex_of(slice(opening, CW_ID_LEN), hex);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(board.traces[BOARD_CHILDREN], 0), "op")), hex);
    end();
}
END_TEST

START_TEST(three_episodes_in_ninety_days_are_a_repeat_once_for_a_child)
{
    begin(FROM - 50 * DAY);
    (void)add(EVENT_EPISODE_REPORTED, FROM, 0);
    (void)add(EVENT_EPISODE_REPORTED, FROM + 40 * DAY, 0); /* 90 days after the first */
    (void)add(EVENT_EPISODE_REPORTED, FROM + 41 * DAY, 0);
    look();
    ck_assert_uint_eq(count(BOARD_REPEAT), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(board.traces[BOARD_REPEAT], 0), "at_ms")),
                     FROM + 40 * DAY);
    begin(FROM - 50 * DAY);
    (void)add(EVENT_EPISODE_REPORTED, FROM, 0);
    (void)add(EVENT_EPISODE_REPORTED, FROM + 40 * DAY + 1, 0);
    look();
    ck_assert_uint_eq(count(BOARD_REPEAT), 0);
    end();
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
        begin(FROM);
        (void)add(EVENT_RETURNED, FROM + DAY, 0);
        if (cases[i].offered)
            (void)add(EVENT_RHI, FROM + DAY + 1, 1);
        (void)add(EVENT_RHI, FROM + DAY + cases[i].after, cases[i].step);
        look();
        ck_assert_uint_eq(count(BOARD_RETURNS), 1);
        for (int f = BOARD_ASKED; f <= BOARD_NOT_ASKED; f++)
            ck_assert_uint_eq(count((enum board_figure)f), (enum board_figure)f == cases[i].figure);
    }
    end();
}
END_TEST

/* docs/fold.md §19.4: what the claim says counts, and a return that was seen is not counted once more. */
START_TEST(a_claim_that_an_inspector_confirmed_is_a_return)
{
    begin(FROM);
    (void)add(EVENT_RETURN_CLAIM, FROM + DAY, 0);
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 0);
    begin(FROM);
    (void)add(EVENT_RETURN_CLAIM, FROM + DAY, 0);
    add(EVENT_RETURN_CONFIRMED, FROM + 2 * DAY, 0)->n_fields = 0; /* it says no time */
    (void)add(EVENT_RHI, FROM + DAY + 73 * HOUR, 5);
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    ck_assert_uint_eq(count(BOARD_ASKED_LATE), 1);
    begin(FROM);
    (void)add(EVENT_RETURN_CLAIM, FROM + DAY, 0);
    (void)add(EVENT_RETURNED, FROM + DAY, 0);
    (void)add(EVENT_RETURN_CONFIRMED, FROM + 2 * DAY, 0);
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    end();
}
END_TEST

/* DOMAIN 7.3: reported in error. Nobody was missing, so it is no third time either. */
START_TEST(an_episode_that_was_cancelled_is_none)
{
    begin(FROM);
    put_state(add(EVENT_EPISODE_REPORTED, FROM + DAY, 0), "cancelled");
    (void)add(EVENT_EPISODE_CANCELLED, FROM + DAY + HOUR, 0);
    (void)add(EVENT_EPISODE_REPORTED, FROM + 2 * DAY, 0);
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 2);
    ck_assert_uint_eq(count(BOARD_REPEAT), 0);
    begin(FROM);
    put_state(NULL, "cancelled");
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 0);
    ck_assert_uint_eq(count(BOARD_CHILDREN), 0);
    end();
}
END_TEST

/* The placement reported in error, and again while the home still looks for the child: that is the home's absence. */
START_TEST(a_cancelled_report_ends_no_absence_of_another_record)
{
    struct made *home;

    begin(FROM);
    home = begin_another(FROM + HOUR);
    put_state(NULL, "cancelled");
    (void)add(EVENT_EPISODE_CANCELLED, FROM + 2 * HOUR, 0);
    (void)add(EVENT_EPISODE_REPORTED, FROM + 3 * HOUR, 0);
    look_with(home);
    ck_assert_uint_eq(count(BOARD_EPISODES), 1);
    end();
}
END_TEST

START_TEST(a_return_that_was_none_does_not_count)
{
    static const uint32_t undoing[] = {EVENT_STILL_MISSING, EVENT_FOUND_DEAD_CONFIRMED};

    for (size_t i = 0; i < CW_COUNT(undoing); i++) {
        begin(FROM);
        (void)add(EVENT_RETURNED, FROM + DAY, 0);
        (void)add(undoing[i], FROM + DAY + HOUR, 0);
        look();
        ck_assert_uint_eq(count(BOARD_RETURNS), 0);
        ck_assert_uint_eq(count(BOARD_NOT_ASKED), 0);
    }
    (void)add(EVENT_RETURNED, FROM + 2 * DAY, 0); /* the child came back after all */
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    end();
}
END_TEST

/* Only by what took effect: what was taken back, proposed or refused undoes nothing, nor does another episode's. */
START_TEST(a_return_stands_when_what_said_otherwise_does_not)
{
    begin(FROM);
    (void)add(EVENT_RETURNED, FROM + DAY, 0);
    add(EVENT_STILL_MISSING, FROM + DAY, 0)->withdrawn_by = wire_bytes(slice_of("op"));
    add(EVENT_STILL_MISSING, FROM + DAY, 0)->proposal = 1;
    add(EVENT_STILL_MISSING, FROM + DAY, 0)->refused_transition = 1;
    add(EVENT_STILL_MISSING, FROM + DAY, 0)->withdraws = 1;
    add(EVENT_STILL_MISSING, FROM + DAY, 0)->episode = wire_bytes(slice_of("another"));
    put_right(add(EVENT_STILL_MISSING, FROM + DAY, 0), add(EVENT_RETURN_CONFIRMED, FROM + DAY, 0));
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    end();
}
END_TEST

/* docs/fold.md 12.2: a step is taken where it was said first. */
START_TEST(a_return_that_was_put_right_later_is_undone_as_it_was)
{
    begin(FROM);
    Cw__ViewEvent *returned = add(EVENT_RETURNED, FROM + DAY, 0);
    Cw__ViewEvent *missing = add(EVENT_STILL_MISSING, FROM + DAY + HOUR, 0);

    put_right(returned, add(EVENT_RETURNED, FROM + DAY + 1, 0));
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 0);
    (void)add(EVENT_RETURNED, FROM + 2 * DAY, 0);
    put_right(missing, add(EVENT_STILL_MISSING, FROM + DAY + HOUR, 0)); /* it undoes no more than it did */
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    end();
}
END_TEST

START_TEST(a_claim_that_was_refuted_says_nothing_of_when_the_child_was_back)
{
    begin(FROM);
    (void)add(EVENT_RETURN_CLAIM, FROM + 3 * DAY, 0);
    (void)add(EVENT_CLAIM_REFUTED, FROM + 3 * DAY, 0);
    (void)add(EVENT_RETURN_CLAIM, FROM + 2 * DAY, 0);
    add(EVENT_RETURN_CONFIRMED, FROM + 4 * DAY, 0)->n_fields = 0;
    look();
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(board.traces[BOARD_RETURNS], 0), "at_ms")),
                     FROM + 2 * DAY);
    end();
}
END_TEST

/* The home's return was none, so the placement's report of later the same day is of the same absence. */
START_TEST(a_return_that_was_none_ends_no_absence_of_another_record)
{
    struct made *home;

    begin(FROM);
    (void)add(EVENT_RETURNED, FROM + HOUR, 0);
    (void)add(EVENT_STILL_MISSING, FROM + 2 * HOUR, 0);
    home = begin_another(FROM + 3 * HOUR);
    look_with(home);
    ck_assert_uint_eq(count(BOARD_EPISODES), 1);
    end();
}
END_TEST

START_TEST(an_interview_of_another_episode_is_none_of_this)
{
    begin(FROM);
    (void)add(EVENT_RETURNED, FROM + DAY, 0);
    add(EVENT_RHI, FROM + DAY + HOUR, 5)->episode = wire_bytes(slice_of("another"));
    look();
    ck_assert_uint_eq(count(BOARD_NOT_ASKED), 1);
    end();
}
END_TEST

START_TEST(what_is_corrected_taken_back_repeated_or_proposed_does_not_count)
{
    static ProtobufCBinaryData same;

    begin(FROM - DAY);
    add(EVENT_EPISODE_REPORTED, FROM, 0)->corrected_by = wire_bytes(slice_of("op"));
    add(EVENT_EPISODE_REPORTED, FROM, 0)->withdrawn_by = wire_bytes(slice_of("op"));
    add(EVENT_EPISODE_REPORTED, FROM, 0)->withdraws = 1;
    add(EVENT_EPISODE_REPORTED, FROM, 0)->proposal = 1;
    add(EVENT_EPISODE_REPORTED, FROM, 0)->refused_transition = 1;
    Cw__ViewEvent *again = add(EVENT_RETURNED, FROM, 0);
    again->n_same_as = 1;
    again->same_as = &same;
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 0);
    ck_assert_uint_eq(count(BOARD_RETURNS), 0);
    end();
}
END_TEST

START_TEST(times_that_nobody_lived_in_make_no_figure)
{
    begin(INT64_MIN);
    (void)add(EVENT_EPISODE_REPORTED, INT64_MIN + 1, 0);
    (void)add(EVENT_EPISODE_REPORTED, FROM, 0); /* the third, and ages after the first */
    (void)add(EVENT_EPISODE_REPORTED, INT64_MAX, 0);
    (void)add(EVENT_RETURNED, FROM, 0);
    (void)add(EVENT_RHI, INT64_MAX, 5);
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 1);
    ck_assert_uint_eq(count(BOARD_REPEAT), 0);
    ck_assert_uint_eq(count(BOARD_ASKED), 0);
    ck_assert_uint_eq(count(BOARD_ASKED_LATE), 1);
    end();
}
END_TEST

START_TEST(a_duty_is_breached_when_it_was_not_done_by_then)
{
    begin(FROM);
    Cw__ViewEvent *late = add(EVENT_NOTE, FROM + DAY + 1, 0), *early = add(EVENT_NOTE, FROM + DAY, 0);
    (void)add_duty(FROM + DAY);
    add_duty(FROM + DAY)->met_by = late->op;
    add_duty(FROM + DAY)->met_by = early->op;
    (void)add_duty(TO); /* not in the period */
    look();
    ck_assert_uint_eq(count(BOARD_BREACHED), 2);
    begin(FROM);
    board.now.ms = FROM + DAY;
    (void)add_duty(FROM + DAY); /* due now */
    Cw__ViewDeadline *said = add_duty(FROM + HOUR);
    said->has_state = 1;
    said->state = wire_bytes(slice_of("waived"));
    said = add_duty(FROM + HOUR);
    said->has_state = 1;
    said->state = wire_bytes(slice_of("met late"));
    look();
    ck_assert_uint_eq(count(BOARD_BREACHED), 1);
    end();
}
END_TEST

static const char *traced_op(enum board_figure figure)
{
    return json_string_value(json_object_get(json_array_get(board.traces[figure], 0), "op"));
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
    begin(FROM);
    d = add_duty(FROM + DAY);
    d->start = wire_bytes(slice(started, CW_ID_LEN));
    look();
    hex_of(slice(started, CW_ID_LEN), hex);
    ck_assert_str_eq(traced_op(BOARD_BREACHED), hex);
    begin(FROM);
    d = add_duty(FROM + DAY);
    d->start = wire_bytes(slice(started, CW_ID_LEN));
    d->n_marks = CW_COUNT(marks);
    d->marks = mark_at;
    look();
    hex_of(slice(breached, CW_ID_LEN), hex);
    ck_assert_str_eq(traced_op(BOARD_BREACHED), hex);
    begin(FROM);
    d = add_duty(FROM + DAY);
    d->n_marks = CW_COUNT(marks);
    d->marks = mark_at;
    d->has_state = 1;
    d->state = wire_bytes(slice_of("met late"));
    d->met_by = wire_bytes(slice(late, CW_ID_LEN));
    look();
    hex_of(slice(late, CW_ID_LEN), hex);
    ck_assert_str_eq(traced_op(BOARD_BREACHED), hex);
    end();
}
END_TEST

START_TEST(one_absence_of_two_records_is_one_episode_and_one_return)
{
    struct made *home;

    begin(FROM); /* the home reports it, and a return with its interview */
    (void)add(EVENT_RETURNED, FROM + 10 * HOUR, 0);
    (void)add(EVENT_RHI, FROM + 20 * HOUR, 5);
    home = begin_another(FROM + HOUR); /* so does the placement, an hour later */
    (void)add(EVENT_RETURNED, FROM + 11 * HOUR, 0);
    look_with(home);
    ck_assert_uint_eq(count(BOARD_CHILDREN), 1);
    ck_assert_uint_eq(count(BOARD_EPISODES), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(board.traces[BOARD_EPISODES], 0), "at_ms")),
                     FROM);
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    ck_assert_uint_eq(count(BOARD_ASKED), 1);
    ck_assert_uint_eq(board.cases, 2);
    end();
}
END_TEST

START_TEST(three_absences_are_a_repeat_whichever_records_tell_of_them)
{
    struct made *first;

    begin(FROM);
    (void)add(EVENT_RETURNED, FROM + DAY, 0);
    (void)add(EVENT_EPISODE_REPORTED, FROM + 40 * DAY, 0);
    (void)add(EVENT_RETURNED, FROM + 41 * DAY, 0);
    first = begin_another(FROM + 20 * DAY);
    (void)add(EVENT_RETURNED, FROM + 21 * DAY, 0);
    (void)add(EVENT_EPISODE_REPORTED, FROM + 40 * DAY + HOUR, 0); /* told of by the other record too */
    look_with(first);
    ck_assert_uint_eq(count(BOARD_CHILDREN), 1);
    ck_assert_uint_eq(count(BOARD_EPISODES), 3);
    ck_assert_uint_eq(count(BOARD_REPEAT), 1);
    ck_assert_uint_eq(count(BOARD_RETURNS), 3);
    end();
}
END_TEST

START_TEST(two_reports_of_one_record_are_two_episodes)
{
    begin(FROM);
    (void)add(EVENT_EPISODE_REPORTED, FROM + HOUR, 0); /* beside a live one, on purpose */
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 2);
    end();
}
END_TEST

static void duty_that_ended(const char *state, int64_t due, int64_t since)
{
    Cw__ViewDeadline *d = add_duty(due);

    d->has_state = 1;
    d->state = wire_bytes(slice_of(state));
    d->has_since_ms = 1;
    d->since_ms = (uint64_t)since;
}

START_TEST(a_duty_that_was_late_when_the_child_came_back_was_not_done_in_time)
{
    begin(FROM);
    duty_that_ended("ended", FROM + DAY, FROM + 2 * DAY);
    duty_that_ended("waived", FROM + DAY, FROM + 2 * DAY);
    duty_that_ended("ended", FROM + 2 * DAY, FROM + DAY);
    duty_that_ended("waived", FROM + 2 * DAY, FROM + 2 * DAY);
    look();
    ck_assert_uint_eq(count(BOARD_BREACHED), 2);
    end();
}
END_TEST

START_TEST(two_reports_that_people_merged_are_one_episode_by_the_earlier)
{
    ProtobufCBinaryData merged;
    Cw__ViewEpisode first, *episodes[1] = {&first};

    begin(FROM);
    merged = add(EVENT_EPISODE_REPORTED, FROM - HOUR, 0)->event_id;
    cw__view_episode__init(&first);
    first.n_merged = 1;
    first.merged = &merged;
    made->view.n_episodes = 1;
    made->view.episodes = episodes;
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 0); /* it was reported before the period */
    board.from.ms -= 2 * HOUR;
    look();
    ck_assert_uint_eq(count(BOARD_EPISODES), 1);
    made->view.n_episodes = 0;
    end();
}
END_TEST

START_TEST(events_of_older_pages_count_as_those_of_the_newest)
{
    const Cw__CaseView *pages[2];
    struct made *newest;

    begin(FROM);
    (void)add(EVENT_RETURNED, FROM + 2 * DAY, 0);
    newest = begin_another(FROM);
    made->view.n_fields = 0; /* an older page: events alone */
    (void)add(EVENT_EPISODE_REPORTED, FROM + DAY, 0);
    pages[0] = &newest->view;
    pages[1] = &made->view;
    board_count(&board, &(struct board_record){2, pages}, 1);
    board_end(&board);
    ck_assert_uint_eq(count(BOARD_EPISODES), 2);
    ck_assert_uint_eq(count(BOARD_RETURNS), 1);
    free(newest);
    end();
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
    tcase_add_test(t, an_episode_that_was_cancelled_is_none);
    tcase_add_test(t, a_cancelled_report_ends_no_absence_of_another_record);
    tcase_add_test(t, a_return_that_was_none_does_not_count);
    tcase_add_test(t, a_return_stands_when_what_said_otherwise_does_not);
    tcase_add_test(t, a_return_that_was_put_right_later_is_undone_as_it_was);
    tcase_add_test(t, a_claim_that_was_refuted_says_nothing_of_when_the_child_was_back);
    tcase_add_test(t, a_return_that_was_none_ends_no_absence_of_another_record);
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
