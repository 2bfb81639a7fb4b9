/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/kinds.h"

#include "tool/out.h"

#include "proto/schema.h"

enum exit_code kind_read(const struct cli *cli, const char *typed, uint32_t *out)
{
    uint32_t kind = schema_kind_by_name(slice_of(typed));
    const char *near = schema_suggest_kind(slice_of(typed));
    char why[100] = "it is a kind of case, as county_line, or of entity, as phone";

    if (kind != KIND_NONE) {
        *out = kind;
        return EXIT_DONE;
    }
    if (near != NULL)
        snprintf(why, sizeof(why), "did you mean \"%s\"?", near);
    return complain(cli, EXIT_USAGE, &(struct trouble){"there is no such kind of case", typed, why, "casewire schema"});
}
