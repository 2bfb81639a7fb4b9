/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CONTEXTS_H
#define CASEWIRE_TOOL_CONTEXTS_H

/*
 * Named contexts: each names a home folder, whose own files say which keys and which daemons. Below
 * $XDG_CONFIG_HOME/casewire (else ~/.config/casewire):
 *
 *   contexts/NAME   one line: the folder's absolute path
 *   current         one line: the name of the context in use
 */

#include "tool/cli.h"
#include "tool/files.h"

#define CONTEXT_NAME_LEN_MAX 40
#define CONTEXTS_MAX 200

struct context_names {
    size_t count;
    char at[CONTEXTS_MAX][CONTEXT_NAME_LEN_MAX + 1]; /* ascending */
};

/* false: there is no place for it (neither XDG_CONFIG_HOME nor HOME). */
bool contexts_folder(char out[static PATH_LEN_MAX]);
/* Letters, digits, dots, dashes and underscores, a letter or digit first. */
bool contexts_name_ok(const char *name);
bool contexts_current(char out[static CONTEXT_NAME_LEN_MAX + 1]);
/* The home folder that the context names; false: no such context. */
bool contexts_home(const char *name, char out[static PATH_LEN_MAX]);
void contexts_list(struct context_names *out);
enum cw_err contexts_put(const char *name, const char *home);
enum cw_err contexts_use(const char *name);
enum cw_err contexts_remove(const char *name);
/* Complains, with the nearest name. */
enum exit_code contexts_unknown(const struct cli *cli, const char *name);

#endif
