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

#define ROWS_MAX 512u        /* of the index, gone along for one name or reference */
#define READ_MAX 64u         /* children's cases read for one of them: a common name with a common name */
#define READ_IN_ALL_MAX 128u /* ... and for all of them: a case may have any number of references */
#define CANDIDATES_MAX 16u
#define MEMORY_LEN ((size_t)4 << 20) /* to read one of them */
#define TRUE_FOR_MS 60000            /* a case that comes meanwhile is shown when the answer is made anew */

struct comparing {
    struct answering *a;
    const struct shown_case *shown;
    Cw__CaseView *out;
    void *memory;
    uint32_t read, read_in_all; /* for this name or reference, and for all of them */
    bool more;                  /* there are others that were not compared */
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

static bool put_agreeing(struct comparing *c, uint32_t shared, Cw__ViewCandidate *v)
{
    v->agrees = ARENA_ARRAY(c->a->arena, ProtobufCBinaryData, SHARED_COUNT);
    if (v->agrees == NULL)
        return false;
    for (int i = 0; i < SHARED_COUNT; i++) {
        if ((shared & 1u << i) != 0)
            v->agrees[v->n_agrees++] = answer_text(c->a, identity_shared_name((enum identity_shared)i));
    }
    SET_NUMBER(v, shared, (uint32_t)v->n_agrees);
    return true;
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
    if (!put_agreeing(c, shared, v))
        return CW_LOCAL_MEMORY;
    c->out->candidates[c->out->n_candidates++] = v;
    return CW_OK;
}

static bool is_childs(const struct comparing *c, const struct cw_case_id *id)
{
    struct cw_slice raw;
    struct case_row row;

    return db_get(c->a->node, c->a->read.txn, TABLE_CASE, row_key_case(id), &raw) == CW_OK &&
           case_row_parse(raw, &row) == CW_OK && row.kind == KIND_CHILD;
}

/* No room to read or to show it: there may be others. */
static bool is_full(const struct comparing *c)
{
    return c->read == READ_MAX || c->read_in_all == READ_IN_ALL_MAX || c->out->n_candidates == CANDIDATES_MAX;
}

static enum cw_err read_and_compare(struct comparing *c, const struct cw_case_id *id)
{
    struct arena arena;
    struct loaded_case other;
    uint32_t shared;
    enum cw_err err;

    c->memory = c->memory == NULL ? malloc(MEMORY_LEN) : c->memory;
    if (c->memory == NULL)
        return CW_LOCAL_MEMORY;
    c->read++;
    c->read_in_all++;
    arena = arena_over(c->memory, MEMORY_LEN);
    err = case_load(&c->a->read, id, &arena, &other);
    c->more = c->more || err == CW_LOCAL_MEMORY;
    if (err != CW_OK)
        return err == CW_LOCAL_MEMORY || err == CW_REFUSED_UNKNOWN_CASE ? CW_OK : err;
    shared = identity_shared(c->shown->loaded.state, other.state);
    return identity_is_candidate(shared) ? put_candidate(c, other.state, shared) : CW_OK;
}

static enum cw_err compare(struct comparing *c, const struct cw_case_id *id)
{
    if (is_settled(c, id) || !is_childs(c, id))
        return CW_OK;
    c->more = c->more || is_full(c);
    return is_full(c) ? CW_OK : read_and_compare(c, id);
}

/* --- what they may share -------------------------------------------------------------------------------------------- */

/* The next case that is listed by what `prefix` says, behind `from`, which becomes its row. */
static enum cw_err next_listed(const struct comparing *c, const struct row_key *prefix, struct row_key *from,
                               struct cw_case_id *out_id)
{
    struct kv_pair pair;
    enum cw_err err = db_next(c->a->node, c->a->read.txn, TABLE_INDEX, row_key_slice(prefix), row_key_slice(from),
                              from->len > prefix->len, &pair);

    if (err != CW_OK)
        return err;
    if (pair.key.len > sizeof from->b || !row_key_case_of(pair.key, out_id))
        return CW_LOCAL_NOT_FOUND;
    memcpy(from->b, pair.key.data, pair.key.len);
    from->len = pair.key.len;
    return CW_OK;
}

static enum cw_err compare_those_with(struct comparing *c, struct cw_slice text)
{
    uint8_t hash[16];
    struct row_key prefix, from;
    struct cw_case_id id;
    enum cw_err err = CW_OK;

    if (!case_filter_hash(c->a->node, FILTER_ENTITY, text, hash))
        return CW_OK;
    prefix = from = row_key_filter(hash, 0, NULL);
    c->read = 0;
    for (uint32_t rows = 0; err == CW_OK && rows <= ROWS_MAX && !(c->more && is_full(c)); rows++) {
        err = next_listed(c, &prefix, &from, &id);
        c->more = c->more || (err == CW_OK && rows == ROWS_MAX);
        if (err == CW_OK && rows < ROWS_MAX)
            err = compare(c, &id);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* Two names that are the same to a person are listed alike: of these letters and digits count (case_filters.c). */
static enum cw_err compare_those_named(struct comparing *c)
{
    const struct case_value *given = identity_settled(c->shown->loaded.state, FIELD_GIVEN_NAMES);
    const struct case_value *family = identity_settled(c->shown->loaded.state, FIELD_FAMILY_NAME);
    char whole[CASE_FULL_NAME_LEN_MAX];
    struct cw_slice name;

    if (given == NULL || family == NULL || identity_settled(c->shown->loaded.state, FIELD_BIRTH_DATE) == NULL ||
        !case_filter_full_name(given->value.text, family->value.text, whole, &name))
        return CW_OK;
    return compare_those_with(c, name);
}

/* Two cases that are candidates share the full name or a person's reference. */
static enum cw_err compare_all(struct comparing *c)
{
    const struct case_cell *references = state_cell(c->shown->loaded.state, &scope_none, FIELD_EXTERNAL_REFS);
    enum cw_err err = compare_those_named(c);

    for (uint32_t i = 0; err == CW_OK && references != NULL && i < references->value_count; i++) {
        const struct case_value *value = &references->values[i];

        if ((value->flags & (VALUE_STRUCK | VALUE_WITHHELD)) == 0 && identity_is_reference(value->value.text))
            err = compare_those_with(c, case_filter_behind_word(value->value.text));
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
    if (c.more)
        SET_NUMBER(out, more_candidates, 1);
    answer_ends_at(a, (struct cw_wall){a->moment.now.ms + TRUE_FOR_MS});
    return err;
}
