/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/letters.h"

#include <utf8proc.h>

#define DECOMPOSED_MAX 32 /* the longest compatibility decomposition has 18 */

/* Most texts are ASCII, which hides nothing and looks like itself: it costs nothing more than being passed. */
static bool take_ascii(struct cw_slice *text, char *out)
{
    if (text->data[0] >= 0x80)
        return false;
    *out = (char)text->data[0];
    text->data++;
    text->len--;
    return true;
}

static int32_t take_character(struct cw_slice *text)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t step = utf8proc_iterate(text->data, (utf8proc_ssize_t)text->len, &c);

    if (step <= 0) { /* text_check has refused it, or will: a byte by itself */
        c = 0xfffd;
        step = 1;
    }
    text->data += step;
    text->len -= (size_t)step;
    return c;
}

struct range {
    int32_t from, to;
};

static bool is_among(int32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    }
    return false;
}

/* Of Unicode's Default_Ignorable_Code_Point, without joiners and selectors; and the interlinear annotations. */
static bool is_hidden(int32_t c)
{
    static const struct range ranges[] = {{0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x115f, 0x1160},  {0x17b4, 0x17b5},
                                          {0x180e, 0x180e},   {0x200b, 0x200b},   {0x2060, 0x206f},  {0x3164, 0x3164},
                                          {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},  {0x1bca0, 0x1bca3},
                                          {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff}, {0xe01f0, 0xe0fff}};

    return is_among(c, ranges, CW_COUNT(ranges));
}

static bool joins(int32_t c)
{
    static const struct range ranges[] = {{0x180b, 0x180f}, {0x200c, 0x200d}, {0xfe00, 0xfe0f}, {0xe0100, 0xe01ef}};

    return is_among(c, ranges, CW_COUNT(ranges));
}

static bool is_mark(int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

bool letters_hide(struct cw_slice text, uint32_t *out_character)
{
    char ascii;

    while (text.len > 0) {
        if (take_ascii(&text, &ascii))
            continue;
        int32_t c = take_character(&text);

        if (is_hidden(c)) {
            *out_character = (uint32_t)c;
            return true;
        }
    }
    return false;
}

bool letters_are_blank(struct cw_slice text)
{
    while (text.len > 0) {
        int32_t c = take_character(&text);
        bool is_space = c == '\n' || c == 0x2800 /* a cell of Braille without a dot */ ||
                        utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;

        if (!is_space && !is_hidden(c) && !joins(c))
            return false;
    }
    return true;
}

/* Letters of Greek and Cyrillic that are drawn as ours, of those that markings are written with; 0: not one. */
static char look_alike(int32_t c)
{
    static const struct {
        int32_t c;
        char as;
    } pairs[] = {{0x0395, 'E'}, {0x039a, 'K'}, {0x039f, 'O'}, {0x03a1, 'P'}, {0x03a4, 'T'}, {0x03f9, 'C'},
                 {0x0405, 'S'}, {0x0415, 'E'}, {0x041a, 'K'}, {0x041e, 'O'}, {0x0420, 'P'}, {0x0421, 'C'},
                 {0x0422, 'T'}, {0x01a6, 'R'}, {0x03bf, 'o'}, {0x0435, 'e'}, {0x043e, 'o'}, {0x0440, 'p'},
                 {0x0441, 'c'}, {0x0442, 't'}, {0x0455, 's'}};

    for (size_t i = 0; i < CW_COUNT(pairs); i++) {
        if (pairs[i].c == c)
            return pairs[i].as;
    }
    return '\0';
}

/* '\0': shows nothing of its own. */
static char plain(int32_t c)
{
    utf8proc_category_t category;
    char alike;

    if (c > 0 && c < 0x80)
        return c == '\t' ? ' ' : (char)c;
    if (is_hidden(c) || joins(c) || is_mark(c))
        return '\0';
    alike = look_alike(c);
    if (alike != '\0')
        return alike;
    category = utf8proc_category(c);
    if (category == UTF8PROC_CATEGORY_ZS)
        return ' ';
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO ? 'x' : '-';
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether there was room. */
static bool put_plain(char c, char *out, size_t max, size_t *len)
{
    if (c == '\0' || (*len > 0 && !is_word(c) && out[*len - 1] == c))
        return true;
    if (*len == max - 1) {
        out[(*len)++] = 'x';
        return false;
    }
    out[(*len)++] = c;
    return true;
}

size_t letters_plain(struct cw_slice line, char *out, size_t max)
{
    size_t len = 0;
    char ascii;

    CW_ASSERT(max > 0);
    while (line.len > 0) {
        if (take_ascii(&line, &ascii)) {
            if (!put_plain(plain(ascii), out, max, &len))
                return len;
            continue;
        }
        utf8proc_int32_t parts[DECOMPOSED_MAX];
        utf8proc_ssize_t count = utf8proc_decompose_char(take_character(&line), parts, DECOMPOSED_MAX,
                                                         UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE, NULL);

        for (utf8proc_ssize_t i = 0; i < count && i < DECOMPOSED_MAX; i++) {
            if (!put_plain(plain(parts[i]), out, max, &len))
                return len;
        }
    }
    return len;
}
