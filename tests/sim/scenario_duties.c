/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

#include "cases/duties.h"

/* Stories of duties that nobody met (DOMAIN §15, scenarios 4, 10 and 11; CAPABILITIES, 6): what daemons say by themselves. */

#define DUE_MS 6000    /* M1, in every simulated network: cast.c */
#define STEP_MS 4000   /* ... and how long a rung of it waits */
#define OFFER_MS 8000  /* W1 */
#define GRACE_MS 20000 /* how long others wait for the division that holds a duty */
#define LATE_MS 60000

struct shown {
    bool is_there, late;
    enum clock_end end;
    int64_t deadline_ms;
    uint32_t breaches, effective, delivered;
    const struct sim_node *by; /* who signed the one in effect */
    const struct actor *ack;   /* who has it in hand */
    uint32_t level;            /* how far it climbed, by that node's clock */
    enum owner_state owner;
    char owned_by[DIVISION_LEN_MAX + 1];
};

static const struct sim_node *daemon_of(const struct sim *s, const struct cert_id *cert)
{
    for (uint32_t i = 0; i < s->node_count; i++) {
        if (ID_EQ(&s->nodes[i].who->cert, cert))
            return &s->nodes[i];
    }
    return NULL;
}

static const struct actor *officer_of(const struct sim *s, const struct cert_id *cert)
{
    for (uint32_t d = 0; d < s->options.division_count; d++) {
        for (uint32_t i = 0; i < OFFICERS_PER_DIVISION; i++) {
            if (ID_EQ(&s->cast->officers[d][i].cert, cert))
                return &s->cast->officers[d][i];
        }
    }
    return NULL;
}

static void read_clock(const struct sim_node *n, const struct case_state *state, const struct case_clock *c,
                       struct shown *out)
{
    const struct case_mark *breach = duty_breach(state, c);

    out->is_there = true;
    out->late = c->learned_late;
    out->end = c->end;
    out->deadline_ms = c->deadline_ms;
    out->level = clock_reach_at(state, c, node_wall(n)).level;
    for (uint32_t i = 0; i < c->mark_count; i++) {
        const struct case_mark *m = &state->marks[c->first_mark + i];

        out->breaches += m->event == EVENT_CLOCK_BREACHED;
        out->effective += m->event == EVENT_CLOCK_BREACHED && !m->without_effect;
        out->delivered += m->event == EVENT_DELIVERED;
    }
    if (breach != NULL)
        out->by = daemon_of(n->sim, &state->ops[breach->op_index].author);
    if (c->ack != UINT32_MAX)
        out->ack = officer_of(n->sim, &state->ops[state->marks[c->ack].op_index].author);
}

static struct shown look(struct sim *s, uint32_t node, uint32_t clock)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case c = {0};
    struct shown out = {0};

    if (view_case(&s->nodes[node], &s->cases[0], &c)) {
        out.owner = c.state->owner.state;
        memcpy(out.owned_by, c.state->owner.division.data, c.state->owner.division.len);
        for (uint32_t i = 0; i < c.state->clock_count && !out.is_there; i++) {
            if (c.state->clocks[i].clock == clock)
                read_clock(&s->nodes[node], c.state, &c.state->clocks[i], &out);
        }
    }
    arena_release(&s->scratch, mark);
    return out;
}

static struct hash duty_id(struct sim *s, uint32_t opening, uint32_t clock)
{
    struct hash id;

    thing_id_of(&s->ops[opening].id, 65536 + clock, &id);
    return id;
}

static void acknowledge(struct sim *s, uint32_t node, enum officer who, const struct hash *duty)
{
    struct draft d;

    draft_begin(s, &d, &s->cast->officers[node][who], &s->cases[0], KIND_CHILD);
    draft_event(&d, EVENT_CLOCK_ACK);
    d.author_time = node_wall(&s->nodes[node]);
    struct op_write *w = draft_write(&d, FIELD_CLOCK, VERB_SET);
    w->has_value = true;
    w->value = (struct op_value){.type = VALUE_ID, .id = *duty};
    EXPECT(s, story_answered(s, story_hand_in(s, &d, node)));
}

/* Provable afterwards, at every division: who said it, that it is one, and who has it in hand. */
static void expect_one_breach(struct sim *s, uint32_t node)
{
    struct shown at = look(s, node, CLOCK_M1);

    EXPECT(s, at.breaches == 3 && at.effective == 1 && at.by == &s->nodes[0]);
    EXPECT(s, !at.late);
    EXPECT(s, at.ack == &s->cast->officers[2][OFFICER_INSP]);
    EXPECT(s, at.end == CLOCK_RUNS); /* in hand is not done */
}

void story_of_a_high_risk_report_climbs_across_a_cut_until_somebody_has_it_in_hand_by_name(void);
void story_of_a_high_risk_report_climbs_across_a_cut_until_somebody_has_it_in_hand_by_name(void)
{
    struct sim *s = story_world(3, 71);
    uint32_t opening = story_open(s, 0, KIND_CHILD);
    struct hash duty = duty_id(s, opening, CLOCK_M1);

    story_number(s, 0, OFFICER_SUP, 0, FIELD_MISSING_RISK, 4, false);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, story_shown(s, n, 0, FIELD_MISSING_RISK) == 4 && look(s, n, CLOCK_M1).is_there);
    for (uint32_t n = 0; n < 3; n++)
        story_isolate(s, n); /* the links go down, and nobody assesses anything */

    sim_run_ms(s, DUE_MS + 500);
    EXPECT(s, look(s, 0, CLOCK_M1).effective == 1 && look(s, 0, CLOCK_M1).by == &s->nodes[0]);
    EXPECT(s, look(s, 0, CLOCK_M1).level == 1 && look(s, 2, CLOCK_M1).level == 1); /* people are told everywhere */
    EXPECT(s, look(s, 2, CLOCK_M1).breaches == 0);
    sim_run_ms(s, STEP_MS);
    EXPECT(s, look(s, 2, CLOCK_M1).level == 2); /* it climbs where nobody hears of the others */
    sim_run_ms(s, GRACE_MS + 5000);
    EXPECT(s, look(s, 1, CLOCK_M1).by == &s->nodes[1] && look(s, 2, CLOCK_M1).by == &s->nodes[2]);
    acknowledge(s, 2, OFFICER_INSP, &duty);
    EXPECT(s, look(s, 2, CLOCK_M1).ack == &s->cast->officers[2][OFFICER_INSP]);

    story_sync(s);
    sim_run_ms(s, 3000);
    for (uint32_t n = 0; n < 3; n++)
        expect_one_breach(s, n);
    story_ends(s);
}

static void assess(struct sim *s, uint32_t node)
{
    struct draft d;

    draft_begin(s, &d, &s->cast->officers[node][OFFICER_INSP], &s->cases[0], KIND_CHILD);
    draft_event(&d, EVENT_RISK_ASSESSMENT);
    d.author_time = node_wall(&s->nodes[node]);
    draft_number(&d, FIELD_MISSING_RISK, 3);
    draft_text(&d, FIELD_RATIONALE, "seen by a neighbour");
    EXPECT(s, story_answered(s, story_hand_in(s, &d, node)));
}

void story_of_scenario_04_what_was_done_across_a_cut_is_learned_late_and_not_missed(void);
void story_of_scenario_04_what_was_done_across_a_cut_is_learned_late_and_not_missed(void)
{
    struct sim *s = story_world(2, 72);

    story_open(s, 0, KIND_CHILD);
    story_sync(s);
    story_isolate(s, 1);
    assess(s, 1);
    sim_run_ms(s, DUE_MS + 1000);
    EXPECT(s, look(s, 0, CLOCK_M1).effective == 1);
    EXPECT(s, look(s, 0, CLOCK_M1).end == CLOCK_RUNS && look(s, 1, CLOCK_M1).end == CLOCK_END_MET);
    story_sync(s);
    for (uint32_t n = 0; n < 2; n++) {
        EXPECT(s, look(s, n, CLOCK_M1).end == CLOCK_END_MET);
        EXPECT(s, look(s, n, CLOCK_M1).late);
    }
    story_ends(s);
}

void story_of_a_duty_that_was_met_in_time_is_signed_by_no_daemon(void);
void story_of_a_duty_that_was_met_in_time_is_signed_by_no_daemon(void)
{
    struct sim *s = story_world(3, 73);

    story_open(s, 0, KIND_CHILD);
    story_sync(s);
    assess(s, 1);
    sim_run_ms(s, DUE_MS + LATE_MS);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, look(s, n, CLOCK_M1).end == CLOCK_END_MET && look(s, n, CLOCK_M1).breaches == 0);
    story_ends(s);
}

void story_of_scenario_10_a_contested_case_has_two_who_hold_its_duties(void);
void story_of_scenario_10_a_contested_case_has_two_who_hold_its_duties(void)
{
    struct sim *s = story_world(3, 74);
    struct draft d;

    story_open(s, 0, KIND_CHILD);
    story_sync(s);
    draft_begin(s, &d, &s->cast->officers[1][OFFICER_INSP], &s->cases[0], KIND_CHILD);
    draft_event(&d, EVENT_HANDOVER_CLAIM);
    draft_text(&d, FIELD_REASON, "the child lives here");
    EXPECT(s, story_answered(s, story_hand_in(s, &d, 1)));
    story_sync(s);
    EXPECT(s, look(s, 0, CLOCK_M1).owner == OWNER_CONTESTED);
    process_crash(&s->nodes[0]);
    sim_run_ms(s, DUE_MS + 500); /* the claimant waits for nobody */
    EXPECT(s, look(s, 1, CLOCK_M1).effective == 1 && look(s, 1, CLOCK_M1).by == &s->nodes[1]);
    process_start(&s->nodes[0]);
    story_sync(s);
    sim_run_ms(s, 3000);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, look(s, n, CLOCK_M1).effective == 1 && look(s, n, CLOCK_M1).delivered == 1);
    story_ends(s);
}

static uint32_t offer(struct sim *s, uint32_t from, uint32_t to)
{
    struct draft d;
    uint32_t op;

    draft_begin(s, &d, &s->cast->officers[from][OFFICER_INSP], &s->cases[0], KIND_CHILD);
    draft_event(&d, EVENT_HANDOVER_OFFER);
    draft_text(&d, FIELD_TO_DIVISION, s->cast->daemons[to].division);
    draft_text(&d, FIELD_REASON, "she is believed to be there");
    op = story_hand_in(s, &d, from);
    EXPECT(s, story_answered(s, op));
    return op;
}

void story_of_scenario_11_an_offer_whose_sender_dies_lapses_and_the_case_stays_the_senders(void);
void story_of_scenario_11_an_offer_whose_sender_dies_lapses_and_the_case_stays_the_senders(void)
{
    struct sim *s = story_world(3, 75);
    struct hash duty;
    uint32_t offered;

    story_open(s, 0, KIND_CHILD);
    assess(s, 0);
    offered = offer(s, 0, 1);
    duty = duty_id(s, offered, CLOCK_W1);
    story_sync(s);
    EXPECT(s, look(s, 2, CLOCK_W1).owner == OWNER_OFFERED);
    process_crash(&s->nodes[0]);
    sim_run_ms(s, OFFER_MS + GRACE_MS + 5000);
    for (uint32_t n = 1; n < 3; n++) {
        EXPECT(s, look(s, n, CLOCK_W1).effective == 1 && look(s, n, CLOCK_W1).by != &s->nodes[0]);
        EXPECT(s, look(s, n, CLOCK_W1).owner == OWNER_OWNED);
        EXPECT(s, strcmp(look(s, n, CLOCK_W1).owned_by, s->cast->daemons[0].division) == 0);
        EXPECT(s, look(s, n, CLOCK_W1).end == CLOCK_RUNS); /* until somebody knows it by name */
    }
    acknowledge(s, 2, OFFICER_INSP, &duty);
    EXPECT(s, look(s, 2, CLOCK_W1).end == CLOCK_END_OVER);
    process_start(&s->nodes[0]);
    story_sync(s);
    EXPECT(s, look(s, 0, CLOCK_W1).owner == OWNER_OWNED && look(s, 0, CLOCK_W1).end == CLOCK_END_OVER);
    story_ends(s);
}

void story_of_an_acceptance_that_could_not_know_of_the_lapse_contests_the_case(void);
void story_of_an_acceptance_that_could_not_know_of_the_lapse_contests_the_case(void)
{
    struct sim *s = story_world(2, 76);
    struct draft d;

    story_open(s, 0, KIND_CHILD);
    assess(s, 0);
    offer(s, 0, 1);
    story_sync(s);
    story_isolate(s, 1);
    sim_run_ms(s, OFFER_MS + 1000);
    EXPECT(s, look(s, 0, CLOCK_W1).owner == OWNER_OWNED && look(s, 1, CLOCK_W1).owner == OWNER_OFFERED);
    draft_begin(s, &d, &s->cast->officers[1][OFFICER_INSP], &s->cases[0], KIND_CHILD);
    draft_event(&d, EVENT_HANDOVER_ACCEPT);
    EXPECT(s, story_answered(s, story_hand_in(s, &d, 1)));
    EXPECT(s, look(s, 1, CLOCK_W1).owner == OWNER_OWNED);
    story_sync(s);
    for (uint32_t n = 0; n < 2; n++) {
        EXPECT(s, look(s, n, CLOCK_W1).owner == OWNER_CONTESTED);
        EXPECT(s, look(s, n, CLOCK_W2).is_there); /* and somebody has to decide */
    }
    story_ends(s);
}
