/* SPDX-License-Identifier: Apache-2.0 */
/* What a daemon or the library calls a place, in the words of whoever typed the command. */
#include "tool/cli.h"

#include <string.h>

static const struct {
    const char *theirs, *ours;
} said[] = {
    {"header.case", "the case"},
    {"author", "your certificate"},
    {"proof", "the signature"},
    {"parts", "the statement"},
    {"frame", "the statement"},
    {"draft", "the statement"},
    {"segments", "the authority's records"},
    {"policy.name", "the policy's name"},
    {"policy.value", "the policy's value"},
    {"request", "the question"},
    {"answer", "the daemon's answer"},
};

static bool has_option(const struct cli_option *options, const char *name)
{
    for (; options != NULL && options->name != NULL; options++)
        if (strcmp(options->name, name) == 0)
            return true;
    return false;
}

/* "filter.risks" is given by --risk, "as_known_at" by --as-known-at, "at_ms" by --at. */
static void as_option(const char *where, char out[static WHERE_LEN_MAX])
{
    static const char filter[] = "filter.";
    bool of_filter = strncmp(where, filter, sizeof(filter) - 1) == 0;
    size_t len;

    snprintf(out, WHERE_LEN_MAX, "%s", of_filter ? where + sizeof(filter) - 1 : where);
    len = strlen(out);
    if (of_filter && len > 1 && out[len - 1] == 's')
        out[len - 1] = '\0';
    else if (len > 3 && strcmp(out + len - 3, "_ms") == 0)
        out[len - 3] = '\0';
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '_' ? '-' : *c;
}

/* A command that writes has operands FIELD=VALUE: there a name is a field's, unless the option was given. */
static bool is_option(const struct cli *cli, const char *name)
{
    bool writes = cli->command->operands != NULL && strchr(cli->command->operands, '=') != NULL;

    return (has_option(cli->command->options, name) || has_option(cli_common_options, name)) &&
           (!writes || cli_value(cli, name) != NULL);
}

static bool is_operand(const struct cli *cli, const char *where)
{
    return (strcmp(where, "case_id") == 0 || strcmp(where, "op_id") == 0 || strcmp(where, "name") == 0) &&
           cli->operand_count > 0;
}

void where_typed(const struct cli *cli, const char *where, char out[static WHERE_LEN_MAX])
{
    char option[WHERE_LEN_MAX];

    snprintf(out, WHERE_LEN_MAX, "%s", where);
    if (cli != NULL && cli->command != NULL && where[0] != '\0') {
        as_option(where, option);
        if (is_operand(cli, where)) {
            snprintf(out, WHERE_LEN_MAX, "%s", cli->operands[0]);
            return;
        }
        if (is_option(cli, option)) {
            snprintf(out, WHERE_LEN_MAX, "--%.*s", WHERE_LEN_MAX - 3, option);
            return;
        }
    }
    for (size_t i = 0; i < CW_COUNT(said); i++)
        if (strcmp(said[i].theirs, where) == 0)
            snprintf(out, WHERE_LEN_MAX, "%s", said[i].ours);
    if (strncmp(where, "header", 6) == 0 && strcmp(out, where) == 0)
        snprintf(out, WHERE_LEN_MAX, "the statement");
}
