/* SPDX-License-Identifier: Apache-2.0 */
/* case open, set, add, remove: fields. */
#include "tool/cmd_case.h"
#include "tool/verb.h"

#include "proto/schema.h"

const char *view_kind(const Cw__CaseView *view)
{
    const char *name = schema_kind_name(view->kind);

    return name != NULL ? name : "";
}

static enum exit_code assign_all(struct writing *w, int from, enum cw_verb verb)
{
    enum exit_code code = EXIT_DONE;

    for (int i = from; code == EXIT_DONE && i < w->cli->operand_count; i++)
        code = writing_assign(w, w->cli->operands[i], verb);
    return code;
}

static enum exit_code run_open(struct cli *cli)
{
    struct context context;
    struct writing w = {.cli = cli, .context = &context};
    struct cw_fault fault = {0};
    enum exit_code code;

    if (cw_draft_open(cli->operands[0], &w.draft, &fault) != CW_OK)
        return complain_fault(cli, "no case was opened", &fault);
    w.subject = cli->operands[0];
    code = context_start(cli, &context);
    for (int i = 1; code == EXIT_DONE && i < cli->operand_count; i++)
        code = writing_assign(&w, cli->operands[i], CW_SAY);
    if (code == EXIT_DONE)
        code = writing_send(&w);
    writing_done(&w);
    context_close(&context);
    return code;
}

static bool is_of_episode(const struct writing *w, const char *typed)
{
    const struct schema_field *row =
        schema_field_by_name(schema_kind_by_name(slice_of(w->kind)), slice(typed, strcspn(typed, "=")));

    return row != NULL && row->place == PLACE_EPISODE;
}

static enum exit_code misplaced(const struct writing *w, const char *where, const char *why)
{
    return complain(w->cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", where, why, "casewire child show CASE"});
}

/* Fields of an episode are said of the one that fits, in its record; the others in the record that was named. */
static enum exit_code turn_to_fields(struct writing *w)
{
    const Cw__CaseView *named = w->view;
    int of_episode = 0, count = w->cli->operand_count - 1;
    enum exit_code code;

    for (int i = 1; i <= count; i++)
        of_episode += is_of_episode(w, w->cli->operands[i]);
    if (of_episode == 0)
        return cli_value(w->cli, "episode") == NULL
                   ? EXIT_DONE
                   : misplaced(w, "--episode", "none of these fields is an episode's: they are the case's own");
    code = verb_turn_to_episode(w, NULL, EVENT_NONE);
    if (code == EXIT_DONE && w->view != named && of_episode < count)
        return misplaced(w, w->cli->operands[0],
                         "the episode is in another record of this child than the fields that are the case's own: "
                         "give them in two statements");
    return code;
}

/* With a reason it is a decision, which carries both: what was taken out, and why. */
static enum exit_code draft_decision(struct writing *w, const char *why)
{
    struct cw_fault fault = {0};
    char what[400] = "Taken out:";
    size_t len = strlen(what);
    enum cw_err err = cw_draft_event(w->kind, "decision", &w->case_id, &w->draft, &fault);

    for (int i = 1; i < w->cli->operand_count && len < sizeof(what); i++)
        len += (size_t)snprintf(what + len, sizeof(what) - len, " %s", w->cli->operands[i]);
    w->subject = "decision";
    if (err == CW_OK)
        err = cw_draft_write(w->draft, "decision", CW_SET, slice_of(what), &fault);
    if (err == CW_OK)
        err = cw_draft_write(w->draft, "rationale", CW_SET, slice_of(why), &fault);
    if (err != CW_OK)
        return complain_fault(w->cli, "nothing was recorded", &fault);
    writing_note_seen(w);
    return EXIT_DONE;
}

static enum exit_code begin_draft(struct writing *w)
{
    const char *why = cli_value(w->cli, "why");
    struct cw_fault fault = {0};

    if (why != NULL)
        return draft_decision(w, why);
    w->subject = w->kind;
    return cw_draft_set(w->kind, &w->case_id, &w->draft, &fault) == CW_OK
               ? EXIT_DONE
               : complain_fault(w->cli, "nothing was recorded", &fault);
}

static enum exit_code draft_fields(struct writing *w, enum cw_verb verb)
{
    enum exit_code code = turn_to_fields(w);

    if (code == EXIT_DONE)
        code = begin_draft(w);
    if (code != EXIT_DONE)
        return code;
    if (w->episode.len == CW_ID_LEN)
        (void)!cw_draft_ref(w->draft, w->episode.data); /* the first of at most 64 */
    return assign_all(w, 1, verb);
}

static enum exit_code run_write(struct cli *cli, enum cw_verb verb)
{
    struct context context;
    struct writing w = {.cli = cli, .context = &context};
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE)
        code = writing_look(&w, cli->operands[0]);
    if (code == EXIT_DONE)
        code = draft_fields(&w, verb);
    if (code == EXIT_DONE)
        code = writing_send(&w);
    writing_done(&w);
    context_close(&context);
    return code;
}

static enum exit_code run_set(struct cli *cli)
{
    return run_write(cli, CW_SET);
}

static enum exit_code run_add(struct cli *cli)
{
    return run_write(cli, CW_ADD);
}

static enum exit_code run_remove(struct cli *cli)
{
    return run_write(cli, CW_REMOVE);
}

static const struct cli_option open_options[] = {WRITE_OPTIONS, {NULL, NULL, NULL}};
static const struct cli_option options[] = {WRITE_OPTIONS, RECORD_OPTION, EPISODE_OPTION, {NULL, NULL, NULL}};
static const struct cli_option remove_options[] = {
    WRITE_OPTIONS,      RECORD_OPTION,
    EPISODE_OPTION,     {"why", "TEXT", "the reason, without which no division is taken out of interested"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_case_open = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "open",
    .operands = "KIND FIELD=VALUE...",
    .operand_min = 1,
    .operand_max = -1,
    .summary = "open a case",
    .about = "Fields are given as FIELD=VALUE; casewire schema KIND lists them, with their values. What the kind "
             "requires must be "
             "there. The answer is a signed receipt.",
    .examples = "  casewire case open missing_child title='Child M' missing_risk=medium\n"
                "  casewire case open county_line title='Line B' brand='Bramble' \\\n"
                "      line_risk=standard --held-by 2\n"
                "  casewire case open missing_child title='Child N' --outbox\n",
    .options = open_options,
    .json = WRITE_JSON,
    .run = run_open,
};
const struct cli_command cmd_case_set = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "set",
    .operands = "CASE FIELD=VALUE...",
    .operand_min = 2,
    .operand_max = -1,
    .summary = "set fields",
    .about =
        "Each write names the values it replaces, as the case shows them now, so that nothing written elsewhere "
        "meanwhile "
        "is lost: it becomes a visible conflict instead. What your role may not set is kept as a proposal. A field "
        "of a missing episode, as clothing, is set for the one that fits; where several would, --episode says which.",
    .examples = "  casewire case set MC/NTH/2026/K7Q2M4X-C missing_risk=high\n"
                "  casewire case set K7Q2M4X summary='Seen at Dunmarsh station' --held-by 3\n"
                "  casewire case set K7Q2M4X summary='Written without looking' --base-on none\n",
    .options = options,
    .json = WRITE_JSON,
    .run = run_set,
};
const struct cli_command cmd_case_add = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "add",
    .operands = "CASE FIELD=VALUE...",
    .operand_min = 2,
    .operand_max = -1,
    .summary = "add to a field that holds several values",
    .examples = "  casewire case add K7Q2M4X tags=repeat external_refs='CAD 30-0142-0987'\n",
    .options = options,
    .json = WRITE_JSON,
    .run = run_add,
};
const struct cli_command cmd_case_remove = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "remove",
    .operands = "CASE FIELD=VALUE...",
    .operand_min = 2,
    .operand_max = -1,
    .summary = "take a value out of such a field",
    .about = "Names the additions that are seen: one made elsewhere meanwhile stays, flagged.",
    .examples = "  casewire case remove K7Q2M4X tags=repeat\n"
                "  casewire case remove K7Q2M4X interested=WST --why='The line has moved on'\n",
    .options = remove_options,
    .json = WRITE_JSON,
    .run = run_remove,
};
