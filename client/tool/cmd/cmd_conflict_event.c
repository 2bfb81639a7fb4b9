/* SPDX-License-Identifier: Apache-2.0 */
/* conflict resolve, of events: what decides between steps, and what becomes of an event that somebody proposed. */
#include "tool/conflict_decide.h"

#include "tool/cmd_case.h"
#include "tool/typed.h"
#include "tool/view.h"

#include "proto/schema.h"
#include "proto/wire.h"

enum exit_code deciding_begin_event(struct deciding *x, const char *event, ProtobufCBinaryData episode)
{
    struct cw_case_id id = view_case_id(x->d->view);
    struct cw_fault fault = {0};

    x->w.subject = event;
    x->w.episode = episode;
    if (cw_draft_event(view_kind(x->d->view), event, &id, &x->w.draft, &fault) != CW_OK)
        return complain_fault(x->w.cli, "nothing was recorded", &fault);
    if (episode.len == CW_ID_LEN)
        (void)!cw_draft_ref(x->w.draft, episode.data);
    return EXIT_DONE;
}

enum exit_code deciding_assign(struct deciding *x, int from)
{
    enum exit_code code = EXIT_DONE;

    for (int i = from; code == EXIT_DONE && i < x->w.cli->operand_count; i++)
        code = writing_assign(&x->w, x->w.cli->operands[i], CW_SAY);
    return code;
}

/* --- a proposed event ------------------------------------------------------------------------------------------ */

static void name_corrected(struct deciding *x, ProtobufCBinaryData op)
{
    struct cw_op_id id;

    if (op.len != CW_ID_LEN)
        return;
    memcpy(id.b, op.data, CW_ID_LEN);
    (void)!cw_draft_corrects(x->w.draft, &id, 0); /* an event names at most 8, and a proposal 7 beside itself */
}

/* An event of a row that takes back can name nothing but what is taken back. */
static bool only_takes_back(const Cw__ViewEvent *event)
{
    const struct schema_event *row = schema_event(event->type);

    return row != NULL && (row->flags & EVENT_WITHDRAWS) != 0;
}

static bool is_given(const struct cli *cli, const char *name)
{
    size_t len = strlen(name);

    for (int i = 1; i < cli->operand_count; i++)
        if (strncmp(cli->operands[i], name, len) == 0 && cli->operands[i][len] == '=')
            return true;
    return false;
}

/* What the proposal says and the operands do not say otherwise. */
static enum exit_code repeat_fields(struct deciding *x, const Cw__ViewEvent *event)
{
    static char text[8192], assignment[sizeof(text) + 100];
    enum exit_code code = EXIT_DONE;

    for (size_t i = 0; code == EXIT_DONE && i < event->n_fields; i++) {
        const struct schema_field *row = schema_field(event->fields[i]->field);

        if (row == NULL || event->fields[i]->n_values == 0 || is_given(x->w.cli, row->name) ||
            !typed_value(row, event->fields[i]->values[0], text, sizeof(text)))
            continue;
        snprintf(assignment, sizeof(assignment), "%s=%s", row->name, text);
        code = writing_assign(&x->w, assignment, CW_SAY);
    }
    return code;
}

/* The same event, signed by somebody who may record it; or one that says that it is not to be. */
static enum exit_code answer_event(struct deciding *x, bool take_up)
{
    const Cw__ViewEvent *event = x->d->event;
    const struct schema_event *row = schema_event(event->type);
    enum exit_code code;

    CW_ASSERT(row != NULL); /* of one that is not in the table nobody is named who may decide */
    code = deciding_begin_event(x, row->name, event->episode);
    if (code != EXIT_DONE)
        return code;
    writing_note_seen(&x->w);
    for (size_t i = 0; take_up && event->withdraws && i < event->n_corrects; i++)
        name_corrected(x, event->corrects[i]);
    if (!take_up || !only_takes_back(event))
        name_corrected(x, event->op);
    for (size_t i = 0; take_up && i < event->n_same_as; i++)
        if (event->same_as[i].len == CW_ID_LEN)
            (void)!cw_draft_same_as(x->w.draft, event->same_as[i].data);
    if (!take_up || (event->withdraws && !only_takes_back(event)))
        cw_draft_withdraws(x->w.draft);
    code = deciding_assign(x, 1);
    if (code == EXIT_DONE && (take_up || only_takes_back(event)))
        code = repeat_fields(x, event);
    return code == EXIT_DONE ? writing_send(&x->w) : code;
}

enum exit_code deciding_answer(struct deciding *x, int64_t take)
{
    if (take != 0)
        return answer_event(x, take == DECIDING_TAKE_UP);
    return complain(x->w.cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", "--take",
                                      "a proposed event is taken up with --take 2 and left with --take 1",
                                      "casewire conflict show CONFLICT"});
}
