/* SPDX-License-Identifier: Apache-2.0 */
/* From options to what is asked of a daemon. */
#include "tool/feed_names.h"
#include "tool/kinds.h"

#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#define SINCE_MS_MAX (366LL * 24 * 3600 * 1000)

/* --- from where ----------------------------------------------------------------------------------------- */

/* "90s", "30m", "8h", "3d" */
static bool parse_ago(const char *text, int64_t *out_ms)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    char *end;
    long long number;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    number = strtoll(text, &end, 10);
    for (size_t i = 0; i < CW_COUNT(units); i++)
        if (end[0] == units[i].letter && end[1] == '\0') {
            if (errno != 0 || number > SINCE_MS_MAX / units[i].ms)
                return false;
            *out_ms = number * units[i].ms;
            return true;
        }
    return false;
}

bool feed_parse_since(const char *text, struct cw_wall now, struct cw_wall *out)
{
    char why[WHEN_WHY_LEN_MAX];
    struct cw_wall latest;
    int64_t ago;

    if (parse_ago(text, &ago)) {
        out->ms = now.ms - ago;
        return true;
    }
    return when_read(slice_of(text), now, WHEN_PAST, out, &latest, why) && out->ms >= 0;
}

static enum exit_code read_cursor(const struct cli *cli, struct feed_choice *out)
{
    enum cw_err err;

    out->cursor_path = cli_value(cli, "from");
    if (out->cursor_path == NULL)
        return EXIT_DONE;
    err = file_read(out->cursor_path, CW_FEED_CURSOR_LEN_MAX, &out->cursor);
    out->fresh = err == CW_LOCAL_NOT_FOUND;
    if (err == CW_OK && out->cursor.len > 0)
        out->options.start = CW_FEED_CURSOR;
    if (err == CW_OK && out->cursor.len == 0)
        return complain(cli, EXIT_FAILED,
                        &(struct trouble){"the cursor could not be read", out->cursor_path,
                                          "the file is empty: a place would be lost without a word",
                                          "another file, or remove this one to begin anew"});
    if (err == CW_OK || out->fresh)
        return EXIT_DONE;
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"the cursor could not be read", out->cursor_path,
                                      err == CW_REFUSED_SIZE ? "it is larger than any cursor" : strerror(errno), NULL});
}

static enum exit_code read_since(const struct cli *cli, struct feed_choice *out)
{
    const char *since = cli_value(cli, "since");

    if (since == NULL || feed_parse_since(since, when_now(), &out->options.since))
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the time was not understood", since,
                                      "it is like 90s, 30m, 8h or 3d ago, or like 2018-03-19T16:00", NULL});
}

/* The one that was given; with a cursor, where to begin when there is none yet. */
static enum exit_code read_start(const struct cli *cli, struct feed_choice *out)
{
    static const struct {
        const char *option;
        enum cw_feed_start start;
    } starts[] = {{"since", CW_FEED_SINCE},
                  {"snapshot", CW_FEED_SNAPSHOT},
                  {"beginning", CW_FEED_BEGINNING},
                  {"follow", CW_FEED_NOW}};
    int given = 0;

    out->options.start = CW_FEED_NOW;
    for (size_t i = 0; i < CW_COUNT(starts); i++)
        if (cli_flag(cli, starts[i].option)) {
            out->options.start = starts[i].start;
            given++;
        }
    if (given > 1)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"a feed begins at one place", "--since, --snapshot, --beginning, --follow",
                                          "more than one of them was given", NULL});
    return EXIT_DONE;
}

/* --- what ----------------------------------------------------------------------------------------------- */

static enum exit_code read_kinds(const struct cli *cli, struct feed_choice *out)
{
    const char *value;
    int next = 0;

    while ((value = cli_next(cli, "kind", &next)) != NULL) {
        if (out->options.kind_count == FEED_KINDS_MAX)
            return complain(cli, EXIT_USAGE,
                            &(struct trouble){"too many kinds", value, "there are not so many", "casewire schema"});
        if (kind_read(cli, value, &out->kinds[out->options.kind_count]) != EXIT_DONE)
            return EXIT_USAGE;
        out->options.kind_count++;
    }
    out->options.kinds = out->kinds;
    return EXIT_DONE;
}

static void read_flags(const struct cli *cli, struct cw_feed_options *options)
{
    options->by_state = cli_flag(cli, "by-state");
    options->views = cli_flag(cli, "views");
    options->records = cli_flag(cli, "records");
    options->even_if_behind = cli_flag(cli, "even-if-behind");
}

enum exit_code feed_choose(const struct cli *cli, struct context *context, struct feed_choice *out)
{
    struct cw_feed_options *options = &out->options;
    enum exit_code code;

    *options = (struct cw_feed_options){.size = sizeof(*options)};
    code = read_start(cli, out);
    if (code == EXIT_DONE)
        code = read_since(cli, out);
    if (code == EXIT_DONE)
        code = read_cursor(cli, out);
    if (code == EXIT_DONE)
        code = read_kinds(cli, out);
    if (code == EXIT_DONE)
        code = feed_read_cases(cli, context, out);
    if (code == EXIT_DONE)
        code = feed_read_operations(cli, context, out);
    options->divisions = feed_read_names(cli, "division", &out->divisions);
    options->risks = feed_read_names(cli, "risk", &out->risks);
    options->owners = feed_read_names(cli, "owner", &out->owners);
    options->tags = feed_read_names(cli, "tag", &out->tags);
    options->areas = feed_read_names(cli, "area", &out->areas);
    options->cursor = buf_slice(&out->cursor);
    read_flags(cli, options);
    return code;
}

void feed_choice_done(struct feed_choice *choice)
{
    buf_done(&choice->cursor);
}
