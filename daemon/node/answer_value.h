/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_VALUE_H
#define CASEWIRE_NODE_ANSWER_VALUE_H

/* Values with their provenance, and who wrote them, as a reader sees them. */

#include "node/answer.h"

/* A loaded case with its ops findable by id. */
struct shown_case {
    struct loaded_case loaded;
    struct loaded_op **by_id; /* loaded.ops sorted by op id */
};

enum cw_err shown_case_load(struct answering *a, const struct cw_case_id *id, struct shown_case *out);
/* Of a case that is loaded already. */
enum cw_err shown_case_of(struct answering *a, const struct loaded_case *loaded, struct shown_case *out);
/* NULL: not in this case. */
const struct loaded_op *shown_case_op(const struct shown_case *shown, const struct cw_op_id *op);

/* NULL when the arena is full. */
Cw__Author *answer_author(struct answering *a, const struct loaded_op *op);
Cw__OpRef *answer_op_ref(struct answering *a, const struct cw_op_id *op, uint32_t index);
Cw__Value *answer_value(struct answering *a, const struct op_value *value);
/* row may be NULL: a field of a newer version. */
Cw__ViewValue *answer_view_value(struct answering *a, const struct shown_case *shown, const struct schema_field *row,
                                 const struct case_value *value);
/* In a feed, of a case in which no death is confirmed: what tells of one is withheld. */
bool answer_covers_death(const struct answering *a, const struct shown_case *shown);
/* A candidate that is no value of a cell: a step or an ownership event, named. */
Cw__ViewValue *answer_view_step(struct answering *a, const struct shown_case *shown, const struct dot *dot);

/* What the case was folded under. */
const struct case_policy *answer_policy(const struct answering *a, const struct shown_case *shown);
/* Role codes of a mask, one text each; returns how many, *out NULL for none. */
size_t answer_roles(struct answering *a, uint32_t roles, ProtobufCBinaryData **out);

#endif
