/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invented and real data never share a network (DOMAIN.md §14, scenario 26): on a test network a phone or a plate that
 * could be somebody's is refused, on any other one that is nobody's. Invented are the numbers set aside for films and the
 * plates whose year digits were never issued; what looks like neither phone nor plate is not judged.
 */
#include "cases/check_parts.h"

#define PHONE_DIGITS_MAX 15
#define PHONE_DIGITS_MIN 7

static const char *const invented_phones[] = {"07700900", "02079460", "08081570", "01632960"}; /* and three digits */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word(uint8_t c)
{
    return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || c >= 0x80;
}

/* --- phones -------------------------------------------------------------------------------------------------- */

struct phone {
    bool abroad;
    size_t len;
    uint8_t digits[PHONE_DIGITS_MAX + 1]; /* national, from 0 */
};

/* From +44, 0044 to 0; another country's stays as it is. */
static void make_national(struct phone *p, bool plus)
{
    size_t skip = plus && p->len > 2 && memcmp(p->digits, "44", 2) == 0      ? 2
                  : !plus && p->len > 4 && memcmp(p->digits, "0044", 4) == 0 ? 4
                                                                             : 0;

    p->abroad = skip == 0 && (plus || (p->len > 2 && memcmp(p->digits, "00", 2) == 0));
    if (skip == 0)
        return;
    if (skip < p->len && p->digits[skip] == '0') /* +44 (0)7... */
        skip++;
    p->len -= skip - 1;
    memmove(p->digits + 1, p->digits + skip, p->len - 1);
    p->digits[0] = '0';
}

/* At most `max` digits, with few separators between; how many bytes they take. */
static size_t read_phone(struct cw_slice text, size_t max, struct phone *out)
{
    bool plus = text.len > 0 && text.data[0] == '+';
    size_t at = plus ? 1 : 0, end = at;

    *out = (struct phone){.len = 0};
    while (at < text.len && out->len < max) {
        uint8_t c = text.data[at++];

        if (is_digit(c)) {
            out->digits[out->len++] = c;
            end = at;
        } else if ((c != ' ' && c != '-' && c != '(' && c != ')') || at - end > 2) {
            break;
        }
    }
    make_national(out, plus);
    return end;
}

static bool is_invented_phone(const struct phone *p)
{
    for (size_t i = 0; i < CW_COUNT(invented_phones); i++) {
        size_t len = strlen(invented_phones[i]);

        if (!p->abroad && p->len == len + 3 && memcmp(p->digits, invented_phones[i], len) == 0)
            return true;
    }
    return false;
}

#define PHONE "the phone", ", as 07700 900123, 020 7946 0123, 0808 157 0123 or 01632 960123"
#define PLATE "the number plate", ", as AB01 CDE"

static enum cw_err judge(const struct schema_field *field, bool invented, bool synthetic, const char *what,
                         const char *like, struct refusal *refusal)
{
    if (invented == synthetic)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_SYNTHETIC, WHERE(field), "%s %s%s", what,
                  synthetic ? "could be somebody's: this test network takes only invented ones"
                            : "is an invented one: this network takes none",
                  synthetic ? like : "");
}

/* --- in free text: a number of this country, a plate ------------------------------------------------------------- */

/* What areas, freephone lines and mobiles begin with, behind the 0. */
static bool is_range(uint8_t digit)
{
    return digit == '1' || digit == '2' || digit == '3' || digit == '7' || digit == '8';
}

/* 0 and ten more digits of which two follow at once, or +44 and ten: times, dates, sums and references are not. */
static bool is_number(struct cw_slice text, struct phone *out, size_t *out_len)
{
    size_t max = 0;

    if (text.len > 4 && memcmp(text.data, "+44", 3) == 0)
        max = 12;
    else if (text.len > 4 && memcmp(text.data, "0044", 4) == 0)
        max = 14;
    else if (text.len > 4 && text.data[0] == '0' && is_range(text.data[1]) && is_digit(text.data[2]) &&
             (text.data[1] == '2' || (is_digit(text.data[3]) && (text.data[1] != '7' || is_digit(text.data[4])))))
        max = 11;
    if (max > 11 && memchr(text.data, '(', text.len < 8 ? text.len : 8) != NULL)
        max++; /* +44 (0)7... */
    *out_len = max > 0 ? read_phone(text, max, out) : 0;
    return *out_len > 0 && (*out_len == text.len || !is_digit(text.data[*out_len])) && out->len == 11 &&
           is_range(out->digits[1]);
}

/* AB12 CDE, as issued since 2001; I, Q and (behind) Z do not occur in front. 0: it is none. */
static size_t plate_len(struct cw_slice text)
{
    size_t gap = text.len > 4 && text.data[4] == ' ' ? 1 : 0, len = 7 + gap;

    if (text.len < len || (text.len > len && is_word(text.data[len])))
        return 0;
    for (size_t i = 0; i < 7; i++) {
        uint8_t c = text.data[i < 4 ? i : i + gap];

        if (i == 2 || i == 3 ? !is_digit(c) : !is_upper(c) || c == 'I' || c == 'Q')
            return 0;
    }
    return len;
}

static enum cw_err check_at(const struct schema_field *field, struct cw_slice text, bool synthetic, size_t *out_len,
                            struct refusal *refusal)
{
    struct phone phone;

    if (is_number(text, &phone, out_len))
        return judge(field, is_invented_phone(&phone), synthetic, PHONE, refusal);
    *out_len = plate_len(text);
    if (*out_len == 0)
        return CW_OK;
    return judge(field, memcmp(text.data + 2, "01", 2) == 0, synthetic, PLATE, refusal);
}

static enum cw_err check_words(const struct schema_field *field, struct cw_slice text, bool synthetic,
                               struct refusal *refusal)
{
    bool inside = false; /* a word */

    for (size_t at = 0; at < text.len;) {
        size_t len = 0;
        enum cw_err err =
            inside ? CW_OK : check_at(field, slice(text.data + at, text.len - at), synthetic, &len, refusal);

        if (err != CW_OK)
            return err;
        at += len > 0 ? len : 1;
        inside = is_word(text.data[at - 1]);
    }
    return CW_OK;
}

enum cw_err cases_check_fiction(const struct schema_field *field, struct cw_slice text, bool synthetic,
                                struct refusal *refusal)
{
    struct phone phone;

    if ((field->flags & (FORM_PHONE | FORM_NUMBER)) == 0)
        return check_words(field, text, synthetic, refusal);
    if (read_phone(text, PHONE_DIGITS_MAX, &phone) == 0 || phone.len < PHONE_DIGITS_MIN)
        return CW_OK; /* nobody's number, nowhere */
    return judge(field, is_invented_phone(&phone), synthetic, PHONE, refusal);
}
