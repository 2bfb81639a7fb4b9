/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/pair.h"

#include <check.h>

/* Links from both ends, and children recorded twice, as a reader of one division sees them. */

static size_t listed_by(const struct cw_case_id *id)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ListCases list = CW__LIST_CASES__INIT;
    char hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(id), hex);
    SET_BYTES(&list, entity, wire_bytes(slice_of(hex)));
    request.list = &list;
    return pair_ask(&request)->list->n_rows;
}

/* --- links ---------------------------------------------------------------------------------------------------------- */

START_TEST(a_link_is_seen_from_both_ends_until_it_is_taken_back)
{
    const Cw__CaseView *view;
    struct cw_op_id made;

    pair_begin();
    ck_assert_uint_eq(pair_view_of(&pair.b, false)->n_links, 0); /* kept, and ended by the link */
    made = pair_link_to(&pair.a, &pair.b, ASSOCIATE_OF, false);
    view = pair_view_of(&pair.a, false);
    ck_assert_uint_eq(view->n_links, 1);
    ck_assert(pair_is(view->links[0]->case_id, &pair.b) && !view->links[0]->incoming);
    view = pair_view_of(&pair.b, false);
    ck_assert_uint_eq(view->n_links, 1);
    ck_assert(pair_is(view->links[0]->case_id, &pair.a) && view->links[0]->incoming);
    ck_assert(slice_eq(wire_slice(view->links[0]->type), slice_of("associate_of")));
    (void)pair_view_of(&pair.a, false);
    pair_retitle(&pair.b, "Child of Foxglove Lane"); /* in the same millisecond */
    ck_assert(slice_eq(wire_slice(pair_view_of(&pair.a, false)->links[0]->title), slice_of("Child of Foxglove Lane")));
    ck_assert(slice_eq(wire_slice(view->links[0]->kind_name), slice_of("missing_child")));
    ck_assert_uint_eq(listed_by(&pair.b), 1);
    pair_take_back(&pair.a, EVENT_LINK_WITHDRAWN, &made);
    ck_assert_uint_eq(pair_view_of(&pair.a, false)->n_links, 0);
    ck_assert_uint_eq(pair_view_of(&pair.b, false)->n_links, 0);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_link_of_one_side_is_found_from_nowhere_else)
{
    pair_begin();
    pair_link_to(&pair.a, &pair.b, ASSOCIATE_OF, true);
    ck_assert_uint_eq(pair_view_of(&pair.a, false)->n_links, 1);
    ck_assert_uint_eq(pair_view_of(&pair.b, false)->n_links, 0);
    ck_assert_uint_eq(listed_by(&pair.b), 0);
    pair_link_to(&pair.a, &pair.b, ASSOCIATE_OF,
                 false); /* the same case, which b may know of now: not of its other link */
    ck_assert_uint_eq(pair_view_of(&pair.a, false)->n_links, 2);
    ck_assert_uint_eq(pair_view_of(&pair.b, false)->n_links, 1);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_link_to_something_that_it_cannot_lead_to_is_refused_once_that_is_here)
{
    struct op_write writes[] = {WRITE(FIELD_LINK_TYPE, pair_number(ASSOCIATE_OF)), WRITE(FIELD_LINK_TO, pair_number(0)),
                                WRITE(FIELD_LINK_CONFIDENCE, pair_number(2))};
    const struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_LINK, .write_count = 3, .writes = writes};
    struct lab_op made;

    pair_begin();
    writes[1].value = pair_id(&pair.phone);
    lab_say(pair.lab, ++pair.number, &pair.a, &op, &pair.lab->late_officer, &made);
    ck_assert_uint_eq(lab_ask(pair.north, &made), CW_REFUSED_VALUE);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_link_to_something_that_it_cannot_lead_to_is_shown_as_such)
{
    const Cw__CaseView *view;
    struct lab_op phone;

    pair_begin();
    pair_write_phone("07700 900456", &phone);
    pair_link_to(&pair.a, &phone.case_id, ASSOCIATE_OF, false); /* nobody here knows yet what it is */
    ck_assert_uint_eq(lab_ask(pair.north, &phone), CW_OK);
    lab_run(pair.lab, 2000);
    view = pair_view_of(&pair.a, false);
    ck_assert(view->links[0]->has_misfit && view->links[0]->misfit);
    ck_assert(slice_eq(wire_slice(view->links[0]->title), slice_of("07700 900456")));
    ck_assert_uint_eq(pair_view_of(&phone.case_id, false)->n_links, 1);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_link_to_what_is_not_here_yet_says_so)
{
    const struct cw_case_id nowhere = {{9}};

    pair_begin();
    pair_link_to(&pair.a, &nowhere, ASSOCIATE_OF, false);
    ck_assert(pair_view_of(&pair.a, false)->links[0]->unknown_here);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_number_is_shown_as_it_was_written_and_as_it_is_compared)
{
    const Cw__CaseView *view;
    bool found = false;

    pair_begin();
    view = pair_view_of(&pair.phone, false);
    for (size_t i = 0; i < view->n_fields; i++) {
        if (view->fields[i]->field == FIELD_NUMBER_CANONICAL)
            found = slice_eq(wire_slice(view->fields[i]->values[0]->text), slice_of("+447700900123"));
    }
    ck_assert(found);
    lab_free(pair.lab);
}
END_TEST

/* --- identity ------------------------------------------------------------------------------------------------------- */

START_TEST(an_alias_is_answered_with_its_survivor_and_an_unmerge_ends_that)
{
    const Cw__CaseView *view;
    struct cw_op_id made;

    pair_begin();
    ck_assert_ptr_null(pair_view_of(&pair.a, false)->identity);
    ck_assert_ptr_null(pair_view_of(&pair.b, false)->identity);
    made = pair_merge(&pair.a, &pair.b);
    view = pair_view_of(&pair.a, false);
    ck_assert(pair_is(view->case_id, &pair.b));
    ck_assert_ptr_nonnull(view->identity);
    ck_assert(slice_eq(wire_slice(view->identity->standing), slice_of("survivor")));
    ck_assert_uint_eq(view->identity->n_cases, 2);
    ck_assert(view->identity->has_asked);
    ck_assert_uint_gt(view->identity->n_fields, 0);
    view = pair_view_of(&pair.a, true);
    ck_assert(pair_is(view->case_id, &pair.a));
    ck_assert(slice_eq(wire_slice(view->identity->standing), slice_of("alias")));
    pair_take_back(&pair.a, EVENT_IDENTITY_UNMERGED, &made);
    ck_assert(pair_is(pair_view_of(&pair.a, false)->case_id, &pair.a));
    ck_assert_ptr_null(pair_view_of(&pair.a, false)->identity);
    ck_assert_ptr_null(pair_view_of(&pair.b, false)->identity);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_case_that_shares_two_identifiers_is_a_candidate_until_it_is_merged)
{
    const Cw__CaseView *view;

    pair_begin();
    pair_identify(&pair.a, "2014-03-01");
    ck_assert_uint_eq(pair_view_of(&pair.a, true)->n_candidates, 0);
    pair_identify(&pair.b, "2014-03-01");
    view = pair_view_of(&pair.b, true);
    ck_assert_uint_eq(view->n_candidates, 1);
    ck_assert(pair_is(view->candidates[0]->case_id, &pair.a));
    ck_assert_uint_eq(view->candidates[0]->shared, 2);
    ck_assert_uint_eq(view->candidates[0]->n_agrees, 2);
    ck_assert(slice_eq(wire_slice(view->candidates[0]->agrees[0]), slice_of("name and birth date")));
    ck_assert(slice_eq(wire_slice(view->candidates[0]->agrees[1]), slice_of("PNCID")));
    ck_assert_ptr_null(view->identity); /* shown, and nothing else */
    pair_merge(&pair.a, &pair.b);
    ck_assert_uint_eq(pair_view_of(&pair.b, true)->n_candidates, 0);
    lab_free(pair.lab);
}
END_TEST

static void put_text(const struct cw_case_id *id, uint32_t field, const char *text)
{
    const struct op_write write = {.field = field,
                                   .verb = field == FIELD_EXTERNAL_REFS ? VERB_ADD : VERB_SET,
                                   .has_value = true,
                                   .value = {.type = VALUE_TEXT, .text = slice_of(text)}};
    const struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write};

    (void)pair_say(id, &op, NULL);
}

static void put_name(const struct cw_case_id *id, const char *given, const char *family, const char *born)
{
    put_text(id, FIELD_GIVEN_NAMES, given);
    put_text(id, FIELD_FAMILY_NAME, family);
    put_text(id, FIELD_BIRTH_DATE, born);
}

/* DOMAIN 3.1: the same reference of a person is enough to be shown; what a whole family has is not. */
START_TEST(one_reference_that_is_a_persons_makes_a_candidate)
{
    static const struct {
        uint32_t field;
        const char *text;
        size_t count;
    } shared[] = {{FIELD_EXTERNAL_REFS, "PNCID 30/0123456Q", 1},
                  {FIELD_EXTERNAL_REFS, "CRO 12345/30A", 1},
                  {FIELD_EXTERNAL_REFS, "LA 4711", 1},
                  {FIELD_EXTERNAL_REFS, "MISPER MP-ZZ-30-00123", 1},
                  {FIELD_EXTERNAL_REFS, "NRM 2030-00123", 1},
                  {FIELD_EXTERNAL_REFS, "ASN 30/0000/01/123", 1},
                  {FIELD_EXTERNAL_REFS, "CRIME ZZ/012345/30", 0},
                  {FIELD_EXTERNAL_REFS, "CAD 30-0142-0987", 0},
                  {FIELD_HOME_ADDRESS, "3 Mill Row, Dunmarsh", 0}};

    for (size_t i = 0; i < CW_COUNT(shared); i++) {
        pair_begin();
        put_text(&pair.a, shared[i].field, shared[i].text);
        put_text(&pair.b, shared[i].field, shared[i].text);
        lab_run(pair.lab, 2000);
        ck_assert_msg(pair_view_of(&pair.a, true)->n_candidates == shared[i].count, "%s", shared[i].text);
        ck_assert_uint_eq(pair_view_of(&pair.b, true)->n_candidates, shared[i].count);
        lab_free(pair.lab);
    }
}
END_TEST

START_TEST(a_name_without_the_birth_date_makes_no_candidate)
{
    pair_begin();
    put_name(&pair.a, "Invented", "Inventedname", "2014-03-01");
    put_name(&pair.b, "Invented", "Inventedname", "2014-03-02");
    lab_run(pair.lab, 2000);
    ck_assert_uint_eq(pair_view_of(&pair.b, true)->n_candidates, 0);
    lab_free(pair.lab);
}
END_TEST

static void open_others(int count, const char *given, const char *family)
{
    struct lab_op other;

    for (int i = 0; i < count; i++) {
        lab_open_child(pair.lab, ++pair.number, &other);
        ck_assert_uint_eq(lab_ask(pair.north, &other), CW_OK);
        put_name(&other.case_id, given, family, "2015-03-01");
    }
    lab_run(pair.lab, 2000);
}

/* DOMAIN 9.3: the home reports the child, and the placement does. Many children have her family name. */
START_TEST(a_full_name_and_birth_date_are_found_among_many_of_the_family_name)
{
    const Cw__CaseView *view;

    pair_begin();
    put_name(&pair.a, "Invented", "Inventedname", "2014-03-01");
    put_name(&pair.b, " invented", "INVENTEDNAME", "2014-03-01");
    open_others(80, "Another", "Inventedname");
    view = pair_view_of(&pair.b, true);
    ck_assert_uint_eq(view->n_candidates, 1);
    ck_assert(pair_is(view->candidates[0]->case_id, &pair.a));
    ck_assert(!view->has_more_candidates);
    lab_free(pair.lab);
}
END_TEST

START_TEST(who_has_a_name_that_too_many_have_is_told_that_there_may_be_others)
{
    const Cw__CaseView *view;

    pair_begin();
    put_name(&pair.b, "Invented", "Inventedname", "2014-03-01");
    put_text(&pair.a, FIELD_EXTERNAL_REFS, "LA 4711");
    put_text(&pair.b, FIELD_EXTERNAL_REFS, "LA 4711");
    open_others(64, "Invented", "Inventedname");
    view = pair_view_of(&pair.b, true);
    ck_assert(!view->has_more_candidates);
    open_others(1, "Invented", "Inventedname");
    lab_run(pair.lab, 60000); /* an answer is a minute old at most */
    view = pair_view_of(&pair.b, true);
    ck_assert(view->more_candidates);
    ck_assert_uint_eq(view->n_candidates, 1); /* by the reference */
    ck_assert(pair_is(view->candidates[0]->case_id, &pair.a));
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_cross_merge_is_answered_with_one_survivor_from_both)
{
    const Cw__CaseView *view;
    struct cw_case_id survivor;

    pair_begin();
    pair_merge(&pair.a, &pair.b);
    pair_merge(&pair.b, &pair.a);
    view = pair_view_of(&pair.a, false);
    memcpy(survivor.b, view->case_id.data, ID_LEN);
    ck_assert(view->identity->has_provisional && view->identity->provisional);
    ck_assert(pair_is(pair_view_of(&pair.b, false)->case_id, &survivor));
    lab_free(pair.lab);
}
END_TEST

/* DOMAIN §9.4: who became an alias of a phone would be found by nobody who looks for the child. */
START_TEST(a_child_is_merged_into_a_child_that_is_here_and_into_nothing_else)
{
    const struct cw_case_id nowhere = {{9}};
    struct lab_op merge;

    pair_begin();
    pair_write_merge(&pair.a, &pair.phone, &merge);
    ck_assert_uint_eq(lab_ask(pair.north, &merge), CW_REFUSED_VALUE);
    pair_write_merge(&pair.a, &nowhere, &merge);
    ck_assert_uint_eq(lab_ask(pair.north, &merge), CW_REFUSED_VALUE);
    pair_write_merge(&pair.a, &pair.b, &merge);
    ck_assert_uint_eq(lab_ask(pair.north, &merge), CW_OK);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_child_is_merged_into_one_that_was_opened_a_moment_ago)
{
    struct lab_op opened, merge;

    pair_begin();
    lab_open_child(pair.lab, ++pair.number, &opened);
    ck_assert_uint_eq(lab_ask(pair.north, &opened), CW_OK);
    pair_write_merge(&pair.a, &opened.case_id, &merge);
    ck_assert_uint_eq(lab_ask(pair.north, &merge), CW_OK);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_merging_into_another_kind_that_comes_by_sync_unites_nothing_and_is_taken_back)
{
    struct lab_op merge;

    pair_begin();
    pair_write_merge(&pair.a, &pair.phone, &merge);
    pair_hear(&merge);
    ck_assert_uint_eq(pair_view_of(&pair.a, true)->n_events, 1); /* it arrived */
    ck_assert(pair_is(pair_view_of(&pair.a, false)->case_id, &pair.a));
    ck_assert_ptr_null(pair_view_of(&pair.a, false)->identity);
    ck_assert(pair_is(pair_view_of(&pair.phone, false)->case_id, &pair.phone));
    pair_take_back(&pair.a, EVENT_IDENTITY_UNMERGED, &merge.op);
    ck_assert(pair_is(pair_view_of(&pair.a, false)->case_id, &pair.a));
    pair_merge(&pair.a, &pair.b);
    ck_assert(pair_is(pair_view_of(&pair.a, false)->case_id, &pair.b));
    lab_free(pair.lab);
}
END_TEST

START_TEST(the_rows_of_links_are_those_of_cases_that_are_here)
{
    struct refusal why = {0};

    pair_begin();
    pair_link_to(&pair.a, &pair.b, ASSOCIATE_OF, false);
    pair_merge(&pair.a, &pair.b);
    ck_assert_msg(lab_store_is_whole(pair.north, &why), "%s", why.text);
    lab_free(pair.lab);
}
END_TEST

Suite *suite_node_links(void);
Suite *suite_node_links(void)
{
    Suite *suite = suite_create("node/links");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_link_is_seen_from_both_ends_until_it_is_taken_back);
    tcase_add_test(all, a_link_of_one_side_is_found_from_nowhere_else);
    tcase_add_test(all, a_link_to_something_that_it_cannot_lead_to_is_refused_once_that_is_here);
    tcase_add_test(all, a_link_to_something_that_it_cannot_lead_to_is_shown_as_such);
    tcase_add_test(all, a_link_to_what_is_not_here_yet_says_so);
    tcase_add_test(all, a_number_is_shown_as_it_was_written_and_as_it_is_compared);
    tcase_add_test(all, an_alias_is_answered_with_its_survivor_and_an_unmerge_ends_that);
    tcase_add_test(all, a_case_that_shares_two_identifiers_is_a_candidate_until_it_is_merged);
    tcase_add_test(all, one_reference_that_is_a_persons_makes_a_candidate);
    tcase_add_test(all, a_name_without_the_birth_date_makes_no_candidate);
    tcase_add_test(all, a_full_name_and_birth_date_are_found_among_many_of_the_family_name);
    tcase_add_test(all, who_has_a_name_that_too_many_have_is_told_that_there_may_be_others);
    tcase_add_test(all, a_cross_merge_is_answered_with_one_survivor_from_both);
    tcase_add_test(all, a_child_is_merged_into_a_child_that_is_here_and_into_nothing_else);
    tcase_add_test(all, a_child_is_merged_into_one_that_was_opened_a_moment_ago);
    tcase_add_test(all, a_merging_into_another_kind_that_comes_by_sync_unites_nothing_and_is_taken_back);
    tcase_add_test(all, the_rows_of_links_are_those_of_cases_that_are_here);
    suite_add_tcase(suite, all);
    return suite;
}
