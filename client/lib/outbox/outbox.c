/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/outbox.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/need.h"
#include "proto/sign.h"

#include <stdlib.h>

/* --- open and close ----------------------------------------------------------------------------------------------- */

static enum cw_err check_options(const struct cw_outbox_options *options, struct cw_fault *fault)
{
    if (options == NULL || options->size != sizeof(*options))
        return fault_set(fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's options");
    if (options->path == NULL || options->path[0] == '\0')
        return fault_set(fault, CW_USAGE_ARGUMENT, "path", "is needed");
    if (options->identity == NULL || options->trust == NULL)
        return fault_set(fault, CW_USAGE_ARGUMENT, options->identity == NULL ? "identity" : "trust", "is needed");
    return CW_OK;
}

/* One that is there, or a new one. When two processes make it at once, one is told that the other has it. */
static enum cw_err open_or_create(struct cw_outbox *o, struct cw_fault *fault)
{
    uint8_t key[32];
    enum cw_err err;

    outbox_key(o->identity, key);
    err = outbox_file_open(o->path, key, &o->file, fault);
    if (err == CW_LOCAL_NOT_FOUND)
        err = outbox_file_create(o->path, false, key, &o->file, fault);
    wipe(key, sizeof(key));
    return err;
}

enum cw_err cw_outbox_open(const struct cw_outbox_options *options, struct cw_outbox **out_outbox,
                           struct cw_fault *out_fault)
{
    if (MISSING(out_fault, out_outbox))
        return CW_USAGE_ARGUMENT;
    struct cw_outbox *o;
    enum cw_err err = check_options(options, out_fault);

    if (err != CW_OK)
        return err;
    if (!crypto_init())
        return fault_plain(out_fault, CW_LOCAL_SELF_TEST, "libsodium");
    o = calloc(1, sizeof(*o));
    if (o == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "");
    o->file.fd = -1;
    o->last_changed = &o->changed;
    o->identity = options->identity;
    o->trust = options->trust;
    o->next_number = 1;
    o->path = strdup(options->path);
    err = o->path != NULL ? open_or_create(o, out_fault) : fault_plain(out_fault, CW_LOCAL_MEMORY, "");
    if (err == CW_OK)
        err = outbox_load(o, out_fault);
    if (err != CW_OK) {
        cw_outbox_close(o);
        return err;
    }
    *out_outbox = o;
    return CW_OK;
}

void cw_outbox_close(struct cw_outbox *outbox)
{
    if (outbox == NULL)
        return;
    cw_outbox_detach(outbox);
    if (outbox->telling)
        outbox->ended = true; /* whoever calls the watch still has it in hand */
    else
        outbox_free(outbox);
}

void outbox_free(struct cw_outbox *outbox)
{
    for (size_t i = 0; i < outbox->count; i++)
        outbox_entry_free(outbox->entries[i]);
    free(outbox->entries);
    free(outbox->pieces);
    free(outbox->waiting);
    outbox_file_close(&outbox->file);
    buf_done(&outbox->plain);
    free(outbox->path);
    free(outbox->kept_as);
    free(outbox);
}

size_t cw_outbox_damage_count(const struct cw_outbox *outbox)
{
    if (MISSING(NULL, outbox))
        return 0;
    return outbox->piece_count;
}

const struct cw_outbox_damage *cw_outbox_damage_at(const struct cw_outbox *outbox, size_t index)
{
    if (MISSING(NULL, outbox))
        return NULL;
    return index < outbox->piece_count ? &outbox->pieces[index].told : NULL;
}

/* --- looking -------------------------------------------------------------------------------------------------------- */

int cw_outbox_is_done(const struct cw_outbox_entry *entry)
{
    if (MISSING(NULL, entry))
        return 0;
    return entry->state == CW_OUTBOX_HELD || entry->state == CW_OUTBOX_REFUSED ||
           (entry->state == CW_OUTBOX_STORED && (entry->wanted <= 1 || entry->fault.code == CW_LOCAL_UNPROVEN));
}

void outbox_entry_show(const struct outbox_entry *entry, struct cw_outbox_entry *out)
{
    *out = (struct cw_outbox_entry){
        .size = sizeof(*out),
        .number = entry->number,
        .state = entry->state,
        .op = entry->op,
        .case_id = entry->case_id,
        .wanted = entry->wanted,
        .held_by = entry->held_by,
        .tries = entry->tries,
    };
    memcpy(out->division, entry->division, sizeof(out->division));
    if (entry->why != NULL)
        out->fault = *entry->why;
    else if (entry->outbox->broken != CW_OK && !outbox_entry_is_done(entry))
        fault_set(&out->fault, entry->outbox->broken, "outbox", "the file cannot be written: %s",
                  cw_err_sentence(entry->outbox->broken));
}

size_t cw_outbox_count(const struct cw_outbox *outbox)
{
    if (MISSING(NULL, outbox))
        return 0;
    return outbox->count;
}

enum cw_err cw_outbox_at(const struct cw_outbox *outbox, size_t index, struct cw_outbox_entry *out_entry)
{
    if (MISSING(NULL, outbox, out_entry))
        return CW_USAGE_ARGUMENT;
    if (index >= outbox->count || out_entry->size != sizeof(*out_entry))
        return CW_USAGE_ARGUMENT;
    outbox_entry_show(outbox->entries[index], out_entry);
    return CW_OK;
}

enum cw_err cw_outbox_find(const struct cw_outbox *outbox, uint64_t number, struct cw_outbox_entry *out_entry)
{
    if (MISSING(NULL, outbox, out_entry))
        return CW_USAGE_ARGUMENT;
    const struct outbox_entry *entry = outbox_entry_find(outbox, number);

    if (out_entry->size != sizeof(*out_entry))
        return CW_USAGE_ARGUMENT;
    if (entry == NULL)
        return CW_LOCAL_NOT_FOUND;
    outbox_entry_show(entry, out_entry);
    return CW_OK;
}

enum cw_err cw_outbox_receipt(struct cw_outbox *outbox, uint64_t number, struct cw_slice *out_receipt)
{
    if (MISSING(NULL, outbox, out_receipt))
        return CW_USAGE_ARGUMENT;
    const struct outbox_entry *entry = outbox_entry_find(outbox, number);
    struct outbox_record record;
    enum cw_err err;

    if (entry == NULL || entry->receipt.len == 0)
        return CW_LOCAL_NOT_FOUND;
    err = outbox_file_read(&outbox->file, number, entry->receipt.offset, entry->receipt.len, &outbox->plain);
    if (err == CW_OK)
        err = record_decode(buf_slice(&outbox->plain), &record);
    if (err == CW_OK)
        *out_receipt = record.receipt;
    return err;
}

/* --- adding ---------------------------------------------------------------------------------------------------------- */

enum cw_err outbox_note(struct cw_outbox *outbox, const struct outbox_entry *entry, const struct outbox_record *record,
                        struct outbox_place *out_place)
{
    struct outbox_place place;
    enum cw_err err = record_encode(record, &outbox->plain);

    if (err == CW_OK)
        err = outbox_file_append(&outbox->file, entry->number, buf_slice(&outbox->plain), &place.offset, &place.len);
    if (err == CW_OK && out_place != NULL)
        *out_place = place;
    return err;
}

static enum cw_err add_one(struct cw_outbox *o, const struct cw_submission *submission, const struct cw_ack *ack)
{
    struct outbox_entry *e = outbox_entry_new(o, o->next_number);
    struct outbox_record record = {.kind = RECORD_ADD, .wanted = 1, .submission = cw_submission_bytes(submission)};

    if (e == NULL)
        return o->count >= CW_OUTBOX_ENTRIES_MAX ? CW_REFUSED_SIZE : CW_LOCAL_MEMORY;
    if (ack != NULL && ack->held_by > 1) {
        record.wanted = ack->held_by;
        record.deadline_ms = ack->deadline_ms;
    }
    cw_submission_op(submission, &record.op);
    e->op = record.op;
    cw_submission_case(submission, &e->case_id);
    e->wanted = record.wanted;
    e->deadline_ms = record.deadline_ms;
    return outbox_note(o, e, &record, &e->add);
}

static enum cw_err check_added(const struct cw_submission *const *submissions, size_t count, const struct cw_ack *ack,
                               struct cw_fault *fault)
{
    if (ack != NULL && (ack->held_by > CW_HELD_BY_MAX || ack->deadline_ms < 0 || ack->deadline_ms >= CW_TIMEOUT_MS_MAX))
        return fault_set(fault, CW_USAGE_ARGUMENT, "ack", "at most %d divisions, and a deadline below %d ms",
                         CW_HELD_BY_MAX, CW_TIMEOUT_MS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (submissions[i] == NULL)
            return fault_set(fault, CW_USAGE_ARGUMENT, "submissions", "number %zu of %zu is missing (NULL)", i + 1,
                             count);
    }
    return CW_OK;
}

/* All or none: what was written of them is cut off again, and their numbers are not used. */
static void take_back(struct cw_outbox *o, size_t count, uint64_t size)
{
    while (o->count > count)
        outbox_entry_free(o->entries[--o->count]);
    outbox_file_cut(&o->file, size);
}

enum cw_err cw_outbox_add(struct cw_outbox *outbox, const struct cw_submission *const *submissions, size_t count,
                          const struct cw_ack *ack, uint64_t *out_first_number, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, outbox, submissions))
        return CW_USAGE_ARGUMENT;
    uint64_t first = outbox->next_number, size = outbox->file.size;
    size_t before = outbox->count;
    enum cw_err err = check_added(submissions, count, ack, out_fault);

    if (err != CW_OK)
        return err;
    for (size_t i = 0; err == CW_OK && i < count; i++)
        err = add_one(outbox, submissions[i], ack);
    if (err == CW_OK)
        err = outbox_file_sync(&outbox->file);
    if (err != CW_OK) {
        take_back(outbox, before, size);
        return fault_plain(out_fault, err, "outbox");
    }
    if (out_first_number != NULL)
        *out_first_number = first;
    outbox->due_at = (struct cw_mono){0};
    if (outbox->client != NULL && !outbox->client->inside)
        loop_settle(outbox->client);
    return CW_OK;
}

/* --- forgetting -------------------------------------------------------------------------------------------------------- */

static void take_out(struct cw_outbox *o, struct outbox_entry *entry)
{
    size_t rank = outbox_rank(o, entry->number);

    memmove(&o->entries[rank], &o->entries[rank + 1], (o->count - rank - 1) * sizeof(struct outbox_entry *));
    o->count--;
    if (rank < o->first_open)
        o->first_open--;
    o->forgotten_count++;
    outbox_entry_free(entry);
}

enum cw_err cw_outbox_forget(struct cw_outbox *outbox, uint64_t number, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, outbox))
        return CW_USAGE_ARGUMENT;
    struct outbox_entry *entry = outbox_entry_find(outbox, number);
    struct outbox_record record = {.kind = RECORD_FORGOTTEN};
    enum cw_err err;

    if (entry == NULL)
        return fault_plain(out_fault, CW_LOCAL_NOT_FOUND, "number");
    if (!outbox_entry_is_done(entry))
        return fault_set(out_fault, CW_USAGE_ORDER, "number", "it is not done: nobody else has it for certain");
    record.op = entry->op;
    err = outbox_note(outbox, entry, &record, NULL);
    if (err == CW_OK)
        err = outbox_file_sync(&outbox->file);
    if (err != CW_OK)
        return fault_plain(out_fault, err, "outbox");
    take_out(outbox, entry);
    return CW_OK;
}
