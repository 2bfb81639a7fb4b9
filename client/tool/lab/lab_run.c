/* SPDX-License-Identifier: Apache-2.0 */
/* The lab's daemons as processes. A pid is believed only while its process still is the daemon. */
#include "tool/lab.h"

#include "lib/fault.h"
#include "lib/link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define END_MS 10000
#define CONFIG_OF "divisions/%s/casewired.conf"

/* $CASEWIRED, or the one beside this program, or the one in PATH. */
bool lab_find_daemon(char out[static PATH_LEN_MAX])
{
    const char *named = getenv("CASEWIRED");
    char self[PATH_LEN_MAX - 16];
    ssize_t len;

    if (named != NULL) {
        snprintf(out, PATH_LEN_MAX, "%s", named);
        return access(out, X_OK) == 0;
    }
    len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (len > 0) {
        self[len] = '\0';
        *strrchr(self, '/') = '\0';
        if (path_join(out, self, "casewired") && access(out, X_OK) == 0)
            return true;
    }
    snprintf(out, PATH_LEN_MAX, "/usr/sbin/casewired");
    return access(out, X_OK) == 0;
}

/* --- pids ----------------------------------------------------------------------------------------------- */

/* A number is used again, after a reboot by anybody: another's daemon has other arguments, as become() ends them. */
static bool was_started_with(pid_t pid, const char *config)
{
    char path[64], end[PATH_LEN_MAX + 16];
    int len = snprintf(end, sizeof(end), "--config%c%s", '\0', config) + 1;
    struct buf bytes = {0};
    bool yes;

    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    yes = len <= (int)sizeof(end) && file_read(path, 4096, &bytes) == CW_OK && bytes.len > (size_t)len &&
          memcmp(bytes.data + bytes.len - len, end, (size_t)len) == 0;
    buf_done(&bytes);
    return yes;
}

static bool is_daemon(pid_t pid)
{
    char path[64], text[512], *name;
    struct buf bytes = {0};
    bool yes;

    /* A child of ours that ended must be collected, or it looks alive. */
    waitpid(pid, NULL, WNOHANG);
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (file_read(path, 4096, &bytes) != CW_OK || bytes.len == 0) {
        buf_done(&bytes);
        return false;
    }
    snprintf(text, sizeof(text), "%.*s", (int)(bytes.len < 500 ? bytes.len : 500), (const char *)bytes.data);
    buf_done(&bytes);
    name = strrchr(text, ')');
    yes = strstr(text, "(casewire") != NULL && name != NULL && name[1] == ' ' && name[2] != 'Z' && name[2] != 'X';
    return yes;
}

/* Before it becomes the daemon, a child of ours still has our name and arguments; its number is nobody else's. */
static bool is_its_daemon(const struct lab *lab, const struct lab_division *d, pid_t pid)
{
    char config[PATH_LEN_MAX];

    return waitpid(pid, NULL, WNOHANG) == 0 ||
           (path_join(config, lab->dir, CONFIG_OF, d->name) && was_started_with(pid, config));
}

pid_t lab_pid(const struct lab *lab, const struct lab_division *d)
{
    char path[PATH_LEN_MAX];
    struct buf bytes = {0};
    long pid = 0;

    if (path_join(path, lab->dir, "divisions/%s/pid", d->name) && file_read(path, 32, &bytes) == CW_OK &&
        buf_add(&bytes, slice("", 1)) == CW_OK)
        pid = strtol((const char *)bytes.data, NULL, 10);
    buf_done(&bytes);
    return pid > 1 && is_daemon((pid_t)pid) && is_its_daemon(lab, d, (pid_t)pid) ? (pid_t)pid : 0;
}

/* --- starting ------------------------------------------------------------------------------------------- */

/* In the child: its own session, nothing of ours open, output to the log. */
_Noreturn static void become(const char *program, const char *config, const char *log)
{
    char name[] = "casewired", option[] = "--config", file[PATH_LEN_MAX];
    char *arguments[] = {name, option, file, NULL};
    int in = open("/dev/null", O_RDONLY), out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

    snprintf(file, sizeof(file), "%s", config);
    setsid();
    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(126);
    close_range(3, ~0U, 0); /* what a script or a make handed down, too: it waits until nobody has it */
    execv(program, arguments);
    _exit(127);
}

static enum cw_err write_pid(const struct lab *lab, const struct lab_division *d, pid_t pid)
{
    char path[PATH_LEN_MAX], text[32];
    int len = snprintf(text, sizeof(text), "%d\n", (int)pid);

    return path_join(path, lab->dir, "divisions/%s/pid", d->name) ? file_write(path, slice(text, (size_t)len), 0644)
                                                                  : CW_LOCAL_IO;
}

enum cw_err lab_spawn(const struct lab *lab, const struct lab_division *d, struct cw_fault *fault)
{
    char program[PATH_LEN_MAX], config[PATH_LEN_MAX], log[PATH_LEN_MAX], run[PATH_LEN_MAX];
    pid_t pid;

    if (!lab_find_daemon(program))
        return fault_set(fault, CW_LOCAL_NOT_FOUND, "casewired",
                         "the daemon's program was not found: build it, or set CASEWIRED");
    if (!path_join(config, lab->dir, CONFIG_OF, d->name) ||
        !path_join(log, lab->dir, "divisions/%s/casewired.log", d->name) ||
        !path_join(run, lab->run_dir, "%s", d->name))
        return fault_set(fault, CW_LOCAL_IO, lab->dir, "the folder's path is too long");
    if (folder_make(run, 0700) != CW_OK) /* after a reboot it is gone, as it should be */
        return fault_set(fault, CW_LOCAL_IO, run, "the folder for the anchor cannot be made");
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        become(program, config, log);
    if (pid < 0)
        return fault_set(fault, CW_LOCAL_IO, "casewired", "no process could be made");
    return write_pid(lab, d, pid) == CW_OK ? CW_OK : fault_plain(fault, CW_LOCAL_IO, d->name);
}

void lab_end(const struct lab *lab, const struct lab_division *d, int number)
{
    const struct timespec pause = {0, 10000000};
    struct cw_mono deadline = mono_after(link_now(), END_MS);
    pid_t pid = lab_pid(lab, d);

    if (pid == 0)
        return;
    kill(pid, number);
    while (is_daemon(pid)) {
        if (link_ms_left(deadline) == 0)
            kill(pid, SIGKILL);
        nanosleep(&pause, NULL);
    }
}
