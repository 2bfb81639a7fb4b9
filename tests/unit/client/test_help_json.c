/* SPDX-License-Identifier: Apache-2.0 */
/* Help for programs: the tables themselves, instead of what people read of them. */
#include "tests/unit/client/printing.h"
#include "tool/cmd_case.h"
#include "tool/cmd_help.h"
#include "tool/out.h"
#include "tool/verb.h"

#include <check.h>
#include <string.h>

Suite *suite_help_json(void);

static const struct cli_command *const commands[] = {
    &cmd_case_show, &cmd_case_list, &verb_rows_child[0], &cmd_help, &cmd_completion, &cmd_complete, NULL,
};

/* What cli_main() prints; the caller frees it. */
static json_t *asked(const char *line)
{
    static char program[] = "casewire";
    char words[200], *argv[12] = {program}, *rest = words, *word;
    json_t *object;
    int argc = 1;

    snprintf(words, sizeof(words), "%s", line);
    while ((word = strsep(&rest, " ")) != NULL)
        argv[argc++] = word;
    printing_begin();
    ck_assert_int_eq(cli_main(commands, argc, argv), EXIT_DONE);
    object = json_loads(printing_end(), 0, NULL);
    ck_assert_msg(object != NULL, "%s: no JSON", line);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "v")), 1);
    return object;
}

static json_t *help(const char *line)
{
    json_t *object = asked(line);

    ck_assert_str_eq(json_string_value(json_object_get(object, "command")), "help");
    ck_assert_uint_gt(json_array_size(json_object_get(object, "options")), 5);
    return object;
}

static const char *name_at(const json_t *object, const char *list, size_t index)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(object, list), index), "name"));
}

static void expect_commands(const char *line, size_t count, const char *first)
{
    json_t *object = help(line);

    ck_assert_uint_eq(json_array_size(json_object_get(object, "commands")), count);
    if (count > 0)
        ck_assert_str_eq(name_at(object, "commands", 0), first);
    json_decref(object);
}

START_TEST(whatever_asks_for_help_gets_the_commands_that_it_asked_for)
{
    expect_commands("--json", 5, "case show"); /* none that is for other programs */
    expect_commands("help --json", 5, "case show");
    expect_commands("help commands --json", 5, "case show");
    expect_commands("case --json", 2, "case show");
    expect_commands("help --json case", 2, "case show");
    expect_commands("case list --help --json", 1, "case list");
    expect_commands("help case list --json", 1, "case list");
    expect_commands("help exit-codes --json", 0, NULL);
}
END_TEST

START_TEST(a_command_is_told_with_its_options)
{
    json_t *object = help("help case list --json"), *command = json_array_get(json_object_get(object, "commands"), 0);
    const json_t *options = json_object_get(command, "options");
    bool found = false;

    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_array_get(options, i);

        if (strcmp(json_string_value(json_object_get(option, "name")), "limit") != 0)
            continue;
        found = true;
        ck_assert_str_eq(json_string_value(json_object_get(option, "value")), "N");
        ck_assert_ptr_nonnull(json_string_value(json_object_get(option, "text")));
    }
    ck_assert(found);
    ck_assert(json_is_true(json_object_get(command, "json")));
    json_decref(object);
}
END_TEST

START_TEST(a_verb_is_told_with_its_fields)
{
    json_t *object = help("--help --json"), *command = NULL;

    for (size_t i = 0; i < 5; i++)
        if (json_object_get(json_array_get(json_object_get(object, "commands"), i), "who_may") != NULL)
            command = json_array_get(json_object_get(object, "commands"), i);
    ck_assert_ptr_nonnull(command);
    ck_assert_uint_gt(json_array_size(json_object_get(command, "fields")), 0);
    json_decref(object);
}
END_TEST

START_TEST(a_topic_is_told_with_its_rows)
{
    json_t *object = help("help exit-codes --json"), *topics = json_object_get(object, "topics");

    ck_assert_uint_eq(json_array_size(topics), 1);
    ck_assert_str_eq(name_at(object, "topics", 0), "exit-codes");
    ck_assert_uint_gt(json_array_size(json_object_get(json_array_get(topics, 0), "rows")), 8);
    json_decref(object);
}
END_TEST

START_TEST(a_completion_is_told_as_text)
{
    json_t *object = asked("completion bash --json");

    ck_assert_str_eq(json_string_value(json_object_get(object, "command")), "completion");
    ck_assert_str_eq(json_string_value(json_object_get(object, "shell")), "bash");
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(object, "script")), "complete -F _casewire"));
    json_decref(object);
}
END_TEST

Suite *suite_help_json(void)
{
    Suite *s = suite_create("client/help_json");
    TCase *c = tcase_create("help");

    tcase_add_test(c, whatever_asks_for_help_gets_the_commands_that_it_asked_for);
    tcase_add_test(c, a_command_is_told_with_its_options);
    tcase_add_test(c, a_verb_is_told_with_its_fields);
    tcase_add_test(c, a_topic_is_told_with_its_rows);
    tcase_add_test(c, a_completion_is_told_as_text);
    suite_add_tcase(s, c);
    return s;
}
