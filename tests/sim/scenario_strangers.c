/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/hand_division.h"

/* Stories of ops that come from daemons unlike ours: newer, broken or hostile. */

#define NEWER_OP_TYPE 77
#define NEWER_FIELD 4711

static const struct actor *officer(const struct sim *s, uint32_t division, enum officer who)
{
    return &s->cast->officers[division][who];
}

static void begin(struct sim *s, struct draft *d, const struct actor *who, uint32_t the_case)
{
    draft_begin(s, d, who, &s->cases[the_case], s->case_kinds[the_case]);
}

static struct loaded_case view(struct sim *s, uint32_t node, uint32_t the_case)
{
    struct loaded_case c = {0};

    if (!view_case(&s->nodes[node], &s->cases[the_case], &c) || c.state == NULL)
        sim_fail(s, "story", "%s does not show case %u", sim_name(&s->nodes[node]), the_case);
    return c;
}

void story_of_an_op_of_a_newer_version_is_kept_and_shown_as_newer(void);
void story_of_an_op_of_a_newer_version_is_kept_and_shown_as_newer(void)
{
    struct sim *s = story_world(3, 41);
    struct hand_division newer;
    struct draft d;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    hand_division_open(&newer, s, 2);
    begin(s, &d, officer(s, 2, OFFICER_PC), 0);
    d.op.type = NEWER_OP_TYPE;
    hand_division_write(&newer, &d, 0);
    sim_run_ms(s, 500);
    begin(s, &d, officer(s, 2, OFFICER_PC), 0);
    draft_text(&d, NEWER_FIELD, "what this version cannot know");
    hand_division_write(&newer, &d, 0);
    sim_run_ms(s, 500);
    story_sync(s); /* relayed by a daemon that does not understand it */
    for (uint32_t n = 0; n < 2 && !s->failed; n++) {
        struct loaded_case c = view(s, n, 0);

        EXPECT(s, c.state == NULL || (c.state->flags & STATE_NEWER) != 0);
        EXPECT(s, c.op_count == 3);
    }
    story_result(s, 1, 0, EVENT_ARREST, NULL);
    EXPECT(s, story_happenings(s, 1, 0, EVENT_ARREST) == 1);
    hand_division_done(&newer);
    story_ends(s);
}

/* Within the grammar of the wire, beyond the bounds of an op: the fold cannot take it. */
void story_of_a_poisonous_op_degrades_one_case_only(void);
void story_of_a_poisonous_op_degrades_one_case_only(void)
{
    struct sim *s = story_world(3, 42);
    struct hand_division hostile;
    struct draft d;

    story_open(s, 0, KIND_OPERATION);
    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    hand_division_open(&hostile, s, 2);
    begin(s, &d, officer(s, 2, OFFICER_PC), 0);
    draft_event(&d, EVENT_ARREST);
    d.poison = true;
    hand_division_write(&hostile, &d, 0);
    sim_run_ms(s, 500);
    story_sync(s);
    for (uint32_t n = 0; n < 2; n++) {
        EXPECT(s, s->nodes[n].starts == 1);
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 0);
    }
    story_result(s, 0, 0, EVENT_ARREST, NULL); /* that case goes on */
    story_result(s, 1, 1, EVENT_ARREST, NULL); /* and the other knows nothing of it */
    story_sync(s);
    for (uint32_t n = 0; n < 2; n++) {
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 1);
        EXPECT(s, story_happenings(s, n, 1, EVENT_ARREST) == 1);
    }
    hand_division_done(&hostile);
    story_ends(s);
}

void story_of_an_op_nobody_certified_has_no_effect_until_somebody_does(void);
void story_of_an_op_nobody_certified_has_no_effect_until_somebody_does(void)
{
    struct sim *s = story_world(3, 43);
    struct hand_division hasty;
    struct draft d;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    hand_division_open(&hasty, s, 2);
    begin(s, &d, &s->cast->late, 0);
    draft_event(&d, EVENT_ARREST);
    hand_division_write(&hasty, &d, 0);
    sim_run_ms(s, 500);
    story_sync(s);
    checks_at_heal(s);
    for (uint32_t n = 0; n < 2; n++)
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 0);

    node_publish(&s->nodes[0], SEGMENT_LATE);
    sim_run_ms(s, 2000);
    begin(s, &d, &s->cast->late, 0); /* sealed now, with the record known to its daemon */
    draft_event(&d, EVENT_ARREST);
    hand_division_write(&hasty, &d, 0);
    sim_run_ms(s, 2000);
    story_sync(s);
    for (uint32_t n = 0; n < 2; n++)
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 1);
    hand_division_done(&hasty);
    story_ends(s);
}

void story_of_a_badly_signed_op_is_stored_void(void);
void story_of_a_badly_signed_op_is_stored_void(void)
{
    struct sim *s = story_world(3, 44);
    struct hand_division hostile;
    struct draft d;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    hand_division_open(&hostile, s, 2);
    begin(s, &d, officer(s, 0, OFFICER_INSP), 0); /* in the name of another division's inspector */
    draft_event(&d, EVENT_ARREST);
    d.bad_signature = true;
    hand_division_write(&hostile, &d, 1);
    sim_run_ms(s, 500);
    story_sync(s);
    for (uint32_t n = 0; n < 2; n++) {
        EXPECT(s, story_counter(s, n, COUNTER_VOID) == 1);
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 0);
    }
    hand_division_done(&hostile);
    story_ends(s);
}

/*
 * A member of the audience seals other words under the id of an officer's op. One division hears them after the op, the
 * other before it; then again, words of another case.
 */
static void forge(struct hand_division *h, uint32_t op, uint32_t the_case, uint32_t node)
{
    struct sim *s = h->sim;
    struct draft d;

    begin(s, &d, officer(s, 2, OFFICER_PC), the_case);
    draft_event(&d, EVENT_WARRANT);
    d.under = &s->ops[op].id;
    hand_division_write(h, &d, node);
    sim_run_ms(s, 500);
}

static void expect_arrests(struct sim *s, uint32_t count)
{
    checks_at_heal(s);
    for (uint32_t n = 0; n < 2 && !s->failed; n++) {
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == count);
        for (uint32_t c = 0; c < 2; c++)
            EXPECT(s, story_happenings(s, n, c, EVENT_WARRANT) == 0);
        EXPECT(s, view(s, n, 0).op_count == 1 + count);
        EXPECT(s, view(s, n, 1).op_count == 1);
    }
}

void story_of_other_words_under_an_ops_id_are_nobodys(void);
void story_of_other_words_under_an_ops_id_are_nobodys(void)
{
    struct sim *s = story_world(3, 46);
    struct hand_division hostile;

    story_open(s, 0, KIND_OPERATION);
    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    hand_division_open(&hostile, s, 2);
    for (uint32_t the_case = 0; the_case < 2 && !s->failed; the_case++) {
        story_isolate(s, 1);
        uint32_t op = story_result(s, 0, 0, EVENT_ARREST, NULL);
        forge(&hostile, op, the_case, 1);
        story_sync(s);
        expect_arrests(s, the_case + 1);
    }
    for (uint32_t n = 0; n < 2; n++)
        EXPECT(s, story_counter(s, n, COUNTER_VOID) == 2);
    hand_division_done(&hostile);
    story_ends(s);
}

/*
 * Three and a half megabytes while nobody listens, to a daemon whose disk is slow: more than one grant, more than
 * one frame, and a sender that sent on without a grant would be caught.
 */
#define BACKLOG_OPS 420
#define BACKLOG_CASES 6

static void write_plans(struct draft *d, const char *text)
{
    draft_text(d, FIELD_PLAN_PURSUE, text);
    draft_text(d, FIELD_PLAN_PREVENT, text);
    draft_text(d, FIELD_PLAN_PROTECT, text);
    draft_text(d, FIELD_PLAN_PREPARE, text);
}

void story_of_a_backlog_larger_than_any_credit_arrives_whole(void);
void story_of_a_backlog_larger_than_any_credit_arrives_whole(void)
{
    static char text[1900];
    struct sim *s = story_world(2, 45);
    uint32_t last = 0;

    memset(text, 'x', sizeof text - 1);
    for (uint32_t i = 0; i < BACKLOG_CASES; i++)
        story_open(s, 0, KIND_OCG);
    story_sync(s);
    story_isolate(s, 0);
    for (uint32_t i = 0; i < BACKLOG_OPS && !s->failed; i++) {
        struct draft d;

        begin(s, &d, officer(s, 0, OFFICER_COORD), i % BACKLOG_CASES);
        write_plans(&d, text);
        last = story_hand_in(s, &d, 0);
        sim_run_ms(s, 5);
    }
    EXPECT(s, story_answered(s, last));
    s->nodes[1].commit_ms_min = s->nodes[1].commit_ms_max = 400;
    story_sync(s);
    EXPECT(s, look_holds_op(&s->nodes[1], &s->ops[last].id));
    for (uint32_t n = 0; n < 2; n++)
        EXPECT(s, s->nodes[n].sessions_ended == 0);
    story_ends(s);
}
