/* SPDX-License-Identifier: Apache-2.0 */
/* Which log is asked for next, and what its answer means: the same for who waits and for who has an event loop. */
#include "lib/trust.h"

#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"
#include "lib/unpack.h"

static const Cw__ExportChunk *list_of(const struct trust_fetch *f)
{
    return answer_message(f->list)->export;
}

static bool is_log_of(const struct trust_fetch *f, size_t i)
{
    const Cw__LogHead *log = list_of(f)->logs[i];

    return log->scope_kind == f->scope && log->head != NULL && log->head->log.len == ID_LEN;
}

static void find_next(struct trust_fetch *f)
{
    while (f->scope >= LOG_AUTHORITY) {
        while (f->next < list_of(f)->n_logs && !is_log_of(f, f->next))
            f->next++;
        if (f->next < list_of(f)->n_logs)
            return;
        f->next = 0;
        f->scope--;
    }
}

void trust_fetch_begin(struct trust_fetch *fetch, struct cw_trust *trust, struct cw_answer *list)
{
    *fetch = (struct trust_fetch){.trust = trust, .list = list, .scope = LOG_ROOT};
    find_next(fetch);
}

void trust_fetch_end(struct trust_fetch *fetch)
{
    cw_answer_close(fetch->list);
    fetch->list = NULL;
}

static uint64_t known_of(struct cw_trust *trust, const uint8_t log[static ID_LEN])
{
    const struct chain *chain;
    struct log_id id;

    memcpy(id.b, log, ID_LEN);
    chain = trust_chain(trust, &id);
    return chain != NULL ? chain->seq : 0;
}

const uint8_t *trust_fetch_next(const struct trust_fetch *fetch, uint64_t *out_after)
{
    const uint8_t *log;

    if (fetch->scope < LOG_AUTHORITY)
        return NULL;
    log = list_of(fetch)->logs[fetch->next]->head->log.data;
    *out_after = known_of(fetch->trust, log);
    return log;
}

enum cw_err trust_fetch_take(struct trust_fetch *fetch, const struct cw_answer *answer, struct cw_fault *fault)
{
    const Cw__ExportChunk *chunk = answer_message(answer)->export;
    const uint8_t *log = list_of(fetch)->logs[fetch->next]->head->log.data;
    uint64_t before = known_of(fetch->trust, log);
    struct trust_first_fault first = {0};
    struct chain_watcher watcher = {&first, trust_keep_first, NULL, NULL};

    if (chunk->entries != NULL)
        trust_follow(fetch->trust, chunk->entries, &watcher);
    if (first.any) {
        if (fault != NULL)
            *fault = first.fault;
        return first.fault.code;
    }
    /* A daemon that repeats itself gets no third turn. */
    if (chunk->last || chunk->entries == NULL || known_of(fetch->trust, log) == before) {
        fetch->next++;
        find_next(fetch);
    }
    return CW_OK;
}

/* --- waited for ----------------------------------------------------------------------------------------------------- */

static enum cw_err ask(struct cw_client *client, const uint8_t *log, uint64_t after, int32_t timeout_ms,
                       struct cw_answer **out, struct cw_fault *fault)
{
    enum cw_err err = cw_client_export(client, log, after, 0, timeout_ms, out);

    if (err != CW_OK && fault != NULL)
        *fault = *cw_client_fault(client);
    return err;
}

enum cw_err cw_trust_fetch(struct cw_trust *trust, struct cw_client *client, int32_t timeout_ms,
                           struct cw_fault *out_fault)
{
    if (MISSING(out_fault, trust, client))
        return CW_USAGE_ARGUMENT;
    struct trust_fetch fetch;
    struct cw_answer *answer;
    const uint8_t *log;
    uint64_t after = 0;
    enum cw_err err = ask(client, NULL, 0, timeout_ms, &answer, out_fault);

    if (err != CW_OK)
        return err;
    trust_fetch_begin(&fetch, trust, answer);
    while (err == CW_OK && (log = trust_fetch_next(&fetch, &after)) != NULL) {
        err = ask(client, log, after, timeout_ms, &answer, out_fault);
        if (err != CW_OK)
            break;
        err = trust_fetch_take(&fetch, answer, out_fault);
        cw_answer_close(answer);
    }
    trust_fetch_end(&fetch);
    return err;
}
