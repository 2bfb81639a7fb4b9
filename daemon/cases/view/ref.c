/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The human reference KK/DD/YYYY/XXXXXXX-C (DOMAIN §3): no serial, because a serial collides after a restore and its gaps
 * betray what is hidden. Seven characters of the case id in base 32 without the four letters people misread, then a check
 * letter: the sum of the characters weighted by their place, modulo 23, in letters without I, O and S.
 */
#include "cases/view.h"
#include "proto/civil.h"

#define REF_CHARS 7

static const char base32[] = "0123456789ABCDEFGHJKMNPQRTUVWXYZ"; /* without I, L, O, S */
static const char check_letters[] = "ABCDEFGHJKLMNPQRTUVWXYZ";   /* 23 letters, without I, O, S */

static int value_of(char c)
{
    const char *found = c != '\0' ? strchr(base32, c) : NULL;

    return found != NULL ? (int)(found - base32) : -1;
}

static char check_letter(const char chars[static REF_CHARS])
{
    unsigned sum = 0;

    for (unsigned i = 0; i < REF_CHARS; i++)
        sum += (i + 2) * (unsigned)(value_of(chars[i]) + 1);
    return check_letters[sum % 23];
}

/* The first 35 bits of the case id, five at a time. */
static void chars_of(const struct cw_case_id *case_id, char out[static REF_CHARS])
{
    uint64_t bits = 0;

    for (int i = 0; i < 5; i++)
        bits = bits << 8 | case_id->b[i];
    bits >>= 5;
    for (int i = REF_CHARS; i-- > 0; bits >>= 5)
        out[i] = base32[bits & 31];
}

static uint32_t year_of(struct cw_wall at)
{
    int64_t year, month, day;

    civil_of(days_of(at.ms), &year, &month, &day);
    return year < 0 || year > 9999 ? 0 : (uint32_t)year;
}

static const char *letters_of(uint32_t kind)
{
    size_t count;
    const struct schema_kind *rows = schema_kinds(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].number == kind)
            return rows[i].letters;
    }
    return "XX";
}

void human_ref_of(uint32_t kind, struct cw_slice division, struct cw_wall opened, const struct cw_case_id *case_id,
                  char out[static HUMAN_REF_LEN_MAX])
{
    struct writer w = writer_over(out, HUMAN_REF_LEN_MAX - 1);
    char chars[REF_CHARS];
    uint32_t year = year_of(opened);

    chars_of(case_id, chars);
    writer_slice(&w, slice_of(letters_of(kind)));
    writer_u8(&w, '/');
    writer_slice(&w, slice(division.data, division.len <= 16 ? division.len : 16));
    writer_u8(&w, '/');
    for (uint32_t power = 1000; power > 0; power /= 10)
        writer_u8(&w, (uint8_t)('0' + year / power % 10));
    writer_u8(&w, '/');
    writer_bytes(&w, chars, REF_CHARS);
    writer_u8(&w, '-');
    writer_u8(&w, (uint8_t)check_letter(chars));
    out[w.len] = '\0';
}

bool human_ref_parse(struct cw_slice text, struct cw_slice *out_chars)
{
    char chars[REF_CHARS];
    const uint8_t *tail;

    if (text.len < REF_CHARS + 3)
        return false;
    tail = text.data + text.len - (REF_CHARS + 3);
    if (tail[0] != '/' || tail[REF_CHARS + 1] != '-')
        return false;
    for (int i = 0; i < REF_CHARS; i++) {
        chars[i] = (char)tail[i + 1];
        if (value_of(chars[i]) < 0)
            return false;
    }
    *out_chars = slice(tail + 1, REF_CHARS);
    return tail[REF_CHARS + 2] == (uint8_t)check_letter(chars);
}

bool human_ref_matches(struct cw_slice chars, const struct cw_case_id *case_id)
{
    char mine[REF_CHARS];

    chars_of(case_id, mine);
    return slice_eq(chars, slice(mine, REF_CHARS));
}
