/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_LAB_H
#define CASEWIRE_TOOL_LAB_H

/*
 * A throw-away network in one folder: authority, certificates, settings, daemons as real processes.
 *
 *   lab.json                 divisions, ports, where the anchors are
 *   authority/               as authority.h says, keys in clear
 *   divisions/NAME/          key, cert, network, casewired.conf, casewired.log, pid, state/
 *   people/WHO@NAME/         home folders: key, cert, network, context
 *
 * Anchors must not survive a reboot, so they are in a folder of their own under /dev/shm.
 */

#include "tool/authority.h"
#include "tool/context.h"

#include <sys/types.h>

#define LAB_DIVISIONS_MAX 30
#define LAB_NAME_LEN_MAX 24

struct lab_division {
    char name[LAB_NAME_LEN_MAX + 1]; /* "north" */
    char code[DIVISION_LEN_MAX + 1]; /* "NTH" */
    unsigned peer_port, client_port;
    uint8_t curve_key[KEY_LEN];
};

struct lab {
    char dir[PATH_LEN_MAX]; /* absolute */
    char run_dir[PATH_LEN_MAX];
    uint32_t division_count;
    struct lab_division divisions[LAB_DIVISIONS_MAX];
};

struct lab_person {
    const char *who, *title, *roles;
};
extern const struct lab_person lab_people[]; /* ends with a NULL who */

/* lab_file.c: lab.json */
enum cw_err lab_save(const struct lab *lab);
enum exit_code lab_load(const struct cli *cli, struct lab *out);
const struct lab_division *lab_find(const struct lab *lab, const char *name); /* name or code; NULL */
/* "north,east,west" */
enum exit_code lab_read_divisions(const struct cli *cli, const char *text, struct lab *out);

/* lab_make.c: everything but running daemons. The fault names what failed. */
enum cw_err lab_make(struct lab *lab, struct cw_fault *fault);

/* cmd_lab_status.c: {"lab", "divisions": [...]}, each asked how it is */
void lab_print_json(struct cli *cli, const struct lab *lab);

/* lab_run.c: processes. */
bool lab_find_daemon(char out[static PATH_LEN_MAX]);
enum cw_err lab_spawn(const struct lab *lab, const struct lab_division *division, struct cw_fault *fault);
pid_t lab_pid(const struct lab *lab, const struct lab_division *division); /* 0: not running */
/* Sends the signal and waits until it is gone; SIGKILL when it does not go. */
void lab_end(const struct lab *lab, const struct lab_division *division, int number);

/* lab_wait.c */
/* A handle to the division's admin socket. */
enum cw_err lab_admin(const struct lab *lab, const struct lab_division *division, struct cw_client **out,
                      struct cw_fault *fault);
/* Until it answers on its admin socket; then hands it the authority's log. */
enum cw_err lab_ready(const struct lab *lab, const struct lab_division *division, int32_t timeout_ms,
                      struct cw_fault *fault);
/* Until the division itself shows its line to `peer` (a code) as cut, or no longer so. */
enum cw_err lab_shows_cut(const struct lab *lab, const struct lab_division *division, const char *peer, bool cut,
                          int32_t timeout_ms, struct cw_fault *fault);
/* Until each division is in step with all the others. */
enum cw_err lab_in_step(const struct lab *lab, int32_t timeout_ms, struct cw_fault *fault);

#endif
