/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* Lists as a division knew them at a time: every filter is held against what was known then, and pages never change. */

#define CASES 12u

static struct lab *lab;
static struct lab_node *north, *east;
static struct cw_case_id cases[CASES], child;
static struct cw_op_id harbour[CASES]; /* what put it there */
static uint32_t number;
static int64_t before; /* everything is open, nothing was changed */

static int64_t now_ms(void)
{
    return WORLD_TIME_MS + lab->now + lab->skew_ms;
}

static struct cw_op_id put(uint32_t index, const struct cw_op_id *added, const char *place)
{
    struct lab_op op;

    lab_put(lab, ++number, &cases[index], added, FIELD_PLACES, place, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    return op.op;
}

static void name(struct lab_node *at, uint32_t index, const char *title)
{
    struct lab_op op;

    lab_set(lab, ++number, &cases[index], FIELD_TITLE, title, &lab->world.officer, &op);
    ck_assert_uint_eq(lab_ask(at, &op), CW_OK);
}

/* Operations of the harbour, and a child who is to be assessed within half an hour; all known at both divisions. */
static void begin(void)
{
    struct lab_op op;

    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    number = 0;
    lab_start(north);
    lab_start(east);
    lab_run(lab, 2000);
    for (uint32_t i = 0; i < CASES; i++) {
        lab_open_case(lab, ++number, SPOIL_NOTHING, &op);
        ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
        cases[i] = op.case_id;
        harbour[i] = put(i, NULL, "Harbour");
    }
    lab_open_child(lab, ++number, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    child = op.case_id;
    lab_run(lab, 10000);
    before = now_ms();
    lab_run(lab, 10000);
}

static void end(void)
{
    lab_free(lab);
}

/* --- asking --------------------------------------------------------------------------------------------------------- */

static const Cw__Answer *ask(struct lab_node *at, Cw__ListCases *list)
{
    static struct room read_memory = ROOM(8 << 20), memory = ROOM(4 << 20);
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena reading = room_arena(&read_memory), arena = room_arena(&memory);
    struct writer out = writer_over(frame, sizeof frame);
    Cw__Request request = CW__REQUEST__INIT;
    ProtobufCMessage *message;

    request.list = list;
    ck_assert_int_eq(answer_read(at->node, &who, &request, &reading, &out), CW_OK);
    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(out.data, out.len), &arena, &message, NULL), CW_OK);
    return (const Cw__Answer *)(const void *)message;
}

static Cw__ListCases known(const char *division, int64_t ms)
{
    Cw__ListCases list = CW__LIST_CASES__INIT;

    SET_BYTES(&list, as_known_at, wire_bytes(slice_of(division)));
    SET_NUMBER(&list, at_ms, (uint64_t)ms);
    SET_NUMBER(&list, limit, 200);
    return list;
}

static size_t count_of(struct lab_node *at, Cw__ListCases *list)
{
    const Cw__Answer *answer = ask(at, list);

    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert(!answer->list->has_next);
    ck_assert_ptr_nonnull(answer->list->known);
    return answer->list->n_rows;
}

static size_t count_with(int64_t ms, const char *area, const char *prefix, const char *entity)
{
    Cw__ListCases list = known("NTH", ms);

    if (area != NULL)
        SET_BYTES(&list, area, wire_bytes(slice_of(area)));
    if (prefix != NULL)
        SET_BYTES(&list, prefix, wire_bytes(slice_of(prefix)));
    if (entity != NULL)
        SET_BYTES(&list, entity, wire_bytes(slice_of(entity)));
    return count_of(north, &list);
}

/* --- every filter --------------------------------------------------------------------------------------------------- */

START_TEST(an_area_is_that_of_then)
{
    for (uint32_t i = 0; i < 5; i++) {
        (void)put(i, &harbour[i], "Harbour");
        (void)put(i, NULL, "Moor");
    }
    lab_run(lab, 10000);
    ck_assert_uint_eq(count_with(before, "harbour", NULL, NULL), CASES);
    ck_assert_uint_eq(count_with(before, "Moor", NULL, NULL), 0);
    ck_assert_uint_eq(count_with(now_ms(), "harbour", NULL, NULL), CASES - 5);
    ck_assert_uint_eq(count_with(now_ms(), "Moor", NULL, NULL), 5);
}
END_TEST

START_TEST(a_name_is_that_of_then)
{
    name(north, 3, "Operation Foxglove");
    lab_run(lab, 10000);
    ck_assert_uint_eq(count_with(before, NULL, "operation larkspur", NULL), CASES);
    ck_assert_uint_eq(count_with(now_ms(), NULL, "operation larkspur", NULL), CASES - 1);
    ck_assert_uint_eq(count_with(before, NULL, "Operation F", NULL), 0);
    ck_assert_uint_eq(count_with(now_ms(), NULL, "Operation F", NULL), 1);
}
END_TEST

START_TEST(an_entity_is_found_where_it_stood_then)
{
    struct lab_op said;

    lab_put(lab, ++number, &cases[7], NULL, FIELD_EXTERNAL_REFS, "CRIME ZZ/123/26", &said);
    ck_assert_uint_eq(lab_ask(north, &said), CW_OK);
    lab_run(lab, 10000);
    ck_assert_uint_eq(count_with(before, NULL, NULL, "zz 123 26"), 0);
    ck_assert_uint_eq(count_with(now_ms(), NULL, NULL, "zz 123 26"), 1);
}
END_TEST

START_TEST(what_was_overdue_then_is_that_of_then)
{
    Cw__ListCases early = known("NTH", before), late;

    SET_NUMBER(&early, overdue, 1);
    lab_run(lab, 7200000);
    late = known("NTH", now_ms());
    SET_NUMBER(&late, overdue, 1);
    ck_assert_uint_eq(count_of(north, &early), 0);
    ck_assert_uint_eq(count_of(north, &late), 1);
    ck_assert_mem_eq(ask(north, &late)->list->rows[0]->case_id.data, child.b, ID_LEN);
}
END_TEST

START_TEST(status_risk_owner_division_and_kind_fit_together)
{
    Cw__ListCases list = known("NTH", before);

    ck_assert_uint_eq(count_of(north, &list), CASES + 1);
    SET_NUMBER(&list, kind, KIND_CHILD);
    SET_BYTES(&list, risk, wire_bytes(slice_of("not assessed")));
    SET_BYTES(&list, owner, wire_bytes(slice_of("nth")));
    SET_BYTES(&list, division, wire_bytes(slice_of("NTH")));
    SET_BYTES(&list, status, wire_bytes(slice_of("open")));
    ck_assert_uint_eq(count_of(north, &list), 1);
    SET_BYTES(&list, division, wire_bytes(slice_of("EST")));
    ck_assert_uint_eq(count_of(north, &list), 0);
}
END_TEST

START_TEST(a_conflict_is_listed_when_it_was_known)
{
    Cw__ListCases list;
    int64_t cut;

    lab->cut = true;
    name(east, 2, "Operation Teasel"); /* without naming the title that it finds */
    lab_run(lab, 3600000);
    cut = now_ms();
    lab->cut = false;
    lab_run(lab, 400000);
    list = known("NTH", cut);
    SET_NUMBER(&list, conflicts_only, 1);
    ck_assert_uint_eq(count_of(north, &list), 0);
    list = known("NTH", now_ms());
    SET_NUMBER(&list, conflicts_only, 1);
    ck_assert_uint_eq(count_of(north, &list), 1);
}
END_TEST

/* --- what is known -------------------------------------------------------------------------------------------------- */

START_TEST(what_was_not_known_then_is_not_there_and_what_nobody_can_say_is_counted)
{
    Cw__ListCases list = known("NTH", WORLD_TIME_MS);

    ck_assert_uint_eq(count_of(north, &list), 0);
    ck_assert_uint_eq(ask(north, &list)->list->known->later, 2 * CASES + 1);
    name(east, 0, "Operation Teasel"); /* later, so that east has a log at all */
    lab_run(lab, 10000);
    list = known("EST", before);
    ck_assert_uint_eq(count_of(north, &list), 0); /* only east noted when it received them */
    ck_assert(!ask(north, &list)->list->known->own);
    ck_assert_uint_eq(ask(north, &list)->list->known->unsure, 2 * CASES + 1);
    ck_assert_uint_eq(count_of(east, &list), CASES + 1);
    ck_assert(ask(east, &list)->list->known->own);
    ck_assert_uint_eq(ask(east, &list)->list->known->known, 2 * CASES + 1);
}
END_TEST

/* --- pages ---------------------------------------------------------------------------------------------------------- */

static size_t read_pages(int64_t ms, bool busy, struct cw_case_id told[static CASES + 1])
{
    Cw__ListCases list = known("NTH", ms);
    uint8_t mark[64];
    size_t count = 0;

    SET_NUMBER(&list, limit, 5);
    for (;;) {
        const Cw__Answer *answer = ask(north, &list);

        ck_assert_uint_eq(answer->code, CW_OK);
        ck_assert_uint_le(answer->list->n_rows, 5);
        for (size_t i = 0; i < answer->list->n_rows; i++) {
            ck_assert_uint_lt(count, CASES + 1);
            memcpy(told[count++].b, answer->list->rows[i]->case_id.data, ID_LEN);
            if (i > 0)
                ck_assert_uint_ge(answer->list->rows[i - 1]->updated_hlc, answer->list->rows[i]->updated_hlc);
        }
        if (!answer->list->has_next)
            return count;
        ck_assert_uint_le(answer->list->next.len, sizeof mark);
        memcpy(mark, answer->list->next.data, answer->list->next.len);
        SET_BYTES(&list, after, wire_bytes(slice(mark, answer->list->next.len)));
        for (uint32_t i = 0; busy && i < CASES; i++)
            name(north, i, "Operation Foxglove");
    }
}

START_TEST(pages_are_the_same_while_cases_change_and_later)
{
    struct cw_case_id first[CASES + 1], again[CASES + 1];

    ck_assert_uint_eq(read_pages(before, true, first), CASES + 1);
    lab_run(lab, 10000);
    ck_assert_uint_eq(read_pages(before, false, again), CASES + 1);
    ck_assert_mem_eq(first, again, sizeof first);
    for (uint32_t i = 1; i <= CASES; i++) {
        for (uint32_t j = 0; j < i; j++)
            ck_assert(!ID_EQ(&first[i], &first[j]));
    }
}
END_TEST

#define LATER 300 /* names of each case */

/* A page has room for what there is of each case, once: what came later of one is no cost of the next. */
START_TEST(what_came_later_of_a_case_is_no_cost_of_the_others)
{
    for (uint32_t i = 0; i < LATER * CASES; i++) {
        size_t mark = arena_mark(&lab->world.arena);

        name(north, i % CASES, "Operation Foxglove");
        arena_release(&lab->world.arena, mark);
    }
    ck_assert_uint_eq(count_with(before, NULL, NULL, NULL), CASES + 1);
}
END_TEST

/* A case that cannot be read is not one that was not known. */
START_TEST(a_damaged_case_is_not_left_out_unsaid)
{
    Cw__ListCases list = known("NTH", before);
    struct row_key key = row_key_op(&harbour[0]);
    struct kv_txn *txn = NULL;

    ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(north->store.put(txn, TABLE_OP, row_key_slice(&key), slice_of("damaged")), CW_OK);
    ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
    ck_assert_uint_eq(ask(north, &list)->code, CW_LOCAL_CORRUPT);
}
END_TEST

/* --- what is refused ------------------------------------------------------------------------------------------------ */

START_TEST(half_a_question_and_a_foreign_mark_are_refused)
{
    Cw__ListCases list = known("NTH", before), today = CW__LIST_CASES__INIT;

    SET_BYTES(&list, after, wire_bytes(slice_of("of another list")));
    ck_assert_uint_eq(ask(north, &list)->code, CW_REFUSED_VALUE);
    list = known("NTH", before);
    list.has_at_ms = 0;
    ck_assert_uint_eq(ask(north, &list)->code, CW_REFUSED_MISSING);
    list = known("NTH", now_ms() + 1);
    ck_assert_uint_eq(ask(north, &list)->code, CW_REFUSED_VALUE);
    list = known("NTH", before);
    SET_BYTES(&list, entity, wire_bytes(slice_of("?")));
    ck_assert_uint_eq(ask(north, &list)->code, CW_REFUSED_VALUE);
    ck_assert_ptr_null(ask(north, &today)->list->known);
}
END_TEST

Suite *suite_answer_list_known(void);
Suite *suite_answer_list_known(void)
{
    Suite *suite = suite_create("node/answer_list_known");
    TCase *t = tcase_create("known");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, an_area_is_that_of_then);
    tcase_add_test(t, a_name_is_that_of_then);
    tcase_add_test(t, an_entity_is_found_where_it_stood_then);
    tcase_add_test(t, what_was_overdue_then_is_that_of_then);
    tcase_add_test(t, status_risk_owner_division_and_kind_fit_together);
    tcase_add_test(t, a_conflict_is_listed_when_it_was_known);
    tcase_add_test(t, what_was_not_known_then_is_not_there_and_what_nobody_can_say_is_counted);
    tcase_add_test(t, pages_are_the_same_while_cases_change_and_later);
    tcase_add_test(t, what_came_later_of_a_case_is_no_cost_of_the_others);
    tcase_add_test(t, a_damaged_case_is_not_left_out_unsaid);
    tcase_add_test(t, half_a_question_and_a_foreign_mark_are_refused);
    suite_add_tcase(suite, t);
    return suite;
}
