/* SPDX-License-Identifier: Apache-2.0 */
/* inbox: what waits for whoever speaks, most pressing first. */
#include "tool/cmd_inbox.h"

#include "tool/lookup.h"
#include "tool/view.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

#define CLASS_WIDTH 10

struct inbox {
    struct gather cases;
    struct waiting_for who;
    size_t count, room;
    struct waiting *at;
};

static void keep(void *context, const struct waiting *waiting)
{
    struct inbox *box = context;

    if (box->count == box->room) {
        size_t room = box->room == 0 ? 32 : box->room * 2;
        struct waiting *at = realloc(box->at, room * sizeof(*at));

        CW_ASSERT(at != NULL);
        box->at = at;
        box->room = room;
    }
    box->at[box->count++] = *waiting;
}

static enum exit_code fill(const struct cli *cli, struct context *context, size_t max, struct inbox *box)
{
    struct cw_list_query in_conflict = {.size = sizeof(in_conflict), .conflicts_only = 1},
                         newest = {.size = sizeof(newest)};
    enum exit_code code = gather_list(cli, context, &in_conflict, GATHER_MAX / 2, &box->cases);

    if (code == EXIT_DONE)
        code = gather_list(cli, context, &newest, box->cases.count + max, &box->cases);
    waiting_for_context(context, 6, &box->who);
    for (size_t i = 0; code == EXIT_DONE && i < box->cases.count; i++)
        waiting_find(gather_view(&box->cases, i), &box->who, keep, box);
    if (box->count > 0)
        qsort(box->at, box->count, sizeof(*box->at), waiting_compare);
    return code;
}

static void inbox_done(struct inbox *box)
{
    gather_done(&box->cases);
    free(box->at);
}

/* --- printing --------------------------------------------------------------------------------------------- */

static enum tone tone_of(enum waiting_class class)
{
    return class <= WAITING_LOOK ? TONE_BAD : class <= WAITING_PROPOSAL ? TONE_CAREFUL : TONE_PLAIN;
}

static void print_item(const struct cli *cli, const struct waiting *w)
{
    char chars[CHARS_LEN_MAX], risk[40], title[60];
    const char *word = waiting_words[w->class];

    lookup_chars(wire_slice(w->view->human_ref), chars);
    TEXT(w->view->risk, risk);
    TEXT(w->view->title, title);
    printf("%s%s%s%*s%s%s%s  %s%s%s\n", tone_on(cli, tone_of(w->class)), word, tone_off(cli),
           CLASS_WIDTH - (int)strlen(word), "", tone_on(cli, TONE_HEAD), chars, tone_off(cli), title,
           risk[0] != '\0' ? ", " : "", risk);
    printf("%*s", CLASS_WIDTH, "");
    view_wrap(w->text, CLASS_WIDTH);
    printf("%*s%s\n", CLASS_WIDTH, "", w->next);
}

static void print_text(const struct cli *cli, const struct context *context, const struct inbox *box)
{
    char name[100], when[WHEN_TEXT_LEN_MAX];

    fault_clean_text(context->identity->certificate.name, name, sizeof(name));
    when_london(box->who.now, false, when);
    printf("%s%s%s (%s), %s: %zu waiting\n", tone_on(cli, TONE_HEAD), name, tone_off(cli), box->who.division, when,
           box->count);
    for (size_t i = 0; i < box->count; i++)
        print_item(cli, &box->at[i]);
}

static void print_rows(const struct inbox *box)
{
    for (size_t i = 0; i < box->count; i++) {
        char chars[CHARS_LEN_MAX], risk[40], at[WHEN_TEXT_LEN_MAX];

        lookup_chars(wire_slice(box->at[i].view->human_ref), chars);
        TEXT(box->at[i].view->risk, risk);
        when_utc(box->at[i].at, at);
        printf("%s\t%s\t%s\t%s\t%s\t%s\n", waiting_words[box->at[i].class], chars, risk, at, box->at[i].text,
               box->at[i].next);
    }
}

static json_t *item_json(const struct waiting *w)
{
    char id[2 * CW_ID_LEN + 1] = "", reference[64], title[200], risk[40], at[WHEN_TEXT_LEN_MAX];

    if (w->view->case_id.len == CW_ID_LEN)
        hex_of(wire_slice(w->view->case_id), id);
    TEXT(w->view->human_ref, reference);
    TEXT(w->view->title, title);
    TEXT(w->view->risk, risk);
    when_utc(w->at, at);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "class", waiting_words[w->class], "case_id", id,
                     "human_ref", reference, "title", title, "risk", risk, "at", at, "text", w->text, "next", w->next);
}

static void print_all(const struct cli *cli, const struct context *context, const struct inbox *box)
{
    json_t *array;

    if (cli->json) {
        array = json_array();
        for (size_t i = 0; i < box->count; i++)
            json_array_append_new(array, item_json(&box->at[i]));
        json_print(cli, json_pack("{s:o, s:i, s:b}", "waiting", array, "cases", (int)box->cases.count, "more",
                                  box->cases.more));
    } else if (cli->terminal) {
        print_text(cli, context, box);
    } else {
        print_rows(box);
    }
    if (box->cases.more && !cli->json)
        fprintf(stderr, "the %zu cases changed last were looked at; --cases N looks at more\n", box->cases.count);
}

static enum exit_code run_inbox(struct cli *cli)
{
    struct inbox box = {.count = 0};
    struct context context;
    enum exit_code code;
    int64_t cases;

    if (!cli_number(cli, "cases", 1, 500, 200, &cases))
        return EXIT_USAGE;
    code = context_start(cli, &context);
    if (code == EXIT_DONE)
        code = fill(cli, &context, (size_t)cases, &box);
    if (code == EXIT_DONE)
        print_all(cli, &context, &box);
    inbox_done(&box);
    context_close(&context);
    return code;
}

static const struct cli_option options[] = {
    {"cases", "N", "look at the N cases changed last, and at all in conflict (default 200, at most 500)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_inbox = {
    .noun = "inbox",
    .group = GROUP_WORK,
    .summary = "what waits for you, most pressing first",
    .about = "Duties of your division's cases that are overdue or end within four hours, things to look at (a death "
             "reported, a "
             "return in doubt), cases offered to your division, conflicts and proposals that your roles may decide, "
             "and what "
             "rules decided lately.",
    .examples = "  casewire inbox\n  casewire inbox --as inspector@north --json\n",
    .options = options,
    .json = "waiting:[Waiting] cases:i more:b",
    .run = run_inbox,
};
