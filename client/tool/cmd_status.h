/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_STATUS_H
#define CASEWIRE_TOOL_CMD_STATUS_H

#include "tool/context.h"
#include "tool/plain.h"

extern const struct cli_command cmd_status, cmd_peers, cmd_wait_sync, cmd_reload;

/* The list that the cases which somebody lacks are named from; NULL when there are none, or nobody may list here. */
struct cw_answer *status_names(const struct cli *cli, struct context *context, const Cw__Peers *peers,
                               struct plain_names *out);

/* Whether nothing is left to exchange. What only a person can settle (open conflicts) does not count, unless strict. */
bool status_exchanged(const Cw__Status *status, bool strict);

#endif
