/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "node/answer_case.h"
#include "proto/wire.h"

/* One item at the end of the message: what was made of the op, the case's line as it is now, and what to make of it. */

struct telling {
    struct feed_step *s;
    const struct feed_entry *entry; /* NULL: a case, and no op */
    struct feed_subject subject;
    struct case_row row;
    struct case_line line;
    bool has_row;
    struct cw_slice op_bytes; /* cw.FeedOp */
    Cw__FeedItem item;
};

/* --- the case's line ------------------------------------------------------------------------------------------ */

bool feed_case_is_folded(const struct feed_step *s, const struct cw_case_id *id)
{
    return !db_has(s->node, s->read.txn, TABLE_PENDING, row_key_pending_fold(id));
}

bool feed_is_regional(const struct feed_step *s)
{
    return s->feed->who.subject == SUBJECT_REGIONAL;
}

static enum cw_err read_row(struct telling *t, const struct cw_case_id *id)
{
    enum cw_err err = case_row_read(&t->s->read, id, &t->s->arena, &t->row, &t->line);

    t->subject.case_id = *id;
    t->subject.row = &t->row;
    t->subject.line = &t->line;
    t->has_row = err == CW_OK;
    if (err == CW_OK)
        feed_class_of(t->s, &t->subject);
    return err;
}

/* --- fitting ---------------------------------------------------------------------------------------------------- */

/*
 * What the op itself moved can have fitted before it. Named cases, writers and a case's kind do not change; and an op that
 * touches no operation that was asked for took the case out of none.
 */
static bool may_have_fitted(const struct telling *t, uint32_t watches, struct feed_filter *fixed)
{
    const struct feed_filter *f = &t->s->feed->filter;
    uint32_t names = WATCH_OPERATION | (t->row.kind == KIND_OPERATION ? WATCH_TITLE : 0u);
    uint32_t moved = watches & feed_filter_watches(f);

    *fixed = (struct feed_filter){
        .kinds = f->kinds, .divisions = f->divisions, .cases = f->cases, .case_count = f->case_count};
    if (moved == 0 || feed_filter_fit(fixed, &t->subject) == FIT_NO)
        return false;
    if ((moved & names) != 0 &&
        (t->entry == NULL || feed_touches_operation(t->s, t->entry, t->row.kind))) /* a correction has no op */
        return true;
    fixed->operations = f->operations;
    return (moved & ~(WATCH_OPERATION | WATCH_TITLE)) != 0 && feed_filter_fit(fixed, &t->subject) != FIT_NO;
}

/* *out_outside: told although it does not fit, or may not. */
static bool fits(const struct telling *t, uint32_t watches, bool *out_outside)
{
    const struct feed_filter *f = &t->s->feed->filter;
    enum feed_fit fit = feed_filter_fit(f, &t->subject);
    struct feed_filter fixed;

    *out_outside = fit == FIT_UNSURE;
    if (feed_is_regional(t->s) && t->line.labels.compartmented)
        return false;
    if (fit != FIT_NO)
        return true;
    *out_outside = may_have_fitted(t, watches, &fixed);
    /* That a record is no longer, or not yet, that of a child who was asked for. */
    if (!*out_outside && (watches & WATCH_IDENTITY) != 0 && feed_claims_named(t->s, &t->subject.case_id)) {
        fixed.case_count = 0;
        fixed.operations.count = 0;
        *out_outside = feed_filter_fit(&fixed, &t->subject) != FIT_NO;
    }
    return *out_outside;
}

/* --- appending -------------------------------------------------------------------------------------------------- */

static void put_tagged(struct writer *w, uint32_t field, struct cw_slice bytes)
{
    writer_varint(w, (uint64_t)field << 3 | 2);
    writer_varint(w, bytes.len);
    writer_slice(w, bytes);
}

/* What put_tagged takes, of a field below 16. */
static size_t tagged_len(size_t len)
{
    size_t framing = 2;

    for (size_t rest = len >> 7; rest > 0; rest >>= 7)
        framing++;
    return framing + len;
}

/* The op's bytes were made before: they go in behind the rest, as protobuf allows. */
static enum cw_err append(struct telling *t)
{
    struct feed_step *s = t->s;
    struct writer w = writer_over(s->item, MESSAGE_LEN_MAX);
    size_t room = MESSAGE_LEN_MAX - CURSOR_LEN_MAX - 1024, want;

    wire_pack(&t->item.base, &w);
    if (t->op_bytes.len > 0)
        put_tagged(&w, 3, t->op_bytes);
    if (w.failed || w.len > room)
        return CW_REFUSED_SIZE;
    want = s->out.len + tagged_len(w.len);
    if (s->item_count > 0 && (want > FEED_FRAME_LEN || want > s->credit_bytes))
        return CW_AGAIN_BUSY;
    put_tagged(&s->out, 3, slice(w.data, w.len));
    CW_ASSERT(!s->out.failed);
    s->item_count++;
    return CW_OK;
}

/* Not larger than a frame: without its view first, and an op larger still without its writes. */
static enum cw_err append_what_fits(struct telling *t)
{
    enum cw_err err = append(t);

    if (err == CW_REFUSED_SIZE && t->item.view != NULL) {
        t->item.view = NULL;
        err = append(t);
    }
    if (err == CW_REFUSED_SIZE) {
        t->op_bytes.len = 0;
        err = append(t);
    }
    return err;
}

static Cw__CaseView *view_of(struct answering *a, const struct cw_case_id *id)
{
    Cw__CaseView *view = NULL;

    return answer_view(a, id, ANSWER_VIEW_FIELDS, &view) == CW_OK ? view : NULL;
}

/* Which of the cases that were asked for this one is another record of. */
static bool put_same_child(struct telling *t, struct answering *a)
{
    const struct feed_filter *f = &t->s->feed->filter;
    const struct case_class *class = t->subject.class;

    if (class == NULL || class->count < 2 || f->case_count == 0)
        return true;
    t->item.same_child = ARENA_ARRAY(a->arena, ProtobufCBinaryData, class->count);
    if (t->item.same_child == NULL)
        return false;
    for (uint32_t i = 0; i < class->count; i++) {
        if (feed_filter_names(f, &class->ids[i]))
            t->item.same_child[t->item.n_same_child++] = answer_bytes(a, class->ids[i].b, ID_LEN);
    }
    return true;
}

static bool start_item(struct telling *t, struct answering *a, enum feed_why why)
{
    Cw__FeedItem *item = &t->item;

    cw__feed_item__init(item);
    SET_NUMBER(item, why, why);
    if (!t->has_row)
        return true;
    if (!put_same_child(t, a))
        return false;
    item->case_ = feed_case_of(a, &t->subject.case_id, &t->row, &t->line, feed_is_regional(t->s));
    if (item->case_ != NULL && t->s->feed->views && !feed_is_regional(t->s))
        item->view = view_of(a, &t->subject.case_id);
    return item->case_ != NULL;
}

/* --- an op ------------------------------------------------------------------------------------------------------ */

static bool is_in_conflict(const struct case_labels *labels, uint32_t field)
{
    for (uint32_t i = 0; i < labels->conflict_count; i++) {
        if (labels->conflicts[i] == field)
            return true;
    }
    return false;
}

static bool put_write_notes(struct answering *a, const struct telling *t, const struct feed_item *item,
                            Cw__FeedItem *out)
{
    out->in_conflict = ARENA_ARRAY(a->arena, uint32_t, item->write_count + 1);
    out->settled = ARENA_ARRAY(a->arena, uint32_t, item->write_count + 1);
    if (out->in_conflict == NULL || out->settled == NULL)
        return false;
    for (uint32_t i = 0; i < item->write_count; i++) {
        if (is_in_conflict(&t->line.labels, item->fields[i]))
            out->in_conflict[out->n_in_conflict++] = i;
        else if (item->settling[i] > 1)
            out->settled[out->n_settled++] = i;
    }
    return true;
}

/* Whether an op that stands after this one was told before it: at a place that is walked, and waits for nothing. */
static bool is_late(const struct feed_step *s, const struct feed_entry *e)
{
    struct row_key end = row_key_case(&e->case_id);
    struct case_op_row row;
    struct kv_pair pair;
    uint32_t at;

    memset(end.b + end.len, 0xff, 8 + ID_LEN);
    end.len += 8 + ID_LEN;
    if (node_store(s->node)->prev(s->read.txn, TABLE_CASE_OP, row_key_slice(&end), false, &pair) != CW_OK ||
        pair.key.len != 2 * ID_LEN + 8 || memcmp(pair.key.data + ID_LEN + 8, e->op.b, ID_LEN) == 0 ||
        case_op_row_parse(pair.value, &row) != CW_OK)
        return false;
    at = feed_place_find(&s->feed->places, &row.log);
    if (at == FEED_PLACE_NONE || row.seq > s->feed->places.at[at].walked)
        return false;
    for (uint32_t i = s->feed->ready_at; i < s->feed->ready_count; i++) {
        if (s->feed->ready[i].seq == row.seq && ID_EQ(&s->feed->ready[i].log, &row.log))
            return false;
    }
    for (uint32_t i = 0; i < s->feed->held_count; i++) {
        if (s->feed->held[i].seq == row.seq && ID_EQ(&s->feed->held[i].log, &row.log))
            return false;
    }
    return true;
}

static void put_entry_flags(const struct feed_step *s, const struct feed_entry *e, Cw__FeedItem *out)
{
    if (e->has_case && is_late(s, e))
        SET_NUMBER(out, late, 1);
    if (e->again)
        SET_NUMBER(out, again, 1);
    if (e->cause_missing)
        SET_NUMBER(out, cause_missing, 1);
    if (e->revising)
        SET_NUMBER(out, revising, 1);
}

static enum cw_err tell_entry(struct telling *t, const struct feed_entry *e, const struct feed_item *told)
{
    struct feed_step *s = t->s;
    struct answering a = {.node = s->node, .who = &s->feed->who, .in_feed = true, .read = s->read, .arena = &s->arena};
    Cw__FeedItem *item = &t->item;
    bool outside = false;

    if (t->has_row && !fits(t, told->watches, &outside))
        return CW_OK;
    if (!start_item(t, &a, e->has_case ? WHY_OP : WHY_RECORD) || !put_write_notes(&a, t, told, item))
        return CW_LOCAL_MEMORY;
    SET_BYTES(item, id, answer_bytes(&a, e->op.b, ID_LEN));
    put_entry_flags(s, e, item);
    if (outside)
        SET_NUMBER(item, outside, 1);
    t->op_bytes = told->covered.len > 0 && !t->line.labels.deceased ? told->covered : told->bytes;
    return append_what_fits(t);
}

static enum cw_err owe_correction(struct feed_step *s, const struct cw_case_id *id)
{
    const struct feed *feed = s->feed;

    for (uint32_t i = feed->owed_count; i > 0; i--) {
        if (ID_EQ(&feed->owed[i - 1].id, id))
            return CW_OK;
    }
    return feed_owe(s, id, WHY_CORRECTION) ? CW_OK : CW_LOCAL_MEMORY;
}

/* A lot that waited for its folds goes on all at once: beyond the room, the case is owed from now on. */
static enum cw_err remember_revising(struct feed_step *s, const struct feed_entry *e)
{
    struct feed *feed = s->feed;

    if (feed->revising_count == FEED_REVISING_MAX)
        return owe_correction(s, &e->case_id);
    feed->revising[feed->revising_count++] = *e;
    return CW_OK;
}

enum cw_err feed_tell_entry(struct feed_step *s, const struct feed_entry *e)
{
    size_t mark = arena_mark(&s->arena);
    struct telling t = {.s = s, .entry = e};
    const struct feed_item *told;
    enum cw_err err;

    /* Whether it is compartmented is in the line that is to come: the state is told then, and no op before it. */
    if (feed_is_regional(s) && e->has_case && !feed_case_is_folded(s, &e->case_id))
        return owe_correction(s, &e->case_id);
    err = feed_item_of(s, e, &told);
    if (err != CW_OK)
        return err;
    t.subject.author_division = told->author_division;
    t.subject.origin = told->origin;
    if (e->has_case)
        err = read_row(&t, &e->case_id);
    if (err == CW_OK)
        err = tell_entry(&t, e, told);
    if (err == CW_OK && e->revising)
        err = remember_revising(s, e);
    if (err == CW_OK && e->has_case && (told->watches & WATCH_IDENTITY) != 0 && !feed_owe_class(s, &e->case_id))
        err = CW_LOCAL_MEMORY;
    arena_release(&s->arena, mark);
    return err;
}

/* --- a case ----------------------------------------------------------------------------------------------------- */

/* Two that show the same say the same, at whichever daemon. */
static void id_of_state(const struct telling *t, struct hash *out)
{
    const struct cw_slice parts[] = {ID_SLICE(&t->subject.case_id), ID_SLICE(&t->row.inputs), ID_SLICE(&t->row.state)};

    hash_labelled(LABEL_FEED, parts, CW_COUNT(parts), out->b);
}

/* Who wrote in the case is looked for last: that costs a walk along its ops. */
static enum cw_err case_fits(struct telling *t, uint32_t watches, bool *out_fits, bool *out_outside)
{
    enum cw_err err = CW_OK;

    t->subject.wrote = FIT_YES;
    *out_fits = fits(t, watches, out_outside);
    if (*out_fits && t->s->feed->filter.divisions.count > 0) {
        err = feed_wrote(t->s, &t->subject.case_id, &t->subject.wrote);
        *out_fits = err == CW_OK && fits(t, watches, out_outside);
    }
    return err;
}

static enum cw_err tell_case(struct telling *t, const struct feed_owed *owed)
{
    struct feed_step *s = t->s;
    struct answering a = {.node = s->node, .who = &s->feed->who, .in_feed = true, .read = s->read, .arena = &s->arena};
    Cw__FeedItem *item = &t->item;
    struct hash id;
    bool fit, outside;
    enum cw_err err = case_fits(t, owed->why == WHY_CORRECTION ? UINT32_MAX : 0, &fit, &outside);

    if (err != CW_OK || !fit)
        return err;
    if (!start_item(t, &a, owed->why))
        return CW_LOCAL_MEMORY;
    id_of_state(t, &id);
    SET_BYTES(item, id, answer_bytes(&a, id.b, ID_LEN));
    if (outside)
        SET_NUMBER(item, outside, 1);
    return append_what_fits(t);
}

enum cw_err feed_tell_case(struct feed_step *s, const struct feed_owed *owed)
{
    size_t mark = arena_mark(&s->arena);
    struct telling t = {.s = s, .subject = {.author_division = "", .origin = ""}};
    enum cw_err err = read_row(&t, &owed->id);

    if (err == CW_OK)
        err = tell_case(&t, owed);
    else if (err == CW_REFUSED_UNKNOWN_CASE)
        err = CW_OK;
    arena_release(&s->arena, mark);
    return err;
}
