/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"

/* --- slots ---------------------------------------------------------------------------------------------- */

enum cw_err slot_max_put(struct turn *t, uint32_t slot)
{
    uint8_t bytes[4];
    struct writer w = writer_over(bytes, sizeof bytes);

    writer_be32(&w, slot);
    t->n->slot_max = slot;
    return db_put(t, TABLE_META, row_key_text(META_SLOT), slice(bytes, w.len));
}

static enum cw_err make_case_row(struct turn *t, const struct cw_case_id *id, uint32_t *out_slot)
{
    struct case_row row = {0};
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);
    enum cw_err err = keyring_take(t->n->keyring, &row.slot);

    if (err != CW_OK)
        return err;
    *out_slot = row.slot;
    if (row.slot > t->n->slot_max)
        err = slot_max_put(t, row.slot);
    if (err != CW_OK)
        return err;
    t->counters[COUNTER_CASES]++;
    case_row_encode(&row, &w);
    return db_put(t, TABLE_CASE, row_key_case(id), slice(bytes, w.len));
}

static enum cw_err find_slot(struct turn *t, const struct cw_case_id *id, uint32_t *out_slot)
{
    struct cw_slice raw;
    struct case_row row;
    enum cw_err err = db_get(t->n, t->txn, TABLE_CASE, row_key_case(id), &raw);

    if (err == CW_LOCAL_NOT_FOUND)
        return make_case_row(t, id, out_slot);
    if (err == CW_OK)
        err = case_row_parse(raw, &row);
    if (err == CW_OK)
        *out_slot = row.slot;
    return err;
}

enum cw_err turn_case_slot(struct turn *t, const struct cw_case_id *id, uint32_t *out_slot)
{
    struct turn_local *l = &t->local;
    enum cw_err err = CW_OK;

    if (!l->has_slot || !ID_EQ(&l->id, id)) {
        turn_forget_key(t);
        err = find_slot(t, id, &l->slot);
        l->id = *id;
        l->has_slot = err == CW_OK;
    }
    if (err == CW_OK)
        *out_slot = l->slot;
    return err;
}

enum cw_err turn_case_key(struct turn *t, const struct cw_case_id *id, const struct local_key **out)
{
    uint32_t slot;
    enum cw_err err = turn_case_slot(t, id, &slot);

    if (err == CW_OK && !t->local.has_key)
        err = keyring_key(t->n->keyring, slot, &t->local.key);
    t->local.has_key = err == CW_OK;
    *out = &t->local.key;
    return err;
}

void turn_forget_key(struct turn *t)
{
    wipe(&t->local.key, sizeof t->local.key);
    t->local.has_slot = t->local.has_key = false;
}

/* --- storing -------------------------------------------------------------------------------------------- */

static enum cw_err put_wraps_sealed(struct turn *t, struct row_key key, const struct local_key *local,
                                    struct cw_slice wraps)
{
    size_t mark = arena_mark(&t->arena), cap = wraps.len + 1 + 40;
    struct writer w = writer_over(arena_take(&t->arena, cap, 1), cap);

    if (w.data == NULL)
        return CW_LOCAL_MEMORY;
    writer_u8(&w, WRAPS_SEALED);
    enum cw_err err = local_seal(local, row_key_slice(&key), wraps, &t->n->entropy, &w);
    if (err == CW_OK)
        err = db_put(t, TABLE_BLOB, key, slice(w.data, w.len));
    arena_release(&t->arena, mark);
    return err;
}

enum cw_err entry_put_wraps_as_sent(struct turn *t, struct row_key key, struct cw_slice wraps)
{
    size_t mark = arena_mark(&t->arena), cap = wraps.len + 1;
    struct writer w = writer_over(arena_take(&t->arena, cap, 1), cap);

    if (w.data == NULL)
        return CW_LOCAL_MEMORY;
    writer_u8(&w, WRAPS_AS_SENT);
    writer_slice(&w, wraps);
    enum cw_err err = db_put(t, TABLE_BLOB, key, slice(w.data, w.len));
    arena_release(&t->arena, mark);
    return err;
}

/* What came must be kept, whatever became of the key that the case had. */
static enum cw_err key_for_wraps(struct turn *t, const struct cw_case_id *id, const struct local_key **out)
{
    enum cw_err err = case_mend_key(t, id);

    return err == CW_OK ? turn_case_key(t, id, out) : err;
}

static enum cw_err put_wraps(struct turn *t, const struct entry_in *e)
{
    struct cw_case_id id;
    const struct local_key *local = NULL;
    bool has_case = entry_case(e, &id);
    enum cw_err err = has_case && e->header.key_count > 0 ? key_for_wraps(t, &id, &local) : CW_OK;

    for (uint32_t i = 0; i < e->header.key_count && err == CW_OK; i++) {
        struct row_key key = row_key_blob(&e->log, e->header.seq, BLOB_WRAPS, i);

        if ((e->check.wraps & (1u << i)) == 0)
            continue;
        err = has_case ? put_wraps_sealed(t, key, local, e->blobs->wraps[i])
                       : entry_put_wraps_as_sent(t, key, e->blobs->wraps[i]);
    }
    return err;
}

enum cw_err entry_put_blobs(struct turn *t, const struct entry_in *e)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < e->header.part_count && err == CW_OK; i++) {
        if ((e->check.parts & (1u << i)) != 0)
            err = db_put(t, TABLE_BLOB, row_key_blob(&e->log, e->header.seq, BLOB_PART, i), e->blobs->parts[i]);
    }
    if (err == CW_OK && e->check.envelopes)
        err = db_put(t, TABLE_BLOB, row_key_blob(&e->log, e->header.seq, BLOB_ENVELOPES, 0), e->blobs->envelopes);
    return err == CW_OK ? put_wraps(t, e) : err;
}

/* --- held? ---------------------------------------------------------------------------------------------- */

static bool all_bits(uint8_t bits, uint32_t count)
{
    return bits == (uint8_t)((1u << count) - 1);
}

bool entry_is_held(const struct node *n, struct kv_txn *txn, const struct entry_in *e)
{
    const struct entry_header *h = &e->header;
    bool key_unknown = h->key_count > 0;

    if (!all_bits(e->check.parts, h->part_count) || !all_bits(e->check.wraps, h->key_count) ||
        (h->has_envelopes && !e->check.envelopes))
        return false;
    if (class_in_clear(h->kind) || !e->submission_ok || all_bits(e->check.opened, h->part_count))
        return true;
    for (uint32_t k = 0; k < h->key_count; k++) {
        if (vault_can_open(n->vault, &h->keys[k].record))
            return false; /* ours to read, and it does not open */
        if (db_has(n, txn, TABLE_KEY, row_key_key(&h->keys[k].record)))
            key_unknown = false;
    }
    return !key_unknown; /* a record we know and are no recipient of: relayed, and so held */
}

static enum part_state state_of(const struct entry_in *e, uint32_t i, bool have_key)
{
    if ((e->check.parts & (1u << i)) == 0)
        return PART_ABSENT;
    if ((e->check.opened & (1u << i)) != 0)
        return PART_OPENED;
    return have_key ? PART_BAD : PART_SEALED;
}

void entry_part_states(const struct node *n, const struct entry_in *e, struct op_entry *out)
{
    bool have_key = class_in_clear(e->header.kind);

    for (uint32_t k = 0; k < e->header.key_count; k++) {
        if ((e->check.wraps & (1u << k)) != 0 && vault_can_open(n->vault, &e->header.keys[k].record))
            have_key = true;
    }
    out->part_count = e->submission_ok ? e->header.part_count : 0; /* else they are of no op */
    for (uint32_t i = 0; i < out->part_count; i++)
        out->parts[i] = (uint8_t)state_of(e, i, have_key);
}
