/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/cursor.h"
#include "tests/unit/node/feed_pair.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>
#include <stdlib.h>

/* Who chooses what, who may read what, and what is refused. */

/* --- filters --------------------------------------------------------------------------------------------------------- */

START_TEST(a_filter_leaves_out_what_does_not_fit_and_the_cursor_goes_on)
{
    struct lab_op one = open_case(north, 1), other = open_case(north, 2), set;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .case_name = ID_SLICE(&one.case_id)});
    (void)set_title(north, 3, &other, "Operation Teasel");
    ck_assert_uint_eq(reader->item_count, 0);
    set = set_title(north, 4, &one, "Operation Foxglove");
    ck_assert_uint_eq(reader->item_count, 1);
    ck_assert_uint_eq(reader_times(reader, &set.op), 1);
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_uint_eq(reader->item_count, 1);
}
END_TEST

START_TEST(an_operation_is_chosen_by_its_name)
{
    struct lab_op one = open_case(north, 1), set;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .operation = "operation larkspur"});
    set = set_title(north, 2, &one, "Operation Larkspur");
    ck_assert_uint_eq(reader_times(reader, &set.op), 1);
    ck_assert(!reader_item(reader, &set.op)->outside);
    /* It leaves what is chosen: whoever followed it hears so. */
    set = set_title(north, 3, &one, "Operation Foxglove");
    ck_assert_uint_eq(reader_times(reader, &set.op), 1);
    ck_assert(reader_item(reader, &set.op)->outside);
    lab_set(lab, 4, &one.case_id, FIELD_SUMMARY, "of no interest here", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    ck_assert_uint_eq(reader_times(reader, &set.op), 0);
}
END_TEST

START_TEST(a_writer_and_a_kind_are_chosen)
{
    struct lab_op op;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .kind = KIND_LINE});
    op = open_case(north, 1);
    ck_assert_uint_eq(reader->item_count, 0);
    reader_link_down(reader);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .kind = KIND_OPERATION, .division = "NTH"});
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
    reader_link_down(reader);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .division = "WST"});
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
}
END_TEST

/* --- refusals ------------------------------------------------------------------------------------------------------- */

START_TEST(a_damaged_cursor_is_refused_with_what_to_do)
{
    reader_subscribe(reader, north, FROM_NOW);
    reader->cursor[20] ^= 1;
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_uint_eq(reader->code, CW_REFUSED_MALFORMED);
    ck_assert_ptr_nonnull(strstr(reader->text, "earlier copy"));
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

START_TEST(a_cursor_of_another_network_reader_or_version_is_refused)
{
    static const uint32_t codes[] = {CW_REFUSED_NETWORK, CW_REFUSED_READER, CW_REFUSED_VERSION};
    struct cursor c = {.network = lab->world.network, .reader = reader->cert};
    struct writer w = writer_over(reader->cursor, sizeof reader->cursor);

    if (_i == 0)
        c.network.b[0] ^= 1;
    if (_i == 1)
        c.reader.b[0] ^= 1;
    cursor_encode(&c, &w);
    if (_i == 2)
        reader->cursor[1] = 2;
    reader->cursor_len = w.len;
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, codes[_i]);
    ck_assert_uint_gt(strlen(reader->text), 20);
}
END_TEST

START_TEST(a_filter_that_means_nothing_is_refused)
{
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .risk = "hihg"});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    ck_assert_ptr_nonnull(strstr(reader->text, "did you mean \"high\"?"));
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .kind = 29});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .tag = ""});
    ck_assert_uint_eq(reader->code, CW_REFUSED_SIZE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .case_name = slice_of("deadbeef00")});
    ck_assert_uint_eq(reader->code, CW_REFUSED_UNKNOWN_CASE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 9});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(reader->ends, 5);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

START_TEST(a_division_that_there_is_not_is_refused_with_those_that_there_are)
{
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .division = "NTX"});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    ck_assert_ptr_nonnull(strstr(reader->text, "its divisions are"));
    ck_assert_ptr_nonnull(strstr(reader->text, "NTH"));
    reader_subscribe(reader, north, &(struct reader_ask){.start = 3, .owner = "nrth"});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(reader->ends, 2);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 3, .owner = "nth", .division = "est"});
    ck_assert_uint_eq(reader->ends, 2);
}
END_TEST

/* Clocks differ by less than an hour; beyond it, nobody would hear anything until then. */
START_TEST(a_time_that_lies_ahead_is_refused)
{
    uint64_t now = (uint64_t)(WORLD_TIME_MS + lab->now);

    reader_subscribe(reader, north, &(struct reader_ask){.start = 4, .since_ms = now + 3600000 - 10000});
    ck_assert_uint_eq(reader->ends, 0);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 4, .since_ms = now + 3600000 + 10000});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    ck_assert_ptr_nonnull(strstr(reader->text, "lies ahead"));
    reader_subscribe(reader, north, &(struct reader_ask){.start = 4, .since_ms = UINT64_MAX});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(reader->ends, 2);
}
END_TEST

START_TEST(feeds_of_one_certificate_are_bounded)
{
    for (uint32_t i = 0; i < 20; i++)
        reader_subscribe(reader, north, FROM_NOW);
    ck_assert_uint_eq(reader->ends, 4);
    ck_assert_uint_eq(reader->code, CW_AGAIN_BUSY);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 16);
    reader_link_down(reader);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

START_TEST(credit_for_no_feed_is_answered_by_its_end)
{
    reader->at = north;
    reader_credit(reader, 1, 1);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, CW_REFUSED_UNKNOWN_OP);
}
END_TEST

START_TEST(who_ends_a_feed_gets_its_last_cursor)
{
    reader_subscribe(reader, north, FROM_NOW);
    reader_unsubscribe(reader);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, CW_OK);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

/* --- who reads --------------------------------------------------------------------------------------------------------- */

static const struct op_value TEN_O_CLOCK = {.type = VALUE_INTERVAL, .number = WORLD_TIME_MS, .latest = WORLD_TIME_MS};
static const struct op_value WORDS = {.type = VALUE_TEXT, .text = {(const uint8_t *)"no coat", 7}};

static struct lab_op said(uint32_t number, const struct cw_case_id *id, uint32_t event, const struct op_write *writes,
                          uint32_t count, const struct world_identity *author)
{
    struct op op = {.type = event == 0 ? OP_SET : OP_EVENT,
                    .schema = SCHEMA_VERSION,
                    .event = event,
                    .write_count = count,
                    .writes = writes};
    struct lab_op out;

    lab_say(lab, number, id, &op, author, &out);
    return out;
}

static struct lab_op taken_back(uint32_t number, const struct cw_case_id *id, uint32_t event,
                                const struct cw_op_id *made, const struct world_identity *author)
{
    const struct op_ref named = {.op = *made};
    const struct op op = {.type = OP_EVENT,
                          .schema = SCHEMA_VERSION,
                          .event = event,
                          .correct_count = 1,
                          .corrects = &named,
                          .withdraws = true};
    struct lab_op out;

    lab_say(lab, number, id, &op, author, &out);
    return out;
}

static struct op_write write_of(uint32_t field, enum write_verb verb, int64_t number)
{
    return (struct op_write){
        .field = field, .verb = verb, .has_value = true, .value = {.type = VALUE_NUMBER, .number = number}};
}

static void ck_assert_covered(const struct lab_op *op)
{
    const struct read_item *item = reader_item(reader, &op->op);

    ck_assert_ptr_nonnull(item);
    ck_assert_msg(strstr(item->what, "awaits confirmation") != NULL, "%s", item->what);
    ck_assert_uint_eq(item->event, 0);
    ck_assert_uint_eq(item->write_count, 0);
}

/* A child who is missing; here anybody may report a death, and an inspector confirms it. */
static struct cw_case_id missing_child(void)
{
    struct op_write assessed[] = {write_of(FIELD_MISSING_RISK, VERB_SET, 4),
                                  {.field = FIELD_RATIONALE, .verb = VERB_SET, .has_value = true, .value = WORDS}};
    struct lab_op op;

    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_issue(lab, &lab->late_officer)));
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_policy(lab, "role.event.found_dead", "any")));
    lab_run(lab, 2000);
    lab_open_child(lab, 1, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    assessed[0].has_max = true;
    assessed[0].max_value = 4;
    op = said(2, &op.case_id, EVENT_RISK_ASSESSMENT, assessed, 2, &lab->world.officer);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    return op.case_id;
}

static struct lab_op recorded(struct lab_op op)
{
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    return op;
}

/* DOMAIN §15.24, in each of the ways in which a death can be said. */
START_TEST(scenario_24_no_feed_tells_of_a_death_before_somebody_else_confirms_it)
{
    const struct cw_case_id id = missing_child();
    const struct world_identity *officer = &lab->world.officer, *inspector = &lab->late_officer;
    struct op_write outcome = write_of(FIELD_OUTCOME, VERB_SET, 4), harm = write_of(FIELD_HARM, VERB_ADD, 9),
                    when = {.field = FIELD_OCCURRED, .verb = VERB_SET, .has_value = true, .value = TEN_O_CLOCK};
    struct lab_op ops[5];

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .views = true});
    ops[0] = recorded(said(10, &id, EVENT_FOUND_DEAD, &when, 1, officer));
    ck_assert_covered(&ops[0]);
    ck_assert_uint_eq(reader->views_of_death, 0);
    ops[1] = recorded(said(11, &id, EVENT_FOUND_DEAD_CONFIRMED, NULL, 0, inspector));
    ck_assert_str_eq(reader_item(reader, &ops[1].op)->what, "records found_dead_confirmed");
    ck_assert_uint_ge(reader->views_of_death, 1);
    ops[2] = recorded(said(12, &id, 0, &harm, 1, officer));
    ck_assert_str_eq(reader_item(reader, &ops[2].op)->value, "death");
    ops[3] = recorded(said(13, &id, 0, &outcome, 1, officer)); /* a proposal */
    reader_link_down(reader);

    /* It was another child: what was said of a death is unconfirmed again, as what comes by sync may be. */
    ops[4] = recorded(taken_back(14, &id, EVENT_FOUND_DEAD_CONFIRMED, &ops[1].op, inspector));
    reader->views_of_death = 0;
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .views = true});
    for (size_t i = 0; i < CW_COUNT(ops); i++)
        ck_assert_covered(&ops[i]);
    ck_assert_uint_eq(reader->views_of_death, 0);
}
END_TEST

/* The first act of the authority, as a submission that anybody can sequence again. */
static struct lab_op first_act(void)
{
    struct arena arena = arena_over(malloc((size_t)4 << 20), (size_t)4 << 20);
    struct peer_message m;
    struct lab_op op = {.request = slice("", 0)};
    void *copy = arena_take(&lab->world.arena, lab->authority.len, 1);

    memcpy(copy, lab->authority.data, lab->authority.len);
    ck_assert_int_eq(peer_message_parse(slice(copy, lab->authority.len), &arena, &m), CW_OK);
    op.header = m.as.entries.batches[0].entries[0].submission_bytes;
    op.proof = m.as.entries.batches[0].entries[0].proof_bytes;
    op_id_of(op.header, &op.op);
    free(arena.base);
    return op;
}

/* A division's log holds an act of the authority too: it stays what it is, at its place in the authority's log. */
START_TEST(a_record_in_two_logs_is_told_once_and_again_after_a_resume)
{
    static const struct reader_ask from_beginning = {.start = 2, .records = true};
    static const struct reader_ask from_cursor = {.start = 1, .records = true};
    struct lab_op act = first_act();

    reader_subscribe(reader, north, &from_beginning);
    ck_assert_uint_eq(reader_times(reader, &act.op), 1);
    lab_hand_in(north, lab_copy(lab, &act, 0, (uint64_t)WORLD_TIME_MS << 16, true));
    lab_run(lab, 2000);
    ck_assert_uint_eq(reader_times(reader, &act.op), 1);
    reader_link_down(reader);
    lab_hand_in(north, lab_copy(lab, &act, 1, (uint64_t)WORLD_TIME_MS << 16, true));
    reader_subscribe(reader, north, &from_cursor);
    ck_assert_uint_eq(reader_times(reader, &act.op), 2);
    ck_assert(reader_item(reader, &act.op)->again);
    ck_assert_str_eq(reader_item(reader, &act.op)->verdict, "effective");
    reader_link_down(reader);
    reader_subscribe(reader, north, &from_cursor);
    ck_assert_uint_eq(reader_times(reader, &act.op), 2);
}
END_TEST

START_TEST(views_carry_the_case_and_records_are_told_when_asked_for)
{
    struct lab_op op = open_case(north, 1);
    uint32_t records = 0;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .views = true, .records = true});
    ck_assert(reader_item(reader, &op.op)->has_view);
    for (uint32_t i = 0; i < reader->item_count; i++)
        records += reader->items[i].why == 4;
    ck_assert_uint_ge(records, 5);
}
END_TEST

Suite *suite_feed_refused(void);
Suite *suite_feed_refused(void)
{
    Suite *suite = suite_create("node/feed_refused");
    TCase *hostile = tcase_create("refused");

    tcase_add_checked_fixture(hostile, feed_pair_begin, feed_pair_end);
    tcase_add_test(hostile, a_damaged_cursor_is_refused_with_what_to_do);
    tcase_add_loop_test(hostile, a_cursor_of_another_network_reader_or_version_is_refused, 0, 3);
    tcase_add_test(hostile, a_filter_that_means_nothing_is_refused);
    tcase_add_test(hostile, a_division_that_there_is_not_is_refused_with_those_that_there_are);
    tcase_add_test(hostile, a_time_that_lies_ahead_is_refused);
    tcase_add_test(hostile, feeds_of_one_certificate_are_bounded);
    tcase_add_test(hostile, credit_for_no_feed_is_answered_by_its_end);
    suite_add_tcase(suite, hostile);
    TCase *c = tcase_create("feed");

    tcase_add_checked_fixture(c, feed_pair_begin, feed_pair_end);
    tcase_add_test(c, a_filter_leaves_out_what_does_not_fit_and_the_cursor_goes_on);
    tcase_add_test(c, an_operation_is_chosen_by_its_name);
    tcase_add_test(c, a_writer_and_a_kind_are_chosen);
    tcase_add_test(c, who_ends_a_feed_gets_its_last_cursor);
    tcase_add_test(c, scenario_24_no_feed_tells_of_a_death_before_somebody_else_confirms_it);
    tcase_add_test(c, views_carry_the_case_and_records_are_told_when_asked_for);
    tcase_add_test(c, a_record_in_two_logs_is_told_once_and_again_after_a_resume);
    suite_add_tcase(suite, c);
    return suite;
}
