/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_RULES_H
#define CASEWIRE_TOOL_RULES_H

/* What the field table says about one field, for people who typed something else. */

#include "proto/schema.h"

/* "low, medium or high", "yes or no", "a time, like \"yesterday 23:10\"", "text of at most 80 bytes"; in a case of this kind,
 * KIND_NONE: in any. */
#define RULES_ALLOWED_LEN_MAX 400
void rules_allowed(const struct schema_field *field, uint32_t kind, char out[static RULES_ALLOWED_LEN_MAX]);
/* "set by anyone, lowered by INSP, SUPT"; of a detail: "recorded by anyone". */
#define RULES_WHO_LEN_MAX 300
void rules_who(const struct schema_field *field, const struct schema_event *event, char out[static RULES_WHO_LEN_MAX]);

#endif
