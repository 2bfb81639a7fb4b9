/* SPDX-License-Identifier: Apache-2.0 */
#include "host/events.h"
#include "host/journal.h"
#include "host/journal_limit.h"

#include <check.h>

static char fields[JOURNAL_FIELDS_MAX][JOURNAL_FIELD_LEN_MAX];

static const char *field(size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(fields[i], name, strlen(name)) == 0 && fields[i][strlen(name)] == '=')
            return fields[i] + strlen(name) + 1;
    }
    return "";
}

START_TEST(a_field_cannot_begin_another)
{
    const struct journal_fields about = {.peer = "E\nPRIORITY=7", .code = "\x01"};
    size_t count = journal_fields_of("NTH", LOG_LEVEL_ALARM, "fork-proven", "a\nMESSAGE_ID=1", &about, fields);

    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_null(strchr(fields[i], '\n'));
    ck_assert_str_eq(field(count, "CASEWIRE_PEER"), "E?PRIORITY=7");
    ck_assert_str_eq(field(count, "CASEWIRE_CODE"), "?");
}
END_TEST

START_TEST(the_longest_of_everything_fits)
{
    char text[2000];
    const struct journal_fields about = {text, text, text, text, text};
    size_t count;

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    count = journal_fields_of(text, LOG_LEVEL_DEBUG, text, text, &about, fields);
    ck_assert_uint_eq(count, 9); /* an event that nobody knows has no MESSAGE_ID */
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_lt(strlen(fields[i]), JOURNAL_FIELD_LEN_MAX);
}
END_TEST

START_TEST(a_line_has_its_message_id_and_what_it_is_about)
{
    const struct journal_fields about = {.peer = "EST", .case_id = "12ab"};
    size_t count = journal_fields_of("NTH", LOG_LEVEL_WARNING, "reloaded", "what changed", &about, fields);

    ck_assert_str_eq(field(count, "MESSAGE"), "what changed");
    ck_assert_str_eq(field(count, "PRIORITY"), "4");
    ck_assert_str_eq(field(count, "MESSAGE_ID"), event_find("reloaded")->message_id);
    ck_assert_str_eq(field(count, "CASEWIRE_DIVISION"), "NTH");
    ck_assert_str_eq(field(count, "CASEWIRE_EVENT"), "reloaded");
    ck_assert_str_eq(field(count, "CASEWIRE_PEER"), "EST");
    ck_assert_str_eq(field(count, "CASEWIRE_CASE"), "12ab");
    ck_assert_uint_eq(count, 7); /* what is not there is no empty field */
    ck_assert_uint_eq(journal_fields_of("NTH", LOG_LEVEL_WARNING, "reloaded", "what changed", NULL, fields), 5);
}
END_TEST

/* An id that changed would break whoever searches for it: these three stand for the table. */
START_TEST(ids_do_not_change)
{
    ck_assert_str_eq(event_find("fork-proven")->message_id, "633ac3942b6f494b93d8173141c97cfc");
    ck_assert_str_eq(event_find("net-refused")->message_id, "34ae7f1adae446a58a86bee6e328086f");
    ck_assert_str_eq(event_find("no-space")->message_id, "1bab68fe5ef545bcb121a8781d9c8d52");
    ck_assert_ptr_null(event_find("no-such-event"));
}
END_TEST

START_TEST(every_event_can_be_limited_by_itself)
{
    ck_assert_uint_lt(event_table_count, JOURNAL_LIMIT_IDS);
    for (size_t i = 0; i < event_table_count; i++) {
        ck_assert_uint_le(strlen(event_table[i].id), JOURNAL_LIMIT_ID_LEN_MAX);
        ck_assert_uint_eq(strspn(event_table[i].message_id, "0123456789abcdef"), 32);
        ck_assert_uint_eq(strlen(event_table[i].message_id), 32);
        ck_assert_ptr_null(strchr(event_table[i].subject, '\n'));
    }
}
END_TEST

Suite *suite_events(void)
{
    Suite *s = suite_create("events");
    TCase *t = tcase_create("events");

    tcase_add_test(t, a_field_cannot_begin_another);
    tcase_add_test(t, the_longest_of_everything_fits);
    tcase_add_test(t, a_line_has_its_message_id_and_what_it_is_about);
    tcase_add_test(t, ids_do_not_change);
    tcase_add_test(t, every_event_can_be_limited_by_itself);
    suite_add_tcase(s, t);
    return s;
}
