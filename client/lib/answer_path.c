/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "view.fields[2].values[0].text": names of proto/client.proto with dots between, an index where a thing
 * repeats. One small language instead of a getter for each of two hundred fields; bindings use it as well.
 */
#include "lib/answer.h"

#define PATH_DEPTH_MAX 8
#define PATH_NAME_LEN_MAX 40

struct step {
    char name[PATH_NAME_LEN_MAX + 1];
    bool has_index;
    size_t index;
};

/* Reads one step and moves *at behind its dot; false when it is not one. */
static bool next_step(const char **at, struct step *out)
{
    const char *from = *at;
    size_t len = strcspn(from, ".[");

    if (len == 0 || len > PATH_NAME_LEN_MAX)
        return false;
    *out = (struct step){.has_index = from[len] == '['};
    memcpy(out->name, from, len);
    from += len;
    if (out->has_index) {
        for (from++; *from >= '0' && *from <= '9' && out->index < 1000000; from++)
            out->index = out->index * 10 + (size_t)(*from - '0');
        if (*from++ != ']')
            return false;
    }
    if (*from != '\0' && *from++ != '.')
        return false;
    *at = from;
    return true;
}

static size_t element_len(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(ProtobufCMessage *);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_SINT64:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    default:
        return sizeof(uint32_t);
    }
}

static struct answer_place look_repeated(const uint8_t *base, const ProtobufCFieldDescriptor *field,
                                         const struct step *step)
{
    size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const uint8_t *items = *(const uint8_t *const *)(const void *)(base + field->offset);

    if (!step->has_index)
        return (struct answer_place){field, NULL, count};
    if (step->index >= count)
        return (struct answer_place){field, NULL, 0};
    return (struct answer_place){field, items + step->index * element_len(field->type), 1};
}

static struct answer_place look_single(const uint8_t *base, const ProtobufCFieldDescriptor *field)
{
    const void *member = base + field->offset;
    bool present = field->label == PROTOBUF_C_LABEL_REQUIRED;

    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        present = *(ProtobufCMessage *const *)member != NULL;
    else if (!present)
        present = *(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset);
    return (struct answer_place){field, present ? member : NULL, present ? 1 : 0};
}

static enum cw_err look(const ProtobufCMessage *message, const struct step *step, struct answer_place *out_place)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, step->name);
    const uint8_t *base = (const uint8_t *)message;

    if (field == NULL || (step->has_index && field->label != PROTOBUF_C_LABEL_REPEATED))
        return CW_USAGE_ARGUMENT;
    *out_place =
        field->label == PROTOBUF_C_LABEL_REPEATED ? look_repeated(base, field, step) : look_single(base, field);
    return CW_OK;
}

enum cw_err answer_find(const ProtobufCMessage *message, const char *path, struct answer_place *out_place)
{
    struct answer_place place = {0};
    struct step step;
    enum cw_err err;

    for (int depth = 0; depth < PATH_DEPTH_MAX; depth++) {
        if (!next_step(&path, &step))
            return CW_USAGE_ARGUMENT;
        err = look(message, &step, &place);
        if (err != CW_OK)
            return err;
        if (*path == '\0') {
            *out_place = place;
            return CW_OK;
        }
        if (place.field->type != PROTOBUF_C_TYPE_MESSAGE)
            return CW_USAGE_ARGUMENT;
        if (place.member == NULL) {
            /* What is below something absent is absent too. */
            *out_place = (struct answer_place){NULL, NULL, 0};
            return CW_OK;
        }
        message = *(ProtobufCMessage *const *)place.member;
    }
    return CW_USAGE_ARGUMENT;
}
