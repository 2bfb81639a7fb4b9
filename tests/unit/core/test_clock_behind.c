/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replica_state.h"

#include <check.h>
#include <stdio.h>

/* How far a clock is behind, by what peers in session say of theirs: most of them, and two at least. */

#define HOUR INT64_C(3600000)
#define SILENT INT64_MIN
#define PEERS 5

static struct peer peers[PEERS];
static struct replica r;

static int64_t behind(const int64_t says[static PEERS])
{
    memset(&r, 0, sizeof r);
    memset(peers, 0, sizeof peers);
    r.peers.at = peers;
    for (uint32_t i = 0; i < PEERS; i++) {
        if (says[i] == SILENT)
            continue;
        struct peer *p = &peers[r.peers.count++];

        p->state = PEER_STATE_IN_STEP;
        p->says_time = true;
        p->clock_ahead_ms = says[i];
        (void)snprintf(p->division, sizeof p->division, "D%u", i);
    }
    return replica_clock_behind_ms(&r);
}

START_TEST(most_of_those_who_speak_decide_and_two_at_least)
{
    static const struct {
        int64_t says[PEERS], behind;
    } cases[] = {
        {{SILENT, SILENT, SILENT, SILENT, SILENT}, 0},
        {{3 * HOUR, SILENT, SILENT, SILENT, SILENT}, 0},
        {{3 * HOUR, 5 * HOUR, SILENT, SILENT, SILENT}, 3 * HOUR},
        {{3 * HOUR, 0, SILENT, SILENT, SILENT}, 0},
        {{9 * HOUR, 0, 3 * HOUR, SILENT, SILENT}, 3 * HOUR},
        {{9 * HOUR, 8 * HOUR, 0, SILENT, SILENT}, 8 * HOUR},
        {{9 * HOUR, 8 * HOUR, 0, 0, SILENT}, 0},
        {{9 * HOUR, 8 * HOUR, 1 * HOUR, 0, SILENT}, 1 * HOUR},
        {{9 * HOUR, 9 * HOUR, 0, 0, 1}, 1},
        {{9 * HOUR, 9 * HOUR, 9 * HOUR, 0, 0}, 9 * HOUR},
        {{-9 * HOUR, -9 * HOUR, -9 * HOUR, SILENT, SILENT}, 0},
        {{-9 * HOUR, 2 * HOUR, 2 * HOUR, SILENT, SILENT}, 2 * HOUR},
        {{24 * HOUR, 24 * HOUR, SILENT, SILENT, SILENT}, 24 * HOUR},
        {{24 * HOUR + 1, 99 * HOUR, SILENT, SILENT, SILENT}, 24 * HOUR},
        {{INT64_MAX, INT64_MAX, INT64_MAX, SILENT, SILENT}, 24 * HOUR},
    };

    for (size_t i = 0; i < CW_COUNT(cases); i++)
        ck_assert_msg(behind(cases[i].says) == cases[i].behind, "case %zu: %lld", i, (long long)behind(cases[i].says));
}
END_TEST

START_TEST(a_division_with_two_certificates_speaks_once)
{
    static const int64_t says[PEERS] = {9 * HOUR, 9 * HOUR, SILENT, SILENT, SILENT};

    ck_assert_int_eq(behind(says), 9 * HOUR);
    (void)snprintf(peers[1].division, sizeof peers[1].division, "%s", peers[0].division);
    ck_assert_int_eq(replica_clock_behind_ms(&r), 0);
}
END_TEST

START_TEST(who_does_not_say_a_time_or_is_not_in_session_does_not_speak)
{
    static const int64_t says[PEERS] = {9 * HOUR, 9 * HOUR, SILENT, SILENT, SILENT};

    (void)behind(says);
    peers[0].says_time = false;
    ck_assert_int_eq(replica_clock_behind_ms(&r), 0);
    peers[0].says_time = true;
    peers[0].state = PEER_STATE_REFUSED;
    ck_assert_int_eq(replica_clock_behind_ms(&r), 0);
    peers[0].state = PEER_STATE_COMPARING;
    ck_assert_int_eq(replica_clock_behind_ms(&r), 9 * HOUR);
}
END_TEST

Suite *suite_clock_behind(void);
Suite *suite_clock_behind(void)
{
    Suite *suite = suite_create("core/clock_behind");
    TCase *t = tcase_create("behind");

    tcase_add_test(t, most_of_those_who_speak_decide_and_two_at_least);
    tcase_add_test(t, a_division_with_two_certificates_speaks_once);
    tcase_add_test(t, who_does_not_say_a_time_or_is_not_in_session_does_not_speak);
    suite_add_tcase(suite, t);
    return suite;
}
