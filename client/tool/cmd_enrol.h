/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_ENROL_H
#define CASEWIRE_TOOL_CMD_ENROL_H

#include "tool/cli.h"

extern const struct cli_command cmd_init, cmd_enrol_request, cmd_authority_invite, cmd_join, cmd_peer_add;

/* authority issue REQUEST (cmd_authority_answer.c) */
enum exit_code authority_answer(struct cli *cli);

#endif
