/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand at the cursor: out of the tables, without a daemon. */
#include "tool/complete.h"

#include "tool/cmd_case.h"
#include "tool/cmd_help.h"
#include "tool/cmd_show.h"
#include "tool/cmd_status.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_complete(void);

static const struct cli_command *const commands[] = {
    &cmd_case_open, &cmd_case_set,         &cmd_case_add, &cmd_case_event, &cmd_case_show, &cmd_case_list,
    &cmd_status,    &cmd_operation_result, &cmd_help,     &cmd_completion, &cmd_complete,  NULL};

static char offered[65536];

/* What is offered behind these words; a space at the end means a new word. */
static const char *offer(const char *line)
{
    static char copy[400];
    struct completion c = {.line_count = 0};
    char *words[20], *rest = copy, *text = NULL;
    size_t len = 0;
    int count = 0;

    snprintf(copy, sizeof(copy), "%s", line);
    while (count < 20 && (words[count] = strsep(&rest, " ")) != NULL)
        count++;
    c.out = open_memstream(&text, &len);
    ck_assert_ptr_nonnull(c.out);
    complete_read(&c, commands, count, words);
    complete_offer(&c);
    fclose(c.out);
    snprintf(offered, sizeof(offered), "\n%s", text);
    free(text);
    return offered;
}

static bool offers(const char *line, const char *word)
{
    char at[100];
    const char *found;

    snprintf(at, sizeof(at), "\n%s", word);
    found = strstr(offer(line), at);
    return found != NULL && (found[strlen(at)] == '\n' || found[strlen(at)] == '\t');
}

START_TEST(nouns_and_verbs_come_from_the_table)
{
    ck_assert(offers("", "case"));
    ck_assert(offers("", "status"));
    ck_assert(!offers("", "complete")); /* hidden */
    ck_assert(offers("ca", "case"));
    ck_assert(!offers("ca", "status"));
    ck_assert(offers("case ", "show"));
    ck_assert(offers("case s", "set"));
    ck_assert(!offers("case s", "list"));
    ck_assert(offers("--lab /l case ", "show")); /* options before the command */
}
END_TEST

START_TEST(options_are_those_of_the_command_and_of_all)
{
    ck_assert(offers("case set X --", "--held-by"));
    ck_assert(offers("case set X --", "--json"));
    ck_assert(!offers("case show X --", "--held-by"));
    ck_assert(offers("--js", "--json"));
    ck_assert(!offers("case set X --held-by ", "--json")); /* a value stands here, and none is known */
    ck_assert(offers("case show X --color ", "always"));
    ck_assert(offers("case set X --base-on ", "none"));
}
END_TEST

START_TEST(files_and_folders_are_for_the_shell)
{
    ck_assert_str_eq(offer("status --passphrase-file "), "\n:files\n");
    ck_assert_str_eq(offer("status --home "), "\n:folders\n");
}
END_TEST

START_TEST(kinds_fields_and_values_come_from_the_schema)
{
    ck_assert(offers("case open ", "missing_child"));
    ck_assert(offers("case list --kind ", "county_line"));
    ck_assert(offers("case open missing_child ", "missing_risk="));
    ck_assert(offers("case open missing_child title=X mi", "missing_risk="));
    ck_assert(!offers("case open ocg ", "missing_risk="));
    ck_assert(offers("case open missing_child missing_risk=", "missing_risk=high"));
    ck_assert(offers("case open missing_child missing_risk=h", "missing_risk=high"));
    ck_assert(!offers("case open missing_child missing_risk=h", "missing_risk=low"));
    ck_assert(!offers("case open missing_child ", "title=x"));
    ck_assert(offers("case add K7Q2M4X ", "tags="));
    ck_assert(!offers("case add K7Q2M4X ", "title=")); /* holds one value */
}
END_TEST

START_TEST(an_event_offers_what_it_carries)
{
    ck_assert(offers("case event MC/NTH/2026/K7Q2M4X-C ", "sighting"));
    ck_assert(!offers("case event MC/NTH/2026/K7Q2M4X-C ", "archive_proposed"));
    ck_assert(offers("case event K7Q2M4X sighting ", "confidence="));
    ck_assert(offers("case event K7Q2M4X sighting confidence=", "confidence=probable"));
    ck_assert(offers("operation result SORREL ", "arrest"));
    ck_assert(!offers("case event K7Q2M4X sighting ", "exhibit="));
}
END_TEST

START_TEST(topics_and_shells_are_known)
{
    ck_assert(offers("help ", "exit-codes"));
    ck_assert(offers("help ", "case"));
    ck_assert(offers("completion ", "zsh"));
}
END_TEST

START_TEST(a_line_that_makes_no_sense_offers_nothing)
{
    ck_assert_str_eq(offer("quarrel "), "\n");
    ck_assert(!offers("case quarrel ", "missing_risk="));
    ck_assert_str_eq(offer("status "), "\n");
    ck_assert_str_eq(offer("case list x y z "), "\n");
}
END_TEST

Suite *suite_complete(void)
{
    Suite *s = suite_create("complete");
    TCase *t = tcase_create("candidates");

    tcase_add_test(t, nouns_and_verbs_come_from_the_table);
    tcase_add_test(t, options_are_those_of_the_command_and_of_all);
    tcase_add_test(t, files_and_folders_are_for_the_shell);
    tcase_add_test(t, kinds_fields_and_values_come_from_the_schema);
    tcase_add_test(t, an_event_offers_what_it_carries);
    tcase_add_test(t, topics_and_shells_are_known);
    tcase_add_test(t, a_line_that_makes_no_sense_offers_nothing);
    suite_add_tcase(s, t);
    return s;
}
