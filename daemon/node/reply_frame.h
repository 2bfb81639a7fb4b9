/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_REPLY_FRAME_H
#define CASEWIRE_NODE_REPLY_FRAME_H

/* Answer frames of intake and of the turn; reads have their own (answer.h). */

#include "node/intake.h"

void reply_begin(Cw__Answer *answer, const uint8_t request_id[static 16], enum cw_err code);
/* A refusal as a whole frame; fits ANSWER_REFUSAL_LEN_MAX. */
void reply_refusal(const uint8_t request_id[static 16], const struct refusal *why, struct writer *out);

#endif
