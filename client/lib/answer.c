/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/answer.h"

#include "lib/need.h"
#include "lib/unpack.h"

#include <stdatomic.h>
#include <stdlib.h>

enum cw_err answer_take(struct buf *bytes, struct cw_answer **out_answer)
{
    struct cw_answer *answer;
    ProtobufCMessage *message;
    void *memory;
    enum cw_err err;

    if (bytes->len > CW_MESSAGE_LEN_MAX)
        return CW_PEER_MALFORMED;
    err = message_unpack(&cw__answer__descriptor, buf_slice(bytes), &memory, &message, NULL);
    if (err != CW_OK)
        return err == CW_LOCAL_MEMORY ? err : CW_PEER_MALFORMED;
    answer = calloc(1, sizeof(*answer));
    if (answer == NULL) {
        free(memory);
        return CW_LOCAL_MEMORY;
    }
    answer->bytes = *bytes;
    *bytes = (struct buf){0};
    answer->memory = memory;
    answer->message = (const Cw__Answer *)message;
    err = answer_fill(answer);
    if (err != CW_OK) {
        cw_answer_close(answer);
        return err;
    }
    *out_answer = answer;
    return CW_OK;
}

static void said_again_free(struct buf *bytes)
{
    if (bytes != NULL)
        buf_done(bytes);
    free(bytes);
}

void cw_answer_close(struct cw_answer *answer)
{
    if (answer == NULL)
        return;
    buf_done(&answer->bytes);
    said_again_free(answer->said_again);
    free(answer->refs);
    free(answer->memory);
    free(answer);
}

struct cw_slice cw_answer_bytes(const struct cw_answer *answer)
{
    if (MISSING(NULL, answer))
        return slice(NULL, 0);
    struct buf *made = answer->said_again, *other = NULL;

    if (answer->refs == NULL)
        return buf_slice(&answer->bytes);
    if (made != NULL)
        return buf_slice(made);
    made = calloc(1, sizeof(*made));
    if (made == NULL || message_pack(&answer->message->base, UNPACK_MEMORY_MAX, made) != CW_OK) {
        said_again_free(made);
        return slice(NULL, 0);
    }
    /* Only this much of it changes, and whoever was first is right. */
    if (!atomic_compare_exchange_strong(&((struct cw_answer *)(uintptr_t)answer)->said_again, &other, made)) {
        said_again_free(made);
        made = other;
    }
    return buf_slice(made);
}

size_t cw_answer_count(const struct cw_answer *answer, const char *path)
{
    if (MISSING(NULL, answer, path))
        return 0;
    struct answer_place place;

    if (answer_find(&answer->message->base, path, &place) != CW_OK)
        return 0;
    return place.quantity;
}

enum cw_err cw_answer_text(const struct cw_answer *answer, const char *path, struct cw_slice *out_text)
{
    if (MISSING(NULL, answer, path, out_text))
        return CW_USAGE_ARGUMENT;
    struct answer_place place;
    enum cw_err err = answer_find(&answer->message->base, path, &place);

    if (err != CW_OK)
        return err;
    if (place.field == NULL)
        return CW_LOCAL_NOT_FOUND;
    if (place.field->type != PROTOBUF_C_TYPE_BYTES)
        return CW_USAGE_ARGUMENT;
    if (place.member == NULL)
        return CW_LOCAL_NOT_FOUND;
    *out_text = wire_slice(*(const ProtobufCBinaryData *)place.member);
    return CW_OK;
}

enum cw_err cw_answer_number(const struct cw_answer *answer, const char *path, int64_t *out_number)
{
    if (MISSING(NULL, answer, path, out_number))
        return CW_USAGE_ARGUMENT;
    struct answer_place place;
    enum cw_err err = answer_find(&answer->message->base, path, &place);

    if (err != CW_OK)
        return err;
    if (place.member == NULL)
        return CW_LOCAL_NOT_FOUND;
    switch (place.field->type) {
    case PROTOBUF_C_TYPE_UINT32:
        *out_number = *(const uint32_t *)place.member;
        return CW_OK;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_SINT64:
        *out_number = *(const int64_t *)place.member;
        return CW_OK;
    case PROTOBUF_C_TYPE_BOOL:
        *out_number = *(const protobuf_c_boolean *)place.member ? 1 : 0;
        return CW_OK;
    default:
        return CW_USAGE_ARGUMENT;
    }
}
