/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"

/* --- storing -------------------------------------------------------------------------------------------- */

/* Where wraps go that are of a case. */
struct wraps_place {
    const struct local_key *key;
    uint8_t how; /* WRAPS_SEALED, or WRAPS_SHARED when the case has no key of its own */
};

static enum cw_err put_wraps_sealed(struct turn *t, struct row_key key, const struct wraps_place *place,
                                    struct cw_slice wraps)
{
    size_t mark = arena_mark(&t->arena), cap = wraps.len + 1 + 40;
    struct writer w = writer_over(arena_take(&t->arena, cap, 1), cap);

    if (w.data == NULL)
        return CW_LOCAL_MEMORY;
    writer_u8(&w, place->how);
    enum cw_err err = local_seal(place->key, row_key_slice(&key), wraps, &t->n->entropy, &w);
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

/* Its own key from the first entry that counts. */
static enum cw_err own_key_if_it_counts(struct turn *t, struct entry_in *e, const struct cw_case_id *id)
{
    enum verdict_reason reason;
    uint32_t slot;
    enum cw_err err = turn_case_slot(t, id, &slot);

    if (err != CW_OK || !case_slot_is_shared(t->n, slot) || entry_judge(t->n, e, &reason) != VERDICT_EFFECTIVE)
        return err;
    return turn_own_slot(t, id);
}

/* What came must be kept, whatever became of the key that the case had. */
static enum cw_err find_place(struct turn *t, const struct cw_case_id *id, struct wraps_place *out)
{
    uint32_t slot;
    enum cw_err err = case_mend_key(t, id);

    if (err == CW_OK)
        err = turn_case_slot(t, id, &slot);
    if (err != CW_OK)
        return err;
    out->how = case_slot_is_shared(t->n, slot) ? WRAPS_SHARED : WRAPS_SEALED;
    return turn_case_key(t, id, &out->key);
}

static enum cw_err put_wraps(struct turn *t, struct entry_in *e)
{
    struct cw_case_id id;
    struct wraps_place place = {0};
    bool has_case = entry_case(e, &id);
    enum cw_err err = CW_OK;

    if (has_case && e->header.key_count > 0) {
        err = own_key_if_it_counts(t, e, &id);
        if (err == CW_OK)
            err = find_place(t, &id, &place);
    }
    for (uint32_t i = 0; i < e->header.key_count && err == CW_OK; i++) {
        struct row_key key = row_key_blob(&e->log, e->header.seq, BLOB_WRAPS, i);

        if ((e->check.wraps & (1u << i)) == 0)
            continue;
        err = has_case ? put_wraps_sealed(t, key, &place, e->blobs->wraps[i])
                       : entry_put_wraps_as_sent(t, key, e->blobs->wraps[i]);
    }
    return err;
}

static enum cw_err move_wraps(struct turn *t, const struct entry_in *e, const struct cw_case_id *id,
                              const struct wraps_place *place, uint32_t index)
{
    struct row_key key = row_key_blob(&e->log, e->header.seq, BLOB_WRAPS, index);
    size_t mark = arena_mark(&t->arena);
    struct cw_slice raw, wraps;
    enum cw_err err = db_get(t->n, t->txn, TABLE_BLOB, key, &raw);

    if (err == CW_LOCAL_NOT_FOUND || (err == CW_OK && (raw.len == 0 || raw.data[0] != WRAPS_SHARED)))
        return CW_OK;
    if (err == CW_OK)
        err = entry_load_wraps(t->n, t->txn, &e->header, id, index, &t->arena, &wraps);
    if (err == CW_OK && wraps.len > 0)
        err = put_wraps_sealed(t, key, place, wraps);
    arena_release(&t->arena, mark);
    return err;
}

enum cw_err entry_own_wraps(struct turn *t, const struct entry_in *e, const struct cw_case_id *id)
{
    struct wraps_place place;
    enum cw_err err = find_place(t, id, &place);

    if (err != CW_OK || place.how == WRAPS_SHARED)
        return err;
    for (uint32_t k = 0; k < e->header.key_count && err == CW_OK; k++)
        err = move_wraps(t, e, id, &place, k);
    return err;
}

enum cw_err entry_put_blobs(struct turn *t, struct entry_in *e)
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
