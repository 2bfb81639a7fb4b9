/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Number plates in ordinary writing (DOMAIN.md §12.1): the current format, and those with a prefix, a suffix or a Q in
 * front, in capitals or not, in one piece or with separators. Text is full of what has nearly the shape: "M25 CAR PARK",
 * "flat 12b", collar numbers. So what stands in pieces is in capitals and has no common word in it, and marks without a
 * date (AB 1234) are judged in a plate's own field only.
 */
#include "cases/check_parts.h"
#include "proto/identifier.h"

enum plate_class {
    CLASS_NONE = 0,
    CLASS_CURRENT = 1, /* AB12 CDE */
    CLASS_PREFIX = 2,  /* A123 BCD, Q123 ABC */
    CLASS_SUFFIX = 3,  /* ABC 123D */
};

/* Letters, digits, letters, with at most one separator between two of them. */
struct shape {
    struct cw_slice head, digits, tail;
    uint8_t before, behind; /* the digits; 0: nothing */
    size_t len;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static bool is_letter(uint8_t c)
{
    return upper(c) >= 'A' && upper(c) <= 'Z';
}

static bool is_separator(uint8_t c)
{
    return c == ' ' || c == '-' || c == '.';
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static struct cw_slice take_run(struct cw_slice text, size_t *at, bool (*is_one)(uint8_t))
{
    size_t from = *at;

    while (*at < text.len && is_one(text.data[*at]))
        (*at)++;
    return slice(text.data + from, *at - from);
}

static uint8_t take_separator(struct cw_slice text, size_t *at)
{
    return *at < text.len && is_separator(text.data[*at]) ? text.data[(*at)++] : 0;
}

static struct shape read_shape(struct cw_slice text)
{
    struct shape s = {.len = 0};
    size_t at = 0;

    s.head = take_run(text, &at, is_letter);
    s.before = take_separator(text, &at);
    s.digits = take_run(text, &at, is_digit);
    s.behind = take_separator(text, &at);
    s.tail = take_run(text, &at, is_letter);
    if (at < text.len && (is_digit(text.data[at]) || text.data[at] >= 0x80))
        s.tail.len = 0; /* the word goes on */
    s.len = at;
    return s;
}

/* --- the letters that a format has -------------------------------------------------------------------------------- */

static bool has_none_of(struct cw_slice letters, const char *none)
{
    for (size_t i = 0; i < letters.len; i++) {
        if (strchr(none, upper(letters.data[i])) != NULL)
            return false;
    }
    return true;
}

static bool is_current(const struct shape *s)
{
    return s->head.len == 2 && s->digits.len == 2 && s->tail.len == 3 && has_none_of(s->head, "IQ") &&
           has_none_of(s->tail, "IQ");
}

static bool is_prefix(const struct shape *s)
{
    return s->head.len == 1 && s->digits.len >= 1 && s->digits.len <= 3 && s->tail.len == 3 &&
           (upper(s->head.data[0]) == 'Q' || (has_none_of(s->head, "IOUZ") && has_none_of(s->tail, "IQZ")));
}

static bool is_suffix(const struct shape *s)
{
    return s->head.len == 3 && s->digits.len >= 1 && s->digits.len <= 3 && s->tail.len == 1 &&
           has_none_of(s->head, "IQZ") && has_none_of(s->tail, "IOQUZ");
}

static enum plate_class class_of(const struct shape *s)
{
    return is_current(s) ? CLASS_CURRENT : is_prefix(s) ? CLASS_PREFIX : is_suffix(s) ? CLASS_SUFFIX : CLASS_NONE;
}

/* --- how people write --------------------------------------------------------------------------------------------- */

static bool is_capitals(const struct shape *s)
{
    for (size_t i = 0; i < s->len; i++) {
        if (s->head.data[i] >= 'a' && s->head.data[i] <= 'z')
            return false;
    }
    return true;
}

/* "b12fed": the beginning of an event's id. */
static bool is_hex(const struct shape *s)
{
    for (size_t i = 0; i < s->len; i++) {
        uint8_t c = s->head.data[i];

        if (!is_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return true;
}

static bool is_common_word(struct cw_slice letters)
{
    static const char words[] =
        " ALL AND ANY ARE BAR BAY BED BOY BUS BUT CAB CAN CAR CID DAY DID DOB DOG EXT FOR GOT HAD "
        "HAS HER HIM HIS HRS LAD LED LET LOT MAN MAP MAY MEN MET MIN NEW NOT NOW OFF OLD ONE OUR OUT "
        "PER PUB PUT RAN RED ROW SAT SAW SAY SEE SET SHE TAX THE TOO TWO USE VAN VIA WAS WAY WHO "
        "YES YET YOU ";
    char word[] = " ??? ";

    if (letters.len != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        word[i + 1] = (char)upper(letters.data[i]);
    return strstr(words, word) != NULL;
}

/* "A12 CID", "M25 VAN": roads. */
static bool is_road(const struct shape *s)
{
    return s->digits.len < 3 && strchr("ABM", s->head.data[0]) != NULL;
}

static bool stands_in_pieces(const struct shape *s, enum plate_class class)
{
    bool spaced = s->before == ' ' || s->behind == ' ';

    if (class == CLASS_CURRENT) /* KX-51-ABC as it comes; KX 51 ABC where it is no sentence */
        return !spaced || (is_capitals(s) && (s->before != ' ' || !is_common_word(s->tail)));
    if (!is_capitals(s))
        return false;
    if (class == CLASS_PREFIX)
        return s->before != ' ' && !is_common_word(s->tail) && !is_road(s);
    return s->behind != ' ' && !is_common_word(s->head) && s->digits.len > 1;
}

static bool stands_in_one(const struct shape *s, enum plate_class class)
{
    if (class == CLASS_CURRENT)
        return true;
    if (is_capitals(s))
        return class == CLASS_PREFIX || s->digits.len > 1; /* CAT5E */
    return s->digits.len > 1 && !is_hex(s);
}

static bool is_current_invented(struct cw_slice digits)
{
    return digits.len == 2 && memcmp(digits.data, "01", 2) == 0;
}

size_t plate_in_text(struct cw_slice text, bool *out_invented)
{
    struct shape s = read_shape(text);
    enum plate_class class = class_of(&s);
    bool parted = s.before != 0 || s.behind != 0;

    if (class == CLASS_NONE || !(parted ? stands_in_pieces(&s, class) : stands_in_one(&s, class)))
        return 0;
    *out_invented = class == CLASS_CURRENT && is_current_invented(s.digits);
    return s.len;
}

bool plate_is_invented(struct cw_slice text)
{
    char canonical[IDENTIFIER_LEN_MAX];
    struct shape s;

    if (!identifier_plate(text, canonical))
        return false;
    s = read_shape(slice_of(canonical));
    return class_of(&s) == CLASS_CURRENT && is_current_invented(s.digits);
}
