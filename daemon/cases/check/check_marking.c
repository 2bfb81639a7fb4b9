/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SECRET and above is never in this system (DOMAIN §11.1), nor what older papers mark CONFIDENTIAL. What is refused is a
 * marking, a line of its own; the word inside a sentence is ordinary language, and refusing it would teach people to write
 * around the check. Lines are read as they look (proto/letters.h): wide letters, letters of another script and
 * "S E C R E T" are the same marking.
 */
#include "cases/check.h"
#include "proto/letters.h"

#define MARKING_LEN_MAX 256 /* of a line as it looks: a marking is at its beginning */

static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_decoration(uint8_t c)
{
    return c != '\0' && strchr(" \t*-=_#[]().:/<>~+|\"'", c) != NULL;
}

static struct cw_slice without_decoration(struct cw_slice line)
{
    while (line.len > 0 && is_decoration(line.data[0])) {
        line.data++;
        line.len--;
    }
    while (line.len > 0 && is_decoration(line.data[line.len - 1]))
        line.len--;
    return line;
}

/* Takes the word from the front when it is there as a whole word, in capitals or (any_case) not. */
static bool take_word(struct cw_slice *line, const char *word, bool any_case)
{
    size_t len = strlen(word);

    if (line->len < len)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = line->data[i];

        if (any_case && c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if (c != (uint8_t)word[i])
            return false;
    }
    if (line->len > len && is_letter(line->data[len]))
        return false;
    line->data += len;
    line->len -= len;
    return true;
}

static void skip_spaces(struct cw_slice *line)
{
    while (line->len > 0 && is_decoration(line->data[0])) {
        line->data++;
        line->len--;
    }
}

static void take_label(struct cw_slice *line)
{
    static const char *const labels[] = {"PROTECTIVELY MARKED",
                                         "PROTECTIVE MARKING",
                                         "SECURITY CLASSIFICATION",
                                         "CLASSIFICATION",
                                         "MARKINGS",
                                         "MARKING",
                                         "MARKED",
                                         "CLASSIFIED",
                                         "HANDLING",
                                         "UK",
                                         "HMG",
                                         "NATO",
                                         "EU"};

    for (size_t i = 0; i < CW_COUNT(labels); i++) {
        if (take_word(line, labels[i], true))
            skip_spaces(line);
    }
}

/* "// NOFORN", "- LOCSEN // REL GBR": behind a separator, one word in capitals, and then nothing or a separator again. */
static bool is_word_behind_separator(struct cw_slice rest)
{
    size_t len = 0;

    while (rest.len > 0 && rest.data[0] == ' ')
        rest = slice(rest.data + 1, rest.len - 1);
    if (rest.len == 0 || !is_decoration(rest.data[0]))
        return false;
    skip_spaces(&rest);
    while (len < rest.len && rest.data[len] >= 'A' && rest.data[len] <= 'Z')
        len++;
    rest = slice(rest.data + len, rest.len - len);
    while (rest.len > 0 && rest.data[0] == ' ')
        rest = slice(rest.data + 1, rest.len - 1);
    return len > 2 && (rest.len == 0 || is_decoration(rest.data[0]));
}

/* What may follow SECRET in a marking: nothing, a caveat behind a separator, or a known caveat word. */
static bool is_caveat(struct cw_slice rest)
{
    static const char *const caveats[] = {"UK",     "EYES", "STRAP", "STRAP1", "STRAP2",
                                          "ATOMIC", "REL",  "AND",   "LOCSEN", "NOFORN"};

    if (rest.len == 0)
        return true;
    if (rest.data[0] != ' ')
        return is_decoration(rest.data[0]);
    if (is_word_behind_separator(rest))
        return true;
    skip_spaces(&rest);
    for (size_t i = 0; i < CW_COUNT(caveats); i++) {
        struct cw_slice at = rest;

        if (take_word(&at, caveats[i], false))
            return true;
    }
    return false;
}

static bool is_marking_as_it_stands(struct cw_slice whole)
{
    for (int any_case = 0; any_case < 2; any_case++) {
        struct cw_slice line = without_decoration(whole);

        take_label(&line);
        if (any_case == 0 && take_word(&line, "CONFIDENTIAL", false)) /* of the older scheme, above RESTRICTED */
            return is_caveat(line);
        if (take_word(&line, "TOP", any_case != 0))
            skip_spaces(&line);
        if (!take_word(&line, "SECRET", any_case != 0) && !take_word(&line, "TOPSECRET", any_case != 0))
            continue;
        /* in small letters only when nothing else is on the line */
        return any_case != 0 ? without_decoration(line).len == 0 : is_caveat(line);
    }
    return false;
}

/* A letter that stands alone at i. */
static bool is_single(struct cw_slice line, size_t i)
{
    return is_letter(line.data[i]) && (i == 0 || !is_letter(line.data[i - 1])) &&
           (i + 1 == line.len || !is_letter(line.data[i + 1]));
}

/* "T O P  S.E.C.R.E.T - UK": letters that stand alone move together, over whatever parts them. Returns the length. */
static size_t close_up(struct cw_slice line, uint8_t *out)
{
    size_t len = 0;

    for (size_t i = 0; i < line.len; i++) {
        size_t next = i + 1;

        out[len++] = line.data[i];
        if (!is_single(line, i))
            continue;
        while (next < line.len && is_decoration(line.data[next]))
            next++;
        if (next < line.len && is_single(line, next))
            i = next - 1;
    }
    return len;
}

static bool is_marking(struct cw_slice line)
{
    char looks[MARKING_LEN_MAX];
    uint8_t closed[MARKING_LEN_MAX];
    struct cw_slice plain;

    line = without_decoration(line);
    plain = slice((const uint8_t *)looks, letters_plain(line, looks, sizeof(looks)));
    return is_marking_as_it_stands(plain) || is_marking_as_it_stands(slice(closed, close_up(plain, closed)));
}

bool text_is_marked_secret(struct cw_slice text)
{
    size_t from = 0;

    while (from <= text.len) {
        size_t to = from;

        while (to < text.len && text.data[to] != '\n')
            to++;
        if (is_marking(slice(text.data + from, to - from)))
            return true;
        from = to + 1;
    }
    return false;
}
