/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/unit.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whatever a unit's text and a drop-in say: every path that is kept is one, and what the unit may write is never warned of. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct unit unit;
    const uint8_t *cut = len == 0 ? NULL : memchr(data, '\0', len);
    size_t first = cut == NULL ? len : (size_t)(cut - data);

    memset(&unit, 0, sizeof unit);
    memcpy(unit.instance, "north", 6);
    unit_take(&unit, slice(data, first));
    if (cut != NULL)
        unit_take(&unit, slice(cut + 1, len - first - 1));
    if (unit.path_count > UNIT_PATHS_MAX)
        abort();
    for (uint32_t i = 0; i < unit.path_count; i++) {
        const char *path = unit.paths[i].path;
        bool closed = false;

        if (path[0] != '/')
            abort();
        for (uint32_t j = 0; j < unit.path_count; j++)
            closed = closed || !unit.paths[j].writable;
        if (unit.paths[i].writable && !closed && unit_cannot_write(&unit, path))
            abort();
    }
    (void)unit_cannot_write(&unit, "/srv/store");
    return 0;
}
