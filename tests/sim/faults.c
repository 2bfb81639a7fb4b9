/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim.h"

#include "core/incarnation.h"

/* Once every virtual second fate decides, for each machine and each pair, what goes wrong. */

#define FATE_EVERY_MS 1000
#define CALLS_TO_DEATH 12 /* things done to the outside until a planned death inside a turn */

static bool happens(struct sim *s, uint32_t per_mille)
{
    return rng_chance(&s->fate, per_mille);
}

static int64_t down_ms(struct sim *s)
{
    return rng_between(&s->fate, 10, s->options.down_ms_max);
}

/* --- processes and machines ----------------------------------------------------------------------------------------- */

static void damage_anchor(struct sim_node *n)
{
    if (n->anchor.len > 0 && happens(n->sim, n->sim->options.anchor_bad_pm)) {
        sim_say(n->sim, "%s: its anchor is damaged", sim_name(n));
        n->anchor.bytes[rng_below(&n->sim->fate, (uint32_t)n->anchor.len)] ^= 0x10;
    }
}

static void crash_and_restart(struct sim_node *n)
{
    process_crash(n);
    damage_anchor(n);
    process_start_later(n, down_ms(n->sim));
}

static void fate_of_process(struct sim_node *n)
{
    struct sim *s = n->sim;
    const struct sim_options *o = &s->options;

    if (happens(s, o->crash_pm)) {
        sim_say(s, "%s crashes", sim_name(n));
        crash_and_restart(n);
    } else if (happens(s, o->reboot_pm)) {
        sim_say(s, "%s reboots", sim_name(n));
        machine_reboot(n);
        process_start_later(n, down_ms(s));
    } else if (happens(s, o->crash_call_pm)) {
        n->die_at_call = 1 + rng_below(&s->fate, CALLS_TO_DEATH);
    } else if (happens(s, o->commit_fail_pm)) {
        bool done = happens(s, o->commit_fail_done_pm);

        sim_say(s, "%s: its next commit fails%s", sim_name(n), done ? ", although everything was written" : "");
        n->fault_planned = true;
        mem_store_fail(n->disk, done ? MEM_FAULT_COMMIT_DONE : MEM_FAULT_COMMIT, 1 + rng_below(&s->fate, 3),
                       CW_LOCAL_IO);
    }
}

static void fate_of_copies(struct sim_node *n)
{
    struct sim *s = n->sim;
    const struct sim_options *o = &s->options;

    if (n->old_copy == NULL || happens(s, 200)) {
        if (o->restore_pm + o->revert_pm > 0)
            machine_keep_copy(n);
        return;
    }
    if (happens(s, o->restore_pm)) {
        sim_say(s, "%s: an old copy of its store is put back", sim_name(n));
        machine_restore(n);
    } else if (happens(s, o->revert_pm)) {
        sim_say(s, "%s: the whole machine goes back", sim_name(n));
        machine_revert(n);
    } else {
        return;
    }
    process_start_later(n, down_ms(s));
}

static void fate_of_disk(struct sim_node *n)
{
    struct sim *s = n->sim;
    const struct sim_options *o = &s->options;

    if (happens(s, o->disk_loss_pm) && s->losses == 0) {
        sim_say(s, "%s loses its disk", sim_name(n));
        machine_lose_disk(n);
        process_start_later(n, down_ms(s));
    }
    if (happens(s, o->full_disk_pm)) {
        sim_say(s, "%s: its disk is full", sim_name(n));
        mem_store_limit(n->disk, mem_store_len(n->disk) + rng_below(&s->fate, 4000));
    } else if (happens(s, 300)) {
        mem_store_limit(n->disk, 0);
    }
    mem_store_set_low(n->disk, happens(s, o->low_space_pm));
}

static void fate_of_clock(struct sim_node *n)
{
    struct sim *s = n->sim;
    const struct sim_options *o = &s->options;

    if (happens(s, o->jump_pm))
        node_set_wall(n, rng_between(&s->fate, -o->jump_ms_max, o->jump_ms_max));
}

static void fate_of_copying(struct sim_node *n)
{
    struct sim *s = n->sim;

    if (s->node_count > s->options.division_count || !happens(s, s->options.clone_pm))
        return;
    struct sim_node *twin = machine_clone(n);
    if (twin == NULL)
        return;
    sim_say(s, "%s is copied and runs twice", sim_name(n));
    process_start_later(twin, down_ms(s));
}

/* --- the network ------------------------------------------------------------------------------------------------------ */

static void on_heal(struct sim *s, struct sim_event *e)
{
    network_heal(s, (uint32_t)e->a, (uint32_t)e->b);
}

static void cut_for_a_while(struct sim *s, uint32_t a, uint32_t b)
{
    bool both = !happens(s, s->options.one_way_pm);
    struct sim_event *e = sim_at(s, s->now + rng_between(&s->fate, 100, s->options.cut_ms_max), "heal", on_heal);

    sim_say(s, "cut between %s and %s%s", sim_name(&s->nodes[a]), sim_name(&s->nodes[b]), both ? "" : ", one way");
    network_cut(s, a, b, both);
    e->a = a;
    e->b = b;
}

static void fate_of_links(struct sim *s, uint32_t a)
{
    for (uint32_t b = 0; b < s->node_count; b++) {
        if (a != b && happens(s, s->options.cut_pm))
            cut_for_a_while(s, a, b);
    }
    if (!happens(s, s->options.isolate_pm))
        return;
    for (uint32_t b = 0; b < s->node_count; b++) {
        if (a != b)
            cut_for_a_while(s, a, b);
    }
}

static void on_fate(struct sim *s, struct sim_event *e)
{
    (void)e;
    if (s->calm)
        return;
    uint32_t count = s->node_count;
    for (uint32_t i = 0; i < count; i++) {
        struct sim_node *n = &s->nodes[i];

        fate_of_links(s, i);
        fate_of_clock(n);
        if (!n->up || n->in_turn)
            continue;
        fate_of_disk(n);
        if (n->up)
            fate_of_process(n);
        if (n->up)
            fate_of_copies(n);
        if (n->up && n->honest)
            fate_of_copying(n);
    }
    sim_at(s, s->now + FATE_EVERY_MS, "fate", on_fate);
}

void faults_begin(struct sim *s)
{
    sim_at(s, s->now + FATE_EVERY_MS / 2, "fate", on_fate);
}
