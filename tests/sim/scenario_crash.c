/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

/* Stories of processes that die, machines that start again, disks that go back in time. */

static void restart(struct sim *s, uint32_t node)
{
    process_start(&s->nodes[node]);
    sim_run_ms(s, 2500);
}

/* Dies at each of the first things that a turn does to the outside, one after the other. */
void story_of_a_crash_between_commit_and_send_loses_nothing(void);
void story_of_a_crash_between_commit_and_send_loses_nothing(void)
{
    struct sim *s = story_world(3, 11);

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    for (uint32_t call = 1; call <= 8 && !s->failed; call++) {
        s->nodes[0].die_at_call = call;
        story_result(s, 0, 0, EVENT_WARRANT, NULL);
        EXPECT(s, story_incarnation(s, 0) == 1);
    }
    story_sync(s);
    EXPECT(s, s->nodes[0].starts > 4);
    EXPECT(s, story_happenings(s, 2, 0, EVENT_WARRANT) == 8);
    story_ends(s);
}

void story_of_a_reboot_opens_a_new_incarnation_and_loses_nothing(void);
void story_of_a_reboot_opens_a_new_incarnation_and_loses_nothing(void)
{
    struct sim *s = story_world(2, 12);

    story_open(s, 0, KIND_OPERATION);
    EXPECT(s, story_incarnation(s, 0) == 1);
    machine_reboot(&s->nodes[0]);
    restart(s, 0);
    story_result(s, 0, 0, EVENT_ARREST, NULL);
    EXPECT(s, story_incarnation(s, 0) == 2);
    story_sync(s);
    EXPECT(s, story_happenings(s, 1, 0, EVENT_ARREST) == 1);
    story_ends(s);
}

void story_of_an_old_copy_put_back_opens_a_new_incarnation(void);
void story_of_an_old_copy_put_back_opens_a_new_incarnation(void)
{
    struct sim *s = story_world(3, 13);

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    machine_keep_copy(&s->nodes[0]);
    for (uint32_t i = 0; i < 3; i++)
        story_result(s, 0, 0, EVENT_ARREST, NULL);
    story_sync(s);

    story_isolate(s, 0); /* nobody can tell it what it forgot */
    machine_restore(&s->nodes[0]);
    restart(s, 0);
    story_result(s, 0, 0, EVENT_WARRANT, NULL); /* I22: it writes again, alone */
    EXPECT(s, story_incarnation(s, 0) == 2);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++) {
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 3);
        EXPECT(s, story_happenings(s, n, 0, EVENT_WARRANT) == 1);
    }
    story_ends(s);
}

void story_of_a_failed_commit_is_fatal_and_opens_a_new_incarnation(void);
void story_of_a_failed_commit_is_fatal_and_opens_a_new_incarnation(void)
{
    struct sim *s = story_world(2, 14);

    story_open(s, 0, KIND_OPERATION);
    s->nodes[0].fault_planned = true;
    mem_store_fail(s->nodes[0].disk, MEM_FAULT_COMMIT_DONE, 1, CW_LOCAL_IO);
    story_result(s, 0, 0, EVENT_ARREST, NULL);
    EXPECT(s, s->nodes[0].starts == 2);
    story_result(s, 0, 0, EVENT_ARREST, NULL);
    EXPECT(s, story_incarnation(s, 0) == 2);
    story_sync(s);
    EXPECT(s, story_happenings(s, 1, 0, EVENT_ARREST) == 2);
    story_ends(s);
}

/* Handed in together to a slow disk: while the first is written the others gather, and one seal covers them. The
 * last one's index. */
static uint32_t warrants_at_once(struct sim *s, uint32_t node, uint32_t count)
{
    struct sim_node *n = &s->nodes[node];
    int64_t commit_ms_max = n->commit_ms_max;
    uint32_t last = 0;

    n->commit_ms_min = n->commit_ms_max = 100;
    for (uint32_t i = 0; i < count; i++) {
        struct draft d;

        draft_begin(s, &d, &s->cast->officers[node][OFFICER_PC], &s->cases[0], s->case_kinds[0]);
        draft_event(&d, EVENT_WARRANT);
        last = story_hand_in(s, &d, node);
    }
    EXPECT(s, story_answered(s, last));
    n->commit_ms_min = 0;
    n->commit_ms_max = commit_ms_max;
    return last;
}

/* `lost` entries are forgotten by the machine that goes back, then it seals `written` others in their place at once. */
static void fork_after_losing(uint32_t lost, uint32_t written, uint32_t divisions, uint64_t seed)
{
    struct sim *s = story_world(divisions, seed);
    struct log_id forked;
    uint32_t before = 0, after;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    machine_keep_copy(&s->nodes[0]);
    for (uint32_t i = 0; i < lost; i++)
        before = story_result(s, 0, 0, EVENT_ARREST, NULL);
    story_sync(s);
    forked = s->nodes[0].own_log;

    story_isolate(s, 0);
    machine_revert(&s->nodes[0]);
    restart(s, 0);
    after = warrants_at_once(s, 0, written);
    EXPECT(s, ID_EQ(&s->nodes[0].own_log, &forked));
    story_sync(s);
    sim_run_ms(s, 1000); /* who found it tells the others */
    for (uint32_t n = 0; n < divisions; n++) {
        EXPECT(s, story_alarmed(s, n, "fork-proven"));
        EXPECT(s, look_holds_op(&s->nodes[n], &s->ops[before].id) || look_holds_op(&s->nodes[n], &s->ops[after].id));
    }
    story_result(s, 0, 0, EVENT_PATROL, NULL); /* a fork is no reason to stop working */
    EXPECT(s, !ID_EQ(&s->nodes[0].own_log, &forked));
    story_sync(s);
    EXPECT(s, story_happenings(s, divisions - 1, 0, EVENT_PATROL) == 1);
    EXPECT(s, history_log(s->history, &forked)->forked);
    story_ends(s);
}

void story_of_a_reverted_machine_is_proven_to_have_forked(void);
void story_of_a_reverted_machine_is_proven_to_have_forked(void)
{
    fork_after_losing(1, 1, 3, 15);
}

/* As above, but what was put back says that it is a backup: even beside the anchor of its moment, in the same file. */
void story_of_a_backup_beside_its_anchor_does_not_fork(void);
void story_of_a_backup_beside_its_anchor_does_not_fork(void)
{
    struct sim *s = story_world(3, 18);
    struct log_id first;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    machine_keep_copy(&s->nodes[0]);
    mem_store_mark_backup(s->nodes[0].old_copy);
    story_result(s, 0, 0, EVENT_ARREST, NULL);
    story_sync(s);
    first = s->nodes[0].own_log;

    story_isolate(s, 0);
    machine_revert(&s->nodes[0]);
    s->nodes[0].forker = false; /* it must not */
    restart(s, 0);
    story_result(s, 0, 0, EVENT_WARRANT, NULL);
    EXPECT(s, story_incarnation(s, 0) == 2);
    story_sync(s);
    sim_run_ms(s, 1000);
    EXPECT(s, !history_log(s->history, &first)->forked);
    for (uint32_t n = 0; n < 3; n++) {
        EXPECT(s, !story_alarmed(s, n, "fork-proven"));
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 1);
        EXPECT(s, story_happenings(s, n, 0, EVENT_WARRANT) == 1);
    }
    story_ends(s);
}

/* The peer is ahead and on another branch: it is asked for the batch in dispute, not only for what follows. */
void story_of_a_fork_behind_its_rival_is_proven_too(void);
void story_of_a_fork_behind_its_rival_is_proven_too(void)
{
    fork_after_losing(4, 1, 2, 16);
}

/* Both branches end at one seq, and the batch in dispute begins earlier on one of them. */
void story_of_a_fork_whose_batches_have_other_bounds_is_proven_too(void);
void story_of_a_fork_whose_batches_have_other_bounds_is_proven_too(void)
{
    fork_after_losing(3, 3, 3, 17);
}

/* The proof reaches it before the log does: it takes the log all the same, along one branch. */
void story_of_a_division_without_a_disk_gets_what_a_forked_log_holds(void);
void story_of_a_division_without_a_disk_gets_what_a_forked_log_holds(void)
{
    struct sim *s = story_world(3, 18);

    story_open(s, 0, KIND_OPERATION);
    story_result(s, 0, 0, EVENT_ARREST, NULL);
    story_result(s, 1, 0, EVENT_ARREST, NULL); /* written under the key that the other log holds */
    story_sync(s);
    machine_keep_copy(&s->nodes[0]);
    story_result(s, 0, 0, EVENT_ARREST, NULL);
    story_sync(s);
    story_isolate(s, 0);
    machine_revert(&s->nodes[0]);
    restart(s, 0);
    story_result(s, 0, 0, EVENT_WARRANT, NULL);
    story_sync(s);
    sim_run_ms(s, 1000);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, story_alarmed(s, n, "fork-proven"));

    machine_lose_disk(&s->nodes[2]);
    restart(s, 2);
    story_sync(s);
    sim_run_ms(s, 1000);
    EXPECT(s, story_alarmed(s, 2, "fork-proven"));
    EXPECT(s, story_happenings(s, 2, 0, EVENT_ARREST) + story_happenings(s, 2, 0, EVENT_WARRANT) >= 3);
    story_ends(s);
}
