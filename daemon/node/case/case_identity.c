/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_identity.h"

#include "node/internal.h"

#include <stdlib.h>

/* --- what connects two cases ---------------------------------------------------------------------------------------- */

static enum cw_err next_connected(const struct node_read *read, const struct row_key *prefix, struct row_key *from,
                                  struct cw_case_id *out)
{
    struct kv_pair pair;
    enum cw_err err = db_next(read->node, read->txn, TABLE_INDEX, row_key_slice(prefix), row_key_slice(from),
                              from->len > prefix->len, &pair);

    if (err != CW_OK)
        return err;
    if (pair.key.len > sizeof from->b || !row_key_case_of(pair.key, out))
        return CW_LOCAL_CORRUPT;
    memcpy(from->b, pair.key.data, pair.key.len);
    from->len = pair.key.len;
    return CW_OK;
}

static bool has_row(const struct node_read *read, enum link_sort sort, const struct cw_case_id *to,
                    const struct cw_case_id *from)
{
    struct row_key key = case_link_prefix(read->node, sort, to);

    memcpy(key.b + key.len, from->b, ID_LEN);
    key.len += ID_LEN;
    return db_has(read->node, read->txn, TABLE_INDEX, key);
}

bool case_has_claims(const struct node_read *read, const struct cw_case_id *id)
{
    struct row_key prefix = case_link_prefix(read->node, LINK_SORT_IDENTITY, id), from = prefix;
    struct cw_case_id other;

    return next_connected(read, &prefix, &from, &other) == CW_OK || has_row(read, LINK_SORT_CLAIMS, id, id);
}

bool case_claims_connect(const struct node_read *read, const struct cw_case_id *a, const struct cw_case_id *b)
{
    return has_row(read, LINK_SORT_IDENTITY, a, b) || has_row(read, LINK_SORT_IDENTITY, b, a);
}

/* --- the group ------------------------------------------------------------------------------------------------------ */

static bool is_gathered(const struct case_group *g, const struct cw_case_id *id)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (ID_EQ(&g->states[i]->case_id, id))
            return true;
    }
    return false;
}

/* By its row, without reading it: a line that many people say is this child costs each reader one look. */
static bool is_no_child(const struct node_read *read, const struct cw_case_id *id)
{
    struct cw_slice raw;
    struct case_row row;

    return db_get(read->node, read->txn, TABLE_CASE, row_key_case(id), &raw) == CW_OK &&
           case_row_parse(raw, &row) == CW_OK && (row.flags & CASE_FOLDED) != 0 && row.kind != KIND_NONE &&
           row.kind != KIND_CHILD;
}

/* One that is not here yet unites nothing until it is, and one of another kind never does: no thing is a child. */
static enum cw_err gather(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                          struct case_group *g)
{
    struct loaded_case *c;
    enum cw_err err;

    if (is_gathered(g, id) || is_no_child(read, id))
        return CW_OK;
    if (g->count == IDENTITY_CASES_MAX) {
        g->more = true;
        return CW_OK;
    }
    c = ARENA_NEW(arena, struct loaded_case);
    if (c == NULL)
        return CW_LOCAL_MEMORY;
    err = case_load(read, id, arena, c);
    if (err == CW_REFUSED_UNKNOWN_CASE)
        return CW_OK;
    if (err != CW_OK || c->state->kind != KIND_CHILD)
        return err;
    g->cases[g->count] = c;
    g->states[g->count++] = c->state;
    return CW_OK;
}

static enum cw_err gather_named(const struct node_read *read, const struct case_state *state, struct arena *arena,
                                struct case_group *g)
{
    struct identity_claim claims[IDENTITY_EDGES_MAX];
    uint32_t count = identity_claims(state, claims, IDENTITY_EDGES_MAX);
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < count && err == CW_OK; i++)
        err = gather(read, &claims[i].about, arena, g);
    return err;
}

static enum cw_err gather_connected(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                                    struct case_group *g)
{
    struct row_key prefix = case_link_prefix(read->node, LINK_SORT_IDENTITY, id), from = prefix;
    struct cw_case_id other;
    enum cw_err err;

    while ((err = next_connected(read, &prefix, &from, &other)) == CW_OK) {
        err = gather(read, &other, arena, g);
        if (err != CW_OK || g->more)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

enum cw_err case_group_gather(const struct node_read *read, struct loaded_case *first, struct arena *arena,
                              struct case_group *out)
{
    enum cw_err err = CW_OK;

    *out = (struct case_group){.count = 1, .cases = {first}, .states = {first->state}};
    for (uint32_t i = 0; i < out->count && err == CW_OK; i++) { /* grows while it is walked */
        err = gather_named(read, out->states[i], arena, out);
        if (err == CW_OK)
            err = gather_connected(read, &out->states[i]->case_id, arena, out);
    }
    return err;
}

/* --- the class ------------------------------------------------------------------------------------------------------ */

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, ID_LEN);
}

static void take_class(const struct case_group *g, struct case_class *out)
{
    struct identity_edge edges[IDENTITY_EDGES_MAX];
    struct identity_place places[IDENTITY_CASES_MAX];
    uint32_t edge_count = identity_edges(g->states, g->count, edges), count = 0;
    struct case_class found = {0};

    identity_resolve(g->states, g->count, edges, edge_count, places);
    for (uint32_t i = 0; i < g->count; i++) {
        if ((places[0].class_mask & 1u << i) != 0)
            found.ids[count++] = g->states[i]->case_id;
    }
    if (count < 2 || places[0].standing == IDENTITY_UNRESOLVED)
        return;
    qsort(found.ids, count, sizeof found.ids[0], compare_ids);
    found.count = count;
    for (uint32_t i = 0; i < count; i++) {
        if (ID_EQ(&found.ids[i], &g->states[places[0].survivor]->case_id))
            found.survivor = i;
    }
    *out = found;
}

static enum cw_err find_class(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                              struct case_class *out)
{
    struct loaded_case first;
    struct case_group *g = ARENA_NEW(arena, struct case_group);
    enum cw_err err = g == NULL ? CW_LOCAL_MEMORY : case_load(read, id, arena, &first);

    if (err == CW_OK && first.state->kind == KIND_CHILD)
        err = case_group_gather(read, &first, arena, g);
    else
        return err;
    if (err == CW_OK && !g->more && g->count > 1)
        take_class(g, out);
    return err;
}

enum cw_err case_class_of(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                          struct case_class *out)
{
    size_t mark = arena_mark(arena);
    enum cw_err err;

    *out = (struct case_class){.count = 1, .ids = {*id}};
    if (!case_has_claims(read, id))
        return CW_OK;
    err = find_class(read, id, arena, out);
    arena_release(arena, mark);
    return err == CW_REFUSED_UNKNOWN_CASE ? CW_OK : err; /* others know of it already */
}
