/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONF_UNIT_H
#define CASEWIRE_CONF_UNIT_H

/*
 * Where the service manager lets a division's daemon write, as far as the text of its unit says so: casewired@.service and the
 * drop-ins of casewired@NAME. Whoever checks settings by hand is another user in another name space: where he may write says nothing.
 * What the text leaves open (a root of its own, mounts, other specifiers than %i) is never judged.
 */

#include "conf/settings.h"

#define UNIT_PATHS_MAX 48
#define UNIT_INSTANCE_LEN_MAX 63

struct unit_path {
    uint8_t row; /* of the directive that named it: an empty one takes back what it said before */
    bool writable;
    char path[SETTINGS_PATH_LEN_MAX + 1];
};

struct unit {
    char instance[UNIT_INSTANCE_LEN_MAX + 1];
    char config[SETTINGS_PATH_LEN_MAX + 1]; /* of ExecStart=, with %i as it stands there */
    bool strict_system, dynamic_user;       /* with either, nothing is writable but what is named */
    bool undecided;
    uint32_t path_count;
    struct unit_path paths[UNIT_PATHS_MAX];
};

#define UNIT_TEXT_LEN_MAX 65536
/* Adds what a unit's file or drop-in says in [Service], in the service manager's grammar. About 25 KiB: not for a small stack. */
void unit_take(struct unit *unit, struct cw_slice text);
/* False also where it is not decided. */
bool unit_cannot_write(const struct unit *unit, const char *path);

/*
 * The unit that is started with these settings: casewired@NAME of whose ExecStart= they are. root: "", or where a test has its
 * unit files. False: there is none, or it cannot be read whole.
 */
bool unit_find(const char *root, const char *config, struct unit *out);

/* A warning for each setting whose folder the unit cannot write, with what a drop-in must say. */
void unit_check_folders(const struct unit *unit, const struct settings *s, struct problems *warnings);

#endif
