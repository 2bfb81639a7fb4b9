/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_HELP_JSON_H
#define CASEWIRE_TOOL_HELP_JSON_H

/* Help for programs: the tables that help, completion and the manual page are made of. */

#include "tool/cli.h"

/* Members of the object, for the command's `json`. */
#define HELP_JSON "commands:[HelpCommand] options:[HelpOption] topics:[HelpTopic]"

/*
 * Of one command; otherwise of all of one noun; otherwise, without a topic, of all. `topic`: that one alone, without
 * commands. Each may be NULL. Whatever command asked, "command" says help.
 */
void help_json(const struct cli *cli, const struct cli_command *command, const char *noun,
               const struct help_topic *topic);

#endif
