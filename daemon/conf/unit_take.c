/* SPDX-License-Identifier: Apache-2.0 */
/* What a unit's text says of folders: systemd.exec(5), as far as it bears on what may be written. */
#include "conf/unit.h"

#include <stdio.h>
#include <strings.h>

enum unit_row_kind { KIND_STRICT, KIND_START, KIND_FOLDER, KIND_WRITABLE, KIND_CLOSED, KIND_UNDECIDED };

static const struct {
    const char *name;
    enum unit_row_kind kind;
    const char *base; /* of folders: where the service manager makes them */
} rows[] = {
    {"ProtectSystem", KIND_STRICT, NULL},
    {"DynamicUser", KIND_STRICT, NULL},
    {"ExecStart", KIND_START, NULL},
    {"StateDirectory", KIND_FOLDER, "/var/lib"},
    {"RuntimeDirectory", KIND_FOLDER, "/run"},
    {"CacheDirectory", KIND_FOLDER, "/var/cache"},
    {"LogsDirectory", KIND_FOLDER, "/var/log"},
    {"ConfigurationDirectory", KIND_FOLDER, "/etc"},
    {"ReadWritePaths", KIND_WRITABLE, NULL},
    {"ReadWriteDirectories", KIND_WRITABLE, NULL},
    {"ReadOnlyPaths", KIND_CLOSED, NULL},
    {"ReadOnlyDirectories", KIND_CLOSED, NULL},
    {"InaccessiblePaths", KIND_CLOSED, NULL},
    {"InaccessibleDirectories", KIND_CLOSED, NULL},
    {"RootDirectory", KIND_UNDECIDED, NULL},
    {"RootImage", KIND_UNDECIDED, NULL},
    {"TemporaryFileSystem", KIND_UNDECIDED, NULL},
    {"BindPaths", KIND_UNDECIDED, NULL},
    {"BindReadOnlyPaths", KIND_UNDECIDED, NULL},
    {"MountImages", KIND_UNDECIDED, NULL},
    {"ExtensionImages", KIND_UNDECIDED, NULL},
    {"ExtensionDirectories", KIND_UNDECIDED, NULL},
};

/* --- values ------------------------------------------------------------------------------------------------------ */

static void add_path(struct unit *unit, size_t row, bool writable, const char *base, struct cw_slice word)
{
    struct unit_path *p = &unit->paths[unit->path_count];
    int len;

    if (unit->path_count == UNIT_PATHS_MAX) {
        unit->undecided = true;
        return;
    }
    len = snprintf(p->path, sizeof p->path, "%s%s%.*s", base, base[0] != '\0' ? "/" : "", (int)word.len,
                   (const char *)word.data);
    p->row = (uint8_t)row;
    p->writable = writable;
    if (len <= 0 || (size_t)len >= sizeof p->path || p->path[0] != '/')
        unit->undecided = true;
    else
        unit->path_count++;
}

static void forget(struct unit *unit, size_t row)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < unit->path_count; i++)
        if (unit->paths[i].row != row)
            unit->paths[kept++] = unit->paths[i];
    unit->path_count = kept;
}

/* With %i as the instance. False: another specifier, or longer than fits. */
static bool expand(const struct unit *unit, struct cw_slice value, char *out, size_t cap)
{
    size_t len = 0;

    for (size_t i = 0; i < value.len; i++) {
        const char *put = unit->instance;
        size_t put_len = strlen(put);

        if (value.data[i] != '%') {
            put = (const char *)value.data + i;
            put_len = 1;
        } else if (++i == value.len || value.data[i] != 'i') {
            return false;
        }
        if (len + put_len >= cap)
            return false;
        memcpy(out + len, put, put_len);
        len += put_len;
    }
    out[len] = '\0';
    return true;
}

static struct cw_slice next_word(const char **at)
{
    const char *begin = *at + strspn(*at, " \t");
    size_t len = strcspn(begin, " \t");

    *at = begin + len;
    return slice((const uint8_t *)begin, len);
}

/* "north" of StateDirectory=, and of "north:other", which systemd 251 knows, both. */
static void add_folders(struct unit *unit, size_t row, struct cw_slice word)
{
    const uint8_t *colon = memchr(word.data, ':', word.len);
    size_t len = colon != NULL ? (size_t)(colon - word.data) : word.len;
    char hidden[32];

    snprintf(hidden, sizeof hidden, "%s/private", rows[row].base); /* where they are, of a dynamic user */
    add_path(unit, row, true, rows[row].base, slice(word.data, len));
    add_path(unit, row, true, hidden, slice(word.data, len));
    if (colon != NULL)
        add_folders(unit, row, slice(colon + 1, word.len - len - 1));
}

static void take_paths(struct unit *unit, size_t row, struct cw_slice value)
{
    char text[4 * (SETTINGS_PATH_LEN_MAX + 1)];
    const char *at = text;

    if (value.len == 0)
        forget(unit, row);
    if (!expand(unit, value, text, sizeof text) || strpbrk(text, "\"'\\") != NULL) {
        unit->undecided = true;
        return;
    }
    for (struct cw_slice word = next_word(&at); word.len > 0; word = next_word(&at)) {
        while (rows[row].kind != KIND_FOLDER && word.len > 0 && (word.data[0] == '-' || word.data[0] == '+'))
            word = slice(word.data + 1, word.len - 1);
        if (rows[row].kind == KIND_FOLDER)
            add_folders(unit, row, word);
        else
            add_path(unit, row, rows[row].kind == KIND_WRITABLE, "", word);
    }
}

/* What is behind --config. A program that is started without the sandbox ("+") may write anywhere. */
static void take_start(struct unit *unit, struct cw_slice value)
{
    char text[4 * (SETTINGS_PATH_LEN_MAX + 1)];
    const char *at = text;
    bool next = false;

    if (value.len >= sizeof text) {
        unit->undecided = true;
        return;
    }
    snprintf(text, sizeof text, "%.*s", (int)value.len, (const char *)value.data);
    if (strchr("@-:+!", text[0]) != NULL && memchr(text, '+', strcspn(text, "/")) != NULL)
        unit->undecided = true;
    for (struct cw_slice word = next_word(&at); word.len > 0; word = next_word(&at)) {
        if (next && word.len < sizeof unit->config)
            snprintf(unit->config, sizeof unit->config, "%.*s", (int)word.len, (const char *)word.data);
        next = slice_eq(word, slice_of("--config"));
    }
}

/* A dynamic user has a strict system, whatever is said beside it. */
static void take_strict(struct unit *unit, const char *name, const char *value)
{
    if (strcmp(name, "DynamicUser") != 0)
        unit->strict_system = strcmp(value, "strict") == 0;
    else
        unit->dynamic_user = strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 ||
                             strcmp(value, "1") == 0 || strcasecmp(value, "on") == 0;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static struct cw_slice trimmed(struct cw_slice s)
{
    while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
        s = slice(s.data + 1, s.len - 1);
    while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t' || s.data[s.len - 1] == '\r'))
        s = slice(s.data, s.len - 1);
    return s;
}

static void take_line(struct unit *unit, struct cw_slice line)
{
    const uint8_t *equals = memchr(line.data, '=', line.len);
    struct cw_slice name, value;
    char word[16];

    if (equals == NULL)
        return;
    name = trimmed(slice(line.data, (size_t)(equals - line.data)));
    value = trimmed(slice(equals + 1, line.len - (size_t)(equals - line.data) - 1));
    snprintf(word, sizeof word, "%.*s", (int)(value.len < sizeof word ? value.len : sizeof word - 1),
             (const char *)value.data);
    for (size_t row = 0; row < CW_COUNT(rows); row++) {
        if (!slice_eq(name, slice_of(rows[row].name)))
            continue;
        if (line.data[line.len - 1] == '\\')
            unit->undecided = true; /* it goes on in the next line */
        else if (rows[row].kind == KIND_STRICT)
            take_strict(unit, rows[row].name, word);
        else if (rows[row].kind == KIND_START)
            take_start(unit, value);
        else if (rows[row].kind != KIND_UNDECIDED)
            take_paths(unit, row, value);
        else
            unit->undecided = unit->undecided || value.len > 0;
    }
}

void unit_take(struct unit *unit, struct cw_slice text)
{
    bool service = false, goes_on = false;

    for (size_t at = 0; at < text.len;) {
        const uint8_t *begin = text.data + at, *end = memchr(begin, '\n', text.len - at);
        size_t len = end == NULL ? text.len - at : (size_t)(end - begin);
        struct cw_slice line = trimmed(slice(begin, len));

        at += len + 1;
        if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
            continue;
        bool goes_on_here = line.data[line.len - 1] == '\\', of_line_before = goes_on;

        goes_on = goes_on_here;
        if (of_line_before)
            continue;
        if (line.data[0] == '[')
            service = slice_eq(line, slice_of("[Service]"));
        else if (service)
            take_line(unit, line);
    }
}
