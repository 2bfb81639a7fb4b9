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

/* What a chunk was asked for by. */
struct place {
    const uint8_t *log;
    uint64_t after;
};

struct export
{
    struct cw_client *client;
    int open;
    int32_t timeout_ms;
    cw_record_sink *sink;
    void *context;
    struct cw_slice genesis; /* of the network; sent with the first record */
    uint64_t record_count;
    struct cw_export_left left;
};

/* An answer of 1 MiB makes a record a little longer, and another one may go into it: its bound is twice that. */
#define RECORD_LEN_MAX ((size_t)2 * CW_MESSAGE_LEN_MAX)

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
    err = message_pack(&record->base, RECORD_LEN_MAX, &bytes);
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

/* --- one batch that came in several answers ------------------------------------------------------------ */

#define PAGES_MAX 64
#define RECORD_SPARE 512 /* v, the network's genesis of the first record, and lengths */

/* What one record is made of. The pages hold what the record points at. */
struct assembly {
    Cw__ExportRecord record;
    struct cw_answer *pages[PAGES_MAX];
    size_t page_count, len;
    Cw__OpenedPart **opened; /* owned */
};

static void assembly_done(struct assembly *s)
{
    for (size_t i = 0; i < s->page_count; i++)
        cw_answer_close(s->pages[i]);
    free(s->opened);
}

/* The entries that a page has pieces for, as those of the first answer; false: they are not of one batch. */
static bool add_contents(const Cw__Entries *page, Cw__Entries *to)
{
    const Cw__SealedBatch *from = page->n_batches == 1 ? page->batches[0] : NULL;

    if (from == NULL || to->n_batches != 1 || from->n_entries != to->batches[0]->n_entries)
        return false;
    for (size_t i = 0; i < from->n_entries; i++)
        if (from->entries[i]->blobs != NULL)
            to->batches[0]->entries[i]->blobs = from->entries[i]->blobs;
    return true;
}

static enum cw_err add_opened(struct assembly *s, const Cw__ExportChunk *page)
{
    size_t count = s->record.n_opened + page->n_opened;
    Cw__OpenedPart **grown;

    if (page->n_opened == 0)
        return CW_OK;
    grown = malloc(count * sizeof(Cw__OpenedPart *));
    if (grown == NULL)
        return CW_LOCAL_MEMORY;
    if (s->record.n_opened > 0)
        memcpy(grown, s->record.opened, s->record.n_opened * sizeof(Cw__OpenedPart *));
    memcpy(grown + s->record.n_opened, page->opened, page->n_opened * sizeof(Cw__OpenedPart *));
    free(s->opened);
    s->opened = s->record.opened = grown;
    s->record.n_opened = count;
    return CW_OK;
}

static void count_left(struct export *e, const Cw__ExportChunk *chunk)
{
    e->left.contents += chunk->left_contents;
    e->left.opened += chunk->left_opened;
}

/* The pieces from this number on have no room in a record. */
static void leave_rest(struct export *e, size_t entries, uint64_t rest)
{
    if (rest < entries)
        e->left.contents += entries - rest;
    if (e->open)
        e->left.opened += 2 * entries - (rest < entries ? entries : rest);
}

static enum cw_err wrong_rest(struct export *e)
{
    return fault_set(&e->client->fault, CW_PEER_MALFORMED, "rest", "the daemon's pieces are of another batch");
}

/* *out_fits: false, and nothing was taken, when the record would be too large. */
static enum cw_err add_page(struct export *e, struct assembly *s, struct cw_answer *answer, bool *out_fits)
{
    const Cw__ExportChunk *page = answer->message->export;
    size_t len = protobuf_c_message_get_packed_size(&page->base);

    *out_fits = s->page_count < PAGES_MAX && s->len + len + RECORD_SPARE <= RECORD_LEN_MAX;
    if (!*out_fits) {
        cw_answer_close(answer);
        return CW_OK;
    }
    s->pages[s->page_count++] = answer;
    s->len += len;
    if (page->entries == NULL || !add_contents(page->entries, s->record.entries))
        return wrong_rest(e);
    count_left(e, page);
    return add_opened(s, page);
}

static enum cw_err ask_rest(struct export *e, const struct place *at, uint32_t rest, struct cw_answer **out_answer)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ExportLog piece = CW__EXPORT_LOG__INIT;

    request.export = &piece;
    piece.has_log = piece.has_rest = true;
    piece.log = wire_bytes(slice(at->log, CW_ID_LEN));
    piece.has_after = at->after != 0;
    piece.after = at->after;
    piece.has_open = piece.open = e->open != 0;
    piece.rest = rest;
    return client_ask(e->client, &request, &(struct request_plan){.member = offsetof(Cw__Answer, export)},
                      e->timeout_ms, out_answer);
}

/* What did not go into the answer with the batch is asked for, as long as a record has room for it. */
static enum cw_err add_rest(struct export *e, const struct place *at, const Cw__ExportChunk *chunk, struct assembly *s)
{
    size_t entries = chunk->entries->n_batches == 1 ? chunk->entries->batches[0]->n_entries : 0;
    uint64_t from = 0;
    bool fits = true;

    while (fits && chunk->has_rest) {
        uint32_t rest = chunk->rest;
        struct cw_answer *answer;
        enum cw_err err;

        if (rest < from || rest >= 2 * entries)
            return wrong_rest(e);
        err = ask_rest(e, at, rest, &answer);
        if (err != CW_OK)
            return err;
        chunk = answer->message->export;
        err = add_page(e, s, answer, &fits);
        if (err != CW_OK)
            return err;
        if (!fits)
            leave_rest(e, entries, rest);
        from = (uint64_t)rest + 1;
    }
    return CW_OK;
}

static enum cw_err send_chunk(struct export *e, const struct place *at, Cw__ExportChunk *chunk)
{
    struct assembly s = {.record = CW__EXPORT_RECORD__INIT, .len = protobuf_c_message_get_packed_size(&chunk->base)};
    enum cw_err err;

    /* How it travelled is no part of a history. */
    chunk->entries->has_last = chunk->entries->has_pushed = false;
    s.record.entries = chunk->entries;
    s.record.n_opened = chunk->n_opened;
    s.record.opened = chunk->opened;
    count_left(e, chunk);
    err = add_rest(e, at, chunk, &s);
    if (err == CW_OK)
        err = send_record(e, &s.record);
    assembly_done(&s);
    return err;
}

static enum cw_err export_log(struct export *e, const uint8_t *log)
{
    struct place at = {.log = log};

    for (;;) {
        struct cw_answer *answer;
        Cw__ExportChunk *chunk;
        enum cw_err err = cw_client_export(e->client, log, at.after, e->open, e->timeout_ms, &answer);
        uint64_t upto;
        bool last;

        if (err != CW_OK)
            return err;
        chunk = answer->message->export;
        last = chunk->last || chunk->entries == NULL;
        upto = chunk->entries != NULL ? last_seq(chunk->entries, at.after) : at.after;
        if (upto > at.after)
            err = send_chunk(e, &at, chunk);
        cw_answer_close(answer);
        if (err != CW_OK || last || upto <= at.after)
            return err;
        at.after = upto;
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

enum cw_err cw_client_export_counted(struct cw_client *client, int open, int32_t timeout_ms, cw_record_sink *sink,
                                     void *context, struct cw_export_left *out_left)
{
    if (client == NULL || sink == NULL || out_left == NULL) /* written out: the analyser does not look into MISSING() */
        return CW_USAGE_ARGUMENT;
    struct export e = {.client = client, .open = open, .timeout_ms = timeout_ms, .sink = sink, .context = context};
    struct cw_answer *answer;
    enum cw_err err = cw_client_export(client, NULL, 0, 0, timeout_ms, &answer);

    *out_left = (struct cw_export_left){0};
    if (err != CW_OK)
        return err;
    err = export_all(&e, answer_message(answer)->export);
    cw_answer_close(answer);
    *out_left = e.left;
    return err;
}

enum cw_err cw_client_export_history(struct cw_client *client, int open, int32_t timeout_ms, cw_record_sink *sink,
                                     void *context)
{
    struct cw_export_left left;

    return cw_client_export_counted(client, open, timeout_ms, sink, context, &left);
}
