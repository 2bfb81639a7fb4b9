/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_FEED_H
#define CASEWIRE_NODE_FEED_H

/*
 * Feeds (docs/feeds.md), beside the turn: whoever subscribed is told from snapshots, as fast as it grants credit. The
 * node thread only says that something moved.
 *
 *   a request of a client -> feeds_ask (any thread)          turn committed -> feeds_moved (node thread)
 *                                  \                            /
 *                                   feeds_step (one thread: the feeder) -> net.send
 *
 * Everything said leaves by ports.net.send; whoever calls flushes.
 */

#include "node/intake.h"

struct feeds;

struct feeds *feeds_new(struct node *n); /* NULL: no memory */
void feeds_free(struct feeds *f);        /* NULL allowed; no other call is under way */

/* The node's own; they live as long as it does. */
struct feeds *node_feeds(struct node *n);

/* Whether a request is about feeds: then it goes here, and to nobody else. */
bool feeds_takes(const Cw__Request *request);
/* Takes what it needs; what there is to say at once is sent. Threads: any. */
void feeds_ask(struct feeds *f, const struct reader_identity *who, const Cw__Request *request);
/* Ends the feeds of a link. Threads: any. */
void feeds_link_down(struct feeds *f, link_id link);
/* There may be something new in the store. Threads: any. */
void feeds_moved(struct feeds *f);

/*
 * One message to one reader, at most, from one snapshot: up to 256 entries are looked at before the credit and the time
 * of others are asked for again. false: nobody can be told anything before feeds_wake_at, more credit, or feeds_moved.
 * Threads: one, the feeder.
 */
bool feeds_step(struct feeds *f);
struct cw_mono feeds_wake_at(struct feeds *f);
/* Blocks until there is something to do, or feeds_stop. false: stopped. Threads: the feeder. */
bool feeds_wait(struct feeds *f);
void feeds_stop(struct feeds *f); /* any thread */

uint32_t feeds_count(struct feeds *f); /* readers now; any thread */

#endif
