/* SPDX-License-Identifier: Apache-2.0 */
/* One case, from what was answered before when that is still true (answer_cache.h). */

#include "node/answer_case.h"
#include "node/answer_known.h"

#include "proto/wire.h"

#define FIELD_VIEW 11 /* of Answer */
#define WIRE_BYTES 2
#define VIEW_HEAD_LEN_MAX 16

enum shape { SHAPE_WHOLE = 1, SHAPE_BRIEF = 2, SHAPE_AS_RECORDED = 4 };

static void key_of(const struct answering *a, const struct cw_case_id *id, bool as_recorded, struct answer_key *out)
{
    memset(out, 0, sizeof *out);
    out->case_id = *id;
    out->shape = (a->brief ? SHAPE_BRIEF : SHAPE_WHOLE) | (as_recorded ? SHAPE_AS_RECORDED : 0u);
    out->rights.admin = a->rights.admin;
    out->rights.subject = a->rights.subject;
    out->rights.roles = a->rights.roles;
    memcpy(out->rights.division, a->rights.division, sizeof out->rights.division);
}

/* At the moment itself something is due, after it breached: what is said at that moment ends with it. */
void answer_ends_at(struct answering *a, struct cw_wall at)
{
    if (at.ms == a->moment.now.ms)
        at.ms++;
    if (at.ms > a->moment.now.ms && at.ms < a->good_until.ms)
        a->good_until = at;
}

void answer_not_kept(struct answering *a)
{
    a->good_until = (struct cw_wall){INT64_MIN};
}

/* The view as it stands in an answer's frame, in the arena. */
static enum cw_err pack_view(struct answering *a, const Cw__CaseView *view, struct cw_slice *out)
{
    size_t len = protobuf_c_message_get_packed_size(&view->base);
    uint8_t *bytes = arena_take_raw(a->arena, len + VIEW_HEAD_LEN_MAX, 1);
    struct writer w = writer_over(bytes, bytes == NULL ? 0 : len + VIEW_HEAD_LEN_MAX);

    if (bytes == NULL)
        return CW_LOCAL_MEMORY;
    writer_varint(&w, FIELD_VIEW << 3 | WIRE_BYTES);
    writer_varint(&w, len);
    wire_pack(&view->base, &w);
    CW_ASSERT(!w.failed);
    *out = slice(bytes, w.len);
    return CW_OK;
}

/* Asked for by an alias's reference, a child is shown as the case that survives (docs/fold.md §18.4). */
static enum cw_err follow_alias(struct answering *a, Cw__CaseView **view)
{
    const Cw__CaseView *alias = *view;
    struct cw_case_id survivor;
    enum cw_err err;

    if (alias->identity == NULL || memcmp(alias->identity->survivor_id.data, alias->case_id.data, ID_LEN) == 0)
        return CW_OK;
    memcpy(survivor.b, alias->identity->survivor_id.data, ID_LEN);
    err = answer_view(a, &survivor, ANSWER_VIEW_ALL, view);
    if (err == CW_OK && (*view)->identity != NULL)
        SET_BYTES((*view)->identity, asked, alias->human_ref);
    return err;
}

static enum cw_err make_view(struct answering *a, const struct answer_key *key)
{
    Cw__CaseView *view;
    enum cw_err err;

    a->good_until = (struct cw_wall){INT64_MAX};
    err = answer_view(a, &key->case_id, ANSWER_VIEW_ALL, &view);
    if (err == CW_OK && (key->shape & SHAPE_AS_RECORDED) == 0)
        err = follow_alias(a, &view);
    if (err == CW_OK)
        err = pack_view(a, view, &a->view);
    if (err == CW_OK)
        answer_cache_put(a->node->answers, key, &a->moment, a->good_until, a->view);
    return err;
}

/* Asked seldom, and each time of another moment: nothing is kept. */
static enum cw_err answer_as_known(struct answering *a, const struct cw_case_id *id, const Cw__GetCase *request,
                                   Cw__Answer *out)
{
    struct known_asked asked = {request->as_known_at, request->has_at_ms, request->at_ms};
    struct known_at known;
    enum cw_err err = known_at_read(a, &asked, &known);

    if (err != CW_OK)
        return err;
    a->known = &known;
    err = answer_view(a, id, a->events_before == NULL ? ANSWER_VIEW_ALL : ANSWER_VIEW_EVENTS, &out->view);
    a->known = NULL;
    if (err != CW_OK)
        return err;
    out->view->known = known_at_view(a, &known);
    return out->view->known == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

enum cw_err answer_get(struct answering *a, const Cw__GetCase *request, Cw__Answer *out)
{
    struct answer_key key;
    struct cw_case_id id;
    struct cw_op_id before;
    enum cw_err err =
        answer_find_case(a, request->has_case_id, request->case_id, request->has_name, request->name, &id);

    if (err != CW_OK)
        return err;
    a->brief = request->has_brief && request->brief;
    if (request->has_events_before) {
        if (request->events_before.len != ID_LEN)
            return refuse(&a->refusal, CW_REFUSED_VALUE, "events_before", "the id of an operation has %d bytes",
                          ID_LEN);
        memcpy(before.b, request->events_before.data, ID_LEN);
        a->events_before = &before;
    }
    if (request->has_as_known_at)
        return answer_as_known(a, &id, request, out);
    if (a->events_before != NULL) /* a page that nobody asks for twice */
        return answer_view(a, &id, ANSWER_VIEW_EVENTS, &out->view);
    key_of(a, &id, request->has_case_id || (request->has_as_recorded && request->as_recorded),
           &key); /* such a view goes into the frame as bytes */
    if (answer_cache_get(a->node->answers, &key, &a->moment, a->arena, &a->view))
        return CW_OK;
    return make_view(a, &key);
}
