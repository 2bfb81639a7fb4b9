/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/check.h"
#include "tests/unit/cases/world.h"
#include "tests/unit/support/room.h"

/*
 * The law of cases_check_needs_state: whenever it says that an op can be judged by the case's kind alone, the whole
 * check says the same word for word with the case's state and without it. Asked of drawn cases, about ops as drawn
 * histories have them, and about every event and every field, well filled, from everybody.
 */

#define WORLDS 200
#define OPS_BEFORE 40 /* what the case has behind it */
#define OPS_AFTER 24  /* drawn ones asked about */

static struct room memory = ROOM(8 << 20);
static struct story *s;
static const struct case_state *state;
static struct case_state bare;
static uint32_t judged_bare, judged_whole, admitted, proposals, refused;

/* A case with a history; ops added to the story from now on are no part of it. */
static void draw_case(uint64_t seed, uint32_t ops)
{
    static uint32_t order[OPS_BEFORE];
    static struct arena arena;

    s = world_draw(seed, ops);
    for (uint32_t i = 0; i < OPS_BEFORE; i++)
        order[i] = i;
    arena = room_arena(&memory);
    state = story_fold_in(s, order, OPS_BEFORE, &arena);
    bare = (struct case_state){.case_id = state->case_id, .kind = state->kind};
}

static enum admission check_with(const struct case_state *shown, const struct story_op *o, struct refusal *out)
{
    struct admission_request request = {.op = &o->op,
                                        .roles = o->head.roles,
                                        .division = o->head.division,
                                        .author_time = o->head.author_time,
                                        .state = shown,
                                        .policy = &s->policy,
                                        .network_synthetic = true};

    memset(out, 0, sizeof *out);
    return cases_check_op(&request, out);
}

static void ask(const struct story_op *o)
{
    struct refusal with, without;
    enum admission whole = check_with(state, o, &with);

    if (cases_check_needs_state(&o->op)) {
        judged_whole++;
        return;
    }
    judged_bare++;
    admitted += whole == ADMIT;
    proposals += whole == ADMIT_PROPOSAL;
    refused += whole == ADMIT_REFUSED;
    ck_assert_int_eq(check_with(&bare, o, &without), whole);
    ck_assert_int_eq(without.code, with.code);
    ck_assert_str_eq(without.where, with.where);
    ck_assert_str_eq(without.text, with.text);
}

/* --- ops as histories have them ------------------------------------------------------------------------------- */

START_TEST(drawn_ops_are_judged_alike_without_the_state)
{
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        draw_case(seed, OPS_BEFORE + OPS_AFTER);
        for (uint32_t i = 1; i < s->count; i++) /* the opening one has no state to ask */
            ask(&s->ops[i]);
    }
}
END_TEST

/* --- every event and every field ------------------------------------------------------------------------------- */

static const uint32_t authors[] = {R_ANY,          ROLE_MASK(PC),   ROLE_MASK(LRO),     ROLE_MASK(INSP),
                                   ROLE_MASK(SUP), ROLE_MASK(MCET), ROLE_MASK(PARTNER), ROLE_MASK(SYS)};
static const char *const divisions[] = {"NTH", "EST", "WST"};

/* A value that the field's row takes; false: none was found. */
static bool fill(const struct schema_field *row, struct op_value *out)
{
    static const char *const texts[] = {"alpha", "NTH", "2030-01-02", "CRIME ZZ/012345/30", "07700 900123", "A"};

    for (uint32_t text = 0; text < CW_COUNT(texts); text++) {
        for (int64_t number = 0; number < 8; number++) {
            *out = (struct op_value){.type = (enum value_type)schema_value_type(row->type),
                                     .text = slice_of(texts[text]),
                                     .number = number,
                                     .latest = number,
                                     .id = {{1}}};
            if (cases_check_value(row, out, NULL) == CW_OK)
                return true;
        }
    }
    return false;
}

static uint32_t give(uint32_t op, const struct schema_field *row)
{
    struct op_value value = {0};

    (void)fill(row, &value);
    uint32_t index = story_write(s, op, row->number, schema_field_is_set(row) ? VERB_ADD : VERB_SET, value);
    if (row->rule == RULE_MAX) {
        s->ops[op].writes[index].has_max = true;
        s->ops[op].writes[index].max_value = (uint64_t)value.number;
    }
    return index;
}

/* From every role and every division: the op as it stands. */
static void ask_for_everybody(uint32_t op)
{
    for (uint32_t a = 0; a < CW_COUNT(authors); a++) {
        for (uint32_t d = 0; d < CW_COUNT(divisions); d++) {
            s->ops[op].head.roles = authors[a];
            s->ops[op].head.division = slice_of(divisions[d]);
            ask(&s->ops[op]);
        }
    }
}

static void give_required(uint32_t op, uint32_t event)
{
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].event == event && rows[i].required && s->ops[op].op.write_count < STORY_WRITES_MAX)
            give(op, schema_field(rows[i].field));
    }
}

START_TEST(every_event_is_judged_alike_without_the_state)
{
    size_t count;
    const struct schema_event *events = schema_events(&count);

    for (uint64_t seed = 0; seed < WORLDS / 4; seed++) {
        draw_case(seed, OPS_BEFORE);
        for (size_t i = 0; i < count; i++) {
            uint32_t op = story_event(s, "NTH", R_ANY, events[i].number);

            give_required(op, events[i].number);
            ask_for_everybody(op);
        }
    }
}
END_TEST

START_TEST(every_field_is_judged_alike_without_the_state)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (uint64_t seed = 0; seed < WORLDS / 4; seed++) {
        draw_case(seed, OPS_BEFORE);
        for (size_t i = 0; i < count; i++) {
            uint32_t op = story_op(s, "NTH", R_ANY, OP_SET);

            give(op, &rows[i]);
            ask_for_everybody(op);
            s->ops[op].op.epoch = 1;
            ask_for_everybody(op);
        }
    }
}
END_TEST

/* The law would hold of a check that never says so. */
START_TEST(much_is_judged_by_the_kind_alone_and_not_only_refused)
{
    judged_bare = judged_whole = admitted = proposals = refused = 0;
    drawn_ops_are_judged_alike_without_the_state_fn(0);
    every_event_is_judged_alike_without_the_state_fn(0);
    every_field_is_judged_alike_without_the_state_fn(0);
    ck_assert_uint_gt(judged_bare, judged_whole / 4);
    ck_assert_uint_gt(admitted, judged_bare / 16);
    ck_assert_uint_gt(proposals, judged_bare / 50);
    ck_assert_uint_gt(refused, judged_bare / 8);
}
END_TEST

Suite *suite_check_law(void);
Suite *suite_check_law(void)
{
    Suite *suite = suite_create("cases/check_law");
    TCase *laws = tcase_create("laws");

    tcase_add_test(laws, drawn_ops_are_judged_alike_without_the_state);
    tcase_add_test(laws, every_event_is_judged_alike_without_the_state);
    tcase_add_test(laws, every_field_is_judged_alike_without_the_state);
    tcase_add_test(laws, much_is_judged_by_the_kind_alone_and_not_only_refused);
    suite_add_tcase(suite, laws);
    return suite;
}
