/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/feed_pair.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>
#include <stdio.h>

/* What a regional unit reads in its feed, and what is in none of its messages (DOMAIN.md §11.4). */

#define SECRET "the informant of Teasel Row"

static void begin(void)
{
    feed_pair_begin();
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_policy(lab, "role.set.compartments", "any")));
    lab_run(lab, 2000);
    reader->subject = SUBJECT_REGIONAL;
    reader->secret = SECRET;
}

static struct lab_op asked(const struct lab_op op)
{
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    return op;
}

static struct lab_op say(uint32_t number, const struct cw_case_id *id, uint32_t event, uint32_t field,
                         enum write_verb verb, const struct op_value *value)
{
    const struct op_write write = {.field = field, .verb = verb, .has_value = true, .value = *value};
    const struct op op = {.type = event == 0 ? OP_SET : OP_EVENT,
                          .schema = SCHEMA_VERSION,
                          .event = event,
                          .write_count = 1,
                          .writes = &write};
    struct lab_op out;

    lab_say(lab, number, id, &op, &lab->world.officer, &out);
    return asked(out);
}

/* --- what is withheld ------------------------------------------------------------------------------------------------ */

/* Running text, names of people, and each line of text that is not among what a region is to have. */
static const struct hidden {
    uint32_t event, field;
    enum write_verb verb;
    const char *name;
} hidden[] = {
    {0, FIELD_SUMMARY, VERB_SET, "summary"},   {0, FIELD_SPOC, VERB_SET, "spoc"},
    {0, FIELD_HANDLING, VERB_ADD, "handling"}, {0, FIELD_OBJECTIVES, VERB_ADD, "objectives"},
    {0, FIELD_PHASES, VERB_ADD, "phases"},
};

START_TEST(a_regional_unit_reads_no_running_text_and_nobody_s_name)
{
    const struct hidden *h = &hidden[_i];
    const struct op_value text = {.type = VALUE_TEXT, .text = slice_of(SECRET)};
    struct lab_op op = open_case(north, 1), set;
    struct lab_reader *officer = reader_new(lab);
    const struct read_item *item;

    reader_subscribe(reader, north, FROM_NOW);
    officer->secret = SECRET;
    reader_subscribe(officer, north, FROM_NOW);
    set = say(2, &op.case_id, h->event, h->field, h->verb, &text);
    reader_hear(north);
    item = reader_item(reader, &set.op);
    ck_assert_ptr_nonnull(item);
    ck_assert(item->withheld);
    ck_assert_str_eq(item->value, "");
    ck_assert_ptr_nonnull(strstr(item->what, h->name));
    ck_assert_uint_eq(reader->leaks, 0);
    ck_assert_uint_ge(officer->leaks, 1); /* whoever is of the force reads it */
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_SNAPSHOT);
    ck_assert_uint_eq(reader->leaks, 0);
}
END_TEST

START_TEST(a_regional_unit_reads_no_note)
{
    struct lab_op op = open_case(north, 1), note;

    reader_subscribe(reader, north, FROM_NOW);
    lab_note(lab, 2, &op.case_id, SECRET, &note);
    note = asked(note);
    ck_assert_ptr_nonnull(strstr(reader_item(reader, &note.op)->what, "records note"));
    ck_assert_uint_eq(reader->leaks, 0);
}
END_TEST

START_TEST(a_regional_unit_reads_what_a_region_is_to_have)
{
    struct lab_op op = open_case(north, 1), set;

    reader_subscribe(reader, north, FROM_NOW);
    set = set_title(north, 3, &op, "Operation Foxglove");
    ck_assert(!reader_item(reader, &set.op)->withheld);
    ck_assert_str_eq(reader_item(reader, &set.op)->value, "Operation Foxglove");
    ck_assert_str_eq(reader_item(reader, &set.op)->what, "sets title = Operation Foxglove");
    lab_put(lab, 4, &op.case_id, NULL, FIELD_TAGS, "county-lines", &set);
    set = asked(set);
    ck_assert_str_eq(reader_item(reader, &set.op)->what, "adds to tags = county-lines");
}
END_TEST

/* A link may lead to a case that is not there for this reader. */
START_TEST(a_regional_unit_reads_no_link_to_another_case)
{
    struct lab_op one = open_case(north, 1), other = open_case(north, 2), set;
    struct op_write writes[] = {
        {.field = FIELD_LINK_TYPE, .verb = VERB_SET, .has_value = true, .value = {VALUE_NUMBER, .number = 9}},
        {.field = FIELD_LINK_TO, .verb = VERB_SET, .has_value = true, .value = {.type = VALUE_ID}},
        {.field = FIELD_LINK_CONFIDENCE, .verb = VERB_SET, .has_value = true, .value = {VALUE_NUMBER, .number = 2}},
        {.field = FIELD_VISIBLE_TO, .verb = VERB_SET, .has_value = true, .value = {VALUE_NUMBER, .number = 1}}};
    const struct op link = {.type = OP_EVENT,
                            .schema = SCHEMA_VERSION,
                            .event = EVENT_LINK,
                            .write_count = CW_COUNT(writes),
                            .writes = writes};
    char hex[2 * ID_LEN + 1], part_of[sizeof hex + 32];

    lab_put(lab, 5, &other.case_id, NULL, FIELD_COMPARTMENTS, "BOX", &set);
    (void)asked(set);
    memcpy(writes[1].value.id.b, other.case_id.b, ID_LEN);
    hex_of(ID_SLICE(&other.case_id), hex);
    reader->secret = hex;
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .case_name = ID_SLICE(&one.case_id)});
    lab_say(lab, 3, &one.case_id, &link, &lab->world.officer, &set);
    set = asked(set);
    ck_assert_uint_eq(reader_item(reader, &set.op)->write_count, CW_COUNT(writes));
    ck_assert_uint_eq(reader->leaks, 0);
    snprintf(part_of, sizeof part_of, "part_of_operation %s", hex);
    lab_put(lab, 4, &one.case_id, NULL, FIELD_LINKS, part_of, &set);
    set = asked(set);
    lab_run(lab, 2000);
    ck_assert(reader_item(reader, &set.op)->withheld);
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_SNAPSHOT); /* nor is it in the line */
    ck_assert_uint_eq(reader->leaks, 0);
}
END_TEST

/* In the op that opened her case, in one that named her otherwise, and in the line. */
START_TEST(a_missing_child_s_title_is_told_to_no_region)
{
    static const struct reader_ask starts[] = {{.start = 2}, {.start = 3}, {.start = 5}};
    struct lab_op op, set;

    reader->secret = "Larkspur Lane";
    lab_open_child(lab, 1, &op);
    if (starts[_i].start != 5)
        op = asked(op);
    reader_subscribe(reader, north, &starts[_i]);
    if (starts[_i].start == 5)
        op = asked(op);
    lab_set(lab, 2, &op.case_id, FIELD_TITLE, "Child of Larkspur Lane, again", &lab->world.officer, &set);
    set = asked(set);
    reader_hear(north);
    ck_assert(reader_item(reader, &set.op)->withheld);
    ck_assert_str_eq(reader_item(reader, &set.op)->title, "withheld");
    ck_assert_str_eq(reader_item(reader, &set.op)->what, "sets title");
    ck_assert_uint_eq(reader->leaks, 0);
}
END_TEST

/* As to everybody: whose report it is, and that it awaits confirmation. */
START_TEST(a_death_that_nobody_confirmed_is_told_to_no_region)
{
    const struct op_value when = {.type = VALUE_INTERVAL, .number = WORLD_TIME_MS, .latest = WORLD_TIME_MS};
    struct lab_op op, death;

    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_policy(lab, "role.event.found_dead", "any")));
    lab_run(lab, 2000);
    lab_open_child(lab, 1, &op);
    op = asked(op);
    reader->secret = "dea"; /* found_dead, deceased, death */
    reader_subscribe(reader, north, FROM_NOW);
    death = say(2, &op.case_id, EVENT_FOUND_DEAD, FIELD_OCCURRED, VERB_SET, &when);
    ck_assert_ptr_nonnull(strstr(reader_item(reader, &death.op)->what, "awaits confirmation"));
    ck_assert_uint_eq(reader_item(reader, &death.op)->write_count, 0);
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_SNAPSHOT);
    ck_assert_uint_eq(reader->leaks, 0);
}
END_TEST

/* --- compartments ---------------------------------------------------------------------------------------------------- */

#define MANY 400     /* that may wait for their case's fold */
#define TOO_MANY 900 /* more than may */

static void written_without_fold(const struct lab_op *op, uint32_t count, bool compartment)
{
    struct lab_op set;

    for (uint32_t i = 0; i < count; i++) { /* no time passes: a long case is not folded while others write */
        if (compartment && i == count / 2) {
            lab_put(lab, 2 + i, &op->case_id, NULL, FIELD_COMPARTMENTS, "BOX", &set);
            (void)asked(set);
        } else {
            (void)set_title(north, 2 + i, op, compartment && i > count / 2 ? SECRET : "Operation Larkspur");
        }
    }
}

/* What was set is not known before the case is folded: until then none of what waits for that is told, however long. */
START_TEST(a_case_that_waits_for_its_fold_is_told_to_no_region)
{
    struct lab_op op = open_case(north, 1);

    written_without_fold(&op, _i == 0 ? MANY : TOO_MANY, true);
    reader_subscribe(reader, north, FROM_BEGINNING);
    for (uint32_t i = 0; i < 4; i++) {
        lab->now += 2500; /* the node takes no turn, as if it were busy elsewhere: nothing is folded */
        reader_hear(north);
    }
    ck_assert_uint_eq(reader->item_count, 0);
    lab_run(lab, 3000);
    ck_assert_uint_eq(reader->item_count, 0);
    ck_assert_uint_eq(reader->leaks, 0);
    ck_assert_uint_eq(reader->lag_entries, 0);
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_CURSOR); /* the cursor passed it: nothing waits any more */
    ck_assert_uint_eq(reader->item_count, 0);
}
END_TEST

START_TEST(a_case_that_waited_for_its_fold_is_told_then)
{
    struct lab_op op = open_case(north, 1), last;
    const struct read_item *item;

    written_without_fold(&op, _i == 0 ? MANY : TOO_MANY, false);
    last = set_title(north, 1000, &op, "Operation Foxglove");
    reader_subscribe(reader, north, FROM_BEGINNING);
    for (uint32_t i = 0; i < 4; i++) {
        lab->now += 2500;
        reader_hear(north);
    }
    ck_assert_uint_eq(reader->item_count, 0);
    lab_run(lab, 3000);
    ck_assert_uint_gt(reader->item_count, 0);
    item = &reader->items[reader->item_count - 1];
    ck_assert_str_eq(item->title, "Operation Foxglove");
    for (uint32_t i = 0; i < reader->item_count; i++)
        ck_assert(!reader->items[i].revising);
    ck_assert_uint_eq(reader->lag_entries, 0);
    if (_i == 0)
        ck_assert_uint_eq(reader_times(reader, &last.op), 1);
}
END_TEST

/* Who asks for it by name learns no more than of one that there is not. */
START_TEST(a_compartmented_case_is_not_known_to_a_region_that_names_it)
{
    struct lab_op op = open_case(north, 1), put;
    char name[17];

    lab_put(lab, 2, &op.case_id, NULL, FIELD_COMPARTMENTS, "BOX", &put);
    (void)asked(put);
    lab_run(lab, 2000);
    hex_of(slice(op.case_id.b, sizeof name / 2), name);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .case_name = slice_of(name)});
    ck_assert_uint_eq(reader->code, CW_REFUSED_UNKNOWN_CASE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .operation = name});
    ck_assert_uint_eq(reader->code, CW_REFUSED_UNKNOWN_CASE);
    ck_assert_uint_eq(reader->ends, 2);
}
END_TEST

/* It may not ask beforehand whether there is such a one, as others' programs do. */
START_TEST(an_operation_that_is_not_there_is_refused_to_a_region_by_name)
{
    struct lab_op op = open_case(north, 1);

    (void)set_title(north, 2, &op, "Operation Foxglove");
    lab_run(lab, 2000);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .operation = "operation foxglove"});
    ck_assert_uint_eq(reader->ends, 0);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .operation = "Operation Foxgolve"});
    ck_assert_uint_eq(reader->code, CW_REFUSED_UNKNOWN_CASE);
    ck_assert_ptr_nonnull(strstr(reader->text, "Foxgolve"));
}
END_TEST

Suite *suite_feed_regional(void);
Suite *suite_feed_regional(void)
{
    Suite *suite = suite_create("node/feed_regional");
    TCase *c = tcase_create("regional");

    tcase_add_checked_fixture(c, begin, feed_pair_end);
    tcase_add_loop_test(c, a_regional_unit_reads_no_running_text_and_nobody_s_name, 0, CW_COUNT(hidden));
    tcase_add_test(c, a_regional_unit_reads_no_note);
    tcase_add_test(c, a_regional_unit_reads_what_a_region_is_to_have);
    tcase_add_test(c, a_regional_unit_reads_no_link_to_another_case);
    tcase_add_loop_test(c, a_missing_child_s_title_is_told_to_no_region, 0, 3);
    tcase_add_test(c, a_death_that_nobody_confirmed_is_told_to_no_region);
    tcase_add_loop_test(c, a_case_that_waits_for_its_fold_is_told_to_no_region, 0, 2);
    tcase_add_loop_test(c, a_case_that_waited_for_its_fold_is_told_then, 0, 2);
    tcase_add_test(c, a_compartmented_case_is_not_known_to_a_region_that_names_it);
    tcase_add_test(c, an_operation_that_is_not_there_is_refused_to_a_region_by_name);
    suite_add_tcase(suite, c);
    return suite;
}
