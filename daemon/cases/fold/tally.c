/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Totals (docs/fold.md §11): computed from distinct happenings, never from increments, so that a joint warrant counts
 * once, a correction replaces its number, and what is named without a number stays "unknown".
 */
#include "cases/happenings.h"

static const uint32_t dimensions[] = {FIELD_PLACE,    FIELD_UNIT,       FIELD_IN_PHASE,    FIELD_OBJECTIVE,
                                      FIELD_CATEGORY, FIELD_DRUG_CLASS, FIELD_GRADED_LEVEL};

struct measures {
    int64_t subtype;
    uint64_t count, pence, mg, wraps;
    bool within, unknown;
};

/* One happening adds to one row. */
struct share {
    uint32_t class; /* root event */
    uint32_t dimension;
    struct cw_slice value;
    bool overlapping;
    bool differs;
    uint32_t event;
    struct measures m;
};

struct shares {
    struct share *at;
    uint32_t *order;
    uint32_t count, max;
};

static uint64_t number_or(const struct fold *f, const struct work_event *e, uint32_t field, uint64_t otherwise)
{
    const struct op_value *value = event_detail(f, e, field);

    if (value == NULL)
        return otherwise;
    return value->number > 0 ? (uint64_t)value->number : 0;
}

static struct measures measures_of(const struct fold *f, const struct work_event *e)
{
    const struct op_value *subtype = e->row->subtype != FIELD_NONE ? event_detail(f, e, e->row->subtype) : NULL;
    struct measures m = {
        .subtype = subtype != NULL ? subtype->number : -1,
        .pence = number_or(f, e, FIELD_PENCE, 0),
        .mg = number_or(f, e, FIELD_MG, 0),
        .wraps = number_or(f, e, FIELD_WRAPS, 0),
        .within = event_detail(f, e, FIELD_WITHIN) != NULL,
        .unknown = number_or(f, e, FIELD_NOT_COUNTED, 0) == 1,
    };

    m.count = m.unknown ? 0 : number_or(f, e, FIELD_COUNT, 1);
    return m;
}

static bool measures_equal(const struct measures *a, const struct measures *b)
{
    return a->subtype == b->subtype && a->count == b->count && a->pence == b->pence && a->mg == b->mg &&
           a->wraps == b->wraps && a->within == b->within && a->unknown == b->unknown;
}

/* --- classes ----------------------------------------------------------------------------------------- */

static int compare_classes(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    int order = compare_u64(f->events[a].class_root, f->events[b].class_root);

    return order != 0 ? order : compare_u64(a, b);
}

static void add_share(struct shares *s, const struct share *like, uint32_t dimension, struct cw_slice value)
{
    CW_ASSERT(s->count < s->max);
    s->at[s->count] = *like;
    s->at[s->count].dimension = dimension;
    s->at[s->count].value = value;
    s->order[s->count] = s->count;
    s->count++;
}

/* A number that this version has no name for, in decimal. */
static enum cw_err decimal_of(struct arena *arena, int64_t number, struct cw_slice *out)
{
    char text[24];
    struct writer w = writer_over(text, sizeof(text));
    uint64_t left = number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;
    uint64_t power = 1;
    void *copy;

    if (number < 0)
        writer_u8(&w, '-');
    while (left / power >= 10)
        power *= 10;
    for (; power > 0; power /= 10)
        writer_u8(&w, (uint8_t)('0' + left / power % 10));
    copy = arena_copy(arena, text, w.len);
    *out = slice(copy, w.len);
    return copy != NULL ? CW_OK : CW_LOCAL_MEMORY;
}

static enum cw_err dimension_text(struct fold *f, uint32_t field, const struct op_value *value, struct cw_slice *out)
{
    const struct schema_field *row = schema_field(field);
    const char *name;

    *out = value->text;
    if (row->type != TYPE_ENUM)
        return CW_OK;
    name = schema_value_name(row->scale, value->number);
    if (name == NULL)
        return decimal_of(f->arena, value->number, out);
    *out = slice_of(name);
    return CW_OK;
}

static enum cw_err share_head(struct fold *f, struct shares *s, const struct share *like, const struct work_event *head)
{
    add_share(s, like, TALLY_DIVISION, f->ops[head->op].division);
    for (size_t i = 0; i < CW_COUNT(dimensions); i++) {
        const struct op_value *value = event_detail(f, head, dimensions[i]);
        struct cw_slice text;

        if (value == NULL)
            continue;
        if (dimension_text(f, dimensions[i], value, &text) != CW_OK)
            return CW_LOCAL_MEMORY;
        add_share(s, like, dimensions[i], text);
    }
    return CW_OK;
}

/* A class: members[0..count), in order. Without a head it does not count. */
static enum cw_err share_class(struct fold *f, struct shares *s, const uint32_t *members, uint32_t count)
{
    struct work_event *representative = NULL;
    struct share like = {.class = f->events[members[0]].class_root};

    for (uint32_t i = 0; i < count; i++) {
        if (is_head(&f->events[members[i]]))
            representative = &f->events[members[i]]; /* the latest */
    }
    if (representative == NULL)
        return CW_OK;
    representative->counted = true;
    like.event = representative->row->number;
    like.m = measures_of(f, representative);
    for (uint32_t i = 0; i < count; i++) {
        struct measures m = measures_of(f, &f->events[members[i]]);

        if (is_head(&f->events[members[i]]) && !measures_equal(&m, &like.m))
            like.differs = true;
    }
    add_share(s, &like, TALLY_TOTAL, slice("", 0));
    for (uint32_t i = 0; i < count; i++) {
        const struct work_event *e = &f->events[members[i]];

        if (is_head(e) && share_head(f, s, &like, e) != CW_OK)
            return CW_LOCAL_MEMORY;
    }
    return CW_OK;
}

static enum cw_err share_classes(struct fold *f, struct shares *s)
{
    uint32_t *members = ARENA_ARRAY(f->arena, uint32_t, f->event_count);
    uint32_t count = 0;

    if (members == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->event_count; i++) {
        if (is_member(&f->events[i]))
            members[count++] = i;
    }
    s->max = count * (uint32_t)(2 + CW_COUNT(dimensions));
    s->at = ARENA_ARRAY(f->arena, struct share, s->max);
    s->order = ARENA_ARRAY(f->arena, uint32_t, s->max);
    if (s->at == NULL || s->order == NULL)
        return CW_LOCAL_MEMORY;
    sort_indices(members, count, compare_classes, f);
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && f->events[members[to]].class_root == f->events[members[from]].class_root;)
            to++;
        if (share_class(f, s, members + from, to - from) != CW_OK)
            return CW_LOCAL_MEMORY;
    }
    return CW_OK;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static int compare_by_class(const void *context, uint32_t a, uint32_t b)
{
    const struct share *at = context;
    int order = compare_u64(at[a].class, at[b].class);

    if (order == 0)
        order = compare_u64(at[a].dimension, at[b].dimension);
    if (order == 0)
        order = slice_compare(at[a].value, at[b].value);
    return order != 0 ? order : compare_u64(a, b);
}

static int compare_rows(const struct share *a, const struct share *b)
{
    int order = compare_u64(a->event, b->event);

    if (order == 0)
        order = compare_i64(a->m.subtype, b->m.subtype);
    if (order == 0)
        order = compare_u64(a->m.within, b->m.within);
    if (order == 0)
        order = compare_u64(a->dimension, b->dimension);
    return order != 0 ? order : slice_compare(a->value, b->value);
}

static int compare_by_row(const void *context, uint32_t a, uint32_t b)
{
    const struct share *at = context;
    int order = compare_rows(&at[a], &at[b]);

    return order != 0 ? order : compare_u64(a, b);
}

/* Equal shares of one class count once; a class that is in two rows of a dimension overlaps. */
static void drop_repeats(struct shares *s)
{
    uint32_t kept = 0;

    sort_indices(s->order, s->count, compare_by_class, s->at);
    for (uint32_t i = 0; i < s->count; i++) {
        struct share *this = &s->at[s->order[i]];
        struct share *last = kept > 0 ? &s->at[s->order[kept - 1]] : NULL;
        bool same_dimension = last != NULL && last->class == this->class && last->dimension == this->dimension;

        if (same_dimension && slice_eq(last->value, this->value))
            continue;
        if (same_dimension) {
            last->overlapping = true;
            this->overlapping = true;
        }
        s->order[kept++] = s->order[i];
    }
    s->count = kept;
}

static uint64_t saturating(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void add_to_row(struct case_tally *row, const struct share *share)
{
    row->happenings++;
    row->count = saturating(row->count, share->m.count);
    row->pence = saturating(row->pence, share->m.pence);
    row->mg = saturating(row->mg, share->m.mg);
    row->wraps = saturating(row->wraps, share->m.wraps);
    row->unknown = row->unknown || share->m.unknown;
    row->overlapping = row->overlapping || share->overlapping;
    row->differs = row->differs || share->differs;
}

static enum cw_err sum_rows(struct fold *f, struct shares *s)
{
    struct case_tally *rows = ARENA_ARRAY(f->arena, struct case_tally, s->count);
    uint32_t count = 0;

    if (rows == NULL)
        return CW_LOCAL_MEMORY;
    sort_indices(s->order, s->count, compare_by_row, s->at);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct share *share = &s->at[s->order[i]];

        if (i == 0 || compare_rows(share, &s->at[s->order[i - 1]]) != 0) {
            rows[count++] = (struct case_tally){.event = share->event,
                                                .subtype = share->m.subtype,
                                                .within = share->m.within,
                                                .dimension = share->dimension,
                                                .value = share->value};
        }
        add_to_row(&rows[count - 1], share);
    }
    f->state->tallies = rows;
    f->state->tally_count = count;
    return CW_OK;
}

enum cw_err fold_tallies(struct fold *f)
{
    struct shares shares = {0};
    enum cw_err err = happenings_unite(f);

    if (err == CW_OK)
        err = share_classes(f, &shares);
    if (err != CW_OK)
        return err;
    drop_repeats(&shares);
    return sum_rows(f, &shares);
}
