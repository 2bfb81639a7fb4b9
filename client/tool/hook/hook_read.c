/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/hook.h"

#include "proto/schema.h"

#include <stdlib.h>

const char *const hook_kinds[HOOK_KINDS] = {
    [HOOK_FORK] = "fork", [HOOK_KEY] = "key",       [HOOK_DISK] = "disk",   [HOOK_LAG] = "lag",
    [HOOK_DUTY] = "duty", [HOOK_DAEMON] = "daemon", [HOOK_ALARM] = "alarm",
};

/* Whatever else is at priority alert is an alarm. */
static const struct {
    const char *event;
    enum hook_kind kind;
} events[] = {
    {"fork-proven", HOOK_FORK},     {"own-fork", HOOK_FORK},      {"twin", HOOK_FORK},
    {"net-refused", HOOK_KEY},      {"no-space", HOOK_DISK},      {"store-cut-short", HOOK_DISK},
    {"keyring-filling", HOOK_DISK}, {"keyring-full", HOOK_DISK},  {"local-key-damaged", HOOK_DISK},
    {"duty-breached", HOOK_DUTY},   {"duty-climbed", HOOK_DUTY},  {"duty-risk-high", HOOK_DUTY},
    {"start-failed", HOOK_DAEMON},  {"unit-failed", HOOK_DAEMON}, {"net-failed", HOOK_DAEMON},
    {"net-lost", HOOK_DAEMON},      {"fatal", HOOK_DAEMON},
};

bool hook_kind_of(const char *event, int priority, enum hook_kind *out)
{
    for (size_t i = 0; i < CW_COUNT(events); i++) {
        if (strcmp(events[i].event, event) == 0) {
            *out = events[i].kind;
            return true;
        }
    }
    *out = HOOK_ALARM;
    return priority <= 1; /* LOG_ALERT */
}

/* --- a line ----------------------------------------------------------------------------------------------------- */

static const char no_kind[] = "it begins with fork, key, disk, lag, duty, duty:ROLE, daemon, alarm or any";

/* "duty:INSP": a duty that concerns these. Only duties are for roles. */
static const char *add_duty(const char *roles, struct hook *out)
{
    uint32_t mask;

    if (!schema_roles_parse(slice_of(roles), &mask) || mask == R_NONE)
        return "what stands behind duty: is no role (`casewire schema` lists them)";
    out->kinds |= 1U << HOOK_DUTY;
    out->roles |= mask;
    return NULL;
}

static const char *add_kind(const char *word, struct hook *out)
{
    static const char duty[] = "duty:";
    bool known = false;

    if (strncmp(word, duty, sizeof(duty) - 1) == 0)
        return add_duty(word + sizeof(duty) - 1, out);
    for (unsigned i = 0; i < HOOK_KINDS; i++) {
        if (strcmp(word, "any") != 0 && strcmp(word, hook_kinds[i]) != 0)
            continue;
        known = true;
        out->kinds |= 1U << i;
        out->roles |= i == HOOK_DUTY ? R_ANY : 0;
    }
    return known ? NULL : no_kind;
}

static const char *read_kinds(char *words, struct hook *out)
{
    const char *wrong = NULL;
    char *rest = NULL;

    for (char *word = strtok_r(words, ",", &rest); word != NULL && wrong == NULL; word = strtok_r(NULL, ",", &rest))
        wrong = add_kind(word, out);
    return wrong == NULL && out->kinds == 0 ? no_kind : wrong;
}

/* Its words end in NUL where blanks were. NULL: it is right; else what is wrong. */
static const char *read_line(char *line, struct hooks *out)
{
    struct hook hook = {0};
    char *rest = NULL, *kinds = strtok_r(line, " \t", &rest);
    const char *wrong;
    size_t count = 0;

    if (kinds == NULL || kinds[0] == '#')
        return NULL;
    if (out->count == HOOKS_MAX)
        return "at most 32 lines";
    wrong = read_kinds(kinds, &hook);
    if (wrong != NULL)
        return wrong;
    for (char *word; (word = strtok_r(NULL, " \t", &rest)) != NULL; count++) {
        if (count == HOOK_WORDS_MAX)
            return "at most 16 words";
        hook.words[count] = word;
    }
    if (count == 0 || hook.words[0][0] != '/')
        return "a program is named by its whole path, which begins with /";
    out->at[out->count++] = hook;
    return NULL;
}

/* As many as there is room for. */
static void add_wrong(char why[static HOOK_TEXT_LEN_MAX], int number, const char *wrong)
{
    size_t len = strlen(why);

    snprintf(why + len, HOOK_TEXT_LEN_MAX - len, "%sline %d: %s", len == 0 ? "" : "; ", number, wrong);
}

enum cw_err hooks_parse(struct cw_slice text, struct hooks *out, char why[static HOOK_TEXT_LEN_MAX])
{
    int number = 1;
    char *line;

    why[0] = '\0';
    out->count = 0;
    if (text.len > HOOK_FILE_LEN_MAX || (text.len != 0 && memchr(text.data, '\0', text.len) != NULL)) {
        snprintf(why, HOOK_TEXT_LEN_MAX, "it is longer than %d bytes, or no text", HOOK_FILE_LEN_MAX);
        return CW_LOCAL_CONFIG;
    }
    if (text.len != 0)
        memcpy(out->file, text.data, text.len);
    out->file[text.len] = '\0';
    for (line = out->file; line != NULL; number++) {
        char *end = strchr(line, '\n');

        if (end != NULL)
            *end = '\0';
        const char *wrong = read_line(line, out);
        if (wrong != NULL)
            add_wrong(why, number, wrong);
        line = end != NULL ? end + 1 : NULL;
    }
    return why[0] == '\0' ? CW_OK : CW_LOCAL_CONFIG;
}
