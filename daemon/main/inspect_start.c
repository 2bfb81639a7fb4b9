/* SPDX-License-Identifier: Apache-2.0 */
/* What a start would meet, beyond the settings: looked at while nothing runs, and nothing is changed. */
#include "main/inspect.h"

#include "host/file.h"
#include "host/lock_file.h"
#include "main/files.h"
#include "main/plug.h"
#include "main/say.h"
#include "net/listen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define GIB (1024.0 * 1024.0 * 1024.0)

/* --- telling: what is wrong on standard error, as the settings' check does; what is right on standard output -------- */

static bool tell_wrong(const char *what, const struct refusal *why)
{
    (void)fprintf(stderr, "casewired: %s: %s\n", what, why->text);
    return false;
}

static bool __attribute__((format(printf, 1, 2))) tell_right(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    (void)putchar('\n');
    return true;
}

/* --- looking -------------------------------------------------------------------------------------------------------- */

static bool is_free(const struct daemon *d)
{
    char path[FILE_PATH_LEN_MAX];
    struct refusal why = {0};

    if (file_join(d->settings.state_dir, "lock", path) != CW_OK)
        return true;
    return lock_file_look(path, &why) == CW_OK || tell_wrong("lock", &why);
}

static bool look_at_door(const char *setting, const char *address)
{
    struct refusal why = {0};

    return strncmp(address, "tcp://", 6) != 0 || listen_try(setting, address, &why) == CW_OK ||
           tell_wrong("doors", &why);
}

/* The places of sockets that are files the settings' check looks at. */
static bool look_at_doors(const struct daemon *d)
{
    const struct settings *s = &d->settings;
    bool peers = look_at_door("listen_peers", s->listen_peers);
    bool clients = look_at_door("listen_clients", s->listen_clients);
    bool metrics = look_at_door("listen_metrics", s->listen_metrics);

    return peers && clients && metrics &&
           tell_right("doors: nothing is in the way of %s and %s", s->listen_peers, s->listen_clients);
}

/* Shortens the path to a folder that is there: what is missing would be made in it. */
static void find_folder(char *path)
{
    char *slash;

    while (access(path, F_OK) != 0 && (slash = strrchr(path, '/')) != NULL && slash != path)
        *slash = '\0';
}

static bool look_at_room(const char *folder, uint64_t wanted)
{
    struct statvfs fs;
    struct refusal why = {0};

    if (statvfs(folder, &fs) != 0)
        return true; /* said already: the settings' check looks at folders */
    double available = (double)fs.f_frsize * (double)fs.f_bavail;
    if (available >= (double)wanted)
        return tell_right("disk: %.1f GiB are free", available / GIB);
    (void)refuse(&why, CW_LOCAL_NO_SPACE, "disk",
                 "%.1f GiB are free below %.120s: there is no room for the store's reserve", available / GIB, folder);
    return tell_wrong("disk", &why);
}

/* Before the first start, or where only a start may make what is missing. */
static bool look_at_place(const struct daemon *d, const char *what)
{
    char folder[FILE_PATH_LEN_MAX];
    struct refusal why = {0};

    (void)snprintf(folder, sizeof folder, "%s", d->settings.state_dir);
    find_folder(folder);
    bool local =
        store_check_filesystem(folder, &why) == CW_OK ? tell_right("store: %s", what) : tell_wrong("store", &why);
    bool room = look_at_room(folder, d->settings.reserve);
    return local && room;
}

static bool look_at_disk(struct daemon *d)
{
    struct refusal why = {0};
    struct store_stats stats;

    store_stats(d->store, &stats);
    if (!store_low_on_space(d->store))
        return tell_right("disk: %.1f GiB are free", (double)stats.disk_free_len / GIB);
    (void)refuse(&why, CW_LOCAL_NO_SPACE, "disk",
                 "the disk, or map_size, is nearly full (%.1f GiB are free): submissions would be refused",
                 (double)stats.disk_free_len / GIB);
    return tell_wrong("disk", &why);
}

static bool look_inside(struct daemon *d)
{
    struct refusal why = {0};
    bool good = files_open_store(d, true, &why) == CW_OK;

    if (!good)
        return tell_wrong("store", &why);
    if (store_is_cut_short(d->store)) {
        (void)refuse(&why, CW_LOCAL_CORRUPT, "store", "what was acknowledged last may be missing");
        good = tell_wrong("store", &why);
    } else {
        good = tell_right("store: %s/store can be opened", d->settings.state_dir);
    }
    bool room = look_at_disk(d);
    store_close(d->store);
    d->store = NULL;
    return good && room;
}

/* Opening makes LMDB's lock file where there is none: it would be ours, and the daemon could not have it. */
static bool look_at_store(struct daemon *d)
{
    char data[FILE_PATH_LEN_MAX], lock[FILE_PATH_LEN_MAX];

    if (file_join(d->settings.state_dir, "store/data.mdb", data) != CW_OK ||
        file_join(d->settings.state_dir, "store/lock.mdb", lock) != CW_OK)
        return true;
    if (access(lock, R_OK | W_OK) == 0)
        return look_inside(d);
    if (errno == EACCES)
        (void)fputs("casewired: warning: store is not for you to look at: ask as root\n", stderr);
    return errno == EACCES ||
           look_at_place(d, access(data, F_OK) == 0 ? "is where it can be opened, and was not looked into"
                                                    : "there is none yet; the first start makes it");
}

int inspect_start(struct daemon *d)
{
    if (!crypto_init())
        return say_exit_code(CW_LOCAL_SELF_TEST);
    bool lock = is_free(d), doors = !lock || look_at_doors(d); /* who has the lock has the ports, too */
    bool store = lock ? look_at_store(d) : look_at_place(d, "it is on a local disk; whoever has the lock has it open");
    return lock && doors && store ? EXIT_SUCCESS : EXIT_CONFIG;
}
