/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keyfile.h"

#include <check.h>

static uint8_t file[KEYFILE_LEN_MAX];

static struct cw_slice sealed(const struct key_bundle *b, const char *passphrase)
{
    struct writer out = writer_over(file, sizeof(file));

    ck_assert_int_eq(keyfile_seal(b, slice_of(passphrase), KEYFILE_COST_LAB, &out), CW_OK);
    return slice(file, out.len);
}

static void seeded(struct key_bundle *b)
{
    const uint8_t seed[32] = {1, 2, 3};

    ck_assert(crypto_init());
    key_bundle_from_seed(seed, b);
}

START_TEST(keys_come_back_with_their_passphrase_only)
{
    struct key_bundle b, back;

    seeded(&b);
    struct cw_slice bytes = sealed(&b, "correct horse");
    ck_assert(keyfile_needs_passphrase(bytes));
    ck_assert_int_eq(keyfile_open(bytes, slice_of("correct horse"), &back), CW_OK);
    ck_assert_mem_eq(&b, &back, sizeof(b));
    ck_assert_int_eq(keyfile_open(bytes, slice_of("correct hors"), &back), CW_LOCAL_KEY);
    ck_assert_int_eq(keyfile_open(bytes, slice_of(""), &back), CW_LOCAL_KEY);
}
END_TEST

START_TEST(keys_in_clear_come_back_without_one)
{
    struct key_bundle b, back;

    seeded(&b);
    struct cw_slice bytes = sealed(&b, "");
    ck_assert(!keyfile_needs_passphrase(bytes));
    ck_assert_int_eq(keyfile_open(bytes, slice_of(""), &back), CW_OK);
    ck_assert_mem_eq(&b, &back, sizeof(b));
}
END_TEST

static const char *const passphrases[] = {"", "correct horse"};

START_TEST(a_damaged_or_cut_file_is_refused)
{
    struct key_bundle b, back;

    seeded(&b);
    struct cw_slice bytes = sealed(&b, passphrases[_i]);
    for (size_t at = 0; at < bytes.len; at += 1 + (size_t)_i * 6) { /* each try stretches the passphrase */
        file[at] ^= 1;
        ck_assert_int_eq(keyfile_open(bytes, slice_of(passphrases[_i]), &back), CW_LOCAL_KEY);
        file[at] ^= 1;
        ck_assert_int_eq(keyfile_open(slice(bytes.data, at), slice_of(passphrases[_i]), &back), CW_LOCAL_KEY);
    }
    ck_assert_int_eq(keyfile_open(slice(file, sizeof(file)), slice_of(passphrases[_i]), &back), CW_LOCAL_KEY);
}
END_TEST

START_TEST(two_bundles_differ_and_one_seed_gives_one)
{
    struct key_bundle a, b;

    seeded(&a);
    seeded(&b);
    ck_assert_mem_eq(&a, &b, sizeof(a));
    key_bundle_new(&b);
    ck_assert_mem_ne(a.sign_public, b.sign_public, KEY_LEN);
    ck_assert_mem_ne(b.seal_public, b.curve_public, KEY_LEN);
    ck_assert(sign_key_valid(b.sign_public));
    key_bundle_wipe(&b);
    ck_assert(id_is_zero(b.seal.b));
    key_bundle_wipe(NULL);
}
END_TEST

START_TEST(keys_that_are_no_curve_points_are_refused_at_enrolment)
{
    uint8_t key[KEY_LEN] = {0};

    ck_assert(!sign_key_valid(key));
    key[0] = 1; /* the neutral element */
    ck_assert(!sign_key_valid(key));
    memset(key, 0xff, sizeof(key));
    ck_assert(!sign_key_valid(key));
}
END_TEST

START_TEST(a_signature_is_over_label_network_and_hash)
{
    struct network_id network = {{9}};
    uint8_t text[80], hash[ID_LEN];

    signed_string(LABEL_SEAL, &network, slice_of("bytes"), text);
    hash_one(LABEL_SEAL, slice_of("bytes"), hash);
    ck_assert_int_eq(memcmp(text, "cw1:seal\0\0\0\0\0\0\0\0", LABEL_LEN), 0);
    ck_assert_mem_eq(text + 16, network.b, ID_LEN);
    ck_assert_mem_eq(text + 48, hash, ID_LEN);
}
END_TEST

Suite *suite_keyfile(void)
{
    Suite *s = suite_create("keyfile");
    TCase *t = tcase_create("keyfile");

    tcase_add_test(t, keys_come_back_with_their_passphrase_only);
    tcase_add_test(t, keys_in_clear_come_back_without_one);
    tcase_add_loop_test(t, a_damaged_or_cut_file_is_refused, 0, 2);
    tcase_add_test(t, two_bundles_differ_and_one_seed_gives_one);
    tcase_add_test(t, keys_that_are_no_curve_points_are_refused_at_enrolment);
    tcase_add_test(t, a_signature_is_over_label_network_and_hash);
    suite_add_tcase(s, t);
    return s;
}
