/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_LINKS_H
#define CASEWIRE_CASES_LINKS_H

/* What a case's link events say (DOMAIN §6.2): a reading of a state, nothing of its own. Pure. */

#include "cases/state.h"

#define LINK_GRADE_LEN_MAX 4 /* "2BC" */

struct case_link {
    struct cw_case_id to;
    uint32_t event_index; /* in state->events */
    uint32_t type;        /* of SCALE_LINK_TYPE */
    uint32_t confidence;
    uint32_t category;         /* 0: not stated */
    int64_t from_ms, until_ms; /* 0: not stated */
    bool open;
    bool one_side;                  /* not shown at the other end */
    bool stands;                    /* false: withdrawn or corrected */
    char grade[LINK_GRADE_LEN_MAX]; /* "" when it has none */
    uint32_t condition_count;       /* its writes of FIELD_CONDITION */
    const struct op *op;
};

/* Authorised links that name another record, newest first, at most max. Returns how many. */
uint32_t state_links(const struct case_state *state, struct case_link *out, uint32_t max);
#define STATE_LINKS_MAX 256u

/* False when this type of link cannot lead to such a kind: somebody named the wrong record. */
bool link_fits(uint32_t type, uint32_t to_kind);

#endif
