/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_BRIDGE_NATS_H
#define CASEWIRE_BRIDGE_NATS_H

/*
 * A feed in a JetStream stream, each item once, whoever is killed:
 *
 *     PREFIX.op.ID          an op, as it was first told; likewise PREFIX.record.ID
 *     PREFIX.again.ID.STAMP the same op, judged or opened otherwise since
 *     PREFIX.case.ID        a case as it is; likewise PREFIX.correction.ID
 *     PREFIX.cursor         how far all that stands before it goes: where the next bridge goes on
 *
 * The message id is ID, so the server drops what comes twice soon after. What comes twice late - a cursor that could
 * not be written, a log whose first unread entry held the others up - it refuses, because each message says that there
 * must be none of its subject yet.
 */

#include "bridge.h"

#include <nats/nats.h>
#include <pthread.h>

#define SUBJECT_LEN_MAX 200

struct nats_settings {
    const char *server;      /* URLs, with commas between */
    const char *credentials; /* file; NULL: none */
    const char *stream, *prefix;
};

/* A message on its way, or back. */
struct nats_sent {
    natsMsg *msg; /* the server's answer is told apart by it; no longer ours */
    json_t *item;
    bool answered, there; /* there: it was in the stream already */
    bool failed;
};

struct nats_target {
    struct nats_settings set;
    natsConnection *connection;
    jsCtx *js;
    bool rollup; /* the stream keeps only the newest cursor */
    struct bridge_cursor kept;

    /* one answer's messages; the lock guards what the client library's threads fill */
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct nats_sent *sent;
    size_t sent_count, sent_room, open_count;
    size_t answered_at; /* answers mostly come in order */
};

/* nats_stream.c */
bool nats_begin(void *self, struct bridge_cursor *out_cursor);
void nats_end(void *self);
/* The message of this subject, or NULL; the caller destroys it. *out_status: NATS_OK, NATS_NOT_FOUND, what went wrong. */
natsMsg *nats_last(struct nats_target *t, const char *subject, natsStatus *out_status);
bool nats_keep_cursor(struct nats_target *t, struct cw_slice cursor);

/* nats_take.c */
bool nats_take(void *self, const struct cw_answer *answer);
/* Of the client library's threads. */
void nats_answered(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *error, void *self);

#endif
