/* SPDX-License-Identifier: Apache-2.0 */
/* A child recorded twice (DOMAIN §9.4, scenarios 8 and 9 of §15): classes, survivors, effective values, and back. */
#include "tests/unit/cases/children.h"

#include "cases/check.h"

#define NTH "NTH"
#define EST "EST"

/* --- who survives ---------------------------------------------------------------------------------------------------- */

START_TEST(a_merge_makes_the_loser_an_alias_and_an_unmerge_ends_it)
{
    const struct identity_place *at;
    uint32_t a, b, merge;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(NTH, 3000);
    ck_assert_int_eq(children_resolve()[a].standing, IDENTITY_ALONE);
    merge = child_merge(a, b, NTH);
    at = children_resolve();
    ck_assert_int_eq(at[a].standing, IDENTITY_ALIAS);
    ck_assert_uint_eq(at[a].survivor, b);
    ck_assert_int_eq(at[b].standing, IDENTITY_SURVIVOR);
    ck_assert(!at[b].provisional);
    ck_assert_uint_eq(at[a].class_mask, at[b].class_mask);
    child_unmerge(a, merge, NTH);
    at = children_resolve();
    ck_assert_int_eq(at[a].standing, IDENTITY_ALONE);
    ck_assert_int_eq(at[b].standing, IDENTITY_ALONE);
}
END_TEST

/* Scenario 9. */
START_TEST(scenario_09_a_cross_merge_is_one_class_with_one_survivor_in_either_order)
{
    for (int order = 0; order < 2; order++) {
        const struct identity_place *at;
        uint32_t a, b;

        children_begin();
        a = child_open(NTH, 3000);
        b = child_open(NTH, 2000);
        child_merge(order == 0 ? a : b, order == 0 ? b : a, NTH);
        child_merge(order == 0 ? b : a, order == 0 ? a : b, NTH);
        at = children_resolve();
        ck_assert_uint_eq(at[a].class_mask, at[b].class_mask);
        ck_assert_uint_eq(at[a].survivor, at[b].survivor);
        ck_assert(at[a].provisional && at[b].provisional);
        /* both have their first episode open: the one opened earlier */
        ck_assert_uint_eq(at[a].survivor, b);
    }
}
END_TEST

START_TEST(of_a_cross_merge_the_case_with_a_live_episode_survives)
{
    const struct identity_place *at;
    uint32_t a, b, over;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(NTH, 3000);
    over = child_event(a, NTH, EVENT_EPISODE_CANCELLED);
    child_detail(a, over, FIELD_REASON, (struct op_value){.type = VALUE_TEXT, .text = slice_of("in error")});
    child_merge(a, b, NTH);
    child_merge(b, a, NTH);
    at = children_resolve();
    ck_assert_uint_eq(at[a].survivor, b);
}
END_TEST

START_TEST(merged_into_two_that_nobody_says_are_one_it_is_unresolved)
{
    const struct identity_place *at;
    uint32_t a, b, c;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(NTH, 3000);
    c = child_open(NTH, 4000);
    child_merge(a, b, NTH);
    child_merge(a, c, NTH);
    at = children_resolve();
    ck_assert_int_eq(at[a].standing, IDENTITY_UNRESOLVED);
    ck_assert_int_eq(at[b].standing, IDENTITY_ALONE); /* a child is never merged by way of another's mistake */
    ck_assert_int_eq(at[c].standing, IDENTITY_ALONE);
    child_merge(b, c, NTH);
    at = children_resolve();
    ck_assert_int_eq(at[a].standing, IDENTITY_ALIAS);
    ck_assert_uint_eq(at[a].survivor, c);
    ck_assert_uint_eq(at[b].survivor, c);
    ck_assert(!at[c].provisional);
}
END_TEST

START_TEST(a_chain_of_merges_ends_at_its_end)
{
    const struct identity_place *at;

    children_begin();
    for (int64_t i = 0; i < 4; i++)
        child_open(NTH, 2000 + i);
    for (uint32_t i = 0; i < 3; i++)
        child_merge(i, i + 1, NTH);
    at = children_resolve();
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(at[i].survivor, 3);
    ck_assert_uint_eq(at[0].class_mask, 15);
}
END_TEST

START_TEST(a_merge_says_which_owner_it_waits_for)
{
    const struct case_state *const *states;
    struct identity_edge edges[IDENTITY_EDGES_MAX];
    uint32_t a, b;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(EST, 3000);
    child_merge(a, b, EST); /* who owns the survivor says it in the record of the loser */
    states = children_fold(false);
    ck_assert_uint_eq(identity_edges(states, 2, edges), 1);
    ck_assert(edges[0].waits_loser && !edges[0].waits_survivor && edges[0].pending);
    child_accept(a, b, NTH);
    states = children_fold(false);
    ck_assert_uint_eq(identity_edges(states, 2, edges), 1);
    ck_assert(!edges[0].waits_loser && !edges[0].waits_survivor && !edges[0].pending);
}
END_TEST

START_TEST(between_owners_a_merge_waits_until_both_have_said_so)
{
    const struct identity_place *at;
    uint32_t a, b;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(EST, 3000);
    child_merge(a, b, NTH);
    at = children_resolve();
    ck_assert_int_eq(at[a].standing, IDENTITY_ALONE);
    ck_assert(at[a].pending && at[b].pending);
    child_accept(b, a, NTH); /* the same side again says nothing new */
    ck_assert(children_resolve()[a].pending);
    child_accept(b, a, EST);
    at = children_resolve();
    ck_assert_int_eq(at[a].standing, IDENTITY_ALIAS);
    ck_assert(!at[a].pending && !at[b].pending);
}
END_TEST

/* --- the law --------------------------------------------------------------------------------------------------------- */

static uint32_t drawn(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % n;
}

static void draw_merges(uint64_t seed)
{
    uint64_t state = seed;

    children_begin();
    for (uint32_t i = 0; i < CHILDREN_MAX; i++)
        child_open(NTH, 2000 + drawn(&state, 3));
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t loser = drawn(&state, CHILDREN_MAX), survivor = drawn(&state, CHILDREN_MAX);

        if (loser != survivor && drawn(&state, 5) > 0)
            child_merge(loser, survivor, NTH);
    }
}

/* In whatever order a division gathers the cases, it says the same of each. */
START_TEST(the_order_in_which_cases_are_gathered_changes_nothing)
{
    uint32_t aliases = 0, unresolved = 0;

    for (uint64_t seed = 1; seed <= 300; seed++) {
        const struct case_state *turned[CHILDREN_MAX];
        struct identity_place there[CHILDREN_MAX];
        struct identity_edge edges[IDENTITY_EDGES_MAX];

        draw_merges(seed);
        const struct identity_place *here = children_resolve();
        const struct case_state *const *states = children_fold(true);

        for (uint32_t i = 0; i < CHILDREN_MAX; i++)
            turned[i] = states[(i + seed) % CHILDREN_MAX];
        identity_resolve(turned, CHILDREN_MAX, edges, identity_edges(turned, CHILDREN_MAX, edges), there);
        for (uint32_t i = 0; i < CHILDREN_MAX; i++) {
            uint32_t at = (uint32_t)((i + seed) % CHILDREN_MAX);

            ck_assert_int_eq(there[i].standing, here[at].standing);
            ck_assert(ID_EQ(&turned[there[i].survivor]->case_id, &states[here[at].survivor]->case_id));
            ck_assert_int_eq(there[i].provisional, here[at].provisional);
            /* what a survivor says of itself, its aliases say too */
            ck_assert_uint_eq(here[here[at].survivor].survivor, here[at].survivor);
            aliases += there[i].standing == IDENTITY_ALIAS;
            unresolved += there[i].standing == IDENTITY_UNRESOLVED;
        }
    }
    ck_assert_uint_gt(aliases, 100);
    ck_assert_uint_gt(unresolved, 50);
}
END_TEST

/* --- what they say together -------------------------------------------------------------------------------------------- */

static uint8_t effective_memory[1 << 20];
static const struct effective_cell *cells;
static uint32_t cell_count;

static const struct effective_cell *cell_of(uint32_t field)
{
    static const struct effective_cell none;

    for (uint32_t i = 0; i < cell_count; i++) {
        if (cells[i].row->number == field)
            return &cells[i];
    }
    ck_abort_msg("no cell of field %u", field);
    return &none;
}

static void unite(bool backwards)
{
    const struct case_state *const *states = children_fold(backwards);
    struct arena arena = arena_over(effective_memory, sizeof(effective_memory));

    ck_assert_int_eq(identity_effective(states, children_count(), &arena, &cells, &cell_count), CW_OK);
}

START_TEST(together_the_highest_stands_sets_unite_and_differences_are_shown)
{
    uint32_t a, b;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(NTH, 3000);
    child_number(a, NTH, FIELD_EXPLOITATION_SEXUAL, 4);
    child_number(b, NTH, FIELD_EXPLOITATION_SEXUAL, 2);
    child_number(a, NTH, FIELD_MARKING, 0);
    child_number(b, NTH, FIELD_MARKING, 1);
    child_text(a, NTH, FIELD_TAGS, "one");
    child_text(b, NTH, FIELD_TAGS, "two");
    child_text(b, NTH, FIELD_TAGS, "one");
    child_text(a, NTH, FIELD_BIRTH_DATE, "2014-03-01");
    child_text(b, NTH, FIELD_BIRTH_DATE, "2014-01-03");
    child_text(a, NTH, FIELD_RESPONSIBLE_LA, "ALDER");
    child_text(b, NTH, FIELD_RESPONSIBLE_LA, "ALDER");
    unite(false);
    ck_assert_uint_eq(cell_of(FIELD_EXPLOITATION_SEXUAL)->value_count, 1);
    ck_assert_int_eq(cell_of(FIELD_EXPLOITATION_SEXUAL)->values[0].value->value.number, 4);
    ck_assert_uint_eq(cell_of(FIELD_EXPLOITATION_SEXUAL)->values[0].from, a);
    ck_assert_int_eq(cell_of(FIELD_MARKING)->values[0].value->value.number, 1);
    ck_assert_uint_eq(cell_of(FIELD_TAGS)->value_count, 2);
    ck_assert(!cell_of(FIELD_TAGS)->in_conflict);
    ck_assert_uint_eq(cell_of(FIELD_BIRTH_DATE)->value_count, 2);
    ck_assert(cell_of(FIELD_BIRTH_DATE)->in_conflict);
    ck_assert_uint_eq(cell_of(FIELD_RESPONSIBLE_LA)->value_count, 1);
    ck_assert(!cell_of(FIELD_RESPONSIBLE_LA)->in_conflict);
}
END_TEST

START_TEST(each_case_keeps_its_own_episodes)
{
    uint32_t a, b, risks = 0;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(NTH, 3000);
    child_number(a, NTH, FIELD_MISSING_RISK, 4);
    child_number(b, NTH, FIELD_MISSING_RISK, 2);
    unite(false);
    for (uint32_t i = 0; i < cell_count; i++)
        risks += cells[i].row->number == FIELD_MISSING_RISK && cells[i].from == risks;
    ck_assert_uint_eq(risks, 2);
}
END_TEST

/* --- scenario 8 ------------------------------------------------------------------------------------------------------- */

static void tell_two_children(bool merged)
{
    uint32_t a, b, merge = 0;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(NTH, 3000);
    child_text(a, NTH, FIELD_TAGS, "one");
    child_number(b, NTH, FIELD_EXPLOITATION_SEXUAL, 3);
    if (merged)
        merge = child_merge(a, b, NTH);
    child_text(a, EST, FIELD_TAGS, "offline"); /* on the loser's reference, by somebody who did not know */
    child_number(a, EST, FIELD_EXPLOITATION_SEXUAL, 4);
    if (merged)
        child_unmerge(a, merge, NTH);
}

START_TEST(scenario_08_an_unmerge_restores_the_exact_partition_in_either_order)
{
    static char before[2][1 << 16];

    for (int backwards = 0; backwards < 2; backwards++) {
        tell_two_children(true);
        ck_assert_int_eq(children_resolve()[0].standing, IDENTITY_ALONE);
        (void)children_fold(backwards != 0);
        for (uint32_t i = 0; i < 2; i++) {
            const char *text = child_encoded(i);

            ck_assert_msg(backwards == 0 || strcmp(before[i], text) == 0, "case %u differs", i);
            memcpy(before[i], text, strlen(text) + 1);
        }
    }
    /* every value of either case is as it is where nobody ever merged */
    const struct case_state *const *states = children_fold(false);
    int64_t exploited[2], tags[2];

    for (uint32_t i = 0; i < 2; i++) {
        const struct case_cell *cell = state_cell(states[i], &scope_none, FIELD_TAGS);

        exploited[i] = state_value(states[i], &scope_none, FIELD_EXPLOITATION_SEXUAL)->value.number;
        tags[i] = cell == NULL ? 0 : cell->value_count;
    }
    tell_two_children(false);
    states = children_fold(false);
    for (uint32_t i = 0; i < 2; i++) {
        const struct case_cell *cell = state_cell(states[i], &scope_none, FIELD_TAGS);

        ck_assert_int_eq(state_value(states[i], &scope_none, FIELD_EXPLOITATION_SEXUAL)->value.number, exploited[i]);
        ck_assert_int_eq(cell == NULL ? 0 : cell->value_count, tags[i]);
    }
    ck_assert_int_eq(tags[0], 2);
    ck_assert_int_eq(tags[1], 0);
}
END_TEST

/* --- candidates and the door -------------------------------------------------------------------------------------------- */

START_TEST(one_identifier_that_is_a_persons_makes_a_candidate)
{
    const struct case_state *const *states;
    uint32_t a, b;

    children_begin();
    a = child_open(NTH, 2000);
    b = child_open(NTH, 3000);
    child_text(a, NTH, FIELD_EXTERNAL_REFS, "PNCID 30/0123456Q");
    child_text(b, NTH, FIELD_EXTERNAL_REFS, "PNCID 30/0123456Q");
    states = children_fold(false);
    ck_assert_uint_eq(identity_shared(states[a], states[b]), 1u << SHARED_PNCID);
    for (uint32_t i = 0; i < 2; i++) {
        child_text(i, NTH, FIELD_FAMILY_NAME, "Inventedname");
        child_text(i, NTH, FIELD_GIVEN_NAMES, "Invented");
        child_text(i, NTH, FIELD_BIRTH_DATE, "2014-03-01");
    }
    states = children_fold(false);
    ck_assert_uint_eq(identity_shared(states[a], states[b]), 1u << SHARED_PNCID | 1u << SHARED_NAME_AND_BIRTH);
    child_text(b, EST, FIELD_BIRTH_DATE, "2014-03-02");
    states = children_fold(false);
    ck_assert_uint_eq(identity_shared(states[a], states[b]), 1u << SHARED_PNCID);
    ck_assert(identity_is_candidate(1u << SHARED_PNCID | 1u << SHARED_HOME));
    ck_assert(identity_is_candidate(1u << SHARED_NAME_AND_BIRTH));
    ck_assert(!identity_is_candidate(1u << SHARED_HOME)); /* a family's */
    ck_assert(!identity_is_candidate(0));
}
END_TEST

/* An incident has several children, and a case of a court too. */
START_TEST(references_of_incidents_and_cases_are_nobodys)
{
    static const char *const persons[] = {"PNCID 30/0123456Q", "CRO 1", "LA 1", "MISPER 1", "NRM 1", "ASN 1"},
                             *const others[] = {"CRIME 1", "CAD 1",     "STORM 1", "URN 1", "OCGM 1", "CLICM 1",
                                                "IR 1",    "EXH ABC/1", "HIT 1",   "LAB 1", "LA",     ""};

    for (size_t i = 0; i < CW_COUNT(persons); i++)
        ck_assert_msg(identity_is_reference(slice_of(persons[i])), "%s", persons[i]);
    for (size_t i = 0; i < CW_COUNT(others); i++)
        ck_assert_msg(!identity_is_reference(slice_of(others[i])), "%s", others[i]);
}
END_TEST

START_TEST(names_and_places_are_compared_as_people_type_them)
{
    enum { NAME = 1u << SHARED_NAME_AND_BIRTH, HOME = 1u << SHARED_HOME };
    static const struct {
        const char *given, *family, *home;
        uint32_t shared;
    } others[] = {{"bel", "MOOR", "3 mill row, dunmarsh", NAME | HOME},
                  {" Bel ", "Moor", "3 Mill  Row, Dunmarsh ", NAME | HOME},
                  {"Be l", "Moor", "3 Mill Row, Dunmarsh", HOME},
                  {"Bel", "Moor", "3 Mill Row", NAME},
                  {"Bela", "Moor", "33 Mill Row, Dunmarsh", 0}};
    const struct case_state *const *states;

    for (size_t i = 0; i < CW_COUNT(others); i++) {
        uint32_t at[2];

        children_begin();
        for (uint32_t side = 0; side < 2; side++) {
            at[side] = child_open(NTH, 2000 + side);
            child_text(at[side], NTH, FIELD_GIVEN_NAMES, side == 0 ? "Bel" : others[i].given);
            child_text(at[side], NTH, FIELD_FAMILY_NAME, side == 0 ? "Moor" : others[i].family);
            child_text(at[side], NTH, FIELD_BIRTH_DATE, "2014-03-01");
            child_text(at[side], NTH, FIELD_HOME_ADDRESS, side == 0 ? "3 Mill Row, Dunmarsh" : others[i].home);
        }
        states = children_fold(false);
        ck_assert_uint_eq(identity_shared(states[at[0]], states[at[1]]), others[i].shared);
    }
}
END_TEST

static uint32_t survivor_kind = KIND_CHILD; /* of what it is merged into, as this division knows it */

static enum admission merge_of(uint32_t roles, int64_t first, int64_t second, struct refusal *why)
{
    static struct op_write writes[4];
    const struct case_state *const *states;
    struct op op = {.type = OP_EVENT, .event = EVENT_IDENTITY_MERGED, .write_count = 4, .writes = writes};
    struct admission_request request = {
        .op = &op, .roles = roles, .division = slice_of(NTH), .network_synthetic = true, .named_kind = survivor_kind};
    uint32_t fields[] = {FIELD_SURVIVOR, FIELD_IDENTIFIER, FIELD_SECOND_IDENTIFIER, FIELD_REASON};
    struct op_value values[] = {{.type = VALUE_ID, .id = {{1}}},
                                {.type = VALUE_NUMBER, .number = first},
                                {.type = VALUE_NUMBER, .number = second},
                                {.type = VALUE_TEXT, .text = slice_of("one child")}};

    children_begin();
    child_open(NTH, 2000);
    states = children_fold(false);
    request.state = states[0];
    for (size_t i = 0; i < 4; i++)
        writes[i] = (struct op_write){.field = fields[i], .verb = VERB_SET, .has_value = true, .value = values[i]};
    memset(why, 0, sizeof(*why));
    return cases_check_op(&request, why);
}

START_TEST(only_an_inspector_merges_and_only_on_two_different_identifiers)
{
    struct refusal why;

    ck_assert_int_eq(merge_of(ROLE_MASK(INSP), 1, 3, &why), ADMIT);
    ck_assert_int_eq(merge_of(ROLE_MASK(INSP), 3, 3, &why), ADMIT_REFUSED);
    ck_assert_str_eq(why.where, "second_identifier");
    ck_assert_int_eq(merge_of(ROLE_MASK(SUP), 1, 3, &why), ADMIT_PROPOSAL);
}
END_TEST

/* DOMAIN §9.4: the alias of a line would be found by nobody who looks for the child. */
START_TEST(a_child_is_merged_into_a_child_that_is_here)
{
    struct refusal why;

    survivor_kind = KIND_LINE;
    ck_assert_int_eq(merge_of(ROLE_MASK(INSP), 1, 3, &why), ADMIT_REFUSED);
    ck_assert_str_eq(why.where, "survivor");
    ck_assert_ptr_nonnull(strstr(why.text, "that is a county_line"));
    survivor_kind = KIND_NONE;
    ck_assert_int_eq(merge_of(ROLE_MASK(INSP), 1, 3, &why), ADMIT_REFUSED);
    ck_assert_ptr_nonnull(strstr(why.text, "has not arrived here"));
    survivor_kind = KIND_CHILD;
}
END_TEST

/* It asks for no identifier and no owner, and takes a child who is missing out of every list. */
START_TEST(a_child_is_not_merged_by_the_bare_step)
{
    static struct op_write writes[2];
    struct op op = {.type = OP_EVENT, .event = EVENT_MERGED, .write_count = 2, .writes = writes};
    struct admission_request request = {
        .op = &op, .roles = ROLE_MASK(INSP), .division = slice_of(NTH), .network_synthetic = true};
    const struct op_value values[] = {{.type = VALUE_ID, .id = {{1}}},
                                      {.type = VALUE_TEXT, .text = slice_of("one child")}};
    const uint32_t fields[] = {FIELD_SURVIVOR, FIELD_REASON};
    struct refusal why = {0};

    children_begin();
    child_open(NTH, 2000);
    request.named_kind = KIND_CHILD;
    request.state = children_fold(false)[0];
    for (size_t i = 0; i < CW_COUNT(writes); i++)
        writes[i] = (struct op_write){.field = fields[i], .verb = VERB_SET, .has_value = true, .value = values[i]};
    ck_assert_int_eq(cases_check_op(&request, &why), ADMIT_REFUSED);
    ck_assert_int_eq(why.code, CW_REFUSED_TRANSITION);
    ck_assert_str_eq(why.where, "merged");
    ck_assert_ptr_nonnull(strstr(why.text, "child merge"));
}
END_TEST

Suite *suite_identity(void);
Suite *suite_identity(void)
{
    Suite *suite = suite_create("cases/identity");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_merge_makes_the_loser_an_alias_and_an_unmerge_ends_it);
    tcase_add_test(all, scenario_09_a_cross_merge_is_one_class_with_one_survivor_in_either_order);
    tcase_add_test(all, of_a_cross_merge_the_case_with_a_live_episode_survives);
    tcase_add_test(all, merged_into_two_that_nobody_says_are_one_it_is_unresolved);
    tcase_add_test(all, a_chain_of_merges_ends_at_its_end);
    tcase_add_test(all, a_merge_says_which_owner_it_waits_for);
    tcase_add_test(all, between_owners_a_merge_waits_until_both_have_said_so);
    tcase_add_test(all, the_order_in_which_cases_are_gathered_changes_nothing);
    tcase_add_test(all, together_the_highest_stands_sets_unite_and_differences_are_shown);
    tcase_add_test(all, each_case_keeps_its_own_episodes);
    tcase_add_test(all, scenario_08_an_unmerge_restores_the_exact_partition_in_either_order);
    tcase_add_test(all, one_identifier_that_is_a_persons_makes_a_candidate);
    tcase_add_test(all, references_of_incidents_and_cases_are_nobodys);
    tcase_add_test(all, names_and_places_are_compared_as_people_type_them);
    tcase_add_test(all, a_child_is_merged_into_a_child_that_is_here);
    tcase_add_test(all, a_child_is_not_merged_by_the_bare_step);
    tcase_add_test(all, only_an_inspector_merges_and_only_on_two_different_identifiers);
    suite_add_tcase(suite, all);
    return suite;
}
