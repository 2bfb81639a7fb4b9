/* SPDX-License-Identifier: Apache-2.0 */
#include "node/check_entry.h"
#include "node/entry.h"
#include "node/turn.h"

/*
 * Sealed segments handed in by an administrator, or from a join bundle: the root log first, then authority
 * logs. Each is verified here, in the turn, because the one before may have admitted its signer.
 */

static enum cw_err step_segment(struct turn *t, struct cw_slice frame, struct refusal *refusal)
{
    struct verified_message *v = ARENA_NEW(&t->arena, struct verified_message);
    struct event event = {.kind = EVENT_ADMIN_ENTRIES};

    if (v == NULL)
        return CW_LOCAL_MEMORY;
    if (peer_message_parse(frame, &t->arena, &v->message) != CW_OK || v->message.kind != PEER_ENTRIES)
        return refuse(refusal, CW_REFUSED_MALFORMED, "segments", "a segment cannot be read");
    const struct peer_entries *entries = &v->message.as.entries;
    enum cw_err err = intake_entries(t->n, entries, replica_log_find(t->n->replica, &entries->log), &t->arena, v);
    if (err != CW_OK)
        return err;
    for (uint32_t i = 0; i < entries->batch_count; i++) {
        if (!v->batches[i].signer_known)
            return refuse(refusal, CW_REFUSED_AUTHOR, "segments",
                          "a segment's signer is not known here: publish the root log first");
        if (!v->batches[i].seal_ok)
            return refuse(refusal, CW_REFUSED_SIGNATURE, "segments", "a segment's seal does not verify");
    }
    t->verified = v;
    event.as.admin.entries = entries;
    event.as.admin.batches = v->batches;
    return turn_step(t, &event);
}

/* What a step wants stored is stored when it returns: the parsed segment is not needed any more. */
static enum cw_err take_segment(struct turn *t, struct cw_slice frame, struct refusal *refusal)
{
    size_t mark = arena_mark(&t->arena);
    enum cw_err err = step_segment(t, frame, refusal);

    t->verified = NULL;
    arena_release(&t->arena, mark);
    return err;
}

enum cw_err publish_segments(struct turn *t, const struct input *in)
{
    struct refusal refusal = {0};
    uint64_t before = t->counters[COUNTER_ENTRIES];
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < in->as.publish.count && err == CW_OK; i++)
        err = take_segment(t, in->as.publish.frames[i], &refusal);
    if (cw_err_class_of(err) == CW_CLASS_REFUSED) {
        reply_refuse(t, in, &refusal);
        return CW_OK;
    }
    if (err != CW_OK)
        return err;
    struct reply *reply = reply_new(t, in, REPLY_PUBLISHED);
    if (reply != NULL)
        reply->stored = t->counters[COUNTER_ENTRIES] - before;
    return CW_OK;
}
