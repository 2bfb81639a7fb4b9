/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void base_assert_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "casewire: our own mistake: %s (%s:%d)\n", cond, file, line);
    abort();
}

void *arena_take_raw(struct arena *a, size_t len, size_t align)
{
    CW_ASSERT(align != 0 && (align & (align - 1)) == 0);
    CW_ASSERT(a->used <= a->len);
    if (a->base == NULL)
        return NULL;

    /* The address is aligned, not the offset: the memory underneath may begin anywhere. */
    size_t gap = (size_t)(-(uintptr_t)(a->base + a->used)) & (align - 1);
    size_t left = a->len - a->used;

    if (gap > left || len > left - gap)
        return NULL;

    uint8_t *taken = a->base + a->used + gap;
    a->used += gap + len;
    return taken;
}

void *arena_take(struct arena *a, size_t len, size_t align)
{
    void *taken = arena_take_raw(a, len, align);

    if (taken != NULL && len != 0)
        memset(taken, 0, len);
    return taken;
}

void *arena_copy(struct arena *a, const void *from, size_t len)
{
    void *to = arena_take_raw(a, len, 1);

    if (to != NULL && len != 0)
        memcpy(to, from, len);
    return to;
}

void *arena_array(struct arena *a, size_t count, size_t size, size_t align)
{
    size_t len;

    if (__builtin_mul_overflow(count, size, &len))
        return NULL;
    return arena_take(a, len, align);
}

void *arena_table(struct arena *a, size_t count, size_t size, size_t align)
{
    size_t len;

    if (__builtin_mul_overflow(count, size, &len))
        return NULL;
    return arena_take_raw(a, len, align);
}

enum cw_err refuse(struct refusal *out, enum cw_err code, const char *where, const char *format, ...)
{
    va_list args;

    if (out == NULL)
        return code;

    out->code = code;
    snprintf(out->where, sizeof(out->where), "%s", where == NULL ? "" : where);
    va_start(args, format);
    vsnprintf(out->text, sizeof(out->text), format, args);
    va_end(args);
    return code;
}
