/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/history.h"

#include <stdio.h>
#include <stdlib.h>

/* The life of a process and of the machine below it. What survives: docs of struct sim_node. */

#define LOGS_HERE_MAX 64
#define STARTING_MS 20

static const struct cast *cast_of(const struct sim_node *n)
{
    return n->sim->cast;
}

static uint32_t peers_of(const struct sim_node *n, struct node_peer *out)
{
    struct sim *s = n->sim;
    uint32_t count = 0;

    for (uint32_t i = 0; i < s->options.division_count; i++) {
        const struct sim_node *to = &s->nodes[i];
        bool dials = s->options.dial_both_ways || n->index < i || n->copied;

        if (to->who == n->who || !s->meshed[n->index][i] || !dials)
            continue;
        snprintf(out[count].division, sizeof out[count].division, "%s", to->who->division);
        snprintf(out[count].address, sizeof out[count].address, "sim:%s", to->who->division);
        memcpy(out[count].server_key, to->who->curve_public, KEY_LEN);
        count++;
    }
    return count;
}

static enum cw_err open_node(struct sim_node *n, struct refusal *why)
{
    struct node_peer peers[DIVISIONS_MAX];
    const struct cast *c = cast_of(n);
    struct ports ports;
    struct node_config config = {
        .network_genesis = slice(c->genesis, c->genesis_len),
        .certificate = slice(n->who->bytes, n->who->len),
        .peers = peers,
        .peer_count = peers_of(n, peers),
        .replica = {.logs_max = LOGS_HERE_MAX, .peers_max = NODES_MAX + 2, .watches_max = 64},
        .authority = {.certs_max = 64, .policies_max = 16},
        .lab = true,
        .cache = c->cache,
    };

    ports_of(n, &ports);
    return node_open(&config, &ports, &n->node, why);
}

/* --- start ---------------------------------------------------------------------------------------------------- */

void process_start(struct sim_node *n)
{
    struct refusal why = {0};
    enum cw_err err;

    if (n->up || n->sim->failed)
        return;
    n->starts++;
    n->dead = false;
    n->die_at_call = 0;
    n->busy_until = n->sim->now;
    n->turn_at = n->feeder_at = INT64_MAX;
    err = open_node(n, &why);
    if (err != CW_OK) {
        sim_fail(n->sim, "start", "%s does not start: %s (%s %s)", sim_name(n), cw_err_name(err), why.where, why.text);
        return;
    }
    n->up = true;
    sim_say(n->sim, "%s starts", sim_name(n));
    checks_on_start(n->sim, n);
    node_plan_turn(n);
}

/* Not one that somebody stopped for good meanwhile: the second of a division. */
static void on_start(struct sim *s, struct sim_event *e)
{
    if (s->nodes[e->node].present)
        process_start(&s->nodes[e->node]);
}

void process_start_later(struct sim_node *n, int64_t ms)
{
    sim_at(n->sim, n->sim->now + ms, "start", on_start)->node = n->index;
}

/* --- end ------------------------------------------------------------------------------------------------------- */

void process_crash(struct sim_node *n)
{
    if (!n->up)
        return;
    n->dead = true; /* closing must not reach the outside */
    node_close(n->node);
    n->node = NULL;
    n->up = false;
    mem_store_crash(n->disk);
    inbox_clear(n);
    network_down(n);
    history_look(n); /* what it had made durable without saying so */
    sim_say(n->sim, "%s is down", sim_name(n));
}

void machine_reboot(struct sim_node *n)
{
    process_crash(n);
    file_set(&n->anchor, NULL, 0);
    rng_fill(&n->sim->fate, n->boot_id, sizeof n->boot_id);
    n->clock.boot_at = n->sim->now;
}

/* --- copies ------------------------------------------------------------------------------------------------------ */

static void forget_copy(struct sim_node *n)
{
    mem_store_free(n->old_copy);
    n->old_copy = NULL;
}

void machine_keep_copy(struct sim_node *n)
{
    forget_copy(n);
    n->old_copy = mem_store_copy(n->disk, n->device, n->inode);
    file_set(&n->old_keyring, n->keyring.bytes, n->keyring.len);
    file_set(&n->old_anchor, n->anchor.bytes, n->anchor.len);
}

static void put_copy_back(struct sim_node *n)
{
    process_crash(n);
    mem_store_free(n->disk);
    n->disk = mem_store_copy(n->old_copy, n->device, n->inode);
    n->losses++;
    n->sim->losses++;
    n->lost_at = n->sim->now;
    n->own_known = false;
}

void machine_restore(struct sim_node *n)
{
    if (n->old_copy == NULL)
        return;
    put_copy_back(n);
    n->inode++; /* another file */
    /* the keyring is backed up on its own; the newer one opens everything that the older one does */
}

void machine_revert(struct sim_node *n)
{
    if (n->old_copy == NULL)
        return;
    put_copy_back(n);
    file_set(&n->keyring, n->old_keyring.bytes, n->old_keyring.len);
    file_set(&n->anchor, n->old_anchor.bytes, n->old_anchor.len);
    n->forker = true;
}

void machine_lose_disk(struct sim_node *n)
{
    process_crash(n);
    sim_write_base(n);
    file_set(&n->anchor, NULL, 0);
    n->inode++;
    n->losses++;
    n->sim->losses++;
    n->lost_at = n->sim->now;
    n->own_known = false;
}

struct sim_node *machine_clone(struct sim_node *n)
{
    struct sim *s = n->sim;

    if (s->node_count == NODES_MAX)
        return NULL;
    struct sim_node *twin = &s->nodes[s->node_count];
    memset(twin, 0, sizeof *twin);
    twin->sim = s;
    twin->index = s->node_count++;
    twin->who = n->who;
    twin->present = twin->honest = twin->copied = true;
    twin->device = 900 + twin->index;
    twin->inode = 1;
    twin->disk = mem_store_copy(n->disk, twin->device, twin->inode);
    file_set(&twin->keyring, n->keyring.bytes, n->keyring.len);
    rng_fill(&s->fate, twin->boot_id, sizeof twin->boot_id);
    twin->clock = n->clock;
    twin->clock.boot_at = s->now;
    twin->entropy = rng_of(s->options.seed, 7000 + twin->index);
    twin->commit_ms_min = n->commit_ms_min;
    twin->commit_ms_max = n->commit_ms_max;
    twin->turn_at = twin->feeder_at = INT64_MAX;
    for (uint32_t i = 0; i < NODES_MAX; i++)
        s->meshed[twin->index][i] = s->meshed[n->index][i];
    return twin;
}

/* --- the installed state: what `casewire join` leaves, made once and copied ---------------------------------------- */

static struct base {
    struct mem_store *store;
    struct sim_file keyring;
} bases[DIVISIONS_MAX + 1][DIVISIONS_MAX];

static void make_base(const struct cast *cast, uint32_t divisions, uint32_t index, struct base *out)
{
    struct sim *s = calloc(1, sizeof *s);
    struct sim_node *n = &s->nodes[0];
    struct refusal why;
    uint32_t taken;

    CW_ASSERT(s != NULL);
    s->cast = cast;
    s->options.division_count = divisions;
    s->scratch = arena_over(malloc(65536), 65536);
    *n = (struct sim_node){
        .sim = s, .who = &cast->daemons[index], .present = true, .honest = true, .device = 1, .inode = 1};
    n->entropy = rng_of(0xba5e, index);
    n->turn_at = n->feeder_at = INT64_MAX;
    for (uint32_t i = 0; i < divisions; i++)
        s->nodes[i].who = &cast->daemons[i];
    s->nodes[0].who = &cast->daemons[index];
    n->disk = mem_store_new(1, 1);
    s->node_count = 1;
    n->starts = 1;
    CW_ASSERT(open_node(n, &why) == CW_OK);
    for (enum segment g = SEGMENT_ROOT; g <= SEGMENT_AUTHORITY; g++) {
        struct cw_slice frame = cast_frame(cast, g);
        struct input in = input_publish(&frame, 1);

        CW_ASSERT(node_turn(n->node, &in, 1, &taken) == CW_OK && taken == 1);
    }
    n->dead = true;
    node_close(n->node);
    out->store = n->disk;
    out->keyring = n->keyring;
    free(n->anchor.bytes);
    queue_done(&s->queue);
    free(s->links);
    free(s->scratch.base);
    free(s);
}

void sim_write_base(struct sim_node *n)
{
    uint32_t divisions = n->sim->options.division_count;
    uint32_t index = (uint32_t)(n->who - n->sim->cast->daemons);
    struct base *base = &bases[divisions][index];

    if (base->store == NULL)
        make_base(n->sim->cast, divisions, index, base);
    mem_store_free(n->disk);
    n->disk = mem_store_copy(base->store, n->device, n->inode);
    file_set(&n->keyring, base->keyring.bytes, base->keyring.len);
}
