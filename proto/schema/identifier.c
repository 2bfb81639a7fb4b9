/* SPDX-License-Identifier: Apache-2.0 */
/* Strip what people add, then look at what is left (DOMAIN.md §12.1). Only ASCII can be part of an identifier. */
#include "proto/identifier.h"

#define FORM_ANY (FORM_NUMBER | FORM_IMEI | FORM_IMSI | FORM_ICCID | FORM_PLATE | FORM_POSTCODE | FORM_UPRN)

/* What is left of a text: at most IDENTIFIER_LEN_MAX - 1 characters. */
struct kept {
    char text[IDENTIFIER_LEN_MAX];
    size_t len;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool keep(struct kept *kept, char c)
{
    if (kept->len + 1 >= sizeof(kept->text))
        return false;
    kept->text[kept->len++] = c;
    kept->text[kept->len] = '\0';
    return true;
}

/* Digits, with anything of `passed` between them left out; false when anything else is there. */
static bool keep_digits(struct cw_slice raw, const char *passed, struct kept *out)
{
    *out = (struct kept){.len = 0};
    for (size_t i = 0; i < raw.len; i++) {
        char c = (char)raw.data[i];

        if (is_digit(c) ? !keep(out, c) : c == '\0' || strchr(passed, c) == NULL)
            return false;
    }
    return true;
}

/* Letters and digits in upper case; separators are left out, anything outside ASCII is refused. */
static bool keep_marks(struct cw_slice raw, struct kept *out)
{
    *out = (struct kept){.len = 0};
    for (size_t i = 0; i < raw.len; i++) {
        char c = (char)raw.data[i];

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (is_letter(c) || is_digit(c)) {
            if (!keep(out, c))
                return false;
        } else if (c == '\0' || strchr(" -.", c) == NULL) {
            return false;
        }
    }
    return true;
}

static bool give(const char *text, char out[static IDENTIFIER_LEN_MAX])
{
    size_t len = strlen(text);

    if (len >= IDENTIFIER_LEN_MAX)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

/* --- phones ------------------------------------------------------------------------------------------------------ */

/* "+44 (0)20 ..." : the zero in brackets is not dialled. Returns what follows it, and puts what comes before into head. */
static struct cw_slice drop_trunk(struct cw_slice raw, struct cw_slice *head)
{
    *head = slice(NULL, 0);
    for (size_t i = 0; i + 3 <= raw.len; i++) {
        if (memcmp(raw.data + i, "(0)", 3) == 0) {
            *head = slice(raw.data, i);
            return slice(raw.data + i + 3, raw.len - i - 3);
        }
    }
    return raw;
}

static bool keep_all_digits(struct cw_slice head, struct cw_slice tail, struct kept *out)
{
    struct kept rest;

    if (!keep_digits(head, " -().", out) || !keep_digits(tail, " -().", &rest))
        return false;
    for (size_t i = 0; i < rest.len; i++) {
        if (!keep(out, rest.text[i]))
            return false;
    }
    return true;
}

static bool is_international(const char *digits)
{
    size_t len = strlen(digits);

    if (strncmp(digits, "44", 2) == 0) /* a national number has 9 or 10 digits and does not begin with the trunk 0 */
        return (len == 11 || len == 12) && digits[2] != '0';
    return len >= 7 && len <= 15 && digits[0] != '0';
}

bool identifier_phone(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    struct kept digits;
    struct cw_slice head, tail;
    char made[IDENTIFIER_LEN_MAX + 4] = "+";
    const char *from;
    bool plus;

    while (raw.len > 0 && raw.data[0] == ' ')
        raw = slice(raw.data + 1, raw.len - 1);
    plus = raw.len > 0 && raw.data[0] == '+';
    if (plus)
        raw = slice(raw.data + 1, raw.len - 1);
    tail = drop_trunk(raw, &head);
    if (!keep_all_digits(head, tail, &digits) || digits.len == 0)
        return false;
    from = digits.text;
    if (!plus && strncmp(from, "00", 2) == 0) {
        from += 2;
    } else if (!plus && from[0] == '0') {
        memcpy(made + 1, "44", 3);
        from++;
    } else if (!plus && !(digits.len == 12 && strncmp(from, "44", 2) == 0)) {
        return false; /* neither a national number nor an international one: nobody can say where it rings */
    }
    memcpy(made + strlen(made), from, strlen(from) + 1);
    return is_international(made + 1) && give(made, out);
}

bool identifier_imei(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    struct kept digits;

    if (!keep_digits(raw, " -/", &digits) || digits.len < 14 || digits.len > 16)
        return false;
    digits.text[14] = '\0';
    return give(digits.text, out);
}

bool identifier_imsi(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    struct kept digits;

    return keep_digits(raw, " -", &digits) && digits.len == 15 && give(digits.text, out);
}

static bool luhn_holds(const char *digits, size_t len)
{
    unsigned sum = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(digits[len - 1 - i] - '0');

        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

bool identifier_iccid(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    struct kept digits;

    return keep_digits(raw, " -", &digits) && (digits.len == 19 || digits.len == 20) &&
           strncmp(digits.text, "89", 2) == 0 && luhn_holds(digits.text, digits.len) && give(digits.text, out);
}

/* --- vehicles and places ------------------------------------------------------------------------------------------- */

static bool has_one_of(const char *text, size_t from, size_t to, const char *letters)
{
    for (size_t i = from; i < to; i++) {
        if (strchr(letters, text[i]) != NULL)
            return true;
    }
    return false;
}

/* A letter of pattern stands for one character: L a letter, D a digit. */
static bool has_shape(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; text++, pattern++) {
        if (*pattern == 'L' ? !is_letter(*text) : !is_digit(*text))
            return false;
    }
    return *text == '\0';
}

bool identifier_plate(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    struct kept marks;

    if (!keep_marks(raw, &marks) || marks.len < 2 || marks.len > 8 ||
        !has_one_of(marks.text, 0, marks.len, "0123456789"))
        return false;
    if (has_shape(marks.text, "LLDDLLL") && (has_one_of(marks.text, 0, 2, "IQZ") || has_one_of(marks.text, 4, 7, "IQ")))
        return false;
    return give(marks.text, out);
}

/* The letters that each place of an outward code may have (DOMAIN.md §12.1, S50). */
static bool is_outward(const char *text, size_t len)
{
    static const char first[] = "ABCDEFGHIJKLMNOPRSTUWYZ", second[] = "ABCDEFGHKLMNOPQRSTUVWXY";
    static const char after_one[] = "0123456789ABCDEFGHJKSTUW", after_two[] = "0123456789ABEHMNPRVWXY";

    if (len < 2 || len > 4 || strchr(first, text[0]) == NULL)
        return false;
    if (is_digit(text[1]))
        return len == 2 || (len == 3 && strchr(after_one, text[2]) != NULL);
    return strchr(second, text[1]) != NULL && len >= 3 && is_digit(text[2]) &&
           (len == 3 || strchr(after_two, text[3]) != NULL);
}

static bool is_inward(const char *text)
{
    static const char letters[] = "ABDEFGHJLNPQRSTUWXYZ";

    return is_digit(text[0]) && strchr(letters, text[1]) != NULL && strchr(letters, text[2]) != NULL;
}

bool identifier_postcode(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    struct kept marks;

    if (!keep_marks(raw, &marks) || marks.len < 5 || marks.len > 7)
        return false;
    if (strncmp(marks.text, "ZZ99", 4) == 0)
        return marks.len == 7 && give("", out);
    if (strcmp(marks.text, "GIR0AA") != 0 &&
        (!is_outward(marks.text, marks.len - 3) || !is_inward(marks.text + marks.len - 3)))
        return false;
    return give(marks.text, out);
}

bool identifier_uprn(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    struct kept digits;
    const char *from = digits.text;

    if (!keep_digits(raw, " ", &digits) || digits.len == 0 || digits.len > 12)
        return false;
    while (from[0] == '0' && from[1] != '\0')
        from++;
    return from[0] != '0' && give(from, out);
}

/* --- by row -------------------------------------------------------------------------------------------------------- */

bool identifier_is_formed(const struct schema_field *field)
{
    return (field->flags & FORM_ANY) != 0;
}

bool identifier_canonical(const struct schema_field *field, struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX])
{
    switch (field->flags & FORM_ANY) {
    case FORM_NUMBER:
        return identifier_phone(raw, out);
    case FORM_IMEI:
        return identifier_imei(raw, out);
    case FORM_IMSI:
        return identifier_imsi(raw, out);
    case FORM_ICCID:
        return identifier_iccid(raw, out);
    case FORM_PLATE:
        return identifier_plate(raw, out);
    case FORM_POSTCODE:
        return identifier_postcode(raw, out);
    case FORM_UPRN:
        return identifier_uprn(raw, out);
    default:
        return false;
    }
}
