/* SPDX-License-Identifier: Apache-2.0 */
/* Which event a verb becomes: by what was said of it, and by the state of the episode. */
#include "tool/verb_saying.h"

#define IN_PERSON_MIN 4 /* how_known: seen by a professional, or by police */

/* The value of how=..., as it would be read; 0: not given, or no such word. */
static uint32_t how_known(const struct saying *s)
{
    const struct verb_argument *argument;
    uint32_t number = 0;

    for (int i = s->from; i < s->w.cli->operand_count; i++) {
        const char *typed = s->w.cli->operands[i];
        size_t len = strcspn(typed, "=");
        const struct schema_field *field = verb_field(s->verb, s->verb->events[0], slice(typed, len), &argument);

        if (field != NULL && field->number == FIELD_HOW_KNOWN && typed[len] == '=')
            (void)schema_value_by_name(field->scale, slice_of(typed + len + 1), &number);
    }
    return number;
}

/* Whether a step of the event begins in this state; *out_in_person: only for who was seen. */
static bool begins_in(uint32_t event, uint32_t state, bool *out_in_person)
{
    size_t count;
    const struct schema_step *steps = schema_steps(&count);
    bool begins = false;

    *out_in_person = false;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].machine != MACHINE_EPISODE || steps[i].event != event)
            continue;
        *out_in_person = *out_in_person || (steps[i].flags & STEP_IN_PERSON) != 0;
        begins = begins || (steps[i].from & (1u << state)) != 0;
    }
    return begins;
}

/* Whether the case's state allows the event now; without a daemon in reach nobody knows. */
static enum exit_code allows(const struct saying *s, uint32_t event, bool *out_begins, bool *out_in_person)
{
    struct episode_place at = {NULL, {0, NULL}};
    enum exit_code code = verb_episode(&s->w, s->verb, event, &at);
    uint32_t state = at.record != NULL ? verb_episode_state(at.record, at.episode) : 0;

    *out_begins = begins_in(event, state, out_in_person) || s->w.view == NULL;
    return code;
}

/* The first event that details and state allow; else the first that the details allow: the daemon says why it does not. */
enum exit_code saying_choose(struct saying *s)
{
    uint32_t how = how_known(s);
    bool begun = false;

    s->event = s->verb->events[0];
    for (size_t i = VERB_EVENTS_MAX; s->verb->events[1] != EVENT_NONE && i-- > 0;) {
        bool in_person, begins;
        enum exit_code code = allows(s, s->verb->events[i], &begins, &in_person);

        if (code != EXIT_DONE)
            return code;
        if ((in_person && how < IN_PERSON_MIN) || (begun && !begins))
            continue;
        s->event = s->verb->events[i];
        begun = begins;
    }
    return EXIT_DONE;
}
