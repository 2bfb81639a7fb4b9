/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/gather.h"

#include "tool/lookup.h"
#include "tool/progress.h"

#include "proto/wire.h"

#include <stdlib.h>

#define AT_ONCE 64      /* requests on their way: views may be large */
#define MISSING_MAX 400 /* of GATHER_MAX, so that room is left for what changed last */
#define IN_CONFLICT_MAX 400
#define PAGES_MAX 1000 /* of lists: a page may hold none that fits and still have a next */

static bool has_case(const struct gather *g, ProtobufCBinaryData id)
{
    for (size_t i = 0; i < g->count; i++)
        if (slice_eq(wire_slice(gather_view(g, i)->case_id), wire_slice(id)))
            return true;
    return false;
}

/* One answer more, when it is one. */
static void keep(struct gather *g, struct cw_answer *answer)
{
    if (answer == NULL)
        return;
    if (g->count < GATHER_MAX && answer_message(answer)->view != NULL)
        g->at[g->count++] = answer;
    else
        cw_answer_close(answer);
}

static bool is_gone(enum cw_err err)
{
    return err == CW_REFUSED_UNKNOWN_CASE || err == CW_REFUSED_READER;
}

/* Views of these cases, side by side. */
static enum cw_err fetch_some(struct context *c, int32_t timeout_ms, const ProtobufCBinaryData *ids, size_t count,
                              struct gather *out)
{
    struct cw_call call = {.size = sizeof(call), .timeout_ms = timeout_ms};
    struct cw_request *asked[AT_ONCE];
    size_t asked_count = 0;
    enum cw_err err = CW_OK;

    for (size_t i = 0; err == CW_OK && i < count; i++) {
        char id[2 * CW_ID_LEN + 1];

        if (ids[i].len != CW_ID_LEN || has_case(out, ids[i]))
            continue;
        hex_of(wire_slice(ids[i]), id);
        err = cw_ask_get(c->client, &call, slice_of(id), &asked[asked_count]);
        asked_count += err == CW_OK;
    }
    for (size_t i = 0; i < asked_count; i++) {
        struct cw_answer *answer = NULL;
        enum cw_err one = err == CW_OK ? cw_request_wait(asked[i], &answer) : CW_OK;

        if (err != CW_OK)
            cw_request_cancel(asked[i]);
        else if (one == CW_OK)
            keep(out, answer);
        else if (!is_gone(one))
            err = one;
    }
    return err;
}

/* The cases of a page, each record of a child by itself: every division that owns one has its duties. */
static ProtobufCBinaryData *ids_of(const Cw__CaseList *list, size_t *out_count)
{
    ProtobufCBinaryData *ids;
    size_t most = list->n_rows;

    for (size_t i = 0; i < list->n_rows; i++)
        most += list->rows[i]->n_also_ids;
    ids = calloc(most + 1, sizeof(*ids));
    CW_ASSERT(ids != NULL);
    *out_count = 0;
    for (size_t i = 0; i < list->n_rows; i++) {
        ids[(*out_count)++] = list->rows[i]->case_id;
        for (size_t j = 0; j < list->rows[i]->n_also_ids; j++)
            ids[(*out_count)++] = list->rows[i]->also_ids[j];
    }
    return ids;
}

static enum cw_err fetch_page(const struct cli *cli, struct context *c, const Cw__CaseList *list, size_t max,
                              struct gather *out, struct progress *p)
{
    size_t id_count;
    ProtobufCBinaryData *ids = ids_of(list, &id_count);
    enum cw_err err = CW_OK;

    for (size_t from = 0; err == CW_OK && from < id_count && out->count < max; from += AT_ONCE) {
        size_t left = id_count - from, wanted = max - out->count;
        size_t count = left < AT_ONCE ? left : AT_ONCE;

        err = fetch_some(c, cli->timeout_ms, &ids[from], count < wanted ? count : wanted, out);
        progress_at(p, out->count, max);
    }
    free(ids);
    return err;
}

bool list_goes_on(const Cw__CaseList *list, struct cw_slice after)
{
    return list->next.len != 0 && !slice_eq(wire_slice(list->next), after);
}

enum exit_code gather_list(const struct cli *cli, struct context *context, const struct cw_list_query *query,
                           size_t max, struct gather *out)
{
    struct cw_list_query page = *query;
    struct progress p;
    struct buf after = {0};
    bool more = true;
    uint32_t pages = 0;
    enum cw_err err = CW_OK;

    progress_begin(&p, cli, "cases");
    if (max > GATHER_MAX)
        max = GATHER_MAX;
    page.limit = max < CW_LIST_LIMIT_MAX ? (uint32_t)max : CW_LIST_LIMIT_MAX;
    while (err == CW_OK && more && out->count < max) {
        struct cw_answer *answer = NULL;

        page.after = buf_slice(&after);
        err = cw_client_list(context->client, &page, cli->timeout_ms, &answer);
        if (err == CW_OK) {
            const Cw__CaseList *list = answer_message(answer)->list;

            err = fetch_page(cli, context, list, max, out, &p);
            more = list_goes_on(list, buf_slice(&after)) && pages++ < PAGES_MAX;
            buf_clear(&after);
            if (err == CW_OK)
                err = buf_add(&after, wire_slice(list->next));
        }
        cw_answer_close(answer);
    }
    progress_end(&p);
    buf_done(&after);
    out->more = out->more || more;
    return err == CW_OK ? EXIT_DONE
                        : complain_fault(cli, "the cases could not be read", cw_client_fault(context->client));
}

enum exit_code gather_beside(const struct cli *cli, struct context *context, const Cw__CaseView *view,
                             struct gather *out)
{
    const Cw__ViewIdentity *identity = view->identity;
    enum cw_err err = CW_OK;

    if (identity == NULL || !slice_eq(wire_slice(identity->standing), slice_of("survivor")))
        return EXIT_DONE;
    for (size_t i = 0; i < identity->n_cases && err == CW_OK; i++)
        if (!slice_eq(wire_slice(identity->cases[i]->case_id), wire_slice(view->case_id)))
            err = fetch_some(context, cli->timeout_ms, &identity->cases[i]->case_id, 1, out);
    return err == CW_OK ? EXIT_DONE
                        : complain_fault(cli, "the other records of this child could not be read",
                                         cw_client_fault(context->client));
}

enum exit_code gather_one(const struct cli *cli, struct context *context, const char *name, struct gather *out)
{
    struct cw_answer *answer = NULL;
    enum exit_code code = lookup_view(cli, context, name, &answer);
    size_t at = out->count;

    if (code == EXIT_DONE)
        keep(out, answer);
    return out->count > at ? gather_beside(cli, context, gather_view(out, at), out) : code;
}

enum exit_code gather_missing(const struct cli *cli, struct context *context, struct gather *out)
{
    struct cw_list_query missing = {.size = sizeof(missing), .status = slice_of("missing")};

    return gather_list(cli, context, &missing, MISSING_MAX, out);
}

enum exit_code gather_pressing(const struct cli *cli, struct context *context, size_t max, struct gather *out)
{
    struct cw_list_query in_conflict = {.size = sizeof(in_conflict), .conflicts_only = 1},
                         newest = {.size = sizeof(newest)};
    enum exit_code code = gather_missing(cli, context, out);

    if (code == EXIT_DONE)
        code = gather_list(cli, context, &in_conflict, out->count + IN_CONFLICT_MAX, out);
    return code == EXIT_DONE ? gather_list(cli, context, &newest, out->count + max, out) : code;
}

void gather_done(struct gather *g)
{
    for (size_t i = 0; i < g->count; i++)
        cw_answer_close(g->at[i]);
    g->count = 0;
}
