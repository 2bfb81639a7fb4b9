/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_OP_PARTS_H
#define CASEWIRE_PROTO_OP_PARTS_H

/* What only the door asks of an op's parts: whether they hold anything that the op does not say. Pure. */

#include "proto/op.h"

/*
 * Of payloads that op_decode takes: every part is named by a write, and so is every value in it. What no write names is
 * judged by nobody and shown to nobody, and would be signed and kept all the same. The arena is as it was afterwards.
 * CW_REFUSED_MALFORMED with *refusal (may be NULL) saying where; CW_LOCAL_MEMORY when the arena is full.
 */
enum cw_err op_check_parts(const struct cw_slice *payloads, uint32_t payload_count, struct arena *arena,
                           struct refusal *refusal);

#endif
