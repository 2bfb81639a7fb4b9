/* SPDX-License-Identifier: Apache-2.0 */
/* From entries to requests, and from answers to what is known of an entry. */
#include "lib/outbox.h"

#include "lib/fault.h"
#include "lib/unpack.h"

#include <stdlib.h>

#define TRY_MS 60000 /* one request; the handle goes from daemon to daemon meanwhile */
#define RETRY_MS_MIN 500
#define RETRY_MS_MAX 60000
#define REFUSALS_MIN 5 /* 7.5 s with the pauses between */
#define PATIENCE_MS INT64_C(86400000)
/* How far behind the oldest one that waits others are looked for. */
#define LOOK_AHEAD 1024
#define CASE_SLOTS 4096 /* a power of two, well above LOOK_AHEAD */

/* --- what became of it ---------------------------------------------------------------------------------------------- */

void outbox_entry_changed(struct outbox_entry *entry)
{
    struct cw_outbox *o = entry->outbox;

    if (entry->changed)
        return;
    entry->changed = true;
    entry->next_changed = NULL;
    *o->last_changed = entry;
    o->last_changed = &entry->next_changed;
}

static void forget_change(struct outbox_entry *entry)
{
    struct cw_outbox *o = entry->outbox;
    struct outbox_entry **at = &o->changed;

    while (*at != entry)
        at = &(*at)->next_changed;
    *at = entry->next_changed;
    if (o->last_changed == &entry->next_changed)
        o->last_changed = at;
    entry->changed = false;
}

static void forget_way(struct outbox_entry *entry)
{
    struct cw_outbox *o = entry->outbox;

    for (size_t i = 0; i < o->on_way_count; i++) {
        if (o->on_way[i] == entry) {
            o->on_way[i] = o->on_way[--o->on_way_count];
            break;
        }
    }
    o->due_at = (struct cw_mono){0};
}

void outbox_entry_unlist(struct outbox_entry *entry)
{
    if (entry->changed)
        forget_change(entry);
    if (entry->request != NULL)
        forget_way(entry);
}

/* The file does not take it: everything known stays true, but nothing more is sent until it may do so again. */
static void note(struct outbox_entry *e, const struct outbox_record *record, struct outbox_place *out_place)
{
    enum cw_err err = outbox_note(e->outbox, e, record, out_place);

    if (err != CW_OK)
        outbox_break(e->outbox, err);
}

static void retry_later(struct outbox_entry *e, const struct cw_fault *why)
{
    int32_t ms = e->retry_ms < RETRY_MS_MIN ? RETRY_MS_MIN : e->retry_ms;

    e->retry_at = mono_after(link_now(), ms);
    e->retry_ms = ms >= RETRY_MS_MAX / 2 ? RETRY_MS_MAX : 2 * ms;
    outbox_entry_explain(e, why);
    outbox_entry_changed(e);
}

void outbox_note_sent(struct outbox_entry *entry)
{
    struct outbox_record record = {.kind = RECORD_SENT, .op = entry->op};

    if (entry->state != CW_OUTBOX_QUEUED)
        return;
    entry->state = CW_OUTBOX_SENT;
    note(entry, &record, NULL);
    outbox_entry_changed(entry);
}

static void note_refused(struct outbox_entry *e, const struct cw_fault *why)
{
    struct outbox_record record = {.kind = RECORD_REFUSED, .op = e->op, .fault = *why};

    e->state = CW_OUTBOX_REFUSED;
    outbox_entry_explain(e, why);
    note(e, &record, NULL);
    outbox_entry_changed(e);
}

static void note_stored(struct outbox_entry *e, const struct cw_receipt_facts *facts, struct cw_slice receipt)
{
    struct outbox_record record = {.kind = RECORD_STORED, .op = e->op, .held_by = facts->held_by, .receipt = receipt};
    static const struct cw_fault nothing = {.code = CW_OK};

    memcpy(record.division, facts->division, sizeof(record.division));
    memcpy(e->division, facts->division, sizeof(e->division));
    e->held_by = facts->held_by;
    e->state = e->wanted > 1 && e->held_by >= e->wanted ? CW_OUTBOX_HELD : CW_OUTBOX_STORED;
    note(e, &record, &e->receipt);
    outbox_entry_explain(e, &nothing);
    outbox_entry_changed(e);
}

/* The daemon knows of as many as were asked for, and no receipt reaches them any more: asking again changes nothing. */
static void note_unproven(struct outbox_entry *e, uint32_t said)
{
    struct outbox_record record = {.kind = RECORD_REFUSED, .op = e->op};

    fault_set(&record.fault, CW_LOCAL_UNPROVEN, "held_by",
              "the daemon says that %u divisions hold it; its receipt proves %u, for the others it is too long ago",
              said, e->held_by);
    outbox_entry_explain(e, &record.fault);
    note(e, &record, NULL);
    outbox_entry_changed(e);
}

/* said: how many hold it as the daemon knows; its receipt proves as many, or fewer. */
static void take_receipt(struct outbox_entry *e, const struct cw_receipt_facts *facts, uint32_t said,
                         struct cw_slice receipt)
{
    struct cw_fault few;

    if (e->receipt.len == 0 || facts->held_by > e->held_by) /* else as known before */
        note_stored(e, facts, receipt);
    if (outbox_entry_is_done(e))
        return;
    if (said >= e->wanted) {
        note_unproven(e, said);
        return;
    }
    fault_set(&few, CW_AGAIN_NO_PEER, "held_by", "%u of %u divisions hold it so far", e->held_by, e->wanted);
    retry_later(e, &few);
}

static const char doubted[] = "receipt";

void outbox_forget_doubts(struct cw_outbox *o)
{
    static const struct cw_fault nothing = {.code = CW_OK};

    for (size_t i = o->first_open; i < o->count; i++) {
        struct outbox_entry *e = o->entries[i];

        if (!outbox_entry_is_doubted(e))
            continue;
        outbox_entry_explain(e, &nothing);
        outbox_entry_changed(e);
    }
}

bool outbox_entry_is_doubted(const struct outbox_entry *entry)
{
    return entry->why != NULL && entry->why->code == CW_PEER_MALFORMED && strcmp(entry->why->where, doubted) == 0;
}

/* The daemon says that it has it and cannot be believed: yet, or, when its certificates are here, at all. */
static void take_false_receipt(struct outbox_entry *e, const struct cw_answer *answer, const struct cw_fault *why)
{
    struct cw_outbox *o = e->outbox;
    struct cw_fault doubt;

    fault_set(&doubt, CW_PEER_MALFORMED, doubted, "a receipt that does not verify: %.160s", why->text);
    outbox_note_sent(e);
    o->wants_trust = true;
    o->settled = o->settled && !mono_reached(link_now(), o->fetch_at); /* newer ones may be there by now */
    retry_later(e, &doubt);
    if (o->settled)
        client_mark(o->client, answer->daemon, &doubt, link_now());
}

static void take_answer(struct outbox_entry *e, const struct cw_answer *answer)
{
    const Cw__Submitted *submitted = answer_message(answer)->submitted;
    struct cw_receipt_facts facts;
    struct buf receipt = {0};
    struct cw_fault why;
    enum cw_err err = cw_answer_check_receipt(answer, e->outbox->trust, &e->op, &facts, &why);

    if (err == CW_OK && message_pack(&submitted->receipt->base, CW_MESSAGE_LEN_MAX, &receipt) != CW_OK)
        err = fault_plain(&why, CW_LOCAL_MEMORY, "receipt");
    if (err == CW_OK)
        take_receipt(e, &facts, submitted->held_by, buf_slice(&receipt));
    else
        take_false_receipt(e, answer, &why);
    buf_done(&receipt);
}

/*
 * What is refused for its own sake is refused for good. What is wrong with the way there is not. A case that was opened
 * elsewhere, or a certificate that was published there, may still be on its way to the daemon that was asked: for as long
 * as a line between two divisions is cut, so it is waited for a day before the answer is believed.
 */
static bool is_final(struct outbox_entry *e, enum cw_err err)
{
    if (err == CW_REFUSED_UNKNOWN_CASE || err == CW_REFUSED_AUTHOR) {
        if (e->refusals++ == 0)
            e->refused_at = link_now();
        return e->refusals >= REFUSALS_MIN && mono_reached(link_now(), mono_after(e->refused_at, PATIENCE_MS));
    }
    return cw_err_class_of(err) == CW_CLASS_REFUSED && err != CW_REFUSED_NETWORK && err != CW_REFUSED_VERSION;
}

static void on_done(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault)
{
    struct outbox_entry *e = context;

    forget_way(e);
    e->request = NULL;
    if (err == CW_OK)
        take_answer(e, answer);
    else if (is_final(e, err))
        note_refused(e, fault);
    else
        retry_later(e, fault);
    cw_answer_close(answer);
}

/* --- sending ----------------------------------------------------------------------------------------------------------- */

static enum cw_err submission_of(struct outbox_entry *e, struct cw_submission **out)
{
    struct cw_outbox *o = e->outbox;
    struct outbox_record record;
    enum cw_err err = outbox_file_read(&o->file, e->number, e->add.offset, e->add.len, &o->plain);

    if (err == CW_OK)
        err = record_decode(buf_slice(&o->plain), &record);
    return err == CW_OK ? cw_submission_from(record.submission, out) : err;
}

static enum cw_err start(struct outbox_entry *e)
{
    struct cw_outbox *o = e->outbox;
    struct cw_ack ack = {.held_by = e->wanted, .deadline_ms = e->deadline_ms};
    struct cw_call call = {.size = sizeof(call), .done = on_done, .context = e};
    struct cw_submission *submission = NULL;
    enum cw_err err = submission_of(e, &submission);

    call.timeout_ms = TRY_MS + ack.deadline_ms < CW_TIMEOUT_MS_MAX ? TRY_MS + ack.deadline_ms : CW_TIMEOUT_MS_MAX;
    if (err == CW_OK)
        err = cw_ask_submit(o->client, &call, submission, &ack, &e->request);
    cw_submission_free(submission);
    if (err != CW_OK)
        return err;
    e->tries++;
    o->on_way[o->on_way_count++] = e;
    return CW_OK;
}

/* A copy on the disk that was whole when the file was opened, and is not any more. */
static void try_to_start(struct outbox_entry *e)
{
    struct cw_fault why;
    enum cw_err err = start(e);

    if (err == CW_OK)
        return;
    fault_plain(&why, err, "outbox");
    retry_later(e, &why);
}

/* --- whose turn it is ----------------------------------------------------------------------------------------------------- */

/* Cases that have something older waiting: an op is sent when those before it in its case are stored. */
struct cases_waiting {
    const struct cw_case_id *slots[CASE_SLOTS];
};

/* False: it was there already. */
static bool put_case(struct cases_waiting *w, const struct cw_case_id *id)
{
    uint32_t slot;

    memcpy(&slot, id->b, sizeof(slot)); /* a hash */
    for (slot %= CASE_SLOTS; w->slots[slot] != NULL; slot = (slot + 1) % CASE_SLOTS) {
        if (ID_EQ(w->slots[slot], id))
            return false;
    }
    w->slots[slot] = id;
    return true;
}

static bool is_stored(const struct outbox_entry *e)
{
    return e->receipt.len > 0 || outbox_entry_is_done(e);
}

/* An entry that is not on its way: sent when its time has come, or remembered for when it comes. */
static void consider(struct outbox_entry *e, struct cw_mono now)
{
    struct cw_outbox *o = e->outbox;

    if (mono_reached(now, e->retry_at))
        try_to_start(e);
    if (e->request == NULL)
        o->due_at = mono_earlier(o->due_at, e->retry_at);
}

/*
 * The oldest of each case that is not stored, and beside them those that are and wait for more divisions: each sort has
 * its own bound, so that a line which is down holds up nothing that this daemon would take.
 */
static void look_through(struct cw_outbox *o, struct cw_mono now)
{
    size_t unsent = 0, stored = 0;

    for (size_t i = o->first_open; i < o->count && unsent < LOOK_AHEAD && o->on_way_count < CW_OUTBOX_WINDOW; i++) {
        struct outbox_entry *e = o->entries[i];
        bool first;

        if (outbox_entry_is_done(e))
            continue;
        first = is_stored(e) ? stored++ < LOOK_AHEAD : put_case(o->waiting, &e->case_id);
        unsent += first && !is_stored(e);
        if (first && e->request == NULL && e->add.len > 0)
            consider(e, now);
    }
}

void outbox_send_due(struct cw_outbox *outbox, struct cw_mono now)
{
    if (outbox->waiting == NULL)
        outbox->waiting = malloc(sizeof(*outbox->waiting));
    if (outbox->waiting == NULL) {
        outbox->due_at = mono_after(now, RETRY_MS_MIN);
        return;
    }
    memset(outbox->waiting, 0, sizeof(*outbox->waiting));
    outbox->due_at = CW_NEVER;
    while (outbox->first_open < outbox->count && outbox_entry_is_done(outbox->entries[outbox->first_open]))
        outbox->first_open++;
    look_through(outbox, now);
}
