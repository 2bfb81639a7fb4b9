/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_PEERS_H
#define CASEWIRE_CORE_PEERS_H

/*
 * The table of peers: one per daemon certificate met or loaded, as many as fit, with at most one session each. Two daemons may
 * dial each other: of the two links the one whose dialler has the smaller certificate id carries the session,
 * the other stands by without one.
 */

#include "core/credit.h"
#include "core/frontier.h"
#include "core/peer_state.h"
#include "core/push.h"

#define PEER_NONE UINT32_MAX

#define HELLO_RETRY_MS 2000
#define LINK_MS_MIN 5000     /* a link lives so long before another of its kind may replace it */
#define FETCH_STALL_MS 10000 /* a log of which nothing new came for so long is asked for elsewhere, */
#define FETCH_QUEUE_MS 30000 /* and after so long while others come that were asked for with it */
#define FETCH_REST_DOUBLINGS_MAX 6u
#define FULL_FRONTIER_MS_MIN 1000 /* how often a peer may ask for the whole frontier */
#define FRONTIER_ITEMS_PER_MS 2   /* of one peer's frontiers, in the long run; two tables, and so long, ahead */
#define FRONTIER_AHEAD_MS 1000
#define START_RENEW_MS 300000 /* how often one peer may make us take a new start id */
#define BLOBS_RETRY_MS INT64_C(10000)
#define BLOBS_RETRY_DOUBLINGS_MAX 5u /* of one peer's rest: others are asked meanwhile */
#define BLOBS_PAUSE_MS 1000
#define BLOB_FRAMES_MAX 16
#define BLOB_ANSWERS_MAX 4 /* a turn; who asks for more asks again */
#define DISPUTE_MS 5000

enum link_way { LINK_OUT = 0, LINK_IN = 1, LINK_WAYS = 2 };

/* One log that the peer asked us for: sent so far. */
struct serve {
    struct log_id log;
    uint64_t sent;
};

/* One log that we asked the peer for. */
struct want {
    struct log_id log;
    uint64_t after; /* as asked */
    bool gap;       /* what came does not continue it: to be asked for again from our head */
    bool again;     /* asked again, and nothing of that is here: gaps, and the end, are of what was under way */
    bool moved;     /* a batch of it came */
    bool dispute;   /* asked for to prove a fork: whoever else shows the log is asked all the same */
    struct cw_mono stall_at, queue_to; /* a batch of this log moves both */
};

struct peer {
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    enum peer_state state;
    enum cw_err last_error;
    struct cw_mono since, last_heard;
    bool cut;
    char software[SOFTWARE_LEN_MAX + 1]; /* as it said last */
    bool says_time;
    int64_t clock_ahead_ms;        /* the greatest that it showed lately */
    struct cw_mono clock_ahead_to; /* until then a lesser one is taken for a slow message */

    link_id links[LINK_WAYS];          /* 0: none */
    struct cw_mono link_at[LINK_WAYS]; /* came up */
    enum link_way way;                 /* which carries the session */
    uint32_t standby_hellos;           /* HELLOs heard on the other link: a second one is meant */

    struct session_id mine, theirs;
    bool reset_told; /* one RESET per greeting is enough */
    uint64_t sent_counter, heard_counter;
    struct cw_mono hello_at, heartbeat_at;

    bool told;             /* our whole frontier went out in this session */
    uint64_t told_counter; /* frontier counter it was at */
    bool asks_full;
    struct cw_mono full_at; /* not before */
    uint32_t forks_told;    /* fork ranks already gossiped in this session */

    struct cw_mono renew_at; /* it makes us take a new start id not before */

    bool claims; /* it said, and has not shown, that it knows more of a log of ours */
    struct log_id claimed;

    struct known_frontier known;
    bool compare;     /* items wait to be compared with our logs */
    bool shown;       /* its whole frontier came in this session: another comes only when it was asked for */
    bool asked_full;  /* asked for, and not yet here */
    bool lacks_whole; /* to be asked for: what came did not lead to what it signed, or was too much at once */
    struct cw_mono frontier_paid; /* what its frontiers cost us is worked off then */

    /* asking */
    struct credit credit;
    struct want *wants; /* WANT_LOGS_MAX */
    uint32_t want_count;
    struct cw_mono stall_at; /* until then what it was asked for is coming, log by log */
    struct cw_mono slow_until;
    bool rests;              /* some of its logs are left alone for a while, */
    struct cw_mono rests_to; /* and when that changes next */
    bool contradicts;        /* it showed a seal that our chain does not pass through, and nothing is proven yet */
    bool disputed;           /* one contradiction at a time is looked into: asked for with the next WANT */
    struct position dispute;
    struct cw_mono dispute_at; /* not before; as long as it contradicts, again then */
    uint32_t blob_frames;      /* BLOBS frames asked for and not yet here, at most BLOB_FRAMES_MAX */
    struct cw_mono blobs_at;

    /* serving */
    uint64_t grant;       /* bytes it granted us */
    struct serve *serves; /* WANT_LOGS_MAX */
    uint32_t serve_count;
    uint32_t blob_answers; /* in this turn */
    uint64_t serving;      /* counter of the EFFECT_SEND_ENTRIES whose EVENT_SENT is awaited; 0: none */
    struct push push;
};

struct peers {
    struct peer *at;
    uint32_t count, max;
};

void peers_init(struct peers *peers, struct arena *memory, uint32_t max, uint32_t logs_max);
struct peer *peers_find(const struct peers *peers, const struct cert_id *cert);
/* The peer that link belongs to and which way it was dialled; NULL: none. */
struct peer *peers_of_link(const struct peers *peers, link_id link, enum link_way *out_way);
/* NULL when the table is full. */
struct peer *peers_add(struct peers *peers, const struct cert_id *cert, const char *division);
/*
 * In the slot of one without a link: of one that may not read, else of the one longest without. What it signed stays in the
 * store; what it holds is not known here any more until it says it again. NULL: all have links, or are cut.
 */
struct peer *peers_replace(struct peers *peers, const struct replica_view *view, const struct cert_id *cert,
                           const char *division);

void peer_name(struct peer *p, const char *division);

static inline link_id peer_link(const struct peer *p)
{
    return p->links[p->way];
}

/* The one mover: asserts that the table of peer_state.c allows it. Staying is no move. */
void peer_move(struct peer *p, enum peer_state to, struct cw_mono now);
/* Forgets everything that belongs to one session; what the peer is known to hold stays. */
void peer_forget_session(struct peer *p);

#endif
