/* SPDX-License-Identifier: Apache-2.0 */

#include "node/answer_value.h"
#include "node/answer_known.h"

#include "cases/deaths.h"

#include "proto/wire.h"

#include <stdlib.h>

static int compare_ops(const void *left, const void *right)
{
    const struct loaded_op *const *l = left;
    const struct loaded_op *const *r = right;

    return ID_COMPARE(&(*l)->op_id, &(*r)->op_id);
}

static enum cw_err sort_by_id(struct answering *a, struct shown_case *out)
{
    out->by_id = ARENA_ARRAY(a->arena, struct loaded_op *, out->loaded.op_count);
    if (out->by_id == NULL)
        return CW_LOCAL_MEMORY;
    memcpy(out->by_id, out->loaded.ops, out->loaded.op_count * sizeof(struct loaded_op *));
    qsort(out->by_id, out->loaded.op_count, sizeof(struct loaded_op *), compare_ops);
    return CW_OK;
}

enum cw_err shown_case_load(struct answering *a, const struct cw_case_id *id, struct shown_case *out)
{
    enum cw_err err =
        case_load_picked(&a->read, id, a->arena, a->known == NULL ? NULL : known_at_pick, a, &out->loaded);

    if (err == CW_REFUSED_UNKNOWN_CASE && a->refusal.code != err)
        return refuse(&a->refusal, err, "case_id", "no op of this case is known at this division");
    if (err != CW_OK)
        return err;
    return sort_by_id(a, out);
}

enum cw_err shown_case_of(struct answering *a, const struct loaded_case *loaded, struct shown_case *out)
{
    out->loaded = *loaded;
    return sort_by_id(a, out);
}

const struct loaded_op *shown_case_op(const struct shown_case *shown, const struct cw_op_id *op)
{
    size_t low = 0;
    size_t high = shown->loaded.op_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = ID_COMPARE(&shown->by_id[middle]->op_id, op);

        if (order == 0)
            return shown->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The first role, as people name somebody: "SUP". */
static const char *first_role(uint64_t roles)
{
    for (uint32_t role = 1; role < ROLE_LIMIT; role++) {
        const char *code = (roles >> role & 1) != 0 ? schema_role_code(role) : NULL;

        if (code != NULL)
            return code;
    }
    return "";
}

Cw__Author *answer_author(struct answering *a, const struct loaded_op *op)
{
    Cw__Author *author = ARENA_NEW(a->arena, Cw__Author);

    if (author == NULL)
        return NULL;
    cw__author__init(author);
    if (op->submission_ok)
        SET_BYTES(author, cert, answer_bytes(a, op->author.b, ID_LEN));
    if (op->author_known) {
        SET_BYTES(author, name, wire_bytes(op->author_name));
        SET_BYTES(author, division, wire_bytes(op->author_division));
        SET_BYTES(author, role, answer_text(a, first_role(op->author_roles)));
    }
    return author;
}

Cw__OpRef *answer_op_ref(struct answering *a, const struct cw_op_id *op, uint32_t index)
{
    Cw__OpRef *ref = ARENA_NEW(a->arena, Cw__OpRef);

    if (ref == NULL)
        return NULL;
    cw__op_ref__init(ref);
    SET_BYTES(ref, op, answer_bytes(a, op->b, ID_LEN));
    if (index != 0)
        SET_NUMBER(ref, index, index);
    return ref;
}

static Cw__Interval *interval_of(struct answering *a, const struct op_value *value)
{
    Cw__Interval *interval = ARENA_NEW(a->arena, Cw__Interval);

    if (interval == NULL)
        return NULL;
    cw__interval__init(interval);
    SET_NUMBER(interval, earliest_ms, value->number);
    SET_NUMBER(interval, latest_ms, value->latest);
    return interval;
}

Cw__Value *answer_value(struct answering *a, const struct op_value *value)
{
    Cw__Value *out = ARENA_NEW(a->arena, Cw__Value);

    if (out == NULL)
        return NULL;
    cw__value__init(out);
    switch (value->type) {
    case VALUE_TEXT:
        SET_BYTES(out, text, wire_bytes(value->text));
        break;
    case VALUE_NUMBER:
        SET_NUMBER(out, number, value->number);
        break;
    case VALUE_ID:
        SET_BYTES(out, id, answer_bytes(a, value->id.b, ID_LEN));
        break;
    case VALUE_INTERVAL:
        out->interval = interval_of(a, value);
        if (out->interval == NULL)
            return NULL;
        break;
    case VALUE_FLAG:
        SET_NUMBER(out, flag, value->number != 0);
        break;
    case VALUE_NONE:
        break;
    }
    return out;
}

/* Who set it and when; false when the arena is full. */
static bool put_provenance(struct answering *a, const struct shown_case *shown, const struct dot *dot,
                           Cw__ViewValue *out)
{
    const struct loaded_op *op = shown_case_op(shown, &dot->op);

    out->set_by = answer_op_ref(a, &dot->op, dot->index);
    if (out->set_by == NULL)
        return false;
    if (op == NULL)
        return true;
    out->author = answer_author(a, op);
    SET_NUMBER(out, hlc, op->hlc);
    if (op->submission_ok)
        SET_NUMBER(out, author_time_ms, (uint64_t)op->author_time.ms);
    return out->author != NULL;
}

static bool put_replaced(struct answering *a, const struct case_value *value, Cw__ViewValue *out)
{
    if (value->replaces_count == 0)
        return true;
    out->replaced = ARENA_ARRAY(a->arena, Cw__OpRef *, value->replaces_count);
    if (out->replaced == NULL)
        return false;
    for (uint32_t i = 0; i < value->replaces_count; i++) {
        out->replaced[i] = answer_op_ref(a, &value->replaces[i].op, value->replaces[i].index);
        if (out->replaced[i] == NULL)
            return false;
    }
    out->n_replaced = value->replaces_count;
    return true;
}

/* What a person should know about this value, one sentence each. */
static bool put_remark(struct answering *a, const struct case_value *value, Cw__ViewValue *out)
{
    const char *remark = value_remark(value);

    if (remark[0] == '\0')
        return true;
    out->notes = ARENA_NEW(a->arena, ProtobufCBinaryData);
    if (out->notes == NULL)
        return false;
    out->notes[0] = answer_text(a, remark);
    out->n_notes = 1;
    return true;
}

static bool put_flags(struct answering *a, const struct case_value *value, Cw__ViewValue *out)
{
    if (value->fate == FATE_PROPOSAL)
        SET_NUMBER(out, proposal, 1);
    if ((value->flags & VALUE_FLOOR) != 0)
        SET_NUMBER(out, flagged_void, 1);
    if ((value->flags & VALUE_WITHHELD) != 0)
        SET_NUMBER(out, withheld, 1);
    return put_remark(a, value, out);
}

bool answer_covers_death(const struct answering *a, const struct shown_case *shown)
{
    return a->in_feed && !state_death_confirmed(shown->loaded.state);
}

static Cw__ViewValue *covered_value(struct answering *a, const struct shown_case *shown, const struct case_value *value)
{
    Cw__ViewValue *out = ARENA_NEW(a->arena, Cw__ViewValue);

    if (out == NULL)
        return NULL;
    cw__view_value__init(out);
    SET_NUMBER(out, withheld, 1);
    if (value->fate == FATE_PROPOSAL)
        SET_NUMBER(out, proposal, 1);
    return put_provenance(a, shown, &value->dot, out) && put_replaced(a, value, out) ? out : NULL;
}

Cw__ViewValue *answer_view_value(struct answering *a, const struct shown_case *shown, const struct schema_field *row,
                                 const struct case_value *value)
{
    char text[VALUE_TEXT_LEN_MAX] = "unrecognised: newer data";

    if (row != NULL && value_tells_death(row->number, &value->value) && answer_covers_death(a, shown))
        return covered_value(a, shown, value);
    Cw__ViewValue *out = ARENA_NEW(a->arena, Cw__ViewValue);

    if (out == NULL)
        return NULL;
    cw__view_value__init(out);
    if (row != NULL)
        value_text(row, &value->value, text, sizeof text);
    SET_BYTES(out, text, answer_text(a, text));
    out->value = answer_value(a, &value->value);
    if (out->value == NULL || !put_provenance(a, shown, &value->dot, out) || !put_replaced(a, value, out) ||
        !put_flags(a, value, out))
        return NULL;
    return out;
}

Cw__ViewValue *answer_view_step(struct answering *a, const struct shown_case *shown, const struct dot *dot)
{
    const struct loaded_op *op = shown_case_op(shown, &dot->op);
    const struct schema_event *event = op != NULL && op->decoded ? schema_event(op->op.event) : NULL;
    bool covered = event != NULL && event_tells_death(event->number) && answer_covers_death(a, shown);
    Cw__ViewValue *out = ARENA_NEW(a->arena, Cw__ViewValue);

    if (out == NULL)
        return NULL;
    cw__view_value__init(out);
    SET_BYTES(out, text,
              answer_text(a, event == NULL ? "a step of a newer version"
                             : covered     ? "a step that awaits confirmation"
                                           : event->name));
    return put_provenance(a, shown, dot, out) ? out : NULL;
}

const struct case_policy *answer_policy(const struct answering *a, const struct shown_case *shown)
{
    return shown->loaded.policy != NULL ? shown->loaded.policy : &a->node->policy;
}

size_t answer_roles(struct answering *a, uint32_t roles, ProtobufCBinaryData **out)
{
    size_t count = 0;

    *out = ARENA_ARRAY(a->arena, ProtobufCBinaryData, ROLE_LIMIT);
    if (*out == NULL)
        return 0;
    for (uint32_t role = 1; role < ROLE_LIMIT; role++) {
        const char *code = (roles >> role & 1) != 0 ? schema_role_code(role) : NULL;

        if (code != NULL)
            (*out)[count++] = answer_text(a, code);
    }
    return count;
}
