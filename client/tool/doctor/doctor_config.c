/* SPDX-License-Identifier: Apache-2.0 */
/* Settings are the daemon's own business: its program is asked what is wrong with them. */
#include "tool/doctor.h"
#include "tool/enrol.h"
#include "tool/settings_ask.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the daemon's program finds a key that is not on the disk in clear: $CREDENTIALS_DIRECTORY, "" when it has none. */
struct lent {
    char dir[PATH_LEN_MAX];
    bool made; /* by us, in memory: it goes again */
};

/* Root of this machine may decrypt what the service manager would. */
static void decrypt_key(const char *settings, struct lent *out)
{
    struct host host = {0};
    struct buf key = {0};
    char path[PATH_LEN_MAX];

    snprintf(host.settings, sizeof(host.settings), "%s", settings);
    snprintf(out->dir, sizeof(out->dir), "/run/casewire-doctor.XXXXXX");
    out->made = host_decrypt_keys(&host, &key, NULL) == CW_OK && mkdtemp(out->dir) != NULL;
    if (!out->made)
        out->dir[0] = '\0';
    else if (path_join(path, out->dir, "key"))
        (void)file_write(path, buf_slice(&key), 0600); /* without it the check says that there is no key */
    wipe(key.data, key.cap);
    buf_done(&key);
}

/*
 * A key that is encrypted on disk, only the service manager can read; but what it handed to the running daemon, root may
 * look at, and decrypt what it would hand to one that does not run. With no plain key beside the settings of an instance,
 * that is what is checked. With one never: it may be another by now, which is what the check is for.
 */
static void lend(const char *config, struct lent *out)
{
    static const char name[] = "/casewire.conf";
    const char *end = strrchr(config, '/'), *begin = end;
    char settings[PATH_LEN_MAX], key[PATH_LEN_MAX];

    *out = (struct lent){0};
    if (end == NULL || strcmp(end, name) != 0)
        return;
    while (begin > config && begin[-1] != '/')
        begin--;
    snprintf(settings, sizeof(settings), "%.*s", (int)(end - config), config);
    if (!path_join(key, settings, "key") || file_exists(key))
        return;
    snprintf(out->dir, sizeof(out->dir), "/run/credentials/casewired@%.*s.service", (int)(end - begin), begin);
    if (access(out->dir, R_OK) != 0)
        decrypt_key(settings, out);
}

static void take_back(const struct lent *lent)
{
    char path[PATH_LEN_MAX];

    if (lent->made && path_join(path, lent->dir, "key")) {
        unlink(path);
        rmdir(lent->dir);
    }
}

bool doctor_ask_config(struct findings *f, const char *config)
{
    struct settings_said said;
    struct lent lent;
    bool heard;

    lend(config, &lent);
    if (lent.dir[0] != '\0')
        setenv("CREDENTIALS_DIRECTORY", lent.dir, 1);
    heard = settings_ask(config, "--check-config", true, &said);
    unsetenv("CREDENTIALS_DIRECTORY");
    take_back(&lent);
    if (heard)
        doctor_judge_config(f, config, said.ended_with, slice(said.text, said.len));
    return heard;
}
