/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static void must(bool held, const char *what)
{
    if (held)
        return;
    perror(what);
    abort();
}

void *room_bytes(struct room *room)
{
    if (room->at == NULL) {
        room->at = mmap(NULL, room->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        must(room->at != MAP_FAILED, "no memory for a test's room");
    }
    return room->at;
}

void room_done(struct room *room)
{
    if (room->at != NULL)
        must(munmap(room->at, room->len) == 0, "a room is not given back");
    room->at = NULL;
}
