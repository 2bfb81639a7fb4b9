/* SPDX-License-Identifier: Apache-2.0 */
/*
 * submit-file: many statements from a file, over one connection for each speaker.
 *
 * The file is a JSON array, or one JSON object a line:
 *
 *   {"as": "officer@north", "id": "week", "open": "operation", "fields": {"title": "Week of action"}}
 *   {"as": "officer@east", "id": "a1", "event": "arrest", "case": "week", "fields": {"occurred": "2018-03-19T06:30"}}
 *
 * "id" is a name inside the file; "case", "same_as", "after" and values that begin with "@" refer to it. --names keeps
 * what the names stand for, so that another division's part of the file can be submitted later.
 */
#include "tool/cmd_submit.h"

#include "tool/batch.h"
#include "tool/progress.h"

static enum exit_code load(struct cli *cli, const char *path, json_t **out)
{
    json_error_t error;
    char where[PATH_LEN_MAX + 40];

    *out = batch_read(path, &error);
    if (*out != NULL)
        return EXIT_DONE;
    snprintf(where, sizeof(where), "%s:%d:%d", path, error.line, error.column);
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the file cannot be read", where, error.text, "casewire submit-file --help"});
}

/* "officer@north" is of division north. */
static bool is_of(const char *as, const char *division)
{
    const char *at = as != NULL ? strchr(as, '@') : NULL;

    return division == NULL || (at != NULL && strcmp(at + 1, division) == 0);
}

/* Whether the statement opens the case of this name or is about it. */
static bool is_about(const json_t *line, const char *name)
{
    const char *id = json_string_value(json_object_get(line, "id")),
               *about = json_string_value(json_object_get(line, "case"));

    return name == NULL || (id != NULL && strcmp(id, name) == 0) || (about != NULL && strcmp(about, name) == 0);
}

static enum exit_code run_lines(struct cli *cli, struct batch *b, const json_t *lines)
{
    const char *only = cli_value(cli, "only"), *about = cli_value(cli, "case");
    enum exit_code code = EXIT_DONE;
    struct progress p;
    int64_t without;

    progress_begin(&p, cli, "statements");
    if (!cli_number(cli, "without", 1, 1000000, 0, &without))
        return EXIT_USAGE;
    for (size_t i = 0; code == EXIT_DONE && i < json_array_size(lines); i++) {
        json_t *line = json_array_get(lines, i);
        const char *as = json_string_value(json_object_get(line, "as"));

        b->number = i + 1;
        if (as == NULL)
            as = cli_value(cli, "as");
        if ((int64_t)i + 1 == without || !is_of(as, only) || !is_about(line, about))
            continue;
        code = batch_submit(b, as, line);
        progress_at(&p, i + 1, json_array_size(lines));
    }
    progress_end(&p);
    return code;
}

static void tell(const struct cli *cli, const struct batch *b)
{
    if (cli->json)
        json_print(cli, json_pack("{s:I, s:I, s:I, s:I, s:I}", "submitted", (json_int_t)b->submitted, "proposals",
                                  (json_int_t)b->proposals, "refused", (json_int_t)b->refused, "waiting",
                                  (json_int_t)b->waiting, "earlier", (json_int_t)b->earlier));
    else if (!cli->quiet && cli_flag(cli, "outbox"))
        printf("%llu statements are held, %llu wait in the outbox, %llu refused\n", (unsigned long long)b->submitted,
               (unsigned long long)b->waiting, (unsigned long long)b->refused);
    else if (!cli->quiet)
        printf("%llu statements are held%s\n", (unsigned long long)b->submitted,
               b->proposals != 0 ? ", some of them as proposals" : "");
    if (b->earlier > 0 && !cli->json && !cli->quiet)
        printf("%llu more were submitted by the run before, which did not end\n", (unsigned long long)b->earlier);
}

/* After the complaint: nobody should be afraid to repeat the command. */
static void tell_broken_off(const struct cli *cli, const struct batch *b)
{
    uint64_t count = b->submitted + b->put + b->earlier;

    if (count > 0 && !cli->json && !cli->quiet)
        fprintf(stderr,
                "casewire: %llu statements are safe; the same command, after a correction of the file too, goes on "
                "with the rest\n",
                (unsigned long long)count);
}

static enum exit_code run_submit(struct cli *cli)
{
    struct batch b = {.cli = cli, .path = cli->operands[0]};
    json_t *lines = NULL;
    enum exit_code code = load(cli, cli->operands[0], &lines);

    if (code == EXIT_DONE)
        code = batch_begin(&b);
    if (code == EXIT_DONE)
        code = run_lines(cli, &b, lines);
    if (code == EXIT_DONE)
        code = batch_save_names(&b);
    if (code == EXIT_DONE) {
        code = batch_deliver(&b);
        batch_forget(&b);
        tell(cli, &b);
    } else {
        tell_broken_off(cli, &b);
    }
    batch_end(&b);
    json_decref(lines);
    return code;
}

static const struct cli_option options[] = {
    {"only", "DIVISION", "only the lines of this division (\"as\": WHO@DIVISION)"},
    {"case", "NAME", "only what opens the case of this name, or is about it"},
    {"without", "N", "leave out line N: to see what is missed then"},
    {"names", "FILE", "read and keep what the file's names stand for"},
    {"anew", NULL, "say all of it, also what an earlier run submitted that did not end"},
    {"outbox", NULL, "into the speakers' outboxes first; it goes when a daemon is in reach"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_submit_file = {
    .noun = "submit-file",
    .group = GROUP_CASES,
    .operands = "FILE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "submit many statements from a JSON file",
    .about =
        "The file is a JSON array, or one object a line. Each object has \"as\": WHO@DIVISION, \"id\": a name "
        "inside the file, then "
        "\"open\": KIND, or \"case\": NAME with \"event\": EVENT or without (sets fields); \"fields\": {FIELD: "
        "VALUE or [VALUES]}, "
        "\"same_as\": [NAMES], \"after\": [NAMES of what the author had seen], \"episode\": NAME of its report "
        "(without it "
        "the first episode is meant). A value that begins with @ refers to a name.\n\n"
        "The first statement that is not taken ends the command. What was submitted is remembered beside the "
        "speaker's key, encrypted, until a run comes to the end of the file: the same command, after a correction "
        "of the file too, goes on with the rest, and each statement has one effect whatever was killed meanwhile. "
        "A line that is changed is another statement. A run that ended is over: the same file once more says all of "
        "it once more.",
    .examples = "  casewire submit-file tests/data/demo-events.json --only north\n"
                "  casewire submit-file notes.jsonl --as officer@north --names names.json\n"
                "  casewire submit-file night.jsonl --names names.json --outbox\n",
    .options = options,
    .json = "submitted:i proposals:i refused:i waiting:i earlier:i",
    .run = run_submit,
};
