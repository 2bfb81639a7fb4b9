/* SPDX-License-Identifier: Apache-2.0 */
#include "core/logs.h"

void logs_init(struct logs *logs, struct arena *memory, uint32_t max)
{
    *logs = (struct logs){.max = max};
    logs->slots = ARENA_TABLE(memory, struct log_slot, max);
    logs->sorted = ARENA_TABLE(memory, uint32_t, max);
    logs->dirty = ARENA_TABLE(memory, uint32_t, max);
    CW_ASSERT(logs->slots != NULL && logs->sorted != NULL && logs->dirty != NULL);
}

/* Where log is, or would be, among the sorted. */
static uint32_t rank_of(const struct logs *logs, const struct log_id *log, bool *out_found)
{
    uint32_t low = 0, high = logs->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = ID_COMPARE(&logs->slots[logs->sorted[middle]].head.log, log);

        if (order == 0) {
            *out_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *out_found = false;
    return low;
}

uint32_t logs_find(const struct logs *logs, const struct log_id *log)
{
    bool found;
    uint32_t rank = rank_of(logs, log, &found);

    return found ? logs->sorted[rank] : LOG_NONE;
}

uint32_t logs_add(struct logs *logs, const struct log_head *head)
{
    bool found;
    uint32_t rank = rank_of(logs, &head->log, &found);

    CW_ASSERT(!found);
    if (logs->count == logs->max)
        return LOG_NONE;
    uint32_t slot = logs->count++;

    memmove(&logs->sorted[rank + 1], &logs->sorted[rank], (slot - rank) * sizeof *logs->sorted);
    logs->sorted[rank] = slot;
    logs->slots[slot] = (struct log_slot){.head = *head};
    logs->slots[slot].turn_seq = head->seq;
    if (head->forked)
        logs->slots[slot].fork_rank = ++logs->fork_count;
    return slot;
}

void logs_touch(struct logs *logs, uint32_t slot)
{
    if (logs->slots[slot].dirty)
        return;
    logs->slots[slot].dirty = true;
    logs->dirty[logs->dirty_count++] = slot;
}

void logs_begin_turn(struct logs *logs)
{
    for (uint32_t i = 0; i < logs->dirty_count; i++) {
        struct log_slot *slot = &logs->slots[logs->dirty[i]];

        slot->dirty = false;
        slot->turn_seq = slot->head.seq;
    }
    logs->dirty_count = 0;
}

void log_head_open(struct log_head *head, const struct log_id *log, const struct genesis *genesis)
{
    CW_ASSERT(genesis->division.len <= DIVISION_LEN_MAX);
    memset(head, 0, sizeof *head);
    head->log = *log;
    head->scope = genesis->scope;
    head->cert = genesis->cert;
    if (genesis->division.len > 0)
        memcpy(head->division, genesis->division.data, genesis->division.len);
    head->n = genesis->n;
    memcpy(head->seal.b, log->b, ID_LEN);
    head->has_prior = genesis->has_prior;
    head->prior = genesis->prior;
}

bool log_head_lacks_blobs(const struct log_head *head)
{
    return head->blob_seq < head->seq || head->hole_count > 0;
}

uint64_t log_head_held(const struct log_head *head)
{
    return head->hole_count > 0 ? head->holes[0] - 1 : head->blob_seq;
}

/* Index of the first hole at or above seq. */
static uint32_t hole_rank(const struct log_head *head, uint64_t seq)
{
    uint32_t i = 0;

    while (i < head->hole_count && head->holes[i] < seq)
        i++;
    return i;
}

static void fill_hole(struct log_head *head, uint64_t seq)
{
    uint32_t at = hole_rank(head, seq);

    if (at == head->hole_count || head->holes[at] != seq)
        return;
    head->hole_count--;
    memmove(&head->holes[at], &head->holes[at + 1], (head->hole_count - at) * sizeof *head->holes);
    head->holes[head->hole_count] = 0;
}

static void extend_to(struct log_head *head, uint64_t seq, bool *out_full)
{
    uint64_t gap = seq - head->blob_seq - 1;

    if (gap > HOLES_MAX - head->hole_count) {
        *out_full = true;
        return;
    }
    for (uint64_t hole = head->blob_seq + 1; hole < seq; hole++)
        head->holes[head->hole_count++] = hole;
    head->blob_seq = seq;
}

/* Holes stay below blob_seq: those at its end lower it instead. */
static void trim_end(struct log_head *head)
{
    while (head->hole_count > 0 && head->holes[head->hole_count - 1] == head->blob_seq) {
        head->holes[--head->hole_count] = 0;
        head->blob_seq--;
    }
}

static void end_below(struct log_head *head, uint64_t seq)
{
    uint32_t kept = hole_rank(head, seq);

    while (head->hole_count > kept)
        head->holes[--head->hole_count] = 0;
    head->blob_seq = seq - 1;
    trim_end(head);
}

static void dig_hole(struct log_head *head, uint64_t seq, bool *out_full)
{
    uint32_t at = hole_rank(head, seq);

    if (at < head->hole_count && head->holes[at] == seq)
        return;
    if (seq == head->blob_seq) {
        end_below(head, seq);
        return;
    }
    if (head->hole_count == HOLES_MAX) {
        *out_full = true;
        end_below(head, seq > head->holes[HOLES_MAX - 1] ? seq : head->holes[HOLES_MAX - 1]);
        if (seq > head->blob_seq)
            return;
        at = hole_rank(head, seq);
    }
    memmove(&head->holes[at + 1], &head->holes[at], (head->hole_count - at) * sizeof *head->holes);
    head->holes[at] = seq;
    head->hole_count++;
    trim_end(head);
}

void log_head_blob(struct log_head *head, uint64_t seq, bool held, bool *out_full)
{
    CW_ASSERT(seq >= 1 && seq <= head->seq);
    if (held && seq > head->blob_seq)
        extend_to(head, seq, out_full);
    else if (held)
        fill_hole(head, seq);
    else if (seq <= head->blob_seq)
        dig_hole(head, seq, out_full);
}

bool log_holds_blob(uint64_t blob_seq, const uint64_t *holes, uint32_t hole_count, uint64_t seq)
{
    if (seq > blob_seq)
        return false;
    for (uint32_t i = 0; i < hole_count && holes[i] <= seq; i++) {
        if (holes[i] == seq)
            return false;
    }
    return true;
}

struct position log_head_position(const struct log_head *head)
{
    return (struct position){head->log, head->seq, head->seal};
}

void log_head_item(const struct log_head *head, struct frontier_item *out)
{
    memset(out, 0, sizeof *out);
    out->log = head->log;
    out->seq = head->seq;
    out->seal = head->seal;
    out->blob_seq = head->blob_seq;
    out->hole_count = head->hole_count;
    memcpy(out->holes, head->holes, head->hole_count * sizeof *head->holes);
}
