/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sign.h"

#include <sodium.h>

/*
 * One known answer per primitive, and the check of curve points that CVE-2025-69277 broke in other builds:
 * a daemon on a machine whose libsodium gives other answers must not start.
 */

/* RFC 8032 §7.1, test 1: the empty message. */
static const char ed25519_seed[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char ed25519_public[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
static const char ed25519_signature[] =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
    "5141438e7a100b";

static bool ed25519_answers(void)
{
    uint8_t seed[32], expected_public[KEY_LEN], expected[SIGNATURE_LEN], public_key[KEY_LEN], signature[SIGNATURE_LEN];
    struct sign_secret secret;

    if (hex_parse(ed25519_seed, seed, sizeof(seed)) != CW_OK ||
        hex_parse(ed25519_public, expected_public, KEY_LEN) != CW_OK ||
        hex_parse(ed25519_signature, expected, SIGNATURE_LEN) != CW_OK)
        return false;
    sign_keypair_from_seed(seed, public_key, &secret);
    (void)crypto_sign_detached(signature, NULL, seed, 0, secret.b);
    if (memcmp(public_key, expected_public, KEY_LEN) != 0 || memcmp(signature, expected, SIGNATURE_LEN) != 0)
        return false;

    signature[0] ^= 1;
    return crypto_sign_verify_detached(signature, seed, 0, public_key) != 0;
}

/* The sum of a good point and the point of order 2 lies outside the main subgroup. */
static bool mixed_points_are_refused(void)
{
    uint8_t good[KEY_LEN], mixed[KEY_LEN];
    uint8_t order_two[KEY_LEN];

    /* (0, -1): y = p - 1, little-endian */
    memset(order_two, 0xff, sizeof(order_two));
    order_two[0] = 0xec;
    order_two[31] = 0x7f;
    if (hex_parse(ed25519_public, good, KEY_LEN) != CW_OK || crypto_core_ed25519_add(mixed, good, order_two) != 0)
        return false;
    return sign_key_valid(good) && !sign_key_valid(mixed) && !sign_key_valid(order_two);
}

/* Python: hashlib.blake2b(b"abc", digest_size=32, person=b"cw1:op").hexdigest() */
static const char blake2b_op_abc[] = "7b254d923c7b0036274706d72eebf56cf9297d7dbd74906565f38e618ef6d728";

static bool blake2b_answers(void)
{
    uint8_t expected[ID_LEN], got[ID_LEN];

    hash_one(LABEL_OP, slice_of("abc"), got);
    return hex_parse(blake2b_op_abc, expected, ID_LEN) == CW_OK && memcmp(got, expected, ID_LEN) == 0;
}

/* RFC 7748 §5.2: one turn of the iterated test, scalar and point both 9. */
static const char x25519_nine_nine[] = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";

static bool x25519_answers(void)
{
    uint8_t nine[KEY_LEN] = {9}, expected[KEY_LEN], got[KEY_LEN];

    return hex_parse(x25519_nine_nine, expected, KEY_LEN) == CW_OK && crypto_scalarmult(got, nine, nine) == 0 &&
           memcmp(got, expected, KEY_LEN) == 0;
}

/* draft-irtf-cfrg-xchacha-03 §A.3.1: the tag, which depends on every byte of text, key and nonce. */
static const char xchacha_text[] =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
    "future, sunscreen would be it.";
static const char xchacha_ad[] = "50515253c0c1c2c3c4c5c6c7";
static const char xchacha_tag[] = "c0875924c1c7987947deafd8780acf49";

static bool xchacha_answers(void)
{
    uint8_t key[KEY_LEN], nonce[AEAD_NONCE_LEN], ad[12], tag[AEAD_TAG_LEN], sealed[sizeof(xchacha_text) + AEAD_TAG_LEN];
    unsigned long long sealed_len;
    size_t text_len = sizeof(xchacha_text) - 1;

    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)(0x80 + i);
    for (size_t i = 0; i < sizeof(nonce); i++)
        nonce[i] = (uint8_t)(0x40 + i);
    if (hex_parse(xchacha_ad, ad, sizeof(ad)) != CW_OK || hex_parse(xchacha_tag, tag, sizeof(tag)) != CW_OK)
        return false;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &sealed_len, (const uint8_t *)xchacha_text, text_len, ad,
                                                     sizeof(ad), NULL, nonce, key);
    return sealed_len == text_len + AEAD_TAG_LEN && memcmp(sealed + text_len, tag, sizeof(tag)) == 0;
}

bool crypto_init(void)
{
    if (sodium_init() < 0)
        return false;
    return ed25519_answers() && mixed_points_are_refused() && blake2b_answers() && x25519_answers() &&
           xchacha_answers();
}
