/* SPDX-License-Identifier: Apache-2.0 */
/* From the records of a file to its entries. */
#include "lib/outbox.h"

#include "lib/fault.h"

#include <stdlib.h>

/* --- entries ------------------------------------------------------------------------------------------------------ */

static bool make_room(struct cw_outbox *o)
{
    size_t room = o->room == 0 ? 64 : 2 * o->room;
    struct outbox_entry **more;

    if (o->count < o->room)
        return true;
    if (o->count >= CW_OUTBOX_ENTRIES_MAX)
        return false;
    more = reallocarray(o->entries, room, sizeof(struct outbox_entry *));
    if (more == NULL)
        return false;
    o->entries = more;
    o->room = room;
    return true;
}

size_t outbox_rank(const struct cw_outbox *outbox, uint64_t number)
{
    size_t low = 0, high = outbox->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (outbox->entries[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct outbox_entry *outbox_entry_find(const struct cw_outbox *outbox, uint64_t number)
{
    size_t rank = outbox_rank(outbox, number);

    return rank < outbox->count && outbox->entries[rank]->number == number ? outbox->entries[rank] : NULL;
}

struct outbox_entry *outbox_entry_new(struct cw_outbox *outbox, uint64_t number)
{
    struct outbox_entry *entry = make_room(outbox) ? calloc(1, sizeof(*entry)) : NULL;
    size_t rank = outbox_rank(outbox, number);

    if (entry == NULL)
        return NULL;
    memmove(&outbox->entries[rank + 1], &outbox->entries[rank], (outbox->count - rank) * sizeof(struct outbox_entry *));
    outbox->entries[rank] = entry;
    outbox->count++;
    *entry = (struct outbox_entry){.number = number, .wanted = 1, .state = CW_OUTBOX_QUEUED, .outbox = outbox};
    if (number >= outbox->next_number)
        outbox->next_number = number + 1;
    return entry;
}

void outbox_entry_free(struct outbox_entry *entry)
{
    if (entry == NULL)
        return;
    outbox_entry_unlist(entry);
    cw_request_cancel(entry->request);
    free(entry->why);
    free(entry);
}

bool outbox_entry_is_unproven(const struct outbox_entry *entry)
{
    return entry->state == CW_OUTBOX_STORED && entry->why != NULL && entry->why->code == CW_LOCAL_UNPROVEN;
}

bool outbox_entry_is_done(const struct outbox_entry *entry)
{
    return entry->forgotten || entry->state == CW_OUTBOX_HELD || entry->state == CW_OUTBOX_REFUSED ||
           (entry->state == CW_OUTBOX_STORED && entry->wanted <= 1) || outbox_entry_is_unproven(entry);
}

void outbox_entry_explain(struct outbox_entry *entry, const struct cw_fault *why)
{
    if (why->code == CW_OK) {
        free(entry->why);
        entry->why = NULL;
        return;
    }
    if (entry->why == NULL)
        entry->why = malloc(sizeof(*entry->why));
    if (entry->why != NULL) /* without memory the state is honest all the same */
        *entry->why = *why;
}

/* --- records ------------------------------------------------------------------------------------------------------- */

static enum cw_err take_added(struct outbox_entry *e, const struct outbox_record *r, struct outbox_place place)
{
    struct cw_submission *submission = NULL;
    enum cw_err err = cw_submission_from(r->submission, &submission);

    if (err != CW_OK)
        return err;
    cw_submission_op(submission, &e->op);
    cw_submission_case(submission, &e->case_id);
    cw_submission_free(submission);
    e->add = place;
    e->wanted = r->wanted;
    e->deadline_ms = r->deadline_ms;
    return CW_OK;
}

static void take_stored(struct outbox_entry *e, const struct outbox_record *r, struct outbox_place place)
{
    e->op = r->op;
    e->receipt = place;
    e->held_by = r->held_by;
    e->state = e->wanted > 1 && r->held_by >= e->wanted ? CW_OUTBOX_HELD : CW_OUTBOX_STORED;
    memcpy(e->division, r->division, sizeof(e->division));
}

/* Records stand in the order in which things happened. */
static enum cw_err apply(struct outbox_entry *e, const struct outbox_record *r, struct outbox_place place)
{
    switch (r->kind) {
    case RECORD_ADD:
        return take_added(e, r, place);
    case RECORD_SENT:
        if (e->state == CW_OUTBOX_QUEUED)
            e->state = CW_OUTBOX_SENT;
        break;
    case RECORD_STORED:
        take_stored(e, r, place);
        break;
    case RECORD_REFUSED:
        if (r->fault.code != CW_LOCAL_UNPROVEN) /* that is the end of one that is stored */
            e->state = CW_OUTBOX_REFUSED;
        outbox_entry_explain(e, &r->fault);
        break;
    case RECORD_FORGOTTEN:
        e->forgotten = true;
        break;
    }
    e->op = r->op;
    return CW_OK;
}

static void bound_pieces(struct cw_outbox *o, enum record_kind kind, uint64_t number)
{
    if (kind == RECORD_ADD)
        outbox_lost_between(o, number);
    else
        outbox_lost_before_note(o, number);
    if (number > o->highest_number)
        o->highest_number = number;
}

static enum cw_err on_damage(void *context, const struct cw_outbox_damage *damage)
{
    struct cw_outbox *o = context;

    if (o->piece_count == o->piece_room) {
        size_t room = o->piece_room == 0 ? 8 : 2 * o->piece_room;
        struct outbox_piece *more = realloc(o->pieces, room * sizeof(*more));

        if (more == NULL)
            return CW_LOCAL_MEMORY;
        o->pieces = more;
        o->piece_room = room;
    }
    o->pieces[o->piece_count++] = (struct outbox_piece){.told = *damage, .before = o->highest_number};
    return CW_OK;
}

/* A record that is whole and whose submission is none: it costs its own statement, not those of the others. */
static bool is_its_own(enum cw_err err)
{
    return cw_err_class_of(err) == CW_CLASS_REFUSED;
}

static enum cw_err on_record(void *context, uint64_t number, uint64_t offset, uint32_t len, struct cw_slice plain)
{
    struct cw_outbox *o = context;
    struct outbox_record record;
    struct outbox_entry *e;
    enum cw_err err = record_decode(plain, &record);

    if (err != CW_OK)
        return CW_LOCAL_FORMAT; /* it authenticates: a newer version wrote it */
    if (outbox_is_mark(record.kind, offset)) {
        o->next_number = number + 1;
        return CW_OK;
    }
    bound_pieces(o, record.kind, number);
    e = outbox_entry_find(o, number);
    if (e == NULL)
        e = outbox_entry_new(o, number);
    if (e == NULL)
        return o->count >= CW_OUTBOX_ENTRIES_MAX ? CW_REFUSED_SIZE : CW_LOCAL_MEMORY;
    err = apply(e, &record, (struct outbox_place){offset, len});
    return is_its_own(err) ? on_damage(o, &(struct cw_outbox_damage){.offset = offset, .len = len, .number = number})
                           : err;
}

/* What was lost with its submission cannot be sent; what is known of it otherwise stays, unless that is nothing. */
static void settle(struct cw_outbox *o)
{
    size_t kept = 0;

    for (size_t i = 0; i < o->count; i++) {
        struct outbox_entry *e = o->entries[i];
        bool lost = e->add.len == 0 && !outbox_entry_is_done(e) && e->receipt.len == 0;

        if (e->forgotten || lost) {
            o->forgotten_count++;
            outbox_entry_free(e);
        } else {
            o->entries[kept++] = e;
        }
    }
    o->count = kept;
}

enum cw_err outbox_load(struct cw_outbox *outbox, struct cw_fault *fault)
{
    const struct outbox_visitor visitor = {outbox, on_record, on_damage};
    enum cw_err err = outbox_file_scan(&outbox->file, &visitor, fault);

    if (err != CW_OK)
        return err;
    outbox_lost_between(outbox, 0);
    outbox_skip_lost(outbox);
    settle(outbox);
    return CW_OK;
}
