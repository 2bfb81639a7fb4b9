/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include <check.h>

/* Bits that rot in a keyring: one case is the worse for it, says so, and is whole again with a peer or a backup. */

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op first, second;
static uint8_t arena_bytes[1 << 16];

static void start(uint32_t count)
{
    lab = lab_new(count);
    north = &lab->nodes[0];
    east = &lab->nodes[count - 1];
    for (uint32_t i = 0; i < count; i++)
        lab_start(&lab->nodes[i]);
    lab_run(lab, 500);
    lab_open_case(lab, 1, SPOIL_NOTHING, &first);
    lab_open_case(lab, 2, SPOIL_NOTHING, &second);
    ck_assert_uint_eq(lab_ask(north, &first), CW_OK);
    ck_assert_uint_eq(lab_ask(east, &second), CW_OK);
    lab_run(lab, 5000);
}

static void alone(void)
{
    start(1);
}

static void two(void)
{
    start(2);
}

static void end(void)
{
    lab_free(lab);
}

/* Its row, as a list shows it; true when it has something to show. */
static bool row_of(const struct cw_case_id *id, struct case_row *out)
{
    struct arena arena = arena_over(arena_bytes, sizeof arena_bytes);
    struct node_read read;
    struct case_line line;

    ck_assert_int_eq(node_read_begin(north->node, &read), CW_OK);
    ck_assert_int_eq(case_row_read(&read, id, &arena, out, &line), CW_OK);
    node_read_done(&read);
    return line.status.len > 0;
}

static void flip(uint32_t slot)
{
    north->keyring.bytes[64 + (size_t)64 * slot + 20] ^= 4;
}

static uint32_t rot(const struct cw_case_id *id)
{
    struct case_row row;

    ck_assert(row_of(id, &row));
    ck_assert_uint_eq(row.flags & CASE_INCOMPLETE, 0);
    flip(row.slot);
    return row.slot;
}

static uint64_t holes(void)
{
    static struct node_status status;

    node_status_read(north->node, &status);
    return status.hole_count;
}

static void expect_whole(void)
{
    struct refusal why = {0};

    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
}

START_TEST(an_op_for_a_case_whose_key_rotted_is_kept_and_a_peer_gives_the_rest)
{
    struct lab_op set;
    struct case_row row;

    rot(&first.case_id);
    lab_set(lab, 3, &first.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(east, &set), CW_OK);
    lab_run(lab, 5000);
    ck_assert_str_eq(north->last_alarm, "local-key-damaged");
    ck_assert_uint_eq(north->alarms, 1);
    ck_assert(lab_same_case(lab, &first.case_id));
    ck_assert(lab_same_case(lab, &second.case_id));
    ck_assert(row_of(&first.case_id, &row));
    ck_assert_uint_eq(row.flags & CASE_INCOMPLETE, 0);
    ck_assert_uint_eq(holes(), 0);
    ck_assert(lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

START_TEST(a_submission_here_to_a_case_whose_key_rotted_is_kept)
{
    struct lab_op set;

    rot(&first.case_id);
    lab_set(lab, 3, &first.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    lab_run(lab, 5000);
    ck_assert(lab_same_case(lab, &first.case_id));
    ck_assert_uint_eq(holes(), 0);
    expect_whole();
}
END_TEST

START_TEST(a_key_that_rotted_is_found_at_the_start)
{
    rot(&second.case_id);
    lab_crash(north);
    lab_run(lab, 1000);
    lab_start(north);
    lab_run(lab, 5000);
    ck_assert_str_eq(north->last_alarm, "local-key-damaged");
    ck_assert(lab_same_case(lab, &first.case_id));
    ck_assert(lab_same_case(lab, &second.case_id));
    ck_assert_uint_eq(holes(), 0);
    expect_whole();
}
END_TEST

START_TEST(whoever_reads_a_case_whose_key_rotted_sees_that_it_is_not_whole)
{
    struct case_row row;

    rot(&first.case_id);
    ck_assert(!row_of(&first.case_id, &row));
    ck_assert_uint_ne(row.flags & CASE_INCOMPLETE, 0);
    lab_run(lab, 100000); /* and reading it made the daemon look */
    ck_assert_str_eq(north->last_alarm, "local-key-damaged");
    ck_assert(lab_same_case(lab, &first.case_id));
}
END_TEST

START_TEST(whoever_verifies_the_store_is_told_of_a_keyring_that_is_not_what_was_written)
{
    static struct lab_file file;
    struct refusal why = {0};
    struct case_row row;

    expect_whole();
    ck_assert(row_of(&first.case_id, &row));
    file = north->keyring;
    flip(row.slot);
    ck_assert(!lab_store_is_whole(north, &why));
    ck_assert_msg(strstr(why.text, "local key") != NULL, "%s", why.text);
    north->keyring = file;
    expect_whole();
    north->keyring.len = 64 + (size_t)64 * row.slot;
    ck_assert(!lab_store_is_whole(north, &why));
    ck_assert_str_eq(why.where, "keyring");
    north->keyring.len = 0;
    ck_assert(!lab_store_is_whole(north, &why));
    ck_assert_msg(strstr(why.text, "missing") != NULL, "%s", why.text);
    north->keyring = file;
}
END_TEST

START_TEST(alone_it_stays_marked_and_counted_until_the_keyrings_backup_is_put_back)
{
    uint32_t slot = rot(&first.case_id);
    struct case_row row;

    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_run(lab, 5000);
    ck_assert_str_eq(north->last_alarm, "local-key-damaged");
    (void)row_of(&first.case_id, &row);
    ck_assert_uint_ne(row.flags & CASE_INCOMPLETE, 0);
    ck_assert_uint_eq(holes(), 1);
    ck_assert(row_of(&second.case_id, &row));
    ck_assert_uint_eq(row.flags & CASE_INCOMPLETE, 0);
    expect_whole();

    north->alarms = 0;
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK); /* said at every start, whether or not it rots on */
    lab_run(lab, 5000);
    ck_assert_uint_eq(holes(), 1);

    lab_crash(north);
    flip(slot);
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_run(lab, 5000);
    ck_assert_uint_eq(holes(), 0);
    ck_assert(lab_same_case(lab, &first.case_id));
    ck_assert(row_of(&first.case_id, &row));
    ck_assert_uint_eq(row.flags & (CASE_INCOMPLETE | CASE_REKEYED), 0);
    expect_whole();
}
END_TEST

Suite *suite_node_keyring(void);
Suite *suite_node_keyring(void)
{
    Suite *suite = suite_create("node/keyring");
    TCase *one = tcase_create("one"), *pair = tcase_create("two");

    tcase_add_checked_fixture(one, alone, end);
    tcase_add_test(one, alone_it_stays_marked_and_counted_until_the_keyrings_backup_is_put_back);
    tcase_add_test(one, whoever_verifies_the_store_is_told_of_a_keyring_that_is_not_what_was_written);
    suite_add_tcase(suite, one);
    tcase_add_checked_fixture(pair, two, end);
    tcase_add_test(pair, an_op_for_a_case_whose_key_rotted_is_kept_and_a_peer_gives_the_rest);
    tcase_add_test(pair, a_submission_here_to_a_case_whose_key_rotted_is_kept);
    tcase_add_test(pair, a_key_that_rotted_is_found_at_the_start);
    tcase_add_test(pair, whoever_reads_a_case_whose_key_rotted_sees_that_it_is_not_whole);
    suite_add_tcase(suite, pair);
    return suite;
}
