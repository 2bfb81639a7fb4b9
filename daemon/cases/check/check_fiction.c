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

/* From +44, 0044 and 44 to 0; another country's stays as it is. */
static void make_national(struct phone *p, bool plus)
{
    size_t skip = plus && p->len > 2 && memcmp(p->digits, "44", 2) == 0      ? 2
                  : !plus && p->len > 4 && memcmp(p->digits, "0044", 4) == 0 ? 4
                  : !plus && p->len == 12 && memcmp(p->digits, "44", 2) == 0 ? 2
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

static bool is_between(uint8_t c)
{
    return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')';
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
        } else if (!is_between(c) || at - end > 2) {
            break;
        }
    }
    make_national(out, plus);
    return end;
}

/* In a field of its own: whatever stands between the digits. */
static void read_field(struct cw_slice text, struct phone *out)
{
    *out = (struct phone){.len = 0};
    for (size_t i = 0; i < text.len && out->len < PHONE_DIGITS_MAX; i++) {
        if (is_digit(text.data[i]))
            out->digits[out->len++] = text.data[i];
    }
    make_national(out, text.len > 0 && text.data[0] == '+');
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

/* How the digits of a number from 0 on are grouped: the lengths of its first groups, and whether all are pairs. */
struct groups {
    size_t first, second;
    bool pairs; /* but for the last */
};

static struct groups read_groups(struct cw_slice text, size_t len)
{
    struct groups g = {.pairs = true};
    size_t count = 0, run = 0, digits = 0;

    for (size_t i = 0; i < len; i++) {
        bool ends = i + 1 == len || !is_digit(text.data[i + 1]);

        if (!is_digit(text.data[i]))
            continue;
        run++;
        digits++;
        if (!ends)
            continue;
        count++;
        g.first = count == 1 ? run : g.first;
        g.second = count == 2 ? run : g.second;
        g.pairs = g.pairs && (run == 2 || (digits == 11 && run == 1));
        run = 0;
    }
    return g;
}

/* "01-02-2026 123" and "08.15 09.30 123" begin with a day or a time: no number begins with two pairs, unless all are. */
static bool is_grouped_as_number(struct cw_slice text, size_t len)
{
    struct groups g = read_groups(text, len);

    return g.first != 2 || g.second > 2 || g.pairs;
}

/* How many digits a number of this country has that begins so; 0: none does. */
static size_t digits_meant(struct cw_slice text)
{
    size_t paren = memchr(text.data, '(', text.len < 8 ? text.len : 8) != NULL ? 1 : 0; /* +44 (0)7... */

    if (text.len > 4 && memcmp(text.data, "+44", 3) == 0)
        return 12 + paren;
    if (text.len > 4 && memcmp(text.data, "0044", 4) == 0)
        return 14 + paren;
    if (text.len > 11 && memcmp(text.data, "447", 3) == 0)
        return 12;
    return text.len > 10 && text.data[0] == '0' ? 11 : 0;
}

/* 0 and ten more digits, or +44 and ten: times, dates, sums and references are not. */
static bool is_number(struct cw_slice text, struct phone *out, size_t *out_len)
{
    size_t max = digits_meant(text);

    *out_len = max > 0 ? read_phone(text, max, out) : 0;
    if (*out_len == 0 || (*out_len < text.len && is_digit(text.data[*out_len])) || out->len != 11 ||
        !is_range(out->digits[1]))
        return false;
    return max != 11 || is_grouped_as_number(text, *out_len);
}

static enum cw_err check_at(const struct schema_field *field, struct cw_slice text, bool synthetic, size_t *out_len,
                            struct refusal *refusal)
{
    struct phone phone;
    bool invented;

    if (is_number(text, &phone, out_len))
        return judge(field, is_invented_phone(&phone), synthetic, PHONE, refusal);
    *out_len = plate_in_text(text, &invented);
    return *out_len == 0 ? CW_OK : judge(field, invented, synthetic, PLATE, refusal);
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

    if ((field->flags & FORM_PLATE) != 0)
        return text.len == 0 ? CW_OK : judge(field, plate_is_invented(text), synthetic, PLATE, refusal);
    if ((field->flags & (FORM_PHONE | FORM_NUMBER)) == 0)
        return check_words(field, text, synthetic, refusal);
    read_field(text, &phone);
    if (phone.len < PHONE_DIGITS_MIN)
        return CW_OK; /* nobody's number, nowhere */
    return judge(field, is_invented_phone(&phone), synthetic, PHONE, refusal);
}
