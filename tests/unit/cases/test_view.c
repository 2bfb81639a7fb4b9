/* SPDX-License-Identifier: Apache-2.0 */
/* What people read: texts, references, list rows, policy, clocks, digests. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)

static const char *text_of(uint32_t field, struct op_value value, size_t cap)
{
    static char out[600];

    memset(out, 'z', sizeof(out));
    value_text(schema_field(field), &value, out, cap);
    return out;
}

static struct op_value number(int64_t n)
{
    return (struct op_value){.type = VALUE_NUMBER, .number = n};
}

START_TEST(values_read_as_people_write_them)
{
    ck_assert_str_eq(text_of(FIELD_PENCE, number(1500000), 64), "\xc2\xa3"
                                                                "15,000.00");
    ck_assert_str_eq(text_of(FIELD_PENCE, number(5), 64), "\xc2\xa3"
                                                          "0.05");
    ck_assert_str_eq(text_of(FIELD_PENCE, number(123456789012), 64), "\xc2\xa3"
                                                                     "1,234,567,890.12");
    ck_assert_str_eq(text_of(FIELD_MG, number(12500), 64), "12.5 g");
    ck_assert_str_eq(text_of(FIELD_MG, number(1000), 64), "1 g");
    ck_assert_str_eq(text_of(FIELD_MG, number(7), 64), "0.007 g");
    ck_assert_str_eq(text_of(FIELD_MISSING_RISK, number(4), 64), "high");
    ck_assert_str_eq(text_of(FIELD_WEAPONS, (struct op_value){.type = VALUE_FLAG, .number = 1}, 64), "yes");
    ck_assert_str_eq(
        text_of(FIELD_LAST_SEEN,
                (struct op_value){.type = VALUE_INTERVAL, .number = 1795276800000, .latest = 1795278600000}, 64),
        "2026-11-21 16:00 UTC to 2026-11-21 16:30 UTC");
    ck_assert_str_eq(text_of(FIELD_SUMMARY, (struct op_value){.type = VALUE_TEXT, .text = slice_of("a\nb")}, 64),
                     "a b");
    ck_assert_str_eq(text_of(FIELD_SUMMARY, (struct op_value){.type = VALUE_NONE}, 64), "withheld");
    ck_assert_str_eq(text_of(9999, number(3), 64), "3");
}
END_TEST

START_TEST(a_text_that_does_not_fit_says_so_and_stays_within_its_buffer)
{
    struct op_value value = {.type = VALUE_TEXT, .text = slice_of("na\xc3\xafve na\xc3\xafve na\xc3\xafve")};

    ck_assert_str_eq(text_of(FIELD_SUMMARY, value, 64), "na\xc3\xafve na\xc3\xafve na\xc3\xafve");
    ck_assert_str_eq(text_of(FIELD_SUMMARY, value, 7), "na...");
    for (size_t cap = 1; cap < 40; cap++) {
        const char *out = text_of(FIELD_SUMMARY, value, cap);

        ck_assert_uint_lt(strlen(out), cap);
        ck_assert_int_eq(text_check(slice_of(out), 64, false, "", NULL), CW_OK);
    }
}
END_TEST

static bool has_name(const struct cw_slice *names, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slice_eq(names[i], slice_of(name)))
            return true;
    }
    return false;
}

START_TEST(a_case_is_found_by_what_stands_and_by_both_sides_of_a_conflict)
{
    struct story *s = story_open(KIND_LINE, "NTH", ROLE_MASK(CLC));
    uint32_t tag = story_add_text(s, "NTH", ROLE_MASK(CLC), FIELD_TAGS, "rural");
    struct case_labels labels;

    story_add_text(s, "NTH", ROLE_MASK(CLC), FIELD_TAGS, "harbour");
    story_add_text(s, "NTH", ROLE_MASK(CLC), FIELD_IMPORT_AREAS, "Eastmere");
    story_set_text(s, "NTH", ROLE_MASK(CLC), FIELD_EXPORT_AREA, "Northport");
    story_set_text(s, "EST", ROLE_MASK(CLC), FIELD_EXPORT_AREA, "Westgate");
    story_add_text(s, "NTH", ROLE_MASK(CLC), FIELD_LINKS, "part_of_operation LARKSPUR");
    story_add_text(s, "NTH", ROLE_MASK(CLC), FIELD_LINKS, "rival_of OC/NTH/2026/AAAAAAA-B");
    story_remove(s, "NTH", ROLE_MASK(CLC), FIELD_TAGS, tag);
    state_labels(story_fold(s), &labels);
    ck_assert_uint_eq(labels.tag_count, 1);
    ck_assert(has_name(labels.tags, 1, "harbour"));
    ck_assert_uint_eq(labels.area_count, 3);
    ck_assert(has_name(labels.areas, 3, "Northport") && has_name(labels.areas, 3, "Westgate"));
    ck_assert(has_name(labels.areas, 3, "Eastmere"));
    ck_assert_uint_eq(labels.operation_count, 1);
    ck_assert(has_name(labels.operations, 1, "LARKSPUR"));
    ck_assert_uint_eq(labels.conflict_count, 1);
    ck_assert_uint_eq(labels.conflicts[0], FIELD_EXPORT_AREA);
    ck_assert(!labels.more && !labels.compartmented);
    story_add_text(s, "NTH", ROLE_MASK(GATE), FIELD_COMPARTMENTS, "AMBER");
    state_labels(story_fold(s), &labels);
    ck_assert(labels.compartmented);
}
END_TEST

START_TEST(labels_that_do_not_fit_are_said_to_be_more)
{
    struct story *s = story_open(KIND_LINE, "NTH", ROLE_MASK(CLC));
    static char names[LABELS_MAX + 1][8];
    struct case_labels labels;

    for (uint32_t i = 0; i <= LABELS_MAX; i++) {
        names[i][0] = (char)('a' + i);
        story_add_text(s, "NTH", ROLE_MASK(CLC), FIELD_TAGS, names[i]);
    }
    state_labels(story_fold(s), &labels);
    ck_assert_uint_eq(labels.tag_count, LABELS_MAX);
    ck_assert(labels.more);
}
END_TEST

START_TEST(times_far_away_do_not_break_the_text)
{
    struct op_value value = {.type = VALUE_INTERVAL, .number = INT64_MIN, .latest = INT64_MAX};

    ck_assert_uint_gt(strlen(text_of(FIELD_LAST_SEEN, value, 200)), 10);
    value.number = value.latest = -1;
    ck_assert_str_eq(text_of(FIELD_LAST_SEEN, value, 64), "1969-12-31 23:59 UTC");
    ck_assert_uint_gt(strlen(text_of(FIELD_PENCE, number(INT64_MIN), 64)), 10);
    ck_assert_uint_gt(strlen(text_of(FIELD_PENCE, number(INT64_MAX), 64)), 10);
}
END_TEST

START_TEST(an_op_reads_in_one_line_without_what_is_personal)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t named = story_set_text(s, "NTH", MCET_, FIELD_GIVEN_NAMES, "Zorvane");
    uint32_t risk = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t arrest = story_event(s, "NTH", MCET_, EVENT_ARREST);
    char out[200];

    op_line(&story_at(s, 0)->op, TOLD_FORCE, out, sizeof(out));
    ck_assert_str_eq(out, "opens missing_child");
    op_line(&story_at(s, named)->op, TOLD_FORCE, out, sizeof(out));
    ck_assert_str_eq(out, "sets given_names");
    op_line(&story_at(s, risk)->op, TOLD_FORCE, out, sizeof(out));
    ck_assert_str_eq(out, "sets missing_risk = high");
    story_number(s, arrest, FIELD_COUNT, 2);
    op_line(&story_at(s, arrest)->op, TOLD_FORCE, out, sizeof(out));
    ck_assert_str_eq(out, "records arrest: sets count = 2");
    for (size_t cap = 1; cap < 40; cap++)
        ck_assert_uint_lt(op_line(&story_at(s, arrest)->op, TOLD_FORCE, out, cap), cap);
}
END_TEST

START_TEST(a_reference_finds_typing_mistakes)
{
    struct cw_case_id id = {{0xde, 0xad, 0xbe, 0xef, 0x42}}, other = {{0xde, 0xad, 0xbe, 0xef, 0x82}};
    char ref[HUMAN_REF_LEN_MAX], wrong[HUMAN_REF_LEN_MAX];
    struct cw_slice chars;
    uint32_t caught = 0, tried = 0, turned = 0;

    human_ref_of(KIND_CHILD, slice_of("NTH"), (struct cw_wall){1795276800000}, &id, ref);
    ck_assert_int_eq(strncmp(ref, "MC/NTH/2026/", 12), 0);
    ck_assert_uint_eq(strlen(ref), 21);
    ck_assert(human_ref_parse(slice_of(ref), &chars));
    ck_assert(human_ref_matches(chars, &id));
    ck_assert(!human_ref_matches(chars, &other));
    for (size_t i = 12; i < 19; i++) {
        for (int letter = 'A'; letter <= 'Z'; letter++) {
            char c = (char)letter;

            memcpy(wrong, ref, sizeof(ref));
            if (wrong[i] == c)
                continue;
            wrong[i] = c;
            tried++;
            caught += !human_ref_parse(slice_of(wrong), &chars);
        }
        if (i < 18 && ref[i] != ref[i + 1]) {
            memcpy(wrong, ref, sizeof(ref));
            wrong[i] = ref[i + 1];
            wrong[i + 1] = ref[i];
            ck_assert_msg(!human_ref_parse(slice_of(wrong), &chars), "%s", wrong);
            turned++;
        }
    }
    ck_assert_uint_ge(turned, 4);
    ck_assert_uint_ge((uint64_t)caught * 20, (uint64_t)tried * 19);
    for (size_t len = 0; len < strlen(ref); len++)
        ck_assert(!human_ref_parse(slice(ref, len), &chars));
}
END_TEST

START_TEST(a_list_row_says_not_assessed_rather_than_low)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    struct case_summary row;

    story_text(s, 0, FIELD_TITLE, "episode north 1");
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.kind, "missing_child");
    ck_assert_str_eq(row.status, "open");
    ck_assert_str_eq(row.risk, "not assessed");
    ck_assert(slice_eq(row.owner, slice_of("NTH")));
    ck_assert(slice_eq(row.title, slice_of("episode north 1")));
    story_set_number(s, "EST", MCET_, FIELD_MISSING_RISK, 4);
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.risk, "high");
}
END_TEST

static void assess(struct story *s, const struct hash *episode, int64_t risk)
{
    uint32_t op = story_event(s, "NTH", MCET_, EVENT_RISK_ASSESSMENT);

    story_number(s, op, FIELD_MISSING_RISK, risk);
    story_scope(s, op, episode);
}

START_TEST(a_live_episode_that_nobody_assessed_is_not_shown_at_the_old_ones_risk)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    struct case_summary row;
    struct hash again;
    uint32_t back, report;

    assess(s, &scope_none, 3);
    back = story_event(s, "NTH", MCET_, EVENT_RETURNED);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.risk, "medium");
    report = story_event(s, "NTH", MCET_, EVENT_EPISODE_REPORTED);
    again = story_event_id(s, report);
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.risk, "not assessed");
    assess(s, &scope_none, 4); /* what stands high is never shown as less */
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.risk, "high");
    assess(s, &again, 2);
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.risk, "high");
}
END_TEST

START_TEST(a_child_whose_episodes_are_over_has_no_risk_that_anybody_should_assess)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    struct case_summary row;
    uint32_t back, closed;

    assess(s, &scope_none, 4);
    back = story_event(s, "NTH", MCET_, EVENT_RETURNED);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    closed = story_event(s, "NTH", ROLE_MASK(INSP), EVENT_EPISODE_CLOSED);
    story_after(s, closed, back);
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.risk, "");
    story_event(s, "NTH", MCET_, EVENT_EPISODE_REPORTED);
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.risk, "not assessed");
}
END_TEST

START_TEST(a_case_whose_opening_is_not_here_is_shown_all_the_same)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    struct case_summary row;
    const struct case_state *state;

    story_set_number(s, "EST", MCET_, FIELD_MISSING_RISK, 4);
    story_at(s, 0)->head.verdict = VERDICT_PENDING;
    state = story_fold(s);
    ck_assert_uint_eq(state->kind, KIND_CHILD); /* for nobody else has such a risk */
    ck_assert((state->flags & STATE_NO_OPENING) != 0);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 4);
    state_summary(state, &row);
    ck_assert_str_eq(row.kind, "missing_child");
    ck_assert_str_eq(row.risk, "high");
    story_at(s, 1)->head.verdict = VERDICT_PENDING;
    state_summary(story_fold(s), &row);
    ck_assert_str_eq(row.kind, "");
}
END_TEST

/* --- clocks and policy ---------------------------------------------------------------------------------------------- */

static const struct case_clock *clock_of(const struct case_state *state, uint32_t number_of_clock)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == number_of_clock)
            return &state->clocks[i];
    }
    ck_abort_msg("no such clock");
    return &state->clocks[0];
}

START_TEST(a_clock_is_data_until_a_view_asks_what_time_it_is)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    const struct case_clock *clock = clock_of(story_fold(s), CLOCK_M1);
    int64_t started = story_at(s, 0)->head.author_time.ms;

    ck_assert_int_eq(clock->deadline_ms, started + 1800000);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){started + 899999}), CLOCK_RUNNING);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){started + 900000}), CLOCK_DUE_SOON);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){started + 1800000}), CLOCK_DUE_SOON);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){started + 1800001}), CLOCK_BREACHED);
    story_number(s, story_event(s, "NTH", MCET_, EVENT_RISK_ASSESSMENT), FIELD_MISSING_RISK, 2);
    clock = clock_of(story_fold(s), CLOCK_M1);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){INT64_MAX}), CLOCK_MET);
}
END_TEST

START_TEST(the_interview_clock_runs_from_the_return_not_from_its_recording)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t back, interview;

    story_number(s, story_event(s, "NTH", MCET_, EVENT_RISK_ASSESSMENT), FIELD_MISSING_RISK, 2);
    back = story_event(s, "NTH", MCET_, EVENT_RETURNED);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    story_interval(s, back, FIELD_OCCURRED, 500, 600);
    ck_assert_int_eq(clock_of(story_fold(s), CLOCK_M8)->deadline_ms, 500 + INT64_C(72) * 3600 * 1000);
    interview = story_event(s, "NTH", MCET_, EVENT_RHI);
    story_number(s, interview, FIELD_RHI_STEP, 1);
    ck_assert_int_eq(clock_of(story_fold(s), CLOCK_M8)->end, CLOCK_RUNS);
    interview = story_event(s, "NTH", MCET_, EVENT_RHI);
    story_number(s, interview, FIELD_RHI_STEP, 5);
    ck_assert_int_eq(clock_of(story_fold(s), CLOCK_M8)->end, CLOCK_END_MET);
}
END_TEST

START_TEST(policy_replaces_roles_and_durations)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t high = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t low = story_set_number(s, "NTH", ROLE_MASK(SUP), FIELD_MISSING_RISK, 2);

    story_names(s, low, 0, high, 0);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 4);
    ck_assert_int_eq(case_policy_apply(&s->policy, slice_of("role.lower.missing_risk"), slice_of("SUP,INSP"), NULL),
                     CW_OK);
    ck_assert_int_eq(case_policy_apply(&s->policy, slice_of("clock.M1.duration_s"), slice_of("60"), NULL), CW_OK);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 2);
    ck_assert_int_eq(clock_of(story_fold(s), CLOCK_M1)->deadline_ms, story_at(s, 0)->head.author_time.ms + 60000);
    ck_assert_int_eq(case_policy_apply(&s->policy, slice_of("role.lower.missing_risk"), slice_of("none"), NULL), CW_OK);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 4);
}
END_TEST

START_TEST(policy_that_makes_no_sense_changes_nothing)
{
    static const char *const wrong[][2] = {
        {"role.lower.nothing", "SUP"}, {"role.lower.", "SUP"},      {"role.set.title", "KING"},
        {"clock.M1.duration_s", "-1"}, {"clock.M1.duration_s", ""}, {"clock.M1.duration_s", "99999999999"},
        {"clock.ZZ.duration_s", "5"},  {"clock.M1", "5"},           {"", ""},
        {"role.event.nothing", "SUP"}, {"shoe.size", "44"},
    };
    static struct case_policy policy;

    memset(&policy, 0, sizeof(policy));
    for (size_t i = 0; i < CW_COUNT(wrong); i++)
        ck_assert_int_ne(case_policy_apply(&policy, slice_of(wrong[i][0]), slice_of(wrong[i][1]), NULL), CW_OK);
    ck_assert_uint_eq(policy.count, 0);
}
END_TEST

/* --- digests ------------------------------------------------------------------------------------------------------------ */

static void hashes(struct story *s, struct hash *inputs, struct hash *state_hash)
{
    const struct case_state *state = story_fold(s);

    ck_assert_int_eq(case_inputs_hash(state, slice_of("positions"), NULL, &s->folding, inputs), CW_OK);
    ck_assert_int_eq(case_state_hash(state, NULL, &s->folding, state_hash), CW_OK);
}

START_TEST(a_verdict_or_a_part_that_differs_is_another_input)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t op = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    struct hash inputs, state, inputs_then, state_then;

    hashes(s, &inputs, &state);
    hashes(s, &inputs_then, &state_then);
    ck_assert(ID_EQ(&inputs, &inputs_then) && ID_EQ(&state, &state_then));
    story_at(s, op)->head.flags = CASE_OP_PART_UNOPENED;
    hashes(s, &inputs_then, &state_then);
    ck_assert(!ID_EQ(&inputs, &inputs_then));
    ck_assert(ID_EQ(&state, &state_then));
    story_at(s, op)->head.flags = 0;
    story_at(s, op)->head.verdict = VERDICT_VOID;
    hashes(s, &inputs_then, &state_then);
    ck_assert(!ID_EQ(&inputs, &inputs_then) && !ID_EQ(&state, &state_then));
}
END_TEST

START_TEST(the_whole_encoding_of_a_small_case_is_known_by_heart)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    struct arena *arena = &s->folding;
    const char *text;

    story_set_number(s, "EST", MCET_, FIELD_MISSING_RISK, 4);
    text = story_encode(story_fold(s), arena);
    ck_assert_int_eq(strncmp(text, "casewire-state 10\ncase ", 23), 0);
    ck_assert_ptr_nonnull(
        strstr(text, "\nkind 3 1 0\nopening 4e5448 1000\nowner 1 4e5448 1 - -\ncounts 2 2 0 0 0 0\nlast 0\n"));
    ck_assert_ptr_nonnull(strstr(text, "\ncell - 350 0 0 0 "));
    ck_assert_ptr_nonnull(strstr(text, "\nvalue x:4 1 0 "));
    ck_assert_ptr_nonnull(strstr(text, "\nmachine 3 - 1 -\nmachine 5 - 1 -\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nclock 1 - "));
    ck_assert_str_eq(text + strlen(text) - 5, "\nend\n");
}
END_TEST

START_TEST(an_encoding_that_does_not_fit_is_an_error)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    char small[64];
    struct writer w = writer_over(small, sizeof(small));

    ck_assert_int_ne(case_state_encode(story_fold(s), &w), CW_OK);
}
END_TEST

Suite *suite_view(void)
{
    Suite *suite = suite_create("cases/view");
    TCase *all = tcase_create("reading");

    tcase_add_test(all, values_read_as_people_write_them);
    tcase_add_test(all, a_text_that_does_not_fit_says_so_and_stays_within_its_buffer);
    tcase_add_test(all, times_far_away_do_not_break_the_text);
    tcase_add_test(all, a_case_is_found_by_what_stands_and_by_both_sides_of_a_conflict);
    tcase_add_test(all, labels_that_do_not_fit_are_said_to_be_more);
    tcase_add_test(all, an_op_reads_in_one_line_without_what_is_personal);
    tcase_add_test(all, a_reference_finds_typing_mistakes);
    tcase_add_test(all, a_list_row_says_not_assessed_rather_than_low);
    tcase_add_test(all, a_live_episode_that_nobody_assessed_is_not_shown_at_the_old_ones_risk);
    tcase_add_test(all, a_child_whose_episodes_are_over_has_no_risk_that_anybody_should_assess);
    tcase_add_test(all, a_case_whose_opening_is_not_here_is_shown_all_the_same);
    tcase_add_test(all, a_clock_is_data_until_a_view_asks_what_time_it_is);
    tcase_add_test(all, the_interview_clock_runs_from_the_return_not_from_its_recording);
    tcase_add_test(all, policy_replaces_roles_and_durations);
    tcase_add_test(all, policy_that_makes_no_sense_changes_nothing);
    tcase_add_test(all, a_verdict_or_a_part_that_differs_is_another_input);
    tcase_add_test(all, the_whole_encoding_of_a_small_case_is_known_by_heart);
    tcase_add_test(all, an_encoding_that_does_not_fit_is_an_error);
    suite_add_tcase(suite, all);
    return suite;
}
