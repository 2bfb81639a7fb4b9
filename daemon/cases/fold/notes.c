/* SPDX-License-Identifier: Apache-2.0 */
/* Growing lists of notes and conflicts inside the arena; findings.c sorts them (docs/fold.md §13). */
#include "cases/work.h"

struct dot dot_of(const struct fold *f, uint32_t op, uint32_t index)
{
    struct dot dot = {{{0}}, 0};

    if (op != NONE) {
        dot.op = f->ops[op].op_id;
        dot.index = index;
    }
    return dot;
}

static struct note_chunk *chunk_with_room(struct fold *f)
{
    struct note_list *list = &f->notes;
    struct note_chunk *chunk;

    if (list->last != NULL && list->last->count < NOTE_CHUNK_COUNT)
        return list->last;
    chunk = ARENA_NEW(f->arena, struct note_chunk);
    if (chunk == NULL)
        return NULL;
    if (list->last != NULL)
        list->last->next = chunk;
    else
        list->first = chunk;
    list->last = chunk;
    return chunk;
}

enum cw_err note_add(struct fold *f, enum note_kind kind, uint32_t field, struct dot op, uint32_t about_op)
{
    struct note_chunk *chunk = chunk_with_room(f);

    if (chunk == NULL)
        return CW_LOCAL_MEMORY;
    chunk->notes[chunk->count++] =
        (struct case_note){.kind = kind, .field = field, .op = op, .about = dot_of(f, about_op, 0).op};
    f->notes.count++;
    return CW_OK;
}

enum cw_err conflict_add(struct fold *f, const struct case_conflict *conflict)
{
    struct conflict_item *item = ARENA_NEW(f->arena, struct conflict_item);

    if (item == NULL)
        return CW_LOCAL_MEMORY;
    item->conflict = *conflict;
    if (f->conflicts.last != NULL)
        f->conflicts.last->next = item;
    else
        f->conflicts.first = item;
    f->conflicts.last = item;
    f->conflicts.count++;
    return CW_OK;
}
