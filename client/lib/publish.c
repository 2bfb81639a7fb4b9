/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"
#include "lib/unpack.h"

#include <stdlib.h>

struct segments {
    void **memory; /* one per segment: owns its message */
    Cw__Entries **messages;
    size_t count;
};

static void segments_done(struct segments *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->memory[i]);
    free(s->memory);
    free(s->messages);
}

static bool is_any_hollow(const struct cw_slice *segments, size_t count, struct cw_fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (HOLLOW(fault, segments[i]))
            return true;
    }
    return false;
}

static enum cw_err segments_unpack(struct segments *s, const struct cw_slice *bytes, size_t count)
{
    s->memory = calloc(count, sizeof(*s->memory));
    s->messages = calloc(count, sizeof(void *));
    if (s->memory == NULL || s->messages == NULL)
        return CW_LOCAL_MEMORY;
    for (; s->count < count; s->count++) {
        ProtobufCMessage *message;
        enum cw_err err =
            message_unpack(&cw__entries__descriptor, bytes[s->count], &s->memory[s->count], &message, NULL);

        if (err != CW_OK)
            return err;
        s->messages[s->count] = (Cw__Entries *)message;
    }
    return CW_OK;
}

enum cw_err cw_client_publish(struct cw_client *client, const struct cw_slice *segments, size_t segment_count,
                              int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, segments, out_answer))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Publish publish = CW__PUBLISH__INIT;
    struct segments unpacked = {0};
    enum cw_err err;

    if (!client->admin)
        return fault_set(&client->fault, CW_USAGE_ORDER, "publish", "only over the daemon's admin socket");
    if (segment_count == 0)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "segments", "none given");
    if (is_any_hollow(segments, segment_count, &client->fault))
        return CW_USAGE_ARGUMENT;
    err = segments_unpack(&unpacked, segments, segment_count);
    if (err != CW_OK) {
        fault_set(&client->fault, err, "segments", "a segment cannot be read");
    } else {
        request.publish = &publish;
        publish.n_segments = segment_count;
        publish.segments = unpacked.messages;
        err = client_ask(client, &request, &(struct request_plan){0}, timeout_ms, out_answer);
    }
    segments_done(&unpacked);
    return err;
}
