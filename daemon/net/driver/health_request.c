/* SPDX-License-Identifier: Apache-2.0 */
#include "net/health.h"

/*
 * Of a request only the first line counts. The rest, up to the empty line, must be there and be text; what it says
 * changes nothing, so there is nothing in it to get wrong.
 */

static const char *const pages[] = {
    [HEALTH_METRICS] = "/metrics", [HEALTH_ALIVE] = "/healthz", [HEALTH_READY] = "/readyz"};

static bool is_text(struct cw_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.data[i];

        if ((c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* Up to the first CR LF; len == s.len: there is none. */
static struct cw_slice first_line(struct cw_slice s)
{
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.data[i] == '\r' && s.data[i + 1] == '\n')
            return slice(s.data, i);
    }
    return s;
}

static bool is_whole(struct cw_slice s)
{
    for (size_t i = 3; i < s.len; i++) {
        if (memcmp(s.data + i - 3, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

/* The word up to the next single space; the rest behind it. */
static struct cw_slice take_word(struct cw_slice *line)
{
    size_t len = 0;
    struct cw_slice word;

    while (len < line->len && line->data[len] != ' ')
        len++;
    word = slice(line->data, len);
    *line = len < line->len ? slice(line->data + len + 1, line->len - len - 1) : slice(line->data + len, 0);
    return word;
}

static enum health_verdict judge_line(struct cw_slice line, enum health_page *out_page)
{
    struct cw_slice method = take_word(&line), path = take_word(&line), version = line;

    if (!slice_eq(version, slice_of("HTTP/1.1")) && !slice_eq(version, slice_of("HTTP/1.0")))
        return HEALTH_BAD;
    if (!slice_eq(method, slice_of("GET")))
        return HEALTH_METHOD_UNKNOWN;
    for (size_t i = 0; i < CW_COUNT(pages); i++) {
        if (slice_eq(path, slice_of(pages[i]))) {
            *out_page = (enum health_page)i;
            return HEALTH_GOOD;
        }
    }
    return HEALTH_NOT_FOUND;
}

enum health_verdict health_judge(struct cw_slice request, enum health_page *out_page)
{
    if (!is_text(request))
        return HEALTH_BAD;
    if (!is_whole(request))
        return request.len >= HEALTH_REQUEST_LEN_MAX ? HEALTH_TOO_LONG : HEALTH_MORE;
    return judge_line(first_line(request), out_page);
}
