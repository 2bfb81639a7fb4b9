/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_CHECK_H
#define CASEWIRE_CASES_CHECK_H

/*
 * The door: what an author may hand in here, judged before anything is stored. What arrives by sync is never
 * refused by these rules; there the fold decides (docs/fold.md §5).
 */

#include "cases/policy.h"
#include "cases/state.h"

enum admission {
    ADMIT = 1,          /* takes effect */
    ADMIT_PROPOSAL = 2, /* stored; somebody with the role named in the refusal must take it up */
    ADMIT_REFUSED = 3,  /* nothing is stored; *err and the refusal say why */
};

struct admission_request {
    const struct op *op;
    uint32_t roles;
    struct cw_slice division;
    struct cw_wall author_time;       /* by the author's clock, as signed: what is to come is judged by it */
    struct cw_wall now;               /* by this daemon's, or its peers' when that is slow; zero: not asked */
    const struct case_state *state;   /* NULL for an opening op */
    const struct case_policy *policy; /* NULL: defaults */
    uint32_t named_kind;              /* of the record that the op names (cases_names_record); KIND_NONE: not here */
    bool network_synthetic;           /* a test network takes only synthetic cases, a real one none */
    const struct cw_slice *divisions; /* those of this network, for steps that hand a case to one; NULL: not asked */
    uint32_t division_count;
    struct cert_id author;
    /* Whether two certificates are one person's, asked with `people`; NULL: each is a person of its own. */
    bool (*same_person)(const void *people, const struct cert_id *a, const struct cert_id *b);
    const void *people;
};

/*
 * *refusal (may be NULL) names the field, what is allowed and who may, also for ADMIT_PROPOSAL.
 * The code of a refusal: CW_REFUSED_UNKNOWN_FIELD, _UNKNOWN_OP, _VALUE, _TEXT, _MARKING, _MISSING, _TRANSITION,
 * _SYNTHETIC, _SIZE, _ROLE (auditors and other readers, who may not even propose).
 */
enum admission cases_check_op(const struct admission_request *request, struct refusal *refusal);

/*
 * False: request.state may be a zeroed struct with the case's kind and nothing else; the answer is the same, to the
 * letter of the refusal. False also for an opening op, which has no state (NULL).
 */
bool cases_check_needs_state(const struct op *op);

/* The record that a link leads to, or that a merging or an agreement to one names; false: the op names none. */
bool cases_names_record(const struct op *op, struct cw_case_id *out);

/* One value against its row alone: for clients that check while a person types. */
enum cw_err cases_check_value(const struct schema_field *field, const struct op_value *value, struct refusal *refusal);

/* A line that is a marking above OFFICIAL-SENSITIVE, as opposed to the word inside a sentence. */
bool text_is_marked_secret(struct cw_slice text);

#endif
