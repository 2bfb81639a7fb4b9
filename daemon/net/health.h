/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_HEALTH_H
#define CASEWIRE_NET_HEALTH_H

/*
 * Answers programs that watch this machine: GET /metrics, /healthz and /readyz over HTTP/1, on a Unix socket or on the
 * loopback, and nothing else (docs/decisions/0015). Hostile-proof by being small: a request is at most
 * HEALTH_REQUEST_LEN_MAX bytes, of which only the first line is looked at and compared; a connection lives
 * HEALTH_TIME_MS and is answered once; at most HEALTH_CONNECTIONS_MAX at a time, the oldest making room for the next.
 * A thread of its own with one poll: whoever asks, or does not read, holds up nobody but others who ask.
 */

#include "proto/bytes.h"

#define HEALTH_CONNECTIONS_MAX 8
#define HEALTH_REQUEST_LEN_MAX 2048
#define HEALTH_TIME_MS 5000
#define HEALTH_BODY_LEN_MAX ((size_t)1 << 20)
#define HEALTH_WHERE_LEN_MAX 200

struct health;

enum health_page { HEALTH_METRICS, HEALTH_ALIVE, HEALTH_READY };

struct health_handler {
    void *ctx;
    /*
     * Fills the body (text; *out_len at most room) and says whether it is well: 200, else 503. Metrics that do not fit:
     * false. The answerer's thread; must not wait for anybody.
     */
    bool (*page)(void *ctx, enum health_page page, char *body, size_t room, size_t *out_len);
};

/*
 * where: "/PATH" of a Unix socket (mode 0660; one left over is replaced: the caller holds the folder's lock), or
 * "tcp://127.0.0.1:PORT", "tcp://[::1]:PORT"; port 0: any.
 * Returns CW_OK, CW_LOCAL_CONFIG (no such place), CW_LOCAL_IO, CW_LOCAL_MEMORY; *why says which.
 */
enum cw_err health_open(const char *where, const struct health_handler *handler, struct health **out,
                        struct refusal *why);
void health_run(struct health *h);            /* a thread of its own; returns after health_stop */
void health_stop(struct health *h);           /* any thread */
void health_close(struct health *h);          /* NULL allowed */
uint16_t health_port(const struct health *h); /* of tcp; else 0. For tests */

/* What a request's bytes are; for tests and the fuzzer. Pure. */
enum health_verdict {
    HEALTH_MORE,           /* not whole yet */
    HEALTH_GOOD,           /* *out_page */
    HEALTH_BAD,            /* 400 */
    HEALTH_METHOD_UNKNOWN, /* 405 */
    HEALTH_NOT_FOUND,      /* 404 */
    HEALTH_TOO_LONG,       /* 431 */
};
enum health_verdict health_judge(struct cw_slice request, enum health_page *out_page);

#endif
