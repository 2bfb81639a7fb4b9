/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A submission adds to what the session has seen, and takes nothing away: a handle that only writes has, after as many
 * daemons as a session holds tokens of - or as many incarnations of one - no room for the next answer, and uses none. A
 * read brings all of them along and leaves one (docs/protocol.md 7.3). So one is asked for.
 */
#include "lib/outbox.h"

#include "lib/session.h"

#define FOLD_MS 60000
#define FOLD_AGAIN_MS 1000

static void on_folded(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault)
{
    struct cw_outbox *o = context;

    (void)fault;
    o->fold = NULL;
    if (err != CW_OK)
        o->fold_at = mono_after(link_now(), FOLD_AGAIN_MS);
    cw_answer_close(answer);
}

void outbox_fold_session(struct cw_outbox *outbox, struct cw_mono now)
{
    const struct cw_session *session = outbox->client->session;
    struct cw_call call = {.size = sizeof(call), .timeout_ms = FOLD_MS, .done = on_folded, .context = outbox};
    struct cw_list_query query = {.size = sizeof(query), .limit = 1};

    if (outbox->fold != NULL || outbox->on_way_count == 0 || session->count < SEEN_TOKENS_MAX ||
        !mono_reached(now, outbox->fold_at))
        return;
    if (cw_ask_list(outbox->client, &call, &query, &outbox->fold) != CW_OK)
        outbox->fold_at = mono_after(now, FOLD_AGAIN_MS);
}

void outbox_stop_folding(struct cw_outbox *outbox)
{
    cw_request_cancel(outbox->fold);
    outbox->fold = NULL;
}
