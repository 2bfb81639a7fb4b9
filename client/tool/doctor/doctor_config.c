/* SPDX-License-Identifier: Apache-2.0 */
/* Settings are the daemon's own business: its program is asked what is wrong with them. */
#include "tool/doctor.h"
#include "tool/lab.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_LEN_MAX 16384

static bool start(const char *program, const char *config, int out, pid_t *pid)
{
    char name[] = "casewired", option[] = "--config", check[] = "--check-config", file[PATH_LEN_MAX];
    char *arguments[] = {name, option, file, check, NULL};
    posix_spawn_file_actions_t files;
    bool started;

    snprintf(file, sizeof(file), "%s", config);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    started = posix_spawn(pid, program, &files, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&files);
    return started;
}

/* All that it says is read, so that it ends; of it the beginning is kept. */
static size_t hear(int fd, char said[static SAID_LEN_MAX])
{
    char more[512];
    size_t len = 0;
    ssize_t got;

    while ((got = len < SAID_LEN_MAX ? read(fd, said + len, SAID_LEN_MAX - len) : read(fd, more, sizeof(more))) > 0)
        len += len < SAID_LEN_MAX ? (size_t)got : 0;
    return len;
}

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
    char program[PATH_LEN_MAX], said[SAID_LEN_MAX];
    int ends[2], status = -1;
    pid_t pid;

    if (!lab_find_daemon(program) || pipe2(ends, O_CLOEXEC) != 0)
        return false;
    lend_credentials(config);
    bool started = start(program, config, ends[1], &pid);
    unsetenv("CREDENTIALS_DIRECTORY");
    close(ends[1]);
    size_t len = started ? hear(ends[0], said) : 0;
    close(ends[0]);
    if (!started)
        return false;
    if (waitpid(pid, &status, 0) == pid)
        doctor_judge_config(f, config, WIFEXITED(status) ? WEXITSTATUS(status) : -1, slice(said, len));
    return true;
}
