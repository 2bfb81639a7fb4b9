/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/need.h"

#include <stdio.h>
#include <string.h>

/* The index-th of "bundle, draft", as the preprocessor writes them. */
static void tell(struct cw_fault *out_fault, const char *names, size_t index, const char *why)
{
    char name[CW_FAULT_WHERE_LEN_MAX];

    for (; index > 0; index--)
        names += strcspn(names, ",") + 2;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(names, ","), names);
    fault_set(out_fault, CW_USAGE_ARGUMENT, name, "%s", why);
}

bool need_missing(struct cw_fault *out_fault, const char *names, const void *const *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (at[i] != NULL)
            continue;
        tell(out_fault, names, i, "it is needed and is NULL");
        return true;
    }
    return false;
}

bool need_hollow(struct cw_fault *out_fault, const char *names, const struct cw_slice *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (at[i].data != NULL || at[i].len == 0)
            continue;
        tell(out_fault, names, i, "it has a length and no bytes");
        return true;
    }
    return false;
}

const struct cw_fault *need_fault(void)
{
    static const struct cw_fault no_handle = {
        .code = CW_USAGE_ARGUMENT, .where = "handle", .text = "it is needed and is NULL"};

    return &no_handle;
}
