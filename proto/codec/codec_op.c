/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"
#include "proto/op.h"
#include "proto/op_parts.h"

#include <stdio.h>

#define FIELD_NUMBER_MAX 65535
#define SAME_MAX 8
#define VALUES_MAX WRITES_MAX
_Static_assert(VALUES_MAX <= 64, "a part's values have a bit each");
#define VALUES_PART 1 /* op_encode puts all values into this part */

/* --- tables: open messages, whose newer fields are kept and shown as newer ---------------------- */

struct frame_write {
    const struct op_ref *supersedes;
    uint64_t max_value;
    uint32_t field, verb, part, value_index;
    uint32_t supersede_count;
    bool has_max;
};

struct frame {
    struct op op; /* all but its writes */
    uint32_t write_count;
    const struct frame_write *writes;
};

struct value {
    struct cw_slice text;
    int64_t number, earliest, latest;
    struct hash id;
    bool has_text, has_number, has_id, has_interval, has_flag, flag;
};

struct value_list {
    uint32_t count;
    const struct value *values;
};

static const struct field op_ref_fields[] = {
    FIXED_FIELD(1, struct op_ref, op, FIELD_REQUIRED),
    SHORT_FIELD(2, struct op_ref, index, 0, UINT32_MAX, 0),
};

static const struct grammar op_ref_grammar = {GRAMMAR_FIELDS(op_ref_fields), .open = true};

static const struct field frame_write_fields[] = {
    SHORT_FIELD(1, struct frame_write, field, 1, FIELD_NUMBER_MAX, 0),
    SHORT_FIELD(2, struct frame_write, verb, 1, FIELD_NUMBER_MAX, 0),
    SHORT_FIELD(3, struct frame_write, part, 0, PARTS_MAX - 1, 0),
    SHORT_FIELD(4, struct frame_write, value_index, 0, VALUES_MAX - 1, 0),
    MESSAGES_ARENA_FIELD(5, struct frame_write, supersedes, supersede_count, 0, SUPERSEDES_MAX, &op_ref_grammar),
    NUMBER_HAS_FIELD(6, struct frame_write, max_value, 0, UINT64_MAX, 0, has_max),
};

static const struct grammar frame_write_grammar = {GRAMMAR_FIELDS(frame_write_fields), .open = true};

static const struct field frame_fields[] = {
    SHORT_FIELD(1, struct frame, op.type, 1, FIELD_NUMBER_MAX, 0),
    SHORT_FIELD(2, struct frame, op.schema, 0, UINT32_MAX, 0),
    SHORT_FIELD(3, struct frame, op.kind, 0, UINT32_MAX, 0),
    SHORT_FIELD(4, struct frame, op.event, 0, UINT32_MAX, 0),
    MESSAGES_ARENA_FIELD(5, struct frame, writes, write_count, 0, WRITES_MAX, &frame_write_grammar),
    FIXEDS_ARENA_FIELD(6, struct frame, op.after, op.after_count, AFTER_MAX),
    FIXEDS_ARENA_FIELD(7, struct frame, op.refs, op.ref_count, REFS_MAX),
    MESSAGES_ARENA_FIELD(8, struct frame, op.corrects, op.correct_count, 0, SAME_MAX, &op_ref_grammar),
    FIXEDS_ARENA_FIELD(9, struct frame, op.same_as, op.same_count, SAME_MAX),
    SHORT_FIELD(10, struct frame, op.grade, 0, UINT32_MAX, 0),
    SHORT_FIELD(11, struct frame, op.marking, 0, UINT32_MAX, 0),
    SHORT_FIELD(12, struct frame, op.nature, 0, UINT32_MAX, 0),
    NUMBER_FIELD(13, struct frame, op.epoch, 0, UINT64_MAX, 0),
    FLAG_FIELD(14, struct frame, op.synthetic),
    FLAG_FIELD(15, struct frame, op.withdraws),
};

static const struct grammar frame_grammar = OPEN_GRAMMAR(frame_fields, struct frame, FRAME_LEN_MAX, NULL);

static const struct field interval_fields[] = {
    NUMBER_FIELD(1, struct value, earliest, 0, 0, FIELD_ZIGZAG),
    NUMBER_FIELD(2, struct value, latest, 0, 0, FIELD_ZIGZAG),
};

static const struct grammar interval_grammar = {GRAMMAR_FIELDS(interval_fields), .open = true};

static const struct field value_fields[] = {
    BYTES_HAS_FIELD(1, struct value, text, 0, PAYLOAD_LEN_MAX, has_text),
    NUMBER_HAS_FIELD(2, struct value, number, 0, 0, FIELD_ZIGZAG, has_number),
    FIXED_HAS_FIELD(3, struct value, id, has_id),
    FLAT_HAS_FIELD(4, struct value, &interval_grammar, has_interval), /* lies flat in struct value */
    FLAG_HAS_FIELD(5, struct value, flag, has_flag),
};

static const struct grammar value_grammar = {GRAMMAR_FIELDS(value_fields), .open = true};

static const struct field value_list_fields[] = {
    MESSAGES_ARENA_FIELD(1, struct value_list, values, count, 0, VALUES_MAX, &value_grammar),
};

static const struct grammar value_list_grammar =
    OPEN_GRAMMAR(value_list_fields, struct value_list, PAYLOAD_LEN_MAX, NULL);

/* --- decoding ---------------------------------------------------------------------------------- */

/* One op being put together from its payloads. */
struct joining {
    const struct cw_slice *payloads;
    uint32_t payload_count;
    struct arena *arena;
    struct refusal *refusal;
    bool read[PARTS_MAX];
    struct value_list values[PARTS_MAX];
    bool newer;
};

static enum cw_err bad_write(struct joining *j, uint32_t index, const char *why)
{
    char where[REFUSAL_WHERE_LEN_MAX];

    snprintf(where, sizeof(where), "frame.writes[%u]", index);
    return refuse(j->refusal, CW_REFUSED_MALFORMED, where, "%s", why);
}

/* Each part is read once, when the first write names it. */
static enum cw_err read_part(struct joining *j, uint32_t part)
{
    bool unknown;
    char where[REFUSAL_WHERE_LEN_MAX];

    if (j->read[part])
        return CW_OK;
    enum cw_err err = grammar_parse_open(&value_list_grammar, j->payloads[part], j->arena, &j->values[part], &unknown);
    if (err != CW_OK) {
        snprintf(where, sizeof(where), "parts[%u]", part);
        return refuse(j->refusal, err, where, "the values cannot be read: %s", cw_err_sentence(err));
    }
    j->read[part] = true;
    j->newer = j->newer || unknown;
    return CW_OK;
}

/* Exactly one of the kinds; none is a kind that only a newer version knows. */
static bool value_of(const struct value *v, struct op_value *out)
{
    *out = (struct op_value){.type = VALUE_NONE};
    if (v->has_text)
        *out = (struct op_value){.type = VALUE_TEXT, .text = v->text};
    if (v->has_number)
        *out = (struct op_value){.type = VALUE_NUMBER, .number = v->number};
    if (v->has_id)
        *out = (struct op_value){.type = VALUE_ID, .id = v->id};
    if (v->has_interval)
        *out = (struct op_value){.type = VALUE_INTERVAL, .number = v->earliest, .latest = v->latest};
    if (v->has_flag)
        *out = (struct op_value){.type = VALUE_FLAG, .number = v->flag};
    return v->has_text + v->has_number + v->has_id + v->has_interval + v->has_flag <= 1 &&
           (!v->has_interval || v->earliest <= v->latest);
}

static enum cw_err join_value(struct joining *j, const struct frame_write *from, uint32_t index, struct op_write *to)
{
    if (from->part >= j->payload_count)
        return bad_write(j, index, "names a part that the submission does not have");
    if (j->payloads[from->part].data == NULL) {
        to->withheld = true;
        return CW_OK;
    }

    enum cw_err err = read_part(j, from->part);
    if (err != CW_OK)
        return err;
    if (from->value_index >= j->values[from->part].count)
        return bad_write(j, index, "names a value that its part does not have");
    if (!value_of(&j->values[from->part].values[from->value_index], &to->value))
        return bad_write(j, index, "its value is not exactly one value");
    to->has_value = true;
    j->newer = j->newer || to->value.type == VALUE_NONE;
    return CW_OK;
}

static enum cw_err join_write(struct joining *j, const struct frame_write *from, uint32_t index, struct op_write *to)
{
    to->field = from->field;
    to->verb = (enum write_verb)from->verb;
    to->has_max = from->has_max;
    to->max_value = from->max_value;
    to->supersede_count = from->supersede_count;
    to->supersedes = from->supersedes;
    j->newer = j->newer || from->verb > VERB_STRIKE;
    return from->part == 0 ? CW_OK : join_value(j, from, index, to);
}

static enum cw_err join_writes(struct joining *j, const struct frame *frame, struct op *op)
{
    struct op_write *writes = ARENA_ARRAY(j->arena, struct op_write, frame->write_count);

    if (writes == NULL)
        return refuse(j->refusal, CW_LOCAL_MEMORY, "frame", "no memory to decode it");
    for (uint32_t i = 0; i < frame->write_count; i++) {
        enum cw_err err = join_write(j, &frame->writes[i], i, &writes[i]);
        if (err != CW_OK)
            return err;
    }
    op->write_count = frame->write_count;
    op->writes = writes;
    return CW_OK;
}

enum cw_err op_decode(const struct cw_slice *payloads, uint32_t payload_count, struct arena *arena, struct op *out,
                      struct refusal *refusal)
{
    struct joining j = {.payloads = payloads, .payload_count = payload_count, .arena = arena, .refusal = refusal};
    struct frame frame;
    size_t mark = arena_mark(arena);

    CW_ASSERT(payload_count <= PARTS_MAX);
    if (payload_count == 0 || payloads[0].data == NULL)
        return refuse(refusal, CW_REFUSED_MALFORMED, "frame", "there is no frame");
    enum cw_err err = grammar_parse_open(&frame_grammar, payloads[0], arena, &frame, &j.newer);
    if (err != CW_OK)
        return refuse(refusal, err, "frame", "the frame cannot be read: %s", cw_err_sentence(err));

    struct op op = frame.op;
    err = join_writes(&j, &frame, &op);
    if (err != CW_OK) {
        arena_release(arena, mark);
        return err;
    }
    op.newer = j.newer || op.type > OP_EVENT;
    *out = op;
    return CW_OK;
}

/* --- what no write names ----------------------------------------------------------------------- */

/* For each part the values that writes name, a bit each. */
static void gather_named(const struct frame *frame, uint64_t named[static PARTS_MAX])
{
    for (uint32_t i = 0; i < frame->write_count; i++)
        named[frame->writes[i].part] |= UINT64_C(1) << frame->writes[i].value_index;
}

static enum cw_err check_part(struct joining *j, uint32_t part, uint64_t named)
{
    char where[REFUSAL_WHERE_LEN_MAX];

    snprintf(where, sizeof(where), "parts[%u]", part);
    if (named == 0)
        return refuse(j->refusal, CW_REFUSED_MALFORMED, where, "no write names this part: leave it out");
    enum cw_err err = j->payloads[part].data == NULL ? CW_OK : read_part(j, part);
    for (uint32_t i = 0; err == CW_OK && i < j->values[part].count; i++) {
        if ((named >> i & 1) == 0)
            return refuse(j->refusal, CW_REFUSED_MALFORMED, where, "no write names its value %u: leave it out", i);
    }
    return err;
}

enum cw_err op_check_parts(const struct cw_slice *payloads, uint32_t payload_count, struct arena *arena,
                           struct refusal *refusal)
{
    struct joining j = {.payloads = payloads, .payload_count = payload_count, .arena = arena, .refusal = refusal};
    uint64_t named[PARTS_MAX] = {0};
    struct frame frame;
    size_t mark = arena_mark(arena);

    CW_ASSERT(payload_count > 0 && payload_count <= PARTS_MAX);
    enum cw_err err = grammar_parse_open(&frame_grammar, payloads[0], arena, &frame, &j.newer);
    if (err == CW_OK)
        gather_named(&frame, named);
    for (uint32_t part = 1; part < payload_count && err == CW_OK; part++)
        err = check_part(&j, part, named[part]);
    arena_release(arena, mark);
    return err;
}

/* --- encoding ---------------------------------------------------------------------------------- */

static bool keeps_bounds(const struct op *in)
{
    bool kept = in->write_count <= WRITES_MAX && in->after_count <= AFTER_MAX && in->ref_count <= REFS_MAX &&
                in->correct_count <= SAME_MAX && in->same_count <= SAME_MAX;

    for (uint32_t i = 0; kept && i < in->write_count; i++)
        kept = in->writes[i].supersede_count <= SUPERSEDES_MAX;
    return kept;
}

static struct value value_from(const struct op_value *v)
{
    return (struct value){
        .has_text = v->type == VALUE_TEXT,
        .text = v->text,
        .has_number = v->type == VALUE_NUMBER,
        .number = v->number,
        .has_id = v->type == VALUE_ID,
        .id = v->id,
        .has_interval = v->type == VALUE_INTERVAL,
        .earliest = v->number,
        .latest = v->latest,
        .has_flag = v->type == VALUE_FLAG,
        .flag = v->number != 0,
    };
}

enum cw_err op_encode(const struct op *in, struct writer *out_frame, struct writer *out_values)
{
    struct frame_write writes[WRITES_MAX];
    struct value values[VALUES_MAX];
    struct frame frame = {.op = *in, .write_count = in->write_count, .writes = writes};
    struct value_list list = {.values = values};

    if (!keeps_bounds(in))
        return CW_REFUSED_SIZE;
    for (uint32_t i = 0; i < in->write_count; i++) {
        const struct op_write *w = &in->writes[i];
        writes[i] = (struct frame_write){.field = w->field,
                                         .verb = w->verb,
                                         .supersede_count = w->supersede_count,
                                         .supersedes = w->supersedes,
                                         .has_max = w->has_max,
                                         .max_value = w->max_value};
        if (!w->has_value)
            continue;
        writes[i].part = VALUES_PART;
        writes[i].value_index = list.count;
        values[list.count++] = value_from(&w->value);
    }
    grammar_encode(&frame_grammar, &frame, out_frame);
    grammar_encode(&value_list_grammar, &list, out_values);
    return out_frame->failed || out_values->failed ? CW_REFUSED_SIZE : CW_OK;
}
