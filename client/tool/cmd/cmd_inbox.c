/* SPDX-License-Identifier: Apache-2.0 */
/* inbox: what waits for whoever speaks, most pressing first. */
#include "tool/cmd_inbox.h"
#include "tool/inbox.h"

#include "tool/lookup.h"
#include "tool/view.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

#define CLASS_WIDTH 10

void inbox_keep(void *context, const struct waiting *waiting)
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

enum exit_code inbox_fill(const struct cli *cli, struct context *context, size_t max, struct inbox *box)
{
    enum exit_code code = gather_pressing(cli, context, max, &box->cases);

    if (code == EXIT_DONE)
        waiting_listen(cli, context, &box->who);
    for (size_t i = 0; code == EXIT_DONE && i < box->cases.count; i++)
        waiting_find(gather_view(&box->cases, i), &box->who, inbox_keep, box);
    if (box->count > 0)
        qsort(box->at, box->count, sizeof(*box->at), waiting_compare);
    return code;
}

void inbox_done(struct inbox *box)
{
    gather_done(&box->cases);
    free(box->at);
}

/* --- printing --------------------------------------------------------------------------------------------- */

static enum tone tone_of(enum waiting_class class)
{
    return class <= WAITING_LOOK ? TONE_BAD : class <= WAITING_PROPOSAL ? TONE_CAREFUL : TONE_PLAIN;
}

void inbox_print_item(const struct cli *cli, const struct waiting *w)
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
        inbox_print_item(cli, &box->at[i]);
}

void inbox_print_row(const struct waiting *w)
{
    char chars[CHARS_LEN_MAX], risk[40], title[200], at[WHEN_TEXT_LEN_MAX];

    lookup_chars(wire_slice(w->view->human_ref), chars);
    TEXT(w->view->risk, risk);
    TEXT(w->view->title, title);
    when_utc(w->at, at);
    printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", waiting_words[w->class], chars, risk, at, w->text, w->next, title);
}

json_t *inbox_item_json(const struct waiting *w)
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

void inbox_print(const struct cli *cli, const struct context *context, const struct inbox *box)
{
    json_t *array;

    if (cli->json) {
        array = json_array();
        for (size_t i = 0; i < box->count; i++)
            json_array_append_new(array, inbox_item_json(&box->at[i]));
        json_print(cli, json_pack("{s:o, s:i, s:b}", "waiting", array, "cases", (int)box->cases.count, "more",
                                  box->cases.more));
    } else if (cli->terminal) {
        print_text(cli, context, box);
    } else {
        for (size_t i = 0; i < box->count; i++)
            inbox_print_row(&box->at[i]);
    }
    if (box->cases.more && !cli->json)
        fprintf(stderr, "%zu cases were looked at, children missing now first; --cases N looks at more\n",
                box->cases.count);
}

static enum exit_code run_inbox(struct cli *cli)
{
    struct inbox *box = calloc(1, sizeof(*box));
    struct context context;
    enum exit_code code;
    int64_t cases;

    CW_ASSERT(box != NULL);
    code = cli_number(cli, "cases", 1, 500, 200, &cases) ? context_start(cli, &context) : EXIT_USAGE;
    if (code == EXIT_USAGE) {
        free(box);
        return code;
    }
    if (code == EXIT_DONE) {
        waiting_for_context(&context, 6, &box->who);
        if (cli_flag(cli, "follow")) {
            code = inbox_follow(cli, &context, (size_t)cases, box);
        } else {
            code = inbox_fill(cli, &context, (size_t)cases, box);
            if (code == EXIT_DONE)
                inbox_print(cli, &context, box);
        }
    }
    inbox_done(box);
    free(box);
    context_close(&context);
    return code;
}

static const struct cli_option options[] = {
    {"cases", "N",
     "look at the N cases changed last, at all children missing now and at all in conflict (default 200, at most 500)"},
    {"follow", NULL, "stay, and tell what is new and what is done; Ctrl-C ends it"},
    {"alert", "ROLE=COMMAND",
     "with --follow: run this when something new waits for the role; any: for all; may be repeated"},
    {"alert-time", "TIME", "how long such a command may take (default 10s)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_inbox = {
    .noun = "inbox",
    .group = GROUP_WORK,
    .summary = "what waits for you, most pressing first",
    .about =
        "Duties of your division's cases that are overdue or end within four hours, things to look at (a death "
        "reported, a "
        "return in doubt), cases offered to your division, conflicts and proposals that your roles may decide, "
        "and what "
        "rules decided lately. Of cases that another division owns: duties that are over while its daemon does not "
        "answer, where your division has a hand in the case or you are the control room; and what became of what you "
        "offered. What others decided about your division's children stands there until shift brief CASE --seen."
        "\n\nWith --follow it goes on, also over a daemon's death, and --alert runs commands: "
        "each in the "
        "background, for a limited time; one that fails is reported and nothing waits for it. What happened is in its "
        "environment: CASEWIRE_ALERT_ROLE, _CLASS, _CASE, _REFERENCE, _TITLE, _RISK, _TEXT, _NEXT. Whoever follows "
        "sees what waits for the roles named by --alert, too. The first 4096 bytes of what a command prints go to "
        "standard error.\n\nA pipe gets a row for each, followed or not: class, case, risk, time in UTC, what it is, "
        "the command to type, title. What is done is of the class done, without time and command.",
    .examples = "  casewire inbox\n  casewire inbox --follow --json\n"
                "  casewire inbox --follow --alert INSP='page-inspector'\n",
    .options = options,
    .json = "waiting:[Waiting] done:[WaitingDone]? cases:i more:b",
    .run = run_inbox,
};
