/* SPDX-License-Identifier: Apache-2.0 */
/* casewire: the table of commands. One file for each noun, or part of one. */
#include "tool/cmd_authority.h"
#include "tool/cmd_board.h"
#include "tool/cmd_case.h"
#include "tool/cmd_clock.h"
#include "tool/cmd_conflict.h"
#include "tool/cmd_context.h"
#include "tool/cmd_doctor.h"
#include "tool/cmd_enrol.h"
#include "tool/cmd_export.h"
#include "tool/cmd_feed.h"
#include "tool/cmd_gen.h"
#include "tool/cmd_help.h"
#include "tool/cmd_inbox.h"
#include "tool/cmd_lab.h"
#include "tool/cmd_login.h"
#include "tool/cmd_outbox.h"
#include "tool/cmd_schema.h"
#include "tool/cmd_shift.h"
#include "tool/cmd_show.h"
#include "tool/cmd_status.h"
#include "tool/cmd_submit.h"
#include "tool/verb.h"

#include <nss.h>
#include <stdlib.h>

/* Those that are no verbs. */
static const struct cli_command *const own_commands[] = {
    &cmd_board_children,
    &cmd_inbox,
    &cmd_clock_list,
    &cmd_shift_brief,
    &cmd_shift_accept,
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
    &cmd_child_show,
    &cmd_entity_open,
    &cmd_entity_show,
    &cmd_entity_list,
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
    &cmd_reload,
    &cmd_doctor,
    &cmd_alert,
    &cmd_export,
    &cmd_verify,
    &cmd_schema,
    &cmd_init,
    &cmd_enrol_request,
    &cmd_join,
    &cmd_peer_add,
    &cmd_authority_init,
    &cmd_authority_issue,
    &cmd_authority_invite,
    &cmd_authority_policy,
    &cmd_authority_publish,
    &cmd_authority_restore,
    &cmd_authority_list,
    &cmd_authority_revoke,
    &cmd_lab_start,
    &cmd_lab_stop,
    &cmd_lab_status,
    &cmd_lab_cut,
    &cmd_lab_heal,
    &cmd_lab_kill,
    &cmd_lab_restart,
    &cmd_gen_children,
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

/* Verbs first: they are what a shift types. Commands of one noun stand together. */
static void add_noun(const struct cli_command **out, size_t *count, const char *noun)
{
    for (const struct cli_command *const *table = verb_tables; *table != NULL; table++)
        for (const struct cli_command *row = *table; row->noun != NULL; row++)
            if (strcmp(row->noun, noun) == 0)
                out[(*count)++] = row;
    for (const struct cli_command *const *c = own_commands; *c != NULL; c++)
        if (strcmp((*c)->noun, noun) == 0)
            out[(*count)++] = *c;
}

static bool has_noun(const struct cli_command **at, size_t count, const char *noun)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(at[i]->noun, noun) == 0)
            return true;
    return false;
}

static void all_commands(const struct cli_command *out[static CLI_COMMANDS_MAX + 1])
{
    size_t count = 0;

    for (const struct cli_command *const *table = verb_tables; *table != NULL; table++)
        for (const struct cli_command *row = *table; row->noun != NULL; row++)
            if (!has_noun(out, count, row->noun))
                add_noun(out, &count, row->noun);
    for (const struct cli_command *const *c = own_commands; *c != NULL; c++)
        if (!has_noun(out, count, (*c)->noun))
            add_noun(out, &count, (*c)->noun);
    CW_ASSERT(count <= CLI_COMMANDS_MAX);
    out[count] = NULL;
}

/*
 * OpenPGM, which libzmq begins with whether or not it is used, asks for the number of a protocol by its name. The usual
 * answer to where that stands is "db files", and the C library looks through two dozen folders for a database that no
 * Debian has; said beforehand, it opens the file.
 */
static void look_up_protocols_in_the_file(void)
{
    (void)__nss_configure_lookup("protocols", "files"); /* if it cannot be said, it is looked for */
}

int main(int argc, char **argv)
{
    static const struct cli_command *commands[CLI_COMMANDS_MAX + 1];
    enum exit_code code;

    look_up_protocols_in_the_file();
    all_commands(commands);
    code = cli_main(commands, argc, argv);
    (void)fflush(NULL); /* of standard output, cli_main() has said already whether it was written */
    /* Not return: threads that context_close() left are running, and libraries' destructors would end what they use. */
    quick_exit((int)code);
}
