/* SPDX-License-Identifier: Apache-2.0 */
/* Settings are the daemon's own business: its program is asked what is wrong with them. */
#include "tool/doctor.h"
#include "tool/enrol.h"
#include "tool/settings_ask.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENT "casewire-doctor."

/* Where the daemon's program finds a key that is not on the disk in clear: $CREDENTIALS_DIRECTORY, "" when it has none. */
struct lent {
    char dir[PATH_LEN_MAX];
    int made;        /* by us, in memory, locked: it goes again. -1: it was not */
    sigset_t before; /* what was blocked, while it is there */
};

/* --- what is made goes again --------------------------------------------------------------------------------- */

/* False: it is in use, or not ours. */
static bool lock_folder(int fd)
{
    struct stat info;

    return fd >= 0 && fstat(fd, &info) == 0 && info.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void remove_folder(int at, const char *name, int fd)
{
    unlinkat(fd, "key", 0);
    unlinkat(fd, "key.new", 0); /* that was not written to its end */
    unlinkat(at, name, AT_REMOVEDIR);
}

/* What those before us left that were killed: nobody has it locked any more. */
static void sweep(const char *run)
{
    DIR *dir = opendir(run);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        int fd;

        if (strncmp(entry->d_name, LENT, strlen(LENT)) != 0)
            continue;
        fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (lock_folder(fd))
            remove_folder(dirfd(dir), entry->d_name, fd);
        if (fd >= 0)
            close(fd);
    }
    if (dir != NULL)
        closedir(dir);
}

/* From here on until take_back(), who interrupts us has to wait. */
static void hold_signals(struct lent *lent)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t held;

    sigemptyset(&held);
    for (size_t i = 0; i < CW_COUNT(numbers); i++)
        sigaddset(&held, numbers[i]);
    pthread_sigmask(SIG_BLOCK, &held, &lent->before);
}

static void make_folder(const char *run, struct lent *out)
{
    snprintf(out->dir, sizeof(out->dir), "%s/" LENT "XXXXXX", run);
    hold_signals(out);
    if (mkdtemp(out->dir) != NULL)
        out->made = open(out->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (lock_folder(out->made))
        return;
    rmdir(out->dir);
    if (out->made >= 0)
        close(out->made);
    out->made = -1;
    out->dir[0] = '\0';
    pthread_sigmask(SIG_SETMASK, &out->before, NULL);
}

static void take_back(struct lent *lent)
{
    if (lent->made < 0)
        return;
    remove_folder(AT_FDCWD, lent->dir, lent->made);
    close(lent->made);
    lent->made = -1;
    pthread_sigmask(SIG_SETMASK, &lent->before, NULL);
}

/* --- lending ------------------------------------------------------------------------------------------------- */

/* Root of this machine may decrypt what the service manager would. */
static void decrypt_key(const char *settings, const char *run, struct lent *out)
{
    struct host host = {0};
    struct buf key = {0};
    char path[PATH_LEN_MAX];

    snprintf(host.settings, sizeof(host.settings), "%s", settings);
    out->dir[0] = '\0';
    if (host_decrypt_keys(&host, &key, NULL) == CW_OK)
        make_folder(run, out);
    if (out->made >= 0 && path_join(path, out->dir, "key"))
        (void)file_write(path, buf_slice(&key), 0600); /* without it the check says that there is no key */
    wipe(key.data, key.cap);
    buf_done(&key);
}

/*
 * A key that is encrypted on disk, only the service manager can read; but what it handed to the running daemon, root may
 * look at, and decrypt what it would hand to one that does not run. With no plain key beside the settings of an instance,
 * that is what is checked. With one never: it may be another by now, which is what the check is for.
 */
static void lend(const char *config, const char *run, struct lent *out)
{
    static const char name[] = "/casewire.conf";
    const char *end = strrchr(config, '/'), *begin = end;
    char settings[PATH_LEN_MAX], key[PATH_LEN_MAX];

    *out = (struct lent){.made = -1};
    if (end == NULL || strcmp(end, name) != 0)
        return;
    while (begin > config && begin[-1] != '/')
        begin--;
    snprintf(settings, sizeof(settings), "%.*s", (int)(end - config), config);
    if (!path_join(key, settings, "key") || file_exists(key))
        return;
    snprintf(out->dir, sizeof(out->dir), "%s/credentials/casewired@%.*s.service", run, (int)(end - begin), begin);
    if (access(out->dir, R_OK) != 0)
        decrypt_key(settings, run, out);
}

bool doctor_ask_config(struct findings *f, const char *config, const char *run)
{
    struct settings_said said;
    struct lent lent;
    bool heard;

    sweep(run);
    lend(config, run, &lent);
    if (lent.dir[0] != '\0')
        setenv("CREDENTIALS_DIRECTORY", lent.dir, 1);
    heard = settings_ask(config, "--check-config", true, &said);
    unsetenv("CREDENTIALS_DIRECTORY");
    take_back(&lent);
    if (heard)
        doctor_judge_config(f, config, said.ended_with, slice(said.text, said.len));
    return heard;
}
