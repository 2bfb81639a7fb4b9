/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_LOGIN_H
#define CASEWIRE_TOOL_CMD_LOGIN_H

#include "tool/cli.h"

extern const struct cli_command cmd_login, cmd_logout, cmd_whoami, cmd_passphrase, cmd_agent;

#endif
