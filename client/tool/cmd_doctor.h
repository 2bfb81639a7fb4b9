/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_DOCTOR_H
#define CASEWIRE_TOOL_CMD_DOCTOR_H

#include "tool/cli.h"

extern const struct cli_command cmd_doctor, cmd_alert;

#endif
