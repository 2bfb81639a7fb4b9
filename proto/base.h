/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_BASE_H
#define CASEWIRE_PROTO_BASE_H

/*
 * The ground every floor stands on: errors, assertions, time, memory that somebody else bounded.
 * Pure: no heap, no I/O, no clock.
 */

#include <casewire/error.h>
#include <casewire/types.h>

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * CW_ASSERT is for our own mistakes. It stays on in release builds and never looks at bytes from
 * outside: those are refused with an error.
 */
#define CW_ASSERT(cond) ((cond) ? (void)0 : base_assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void base_assert_failed(const char *cond, const char *file, int line);

/* Scope-released resources: CW_AUTO(buf_done) struct buf b = {0};  needs `static inline void buf_done_auto(struct buf *)`-style
 * cleanup functions taking a pointer to the variable. */
#define CW_AUTO(fn) __attribute__((cleanup(fn)))

#define CW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Monotonic time, from the host's clock port; never mixed with wall time. */
struct cw_mono {
    int64_t ms;
};

#define CW_NEVER ((struct cw_mono){INT64_MAX})

static inline struct cw_mono mono_after(struct cw_mono t, int64_t ms)
{
    return (struct cw_mono){t.ms > INT64_MAX - ms ? INT64_MAX : t.ms + ms};
}

static inline bool mono_reached(struct cw_mono now, struct cw_mono deadline)
{
    return now.ms >= deadline.ms;
}

static inline struct cw_mono mono_earlier(struct cw_mono a, struct cw_mono b)
{
    return a.ms < b.ms ? a : b;
}

/*
 * Bump allocator over memory that the caller bounded. Nothing is freed singly; arena_mark/arena_release
 * give back everything taken since. Taking more than is left gives NULL: the caller turns that into
 * CW_LOCAL_MEMORY or a refusal.
 */
struct arena {
    uint8_t *base;
    size_t len;
    size_t used;
};

static inline struct arena arena_over(void *memory, size_t len)
{
    return (struct arena){memory, len, 0};
}

void *arena_take(struct arena *a, size_t len, size_t align); /* zeroed; NULL when full */
/* The same, not zeroed: for large buffers that a writer fills, and arrays whose items are set when they are used. */
void *arena_take_raw(struct arena *a, size_t len, size_t align);
void *arena_copy(struct arena *a, const void *from, size_t len);

#define ARENA_NEW(a, type) ((type *)arena_take((a), sizeof(type), alignof(type)))
/* count is checked against overflow */
void *arena_array(struct arena *a, size_t count, size_t size, size_t align);
#define ARENA_ARRAY(a, type, count) ((type *)arena_array((a), (count), sizeof(type), alignof(type)))
/* Not zeroed, so that memory fresh from the system stays untouched: a table of which most may never be used. */
void *arena_table(struct arena *a, size_t count, size_t size, size_t align);
#define ARENA_TABLE(a, type, count) ((type *)arena_table((a), (count), sizeof(type), alignof(type)))

static inline size_t arena_mark(const struct arena *a)
{
    return a->used;
}

static inline void arena_release(struct arena *a, size_t mark)
{
    a->used = mark;
}

/* A refusal as a person reads it: what, where, why, what to do. Filled by whoever refuses. */
#define REFUSAL_TEXT_LEN_MAX 240
#define REFUSAL_WHERE_LEN_MAX 48

struct refusal {
    enum cw_err code;
    char where[REFUSAL_WHERE_LEN_MAX]; /* field or part, e.g. "frame.writes[2]"; "" when the whole */
    char text[REFUSAL_TEXT_LEN_MAX];   /* one sentence; never holds a value from outside unescaped */
};

/* Writes *out (may be NULL) and returns code, so that a check can `return refuse(...)`. */
enum cw_err refuse(struct refusal *out, enum cw_err code, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
