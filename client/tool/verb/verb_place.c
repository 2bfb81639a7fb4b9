/* SPDX-License-Identifier: Apache-2.0 */
/* Where a statement goes that is about an episode: the episode, and the record of the child that has it. */
#include "tool/verb.h"

#include "proto/id.h"

/* States from which the event is a step narrow more than those that a verb of two events is about. */
static bool is_a_step(uint32_t event)
{
    size_t count;
    const struct schema_step *steps = schema_steps(&count);

    for (size_t i = 0; i < count; i++)
        if (steps[i].machine == MACHINE_EPISODE && steps[i].event == event && (steps[i].flags & STEP_SOFT) == 0)
            return true;
    return false;
}

/* Without a verb of its own the event is about the episode that its verb would take. */
static enum exit_code find(const struct writing *w, const struct verb *verb, uint32_t event, struct episode_place *out)
{
    const struct cli_command *row = verb == NULL && !is_a_step(event) ? verb_saying(event) : NULL;
    struct verb plain = {.states = row != NULL ? row->says->states : 0};

    return verb_episode(w, verb != NULL ? verb : &plain, event, out);
}

static enum exit_code not_asked(const struct writing *w, const char *name)
{
    return complain(w->cli, EXIT_UNREACHABLE,
                    &(struct trouble){"nothing was recorded", name,
                                      "no daemon is in reach to ask which episode that is: give the whole id of its "
                                      "report, 64 digits, or first",
                                      "casewire outbox list"});
}

/* Nobody knows whether the first is over: the daemon does, and takes nothing for the first while another is live. */
static void tell_first(const struct writing *w)
{
    if (!w->cli->quiet && strcmp(w->kind, schema_kind_name(KIND_CHILD)) == 0)
        fprintf(stderr, "no daemon is in reach: this is said of the child's first episode; when another one is "
                        "meant, give --episode with the whole id of its report\n");
}

static enum exit_code unasked(struct writing *w)
{
    const char *name = cli_value(w->cli, "episode");

    if (name == NULL) {
        tell_first(w);
        return EXIT_DONE;
    }
    if (strcmp(name, "first") == 0)
        return EXIT_DONE;
    if (hex_parse(name, w->episode_named, CW_ID_LEN) != CW_OK)
        return not_asked(w, name);
    w->episode = (ProtobufCBinaryData){CW_ID_LEN, w->episode_named};
    return EXIT_DONE;
}

enum exit_code verb_turn_to_episode(struct writing *w, const struct verb *verb, uint32_t event)
{
    struct episode_place at = {NULL, {0, NULL}};
    enum exit_code code;

    if (w->view == NULL)
        return unasked(w);
    if (verb_episode_count(w) == 0)
        return EXIT_DONE; /* no child */
    code = find(w, verb, event, &at);
    if (code == EXIT_DONE && at.record != NULL) {
        w->episode = at.episode;
        writing_turn_to(w, at.record);
    }
    return code;
}
