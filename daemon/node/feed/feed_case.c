/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "proto/wire.h"

/* A case in an item of a feed: its line, as it is now. */

static bool put_names(struct answering *a, const struct cw_slice *names, uint32_t count, size_t *out_count,
                      ProtobufCBinaryData **out)
{
    *out = ARENA_ARRAY(a->arena, ProtobufCBinaryData, count + 1);
    if (*out == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        (*out)[i] = wire_bytes(names[i]);
    *out_count = count;
    return true;
}

bool feed_case_is_hidden(const struct node_read *read, const struct cw_case_id *id, struct arena *arena)
{
    struct case_row row;
    struct case_line line;

    return case_row_read(read, id, arena, &row, &line) == CW_OK && line.labels.compartmented;
}

/* Of several that have the name, one may be such. */
static bool names_hidden(struct answering *a, struct cw_slice name)
{
    struct cw_case_id id;
    enum cw_err err = case_find(&a->read, name, a->arena, &id);

    return err == CW_OK ? feed_case_is_hidden(&a->read, &id, a->arena) : err != CW_REFUSED_UNKNOWN_CASE;
}

static bool put_operations(struct answering *a, const struct case_labels *labels, bool regional, Cw__FeedCase *out)
{
    struct cw_slice names[LABELS_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < labels->operation_count; i++) {
        if (!regional || !names_hidden(a, labels->operations[i]))
            names[count++] = labels->operations[i];
    }
    return put_names(a, names, count, &out->n_operations, &out->operations);
}

static bool put_conflicts(struct answering *a, const struct case_labels *labels, Cw__FeedCase *out)
{
    struct cw_slice names[LABELS_MAX];

    for (uint32_t i = 0; i < labels->conflict_count; i++) {
        const struct schema_field *row = schema_field(labels->conflicts[i]);

        names[i] = slice_of(row == NULL ? "newer" : row->name);
    }
    return put_names(a, names, labels->conflict_count, &out->n_conflicts, &out->conflicts);
}

static void put_flags(const struct case_row *row, Cw__FeedCase *out)
{
    if ((row->flags & CASE_INCOMPLETE) != 0)
        SET_NUMBER(out, incomplete, 1);
    if ((row->flags & CASE_NEWER) != 0)
        SET_NUMBER(out, newer, 1);
    if ((row->flags & CASE_DEGRADED) != 0)
        SET_NUMBER(out, degraded, 1);
    if ((row->flags & CASE_SYNTHETIC) != 0)
        SET_NUMBER(out, synthetic, 1);
}

static void put_line(struct answering *a, const struct case_row *row, const struct case_line *line, bool regional,
                     Cw__FeedCase *out)
{
    const char *marking = schema_value_name(SCALE_MARKING, line->marking);
    const char *kind = schema_kind_name(row->kind);
    bool nameless = regional && row->kind == KIND_CHILD;

    SET_NUMBER(out, kind, row->kind);
    SET_BYTES(out, kind_name, answer_text(a, kind == NULL ? "newer" : kind));
    SET_BYTES(out, human_ref, wire_bytes(line->reference));
    SET_BYTES(out, status, wire_bytes(line->status));
    SET_BYTES(out, title, nameless ? answer_text(a, "withheld") : wire_bytes(line->title));
    SET_BYTES(out, owner, wire_bytes(line->owner));
    if (line->risk.len > 0)
        SET_BYTES(out, risk, wire_bytes(line->risk));
    if (marking != NULL)
        SET_BYTES(out, marking, answer_text(a, marking));
    SET_NUMBER(out, updated_hlc, row->updated_hlc);
    SET_NUMBER(out, op_count, row->op_count);
    put_flags(row, out);
}

Cw__FeedCase *feed_case_of(struct answering *a, const struct cw_case_id *id, const struct case_row *row,
                           const struct case_line *line, bool regional)
{
    const struct case_labels *l = &line->labels;
    Cw__FeedCase *out = ARENA_NEW(a->arena, Cw__FeedCase);

    if (out == NULL)
        return NULL;
    cw__feed_case__init(out);
    SET_BYTES(out, case_id, answer_bytes(a, id->b, ID_LEN));
    if ((row->flags & CASE_FOLDED) == 0)
        return out;
    put_line(a, row, line, regional, out);
    return put_names(a, l->tags, l->tag_count, &out->n_tags, &out->tags) &&
                   put_names(a, l->areas, l->area_count, &out->n_areas, &out->areas) &&
                   put_operations(a, l, regional, out) && put_conflicts(a, l, out)
               ? out
               : NULL;
}
