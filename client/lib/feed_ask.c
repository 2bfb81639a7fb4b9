/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/feed.h"

#include "lib/fault.h"
#include "lib/need.h"
#include "lib/unpack.h"
#include "proto/wire.h"

/* From a program's options to what a daemon is asked for. */

enum cw_err feed_check_options(struct cw_client *client, const struct cw_feed_options *o)
{
    if (o == NULL || o->size != sizeof(*o))
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's feed options");
    if (HOLLOW(&client->fault, o->cursor))
        return CW_USAGE_ARGUMENT;
    if (o->start < CW_FEED_CURSOR || o->start > CW_FEED_NOW)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "start", "no such start");
    if ((o->start == CW_FEED_CURSOR) != (o->cursor.len > 0))
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "cursor", "goes with CW_FEED_CURSOR, and only with it");
    if (o->cursor.len > CW_FEED_CURSOR_LEN_MAX)
        return fault_set(&client->fault, CW_REFUSED_SIZE, "cursor", "longer than any cursor");
    if (o->kind_count > CW_FEED_NAMES_MAX || (o->kind_count > 0 && o->kinds == NULL))
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "kinds", "at most %d, and an array of as many",
                         CW_FEED_NAMES_MAX);
    if (o->since.ms < 0)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "since", "before 1970");
    if (o->window_items > CW_FEED_WINDOW_ITEMS_MAX || o->window_bytes > CW_FEED_WINDOW_BYTES_MAX)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "window", "at most %d items and %d bytes",
                         CW_FEED_WINDOW_ITEMS_MAX, CW_FEED_WINDOW_BYTES_MAX);
    if (o->silence_ms < 0 || o->silence_ms > CW_TIMEOUT_MS_MAX)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "silence_ms", "must be 0 to %d", CW_TIMEOUT_MS_MAX);
    return CW_OK;
}

#define SORTS 7

static enum cw_err fill_names(struct cw_client *client, const struct cw_names *names, ProtobufCBinaryData *memory,
                              size_t *out_count, ProtobufCBinaryData **out)
{
    if (names->count > CW_FEED_NAMES_MAX || (names->count > 0 && names->at == NULL))
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "names", "at most %d of one sort", CW_FEED_NAMES_MAX);
    for (size_t i = 0; i < names->count; i++) {
        if (HOLLOW(&client->fault, names->at[i]))
            return CW_USAGE_ARGUMENT;
        memory[i] = wire_bytes(names->at[i]);
    }
    *out_count = names->count;
    *out = memory;
    return CW_OK;
}

/* An id as text becomes the id: a daemon that knows nothing of the case yet cannot look its text up. */
static void ids_of_names(Cw__FeedFilter *f, uint8_t ids[static CW_FEED_NAMES_MAX][CW_ID_LEN])
{
    for (size_t i = 0; i < f->n_cases; i++)
        if (client_id_of_name(wire_slice(f->cases[i]), ids[i]))
            f->cases[i] = wire_bytes(slice(ids[i], CW_ID_LEN));
}

enum cw_err feed_pack_ask(struct cw_feed *feed, const struct cw_feed_options *o)
{
    ProtobufCBinaryData memory[SORTS][CW_FEED_NAMES_MAX];
    uint8_t ids[CW_FEED_NAMES_MAX][CW_ID_LEN];
    Cw__FeedFilter f = CW__FEED_FILTER__INIT;
    Cw__Subscribe subscribe = CW__SUBSCRIBE__INIT;
    const struct {
        const struct cw_names *from;
        size_t *count;
        ProtobufCBinaryData **to;
    } sorts[SORTS] = {
        {&o->divisions, &f.n_divisions, &f.divisions},
        {&o->owners, &f.n_owners, &f.owners},
        {&o->risks, &f.n_risks, &f.risks},
        {&o->tags, &f.n_tags, &f.tags},
        {&o->areas, &f.n_areas, &f.areas},
        {&o->cases, &f.n_cases, &f.cases},
        {&o->operations, &f.n_operations, &f.operations},
    };
    enum cw_err err = CW_OK;

    for (size_t i = 0; i < SORTS && err == CW_OK; i++)
        err = fill_names(feed->client, sorts[i].from, memory[i], sorts[i].count, sorts[i].to);
    if (err != CW_OK)
        return err;
    ids_of_names(&f, ids);
    f.n_kinds = o->kind_count;
    f.kinds = (uint32_t *)(uintptr_t)o->kinds;
    subscribe.filter = &f;
    subscribe.has_by_state = subscribe.by_state = o->by_state != 0;
    subscribe.has_views = subscribe.views = o->views != 0;
    subscribe.has_records = subscribe.records = o->records != 0;
    subscribe.has_even_if_behind = subscribe.even_if_behind = o->even_if_behind != 0;
    err = message_pack(&subscribe.base, CW_MESSAGE_LEN_MAX / 2, &feed->ask);
    return err == CW_OK ? err : fault_plain(&feed->client->fault, err, "filter");
}
