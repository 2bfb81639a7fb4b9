/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* A child's case of which only what others said has come: it is in lists as one, it has a holder, and its duties are told. */

#define DUE_MS (INT64_C(30) * 60 * 1000) /* M1, after what was said first */
#define HLC(i) ((uint64_t)(WORLD_TIME_MS + 1000 + (i)) << 16)

Suite *suite_node_no_opening(void);

static struct lab *lab;
static struct lab_node *north;
static struct lab_op other, child, sighting;

/* The opening stays with who wrote it; the sighting is in the log of another division's daemon. */
static void seen_before_opened(void)
{
    struct op_write writes[] = {
        {.field = FIELD_CONFIDENCE, .verb = VERB_SET, .has_value = true, .value = {VALUE_NUMBER, .number = 1}},
        {.field = FIELD_PLACE, .verb = VERB_SET, .has_value = true},
    };
    struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_SIGHTING, .write_count = 2, .writes = writes};

    writes[1].value = (struct op_value){VALUE_TEXT, .text = slice_of("the bus station")};
    lab = lab_new(2);
    north = &lab->nodes[0];
    lab_start(north);
    lab_start(&lab->nodes[1]);
    lab_run(lab, 2000);
    lab_open_case(lab, 9, SPOIL_NOTHING, &other); /* makes the key that all are sealed for */
    ck_assert_uint_eq(lab_ask(north, &other), CW_OK);
    lab_run(lab, 2000);
    lab_open_child(lab, 1, &child);
    lab_say(lab, 2, &child.case_id, &op, &lab->world.officer, &sighting);
    lab_hand_in(north, lab_sealed_copy(lab, &sighting, &sighting, &lab->nodes[1], 1, HLC(1)));
    lab_run(lab, 2000);
}

static void end(void)
{
    lab_free(lab);
}

static const Cw__CaseList *list_of_children(bool overdue)
{
    static struct room memory = ROOM(8 << 20);
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena arena = room_arena(&memory);
    struct writer w = writer_over(frame, sizeof frame);
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ListCases list = CW__LIST_CASES__INIT;
    ProtobufCMessage *message;

    SET_NUMBER(&list, kind, KIND_CHILD);
    if (overdue)
        SET_NUMBER(&list, overdue, 1);
    request.list = &list;
    ck_assert_int_eq(answer_read(north->node, &who, &request, &arena, &w), CW_OK);
    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(w.data, w.len), &arena, &message, NULL), CW_OK);
    const Cw__Answer *answer = (const Cw__Answer *)(const void *)message;
    ck_assert_uint_eq(answer->code, CW_OK);
    return answer->list;
}

static uint32_t breaches_signed(void)
{
    struct arena arena = room_arena(&lab->memory);
    struct node_read read;
    struct loaded_case c;
    uint32_t count = 0;

    ck_assert_int_eq(node_read_begin(north->node, &read), CW_OK);
    ck_assert_int_eq(case_load(&read, &child.case_id, &arena, &c), CW_OK);
    for (uint32_t i = 0; i < c.state->event_count; i++)
        count += c.state->events[i].event == EVENT_CLOCK_BREACHED;
    node_read_done(&read);
    return count;
}

START_TEST(it_is_listed_as_a_childs_with_the_division_that_holds_it)
{
    const Cw__CaseList *list = list_of_children(false);

    ck_assert_uint_eq(list->n_rows, 1);
    ck_assert_uint_eq(list->rows[0]->kind, KIND_CHILD);
    ck_assert(slice_eq(slice(list->rows[0]->owner.data, list->rows[0]->owner.len), slice_of("NTH")));
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

START_TEST(its_first_assessment_is_due_and_its_breach_is_told_and_signed)
{
    lab_run(lab, DUE_MS + 5000);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], 1);
    ck_assert_uint_eq(list_of_children(true)->n_rows, 1);
    ck_assert_uint_eq(breaches_signed(), 1);
}
END_TEST

START_TEST(the_opening_that_comes_takes_its_place_in_every_list)
{
    const Cw__CaseList *list;

    ck_assert_uint_eq(lab_ask(north, &child), CW_OK);
    lab_run(lab, 2000);
    list = list_of_children(false);
    ck_assert_uint_eq(list->n_rows, 1);
    ck_assert_uint_eq(list->rows[0]->kind, KIND_CHILD);
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

Suite *suite_node_no_opening(void)
{
    Suite *suite = suite_create("node/no_opening");
    TCase *all = tcase_create("no_opening");

    tcase_add_checked_fixture(all, seen_before_opened, end);
    tcase_add_test(all, it_is_listed_as_a_childs_with_the_division_that_holds_it);
    tcase_add_test(all, its_first_assessment_is_due_and_its_breach_is_told_and_signed);
    tcase_add_test(all, the_opening_that_comes_takes_its_place_in_every_list);
    suite_add_tcase(suite, all);
    return suite;
}
