/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"
#include "node/prepare.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/* Whose key records this daemon writes under: WST's daemon was a member once, and is certified still. */

static struct lab *lab;
static struct lab_node *north;
static const struct world_identity *outsider;
static struct vault *theirs;

static void an_outsider(void)
{
    struct lab_op op;

    lab = lab_new(1);
    north = &lab->nodes[0];
    outsider = &lab->world.daemons[WORLD_WST];
    lab_start(north);
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_expel(lab, outsider)));
    lab_run(lab, 500);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    theirs = NULL;
}

static void end(void)
{
    vault_free(theirs);
    lab_free(lab);
}

static struct key_record_id key_of_north(void)
{
    struct key_record_id id;

    ck_assert(audience_current_key(north->node, &id));
    return id;
}

/* A key for all, and for its maker, at the newest membership; drawn until its id is below `above`. */
static struct lab_key draw_key(const struct key_record_id *above, struct key_record_id *out_id)
{
    static uint8_t record[KEY_RECORD_LEN_MAX], envelopes[4096];
    const struct vault_limits limits = {16};
    const struct box_secret secret = outsider->keys.seal;
    struct recipient all[WORLD_DAEMONS];
    struct position membership;
    struct writer r, e;

    (void)authority_members(north->node->authority, slice_of(AUDIENCE_FORCE), NULL, 0, &membership);
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++) {
        all[i].cert = lab->world.daemons[i].id;
        memcpy(all[i].seal_key, lab->world.daemons[i].keys.seal_public, KEY_LEN);
    }
    do {
        vault_free(theirs);
        ck_assert_int_eq(vault_new(&limits, &outsider->id, &secret, false, &theirs), CW_OK);
        r = writer_over(record, sizeof record);
        e = writer_over(envelopes, sizeof envelopes);
        ck_assert_int_eq(vault_make_key(theirs, slice_of(AUDIENCE_FORCE), &membership, all, WORLD_DAEMONS,
                                        &north->node->entropy, &r, &e),
                         CW_OK);
        key_record_id_of(slice(record, r.len), out_id);
    } while (ID_COMPARE(out_id, above) >= 0);
    return (struct lab_key){slice(record, r.len), slice(envelopes, e.len), outsider};
}

static void hand_in_key(const struct lab_key *key)
{
    struct lab_hand rogue;

    lab_hand_open(lab, &rogue, LOG_DIVISION);
    rogue.names.count = 1;
    rogue.names.at[0] =
        (struct position){lab->authority_hand->log, lab->authority_hand->seq, lab->authority_hand->prev};
    lab_hand_in(north, lab_hand_one(&rogue, (struct lab_record){.key = key}));
    lab_run(lab, 500);
}

START_TEST(nothing_is_written_under_an_outsiders_key)
{
    struct key_record_id before = key_of_north(), rogue, after;
    struct lab_key key = draw_key(&before, &rogue);

    hand_in_key(&key);
    ck_assert(vault_can_open(north->node->vault, &rogue)); /* what they say under it is read */
    after = key_of_north();
    ck_assert(ID_EQ(&before, &after));
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    after = key_of_north();
    ck_assert(ID_EQ(&before, &after));
}
END_TEST

START_TEST(a_key_that_another_made_is_not_learned)
{
    struct key_record_id before = key_of_north(), rogue, after;
    struct lab_key key = draw_key(&before, &rogue);

    key.author = &lab->world.daemons[WORLD_EST]; /* a member, into the log of who is none */
    hand_in_key(&key);
    ck_assert(!vault_can_open(north->node->vault, &rogue));
    ck_assert_str_eq(north->last_alarm, "key-record");
    after = key_of_north();
    ck_assert(ID_EQ(&before, &after));
}
END_TEST

START_TEST(an_expelled_daemon_makes_all_write_under_another_key)
{
    struct key_record_id before = key_of_north(), after;
    struct lab_op op;

    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_expel(lab, &lab->world.daemons[WORLD_EST])));
    lab_run(lab, 500);
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    after = key_of_north();
    ck_assert(!ID_EQ(&before, &after));
}
END_TEST

/* Of one that just joined the record may still be on its way: whoever hands in tries again, or elsewhere. */
START_TEST(a_daemon_in_no_audience_yet_asks_for_the_same_bytes_again)
{
    struct lab_op op;

    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_expel(lab, &lab->world.daemons[WORLD_NTH])));
    lab_run(lab, 500);
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    ck_assert_str_eq(cw_err_name((enum cw_err)lab_ask(north, &op)), cw_err_name(CW_AGAIN_BEHIND));
}
END_TEST

Suite *suite_node_keys(void);
Suite *suite_node_keys(void)
{
    Suite *suite = suite_create("node/keys");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, an_outsider, end);
    tcase_add_test(all, nothing_is_written_under_an_outsiders_key);
    tcase_add_test(all, a_key_that_another_made_is_not_learned);
    tcase_add_test(all, an_expelled_daemon_makes_all_write_under_another_key);
    tcase_add_test(all, a_daemon_in_no_audience_yet_asks_for_the_same_bytes_again);
    suite_add_tcase(suite, all);
    return suite;
}
