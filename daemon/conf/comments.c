/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/comments.h"

struct scan {
    char *at;
    int line;
    bool fresh; /* not inside a word */
};

static void step(struct scan *s)
{
    s->line += *s->at == '\n' ? 1 : 0;
    s->at++;
}

/* A quoted string, or as much of it as there is; a backslash takes the next character with it. */
static void pass_string(struct scan *s)
{
    char quote = *s->at;

    step(s);
    while (*s->at != '\0' && *s->at != quote) {
        if (*s->at == '\\' && s->at[1] != '\0')
            step(s);
        step(s);
    }
    if (*s->at == quote)
        step(s);
    s->fresh = true;
}

static void blank_line(struct scan *s)
{
    for (; *s->at != '\0' && *s->at != '\n'; s->at++)
        *s->at = ' ';
}

/* False when it never ends: then nothing is changed. */
static bool blank_block(struct scan *s)
{
    const char *end = strstr(s->at + 2, "*/");

    if (end == NULL)
        return false;
    for (end += 2; s->at != end;) {
        if (*s->at != '\n')
            *s->at = ' ';
        step(s);
    }
    return true;
}

static bool begins_line_comment(const struct scan *s)
{
    return s->fresh && (s->at[0] == '#' || (s->at[0] == '/' && s->at[1] == '/'));
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written through s.at */
int comments_remove(char *text, const char **out_fault)
{
    struct scan s = {text, 1, true};

    while (*s.at != '\0') {
        if (*s.at == '"' || *s.at == '\'') {
            pass_string(&s);
        } else if (begins_line_comment(&s)) {
            blank_line(&s);
        } else if (s.fresh && s.at[0] == '/' && s.at[1] == '*') {
            *out_fault = "a comment begins here and never ends";
            if (!blank_block(&s))
                return s.line;
        } else if (*s.at == '\\') {
            *out_fault = "a backslash outside quotes";
            return s.line;
        } else {
            s.fresh = strchr(" \t\r\n{}()=,+", *s.at) != NULL;
            step(&s);
        }
    }
    return 0;
}
