/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_WAITING_PARTS_H
#define CASEWIRE_TOOL_WAITING_PARTS_H

/* What the files that look for what waits share: one view, for one person. */

#include "tool/lookup.h"
#include "tool/waiting.h"

struct finding {
    const Cw__CaseView *view;
    const struct waiting_for *who;
    waiting_sink *sink;
    void *context;
    bool own; /* the case is theirs */
    char chars[CHARS_LEN_MAX];
};

void waiting_tell(const struct finding *f, struct waiting *w);
/* The event of the view that this op recorded; NULL: there is none. */
const Cw__ViewEvent *waiting_event(const Cw__CaseView *view, ProtobufCBinaryData op);
struct cw_wall waiting_said_at(const Cw__ViewEvent *event);
/* Whether the text is this division's code. */
bool waiting_is_here(const struct finding *f, ProtobufCBinaryData division);
/* Whether somebody of this division said the event. */
bool waiting_is_ours(const struct finding *f, const Cw__ViewEvent *event);

/* A duty, when it waits for somebody with these roles. */
void waiting_look_at_duty(const struct finding *f, const Cw__ViewDeadline *deadline);

/* --- waiting_silent.c: another division's case, which nobody there looks after now ------------------------------- */

/*
 * What is over, where nobody of the owner's can have heard of it: another division's daemon signed the breach and the owner's has
 * not said that it has it, or this daemon does not hear the owner's; and, when it does not, that the child is missing. For
 * whoever has a hand in the case, and for those who coordinate.
 */
void waiting_look_at_silent(const struct finding *f);

/* --- waiting_news.c: what others did about this division's cases --------------------------------------------------- */

void waiting_look_at_news(const struct finding *f);

#endif
