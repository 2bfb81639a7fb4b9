/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_NEED_H
#define CASEWIRE_LIB_NEED_H

/*
 * The first line of each public function: a pointer that it needs and that is NULL is the caller's mistake, told as
 * CW_USAGE_ARGUMENT, and no reason to crash in somebody else's program.
 *
 *     if (MISSING(out_fault, bundle, draft))
 *         return CW_USAGE_ARGUMENT;
 *
 * So is a slice that has a length and no bytes.
 *
 *     if (MISSING(out_fault, draft) || HOLLOW(out_fault, value))
 *         return CW_USAGE_ARGUMENT;
 */

#include "lib/fault.h"

/* Whether one of them is NULL; *out_fault (may be NULL) names it. `names`: "bundle, draft". */
bool need_missing(struct cw_fault *out_fault, const char *names, const void *const *at, size_t count);

/* Whether one of them has a length and no bytes; *out_fault (may be NULL) names it. */
bool need_hollow(struct cw_fault *out_fault, const char *names, const struct cw_slice *at, size_t count);

/* What a handle that is none has to say: never NULL. */
const struct cw_fault *need_fault(void);

#define MISSING(out_fault, ...)                                                 \
    need_missing((out_fault), #__VA_ARGS__, (const void *const[]){__VA_ARGS__}, \
                 sizeof((const void *const[]){__VA_ARGS__}) / sizeof(const void *))

#define HOLLOW(out_fault, ...)                                                     \
    need_hollow((out_fault), #__VA_ARGS__, (const struct cw_slice[]){__VA_ARGS__}, \
                sizeof((const struct cw_slice[]){__VA_ARGS__}) / sizeof(struct cw_slice))

/* Of a handle that keeps its own fault; NULL when there is no handle. */
#define FAULT_OF(handle) ((handle) != NULL ? &(handle)->fault : NULL)

#endif
