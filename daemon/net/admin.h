/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_ADMIN_H
#define CASEWIRE_NET_ADMIN_H

/*
 * The administrators' Unix socket: be32 length, then a Request or an Answer. Who may speak is read from the
 * kernel (SO_PEERCRED): our own user, root, or a member of the socket's group. No network, no key.
 *
 * A second one may be passed by whoever started us. In a user namespace of our own (PrivateUsers= of the unit) groups have
 * no numbers, so there the file's mode decides: who may connect was let in by the kernel. One that others may use is refused.
 */

#include "proto/bytes.h"

#define ADMIN_CONNECTIONS_MAX 64
#define ADMIN_PENDING_LEN_MAX ((size_t)8 << 20) /* answers that one connection may leave unread */

struct admin;

struct admin_handler {
    void *ctx;
    void (*up)(void *ctx, uint64_t connection);                           /* numbers from 1, never used twice */
    void (*frame)(void *ctx, uint64_t connection, struct cw_slice frame); /* borrowed for the call */
    void (*down)(void *ctx, uint64_t connection);
};

/*
 * Binds and listens; a socket file that is left over is replaced (the caller holds the folder's lock). passed: a socket
 * that listens already, and is ours from here on, also on failure; -1: none.
 */
enum cw_err admin_open(const char *path, int passed, const struct admin_handler *handler, struct admin **out,
                       struct refusal *why);
void admin_run(struct admin *a);  /* a thread of its own; returns after admin_stop */
void admin_stop(struct admin *a); /* any thread */
void admin_close(struct admin *a);
/* Any thread; never blocks. A connection that does not read its answers is closed. */
void admin_send(struct admin *a, uint64_t connection, struct cw_slice frame);

#endif
