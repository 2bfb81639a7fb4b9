/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page of cases as a division knew them at a time (docs/protocol.md 7.6): each is folded from what that division had by
 * then, and what was asked for is held against that. No index knows what was said then, so cases are looked at in the order
 * of their ids, which never changes: the pages of one question are the same whenever it is asked. A page costs no more than
 * COST_MAX, and what can never fit, for its kind and the division that opened it, is passed over unread.
 */

#include "node/answer_known.h"
#include "node/answer_list.h"
#include "node/case_work.h"

#include "proto/wire.h"

#include <stdlib.h>

#define COST_MAX 20000u
#define COST_ROW 1u  /* a case that is passed over */
#define COST_CASE 8u /* one that is folded; and one for each op of it */

#define MARK 'k' /* a page mark: this letter, and the last case that was looked at */
#define MARK_LEN (1 + ID_LEN)

struct known_page {
    struct known_at *known;
    struct list_asked *asked;
    bool by_division;
    uint8_t division[16]; /* FILTER_DIVISION: that of the opening op, for good */
    uint32_t cost, cases_known, policies_later;
};

static bool may_fit(const struct known_page *p, const struct case_row *row)
{
    const Cw__ListCases *request = p->asked->request;
    struct list_asked opener = {.request = request, .hash_count = 1};

    if ((row->flags & CASE_FOLDED) == 0)
        return true;
    if (request->has_kind && request->kind != 0 && row->kind != 0 && row->kind != request->kind)
        return false;
    memcpy(opener.hashes[0], p->division, sizeof p->division);
    return !p->by_division || row->filters.len == 0 || answer_list_has_hashes(&opener, row);
}

/* The row and the line of then, in the arena. */
static enum cw_err listed_of(struct answering *a, const struct loaded_case *c, struct listed *out)
{
    struct case_summary *summary = ARENA_NEW(a->arena, struct case_summary);
    struct case_filters *filters = ARENA_NEW(a->arena, struct case_filters);

    if (summary == NULL || filters == NULL)
        return CW_LOCAL_MEMORY;
    state_summary(c->state, summary);
    case_line_of(a->node, c, summary, &out->line);
    case_filters_of(a->node, c->state, &out->line, filters);
    out->row = (struct case_row){
        .flags = c->flags,
        .kind = c->state->kind,
        .updated_hlc = c->ops[c->op_count - 1]->hlc,
        .moments = {.overdue_ms = case_first_deadline(c->state)},
        .filters = slice(filters->hashes, (size_t)16 * filters->count),
    };
    out->known = true;
    return CW_OK;
}

/* The fold goes, the row stays: its line is kept as it is in the store. */
static enum cw_err add_row(struct answering *a, const struct cw_case_id *id, const struct listed *listed, size_t mark,
                           Cw__CaseList *out)
{
    uint8_t bytes[CASE_LINE_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct listed kept = {.known = true, .row = listed->row};
    ProtobufCBinaryData line;

    case_line_encode(&listed->line, &w);
    CW_ASSERT(!w.failed);
    kept.row.filters = slice(NULL, 0);
    arena_release(a->arena, mark);
    line = answer_bytes(a, bytes, w.len);
    if (line.len != w.len || case_line_parse(wire_slice(line), &kept.line) != CW_OK)
        return CW_LOCAL_MEMORY;
    out->rows[out->n_rows] = answer_list_row(a, id, &kept);
    return out->rows[out->n_rows++] == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

static enum cw_err look(struct answering *a, struct known_page *p, const struct cw_case_id *id, Cw__CaseList *out)
{
    size_t mark = arena_mark(a->arena);
    uint32_t later = p->known->later; /* of all cases so far */
    struct loaded_case c;
    struct listed listed;
    enum cw_err err = case_load_picked(&a->read, id, a->arena, known_at_pick, a, &c);

    p->cost += COST_CASE + p->known->known + (p->known->later - later);
    p->cases_known += p->known->known;
    if (p->known->policies_later > p->policies_later)
        p->policies_later = p->known->policies_later;
    p->known->known = p->known->policies_later = 0;
    if (err == CW_OK)
        err = listed_of(a, &c, &listed);
    if (err == CW_OK && answer_list_fits(p->asked, &listed, p->known->at))
        return add_row(a, id, &listed, mark, out);
    arena_release(a->arena, mark);
    if (err == CW_LOCAL_MEMORY || err == CW_LOCAL_IO || err == CW_LOCAL_CORRUPT)
        return err;
    return CW_OK; /* not known then, or of more ops than are folded: its history says why */
}

/* --- the walk ------------------------------------------------------------------------------------------------------- */

static enum cw_err begin_at(struct answering *a, const Cw__ListCases *request, struct row_key *out)
{
    struct cw_case_id id;

    *out = (struct row_key){.len = 0};
    if (!request->has_after || request->after.len == 0)
        return CW_OK;
    if (request->after.len != MARK_LEN || request->after.data[0] != MARK)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "after",
                      "this page mark belongs to another list: start again without it");
    memcpy(id.b, request->after.data + 1, ID_LEN);
    *out = row_key_case(&id);
    return CW_OK;
}

static void set_mark(struct answering *a, const struct row_key *last, Cw__CaseList *out)
{
    uint8_t mark[MARK_LEN] = {MARK};

    memcpy(mark + 1, last->b, ID_LEN);
    SET_BYTES(out, next, answer_bytes(a, mark, sizeof mark));
}

static enum cw_err walk(struct answering *a, struct known_page *p, struct row_key *from, size_t limit,
                        Cw__CaseList *out)
{
    struct kv_pair pair;
    struct case_row row;
    struct cw_case_id id;
    enum cw_err err;

    while ((err = node_store(a->node)->next(a->read.txn, TABLE_CASE, row_key_slice(from), from->len > 0, &pair)) ==
           CW_OK) {
        if (out->n_rows == limit || p->cost >= COST_MAX) {
            set_mark(a, from, out);
            return CW_OK;
        }
        if (pair.key.len != ID_LEN || case_row_parse(pair.value, &row) != CW_OK)
            return CW_LOCAL_CORRUPT;
        memcpy(id.b, pair.key.data, ID_LEN);
        *from = row_key_case(&id);
        p->cost += COST_ROW;
        err = may_fit(p, &row) ? look(a, p, &id, out) : CW_OK;
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static int newest_first(const void *left, const void *right)
{
    const Cw__CaseRow *const *l = left, *const *r = right;

    return ((*l)->updated_hlc < (*r)->updated_hlc) - ((*l)->updated_hlc > (*r)->updated_hlc);
}

static enum cw_err put_known(struct answering *a, const struct known_page *p, Cw__CaseList *out)
{
    p->known->known = p->cases_known;
    p->known->policies_later = p->policies_later;
    out->known = known_at_view(a, p->known);
    return out->known == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

enum cw_err answer_list_known(struct answering *a, struct list_asked *asked, size_t limit, Cw__CaseList *out)
{
    const Cw__ListCases *request = asked->request;
    struct known_asked when = {request->as_known_at, request->has_at_ms, request->at_ms};
    struct known_at known;
    struct known_page p = {.known = &known, .asked = asked};
    struct row_key from;
    enum cw_err err = known_at_read(a, &when, &known);

    if (err == CW_OK)
        err = answer_list_hashes(a, asked);
    if (err == CW_OK)
        err = begin_at(a, request, &from);
    if (err != CW_OK)
        return err;
    p.by_division =
        request->has_division && case_filter_hash(a->node, FILTER_DIVISION, wire_slice(request->division), p.division);
    a->known = &known;
    err = walk(a, &p, &from, limit, out);
    a->known = NULL;
    if (err != CW_OK)
        return err;
    qsort(out->rows, out->n_rows, sizeof(Cw__CaseRow *), newest_first);
    return put_known(a, &p, out);
}
