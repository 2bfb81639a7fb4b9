/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/comments.h"

struct scan {
    char *at;
    int line;
    bool fresh;  /* not inside a word */
    int section; /* the line in which the one that is open begins; 0: none is */
};

static void step(struct scan *s)
{
    s->line += *s->at == '\n' ? 1 : 0;
    s->at++;
}

/* A quoted string; a backslash takes the next character with it. False when it does not end in its line: no setting is so long. */
static bool pass_string(struct scan *s)
{
    char quote = *s->at;

    s->at++;
    while (*s->at != '\0' && *s->at != '\n' && *s->at != quote) {
        if (*s->at == '\\' && s->at[1] != '\0' && s->at[1] != '\n')
            s->at++;
        s->at++;
    }
    if (*s->at != quote)
        return false;
    s->at++;
    s->fresh = true;
    return true;
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

/* Braces of sections, which do not nest; those of ${NAME} belong to their word. False: one begins before the last ended. */
static bool pass_brace(struct scan *s, const char *text)
{
    bool is_word = s->at > text && s->at[-1] == '$';

    if (*s->at == '{' && is_word)
        while (s->at[1] != '\0' && s->at[1] != '\n' && *s->at != '}')
            s->at++;
    else if (*s->at == '{' && s->section != 0)
        return false;
    else
        s->section = *s->at == '{' ? s->line : 0;
    s->fresh = true;
    step(s);
    return true;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written through s.at */
int comments_remove(char *text, const char **out_fault)
{
    struct scan s = {text, 1, true, 0};

    while (*s.at != '\0') {
        if (*s.at == '"' || *s.at == '\'') {
            *out_fault = "a quoted text begins here and does not end: a quotation mark is missing";
            if (!pass_string(&s))
                return s.line;
        } else if (*s.at == '{' || *s.at == '}') {
            *out_fault = "this section does not end before the next one begins: a line with } is missing";
            if (!pass_brace(&s, text))
                return s.section;
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
    *out_fault = "this section never ends: a line with } is missing";
    return s.section;
}
