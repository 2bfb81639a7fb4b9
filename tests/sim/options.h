/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_OPTIONS_H
#define TESTS_SIM_OPTIONS_H

/* A world drawn from a seed: how many take part, what goes wrong, how often. */

#include "tests/sim/rng.h"

#define DIVISIONS_MAX 6
#define NODES_MAX 8 /* divisions, and copies of one */

enum mesh { MESH_FULL, MESH_LINE, MESH_STAR, MESH_RING, MESH_COUNT };

/* What goes wrong: chances are per thousand and per second of virtual time unless something else is said. */
struct sim_options {
    uint64_t seed;
    uint32_t division_count;
    enum mesh mesh;
    bool dial_both_ways; /* else only the lower one dials */
    int64_t safety_ms, liveness_ms_max;
    bool patient; /* the end waits for those who stand in for whoever holds a duty (docs/fold.md §20.2) */

    /* network */
    int64_t delay_ms_min, delay_ms_max;
    uint32_t link_loss_pm; /* per frame: the link breaks, and the frame with it */
    uint32_t cut_pm;       /* a pair is cut */
    uint32_t one_way_pm;   /* of cuts: only one direction */
    uint32_t isolate_pm;   /* a division is cut from all */
    int64_t cut_ms_max;
    uint32_t stale_pm;    /* per new link: old frames come again */
    uint32_t truncate_pm; /* per frame */

    /* disks */
    int64_t commit_ms_min, commit_ms_max;
    uint32_t slow_disk_pm;
    uint32_t full_disk_pm; /* the disk fills up for a while */
    uint32_t low_space_pm;
    uint32_t commit_fail_pm;      /* per second: the next commit fails for good */
    uint32_t commit_fail_done_pm; /* of those: everything was written all the same */

    /* processes and machines */
    uint32_t crash_pm;      /* at a moment between turns */
    uint32_t crash_call_pm; /* inside a turn, at the n-th thing it does to the outside */
    uint32_t reboot_pm;
    int64_t down_ms_max;
    uint32_t restore_pm;    /* an old copy of the store is put back, without the anchor */
    uint32_t anchor_bad_pm; /* of crashes: the anchor is damaged */
    uint32_t disk_loss_pm;
    uint32_t revert_pm; /* a virtual machine goes back, anchor and all: it forks */
    uint32_t clone_pm;  /* a second one of a division is started from a copy */

    /* clocks */
    int64_t skew_ms_max;
    int32_t drift_ppm_max;
    uint32_t jump_pm;
    int64_t jump_ms_max;

    /* officers */
    uint32_t op_count;
    uint32_t case_count_max;
    uint32_t retry_elsewhere_pm, wrong_role_pm, bad_signature_pm, reused_id_pm, bundle_pm, held_by_pm;
    uint32_t wide_pm; /* of what they do: with things, links, hand-overs, episodes, duties. 0: a plain world */
    uint32_t thing_count_max;
    uint32_t late_record; /* 1: an authority record comes late to some */

    /* hostile peers */
    uint32_t tamper_pm;  /* per frame sent by the hostile division; 0: nobody is hostile */
    uint32_t misname_pm; /* it writes other words under an officer's op's id; 0: a plain world, or nobody is hostile */
    bool withhold;       /* and, to the end: it shows others' logs and contents and does not send them */
};

/* plain: as worlds were drawn before officers did more than fill in fields; what a seed told then, it tells. */
void options_draw(uint64_t seed, bool plain, struct sim_options *out);
void options_print(const struct sim_options *o);

#endif
