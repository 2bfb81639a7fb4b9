/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/*
 * A daemon whose certificate was renewed: the same holder and the same keys, with other dates and another id. Its store, what was
 * sealed to the former certificate, and what the others hold of its log stay its own.
 */

static struct lab *lab;
static struct lab_node *north, *east;
static struct world_identity former, renewed;
static uint8_t bytes[CERT_LEN_MAX];

static void two_nodes(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
}

static void end(void)
{
    lab_free(lab);
}

static struct lab_op say(struct lab_node *at, struct lab_op op)
{
    ck_assert_uint_eq(lab_ask(at, &op), CW_OK);
    return op;
}

static struct lab_op open_case(struct lab_node *at, uint32_t number)
{
    struct lab_op op;

    lab_open_case(lab, number, SPOIL_NOTHING, &op);
    return say(at, op);
}

static struct lab_op note(struct lab_node *at, uint32_t number, const struct cw_case_id *id)
{
    struct lab_op op;

    lab_note(lab, number, id, "1 Jan", &op);
    return say(at, op);
}

static struct lab_record membership(void)
{
    static uint8_t body[256];
    struct act_membership act = {.audience = slice_of("force"), .added_count = 1, .added = &renewed.id};
    struct writer w = writer_over(body, sizeof body);

    act_membership_encode(&act, &w);
    return (struct lab_record){.act = ACT_MEMBERSHIP, .body = slice(body, w.len)};
}

static struct lab_record supersede(void)
{
    static uint8_t body[256];
    struct act_revoke act = {.cert = former.id, .kind = REVOKE_SUPERSEDED};
    struct writer w = writer_over(body, sizeof body);

    act_revoke_encode(&act, &w);
    return (struct lab_record){.act = ACT_REVOKE, .body = slice(body, w.len)};
}

/* The authority says it; north goes on as it is until it is started with the new certificate. */
static struct cw_slice renew(void)
{
    struct writer w = writer_over(bytes, sizeof bytes);
    struct lab_batch batch = {.count = 3};

    former = renewed = lab->world.daemons[0];
    renewed.cert.serial[0] ^= 1;
    renewed.cert.not_after.ms += 1000;
    certificate_encode(&renewed.cert, &w);
    renewed.bytes = slice(bytes, w.len);
    cert_id_of(renewed.bytes, &renewed.id);
    batch.records[0] = lab_issue(lab, &renewed);
    batch.records[1] = membership();
    batch.records[2] = supersede();
    return lab_hand_write(lab->authority_hand, &batch, 1);
}

static void start_renewed(void)
{
    lab_crash(north);
    lab_run(lab, 100);
    lab->world.daemons[0] = renewed;
    lab_start(north);
}

static void expect_both_read(const struct lab_op *op)
{
    lab_run(lab, 10000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &op->case_id));
}

static void expect_whole(struct lab_node *n)
{
    struct refusal why = {0};

    ck_assert_msg(lab_store_is_whole(n, &why), "%s %s", why.where, why.text);
}

START_TEST(a_renewed_certificate_goes_on_in_its_store_under_a_new_log)
{
    struct receipt_facts first, second;
    struct lab_op before = open_case(north, 1);
    struct cw_slice said = renew();

    ck_assert(lab_receipt_holds(north, &first));
    lab_run(lab, 500);
    lab_hand_in(north, said);
    lab_run(lab, 500);
    start_renewed();
    lab_run(lab, 2000);
    (void)note(north, 2, &before.case_id); /* wrapped for a key that the former certificate got */
    ck_assert(lab_receipt_holds(north, &second));
    ck_assert(!ID_EQ(&first.log, &second.log));
    expect_both_read(&before);
    (void)note(east, 3, &before.case_id);
    expect_both_read(&before);
    expect_whole(north);
    expect_whole(east);
}
END_TEST

START_TEST(what_was_sealed_to_the_former_one_is_read_by_an_empty_store_too)
{
    struct lab_op before = open_case(east, 1);
    struct cw_slice said = renew();

    lab_run(lab, 2000);
    lab_hand_in(east, said);
    lab_run(lab, 500);
    lab_crash(north);
    lab->world.daemons[0] = renewed;
    mem_store_free(north->disk);
    north->disk = mem_store_new(1, 700);
    mem_store_port(north->disk, &north->store);
    north->anchor.len = north->keyring.len = 0;
    lab_start(north);
    lab_hand_in(north, said);
    expect_both_read(&before);
    (void)note(north, 2, &before.case_id);
    expect_both_read(&before);
    expect_whole(north);
}
END_TEST

Suite *suite_node_renewal(void);
Suite *suite_node_renewal(void)
{
    Suite *suite = suite_create("node/renewal");
    TCase *two = tcase_create("two");

    tcase_add_checked_fixture(two, two_nodes, end);
    tcase_add_test(two, a_renewed_certificate_goes_on_in_its_store_under_a_new_log);
    tcase_add_test(two, what_was_sealed_to_the_former_one_is_read_by_an_empty_store_too);
    suite_add_tcase(suite, two);
    return suite;
}
