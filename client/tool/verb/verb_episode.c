/* SPDX-License-Identifier: Apache-2.0 */
/* Which missing episode of a child a verb is about. It is never guessed: where two would fit, the officer says. */
#include "tool/verb.h"

#include "lib/fault.h"
#include "proto/wire.h"

#define STATE_RETURNED 4
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

bool verb_is_missing(const Cw__ViewEpisode *episode)
{
    return verb_is_live(episode) && state_of(episode) != STATE_RETURNED;
}

uint32_t verb_episode_state(const Cw__CaseView *view, ProtobufCBinaryData episode)
{
    for (size_t i = 0; i < view->n_episodes; i++)
        if (slice_eq(wire_slice(view->episodes[i]->episode), wire_slice(episode)))
            return state_of(view->episodes[i]);
    return 0;
}

/* In which an episode fits; and in which only one does in which a death is reported. */
struct fitting {
    uint32_t states, of_death;
    bool live; /* in its stead: any that is live */
};

/* The states from which the event is a step. What may be recorded in any state narrows nothing. */
static struct fitting states_for(uint32_t event)
{
    size_t count;
    const struct schema_step *steps = schema_steps(&count);
    struct fitting f = {0, 0, false};

    for (size_t i = 0; i < count; i++) {
        if (steps[i].machine != MACHINE_EPISODE || steps[i].event != event || (steps[i].flags & STEP_SOFT) != 0)
            continue;
        if ((steps[i].flags & STEP_DEATH_REPORTED) != 0)
            f.of_death |= steps[i].from;
        else
            f.states |= steps[i].from;
    }
    return f;
}

static bool death_is_reported(const Cw__CaseView *record, const Cw__ViewEpisode *e)
{
    for (size_t i = 0; i < record->n_events; i++) {
        const Cw__ViewEvent *event = record->events[i];

        if (event->type == EVENT_FOUND_DEAD && !event->proposal && !event->withdraws && event->withdrawn_by.len == 0 &&
            slice_eq(wire_slice(event->episode), wire_slice(e->episode)))
            return true;
    }
    return false;
}

static bool fits(const Cw__CaseView *record, const Cw__ViewEpisode *e, const struct fitting *f)
{
    uint32_t state = 1u << state_of(e);

    if (f->live)
        return verb_is_live(e);
    return (f->states & state) != 0 || ((f->of_death & state) != 0 && death_is_reported(record, e));
}

/* Of all records; the last of them is *out. */
static size_t count_those(const struct writing *w, const struct fitting *f, struct episode_place *out)
{
    const Cw__CaseView *record;
    size_t count = 0;

    for (size_t r = 0; (record = writing_record(w, r)) != NULL; r++)
        for (size_t i = 0; i < record->n_episodes; i++) {
            const Cw__ViewEpisode *e = record->episodes[i];

            if (!fits(record, e, f))
                continue;
            *out = (struct episode_place){record, e->episode};
            count++;
        }
    return count;
}

size_t verb_episode_count(const struct writing *w)
{
    const Cw__CaseView *record;
    size_t count = 0;

    for (size_t r = 0; (record = writing_record(w, r)) != NULL; r++)
        count += record->n_episodes;
    return count;
}

/* The one reported last; the first when no other was. Events are newest first. */
static struct episode_place newest(const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_events; i++)
        if (view->events[i]->type == EVENT_EPISODE_REPORTED && !view->events[i]->proposal)
            return (struct episode_place){view, writing_episode_of(view, view->events[i]->event_id)};
    return (struct episode_place){view, {0, NULL}};
}

static size_t names_of(const Cw__CaseView *record, char *out, size_t used, size_t cap)
{
    for (size_t i = 0; i < record->n_episodes && used < cap; i++) {
        const Cw__ViewEpisode *e = record->episodes[i];
        char name[CHARS_LEN_MAX], state[40];
        int len;

        writing_episode_name(record, e->episode, name);
        TEXT(e->state, state);
        len = snprintf(out + used, cap - used, "%s%s (%s)", used > 0 ? ", " : "", name, state);
        used += len > 0 ? (size_t)len : 0;
    }
    return used;
}

static enum exit_code more_than_one(const struct writing *w)
{
    const Cw__CaseView *record;
    char where[200] = "";
    size_t used = 0;

    for (size_t r = 0; (record = writing_record(w, r)) != NULL; r++)
        used = names_of(record, where, used, sizeof(where));
    return complain(w->cli, EXIT_USAGE,
                    &(struct trouble){"nothing was recorded", where, "more than one episode of this child would fit",
                                      "the same with --episode"});
}

enum exit_code verb_episode(const struct writing *w, const struct verb *verb, uint32_t event, struct episode_place *out)
{
    const char *name = cli_value(w->cli, "episode");
    struct fitting f = verb->states != 0 ? (struct fitting){.states = verb->states} : states_for(event);
    size_t count;

    *out = (struct episode_place){NULL, {0, NULL}};
    if (w->view == NULL) /* nobody could be asked: verb_turn_to_episode() says which */
        return EXIT_DONE;
    if (name != NULL)
        return writing_find_episode(w, name, out);
    count = count_those(w, &f, out);
    f.live = true;
    if (count == 0)
        count = count_those(w, &f, out);
    if (count > 1 || (count == 1 && verb->states != 0 && verb_episode_count(w) > 1 &&
                      (verb->states & (1u << verb_episode_state(out->record, out->episode))) == 0))
        return more_than_one(w); /* an interview about an ended episode is not about the live one beside it */
    if (count == 0)
        *out = newest(w->view);
    return EXIT_DONE;
}
