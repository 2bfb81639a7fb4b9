/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_TYPED_H
#define CASEWIRE_TOOL_TYPED_H

#include "tool/out.h"

#include "proto/schema.h"

/*
 * A value as a person would type it, so that writing the text gives the same value again: "high", "125050p",
 * "2018-03-19T16:00:00.000Z/...". false: withheld, of a newer version, or longer than cap.
 */
bool typed_value(const struct schema_field *row, const Cw__ViewValue *value, char *out, size_t cap);

#endif
