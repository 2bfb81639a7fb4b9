/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/options.h"

#include <stdio.h>

/* Each kind of fault is on in some worlds only: faults that always come together hide each other. */

static uint32_t sometimes(struct rng *r, uint32_t chance_pm, uint32_t lo, uint32_t hi)
{
    bool on = rng_chance(r, chance_pm);
    uint32_t rate = (uint32_t)rng_between(r, lo, hi);

    return on ? rate : 0;
}

static void draw_shape(struct rng *r, struct sim_options *o)
{
    static const uint32_t counts[16] = {2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 3, 3, 5, 6};

    o->division_count = counts[rng_below(r, CW_COUNT(counts))];
    o->mesh = rng_chance(r, 600) ? MESH_FULL : (enum mesh)rng_below(r, MESH_COUNT);
    o->dial_both_ways = rng_chance(r, 400);
    o->safety_ms = rng_between(r, 5000, 16000);
    o->liveness_ms_max = 0;
}

static void draw_network(struct rng *r, struct sim_options *o)
{
    o->delay_ms_min = rng_between(r, 0, 20);
    o->delay_ms_max = o->delay_ms_min + (rng_chance(r, 200) ? rng_between(r, 100, 600) : rng_between(r, 1, 40));
    o->link_loss_pm = sometimes(r, 400, 1, 20);
    o->cut_pm = sometimes(r, 500, 20, 150);
    o->one_way_pm = sometimes(r, 400, 200, 900);
    o->isolate_pm = sometimes(r, 300, 20, 100);
    o->cut_ms_max = rng_between(r, 500, 12000);
    o->stale_pm = sometimes(r, 300, 200, 900);
    o->truncate_pm = sometimes(r, 60, 1, 8);
}

static void draw_disks(struct rng *r, struct sim_options *o)
{
    o->commit_ms_min = rng_between(r, 0, 4);
    o->commit_ms_max = o->commit_ms_min + rng_between(r, 0, 15);
    o->slow_disk_pm = sometimes(r, 150, 200, 600);
    o->full_disk_pm = sometimes(r, 150, 10, 60);
    o->low_space_pm = sometimes(r, 100, 10, 60);
    o->commit_fail_pm = sometimes(r, 200, 5, 40);
    o->commit_fail_done_pm = 500;
}

static void draw_machines(struct rng *r, struct sim_options *o)
{
    o->crash_pm = sometimes(r, 350, 10, 120);
    o->crash_call_pm = sometimes(r, 350, 20, 150);
    o->reboot_pm = sometimes(r, 250, 10, 60);
    o->down_ms_max = rng_between(r, 100, 6000);
    o->restore_pm = sometimes(r, 200, 10, 60);
    o->anchor_bad_pm = sometimes(r, 200, 100, 500);
    o->disk_loss_pm = sometimes(r, 80, 5, 30);
    o->revert_pm = sometimes(r, 80, 20, 80);
    o->clone_pm = sometimes(r, 60, 20, 60);
    o->skew_ms_max = rng_chance(r, 300) ? rng_between(r, 1000, 7200000) : 200;
    o->drift_ppm_max = rng_chance(r, 300) ? 1000 : 20;
    o->jump_pm = sometimes(r, 150, 10, 60);
    o->jump_ms_max = rng_chance(r, 500) ? 120000 : INT64_C(36000000);
}

static void draw_officers(struct rng *r, struct sim_options *o)
{
    o->op_count = (uint32_t)(rng_chance(r, 60) ? rng_between(r, 60, 120)
                                               : rng_between(r, 8, 32)); /* small worlds, many of them */
    o->case_count_max = (uint32_t)rng_between(r, 1, 6);
    o->retry_elsewhere_pm = sometimes(r, 600, 100, 700);
    o->wrong_role_pm = sometimes(r, 400, 20, 120);
    o->bad_signature_pm = sometimes(r, 200, 20, 80);
    o->reused_id_pm = sometimes(r, 200, 20, 80);
    o->bundle_pm = sometimes(r, 250, 50, 200);
    o->held_by_pm = sometimes(r, 500, 100, 500);
    o->late_record = rng_chance(r, 250);
    o->tamper_pm = sometimes(r, 120, 10, 200);
}

/* With dice of their own: a plain world is what it was. */
static void draw_width(uint64_t seed, struct sim_options *o)
{
    struct rng r = rng_of(seed, 8);

    o->wide_pm = sometimes(&r, 800, 300, 900);
    o->thing_count_max = (uint32_t)rng_between(&r, 0, 6);
    if (o->wide_pm > 0 && rng_chance(&r, 500))
        o->op_count += (uint32_t)rng_between(&r, 10, 40); /* what belongs together has to meet */
}

/* With dice of their own, as before. */
static void draw_end(uint64_t seed, struct sim_options *o)
{
    struct rng r = rng_of(seed, 9);

    o->patient = rng_chance(&r, 150);
}

/* With dice of their own, as before: such ones that no kept seed (seeds.txt) tells another world. */
static void draw_hostile(uint64_t seed, struct sim_options *o)
{
    struct rng lies = rng_of(seed, 54), holding = rng_of(seed, 10);
    uint32_t rate = sometimes(&lies, 700, 100, 600);

    o->misname_pm = o->tamper_pm > 0 ? rate : 0;
    o->withhold = rng_chance(&holding, 600) && o->tamper_pm > 0;
}

void options_draw(uint64_t seed, bool plain, struct sim_options *out)
{
    struct rng r = rng_of(seed, 0);

    *out = (struct sim_options){.seed = seed};
    draw_shape(&r, out);
    draw_network(&r, out);
    draw_disks(&r, out);
    draw_machines(&r, out);
    draw_officers(&r, out);
    if (out->tamper_pm > 0 && out->division_count < 3)
        out->division_count = 3;
    if (out->tamper_pm > 0)
        out->mesh = MESH_FULL; /* honest ones must not depend on the hostile one to meet */
    if (rng_chance(&r, 30)) {  /* now and then a quiet world: the checks themselves must not cry */
        struct sim_options quiet = {.seed = seed,
                                    .division_count = out->division_count,
                                    .mesh = out->mesh,
                                    .safety_ms = 6000,
                                    .delay_ms_max = 20,
                                    .commit_ms_max = 3,
                                    .down_ms_max = 1000,
                                    .cut_ms_max = 1000,
                                    .op_count = out->op_count,
                                    .case_count_max = out->case_count_max};
        *out = quiet;
    }
    draw_end(seed, out);
    if (plain)
        return;
    draw_width(seed, out);
    draw_hostile(seed, out);
}

static void line(const char *name, long long value)
{
    if (value != 0)
        printf("  %-20s %lld\n", name, value);
}

#define SHOW(field) line(#field, (long long)o->field)

void options_print(const struct sim_options *o)
{
    static const char *const meshes[MESH_COUNT] = {"full", "line", "star", "ring"};

    printf("seed %llu: %u divisions, mesh %s\n", (unsigned long long)o->seed, o->division_count, meshes[o->mesh]);
    SHOW(dial_both_ways), SHOW(safety_ms), SHOW(delay_ms_min), SHOW(delay_ms_max), SHOW(link_loss_pm), SHOW(cut_pm);
    SHOW(one_way_pm), SHOW(isolate_pm), SHOW(cut_ms_max), SHOW(stale_pm), SHOW(truncate_pm), SHOW(commit_ms_min);
    SHOW(commit_ms_max), SHOW(slow_disk_pm), SHOW(full_disk_pm), SHOW(low_space_pm), SHOW(commit_fail_pm);
    SHOW(crash_pm), SHOW(crash_call_pm), SHOW(reboot_pm), SHOW(down_ms_max), SHOW(restore_pm), SHOW(anchor_bad_pm);
    SHOW(disk_loss_pm), SHOW(revert_pm), SHOW(clone_pm), SHOW(skew_ms_max), SHOW(drift_ppm_max), SHOW(jump_pm);
    SHOW(jump_ms_max), SHOW(op_count), SHOW(case_count_max), SHOW(retry_elsewhere_pm), SHOW(wrong_role_pm);
    SHOW(bad_signature_pm), SHOW(reused_id_pm), SHOW(bundle_pm), SHOW(held_by_pm);
    SHOW(wide_pm), SHOW(thing_count_max), SHOW(late_record), SHOW(tamper_pm), SHOW(misname_pm), SHOW(withhold);
    SHOW(patient);
}
