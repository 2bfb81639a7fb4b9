/* SPDX-License-Identifier: Apache-2.0 */
/* One value against its row (docs/fold.md §17): shape, bound, characters, form. */
#include "cases/check.h"
#include "cases/check_parts.h"
#include "proto/civil.h"
#include "proto/identifier.h"
#include "proto/letters.h"

#define HEIGHT_CM_MIN 30                     /* nobody is smaller: another unit is meant, or nothing */
#define TIME_MS_MAX INT64_C(253402300799999) /* the end of year 9999 */

static enum cw_err refuse_value(const struct schema_field *field, struct refusal *refusal, const char *allowed)
{
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "%s", allowed);
}

/* --- numbers ------------------------------------------------------------------------------------------------ */

static enum cw_err check_enum(const struct schema_field *field, int64_t number, struct refusal *refusal)
{
    bool bounded = field->bound == 0 || number <= field->bound;

    if (bounded && schema_value_name(field->scale, number) != NULL)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "%lld is not a value of %s", (long long)number,
                  schema_scale_name(field->scale));
}

static enum cw_err check_number(const struct schema_field *field, int64_t number, struct refusal *refusal)
{
    if (field->number == FIELD_HEIGHT_CM && number < HEIGHT_CM_MIN)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "a height of %d to %lld cm", HEIGHT_CM_MIN,
                      (long long)field->bound);
    if (number < 0)
        return refuse_value(field, refusal, "must not be negative");
    if (field->bound != 0 && number > field->bound)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "at most %lld", (long long)field->bound);
    return CW_OK;
}

static enum cw_err check_interval(const struct schema_field *field, const struct op_value *value,
                                  struct refusal *refusal)
{
    if (value->number > value->latest)
        return refuse_value(field, refusal, "the earliest time lies after the latest");
    if (field->type == TYPE_TIME && value->number != value->latest)
        return refuse_value(field, refusal, "one time, not an interval");
    if (value->number < 0 || value->latest > TIME_MS_MAX)
        return refuse_value(field, refusal, "a time between 1970 and 9999");
    return CW_OK;
}

/* --- texts --------------------------------------------------------------------------------------------------- */

static bool take_digits(struct cw_slice *text, size_t count, int64_t *out)
{
    *out = 0;
    if (text->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return false;
        *out = *out * 10 + (text->data[i] - '0');
    }
    text->data += count;
    text->len -= count;
    return true;
}

static bool take_byte(struct cw_slice *text, char byte)
{
    if (text->len == 0 || text->data[0] != (uint8_t)byte)
        return false;
    text->data++;
    text->len--;
    return true;
}

static bool is_date(struct cw_slice text)
{
    int64_t year, month, day;

    (void)take_byte(&text, '~');
    if (!take_digits(&text, 4, &year))
        return false;
    if (text.len == 0)
        return true;
    if (!take_byte(&text, '-') || !take_digits(&text, 2, &month) || month < 1 || month > 12)
        return false;
    if (text.len == 0)
        return true;
    return take_byte(&text, '-') && take_digits(&text, 2, &day) && text.len == 0 && day >= 1 &&
           day <= days_in_month(year, month);
}

static bool is_reference(struct cw_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '/' && c != '.' && c != '-')
            return false;
    }
    return text.len > 0 && text.len <= 32;
}

static bool is_phone(struct cw_slice text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (c >= '0' && c <= '9')
            digits++;
        else if (c != ' ' && !(c == '+' && i == 0))
            return false;
    }
    return digits >= 3 && digits <= 15;
}

static bool is_code(struct cw_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return text.len > 0;
}

static bool is_hash(struct cw_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (!(c >= 'a' && c <= 'f') && !(c >= '0' && c <= '9'))
            return false;
    }
    return text.len == 64;
}

static bool is_of_form(const struct schema_field *field, struct cw_slice text)
{
    char canonical[IDENTIFIER_LEN_MAX];

    if (identifier_is_formed(field))
        return identifier_canonical(field, text, canonical);
    if ((field->flags & FORM_REFERENCE) != 0)
        return is_reference(text);
    if ((field->flags & FORM_PHONE) != 0)
        return is_phone(text);
    if ((field->flags & FORM_CODE) != 0)
        return is_code(text);
    if ((field->flags & FORM_HASH) != 0)
        return is_hash(text);
    return field->type != TYPE_DATE || is_date(text);
}

static const char *form_of(const struct schema_field *field)
{
    static const struct {
        uint32_t form;
        const char *said;
    } forms[] = {
        {FORM_NUMBER, "a phone number as 07700 900123, +44 7700 900123, or a foreign one with + and its country"},
        {FORM_IMEI, "14 to 16 digits"},
        {FORM_IMSI, "15 digits"},
        {FORM_ICCID,
         "19 or 20 digits beginning with 89; the last one does not agree with the others, or they are fewer"},
        {FORM_PLATE,
         "a plate of 2 to 8 letters and digits; the current format has no I, no Q and does not begin with Z"},
        {FORM_POSTCODE, "a postcode"},
        {FORM_UPRN, "1 to 12 digits"},
    };

    for (size_t i = 0; i < CW_COUNT(forms); i++) {
        if ((field->flags & forms[i].form) != 0)
            return forms[i].said;
    }
    if ((field->flags & FORM_REFERENCE) != 0)
        return "capitals, digits, / . and -, at most 32";
    if ((field->flags & FORM_PHONE) != 0)
        return "3 to 15 digits, spaces, a leading +";
    if ((field->flags & FORM_CODE) != 0)
        return "capitals and digits";
    if ((field->flags & FORM_HASH) != 0)
        return "the 64 digits of its SHA-256, as sha256sum prints them";
    return "a date as YYYY-MM-DD, YYYY-MM or YYYY, with ~ before it when estimated";
}

enum { CONDITION_EXPIRES = 1, CONDITION_RECIPIENTS = 2 };

/* DOMAIN §11.2: when it expires and who the recipients are is said behind the word; the others say all by themselves. */
static enum cw_err check_condition(const struct schema_field *field, uint32_t word, struct cw_slice rest,
                                   struct refusal *refusal)
{
    size_t len = 0;

    while (len < rest.len && rest.data[len] != ' ')
        len++;
    if (word == CONDITION_EXPIRES && (len == 0 || !is_date(slice(rest.data, len))))
        return refuse_value(field, refusal, "expires is followed by the day, as expires 2027-01-31");
    if (word == CONDITION_RECIPIENTS && rest.len == 0)
        return refuse_value(field, refusal, "recipients is followed by who they are");
    return CW_OK;
}

/* "runner A. Example": the first word says which of the scale, the rest is what people read. */
static enum cw_err check_scale_word(const struct schema_field *field, struct cw_slice *text, struct refusal *refusal)
{
    size_t len = 0;
    uint32_t number;

    if (field->scale == SCALE_NONE)
        return CW_OK;
    while (len < text->len && text->data[len] != ' ')
        len++;
    if (!schema_value_by_name(field->scale, slice(text->data, len), &number) ||
        (len + 1 >= text->len && field->number != FIELD_CONDITION))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "begins with a word of %s and a space",
                      schema_scale_name(field->scale));
    len += len < text->len; /* the space */
    *text = slice(text->data + len, text->len - len);
    return field->number == FIELD_CONDITION ? check_condition(field, number, *text, refusal) : CW_OK;
}

static enum cw_err check_text(const struct schema_field *field, struct cw_slice text, struct refusal *refusal)
{
    size_t bound = field->type == TYPE_DATE ? 11 : (size_t)field->bound;
    enum cw_err err = text_check(text, bound, field->type == TYPE_LINES, WHERE(field), refusal);
    uint32_t hidden;

    if (err != CW_OK)
        return err;
    if (letters_hide(text, &hidden))
        return refuse(refusal, CW_REFUSED_TEXT, WHERE(field), "holds the invisible character U+%04X", (unsigned)hidden);
    if (text_is_marked_secret(text))
        return refuse(
            refusal, CW_REFUSED_MARKING, WHERE(field),
            "a line is marked CONFIDENTIAL, SECRET or above: this system holds nothing above OFFICIAL-SENSITIVE");
    if (text.len == 0 && (schema_field_is_set(field) || (field->flags & FIELD_REQUIRED) != 0))
        return refuse_value(field, refusal, "must not be empty");
    if (text.len > 0 && letters_are_blank(text))
        return refuse_value(field, refusal, "must hold something that can be seen");
    if (text.len == 0)
        return CW_OK;
    err = check_scale_word(field, &text, refusal);
    if (err == CW_OK && !is_of_form(field, text))
        err = refuse_value(field, refusal, form_of(field));
    return err;
}

enum cw_err cases_check_value(const struct schema_field *field, const struct op_value *value, struct refusal *refusal)
{
    if ((uint32_t)value->type != schema_value_type(field->type))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "must be a value of type %s",
                      schema_type_name(field->type));
    switch (field->type) {
    case TYPE_TEXT:
    case TYPE_LINES:
    case TYPE_DATE:
    case TYPE_PERSON:
        return check_text(field, value->text, refusal);
    case TYPE_ENUM:
        return check_enum(field, value->number, refusal);
    case TYPE_FLAG:
        return value->number == 0 || value->number == 1 ? CW_OK : refuse_value(field, refusal, "yes or no");
    case TYPE_NUMBER:
    case TYPE_PENCE:
    case TYPE_MG:
        return check_number(field, value->number, refusal);
    case TYPE_INTERVAL:
    case TYPE_TIME:
        return check_interval(field, value, refusal);
    case TYPE_REF:
        return ID_IS_ZERO(&value->id) ? refuse_value(field, refusal, "must name something") : CW_OK;
    }
    return refuse_value(field, refusal, "of a type that nobody writes");
}
