/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_H
#define CASEWIRE_NODE_ANSWER_H

/*
 * Answers to clients. Reads are answered from a snapshot, off the node thread; what a turn decided is
 * answered by the turn itself through the same few functions.
 */

#include "node/intake.h"

/*
 * Answers one read request. Always leaves a whole Answer frame in out (cap MESSAGE_LEN_MAX): an error is an
 * answer too. Threads: any. Limits: arena of 16 MiB.
 */
void answer_read(struct node *n, const Cw__Request *request, const struct reader_identity *who, struct arena *arena,
                 struct writer *out);

/* --- shared by all answers (answer_frame.c) --- */
void answer_begin(Cw__Answer *answer, const uint8_t request_id[static 16]); /* v, id, code 0 */
/* A refusal as a whole frame; fits ANSWER_REFUSAL_LEN_MAX. */
void answer_refusal(const uint8_t request_id[static 16], const struct refusal *why, struct writer *out);

#endif
