/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/links.h"

enum { VISIBLE_FROM_SIDE = 2 };

/* The first readable value (docs/fold.md §11.4), or NULL. */
static const struct op_value *detail(const struct op *op, uint32_t field)
{
    const struct schema_field *row = schema_field(field);

    for (uint32_t i = 0; row != NULL && i < op->write_count; i++) {
        const struct op_write *w = &op->writes[i];

        if (w->field == field && w->has_value && (uint32_t)w->value.type == schema_value_type(row->type))
            return &w->value;
    }
    return NULL;
}

static uint32_t number(const struct op *op, uint32_t field)
{
    const struct op_value *value = detail(op, field);

    return value != NULL && value->number > 0 && value->number <= UINT32_MAX ? (uint32_t)value->number : 0;
}

static int64_t time_of(const struct op *op, uint32_t field)
{
    const struct op_value *value = detail(op, field);

    return value == NULL ? 0 : value->number;
}

/* Its three parts in one word, or nothing: half a grade says nothing. */
static void grade_of(const struct op *op, char out[static LINK_GRADE_LEN_MAX])
{
    const char *source = schema_value_name(SCALE_SOURCE_GRADE, number(op, FIELD_SOURCE_GRADE));
    const char *information = schema_value_name(SCALE_INFORMATION_GRADE, number(op, FIELD_INFORMATION_GRADE));
    const char *code = schema_value_name(SCALE_HANDLING_CODE, number(op, FIELD_HANDLING_CODE));

    out[0] = '\0';
    if (source == NULL || information == NULL || code == NULL)
        return;
    out[0] = source[0];
    out[1] = information[0];
    out[2] = code[0];
    out[3] = '\0';
}

static uint32_t conditions_of(const struct op *op)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < op->write_count; i++)
        count += op->writes[i].field == FIELD_CONDITION && op->writes[i].has_value;
    return count;
}

static void read_link(const struct case_event *event, const struct op *op, struct case_link *out)
{
    const struct op_value *open = detail(op, FIELD_VALID_OPEN);

    out->type = number(op, FIELD_LINK_TYPE);
    out->confidence = number(op, FIELD_LINK_CONFIDENCE);
    out->category = number(op, FIELD_LINK_CATEGORY);
    out->from_ms = time_of(op, FIELD_VALID_FROM);
    out->until_ms = time_of(op, FIELD_VALID_TO);
    out->open = open != NULL && open->number != 0;
    out->one_side = number(op, FIELD_VISIBLE_TO) == VISIBLE_FROM_SIDE;
    out->stands = !event->withdrawn && !event->corrected;
    out->condition_count = conditions_of(op);
    out->op = op;
    grade_of(op, out->grade);
}

uint32_t state_links(const struct case_state *state, struct case_link *out, uint32_t max)
{
    uint32_t count = 0;

    for (uint32_t i = state->naming_count; i-- > 0 && count < max;) {
        const struct case_event *event = &state->events[state->naming[i]];
        const struct op *op = state->ops[event->op_index].op;
        const struct op_value *to = op == NULL || event->event != EVENT_LINK ? NULL : detail(op, FIELD_LINK_TO);

        if (to == NULL || !event->authorised || event->withdrawal || ID_IS_ZERO(&to->id))
            continue;
        memset(&out[count], 0, sizeof(out[count]));
        memcpy(out[count].to.b, to->id.b, ID_LEN);
        out[count].event_index = state->naming[i];
        read_link(event, op, &out[count++]);
    }
    return count;
}

bool link_fits(uint32_t type, uint32_t to_kind)
{
    const struct schema_link *row = schema_link(type);

    return row == NULL || to_kind == KIND_NONE || to_kind >= 32 || (row->to & (1u << to_kind)) != 0;
}
