/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/locked.h"

#include <sodium.h>
#include <sys/mman.h>

void *locked_new(size_t len, bool strict)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    if (sodium_mlock(memory, len) != 0 && strict) { /* also keeps it out of core dumps */
        (void)munmap(memory, len);
        return NULL;
    }
    return memory;
}

void locked_free(void *memory, size_t len)
{
    if (memory == NULL)
        return;
    (void)sodium_munlock(memory, len); /* wipes first, whether it was locked or not */
    (void)munmap(memory, len);
}
