/* SPDX-License-Identifier: Apache-2.0 */
#include "node/mend_ops.h"
#include "node/turn.h"

/*
 * The store and the keyring that belongs to it. The store's own row says whose it is and which keyring sealed it;
 * a keyring is only made for a store that is new. So one that was lost, or is another's, is said at the start,
 * and not found out case by case.
 */

/* --- a new store ------------------------------------------------------------------------------------------- */

static enum cw_err put_store_row(struct node *n, struct turn *t)
{
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);

    store_row_encode(&n->store_row, &w);
    return db_put(t, TABLE_META, row_key_text(META_STORE), slice(bytes, w.len));
}

static enum cw_err put_first_rows(struct node *n, struct turn *t)
{
    uint8_t slot[4];
    struct writer slot_out = writer_over(slot, sizeof slot);

    writer_be32(&slot_out, n->store_row.name_slot);
    enum cw_err err = put_store_row(n, t);
    if (err == CW_OK)
        err = db_put(t, TABLE_META, row_key_text(META_SLOT), slice(slot, slot_out.len));
    return err == CW_OK ? db_put(t, TABLE_META, row_key_text(META_GENESIS), slice(n->genesis_bytes, n->genesis_len))
                        : err;
}

static enum cw_err write_first_rows(struct node *n)
{
    struct turn t = {.n = n};
    enum cw_err err = node_store(n)->begin_write(node_store(n)->ctx, &t.txn);

    if (err != CW_OK)
        return err;
    err = put_first_rows(n, &t);
    if (err == CW_OK)
        return node_store(n)->commit(node_store(n)->ctx, t.txn);
    node_store(n)->abort(node_store(n)->ctx, t.txn);
    return err;
}

/* Becomes this network's. Slots of a keyring that is older than the store are another store's, kept somewhere perhaps. */
static enum cw_err make_store(struct node *n)
{
    struct writer sealed = writer_over(n->store_row.name_key, sizeof n->store_row.name_key);

    keyring_skip_made(n->keyring);
    enum cw_err err = keyring_take(n->keyring, &n->store_row.name_slot);
    n->store_row.network = n->identity.network;
    keyring_id(n->keyring, n->store_row.keyring_id);
    n->entropy.fill(n->entropy.ctx, n->store_row.store_id, sizeof n->store_row.store_id);
    n->entropy.fill(n->entropy.ctx, n->name_key, sizeof n->name_key);
    if (err == CW_OK)
        err = keyring_seal(n->keyring, n->store_row.name_slot, slice_of(META_STORE),
                           slice(n->name_key, sizeof n->name_key), &n->entropy, &sealed);
    return err == CW_OK ? write_first_rows(n) : err;
}

/* --- the keyring ------------------------------------------------------------------------------------------- */

static enum cw_err open_keyring(struct node *n, bool may_create, struct refusal *why)
{
    const struct keyring_io io = {n->ports.keyring.ctx, n->ports.keyring.read, n->ports.keyring.write};
    const struct signer_port *signer = &n->ports.signer;

    n->entropy = (struct entropy){n->ports.entropy.ctx, n->ports.entropy.fill};
    enum cw_err err = keyring_open(&io, signer->seal_secret(signer->ctx), &n->entropy, may_create, &n->keyring);
    switch (err) {
    case CW_OK:
        keyring_bound(n->keyring, n->slots_max);
        return CW_OK;
    case CW_LOCAL_NOT_FOUND:
        return refuse(why, CW_LOCAL_KEY, "keyring",
                      "the keyring is missing: put back its backup, or move the store away and start anew");
    case CW_LOCAL_KEY:
        return refuse(
            why, err, "keyring",
            "the keyring in state_dir was made under another key than this daemon's: put that key back, or give the "
            "division a new daemon as docs/operations.md says (\"A new key\")");
    case CW_LOCAL_CORRUPT:
        return refuse(why, err, "keyring", "the keyring's file is no keyring, or its beginning is damaged");
    case CW_LOCAL_FORMAT:
        return refuse(why, err, "keyring", "a newer version wrote the keyring");
    default:
        return refuse(why, err, "keyring", "%s", cw_err_sentence(err));
    }
}

static enum cw_err open_name_key(struct node *n)
{
    uint8_t memory[128];
    struct arena arena = arena_over(memory, sizeof memory);
    struct cw_slice key;
    enum cw_err err = keyring_unseal(n->keyring, n->store_row.name_slot, slice_of(META_STORE),
                                     slice(n->store_row.name_key, sizeof n->store_row.name_key), &arena, &key);

    if (err != CW_OK || key.len != sizeof n->name_key)
        return CW_LOCAL_KEY;
    memcpy(n->name_key, key.data, sizeof n->name_key);
    wipe(memory, sizeof memory);
    return CW_OK;
}

/* An older copy of the right keyring lacks the newest slots: their cases would look erased, and others would get the slots. */
static enum cw_err check_keyring(struct node *n, uint32_t slot_max, struct refusal *why)
{
    uint8_t id[KEYRING_ID_LEN];

    keyring_id(n->keyring, id);
    if (memcmp(id, n->store_row.keyring_id, sizeof id) != 0)
        return refuse(why, CW_LOCAL_KEY, "keyring",
                      "this is another keyring than the store was written with: put back the right one");
    if (keyring_slots(n->keyring) <= slot_max)
        return refuse(why, CW_LOCAL_KEY, "keyring",
                      "the keyring is older than the store: it has %u slots, the store names number %u",
                      keyring_slots(n->keyring), slot_max);
    if (open_name_key(n) != CW_OK)
        return refuse(why, CW_LOCAL_KEY, "keyring", "the keyring does not open the store's first value: it is damaged");
    return CW_OK;
}

/* --- both -------------------------------------------------------------------------------------------------- */

/* CW_LOCAL_NOT_FOUND: a store without a row of its own, a new one. */
static enum cw_err read_rows(struct node *n, uint32_t *out_slot_max)
{
    struct kv_txn *txn;
    struct cw_slice raw;
    enum cw_err err = node_store(n)->begin_read(node_store(n)->ctx, &txn);

    if (err != CW_OK)
        return err;
    err = db_get(n, txn, TABLE_META, row_key_text(META_STORE), &raw);
    if (err == CW_OK)
        err = store_row_parse(raw, &n->store_row);
    if (err == CW_OK && db_get(n, txn, TABLE_META, row_key_text(META_SLOT), &raw) == CW_OK) {
        struct reader in = reader_over(raw);

        *out_slot_max = reader_be32(&in);
        err = reader_finish(&in) == CW_OK ? CW_OK : CW_LOCAL_CORRUPT;
    }
    node_store(n)->abort(node_store(n)->ctx, txn);
    return err;
}

/* Cases get their rows of INDEX_FILTER and INDEX_LINK when they are folded again, in the turns to come. */
static enum cw_err bring_up(struct node *n)
{
    static const uint8_t from_the_start[ID_LEN] = {0};
    struct turn t = {.n = n, .arena = arena_over(n->arena_memory, n->arena_len)};
    enum cw_err err = node_store(n)->begin_write(node_store(n)->ctx, &t.txn);

    if (err != CW_OK)
        return err;
    err = put_store_row(n, &t);
    if (err == CW_OK && n->store_row.format < ROWS_FORMAT_NAMED)
        err = mend_misnamed_ops(&t);
    if (err == CW_OK)
        err = db_put(&t, TABLE_META, row_key_text(META_REFOLD), slice(from_the_start, sizeof from_the_start));
    if (err == CW_OK)
        return node_store(n)->commit(node_store(n)->ctx, t.txn);
    node_store(n)->abort(node_store(n)->ctx, t.txn);
    return err;
}

enum cw_err node_open_keyring(struct node *n, struct refusal *why)
{
    uint32_t slot_max = 0;
    enum cw_err err = read_rows(n, &slot_max);

    if (err != CW_OK)
        return refuse(why, err == CW_LOCAL_NOT_FOUND ? CW_LOCAL_CORRUPT : err, "meta",
                      "the store's own row cannot be read");
    err = open_keyring(n, false, why);
    return err == CW_OK ? check_keyring(n, slot_max, why) : err;
}

enum cw_err node_open_store(struct node *n, struct refusal *why)
{
    uint32_t slot_max = 0;
    enum cw_err err = read_rows(n, &slot_max);
    bool is_new = err == CW_LOCAL_NOT_FOUND;

    if (err != CW_OK && !is_new)
        return refuse(why, err, "store", "the store cannot be used: %s", cw_err_sentence(err));
    if (!is_new && !ID_EQ(&n->store_row.network, &n->identity.network))
        return refuse(why, CW_REFUSED_NETWORK, "store", "this store belongs to another network");
    err = open_keyring(n, is_new, why);
    if (err != CW_OK)
        return err;
    if (!is_new) {
        err = check_keyring(n, slot_max, why);
        if (err != CW_OK || n->store_row.format == ROWS_FORMAT)
            return err;
        n->slot_max = slot_max;
        keyring_used(n->keyring, slot_max); /* a case may get its row */
        err = bring_up(n);
        return err == CW_OK ? CW_OK
                            : refuse(why, err, "store", "the store's rows cannot be brought up to this version");
    }
    err = make_store(n);
    return err == CW_OK ? CW_OK : refuse(why, err, "store", "the store cannot be made: %s", cw_err_sentence(err));
}
