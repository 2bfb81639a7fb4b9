/* SPDX-License-Identifier: Apache-2.0 */
#include "core/push.h"

static void learn(struct push *push, const struct known_frontier *peer, const struct log_head *own)
{
    const struct known_item *item = known_frontier_find(peer, &own->log);
    uint64_t shown = item == NULL ? 0 : item->seq;

    if (!ID_EQ(&push->log, &own->log)) {
        push->log = own->log;
        push->upto = shown;
        push->out = 0;
    } else if (shown >= push->upto) {
        push->upto = shown;
        push->out = 0;
    }
}

uint64_t push_room(struct push *push, const struct known_frontier *peer, const struct log_head *own, uint64_t turn_seq,
                   uint64_t *out_after)
{
    learn(push, peer, own);
    /* Older than this turn's batch: the peer fell behind and will ask for it with a grant of its own. */
    if (push->counter != 0 || push->upto < turn_seq || push->upto >= own->seq || push->out >= PUSH_WINDOW_LEN)
        return 0;
    *out_after = push->upto;
    return PUSH_WINDOW_LEN - push->out;
}

void push_sent(struct push *push, uint64_t upto, uint64_t bytes)
{
    push->counter = 0;
    push->out += bytes;
    if (upto > push->upto)
        push->upto = upto;
}
