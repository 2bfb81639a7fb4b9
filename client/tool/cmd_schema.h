/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_SCHEMA_H
#define CASEWIRE_TOOL_CMD_SCHEMA_H

#include "tool/cli.h"

extern const struct cli_command cmd_schema, cmd_version;

#endif
