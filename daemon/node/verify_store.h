/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_VERIFY_STORE_H
#define CASEWIRE_NODE_VERIFY_STORE_H

/* Between the files that walk a whole store. */

#include "node/entry.h"

struct checking {
    struct node *n; /* as much of one as reading needs: no keyring, no vault, no core */
    struct kv_txn *txn;
    struct arena arena;
    struct verify_facts *facts;
    struct refusal *why;
};

/* Says what is wrong with the row of (log, seq), and is CW_LOCAL_CORRUPT. */
enum cw_err wrong_entry(struct checking *c, const struct log_id *log, uint64_t seq, const char *what);
enum cw_err wrong_row(struct checking *c, const char *table, struct cw_slice key, const char *what);

enum cw_err verify_entry(struct checking *c, const struct log_head *head, uint64_t seq, uint64_t hlc_before,
                         struct hash *out_hash, uint64_t *out_hlc); /* verify_entry.c */
enum cw_err verify_indexes(struct checking *c); /* verify_index.c: ops, cases, indexes, what waits */

#endif
