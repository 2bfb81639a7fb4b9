/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SUPPORT_ROOM_H
#define TESTS_UNIT_SUPPORT_ROOM_H

/*
 * Megabytes for a test's arenas, mapped when first asked for. As a static array or as a block of the heap they would cost
 * every test of the program: the leak checker looks for pointers in all of either when a process ends, and each test is
 * a process; the address sanitizer marks every byte of a block when it is taken and when it is given back. So nothing in
 * a room may be the only pointer to a block of the heap. Zero at first; it lives as long as the process, or until
 * it is given back.
 */

#include "proto/base.h"

struct room {
    void *at; /* NULL until asked for */
    size_t len;
};

#define ROOM(bytes)           \
    {                         \
        NULL, (size_t)(bytes) \
    }

void *room_bytes(struct room *room); /* len of them; aborts when there is no memory */
void room_done(struct room *room);   /* gives them back; asked again, they are others */

static inline struct arena room_arena(struct room *room)
{
    return arena_over(room_bytes(room), room->len);
}

#endif
