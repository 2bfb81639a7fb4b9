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

/* Length of the UTF-8 character at the start of s when it may be shown, 0 otherwise. */
static size_t printable_len(struct cw_slice s)
{
    size_t len = s.data[0] < 0x80 ? 1 : s.data[0] >= 0xf0 ? 4 : s.data[0] >= 0xe0 ? 3 : 2;

    if (len == 1)
        return s.data[0] >= 0x20 && s.data[0] != 0x7f;
    if (s.data[0] < 0xc2 || s.data[0] > 0xf4 || len > s.len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s.data[i] & 0xc0) != 0x80)
            return 0;
    /* C1 controls, and U+2028 to U+202E and U+2066 to U+2069: what turns a line around or breaks it. */
    if (s.data[0] == 0xc2 && s.data[1] < 0xa0)
        return 0;
    if (s.data[0] == 0xe2 && s.data[1] == 0x80 && s.data[2] >= 0xa8 && s.data[2] <= 0xae)
        return 0;
    if (s.data[0] == 0xe2 && s.data[1] == 0x81 && s.data[2] >= 0xa6 && s.data[2] <= 0xa9)
        return 0;
    return len;
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
