/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vault/lab.h"

#include "vault/aead.h"

#include "proto/submission.h"

static struct part_key key;
static struct cw_op_id op;
static uint8_t r[32];
static struct part_ref ref;
static uint8_t sealed_bytes[2048];
static struct cw_slice sealed;
static uint8_t memory[4096];

static const char text[] = "seen near the old harbour at ten";

static void seal_as(uint32_t part, const uint8_t blinding[static 32])
{
    struct entropy entropy = lab_entropy();
    struct writer w = writer_over(sealed_bytes, sizeof sealed_bytes);

    ck_assert_int_eq(part_seal(&key, &op, part, blinding, slice_of(text), ref.size_class, &entropy, &w), CW_OK);
    sealed = slice(w.data, w.len);
}

static void set_up(void)
{
    struct entropy entropy = lab_entropy();
    struct arena arena = arena_over(memory, sizeof memory);

    ck_assert(crypto_init());
    part_key_new(&entropy, &key);
    entropy.fill(entropy.ctx, op.b, sizeof op.b);
    entropy.fill(entropy.ctx, r, sizeof r);
    ref.size_class = 1;
    ck_assert_int_eq(payload_commit(r, slice_of(text), ref.size_class, &arena, ref.commit), CW_OK);
    seal_as(2, r);
}

static enum cw_err open_as(const struct part_key *k, const struct cw_op_id *o, uint32_t part, struct cw_slice bytes)
{
    struct arena arena = arena_over(memory, sizeof memory);
    uint8_t out_r[32];
    struct cw_slice payload = {0}, padded = {0};
    enum cw_err err = part_open(k, o, part, bytes, &ref, &arena, out_r, &payload, &padded);

    if (err != CW_OK) { /* nothing handed out, nothing kept */
        ck_assert_ptr_null(payload.data);
        ck_assert_uint_eq(arena.used, 0);
        return err;
    }
    ck_assert(slice_eq(payload, slice_of(text)));
    ck_assert_uint_eq(padded.len, size_class_len(ref.size_class));
    ck_assert_int_eq(memcmp(out_r, r, sizeof r), 0);
    return CW_OK;
}

START_TEST(every_changed_byte_is_refused)
{
    for (size_t i = 0; i < sealed.len; i++) {
        sealed_bytes[i] ^= 1;
        ck_assert_int_eq(open_as(&key, &op, 2, sealed), CW_LOCAL_KEY);
        sealed_bytes[i] ^= 1;
    }
    ck_assert_int_eq(open_as(&key, &op, 2, sealed), CW_OK);
}
END_TEST

START_TEST(every_other_length_is_refused)
{
    for (size_t len = 0; len < sealed.len; len++)
        ck_assert_int_eq(open_as(&key, &op, 2, slice(sealed.data, len)), CW_REFUSED_COMMITMENT);
    ck_assert_int_eq(open_as(&key, &op, 2, slice(sealed.data, sealed.len + 1)), CW_REFUSED_COMMITMENT);
}
END_TEST

START_TEST(a_part_in_anothers_place_is_refused)
{
    ck_assert_int_eq(open_as(&key, &op, 1, sealed), CW_LOCAL_KEY);
    ck_assert_int_eq(open_as(&key, &op, 3, sealed), CW_LOCAL_KEY);
}
END_TEST

START_TEST(a_part_of_another_op_is_refused)
{
    struct cw_op_id other = op;

    other.b[31] ^= 1;
    ck_assert_int_eq(open_as(&key, &other, 2, sealed), CW_LOCAL_KEY);
}
END_TEST

START_TEST(another_key_is_refused)
{
    struct part_key other = key;

    other.b[0] ^= 0x80;
    ck_assert_int_eq(open_as(&other, &op, 2, sealed), CW_LOCAL_KEY);
}
END_TEST

START_TEST(other_content_than_was_signed_is_refused)
{
    uint8_t other_r[32] = {1};

    seal_as(2, other_r); /* opens well, but its author promised another blinding */
    ck_assert_int_eq(open_as(&key, &op, 2, sealed), CW_REFUSED_COMMITMENT);
}
END_TEST

/* Encrypted by a hand of our own, since part_seal always pads well. */
START_TEST(bad_padding_that_was_signed_is_refused)
{
    struct entropy entropy = lab_entropy();
    uint8_t ad[CW_ID_LEN + 1], plain[32 + 512] = {0}; /* no 0x80 anywhere */

    memcpy(ad, op.b, CW_ID_LEN);
    ad[CW_ID_LEN] = 2;
    memcpy(plain, r, sizeof r);
    hash_keyed(LABEL_COMMIT, r, slice(plain + 32, 512), ref.commit);
    aead_seal(key.b, slice(ad, sizeof ad), slice(plain, sizeof plain), &entropy, sealed_bytes);
    ck_assert_int_eq(open_as(&key, &op, 2, sealed), CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(an_absurd_size_class_is_refused)
{
    struct entropy entropy = lab_entropy();
    struct writer w = writer_over(sealed_bytes, sizeof sealed_bytes);

    ck_assert_int_eq(part_seal(&key, &op, 0, r, slice_of(text), SIZE_CLASS_MAX + 1, &entropy, &w), CW_REFUSED_SIZE);
    ref.size_class = 4000000000U;
    ck_assert_int_eq(open_as(&key, &op, 2, sealed), CW_REFUSED_COMMITMENT);
}
END_TEST

START_TEST(a_payload_that_does_not_fit_its_class_is_refused)
{
    static const uint8_t large[256];
    struct entropy entropy = lab_entropy();
    struct writer w = writer_over(sealed_bytes, sizeof sealed_bytes);

    ck_assert_int_eq(part_seal(&key, &op, 0, r, slice(large, 256), 0, &entropy, &w), CW_REFUSED_SIZE);
    ck_assert_uint_eq(w.len, 0);
    ck_assert_int_eq(part_seal(&key, &op, 0, r, slice(large, 255), 0, &entropy, &w), CW_OK);
}
END_TEST

START_TEST(too_little_room_is_said_and_nothing_is_written)
{
    struct entropy entropy = lab_entropy();
    struct writer w = writer_over(sealed_bytes, part_sealed_len(1) - 1);

    ck_assert_int_eq(part_seal(&key, &op, 0, r, slice_of(text), 1, &entropy, &w), CW_REFUSED_SIZE);
    ck_assert(w.failed);
    ck_assert_uint_eq(w.len, 0);
}
END_TEST

START_TEST(a_small_arena_is_said)
{
    struct arena arena = arena_over(memory, 100);
    uint8_t out_r[32];
    struct cw_slice payload, padded;

    ck_assert_int_eq(part_open(&key, &op, 2, sealed, &ref, &arena, out_r, &payload, &padded), CW_LOCAL_MEMORY);
}
END_TEST

START_TEST(a_part_opens_to_what_was_sealed)
{
    ck_assert_uint_eq(sealed.len, part_sealed_len(1));
    ck_assert_uint_eq(sealed.len, 24 + 32 + 512 + 16);
    ck_assert_int_eq(open_as(&key, &op, 2, sealed), CW_OK);
}
END_TEST

START_TEST(the_same_payload_never_gives_the_same_bytes)
{
    uint8_t first[2048];

    memcpy(first, sealed.data, sealed.len);
    seal_as(2, r);
    ck_assert_int_ne(memcmp(first, sealed.data, AEAD_NONCE_LEN), 0);
    ck_assert_int_ne(memcmp(first + AEAD_NONCE_LEN, sealed.data + AEAD_NONCE_LEN, 64), 0);
}
END_TEST

Suite *suite_part(void)
{
    Suite *suite = suite_create("part");
    TCase *t = tcase_create("part");

    tcase_add_checked_fixture(t, set_up, NULL);
    tcase_add_test(t, every_changed_byte_is_refused);
    tcase_add_test(t, every_other_length_is_refused);
    tcase_add_test(t, a_part_in_anothers_place_is_refused);
    tcase_add_test(t, a_part_of_another_op_is_refused);
    tcase_add_test(t, another_key_is_refused);
    tcase_add_test(t, other_content_than_was_signed_is_refused);
    tcase_add_test(t, bad_padding_that_was_signed_is_refused);
    tcase_add_test(t, an_absurd_size_class_is_refused);
    tcase_add_test(t, a_payload_that_does_not_fit_its_class_is_refused);
    tcase_add_test(t, too_little_room_is_said_and_nothing_is_written);
    tcase_add_test(t, a_small_arena_is_said);
    tcase_add_test(t, a_part_opens_to_what_was_sealed);
    tcase_add_test(t, the_same_payload_never_gives_the_same_bytes);
    suite_add_tcase(suite, t);
    return suite;
}
