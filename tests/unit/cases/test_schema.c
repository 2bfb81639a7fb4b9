/* SPDX-License-Identifier: Apache-2.0 */
/* The tables keep their promises: numbers once and ascending, every reference resolves, names are near or not at all. */
#include "proto/op.h"
#include "tests/unit/cases/story.h"

START_TEST(numbers_ascend_and_are_never_used_twice)
{
    size_t fields, events;
    const struct schema_field *field = schema_fields(&fields);
    const struct schema_event *event = schema_events(&events);

    for (size_t i = 1; i < fields; i++)
        ck_assert_uint_lt(field[i - 1].number, field[i].number);
    for (size_t i = 1; i < events; i++)
        ck_assert_uint_lt(event[i - 1].number, event[i].number);
    for (size_t i = 0; i < fields; i++)
        ck_assert_ptr_eq(schema_field(field[i].number), &field[i]);
    ck_assert_ptr_null(schema_field(0));
    ck_assert_ptr_null(schema_field(UINT32_MAX));
    ck_assert_ptr_null(schema_event(UINT32_MAX));
}
END_TEST

START_TEST(a_name_means_one_field_within_a_kind)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            bool both_cells = rows[i].place != PLACE_DETAIL && rows[j].place != PLACE_DETAIL;
            bool both_details = rows[i].place == PLACE_DETAIL && rows[j].place == PLACE_DETAIL;

            if ((both_cells || both_details) && (rows[i].kinds & rows[j].kinds) != 0)
                ck_assert_str_ne(rows[i].name, rows[j].name);
        }
    }
}
END_TEST

/* DOMAIN §4.3, §4.4, §4.5, §6.1: what a child's record is made of, by the names that officers and programs use. */
START_TEST(a_childs_record_has_a_place_for_all_that_is_to_be_known)
{
    static const char *const fields[] = {
        "photo",         "photo_taken",   "photo_publicity",    "placement_provider", "placement_from",
        "placement_to",  "do_not_tell",   "cawn_protecting",    "informant_contact",  "trigger_plan_reviewed",
        "debrief_intel", "episode_count", "episode_count_90d",  "repeat_missing",     "turns_18",
        "circumstances", "home_address",  "informant_relation",
    };
    static const char *const codes[] = {"FIREARMS", "CUCKOO_RISK", "CUCKOO_ACTIVE", "CUCKOO_FORMER", "OSMAN"};
    uint32_t number;

    for (size_t i = 0; i < CW_COUNT(fields); i++)
        ck_assert_msg(schema_field_by_name(KIND_CHILD, slice_of(fields[i])) != NULL, "%s", fields[i]);
    for (size_t i = 0; i < CW_COUNT(codes); i++)
        ck_assert_msg(schema_value_by_name(SCALE_VULNERABILITY, slice_of(codes[i]), &number), "%s", codes[i]);
    ck_assert_ptr_nonnull(schema_field_by_name(KIND_NOMINAL, slice_of("warnings")));
    ck_assert_ptr_nonnull(schema_field_by_name(KIND_ADDRESS, slice_of("premises_warnings")));
    ck_assert(schema_value_by_name(SCALE_PREMISES_WARNING, slice_of("DO_NOT_VISIT_UNIFORM"), &number));
    /* derived: nobody gives a child this flag */
    ck_assert(!schema_value_by_name(SCALE_VULNERABILITY, slice_of("REPEAT_MISSING"), &number));
}
END_TEST

/* DOMAIN §5.1, §5.4, §8, §11.2. */
START_TEST(an_event_about_a_child_carries_what_is_said_of_it)
{
    static const struct {
        uint32_t event;
        const char *field;
    } rows[] = {
        {EVENT_FLAGGED, "degree"},
        {EVENT_FLAGGED, "basis"},
        {EVENT_FLAGGED, "review_due"},
        {EVENT_FLAGGED, "handling_code"},
        {EVENT_HYPOTHESIS, "text"},
        {EVENT_RECORDS_CHECK, "result"},
        {EVENT_RISK_ASSESSMENT, "relied_on"},
        {EVENT_SIGHTING, "source_grade"},
        {EVENT_SIGHTING, "sanitised"},
        {EVENT_INTEL_ITEM, "grade_scheme"},
        {EVENT_INTEL_ITEM, "old_grade"},
        {EVENT_PUBLICITY, "authorised_by"},
        {EVENT_PUBLICITY, "withdrawn_at"},
        {EVENT_DISCLOSURE, "legal_basis"},
        {EVENT_DISCLOSURE, "purpose"},
        {EVENT_STRATEGY_MEETING, "agencies"},
        {EVENT_STRATEGY_MEETING, "next_meeting"},
        {EVENT_PARTNER_REFERRAL, "feedback_due"},
        {EVENT_ORDER_MADE, "valid_to"},
        {EVENT_ORDER_MADE, "order_conditions"},
        {EVENT_ORDER_VARIED, "served"},
        {EVENT_ORDER_BREACHED, "protects"},
        {EVENT_SAFEGUARDING_VISIT, "next_visit"},
        {EVENT_HANDOVER_OFFER, "risk_brief"},
        {EVENT_LINK, "role"},
        {EVENT_PREVENTION_INTERVIEW, "harm"},
    };

    for (size_t i = 0; i < CW_COUNT(rows); i++)
        ck_assert_msg(schema_event_field_by_name(rows[i].event, slice_of(rows[i].field)) != NULL, "%s %s",
                      schema_event(rows[i].event)->name, rows[i].field);
}
END_TEST

START_TEST(every_row_is_whole)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        const struct schema_field *row = &rows[i];
        bool texts = schema_value_type(row->type) == VALUE_TEXT;

        ck_assert_ptr_nonnull(schema_rule_name(row->rule));
        ck_assert_ptr_nonnull(schema_type_name(row->type));
        ck_assert_msg(row->type != TYPE_ENUM || row->scale != SCALE_NONE, "%s", row->name);
        ck_assert_msg(!texts || row->type == TYPE_DATE || row->bound > 0, "%s", row->name);
        ck_assert_msg(row->kinds != 0 && row->name[0] != '\0', "%u", row->number);
        ck_assert_msg(!schema_field_is_written(row) || row->set_roles != 0, "%s", row->name);
        /* what can be lowered must have somebody who may */
        ck_assert_msg((row->rule != RULE_MAX && row->rule != RULE_ORS) || row->lower_roles != 0, "%s", row->name);
        ck_assert_msg(row->rule != RULE_MIN || schema_value_type(row->type) == VALUE_INTERVAL, "%s", row->name);
    }
}
END_TEST

START_TEST(scales_ascend_and_every_scale_has_values)
{
    size_t count;
    const struct schema_value *rows = schema_values(&count);
    bool has[SCALE_COUNT] = {false};

    for (size_t i = 0; i < count; i++) {
        has[rows[i].scale] = true;
        if (i > 0 && rows[i - 1].scale == rows[i].scale)
            ck_assert_uint_lt(rows[i - 1].number, rows[i].number);
    }
    for (int i = 1; i < SCALE_COUNT; i++)
        ck_assert_msg(has[i], "%s", schema_scale_name((enum scale)i));
}
END_TEST

START_TEST(event_fields_and_steps_point_at_rows)
{
    size_t count;
    const struct schema_event_field *fields = schema_event_fields(&count);

    for (size_t i = 0; i < count; i++) {
        const struct schema_event *event = schema_event(fields[i].event);
        const struct schema_field *field = schema_field(fields[i].field);

        ck_assert_ptr_nonnull(event);
        ck_assert_ptr_nonnull(field);
        ck_assert_msg((event->kinds & field->kinds) != 0, "%s %s", event->name, field->name);
    }

    const struct schema_step *steps = schema_steps(&count);
    for (size_t i = 0; i < count; i++) {
        const struct schema_event *event = schema_event(steps[i].event);
        const struct schema_field *state = schema_field(schema_machine_field(steps[i].machine));

        ck_assert_ptr_nonnull(event);
        ck_assert_ptr_nonnull(state);
        ck_assert_ptr_nonnull(schema_value_name(state->scale, steps[i].to));
        ck_assert_msg((steps[i].roles & event->roles) != 0, "%s", event->name);
        for (uint32_t from = 0; from < 32; from++) {
            if ((steps[i].from & (1u << from)) != 0)
                ck_assert_ptr_nonnull(schema_value_name(state->scale, from));
        }
    }
}
END_TEST

/* Every state but the first can be reached, and every state that is not an end can be left. */
START_TEST(every_state_can_be_reached)
{
    for (int machine = MACHINE_OCG; machine <= MACHINE_ENTITY; machine++) {
        const struct schema_field *field = schema_field(schema_machine_field((enum machine)machine));
        size_t count;
        const struct schema_step *steps = schema_steps(&count);

        for (uint32_t state = 2; schema_value_name(field->scale, state) != NULL; state++) {
            bool reached = machine == MACHINE_EPISODE && state == 5; /* disputed is found, not stepped to */

            for (size_t i = 0; i < count; i++)
                reached = reached || ((int)steps[i].machine == machine && steps[i].to == state);
            ck_assert_msg(reached, "%s", schema_value_name(field->scale, state));
        }
    }
}
END_TEST

START_TEST(names_are_found_and_near_misses_answered)
{
    uint32_t number = 0;

    ck_assert_uint_eq(schema_field_by_name(KIND_CHILD, slice_of("missing_risk"))->number, FIELD_MISSING_RISK);
    ck_assert_ptr_null(schema_field_by_name(KIND_OCG, slice_of("missing_risk")));
    ck_assert_ptr_null(schema_field_by_name(KIND_CHILD, slice_of("")));
    ck_assert_uint_eq(schema_field_by_name(KIND_LINE, slice_of("status"))->number, FIELD_LINE_STATUS);
    ck_assert_str_eq(schema_suggest_field(KIND_CHILD, slice_of("mising_risk")), "missing_risk");
    ck_assert_ptr_null(schema_suggest_field(KIND_CHILD, slice_of("completely_different")));
    ck_assert_str_eq(schema_suggest_event(KIND_OPERATION, slice_of("arest")), "arrest");
    ck_assert_uint_eq(schema_event_by_name(slice_of("warrant"))->number, EVENT_WARRANT);
    ck_assert_uint_eq(schema_event_field_by_name(EVENT_ARREST, slice_of("count"))->number, FIELD_COUNT);
    ck_assert_ptr_null(schema_event_field_by_name(EVENT_SIGHTING, slice_of("count")));
    ck_assert_str_eq(schema_suggest_event_field(EVENT_ARREST, slice_of("cuont")), "count");
    ck_assert(schema_value_by_name(SCALE_MISSING_RISK, slice_of("high"), &number));
    ck_assert_uint_eq(number, 4);
    ck_assert(!schema_value_by_name(SCALE_MISSING_RISK, slice_of("hgih"), &number));
    ck_assert_str_eq(schema_suggest_value(SCALE_MISSING_RISK, slice_of("hihg")), "high");
    ck_assert_uint_eq(schema_kind_by_name(slice_of("county_line")), KIND_LINE);
    ck_assert_str_eq(schema_suggest_kind(slice_of("county_lines")), "county_line");
    ck_assert_uint_eq(schema_role_by_code(slice_of("INSP")), ROLE_INSP);
}
END_TEST

START_TEST(a_very_long_name_is_answered_with_nothing)
{
    static char name[5000];

    memset(name, 'm', sizeof(name));
    ck_assert_ptr_null(schema_suggest_field(KIND_CHILD, slice(name, sizeof(name))));
}
END_TEST

START_TEST(role_sets_read_and_print)
{
    char text[SCHEMA_ROLES_TEXT_LEN_MAX];
    uint32_t roles = 0;

    ck_assert_str_eq(schema_roles_text(R_INSP_UP, text), "INSP, SUPT");
    ck_assert_str_eq(schema_roles_text(R_ANY, text), "anyone");
    ck_assert_str_eq(schema_roles_text(0, text), "nobody");
    ck_assert_uint_lt(strlen(schema_roles_text(~R_ANY | ROLE_MASK(INSP), text)), sizeof(text));
    ck_assert(schema_roles_parse(slice_of("INSP, SUPT"), &roles));
    ck_assert_uint_eq(roles, R_INSP_UP);
    ck_assert(schema_roles_parse(slice_of("any"), &roles));
    ck_assert_uint_eq(roles, R_ANY);
    ck_assert(schema_roles_parse(slice_of("none"), &roles));
    ck_assert_uint_eq(roles, 0);
    ck_assert(!schema_roles_parse(slice_of("INSP,"), &roles));
    ck_assert(!schema_roles_parse(slice_of("KING"), &roles));
    ck_assert(!schema_roles_parse(slice_of(""), &roles));
}
END_TEST

START_TEST(the_tables_print_within_a_small_buffer_too)
{
    static char big[1 << 20], small[100];
    struct writer all = writer_over(big, sizeof(big)), cut = writer_over(small, sizeof(small));
    struct cw_slice text;

    schema_print_markdown(&all);
    schema_print_json(&all);
    ck_assert_int_eq(writer_finish(&all, &text), CW_OK);
    schema_print_json(&cut);
    ck_assert_int_eq(writer_finish(&cut, &text), CW_REFUSED_SIZE);
}
END_TEST

Suite *suite_schema(void)
{
    Suite *suite = suite_create("cases/schema");
    TCase *all = tcase_create("tables");

    tcase_add_test(all, numbers_ascend_and_are_never_used_twice);
    tcase_add_test(all, a_name_means_one_field_within_a_kind);
    tcase_add_test(all, a_childs_record_has_a_place_for_all_that_is_to_be_known);
    tcase_add_test(all, an_event_about_a_child_carries_what_is_said_of_it);
    tcase_add_test(all, every_row_is_whole);
    tcase_add_test(all, scales_ascend_and_every_scale_has_values);
    tcase_add_test(all, event_fields_and_steps_point_at_rows);
    tcase_add_test(all, every_state_can_be_reached);
    tcase_add_test(all, names_are_found_and_near_misses_answered);
    tcase_add_test(all, a_very_long_name_is_answered_with_nothing);
    tcase_add_test(all, role_sets_read_and_print);
    tcase_add_test(all, the_tables_print_within_a_small_buffer_too);
    suite_add_tcase(suite, all);
    return suite;
}
