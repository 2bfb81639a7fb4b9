/* SPDX-License-Identifier: Apache-2.0 */
/* What was not recorded, and why: the field, what it may hold, and who may write it. */
#include "tool/rules.h"
#include "tool/verb.h"

#include "proto/schema.h"

static uint32_t kind_of(const struct writing *w)
{
    return w->kind != NULL      ? schema_kind_by_name(slice_of(w->kind))
           : w->subject != NULL ? schema_kind_by_name(slice_of(w->subject))
                                : (uint32_t)KIND_NONE;
}

/* The field that a complaint is about. */
static const struct schema_field *field_of(const struct writing *w, const struct cw_fault *fault,
                                           const struct schema_event *event)
{
    return event != NULL ? schema_event_field_by_name(event->number, slice_of(fault->where))
                         : schema_field_by_name(kind_of(w), slice_of(fault->where));
}

static const char *short_name(const struct verb *verb, const struct schema_field *field)
{
    for (size_t i = 0; verb != NULL && i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++)
        if (verb->arguments[i].field == field->number)
            return verb->arguments[i].name;
    return NULL;
}

static bool was_typed(const struct cli *cli, const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; i < cli->operand_count; i++)
        if (strncmp(cli->operands[i], name, len) == 0 && cli->operands[i][len] == '=')
            return true;
    return false;
}

/* What the command calls the field: what was typed, or what is to be typed, where the daemon found the mistake. */
static const char *typed_name(const struct writing *w, const struct schema_field *field,
                              const struct schema_event *event)
{
    const struct verb *verb = w->cli->command != NULL ? verb_of(w->cli->command) : NULL;
    const struct cli_command *other =
        verb != NULL && verb->corrects && event != NULL ? verb_saying(event->number) : NULL;
    const char *name;

    if (w->typed != NULL || was_typed(w->cli, field->name))
        return w->typed;
    name = short_name(verb, field);
    return name != NULL || other == NULL ? name : short_name(other->says, field);
}

#define WHY_LEN_MAX (CW_FAULT_TEXT_LEN_MAX + RULES_ALLOWED_LEN_MAX + RULES_WHO_LEN_MAX + 24)

static void add_rules(const struct writing *w, const struct schema_field *field, const struct schema_event *event,
                      const char *text, char out[static WHY_LEN_MAX])
{
    char allowed[RULES_ALLOWED_LEN_MAX], who[RULES_WHO_LEN_MAX];

    rules_allowed(field, kind_of(w), allowed);
    rules_who(field, event, who);
    snprintf(out, WHY_LEN_MAX, "%s%s allowed: %s; %s", text,
             text[0] != '\0' && text[strlen(text) - 1] == '?' ? "" : ";", allowed, who);
}

/* A wrong or missing value: what is allowed, who may, and the next thing to look at. */
enum exit_code writing_refused(const struct writing *w, const struct cw_fault *fault)
{
    bool about_values = fault->code == CW_REFUSED_VALUE || fault->code == CW_REFUSED_MISSING ||
                        fault->code == CW_REFUSED_UNKNOWN_FIELD || fault->code == CW_REFUSED_TEXT;
    const struct schema_event *event = w->subject != NULL ? schema_event_by_name(slice_of(w->subject)) : NULL;
    const struct schema_field *field = about_values ? field_of(w, fault, event) : NULL;
    const char *typed;
    char next[100], why[WHY_LEN_MAX], where[2 * CW_FAULT_WHERE_LEN_MAX];

    if (fault->code == CW_AGAIN_NO_DAEMON)
        return complain(w->cli, EXIT_UNREACHABLE,
                        &(struct trouble){"nothing was recorded", fault->where, fault->text,
                                          "the same with --outbox: it goes when a daemon is in reach"});
    if (!about_values || w->subject == NULL)
        return complain_fault(w->cli, "nothing was recorded", fault);
    snprintf(why, sizeof(why), "%s", fault->text);
    snprintf(where, sizeof(where), "%s", fault->where);
    if (field != NULL)
        add_rules(w, field, event, fault->text, why);
    typed = field != NULL ? typed_name(w, field, event) : NULL;
    if (typed != NULL && strcmp(typed, fault->where) != 0)
        snprintf(where, sizeof(where), "%s (%s)", typed, fault->where);
    snprintf(next, sizeof(next), "casewire schema %s", w->subject);
    return complain(w->cli, exit_code_of(fault->code), &(struct trouble){"nothing was recorded", where, why, next});
}
