/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_FEED_H
#define CASEWIRE_TOOL_FEED_H

/* A feed on a command line: what is chosen, where it begins, and how an item is printed. */

#include "tool/context.h"
#include "tool/out.h"

/* --- what and from where (feed/feed_choice.c) ---------------------------------------------------------- */

#define FEED_KINDS_MAX 16

struct feed_name_list {
    size_t count;
    struct cw_slice at[CW_FEED_NAMES_MAX];
};

/* Holds what `options` points to: not to be copied. */
struct feed_choice {
    struct cw_feed_options options;
    const char *cursor_path; /* NULL: none is kept */
    bool fresh;              /* the file is not there yet */
    struct buf cursor;
    uint32_t kinds[FEED_KINDS_MAX];
    struct feed_name_list divisions, risks, owners, tags, areas, cases, operations;
    char ids[CW_FEED_NAMES_MAX][2 * CW_ID_LEN + 1];             /* of cases, whose short names were looked up */
    char operation_texts[CW_FEED_NAMES_MAX][2 * CW_ID_LEN + 1]; /* ids and references of operations */
};

/* Reads --from, --since, --snapshot, --beginning, --follow, the filters, and what else the feed is asked for.
 * Complains. */
enum exit_code feed_choose(const struct cli *cli, struct context *context, struct feed_choice *out);
void feed_choice_done(struct feed_choice *choice);

/* "2h" as two hours before now; otherwise a time as people write it, at its earliest. */
bool feed_parse_since(const char *text, struct cw_wall now, struct cw_wall *out);

/* --- an item (feed/feed_columns.c) --------------------------------------------------------------------- */

/* Bytes of one column with its NUL; what is longer is cut. */
#define FEED_TEXT_LEN_MAX 2048

struct feed_column {
    char letter; /* behind % in a template */
    const char *text;
    void (*put)(const Cw__FeedItem *item, char *out, size_t cap); /* clean text: no control characters */
};
extern const struct feed_column feed_columns[]; /* ends with a letter of 0 */

/* The text of one letter of the table. */
void feed_text(const Cw__FeedItem *item, char letter, char out[static FEED_TEXT_LEN_MAX]);
/* The author's time, or the log's; of a case, its newest change. false: none is known. */
bool feed_time(const Cw__FeedItem *item, struct cw_wall *out);
/* "op", "case", "correction", "record" */
const char *feed_why(const Cw__FeedItem *item);

/*
 * A template: text, %letter, %n a newline, %b a tab, %% a percent sign.
 * feed_template_check: NULL when each letter is known; otherwise where the first that is not begins.
 */
const char *feed_template_check(const char *format);
void feed_template_print(const Cw__FeedItem *item, const char *format, FILE *out);

/* --- printing (feed/feed_print.c) ---------------------------------------------------------------------- */

/* One item as the options want it: a template, JSON on one line, an id, lines for people, or tabs. */
void feed_print(const struct cli *cli, const char *format, const Cw__FeedItem *item);

#endif
