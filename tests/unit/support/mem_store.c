/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/mem_store.h"

#include <stdlib.h>

/*
 * A treap whose nodes are shared between versions: a node with one owner is changed in place, a shared one
 * is copied on the way down. A snapshot is one more owner of each root. Functions that change a tree take
 * the tree they are given and return the new one.
 */
struct cell {
    uint32_t owners;
    size_t key_len, value_len;
    uint8_t bytes[]; /* key, value */
};

struct tree {
    uint32_t owners;
    uint32_t rank;
    struct tree *left, *right;
    struct cell *cell;
};

struct kv_txn {
    struct mem_store *store;
    bool writes;
    struct tree *root[TABLE_COUNT];
    uint64_t rows[TABLE_COUNT];
    uint64_t len;
    bool clears_backup;
    struct kv_txn *next; /* open read transactions */
};

struct mem_store {
    struct tree *root[TABLE_COUNT];
    uint64_t rows[TABLE_COUNT];
    uint64_t len, len_max;
    uint64_t device, inode;
    uint64_t commits, calls;
    bool low, is_backup;
    enum mem_fault fault;
    uint64_t fault_nth;
    enum cw_err fault_err;
    struct kv_txn *writer, *readers;
};

static void *take_memory(size_t len)
{
    void *memory = calloc(1, len);

    CW_ASSERT(memory != NULL);
    return memory;
}

static struct cw_slice cell_key(const struct cell *c)
{
    return slice(c->bytes, c->key_len);
}

static struct cw_slice cell_value(const struct cell *c)
{
    return slice(c->bytes + c->key_len, c->value_len);
}

static struct cell *cell_new(struct cw_slice key, struct cw_slice value)
{
    struct cell *c = take_memory(sizeof *c + key.len + value.len);

    c->owners = 1;
    c->key_len = key.len;
    c->value_len = value.len;
    memcpy(c->bytes, key.data, key.len);
    if (value.len > 0)
        memcpy(c->bytes + key.len, value.data, value.len);
    return c;
}

static void cell_drop(struct cell *c)
{
    if (--c->owners == 0)
        free(c);
}

static struct tree *tree_share(struct tree *t)
{
    if (t != NULL)
        t->owners++;
    return t;
}

static void tree_drop(struct tree *t)
{
    while (t != NULL && --t->owners == 0) {
        struct tree *right = t->right;

        tree_drop(t->left);
        cell_drop(t->cell);
        free(t);
        t = right;
    }
}

static struct tree *tree_own(struct tree *t)
{
    if (t->owners == 1)
        return t;

    struct tree *copy = take_memory(sizeof *copy);
    *copy = (struct tree){1, t->rank, tree_share(t->left), tree_share(t->right), t->cell};
    copy->cell->owners++;
    t->owners--;
    return copy;
}

/* The rank is a hash of the key, so that the same rows make the same tree. */
static uint32_t rank_of(struct cw_slice key)
{
    uint64_t h = 1469598103934665603u;

    for (size_t i = 0; i < key.len; i++)
        h = (h ^ key.data[i]) * 1099511628211u;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> 32);
}

static struct tree *rotate_right(struct tree *t)
{
    struct tree *up = t->left;

    t->left = up->right;
    up->right = t;
    return up;
}

static struct tree *rotate_left(struct tree *t)
{
    struct tree *up = t->right;

    t->right = up->left;
    up->left = t;
    return up;
}

static struct tree *tree_put(struct tree *t, struct cell *c)
{
    if (t == NULL) {
        t = take_memory(sizeof *t);
        *t = (struct tree){1, rank_of(cell_key(c)), NULL, NULL, c};
        return t;
    }
    t = tree_own(t);
    int order = slice_compare(cell_key(c), cell_key(t->cell));
    if (order == 0) {
        cell_drop(t->cell);
        t->cell = c;
    } else if (order < 0) {
        t->left = tree_put(t->left, c);
        return t->left->rank > t->rank ? rotate_right(t) : t;
    } else {
        t->right = tree_put(t->right, c);
        return t->right->rank > t->rank ? rotate_left(t) : t;
    }
    return t;
}

static struct tree *tree_merge(struct tree *a, struct tree *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    if (a->rank >= b->rank) {
        a = tree_own(a);
        a->right = tree_merge(a->right, b);
        return a;
    }
    b = tree_own(b);
    b->left = tree_merge(a, b->left);
    return b;
}

/* The key is there. */
static struct tree *tree_del(struct tree *t, struct cw_slice key)
{
    CW_ASSERT(t != NULL);
    t = tree_own(t);
    int order = slice_compare(key, cell_key(t->cell));
    if (order < 0) {
        t->left = tree_del(t->left, key);
    } else if (order > 0) {
        t->right = tree_del(t->right, key);
    } else {
        struct tree *rest = tree_merge(tree_share(t->left), tree_share(t->right));

        tree_drop(t);
        return rest;
    }
    return t;
}

static struct cell *tree_get(const struct tree *t, struct cw_slice key)
{
    while (t != NULL) {
        int order = slice_compare(key, cell_key(t->cell));

        if (order == 0)
            return t->cell;
        t = order < 0 ? t->left : t->right;
    }
    return NULL;
}

static struct cell *tree_after(const struct tree *t, struct cw_slice from, bool after)
{
    struct cell *best = NULL;

    while (t != NULL) {
        int order = slice_compare(cell_key(t->cell), from);
        bool fits = after ? order > 0 : order >= 0;

        if (fits)
            best = t->cell;
        t = fits ? t->left : t->right;
    }
    return best;
}

static struct cell *tree_before(const struct tree *t, struct cw_slice from, bool before)
{
    struct cell *best = NULL;

    while (t != NULL) {
        int order = slice_compare(cell_key(t->cell), from);
        bool fits = before ? order < 0 : order <= 0;

        if (fits)
            best = t->cell;
        t = fits ? t->right : t->left;
    }
    return best;
}

/* --- the port ------------------------------------------------------------------------------------------- */

static bool fault_now(struct mem_store *m, enum mem_fault fault)
{
    if (m->fault != fault || --m->fault_nth > 0)
        return false;
    m->fault = MEM_FAULT_NONE;
    return true;
}

static enum cw_err count_call(struct kv_txn *txn)
{
    txn->store->calls++;
    return fault_now(txn->store, MEM_FAULT_CALL) ? txn->store->fault_err : CW_OK;
}

static struct kv_txn *txn_new(struct mem_store *m, bool writes)
{
    struct kv_txn *txn = take_memory(sizeof *txn);

    txn->store = m;
    txn->writes = writes;
    txn->len = m->len;
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        txn->root[i] = tree_share(m->root[i]);
        txn->rows[i] = m->rows[i];
    }
    return txn;
}

static void txn_free(struct kv_txn *txn)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        tree_drop(txn->root[i]);
    free(txn);
}

static enum cw_err begin_write(void *ctx, struct kv_txn **out)
{
    struct mem_store *m = ctx;

    CW_ASSERT(m->writer == NULL);
    m->writer = txn_new(m, true);
    *out = m->writer;
    return CW_OK;
}

static enum cw_err begin_read(void *ctx, struct kv_txn **out)
{
    struct mem_store *m = ctx;
    struct kv_txn *txn = txn_new(m, false);

    txn->next = m->readers;
    m->readers = txn;
    *out = txn;
    return CW_OK;
}

static void forget(struct mem_store *m, struct kv_txn *txn)
{
    if (txn->writes) {
        CW_ASSERT(m->writer == txn);
        m->writer = NULL;
        return;
    }
    struct kv_txn **at = &m->readers;
    while (*at != txn)
        at = &(*at)->next;
    *at = txn->next;
}

static void abort_txn(void *ctx, struct kv_txn *txn)
{
    if (txn == NULL)
        return;
    forget(ctx, txn);
    txn_free(txn);
}

static void make_current(struct mem_store *m, struct kv_txn *txn)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        struct tree *old = m->root[i];

        m->root[i] = txn->root[i];
        m->rows[i] = txn->rows[i];
        txn->root[i] = old;
    }
    m->len = txn->len;
    m->is_backup = m->is_backup && !txn->clears_backup;
    m->commits++;
}

static enum cw_err commit(void *ctx, struct kv_txn *txn)
{
    struct mem_store *m = ctx;
    enum cw_err err = CW_OK;

    CW_ASSERT(txn->writes);
    if (m->len_max > 0 && txn->len > m->len_max && txn->len > m->len)
        err = CW_LOCAL_NO_SPACE;
    else if (fault_now(m, MEM_FAULT_COMMIT))
        err = m->fault_err;
    else
        make_current(m, txn);
    if (err == CW_OK && fault_now(m, MEM_FAULT_COMMIT_DONE))
        err = m->fault_err;
    abort_txn(ctx, txn);
    return err;
}

static enum cw_err get(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice *out)
{
    enum cw_err err = count_call(txn);
    const struct cell *c = tree_get(txn->root[table], key);

    if (err != CW_OK)
        return err;
    if (c == NULL)
        return CW_LOCAL_NOT_FOUND;
    *out = cell_value(c);
    return CW_OK;
}

static void remove_row(struct kv_txn *txn, enum table table, struct cw_slice key)
{
    const struct cell *old = tree_get(txn->root[table], key);

    if (old == NULL)
        return;
    txn->len -= old->key_len + old->value_len;
    txn->rows[table]--;
    txn->root[table] = tree_del(txn->root[table], key);
}

static enum cw_err put(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice value)
{
    enum cw_err err = count_call(txn);

    CW_ASSERT(txn->writes && key.len > 0 && key.len <= KV_KEY_LEN_MAX);
    if (err != CW_OK)
        return err;
    struct cell *c = cell_new(key, value); /* first: key and value may not be borrowed, but say so by working */
    remove_row(txn, table, cell_key(c));
    txn->root[table] = tree_put(txn->root[table], c);
    txn->rows[table]++;
    txn->len += key.len + value.len;
    return CW_OK;
}

static enum cw_err del(struct kv_txn *txn, enum table table, struct cw_slice key)
{
    enum cw_err err = count_call(txn);

    CW_ASSERT(txn->writes);
    if (err == CW_OK)
        remove_row(txn, table, key);
    return err;
}

static enum cw_err give_pair(const struct cell *c, struct kv_pair *out)
{
    if (c == NULL)
        return CW_LOCAL_NOT_FOUND;
    out->key = cell_key(c);
    out->value = cell_value(c);
    return CW_OK;
}

static enum cw_err next(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out)
{
    enum cw_err err = count_call(txn);

    return err != CW_OK ? err : give_pair(tree_after(txn->root[table], from, after), out);
}

static enum cw_err prev(struct kv_txn *txn, enum table table, struct cw_slice from, bool after, struct kv_pair *out)
{
    enum cw_err err = count_call(txn);

    return err != CW_OK ? err : give_pair(tree_before(txn->root[table], from, after), out);
}

static bool low_on_space(void *ctx)
{
    return ((struct mem_store *)ctx)->low;
}

static void identity(void *ctx, uint64_t *out_device, uint64_t *out_inode)
{
    const struct mem_store *m = ctx;

    *out_device = m->device;
    *out_inode = m->inode;
}

static bool is_backup(void *ctx)
{
    return ((struct mem_store *)ctx)->is_backup;
}

static enum cw_err clear_backup(struct kv_txn *txn)
{
    enum cw_err err = count_call(txn);

    CW_ASSERT(txn->writes);
    txn->clears_backup = txn->clears_backup || err == CW_OK;
    return err;
}

void mem_store_port(struct mem_store *m, struct store_port *out)
{
    *out = (struct store_port){
        .ctx = m,
        .begin_write = begin_write,
        .commit = commit,
        .abort = abort_txn,
        .begin_read = begin_read,
        .get = get,
        .put = put,
        .del = del,
        .next = next,
        .prev = prev,
        .low_on_space = low_on_space,
        .identity = identity,
        .is_backup = is_backup,
        .clear_backup = clear_backup,
    };
}

/* --- the world's side ----------------------------------------------------------------------------------- */

struct mem_store *mem_store_new(uint64_t device, uint64_t inode)
{
    struct mem_store *m = take_memory(sizeof *m);

    m->device = device;
    m->inode = inode;
    return m;
}

void mem_store_crash(struct mem_store *m)
{
    if (m->writer != NULL)
        abort_txn(m, m->writer);
    while (m->readers != NULL)
        abort_txn(m, m->readers);
    m->fault = MEM_FAULT_NONE;
}

void mem_store_free(struct mem_store *m)
{
    if (m == NULL)
        return;
    mem_store_crash(m);
    for (size_t i = 0; i < TABLE_COUNT; i++)
        tree_drop(m->root[i]);
    free(m);
}

struct mem_store *mem_store_copy(const struct mem_store *m, uint64_t device, uint64_t inode)
{
    struct mem_store *copy = mem_store_new(device, inode);

    for (size_t i = 0; i < TABLE_COUNT; i++) {
        copy->root[i] = tree_share(m->root[i]);
        copy->rows[i] = m->rows[i];
    }
    copy->len = m->len;
    copy->is_backup = m->is_backup;
    return copy;
}

void mem_store_mark_backup(struct mem_store *m)
{
    m->is_backup = true;
}

void mem_store_fail(struct mem_store *m, enum mem_fault fault, uint64_t nth, enum cw_err err)
{
    CW_ASSERT(nth > 0);
    m->fault = fault;
    m->fault_nth = nth;
    m->fault_err = err;
}

void mem_store_limit(struct mem_store *m, uint64_t len_max)
{
    m->len_max = len_max;
}

void mem_store_set_low(struct mem_store *m, bool low)
{
    m->low = low;
}

uint64_t mem_store_commits(const struct mem_store *m)
{
    return m->commits;
}

uint64_t mem_store_calls(const struct mem_store *m)
{
    return m->calls;
}

uint64_t mem_store_rows(const struct mem_store *m, enum table table)
{
    return m->rows[table];
}

uint64_t mem_store_len(const struct mem_store *m)
{
    return m->len;
}

bool mem_store_flip(struct mem_store *m, enum table table, struct cw_slice key, size_t at)
{
    const struct cell *old = tree_get(m->root[table], key);

    if (old == NULL || old->value_len == 0)
        return false;
    struct cell *changed = cell_new(key, cell_value(old));
    changed->bytes[key.len + at % changed->value_len] ^= 1;
    m->root[table] = tree_put(m->root[table], changed);
    return true;
}
