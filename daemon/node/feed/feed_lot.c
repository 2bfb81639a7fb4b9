/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include <stdlib.h>

/*
 * Entries that were walked together: which of them may be told now, in which order, and which wait for a cause that
 * has not arrived or for their case's fold. A cause that was not walked yet is drawn in.
 */

/* --- putting in --------------------------------------------------------------------------------------------- */

bool feed_lot_new(struct feed_step *s, struct feed_lot *out)
{
    /* at: set when they are added; a step looks at few, mostly at none */
    *out = (struct feed_lot){
        .at = arena_take_raw(&s->arena, FEED_LOT_MAX_ALL * sizeof(struct lot_entry), alignof(struct lot_entry)),
        .slots = ARENA_ARRAY(&s->arena, uint16_t, FEED_LOT_SLOTS)};
    return out->at != NULL && out->slots != NULL;
}

/* Where the op is, or a free slot: ids are hashes, any of their bytes will do. */
static uint16_t *slot_of(const struct feed_lot *lot, const struct cw_op_id *op)
{
    uint32_t i = (uint32_t)(op->b[0] << 8 | op->b[1]) % FEED_LOT_SLOTS;

    while (lot->slots[i] != 0 && !ID_EQ(&lot->at[lot->slots[i] - 1].e.op, op))
        i = (i + 1) % FEED_LOT_SLOTS;
    return &lot->slots[i];
}

static struct lot_entry *find_op(const struct feed_lot *lot, const struct cw_op_id *op)
{
    uint16_t slot = *slot_of(lot, op);

    return slot == 0 ? NULL : &lot->at[slot - 1];
}

bool feed_lot_add(struct feed_step *s, struct feed_lot *lot, const struct feed_entry *e)
{
    struct lot_entry *there = find_op(lot, &e->op);

    if (there != NULL) { /* told once, as it is now */
        there->e.again = there->e.again || e->again;
        return true;
    }
    if (lot->count == FEED_LOT_MAX_ALL)
        return false;
    CW_ASSERT(lot->at != NULL); /* feed_lot_open gave it */
    *slot_of(lot, &e->op) = (uint16_t)(lot->count + 1);
    lot->at[lot->count] = (struct lot_entry){.e = *e};
    if (e->since.ms == 0)
        lot->at[lot->count].e.since = s->now;
    lot->count++;
    return true;
}

/* Void bytes that name no case are told to nobody. */
static bool is_nobodys(const struct op_row *row)
{
    return row->op_class == CLASS_CASE && !row->has_case;
}

/* An op in several entries is told at its place. */
static bool is_told_here(const struct feed_entry *e, const struct op_row *row)
{
    uint32_t place;

    (void)op_row_verdict(row, &place);
    return row->entries[place].seq == e->seq && ID_EQ(&row->entries[place].log, &e->log) && !is_nobodys(row);
}

static enum cw_err read_entry(const struct feed_step *s, struct feed_entry *e, struct op_row *row)
{
    struct entry_row entry;
    struct entry_header header;
    enum cw_err err = db_get_entry(s->node, s->read.txn, &e->log, e->seq, &entry);

    if (err == CW_OK && entry_header_parse(entry.header, &header) != CW_OK)
        err = CW_LOCAL_CORRUPT;
    if (err == CW_OK)
        err = db_get_op(s->node, s->read.txn, &header.op_id, row);
    if (err != CW_OK)
        return err;
    e->hlc = header.hlc;
    e->op = header.op_id;
    e->op_class = header.kind;
    e->has_case = row->op_class == CLASS_CASE && row->has_case;
    e->case_id = row->case_id;
    return CW_OK;
}

enum cw_err feed_entry_read(const struct feed_step *s, const struct log_id *log, uint64_t seq, struct feed_entry *out,
                            bool *out_told)
{
    struct op_row row;

    *out = (struct feed_entry){.log = *log, .seq = seq};
    enum cw_err err = read_entry(s, out, &row);
    *out_told = err == CW_OK && is_told_here(out, &row);
    return err;
}

bool feed_place_is_below(const struct feed_step *s, struct feed_entry *e)
{
    struct feed_entry place = {0};
    struct op_row row;
    uint32_t number, at;

    if (db_get_op(s->node, s->read.txn, &e->op, &row) != CW_OK || is_nobodys(&row))
        return false;
    (void)op_row_verdict(&row, &number);
    place.log = row.entries[number].log;
    place.seq = row.entries[number].seq;
    at = feed_place_find(&s->feed->places, &place.log);
    if (at == FEED_PLACE_NONE || place.seq > s->feed->places.at[at].begun || read_entry(s, &place, &row) != CW_OK)
        return false;
    e->hlc = place.hlc; /* under which its case has it */
    return true;
}

void feed_lot_take_held(struct feed_step *s, struct feed_lot *lot)
{
    for (uint32_t i = 0; i < s->feed->held_count; i++)
        (void)feed_lot_add(s, lot, &s->feed->held[i]);
    s->feed->held_count = 0;
}

/* --- causes ------------------------------------------------------------------------------------------------- */

/* A step that puts in order what it had, and one lot more, still tells something. */
_Static_assert((FEED_LOT_MAX_ALL * FEED_CAUSES_USUAL + FEED_CAUSES_LARGE) / FEED_CAUSES_PER_WALK < FEED_WALK_MAX,
               "the causes of one lot are less than the work of a step");

/* Nobody's ops, however many others they name, take the room or the time of the rest: out of order rather than that. */
static bool has_room(struct feed_lot *lot, uint32_t count)
{
    if (count <= FEED_CAUSES_USUAL)
        return true;
    if (count > FEED_CAUSES_LARGE - lot->large_causes)
        return false;
    lot->large_causes += count;
    return true;
}

static enum cw_err find_causes(struct feed_step *s, struct feed_lot *lot, struct lot_entry *l, struct cw_op_id **out)
{
    const struct feed_item *item;
    enum cw_err err;

    l->cause_count = 0;
    *out = NULL;
    if (!l->e.has_case)
        return CW_OK;
    err = feed_item_of(s, &l->e, &item);
    if (err != CW_OK || item->cause_count == 0 || !has_room(lot, item->cause_count))
        return err;
    *out = arena_copy(&s->arena, item->causes, item->cause_count * sizeof *item->causes);
    l->causes = *out;
    l->cause_count = *out == NULL ? 0 : item->cause_count;
    return CW_OK;
}

/* A cause whose place this reader has not come to yet is told with what names it; later it comes once more. */
static enum cw_err draw_in(struct feed_step *s, struct feed_lot *lot, const struct op_row *row)
{
    uint32_t place, at;
    struct feed_entry e;
    bool told;

    (void)op_row_verdict(row, &place);
    at = feed_place_of(s, &row->entries[place].log);
    if (at == FEED_PLACE_NONE)
        return CW_LOCAL_MEMORY;
    if (row->entries[place].seq <= s->feed->places.at[at].walked || lot->count >= FEED_LOT_LEN + FEED_PULLED_MAX)
        return CW_OK;
    enum cw_err err = feed_entry_read(s, &row->entries[place].log, row->entries[place].seq, &e, &told);
    if (err == CW_OK && told && feed_chooses(s->feed, &e))
        (void)feed_lot_add(s, lot, &e);
    return err;
}

/* All that came under its id carries other words: whose it is nobody knows, and no reader was told what it says. */
static bool has_not_come(const struct op_row *row)
{
    return ID_IS_ZERO(&row->author);
}

/* What is in no lot and not here either is missing. */
static enum cw_err look_for(struct feed_step *s, struct feed_lot *lot, const struct cw_op_id *cause, bool *out_missing)
{
    struct op_row row;
    enum cw_err err;

    if (find_op(lot, cause) != NULL)
        return CW_OK;
    err = db_get_op(s->node, s->read.txn, cause, &row);
    if (err == CW_OK && has_not_come(&row))
        err = CW_LOCAL_NOT_FOUND;
    if (err == CW_OK)
        return draw_in(s, lot, &row);
    *out_missing = *out_missing || err == CW_LOCAL_NOT_FOUND;
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* Only those in the lot hold something up, and put it in order: the rest is let go. */
static enum cw_err look_for_causes(struct feed_step *s, struct feed_lot *lot, uint32_t index, bool *out_missing)
{
    struct lot_entry *l = &lot->at[index];
    struct cw_op_id *causes;
    uint32_t kept = 0;
    enum cw_err err = find_causes(s, lot, l, &causes);

    *out_missing = false;
    for (uint32_t i = 0; i < l->cause_count && err == CW_OK; i++) {
        err = look_for(s, lot, &causes[i], out_missing);
        if (find_op(lot, &causes[i]) != NULL)
            causes[kept++] = causes[i];
    }
    s->walked += l->cause_count / FEED_CAUSES_PER_WALK;
    l->cause_count = kept;
    return err;
}

/* --- waiting ------------------------------------------------------------------------------------------------ */

static void judge(struct feed_step *s, struct lot_entry *l, bool missing)
{
    struct feed_entry *e = &l->e;
    bool unfolded = e->has_case && !feed_case_is_folded(s, &e->case_id);
    bool no_room = s->feed->revising_count == FEED_REVISING_MAX, must = no_room || feed_is_regional(s);
    struct cw_mono for_fold = must ? CW_NEVER : mono_after(e->since, FEED_FOLD_WAIT_MS);

    e->due = missing ? mono_after(e->since, FEED_CAUSE_WAIT_MS) : CW_NEVER;
    if (unfolded && (!missing || for_fold.ms > e->due.ms))
        e->due = for_fold;
    l->waits = (missing || unfolded) && !mono_reached(s->now, e->due);
    e->cause_missing = missing;
    e->revising = unfolded;
}

/*
 * What names something that waits, waits too, however long it has waited itself: for the other's time, not for its own,
 * which may be over.
 */
static void wait_for_it(struct lot_entry *l)
{
    l->waits = true;
    l->e.due = CW_NEVER;
}

static void spread(struct feed_lot *lot)
{
    bool changed = true;

    while (changed) {
        changed = false;
        for (uint32_t i = 0; i < lot->count; i++) {
            for (uint32_t k = 0; k < lot->at[i].cause_count && !lot->at[i].waits; k++) {
                const struct lot_entry *cause = find_op(lot, &lot->at[i].causes[k]);

                if (cause != NULL && cause != &lot->at[i] && cause->waits) {
                    wait_for_it(&lot->at[i]);
                    changed = true;
                }
            }
        }
    }
}

/* Those that find no place among the waiting go on as they are: told out of order rather than not at all. */
static bool hold(struct feed *feed, struct lot_entry *l)
{
    if (feed->held_count == FEED_HELD_MAX)
        return false;
    feed->held[feed->held_count++] = l->e;
    return true;
}

/* --- order -------------------------------------------------------------------------------------------------- */

static enum cw_err put_in_order(struct feed_step *s, const struct lot_entry *const *going, uint32_t count)
{
    struct feed_op *ops = ARENA_ARRAY(&s->arena, struct feed_op, count + 1);
    uint32_t *numbers = ARENA_ARRAY(&s->arena, uint32_t, 4 * (size_t)count + 4);

    if (ops == NULL || numbers == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (struct feed_op){going[i]->e.op, going[i]->e.hlc, going[i]->cause_count, going[i]->causes};
    feed_order(ops, count,
               &(struct feed_scratch){numbers + count, numbers + 2 * (size_t)count, numbers + 3 * (size_t)count},
               numbers);
    for (uint32_t i = 0; i < count; i++)
        s->feed->ready[i] = going[numbers[i]]->e;
    s->feed->ready_at = 0;
    s->feed->ready_count = count;
    s->feed->ready_as_of = s->arrivals;
    return CW_OK;
}

enum cw_err feed_lot_settle(struct feed_step *s, struct feed_lot *lot)
{
    const struct lot_entry **going = ARENA_ARRAY(&s->arena, const struct lot_entry *, FEED_LOT_MAX_ALL);
    uint32_t going_count = 0;
    bool any = false;

    if (going == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < lot->count; i++) { /* the lot grows while it is looked at */
        bool missing;
        enum cw_err err = look_for_causes(s, lot, i, &missing);

        if (err != CW_OK)
            return err;
        judge(s, &lot->at[i], missing);
        any = any || lot->at[i].waits;
    }
    if (any)
        spread(lot);
    for (uint32_t i = 0; i < lot->count; i++) {
        if (!lot->at[i].waits || !hold(s->feed, &lot->at[i]))
            going[going_count++] = &lot->at[i];
    }
    return put_in_order(s, going, going_count);
}
