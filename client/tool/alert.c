/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/alert.h"

#include "lib/fault.h"
#include "lib/link.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENVIRONMENT_MAX 1024

static void tell(const struct alerts *a, const struct alert *alert, const char *what, int number)
{
    char sentence[300];

    snprintf(sentence, sizeof(sentence), "the alert for %s %s", alert->hook->role, what);
    if (number >= 0)
        snprintf(sentence + strlen(sentence), sizeof(sentence) - strlen(sentence), " %d", number);
    snprintf(sentence + strlen(sentence), sizeof(sentence) - strlen(sentence), ": %.120s", alert->hook->command);
    a->report(a->context, sentence);
}

/* --- the line's options ------------------------------------------------------------------------------------ */

static enum exit_code read_hook(const struct cli *cli, const char *text, struct alert_hook *out)
{
    size_t len = strcspn(text, "=");
    const char *command = text[len] == '=' ? text + len + 1 : "";

    if (len > 0 && len < sizeof(out->role) && command[0] != '\0') {
        memcpy(out->role, text, len);
        out->role[len] = '\0';
        out->command = command;
        if (schema_roles_parse(slice(text, len), &out->roles) && out->roles != R_NONE)
            return EXIT_DONE;
    }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the option was not understood", text,
                                      "it is ROLE=COMMAND, like INSP='page 12'; any for every role",
                                      "casewire inbox --help"});
}

enum exit_code alerts_read(const struct cli *cli, struct alerts *out)
{
    enum exit_code code = EXIT_DONE;
    const char *text;
    int at = 0;

    if (!cli_duration(cli, "alert-time", INT64_C(600000), ALERT_LIMIT_MS_DEFAULT, &out->limit_ms))
        return EXIT_USAGE;
    while (code == EXIT_DONE && (text = cli_next(cli, "alert", &at)) != NULL) {
        if (out->hook_count == ALERT_HOOKS_MAX)
            return complain(cli, EXIT_USAGE,
                            &(struct trouble){"too many alerts", "--alert", "at most 16", "casewire inbox --help"});
        code = read_hook(cli, text, &out->hooks[out->hook_count]);
        out->hook_count += code == EXIT_DONE;
    }
    return code;
}

uint32_t alerts_roles(const struct alerts *a)
{
    uint32_t roles = 0;

    for (size_t i = 0; i < a->hook_count; i++)
        roles |= a->hooks[i].roles;
    return roles;
}

/* --- one alert ---------------------------------------------------------------------------------------------- */

static char *variable(const char *name, const char *value)
{
    size_t room = strlen(name) + strlen(value) + 2;
    char *text = malloc(room);

    CW_ASSERT(text != NULL);
    snprintf(text, room, "%s=%s", name, value);
    return text;
}

static void fill(struct alert *alert, const struct waiting *item)
{
    char reference[64], title[200], risk[40], id[2 * CW_ID_LEN + 1] = "";

    if (item->view->case_id.len == CW_ID_LEN)
        hex_of(wire_slice(item->view->case_id), id);
    TEXT(item->view->human_ref, reference);
    TEXT(item->view->title, title);
    TEXT(item->view->risk, risk);
    alert->env[0] = variable("CASEWIRE_ALERT_ROLE", alert->hook->role);
    alert->env[1] = variable("CASEWIRE_ALERT_CLASS", waiting_words[item->class]);
    alert->env[2] = variable("CASEWIRE_ALERT_CASE", id);
    alert->env[3] = variable("CASEWIRE_ALERT_REFERENCE", reference);
    alert->env[4] = variable("CASEWIRE_ALERT_TITLE", title);
    alert->env[5] = variable("CASEWIRE_ALERT_RISK", risk);
    alert->env[6] = variable("CASEWIRE_ALERT_TEXT", item->text);
    alert->env[7] = variable("CASEWIRE_ALERT_NEXT", item->next);
}

static void clear(struct alert *alert)
{
    for (size_t i = 0; i < ALERT_ENV_COUNT; i++)
        free(alert->env[i]);
    *alert = (struct alert){.pid = 0};
}

/* Ours in front: what is inherited cannot pretend to be an alert's. */
static void environment(const struct alert *alert, char **out)
{
    size_t count = 0;

    for (size_t i = 0; i < ALERT_ENV_COUNT; i++)
        out[count++] = alert->env[i];
    for (char **at = environ; at != NULL && *at != NULL && count < ENVIRONMENT_MAX; at++)
        if (strncmp(*at, "CASEWIRE_ALERT_", 15) != 0)
            out[count++] = *at;
    out[count] = NULL;
}

/* libzmq has threads, so nothing of ours may run between fork and exec: posix_spawn. */
static bool spawn(struct alert *alert)
{
    char shell[] = "/bin/sh", option[] = "-c", *environment_of[ENVIRONMENT_MAX + 1];
    char *arguments[] = {shell, option, (char *)(uintptr_t)alert->hook->command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int out = hook_output_open(&alert->output);
    bool started;

    if (out < 0)
        return false;
    sigemptyset(&none);
    sigfillset(&all);
    environment(alert, environment_of);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    started = posix_spawn(&alert->pid, shell, &files, &attributes, arguments, environment_of) == 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(out);
    if (!started)
        hook_output_end(&alert->output);
    return started;
}

static void start(struct alerts *a, struct alert *alert, struct cw_mono now)
{
    for (size_t i = 0; i < ALERTS_AT_ONCE; i++) {
        if (a->running[i].hook != NULL)
            continue;
        alert->until = mono_after(now, a->limit_ms);
        if (!spawn(alert)) {
            tell(a, alert, "could not be started", -1);
            clear(alert);
            return;
        }
        a->running[i] = *alert;
        return;
    }
    if (a->waiting_count < ALERTS_WAITING_MAX) {
        a->waiting[a->waiting_count++] = *alert;
        return;
    }
    tell(a, alert, "was not run: too many wait", -1);
    clear(alert);
}

void alerts_new(struct alerts *a, const struct waiting *item, uint32_t concerns, struct cw_mono now)
{
    for (size_t i = 0; i < a->hook_count; i++) {
        struct alert alert = {.hook = &a->hooks[i]};

        if ((a->hooks[i].roles & concerns) == 0)
            continue;
        fill(&alert, item);
        start(a, &alert, now);
    }
}

/* --- all of them ------------------------------------------------------------------------------------------- */

static void judge(const struct alerts *a, struct alert *alert, int status)
{
    hook_output_end(&alert->output);
    if (alert->output.cut)
        tell(a, alert, "printed more, which is left out, than", HOOK_OUTPUT_LEN_MAX);
    if (alert->ended)
        tell(a, alert, "took too long and was ended", -1);
    else if (WIFSIGNALED(status))
        tell(a, alert, "was ended by signal", WTERMSIG(status));
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        tell(a, alert, "ended with", WEXITSTATUS(status));
}

/* First asked to end, then made to: the whole group, so that what it started goes with it. */
static void end_late(struct alert *alert, struct cw_mono now)
{
    kill(-alert->pid, alert->ended ? SIGKILL : SIGTERM);
    alert->ended = true;
    alert->until = mono_after(now, ALERT_GRACE_MS);
}

static void start_waiting(struct alerts *a, struct cw_mono now)
{
    size_t running = 0;

    for (size_t i = 0; i < ALERTS_AT_ONCE; i++)
        running += a->running[i].hook != NULL;
    while (running < ALERTS_AT_ONCE && a->waiting_count > 0) {
        struct alert next = a->waiting[0];

        a->waiting_count--;
        memmove(&a->waiting[0], &a->waiting[1], a->waiting_count * sizeof(a->waiting[0]));
        start(a, &next, now);
        running++;
    }
}

void alerts_look(struct alerts *a, struct cw_mono now)
{
    for (size_t i = 0; i < ALERTS_AT_ONCE; i++) {
        struct alert *alert = &a->running[i];
        int status;

        if (alert->hook == NULL)
            continue;
        hook_output_take(&alert->output);
        if (waitpid(alert->pid, &status, WNOHANG) == alert->pid) {
            if (alert->ended)
                kill(-alert->pid, SIGKILL); /* what it left behind */
            judge(a, alert, status);
            clear(alert);
        } else if (mono_reached(now, alert->until)) {
            end_late(alert, now);
        }
    }
    start_waiting(a, now);
}

size_t alerts_wait(const struct alerts *a, struct pollfd out[static ALERTS_AT_ONCE])
{
    size_t count = 0;

    for (size_t i = 0; i < ALERTS_AT_ONCE; i++)
        if (a->running[i].hook != NULL && a->running[i].output.open)
            out[count++] = (struct pollfd){.fd = a->running[i].output.fd, .events = POLLIN};
    return count;
}

struct cw_mono alerts_until(const struct alerts *a)
{
    struct cw_mono until = CW_NEVER;

    for (size_t i = 0; i < ALERTS_AT_ONCE; i++)
        if (a->running[i].hook != NULL)
            until = mono_earlier(until, a->running[i].until);
    return until;
}

void alerts_done(struct alerts *a)
{
    for (size_t i = 0; i < ALERTS_AT_ONCE; i++) {
        if (a->running[i].hook == NULL)
            continue;
        kill(-a->running[i].pid, SIGKILL);
        waitpid(a->running[i].pid, NULL, 0);
        hook_output_end(&a->running[i].output);
        clear(&a->running[i]);
    }
    for (size_t i = 0; i < a->waiting_count; i++)
        clear(&a->waiting[i]);
    a->waiting_count = 0;
}
