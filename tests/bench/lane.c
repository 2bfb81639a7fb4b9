/* SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include "proto/wire.h"

#define QUEUE_FRAMES_MAX 4096

/* Numbers of proto/client.proto. */
enum { ANSWER_ID = 2, ANSWER_CODE = 3, ANSWER_TEXT = 5, ANSWER_SUBMITTED = 10, ANSWER_FEED = 20 };

/* --- frames ------------------------------------------------------------------------------------------- */

void frame_of(Cw__Request *request, const struct who *who, uint64_t number, struct buf *out)
{
    uint8_t id[16] = {0};
    uint8_t network[CW_ID_LEN];
    struct writer w;

    memcpy(id, &number, sizeof number);
    cw_identity_network(who->identity, network);
    request->has_v = request->has_id = request->has_network = true;
    request->v = 1;
    request->id = wire_bytes(slice(id, sizeof id));
    request->network = wire_bytes(slice(network, sizeof network));
    if (buf_reserve(out, protobuf_c_message_get_packed_size(&request->base)) != CW_OK)
        must_have(NULL);
    w = writer_over(out->data, out->cap);
    wire_pack(&request->base, &w);
    out->len = w.len;
    request->id = request->network = (ProtobufCBinaryData){0}; /* they were ours */
}

bool field_next(struct reader *in, struct field *out)
{
    uint64_t tag;

    if (reader_left(in) == 0)
        return false;
    tag = reader_varint(in);
    *out = (struct field){.number = (uint32_t)(tag >> 3)};
    if ((tag & 7) == 0)
        out->value = reader_varint(in);
    else if ((tag & 7) == 2)
        out->bytes = reader_slice(in, reader_varint(in));
    else
        in->failed = true; /* no answer of ours has fields of a fixed size */
    return !in->failed;
}

bool answer_head_read(struct cw_slice frame, struct answer_head *out)
{
    struct reader in = reader_over(frame);
    struct field f;

    *out = (struct answer_head){0};
    while (field_next(&in, &f)) {
        if (f.number == ANSWER_ID && f.bytes.len == 16)
            memcpy(&out->number, f.bytes.data, sizeof out->number);
        if (f.number == ANSWER_CODE)
            out->code = f.value;
        if (f.number == ANSWER_TEXT)
            out->text = f.bytes;
        if (f.number == ANSWER_SUBMITTED)
            out->submitted = f.bytes;
        if (f.number == ANSWER_FEED)
            out->feed = f.bytes;
    }
    return reader_finish(&in) == CW_OK;
}

struct cw_slice field_bytes(struct cw_slice message, uint32_t number)
{
    struct reader in = reader_over(message);
    struct field f;

    while (field_next(&in, &f)) {
        if (f.number == number)
            return f.bytes;
    }
    return slice(NULL, 0);
}

/* --- the socket ------------------------------------------------------------------------------------------- */

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static void greet(struct lane *lane, const struct who *who)
{
    Cw__GetStatus status = CW__GET_STATUS__INIT;
    Cw__Request request = CW__REQUEST__INIT;
    struct answer_head head;
    struct cw_slice answer;
    struct buf frame = {0};
    zmq_msg_t message;

    request.status = &status;
    frame_of(&request, who, 0, &frame);
    lane_send(lane, buf_slice(&frame));
    zmq_msg_init(&message);
    lane_wait(lane, &message, &answer);
    if (!answer_head_read(answer, &head) || head.code != CW_OK)
        give_up("greeting", "the daemon refused to say how it is");
    zmq_msg_close(&message);
    buf_done(&frame);
}

void lane_open(struct lane *out, void *context, const struct place *place, const struct who *who)
{
    const struct key_bundle *keys = &who->identity->keys;

    out->socket = zmq_socket(context, ZMQ_DEALER);
    if (out->socket == NULL || zmq_setsockopt(out->socket, ZMQ_CURVE_SERVERKEY, place->key, CW_ID_LEN) != 0 ||
        zmq_setsockopt(out->socket, ZMQ_CURVE_PUBLICKEY, keys->curve_public, KEY_LEN) != 0 ||
        zmq_setsockopt(out->socket, ZMQ_CURVE_SECRETKEY, keys->curve.b, KEY_LEN) != 0 ||
        !set_int(out->socket, ZMQ_SNDHWM, QUEUE_FRAMES_MAX) || !set_int(out->socket, ZMQ_RCVHWM, QUEUE_FRAMES_MAX) ||
        !set_int(out->socket, ZMQ_LINGER, 0) || zmq_connect(out->socket, place->address) != 0)
        give_up(place->address, zmq_strerror(zmq_errno()));
    greet(out, who);
}

void lane_close(struct lane *lane)
{
    zmq_close(lane->socket);
}

void lane_send(struct lane *lane, struct cw_slice frame)
{
    if (zmq_send(lane->socket, frame.data, frame.len, 0) < 0)
        give_up("send", zmq_strerror(zmq_errno()));
}

bool lane_receive(struct lane *lane, zmq_msg_t *message, struct cw_slice *out_frame)
{
    if (zmq_msg_recv(message, lane->socket, ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() != EAGAIN && zmq_errno() != EINTR)
            give_up("receive", zmq_strerror(zmq_errno()));
        return false;
    }
    *out_frame = slice(zmq_msg_data(message), zmq_msg_size(message));
    return true;
}

void lane_wait(struct lane *lane, zmq_msg_t *message, struct cw_slice *out_frame)
{
    zmq_pollitem_t item = {.socket = lane->socket, .events = ZMQ_POLLIN};

    while (!lane_receive(lane, message, out_frame)) {
        if (zmq_poll(&item, 1, ANSWER_WAIT_MS) == 0)
            give_up("receive", "no answer in time");
    }
}
