/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_CONFLICT_H
#define CASEWIRE_TOOL_CMD_CONFLICT_H

#include "tool/cli.h"

extern const struct cli_command cmd_conflict_list, cmd_conflict_show, cmd_conflict_resolve, cmd_conflict_undo;

#define CONFLICT_CASES_OPTION                                                                             \
    {                                                                                                     \
        "cases", "N", "look for what rules decided in the N cases changed last (default 50, at most 500)" \
    }

#endif
