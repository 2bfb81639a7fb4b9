/* SPDX-License-Identifier: Apache-2.0 */
#include "node/seen.h"

#include "core/logs.h"
#include "core/seen.h"
#include "proto/seen.h"
#include "proto/wire.h"

#include <stdatomic.h>
#include <stdlib.h>

/* --- making one ---------------------------------------------------------------------------------------------- */

struct listed {
    uint32_t index; /* in the replica */
    uint64_t hlc;
};

struct making {
    const struct position *implied[LOGS_MAX]; /* by index: the greatest place at which a later log names it */
    struct listed listed[LOGS_MAX];
    uint32_t count;
    struct cw_slice items[SEEN_ITEMS_MAX];
    uint8_t item_bytes[SEEN_LEN_MAX];
    uint8_t token[SEEN_LEN_MAX];
};

/* Where in the replica's order of logs, which is by id; the count when it is not there. */
static uint32_t index_of(const struct replica *r, const struct log_id *log)
{
    uint32_t low = 0, high = replica_log_count(r);

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ID_COMPARE(&replica_log_at(r, middle)->log, log) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < replica_log_count(r) && ID_EQ(&replica_log_at(r, low)->log, log))
        return low;
    return replica_log_count(r);
}

static void find_implied(struct making *m, const struct replica *r)
{
    uint32_t count = replica_log_count(r);

    memset(m->implied, 0, count * sizeof(struct position *));
    for (uint32_t i = 0; i < count; i++) {
        const struct log_head *later = replica_log_at(r, i);
        uint32_t prior = later->has_prior && later->seq > 0 ? index_of(r, &later->prior.log) : count;

        if (prior < count && (m->implied[prior] == NULL || later->prior.seq > m->implied[prior]->seq))
            m->implied[prior] = &later->prior;
    }
}

static int newest_first(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;

    return x->hlc > y->hlc ? -1 : x->hlc < y->hlc;
}

static int by_index(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;

    return x->index < y->index ? -1 : x->index > y->index;
}

/* What does not fit is what was written to longest ago: most sessions have seen nothing new of it. */
static void list_heads(struct making *m, const struct replica *r)
{
    uint32_t count = replica_log_count(r);

    m->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct log_head *head = replica_log_at(r, i);

        if (seen_must_list(head, m->implied[i]))
            m->listed[m->count++] = (struct listed){i, head->hlc};
    }
    if (m->count <= SEEN_ITEMS_MAX)
        return;
    qsort(m->listed, m->count, sizeof(m->listed[0]), newest_first);
    m->count = SEEN_ITEMS_MAX;
    qsort(m->listed, m->count, sizeof(m->listed[0]), by_index);
}

static void encode_items(struct making *m, const struct replica *r)
{
    struct writer w = writer_over(m->item_bytes, sizeof(m->item_bytes));

    for (uint32_t i = 0; i < m->count; i++) {
        struct frontier_item item;
        size_t start = w.len;

        log_head_item(replica_log_at(r, m->listed[i].index), &item);
        frontier_item_encode(&item, &w);
        if (w.failed) {
            m->count = i;
            return;
        }
        m->items[i] = slice(m->item_bytes + start, w.len - start);
    }
}

static struct seen_token *make(struct node *n, const struct frontier_head *head)
{
    struct making *m = n->seen_making != NULL ? n->seen_making : malloc(sizeof(*m));
    struct seen seen = {.network = n->identity.network, .counter = head->counter};
    struct seen_token *token;
    struct writer w;

    if (m == NULL)
        return NULL;
    n->seen_making = m;
    find_implied(m, n->replica);
    list_heads(m, n->replica);
    encode_items(m, n->replica);
    memcpy(seen.start, head->start, sizeof(seen.start));
    seen.item_count = m->count;
    seen.items = m->items;
    w = writer_over(m->token, sizeof(m->token));
    seen_encode(&seen, &w);
    token = malloc(sizeof(*token) + w.len);
    if (token != NULL) {
        *token = (struct seen_token){.holders = 1, .counter = head->counter, .len = w.failed ? 0 : w.len};
        memcpy(token->start, head->start, sizeof(token->start));
        memcpy(token->bytes, m->token, w.len);
    }
    return token;
}

struct seen_token *seen_make(struct node *n)
{
    struct frontier_head head;

    replica_frontier(n->replica, &head);
    if (n->seen != NULL && n->seen->counter == head.counter && memcmp(n->seen->start, head.start, 16) == 0)
        return seen_hold(n->seen);
    return make(n, &head);
}

/* --- holding one ----------------------------------------------------------------------------------------------- */

struct seen_token *seen_hold(struct seen_token *token)
{
    if (token != NULL)
        atomic_fetch_add(&token->holders, 1);
    return token;
}

void seen_let_go(struct seen_token *token)
{
    if (token != NULL && atomic_fetch_sub(&token->holders, 1) == 1)
        free(token);
}

void seen_show(struct node *n, struct seen_token *token)
{
    seen_let_go(n->seen);
    n->seen = token;
}

void seen_put(const struct seen_token *token, Cw__Answer *out)
{
    if (token == NULL || token->len == 0)
        return;
    out->has_session = 1;
    out->session = wire_bytes(slice(token->bytes, token->len));
}

/* --- looking at one --------------------------------------------------------------------------------------------- */

struct looking {
    struct answering *a;
    const struct seen *seen;
    uint64_t lacking;
};

static bool is_listed(const struct seen *seen, const struct log_id *log)
{
    struct frontier_item item;

    for (uint32_t i = 0; i < seen->item_count; i++) {
        if (frontier_item_parse(seen->items[i], &item) == CW_OK && ID_EQ(&item.log, log))
            return true;
    }
    return false;
}

static enum cw_err head_of(const struct looking *l, const struct log_id *log, struct log_row *out, bool *out_known)
{
    enum cw_err err = db_get_log(l->a->node, l->a->read.txn, log, out);

    *out_known = err == CW_OK;
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* The logs that a listed one continues, as far as they are not listed themselves. */
static enum cw_err look_at_priors(struct looking *l, const struct log_row *later)
{
    struct log_row row = *later;

    for (int depth = 0; row.head.has_prior && depth < LOGS_MAX; depth++) {
        struct position at = row.head.prior;
        bool known;
        enum cw_err err;

        if (is_listed(l->seen, &at.log))
            return CW_OK;
        err = head_of(l, &at.log, &row, &known);
        if (err != CW_OK)
            return err;
        l->lacking += seen_lacking_prior(&at, known ? &row.head : NULL);
        if (!known)
            return CW_OK;
    }
    return CW_OK;
}

static enum cw_err look_at(struct looking *l, struct cw_slice bytes)
{
    struct frontier_item item;
    struct log_row row;
    bool known;
    enum cw_err err = frontier_item_parse(bytes, &item);

    if (err == CW_OK)
        err = head_of(l, &item.log, &row, &known);
    if (err != CW_OK)
        return err;
    l->lacking += seen_lacking(&item, known ? &row.head : NULL);
    return known && item.seq > 0 ? look_at_priors(l, &row) : CW_OK;
}

/* Our own, of this snapshot or an earlier one: nothing to look up. */
static bool is_ours(const struct answering *a, const struct seen *seen)
{
    const struct seen_token *shown = a->read.seen;

    return shown != NULL && memcmp(shown->start, seen->start, 16) == 0 && seen->counter <= shown->counter;
}

static enum cw_err check_one(struct answering *a, struct cw_slice bytes)
{
    struct seen seen;
    struct looking l = {.a = a, .seen = &seen};
    enum cw_err err = seen_parse(bytes, a->arena, &seen);

    if (err != CW_OK)
        return refuse(&a->refusal, err, "session",
                      err == CW_REFUSED_VERSION ? "the session's token is of a version that this daemon does not know"
                                                : "the session's token cannot be read: begin a new session");
    if (!ID_EQ(&seen.network, &a->node->identity.network))
        return refuse(&a->refusal, CW_REFUSED_NETWORK, "session", "the session was in another network");
    if (is_ours(a, &seen))
        return CW_OK;
    for (uint32_t i = 0; err == CW_OK && i < seen.item_count; i++)
        err = look_at(&l, seen.items[i]);
    if (err == CW_OK && l.lacking > 0)
        return refuse(&a->refusal, CW_AGAIN_BEHIND, "session",
                      "this daemon lacks %llu entries that the session has seen", (unsigned long long)l.lacking);
    return err;
}

enum cw_err seen_check(struct answering *a, const ProtobufCBinaryData *tokens, size_t count)
{
    size_t mark = arena_mark(a->arena);
    enum cw_err err = CW_OK;

    if (count > SEEN_TOKENS_MAX)
        return refuse(&a->refusal, CW_REFUSED_SIZE, "session", "a request carries at most %d session tokens",
                      SEEN_TOKENS_MAX);
    for (size_t i = 0; err == CW_OK && i < count; i++)
        err = check_one(a, wire_slice(tokens[i]));
    arena_release(a->arena, mark);
    return err;
}

enum cw_err seen_excuse(struct node *n, struct kv_txn *txn, const struct input *in, struct arena *arena,
                        struct refusal *refusal)
{
    struct answering a = {.node = n, .arena = arena, .read = {.node = n, .txn = txn}};

    if (in->session_count == 0 || (txn == NULL && node_read_begin(n, &a.read) != CW_OK))
        return refusal->code;
    if (seen_check(&a, in->sessions, in->session_count) == CW_AGAIN_BEHIND)
        *refusal = a.refusal;
    if (txn == NULL)
        node_read_done(&a.read);
    return refusal->code;
}
