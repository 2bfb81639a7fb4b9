/* SPDX-License-Identifier: Apache-2.0 */
/* A daemon's state in plain words. */
#include "tool/plain.h"

#include "proto/wire.h"

#include <check.h>

Suite *suite_plain(void);

#define B(text) wire_bytes(slice_of(text))
#define MINUTE 60000

/* Thu 22 Nov 2018 14:05 in London */
static const struct cw_wall now = {1542895500000};

static const char *reason(const char *text)
{
    static char out[PLAIN_LEN_MAX];

    plain_reason(slice_of(text), out);
    return out;
}

START_TEST(test_counts_are_told_in_words)
{
    ck_assert_str_eq(reason("1 cases are in conflict"),
                     "1 case is in dispute; only people settle it: casewire conflict list");
    ck_assert_str_eq(reason("21 cases are in conflict"),
                     "21 cases are in dispute; only people settle them: casewire conflict list");
    ck_assert_str_eq(reason("1 entries lack their contents"),
                     "1 statement is known here without its contents; they are being fetched");
}
END_TEST

START_TEST(test_what_is_not_known_is_passed_on)
{
    ck_assert_str_eq(reason("3 moons are full"), "3 moons are full");
    ck_assert_str_eq(reason("cases are in conflict"), "cases are in conflict");
    ck_assert_str_eq(reason("123456789012345678901 cases are in conflict"),
                     "123456789012345678901 cases are in conflict");
    ck_assert_str_eq(reason(""), "");
    ck_assert_ptr_null(strchr(reason("a \033[2J b"), '\033'));
}
END_TEST

static Cw__PeerRow row_of(const char *division, const char *state)
{
    Cw__PeerRow row = CW__PEER_ROW__INIT;

    row.has_division = row.has_state = true;
    row.division = B(division);
    row.state = B(state);
    return row;
}

START_TEST(test_a_reason_belongs_to_its_division)
{
    Cw__PeerRow row = row_of("east", "down");

    ck_assert(plain_is_about(slice_of("east lacks 3 entries"), &row));
    ck_assert(plain_is_about(slice_of("east: nothing listens there"), &row));
    ck_assert(!plain_is_about(slice_of("easter lacks 3 entries"), &row));
    ck_assert(!plain_is_about(slice_of("west lacks 3 entries"), &row));
    ck_assert(!plain_is_about(slice_of("east"), &row));
    row.division = B("");
    ck_assert(!plain_is_about(slice_of(" lacks"), &row));
}
END_TEST

static const char *state(const Cw__PeerRow *row)
{
    static char out[40];

    plain_state(row, out);
    return out;
}

START_TEST(test_states)
{
    Cw__PeerRow row = row_of("east", "in step");

    ck_assert(plain_in_step(&row));
    ck_assert_str_eq(state(&row), "in step");
    row.behind = 1;
    ck_assert(!plain_in_step(&row));
    ck_assert_str_eq(state(&row), "catching up");
    row.behind = 0;
    row.digest = B("differs");
    ck_assert(!plain_in_step(&row));
    ck_assert_str_eq(state(&row), "differs");
    row.cut = 1;
    ck_assert_str_eq(state(&row), "cut off");
    row = row_of("east", "down");
    ck_assert_str_eq(state(&row), "not reached");
    row = row_of("east", "dancing");
    ck_assert_str_eq(state(&row), "dancing");
}
END_TEST

static const char *more(const Cw__PeerRow *row, const Cw__CaseList *list)
{
    static char out[2 * PLAIN_LEN_MAX];
    struct plain_names names = {list};

    plain_peer(row, &names, now, out);
    return out;
}

START_TEST(test_why_and_what_is_lacking)
{
    static uint8_t ids[2][CW_ID_LEN] = {{0xab, 0xcd, 0xef, 1, 2, 3, 4}, {0x11}};
    ProtobufCBinaryData cases[] = {wire_bytes(slice(ids[0], CW_ID_LEN)), wire_bytes(slice(ids[1], CW_ID_LEN))};
    Cw__CaseRow known = CW__CASE_ROW__INIT, *known_at[] = {&known};
    Cw__CaseList list = CW__CASE_LIST__INIT;
    Cw__PeerRow row = row_of("east", "down");

    ck_assert_str_eq(more(&row, NULL), "");
    row.has_why = row.has_why_since_ms = row.has_lacks_since_ms = true;
    row.why = B("no answer");
    row.why_since_ms = (uint64_t)(now.ms - 3 * (int64_t)MINUTE);
    ck_assert_str_eq(more(&row, NULL), "No answer, since 14:02 (3 min ago).");
    row.behind = 2;
    row.lacks_since_ms = (uint64_t)(now.ms - 4 * (int64_t)MINUTE);
    row.n_lacks_cases = 2;
    row.lacks_cases = cases;
    known.case_id = cases[1];
    known.human_ref = B("MC/NTH/2026/K7Q2M4X-C");
    list.n_rows = 1;
    list.rows = known_at;
    ck_assert_str_eq(more(&row, &list), "No answer, since 14:02 (3 min ago). It lacks 2 statements, the first of 14:01 "
                                        "(4 min ago), about abcdef010203 and K7Q2M4X.");
    row.behind = 1;
    row.n_lacks_cases = 1;
    row.has_why = false;
    row.ahead = 1;
    row.digest = B("differs");
    ck_assert_str_eq(more(&row, NULL),
                     "It lacks 1 statement of 14:01 (4 min ago), about abcdef010203. It holds 1 statement that is not "
                     "here. It holds the same statements but makes another state of them: tell whoever runs the "
                     "daemons.");
}
END_TEST

/* Whatever a daemon says, the words end in time. */
START_TEST(test_long_words_are_cut)
{
    static char why[3000];
    Cw__PeerRow row = row_of("east", "down");
    ProtobufCBinaryData cases[64];

    memset(why, 'w', sizeof(why) - 1);
    row.has_why = true;
    row.why = B(why);
    row.behind = UINT64_MAX;
    for (size_t i = 0; i < 64; i++)
        cases[i] = B(why);
    row.n_lacks_cases = 64;
    row.lacks_cases = cases;
    ck_assert_uint_lt(strlen(more(&row, NULL)), 2 * PLAIN_LEN_MAX);
    ck_assert_uint_gt(strlen(more(&row, NULL)), 2 * PLAIN_LEN_MAX - 200);
}
END_TEST

Suite *suite_plain(void)
{
    Suite *s = suite_create("plain");
    TCase *t = tcase_create("words");

    tcase_add_test(t, test_counts_are_told_in_words);
    tcase_add_test(t, test_what_is_not_known_is_passed_on);
    tcase_add_test(t, test_a_reason_belongs_to_its_division);
    tcase_add_test(t, test_states);
    tcase_add_test(t, test_why_and_what_is_lacking);
    tcase_add_test(t, test_long_words_are_cut);
    suite_add_tcase(s, t);
    return s;
}
