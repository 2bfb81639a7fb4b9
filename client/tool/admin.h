/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_ADMIN_H
#define CASEWIRE_TOOL_ADMIN_H

/*
 * A daemon of this machine as its administrator finds it: by the name of its unit's instance (NORTH of
 * casewired@NORTH), by --socket and --network, or by the context in use.
 */

#include "tool/context.h"

struct admin_at {
    char socket[PATH_LEN_MAX];
    char network[PATH_LEN_MAX]; /* the network's genesis; "" with a context, which has it */
    char config[PATH_LEN_MAX];  /* the settings' file; "": not known */
    char metrics[PATH_LEN_MAX]; /* where it answers programs that watch (page_get()); "": it does not */
    struct context context;
    bool has_context;
    struct cw_client *client; /* the context's, or our own; NULL until connected */
};

/* The options that say where; for a command's own table. */
#define ADMIN_OPTIONS                                                                                      \
    {"socket", "PATH", "the daemon's admin socket; else the context's"},                                   \
        {"network", "FILE", "the network's genesis, with --socket"},                                       \
    {                                                                                                      \
        "metrics", "WHERE", "where it is watched; else as its settings say it, or beside the admin socket" \
    }

/* Of commands that anybody may give, and an administrator without keys. */
#define ADMIN_DOOR_OPTIONS                                                                \
    {"socket", "PATH", "asked as its administrator, at this socket; no keys are needed"}, \
    {                                                                                     \
        "network", "FILE", "the network's genesis, with --socket"                         \
    }

/*
 * NAME, or --socket and --network: a client on that daemon's admin socket, and nobody's keys; else context_start(), for who
 * is meant. context_close() ends either. Complains.
 */
enum exit_code admin_or_context(const struct cli *cli, struct context *out);

/* Where it is; no connection yet. name: of the instance, or NULL. Complains. */
enum exit_code admin_find(const struct cli *cli, const char *name, struct admin_at *out);
/* Only where it answers programs that watch: --metrics, or as the settings of the instance say it. Complains. */
enum exit_code admin_find_pages(const struct cli *cli, const char *name, struct admin_at *out);
/* Where the settings at->config say that it is watched, unless --metrics says it; as before when they are wrong. */
void admin_settle_pages(const struct cli *cli, struct admin_at *at);
/* Opens the connection; what is in the way is in *fault. */
enum cw_err admin_connect(struct admin_at *at, struct cw_fault *fault);
void admin_close(struct admin_at *at);

/* A client on an admin socket of the network whose genesis is in the file. */
enum cw_err admin_open_at(const char *socket, const char *network, struct cw_client **out, struct cw_fault *fault);

#endif
