/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed.h"
#include "node/prepare.h"
#include "node/reply_frame.h"
#include "node/seen.h"
#include "proto/peer.pb-c.h"
#include "proto/wire.h"

/* A client's frame: unpacked, sorted into what the turn must see, what a read answers, and what is refused. */

#define HELD_BY_MAX 64
#define DEADLINE_MS_MAX 600000u

static bool has_len(protobuf_c_boolean has, ProtobufCBinaryData b, size_t len)
{
    return has && b.len == len;
}

static enum cw_err check_request(const struct node *n, const Cw__Request *r, struct refusal *refusal)
{
    if (!r->has_v || r->v != 1)
        return refuse(refusal, CW_REFUSED_VERSION, "v", "this daemon speaks version 1 of the client protocol");
    if (!has_len(r->has_id, r->id, 16))
        return refuse(refusal, CW_REFUSED_MALFORMED, "id", "a request id has 16 bytes");
    if (!has_len(r->has_network, r->network, ID_LEN) || memcmp(r->network.data, n->identity.network.b, ID_LEN) != 0)
        return refuse(refusal, CW_REFUSED_NETWORK, "network", "this daemon belongs to another network");
    return CW_OK;
}

static enum cw_err gather_parts(const Cw__Submit *in, struct submission *out, struct refusal *refusal)
{
    if (in->n_parts == 0 || in->n_parts > PARTS_MAX)
        return refuse(refusal, CW_REFUSED_SIZE, "parts", "a submission has 1 to %d parts", PARTS_MAX);
    for (size_t i = 0; i < in->n_parts; i++) {
        const Cw__SubmitPart *part = in->parts[i];

        if (!has_len(part->has_r, part->r, 32) || part->payload.len > PAYLOAD_LEN_MAX)
            return refuse(refusal, CW_REFUSED_SIZE, "parts", "part %zu is larger than the limit, or lacks its blinding",
                          i);
        memcpy(out->parts[i].r, part->r.data, 32);
        out->parts[i].payload = part->payload.len > 0 ? wire_slice(part->payload) : slice("", 0);
    }
    out->part_count = (uint32_t)in->n_parts;
    out->header = wire_slice(in->header);
    out->proof = wire_slice(in->proof);
    out->path = wire_slice(in->path);
    return CW_OK;
}

static enum cw_err take_submit(struct node *n, const Cw__Submit *in, struct arena *arena, struct input *out,
                               struct refusal *refusal)
{
    struct submission *s = ARENA_NEW(arena, struct submission);
    struct prepared *p = ARENA_NEW(arena, struct prepared);

    if (s == NULL || p == NULL)
        return CW_LOCAL_MEMORY;
    enum cw_err err = gather_parts(in, s, refusal);
    if (err == CW_OK)
        err = prepare_submission(n, s, arena, p, refusal);
    if (err != CW_OK)
        return err;
    p->held_by = in->has_held_by ? (in->held_by < HELD_BY_MAX ? in->held_by : HELD_BY_MAX) : 1;
    p->deadline_ms = in->has_deadline_ms && in->deadline_ms < DEADLINE_MS_MAX ? in->deadline_ms : DEADLINE_MS_MAX;
    out->kind = INPUT_SUBMIT;
    out->as.submit = p;
    return CW_OK;
}

/* --- the admin socket ------------------------------------------------------------------------------------ */

enum cw_err intake_segment(struct cw_slice entries, struct arena *arena, struct cw_slice *out_frame)
{
    static const uint8_t nobody[SESSION_ID_LEN] = {0};
    size_t cap = entries.len + 64;
    struct writer w = writer_over(arena_take(arena, cap, 1), cap);

    if (w.data == NULL)
        return CW_LOCAL_MEMORY;
    writer_u8(&w, 1 << 3);
    writer_varint(&w, 1);
    for (uint8_t field = 2; field <= 3; field++) { /* from, to: nobody's session */
        writer_u8(&w, (uint8_t)(field << 3 | 2));
        writer_varint(&w, sizeof nobody);
        writer_bytes(&w, nobody, sizeof nobody);
    }
    writer_u8(&w, 4 << 3);
    writer_varint(&w, 1);
    writer_u8(&w, 13 << 3 | 2);
    writer_varint(&w, entries.len);
    writer_slice(&w, entries);
    return writer_finish(&w, out_frame);
}

static enum cw_err pack_segment(const Cw__Entries *segment, struct arena *arena, struct cw_slice *out)
{
    size_t len = protobuf_c_message_get_packed_size(&segment->base);
    struct writer w = writer_over(arena_take(arena, len + 1, 1), len);

    if (w.data == NULL)
        return CW_LOCAL_MEMORY;
    wire_pack(&segment->base, &w);
    return intake_segment(slice(w.data, w.len), arena, out);
}

static enum cw_err take_publish(const Cw__Publish *in, struct arena *arena, struct input *out, struct refusal *refusal)
{
    struct cw_slice *frames = ARENA_ARRAY(arena, struct cw_slice, in->n_segments);

    if (in->n_segments == 0)
        return refuse(refusal, CW_REFUSED_MISSING, "segments", "nothing to publish");
    if (frames == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t i = 0; i < in->n_segments; i++) {
        enum cw_err err = pack_segment(in->segments[i], arena, &frames[i]);

        if (err != CW_OK)
            return err;
    }
    *out = input_publish(frames, (uint32_t)in->n_segments);
    return CW_OK;
}

static enum cw_err take_reload(const struct node *n, struct arena *arena, struct input *out, struct refusal *refusal)
{
    const struct settings_port *settings = &n->ports.settings;
    const char *said;

    if (settings->reload == NULL)
        return refuse(refusal, CW_REFUSED_CLASS, "act", "this daemon has no settings file");
    enum cw_err err = settings->reload(settings->ctx, arena, &said, refusal);
    if (err == CW_OK)
        *out = input_peers(said);
    return err;
}

static enum cw_err take_links(const struct node *n, const Cw__Admin *in, struct input *out, struct refusal *refusal)
{
    char division[DIVISION_LEN_MAX + 1] = "";

    if (!n->identity.lab)
        return refuse(refusal, CW_REFUSED_CLASS, "act", "links are cut and healed in a lab only");
    if (in->act != 1 && in->act != 2)
        return refuse(refusal, CW_REFUSED_MALFORMED, "act", "1 cuts and 2 heals a link, 4 reads the settings again");
    if (in->peer.len > DIVISION_LEN_MAX)
        return refuse(refusal, CW_REFUSED_SIZE, "peer", "a division code has at most %d characters", DIVISION_LEN_MAX);
    if (in->peer.len > 0)
        memcpy(division, in->peer.data, in->peer.len);
    *out = input_cut(division, in->act == 1);
    return CW_OK;
}

#define ACT_RELOAD 4

static enum cw_err take_admin(const struct node *n, const Cw__Admin *in, struct arena *arena, struct input *out,
                              struct refusal *refusal)
{
    return in->act == ACT_RELOAD ? take_reload(n, arena, out, refusal) : take_links(n, in, out, refusal);
}

/* --- the door --------------------------------------------------------------------------------------------- */

static enum cw_err sort(struct node *n, const struct reader_identity *from, const Cw__Request *r, struct arena *arena,
                        struct input *out, bool *out_read, struct refusal *refusal)
{
    enum cw_err err = check_request(n, r, refusal);

    if (err != CW_OK)
        return err;
    if (r->submit != NULL)
        return take_submit(n, r->submit, arena, out, refusal);
    if (r->publish == NULL && r->admin == NULL) {
        *out_read = true;
        return CW_OK;
    }
    if (!from->admin)
        return refuse(refusal, CW_REFUSED_ROLE, "", "only the administrator's socket takes this");
    if (r->publish != NULL)
        return take_publish(r->publish, arena, out, refusal);
    return take_admin(n, r->admin, arena, out, refusal);
}

static enum cw_err unpack(struct cw_slice frame, struct arena *arena, Cw__Request **out)
{
    ProtobufCMessage *message;

    if (frame.len > MESSAGE_LEN_MAX)
        return CW_REFUSED_SIZE;
    enum cw_err err = wire_unpack(&cw__request__descriptor, frame, arena, &message, NULL);
    if (err == CW_OK)
        *out = (Cw__Request *)(void *)message;
    return err;
}

/*
 * Lists, and what others' cases say of one, come from rows that folding writes. Whoever has just been told that an update is
 * durable, and asks, finds it there.
 */
static enum intake_result sort_read(const struct node *n, const Cw__Request *request, struct input *out)
{
    if (feeds_takes(request))
        return INTAKE_FEED;
    if ((request->list == NULL && request->get == NULL) || !atomic_load(&n->folds_shown))
        return INTAKE_READ;
    *out = (struct input){.kind = INPUT_FOLD};
    return INTAKE_FOLD;
}

enum intake_result intake_client(struct node *n, const struct reader_identity *from, struct cw_slice frame,
                                 struct arena *arena, struct input *out_input, const Cw__Request **out_request,
                                 struct writer *out_answer)
{
    uint8_t id[16] = {0};
    Cw__Request *request = NULL;
    struct refusal refusal = {0};
    bool read = false;
    enum cw_err err = unpack(frame, arena, &request);

    if (err == CW_OK) {
        if (has_len(request->has_id, request->id, sizeof id))
            memcpy(id, request->id.data, sizeof id);
        err = sort(n, from, request, arena, out_input, &read, &refusal);
    }
    if (err == CW_OK && read) {
        *out_request = request;
        return sort_read(n, request, out_input);
    }
    if (cw_err_class_of(err) == CW_CLASS_REFUSED && refusal.code == err && request != NULL && request->submit != NULL) {
        *out_input = (struct input){.session_count = request->n_session, .sessions = request->session};
        err = seen_excuse(n, NULL, out_input, arena, &refusal);
    }
    if (err == CW_OK) {
        out_input->who = *from;
        out_input->session_count = request->n_session;
        out_input->sessions = request->session;
        memcpy(out_input->request_id, id, sizeof id);
        out_input->track = request->has_track && request->track;
        return INTAKE_TURN;
    }
    if (refusal.code != err) /* nobody wrote a sentence */
        refuse(&refusal, err == CW_LOCAL_MEMORY ? CW_REFUSED_SIZE : err, "", "%s", cw_err_sentence(err));
    node_count(n, COUNTER_REFUSED);
    reply_refusal(id, &refusal, out_answer);
    return INTAKE_ANSWER;
}
