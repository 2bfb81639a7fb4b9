/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_POOL_PARTS_H
#define CASEWIRE_NODE_POOL_PARTS_H

/* Between pool.c and pool_turn.c. */

#include "node/pool.h"

static inline void pool_lock(struct pool *p)
{
    (void)pthread_mutex_lock(&p->lock);
}

static inline void pool_unlock(struct pool *p)
{
    (void)pthread_mutex_unlock(&p->lock);
}

/* A job leaves the pool: under the lock. */
void pool_uncount(struct pool *p, const struct job *job);

#endif
