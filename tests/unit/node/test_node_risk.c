/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/pair.h"

#include <check.h>

/* A child stands at high risk: told once for every time it comes to be missing so (DOMAIN §9.3), whatever else is open. */

#define SEEN_BY_POLICE 5
#define HIGH 4
#define NOTHING_TOLD 0u

static struct hash second; /* the later absence's scope */

static uint32_t told(void)
{
    lab_run(pair.lab, 2000);
    return pair.north->told[RISK_RAISED];
}

static struct cw_op_id say(uint32_t event, struct op_write *writes, uint32_t count, const struct hash *scope)
{
    const struct op op = {.type = OP_EVENT,
                          .schema = SCHEMA_VERSION,
                          .event = event,
                          .ref_count = scope != NULL,
                          .refs = scope,
                          .write_count = count,
                          .writes = writes};

    return pair_say(&pair.a, &op, NULL);
}

static void assess(const struct hash *scope, int64_t risk)
{
    const struct op_value reason = {.type = VALUE_TEXT, .text = slice_of("no coat")};
    struct op_write writes[] = {WRITE(FIELD_MISSING_RISK, pair_number(risk)), WRITE(FIELD_RATIONALE, reason)};

    writes[0].has_max = true;
    writes[0].max_value = (uint64_t)risk;
    (void)say(EVENT_RISK_ASSESSMENT, writes, 2, scope);
}

static void come_back(const struct hash *scope)
{
    const int64_t at = WORLD_TIME_MS + pair.lab->now;
    const struct op_value when = {.type = VALUE_INTERVAL, .number = at, .latest = at};
    struct op_write writes[] = {WRITE(FIELD_HOW_KNOWN, pair_number(SEEN_BY_POLICE)), WRITE(FIELD_OCCURRED, when)};

    (void)say(EVENT_RETURNED, writes, 2, scope);
}

static void begin(void)
{
    pair_begin();
    ck_assert_uint_eq(told(), NOTHING_TOLD);
    assess(NULL, HIGH);
    ck_assert_uint_eq(told(), 1);
}

static void end(void)
{
    lab_free(pair.lab);
}

static void report_again(void)
{
    struct cw_op_id report = say(EVENT_EPISODE_REPORTED, NULL, 0, NULL);

    thing_id_of(&report, 0, &second);
}

/* The first is over only when somebody closed it, days later: until then its risk is the case's. */
START_TEST(a_child_that_goes_missing_again_at_high_risk_is_told_before_the_first_absence_is_closed)
{
    come_back(NULL);
    report_again();
    ck_assert_uint_eq(told(), 1);
    assess(&second, 2);
    ck_assert_uint_eq(told(), 1);
    assess(&second, HIGH);
    ck_assert_uint_eq(told(), 2);
}
END_TEST

START_TEST(a_return_at_high_risk_that_was_none_is_told)
{
    const struct op_value reason = {.type = VALUE_TEXT, .text = slice_of("it was another child")};
    struct op_write writes[] = {WRITE(FIELD_REASON, reason)};

    come_back(NULL);
    ck_assert_uint_eq(told(), 1);
    (void)say(EVENT_STILL_MISSING, writes, 1, NULL);
    ck_assert_uint_eq(told(), 2);
}
END_TEST

START_TEST(a_child_that_stays_at_high_risk_is_told_once_over_a_restart)
{
    pair_retitle(&pair.a, "Child of the harbour");
    assess(NULL, HIGH);
    ck_assert_uint_eq(told(), 1);
    lab_crash(pair.north);
    lab_start(pair.north);
    pair_retitle(&pair.a, "Child of the quay");
    ck_assert_uint_eq(told(), 1);
    ck_assert(lab_store_is_whole(pair.north, &pair.lab->why));
}
END_TEST

Suite *suite_node_risk(void);
Suite *suite_node_risk(void)
{
    Suite *suite = suite_create("node/risk");
    TCase *t = tcase_create("high");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_child_that_goes_missing_again_at_high_risk_is_told_before_the_first_absence_is_closed);
    tcase_add_test(t, a_return_at_high_risk_that_was_none_is_told);
    tcase_add_test(t, a_child_that_stays_at_high_risk_is_told_once_over_a_restart);
    suite_add_tcase(suite, t);
    return suite;
}
