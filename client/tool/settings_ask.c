/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/settings_ask.h"

#include "tool/lab.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool start(char **arguments, bool complaints, int out, pid_t *pid)
{
    char program[PATH_LEN_MAX];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t nothing;
    bool started;

    if (!lab_find_daemon(program))
        return false;
    sigemptyset(&nothing);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK); /* whatever waits here, it can be interrupted */
    posix_spawnattr_setsigmask(&attributes, &nothing);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (complaints)
        posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    else
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    started = posix_spawn(pid, program, &files, &attributes, arguments, environ) == 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return started;
}

/* All that it says is read, so that it ends; of it the beginning is kept. */
static void hear(int fd, struct settings_said *out)
{
    char more[512];
    ssize_t got;

    while ((got = out->len < SETTINGS_SAID_LEN_MAX ? read(fd, out->text + out->len, SETTINGS_SAID_LEN_MAX - out->len)
                                                   : read(fd, more, sizeof(more))) > 0)
        out->len += out->len < SETTINGS_SAID_LEN_MAX ? (size_t)got : 0;
    out->text[out->len] = '\0';
}

bool settings_ask(const char *config, const char *what, bool complaints, struct settings_said *out)
{
    char name[] = "casewired", option[] = "--config", file[PATH_LEN_MAX], question[32];
    char *arguments[] = {name, option, file, question, NULL};
    int ends[2], status = -1;
    pid_t pid;
    bool started;

    *out = (struct settings_said){.ended_with = -1};
    snprintf(file, sizeof(file), "%s", config);
    snprintf(question, sizeof(question), "%s", what);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    started = start(arguments, complaints, ends[1], &pid);
    close(ends[1]);
    if (started)
        hear(ends[0], out);
    close(ends[0]);
    if (started && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
        out->ended_with = WEXITSTATUS(status);
    return started;
}

/* Lines of a name, a tab and the value, which holds none. */
bool settings_value(const char *said, const char *name, char *out, size_t cap)
{
    size_t name_len = strlen(name);

    for (const char *line = said; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n' ? 1 : 0;
        if (strncmp(line, name, name_len) != 0 || line[name_len] != '\t')
            continue;
        line += name_len + 1;
        size_t len = strcspn(line, "\n");
        if (len >= cap)
            return false;
        memcpy(out, line, len);
        out[len] = '\0';
        return true;
    }
    return false;
}
