/* SPDX-License-Identifier: Apache-2.0 */
/*
 * However long a case is, its view fits a frame (docs/protocol.md §7.9). What is long is shortened, the longest lists first:
 * of a field's values the newest stay, and whoever is left out is counted. What somebody must act on comes last.
 */

#include "node/answer_case.h"

#include "proto/wire.h"

#include <stdlib.h>

/* How much is shown of each list and each text; UINT32_MAX: all. */
struct measure {
    uint32_t values; /* of a field, and whatever else may be long */
    uint32_t events; /* the others are pages */
    uint32_t rivals; /* what somebody must decide between */
    uint32_t parts;  /* fields, duties, conflicts, episodes */
    size_t text_len;
};

/* The first of these under which a view fits; the last one always does. */
static const struct measure measures[] = {
    {2000, 500, 2000, UINT32_MAX, 8192},
    {500, 500, 500, UINT32_MAX, 4096},
    {200, 500, 200, UINT32_MAX, 1024},
    {50, 500, 100, UINT32_MAX, 512},
    {20, 200, 50, UINT32_MAX, 256},
    {8, 100, 20, 2000, 256},
    {4, 50, 8, 200, 200},
    {2, 20, 4, 50, 128},
    {1, 10, 2, 16, 100},
};

static const struct cut {
    const ProtobufCMessageDescriptor *of;
    const char *list;
    const char *more; /* where it is said; NULL: in the view's left_out */
    size_t measure;
    bool newest; /* values: the newest stay, and the one that is shown; else the first stay */
} cuts[] = {
    {&cw__view_field__descriptor, "values", "more_values", offsetof(struct measure, values), true},
    {&cw__view_field__descriptor, "proposals", "more_proposals", offsetof(struct measure, rivals), true},
    {&cw__view_conflict__descriptor, "candidates", "more_candidates", offsetof(struct measure, rivals), true},
    {&cw__view_value__descriptor, "replaced", "more_replaced", offsetof(struct measure, values), false},
    {&cw__view_event__descriptor, "fields", "more_fields", offsetof(struct measure, values), false},
    {&cw__case_view__descriptor, "events", "more_events", offsetof(struct measure, events), false},
    {&cw__case_view__descriptor, "links", "more_links", offsetof(struct measure, values), false},
    {&cw__case_view__descriptor, "notes", NULL, offsetof(struct measure, values), false},
    {&cw__case_view__descriptor, "tallies", NULL, offsetof(struct measure, values), false},
};

/* Of any other message in a list, and of ids and short texts in one. */
static const struct cut other_parts = {.measure = offsetof(struct measure, parts)};
static const struct cut other_texts = {.measure = offsetof(struct measure, values)};

struct fitting {
    struct answering *a;
    Cw__CaseView *view;
    const struct measure *measure;
};

static void *at(ProtobufCMessage *message, size_t offset)
{
    return (uint8_t *)message + offset;
}

/* --- lists --------------------------------------------------------------------------------------------------- */

/* There are no more of them than there are roles. */
static bool is_roles(const ProtobufCFieldDescriptor *field)
{
    static const char *const lists[] = {"resolvers", "told", "next_told", "waivable_by"};

    for (size_t i = 0; i < CW_COUNT(lists); i++) {
        if (strcmp(field->name, lists[i]) == 0)
            return true;
    }
    return false;
}

static const struct cut *cut_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < CW_COUNT(cuts); i++) {
        if (cuts[i].of == message->descriptor && strcmp(cuts[i].list, field->name) == 0)
            return &cuts[i];
    }
    return field->type == PROTOBUF_C_TYPE_MESSAGE ? &other_parts : &other_texts;
}

static uint32_t most_of(const struct fitting *f, const ProtobufCMessage *message, const struct cut *cut)
{
    const Cw__ViewField *field = (const void *)message;

    if (cut == &cuts[0] && field->conflict)
        return f->measure->rivals;
    return *(const uint32_t *)(const void *)((const uint8_t *)f->measure + cut->measure);
}

struct aged {
    uint64_t hlc;
    size_t place;
};

static int newest_first(const void *left, const void *right)
{
    const struct aged *l = left, *r = right;

    if (l->hlc != r->hlc)
        return l->hlc > r->hlc ? -1 : 1;
    return l->place < r->place ? -1 : l->place > r->place;
}

static int in_place(const void *left, const void *right)
{
    const struct aged *l = left, *r = right;

    return l->place < r->place ? -1 : l->place > r->place;
}

/* The first is what is shown of a field, and stays; order stays. */
static bool keep_newest(struct answering *a, Cw__ViewValue **values, size_t count, uint32_t most)
{
    struct aged *aged = ARENA_ARRAY(a->arena, struct aged, count);

    if (aged == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        aged[i] = (struct aged){i == 0 ? UINT64_MAX : values[i]->hlc, i};
    qsort(aged, count, sizeof *aged, newest_first);
    qsort(aged, most, sizeof *aged, in_place);
    for (size_t i = 0; i < most; i++)
        values[i] = values[aged[i].place];
    return true;
}

static void say_more(struct fitting *f, ProtobufCMessage *message, const struct cut *cut, size_t count)
{
    const ProtobufCFieldDescriptor *more =
        cut->more == NULL ? NULL : protobuf_c_message_descriptor_get_field_by_name(message->descriptor, cut->more);

    if (more == NULL) {
        SET_NUMBER(f->view, left_out, f->view->left_out + (uint32_t)count);
        return;
    }
    *(protobuf_c_boolean *)at(message, more->quantifier_offset) = 1;
    if (more->type == PROTOBUF_C_TYPE_BOOL)
        *(protobuf_c_boolean *)at(message, more->offset) = 1;
    else
        *(uint32_t *)at(message, more->offset) += (uint32_t)count;
}

static bool fit_list(struct fitting *f, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const struct cut *cut = cut_of(message, field);
    size_t *count = at(message, field->quantifier_offset);
    uint32_t most = most_of(f, message, cut);

    if (*count <= most || is_roles(field))
        return true;
    if (cut->newest && !keep_newest(f->a, *(Cw__ViewValue ***)at(message, field->offset), *count, most))
        return false;
    say_more(f, message, cut, *count - most);
    *count = most;
    return true;
}

/* --- texts --------------------------------------------------------------------------------------------------- */

/* Whole characters. */
static size_t whole_len(struct cw_slice text, size_t len)
{
    if (text.len <= len)
        return text.len;
    while (len > 0 && (text.data[len] & 0xc0u) == 0x80u)
        len--;
    return len;
}

/* Ids are shorter than any text that is cut. */
static bool fit_text(struct fitting *f, ProtobufCBinaryData *text, Cw__ViewValue *value)
{
    static const char mark[] = "...";
    size_t len = whole_len(wire_slice(*text), f->measure->text_len - sizeof mark);
    uint8_t *copy;

    if (text->len <= f->measure->text_len)
        return true;
    copy = arena_take_raw(f->a->arena, len + sizeof mark, 1);
    if (copy == NULL)
        return false;
    memcpy(copy, text->data, len);
    memcpy(copy + len, mark, sizeof mark);
    *text = (ProtobufCBinaryData){len + sizeof mark - 1, copy};
    if (value != NULL)
        SET_NUMBER(value, cut, 1);
    return true;
}

/* --- a message and what is in it: as deep as the schema is ------------------------------------------------------ */

static bool fit_message(struct fitting *f, ProtobufCMessage *message, Cw__ViewValue *value);

static bool fit_members(struct fitting *f, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                        Cw__ViewValue *value)
{
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    size_t count = repeated ? *(size_t *)at(message, field->quantifier_offset) : 1;
    bool fits = true;

    for (size_t i = 0; i < count && fits; i++) {
        if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            ProtobufCMessage **member = at(message, field->offset);

            member = repeated ? *(ProtobufCMessage ***)(void *)member + i : member;
            fits = *member == NULL || fit_message(f, *member, value);
        } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
            ProtobufCBinaryData *text = at(message, field->offset);

            fits = fit_text(f, repeated ? *(ProtobufCBinaryData **)(void *)text + i : text, value);
        }
    }
    return fits;
}

/* `value`: whose texts these are. */
static bool fit_message(struct fitting *f, ProtobufCMessage *message, Cw__ViewValue *value)
{
    if (message->descriptor == &cw__view_value__descriptor)
        value = (void *)message;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

        if (field->label == PROTOBUF_C_LABEL_REPEATED && !fit_list(f, message, field))
            return false;
        if (!fit_members(f, message, field, value))
            return false;
    }
    return true;
}

bool answer_fit(struct answering *a, Cw__CaseView *view)
{
    struct fitting f = {.a = a, .view = view};

    for (size_t i = 0; i < CW_COUNT(measures); i++) {
        if (protobuf_c_message_get_packed_size(&view->base) <= ANSWER_VIEW_LEN_MAX)
            return true;
        f.measure = &measures[i];
        if (!fit_message(&f, &view->base, NULL))
            return false;
    }
    return true;
}
