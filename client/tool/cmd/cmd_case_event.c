/* SPDX-License-Identifier: Apache-2.0 */
/* case event: something that happened. */
#include "tool/cmd_case.h"
#include "tool/verb.h"

#include "proto/schema.h"

static enum exit_code refuse_reference(const struct writing *w, const char *option, enum cw_err err)
{
    return complain(w->cli, exit_code_of(err),
                    &(struct trouble){"nothing was recorded", option, cw_err_sentence(err), NULL});
}

static enum exit_code add_named(struct writing *w, const char *option, const char *hex)
{
    const Cw__ViewEvent *event = NULL;
    struct cw_op_id op = {{0}};
    enum exit_code code = writing_find_event(w, hex, &event);
    enum cw_err err;

    if (code != EXIT_DONE || event == NULL)
        return code;
    if (event->op.len == CW_ID_LEN)
        memcpy(op.b, event->op.data, CW_ID_LEN);
    if (strcmp(option, "corrects") == 0)
        err = cw_draft_corrects(w->draft, &op, 0);
    else if (event->event_id.len != CW_ID_LEN)
        err = CW_PEER_MALFORMED;
    else
        err = cw_draft_same_as(w->draft, event->event_id.data);
    return err == CW_OK ? EXIT_DONE : refuse_reference(w, option, err);
}

static enum exit_code add_references(struct writing *w)
{
    static const char *const names[] = {"corrects", "same-as"};
    enum exit_code code = EXIT_DONE;
    enum cw_err err = CW_OK;

    /* The episode comes first: it is refs[0] (docs/fold.md 4.2). */
    if (w->episode.len == CW_ID_LEN)
        err = cw_draft_ref(w->draft, w->episode.data);
    if (err != CW_OK)
        return refuse_reference(w, "episode", err);
    for (size_t i = 0; i < CW_COUNT(names); i++) {
        int at = 0;
        const char *hex;

        while (code == EXIT_DONE && (hex = cli_next(w->cli, names[i], &at)) != NULL)
            code = add_named(w, names[i], hex);
    }
    return code;
}

/* What corrects is said where the corrected event is: in its record, and of its episode. */
static enum exit_code turn_to_corrected(struct writing *w, const char *hex, bool of_episode)
{
    const Cw__ViewEvent *named = NULL;
    enum exit_code code = writing_find_event(w, hex, &named);

    if (code != EXIT_DONE || named == NULL)
        return code;
    if (of_episode)
        w->episode = named->episode;
    writing_turn_to(w, writing_record_of(w, named));
    return EXIT_DONE;
}

static enum exit_code choose_record(struct writing *w, const char *event)
{
    const struct schema_event *row = schema_event_by_name(slice_of(event));
    const char *corrected = cli_value(w->cli, "corrects");
    bool of_episode = row != NULL && (row->flags & EVENT_EPISODE) != 0, named = cli_value(w->cli, "episode") != NULL;

    if (corrected != NULL && !named)
        return turn_to_corrected(w, corrected, of_episode);
    return of_episode || named ? verb_turn_to_episode(w, NULL, row != NULL ? row->number : EVENT_NONE) : EXIT_DONE;
}

static enum exit_code draft_event(struct writing *w, const char *event, int from)
{
    struct cw_fault fault = {0};
    enum exit_code code = choose_record(w, event);

    if (code != EXIT_DONE)
        return code;
    if (cw_draft_event(w->kind, event, &w->case_id, &w->draft, &fault) != CW_OK)
        return complain_fault(w->cli, "nothing was recorded", &fault);
    w->subject = event;
    writing_note_seen(w);
    code = add_references(w);
    for (int i = from; code == EXIT_DONE && i < w->cli->operand_count; i++)
        code = writing_assign(w, w->cli->operands[i], CW_SAY);
    return code;
}

enum exit_code event_record(const struct cli *cli, const char *case_name, const char *event, int from)
{
    struct context context;
    struct writing w = {.cli = cli, .context = &context};
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE)
        code = writing_look(&w, case_name);
    if (code == EXIT_DONE)
        code = draft_event(&w, event, from);
    if (code == EXIT_DONE)
        code = writing_send(&w);
    writing_done(&w);
    context_close(&context);
    return code;
}

static enum exit_code run_event(struct cli *cli)
{
    return event_record(cli, cli->operands[0], cli->operands[1], 2);
}

static const struct cli_option options[] = {
    WRITE_OPTIONS,
    RECORD_OPTION,
    EPISODE_OPTION,
    {"corrects", "EVENT", "this event corrects that one"},
    {"same-as", "EVENT", "this event is the same happening as that one"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_case_event = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "event",
    .operands = "CASE EVENT FIELD=VALUE...",
    .operand_min = 2,
    .operand_max = -1,
    .summary = "record something that happened",
    .about =
        "A sighting, an arrest, a risk assessment, a hand-over: casewire schema lists events, casewire schema EVENT "
        "what "
        "one carries. A risk goes down only below the assessments that the event names, which are those shown now.",
    .examples = "  casewire case event K7Q2M4X sighting confidence=probable \\\n"
                "      occurred=2026-11-22T16:00 place='Dunmarsh'\n"
                "  casewire case event K7Q2M4X risk_assessment missing_risk=high \\\n"
                "      rationale='Seen with older males'\n"
                "  casewire case event K7Q2M4X seizure seizure_kind=cash pence=£1,250\n",
    .options = options,
    .json = WRITE_JSON,
    .run = run_event,
};
