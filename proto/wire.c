/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire.h"

#include <stdalign.h>

/*
 * protobuf-c takes 68 bytes of memory for each byte of a hostile message, merges duplicates, accepts
 * overlong varints and recurses as deep as it is led (REPLICATION.md §2.3). So the bytes are walked
 * once before it sees them, and it gets its memory from an arena that cannot grow.
 */

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* Fields a message may have: what one bitmap of those seen holds. */
#define KNOWN_FIELDS_MAX 64

/* An upper bound of what protobuf-c takes for one field beside its bytes: its scan record (kept twice while
 * slabs double), its place in an array or the list of unknown fields, and rounding. */
#define FIELD_COST 160
#define MESSAGE_COST 64

/* Above this the message is a bomb. A view of a case, all small numbers in nested messages, comes to 30 times
 * its bytes by this estimate; empty messages come to 150. What is really taken is bounded by the arena. */
#define MEMORY_FACTOR 64
#define MEMORY_FLOOR 65536

struct prescan {
    uint32_t fields_left;
    size_t memory; /* estimate so far */
    bool unknown;
};

static enum cw_err scan_message(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, unsigned depth,
                                struct prescan *scan);

static uint32_t wire_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return WIRE_BYTES;
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return WIRE_FIXED64;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return WIRE_FIXED32;
    default:
        return WIRE_VARINT;
    }
}

/* The bytes of one field, whatever it is; empty and failed for groups and what is cut short. */
static struct cw_slice take_value(struct reader *in, uint32_t wire_type)
{
    uint64_t v;

    switch (wire_type) {
    case WIRE_VARINT:
        (void)reader_varint(in);
        return slice(NULL, 0);
    case WIRE_FIXED64:
        return reader_slice(in, 8);
    case WIRE_FIXED32:
        return reader_slice(in, 4);
    case WIRE_BYTES:
        v = reader_varint(in);
        return reader_slice(in, v > SIZE_MAX ? SIZE_MAX : (size_t)v);
    default:
        in->failed = true;
        return slice(NULL, 0);
    }
}

static enum cw_err scan_known(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                              struct cw_slice value, unsigned depth, uint64_t *seen, struct prescan *scan)
{
    size_t index = (size_t)(field - type->fields);

    CW_ASSERT(index < KNOWN_FIELDS_MAX);
    if (field->label != PROTOBUF_C_LABEL_REPEATED && (*seen >> index & 1) != 0)
        return CW_REFUSED_MALFORMED; /* protobuf-c would merge the two */
    *seen |= UINT64_C(1) << index;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return scan_message(field->descriptor, value, depth + 1, scan);
    scan->memory += value.len;
    return CW_OK;
}

static enum cw_err scan_field(const ProtobufCMessageDescriptor *type, struct reader *in, unsigned depth, uint64_t *seen,
                              struct prescan *scan)
{
    uint64_t tag = reader_varint(in);
    struct cw_slice value = take_value(in, tag & 7);

    if (in->failed || tag >> 3 == 0 || tag > UINT32_MAX)
        return CW_REFUSED_MALFORMED;
    if (scan->fields_left == 0)
        return CW_REFUSED_SIZE;
    scan->fields_left--;
    scan->memory += FIELD_COST;

    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
    if (field == NULL) {
        scan->unknown = true;
        scan->memory += value.len + 16;
        return CW_OK;
    }
    if (wire_type_of(field->type) != (tag & 7))
        return CW_REFUSED_MALFORMED;
    return scan_known(type, field, value, depth, seen, scan);
}

static enum cw_err scan_message(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, unsigned depth,
                                struct prescan *scan)
{
    struct reader in = reader_over(bytes);
    uint64_t seen = 0;

    if (depth > WIRE_DEPTH_MAX)
        return CW_REFUSED_MALFORMED;
    scan->memory += type->sizeof_message + MESSAGE_COST;
    while (reader_left(&in) > 0) {
        enum cw_err err = scan_field(type, &in, depth, &seen, scan);
        if (err != CW_OK)
            return err;
    }
    return in.failed ? CW_REFUSED_MALFORMED : CW_OK;
}

static enum cw_err scan_all(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, struct prescan *scan)
{
    enum cw_err err = scan_message(type, bytes, 1, scan);

    if (err == CW_OK && scan->memory > MEMORY_FACTOR * bytes.len + MEMORY_FLOOR)
        return CW_REFUSED_SIZE;
    return err;
}

enum cw_err wire_prescan(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, uint32_t max_fields)
{
    struct prescan scan = {.fields_left = max_fields};

    CW_ASSERT(max_fields <= WIRE_FIELDS_MAX);
    return scan_all(type, bytes, &scan);
}

/* --- unpack ------------------------------------------------------------------------------------ */

struct bounded {
    struct arena *arena;
    bool full;
};

static void *take(void *data, size_t len)
{
    struct bounded *b = data;
    void *memory = arena_take(b->arena, len, alignof(max_align_t));

    b->full = b->full || memory == NULL;
    return memory;
}

static void give_back(void *data, void *memory)
{
    (void)data; /* the arena goes as a whole */
    (void)memory;
}

enum cw_err wire_unpack(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, struct arena *arena,
                        ProtobufCMessage **out, bool *out_unknown)
{
    struct prescan scan = {.fields_left = WIRE_FIELDS_MAX};
    struct bounded memory = {arena, false};
    ProtobufCAllocator allocator = {take, give_back, &memory};
    size_t mark = arena_mark(arena);
    enum cw_err err = scan_all(type, bytes, &scan);

    if (err != CW_OK)
        return err;

    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, bytes.len, bytes.data);
    if (message == NULL) {
        arena_release(arena, mark);
        return memory.full ? CW_LOCAL_MEMORY : CW_REFUSED_MALFORMED; /* the second: a required field is missing */
    }
    *out = message;
    if (out_unknown != NULL)
        *out_unknown = scan.unknown;
    return CW_OK;
}

/* --- pack -------------------------------------------------------------------------------------- */

struct packing {
    ProtobufCBuffer base; /* first: protobuf-c knows only this part */
    struct writer *out;
};

static void append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
    writer_bytes(((struct packing *)buffer)->out, data, len);
}

void wire_pack(const ProtobufCMessage *message, struct writer *out)
{
    struct packing packing = {.base = {append}, .out = out};

    (void)protobuf_c_message_pack_to_buffer(message, &packing.base);
}
