/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vault/lab.h"

/* Keys of a turn that came to nothing are forgotten, and only they: whatever their ids, which put them anywhere in the table. */

#define KEYS 4 /* as many as a holder of the lab has room for */

static struct holder north, east;
static struct made_key keys[KEYS];

static void set_up(void)
{
    const struct holder *readers[2];
    bool opened;

    north = lab_holder('n');
    east = lab_holder('e');
    readers[0] = &north;
    readers[1] = &east;
    for (uint8_t i = 0; i < KEYS; i++) {
        keys[i] = lab_make_key(&north, "force", i, readers, 2);
        ck_assert_int_eq(lab_learn(&east, &keys[i], &opened), CW_OK);
    }
}

static void tear_down(void)
{
    vault_free(north.vault);
    vault_free(east.vault);
}

/* What north wraps under keys[i] east unwraps, or holds no key for. */
static void expect_held(uint32_t i, bool held)
{
    struct entropy entropy = lab_entropy();
    struct position membership = lab_position((uint8_t)i);
    struct cw_op_id op = {{1}};
    struct part_key key = {{2}}, out;
    struct key_record_id current;
    uint8_t wrap[WRAP_LEN];

    ck_assert_int_eq(vault_wrap(north.vault, &keys[i].id, &op, 0, &key, &entropy, wrap), CW_OK);
    ck_assert_int_eq(vault_unwrap(east.vault, &keys[i].id, &op, 0, wrap, &out), held ? CW_OK : CW_LOCAL_KEY);
    ck_assert(vault_can_open(east.vault, &keys[i].id) == held);
    ck_assert(vault_current_key(east.vault, slice_of("force"), &membership, lab_counts, "n", &current) == held);
}

START_TEST(what_came_last_is_forgotten_and_can_come_again)
{
    for (uint32_t kept = KEYS;; kept--) {
        bool opened = false;

        vault_forget(east.vault, kept);
        ck_assert_uint_eq(vault_key_count(east.vault), kept);
        for (uint32_t i = 0; i < KEYS; i++)
            expect_held(i, i < kept);
        if (kept == 0)
            break;
        vault_forget(east.vault, kept); /* again: nothing more goes */
        ck_assert_uint_eq(vault_key_count(east.vault), kept);
        for (uint32_t i = kept; i < KEYS; i++) {
            ck_assert_int_eq(lab_learn(&east, &keys[i], &opened), CW_OK);
            ck_assert(opened);
        }
        for (uint32_t i = 0; i < KEYS; i++)
            expect_held(i, true);
    }
}
END_TEST

Suite *suite_forget(void);
Suite *suite_forget(void)
{
    Suite *suite = suite_create("forget");
    TCase *t = tcase_create("forget");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, what_came_last_is_forgotten_and_can_come_again);
    suite_add_tcase(suite, t);
    return suite;
}
