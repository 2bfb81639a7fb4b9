/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases that may be the same child's (docs/fold.md §18.6): found through INDEX_FILTER by what two such cases must share
 * at least one of, then compared. Bounded, and shown to a person; nothing is merged by it.
 */

#include "node/answer_case.h"
#include "node/case_work.h"

#include "cases/identity.h"
#include "proto/wire.h"

#include <stdlib.h>

#define LOOKED_MAX 16u /* cases looked at for one name or reference */
#define CANDIDATES_MAX 8u
#define MEMORY_LEN ((size_t)4 << 20) /* to read one of them */
#define TRUE_FOR_MS 60000            /* a case that comes meanwhile is shown when the answer is made anew */

struct comparing {
    struct answering *a;
    const struct shown_case *shown;
    Cw__CaseView *out;
    void *memory;
};

/* --- one case ------------------------------------------------------------------------------------------------------- */

/* Already compared, or known to be the same: an edge connects them. */
static bool is_settled(const struct comparing *c, const struct cw_case_id *id)
{
    const Cw__ViewIdentity *identity = c->out->identity;

    for (size_t i = 0; i < c->out->n_candidates; i++) {
        if (memcmp(c->out->candidates[i]->case_id.data, id->b, ID_LEN) == 0)
            return true;
    }
    for (size_t i = 0; identity != NULL && i < identity->n_cases; i++) {
        if (memcmp(identity->cases[i]->case_id.data, id->b, ID_LEN) == 0)
            return true;
    }
    return ID_EQ(id, &c->shown->loaded.id);
}

static enum cw_err put_candidate(struct comparing *c, const struct case_state *other, uint32_t shared)
{
    Cw__ViewCandidate *v = ARENA_NEW(c->a->arena, Cw__ViewCandidate);
    char reference[HUMAN_REF_LEN_MAX];

    if (v == NULL)
        return CW_LOCAL_MEMORY;
    cw__view_candidate__init(v);
    human_ref_of(other->kind, other->opened_by_division, other->opened, &other->case_id, reference);
    SET_BYTES(v, case_id, answer_bytes(c->a, other->case_id.b, ID_LEN));
    SET_BYTES(v, human_ref, answer_text(c->a, reference));
    SET_NUMBER(v, shared, shared);
    c->out->candidates[c->out->n_candidates++] = v;
    return CW_OK;
}

static enum cw_err compare(struct comparing *c, const struct cw_case_id *id)
{
    struct arena arena;
    struct loaded_case other;
    struct cw_slice raw;
    struct case_row row;
    uint32_t shared;
    enum cw_err err;

    if (is_settled(c, id) || c->out->n_candidates == CANDIDATES_MAX ||
        db_get(c->a->node, c->a->read.txn, TABLE_CASE, row_key_case(id), &raw) != CW_OK ||
        case_row_parse(raw, &row) != CW_OK || row.kind != KIND_CHILD)
        return CW_OK;
    c->memory = c->memory == NULL ? malloc(MEMORY_LEN) : c->memory;
    if (c->memory == NULL)
        return CW_LOCAL_MEMORY;
    arena = arena_over(c->memory, MEMORY_LEN);
    err = case_load(&c->a->read, id, &arena, &other);
    if (err != CW_OK)
        return err == CW_LOCAL_MEMORY || err == CW_REFUSED_UNKNOWN_CASE ? CW_OK : err;
    shared = identity_corroborates(c->shown->loaded.state, other.state);
    return shared >= IDENTITY_CORROBORATED ? put_candidate(c, other.state, shared) : CW_OK;
}

/* --- what they may share -------------------------------------------------------------------------------------------- */

static enum cw_err compare_those_with(struct comparing *c, struct cw_slice text)
{
    uint8_t hash[16];
    struct row_key prefix, from;
    struct kv_pair pair;
    struct cw_case_id id;
    enum cw_err err = CW_OK;

    if (!case_filter_hash(c->a->node, FILTER_ENTITY, text, hash))
        return CW_OK;
    prefix = from = row_key_filter(hash, 0, NULL);
    for (uint32_t looked = 0; looked < LOOKED_MAX && err == CW_OK; looked++) {
        err = db_next(c->a->node, c->a->read.txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from),
                      from.len > prefix.len, &pair);
        if (err != CW_OK || pair.key.len > sizeof from.b || !row_key_case_of(pair.key, &id))
            break;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        err = compare(c, &id);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* Two cases that share two identifiers share a family name or a reference. */
static enum cw_err compare_all(struct comparing *c)
{
    const struct case_state *state = c->shown->loaded.state;
    const struct case_value *name = state_value(state, &scope_none, FIELD_FAMILY_NAME);
    const struct case_cell *references = state_cell(state, &scope_none, FIELD_EXTERNAL_REFS);
    enum cw_err err = CW_OK;

    if (name != NULL && name->value.type == VALUE_TEXT && (name->flags & VALUE_WITHHELD) == 0)
        err = compare_those_with(c, name->value.text);
    for (uint32_t i = 0; err == CW_OK && references != NULL && i < references->value_count; i++) {
        if ((references->values[i].flags & (VALUE_STRUCK | VALUE_WITHHELD)) == 0)
            err = compare_those_with(c, case_filter_behind_word(references->values[i].value.text));
    }
    return err;
}

enum cw_err answer_put_candidates(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    struct comparing c = {.a = a, .shown = shown, .out = out};
    const struct case_state *state = shown->loaded.state;
    enum cw_err err;

    if (state->kind != KIND_CHILD || (state_cell(state, &scope_none, FIELD_FAMILY_NAME) == NULL &&
                                      state_cell(state, &scope_none, FIELD_EXTERNAL_REFS) == NULL))
        return CW_OK;
    out->candidates = ARENA_ARRAY(a->arena, Cw__ViewCandidate *, CANDIDATES_MAX);
    if (out->candidates == NULL)
        return CW_LOCAL_MEMORY;
    err = compare_all(&c);
    free(c.memory);
    answer_ends_at(a, (struct cw_wall){a->moment.now.ms + TRUE_FOR_MS});
    return err;
}
