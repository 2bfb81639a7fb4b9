/* SPDX-License-Identifier: Apache-2.0 */
/* An item of a feed as JSON. */
#include "bridge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATH_LEN_MAX 96
#define TIME_LEN_MAX 40

void bridge_id_text(const struct cw_op_id *id, char out[static BRIDGE_ID_TEXT_LEN])
{
    for (size_t i = 0; i < CW_ID_LEN; i++)
        snprintf(out + 2 * i, 3, "%02x", id->b[i]);
}

const char *bridge_why(enum cw_feed_why why)
{
    static const char *const words[] = {"unrecognised", "op", "case", "correction", "record"};

    return words[why >= CW_FEED_OP && why <= CW_FEED_RECORD ? why : 0];
}

/* --- values --------------------------------------------------------------------------------------------- */

/* What no reader of JSON or of a database chokes on: no control characters, and UTF-8 or nothing above ASCII. */
static json_t *text(struct cw_slice from)
{
    char *copy = calloc(1, from.len + 1);
    json_t *made;

    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < from.len; i++)
        copy[i] = (char)(from.data[i] < 0x20 || from.data[i] == 0x7f ? ' ' : from.data[i]);
    made = json_stringn(copy, from.len);
    for (size_t i = 0; made == NULL && i < from.len; i++)
        if ((copy[i] & 0x80) != 0)
            copy[i] = '?';
    if (made == NULL)
        made = json_stringn(copy, from.len);
    free(copy);
    return made;
}

static json_t *hex(struct cw_slice from)
{
    char out[BRIDGE_ID_TEXT_LEN] = "";
    struct cw_op_id id;

    if (from.len == CW_ID_LEN) {
        memcpy(id.b, from.data, CW_ID_LEN);
        bridge_id_text(&id, out);
    }
    return json_string(out);
}

/* "2018-03-19T16:00:00.000Z"; null when it is not known, or beyond what a calendar has. */
static json_t *instant(int64_t ms)
{
    char day[TIME_LEN_MAX], whole[TIME_LEN_MAX + 8];
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;

    if (ms <= 0 || ms > INT64_C(253402300799000) || gmtime_r(&seconds, &parts) == NULL ||
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
        return json_null();
    snprintf(whole, sizeof(whole), "%s.%03dZ", day, (int)(ms % 1000));
    return json_string(whole);
}

static json_t *of_log(uint64_t hlc)
{
    return instant((int64_t)(hlc >> 16));
}

/* --- the op --------------------------------------------------------------------------------------------- */

static const char *verb_word(uint32_t verb)
{
    static const char *const words[] = {"", "set", "add", "remove", "strike"};

    return verb < sizeof(words) / sizeof(words[0]) ? words[verb] : "";
}

static json_t *writes(const struct cw_answer *answer, size_t index, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        struct cw_feed_write w = {.size = sizeof(w)};

        if (cw_feed_item_write(answer, index, i, &w) != CW_OK)
            break;
        json_array_append_new(array,
                              json_pack("{s:i, s:o, s:s, s:o, s:b, s:b, s:b}", "field", (int)w.field, "name",
                                        text(w.name), "verb", verb_word(w.verb), "text", text(w.text), "withheld",
                                        w.withheld, "in_conflict", w.in_conflict, "settled", w.settled));
    }
    return array;
}

static json_t *op(const struct cw_answer *answer, size_t index, const struct cw_feed_item *item)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "what", text(item->what), "event",
                     text(item->event), "verdict", text(item->verdict), "author", text(item->author), "division",
                     text(item->author_division), "origin", text(item->origin), "time", instant(item->time.ms),
                     "logged", of_log(item->hlc), "hlc", (json_int_t)item->hlc, "writes",
                     writes(answer, index, item->write_count));
}

/* --- the case ------------------------------------------------------------------------------------------- */

static json_t *names(const struct cw_answer *answer, size_t index, const char *member)
{
    json_t *array = json_array();
    char path[PATH_LEN_MAX];
    size_t count;

    snprintf(path, sizeof(path), "feed.items[%zu].case.%s", index, member);
    count = cw_answer_count(answer, path);
    for (size_t i = 0; i < count; i++) {
        struct cw_slice name;

        snprintf(path, sizeof(path), "feed.items[%zu].case.%s[%zu]", index, member, i);
        if (cw_answer_text(answer, path, &name) == CW_OK)
            json_array_append_new(array, text(name));
    }
    return array;
}

static int64_t number(const struct cw_answer *answer, size_t index, const char *member)
{
    char path[PATH_LEN_MAX];
    int64_t value;

    snprintf(path, sizeof(path), "feed.items[%zu].case.%s", index, member);
    return cw_answer_number(answer, path, &value) == CW_OK ? value : 0;
}

static json_t *of_case(const struct cw_answer *answer, size_t index, const struct cw_feed_item *item)
{
    static const char *const lists[] = {"tags", "areas", "operations", "conflicts"};
    static const char *const flags[] = {"incomplete", "newer", "degraded", "synthetic"};
    json_t *made = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "case_id", hex(item->case_id),
                             "reference", text(item->reference), "kind", text(item->kind), "status", text(item->status),
                             "title", text(item->title), "owner", text(item->owner), "risk", text(item->risk),
                             "marking", text(item->marking), "op_count", (json_int_t)number(answer, index, "op_count"),
                             "updated", of_log((uint64_t)number(answer, index, "updated_hlc")));

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        json_object_set_new(made, lists[i], names(answer, index, lists[i]));
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        json_object_set_new(made, flags[i], json_boolean(number(answer, index, flags[i]) != 0));
    return made;
}

/* --- the item ------------------------------------------------------------------------------------------- */

static json_t *flags_of(const struct cw_feed_item *item)
{
    static const struct {
        uint32_t bit;
        const char *word;
    } words[] = {{CW_FEED_LATE, "late"},         {CW_FEED_AGAIN, "again"},     {CW_FEED_CAUSE_MISSING, "cause-missing"},
                 {CW_FEED_REVISING, "revising"}, {CW_FEED_OUTSIDE, "outside"}, {CW_FEED_UNOPENED, "unopened"}};
    json_t *array = json_array();

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if ((item->flags & words[i].bit) != 0)
            json_array_append_new(array, json_string(words[i].word));
    return array;
}

json_t *bridge_item(const struct cw_answer *answer, size_t index)
{
    struct cw_feed_item item = {.size = sizeof(item)};
    char id[BRIDGE_ID_TEXT_LEN];
    json_t *made;

    if (cw_feed_item(answer, index, &item) != CW_OK)
        return NULL;
    bridge_id_text(&item.id, id);
    made = json_pack("{s:s, s:s, s:o}", "id", id, "why", bridge_why(item.why), "flags", flags_of(&item));
    if (made != NULL && (item.why == CW_FEED_OP || item.why == CW_FEED_RECORD))
        json_object_set_new(made, "op", op(answer, index, &item));
    if (made != NULL && item.case_id.len > 0)
        json_object_set_new(made, "case", of_case(answer, index, &item));
    return made;
}

bool bridge_is_flagged(const json_t *item, const char *word)
{
    const json_t *flag;
    size_t i;

    json_array_foreach(json_object_get(item, "flags"), i, flag)
    {
        if (strcmp(json_string_value(flag), word) == 0)
            return true;
    }
    return false;
}

/*
 * What the fields' present state adds is no part of what was said. That the case's line was older than the op is: told
 * with the right line, it is news.
 */
static json_t *said_of(const json_t *item)
{
    json_t *said = json_deep_copy(json_object_get(item, "op")), *write;
    size_t i;

    if (bridge_is_flagged(item, "revising"))
        json_object_set_new(said, "revising", json_true());

    json_array_foreach(json_object_get(said, "writes"), i, write)
    {
        json_object_del(write, "in_conflict");
        json_object_del(write, "settled");
    }
    return said;
}

/* FNV-1a: nobody gains by making two of them equal, and nothing rests on it but one message more or less. */
void bridge_stamp(const json_t *item, char out[static BRIDGE_STAMP_LEN])
{
    json_t *said = said_of(item);
    char *bytes = said == NULL ? NULL : json_dumps(said, JSON_COMPACT | JSON_SORT_KEYS);
    uint64_t sum = UINT64_C(14695981039346656037);

    for (const char *at = bytes; at != NULL && *at != '\0'; at++)
        sum = (sum ^ (uint8_t)*at) * UINT64_C(1099511628211);
    free(bytes);
    json_decref(said);
    snprintf(out, BRIDGE_STAMP_LEN, "%016" PRIx64, sum);
}
