/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/wire.h"

#include <stdlib.h>

void table_begin(struct table *t, const struct cli *cli, const char *const *heading)
{
    *t = (struct table){.cli = cli, .heading = heading};
    while (heading[t->column_count] != NULL)
        t->column_count++;
}

void table_add(struct table *t, const char *text)
{
    if (t->cell_count == t->cell_room) {
        size_t room = t->cell_room == 0 ? 64 : t->cell_room * 2;
        char **cells = realloc(t->cells, room * sizeof(*cells));

        CW_ASSERT(cells != NULL);
        t->cells = cells;
        t->cell_room = room;
    }
    t->cells[t->cell_count] = strdup(text != NULL ? text : "");
    CW_ASSERT(t->cells[t->cell_count] != NULL);
    t->cell_count++;
}

size_t text_width(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void find_widths(const struct table *t, size_t *widths)
{
    for (size_t c = 0; c < t->column_count; c++)
        widths[c] = text_width(t->heading[c]);
    for (size_t i = 0; i < t->cell_count; i++) {
        size_t width = text_width(t->cells[i]);

        if (width > widths[i % t->column_count])
            widths[i % t->column_count] = width;
    }
}

static void print_aligned(const struct table *t, const char *const *cells, const size_t *widths)
{
    for (size_t c = 0; c < t->column_count; c++) {
        fputs(cells[c], stdout);
        if (c + 1 < t->column_count)
            printf("%*s", (int)(widths[c] - text_width(cells[c]) + 2), "");
    }
    putchar('\n');
}

static void print_tabs(const struct table *t, char *const *cells)
{
    for (size_t c = 0; c < t->column_count; c++)
        printf("%s%s", c > 0 ? "\t" : "", cells[c]);
    putchar('\n');
}

void table_end(struct table *t)
{
    size_t widths[TABLE_COLUMNS_MAX];

    CW_ASSERT(t->column_count <= TABLE_COLUMNS_MAX && t->cell_count % t->column_count == 0);
    find_widths(t, widths);
    if (t->cli->terminal) {
        fputs(tone_on(t->cli, TONE_HEAD), stdout);
        print_aligned(t, t->heading, widths);
        fputs(tone_off(t->cli), stdout);
    }
    for (size_t i = 0; i < t->cell_count; i += t->column_count) {
        if (t->cli->terminal)
            print_aligned(t, (const char *const *)&t->cells[i], widths);
        else
            print_tabs(t, &t->cells[i]);
    }
    for (size_t i = 0; i < t->cell_count; i++)
        free(t->cells[i]);
    free(t->cells);
}

const char *tone_on(const struct cli *cli, enum tone tone)
{
    static const char *const sequences[] = {"", "\033[32m", "\033[33m", "\033[31m", "\033[1m"};

    return cli->color ? sequences[tone] : "";
}

const char *tone_off(const struct cli *cli)
{
    return cli->color ? "\033[0m" : "";
}

char *text_of(ProtobufCBinaryData bytes)
{
    char *text = malloc(bytes.len + 1);

    CW_ASSERT(text != NULL);
    fault_clean_text(wire_slice(bytes), text, bytes.len + 1);
    return text;
}

void short_id(ProtobufCBinaryData bytes, char out[static 2 * SHORT_ID_LEN + 1])
{
    hex_of(slice(bytes.data, bytes.len < SHORT_ID_LEN ? bytes.len : SHORT_ID_LEN), out);
}
