/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CLIENT_H
#define CASEWIRE_CLIENT_H

/**
 * A handle on the daemons of a network, and the machine that runs its requests.
 *
 * Two styles over the same machine. Blocking: call cw_client_get() and the like of ask.h, nothing else is needed.
 * With an event loop: start requests with cw_ask_get() and the like, watch cw_client_fd(), and call
 * cw_client_dispatch() when it is readable; answers come to callbacks.
 *
 *     while (running) {
 *         struct pollfd p = { .fd = cw_client_fd(client), .events = POLLIN };
 *         poll(&p, 1, cw_client_timeout_ms(client));
 *         if (cw_client_dispatch(client) != CW_OK)
 *             break;
 *     }
 *
 * One thread uses a handle at a time; other handles may be used by other threads. No handle survives fork().
 */

#include <casewire/answer.h>
#include <casewire/identity.h>
#include <casewire/session.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_TIMEOUT_MS_MAX 600000
#define CW_DAEMONS_MAX 16
#define CW_ADDRESS_LEN_MAX 255
#define CW_REQUESTS_MAX 1024         /**< on their way at once, on one handle */
#define CW_REQUESTS_LEN_MAX 67108864 /**< bytes of all of them together: 64 MiB */
#define CW_MESSAGE_LEN_MAX 1048576   /**< one request or answer */
#define CW_ATTEMPT_MS_DEFAULT 4000

/** One daemon: where it listens, and the CURVE key it must prove to hold. */
struct cw_daemon {
    const char *address;    /**< "tcp://host:port" of its client socket, at most CW_ADDRESS_LEN_MAX bytes */
    uint8_t key[CW_ID_LEN]; /**< its CURVE public key */
};

struct cw_client_options {
    size_t size;                        /**< sizeof(struct cw_client_options): grows in later versions */
    uint8_t network_id[CW_ID_LEN];      /**< pinned: another network's daemon is refused */
    const struct cw_identity *identity; /**< must outlive the handle */
    const struct cw_daemon *daemons;    /**< in order of preference; copied */
    size_t daemon_count;                /**< 1 to CW_DAEMONS_MAX */
    /**
     * How long one daemon may take to answer before the next one is asked; 0: CW_ATTEMPT_MS_DEFAULT. What a
     * submission lets its daemon wait for other divisions comes on top. Of no meaning with one daemon.
     */
    int32_t attempt_ms;
    struct cw_session *session; /**< must outlive the handle; NULL: one of its own, which has seen nothing yet */
    const char *admin_socket;   /**< instead of identity and daemons: path of the daemon's Unix socket */
};

struct cw_client;

/**
 * Makes a handle. Nothing is sent before the first request, so this succeeds while the daemons are away.
 *
 * Returns   CW_OK, CW_USAGE_ARGUMENT (the fault says which option and which rule), CW_REFUSED_NETWORK (the
 *           certificate is of another network), CW_LOCAL_MEMORY, CW_LOCAL_IO (no descriptors left)
 * Threads   any; the handle then belongs to one thread at a time
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_open(const struct cw_client_options *options,
                                                   struct cw_client **out_client, struct cw_fault *out_fault);

/**
 * Ends all requests without calling anybody, and frees the handle and every request on it. Inside a callback: it
 * happens when the callback has returned. NULL is allowed.
 */
CW_PUBLIC void cw_client_close(struct cw_client *client);

/** Why the last function on this handle failed; never NULL; valid until the next call. */
CW_PUBLIC const struct cw_fault *cw_client_fault(const struct cw_client *client);

/** The session of the handle: the one given to it, or its own; NULL on the admin socket. */
CW_PUBLIC struct cw_session *cw_client_session(struct cw_client *client);

/* --- the event loop ---------------------------------------------------------------------------------- */

/**
 * A descriptor to watch for reading (poll, epoll, select, asyncio's add_reader). It is level-triggered: readable as
 * long as cw_client_dispatch() has something to do, also when a deadline has come. Owned by the handle: never read
 * from it, write to it or close it. It is the same for the life of the handle.
 */
CW_PUBLIC int cw_client_fd(const struct cw_client *client);

/**
 * Milliseconds until cw_client_dispatch() should be called although the descriptor is silent; -1: never; as poll()
 * takes it. Whoever cannot give a timeout to his loop needs none: the descriptor says the same.
 */
CW_PUBLIC int cw_client_timeout_ms(const struct cw_client *client);

/**
 * Does what there is to do, without waiting: sends, receives, moves requests from a daemon that failed to the next,
 * and calls the callbacks of those that are done. Bounded: what is left over keeps the descriptor readable.
 *
 * Returns   CW_OK, or CW_USAGE_ORDER when called inside a callback
 * Blocks    never
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_dispatch(struct cw_client *client);

/* --- requests ---------------------------------------------------------------------------------------- */

/** A request that is on its way. */
struct cw_request;

/**
 * A request is done. Called once, from cw_client_dispatch() or from a blocking function on the same handle, never
 * from the function that started it; the request does not exist any more.
 *
 * @param err     CW_OK, or what a blocking function would have returned
 * @param answer  the receiver's to close; NULL unless CW_OK
 * @param fault   why not; never NULL, of code CW_OK on success; borrowed for the call
 *
 * It may start requests, cancel others and close the handle. It may not dispatch or block on this handle:
 * CW_USAGE_ORDER.
 */
typedef void cw_done(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault);

/** How a request is made. */
struct cw_call {
    size_t size;        /**< sizeof(struct cw_call) */
    int32_t timeout_ms; /**< 1 to CW_TIMEOUT_MS_MAX, over all daemons and tries together */
    cw_done *done;      /**< NULL: somebody will wait for it with cw_request_wait() */
    void *context;      /**< given to done */
};

/**
 * Waits for a request that was started without a callback, and frees it. Callbacks of other requests may be called
 * meanwhile.
 *
 * Returns   what became of the request (see ask.h); CW_USAGE_ORDER, and nothing is freed, inside a callback or for
 *           a request that has a callback
 * Blocks    up to the request's timeout
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_request_wait(struct cw_request *request, struct cw_answer **out_answer);

/** Whether cw_request_wait() would return at once. */
CW_PUBLIC int cw_request_is_done(const struct cw_request *request);

/**
 * Gives a request up and frees it; its callback is not called. What was sent already may still take effect. NULL is
 * allowed.
 */
CW_PUBLIC void cw_request_cancel(struct cw_request *request);

/* --- daemons ----------------------------------------------------------------------------------------- */

enum cw_daemon_state {
    CW_DAEMON_IDLE = 0,       /**< not needed so far */
    CW_DAEMON_CONNECTING = 1, /**< no answer to the greeting yet; the fault says what was seen last */
    CW_DAEMON_READY = 2,      /**< connected, both keys proven */
    CW_DAEMON_MARKED = 3,     /**< it answered garbage, or not in time: others are asked first for a while */
};

struct cw_daemon_view {
    size_t size; /**< sizeof(struct cw_daemon_view), set by the caller */
    enum cw_daemon_state state;
    uint64_t answers;      /**< received and understood */
    uint64_t failures;     /**< lost connections, refused greetings, late answers, garbage */
    struct cw_fault fault; /**< of the last failure; code CW_OK before the first */
};

CW_PUBLIC size_t cw_client_daemon_count(const struct cw_client *client);
/** @param index  below cw_client_daemon_count(); in the order of the options. CW_USAGE_ARGUMENT otherwise. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_daemon(const struct cw_client *client, size_t index,
                                                     struct cw_daemon_view *out_view);

#ifdef __cplusplus
}
#endif

#endif
