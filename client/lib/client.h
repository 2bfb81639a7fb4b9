/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_CLIENT_H
#define CASEWIRE_LIB_CLIENT_H

/*
 * The machine behind a handle:
 *
 *   client.c    options, open, close; the envelope of a request
 *   request.c   a request's life: started, waited for, given up, done
 *   daemons.c   which daemon a request goes to; marking those that fail
 *   pump.c      one round: look, receive, decide, send, deadlines
 *   attached.c  what else has work to do in each round: feeds, outboxes
 *   route.c     what an outcome means for a request: done, the next daemon, later (pure)
 *   loop.c      the one descriptor: epoll over the links, an eventfd for what they do not show, a timerfd
 */

#include <casewire/ask.h>

#include "lib/answer.h"
#include "lib/attached.h"
#include "lib/link.h"
#include "lib/session.h"

/* --- daemons -------------------------------------------------------------------------------------------- */

struct daemon {
    struct link *link;
    bool needed;                 /* was opened, and is kept open */
    uint64_t connection;         /* another number for each connection */
    uint64_t lost_seen;          /* link->lost_count as of the last round */
    struct cw_mono opened;       /* when connecting began */
    uint64_t lost_at_opening;    /* link->lost_count then */
    bool overdue;                /* it has not greeted in time: the next one is asked as well */
    struct cw_mono marked_until; /* others are asked first; in the past: not marked */
    int32_t mark_ms;             /* how long the next mark lasts */
    uint64_t answers, failures;
    struct cw_fault fault;
};

/* --- requests --------------------------------------------------------------------------------------------- */

enum request_state {
    REQUEST_WAITING, /* for a daemon, for room, or for retry_at */
    REQUEST_SENT,
    REQUEST_OPEN, /* a stream that has had its first frame: no deadline any more */
    REQUEST_DONE, /* without a callback: kept until somebody waits for it */
};

/*
 * Frames without end to one request: how a feed is built. `frame` gets every answer that carries the request's id, an
 * owned one, refusals after the first frame included. `ended` is the last call: the request could not begin, or its
 * daemon is gone or was marked; whoever wants to go on starts anew, at whichever daemon is next. Both are called from
 * the pump, and may start, say and cancel.
 */
struct stream_ops {
    void (*frame)(void *context, struct cw_answer *answer);
    void (*ended)(void *context, enum cw_err err, const struct cw_fault *fault);
};

enum session_use {
    SESSION_NONE,  /* of the daemon as it is */
    SESSION_WRITE, /* adds to what the session has seen; whoever lacks that may take it, but not refuse it */
    SESSION_READ,  /* never older than that, and adds to it */
};

struct cw_request {
    struct cw_client *client;
    uint32_t slot;
    uint8_t id[16]; /* slot as be32, then chance */
    struct buf bytes;
    size_t member; /* offset in Cw__Answer of the message an answer must hold; 0: any */
    bool has_op;   /* "submitted" must be about this op */
    struct cw_op_id op;
    enum session_use session;
    struct session_carried carried; /* when it was last sent */
    uint64_t connection;            /* over which */
    enum request_state state;
    uint32_t daemon;     /* index: where it was sent */
    uint32_t tried;      /* bit per daemon, this time round */
    int32_t patience_ms; /* what the daemon may take beyond attempt_ms */
    struct cw_mono deadline, attempt, retry_at;
    bool parked;      /* WAITING for a daemon or for room: time alone changes nothing */
    int32_t retry_ms; /* the next pause, doubling */
    cw_done *done;
    const struct stream_ops *stream;
    void *context;
    enum cw_err err; /* of the last try; the result once DONE */
    struct cw_fault fault;
    struct cw_answer *answer; /* once DONE */
};

/* How a request is to be made, beyond the public call. */
struct request_plan {
    size_t member;
    const struct cw_op_id *op;
    enum session_use session;
    int32_t patience_ms;
    const struct stream_ops *stream; /* then call->done is not used, call->context is */
};

/* --- the handle --------------------------------------------------------------------------------------------- */

struct cw_client {
    uint8_t network[CW_ID_LEN];
    bool admin;
    int32_t attempt_ms;
    void *zmq;
    int epoll, event, timer; /* loop.c */
    bool event_set;
    struct cw_mono timer_at;
    struct daemon daemons[CW_DAEMONS_MAX];
    uint32_t daemon_count;
    struct cw_request *requests[CW_REQUESTS_MAX]; /* by slot; NULL: free */
    uint32_t request_count, slot_hint;
    uint32_t full; /* bit per daemon: a request waits for room there */
    size_t requests_len;
    struct attached_list attached;
    struct cw_session *session; /* NULL on the admin socket */
    bool owns_session;
    uint64_t handle;  /* by chance: names it in the session */
    struct buf frame; /* the one that is being received, or sent with tokens */
    bool inside;      /* a callback runs */
    bool closing;     /* closed inside it */
    struct cw_fault fault;
};

/* Fills the envelope and starts the request. Errors as cw_ask_...(); they are in client->fault too. */
enum cw_err client_start(struct cw_client *client, Cw__Request *message, const struct cw_call *call,
                         const struct request_plan *plan, struct cw_request **out_request);
/* The second half of a blocking function: waits for what was started just now; NULL: `started` says why not. */
enum cw_err client_wait_for(enum cw_err started, struct cw_request *request, struct cw_answer **out_answer);
/* Both halves. */
/* The first part of a log behind this entry; log NULL: the list of logs. As cw_client_export(), for who has a callback. */
enum cw_err client_ask_export(struct cw_client *client, const struct cw_call *call, const uint8_t *log, uint64_t after,
                              struct cw_request **out_request);
enum cw_err client_ask(struct cw_client *client, Cw__Request *message, const struct request_plan *plan,
                       int32_t timeout_ms, struct cw_answer **out_answer);
/*
 * One more message of an open stream, with its id, to its daemon, at once and never again: a feed's credit.
 * CW_AGAIN_BUSY: no room now; CW_AGAIN_NO_DAEMON: the stream is not open.
 */
enum cw_err client_say(struct cw_request *request, Cw__Request *message);
/* The refusal inside an answer, as a fault and its code; CW_OK when it refuses nothing. */
enum cw_err client_refusal(const Cw__Answer *answer, struct cw_fault *fault);
void client_free(struct cw_client *client);
/*
 * Closes it for a process that ends now, by quick_exit(): all but the threads of libzmq, which the kernel ends quicker than
 * they end each other. Nothing is lost by it that cw_client_close() would send: no connection lingers.
 */
void client_leave(struct cw_client *client);

/* --- request.c ---------------------------------------------------------------------------------------------- */

/* The request is done: calls its callback and frees it, or keeps the result. Takes answer; fault may be NULL when CW_OK. */
void request_finish(struct cw_request *request, enum cw_err err, struct cw_answer *answer,
                    const struct cw_fault *fault);
struct cw_request *request_find(const struct cw_client *client, struct cw_slice id);
void request_free(struct cw_request *request);
/* What came of it at one daemon: done, or to be tried again there or elsewhere. */
void request_outcome(struct cw_request *request, uint32_t daemon, const struct cw_fault *fault, struct cw_mono now);
/* When something about it is due; CW_NEVER for one that is done or a stream that is open. */
struct cw_mono request_wake_at(const struct cw_request *request);

/* --- daemons.c ---------------------------------------------------------------------------------------------- */

enum pick {
    PICK_READY,  /* send it there */
    PICK_WAIT,   /* a connection is being made */
    PICK_FAILED, /* it could not even begin: the link's fault says why */
    PICK_NONE,   /* all were tried */
};
/* Which daemon a request goes to, but for those already tried (a bit each); opens links as needed. */
enum pick daemons_pick(struct cw_client *client, uint32_t tried, struct cw_mono now, uint32_t *out_index);
bool daemons_all_tried(const struct cw_client *client, uint32_t tried);
void daemon_failed(struct daemon *d, const struct cw_fault *fault);
/* Others are asked first for a while, and the connection is made anew. */
void daemon_mark(struct daemon *d, const struct cw_fault *fault, struct cw_mono now);
void daemon_answered(struct daemon *d);
/* Opens again what was shut when its mark is over, and notices who has not greeted in time. */
void daemons_tend(struct cw_client *client, struct cw_mono now);
/* When daemons_tend() has something to do that no descriptor announces. */
struct cw_mono daemons_wake_at(const struct cw_client *client);

/* --- pump.c ------------------------------------------------------------------------------------------------- */

/* One round. Calls callbacks; `client` may be gone afterwards only if closing was asked for: then false. */
bool client_pump(struct cw_client *client);
/* This daemon is not to be trusted for a while: what was sent there goes elsewhere, or ends. */
void client_mark(struct cw_client *client, uint32_t daemon, const struct cw_fault *fault, struct cw_mono now);

/* --- requests.c --------------------------------------------------------------------------------------------- */

/* 64 hexadecimal digits are an id; anything else a name for the daemon to look up. */
bool client_id_of_name(struct cw_slice name, uint8_t out[static CW_ID_LEN]);

/* --- loop.c ------------------------------------------------------------------------------------------------- */

enum cw_err loop_open(struct cw_client *client, struct cw_fault *fault);
void loop_close(struct cw_client *client);
/* Makes the descriptor show what is left to do. At the end of every function that touched the links. */
void loop_settle(struct cw_client *client);
/* Waits for the descriptor, until `deadline` at most. */
void loop_wait(struct cw_client *client, struct cw_mono deadline);
/* The next time at which something is due. */
struct cw_mono client_wake_at(const struct cw_client *client);

/* --- route.c ------------------------------------------------------------------------------------------------ */

enum route {
    ROUTE_DONE,  /* that is the answer */
    ROUTE_NEXT,  /* another daemon may do better; this one is as good as before */
    ROUTE_MARK,  /* another daemon, and this one is marked */
    ROUTE_LATER, /* the same one, after a pause */
};
enum route route_of(const struct cw_fault *fault);

#endif
