/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads case histories as JSON, one a line, and prints what the daemon's fold makes of each: the canonical
 * state of docs/fold.md §14. The other half of the comparison is tests/tools/reference/fold.py.
 */

#include "cases/cases.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_LEN ((size_t)64 << 20)
#define STATE_LEN ((size_t)16 << 20)
#define LINE_LEN_MAX ((size_t)8 << 20)

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "fold_dump: %s\n", what);
    exit(2);
}

static void *need(void *memory)
{
    if (memory == NULL)
        fail("out of memory");
    return memory;
}

static struct cw_slice bytes_of(struct arena *arena, const json_t *value)
{
    const char *text = json_string_value(value);
    size_t len = text == NULL ? 0 : strlen(text) / 2;
    uint8_t *out = need(arena_take(arena, len + 1, 1));

    if (len != 0 && hex_parse(text, out, len) != CW_OK)
        fail("not hexadecimal");
    return slice(out, len);
}

static void id_of(const json_t *value, uint8_t out[static ID_LEN])
{
    const char *text = json_string_value(value);

    if (text == NULL || hex_parse(text, out, ID_LEN) != CW_OK)
        fail("not an id");
}

static uint64_t number_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? (uint64_t)json_integer_value(json_object_get(object, name)) : strtoull(text, NULL, 10);
}

static int64_t signed_of(const json_t *value)
{
    const char *text = json_string_value(value);

    return text == NULL ? json_integer_value(value) : strtoll(text, NULL, 10);
}

static const struct op_ref *refs_of(struct arena *arena, const json_t *list, uint32_t *out_count)
{
    struct op_ref *out = need(arena_array(arena, json_array_size(list) + 1, sizeof *out, alignof(struct op_ref)));

    *out_count = (uint32_t)json_array_size(list);
    for (uint32_t i = 0; i < *out_count; i++) {
        id_of(json_array_get(json_array_get(list, i), 0), out[i].op.b);
        out[i].index = (uint32_t)json_integer_value(json_array_get(json_array_get(list, i), 1));
    }
    return out;
}

static void *ids_of(struct arena *arena, const json_t *list, uint32_t *out_count)
{
    uint8_t(*out)[ID_LEN] = need(arena_array(arena, json_array_size(list) + 1, ID_LEN, 1));

    *out_count = (uint32_t)json_array_size(list);
    for (uint32_t i = 0; i < *out_count; i++)
        id_of(json_array_get(list, i), out[i]);
    return out;
}

/* ["t", hex] ["n", number] ["i", hex] ["v", earliest, latest] ["f", 0 or 1] */
static void value_of(struct arena *arena, const json_t *json, struct op_value *out)
{
    const char *type = json_string_value(json_array_get(json, 0));
    const json_t *first = json_array_get(json, 1);

    switch (type == NULL ? 0 : type[0]) {
    case 't':
        out->type = VALUE_TEXT;
        out->text = bytes_of(arena, first);
        break;
    case 'n':
        out->type = VALUE_NUMBER;
        out->number = signed_of(first);
        break;
    case 'i':
        out->type = VALUE_ID;
        id_of(first, out->id.b);
        break;
    case 'v':
        out->type = VALUE_INTERVAL;
        out->number = signed_of(first);
        out->latest = signed_of(json_array_get(json, 2));
        break;
    case 'f':
        out->type = VALUE_FLAG;
        out->number = signed_of(first);
        break;
    default:
        fail("a value of no type");
    }
}

static void write_of(struct arena *arena, const json_t *json, struct op_write *out)
{
    const json_t *value = json_object_get(json, "value");

    out->field = (uint32_t)number_of(json, "field");
    out->verb = (enum write_verb)number_of(json, "verb");
    out->has_value = json_is_array(value);
    if (out->has_value)
        value_of(arena, value, &out->value);
    out->withheld = json_is_true(json_object_get(json, "withheld"));
    out->has_max = json_object_get(json, "max_value") != NULL;
    out->max_value = number_of(json, "max_value");
    out->supersedes = refs_of(arena, json_object_get(json, "supersedes"), &out->supersede_count);
}

static const struct op *op_of(struct arena *arena, const json_t *json)
{
    const json_t *writes = json_object_get(json, "writes");
    struct op *op = need(ARENA_NEW(arena, struct op));
    struct op_write *out = need(arena_array(arena, json_array_size(writes) + 1, sizeof *out, alignof(struct op_write)));

    op->type = (uint32_t)number_of(json, "type");
    op->kind = (uint32_t)number_of(json, "kind");
    op->event = (uint32_t)number_of(json, "event");
    op->write_count = (uint32_t)json_array_size(writes);
    op->writes = out;
    for (uint32_t i = 0; i < op->write_count; i++)
        write_of(arena, json_array_get(writes, i), &out[i]);
    op->after = ids_of(arena, json_object_get(json, "after"), &op->after_count);
    op->refs = ids_of(arena, json_object_get(json, "refs"), &op->ref_count);
    op->corrects = refs_of(arena, json_object_get(json, "corrects"), &op->correct_count);
    op->same_as = ids_of(arena, json_object_get(json, "same_as"), &op->same_count);
    op->epoch = number_of(json, "epoch");
    op->synthetic = json_is_true(json_object_get(json, "synthetic"));
    op->withdraws = json_is_true(json_object_get(json, "withdraws"));
    op->newer = json_is_true(json_object_get(json, "newer"));
    return op;
}

static void add_copy(struct arena *arena, struct fold *fold, const json_t *json)
{
    const json_t *said = json_object_get(json, "op");
    struct case_op copy = {
        .hlc = number_of(json, "hlc"),
        .roles = (uint32_t)number_of(json, "roles"),
        .division = bytes_of(arena, json_object_get(json, "division")),
        .verdict = (enum case_verdict)number_of(json, "verdict"),
        .author_time = {signed_of(json_object_get(json, "author_time"))},
        .flags = (uint32_t)number_of(json, "flags"),
        .op = json_is_object(said) ? op_of(arena, said) : NULL,
    };

    id_of(json_object_get(json, "op_id"), copy.op_id.b);
    id_of(json_object_get(json, "log"), copy.log.b);
    if (fold_add(fold, &copy) != CW_OK)
        fail("fold_add refused an op within its bounds");
}

static void apply_policy(const json_t *records, struct case_policy *policy)
{
    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *record = json_array_get(records, i);

        if (case_policy_apply(policy, slice_of(json_string_value(json_array_get(record, 0))),
                              slice_of(json_string_value(json_array_get(record, 1))), NULL) != CW_OK)
            fail("a policy record that is not known");
    }
}

static void dump(const char *line, struct arena arena, struct writer out)
{
    json_error_t error;
    json_t *history = json_loads(line, 0, &error);
    const json_t *ops = json_object_get(history, "ops");
    struct case_policy policy = {0};
    const struct case_state *state;
    struct cw_case_id case_id;
    struct fold *fold;

    if (history == NULL)
        fail(error.text);
    id_of(json_object_get(history, "case_id"), case_id.b);
    apply_policy(json_object_get(history, "policy"), &policy);
    fold = need(fold_begin(&arena, &case_id, &policy));
    for (size_t i = 0; i < json_array_size(ops); i++)
        add_copy(&arena, fold, json_array_get(ops, i));
    if (fold_finish(fold, &state) != CW_OK || case_state_encode(state, &out) != CW_OK || out.failed)
        fail("the fold did not finish");
    fwrite(out.data, 1, out.len, stdout);
    fflush(stdout);
    json_decref(history);
}

int main(void)
{
    char *line = need(malloc(LINE_LEN_MAX));
    void *memory = need(malloc(ARENA_LEN));
    void *bytes = need(malloc(STATE_LEN));

    while (fgets(line, (int)LINE_LEN_MAX, stdin) != NULL)
        dump(line, arena_over(memory, ARENA_LEN), writer_over(bytes, STATE_LEN));
    free(line);
    free(memory);
    free(bytes);
    return 0;
}
