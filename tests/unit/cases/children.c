/* SPDX-License-Identifier: Apache-2.0 */
/* See children.h. */
#include "tests/unit/cases/children.h"
#include "tests/unit/support/room.h"

#include <string.h>

struct child {
    struct cw_case_id id;
    uint32_t count;
    struct case_op heads[CHILD_OPS_MAX];
    struct op ops[CHILD_OPS_MAX];
    struct op_write writes[CHILD_OPS_MAX][CHILD_WRITES_MAX];
    struct op_ref corrects[CHILD_OPS_MAX];
};

static struct child children[CHILDREN_MAX];
static uint32_t count;
static uint64_t now;
static struct room memory = ROOM(8 << 20);
static uint8_t texts[CHILDREN_MAX][1 << 16];
static const struct case_state *states[CHILDREN_MAX];

void children_begin(void)
{
    memset(children, 0, sizeof(children));
    count = 0;
    now = 1000;
}

uint32_t children_count(void)
{
    return count;
}

static uint32_t say(uint32_t at, const char *division, enum op_type type)
{
    struct child *c = &children[at];
    uint32_t number = c->count++;
    uint8_t name[2] = {(uint8_t)at, (uint8_t)number};
    struct case_op *head = &c->heads[number];

    ck_assert_uint_lt(number, CHILD_OPS_MAX);
    hash_one(LABEL_OP, slice(name, sizeof(name)), head->op_id.b);
    memset(head->log.b, 'L', ID_LEN);
    head->division = slice_of(division);
    head->roles = R_ANY;
    head->verdict = VERDICT_EFFECTIVE;
    head->hlc = now;
    head->author_time.ms = (int64_t)now++;
    head->op = &c->ops[number];
    c->ops[number] = (struct op){
        .type = type, .schema = SCHEMA_VERSION, .writes = c->writes[number], .corrects = &c->corrects[number]};
    return number;
}

uint32_t child_open(const char *division, int64_t opened_ms)
{
    uint32_t at = count++;

    ck_assert_uint_lt(at, CHILDREN_MAX);
    say(at, division, OP_OPEN);
    children[at].ops[0].kind = KIND_CHILD;
    children[at].ops[0].synthetic = true;
    children[at].heads[0].author_time.ms = opened_ms;
    case_id_of(&children[at].heads[0].op_id, &children[at].id);
    return at;
}

void child_detail(uint32_t child, uint32_t op, uint32_t field, struct op_value value)
{
    struct op *o = &children[child].ops[op];
    const struct schema_field *row = schema_field(field);
    struct op_write *w = &children[child].writes[op][o->write_count++];

    ck_assert_uint_le(o->write_count, CHILD_WRITES_MAX);
    *w = (struct op_write){.field = field, .verb = VERB_SET, .has_value = true, .value = value};
    if (schema_field_is_set(row))
        w->verb = VERB_ADD;
    w->has_max = row->rule == RULE_MAX;
    w->max_value = w->has_max ? (uint64_t)value.number : 0;
}

uint32_t child_text(uint32_t child, const char *division, uint32_t field, const char *text)
{
    uint32_t op = say(child, division, OP_SET);

    child_detail(child, op, field, (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)});
    return op;
}

uint32_t child_number(uint32_t child, const char *division, uint32_t field, int64_t number)
{
    uint32_t op = say(child, division, OP_SET);
    enum value_type type = (enum value_type)schema_value_type(schema_field(field)->type);

    child_detail(child, op, field, (struct op_value){.type = type, .number = number, .latest = number});
    return op;
}

uint32_t child_event(uint32_t child, const char *division, uint32_t event)
{
    uint32_t op = say(child, division, OP_EVENT);

    children[child].ops[op].event = event;
    return op;
}

static struct op_value id_value(uint32_t child)
{
    struct op_value value = {.type = VALUE_ID};

    memcpy(value.id.b, children[child].id.b, ID_LEN);
    return value;
}

uint32_t child_merge(uint32_t loser, uint32_t survivor, const char *division)
{
    uint32_t op = child_event(loser, division, EVENT_IDENTITY_MERGED);

    child_detail(loser, op, FIELD_SURVIVOR, id_value(survivor));
    child_detail(loser, op, FIELD_IDENTIFIER, (struct op_value){.type = VALUE_NUMBER, .number = 1});
    child_detail(loser, op, FIELD_SECOND_IDENTIFIER, (struct op_value){.type = VALUE_NUMBER, .number = 3});
    child_detail(loser, op, FIELD_REASON, (struct op_value){.type = VALUE_TEXT, .text = slice_of("one child")});
    return op;
}

uint32_t child_unmerge(uint32_t loser, uint32_t merge, const char *division)
{
    uint32_t op = child_event(loser, division, EVENT_IDENTITY_UNMERGED);

    children[loser].corrects[op] = (struct op_ref){children[loser].heads[merge].op_id, 0};
    children[loser].ops[op].correct_count = 1;
    child_detail(loser, op, FIELD_REASON, (struct op_value){.type = VALUE_TEXT, .text = slice_of("two children")});
    return op;
}

uint32_t child_accept(uint32_t child, uint32_t other, const char *division)
{
    uint32_t op = child_event(child, division, EVENT_IDENTITY_ACCEPTED);

    child_detail(child, op, FIELD_ABOUT, id_value(other));
    return op;
}

static const struct case_state *fold_child(const struct child *c, bool backwards, struct arena *arena)
{
    const struct case_state *state = NULL;
    struct fold *fold = fold_begin(arena, &c->id, NULL);

    ck_assert_ptr_nonnull(fold);
    for (uint32_t i = 0; i < c->count; i++)
        ck_assert_int_eq(fold_add(fold, &c->heads[backwards ? c->count - 1 - i : i]), CW_OK);
    ck_assert_int_eq(fold_finish(fold, &state), CW_OK);
    return state;
}

const struct case_state *const *children_fold(bool backwards)
{
    struct arena arena = room_arena(&memory);

    for (uint32_t i = 0; i < count; i++)
        states[i] = fold_child(&children[i], backwards, &arena);
    return states;
}

const struct identity_place *children_resolve(void)
{
    static struct identity_place places[CHILDREN_MAX];
    struct identity_edge edges[IDENTITY_EDGES_MAX];
    uint32_t edge_count;

    (void)children_fold(false);
    edge_count = identity_edges(states, count, edges);
    identity_resolve(states, count, edges, edge_count, places);
    return places;
}

const char *child_encoded(uint32_t child)
{
    struct writer w = writer_over(texts[child], sizeof(texts[child]) - 1);

    ck_assert_int_eq(case_state_encode(states[child], &w), CW_OK);
    texts[child][w.len] = '\0';
    return (const char *)texts[child];
}
