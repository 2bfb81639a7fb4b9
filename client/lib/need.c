/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/need.h"

#include <stdio.h>
#include <string.h>

bool need_missing(struct cw_fault *out_fault, const char *names, const void *const *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(names, ",");
        char name[CW_FAULT_WHERE_LEN_MAX];

        if (at[i] == NULL) {
            snprintf(name, sizeof(name), "%.*s", (int)len, names);
            fault_set(out_fault, CW_USAGE_ARGUMENT, name, "it is needed and is NULL");
            return true;
        }
        names += len + (names[len] == ',' ? 2 : 0); /* as the preprocessor writes them */
    }
    return false;
}

const struct cw_fault *need_fault(void)
{
    static const struct cw_fault no_handle = {
        .code = CW_USAGE_ARGUMENT, .where = "handle", .text = "it is needed and is NULL"};

    return &no_handle;
}
