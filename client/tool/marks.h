/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_MARKS_H
#define CASEWIRE_TOOL_MARKS_H

/*
 * How far something that was told has come: delivered, seen and accepted are three things, each a signed statement of
 * somebody, found in the case's events. Both sides see the same.
 */

#include "tool/out.h"

struct told {
    const Cw__ViewEvent *event;    /* the brief, or the offer; NULL: there is none */
    const Cw__ViewEvent *accepted; /* by name; NULL: not yet */
    const Cw__ViewEvent *refused;  /* the newest acceptance of an offer that had no effect; NULL: none */
    bool lacked_rank;              /* it had none because somebody of rank must accept */
    const Cw__ViewEvent *seen;     /* the newest; NULL: by nobody */
    const Cw__ViewEvent *delivered;
    bool lapsed;  /* an offer that nobody answered in time: a daemon said so, and it is over */
    size_t since; /* events of the case that are newer than the acceptance, or than the brief */
};

/* Whether the event only says how far another has come: no news of the case. */
bool told_is_mark(const Cw__ViewEvent *event);
/* What the event says in this field; NULL: nothing. */
const Cw__ViewValue *told_detail(const Cw__ViewEvent *event, uint32_t field);
/* Whether its detail `about` names this. */
bool told_is_about(const Cw__ViewEvent *event, ProtobufCBinaryData id);
/* Whether a daemon has signed that the duty was not met in time. */
bool told_breached(const Cw__ViewDeadline *duty);
/* The newest shift brief of the case. */
void told_brief(const Cw__CaseView *view, struct told *out);
/* The newest hand-over offer, when it is the last step of the ownership or was accepted. */
void told_offer(const Cw__CaseView *view, struct told *out);
/* Whether somebody with this certificate said the event. */
bool told_by(const Cw__ViewEvent *event, const uint8_t cert[static CW_ID_LEN]);
/* Whoever accepts a child that is missing at high risk (docs/fold.md 9.6). */
#define TOLD_RANK "an inspector or a superintendent must accept"
/* "briefed 22:50 by A (NTH, PC); seen 23:01 by B (NTH, SUP); not accepted yet". */
#define TOLD_LEN_MAX 700
void told_words(const struct told *told, char out[static TOLD_LEN_MAX]);

/* --- tasks ---------------------------------------------------------------------------------------------- */

/* An action that nobody has done, called off or corrected: the next after `after`; NULL: there are no more. */
const Cw__ViewEvent *task_next(const Cw__CaseView *view, const Cw__ViewEvent *after);
/* "Ask the bus depot (Night crew), due 03:00 [3f9ac2]" */
#define TASK_LEN_MAX 700
void task_words(const Cw__ViewEvent *task, char out[static TASK_LEN_MAX]);
/* When it is due; false: whenever. */
bool task_due(const Cw__ViewEvent *task, struct cw_wall *out);

#endif
