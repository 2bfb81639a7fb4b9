/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_EXPORT_H
#define CASEWIRE_NODE_ANSWER_EXPORT_H

/*
 * One chunk of a log. A batch has pieces, two for each of its entries: first the contents (blobs) of all entries, in their
 * order, then what can be opened of them. A piece goes into a chunk whole or not at all.
 */

#include "node/answer.h"
#include "node/rows.h"
#include "proto/seen.h"

/* A session's token may go along, and what the answer itself is made of. */
#define EXPORT_ROOM (MESSAGE_LEN_MAX - SEEN_LEN_MAX - 4096)

struct exporting {
    struct answering *a;
    struct log_id log;
    bool open; /* opened parts are wanted, and the reader may have them */
    size_t used;
    size_t read; /* bytes of contents that were looked at for pieces, given or not */
    uint32_t entry_count;
    uint32_t left_contents, left_opened; /* pieces that no frame has room for */
    Cw__OpenedPart **opened;
    size_t opened_count, opened_max;
};

/* One seal, and what it covers. */
struct export_batch {
    struct seal_row row;
    uint64_t last;
    uint32_t count;
    Cw__SealedBatch *view;
};

static inline uint32_t export_piece_count(const struct exporting *e, const struct export_batch *b)
{
    return e->open ? 2 * b->count : b->count;
}

/* The seal and its entries without contents. `hollow`: nothing but as many empty entries, for pieces to go into. */
enum cw_err export_headers(struct exporting *e, struct export_batch *b, bool hollow);
/* Pieces from number `from` on. *out_next: the first that has no room any more; export_piece_count() when all had. */
enum cw_err export_pieces(struct exporting *e, struct export_batch *b, uint32_t from, uint32_t *out_next);

#endif
