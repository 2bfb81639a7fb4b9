/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor finds: each thing that can be wrong, made wrong. */
#include "tool/doctor.h"
#include "tool/page.h"
#include "tool/settings_ask.h"

#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_doctor(void);

static struct findings found;

#define WELL                                                                                                      \
    "casewire_listening 1\ncasewire_refused_keys_total 0\ncasewire_store_disk_free_bytes 53687091200\n"           \
    "casewire_store_low_on_space 0\ncasewire_store_reserve_bytes 16777216\ncasewire_store_used_bytes 1048576\n"   \
    "casewire_store_size_bytes 1099511627776\ncasewire_store_readers 1\ncasewire_store_oldest_reader_commits 2\n" \
    "casewire_process_open_descriptors 40\ncasewire_process_max_descriptors 65536\n"                              \
    "casewire_process_locked_memory_bytes 1048576\n"                                                              \
    "casewire_process_max_locked_memory_bytes 67108864\ncasewire_certificate_expiry_timestamp_seconds 100000000.000\n"

static const struct cw_wall now = {INT64_C(1000)};

/* What is well, with one line put in another's place. */
static void judge_with(const char *line)
{
    char text[2048];
    size_t name_len = strcspn(line, " ");

    text[0] = '\0';
    for (const char *old = WELL; *old != '\0';) {
        size_t len = strcspn(old, "\n") + 1;
        const char *chosen = strncmp(old, line, name_len) == 0 && old[name_len] == ' ' ? line : NULL;

        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s%s",
                 chosen != NULL ? (int)strlen(line) : (int)len, chosen != NULL ? line : old,
                 chosen != NULL ? "\n" : "");
        old += len;
    }
    memset(&found, 0, sizeof(found));
    doctor_judge_metrics(&found, slice_of(text), now);
}

/* The one finding that is not ok. */
static const struct finding *the_trouble(void)
{
    const struct finding *trouble = NULL;

    for (size_t i = 0; i < found.count; i++) {
        if (found.at[i].state == DOCTOR_OK)
            continue;
        ck_assert_msg(trouble == NULL, "%s: %s", found.at[i].check, found.at[i].text);
        trouble = &found.at[i];
    }
    ck_assert_ptr_nonnull(trouble);
    ck_assert_msg(trouble->fix[0] != '\0', "%s says what to do", trouble->check);
    return trouble;
}

START_TEST(what_is_well_is_ok_and_nothing_is_to_be_done)
{
    judge_with("nothing");
    ck_assert_int_eq(findings_worst(&found), DOCTOR_OK);
    ck_assert_uint_ge(found.count, 7);
    for (size_t i = 0; i < found.count; i++)
        ck_assert_str_eq(found.at[i].fix, "");
}
END_TEST

START_TEST(each_thing_that_is_wrong_is_found_alone)
{
    static const struct {
        const char *line, *check;
        enum doctor_state state;
    } cases[] = {
        {"casewire_listening 0", "doors", DOCTOR_FAIL},
        {"casewire_refused_keys_total 3", "doors", DOCTOR_WARN},
        {"casewire_store_low_on_space 1", "disk", DOCTOR_FAIL},
        {"casewire_store_reserve_bytes 0", "disk", DOCTOR_WARN},
        {"casewire_store_used_bytes 900000000000", "map", DOCTOR_WARN},
        {"casewire_store_used_bytes 1099511627775", "map", DOCTOR_FAIL},
        {"casewire_store_oldest_reader_commits 10001", "readers", DOCTOR_WARN},
        {"casewire_process_open_descriptors 60000", "descriptors", DOCTOR_WARN},
        {"casewire_process_max_descriptors 1024", "descriptors", DOCTOR_WARN},
        {"casewire_process_max_locked_memory_bytes 65536", "memlock", DOCTOR_WARN},
        {"casewire_process_locked_memory_bytes 0", "memlock", DOCTOR_WARN},
        {"casewire_certificate_expiry_timestamp_seconds 2592000.000", "certificate", DOCTOR_WARN},
        {"casewire_certificate_expiry_timestamp_seconds 0.500", "certificate", DOCTOR_FAIL},
    };

    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        judge_with(cases[i].line);
        const struct finding *trouble = the_trouble();
        ck_assert_str_eq(trouble->check, cases[i].check);
        ck_assert_msg(trouble->state == cases[i].state, "%s: %s", cases[i].line, trouble->text);
        ck_assert_int_eq(findings_worst(&found), cases[i].state);
    }
}
END_TEST

START_TEST(alarms_and_clocks_fail)
{
    Cw__Alarm alarm = CW__ALARM__INIT;
    Cw__Alarm *alarms[] = {&alarm};
    Cw__Status status = CW__STATUS__INIT;

    memset(&found, 0, sizeof(found));
    doctor_judge_status(&found, &status);
    ck_assert_int_eq(findings_worst(&found), DOCTOR_OK);

    alarm.id = wire_bytes(slice_of("fork-proven"));
    alarm.text = wire_bytes(slice_of("EST: two\nseals"));
    status.n_alarms = 1;
    status.alarms = alarms;
    memset(&found, 0, sizeof(found));
    doctor_judge_status(&found, &status);
    ck_assert_str_eq(the_trouble()->check, "alarm");
    ck_assert_str_eq(the_trouble()->fix, "journalctl -x CASEWIRE_EVENT=fork-proven");
    ck_assert_ptr_null(strchr(the_trouble()->text, '\n'));

    alarm.id = wire_bytes(slice_of("own-clock-wrong"));
    memset(&found, 0, sizeof(found));
    doctor_judge_status(&found, &status);
    ck_assert_str_eq(the_trouble()->check, "clock");

    memset(&found, 0, sizeof(found));
    doctor_judge_clock(&found, false);
    ck_assert_int_eq(the_trouble()->state, DOCTOR_WARN);
}
END_TEST

START_TEST(each_reason_why_a_peer_is_not_there_has_a_remedy)
{
    static const char *const reasons[] = {
        "down",         "no-answer",    "wrong-key",      "not-heard", "refused", "revoked-here",    "expired-here",
        "not-yet-here", "not-casewire", "silent",         "address",   "no-link", "CW_PEER_NETWORK", "CW_PEER_VERSION",
        "cut",          "other-key",    "no-certificate", "hangs"};
    Cw__PeerRow row = CW__PEER_ROW__INIT;
    Cw__PeerRow *rows[] = {&row};
    Cw__Peers peers = CW__PEERS__INIT;

    memset(&found, 0, sizeof(found));
    doctor_judge_peers(&found, &peers, now);
    ck_assert_int_eq(the_trouble()->state, DOCTOR_WARN); /* alone */
    peers.n_rows = 1;
    peers.rows = rows;
    row.division = wire_bytes(slice_of("EST"));
    row.state = wire_bytes(slice_of("down"));
    for (size_t i = 0; i < CW_COUNT(reasons); i++) {
        row.why_code = wire_bytes(slice_of(reasons[i]));
        memset(&found, 0, sizeof(found));
        doctor_judge_peers(&found, &peers, now);
        ck_assert_int_eq(the_trouble()->state, DOCTOR_FAIL);
        ck_assert_msg(strcmp(the_trouble()->fix, "casewire peers tells more") != 0, "%s", reasons[i]);
    }
    row.why_code = wire_bytes(slice_of("catching-up"));
    memset(&found, 0, sizeof(found));
    doctor_judge_peers(&found, &peers, now);
    ck_assert_int_eq(the_trouble()->state, DOCTOR_WARN);
    row.state = wire_bytes(slice_of("in step"));
    memset(&found, 0, sizeof(found));
    doctor_judge_peers(&found, &peers, now);
    ck_assert_int_eq(findings_worst(&found), DOCTOR_OK);
    row.digest = wire_bytes(slice_of("differs"));
    memset(&found, 0, sizeof(found));
    doctor_judge_peers(&found, &peers, now);
    ck_assert_int_eq(the_trouble()->state, DOCTOR_FAIL);
}
END_TEST

static void judge_clock_of(Cw__PeerRow *row, int64_t ahead_ms)
{
    Cw__PeerRow *rows[] = {row};
    Cw__Peers peers = CW__PEERS__INIT;

    row->has_clock_ahead_millis = 1;
    row->clock_ahead_millis = ahead_ms;
    peers.n_rows = 1;
    peers.rows = rows;
    memset(&found, 0, sizeof(found));
    doctor_judge_peers(&found, &peers, now);
}

START_TEST(what_a_peer_runs_and_how_its_clock_is_are_said)
{
    Cw__PeerRow row = CW__PEER_ROW__INIT;

    row.division = wire_bytes(slice_of("EST"));
    row.state = wire_bytes(slice_of("in step"));
    row.has_version = 1;
    row.version = wire_bytes(slice_of("0.1.0\x1b"));
    judge_clock_of(&row, 999);
    ck_assert_int_eq(findings_worst(&found), DOCTOR_OK);
    ck_assert_ptr_nonnull(strstr(found.at[0].text, "runs 0.1.0"));
    ck_assert_ptr_null(strchr(found.at[0].text, 0x1b));
    ck_assert_ptr_nonnull(strstr(found.at[0].text, "clock: right"));
    ck_assert_uint_eq(found.peer_count, 1);
    ck_assert_int_eq(found.peers[0].clock_ahead_ms, 999);
    judge_clock_of(&row, 4999);
    ck_assert_int_eq(findings_worst(&found), DOCTOR_OK);
    judge_clock_of(&row, -5000);
    ck_assert_int_eq(the_trouble()->state, DOCTOR_WARN);
    ck_assert_str_eq(the_trouble()->check, "clock");
    ck_assert_ptr_nonnull(strstr(the_trouble()->text, "5.0 s behind"));
    judge_clock_of(&row, 61500);
    ck_assert_int_eq(the_trouble()->state, DOCTOR_FAIL);
    ck_assert_ptr_nonnull(strstr(the_trouble()->text, "61.5 s ahead"));
    judge_clock_of(&row, INT64_MIN);
    ck_assert_int_eq(the_trouble()->state, DOCTOR_FAIL);
}
END_TEST

START_TEST(a_peer_that_says_nothing_of_itself_is_no_fault)
{
    Cw__PeerRow row = CW__PEER_ROW__INIT;
    Cw__PeerRow *rows[] = {&row};
    Cw__Peers peers = CW__PEERS__INIT;

    row.state = wire_bytes(slice_of("in step"));
    peers.n_rows = 1;
    peers.rows = rows;
    memset(&found, 0, sizeof(found));
    doctor_judge_peers(&found, &peers, now);
    ck_assert_int_eq(findings_worst(&found), DOCTOR_OK);
    ck_assert_ptr_nonnull(strstr(found.at[0].text, "not say"));
    ck_assert_ptr_nonnull(strstr(found.at[0].text, "clock: not said"));
    ck_assert_str_eq(found.peers[0].version, "");
}
END_TEST

START_TEST(each_line_of_the_daemon_about_its_settings_is_a_finding)
{
    memset(&found, 0, sizeof(found));
    doctor_judge_config(&found, "/etc/x", 78, slice_of("casewired: x:1: one\ncasewired: x:2: two\n"));
    ck_assert_uint_eq(found.count, 2);
    ck_assert_str_eq(found.at[0].text, "x:1: one");
    ck_assert_str_eq(found.at[1].text, "x:2: two");
    ck_assert_int_eq(findings_worst(&found), DOCTOR_FAIL);
    memset(&found, 0, sizeof(found));
    doctor_judge_config(&found, "/etc/x", 127, slice_of(""));
    ck_assert_int_eq(the_trouble()->state, DOCTOR_FAIL);
    memset(&found, 0, sizeof(found));
    doctor_judge_config(&found, "/etc/x", 0, slice_of("casewired: anything\n"));
    ck_assert_int_eq(findings_worst(&found), DOCTOR_OK);
}
END_TEST

START_TEST(what_the_daemon_warns_of_is_a_warning)
{
    static const char warned[] = "casewired: warning: x: state_dir: one\nx: in order\n";

    memset(&found, 0, sizeof(found));
    doctor_judge_config(&found, "/etc/x", 0, slice_of(warned));
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(found.at[0].state, DOCTOR_WARN);
    ck_assert_str_eq(found.at[0].text, "x: state_dir: one");
    memset(&found, 0, sizeof(found));
    doctor_judge_config(&found, "/etc/x", 78, slice_of("casewired: warning: w\ncasewired: x:1: one\n"));
    ck_assert_uint_eq(found.count, 2);
    ck_assert_int_eq(found.at[0].state, DOCTOR_WARN);
    ck_assert_int_eq(found.at[1].state, DOCTOR_FAIL);
}
END_TEST

START_TEST(what_a_start_would_meet_is_told_by_what_it_is_about)
{
    static const char said[] = "casewired: x:1: one\ncasewired: doors: listen_peers: cannot\nstore: there is none yet\n"
                               "casewired: warning: disk: small\ncasewired: lock: held";
    static const struct {
        const char *check, *text;
        enum doctor_state state;
    } expected[] = {{"settings", "x:1: one", DOCTOR_FAIL},
                    {"doors", "listen_peers: cannot", DOCTOR_FAIL},
                    {"store", "there is none yet", DOCTOR_OK},
                    {"disk", "small", DOCTOR_WARN},
                    {"lock", "held", DOCTOR_FAIL}};

    memset(&found, 0, sizeof(found));
    doctor_judge_config(&found, "/etc/x", 78, slice_of("casewired: x:1: one\n")); /* is not told a second time */
    doctor_judge_start(&found, false, slice_of(said));
    ck_assert_uint_eq(found.count, CW_COUNT(expected));
    for (size_t i = 0; i < CW_COUNT(expected); i++) {
        ck_assert_str_eq(found.at[i].check, expected[i].check);
        ck_assert_str_eq(found.at[i].text, expected[i].text);
        ck_assert_int_eq(found.at[i].state, expected[i].state);
        ck_assert_int_eq(found.at[i].fix[0] != '\0', expected[i].state != DOCTOR_OK);
    }
    memset(&found, 0, sizeof(found));
    doctor_judge_start(&found, true, slice_of("casewired: lock: held\ndisk: 3.0 GiB are free\n"));
    ck_assert_uint_eq(found.count, 1);
    ck_assert_str_eq(found.at[0].check, "disk");
}
END_TEST

START_TEST(a_number_is_found_under_its_whole_name_only)
{
    struct cw_slice text = slice_of("# TYPE a gauge\na_b 7\na 1.500\na{x=\"y\"} 2\nlast 3");
    double value = 0;

    ck_assert(page_number(text, "a", &value) && value > 1.4 && value < 1.6);
    ck_assert(page_number(text, "a{x=\"y\"}", &value) && value > 1.9 && value < 2.1);
    ck_assert(page_number(text, "last", &value) && value > 2.9);
    ck_assert(!page_number(text, "a{x=\"z\"}", &value));
    ck_assert(!page_number(text, "b", &value));
    ck_assert(!page_number(slice_of("a"), "a", &value) && !page_number(slice_of("a "), "a", &value));
}
END_TEST

START_TEST(a_setting_is_found_by_its_whole_name)
{
    static const char said[] = "division\tNTH\nrun_dir\t/run/a b\nlisten_metrics\ttcp://127.0.0.1:4705\npassphrase\t\n"
                               "peer west listen\tx\nlast\t1";
    char value[24];

    ck_assert(settings_value(said, "division", value, sizeof(value)));
    ck_assert_str_eq(value, "NTH");
    ck_assert(settings_value(said, "run_dir", value, sizeof(value)));
    ck_assert_str_eq(value, "/run/a b");
    ck_assert(settings_value(said, "listen_metrics", value, sizeof(value)));
    ck_assert_str_eq(value, "tcp://127.0.0.1:4705");
    ck_assert(settings_value(said, "passphrase", value, sizeof(value)));
    ck_assert_str_eq(value, "");
    ck_assert(settings_value(said, "last", value, sizeof(value)));
    ck_assert(!settings_value(said, "listen", value, sizeof(value)));
    ck_assert(!settings_value(said, "listen_metrics", value, 20)); /* longer */
    ck_assert(!settings_value("", "division", value, sizeof(value)));
    ck_assert(!settings_value("division", "division", value, sizeof(value)));
}
END_TEST

Suite *suite_doctor(void)
{
    Suite *s = suite_create("doctor");
    TCase *t = tcase_create("doctor");

    tcase_add_test(t, what_is_well_is_ok_and_nothing_is_to_be_done);
    tcase_add_test(t, each_thing_that_is_wrong_is_found_alone);
    tcase_add_test(t, alarms_and_clocks_fail);
    tcase_add_test(t, each_reason_why_a_peer_is_not_there_has_a_remedy);
    tcase_add_test(t, what_a_peer_runs_and_how_its_clock_is_are_said);
    tcase_add_test(t, a_peer_that_says_nothing_of_itself_is_no_fault);
    tcase_add_test(t, each_line_of_the_daemon_about_its_settings_is_a_finding);
    tcase_add_test(t, what_the_daemon_warns_of_is_a_warning);
    tcase_add_test(t, what_a_start_would_meet_is_told_by_what_it_is_about);
    tcase_add_test(t, a_number_is_found_under_its_whole_name_only);
    tcase_add_test(t, a_setting_is_found_by_its_whole_name);
    suite_add_tcase(s, t);
    return s;
}
