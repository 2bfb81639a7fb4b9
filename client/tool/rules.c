/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/rules.h"

#include <stdio.h>

/* As many values as fit a sentence: a long scale is for `casewire schema`. */
#define VALUES_SHOWN 20

/* A kind of case has no links of every type; KIND_NONE: it is not known. */
static bool is_for(const struct schema_value *value, uint32_t kind)
{
    const struct schema_link *link = value->scale == SCALE_LINK_TYPE ? schema_link((uint32_t)value->number) : NULL;

    return link == NULL || kind == KIND_NONE || kind >= 32 || (link->from & (1u << kind)) != 0;
}

static void values_of(enum scale scale, uint32_t kind, char out[static RULES_ALLOWED_LEN_MAX])
{
    size_t count, used = 0, shown = 0;
    const struct schema_value *values = schema_values(&count);

    out[0] = '\0';
    for (size_t i = 0; i < count && shown < VALUES_SHOWN; i++) {
        int len;

        if (values[i].scale != scale || !is_for(&values[i], kind))
            continue;
        len = snprintf(out + used, RULES_ALLOWED_LEN_MAX - used, "%s%s", shown > 0 ? ", " : "", values[i].name);
        if (len < 0 || (size_t)len >= RULES_ALLOWED_LEN_MAX - used)
            return;
        used += (size_t)len;
        shown++;
    }
    if (shown == VALUES_SHOWN)
        snprintf(out + used, RULES_ALLOWED_LEN_MAX - used, ", ...");
}

/* "CRIME ZZ/012345/30": the first word says which. */
static void first_word_of(const struct schema_field *field, char out[static RULES_ALLOWED_LEN_MAX])
{
    size_t len;

    values_of(field->scale, KIND_NONE, out);
    len = strlen(out);
    snprintf(out + len, RULES_ALLOWED_LEN_MAX - len, "; then a space and the rest, together at most %lld bytes",
             (long long)field->bound);
}

void rules_allowed(const struct schema_field *field, uint32_t kind, char out[static RULES_ALLOWED_LEN_MAX])
{
    static const char *const plain[] = {
        [TYPE_FLAG] = "yes or no",
        [TYPE_NUMBER] = "a whole number",
        [TYPE_PENCE] = "an amount, like £1,250",
        [TYPE_MG] = "a weight, like 1.5g",
        [TYPE_INTERVAL] = "a time, like \"yesterday 23:10\" or \"between 16:00 and 17:30\"",
        [TYPE_TIME] = "a time to come, like 06:00, \"tomorrow 06:00\" or \"in 4h\"",
        [TYPE_DATE] = "a date, like 2011-05-30; ~2011 when it is estimated",
        [TYPE_REF] = "an id of 64 digits",
    };
    bool has_been = field->type == TYPE_TIME && (field->flags & FIELD_HAS_BEEN) != 0;
    enum field_type type = has_been ? TYPE_INTERVAL : field->type;

    if (field->type == TYPE_ENUM)
        values_of(field->scale, kind, out);
    else if (field->scale != SCALE_NONE)
        first_word_of(field, out);
    else if (type < CW_COUNT(plain) && plain[type] != NULL)
        snprintf(out, RULES_ALLOWED_LEN_MAX, "%s", plain[type]);
    else
        snprintf(out, RULES_ALLOWED_LEN_MAX, "text of at most %lld bytes", (long long)field->bound);
}

void rules_who(const struct schema_field *field, const struct schema_event *event, char out[static RULES_WHO_LEN_MAX])
{
    char set[SCHEMA_ROLES_TEXT_LEN_MAX], lower[SCHEMA_ROLES_TEXT_LEN_MAX];
    uint32_t roles = field->place == PLACE_DETAIL && event != NULL ? event->roles : field->set_roles;
    bool lowers = field->place != PLACE_DETAIL && (field->rule == RULE_MAX || field->rule == RULE_MIN) &&
                  field->lower_roles != field->set_roles;

    schema_roles_text(roles, set);
    if (!lowers)
        snprintf(out, RULES_WHO_LEN_MAX, "%s by %s", field->place == PLACE_DETAIL ? "recorded" : "set", set);
    else
        snprintf(out, RULES_WHO_LEN_MAX, "set by %s, %s by %s", set, field->rule == RULE_MIN ? "put off" : "lowered",
                 schema_roles_text(field->lower_roles, lower));
}
