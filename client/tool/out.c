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

#define INDENT 4
#define TEXT_LEAST 24 /* columns that the last one is wrapped in, at least */

static size_t terminal_width(const struct cli *cli)
{
    return cli->columns > 0 ? (size_t)cli->columns : CLI_WIDTH;
}

/* Where each column begins; one that no longer fits begins the line below. */
static void find_starts(const struct table *t, const size_t *widths, size_t *starts)
{
    size_t at = 0, right = terminal_width(t->cli);

    for (size_t c = 0; c < t->column_count; c++) {
        bool is_last = c + 1 == t->column_count;
        size_t least = is_last && widths[c] > TEXT_LEAST ? TEXT_LEAST : widths[c];

        starts[c] = c > 0 && at + least > right ? INDENT : at;
        at = starts[c] + widths[c] + 2;
    }
}

/* Blanks up to a column, or a new line when it is on the one below. Returns where the cursor is then. */
static size_t go_to(const size_t *starts, size_t c, size_t at)
{
    if (c > 0 && starts[c] <= starts[c - 1]) {
        putchar('\n');
        at = 0;
    }
    printf("%*s", (int)(starts[c] - at), "");
    return starts[c];
}

static void print_aligned(const struct table *t, const char *const *cells, const size_t *starts)
{
    size_t last = t->column_count - 1, at = 0;

    for (size_t c = 0; c < last; c++) {
        at = go_to(starts, c, at) + text_width(cells[c]);
        fputs(cells[c], stdout);
    }
    if (cells[last][0] != '\0')
        at = go_to(starts, last, at);
    text_wrap(stdout, (int)at, (int)terminal_width(t->cli), cells[last]);
}

static void print_tabs(const struct table *t, char *const *cells)
{
    for (size_t c = 0; c < t->column_count; c++)
        printf("%s%s", c > 0 ? "\t" : "", cells[c]);
    putchar('\n');
}

void table_end(struct table *t)
{
    size_t widths[TABLE_COLUMNS_MAX], starts[TABLE_COLUMNS_MAX];

    CW_ASSERT(t->column_count <= TABLE_COLUMNS_MAX && t->cell_count % t->column_count == 0);
    find_widths(t, widths);
    find_starts(t, widths, starts);
    if (t->cli->terminal) {
        fputs(tone_on(t->cli, TONE_HEAD), stdout);
        print_aligned(t, t->heading, starts);
        fputs(tone_off(t->cli), stdout);
    }
    for (size_t i = 0; i < t->cell_count; i += t->column_count) {
        if (t->cli->terminal)
            print_aligned(t, (const char *const *)&t->cells[i], starts);
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
