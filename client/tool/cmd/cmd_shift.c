/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shift brief, shift accept: what the next shift must know, and who signed that it was read. Told, seen and accepted
 * are a statement each, in every case that the brief lists.
 */
#include "tool/cmd_shift.h"

#include "tool/brief.h"
#include "tool/cmd_case.h"
#include "tool/lookup.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>

struct shift {
    struct context context;
    struct brief brief;
    const char *signs;    /* the event that is said in each case */
    size_t done, skipped; /* cases */
};

/* One statement about one case: `about` is the brief that it answers, with no bytes for a brief itself. */
static enum exit_code say(struct cli *cli, struct shift *s, const Cw__CaseView *view, ProtobufCBinaryData about)
{
    struct writing w = {.cli = cli, .context = &s->context, .view = view, .silent = true};
    char assignment[2 * CW_ID_LEN + 16], hex[2 * CW_ID_LEN + 1];
    const char *note = cli_value(cli, "note");
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    w.case_id = view_case_id(view);
    w.kind = view_kind(view);
    w.subject = s->signs;
    if (cw_draft_event(w.kind, s->signs, &w.case_id, &w.draft, &fault) != CW_OK)
        return writing_refused(&w, &fault);
    writing_note_seen(&w);
    if (about.len == CW_ID_LEN) {
        hex_of(wire_slice(about), hex);
        snprintf(assignment, sizeof(assignment), "about=%s", hex);
        code = writing_assign(&w, assignment, CW_SAY);
    }
    if (code == EXIT_DONE && note != NULL && cw_draft_write(w.draft, "text", CW_SET, slice_of(note), &fault) != CW_OK)
        code = writing_refused(&w, &fault);
    if (code == EXIT_DONE)
        code = writing_send(&w);
    w.view = NULL; /* the brief's own */
    writing_done(&w);
    s->done += code == EXIT_DONE;
    return code;
}

/* --- brief ------------------------------------------------------------------------------------------------------ */

static enum exit_code give_all(struct cli *cli, struct shift *s)
{
    enum exit_code code = EXIT_DONE;

    s->signs = "shift_brief";
    for (size_t i = 0; code == EXIT_DONE && i < s->brief.case_count; i++)
        if (s->brief.at[i].own)
            code = say(cli, s, s->brief.at[i].view, (ProtobufCBinaryData){0, NULL});
    return code;
}

/* What was told and nobody has said to have seen: briefs of others, and offers to this division. */
static enum exit_code see(struct cli *cli, struct shift *s, const Cw__CaseView *view, const struct told *told)
{
    if (told->event == NULL || told->seen != NULL || told->accepted != NULL ||
        told_by(told->event, s->context.identity->id.b))
        return EXIT_DONE;
    return say(cli, s, view, told->event->event_id);
}

/* What others did, and what may be the same child: once somebody here has seen it, it waits for nobody. */
static enum exit_code see_news(struct cli *cli, struct shift *s, const struct brief_case *one)
{
    enum exit_code code = EXIT_DONE;

    for (size_t i = one->first; code == EXIT_DONE && i < one->first + one->count; i++)
        if (s->brief.items[i].seen.len == CW_ID_LEN)
            code = say(cli, s, one->view, s->brief.items[i].seen);
    return code;
}

static enum exit_code see_all(struct cli *cli, struct shift *s)
{
    enum exit_code code = EXIT_DONE;

    s->signs = "seen";
    for (size_t i = 0; code == EXIT_DONE && i < s->brief.case_count; i++) {
        const struct brief_case *one = &s->brief.at[i];
        size_t before = s->done;
        struct told told;

        if (one->offered)
            told_offer(one->view, &told);
        else
            told_brief(one->view, &told);
        if (one->own || one->offered)
            code = see(cli, s, one->view, &told);
        if (code == EXIT_DONE)
            code = see_news(cli, s, one);
        s->done = s->done > before ? before + 1 : before; /* cases are counted, whatever was seen in each */
    }
    return code;
}

static enum exit_code brief(struct cli *cli, struct shift *s)
{
    bool gives = cli_flag(cli, "give"), sees = cli_flag(cli, "seen");
    enum exit_code code;

    if ((gives && sees) || (cli_flag(cli, "note") && !gives))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"the options do not go together", gives ? "--give, --seen" : "--note",
                                          "whoever goes gives the brief, with a note; whoever comes has seen it",
                                          NULL});
    code = gives ? give_all(cli, s) : sees ? see_all(cli, s) : EXIT_DONE;
    if (code == EXIT_DONE)
        brief_print(cli, &s->context, &s->brief);
    if (code == EXIT_DONE && (gives || sees) && !cli->json && !cli->quiet)
        printf("\n%s in %zu case%s\n", gives ? "briefed, signed" : "signed as seen", s->done, s->done == 1 ? "" : "s");
    return code;
}

/* --- accept ------------------------------------------------------------------------------------------------------- */

static enum exit_code accept_one(struct cli *cli, struct shift *s, const struct brief_case *one)
{
    char chars[CHARS_LEN_MAX], title[80], words[TOLD_LEN_MAX];
    struct told told;
    enum exit_code code;

    told_brief(one->view, &told);
    if (told.event == NULL || told.accepted != NULL)
        return EXIT_DONE;
    if (told_by(told.event, s->context.identity->id.b)) {
        s->skipped++;
        return EXIT_DONE;
    }
    code = say(cli, s, one->view, told.event->event_id);
    if (code != EXIT_DONE || cli->json || cli->quiet)
        return code;
    lookup_chars(wire_slice(one->view->human_ref), chars);
    TEXT(one->view->title, title);
    told.accepted = told.event; /* what stands beside it is said already */
    told.seen = NULL;
    told_words(&told, words);
    printf("accepted  %s  %s: %.*s\n", chars, title, (int)strcspn(words, ";"), words);
    return EXIT_DONE;
}

static enum exit_code accept(struct cli *cli, struct shift *s)
{
    enum exit_code code = EXIT_DONE;

    s->signs = "shift_accepted";
    for (size_t i = 0; code == EXIT_DONE && i < s->brief.case_count; i++)
        if (s->brief.at[i].own)
            code = accept_one(cli, s, &s->brief.at[i]);
    if (code != EXIT_DONE)
        return code;
    if (s->done == 0)
        return complain(cli, EXIT_NOT_FOUND,
                        &(struct trouble){"nothing was accepted", NULL,
                                          s->skipped > 0 ? "the brief is your own: somebody else takes it over"
                                                         : "no brief waits for the next shift",
                                          "casewire shift brief"});
    if (cli->json)
        json_print(cli, json_pack("{s:i, s:i}", "accepted", (int)s->done, "own", (int)s->skipped));
    return EXIT_DONE;
}

static enum exit_code run(struct cli *cli, enum exit_code (*act)(struct cli *, struct shift *))
{
    struct shift *s = calloc(1, sizeof(*s));
    enum exit_code code;
    int64_t cases;

    CW_ASSERT(s != NULL);
    if (!cli_number(cli, "cases", 1, 500, 200, &cases)) {
        free(s);
        return EXIT_USAGE;
    }
    code = context_start(cli, &s->context);
    if (code == EXIT_DONE)
        code = brief_fill(cli, &s->context, (size_t)cases, &s->brief);
    if (code == EXIT_DONE)
        code = act(cli, s);
    brief_done(&s->brief);
    context_close(&s->context);
    free(s);
    return code;
}

static enum exit_code run_brief(struct cli *cli)
{
    return run(cli, brief);
}

static enum exit_code run_accept(struct cli *cli)
{
    return run(cli, accept);
}

#define SHIFT_OPTIONS                                                                                              \
    {"cases", "N",                                                                                                 \
     "look at the N cases changed last, at all children missing now and at all in conflict (default 200, at most " \
     "500)"},                                                                                                      \
        {"held-by", "K", "wait until K divisions hold what is signed (default 1: this one)"},                      \
    {                                                                                                              \
        "deadline", "SECONDS", "how long to wait for the other divisions (default 10)"                             \
    }
static const struct cli_option brief_options[] = {
    {"give", NULL, "sign, in every case listed, that the next shift was told"},
    {"note", "TEXT", "with --give: what else they must know"},
    {"seen", NULL, "sign that it was on your screen, with what others did; that is not an acceptance"},
    SHIFT_OPTIONS,
    {NULL, NULL, NULL},
};
static const struct cli_option accept_options[] = {SHIFT_OPTIONS, {NULL, NULL, NULL}};

const struct cli_command cmd_shift_brief = {
    .noun = "shift",
    .verb = "brief",
    .group = GROUP_WORK,
    .operands = "[CASE...]",
    .operand_min = 0,
    .operand_max = -1,
    .summary = "what the next shift must be told",
    .about = "Your division's cases with a live episode or with something that waits, what is offered to you, and what "
             "waits for you in others' cases (inbox --help): "
             "risk, owner, duties that are over or end within four hours, things to look at, disputes, tasks, and how "
             "far the last brief has come. Whoever goes off duty signs it with --give, whoever comes on with --seen, "
             "and takes it over with shift accept.",
    .examples = "  casewire shift brief\n  casewire shift brief --give --note 'The carer rings at six'\n"
                "  casewire shift brief --seen\n  casewire shift brief K7Q2M4X --json\n",
    .options = brief_options,
    .json = "division:s cases:[BriefCase] more:b",
    .run = run_brief,
};
const struct cli_command cmd_shift_accept = {
    .noun = "shift",
    .verb = "accept",
    .group = GROUP_WORK,
    .operands = "[CASE...]",
    .operand_min = 0,
    .operand_max = -1,
    .summary = "sign, by name, that the brief was read",
    .about = "In every case that somebody else briefed and nobody has accepted; all divisions see who did, and when. "
             "Nobody accepts a brief of their own.",
    .examples = "  casewire shift accept\n  casewire shift accept K7Q2M4X --held-by 2\n",
    .options = accept_options,
    .json = "accepted:i own:i",
    .run = run_accept,
};
