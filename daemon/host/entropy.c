/* SPDX-License-Identifier: Apache-2.0 */
#include "host/entropy.h"

#include <errno.h>
#include <sys/random.h>

void entropy_fill(void *ctx, void *out, size_t len)
{
    uint8_t *at = out;

    (void)ctx;
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);

        CW_ASSERT(got > 0 || (got < 0 && errno == EINTR));
        if (got > 0) {
            at += got;
            len -= (size_t)got;
        }
    }
}
