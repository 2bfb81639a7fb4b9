/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A view's events come with what is the same for all their values said once (docs/protocol.md 7.5), which is a third of
 * a long case. Here it is said of each value again, so that nobody who reads an answer has to know.
 */
#include "lib/answer.h"

#include <stdlib.h>

/* A daemon that knows nothing of it has said everything: then nothing is left out. */
static bool is_brief(const Cw__ViewValue *value)
{
    return value->set_by == NULL && value->author == NULL && !value->has_hlc && !value->has_author_time_ms;
}

static size_t count_brief(const Cw__CaseView *view)
{
    size_t count = 0;

    for (size_t i = 0; i < view->n_events; i++) {
        const Cw__ViewEvent *event = view->events[i];

        for (size_t j = 0; j < event->n_fields; j++)
            count += event->fields[j]->n_values == 1 && is_brief(event->fields[j]->values[0]);
    }
    return count;
}

static void fill_value(const Cw__ViewEvent *event, size_t index, Cw__OpRef *ref, Cw__ViewValue *value)
{
    cw__op_ref__init(ref);
    ref->has_op = event->has_op;
    ref->op = event->op;
    ref->has_index = index != 0;
    ref->index = (uint32_t)index;
    value->set_by = ref;
    value->author = event->author;
    value->has_hlc = event->has_hlc;
    value->hlc = event->hlc;
    value->has_author_time_ms = event->has_author_time_ms;
    value->author_time_ms = event->author_time_ms;
    if (!value->has_text && value->value != NULL && value->value->has_text) {
        value->has_text = 1;
        value->text = value->value->text;
    }
}

static Cw__OpRef *fill_event(const Cw__ViewEvent *event, Cw__OpRef *refs)
{
    for (size_t j = 0; j < event->n_fields; j++) {
        Cw__ViewField *field = event->fields[j];

        if (field->n_values == 1 && is_brief(field->values[0]))
            fill_value(event, j, refs++, field->values[0]);
    }
    return refs;
}

enum cw_err answer_fill(struct cw_answer *answer)
{
    const Cw__CaseView *view = answer->message->view;
    size_t count = view == NULL ? 0 : count_brief(view);
    Cw__OpRef *refs;

    if (count == 0)
        return CW_OK;
    refs = answer->refs = calloc(count, sizeof(*refs));
    if (refs == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t i = 0; i < view->n_events; i++)
        refs = fill_event(view->events[i], refs);
    return CW_OK;
}
