/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim.h"

/*
 * A hostile division: a real daemon whose frames are changed on their way out. So it is always at a place in
 * the session where its lies are looked at, and its session ids and counters are right.
 */

static struct cw_slice copy_of(struct cw_slice frame, struct arena *arena)
{
    return slice(arena_copy(arena, frame.data, frame.len), frame.len);
}

static uint8_t *bytes_of(struct cw_slice s)
{
    return (uint8_t *)(uintptr_t)s.data;
}

static void flip(struct rng *r, struct cw_slice s)
{
    if (s.len > 0)
        bytes_of(s)[rng_below(r, (uint32_t)s.len)] ^= (uint8_t)(1u << rng_below(r, 8));
}

static struct entry_record *any_entry(struct rng *r, struct peer_entries *entries)
{
    if (entries->batch_count == 0)
        return NULL;
    struct sealed_batch *batch = &entries->batches[rng_below(r, entries->batch_count)];
    return batch->entry_count == 0 ? NULL : &batch->entries[rng_below(r, batch->entry_count)];
}

/* Changes what an entry says, what its author said, a blob, a seal; or leaves the last batch out, or doubles it. */
static void change_entries(struct rng *r, struct peer_entries *entries)
{
    struct entry_record *e = any_entry(r, entries);

    if (e == NULL)
        return;
    switch (rng_below(r, 7)) {
    case 0:
        flip(r, e->header_bytes);
        break;
    case 1:
        flip(r, e->submission_bytes);
        break;
    case 2:
        flip(r, e->proof_bytes);
        break;
    case 3:
        if (e->blobs.part_count > 0)
            flip(r, e->blobs.parts[rng_below(r, e->blobs.part_count)]);
        break;
    case 4:
        flip(r, entries->batches[0].signed_seal.bytes);
        break;
    case 5:
        entries->batch_count--;
        break;
    default:
        entries->pushed = !entries->pushed;
        break;
    }
}

static void change_frontier(struct rng *r, struct peer_frontier *f)
{
    if (rng_chance(r, 300))
        flip(r, f->head_bytes);
    else if (rng_chance(r, 300))
        flip(r, slice(f->signature.b, SIGNATURE_LEN));
    else if (f->item_count > 0 && rng_chance(r, 500))
        flip(r, f->item_bytes[rng_below(r, f->item_count)]);
    else
        f->full = !f->full;
}

static void change_hello(struct rng *r, struct peer_hello *h)
{
    switch (rng_below(r, 4)) {
    case 0:
        h->network.b[3] ^= 1;
        break;
    case 1:
        h->cert.b[3] ^= 1;
        break;
    case 2:
        h->v_min = h->v_max = 9;
        break;
    default:
        if (h->own_count > 0)
            h->own[0].seq += 5;
        break;
    }
}

static void change_want(struct rng *r, struct peer_want *w)
{
    if (w->log_count == 0 || rng_chance(r, 300))
        w->credit = UINT64_MAX;
    else if (rng_chance(r, 500))
        w->logs[rng_below(r, w->log_count)].after += 1000;
    else
        rng_fill(r, w->logs[0].log.b, ID_LEN);
}

static void change_fork_proof(struct rng *r, struct fork_proof *p)
{
    if (rng_chance(r, 500))
        p->signed_b = p->signed_a;
    else
        flip(r, p->signed_b.bytes);
}

static bool change_message(struct rng *r, struct peer_message *m)
{
    switch (m->kind) {
    case PEER_ENTRIES:
        change_entries(r, &m->as.entries);
        return true;
    case PEER_FRONTIER:
        change_frontier(r, &m->as.frontier);
        return true;
    case PEER_HELLO:
        change_hello(r, &m->as.hello);
        return true;
    case PEER_WANT:
        change_want(r, &m->as.want);
        return true;
    case PEER_FORK_PROOF:
        change_fork_proof(r, &m->as.fork_proof);
        return true;
    default:
        return false;
    }
}

static struct cw_slice lie(struct rng *r, struct cw_slice frame, struct arena *arena)
{
    struct peer_message message;
    struct cw_slice copy = copy_of(frame, arena);
    struct writer out = writer_over(arena_take(arena, MESSAGE_LEN_MAX, 1), MESSAGE_LEN_MAX);

    if (out.data == NULL || peer_message_parse(copy, arena, &message) != CW_OK || !change_message(r, &message) ||
        peer_message_encode(&message, arena, &out) != CW_OK)
        return frame;
    return slice(out.data, out.len);
}

static struct cw_slice garbage(struct rng *r, struct cw_slice frame, struct arena *arena)
{
    struct cw_slice copy = copy_of(frame, arena);

    if (rng_chance(r, 300))
        rng_fill(r, bytes_of(copy), copy.len);
    else if (rng_chance(r, 300))
        copy.len = rng_below(r, (uint32_t)copy.len);
    else
        flip(r, copy);
    return copy;
}

/* An earlier frame to the same peer, with this one's session and counter: an old frontier, old entries. */
static struct cw_slice replay(struct sim_node *n, uint32_t to, struct cw_slice frame, struct arena *arena)
{
    struct sim *s = n->sim;
    const struct stale_frame *old = &s->stale[n->index][to][rng_below(&s->noise, STALE_KEPT)];
    struct peer_message now, then;
    struct writer out = writer_over(arena_take(arena, MESSAGE_LEN_MAX, 1), MESSAGE_LEN_MAX);

    if (old->bytes == NULL || out.data == NULL || peer_message_parse(frame, arena, &now) != CW_OK ||
        peer_message_parse(slice(old->bytes, old->len), arena, &then) != CW_OK)
        return frame;
    then.from = now.from;
    then.to = now.to;
    then.counter = now.counter;
    return peer_message_encode(&then, arena, &out) == CW_OK ? slice(out.data, out.len) : frame;
}

/* --- withholding ----------------------------------------------------------------------------------------------- */

static void strip_parts(struct peer_entries *entries)
{
    for (uint32_t i = 0; i < entries->batch_count; i++) {
        for (uint32_t k = 0; k < entries->batches[i].entry_count; k++)
            memset(&entries->batches[i].entries[k].blobs, 0, sizeof entries->batches[i].entries[k].blobs);
    }
}

static bool is_its_own(const struct sim_node *n, const struct log_id *log)
{
    const struct log_head *head = replica_log_find(n->node->replica, log);

    return head != NULL && ID_EQ(&head->cert, &n->who->cert);
}

/*
 * Of others' logs it sends nothing that it is asked for, or headers only, and never what is in them; its frontier goes
 * on showing all of it, and what it writes itself it sends like anybody: so its sessions live, and nobody lacks what nobody else has.
 */
static struct cw_slice withhold(struct sim_node *n, struct cw_slice frame, struct arena *arena)
{
    struct writer out = writer_over(arena_take(arena, MESSAGE_LEN_MAX, 1), MESSAGE_LEN_MAX);
    struct peer_message m;

    if (out.data == NULL || peer_message_parse(frame, arena, &m) != CW_OK)
        return frame;
    if (m.kind == PEER_BLOBS)
        return m.as.blobs.count > 0 && is_its_own(n, &m.as.blobs.items[0].log) ? frame : slice(NULL, 0);
    if (m.kind != PEER_ENTRIES || is_its_own(n, &m.as.entries.log))
        return frame;
    if (rng_chance(&n->sim->noise, 500))
        return slice(NULL, 0);
    strip_parts(&m.as.entries);
    return peer_message_encode(&m, arena, &out) == CW_OK ? slice(out.data, out.len) : frame;
}

static struct cw_slice change_frame(struct sim_node *n, uint32_t to, struct cw_slice frame, struct arena *arena)
{
    struct rng *r = &n->sim->noise;

    if (n->sim->calm || !rng_chance(r, n->sim->options.tamper_pm))
        return frame;
    switch (rng_below(r, 4)) {
    case 0:
        return garbage(r, frame, arena);
    case 1:
        return replay(n, to, frame, arena);
    default:
        return lie(r, frame, arena);
    }
}

struct cw_slice tamper(struct sim_node *n, uint32_t to, struct cw_slice frame, struct arena *arena)
{
    if (n->sim->options.withhold)
        frame = withhold(n, frame, arena);
    return frame.data == NULL ? frame : change_frame(n, to, frame, arena);
}
