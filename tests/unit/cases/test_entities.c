/* SPDX-License-Identifier: Apache-2.0 */
/* Things and people that several cases speak of (DOMAIN §6.1): what opens one, and how its fields meet. */
#include "proto/identifier.h"
#include "tests/unit/cases/story.h"

#define INSP_ ROLE_MASK(INSP)
#define PC_ ROLE_MASK(PC)

static enum admission opening_with(uint32_t kind, uint32_t field, const char *text, struct refusal *refusal)
{
    struct story *s = story_open(kind, "NTH", PC_);

    memset(refusal, 0, sizeof(*refusal));
    story_at(s, 0)->op.write_count = 0;
    if (field != FIELD_NONE)
        story_write(s, 0, field, schema_field_is_set(schema_field(field)) ? VERB_ADD : VERB_SET,
                    (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)});
    return story_check(s, NULL, 0, refusal);
}

START_TEST(an_entity_is_opened_with_what_tells_it_from_others)
{
    struct refusal why;

    ck_assert_int_eq(opening_with(KIND_PHONE, FIELD_NUMBER, "07700 900123", &why), ADMIT);
    ck_assert_int_eq(opening_with(KIND_PHONE, FIELD_IMEI, "00000000123456", &why), ADMIT);
    ck_assert_int_eq(opening_with(KIND_VEHICLE, FIELD_PLATE, "kx01 abc", &why), ADMIT);
    ck_assert_int_eq(opening_with(KIND_ADDRESS, FIELD_UPRN, "999900000001", &why), ADMIT);
    ck_assert_int_eq(opening_with(KIND_NOMINAL, FIELD_NAMES, "street Invented Person", &why), ADMIT);
    ck_assert_int_eq(opening_with(KIND_ORGANISATION, FIELD_ORGANISATION_NAME, "Invented Cars", &why), ADMIT);
    ck_assert_int_eq(opening_with(KIND_PHONE, FIELD_NONE, "", &why), ADMIT_REFUSED);
    ck_assert_int_eq(why.code, CW_REFUSED_MISSING);
    ck_assert_str_eq(why.text, "one of these is required: number, imei, imsi, iccid");
    ck_assert_int_eq(opening_with(KIND_NOMINAL, FIELD_NONE, "", &why), ADMIT_REFUSED);
    ck_assert_int_eq(opening_with(KIND_ACCOUNT, FIELD_HANDLE, "invented", &why), ADMIT_REFUSED);
    ck_assert_str_eq(why.where, "platform");
}
END_TEST

START_TEST(an_impossible_identifier_is_refused)
{
    struct refusal why;

    ck_assert_int_eq(opening_with(KIND_PHONE, FIELD_NUMBER, "12345", &why), ADMIT_REFUSED);
    ck_assert_int_eq(why.code, CW_REFUSED_VALUE);
    ck_assert_str_eq(why.where, "number");
    ck_assert_int_eq(opening_with(KIND_VEHICLE, FIELD_PLATE, "QI01 ABC", &why), ADMIT_REFUSED);
    ck_assert_int_eq(opening_with(KIND_PHONE, FIELD_IMSI, "00101", &why), ADMIT_REFUSED);
    ck_assert_int_eq(opening_with(KIND_NOMINAL, FIELD_NAMES, "nickname Invented", &why), ADMIT_REFUSED);
}
END_TEST

/* An entity has no title and no plan: what only cases have is unknown to it. */
START_TEST(an_entity_has_only_the_header_that_makes_sense_for_it)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++)
        ck_assert_msg(rows[i].number == FIELD_NONE || (rows[i].kinds & K_ENTITY) == 0 || rows[i].number < 100 ||
                          rows[i].number >= 450,
                      "%s", rows[i].name);
    ck_assert_ptr_null(schema_field_by_name(KIND_PHONE, slice_of("title")));
    ck_assert_ptr_nonnull(schema_field_by_name(KIND_PHONE, slice_of("marking")));
    ck_assert_ptr_nonnull(schema_field_by_name(KIND_NOMINAL, slice_of("restriction")));
}
END_TEST

START_TEST(whatever_is_about_a_person_is_a_part_of_its_own)
{
    static const uint32_t fields[] = {FIELD_NAMES,  FIELD_BORN, FIELD_PERSON_IDS, FIELD_NUMBER, FIELD_IMEI,
                                      FIELD_PLATE,  FIELD_VIN,  FIELD_PREMISES,   FIELD_UPRN,   FIELD_STREET,
                                      FIELD_HANDLE, FIELD_SEX,  FIELD_APPEARANCE, FIELD_TOWN,   FIELD_POSTCODE};

    for (size_t i = 0; i < CW_COUNT(fields); i++)
        ck_assert_msg((schema_field(fields[i])->flags & FIELD_PERSONAL) != 0, "%s", schema_field(fields[i])->name);
}
END_TEST

START_TEST(two_birth_dates_stay_two_and_two_names_are_a_set)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t birth = story_add_text(s, "NTH", PC_, FIELD_NAMES, "birth Invented Person");
    const struct case_state *state;
    struct case_summary summary;

    (void)birth;
    story_add_text(s, "EST", PC_, FIELD_NAMES, "online another");
    story_set_text(s, "NTH", PC_, FIELD_BORN, "2014-03-01");
    story_set_text(s, "EST", PC_, FIELD_BORN, "2014-01-03");
    state = story_fold(s);
    ck_assert(state_cell(state, &scope_none, FIELD_BORN)->in_conflict);
    ck_assert_uint_eq(state_cell(state, &scope_none, FIELD_NAMES)->value_count, 2);
    ck_assert_uint_eq(story_state_of(state, MACHINE_ENTITY), 1);
    state_summary(state, &summary);
    ck_assert(slice_eq(summary.title, slice_of("Invented Person")));
    ck_assert_str_eq(summary.kind, "nominal");
    ck_assert_str_eq(summary.status, "held");
    ck_assert_mem_eq(summary.human_ref, "NM/NTH/", 7);
    ck_assert_uint_eq(summary.marking, 1);
}
END_TEST

START_TEST(a_plate_is_the_vehicles_for_good_and_a_suspected_clone_stays_suspected)
{
    struct story *s = story_open(KIND_VEHICLE, "NTH", PC_);
    uint32_t later, cloned, lowered;
    const struct case_state *state;

    story_text(s, 0, FIELD_PLATE, "KX01 ABC");
    later = story_set_text(s, "EST", PC_, FIELD_PLATE, "KX01 ABD");
    cloned = story_set_number(s, "EST", PC_, FIELD_CLONED, 1);
    lowered = story_set_number(s, "NTH", PC_, FIELD_CLONED, 0);
    story_names(s, lowered, 0, cloned, 0);
    state = story_fold(s);
    ck_assert_str_eq(story_shown_text(state, FIELD_PLATE), "KX01 ABC");
    ck_assert_int_eq(story_fate(state, s, later), FATE_PROPOSAL);
    ck_assert_int_eq(story_shown(state, FIELD_CLONED), 1);
}
END_TEST

Suite *suite_entities(void);
Suite *suite_entities(void)
{
    Suite *suite = suite_create("cases/entities");
    TCase *all = tcase_create("all");

    tcase_add_test(all, an_entity_is_opened_with_what_tells_it_from_others);
    tcase_add_test(all, an_impossible_identifier_is_refused);
    tcase_add_test(all, an_entity_has_only_the_header_that_makes_sense_for_it);
    tcase_add_test(all, whatever_is_about_a_person_is_a_part_of_its_own);
    tcase_add_test(all, two_birth_dates_stay_two_and_two_names_are_a_set);
    tcase_add_test(all, a_plate_is_the_vehicles_for_good_and_a_suspected_clone_stays_suspected);
    suite_add_tcase(suite, all);
    return suite;
}
