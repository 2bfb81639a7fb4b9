/* SPDX-License-Identifier: Apache-2.0 */
/* See world.h. */
#include "tests/unit/cases/world.h"

static const char *const divisions[] = {"NTH", "EST", "WST"};
static const char *const texts[] = {"alpha", "beta", "gamma", "runner A. Example", "CRIME ZZ/012345/30", ""};

static const struct schema_field *draw_field(struct draw *d, uint32_t kind)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (;;) {
        const struct schema_field *row = &rows[draw_below(d, (uint32_t)count)];

        if ((row->kinds & (1u << kind)) != 0 && row->place != PLACE_DETAIL && schema_field_is_written(row))
            return row;
    }
}

static uint32_t draw_roles(struct draw *d)
{
    if (draw_below(d, 8) == 0)
        return ROLE_MASK(PARTNER);
    if (draw_below(d, 3) == 0)
        return R_ANY;
    return 1u << (1 + draw_below(d, 17));
}

static struct op_value draw_value(struct draw *d, const struct schema_field *row)
{
    struct op_value value = {.type = (enum value_type)schema_value_type(row->type)};
    const char *text = texts[draw_below(d, CW_COUNT(texts))];

    value.text = slice_of(text);
    value.number = (int64_t)draw_below(d, 5);
    value.latest = value.number + (row->type == TYPE_INTERVAL ? (int64_t)draw_below(d, 3) : 0);
    value.id.b[0] = (uint8_t)(1 + draw_below(d, 3));
    if (value.type == VALUE_FLAG)
        value.number &= 1;
    return value;
}

/* Names some earlier writes, preferably of the same field. */
static void draw_names(struct draw *d, struct story *s, uint32_t op, uint32_t write)
{
    uint32_t field = s->ops[op].writes[write].field;
    uint32_t tries = draw_below(d, 4) == 0 ? 0 : 12;

    for (uint32_t i = 0; i < tries && op > 0; i++) {
        uint32_t earlier = draw_below(d, op);
        const struct story_op *o = &s->ops[earlier];

        for (uint32_t j = 0; j < o->op.write_count && s->ops[op].writes[write].supersede_count < STORY_NAMED_MAX; j++) {
            if (o->writes[j].field == field || draw_below(d, 60) == 0)
                story_names(s, op, write, earlier, j);
        }
    }
}

static void draw_write(struct draw *d, struct story *s, uint32_t op, uint32_t kind)
{
    const struct schema_field *row = draw_field(d, kind);
    enum write_verb verb = VERB_SET;
    struct op_value value = draw_value(d, row);
    uint32_t index;

    if (schema_field_is_set(row)) {
        bool takes = draw_below(d, 3) == 0;

        verb = !takes ? VERB_ADD : row->rule == RULE_GOS ? VERB_STRIKE : VERB_REMOVE;
        if (takes)
            value.type = VALUE_NONE;
    }
    index = story_write(s, op, row->number, verb, value);
    if (draw_below(d, 15) == 0) {
        s->ops[op].writes[index].withheld = true;
        s->ops[op].writes[index].has_value = false;
    }
    if (draw_below(d, 40) == 0)
        s->ops[op].writes[index].field = 9000 + draw_below(d, 3);
    draw_names(d, s, op, index);
}

/* The known events of this kind; details that steps look at are given more often than not. */
static uint32_t draw_event_number(struct draw *d, uint32_t kind)
{
    size_t count;
    const struct schema_event *rows = schema_events(&count);

    if (draw_below(d, 50) == 0)
        return 9999;
    for (;;) {
        const struct schema_event *row = &rows[draw_below(d, (uint32_t)count)];

        if ((row->kinds & (1u << kind)) != 0)
            return row->number;
    }
}

static void draw_details(struct draw *d, struct story *s, uint32_t op)
{
    static const uint32_t fields[] = {FIELD_OCCURRED, FIELD_HOW_KNOWN, FIELD_INTERVIEWED,  FIELD_CONFIDENCE,
                                      FIELD_EXHIBIT,  FIELD_COUNT,     FIELD_PENCE,        FIELD_NOT_COUNTED,
                                      FIELD_PLACE,    FIELD_IN_PHASE,  FIELD_SEIZURE_KIND, FIELD_TO_DIVISION,
                                      FIELD_WITHIN,   FIELD_RHI_STEP,  FIELD_GRADED_LEVEL, FIELD_PILLAR};

    for (uint32_t i = 0; i < 4; i++) {
        uint32_t field = fields[draw_below(d, CW_COUNT(fields))];
        const struct schema_field *row = schema_field(field);
        struct op_value value = draw_value(d, row);

        if (field == FIELD_TO_DIVISION)
            value.text = slice_of(divisions[draw_below(d, 3)]);
        if (field == FIELD_EXHIBIT && draw_below(d, 2) == 0)
            continue;
        if (field == FIELD_HOW_KNOWN && draw_below(d, 2) == 0)
            value.number = 5;
        story_write(s, op, field, VERB_SET, value);
    }
}

static uint32_t draw_earlier_event(struct draw *d, const struct story *s, uint32_t op)
{
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t earlier = draw_below(d, op);

        if (s->ops[earlier].op.type == OP_EVENT)
            return earlier;
    }
    return op;
}

static void draw_event(struct draw *d, struct story *s, uint32_t op, uint32_t kind)
{
    uint32_t other;

    s->ops[op].op.event = draw_event_number(d, kind);
    draw_details(d, s, op);
    other = draw_earlier_event(d, s, op);
    if (other == op)
        return;
    switch (draw_below(d, 8)) {
    case 0:
        story_corrects(s, op, other);
        if (draw_below(d, 2) == 0)
            s->ops[op].op.event = s->ops[other].op.event;
        break;
    case 1:
        s->ops[op].op.withdraws = true;
        story_corrects(s, op, other);
        if (draw_below(d, 2) == 0)
            story_same_as(s, op, draw_earlier_event(d, s, op));
        break;
    case 2:
    case 3:
        story_same_as(s, op, other);
        s->ops[op].op.event = draw_below(d, 4) == 0 ? s->ops[op].op.event : s->ops[other].op.event;
        break;
    default:
        break;
    }
}

static void draw_scope(struct draw *d, struct story *s, uint32_t op)
{
    for (uint32_t i = 0; i < op && draw_below(d, 3) != 0; i++) {
        if (s->ops[i].op.type == OP_EVENT && s->ops[i].op.event == EVENT_EPISODE_REPORTED) {
            struct hash id = story_event_id(s, i);

            story_scope(s, op, &id);
        }
    }
}

static void draw_standing(struct draw *d, struct story_op *o)
{
    switch (draw_below(d, 20)) {
    case 0:
        o->head.verdict = VERDICT_VOID;
        break;
    case 1:
        o->head.verdict = VERDICT_PENDING;
        break;
    case 2:
        o->head.verdict = VERDICT_VOID_FLOOR;
        break;
    case 3:
        o->head.flags = 1u << draw_below(d, 7);
        break;
    case 4:
        o->head.op = NULL;
        break;
    default:
        break;
    }
}

static void draw_op(struct draw *d, struct story *s, uint32_t kind)
{
    bool event = draw_below(d, 2) == 0;
    uint32_t op = story_op(s, divisions[draw_below(d, 3)], draw_roles(d), event ? OP_EVENT : OP_SET);
    struct story_op *o = &s->ops[op];

    o->head.hlc = STORY_HLC + 1000 + draw_below(d, 2 * (op + 1)); /* clocks that are wrong by up to the whole history */
    o->op.epoch = draw_below(d, 3) == 0 ? 1 + draw_below(d, 3) : 0;
    if (event)
        draw_event(d, s, op, kind);
    for (uint32_t i = 1 + draw_below(d, 3); i > 0; i--)
        draw_write(d, s, op, kind);
    for (uint32_t i = draw_below(d, 4); i > 0; i--)
        story_after(s, op, draw_below(d, op));
    if (kind == KIND_CHILD)
        draw_scope(d, s, op);
    draw_standing(d, o);
}

struct story *world_draw(uint64_t seed, uint32_t op_count)
{
    struct draw d = {seed * 7919 + 1};
    uint32_t kind = 1 + draw_below(&d, KIND_ORGANISATION);
    struct story *s = story_open(kind, divisions[draw_below(&d, 3)], R_ANY);

    story_text(s, 0, FIELD_TITLE, "a title");
    if (draw_below(&d, 20) == 0)
        s->ops[0].head.verdict = VERDICT_VOID_FLOOR;
    while (s->count < op_count)
        draw_op(&d, s, kind);
    return s;
}
