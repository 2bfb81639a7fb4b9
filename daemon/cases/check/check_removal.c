/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a removal or strike-out says that it takes back. It is signed, kept and shown like what is added, so it keeps the
 * same bounds; but what stands here can always be taken out, also what came by sync and could not be added today.
 */
#include "cases/check_parts.h"

static bool is_what_it_names(const struct admission_request *r, const struct op_write *write,
                             const struct schema_field *field)
{
    for (uint32_t i = 0; r->state != NULL && i < write->supersede_count; i++) {
        const struct op_write *named = request_named_write(r, field, &write->supersedes[i]);

        if (named != NULL && !writes_differ(write, named))
            return true;
    }
    return false;
}

enum cw_err check_removed(const struct admission_request *r, const struct op_write *write,
                          const struct schema_field *field, struct refusal *refusal)
{
    enum cw_err err;

    if (!write->has_value || is_what_it_names(r, write, field))
        return CW_OK;
    err = cases_check_value(field, &write->value, refusal);
    if (err != CW_OK || write->value.type != VALUE_TEXT)
        return err;
    return cases_check_fiction(field, write->value.text, r->network_synthetic, refusal);
}
