/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "limits.h"

#include <fcntl.h>
#include <ftw.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RECORD_LEN 512
#define COMMITS_MAX 100000
#define READ_ROWS 100000u
#define READS_AT_ONCE 100
#define MAP_LEN ((size_t)1 << 30)

double limit_fdatasync(const char *folder, double seconds)
{
    char path[4096];
    uint8_t record[RECORD_LEN] = {0};
    double start, took;
    long count = 0;
    int fd;

    (void)snprintf(path, sizeof path, "%s/fdatasync.XXXXXX", folder);
    fd = mkostemp(path, O_APPEND | O_CLOEXEC);
    if (fd < 0)
        give_up(path, "cannot be made");
    start = now_s();
    while ((took = now_s() - start) < seconds) {
        if (write(fd, record, sizeof record) != (ssize_t)sizeof record || fdatasync(fd) != 0)
            give_up(path, "cannot be written");
        count++;
    }
    (void)close(fd);
    (void)unlink(path);
    return (double)count / took;
}

/* --- LMDB ------------------------------------------------------------------------------------------------------- */

static void must(int code, const char *what)
{
    if (code != 0)
        give_up(what, mdb_strerror(code));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void key_of(uint64_t number, uint8_t out[static 8])
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(number >> (56 - 8 * i));
}

static void put_one(MDB_txn *txn, MDB_dbi dbi, uint64_t number)
{
    uint8_t record[RECORD_LEN] = {0}, key[8];
    MDB_val k = {sizeof key, key}, v = {sizeof record, record};

    key_of(number, key);
    must(mdb_put(txn, dbi, &k, &v, MDB_APPEND), "put");
}

static void commit_one(MDB_env *env, MDB_dbi dbi, uint64_t number)
{
    MDB_txn *txn;

    must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    put_one(txn, dbi, number);
    must(mdb_txn_commit(txn), "commit");
}

static MDB_env *open_store(const char *folder, MDB_dbi *out_dbi)
{
    MDB_env *env;
    MDB_txn *txn;

    must(mdb_env_create(&env), "create");
    must(mdb_env_set_mapsize(env, MAP_LEN), "map size");
    must(mdb_env_open(env, folder, 0, 0600), folder);
    must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    must(mdb_dbi_open(txn, NULL, 0, out_dbi), "table");
    must(mdb_txn_commit(txn), "commit");
    return env;
}

/* Of its own; done_with() takes it away again. path: 4096 bytes. */
static MDB_env *make_store(const char *folder, char *path, MDB_dbi *out_dbi)
{
    (void)snprintf(path, 4096, "%s/lmdb.XXXXXX", folder);
    if (mkdtemp(path) == NULL)
        give_up(path, "cannot be made");
    return open_store(path, out_dbi);
}

static void done_with(MDB_env *env, const char *path)
{
    mdb_env_close(env);
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

double limit_lmdb_commit_ms(const char *folder, double seconds)
{
    char path[4096];
    double *took = must_have(calloc(COMMITS_MAX, sizeof *took));
    double start, before;
    size_t count = 0;
    MDB_dbi dbi;
    MDB_env *env = make_store(folder, path, &dbi);

    start = before = now_s();
    while (before - start < seconds && count < COMMITS_MAX) {
        double now;

        commit_one(env, dbi, count);
        now = now_s();
        took[count++] = now - before;
        before = now;
    }
    done_with(env, path);
    double median = quantile(took, count, 500) * 1e3;
    free(took);
    return median;
}

static void fill_store(MDB_env *env, MDB_dbi dbi)
{
    MDB_txn *txn;

    must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    for (uint64_t i = 0; i < READ_ROWS; i++)
        put_one(txn, dbi, i);
    must(mdb_txn_commit(txn), "commit");
}

static void read_some(MDB_txn *txn, MDB_dbi dbi, uint64_t *random)
{
    for (int i = 0; i < READS_AT_ONCE; i++) {
        uint8_t key[8];
        MDB_val k = {sizeof key, key}, v;

        *random = *random * 6364136223846793005u + 1442695040888963407u;
        key_of((*random >> 33) % READ_ROWS, key);
        must(mdb_get(txn, dbi, &k, &v), "get");
    }
}

double limit_lmdb_reads_ms(const char *folder, double seconds)
{
    char path[4096];
    double *took = must_have(calloc(COMMITS_MAX, sizeof *took));
    double start;
    uint64_t random = 1;
    size_t count = 0;
    MDB_dbi dbi;
    MDB_env *env = make_store(folder, path, &dbi);
    MDB_txn *txn;

    fill_store(env, dbi);
    must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
    start = now_s();
    while (now_s() - start < seconds && count < COMMITS_MAX) {
        double before = now_s();

        read_some(txn, dbi, &random);
        took[count++] = now_s() - before;
    }
    mdb_txn_abort(txn);
    done_with(env, path);
    double median = quantile(took, count, 500) * 1e3;
    free(took);
    return median;
}
