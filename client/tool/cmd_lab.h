/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_LAB_H
#define CASEWIRE_TOOL_CMD_LAB_H

#include "tool/cli.h"

extern const struct cli_command cmd_lab_start, cmd_lab_stop, cmd_lab_status, cmd_lab_cut, cmd_lab_heal, cmd_lab_kill,
    cmd_lab_restart;

#endif
