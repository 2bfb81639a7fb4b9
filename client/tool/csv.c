/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/out.h"

#include <string.h>

static bool is_computed(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

static void print_cell(FILE *out, const char *text)
{
    bool quoted = is_computed(text) || strpbrk(text, ",\"\r\n") != NULL;

    fputs(quoted ? "\"" : "", out);
    fputs(is_computed(text) ? "'" : "", out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    fputs(quoted ? "\"" : "", out);
}

void csv_row(FILE *out, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "," : "", out);
        print_cell(out, cells[i]);
    }
    putc('\n', out);
}
