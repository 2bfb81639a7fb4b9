/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#define LOOK_MS 100     /* while anything is connected */
#define LOOK_SOON_MS 20 /* while something is unfinished */
#define UNFINISHED_LEN ((uint64_t)64 << 10)

static void cut(struct loop *l, enum door door, int fd, struct conn *c)
{
    struct net_link *link = c->link == 0 ? NULL : net_link_find(&l->links, c->link);
    struct misframed_by by = {.client = door == DOOR_CLIENTS};

    if (link != NULL)
        by = link_holder(link, fd);
    else
        conn_address(fd, by.address, sizeof by.address);

    conn_end_hard(fd);
    if (!c->cut && (link == NULL || !link->closed))
        report_misframed(l, MISFRAMED_ENDLESS, &by);
    if (link != NULL && !link->closed)
        loop_end_link(l, link, LINK_END_VIOLATION, "violation: a message that never ends");
    else
        conn_cut(c, fd); /* it never said who it is, or it is on its way out */
}

/* true: something is unfinished. */
static bool look_at(struct loop *l, enum door door, int fd, struct conn *c, struct cw_mono now)
{
    uint64_t received;

    if (!conn_received(fd, &received))
        return false;
    if (conn_look(c, received, l->paused_lately, now)) {
        cut(l, door, fd, c);
        return false;
    }
    return c->gap > UNFINISHED_LEN;
}

/* Backwards: ending a link may take its connection out of the list. */
static bool look_at_door(struct server *s, struct cw_mono now)
{
    bool unfinished = false;

    if (s->monitor == NULL)
        return false;
    server_drain_events(s); /* whose descriptors are these now? */
    for (uint32_t i = s->conns.count; i-- > 0;) {
        int fd = i < s->conns.count ? s->conns.fds[i] : -1;
        struct conn *c = conn_find(&s->conns, fd);

        if (c != NULL && look_at(s->loop, s->door, fd, c, now))
            unfinished = true;
    }
    return unfinished;
}

static bool look_at_dials(struct loop *l, struct cw_mono now)
{
    bool unfinished = false;
    struct dial *d;

    LIST_FOREACH(d, &l->dials, next)
    {
        if (!dial_over(d))
            dial_drain_events(d);
        if (!dial_over(d) && d->conn.open && look_at(l, DOOR_PEERS, d->link->fd, &d->conn, now))
            unfinished = true;
    }
    return unfinished;
}

static bool look_at_all(struct loop *l, struct cw_mono now)
{
    bool unfinished = look_at_dials(l, now);

    for (int d = 0; d < DOOR_COUNT; d++)
        unfinished = look_at_door(&l->servers[d], now) || unfinished;
    return unfinished;
}

static void forget_closed(struct loop *l, struct cw_mono now)
{
    struct net_link *link, *next;

    HASH_ITER (by_id, l->links.by_id, link, next) {
        if (link->closed && mono_reached(now, mono_after(link->closed_at, LINK_CLOSED_KEEP_MS)))
            net_link_free(&l->links, link);
    }
}

static void tell_refused(struct loop *l, struct cw_mono now)
{
    const struct refused_key *k;

    while ((k = refused_due(&l->refused, now)) != NULL)
        report_refused(l, k);
}

void watch_work(struct loop *l, struct cw_mono now)
{
    bool unfinished;

    tell_refused(l, now);
    if (!mono_reached(now, l->look_at))
        return;
    unfinished = look_at_all(l, now);
    forget_closed(l, now);
    l->paused_lately = l->paused;
    l->look_at = mono_after(now, unfinished ? LOOK_SOON_MS : LOOK_MS);
}

struct cw_mono watch_wake_at(const struct loop *l)
{
    struct cw_mono at = refused_wake_at(&l->refused);

    bool idle =
        l->servers[DOOR_PEERS].conns.count == 0 && l->servers[DOOR_CLIENTS].conns.count == 0 && l->links.count == 0;

    return idle ? at : mono_earlier(at, l->look_at);
}
