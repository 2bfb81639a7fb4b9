/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One descriptor that is level-triggered, over sockets that are not: an epoll set of
 *
 *   the links' descriptors  readable when libzmq has something to take in;
 *   an eventfd              set while a link has more than its descriptor shows;
 *   a timerfd               for deadlines, so that the descriptor alone is enough.
 */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

static bool watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};

    return fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

enum cw_err loop_open(struct cw_client *client, struct cw_fault *fault)
{
    client->epoll = epoll_create1(EPOLL_CLOEXEC);
    client->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    client->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    client->timer_at = CW_NEVER;
    if (client->epoll >= 0 && watch(client->epoll, client->event) && watch(client->epoll, client->timer))
        return CW_OK;
    return fault_set(fault, CW_LOCAL_IO, "", "no descriptor is left for the event loop");
}

void loop_close(struct cw_client *client)
{
    const int fds[] = {client->timer, client->event, client->epoll};

    for (size_t i = 0; i < CW_COUNT(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static void show(struct cw_client *client, bool pending)
{
    uint64_t one = 1;

    if (pending == client->event_set)
        return;
    if (pending)
        (void)!write(client->event, &one, sizeof(one));
    else
        (void)!read(client->event, &one, sizeof(one));
    client->event_set = pending;
}

static void set_timer(struct cw_client *client, struct cw_mono at)
{
    struct itimerspec when = {0};

    if (at.ms == client->timer_at.ms)
        return;
    if (at.ms != CW_NEVER.ms) {
        when.it_value.tv_sec = at.ms / 1000;
        when.it_value.tv_nsec = at.ms % 1000 * 1000000;
        if (at.ms <= 0)
            when.it_value.tv_nsec = 1; /* zero would disarm it */
    }
    timerfd_settime(client->timer, TFD_TIMER_ABSTIME, &when, NULL);
    client->timer_at = at;
}

void loop_settle(struct cw_client *client)
{
    bool pending = false;

    for (uint32_t i = 0; i < client->daemon_count; i++) {
        struct link *link = client->daemons[i].link;

        if (link->state != LINK_IDLE && link->ops->pending(link, (client->full >> i & 1) != 0))
            pending = true;
    }
    show(client, pending);
    set_timer(client, client_wake_at(client));
}

struct cw_mono client_wake_at(const struct cw_client *client)
{
    struct cw_mono at = mono_earlier(daemons_wake_at(client), attached_wake_at(&client->attached));

    for (uint32_t i = 0; i < CW_REQUESTS_MAX; i++)
        if (client->requests[i] != NULL)
            at = mono_earlier(at, request_wake_at(client->requests[i]));
    return at;
}

void loop_wait(struct cw_client *client, struct cw_mono deadline)
{
    struct pollfd wait = {.fd = client->epoll, .events = POLLIN};

    poll(&wait, 1, link_ms_left(mono_earlier(deadline, client_wake_at(client))));
}

int cw_client_fd(const struct cw_client *client)
{
    if (MISSING(NULL, client))
        return -1;
    return client->epoll;
}

int cw_client_timeout_ms(const struct cw_client *client)
{
    if (MISSING(NULL, client))
        return -1;
    struct cw_mono at = client_wake_at(client);

    return at.ms == CW_NEVER.ms ? -1 : link_ms_left(at);
}
