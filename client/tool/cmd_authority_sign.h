/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_AUTHORITY_SIGN_H
#define CASEWIRE_TOOL_CMD_AUTHORITY_SIGN_H

/* What all commands share that write into an authority's log. All of it complains by itself. */

#include "tool/authority.h"

#define SIGN_OPTIONS                                                                                        \
    {"dir", "DIR", "the authority's folder"},                                                               \
        {"socket", "PATH", "admin socket of a daemon, asked first whether this folder is the newest copy"}, \
    {                                                                                                       \
        "offline", NULL, "ask no daemon (before the first one runs)"                                        \
    }

/* The value of an option that must be there. */
enum exit_code authority_need(const struct cli *cli, const char *name, const char **out);
/* A new file's passphrase: the option's file, the terminal, or none when the command says so aloud. */
enum exit_code authority_new_passphrase(const struct cli *cli, struct buf *out);
/* Opens --dir with its key, after a daemon was asked whether the folder is the newest copy of the log. */
enum exit_code authority_open_to_sign(const struct cli *cli, struct buf *passphrase, struct authority *out);
/* The daemon's socket that was asked; none was: the place of one, with NAME for the division's. */
const char *authority_socket(const struct cli *cli);
/* Whether the daemon has now what the folder had before: a daemon keeps one branch, and drops others in silence. */
enum exit_code authority_check_published(const struct cli *cli, const char *dir, const struct authority *before,
                                         const char *socket);
/* The same of the log in a bundle, which may be older than what the daemon has. */
enum exit_code authority_check_bundle(const struct cli *cli, const char *file, const struct network_id *network,
                                      const struct log_id *log, const struct authority_ends *ends, const char *socket);
/* What was recorded, and how it gets to the daemons. */
void authority_tell_log(const struct cli *cli, const struct authority *a, const char *what);
/*
 * The certificate that --NAME means: at least 4 digits of its id, its file, or a home folder. Only certificates
 * that this authority issued and that still count.
 */
enum exit_code authority_find_cert(const struct cli *cli, const struct authority *a, const char *name,
                                   const struct trust_cert **out);

#endif
