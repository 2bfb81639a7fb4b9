/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/disk.h"
#include "tests/unit/store/lab.h"

#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct lab lab;

static void set_up(void)
{
    lab_init(&lab);
}

static void set_up_ahead(void)
{
    lab_init(&lab);
    lab.write_ahead_len = LAB_WRITE_AHEAD_LEN;
}

static void tear_down(void)
{
    lab_done(&lab);
}

/* --- a store written by other hands than ours ------------------------------------------------------- */

static void raw_put(MDB_txn *txn, const char *table, const char *key, const void *data, size_t len)
{
    MDB_dbi dbi;
    MDB_val k = {strlen(key), (void *)(uintptr_t)key};
    MDB_val v = {len, (void *)(uintptr_t)data};

    ck_assert_int_eq(mdb_dbi_open(txn, table, MDB_CREATE, &dbi), 0);
    ck_assert_int_eq(mdb_put(txn, dbi, &k, &v, 0), 0);
}

static void raw_store(uint8_t format)
{
    uint8_t be32[4] = {0, 0, 0, format};
    uint8_t id[STORE_ID_LEN] = {1, 2, 3};
    MDB_env *env;
    MDB_txn *txn;

    ck_assert_int_eq(mkdir(lab.dir, 0700), 0);
    ck_assert_int_eq(mdb_env_create(&env), 0);
    ck_assert_int_eq(mdb_env_set_maxdbs(env, 8), 0);
    ck_assert_int_eq(mdb_env_open(env, lab.dir, 0, 0600), 0);
    ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
    raw_put(txn, "casewire", "format", be32, sizeof be32);
    raw_put(txn, "casewire", "store id", id, sizeof id);
    raw_put(txn, "rows", "kept", "1", 1);
    raw_put(txn, "index", "old", "1", 1);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static enum cw_err try_open(const struct store_options *options, struct refusal *why)
{
    struct store *s = NULL;
    enum cw_err err = store_open(options, &s, why);

    store_close(s);
    return err;
}

START_TEST(a_new_store_gets_the_id_it_was_given_and_keeps_it)
{
    struct store_options o = lab_options(&lab);
    uint8_t id[STORE_ID_LEN];
    struct store *s = lab_open_with(&o);

    ck_assert(store_created(s));
    ck_assert(!store_is_backup(s));
    ck_assert(!store_wants_rebuild(s));
    store_close(s);

    memset(o.fresh_id, 0x77, sizeof o.fresh_id);
    s = lab_open_with(&o);
    ck_assert(!store_created(s));
    store_id(s, id);
    ck_assert_int_eq(id[0], 0x5a);
    ck_assert_int_eq(id[15], 0x5a);
    store_close(s);
}
END_TEST

START_TEST(the_files_belong_to_their_owner_alone)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "reserve"};

    umask(0);
    store_close(lab_open(&lab));
    for (size_t i = 0; i < CW_COUNT(names); i++) {
        char path[LAB_PATH_LEN * 2];
        struct stat st;

        (void)snprintf(path, sizeof path, "%s/%s", lab.dir, names[i]);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
    }
}
END_TEST

START_TEST(the_identity_is_that_of_the_data_file)
{
    struct store *s = lab_open(&lab);
    char path[LAB_PATH_LEN * 2];
    uint64_t device, inode;
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/data.mdb", lab.dir);
    ck_assert_int_eq(stat(path, &st), 0);
    store_identity(s, &device, &inode);
    ck_assert_uint_eq(device, st.st_dev);
    ck_assert_uint_eq(inode, st.st_ino);
    store_close(s);
}
END_TEST

START_TEST(a_newer_format_is_refused_with_its_number)
{
    struct store_options o = lab_options(&lab);
    struct refusal why = {0};

    raw_store(STORE_FORMAT + 1);
    ck_assert_int_eq(try_open(&o, &why), CW_LOCAL_FORMAT);
    ck_assert_ptr_nonnull(strstr(why.text, "store format 4"));
}
END_TEST

START_TEST(format_0_is_brought_up_and_asks_for_a_rebuild)
{
    struct store *s;
    struct store_txn *txn = NULL;
    uint8_t id[STORE_ID_LEN];

    raw_store(0);
    s = lab_open(&lab);
    ck_assert(store_wants_rebuild(s));
    ck_assert(lab_has(s, LAB_ROWS, "kept"));
    ck_assert_uint_eq(lab_rows(s, LAB_INDEX), 0);
    store_id(s, id);
    ck_assert_int_eq(id[2], 3);
    store_close(s);

    s = lab_open(&lab); /* killed before it was done: still asked for */
    ck_assert(store_wants_rebuild(s));
    ck_assert_int_eq(store_begin(s, &txn), CW_OK);
    ck_assert_int_eq(store_rebuilt(txn), CW_OK);
    ck_assert(store_wants_rebuild(s)); /* only the commit makes it so */
    ck_assert_int_eq(store_commit(&txn), CW_OK);
    ck_assert(!store_wants_rebuild(s));
    store_close(s);

    s = lab_open(&lab);
    ck_assert(!store_wants_rebuild(s));
    store_close(s);
}
END_TEST

/* At each of its flushes: at the opening, of the tables that were missing, and of the migration. */
START_TEST(a_migration_that_fails_changes_nothing)
{
    struct store_options o = lab_options(&lab);
    struct refusal why = {0};
    struct store *s;

    raw_store(0);
    for (int nth = 1; nth <= 3; nth++) {
        o.read_only = false;
        disk_fail_flush(nth, EIO);
        ck_assert_int_eq(try_open(&o, &why), CW_LOCAL_IO);
        disk_fail_flush(0, 0);

        o.read_only = true; /* looks without touching: the old format is still there */
        ck_assert_int_eq(try_open(&o, &why), CW_LOCAL_FORMAT);
        ck_assert_ptr_nonnull(strstr(why.text, "older store format 0"));
    }
    s = lab_open(&lab);
    ck_assert(store_wants_rebuild(s));
    store_close(s);
}
END_TEST

START_TEST(reading_only_creates_nothing)
{
    struct store_options o = lab_options(&lab);
    struct refusal why = {0};

    o.read_only = true;
    ck_assert_int_eq(try_open(&o, &why), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(access(lab.dir, F_OK), -1);
}
END_TEST

START_TEST(reading_only_reads)
{
    struct store_options o = lab_options(&lab);
    struct store *s = lab_open(&lab);

    ck_assert_int_eq(lab_put(s, LAB_ROWS, "a", slice_of("1")), CW_OK);
    store_close(s);
    o.read_only = true;
    s = lab_open_with(&o);
    ck_assert(lab_has(s, LAB_ROWS, "a"));
    store_close(s);
}
END_TEST

START_TEST(another_programs_data_is_left_alone)
{
    struct store_options o = lab_options(&lab);
    struct refusal why = {0};
    MDB_env *env;
    MDB_txn *txn;

    ck_assert_int_eq(mkdir(lab.dir, 0700), 0);
    ck_assert_int_eq(mdb_env_create(&env), 0);
    ck_assert_int_eq(mdb_env_set_maxdbs(env, 8), 0);
    ck_assert_int_eq(mdb_env_open(env, lab.dir, 0, 0600), 0);
    ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
    raw_put(txn, "zones", "k", "v", 1);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(env);

    ck_assert_int_eq(try_open(&o, &why), CW_LOCAL_CORRUPT);
    ck_assert_ptr_nonnull(strstr(why.text, "not a casewire store"));
}
END_TEST

START_TEST(garbage_is_refused)
{
    struct store_options o = lab_options(&lab);
    struct refusal why = {0};
    char path[LAB_PATH_LEN * 2];
    uint8_t noise[8192];
    int fd;

    memset(noise, 0xa5, sizeof noise);
    ck_assert_int_eq(mkdir(lab.dir, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/data.mdb", lab.dir);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq(write(fd, noise, sizeof noise), (ssize_t)sizeof noise);
    (void)close(fd);
    ck_assert_int_eq(try_open(&o, &why), CW_LOCAL_CORRUPT);
}
END_TEST

START_TEST(a_missing_parent_is_named)
{
    struct store_options o = lab_options(&lab);
    struct refusal why = {0};
    char path[LAB_PATH_LEN];

    lab_path(&lab, "absent/store", path);
    o.dir = path;
    ck_assert_int_eq(try_open(&o, &why), CW_LOCAL_IO);
    ck_assert_ptr_nonnull(strstr(why.text, "absent/store"));
}
END_TEST

START_TEST(network_file_systems_are_known_by_number)
{
    ck_assert_str_eq(store_remote_filesystem(0x6969), "NFS");
    ck_assert_str_eq(store_remote_filesystem(0xff534d42), "CIFS");
    ck_assert_str_eq(store_remote_filesystem(0x65735546), "FUSE");
    ck_assert_str_eq(store_remote_filesystem(0x6b414653), "AFS"); /* the kernel's own */
    ck_assert_ptr_nonnull(store_remote_filesystem(0x786f4256));   /* a folder of the host of a virtual machine */
    ck_assert_ptr_nonnull(store_remote_filesystem(0xbacbacbc));
    ck_assert_str_eq(store_remote_filesystem(0x47504653), "GPFS");
    ck_assert_ptr_null(store_remote_filesystem(0xef53));     /* ext4 */
    ck_assert_ptr_null(store_remote_filesystem(0x01021994)); /* tmpfs */
    ck_assert_ptr_null(store_remote_filesystem(0x58465342)); /* XFS */
}
END_TEST

START_TEST(a_copy_holds_the_rows_and_says_it_is_a_backup)
{
    struct store *s = lab_open(&lab);
    struct store_options o = lab_options(&lab);
    struct store_txn *txn = NULL;
    char path[LAB_PATH_LEN];
    struct refusal why = {0};
    uint64_t device[2], inode[2];

    ck_assert_int_eq(lab_put(s, LAB_ROWS, "a", slice_of("1")), CW_OK);
    lab_path(&lab, "copy", path);
    ck_assert_msg(store_copy(s, path, &why) == CW_OK, "%s", why.text);
    ck_assert(!store_is_backup(s));
    store_identity(s, &device[0], &inode[0]);
    store_close(s);

    o.dir = path;
    s = lab_open_with(&o);
    ck_assert(store_is_backup(s));
    ck_assert(lab_has(s, LAB_ROWS, "a"));
    store_identity(s, &device[1], &inode[1]);
    ck_assert(device[0] != device[1] || inode[0] != inode[1]);
    ck_assert_int_eq(store_begin(s, &txn), CW_OK);
    ck_assert_int_eq(store_clear_backup(txn), CW_OK);
    store_abort(&txn);
    ck_assert(store_is_backup(s)); /* aborted: still marked */
    ck_assert_int_eq(store_begin(s, &txn), CW_OK);
    ck_assert_int_eq(store_clear_backup(txn), CW_OK);
    ck_assert_int_eq(store_commit(&txn), CW_OK);
    ck_assert(!store_is_backup(s));
    store_close(s);

    s = lab_open_with(&o);
    ck_assert(!store_is_backup(s));
    store_close(s);
}
END_TEST

START_TEST(a_copy_replaces_nothing)
{
    struct store *s = lab_open(&lab);
    struct refusal why = {0};

    ck_assert_int_eq(store_copy(s, lab.dir, &why), CW_LOCAL_IO);
    ck_assert_int_eq(lab_put(s, LAB_ROWS, "a", slice_of("1")), CW_OK);
    store_close(s);
}
END_TEST

START_TEST(a_copy_that_fails_leaves_no_folder)
{
    struct store *s = lab_open(&lab);
    struct refusal why = {0};
    char path[LAB_PATH_LEN], part[LAB_PATH_LEN];

    lab_path(&lab, "copy", path);
    lab_path(&lab, "copy.part", part);
    disk_fail_flush(1, EIO); /* the commit of the mark */
    ck_assert_int_eq(store_copy(s, path, &why), CW_LOCAL_IO);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(access(part, F_OK), -1);
    store_close(s);
}
END_TEST

static void add(Suite *suite, const char *title, SFun fixture)
{
    TCase *t = tcase_create(title);

    tcase_add_checked_fixture(t, fixture, tear_down);
    tcase_add_test(t, a_new_store_gets_the_id_it_was_given_and_keeps_it);
    tcase_add_test(t, the_files_belong_to_their_owner_alone);
    tcase_add_test(t, the_identity_is_that_of_the_data_file);
    tcase_add_test(t, a_newer_format_is_refused_with_its_number);
    tcase_add_test(t, format_0_is_brought_up_and_asks_for_a_rebuild);
    tcase_add_test(t, a_migration_that_fails_changes_nothing);
    tcase_add_test(t, reading_only_creates_nothing);
    tcase_add_test(t, reading_only_reads);
    tcase_add_test(t, another_programs_data_is_left_alone);
    tcase_add_test(t, garbage_is_refused);
    tcase_add_test(t, a_missing_parent_is_named);
    tcase_add_test(t, network_file_systems_are_known_by_number);
    tcase_add_test(t, a_copy_holds_the_rows_and_says_it_is_a_backup);
    tcase_add_test(t, a_copy_replaces_nothing);
    tcase_add_test(t, a_copy_that_fails_leaves_no_folder);
    suite_add_tcase(suite, t);
}

Suite *suite_open(void)
{
    Suite *suite = suite_create("open");

    add(suite, "open", set_up);
    add(suite, "open ahead", set_up_ahead);
    return suite;
}
