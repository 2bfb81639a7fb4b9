/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_LOGIN_H
#define CASEWIRE_TOOL_CMD_LOGIN_H

#include "tool/cli.h"

/* What whoami says, about the keys and daemons of a home folder. */
enum exit_code whoami_show(const struct cli *cli, const char *home);

extern const struct cli_command cmd_login, cmd_logout, cmd_whoami, cmd_passphrase, cmd_agent;

#endif
