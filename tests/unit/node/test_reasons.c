/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reasons.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct node_status *status;
static char line[REASON_LEN_MAX];

static void begin(void)
{
    status = calloc(1, sizeof *status);
    ck_assert_ptr_nonnull(status);
}

static void end(void)
{
    free(status);
}

static struct node_peer_status *peer(const char *division, enum peer_state state)
{
    struct node_peer_status *p = &status->peers[status->peer_count++];

    (void)snprintf(p->is.division, sizeof p->is.division, "%s", division);
    p->is.state = state;
    return p;
}

static const char *headline(size_t room)
{
    node_headline(status, "NTH", line, room);
    return line;
}

static void count(void *ctx, const char *sentence, const char *brief)
{
    ck_assert(sentence[0] != '\0' && brief[0] != '\0');
    ++*(uint32_t *)ctx;
}

static uint32_t reasons(void)
{
    uint32_t n = 0;

    node_reasons(status, count, &n);
    return n;
}

START_TEST(nothing_to_say_is_in_sync)
{
    ck_assert_str_eq(headline(sizeof line), "NTH: in sync: no other division is known");
    (void)peer("EST", PEER_STATE_IN_STEP);
    ck_assert_str_eq(headline(sizeof line), "NTH: in sync with 1 division");
    (void)peer("WST", PEER_STATE_IN_STEP);
    ck_assert_str_eq(headline(sizeof line), "NTH: in sync with 2 divisions");
    ck_assert_uint_eq(reasons(), 0);
}
END_TEST

/* Whatever stands in the way of "in sync" is said, and never beside it. */
START_TEST(each_reason_alone_is_said)
{
    struct node_peer_status *p = peer("EST", PEER_STATE_IN_STEP);

    switch (_i) {
    case 0:
        p->is.state = PEER_STATE_DOWN;
        break;
    case 1:
        p->is.behind = 12;
        break;
    case 2:
        p->is.ahead = 1;
        break;
    case 3:
        p->is.cut = true;
        break;
    case 4:
        p->digest = DIGEST_DIFFERS;
        break;
    case 5:
        status->hole_count = 1;
        break;
    case 6:
        status->counters[COUNTER_PENDING] = 1;
        break;
    case 7:
        status->counters[COUNTER_FOLDS_WAITING] = 1;
        break;
    case 8:
        status->counters[COUNTER_CONFLICTS] = 1;
        break;
    case 9:
        status->counters[COUNTER_QUARANTINED] = 1;
        break;
    case 10:
        status->counters[COUNTER_UNOPENED] = 1;
        break;
    case 11:
        status->alarm_count = 1;
        (void)snprintf(status->alarms[0].text, sizeof status->alarms[0].text, "a log is forked");
        break;
    default:
        status->low_on_space = true;
        break;
    }
    ck_assert_uint_eq(reasons(), 1);
    ck_assert_ptr_nonnull(strstr(headline(sizeof line), "NTH: not in sync: "));
    ck_assert_ptr_null(strstr(line, ", "));
    ck_assert_uint_gt(strlen(line), strlen("NTH: not in sync: "));
}
END_TEST

START_TEST(three_are_said_and_the_others_counted)
{
    (void)peer("EST", PEER_STATE_DOWN);
    peer("WST", PEER_STATE_IN_STEP)->is.behind = 12;
    status->counters[COUNTER_CONFLICTS] = 1;
    ck_assert_str_eq(headline(sizeof line), "NTH: not in sync: EST is down, WST lacks 12 entries, 1 case in conflict");
    status->counters[COUNTER_CONFLICTS] = 3;
    status->low_on_space = true;
    ck_assert_str_eq(headline(sizeof line),
                     "NTH: not in sync: EST is down, WST lacks 12 entries, 3 cases in conflict, and 1 more");
}
END_TEST

START_TEST(a_line_is_cut_at_its_room)
{
    status->alarm_count = 3;
    for (uint32_t i = 0; i < 3; i++)
        memset(status->alarms[i].text, 'a', sizeof status->alarms[i].text - 1);
    for (size_t room = 1; room <= sizeof line; room++) {
        memset(line, '#', sizeof line);
        ck_assert_uint_le(strlen(headline(room)), room - 1);
        ck_assert(room == sizeof line || line[room] == '#');
    }
    ck_assert_uint_eq(strlen(line), sizeof line - 1);
}
END_TEST

Suite *suite_reasons(void);
Suite *suite_reasons(void)
{
    Suite *suite = suite_create("node/reasons");
    TCase *c = tcase_create("reasons");

    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, nothing_to_say_is_in_sync);
    tcase_add_loop_test(c, each_reason_alone_is_said, 0, 13);
    tcase_add_test(c, three_are_said_and_the_others_counted);
    tcase_add_test(c, a_line_is_cut_at_its_room);
    suite_add_tcase(suite, c);
    return suite;
}
