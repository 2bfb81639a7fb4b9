/* SPDX-License-Identifier: Apache-2.0 */
#include "core/digest.h"

#include "node/entry.h"
#include "node/exec.h"
#include "node/turn.h"

#include <stdlib.h>

/*
 * Digests of case states, compared with peers in step: buckets first, then the leaves of those that differ.
 * Equal inputs with unequal state is a fault of the software: alarmed with the case's id. Buckets are made
 * anew only when asked for, and only those that changed.
 */

#define EXCHANGE_EVERY_MS 1000
#define LEAVES_MAX 8000     /* of one bucket in one frame */
#define BUCKETS_ASKED_MAX 8 /* of one comparison; the next finds the others */
#define FINDINGS_MAX 16

/* --- our own ---------------------------------------------------------------------------------------------------- */

static uint32_t read_bucket(struct node *n, struct kv_txn *txn, uint32_t bucket, struct digest_leaf *out, uint32_t max)
{
    const struct row_key prefix = row_key_digest_of(bucket);
    struct row_key from = prefix;
    struct kv_pair pair;
    uint32_t count = 0;

    while (count < max &&
           db_next(n, txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from), count > 0, &pair) == CW_OK &&
           row_key_case_of(pair.key, &out[count].case_id) && pair.value.len == (size_t)2 * ID_LEN) {
        memcpy(out[count].inputs.b, pair.value.data, ID_LEN);
        memcpy(out[count].state.b, pair.value.data + ID_LEN, ID_LEN);
        from = row_key_of(INDEX_DIGEST, out[count].case_id.b, NULL);
        count++;
    }
    return count;
}

static void rehash_bucket(struct node *n, struct kv_txn *txn, uint32_t bucket)
{
    const struct row_key prefix = row_key_digest_of(bucket);
    struct row_key from = prefix;
    struct kv_pair pair;
    bool after = false;

    memset(&n->digest[bucket], 0, sizeof n->digest[bucket]);
    while (db_next(n, txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from), after, &pair) == CW_OK) {
        struct digest_leaf leaf;

        if (!row_key_case_of(pair.key, &leaf.case_id) || pair.value.len != (size_t)2 * ID_LEN)
            return;
        memcpy(leaf.inputs.b, pair.value.data, ID_LEN);
        memcpy(leaf.state.b, pair.value.data + ID_LEN, ID_LEN);
        digest_add(&n->digest[bucket], &leaf);
        from = row_key_of(INDEX_DIGEST, leaf.case_id.b, NULL);
        after = true;
    }
    n->digest_dirty[bucket] = false;
}

static void refresh(struct node *n, struct kv_txn *txn)
{
    bool changed = !n->digest_known;

    for (uint32_t i = 0; i < DIGEST_BUCKETS; i++) {
        if (!n->digest_dirty[i])
            continue;
        rehash_bucket(n, txn, i);
        changed = true;
    }
    if (!changed)
        return;
    digest_whole(n->digest, &n->digest_of_all);
    n->digest_known = true;
    pthread_mutex_lock(&n->status_lock);
    n->status->digest = n->digest_of_all;
    n->status->has_digest = true;
    pthread_mutex_unlock(&n->status_lock);
}

/* --- peers ------------------------------------------------------------------------------------------------------ */

static struct digest_peer *peer_of(struct node *n, const struct cert_id *cert)
{
    for (uint32_t i = 0; i < n->digest_peer_count; i++) {
        if (ID_EQ(&n->digest_peers[i].cert, cert))
            return &n->digest_peers[i];
    }
    struct digest_peer *more = realloc(n->digest_peers, (n->digest_peer_count + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    n->digest_peers = more;
    struct digest_peer *p = &more[n->digest_peer_count++];
    memset(p, 0, sizeof *p);
    p->cert = *cert;
    return p;
}

enum digest_standing digest_compared_with(const struct node *n, const struct cert_id *peer)
{
    for (uint32_t i = 0; i < n->digest_peer_count; i++) {
        if (ID_EQ(&n->digest_peers[i].cert, peer))
            return n->digest_peers[i].standing;
    }
    return DIGEST_NOT_COMPARED;
}

static void say(struct turn *t, const struct cert_id *to, const struct peer_digest *digest)
{
    struct peer_message *m = ARENA_NEW(&t->arena, struct peer_message);
    link_id link;

    if (m == NULL)
        return;
    m->kind = PEER_DIGEST;
    m->as.digest = *digest;
    m->as.digest.fold_version = FOLD_VERSION;
    m->as.digest.audience = slice_of("force");
    if (replica_say(t->n->replica, to, m, &link))
        exec_send_message(t, link, m);
}

/* --- hearing: inside the turn; answers wait for its end ------------------------------------------------------------ */

static void answer_later(struct turn *t, const struct cert_id *to, bool ask, uint32_t bucket)
{
    struct digest_answer *a = ARENA_NEW(&t->kept, struct digest_answer);

    if (a == NULL)
        return;
    *a = (struct digest_answer){*to, ask, bucket, t->digest_answers};
    t->digest_answers = a;
}

static void hear_buckets(struct turn *t, struct digest_peer *peer, const struct peer_digest *m)
{
    uint8_t differing[DIGEST_BUCKETS];

    refresh(t->n, t->txn);
    uint32_t count = digest_compare(t->n->digest, m->buckets, differing);
    peer->standing = count == 0 ? DIGEST_EQUAL : peer->standing == DIGEST_EQUAL ? DIGEST_NOT_COMPARED : peer->standing;
    for (uint32_t i = 0; i < count && i < BUCKETS_ASKED_MAX; i++)
        answer_later(t, &peer->cert, true, differing[i]);
}

static void alarm_case(struct turn *t, const struct digest_finding *f)
{
    char hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(&f->case_id), hex);
    node_alarm_about(t->n, "digest-differs", &(struct journal_about){.case_id = hex},
                     "case %.16s: the same operations give another state at a peer", hex);
}

static void hear_leaves(struct turn *t, struct digest_peer *peer, const struct peer_digest *m)
{
    size_t mark = arena_mark(&t->arena);
    struct digest_leaf *ours =
        arena_take_raw(&t->arena, LEAVES_MAX * sizeof(struct digest_leaf), alignof(struct digest_leaf));
    struct digest_finding findings[FINDINGS_MAX];

    if (ours == NULL || m->bucket >= DIGEST_BUCKETS)
        return;
    uint32_t our_count = read_bucket(t->n, t->txn, m->bucket, ours, LEAVES_MAX);
    uint32_t count = digest_locate(ours, our_count, m->leaves, m->leaf_count, findings, FINDINGS_MAX);
    for (uint32_t i = 0; i < count && i < FINDINGS_MAX; i++) {
        if (findings[i].difference != DIGEST_STATE)
            continue;
        peer->standing = DIGEST_DIFFERS;
        alarm_case(t, &findings[i]);
    }
    arena_release(&t->arena, mark);
}

enum cw_err digest_heard(struct turn *t, const struct reader_identity *from, const struct peer_digest *m)
{
    struct digest_peer *peer = peer_of(t->n, &from->cert);

    if (peer == NULL || m->fold_version != FOLD_VERSION || !slice_eq(m->audience, slice_of("force")))
        return CW_OK; /* another version folds otherwise: nothing to compare */
    if (m->bucket_count == DIGEST_BUCKETS)
        hear_buckets(t, peer, m);
    else if (m->has_bucket && m->ask && m->bucket < DIGEST_BUCKETS)
        answer_later(t, &from->cert, false, m->bucket);
    else if (m->has_bucket)
        hear_leaves(t, peer, m);
    return CW_OK;
}

/* --- saying: after the commit ---------------------------------------------------------------------------------------- */

static void send_answer(struct turn *t, const struct digest_answer *a)
{
    size_t mark = arena_mark(&t->arena);
    struct peer_digest m = {.has_bucket = true, .bucket = a->bucket, .ask = a->ask};

    if (!a->ask) {
        m.leaves = arena_take_raw(&t->arena, LEAVES_MAX * sizeof(struct digest_leaf), alignof(struct digest_leaf));
        m.leaf_count = m.leaves == NULL ? 0 : read_bucket(t->n, t->txn, a->bucket, m.leaves, LEAVES_MAX);
    }
    say(t, &a->to, &m);
    arena_release(&t->arena, mark);
}

static bool is_in_step(const struct peer_status *s)
{
    return s->state == PEER_STATE_IN_STEP && s->behind == 0 && s->ahead == 0;
}

/* Each time frontiers are equal and something moved since; a peer that answered "equal" to the same is left alone. */
static void greet_peer(struct turn *t, const struct peer_status *s, const struct hash *root)
{
    struct node *n = t->n;
    struct digest_peer *peer = peer_of(n, &s->cert);
    struct peer_digest m = {.bucket_count = DIGEST_BUCKETS, .buckets = n->digest};

    if (peer == NULL)
        return;
    refresh(n, t->txn);
    if (ID_EQ(&peer->root, root) && ID_EQ(&peer->whole, &n->digest_of_all))
        return;
    peer->root = *root;
    peer->whole = n->digest_of_all;
    size_t mark = arena_mark(&t->arena);
    say(t, &s->cert, &m);
    arena_release(&t->arena, mark);
}

void digest_exchange(struct turn *t)
{
    struct node *n = t->n;
    struct frontier_head head;
    bool moved = false;

    for (const struct digest_answer *a = t->digest_answers; a != NULL; a = a->next)
        send_answer(t, a);
    replica_frontier(n->replica, &head);
    moved = !ID_EQ(&head.root, &n->digest_root);
    for (uint32_t i = 0; i < DIGEST_BUCKETS && !moved; i++)
        moved = n->digest_dirty[i];
    if (!mono_reached(t->now, n->digest_at)) {
        n->digest_next = moved || n->digest_waiting ? n->digest_at : CW_NEVER;
        return;
    }
    n->digest_waiting = false;
    for (uint32_t i = 0; i < replica_peer_count(n->replica); i++) {
        struct peer_status s;

        replica_peer_at(n->replica, i, &s);
        if (is_in_step(&s))
            greet_peer(t, &s, &head.root);
        else if (s.state != PEER_STATE_DOWN && s.state != PEER_STATE_REFUSED)
            n->digest_waiting = true;
    }
    if (moved)
        refresh(n, t->txn);
    n->digest_root = head.root;
    n->digest_at = mono_after(t->now, EXCHANGE_EVERY_MS);
    n->digest_next = n->digest_waiting ? n->digest_at : CW_NEVER;
}
