/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/hook.h"

#include "proto/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENVIRONMENT_MAX 1024
#define OURS_MAX 9
#define VARIABLE_LEN_MAX (HOOK_TEXT_LEN_MAX + 40)

static void report(const struct hooks *h, const char *what, int number)
{
    char sentence[400];

    if (number < 0)
        snprintf(sentence, sizeof(sentence), "the alert about %.80s %s: %.200s", h->running.news.event, what,
                 h->running.hook->words[0]);
    else
        snprintf(sentence, sizeof(sentence), "the alert about %.80s %s %d: %.200s", h->running.news.event, what, number,
                 h->running.hook->words[0]);
    h->report(h->context, sentence);
}

/* --- one run -------------------------------------------------------------------------------------------------------- */

/* Ours in front: what is inherited cannot pretend to be an alert's. */
static void environment(const struct hook_news *news, char ours[static OURS_MAX][VARIABLE_LEN_MAX], char **out)
{
    const struct {
        const char *name, *value;
    } all[] = {{"KIND", hook_kinds[news->kind]},
               {"EVENT", news->event},
               {"DIVISION", news->division},
               {"PEER", news->peer},
               {"CODE", news->code},
               {"CASE", news->case_id},
               {"ROLES", news->roles},
               {"TEXT", news->text}};
    size_t count = 0;

    for (; count < CW_COUNT(all); count++) {
        snprintf(ours[count], VARIABLE_LEN_MAX, "CASEWIRE_ALERT_%s=%s", all[count].name, all[count].value);
        out[count] = ours[count];
    }
    snprintf(ours[count], VARIABLE_LEN_MAX, "CASEWIRE_ALERT_MORE=%u", news->held_back);
    out[count] = ours[count];
    count++;
    for (char **at = environ; at != NULL && *at != NULL && count < ENVIRONMENT_MAX; at++)
        if (strncmp(*at, "CASEWIRE_ALERT_", 15) != 0)
            out[count++] = *at;
    out[count] = NULL;
}

/* A pipe that holds the text already: nobody waits for whoever reads it. -1: there is none. */
static int text_pipe(const struct hook_news *news)
{
    char text[HOOK_TEXT_LEN_MAX + 200];
    int ends[2];
    int len = snprintf(text, sizeof(text), "%s\n", news->text);

    if (len > 0 && news->held_back > 0)
        len += snprintf(text + len, sizeof(text) - (size_t)len, "The same happened %u times since it was told last.\n",
                        news->held_back);
    if (len < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    bool whole = write(ends[1], text, (size_t)len) == len;
    close(ends[1]);
    if (whole && fcntl(ends[0], F_SETFL, 0) == 0)
        return ends[0];
    close(ends[0]);
    return -1;
}

static void close_both(int in, int out)
{
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
}

/* Between fork and exec nothing of ours runs: posix_spawn. What it prints goes where our own reports go. */
static bool spawn(struct hooks *h)
{
    const struct hook_run *run = &h->running;
    char ours[OURS_MAX][VARIABLE_LEN_MAX], *environment_of[ENVIRONMENT_MAX + 1];
    char *words[HOOK_WORDS_MAX + 1];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int in = text_pipe(&run->news), out = hook_output_open(&h->output);
    bool started;

    if (in < 0 || out < 0) {
        close_both(in, out);
        hook_output_end(&h->output);
        return false;
    }
    for (size_t i = 0; i <= HOOK_WORDS_MAX; i++)
        words[i] = (char *)(uintptr_t)run->hook->words[i];
    sigemptyset(&none);
    sigfillset(&all);
    environment(&run->news, ours, environment_of);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    started = posix_spawn(&h->pid, words[0], &files, &attributes, words, environment_of) == 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close_both(in, out);
    if (!started)
        hook_output_end(&h->output);
    return started;
}

/* The next that waits, when nothing runs; one that cannot be started is reported, and passed over. */
static void start_next(struct hooks *h, struct cw_mono now)
{
    while (h->running.hook == NULL && h->waiting_count > 0) {
        h->running = h->waiting[0];
        h->waiting_count--;
        memmove(&h->waiting[0], &h->waiting[1], h->waiting_count * sizeof(h->waiting[0]));
        h->until = mono_after(now, h->limit_ms);
        h->ended = false;
        if (spawn(h))
            return;
        report(h, "could not be started", -1);
        h->running.hook = NULL;
    }
}

/* --- who is told ------------------------------------------------------------------------------------------------------ */

static void mix(uint64_t *hash, const char *text)
{
    do {
        *hash = (*hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
    } while (*text++ != '\0');
}

static uint64_t what_is_it(const struct hook_news *news)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    mix(&hash, hook_kinds[news->kind]);
    mix(&hash, news->event);
    mix(&hash, news->peer);
    mix(&hash, news->case_id);
    return hash;
}

/* Its place; when all are taken, that of the one told longest ago. */
static struct hook_again *again_of(struct hooks *h, uint64_t what)
{
    struct hook_again *oldest = &h->again[0];

    for (size_t i = 0; i < h->again_count; i++) {
        if (h->again[i].what == what)
            return &h->again[i];
        oldest = h->again[i].told.ms < oldest->told.ms ? &h->again[i] : oldest;
    }
    if (h->again_count < HOOK_AGAIN_MAX)
        oldest = &h->again[h->again_count++];
    *oldest = (struct hook_again){.what = what, .told = {INT64_MIN}};
    return oldest;
}

/* Of duties nothing is held back, as in the journal: each line is of another one, or reaches somebody else. */
static bool may_tell(struct hooks *h, const struct hook_news *news, struct cw_mono now, uint32_t *out_held_back)
{
    if (news->kind == HOOK_DUTY)
        return true;
    struct hook_again *a = again_of(h, what_is_it(news));
    if (a->told.ms != INT64_MIN && !mono_reached(now, mono_after(a->told, h->again_ms))) {
        a->held_back++;
        return false;
    }
    *out_held_back = a->held_back;
    a->told = now;
    a->held_back = 0;
    return true;
}

static bool is_for(const struct hook *hook, const struct hook_news *news)
{
    uint32_t roles;

    if ((hook->kinds & (1U << news->kind)) == 0)
        return false;
    if (news->kind != HOOK_DUTY || hook->roles == R_ANY || strcmp(news->roles, "anyone") == 0)
        return true;
    return schema_roles_parse(slice_of(news->roles), &roles) && (roles & hook->roles) != 0;
}

void hooks_tell(struct hooks *h, const struct hook_news *news, struct cw_mono now)
{
    uint32_t held_back = 0;

    if (!may_tell(h, news, now, &held_back))
        return;
    for (size_t i = 0; i < h->count; i++) {
        if (!is_for(&h->at[i], news))
            continue;
        if (h->waiting_count == HOOK_WAITING_MAX) {
            h->report(h->context, "an alert was not told of: too many wait");
            continue;
        }
        struct hook_run *run = &h->waiting[h->waiting_count++];
        *run = (struct hook_run){&h->at[i], *news};
        run->news.held_back = held_back;
    }
    start_next(h, now);
}

/* --- all of them ------------------------------------------------------------------------------------------------------ */

static void judge(struct hooks *h, int status)
{
    hook_output_end(&h->output);
    if (h->output.cut)
        report(h, "printed more, which is left out, than", HOOK_OUTPUT_LEN_MAX);
    if (h->ended)
        report(h, "took too long and was ended", -1);
    else if (WIFSIGNALED(status))
        report(h, "was ended by signal", WTERMSIG(status));
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        report(h, "ended with", WEXITSTATUS(status));
}

void hooks_look(struct hooks *h, struct cw_mono now)
{
    int status;

    hook_output_take(&h->output);
    if (h->running.hook != NULL && waitpid(h->pid, &status, WNOHANG) == h->pid) {
        if (h->ended)
            kill(-h->pid, SIGKILL); /* what it left behind */
        judge(h, status);
        h->running.hook = NULL;
    } else if (h->running.hook != NULL && mono_reached(now, h->until)) {
        kill(-h->pid, h->ended ? SIGKILL : SIGTERM); /* first asked to end, then made to: the whole group */
        h->ended = true;
        h->until = mono_after(now, HOOK_GRACE_MS);
    }
    start_next(h, now);
}

struct cw_mono hooks_until(const struct hooks *h)
{
    return h->running.hook != NULL ? h->until : CW_NEVER;
}

void hooks_done(struct hooks *h)
{
    if (h->running.hook == NULL)
        return;
    kill(-h->pid, SIGKILL);
    waitpid(h->pid, NULL, 0);
    hook_output_end(&h->output);
    h->running.hook = NULL;
}
