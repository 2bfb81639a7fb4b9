/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_EFFECTS_H
#define CASEWIRE_CORE_EFFECTS_H

/*
 * Listing effects. Room is asked for before anything changes (effects_have_room), so that adding cannot fail:
 * a step that does not fit fails before its first change.
 */

#include "core/effect.h"

bool effects_have_room(const struct effects *out, uint64_t count, size_t arena_len);
struct effect *effects_add(struct effects *out, enum effect_kind kind); /* asserts room; zeroed but for kind */
void *effects_take(struct effects *out, size_t len, size_t align);      /* from the turn's arena; asserts room */

#define EFFECTS_NEW(out, type) ((type *)effects_take((out), sizeof(type), alignof(type)))
#define EFFECTS_ARRAY(out, type, count) ((type *)effects_take((out), sizeof(type) * (count), alignof(type)))

struct effect *effects_note(struct effects *out, enum note note, enum cw_err err, const char *text);

#endif
