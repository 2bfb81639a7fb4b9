/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_POOL_PARTS_H
#define CASEWIRE_NODE_POOL_PARTS_H

/* Between pool.c, pool_turn.c and pool_holder.c. Everything under the lock. */

#include "node/pool.h"

static inline void pool_lock(struct pool *p)
{
    (void)pthread_mutex_lock(&p->lock);
}

static inline void pool_unlock(struct pool *p)
{
    (void)pthread_mutex_unlock(&p->lock);
}

/* A job leaves the pool. */
void pool_uncount(struct pool *p, const struct job *job);

/* pool_holder.c */
struct pool_holder *pool_holder_of(struct pool *p,
                                   const struct cert_id *cert);          /* made when there is none; NULL: no memory */
void pool_holder_tidy(struct pool *p, struct pool_holder *h);            /* it goes when it has nothing; NULL allowed */
bool pool_holder_is_full(const struct pool_holder *h, size_t frame_len); /* NULL: never */
void pool_holders_done(struct pool *p);

#endif
