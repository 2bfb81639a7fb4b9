/* SPDX-License-Identifier: Apache-2.0 */
/* The table of metrics as a manual page wants it (scdoc), or a name a line, as queries have it (names). */
#include "host/metrics.h"

#include <stdio.h>
#include <stdlib.h>

/* What scdoc would read as markup stands for itself. */
static void print_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*_\\", *text) != NULL)
            (void)putchar('\\');
        (void)putchar(*text);
    }
}

static void print_scdoc(enum metric which)
{
    const struct metric_row *row = &metric_table[which];
    char name[METRIC_NAME_LEN_MAX];

    metric_name(which, name);
    (void)fputs("*", stdout);
    print_escaped(name);
    (void)printf("*\n\t%s", metric_type_name(row->type));
    if (row->labels[0] != '\0')
        (void)printf(", for each _%s_", row->labels);
    (void)fputs("++\n", stdout);
    print_escaped(row->sentence);
    (void)fputs("\n\n", stdout);
}

int main(int argc, char **argv)
{
    char name[METRIC_NAME_LEN_MAX];
    bool scdoc = argc == 2 && strcmp(argv[1], "scdoc") == 0;

    if (!scdoc && (argc != 2 || strcmp(argv[1], "names") != 0))
        return EXIT_FAILURE;
    for (int i = 0; i < METRIC_COUNT; i++) {
        metric_name((enum metric)i, name);
        if (scdoc)
            print_scdoc((enum metric)i);
        else
            (void)printf("%s\t%s\n", name, metric_type_name(metric_table[i].type));
    }
    return EXIT_SUCCESS;
}
