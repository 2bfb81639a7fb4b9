/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_OPEN_PART_H
#define CASEWIRE_NODE_OPEN_PART_H

/* One part of one entry: from its stored bytes to the payload its author committed to. Threads: any. */

#include "node/internal.h"

struct opened_part {
    uint8_t r[32];
    struct cw_slice payload; /* unpadded; in the arena, or borrowed from blob for classes in clear */
};

/*
 * wraps: one blob per key of the header, empty where absent (in clear, as on the wire).
 * PART_OPENED, or why not: PART_ABSENT, PART_SEALED (no key here), PART_BAD.
 */
enum part_state open_part(const struct node *n, const struct entry_header *entry,
                          const struct submission_header *submission, uint32_t index, struct cw_slice blob,
                          const struct cw_slice *wraps, struct arena *arena, struct opened_part *out);

/* The blobs of an entry in the shape of r and padded payload in clear: classes in clear. */
enum part_state open_clear_part(const struct submission_header *submission, uint32_t index, struct cw_slice blob,
                                struct opened_part *out);

#endif
