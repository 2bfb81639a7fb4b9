/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs about an event that was recorded before: it is said anew, or taken back. */
#include "tool/typed.h"
#include "tool/verb_saying.h"

#include <stdlib.h>

static bool was_given(const struct saying *s, const char *name)
{
    for (size_t i = 0; i < s->given_count; i++)
        if (slice_eq(s->given_names[i], slice_of(name)))
            return true;
    return false;
}

/* What is taken back is the one that was named; what is said anew stands for all that was said of it before. */
void saying_put_right(struct saying *s)
{
    struct cw_op_id op;

    for (size_t i = 0; i < s->again.name_count; i++) {
        if (s->again.names[i]->op.len != CW_ID_LEN)
            continue;
        memcpy(op.b, s->again.names[i]->op.data, CW_ID_LEN);
        (void)!cw_draft_corrects(s->w.draft, &op, 0); /* they are no more than one statement may name */
    }
}

/* What the corrected event says by now and is not said anew, as it would be typed. */
enum exit_code saying_keep_the_rest(struct saying *s)
{
    char *text = malloc(ASSIGNMENT_LEN_MAX);
    enum exit_code code = EXIT_DONE;

    CW_ASSERT(text != NULL);
    for (size_t i = 0; code == EXIT_DONE && i < s->again.from->n_fields; i++) {
        const Cw__ViewField *f = s->again.from->fields[i];
        const struct schema_field *field = schema_field(f->field);

        if (field == NULL || f->n_values == 0 || was_given(s, field->name) ||
            !typed_value(field, f->values[0], text, ASSIGNMENT_LEN_MAX))
            continue;
        code = saying_assign(s, field, field->name, text);
    }
    free(text);
    return code;
}

bool saying_withdraws(const struct saying *s)
{
    return s->verb->corrects && cli_flag(s->w.cli, "withdraw");
}

enum exit_code saying_changes(const struct saying *s)
{
    for (size_t i = 0; i < s->given_count; i++)
        if (!slice_eq(s->given_names[i], slice_of(schema_field(FIELD_REASON)->name)) ||
            schema_event_requires(s->event, FIELD_REASON))
            return EXIT_DONE;
    return complain(s->w.cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", s->w.cli->operands[1],
                                      "nothing would change: give what the event is to say, beside why=",
                                      "casewire case show CASE -v"});
}

/* Nothing is said of what did not happen, but why. */
enum exit_code saying_only_why(const struct saying *s)
{
    for (size_t i = 0; i < s->given_count; i++) {
        const struct schema_field *field = schema_event_field_by_name(s->event, s->given_names[i]);
        char name[64];

        if (field == NULL || field->number == FIELD_REASON || field->number == FIELD_TEXT)
            continue;
        snprintf(name, sizeof(name), "%s", field->name);
        return complain(s->w.cli, EXIT_USAGE,
                        &(struct trouble){"nothing was recorded", name,
                                          "what is taken back is not said anew: why= alone goes with --withdraw",
                                          "the same without --withdraw corrects it"});
    }
    return EXIT_DONE;
}

enum exit_code saying_name_corrected(struct saying *s)
{
    const char *typed = s->w.cli->operands[1];
    enum exit_code code = writing_find_event(&s->w, typed, &s->corrected);
    bool takes_back = s->verb->takes_back != EVENT_NONE;
    const struct schema_event *wanted = schema_event(takes_back ? s->verb->takes_back : s->verb->events[0]);
    char why[100] = "the event is of a newer version";
    const Cw__CaseView *record;

    if (code != EXIT_DONE || s->corrected == NULL)
        return code;
    s->event = takes_back ? s->verb->events[0] : s->corrected->type;
    s->w.episode = s->corrected->episode;
    record = writing_record_of(&s->w, s->corrected);
    writing_turn_to(&s->w, record);
    s->again = (struct verb_again){.from = s->corrected, .name_count = 1, .names = {s->corrected}};
    if (record != NULL && !takes_back && saying_withdraws(s))
        verb_withdrawn(record, s->corrected, &s->again);
    else if (record != NULL && !takes_back)
        verb_again(record, s->corrected, &s->again);
    if (wanted != NULL && wanted->number != s->corrected->type)
        snprintf(why, sizeof(why), "this is no %s", wanted->name);
    else if (schema_event(s->event) != NULL)
        return EXIT_DONE;
    return complain(s->w.cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", typed, why, "casewire case show CASE -v"});
}
