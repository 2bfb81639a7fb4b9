/* SPDX-License-Identifier: Apache-2.0 */
/* casewire: the table of commands. One file for each noun, or part of one. */
#include "tool/cmd_authority.h"
#include "tool/cmd_case.h"
#include "tool/cmd_conflict.h"
#include "tool/cmd_context.h"
#include "tool/cmd_export.h"
#include "tool/cmd_feed.h"
#include "tool/cmd_help.h"
#include "tool/cmd_inbox.h"
#include "tool/cmd_lab.h"
#include "tool/cmd_login.h"
#include "tool/cmd_outbox.h"
#include "tool/cmd_schema.h"
#include "tool/cmd_show.h"
#include "tool/cmd_status.h"
#include "tool/cmd_submit.h"

static const struct cli_command *const commands[] = {
    &cmd_inbox,
    &cmd_mine,
    &cmd_feed,
    &cmd_conflict_list,
    &cmd_conflict_show,
    &cmd_conflict_resolve,
    &cmd_conflict_undo,
    &cmd_login,
    &cmd_logout,
    &cmd_whoami,
    &cmd_passphrase,
    &cmd_context_list,
    &cmd_context_use,
    &cmd_context_show,
    &cmd_context_add,
    &cmd_context_remove,
    &cmd_agent,
    &cmd_case_open,
    &cmd_case_set,
    &cmd_case_add,
    &cmd_case_remove,
    &cmd_case_event,
    &cmd_case_show,
    &cmd_case_list,
    &cmd_case_history,
    &cmd_operation_open,
    &cmd_operation_result,
    &cmd_operation_show,
    &cmd_submit_file,
    &cmd_outbox_list,
    &cmd_outbox_send,
    &cmd_outbox_drop,
    &cmd_status,
    &cmd_peers,
    &cmd_wait_sync,
    &cmd_export,
    &cmd_verify,
    &cmd_schema,
    &cmd_authority_init,
    &cmd_authority_issue,
    &cmd_authority_policy,
    &cmd_authority_publish,
    &cmd_authority_list,
    &cmd_authority_revoke,
    &cmd_lab_start,
    &cmd_lab_stop,
    &cmd_lab_status,
    &cmd_lab_cut,
    &cmd_lab_heal,
    &cmd_lab_kill,
    &cmd_lab_restart,
    &cmd_help,
    &cmd_cheat,
    &cmd_completion,
    &cmd_version,
    &cmd_complete,
    &cmd_tables_scdoc,
    &cmd_tables_commands,
    &cmd_tables_json_schema,
    NULL,
};

int main(int argc, char **argv)
{
    return (int)cli_main(commands, argc, argv);
}
