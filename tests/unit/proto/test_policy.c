/* SPDX-License-Identifier: Apache-2.0 */
/* Names and values of policy: what is read is what is listed. What is refused: tests/unit/client/test_authority.c. */
#include "proto/policy.h"

#include <check.h>
#include <stdio.h>

Suite *suite_policy(void);

static bool takes_roles(uint32_t what)
{
    return what != POLICY_SPAN && what != POLICY_SOON && what != POLICY_STEP && what != POLICY_SYNTHETIC;
}

static void value_of(const struct policy_walk *walk, int64_t usual, char out[static SCHEMA_ROLES_TEXT_LEN_MAX])
{
    if (walk->what == POLICY_SYNTHETIC)
        snprintf(out, SCHEMA_ROLES_TEXT_LEN_MAX, "false");
    else if (!takes_roles(walk->what))
        snprintf(out, SCHEMA_ROLES_TEXT_LEN_MAX, "%lld", (long long)usual);
    else if (usual == R_NONE || ((uint32_t)usual & R_ANY) == R_ANY)
        snprintf(out, SCHEMA_ROLES_TEXT_LEN_MAX, "%s", usual == R_NONE ? "none" : "any");
    else
        schema_roles_text((uint32_t)usual, out);
}

START_TEST(every_name_that_is_listed_is_read_and_may_say_what_stands_anyway)
{
    struct policy_walk walk = {0};
    uint32_t seen = 0;

    for (size_t i = 0; policy_walk_next(&walk); i++) {
        struct policy_said said = {0};
        struct refusal refusal = {0};
        char value[SCHEMA_ROLES_TEXT_LEN_MAX];

        ck_assert_uint_lt(i, 5000);
        value_of(&walk, policy_usual((enum policy_what)walk.what, walk.number), value);
        ck_assert_msg(policy_check(slice_of(walk.name), slice_of(value), &refusal) == CW_OK, "%s %s: %s", walk.name,
                      value, refusal.text);
        ck_assert_int_eq(policy_read(slice_of(walk.name), slice_of(value), &said, NULL), CW_OK);
        ck_assert_uint_eq(said.what, walk.what);
        ck_assert_uint_eq(said.numbers[0], walk.number);
        seen |= 1u << walk.what;
    }
    /* All but days, of which there is no end. */
    ck_assert_uint_eq(seen, ((1u << (POLICY_SYNTHETIC + 1)) - 2) & ~(1u << POLICY_DAY));
}
END_TEST

static bool is_listed(const char *name)
{
    struct policy_walk walk = {0};

    while (policy_walk_next(&walk)) {
        if (strcmp(walk.name, name) == 0)
            return true;
    }
    return false;
}

START_TEST(what_changes_nothing_is_not_listed)
{
    ck_assert(is_listed("clock.M8.waive") && !is_listed("clock.M2.waive"));  /* nobody can */
    ck_assert(is_listed("role.set.title") && !is_listed("role.set.status")); /* nobody writes it */
    ck_assert(is_listed("role.lower.missing_risk"));
    ck_assert(is_listed("ladder.beside") && !is_listed("ladder.4"));
}
END_TEST

START_TEST(a_name_that_kinds_share_means_each_of_their_fields)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        struct policy_said said = {0};
        char name[NAME_LEN_MAX + 1];
        bool found = false;

        if (rows[i].place == PLACE_DETAIL)
            continue;
        snprintf(name, sizeof(name), "role.set.%s", rows[i].name);
        ck_assert_int_eq(policy_read(slice_of(name), slice_of("any"), &said, NULL), CW_OK);
        for (uint32_t k = 0; k < said.number_count; k++)
            found = found || said.numbers[k] == rows[i].number;
        ck_assert_msg(found, "%s", name);
    }
}
END_TEST

START_TEST(a_refusal_says_what_may_stand_there)
{
    static const struct {
        const char *name, *value, *says;
    } wrong[] = {
        {"clock.M8.duration_s", "72h", "its value is a whole number of seconds, 0 to 3153600000"},
        {"clock.M6.working_days", "x", "its value is a whole number of working days, 0 to 1000"},
        {"ladder.1", "KING", "its value is any, none, or role codes parted by commas: FCR, PC,"},
        {"calendar.2026-12-24", "closed", "its value is holiday or working"},
    };

    for (size_t i = 0; i < CW_COUNT(wrong); i++) {
        struct policy_said said = {.what = POLICY_DAY};
        struct refusal refusal = {0};

        ck_assert_int_eq(policy_read(slice_of(wrong[i].name), slice_of(wrong[i].value), &said, &refusal),
                         CW_REFUSED_VALUE);
        ck_assert_int_eq(strncmp(refusal.text, wrong[i].says, strlen(wrong[i].says)), 0);
        ck_assert_int_eq(said.what, POLICY_DAY); /* untouched */
    }
}
END_TEST

START_TEST(every_role_has_room_in_a_refusal)
{
    char allowed[POLICY_ALLOWED_LEN_MAX];
    size_t count;
    const struct schema_role *rows = schema_roles(&count);

    policy_allowed(POLICY_TOLD, 1, allowed);
    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_nonnull(strstr(allowed, rows[i].code));
    ck_assert_uint_lt(strlen(allowed), sizeof(allowed) - 1);
}
END_TEST

/* Every name cut short, and every name with one byte more: read or refused, never beyond its end. */
START_TEST(names_cut_short_are_names_or_refused)
{
    struct policy_walk walk = {0};

    while (policy_walk_next(&walk)) {
        for (size_t len = 0; len < strlen(walk.name); len++) {
            struct policy_said said;
            uint8_t exact[NAME_LEN_MAX];
            enum cw_err err;

            memcpy(exact, walk.name, len);
            err = policy_read(slice(exact, len), slice_of("none"), &said, NULL);
            ck_assert(err == CW_OK || err == CW_REFUSED_UNKNOWN_FIELD || err == CW_REFUSED_VALUE);
        }
    }
}
END_TEST

Suite *suite_policy(void)
{
    Suite *s = suite_create("policy");
    TCase *t = tcase_create("names and values");

    tcase_add_test(t, every_name_that_is_listed_is_read_and_may_say_what_stands_anyway);
    tcase_add_test(t, what_changes_nothing_is_not_listed);
    tcase_add_test(t, a_name_that_kinds_share_means_each_of_their_fields);
    tcase_add_test(t, a_refusal_says_what_may_stand_there);
    tcase_add_test(t, every_role_has_room_in_a_refusal);
    tcase_add_test(t, names_cut_short_are_names_or_refused);
    suite_add_tcase(s, t);
    return s;
}
