/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_VERIFY_H
#define CASEWIRE_LIB_VERIFY_H

#include <casewire/history.h>

#include "lib/trust.h"

#define FINDINGS_MAX 100

/* An entry's op, of the record at hand: what its opened parts are checked against. */
struct verify_op {
    struct cw_op_id op;
    bool effective; /* its author signed it, and it counts */
    uint32_t part_count;
    struct part_ref parts[PARTS_MAX];
};

struct cw_verify {
    bool has_pin, ended, memory_failed;
    bool stopped; /* by a failure of steps 1 to 3: nothing behind it is looked at */
    uint8_t pin[CW_ID_LEN];
    struct cw_trust *trust;
    struct chain **chains; /* of divisions; and, broken, of logs that could not be begun */
    size_t chain_count;
    struct verify_op *ops;
    size_t op_count, op_room;
    bool entries_wrong; /* of this record: opened parts may belong to what is wrong */
    struct cw_verify_counts counts;
    size_t finding_count; /* all, also those not kept */
    struct cw_verify_finding findings[FINDINGS_MAX];
};

/* log: NULL where the place is the record alone. */
void verify_note(struct cw_verify *v, const struct log_id *log, uint64_t seq, const struct cw_fault *fault);
void verify_note_text(struct cw_verify *v, enum cw_err code, const char *where, const char *text);
/* verify_shape.c. Bounds, and fields that have no place in a file. */
bool verify_shape_fits(const Cw__ExportRecord *record);
/* One message of any log. */
void verify_entries(struct cw_verify *v, const Cw__Entries *message);
/* Opened parts against the commitments of this record's ops. */
void verify_opened(struct cw_verify *v, const Cw__OpenedPart *part);
void verify_frontier(struct cw_verify *v, const Cw__SignedFrontier *frontier);

#endif
