/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_op.h"
#include "node/case_work.h"

/*
 * A local key that rotted. What lies under it is copies: payloads and lists are made again from the case's entries, and
 * of those only the wraps are lost here. So the case gets another slot, its entries count as lacking their contents,
 * which asks peers for them, and the turn goes on. The wraps stay, with the slot they need: the keyring's backup may
 * be put back, and every start tries them again.
 */

#define KEYS_AT_ONCE 512 /* looked at in one turn */

/* --- entries ----------------------------------------------------------------------------------------------------- */

struct place {
    struct log_id log;
    uint64_t seq;
};

static enum cw_err set_wraps_aside(struct turn *t, const struct place *at, uint32_t slot)
{
    enum cw_err err = CW_OK;

    for (uint32_t k = 0; k < KEYS_MAX && err == CW_OK; k++) {
        struct row_key key = row_key_blob(&at->log, at->seq, BLOB_WRAPS, k);
        size_t mark = arena_mark(&t->arena);
        struct cw_slice raw;

        err = db_get_copy(t->n, t->txn, TABLE_BLOB, key, &t->arena, &raw);
        if (err == CW_OK && raw.len > 0 && raw.data[0] == WRAPS_SEALED) {
            struct writer w = writer_over(arena_take_raw(&t->arena, raw.len + 4, 1), raw.len + 4);

            if (w.data == NULL)
                return CW_LOCAL_MEMORY;
            writer_u8(&w, WRAPS_SET_ASIDE);
            writer_be32(&w, slot);
            writer_slice(&w, slice(raw.data + 1, raw.len - 1));
            err = db_put(t, TABLE_BLOB, key, slice(w.data, w.len));
        }
        arena_release(&t->arena, mark);
        if (err == CW_LOCAL_NOT_FOUND)
            err = CW_OK;
    }
    return err;
}

/* Listed first: settling one of them moves others between the op's own row and those behind it. */
static enum cw_err list_places(struct turn *t, const struct cw_op_id *id, struct place **out, uint32_t *out_count)
{
    struct op_row *op = ARENA_NEW(&t->arena, struct op_row);
    struct row_key prefix = row_key_op(id), from = prefix;
    struct kv_pair pair;
    struct op_entry e;
    uint32_t count = 0;
    enum cw_err err = op == NULL ? CW_LOCAL_MEMORY : db_get_op(t->n, t->txn, id, op);

    if (err != CW_OK)
        return err;
    struct place *at = ARENA_ARRAY(&t->arena, struct place, (size_t)op->entry_count + op->more + 1);
    if (at == NULL)
        return CW_LOCAL_MEMORY;
    for (; count < op->entry_count; count++)
        at[count] = (struct place){op->entries[count].log, op->entries[count].seq};
    while (count < op->entry_count + op->more &&
           db_next(t->n, t->txn, TABLE_OP, row_key_slice(&prefix), row_key_slice(&from), true, &pair) == CW_OK) {
        if (pair.key.len > sizeof from.b || op_entry_parse(pair.value, &e) != CW_OK)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        at[count++] = (struct place){e.log, e.seq};
    }
    *out = at;
    *out_count = count;
    return CW_OK;
}

/* lost: the slot that does not open any more; NULL: none, they are only looked at again. */
static enum cw_err look_at_op(struct turn *t, const struct cw_op_id *id, const uint32_t *lost, bool *all_held)
{
    size_t mark = arena_mark(&t->arena);
    struct place *at;
    uint32_t count = 0;
    enum cw_err err = list_places(t, id, &at, &count);

    for (uint32_t i = 0; i < count && err == CW_OK; i++) {
        bool held = false;

        if (lost != NULL)
            err = set_wraps_aside(t, &at[i], *lost);
        if (err == CW_OK)
            err = entry_look_again(t, &at[i].log, at[i].seq, &held);
        *all_held = *all_held && held;
    }
    arena_release(&t->arena, mark);
    return err;
}

/* --- ops --------------------------------------------------------------------------------------------------------- */

static enum cw_err forget_payloads(struct turn *t, const struct row_key *key)
{
    size_t mark = arena_mark(&t->arena);
    struct case_op_row row;
    struct cw_slice raw;
    enum cw_err err = db_get_copy(t->n, t->txn, TABLE_CASE_OP, *key, &t->arena, &raw);

    if (err == CW_OK)
        err = case_op_row_parse(raw, &row);
    if (err == CW_OK) {
        struct writer w = writer_over(arena_take_raw(&t->arena, raw.len, 1), raw.len); /* it only gets shorter */

        if (w.data == NULL)
            return CW_LOCAL_MEMORY;
        row.sealed = slice(NULL, 0);
        case_op_row_encode(&row, &w);
        CW_ASSERT(!w.failed);
        err = db_put(t, TABLE_CASE_OP, *key, slice(w.data, w.len));
    }
    arena_release(&t->arena, mark);
    return err;
}

static enum cw_err look_at_ops(struct turn *t, const struct cw_case_id *id, const uint32_t *lost, bool *all_held)
{
    struct row_key from = row_key_case(id);
    struct kv_pair pair;
    enum cw_err err;

    *all_held = true;
    while ((err = db_next(t->n, t->txn, TABLE_CASE_OP, ID_SLICE(id), row_key_slice(&from), true, &pair)) == CW_OK) {
        struct cw_op_id op;

        if (pair.key.len != (size_t)2 * ID_LEN + 8)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        memcpy(op.b, from.b + ID_LEN + 8, ID_LEN);
        if (lost != NULL)
            err = forget_payloads(t, &from);
        if (err == CW_OK)
            err = look_at_op(t, &op, lost, all_held);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- the case ---------------------------------------------------------------------------------------------------- */

static enum cw_err load_row(struct turn *t, const struct cw_case_id *id, struct case_row *out)
{
    struct cw_slice raw;
    enum cw_err err = db_get_copy(t->n, t->txn, TABLE_CASE, row_key_case(id), &t->arena, &raw);

    return err == CW_OK ? case_row_parse(raw, out) : err;
}

static enum cw_err give_slot(struct turn *t, const struct cw_case_id *id, struct case_row *row)
{
    enum cw_err err = case_slot_take(t, &row->slot);

    row->flags |= CASE_REKEYED | CASE_INCOMPLETE;
    row->summary = slice(NULL, 0);
    turn_forget_key(t);
    return err == CW_OK ? case_row_put(t, id, row) : err;
}

static enum cw_err rekey(struct turn *t, const struct cw_case_id *id)
{
    size_t mark = arena_mark(&t->arena);
    char hex[2 * ID_LEN + 1];
    struct case_row row = {0};
    bool all_held;
    enum cw_err err = load_row(t, id, &row);
    uint32_t lost = row.slot;

    hex_of(ID_SLICE(id), hex);
    node_alarm_about(t->n, "local-key-damaged", &(struct journal_about){.case_id = hex},
                     "case %.16s: its local key is damaged; what the case says is asked of other divisions", hex);
    case_cache_drop(t->n, id);
    if (err == CW_OK)
        err = give_slot(t, id, &row);
    if (err == CW_OK)
        err = look_at_ops(t, id, &lost, &all_held);
    arena_release(&t->arena, mark);
    return err;
}

enum cw_err case_mend_key(struct turn *t, const struct cw_case_id *id)
{
    const struct local_key *key;
    uint32_t slot;
    enum cw_err err = turn_case_key(t, id, &key);

    if (err != CW_LOCAL_KEY)
        return err;
    err = turn_case_slot(t, id, &slot);
    if (err == CW_OK && !keyring_is_damaged(t->n->keyring, slot))
        err = CW_LOCAL_KEY;
    return err == CW_OK ? rekey(t, id) : err;
}

/* The wraps may open again, with a keyring that was put back, or may have come meanwhile. */
static enum cw_err try_rekeyed(struct turn *t, const struct cw_case_id *id)
{
    size_t mark = arena_mark(&t->arena);
    struct case_row row;
    bool all_held = false;
    enum cw_err err = look_at_ops(t, id, NULL, &all_held);

    if (err == CW_OK && all_held) {
        err = load_row(t, id, &row);
        if (err == CW_OK) {
            row.flags &= ~CASE_REKEYED;
            err = case_row_put(t, id, &row);
        }
    }
    arena_release(&t->arena, mark);
    return err;
}

/* --- all of them ------------------------------------------------------------------------------------------------- */

void case_key_suspect(const struct node *n, uint32_t slot)
{
    struct node *markable = (struct node *)(uintptr_t)n;

    if (keyring_is_damaged(n->keyring, slot))
        atomic_store(&markable->keys_suspect, true);
}

bool case_key_is_destroyed(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id)
{
    struct cw_slice raw;
    struct case_row row;
    struct local_key key;

    if (db_get(n, txn, TABLE_CASE, row_key_case(id), &raw) != CW_OK || case_row_parse(raw, &row) != CW_OK)
        return false;
    bool opens = keyring_key(n->keyring, row.slot, &key) == CW_OK;

    wipe(&key, sizeof key);
    return !opens && !keyring_is_damaged(n->keyring, row.slot);
}

static enum cw_err look_at_case(struct turn *t, const struct kv_pair *pair)
{
    struct cw_case_id id;
    struct case_row row;

    if (!row_key_case_of(pair->key, &id) || case_row_parse(pair->value, &row) != CW_OK)
        return CW_LOCAL_CORRUPT;
    t->n->keys_at = row_key_case(&id);
    if (keyring_is_damaged(t->n->keyring, row.slot))
        return rekey(t, &id);
    return (row.flags & CASE_REKEYED) != 0 ? try_rekeyed(t, &id) : CW_OK;
}

enum cw_err case_keys_look(struct turn *t)
{
    struct node *n = t->n;
    enum cw_err err = CW_OK;

    if (atomic_exchange(&n->keys_suspect, false)) {
        n->keys_left = true;
        n->keys_at.len = 0;
    }
    for (uint32_t i = 0; i < KEYS_AT_ONCE && n->keys_left && err == CW_OK; i++) {
        struct kv_pair pair;

        err = node_store(n)->next(t->txn, TABLE_CASE, row_key_slice(&n->keys_at), n->keys_at.len > 0, &pair);
        n->keys_left = err == CW_OK;
        if (err == CW_OK)
            err = look_at_case(t, &pair);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}
