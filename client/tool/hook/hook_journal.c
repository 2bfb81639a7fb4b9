/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/hook_journal.h"

#include "tool/files.h"

#include "lib/fault.h"
#include "lib/link.h"

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void take(const json_t *object, const char *name, char *out, size_t cap)
{
    const char *text = json_string_value(json_object_get(object, name));

    fault_clean_text(slice_of(text != NULL ? text : ""), out, cap);
}

#define TAKE(object, name, out) take((object), (name), (out), sizeof(out))

/* Blanks between codes go: as schema_roles_parse reads them. */
static void close_up(char *text)
{
    char *to = text;

    for (const char *at = text; *at != '\0'; at++)
        if (*at != ' ')
            *to++ = *at;
    *to = '\0';
}

/* The service manager's own words about the unit: a daemon that dies at once may leave no line that is known to be its. */
static void name_failure(const json_t *entry, struct hook_news *news)
{
    static const char failed[] = "d9b373ed55a64feb8242e02dbe79a49c"; /* SD_MESSAGE_UNIT_FAILURE_RESULT */
    char id[40];

    TAKE(entry, "MESSAGE_ID", id);
    if (news->event[0] == '\0' && strcmp(id, failed) == 0)
        snprintf(news->event, sizeof(news->event), "unit-failed");
}

static void tell_entry(struct hook_journal *j, const json_t *entry)
{
    struct hook_news news = {.kind = HOOK_ALARM};
    char priority[8];

    TAKE(entry, "CASEWIRE_EVENT", news.event);
    TAKE(entry, "PRIORITY", priority);
    name_failure(entry, &news);
    if (news.event[0] == '\0' || !hook_kind_of(news.event, (int)strtol(priority, NULL, 10), &news.kind))
        return;
    TAKE(entry, "CASEWIRE_DIVISION", news.division);
    TAKE(entry, "CASEWIRE_PEER", news.peer);
    TAKE(entry, "CASEWIRE_CODE", news.code);
    TAKE(entry, "CASEWIRE_CASE", news.case_id);
    TAKE(entry, "CASEWIRE_ROLES", news.roles);
    TAKE(entry, "MESSAGE", news.text);
    close_up(news.roles);
    hooks_tell(j->hooks, &news, link_now());
}

static void keep_cursor(const struct hook_journal *j, const json_t *entry)
{
    const char *cursor = json_string_value(json_object_get(entry, "__CURSOR"));

    if (j->state != NULL && cursor != NULL && file_write(j->state, slice_of(cursor), 0600) != CW_OK)
        j->hooks->report(j->hooks->context,
                         "the journal's cursor could not be kept: after a restart lines are told again, or not at all");
}

static void take_line(struct hook_journal *j)
{
    json_t *entry = json_loadb(j->line, j->line_len, 0, NULL);

    if (json_is_object(entry)) {
        tell_entry(j, entry);
        keep_cursor(j, entry);
    }
    json_decref(entry);
}

static void take_bytes(struct hook_journal *j, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\n' && j->line_len < HOOK_JOURNAL_LINE_LEN_MAX) {
            j->line[j->line_len++] = bytes[i];
            continue;
        }
        if (bytes[i] != '\n') {
            j->passing_over = true;
            continue;
        }
        if (!j->passing_over)
            take_line(j);
        j->line_len = 0;
        j->passing_over = false;
    }
}

/* false: the journal has ended. */
bool hook_journal_read(struct hook_journal *j)
{
    char bytes[8192];
    ssize_t got = read(j->fd, bytes, sizeof(bytes));

    if (got > 0)
        take_bytes(j, bytes, (size_t)got);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* --- following a unit ------------------------------------------------------------------------------------------------- */

/*
 * Lines of one daemon's unit, from the cursor that was kept, else from now on. --merge: of every boot; else journalctl asks the
 * kernel which boot this is, which our unit's sandbox does not let it.
 */
bool hook_journal_start(struct hook_journal *j, const char *name)
{
    char program[] = "journalctl", json[] = "--output=json", follow[] = "--follow", all[] = "--all",
         merge[] = "--merge", unit[120], from[600] = "--lines=0";
    char *words[] = {program, json, follow, all, merge, from, unit, NULL};
    CW_AUTO(buf_done) struct buf cursor = {0};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    int ends[2];

    snprintf(unit, sizeof(unit), "--unit=casewired@%.64s.service", name);
    if (j->state != NULL && file_read(j->state, 512, &cursor) == CW_OK && cursor.len > 0)
        snprintf(from, sizeof(from), "--after-cursor=%.*s", (int)cursor.len, (const char *)cursor.data);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    bool started = posix_spawnp(&j->reader, program, &files, &attributes, words, environ) == 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    j->fd = ends[0];
    return started;
}

void hook_journal_done(struct hook_journal *j)
{
    if (j->reader <= 0)
        return;
    kill(j->reader, SIGTERM);
    waitpid(j->reader, NULL, 0);
}
