/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A receipt that cannot be believed may name certificates that are newer than those known here. They are fetched in the
 * rounds of the handle, for a program with an event loop as for one that waits, one request after the other. Until they
 * are here nothing is held against the daemon; afterwards it is.
 */
#include "lib/outbox.h"

#define ASK_MS 20000
#define PAUSE_MS 1000           /* before a fetch that got no answer begins again */
#define AGAIN_MS INT64_C(60000) /* before one is made once more that brought all there is */

static void end_fetch(struct cw_outbox *o, int64_t pause_ms)
{
    trust_fetch_end(&o->fetch);
    o->fetch_at = mono_after(link_now(), pause_ms);
}

/* What holds is known now; what does not hold will not by asking again. */
static void settle(struct cw_outbox *o, bool whole)
{
    end_fetch(o, AGAIN_MS);
    o->wants_trust = false;
    o->settled = true;
    if (!whole)
        return;
    outbox_forget_doubts(o);
    outbox_begin_anew(o);
}

static enum cw_err take(struct cw_outbox *o, struct cw_answer *answer)
{
    enum cw_err err;

    if (o->fetch.list == NULL) {
        trust_fetch_begin(&o->fetch, o->trust, answer); /* which keeps it */
        return CW_OK;
    }
    err = trust_fetch_take(&o->fetch, answer, NULL);
    cw_answer_close(answer);
    return err;
}

static void on_fetched(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault)
{
    struct cw_outbox *o = context;
    uint64_t after;

    (void)fault;
    o->fetching = NULL;
    if (err == CW_OK)
        err = take(o, answer);
    if (cw_err_class_of(err) == CW_CLASS_AGAIN)
        end_fetch(o, PAUSE_MS);
    else if (err != CW_OK || trust_fetch_next(&o->fetch, &after) == NULL)
        settle(o, err == CW_OK);
}

struct cw_mono outbox_fetch_at(const struct cw_outbox *outbox)
{
    if (!outbox->wants_trust || outbox->fetching != NULL)
        return CW_NEVER;
    return outbox->fetch.list != NULL ? (struct cw_mono){0} : outbox->fetch_at;
}

void outbox_fetch_trust(struct cw_outbox *outbox, struct cw_mono now)
{
    struct cw_call call = {.size = sizeof(call), .timeout_ms = ASK_MS, .done = on_fetched, .context = outbox};
    const uint8_t *log = NULL;
    uint64_t after = 0;

    if (!mono_reached(now, outbox_fetch_at(outbox)))
        return;
    if (outbox->fetch.list != NULL)
        log = trust_fetch_next(&outbox->fetch, &after);
    if (client_ask_export(outbox->client, &call, log, after, &outbox->fetching) != CW_OK)
        end_fetch(outbox, PAUSE_MS);
}

void outbox_stop_fetching(struct cw_outbox *outbox)
{
    cw_request_cancel(outbox->fetching);
    outbox->fetching = NULL;
    trust_fetch_end(&outbox->fetch);
}
