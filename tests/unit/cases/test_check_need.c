/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/check.h"
#include "tests/unit/runner.h"

#include <check.h>

static const struct op_ref somebody = {.index = 1};

static bool set_needs(uint32_t field, uint32_t named)
{
    const struct op_write write = {.field = field, .verb = VERB_SET, .supersede_count = named, .supersedes = &somebody};
    const struct op op = {.type = OP_SET, .write_count = 1, .writes = &write};

    return cases_check_needs_state(&op);
}

static bool event_needs(uint32_t event)
{
    const struct op op = {.type = OP_EVENT, .event = event};

    return cases_check_needs_state(&op);
}

START_TEST(what_moves_or_lowers_nothing_is_judged_by_the_kind_alone)
{
    ck_assert(!event_needs(EVENT_NOTE));
    ck_assert(!event_needs(EVENT_WARRANT));
    ck_assert(!set_needs(FIELD_SUMMARY, 0));
}
END_TEST

START_TEST(what_looks_back_needs_the_case)
{
    ck_assert(set_needs(FIELD_SUMMARY, 1));      /* names what it replaces */
    ck_assert(set_needs(FIELD_LRO, 0));          /* its owner's only */
    ck_assert(set_needs(FIELD_MISSING_RISK, 0)); /* an episode's */
    ck_assert(set_needs(9999, 0));               /* of a newer version */
    ck_assert(event_needs(EVENT_SIGHTING));
    ck_assert(event_needs(EVENT_SCORE));
    ck_assert(event_needs(EVENT_HANDOVER_CLAIM));
    ck_assert(event_needs(999));
}
END_TEST

Suite *suite_check_need(void);
Suite *suite_check_need(void)
{
    Suite *suite = suite_create("cases/check_need");
    TCase *all = tcase_create("all");

    tcase_add_test(all, what_moves_or_lowers_nothing_is_judged_by_the_kind_alone);
    tcase_add_test(all, what_looks_back_needs_the_case);
    suite_add_tcase(suite, all);
    return suite;
}
