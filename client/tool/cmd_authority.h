/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_AUTHORITY_H
#define CASEWIRE_TOOL_CMD_AUTHORITY_H

#include "tool/cli.h"

extern const struct cli_command cmd_authority_init, cmd_authority_issue, cmd_authority_policy, cmd_authority_publish,
    cmd_authority_restore, cmd_authority_list, cmd_authority_revoke;

#endif
