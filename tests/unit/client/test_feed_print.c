/* SPDX-License-Identifier: Apache-2.0 */
/* An item of a feed on a command line: templates, tabs, JSON, lines; and the time that a feed begins with. */
#include "tests/unit/client/printing.h"
#include "tool/cmd_feed.h"
#include "tool/feed.h"

#include "lib/when.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_feed_print(void);

#define B(text) wire_bytes(slice_of(text))

struct sample {
    Cw__FeedItem item;
    Cw__FeedOp op;
    Cw__FeedCase of_case;
    Cw__Author author;
    ProtobufCBinaryData conflicts[2];
    uint32_t in_conflict[1];
    uint8_t id[CW_ID_LEN];
};

static void sample_op(struct sample *s)
{
    cw__feed_op__init(&s->op);
    cw__author__init(&s->author);
    s->author.name = B("Officer Wren");
    s->author.division = B("NTH");
    s->op.author = &s->author;
    s->op.has_author_time_ms = true;
    s->op.author_time_ms = 1521475205000;
    s->op.what = B("sets missing_risk to high");
    s->op.verdict = B("pending");
    s->op.origin = B("EST");
    s->item.op = &s->op;
}

static void sample_case(struct sample *s)
{
    cw__feed_case__init(&s->of_case);
    memset(s->id, 0xab, sizeof(s->id));
    s->of_case.case_id = wire_bytes(slice(s->id, sizeof(s->id)));
    s->of_case.human_ref = B("MC/NTH/2018/K7Q2M4X-C");
    s->of_case.kind_name = B("missing_child");
    s->of_case.title = B("Child M");
    s->of_case.status = B("open");
    s->of_case.risk = B("high");
    s->of_case.owner = B("WST");
    s->conflicts[0] = B("missing_risk");
    s->conflicts[1] = B("summary");
    s->of_case.conflicts = s->conflicts;
    s->of_case.n_conflicts = 2;
    s->item.case_ = &s->of_case;
}

static void sample(struct sample *s)
{
    memset(s, 0, sizeof(*s));
    cw__feed_item__init(&s->item);
    s->item.why = CW_FEED_OP;
    s->item.late = s->item.has_late = true;
    sample_op(s);
    sample_case(s);
    s->item.id = wire_bytes(slice(s->id, sizeof(s->id)));
    s->item.in_conflict = s->in_conflict;
    s->item.n_in_conflict = 1;
}

static char printed[40000];

static const char *by_template(const struct sample *s, const char *format)
{
    FILE *out = fmemopen(printed, sizeof(printed), "w");

    printed[0] = '\0';
    ck_assert_ptr_nonnull(out);
    feed_template_print(&s->item, format, out);
    fclose(out);
    return printed;
}

/* What feed_print() writes to standard output. */
static const char *by_options(const struct sample *s, struct cli *cli, const char *format)
{
    cli->command = &cmd_feed;
    printing_begin();
    feed_print(cli, format, &s->item);
    snprintf(printed, sizeof(printed), "%s", printing_end());
    return printed;
}

/* --- templates ------------------------------------------------------------------------------------------ */

START_TEST(a_template_says_what_its_letters_mean)
{
    struct sample s;

    sample(&s);
    ck_assert_str_eq(by_template(&s, "%t %c: %a (%d) %w%n"),
                     "Mon 19 Mar 2018 16:00:05 K7Q2M4X: Officer Wren (NTH) sets missing_risk to high\n");
    ck_assert_str_eq(by_template(&s, "%T%b%y%b%r%b%k%b%s%b%R%b%O%b%l"),
                     "2018-03-19T16:00:05.000Z\top\tMC/NTH/2018/K7Q2M4X-C\tmissing_child\topen\thigh\tWST\tChild M");
    ck_assert_str_eq(by_template(&s, "%v %o %f %x 100%%"), "pending EST late,conflict missing_risk,summary 100%");
    by_template(&s, "%i%C");
    ck_assert_uint_eq(strlen(printed), (size_t)4 * CW_ID_LEN);
    ck_assert_uint_eq(strspn(printed, "ab"), (size_t)4 * CW_ID_LEN);
}
END_TEST

START_TEST(an_item_without_op_or_case_has_empty_columns)
{
    struct sample s = {.item = CW__FEED_ITEM__INIT};

    for (const struct feed_column *c = feed_columns; c->letter != '\0'; c++) {
        const char format[] = {'%', c->letter, '\0'};

        ck_assert_str_eq(by_template(&s, format), "");
    }
    s.item.why = 77;
    ck_assert_str_eq(by_template(&s, "%y"), "unrecognised");
}
END_TEST

START_TEST(an_unknown_letter_is_found)
{
    ck_assert_ptr_null(feed_template_check(""));
    ck_assert_ptr_null(feed_template_check("no letters, 100%%"));
    for (const struct feed_column *c = feed_columns; c->letter != '\0'; c++) {
        const char format[] = {'x', '%', c->letter, '%', 'n', '\0'};

        ck_assert_ptr_null(feed_template_check(format));
    }
    ck_assert_str_eq(feed_template_check("%t %q %z"), "%q %z");
    ck_assert_str_eq(feed_template_check("%t %"), "%");
    ck_assert_str_eq(feed_template_check("%%%"), "%");
}
END_TEST

START_TEST(letters_are_told_apart)
{
    for (const struct feed_column *a = feed_columns; a->letter != '\0'; a++) {
        ck_assert_ptr_null(strchr("%nb", a->letter));
        for (const struct feed_column *b = a + 1; b->letter != '\0'; b++)
            ck_assert_int_ne(a->letter, b->letter);
    }
}
END_TEST

/* --- from a hostile daemon ------------------------------------------------------------------------------ */

START_TEST(text_from_outside_writes_no_control_characters)
{
    struct sample s;

    sample(&s);
    s.of_case.title = B("\033]0;owned\007\n2018\tforged");
    s.op.what = B("a\r\nb\033[2J");
    s.author.name = B("\x9b\xff");
    for (int i = 0; i < 3; i++) {
        struct cli cli = {.terminal = i == 0, .json = i == 1};

        by_options(&s, &cli, NULL);
        ck_assert_ptr_null(strpbrk(printed, "\033\007\r"));
        ck_assert_ptr_null(strstr(printed, "\n2018\t"));
    }
}
END_TEST

START_TEST(a_text_longer_than_its_column_is_cut)
{
    static char text[100000];
    struct cli cli = {.terminal = false};
    struct sample s;

    memset(text, 'x', sizeof(text) - 1);
    sample(&s);
    s.of_case.title = s.of_case.status = s.of_case.human_ref = s.of_case.risk = s.op.what = s.author.name = B(text);
    s.conflicts[0] = s.conflicts[1] = B(text);
    for (const struct feed_column *c = feed_columns; c->letter != '\0'; c++) {
        char out[FEED_TEXT_LEN_MAX];

        feed_text(&s.item, c->letter, out);
        ck_assert_uint_lt(strlen(out), FEED_TEXT_LEN_MAX);
    }
    by_options(&s, &cli, NULL);
    cli.terminal = true;
    by_options(&s, &cli, NULL);
}
END_TEST

START_TEST(an_id_of_another_length_is_no_trouble)
{
    static uint8_t bytes[5000];
    struct sample s;

    sample(&s);
    s.item.id = wire_bytes(slice(bytes, 3));
    ck_assert_str_eq(by_template(&s, "%i"), "000000");
    s.item.id = wire_bytes(slice(bytes, sizeof(bytes)));
    ck_assert_str_eq(by_template(&s, "%i"), "");
}
END_TEST

/* --- the forms ------------------------------------------------------------------------------------------ */

static size_t count_of(const char *text, char c)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == c;
    return count;
}

START_TEST(a_pipe_gets_the_same_columns_for_every_item)
{
    struct sample s;
    struct cli cli = {.terminal = false};

    sample(&s);
    by_options(&s, &cli, NULL);
    ck_assert_uint_eq(count_of(printed, '\t'), 12);
    ck_assert_uint_eq(count_of(printed, '\n'), 1);
    s.item.op = NULL;
    s.item.case_ = NULL;
    by_options(&s, &cli, NULL);
    ck_assert_uint_eq(count_of(printed, '\t'), 12);
}
END_TEST

START_TEST(json_is_one_object_on_one_line)
{
    struct sample s;
    struct cli cli = {.json = true};
    json_t *object;

    sample(&s);
    by_options(&s, &cli, NULL);
    ck_assert_uint_eq(count_of(printed, '\n'), 1);
    ck_assert_int_eq(strncmp(printed, "{\"v\":1,\"command\":\"feed\",", 24), 0);
    object = json_loads(printed, 0, NULL);
    ck_assert_ptr_nonnull(object);
    ck_assert_str_eq(json_string_value(json_object_get(object, "why")), "op");
    ck_assert(json_is_true(json_object_get(object, "late")));
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(object, "op"), "author_time")),
                     "2018-03-19T16:00:05.000Z");
    ck_assert_str_eq(
        json_string_value(json_array_get(json_object_get(json_object_get(object, "case"), "conflicts"), 1)), "summary");
    json_decref(object);
}
END_TEST

START_TEST(quiet_is_the_id_and_a_template_wins)
{
    struct sample s;
    struct cli cli = {.quiet = true, .json = true};

    sample(&s);
    ck_assert_str_eq(by_options(&s, &cli, "%c"), "K7Q2M4X\n");
    cli.json = false;
    by_options(&s, &cli, NULL);
    ck_assert_uint_eq(strlen(printed), 2 * CW_ID_LEN + 1);
}
END_TEST

START_TEST(people_get_lines_of_a_screen)
{
    struct sample s;
    struct cli cli = {.terminal = true};
    char *rest = printed, *line;

    sample(&s);
    s.of_case.title =
        B("A child last seen near the fish market in Quillhaven, with two others, both of whom are older");
    s.op.what = B("sets summary to a text that does not end where a screen does, and goes on for quite a while longer");
    by_options(&s, &cli, NULL);
    ck_assert_ptr_nonnull(strstr(printed, "K7Q2M4X  high  A child last seen"));
    ck_assert_ptr_nonnull(strstr(printed, "\n  Officer Wren (NTH): sets summary"));
    ck_assert_ptr_nonnull(strstr(printed, "\n  pending, late,conflict; in conflict: missing_risk,summary\n"));
    while ((line = strsep(&rest, "\n")) != NULL)
        ck_assert_uint_le(strlen(line), CLI_WIDTH);
}
END_TEST

START_TEST(people_are_told_what_a_case_is_now)
{
    struct sample s;
    struct cli cli = {.terminal = true};

    sample(&s);
    s.item.op = NULL;
    s.item.late = false;
    s.item.n_in_conflict = 0;
    s.of_case.n_conflicts = 0;
    s.item.why = CW_FEED_CORRECTION;
    by_options(&s, &cli, NULL);
    ck_assert_ptr_nonnull(strstr(printed, "\n  shows something else now: open, owner WST\n"));
    s.item.why = CW_FEED_CASE;
    by_options(&s, &cli, NULL);
    ck_assert_ptr_nonnull(strstr(printed, "\n  open, owner WST\n"));
}
END_TEST

/* --- since ---------------------------------------------------------------------------------------------- */

START_TEST(since_is_a_time_or_how_long_ago)
{
    const struct cw_wall now = {1521475200000};
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"90s", 1521475200000 - 90000},        {"30m", 1521475200000 - 1800000},
                {"8h", 1521475200000 - 28800000},      {"3d", 1521475200000 - 259200000},
                {"366d", 1521475200000 - 31622400000}, {"2018-03-19T15:00Z", 1521471600000},
                {"2018-03-19", 1521417600000},         {"yesterday", 1521331200000}};
    static const char *const bad[] = {"",     "h",      "8",  "8x", "8hh", "-8h", "367d", "99999999999999999999d",
                                      "1e3s", "lately", " 8h"};

    for (size_t i = 0; i < CW_COUNT(good); i++) {
        struct cw_wall at;

        ck_assert(feed_parse_since(good[i].text, now, &at));
        ck_assert_int_eq(at.ms, good[i].ms);
    }
    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        struct cw_wall at;

        ck_assert_msg(!feed_parse_since(bad[i], now, &at), "%s", bad[i]);
    }
}
END_TEST

Suite *suite_feed_print(void)
{
    Suite *suite = suite_create("feed_print");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, a_template_says_what_its_letters_mean);
    tcase_add_test(tcase, an_item_without_op_or_case_has_empty_columns);
    tcase_add_test(tcase, an_unknown_letter_is_found);
    tcase_add_test(tcase, letters_are_told_apart);
    tcase_add_test(tcase, text_from_outside_writes_no_control_characters);
    tcase_add_test(tcase, a_text_longer_than_its_column_is_cut);
    tcase_add_test(tcase, an_id_of_another_length_is_no_trouble);
    tcase_add_test(tcase, a_pipe_gets_the_same_columns_for_every_item);
    tcase_add_test(tcase, json_is_one_object_on_one_line);
    tcase_add_test(tcase, quiet_is_the_id_and_a_template_wins);
    tcase_add_test(tcase, people_get_lines_of_a_screen);
    tcase_add_test(tcase, people_are_told_what_a_case_is_now);
    tcase_add_test(tcase, since_is_a_time_or_how_long_ago);
    suite_add_tcase(suite, tcase);
    return suite;
}
