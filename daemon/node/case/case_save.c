/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"
#include "node/duties.h"

/* What the fold gave, kept for lists and digests: the row, its sealed line, the indexes, the leaf. */

/* --- the sealed line -------------------------------------------------------------------------------------- */

static struct row_key line_ad(const struct cw_case_id *id)
{
    return row_key_of((enum index_kind)'s', id->b, NULL);
}

static enum cw_err line_open(const struct node *n, const struct cw_case_id *id, const struct case_row *row,
                             struct arena *arena, struct case_line *out, bool *out_unreadable)
{
    struct row_key ad = line_ad(id);
    struct cw_slice plain;

    memset(out, 0, sizeof *out);
    out->high_count = LINE_HIGH_UNKNOWN;
    *out_unreadable = false;
    if (row->summary.len == 0)
        return CW_OK;
    enum cw_err err = keyring_unseal(n->keyring, row->slot, row_key_slice(&ad), row->summary, arena, &plain);
    if (err == CW_OK)
        return case_line_parse(plain, out);
    if (err != CW_LOCAL_KEY && err != CW_LOCAL_CORRUPT)
        return err;
    case_key_suspect(n, row->slot); /* or destroyed: there is nothing to show, and it is said */
    *out_unreadable = true;
    return CW_OK;
}

enum cw_err case_row_read(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                          struct case_row *out_row, struct case_line *out_line)
{
    struct cw_slice raw;
    bool unreadable = false;
    enum cw_err err = db_get(read->node, read->txn, TABLE_CASE, row_key_case(id), &raw);

    if (err == CW_LOCAL_NOT_FOUND)
        return CW_REFUSED_UNKNOWN_CASE;
    if (err == CW_OK)
        err = case_row_parse(raw, out_row);
    if (err == CW_OK)
        err = line_open(read->node, id, out_row, arena, out_line, &unreadable);
    if (err == CW_OK && unreadable)
        out_row->flags |= CASE_INCOMPLETE;
    return err;
}

/* Not one that does not open: it is gone, and made again by the next fold. */
enum cw_err case_line_move(struct turn *t, const struct cw_case_id *id, struct case_row *row, uint32_t slot)
{
    const struct node *n = t->n;
    struct row_key ad = line_ad(id);
    struct cw_slice plain;
    enum cw_err err = row->summary.len == 0
                          ? CW_LOCAL_KEY
                          : keyring_unseal(n->keyring, row->slot, row_key_slice(&ad), row->summary, &t->arena, &plain);

    row->slot = slot;
    row->summary = slice(NULL, 0);
    if (err != CW_OK)
        return err == CW_LOCAL_KEY || err == CW_LOCAL_CORRUPT ? CW_OK : err;
    struct writer w = writer_over(arena_take_raw(&t->arena, plain.len + 64, 1), plain.len + 64);
    if (w.data == NULL)
        return CW_LOCAL_MEMORY;
    err = keyring_seal(n->keyring, slot, row_key_slice(&ad), plain, &n->entropy, &w);
    row->summary = slice(w.data, w.len);
    return err;
}

/* --- indexes ---------------------------------------------------------------------------------------------- */

enum change { REMOVE, INSERT };

static enum cw_err set_row(struct turn *t, enum change change, struct row_key key)
{
    return change == INSERT ? db_put(t, TABLE_INDEX, key, slice("", 0)) : db_del(t, TABLE_INDEX, key);
}

static enum cw_err set_orders(struct turn *t, enum change change, const struct cw_case_id *id,
                              const struct case_row *row)
{
    enum cw_err err = set_row(t, change, row_key_updated(INDEX_UPDATED, 0, row->updated_hlc, id));

    if (err == CW_OK && row->kind != 0)
        err = set_row(t, change, row_key_updated(INDEX_UPDATED, row->kind, row->updated_hlc, id));
    if (err != CW_OK || (row->flags & CASE_CONFLICT) == 0)
        return err;
    err = set_row(t, change, row_key_updated(INDEX_CONFLICT, 0, row->updated_hlc, id));
    return err == CW_OK && row->kind != 0
               ? set_row(t, change, row_key_updated(INDEX_CONFLICT, row->kind, row->updated_hlc, id))
               : err;
}

static enum cw_err set_names(struct turn *t, enum change change, const struct cw_case_id *id, struct cw_slice text)
{
    uint8_t hashes[NAME_PREFIXES][16];
    uint32_t count = case_name_hashes(t->n, text, hashes);
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < count && err == CW_OK; i++)
        err = set_row(t, change, row_key_name(hashes[i], id));
    return err;
}

static enum cw_err set_indexes(struct turn *t, enum change change, const struct cw_case_id *id,
                               const struct case_row *row, const struct case_line *line)
{
    enum cw_err err = set_orders(t, change, id, row);

    if (err == CW_OK && row->reference.len > 0)
        err = set_row(t, change, row_key_reference(row->reference, id));
    if (err == CW_OK)
        err = set_names(t, change, id, line->title);
    return err == CW_OK ? set_names(t, change, id, line->op_name) : err;
}

/* Under what a case is listed beside its place in the order of lists, which each op moves. */
struct listing {
    const struct case_row *row;
    const struct case_line *line;
};

static bool same_listing(const struct listing *a, const struct listing *b)
{
    return slice_eq(a->row->reference, b->row->reference) && slice_eq(a->line->title, b->line->title) &&
           slice_eq(a->line->op_name, b->line->op_name);
}

static enum cw_err replace_indexes(struct turn *t, const struct cw_case_id *id, const struct listing *old,
                                   const struct listing *new)
{
    bool listed = (old->row->flags & CASE_FOLDED) != 0; /* a case that was never folded has no entries */
    enum cw_err err = CW_OK;

    if (listed && same_listing(old, new)) {
        err = set_orders(t, REMOVE, id, old->row);
        return err == CW_OK ? set_orders(t, INSERT, id, new->row) : err;
    }
    if (listed)
        err = set_indexes(t, REMOVE, id, old->row, old->line);
    return err == CW_OK ? set_indexes(t, INSERT, id, new->row, new->line) : err;
}

static enum cw_err put_leaf(struct turn *t, const struct loaded_case *c)
{
    uint8_t leaf[2 * ID_LEN];

    memcpy(leaf, c->inputs.b, ID_LEN);
    memcpy(leaf + ID_LEN, c->state_hash.b, ID_LEN);
    t->n->digest_dirty[c->id.b[0]] = true;
    return db_put(t, TABLE_INDEX, row_key_of(INDEX_DIGEST, c->id.b, NULL), slice(leaf, sizeof leaf));
}

/* --- the row ---------------------------------------------------------------------------------------------- */

static void put_episodes(const struct node *n, const struct loaded_case *c, struct case_line *out)
{
    const struct case_policy *policy = c->policy != NULL ? c->policy : &n->policy;

    if (c->state->kind != KIND_CHILD)
        return;
    out->episodes = episodes_at(c->state, policy, (struct cw_wall){0}).count;
    out->repeat_until_ms = episodes_repeat_until(c->state, policy);
}

void case_line_of(const struct node *n, const struct loaded_case *c, const struct case_summary *s,
                  struct case_line *out)
{
    const struct case_value *name = state_value(c->state, &scope_none, FIELD_OP_NAME);

    *out = (struct case_line){
        .reference = slice_of(s->human_ref),
        .status = slice_of(s->status),
        .title = s->title,
        .owner = s->owner,
        .risk = slice_of(s->risk),
        .conflicts = s->conflict_count,
        .marking = s->marking,
    };
    state_labels(c->state, &out->labels);
    put_episodes(n, c, out);
    duties_high_risk(c->state, out);
    if (name != NULL && name->value.type == VALUE_TEXT)
        out->op_name = name->value.text;
}

static uint64_t newest_hlc(const struct loaded_case *c)
{
    return c->op_count > 0 ? c->ops[c->op_count - 1]->hlc : 0;
}

static enum cw_err seal_line(struct turn *t, const struct cw_case_id *id, const struct case_line *line,
                             struct writer *out)
{
    uint8_t plain[CASE_LINE_LEN_MAX];
    struct writer w = writer_over(plain, sizeof plain);
    struct row_key ad = line_ad(id);
    const struct local_key *key;
    enum cw_err err = turn_case_key(t, id, &key);

    if (err != CW_OK) /* destroyed: there is nothing to show */
        return err == CW_LOCAL_KEY ? CW_OK : err;
    case_line_encode(line, &w);
    CW_ASSERT(!w.failed);
    return local_seal(key, row_key_slice(&ad), slice(plain, w.len), &t->n->entropy, out);
}

static void alarm_degraded(struct turn *t, const struct cw_case_id *id)
{
    char hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(id), hex);
    t->counters[COUNTER_QUARANTINED]++;
    node_alarm_about(t->n, "op-quarantined", &(struct journal_about){.case_id = hex},
                     "case %.16s: an operation that the fold cannot take is set aside", hex);
}

static void count_flags(struct turn *t, const struct cw_case_id *id, uint32_t old_flags, uint32_t new_flags)
{
    if ((new_flags & CASE_CONFLICT) != 0 && (old_flags & CASE_CONFLICT) == 0)
        t->counters[COUNTER_CONFLICTS]++;
    if ((new_flags & CASE_CONFLICT) == 0 && (old_flags & CASE_CONFLICT) != 0)
        t->counters[COUNTER_CONFLICTS]--;
    if ((new_flags & CASE_DEGRADED) != 0 && (old_flags & CASE_DEGRADED) == 0)
        alarm_degraded(t, id);
}

static enum cw_err put_row(struct turn *t, const struct loaded_case *c, const struct case_row *old)
{
    struct case_summary summary;
    struct case_line line, old_line;
    struct case_filters filters;
    bool unreadable;
    uint8_t sealed[CASE_LINE_LEN_MAX + 64], bytes[CASE_ROW_LEN_MAX];
    struct writer sealed_out = writer_over(sealed, sizeof sealed), w = writer_over(bytes, sizeof bytes);

    state_summary(c->state, &summary);
    case_line_of(t->n, c, &summary, &line);
    case_filters_of(t->n, c->state, &line, &filters);
    enum cw_err err = seal_line(t, &c->id, &line, &sealed_out);
    if (err == CW_OK)
        err = line_open(t->n, &c->id, old, &t->arena, &old_line, &unreadable);
    if (err != CW_OK)
        return err;
    struct case_row row = {
        .slot = old->slot,
        .flags = c->flags | CASE_DUTIES | CASE_ACTED | (old->flags & CASE_REKEYED),
        .fold_version = FOLD_VERSION,
        .kind = c->state->kind,
        .op_count = c->op_count,
        .updated_hlc = newest_hlc(c),
        .inputs = c->inputs,
        .state = c->state_hash,
        .reference = line.reference,
        .summary = slice(sealed, sealed_out.len),
        .filters = slice(filters.hashes, (size_t)16 * filters.count),
    };
    case_moments_of(t->n, c->state, t->wall, &old->moments, &row.moments);
    case_row_encode(&row, &w);
    CW_ASSERT(!w.failed);
    count_flags(t, &c->id, old->flags, row.flags);
    err = db_put(t, TABLE_CASE, row_key_case(&c->id), slice(bytes, w.len));
    if (err == CW_OK)
        err = case_filters_save(t, &c->id, old, &row);
    if (err == CW_OK)
        err = case_moments_index(t, &c->id, &old->moments, &row.moments);
    if (err == CW_OK)
        err = case_links_save(t, c->state);
    if (err != CW_OK)
        return err;
    duties_tell_risk(t, c, &old_line, &line);
    return replace_indexes(t, &c->id, &(struct listing){old, &old_line}, &(struct listing){&row, &line});
}

enum cw_err case_save(struct turn *t, const struct loaded_case *c)
{
    size_t mark = arena_mark(&t->arena);
    struct cw_slice raw;
    struct case_row old;
    enum cw_err err = db_get_copy(t->n, t->txn, TABLE_CASE, row_key_case(&c->id), &t->arena, &raw);

    if (err == CW_OK)
        err = case_row_parse(raw, &old);
    if (err == CW_OK)
        err = put_row(t, c, &old);
    arena_release(&t->arena, mark);
    return err == CW_OK ? put_leaf(t, c) : err;
}
