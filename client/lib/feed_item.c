/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/feed.h"
#include "lib/need.h"

#include "proto/wire.h"

/* What an answer of a feed holds, as most readers need it. */

static const Cw__FeedItems *items_of(const struct cw_answer *answer)
{
    return answer->message->feed;
}

struct cw_slice cw_feed_answer_cursor(const struct cw_answer *answer)
{
    if (MISSING(NULL, answer))
        return slice(NULL, 0);
    const Cw__FeedItems *feed = items_of(answer);

    return feed == NULL ? slice(NULL, 0) : wire_slice(feed->cursor);
}

size_t cw_feed_item_count(const struct cw_answer *answer)
{
    if (MISSING(NULL, answer))
        return 0;
    return items_of(answer) == NULL ? 0 : items_of(answer)->n_items;
}

enum cw_err cw_feed_answer_progress(const struct cw_answer *answer, struct cw_feed_progress *out)
{
    if (MISSING(NULL, answer, out))
        return CW_USAGE_ARGUMENT;
    const Cw__FeedItems *feed = items_of(answer);

    if (feed == NULL || out->size != sizeof(*out))
        return CW_USAGE_ARGUMENT;
    *out = (struct cw_feed_progress){
        .size = sizeof(*out),
        .phase = (enum cw_feed_phase)feed->phase,
        .level = feed->level != 0,
        .lag_entries = feed->lag_entries,
        .lag_ms = feed->lag_ms,
    };
    return CW_OK;
}

static uint32_t flags_of(const Cw__FeedItem *item)
{
    return (item->late ? CW_FEED_LATE : 0u) | (item->again ? CW_FEED_AGAIN : 0u) |
           (item->cause_missing ? CW_FEED_CAUSE_MISSING : 0u) | (item->revising ? CW_FEED_REVISING : 0u) |
           (item->outside ? CW_FEED_OUTSIDE : 0u) |
           (item->op != NULL && item->op->has_opened && !item->op->opened && item->why == CW_FEED_OP ? CW_FEED_UNOPENED
                                                                                                     : 0u);
}

static void fill_op(const Cw__FeedOp *op, struct cw_feed_item *out)
{
    out->what = wire_slice(op->what);
    out->event = wire_slice(op->event_name);
    out->origin = wire_slice(op->origin);
    out->verdict = wire_slice(op->verdict);
    out->time.ms = op->author_time_ms <= INT64_MAX ? (int64_t)op->author_time_ms : 0;
    out->hlc = op->hlc;
    out->write_count = op->n_writes;
    if (op->author != NULL) {
        out->author = wire_slice(op->author->name);
        out->author_division = wire_slice(op->author->division);
    }
}

static void fill_case(const Cw__FeedCase *c, struct cw_feed_item *out)
{
    out->case_id = wire_slice(c->case_id);
    out->reference = wire_slice(c->human_ref);
    out->kind = wire_slice(c->kind_name);
    out->status = wire_slice(c->status);
    out->title = wire_slice(c->title);
    out->owner = wire_slice(c->owner);
    out->risk = wire_slice(c->risk);
    out->marking = wire_slice(c->marking);
    out->conflict_count = c->n_conflicts;
}

enum cw_err cw_feed_item(const struct cw_answer *answer, size_t index, struct cw_feed_item *out)
{
    if (MISSING(NULL, answer, out))
        return CW_USAGE_ARGUMENT;
    const Cw__FeedItem *item;

    if (index >= cw_feed_item_count(answer) || out->size != sizeof(*out))
        return CW_USAGE_ARGUMENT;
    item = items_of(answer)->items[index];
    *out = (struct cw_feed_item){.size = sizeof(*out), .why = (enum cw_feed_why)item->why, .flags = flags_of(item)};
    if (item->id.len == CW_ID_LEN)
        memcpy(out->id.b, item->id.data, CW_ID_LEN);
    out->in_conflict = item->n_in_conflict;
    out->settled = item->n_settled;
    if (item->op != NULL)
        fill_op(item->op, out);
    if (item->case_ != NULL)
        fill_case(item->case_, out);
    return CW_OK;
}

static int is_listed(const uint32_t *list, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == index)
            return 1;
    return 0;
}

enum cw_err cw_feed_item_write(const struct cw_answer *answer, size_t index, size_t write, struct cw_feed_write *out)
{
    if (MISSING(NULL, answer, out))
        return CW_USAGE_ARGUMENT;
    const Cw__FeedItem *item;
    const Cw__FeedWrite *from;

    if (index >= cw_feed_item_count(answer) || out->size != sizeof(*out))
        return CW_USAGE_ARGUMENT;
    item = items_of(answer)->items[index];
    if (item->op == NULL || write >= item->op->n_writes)
        return CW_USAGE_ARGUMENT;
    from = item->op->writes[write];
    *out = (struct cw_feed_write){
        .size = sizeof(*out),
        .field = from->field,
        .name = wire_slice(from->name),
        .verb = from->verb,
        .text = wire_slice(from->text),
        .withheld = from->withheld != 0,
        .in_conflict = is_listed(item->in_conflict, item->n_in_conflict, write),
        .settled = is_listed(item->settled, item->n_settled, write),
    };
    return CW_OK;
}
