/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that was ever said about a case, in order, with who said it, where it stands and what became of it. Of a child
 * that has several cases: about each of them, in one order, and in whose record each line stands.
 */

#include "node/answer_value.h"
#include "node/case_identity.h"

#include "proto/wire.h"

#include <stdlib.h>

#define HISTORY_LIMIT_DEFAULT 200
#define HISTORY_LIMIT_MAX 1000
#define LINE_LEN_MAX 400
#define PAGE_LEN_MAX ((size_t)MESSAGE_LEN_MAX / 4 * 3) /* but for its last item, which is far shorter than the rest */

/* "missing_risk high: superseded" */
static ProtobufCBinaryData write_line(struct answering *a, const struct case_state *state, const struct loaded_op *op,
                                      const struct op *shown, uint32_t index)
{
    const struct op_write *write = &shown->writes[index];
    const struct schema_field *row = schema_field(write->field);
    struct dot dot = {op->op_id, index};
    enum fate fate = state_fate(state, &dot);
    char value[VALUE_TEXT_LEN_MAX] = "";
    char line[LINE_LEN_MAX];
    struct writer w = writer_over(line, sizeof line);

    if (write->withheld)
        memcpy(value, "(withheld)", sizeof "(withheld)");
    else if (row != NULL && write->has_value)
        value_text(row, &write->value, value, sizeof value);
    else if (op->op.writes[index].has_value) /* of a removal: its author's words, for nothing that is here */
        memcpy(value, "(not shown)", sizeof "(not shown)");
    writer_slice(&w, slice_of(row == NULL ? "newer field" : row->name));
    writer_slice(&w, slice_of(write->verb == VERB_ADD      ? " + "
                              : write->verb == VERB_REMOVE ? " - "
                              : write->verb == VERB_STRIKE ? " struck "
                                                           : " = "));
    writer_slice(&w, slice_of(value));
    if (fate != 0 && fate != FATE_DETAIL) {
        writer_slice(&w, slice_of("  ["));
        writer_slice(&w, slice_of(fate_name(fate)));
        writer_slice(&w, slice_of("]"));
    }
    return answer_bytes(a, line, w.len);
}

static bool put_lines(struct answering *a, const struct case_state *state, const struct loaded_op *op,
                      const struct op *shown, Cw__HistoryItem *out)
{
    if (!op->decoded)
        return true;
    out->lines = ARENA_ARRAY(a->arena, ProtobufCBinaryData, op->op.write_count + 1);
    out->after = ARENA_ARRAY(a->arena, ProtobufCBinaryData, op->op.after_count + 1);
    if (out->lines == NULL || out->after == NULL)
        return false;
    for (uint32_t i = 0; i < op->op.write_count; i++)
        out->lines[out->n_lines++] = write_line(a, state, op, shown, i);
    for (uint32_t i = 0; i < op->op.after_count; i++)
        out->after[out->n_after++] = answer_bytes(a, op->op.after[i].b, ID_LEN);
    return true;
}

static const struct {
    uint32_t flag;
    const char *text;
} flag_texts[] = {
    {CASE_OP_AFTER_REMOVAL, "written after its division left the audience"},
    {CASE_OP_CONCURRENT_REVOCATION, "its author was being revoked"},
    {CASE_OP_REUSED_ID, "its submission id was used with other bytes too"},
    {CASE_OP_ERASED_CASE, "written to an erased case"},
    {CASE_OP_FORK, "its log forked"},
    {CASE_OP_PART_ERASED, "a part was erased"},
    {CASE_OP_PART_UNOPENED, "a part is missing or does not open here"},
    {OP_FLAG_QUARANTINED, "quarantined: it breaks a bound of the fold"},
};

/* Why it moved nothing, or NULL. */
static const struct case_note *denial(const struct case_state *state, const struct cw_op_id *op)
{
    for (uint32_t i = 0; i < state->note_count; i++) {
        if (note_denies_effect(state->notes[i].kind) && ID_EQ(&state->notes[i].op.op, op))
            return &state->notes[i];
    }
    return NULL;
}

static bool put_flags(struct answering *a, const struct case_state *state, const struct loaded_op *op,
                      Cw__HistoryItem *out)
{
    const struct case_note *denied = denial(state, &op->op_id);
    char why[LINE_LEN_MAX];

    out->flags = ARENA_ARRAY(a->arena, ProtobufCBinaryData, CW_COUNT(flag_texts) + 2);
    if (out->flags == NULL)
        return false;
    if (denied != NULL)
        out->flags[out->n_flags++] = answer_bytes(a, why, note_remark(denied, why, sizeof why));
    for (size_t i = 0; i < CW_COUNT(flag_texts); i++) {
        if ((op->flags & flag_texts[i].flag) != 0)
            out->flags[out->n_flags++] = answer_text(a, flag_texts[i].text);
    }
    if (op->reason != REASON_NONE)
        out->flags[out->n_flags++] = answer_text(a, verdict_reason_text(op->reason));
    return true;
}

static bool is_proposed_event(const struct case_state *state, const struct cw_op_id *op)
{
    uint32_t place, at = UINT32_MAX;

    if (state_find_op(state, op, &place))
        at = state->event_of[state->by_id[place]];
    return at != UINT32_MAX && state->events[at].row != NULL && !state->events[at].authorised;
}

/* "unopened" says more to a reader than the verdict of headers that it cannot judge by; what moved nothing is not effective. */
static const char *standing(const struct case_state *state, const struct loaded_op *op)
{
    if (op->verdict != VERDICT_EFFECTIVE)
        return verdict_name(op->verdict);
    if (!op->decoded)
        return "unopened";
    if (is_proposed_event(state, &op->op_id))
        return "proposal";
    return denial(state, &op->op_id) != NULL ? "without effect" : verdict_name(op->verdict);
}

/* One line to be told, and of which case. */
struct told {
    const struct loaded_op *op;
    const struct case_state *state;
    ProtobufCBinaryData reference; /* of the case, when there are several */
};
struct lines {
    uint32_t count;
    struct told *at; /* in (hlc, op id) order */
};

static Cw__HistoryItem *item_of(struct answering *a, const struct told *told)
{
    const struct case_state *state = told->state;
    const struct loaded_op *op = told->op;
    const struct op *shown = op_with_removed(state, &op->op, a->arena); /* of one that is not decoded: nothing */
    char what[LINE_LEN_MAX] = "cannot be opened here";
    Cw__HistoryItem *out = ARENA_NEW(a->arena, Cw__HistoryItem);

    if (out == NULL || shown == NULL)
        return NULL;
    cw__history_item__init(out);
    if (op->decoded)
        op_line(shown, TOLD_FORCE, what, sizeof what);
    SET_BYTES(out, op, answer_bytes(a, op->op_id.b, ID_LEN));
    SET_BYTES(out, log, answer_bytes(a, op->log.b, ID_LEN));
    SET_NUMBER(out, seq, op->seq);
    SET_BYTES(out, origin, answer_text(a, op->origin));
    SET_NUMBER(out, hlc, op->hlc);
    SET_BYTES(out, verdict, answer_text(a, standing(state, op)));
    SET_BYTES(out, what, answer_text(a, what));
    if (op->submission_ok)
        SET_NUMBER(out, author_time_ms, (uint64_t)op->author_time.ms);
    if (told->reference.len > 0)
        SET_BYTES(out, human_ref, told->reference);
    out->author = answer_author(a, op);
    return out->author != NULL && put_lines(a, state, op, shown, out) && put_flags(a, state, op, out) ? out : NULL;
}

/* A page mark is the (hlc, op id) of the last item shown. */
#define MARK_LEN (8 + ID_LEN)

static enum cw_err find_start(struct answering *a, const Cw__GetHistory *request, const struct lines *lines,
                              uint32_t *out)
{
    struct reader r = reader_over(request->has_after ? wire_slice(request->after) : slice(NULL, 0));
    struct cw_op_id op;
    uint64_t hlc;

    *out = 0;
    if (r.len == 0)
        return CW_OK;
    hlc = reader_be64(&r);
    reader_bytes(&r, op.b, ID_LEN);
    if (reader_finish(&r) != CW_OK)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "after", "not a page mark of a history: start again without it");
    while (*out < lines->count && (lines->at[*out].op->hlc < hlc || (lines->at[*out].op->hlc == hlc &&
                                                                     ID_COMPARE(&lines->at[*out].op->op_id, &op) <= 0)))
        (*out)++;
    return CW_OK;
}

static ProtobufCBinaryData mark_of(struct answering *a, const struct loaded_op *op)
{
    uint8_t mark[MARK_LEN];
    struct writer w = writer_over(mark, sizeof mark);

    writer_be64(&w, op->hlc);
    writer_bytes(&w, op->op_id.b, ID_LEN);
    return answer_bytes(a, mark, sizeof mark);
}

/* As many as are asked for, or fit. */
static enum cw_err put_items(struct answering *a, const struct lines *lines, uint32_t start, uint32_t limit,
                             Cw__History *out)
{
    uint32_t left = lines->count - start;
    uint32_t most = left < limit ? left : limit, count = 0;
    size_t len = 0;

    out->items = ARENA_ARRAY(a->arena, Cw__HistoryItem *, most + 1);
    if (out->items == NULL)
        return CW_LOCAL_MEMORY;
    for (; count < most && len <= PAGE_LEN_MAX; count++) {
        out->items[count] = item_of(a, &lines->at[start + count]);
        if (out->items[count] == NULL)
            return CW_LOCAL_MEMORY;
        len += protobuf_c_message_get_packed_size(&out->items[count]->base) + 8;
    }
    out->n_items = count;
    if (count < left)
        SET_BYTES(out, next, mark_of(a, lines->at[start + count - 1].op));
    return CW_OK;
}

/* --- whose lines ------------------------------------------------------------------------------------------------ */

static ProtobufCBinaryData reference_of(struct answering *a, const struct case_state *state)
{
    char reference[HUMAN_REF_LEN_MAX];

    human_ref_of(state->kind, state->opened_by_division, state->opened, &state->case_id, reference);
    return answer_text(a, reference);
}

static int compare_lines(const void *left, const void *right)
{
    const struct told *l = left, *r = right;

    if (l->op->hlc != r->op->hlc)
        return l->op->hlc < r->op->hlc ? -1 : 1;
    return ID_COMPARE(&l->op->op_id, &r->op->op_id);
}

static enum cw_err gather_lines(struct answering *a, const struct shown_case *cases, uint32_t count, struct lines *out)
{
    uint32_t total = 0;

    for (uint32_t i = 0; i < count; i++)
        total += cases[i].loaded.op_count;
    *out = (struct lines){.at = ARENA_ARRAY(a->arena, struct told, total + 1)};
    if (out->at == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const struct loaded_case *c = &cases[i].loaded;
        ProtobufCBinaryData reference = {0, NULL};

        if (count > 1)
            reference = reference_of(a, c->state);
        for (uint32_t j = 0; j < c->op_count; j++)
            out->at[out->count++] = (struct told){c->ops[j], c->state, reference};
    }
    if (count > 1)
        qsort(out->at, out->count, sizeof *out->at, compare_lines);
    return CW_OK;
}

static enum cw_err load_all(struct answering *a, const struct case_class *class, struct shown_case *cases)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < class->count && err == CW_OK; i++)
        err = shown_case_load(a, &class->ids[i], &cases[i]);
    return err;
}

static enum cw_err put_others(struct answering *a, const struct case_class *class, const struct shown_case *cases,
                              const struct cw_case_id *asked, Cw__History *out)
{
    out->also = ARENA_ARRAY(a->arena, ProtobufCBinaryData, class->count);
    if (out->also == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < class->count; i++) {
        if (!ID_EQ(&class->ids[i], asked))
            out->also[out->n_also++] = reference_of(a, cases[i].loaded.state);
    }
    return CW_OK;
}

enum cw_err answer_history(struct answering *a, const Cw__GetHistory *request, Cw__Answer *out)
{
    uint32_t limit = request->has_limit && request->limit != 0 ? request->limit : HISTORY_LIMIT_DEFAULT;
    Cw__History *history = ARENA_NEW(a->arena, Cw__History);
    struct case_class *class = ARENA_NEW(a->arena, struct case_class);
    struct shown_case *cases = ARENA_ARRAY(a->arena, struct shown_case, IDENTITY_CASES_MAX);
    struct lines lines;
    struct cw_case_id id;
    uint32_t start;
    enum cw_err err;

    if (history == NULL || class == NULL || cases == NULL)
        return CW_LOCAL_MEMORY;
    cw__history__init(history);
    err = answer_find_case(a, request->has_case_id, request->case_id, request->has_name, request->name, &id);
    if (err == CW_OK)
        err = case_class_of(&a->read, &id, a->arena, class);
    if (err == CW_OK)
        err = load_all(a, class, cases);
    if (err == CW_OK)
        err = gather_lines(a, cases, class->count, &lines);
    if (err == CW_OK)
        err = find_start(a, request, &lines, &start);
    if (err == CW_OK)
        err = put_items(a, &lines, start, limit < HISTORY_LIMIT_MAX ? limit : HISTORY_LIMIT_MAX, history);
    if (err == CW_OK)
        err = put_others(a, class, cases, &id, history);
    if (err != CW_OK)
        return err;
    SET_BYTES(history, case_id, answer_bytes(a, id.b, ID_LEN));
    out->history = history;
    return CW_OK;
}
