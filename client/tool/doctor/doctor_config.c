/* SPDX-License-Identifier: Apache-2.0 */
/* Settings are the daemon's own business: its program is asked what is wrong with them. */
#include "tool/doctor.h"
#include "tool/settings_ask.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A key that is encrypted on disk, only the service manager can read; but what it handed to the running daemon, root may
 * look at. With no plain key beside the settings of an instance, that is what is checked. With one never: it may be
 * another by now, which is what the check is for.
 */
static void lend_credentials(const char *config)
{
    static const char name[] = "/casewire.conf";
    const char *end = strrchr(config, '/'), *begin = end;
    char key[PATH_LEN_MAX], credentials[PATH_LEN_MAX];

    if (end == NULL || strcmp(end, name) != 0)
        return;
    while (begin > config && begin[-1] != '/')
        begin--;
    snprintf(key, sizeof(key), "%.*s/key", (int)(end - config), config);
    snprintf(credentials, sizeof(credentials), "/run/credentials/casewired@%.*s.service", (int)(end - begin), begin);
    if (access(key, F_OK) != 0 && access(credentials, R_OK) == 0)
        setenv("CREDENTIALS_DIRECTORY", credentials, 1);
}

bool doctor_ask_config(struct findings *f, const char *config)
{
    struct settings_said said;
    bool heard;

    lend_credentials(config);
    heard = settings_ask(config, "--check-config", true, &said);
    unsetenv("CREDENTIALS_DIRECTORY");
    if (heard)
        doctor_judge_config(f, config, said.ended_with, slice(said.text, said.len));
    return heard;
}
