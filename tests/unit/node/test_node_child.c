/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/pair.h"

#include <check.h>

/* One child in lists and histories, its events page by page, and where no word about it may be. */

/* --- one child in lists and histories (docs/protocol.md 7.8) ------------------------------------------------------------- */

static const Cw__CaseList *list_by(const char *entity, const char *prefix)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ListCases list = CW__LIST_CASES__INIT;
    const Cw__Answer *answer;

    SET_NUMBER(&list, kind, KIND_CHILD);
    if (entity != NULL)
        SET_BYTES(&list, entity, wire_bytes(slice_of(entity)));
    if (prefix != NULL)
        SET_BYTES(&list, prefix, wire_bytes(slice_of(prefix)));
    request.list = &list;
    answer = pair_ask(&request);
    ck_assert_uint_eq(answer->code, CW_OK);
    return answer->list;
}

static void assess(const struct cw_case_id *id, uint64_t risk)
{
    const struct op_value reason = {.type = VALUE_TEXT, .text = slice_of("no coat")};
    struct op_write writes[] = {WRITE(FIELD_MISSING_RISK, pair_number((int64_t)risk)), WRITE(FIELD_RATIONALE, reason)};
    const struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_RISK_ASSESSMENT, .write_count = 2, .writes = writes};

    writes[0].has_max = true;
    writes[0].max_value = risk;
    (void)pair_say(id, &op, NULL);
    lab_run(pair.lab, 2000);
}

static const Cw__ViewField *field_of(const Cw__CaseView *view, uint32_t number)
{
    for (size_t i = 0; i < view->n_fields; i++) {
        if (view->fields[i]->field == number)
            return view->fields[i];
    }
    ck_abort_msg("no such field");
    return NULL;
}

START_TEST(a_risk_that_an_assessment_may_not_lower_is_shown_as_a_proposal)
{
    const struct op_value reason = {.type = VALUE_TEXT, .text = slice_of("has a coat")};
    struct op_ref high = {.index = 0};
    struct op_write writes[] = {WRITE(FIELD_MISSING_RISK, pair_number(2)), WRITE(FIELD_RATIONALE, reason)};
    const struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_RISK_ASSESSMENT, .write_count = 2, .writes = writes};
    const Cw__CaseView *view;
    struct lab_op lower;

    pair_begin();
    assess(&pair.a, 4);
    view = pair_view_of(&pair.a, false);
    memcpy(high.op.b, field_of(view, FIELD_MISSING_RISK)->values[0]->set_by->op.data, ID_LEN);
    high.index = field_of(view, FIELD_MISSING_RISK)->values[0]->set_by->index;
    writes[0].has_max = true;
    writes[0].max_value = 2;
    writes[0].supersede_count = 1;
    writes[0].supersedes = &high;
    lab_say(pair.lab, ++pair.number, &pair.a, &op, &pair.lab->world.officer, &lower); /* no inspector */
    ck_assert_uint_eq(lab_ask(pair.north, &lower), CW_OK);
    lab_run(pair.lab, 2000);
    view = pair_view_of(&pair.a, false);
    ck_assert_uint_eq(field_of(view, FIELD_MISSING_RISK)->n_proposals, 1);
    ck_assert_int_eq(field_of(view, FIELD_MISSING_RISK)->proposals[0]->value->number, 2);
    ck_assert(!view->events[0]->proposal && view->events[0]->fields[0]->values[0]->proposal);
    ck_assert(!view->events[0]->fields[1]->values[0]->proposal);
    lab_free(pair.lab);
}
END_TEST

static const Cw__Answer *list_of(const char *status, const char *area, const char *risk, const char *owner)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ListCases list = CW__LIST_CASES__INIT;
    const char *texts[] = {status, area, risk, owner};
    protobuf_c_boolean *has[] = {&list.has_status, &list.has_area, &list.has_risk, &list.has_owner};
    ProtobufCBinaryData *to[] = {&list.status, &list.area, &list.risk, &list.owner};

    for (size_t i = 0; i < CW_COUNT(texts); i++) {
        *has[i] = texts[i] != NULL;
        if (texts[i] != NULL)
            *to[i] = wire_bytes(slice_of(texts[i]));
    }
    request.list = &list;
    return pair_ask(&request);
}

#define COUNT_OF(...) list_of(__VA_ARGS__)->list->n_rows

START_TEST(children_missing_now_are_listed_and_by_the_areas_of_their_places)
{
    const struct op_value seen = {.type = VALUE_TEXT, .text = slice_of("Dunmarsh bus station")},
                          home = {.type = VALUE_TEXT, .text = slice_of("1 Larkspur Lane, Tarrowby")};
    struct op_write writes[] = {WRITE(FIELD_LAST_SEEN_PLACE, seen), WRITE(FIELD_HOME_ADDRESS, home)},
                    moved = WRITE(FIELD_RELOCATION, ((struct op_value){.type = VALUE_FLAG, .number = 1})),
                    known = WRITE(FIELD_HOW_KNOWN, pair_number(5)),
                    when = WRITE(
                        FIELD_OCCURRED,
                        ((struct op_value){.type = VALUE_INTERVAL, .number = WORLD_TIME_MS, .latest = WORLD_TIME_MS})),
                    back[] = {known, when};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 2, .writes = writes};

    pair_begin();
    assess(&pair.a, 4);
    ck_assert_uint_eq(COUNT_OF("missing", NULL, NULL, NULL), 2);
    ck_assert_uint_eq(COUNT_OF("missing", NULL, "high", "NTH"), 1);
    ck_assert_uint_eq(COUNT_OF("active", NULL, NULL, NULL), 1);
    (void)pair_say(&pair.a, &op, NULL);
    lab_run(pair.lab, 2000);
    ck_assert_uint_eq(COUNT_OF(NULL, "dunmarsh", NULL, NULL), 1);
    ck_assert_uint_eq(COUNT_OF("missing", "Tarrowby", NULL, NULL), 1);
    ck_assert_uint_eq(COUNT_OF(NULL, "bus", NULL, NULL), 0);
    op = (struct op){.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &moved};
    moved.has_max = true;
    moved.max_value = 1;
    (void)pair_say(&pair.a, &op, NULL);
    lab_run(pair.lab, 2000);
    ck_assert_uint_eq(COUNT_OF(NULL, "Tarrowby", NULL, NULL), 0);
    op = (struct op){
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_RETURNED, .write_count = 2, .writes = back};
    (void)pair_say(&pair.a, &op, NULL);
    lab_run(pair.lab, 2000);
    ck_assert_uint_eq(COUNT_OF("missing", NULL, NULL, NULL), 1);
    ck_assert_uint_eq(COUNT_OF("returned", NULL, NULL, NULL), 1);
    lab_free(pair.lab);
}
END_TEST

static void sight(const char *place, int64_t ms, int64_t confidence)
{
    const struct op_value where = {.type = VALUE_TEXT, .text = slice_of(place)},
                          when = {.type = VALUE_INTERVAL, .number = ms, .latest = ms};
    struct op_write writes[] = {WRITE(FIELD_PLACE, where), WRITE(FIELD_OCCURRED, when),
                                WRITE(FIELD_CONFIDENCE, pair_number(confidence))};
    const struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_SIGHTING, .write_count = 3, .writes = writes};

    (void)pair_say(&pair.a, &op, NULL);
    lab_run(pair.lab, 2000);
}

START_TEST(a_child_is_listed_where_it_was_seen_last)
{
    pair_begin();
    sight("Netherby quay", WORLD_TIME_MS, 2);
    ck_assert_uint_eq(COUNT_OF(NULL, "netherby", NULL, NULL), 1);
    sight("Corner of Mill Row, Tarrowby", WORLD_TIME_MS + 60000, 2);
    ck_assert_uint_eq(COUNT_OF(NULL, "Netherby", NULL, NULL), 0); /* it has been seen elsewhere since */
    ck_assert_uint_eq(COUNT_OF(NULL, "Tarrowby", NULL, NULL), 1);
    sight("Netherby quay", WORLD_TIME_MS - 60000, 2); /* said later, seen earlier */
    sight("Netherby quay", WORLD_TIME_MS + 90000, 4); /* refuted */
    ck_assert_uint_eq(COUNT_OF(NULL, "Netherby", NULL, NULL), 0);
    ck_assert_uint_eq(COUNT_OF(NULL, "Tarrowby", NULL, NULL), 1);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_list_by_what_there_is_not_is_refused_with_what_may_be_meant)
{
    const struct {
        const char *asked[4];
        const char *where, *says;
    } typos[] = {
        {{"opne"}, "status", "did you mean \"open\"?"},
        {{NULL, NULL, "hgih"}, "risk", "did you mean \"high\"?"},
        {{NULL, NULL, NULL, "NTHX"}, "owner", "NTH"},
    };

    pair_begin();
    for (size_t i = 0; i < CW_COUNT(typos); i++) {
        const char *const *t = typos[i].asked;
        const Cw__Answer *answer = list_of(t[0], t[1], t[2], t[3]);
        char text[300];

        ck_assert_uint_eq(answer->code, CW_REFUSED_VALUE);
        ck_assert(slice_eq(wire_slice(answer->where), slice_of(typos[i].where)));
        snprintf(text, sizeof text, "%.*s", (int)answer->text.len, (const char *)answer->text.data);
        ck_assert_msg(strstr(text, typos[i].says) != NULL, "%s", text);
    }
    ck_assert_uint_eq(COUNT_OF(NULL, NULL, NULL, "nth"), 3);
    lab_free(pair.lab);
}
END_TEST

static const Cw__History *history_of(const struct cw_case_id *id, uint32_t limit, ProtobufCBinaryData after)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetHistory history = CW__GET_HISTORY__INIT;
    const Cw__Answer *answer;

    SET_BYTES(&history, case_id, wire_bytes(ID_SLICE(id)));
    SET_NUMBER(&history, limit, limit);
    if (after.len > 0)
        SET_BYTES(&history, after, after);
    request.history = &history;
    answer = pair_ask(&request);
    ck_assert_uint_eq(answer->code, CW_OK);
    return answer->history;
}

/* What a list or a history says, as bytes: an unmerge must bring back the very same. */
static size_t packed(const ProtobufCMessage *message, uint8_t out[static 65536])
{
    struct writer w = writer_over(out, 65536);

    wire_pack(message, &w);
    ck_assert(!w.failed);
    return w.len;
}

START_TEST(a_merged_child_is_listed_once_as_the_case_that_stays_and_an_unmerge_restores_both)
{
    static uint8_t before[65536], after[65536];
    const Cw__CaseList *list;
    struct cw_op_id made;
    size_t len;

    pair_begin();
    pair_retitle(&pair.a, "Child at the station");
    pair_retitle(&pair.b, "Child of Foxglove Lane");
    assess(&pair.a, 4);
    list = list_by(NULL, NULL);
    ck_assert_uint_eq(list->n_rows, 2);
    ck_assert_uint_eq(list->rows[0]->n_also, 0);
    len = packed(&list_by(NULL, "Child of")->base, before);
    made = pair_merge(&pair.a, &pair.b);
    list = list_by(NULL, NULL);
    ck_assert_uint_eq(list->n_rows, 1);
    ck_assert(pair_is(list->rows[0]->case_id, &pair.b));
    ck_assert(slice_eq(wire_slice(list->rows[0]->title), slice_of("Child of Foxglove Lane")));
    ck_assert(slice_eq(wire_slice(list->rows[0]->risk), slice_of("high"))); /* of the other record */
    ck_assert_uint_eq(list->rows[0]->n_also, 1);
    ck_assert(pair_is(list->rows[0]->also_ids[0], &pair.a));
    pair_take_back(&pair.a, EVENT_IDENTITY_UNMERGED, &made);
    list = list_by(NULL, NULL);
    ck_assert_uint_eq(list->n_rows, 2);
    ck_assert_uint_eq(list->rows[0]->n_also + list->rows[1]->n_also, 0);
    ck_assert_uint_eq(packed(&list_by(NULL, "Child of")->base, after), len);
    ck_assert_mem_eq(before, after, len);
    lab_free(pair.lab);
}
END_TEST

START_TEST(what_stands_in_one_record_finds_the_child)
{
    const Cw__CaseList *list;
    char hex[2 * ID_LEN + 1];

    pair_begin();
    pair_retitle(&pair.a, "Child at the station");
    pair_link_to(&pair.a, &pair.phone, USED_BY, false);
    pair_merge(&pair.a, &pair.b);
    hex_of(ID_SLICE(&pair.phone), hex);
    list = list_by(hex, NULL);
    ck_assert_uint_eq(list->n_rows, 1);
    ck_assert(pair_is(list->rows[0]->case_id, &pair.b));
    list = list_by(NULL, "Child at the st");
    ck_assert_uint_eq(list->n_rows, 1);
    ck_assert(pair_is(list->rows[0]->case_id, &pair.b));
    hex_of(ID_SLICE(&pair.b), hex); /* both say something of b: one child all the same */
    pair_link_to(&pair.b, &pair.phone, USED_BY, false);
    hex_of(ID_SLICE(&pair.phone), hex);
    ck_assert_uint_eq(list_by(hex, NULL)->n_rows, 1);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_history_by_either_reference_has_both_records_and_says_which_line_is_of_which)
{
    const Cw__History *whole;
    struct cw_op_id made;
    ProtobufCBinaryData none = {0, NULL}, references[2];
    size_t of_first = 0, alone_a, alone_b, paged = 0;
    uint8_t mark[64];

    pair_begin();
    pair_retitle(&pair.a, "Child at the station");
    alone_a = history_of(&pair.a, 100, none)->n_items;
    alone_b = history_of(&pair.b, 100, none)->n_items;
    ck_assert(!history_of(&pair.a, 100, none)->items[0]->has_human_ref);
    made = pair_merge(&pair.a, &pair.b);
    whole = history_of(&pair.b, 100, none);
    ck_assert_uint_eq(whole->n_items, alone_a + alone_b + 1);
    ck_assert_uint_eq(whole->n_also, 1);
    references[0] = whole->items[0]->human_ref;
    for (size_t i = 0; i < whole->n_items; i++) {
        ck_assert(whole->items[i]->has_human_ref);
        ck_assert(i == 0 || whole->items[i - 1]->hlc <= whole->items[i]->hlc);
        of_first += slice_eq(wire_slice(whole->items[i]->human_ref), wire_slice(references[0]));
    }
    ck_assert(of_first == alone_a + 1 || of_first == alone_b);
    ck_assert_uint_eq(history_of(&pair.a, 100, none)->n_items, alone_a + alone_b + 1);
    for (ProtobufCBinaryData after = none;;) { /* page by page, each line once */
        const Cw__History *page = history_of(&pair.a, 2, after);

        paged += page->n_items;
        if (!page->has_next)
            break;
        ck_assert_uint_le(page->next.len, sizeof mark);
        memcpy(mark, page->next.data, page->next.len);
        after = wire_bytes(slice(mark, page->next.len));
    }
    ck_assert_uint_eq(paged, alone_a + alone_b + 1);
    pair_take_back(&pair.a, EVENT_IDENTITY_UNMERGED, &made);
    ck_assert_uint_eq(history_of(&pair.b, 100, none)->n_items, alone_b);
    ck_assert_uint_eq(history_of(&pair.a, 100, none)->n_items, alone_a + 2);
    lab_free(pair.lab);
}
END_TEST

/* --- events by page, and what is taken back ---------------------------------------------------------------------------- */

static const Cw__Answer *page_of(const struct cw_case_id *id, ProtobufCBinaryData before)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase get = CW__GET_CASE__INIT;

    SET_BYTES(&get, case_id, wire_bytes(ID_SLICE(id)));
    if (before.len > 0)
        SET_BYTES(&get, events_before, before);
    request.get = &get;
    return pair_ask(&request);
}

START_TEST(all_events_of_a_case_can_be_had_page_by_page)
{
    enum { NOTES = 520 };
    const Cw__CaseView *view;
    struct lab_op op;
    uint8_t last[ID_LEN];
    char text[24];

    pair_begin();
    for (int i = 0; i < NOTES; i++) {
        snprintf(text, sizeof text, "note %d", i);
        lab_note(pair.lab, ++pair.number, &pair.a, text, &op);
        ck_assert_uint_eq(lab_ask(pair.north, &op), CW_OK);
    }
    lab_run(pair.lab, 5000);
    view = page_of(&pair.a, (ProtobufCBinaryData){0, NULL})->view;
    ck_assert_uint_eq(view->n_events, 500);
    ck_assert(view->has_more_events && view->more_events);
    memcpy(last, view->events[499]->op.data, ID_LEN);
    view = page_of(&pair.a, wire_bytes(slice(last, ID_LEN)))->view;
    ck_assert_uint_eq(view->n_events, NOTES - 500);
    ck_assert(!view->has_more_events);
    ck_assert_uint_eq(view->n_fields, 0); /* the header, and events alone */
    ck_assert(pair_is(view->case_id, &pair.a));
    memset(last, 1, sizeof last);
    ck_assert_uint_eq(page_of(&pair.a, wire_bytes(slice(last, ID_LEN)))->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(page_of(&pair.a, wire_bytes(slice(last, 5)))->code, CW_REFUSED_VALUE);
    lab_free(pair.lab);
}
END_TEST

START_TEST(an_event_that_was_taken_back_says_by_what)
{
    const struct op_value reason = {.type = VALUE_TEXT, .text = slice_of("another child")};
    const struct op_write write = WRITE(FIELD_REASON, reason);
    const Cw__CaseView *view;
    struct op_ref named = {0};
    struct cw_op_id back;
    struct lab_op noted;
    const struct op op = {.type = OP_EVENT,
                          .schema = SCHEMA_VERSION,
                          .event = EVENT_NOTE,
                          .write_count = 1,
                          .writes = &write,
                          .correct_count = 1,
                          .corrects = &named,
                          .withdraws = true};

    pair_begin();
    lab_note(pair.lab, ++pair.number, &pair.a, "seen at the weir", &noted);
    ck_assert_uint_eq(lab_ask(pair.north, &noted), CW_OK);
    lab_run(pair.lab, 2000);
    named.op = noted.op;
    back = pair_say(&pair.a, &op, NULL);
    lab_run(pair.lab, 2000);
    view = pair_view_of(&pair.a, true);
    ck_assert_uint_eq(view->n_events, 2);
    ck_assert(view->events[0]->withdraws && !view->events[0]->has_withdrawn_by);
    ck_assert_mem_eq(view->events[1]->withdrawn_by.data, back.b, ID_LEN);
    ck_assert(!view->events[1]->has_withdraws);
    lab_free(pair.lab);
}
END_TEST

/* --- what no op says --------------------------------------------------------------------------------------------------- */

static const Cw__ViewField *only_field(const Cw__CaseView *view, uint32_t number)
{
    const Cw__ViewField *found = NULL;

    for (size_t i = 0; i < view->n_fields; i++) {
        if (view->fields[i]->field != number)
            continue;
        ck_assert_ptr_null(found);
        found = view->fields[i];
    }
    return found;
}

START_TEST(a_child_reported_three_times_is_counted_in_views_and_lists_and_marked_a_repeat)
{
    const struct op again = {.type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_EPISODE_REPORTED};
    const Cw__CaseView *view;
    const Cw__CaseRow *row;

    pair_begin();
    view = pair_view_of(&pair.a, true);
    ck_assert_int_eq(only_field(view, FIELD_EPISODE_COUNT)->values[0]->value->number, 1);
    ck_assert(!only_field(view, FIELD_REPEAT_MISSING)->values[0]->value->flag);
    for (int i = 0; i < 2; i++) {
        (void)pair_say(&pair.a, &again, NULL);
        lab_run(pair.lab, 2000);
    }
    view = pair_view_of(&pair.a, true);
    ck_assert_int_eq(only_field(view, FIELD_EPISODE_COUNT)->values[0]->value->number, 3);
    ck_assert_int_eq(only_field(view, FIELD_EPISODE_COUNT_90D)->values[0]->value->number, 3);
    ck_assert(
        slice_eq(wire_slice(only_field(view, FIELD_EPISODE_COUNT_90D)->values[0]->text), slice_of("3 in 90 days")));
    ck_assert(only_field(view, FIELD_REPEAT_MISSING)->values[0]->value->flag);
    row = list_by(NULL, NULL)->rows[0];
    ck_assert(pair_is(row->case_id, &pair.a));
    ck_assert_uint_eq(row->episodes, 3);
    ck_assert(row->repeat_missing);
    lab_free(pair.lab);
}
END_TEST

START_TEST(what_is_to_be_said_of_a_child_is_missing_until_somebody_says_it)
{
    const Cw__CaseView *view;

    pair_begin();
    view = pair_view_of(&pair.a, true);
    ck_assert(only_field(view, FIELD_CIRCUMSTANCES)->missing);
    ck_assert(only_field(view, FIELD_HOME_ADDRESS)->missing);
    ck_assert(only_field(view, FIELD_BIRTH_DATE)->missing);
    pair_identify(&pair.a, "2014-03-01");
    view = pair_view_of(&pair.a, true);
    ck_assert(!only_field(view, FIELD_BIRTH_DATE)->missing);
    ck_assert_uint_eq(only_field(view, FIELD_BIRTH_DATE)->n_values, 1);
    ck_assert_uint_eq(only_field(view, FIELD_TURNS_18)->n_values, 1);
    ck_assert(only_field(view, FIELD_CIRCUMSTANCES)->missing);
    lab_free(pair.lab);
}
END_TEST

/* --- DOMAIN §16, 10: no word about a child where it cannot be erased ----------------------------------------------------- */

static bool holds_text(struct cw_slice bytes, const char *text)
{
    return bytes.len > 0 && memmem(bytes.data, bytes.len, text, strlen(text)) != NULL;
}

START_TEST(no_word_about_a_child_is_in_a_header_a_seal_an_index_or_any_row)
{
    static const char *const words[] = {"Ostrabel", "ostrabel", "Foxglove", "foxglove", "30/0123456Q", "300123456Q"};
    struct kv_txn *txn;
    uint32_t rows = 0;

    pair_begin();
    pair_retitle(&pair.a, "Child of Foxglove Lane");
    pair_identify(&pair.a, "2014-03-01");
    lab_set(pair.lab, ++pair.number, &pair.a, FIELD_FAMILY_NAME, "Ostrabel", &pair.lab->world.officer,
            &(struct lab_op){0});
    pair_retitle(&pair.a, "Ostrabel of Foxglove Lane");
    ck_assert_int_eq(pair.north->store.begin_read(pair.north->store.ctx, &txn), CW_OK);
    for (int table = 0; table < TABLE_COUNT; table++) {
        uint8_t from[KV_KEY_LEN_MAX];
        size_t len = 0;
        struct kv_pair row;

        while (pair.north->store.next(txn, (enum table)table, slice(from, len), len > 0, &row) == CW_OK) {
            for (size_t i = 0; i < CW_COUNT(words); i++)
                ck_assert_msg(!holds_text(row.key, words[i]) && !holds_text(row.value, words[i]), "table %d: %s", table,
                              words[i]);
            memcpy(from, row.key.data, row.key.len);
            len = row.key.len;
            rows++;
        }
    }
    pair.north->store.abort(pair.north->store.ctx, txn);
    ck_assert_uint_gt(rows, 20);
    lab_free(pair.lab);
}
END_TEST

Suite *suite_node_child(void);
Suite *suite_node_child(void)
{
    Suite *suite = suite_create("node/child");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_merged_child_is_listed_once_as_the_case_that_stays_and_an_unmerge_restores_both);
    tcase_add_test(all, a_risk_that_an_assessment_may_not_lower_is_shown_as_a_proposal);
    tcase_add_test(all, children_missing_now_are_listed_and_by_the_areas_of_their_places);
    tcase_add_test(all, a_child_is_listed_where_it_was_seen_last);
    tcase_add_test(all, a_list_by_what_there_is_not_is_refused_with_what_may_be_meant);
    tcase_add_test(all, what_stands_in_one_record_finds_the_child);
    tcase_add_test(all, a_history_by_either_reference_has_both_records_and_says_which_line_is_of_which);
    tcase_add_test(all, all_events_of_a_case_can_be_had_page_by_page);
    tcase_add_test(all, an_event_that_was_taken_back_says_by_what);
    tcase_add_test(all, no_word_about_a_child_is_in_a_header_a_seal_an_index_or_any_row);
    tcase_add_test(all, a_child_reported_three_times_is_counted_in_views_and_lists_and_marked_a_repeat);
    tcase_add_test(all, what_is_to_be_said_of_a_child_is_missing_until_somebody_says_it);
    suite_add_tcase(suite, all);
    return suite;
}
