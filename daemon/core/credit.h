/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_CREDIT_H
#define CASEWIRE_CORE_CREDIT_H

/*
 * Bytes that we, the receiver, have granted to one peer. The sender sends whole batches while anything is left of a
 * grant, so the last frame of a grant may exceed it: or a batch larger than what is left would wait for ever. A new
 * grant replaces what was left at the sender, but what it sent under the old one may still be under way: up to two
 * grants, each with its last frame, may arrive.
 */

#include "proto/message.h"

struct credit {
    uint64_t granted;  /* last grant still running; 0: none */
    uint64_t used;     /* received since it was given */
    uint64_t accepted; /* bytes that may still arrive without abuse */
};

/* Received len bytes; false: more than was ever granted. */
static inline bool credit_take(struct credit *c, uint64_t len)
{
    if (len > c->accepted)
        return false;
    c->accepted -= len;
    c->used += len;
    return true;
}

static inline bool credit_half_used(const struct credit *c)
{
    return c->used * 2 >= c->granted;
}

static inline void credit_grant(struct credit *c, uint64_t amount)
{
    uint64_t worth = amount + MESSAGE_LEN_MAX;

    c->accepted = (c->accepted < worth ? c->accepted : worth) + worth;
    c->granted = amount;
    c->used = 0;
}

/* Nothing is awaited any more; what is under way may still arrive. */
static inline void credit_withdraw(struct credit *c)
{
    c->granted = 0;
    c->used = 0;
}

#endif
