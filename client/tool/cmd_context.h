/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_CONTEXT_H
#define CASEWIRE_TOOL_CMD_CONTEXT_H

#include "tool/cli.h"

extern const struct cli_command cmd_context_list, cmd_context_use, cmd_context_show, cmd_context_add,
    cmd_context_remove;

#endif
