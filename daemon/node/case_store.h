/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_CASE_STORE_H
#define CASEWIRE_NODE_CASE_STORE_H

/*
 * Cases between the store and the fold: load a case's ops, open and decode them, fold them, and keep what
 * the fold gave (summary, digest leaf, indexes). Loading and reading: any thread, over a snapshot. Saving:
 * the node thread only, inside its turn.
 *
 * Authority is read inside: hold no node_authority() across these calls.
 */

#include "cases/cases.h"
#include "node/node.h"
#include "node/rows.h"
#include "proto/op.h"

/* One op of a case, as far as this daemon can read it. */
struct loaded_op {
    struct cw_op_id op_id;
    uint64_t hlc;
    struct log_id log; /* of the entry that is its place */
    uint64_t seq;
    char origin[DIVISION_LEN_MAX + 1]; /* whose log that is */
    enum case_verdict verdict;
    enum verdict_reason reason;
    uint32_t flags;     /* CASE_OP_*, OP_FLAG_QUARANTINED */
    bool submission_ok; /* false: author, author_time and part_count are empty */
    struct cert_id author;
    struct cw_wall author_time;
    uint32_t part_count;
    enum part_state parts[PARTS_MAX];
    struct cw_slice payloads[PARTS_MAX]; /* unpadded; data NULL where not readable */
    bool decoded;                        /* part 0 was opened and is a frame */
    struct op op;
    bool author_known;
    struct cw_slice author_name, author_division; /* text, in the arena */
    uint64_t author_roles;                        /* bit per role number, as of its entry */
    enum subject_kind author_subject;
};

struct loaded_case {
    struct cw_case_id id;
    uint32_t flags; /* CASE_* */
    uint32_t op_count;
    struct loaded_op **ops;           /* in (hlc, op id) order */
    const struct case_policy *policy; /* folds under this one; NULL: under the node's */
    const struct case_state *state;   /* the fold */
    struct fold *fold;                /* what made it, where ops may be appended */
    struct case_shelves *shelves;     /* what is known of its digest; NULL: nothing is kept */
    struct hash inputs, state_hash;   /* the digest leaf */
};

/* CW_REFUSED_UNKNOWN_CASE: no op of it is known here. CW_LOCAL_MEMORY: the arena is too small for its history. */
enum cw_err case_load(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                      struct loaded_case *out);

/* The same of a part of its ops: `pick` leaves in out->ops those that count, before the fold. Its error is given back. */
typedef enum cw_err case_pick(void *ctx, struct loaded_case *c);
enum cw_err case_load_picked(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                             case_pick *pick, void *ctx, struct loaded_case *out);

#define LINE_HIGH_MAX 16u
#define LINE_HIGH_MANY 254u    /* more than there is room for: of any of them it may be said */
#define LINE_HIGH_UNKNOWN 255u /* an earlier build's line, or none yet */
/* One line of a list, without folding. */
struct case_line {
    struct cw_slice reference, status, title, owner, risk, op_name; /* text */
    uint32_t conflicts;
    uint32_t marking;
    uint32_t episodes;            /* of a child: how often it was reported missing */
    int64_t repeat_until_ms;      /* before this it is a repeat: cases/view.h */
    struct case_labels labels;    /* as many as fit LINE_LABELS_LEN_MAX; `more` when some do not */
    uint32_t high_count;          /* episodes in which the child is missing at high risk, or one of the two below */
    uint32_t high[LINE_HIGH_MAX]; /* of each the first bytes of its scope: ids are hashes */
};
#define LINE_LABELS_LEN_MAX 1024 /* bytes of all labels of one line together */
/* Reads the CASE row and opens its line (empty texts when the case was never folded). */
enum cw_err case_row_read(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                          struct case_row *out_row, struct case_line *out_line);

/*
 * A case by what a person writes: human reference, at least 4 hex digits of its id, an operation's name or
 * a title, whole. CW_REFUSED_UNKNOWN_CASE, CW_REFUSED_AMBIGUOUS.
 */
enum cw_err case_find(const struct node_read *read, struct cw_slice name, struct arena *arena, struct cw_case_id *out);

/*
 * The INDEX_NAME hash under which cases whose title or op name starts with `text` are listed (case folded;
 * *out_exact false: the index holds shorter prefixes only, so compare the summaries too). False: too short.
 */
bool case_name_hash(const struct node *n, struct cw_slice text, uint8_t out[static 16], bool *out_exact);

/*
 * Which cases refer to a record: the prefix of their INDEX_LINK rows. The numbers are part of stored hashes. CLAIMS:
 * the case itself, when it ever claimed to be the same child's as another.
 */
enum link_sort { LINK_SORT_LINK = 1, LINK_SORT_IDENTITY = 2, LINK_SORT_CLAIMS = 3 };
struct row_key case_link_prefix(const struct node *n, enum link_sort sort, const struct cw_case_id *id);

#endif
