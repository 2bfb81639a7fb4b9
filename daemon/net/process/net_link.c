/* SPDX-License-Identifier: Apache-2.0 */
#include "net/net_link.h"

#include <stdlib.h>

/* NOLINTBEGIN(readability-function-size): a hundred of the statements in each are uthash's */

static struct net_link *add(struct net_links *l, uint64_t id)
{
    struct net_link *link;

    if (l->count >= LINKS_MAX || net_link_find(l, id) != NULL)
        return NULL;
    link = calloc(1, sizeof *link);
    if (link == NULL)
        return NULL;

    link->id = id;
    link->fd = -1;
    STAILQ_INIT(&link->waiting);
    HASH_ADD(by_id, l->by_id, id, sizeof link->id, link);
    l->count++;
    return link;
}

struct net_link *net_link_new_incoming(struct net_links *l, const struct net_link_rid *rid)
{
    struct net_link *link = add(l, LINK_INCOMING | (l->incoming_count + 1));

    if (link == NULL)
        return NULL;
    l->incoming_count++;
    link->rid = *rid;
    HASH_ADD(by_rid, l->by_rid, rid, sizeof link->rid, link);
    return link;
}

struct net_link *net_link_new_dialled(struct net_links *l, uint64_t id, struct dial *dial)
{
    struct net_link *link = (id & LINK_INCOMING) != 0 || id == 0 ? NULL : add(l, id);

    if (link != NULL)
        link->dial = dial;
    return link;
}

void net_link_free(struct net_links *l, struct net_link *link)
{
    net_link_drop_waiting(l, link);
    HASH_DELETE(by_id, l->by_id, link);
    if ((link->id & LINK_INCOMING) != 0)
        HASH_DELETE(by_rid, l->by_rid, link);
    l->count--;
    free(link);
}

/* NOLINTEND(readability-function-size) */

struct net_link *net_link_find(const struct net_links *l, uint64_t id)
{
    struct net_link *found;

    HASH_FIND(by_id, l->by_id, &id, sizeof id, found);
    return found;
}

struct net_link *net_link_find_rid(const struct net_links *l, const struct net_link_rid *rid)
{
    struct net_link *found;

    HASH_FIND(by_rid, l->by_rid, rid, sizeof *rid, found);
    return found;
}

uint32_t net_link_count_of(const struct net_links *l, const struct cert_id *cert)
{
    uint32_t count = 0;

    for (struct net_link *k = l->by_id; k != NULL; k = k->by_id.next)
        count += k->known && !k->closed && ID_EQ(&k->cert, cert) ? 1 : 0;
    return count;
}

bool net_link_wait(struct net_links *l, struct net_link *link, struct cw_slice frame)
{
    size_t len = sizeof(struct waiting_frame) + frame.len;
    struct waiting_frame *w;

    if (link->waiting_len + len > LINK_WAITING_LEN_MAX || l->waiting_len + len > LINKS_WAITING_LEN_MAX)
        return false;
    w = malloc(len);
    if (w == NULL)
        return false;

    w->len = frame.len;
    if (frame.len != 0)
        memcpy(w->bytes, frame.data, frame.len);
    STAILQ_INSERT_TAIL(&link->waiting, w, next);
    link->waiting_len += len;
    l->waiting_len += len;
    return true;
}

void net_link_drop_first_waiting(struct net_links *l, struct net_link *link)
{
    struct waiting_frame *w = STAILQ_FIRST(&link->waiting);
    size_t len = sizeof *w + w->len;

    STAILQ_REMOVE_HEAD(&link->waiting, next);
    link->waiting_len -= len;
    l->waiting_len -= len;
    free(w);
}

void net_link_drop_waiting(struct net_links *l, struct net_link *link)
{
    while (!STAILQ_EMPTY(&link->waiting))
        net_link_drop_first_waiting(l, link);
}
