/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_SUBMISSION_H
#define CASEWIRE_LIB_SUBMISSION_H

/* From a draft to signed bytes: alone (submission.c) or as one of many (bundle.c). */

#include <casewire/bundle.h>
#include <casewire/submission.h>

#include "lib/draft.h"
#include "proto/submission.h"

/* What building one header takes: the largest part, padded, once. */
#define SUBMISSION_MEMORY_LEN (size_class_len(SIZE_CLASS_MAX) + 65536)

struct cw_submission {
    struct cw_op_id op;
    struct cw_case_id case_id;
    struct buf bytes; /* cw.Submit without an ack: the same whenever it is sent */
};

struct signed_header {
    struct cw_slice header, proof, path;
    struct cw_op_id op;
};

/* The draft with fresh ids and blindings. Its parts borrow from *out_parts: draft_parts_done() when it returned CW_OK. */
enum cw_err submission_draft_of(const struct cw_draft *draft, const struct cw_identity *identity, struct cw_wall now,
                                struct submission_draft *out, struct draft_parts *out_parts, struct cw_fault *fault);
/* CW_REFUSED_SIZE, CW_LOCAL_MEMORY. */
enum cw_err submission_new(const struct submission_draft *draft, const struct signed_header *header,
                           struct cw_submission **out);
/* Why something was not signed; returns err. */
enum cw_err submission_explain(enum cw_err err, struct cw_fault *fault);

#endif
