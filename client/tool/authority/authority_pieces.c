/* SPDX-License-Identifier: Apache-2.0 */
/* Segments taken apart into batches: as a folder holds them, whoever they come from. */
#include "tool/authority.h"

#include "lib/answer.h"
#include "lib/fault.h"
#include "lib/unpack.h"
#include "proto/wire.h"

#include <stdlib.h>

void authority_pieces_done(struct authority_pieces *p)
{
    for (size_t i = 0; i < p->count; i++)
        buf_done(&p->at[i].bytes);
    free(p->at);
    *p = (struct authority_pieces){0};
}

static enum cw_err make_room(struct authority_pieces *p)
{
    size_t room = p->room == 0 ? 64 : 2 * p->room;
    struct authority_piece *at;

    if (p->count < p->room)
        return CW_OK;
    if (p->count >= AUTHORITY_SEGMENTS_MAX)
        return CW_REFUSED_SIZE;
    at = realloc(p->at, room * sizeof(*at));
    if (at == NULL)
        return CW_LOCAL_MEMORY;
    p->at = at;
    p->room = room;
    return CW_OK;
}

/* What the batch says of itself: nothing of it is believed yet. */
static enum cw_err describe(const Cw__SealedBatch *batch, struct authority_piece *out)
{
    struct cw_slice bytes;
    struct seal seal;

    if (batch->seal == NULL)
        return CW_REFUSED_MALFORMED;
    bytes = wire_slice(batch->seal->seal);
    if (seal_parse(bytes, &seal) != CW_OK || seal.first == 0)
        return CW_REFUSED_MALFORMED;
    out->log = seal.log;
    out->first = seal.first;
    out->prev = seal.prev;
    out->end.seq = seal.last;
    seal_hash_of(bytes, &out->end.seal);
    return CW_OK;
}

static enum cw_err add_batch(struct authority_pieces *p, const Cw__Entries *message, size_t index)
{
    Cw__Entries one = CW__ENTRIES__INIT;
    struct authority_piece piece = {0};
    enum cw_err err = describe(message->batches[index], &piece);

    one.has_log = message->has_log;
    one.log = message->log;
    one.has_genesis = index == 0 && message->has_genesis;
    one.genesis = message->genesis;
    one.n_batches = 1;
    one.batches = message->batches + index;
    if (err == CW_OK)
        err = make_room(p);
    if (err == CW_OK)
        err = message_pack(&one.base, MESSAGE_LEN_MAX, &piece.bytes);
    if (err == CW_OK)
        p->at[p->count++] = piece;
    else
        buf_done(&piece.bytes);
    return err;
}

static enum cw_err add_message(struct authority_pieces *p, const Cw__Entries *message)
{
    enum cw_err err = CW_OK;

    for (size_t i = 0; err == CW_OK && i < message->n_batches; i++)
        err = add_batch(p, message, i);
    return err;
}

enum cw_err authority_pieces_add(struct authority_pieces *p, struct cw_slice segment, struct cw_fault *fault)
{
    ProtobufCMessage *message;
    void *memory;
    enum cw_err err = message_unpack(&cw__entries__descriptor, segment, &memory, &message, NULL);

    if (err != CW_OK)
        return fault_plain(fault, err, "segment");
    err = add_message(p, (const Cw__Entries *)message);
    free(memory);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "segment");
}

enum cw_err authority_pieces_ends(const struct authority_pieces *p, const struct log_id *log,
                                  struct authority_ends *out)
{
    out->count = 0;
    out->at = calloc(p->count + 1, sizeof(*out->at));
    if (out->at == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t i = 0; i < p->count; i++)
        if (ID_EQ(&p->at[i].log, log))
            out->at[out->count++] = p->at[i].end;
    return CW_OK;
}

/* --- from a daemon ------------------------------------------------------------------------------------------ */

/* One log, chunk by chunk. A daemon that repeats itself gets no further turn. */
static enum cw_err fetch_log(struct cw_client *client, const uint8_t log[static ID_LEN], int32_t timeout_ms,
                             struct authority_pieces *p, struct cw_fault *fault)
{
    uint64_t after = 0;

    for (;;) {
        struct cw_answer *answer = NULL;
        size_t before = p->count;
        enum cw_err err = cw_client_export(client, log, after, 0, timeout_ms, &answer);
        const Cw__ExportChunk *chunk;
        bool last;

        if (err != CW_OK) {
            *fault = *cw_client_fault(client);
            return err;
        }
        chunk = answer_message(answer)->export;
        if (chunk->has_rest || chunk->left_contents > 0)
            err = CW_REFUSED_SIZE; /* a record without its part would be taken for one that has no effect */
        else if (chunk->entries != NULL)
            err = add_message(p, chunk->entries);
        last = chunk->last || chunk->entries == NULL || p->count == before || p->at[p->count - 1].end.seq <= after;
        cw_answer_close(answer);
        if (err != CW_OK)
            return fault_plain(fault, err, "the daemon's log");
        if (last)
            return CW_OK;
        after = p->at[p->count - 1].end.seq;
    }
}

static enum cw_err fetch_listed(struct cw_client *client, const Cw__ExportChunk *list, int32_t timeout_ms,
                                struct authority_pieces *p, struct cw_fault *fault)
{
    enum cw_err err = CW_OK;

    /* The root first: it says which authority logs to believe. */
    for (uint32_t scope = LOG_ROOT; err == CW_OK && scope >= LOG_AUTHORITY; scope--)
        for (size_t i = 0; err == CW_OK && i < list->n_logs; i++) {
            const Cw__LogHead *log = list->logs[i];

            if (log->scope_kind == scope && log->head != NULL && log->head->log.len == ID_LEN)
                err = fetch_log(client, log->head->log.data, timeout_ms, p, fault);
        }
    return err;
}

enum cw_err authority_fetch(const char *socket, const struct network_id *network, int32_t timeout_ms,
                            struct authority_pieces *out, struct cw_fault *fault)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = socket};
    struct cw_client *client = NULL;
    struct cw_answer *answer = NULL;
    enum cw_err err;

    memcpy(options.network_id, network->b, CW_ID_LEN);
    err = cw_client_open(&options, &client, fault);
    if (err != CW_OK)
        return err;
    err = cw_client_export(client, NULL, 0, 0, timeout_ms, &answer);
    if (err != CW_OK)
        *fault = *cw_client_fault(client);
    else
        err = fetch_listed(client, answer_message(answer)->export, timeout_ms, out, fault);
    cw_answer_close(answer);
    cw_client_close(client);
    return err;
}
