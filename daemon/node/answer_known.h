/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_KNOWN_H
#define CASEWIRE_NODE_ANSWER_KNOWN_H

/*
 * What a division knew of a case at a time: by when it received each op, not by when what it says occurred.
 *
 *   the op stands in a log of that division   it knew it from the entry's clock on
 *   this daemon is that division's            it received the entry in a turn whose time it noted (row_key_arrived)
 *   an op that it sequenced by then names it  whoever wrote that had seen it: counted as known, and said how many
 *   otherwise                                 nobody here can say, unless the op was not written yet by then
 *
 * What nobody can say is left out of the view and listed. An op counts from when its header came; its parts may have come a
 * little later. Policy and verdicts are those of that time as well (answer_known_authority.c): records of the authority logs
 * that the division had not yet change nothing, and what was sealed under one of them could not be judged: it is pending.
 */

#include "node/answer.h"

#define KNOWN_UNSURE_MAX 64u /* listed by id */

struct known_at {
    char division[DIVISION_LEN_MAX + 1];
    struct cw_wall at;
    /* found out */
    bool ours; /* the division is the one that answers */
    uint32_t known, named, later, unsure;
    uint32_t pending;           /* of those known: sealed under an authority record that had not come */
    uint32_t policies_later;    /* policy records that had not come */
    bool has_positions;         /* the next is read */
    struct positions positions; /* of another division: authority records that its seals say it had */
    struct cw_op_id unsure_ops[KNOWN_UNSURE_MAX];
};

/* What a request says. */
struct known_asked {
    ProtobufCBinaryData division;
    bool has_at;
    uint64_t at_ms;
};
/* Reads it, or refuses: no such division, a time that has not come. */
enum cw_err known_at_read(struct answering *a, const struct known_asked *asked, struct known_at *out);
/* Leaves in the case only the ops that count. CW_REFUSED_UNKNOWN_CASE: none. For case_load_picked(). */
enum cw_err known_at_pick(void *answering, struct loaded_case *c);
/* answer_known_authority.c: the policy of that time, and which of the ops could be judged then. Within known_at_pick. */
enum cw_err known_at_authority(struct answering *a, struct loaded_case *c);
/* When an entry came to this daemon. CW_LOCAL_NOT_FOUND: it was stored before such times were noted. */
enum cw_err known_at_arrival(const struct answering *a, uint64_t arrival, struct cw_wall *out);
/* NULL: the arena is full. */
Cw__ViewKnown *known_at_view(struct answering *a, const struct known_at *known);

#endif
