/* SPDX-License-Identifier: Apache-2.0 */
/* What readers of feeds keep of what they are told, and the checks of each message. */
#include "tests/sim/feed.h"

#include "proto/cursor.h"
#include "proto/wire.h"
#include "tests/sim/check.h"

#include <stdlib.h>

/* --- what it keeps ---------------------------------------------------------------------------------------------- */

static void set_bytes(uint8_t **to, size_t *to_len, const uint8_t *from, size_t len)
{
    free(*to);
    *to = malloc(len + 1);
    CW_ASSERT(*to != NULL);
    if (len > 0)
        memcpy(*to, from, len);
    *to_len = len;
}

/* The cursor and what was told up to it, in one step: as whoever writes both in one transaction. */
void feed_keep(struct sim_reader *r)
{
    set_bytes(&r->kept_cursor, &r->kept_cursor_len, r->cursor, r->cursor_len);
    r->kept_told = r->told_count;
    r->kept_lines = r->line_count;
}

void feed_forget_unkept(struct sim_reader *r)
{
    set_bytes(&r->cursor, &r->cursor_len, r->kept_cursor, r->kept_cursor_len);
    r->told_count = r->kept_told;
    r->line_count = r->kept_lines;
}

void feed_forget_all(struct sim_reader *r)
{
    r->kept_cursor_len = 0;
    r->kept_told = r->kept_lines = 0;
    feed_forget_unkept(r);
}

const struct told_op *feed_was_told(const struct sim_reader *r, const struct cw_op_id *op)
{
    for (uint32_t i = r->told_count; i > 0; i--) {
        if (ID_EQ(&r->told[i - 1].id, op))
            return &r->told[i - 1];
    }
    return NULL;
}

const struct told_line *feed_last_line(const struct sim_reader *r, const struct cw_case_id *id)
{
    for (uint32_t i = r->line_count; i > 0; i--) {
        if (ID_EQ(&r->lines[i - 1].id, id))
            return &r->lines[i - 1];
    }
    return NULL;
}

static void *grown(void *memory, uint32_t count, uint32_t *max, size_t size)
{
    if (count < *max)
        return memory;
    *max = *max == 0 ? 256 : 2 * *max;
    memory = realloc(memory, *max * size);
    CW_ASSERT(memory != NULL);
    return memory;
}

/* --- a line of a case, as one number ------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t h, struct cw_slice text)
{
    return (h ^ sim_quick_hash(text.len > 0 ? text : slice("", 0))) * 0x94d049bb133111ebu;
}

static uint64_t mix_number(uint64_t h, uint64_t number)
{
    return mix(h, slice(&number, sizeof number));
}

uint64_t feed_line_hash(const struct case_row *row, const struct case_line *line)
{
    uint64_t h = mix_number(1, row->kind);

    h = mix(mix(mix(h, line->reference), line->status), line->title);
    h = mix(mix(h, line->owner), line->risk);
    h = mix_number(mix_number(h, row->op_count), row->updated_hlc);
    for (uint32_t i = 0; i < line->labels.tag_count; i++)
        h = mix(h, line->labels.tags[i]);
    return mix_number(h, line->labels.conflict_count);
}

static uint64_t told_hash(const Cw__FeedCase *c)
{
    uint64_t h = mix_number(1, c->kind);

    h = mix(mix(mix(h, wire_slice(c->human_ref)), wire_slice(c->status)), wire_slice(c->title));
    h = mix(mix(h, wire_slice(c->owner)), wire_slice(c->risk));
    h = mix_number(mix_number(h, c->op_count), c->updated_hlc);
    for (size_t i = 0; i < c->n_tags; i++)
        h = mix(h, wire_slice(c->tags[i]));
    return mix_number(h, c->n_conflicts);
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

/* I28: no op before an op it names, but one that says that its cause is missing. */
static void check_order(struct sim_reader *r, const struct cw_op_id *id)
{
    struct sim *s = r->sim;
    const struct sim_op *op = check_op(s, id);

    if (op == NULL)
        return;
    for (uint32_t i = 0; i < op->op.after_count; i++) {
        if (feed_was_told(r, &op->op.after[i]) == NULL)
            sim_fail(s, "I28", "reader %u is told an op of %s before one that it answers", r->index, op->author->name);
    }
    for (uint32_t i = 0; i < op->op.write_count; i++) {
        for (uint32_t k = 0; k < op->op.writes[i].supersede_count; k++) {
            if (feed_was_told(r, &op->op.writes[i].supersedes[k].op) == NULL)
                sim_fail(s, "I28", "reader %u is told an op of %s before one that it supersedes", r->index,
                         op->author->name);
        }
    }
}

static void take_op(struct sim_reader *r, const Cw__FeedItem *item)
{
    struct told_op told = {.verdict = ""};
    size_t len = item->op->verdict.len < sizeof told.verdict ? item->op->verdict.len : sizeof told.verdict - 1;

    memcpy(told.id.b, item->id.data, ID_LEN);
    if (len > 0)
        memcpy(told.verdict, item->op->verdict.data, len);
    if (!item->cause_missing && item->op->opened && r->kind == READS_ALL && !r->sim->failed)
        check_order(r, &told.id);
    if (r->sim->verbose)
        sim_say(r->sim, "reader %u at %s is told %02x%02x: %s%s", r->index, sim_name(&r->sim->nodes[r->node]),
                told.id.b[0], told.id.b[1], told.verdict, item->again ? " again" : "");
    r->told = grown(r->told, r->told_count, &r->told_max, sizeof *r->told);
    r->told[r->told_count++] = told;
}

/* It has not come whole, to the place at which it is told. Looked at where a reader is read out: elsewhere the disk may be another by now. */
static bool lacks_a_part(const struct sim_reader *r, const Cw__FeedItem *item)
{
    struct sim_node *n = &r->sim->nodes[r->node];
    struct cw_op_id id;
    struct op_row row;
    uint32_t place;
    struct look l;
    bool lacks = false;

    if (!r->at_once || item->op == NULL || item->id.len != ID_LEN || !look_begin(&l, n))
        return false;
    memcpy(id.b, item->id.data, ID_LEN);
    if (look_op(&l, &id, &row)) {
        (void)op_row_verdict(&row, &place);
        for (uint32_t i = 0; i < row.entries[place].part_count; i++)
            lacks = lacks || row.entries[place].parts[i] == PART_ABSENT;
    }
    look_done(&l);
    return lacks;
}

/* It comes again when it is opened, judged, or folded: until then the cursor stays before it. */
static bool is_provisional(const struct sim_reader *r, const Cw__FeedItem *item)
{
    return item->again || item->revising || item->cause_missing || (item->op != NULL && !item->op->opened) ||
           lacks_a_part(r, item);
}

static void take_item(struct sim_reader *r, const Cw__FeedItem *item)
{
    r->told_now++;
    r->provisional_now += is_provisional(r, item);
    if ((item->why == 1 || item->why == 4) && item->id.len == ID_LEN && item->op != NULL)
        take_op(r, item);
    if (item->case_ == NULL || item->revising || item->case_->case_id.len != ID_LEN)
        return;
    r->lines = grown(r->lines, r->line_count, &r->line_max, sizeof *r->lines);
    sim_say(r->sim, "reader %u at %s has a line of %.*s: %u ops, %llx, why %u%s", r->index,
            sim_name(&r->sim->nodes[r->node]), (int)item->case_->human_ref.len,
            (const char *)item->case_->human_ref.data, item->case_->op_count,
            (unsigned long long)told_hash(item->case_), item->why, item->again ? " again" : "");
    memcpy(r->lines[r->line_count].id.b, item->case_->case_id.data, ID_LEN);
    r->lines[r->line_count].incomplete = item->case_->has_incomplete && item->case_->incomplete;
    r->lines[r->line_count].high = slice_eq(wire_slice(item->case_->risk), slice_of(READER_CHOSEN_RISK));
    r->lines[r->line_count++].hash = told_hash(item->case_);
}

/* As it stands in the message: behind its field's number and its length. */
static uint64_t bytes_of(const Cw__FeedItem *item)
{
    uint64_t len = protobuf_c_message_get_packed_size(&item->base), bytes = len + 2;

    for (uint64_t rest = len >> 7; rest > 0; rest >>= 7)
        bytes++;
    return bytes;
}

/* I30: no more items than were granted, and of bytes more than what is left only if a single item has them. */
static void check_credit(struct sim_reader *r, const Cw__FeedItems *feed, uint64_t granted)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < feed->n_items; i++)
        bytes += bytes_of(feed->items[i]);
    r->heard_items += feed->n_items;
    r->left_bytes += granted - r->counted_bytes;
    r->counted_bytes = granted;
    if (r->heard_items > r->granted_items)
        sim_fail(r->sim, "I30", "reader %u granted %llu items and is told %llu", r->index,
                 (unsigned long long)r->granted_items, (unsigned long long)r->heard_items);
    if (feed->n_items > 0 && (r->left_bytes == 0 || (bytes > r->left_bytes && feed->n_items > 1)))
        sim_fail(r->sim, "I30", "reader %u has %llu bytes of credit left and is told %llu", r->index,
                 (unsigned long long)r->left_bytes, (unsigned long long)bytes);
    r->left_bytes -= bytes < r->left_bytes ? bytes : r->left_bytes;
}

void feed_take_items(struct sim_reader *r, const Cw__FeedItems *feed, uint64_t granted)
{
    if (feed->before.len != ID_LEN || memcmp(feed->before.data, r->expected.b, ID_LEN) != 0)
        sim_fail(r->sim, "I28", "reader %u: a message does not follow the one before", r->index);
    check_credit(r, feed, granted);
    for (size_t i = 0; i < feed->n_items; i++)
        take_item(r, feed->items[i]);
    set_bytes(&r->cursor, &r->cursor_len, feed->cursor.data, feed->cursor.len);
    cursor_hash(slice(r->cursor, r->cursor_len), &r->expected);
    r->level = feed->level;
    r->refusals = 0;
}
