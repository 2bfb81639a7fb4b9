/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_DRAFT_H
#define TESTS_SIM_DRAFT_H

/* Ops as officers' programs write them. */

#include "tests/sim/sim.h"

#define DRAFT_WRITES_MAX 8
#define DRAFT_NAMES_MAX 16

struct draft {
    const struct actor *author;
    bool has_case;
    struct cw_case_id case_id;
    uint32_t case_kind;
    struct op op;
    struct op_write writes[DRAFT_WRITES_MAX];
    struct op_ref names[DRAFT_WRITES_MAX][DRAFT_NAMES_MAX];
    struct cw_op_id after[DRAFT_NAMES_MAX];
    struct hash refs[1], same_as[4];
    struct op_ref corrects[1]; /* used unless op.corrects says otherwise */
    struct cw_wall author_time;
    uint8_t submission_id[16];
    bool bad_signature, reuses;
    const struct cw_op_id *under; /* whose id a hostile daemon's entry names in place of its own; NULL: its own */
    bool invalid, newer;
    bool poison; /* names more than an op may: the wire's grammar lets it pass, the fold does not */
    uint32_t held_by;
    struct cw_slice proof, path; /* of a bundle; else made */
};

/* case_id NULL: an opening op of that kind. */
void draft_begin(struct sim *s, struct draft *d, const struct actor *author, const struct cw_case_id *case_id,
                 uint32_t kind);
void draft_event(struct draft *d, uint32_t event);
struct op_write *draft_write(struct draft *d, uint32_t field, enum write_verb verb);
struct op_write *draft_number(struct draft *d, uint32_t field,
                              int64_t number); /* enums, numbers and flags: by the row's type */
struct op_write *draft_text(struct draft *d, uint32_t field, const char *text);
void draft_names(struct draft *d, struct op_write *w, const struct op_ref *names, size_t count);

/* Header, proof and parts, in the scratch arena. */
struct submission;
void draft_submission(struct sim *s, struct draft *d, struct submission *out, struct cw_op_id *out_op);
/* Headers, proof and request, kept in the world's arena. */
void draft_build(struct sim *s, struct draft *d, struct sim_op *out);
/* One signature for several ops of one author: fills their proofs; then build each. */
void draft_bundle(struct sim *s, struct draft *drafts, uint32_t count);

/* The case as that node shows it now; false: it does not know it. Lives in the scratch arena until the caller releases it. */
bool view_case(struct sim_node *n, const struct cw_case_id *id, struct loaded_case *out);

#endif
