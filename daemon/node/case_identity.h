/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_CASE_IDENTITY_H
#define CASEWIRE_NODE_CASE_IDENTITY_H

/*
 * A child recorded twice (docs/fold.md §18), asked of the store: which cases are one child's. Computed each time from what
 * the cases say and kept nowhere, so an unmerge leaves nothing behind.
 *
 * Cost     a case that no claim connects with another: two looks into INDEX_LINK. Else every case of the class is read and
 *          folded, at most IDENTITY_CASES_MAX.
 * Threads  any, over a snapshot. Hold no node_authority() across these calls.
 */

#include "node/case_store.h"

#include "cases/identity.h"

/* Cases that claims connect, breadth first; the first is the one that was asked about. Everything lives in the arena. */
struct case_group {
    uint32_t count;
    bool more; /* a wider group than IDENTITY_CASES_MAX: nobody can say who is who */
    struct loaded_case *cases[IDENTITY_CASES_MAX];
    const struct case_state *states[IDENTITY_CASES_MAX];
};

/* Whether some claim, standing or not, connects the case with another that may be here. */
bool case_has_claims(const struct node_read *read, const struct cw_case_id *id);
/* Whether some claim ever connected these two. */
bool case_claims_connect(const struct node_read *read, const struct cw_case_id *a, const struct cw_case_id *b);

/* `first`, loaded by the caller, and whatever claims connect with it. CW_LOCAL_MEMORY: a larger arena is needed. */
enum cw_err case_group_gather(const struct node_read *read, struct loaded_case *first, struct arena *arena,
                              struct case_group *out);

/* One child's cases: ids ascending. Alone, unresolved, pending or too wide: count 1, the case itself. */
struct case_class {
    uint32_t count;
    uint32_t survivor; /* index */
    struct cw_case_id ids[IDENTITY_CASES_MAX];
};

/* The arena is scratch and given back. A case that is not here is alone. */
enum cw_err case_class_of(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                          struct case_class *out);

#endif
