/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "node/answer_value.h"
#include "proto/schema.h"
#include "proto/wire.h"

#define WHAT_LEN_MAX 400

/* What a reader is told of an op: who wrote what, where and when; of a record, what it does. */

static const char *class_name(enum op_class c)
{
    static const char *const names[] = {"unknown",   "case",    "key",    "authority", "root", "wraps",
                                        "envelopes", "erasure", "erased", "audience",  "note"};

    return (size_t)c < CW_COUNT(names) ? names[c] : names[0];
}

static bool put_replaced(struct answering *a, const struct op_write *write, Cw__FeedWrite *out)
{
    out->replaced = ARENA_ARRAY(a->arena, Cw__OpRef *, write->supersede_count + 1);
    if (out->replaced == NULL)
        return false;
    for (uint32_t i = 0; i < write->supersede_count; i++) {
        out->replaced[i] = answer_op_ref(a, &write->supersedes[i].op, write->supersedes[i].index);
        if (out->replaced[i] == NULL)
            return false;
    }
    out->n_replaced = write->supersede_count;
    return true;
}

static bool put_value(struct answering *a, const struct op_write *write, const struct schema_field *row,
                      Cw__FeedWrite *out)
{
    char text[VALUE_TEXT_LEN_MAX] = "unrecognised: newer data";

    if (!write->has_value)
        return true;
    if (row != NULL)
        value_text(row, &write->value, text, sizeof text);
    SET_BYTES(out, text, answer_text(a, text));
    out->value = answer_value(a, &write->value);
    return out->value != NULL;
}

static Cw__FeedWrite *write_of(struct answering *a, const struct op_write *write, enum told_to who)
{
    const struct schema_field *row = schema_field(write->field);
    Cw__FeedWrite *out = ARENA_NEW(a->arena, Cw__FeedWrite);

    if (out == NULL)
        return NULL;
    cw__feed_write__init(out);
    SET_NUMBER(out, field, write->field);
    SET_NUMBER(out, verb, write->verb);
    if (row != NULL)
        SET_BYTES(out, name, answer_text(a, row->name));
    if (write->withheld || field_is_withheld(row, who))
        SET_NUMBER(out, withheld, 1);
    else if (!put_value(a, write, row, out))
        return NULL;
    return put_replaced(a, write, out) ? out : NULL;
}

static bool put_writes(struct answering *a, const struct op *op, enum told_to who, Cw__FeedOp *out)
{
    out->writes = ARENA_ARRAY(a->arena, Cw__FeedWrite *, op->write_count + 1);
    out->after = ARENA_ARRAY(a->arena, ProtobufCBinaryData, op->after_count + 1);
    if (out->writes == NULL || out->after == NULL)
        return false;
    for (uint32_t i = 0; i < op->write_count; i++) {
        out->writes[i] = write_of(a, &op->writes[i], who);
        if (out->writes[i] == NULL)
            return false;
    }
    out->n_writes = op->write_count;
    for (uint32_t i = 0; i < op->after_count; i++)
        out->after[out->n_after++] = answer_bytes(a, op->after[i].b, ID_LEN);
    return true;
}

static void put_event(struct answering *a, const struct loaded_op *op, Cw__FeedOp *out)
{
    const struct schema_event *row = schema_event(op->op.event);
    struct hash id;

    thing_id_of(&op->op_id, 0, &id);
    SET_NUMBER(out, event, op->op.event);
    SET_BYTES(out, event_id, answer_bytes(a, id.b, ID_LEN));
    if (row != NULL)
        SET_BYTES(out, event_name, answer_text(a, row->name));
}

/* What a removal took back is not looked up: its author's word for it is told where that could be added. */
static bool put_content(struct answering *a, const struct loaded_op *op, enum told_to who, Cw__FeedOp *out)
{
    const struct op *shown = op_with_removed(NULL, &op->op, a->arena); /* of one that is not decoded: nothing */
    char what[WHAT_LEN_MAX] = "cannot be opened here yet";

    if (shown == NULL)
        return false;
    if (op->decoded)
        op_line(shown, who, what, sizeof what);
    SET_BYTES(out, what, answer_text(a, what));
    if (!op->decoded)
        return true;
    SET_NUMBER(out, type, op->op.type);
    if (op->op.type == OP_EVENT)
        put_event(a, op, out);
    return put_writes(a, shown, who, out);
}

static bool put_head(struct answering *a, const struct feed_entry *e, const struct loaded_op *op, Cw__FeedOp *out)
{
    const char *verdict =
        op->verdict == VERDICT_EFFECTIVE && e->has_case && !op->decoded ? "unopened" : verdict_name(op->verdict);

    cw__feed_op__init(out);
    SET_BYTES(out, op, answer_bytes(a, e->op.b, ID_LEN));
    SET_BYTES(out, log, answer_bytes(a, e->log.b, ID_LEN));
    SET_NUMBER(out, seq, e->seq);
    SET_NUMBER(out, hlc, e->hlc);
    SET_BYTES(out, origin, answer_text(a, op->origin));
    SET_BYTES(out, class_, answer_text(a, class_name(e->op_class)));
    SET_BYTES(out, verdict, answer_text(a, verdict));
    SET_NUMBER(out, opened, op->decoded);
    if (op->submission_ok)
        SET_NUMBER(out, author_time_ms, (uint64_t)op->author_time.ms);
    out->author = answer_author(a, op);
    return out->author != NULL;
}

/* --- records: authority, keys, erasures ------------------------------------------------------------------------ */

static const char *act_text(enum authority_act act)
{
    static const char *const texts[] = {
        "a record of a newer version",   "a certificate was issued",  "a certificate was revoked", "the policy changed",
        "an audience's members changed", "an authority was admitted", "the root keys changed"};

    return (size_t)act < CW_COUNT(texts) ? texts[act] : texts[0];
}

static const char *record_text(const struct feed_entry *e, const struct loaded_op *op)
{
    struct authority_record record;

    if (e->op_class != CLASS_AUTHORITY && e->op_class != CLASS_ROOT)
        return e->op_class == CLASS_KEY ? "an audience got a key" : "a record of a later version";
    if (op->payloads[0].data == NULL || authority_record_parse(op->payloads[0], &record) != CW_OK)
        return "a record that cannot be read";
    return act_text(record.act);
}

bool feed_op_cut(struct answering *a, const struct feed_entry *e, const struct loaded_op *op, Cw__FeedOp *out)
{
    if (!put_head(a, e, op, out))
        return false;
    SET_BYTES(out, what, answer_text(a, "too large to be told in a feed: what it wrote is in the case"));
    return true;
}

bool feed_op_covered(struct answering *a, const struct feed_entry *e, const struct loaded_op *op, Cw__FeedOp *out)
{
    if (!put_head(a, e, op, out))
        return false;
    SET_BYTES(out, what, answer_text(a, "a report that awaits confirmation: withheld from feeds"));
    return true;
}

bool feed_op_of(struct answering *a, const struct feed_entry *e, const struct loaded_op *op, enum told_to who,
                Cw__FeedOp *out)
{
    if (!put_head(a, e, op, out))
        return false;
    if (e->has_case)
        return put_content(a, op, who, out);
    SET_BYTES(out, what, answer_text(a, record_text(e, op)));
    return true;
}
