/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of an item of a feed, a letter each. */
#include "tool/feed.h"

#include "tool/lookup.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#define NOTHING ((ProtobufCBinaryData){0, NULL})

static void put(ProtobufCBinaryData bytes, char *out, size_t cap)
{
    fault_clean_text(wire_slice(bytes), out, cap);
}

static void put_hex(ProtobufCBinaryData bytes, char *out, size_t cap)
{
    out[0] = '\0';
    if (2 * bytes.len < cap)
        hex_of(wire_slice(bytes), out);
}

/* --- when ----------------------------------------------------------------------------------------------- */

bool feed_time(const Cw__FeedItem *item, struct cw_wall *out)
{
    *out = (struct cw_wall){0};
    if (item->op != NULL && item->op->has_author_time_ms && item->op->author_time_ms <= INT64_MAX)
        out->ms = (int64_t)item->op->author_time_ms;
    else if (item->op != NULL)
        *out = hlc_wall(item->op->hlc);
    else if (item->case_ != NULL)
        *out = hlc_wall(item->case_->updated_hlc);
    return out->ms != 0;
}

static void put_london(const Cw__FeedItem *item, char *out, size_t cap)
{
    char text[WHEN_TEXT_LEN_MAX] = "";
    struct cw_wall at;

    if (feed_time(item, &at))
        when_london(at, true, text);
    snprintf(out, cap, "%s", text);
}

static void put_utc(const Cw__FeedItem *item, char *out, size_t cap)
{
    char text[WHEN_TEXT_LEN_MAX] = "";
    struct cw_wall at;

    if (feed_time(item, &at))
        when_utc(at, text);
    snprintf(out, cap, "%s", text);
}

/* --- the op --------------------------------------------------------------------------------------------- */

#define OP_TEXT(name, member)                                         \
    static void name(const Cw__FeedItem *item, char *out, size_t cap) \
    {                                                                 \
        put(item->op != NULL ? item->op->member : NOTHING, out, cap); \
    }

OP_TEXT(put_what, what)
OP_TEXT(put_event, event_name)
OP_TEXT(put_origin, origin)
OP_TEXT(put_verdict, verdict)

static void put_author(const Cw__FeedItem *item, char *out, size_t cap)
{
    put(item->op != NULL && item->op->author != NULL ? item->op->author->name : NOTHING, out, cap);
}

static void put_division(const Cw__FeedItem *item, char *out, size_t cap)
{
    put(item->op != NULL && item->op->author != NULL ? item->op->author->division : NOTHING, out, cap);
}

/* --- the case ------------------------------------------------------------------------------------------- */

#define CASE_TEXT(name, member)                                             \
    static void name(const Cw__FeedItem *item, char *out, size_t cap)       \
    {                                                                       \
        put(item->case_ != NULL ? item->case_->member : NOTHING, out, cap); \
    }

CASE_TEXT(put_reference, human_ref)
CASE_TEXT(put_kind, kind_name)
CASE_TEXT(put_status, status)
CASE_TEXT(put_risk, risk)
CASE_TEXT(put_owner, owner)
CASE_TEXT(put_title, title)
CASE_TEXT(put_marking, marking)

static void put_chars(const Cw__FeedItem *item, char *out, size_t cap)
{
    char chars[CHARS_LEN_MAX] = "";

    if (item->case_ != NULL)
        lookup_chars(wire_slice(item->case_->human_ref), chars);
    snprintf(out, cap, "%s", chars);
}

static void put_case_id(const Cw__FeedItem *item, char *out, size_t cap)
{
    put_hex(item->case_ != NULL ? item->case_->case_id : NOTHING, out, cap);
}

static void put_conflicts(const Cw__FeedItem *item, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; item->case_ != NULL && i < item->case_->n_conflicts && used + 2 < cap; i++) {
        if (i > 0)
            used += (size_t)snprintf(out + used, cap - used, ",");
        put(item->case_->conflicts[i], out + used, cap - used);
        used += strlen(out + used);
    }
}

/* --- the item ------------------------------------------------------------------------------------------- */

const char *feed_why(const Cw__FeedItem *item)
{
    static const char *const words[] = {"", "op", "case", "correction", "record"};

    return item->why < CW_COUNT(words) ? words[item->why] : "unrecognised";
}

static void put_why(const Cw__FeedItem *item, char *out, size_t cap)
{
    snprintf(out, cap, "%s", feed_why(item));
}

static void put_id(const Cw__FeedItem *item, char *out, size_t cap)
{
    put_hex(item->id, out, cap);
}

static void put_flags(const Cw__FeedItem *item, char *out, size_t cap)
{
    const struct {
        bool on;
        const char *word;
    } flags[] = {
        {item->late, "late"},
        {item->again, "again"},
        {item->cause_missing, "cause-missing"},
        {item->revising, "revising"},
        {item->outside, "outside"},
        {item->why == CW_FEED_OP && item->op != NULL && item->op->has_opened && !item->op->opened, "unopened"},
        {item->n_in_conflict > 0, "conflict"},
        {item->n_settled > 0, "settled"},
        {item->n_same_child > 0, "same-child"},
    };
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < CW_COUNT(flags); i++)
        if (flags[i].on)
            used += (size_t)snprintf(out + used, cap - used, "%s%s", used > 0 ? "," : "", flags[i].word);
}

const struct feed_column feed_columns[] = {
    {'t', "time in London", put_london},
    {'T', "time in UTC", put_utc},
    {'r', "reference of the case", put_reference},
    {'c', "the seven characters of the reference", put_chars},
    {'C', "id of the case", put_case_id},
    {'k', "kind of case", put_kind},
    {'l', "title", put_title},
    {'s', "status", put_status},
    {'R', "risk", put_risk},
    {'O', "owner", put_owner},
    {'m', "marking", put_marking},
    {'x', "fields in conflict now", put_conflicts},
    {'w', "what was done, in a line", put_what},
    {'e', "event", put_event},
    {'a', "author", put_author},
    {'d', "the author's division", put_division},
    {'o', "the division whose log holds it", put_origin},
    {'v', "verdict: effective, pending, void, ...", put_verdict},
    {'y', "why it is told: op, case, correction or record", put_why},
    {'f', "flags: late, again, cause-missing, revising, outside, unopened, conflict, settled, same-child", put_flags},
    {'i', "id of the item: the same each time it is told", put_id},
    {'\0', NULL, NULL},
};

void feed_text(const Cw__FeedItem *item, char letter, char out[static FEED_TEXT_LEN_MAX])
{
    const struct feed_column *column = feed_columns;

    while (column->letter != letter) {
        CW_ASSERT(column->letter != '\0');
        column++;
    }
    column->put(item, out, FEED_TEXT_LEN_MAX);
}

/* --- templates ------------------------------------------------------------------------------------------ */

static bool is_column(char letter)
{
    for (const struct feed_column *c = feed_columns; c->letter != '\0'; c++)
        if (c->letter == letter)
            return true;
    return false;
}

const char *feed_template_check(const char *format)
{
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%')
            continue;
        at++;
        if (*at == '\0' || (strchr("%nb", *at) == NULL && !is_column(*at)))
            return at - 1;
    }
    return NULL;
}

void feed_template_print(const Cw__FeedItem *item, const char *format, FILE *out)
{
    char text[FEED_TEXT_LEN_MAX];

    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%') {
            putc(*at, out);
            continue;
        }
        at++;
        if (*at == 'n' || *at == 'b') {
            putc(*at == 'n' ? '\n' : '\t', out);
        } else if (*at == '%') {
            putc('%', out);
        } else {
            feed_text(item, *at, text);
            fputs(text, out);
        }
    }
}
