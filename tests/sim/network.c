/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Links as DEALER and ROUTER give them: dialled, up or down, frames in order. A frame that is lost takes its
 * link with it (TCP). A cut link swallows frames until both ends notice. Old frames may come again on a new link.
 */

#define INCOMING_BASE ((link_id)1 << 32) /* the driver's numbers for links that others dialled */
#define NOTICE_MS_MAX 4000               /* until an end learns that its link is gone */

static struct sim_link *find_link(const struct sim_node *n, link_id id, uint32_t *out_end)
{
    struct sim *s = n->sim;

    for (uint32_t i = s->link_count; i > 0; i--) {
        struct sim_link *l = &s->links[i - 1];

        for (uint32_t end = 0; end < 2; end++) {
            if (l->end[end] == n->index && l->id[end] == id && l->up[end] && l->run[end] == n->starts) {
                *out_end = end;
                return l;
            }
        }
    }
    return NULL;
}

bool network_is_link(const struct sim_node *n, link_id link)
{
    uint32_t end;

    return find_link(n, link, &end) != NULL;
}

static uint32_t link_index(const struct sim *s, const struct sim_link *l)
{
    return (uint32_t)(l - s->links);
}

static void tell_down(struct sim_node *n, link_id id)
{
    node_put(n, &(struct inbox_item){.kind = INBOX_LINK_DOWN, .who.link = id}, slice(NULL, 0));
}

/* --- an end learns that the link is gone ------------------------------------------------------------------ */

static void on_end_notices(struct sim *s, struct sim_event *e)
{
    struct sim_link *l = &s->links[e->a];
    uint32_t end = (uint32_t)e->b;
    struct sim_node *n = &s->nodes[l->end[end]];

    if (!l->up[end])
        return;
    l->up[end] = false;
    if (n->up && n->starts == l->run[end])
        tell_down(n, l->id[end]);
}

static void notice_later(struct sim *s, struct sim_link *l, uint32_t end, int64_t ms)
{
    struct sim_event *e = sim_at(s, s->now + ms, "link-gone", on_end_notices);

    e->a = link_index(s, l);
    e->b = end;
    e->node = l->end[end];
}

static void break_link(struct sim *s, struct sim_link *l, int64_t ms_max)
{
    if (l->doomed)
        return;
    l->doomed = true;
    for (uint32_t end = 0; end < 2; end++) {
        if (l->up[end])
            notice_later(s, l, end, rng_between(&s->noise, 0, ms_max));
    }
}

/* --- dialling ---------------------------------------------------------------------------------------------- */

static bool is_allowed(const struct sim_node *n, const struct actor *who)
{
    for (size_t i = 0; i < n->allowed_count; i++) {
        if (memcmp(n->allowed[i].curve_key, who->curve_public, KEY_LEN) == 0 && n->allowed[i].standing == STANDING_GOOD)
            return true;
    }
    return false;
}

static struct sim_node *node_at(struct sim *s, const uint8_t key[static KEY_LEN])
{
    for (uint32_t i = 0; i < s->node_count; i++) {
        struct sim_node *n = &s->nodes[i];

        if (n->present && !n->copied && memcmp(n->who->curve_public, key, KEY_LEN) == 0)
            return n;
    }
    return NULL;
}

static void tell_up(struct sim_node *n, link_id id, const struct actor *peer, bool incoming)
{
    struct inbox_item item = {.kind = INBOX_LINK_UP, .who = {id, false, peer->cert, SUBJECT_DAEMON}, .on = incoming};

    snprintf(item.division, sizeof item.division, "%s", peer->division);
    node_put(n, &item, slice(NULL, 0));
}

static struct sim_link *link_add(struct sim *s)
{
    if (s->link_count == s->link_max) {
        s->link_max = s->link_max == 0 ? 64 : s->link_max * 2;
        s->links = realloc(s->links, s->link_max * sizeof *s->links);
        CW_ASSERT(s->links != NULL);
    }
    struct sim_link *l = &s->links[s->link_count++];
    memset(l, 0, sizeof *l);
    return l;
}

static void send_stale(struct sim *s, uint32_t link_at);

static void connect_ends(struct sim *s, struct sim_node *from, struct sim_node *to, link_id dialled)
{
    struct sim_link *l = link_add(s);

    l->end[0] = from->index;
    l->end[1] = to->index;
    l->id[0] = dialled;
    l->id[1] = INCOMING_BASE + ++to->links_given;
    l->run[0] = (uint32_t)from->starts;
    l->run[1] = (uint32_t)to->starts;
    l->up[0] = l->up[1] = true;
    tell_up(from, l->id[0], to->who, false);
    tell_up(to, l->id[1], from->who, true);
    sim_say(s, "link %u: %s dialled %s", link_index(s, l), sim_name(from), sim_name(to));
    if (to->hangs_up)
        break_link(s, l, 1);
    send_stale(s, link_index(s, l));
}

static void on_dialled(struct sim *s, struct sim_event *e)
{
    struct sim_node *from = &s->nodes[e->node];
    struct sim_node *to = e->a < NODES_MAX ? &s->nodes[e->a] : NULL;
    link_id id;

    memcpy(&id, e->bytes, sizeof id);
    if (!from->up || from->starts != e->b)
        return;
    if (to != NULL && to->up && s->reaches[from->index][to->index] && s->reaches[to->index][from->index] &&
        is_allowed(to, from->who))
        connect_ends(s, from, to, id);
    else
        tell_down(from, id);
}

void network_dial(struct sim_node *from, link_id link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    struct sim *s = from->sim;
    struct sim_node *to = node_at(s, server_key);
    int64_t ms = rng_between(&s->noise, s->options.delay_ms_min, s->options.delay_ms_max) * 2 + 1;
    struct sim_event *e = sim_at_with(s, s->now + ms, "dialled", on_dialled, slice(&link, sizeof link));

    (void)address;
    e->node = from->index;
    e->a = to != NULL ? to->index : UINT64_MAX;
    e->b = from->starts;
}

/* --- frames ------------------------------------------------------------------------------------------------- */

static void on_frame(struct sim *s, struct sim_event *e)
{
    struct sim_link *l = &s->links[e->a];
    uint32_t end = (uint32_t)e->b;
    struct sim_node *to = &s->nodes[l->end[end]];

    l->waiting_len[end] -= e->len < l->waiting_len[end] ? e->len : l->waiting_len[end];
    if (l->doomed || !l->up[end] || !to->up || to->starts != l->run[end])
        return;
    struct inbox_item item = {.kind = INBOX_PEER,
                              .who = {l->id[end], false, s->nodes[l->end[1 - end]].who->cert, SUBJECT_DAEMON}};
    node_put(to, &item, slice(e->bytes, e->len));
}

static void keep_stale(struct sim *s, uint32_t from, uint32_t to, struct cw_slice frame)
{
    struct stale_frame *slot = &s->stale[from][to][s->stale_next[from][to]++ % STALE_KEPT];

    if (s->options.stale_pm == 0)
        return;
    free(slot->bytes);
    slot->bytes = malloc(frame.len);
    CW_ASSERT(slot->bytes != NULL);
    memcpy(slot->bytes, frame.data, frame.len);
    slot->len = frame.len;
}

static void carry(struct sim *s, struct sim_link *l, uint32_t to_end, struct cw_slice frame, int64_t leaves_at)
{
    int64_t at = leaves_at + rng_between(&s->noise, s->options.delay_ms_min, s->options.delay_ms_max);
    struct sim_event *e;

    if (at < l->last_arrival[to_end])
        at = l->last_arrival[to_end];
    l->last_arrival[to_end] = at;
    l->waiting_len[to_end] += frame.len;
    e = sim_at_with(s, at, "frame", on_frame, frame);
    e->a = link_index(s, l);
    e->b = to_end;
    e->node = l->end[to_end];
}

/* What was queued for the old connection comes out of the new one. */
static void send_stale(struct sim *s, uint32_t link_at)
{
    if (s->calm || !rng_chance(&s->noise, s->options.stale_pm))
        return;
    for (uint32_t end = 0; end < 2; end++) {
        struct sim_link *l = &s->links[link_at];
        struct stale_frame *slot = &s->stale[l->end[1 - end]][l->end[end]][rng_below(&s->noise, STALE_KEPT)];

        if (slot->bytes != NULL)
            carry(s, l, end, slice(slot->bytes, slot->len), s->now);
    }
}

static void client_answer(struct sim_node *n, link_id link, struct cw_slice frame);

/* One line for each frame: enough to follow a session by. */
static void tell_frame(struct sim *s, const struct sim_node *from, const struct sim_node *to, uint32_t link,
                       struct cw_slice frame)
{
    static const char *const kinds[] = {"HELLO", "FRONTIER",   "WANT",  "ENTRIES", "WANT_BLOBS",
                                        "BLOBS", "FORK_PROOF", "RESET", "DIGEST"};
    size_t mark = arena_mark(&s->scratch);
    struct peer_message *m = ARENA_NEW(&s->scratch, struct peer_message);

    if (peer_message_parse(frame, &s->scratch, m) == CW_OK && m->kind >= PEER_HELLO && m->kind <= PEER_DIGEST) {
        sim_say(s, "%s -> %s on link %u: %s #%llu, %zu bytes", sim_name(from), sim_name(to), link,
                kinds[m->kind - PEER_HELLO], (unsigned long long)m->counter, frame.len);
        if (m->kind == PEER_FRONTIER)
            sim_say(s, "    start %02x%02x counter %llu root %02x%02x, since %llu", m->as.frontier.head.start[0],
                    m->as.frontier.head.start[1], (unsigned long long)m->as.frontier.head.counter,
                    m->as.frontier.head.root.b[0], m->as.frontier.head.root.b[1],
                    (unsigned long long)m->as.frontier.since);
        for (uint32_t i = 0; m->kind == PEER_FRONTIER && i < m->as.frontier.item_count; i++)
            sim_say(s, "    %s %02x%02x at %llu, blobs %llu", m->as.frontier.full ? "whole" : "change",
                    m->as.frontier.items[i].log.b[0], m->as.frontier.items[i].log.b[1],
                    (unsigned long long)m->as.frontier.items[i].seq,
                    (unsigned long long)m->as.frontier.items[i].blob_seq);
        for (uint32_t i = 0; m->kind == PEER_WANT && i < m->as.want.log_count; i++)
            sim_say(s, "    %02x%02x after %llu", m->as.want.logs[i].log.b[0], m->as.want.logs[i].log.b[1],
                    (unsigned long long)m->as.want.logs[i].after);
        if (m->kind == PEER_ENTRIES && m->as.entries.batch_count > 0)
            sim_say(s, "    %02x%02x %llu to %llu", m->as.entries.log.b[0], m->as.entries.log.b[1],
                    (unsigned long long)m->as.entries.batches[0].seal.first,
                    (unsigned long long)m->as.entries.batches[m->as.entries.batch_count - 1].seal.last);
        if (m->kind == PEER_RESET)
            sim_say(s, "    %u", m->as.reset.code);
    }
    arena_release(&s->scratch, mark);
}

void network_send(struct sim_node *from, link_id link, struct cw_slice frame)
{
    struct sim *s = from->sim;
    uint32_t end;
    struct sim_link *l = find_link(from, link, &end);

    sim_trace_u64(s, sim_quick_hash(frame));
    if (l == NULL) {
        client_answer(from, link, frame);
        return;
    }
    struct sim_node *to = &s->nodes[l->end[1 - end]];
    if (s->verbose)
        tell_frame(s, from, to, link_index(s, l), frame);
    from->frames++;
    checks_on_send(s, from, l, frame);
    if (s->failed || l->doomed || !s->reaches[from->index][to->index])
        return;
    if (!s->calm && rng_chance(&s->noise, s->options.link_loss_pm)) {
        break_link(s, l, NOTICE_MS_MAX);
        return;
    }
    keep_stale(s, from->index, to->index, frame);
    size_t mark = arena_mark(&s->scratch);
    if (!from->honest)
        frame = tamper(from, to->index, frame, &s->scratch);
    if (from->retells != NULL && !s->calm)
        frame = from->retells(frame, &s->scratch);
    if (!s->calm && rng_chance(&s->noise, s->options.truncate_pm))
        frame.len = rng_below(&s->noise, (uint32_t)frame.len);
    if (frame.data != NULL)
        carry(s, l, 1 - end, frame, from->in_turn ? from->speaks_at : s->now);
    arena_release(&s->scratch, mark);
}

/* Links that are no daemon's are an officer's: the id says whose (client.c). */
#include "tests/sim/client.h"

static void client_answer(struct sim_node *n, link_id link, struct cw_slice frame)
{
    if (client_is_link(link))
        client_hear(n, link, frame);
}

void network_hang(struct sim_node *from, link_id link)
{
    struct sim *s = from->sim;
    uint32_t end;
    struct sim_link *l = find_link(from, link, &end);

    if (l == NULL)
        return;
    sim_say(s, "link %u: %s hangs up", link_index(s, l), sim_name(from));
    notice_later(s, l, end, 0);
    if (!l->doomed && l->up[1 - end])
        notice_later(s, l, 1 - end, rng_between(&s->noise, s->options.delay_ms_min, s->options.delay_ms_max));
    l->doomed = true;
}

void network_kick(struct sim_node *from, const struct cert_id *cert)
{
    struct sim *s = from->sim;

    for (uint32_t i = 0; i < s->link_count; i++) {
        struct sim_link *l = &s->links[i];

        for (uint32_t end = 0; end < 2; end++) {
            if (l->end[end] == from->index && l->up[end] && ID_EQ(&s->nodes[l->end[1 - end]].who->cert, cert))
                break_link(s, l, NOTICE_MS_MAX);
        }
    }
}

void network_allow(struct sim_node *n, const struct allowed_key *keys, size_t count)
{
    struct sim *s = n->sim;

    CW_ASSERT(count <= ALLOWED_MAX);
    memcpy(n->allowed, keys, count * sizeof *keys);
    n->allowed_count = count;
    for (uint32_t i = 0; i < s->link_count; i++) { /* who is connected must be good still */
        struct sim_link *l = &s->links[i];

        for (uint32_t end = 0; end < 2; end++) {
            if (l->end[end] == n->index && l->up[end] && !is_allowed(n, s->nodes[l->end[1 - end]].who))
                break_link(s, l, NOTICE_MS_MAX);
        }
    }
}

void network_down(struct sim_node *n)
{
    struct sim *s = n->sim;

    for (uint32_t i = 0; i < s->link_count; i++) {
        struct sim_link *l = &s->links[i];

        for (uint32_t end = 0; end < 2; end++) {
            if (l->end[end] != n->index || !l->up[end])
                continue;
            l->up[end] = false;
            if (l->up[1 - end] && !l->doomed)
                notice_later(s, l, 1 - end, rng_between(&s->noise, 0, s->calm ? 50 : NOTICE_MS_MAX));
            l->doomed = true;
        }
    }
    n->allowed_count = 0;
}

/* --- cuts ----------------------------------------------------------------------------------------------------- */

static void break_links_between(struct sim *s, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < s->link_count; i++) {
        struct sim_link *l = &s->links[i];

        if ((l->end[0] == a && l->end[1] == b) || (l->end[0] == b && l->end[1] == a)) {
            /* in a one-way cut, what is under way in the other direction still arrives for a while */
            if (!l->doomed && (l->up[0] || l->up[1]))
                break_link(s, l, NOTICE_MS_MAX);
        }
    }
}

void network_cut(struct sim *s, uint32_t a, uint32_t b, bool both)
{
    s->reaches[a][b] = false;
    if (both)
        s->reaches[b][a] = false;
    break_links_between(s, a, b);
}

void network_heal(struct sim *s, uint32_t a, uint32_t b)
{
    s->reaches[a][b] = s->reaches[b][a] = true;
}

void network_heal_all(struct sim *s)
{
    for (uint32_t a = 0; a < NODES_MAX; a++) {
        for (uint32_t b = 0; b < NODES_MAX; b++)
            s->reaches[a][b] = true;
    }
}
