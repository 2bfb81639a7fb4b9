/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status that never lies: "in sync" only when nothing is unsent, unreceived, unopened, disputed or waiting;
 * otherwise every reason, one sentence each.
 */

#include "node/answer.h"

#include "node/reasons.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <casewire/casewire.h>
#include <stdio.h>

#define REASONS_MAX (NODE_PEERS_SHOWN_MAX + 16)

/* --- why not in sync --------------------------------------------------------------------------------- */

struct reasons {
    struct answering *a;
    Cw__Status *out;
};

static void put_reason(void *ctx, const char *sentence, const char *brief)
{
    struct reasons *r = ctx;

    (void)brief;
    if (r->out->n_reasons < REASONS_MAX)
        r->out->reasons[r->out->n_reasons++] = answer_text(r->a, sentence);
}

/* --- status ------------------------------------------------------------------------------------------ */

static bool put_counters(struct answering *a, const struct node_status *status, Cw__Status *out)
{
    out->counters = ARENA_ARRAY(a->arena, Cw__Counter *, COUNTER_COUNT);
    if (out->counters == NULL)
        return false;
    for (uint32_t i = 0; i < COUNTER_COUNT; i++) {
        Cw__Counter *counter = ARENA_NEW(a->arena, Cw__Counter);

        if (counter == NULL)
            return false;
        cw__counter__init(counter);
        SET_BYTES(counter, name, answer_text(a, counter_name((enum counter)i)));
        SET_NUMBER(counter, value, status->counters[i]);
        out->counters[out->n_counters++] = counter;
    }
    return true;
}

#define OVER_SHOWN_MS INT64_C(86400000)

static bool put_alarms(struct answering *a, const struct node_status *status, Cw__Status *out)
{
    out->alarms = ARENA_ARRAY(a->arena, Cw__Alarm *, status->alarm_count + 1);
    if (out->alarms == NULL)
        return false;
    for (uint32_t i = 0; i < status->alarm_count; i++) {
        const struct node_alarm *from = &status->alarms[i];

        if (from->over && answer_now(a).ms - from->last.ms > OVER_SHOWN_MS)
            continue;
        Cw__Alarm *alarm = ARENA_NEW(a->arena, Cw__Alarm);
        if (alarm == NULL)
            return false;
        cw__alarm__init(alarm);
        SET_BYTES(alarm, id, answer_text(a, from->id));
        SET_BYTES(alarm, text, answer_text(a, from->text));
        SET_NUMBER(alarm, since_ms, (uint64_t)from->since.ms);
        out->alarms[out->n_alarms++] = alarm;
    }
    return true;
}

static void put_identity(struct answering *a, Cw__Status *out)
{
    const struct node_identity *self = node_identity(a->node);

    SET_BYTES(out, division, answer_text(a, self->division));
    SET_BYTES(out, network_name, answer_text(a, self->network_name));
    SET_BYTES(out, network, answer_bytes(a, self->network.b, ID_LEN));
    SET_NUMBER(out, started_ms, (uint64_t)self->started.ms);
    SET_NUMBER(out, now_ms, (uint64_t)answer_now(a).ms);
    SET_BYTES(out, version, answer_text(a, CW_VERSION_TEXT));
}

static void put_positions(struct answering *a, const struct node_status *status, Cw__Status *out)
{
    char text[32];
    uint64_t records = 0;

    if (status->has_own_log) {
        SET_BYTES(out, log, answer_bytes(a, status->own.log.b, ID_LEN));
        SET_NUMBER(out, seq, status->own.seq);
        SET_NUMBER(out, n, status->n);
    }
    for (uint32_t i = 0; i < status->authority.count; i++)
        records += status->authority.at[i].seq;
    snprintf(text, sizeof text, "%llu records", (unsigned long long)records);
    SET_BYTES(out, authority, answer_text(a, text));
    SET_BYTES(out, frontier_root, answer_bytes(a, status->frontier_root.b, ID_LEN));
    if (status->has_digest)
        SET_BYTES(out, digest, answer_bytes(a, status->digest.b, ID_LEN));
}

static void put_totals(const struct node_status *status, Cw__Status *out)
{
    SET_NUMBER(out, case_count, status->counters[COUNTER_CASES]);
    SET_NUMBER(out, entry_count, status->counters[COUNTER_ENTRIES]);
    SET_NUMBER(out, conflict_count, status->counters[COUNTER_CONFLICTS]);
    SET_NUMBER(out, pending_count, status->counters[COUNTER_PENDING]);
    SET_NUMBER(out, void_count, status->counters[COUNTER_VOID]);
    SET_NUMBER(out, hole_count, status->hole_count);
}

enum cw_err answer_status(struct answering *a, Cw__Answer *out)
{
    Cw__Status *view = ARENA_NEW(a->arena, Cw__Status);
    struct node_status *status = answer_read_status(a);
    struct reasons reasons = {a, view};

    if (view == NULL || status == NULL)
        return CW_LOCAL_MEMORY;
    cw__status__init(view);
    view->reasons = ARENA_ARRAY(a->arena, ProtobufCBinaryData, REASONS_MAX);
    if (view->reasons == NULL || !put_counters(a, status, view) || !put_alarms(a, status, view))
        return CW_LOCAL_MEMORY;
    put_identity(a, view);
    put_positions(a, status, view);
    put_totals(status, view);
    node_reasons(status, put_reason, &reasons);
    SET_NUMBER(view, in_sync, view->n_reasons == 0);
    out->status = view;
    return CW_OK;
}
