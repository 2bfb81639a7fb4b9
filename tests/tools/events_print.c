/* SPDX-License-Identifier: Apache-2.0 */
/* The table of events as the journal's catalogue (catalog), for casewired(8) (scdoc), or a name a line (names). */
#include "host/events.h"

#include <stdio.h>
#include <stdlib.h>

#define CATALOG_WIDTH 76

/* Between words; what is indented, commands, stays as it is. */
static void print_wrapped(const char *line, size_t len)
{
    bool command = len > 0 && line[0] == ' ';

    while (!command && len > CATALOG_WIDTH) {
        size_t cut = CATALOG_WIDTH;

        while (cut > 0 && line[cut] != ' ')
            cut--;
        if (cut == 0)
            break;
        (void)printf("%.*s\n", (int)cut, line);
        line += cut + 1;
        len -= cut + 1;
    }
    (void)printf("%.*s\n", (int)len, line);
}

static void print_catalog(const struct event_row *e)
{
    (void)printf("\n-- %s\nSubject: %s\nDefined-By: casewire\nDocumentation: man:casewired(8)\n\n", e->message_id,
                 e->subject);
    for (const char *at = e->explanation; *at != '\0';) {
        size_t len = strcspn(at, "\n");

        print_wrapped(at, len);
        at += len + (at[len] == '\n');
    }
}

/* scdoc: what would be markup stands for itself; names of the line's fields are said as what they stand for. */
static void print_escaped(const char *text)
{
    static const struct {
        const char *field, *words;
    } fields[] = {{"@CASEWIRE_DIVISION@", "the division"}, {"@CASEWIRE_PEER@", "another division"}};

    while (*text != '\0') {
        bool found = false;

        for (size_t i = 0; i < CW_COUNT(fields) && !found; i++) {
            found = strncmp(text, fields[i].field, strlen(fields[i].field)) == 0;
            if (found) {
                (void)fputs(fields[i].words, stdout);
                text += strlen(fields[i].field);
            }
        }
        if (found)
            continue;
        if (strchr("*_\\", *text) != NULL)
            (void)putchar('\\');
        (void)putchar(*text++);
    }
}

static void print_scdoc(const struct event_row *e)
{
    (void)printf("*%s*, %s\n\t", e->id, e->message_id);
    print_escaped(e->subject);
    (void)fputs(".\n\n", stdout);
}

int main(int argc, char **argv)
{
    const char *as = argc == 2 ? argv[1] : "";

    if (strcmp(as, "catalog") == 0)
        (void)printf("# Printed by `make catalog` from daemon/host/events.c: what journalctl -x says.\n");
    for (size_t i = 0; i < event_table_count; i++) {
        if (strcmp(as, "catalog") == 0)
            print_catalog(&event_table[i]);
        else if (strcmp(as, "scdoc") == 0)
            print_scdoc(&event_table[i]);
        else if (strcmp(as, "names") == 0)
            (void)printf("%s\n", event_table[i].id);
        else
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
