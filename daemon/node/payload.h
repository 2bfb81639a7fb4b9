/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_PAYLOAD_H
#define CASEWIRE_NODE_PAYLOAD_H

#include "node/entry.h"
#include "node/open_part.h"

/* The record of an entry in clear: its part 0. False: its blob is not here, or is not what was signed. */
static inline bool entry_record_payload(const struct entry_in *e, struct cw_slice *out)
{
    struct opened_part opened;

    if ((e->check.parts & 1) == 0 || open_clear_part(&e->submission, 0, e->blobs->parts[0], &opened) != PART_OPENED)
        return false;
    *out = opened.payload;
    return true;
}

#endif
