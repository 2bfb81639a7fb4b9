/* SPDX-License-Identifier: Apache-2.0 */
/* What an authority says about certificates that it issued before. */
#include "tests/unit/client/history.h"

#include <check.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_authority(void);

static char dir[64];
static struct authority a;

static void open_it(void)
{
    struct cw_fault fault;

    ck_assert_int_eq(authority_open(dir, true, slice(NULL, 0), &a, &fault), CW_OK);
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
    ck_assert_int_eq(authority_stands(&a, &none), AUTHORITY_AHEAD);
    ck_assert_int_eq(authority_stands(&a, &first), AUTHORITY_AHEAD);
    ck_assert_int_eq(authority_stands(&a, &last), AUTHORITY_SAME);
    beyond = (struct authority_end){last.seq + 1, last.seal};
    ck_assert_int_eq(authority_stands(&a, &beyond), AUTHORITY_BEHIND);
    first.seal.b[0] ^= 1; /* below the end: what a longer folder could not see before */
    last.seal.b[0] ^= 1;
    ck_assert_int_eq(authority_stands(&a, &first), AUTHORITY_APART);
    ck_assert_int_eq(authority_stands(&a, &last), AUTHORITY_APART);
    last.seq--;
    ck_assert_int_eq(authority_stands(&a, &last), AUTHORITY_APART);
}
END_TEST

Suite *suite_authority(void)
{
    Suite *s = suite_create("authority");
    TCase *t = tcase_create("certificates");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_replaced_certificate_is_superseded_by_the_same_batch);
    tcase_add_test(t, a_retired_certificate_is_not_superseded);
    tcase_add_test(t, keys_that_are_there_are_never_overwritten);
    tcase_add_test(t, writers_at_once_go_on_where_the_one_before_ended);
    tcase_add_test(t, a_writer_that_waited_too_long_is_told_who_has_the_folder);
    tcase_add_test(t, who_only_reads_waits_for_nobody);
    tcase_add_test(t, an_entry_that_is_there_is_never_overwritten);
    tcase_add_test(t, a_folder_knows_an_old_copy_from_a_branch);
    suite_add_tcase(s, t);
    return s;
}
