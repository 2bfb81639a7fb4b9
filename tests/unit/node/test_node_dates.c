/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/*
 * Certificates begin and end by the daemon's own clock, at its doors: what the net driver is told, and when. Whether
 * an entry counts never depends on it.
 */

static struct lab *lab;
static struct lab_node *north;

static void one_node(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    lab_start(north);
    ck_assert_int_eq(lab_turn(north), CW_OK);
}

static void end(void)
{
    lab_free(lab);
}

static enum cert_standing standing_of(const struct world_identity *who)
{
    for (size_t i = 0; i < north->allowed_count; i++) {
        if (ID_EQ(&north->allowed[i].cert, &who->id))
            return north->allowed[i].standing;
    }
    ck_abort_msg("not on the list");
}

/* Nobody says anything: the node itself asks to be woken. */
static void sleep_until(int64_t wall_ms)
{
    int64_t at = wall_ms - WORLD_TIME_MS - lab->skew_ms;

    while (lab->now < at || node_wake_at(north->node).ms <= lab->now) {
        int64_t wake = node_wake_at(north->node).ms;

        ck_assert_int_ne(wake, CW_NEVER.ms);
        lab->now = wake < lab->now ? lab->now : wake;
        ck_assert_int_eq(lab_turn(north), CW_OK);
    }
}

START_TEST(a_certificate_ends_at_the_door_when_its_date_has_come)
{
    const struct world_identity *officer = &lab->world.officer;
    int64_t last = officer->cert.not_after.ms;
    uint32_t allows = north->allows;

    ck_assert_int_eq(standing_of(officer), STANDING_GOOD);
    lab->now = last - WORLD_TIME_MS - 100000; /* a year later */
    sleep_until(last - 70000);
    ck_assert_int_eq(standing_of(officer), STANDING_GOOD);
    sleep_until(last + 1);
    ck_assert_int_eq(lab->now + WORLD_TIME_MS, last + 1); /* woken for it, to the millisecond */
    ck_assert_int_eq(standing_of(officer), STANDING_EXPIRED);
    ck_assert_int_eq(standing_of(&lab->world.daemons[WORLD_EST]), STANDING_EXPIRED);
    ck_assert_uint_eq(north->allows, allows + 1); /* and not told again and again before */
}
END_TEST

START_TEST(a_certificate_begins_at_the_door_when_its_date_has_come)
{
    const struct world_identity *officer = &lab->world.officer;
    int64_t first = officer->cert.not_before.ms;

    lab->skew_ms = first - WORLD_TIME_MS - lab->now - 5000; /* a clock that is slow */
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_int_eq(standing_of(officer), STANDING_NOT_YET);
    sleep_until(first);
    ck_assert_int_eq(lab->now + lab->skew_ms + WORLD_TIME_MS, first);
    ck_assert_int_eq(standing_of(officer), STANDING_GOOD);
}
END_TEST

static bool is_listed(const struct world_identity *who)
{
    bool found = false;

    for (size_t i = 0; i < north->allowed_count; i++)
        found = found || ID_EQ(&north->allowed[i].cert, &who->id);
    return found;
}

static struct lab_record revocation_of(const struct world_identity *who)
{
    static uint8_t memory[256];
    const struct act_revoke act = {.cert = who->id, .kind = REVOKE_RETIRED};
    struct writer w = writer_over(memory, sizeof memory);

    act_revoke_encode(&act, &w);
    return (struct lab_record){.act = ACT_REVOKE, .body = slice(memory, w.len), .critical = true};
}

/* EST's public key, in a certificate of WST's making. */
static struct world_identity key_thief(void)
{
    static uint8_t memory[CERT_LEN_MAX];
    struct world_identity thief = lab->world.daemons[WORLD_WST];
    struct writer w = writer_over(memory, sizeof memory);

    memcpy(thief.cert.curve_key, lab->world.daemons[WORLD_EST].cert.curve_key, KEY_LEN);
    thief.cert.serial[0] ^= 1;
    certificate_encode(&thief.cert, &w);
    thief.bytes = slice(memory, w.len);
    cert_id_of(thief.bytes, &thief.id);
    return thief;
}

START_TEST(a_transport_key_of_another_is_not_told_to_the_doors_and_alarmed_about)
{
    const struct world_identity *east = &lab->world.daemons[WORLD_EST], thief = key_thief();

    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_issue(lab, &thief)));
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert(!is_listed(&thief));
    ck_assert_int_eq(standing_of(east), STANDING_GOOD);
    ck_assert_uint_eq(north->alarms, 1);
    ck_assert_str_eq(north->last_alarm, "net-shared-key");
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert(!is_listed(&thief));
    ck_assert_int_eq(standing_of(east), STANDING_GOOD);
}
END_TEST

static void start_with_room_for(size_t keys)
{
    north->allow_max = keys;
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(north->allowed_count, keys);
}

/* Those that are not good are on the list only so that a refusal can say why: whoever is revoked makes room. */
START_TEST(doors_that_know_only_so_many_keys_know_the_good_ones)
{
    const struct world_identity *east = &lab->world.daemons[WORLD_EST];
    size_t all = north->allowed_count;

    lab_hand_in(north, lab_hand_one(lab->authority_hand, revocation_of(east)));
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_int_eq(standing_of(east), STANDING_REVOKED);
    start_with_room_for(all - 1);
    ck_assert(!is_listed(east));
    for (size_t i = 0; i < north->allowed_count; i++)
        ck_assert_int_eq(north->allowed[i].standing, STANDING_GOOD);
    ck_assert_uint_eq(north->alarms, 0);
    start_with_room_for(all - 2);
    ck_assert_str_eq(north->last_alarm, "net-allow");
}
END_TEST

/* The wall clock is put forward, and back: noticed in the next turn, and there is one within a minute. */
START_TEST(a_clock_that_is_put_otherwise_is_noticed)
{
    const struct world_identity *officer = &lab->world.officer;
    int64_t put_at = lab->now;

    lab->skew_ms = 2 * (officer->cert.not_after.ms - WORLD_TIME_MS);
    ck_assert_int_le(node_wake_at(north->node).ms, put_at + 60000);
    lab->now = node_wake_at(north->node).ms;
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_int_eq(standing_of(officer), STANDING_EXPIRED);
    lab->skew_ms = 0;
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_int_eq(standing_of(officer), STANDING_GOOD);
}
END_TEST

START_TEST(an_expired_author_hands_in_nothing_and_what_he_wrote_stays)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab->skew_ms = lab->world.officer.cert.not_after.ms - WORLD_TIME_MS;
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_REFUSED_EXPIRED);
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 0);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 1);
}
END_TEST

/* The doors open when the node is, and before its first turn. */
START_TEST(a_daemon_knows_whom_to_let_in_before_its_first_turn)
{
    uint32_t known = (uint32_t)north->allowed_count;

    ck_assert_uint_gt(known, 1);
    lab_crash(north);
    north->allowed_count = 0;
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_uint_eq(north->allowed_count, known);
}
END_TEST

Suite *suite_node_dates(void);
Suite *suite_node_dates(void)
{
    Suite *suite = suite_create("node/dates");
    TCase *t = tcase_create("dates");

    tcase_add_checked_fixture(t, one_node, end);
    tcase_add_test(t, a_certificate_ends_at_the_door_when_its_date_has_come);
    tcase_add_test(t, a_certificate_begins_at_the_door_when_its_date_has_come);
    tcase_add_test(t, a_transport_key_of_another_is_not_told_to_the_doors_and_alarmed_about);
    tcase_add_test(t, doors_that_know_only_so_many_keys_know_the_good_ones);
    tcase_add_test(t, a_clock_that_is_put_otherwise_is_noticed);
    tcase_add_test(t, an_expired_author_hands_in_nothing_and_what_he_wrote_stays);
    tcase_add_test(t, a_daemon_knows_whom_to_let_in_before_its_first_turn);
    suite_add_tcase(suite, t);
    return suite;
}
