/* SPDX-License-Identifier: Apache-2.0 */
#include "main/gate.h"

#include <time.h>

void gate_init(struct gate *g)
{
    pthread_condattr_t monotonic; /* the first look at a time server must not let the time run out */

    *g = (struct gate){.net_ready = false};
    (void)pthread_mutex_init(&g->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&g->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

static void tell(struct gate *g, bool *fact)
{
    (void)pthread_mutex_lock(&g->lock);
    *fact = true;
    (void)pthread_cond_broadcast(&g->changed);
    (void)pthread_mutex_unlock(&g->lock);
}

void gate_net_ready(struct gate *g)
{
    tell(g, &g->net_ready);
}

void gate_net_gone(struct gate *g)
{
    tell(g, &g->net_gone);
}

void gate_open(struct gate *g)
{
    tell(g, &g->running);
}

bool gate_wait_for_net(struct gate *g, int32_t timeout_ms)
{
    struct timespec until;
    bool ready;
    int rc = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    (void)pthread_mutex_lock(&g->lock);
    while (!g->net_ready && !g->net_gone && rc == 0)
        rc = pthread_cond_timedwait(&g->changed, &g->lock, &until);
    ready = g->net_ready;
    (void)pthread_mutex_unlock(&g->lock);
    return ready;
}

bool gate_is_net_gone(struct gate *g)
{
    bool gone;

    (void)pthread_mutex_lock(&g->lock);
    gone = g->net_gone;
    (void)pthread_mutex_unlock(&g->lock);
    return gone;
}

bool gate_wait_until_open(struct gate *g)
{
    bool running;

    (void)pthread_mutex_lock(&g->lock);
    while (!g->running && !g->net_gone)
        (void)pthread_cond_wait(&g->changed, &g->lock);
    running = g->running;
    (void)pthread_mutex_unlock(&g->lock);
    return running;
}
