/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_LOG_H
#define CASEWIRE_NODE_ANSWER_LOG_H

/* Logs as a reader sees them: their heads. */

#include "node/answer.h"
#include "node/rows.h"

/* Root and authority logs only when authority_only. The arrays live in the arena. */
enum cw_err answer_put_heads(struct answering *a, bool authority_only, Cw__LogHead ***out, size_t *out_count);

#endif
