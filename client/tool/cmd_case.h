/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_CASE_H
#define CASEWIRE_TOOL_CMD_CASE_H

#include "tool/write.h"

/* "missing_child" of a view; "" when the daemon names a kind that this version does not know. */
const char *view_kind(const Cw__CaseView *view);
/* The event and everything that `case event` and `operation result` take; operands[from..] are FIELD=VALUE. */
enum exit_code event_record(const struct cli *cli, const char *case_name, const char *event, int from);

/* --kind of a list. Complains. */
enum exit_code list_query_kind(const struct cli *cli, struct cw_list_query *out);

extern const struct cli_command cmd_case_open, cmd_case_set, cmd_case_add, cmd_case_remove, cmd_case_event,
    cmd_case_show, cmd_case_list, cmd_case_history;

#endif
