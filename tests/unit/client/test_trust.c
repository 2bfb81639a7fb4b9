/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates are believed only from the network id on; the authority's folder is never written on an old copy. */
#include "tests/unit/client/history.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_trust(void);

struct folder {
    char dir[64];
    struct buf genesis;
    struct authority_segments segments;
};

static void folder_make_one(struct folder *f)
{
    char path[PATH_LEN_MAX];
    struct cw_fault fault;

    *f = (struct folder){0};
    authority_make(f->dir);
    ck_assert(path_join(path, f->dir, "network"));
    ck_assert_int_eq(file_read(path, NETWORK_GENESIS_LEN_MAX, &f->genesis), CW_OK);
    ck_assert_int_eq(authority_segments_read(f->dir, &f->segments, &fault), CW_OK);
    ck_assert_uint_eq(f->segments.count, 2);
}

static void folder_done(struct folder *f)
{
    buf_done(&f->genesis);
    authority_segments_done(&f->segments);
    folder_remove(f->dir);
}

static struct cw_trust *trust_of(const struct folder *f)
{
    struct cw_trust *trust;

    ck_assert_int_eq(cw_trust_new(buf_slice(&f->genesis), NULL, &trust, NULL), CW_OK);
    return trust;
}

START_TEST(certificates_come_from_the_root_on)
{
    struct folder f;
    struct cw_trust *trust;
    struct cw_fault fault;

    folder_make_one(&f);
    trust = trust_of(&f);
    ck_assert_int_eq(cw_trust_add(trust, buf_slice(&f.segments.bytes[0]), &fault), CW_OK);
    ck_assert_uint_eq(cw_trust_count(trust), 1);
    ck_assert_int_eq(cw_trust_add(trust, buf_slice(&f.segments.bytes[1]), &fault), CW_OK);
    ck_assert_uint_eq(cw_trust_count(trust), 3);
    cw_trust_free(trust);
    folder_done(&f);
}
END_TEST

START_TEST(an_authority_that_no_root_admitted_is_not_believed)
{
    struct folder f, other;
    struct cw_trust *trust;
    struct cw_fault fault;

    folder_make_one(&f);
    folder_make_one(&other);
    trust = trust_of(&f);
    ck_assert_int_ne(cw_trust_add(trust, buf_slice(&f.segments.bytes[1]), &fault), CW_OK);
    ck_assert_int_eq(cw_trust_add(trust, buf_slice(&f.segments.bytes[0]), &fault), CW_OK);
    ck_assert_int_ne(cw_trust_add(trust, buf_slice(&other.segments.bytes[0]), &fault), CW_OK);
    ck_assert_int_ne(cw_trust_add(trust, buf_slice(&other.segments.bytes[1]), &fault), CW_OK);
    ck_assert_uint_eq(cw_trust_count(trust), 1);
    cw_trust_free(trust);
    folder_done(&f);
    folder_done(&other);
}
END_TEST

START_TEST(another_network_than_the_pinned_one_is_refused)
{
    struct folder f;
    struct cw_trust *trust = NULL;
    uint8_t pin[CW_ID_LEN] = {1};
    struct cw_fault fault;

    folder_make_one(&f);
    ck_assert_int_eq(cw_trust_new(buf_slice(&f.genesis), pin, &trust, &fault), CW_REFUSED_NETWORK);
    ck_assert_int_ne(cw_trust_new(slice_of("nonsense"), NULL, &trust, &fault), CW_OK);
    ck_assert_ptr_null(trust);
    folder_done(&f);
}
END_TEST

START_TEST(a_damaged_segment_keeps_the_folder_closed)
{
    struct folder f;
    struct authority a;
    char path[PATH_LEN_MAX];
    struct cw_fault fault;

    folder_make_one(&f);
    f.segments.bytes[1].data[f.segments.bytes[1].len / 2] ^= 1;
    ck_assert(path_join(path, f.dir, "log/authority-000001.entries"));
    ck_assert_int_eq(file_write(path, buf_slice(&f.segments.bytes[1]), 0644), CW_OK);
    ck_assert_int_ne(authority_open(f.dir, true, slice(NULL, 0), &a, &fault), CW_OK);
    folder_done(&f);
}
END_TEST

START_TEST(a_folder_is_never_made_twice_and_no_key_overwritten)
{
    struct folder f;
    struct authority_plan plan = {.network_name = "Again", .force = "ZZ"};
    struct issue_order order = {.subject = SUBJECT_PERSON, .division = "NTH", .name = "Officer", .days = 1};
    char home[PATH_LEN_MAX];
    struct authority a;
    struct cw_fault fault;

    folder_make_one(&f);
    plan.dir = f.dir;
    ck_assert_int_eq(authority_create(&plan, &fault), CW_USAGE_ORDER);
    ck_assert_int_eq(authority_open(f.dir, true, slice(NULL, 0), &a, &fault), CW_OK);
    ck_assert(path_join(home, f.dir, "officer"));
    order.home = home;
    ck_assert_int_eq(authority_issue(&a, &order, &fault), CW_USAGE_ORDER);
    authority_close(&a);
    folder_done(&f);
}
END_TEST

/* Each alone, as if the others had been taken to another place, and the network's file with them. */
START_TEST(nothing_of_a_folder_without_its_network_is_overwritten)
{
    static const char *const names[] = {"root.key", "authority.key", "authority.cert", "authority.genesis",
                                        "log/root-000001.entries"};
    struct authority_plan plan = {.network_name = "Again", .force = "ZZ"};
    struct folder f;
    struct cw_fault fault;
    char path[PATH_LEN_MAX];

    folder_make_one(&f);
    plan.dir = f.dir;
    ck_assert(path_join(path, f.dir, "network"));
    ck_assert_int_eq(unlink(path), 0);
    for (size_t i = 0; i < CW_COUNT(names); i++) {
        struct buf before = {0}, after = {0};

        ck_assert(path_join(path, f.dir, "%s", names[i]));
        ck_assert_int_eq(file_read(path, 1 << 16, &before), CW_OK);
        ck_assert_msg(authority_create(&plan, &fault) == CW_USAGE_ORDER, "%s", names[i]);
        ck_assert_str_eq(fault.where, names[i]);
        ck_assert_ptr_nonnull(strstr(fault.text, "never overwritten"));
        ck_assert_int_eq(file_read(path, 1 << 16, &after), CW_OK);
        ck_assert_msg(slice_eq(buf_slice(&before), buf_slice(&after)), "%s", names[i]);
        buf_done(&before);
        buf_done(&after);
        ck_assert_int_eq(unlink(path), 0);
    }
    folder_done(&f);
}
END_TEST

START_TEST(a_passphrase_protects_every_key_of_the_folder)
{
    char dir[] = "/tmp/casewire-test.XXXXXX";
    struct authority_plan plan = {.network_name = "Marlshire", .force = "ZZ", .passphrase = slice_of("correct horse")};
    struct authority a;
    struct cw_fault fault;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    plan.dir = dir;
    ck_assert_int_eq(authority_create(&plan, &fault), CW_OK);
    ck_assert(authority_needs_passphrase(dir));
    ck_assert_int_eq(authority_open(dir, true, slice_of("wrong horse"), &a, &fault), CW_LOCAL_KEY);
    ck_assert_int_eq(authority_open(dir, true, slice(NULL, 0), &a, &fault), CW_LOCAL_KEY);
    ck_assert_int_eq(authority_open(dir, true, plan.passphrase, &a, &fault), CW_OK);
    authority_close(&a);
    ck_assert_int_eq(authority_open(dir, false, slice(NULL, 0), &a, &fault), CW_OK); /* reading needs no key */
    authority_close(&a);
    folder_remove(dir);
}
END_TEST

START_TEST(a_folder_says_what_is_wrong_with_its_order)
{
    struct folder f;
    struct issue_order order = {
        .subject = SUBJECT_PERSON, .division = "nth", .name = "Officer", .days = 1, .home = "/tmp/nowhere"};
    struct authority a;
    struct cw_fault fault;

    folder_make_one(&f);
    ck_assert_int_eq(authority_open(f.dir, true, slice(NULL, 0), &a, &fault), CW_OK);
    ck_assert_int_eq(authority_issue(&a, &order, &fault), CW_REFUSED_VALUE);
    order.division = "NTH";
    order.name = "two\nlines";
    ck_assert_int_eq(authority_issue(&a, &order, &fault), CW_REFUSED_TEXT);
    ck_assert_int_eq(authority_policy(&a, "", "x", &fault), CW_REFUSED_UNKNOWN_FIELD);
    ck_assert_int_eq(authority_policy(&a, "clock.M8.duration_s", "3600", &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_uint_eq(a.log.seq, 4);
    authority_close(&a);
    ck_assert_int_eq(authority_open(f.dir, false, slice(NULL, 0), &a, &fault), CW_OK);
    ck_assert_uint_eq(a.log.seq, 4);
    authority_close(&a);
    folder_done(&f);
}
END_TEST

Suite *suite_trust(void)
{
    Suite *s = suite_create("trust");
    TCase *t = tcase_create("authorities");

    tcase_add_test(t, certificates_come_from_the_root_on);
    tcase_add_test(t, an_authority_that_no_root_admitted_is_not_believed);
    tcase_add_test(t, another_network_than_the_pinned_one_is_refused);
    tcase_add_test(t, a_damaged_segment_keeps_the_folder_closed);
    tcase_add_test(t, a_folder_is_never_made_twice_and_no_key_overwritten);
    tcase_add_test(t, nothing_of_a_folder_without_its_network_is_overwritten);
    tcase_add_test(t, a_passphrase_protects_every_key_of_the_folder);
    tcase_add_test(t, a_folder_says_what_is_wrong_with_its_order);
    suite_add_tcase(s, t);
    return s;
}
