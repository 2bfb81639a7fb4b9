/* SPDX-License-Identifier: Apache-2.0 */
/* conflict show: what may be typed next, with this dispute's own id. */
#include "tool/conflict_next.h"

#include "tool/lookup.h"
#include "tool/verb.h"
#include "tool/view.h"

#include "proto/wire.h"

/* " --episode 5e61c0a2"; "" for the first. */
#define EPISODE_LEN_MAX 24
static void episode_option(ProtobufCBinaryData episode, char out[static EPISODE_LEN_MAX])
{
    char hex[2 * SHORT_ID_LEN + 1];

    out[0] = '\0';
    if (episode.len != CW_ID_LEN)
        return;
    short_id(episode, hex);
    snprintf(out, EPISODE_LEN_MAX, " --episode %.8s", hex);
}

/* --- a value ----------------------------------------------------------------------------------------------- */

void conflict_assess(const struct dispute *d, const char *risk, char out[static CONFLICT_ASSESS_LEN_MAX])
{
    char chars[CHARS_LEN_MAX], episode[EPISODE_LEN_MAX];

    lookup_chars(wire_slice(d->view->human_ref), chars);
    episode_option(d->field->episode, episode);
    snprintf(out, CONFLICT_ASSESS_LEN_MAX, "casewire episode assess %s risk=%.40s why='...' review='in 4h'%s", chars,
             risk, episode);
}

static void print_choice(const struct dispute *d, const char *verb, const char *id, size_t choice)
{
    const Cw__ViewValue *value = d->choices[choice];
    char risk[60], command[CONFLICT_ASSESS_LEN_MAX];

    if (value->value == NULL || !dispute_lowers_risk(d, value->value->number)) {
        printf("  casewire conflict %s %s --take %zu\n", verb, id, choice + 1);
        return;
    }
    view_value(value, risk, sizeof(risk));
    conflict_assess(d, risk, command);
    printf("  %s\n", command);
}

/* --- a step ------------------------------------------------------------------------------------------------ */

static void print_verb(const struct dispute *d, const struct cli_command *row, uint32_t event)
{
    const struct verb *verb = verb_of(row);
    char name[CLI_NAME_LEN_MAX], chars[CHARS_LEN_MAX], episode[EPISODE_LEN_MAX];

    cli_name(row, name);
    lookup_chars(wire_slice(d->view->human_ref), chars);
    episode_option(d->conflict->episode, episode);
    printf("  casewire %s %s", name, chars);
    for (size_t i = 0; i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++) {
        const struct verb_argument *argument = &verb->arguments[i];
        char left[VERB_LEFT_LEN_MAX], right[VERB_RIGHT_LEN_MAX];

        if (argument->preset != NULL || !verb_needs(verb, event, argument))
            continue;
        verb_argument_words(verb, argument, left, right);
        printf(" %s", left);
    }
    printf("%s\n", episode);
}

static void print_steps(const struct dispute *d, const char *id, uint32_t roles)
{
    const struct cli_command *rows[DISPUTE_STEPS_MAX];
    uint32_t events[DISPUTE_STEPS_MAX];
    size_t count = dispute_steps(d, roles, events);

    for (size_t i = 0; i < count; i++) {
        bool printed = false;

        rows[i] = verb_saying(events[i]);
        for (size_t j = 0; j < i; j++)
            printed = printed || (rows[i] != NULL && rows[j] == rows[i]);
        if (rows[i] == NULL)
            printf("  casewire conflict resolve %s %s FIELD=VALUE...\n", id, schema_event(events[i])->name);
        else if (!printed)
            print_verb(d, rows[i], events[i]);
    }
    if (count == 0)
        printf("  casewire conflict resolve %s EVENT FIELD=VALUE...\n", id);
}

/* --- all of it --------------------------------------------------------------------------------------------- */

void conflict_next(const struct dispute *d, const char *id, uint32_t roles)
{
    printf("next\n");
    switch (d->kind) {
    case DISPUTE_VALUES:
    case DISPUTE_PROPOSAL:
        for (size_t i = 0; i < d->choice_count; i++)
            print_choice(d, "resolve", id, i);
        printf("  casewire conflict resolve %s 'another value'\n", id);
        break;
    case DISPUTE_EVENT:
        printf("  casewire conflict resolve %s --take 2 [FIELD=VALUE...]\n", id);
        printf("  casewire conflict resolve %s --take 1\n", id);
        break;
    case DISPUTE_OWNER:
        printf("  casewire conflict resolve %s DIVISION reason='...'\n", id);
        break;
    case DISPUTE_STEP:
        print_steps(d, id, roles);
        break;
    case DISPUTE_MERGED:
        for (size_t i = 1; i < d->choice_count; i++)
            print_choice(d, "undo", id, i);
        break;
    case DISPUTE_KEPT:
        printf("  casewire conflict undo %s\n", id);
        break;
    }
}
