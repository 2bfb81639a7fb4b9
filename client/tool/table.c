/* SPDX-License-Identifier: Apache-2.0 */
/* Rows under a heading. */
#include "tool/out.h"

#include <stdio.h>
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
    for (size_t c = 0; c < t->column_count; c++) {
        widths[c] = text_width(t->heading[c]);
        for (size_t i = c; i < t->cell_count; i += t->column_count) {
            size_t width = text_width(t->cells[i]);

            if (width > widths[c])
                widths[c] = width;
        }
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

/* --- one line for each row ------------------------------------------------------------------------------ */

#define CELL_LEAST 10 /* of what is shortened, so much stays at least */

void table_fit(struct table *t, const char *const *spare, const char *const *shorten)
{
    t->spare = spare;
    t->shorten = shorten;
}

static bool is_in(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* The column of this name; column_count: none, or it was left out. */
static size_t column_of(const struct table *t, const char *name)
{
    size_t c = 0;

    while (c < t->column_count && strcmp(t->heading[c], name) != 0)
        c++;
    return c;
}

static bool says_nothing(const struct table *t, size_t column)
{
    for (size_t i = column; i < t->cell_count; i += t->column_count)
        if (t->cells[i][0] != '\0' && strcmp(t->cells[i], "-") != 0)
            return false;
    return true;
}

/* By so many columns a row is wider than the terminal. `least`: without what can be left out, all cut as far as may be. */
static size_t excess_of(const struct table *t, bool least)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0}, sum = 0, right = terminal_width(t->cli);

    find_widths(t, widths);
    for (size_t c = 0; c < t->column_count; c++) {
        bool cut = least && is_in(t->shorten, t->heading[c]) && widths[c] > CELL_LEAST;

        if (!least || (!is_in(t->spare, t->heading[c]) && !says_nothing(t, c)))
            sum += 2 + (cut ? CELL_LEAST : widths[c]);
    }
    return sum > right + 2 ? sum - 2 - right : 0;
}

static void leave_out(struct table *t, size_t column)
{
    size_t kept = 0, names = 0;

    CW_ASSERT(column < t->column_count);
    for (size_t i = 0; i < t->cell_count; i++) {
        if (i % t->column_count == column)
            free(t->cells[i]);
        else
            t->cells[kept++] = t->cells[i];
    }
    for (size_t c = 0; c < t->column_count; c++)
        if (c != column)
            t->kept[names++] = t->heading[c];
    t->kept[names] = NULL;
    t->heading = t->kept;
    t->cell_count = kept;
    t->column_count = names;
}

static void leave_out_silent(struct table *t)
{
    for (size_t c = 0; c < t->column_count && excess_of(t, false) > 0;) {
        if (says_nothing(t, c))
            leave_out(t, c);
        else
            c++;
    }
}

static void leave_out_spare(struct table *t)
{
    for (const char *const *name = t->spare; *name != NULL && excess_of(t, false) > 0; name++)
        if (column_of(t, *name) < t->column_count)
            leave_out(t, column_of(t, *name));
}

/* "Child M of the Salt…" */
static char *cut(char *cell, size_t width)
{
    size_t at = 0;
    char *shorter = NULL;

    if (text_width(cell) <= width)
        return cell;
    for (size_t seen = 1; seen < width; seen++)
        for (at++; ((unsigned char)cell[at] & 0xc0) == 0x80;)
            at++;
    while (at > 1 && cell[at - 1] == ' ')
        at--;
    CW_ASSERT(asprintf(&shorter, "%.*s…", (int)at, cell) > 0);
    free(cell);
    return shorter;
}

static void cut_columns(struct table *t)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0}, excess;

    for (const char *const *name = t->shorten; *name != NULL && (excess = excess_of(t, false)) > 0; name++) {
        size_t column = column_of(t, *name), width;

        if (column == t->column_count)
            continue;
        find_widths(t, widths);
        width = widths[column] > excess + CELL_LEAST ? widths[column] - excess : CELL_LEAST;
        for (size_t i = column; i < t->cell_count; i += t->column_count)
            t->cells[i] = cut(t->cells[i], width);
    }
}

static void fit(struct table *t)
{
    if (t->cell_count == 0 || excess_of(t, true) > 0)
        return;
    leave_out_silent(t);
    leave_out_spare(t);
    cut_columns(t);
}

void table_end(struct table *t)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0}, starts[TABLE_COLUMNS_MAX] = {0};

    CW_ASSERT(t->column_count <= TABLE_COLUMNS_MAX && t->cell_count % t->column_count == 0);
    if (t->shorten != NULL && t->cli->terminal && !t->cli->verbose)
        fit(t);
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
