/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"
#include "node/entry.h"

/*
 * Which slot of the keyring a case has. Slots are few and never given back, and whoever may write into some log can
 * name any number of cases: so a case gets a slot of its own with the first entry that counts. Until then, and when
 * none is left, its row names the slot that seals the store's own key: what must be kept is sealed there like
 * anything else, but nobody can destroy that key for one case alone.
 */

/* --- the keyring -------------------------------------------------------------------------------------------------- */

bool case_slot_is_shared(const struct node *n, uint32_t slot)
{
    return slot == n->store_row.name_slot;
}

enum cw_err slot_max_put(struct turn *t, uint32_t slot)
{
    uint8_t bytes[4];
    struct writer w = writer_over(bytes, sizeof bytes);

    writer_be32(&w, slot);
    t->n->slot_max = slot;
    return db_put(t, TABLE_META, row_key_text(META_SLOT), slice(bytes, w.len));
}

/* Each alarm once a run. */
static bool is_first(bool *told)
{
    bool first = !*told;

    *told = true;
    return first;
}

void case_slots_tell(struct node *n)
{
    uint32_t taken = keyring_taken(n->keyring);

    if (taken >= n->slots_max && is_first(&n->told_full))
        node_alarm(n, "keyring-full",
                   "%u of %u local keys are given out: new cases share one, and none of them can be erased alone",
                   taken, n->slots_max);
    else if (taken < n->slots_max && taken >= n->slots_max / 10 * 9 && is_first(&n->told_filling))
        node_alarm(n, "keyring-filling", "%u of %u local keys are given out: after the last, new cases share one",
                   taken, n->slots_max);
}

enum cw_err case_slot_take(struct turn *t, uint32_t *out_slot)
{
    enum cw_err err = keyring_take(t->n->keyring, out_slot);

    if (err != CW_OK && err != CW_LOCAL_KEY)
        return err;
    case_slots_tell(t->n);
    if (err == CW_LOCAL_KEY) {
        *out_slot = t->n->store_row.name_slot;
        return CW_OK;
    }
    return *out_slot > t->n->slot_max ? slot_max_put(t, *out_slot) : CW_OK;
}

/* --- the row ------------------------------------------------------------------------------------------------------ */

enum cw_err case_row_put(struct turn *t, const struct cw_case_id *id, const struct case_row *row)
{
    uint8_t bytes[CASE_ROW_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    case_row_encode(row, &w);
    return w.failed ? CW_LOCAL_CORRUPT : db_put(t, TABLE_CASE, row_key_case(id), slice(bytes, w.len));
}

static enum cw_err make_case_row(struct turn *t, const struct cw_case_id *id, uint32_t *out_slot)
{
    struct case_row row = {.slot = t->n->store_row.name_slot};

    *out_slot = row.slot;
    t->counters[COUNTER_CASES]++;
    return case_row_put(t, id, &row);
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

static enum cw_err move_to(struct turn *t, const struct cw_case_id *id, uint32_t slot)
{
    size_t mark = arena_mark(&t->arena);
    struct cw_slice raw;
    struct case_row row;
    enum cw_err err = db_get_copy(t->n, t->txn, TABLE_CASE, row_key_case(id), &t->arena, &raw);

    if (err == CW_OK)
        err = case_row_parse(raw, &row);
    if (err == CW_OK)
        err = case_line_move(t, id, &row, slot);
    if (err == CW_OK)
        err = case_row_put(t, id, &row);
    turn_forget_key(t);
    arena_release(&t->arena, mark);
    return err;
}

enum cw_err turn_own_slot(struct turn *t, const struct cw_case_id *id)
{
    uint32_t slot;
    enum cw_err err = turn_case_slot(t, id, &slot);

    if (err != CW_OK || !case_slot_is_shared(t->n, slot))
        return err;
    err = case_slot_take(t, &slot);
    return err == CW_OK && !case_slot_is_shared(t->n, slot) ? move_to(t, id, slot) : err;
}

/* --- its key ------------------------------------------------------------------------------------------------------ */

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
