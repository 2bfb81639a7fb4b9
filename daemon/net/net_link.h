/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_NET_LINK_H
#define CASEWIRE_NET_NET_LINK_H

/*
 * A link, as the net process knows it: one authenticated connection, and the frames that wait for room in
 * its pipe. The core gives the ids of the links it dials; incoming ones get ids with the top bit set here.
 *
 * A closed link stays known for a while: messages of it may still sit in libzmq's pipes, and they must be
 * dropped, not taken for a new link.
 */

#include "net/allow.h"
#include "proto/table_hash.h"

#include <sys/queue.h>
#include <uthash.h>

#define LINK_INCOMING ((uint64_t)1 << 63)
#define LINK_RID_LEN 5 /* what a ROUTER gives a peer that names itself nothing */
#define LINKS_MAX 4096
#define LINKS_PER_CERT_MAX 16
#define LINK_WAITING_LEN_MAX ((size_t)4 << 20)   /* above a peer's credit; then the link is dropped, with a reason */
#define LINKS_WAITING_LEN_MAX ((size_t)48 << 20) /* of all links */
#define LINK_CLOSED_KEEP_MS 2000

struct waiting_frame {
    STAILQ_ENTRY(waiting_frame) next;
    size_t len;
    uint8_t bytes[];
};
STAILQ_HEAD(waiting_frames, waiting_frame);

struct net_link_rid {
    uint8_t door;
    uint8_t rid[LINK_RID_LEN];
};

struct dial;

struct net_link {
    uint64_t id;
    struct cert_id cert;
    enum subject_kind subject;
    bool known; /* cert and subject are */
    bool closed;
    struct cw_mono closed_at;
    struct dial *dial;       /* NULL: incoming */
    struct net_link_rid rid; /* incoming: where a ROUTER sends to it */
    int fd;                  /* -1: not known yet */
    struct waiting_frames waiting;
    size_t waiting_len;
    UT_hash_handle by_id, by_rid;
};

struct net_links {
    struct net_link *by_id, *by_rid;
    uint32_t count;
    uint64_t incoming_count; /* ever: the next incoming id */
    size_t waiting_len;
};

/* NULL: too many, or the id is taken. */
struct net_link *net_link_new_incoming(struct net_links *l, const struct net_link_rid *rid);
struct net_link *net_link_new_dialled(struct net_links *l, uint64_t id, struct dial *dial);
void net_link_free(struct net_links *l, struct net_link *link);
struct net_link *net_link_find(const struct net_links *l, uint64_t id);
struct net_link *net_link_find_rid(const struct net_links *l, const struct net_link_rid *rid);
uint32_t net_link_count_of(const struct net_links *l, const struct cert_id *cert);

/* Keeps a copy of a frame that did not fit into the pipe. false: over a bound, or no memory. */
bool net_link_wait(struct net_links *l, struct net_link *link, struct cw_slice frame);
void net_link_drop_first_waiting(struct net_links *l, struct net_link *link);
void net_link_drop_waiting(struct net_links *l, struct net_link *link);

#endif
