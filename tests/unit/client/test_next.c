/* SPDX-License-Identifier: Apache-2.0 */
/* What a complaint and a proposal say is to be done next: to be typed as it stands. */
#include "tool/verb.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *suite_next(void);

static char said[2000];

/* What is said on standard error when nothing was recorded, of this command and what stood behind it. */
static const char *complaint(const char *takes, const char *operand, const char *next)
{
    const struct cli_command command = {.noun = "clock", .verb = "ack", .operands = takes};
    char path[] = "/tmp/casewire-test.XXXXXX", *operands[] = {(char *)(uintptr_t)operand, NULL};
    struct cli cli = {.command = &command, .operands = operands, .operand_count = operand != NULL};
    int fd = mkstemp(path), was = dup(STDERR_FILENO);
    ssize_t len;

    ck_assert_int_ge(fd, 0);
    unlink(path);
    fflush(stderr);
    dup2(fd, STDERR_FILENO);
    (void)complain(&cli, EXIT_NOT_FOUND, &(struct trouble){"nothing was recorded", "M1", "why", next});
    fflush(stderr);
    dup2(was, STDERR_FILENO);
    close(was);
    len = pread(fd, said, sizeof(said) - 1, 0);
    said[len > 0 ? len : 0] = '\0';
    close(fd);
    return said;
}

#define BEFORE "casewire: nothing was recorded\n  where: M1\n  why:   why\n  next:  "

START_TEST(what_was_typed_stands_in_it)
{
    ck_assert_str_eq(complaint("CASE CLOCK [FIELD=VALUE...]", "K7Q2M4X", "casewire clock list CASE"),
                     BEFORE "casewire clock list K7Q2M4X\n");
    ck_assert_str_eq(complaint("[CASE...]", "K7Q2M4X", "casewire child show CASE"),
                     BEFORE "casewire child show K7Q2M4X\n");
    ck_assert_str_eq(complaint("CONFLICT", "3f9a", "casewire conflict show CONFLICT"),
                     BEFORE "casewire conflict show 3f9a\n");
    ck_assert_str_eq(complaint("CASE", "Operation Larkspur", "casewire case show CASE"),
                     BEFORE "casewire case show 'Operation Larkspur'\n");
}
END_TEST

/* Not that of another thing, and nothing that a shell would take apart. */
START_TEST(what_is_not_known_stays_a_word)
{
    ck_assert_str_eq(complaint("CASE", NULL, "casewire case show CASE"), BEFORE "casewire case show CASE\n");
    ck_assert_str_eq(complaint("CONFLICT", "3f9a", "casewire case show CASE"), BEFORE "casewire case show CASE\n");
    ck_assert_str_eq(complaint(NULL, "3f9a", "casewire case show CASE"), BEFORE "casewire case show CASE\n");
    ck_assert_str_eq(complaint("CASE", "O'Hara", "casewire case show CASE"), BEFORE "casewire case show CASE\n");
    ck_assert_str_eq(complaint("CASE", "$(date)", "casewire case show CASE"), BEFORE "casewire case show '$(date)'\n");
    ck_assert_str_eq(complaint("CASE", "-x", "casewire case show CASE"), BEFORE "casewire case show CASE\n");
    ck_assert_str_eq(complaint("CASE", "K7Q2M4X", "casewire case list"), BEFORE "casewire case list\n");
    ck_assert_str_eq(complaint("CASE", "K7Q2M4X", NULL), BEFORE "casewire clock ack --help\n");
}
END_TEST

static const struct cli_command *row_of(const char *noun, const char *word)
{
    for (const struct cli_command *const *table = verb_tables; *table != NULL; table++)
        for (const struct cli_command *row = *table; row->noun != NULL; row++)
            if (strcmp(row->noun, noun) == 0 && strcmp(row->verb, word) == 0)
                return row;
    ck_abort_msg("no row %s %s", noun, word);
    return NULL;
}

START_TEST(a_proposal_says_who_may_take_it_up_and_where_it_is_found)
{
    const struct cli_command plain = {.noun = "case", .verb = "set"};
    char words[VERB_PROPOSAL_LEN_MAX], who[SCHEMA_ROLES_TEXT_LEN_MAX];
    const struct cli_command *offer = row_of("handover", "offer");

    verb_who(verb_of(offer), who);
    verb_proposal_words(offer, words);
    ck_assert_ptr_nonnull(strstr(words, who));
    ck_assert_ptr_nonnull(strstr(words, "inbox"));
    /* Of a field, which the command does not name, it is not known here. */
    verb_proposal_words(&plain, words);
    ck_assert_ptr_nonnull(strstr(words, "whoever may"));
    ck_assert_ptr_nonnull(strstr(words, "inbox"));
    /* Anyone may assess; it was the level that not everybody may lower. */
    verb_proposal_words(row_of("episode", "assess"), words);
    ck_assert_ptr_null(strstr(words, "anyone"));
    ck_assert_ptr_nonnull(strstr(words, "whoever may"));
}
END_TEST

Suite *suite_next(void)
{
    Suite *s = suite_create("client/next");
    TCase *c = tcase_create("next");

    tcase_add_test(c, what_was_typed_stands_in_it);
    tcase_add_test(c, what_is_not_known_stays_a_word);
    tcase_add_test(c, a_proposal_says_who_may_take_it_up_and_where_it_is_found);
    suite_add_tcase(s, c);
    return s;
}
