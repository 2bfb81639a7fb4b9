/* SPDX-License-Identifier: Apache-2.0 */
/* What was heard and not taken yet. */
#include "lib/feed.h"

#include <stdlib.h>

bool feed_queue_put(struct cw_feed *feed, struct cw_answer *answer, uint32_t items, uint32_t bytes)
{
    struct heard_message *m = malloc(sizeof(*m));

    if (m == NULL)
        return false;
    *m = (struct heard_message){.answer = answer, .items = items, .bytes = bytes};
    *feed->last = m;
    feed->last = &m->next;
    feed->held_items += items;
    feed->held_bytes += bytes;
    return true;
}

struct cw_answer *feed_queue_take(struct cw_feed *feed)
{
    struct heard_message *m = feed->first;
    struct cw_answer *answer = m->answer;

    feed->first = m->next;
    if (feed->first == NULL)
        feed->last = &feed->first;
    feed->held_items -= m->items;
    feed->held_bytes -= m->bytes;
    feed->taken_items = m->items;
    feed->taken_bytes = m->bytes;
    free(m);
    return answer;
}
