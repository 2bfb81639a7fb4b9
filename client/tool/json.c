/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of any message, from its descriptor: a field added to client.proto appears here by itself.
 * Bytes are text when their name is in the list below, hexadecimal otherwise.
 */
#include "tool/out.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>

static const char *const text_names[] = {
    "where",      "text",       "name",         "human_ref", "status",     "title",       "owner",    "kind_name",
    "division",   "role",       "rule",         "notes",     "resolvers",  "field",       "why",      "measure",
    "scope",      "unit",       "within",       "clock",     "risk",       "op_name",     "origin",   "verdict",
    "what",       "lines",      "flags",        "why_code",  "state",      "values",      "reasons",  "version",
    "address",    "last_error", "network_name", "authority", "event_name", "class",       "marking",  "tags",
    "areas",      "operations", "conflicts",    "told",      "next_told",  "waivable_by", "asked",    "category",
    "also",       "conditions", "confidence",   "grade",     "loser",      "standing",    "survivor", "type",
    "offered_to",
};

static bool is_text(const char *name, size_t len)
{
    /* A peer's digest is a word, a status's digest is a hash. */
    if (strcmp(name, "digest") == 0)
        return len != CW_ID_LEN;
    for (size_t i = 0; i < CW_COUNT(text_names); i++)
        if (strcmp(name, text_names[i]) == 0)
            return true;
    return false;
}

static json_t *json_of_bytes(const char *name, ProtobufCBinaryData bytes)
{
    char *text = is_text(name, bytes.len) ? text_of(bytes) : malloc(2 * bytes.len + 1);
    json_t *value;

    CW_ASSERT(text != NULL);
    if (!is_text(name, bytes.len))
        hex_of(wire_slice(bytes), text);
    value = json_string(text);
    free(text);
    return value;
}

static bool ends_ms(const char *name)
{
    size_t len = strlen(name);

    return len > 3 && strcmp(name + len - 3, "_ms") == 0;
}

static bool is_hlc(const char *name)
{
    return strcmp(name, "hlc") == 0 || strcmp(name, "updated_hlc") == 0;
}

enum json_kind json_kind_of(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return JSON_KIND_MESSAGE;
    case PROTOBUF_C_TYPE_BOOL:
        return JSON_KIND_FLAG;
    case PROTOBUF_C_TYPE_BYTES:
        return is_text(field->name, 0) ? JSON_KIND_TEXT : JSON_KIND_HEX;
    default:
        break;
    }
    if (ends_ms(field->name) || is_hlc(field->name))
        return is_hlc(field->name) ? JSON_KIND_HLC : JSON_KIND_TIME;
    return JSON_KIND_NUMBER;
}

static json_t *json_of_number(const char *name, int64_t number)
{
    char text[WHEN_TEXT_LEN_MAX + 8];

    if (ends_ms(name)) {
        when_utc((struct cw_wall){number}, text);
        return json_string(text);
    }
    if (is_hlc(name)) {
        when_utc(hlc_wall((uint64_t)number), text);
        snprintf(text + strlen(text), 8, "+%u", (unsigned)(number & 0xffff));
        return json_string(text);
    }
    return json_integer(number);
}

static json_t *json_of_value(const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        return json_of_bytes(field->name, *(const ProtobufCBinaryData *)at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return json_of_message(*(ProtobufCMessage *const *)at);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_SINT64:
        return json_of_number(field->name, *(const int64_t *)at);
    default:
        return json_of_number(field->name, *(const uint32_t *)at);
    }
}

static size_t element_len(ProtobufCType type)
{
    if (type == PROTOBUF_C_TYPE_BYTES)
        return sizeof(ProtobufCBinaryData);
    return type == PROTOBUF_C_TYPE_MESSAGE                                    ? sizeof(void *)
           : type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_SINT64 ? sizeof(uint64_t)
                                                                              : sizeof(uint32_t);
}

static json_t *json_of_repeated(const ProtobufCFieldDescriptor *field, const uint8_t *base)
{
    size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const uint8_t *items = *(const uint8_t *const *)(const void *)(base + field->offset);
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_of_value(field, items + i * element_len(field->type)));
    return array;
}

static bool is_present(const ProtobufCFieldDescriptor *field, const uint8_t *base)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return *(ProtobufCMessage *const *)(const void *)(base + field->offset) != NULL;
    return field->label == PROTOBUF_C_LABEL_REQUIRED ||
           *(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset);
}

void json_name_of(const ProtobufCFieldDescriptor *field, char out[static JSON_NAME_LEN_MAX])
{
    snprintf(out, JSON_NAME_LEN_MAX, "%s", field->name);
    if (ends_ms(out))
        out[strlen(out) - 3] = '\0'; /* a text: the unit is in it */
}

static void set_member(json_t *object, const ProtobufCFieldDescriptor *field, json_t *value)
{
    char key[JSON_NAME_LEN_MAX];

    json_name_of(field, key);
    json_object_set_new(object, key, value);
}

bool json_names_kind(const ProtobufCMessageDescriptor *type)
{
    return type == &cw__case_row__descriptor;
}

/* The daemon says the number only: a list is long, and everybody has the table. */
static void name_kind(json_t *row)
{
    json_int_t kind = json_integer_value(json_object_get(row, "kind"));
    const char *name = kind > 0 && kind <= UINT32_MAX ? schema_kind_name((uint32_t)kind) : NULL;

    if (name != NULL)
        json_object_set_new(row, JSON_KIND_NAME, json_string(name));
}

json_t *json_of_message(const ProtobufCMessage *message)
{
    json_t *object = json_object();
    const uint8_t *base = (const uint8_t *)message;

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            set_member(object, field, json_of_repeated(field, base));
        else if (is_present(field, base))
            set_member(object, field, json_of_value(field, base + field->offset));
    }
    if (json_names_kind(message->descriptor))
        name_kind(object);
    return object;
}

void json_print(const struct cli *cli, json_t *object)
{
    json_t *whole = json_object();
    char name[CLI_NAME_LEN_MAX];

    json_object_set_new(whole, "v", json_integer(1)); /* first, so that a reader knows what follows */
    if (cli->command != NULL) {
        cli_name(cli->command, name);
        json_object_set_new(whole, "command", json_string(name));
    }
    json_object_update(whole, object);
    json_dumpf(whole, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(whole);
    json_decref(object);
}

void json_print_message(const struct cli *cli, const ProtobufCMessage *message)
{
    json_print(cli, json_of_message(message));
}

void json_print_done(const struct cli *cli)
{
    if (cli->json)
        json_print(cli, json_object());
}
