/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_OUT_H
#define CASEWIRE_TOOL_OUT_H

/* What goes to standard output: tables, colours for state words, JSON. */

#include "tool/cli.h"

#include "lib/answer.h"

#include <jansson.h>
#include <stdio.h>

/* --- tables: aligned under a heading on a terminal, tabs otherwise ------------------------------------ */
/* A row that is wider than the terminal goes on below, further in: nothing is cut. */

#define TABLE_COLUMNS_MAX 10

struct table {
    const struct cli *cli;
    const char *const *heading; /* column names, ends with NULL */
    size_t column_count;
    char **cells;
    size_t cell_count, cell_room;
    const char *const *spare, *const *shorten; /* table_fit() */
    const char *kept[TABLE_COLUMNS_MAX + 1];   /* what is left of the heading, once columns are left out */
};

void table_begin(struct table *t, const struct cli *cli, const char *const *heading);
/* Cells of one row, in order; copied. NULL is an empty cell. */
void table_add(struct table *t, const char *text);
/*
 * Each row shall be one line of the terminal, where that can be and --verbose does not ask for everything: columns that
 * say nothing in any row are left out, then those of `spare`, one after the other, and then what stands in `shorten` is
 * cut, in that order, and ends in an ellipsis. Names of columns, each list ends with NULL. What cannot fit even so goes on
 * below, whole.
 */
void table_fit(struct table *t, const char *const *spare, const char *const *shorten);
/* Prints and frees. */
void table_end(struct table *t);

/* --- comma-separated values ------------------------------------------------------------------------------ */

/*
 * One row. A cell is quoted where it must be (RFC 4180), and one that a spreadsheet would compute, because it begins with
 * = + - @, or a tab or line end, gets an apostrophe before it: it may be text of whoever runs a daemon.
 */
void csv_row(FILE *out, const char *const *cells, size_t count);

/* --- words -------------------------------------------------------------------------------------------- */

enum tone { TONE_PLAIN, TONE_GOOD, TONE_CAREFUL, TONE_BAD, TONE_HEAD };
/* Escape sequences around a word, or nothing: print as "%s%s%s", tone_on(), word, tone_off(). */
const char *tone_on(const struct cli *cli, enum tone tone);
const char *tone_off(const struct cli *cli);

/* Bytes as clean text in a fresh string. */
char *text_of(ProtobufCBinaryData bytes);
/* The same into fixed memory. */
#define TEXT(bytes, out) fault_clean_text(wire_slice(bytes), (out), sizeof(out))
/* First `len` bytes in hexadecimal. */
#define SHORT_ID_LEN 5
void short_id(ProtobufCBinaryData bytes, char out[static 2 * SHORT_ID_LEN + 1]);
/* Columns a UTF-8 text takes, one each character. */
size_t text_width(const char *text);
/* HLC to wall time. */
static inline struct cw_wall hlc_wall(uint64_t hlc)
{
    return (struct cw_wall){(int64_t)(hlc >> 16)};
}

/* --- JSON --------------------------------------------------------------------------------------------- */

/* Any message of client.proto: ids hexadecimal, times RFC 3339, text as text. */
json_t *json_of_message(const ProtobufCMessage *message);
/* How a field of a message is written, and under which name. */
enum json_kind {
    JSON_KIND_TEXT,
    JSON_KIND_HEX,
    JSON_KIND_TIME,
    JSON_KIND_HLC,
    JSON_KIND_NUMBER,
    JSON_KIND_FLAG,
    JSON_KIND_MESSAGE
};
enum json_kind json_kind_of(const ProtobufCFieldDescriptor *field);
/* Beside the number of its kind, a message of this type has the kind's name, unless this version does not know it. */
#define JSON_KIND_NAME "kind_name"
bool json_names_kind(const ProtobufCMessageDescriptor *type);
#define JSON_NAME_LEN_MAX 64
void json_name_of(const ProtobufCFieldDescriptor *field, char out[static JSON_NAME_LEN_MAX]);
/* Prints {"v": 1, "command": "case set", ...members of object} and takes it. */
void json_print(const struct cli *cli, json_t *object);
/* --json of one part of an answer. */
void json_print_message(const struct cli *cli, const ProtobufCMessage *message);
/* Of a command that has nothing to tell but that it is done; nothing without --json. */
void json_print_done(const struct cli *cli);

#endif
