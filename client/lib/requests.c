/* SPDX-License-Identifier: Apache-2.0 */
/* One pair of functions per question: one fills its message and asks, the other also waits. */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"
#include "proto/wire.h"

#include <stdlib.h>

/* The plan of a question whose answer holds this message. */
#define EXPECT(message) (&(struct request_plan){.member = offsetof(Cw__Answer, message)})
/* ... and is never older than what the session has seen. */
#define EXPECT_READ(message) (&(struct request_plan){.member = offsetof(Cw__Answer, message), .session = SESSION_READ})

static struct cw_call call_of(int32_t timeout_ms)
{
    return (struct cw_call){.size = sizeof(struct cw_call), .timeout_ms = timeout_ms};
}

bool client_id_of_name(struct cw_slice name, uint8_t out[static CW_ID_LEN])
{
    char text[2 * CW_ID_LEN + 1];

    if (name.len != (size_t)2 * CW_ID_LEN)
        return false;
    memcpy(text, name.data, name.len);
    text[name.len] = '\0';
    return hex_parse(text, out, CW_ID_LEN) == CW_OK;
}

/* --- cases ------------------------------------------------------------------------------------------------ */

static enum cw_err ask_get(struct cw_client *client, const struct cw_call *call, Cw__GetCase get, struct cw_slice name,
                           struct cw_request **out_request)
{
    Cw__Request request = CW__REQUEST__INIT;
    uint8_t id[CW_ID_LEN];

    request.get = &get;
    get.has_brief = get.brief = 1; /* answer_take() says again what is said once */
    get.has_case_id = client_id_of_name(name, id);
    get.has_name = !get.has_case_id;
    if (get.has_case_id)
        get.case_id = wire_bytes(slice(id, sizeof(id)));
    else
        get.name = wire_bytes(name);
    return client_start(client, &request, call, EXPECT_READ(view), out_request);
}

enum cw_err cw_ask_get(struct cw_client *client, const struct cw_call *call, struct cw_slice name,
                       struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call) || HOLLOW(FAULT_OF(client), name))
        return CW_USAGE_ARGUMENT;
    return ask_get(client, call, (Cw__GetCase)CW__GET_CASE__INIT, name, out_request);
}

enum cw_err cw_ask_get_known(struct cw_client *client, const struct cw_call *call, struct cw_slice name,
                             struct cw_slice division, struct cw_wall at, struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call) || HOLLOW(FAULT_OF(client), name, division))
        return CW_USAGE_ARGUMENT;
    Cw__GetCase get = CW__GET_CASE__INIT;

    if (division.len == 0 || at.ms < 0)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "division", "name a division and a time");
    get.has_as_known_at = get.has_at_ms = 1;
    get.as_known_at = wire_bytes(division);
    get.at_ms = (uint64_t)at.ms;
    return ask_get(client, call, get, name, out_request);
}

enum cw_err cw_ask_case(struct cw_client *client, const struct cw_call *call, const struct cw_case_query *query,
                        struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call))
        return CW_USAGE_ARGUMENT;
    Cw__GetCase get = CW__GET_CASE__INIT;

    if (query == NULL || query->size != sizeof(*query) || query->at.ms < 0)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "query", "size or time is outside what the header allows");
    if (HOLLOW(&client->fault, query->name, query->division))
        return CW_USAGE_ARGUMENT;
    get.has_as_known_at = get.has_at_ms = query->division.len != 0;
    get.as_known_at = wire_bytes(query->division);
    get.at_ms = (uint64_t)query->at.ms;
    get.has_events_before = query->events_before != NULL;
    if (query->events_before != NULL)
        get.events_before = wire_bytes(slice(query->events_before->b, CW_ID_LEN));
    return ask_get(client, call, get, query->name, out_request);
}

enum cw_err cw_client_case(struct cw_client *client, const struct cw_case_query *query, int32_t timeout_ms,
                           struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_case(client, &call, query, &request);

    return client_wait_for(err, request, out_answer);
}

enum cw_err cw_client_get_known(struct cw_client *client, struct cw_slice name, struct cw_slice division,
                                struct cw_wall at, int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_get_known(client, &call, name, division, at, &request);

    return client_wait_for(err, request, out_answer);
}

enum cw_err cw_client_get(struct cw_client *client, struct cw_slice name, int32_t timeout_ms,
                          struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_get(client, &call, name, &request);

    return client_wait_for(err, request, out_answer);
}

/* Of the versions before, which end where these begin. */
#define LIST_QUERY_SIZE_1 offsetof(struct cw_list_query, status)
#define LIST_QUERY_SIZE_2 offsetof(struct cw_list_query, overdue_only)
#define LIST_QUERY_SIZE_3 offsetof(struct cw_list_query, as_known_at)

static bool is_list_query(size_t size)
{
    return size == sizeof(struct cw_list_query) || size == LIST_QUERY_SIZE_3 || size == LIST_QUERY_SIZE_2 ||
           size == LIST_QUERY_SIZE_1;
}

/* A query of the caller's, of the length that its version has. */
static bool is_hollow(struct cw_fault *fault, const struct cw_list_query *q)
{
    return HOLLOW(fault, q->after, q->prefix) ||
           (q->size >= LIST_QUERY_SIZE_2 &&
            HOLLOW(fault, q->status, q->division, q->risk, q->owner, q->area, q->entity)) ||
           (q->size == sizeof(*q) && HOLLOW(fault, q->as_known_at));
}

static void fill_text(struct cw_slice text, protobuf_c_boolean *out_has, ProtobufCBinaryData *out)
{
    *out_has = text.len != 0;
    *out = wire_bytes(text);
}

static void fill_filters(const struct cw_list_query *query, Cw__ListCases *list)
{
    fill_text(query->status, &list->has_status, &list->status);
    fill_text(query->division, &list->has_division, &list->division);
    fill_text(query->risk, &list->has_risk, &list->risk);
    fill_text(query->owner, &list->has_owner, &list->owner);
    fill_text(query->area, &list->has_area, &list->area);
    fill_text(query->entity, &list->has_entity, &list->entity);
}

static void fill_known(const struct cw_list_query *query, Cw__ListCases *list)
{
    fill_text(query->as_known_at, &list->has_as_known_at, &list->as_known_at);
    list->has_at_ms = list->has_as_known_at;
    list->at_ms = (uint64_t)query->at.ms;
}

enum cw_err cw_ask_list(struct cw_client *client, const struct cw_call *call, const struct cw_list_query *query,
                        struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ListCases list = CW__LIST_CASES__INIT;

    request.list = &list;
    if (query != NULL && (!is_list_query(query->size) || query->limit > CW_LIST_LIMIT_MAX))
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "query", "size or limit is outside what the header allows");
    if (query != NULL && is_hollow(&client->fault, query))
        return CW_USAGE_ARGUMENT;
    if (query != NULL) {
        list.has_kind = query->kind != 0;
        list.kind = query->kind;
        list.has_limit = query->limit != 0;
        list.limit = query->limit;
        list.has_after = query->after.len != 0;
        list.after = wire_bytes(query->after);
        list.has_prefix = query->prefix.len != 0;
        list.prefix = wire_bytes(query->prefix);
        list.has_conflicts_only = query->conflicts_only != 0;
        list.conflicts_only = query->conflicts_only != 0;
        if (query->size >= LIST_QUERY_SIZE_2)
            fill_filters(query, &list);
        list.has_overdue = list.overdue = query->size >= LIST_QUERY_SIZE_3 && query->overdue_only != 0;
        if (query->size == sizeof(*query))
            fill_known(query, &list);
    }
    return client_start(client, &request, call, EXPECT_READ(list), out_request);
}

enum cw_err cw_client_list(struct cw_client *client, const struct cw_list_query *query, int32_t timeout_ms,
                           struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_list(client, &call, query, &request);

    return client_wait_for(err, request, out_answer);
}

enum cw_err cw_ask_history(struct cw_client *client, const struct cw_call *call, struct cw_slice name, uint32_t limit,
                           struct cw_slice after, struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call) || HOLLOW(FAULT_OF(client), name, after))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetHistory history = CW__GET_HISTORY__INIT;
    uint8_t id[CW_ID_LEN];

    request.history = &history;
    history.has_case_id = client_id_of_name(name, id);
    history.has_name = !history.has_case_id;
    if (history.has_case_id)
        history.case_id = wire_bytes(slice(id, sizeof(id)));
    else
        history.name = wire_bytes(name);
    history.has_limit = limit != 0;
    history.limit = limit;
    history.has_after = after.len != 0;
    history.after = wire_bytes(after);
    return client_start(client, &request, call, EXPECT_READ(history), out_request);
}

enum cw_err cw_client_history(struct cw_client *client, struct cw_slice name, uint32_t limit, struct cw_slice after,
                              int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_history(client, &call, name, limit, after, &request);

    return client_wait_for(err, request, out_answer);
}

/* --- the daemon --------------------------------------------------------------------------------------------- */

enum cw_err cw_ask_status(struct cw_client *client, const struct cw_call *call, struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetStatus status = CW__GET_STATUS__INIT;

    request.status = &status;
    return client_start(client, &request, call, EXPECT(status), out_request);
}

enum cw_err cw_client_status(struct cw_client *client, int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_status(client, &call, &request);

    return client_wait_for(err, request, out_answer);
}

enum cw_err cw_ask_peers(struct cw_client *client, const struct cw_call *call, struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetPeers peers = CW__GET_PEERS__INIT;

    request.peers = &peers;
    return client_start(client, &request, call, EXPECT(peers), out_request);
}

enum cw_err cw_client_peers(struct cw_client *client, int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_peers(client, &call, &request);

    return client_wait_for(err, request, out_answer);
}

enum cw_err cw_ask_schema(struct cw_client *client, const struct cw_call *call, struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetSchema schema = CW__GET_SCHEMA__INIT;

    request.schema = &schema;
    return client_start(client, &request, call, EXPECT(schema), out_request);
}

enum cw_err cw_client_schema(struct cw_client *client, int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_schema(client, &call, &request);

    return client_wait_for(err, request, out_answer);
}

enum cw_err cw_ask_authority(struct cw_client *client, const struct cw_call *call, int certificates,
                             struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetAuthority authority = CW__GET_AUTHORITY__INIT;

    request.authority = &authority;
    authority.has_certificates = authority.certificates = certificates != 0;
    return client_start(client, &request, call, EXPECT(authority), out_request);
}

enum cw_err cw_client_authority(struct cw_client *client, int certificates, int32_t timeout_ms,
                                struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_authority(client, &call, certificates, &request);

    return client_wait_for(err, request, out_answer);
}

/* --- ops and logs --------------------------------------------------------------------------------------------- */

enum cw_err cw_ask_receipt(struct cw_client *client, const struct cw_call *call, const struct cw_op_id *op,
                           struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call, op))
        return CW_USAGE_ARGUMENT;
    struct request_plan plan = {.member = offsetof(Cw__Answer, submitted), .op = op, .session = SESSION_READ};
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetReceipt receipt = CW__GET_RECEIPT__INIT;

    request.receipt = &receipt;
    receipt.has_op_id = true;
    receipt.op_id = wire_bytes(slice(op->b, CW_ID_LEN));
    return client_start(client, &request, call, &plan, out_request);
}

enum cw_err cw_client_receipt(struct cw_client *client, const struct cw_op_id *op, int32_t timeout_ms,
                              struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, op, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = call_of(timeout_ms);
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_receipt(client, &call, op, &request);

    return client_wait_for(err, request, out_answer);
}

static Cw__ExportLog export_of(const uint8_t *log, uint64_t after, int open)
{
    Cw__ExportLog chunk = CW__EXPORT_LOG__INIT;

    chunk.has_log = log != NULL;
    chunk.log = wire_bytes(slice(log, log != NULL ? CW_ID_LEN : 0));
    chunk.has_after = after != 0;
    chunk.after = after;
    chunk.has_open = chunk.open = open != 0;
    return chunk;
}

enum cw_err client_ask_export(struct cw_client *client, const struct cw_call *call, const uint8_t *log, uint64_t after,
                              struct cw_request **out_request)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ExportLog chunk = export_of(log, after, 0);

    request.export = &chunk;
    return client_start(client, &request, call, EXPECT(export), out_request);
}

enum cw_err cw_client_export(struct cw_client *client, const uint8_t *log, uint64_t after, int open, int32_t timeout_ms,
                             struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__ExportLog chunk = export_of(log, after, open);

    request.export = &chunk;
    return client_ask(client, &request, EXPECT(export), timeout_ms, out_answer);
}

enum cw_err cw_client_admin(struct cw_client *client, enum cw_admin_act act, const char *division, int32_t timeout_ms,
                            struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, out_answer))
        return CW_USAGE_ARGUMENT;
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Admin admin = CW__ADMIN__INIT;

    if (!client->admin)
        return fault_set(&client->fault, CW_USAGE_ORDER, "admin", "only over the daemon's admin socket");
    request.admin = &admin;
    admin.has_act = true;
    admin.act = act;
    admin.has_peer = division != NULL;
    if (division != NULL)
        admin.peer = wire_bytes(slice_of(division));
    return client_ask(client, &request, &(struct request_plan){0}, timeout_ms, out_answer);
}
