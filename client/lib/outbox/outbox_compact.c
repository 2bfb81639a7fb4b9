/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a file anew: beside the old one, then in its place. */
#include "lib/outbox.h"

#include "lib/fault.h"
#include "lib/need.h"
#include "proto/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One record of an entry, from the old file into the new. */
static enum cw_err copy(struct cw_outbox *o, struct outbox_file *fresh, uint64_t number, struct outbox_place from,
                        struct outbox_place *out_to)
{
    enum cw_err err;

    *out_to = (struct outbox_place){0, 0};
    if (from.len == 0)
        return CW_OK;
    err = outbox_file_read(&o->file, number, from.offset, from.len, &o->plain);
    return err == CW_OK ? outbox_file_append(fresh, number, buf_slice(&o->plain), &out_to->offset, &out_to->len) : err;
}

/* What stands in no record of its own: sent, refused, and that a stored one is done with less than was asked for. */
static enum cw_err tell_state(struct cw_outbox *o, struct outbox_file *fresh, const struct outbox_entry *e)
{
    struct outbox_record record = {.kind = e->state == CW_OUTBOX_SENT ? RECORD_SENT : RECORD_REFUSED, .op = e->op};
    struct outbox_place place;
    enum cw_err err;

    if (e->state != CW_OUTBOX_SENT && e->state != CW_OUTBOX_REFUSED && !outbox_entry_is_unproven(e))
        return CW_OK;
    if (e->why != NULL)
        record.fault = *e->why;
    if (record.kind == RECORD_REFUSED && record.fault.code == CW_OK)
        record.fault.code = CW_REFUSED_MALFORMED; /* there was no memory for the reason */
    err = record_encode(&record, &o->plain);
    return err == CW_OK ? outbox_file_append(fresh, e->number, buf_slice(&o->plain), &place.offset, &place.len) : err;
}

/* The highest number that was given, unless an entry says it: the next process goes on above it. */
static enum cw_err tell_highest(struct cw_outbox *o, struct outbox_file *fresh)
{
    struct outbox_record record = {.kind = RECORD_FORGOTTEN};
    uint64_t highest = o->next_number - 1;
    struct outbox_place place;
    enum cw_err err;

    if (highest == 0 || (o->count > 0 && o->entries[o->count - 1]->number == highest))
        return CW_OK;
    err = record_encode(&record, &o->plain);
    return err == CW_OK ? outbox_file_append(fresh, highest, buf_slice(&o->plain), &place.offset, &place.len) : err;
}

/* Places in the new file, in the order of the entries: add and receipt of each. */
static enum cw_err copy_all(struct cw_outbox *o, struct outbox_file *fresh, struct outbox_place *places)
{
    enum cw_err err = tell_highest(o, fresh);

    for (size_t i = 0; err == CW_OK && i < o->count; i++) {
        const struct outbox_entry *e = o->entries[i];

        err = copy(o, fresh, e->number, e->add, &places[2 * i]);
        if (err == CW_OK)
            err = copy(o, fresh, e->number, e->receipt, &places[2 * i + 1]);
        if (err == CW_OK)
            err = tell_state(o, fresh, e);
    }
    return err == CW_OK ? outbox_file_sync(fresh) : err;
}

static void take_over(struct cw_outbox *o, struct outbox_file *fresh, const struct outbox_place *places)
{
    outbox_file_close(&o->file);
    o->file = *fresh;
    for (size_t i = 0; i < o->count; i++) {
        o->entries[i]->add = places[2 * i];
        o->entries[i]->receipt = places[2 * i + 1];
    }
    o->forgotten_count = 0;
    o->piece_count = o->pieces_settled = 0;
}

static enum cw_err write_anew(struct cw_outbox *o, const char *name, struct outbox_place *places,
                              struct cw_fault *fault)
{
    struct outbox_file fresh;
    enum cw_err err = outbox_file_create(name, true, o->file.key, &fresh, fault);

    if (err != CW_OK)
        return err;
    err = copy_all(o, &fresh, places);
    if (err != CW_OK)
        fault_plain(fault, err, "outbox");
    if (err == CW_OK && o->piece_count > 0)
        err = outbox_keep(o->path, &o->kept_as, fault);
    if (err == CW_OK && rename(name, o->path) != 0)
        err = fault_plain(fault, CW_LOCAL_IO, "outbox");
    if (err != CW_OK) {
        unlink(name);
        outbox_file_close(&fresh);
        return err;
    }
    take_over(o, &fresh, places);
    return outbox_sync_folder(o->path) == CW_OK ? CW_OK : fault_plain(fault, CW_LOCAL_IO, "outbox");
}

enum cw_err cw_outbox_compact(struct cw_outbox *outbox, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, outbox))
        return CW_USAGE_ARGUMENT;
    struct outbox_place *places;
    char name[4096];
    enum cw_err err;

    if (outbox->on_way_count > 0)
        return fault_set(out_fault, CW_USAGE_ORDER, "outbox", "something is on its way: flush or detach first");
    if (snprintf(name, sizeof(name), "%s.new", outbox->path) >= (int)sizeof(name))
        return fault_set(out_fault, CW_LOCAL_IO, "path", "it is too long");
    places = calloc(2 * outbox->count + 1, sizeof(*places));
    if (places == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "outbox");
    err = write_anew(outbox, name, places, out_fault);
    free(places);
    return err;
}
