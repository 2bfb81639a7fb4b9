/* SPDX-License-Identifier: Apache-2.0 */
/* The tool's outbox: cases that are named without a daemon, and what it says of entries. */
#include "tests/unit/client/registrar.h"
#include "tool/outbox.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_box(void);

static struct registrar r;
static struct box box;

static void open_box(void)
{
    struct cw_outbox_options options = {.size = sizeof(options), .path = box.path};

    registrar_open(&r);
    box = (struct box){.trust = registrar_trust(&r, true)};
    ck_assert(path_join(box.path, r.dir, "outbox"));
    options.identity = r.officer;
    options.trust = box.trust;
    ck_assert_int_eq(cw_outbox_open(&options, &box.outbox, NULL), CW_OK);
}

static void close_box(void)
{
    box_close(&box);
    box_close(&box); /* an empty one too */
    registrar_close(&r);
}

static struct cw_case_id put(struct cw_submission *submission)
{
    const struct cw_submission *one = submission;
    struct cw_case_id id;

    cw_submission_case(submission, &id);
    ck_assert_int_eq(cw_outbox_add(box.outbox, &one, 1, NULL, NULL, NULL), CW_OK);
    cw_submission_free(submission);
    return id;
}

static void hex(const struct cw_case_id *id, char out[static 2 * CW_ID_LEN + 1])
{
    hex_of(slice(id->b, CW_ID_LEN), out);
}

#define TRIES 2000 /* without twins among them: once in ten million million runs */

/* Two that begin with the same four digits. */
static struct cw_case_id put_twins(void)
{
    static struct cw_submission *made[TRIES];
    static struct cw_case_id ids[TRIES];
    unsigned n, twin = 0;

    for (n = 0; n < TRIES && twin == n; n++) {
        made[n] = registrar_opening(&r, n);
        cw_submission_case(made[n], &ids[n]);
        twin = 0;
        while (memcmp(ids[twin].b, ids[n].b, 2) != 0)
            twin++;
        twin = twin == n ? n + 1 : twin;
    }
    ck_assert_uint_lt(twin, n);
    for (unsigned i = 0; i < n - 1; i++)
        if (i != twin)
            cw_submission_free(made[i]);
    put(made[twin]);
    return put(made[n - 1]);
}

START_TEST(a_case_that_the_outbox_opened_is_named_by_its_first_digits)
{
    struct cw_case_id id = put(registrar_opening(&r, 1)), found = {{0}};
    const char *kind = NULL;
    char name[2 * CW_ID_LEN + 1];

    put(registrar_note(&r, &id, 1)); /* the same case: no second one */
    hex(&id, name);
    for (size_t len = (size_t)2 * CW_ID_LEN; len >= 4; len--) {
        name[len] = '\0';
        ck_assert_int_eq(box_find_case(&box, name, NULL, &found, &kind), CW_OK);
        ck_assert(ID_EQ(&found, &id));
        ck_assert_str_eq(kind, "missing_child");
    }
    name[3] = '\0';
    ck_assert_int_eq(box_find_case(&box, name, NULL, &found, &kind), CW_REFUSED_UNKNOWN_CASE);
    ck_assert_int_eq(box_find_case(&box, "no digits", NULL, &found, &kind), CW_REFUSED_UNKNOWN_CASE);
}
END_TEST

START_TEST(a_case_that_is_only_spoken_of_is_not_known)
{
    struct cw_case_id id = {{0xab, 0xcd, 0xef}}, found;
    const char *kind;
    char name[2 * CW_ID_LEN + 1];

    put(registrar_note(&r, &id, 1));
    hex(&id, name);
    ck_assert_int_eq(box_find_case(&box, name, NULL, &found, &kind), CW_REFUSED_UNKNOWN_CASE);
    ck_assert_int_eq(box_find_case(&box, name, "ocg", &found, &kind), CW_OK);
    ck_assert(ID_EQ(&found, &id));
    ck_assert_str_eq(kind, "ocg");
    ck_assert_int_eq(box_find_case(&box, name, "gang", &found, &kind), CW_REFUSED_VALUE);
    name[63] = '\0';
    ck_assert_int_eq(box_find_case(&box, name, "ocg", &found, &kind), CW_REFUSED_UNKNOWN_CASE);
}
END_TEST

START_TEST(digits_of_two_cases_name_neither)
{
    struct cw_case_id id = put_twins(), found;
    const char *kind;
    char name[2 * CW_ID_LEN + 1];

    hex(&id, name);
    ck_assert_int_eq(box_find_case(&box, name, NULL, &found, &kind), CW_OK);
    name[4] = '\0';
    ck_assert_int_eq(box_find_case(&box, name, NULL, &found, &kind), CW_REFUSED_AMBIGUOUS);
}
END_TEST

START_TEST(an_entry_says_what_it_is_about)
{
    struct cw_case_id id = put(registrar_opening(&r, 1));
    char said[BOX_SAID_LEN_MAX];

    put(registrar_note(&r, &id, 1));
    box_said(&box, 1, said);
    ck_assert_str_eq(said, "open missing_child");
    box_said(&box, 2, said);
    ck_assert_str_eq(said, "set summary");
    box_said(&box, 3, said);
    ck_assert_str_eq(said, "?");
}
END_TEST

START_TEST(an_outbox_that_another_has_is_waited_for_so_long_and_no_longer)
{
    struct cw_outbox_options options = {
        .size = sizeof(options), .path = box.path, .identity = r.officer, .trust = box.trust};
    struct cli cli = {.quiet = true};
    struct cw_outbox *other = NULL;
    struct cw_fault fault = {0};

    ck_assert_int_eq(box_open_patiently(&cli, &options, 120, &other, &fault), CW_LOCAL_LOCKED);
    ck_assert_int_eq(fault.code, CW_LOCAL_LOCKED);
    ck_assert_ptr_null(other);
    cw_outbox_close(box.outbox);
    box.outbox = NULL;
    ck_assert_int_eq(box_open_patiently(&cli, &options, 0, &other, &fault), CW_OK);
    cw_outbox_close(other);
}
END_TEST

Suite *suite_box(void)
{
    Suite *s = suite_create("box");
    TCase *t = tcase_create("box");

    tcase_add_checked_fixture(t, open_box, close_box);
    tcase_add_test(t, a_case_that_the_outbox_opened_is_named_by_its_first_digits);
    tcase_add_test(t, a_case_that_is_only_spoken_of_is_not_known);
    tcase_add_test(t, digits_of_two_cases_name_neither);
    tcase_add_test(t, an_entry_says_what_it_is_about);
    tcase_add_test(t, an_outbox_that_another_has_is_waited_for_so_long_and_no_longer);
    suite_add_tcase(s, t);
    return s;
}
