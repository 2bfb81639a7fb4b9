/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

/* --- reading a segment ------------------------------------------------------------------------------------------ */

/* One segment, and what of it follows a position. */
struct found {
    bool valid; /* its head is one of this store's */
    bool knows; /* the position is its start, or one of its records */
    struct ahead_head head;
    struct ahead_filling filling;
    struct ahead_position end;
    struct layer *layer;                   /* what follows; has the segment as its image */
    uint64_t records;                      /* of those */
    size_t used, last;                     /* bytes up to the end; where the last record begins, 0: none */
    uint32_t tables[STORE_TABLES_MAX + 1]; /* the head's numbers -> ours */
};

#define TABLE_GONE UINT32_MAX

static enum cw_err read_head(const struct store *s, uint32_t segment, struct found *out)
{
    uint8_t bytes[AHEAD_PAGE_LEN];
    enum cw_err err = ahead_file_read(&s->ahead.file, segment, 0, bytes, sizeof bytes);

    if (err != CW_OK)
        return err;
    err = ahead_head_parse(bytes, &out->head);
    if (err == CW_LOCAL_FORMAT)
        return err;
    out->valid = err == CW_OK && memcmp(out->head.store_id, s->id, STORE_ID_LEN) == 0 &&
                 out->head.segment_len == s->ahead.file.segment_len;
    if (out->valid)
        ahead_filling_of(&out->head, &out->filling);
    return CW_OK;
}

/* Another version may number its tables otherwise, or have lost one. */
static void map_tables(const struct store *s, struct found *f)
{
    for (uint32_t i = 0; i < STORE_TABLES_MAX; i++) {
        f->tables[i] = TABLE_GONE;
        for (uint32_t t = 0; i < f->head.table_count && t < s->table_count; t++) {
            if (strcmp(f->head.tables[i], s->table_names[t]) == 0)
                f->tables[i] = t;
        }
    }
    f->tables[LAYER_OWN_TABLE] = LAYER_OWN_TABLE;
}

static enum cw_err take_ops(struct found *f, struct cw_slice ops, uint64_t number)
{
    struct reader in = reader_over(ops);
    struct ahead_op op;
    enum cw_err err = CW_OK;

    while (err == CW_OK && ahead_op_next(&in, &op)) {
        uint32_t table = f->tables[op.table];
        struct layer_key key;

        if (table == TABLE_GONE)
            continue;
        key = layer_key_of(table, op.key);
        err = layer_write(f->layer, &key, op.value, op.dead, number);
    }
    layer_keep(f->layer);
    return err == CW_OK && reader_finish(&in) != CW_OK ? CW_LOCAL_CORRUPT : err;
}

/* Every record is followed from the segment's start; those after `from` are taken. */
static enum cw_err walk(const struct ahead_position *from, struct found *f)
{
    struct cw_slice image = slice(layer_image(f->layer), f->head.segment_len), ops;
    struct ahead_position after;
    enum cw_err err = CW_OK;

    f->end = f->head.start;
    f->knows = ahead_position_eq(&f->end, from);
    f->used = AHEAD_PAGE_LEN;
    while (err == CW_OK &&
           ahead_record_read(&f->filling, slice(image.data + f->used, image.len - f->used), &f->end, &after, &ops)) {
        if (f->knows) {
            err = take_ops(f, ops, after.number);
            f->records++;
        }
        f->end = after;
        f->knows = f->knows || ahead_position_eq(&after, from);
        f->last = f->used;
        f->used += ahead_record_len(&f->filling, ops.len);
    }
    return err;
}

static enum cw_err load(const struct store *s, uint32_t segment, const struct ahead_position *from, struct found *f)
{
    size_t len = s->ahead.file.segment_len;
    enum cw_err err;

    f->layer = layer_new(len);
    if (f->layer == NULL)
        return CW_LOCAL_MEMORY;
    err = ahead_file_read(&s->ahead.file, segment, 0, layer_image(f->layer), len);
    if (err != CW_OK)
        return err;
    map_tables(s, f);
    return walk(from, f);
}

static void drop(struct found *f)
{
    layer_release(f->layer);
    f->layer = NULL;
}

/* --- finding what follows the row ----------------------------------------------------------------------------------- */

/* The segment that begins at the row, or else one that went through it. AHEAD_SEGMENTS: none. */
static enum cw_err find_first(const struct store *s, const struct ahead_position *row,
                              struct found found[static AHEAD_SEGMENTS], uint32_t *out)
{
    for (int begins = 1; begins >= 0; begins--) {
        for (uint32_t i = 0; i < AHEAD_SEGMENTS; i++) {
            enum cw_err err;

            if (!found[i].valid || ahead_position_eq(&found[i].head.start, row) != (begins == 1))
                continue;
            err = load(s, i, row, &found[i]);
            if (err != CW_OK)
                return err;
            *out = i;
            if (found[i].knows)
                return CW_OK;
            drop(&found[i]);
        }
    }
    *out = AHEAD_SEGMENTS;
    return CW_OK;
}

static void take_active(struct ahead *a, uint32_t segment, struct found *f)
{
    a->active = f->layer;
    f->layer = NULL;
    a->records = f->records;
    a->oldest_ms = a->newest_ms = ahead_now_ms();
    a->segment = segment;
    memcpy(a->life, f->head.life, sizeof a->life);
    a->filling = f->filling; /* an older version's is written to its end as it was begun */
    a->used = f->used;
    a->head_due = f->records == 0 && f->used == AHEAD_PAGE_LEN; /* then nothing says that the head is durable */
    a->at = f->end;
}

static void take_frozen(struct ahead *a, struct found *f)
{
    a->frozen = f->layer;
    f->layer = NULL;
    a->frozen_at = f->end;
}

/* *out_last: the segment with the last commit; AHEAD_SEGMENTS: none knows the row. */
static enum cw_err take_found(struct store *s, const struct ahead_position *row,
                              struct found found[static AHEAD_SEGMENTS], uint32_t *out_last)
{
    uint32_t first = AHEAD_SEGMENTS, next;
    enum cw_err err = find_first(s, row, found, &first);

    *out_last = first;
    if (err != CW_OK || first == AHEAD_SEGMENTS)
        return err;
    next = (first + 1) % AHEAD_SEGMENTS;
    if (!found[next].valid || found[first].records == 0 ||
        !ahead_position_eq(&found[next].head.start, &found[first].end)) {
        take_active(&s->ahead, first, &found[first]);
        return CW_OK;
    }
    err = load(s, next, &found[first].end, &found[next]);
    if (err != CW_OK)
        return err;
    take_frozen(&s->ahead, &found[first]);
    take_active(&s->ahead, next, &found[next]);
    *out_last = next;
    return CW_OK;
}

/*
 * The last record was read from the page cache, and may be nowhere else: its flush may have failed, or never have been made. Each
 * one before it was durable before its successor was written. So it is written once more before anything follows it.
 */
static enum cw_err write_last_again(struct store *s, const struct found *f)
{
    const struct ahead *a = &s->ahead;
    size_t from = f->last == AHEAD_PAGE_LEN ? 0 : f->last;
    int rc;

    if (s->read_only || f->last == 0)
        return CW_OK;
    rc = ahead_file_write(&a->file, a->segment, from, layer_image(a->active) + from, f->used - from);
    return rc == 0 ? CW_OK : store_error(s, rc);
}

/* --- what is beyond the end ------------------------------------------------------------------------------------------ */

/*
 * A commit that was never finished has no successor. So a later record of this filling, behind one that is not whole, or a segment
 * that begins after a commit that was not found, in the same life, says that something acknowledged has been damaged.
 */
static bool is_later_record(const uint8_t *page, const struct found *f)
{
    uint64_t number = ahead_record_number(&f->filling, slice(page, AHEAD_PAGE_LEN));

    return number > f->end.number + 1 && number <= f->end.number + f->head.segment_len / AHEAD_PAGE_LEN;
}

static bool is_damaged(const struct store *s, const struct found found[static AHEAD_SEGMENTS], uint32_t last)
{
    const struct found *f = &found[last], *other = &found[(last + 1) % AHEAD_SEGMENTS];
    const uint8_t *image = layer_image(s->ahead.active);

    for (size_t at = f->used; at < f->head.segment_len; at += AHEAD_PAGE_LEN) {
        if (is_later_record(image + at, f))
            return true;
    }
    return other->valid && other->head.start.number > f->end.number &&
           memcmp(other->head.life, f->head.life, sizeof f->head.life) == 0;
}

enum cw_err ahead_replay(struct store *s, const struct ahead_position *row, bool *out_damaged)
{
    struct found found[AHEAD_SEGMENTS] = {{0}};
    uint32_t last = AHEAD_SEGMENTS;
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < AHEAD_SEGMENTS && err == CW_OK; i++)
        err = read_head(s, i, &found[i]);
    if (err == CW_OK)
        err = take_found(s, row, found, &last);
    for (uint32_t i = 0; i < AHEAD_SEGMENTS; i++)
        drop(&found[i]);
    if (err != CW_OK)
        return err;
    if (last == AHEAD_SEGMENTS)
        return CW_LOCAL_NOT_FOUND;
    s->ahead.live = true;
    *out_damaged = is_damaged(s, found, last);
    return write_last_again(s, &found[last]);
}
