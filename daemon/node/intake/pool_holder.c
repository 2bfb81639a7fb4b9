/* SPDX-License-Identifier: Apache-2.0 */
/* What one certificate has in the pool, over all its links: so much, and no more, however many programs speak for it. */
#include "node/pool_parts.h"

#include <stdlib.h>

/* NOLINTNEXTLINE(readability-function-size): uthash's */
struct pool_holder *pool_holder_of(struct pool *p, const struct cert_id *cert)
{
    struct pool_holder *h;

    HASH_FIND(hh, p->holders, cert, sizeof *cert, h);
    if (h != NULL)
        return h;
    h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->cert = *cert;
    HASH_ADD(hh, p->holders, cert, sizeof h->cert, h);
    return h;
}

void pool_holder_tidy(struct pool *p, struct pool_holder *h)
{
    if (h == NULL || h->lane_count > 0 || h->job_count > 0)
        return;
    HASH_DEL(p->holders, h);
    free(h);
}

bool pool_holder_is_full(const struct pool_holder *h, size_t frame_len)
{
    return h != NULL && (h->job_count >= POOL_HOLDER_JOBS_MAX || h->cost + frame_len > POOL_HOLDER_COST_MAX);
}

void pool_holders_done(struct pool *p)
{
    struct pool_holder *h = p->holders, *next;

    HASH_CLEAR(hh, p->holders);
    for (; h != NULL; h = next) {
        next = h->hh.next;
        free(h);
    }
}
