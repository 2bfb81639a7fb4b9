/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/gather.h"

#include "tool/lookup.h"
#include "tool/progress.h"

#include "proto/wire.h"

#define AT_ONCE 64 /* requests on their way: views may be large */

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

/* Views of rows[from..to), side by side. */
static enum cw_err fetch_some(struct context *c, int32_t timeout_ms, Cw__CaseRow *const *rows, size_t count,
                              struct gather *out)
{
    struct cw_call call = {.size = sizeof(call), .timeout_ms = timeout_ms};
    struct cw_request *asked[AT_ONCE];
    size_t asked_count = 0;
    enum cw_err err = CW_OK;

    for (size_t i = 0; err == CW_OK && i < count; i++) {
        char id[2 * CW_ID_LEN + 1];

        if (rows[i]->case_id.len != CW_ID_LEN || has_case(out, rows[i]->case_id))
            continue;
        hex_of(wire_slice(rows[i]->case_id), id);
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

static enum cw_err fetch_page(const struct cli *cli, struct context *c, const Cw__CaseList *list, size_t max,
                              struct gather *out, struct progress *p)
{
    enum cw_err err = CW_OK;

    for (size_t from = 0; err == CW_OK && from < list->n_rows && out->count < max; from += AT_ONCE) {
        size_t left = list->n_rows - from, wanted = max - out->count;
        size_t count = left < AT_ONCE ? left : AT_ONCE;

        err = fetch_some(c, cli->timeout_ms, &list->rows[from], count < wanted ? count : wanted, out);
        progress_at(p, out->count, max);
    }
    return err;
}

enum exit_code gather_list(const struct cli *cli, struct context *context, const struct cw_list_query *query,
                           size_t max, struct gather *out)
{
    struct cw_list_query page = *query;
    struct progress p;
    struct buf after = {0};
    bool more = true;
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
            buf_clear(&after);
            more = list->next.len != 0 && list->n_rows != 0;
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

enum exit_code gather_one(const struct cli *cli, struct context *context, const char *name, struct gather *out)
{
    struct cw_answer *answer = NULL;
    enum exit_code code = lookup_view(cli, context, name, &answer);

    if (code == EXIT_DONE)
        keep(out, answer);
    return code;
}

void gather_done(struct gather *g)
{
    for (size_t i = 0; i < g->count; i++)
        cw_answer_close(g->at[i]);
    g->count = 0;
}
