/* SPDX-License-Identifier: Apache-2.0 */
/* Whose a case is, where the answer is not only the fold's: which divisions there are, the authority says. */
#include "tests/unit/node/lab_logs.h"
#include "tests/unit/node/pair.h"

#include <check.h>

Suite *suite_node_owner(void);

/* to NULL: the event names no division. */
static uint32_t hand_over(const struct cw_case_id *id, uint32_t event, const char *to)
{
    const struct op_value division = {.type = VALUE_TEXT, .text = slice_of(to != NULL ? to : "")},
                          why = {.type = VALUE_TEXT, .text = slice_of("lives there now")};
    struct op_write writes[] = {WRITE(FIELD_REASON, why), WRITE(FIELD_TO_DIVISION, division)};
    const struct op op = {.type = OP_EVENT,
                          .schema = SCHEMA_VERSION,
                          .event = event,
                          .write_count = to != NULL ? 2 : 1,
                          .writes = writes};
    struct lab_op made;

    lab_say(pair.lab, ++pair.number, id, &op, &pair.lab->late_officer, &made);
    return lab_ask(pair.north, &made);
}

START_TEST(a_child_is_offered_to_a_division_that_there_is_or_to_none)
{
    const Cw__CaseView *view;

    pair_begin();
    ck_assert_uint_eq(hand_over(&pair.a, EVENT_HANDOVER_OFFER, "QQQ"), CW_REFUSED_VALUE);
    view = pair_view_of(&pair.a, false);
    ck_assert(!view->has_offered_to);
    ck_assert_uint_eq(hand_over(&pair.a, EVENT_HANDOVER_OFFER, "WST"), CW_OK);
    view = pair_view_of(&pair.a, false);
    ck_assert(slice_eq(wire_slice(view->offered_to), slice_of("WST")));
    ck_assert(slice_eq(wire_slice(view->owner), slice_of("NTH")));
    ck_assert(!view->orphaned);
    lab_free(pair.lab);
}
END_TEST

/* --- a division that is no more ----------------------------------------------------------------------------------- */

/* The inspector again, of a division of its own. */
static void make_inspector(const char *division, struct world_identity *out)
{
    static uint8_t memory[CERT_LEN_MAX];
    struct certificate c = pair.lab->late_officer.cert;
    struct writer w = writer_over(memory, sizeof(memory));
    uint8_t seed[32] = {42};

    key_bundle_from_seed(seed, &out->keys);
    memcpy(c.sign_key, out->keys.sign_public, KEY_LEN);
    memcpy(c.seal_key, out->keys.seal_public, KEY_LEN);
    memcpy(c.curve_key, out->keys.curve_public, KEY_LEN);
    c.serial[0] ^= 1;
    c.division = slice_of(division);
    certificate_encode(&c, &w);
    ck_assert(!w.failed);
    out->bytes = slice(memory, w.len);
    cert_id_of(out->bytes, &out->id);
    ck_assert_int_eq(certificate_parse(out->bytes, &out->cert), CW_OK);
}

static struct lab_record revocation_of(const struct world_identity *who)
{
    static uint8_t memory[512];
    const struct act_revoke act = {.cert = who->id, .kind = REVOKE_RETIRED};
    struct writer w = writer_over(memory, sizeof(memory));

    act_revoke_encode(&act, &w);
    ck_assert(!w.failed);
    return (struct lab_record){.act = ACT_REVOKE, .body = slice(memory, w.len), .critical = true};
}

START_TEST(a_case_of_a_division_that_is_no_more_is_said_to_be_held_by_none)
{
    static struct world_identity inspector;
    struct lab_hand *hand;
    const struct op_value title = {.type = VALUE_TEXT, .text = slice_of("Child at the ford")};
    struct op_write write = WRITE(FIELD_TITLE, title);
    const struct op op = {.type = OP_OPEN,
                          .schema = SCHEMA_VERSION,
                          .kind = KIND_CHILD,
                          .synthetic = true,
                          .write_count = 1,
                          .writes = &write};
    struct lab_op made;

    pair_begin();
    hand = pair.lab->authority_hand;
    lab_hand_in(pair.north, lab_hand_one(hand, lab_issue(pair.lab, &pair.lab->late_officer)));
    make_inspector("OLD", &inspector);
    lab_hand_in(pair.north, lab_hand_one(hand, lab_issue(pair.lab, &inspector)));
    lab_run(pair.lab, 2000);
    lab_say(pair.lab, ++pair.number, NULL, &op, &inspector, &made);
    ck_assert_uint_eq(lab_ask(pair.north, &made), CW_OK);
    ck_assert(slice_eq(wire_slice(pair_view_of(&made.case_id, false)->owner), slice_of("OLD")));
    ck_assert(!pair_view_of(&made.case_id, false)->orphaned);

    lab_hand_in(pair.north, lab_hand_one(hand, revocation_of(&inspector)));
    lab_run(pair.lab, 2000);
    ck_assert(pair_view_of(&made.case_id, false)->orphaned);
    ck_assert(!pair_view_of(&pair.a, false)->orphaned);
    ck_assert_uint_eq(hand_over(&made.case_id, EVENT_HANDOVER_CLAIM, NULL), CW_OK); /* the first step out of it */
    ck_assert(!pair_view_of(&made.case_id, false)->orphaned);
    lab_free(pair.lab);
}
END_TEST

Suite *suite_node_owner(void)
{
    Suite *s = suite_create("node/owner");
    TCase *t = tcase_create("owner");

    tcase_add_test(t, a_child_is_offered_to_a_division_that_there_is_or_to_none);
    tcase_add_test(t, a_case_of_a_division_that_is_no_more_is_said_to_be_held_by_none);
    suite_add_tcase(s, t);
    return s;
}
