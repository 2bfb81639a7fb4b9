/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/fault.h"

#include <stdarg.h>
#include <stdio.h>

enum cw_err fault_set(struct cw_fault *out, enum cw_err code, const char *where, const char *format, ...)
{
    va_list arguments;

    if (out == NULL)
        return code;
    out->code = code;
    fault_clean_text(slice_of(where), out->where, sizeof(out->where));
    va_start(arguments, format);
    vsnprintf(out->text, sizeof(out->text), format, arguments);
    va_end(arguments);
    return code;
}

enum cw_err fault_plain(struct cw_fault *out, enum cw_err code, const char *where)
{
    return fault_set(out, code, where, "%s", cw_err_sentence(code));
}

enum cw_err fault_of_refusal(struct cw_fault *out, enum cw_err code, const struct refusal *refusal)
{
    if (refusal->text[0] == '\0')
        return fault_plain(out, code, refusal->where);
    return fault_set(out, code, refusal->where, "%s", refusal->text);
}

/* The character at the start of s into *out, and its length; 0: none, as overlong forms and surrogates are none. */
static size_t decode(struct cw_slice s, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = s.data[0] < 0x80 ? 1 : s.data[0] >= 0xf0 ? 4 : s.data[0] >= 0xe0 ? 3 : 2;
    uint32_t c = len == 1 ? s.data[0] : s.data[0] & (0x7fu >> len);

    if ((s.data[0] >= 0x80 && s.data[0] < 0xc2) || s.data[0] > 0xf4 || len > s.len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((s.data[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s.data[i] & 0x3fu);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *out = c;
    return len;
}

/*
 * What a screen would do something with instead of showing it: controls, what turns a line around or breaks it, and
 * what has no width, by which two names that differ look alike.
 */
static bool is_shown(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},     {0x061c, 0x061c}, /* controls, Arabic letter mark */
        {0x200b, 0x200b},   {0x200e, 0x200f}, {0x2028, 0x202e}, /* zero width space, marks, separators, embeddings */
        {0x2060, 0x206f},   {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, /* isolates and what is invisible; no characters */
        {0xfff9, 0xfffb},   {0xfffe, 0xffff},                   /* interlinear annotation */
        {0xe0000, 0xe007f},                                     /* tags */
    };

    for (size_t i = 0; i < CW_COUNT(hidden); i++) {
        if (c >= hidden[i].first && c <= hidden[i].last)
            return false;
    }
    return true;
}

/* Length of the UTF-8 character at the start of s when it may be shown, 0 otherwise. */
static size_t printable_len(struct cw_slice s)
{
    uint32_t c = 0;
    size_t len = decode(s, &c);

    return len > 0 && is_shown(c) ? len : 0;
}

void fault_clean_text(struct cw_slice text, char *out, size_t cap)
{
    size_t used = 0;

    while (text.len > 0) {
        size_t len = printable_len(text);
        size_t room = len == 0 ? 1 : len;

        if (used + room >= cap)
            break;
        if (len == 0)
            out[used] = '?';
        else
            memcpy(out + used, text.data, len);
        used += room;
        text = slice(text.data + room, text.len - room);
    }
    out[used] = '\0';
}
