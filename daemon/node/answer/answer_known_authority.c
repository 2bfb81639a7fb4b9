/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer_known.h"
#include "node/authority_entries.h"
#include "node/internal.h"

#include "core/positions.h"

/*
 * Which authority records a division had at a time. Its own daemon noted when each came; of another division its seals say
 * under which positions they were made, and the last one up to then counts.
 */

/* --- another division's seals ----------------------------------------------------------------------------------- */

static bool written_by_then(const struct answering *a, const struct log_id *log, uint64_t seq)
{
    struct entry_row row;
    struct entry_header header;

    return db_get_entry(a->node, a->read.txn, log, seq, &row) == CW_OK &&
           entry_header_parse(row.header, &header) == CW_OK && (int64_t)(header.hlc >> 16) <= a->known->at.ms;
}

/* Clocks of a log ascend: the last entry written by then. 0: none. */
static uint64_t last_written(const struct answering *a, const struct log_head *head)
{
    uint64_t low = 0, high = head->seq;

    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;

        if (written_by_then(a, &head->log, middle))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void raise_by_log(const struct answering *a, const struct log_head *head)
{
    struct seal_row seal;
    uint64_t last, seq = last_written(a, head);

    if (seq > 0 && db_get_seal(a->node, a->read.txn, &head->log, seq, &seal, &last) == CW_OK)
        (void)positions_raise(&a->known->positions, &seal.authority);
}

static enum cw_err read_positions(const struct answering *a)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct log_row row;
    enum cw_err err;

    while ((err = node_store(a->node)->next(a->read.txn, TABLE_LOG, row_key_slice(&from), from.len > 0, &pair)) ==
           CW_OK) {
        if (pair.key.len != ID_LEN || log_row_parse(pair.value, &row) != CW_OK)
            return CW_LOCAL_CORRUPT;
        if (strcmp(row.head.division, a->known->division) == 0)
            raise_by_log(a, &row.head);
        memcpy(from.b, pair.key.data, ID_LEN);
        from.len = ID_LEN;
    }
    a->known->has_positions = true;
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- one record -------------------------------------------------------------------------------------------------- */

/* What came before such times were noted came before. */
static bool came_by_then(const struct answering *a, const struct log_id *log, uint64_t seq)
{
    struct entry_row row;
    struct cw_wall came;

    return db_get_entry(a->node, a->read.txn, log, seq, &row) != CW_OK ||
           known_at_arrival(a, row.arrival, &came) != CW_OK || came.ms <= a->known->at.ms;
}

static bool had(const struct answering *a, const struct log_id *log, uint64_t seq)
{
    const struct position *p;

    if (a->known->ours)
        return came_by_then(a, log, seq);
    p = positions_find(&a->known->positions, log);
    return p != NULL && p->seq >= seq;
}

/* --- what follows from them --------------------------------------------------------------------------------------- */

static bool had_policy(void *answering, const struct authority_policy *p)
{
    struct answering *a = answering;
    bool yes = had(a, &p->log, p->seq);

    a->known->policies_later += !yes;
    return yes;
}

static enum cw_err fold_under_policy(struct answering *a, struct loaded_case *c)
{
    struct case_policy *policy = ARENA_NEW(a->arena, struct case_policy);

    if (policy == NULL)
        return CW_LOCAL_MEMORY;
    authority_policy_of(a->node, had_policy, a, policy);
    c->policy = policy;
    return CW_OK;
}

static bool had_all(const struct answering *a, const struct positions *positions)
{
    bool all = true;

    for (uint32_t i = 0; i < positions->count; i++)
        all = all && had(a, &positions->at[i].log, positions->at[i].seq);
    return all;
}

/* Every certificate that counts was issued under the positions that the seal names: without those it is nobody's yet. */
static enum cw_err judge(struct answering *a, struct loaded_op *op)
{
    struct seal_row seal;
    uint64_t last;
    enum cw_err err = db_get_seal(a->node, a->read.txn, &op->log, op->seq, &seal, &last);

    if (err == CW_LOCAL_NOT_FOUND || (err == CW_OK && had_all(a, &seal.authority)))
        return CW_OK;
    if (err == CW_OK && op->verdict == VERDICT_EFFECTIVE) {
        op->verdict = VERDICT_PENDING;
        op->reason = REASON_POSITION;
        a->known->pending++;
    }
    return err;
}

enum cw_err known_at_authority(struct answering *a, struct loaded_case *c)
{
    enum cw_err err = a->known->ours || a->known->has_positions ? CW_OK : read_positions(a);

    for (uint32_t i = 0; i < c->op_count && err == CW_OK; i++)
        err = judge(a, c->ops[i]);
    return err == CW_OK ? fold_under_policy(a, c) : err;
}
