/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_BOARD_H
#define CASEWIRE_TOOL_CMD_BOARD_H

#include "tool/cli.h"

extern const struct cli_command cmd_board_children;

#endif
