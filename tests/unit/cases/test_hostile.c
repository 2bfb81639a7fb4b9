/* SPDX-License-Identifier: Apache-2.0 */
/* What an author who means harm, or a very long case, can do to the fold: nothing but be slow within a bound. */
#include "tests/unit/cases/story.h"
#include "tests/unit/support/room.h"

#include <time.h>

#define MCET_ ROLE_MASK(MCET)
#define MANY 10000

static struct room memory = ROOM(200 << 20);
static struct case_op heads[MANY];
static struct op ops[MANY];
static struct op_write writes[MANY];
static struct op_ref named[MANY][2];
static struct cw_op_id after[MANY][2];

static void name_op(uint32_t i)
{
    uint8_t bytes[4] = {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};

    hash_one(LABEL_OP, slice(bytes, sizeof(bytes)), heads[i].op_id.b);
}

static void begin_many(uint32_t kind)
{
    memset(ops, 0, sizeof(ops));
    memset(writes, 0, sizeof(writes));
    for (uint32_t i = 0; i < MANY; i++) {
        heads[i] = (struct case_op){.hlc = 1000 + i,
                                    .roles = R_ANY,
                                    .division = slice_of("NTH"),
                                    .verdict = VERDICT_EFFECTIVE,
                                    .author_time = {1000 + i},
                                    .op = &ops[i]};
        name_op(i);
        ops[i].type = i == 0 ? OP_OPEN : OP_SET;
        ops[i].kind = i == 0 ? kind : 0;
        ops[i].writes = &writes[i];
        ops[i].after = after[i];
        writes[i].supersedes = named[i];
    }
}

static void write_number(uint32_t i, uint32_t field, int64_t number)
{
    ops[i].write_count = 1;
    writes[i].field = field;
    writes[i].verb = schema_field_is_set(schema_field(field)) ? VERB_ADD : VERB_SET;
    writes[i].has_value = true;
    writes[i].value = (struct op_value){.type = VALUE_NUMBER, .number = number};
}

static enum cw_err try_many(size_t memory_len, const struct case_state **out)
{
    struct arena arena = arena_over(room_bytes(&memory), memory_len);
    struct cw_case_id id;
    struct fold *fold;
    enum cw_err err = CW_OK;

    case_id_of(&heads[0].op_id, &id);
    fold = fold_begin(&arena, &id, NULL);
    if (fold == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < MANY && err == CW_OK; i++)
        err = fold_add(fold, &heads[i]);
    return err == CW_OK ? fold_finish(fold, out) : err;
}

static const struct case_state *fold_many(void)
{
    const struct case_state *state = NULL;

    ck_assert_int_eq(try_many(memory.len, &state), CW_OK);
    return state;
}

/* Processor time, so that a busy machine does not fail it; the bound is far above what it takes. */
static double seconds_to_fold(void)
{
    clock_t began = clock();

    fold_many();
    return (double)(clock() - began) / CLOCKS_PER_SEC;
}

START_TEST(ten_thousand_writes_of_one_field_fold_quickly)
{
    begin_many(KIND_CHILD);
    for (uint32_t i = 1; i < MANY; i++) {
        write_number(i, FIELD_MISSING_RISK, 1 + i % 4);
        named[i][0] = (struct op_ref){heads[i - 1].op_id, 0};
        writes[i].supersede_count = i % 3 == 0;
    }
    ck_assert_double_lt(seconds_to_fold(), 10.0);
}
END_TEST

START_TEST(ten_thousand_contradictions_fold_quickly)
{
    begin_many(KIND_CHILD);
    for (uint32_t i = 1; i < MANY; i++)
        write_number(i, FIELD_CARE_STATUS, i);
    ck_assert_double_lt(seconds_to_fold(), 10.0);
    ck_assert_uint_eq(fold_many()->conflicts[0].candidate_count, MANY - 1);
}
END_TEST

START_TEST(ten_thousand_elements_fold_quickly)
{
    begin_many(KIND_LINE);
    for (uint32_t i = 1; i < MANY; i++)
        write_number(i, FIELD_COMMODITIES, i / 2);
    ck_assert_double_lt(seconds_to_fold(), 10.0);
}
END_TEST

/* A chain of guarded steps, each held by activity it does not know. */
START_TEST(thousands_of_held_steps_fold_quickly)
{
    begin_many(KIND_LINE);
    for (uint32_t i = 1; i < MANY; i++) {
        ops[i].type = OP_EVENT;
        ops[i].event = i == 1 ? EVENT_LINE_ASSESSED : i % 2 ? EVENT_CLOSE_TYPE2 : EVENT_ACTIVITY;
        ops[i].after_count = i > 2;
        after[i][0] = heads[i > 2 ? i - 2 : 0].op_id;
    }
    ck_assert_double_lt(seconds_to_fold(), 10.0);
}
END_TEST

START_TEST(thousands_of_episodes_with_sightings_fold_quickly)
{
    begin_many(KIND_CHILD);
    for (uint32_t i = 1; i < MANY; i++) {
        ops[i].type = OP_EVENT;
        ops[i].event = i % 2 ? EVENT_EPISODE_REPORTED : EVENT_SIGHTING;
        ops[i].after_count = 1;
        after[i][0] = heads[i - 1].op_id;
    }
    ck_assert_double_lt(seconds_to_fold(), 10.0);
}
END_TEST

START_TEST(thousands_of_joined_events_fold_quickly)
{
    static struct hash same[MANY];

    begin_many(KIND_OPERATION);
    for (uint32_t i = 1; i < MANY; i++) {
        ops[i].type = OP_EVENT;
        ops[i].event = EVENT_ARREST;
        thing_id_of(&heads[i - 1].op_id, 0, &same[i]);
        ops[i].same_as = &same[i];
        ops[i].same_count = i > 1;
    }
    ck_assert_double_lt(seconds_to_fold(), 10.0);
    ck_assert_uint_eq(fold_many()->tallies[0].happenings, 1);
}
END_TEST

/* Ids are hashes, so a ring cannot be signed; were it there, the fold would end and not depend on order. */
START_TEST(a_ring_of_names_ends)
{
    begin_many(KIND_CHILD);
    for (uint32_t i = 1; i < MANY; i++) {
        write_number(i, FIELD_MISSING_RISK, 1 + i % 4);
        ops[i].after_count = 1;
        after[i][0] = heads[i == 1 ? MANY - 1 : i - 1].op_id;
        named[i][0] = (struct op_ref){heads[i == 1 ? MANY - 1 : i - 1].op_id, 0};
        writes[i].supersede_count = 1;
    }
    ck_assert_double_lt(seconds_to_fold(), 10.0);
}
END_TEST

START_TEST(an_arena_that_is_too_small_is_an_error_at_every_size)
{
    const struct case_state *state = NULL;
    enum cw_err err = CW_LOCAL_MEMORY;

    begin_many(KIND_CHILD);
    for (uint32_t i = 1; i < MANY; i++)
        write_number(i, FIELD_CARE_STATUS, i);
    for (size_t len = 0; err != CW_OK; len += 123457) {
        err = try_many(len, &state);
        ck_assert(err == CW_OK || err == CW_LOCAL_MEMORY);
        ck_assert(err != CW_OK || len > (size_t)1 << 20);
    }
    ck_assert_ptr_nonnull(state);
    ck_assert_uint_eq(state->op_count, MANY);
}
END_TEST

START_TEST(an_op_beyond_its_bounds_is_named_and_the_fold_goes_on)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    static struct op wide;
    struct case_op head = story_at(s, 0)->head;
    struct arena arena = room_arena(&memory);
    struct fold *fold = fold_begin(&arena, &s->case_id, NULL);
    const struct case_state *state;

    wide = story_at(s, 0)->op;
    head.op = &wide;
    wide.write_count = WRITES_MAX + 1;
    ck_assert_int_eq(fold_add(fold, &head), CW_REFUSED_MALFORMED);
    wide.write_count = 0;
    wide.after_count = AFTER_MAX + 1;
    ck_assert_int_eq(fold_add(fold, &head), CW_REFUSED_MALFORMED);
    wide.after_count = 0;
    wide.correct_count = 9;
    ck_assert_int_eq(fold_add(fold, &head), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(fold_add(fold, &story_at(s, 0)->head), CW_OK);
    ck_assert_int_eq(fold_finish(fold, &state), CW_OK);
    ck_assert_uint_eq(state->op_count, 1);
}
END_TEST

START_TEST(a_second_opening_does_not_open)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t other = story_op(s, "EST", R_ANY, OP_OPEN);
    const struct case_state *state;

    story_at(s, other)->op.kind = KIND_OCG;
    story_number(s, other, FIELD_MISSING_RISK, 1);
    state = story_fold(s);
    ck_assert_uint_eq(state->kind, KIND_CHILD);
    ck_assert_int_eq(story_fate(state, s, other), FATE_UNKNOWN);
}
END_TEST

START_TEST(an_empty_set_folds_to_an_empty_case)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    const struct case_state *state;

    s->count = 0;
    state = story_fold(s);
    ck_assert_uint_eq(state->op_count, 0);
    ck_assert_uint_eq(state->flags, STATE_NO_OPENING);
}
END_TEST

START_TEST(a_value_of_the_wrong_type_never_reaches_a_cell)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t op = story_set_number(s, "NTH", MCET_, FIELD_CARE_STATUS, 2);
    uint32_t negative = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, -4);
    const struct case_state *state;

    story_at(s, op)->writes[0].value.type = VALUE_TEXT;
    story_at(s, negative)->writes[0].has_max = false;
    state = story_fold(s);
    ck_assert_int_eq(story_fate(state, s, op), FATE_UNKNOWN);
    ck_assert_int_eq(story_fate(state, s, negative), FATE_UNKNOWN);
}
END_TEST

Suite *suite_hostile(void)
{
    Suite *suite = suite_create("cases/hostile");
    TCase *all = tcase_create("bounds");

    tcase_add_test(all, ten_thousand_writes_of_one_field_fold_quickly);
    tcase_add_test(all, ten_thousand_contradictions_fold_quickly);
    tcase_add_test(all, ten_thousand_elements_fold_quickly);
    tcase_add_test(all, thousands_of_held_steps_fold_quickly);
    tcase_add_test(all, thousands_of_episodes_with_sightings_fold_quickly);
    tcase_add_test(all, thousands_of_joined_events_fold_quickly);
    tcase_add_test(all, a_ring_of_names_ends);
    tcase_add_test(all, an_arena_that_is_too_small_is_an_error_at_every_size);
    tcase_add_test(all, an_op_beyond_its_bounds_is_named_and_the_fold_goes_on);
    tcase_add_test(all, a_second_opening_does_not_open);
    tcase_add_test(all, an_empty_set_folds_to_an_empty_case);
    tcase_add_test(all, a_value_of_the_wrong_type_never_reaches_a_cell);
    suite_add_tcase(suite, all);
    return suite;
}
