/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_LIMITS_H
#define CASEWIRE_HOST_LIMITS_H

/* What the process asks of, and denies itself before, the kernel (docs/security.md, "The process"). */

#include "proto/base.h"

#define LIMITS_FILES 65536
#define LIMITS_LOCKED_LEN ((uint64_t)64 << 20)

/*
 * Open files 65536, locked memory 64 MiB, no core dump, no tracing by others. Raises what it may.
 * *why (may be NULL): what stayed below, for the journal; the call succeeds all the same, because a lab has no say
 * in its limits. CW_LOCAL_IO when dumps cannot be forbidden: secrets must never reach a core file.
 */
enum cw_err limits_apply(struct refusal *why);
/* The net process: anonymous memory above this fails to be taken, there and not in the machine's other processes. */
enum cw_err limits_cap_memory(uint64_t len);

/* How much of it this process uses, for whoever watches. What /proc does not tell is not known. Threads: any. */
struct limits_use {
    bool descriptors_known, resident_known, locked_known;
    uint64_t descriptors, descriptors_max;
    uint64_t resident_len, locked_len, locked_len_max; /* bytes; UINT64_MAX: no limit */
};
void limits_use(struct limits_use *out);

#endif
