/* SPDX-License-Identifier: Apache-2.0 */
#include "net/poller.h"

#include <sys/epoll.h>

#define EVENTS_MAX 64
#define SUSPECT_ROUNDS 8

bool poller_init(struct poller *p)
{
    p->first = NULL;
    p->last = &p->first;
    LIST_INIT(&p->suspects);
    p->rounds_since_suspects = 0;
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    return p->epoll >= 0;
}

static bool control(struct poller *p, int what, struct source *s, bool for_writing_too)
{
    struct epoll_event e = {.events = EPOLLIN | (for_writing_too ? (uint32_t)EPOLLOUT : 0U), .data.ptr = s};

    return epoll_ctl(p->epoll, what, s->fd, &e) == 0;
}

bool poller_add(struct poller *p, struct source *s, bool for_writing_too)
{
    if (!control(p, EPOLL_CTL_ADD, s, for_writing_too))
        return false;
    poller_touch(p, s); /* what came before it was watched gave its signal to nobody */
    return true;
}

void poller_want_write(struct poller *p, struct source *s, bool on)
{
    (void)control(p, EPOLL_CTL_MOD, s, on);
}

static void untouch(struct poller *p, struct source *s)
{
    struct source **at = &p->first;

    while (*at != NULL && *at != s)
        at = &(*at)->next;
    if (*at == NULL)
        return;
    *at = s->next;
    if (p->last == &s->next)
        p->last = at;
    s->touched = false;
}

void poller_remove(struct poller *p, struct source *s)
{
    untouch(p, s);
    if (s->suspected)
        LIST_REMOVE(s, next_suspect);
    s->suspected = false;
    (void)epoll_ctl(p->epoll, EPOLL_CTL_DEL, s->fd, NULL);
}

void poller_touch(struct poller *p, struct source *s)
{
    if (s->touched)
        return;
    s->touched = true;
    s->next = NULL;
    *p->last = s;
    p->last = &s->next;
}

void poller_suspect(struct poller *p, struct source *s)
{
    if (s->suspected)
        return;
    s->suspected = true;
    LIST_INSERT_HEAD(&p->suspects, s, next_suspect);
}

static void touch_suspects(struct poller *p)
{
    struct source *s;

    while ((s = LIST_FIRST(&p->suspects)) != NULL) {
        LIST_REMOVE(s, next_suspect);
        s->suspected = false;
        poller_touch(p, s);
    }
    p->rounds_since_suspects = 0;
}

static struct source *take_first(struct poller *p)
{
    struct source *s = p->first;

    p->first = s->next;
    if (p->first == NULL)
        p->last = &p->first;
    s->touched = false;
    return s;
}

void poller_work(struct poller *p)
{
    struct source fence = {.touched = false};

    if (p->first == NULL)
        return;
    poller_touch(p, &fence);
    for (;;) {
        struct source *s = take_first(p);

        if (s == &fence)
            return;
        s->work(s);
    }
}

static int look(struct poller *p, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(p->epoll, events, EVENTS_MAX, timeout_ms);

    for (int i = 0; i < n; i++)
        poller_touch(p, events[i].data.ptr);
    return n;
}

void poller_wait(struct poller *p, int timeout_ms)
{
    bool suspects = !LIST_EMPTY(&p->suspects);
    int n = look(p, p->first == NULL && !suspects ? timeout_ms : 0);

    if (suspects && ((n <= 0 && p->first == NULL) || ++p->rounds_since_suspects >= SUSPECT_ROUNDS))
        touch_suspects(p);
}
