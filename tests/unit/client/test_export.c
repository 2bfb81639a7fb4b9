/* SPDX-License-Identifier: Apache-2.0 */
/* A batch that comes in several answers is one record of the history; what has no room in it is left out, and counted. */
#include "tests/unit/client/world.h"

#include "lib/unpack.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <casewire/history.h>

#include <stdlib.h>
#include <string.h>

#define ENTRIES 3

/* A daemon that gives one piece an answer. */
struct giving {
    size_t len;     /* of each entry's contents */
    bool stands;    /* it names the same piece again and again */
    unsigned asked; /* for a rest */
    uint8_t seal_bytes[SEAL_LEN_MAX], *contents;
    ProtobufCBinaryData part;
    Cw__Position position;
    Cw__LogHead head, *heads[1];
    Cw__SignedSeal seal;
    Cw__EntryBlobs blobs;
    Cw__EntryRecord entries[ENTRIES], *entry_at[ENTRIES];
    Cw__SealedBatch batch, *batches[1];
    Cw__Entries segment;
    Cw__OpenedPart opened, *opened_at[1];
    Cw__ExportChunk chunk;
};

static const uint8_t log_id[CW_ID_LEN] = {7};
#define GENESIS slice_of("a network")

static void give_list(struct giving *g)
{
    cw__position__init(&g->position);
    g->position.has_log = true;
    g->position.log = wire_bytes(slice(log_id, CW_ID_LEN));
    cw__log_head__init(&g->head);
    g->head.head = &g->position;
    g->head.has_scope_kind = true;
    g->head.scope_kind = LOG_DIVISION;
    g->heads[0] = &g->head;
    g->chunk.n_logs = 1;
    g->chunk.logs = g->heads;
    g->chunk.has_network_genesis = true;
    g->chunk.network_genesis = wire_bytes(GENESIS);
}

static void give_batch(struct giving *g, bool with_seal)
{
    const struct seal seal = {.log = {{7}}, .first = 1, .last = ENTRIES, .root = {{1}}, .prev = {{7}}, .hlc = 1};
    struct writer w = writer_over(g->seal_bytes, sizeof(g->seal_bytes));

    cw__sealed_batch__init(&g->batch);
    cw__signed_seal__init(&g->seal);
    seal_encode(&seal, &w);
    ck_assert(!w.failed);
    g->seal.has_seal = true;
    g->seal.seal = wire_bytes(slice(g->seal_bytes, w.len));
    g->batch.seal = with_seal ? &g->seal : NULL;
    for (size_t i = 0; i < ENTRIES; i++) {
        cw__entry_record__init(&g->entries[i]);
        g->entry_at[i] = &g->entries[i];
    }
    g->batch.n_entries = ENTRIES;
    g->batch.entries = g->entry_at;
    g->batches[0] = &g->batch;
    cw__entries__init(&g->segment);
    g->segment.n_batches = 1;
    g->segment.batches = g->batches;
    g->chunk.entries = &g->segment;
}

static void give_contents(struct giving *g, uint32_t piece)
{
    cw__entry_blobs__init(&g->blobs);
    memset(g->contents, (int)piece + 1, g->len);
    g->part = wire_bytes(slice(g->contents, g->len));
    g->blobs.n_parts = 1;
    g->blobs.parts = &g->part;
    g->entries[piece].blobs = &g->blobs;
}

static void give_opened(struct giving *g)
{
    cw__opened_part__init(&g->opened);
    g->opened.has_payload = true;
    g->opened.payload = wire_bytes(slice(g->contents, 256));
    g->opened_at[0] = &g->opened;
    g->chunk.n_opened = 1;
    g->chunk.opened = g->opened_at;
}

static enum fake_act give(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    struct giving *g = context;
    uint32_t piece = request->export->has_rest ? request->export->rest : 0;
    uint32_t pieces = request->export->open ? 2 * ENTRIES : ENTRIES;

    (void)nth;
    cw__export_chunk__init(&g->chunk);
    out->export = &g->chunk;
    if (!request->export->has_log) {
        give_list(g);
        return FAKE_ANSWER;
    }
    g->asked += request->export->has_rest != 0;
    g->chunk.has_last = g->chunk.last = !request->export->has_rest;
    give_batch(g, !request->export->has_rest);
    if (piece < ENTRIES)
        give_contents(g, piece);
    else
        give_opened(g);
    g->chunk.has_rest = piece + 1 < pieces;
    g->chunk.rest = g->stands ? 1 : piece + 1;
    return FAKE_ANSWER;
}

/* --- what came of it ----------------------------------------------------------------------------------------------- */

struct heard {
    unsigned records, contents, opened;
};

static enum cw_err hear(void *context, struct cw_slice bytes)
{
    struct heard *h = context;
    const Cw__ExportRecord *record;
    ProtobufCMessage *message;
    void *memory;

    ck_assert_uint_le(bytes.len, (size_t)2 * CW_MESSAGE_LEN_MAX);
    ck_assert_int_eq(message_unpack(&cw__export_record__descriptor, bytes, &memory, &message, NULL), CW_OK);
    record = (const Cw__ExportRecord *)message;
    h->records++;
    h->opened += (unsigned)record->n_opened;
    for (size_t i = 0; record->entries != NULL && i < record->entries->batches[0]->n_entries; i++) {
        const Cw__EntryBlobs *blobs = record->entries->batches[0]->entries[i]->blobs;

        if (blobs == NULL)
            continue;
        ck_assert_uint_eq(blobs->parts[0].data[0], i + 1); /* each its own */
        h->contents++;
    }
    free(memory);
    return CW_OK;
}

struct export_case {
    struct giving giving;
    struct heard heard;
    struct cw_export_left left;
    struct cw_fault fault;
};

static enum cw_err export_from(struct export_case *c, size_t len, bool open)
{
    struct cw_identity *identity = fake_identity();
    struct fake *daemon = fake_start(0, give, &c->giving);
    struct cw_client *client = fake_client(identity, NEVER_MS, 1, (struct fake *[]){daemon});
    struct network_id network;
    enum cw_err err;

    c->giving.len = len;
    c->giving.contents = malloc(len);
    ck_assert_ptr_nonnull(c->giving.contents);
    network_id_of(GENESIS, &network);
    memcpy(client->network, network.b, CW_ID_LEN);
    err = cw_client_export_counted(client, open, PATIENT_MS, hear, &c->heard, &c->left);
    c->fault = *cw_client_fault(client);
    cw_client_close(client);
    fake_stop(daemon);
    cw_identity_close(identity);
    free(c->giving.contents);
    return err;
}

START_TEST(pieces_become_one_record)
{
    struct export_case c = {0};

    ck_assert_int_eq(export_from(&c, 300000, true), CW_OK);
    ck_assert_uint_eq(c.heard.records, 2); /* the end is one */
    ck_assert_uint_eq(c.heard.contents, ENTRIES);
    ck_assert_uint_eq(c.heard.opened, ENTRIES);
    ck_assert_uint_eq(c.giving.asked, 2 * ENTRIES - 1);
    ck_assert_uint_eq(c.left.contents + c.left.opened, 0);
}
END_TEST

START_TEST(what_has_no_room_in_a_record_is_left_out_and_counted)
{
    struct export_case c = {0};

    ck_assert_int_eq(export_from(&c, 800000, true), CW_OK);
    ck_assert_uint_eq(c.heard.records, 2);
    ck_assert_uint_eq(c.heard.contents, 2);
    ck_assert_uint_eq(c.heard.opened, 0);
    ck_assert_uint_eq(c.giving.asked, 2);
    ck_assert_uint_eq(c.left.contents, 1);
    ck_assert_uint_eq(c.left.opened, ENTRIES);
}
END_TEST

START_TEST(a_daemon_that_gives_the_same_piece_again_is_not_asked_for_ever)
{
    struct export_case c = {.giving = {.stands = true}};

    ck_assert_int_eq(export_from(&c, 1000, false), CW_PEER_MALFORMED);
    ck_assert_str_eq(c.fault.where, "rest");
    ck_assert_uint_eq(c.giving.asked, 1);
}
END_TEST

Suite *suite_export(void);
Suite *suite_export(void)
{
    Suite *suite = suite_create("client/export");
    TCase *t = tcase_create("export");

    tcase_add_test(t, pieces_become_one_record);
    tcase_add_test(t, what_has_no_room_in_a_record_is_left_out_and_counted);
    tcase_add_test(t, a_daemon_that_gives_the_same_piece_again_is_not_asked_for_ever);
    suite_add_tcase(suite, t);
    return suite;
}
