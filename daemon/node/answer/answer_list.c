/* SPDX-License-Identifier: Apache-2.0 */
/* A page of cases, newest change first, from the indexes alone: never a scan over all cases. */

#include "node/answer.h"
#include "node/case_store.h"

#include "proto/wire.h"

#include <strings.h>

#define LIST_LIMIT_DEFAULT 50
#define LIST_LIMIT_MAX 200
#define LIST_WALK_MAX 5000 /* index rows looked at for one page when a prefix filters them */

/* The index that serves a request: where it starts, and what every key of it begins with. */
struct walk {
    struct row_key prefix;
    struct row_key from;
    bool after;
};

static Cw__CaseRow *row_of(struct answering *a, const struct cw_case_id *id, const struct case_row *row,
                           const struct case_line *line)
{
    Cw__CaseRow *out = ARENA_NEW(a->arena, Cw__CaseRow);

    if (out == NULL)
        return NULL;
    cw__case_row__init(out);
    SET_BYTES(out, case_id, answer_bytes(a, id->b, ID_LEN));
    SET_NUMBER(out, kind, row->kind);
    SET_BYTES(out, human_ref, wire_bytes(line->reference));
    SET_BYTES(out, status, wire_bytes(line->status));
    SET_BYTES(out, title, wire_bytes(line->title));
    SET_BYTES(out, owner, wire_bytes(line->owner));
    SET_BYTES(out, risk, wire_bytes(line->risk));
    SET_NUMBER(out, conflicts, line->conflicts);
    SET_NUMBER(out, updated_hlc, row->updated_hlc);
    SET_BYTES(out, op_name, wire_bytes(line->op_name));
    if ((row->flags & CASE_INCOMPLETE) != 0)
        SET_NUMBER(out, incomplete, 1);
    return out;
}

static bool starts_with(struct cw_slice text, struct cw_slice prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || strncasecmp((const char *)text.data, (const char *)prefix.data, prefix.len) == 0);
}

static bool wanted(const Cw__ListCases *request, const struct case_row *row, const struct case_line *line)
{
    struct cw_slice prefix = request->has_prefix ? wire_slice(request->prefix) : slice(NULL, 0);

    if (request->has_kind && request->kind != 0 && row->kind != request->kind)
        return false;
    if (request->has_conflicts_only && request->conflicts_only && line->conflicts == 0)
        return false;
    return starts_with(line->reference, prefix) || starts_with(line->title, prefix) ||
           starts_with(line->op_name, prefix);
}

/* By name when a prefix is long enough for its index, else by order of change. */
static enum cw_err plan(struct answering *a, const Cw__ListCases *request, struct walk *out)
{
    uint32_t kind = request->has_kind ? request->kind : 0;
    bool conflicts = request->has_conflicts_only && request->conflicts_only;
    uint8_t name[16];
    bool exact;

    if (request->has_prefix && case_name_hash(a->node, wire_slice(request->prefix), name, &exact)) {
        out->prefix = row_key_name(name, NULL);
    } else {
        out->prefix = row_key_updated(conflicts ? INDEX_CONFLICT : INDEX_UPDATED, kind, UINT64_MAX, NULL);
        out->prefix.len = 1 + sizeof(uint32_t);
    }
    out->from = out->prefix;
    out->after = request->has_after && request->after.len > 0;
    if (!out->after)
        return CW_OK;
    if (request->after.len > sizeof out->from.b ||
        !row_key_has_prefix(wire_slice(request->after), row_key_slice(&out->prefix)))
        return refuse(&a->refusal, CW_REFUSED_VALUE, "after",
                      "this page mark belongs to another list: start again without it");
    memcpy(out->from.b, request->after.data, request->after.len);
    out->from.len = request->after.len;
    return CW_OK;
}

/* A case that cannot be read any more is left out of lists; its history says why. */
static enum cw_err add_row(struct answering *a, const Cw__ListCases *request, const struct cw_case_id *id,
                           Cw__CaseList *out)
{
    struct case_row row;
    struct case_line line;
    Cw__CaseRow *view;
    enum cw_err err = case_row_read(&a->read, id, a->arena, &row, &line);

    if (err == CW_LOCAL_MEMORY)
        return err;
    if (err != CW_OK || !wanted(request, &row, &line))
        return CW_OK;
    view = row_of(a, id, &row, &line);
    if (view == NULL)
        return CW_LOCAL_MEMORY;
    out->rows[out->n_rows++] = view;
    return CW_OK;
}

static enum cw_err walk_index(struct answering *a, const Cw__ListCases *request, struct walk *w, size_t limit,
                              Cw__CaseList *out)
{
    const struct store_port *store = node_store(a->node);
    struct kv_pair pair;

    for (uint32_t looked = 0; looked < LIST_WALK_MAX; looked++) {
        struct cw_case_id id;
        enum cw_err err = store->next(a->read.txn, TABLE_INDEX, row_key_slice(&w->from), w->after, &pair);

        if (err == CW_LOCAL_NOT_FOUND || (err == CW_OK && !row_key_has_prefix(pair.key, row_key_slice(&w->prefix))))
            return CW_OK;
        if (err != CW_OK)
            return err;
        if (out->n_rows == limit)
            break;
        if (pair.key.len > sizeof w->from.b || !row_key_case_of(pair.key, &id))
            return CW_LOCAL_CORRUPT;
        memcpy(w->from.b, pair.key.data, pair.key.len);
        w->from.len = pair.key.len;
        w->after = true;
        err = add_row(a, request, &id, out);
        if (err != CW_OK)
            return err;
    }
    SET_BYTES(out, next, answer_bytes(a, w->from.b, w->from.len)); /* something may follow */
    return CW_OK;
}

enum cw_err answer_list(struct answering *a, const Cw__ListCases *request, Cw__Answer *out)
{
    size_t limit = request->has_limit && request->limit != 0 ? request->limit : LIST_LIMIT_DEFAULT;
    Cw__CaseList *list = ARENA_NEW(a->arena, Cw__CaseList);
    struct walk w;
    enum cw_err err;

    if (limit > LIST_LIMIT_MAX)
        limit = LIST_LIMIT_MAX;
    if (list == NULL)
        return CW_LOCAL_MEMORY;
    cw__case_list__init(list);
    list->rows = ARENA_ARRAY(a->arena, Cw__CaseRow *, limit);
    if (list->rows == NULL)
        return CW_LOCAL_MEMORY;
    err = plan(a, request, &w);
    if (err == CW_OK)
        err = walk_index(a, request, &w, limit, list);
    if (err == CW_OK)
        out->list = list;
    return err;
}
