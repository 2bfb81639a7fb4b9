/* SPDX-License-Identifier: Apache-2.0 */
/* What a verb is given: NAME=VALUE of each operand, what it presets, and what is missing. */
#include "tool/lookup.h"
#include "tool/verb_saying.h"

#include "lib/draft.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

static enum exit_code unknown_name(const struct saying *s, const char *typed, size_t len)
{
    const char *near = verb_suggest(s->verb, s->event, slice(typed, len));
    char where[64], why[160];

    snprintf(where, sizeof(where), "%.*s", (int)(len < 60 ? len : 60), typed);
    if (near != NULL)
        snprintf(why, sizeof(why), "there is no such field here: did you mean \"%s\"?", near);
    else
        snprintf(why, sizeof(why), "there is no such field here");
    return complain(s->w.cli, EXIT_USAGE, &(struct trouble){"nothing was recorded", where, why, NULL});
}

/* "when" as what it was understood to be: a person sees a wrong day before somebody else does. */
static void echo_time(const struct saying *s, const char *name)
{
    const struct cw_draft *draft = s->w.draft;
    const struct draft_write *write = draft->writes[draft->write_count - 1];
    char from[WHEN_TEXT_LEN_MAX], to[WHEN_TEXT_LEN_MAX];

    if (write->value.type != VALUE_INTERVAL || s->w.cli->json || s->w.cli->quiet)
        return;
    when_london((struct cw_wall){write->value.number}, false, from);
    when_london((struct cw_wall){write->value.latest}, false, to);
    printf("%s: %s%s%s\n", name, from, strcmp(from, to) != 0 ? " to " : "", strcmp(from, to) != 0 ? to : "");
}

/* Fields that name another record: people type what they call it, and its id is written. */
static bool names_record(const struct schema_field *field, uint32_t event)
{
    return field->number == FIELD_LINK_TO || field->number == FIELD_SURVIVOR ||
           (field->number == FIELD_ABOUT && event == EVENT_IDENTITY_ACCEPTED);
}

/* Its 64 digits; a whole id is taken as it is, also of a record that has not arrived here. */
static enum exit_code find_record(struct saying *s, const char *typed, char out[static 2 * CW_ID_LEN + 1])
{
    struct cw_answer *answer = NULL;
    enum exit_code code;

    if (strlen(typed) == (size_t)2 * CW_ID_LEN && strspn(typed, "0123456789abcdef") == (size_t)2 * CW_ID_LEN) {
        memcpy(out, typed, (size_t)2 * CW_ID_LEN + 1);
        return EXIT_DONE;
    }
    code = lookup_record(s->w.cli, s->w.context, typed, &answer);
    if (code == EXIT_DONE)
        hex_of(wire_slice(answer_message(answer)->view->case_id), out);
    cw_answer_close(answer);
    return code;
}

enum exit_code saying_assign(struct saying *s, const struct schema_field *field, const char *name, const char *value)
{
    char *assignment = malloc(ASSIGNMENT_LEN_MAX);
    enum exit_code code;

    CW_ASSERT(assignment != NULL);
    snprintf(assignment, ASSIGNMENT_LEN_MAX, "%s=%s", field->name, value);
    s->w.typed = name;
    code = writing_assign(&s->w, assignment, CW_SAY);
    if (code == EXIT_DONE)
        echo_time(s, name);
    s->w.typed = NULL;
    free(assignment);
    return code;
}

static enum exit_code assign_record(struct saying *s, const struct schema_field *field, const char *name,
                                    const char *value)
{
    char hex[2 * CW_ID_LEN + 1];
    enum exit_code code = find_record(s, value, hex);

    return code == EXIT_DONE ? saying_assign(s, field, name, hex) : code;
}

/* A title or a place alone: the first name that the verb takes shows how it is meant. */
static enum exit_code without_name(const struct saying *s, const char *typed)
{
    const char *first = s->verb->arguments[0].name;
    char why[100];

    snprintf(why, sizeof(why), "it is written NAME=VALUE, like %s='...'", first != NULL ? first : "summary");
    return complain(s->w.cli, EXIT_USAGE, &(struct trouble){"nothing was recorded", typed, why, NULL});
}

static enum exit_code assign_typed(struct saying *s, const char *typed)
{
    const struct verb_argument *argument;
    size_t len = strcspn(typed, "=");
    const struct schema_field *field = verb_field(s->verb, s->event, slice(typed, len), &argument);
    char name[64];

    if (typed[len] == '\0')
        return without_name(s, typed);
    if (field == NULL || len >= sizeof(name))
        return unknown_name(s, typed, len);
    snprintf(name, sizeof(name), "%.*s", (int)len, typed);
    if (argument != NULL)
        s->given[argument - s->verb->arguments] = true;
    if (s->given_count < WRITES_MAX)
        s->given_names[s->given_count++] = slice_of(field->name);
    if (s->corrected != NULL && typed[len + 1] == '\0')
        return EXIT_DONE; /* it was said, and is not said any more */
    return names_record(field, s->event) ? assign_record(s, field, name, typed + len + 1)
                                         : saying_assign(s, field, name, typed + len + 1);
}

static enum exit_code missing(const struct saying *s, const struct verb_argument *argument)
{
    char left[VERB_LEFT_LEN_MAX], right[VERB_RIGHT_LEN_MAX], who[SCHEMA_ROLES_TEXT_LEN_MAX],
        why[VERB_RIGHT_LEN_MAX + SCHEMA_ROLES_TEXT_LEN_MAX + 40];

    verb_argument_words(s->verb, argument, left, right);
    verb_who(s->verb, who);
    snprintf(why, sizeof(why), "%s; recorded by %s", right, who);
    return complain(s->w.cli, EXIT_USAGE, &(struct trouble){"a value is missing", left, why, NULL});
}

/* Before anything is signed: an officer hears of all that is missing from here, not from the daemon. */
enum exit_code saying_assign_all(struct saying *s)
{
    enum exit_code code = EXIT_DONE;

    for (int i = s->from; code == EXIT_DONE && i < s->w.cli->operand_count; i++)
        code = assign_typed(s, s->w.cli->operands[i]);
    for (size_t i = 0; code == EXIT_DONE && i < VERB_ARGUMENTS_MAX && s->verb->arguments[i].name != NULL; i++) {
        const struct verb_argument *a = &s->verb->arguments[i];

        if (s->given[i])
            continue;
        if (a->preset != NULL)
            code = saying_assign(s, schema_field(a->field), a->name, a->preset);
        else if (verb_needs(s->verb, s->event, a))
            code = missing(s, a);
    }
    return code;
}
