/* SPDX-License-Identifier: Apache-2.0 */
/* help, cheat. */
#include "tool/cmd_help.h"

#include "tool/help_json.h"
#include "tool/out.h"
#include "tool/verb.h"

static enum exit_code unknown(const struct cli *cli, const char *word)
{
    const char *names[CLI_COMMANDS_MAX + 8], *near;
    char why[120], next[100];
    size_t count = 0;

    for (const struct help_topic *t = help_topics; t->name != NULL; t++)
        names[count++] = t->name;
    for (const struct cli_command *const *c = cli->commands; *c != NULL && count < CLI_COMMANDS_MAX; c++)
        if (!(*c)->hidden)
            names[count++] = (*c)->noun;
    near = suggest(word, names, count);
    snprintf(why, sizeof(why), near != NULL ? "did you mean \"%s\"?" : "it is a topic or a command%s",
             near != NULL ? near : "");
    snprintf(next, sizeof(next), "casewire help%s%s", near != NULL ? " " : "", near != NULL ? near : "");
    return complain(cli, EXIT_NOT_FOUND, &(struct trouble){"there is no help about this", word, why, next});
}

/* What was found of what was asked for; a topic, a command or a noun, or everything. */
static void tell(const struct cli *cli, const struct help_topic *topic, const struct cli_command *command,
                 const char *noun)
{
    if (cli->json)
        help_json(cli, command, noun, topic);
    else if (topic != NULL)
        help_topic_print(topic, stdout);
    else if (command != NULL)
        help_command(command, stdout);
    else if (noun != NULL)
        help_noun(cli->commands, noun, stdout);
    else
        help_overview(cli->commands, stdout);
}

static enum exit_code run_help(struct cli *cli)
{
    const char *word = cli->operand_count > 0 ? cli->operands[0] : NULL;
    const char *verb = cli->operand_count > 1 ? cli->operands[1] : NULL;
    const struct help_topic *topic = word != NULL ? help_topic_find(word) : NULL;
    const struct cli_command *command = word != NULL ? cli_find(cli->commands, word, verb) : NULL;
    bool noun = false;

    if (word == NULL) {
        tell(cli, NULL, NULL, NULL);
        return EXIT_DONE;
    }
    for (const struct cli_command *const *c = cli->commands; *c != NULL; c++)
        noun = noun || (strcmp((*c)->noun, word) == 0 && !(*c)->hidden);
    if (topic != NULL)
        tell(cli, topic, NULL, NULL);
    else if (strcmp(word, "commands") == 0 && cli->json)
        tell(cli, NULL, NULL, NULL);
    else if (strcmp(word, "commands") == 0)
        help_commands(cli->commands, stdout);
    else if (command != NULL && !command->hidden)
        tell(cli, NULL, command, NULL);
    else if (noun && verb == NULL)
        tell(cli, NULL, NULL, word);
    else
        return unknown(cli, noun ? verb : word);
    return EXIT_DONE;
}

/* What is typed most, to be copied. A verb's row says under which heading its first example stands. */
static const char *const cheat[][2] = {
    {"a shift begins", "casewire login\ncasewire inbox\ncasewire mine"},
    {"a child is missing", ""},
    {"the child is back", ""},
    {"share the work", ""},
    {"hand over", ""},
    {"look", "casewire case list --kind missing_child\ncasewire case show K7Q2M4X\n"
             "casewire case show K7Q2M4X -v\ncasewire case history K7Q2M4X"},
    {"write", "casewire case set K7Q2M4X summary='...'\ncasewire case add K7Q2M4X tags=repeat\n"
              "casewire case set K7Q2M4X summary='...' --held-by 2 --check"},
    {"two divisions disagree", "casewire conflict list\ncasewire conflict show 3f9a\n"
                               "casewire conflict resolve 3f9a --take 2\ncasewire conflict undo 81c0"},
    {"is everybody in step?", "casewire status\ncasewire peers -v\ncasewire wait-sync --timeout 60"},
    {"for scripts", "casewire case list --json\ncasewire case list -q\ncasewire help exit-codes"},
    {"proof", "casewire export-history history.cwh\ncasewire verify history.cwh"},
    {"try it", "casewire lab start --divisions north,east,west\ncasewire lab cut west\ncasewire lab heal\n"
               "casewire lab stop --delete"},
};

static void cheat_line(const struct cli *cli, json_t *lines, const char *line, size_t len)
{
    if (!cli->json)
        printf("  %.*s\n", (int)len, line);
    json_array_append_new(lines, json_stringn(line, len));
}

/* The first example of a command, on one line: "\\" at a line's end joins the next. */
static void cheat_example(const struct cli *cli, json_t *lines, const char *examples)
{
    char line[400];
    size_t used = 0;

    for (const char *at = examples + strspn(examples, " "); *at != '\0' && *at != '\n' && used + 2 < sizeof(line);
         at++) {
        if (at[0] == '\\' && at[1] == '\n') {
            at += 1 + strspn(at + 2, " ");
            continue;
        }
        line[used++] = *at;
    }
    cheat_line(cli, lines, line, used);
}

static void cheat_verbs(const struct cli *cli, json_t *lines, const char *heading)
{
    for (const struct cli_command *const *c = cli->commands; *c != NULL; c++)
        if (verb_of(*c) != NULL && verb_of(*c)->cheat != NULL && strcmp(verb_of(*c)->cheat, heading) == 0)
            cheat_example(cli, lines, (*c)->examples);
}

static enum exit_code run_cheat(struct cli *cli)
{
    json_t *all = json_object();

    for (size_t i = 0; i < CW_COUNT(cheat); i++) {
        json_t *lines = json_array();

        if (!cli->json)
            printf("%s%s%s%s\n", i > 0 ? "\n" : "", tone_on(cli, TONE_HEAD), cheat[i][0], tone_off(cli));
        cheat_verbs(cli, lines, cheat[i][0]);
        for (const char *line = cheat[i][1]; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n')
            cheat_line(cli, lines, line, strcspn(line, "\n"));
        json_object_set_new(all, cheat[i][0], lines);
    }
    if (cli->json)
        json_print(cli, json_pack("{s:O}", "examples", all));
    json_decref(all);
    return EXIT_DONE;
}

const struct cli_command cmd_help = {
    .noun = "help",
    .group = GROUP_HELP,
    .operands = "[TOPIC] [VERB]",
    .operand_max = 2,
    .summary = "help on a command or a topic",
    .about = "Topics are environment, formatting and exit-codes; commands lists every command with a line each. "
             "With --json it is the tables of commands, options and fields themselves, however help is asked for.",
    .examples = "  casewire help case set\n  casewire help exit-codes\n  casewire help commands\n"
                "  casewire help --json\n",
    .json = HELP_JSON,
    .run = run_help,
};
const struct cli_command cmd_cheat = {
    .noun = "cheat",
    .group = GROUP_HELP,
    .summary = "what is typed most, to be copied",
    .examples = "  casewire cheat\n",
    .json = "examples:o",
    .run = run_cheat,
};
