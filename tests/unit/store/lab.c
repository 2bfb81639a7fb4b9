/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"
#include "tests/unit/store/story.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

const struct store_table lab_tables[LAB_TABLES] = {
    [LAB_ROWS] = {"rows", false},
    [LAB_MORE] = {"more", false},
    [LAB_INDEX] = {"index", true},
};

/* --- folders --------------------------------------------------------------------------------------- */

static void init_in(struct lab *lab, const char *folder)
{
    ck_assert_int_lt(snprintf(lab->root, sizeof lab->root, "%s/cw-store-XXXXXX", folder), LAB_PATH_LEN - 32);
    ck_assert_ptr_nonnull(mkdtemp(lab->root));
    lab_path(lab, "store", lab->dir);
}

void lab_init(struct lab *lab)
{
    const char *tmp = getenv("TMPDIR");

    init_in(lab, tmp != NULL ? tmp : "/tmp");
}

void lab_init_in_memory(struct lab *lab)
{
    if (access("/dev/shm", W_OK) == 0)
        init_in(lab, "/dev/shm");
    else
        lab_init(lab);
}

void lab_path(const struct lab *lab, const char *name, char out[static LAB_PATH_LEN])
{
    ck_assert_int_lt(snprintf(out, LAB_PATH_LEN, "%s/%s", lab->root, name), LAB_PATH_LEN);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

void lab_done(struct lab *lab)
{
    (void)umount2(lab->root, MNT_DETACH); /* when it was mounted */
    (void)nftw(lab->root, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
}

/* Root by name only: enough to mount inside namespaces of our own. */
static void become_root_inside(void)
{
    char map[64];
    unsigned int uid = geteuid(), gid = getegid();

    ck_assert_msg(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "a user namespace is needed: %s", strerror(errno));
    (void)snprintf(map, sizeof map, "0 %u 1", uid);
    write_text("/proc/self/uid_map", map);
    write_text("/proc/self/setgroups", "deny");
    (void)snprintf(map, sizeof map, "0 %u 1", gid);
    write_text("/proc/self/gid_map", map);
}

void lab_mount_small(struct lab *lab, uint64_t len)
{
    char options[64];

    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0)
        become_root_inside();
    ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    (void)snprintf(options, sizeof options, "size=%llu", (unsigned long long)len);
    ck_assert_msg(mount("small", lab->root, "tmpfs", 0, options) == 0, "tmpfs cannot be mounted: %s", strerror(errno));
}

/* --- files ------------------------------------------------------------------------------------------- */

void lab_copy_file(const struct lab *from, const char *name, const struct lab *to, const char *as)
{
    static uint8_t bytes[8 << 20];
    char path[LAB_PATH_LEN];
    ssize_t len;
    int fd;

    lab_path(from, name, path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    len = read(fd, bytes, sizeof bytes);
    (void)close(fd);
    lab_path(to, as, path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, (size_t)len), len);
    (void)close(fd);
}

/* --- stores ------------------------------------------------------------------------------------------ */

struct store_options lab_options(const struct lab *lab)
{
    struct store_options o = {
        .dir = lab->dir,
        .tables = lab_tables,
        .table_count = LAB_TABLES,
        .map_len = 64U << 20,
        .reserve_len = 64U << 10,
        .low_water_len = 1,
        .write_ahead_len = lab->write_ahead_len,
        .settle_after_ms = 3600000, /* nothing is settled because a slow machine let it grow old */
    };

    memset(o.fresh_id, 0x5a, sizeof o.fresh_id);
    return o;
}

struct store *lab_open_with(const struct store_options *options)
{
    struct store *s = NULL;
    struct refusal why = {0};

    ck_assert_msg(store_open(options, &s, &why) == CW_OK, "%s", why.text);
    return s;
}

struct store *lab_open(const struct lab *lab)
{
    struct store_options o = lab_options(lab);

    return lab_open_with(&o);
}

static enum cw_err put_one(struct store *s, uint32_t table, struct cw_slice key, struct cw_slice value)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    enum cw_err err = store_begin(s, &txn);

    if (err == CW_OK)
        err = store_put(txn, table, key, value);
    return err == CW_OK ? store_commit(&txn) : err;
}

enum cw_err lab_put(struct store *s, uint32_t table, const char *key, struct cw_slice value)
{
    return put_one(s, table, slice_of(key), value);
}

void lab_put_number(struct store *s, uint64_t number, struct cw_slice value)
{
    uint8_t key[8];
    struct writer w = writer_over(key, sizeof key);

    writer_be64(&w, number);
    ck_assert_int_eq(put_one(s, LAB_ROWS, slice(key, sizeof key), value), CW_OK);
}

bool lab_has(struct store *s, uint32_t table, const char *key)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    struct cw_slice value;
    enum cw_err err;

    ck_assert_int_eq(store_begin_read(s, &txn), CW_OK);
    err = store_get(txn, table, slice_of(key), &value);
    ck_assert(err == CW_OK || err == CW_LOCAL_NOT_FOUND);
    return err == CW_OK;
}

uint64_t lab_rows(struct store *s, uint32_t table)
{
    CW_AUTO(store_abort) struct store_txn *txn = NULL;
    uint64_t count;

    ck_assert_int_eq(store_begin_read(s, &txn), CW_OK);
    ck_assert_int_eq(store_count(txn, table, &count), CW_OK);
    return count;
}

/* --- stories --------------------------------------------------------------------------------------------------------- */

void lab_tell(struct store *s, uint64_t first, uint64_t count)
{
    for (uint64_t turn = first; turn < first + count; turn++)
        ck_assert_int_eq(story_tell(s, turn), CW_OK);
}

void lab_check_told(struct store *s, uint64_t last)
{
    char problem[200];
    uint64_t found;

    ck_assert_msg(story_check(s, &found, problem, sizeof problem), "%s", problem);
    ck_assert_uint_eq(found, last);
}

void lab_check_by_lmdb_alone(const struct lab *lab, uint64_t last)
{
    struct store_options o = lab_options(lab);
    struct store *s;

    o.write_ahead_len = 0;
    s = lab_open_with(&o);
    ck_assert(!store_is_backup(s));
    lab_check_told(s, last);
    store_close(s);
}

void lab_tell_and_die(const struct lab *lab, uint64_t first, uint64_t count)
{
    int status = 0;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        lab_tell(lab_open(lab), first, count);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
