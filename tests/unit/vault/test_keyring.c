/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vault/lab.h"

#include "vault/aead.h"

#include <stdlib.h>

/* --- a file in memory whose writes can be cut short ------------------------------------------------------ */

#define FILE_MAX (64 + 64 * 600)

static struct {
    uint8_t bytes[FILE_MAX];
    size_t len;
    size_t cut_after; /* bytes that still reach the disk; SIZE_MAX: all */
    uint32_t writes;
    uint64_t unreadable; /* an offset that cannot be read just now; 0: none */
} file;

static enum cw_err file_read(void *ctx, uint64_t offset, uint8_t *out, size_t len)
{
    (void)ctx;
    if (file.unreadable != 0 && offset == file.unreadable)
        return CW_LOCAL_IO;
    if (offset > file.len || file.len - offset < len)
        return CW_LOCAL_NOT_FOUND;
    memcpy(out, file.bytes + offset, len);
    return CW_OK;
}

static enum cw_err file_write(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len)
{
    size_t kept = len < file.cut_after ? len : file.cut_after;

    (void)ctx;
    file.writes++;
    ck_assert_uint_le(offset + len, FILE_MAX);
    memcpy(file.bytes + offset, bytes, kept);
    if (kept > 0 && offset + kept > file.len)
        file.len = (size_t)offset + kept;
    if (file.cut_after != SIZE_MAX)
        file.cut_after -= kept;
    return kept == len ? CW_OK : CW_LOCAL_IO;
}

static struct box_secret secret;
static struct keyring *keyring;
static uint8_t memory[8192];

static enum cw_err reopen_and(bool may_create)
{
    struct keyring_io io = {NULL, file_read, file_write};
    struct entropy entropy = lab_entropy();

    keyring_close(keyring);
    keyring = NULL;
    return keyring_open(&io, &secret, &entropy, may_create, &keyring);
}

static enum cw_err reopen(void)
{
    return reopen_and(true);
}

static void set_up(void)
{
    ck_assert(crypto_init());
    memset(&file, 0, sizeof file);
    file.cut_after = SIZE_MAX;
    memset(&secret, 0x33, sizeof secret);
    ck_assert_int_eq(reopen(), CW_OK);
}

static void tear_down(void)
{
    keyring_close(keyring);
}

static uint32_t take(void)
{
    uint32_t slot = UINT32_MAX;

    ck_assert_int_eq(keyring_take(keyring, &slot), CW_OK);
    return slot;
}

static const char value[] = "a value of one case";
static const char row[] = "case 17";

static struct cw_slice seal(uint32_t slot, uint8_t out[static 256])
{
    struct entropy entropy = lab_entropy();
    struct writer w = writer_over(out, 256);

    ck_assert_int_eq(keyring_seal(keyring, slot, slice_of(row), slice_of(value), &entropy, &w), CW_OK);
    ck_assert_uint_eq(w.len, strlen(value) + 40);
    return slice(out, w.len);
}

static enum cw_err unseal(uint32_t slot, const char *ad, struct cw_slice sealed)
{
    struct arena arena = arena_over(memory, sizeof memory);
    struct cw_slice plain = {0};
    enum cw_err err = keyring_unseal(keyring, slot, slice_of(ad), sealed, &arena, &plain);

    if (err == CW_OK)
        ck_assert(slice_eq(plain, slice_of(value)));
    else
        ck_assert_uint_eq(arena.used, 0);
    return err;
}

/* --- hostile ---------------------------------------------------------------------------------------------- */

START_TEST(every_changed_byte_of_a_value_is_refused)
{
    uint8_t bytes[256];
    uint32_t slot = take();
    struct cw_slice sealed = seal(slot, bytes);

    for (size_t i = 0; i < sealed.len; i++) {
        bytes[i] ^= 1;
        ck_assert_int_eq(unseal(slot, row, sealed), CW_LOCAL_CORRUPT);
        bytes[i] ^= 1;
    }
    for (size_t len = 0; len < sealed.len; len++)
        ck_assert_int_eq(unseal(slot, row, slice(bytes, len)), CW_LOCAL_CORRUPT);
    ck_assert_int_eq(unseal(slot, row, sealed), CW_OK);
}
END_TEST

START_TEST(a_value_moved_to_another_row_or_slot_is_refused)
{
    uint8_t bytes[256];
    uint32_t slot = take(), other = take();
    struct cw_slice sealed = seal(slot, bytes);

    ck_assert_int_eq(unseal(slot, "case 18", sealed), CW_LOCAL_CORRUPT);
    ck_assert_int_eq(unseal(other, row, sealed), CW_LOCAL_CORRUPT);
}
END_TEST

START_TEST(every_changed_byte_of_a_slot_makes_it_unopenable)
{
    uint8_t bytes[256];
    uint32_t slot = take();
    struct cw_slice sealed = seal(slot, bytes);
    size_t at = 64 + (size_t)slot * 64;

    for (size_t i = 0; i < 64; i++) {
        file.bytes[at + i] ^= 1;
        ck_assert_int_eq(unseal(slot, row, sealed), CW_LOCAL_KEY);
        file.bytes[at + i] ^= 1;
    }
    ck_assert_int_eq(unseal(slot, row, sealed), CW_OK);
}
END_TEST

START_TEST(every_changed_byte_of_the_header_is_refused)
{
    for (size_t i = 0; i < 64; i++) {
        enum cw_err err;

        file.bytes[i] ^= 1;
        err = reopen();
        file.bytes[i] ^= 1;
        ck_assert(err == CW_LOCAL_CORRUPT || err == CW_LOCAL_KEY || err == CW_LOCAL_FORMAT);
    }
    ck_assert_int_eq(reopen(), CW_OK);
}
END_TEST

START_TEST(swapped_slots_do_not_open)
{
    uint8_t bytes[256], slot_bytes[64];
    uint32_t a = take(), b = take();
    struct cw_slice sealed = seal(a, bytes);

    memcpy(slot_bytes, file.bytes + 64 + (size_t)a * 64, 64);
    memcpy(file.bytes + 64 + (size_t)b * 64, slot_bytes, 64);
    ck_assert_int_eq(unseal(b, row, sealed), CW_LOCAL_KEY);
}
END_TEST

START_TEST(another_daemons_secret_opens_nothing)
{
    (void)take();
    secret.b[0] ^= 1;
    ck_assert_int_eq(reopen(), CW_LOCAL_KEY);
}
END_TEST

START_TEST(the_file_holds_no_key_in_clear)
{
    uint32_t slot = take();
    uint8_t bytes[256];
    struct cw_slice sealed = seal(slot, bytes);
    size_t at = 64 + (size_t)slot * 64;

    for (size_t i = 0; i + KEY_LEN <= 64; i++) { /* whichever 32 bytes of the slot are tried as the key */
        uint8_t plain[256];

        ck_assert(!aead_open(file.bytes + at + i, slice_of(row), sealed, plain));
    }
    ck_assert_int_eq(unseal(slot, row, sealed), CW_OK);
}
END_TEST

START_TEST(a_slot_that_was_never_made_is_refused)
{
    struct entropy entropy = lab_entropy();
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);

    (void)take();
    ck_assert_int_eq(keyring_seal(keyring, KEYRING_POOL, slice_of(row), slice_of(value), &entropy, &w), CW_LOCAL_KEY);
    ck_assert_int_eq(keyring_seal(keyring, UINT32_MAX, slice_of(row), slice_of(value), &entropy, &w), CW_LOCAL_KEY);
    ck_assert_int_eq(keyring_destroy(keyring, UINT32_MAX), CW_USAGE_ARGUMENT);
    ck_assert_uint_eq(w.len, 0);
}
END_TEST

/* --- handing out -------------------------------------------------------------------------------------------- */

START_TEST(a_pool_is_on_disk_before_a_slot_of_it_is_known)
{
    uint32_t writes = file.writes;

    ck_assert_uint_eq(take(), 0);
    ck_assert_uint_eq(file.writes, writes + 1);
    ck_assert_uint_eq(file.len, 64 + 64 * KEYRING_POOL);
    for (uint32_t i = 1; i < KEYRING_POOL; i++)
        ck_assert_uint_eq(take(), i);
    ck_assert_uint_eq(file.writes, writes + 1); /* the rest of the pool costs no write */
    ck_assert_uint_eq(take(), KEYRING_POOL);
    ck_assert_uint_eq(file.writes, writes + 2);
}
END_TEST

START_TEST(no_more_slots_are_given_out_than_its_bound)
{
    uint32_t slot = 99;

    keyring_bound(keyring, 3);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_uint_eq(take(), i);
    ck_assert_uint_eq(keyring_taken(keyring), 3);
    ck_assert_int_eq(keyring_take(keyring, &slot), CW_LOCAL_KEY);
    ck_assert_uint_eq(slot, 99);
    ck_assert_uint_eq(keyring_taken(keyring), 3);
}
END_TEST

/* Those above the file's end are passed over without being made. */
START_TEST(a_keyring_whose_last_slot_is_used_makes_no_more)
{
    uint32_t slot = 99;
    size_t len = file.len;

    keyring_used(keyring, KEYRING_SLOTS_MAX - 1);
    ck_assert_int_eq(keyring_take(keyring, &slot), CW_LOCAL_KEY);
    ck_assert_uint_eq(file.len, len);
}
END_TEST

START_TEST(a_pool_that_was_not_written_gives_no_slot)
{
    uint32_t slot = 99;

    file.cut_after = 100;
    ck_assert_int_eq(keyring_take(keyring, &slot), CW_LOCAL_IO);
    ck_assert_uint_eq(slot, 99);
    file.cut_after = SIZE_MAX; /* the disk is back: the same pool is written, and none of it was lost */
    ck_assert_uint_eq(take(), 0);
    ck_assert_uint_eq(file.len, 64 + 64 * KEYRING_POOL);
}
END_TEST

START_TEST(values_survive_a_restart)
{
    uint8_t bytes[256], id[2][KEYRING_ID_LEN];
    uint32_t slot = take();
    struct cw_slice sealed = seal(slot, bytes);

    keyring_id(keyring, id[0]);
    ck_assert_int_eq(reopen_and(false), CW_OK);
    keyring_id(keyring, id[1]);
    ck_assert_int_eq(memcmp(id[0], id[1], KEYRING_ID_LEN), 0);
    ck_assert_int_eq(unseal(slot, row, sealed), CW_OK);
}
END_TEST

START_TEST(slots_above_the_greatest_used_are_free_again)
{
    for (int i = 0; i < 10; i++)
        (void)take();
    ck_assert_int_eq(reopen(), CW_OK);
    keyring_used(keyring, 4);
    keyring_used(keyring, 2);
    ck_assert_uint_eq(take(), 5);
}
END_TEST

/* --- destroying ----------------------------------------------------------------------------------------------- */

START_TEST(a_destroyed_slot_opens_nothing_now_or_later)
{
    uint8_t bytes[256];
    uint32_t slot = take(), other = take();
    struct cw_slice sealed = seal(slot, bytes);

    ck_assert_int_eq(keyring_destroy(keyring, slot), CW_OK);
    ck_assert_int_eq(keyring_destroy(keyring, slot), CW_OK);
    ck_assert_int_eq(unseal(slot, row, sealed), CW_LOCAL_KEY);
    ck_assert_int_eq(reopen(), CW_OK);
    ck_assert_int_eq(unseal(slot, row, sealed), CW_LOCAL_KEY);
    sealed = seal(other, bytes);
    ck_assert_int_eq(unseal(other, row, sealed), CW_OK);
}
END_TEST

START_TEST(a_destroyed_slot_is_never_handed_out_again)
{
    uint32_t slot = take();

    ck_assert_int_eq(keyring_destroy(keyring, slot), CW_OK);
    ck_assert_int_eq(reopen(), CW_OK);
    ck_assert_uint_eq(take(), slot + 1);
}
END_TEST

START_TEST(a_destroyed_slot_leaves_no_byte_of_its_key)
{
    uint32_t slot = take();
    size_t at = 64 + (size_t)slot * 64;

    ck_assert_int_eq(keyring_destroy(keyring, slot), CW_OK);
    for (size_t i = 1; i < 64; i++)
        ck_assert_uint_eq(file.bytes[at + i], 0);
}
END_TEST

/* --- each write cut short at each byte -------------------------------------------------------------------------- */

START_TEST(a_header_cut_anywhere_is_made_again)
{
    for (size_t cut = 0; cut < 64; cut++) {
        memset(&file, 0, sizeof file);
        file.cut_after = cut;
        ck_assert_int_eq(reopen(), CW_LOCAL_IO);
        file.cut_after = SIZE_MAX;
        ck_assert_int_eq(reopen(), CW_OK);
        ck_assert_uint_eq(keyring_slots(keyring), 0);
        ck_assert_uint_eq(take(), 0);
    }
}
END_TEST

START_TEST(where_a_keyring_is_expected_none_is_made)
{
    for (size_t len = 0; len < 64; len++) {
        file.len = len;
        file.writes = 0;
        ck_assert_int_eq(reopen_and(false), CW_LOCAL_NOT_FOUND);
        ck_assert_uint_eq(file.writes, 0);
        ck_assert_uint_eq(file.len, len);
    }
}
END_TEST

START_TEST(a_keyring_says_how_many_slots_it_has)
{
    ck_assert_uint_eq(keyring_slots(keyring), 0);
    (void)take();
    ck_assert_uint_eq(keyring_slots(keyring), KEYRING_POOL);
    file.len = 64 + 64 * 5 + 63;
    ck_assert_int_eq(reopen_and(false), CW_OK);
    ck_assert_uint_eq(keyring_slots(keyring), 5);
}
END_TEST

START_TEST(a_pool_cut_anywhere_never_gives_a_key_that_is_not_whole)
{
    for (size_t cut = 0; cut < (size_t)64 * 3; cut++) {
        uint8_t bytes[256];
        uint32_t slot;

        set_up();
        file.cut_after = cut;
        ck_assert_int_eq(keyring_take(keyring, &slot), CW_LOCAL_IO);
        file.cut_after = SIZE_MAX;
        ck_assert_int_eq(reopen(), CW_OK);
        for (int i = 0; i < 4; i++) {
            slot = take();
            ck_assert_int_eq(unseal(slot, row, seal(slot, bytes)), CW_OK);
            ck_assert_int_eq(reopen(), CW_OK);
            keyring_used(keyring, slot);
            ck_assert_int_eq(unseal(slot, row, slice(bytes, strlen(value) + 40)), CW_OK);
        }
        tear_down();
        keyring = NULL;
    }
    set_up();
}
END_TEST

START_TEST(a_destruction_cut_anywhere_is_finished_by_asking_again)
{
    for (size_t cut = 0; cut <= 64; cut++) {
        uint8_t bytes[256];
        uint32_t slot;
        struct cw_slice sealed;
        enum cw_err err;

        set_up();
        slot = take();
        sealed = seal(slot, bytes);
        file.cut_after = cut;
        err = keyring_destroy(keyring, slot);
        ck_assert_int_eq(err, cut < 64 ? CW_LOCAL_IO : CW_OK);
        file.cut_after = SIZE_MAX;
        ck_assert_int_eq(reopen(), CW_OK);
        ck_assert_int_eq(unseal(slot, row, sealed), cut == 0 ? CW_OK : CW_LOCAL_KEY);
        ck_assert_int_eq(keyring_destroy(keyring, slot), CW_OK);
        ck_assert_int_eq(unseal(slot, row, sealed), CW_LOCAL_KEY);
        ck_assert_uint_eq(take(), slot + 1);
        tear_down();
        keyring = NULL;
    }
    set_up();
}
END_TEST

static void take_slots(uint32_t count)
{
    uint32_t slot;

    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq(keyring_take(keyring, &slot), CW_OK);
}

/* Taken for the end of the file, it would be written over, and all keys behind it. */
START_TEST(a_slot_that_cannot_be_read_just_now_is_not_the_end_of_the_file)
{
    take_slots(400);
    for (uint32_t slot = 0; slot < 512; slot++) {
        file.unreadable = 64 + 64 * slot;
        enum cw_err err = reopen();

        file.unreadable = 0;
        if (err == CW_OK)
            ck_assert_uint_eq(keyring_slots(keyring), 512);
        else
            ck_assert_int_eq(err, CW_LOCAL_IO);
    }
}
END_TEST

START_TEST(where_the_file_is_cut_short_what_was_handed_out_is_damage_and_not_made_again)
{
    uint32_t slot;

    take_slots(300);
    file.len = 64 + 64 * 200;
    memset(file.bytes + file.len, 0, sizeof file.bytes - file.len);
    ck_assert_int_eq(reopen(), CW_OK);
    keyring_used(keyring, 299);
    ck_assert(keyring_is_damaged(keyring, 250));
    ck_assert_int_eq(keyring_take(keyring, &slot), CW_OK);
    ck_assert_uint_eq(slot, 300);
    ck_assert(keyring_is_damaged(keyring, 250));
    ck_assert_int_eq(reopen(), CW_OK); /* and the end of it is found */
    ck_assert_uint_eq(keyring_slots(keyring), 300 + KEYRING_POOL);
}
END_TEST

START_TEST(a_flipped_bit_is_damage_and_a_destroyed_slot_is_not)
{
    uint32_t rotten = take(), destroyed = take(), whole = take();

    for (size_t bit = 0; bit < (size_t)8 * 64; bit++) {
        size_t at = 64 + (size_t)64 * rotten + bit / 8;

        file.bytes[at] ^= (uint8_t)(1u << bit % 8);
        ck_assert_msg(keyring_is_damaged(keyring, rotten), "bit %zu", bit);
        file.bytes[at] ^= (uint8_t)(1u << bit % 8);
    }
    ck_assert_int_eq(keyring_destroy(keyring, destroyed), CW_OK);
    ck_assert(!keyring_is_damaged(keyring, destroyed));
    ck_assert(!keyring_is_damaged(keyring, rotten));
    ck_assert(!keyring_is_damaged(keyring, whole));
    ck_assert(!keyring_is_damaged(keyring, KEYRING_SLOTS_MAX)); /* none */
}
END_TEST

Suite *suite_keyring(void)
{
    Suite *suite = suite_create("keyring");
    TCase *t = tcase_create("keyring");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, every_changed_byte_of_a_value_is_refused);
    tcase_add_test(t, a_value_moved_to_another_row_or_slot_is_refused);
    tcase_add_test(t, every_changed_byte_of_a_slot_makes_it_unopenable);
    tcase_add_test(t, every_changed_byte_of_the_header_is_refused);
    tcase_add_test(t, swapped_slots_do_not_open);
    tcase_add_test(t, another_daemons_secret_opens_nothing);
    tcase_add_test(t, the_file_holds_no_key_in_clear);
    tcase_add_test(t, a_slot_that_was_never_made_is_refused);
    tcase_add_test(t, a_pool_is_on_disk_before_a_slot_of_it_is_known);
    tcase_add_test(t, no_more_slots_are_given_out_than_its_bound);
    tcase_add_test(t, a_keyring_whose_last_slot_is_used_makes_no_more);
    tcase_add_test(t, a_pool_that_was_not_written_gives_no_slot);
    tcase_add_test(t, values_survive_a_restart);
    tcase_add_test(t, slots_above_the_greatest_used_are_free_again);
    tcase_add_test(t, a_destroyed_slot_opens_nothing_now_or_later);
    tcase_add_test(t, a_destroyed_slot_is_never_handed_out_again);
    tcase_add_test(t, a_destroyed_slot_leaves_no_byte_of_its_key);
    tcase_add_test(t, a_flipped_bit_is_damage_and_a_destroyed_slot_is_not);
    tcase_add_test(t, a_slot_that_cannot_be_read_just_now_is_not_the_end_of_the_file);
    tcase_add_test(t, where_the_file_is_cut_short_what_was_handed_out_is_damage_and_not_made_again);
    tcase_add_test(t, a_header_cut_anywhere_is_made_again);
    tcase_add_test(t, where_a_keyring_is_expected_none_is_made);
    tcase_add_test(t, a_keyring_says_how_many_slots_it_has);
    tcase_add_test(t, a_pool_cut_anywhere_never_gives_a_key_that_is_not_whole);
    tcase_add_test(t, a_destruction_cut_anywhere_is_finished_by_asking_again);
    suite_add_tcase(suite, t);
    return suite;
}
