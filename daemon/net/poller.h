/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_POLLER_H
#define CASEWIRE_NET_POLLER_H

/*
 * Waits for many sources at once, without ever polling.
 *
 * A ZeroMQ descriptor tells that libzmq has something to say to the socket, not that a message is there; and
 * sending may swallow that signal. So each source is worked until it has nothing left, and worked again after
 * anything was sent on it (poller_suspect). zmq_poll is not used: it hides the signal that a full pipe has room
 * again, which is what a waiting frame needs, and costs a call per socket and turn.
 */

#include "proto/base.h"

#include <sys/queue.h>

struct source {
    int fd;
    void *owner;
    /* Takes what is there, until nothing is left or a fair share is done (then it touches itself). */
    void (*work)(struct source *s);
    bool touched, suspected;
    struct source *next;
    LIST_ENTRY(source) next_suspect;
};

struct poller {
    int epoll;
    struct source *first, **last; /* touched ones, in order */
    LIST_HEAD(, source) suspects;
    int rounds_since_suspects;
};

bool poller_init(struct poller *p);
bool poller_add(struct poller *p, struct source *s, bool for_writing_too);
void poller_remove(struct poller *p, struct source *s);
void poller_touch(struct poller *p, struct source *s);
/* Something was sent on it: worked again before we sleep, or after a few rounds. Cheaper than a touch when there is much to do. */
void poller_suspect(struct poller *p, struct source *s);
/* Works the sources touched so far once each; those they touch wait for the next round. */
void poller_work(struct poller *p);
/* Sleeps until a descriptor is ready or timeout_ms (-1: for ever) is over; 0 when something is touched. */
void poller_wait(struct poller *p, int timeout_ms);
/* Also asks for room to write. */
void poller_want_write(struct poller *p, struct source *s, bool on);

#endif
