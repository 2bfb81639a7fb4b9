/* SPDX-License-Identifier: Apache-2.0 */
/* Invitation, request and answer, each changed on the way in every byte, and cut at every length. */
#include "tests/unit/client/pairing.h"

#include <check.h>

Suite *suite_enrol_changed(void);

/* One bit of every byte: all of them would take minutes, and bytes are signed whole. */
static void every_byte(const char *path, size_t max, bool (*accepts)(struct buf *bytes))
{
    struct buf good = {0};

    ck_assert_int_eq(file_read(path, max, &good), CW_OK);
    for (size_t i = 0; i < good.len; i++) {
        struct buf bad = {0};

        ck_assert_int_eq(buf_add(&bad, buf_slice(&good)), CW_OK);
        bad.data[i] ^= (uint8_t)(1u << (i % 8));
        ck_assert_msg(!accepts(&bad), "byte %zu of %zu may be another", i, good.len);
    }
    for (size_t len = 0; len < good.len; len++) {
        struct buf cut = {0};

        ck_assert_int_eq(buf_add(&cut, slice(good.data, len)), CW_OK);
        ck_assert_msg(!accepts(&cut), "%zu bytes of %zu are enough", len, good.len);
    }
    buf_done(&good);
}

static bool accepts_join(struct buf *bytes)
{
    struct joining j;
    bool accepted = joining_read(bytes, &j, &pairing.fault) == CW_OK;

    if (accepted)
        joining_done(&j);
    return accepted;
}

static bool accepts_request(struct buf *bytes)
{
    struct asking asking;
    bool accepted = asking_read(bytes, &asking, &pairing.fault) == CW_OK;

    if (accepted)
        asking_done(&asking);
    return accepted;
}

START_TEST(an_answer_changed_in_any_byte_or_cut_is_refused)
{
    struct joining j;

    answered(&j);
    joining_done(&j);
    every_byte(in_place("bundle"), JOIN_LEN_MAX, accepts_join);
}
END_TEST

START_TEST(an_invitation_changed_in_any_byte_or_cut_is_refused)
{
    ck_assert_int_eq(joining_write(&pairing.a, NULL, NULL, in_place("invitation"), &pairing.fault), CW_OK);
    every_byte(in_place("invitation"), JOIN_LEN_MAX, accepts_join);
}
END_TEST

START_TEST(a_request_changed_in_any_byte_or_cut_is_refused)
{
    struct asking asking;

    request_at(&pairing.east, &asking);
    asking_done(&asking);
    every_byte(in_place("east/request"), ENROL_LEN_MAX, accepts_request);
}
END_TEST

Suite *suite_enrol_changed(void)
{
    Suite *s = suite_create("enrol_changed");
    TCase *changed = tcase_create("changed on the way");

    tcase_add_checked_fixture(changed, pairing_begin, pairing_end);
    tcase_add_test(changed, an_answer_changed_in_any_byte_or_cut_is_refused);
    tcase_add_test(changed, an_invitation_changed_in_any_byte_or_cut_is_refused);
    tcase_add_test(changed, a_request_changed_in_any_byte_or_cut_is_refused);
    suite_add_tcase(s, changed);
    return s;
}
