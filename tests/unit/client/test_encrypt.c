/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host's key that is encrypted from the beginning. systemd-creds is played by a few lines of shell: its own is asked where a
 * service manager runs (tests/systemd).
 */
#include "tests/unit/client/pairing.h"

#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>

Suite *suite_encrypt(void);

/* Turns bytes into letters, with the credential's name in front, and back. */
#define PLAYED                                                                       \
    "#!/bin/sh\n"                                                                    \
    "test \"$2 $3 $4\" = '--name=key - -' || exit 9\n"                               \
    "case $1 in\n"                                                                   \
    "encrypt) echo key; base64 ;;\n"                                                 \
    "decrypt) read name && test \"$name\" = key && base64 -d && exit 0\n"            \
    "  echo 'first' >&2; echo 'Credential is not of this machine.' >&2; exit 1 ;;\n" \
    "esac\n"

static char path_before[4096];

static void play(const char *program)
{
    char path[sizeof(path_before) + PATH_LEN_MAX];

    ck_assert_int_eq(folder_make(in_place("bin"), 0755), CW_OK);
    if (program != NULL)
        ck_assert_int_eq(file_write(in_place("bin/systemd-creds"), slice_of(program), 0755), CW_OK);
    snprintf(path, sizeof(path), "%s%s%s", in_place("bin"), program != NULL ? ":" : "",
             program != NULL ? path_before : "");
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
}

static void begin(void)
{
    pairing_begin();
    snprintf(path_before, sizeof(path_before), "%s", getenv("PATH"));
    snprintf(pairing.east.units, sizeof(pairing.east.units), "%s", in_place("units"));
    pairing.east.encrypt = true;
}

static void end(void)
{
    ck_assert_int_eq(setenv("PATH", path_before, 1), 0);
    pairing_end();
}

/* Keys and request, and what became of it. */
static enum cw_err ask_at_east(void)
{
    struct request_plan plan = {.host = &pairing.east, .name = "Daemon of EST", .days = 10};
    struct joining invitation;
    struct buf request = {0};
    enum cw_err err;

    ck_assert_int_eq(joining_write(&pairing.a, NULL, NULL, in_place("invitation"), &pairing.fault), CW_OK);
    ck_assert_int_eq(joining_open(in_place("invitation"), &invitation, &pairing.fault), CW_OK);
    err = host_request(&plan, &invitation, &request, &pairing.fault);
    joining_done(&invitation);
    buf_done(&request);
    return err;
}

START_TEST(new_keys_are_encrypted_and_the_unit_is_told_where)
{
    char expected[4 * PATH_LEN_MAX];
    const char *dir = pairing.east.settings;
    struct buf text = {0};
    struct stat info;

    play(PLAYED);
    ck_assert_int_eq(ask_at_east(), CW_OK);
    ck_assert(!file_exists(in_place("east/key")));
    ck_assert_int_eq(stat(in_place("east/key.cred"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    snprintf(expected, sizeof(expected),
             "[Service]\nLoadCredential=\nLoadCredential=certificate:%s/cert\n"
             "LoadCredential=network_genesis:%s/network\nLoadCredentialEncrypted=key:%s/key.cred\n",
             dir, dir, dir);
    text_of_file(in_place("units/casewired@east.service.d/key.conf"), &text);
    ck_assert_str_eq((const char *)text.data, expected);
    buf_done(&text);
}
END_TEST

START_TEST(a_host_whose_daemon_never_ran_joins_with_an_encrypted_key)
{
    struct joining j;

    play(PLAYED);
    answered(&j);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_OK);
    ck_assert_int_eq(host_join(&pairing.east, &j, &pairing.fault), CW_OK);
    ck_assert(!file_exists(in_place("east/key")));
    joining_done(&j);
}
END_TEST

START_TEST(an_encrypted_key_of_another_machine_is_said_to_be_one)
{
    struct joining j;

    play(PLAYED);
    answered(&j);
    ck_assert_int_eq(file_write(in_place("east/key.cred"), slice_of("other\n"), 0600), CW_OK);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_LOCAL_NOT_FOUND);
    ck_assert_str_eq(pairing.fault.where, "key");
    ck_assert_ptr_nonnull(strstr(pairing.fault.text, "Credential is not of this machine."));
    ck_assert_ptr_null(strstr(pairing.fault.text, "first"));
    joining_done(&j);
}
END_TEST

START_TEST(an_encrypted_key_is_never_made_anew)
{
    struct buf before = {0}, after = {0};

    play(PLAYED);
    ck_assert_int_eq(ask_at_east(), CW_OK);
    text_of_file(in_place("east/key.cred"), &before);
    ck_assert_int_eq(ask_at_east(), CW_USAGE_ORDER);
    pairing.east.encrypt = false;
    ck_assert_int_eq(ask_at_east(), CW_USAGE_ORDER);
    ck_assert_ptr_nonnull(strstr(pairing.fault.text, "never overwritten"));
    text_of_file(in_place("east/key.cred"), &after);
    ck_assert_str_eq((const char *)before.data, (const char *)after.data);
    buf_done(&before);
    buf_done(&after);
}
END_TEST

START_TEST(without_systemd_creds_no_key_is_left_in_clear)
{
    play(NULL);
    ck_assert_int_eq(ask_at_east(), CW_LOCAL_NOT_FOUND);
    ck_assert_str_eq(pairing.fault.where, "systemd-creds");
    ck_assert_ptr_nonnull(strstr(pairing.fault.text, "No such file"));
    play("#!/bin/sh\necho 'No encryption key available.' >&2\nexit 1\n");
    ck_assert_int_eq(ask_at_east(), CW_LOCAL_KEY);
    ck_assert_ptr_nonnull(strstr(pairing.fault.text, "No encryption key available."));
    play("#!/bin/sh\nexit 0\n"); /* and says that it did */
    ck_assert_int_eq(ask_at_east(), CW_LOCAL_KEY);
    ck_assert(!file_exists(in_place("east/key")));
    ck_assert(!file_exists(in_place("east/key.cred")));
    ck_assert(!file_exists(in_place("units")));
}
END_TEST

Suite *suite_encrypt(void)
{
    Suite *suite = suite_create("encrypt");
    TCase *tcase = tcase_create("encrypt");

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, new_keys_are_encrypted_and_the_unit_is_told_where);
    tcase_add_test(tcase, a_host_whose_daemon_never_ran_joins_with_an_encrypted_key);
    tcase_add_test(tcase, an_encrypted_key_of_another_machine_is_said_to_be_one);
    tcase_add_test(tcase, an_encrypted_key_is_never_made_anew);
    tcase_add_test(tcase, without_systemd_creds_no_key_is_left_in_clear);
    suite_add_tcase(suite, tcase);
    return suite;
}
