/* SPDX-License-Identifier: Apache-2.0 */
/* What an authority says about certificates that it issued before. */
#include "tests/unit/client/history.h"

#include <check.h>

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

Suite *suite_authority(void)
{
    Suite *s = suite_create("authority");
    TCase *t = tcase_create("certificates");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_replaced_certificate_is_superseded_by_the_same_batch);
    tcase_add_test(t, a_retired_certificate_is_not_superseded);
    tcase_add_test(t, keys_that_are_there_are_never_overwritten);
    suite_add_tcase(s, t);
    return s;
}
