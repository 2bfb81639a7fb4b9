/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "cases/deaths.h"
#include "node/answer_value.h"
#include "node/payload.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <uthash.h>
#include <utlist.h>

/*
 * An op as readers are told it. Opening it costs more than telling it, so what was made is kept for the readers that
 * come by next, and for a regional unit apart: it is told less.
 */

#define ITEMS_LEN_MAX ((size_t)8 << 20)                   /* of all that are kept */
#define OP_LEN_MAX (MESSAGE_LEN_MAX - 2 * CURSOR_LEN_MAX) /* beside it a message has a cursor and the case's line */
#define CAUSES_MAX (AFTER_MAX + WRITES_MAX * SUPERSEDES_MAX)

struct item_key {
    struct log_id log;
    uint64_t seq;
    uint64_t who; /* enum told_to */
};

struct kept {
    struct item_key key;
    struct feed_item item;
    uint8_t *memory;
    size_t len;
    struct kept *prev, *next; /* the oldest first */
    UT_hash_handle hh;
};

struct feed_items {
    struct kept *by_key, *oldest;
    size_t len;
};

struct feed_items *feed_items_new(void)
{
    return calloc(1, sizeof(struct feed_items));
}

/* NOLINTBEGIN(readability-function-size, clang-analyzer-core.NullDereference): a hundred of the statements in each are uthash's, and
 * what is hashed is in the list */
static struct kept *find_kept(const struct feed_items *items, const struct item_key *key)
{
    struct kept *found;

    HASH_FIND(hh, items->by_key, key, sizeof(*key), found);
    return found;
}

static void add_kept(struct feed_items *items, struct kept *k)
{
    HASH_ADD(hh, items->by_key, key, sizeof k->key, k);
    DL_APPEND(items->oldest, k);
    items->len += k->len;
}

static void let_go(struct feed_items *items, struct kept *k)
{
    HASH_DEL(items->by_key, k);
    DL_DELETE(items->oldest, k);
    items->len -= k->len;
    free(k->memory);
    free(k);
}
/* NOLINTEND(readability-function-size, clang-analyzer-core.NullDereference) */

void feed_items_free(struct feed_items *items)
{
    if (items == NULL)
        return;
    while (items->oldest != NULL)
        let_go(items, items->oldest);
    free(items);
}

/* --- making one ------------------------------------------------------------------------------------------------- */

/* As the case's list of ops has it. */
static enum cw_err find_in_case(struct feed_step *s, const struct feed_entry *e, struct case_op_row *out)
{
    struct cw_slice raw;
    enum cw_err err = db_get(s->node, s->read.txn, TABLE_CASE_OP, row_key_case_op(&e->case_id, e->hlc, &e->op), &raw);

    return err == CW_OK ? case_op_row_parse(raw, out) : err;
}

/* A record concerns no case: what such a row would say is in its entry. */
static enum cw_err make_row(struct feed_step *s, const struct feed_entry *e, const struct op_row *op,
                            struct case_op_row *out)
{
    struct submission_header submission;
    struct author_proof proof;
    struct entry_row entry;
    uint32_t place, from;
    enum cw_err err = db_get_entry(s->node, s->read.txn, &e->log, e->seq, &entry);

    if (err != CW_OK)
        return err;
    *out =
        (struct case_op_row){.verdict = op_row_verdict(op, &place), .flags = op->flags, .log = e->log, .seq = e->seq};
    out->submission_ok = entry_parse_submission(&entry, &e->op, &submission, &proof);
    if (!out->submission_ok)
        return CW_OK;
    out->author = submission.author;
    out->author_time = submission.author_time;
    out->part_count = submission.part_count;
    for (uint32_t i = 0; i < out->part_count; i++)
        out->parts[i] = (uint8_t)op_row_part(op, i, &from);
    return CW_OK;
}

enum cw_err feed_load(struct feed_step *s, const struct feed_entry *e, const struct op_row *op, struct loaded_op **out)
{
    struct case_op_place at = {.op_id = e->op, .hlc = e->hlc};
    enum cw_err err = e->has_case ? find_in_case(s, e, &at.row) : make_row(s, e, op, &at.row);

    if (err != CW_OK)
        return err;
    (void)node_authority(s->node);
    err = case_load_op(s->node, s->read.txn, &e->case_id, &at, &s->arena, out);
    node_authority_done(s->node);
    return err;
}

struct told {
    enum told_to who;
    bool cut;
    struct writer bytes;
    size_t whole; /* of them; behind that, when it tells of a death, what is told of it until that is confirmed */
};

static bool pack_as(struct feed_step *s, const struct feed_entry *e, const struct loaded_op *op, struct told *t)
{
    struct answering a = {.node = s->node, .who = &s->feed->who, .read = s->read, .arena = &s->arena};
    Cw__FeedOp told;

    if (!(t->cut ? feed_op_cut(&a, e, op, &told) : feed_op_of(&a, e, op, t->who, &told)))
        return false;
    wire_pack(&told.base, &t->bytes);
    t->whole = t->bytes.len;
    if (op->decoded && op_tells_death(&op->op)) {
        if (!feed_op_covered(&a, e, op, &told))
            return false;
        wire_pack(&told.base, &t->bytes);
    }
    return !t->bytes.failed;
}

/* An op that is larger told than a message, or than our memory, ends no feed: it is told without what it wrote. */
static enum cw_err pack(struct feed_step *s, const struct feed_entry *e, const struct loaded_op *op, struct told *t)
{
    size_t mark = arena_mark(&s->arena);

    if (pack_as(s, e, op, t))
        return CW_OK;
    arena_release(&s->arena, mark);
    t->bytes = writer_over(t->bytes.data, t->bytes.cap);
    t->cut = true;
    return pack_as(s, e, op, t) ? CW_OK : CW_LOCAL_MEMORY;
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, ID_LEN);
}

/* Each once. */
static uint32_t gather_causes(const struct op *op, struct cw_op_id *out)
{
    uint32_t count = 0, kept = 0;

    for (uint32_t i = 0; i < op->after_count; i++)
        out[count++] = op->after[i];
    for (uint32_t i = 0; i < op->write_count; i++) {
        for (uint32_t k = 0; k < op->writes[i].supersede_count; k++)
            out[count++] = op->writes[i].supersedes[k].op;
    }
    qsort(out, count, sizeof *out, compare_ids);
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || !ID_EQ(&out[kept - 1], &out[i]))
            out[kept++] = out[i];
    }
    return kept;
}

/* One block: the causes, the fields, how many each write names, the bytes. */
static enum cw_err keep(struct feed_step *s, const struct loaded_op *op, const struct told *told, struct kept *k)
{
    const struct op *said = op->decoded ? &op->op : NULL;
    struct cw_slice bytes = slice(told->bytes.data, told->bytes.len);
    struct cw_op_id *causes = ARENA_ARRAY(&s->arena, struct cw_op_id, CAUSES_MAX);
    uint32_t cause_count, writes = said == NULL || told->cut ? 0 : said->write_count;
    uint32_t *fields;

    if (causes == NULL)
        return CW_LOCAL_MEMORY;
    cause_count = said == NULL ? 0 : gather_causes(said, causes);
    k->len = sizeof *k + cause_count * sizeof *causes + 2 * (size_t)writes * sizeof *fields + bytes.len;
    k->memory = malloc(k->len);
    if (k->memory == NULL)
        return CW_LOCAL_MEMORY;
    if (cause_count > 0)
        memcpy(k->memory, causes, cause_count * sizeof *causes);
    fields = (uint32_t *)(void *)(k->memory + cause_count * sizeof *causes);
    for (uint32_t i = 0; i < writes; i++) {
        fields[i] = said->writes[i].field;
        fields[writes + i] = said->writes[i].supersede_count;
    }
    memcpy(fields + 2 * (size_t)writes, bytes.data, bytes.len);
    k->item.opened = op->decoded;
    k->item.causes = (const struct cw_op_id *)(const void *)k->memory;
    k->item.cause_count = cause_count;
    k->item.fields = fields;
    k->item.settling = fields + writes;
    k->item.write_count = writes;
    k->item.watches = said == NULL ? 0 : feed_watches_of(said);
    k->item.bytes = slice(fields + 2 * (size_t)writes, told->whole);
    k->item.covered = slice(k->item.bytes.data + told->whole, bytes.len - told->whole);
    return CW_OK;
}

static enum cw_err fill(struct feed_step *s, const struct feed_entry *e, const struct op_row *row, enum told_to who,
                        struct kept *k)
{
    struct told told = {.who = who, .bytes = writer_over(arena_take_raw(&s->arena, OP_LEN_MAX, 1), OP_LEN_MAX)};
    struct loaded_op *op = NULL;
    enum cw_err err = told.bytes.data == NULL ? CW_LOCAL_MEMORY : feed_load(s, e, row, &op);

    if (err == CW_OK)
        err = pack(s, e, op, &told);
    if (err == CW_OK)
        err = keep(s, op, &told, k);
    if (err != CW_OK)
        return err;
    k->item.op = e->op;
    memcpy(k->item.origin, op->origin, sizeof k->item.origin);
    if (op->author_division.len <= DIVISION_LEN_MAX && op->author_division.len > 0)
        memcpy(k->item.author_division, op->author_division.data, op->author_division.len);
    return CW_OK;
}

static enum cw_err make(struct feed_step *s, const struct item_key *key, const struct feed_entry *e,
                        const struct op_row *row, struct kept **out)
{
    size_t mark = arena_mark(&s->arena);
    struct kept *k = calloc(1, sizeof *k);
    enum cw_err err = k == NULL ? CW_LOCAL_MEMORY : fill(s, e, row, (enum told_to)key->who, k);

    arena_release(&s->arena, mark);
    if (err != CW_OK) {
        free(k);
        return err;
    }
    k->key = *key;
    add_kept(s->items, k);
    while (s->items->len > ITEMS_LEN_MAX && s->items->oldest != k)
        let_go(s->items, s->items->oldest);
    *out = k;
    return CW_OK;
}

/* --- asking for one --------------------------------------------------------------------------------------------- */

/* Verdict, flags and what of it can be opened. */
static uint64_t stamp_of(const struct op_row *row)
{
    uint32_t place, from;
    uint64_t stamp = (uint64_t)op_row_verdict(row, &place) << 56 ^ (uint64_t)row->flags << 20;

    for (uint32_t i = 0; i < row->entries[place].part_count; i++)
        stamp = stamp * 8 + op_row_part(row, i, &from);
    return stamp;
}

/* A case's kind does not move; before it is known, the case may be a child's. */
static enum told_to told_to(const struct feed_step *s, const struct feed_entry *e)
{
    struct cw_slice raw;
    struct case_row row;

    if (!feed_is_regional(s))
        return TOLD_FORCE;
    if (!e->has_case)
        return TOLD_REGION;
    if (db_get(s->node, s->read.txn, TABLE_CASE, row_key_case(&e->case_id), &raw) != CW_OK ||
        case_row_parse(raw, &row) != CW_OK || (row.flags & CASE_FOLDED) == 0 || row.kind == KIND_CHILD)
        return TOLD_REGION_NAMELESS;
    return TOLD_REGION;
}

enum cw_err feed_item_of(struct feed_step *s, const struct feed_entry *e, const struct feed_item **out)
{
    struct item_key key = {.log = e->log, .seq = e->seq, .who = told_to(s, e)};
    struct kept *k;
    struct op_row row;
    enum cw_err err = db_get_op(s->node, s->read.txn, &e->op, &row);

    if (err != CW_OK)
        return err;
    k = find_kept(s->items, &key);
    if (k != NULL && k->item.stamp != stamp_of(&row)) {
        let_go(s->items, k);
        k = NULL;
    }
    if (k == NULL) {
        err = make(s, &key, e, &row, &k);
        if (err != CW_OK)
            return err;
        k->item.stamp = stamp_of(&row);
    }
    *out = &k->item;
    return CW_OK;
}
