/* SPDX-License-Identifier: Apache-2.0 */
/* What every verb runs: look at the case, choose event and episode, write the arguments, send. */
#include "tool/verb_saying.h"

#include "tool/cmd_case.h"

#include "lib/draft.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

static enum exit_code refuse_kind(const struct saying *s, const struct schema_event *event)
{
    char why[160];

    snprintf(why, sizeof(why), "the case is a %s: \"%s\" does not happen to it", s->w.kind, event->name);
    return complain(s->w.cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", s->w.cli->operands[0], why, "casewire case show CASE"});
}

/* A report while the child is missing is mostly the same one told twice; a child that has come back can go again. */
static enum exit_code refuse_twin(const struct saying *s)
{
    const Cw__CaseView *record;
    size_t missing = 0;

    for (size_t r = 0; s->verb->reports && (record = writing_record(&s->w, r)) != NULL; r++)
        for (size_t i = 0; i < record->n_episodes; i++)
            missing += verb_is_missing(record->episodes[i]);
    if (missing == 0 || cli_flag(s->w.cli, "another"))
        return EXIT_DONE;
    return complain(s->w.cli, EXIT_CONFLICT,
                    &(struct trouble){"nothing was recorded", s->w.cli->operands[0],
                                      "this child is missing already: what is new belongs to that episode; "
                                      "--another opens a second one",
                                      "casewire child show CASE"});
}

/* Each record of a merged child has its own episodes: those of two are united by nobody (docs/fold.md §18.5). */
static enum exit_code refuse_apart(const struct saying *s)
{
    return complain(s->w.cli, EXIT_CONFLICT,
                    &(struct trouble){"nothing was recorded", s->w.cli->operands[2],
                                      "the two reports are in different records of this child: each record keeps its "
                                      "episodes and duties",
                                      "casewire child show CASE"});
}

/* The episode of operand 1, and what `about` is to say of operand 2's: its report, or the case's own id for the first. */
static enum exit_code turn_to_both(struct saying *s)
{
    struct episode_place one, other;
    enum exit_code code = writing_find_episode(&s->w, s->w.cli->operands[1], &one);

    if (code == EXIT_DONE)
        code = writing_find_episode(&s->w, s->w.cli->operands[2], &other);
    if (code != EXIT_DONE || one.record == NULL || other.record == NULL)
        return code;
    if (one.record != other.record)
        return refuse_apart(s);
    hex_of(wire_slice(other.episode.len > 0 ? other.episode : other.record->case_id), s->other);
    s->w.episode = one.episode;
    writing_turn_to(&s->w, one.record);
    return EXIT_DONE;
}

static enum exit_code begin_event(struct saying *s)
{
    const struct schema_event *event = schema_event(s->event);
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    CW_ASSERT(event != NULL);
    if ((event->kinds & (1u << schema_kind_by_name(slice_of(s->w.kind)))) == 0)
        return refuse_kind(s, event);
    if (!s->verb->corrects && (event->flags & EVENT_EPISODE) != 0)
        code = s->verb->merges ? turn_to_both(s) : verb_turn_to_episode(&s->w, s->verb, s->event);
    if (code != EXIT_DONE)
        return code;
    s->w.subject = event->name;
    if (cw_draft_event(s->w.kind, event->name, &s->w.case_id, &s->w.draft, &fault) != CW_OK)
        return writing_refused(&s->w, &fault);
    writing_note_seen(&s->w);
    if (s->w.episode.len == CW_ID_LEN)
        (void)!cw_draft_ref(s->w.draft, s->w.episode.data); /* the first of at most 64 */
    saying_put_right(s);
    if (saying_withdraws(s))
        cw_draft_withdraws(s->w.draft);
    return EXIT_DONE;
}

/* Before its time nobody is told, and an acknowledgement would have no effect (docs/fold.md 19.10). */
static enum exit_code not_over(const struct saying *s, const Cw__ViewDeadline *duty)
{
    char when[WHEN_TEXT_LEN_MAX], why[160];

    when_london((struct cw_wall){(int64_t)duty->due_ms}, false, when);
    snprintf(why, sizeof(why), "it is due %s and not over: until then it can be met, not acknowledged", when);
    return complain(s->w.cli, EXIT_CONFLICT,
                    &(struct trouble){"nothing was recorded", s->w.cli->operands[1], why, "casewire clock list CASE"});
}

/* The duty that operand 1 names; what is said of it is said in its own record. */
static enum exit_code find_duty(struct saying *s)
{
    const Cw__CaseView *record = NULL;
    enum exit_code code = verb_duty(&s->w, s->w.cli->operands[1], &s->duty, &record);

    if (code == EXIT_DONE)
        writing_turn_to(&s->w, record);
    return code;
}

/* As the id that the field `clock` takes. */
static enum exit_code name_duty(struct saying *s)
{
    char hex[2 * CW_ID_LEN + 1];

    if (s->event == EVENT_CLOCK_ACK && (int64_t)s->duty->due_ms > when_now().ms)
        return not_over(s, s->duty);
    hex_of(wire_slice(s->duty->duty), hex);
    return saying_assign(s, schema_field(FIELD_CLOCK), "clock", hex);
}

static enum exit_code say_event(struct saying *s)
{
    enum exit_code code;

    s->w.as_recorded = s->verb->as_recorded;
    code = writing_look(&s->w, s->w.cli->operands[0]);
    s->from = s->verb->merges ? 3 : s->verb->corrects || s->verb->duty ? 2 : 1;
    if (code == EXIT_DONE)
        code = refuse_twin(s);
    if (code == EXIT_DONE && s->verb->duty)
        code = find_duty(s);
    if (code == EXIT_DONE)
        code = s->verb->corrects ? saying_name_corrected(s) : saying_choose(s);
    if (code == EXIT_DONE)
        code = begin_event(s);
    if (code == EXIT_DONE && s->verb->duty)
        code = name_duty(s);
    if (code == EXIT_DONE && s->verb->merges)
        code = saying_assign(s, schema_field(FIELD_ABOUT), "about", s->other);
    if (code == EXIT_DONE)
        code = saying_assign_all(s);
    if (code == EXIT_DONE && saying_withdraws(s))
        return saying_only_why(s);
    if (code != EXIT_DONE || s->corrected == NULL || s->verb->takes_back != EVENT_NONE)
        return code;
    code = saying_changes(s);
    return code == EXIT_DONE ? saying_keep_the_rest(s) : code;
}

static enum exit_code say_opening(struct saying *s)
{
    struct cw_fault fault = {0};

    s->w.subject = schema_kind_name(s->verb->opens);
    if (cw_draft_open(s->w.subject, &s->w.draft, &fault) != CW_OK)
        return writing_refused(&s->w, &fault);
    return saying_assign_all(s);
}

enum exit_code verb_run(struct cli *cli)
{
    struct saying *s = calloc(1, sizeof(*s));
    enum exit_code code;

    CW_ASSERT(s != NULL);
    s->verb = verb_of(cli->command);
    s->w.cli = cli;
    s->w.context = &s->context;
    code = context_start(cli, &s->context);
    if (code == EXIT_DONE)
        code = s->verb->opens != KIND_NONE ? say_opening(s) : say_event(s);
    if (code == EXIT_DONE)
        code = writing_send(&s->w);
    writing_done(&s->w);
    context_close(&s->context);
    free(s);
    return code;
}
