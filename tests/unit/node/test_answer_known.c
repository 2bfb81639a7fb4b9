/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/* What a division knew of a case at a time (DOMAIN.md, scenario 22): by when it received it. */

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op opening, written;
static int64_t opened, cut_off, healed; /* wall clock, ms */

static int64_t now_ms(void)
{
    return WORLD_TIME_MS + lab->now + lab->skew_ms;
}

/* NTH opens the case and EST has it; the line is cut, EST writes a title, and NTH has that after an hour. */
static void begin(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &opening);
    opened = now_ms();
    ck_assert_uint_eq(lab_ask(north, &opening), CW_OK);
    lab_run(lab, 10000);
    lab->cut = true;
    cut_off = now_ms();
}

static void heal(void)
{
    lab_run(lab, 3600000);
    lab->cut = false;
    healed = now_ms();
    lab_run(lab, 400000);
    ck_assert(lab_same_case(lab, &opening.case_id));
}

static void write_at_east(const struct cw_op_id *after)
{
    if (after == NULL)
        lab_set(lab, 2, &opening.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &written);
    else
        lab_answer(lab, 2, &opening.case_id, FIELD_TITLE, "Operation Foxglove", after, &written);
    ck_assert_uint_eq(lab_ask(east, &written), CW_OK);
}

static void end(void)
{
    lab_free(lab);
}

static bool slice_starts(struct cw_slice text, const char *with)
{
    return text.len >= strlen(with) && memcmp(text.data, with, strlen(with)) == 0;
}

static const Cw__Answer *ask(struct lab_node *at, const char *division, int64_t ms)
{
    static struct room read_memory = ROOM(8 << 20), memory = ROOM(4 << 20);
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena reading = room_arena(&read_memory), arena = room_arena(&memory);
    struct writer out = writer_over(frame, sizeof frame);
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase get = CW__GET_CASE__INIT;
    ProtobufCMessage *message;

    request.get = &get;
    SET_BYTES(&get, case_id, wire_bytes(ID_SLICE(&opening.case_id)));
    SET_BYTES(&get, as_known_at, wire_bytes(slice_of(division)));
    SET_NUMBER(&get, at_ms, (uint64_t)ms);
    ck_assert_int_eq(answer_read(at->node, &who, &request, &reading, &out), CW_OK);
    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(out.data, out.len), &arena, &message, NULL), CW_OK);
    return (const Cw__Answer *)message;
}

static void expect(struct lab_node *at, const char *division, int64_t ms, const char *title, uint32_t known,
                   uint32_t named, uint32_t later, uint32_t unsure)
{
    const Cw__Answer *answer = ask(at, division, ms);

    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert(slice_eq(wire_slice(answer->view->title), slice_of(title)));
    const Cw__ViewKnown *k = answer->view->known;
    ck_assert_ptr_nonnull(k);
    ck_assert_uint_eq(k->known, known);
    ck_assert_uint_eq(k->named, named);
    ck_assert_uint_eq(k->later, later);
    ck_assert_uint_eq(k->unsure, unsure);
    ck_assert_uint_eq(k->n_unsure_ops, unsure);
    ck_assert_uint_eq(answer->view->op_count, known);
}

START_TEST(scenario_22_a_divisions_own_daemon_says_exactly_what_it_had_received)
{
    write_at_east(NULL);
    heal();
    expect(north, "NTH", cut_off, "Operation Larkspur", 1, 0, 1, 0);
    expect(north, "NTH", healed, "Operation Larkspur", 1, 0, 1, 0); /* written an hour ago, and not here */
    expect(north, "NTH", now_ms(), "Operation Foxglove", 2, 0, 0, 0);
    expect(east, "EST", cut_off - 1, "Operation Larkspur", 1, 0, 1, 0);
    expect(east, "EST", cut_off + 1000, "Operation Foxglove", 2, 0, 0, 0);
    ck_assert(ask(north, "NTH", now_ms())->view->known->own);
    ck_assert_uint_eq(ask(north, "NTH", opened - 1)->code, CW_REFUSED_UNKNOWN_CASE);
}
END_TEST

START_TEST(the_answer_is_the_same_later)
{
    write_at_east(NULL);
    heal();
    lab_set(lab, 3, &opening.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &written);
    ck_assert_uint_eq(lab_ask(north, &written), CW_OK);
    lab_run(lab, 10000);
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    expect(north, "NTH", healed, "Operation Larkspur", 1, 0, 2, 0);
}
END_TEST

START_TEST(another_divisions_daemon_says_what_it_cannot_say)
{
    write_at_east(NULL);
    heal();
    const Cw__Answer *answer = ask(north, "EST", healed);

    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert(!answer->view->known->own);
    ck_assert_uint_eq(answer->view->known->known, 1); /* what EST sequenced */
    ck_assert_uint_eq(answer->view->known->unsure, 1);
    ck_assert_mem_eq(answer->view->known->unsure_ops[0].data, opening.op.b, ID_LEN);
    answer = ask(north, "EST", cut_off - 1);
    ck_assert_uint_eq(answer->code, CW_REFUSED_UNKNOWN_CASE);
    ck_assert(slice_starts(wire_slice(answer->text), "it cannot be said here whether EST knew of this case then: "));
    answer = ask(north, "NTH", opened - 1);
    ck_assert(slice_starts(wire_slice(answer->text), "NTH did not know of this case then: "));
    /* And what was not written by then it did not know. */
    answer = ask(east, "NTH", opened);
    ck_assert_uint_eq(answer->view->known->later, 1);
    ck_assert_uint_eq(answer->view->known->unsure, 0);
}
END_TEST

START_TEST(what_a_divisions_officer_names_the_division_knew)
{
    write_at_east(&opening.op);
    heal();
    expect(north, "EST", healed, "Operation Foxglove", 2, 1, 0, 0);
}
END_TEST

START_TEST(what_came_before_times_were_noted_is_unsure)
{
    struct kv_txn *txn;
    struct kv_pair pair;
    struct row_key last = row_key_arrived(UINT64_MAX);

    write_at_east(NULL);
    heal();
    lab_crash(north);
    ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
    while (north->store.prev(txn, TABLE_META, row_key_slice(&last), false, &pair) == CW_OK &&
           row_key_is_arrived(pair.key)) {
        struct row_key key = {.len = pair.key.len};

        memcpy(key.b, pair.key.data, pair.key.len);
        ck_assert_int_eq(north->store.del(txn, TABLE_META, row_key_slice(&key)), CW_OK);
    }
    ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
    ck_assert_int_eq(lab_open(north), CW_OK);
    expect(north, "NTH", now_ms(), "Operation Larkspur", 1, 0, 0, 1);
}
END_TEST

/* How long the first assessment of the child had, as the division knew the rules then. */
static int64_t first_assessment_ms(struct lab_node *at, const char *division, int64_t ms, uint32_t policies_later)
{
    const Cw__Answer *answer = ask(at, division, ms);

    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert_uint_eq(answer->view->known->policies_later, policies_later);
    ck_assert_uint_eq(answer->view->known->pending, 0);
    for (size_t i = 0; i < answer->view->n_deadlines; i++) {
        const Cw__ViewDeadline *d = answer->view->deadlines[i];

        if (slice_eq(wire_slice(d->clock), slice_of("M1")))
            return (int64_t)(d->due_ms - d->started_ms);
    }
    return 0;
}

static const char *first_assessment_state(struct lab_node *at, int64_t ms)
{
    static char state[24];
    const Cw__Answer *answer = ask(at, "NTH", ms);

    for (size_t i = 0; i < answer->view->n_deadlines; i++) {
        const Cw__ViewDeadline *d = answer->view->deadlines[i];

        if (slice_eq(wire_slice(d->clock), slice_of("M1")))
            snprintf(state, sizeof state, "%.*s", (int)d->state.len, (const char *)d->state.data);
    }
    return state;
}

START_TEST(policy_and_duties_are_those_of_that_moment)
{
    int64_t before, after;

    lab->cut = false;
    lab_open_child(lab, 50, &opening);
    ck_assert_uint_eq(lab_ask(north, &opening), CW_OK);
    lab_run(lab, 5000);
    before = now_ms();
    lab_run(lab, 5000);
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_policy(lab, "clock.M1.duration_s", "7200")));
    lab_run(lab, 5000);
    lab_set(lab, 51, &opening.case_id, FIELD_TITLE, "Child M", &lab->world.officer, &written);
    ck_assert_uint_eq(lab_ask(north, &written), CW_OK); /* a seal that says what it was made under */
    lab_run(lab, 3600000);
    after = now_ms();
    ck_assert_int_eq(first_assessment_ms(north, "NTH", before, 1), 1800000);
    ck_assert_int_eq(first_assessment_ms(north, "NTH", after, 0), 7200000);
    ck_assert_int_eq(first_assessment_ms(east, "NTH", before, 1), 1800000);
    ck_assert_int_eq(first_assessment_ms(east, "NTH", after, 0), 7200000);
    /* Held against the moment, not against today. */
    ck_assert_str_eq(first_assessment_state(north, before), "running");
    lab_run(lab, 7200000);
    ck_assert_str_eq(first_assessment_state(north, before), "running");
    ck_assert_str_eq(first_assessment_state(north, now_ms()), "breached");
}
END_TEST

START_TEST(a_time_to_come_and_a_division_that_is_none_are_refused)
{
    ck_assert_uint_eq(ask(north, "NTH", now_ms() + 1)->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(ask(north, "ABC", now_ms())->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(ask(north, "", now_ms())->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(ask(north, "A DIVISION OF A NAME TOO LONG", now_ms())->code, CW_REFUSED_VALUE);
}
END_TEST

START_TEST(what_was_asked_for_is_not_said_back)
{
    const Cw__Answer *answer = ask(north, "A\x1b[2J", now_ms());

    ck_assert_uint_eq(answer->code, CW_REFUSED_VALUE);
    ck_assert_ptr_null(memchr(answer->text.data, 0x1b, answer->text.len));
}
END_TEST

Suite *suite_answer_known(void);
Suite *suite_answer_known(void)
{
    Suite *suite = suite_create("node/answer_known");
    TCase *t = tcase_create("known");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, scenario_22_a_divisions_own_daemon_says_exactly_what_it_had_received);
    tcase_add_test(t, the_answer_is_the_same_later);
    tcase_add_test(t, another_divisions_daemon_says_what_it_cannot_say);
    tcase_add_test(t, what_a_divisions_officer_names_the_division_knew);
    tcase_add_test(t, what_came_before_times_were_noted_is_unsure);
    tcase_add_test(t, policy_and_duties_are_those_of_that_moment);
    tcase_add_test(t, a_time_to_come_and_a_division_that_is_none_are_refused);
    tcase_add_test(t, what_was_asked_for_is_not_said_back);
    suite_add_tcase(suite, t);
    return suite;
}
