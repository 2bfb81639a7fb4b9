/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

#include "cases/identity.h"

/* Stories of a child recorded twice (DOMAIN §15, scenarios 8 and 9), told by divisions that cannot hear each other. */

enum { FIRST = 0, SECOND = 1, NOBODY = 99 };

static uint32_t merge(struct sim *s, uint32_t node, uint32_t loser, uint32_t survivor)
{
    struct draft d;
    uint32_t op;

    draft_begin(s, &d, &s->cast->officers[node][OFFICER_INSP], &s->cases[loser], KIND_CHILD);
    draft_event(&d, EVENT_IDENTITY_MERGED);
    struct op_write *w = draft_write(&d, FIELD_SURVIVOR, VERB_SET);
    w->has_value = true;
    w->value.type = VALUE_ID;
    memcpy(w->value.id.b, s->cases[survivor].b, ID_LEN);
    draft_number(&d, FIELD_IDENTIFIER, 1);
    draft_number(&d, FIELD_SECOND_IDENTIFIER, 8);
    draft_text(&d, FIELD_REASON, "one child");
    op = story_hand_in(s, &d, node);
    EXPECT(s, story_answered(s, op));
    return op;
}

static void unmerge(struct sim *s, uint32_t node, uint32_t loser, uint32_t merge_op)
{
    const struct op_ref named = {.op = s->ops[merge_op].id};
    struct draft d;

    draft_begin(s, &d, &s->cast->officers[node][OFFICER_INSP], &s->cases[loser], KIND_CHILD);
    draft_event(&d, EVENT_IDENTITY_UNMERGED);
    draft_text(&d, FIELD_REASON, "two children");
    d.op.correct_count = 1;
    d.op.corrects = &named;
    EXPECT(s, story_answered(s, story_hand_in(s, &d, node)));
}

/* Which of the two cases is shown for `asked` at that division, and as what. */
static uint32_t survivor_at(struct sim *s, uint32_t node, uint32_t asked, struct identity_place *out)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case cases[2] = {{.op_count = 0}};
    const struct case_state *states[2];
    struct identity_edge edges[IDENTITY_EDGES_MAX];
    struct identity_place places[2];
    uint32_t survivor = NOBODY;

    if (view_case(&s->nodes[node], &s->cases[FIRST], &cases[0]) &&
        view_case(&s->nodes[node], &s->cases[SECOND], &cases[1])) {
        states[0] = cases[0].state;
        states[1] = cases[1].state;
        identity_resolve(states, 2, edges, identity_edges(states, 2, edges), places);
        *out = places[asked];
        survivor = places[asked].survivor;
    }
    arena_release(&s->scratch, mark);
    return survivor;
}

static void expect_apart(struct sim *s, uint32_t node)
{
    struct identity_place place = {.standing = 0};

    EXPECT(s, survivor_at(s, node, FIRST, &place) == FIRST);
    EXPECT(s, place.standing == IDENTITY_ALONE);
    EXPECT(s, survivor_at(s, node, SECOND, &place) == SECOND);
    EXPECT(s, place.standing == IDENTITY_ALONE);
}

/* `away` is cut off while the merge is taken back elsewhere, or takes it back itself; somebody writes meanwhile. */
static void tell_scenario_08(uint64_t seed, uint32_t away, uint32_t unmerges, uint32_t writes)
{
    struct sim *s = story_world(3, seed);
    struct identity_place place = {.standing = 0};
    uint32_t made;

    story_open(s, 0, KIND_CHILD);
    story_open(s, 0, KIND_CHILD);
    story_number(s, 0, OFFICER_PC, SECOND, FIELD_EXPLOITATION_SEXUAL, 2, false);
    made = merge(s, 0, FIRST, SECOND);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++) {
        EXPECT(s, survivor_at(s, n, FIRST, &place) == SECOND);
        EXPECT(s, place.standing == IDENTITY_ALIAS && !place.provisional);
    }
    story_isolate(s, away);
    story_number(s, writes, OFFICER_PC, FIRST, FIELD_EXPLOITATION_SEXUAL, 4, false);
    unmerge(s, unmerges, FIRST, made);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++) {
        expect_apart(s, n);
        EXPECT(s, story_shown(s, n, FIRST, FIELD_EXPLOITATION_SEXUAL) ==
                      4); /* it was said of the loser, and stays there */
        EXPECT(s, story_shown(s, n, SECOND, FIELD_EXPLOITATION_SEXUAL) == 2);
    }
    story_ends(s);
}

void story_of_scenario_08_an_unmerge_restores_what_was_written_offline_to_the_loser(void);
void story_of_scenario_08_an_unmerge_restores_what_was_written_offline_to_the_loser(void)
{
    tell_scenario_08(81, 2, 0, 2);
}

void story_of_scenario_08_an_unmerge_made_offline_restores_it_too(void);
void story_of_scenario_08_an_unmerge_made_offline_restores_it_too(void)
{
    tell_scenario_08(82, 1, 1, 2);
}

/* Each division merges its own child's case into the other's, and hears of it afterwards. */
static void tell_scenario_09(uint64_t seed, uint32_t first_to_merge)
{
    struct sim *s = story_world(3, seed);
    struct identity_place place = {.standing = 0};

    story_open(s, 0, KIND_CHILD);
    story_sync(s);
    sim_run_ms(s, 5000);
    story_open(s, 1, KIND_CHILD); /* later: so the first survives */
    story_sync(s);
    story_isolate(s, 1);
    merge(s, first_to_merge, first_to_merge == 0 ? FIRST : SECOND, first_to_merge == 0 ? SECOND : FIRST);
    merge(s, 1 - first_to_merge, first_to_merge == 0 ? SECOND : FIRST, first_to_merge == 0 ? FIRST : SECOND);
    for (uint32_t n = 0; n < 2; n++) { /* one owner alone unites nothing */
        EXPECT(s, survivor_at(s, n, FIRST, &place) == FIRST);
        EXPECT(s, place.standing == IDENTITY_ALONE && place.pending);
    }
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++) {
        for (uint32_t asked = 0; asked < 2; asked++) {
            EXPECT(s, survivor_at(s, n, asked, &place) == FIRST);
            EXPECT(s, place.class_mask == 3 && place.provisional && !place.pending);
        }
    }
    story_ends(s);
}

void story_of_scenario_09_a_cross_merge_has_one_survivor_everywhere(void);
void story_of_scenario_09_a_cross_merge_has_one_survivor_everywhere(void)
{
    tell_scenario_09(91, 0);
}

void story_of_scenario_09_the_other_way_round_the_same_one_survives(void);
void story_of_scenario_09_the_other_way_round_the_same_one_survives(void)
{
    tell_scenario_09(92, 1);
}
