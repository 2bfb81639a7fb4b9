/* SPDX-License-Identifier: Apache-2.0 */
/* An outbox on a handle: what it does in each round, and waiting until nothing is left to do. */
#include "lib/outbox.h"

#include "lib/fault.h"
#include "lib/need.h"

#include <stddef.h>

#define MEND_MS 5000 /* before a file that could not be written is tried again */

void cw_outbox_detach(struct cw_outbox *outbox)
{
    if (MISSING(NULL, outbox))
        return;
    if (outbox->client == NULL)
        return;
    while (outbox->on_way_count > 0) {
        struct outbox_entry *e = outbox->on_way[0];

        outbox_entry_unlist(e);
        cw_request_cancel(e->request);
        e->request = NULL;
    }
    outbox_stop_folding(outbox);
    outbox_stop_fetching(outbox);
    attached_remove(&outbox->client->attached, &outbox->on);
    outbox->client = NULL;
}

/* --- in every round of the handle ----------------------------------------------------------------------------------- */

static void look_at_requests(struct cw_outbox *o)
{
    for (size_t i = 0; i < o->on_way_count; i++) {
        if (o->on_way[i]->request->state == REQUEST_SENT)
            outbox_note_sent(o->on_way[i]);
    }
}

/* The watcher may add, forget, detach and close. False: it did the last. */
static bool tell(struct cw_outbox *o)
{
    struct cw_client *client = o->client;
    bool inside = client->inside, ended;

    client->inside = o->telling = true;
    while (o->changed != NULL && o->client == client && !client->closing) {
        struct outbox_entry *e = o->changed;
        struct cw_outbox_entry shown;

        o->changed = e->next_changed;
        if (o->changed == NULL)
            o->last_changed = &o->changed;
        e->changed = false;
        outbox_entry_show(e, &shown);
        if (o->watch != NULL)
            o->watch(o->context, &shown);
    }
    client->inside = inside;
    o->telling = false;
    ended = o->ended;
    if (ended)
        outbox_free(o);
    return !ended;
}

static bool may_send(const struct cw_outbox *o)
{
    return o->on_way_count < CW_OUTBOX_WINDOW;
}

void outbox_break(struct cw_outbox *outbox, enum cw_err err)
{
    outbox->broken = err;
    outbox->mend_at = mono_after(link_now(), MEND_MS);
}

/* A disk that was full may have room again. */
static void mend(struct cw_outbox *o, struct cw_mono now)
{
    enum cw_err err = CW_OK;

    if (o->broken != CW_OK && !mono_reached(now, o->mend_at))
        return;
    err = outbox_file_sync(&o->file); /* one flush for all that this round brought */
    if (err != CW_OK)
        outbox_break(o, err);
    else
        o->broken = CW_OK;
}

static bool is_on(const struct cw_outbox *o, const struct cw_client *client)
{
    return o->client == client && !client->closing;
}

static void tend(struct attached *on, struct cw_mono now)
{
    struct cw_outbox *o = (struct cw_outbox *)on;
    struct cw_client *client = o->client;

    look_at_requests(o);
    mend(o, now);
    if (!tell(o))
        return;
    if (is_on(o, client))
        outbox_fold_session(o, now);
    if (is_on(o, client))
        outbox_fetch_trust(o, now);
    if (is_on(o, client) && o->broken == CW_OK && may_send(o) && mono_reached(now, o->due_at))
        outbox_send_due(o, now);
}

static struct cw_mono wake_at(const struct attached *on)
{
    const struct cw_outbox *o = (const struct cw_outbox *)on;

    if (o->changed != NULL)
        return (struct cw_mono){0};
    if (o->broken != CW_OK)
        return o->mend_at;
    return may_send(o) ? mono_earlier(o->due_at, outbox_fetch_at(o)) : outbox_fetch_at(o);
}

static void leave(struct attached *on)
{
    cw_outbox_detach((struct cw_outbox *)on);
}

_Static_assert(offsetof(struct cw_outbox, on) == 0, "what is attached is the outbox");
static const struct attached_ops on_handle = {.tend = tend, .wake_at = wake_at, .leave = leave};

enum cw_err cw_outbox_attach(struct cw_outbox *outbox, struct cw_client *client, cw_outbox_watch *watch, void *context)
{
    if (MISSING(FAULT_OF(client), outbox, client))
        return CW_USAGE_ARGUMENT;
    if (outbox->client != NULL)
        return fault_set(&client->fault, CW_USAGE_ORDER, "outbox", "it is attached already");
    if (client->admin)
        return fault_set(&client->fault, CW_USAGE_ORDER, "client", "nobody submits on the admin socket");
    outbox->client = client;
    outbox->watch = watch;
    outbox->context = context;
    outbox->due_at = (struct cw_mono){0};
    outbox->on.ops = &on_handle;
    attached_add(&client->attached, &outbox->on);
    if (!client->inside)
        loop_settle(client);
    return CW_OK;
}

/* --- waiting ------------------------------------------------------------------------------------------------------------ */

void outbox_begin_anew(struct cw_outbox *o)
{
    for (size_t i = o->first_open; i < o->count; i++) {
        o->entries[i]->retry_at = (struct cw_mono){0};
        o->entries[i]->retry_ms = 0;
    }
    o->due_at = (struct cw_mono){0};
}

static const struct outbox_entry *oldest_open(struct cw_outbox *o)
{
    while (o->first_open < o->count && outbox_entry_is_done(o->entries[o->first_open]))
        o->first_open++;
    return o->first_open < o->count ? o->entries[o->first_open] : NULL;
}

static enum cw_err why_not(struct cw_outbox *o, struct cw_fault *fault)
{
    const struct outbox_entry *e = oldest_open(o);
    struct cw_fault why = {.code = CW_AGAIN_NO_DAEMON};

    fault_plain(&why, CW_AGAIN_NO_DAEMON, "outbox");
    if (o->wants_trust && !o->settled && outbox_entry_is_doubted(e))
        fault_set(&why, CW_AGAIN_NO_DAEMON, "outbox", "the certificates that its receipt names were not fetched yet");
    else if (e->why != NULL)
        why = *e->why;
    if (fault != NULL)
        *fault = why;
    return why.code;
}

/* Waits in the handle's rounds. CW_OK: nothing is left to do. */
static enum cw_err wait_until(struct cw_outbox *o, struct cw_mono deadline, struct cw_fault *fault)
{
    struct cw_client *client = o->client;

    while (oldest_open(o) != NULL) {
        if (o->broken != CW_OK)
            return fault_set(fault, o->broken, "outbox", "the file cannot be written: %s", cw_err_sentence(o->broken));
        if (mono_reached(link_now(), deadline))
            return why_not(o, fault);
        if (!client_pump(client) || o->client != client)
            return fault_set(fault, CW_USAGE_ORDER, "outbox", "it was detached meanwhile");
        if (oldest_open(o) != NULL)
            loop_wait(client, deadline);
    }
    return CW_OK;
}

enum cw_err cw_outbox_flush(struct cw_outbox *outbox, int32_t timeout_ms, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, outbox))
        return CW_USAGE_ARGUMENT;
    if (outbox->client == NULL)
        return fault_set(out_fault, CW_USAGE_ORDER, "outbox", "it is not attached to a handle");
    if (outbox->client->inside)
        return fault_set(out_fault, CW_USAGE_ORDER, "client", "a callback may not block on its own handle");
    if (timeout_ms < 1 || timeout_ms > CW_TIMEOUT_MS_MAX)
        return fault_set(out_fault, CW_USAGE_ARGUMENT, "timeout_ms", "must be 1 to %d", CW_TIMEOUT_MS_MAX);
    outbox->broken = CW_OK;
    outbox->settled = false;
    outbox->fetch_at = (struct cw_mono){0};
    outbox_begin_anew(outbox);
    return wait_until(outbox, mono_after(link_now(), timeout_ms), out_fault);
}
