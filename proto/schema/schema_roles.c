/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of roles between mask and text: "MCET, SUP, INSP". Policy records and refusals read and write them.
 */
#include "proto/schema.h"

static void append_code(struct writer *out, const char *code)
{
    if (out->len > 0)
        writer_slice(out, slice_of(", "));
    writer_slice(out, slice_of(code));
}

static const char *copy_word(const char *word, char out[static SCHEMA_ROLES_TEXT_LEN_MAX])
{
    memcpy(out, word, strlen(word) + 1);
    return out;
}

const char *schema_roles_text(uint32_t roles, char out[static SCHEMA_ROLES_TEXT_LEN_MAX])
{
    struct writer w = writer_over(out, SCHEMA_ROLES_TEXT_LEN_MAX - 1);
    size_t count;
    const struct schema_role *rows = schema_roles(&count);

    if ((roles & R_ANY) == R_ANY)
        return copy_word("anyone", out);
    for (size_t i = 0; i < count; i++) {
        if ((roles & (1u << rows[i].number)) != 0)
            append_code(&w, rows[i].code);
    }
    if (w.len == 0)
        return copy_word("nobody", out);
    out[w.len] = '\0';
    return out;
}

static struct cw_slice trimmed(struct cw_slice s)
{
    while (s.len > 0 && s.data[0] == ' ') {
        s.data++;
        s.len--;
    }
    while (s.len > 0 && s.data[s.len - 1] == ' ')
        s.len--;
    return s;
}

bool schema_roles_parse(struct cw_slice text, uint32_t *out_roles)
{
    uint32_t roles = 0;
    size_t at = 0;

    if (slice_eq(text, slice_of("any")) || slice_eq(text, slice_of("none"))) {
        *out_roles = text.len == 3 ? R_ANY : R_NONE;
        return true;
    }
    while (at <= text.len) {
        size_t end = at;
        uint32_t role;

        while (end < text.len && text.data[end] != ',')
            end++;
        role = schema_role_by_code(trimmed(slice(text.data + at, end - at)));
        if (role == ROLE_NONE)
            return false;
        roles |= 1u << role;
        at = end + 1;
    }
    *out_roles = roles;
    return true;
}
