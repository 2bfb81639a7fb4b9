/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/unit.h"

#include <stdio.h>

#define IN_DROP_IN "a drop-in (systemctl edit casewired@%s) says below [Service]: "

/* --- whether --------------------------------------------------------------------------------------------------- */

/* Length of the folder when the path is it, or in it; else 0. */
static size_t covers(const char *folder, const char *path)
{
    size_t len = strlen(folder);

    while (len > 1 && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0') ? len : 0;
}

/* A strict system leaves them as they are; what PrivateTmp= and PrivateDevices= put there, the daemon may write. */
static bool is_left_out(const char *path)
{
    static const char *const others[] = {"/dev", "/proc", "/sys", "/tmp", "/var/tmp"};
    bool found = false;

    for (size_t i = 0; i < CW_COUNT(others); i++)
        found = found || covers(others[i], path) != 0;
    return found;
}

/* The innermost that is named decides; where two say different things of one folder, nothing here does. */
bool unit_cannot_write(const struct unit *unit, const char *path)
{
    size_t writable = 0, closed = 0;

    if (unit->undecided || !(unit->strict_system || unit->dynamic_user) || is_left_out(path))
        return false;
    for (uint32_t i = 0; i < unit->path_count; i++) {
        size_t len = covers(unit->paths[i].path, path);
        size_t *most = unit->paths[i].writable ? &writable : &closed;

        if (len > *most)
            *most = len;
    }
    return writable == 0 || closed > writable;
}

/* --- what then ------------------------------------------------------------------------------------------------- */

/* The unit's own folder in this one: state_dir and run_dir are above it when they are not set. */
static const char *own_below(const struct unit *unit, const char *path)
{
    for (uint32_t i = 0; i < unit->path_count; i++)
        if (unit->paths[i].writable && covers(path, unit->paths[i].path) != 0)
            return unit->paths[i].path;
    return NULL;
}

/* Below the folders that the service manager makes, it makes this one too, and gives it to the daemon's user. */
static void say_what_to_write(const struct unit *unit, const char *path, char *out, size_t cap)
{
    const char *own = own_below(unit, path);

    if (own != NULL)
        snprintf(out, cap, "it can %.200s: set that", own);
    else if (covers("/run", path) == 4 && path[4] == '/')
        snprintf(out, cap, IN_DROP_IN "RuntimeDirectory=%.160s", unit->instance, path + 5);
    else if (covers("/var/lib", path) == 8 && path[8] == '/' && covers("/var/lib/private", path) == 0)
        snprintf(out, cap, IN_DROP_IN "StateDirectory=%.160s", unit->instance, path + 9);
    else
        snprintf(out, cap, IN_DROP_IN "ReadWritePaths=%.100s (a folder of the user casewire-%s, whom you make)",
                 unit->instance, path, unit->instance);
}

static void check(const struct unit *unit, const struct settings *s, const char *name, const char *path,
                  struct problems *warnings)
{
    char line[SETTINGS_PATH_LEN_MAX + 1];

    if (!unit_cannot_write(unit, path))
        return;
    say_what_to_write(unit, path, line, sizeof line);
    problem_add(warnings, s->file, settings_line(s, name), "%s: casewired@%s.service cannot write %.100s; %s", name,
                unit->instance, path, line);
}

static void check_folder_of(const struct unit *unit, const struct settings *s, const char *name, const char *socket,
                            struct problems *warnings)
{
    char folder[SETTINGS_PATH_LEN_MAX + 1];
    const char *slash = strrchr(socket, '/');

    if (slash == NULL || socket[0] != '/')
        return;
    snprintf(folder, sizeof folder, "%.*s", slash == socket ? 1 : (int)(slash - socket), socket);
    if (strcmp(folder, s->run_dir) != 0) /* of which it was said */
        check(unit, s, name, folder, warnings);
}

void unit_check_folders(const struct unit *unit, const struct settings *s, struct problems *warnings)
{
    check(unit, s, "state_dir", s->state_dir, warnings);
    check(unit, s, "run_dir", s->run_dir, warnings);
    check_folder_of(unit, s, "admin_socket", s->admin_socket, warnings);
    check_folder_of(unit, s, "listen_metrics", s->listen_metrics, warnings);
}
