/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_WAITING_H
#define CASEWIRE_TOOL_WAITING_H

/*
 * What waits for somebody: duties of the own division's cases, things that were said and that a person must look at,
 * offers of a case, and what the holder's roles may decide. Found in views; nothing of it is stored.
 */

#include "tool/dispute.h"

#include "proto/schema.h"

/* In the order in which they are shown. */
enum waiting_class {
    WAITING_OVERDUE, /* a duty's time is over */
    WAITING_LOOK,   /* a death reported, a return in doubt, perhaps a new episode, no opening, a group without a lead */
    WAITING_OFFER,  /* another division offers the case to this one */
    WAITING_DECIDE, /* a conflict that the holder's roles may decide */
    WAITING_SOON,   /* a duty's time ends within WAITING_SOON_MS */
    WAITING_PROPOSAL, /* to be taken up or left */
    WAITING_RULE,     /* a rule decided it: for information, it can be set back */
};
#define WAITING_CLASS_COUNT (WAITING_RULE + 1)
#define WAITING_SOON_MS INT64_C(14400000) /* four hours */
#define WAITING_TEXT_LEN_MAX 320
#define WAITING_KEY_LEN_MAX 100

struct waiting {
    enum waiting_class class;
    const Cw__CaseView *view;
    bool in_hand;                    /* of a duty: somebody acknowledged it */
    char text[WAITING_TEXT_LEN_MAX]; /* "risk assessment was due Sat 28 Nov 2026 16:40 (20 min ago)" */
    char next[160];                  /* a command to type */
    bool here;                       /* it waits for this division, also where another owns the case */
    ProtobufCBinaryData seen;        /* what a `seen` of this division ends it by being about; no bytes: nothing does */
    struct cw_wall at;               /* when it is due, or was said */
    uint32_t roles;                  /* whom it waits for */
    char key[WAITING_KEY_LEN_MAX];   /* the same as long as it is the same thing that waits */
};

#define WAITING_UNHEARD_MAX 64

struct waiting_for {
    uint32_t roles;
    char division[CW_DIVISION_LEN_MAX + 1];
    bool coordinates; /* FCR: holds the cases that no division does, and looks after those of a silent one */
    struct cw_wall now;
    int digits; /* of a dispute's id that tell all of them apart */
    size_t unheard_count;
    char unheard[WAITING_UNHEARD_MAX]
                [CW_DIVISION_LEN_MAX + 1]; /* divisions that the daemon has not heard for a while */
};
void waiting_for_context(const struct context *context, int digits, struct waiting_for *out);
/* waiting_silent.c: asks the daemon which divisions it does not hear. Without an answer what is known stays. */
void waiting_listen(const struct cli *cli, struct context *context, struct waiting_for *who);

/* Whether the division owns the case, or claims it. */
bool waiting_is_owner(const Cw__CaseView *view, const char *division);
/* Whether the case is theirs: their division owns it or claims it, or no division does and they coordinate. */
bool waiting_is_own(const Cw__CaseView *view, const struct waiting_for *who);
/* Neither met nor waived, and its episode not over. */
bool waiting_duty_runs(const Cw__ViewDeadline *deadline);
/* How many of the case's duties run and are over. */
size_t waiting_overdue(const Cw__CaseView *view, struct cw_wall now);
/* "first risk assessment": the duty in words; the clock's own name when it is not known here. */
void waiting_duty(const Cw__ViewDeadline *deadline, char *out, size_t cap);

/* waiting_next.c: a command that meets the duty, for somebody of this division; of an unknown clock one to look with. */
void waiting_next(const Cw__CaseView *view, const Cw__ViewDeadline *duty, const char *division, char *out, size_t cap);
/* " --as-recorded" where the record was merged into another, which a command would be about without it. */
const char *waiting_record(const Cw__CaseView *view);
/* The row of the duty's clock; NULL: of a newer version. */
const struct schema_clock *waiting_clock(const Cw__ViewDeadline *deadline);

typedef void waiting_sink(void *context, const struct waiting *waiting);
void waiting_find(const Cw__CaseView *view, const struct waiting_for *who, waiting_sink *sink, void *context);

extern const char *const waiting_words[WAITING_CLASS_COUNT]; /* "overdue", "look", ... */
int waiting_compare(const void *a, const void *b);           /* qsort: by class, then by time */

/* How high the case's risk is, for sorting: 0 none; not assessed is as medium. */
int64_t waiting_risk(const Cw__CaseView *view);

#endif
