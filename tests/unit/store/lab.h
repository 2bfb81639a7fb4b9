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
    char root[LAB_PATH_LEN]; /* removed by lab_done */
    char dir[LAB_PATH_LEN];  /* the store's folder, below root */
};

void lab_init(struct lab *lab);
void lab_done(struct lab *lab);
void lab_path(const struct lab *lab, const char *name, char out[static LAB_PATH_LEN]);
/* Makes a small file system of its own at root, in a mount namespace of this process. */
void lab_mount_small(struct lab *lab, uint64_t len);

struct store_options lab_options(const struct lab *lab); /* 64 MiB map, 64 KiB reserve, low water 1 byte */
struct store *lab_open(const struct lab *lab);
struct store *lab_open_with(const struct store_options *options);

/* One row in a transaction of its own. */
enum cw_err lab_put(struct store *s, uint32_t table, const char *key, struct cw_slice value);
void lab_put_number(struct store *s, uint64_t number, struct cw_slice value); /* key be64 */
bool lab_has(struct store *s, uint32_t table, const char *key);
uint64_t lab_rows(struct store *s, uint32_t table);

/* The injected failures: the n-th call from now fails with `code`, those after it succeed. 0: none. */
void lab_fail_flush(int nth, int code);
void lab_fail_meta_write(int nth, int code);

/* What LMDB has asked of the disk so far in this process. */
struct lab_io {
    int flushes, meta_writes;
    bool meta_is_synchronous;   /* the descriptor of the last one is O_DSYNC */
    bool meta_came_after_flush; /* the last of both */
};
struct lab_io lab_io_seen(void);

#endif
