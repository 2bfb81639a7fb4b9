/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include "net/monitor.h"
#include "proto/table_hash.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define LOOP_NICE 10

struct cw_mono loop_now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct cw_mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

void *loop_open_monitor(struct loop *l, void *socket)
{
    return monitor_open(l->context, socket, ++l->monitor_count);
}

static void work_zap(struct source *source)
{
    struct loop *l = source->owner;

    while (zap_answer_one(&l->zap, loop_now()))
        continue;
}

static void touch_all(struct loop *l)
{
    struct dial *d;

    for (int i = 0; i < DOOR_COUNT; i++) {
        if (l->servers[i].messages.owner != NULL)
            poller_touch(&l->poller, &l->servers[i].messages);
    }
    LIST_FOREACH(d, &l->dials, next)
    {
        if (!dial_over(d) && d->messages.owner != NULL)
            poller_touch(&l->poller, &d->messages);
    }
}

/* When the core does not keep up, we stop reading, libzmq's pipes fill, TCP closes its windows: nothing grows. */
static void hold_back(struct loop *l)
{
    size_t pending = pipe_pending(&l->core);

    if (!l->paused && pending > LOOP_CORE_PENDING_MAX) {
        l->paused = l->paused_lately = true;
    } else if (l->paused && pending < LOOP_CORE_PENDING_MAX / 2) {
        l->paused = false;
        touch_all(l);
    }
}

static void flush_reports(struct loop *l)
{
    bool wanted;

    if (pipe_flush(&l->core) != CW_OK)
        l->stopping = true;
    wanted = pipe_pending(&l->core) != 0;
    if (wanted == l->write_wanted)
        return;
    l->write_wanted = wanted;
    poller_want_write(&l->poller, &l->orders, wanted);
}

static int sleep_ms(const struct loop *l)
{
    struct cw_mono at = watch_wake_at(l);
    int64_t left = at.ms - loop_now().ms;

    if (at.ms == CW_NEVER.ms)
        return -1;
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void one_round(struct loop *l)
{
    poller_work(&l->poller);
    watch_work(l, loop_now());
    dial_sweep(l);
    flush_reports(l);
    hold_back(l);
    if (!l->stopping)
        poller_wait(&l->poller, sleep_ms(l));
}

/* The handler first: no listener may ever be without it. */
static bool open_all(struct loop *l, int core_fd)
{
    pipe_init(&l->core, core_fd);
    LIST_INIT(&l->dials);
    l->context = zsocket_context();
    if (l->context == NULL || !poller_init(&l->poller))
        return false;
    l->zap = (struct zap){.socket = zsocket_zap(l->context), .allow = &l->allow, .refused = &l->refused};
    if (l->zap.socket == NULL)
        return false;
    l->zap_requests = (struct source){.fd = zsocket_fd(l->zap.socket), .owner = l, .work = work_zap};
    l->orders = (struct source){.fd = core_fd, .owner = l, .work = order_work};
    return poller_add(&l->poller, &l->zap_requests, false) && poller_add(&l->poller, &l->orders, false);
}

/*
 * Under load this thread would wake for each message that a libzmq thread hands it, preempt whoever verifies, and take the
 * one. A little behind the others it finds several at a time; with a core to itself it is as fast as before.
 */
static void step_back(void)
{
    (void)setpriority(PRIO_PROCESS, 0, LOOP_NICE);
}

/*
 * Nothing is closed at the end: the process is over, and everything it knew was told to it.
 */
int loop_run(int core_fd)
{
    struct loop *l = calloc(1, sizeof *l);

    table_hash_draw_key();
    if (l == NULL || !open_all(l, core_fd))
        return 1;
    step_back(); /* libzmq's threads run by now, and keep their priority */
    while (!l->stopping)
        one_round(l);
    (void)pipe_flush(&l->core);
    return l->exit_code;
}
