/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_READING_H
#define CASEWIRE_NODE_READING_H

/* What a reading thread does with one question, and the memory that it has from one to the next. */

#include "node/job.h"
#include "node/node.h"

struct reading {
    uint8_t *bytes;  /* of a frame */
    uint8_t *memory; /* for the usual answer, while such answers touch little of it; NULL: to be taken */
};

void reading_init(struct reading *r); /* ends the process when there is no memory: nothing was promised yet */
void reading_done(struct reading *r);

/* The frame to send, always: a refusal is an answer too. It lies in r's memory until the next. */
void reading_answer(struct reading *r, struct node *n, const struct job *job, struct writer *out);

/* Of a frame that nobody has time to parse: the answer must carry it. Zero when it is not found at once. */
void reading_peek_id(struct cw_slice frame, uint8_t out[static 16]);

#endif
