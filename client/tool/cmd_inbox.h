/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_INBOX_H
#define CASEWIRE_TOOL_CMD_INBOX_H

#include "tool/cli.h"

extern const struct cli_command cmd_inbox, cmd_mine;

#endif
