/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_DISPUTE_H
#define CASEWIRE_TOOL_DISPUTE_H

/*
 * What two or more people said about one thing: conflicts that a person must decide, proposals that somebody with
 * the role must take up or leave, and what a rule decided by itself and a person may set back.
 *
 * Each has an id made of case, field and the statements that take part: a new statement makes it another one, so
 * nobody decides about something that changed since he looked.
 */

#include "tool/gather.h"

#define DISPUTE_ID_LEN 5
#define DISPUTE_CHOICES_MAX 64

enum dispute_kind {
    DISPUTE_VALUES,   /* several values, none ranks above the others */
    DISPUTE_STEP,     /* a step of status or episode that met another state than its author saw */
    DISPUTE_OWNER,    /* several divisions claim the case */
    DISPUTE_PROPOSAL, /* by somebody who may not set the field */
    DISPUTE_EVENT,    /* recorded by somebody who may not: choice 1 leaves it, choice 2 takes it up */
    DISPUTE_MERGED,   /* a rule decided: choice 0 stands */
    DISPUTE_KEPT,     /* an element stays that somebody removed without knowing of it: choice 0 is the element */
};

struct dispute {
    enum dispute_kind kind;
    uint8_t id[DISPUTE_ID_LEN];
    const Cw__CaseView *view;
    const Cw__ViewConflict *conflict; /* of VALUES, STEP, OWNER */
    const Cw__ViewField *field;       /* of the others, but of EVENT; of VALUES too */
    const Cw__ViewEvent *event;       /* of EVENT, which has no choices here */
    size_t choice_count;
    const Cw__ViewValue *choices[DISPUTE_CHOICES_MAX]; /* as they are numbered for people, from 1 */
};

static inline bool dispute_is_open(const struct dispute *d)
{
    return d->kind <= DISPUTE_EVENT;
}

/* dispute_find.c: everything of one view, handed out one by one. The dispute lives for the call. */
typedef void dispute_sink(void *context, const struct dispute *dispute);
void dispute_find(const Cw__CaseView *view, dispute_sink *sink, void *context);
/* Name of the field or event, or "status", "owner": borrowed from the view. */
struct cw_slice dispute_field(const struct dispute *d);
/* One sentence: why it is there. */
const char *dispute_why(const struct dispute *d);
/* When the newest statement of it was taken by a division; what its author's clock said counts for nothing here. */
struct cw_wall dispute_since(const struct dispute *d);
/* Whether somebody with these roles (1 << number) may decide it. */
bool dispute_is_for(const struct dispute *d, uint32_t roles);
uint32_t dispute_roles(const struct dispute *d);
/* "INSP, SUPT"; "anyone". */
void dispute_resolvers(const struct dispute *d, char *out, size_t cap);

/* dispute_next.c: the rationale, or the reason, of the event that said it; NULL: none in this view. Borrowed. */
const Cw__ViewValue *dispute_reason(const struct dispute *d, const Cw__ViewValue *choice);
/* Whether this would be a lower risk of the child than what stands: that is assessed anew, with a rationale and a review. */
bool dispute_lowers_risk(const struct dispute *d, int64_t risk);
/* Of STEP: the events that lead on from the state that is shown, and that these roles may record. */
#define DISPUTE_STEPS_MAX 6
size_t dispute_steps(const struct dispute *d, uint32_t roles, uint32_t out[static DISPUTE_STEPS_MAX]);

/* --- all of several cases --------------------------------------------------------------------------------- */

struct disputes {
    struct gather *cases; /* owns the views */
    size_t count, room;
    struct dispute *at; /* open ones first, newest first */
    int digits;         /* how many of an id tell all of them apart, at least 4 */
    bool more;          /* not every case was looked at */
};

/*
 * `name` NULL: all cases in conflict, and the max cases changed last for what needs no person. *out must be zero;
 * done with disputes_done(). Complains.
 */
enum exit_code disputes_gather(const struct cli *cli, struct context *context, const char *name, size_t max,
                               struct disputes *out);
void disputes_done(struct disputes *d);
/* By at least 4 digits of its id, or CASE.FIELD. Complains. */
enum exit_code disputes_find(const struct cli *cli, struct context *context, const char *name, struct disputes *d,
                             const struct dispute **out);

/* The roles on the certificate of whoever speaks, as a mask. */
uint32_t context_roles(const struct context *context);
/* The first `digits` digits of its id. */
void dispute_id_text(const struct dispute *d, int digits, char out[static 2 * DISPUTE_ID_LEN + 1]);
json_t *dispute_json(const struct dispute *d, int digits, uint32_t roles);

#endif
