/* SPDX-License-Identifier: Apache-2.0 */
/* What an author had before the eyes: the events, risks and duties that a statement answers, and the one that it names. */
#include "tool/write.h"

#include "proto/schema.h"
#include "proto/wire.h"

/* How many of the newest events an author is taken to have seen. */
#define SEEN_EVENTS_MAX 16
#define SEEN_DUTIES_MAX 24 /* of the first in the view, those that run */

static void note_op(struct writing *w, ProtobufCBinaryData id)
{
    struct cw_op_id op;

    if (id.len != CW_ID_LEN)
        return;
    memcpy(op.b, id.data, CW_ID_LEN);
    (void)!cw_draft_after(w->draft, &op); /* at most 64 */
}

/* The risks that the view shows, by whoever set them: only who knew of a risk has looked at it again (docs/fold.md §19.7). */
static void note_risks(struct writing *w)
{
    for (size_t i = 0; i < w->view->n_fields; i++) {
        const Cw__ViewField *f = w->view->fields[i];
        const struct schema_field *row = schema_field(f->field);

        for (size_t v = 0; row != NULL && (row->flags & FIELD_RISK) != 0 && v < f->n_values; v++) {
            if (f->values[v]->set_by != NULL)
                note_op(w, f->values[v]->set_by->op);
        }
    }
}

static void note_duties(struct writing *w)
{
    for (size_t i = 0; i < w->view->n_deadlines && i < SEEN_DUTIES_MAX; i++) {
        if (!w->view->deadlines[i]->has_met_by)
            note_op(w, w->view->deadlines[i]->start);
    }
}

void writing_note_seen(struct writing *w)
{
    for (size_t i = 0; w->view != NULL && i < w->view->n_events && i < SEEN_EVENTS_MAX; i++)
        note_op(w, w->view->events[i]->op);
    if (w->view != NULL) {
        note_risks(w);
        note_duties(w);
    }
}

static bool starts_with(ProtobufCBinaryData id, const char *hex)
{
    char text[2 * CW_ID_LEN + 1];

    if (id.len != CW_ID_LEN)
        return false;
    hex_of(wire_slice(id), text);
    return strncmp(text, hex, strlen(hex)) == 0;
}

enum exit_code writing_find_event(const struct writing *w, const char *hex, const Cw__ViewEvent **out)
{
    const Cw__ViewEvent *found = NULL;
    const Cw__CaseView *record;
    bool twice = false;

    if (w->offline)
        return complain(w->cli, EXIT_UNREACHABLE,
                        &(struct trouble){"no event can be named", hex, "no daemon is in reach to ask what it is",
                                          "casewire outbox list"});
    for (size_t r = 0; strlen(hex) >= 4 && (record = writing_record(w, r)) != NULL; r++)
        for (size_t i = 0; i < record->n_events; i++) {
            const Cw__ViewEvent *e = record->events[i];

            if (!starts_with(e->event_id, hex) && !starts_with(e->op, hex))
                continue;
            twice = twice || found != NULL;
            found = e;
        }
    if (found != NULL && !twice) {
        *out = found;
        return EXIT_DONE;
    }
    return complain(
        w->cli, twice ? EXIT_USAGE : EXIT_NOT_FOUND,
        &(struct trouble){twice ? "more than one event begins like this" : "no such event in this case", hex,
                          twice || strlen(hex) < 4 ? "give at least 4 digits of its id, as many as tell it from others"
                                                   : "none of its events has an id that begins so",
                          "casewire case show CASE -v"});
}
