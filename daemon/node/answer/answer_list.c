/* SPDX-License-Identifier: Apache-2.0 */
/* A page of cases, newest change first, from the indexes alone: never a scan over all cases. */

#include "node/answer_list.h"
#include "node/answer_known.h"

#include "proto/wire.h"

#include <strings.h>

#define LIST_LIMIT_DEFAULT 50
#define LIST_LIMIT_MAX 200
#define LIST_WALK_MAX 5000 /* index rows looked at for one page when a prefix filters them */

/* The index that serves a request: where it starts, and what every key of it begins with. */
struct walk {
    struct row_key prefix;
    struct row_key end; /* its keys are below this one; len 0: all are wanted */
    struct row_key from;
    bool after;
};

static void put_episodes(const struct answering *a, const struct case_line *line, Cw__CaseRow *out)
{
    struct cw_wall now = a->known != NULL ? a->known->at : a->moment.now;

    if (line->episodes != 0)
        SET_NUMBER(out, episodes, line->episodes);
    if (now.ms < line->repeat_until_ms)
        SET_NUMBER(out, repeat_missing, 1);
}

Cw__CaseRow *answer_list_row(struct answering *a, const struct cw_case_id *id, const struct listed *listed)
{
    const struct case_row *row = &listed->row;
    const struct case_line *line = &listed->line;
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
    if (row->moments.overdue_ms != CASE_NO_MOMENT)
        SET_NUMBER(out, due_ms, (uint64_t)row->moments.overdue_ms);
    put_episodes(a, line, out);
    return out;
}

static bool starts_with(struct cw_slice text, struct cw_slice prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || strncasecmp((const char *)text.data, (const char *)prefix.data, prefix.len) == 0);
}

static bool overdue_only(const Cw__ListCases *request)
{
    return request->has_overdue && request->overdue;
}

static bool wanted(const Cw__ListCases *request, const struct case_row *row, const struct case_line *line,
                   struct cw_wall now)
{
    struct cw_slice prefix = request->has_prefix ? wire_slice(request->prefix) : slice(NULL, 0);

    if (overdue_only(request) && row->moments.overdue_ms >= now.ms)
        return false;
    if (request->has_kind && request->kind != 0 && row->kind != request->kind)
        return false;
    if (request->has_conflicts_only && request->conflicts_only && line->conflicts == 0)
        return false;
    return starts_with(line->reference, prefix) || starts_with(line->title, prefix) ||
           starts_with(line->op_name, prefix);
}

#define REFERENCE_HEAD_LEN_MAX 4 /* letters before the first '/' */

/* "mc/nth": references are in capitals, and some case has one that begins so. */
static bool begins_a_reference(const struct answering *a, struct cw_slice prefix, struct row_key *out)
{
    uint8_t capitals[64];
    size_t head = 0;
    struct kv_pair pair;

    while (head < prefix.len && ((prefix.data[head] | 0x20) >= 'a' && (prefix.data[head] | 0x20) <= 'z'))
        head++;
    if (head == 0 || head > REFERENCE_HEAD_LEN_MAX || head == prefix.len || prefix.data[head] != '/' ||
        prefix.len > sizeof capitals)
        return false;
    for (size_t i = 0; i < prefix.len; i++)
        capitals[i] = prefix.data[i] >= 'a' && prefix.data[i] <= 'z' ? prefix.data[i] & 0xdfu : prefix.data[i];
    *out = row_key_reference(slice(capitals, prefix.len), NULL);
    return db_next(a->node, a->read.txn, TABLE_INDEX, row_key_slice(out), row_key_slice(out), false, &pair) == CW_OK;
}

/*
 * By deadline when only overdue ones are wanted; by reference when the prefix begins one; by name when a prefix is long
 * enough for its index; else by order of change.
 */
static enum cw_err plan(struct answering *a, const Cw__ListCases *request, struct walk *out)
{
    uint32_t kind = request->has_kind ? request->kind : 0;
    bool conflicts = request->has_conflicts_only && request->conflicts_only;
    struct row_key reference;
    uint8_t name[16];
    bool exact;

    if (overdue_only(request)) {
        out->prefix = row_key_index(INDEX_OVERDUE);
        out->end = row_key_moment(INDEX_OVERDUE, a->moment.now.ms, NULL);
    } else if (request->has_prefix && begins_a_reference(a, wire_slice(request->prefix), &reference)) {
        out->prefix = reference;
    } else if (request->has_prefix && case_name_hash(a->node, wire_slice(request->prefix), name, &exact)) {
        out->prefix = row_key_name(name, NULL);
    } else {
        out->prefix = row_key_updated_of(conflicts ? INDEX_CONFLICT : INDEX_UPDATED, kind);
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

/* Rows of an older format have no hashes, and are in no filtered list until they are folded again. */
static bool has_hash(const struct case_row *row, const uint8_t *hash)
{
    bool found = false;

    for (size_t i = 0; i + 16 <= row->filters.len; i += 16)
        found = found || memcmp(row->filters.data + i, hash, 16) == 0;
    return found;
}

bool answer_list_has_hashes(const struct list_asked *asked, const struct case_row *row)
{
    bool all = true;

    for (uint32_t i = 0; i < asked->hash_count; i++)
        all = all && has_hash(row, asked->hashes[i]);
    return all;
}

bool answer_list_fits(const struct list_asked *asked, const struct listed *listed, struct cw_wall now)
{
    return answer_list_has_hashes(asked, &listed->row) && wanted(asked->request, &listed->row, &listed->line, now);
}

enum cw_err answer_list_read(struct answering *a, const struct list_asked *asked, const struct cw_case_id *id,
                             struct listed *out)
{
    enum cw_err err = case_row_read(&a->read, id, a->arena, &out->row, &out->line);

    out->known = err == CW_OK;
    out->fits = out->known && answer_list_fits(asked, out, a->moment.now);
    return err == CW_LOCAL_MEMORY ? err : CW_OK;
}

enum cw_err answer_list_add(struct answering *a, struct list_asked *asked, const struct cw_case_id *id,
                            Cw__CaseList *out)
{
    struct listed listed;
    Cw__CaseRow *view;
    bool done;
    enum cw_err err = answer_list_merged(a, asked, id, out, &done);

    if (err != CW_OK || done)
        return err;
    err = answer_list_read(a, asked, id, &listed);
    if (err != CW_OK || !listed.fits)
        return err;
    view = answer_list_row(a, id, &listed);
    if (view == NULL)
        return CW_LOCAL_MEMORY;
    out->rows[out->n_rows++] = view;
    return CW_OK;
}

static bool is_past(const struct walk *w, struct cw_slice key)
{
    return !row_key_has_prefix(key, row_key_slice(&w->prefix)) ||
           (w->end.len > 0 && key.len >= w->end.len && memcmp(key.data, w->end.b, w->end.len) >= 0);
}

static enum cw_err walk_index(struct answering *a, struct list_asked *asked, struct walk *w, size_t limit,
                              Cw__CaseList *out)
{
    const struct store_port *store = node_store(a->node);
    struct kv_pair pair;

    for (uint32_t looked = 0; looked < LIST_WALK_MAX; looked++) {
        struct cw_case_id id;
        enum cw_err err = store->next(a->read.txn, TABLE_INDEX, row_key_slice(&w->from), w->after, &pair);

        if (err == CW_LOCAL_NOT_FOUND || (err == CW_OK && is_past(w, pair.key)))
            return CW_OK;
        if (err != CW_OK)
            return err;
        if (out->n_rows == limit || asked->classes >= LIST_CLASSES_MAX)
            break;
        if (pair.key.len > sizeof w->from.b || !row_key_case_of(pair.key, &id))
            return CW_LOCAL_CORRUPT;
        memcpy(w->from.b, pair.key.data, pair.key.len);
        w->from.len = pair.key.len;
        w->after = true;
        err = answer_list_add(a, asked, &id, out);
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
    struct list_asked asked = {.request = request};
    struct walk w = {.after = false};
    enum cw_err err;

    if (limit > LIST_LIMIT_MAX)
        limit = LIST_LIMIT_MAX;
    if (list == NULL)
        return CW_LOCAL_MEMORY;
    cw__case_list__init(list);
    list->rows = ARENA_ARRAY(a->arena, Cw__CaseRow *, limit);
    if (list->rows == NULL)
        return CW_LOCAL_MEMORY;
    if (request->has_as_known_at) {
        err = answer_list_known(a, &asked, limit, list);
    } else if (answer_list_is_filtered(request)) {
        err = answer_list_filtered(a, &asked, limit, list);
    } else {
        if (overdue_only(request) && db_has(a->node, a->read.txn, TABLE_META, row_key_text(META_REFOLD)))
            SET_NUMBER(list, revising, 1); /* a store of an older version: cases get their place as they are folded */
        err = plan(a, request, &w);
        if (err == CW_OK)
            err = walk_index(a, &asked, &w, limit, list);
    }
    if (err == CW_OK)
        out->list = list;
    return err;
}
