/* SPDX-License-Identifier: Apache-2.0 */
/* Where a daemon is watched, by its own settings: one key at the top of a file that only the daemon reads whole. */
#include "tool/page.h"

#include <stdio.h>

#define VALUE_LEN_MAX 512

/* `name = "value"` or `name = value` at the beginning of a line. The last one counts. */
static bool setting_of(const char *text, const char *name, char out[static VALUE_LEN_MAX])
{
    bool found = false;

    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        size_t len;

        line += strspn(line, " \t\r\n");
        if (strncmp(line, name, strlen(name)) != 0)
            continue;
        const char *at = line + strlen(name);
        at += strspn(at, " \t");
        if (*at != '=')
            continue;
        at += 1 + strspn(at + 1, " \t");
        const char quote[] = {*at, '\n', '\0'};
        bool quoted = *at == '"' || *at == '\'';
        len = quoted ? strcspn(++at, quote) : strcspn(at, " \t\r\n#");
        if (len == 0 || len >= VALUE_LEN_MAX)
            continue;
        snprintf(out, VALUE_LEN_MAX, "%.*s", (int)len, at);
        found = true;
    }
    return found;
}

bool page_place(const char *settings, char *out, size_t cap)
{
    char value[VALUE_LEN_MAX];
    int len;

    if (setting_of(settings, "listen_metrics", value))
        len = snprintf(out, cap, "%s", strcmp(value, "off") == 0 ? "" : value);
    else if (setting_of(settings, "run_dir", value))
        len = snprintf(out, cap, "%s/metrics.sock", value);
    else
        return false;
    return len >= 0 && (size_t)len < cap;
}
