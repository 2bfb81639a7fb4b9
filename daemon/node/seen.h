/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_SEEN_H
#define CASEWIRE_NODE_SEEN_H

/*
 * Session tokens (docs/protocol.md §7.3): what this daemon gives with its answers, and whether it holds what a
 * session brings along. The token of a snapshot is made by the turn that makes the snapshot, and shown with it.
 */

#include "node/answer.h"
#include "node/turn.h"

/* The bytes of one turn's end, shared by whoever answers from it. */
struct seen_token {
    _Atomic uint32_t holders;
    uint8_t start[16];
    uint64_t counter;
    size_t len; /* 0: it could not be made */
    uint8_t bytes[];
};

/* Node thread. Of what the replica holds now; the one before when nothing changed since. Held; NULL: no memory. */
struct seen_token *seen_make(struct node *n);
/* Puts a new one in the place of the one that is shown, and takes it over. */
void seen_show(struct node *n, struct seen_token *token);

struct seen_token *seen_hold(struct seen_token *token); /* NULL is allowed */
void seen_let_go(struct seen_token *token);

/* A session's tokens against the snapshot: CW_OK, CW_AGAIN_BEHIND, or what is wrong with them. */
enum cw_err seen_check(struct answering *a, const ProtobufCBinaryData *tokens, size_t count);
/*
 * A submission was refused. When this daemon lacks what its session has seen, the refusal may be for want of that: it
 * becomes CW_AGAIN_BEHIND, and the new code is returned. `txn` NULL: against a snapshot of its own.
 */
enum cw_err seen_excuse(struct node *n, struct kv_txn *txn, const struct input *in, struct arena *arena,
                        struct refusal *refusal);
/* The token of the snapshot, for a request that wants it. */
void seen_put(const struct seen_token *token, Cw__Answer *out);

#endif
