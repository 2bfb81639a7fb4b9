/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_ATTACHED_H
#define CASEWIRE_LIB_ATTACHED_H

/*
 * What lives on a handle beside its requests and has work of its own in each round: a feed, an outbox. The handle knows
 * it by these functions only; whoever attaches it embeds the struct first.
 */

#include "proto/base.h"

struct attached;

struct attached_ops {
    /* In every round. May attach and remove, itself and others, and call callbacks. */
    void (*tend)(struct attached *a, struct cw_mono now);
    /* When tend has something to do that no descriptor announces. */
    struct cw_mono (*wake_at)(const struct attached *a);
    /* The handle goes: removes itself. */
    void (*leave)(struct attached *a);
};

struct attached {
    const struct attached_ops *ops;
    struct attached *next;
};

struct attached_list {
    struct attached *first;
    struct attached *tended_next; /* while a round goes through them: who comes next */
};

void attached_add(struct attached_list *list, struct attached *a);
void attached_remove(struct attached_list *list, struct attached *a); /* it is in there */
/* Until all were, or *stop. */
void attached_tend(struct attached_list *list, struct cw_mono now, const bool *stop);
struct cw_mono attached_wake_at(const struct attached_list *list);
void attached_leave(struct attached_list *list);

#endif
