/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "cases/policy.h"
#include "node/internal.h"

#include <check.h>

/* More changes of policy than a fold keeps: signed all the same, they have no effect, and that is said. */

static struct lab *lab;
static struct lab_node *north;
static struct lab_hand authority;
static uint32_t day; /* how many days were named so far */

static void set_up(void)
{
    lab = lab_new(1);
    lab->policies_max = 2 * POLICY_CHANGES_MAX;
    north = &lab->nodes[0];
    lab_start(north);
    lab_run(lab, 500);
    authority = *lab->authority_hand;
    day = 0;
}

static void tear_down(void)
{
    lab_free(lab);
}

static struct lab_record next_holiday(void)
{
    char name[32];
    uint32_t n = day++;

    (void)snprintf(name, sizeof name, "calendar.20%02u-%02u-%02u", 30 + n / 336, 1 + n / 28 % 12, 1 + n % 28);
    return lab_policy(lab, name, "holiday");
}

static void sign_holidays(uint32_t count)
{
    while (count > 0) {
        struct lab_batch batch = {.count = count < LAB_RECORDS_MAX ? count : LAB_RECORDS_MAX};

        for (uint32_t i = 0; i < batch.count; i++)
            batch.records[i] = next_holiday();
        lab_hand_in(north, lab_hand_write(&authority, &batch, 1));
        count -= batch.count;
    }
    lab_run(lab, 500);
}

START_TEST(the_257th_change_has_no_effect_and_that_is_said)
{
    sign_holidays(POLICY_CHANGES_MAX);
    ck_assert_uint_eq(north->node->policy.count, POLICY_CHANGES_MAX);
    ck_assert_uint_eq(north->alarms, 0);
    sign_holidays(1);
    ck_assert_uint_eq(north->node->policy.count, POLICY_CHANGES_MAX);
    ck_assert_uint_eq(north->alarms, 1);
    ck_assert_str_eq(north->last_alarm, "authority-record");
}
END_TEST

START_TEST(so_it_is_after_a_start_and_once)
{
    sign_holidays(POLICY_CHANGES_MAX + 3);
    lab_crash(north);
    north->alarms = 0;
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_uint_eq(north->alarms, 1);
    ck_assert_str_eq(north->last_alarm, "authority-record");
}
END_TEST

START_TEST(what_was_changed_before_is_changed_again)
{
    sign_holidays(POLICY_CHANGES_MAX);
    day = 0;
    sign_holidays(POLICY_CHANGES_MAX);
    ck_assert_uint_eq(north->node->policy.count, POLICY_CHANGES_MAX);
    ck_assert_uint_eq(north->alarms, 0);
}
END_TEST

Suite *suite_node_policy(void);
Suite *suite_node_policy(void)
{
    Suite *suite = suite_create("node/policy");
    TCase *t = tcase_create("policy");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, the_257th_change_has_no_effect_and_that_is_said);
    tcase_add_test(t, so_it_is_after_a_start_and_once);
    tcase_add_test(t, what_was_changed_before_is_changed_again);
    suite_add_tcase(suite, t);
    return suite;
}
