/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire_order.h"

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

static bool number_fits(ProtobufCType type, uint64_t v)
{
    if (type == PROTOBUF_C_TYPE_BOOL)
        return v <= 1;
    return type == PROTOBUF_C_TYPE_UINT64 || v <= UINT32_MAX;
}

/* Of a field that is not known. */
static bool skip(struct reader *in, uint64_t wire_type)
{
    uint64_t v;

    switch (wire_type) {
    case WIRE_VARINT:
        (void)reader_varint(in);
        break;
    case WIRE_FIXED64:
        (void)reader_slice(in, 8);
        break;
    case WIRE_FIXED32:
        (void)reader_slice(in, 4);
        break;
    case WIRE_BYTES:
        v = reader_varint(in);
        (void)reader_slice(in, v > SIZE_MAX ? SIZE_MAX : (size_t)v);
        break;
    default:
        return false;
    }
    return !in->failed;
}

static bool value_in_order(const ProtobufCFieldDescriptor *field, struct reader in, uint64_t wire_type)
{
    uint64_t v = wire_type == WIRE_VARINT || wire_type == WIRE_BYTES ? reader_varint(&in) : 0;

    if (wire_type == WIRE_VARINT)
        return number_fits(field->type, v);
    return field->type != PROTOBUF_C_TYPE_MESSAGE || wire_in_order(field->descriptor, reader_slice(&in, (size_t)v));
}

bool wire_in_order(const ProtobufCMessageDescriptor *type, struct cw_slice bytes)
{
    struct reader in = reader_over(bytes);
    uint64_t before = 0;

    while (reader_left(&in) > 0) {
        uint64_t tag = reader_varint(&in), number = tag >> 3;
        struct reader value = in;

        if (in.failed || tag > UINT32_MAX || number < before || !skip(&in, tag & 7))
            return false;
        before = number;
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)number);
        if (field != NULL && !value_in_order(field, value, tag & 7))
            return false;
    }
    return !in.failed;
}
