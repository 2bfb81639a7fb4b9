/* SPDX-License-Identifier: Apache-2.0 */
/* Which missing episode of a child a verb is about. It is never guessed: where two would fit, the officer says. */
#include "tool/verb.h"

#include "lib/fault.h"
#include "proto/wire.h"

#define STATE_CLOSED 6
#define STATE_CANCELLED 7
#define STATE_FOUND_DECEASED 8

static uint32_t state_of(const Cw__ViewEpisode *episode)
{
    uint32_t number = 0;

    return schema_value_by_name(SCALE_EPISODE_STATE, wire_slice(episode->state), &number) ? number : 0;
}

bool verb_is_live(const Cw__ViewEpisode *episode)
{
    uint32_t state = state_of(episode);

    return state != STATE_CLOSED && state != STATE_CANCELLED && state != STATE_FOUND_DECEASED;
}

uint32_t verb_episode_state(const Cw__CaseView *view, ProtobufCBinaryData episode)
{
    for (size_t i = 0; i < view->n_episodes; i++)
        if (slice_eq(wire_slice(view->episodes[i]->episode), wire_slice(episode)))
            return state_of(view->episodes[i]);
    return 0;
}

/* The states from which the event is a step. What may be recorded in any state narrows nothing. */
static uint32_t states_for(uint32_t event)
{
    size_t count;
    const struct schema_step *steps = schema_steps(&count);
    uint32_t states = 0;

    for (size_t i = 0; i < count; i++)
        if (steps[i].machine == MACHINE_EPISODE && steps[i].event == event && (steps[i].flags & STEP_SOFT) == 0)
            states |= steps[i].from;
    return states;
}

static const Cw__ViewEpisode *only(const Cw__CaseView *view, uint32_t states, bool live, size_t *out_count)
{
    const Cw__ViewEpisode *found = NULL;

    *out_count = 0;
    for (size_t i = 0; i < view->n_episodes; i++) {
        const Cw__ViewEpisode *e = view->episodes[i];

        if (live ? !verb_is_live(e) : (states & (1u << state_of(e))) == 0)
            continue;
        found = e;
        ++*out_count;
    }
    return found;
}

/* The one reported last; the first when no other was. Events are newest first. */
static ProtobufCBinaryData newest(const Cw__CaseView *view)
{
    ProtobufCBinaryData none = {0, NULL};

    for (size_t i = 0; i < view->n_events; i++)
        if (view->events[i]->type == EVENT_EPISODE_REPORTED && !view->events[i]->proposal)
            return view->events[i]->event_id;
    return none;
}

static enum exit_code more_than_one(const struct writing *w)
{
    char where[200];
    size_t used = 0;

    where[0] = '\0';
    for (size_t i = 0; i < w->view->n_episodes && used < sizeof(where); i++) {
        const Cw__ViewEpisode *e = w->view->episodes[i];
        char id[2 * CW_ID_LEN + 1] = "first", state[40];
        int len;

        if (e->episode.len == CW_ID_LEN)
            hex_of(slice(e->episode.data, 4), id);
        TEXT(e->state, state);
        len = snprintf(where + used, sizeof(where) - used, "%s%s (%s)", used > 0 ? ", " : "", id, state);
        used += len > 0 ? (size_t)len : 0;
    }
    return complain(w->cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", where, "more than one episode of this child would fit",
                                      "the same with --episode"});
}

static enum exit_code named(const struct writing *w, const char *name, ProtobufCBinaryData *out)
{
    const Cw__ViewEvent *event = NULL;
    enum exit_code code;

    *out = (ProtobufCBinaryData){0, NULL};
    if (strcmp(name, "first") == 0)
        return EXIT_DONE;
    code = writing_find_event(w, name, &event);
    if (code == EXIT_DONE && event != NULL)
        *out = event->event_id;
    return code;
}

enum exit_code verb_episode(const struct writing *w, const struct verb *verb, uint32_t event, ProtobufCBinaryData *out)
{
    const char *name = cli_value(w->cli, "episode");
    uint32_t states = verb->states != 0 ? verb->states : states_for(event);
    const Cw__ViewEpisode *found;
    size_t count;

    if (name != NULL)
        return named(w, name, out);
    *out = (ProtobufCBinaryData){0, NULL};
    if (w->view == NULL) /* nobody could be asked: the first */
        return EXIT_DONE;
    found = only(w->view, states, false, &count);
    if (count == 0)
        found = only(w->view, 0, true, &count);
    if (count > 1 ||
        (count == 1 && verb->states != 0 && w->view->n_episodes > 1 && (verb->states & (1u << state_of(found))) == 0))
        return more_than_one(w); /* an interview about an ended episode is not about the live one beside it */
    *out = found != NULL ? found->episode : newest(w->view);
    return EXIT_DONE;
}
