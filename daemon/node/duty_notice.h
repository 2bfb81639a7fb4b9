/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_DUTY_NOTICE_H
#define CASEWIRE_NODE_DUTY_NOTICE_H

/* What a daemon tells of a duty whose moment has come (ports.h, struct duty_port; docs/decisions/0013). */

#include "proto/message.h"
#include "proto/schema.h"

enum duty_event {
    DUTY_DUE_SOON = 1,
    DUTY_BREACHED = 2, /* it reaches whom it reaches first */
    DUTY_CLIMBED = 3,  /* nobody took it in hand: it reaches the next rung */
    RISK_RAISED = 4,   /* a child who is missing now stands at high risk: no duty of its own */
};

struct duty_notice {
    enum duty_event event;
    struct cw_case_id case_id;
    struct cw_slice reference;       /* the human reference; "" while the opening is not here */
    const struct schema_clock *duty; /* NULL: of RISK_RAISED */
    int64_t due_ms;                  /* 0: of RISK_RAISED */
    uint32_t told;                   /* roles that it has reached by now */
    uint32_t level;                  /* 0: due soon; 1: those it reaches first; one more with every rung */
    bool held;                       /* the duty is this division's */
    bool acknowledged;               /* somebody has it in hand, by name */
};
const char *duty_event_id(enum duty_event event); /* the journal's: "duty-breached" */

#endif
