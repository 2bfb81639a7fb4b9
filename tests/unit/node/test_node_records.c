/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "node/internal.h"

#include <check.h>

/*
 * Records of the root and authority logs as a node takes them: in their order, whatever came first; with the signatures
 * that they carry; and the root's own keys, which rotate.
 */

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_hand root, authority; /* where the logs of the start end */
static struct key_bundle fresh;
static uint8_t arena_memory[1 << 20];

static void start(uint32_t count)
{
    uint8_t seed[32] = {42};

    lab = lab_new(count);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    for (uint32_t i = 0; i < count; i++) { /* they do not meet yet */
        ck_assert_int_eq(lab_open(&lab->nodes[i]), CW_OK);
        lab_hand_in(&lab->nodes[i], lab->root);
        lab_hand_in(&lab->nodes[i], lab->authority);
    }
    root = *lab->root_hand;
    authority = *lab->authority_hand;
    key_bundle_from_seed(seed, &fresh);
}

static void one_node(void)
{
    start(1);
}

static void two_nodes(void)
{
    start(2);
}

static void end(void)
{
    lab_free(lab);
}

static bool has_policy(const struct lab_node *n, const char *name)
{
    const struct authority_policy *all;
    uint32_t count = authority_policies(n->node->authority, &all);

    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool knows(const struct lab_node *n, const struct world_identity *who)
{
    return authority_find(n->node->authority, &who->id) != NULL;
}

static uint32_t hand_in(struct lab_node *n, struct cw_slice frame)
{
    struct input in = input_publish(&frame, 1);
    uint32_t taken, answers = n->answers;

    in.who = (struct reader_identity){.link = LAB_CLIENT, .admin = true};
    ck_assert_int_eq(node_turn(n->node, &in, 1, &taken), CW_OK);
    ck_assert_uint_eq(n->answers, answers + 1);
    return n->code;
}

static void open_again(struct lab_node *n)
{
    lab_crash(n);
    ck_assert_int_eq(lab_open(n), CW_OK);
}

static void meet(void)
{
    lab_crash(east);
    lab_start(east);
    lab_run(lab, 10000);
}

static void expect_whole(struct lab_node *n)
{
    struct refusal why = {0};

    ck_assert_msg(lab_store_is_whole(n, &why), "%s: %s", why.where, why.text);
}

/* --- the root's keys ------------------------------------------------------------------------------------------------ */

static struct lab_batch batch_of(struct lab_record record, const struct key_bundle *by)
{
    return (struct lab_batch){.records = {record},
                              .count = 1,
                              .author = by == NULL ? NULL : &by->sign,
                              .sealer = by == NULL ? NULL : &by->sign};
}

static void rotation_and_more(struct lab_batch out[2], const struct key_bundle *more_by)
{
    out[0] = batch_of(lab_rotate(lab, &fresh), NULL);
    out[1] = batch_of(lab_policy(lab, "after", "the rotation"), more_by);
}

START_TEST(new_root_keys_sign_from_the_next_seal_on)
{
    struct lab_batch batches[2];

    rotation_and_more(batches, &fresh);
    if (_i == 0) {
        lab_hand_in(north, lab_hand_write(&root, batches, 2)); /* in one frame */
    } else {
        lab_hand_in(north, lab_hand_write(&root, &batches[0], 1));
        lab_hand_in(north, lab_hand_write(&root, &batches[1], 1));
    }
    ck_assert(has_policy(north, "after"));
    open_again(north);
    ck_assert(has_policy(north, "after"));
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 0);
    expect_whole(north);
}
END_TEST

START_TEST(the_batch_of_a_rotation_is_the_old_keys_whole)
{
    struct lab_batch batch = batch_of(lab_rotate(lab, &fresh), NULL);

    batch.records[1] = lab_policy(lab, "with", "the rotation");
    batch.count = 2;
    lab_hand_in(north, lab_hand_write(&root, &batch, 1));
    ck_assert(has_policy(north, "with"));
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 0);
    expect_whole(north);
}
END_TEST

/* What intake says of a frame's last batch. */
static struct batch_verdict verdict_on(struct lab_node *n, struct cw_slice frame)
{
    struct arena arena = arena_over(arena_memory, sizeof arena_memory);
    const struct reader_identity who = {2, false, lab->world.daemons[WORLD_EST].id, SUBJECT_DAEMON};
    struct input in;

    ck_assert_int_eq(intake_peer(n->node, &who, frame, &arena, &in), CW_OK);
    return in.as.peer->batches[in.as.peer->message.as.entries.batch_count - 1];
}

START_TEST(old_root_keys_seal_nothing_after_a_rotation)
{
    struct lab_hand copy = root;
    struct lab_batch batches[2];

    rotation_and_more(batches, NULL);
    struct batch_verdict both = verdict_on(north, lab_hand_write(&copy, batches, 2));
    ck_assert(both.signer_known && !both.seal_ok);
    lab_hand_in(north, lab_hand_write(&root, &batches[0], 1));
    struct cw_slice more = lab_hand_write(&root, &batches[1], 1);
    struct batch_verdict alone = verdict_on(north, more);
    ck_assert(alone.signer_known && !alone.seal_ok);
    ck_assert_uint_eq(hand_in(north, more), CW_REFUSED_SIGNATURE);
}
END_TEST

/* Its keys cannot be told: a rotation may stand in what is missing. */
START_TEST(a_seal_of_the_root_whose_past_is_not_here_is_nobodys_fault)
{
    struct lab_batch batches[2];
    const struct key_bundle *by[2] = {NULL, &fresh};

    for (size_t i = 0; i < CW_COUNT(by); i++) {
        struct lab_hand copy = root;

        rotation_and_more(batches, by[i]);
        (void)lab_hand_write(&copy, &batches[0], 1);
        ck_assert(!verdict_on(north, lab_hand_write(&copy, &batches[1], 1)).signer_known);
    }
}
END_TEST

START_TEST(a_rotation_that_a_relay_left_out_keeps_the_rest_waiting)
{
    struct lab_hand copy = root;
    struct lab_batch full[2], cut[2];

    rotation_and_more(full, &fresh);
    rotation_and_more(cut, &fresh);
    cut[0].records[0].mute = true;
    lab_hand_in(north, lab_hand_write(&root, full, 2));
    struct batch_verdict second = verdict_on(east, lab_hand_write(&copy, cut, 2));
    ck_assert(!second.signer_known);
    copy = *lab->root_hand;
    lab_hand_in(east, lab_hand_write(&copy, cut, 1));
    ck_assert_uint_eq(lab_counter(east, COUNTER_PENDING), 1);
    expect_whole(east);
    open_again(east); /* it waits on */
    ck_assert_uint_eq(lab_counter(east, COUNTER_PENDING), 1);
    meet();
    ck_assert(has_policy(east, "after"));
    ck_assert_uint_eq(lab_counter(east, COUNTER_PENDING), 0);
    expect_whole(east);
}
END_TEST

START_TEST(a_root_record_is_the_networks_own)
{
    struct lab_record record = lab_policy(lab, "in another's", "name");

    record.by_stranger = true;
    lab_hand_in(north, lab_hand_one(&root, record));
    ck_assert(!has_policy(north, "in another's"));
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 1);
    expect_whole(north);
}
END_TEST

/* --- order ---------------------------------------------------------------------------------------------------------- */

START_TEST(records_take_effect_in_their_order_whatever_came_first)
{
    struct lab_hand copy = authority;
    struct lab_batch full = {.records = {lab_issue(lab, &lab->late_officer), lab_policy(lab, "after", "it")},
                             .count = 2};
    struct lab_batch cut = full;

    cut.records[0].mute = true;
    lab_hand_in(north, lab_hand_write(&authority, &full, 1));
    lab_hand_in(east, lab_hand_write(&copy, &cut, 1));
    ck_assert_uint_eq(lab_counter(east, COUNTER_PENDING), 2);
    ck_assert(!has_policy(east, "after"));
    expect_whole(east);
    open_again(east);
    ck_assert(!has_policy(east, "after"));
    meet();
    ck_assert_uint_eq(lab_counter(east, COUNTER_PENDING), 0);
    ck_assert_uint_eq(lab_counter(east, COUNTER_VOID), 0);
    ck_assert(has_policy(east, "after"));
    ck_assert(knows(east, &lab->late_officer));
    expect_whole(east);
}
END_TEST

static enum case_verdict verdict_of(struct lab_node *n, const struct cw_op_id *id)
{
    struct kv_txn *txn;
    struct op_row row;

    ck_assert_int_eq(n->store.begin_read(n->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(db_get_op(n->node, txn, id, &row), CW_OK);
    n->store.abort(n->store.ctx, txn);
    return op_row_verdict(&row, NULL);
}

/* Whether a seal that names the authority log up to here lets its entry count. */
static void expect_named(const struct lab_hand *upto, uint32_t number)
{
    struct lab_op op;
    struct cw_op_id id;

    lab->authority_at = (struct position){upto->log, upto->seq, upto->prev};
    lab_open_case(lab, number, SPOIL_NOTHING, &op);
    id = op.op;
    lab_hand_in(north, lab_copy(lab, &op, number, (uint64_t)WORLD_TIME_MS << 16, true));
    ck_assert_int_eq(verdict_of(north, &id), VERDICT_EFFECTIVE);
}

START_TEST(a_void_record_is_passed)
{
    struct lab_record forged = lab_policy(lab, "forged", "");

    forged.forged = true;
    lab_hand_in(north, lab_hand_one(&authority, forged)); /* the last of its log */
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 1);
    expect_named(&authority, 1);
    lab_hand_in(north, lab_hand_one(&authority, lab_policy(lab, "after", "")));
    ck_assert(has_policy(north, "after"));
    open_again(north);
    ck_assert(has_policy(north, "after") && !has_policy(north, "forged"));
    expect_named(&authority, 2);
    expect_whole(north);
}
END_TEST

START_TEST(an_act_of_a_newer_version_counts_and_does_nothing_here)
{
    struct lab_record newer = {.act = (enum authority_act)40, .body = slice_of("who knows"), .critical = _i == 1};
    bool stops = newer.critical;

    lab_hand_in(north, lab_hand_one(&authority, newer));
    ck_assert_str_eq(north->last_alarm, "authority-record");
    lab_hand_in(north, lab_hand_one(&authority, lab_policy(lab, "after", "")));
    ck_assert_int_eq(has_policy(north, "after"), !stops);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 0); /* a newer version reads it from this very store */
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), 0);
    expect_named(&authority, 1);
    open_again(north);
    ck_assert_int_eq(has_policy(north, "after"), !stops);
    expect_whole(north);
}
END_TEST

/* What this daemon has of the authority's log and cannot apply is not named by its seals: its own entries count. */
START_TEST(a_record_without_its_bytes_keeps_no_submission_waiting)
{
    struct lab_record mute = lab_policy(lab, "after", "it");
    struct lab_op op;

    mute.mute = true;
    lab_hand_in(north, lab_hand_one(&authority, mute));
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), 1);
    ck_assert_int_eq(verdict_of(north, &op.op), VERDICT_EFFECTIVE);
    expect_whole(north);
}
END_TEST

/* Her certificate is here and the end of its seal is not: no seal of this daemon can name it. */
START_TEST(an_officer_whose_certificate_no_seal_can_name_is_asked_to_wait)
{
    struct lab_batch full = {.records = {lab_issue(lab, &lab->late_officer), lab_policy(lab, "after", "it")},
                             .count = 2};
    struct lab_hand copy = authority;
    struct lab_batch cut = full;
    struct lab_op op;

    cut.records[1].mute = true;
    lab_hand_in(north, lab_hand_write(&authority, &cut, 1));
    ck_assert(knows(north, &lab->late_officer));
    lab_open_case(lab, 1, SPOIL_STRANGER, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_AGAIN_BEHIND);
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert_int_eq(verdict_of(north, &op.op), VERDICT_EFFECTIVE);
    lab_hand_in(east, lab_hand_write(&copy, &full, 1));
    meet();
    lab_open_case(lab, 3, SPOIL_STRANGER, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert_int_eq(verdict_of(north, &op.op), VERDICT_EFFECTIVE);
    expect_whole(north);
}
END_TEST

/* --- what records carry ------------------------------------------------------------------------------------------------- */

START_TEST(a_certificate_is_signed_by_its_issuer_and_its_holder)
{
    const struct world_identity *who = &lab->late_officer;
    const struct sign_secret *issuer = &lab->world.authority.keys.sign, *holder = &who->keys.sign;

    lab_hand_in(north, lab_hand_one(&authority, lab_issue_signed(lab, who, holder, holder)));
    lab_hand_in(north, lab_hand_one(&authority, lab_issue_signed(lab, who, issuer, issuer)));
    ck_assert(!knows(north, who));
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 2);
    open_again(north);
    ck_assert(!knows(north, who));
    lab_hand_in(north, lab_hand_one(&authority, lab_issue(lab, who)));
    ck_assert(knows(north, who));
    expect_whole(north);
}
END_TEST

START_TEST(an_authority_signs_its_own_certificate)
{
    struct cw_slice unsigned_root;

    lab_free(lab);
    lab = lab_new(1);
    north = &lab->nodes[0];
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_hand_open(lab, &root, LOG_ROOT);
    unsigned_root = lab_hand_one(&root, lab_admit(lab, &lab->authority_log, &lab->late_officer.keys.sign));
    lab_hand_in(north, unsigned_root);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 1);
    ck_assert(!knows(north, &lab->world.authority));
    ck_assert_uint_eq(hand_in(north, lab->authority), CW_REFUSED_AUTHOR);
    expect_whole(north);
}
END_TEST

/* Nobody's key seals a log whose genesis names another division than the certificate. */
START_TEST(a_log_is_of_its_certificates_division)
{
    struct lab_hand other;
    struct lab_record record = lab_policy(lab, "x", "");

    lab_hand_open(lab, &other, LOG_DIVISION);
    ck_assert(verdict_on(north, lab_hand_one(&other, record)).seal_ok);
    lab->world.daemons[WORLD_WST].cert.division = slice_of("EST");
    lab_hand_open(lab, &other, LOG_DIVISION);
    ck_assert(!verdict_on(north, lab_hand_one(&other, record)).signer_known);
    lab_free(lab);
    lab = lab_new(1);
    north = &lab->nodes[0];
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_hand_open(lab, &root, LOG_ROOT);
    lab->world.authority.cert.division = slice_of("EST");
    lab_hand_open(lab, &other, LOG_AUTHORITY);
    lab_hand_in(north, lab_hand_one(&root, lab_admit(lab, &other.log, &lab->world.authority.keys.sign)));
    ck_assert(knows(north, &lab->world.authority));
    ck_assert(!verdict_on(north, lab_hand_one(&other, lab_policy(lab, "x", ""))).signer_known);
}
END_TEST

/* --- many that wait --------------------------------------------------------------------------------------------------------- */

#define WAITING_RECORDS 16 /* of a batch */

/* Entries of a log whose seals name what is not here yet. */
static void hand_in_waiting(uint32_t frames)
{
    struct lab_hand rogue;
    struct lab_batch batches[LAB_BATCHES_MAX] = {{.count = WAITING_RECORDS}};

    for (uint32_t i = 0; i < WAITING_RECORDS; i++)
        batches[0].records[i] = lab_policy(lab, "x", "");
    for (uint32_t i = 1; i < LAB_BATCHES_MAX; i++)
        batches[i] = batches[0];
    lab_hand_open(lab, &rogue, LOG_DIVISION);
    rogue.names = (struct positions){1, {{authority.log, authority.seq + 1, authority.prev}}};
    for (uint32_t i = 0; i < frames; i++) {
        lab_hand_in(north, lab_hand_write(&rogue, batches, LAB_BATCHES_MAX));
        rogue.names.count = 0;
    }
}

START_TEST(all_that_waits_is_judged_in_as_many_turns_as_it_takes)
{
    const uint32_t count = 40 * LAB_BATCHES_MAX * WAITING_RECORDS; /* 2,560 */
    uint32_t turns = 0;

    hand_in_waiting(40);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), count);
    lab_hand_in(north, lab->late);
    while (lab_counter(north, COUNTER_PENDING) > 0) {
        ck_assert_int_eq(node_wake_at(north->node).ms, 0);
        if (turns == 1) /* in the middle: begun again */
            open_again(north);
        ck_assert_int_eq(lab_turn(north), CW_OK);
        ck_assert_uint_lt(++turns, 10);
    }
    ck_assert_uint_gt(turns, 1);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), count);
    ck_assert_int_ne(node_wake_at(north->node).ms, 0);
    expect_whole(north);
}
END_TEST

Suite *suite_node_records(void);
Suite *suite_node_records(void)
{
    Suite *suite = suite_create("node/records");
    TCase *one = tcase_create("one"), *two = tcase_create("two");

    tcase_add_checked_fixture(one, one_node, end);
    tcase_add_loop_test(one, new_root_keys_sign_from_the_next_seal_on, 0, 2);
    tcase_add_test(one, the_batch_of_a_rotation_is_the_old_keys_whole);
    tcase_add_test(one, old_root_keys_seal_nothing_after_a_rotation);
    tcase_add_test(one, a_seal_of_the_root_whose_past_is_not_here_is_nobodys_fault);
    tcase_add_test(one, a_root_record_is_the_networks_own);
    tcase_add_test(one, a_void_record_is_passed);
    tcase_add_test(one, a_record_without_its_bytes_keeps_no_submission_waiting);
    tcase_add_loop_test(one, an_act_of_a_newer_version_counts_and_does_nothing_here, 0, 2);
    tcase_add_test(one, a_certificate_is_signed_by_its_issuer_and_its_holder);
    tcase_add_test(one, an_authority_signs_its_own_certificate);
    tcase_add_test(one, a_log_is_of_its_certificates_division);
    tcase_add_test(one, all_that_waits_is_judged_in_as_many_turns_as_it_takes);
    tcase_set_timeout(one, 60);
    suite_add_tcase(suite, one);
    tcase_add_checked_fixture(two, two_nodes, end);
    tcase_add_test(two, a_rotation_that_a_relay_left_out_keeps_the_rest_waiting);
    tcase_add_test(two, records_take_effect_in_their_order_whatever_came_first);
    tcase_add_test(two, an_officer_whose_certificate_no_seal_can_name_is_asked_to_wait);
    suite_add_tcase(suite, two);
    return suite;
}
