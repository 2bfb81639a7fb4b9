/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* What a daemon says by itself: the breach of a duty that nobody met, once, whoever dies; what is addressed to it. */

#define DUE_MS (INT64_C(30) * 60 * 1000) /* M1, after the report */
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define REVIEW_MS (4 * HOUR_MS) /* M2 of a child at high risk, after its assessment */
#define GRACE_MS INT64_C(20000)
#define LATE_MS INT64_C(60000)

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op child;

static void report_at(uint32_t count)
{
    lab = lab_started(count, 2000);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_open_child(lab, 1, &child);
    ck_assert_uint_eq(lab_ask(north, &child), CW_OK);
    lab_run(lab, 2000);
}

static void one_division(void)
{
    report_at(1);
}
static void two_divisions(void)
{
    report_at(2);
}
static void three_divisions(void)
{
    report_at(3);
}

static void end(void)
{
    lab_free(lab);
}

static void run_to(int64_t ms) /* since the report was written */
{
    ck_assert_int_gt(ms, lab->now);
    lab_run(lab, ms - lab->now);
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

struct seen {
    bool is_there;
    enum clock_end end;
    bool late, acknowledged;
    uint32_t breaches; /* ops that say so, with effect or without */
    uint32_t effective, delivered;
    char by[DIVISION_LEN_MAX + 1]; /* of the effective one */
    int64_t after_ms;              /* the deadline */
};

static void count_mark(const struct case_state *state, const struct case_clock *c, const struct case_mark *mark,
                       struct seen *out)
{
    const struct case_op *op = &state->ops[mark->op_index];

    out->delivered += mark->event == EVENT_DELIVERED;
    if (mark->event != EVENT_CLOCK_BREACHED)
        return;
    out->breaches++;
    if (mark->without_effect)
        return;
    out->effective++;
    ck_assert_uint_le(op->division.len, DIVISION_LEN_MAX);
    memcpy(out->by, op->division.data, op->division.len);
    out->by[op->division.len] = '\0';
    out->after_ms = op->author_time.ms - c->deadline_ms;
}

static struct seen look_for(struct lab_node *n, uint32_t clock)
{
    struct arena arena = room_arena(&lab->memory);
    struct node_read read;
    struct loaded_case c;
    struct seen out = {0};

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    ck_assert_int_eq(case_load(&read, &child.case_id, &arena, &c), CW_OK);
    for (uint32_t i = 0; i < c.state->clock_count; i++) {
        const struct case_clock *k = &c.state->clocks[i];

        if (k->clock != clock)
            continue;
        out.is_there = true;
        out.end = k->end;
        out.late = k->learned_late;
        out.acknowledged = k->ack != UINT32_MAX;
        for (uint32_t m = 0; m < k->mark_count; m++)
            count_mark(c.state, k, &c.state->marks[k->first_mark + m], &out);
    }
    node_read_done(&read);
    ck_assert(out.is_there);
    return out;
}

static struct seen look(struct lab_node *n)
{
    return look_for(n, CLOCK_M1);
}

/* --- saying ------------------------------------------------------------------------------------------------------- */

static void assess(struct lab_node *at, uint32_t number)
{
    struct op_write writes[] = {
        {.field = FIELD_MISSING_RISK, .verb = VERB_SET, .has_value = true, .has_max = true, .max_value = 4},
        {.field = FIELD_RATIONALE, .verb = VERB_SET, .has_value = true},
    };
    struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_RISK_ASSESSMENT, .write_count = 2, .writes = writes};
    struct lab_op out;

    writes[0].value = (struct op_value){VALUE_NUMBER, .number = 4};
    writes[1].value = (struct op_value){VALUE_TEXT, .text = slice_of("Known to be exploited")};
    lab_say(lab, number, &child.case_id, &op, &lab->world.officer, &out);
    ck_assert_uint_eq(lab_ask(at, &out), CW_OK);
}

/* What is overdue here, as a list shows it; *out_due: of the first row. */
static size_t overdue(struct lab_node *n, const char *owner, uint64_t *out_due)
{
    static struct room memory = ROOM(8 << 20);
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena arena = room_arena(&memory);
    struct writer w = writer_over(frame, sizeof frame);
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ListCases list = CW__LIST_CASES__INIT;
    ProtobufCMessage *message;

    SET_NUMBER(&list, overdue, 1);
    if (owner != NULL)
        SET_BYTES(&list, owner, wire_bytes(slice_of(owner)));
    request.list = &list;
    ck_assert_int_eq(answer_read(n->node, &who, &request, &arena, &w), CW_OK);
    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(w.data, w.len), &arena, &message, NULL), CW_OK);
    const Cw__Answer *answer = (const Cw__Answer *)(const void *)message;
    ck_assert_uint_eq(answer->code, CW_OK);
    *out_due = answer->list->n_rows > 0 ? answer->list->rows[0]->due_ms : 0;
    return answer->list->n_rows;
}

/* --- once --------------------------------------------------------------------------------------------------------- */

START_TEST(a_duty_that_nobody_met_is_signed_by_the_division_that_holds_it)
{
    struct seen s;

    run_to(DUE_MS - 1);
    ck_assert_uint_eq(look(north).breaches, 0);
    ck_assert_uint_eq(north->told[DUTY_DUE_SOON], 1);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 0);
    run_to(DUE_MS + 2000);
    for (uint32_t i = 0; i < 2; i++) {
        s = look(&lab->nodes[i]);
        ck_assert_uint_eq(s.breaches, 1);
        ck_assert_uint_eq(s.effective, 1);
        ck_assert_str_eq(s.by, "NTH");
        ck_assert_int_gt(s.after_ms, 0);
        ck_assert_int_le(s.after_ms, 100);
        ck_assert(!s.late);
        ck_assert_uint_eq(lab->nodes[i].told[DUTY_BREACHED], 1);
    }
    run_to(DUE_MS + LATE_MS * 5); /* and nobody adds another */
    ck_assert_uint_eq(look(north).breaches, 1);
    ck_assert_uint_eq(look(east).breaches, 1);
    ck_assert(lab_same_case(lab, &child.case_id));
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

START_TEST(a_duty_that_was_met_in_time_is_signed_by_nobody)
{
    run_to(DUE_MS - 5000);
    assess(north, 2);
    run_to(DUE_MS + 2 * LATE_MS);
    ck_assert_int_eq(look(north).end, CLOCK_END_MET);
    ck_assert_uint_eq(look(north).breaches, 0);
    ck_assert_uint_eq(look(east).breaches, 0);
    ck_assert_uint_eq(north->told[DUTY_BREACHED] + east->told[DUTY_BREACHED], 0);
}
END_TEST

START_TEST(it_climbs_at_every_division_until_somebody_has_it_in_hand)
{
    run_to(DUE_MS + INT64_C(16) * 60 * 1000); /* a rung waits fifteen minutes */
    ck_assert_uint_eq(north->told[DUTY_CLIMBED], 1);
    ck_assert_uint_eq(east->told[DUTY_CLIMBED], 1);
    ck_assert_uint_eq(east->level, 2);
    ck_assert_uint_eq(look(north).breaches, 1);
}
END_TEST

START_TEST(what_is_overdue_is_listed_until_it_is_done)
{
    uint64_t due;

    run_to(DUE_MS - 100);
    ck_assert_uint_eq(overdue(north, NULL, &due), 0);
    run_to(DUE_MS + 2000);
    ck_assert_uint_eq(overdue(north, NULL, &due), 1);
    ck_assert_uint_eq(due, WORLD_TIME_MS + DUE_MS);
    ck_assert_uint_eq(overdue(north, "NTH", &due), 1);
    ck_assert_uint_eq(overdue(north, "EST", &due), 0);
    ck_assert_uint_eq(overdue(east, NULL, &due), 1);
    assess(north, 2);
    lab_run(lab, 2000);
    ck_assert_uint_eq(overdue(north, NULL, &due), 0);
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

/* Dies at the k-th thing that the turn of the deadline does to the outside, for every k until the turn fits. */
START_TEST(a_daemon_that_dies_anywhere_while_it_signs_signs_once)
{
    uint32_t k = 1;

    for (bool survived = false; !survived; k++) {
        ck_assert_uint_lt(k, 30);
        run_to(DUE_MS - 1);
        north->calls = 0;
        north->dies_at = k;
        for (uint32_t i = 0; i < 4000 && !north->dead; i++, lab->now++) {
            if (node_wake_at(north->node).ms <= lab->now)
                (void)lab_turn(north);
        }
        survived = !north->dead;
        north->dies_at = 0;
        lab_crash(north);
        ck_assert_int_eq(lab_open(north), CW_OK);
        lab_run(lab, 2000);
        ck_assert_uint_eq(look(north).breaches, 1);
        ck_assert_uint_eq(look(north).effective, 1);
        ck_assert(!look(north).late);
        ck_assert_uint_ge(north->told[DUTY_BREACHED], 1);
        ck_assert(lab_store_is_whole(north, &lab->why));
        end();
        one_division(); /* the next one's, and in the end the fixture's */
    }
    ck_assert_uint_gt(k, 3);
}
END_TEST

START_TEST(a_daemon_that_was_down_says_that_it_learned_late)
{
    run_to(DUE_MS - 1000);
    lab_crash(north);
    lab->now = DUE_MS + 10 * LATE_MS;
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_run(lab, 2000);
    ck_assert_uint_eq(look(north).breaches, 1);
    ck_assert(look(north).late);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 1);
}
END_TEST

/* The risk is raised when the circulation of a child at high risk has been due for hours, and every rung is passed. */
START_TEST(a_deadline_that_moves_behind_what_was_acted_on_is_told_once)
{
    run_to(3 * HOUR_MS + 35 * MINUTE_MS); /* M4 of a child at lower risk is due soon */
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 1);
    ck_assert_uint_eq(look_for(north, CLOCK_M4).breaches, 0);
    assess(north, 2);
    lab_run(lab, 2000);
    ck_assert_uint_eq(look_for(north, CLOCK_M4).effective, 1);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 2);
    ck_assert_uint_gt(north->level, 1);
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_run(lab, 2 * LATE_MS);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 2);
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

/* A deadline may lie between what the clock says now and what it said when the case was acted on last. */
START_TEST(a_wall_clock_that_is_set_back_leaves_no_deadline_unsaid)
{
    struct seen s;

    lab->skew_ms = 10 * HOUR_MS;
    lab_run(lab, 61000); /* a clock that is wrong signs by what it shows, and is looked at every minute */
    ck_assert_uint_eq(look(north).breaches, 1);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 2); /* M1, and M4 after four hours */
    lab->skew_ms = 0;
    run_to(DUE_MS - 1);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 2);
    run_to(DUE_MS +
           1000); /* that clock was wrong: told again in its time, without an op in between, and not signed again */
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 3);
    ck_assert_uint_eq(look(north).breaches, 1);
    assess(north, 2);
    ck_assert_int_eq(look(north).end, CLOCK_END_MET);
    run_to(REVIEW_MS - 1);
    ck_assert_uint_eq(look_for(north, CLOCK_M2).breaches, 0);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 4); /* M4, which is due after one hour now */
    run_to(REVIEW_MS + 2000);
    s = look_for(north, CLOCK_M2);
    ck_assert_uint_eq(s.effective, 1);
    ck_assert_int_le(s.after_ms, 100);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 5);
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

/* --- for another ---------------------------------------------------------------------------------------------------- */

START_TEST(one_other_division_signs_for_a_holder_that_is_dead_and_before_it_would_be_late)
{
    struct seen s;

    run_to(DUE_MS - 1000);
    lab_crash(north);
    run_to(DUE_MS + GRACE_MS - 1000);
    ck_assert_uint_eq(look(east).breaches, 0);
    ck_assert_uint_eq(east->told[DUTY_BREACHED], 1); /* the people there are told at once */
    run_to(DUE_MS + LATE_MS);
    s = look(east);
    ck_assert_uint_eq(s.breaches, 1);
    ck_assert_uint_eq(s.effective, 1);
    ck_assert_str_ne(s.by, "NTH");
    ck_assert_int_ge(s.after_ms, GRACE_MS);
    ck_assert(!s.late);
    ck_assert_uint_eq(look(&lab->nodes[2]).breaches, 1);
}
END_TEST

/* It knows of it since it came back, and not since the deadline. */
START_TEST(who_comes_back_after_the_deadline_gives_the_holder_time_all_the_same)
{
    run_to(DUE_MS - 1000);
    for (uint32_t i = 0; i < 3; i++)
        lab_crash(&lab->nodes[i]);
    lab->now = DUE_MS + 5 * LATE_MS;
    for (uint32_t i = 1; i < 3; i++)
        lab_start(&lab->nodes[i]);
    lab_run(lab, GRACE_MS - 1000);
    ck_assert_uint_eq(east->told[DUTY_BREACHED], 1);
    ck_assert_uint_eq(look(east).breaches, 0);
    lab_run(lab, LATE_MS);
    ck_assert_uint_eq(look(east).effective, 1);
    ck_assert(look(east).late);
}
END_TEST

START_TEST(who_stands_in_waits_no_longer_for_a_clock_that_was_set_back)
{
    run_to(DUE_MS - 2000);
    lab_crash(north);
    lab->skew_ms = 10 * HOUR_MS; /* it is seen as missed, and waited for from then */
    for (uint32_t i = 1; i < 3; i++)
        lab_crash(&lab->nodes[i]);
    for (uint32_t i = 1; i < 3; i++)
        lab_start(&lab->nodes[i]);
    lab_run(lab, 1000);
    ck_assert_uint_ge(east->told[DUTY_BREACHED], 1);
    lab->skew_ms = 0;
    run_to(DUE_MS + LATE_MS);
    ck_assert_uint_eq(look(east).effective, 1);
    ck_assert(!look(east).late);
}
END_TEST

START_TEST(the_holder_that_comes_back_says_that_it_holds_the_breach_and_adds_none)
{
    run_to(DUE_MS - 1000);
    lab_crash(north);
    run_to(DUE_MS + LATE_MS);
    lab->cut = false;
    lab_start(north);
    lab_run(lab, 5000);
    ck_assert_uint_eq(look(east).delivered, 1);
    ck_assert_uint_eq(look(east).effective, 1);
    ck_assert_uint_eq(look(north).effective, 1);
    ck_assert_uint_le(look(north).breaches, 2); /* it may have started before it heard */
    ck_assert(lab_same_case(lab, &child.case_id));
}
END_TEST

START_TEST(both_sides_of_a_cut_sign_and_it_is_one_breach)
{
    lab->cut = true;
    run_to(DUE_MS + LATE_MS);
    ck_assert_str_eq(look(north).by, "NTH");
    ck_assert_str_eq(look(east).by, "EST");
    lab->cut = false;
    lab_crash(east);
    lab_start(east);
    lab_run(lab, 5000);
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(look(&lab->nodes[i]).breaches, 2);
        ck_assert_uint_eq(look(&lab->nodes[i]).effective, 1);
        ck_assert_str_eq(look(&lab->nodes[i]).by, "NTH");
    }
    ck_assert(lab_same_case(lab, &child.case_id));
}
END_TEST

static void cancel(uint32_t number)
{
    struct op_write reason = {.field = FIELD_REASON, .verb = VERB_SET, .has_value = true};
    struct op op = {.type = OP_EVENT,
                    .schema = SCHEMA_VERSION,
                    .event = EVENT_EPISODE_CANCELLED,
                    .write_count = 1,
                    .writes = &reason};
    struct lab_op out;

    reason.value = (struct op_value){VALUE_TEXT, .text = slice_of("Reported in error")};
    lab_say(lab, number, &child.case_id, &op, &lab->late_officer, &out);
    ck_assert_uint_eq(lab_ask(north, &out), CW_OK);
}

/* By its author's clock, which is ahead: the daemon has it before the deadline, and nothing else of the case is to come. */
START_TEST(what_ends_a_duty_and_says_that_it_is_late_leaves_a_breach_to_sign)
{
    lab_hand_in(north, lab->late);
    lab_run(lab, 2000);
    run_to(DUE_MS - MINUTE_MS);
    lab->author_ms = DUE_MS + 100;
    cancel(2);
    run_to(DUE_MS - 1000);
    ck_assert_int_eq(look(north).end, CLOCK_END_OVER);
    ck_assert_uint_eq(look(north).breaches, 0);
    run_to(DUE_MS + 5000);
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(look(&lab->nodes[i]).breaches, 1);
        ck_assert_uint_eq(look(&lab->nodes[i]).effective, 1);
        ck_assert_str_eq(look(&lab->nodes[i]).by, "NTH");
    }
}
END_TEST

Suite *suite_node_duties(void);
Suite *suite_node_duties(void)
{
    Suite *suite = suite_create("node/duties");
    TCase *one = tcase_create("one division"), *two = tcase_create("two divisions"), *three = tcase_create("three");

    tcase_add_checked_fixture(one, one_division, end);
    tcase_add_test(one, a_daemon_that_dies_anywhere_while_it_signs_signs_once);
    tcase_add_test(one, a_daemon_that_was_down_says_that_it_learned_late);
    tcase_add_test(one, a_deadline_that_moves_behind_what_was_acted_on_is_told_once);
    tcase_add_test(one, a_wall_clock_that_is_set_back_leaves_no_deadline_unsaid);
    tcase_set_timeout(one, 120);
    suite_add_tcase(suite, one);
    tcase_add_checked_fixture(two, two_divisions, end);
    tcase_add_test(two, a_duty_that_nobody_met_is_signed_by_the_division_that_holds_it);
    tcase_add_test(two, a_duty_that_was_met_in_time_is_signed_by_nobody);
    tcase_add_test(two, it_climbs_at_every_division_until_somebody_has_it_in_hand);
    tcase_add_test(two, what_is_overdue_is_listed_until_it_is_done);
    tcase_add_test(two, both_sides_of_a_cut_sign_and_it_is_one_breach);
    tcase_add_test(two, what_ends_a_duty_and_says_that_it_is_late_leaves_a_breach_to_sign);
    tcase_set_timeout(two, 60);
    suite_add_tcase(suite, two);
    tcase_add_checked_fixture(three, three_divisions, end);
    tcase_add_test(three, one_other_division_signs_for_a_holder_that_is_dead_and_before_it_would_be_late);
    tcase_add_test(three, who_comes_back_after_the_deadline_gives_the_holder_time_all_the_same);
    tcase_add_test(three, who_stands_in_waits_no_longer_for_a_clock_that_was_set_back);
    tcase_add_test(three, the_holder_that_comes_back_says_that_it_holds_the_breach_and_adds_none);
    tcase_set_timeout(three, 60);
    suite_add_tcase(suite, three);
    return suite;
}
