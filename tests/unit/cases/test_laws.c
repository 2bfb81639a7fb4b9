/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Laws over drawn worlds. They are stated apart from the fold: where a law needs to know what named what, it looks at
 * the ops, not at the fold's workbench.
 */
#include "tests/unit/cases/world.h"
#include "tests/unit/support/room.h"

#define WORLDS 400
#define OPS 60

static struct room memory_a = ROOM(8 << 20), memory_b = ROOM(8 << 20);
static uint32_t order[STORY_OPS_MAX * 2];

static const char *text_of(struct story *s, const uint32_t *in, uint32_t count, struct room *memory)
{
    struct arena arena = room_arena(memory);
    const struct case_state *state = story_fold_in(s, in, count, &arena);

    return story_encode(state, &arena);
}

static uint32_t in_order(const struct story *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        order[i] = i;
    return s->count;
}

START_TEST(the_order_of_arrival_changes_nothing)
{
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct story *s = world_draw(seed, OPS);
        struct draw d = {seed};
        const char *expected = text_of(s, order, in_order(s), &memory_a);

        for (int i = 0; i < 3; i++) {
            draw_shuffle(&d, order, s->count);
            ck_assert_str_eq(text_of(s, order, s->count, &memory_b), expected);
        }
    }
}
END_TEST

START_TEST(an_op_that_arrives_twice_counts_once)
{
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct story *s = world_draw(seed, OPS);
        struct draw d = {seed};
        uint32_t count = in_order(s);
        const char *expected = text_of(s, order, count, &memory_a);

        for (uint32_t i = 0; i < s->count; i++)
            order[count++] = draw_below(&d, s->count);
        draw_shuffle(&d, order, count);
        ck_assert_str_eq(text_of(s, order, count, &memory_b), expected);
    }
}
END_TEST

/* The same op in two entries: the least (hlc, log), the best verdict, whatever comes first. */
START_TEST(copies_of_one_op_join_alike_in_any_order)
{
    for (uint64_t seed = 0; seed < WORLDS / 2; seed++) {
        struct story *s = world_draw(seed, OPS / 2);
        struct draw d = {seed};
        uint32_t first = s->count, count;
        const char *expected;

        for (uint32_t i = 0; i < first; i++) {
            s->ops[first + i].head = s->ops[i].head;
            s->ops[first + i].head.hlc += draw_below(&d, 3);
            s->ops[first + i].head.log.b[0] = (uint8_t)draw_below(&d, 256);
            s->ops[first + i].head.verdict = (enum case_verdict)(1 + draw_below(&d, 4));
            s->ops[first + i].head.flags |= 1u << draw_below(&d, 7);
            s->ops[first + i].head.roles |= 1u << draw_below(&d, 19);
            if (draw_below(&d, 4) == 0)
                s->ops[first + i].head.op = NULL;
        }
        s->count = 2 * first;
        count = in_order(s);
        expected = text_of(s, order, count, &memory_a);
        draw_shuffle(&d, order, count);
        ck_assert_str_eq(text_of(s, order, count, &memory_b), expected);
    }
}
END_TEST

START_TEST(two_halves_fold_alike_whichever_is_first)
{
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct story *s = world_draw(seed, OPS);
        uint32_t half = s->count / 2;
        const char *expected = text_of(s, order, in_order(s), &memory_a);

        for (uint32_t i = 0; i < s->count; i++)
            order[i] = (i + half) % s->count;
        ck_assert_str_eq(text_of(s, order, s->count, &memory_b), expected);
    }
}
END_TEST

/* --- what an independent eye sees ------------------------------------------------------------------------------- */

static const struct story_op *op_of(const struct story *s, const struct cw_op_id *id)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (ID_EQ(&s->ops[i].head.op_id, id))
            return &s->ops[i];
    }
    ck_abort_msg("no such op in the story");
    return &s->ops[0];
}

/* Any write of any effective op, with or without authority, that names this one. */
static bool is_named(const struct story *s, const struct cw_op_id *op, uint32_t index)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct story_op *o = &s->ops[i];

        if (o->head.verdict != VERDICT_EFFECTIVE || o->head.op == NULL)
            continue;
        for (uint32_t w = 0; w < o->op.write_count; w++) {
            for (uint32_t n = 0; n < o->writes[w].supersede_count; n++) {
                if (ID_EQ(&o->named[w][n].op, op) && o->named[w][n].index == index)
                    return true;
            }
        }
    }
    return false;
}

START_TEST(a_risk_is_never_lower_than_an_assessment_that_nobody_named)
{
    uint32_t looked_at = 0;

    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct story *s = world_draw(seed, OPS);
        const struct case_state *state = story_fold(s);

        for (uint32_t i = 0; i < state->write_count; i++) {
            const struct case_write *w = &state->writes[i];
            const struct case_op *op = &state->ops[w->op_index];
            const struct op_write *write = &op->op->writes[w->index];
            const struct schema_field *row = schema_field(write->field);
            const struct case_value *shown;

            if (row == NULL || row->rule != RULE_MAX || w->fate == FATE_PROPOSAL || w->fate == FATE_UNKNOWN ||
                w->fate == FATE_VOID || w->fate == FATE_PENDING || is_named(s, &op->op_id, w->index))
                continue;
            shown = state_value(state, &w->scope, write->field);
            ck_assert_ptr_nonnull(shown);
            ck_assert_int_ge(shown->value.number, (int64_t)write->max_value);
            looked_at++;
        }
    }
    ck_assert_uint_gt(looked_at, 500);
}
END_TEST

/* Void by revocation: still a floor. The same author who never had the role: never. */
START_TEST(a_revoked_assessment_stays_as_a_flagged_floor_until_it_is_named)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t high = story_set_number(s, "NTH", ROLE_MASK(SUP), FIELD_MISSING_RISK, 4);
    uint32_t low = story_set_number(s, "EST", ROLE_MASK(SUP), FIELD_MISSING_RISK, 2);
    uint32_t named;
    const struct case_state *state;

    story_at(s, high)->head.verdict = VERDICT_VOID_FLOOR;
    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 4);
    ck_assert_int_eq(story_fate(state, s, high), FATE_FLOOR);
    ck_assert_int_eq(story_fate(state, s, low), FATE_OUTRANKED);
    ck_assert((state->flags & STATE_FLOOR) != 0);
    ck_assert(story_has_note(state, s, NOTE_FLOOR, high));

    named = story_set_number(s, "NTH", ROLE_MASK(INSP), FIELD_MISSING_RISK, 2);
    story_names(s, named, 0, high, 0);
    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 2);
    ck_assert_int_eq(story_fate(state, s, high), FATE_SUPERSEDED);

    s->count--;
    story_at(s, high)->head.verdict = VERDICT_VOID;
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 2);
    story_at(s, high)->head.verdict = VERDICT_VOID_FLOOR;
    story_at(s, high)->head.roles = ROLE_MASK(PARTNER);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 2);
}
END_TEST

/* --- nothing is silently lost ------------------------------------------------------------------------------------- */

static uint32_t seen[RULE_DRV + 1][FATE_ACT + 1];

static bool is_ranking_rule(enum merge_rule rule)
{
    return rule == RULE_LWW || rule == RULE_MAX || rule == RULE_MIN || rule == RULE_OWN || rule == RULE_IMM;
}

static bool is_in_conflict_list(const struct case_state *state, const struct dot *dot)
{
    for (uint32_t i = 0; i < state->conflict_count; i++) {
        for (uint32_t j = 0; j < state->conflicts[i].candidate_count; j++) {
            const struct dot *c = &state->conflicts[i].candidates[j];

            if (ID_EQ(&c->op, &dot->op) && c->index == dot->index)
                return true;
        }
    }
    return false;
}

static bool is_listed(const struct case_cell *cell, const struct case_write *w, const struct case_state *state)
{
    const struct op_write *write = &state->ops[w->op_index].op->writes[w->index];

    for (uint32_t i = 0; i < cell->value_count; i++) {
        const struct case_value *v = &cell->values[i];

        if (v->op_index == w->op_index && v->dot.index == w->index)
            return true;
        /* in a set, an equal add stands for it */
        if (schema_field_is_set(cell->row) && v->add_count > 1 && write->has_value &&
            v->value.type == write->value.type)
            return true;
    }
    return false;
}

static void check_fate(const struct story *s, const struct case_state *state, const struct case_write *w)
{
    const struct case_op *op = &state->ops[w->op_index];
    const struct op_write *write = &op->op->writes[w->index];
    const struct schema_field *row = schema_field(write->field);
    struct dot dot = {op->op_id, w->index};
    const struct case_cell *cell = row != NULL ? state_cell(state, &w->scope, write->field) : NULL;

    ck_assert_int_ge(w->fate, FATE_CURRENT);
    ck_assert_int_le(w->fate, FATE_ACT);
    if (row != NULL)
        seen[row->rule][w->fate]++;
    switch (w->fate) {
    case FATE_CURRENT:
    case FATE_FLOOR:
        ck_assert(cell != NULL && is_listed(cell, w, state));
        break;
    case FATE_CONFLICT:
        ck_assert(cell != NULL && cell->in_conflict && is_listed(cell, w, state));
        ck_assert(is_in_conflict_list(state, &dot));
        break;
    case FATE_SUPERSEDED:
        ck_assert(is_named(s, &op->op_id, w->index));
        break;
    case FATE_OUTRANKED:
        ck_assert(row != NULL && is_ranking_rule(row->rule) && cell != NULL && is_listed(cell, w, state));
        break;
    case FATE_PENDING:
        ck_assert_int_eq(op->verdict, VERDICT_PENDING);
        break;
    case FATE_VOID:
        ck_assert(op->verdict == VERDICT_VOID || op->verdict == VERDICT_VOID_FLOOR);
        break;
    case FATE_DETAIL:
        ck_assert(op->op->type == OP_EVENT && row != NULL && row->place == PLACE_DETAIL);
        break;
    case FATE_PROPOSAL:
    case FATE_UNKNOWN:
        ck_assert_int_eq(op->verdict, VERDICT_EFFECTIVE);
        break;
    case FATE_ACT:
        ck_assert(write->verb == VERB_REMOVE || write->verb == VERB_STRIKE);
        break;
    }
}

START_TEST(every_write_has_a_fate_that_can_be_seen)
{
    memset(seen, 0, sizeof(seen));
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct story *s = world_draw(seed, OPS);
        const struct case_state *state = story_fold(s);
        uint32_t writes = 0;

        for (uint32_t i = 0; i < state->op_count; i++)
            writes += state->ops[i].op != NULL ? state->ops[i].op->write_count : 0;
        ck_assert_uint_eq(state->write_count, writes);
        for (uint32_t i = 0; i < state->write_count; i++)
            check_fate(s, state, &state->writes[i]);
    }
    /* the worlds reach what the law is about */
    ck_assert_uint_gt(seen[RULE_MVR][FATE_CONFLICT], 50);
    ck_assert_uint_gt(seen[RULE_OWN][FATE_CONFLICT], 0);
    ck_assert_uint_gt(seen[RULE_OWN][FATE_PROPOSAL], 50);
    ck_assert_uint_gt(seen[RULE_MAX][FATE_FLOOR], 0);
    ck_assert_uint_gt(seen[RULE_MAX][FATE_OUTRANKED], 20);
    ck_assert_uint_gt(seen[RULE_MAX][FATE_SUPERSEDED], 20);
    ck_assert_uint_gt(seen[RULE_MAX][FATE_PROPOSAL], 20);
    ck_assert_uint_gt(seen[RULE_MIN][FATE_OUTRANKED], 0);
    ck_assert_uint_gt(seen[RULE_LWW][FATE_OUTRANKED], 20);
    ck_assert_uint_gt(seen[RULE_ORS][FATE_SUPERSEDED], 50);
    ck_assert_uint_gt(seen[RULE_ORS][FATE_ACT], 50);
    ck_assert_uint_gt(seen[RULE_GOS][FATE_ACT], 0);
    ck_assert_uint_gt(seen[RULE_IMM][FATE_PROPOSAL], 0);
}
END_TEST

START_TEST(an_op_comes_after_everything_it_names)
{
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        struct story *s = world_draw(seed, OPS);
        const struct case_state *state = story_fold(s);

        for (uint32_t i = 0; i < state->op_count; i++) {
            const struct story_op *o = op_of(s, &state->ops[i].op_id);

            if (o->head.verdict != VERDICT_EFFECTIVE || o->head.op == NULL)
                continue;
            for (uint32_t j = 0; j < o->op.after_count; j++) {
                const struct case_op *named = state_op(state, &o->after[j]);

                if (named->verdict == VERDICT_EFFECTIVE)
                    ck_assert_uint_gt(state->order_times[i], state->order_times[named - state->ops]);
            }
        }
    }
}
END_TEST

Suite *suite_laws(void)
{
    Suite *suite = suite_create("cases/laws");
    TCase *all = tcase_create("drawn worlds");

    tcase_add_test(all, the_order_of_arrival_changes_nothing);
    tcase_add_test(all, an_op_that_arrives_twice_counts_once);
    tcase_add_test(all, copies_of_one_op_join_alike_in_any_order);
    tcase_add_test(all, two_halves_fold_alike_whichever_is_first);
    tcase_add_test(all, a_risk_is_never_lower_than_an_assessment_that_nobody_named);
    tcase_add_test(all, a_revoked_assessment_stays_as_a_flagged_floor_until_it_is_named);
    tcase_add_test(all, every_write_has_a_fate_that_can_be_seen);
    tcase_add_test(all, an_op_comes_after_everything_it_names);
    suite_add_tcase(suite, all);
    return suite;
}
