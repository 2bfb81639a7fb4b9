/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_HELP_H
#define CASEWIRE_TOOL_CMD_HELP_H

#include "tool/cli.h"

extern const struct cli_command cmd_help, cmd_cheat, cmd_completion, cmd_complete, cmd_tables_scdoc,
    cmd_tables_json_schema, cmd_tables_commands;

#endif
