/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer_known.h"
#include "node/internal.h"

#include "proto/wire.h"

#include <stdlib.h>

enum knowing { LATER = 1, UNSURE, NAMED, KNOWN };

/* --- when an entry came ------------------------------------------------------------------------------------- */

/* Of this daemon's own: the turn in which the entry was stored. CW_LOCAL_NOT_FOUND: stored before such times were noted. */
enum cw_err known_at_arrival(const struct answering *a, uint64_t arrival, struct cw_wall *out)
{
    struct row_key key = row_key_arrived(arrival);
    struct kv_pair pair;
    enum cw_err err = node_store(a->node)->prev(a->read.txn, TABLE_META, row_key_slice(&key), false, &pair);

    if (err != CW_OK)
        return err;
    if (!row_key_is_arrived(pair.key))
        return CW_LOCAL_NOT_FOUND;
    struct reader in = reader_over(pair.value);

    out->ms = (int64_t)reader_be64(&in);
    return reader_finish(&in) == CW_OK ? CW_OK : CW_LOCAL_CORRUPT;
}

static enum cw_err knowing_of_ours(const struct answering *a, const struct op_entry *e, enum knowing *out)
{
    struct entry_row row;
    struct cw_wall came;
    enum cw_err err = db_get_entry(a->node, a->read.txn, &e->log, e->seq, &row);

    if (err == CW_OK)
        err = known_at_arrival(a, row.arrival, &came);
    if (err == CW_LOCAL_NOT_FOUND)
        *out = UNSURE;
    else if (err == CW_OK)
        *out = came.ms <= a->known->at.ms ? KNOWN : LATER;
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err knowing_of_entry(const struct answering *a, const struct op_entry *e, enum knowing *out)
{
    const struct known_at *k = a->known;
    bool written = (int64_t)(e->hlc >> 16) <= k->at.ms;
    struct log_row log;
    enum cw_err err = db_get_log(a->node, a->read.txn, &e->log, &log);

    if (err != CW_OK)
        return err;
    if (strcmp(log.head.division, k->division) == 0) {
        *out = written ? KNOWN : LATER;
        return CW_OK;
    }
    if (k->ours)
        return knowing_of_ours(a, e, out);
    *out = written ? UNSURE : LATER;
    return CW_OK;
}

/* --- when an op came: with the first of its entries ---------------------------------------------------------- */

static enum cw_err better(const struct answering *a, const struct op_entry *e, enum knowing *best)
{
    enum knowing knowing;
    enum cw_err err = knowing_of_entry(a, e, &knowing);

    if (err == CW_OK && knowing > *best)
        *best = knowing;
    return err;
}

static enum cw_err look_behind(const struct answering *a, const struct cw_op_id *id, enum knowing *best)
{
    struct row_key prefix = row_key_op(id), from = prefix;
    struct kv_pair pair;
    struct op_entry e;
    enum cw_err err;

    while ((err = db_next(a->node, a->read.txn, TABLE_OP, row_key_slice(&prefix), row_key_slice(&from), true, &pair)) ==
           CW_OK) {
        if (pair.key.len > sizeof from.b || op_entry_parse(pair.value, &e) != CW_OK)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        err = better(a, &e, best);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err knowing_of(const struct answering *a, const struct cw_op_id *id, enum knowing *out)
{
    struct op_row row;
    enum cw_err err = db_get_op(a->node, a->read.txn, id, &row);

    *out = LATER;
    for (uint32_t i = 0; err == CW_OK && i < row.entry_count; i++)
        err = better(a, &row.entries[i], out);
    return err == CW_OK && row.more > 0 ? look_behind(a, id, out) : err;
}

/* --- what an op names, its author had seen -------------------------------------------------------------------- */

struct op_at {
    struct cw_op_id id; /* first: what a search compares */
    uint32_t index;
};

struct picking {
    struct loaded_case *c;
    struct op_at *by_id;
    enum knowing *knowing; /* of each op */
    uint32_t *todo;        /* ops whose names are to be looked at */
    uint32_t todo_count;
};

static int compare_ids(const void *left, const void *right)
{
    const struct cw_op_id *l = left, *r = right;

    return ID_COMPARE(l, r);
}

static void sort_by_id(struct picking *p)
{
    for (uint32_t i = 0; i < p->c->op_count; i++)
        p->by_id[i] = (struct op_at){p->c->ops[i]->op_id, i};
    qsort(p->by_id, p->c->op_count, sizeof *p->by_id, compare_ids);
}

static void name_op(struct picking *p, const struct cw_op_id *id)
{
    const struct op_at *at = bsearch(id, p->by_id, p->c->op_count, sizeof *p->by_id, compare_ids);

    if (at == NULL || p->knowing[at->index] != UNSURE)
        return;
    p->knowing[at->index] = NAMED;
    p->todo[p->todo_count++] = at->index;
}

static void name_all(struct picking *p, const struct op *op)
{
    for (uint32_t i = 0; i < op->after_count; i++)
        name_op(p, &op->after[i]);
    for (uint32_t i = 0; i < op->correct_count; i++)
        name_op(p, &op->corrects[i].op);
    for (uint32_t i = 0; i < op->write_count; i++) {
        for (uint32_t j = 0; j < op->writes[i].supersede_count; j++)
            name_op(p, &op->writes[i].supersedes[j].op);
    }
}

static void follow_names(struct picking *p)
{
    sort_by_id(p);
    for (uint32_t i = 0; i < p->c->op_count; i++) {
        if (p->knowing[i] == KNOWN)
            p->todo[p->todo_count++] = i;
    }
    while (p->todo_count > 0) {
        const struct loaded_op *op = p->c->ops[p->todo[--p->todo_count]];

        if (op->decoded)
            name_all(p, &op->op);
    }
}

/* --- picking --------------------------------------------------------------------------------------------------- */

static void keep(struct known_at *k, struct picking *p)
{
    struct loaded_case *c = p->c;
    uint32_t count = c->op_count;

    c->op_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        k->later += p->knowing[i] == LATER;
        k->named += p->knowing[i] == NAMED;
        if (p->knowing[i] == UNSURE && k->unsure < KNOWN_UNSURE_MAX)
            k->unsure_ops[k->unsure] = c->ops[i]->op_id;
        k->unsure += p->knowing[i] == UNSURE;
        if (p->knowing[i] >= NAMED)
            c->ops[c->op_count++] = c->ops[i];
    }
    k->known = c->op_count;
}

/* What is not recorded here may have been known there: that it was not is said only when it is. */
static enum cw_err refuse_unknown(struct answering *a)
{
    const struct known_at *k = a->known;

    if (k->unsure > 0)
        return refuse(&a->refusal, CW_REFUSED_UNKNOWN_CASE, "as_known_at",
                      "it cannot be said here whether %s knew of this case then: of %u ops it is not recorded here, %u "
                      "came later",
                      k->division, k->unsure, k->later);
    return refuse(&a->refusal, CW_REFUSED_UNKNOWN_CASE, "as_known_at",
                  "%s did not know of this case then: %u ops came later", k->division, k->later);
}

enum cw_err known_at_pick(void *answering, struct loaded_case *c)
{
    struct answering *a = answering;
    struct picking p = {.c = c,
                        .by_id = ARENA_ARRAY(a->arena, struct op_at, c->op_count),
                        .knowing = ARENA_ARRAY(a->arena, enum knowing, c->op_count),
                        .todo = ARENA_ARRAY(a->arena, uint32_t, c->op_count)};
    enum cw_err err = p.by_id == NULL || p.knowing == NULL || p.todo == NULL ? CW_LOCAL_MEMORY : CW_OK;

    for (uint32_t i = 0; i < c->op_count && err == CW_OK; i++)
        err = knowing_of(a, &c->ops[i]->op_id, &p.knowing[i]);
    if (err != CW_OK)
        return err;
    follow_names(&p);
    keep(a->known, &p);
    if (c->op_count > 0)
        return known_at_authority(a, c);
    return refuse_unknown(a);
}

/* --- the question and what is said of it ------------------------------------------------------------------------ */

static enum cw_err find_division(const struct answering *a, const char *division)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct log_row row;
    enum cw_err err;

    while ((err = node_store(a->node)->next(a->read.txn, TABLE_LOG, row_key_slice(&from), from.len > 0, &pair)) ==
           CW_OK) {
        if (pair.key.len != ID_LEN || log_row_parse(pair.value, &row) != CW_OK)
            return CW_LOCAL_CORRUPT;
        if (strcmp(row.head.division, division) == 0)
            return CW_OK;
        memcpy(from.b, pair.key.data, ID_LEN);
        from.len = ID_LEN;
    }
    return err;
}

enum cw_err known_at_read(struct answering *a, const struct known_asked *asked, struct known_at *out)
{
    enum cw_err err;

    *out = (struct known_at){.at = {(int64_t)(asked->at_ms > INT64_MAX ? INT64_MAX : asked->at_ms)}};
    if (asked->division.len == 0 || asked->division.len > DIVISION_LEN_MAX)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "as_known_at", "a division's code has 1 to %d characters",
                      DIVISION_LEN_MAX);
    if (!asked->has_at)
        return refuse(&a->refusal, CW_REFUSED_MISSING, "at_ms", "say as of when");
    if (out->at.ms > a->moment.now.ms)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "at_ms", "that time has not come yet by this daemon's clock");
    memcpy(out->division, asked->division.data, asked->division.len);
    out->ours = strcmp(out->division, a->node->identity.division) == 0;
    err = out->ours ? CW_OK : find_division(a, out->division);
    if (err == CW_LOCAL_NOT_FOUND)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "as_known_at", "no log of that division is known here");
    return err;
}

Cw__ViewKnown *known_at_view(struct answering *a, const struct known_at *known)
{
    Cw__ViewKnown *view = ARENA_NEW(a->arena, Cw__ViewKnown);
    uint32_t listed = known->unsure < KNOWN_UNSURE_MAX ? known->unsure : KNOWN_UNSURE_MAX;

    if (view == NULL)
        return NULL;
    cw__view_known__init(view);
    SET_BYTES(view, division, answer_text(a, known->division));
    SET_NUMBER(view, at_ms, (uint64_t)known->at.ms);
    SET_NUMBER(view, own, known->ours);
    SET_NUMBER(view, known, known->known);
    SET_NUMBER(view, named, known->named);
    SET_NUMBER(view, later, known->later);
    SET_NUMBER(view, unsure, known->unsure);
    SET_NUMBER(view, pending, known->pending);
    SET_NUMBER(view, policies_later, known->policies_later);
    view->unsure_ops = ARENA_ARRAY(a->arena, ProtobufCBinaryData, listed + 1);
    if (view->unsure_ops == NULL)
        return NULL;
    for (uint32_t i = 0; i < listed; i++)
        view->unsure_ops[view->n_unsure_ops++] = answer_bytes(a, known->unsure_ops[i].b, ID_LEN);
    return view;
}
