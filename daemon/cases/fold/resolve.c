/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lays out the writes of all opened ops and turns every name of an op or write into an index, once.
 * Scopes of ops (docs/fold.md §4.2) are found here as well.
 */
#include "cases/work.h"

static void count_names(const struct op *op, uint64_t *names, uint64_t *named)
{
    *names += (uint64_t)op->after_count + op->correct_count;
    for (uint32_t i = 0; i < op->write_count; i++)
        *named += op->writes[i].supersede_count;
}

static enum cw_err allocate(struct fold *f)
{
    uint64_t writes = 0, names = 0, named = 0;

    for (uint32_t i = 0; i < f->op_count; i++) {
        if (f->ops[i].op != NULL) {
            writes += f->ops[i].op->write_count;
            count_names(f->ops[i].op, &names, &named);
        }
    }
    names += named;
    if (writes >= NONE || names >= NONE)
        return CW_LOCAL_MEMORY;
    f->extra = ARENA_ARRAY(f->arena, struct work_op, f->op_count);
    f->writes = ARENA_ARRAY(f->arena, struct work_write, writes);
    f->named = ARENA_ARRAY(f->arena, uint32_t, named);
    f->names = ARENA_ARRAY(f->arena, uint32_t, names);
    if (f->extra == NULL || f->writes == NULL || f->named == NULL || f->names == NULL)
        return CW_LOCAL_MEMORY;
    return CW_OK;
}

static void find_scope(struct fold *f, uint32_t op_index)
{
    const struct op *op = f->ops[op_index].op;
    struct work_op *extra = &f->extra[op_index];

    if (op->type == OP_EVENT) {
        const struct schema_event *row = schema_event(op->event);

        thing_id_of(&f->ops[op_index].op_id, 0, &extra->thing);
        if (row != NULL && (row->flags & EVENT_OPENS_EPISODE) != 0) {
            extra->scope = extra->thing;
            return;
        }
    }
    if (op->ref_count > 0)
        extra->scope = op->refs[0];
}

static void lay_out_writes(struct fold *f, uint32_t op_index)
{
    const struct op *op = f->ops[op_index].op;
    struct work_op *extra = &f->extra[op_index];

    extra->first_write = f->write_count;
    extra->write_count = op->write_count;
    for (uint32_t i = 0; i < op->write_count; i++) {
        f->writes[f->write_count++] = (struct work_write){
            .op = op_index, .index = i, .write = &op->writes[i], .cell = NONE, .unseated = NONE, .removed_by = NONE};
    }
}

/* §3.1: only effective ops name, and only effective ones are named. */
static void add_name(struct fold *f, uint32_t from, uint32_t to)
{
    if (to != NONE && to != from && op_counts(f, from) && f->ops[to].verdict == VERDICT_EFFECTIVE) {
        f->names[f->name_count++] = to;
        f->extra[from].name_count++;
    }
}

static uint32_t find_write(const struct fold *f, uint32_t op, uint32_t index)
{
    return op != NONE && index < f->extra[op].write_count ? f->extra[op].first_write + index : NONE;
}

static void resolve_names(struct fold *f, uint32_t op_index, uint32_t *named_count)
{
    const struct op *op = f->ops[op_index].op;
    struct work_op *extra = &f->extra[op_index];

    extra->first_name = f->name_count;
    for (uint32_t i = 0; i < op->after_count; i++)
        add_name(f, op_index, find_op(f, &op->after[i]));
    for (uint32_t i = 0; i < op->correct_count; i++)
        add_name(f, op_index, find_op(f, &op->corrects[i].op));
    for (uint32_t i = 0; i < op->write_count; i++) {
        const struct op_write *write = &op->writes[i];

        f->writes[extra->first_write + i].first_named = *named_count;
        for (uint32_t j = 0; j < write->supersede_count; j++) {
            uint32_t target = find_op(f, &write->supersedes[j].op);

            add_name(f, op_index, target);
            f->named[(*named_count)++] = find_write(f, target, write->supersedes[j].index);
        }
    }
}

enum cw_err fold_resolve(struct fold *f)
{
    enum cw_err err = allocate(f);
    uint32_t named_count = 0;

    if (err != CW_OK)
        return err;
    for (uint32_t i = 0; i < f->op_count; i++) {
        f->extra[i].event = NONE;
        if (f->ops[i].op != NULL) {
            find_scope(f, i);
            lay_out_writes(f, i);
        }
    }
    for (uint32_t i = 0; i < f->op_count; i++) {
        if (f->ops[i].op != NULL)
            resolve_names(f, i, &named_count);
    }
    return CW_OK;
}
