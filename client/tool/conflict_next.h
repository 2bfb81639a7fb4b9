/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CONFLICT_NEXT_H
#define CASEWIRE_TOOL_CONFLICT_NEXT_H

/* Between the files of the conflict commands: what may be typed about a dispute. */

#include "tool/dispute.h"

/* The commands that decide it, for somebody with these roles; `id` is the dispute's as it was shown. */
void conflict_next(const struct dispute *d, const char *id, uint32_t roles);
/* The assessment that sets the child's risk to this. */
#define CONFLICT_ASSESS_LEN_MAX 240
void conflict_assess(const struct dispute *d, const char *risk, char out[static CONFLICT_ASSESS_LEN_MAX]);

#endif
