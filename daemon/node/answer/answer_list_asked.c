/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what a list is asked for can be: a mistyped status, risk or division would give an empty list, which reads as
 * "nobody is missing". What some case is listed by can be, whatever this version knows of it.
 */

#include "node/answer_list.h"
#include "node/case_work.h"
#include "node/divisions.h"

#include "proto/wire.h"

#include <strings.h>

#define NAME_SHOWN_MAX 40

static bool some_case_has(struct answering *a, enum case_filter sort, struct cw_slice text)
{
    struct row_key prefix;
    struct kv_pair pair;
    uint8_t hash[16];

    if (!case_filter_hash(a->node, sort, text, hash))
        return true; /* refused for that */
    prefix = row_key_filter(hash, 0, NULL);
    return db_next(a->node, a->read.txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&prefix), false, &pair) ==
           CW_OK;
}

static enum cw_err no_such(struct answering *a, const char *where, const char *what, struct cw_slice text,
                           const char *near, const char *otherwise)
{
    return refuse(&a->refusal, CW_REFUSED_VALUE, where, "\"%.*s\" is no %s: %s%s%s",
                  (int)(text.len < NAME_SHOWN_MAX ? text.len : NAME_SHOWN_MAX), (const char *)text.data, what,
                  near != NULL ? "did you mean \"" : otherwise, near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* Of a field's scale: NULL, and *out_near the nearest, when it has no such value. */
static bool is_value(const struct schema_field *row, struct cw_slice text, const char **out_near)
{
    uint32_t number;

    if (schema_value_by_name(row->scale, text, &number))
        return true;
    if (*out_near == NULL)
        *out_near = schema_suggest_value(row->scale, text);
    return false;
}

static enum cw_err check_status(struct answering *a, struct cw_slice text)
{
    const char *near = NULL;

    if (slice_eq(text, slice_of(CASE_MISSING)))
        return CW_OK;
    for (uint32_t m = MACHINE_NONE + 1; m <= MACHINE_ENTITY; m++) {
        const struct schema_field *row = schema_field(schema_machine_field((enum machine)m));

        if (row != NULL && is_value(row, text, &near))
            return CW_OK;
    }
    return some_case_has(a, FILTER_STATUS, text)
               ? CW_OK
               : no_such(a, "status", "status of a case", text, near, "as lists show it, or missing");
}

enum cw_err answer_check_risk(struct answering *a, const char *where, struct cw_slice text)
{
    const char *near = NULL;
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    if (slice_eq(text, slice_of("not assessed")))
        return CW_OK;
    for (size_t i = 0; i < count; i++) {
        if ((rows[i].flags & FIELD_RISK) != 0 && is_value(&rows[i], text, &near))
            return CW_OK;
    }
    return some_case_has(a, FILTER_RISK, text)
               ? CW_OK
               : no_such(a, where, "risk", text, near, "as lists show it, high or not assessed");
}

enum cw_err answer_check_division(struct answering *a, const char *where, uint32_t sort, struct cw_slice text)
{
    char codes[160] = "its divisions are ";
    struct writer w = writer_over(codes, sizeof codes - 1);
    size_t mark = arena_mark(a->arena);
    const struct cw_slice *all;
    uint32_t count = 0;
    bool known = false;

    w.len = strlen(codes);
    all = divisions_list(node_authority(a->node), a->arena, &count);
    for (uint32_t i = 0; all != NULL && i < count; i++) {
        known = known || (all[i].len == text.len &&
                          strncasecmp((const char *)all[i].data, (const char *)text.data, text.len) == 0);
        if (w.len + all[i].len + 2 < sizeof codes) {
            writer_slice(&w, slice_of(i == 0 ? "" : ", "));
            writer_slice(&w, all[i]);
        }
    }
    node_authority_done(a->node);
    arena_release(a->arena, mark);
    codes[w.len] = '\0';
    if (all == NULL)
        return CW_LOCAL_MEMORY;
    return known || some_case_has(a, (enum case_filter)sort, text)
               ? CW_OK
               : no_such(a, where, "division of this network", text, NULL, codes);
}

enum cw_err answer_list_check(struct answering *a, const Cw__ListCases *request)
{
    enum cw_err err = CW_OK;

    if (request->has_status)
        err = check_status(a, wire_slice(request->status));
    if (err == CW_OK && request->has_risk)
        err = answer_check_risk(a, "risk", wire_slice(request->risk));
    if (err == CW_OK && request->has_owner)
        err = answer_check_division(a, "owner", FILTER_OWNER, wire_slice(request->owner));
    if (err == CW_OK && request->has_division)
        err = answer_check_division(a, "division", FILTER_DIVISION, wire_slice(request->division));
    return err;
}
