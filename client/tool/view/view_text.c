/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a view: wrapped, worded, attributed. */
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

void view_label(const struct cli *cli, const char *word)
{
    printf("%s%s%s%*s", tone_on(cli, TONE_HEAD), word, tone_off(cli), VIEW_LABEL - (int)text_width(word), "");
}

/* Bytes of at most `columns` characters of UTF-8. */
static size_t bytes_of(const char *text, size_t len, int columns)
{
    size_t at = 0;

    while (at < len) {
        size_t next = at + 1;

        while (next < len && ((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (columns-- == 0)
            break;
        at = next;
    }
    return at;
}

static int width_of(const char *text, size_t len)
{
    int width = 0;

    for (size_t i = 0; i < len; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

void view_wrap_lines(const char *text, int indent, int lines)
{
    int column = indent;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        int width = width_of(text, len), room = VIEW_WIDTH - column - (column > indent);

        if (column > indent && width > room) {
            if (--lines == 0) {
                fputs(column + 4 <= VIEW_WIDTH ? " ..." : "", stdout);
                break;
            }
            printf("\n%*s", indent, "");
            column = indent;
            continue;
        }
        if (width > room) { /* longer than a whole line */
            len = bytes_of(text, len, room);
            width = room;
        }
        printf("%s%.*s", column > indent ? " " : "", (int)len, text);
        column += width + (column > indent);
        text += len;
        text += strspn(text, " ");
    }
    putchar('\n');
}

void view_wrap(const char *text, int indent)
{
    view_wrap_lines(text, indent, -1);
}

void view_more(const Cw__CaseView *view, uint32_t count, int indent)
{
    char reference[60], line[140];

    if (count == 0)
        return;
    TEXT(view->human_ref, reference);
    snprintf(line, sizeof(line), "and %u more: casewire case history %s", count, reference);
    printf("%*s", indent, "");
    view_wrap(line, indent);
}

void view_words(ProtobufCBinaryData name, char *out, size_t cap)
{
    fault_clean_text(wire_slice(name), out, cap);
    for (char *at = out; *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
}

struct cw_wall view_said(const Cw__ViewValue *value)
{
    return value->has_author_time_ms ? (struct cw_wall){(int64_t)value->author_time_ms} : hlc_wall(value->hlc);
}

/* "Officer Wren (NTH, PC)" */
static void author_text(const Cw__Author *author, char out[static 140])
{
    char name[90] = "?", division[20] = "?", role[12] = "";

    if (author != NULL) {
        TEXT(author->name, name);
        TEXT(author->division, division);
        TEXT(author->role, role);
    }
    snprintf(out, 140, "%s (%s%s%s)", name, division, role[0] != '\0' ? ", " : "", role);
}

void view_provenance(const Cw__ViewValue *value, char *out, size_t cap)
{
    char by[140], when[WHEN_TEXT_LEN_MAX];

    author_text(value->author, by);
    when_london(view_said(value), false, when);
    snprintf(out, cap, "%s, %s", by, when);
}

void view_by(const Cw__Author *author, struct cw_wall when, char out[static 200])
{
    char by[140], text[WHEN_TEXT_LEN_MAX];

    author_text(author, by);
    when_short(when, when_now(), text);
    snprintf(out, 200, "%s, %s", by, text);
}

/* "16:00" of "Mon 19 Mar 2018 16:00" */
static const char *clock_of(const char *london)
{
    const char *space = strrchr(london, ' ');

    return space != NULL ? space + 1 : london;
}

static bool same_day(const char *from, const char *to)
{
    size_t len = (size_t)(clock_of(from) - from);

    return strncmp(from, to, len) == 0 && clock_of(to) == to + len;
}

void view_value(const Cw__ViewValue *value, char *out, size_t cap)
{
    const Cw__Interval *i = value->value != NULL ? value->value->interval : NULL;
    char from[WHEN_TEXT_LEN_MAX], to[WHEN_TEXT_LEN_MAX];

    fault_clean_text(wire_slice(value->text), out, cap);
    if (i == NULL || !i->has_earliest_ms || !i->has_latest_ms)
        return;
    when_london((struct cw_wall){i->earliest_ms}, false, from);
    when_london((struct cw_wall){i->latest_ms}, false, to);
    snprintf(out, cap, i->latest_ms == i->earliest_ms ? "%s" : "%s to %s", from,
             same_day(from, to) ? clock_of(to) : to);
}
