/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CONFLICT_DECIDE_H
#define CASEWIRE_TOOL_CONFLICT_DECIDE_H

/* Between the files of conflict resolve: what is being decided. */

#include "tool/dispute.h"
#include "tool/write.h"

struct deciding {
    struct context context;
    struct disputes all;
    const struct dispute *d;
    struct writing w;
};

/* cmd_conflict_event.c. Complain. */
enum exit_code deciding_begin_event(struct deciding *x, const char *event, ProtobufCBinaryData episode);
/* What the operands from this one on say: FIELD=VALUE each. */
enum exit_code deciding_assign(struct deciding *x, int from);

/* Of a proposed event, with --take: 1 leaves it, 2 says it again in the name of whoever decides; 0: neither was said. */
#define DECIDING_TAKE_UP 2
enum exit_code deciding_answer(struct deciding *x, int64_t take);

#endif
