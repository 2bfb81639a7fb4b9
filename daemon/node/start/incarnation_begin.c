/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/turn.h"

/* Which log this run continues, or whether it opens another: core/incarnation.h decides, the facts are gathered here. */

enum cw_err node_write_anchor(struct node *n, bool failed)
{
    uint8_t bytes[ANCHOR_LEN];

    n->anchor.failed = failed;
    anchor_encode(&n->anchor, bytes);
    return n->ports.anchor.write(n->ports.anchor.ctx, bytes, sizeof bytes);
}

static void gather(struct node *n, const struct log_head *stored, struct incarnation_facts *f)
{
    uint8_t bytes[ANCHOR_LEN];
    const struct anchor_port *anchor = &n->ports.anchor;

    memset(f, 0, sizeof *f);
    f->anchor_readable = anchor->read(anchor->ctx, bytes, sizeof bytes) == CW_OK &&
                         anchor_parse(slice(bytes, sizeof bytes), &f->anchor) == CW_OK;
    anchor->boot_id(anchor->ctx, f->boot_id);
    memcpy(f->store_id, n->store_row.store_id, sizeof f->store_id);
    node_store(n)->identity(node_store(n)->ctx, &f->device, &f->inode);
    f->store_is_backup = node_store(n)->is_backup(node_store(n)->ctx);
    if (stored != NULL) {
        f->stored = (struct position){stored->log, stored->seq, stored->seal};
        f->own_fork = stored->forked;
        f->other_cert = !ID_EQ(&stored->cert, &n->cert);
    }
}

/* The seal that the own log would continue is the one that its row names. */
static enum cw_err check_last_seal(struct node *n, const struct log_head *stored, struct refusal *why)
{
    struct kv_txn *txn;
    struct seal_row row;
    struct hash hash;
    uint64_t last;

    if (stored == NULL || stored->seq == 0)
        return CW_OK;
    enum cw_err err = node_store(n)->begin_read(node_store(n)->ctx, &txn);
    if (err != CW_OK)
        return err;
    err = db_get_seal(n, txn, &stored->log, stored->seq, &row, &last);
    if (err == CW_OK) {
        seal_hash_of(row.seal.bytes, &hash);
        if (last != stored->seq || !ID_EQ(&hash, &row.hash) || !ID_EQ(&hash, &stored->seal))
            err = CW_LOCAL_CORRUPT;
    }
    node_store(n)->abort(node_store(n)->ctx, txn);
    return err == CW_OK ? CW_OK
                        : refuse(why, CW_LOCAL_CORRUPT, "own",
                                 "the own log's last seal is not what its row says: restore, or start anew");
}

static void leave_log(struct node *n, const struct log_head *stored)
{
    n->own.open = false;
    n->own.has_prior = stored->seq > 0;
    n->own.prior = (struct position){stored->log, stored->seq, stored->seal};
    n->own.next_n = stored->n + 1;
}

/*
 * A backup is older than the store it stands for: that one may have given any slot made since to another case. The
 * mark goes in the same commit, for now this store is the one.
 */
static enum cw_err take_over_backup(struct node *n, struct turn *t)
{
    uint32_t slots = keyring_slots(n->keyring);
    enum cw_err err = node_store(n)->clear_backup(t->txn);

    keyring_skip_made(n->keyring);
    return err == CW_OK && slots > n->slot_max + 1 ? slot_max_put(t, slots - 1) : err;
}

static enum cw_err put_decision(struct node *n, bool is_backup)
{
    struct turn t = {.n = n};
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);
    enum cw_err err = node_store(n)->begin_write(node_store(n)->ctx, &t.txn);

    if (err != CW_OK)
        return err;
    own_row_encode(&n->own, &w);
    err = db_put(&t, TABLE_META, row_key_text(META_OWN), slice(bytes, w.len));
    if (err == CW_OK) {
        uint8_t row[FRONTIER_HEAD_LEN_MAX + 64];
        struct writer row_out = writer_over(row, sizeof row);

        frontier_row_encode(&n->frontier, &row_out);
        err = db_put(&t, TABLE_META, row_key_text(META_FRONTIER), slice(row, row_out.len));
    }
    if (err == CW_OK && is_backup)
        err = take_over_backup(n, &t);
    if (err == CW_OK)
        return node_store(n)->commit(node_store(n)->ctx, t.txn);
    node_store(n)->abort(node_store(n)->ctx, t.txn);
    return err;
}

/* A new start id comes with each incarnation decision; its frontier replaces the older even when lower. */
static void renew_frontier(struct node *n)
{
    memcpy(n->frontier.replaces, n->frontier.start, sizeof n->frontier.replaces);
    n->entropy.fill(n->entropy.ctx, n->frontier.start, sizeof n->frontier.start);
    n->frontier.counter = 0;
    n->frontier.head = slice(NULL, 0);
}

/* The anchor of this very boot and file knows more of the log than the store does: it was acknowledged, and is gone. */
static bool is_rolled_back(const struct own_row *own, const struct incarnation_facts *f)
{
    const struct anchor *a = &f->anchor;
    const struct position *here = own->open ? &f->stored : &own->prior;

    if (!f->anchor_readable || f->store_is_backup || memcmp(a->boot_id, f->boot_id, sizeof f->boot_id) != 0 ||
        memcmp(a->store_id, f->store_id, sizeof f->store_id) != 0 || a->device != f->device || a->inode != f->inode)
        return false;
    return a->head.seq > 0 && (here->seq == 0 || (ID_EQ(&a->head.log, &here->log) && here->seq < a->head.seq));
}

bool incarnation_is_behind(struct node *n, struct kv_txn *txn)
{
    struct incarnation_facts f;
    struct own_row own = {0};
    struct cw_slice raw;
    struct log_row row;
    bool open = db_get(n, txn, TABLE_META, row_key_text(META_OWN), &raw) == CW_OK &&
                own_row_parse(raw, &own) == CW_OK && own.open && db_get_log(n, txn, &own.log, &row) == CW_OK;

    gather(n, open ? &row.head : NULL, &f);
    return is_rolled_back(&own, &f);
}

/* Said at every start until a person has dealt with it: the daemon cannot know what it does not have. */
static void tell_cut_short(struct node *n, const struct incarnation_facts *f)
{
    const struct store_port *store = node_store(n);

    if (store->note_cut_short != NULL && is_rolled_back(&n->own, f))
        store->note_cut_short(store->ctx);
    if (store->is_cut_short != NULL && store->is_cut_short(store->ctx))
        node_alarm(n, "store-cut-short",
                   "what was acknowledged last may be missing: what to do is in operations.md, \"A store that was cut "
                   "short\"");
}

static enum cw_err decide_anew(struct node *n, const struct log_head *stored, struct refusal *why)
{
    struct incarnation_facts facts;
    const char *reason = "";

    gather(n, stored, &facts);
    tell_cut_short(n, &facts);
    enum incarnation_choice choice = incarnation_decide(&facts, &reason);

    if (choice == INCARNATION_NEW && stored != NULL)
        leave_log(n, stored);
    if (choice != INCARNATION_CONTINUE)
        renew_frontier(n);
    node_journal(n, choice == INCARNATION_NEW ? JOURNAL_WARNING : JOURNAL_INFO, "incarnation", "%s: %s",
                 choice == INCARNATION_CONTINUE ? "the log continues" : "the next submission opens a new log", reason);
    enum cw_err err = choice != INCARNATION_CONTINUE ? put_decision(n, facts.store_is_backup) : CW_OK;
    if (err != CW_OK)
        return refuse(why, err, "store", "the incarnation could not be stored: %s", cw_err_sentence(err));
    memcpy(n->anchor.boot_id, facts.boot_id, sizeof n->anchor.boot_id);
    memcpy(n->anchor.store_id, facts.store_id, sizeof n->anchor.store_id);
    n->anchor.device = facts.device;
    n->anchor.inode = facts.inode;
    memset(&n->anchor.head, 0, sizeof n->anchor.head);
    if (n->own.open)
        n->anchor.head = facts.stored;
    err = node_write_anchor(n, false);
    return err == CW_OK ? CW_OK
                        : refuse(why, err, "anchor", "the anchor could not be written: %s", cw_err_sentence(err));
}

enum cw_err incarnation_begin(struct node *n, bool decide, struct refusal *why)
{
    const struct log_head *stored = n->own.open ? replica_log_find(n->replica, &n->own.log) : NULL;
    struct replica_start start = {0};
    uint64_t seed;
    enum cw_err err = check_last_seal(n, stored, why);

    if (err == CW_OK && n->own.open && stored == NULL)
        err = refuse(why, CW_LOCAL_CORRUPT, "own", "the own log has no row");
    if (err == CW_OK && decide)
        err = decide_anew(n, stored, why);
    if (err != CW_OK)
        return err;
    start.own_log = n->own.open ? &n->own.log : NULL;
    start.prior = !n->own.open && n->own.has_prior ? &n->own.prior : NULL;
    start.next_n = n->own.open && stored != NULL ? stored->n + 1 : n->own.next_n;
    n->entropy.fill(n->entropy.ctx, start.nonce, sizeof start.nonce);
    memcpy(start.start, n->frontier.start, sizeof start.start);
    memcpy(start.replaces, n->frontier.replaces, sizeof start.replaces);
    start.counter = n->frontier.counter;
    n->entropy.fill(n->entropy.ctx, &seed, sizeof seed);
    replica_seed(n->replica, seed);
    replica_start(n->replica, &start);
    return CW_OK;
}
