/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_SHOW_H
#define CASEWIRE_TOOL_CMD_SHOW_H

#include "tool/cli.h"

extern const struct cli_command cmd_child_show, cmd_operation_open, cmd_operation_result, cmd_operation_show;

#endif
