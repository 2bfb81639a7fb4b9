/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/client.h"
#include "tests/sim/feed.h"
#include "tests/sim/history.h"

#include <stdlib.h>

/*
 * Frames in, a turn, frames out. While one turn's commit waits for the disk, what arrives gathers for the next:
 * so batches grow under load here as they do in production.
 */

#define INTAKE_LEN ((size_t)96 << 20)
#define INTAKE_KEPT ((size_t)24 << 20)
#define INPUTS_MAX 256
#define TURNS_AT_ONCE_MAX 64

static struct arena intake_arena(void)
{
    static void *memory;

    if (memory == NULL)
        memory = malloc(INTAKE_LEN);
    CW_ASSERT(memory != NULL);
    return arena_over(memory, INTAKE_LEN);
}

/* --- the inbox ---------------------------------------------------------------------------------------------- */

void inbox_clear(struct sim_node *n)
{
    for (uint32_t i = 0; i < n->inbox_count; i++)
        free(n->inbox[i].bytes);
    free(n->inbox);
    n->inbox = NULL;
    n->inbox_count = n->inbox_max = 0;
}

void node_put(struct sim_node *n, const struct inbox_item *item, struct cw_slice bytes)
{
    if (!n->up)
        return;
    if (n->inbox_count == n->inbox_max) {
        n->inbox_max = n->inbox_max == 0 ? 32 : n->inbox_max * 2;
        n->inbox = realloc(n->inbox, n->inbox_max * sizeof *n->inbox);
        CW_ASSERT(n->inbox != NULL);
    }
    struct inbox_item *to = &n->inbox[n->inbox_count++];
    *to = *item;
    to->bytes = malloc(bytes.len + 1);
    CW_ASSERT(to->bytes != NULL);
    if (bytes.len > 0)
        memcpy(to->bytes, bytes.data, bytes.len);
    to->len = bytes.len;
    node_plan_turn(n);
}

void node_publish(struct sim_node *n, uint32_t segment)
{
    node_put(n, &(struct inbox_item){.kind = INBOX_PUBLISH, .who.admin = true}, cast_frame(n->sim->cast, segment));
}

/* --- intake --------------------------------------------------------------------------------------------------- */

static void say_to_client(struct sim_node *n, link_id link, const struct writer *w)
{
    CW_ASSERT(!w->failed);
    n->speaks_at = n->sim->now;
    client_hear(n, link, slice(w->data, w->len));
}

static bool take_client(struct sim_node *n, const struct inbox_item *item, struct arena *arena, struct input *out)
{
    uint8_t refusal[ANSWER_REFUSAL_LEN_MAX];
    struct writer w = writer_over(refusal, sizeof refusal);
    const Cw__Request *request;
    enum intake_result result =
        intake_client(n->node, &item->who, slice(item->bytes, item->len), arena, out, &request, &w);

    switch (result) {
    case INTAKE_TURN:
        return true;
    case INTAKE_FOLD: /* answered before the turn here: what it shows is bounded all the same */
    case INTAKE_READ:
        w = writer_over(arena_take(arena, MESSAGE_LEN_MAX, 1), MESSAGE_LEN_MAX);
        if (answer_read(n->node, &item->who, request, arena, &w) == CW_OK)
            say_to_client(n, item->who.link, &w);
        return result == INTAKE_FOLD;
    case INTAKE_FEED: /* readers ask beside the turn (feed.c) */
        return false;
    case INTAKE_ANSWER:
        say_to_client(n, item->who.link, &w);
        return false;
    }
    return false;
}

static bool take_peer(struct sim_node *n, const struct inbox_item *item, struct arena *arena, struct input *out)
{
    enum cw_err err = intake_peer(n->node, &item->who, slice(item->bytes, item->len), arena, out);

    if (err == CW_OK)
        return true;
    CW_ASSERT(err == CW_PEER_MALFORMED);
    if (!network_is_link(n, item->who.link))
        return false;
    network_hang(n, item->who.link);
    return false;
}

static bool take_item(struct sim_node *n, const struct inbox_item *item, struct arena *arena, struct input *out)
{
    struct cw_slice *frame;

    switch (item->kind) {
    case INBOX_PEER:
        return take_peer(n, item, arena, out);
    case INBOX_CLIENT:
        return take_client(n, item, arena, out);
    case INBOX_LINK_UP:
        *out = input_link_up(&item->who, item->division, item->on);
        return true;
    case INBOX_LINK_DOWN:
        *out = input_link_down(item->who.link);
        return true;
    case INBOX_CUT:
        *out = input_cut(item->division, item->on);
        return true;
    case INBOX_PUBLISH:
        frame = ARENA_NEW(arena, struct cw_slice);
        *frame = slice(item->bytes, item->len);
        *out = input_publish(frame, 1);
        return true;
    }
    return false;
}

/* --- a turn -------------------------------------------------------------------------------------------------- */

static uint32_t gather(struct sim_node *n, struct inbox_item *items, uint32_t count, struct arena *arena,
                       struct input *inputs, uint32_t *out_used)
{
    uint32_t made = 0, used = 0;

    while (used < count && made < INPUTS_MAX - 1 && arena->len - arena->used > INTAKE_KEPT) {
        if (take_item(n, &items[used++], arena, &inputs[made]))
            made++;
    }
    *out_used = used;
    if (mono_reached(node_mono(n), node_wake_at(n->node)))
        inputs[made++] = input_tick();
    return made;
}

/* The node takes as many inputs as fit: the rest is given again. */
static enum cw_err take_turns(struct sim_node *n, struct input *inputs, uint32_t count)
{
    enum cw_err err = CW_OK;
    uint32_t done = 0;

    for (uint32_t i = 0; (i == 0 || done < count) && err == CW_OK && !n->dead; i++) {
        uint32_t taken = 0;

        CW_ASSERT(i < TURNS_AT_ONCE_MAX);
        err = node_turn(n->node, inputs + done, count - done, &taken);
        done += taken;
        n->turns++;
    }
    return err;
}

static void put_back(struct sim_node *n, struct inbox_item *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        node_put(n, &items[i], slice(items[i].bytes, items[i].len));
        free(items[i].bytes);
    }
    free(items);
}

static void after_turn(struct sim_node *n, enum cw_err err)
{
    struct sim *s = n->sim;

    n->in_turn = false;
    sim_trace_u64(s, (uint64_t)err);
    if (!n->dead && err == CW_OK) {
        n->busy_until = n->speaks_at;
        history_look(n);
        checks_after_turn(s, n);
        return;
    }
    if (!n->dead && !n->fault_planned)
        sim_fail(s, "I31", "%s stopped with %s although its disk works", sim_name(n), cw_err_name(err));
    n->fault_planned = false;
    process_crash(n);
    process_start_later(n, s->calm ? 100 : rng_between(&s->fate, 50, s->options.down_ms_max));
}

static void run_turn(struct sim_node *n)
{
    struct sim *s = n->sim;
    struct arena arena = intake_arena();
    struct input *inputs = ARENA_ARRAY(&arena, struct input, INPUTS_MAX);
    struct inbox_item *items = n->inbox;
    uint32_t item_count = n->inbox_count, used = 0, count;
    enum cw_err err = CW_OK;

    n->inbox = NULL;
    n->inbox_count = n->inbox_max = 0;
    count = gather(n, items, item_count, &arena, inputs, &used);
    n->speaks_at = s->now + rng_between(&s->noise, n->commit_ms_min, n->commit_ms_max);
    n->in_turn = true;
    if (count > 0)
        err = take_turns(n, inputs, count);
    after_turn(n, err);
    for (uint32_t i = 0; i < used; i++)
        free(items[i].bytes);
    if (item_count > used)
        memmove(items, items + used, (item_count - used) * sizeof *items);
    put_back(n, items, item_count - used);
    feed_pump(n);
    if (n->up)
        node_plan_turn(n);
}

static void on_turn(struct sim *s, struct sim_event *e)
{
    struct sim_node *n = &s->nodes[e->node];

    if (!n->up || n->starts != e->a || n->turn_at != e->at)
        return;
    n->turn_at = INT64_MAX;
    run_turn(n);
}

void node_plan_turn(struct sim_node *n)
{
    struct sim *s = n->sim;
    int64_t at;

    if (!n->up || n->in_turn)
        return;
    at = n->inbox_count > 0 ? s->now : true_time_of(n, node_wake_at(n->node));
    if (at < n->busy_until)
        at = n->busy_until;
    if (at < s->now)
        at = s->now;
    if (at == INT64_MAX || at >= n->turn_at)
        return;
    n->turn_at = at;
    struct sim_event *e = sim_at(s, at, "turn", on_turn);
    e->node = n->index;
    e->a = n->starts;
}
