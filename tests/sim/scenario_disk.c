/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

/* Stories of disks, and of receipts that outlive them. */

void story_of_a_full_disk_refuses_and_recovers(void);
void story_of_a_full_disk_refuses_and_recovers(void)
{
    struct sim *s = story_world(2, 21);
    struct draft d;
    uint32_t op;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    mem_store_limit(s->nodes[0].disk, mem_store_len(s->nodes[0].disk) + 10);
    draft_begin(s, &d, &s->cast->officers[0][OFFICER_PC], &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    op = story_hand_in(s, &d, 0);
    sim_run_ms(s, 3000);
    EXPECT(s, s->ops[op].state == OP_WAITING);
    EXPECT(s, s->nodes[0].up && s->nodes[0].starts == 1);
    EXPECT(s, story_counter(s, 0, COUNTER_NO_SPACE) > 0);

    mem_store_limit(s->nodes[0].disk, 0);
    EXPECT(s, story_answered(s, op));
    story_sync(s);
    EXPECT(s, story_happenings(s, 1, 0, EVENT_ARREST) == 1);
    story_ends(s);
}

static uint32_t submit_held_by_two(struct sim *s)
{
    struct draft d;

    draft_begin(s, &d, &s->cast->officers[0][OFFICER_PC], &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    d.held_by = 2;
    return story_hand_in(s, &d, 0);
}

void story_of_a_receipt_held_by_two_survives_the_loss_of_a_disk(void);
void story_of_a_receipt_held_by_two_survives_the_loss_of_a_disk(void)
{
    struct sim *s = story_world(3, 22);
    uint32_t op;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    op = submit_held_by_two(s);
    EXPECT(s, story_answered(s, op));
    EXPECT(s, s->ops[op].held_by >= 2);

    machine_lose_disk(&s->nodes[0]);
    process_start(&s->nodes[0]);
    sim_run_ms(s, 5000);
    story_sync(s);
    EXPECT(s, look_holds_op(&s->nodes[0], &s->ops[op].id));
    EXPECT(s, story_happenings(s, 0, 0, EVENT_ARREST) == 1);
    story_ends(s);
}

void story_of_a_receipt_held_by_two_waits_for_the_second(void);
void story_of_a_receipt_held_by_two_waits_for_the_second(void)
{
    struct sim *s = story_world(2, 23);
    uint32_t op;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    story_isolate(s, 0);
    op = submit_held_by_two(s);
    sim_run_ms(s, 3000);
    EXPECT(s, look_holds_op(&s->nodes[0], &s->ops[op].id));
    EXPECT(s, s->ops[op].held_by < 2);
    network_heal_all(s);
    sim_run_ms(s, 15000);
    EXPECT(s, s->ops[op].state == OP_ACKED && s->ops[op].held_by == 2);
    story_ends(s);
}
