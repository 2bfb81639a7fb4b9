/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row for the cases of one child (docs/protocol.md 7.8). Any of them that fits what was asked brings the row in, once: at
 * the place of the one that changed last. It is the row of the case that stays, and never says less than the others do.
 */

#include "node/answer_list.h"
#include "node/case_identity.h"

#include "proto/wire.h"

/* The member at whose place the row stands; count: none of them fits. */
static uint32_t speaker_of(const struct listed *members, uint32_t count)
{
    uint32_t best = count;

    for (uint32_t i = 0; i < count; i++) {
        if (members[i].fits && (best == count || members[i].row.updated_hlc > members[best].row.updated_hlc))
            best = i;
    }
    return best;
}

/* What nobody assessed is taken as medium: above low. What a newer version says is above all; no episode, below. */
static uint32_t rank_of_risk(struct cw_slice risk)
{
    uint32_t number;

    if (slice_empty(risk))
        return 0;
    if (schema_value_by_name(SCALE_MISSING_RISK, risk, &number))
        return 2 * number;
    return slice_eq(risk, slice_of("not assessed")) ? 5 : UINT32_MAX;
}

/* An open case is the first of its states, and the further they are, the less there is to do. */
static uint32_t rank_of_status(struct cw_slice status)
{
    const struct schema_field *field = schema_field(schema_machine_field(MACHINE_CHILD));
    uint32_t number = 0;

    return field != NULL && schema_value_by_name(field->scale, status, &number) ? number : 0;
}

static void add_line(Cw__CaseRow *row, const struct listed *other)
{
    if (rank_of_risk(other->line.risk) > rank_of_risk(wire_slice(row->risk)))
        row->risk = wire_bytes(other->line.risk);
    if (rank_of_status(other->line.status) < rank_of_status(wire_slice(row->status)))
        row->status = wire_bytes(other->line.status);
    row->conflicts += other->line.conflicts;
    if (other->row.moments.overdue_ms != CASE_NO_MOMENT &&
        (!row->has_due_ms || (uint64_t)other->row.moments.overdue_ms < row->due_ms))
        SET_NUMBER(row, due_ms, (uint64_t)other->row.moments.overdue_ms);
    if (other->row.updated_hlc > row->updated_hlc)
        row->updated_hlc = other->row.updated_hlc;
    if ((other->row.flags & CASE_INCOMPLETE) != 0)
        SET_NUMBER(row, incomplete, 1);
}

static enum cw_err put_row(struct answering *a, const struct case_class *class, const struct listed *members,
                           Cw__CaseList *out)
{
    Cw__CaseRow *row = answer_list_row(a, &class->ids[class->survivor], &members[class->survivor]);

    if (row == NULL)
        return CW_LOCAL_MEMORY;
    row->also = ARENA_ARRAY(a->arena, ProtobufCBinaryData, class->count);
    row->also_ids = ARENA_ARRAY(a->arena, ProtobufCBinaryData, class->count);
    if (row->also == NULL || row->also_ids == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < class->count; i++) {
        if (i == class->survivor || !members[i].known)
            continue;
        add_line(row, &members[i]);
        row->also[row->n_also++] = wire_bytes(members[i].line.reference);
        row->also_ids[row->n_also_ids++] = answer_bytes(a, class->ids[i].b, ID_LEN);
    }
    out->rows[out->n_rows++] = row;
    return CW_OK;
}

enum cw_err answer_list_merged(struct answering *a, struct list_asked *asked, const struct cw_case_id *id,
                               Cw__CaseList *out, bool *out_done)
{
    struct case_class *class;
    struct listed *members;
    uint32_t speaker;
    enum cw_err err;

    *out_done = false;
    if (!case_has_claims(&a->read, id))
        return CW_OK;
    asked->classes++;
    class = ARENA_NEW(a->arena, struct case_class);
    if (class == NULL)
        return CW_LOCAL_MEMORY;
    err = case_class_of(&a->read, id, a->arena, class);
    if (err != CW_OK)
        return err == CW_LOCAL_MEMORY ? err : CW_OK; /* shown as what it is alone */
    if (class->count == 1)
        return CW_OK;
    members = ARENA_ARRAY(a->arena, struct listed, class->count);
    if (members == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < class->count && err == CW_OK; i++)
        err = answer_list_read(a, asked, &class->ids[i], &members[i]);
    if (err != CW_OK || !members[class->survivor].known)
        return err;
    *out_done = true;
    speaker = speaker_of(members, class->count);
    return speaker < class->count && ID_EQ(&class->ids[speaker], id) ? put_row(a, class, members, out) : CW_OK;
}
