/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/host/folder.h"

#include "host/anchor_file.h"
#include "host/keyring_file.h"
#include "host/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- injected: the n-th fsync from now fails; 0: none --------------------------------------------------- */

static int fail_fsync;

int fsync(int fd)
{
    if (fail_fsync > 0 && --fail_fsync == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

static enum cw_err read_text(const char *path, size_t max, enum file_privacy privacy, char out[static 64],
                             struct refusal *why)
{
    CW_AUTO(buf_done) struct buf bytes = {0};
    enum cw_err err = file_read(path, max, privacy, &bytes, why);

    ck_assert_uint_lt(bytes.len, 64);
    if (bytes.len > 0)
        memcpy(out, bytes.data, bytes.len);
    out[bytes.len] = '\0';
    return err;
}

static void check_text(const char *path, const char *expected)
{
    struct refusal why = {0};
    char text[64];

    ck_assert_msg(read_text(path, 63, FILE_PUBLIC, text, &why) == CW_OK, "%s", why.text);
    ck_assert_str_eq(text, expected);
}

/* --- reading: what is refused first ----------------------------------------------------------------------- */

START_TEST(a_secret_that_others_may_read_is_refused_with_the_cure)
{
    static const unsigned int modes[] = {0640, 0604, 0620, 0644, 0666, 0601};
    const char *path = in_folder("secret");
    char text[64];

    for (size_t i = 0; i < CW_COUNT(modes); i++) {
        struct refusal why = {0};

        put_file(path, "s", modes[i]);
        ck_assert_int_eq(read_text(path, 63, FILE_SECRET, text, &why), CW_LOCAL_CONFIG);
        ck_assert_str_eq(text, "");
        ck_assert_ptr_nonnull(strstr(why.text, "chmod 600"));
        ck_assert_int_eq(read_text(path, 63, FILE_PUBLIC, text, &why), CW_OK);
    }
}
END_TEST

START_TEST(a_secret_of_its_owner_is_read)
{
    static const unsigned int modes[] = {0600, 0400};
    const char *path = in_folder("secret");
    char text[64];

    for (size_t i = 0; i < CW_COUNT(modes); i++) {
        put_file(path, "s", modes[i]);
        ck_assert_int_eq(read_text(path, 63, FILE_SECRET, text, NULL), CW_OK);
        ck_assert_str_eq(text, "s");
    }
}
END_TEST

START_TEST(a_credential_may_show_its_group_right_and_no_more)
{
    const char *path = in_folder("credential");
    char text[64];

    put_file(path, "s", 0440);
    ck_assert_int_eq(read_text(path, 63, FILE_CREDENTIAL, text, NULL), CW_OK);
    put_file(path, "s", 0444);
    ck_assert_int_eq(read_text(path, 63, FILE_CREDENTIAL, text, NULL), CW_LOCAL_CONFIG);
    put_file(path, "s", 0460);
    ck_assert_int_eq(read_text(path, 63, FILE_CREDENTIAL, text, NULL), CW_LOCAL_CONFIG);
}
END_TEST

/* casewire doctor, which is root's, lets the settings be checked with what a division's daemon was handed. */
START_TEST(root_reads_the_credential_of_a_unit_whose_user_is_another)
{
    const char *path = in_folder("credential");
    char text[64];

    put_file(path, "s", 0400);
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chown(path, 12345, 12345), 0);
    ck_assert_int_eq(read_text(path, 63, FILE_CREDENTIAL, text, NULL), CW_OK);
    ck_assert_int_eq(read_text(path, 63, FILE_SECRET, text, NULL), CW_LOCAL_CONFIG);
    ck_assert_int_eq(chmod(path, 0404), 0);
    ck_assert_int_eq(read_text(path, 63, FILE_CREDENTIAL, text, NULL), CW_LOCAL_CONFIG);
}
END_TEST

START_TEST(another_users_secret_is_refused)
{
    const char *path = in_folder("secret");
    char text[64];

    put_file(path, "s", 0600);
    if (geteuid() != 0) { /* only root can give a file away: there, being another user is the way */
        ck_assert_int_eq(read_text("/etc/shadow", 63, FILE_SECRET, text, NULL), CW_LOCAL_CONFIG);
        return;
    }
    ck_assert_int_eq(chown(path, 12345, 12345), 0);
    ck_assert_int_eq(read_text(path, 63, FILE_SECRET, text, NULL), CW_LOCAL_CONFIG);
}
END_TEST

START_TEST(what_is_not_a_file_is_refused_without_waiting)
{
    char text[64];

    ck_assert_int_eq(mkfifo(in_folder("pipe"), 0600), 0);
    ck_assert_int_eq(read_text(in_folder("pipe"), 63, FILE_PUBLIC, text, NULL), CW_LOCAL_CONFIG);
    ck_assert_int_eq(read_text(folder, 63, FILE_PUBLIC, text, NULL), CW_LOCAL_CONFIG);
    ck_assert_int_eq(read_text("/dev/zero", 63, FILE_PUBLIC, text, NULL), CW_LOCAL_CONFIG);
}
END_TEST

START_TEST(a_longer_file_than_allowed_is_refused)
{
    const char *path = in_folder("text");
    char text[64];

    put_file(path, "12345", 0600);
    ck_assert_int_eq(read_text(path, 4, FILE_PUBLIC, text, NULL), CW_REFUSED_SIZE);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(read_text(path, 5, FILE_PUBLIC, text, NULL), CW_OK);
}
END_TEST

/* procfs says every file is empty: what comes is longer than what was said. */
START_TEST(a_file_longer_than_it_says_is_refused)
{
    char text[64];

    ck_assert_int_eq(read_text("/proc/self/status", 20, FILE_PUBLIC, text, NULL), CW_REFUSED_SIZE);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(an_absent_file_is_not_found_and_named)
{
    struct refusal why = {0};
    char text[64];

    ck_assert_int_eq(read_text(in_folder("absent"), 63, FILE_PUBLIC, text, &why), CW_LOCAL_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(why.text, "absent"));
}
END_TEST

/* --- writing ------------------------------------------------------------------------------------------------ */

START_TEST(a_file_is_replaced_whole_with_its_mode)
{
    const char *path = in_folder("text");
    struct stat st;

    umask(077);
    ck_assert_int_eq(file_write(path, slice_of("first and longer"), 0644, NULL), CW_OK);
    ck_assert_int_eq(file_write(path, slice_of("second"), 0640, NULL), CW_OK);
    check_text(path, "second");
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(a_write_that_fails_keeps_the_old_file_and_leaves_nothing_beside_it)
{
    const char *path = in_folder("text");

    ck_assert_int_eq(file_write(path, slice_of("old"), 0600, NULL), CW_OK);
    fail_fsync = 1;
    ck_assert_int_eq(file_write(path, slice_of("new"), 0600, NULL), CW_LOCAL_IO);
    fail_fsync = 0;
    check_text(path, "old");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0); /* empty */
    ck_assert_int_eq(mkdir(folder, 0700), 0);
}
END_TEST

START_TEST(a_folder_that_is_not_flushed_is_said)
{
    fail_fsync = 2; /* the file's own is the first */
    ck_assert_int_eq(file_write(in_folder("text"), slice_of("new"), 0600, NULL), CW_LOCAL_IO);
}
END_TEST

START_TEST(appending_adds_and_never_follows_a_link)
{
    const char *path = in_folder("log");

    ck_assert_int_eq(file_append(path, slice_of("one,"), 0600, NULL), CW_OK);
    ck_assert_int_eq(file_append(path, slice_of("two"), 0600, NULL), CW_OK);
    check_text(path, "one,two");
    ck_assert_int_eq(symlink(path, in_folder("link")), 0);
    ck_assert_int_eq(file_append(in_folder("link"), slice_of("three"), 0600, NULL), CW_LOCAL_IO);
    check_text(path, "one,two");
}
END_TEST

START_TEST(a_folder_is_made_once_and_a_file_is_none)
{
    struct refusal why = {0};

    ck_assert_int_eq(file_make_folder(in_folder("state"), 0700, NULL), CW_OK);
    ck_assert_int_eq(file_make_folder(in_folder("state"), 0700, NULL), CW_OK);
    put_file(in_folder("file"), "", 0600);
    ck_assert_int_eq(file_make_folder(in_folder("file"), 0700, &why), CW_LOCAL_CONFIG);
    ck_assert_ptr_nonnull(strstr(why.text, "not a folder"));
    ck_assert_int_eq(file_make_folder(in_folder("a/b"), 0700, NULL), CW_LOCAL_NOT_FOUND);
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_refused)
{
    char name[FILE_PATH_LEN_MAX], out[FILE_PATH_LEN_MAX];

    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(file_join("/d", name, out), CW_LOCAL_CONFIG);
    ck_assert_int_eq(file_join("/d", "n", out), CW_OK);
    ck_assert_str_eq(out, "/d/n");
}
END_TEST

/* --- lock, anchor, keyring ------------------------------------------------------------------------------------ */

/* In a process of its own: flock belongs to the open file, and a fork shares it. */
static enum cw_err lock_elsewhere(enum cw_err (*take)(void))
{
    pid_t child = fork();
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(take() == CW_LOCAL_LOCKED ? 1 : 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status) == 1 ? CW_LOCAL_LOCKED : CW_OK;
}

static enum cw_err take_lock(void)
{
    struct refusal why = {0};
    int fd;
    enum cw_err err = lock_file_take(in_folder("lock"), &fd, &why);

    if (err == CW_LOCAL_LOCKED && strstr(why.text, "already runs here") == NULL)
        return CW_OK; /* a refusal without its reason is none */
    return err;
}

static enum cw_err take_anchor(void)
{
    struct anchor_file *a;

    return anchor_file_open(in_folder("anchor"), &a, NULL);
}

static enum cw_err look_at_lock(void)
{
    return lock_file_look(in_folder("lock"), NULL);
}

START_TEST(a_lock_is_held_by_one_process_until_it_ends)
{
    int fd;

    ck_assert_int_eq(lock_elsewhere(look_at_lock), CW_OK);
    ck_assert_int_eq(access(in_folder("lock"), F_OK), -1); /* looking makes nothing */
    ck_assert_int_eq(lock_elsewhere(take_lock), CW_OK);    /* and that process has ended */
    ck_assert_int_eq(lock_file_take(in_folder("lock"), &fd, NULL), CW_OK);
    ck_assert_int_eq(lock_elsewhere(take_lock), CW_LOCAL_LOCKED);
    ck_assert_int_eq(lock_elsewhere(look_at_lock), CW_LOCAL_LOCKED);
    lock_file_drop(fd);
    ck_assert_int_eq(lock_elsewhere(look_at_lock), CW_OK);
    ck_assert_int_eq(lock_elsewhere(take_lock), CW_OK);
}
END_TEST

START_TEST(an_anchor_is_held_by_one_process_until_it_ends)
{
    struct anchor_file *a;

    ck_assert_int_eq(anchor_file_open(in_folder("anchor"), &a, NULL), CW_OK);
    ck_assert_int_eq(lock_elsewhere(take_anchor), CW_LOCAL_LOCKED);
    anchor_file_close(a);
    ck_assert_int_eq(lock_elsewhere(take_anchor), CW_OK);
}
END_TEST

START_TEST(an_anchor_gives_back_what_it_was_given)
{
    struct anchor_file *a;
    uint8_t record[100], read_back[100] = {0};

    memset(record, 0x5e, sizeof record);
    ck_assert_int_eq(anchor_file_open(in_folder("anchor"), &a, NULL), CW_OK);
    ck_assert_int_eq(anchor_file_read(a, read_back, sizeof read_back), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(anchor_file_write(a, record, sizeof record), CW_OK);
    anchor_file_close(a);

    ck_assert_int_eq(anchor_file_open(in_folder("anchor"), &a, NULL), CW_OK);
    ck_assert_int_eq(anchor_file_read(a, read_back, sizeof read_back), CW_OK);
    ck_assert_int_eq(memcmp(record, read_back, sizeof record), 0);
    ck_assert_int_eq(anchor_file_read(a, read_back, sizeof read_back - 1), CW_LOCAL_CORRUPT);
    ck_assert_int_eq(truncate(in_folder("anchor"), 60), 0);
    ck_assert_int_eq(anchor_file_read(a, read_back, sizeof read_back), CW_LOCAL_CORRUPT);
    anchor_file_close(a);
}
END_TEST

START_TEST(an_anchor_knows_whether_a_reboot_takes_it)
{
    struct anchor_file *a;
    char path[64] = "/dev/shm/cw-anchor-XXXXXX";
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    ck_assert_int_eq(anchor_file_open(path, &a, NULL), CW_OK);
    ck_assert(!anchor_file_survives_reboot(a)); /* tmpfs */
    anchor_file_close(a);
    (void)unlink(path);
}
END_TEST

START_TEST(the_boot_id_is_read_and_does_not_change)
{
    uint8_t a[16], b[16], zero[16] = {0};

    boot_id_read(a);
    boot_id_read(b);
    ck_assert_int_eq(memcmp(a, b, 16), 0);
    ck_assert_int_ne(memcmp(a, zero, 16), 0);
}
END_TEST

START_TEST(a_keyring_reads_what_was_written_and_ends_where_it_ends)
{
    struct keyring_file *k;
    uint8_t bytes[8];
    struct stat st;

    ck_assert_int_eq(keyring_file_open(in_folder("keyring"), &k, NULL), CW_OK);
    ck_assert_int_eq(keyring_file_read(k, 0, bytes, 1), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(keyring_file_write(k, 4, (const uint8_t *)"abcd", 4), CW_OK);
    ck_assert_int_eq(keyring_file_read(k, 4, bytes, 4), CW_OK);
    ck_assert_int_eq(memcmp(bytes, "abcd", 4), 0);
    ck_assert_int_eq(keyring_file_read(k, 6, bytes, 4), CW_LOCAL_NOT_FOUND);
    keyring_file_close(k);
    ck_assert_int_eq(stat(in_folder("keyring"), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(a_keyring_that_others_may_read_is_refused)
{
    struct keyring_file *k;
    struct refusal why = {0};

    put_file(in_folder("keyring"), "", 0644);
    ck_assert_int_eq(keyring_file_open(in_folder("keyring"), &k, &why), CW_LOCAL_CONFIG);
    ck_assert_ptr_nonnull(strstr(why.text, "chmod 600"));
}
END_TEST

Suite *suite_file(void)
{
    Suite *suite = suite_create("file");
    TCase *t = tcase_create("file");

    tcase_add_checked_fixture(t, folder_make, folder_remove);
    tcase_add_test(t, a_secret_that_others_may_read_is_refused_with_the_cure);
    tcase_add_test(t, a_secret_of_its_owner_is_read);
    tcase_add_test(t, a_credential_may_show_its_group_right_and_no_more);
    tcase_add_test(t, root_reads_the_credential_of_a_unit_whose_user_is_another);
    tcase_add_test(t, another_users_secret_is_refused);
    tcase_add_test(t, what_is_not_a_file_is_refused_without_waiting);
    tcase_add_test(t, a_longer_file_than_allowed_is_refused);
    tcase_add_test(t, a_file_longer_than_it_says_is_refused);
    tcase_add_test(t, an_absent_file_is_not_found_and_named);
    tcase_add_test(t, a_file_is_replaced_whole_with_its_mode);
    tcase_add_test(t, a_write_that_fails_keeps_the_old_file_and_leaves_nothing_beside_it);
    tcase_add_test(t, a_folder_that_is_not_flushed_is_said);
    tcase_add_test(t, appending_adds_and_never_follows_a_link);
    tcase_add_test(t, a_folder_is_made_once_and_a_file_is_none);
    tcase_add_test(t, a_path_that_does_not_fit_is_refused);
    tcase_add_test(t, a_lock_is_held_by_one_process_until_it_ends);
    tcase_add_test(t, an_anchor_is_held_by_one_process_until_it_ends);
    tcase_add_test(t, an_anchor_gives_back_what_it_was_given);
    tcase_add_test(t, an_anchor_knows_whether_a_reboot_takes_it);
    tcase_add_test(t, the_boot_id_is_read_and_does_not_change);
    tcase_add_test(t, a_keyring_reads_what_was_written_and_ends_where_it_ends);
    tcase_add_test(t, a_keyring_that_others_may_read_is_refused);
    suite_add_tcase(suite, t);
    return suite;
}
