/* SPDX-License-Identifier: Apache-2.0 */
/* Values as a person types them: one reader for each type of the field table. */
#include "lib/draft.h"
#include "lib/fault.h"
#include "lib/when.h"

#include <inttypes.h>

static enum cw_err bad(const struct schema_field *field, struct cw_fault *fault, const char *wanted)
{
    return fault_set(fault, CW_REFUSED_VALUE, field->name, "%s", wanted);
}

static bool same_word(struct cw_slice text, const char *word)
{
    return text.len == strlen(word) && strncasecmp((const char *)text.data, word, text.len) == 0;
}

/* Decimal with up to `places` places behind the point, thousands commas allowed, scaled to an integer. */
static bool parse_decimal(struct cw_slice text, unsigned places, int64_t *out)
{
    int64_t value = 0;
    unsigned behind = 0;
    bool point = false, any = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = (char)text.data[i];

        if (c == ',' && !point && any)
            continue;
        if (c == '.' && !point && places > 0) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || (point && ++behind > places) || value > INT64_MAX / 1000)
            return false;
        value = value * 10 + (c - '0');
        any = true;
    }
    for (; behind < places; behind++) {
        if (value > INT64_MAX / 1000)
            return false;
        value *= 10;
    }
    *out = value;
    return any;
}

static bool cut_prefix(struct cw_slice *text, const char *prefix)
{
    size_t len = strlen(prefix);

    if (text->len < len || memcmp(text->data, prefix, len) != 0)
        return false;
    *text = slice(text->data + len, text->len - len);
    return true;
}

static bool cut_suffix(struct cw_slice *text, const char *suffix)
{
    size_t len = strlen(suffix);

    if (text->len <= len || memcmp(text->data + text->len - len, suffix, len) != 0)
        return false;
    text->len -= len;
    return true;
}

/* "£1,250.50", "1250.50", "1250 GBP", "125050p" */
static bool parse_pence(struct cw_slice text, int64_t *out)
{
    if (cut_prefix(&text, "£") || cut_suffix(&text, " GBP"))
        return parse_decimal(text, 2, out);
    if (cut_suffix(&text, "p"))
        return parse_decimal(text, 0, out);
    return parse_decimal(text, 2, out);
}

/* "250mg", "1.5g", "0.75kg" */
static bool parse_mg(struct cw_slice text, int64_t *out)
{
    if (cut_suffix(&text, "mg"))
        return parse_decimal(text, 0, out);
    if (cut_suffix(&text, "kg"))
        return parse_decimal(text, 6, out);
    return cut_suffix(&text, "g") && parse_decimal(text, 3, out);
}

static enum cw_err parse_enum(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                              struct cw_fault *fault)
{
    uint32_t number;
    const char *near;
    char shown[40];

    if (schema_value_by_name(field->scale, text, &number)) {
        out->number = number;
        return CW_OK;
    }
    if (field->number == FIELD_MARKING && (cut_prefix(&text, "SECRET") || cut_prefix(&text, "TOP")))
        return fault_set(fault, CW_REFUSED_MARKING, field->name,
                         "nothing above OFFICIAL_SENSITIVE is ever held here: it is OFFICIAL or OFFICIAL_SENSITIVE");
    near = schema_suggest_value(field->scale, text);
    fault_clean_text(text, shown, sizeof(shown));
    if (near != NULL)
        return fault_set(fault, CW_REFUSED_VALUE, field->name, "there is no value \"%s\": did you mean \"%s\"?", shown,
                         near);
    return fault_set(fault, CW_REFUSED_VALUE, field->name, "there is no value \"%s\": `casewire schema %s` lists them",
                     shown, field->name);
}

static enum cw_err parse_flag(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                              struct cw_fault *fault)
{
    bool yes = same_word(text, "yes") || same_word(text, "true") || same_word(text, "1");

    if (!yes && !same_word(text, "no") && !same_word(text, "false") && !same_word(text, "0"))
        return bad(field, fault, "must be yes or no");
    out->number = yes;
    return CW_OK;
}

static enum cw_err parse_times(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                               struct cw_fault *fault)
{
    enum when_tense tense = field->type == TYPE_TIME && (field->flags & FIELD_HAS_BEEN) == 0 ? WHEN_COMING : WHEN_PAST;
    char why[WHEN_WHY_LEN_MAX];
    struct cw_wall from, to;

    if (!when_read(text, when_now(), tense, &from, &to, why))
        return bad(field, fault, why);
    out->number = from.ms;
    out->latest = field->type == TYPE_TIME ? from.ms : to.ms;
    return CW_OK;
}

static enum cw_err parse_ref(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                             struct cw_fault *fault)
{
    char hex[2 * CW_ID_LEN + 1];

    if (text.len != (size_t)2 * CW_ID_LEN)
        return bad(field, fault, "must be an id: 64 hexadecimal digits");
    memcpy(hex, text.data, text.len);
    hex[text.len] = '\0';
    if (hex_parse(hex, out->id.b, CW_ID_LEN) != CW_OK)
        return bad(field, fault, "must be an id: 64 hexadecimal digits");
    return CW_OK;
}

static enum cw_err parse_text(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                              struct cw_fault *fault)
{
    struct refusal refusal = {0};
    size_t bound = field->type != TYPE_DATE && field->bound > 0 ? (size_t)field->bound : 12;
    enum cw_err err;

    if (text.len == 0)
        return bad(field, fault, "is empty");
    if (text.len > bound)
        return fault_set(fault, CW_REFUSED_VALUE, field->name, "is %zu bytes long; at most %zu fit", text.len, bound);
    err = text_check(text, bound, field->type == TYPE_LINES, field->name, &refusal);
    if (err != CW_OK)
        return fault_of_refusal(fault, err, &refusal);
    out->text = text;
    return CW_OK;
}

static enum cw_err parse_number(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                                struct cw_fault *fault)
{
    bool ok = field->type == TYPE_PENCE ? parse_pence(text, &out->number)
              : field->type == TYPE_MG  ? parse_mg(text, &out->number)
                                        : parse_decimal(text, 0, &out->number);

    if (!ok)
        return bad(field, fault,
                   field->type == TYPE_PENCE ? "must be an amount like 1250.50, £15,000 or 125050p"
                   : field->type == TYPE_MG  ? "must be a weight like 250mg, 1.5g or 0.75kg"
                                             : "must be a whole number");
    if (field->bound > 0 && out->number > field->bound)
        return fault_set(fault, CW_REFUSED_VALUE, field->name, "must be at most %" PRId64, field->bound);
    return CW_OK;
}

enum cw_err draft_value_parse(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                              struct cw_fault *fault)
{
    struct op_value value = {.type = (enum value_type)schema_value_type(field->type)};
    enum cw_err err;

    switch (field->type) {
    case TYPE_ENUM:
        err = parse_enum(field, text, &value, fault);
        break;
    case TYPE_FLAG:
        err = parse_flag(field, text, &value, fault);
        break;
    case TYPE_NUMBER:
    case TYPE_PENCE:
    case TYPE_MG:
        err = parse_number(field, text, &value, fault);
        break;
    case TYPE_INTERVAL:
    case TYPE_TIME:
        err = parse_times(field, text, &value, fault);
        break;
    case TYPE_REF:
        err = parse_ref(field, text, &value, fault);
        break;
    default:
        err = parse_text(field, text, &value, fault);
    }
    if (err == CW_OK)
        *out = value;
    return err;
}
