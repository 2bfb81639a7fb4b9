/* SPDX-License-Identifier: Apache-2.0 */
/* What people see of a case, and what programs get. */
#include "tests/unit/client/printing.h"
#include "tool/view.h"

#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_view(void);

#define B(text) wire_bytes(slice_of(text))

/* A missing child with a risk, a conflict and some totals; texts longer than a line. */
struct sample {
    Cw__CaseView view;
    Cw__ViewField fields[2], *field_at[2];
    Cw__ViewValue values[3], *risk_at[1], *summary_at[2];
    Cw__Value when;
    Cw__Interval interval;
    Cw__OpRef replaced[2], *replaced_at[2];
    Cw__Author author;
    Cw__ViewConflict conflict, *conflict_at[1];
    ProtobufCBinaryData resolvers[2];
    Cw__ViewTally tallies[3], *tally_at[3];
    Cw__ViewEvent event, *event_at[1];
};

static const char long_text[] =
    "Seen at the far end of the old fish market in Quillhaven with two older males, walking towards the harbour "
    "and talking on a telephone";

static void value_init(struct sample *s, size_t i, const char *text)
{
    cw__view_value__init(&s->values[i]);
    s->values[i].has_text = true;
    s->values[i].text = B(text);
    s->values[i].author = &s->author;
    s->values[i].has_author_time_ms = true;
    s->values[i].author_time_ms = 1521475200000;
}

static void fields_init(struct sample *s)
{
    cw__author__init(&s->author);
    s->author.name = B("Duty inspector");
    s->author.division = B("NTH");
    s->author.role = B("INSP");
    value_init(s, 0, "high");
    value_init(s, 1, long_text);
    value_init(s, 2, "Believed to be at a friend's house");
    for (size_t i = 0; i < 2; i++) {
        cw__op_ref__init(&s->replaced[i]);
        s->replaced_at[i] = &s->replaced[i];
        cw__view_field__init(&s->fields[i]);
        s->field_at[i] = &s->fields[i];
        s->summary_at[i] = &s->values[1 + i];
    }
    s->risk_at[0] = &s->values[0];
    s->values[0].n_replaced = 2;
    s->values[0].replaced = s->replaced_at;
    s->fields[0].field = 350;
    s->fields[0].name = B("missing_risk");
    s->fields[0].n_values = 1;
    s->fields[0].values = s->risk_at;
    s->fields[1].field = 11;
    s->fields[1].name = B("summary");
    s->fields[1].n_values = 2;
    s->fields[1].values = s->summary_at;
    s->fields[1].conflict = true;
    s->view.n_fields = 2;
    s->view.fields = s->field_at;
}

static void tally_init(struct sample *s, size_t i, const char *measure, const char *scope, int64_t amount,
                       const char *unit)
{
    cw__view_tally__init(&s->tallies[i]);
    s->tallies[i].measure = B(measure);
    s->tallies[i].scope = B(scope);
    s->tallies[i].has_amount = true;
    s->tallies[i].amount = amount;
    s->tallies[i].unit = B(unit);
    s->tally_at[i] = &s->tallies[i];
}

static struct sample *sample_new(void)
{
    struct sample *s = calloc(1, sizeof(*s));

    ck_assert_ptr_nonnull(s);
    cw__case_view__init(&s->view);
    s->view.has_human_ref = s->view.has_risk = s->view.has_title = true;
    s->view.human_ref = B("MC/NTH/2026/K7Q2M4X-C");
    s->view.kind_name = B("missing_child");
    s->view.status = B("open");
    s->view.owner = B("NTH");
    s->view.title = B("Child M");
    s->view.risk = B("high");
    s->view.synthetic = true;
    fields_init(s);
    cw__view_conflict__init(&s->conflict);
    s->conflict.field = B("summary");
    s->conflict.why = B("written on several sides without knowing of each other");
    s->conflict.n_candidates = 2;
    s->conflict.candidates = s->summary_at;
    s->resolvers[0] = B("SUP");
    s->resolvers[1] = B("INSP");
    s->conflict.n_resolvers = 2;
    s->conflict.resolvers = s->resolvers;
    s->conflict_at[0] = &s->conflict;
    s->view.n_conflicts = 1;
    s->view.conflicts = s->conflict_at;
    tally_init(s, 0, "seizure.cash.pence", "total", 1500000, "pence");
    tally_init(s, 1, "stop_search", "total", 0, "count");
    s->tallies[1].not_counted = true;
    tally_init(s, 2, "arrest", "division NTH", 10, "count");
    s->view.n_tallies = 3;
    s->view.tallies = s->tally_at;
    return s;
}

static char *shown;

/* What printing writes to standard output. */
static const char *show(const struct cli *cli, const struct sample *s)
{
    printing_begin();
    if (cli->json)
        json_print_message(cli, &s->view.base);
    else
        view_print(cli, &s->view);
    shown = printing_end();
    return shown;
}

START_TEST(a_case_fits_eighty_columns)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = true};
    char *line, *rest = shown;

    show(&cli, s);
    while ((line = strsep(&rest, "\n")) != NULL)
        ck_assert_msg(text_width(line) <= VIEW_WIDTH, "%s", line);
    free(s);
}
END_TEST

START_TEST(risk_says_who_when_and_what_it_replaced)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = false};
    const char *text = show(&cli, s);

    ck_assert_ptr_nonnull(strstr(text, "risk      HIGH  Duty inspector (NTH, INSP), 19 Mar 2018 16:00 ("));
    ck_assert_ptr_nonnull(strstr(text, "FICTIONAL"));
    cli.verbose = true;
    ck_assert_ptr_nonnull(strstr(show(&cli, s), "replaces 2"));
    free(s);
}
END_TEST

START_TEST(a_conflict_shows_both_values_and_who_may_resolve)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = false};
    const char *text = show(&cli, s);

    ck_assert_ptr_nonnull(strstr(text, "DISPUTED  summary, for SUP, INSP to decide: casewire conflict show "));
    ck_assert_ptr_nonnull(strstr(text, "1 Seen at the far end"));
    ck_assert_ptr_nonnull(strstr(text, "2 Believed to be at a friend's house"));
    free(s);
}
END_TEST

START_TEST(risk_comes_first_then_owner_dispute_and_what_happened_last)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = false};
    const char *text, *at;
    static const char *const words[] = {"MC/NTH/2026", "\nrisk ", "\nowner ", "\nDISPUTED", "\nlast ", "\nchanged "};

    cw__view_event__init(&s->event);
    s->event.name = B("risk_assessment");
    s->event_at[0] = &s->event;
    s->view.n_events = 1;
    s->view.events = s->event_at;
    text = show(&cli, s);
    at = text;
    for (size_t i = 0; i < CW_COUNT(words); i++) {
        at = strstr(at, words[i]);
        ck_assert_msg(at != NULL, "%s", words[i]);
    }
    ck_assert_ptr_nonnull(strstr(text, "last      risk assessment"));
    free(s);
}
END_TEST

static int count_lines(const char *text)
{
    int lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

START_TEST(a_long_name_does_not_run_into_what_is_not_said_yet)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = true};

    s->fields[1].name = B("exploitation_risk_sexual");
    s->fields[1].n_values = 0;
    s->fields[1].field = 999;
    s->fields[1].conflict = false;
    s->view.n_conflicts = 0;
    s->fields[1].missing = true;
    s->fields[1].has_missing = true;
    ck_assert_ptr_nonnull(strstr(show(&cli, s), "exploitation_risk_sexual not said yet"));
    free(s);
}
END_TEST

START_TEST(an_id_is_shown_as_the_duty_or_the_event_that_it_means)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = true};
    uint8_t duty_id[CW_ID_LEN] = {0xd1}, mark_id[CW_ID_LEN] = {0xe1};
    Cw__Value id = CW__VALUE__INIT;
    Cw__ViewValue value = CW__VIEW_VALUE__INIT, *values[] = {&value};
    Cw__ViewField field = CW__VIEW_FIELD__INIT, *fields[] = {&field};
    Cw__ViewEvent mark = CW__VIEW_EVENT__INIT, *events[] = {&mark};
    Cw__ViewDeadline duty = CW__VIEW_DEADLINE__INIT, *duties[] = {&duty};

    duty.clock = B("M4");
    duty.duty = (ProtobufCBinaryData){CW_ID_LEN, duty_id};
    id.has_id = true;
    id.id = duty.duty;
    value.value = &id;
    value.text = B("d100000000000000000000000000000000000000000000000000000000000000");
    field.name = B("clock");
    field.values = values;
    field.n_values = 1;
    mark.name = B("clock_breached");
    mark.event_id = (ProtobufCBinaryData){CW_ID_LEN, mark_id};
    mark.fields = fields;
    mark.n_fields = 1;
    s->view.deadlines = duties;
    s->view.n_deadlines = 1;
    s->view.events = events;
    s->view.n_events = 1;
    ck_assert_ptr_nonnull(strstr(show(&cli, s), "clock: M4 circulated as missing"));
    id.id = mark.event_id;
    ck_assert_ptr_nonnull(strstr(show(&cli, s), "clock: e100000000 clock breached"));
    free(s);
}
END_TEST

/* DOMAIN 9.3: who reads the record that stays is told first of what runs in the other. */
START_TEST(what_is_live_in_another_record_stands_before_the_risk_of_this_one)
{
    struct sample *s = sample_new(), *other = sample_new();
    const Cw__CaseView *records[] = {&s->view, &other->view};
    Cw__ViewEpisode live = CW__VIEW_EPISODE__INIT, *episodes[] = {&live};
    struct cli cli = {.verbose = false};
    FILE *screen = stdout, *whole;
    char *text = NULL;
    size_t len = 0;

    live.state = B("active");
    other->view.human_ref = B("MC/WST/2018/PB26V1V-G");
    other->view.episodes = episodes;
    other->view.n_episodes = 1;
    whole = open_memstream(&text, &len);
    ck_assert_ptr_nonnull(whole);
    stdout = whole;
    view_print_records(&cli, records, 2);
    stdout = screen;
    fclose(whole);
    ck_assert_ptr_nonnull(strstr(text, "record    HIGH  PB26V1V: "));
    ck_assert(strstr(text, "record    HIGH  PB26V1V: ") < strstr(text, "risk      HIGH"));
    free(text);
    free(s);
    free(other);
}
END_TEST

START_TEST(on_a_small_screen_the_first_lines_stay)
{
    struct sample *s = sample_new();
    struct cli cli = {.rows = 10};
    const char *text = show(&cli, s);

    ck_assert_int_eq(count_lines(text), 9); /* one is left for the prompt */
    ck_assert_int_eq(strncmp(text, "MC/NTH/2026", 11), 0);
    ck_assert_ptr_nonnull(strstr(text, "lines more: -v"));
    cli.rows = 100;
    ck_assert_ptr_null(strstr(show(&cli, s), "lines more"));
    cli.rows = 10;
    cli.verbose = true; /* asked for more: all of it */
    ck_assert_int_gt(count_lines(show(&cli, s)), 10);
    free(s);
}
END_TEST

/* Takes escape sequences out, in place. */
static void strip(char *text)
{
    char *out = text;

    for (; *text != '\0'; text++) {
        if (*text == '\033')
            text += strcspn(text, "m");
        else
            *out++ = *text;
    }
    *out = '\0';
}

START_TEST(colour_never_says_anything_alone)
{
    struct sample *s = sample_new();
    struct cli plain = {.verbose = true}, color = {.verbose = true, .color = true};
    char *without = strdup(show(&plain, s));

    show(&color, s);
    ck_assert_ptr_nonnull(strchr(shown, '\033'));
    strip(shown);
    ck_assert_str_eq(shown, without);
    free(without);
    free(s);
}
END_TEST

START_TEST(a_word_longer_than_the_screen_is_cut_into_lines)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = true};
    char long_word[241], *line, *rest = shown;

    memset(long_word, 'x', sizeof(long_word) - 1);
    long_word[sizeof(long_word) - 1] = '\0';
    s->values[1].text = B(long_word);
    s->view.title = B(long_word);
    show(&cli, s);
    while ((line = strsep(&rest, "\n")) != NULL)
        ck_assert_msg(text_width(line) <= VIEW_WIDTH, "%s", line);
    free(s);
}
END_TEST

START_TEST(totals_are_money_counts_and_unknown)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = false};
    const char *text = show(&cli, s);

    ck_assert_ptr_nonnull(strstr(text, "£15000.00"));
    ck_assert_ptr_nonnull(strstr(text, "unknown"));
    ck_assert_ptr_null(strstr(text, "division NTH")); /* parts of totals are for -v */
    cli.verbose = true;
    ck_assert_ptr_nonnull(strstr(show(&cli, s), "division NTH"));
    free(s);
}
END_TEST

START_TEST(a_hostile_text_cannot_move_the_cursor)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = true};

    s->view.title = B("\033[31mred\nblue\xe2\x80\xae.\xe2\x80\xac");
    s->values[1].text = B("\x1b]0;title\x07");
    show(&cli, s);
    ck_assert_ptr_null(strchr(shown, '\033'));
    ck_assert_ptr_null(strchr(shown, '\a'));
    ck_assert_ptr_null(strstr(shown, "\xe2\x80"));
    free(s);
}
END_TEST

START_TEST(json_has_ids_in_hexadecimal_and_times_in_utc)
{
    struct sample *s = sample_new();
    struct cli cli = {.json = true};
    const uint8_t id[CW_ID_LEN] = {0xab, 0xcd};
    json_t *root;

    s->view.has_case_id = true;
    s->view.case_id = wire_bytes(slice(id, sizeof(id)));
    s->view.has_updated_hlc = true;
    s->view.updated_hlc = UINT64_C(1521475200000) << 16 | 3;
    root = json_loads(show(&cli, s), 0, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "v")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(root, "title")), "Child M");
    ck_assert_int_eq(strncmp(json_string_value(json_object_get(root, "case_id")), "abcd0000", 8), 0);
    ck_assert_str_eq(json_string_value(json_object_get(root, "updated_hlc")), "2018-03-19T16:00:00.000Z+3");
    ck_assert_uint_eq(json_array_size(json_object_get(root, "fields")), 2);
    json_decref(root);
    free(s);
}
END_TEST

START_TEST(what_does_not_fit_is_counted_and_where_it_stands_is_said)
{
    struct sample *s = sample_new();
    struct cli cli = {.verbose = false};
    const char *text;

    s->fields[0].has_more_values = true;
    s->fields[0].more_values = 7;
    s->fields[0].name = B("handling");
    s->fields[0].field = 999;
    s->conflict.has_more_candidates = true;
    s->conflict.more_candidates = 1700;
    s->view.has_left_out = true;
    s->view.left_out = 5700;
    text = show(&cli, s);
    ck_assert_ptr_nonnull(strstr(text, "and 7 more: casewire case history MC/NTH/2026/K7Q2M4X-C"));
    ck_assert_ptr_nonnull(strstr(text, "and 1700 more: casewire case history MC/NTH/2026/K7Q2M4X-C"));
    ck_assert_ptr_nonnull(strstr(text, "too long to be shown whole: 5700 more entries are in casewire"));
    s->view.has_left_out = s->fields[0].has_more_values = s->conflict.has_more_candidates = false;
    s->view.left_out = s->fields[0].more_values = s->conflict.more_candidates = 0;
    text = show(&cli, s);
    ck_assert_ptr_null(strstr(text, " more"));
    free(s);
}
END_TEST

Suite *suite_view(void)
{
    Suite *s = suite_create("view");
    TCase *t = tcase_create("screens");

    tcase_add_test(t, a_case_fits_eighty_columns);
    tcase_add_test(t, risk_says_who_when_and_what_it_replaced);
    tcase_add_test(t, a_conflict_shows_both_values_and_who_may_resolve);
    tcase_add_test(t, risk_comes_first_then_owner_dispute_and_what_happened_last);
    tcase_add_test(t, a_long_name_does_not_run_into_what_is_not_said_yet);
    tcase_add_test(t, an_id_is_shown_as_the_duty_or_the_event_that_it_means);
    tcase_add_test(t, what_is_live_in_another_record_stands_before_the_risk_of_this_one);
    tcase_add_test(t, on_a_small_screen_the_first_lines_stay);
    tcase_add_test(t, colour_never_says_anything_alone);
    tcase_add_test(t, a_word_longer_than_the_screen_is_cut_into_lines);
    tcase_add_test(t, totals_are_money_counts_and_unknown);
    tcase_add_test(t, a_hostile_text_cannot_move_the_cursor);
    tcase_add_test(t, what_does_not_fit_is_counted_and_where_it_stands_is_said);
    tcase_add_test(t, json_has_ids_in_hexadecimal_and_times_in_utc);
    suite_add_tcase(s, t);
    return s;
}
