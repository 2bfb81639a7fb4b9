/* SPDX-License-Identifier: Apache-2.0 */
/* See story.h. */
#include "tests/unit/cases/story.h"
#include "tests/unit/support/room.h"

#include <stdio.h>

static struct room the_story = ROOM(sizeof(struct story));
static uint8_t text_memory[1 << 20];
static struct room fold_memory = ROOM(64 << 20);

static void name_op(struct story *s, uint32_t op)
{
    uint8_t bytes[4] = {(uint8_t)(op >> 24), (uint8_t)(op >> 16), (uint8_t)(op >> 8), (uint8_t)op};

    hash_one(LABEL_OP, slice(bytes, sizeof(bytes)), s->ops[op].head.op_id.b);
}

struct story *story_open(uint32_t kind, const char *division, uint32_t roles)
{
    struct story *s = room_bytes(&the_story);
    uint32_t op;

    memset(s, 0, offsetof(struct story, ops)); /* each op when it is made */
    s->texts = arena_over(text_memory, sizeof(text_memory));
    s->folding = room_arena(&fold_memory);
    s->now = 1000;
    op = story_op(s, division, roles, OP_OPEN);
    s->ops[op].op.kind = kind;
    s->ops[op].op.synthetic = true;
    case_id_of(&s->ops[op].head.op_id, &s->case_id);
    return s;
}

uint32_t story_op(struct story *s, const char *division, uint32_t roles, uint32_t type)
{
    uint32_t number = s->count++;
    struct story_op *o = &s->ops[number];

    ck_assert_uint_lt(number, STORY_OPS_MAX);
    memset(o, 0, sizeof(*o)); /* perhaps one that was taken away again stood here */
    name_op(s, number);
    o->head.division = slice_of(division);
    o->head.roles = roles;
    o->head.verdict = VERDICT_EFFECTIVE;
    o->head.hlc = STORY_HLC + s->now;
    o->head.author_time.ms = (int64_t)s->now;
    o->head.op = &o->op;
    memset(o->head.log.b, 'L', ID_LEN);
    o->op.type = type;
    o->op.schema = SCHEMA_VERSION;
    o->op.writes = o->writes;
    o->op.after = o->after;
    o->op.refs = o->refs;
    o->op.corrects = o->corrects;
    o->op.same_as = o->same;
    s->now++;
    return number;
}

uint32_t story_write(struct story *s, uint32_t op, uint32_t field, enum write_verb verb, struct op_value value)
{
    struct story_op *o = &s->ops[op];
    const struct schema_field *row = schema_field(field);
    uint32_t index = o->op.write_count++;

    ck_assert_uint_lt(index, STORY_WRITES_MAX);
    o->writes[index] = (struct op_write){.field = field,
                                         .verb = verb,
                                         .has_value = value.type != VALUE_NONE,
                                         .value = value,
                                         .supersedes = o->named[index]};
    if (row != NULL && row->rule == RULE_MAX && value.type != VALUE_NONE) {
        o->writes[index].has_max = true;
        o->writes[index].max_value = (uint64_t)value.number;
    }
    return index;
}

static enum write_verb giving_verb(uint32_t field)
{
    const struct schema_field *row = schema_field(field);

    return row != NULL && schema_field_is_set(row) ? VERB_ADD : VERB_SET;
}

uint32_t story_number(struct story *s, uint32_t op, uint32_t field, int64_t number)
{
    const struct schema_field *row = schema_field(field);
    struct op_value value = {.type = VALUE_NUMBER, .number = number};

    if (row != NULL && row->type == TYPE_FLAG)
        value.type = VALUE_FLAG;
    if (row != NULL && row->type == TYPE_TIME) {
        value.type = VALUE_INTERVAL;
        value.latest = number;
    }
    return story_write(s, op, field, giving_verb(field), value);
}

uint32_t story_text(struct story *s, uint32_t op, uint32_t field, const char *text)
{
    size_t len = strlen(text);
    struct op_value value = {.type = VALUE_TEXT, .text = slice(arena_copy(&s->texts, text, len), len)};

    return story_write(s, op, field, giving_verb(field), value);
}

uint32_t story_interval(struct story *s, uint32_t op, uint32_t field, int64_t earliest, int64_t latest)
{
    struct op_value value = {.type = VALUE_INTERVAL, .number = earliest, .latest = latest};

    return story_write(s, op, field, giving_verb(field), value);
}

uint32_t story_ref(struct story *s, uint32_t op, uint32_t field, const struct hash *id)
{
    struct op_value value = {.type = VALUE_ID, .id = *id};

    return story_write(s, op, field, giving_verb(field), value);
}

uint32_t story_set_number(struct story *s, const char *division, uint32_t roles, uint32_t field, int64_t number)
{
    uint32_t op = story_op(s, division, roles, OP_SET);

    story_number(s, op, field, number);
    return op;
}

uint32_t story_set_text(struct story *s, const char *division, uint32_t roles, uint32_t field, const char *text)
{
    uint32_t op = story_op(s, division, roles, OP_SET);

    story_text(s, op, field, text);
    return op;
}

uint32_t story_add_text(struct story *s, const char *division, uint32_t roles, uint32_t field, const char *text)
{
    return story_set_text(s, division, roles, field, text);
}

uint32_t story_event(struct story *s, const char *division, uint32_t roles, uint32_t event)
{
    uint32_t op = story_op(s, division, roles, OP_EVENT);

    s->ops[op].op.event = event;
    return op;
}

uint32_t story_dated(struct story *s, uint32_t op, int64_t minutes)
{
    s->ops[op].head.author_time.ms = NOON + minutes * MINUTE_MS;
    return op;
}

uint32_t story_said(struct story *s, const char *division, uint32_t roles, uint32_t event, int64_t minutes)
{
    return story_dated(s, story_event(s, division, roles, event), minutes);
}

struct story *story_child_missing(void)
{
    struct story *s = story_open(KIND_CHILD, "NTH", ROLE_MASK(FCR));

    (void)story_dated(s, 0, 0);
    return s;
}

uint32_t story_remove(struct story *s, const char *division, uint32_t roles, uint32_t field, uint32_t added)
{
    uint32_t op = story_op(s, division, roles, OP_SET);
    struct op_value none = {.type = VALUE_NONE};

    story_write(s, op, field, schema_field(field)->rule == RULE_GOS ? VERB_STRIKE : VERB_REMOVE, none);
    story_names(s, op, 0, added, 0);
    return op;
}

void story_names(struct story *s, uint32_t op, uint32_t write, uint32_t named_op, uint32_t named_write)
{
    struct story_op *o = &s->ops[op];
    uint32_t at = o->writes[write].supersede_count++;

    ck_assert_uint_lt(at, STORY_NAMED_MAX);
    o->named[write][at] = (struct op_ref){s->ops[named_op].head.op_id, named_write};
}

void story_after(struct story *s, uint32_t op, uint32_t earlier)
{
    struct story_op *o = &s->ops[op];

    ck_assert_uint_lt(o->op.after_count, STORY_AFTER_MAX);
    o->after[o->op.after_count++] = s->ops[earlier].head.op_id;
}

void story_corrects(struct story *s, uint32_t op, uint32_t event)
{
    struct story_op *o = &s->ops[op];

    o->corrects[o->op.correct_count++] = (struct op_ref){s->ops[event].head.op_id, 0};
}

void story_same_as(struct story *s, uint32_t op, uint32_t event)
{
    struct story_op *o = &s->ops[op];

    o->same[o->op.same_count++] = story_event_id(s, event);
}

void story_scope(struct story *s, uint32_t op, const struct hash *id)
{
    s->ops[op].refs[0] = *id;
    s->ops[op].op.ref_count = 1;
}

struct hash story_event_id(const struct story *s, uint32_t op)
{
    struct hash id;

    thing_id_of(&s->ops[op].head.op_id, 0, &id);
    return id;
}

const struct case_state *story_fold_in(struct story *s, const uint32_t *order, uint32_t count, struct arena *arena)
{
    const struct case_state *state = NULL;
    struct fold *fold = fold_begin(arena, &s->case_id, &s->policy);

    ck_assert_ptr_nonnull(fold);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq(fold_add(fold, &s->ops[order[i]].head), CW_OK);
    ck_assert_int_eq(fold_finish(fold, &state), CW_OK);
    return state;
}

const struct case_state *story_fold(struct story *s)
{
    static uint32_t order[STORY_OPS_MAX];

    for (uint32_t i = 0; i < s->count; i++)
        order[i] = i;
    s->folding = room_arena(&fold_memory);
    return story_fold_in(s, order, s->count, &s->folding);
}

const char *story_encode(const struct case_state *state, struct arena *arena)
{
    char *text = (char *)(arena->base + arena->used);
    struct writer w = writer_over(text, arena->len - arena->used - 1);

    ck_assert_int_eq(case_state_encode(state, &w), CW_OK);
    text[w.len] = '\0';
    arena->used += w.len + 1;
    return text;
}

struct dot story_dot(const struct story *s, uint32_t op, uint32_t write)
{
    return (struct dot){s->ops[op].head.op_id, write};
}

enum fate story_fate(const struct case_state *state, const struct story *s, uint32_t op)
{
    struct dot dot = story_dot(s, op, 0);

    return state_fate(state, &dot);
}

int64_t story_shown(const struct case_state *state, uint32_t field)
{
    const struct case_value *value = state_value(state, &scope_none, field);

    return value != NULL ? value->value.number : -1;
}

const char *story_shown_text(const struct case_state *state, uint32_t field)
{
    static char text[512];
    const struct case_value *value = state_value(state, &scope_none, field);

    if (value == NULL)
        return "";
    value_text(schema_field(field), &value->value, text, sizeof(text));
    return text;
}

bool story_has_note(const struct case_state *state, const struct story *s, enum note_kind kind, uint32_t op)
{
    for (uint32_t i = 0; i < state->note_count; i++) {
        if (state->notes[i].kind == kind && ID_EQ(&state->notes[i].op.op, &s->ops[op].head.op_id))
            return true;
    }
    return false;
}

uint32_t story_state_of(const struct case_state *state, enum machine machine)
{
    const struct case_machine *m = state_machine(state, machine, &scope_none);

    return m != NULL ? m->state : 0;
}

enum admission story_check(struct story *s, const struct case_state *state, uint32_t op, struct refusal *refusal)
{
    const struct story_op *o = &s->ops[op];
    struct admission_request request = {.op = &o->op,
                                        .roles = o->head.roles,
                                        .division = o->head.division,
                                        .author_time = o->head.author_time,
                                        .state = state,
                                        .policy = &s->policy,
                                        .network_synthetic = true,
                                        .divisions = s->divisions,
                                        .division_count = s->division_count,

                                        .author = o->head.author};

    return cases_check_op(&request, refusal);
}

struct refusal story_refusal;

void ck_story_refused(struct story *s, const struct case_state *state, uint32_t op, enum cw_err code, const char *where)
{
    memset(&story_refusal, 0, sizeof(story_refusal));
    ck_assert_int_eq(story_check(s, state, op, &story_refusal), ADMIT_REFUSED);
    ck_assert_str_eq(cw_err_name(story_refusal.code), cw_err_name(code));
    ck_assert_str_eq(story_refusal.where, where);
    ck_assert_uint_gt(strlen(story_refusal.text), 0);
}

/* splitmix64: same seed, same world */
uint32_t draw_below(struct draw *d, uint32_t n)
{
    uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

void draw_shuffle(struct draw *d, uint32_t *items, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = draw_below(d, i), kept = items[i - 1];

        items[i - 1] = items[j];
        items[j] = kept;
    }
}
