/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_H
#define CASEWIRE_NODE_ANSWER_H

/*
 * Reads, answered beside the turn from a snapshot: what it shows is committed and anchored. Submissions,
 * publications and cuts are answered by the turn, with the same frame (answer_frame.h).
 *
 * Who may read: people and regional units whose certificate counts, partners never (they submit, they do
 * not browse). Opened parts in bulk (export) need a records or audit role.
 */

#include "node/answer_cache.h"
#include "node/case_store.h"
#include "node/intake.h"
#include "node/internal.h"

/*
 * Writes one Answer frame into out (cap MESSAGE_LEN_MAX), always: a refusal is an answer too.
 * The arena bounds the work: 16 MiB suffices for a case of a few thousand ops; a larger one needs more,
 * and CW_LOCAL_MEMORY is returned (nothing written) so that the caller tries again with a larger arena.
 * Threads: any.
 */
enum cw_err answer_read(struct node *n, const struct reader_identity *who, const Cw__Request *request,
                        struct arena *arena, struct writer *out);

/* --- between the answer_*.c files -------------------------------------------------------------------- */

struct known_at;

struct answering {
    struct node *node;
    const struct reader_identity *who;
    struct reader_rights rights; /* roles 0 on the admin socket */
    struct answer_moment moment;
    struct cw_wall good_until;            /* lowered by answer_ends_at */
    struct known_at *known;               /* NULL: everything that is known here now */
    const struct cw_op_id *events_before; /* NULL: the newest events */
    bool brief;                           /* what an event says of its author is not said of each of its values again */
    bool in_feed;                         /* no death is told of before it is confirmed (cases/deaths.h) */
    struct cw_slice view;                 /* a case as it goes into the answer: field, length, bytes; or empty */
    struct node_read read;
    struct arena *arena;
    bool starved; /* the arena was full for a text or bytes of the answer: it is none */
    struct refusal refusal;
};

/* Fills a->roles, or refuses. Holds the authority for a moment. */
enum cw_err answer_admit_reader(struct answering *a);
enum cw_err answer_get(struct answering *a, const Cw__GetCase *request, Cw__Answer *out);
enum cw_err answer_list(struct answering *a, const Cw__ListCases *request, Cw__Answer *out);
enum cw_err answer_history(struct answering *a, const Cw__GetHistory *request, Cw__Answer *out);
enum cw_err answer_status(struct answering *a, Cw__Answer *out);
enum cw_err answer_peers(struct answering *a, Cw__Answer *out);
enum cw_err answer_schema(struct answering *a, Cw__Answer *out);
enum cw_err answer_export(struct answering *a, const Cw__ExportLog *request, Cw__Answer *out);
enum cw_err answer_authority(struct answering *a, const Cw__GetAuthority *request, Cw__Answer *out);
enum cw_err answer_receipt(struct answering *a, const Cw__GetReceipt *request, Cw__Answer *out);

/* Something shown is true only before this moment: a running clock, before it is due. Whatever compares with now says so. */
void answer_ends_at(struct answering *a, struct cw_wall at);
/* Something shown is of other cases, whose changes do not end this one's answers. */
void answer_not_kept(struct answering *a);

/* By id or name, whichever the request gives. */
enum cw_err answer_find_case(struct answering *a, bool has_id, ProtobufCBinaryData id, bool has_name,
                             ProtobufCBinaryData name, struct cw_case_id *out);

/* Texts and bytes in the arena, as protobuf-c wants them; empty on a full arena (then a->starved is set, and answer_read says so). */
ProtobufCBinaryData answer_text(struct answering *a, const char *text);
ProtobufCBinaryData answer_bytes(struct answering *a, const void *data, size_t len);

/* The node's status, in the arena; NULL: it is full. What the wall clock says now. */
struct node_status *answer_read_status(struct answering *a);
struct cw_wall answer_now(const struct answering *a);

/* Presence of optional bytes: SET_BYTES(view->title, answer_text(a, "...")) */
#define SET_BYTES(message, field, value) \
    do {                                 \
        (message)->has_##field = 1;      \
        (message)->field = (value);      \
    } while (0)
#define SET_NUMBER(message, field, value) \
    do {                                  \
        (message)->has_##field = 1;       \
        (message)->field = (value);       \
    } while (0)

#endif
