/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page of the cases that fit several filters at once, from INDEX_FILTER alone. Each filter is a list of places in one
 * order; whoever of them is behind is put forward to where the furthest is, until all stand at the same place. So the
 * cost is that of the shortest list, not of the longest, and a page looks at no more than PLACES_MAX.
 */

#include "node/answer_list.h"
#include "node/case_work.h"

#include "proto/wire.h"

#define PLACES_MAX 2000u
#define LINE_COST 4   /* places: a line is opened to be told, or to be compared with a prefix */
#define CLASS_COST 32 /* places: the cases of a child are read and folded */

struct filtered {
    uint32_t count;
    struct row_key prefixes[LIST_HASHES_MAX];
    uint8_t place[FILTER_PLACE_LEN];
    size_t place_len; /* 0: the beginning */
    bool after;       /* that place was dealt with */
    uint32_t looked;
};

bool answer_list_is_filtered(const Cw__ListCases *request)
{
    return request->has_status || request->has_division || request->has_risk || request->has_owner ||
           request->has_area || request->has_entity;
}

static enum cw_err add(struct answering *a, struct list_asked *asked, enum case_filter sort, const char *where,
                       struct cw_slice text)
{
    if (!case_filter_hash(a->node, sort, text, asked->hashes[asked->hash_count]))
        return refuse(&a->refusal, CW_REFUSED_VALUE, where, "cases are not listed by so little");
    asked->hash_count++;
    return CW_OK;
}

static enum cw_err add_given(struct answering *a, struct list_asked *asked)
{
    const Cw__ListCases *request = asked->request;
    const struct {
        bool given;
        enum case_filter sort;
        const char *where;
        ProtobufCBinaryData text;
    } all[] = {
        {request->has_entity, FILTER_ENTITY, "entity", request->entity},
        {request->has_area, FILTER_AREA, "area", request->area},
        {request->has_owner, FILTER_OWNER, "owner", request->owner},
        {request->has_division, FILTER_DIVISION, "division", request->division},
        {request->has_risk, FILTER_RISK, "risk", request->risk},
        {request->has_status, FILTER_STATUS, "status", request->status},
    };
    enum cw_err err = CW_OK;

    for (size_t i = 0; i < CW_COUNT(all) && err == CW_OK; i++) {
        if (all[i].given)
            err = add(a, asked, all[i].sort, all[i].where, wire_slice(all[i].text));
    }
    return err;
}

enum cw_err answer_list_hashes(struct answering *a, struct list_asked *asked)
{
    const Cw__ListCases *request = asked->request;
    const char *kind = request->has_kind && request->kind != 0 ? schema_kind_name(request->kind) : NULL;
    enum cw_err err = answer_list_check(a, request);

    if (err == CW_OK)
        err = add_given(a, asked);

    if (err == CW_OK && request->has_kind && request->kind != 0)
        err = add(a, asked, FILTER_KIND, "kind", slice_of(kind == NULL ? "" : kind));
    if (err == CW_OK && request->has_conflicts_only && request->conflicts_only)
        err = add(a, asked, FILTER_CONFLICT, "conflicts_only", slice_of("open"));
    return err;
}

/* A mark is the first list's key at the last place that was told or passed. */
static enum cw_err begin_at(struct answering *a, struct filtered *f, const Cw__ListCases *request)
{
    const struct row_key *first = &f->prefixes[0];

    if (!request->has_after || request->after.len == 0)
        return CW_OK;
    if (request->after.len != first->len + FILTER_PLACE_LEN ||
        !row_key_has_prefix(wire_slice(request->after), row_key_slice(first)))
        return refuse(&a->refusal, CW_REFUSED_VALUE, "after",
                      "this page mark belongs to another list: start again without it");
    memcpy(f->place, request->after.data + first->len, FILTER_PLACE_LEN);
    f->place_len = FILTER_PLACE_LEN;
    f->after = true;
    return CW_OK;
}

/* Puts one list to the place or the next behind it; the place follows. CW_LOCAL_NOT_FOUND: the list is at its end. */
static enum cw_err put_forward(struct answering *a, struct filtered *f, uint32_t index, bool *out_moved)
{
    struct row_key from = f->prefixes[index];
    size_t prefix_len = from.len;
    struct kv_pair pair;

    memcpy(from.b + from.len, f->place, f->place_len);
    from.len += f->place_len;
    f->looked++;
    enum cw_err err = db_next(a->node, a->read.txn, TABLE_INDEX, row_key_slice(&f->prefixes[index]),
                              row_key_slice(&from), f->after, &pair);
    if (err != CW_OK)
        return err;
    if (pair.key.len != prefix_len + FILTER_PLACE_LEN)
        return CW_LOCAL_CORRUPT;
    *out_moved = f->after || f->place_len == 0 || memcmp(f->place, pair.key.data + prefix_len, FILTER_PLACE_LEN) != 0;
    memcpy(f->place, pair.key.data + prefix_len, FILTER_PLACE_LEN);
    f->place_len = FILTER_PLACE_LEN;
    f->after = false;
    return CW_OK;
}

/* The next place that all lists have. CW_LOCAL_NOT_FOUND: there is none; CW_AGAIN_BUSY: enough was looked at. */
static enum cw_err find_next(struct answering *a, struct filtered *f)
{
    uint32_t agree = 0;

    for (uint32_t i = 0; agree < f->count; i = (i + 1) % f->count) {
        bool moved;
        enum cw_err err = f->looked >= PLACES_MAX ? CW_AGAIN_BUSY : put_forward(a, f, i, &moved);

        if (err != CW_OK)
            return err;
        agree = moved ? 1 : agree + 1;
    }
    return CW_OK;
}

static void set_mark(struct answering *a, const struct filtered *f, bool passed, Cw__CaseList *out)
{
    struct row_key mark = f->prefixes[0];

    if (f->place_len == 0)
        return;
    memcpy(mark.b + mark.len, f->place, FILTER_PLACE_LEN);
    mark.len += FILTER_PLACE_LEN;
    /* A place that was reached and not yet compared is looked at again: the mark stands just before it. */
    for (size_t i = mark.len; !passed && i-- > mark.len - FILTER_PLACE_LEN && mark.b[i]-- == 0;)
        ;
    SET_BYTES(out, next, answer_bytes(a, mark.b, mark.len));
}

static enum cw_err tell(struct answering *a, struct list_asked *asked, struct filtered *f, size_t limit,
                        Cw__CaseList *out)
{
    enum cw_err err;

    while ((err = find_next(a, f)) == CW_OK) {
        struct cw_case_id id;
        uint32_t classes;

        if (out->n_rows == limit)
            break; /* one more than fits: there is a next page, and it begins with this one */
        memcpy(id.b, f->place + FILTER_PLACE_LEN - ID_LEN, ID_LEN);
        f->after = true;
        classes = asked->classes;
        err = answer_list_add(a, asked, &id, out);
        f->looked += LINE_COST + CLASS_COST * (asked->classes - classes);
        if (err != CW_OK)
            return err;
    }
    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK;
    if (err != CW_OK && err != CW_AGAIN_BUSY)
        return err;
    set_mark(a, f, f->after, out);
    return CW_OK;
}

enum cw_err answer_list_filtered(struct answering *a, struct list_asked *asked, size_t limit, Cw__CaseList *out)
{
    struct filtered f = {.count = 0};
    enum cw_err err = answer_list_hashes(a, asked);

    for (; err == CW_OK && f.count < asked->hash_count; f.count++)
        f.prefixes[f.count] = row_key_filter(asked->hashes[f.count], 0, NULL);
    if (err == CW_OK)
        err = begin_at(a, &f, asked->request);
    if (err == CW_OK && db_has(a->node, a->read.txn, TABLE_META, row_key_text(META_REFOLD)))
        SET_NUMBER(out, revising, 1);
    return err == CW_OK ? tell(a, asked, &f, limit, out) : err;
}
