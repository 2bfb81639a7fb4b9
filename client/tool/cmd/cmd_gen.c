/* SPDX-License-Identifier: Apache-2.0 */
/* gen children: an invented year of missing children, as a file for submit-file. */
#include "tool/cmd_gen.h"

#include "tool/gen.h"
#include "tool/out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_lines(const void *left, const void *right)
{
    const struct gen_line *l = left, *r = right;

    if (l->at != r->at)
        return l->at < r->at ? -1 : 1;
    return l->number < r->number ? -1 : l->number > r->number;
}

/* Frees the lines. */
static bool write_lines(struct gen *g, FILE *out)
{
    bool ok = true;

    if (g->count > 0)
        qsort(g->lines, g->count, sizeof *g->lines, compare_lines);
    for (size_t i = 0; i < g->count; i++) {
        ok = ok && json_dumpf(g->lines[i].line, out, JSON_COMPACT | JSON_SORT_KEYS) == 0 && putc('\n', out) != EOF;
        json_decref(g->lines[i].line);
    }
    free(g->lines);
    return ok && fflush(out) == 0;
}

static enum exit_code tell(struct cli *cli, struct gen *g, int64_t seed)
{
    const char *path = cli_value(cli, "out");
    size_t count = g->count;
    FILE *out = path == NULL ? stdout : fopen(path, "w");
    bool ok = out != NULL && write_lines(g, out);

    if (path != NULL && out != NULL)
        ok = fclose(out) == 0 && ok;
    if (!ok)
        return complain(cli, EXIT_FAILED, &(struct trouble){"the file was not written", path, strerror(errno), NULL});
    if (path != NULL && cli->json)
        json_print(
            cli, json_pack("{s:s, s:I, s:I}", "file", path, "seed", (json_int_t)seed, "statements", (json_int_t)count));
    else if (path != NULL && !cli->quiet)
        printf("%zu statements\n", count);
    return EXIT_DONE;
}

static enum exit_code run_children(struct cli *cli)
{
    struct gen g = {.state = 0};
    int64_t seed, scale;

    if (!cli_number(cli, "seed", 0, INT64_MAX, 1, &seed) || !cli_number(cli, "scale", 0, GEN_SCALE_MAX, 40, &scale))
        return EXIT_USAGE;
    if (cli->json && !cli_flag(cli, "out"))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"--json tells about the file", "--out",
                                          "without it the statements themselves are printed",
                                          "casewire gen children --help"});
    g.state = (uint64_t)seed;
    gen_story(&g);
    gen_children(&g, (unsigned)scale, cli_flag(cli, "conflicts"));
    return tell(cli, &g, seed);
}

static const struct cli_option options[] = {
    {"seed", "N", "the same number gives the same bytes (default 1)"},
    {"scale", "K", "so many children, beside the story (default 40; 1280 is a year)"},
    {"conflicts", NULL, "what divisions say without knowing of each other, too"},
    {"out", "FILE", "write there instead of to standard output"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_gen_children = {
    .noun = "gen",
    .verb = "children",
    .group = GROUP_LAB,
    .summary = "invented missing children, for submit-file",
    .about =
        "Statements of a lab's people about children who do not exist, in 2030: how often they go, how long they "
        "are away, when they are seen, back, asked and closed, by the shape of published figures; and the story of "
        "a child in care who goes again and again, until a notice and a move.\n\n"
        "No name, place, phone or plate is anybody's. Only test networks take them.",
    .examples = "  casewire gen children --seed 7 --scale 40 --conflicts > children.jsonl\n"
                "  casewire submit-file children.jsonl\n",
    .options = options,
    .json = "file:s seed:i statements:i",
    .run = run_children,
};
