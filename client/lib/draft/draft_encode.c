/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a draft to parts. The frame goes first and holds nothing personal; a value about a person gets a
 * part of its own, so that it can be erased alone. When parts run out, the last is shared.
 *
 * A MAX field's value is in the frame too, as its ordinal: erasing a part must never lower a risk.
 */
#include "lib/draft.h"
#include "lib/unpack.h"
#include "proto/client.pb-c.h"

#include <stdlib.h>

struct value_slot {
    Cw__Value message;
    Cw__Interval interval;
};

/* Everything the generated structs point at while one op is being packed. */
struct encoding {
    Cw__Frame frame;
    Cw__FieldWrite writes[WRITES_MAX];
    Cw__FieldWrite *write_at[WRITES_MAX];
    Cw__OpRef supersedes[WRITES_MAX][SUPERSEDES_MAX];
    Cw__OpRef *supersede_at[WRITES_MAX][SUPERSEDES_MAX];
    struct value_slot values[WRITES_MAX];
    Cw__Value *part_values[PARTS_MAX][WRITES_MAX];
    uint32_t part_value_count[PARTS_MAX];
    uint32_t part_count;  /* the frame included */
    uint32_t common_part; /* 0: none yet */
    ProtobufCBinaryData after[AFTER_MAX], refs[REFS_MAX], same_as[DRAFT_SAME_MAX];
    Cw__OpRef corrects[DRAFT_CORRECTS_MAX];
    Cw__OpRef *correct_at[DRAFT_CORRECTS_MAX];
};

static void fill_ref(Cw__OpRef *out, const struct op_ref *ref)
{
    cw__op_ref__init(out);
    out->has_op = true;
    out->op = wire_bytes(slice(ref->op.b, CW_ID_LEN));
    out->has_index = ref->index != 0;
    out->index = ref->index;
}

static void fill_value(struct value_slot *slot, const struct op_value *value)
{
    Cw__Value *m = &slot->message;

    cw__value__init(m);
    switch (value->type) {
    case VALUE_TEXT:
        m->has_text = true;
        m->text = wire_bytes(value->text);
        break;
    case VALUE_NUMBER:
        m->has_number = true;
        m->number = value->number;
        break;
    case VALUE_FLAG:
        m->has_flag = true;
        m->flag = value->number != 0;
        break;
    case VALUE_ID:
        m->has_id = true;
        m->id = wire_bytes(slice(value->id.b, CW_ID_LEN));
        break;
    case VALUE_INTERVAL:
        cw__interval__init(&slot->interval);
        slot->interval.has_earliest_ms = slot->interval.has_latest_ms = true;
        slot->interval.earliest_ms = value->number;
        slot->interval.latest_ms = value->latest;
        m->interval = &slot->interval;
        break;
    default:
        break;
    }
}

/* Which part takes the next value. */
static uint32_t part_for(struct encoding *e, const struct schema_field *field)
{
    bool alone = (field->flags & FIELD_PERSONAL) != 0;

    if (!alone && e->common_part != 0)
        return e->common_part;
    if (e->part_count < PARTS_MAX) {
        if (!alone)
            e->common_part = e->part_count;
        return e->part_count++;
    }
    return PARTS_MAX - 1;
}

static void place_value(struct encoding *e, Cw__FieldWrite *out, const struct draft_write *write, uint32_t i)
{
    uint32_t part;

    if (write->value.type == VALUE_NONE)
        return;
    if (write->field->rule == RULE_MAX) {
        out->has_max_value = true;
        out->max_value = (uint64_t)write->value.number;
    }
    part = part_for(e, write->field);
    out->has_part = out->has_value_index = true;
    out->part = part;
    out->value_index = e->part_value_count[part];
    fill_value(&e->values[i], &write->value);
    e->part_values[part][e->part_value_count[part]++] = &e->values[i].message;
}

static void fill_write(struct encoding *e, const struct draft_write *write, uint32_t i)
{
    Cw__FieldWrite *out = &e->writes[i];

    cw__field_write__init(out);
    out->has_field = out->has_verb = true;
    out->field = write->field->number;
    out->verb = write->verb;
    place_value(e, out, write, i);
    for (uint32_t s = 0; s < write->supersede_count; s++) {
        fill_ref(&e->supersedes[i][s], &write->supersedes[s]);
        e->supersede_at[i][s] = &e->supersedes[i][s];
    }
    out->n_supersedes = write->supersede_count;
    out->supersedes = e->supersede_at[i];
    e->write_at[i] = out;
}

static void fill_lists(struct encoding *e, const struct cw_draft *draft)
{
    Cw__Frame *f = &e->frame;

    for (uint32_t i = 0; i < draft->after_count; i++)
        e->after[i] = wire_bytes(slice(draft->after[i].b, CW_ID_LEN));
    for (uint32_t i = 0; i < draft->ref_count; i++)
        e->refs[i] = wire_bytes(slice(draft->refs[i].b, CW_ID_LEN));
    for (uint32_t i = 0; i < draft->same_count; i++)
        e->same_as[i] = wire_bytes(slice(draft->same_as[i].b, CW_ID_LEN));
    for (uint32_t i = 0; i < draft->correct_count; i++) {
        fill_ref(&e->corrects[i], &draft->corrects[i]);
        e->correct_at[i] = &e->corrects[i];
    }
    f->n_after = draft->after_count;
    f->after = e->after;
    f->n_refs = draft->ref_count;
    f->refs = e->refs;
    f->n_same_as = draft->same_count;
    f->same_as = e->same_as;
    f->n_corrects = draft->correct_count;
    f->corrects = e->correct_at;
}

static void fill_frame(struct encoding *e, const struct cw_draft *draft)
{
    Cw__Frame *f = &e->frame;

    cw__frame__init(f);
    f->has_type = f->has_schema = true;
    f->type = draft->type;
    f->schema = SCHEMA_VERSION;
    f->has_kind = draft->type == OP_OPEN;
    f->kind = draft->kind;
    f->has_event = draft->type == OP_EVENT;
    f->event = draft->event;
    f->has_synthetic = f->synthetic = draft->type == OP_OPEN && draft->synthetic;
    f->has_withdraws = draft->withdraws;
    f->withdraws = draft->withdraws;
    f->has_epoch = draft->epoch != 0;
    f->epoch = draft->epoch;
    e->part_count = 1;
    for (uint32_t i = 0; i < draft->write_count; i++)
        fill_write(e, draft->writes[i], i);
    f->n_writes = draft->write_count;
    f->writes = e->write_at;
    fill_lists(e, draft);
}

static enum cw_err pack_parts(struct encoding *e, struct draft_parts *out)
{
    enum cw_err err = message_pack(&e->frame.base, FRAME_LEN_MAX, &out->payloads[0]);

    out->count = e->part_count;
    for (uint32_t part = 1; err == CW_OK && part < e->part_count; part++) {
        Cw__Values values = CW__VALUES__INIT;

        values.n_values = e->part_value_count[part];
        values.values = e->part_values[part];
        err = message_pack(&values.base, PAYLOAD_LEN_MAX, &out->payloads[part]);
    }
    return err;
}

enum cw_err draft_encode(const struct cw_draft *draft, struct draft_parts *out)
{
    struct encoding *e = calloc(1, sizeof(*e));
    enum cw_err err;

    *out = (struct draft_parts){0};
    if (e == NULL)
        return CW_LOCAL_MEMORY;
    fill_frame(e, draft);
    err = pack_parts(e, out);
    free(e);
    if (err != CW_OK)
        draft_parts_done(out);
    return err;
}

void draft_parts_done(struct draft_parts *parts)
{
    for (uint32_t i = 0; i < PARTS_MAX; i++)
        buf_done(&parts->payloads[i]);
    parts->count = 0;
}
