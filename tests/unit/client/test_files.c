/* SPDX-License-Identifier: Apache-2.0 */
/* The tool's own files: what is written is there after a power cut, under its name. */
#include "tests/unit/client/history.h"

#include "tool/files.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

Suite *suite_files(void);

static char dir[64];
static unsigned folders_synced;
static bool fail_folders;

/* In libc's place: counts folders, and lets them fail. */
int fsync(int fd)
{
    struct stat info;

    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        folders_synced++;
        if (fail_folders) {
            errno = EIO;
            return -1;
        }
    }
    return (int)syscall(SYS_fsync, fd);
}

static void begin(void)
{
    snprintf(dir, sizeof(dir), "/tmp/casewire-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    folders_synced = 0;
    fail_folders = false;
}

static void end(void)
{
    folder_remove(dir);
}

static const char *in_dir(const char *name)
{
    static char path[PATH_LEN_MAX];

    ck_assert(path_join(path, dir, "%s", name));
    return path;
}

START_TEST(a_file_s_name_is_on_the_disk_when_it_is_said_to_be_written)
{
    ck_assert_int_eq(file_write(in_dir("key"), slice_of("one"), 0600), CW_OK);
    ck_assert_uint_eq(folders_synced, 1);
    ck_assert_int_eq(file_write_new(in_dir("other"), slice_of("one"), 0600), CW_OK);
    ck_assert_uint_eq(folders_synced, 2);
}
END_TEST

START_TEST(a_name_that_the_disk_does_not_take_is_not_said_to_be_written)
{
    fail_folders = true;
    ck_assert_int_eq(file_write(in_dir("key"), slice_of("one"), 0600), CW_LOCAL_IO);
    ck_assert_int_eq(file_write_new(in_dir("other"), slice_of("one"), 0600), CW_LOCAL_IO);
}
END_TEST

Suite *suite_files(void)
{
    Suite *s = suite_create("files");
    TCase *t = tcase_create("files");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_file_s_name_is_on_the_disk_when_it_is_said_to_be_written);
    tcase_add_test(t, a_name_that_the_disk_does_not_take_is_not_said_to_be_written);
    suite_add_tcase(s, t);
    return s;
}
