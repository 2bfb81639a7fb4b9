/* SPDX-License-Identifier: Apache-2.0 */
#include "host/passed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST 3
#define COUNT_MAX 64

static long number_of(const char *name)
{
    const char *text = getenv(name);
    char *end = NULL;
    long value;

    if (text == NULL || *text < '0' || *text > '9')
        return -1;
    errno = 0;
    value = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' ? value : -1;
}

/* "admin:metrics": the names of the descriptors, from the first. -1: none is called so. */
static int place_of(const char *names, const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; names != NULL; i++) {
        size_t end = strcspn(names, ":");

        if (end == len && memcmp(names, name, len) == 0)
            return i;
        names = names[end] == ':' ? names + end + 1 : NULL;
    }
    return -1;
}

int passed_descriptor(const char *name)
{
    long count = number_of("LISTEN_FDS");
    int place = place_of(getenv("LISTEN_FDNAMES"), name);

    if (number_of("LISTEN_PID") != (long)getpid() || count < 1 || count > COUNT_MAX || place < 0 || place >= count)
        return -1;
    return fcntl(FIRST + place, F_SETFD, FD_CLOEXEC) == 0 ? FIRST + place : -1;
}
