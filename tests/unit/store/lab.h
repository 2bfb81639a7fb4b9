/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_STORE_LAB_H
#define TESTS_UNIT_STORE_LAB_H

/* A folder of its own for each test, stores in it, and the words the store's tests share. */

#include "store/store.h"

#include <check.h>

enum { LAB_ROWS, LAB_MORE, LAB_INDEX, LAB_TABLES }; /* LAB_INDEX is derived */
extern const struct store_table lab_tables[LAB_TABLES];

#define LAB_PATH_LEN 256
struct lab {
    char root[LAB_PATH_LEN];  /* removed by lab_done */
    char dir[LAB_PATH_LEN];   /* the store's folder, below root */
    uint64_t write_ahead_len; /* 0: commits are LMDB's own */
};

/* What holds whether commits are LMDB's own or go ahead of it is tried both ways: a case for each. */
#define LAB_WRITE_AHEAD_LEN ((uint64_t)256 << 10)

void lab_init(struct lab *lab);
void lab_init_in_memory(struct lab *lab); /* where flushing costs nothing, if there is such a place */
void lab_done(struct lab *lab);
void lab_path(const struct lab *lab, const char *name, char out[static LAB_PATH_LEN]);
/* Into the file that is there, if one is: the inode stays. */
void lab_copy_file(const struct lab *from, const char *name, const struct lab *to, const char *as);
/* Makes a small file system of its own at root, in a mount namespace of this process. */
void lab_mount_small(struct lab *lab, uint64_t len);

struct store_options
lab_options(const struct lab *lab); /* 64 MiB map, 64 KiB reserve, low water 1 byte, settling never in time */
struct store *lab_open(const struct lab *lab);
struct store *lab_open_with(const struct store_options *options);

/* One row in a transaction of its own. */
enum cw_err lab_put(struct store *s, uint32_t table, const char *key, struct cw_slice value);
void lab_put_number(struct store *s, uint64_t number, struct cw_slice value); /* key be64 */
/* Turns of a story (story.h), each in a transaction of its own. */
void lab_tell(struct store *s, uint64_t first, uint64_t count);
/* The store holds all turns to `last` and nothing else; so does LMDB alone, when it is opened without what is ahead. */
void lab_check_told(struct store *s, uint64_t last);
void lab_check_by_lmdb_alone(const struct lab *lab, uint64_t last);
/* A process that tells turns and is gone without a word. */
void lab_tell_and_die(const struct lab *lab, uint64_t first, uint64_t count);
bool lab_has(struct store *s, uint32_t table, const char *key);
uint64_t lab_rows(struct store *s, uint32_t table);

#endif
