/* SPDX-License-Identifier: Apache-2.0 */
/* Who may take up what was proposed, and set back what a rule decided, as a view says it: by the policy in force. */
#include "tests/unit/node/lab_logs.h"
#include "tests/unit/node/pair.h"

#include <check.h>

Suite *suite_answer_proposals(void);

static void begin(void)
{
    struct lab_op child;

    pair = (struct pair){.lab = lab_new(1)};
    pair.north = &pair.lab->nodes[0];
    lab_start(pair.north);
    lab_run(pair.lab, 2000);
    lab_open_child(pair.lab, ++pair.number, &child);
    ck_assert_uint_eq(lab_ask(pair.north, &child), CW_OK);
    pair.a = child.case_id;
    lab_run(pair.lab, 2000);
}

static void end(void)
{
    lab_free(pair.lab);
}

static void decide(const char *name, const char *roles)
{
    lab_hand_in(pair.north, lab_hand_one(pair.lab->authority_hand, lab_policy(pair.lab, name, roles)));
    lab_run(pair.lab, 2000);
}

static void say_circumstances(const char *text)
{
    struct op_write write = {.field = FIELD_CIRCUMSTANCES, .verb = VERB_SET, .has_value = true};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write};
    struct lab_op said;

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    lab_say(pair.lab, ++pair.number, &pair.a, &op, &pair.lab->world.officer, &said);
    ck_assert_uint_eq(lab_ask(pair.north, &said), CW_OK);
    lab_run(pair.lab, 2000);
}

static const Cw__ViewField *circumstances(void)
{
    const Cw__CaseView *view = pair_view_of(&pair.a, true);

    for (size_t i = 0; i < view->n_fields; i++) {
        if (view->fields[i]->field == FIELD_CIRCUMSTANCES)
            return view->fields[i];
    }
    ck_abort_msg("no such field");
    return view->fields[0];
}

START_TEST(a_proposal_waits_for_those_whom_policy_names)
{
    const Cw__ViewField *field;

    decide("role.set.circumstances", "SUPT,AUD");
    say_circumstances("Left by the back door");
    field = circumstances();
    ck_assert_uint_eq(field->n_proposals, 1);
    ck_assert_uint_eq(field->n_resolvers, 2);
    ck_assert(slice_eq(wire_slice(field->resolvers[0]), slice_of("SUPT")) ||
              slice_eq(wire_slice(field->resolvers[1]), slice_of("SUPT")));
    decide("role.set.circumstances", "SUPT");
    ck_assert_uint_eq(circumstances()->n_resolvers, 1);
}
END_TEST

START_TEST(what_stands_alone_names_nobody)
{
    say_circumstances("Left by the back door");
    ck_assert_uint_eq(circumstances()->n_values, 1);
    ck_assert_uint_eq(circumstances()->n_resolvers, 0);
}
END_TEST

Suite *suite_answer_proposals(void)
{
    Suite *suite = suite_create("node/answer_proposals");
    TCase *all = tcase_create("answer_proposals");

    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, a_proposal_waits_for_those_whom_policy_names);
    tcase_add_test(all, what_stands_alone_names_nobody);
    suite_add_tcase(suite, all);
    return suite;
}
