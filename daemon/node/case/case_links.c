/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

#include "cases/identity.h"
#include "cases/links.h"

/*
 * Which cases refer to a record. Ids of other cases are values (who is linked to whom), so the rows hold keyed hashes,
 * as the other indexes of values do.
 */

struct row_key case_link_prefix(const struct node *n, enum link_sort sort, const struct cw_case_id *id)
{
    uint8_t bytes[8 + ID_LEN] = "refers", hash[ID_LEN];

    bytes[7] = (uint8_t)sort;
    memcpy(bytes + 8, id->b, ID_LEN);
    hash_keyed(LABEL_LOCAL, n->name_key, slice(bytes, sizeof bytes), hash);
    return row_key_link(hash, NULL);
}

static enum cw_err put_row(struct turn *t, enum link_sort sort, const struct cw_case_id *to,
                           const struct cw_case_id *from)
{
    struct row_key key = case_link_prefix(t->n, sort, to);

    memcpy(key.b + key.len, from->b, ID_LEN);
    key.len += ID_LEN;
    answer_cache_touch(t->n->answers, to, t->n->commits + 1);
    return db_has(t->n, t->txn, TABLE_INDEX, key) ? CW_OK : db_put(t, TABLE_INDEX, key, slice("", 0));
}

static enum cw_err put_links(struct turn *t, const struct case_state *state)
{
    struct case_link *links = ARENA_ARRAY(&t->arena, struct case_link, STATE_LINKS_MAX);
    uint32_t count = links == NULL ? 0 : state_links(state, links, STATE_LINKS_MAX);
    enum cw_err err = links == NULL ? CW_LOCAL_MEMORY : CW_OK;

    for (uint32_t i = 0; i < count && err == CW_OK; i++) {
        if (!links[i].one_side)
            err = put_row(t, LINK_SORT_LINK, &links[i].to, &state->case_id);
    }
    return err;
}

static enum cw_err put_claims(struct turn *t, const struct case_state *state)
{
    struct identity_claim claims[IDENTITY_EDGES_MAX];
    uint32_t count = identity_claims(state, claims, IDENTITY_EDGES_MAX);
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < count && err == CW_OK; i++)
        err = put_row(t, LINK_SORT_IDENTITY, &claims[i].about, &state->case_id);
    /* Whoever lists this case must know without reading it that there may be another. */
    return err == CW_OK && count > 0 ? put_row(t, LINK_SORT_CLAIMS, &state->case_id, &state->case_id) : err;
}

/* Most cases say nothing of the sort, and pay nothing for it. */
static bool refers(const struct case_state *state)
{
    bool found = false;

    for (uint32_t i = 0; i < state->naming_count; i++) {
        uint32_t event = state->events[state->naming[i]].event;

        found = found || event == EVENT_LINK || event == EVENT_IDENTITY_MERGED || event == EVENT_IDENTITY_ACCEPTED;
    }
    return found;
}

enum cw_err case_links_save(struct turn *t, const struct case_state *state)
{
    size_t mark = arena_mark(&t->arena);
    enum cw_err err;

    if (!refers(state))
        return CW_OK;
    err = put_links(t, state);
    arena_release(&t->arena, mark);
    return err == CW_OK ? put_claims(t, state) : err;
}
