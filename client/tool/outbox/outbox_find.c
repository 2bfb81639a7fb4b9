/* SPDX-License-Identifier: Apache-2.0 */
/* A case when no daemon is in reach: one that the outbox opens, or one that is named in full. */
#include "tool/outbox.h"

#include "lib/outbox.h"
#include "proto/op.h"
#include "proto/schema.h"

#include <strings.h>

#define DIGITS_MIN 4

/* Lower or upper case; at most as many as an id has. */
static bool is_prefix(const char *digits, const struct cw_case_id *id)
{
    char whole[2 * CW_ID_LEN + 1];
    size_t len = strlen(digits);

    hex_of(slice(id->b, CW_ID_LEN), whole);
    return len >= DIGITS_MIN && len < sizeof(whole) && strncasecmp(whole, digits, len) == 0;
}

static enum cw_err whole_id(const char *name, const char *kind, struct cw_case_id *out_id, const char **out_kind)
{
    uint32_t number = schema_kind_by_name(slice_of(kind));

    if (number == KIND_NONE)
        return CW_REFUSED_VALUE;
    if (hex_parse(name, out_id->b, CW_ID_LEN) != CW_OK)
        return CW_REFUSED_UNKNOWN_CASE;
    *out_kind = schema_kind_name(number);
    return CW_OK;
}

enum cw_err box_find_case(const struct box *box, const char *name, const char *kind, struct cw_case_id *out_id,
                          const char **out_kind)
{
    struct outbox_said said;
    const char *found_kind = NULL;
    struct cw_case_id found;

    if (kind != NULL)
        return whole_id(name, kind, out_id, out_kind);
    for (size_t i = 0; i < cw_outbox_count(box->outbox); i++) {
        struct cw_outbox_entry e = {.size = sizeof(e)};

        if (cw_outbox_at(box->outbox, i, &e) != CW_OK || !is_prefix(name, &e.case_id) ||
            outbox_read_said(box->outbox, e.number, &said) != CW_OK || said.type != OP_OPEN)
            continue;
        if (found_kind != NULL)
            return CW_REFUSED_AMBIGUOUS;
        found = e.case_id;
        found_kind = schema_kind_name(said.kind);
    }
    if (found_kind == NULL)
        return CW_REFUSED_UNKNOWN_CASE;
    *out_id = found;
    *out_kind = found_kind;
    return CW_OK;
}
