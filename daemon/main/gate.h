/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_GATE_H
#define CASEWIRE_MAIN_GATE_H

/*
 * Where the threads of the start meet. The main thread waits until the net process listens or has failed;
 * what comes from outside waits until there is a runner to take it. Each fact is told once and never taken
 * back. Threads: any.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool net_ready; /* the net process listens */
    bool net_gone;  /* it will not come any more, or the daemon stops: nobody waits for it */
    bool running;   /* there is a runner */
};

void gate_init(struct gate *g);

void gate_net_ready(struct gate *g);
void gate_net_gone(struct gate *g);
void gate_open(struct gate *g);

/* true: the net process listens. false: it is gone, or timeout_ms passed. Blocks. */
bool gate_wait_for_net(struct gate *g, int32_t timeout_ms);
bool gate_is_net_gone(struct gate *g);
/* true: there is a runner. false: the start was given up. Blocks. */
bool gate_wait_until_open(struct gate *g);

#endif
