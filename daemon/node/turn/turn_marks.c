/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"

#include <stdlib.h>

/* What a turn notes down while it goes: cases to fold, logs' blobs, events for the next turn. */

static enum cw_err mark_dirty(struct turn *t, const struct cw_case_id *id, bool foreign)
{
    struct dirty_case **slot = &t->dirty[((uint32_t)id->b[0] | (uint32_t)id->b[1] << 8) % DIRTY_SLOTS];

    t->foreign_count += !t->applying_own;
    for (; *slot != NULL; slot = &(*slot)->next) {
        if (ID_EQ(&(*slot)->id, id)) {
            (*slot)->foreign = (*slot)->foreign || foreign;
            return CW_OK;
        }
    }
    struct dirty_case *d = ARENA_NEW(&t->kept, struct dirty_case);
    if (d == NULL)
        return CW_LOCAL_MEMORY;
    d->id = *id;
    d->foreign = foreign;
    *slot = d;
    t->dirty_count++;
    return CW_OK;
}

enum cw_err turn_dirty_case(struct turn *t, const struct cw_case_id *id)
{
    return mark_dirty(t, id, !t->applying_own);
}

enum cw_err turn_dirty_kept_case(struct turn *t, const struct cw_case_id *id)
{
    return mark_dirty(t, id, false);
}

void turn_event_later(struct node *n, const struct event *event)
{
    if (n->later_count == n->later_max) {
        uint32_t max = n->later_max == 0 ? 64 : 2 * n->later_max;
        struct event *more = realloc(n->later, max * sizeof *more);

        if (more == NULL) { /* a lost EVENT_SENT stalls one transfer until its session ends; say so */
            node_alarm(n, "memory", "no room for events of the next turn");
            return;
        }
        n->later = more;
        n->later_max = max;
    }
    n->later[n->later_count++] = *event;
}

enum cw_err turn_blobs_held(struct turn *t, const struct log_id *log, uint64_t seq, bool held)
{
    struct event event = {.kind = EVENT_BLOBS, .now = t->now, .wall = t->wall};

    event.as.blobs.log = *log;
    event.as.blobs.seq = seq;
    event.as.blobs.held = held;
    if (!t->core_open || replica_step(t->n->replica, &event) != CW_OK)
        turn_event_later(t->n, &event);
    return CW_OK;
}
