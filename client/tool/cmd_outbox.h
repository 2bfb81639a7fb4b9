/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_OUTBOX_H
#define CASEWIRE_TOOL_CMD_OUTBOX_H

#include "tool/cli.h"

extern const struct cli_command cmd_outbox_list, cmd_outbox_send, cmd_outbox_drop;

#endif
