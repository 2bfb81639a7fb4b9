/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SUPPORT_MEM_STORE_H
#define TESTS_UNIT_SUPPORT_MEM_STORE_H

/*
 * The store port in memory: ordered tables, one writer, snapshots that cost nothing (a persistent treap),
 * crashes that drop what was not committed, copies for restores and clones, and faults on demand.
 * Deterministic. One thread, or callers that take turns.
 */

#include "node/ports.h"

struct mem_store;

struct mem_store *mem_store_new(uint64_t device, uint64_t inode);
void mem_store_free(struct mem_store *m);
/* Valid as long as m. */
void mem_store_port(struct mem_store *m, struct store_port *out);

/* The process dies: every transaction is gone, what was committed stays. */
void mem_store_crash(struct mem_store *m);
/* A copy of what is committed: a backup, or a clone. Same device and inode unless given others. */
struct mem_store *mem_store_copy(const struct mem_store *m, uint64_t device, uint64_t inode);

/* What a copy made as a backup says of itself. */
void mem_store_mark_backup(struct mem_store *m);

/* --- faults ------------------------------------------------------------------------------------------- */

enum mem_fault {
    MEM_FAULT_NONE,
    MEM_FAULT_CALL,        /* the n-th put, del, get, next or prev from now on fails with err */
    MEM_FAULT_COMMIT,      /* the n-th commit from now on fails with err, and changes nothing */
    MEM_FAULT_COMMIT_DONE, /* it fails with err, but everything was written: power came back too late to say so */
};
void mem_store_fail(struct mem_store *m, enum mem_fault fault, uint64_t nth, enum cw_err err);
/* Commits that would hold more than this many bytes of keys and values fail with CW_LOCAL_NO_SPACE; 0: no limit. */
void mem_store_limit(struct mem_store *m, uint64_t len_max);
void mem_store_set_low(struct mem_store *m, bool low);

/* --- looking ------------------------------------------------------------------------------------------ */

uint64_t mem_store_commits(const struct mem_store *m);
uint64_t mem_store_calls(const struct mem_store *m); /* of reads and writes so far: for MEM_FAULT_CALL loops */
uint64_t mem_store_rows(const struct mem_store *m, enum table table); /* committed */
uint64_t mem_store_len(const struct mem_store *m);
/* Damages the committed value of one row: flips a bit of byte `at` (modulo its length). False: no such row. */
bool mem_store_flip(struct mem_store *m, enum table table, struct cw_slice key, size_t at);

#endif
