/* SPDX-License-Identifier: Apache-2.0 */
/* What an authority says about certificates that it issued before. */
#include "proto/submission.h"
#include "tests/unit/client/history.h"

#include <check.h>
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_authority(void);

static char dir[64];
static struct authority a;

static void open_it(void)
{
    authority_open_again(dir, &a);
}

static void begin(void)
{
    authority_make(dir);
    open_it();
}

static void end(void)
{
    authority_close(&a);
    folder_remove(dir);
}

static const struct trust_cert *officer(void)
{
    for (size_t i = 0; i < a.trust->cert_count; i++)
        if (a.trust->certs[i].parsed.subject == SUBJECT_PERSON && !a.trust->certs[i].revoked)
            return &a.trust->certs[i];
    ck_abort_msg("there is no officer");
    return NULL;
}

START_TEST(a_replaced_certificate_is_superseded_by_the_same_batch)
{
    struct cert_id before = officer()->id;
    struct issue_order order = {
        .subject = SUBJECT_PERSON, .division = "NTH", .name = "Officer", .days = 10, .replaces = &before};
    char home[PATH_LEN_MAX];
    struct cw_fault fault;
    uint64_t seq = a.log.seq;

    ck_assert(path_join(home, dir, "officer.2"));
    order.home = home;
    ck_assert_int_eq(authority_issue(&a, &order, &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq + 2);
    authority_close(&a);
    open_it(); /* as anybody would read it */
    ck_assert(trust_find(a.trust, &before)->revoked);
    ck_assert_int_eq(trust_find(a.trust, &before)->revoke_kind, REVOKE_SUPERSEDED);
    ck_assert(!ID_EQ(&officer()->id, &before));
    ck_assert_uint_eq(trust_find(a.trust, &before)->revoked_seq, officer()->issued_seq + 1);
}
END_TEST

START_TEST(a_retired_certificate_is_not_superseded)
{
    struct cert_id id = officer()->id;
    struct cw_fault fault;

    ck_assert_int_eq(authority_revoke(&a, &id, REVOKE_RETIRED, &fault), CW_OK);
    ck_assert(!trust_find(a.trust, &id)->revoked); /* nothing is said before it is sealed */
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_int_eq(trust_find(a.trust, &id)->revoke_kind, REVOKE_RETIRED);
    /* The first end stands. */
    ck_assert_int_eq(authority_revoke(&a, &id, REVOKE_COMPROMISED, &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_int_eq(trust_find(a.trust, &id)->revoke_kind, REVOKE_RETIRED);
}
END_TEST

START_TEST(an_expelled_daemon_is_revoked_and_no_member)
{
    const struct trust_cert *daemon = NULL;
    struct cw_fault fault;
    struct authority_record record;
    struct act_membership act;
    struct cw_slice blob, payload;
    uint64_t seq = a.log.seq;

    for (size_t i = 0; i < a.trust->cert_count && daemon == NULL; i++)
        daemon = a.trust->certs[i].parsed.subject == SUBJECT_DAEMON ? &a.trust->certs[i] : NULL;
    ck_assert_ptr_nonnull(daemon);
    ck_assert_int_eq(authority_expel(&a, &daemon->id, REVOKE_RETIRED, &fault), CW_OK);
    ck_assert_uint_eq(a.pending_count, 2);
    blob = a.pending[1].blobs[0];
    ck_assert_int_eq(payload_unpad(slice(blob.data + 32, blob.len - 32), &payload), CW_OK);
    ck_assert_int_eq(authority_record_parse(payload, &record), CW_OK);
    ck_assert_int_eq(record.act, ACT_MEMBERSHIP);
    ck_assert_int_eq(act_membership_parse(record.body, &a.arena, &act), CW_OK);
    ck_assert_uint_eq(act.removed_count, 1);
    ck_assert(ID_EQ(&act.removed[0], &daemon->id));
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq + 2);
    ck_assert_int_eq(trust_find(a.trust, &daemon->id)->revoke_kind, REVOKE_RETIRED);
}
END_TEST

START_TEST(keys_that_are_there_are_never_overwritten)
{
    struct issue_order order = {.subject = SUBJECT_PERSON, .division = "NTH", .name = "Officer", .days = 10};
    char home[PATH_LEN_MAX];
    struct cw_fault fault;

    ck_assert(path_join(home, dir, "officer"));
    order.home = home;
    ck_assert_int_eq(authority_issue(&a, &order, &fault), CW_USAGE_ORDER);
    ck_assert_ptr_nonnull(strstr(fault.text, "never overwritten"));
}
END_TEST

/* --- several at once ---------------------------------------------------------------------------------------- */

#define WRITERS 8

/* What one command does, from the moment at which all are let go. */
static void write_one(int number, int gate)
{
    struct authority mine;
    struct cw_fault fault;
    char value[24], byte;

    snprintf(value, sizeof(value), "%d", 3600 + number);
    if (read(gate, &byte, 1) != 0 || authority_open(dir, true, slice(NULL, 0), &mine, &fault) != CW_OK)
        _exit(1);
    if (authority_policy(&mine, "clock.M8.duration_s", value, &fault) != CW_OK ||
        authority_commit(&mine, &fault) != CW_OK)
        _exit(2);
    authority_close(&mine);
    _exit(0);
}

START_TEST(writers_at_once_go_on_where_the_one_before_ended)
{
    pid_t writers[WRITERS];
    uint64_t before = a.log.seq;
    int gate[2], status;

    authority_close(&a);
    ck_assert_int_eq(pipe(gate), 0);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        ck_assert_int_ge(writers[i], 0);
        if (writers[i] == 0) {
            close(gate[1]);
            write_one(i, gate[0]);
        }
    }
    close(gate[0]);
    close(gate[1]); /* lets them go */
    for (int i = 0; i < WRITERS; i++) {
        ck_assert_int_eq(waitpid(writers[i], &status, 0), writers[i]);
        ck_assert_int_eq(status, 0);
    }
    open_it(); /* each segment stands on the one before, or this would not open */
    ck_assert_uint_eq(a.log.seq, before + WRITERS);
}
END_TEST

START_TEST(a_writer_that_waited_too_long_is_told_who_has_the_folder)
{
    struct cw_fault fault;
    char self[40];
    int fd;

    snprintf(self, sizeof(self), "process %ld ", (long)getpid());
    ck_assert_int_eq(authority_lock(dir, 0, &fd, &fault), CW_AGAIN_BUSY); /* `a` is open */
    ck_assert_ptr_nonnull(strstr(fault.where, "/lock"));
    ck_assert_ptr_nonnull(strstr(fault.text, self));
    authority_close(&a);
    ck_assert_int_eq(authority_lock(dir, 0, &fd, &fault), CW_OK);
    authority_unlock(fd);
    open_it();
}
END_TEST

START_TEST(who_only_reads_waits_for_nobody)
{
    struct authority reader;
    struct cw_fault fault;

    ck_assert_int_eq(authority_open(dir, false, slice(NULL, 0), &reader, &fault), CW_OK);
    authority_close(&reader);
}
END_TEST

START_TEST(an_entry_that_is_there_is_never_overwritten)
{
    char path[PATH_LEN_MAX];
    struct buf there = {0};
    struct cw_fault fault;

    ck_assert(path_join(path, dir, "log/authority-%06llu.entries", (unsigned long long)a.log.seq + 1));
    ck_assert_int_eq(file_write(path, slice_of("another hand's"), 0644), CW_OK);
    ck_assert_int_eq(authority_policy(&a, "clock.M8.duration_s", "3600", &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_REFUSED_REUSED_ID);
    ck_assert_ptr_nonnull(strstr(fault.text, "never overwritten"));
    ck_assert_int_eq(file_read(path, 100, &there), CW_OK);
    ck_assert(slice_eq(buf_slice(&there), slice_of("another hand's")));
    buf_done(&there);
    ck_assert(snprintf(path + strlen(path), 5, ".new") == 4 && !file_exists(path));
}
END_TEST

START_TEST(a_folder_knows_an_old_copy_from_a_branch)
{
    struct authority_end none = {0}, first, last, beyond;
    struct cw_fault fault;

    first = (struct authority_end){a.log.seq, a.log.seal};
    ck_assert_int_eq(authority_policy(&a, "clock.M8.duration_s", "3600", &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    last = (struct authority_end){a.log.seq, a.log.seal};
    authority_close(&a);
    open_it();
    ck_assert_int_eq(authority_stands(&a.ends, &none), AUTHORITY_AHEAD);
    ck_assert_int_eq(authority_stands(&a.ends, &first), AUTHORITY_AHEAD);
    ck_assert_int_eq(authority_stands(&a.ends, &last), AUTHORITY_SAME);
    beyond = (struct authority_end){last.seq + 1, last.seal};
    ck_assert_int_eq(authority_stands(&a.ends, &beyond), AUTHORITY_BEHIND);
    first.seal.b[0] ^= 1; /* below the end: what a longer folder could not see before */
    last.seal.b[0] ^= 1;
    ck_assert_int_eq(authority_stands(&a.ends, &first), AUTHORITY_APART);
    ck_assert_int_eq(authority_stands(&a.ends, &last), AUTHORITY_APART);
    last.seq--;
    ck_assert_int_eq(authority_stands(&a.ends, &last), AUTHORITY_APART);
}
END_TEST

/* --- policy ------------------------------------------------------------------------------------------------- */

/* Each would be published as an authority's word, and change nothing at any daemon. */
static const struct {
    const char *name, *value, *says;
} without_effect[] = {
    {"", "x", "name"},
    {"shoe.size", "44", "no policy has this name"},
    {"clock", "5", "no policy has this name"},
    {"clock.", "5", "no policy has this name"},
    {"clock.M8", "5", "no policy has this name"},
    {"clock.M8.duration", "5", "duration_s"},
    {"clock.M8.duration_s ", "5", "duration_s"},
    {"clock.ZZ.duration_s", "5", "no policy has this name"},
    {"clock.M6.duration_s", "5", "no policy has this name"},
    {"Clock.M8.duration_s", "5", "no policy has this name"},
    {"clock.M8.duration_s", "", "0 to 3153600000"},
    {"clock.M8.duration_s", "-1", "0 to 3153600000"},
    {"clock.M8.duration_s", "+1", "0 to 3153600000"},
    {"clock.M8.duration_s", " 1", "0 to 3153600000"},
    {"clock.M8.duration_s", "1.5", "0 to 3153600000"},
    {"clock.M8.duration_s", "72h", "0 to 3153600000"},
    {"clock.M8.duration_s", "0x10", "0 to 3153600000"},
    {"clock.M8.duration_s", "3153600001", "0 to 3153600000"},
    {"clock.M8.duration_s", "99999999999999999999", "0 to 3153600000"},
    {"clock.M6.working_days", "1001", "0 to 1000"},
    {"clock.M8.soon_s", "3153600001", "0 to 3153600000"},
    {"clock.M8.told", "KING", "SUPT"},
    {"clock.M8.told", "", "SUPT"},
    {"clock.M8.told", "SUP,", "SUPT"},
    {"clock.M8.told", "sup", "SUPT"},
    {"clock.M8.told", "any,SUP", "SUPT"},
    {"clock.M2.waive", "INSP", "nobody can waive"},
    {"role.set.title", "KING", "SUPT"},
    {"role.set.nothing", "SUP", "no policy has this name"},
    {"role.set.", "SUP", "no policy has this name"},
    {"role.set.status", "SUP", "nobody writes"},
    {"role.lower.missing_risks", "SUP", "role.lower.missing_risk"},
    {"role.event.nothing", "SUP", "no policy has this name"},
    {"role.step.nothing", "SUP", "no policy has this name"},
    {"ladder.0", "SUP", "no policy has this name"},
    {"ladder.4", "SUP", "no policy has this name"},
    {"ladder.1", "sergeant", "SUPT"},
    {"calendar.2026-02-30", "holiday", "a date that there is"},
    {"calendar.2026-12", "holiday", "a date that there is"},
    {"calendar.1969-12-25", "holiday", "a date that there is"},
    {"calendar.2026-12-01", "maybe", "holiday"},
    {"network.synthetic", "yes", "true"},
    {"network.real", "true", "no policy has this name"},
};

START_TEST(policies_that_would_have_no_effect_are_not_signed)
{
    uint64_t seq = a.log.seq;
    char longest[200] = "SUP", *at = longest + 3;

    for (size_t i = 0; i < CW_COUNT(without_effect); i++) {
        struct cw_fault fault = {0};

        ck_assert_msg(authority_policy(&a, without_effect[i].name, without_effect[i].value, &fault) != CW_OK, "%s %s",
                      without_effect[i].name, without_effect[i].value);
        ck_assert_msg(strstr(fault.text, without_effect[i].says) != NULL, "%s %s: %s", without_effect[i].name,
                      without_effect[i].value, fault.text);
    }
    while (at < longest + 127) /* one byte more than a daemon keeps */
        *at++ = ' ';
    memcpy(longest + 125, ",PC", 3);
    longest[128] = '\0';
    ck_assert_int_eq(authority_policy(&a, "ladder.1", longest, &(struct cw_fault){0}), CW_REFUSED_SIZE);
    ck_assert_int_eq(authority_commit(&a, &(struct cw_fault){0}), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq);
}
END_TEST

static enum cw_err name_a_holiday(uint32_t n, struct cw_fault *fault)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "calendar.20%02u-%02u-%02u", 30 + n / 336, 1 + n / 28 % 12, 1 + n % 28);
    return authority_policy(&a, name, "holiday", fault);
}

START_TEST(a_change_of_policy_that_daemons_have_no_room_for_is_not_signed)
{
    struct cw_fault fault = {0};
    uint64_t seq = a.log.seq;

    for (uint32_t n = 0; n < POLICY_CHANGES_MAX; n++) {
        ck_assert_int_eq(name_a_holiday(n, &fault), CW_OK);
        if (a.pending_count == AUTHORITY_BATCH_MAX)
            ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    }
    ck_assert_uint_eq(a.log.seq, seq + POLICY_CHANGES_MAX);
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(name_a_holiday(POLICY_CHANGES_MAX, &fault), CW_REFUSED_SIZE);
        ck_assert_ptr_nonnull(strstr(fault.text, "256"));
        ck_assert_uint_eq(a.pending_count, 0);
        authority_close(&a);
        open_it(); /* as anybody would read it */
    }
    ck_assert_int_eq(name_a_holiday(7, &fault), CW_OK); /* changed before */
    ck_assert_int_eq(authority_policy(&a, "network.synthetic", "true", &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
}
END_TEST

START_TEST(policies_that_have_an_effect_are_signed)
{
    static const char *const good[][2] = {
        {"clock.M8.duration_s", "0"},       {"clock.M8.duration_s", "3153600000"},
        {"clock.M6.working_days", "1000"},  {"clock.M2.high.duration_s", "60"},
        {"clock.M8.told", "INSP, SUPT"},    {"clock.M8.waive", "none"},
        {"clock.M8.soon_s", "60"},          {"clock.M8.step_s", "60"},
        {"role.set.title", "any"},          {"role.lower.missing_risk", "INSP"},
        {"role.event.note", "SUPT"},        {"ladder.3", "SUPT"},
        {"ladder.beside", "FCR"},           {"calendar.2026-11-30", "holiday"},
        {"calendar.2026-12-25", "working"}, {"network.synthetic", "true"},
        {"network.synthetic", "false"},
    };
    uint64_t seq = a.log.seq;

    for (size_t i = 0; i < CW_COUNT(good); i++) {
        struct cw_fault fault = {0};

        ck_assert_msg(authority_policy(&a, good[i][0], good[i][1], &fault) == CW_OK, "%s %s: %s", good[i][0],
                      good[i][1], fault.text);
    }
    ck_assert_int_eq(authority_commit(&a, &(struct cw_fault){0}), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq + CW_COUNT(good));
}
END_TEST

Suite *suite_authority(void)
{
    Suite *s = suite_create("authority");
    TCase *t = tcase_create("certificates");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_replaced_certificate_is_superseded_by_the_same_batch);
    tcase_add_test(t, a_retired_certificate_is_not_superseded);
    tcase_add_test(t, an_expelled_daemon_is_revoked_and_no_member);
    tcase_add_test(t, keys_that_are_there_are_never_overwritten);
    tcase_add_test(t, writers_at_once_go_on_where_the_one_before_ended);
    tcase_add_test(t, a_writer_that_waited_too_long_is_told_who_has_the_folder);
    tcase_add_test(t, who_only_reads_waits_for_nobody);
    tcase_add_test(t, an_entry_that_is_there_is_never_overwritten);
    tcase_add_test(t, a_folder_knows_an_old_copy_from_a_branch);
    tcase_add_test(t, policies_that_would_have_no_effect_are_not_signed);
    tcase_add_test(t, a_change_of_policy_that_daemons_have_no_room_for_is_not_signed);
    tcase_add_test(t, policies_that_have_an_effect_are_signed);
    suite_add_tcase(s, t);
    return s;
}
