/* SPDX-License-Identifier: Apache-2.0 */
/* What submit-file remembers of a run that did not end. */
#include "tests/unit/client/registrar.h"
#include "tool/resume.h"

#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_resume(void);

static struct registrar r;
static struct context context;
static struct resume resume;
static const uint8_t key_a[ID_LEN] = {1}, key_b[ID_LEN] = {2};

static enum exit_code open_one(bool anew)
{
    const struct cli cli = {.quiet = true};

    return resume_open(&cli, &context, "lines", anew, &resume);
}

static void begin(void)
{
    registrar_open(&r);
    context = (struct context){.identity = r.officer};
    snprintf(context.home, sizeof(context.home), "%s", r.dir);
    ck_assert_int_eq(open_one(false), EXIT_DONE);
}

static void end(void)
{
    resume_forget(&resume);
    resume_close(&resume);
    resume_close(&resume); /* an empty one too */
    registrar_close(&r);
}

static void reopen(void)
{
    resume_close(&resume);
    ck_assert_int_eq(open_one(false), EXIT_DONE);
}

static void begin_to_say(const uint8_t key[static ID_LEN], struct cw_op_id *out)
{
    struct cw_submission *submission = registrar_opening(&r, 1);

    cw_submission_op(submission, out);
    ck_assert_int_eq(resume_signed(&resume, key, submission), CW_OK);
    cw_submission_free(submission);
}

static bool find(const uint8_t key[static ID_LEN], struct cw_op_id *out)
{
    struct cw_submission *submission;
    bool held = false;

    ck_assert_int_eq(resume_find(&resume, key, &submission, &held), CW_OK);
    cw_submission_op(submission, out);
    cw_submission_free(submission);
    return held;
}

START_TEST(what_was_signed_is_found_again_byte_for_byte)
{
    struct cw_submission *none;
    struct cw_op_id a, b, found;
    bool held;

    begin_to_say(key_a, &a);
    begin_to_say(key_b, &b);
    resume_held(&resume, key_b);
    for (int again = 0; again < 2; again++) {
        ck_assert(!find(key_a, &found));
        ck_assert(ID_EQ(&found, &a));
        ck_assert(find(key_b, &found));
        ck_assert(ID_EQ(&found, &b));
        ck_assert_int_eq(resume_find(&resume, (const uint8_t[ID_LEN]){3}, &none, &held), CW_LOCAL_NOT_FOUND);
        reopen();
    }
}
END_TEST

START_TEST(a_file_that_ends_anywhere_keeps_what_was_sent)
{
    struct cw_op_id a, b, found;
    struct cw_submission *none;
    uint64_t first, whole;
    bool held;

    begin_to_say(key_a, &a);
    first = resume.file.size;
    begin_to_say(key_b, &b);
    whole = resume.file.size;
    for (uint64_t size = whole - 1; size >= first; size -= size - first < 50 ? 1 : 37) {
        resume_close(&resume);
        ck_assert_int_eq(truncate(resume.path, (off_t)size), 0);
        ck_assert_int_eq(open_one(false), EXIT_DONE);
        find(key_a, &found);
        ck_assert(ID_EQ(&found, &a));
        ck_assert_int_eq(resume_find(&resume, key_b, &none, &held), CW_LOCAL_NOT_FOUND);
        begin_to_say(key_b, &b);
        reopen();
        find(key_b, &found);
        ck_assert(ID_EQ(&found, &b));
    }
}
END_TEST

START_TEST(a_damaged_file_says_nothing_unless_all_is_to_be_said_again)
{
    struct cw_op_id a;
    struct cw_submission *none;
    uint8_t byte = 0;
    bool held;

    begin_to_say(key_a, &a);
    begin_to_say(key_b, &a);
    ck_assert_int_eq(pread(resume.file.fd, &byte, 1, 100), 1);
    byte ^= 1;
    ck_assert_int_eq(pwrite(resume.file.fd, &byte, 1, 100), 1);
    resume_close(&resume);
    ck_assert_int_ne(open_one(false), EXIT_DONE);
    ck_assert_int_eq(open_one(true), EXIT_DONE);
    ck_assert_int_eq(resume_find(&resume, key_a, &none, &held), CW_LOCAL_NOT_FOUND);
}
END_TEST

START_TEST(two_runs_of_one_file_are_not_at_once)
{
    const struct cli cli = {.quiet = true};
    struct resume other;

    ck_assert_int_eq(resume_open(&cli, &context, "lines", false, &other), EXIT_TRY_AGAIN);
    resume_close(&other);
    ck_assert_int_eq(resume_open(&cli, &context, "other lines", false, &other), EXIT_DONE);
    resume_close(&other);
}
END_TEST

START_TEST(nothing_is_left_of_a_run_that_ended_or_never_began)
{
    struct stat info;
    struct cw_op_id a;

    resume_close(&resume);
    ck_assert_int_ne(stat(resume.path, &info), 0);
    ck_assert_int_eq(open_one(false), EXIT_DONE);
    begin_to_say(key_a, &a);
    resume_close(&resume);
    ck_assert_int_eq(stat(resume.path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(open_one(false), EXIT_DONE);
    resume_forget(&resume);
    ck_assert_int_ne(stat(resume.path, &info), 0);
}
END_TEST

Suite *suite_resume(void)
{
    Suite *s = suite_create("resume");
    TCase *t = tcase_create("runs");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, what_was_signed_is_found_again_byte_for_byte);
    tcase_add_test(t, a_file_that_ends_anywhere_keeps_what_was_sent);
    tcase_add_test(t, a_damaged_file_says_nothing_unless_all_is_to_be_said_again);
    tcase_add_test(t, two_runs_of_one_file_are_not_at_once);
    tcase_add_test(t, nothing_is_left_of_a_run_that_ended_or_never_began);
    suite_add_tcase(s, t);
    return s;
}
