/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of a frame that stand for the whole op (docs/protocol.md §5.1). What comes by sync may hold any: the fold
 * reads the epoch alone, and what fits no ownership is a proposal there.
 */
#include "cases/check_parts.h"

#define SCHEMA_MAX 65535     /* newer tables than ours are no fault: what of them is not known here is refused itself */
#define EPOCH_MAX UINT32_MAX /* one for each hand-over */

static enum cw_err check_epoch(const struct op *op, struct refusal *refusal)
{
    if (op->type == OP_OPEN && op->epoch > 1)
        return refuse(refusal, CW_REFUSED_VALUE, "epoch",
                      "what opens a record is of its first ownership: say 1, or leave it out");
    if (op->epoch > EPOCH_MAX)
        return refuse(refusal, CW_REFUSED_VALUE, "epoch", "no record changes hands so often: at most %u", EPOCH_MAX);
    return CW_OK;
}

/* 3x5x2: source, information, handling, a byte each. */
static bool is_grade(uint32_t grade)
{
    return schema_value_name(SCALE_SOURCE_GRADE, grade >> 16) != NULL &&
           schema_value_name(SCALE_INFORMATION_GRADE, grade >> 8 & 0xff) != NULL &&
           schema_value_name(SCALE_HANDLING_CODE, grade & 0xff) != NULL;
}

enum cw_err check_frame(const struct op *op, struct refusal *refusal)
{
    enum cw_err err = check_epoch(op, refusal);

    if (err != CW_OK)
        return err;
    if (op->schema > SCHEMA_MAX)
        return refuse(refusal, CW_REFUSED_VALUE, "schema", "no field table has the version %u: at most %u", op->schema,
                      SCHEMA_MAX);
    if (op->grade != 0 && !is_grade(op->grade))
        return refuse(refusal, CW_REFUSED_VALUE, "grade",
                      "0x%x is no grade: source, information and handling, a byte each, or leave it out", op->grade);
    if (op->nature != 0 && schema_value_name(SCALE_NATURE, op->nature) == NULL)
        return refuse(refusal, CW_REFUSED_VALUE, "nature", "%u is not a value of %s", op->nature,
                      schema_scale_name(SCALE_NATURE));
    if (op->marking > 1)
        return refuse(refusal, CW_REFUSED_MARKING, "marking", "nothing above OFFICIAL-SENSITIVE is held here");
    return CW_OK;
}
