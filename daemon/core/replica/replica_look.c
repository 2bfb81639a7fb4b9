/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peer_state.h"
#include "core/positions.h"
#include "core/replica_state.h"

uint32_t replica_log_count(const struct replica *r)
{
    return r->logs.count;
}

const struct log_head *replica_log_at(const struct replica *r, uint32_t index)
{
    CW_ASSERT(index < r->logs.count);
    return &replica_slot(r, r->logs.sorted[index])->head;
}

const struct log_head *replica_log_find(const struct replica *r, const struct log_id *log)
{
    uint32_t slot = logs_find(&r->logs, log);

    return slot == LOG_NONE ? NULL : &replica_slot(r, slot)->head;
}

const struct log_head *replica_own_log(const struct replica *r)
{
    return r->own == LOG_NONE ? NULL : &replica_slot(r, r->own)->head;
}

bool replica_is_fetching(const struct replica *r)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        if (peer_state_is_session(r->peers.at[i].state) && r->peers.at[i].want_count > 0)
            return true;
    }
    return false;
}

/* --- frontier ------------------------------------------------------------------------------------------ */

void replica_frontier(const struct replica *r, struct frontier_head *out_head)
{
    *out_head = r->head;
}

static uint32_t list_items(const struct replica *r, bool all, uint64_t since, struct frontier_item *out, uint32_t max)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < r->logs.count && count < max; i++) {
        const struct log_slot *slot = replica_slot(r, r->logs.sorted[i]);

        if (slot->head.seq > 0 && (all || slot->changed_at > since))
            log_head_item(&slot->head, &out[count++]);
    }
    return count;
}

uint32_t replica_frontier_items(const struct replica *r, struct frontier_item *out, uint32_t max)
{
    return list_items(r, true, 0, out, max);
}

uint32_t replica_frontier_changes(const struct replica *r, uint64_t since, struct frontier_item *out, uint32_t max)
{
    return list_items(r, false, since, out, max);
}

/*
 * As far as every record of the log is held with its bytes, at the end of a seal: a record whose bytes are missing is not
 * applied, nor is any after it, so a seal that named it would leave its own entries pending.
 */
static bool position_held(const struct replica *r, const struct log_head *head, struct position *out)
{
    uint64_t held = log_head_held(head), first;

    if (held == head->seq) {
        *out = log_head_position(head);
        return true;
    }
    while (held > 0 && r->view->seal_covering(r->view->ctx, &head->log, held, out, &first)) {
        if (out->seq == held)
            return true;
        held = first - 1;
    }
    return false;
}

static void list_held(const struct replica *r, enum log_scope scope, struct positions *out)
{
    for (uint32_t i = 0; i < r->logs.count && out->count < AUTH_POSITIONS_MAX; i++) {
        const struct log_head *head = &replica_slot(r, r->logs.sorted[i])->head;

        if (head->scope == scope && head->seq > 0 && position_held(r, head, &out->at[out->count]))
            out->count++;
    }
}

void replica_note_authority(struct replica *r)
{
    memset(&r->authority, 0, sizeof r->authority);
    list_held(r, LOG_ROOT, &r->authority);
    list_held(r, LOG_AUTHORITY, &r->authority);
}

void replica_seal_positions(const struct replica *r, struct positions *out)
{
    const struct log_head *own = replica_own_log(r);

    if (own == NULL) {
        *out = r->authority;
        return;
    }
    *out = own->authority;
    (void)positions_raise(out, &r->authority);
}

/* The root log first, then authority logs by id, as many as a seal can name. */
static void list_authority(const struct replica *r, enum log_scope scope, struct positions *out)
{
    for (uint32_t i = 0; i < r->logs.count && out->count < AUTH_POSITIONS_MAX; i++) {
        const struct log_head *head = &replica_slot(r, r->logs.sorted[i])->head;

        if (head->scope == scope && head->seq > 0)
            out->at[out->count++] = log_head_position(head);
    }
}

void replica_authority_positions(const struct replica *r, struct positions *out)
{
    memset(out, 0, sizeof *out);
    list_authority(r, LOG_ROOT, out);
    list_authority(r, LOG_AUTHORITY, out);
}

/* --- peers --------------------------------------------------------------------------------------------- */

uint32_t replica_peer_count(const struct replica *r)
{
    return r->peers.count;
}

static void count_log(uint64_t ours, uint64_t theirs, struct peer_status *out)
{
    out->behind += ours > theirs ? ours - theirs : 0;
    out->ahead += theirs > ours ? theirs - ours : 0;
}

/* Both lists are in order of log id: one walk, for there may be thousands of logs, and hundreds of peers. */
static void count_entries(const struct replica *r, const struct peer *p, struct peer_status *out)
{
    const struct known_item *item = p->known.items, *end = item + p->known.item_count;

    for (uint32_t i = 0; i < r->logs.count; i++) {
        const struct log_head *head = &replica_slot(r, r->logs.sorted[i])->head;

        for (; item < end && ID_COMPARE(&item->log, &head->log) < 0; item++)
            count_log(0, item->seq, out);
        bool both = item < end && ID_EQ(&item->log, &head->log);

        count_log(head->seq, both ? item->seq : 0, out);
        item += both;
    }
    for (; item < end; item++)
        count_log(0, item->seq, out);
}

const struct cert_id *replica_peer_cert(const struct replica *r, uint32_t index)
{
    CW_ASSERT(index < r->peers.count);
    return &r->peers.at[index].cert;
}

void replica_peer_at(const struct replica *r, uint32_t index, struct peer_status *out)
{
    CW_ASSERT(index < r->peers.count);
    const struct peer *p = &r->peers.at[index];

    memset(out, 0, sizeof *out);
    out->cert = p->cert;
    memcpy(out->division, p->division, sizeof out->division);
    out->state = p->state;
    out->last_error = p->last_error;
    count_entries(r, p, out);
    out->last_heard = p->last_heard;
    out->since = p->since;
    out->cut = p->cut;
    memcpy(out->software, p->software, sizeof out->software);
    out->says_time = p->says_time;
    out->clock_ahead_ms = p->clock_ahead_ms;
}

/* --- the network's clock ------------------------------------------------------------------------------- */

static bool says_time(const struct peer *p)
{
    return p->says_time && peer_state_is_session(p->state);
}

static bool has_spoken(const struct replica *r, uint32_t upto, const char *division)
{
    for (uint32_t i = 0; i < upto; i++) {
        if (says_time(&r->peers.at[i]) && strcmp(r->peers.at[i].division, division) == 0)
            return true;
    }
    return false;
}

/* One word for each division, whose certificates may be several. */
#define CLOCKS_ASKED_MAX 64
static uint32_t clocks_said(const struct replica *r, int64_t out[static CLOCKS_ASKED_MAX])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < r->peers.count && count < CLOCKS_ASKED_MAX; i++) {
        if (says_time(&r->peers.at[i]) && !has_spoken(r, i, r->peers.at[i].division))
            out[count++] = r->peers.at[i].clock_ahead_ms;
    }
    return count;
}

int64_t replica_clock_behind_ms(const struct replica *r)
{
    int64_t said[CLOCKS_ASKED_MAX], behind = 0;
    uint32_t count = clocks_said(r, said), most = count / 2 + 1;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t agree = 0;

        for (uint32_t j = 0; j < count; j++)
            agree += said[j] >= said[i];
        if (said[i] > behind && agree >= (most > 2 ? most : 2))
            behind = said[i];
    }
    return behind < CLOCK_BEHIND_MS_MAX ? behind : CLOCK_BEHIND_MS_MAX;
}

/* --- held by k ----------------------------------------------------------------------------------------- */

static bool peer_holds(const struct peer *p, const struct log_id *log, uint64_t seq)
{
    const struct known_item *item = p->known.known ? known_frontier_find(&p->known, log) : NULL;

    return item != NULL && item->agreement == AGREEMENT_SAME && item->seq >= seq &&
           known_item_holds_blob(&p->known, item, seq);
}

/* DESIGN.md, P1: divisions able to read it. Who was taken back, or is no member, may have it and cannot give it to anybody. */
static bool peer_counts(const struct replica_view *view, const struct peer *p, const struct log_id *log, uint64_t seq)
{
    return peer_holds(p, log, seq) && view->may_read(view->ctx, &p->cert);
}

/* A division counts once, however many certificates it has. */
static bool is_counted(const struct replica *r, const struct replica_view *view, uint32_t index,
                       const struct log_id *log, uint64_t seq)
{
    const char *division = r->peers.at[index].division;

    if (strcmp(division, r->self.division) == 0)
        return true;
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(r->peers.at[i].division, division) == 0 && peer_counts(view, &r->peers.at[i], log, seq))
            return true;
    }
    return false;
}

static bool we_hold(const struct replica *r, const struct log_id *log, uint64_t seq)
{
    const struct log_head *head = replica_log_find(r, log);

    return head != NULL && seq >= 1 && seq <= head->seq &&
           log_holds_blob(head->blob_seq, head->holes, head->hole_count, seq);
}

uint32_t replica_held_by(const struct replica *r, const struct replica_view *view, const struct log_id *log,
                         uint64_t seq, struct cert_id *out_certs, uint32_t max)
{
    uint32_t held = we_hold(r, log, seq), listed = 0;

    for (uint32_t i = 0; i < r->peers.count; i++) {
        if (!peer_counts(view, &r->peers.at[i], log, seq) || is_counted(r, view, i, log, seq))
            continue;
        held++;
        if (listed < max)
            out_certs[listed++] = r->peers.at[i].cert;
    }
    return held;
}
