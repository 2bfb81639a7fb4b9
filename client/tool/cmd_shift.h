/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_SHIFT_H
#define CASEWIRE_TOOL_CMD_SHIFT_H

#include "tool/cli.h"

extern const struct cli_command cmd_shift_brief, cmd_shift_accept;

#endif
