/* SPDX-License-Identifier: Apache-2.0 */
/* The statuses and risks that a list may be asked for, from the schema. */
#include "tool/cmd_case.h"

#include "proto/schema.h"

struct listing {
    char *out;
    size_t cap, len;
};

static bool has_word(const struct listing *l, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = l->out; (at = strstr(at, word)) != NULL; at += len)
        if ((at == l->out || at[-1] == ' ') && (at[len] == '\0' || at[len] == ','))
            return true;
    return false;
}

static void add_word(struct listing *l, const char *word)
{
    if (has_word(l, word))
        return;
    l->len += (size_t)snprintf(l->out + l->len, l->cap - l->len, "%s%s", l->len > 0 ? ", " : "", word);
    if (l->len >= l->cap)
        l->len = l->cap - 1;
}

static void add_scale(struct listing *l, enum scale scale)
{
    size_t count;
    const struct schema_value *rows = schema_values(&count);

    for (size_t i = 0; i < count; i++)
        if (rows[i].scale == scale)
            add_word(l, rows[i].name);
}

static bool is_of(const struct schema_field *field, uint32_t kind)
{
    return kind == KIND_NONE || (field->kinds & (1u << kind)) != 0;
}

void list_statuses(uint32_t kind, char *out, size_t cap)
{
    struct listing l = {out, cap, 0};

    out[0] = '\0';
    for (uint32_t m = MACHINE_NONE + 1; m <= MACHINE_ENTITY; m++) {
        const struct schema_field *row = schema_field(schema_machine_field((enum machine)m));

        if (row != NULL && is_of(row, kind))
            add_scale(&l, row->scale);
    }
    if (kind == KIND_NONE || kind == KIND_CHILD)
        add_word(&l, "missing");
}

void list_risks(uint32_t kind, char *out, size_t cap)
{
    struct listing l = {out, cap, 0};
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if ((rows[i].flags & FIELD_RISK) != 0 && is_of(&rows[i], kind))
            add_scale(&l, rows[i].scale);
    add_word(&l, "not assessed");
}
