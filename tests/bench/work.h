/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

/*
 * Signed submissions as Request frames, all made before the clock starts. Frame i belongs to client i modulo the
 * number of clients, and is signed by that client's author; a client's frames are bundled in their order.
 */

#include "lane.h"

struct work {
    const struct who *authors;
    size_t author_count, client_count;
    uint32_t bundle;  /* submissions under one signature; 1: singly signed */
    const char *kind; /* of the cases; NULL: "ocg" */
    const char *
        what; /* to write of a missing child, and nothing else: "note", "sighting" or "value", a title; NULL: notes and sightings */
    size_t count;
    struct buf *frames; /* Request frames; the id carries the frame's number */
    struct cw_op_id *ops;
    struct cw_case_id *cases; /* that each one opens or is about */
};

/* The fields up to `what` are the caller's; then one of these two, which allocates the rest. */
void work_openings(struct work *work, size_t count);
/* Notes of 300 bytes, round and round over the cases; of a missing child every fifth is a sighting. */
void work_notes(struct work *work, size_t count, const struct cw_case_id *cases, size_t case_count);
void work_done(struct work *work);
const struct who *work_author(const struct work *work, size_t frame);

#endif
