/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Candidates that only the daemon or the disk knows. The daemon is asked when that needs no passphrase: the key is
 * in clear, or its owner is logged in. Whatever fails, fails silently.
 */
#include "tool/complete.h"
#include "tool/context.h"
#include "tool/contexts.h"
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/keyfile.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define ASK_MS 120

/* The options of the line at the cursor, as a command of its own would have them. */
static void line_options(const struct completion *c, struct cli *cli)
{
    const struct {
        const char *name, *value;
    } given[] = {{"lab", c->lab}, {"as", c->as}, {"home", c->home}, {"context", c->context}, {"dir", c->dir}};

    *cli = (struct cli){.commands = c->commands, .timeout_ms = ASK_MS};
    for (size_t i = 0; i < CW_COUNT(given); i++)
        if (given[i].value != NULL) {
            cli->values[cli->value_count].name = given[i].name;
            cli->values[cli->value_count++].value = given[i].value;
        }
}

static bool needs_nobody(const char *home)
{
    struct buf key = {0};
    char path[PATH_LEN_MAX];
    bool clear = path_join(path, home, "key") && file_read(path, KEYFILE_LEN_MAX, &key) == CW_OK &&
                 !keyfile_needs_passphrase(buf_slice(&key));

    buf_done(&key);
    return clear || context_is_logged_in(home);
}

static bool connect_silently(const struct cli *cli, struct context *out)
{
    char home[PATH_LEN_MAX];

    return context_home(cli, NULL, home) == EXIT_DONE && needs_nobody(home) &&
           context_open(cli, home, out) == EXIT_DONE && context_connect(cli, out, false) == EXIT_DONE;
}

/* --- cases ----------------------------------------------------------------------------------------------- */

/* "K7Q2M4X" out of "MC/NTH/2026/K7Q2M4X-C"; the whole reference when that is what is being typed. */
static void offer_reference(struct completion *c, char *reference, const char *what)
{
    char *last = strrchr(reference, '/'), *end;

    if (strchr(c->start, '/') != NULL || last == NULL) {
        complete_line(c, reference, what);
        return;
    }
    end = strrchr(last, '-');
    if (end != NULL)
        *end = '\0';
    complete_line(c, last + 1, what);
}

/* By each of its references: a child that was recorded twice is known by either. */
static void offer_case(struct completion *c, const Cw__CaseRow *row)
{
    char reference[64], title[100], name[40], what[200], stays[64];

    TEXT(row->human_ref, reference);
    TEXT(row->human_ref, stays);
    TEXT(row->title, title);
    TEXT(row->op_name, name);
    if (name[0] != '\0')
        complete_line(c, name, title);
    offer_reference(c, reference, title);
    for (size_t i = 0; i < row->n_also; i++) {
        TEXT(row->also[i], reference);
        snprintf(what, sizeof(what), "%s, now %s", title, stays);
        offer_reference(c, reference, what);
    }
}

static void offer_cases(struct completion *c, struct context *context, uint32_t kind)
{
    struct cw_list_query query = {.size = sizeof(query), .kind = kind, .limit = CW_LIST_LIMIT_MAX};
    struct cw_answer *answer = NULL;
    const Cw__CaseList *list;

    if (strchr(c->start, '/') != NULL) /* also those that are not among the newest */
        query.prefix = slice_of(c->start);
    if (cw_client_list(context->client, &query, ASK_MS, &answer) != CW_OK)
        return;
    list = answer_message(answer)->list;
    for (size_t i = 0; i < list->n_rows; i++)
        offer_case(c, list->rows[i]);
    cw_answer_close(answer);
}

static void offer_peers(struct completion *c, const struct cli *cli, struct context *context)
{
    struct cw_answer *answer = NULL;
    char division[40];

    (void)cli;
    if (cw_client_peers(context->client, ASK_MS, &answer) != CW_OK)
        return;
    for (size_t i = 0; i < answer_message(answer)->peers->n_rows; i++) {
        TEXT(answer_message(answer)->peers->rows[i]->division, division);
        complete_line(c, division, NULL);
    }
    cw_answer_close(answer);
}

static void offer_all_cases(struct completion *c, const struct cli *cli, struct context *context)
{
    (void)cli;
    offer_cases(c, context, KIND_NONE);
}

static void offer_operations(struct completion *c, const struct cli *cli, struct context *context)
{
    (void)cli;
    offer_cases(c, context, KIND_OPERATION);
}

/* What the daemon knows, by placeholder. */
static const struct {
    const char *placeholder;
    void (*offer)(struct completion *c, const struct cli *cli, struct context *context);
} asked[] = {
    {"CASE", offer_all_cases},        {"ENTITY", offer_all_cases},
    {"OPERATION", offer_operations},  {"PEER", offer_peers},
    {"EVENT", complete_parts},        {"CLOCK", complete_parts},
    {"CONFLICT", complete_conflicts}, {"EPISODE", complete_parts},
};

static bool ask_daemon(struct completion *c, const struct cli *cli)
{
    struct context context = {0};

    for (size_t i = 0; i < CW_COUNT(asked); i++) {
        if (strcmp(asked[i].placeholder, c->placeholder) != 0)
            continue;
        if (connect_silently(cli, &context))
            asked[i].offer(c, cli, &context);
        context_close(&context);
        return true;
    }
    return false;
}

/* --- folders --------------------------------------------------------------------------------------------- */

static void offer_entries(struct completion *c, const char *dir, const char *below)
{
    char path[PATH_LEN_MAX];
    DIR *folder = path_join(path, dir, "%s", below) ? opendir(path) : NULL;
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            complete_line(c, entry->d_name, NULL);
    if (folder != NULL)
        closedir(folder);
}

static void offer_contexts(struct completion *c)
{
    struct context_names *names = calloc(1, sizeof(*names));
    char home[PATH_LEN_MAX];

    if (names == NULL)
        return;
    contexts_list(names);
    for (size_t i = 0; i < names->count; i++)
        complete_line(c, names->at[i], contexts_home(names->at[i], home) ? home : NULL);
    free(names);
}

bool complete_live(struct completion *c)
{
    char lab[PATH_LEN_MAX];
    struct cli cli;

    line_options(c, &cli);
    context_lab(&cli, lab);
    if (strcmp(c->placeholder, "WHO@DIVISION") == 0)
        offer_entries(c, lab, "people");
    else if (strcmp(c->placeholder, "DIVISION") == 0)
        offer_entries(c, lab, "divisions");
    else if (strcmp(c->placeholder, "CONTEXT") == 0)
        offer_contexts(c);
    else
        return ask_daemon(c, &cli);
    return true;
}
