/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two cases may be one child's (docs/fold.md §18.6): shown to a person, and nothing else. */
#include "cases/identity.h"
#include "cases/view.h"

#include "proto/schema.h"

#include <string.h>

/* What people still argue about corroborates nothing. */
const struct case_value *identity_settled(const struct case_state *state, uint32_t field)
{
    const struct case_cell *cell = state_cell(state, &scope_none, field);
    const struct case_value *value = state_value(state, &scope_none, field);

    if (value == NULL || cell->in_conflict || (value->flags & VALUE_WITHHELD) != 0)
        return NULL;
    return value->value.type == VALUE_TEXT && value->value.text.len > 0 ? value : NULL;
}

/* The next letter of a text as it is compared: none in capitals, one space for several; 0: there is no more. */
static uint8_t next_letter(struct cw_slice *text)
{
    uint8_t c;

    if (text->len == 0)
        return 0;
    c = text->data[0];
    text->data++;
    text->len--;
    while (c == ' ' && text->len > 0 && text->data[0] == ' ') {
        text->data++;
        text->len--;
    }
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static struct cw_slice trimmed(struct cw_slice text)
{
    while (text.len > 0 && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && text.data[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* Two people type a name or a place: of ASCII's letters alone, so that it is the same with every library. */
static bool same_words(struct cw_slice a, struct cw_slice b)
{
    uint8_t left, right;

    a = trimmed(a);
    b = trimmed(b);
    do {
        left = next_letter(&a);
        right = next_letter(&b);
    } while (left == right && left != 0);
    return left == right;
}

static bool same_shown(const struct case_state *a, const struct case_state *b, uint32_t field)
{
    const struct case_value *left = identity_settled(a, field), *right = identity_settled(b, field);

    return left != NULL && right != NULL && same_words(left->value.text, right->value.text);
}

static bool begins_with(struct cw_slice text, const char *word)
{
    size_t len = strlen(word);

    return text.len > len + 1 && memcmp(text.data, word, len) == 0 && text.data[len] == ' ';
}

static const char *const names[SHARED_COUNT] = {
    [SHARED_NAME_AND_BIRTH] = "name and birth date",
    [SHARED_HOME] = "home address",
    [SHARED_PNCID] = "PNCID",
    [SHARED_CRO] = "CRO",
    [SHARED_LA] = "LA",
    [SHARED_MISPER] = "MISPER",
    [SHARED_NRM] = "NRM",
    [SHARED_ASN] = "ASN",
};

const char *identity_shared_name(enum identity_shared what)
{
    return names[what];
}

bool identity_is_reference(struct cw_slice text)
{
    for (int i = SHARED_PNCID; i < SHARED_COUNT; i++) {
        if (begins_with(text, names[i]))
            return true;
    }
    return false;
}

/* The same reference of one of the systems whose references are one person's. */
static bool share_reference(const struct case_state *a, const struct case_state *b, const char *system)
{
    const struct case_cell *left = state_cell(a, &scope_none, FIELD_EXTERNAL_REFS);
    const struct case_cell *right = state_cell(b, &scope_none, FIELD_EXTERNAL_REFS);

    for (uint32_t i = 0; left != NULL && right != NULL && i < left->value_count; i++) {
        const struct case_value *value = &left->values[i];

        if ((value->flags & (VALUE_STRUCK | VALUE_WITHHELD)) != 0 || !begins_with(value->value.text, system))
            continue;
        for (uint32_t j = 0; j < right->value_count; j++) {
            if ((right->values[j].flags & (VALUE_STRUCK | VALUE_WITHHELD)) == 0 &&
                slice_eq(value->value.text, right->values[j].value.text))
                return true;
        }
    }
    return false;
}

uint32_t identity_shared(const struct case_state *a, const struct case_state *b)
{
    bool name = same_shown(a, b, FIELD_FAMILY_NAME) && same_shown(a, b, FIELD_GIVEN_NAMES);
    uint32_t shared = 0;

    if (name && same_shown(a, b, FIELD_BIRTH_DATE))
        shared |= 1u << SHARED_NAME_AND_BIRTH;
    if (same_shown(a, b, FIELD_HOME_ADDRESS))
        shared |= 1u << SHARED_HOME;
    for (int i = SHARED_PNCID; i < SHARED_COUNT; i++) {
        if (share_reference(a, b, names[i]))
            shared |= 1u << i;
    }
    return shared;
}

bool identity_is_candidate(uint32_t shared)
{
    return (shared & ~(1u << SHARED_HOME)) != 0;
}
