/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/link.h"

#include <limits.h>
#include <time.h>

struct cw_mono link_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (struct cw_mono){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}

int link_ms_left(struct cw_mono deadline)
{
    int64_t left = deadline.ms - link_now().ms;

    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}
