/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_JSON_SCHEMA_H
#define CASEWIRE_TOOL_JSON_SCHEMA_H

/*
 * The schema of everything that --json prints, made from the command tables: each command's `json` lists the
 * members of its object, one word each:
 *
 *   name:s text       name:i whole number   name:b true or false   name:t time (RFC 3339, UTC)
 *   name:h hexadecimal   name:o any object   name:Thing an object of json_schema.c's list, or a message
 *   name:[x] an array of x   name:x? may be absent   @Message all members of a message   * others may be there
 *
 * "" is an object without members of its own; NULL: the command prints no JSON.
 */

#include "tool/out.h"

/* A draft 2020-12 schema; the caller frees it. */
json_t *json_schema_make(const struct cli_command *const *commands);

#endif
