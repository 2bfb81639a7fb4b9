/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken back from a set: its value at the door, and what a history shows of it (docs/fold.md §17). */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define TAG "night bus"

static struct story *s;
static uint32_t tagged;
static const struct case_state *state;

static void begin(void)
{
    s = story_open(KIND_CHILD, "NTH", MCET_);
    tagged = story_add_text(s, "NTH", MCET_, FIELD_TAGS, TAG);
    state = story_fold(s);
}

/* Takes back the tag, and says that it was this. */
static uint32_t take_back(struct op_value said)
{
    uint32_t op = story_op(s, "NTH", MCET_, OP_SET);

    story_write(s, op, FIELD_TAGS, VERB_REMOVE, said);
    story_names(s, op, 0, tagged, 0);
    return op;
}

static struct op_value text(const char *said)
{
    return (struct op_value){.type = VALUE_TEXT, .text = slice_of(said)};
}

/* --- the door ------------------------------------------------------------------------------------------------------ */

START_TEST(a_removals_value_is_judged_like_an_added_one)
{
    /* U+202E among letters; as a string, analysers take it for ours */
    static const char turned[] = {'a', '\xe2', '\x80', '\xae', 'g', 'n', 'p', '.', 'e', 'x', 'e', '\0'};
    static const struct {
        const char *said;
        enum cw_err code;
    } wrong[] = {
        {"TOP SECRET", CW_REFUSED_MARKING},
        {turned, CW_REFUSED_TEXT},
        {"a\xff", CW_REFUSED_TEXT},
        {"a\x1b[31m", CW_REFUSED_TEXT},
        {"call 07123 456789", CW_REFUSED_SYNTHETIC},
        {"", CW_REFUSED_VALUE},
    };
    static char much[200001];

    for (size_t i = 0; i < CW_COUNT(wrong); i++)
        ck_story_refused(s, state, take_back(text(wrong[i].said)), wrong[i].code, "tags");
    memset(much, 'A', sizeof much - 1);
    ck_story_refused(s, state, take_back(text(much)), CW_REFUSED_SIZE, "tags");
    ck_story_refused(s, state, take_back((struct op_value){.type = VALUE_NUMBER, .number = 7}), CW_REFUSED_VALUE,
                     "tags");
    ck_assert_int_eq(story_check(s, state, take_back(text(TAG)), &story_refusal), ADMIT);
    ck_assert_int_eq(story_check(s, state, story_remove(s, "NTH", MCET_, FIELD_TAGS, tagged), &story_refusal), ADMIT);
}
END_TEST

START_TEST(a_strike_outs_value_is_judged_like_an_added_one)
{
    uint32_t added = story_add_text(s, "NTH", MCET_, FIELD_EXTERNAL_REFS, "CRIME ZZ/012345/30"), struck;

    state = story_fold(s);
    struck = story_op(s, "NTH", MCET_, OP_SET);
    story_write(s, struck, FIELD_EXTERNAL_REFS, VERB_STRIKE, text("SECRET"));
    story_names(s, struck, 0, added, 0);
    ck_story_refused(s, state, struck, CW_REFUSED_MARKING, "external_refs");
}
END_TEST

/* It came by sync from whoever took it; whoever sees it here must be able to take it out. */
START_TEST(what_stands_can_be_removed_though_it_could_not_be_added)
{
    uint32_t op;

    story_at(s, tagged)->writes[0].value.text = slice_of("SECRET");
    state = story_fold(s);
    ck_story_refused(s, state, story_add_text(s, "NTH", MCET_, FIELD_TAGS, "SECRET"), CW_REFUSED_MARKING, "tags");
    ck_assert_int_eq(story_check(s, state, take_back(text("SECRET")), &story_refusal), ADMIT);
    op = take_back(text("SECRET"));
    story_at(s, op)->named[0][0].index = 1; /* nothing stands there */
    ck_story_refused(s, state, op, CW_REFUSED_MARKING, "tags");
}
END_TEST

/* --- what is shown of it ------------------------------------------------------------------------------------------- */

static const struct op *shown(const struct case_state *in, uint32_t op)
{
    static uint8_t memory[1 << 14];
    struct arena arena = arena_over(memory, sizeof memory);
    const struct op *out = op_with_removed(in, &story_at(s, op)->op, &arena);

    ck_assert_ptr_nonnull(out);
    return out;
}

static void ck_shows(const struct case_state *in, uint32_t op, const char *value)
{
    const struct op_write *write = &shown(in, op)->writes[0];

    ck_assert(write->has_value && !write->has_max);
    ck_assert_msg(slice_eq(write->value.text, slice_of(value)), "%.*s", (int)write->value.text.len,
                  (const char *)write->value.text.data);
}

START_TEST(what_was_removed_is_shown_and_not_what_its_author_says_it_was)
{
    char line[200];
    uint32_t lied = take_back(text("grey van")), silent = story_remove(s, "NTH", MCET_, FIELD_TAGS, tagged);

    state = story_fold(s);
    ck_shows(state, lied, TAG);
    ck_shows(state, silent, TAG);
    op_line(shown(state, lied), TOLD_FORCE, line, sizeof line);
    ck_assert_str_eq(line, "removes from tags = " TAG);
}
END_TEST

START_TEST(of_several_removed_the_one_that_is_said_is_shown)
{
    uint32_t other = story_add_text(s, "NTH", MCET_, FIELD_TAGS, "grey van"), op;

    op = take_back(text("grey van"));
    story_names(s, op, 0, other, 0);
    state = story_fold(s);
    ck_shows(state, op, "grey van");
    story_at(s, op)->writes[0].value.text = slice_of("red van");
    ck_shows(state, op, TAG);
}
END_TEST

START_TEST(what_names_nothing_here_is_shown_only_where_it_could_be_added)
{
    uint32_t op = take_back(text("grey van"));

    story_at(s, op)->named[0][0].index = 1;
    state = story_fold(s);
    ck_shows(state, op, "grey van");
    ck_shows(NULL, op, "grey van"); /* nobody looks */
    story_at(s, op)->writes[0].value.text = slice_of("TOP SECRET");
    story_at(s, op)->writes[0].has_max = true;
    ck_assert(!shown(state, op)->writes[0].has_value);
    ck_assert(!shown(state, op)->writes[0].has_max);
    ck_assert(!shown(NULL, op)->writes[0].has_value);
}
END_TEST

START_TEST(an_op_that_removes_nothing_is_shown_as_it_is)
{
    ck_assert_ptr_eq(shown(state, tagged), &story_at(s, tagged)->op);
}
END_TEST

START_TEST(what_is_shown_of_a_removal_needs_memory)
{
    struct arena none = arena_over(NULL, 0);

    ck_assert_ptr_null(op_with_removed(state, &story_at(s, take_back(text(TAG)))->op, &none));
}
END_TEST

Suite *suite_removal(void);
Suite *suite_removal(void)
{
    Suite *suite = suite_create("cases/removal");
    TCase *door = tcase_create("door"), *seen = tcase_create("shown");

    tcase_add_checked_fixture(door, begin, NULL);
    tcase_add_test(door, a_removals_value_is_judged_like_an_added_one);
    tcase_add_test(door, a_strike_outs_value_is_judged_like_an_added_one);
    tcase_add_test(door, what_stands_can_be_removed_though_it_could_not_be_added);
    tcase_add_checked_fixture(seen, begin, NULL);
    tcase_add_test(seen, what_was_removed_is_shown_and_not_what_its_author_says_it_was);
    tcase_add_test(seen, of_several_removed_the_one_that_is_said_is_shown);
    tcase_add_test(seen, what_names_nothing_here_is_shown_only_where_it_could_be_added);
    tcase_add_test(seen, an_op_that_removes_nothing_is_shown_as_it_is);
    tcase_add_test(seen, what_is_shown_of_a_removal_needs_memory);
    suite_add_tcase(suite, door);
    suite_add_tcase(suite, seen);
    return suite;
}
