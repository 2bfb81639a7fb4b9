/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads case histories as JSON, one a line, and prints what the daemon's fold makes of each: the canonical
 * state of docs/fold.md §14 and its digest, H(inputs) with the authority positions "positions" and H(state). The other half of
 * the comparison is tests/tools/reference/fold.py. A line with "cases", several histories, is answered with which of them are
 * one child's: §18, and identity.py.
 *
 * Each history is also folded copy by copy: whatever fold_append takes has to give the bytes of the whole fold so far, and the
 * same digest over kept shelves. Copies come as they stand, in every other history by their clocks.
 */

#include "cases/cases.h"
#include "cases/identity.h"

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

static struct case_op copy_of(struct arena *arena, const json_t *json)
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
    return copy;
}

static void apply_policy(const json_t *records, struct case_policy *policy)
{
    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *record = json_array_get(records, i);

        /* One that is not known, or does not fit, changes nothing (§16). */
        (void)case_policy_apply(policy, slice_of(json_string_value(json_array_get(record, 0))),
                                slice_of(json_string_value(json_array_get(record, 1))), NULL);
    }
}

struct history {
    struct cw_case_id case_id;
    struct case_policy *policy;
    size_t count;
    struct case_op *copies;
};

static void read_history(const json_t *json, struct arena *arena, struct case_policy *policy, struct history *out)
{
    const json_t *ops = json_object_get(json, "ops");

    id_of(json_object_get(json, "case_id"), out->case_id.b);
    apply_policy(json_object_get(json, "policy"), policy);
    out->policy = policy;
    out->count = json_array_size(ops);
    out->copies = need(arena_array(arena, out->count + 1, sizeof *out->copies, alignof(struct case_op)));
    for (size_t i = 0; i < out->count; i++)
        out->copies[i] = copy_of(arena, json_array_get(ops, i));
}

/* Of the first `count` copies. */
static struct fold *fold_first(const struct history *h, size_t count, uint32_t room, struct arena *arena,
                               const struct case_state **out)
{
    struct fold *fold = need(fold_begin(arena, &h->case_id, h->policy));

    fold_make_room(fold, room);
    for (size_t i = 0; i < count; i++) {
        if (fold_add(fold, &h->copies[i]) != CW_OK)
            fail("fold_add refused an op within its bounds");
    }
    if (fold_finish(fold, out) != CW_OK)
        fail("the fold did not finish");
    return fold;
}

static const struct case_state *fold_history(const json_t *json, struct arena *arena, struct case_policy *policy)
{
    const struct case_state *state;
    struct history h;

    read_history(json, arena, policy, &h);
    (void)fold_first(&h, h.count, 0, arena, &state);
    return state;
}

/* --- copy by copy (fold_append) ------------------------------------------------------------------------------------- */

#define ROOM 5 /* so that it is full now and then */

struct digest {
    struct hash inputs, state;
};

static struct digest digest_of(const struct case_state *state, struct case_shelves *kept, struct arena *arena)
{
    struct digest out;

    if (case_inputs_hash(state, slice_of("positions"), kept, arena, &out.inputs) != CW_OK ||
        case_state_hash(state, kept, arena, &out.state) != CW_OK)
        fail("the state cannot be hashed");
    return out;
}

static struct {
    struct arena growing, whole; /* of their folds */
    struct case_shelves shelves;
    uint8_t *bytes[2]; /* of STATE_LEN */
    unsigned long histories, taken;
} steps;

static void same_state(const struct case_state *grown, const struct case_state *whole)
{
    struct writer out[2] = {writer_over(steps.bytes[0], STATE_LEN), writer_over(steps.bytes[1], STATE_LEN)};
    struct digest a = digest_of(grown, &steps.shelves, &steps.growing), b = digest_of(whole, NULL, &steps.whole);

    if (case_state_encode(grown, &out[0]) != CW_OK || case_state_encode(whole, &out[1]) != CW_OK)
        fail("the state is too long");
    if (out[0].len != out[1].len || memcmp(out[0].data, out[1].data, out[0].len) != 0)
        fail("fold_append made another state than the whole fold");
    if (!ID_EQ(&a.inputs, &b.inputs) || !ID_EQ(&a.state, &b.state))
        fail("kept shelves gave another digest than the whole state");
}

static int compare_clocks(const void *left, const void *right)
{
    const struct case_op *a = left, *b = right;

    if (a->hlc != b->hlc)
        return a->hlc < b->hlc ? -1 : 1;
    return ID_COMPARE(&a->op_id, &b->op_id);
}

/* One that is placed later stands behind all others until then, as what a daemon has just admitted. */
static bool append_one(struct fold *fold, const struct case_op *copy, bool placed_later)
{
    struct case_op first = *copy;
    bool done;

    if (placed_later)
        first.hlc = UINT64_MAX - 1000;
    if (fold_append(fold, &first, &done) != CW_OK)
        fail("fold_append found no memory");
    return done && (!placed_later || fold_place(fold, copy));
}

static void fold_step_by_step(struct history *h)
{
    const struct case_state *state, *whole;
    struct fold *fold = NULL;

    if (steps.histories++ % 2 == 0 && h->count > 0)
        qsort(h->copies, h->count, sizeof *h->copies, compare_clocks);
    for (size_t i = 0; i < h->count; i++) {
        bool done = fold != NULL && append_one(fold, &h->copies[i], i % 3 == 0);

        if (!done) {
            steps.growing.used = 0;
            memset(&steps.shelves, 0, sizeof steps.shelves);
            fold = fold_first(h, i + 1, ROOM, &steps.growing, &state);
            (void)digest_of(state, &steps.shelves, &steps.growing);
            continue;
        }
        steps.taken++;
        case_shelves_forget(&steps.shelves, &h->copies[i].op_id);
        steps.whole.used = 0;
        (void)fold_first(h, i + 1, 0, &steps.whole, &whole);
        same_state(state, whole);
    }
}

/* --- one child's cases (§18) -------------------------------------------------------------------------------------- */

static void print_id(const struct cw_case_id *id, const char *after)
{
    char hex[2 * CW_ID_LEN + 1];

    hex_of(slice(id->b, CW_ID_LEN), hex);
    printf("%s%s", hex, after);
}

/* Ids of the class, ascending. */
static void print_class(const struct case_state *const *states, uint32_t count, uint32_t mask)
{
    while (mask != 0) {
        uint32_t least = count;

        for (uint32_t i = 0; i < count; i++) {
            if ((mask & 1u << i) != 0 &&
                (least == count || ID_COMPARE(&states[i]->case_id, &states[least]->case_id) < 0))
                least = i;
        }
        mask &= ~(1u << least);
        print_id(&states[least]->case_id, mask != 0 ? "," : "");
    }
}

static void dump_identity(const json_t *cases, struct arena *arena)
{
    static struct case_policy policies[IDENTITY_CASES_MAX];
    const struct case_state *states[IDENTITY_CASES_MAX];
    struct identity_edge edges[IDENTITY_EDGES_MAX];
    struct identity_place places[IDENTITY_CASES_MAX];
    uint32_t count = (uint32_t)json_array_size(cases);

    if (count > IDENTITY_CASES_MAX)
        fail("too many cases");
    for (uint32_t i = 0; i < count; i++) {
        policies[i] = (struct case_policy){0};
        states[i] = fold_history(json_array_get(cases, i), arena, &policies[i]);
    }
    identity_resolve(states, count, edges, identity_edges(states, count, edges), places);
    for (uint32_t i = 0; i < count; i++) {
        printf("identity ");
        print_id(&states[i]->case_id, " ");
        printf("%d ", (int)places[i].standing);
        print_id(&states[places[i].survivor]->case_id, "");
        printf(" %d %d ", places[i].provisional, places[i].pending);
        print_class(states, count, places[i].class_mask);
        printf("\n");
    }
    printf("end\n");
}

static void print_hash(const struct hash *hash, const char *after)
{
    char hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(hash), hex);
    printf("%s%s", hex, after);
}

static void dump_state(const json_t *json, struct arena *arena, struct writer *out)
{
    struct case_policy policy = {0};
    const struct case_state *state;
    struct digest digest;
    struct history h;

    read_history(json, arena, &policy, &h);
    (void)fold_first(&h, h.count, 0, arena, &state);
    if (case_state_encode(state, out) != CW_OK || out->failed)
        fail("the state is too long");
    digest = digest_of(state, NULL, arena);
    printf("digest ");
    print_hash(&digest.inputs, " ");
    print_hash(&digest.state, "\n");
    fwrite(out->data, 1, out->len, stdout);
    fold_step_by_step(&h);
}

static void dump(const char *line, struct arena arena, struct writer out)
{
    json_error_t error;
    json_t *history = json_loads(line, 0, &error);

    if (history == NULL)
        fail(error.text);
    if (json_object_get(history, "cases") != NULL)
        dump_identity(json_object_get(history, "cases"), &arena);
    else
        dump_state(history, &arena, &out);
    fflush(stdout);
    json_decref(history);
}

int main(void)
{
    char *line = need(malloc(LINE_LEN_MAX));
    void *memory = need(malloc(ARENA_LEN));
    void *bytes = need(malloc(STATE_LEN));

    steps.growing = arena_over(need(malloc(ARENA_LEN)), ARENA_LEN);
    steps.whole = arena_over(need(malloc(ARENA_LEN)), ARENA_LEN);
    for (size_t i = 0; i < CW_COUNT(steps.bytes); i++)
        steps.bytes[i] = need(malloc(STATE_LEN));
    while (fgets(line, (int)LINE_LEN_MAX, stdin) != NULL)
        dump(line, arena_over(memory, ARENA_LEN), writer_over(bytes, STATE_LEN));
    if (steps.histories > 500 && steps.taken == 0)
        fail("not one op was appended: the comparison says nothing of fold_append");
    free(line);
    free(memory);
    free(bytes);
    free(steps.growing.base);
    free(steps.whole.base);
    for (size_t i = 0; i < CW_COUNT(steps.bytes); i++)
        free(steps.bytes[i]);
    return 0;
}
