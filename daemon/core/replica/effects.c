/* SPDX-License-Identifier: Apache-2.0 */
#include "core/effects.h"

bool effects_have_room(const struct effects *out, uint64_t count, size_t arena_len)
{
    return out->max - out->count >= count && out->arena->len - out->arena->used >= arena_len;
}

struct effect *effects_add(struct effects *out, enum effect_kind kind)
{
    CW_ASSERT(out->count < out->max);
    struct effect *effect = &out->at[out->count++];

    memset(effect, 0, sizeof *effect);
    effect->kind = kind;
    return effect;
}

void *effects_take(struct effects *out, size_t len, size_t align)
{
    void *taken = arena_take(out->arena, len, align);

    CW_ASSERT(taken != NULL);
    return taken;
}

struct effect *effects_note(struct effects *out, enum note note, enum cw_err err, const char *text)
{
    struct effect *effect = effects_add(out, EFFECT_NOTE);

    effect->as.note.note = note;
    effect->as.note.err = err;
    effect->as.note.text = text;
    return effect;
}
