/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching a whole history: root log, authority logs, then every division's, in chunks as the daemon sends them. */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"
#include "lib/unpack.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <casewire/history.h>

#include <stdlib.h>

struct export
{
    struct cw_client *client;
    int open;
    int32_t timeout_ms;
    cw_record_sink *sink;
    void *context;
    struct cw_slice genesis; /* of the network; sent with the first record */
    uint64_t record_count;
};

static enum cw_err send_record(struct export *e, Cw__ExportRecord *record)
{
    struct buf bytes = {0};
    enum cw_err err;

    record->has_v = true;
    record->v = 1;
    if (e->record_count == 0) {
        record->has_network_genesis = true;
        record->network_genesis = wire_bytes(e->genesis);
    }
    /* An answer of 1 MiB makes a record a little longer: its bound is twice that. */
    err = message_pack(&record->base, (size_t)2 * CW_MESSAGE_LEN_MAX, &bytes);
    if (err == CW_OK)
        err = e->sink(e->context, buf_slice(&bytes));
    buf_done(&bytes);
    if (err == CW_OK)
        e->record_count++;
    return err;
}

static uint64_t last_seq(const Cw__Entries *entries, uint64_t before)
{
    struct seal seal;

    if (entries->n_batches == 0 || entries->batches[entries->n_batches - 1]->seal == NULL)
        return before;
    if (seal_parse(wire_slice(entries->batches[entries->n_batches - 1]->seal->seal), &seal) != CW_OK)
        return before;
    return seal.last;
}

static enum cw_err send_chunk(struct export *e, Cw__ExportChunk *chunk)
{
    Cw__ExportRecord record = CW__EXPORT_RECORD__INIT;

    /* How it travelled is no part of a history. */
    chunk->entries->has_last = chunk->entries->has_pushed = false;
    record.entries = chunk->entries;
    record.n_opened = chunk->n_opened;
    record.opened = chunk->opened;
    return send_record(e, &record);
}

static enum cw_err export_log(struct export *e, const uint8_t *log)
{
    uint64_t after = 0;

    for (;;) {
        struct cw_answer *answer;
        Cw__ExportChunk *chunk;
        enum cw_err err = cw_client_export(e->client, log, after, e->open, e->timeout_ms, &answer);
        uint64_t upto;
        bool last;

        if (err != CW_OK)
            return err;
        chunk = answer->message->export;
        last = chunk->last || chunk->entries == NULL;
        upto = chunk->entries != NULL ? last_seq(chunk->entries, after) : after;
        if (upto > after)
            err = send_chunk(e, chunk);
        cw_answer_close(answer);
        if (err != CW_OK || last || upto <= after)
            return err;
        after = upto;
    }
}

static enum cw_err export_logs(struct export *e, const Cw__ExportChunk *list)
{
    enum cw_err err = CW_OK;

    for (uint32_t scope = LOG_ROOT; err == CW_OK && scope >= LOG_DIVISION; scope--)
        for (size_t i = 0; err == CW_OK && i < list->n_logs; i++) {
            const Cw__LogHead *head = list->logs[i];

            if (head->scope_kind == scope && head->head != NULL && head->head->log.len == CW_ID_LEN)
                err = export_log(e, head->head->log.data);
        }
    return err;
}

static enum cw_err export_all(struct export *e, const Cw__ExportChunk *list)
{
    Cw__ExportRecord end = CW__EXPORT_RECORD__INIT;
    struct network_id network;
    enum cw_err err;

    e->genesis = wire_slice(list->network_genesis);
    network_id_of(e->genesis, &network);
    if (!e->client->admin && memcmp(network.b, e->client->network, CW_ID_LEN) != 0)
        return fault_set(&e->client->fault, CW_REFUSED_NETWORK, "network_genesis", "the daemon's network is another");
    err = export_logs(e, list);
    end.has_count = true;
    end.count = e->record_count;
    return err == CW_OK ? send_record(e, &end) : err;
}

enum cw_err cw_client_export_history(struct cw_client *client, int open, int32_t timeout_ms, cw_record_sink *sink,
                                     void *context)
{
    if (client == NULL || sink == NULL) /* written out: the analyser does not look into MISSING() */
        return CW_USAGE_ARGUMENT;
    struct export e = {.client = client, .open = open, .timeout_ms = timeout_ms, .sink = sink, .context = context};
    struct cw_answer *answer;
    enum cw_err err = cw_client_export(client, NULL, 0, 0, timeout_ms, &answer);

    if (err != CW_OK)
        return err;
    err = export_all(&e, answer_message(answer)->export);
    cw_answer_close(answer);
    return err;
}
