/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <utf8proc.h>

/*
 * Controls that turn the direction of the text around them: a name that holds one can look like another
 * name (CVE-2021-42574). They are refused everywhere rather than shown escaped somewhere.
 */
static bool is_bidi_control(utf8proc_int32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* C0, DEL and C1; the line separators that some screens treat as LF. */
static bool is_control(utf8proc_int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

/*
 * Two programs with tables of different versions would judge a new character differently, and a record with it. So
 * the version is pinned: 14.0 (docs/protocol.md §2). utf8proc 2.8 knows 15.0; this is what came with that, and a newer
 * utf8proc needs what came after it here too: test_text.c counts.
 */
static const struct {
    utf8proc_int32_t first, last;
} after_14[] = {
    {0x0cf3, 0x0cf3},   {0x0ece, 0x0ece},   {0x10efd, 0x10eff}, {0x1123f, 0x11241}, {0x11b00, 0x11b09},
    {0x11f00, 0x11f10}, {0x11f12, 0x11f3a}, {0x11f3e, 0x11f59}, {0x1342f, 0x1342f}, {0x13439, 0x13455},
    {0x1b132, 0x1b132}, {0x1b155, 0x1b155}, {0x1d2c0, 0x1d2d3}, {0x1df25, 0x1df2a}, {0x1e030, 0x1e06d},
    {0x1e08f, 0x1e08f}, {0x1e4d0, 0x1e4f9}, {0x1f6dc, 0x1f6dc}, {0x1f774, 0x1f776}, {0x1f77b, 0x1f77f},
    {0x1f7d9, 0x1f7d9}, {0x1fa75, 0x1fa77}, {0x1fa87, 0x1fa88}, {0x1faad, 0x1faaf}, {0x1fabb, 0x1fabd},
    {0x1fabf, 0x1fabf}, {0x1face, 0x1facf}, {0x1fada, 0x1fadb}, {0x1fae8, 0x1fae8}, {0x1faf7, 0x1faf8},
    {0x2b739, 0x2b739}, {0x31350, 0x323af},
};

/* Assigned in Unicode 14.0, private use included; noncharacters never are. */
static bool is_assigned(utf8proc_int32_t c)
{
    for (size_t i = 0; i < CW_COUNT(after_14); i++)
        if (c >= after_14[i].first && c <= after_14[i].last)
            return false;
    return utf8proc_category(c) != UTF8PROC_CATEGORY_CN;
}

static enum cw_err check_characters(struct cw_slice text, bool line_feed, bool *out_ascii, const char *where,
                                    struct refusal *refusal)
{
    *out_ascii = true;
    for (size_t at = 0; at < text.len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t step = utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.len - at), &c);

        if (step <= 0)
            return refuse(refusal, CW_REFUSED_TEXT, where, "not UTF-8 at byte %zu", at);
        if (is_bidi_control(c))
            return refuse(refusal, CW_REFUSED_TEXT, where, "holds the direction control U+%04X", (unsigned)c);
        if (is_control(c) && !(c == '\n' && line_feed))
            return refuse(refusal, CW_REFUSED_TEXT, where, "holds the control character U+%04X", (unsigned)c);
        if (c >= 0x80 && !is_assigned(c))
            return refuse(refusal, CW_REFUSED_TEXT, where, "holds U+%04X, which is no character of Unicode 14.0",
                          (unsigned)c);
        *out_ascii = *out_ascii && c < 0x80;
        at += (size_t)step;
    }
    return CW_OK;
}

/*
 * A piece of text that normal form C changes, if at all, without looking at its neighbours: it begins with
 * a starter that composes with nothing before it. Text is therefore checked a letter at a time, without
 * memory for the whole.
 */
#define PIECE_CHARS_MAX 64

static bool begins_piece(utf8proc_int32_t c)
{
    const utf8proc_property_t *p = utf8proc_get_property(c);
    bool composes_backwards = p->comb_index != UINT16_MAX && p->comb_index >= 0x8000;
    bool is_jamo_vowel_or_final = c >= 0x1160 && c <= 0x11ff;

    return p->combining_class == 0 && !composes_backwards && !is_jamo_vowel_or_final;
}

static size_t piece_len(struct cw_slice text, size_t from)
{
    utf8proc_int32_t c;
    size_t at = from;

    do {
        at += (size_t)utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.len - at), &c);
        if (at < text.len)
            (void)utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.len - at), &c);
    } while (at < text.len && !begins_piece(c));
    return at - from;
}

static bool piece_is_normal(struct cw_slice piece)
{
    utf8proc_int32_t normal[PIECE_CHARS_MAX];
    utf8proc_ssize_t count = utf8proc_decompose(piece.data, (utf8proc_ssize_t)piece.len, normal, PIECE_CHARS_MAX,
                                                UTF8PROC_STABLE | UTF8PROC_COMPOSE);

    if (count < 0 || count > PIECE_CHARS_MAX)
        return false;
    count = utf8proc_normalize_utf32(normal, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);

    size_t at = 0;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        utf8proc_int32_t c = -1;
        if (at < piece.len)
            at += (size_t)utf8proc_iterate(piece.data + at, (utf8proc_ssize_t)(piece.len - at), &c);
        if (c != normal[i])
            return false;
    }
    return at == piece.len;
}

static enum cw_err check_normal(struct cw_slice text, const char *where, struct refusal *refusal)
{
    for (size_t at = 0; at < text.len;) {
        size_t len = piece_len(text, at);

        /* one byte is ASCII: always normal */
        if (len > 1 && !piece_is_normal(slice(text.data + at, len)))
            return refuse(refusal, CW_REFUSED_TEXT, where, "not in Unicode normal form C at byte %zu", at);
        at += len;
    }
    return CW_OK;
}

enum cw_err text_check(struct cw_slice text, size_t max, bool line_feed, const char *where, struct refusal *out_refusal)
{
    bool ascii;

    if (text.len > max)
        return refuse(out_refusal, CW_REFUSED_SIZE, where, "%zu bytes where %zu are the most", text.len, max);

    enum cw_err err = check_characters(text, line_feed, &ascii, where, out_refusal);
    if (err != CW_OK || ascii)
        return err;
    return check_normal(text, where, out_refusal);
}
