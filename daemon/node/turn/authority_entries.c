/* SPDX-License-Identifier: Apache-2.0 */
#include "node/authority_entries.h"

#include "node/check_entry.h"
#include "node/op_entries.h"
#include "node/payload.h"

/*
 * Records of the root and authority logs as they take effect. Readers of certificates are held off while
 * the table changes, and for nothing else.
 */

/* --- policy ---------------------------------------------------------------------------------------------- */

#define LOOK_AGAIN_MS 60000 /* a wall clock that is put otherwise is noticed by then */

static bool policy_before(const struct authority_policy *a, const struct authority_policy *b)
{
    int order = ID_COMPARE(&a->log, &b->log);

    return order != 0 ? order < 0 : a->seq < b->seq;
}

/* In (log id, seq) order, so that every daemon that holds the same records folds under the same policy. */
static const struct authority_policy *policy_next(const struct authority_policy *all, uint32_t count,
                                                  const struct authority_policy *last)
{
    const struct authority_policy *next = NULL;

    for (uint32_t i = 0; i < count; i++) {
        if ((last == NULL || policy_before(last, &all[i])) && (next == NULL || policy_before(&all[i], next)))
            next = &all[i];
    }
    return next;
}

static void apply_policy(struct node *n, const struct authority_policy *p)
{
    if (strcmp(p->name, POLICY_NAME_SYNTHETIC) == 0)
        n->synthetic = strcmp(p->value, "true") == 0;
    else if (case_policy_apply(&n->policy, slice_of(p->name), slice_of(p->value), NULL) == CW_REFUSED_SIZE)
        n->policies_left_out++; /* else: a name that a newer version knows changes nothing here */
}

void authority_tell_left_out(struct node *n)
{
    if (n->policies_left_out > n->policies_told_out)
        node_alarm(n, "authority-record",
                   "%u policies have no effect: %d changes of policy are kept, and these are more",
                   n->policies_left_out, POLICY_CHANGES_MAX);
    n->policies_told_out = n->policies_left_out;
}

/* (log, seq) of each log's newest record: part of every digest leaf, so it is made once and not per fold. */
static void note_positions(struct node *n, const struct authority_policy *all, uint32_t count)
{
    const struct authority_policy *next;
    struct writer w = writer_over(n->policy_positions, sizeof n->policy_positions);

    for (const struct authority_policy *p = policy_next(all, count, NULL); p != NULL; p = next) {
        next = policy_next(all, count, p);
        if (next != NULL && ID_EQ(&next->log, &p->log))
            continue; /* not its log's newest */
        writer_bytes(&w, p->log.b, ID_LEN);
        writer_be64(&w, p->seq);
    }
    n->policy_positions_len = w.len;
}

void authority_read_policy(struct node *n)
{
    const struct authority_policy *all;
    uint32_t count = authority_policies(n->authority, &all);

    memset(&n->policy, 0, sizeof n->policy);
    n->policies_left_out = 0;
    n->synthetic = n->identity.lab;
    for (const struct authority_policy *p = policy_next(all, count, NULL); p != NULL; p = policy_next(all, count, p))
        apply_policy(n, p);
    note_positions(n, all, count);
    n->authority_generation++;
}

void authority_policy_of(const struct node *n, authority_policy_had *had, void *ctx, struct case_policy *out)
{
    const struct authority_policy *all;
    uint32_t count = authority_policies(n->authority, &all);

    memset(out, 0, sizeof *out);
    for (const struct authority_policy *p = policy_next(all, count, NULL); p != NULL; p = policy_next(all, count, p)) {
        if (had(ctx, p))
            (void)case_policy_apply(out, slice_of(p->name), slice_of(p->value), NULL);
    }
}

/* --- records --------------------------------------------------------------------------------------------- */

/* What it carries is signed by who issues it, and by who holds the keys. */
static enum cw_err read_record(const struct node *n, const struct entry_in *e, struct authority_record *out)
{
    const struct authority_cert *issuer = authority_find(n->authority, &e->log_cert);
    struct cw_slice payload;

    if (!entry_record_payload(e, &payload))
        return CW_REFUSED_MALFORMED;
    enum cw_err err = authority_record_parse(payload, out);
    return err == CW_OK ? authority_record_verify(&n->identity.network, out, issuer == NULL ? NULL : issuer->sign_key)
                        : err;
}

/* Readers of certificates are held off. */
static enum cw_err apply_record(struct node *n, const struct entry_in *e, const struct authority_record *record,
                                struct arena *arena)
{
    pthread_rwlock_wrlock(&n->authority_lock);
    enum cw_err err = authority_apply(n->authority, &e->log, e->header.seq, &e->submission, record, arena);
    if (err == CW_OK && record->act == ACT_POLICY)
        authority_read_policy(n);
    n->authority_generation++;
    pthread_rwlock_unlock(&n->authority_lock);
    return err;
}

static void pass(struct node *n, const struct entry_in *e)
{
    pthread_rwlock_wrlock(&n->authority_lock);
    authority_pass(n->authority, &e->log, e->scope == LOG_ROOT, e->header.seq);
    n->authority_generation++;
    pthread_rwlock_unlock(&n->authority_lock);
}

/* Another version of this daemon, or one with larger tables, would know what to do with it: it counts, here without effect. */
static bool is_beyond_us(enum cw_err err)
{
    return err == CW_REFUSED_UNKNOWN_OP || err == CW_REFUSED_VERSION || err == CW_LOCAL_MEMORY;
}

/* Whoever is not known may be known to that version. */
static bool may_hide_a_certificate(enum cw_err err, enum authority_act act)
{
    return is_beyond_us(err) && (err != CW_LOCAL_MEMORY || act == ACT_ISSUE || act == ACT_ADMIT_AUTHORITY);
}

static void note_unread(struct node *n, const struct entry_in *e)
{
    pthread_rwlock_wrlock(&n->authority_lock);
    authority_note_unread(n->authority, &e->log, e->header.seq);
    pthread_rwlock_unlock(&n->authority_lock);
}

static void say_without_effect(struct node *n, const struct entry_in *e, enum cw_err err)
{
    node_alarm(n, "authority-record", "record %llu of the log of %s has no effect: %s",
               (unsigned long long)e->header.seq, e->scope == LOG_ROOT ? "the root" : e->division,
               cw_err_sentence(err));
}

enum cw_err authority_entry_apply(struct turn *t, struct entry_in *e)
{
    struct authority_record record = {.act = ACT_UNKNOWN};
    enum cw_err err = read_record(t->n, e, &record);

    if (err == CW_OK)
        err = apply_record(t->n, e, &record, &t->arena);
    if (err != CW_OK)
        say_without_effect(t->n, e, err);
    authority_tell_left_out(t->n);
    if (err != CW_OK && !is_beyond_us(err))
        return err;
    pass(t->n, e); /* when it could not even be read */
    if (may_hide_a_certificate(err, record.act))
        note_unread(t->n, e);
    t->authority_changed = true;
    t->policy_changed = t->policy_changed || record.act == ACT_POLICY;
    return CW_OK;
}

void authority_entry_pass(struct turn *t, const struct entry_in *e)
{
    pass(t->n, e);
    t->authority_changed = true;
}

/* --- from the store ---------------------------------------------------------------------------------------- */

static enum cw_err load_entry(struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                              struct arena *arena, struct entry_in **out)
{
    struct entry_in *e = ARENA_NEW(arena, struct entry_in);
    struct entry_blobs *blobs = ARENA_NEW(arena, struct entry_blobs);

    if (e == NULL || blobs == NULL)
        return CW_LOCAL_MEMORY;
    enum cw_err err = entry_load(n, txn, log, seq, arena, e);
    if (err == CW_OK)
        err = entry_load_blobs(n, txn, e, arena, blobs);
    if (err != CW_OK)
        return err;
    e->blobs = blobs;
    check_blobs(&e->header, blobs, &e->check);
    *out = e;
    return CW_OK;
}

enum cw_err authority_replay(struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                             struct arena *arena)
{
    struct entry_in *e;
    struct authority_record record = {.act = ACT_UNKNOWN};
    enum cw_err err = load_entry(n, txn, log, seq, arena, &e);

    if (err != CW_OK)
        return err;
    enum case_verdict verdict = op_entry_verdict(n, txn, &e->header);
    if (verdict == VERDICT_VOID)
        pass(n, e);
    if (verdict != VERDICT_EFFECTIVE) /* pending: so is all that follows in its log */
        return CW_OK;
    err = read_record(n, e, &record);
    if (err == CW_OK)
        err = apply_record(n, e, &record, arena);
    pass(n, e);
    if (may_hide_a_certificate(err, record.act))
        note_unread(n, e);
    return err == CW_OK || is_beyond_us(err) ? CW_OK : CW_LOCAL_CORRUPT;
}

/* --- who may connect --------------------------------------------------------------------------------------- */

/* When the next certificate begins or ends; sooner, because the wall clock may be put otherwise meanwhile. */
static struct cw_mono look_again_at(const struct node *n, struct cw_wall now)
{
    int64_t ms = n->allow_until.ms - LOOK_AGAIN_MS < now.ms ? n->allow_until.ms - now.ms : LOOK_AGAIN_MS;

    return (struct cw_mono){n->ports.clock.mono(n->ports.clock.ctx).ms + ms};
}

void authority_look_at_dates(struct node *n)
{
    struct cw_wall now = n->ports.clock.wall(n->ports.clock.ctx);

    if (now.ms < n->allow_from.ms || now.ms >= n->allow_until.ms)
        n->allow_stale = true;
    else
        n->allow_due = look_again_at(n, now);
}

struct key_list {
    struct allowed_key *keys;
    uint32_t listed, left_out, shared;
    const struct authority_cert *sharer; /* the last of them */
    size_t cap;
};

/* Those that are good, or the others: these are there only so that whoever is refused can be told why. */
static void list_keys(const struct node *n, struct cw_wall now, bool good, struct key_list *l)
{
    for (uint32_t i = 0; i < authority_cert_count(n->authority); i++) {
        const struct authority_cert *cert = authority_cert_at(n->authority, i);
        enum cert_standing standing = authority_standing(cert, now);

        if (id_is_zero(cert->curve_key) || (standing == STANDING_GOOD) != good)
            continue;
        if (!authority_has_curve(n->authority, cert)) {
            l->shared += !cert->revoked;
            l->sharer = cert->revoked ? l->sharer : cert;
            continue;
        }
        if (l->listed == l->cap) {
            l->left_out++;
            continue;
        }
        struct allowed_key *key = &l->keys[l->listed++];

        memcpy(key->curve_key, cert->curve_key, KEY_LEN);
        key->cert = cert->id;
        key->subject = cert->subject;
        key->standing = standing;
    }
}

/* Refused at the next handshake, and hung up now. */
static void kick_revoked(const struct node *n)
{
    for (uint32_t i = 0; i < authority_cert_count(n->authority); i++) {
        const struct authority_cert *cert = authority_cert_at(n->authority, i);

        if (cert->revoked && !id_is_zero(cert->curve_key))
            n->ports.net.kick(n->ports.net.ctx, &cert->id);
    }
}

void authority_tell_net(struct node *n, struct arena *arena)
{
    size_t mark = arena_mark(arena);
    struct key_list l = {.cap = authority_cert_count(n->authority)};

    l.cap = l.cap < n->ports.net.allow_max ? l.cap : n->ports.net.allow_max;
    l.keys = ARENA_ARRAY(arena, struct allowed_key, l.cap);

    if (l.keys == NULL) {
        node_alarm(n, "memory", "no room for the list of allowed keys: it stays as it was");
        return;
    }
    struct cw_wall now = n->ports.clock.wall(n->ports.clock.ctx);

    list_keys(n, now, true, &l);
    if (l.left_out != 0)
        node_alarm(n, "net-allow", "%u good certificates more than the network process can know: they are refused",
                   l.left_out);
    list_keys(n, now, false, &l);
    if (l.shared != 0)
        node_alarm(n, "net-shared-key",
                   "%u certificates name a transport key that was somebody else's before, the last of them %s of %s: "
                   "they are not let in with it",
                   l.shared, l.sharer->name[0] != '\0' ? l.sharer->name : "one", l.sharer->division);
    kick_revoked(n);
    n->ports.net.allow(n->ports.net.ctx, l.keys, l.listed);
    n->allow_stale = false;
    authority_dates_around(n->authority, now, &n->allow_from, &n->allow_until);
    n->allow_due = look_again_at(n, now);
    arena_release(arena, mark);
}
