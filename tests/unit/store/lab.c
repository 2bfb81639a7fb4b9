/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

const struct store_table lab_tables[LAB_TABLES] = {
    [LAB_ROWS] = {"rows", false},
    [LAB_MORE] = {"more", false},
    [LAB_INDEX] = {"index", true},
};

/* --- injected failures: LMDB calls these through the dynamic linker, which finds ours first ---------- */

static int flush_countdown, flush_code;
static int meta_countdown, meta_code;
static struct lab_io io;

struct lab_io lab_io_seen(void)
{
    return io;
}

void lab_fail_flush(int nth, int code)
{
    flush_countdown = nth;
    flush_code = code;
}

void lab_fail_meta_write(int nth, int code)
{
    meta_countdown = nth;
    meta_code = code;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's names are reserved ones */
int fdatasync(int fd)
{
    if (flush_countdown > 0 && --flush_countdown == 0) {
        errno = flush_code;
        return -1;
    }
    io.flushes++;
    io.meta_came_after_flush = false;
    return (int)syscall(SYS_fdatasync, fd);
}

/* Pages are written whole; only the meta page's record is shorter than one. */
static bool is_meta_write(size_t len)
{
    return len < 512;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): as above */
ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    if (is_meta_write(len) && meta_countdown > 0 && --meta_countdown == 0) {
        errno = meta_code;
        return -1;
    }
    if (is_meta_write(len)) {
        io.meta_writes++;
        io.meta_is_synchronous = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
        io.meta_came_after_flush = true;
    }
    return syscall(SYS_pwrite64, fd, data, len, offset);
}

/* --- folders --------------------------------------------------------------------------------------- */

void lab_init(struct lab *lab)
{
    const char *tmp = getenv("TMPDIR");

    ck_assert_int_lt(snprintf(lab->root, sizeof lab->root, "%s/cw-store-XXXXXX", tmp != NULL ? tmp : "/tmp"),
                     LAB_PATH_LEN - 32);
    ck_assert_ptr_nonnull(mkdtemp(lab->root));
    lab_path(lab, "store", lab->dir);
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
