/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A missing child told by two divisions that do not hear each other (DOMAIN §7.3, §8, §9): a common beginning, two sides,
 * and what people do once both are heard. What each side sees, what all see, in every state of lifecycle, ownership and
 * clocks that comes of it: somebody has the duty, somebody is to look at a live child's risk again, and no risk is lower
 * than an assessment that nobody named.
 */
#include "tests/unit/cases/story.h"
#include "tests/unit/support/room.h"

#if defined(__SANITIZE_THREAD__)
#define WORLDS 60
#else
#define WORLDS 1200
#endif

enum { BEGINNING, LEFT, RIGHT, AFTERWARDS, PHASES };

/* Ops in order of telling, phase by phase: phase p is [from[p], from[p + 1]). */
struct apart {
    struct draw d;
    struct story *s;
    uint32_t from[PHASES + 1];
    uint32_t phase;
};

static const char *const divisions[] = {"NTH", "EST", "WST"};
static struct room memory = ROOM(16 << 20);

/* --- who saw what ------------------------------------------------------------------------------------------------- */

static bool sees(const struct apart *w, uint32_t op)
{
    if (w->phase == RIGHT)
        return op < w->from[LEFT] || op >= w->from[RIGHT];
    return true; /* the left side is told first, so what is before is its own */
}

/* An earlier op that its author could see; 0, the opening, when the dice find none. */
static uint32_t seen(struct apart *w, uint32_t before)
{
    for (uint32_t i = 0; i < 20; i++) {
        uint32_t op = draw_below(&w->d, before);

        if (sees(w, op))
            return op;
    }
    return 0;
}

static const char *division_of(struct apart *w)
{
    static const uint32_t home[] = {[LEFT] = 0, [RIGHT] = 1};

    if ((w->phase == LEFT || w->phase == RIGHT) && draw_below(&w->d, 8) != 0)
        return divisions[home[w->phase]];
    return divisions[draw_below(&w->d, 3)];
}

/* --- what they do ------------------------------------------------------------------------------------------------- */

static const uint32_t told[] = {
    EVENT_RISK_ASSESSMENT,
    EVENT_RISK_ASSESSMENT,
    EVENT_RISK_ASSESSMENT,
    EVENT_REVIEW,
    EVENT_REVIEW,
    EVENT_SIGHTING,
    EVENT_SIGHTING,
    EVENT_RETURN_CLAIM,
    EVENT_RETURN_CLAIM,
    EVENT_RETURNED,
    EVENT_RETURNED,
    EVENT_CLAIM_REFUTED,
    EVENT_LONG_TERM,
    EVENT_LONG_TERM,
    EVENT_STILL_MISSING,
    EVENT_RETURN_CONFIRMED,
    EVENT_EPISODE_CLOSED,
    EVENT_CLOSE_CORRECTED,
    EVENT_EPISODE_REPORTED,
    EVENT_EPISODE_CANCELLED,
    EVENT_FOUND_DEAD,
    EVENT_ACTION,
    EVENT_PREVENTION_INTERVIEW,
    EVENT_RHI,
    EVENT_HANDOVER_OFFER,
    EVENT_HANDOVER_OFFER,
    EVENT_HANDOVER_ACCEPT,
    EVENT_HANDOVER_ACCEPT,
    EVENT_HANDOVER_DECLINE,
    EVENT_HANDOVER_WITHDRAW,
    EVENT_HANDOVER_CLAIM,
    EVENT_ARBITRATION,
    EVENT_CLOCK_WAIVED,
    EVENT_CLOCK_ACK,
    EVENT_NOTE,
};

static void name_clock(struct apart *w, uint32_t op)
{
    static const uint32_t clocks[] = {CLOCK_M1, CLOCK_M2, CLOCK_M3, CLOCK_W1};
    struct hash id;

    thing_id_of(&w->s->ops[seen(w, op)].head.op_id, 65536 + clocks[draw_below(&w->d, CW_COUNT(clocks))], &id);
    story_ref(w->s, op, FIELD_CLOCK, &id);
}

/* Naming what was seen of that field, or nothing of it. */
static void assess(struct apart *w, uint32_t op)
{
    uint32_t index = story_number(w->s, op, FIELD_MISSING_RISK, 1 + draw_below(&w->d, 4));
    uint32_t tries = draw_below(&w->d, 3) == 0 ? 0 : 10;

    for (uint32_t i = 0; i < tries && w->s->ops[op].writes[index].supersede_count < STORY_NAMED_MAX; i++) {
        uint32_t earlier = seen(w, op);

        for (uint32_t k = 0; k < w->s->ops[earlier].op.write_count; k++) {
            if (w->s->ops[earlier].writes[k].field == FIELD_MISSING_RISK && earlier != op)
                story_names(w->s, op, index, earlier, k);
        }
    }
}

static void say(struct apart *w, uint32_t op)
{
    struct story *s = w->s;

    switch (s->ops[op].op.event) {
    case EVENT_RISK_ASSESSMENT:
        assess(w, op);
        break;
    case EVENT_REVIEW:
        story_number(s, op, FIELD_LEVEL, 1 + draw_below(&w->d, 3));
        break;
    case EVENT_SIGHTING:
    case EVENT_RETURNED:
        story_number(s, op, FIELD_HOW_KNOWN, 3 + draw_below(&w->d, 3));
        story_number(s, op, FIELD_INTERVIEWED, draw_below(&w->d, 2));
        story_number(s, op, FIELD_CONFIDENCE, 1 + draw_below(&w->d, 4));
        break;
    case EVENT_HANDOVER_OFFER:
    case EVENT_ARBITRATION:
        story_text(s, op, FIELD_TO_DIVISION, divisions[draw_below(&w->d, 3)]);
        break;
    case EVENT_CLOCK_WAIVED:
    case EVENT_CLOCK_ACK:
        name_clock(w, op);
        break;
    default:
        break;
    }
}

static void in_an_episode(struct apart *w, uint32_t op)
{
    uint32_t other = seen(w, op);

    if (w->s->ops[other].op.type == OP_EVENT && w->s->ops[other].op.event == EVENT_EPISODE_REPORTED) {
        struct hash id = story_event_id(w->s, other);

        story_scope(w->s, op, &id);
    }
}

/* Takes back or puts right what was seen, now and then by another sort of event. */
static void correct(struct apart *w, uint32_t op)
{
    uint32_t other = seen(w, op);
    struct story_op *o = &w->s->ops[op];

    if (w->s->ops[other].op.type != OP_EVENT || other == op)
        return;
    story_corrects(w->s, op, other);
    o->op.withdraws = draw_below(&w->d, 2) == 0;
    if (draw_below(&w->d, 4) != 0)
        o->op.event = w->s->ops[other].op.event;
    if (w->s->ops[other].op.ref_count > 0 && o->op.ref_count == 0)
        story_scope(w->s, op, &w->s->ops[other].refs[0]);
}

static void act(struct apart *w)
{
    uint32_t roles = draw_below(&w->d, 4) == 0 ? 1u << (1 + draw_below(&w->d, 17)) : R_ANY;
    bool event = draw_below(&w->d, 5) != 0;
    uint32_t op = story_op(w->s, division_of(w), roles, event ? OP_EVENT : OP_SET);
    struct story_op *o = &w->s->ops[op];

    o->head.hlc = STORY_HLC + 1000 + op + draw_below(&w->d, 6); /* clocks that are a little wrong */
    o->head.author_time.ms = NOON + (int64_t)op * 7 * MINUTE_MS;
    o->op.event = event ? told[draw_below(&w->d, CW_COUNT(told))] : 0;
    for (uint32_t i = draw_below(&w->d, 3); i > 0; i--)
        story_after(w->s, op, seen(w, op));
    if (draw_below(&w->d, 3) == 0)
        in_an_episode(w, op);
    if (event && draw_below(&w->d, 8) == 0)
        correct(w, op);
    if (event)
        say(w, op);
    else
        assess(w, op);
}

static void draw_apart(uint64_t seed, struct apart *w)
{
    w->d = (struct draw){seed * 104729 + 7};
    w->s = story_open(KIND_CHILD, divisions[draw_below(&w->d, 2)], R_ANY);
    w->s->ops[0].head.author_time.ms = NOON;
    w->from[BEGINNING] = 0;
    for (w->phase = BEGINNING; w->phase < PHASES; w->phase++) {
        for (uint32_t i = 3 + draw_below(&w->d, 10); i > 0; i--)
            act(w);
        w->from[w->phase + 1] = w->s->count;
    }
}

/* --- what must hold, whoever looks -------------------------------------------------------------------------------- */

struct view {
    uint32_t count;
    uint32_t ops[STORY_OPS_MAX];
};

static void look_at(const struct apart *w, uint32_t phases, struct view *out)
{
    out->count = 0;
    for (uint32_t p = 0; p < PHASES; p++) {
        for (uint32_t op = w->from[p]; (phases & 1u << p) != 0 && op < w->from[p + 1]; op++)
            out->ops[out->count++] = op;
    }
}

static struct {
    uint32_t live[32], owners[4], assessments, later_epochs, waived;
} reached;

static void check_holder(const struct case_owner *owner, uint64_t seed)
{
    ck_assert_int_ne(owner->state, OWNER_NONE);
    ck_assert_msg(owner->division.len > 0, "world %llu: nobody owns the case", (unsigned long long)seed);
    if (owner->state == OWNER_CONTESTED)
        ck_assert_uint_gt(owner->claimant_count, 0);
    if (owner->state == OWNER_OFFERED)
        ck_assert(owner->offered_to.len > 0 && !slice_eq(owner->offered_to, owner->division));
    reached.owners[owner->state]++;
    reached.later_epochs += owner->epoch > 1;
}

static bool is_looked_at(const struct case_state *state, const struct hash *episode)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *c = &state->clocks[i];

        if ((c->clock == CLOCK_M1 || c->clock == CLOCK_M2) && c->end == CLOCK_RUNS && ID_EQ(&c->scope, episode))
            return true;
    }
    return false;
}

static void check_clocks(const struct case_state *state, uint64_t seed)
{
    const uint32_t missing = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 9;

    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine != MACHINE_EPISODE || (missing & 1u << m->state) == 0)
            continue;
        ck_assert_msg(is_looked_at(state, &m->scope),
                      "world %llu: in state %u, and nobody is to look at the risk again", (unsigned long long)seed,
                      m->state);
        reached.live[m->state]++;
    }
    for (uint32_t i = 0; i < state->clock_count; i++) {
        ck_assert_uint_ne(state->clocks[i].told, R_NONE);
        reached.waived += state->clocks[i].end == CLOCK_END_WAIVED;
    }
}

/* By any op of the view, with or without the right to. */
static bool is_named(const struct apart *w, const struct view *v, const struct cw_op_id *op, uint32_t index)
{
    for (uint32_t i = 0; i < v->count; i++) {
        const struct story_op *o = &w->s->ops[v->ops[i]];

        for (uint32_t k = 0; k < o->op.write_count; k++) {
            for (uint32_t n = 0; n < o->writes[k].supersede_count; n++) {
                if (ID_EQ(&o->named[k][n].op, op) && o->named[k][n].index == index)
                    return true;
            }
        }
    }
    return false;
}

static void check_risks(const struct apart *w, const struct view *v, const struct case_state *state, uint64_t seed)
{
    for (uint32_t i = 0; i < state->write_count; i++) {
        const struct case_write *write = &state->writes[i];
        const struct case_op *op = &state->ops[write->op_index];
        const struct op_write *said = &op->op->writes[write->index];

        if (said->field != FIELD_MISSING_RISK || write->fate == FATE_PROPOSAL ||
            is_named(w, v, &op->op_id, write->index))
            continue;
        const struct case_value *shown = state_value(state, &write->scope, FIELD_MISSING_RISK);

        ck_assert_ptr_nonnull(shown);
        ck_assert_msg(shown->value.number >= (int64_t)said->max_value,
                      "world %llu: %lld is shown, and nobody named an assessment of %llu", (unsigned long long)seed,
                      (long long)shown->value.number, (unsigned long long)said->max_value);
        reached.assessments++;
    }
}

static void check_view(const struct apart *w, uint32_t phases, uint64_t seed)
{
    static struct view v;
    struct arena arena = room_arena(&memory);
    const struct case_state *state;

    look_at(w, phases, &v);
    state = story_fold_in(w->s, v.ops, v.count, &arena);
    check_holder(&state->owner, seed);
    check_clocks(state, seed);
    check_risks(w, &v, state, seed);
}

START_TEST(apart_and_together_every_duty_is_somebodys_and_no_risk_sinks_unnamed)
{
    static const uint32_t views[] = {1u << BEGINNING, 1u << BEGINNING | 1u << LEFT, 1u << BEGINNING | 1u << RIGHT,
                                     1u << BEGINNING | 1u << LEFT | 1u << RIGHT, (1u << PHASES) - 1};
    static const uint32_t live[] = {1, 2, 3, 5, 9};
    static struct apart w;

    memset(&reached, 0, sizeof(reached));
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        draw_apart(seed, &w);
        for (size_t i = 0; i < CW_COUNT(views); i++)
            check_view(&w, views[i], seed);
    }
    /* the worlds reach what the laws are about */
    for (size_t i = 0; i < CW_COUNT(live); i++)
        ck_assert_msg(reached.live[live[i]] >= WORLDS / 60, "state %u: %u times", live[i], reached.live[live[i]]);
    for (int state = OWNER_OWNED; state <= OWNER_CONTESTED; state++)
        ck_assert_uint_gt(reached.owners[state], WORLDS / 10);
    ck_assert_uint_gt(reached.later_epochs, WORLDS / 10);
    ck_assert_uint_gt(reached.assessments, WORLDS);
    ck_assert_uint_gt(reached.waived, 0);
}
END_TEST

Suite *suite_partition(void)
{
    Suite *suite = suite_create("cases/partition");
    TCase *all = tcase_create("drawn worlds");

    tcase_add_test(all, apart_and_together_every_duty_is_somebodys_and_no_risk_sinks_unnamed);
    suite_add_tcase(suite, all);
    return suite;
}
