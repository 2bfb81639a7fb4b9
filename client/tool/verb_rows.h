/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_VERB_ROWS_H
#define CASEWIRE_TOOL_VERB_ROWS_H

#include "tool/verb.h"

/* What every row of verb_rows_*.c has in common: operands with how many are needed at least, and its options. */
#define VERB_OF(group_, operands_, min_, options_)                                                            \
    .group = (group_), .operands = (operands_), .operand_min = (min_), .operand_max = -1, .json = WRITE_JSON, \
    .options = (options_), .run = verb_run

#endif
