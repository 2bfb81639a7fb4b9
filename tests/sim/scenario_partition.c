/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

#define DIALS_MINUTE_MAX 60 /* back-off when unreachable is at most two seconds */

/* Stories of divisions that cannot hear each other for a while. */

void story_of_a_healed_cut_brings_both_sides_together(void);
void story_of_a_healed_cut_brings_both_sides_together(void)
{
    struct sim *s = story_world(3, 7);

    story_open(s, 0, KIND_LINE);
    story_sync(s);
    story_isolate(s, 0);
    story_number(s, 0, OFFICER_COORD, 0, FIELD_GEOGRAPHY, 1, true);
    story_number(s, 1, OFFICER_COORD, 0, FIELD_GEOGRAPHY, 2, true);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, story_in_conflict(s, n, 0, FIELD_GEOGRAPHY));

    story_number(s, 2, OFFICER_COORD, 0, FIELD_GEOGRAPHY, 2, true);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++) {
        EXPECT(s, !story_in_conflict(s, n, 0, FIELD_GEOGRAPHY));
        EXPECT(s, story_shown(s, n, 0, FIELD_GEOGRAPHY) == 2);
    }
    story_ends(s);
}

void story_of_a_risk_raised_in_a_partition_stays_high(void);
void story_of_a_risk_raised_in_a_partition_stays_high(void)
{
    struct sim *s = story_world(3, 8);

    story_open(s, 0, KIND_CHILD);
    story_number(s, 0, OFFICER_PC, 0, FIELD_MISSING_RISK, 3, true);
    story_sync(s);
    EXPECT(s, story_shown(s, 1, 0, FIELD_MISSING_RISK) == 3);

    story_isolate(s, 0);
    story_number(s, 0, OFFICER_PC, 0, FIELD_MISSING_RISK, 4, true);
    story_assess(s, 1, OFFICER_INSP, 0, 2, true);
    EXPECT(s, story_shown(s, 1, 0, FIELD_MISSING_RISK) == 2);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, story_shown(s, n, 0, FIELD_MISSING_RISK) == 4);

    story_assess(s, 1, OFFICER_INSP, 0, 2, true);
    story_sync(s);
    EXPECT(s, story_shown(s, 0, 0, FIELD_MISSING_RISK) == 2);
    story_ends(s);
}

void story_of_a_division_reaches_another_through_the_one_between(void);
void story_of_a_division_reaches_another_through_the_one_between(void)
{
    struct sim *s = story_world_with(&(struct sim_options){
        .seed = 9, .division_count = 4, .mesh = MESH_LINE, .delay_ms_max = 10, .commit_ms_max = 3});

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    EXPECT(s, look_holds_op(&s->nodes[3], &s->ops[0].id));
    story_result(s, 3, 0, EVENT_ARREST, NULL);
    story_sync(s);
    EXPECT(s, story_happenings(s, 0, 0, EVENT_ARREST) == 1);
    story_ends(s);
}

void story_of_a_lone_division_takes_submissions_and_answers(void);
void story_of_a_lone_division_takes_submissions_and_answers(void)
{
    struct sim *s = story_world(3, 10);

    story_isolate(s, 2);
    sim_run_ms(s, 6000);
    story_open(s, 2, KIND_OPERATION);
    for (uint32_t i = 0; i < 5; i++)
        story_result(s, 2, 0, EVENT_PATROL, NULL);
    EXPECT(s, story_happenings(s, 2, 0, EVENT_PATROL) == 5);
    EXPECT(s, !look_holds_op(&s->nodes[0], &s->ops[0].id));
    story_sync(s);
    EXPECT(s, story_happenings(s, 0, 0, EVENT_PATROL) == 5);
    story_ends(s);
}

/* It comes up and is dropped at once: no better than one that does not come up. */
void story_of_a_link_that_is_dropped_at_once_is_dialled_with_patience(void);
void story_of_a_link_that_is_dropped_at_once_is_dialled_with_patience(void)
{
    struct sim *s = story_world(2, 25);
    uint32_t links;

    for (uint32_t n = 0; n < 2; n++) {
        s->nodes[n].hangs_up = true;
        process_crash(&s->nodes[n]);
        process_start(&s->nodes[n]);
    }
    sim_run_ms(s, 5000);
    links = s->link_count;
    sim_run_ms(s, 60000);
    EXPECT(s, s->link_count > links + 4); /* it does not give up */
    EXPECT(s, s->link_count < links + DIALS_MINUTE_MAX);
    s->nodes[0].hangs_up = s->nodes[1].hangs_up = false;
    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    story_ends(s);
}
