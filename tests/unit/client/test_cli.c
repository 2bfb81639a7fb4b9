/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what is understood, what is not, and what is suggested. */
#include "tool/cmd_case.h"

#include "proto/schema.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_cli(void);

static enum exit_code run_nothing(struct cli *cli)
{
    return cli->operand_count == 0 ? EXIT_DONE : EXIT_CONFLICT;
}

static const struct cli_option show_options[] = {{"tag", "TEXT", "..."}, {"open", NULL, "..."}, {NULL, NULL, NULL}};
static const struct cli_command show = {
    .noun = "case",
    .verb = "show",
    .operands = "CASE",
    .operand_min = 1,
    .operand_max = 2,
    .summary = "...",
    .options = show_options,
    .run = run_nothing,
};
static const struct cli_command list = {
    .noun = "case",
    .verb = "list",
    .summary = "...",
    .run = run_nothing,
};
static const struct cli_command status = {
    .noun = "status",
    .summary = "...",
    .run = run_nothing,
};
static const struct cli_command unmerge = {
    .noun = "case",
    .verb = "unmerge",
    .operands = "CASE EVENT FIELD=VALUE...",
    .operand_min = 2,
    .operand_max = -1,
    .summary = "...",
    .run = run_nothing,
};
static const struct cli_command *const commands[] = {&show, &list, &status, &unmerge, NULL};

#define WORDS_MAX 16

struct parsed {
    char words[400];
    char *argv[WORDS_MAX + 1];
    int argc;
    struct cli cli;
    bool help;
    const char *noun;
    enum exit_code code;
};

/* Words with spaces between; stderr goes into *out_said when asked for. */
static void parse(struct parsed *p, const char *line)
{
    static char program[] = "casewire";
    char *rest, *word;

    *p = (struct parsed){.argc = 1, .argv = {program}};
    snprintf(p->words, sizeof(p->words), "%s", line);
    rest = p->words;
    while ((word = strsep(&rest, " ")) != NULL && p->argc < WORDS_MAX)
        if (*word != '\0')
            p->argv[p->argc++] = word;
    p->code = cli_parse(commands, p->argc, p->argv, &p->cli, &p->help, &p->noun);
}

static char said[2000];

/* The same with what it says on standard error; --tag of it is read as a time of at most tag_ms_max, unless that is 0. */
static enum exit_code complaint_of_time(const char *line, int64_t tag_ms_max)
{
    struct parsed p;
    char path[] = "/tmp/casewire-test.XXXXXX";
    int fd = mkstemp(path), was = dup(STDERR_FILENO);
    int64_t ms;
    ssize_t len;

    ck_assert_int_ge(fd, 0);
    fflush(stderr);
    dup2(fd, STDERR_FILENO);
    parse(&p, line);
    if (tag_ms_max > 0 && !cli_duration(&p.cli, "tag", tag_ms_max, 1000, &ms))
        p.code = EXIT_USAGE;
    fflush(stderr);
    dup2(was, STDERR_FILENO);
    len = pread(fd, said, sizeof(said) - 1, 0);
    said[len > 0 ? len : 0] = '\0';
    unlink(path);
    return p.code;
}

static enum exit_code complaint(const char *line)
{
    return complaint_of_time(line, 0);
}

START_TEST(a_noun_and_a_verb_find_their_command)
{
    struct parsed p;

    parse(&p, "case show X");
    ck_assert_int_eq(p.code, EXIT_DONE);
    ck_assert_ptr_eq(p.cli.command, &show);
    ck_assert_int_eq(p.cli.operand_count, 1);
    ck_assert_str_eq(p.cli.operands[0], "X");
    parse(&p, "status");
    ck_assert_ptr_eq(p.cli.command, &status);
}
END_TEST

START_TEST(options_may_stand_anywhere)
{
    static const char *const lines[] = {"--json --lab /l case show --tag a X --tag b",
                                        "case --json show X --tag a --lab /l --tag b",
                                        "case show X --tag=a --tag=b --lab=/l -j"};

    for (size_t i = 0; i < CW_COUNT(lines); i++) {
        struct parsed p;
        int at = 0;

        parse(&p, lines[i]);
        ck_assert_int_eq(p.code, EXIT_DONE);
        ck_assert_ptr_eq(p.cli.command, &show);
        ck_assert(p.cli.json);
        ck_assert(!p.cli.quiet);
        ck_assert_str_eq(cli_value(&p.cli, "lab"), "/l");
        ck_assert_str_eq(cli_value(&p.cli, "tag"), "b");
        ck_assert_str_eq(cli_next(&p.cli, "tag", &at), "a");
        ck_assert_str_eq(cli_next(&p.cli, "tag", &at), "b");
        ck_assert_ptr_null(cli_next(&p.cli, "tag", &at));
        ck_assert_int_eq(p.cli.operand_count, 1);
    }
}
END_TEST

START_TEST(a_mistyped_word_gets_the_nearest_one)
{
    ck_assert_int_eq(complaint("cese show X"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "did you mean \"case\"?"));
    ck_assert_int_eq(complaint("case shwo X"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "did you mean \"show\"?"));
    ck_assert_int_eq(complaint("case show --tga a X"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "did you mean --tag?"));
    ck_assert_int_eq(complaint("case show --verbsoe X"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "did you mean --verbose?"));
}
END_TEST

START_TEST(a_far_word_gets_no_suggestion)
{
    ck_assert_int_eq(complaint("quarrel"), EXIT_USAGE);
    ck_assert_ptr_null(strstr(said, "did you mean"));
    ck_assert_ptr_nonnull(strstr(said, "next:"));
}
END_TEST

START_TEST(too_little_and_too_much_are_told_apart)
{
    ck_assert_int_eq(complaint("case show"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "something is missing"));
    ck_assert_int_eq(complaint("case show a b c"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "too much"));
    ck_assert_int_eq(complaint("case list a"), EXIT_USAGE);
}
END_TEST

START_TEST(a_value_is_not_taken_for_what_is_missing_before_it)
{
    struct parsed p;

    ck_assert_int_eq(complaint("case unmerge K7Q2M4X why=x"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "EVENT is missing before why="));
    ck_assert_int_eq(complaint("case unmerge why=x also=y"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "CASE is missing before why="));
    parse(&p, "case unmerge K7Q2M4X 3f9ac2 why=x");
    ck_assert_int_eq(p.code, EXIT_DONE);
    parse(&p, "case show why=x"); /* takes no values */
    ck_assert_int_eq(p.code, EXIT_DONE);
}
END_TEST

START_TEST(a_missing_or_wrong_value_is_refused)
{
    ck_assert_int_eq(complaint("case show X --tag"), EXIT_USAGE);
    ck_assert_int_eq(complaint("case show X --timeout soon"), EXIT_USAGE);
    ck_assert_int_eq(complaint("case show X --color bogus"), EXIT_USAGE);
    ck_assert_int_eq(complaint("case show X --timeout 0"), EXIT_USAGE);
    ck_assert_int_eq(complaint("case show X --timeout 601"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "--timeout"));
}
END_TEST

START_TEST(a_time_that_is_refused_says_how_long_it_may_be)
{
    ck_assert_int_eq(complaint_of_time("case show X --tag 10m", 600000), EXIT_DONE);
    ck_assert_int_eq(complaint_of_time("case show X --tag 0s", 600000), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "like 30s; at least 1s, at most 10m"));
    ck_assert_int_eq(complaint_of_time("case show X --tag 25h", INT64_C(24) * 3600000), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "like 30m; at least 1s, at most 24h"));
    ck_assert_int_eq(complaint_of_time("case show X --tag soon", 90000), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "like 30s; at least 1s, at most 90s"));
}
END_TEST

START_TEST(json_asks_for_complaints_in_json)
{
    static const char *const lines[] = {"--json case show X --timeout 0", "case show X --jsn --json", "quarrel -j",
                                        "case show --json"};

    for (size_t i = 0; i < CW_COUNT(lines); i++) {
        ck_assert_int_eq(complaint(lines[i]), EXIT_USAGE);
        ck_assert_msg(strncmp(said, "{\"v\":1,", 7) == 0 && strstr(said, "\"exit\":2") != NULL, "%s", said);
    }
}
END_TEST

START_TEST(help_wins_over_what_is_missing)
{
    struct parsed p;

    parse(&p, "case show --help");
    ck_assert_int_eq(p.code, EXIT_DONE);
    ck_assert(p.help);
    parse(&p, "");
    ck_assert(p.help);
    parse(&p, "case");
    ck_assert(p.help);
}
END_TEST

START_TEST(errors_have_the_exit_code_that_the_table_says)
{
    ck_assert_int_eq(exit_code_of(CW_OK), 0);
    ck_assert_int_eq(exit_code_of(CW_REFUSED_UNKNOWN_CASE), 3);
    ck_assert_int_eq(exit_code_of(CW_REFUSED_ROLE), 4);
    ck_assert_int_eq(exit_code_of(CW_LOCAL_KEY), 4);
    ck_assert_int_eq(exit_code_of(CW_AGAIN_NO_PEER), 5);
    ck_assert_int_eq(exit_code_of(CW_REFUSED_TRANSITION), 6);
    ck_assert_int_eq(exit_code_of(CW_AGAIN_NO_DAEMON), 7);
    ck_assert_int_eq(exit_code_of(CW_AGAIN_BUSY), 75);
    ck_assert_int_eq(exit_code_of(CW_LOCAL_CONFIG), 78);
    ck_assert_int_eq(exit_code_of(CW_USAGE_ARGUMENT), 2);
    ck_assert_int_eq(exit_code_of(CW_PEER_MALFORMED), 1);
}
END_TEST

START_TEST(suggestions_are_near)
{
    static const char *const names[] = {"show", "list", "history", "event"};

    ck_assert_str_eq(suggest("shwo", names, 4), "show");
    ck_assert_str_eq(suggest("histroy", names, 4), "history");
    ck_assert_str_eq(suggest("events", names, 4), "event");
    ck_assert_ptr_null(suggest("zzzz", names, 4));
    ck_assert_ptr_null(suggest("", names, 4));
    ck_assert_ptr_null(suggest("a-word-that-is-much-longer-than-any-command-can-ever-be", names, 4));
}
END_TEST

START_TEST(a_place_is_named_as_it_is_typed)
{
    static const struct cli_option list_options[] = {{"risk", "RISK", ""},
                                                     {"case", "CASE", ""},
                                                     {"as-known-at", "DIVISION", ""},
                                                     {"at", "TIME", ""},
                                                     {NULL, NULL, NULL}};
    static const struct cli_command reads = {.noun = "feed", .operands = "[CASE]", .options = list_options},
                                    writes = {
                                        .noun = "case", .operands = "CASE FIELD=VALUE...", .options = list_options};
    static char name[] = "K7Q2M4X";
    char *operands[] = {name}, out[WHERE_LEN_MAX];
    static const struct {
        const char *theirs, *ours;
    } read[] = {{"filter.risks", "--risk"},
                {"filter.cases", "--case"},
                {"filter.tags", "filter.tags"}, /* no option of this command */
                {"risk", "--risk"},
                {"as_known_at", "--as-known-at"},
                {"at_ms", "--at"},
                {"timeout_ms", "--timeout"},
                {"case_id", "K7Q2M4X"},
                {"header.case", "the case"},
                {"header.submission_id", "the statement"},
                {"author", "your certificate"},
                {"proof", "the signature"},
                {"occurred", "occurred"},
                {"tcp://127.0.0.1:7401", "tcp://127.0.0.1:7401"},
                {"", ""}};
    struct cli cli = {.command = &reads, .operands = operands, .operand_count = 1};

    for (size_t i = 0; i < CW_COUNT(read); i++) {
        where_typed(&cli, read[i].theirs, out);
        ck_assert_str_eq(out, read[i].ours);
    }
    cli.command = &writes; /* there `risk` is a field, unless the option was given */
    where_typed(&cli, "risk", out);
    ck_assert_str_eq(out, "risk");
    cli.values[0].name = "risk";
    cli.values[0].value = "high";
    cli.value_count = 1;
    where_typed(&cli, "risk", out);
    ck_assert_str_eq(out, "--risk");
    where_typed(NULL, "header.case", out);
    ck_assert_str_eq(out, "the case");
}
END_TEST

START_TEST(a_list_knows_the_words_that_it_may_be_asked_for)
{
    char out[LIST_WORDS_LEN_MAX];

    list_risks(KIND_CHILD, out, sizeof(out));
    ck_assert_str_eq(out, "no_apparent_risk, low, medium, high, not assessed");
    list_risks(KIND_NONE, out, sizeof(out));
    ck_assert_str_eq(out, "standard, medium, high, no_apparent_risk, low, not assessed");
    list_statuses(KIND_OPERATION, out, sizeof(out));
    ck_assert_str_eq(out, "planned, running, closed, debriefed");
    list_statuses(KIND_CHILD, out, sizeof(out));
    ck_assert_int_eq(strncmp(out, "open, monitored, closed, transitioned, merged, disposed, reported, ", 67), 0);
    list_statuses(KIND_NONE, out, sizeof(out));
    ck_assert_str_eq(out + strlen(out) - 9, ", missing"); /* all of them fit */
    list_statuses(KIND_NONE, out, 20);
    ck_assert_uint_eq(strlen(out), 19);
}
END_TEST

Suite *suite_cli(void)
{
    Suite *s = suite_create("cli");
    TCase *t = tcase_create("command line");

    tcase_add_test(t, a_place_is_named_as_it_is_typed);
    tcase_add_test(t, a_noun_and_a_verb_find_their_command);
    tcase_add_test(t, options_may_stand_anywhere);
    tcase_add_test(t, a_mistyped_word_gets_the_nearest_one);
    tcase_add_test(t, a_far_word_gets_no_suggestion);
    tcase_add_test(t, too_little_and_too_much_are_told_apart);
    tcase_add_test(t, a_value_is_not_taken_for_what_is_missing_before_it);
    tcase_add_test(t, a_missing_or_wrong_value_is_refused);
    tcase_add_test(t, a_time_that_is_refused_says_how_long_it_may_be);
    tcase_add_test(t, json_asks_for_complaints_in_json);
    tcase_add_test(t, help_wins_over_what_is_missing);
    tcase_add_test(t, errors_have_the_exit_code_that_the_table_says);
    tcase_add_test(t, suggestions_are_near);
    tcase_add_test(t, a_list_knows_the_words_that_it_may_be_asked_for);
    suite_add_tcase(s, t);
    return s;
}
