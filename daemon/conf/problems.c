/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/problems.h"

#include <stdarg.h>
#include <stdio.h>

/* Values come from outside: what could move a terminal's cursor is not printed. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f)
            *text = '?';
    }
}

static size_t write_place(char out[static PROBLEM_TEXT_LEN_MAX], const char *file, int line)
{
    int len = line > 0 ? snprintf(out, PROBLEM_TEXT_LEN_MAX, "%.120s:%d: ", file, line)
                       : snprintf(out, PROBLEM_TEXT_LEN_MAX, "%.120s: ", file);

    CW_ASSERT(len > 0 && len < PROBLEM_TEXT_LEN_MAX);
    return (size_t)len;
}

void problem_add(struct problems *p, const char *file, int line, const char *format, ...)
{
    char *out;
    size_t len;
    va_list args;

    if (p->count == PROBLEMS_MAX) {
        p->more++;
        return;
    }
    out = p->text[p->count];
    len = write_place(out, file, line);
    va_start(args, format);
    (void)vsnprintf(out + len, PROBLEM_TEXT_LEN_MAX - len, format, args);
    va_end(args);
    make_printable(out);
    p->count++;
}
