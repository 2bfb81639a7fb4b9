/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vault/lab.h"

#include "vault/internal.h"

#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

static struct holder north, east, west;
static struct part_key part_key;
static struct cw_op_id op;

static void set_up(void)
{
    struct entropy entropy = lab_entropy();

    north = lab_holder('n');
    east = lab_holder('e');
    west = lab_holder('w');
    part_key_new(&entropy, &part_key);
    entropy.fill(entropy.ctx, op.b, sizeof op.b);
}

static void tear_down(void)
{
    vault_free(north.vault);
    vault_free(east.vault);
    vault_free(west.vault);
}

/* Made by north, for north and east; west is not a reader. */
static struct made_key key_for_two(const char *audience, uint8_t membership)
{
    const struct holder *const readers[] = {&north, &east};

    return lab_make_key(&north, audience, membership, readers, 2);
}

/* --- envelopes, hostile first ------------------------------------------------------------------------- */

static struct made_key with_envelope(const struct key_record *record, const uint8_t seed[static 32],
                                     const struct holder *named, const struct holder *sealed_for)
{
    struct made_key key = {0};
    struct entropy entropy = lab_entropy();
    struct recipient recipient = lab_recipient(sealed_for);
    uint8_t bytes[ENVELOPE_SEALED_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct envelope envelope;

    ck_assert_int_eq(envelope_seal(record, seed, &recipient, &entropy, &w), CW_OK);
    envelope = (struct envelope){.recipient = named->cert, .sealed = slice(bytes, w.len)};
    w = writer_over(key.envelopes, sizeof key.envelopes);
    envelopes_encode(&envelope, 1, &w);
    key.envelopes_len = w.len;
    w = writer_over(key.record, sizeof key.record);
    key_record_encode(record, &w);
    key.record_len = w.len;
    key_record_id_of(slice(key.record, key.record_len), &key.id);
    return key;
}

/* A record as an honest maker would write it. */
static struct key_record record_of(const uint8_t seed[static 32], const char *audience)
{
    struct audience_derived derived;
    struct key_record record = {.audience = slice_of(audience), .membership = lab_position(1)};

    audience_derive(seed, slice_of(audience), &derived);
    memcpy(record.public_key, derived.public_key, KEY_LEN);
    memcpy(record.commitment, derived.commitment, 32);
    return record;
}

START_TEST(an_honest_envelope_opens)
{
    uint8_t seed[32] = {9};
    struct key_record record = record_of(seed, "force");
    struct made_key key = with_envelope(&record, seed, &east, &east);
    bool opened = false;

    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_OK);
    ck_assert(opened);
}
END_TEST

START_TEST(another_seed_than_the_audience_was_promised_is_alarmed)
{
    uint8_t seed[32] = {9}, other[32] = {10};
    struct key_record record = record_of(seed, "force");
    struct made_key key = with_envelope(&record, other, &east, &east);
    bool opened = false;

    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_HASH);
    ck_assert(!opened);
    ck_assert(!vault_can_open(east.vault, &key.id));
}
END_TEST

START_TEST(a_substituted_commitment_is_alarmed)
{
    uint8_t seed[32] = {9};
    struct key_record record = record_of(seed, "force");
    struct made_key key;
    bool opened = false;

    record.commitment[0] ^= 1; /* in record and envelope alike */
    key = with_envelope(&record, seed, &east, &east);
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_HASH);
}
END_TEST

START_TEST(a_substituted_public_key_is_alarmed)
{
    uint8_t seed[32] = {9};
    struct key_record record = record_of(seed, "force");
    struct made_key key;
    bool opened = false;

    record.public_key[5] ^= 1; /* non-members would seal to somebody else */
    key = with_envelope(&record, seed, &east, &east);
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_HASH);
}
END_TEST

START_TEST(an_envelope_of_another_record_is_alarmed)
{
    uint8_t seed[32] = {9};
    struct key_record record = record_of(seed, "force"), other = record_of(seed, "north and east");
    struct made_key key = with_envelope(&record, seed, &east, &east);
    struct made_key foreign = with_envelope(&other, seed, &east, &east);
    bool opened = false;

    memcpy(key.envelopes, foreign.envelopes, sizeof key.envelopes);
    key.envelopes_len = foreign.envelopes_len;
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_HASH);
}
END_TEST

/* The commitment covers the audience, but an envelope must also say the same by itself. */
START_TEST(an_envelope_that_names_another_audience_is_alarmed)
{
    uint8_t seed[32] = {9};
    struct key_record record = record_of(seed, "force"), renamed = record;
    struct made_key key = with_envelope(&record, seed, &east, &east), other;
    bool opened = false;

    renamed.audience = slice_of("farce");
    other = with_envelope(&renamed, seed, &east, &east);
    memcpy(key.envelopes, other.envelopes, sizeof key.envelopes);
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_HASH);
}
END_TEST

START_TEST(an_envelope_sealed_for_somebody_else_is_alarmed)
{
    uint8_t seed[32] = {9};
    struct key_record record = record_of(seed, "force");
    struct made_key key = with_envelope(&record, seed, &east, &west); /* carries east's name, opens for west */
    bool opened = false;

    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_HASH);
}
END_TEST

START_TEST(an_envelope_that_names_somebody_else_inside_is_alarmed)
{
    uint8_t seed[32] = {9};
    struct key_record record = record_of(seed, "force");
    struct holder disguised = west;
    struct made_key key;
    bool opened = false;

    memcpy(disguised.seal_key, east.seal_key, KEY_LEN); /* west's envelope, sealed to east's key */
    key = with_envelope(&record, seed, &east, &disguised);
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_HASH);
}
END_TEST

START_TEST(every_changed_byte_of_an_envelope_is_refused)
{
    struct made_key key = key_for_two("force", 1);

    for (size_t i = 0; i < key.envelopes_len; i++) {
        bool opened = false;
        enum cw_err err;

        key.envelopes[i] ^= 1;
        err = lab_learn(&east, &key, &opened);
        key.envelopes[i] ^= 1;
        ck_assert(!opened || vault_can_open(east.vault, &key.id));
        if (err == CW_OK && opened) /* the byte belonged to north's envelope */
            ck_assert_uint_lt(i, key.envelopes_len / 2 + 8);
        if (opened) {
            vault_free(east.vault);
            east = lab_holder('e');
        }
    }
}
END_TEST

START_TEST(every_shortened_blob_is_refused)
{
    struct made_key key = key_for_two("force", 1);
    size_t full = key.envelopes_len;

    for (key.envelopes_len = 1; key.envelopes_len < full; key.envelopes_len++) {
        bool opened = false;
        enum cw_err err = lab_learn(&east, &key, &opened);

        ck_assert(!opened);
        ck_assert(err == CW_PEER_MALFORMED || err == CW_OK); /* cut between two envelopes: ours is absent */
    }
}
END_TEST

START_TEST(every_shortened_record_is_refused)
{
    struct made_key key = key_for_two("force", 1);
    size_t full = key.record_len;
    bool opened = false;

    for (key.record_len = 0; key.record_len < full; key.record_len++)
        ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_holder_outside_the_audience_opens_nothing)
{
    struct made_key key = key_for_two("force", 1);
    bool opened = true;

    ck_assert_int_eq(lab_learn(&west, &key, &opened), CW_OK);
    ck_assert(!opened);
    ck_assert(!vault_can_open(west.vault, &key.id));
}
END_TEST

START_TEST(a_record_without_its_envelopes_is_opened_when_they_come)
{
    struct made_key key = key_for_two("force", 1);
    struct key_author author = lab_member('n');
    bool opened = true;

    ck_assert_int_eq(vault_learn(east.vault, &author, slice(key.record, key.record_len), slice(NULL, 0), &opened),
                     CW_OK);
    ck_assert(!opened);
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_OK);
    ck_assert(opened);
}
END_TEST

START_TEST(a_sealed_box_is_libsodiums)
{
    uint8_t seed[32] = {9}, plain[512];
    struct key_record record = record_of(seed, "force");
    struct entropy entropy = lab_entropy();
    struct recipient recipient = lab_recipient(&east);
    uint8_t bytes[ENVELOPE_SEALED_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    ck_assert_int_eq(envelope_seal(&record, seed, &recipient, &entropy, &w), CW_OK);
    ck_assert_int_eq(crypto_box_seal_open(plain, bytes, w.len, east.seal_key, east.secret.b), 0);
}
END_TEST

START_TEST(an_unusable_recipient_key_leaves_only_its_holder_out)
{
    const struct holder *const readers[] = {&north, &west, &east};
    struct made_key key;
    bool opened = false;

    memset(west.seal_key, 0, KEY_LEN); /* the point of order 1 */
    key = lab_make_key(&north, "force", 1, readers, 3);
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_OK);
    ck_assert(opened);
    ck_assert_int_eq(lab_learn(&west, &key, &opened), CW_OK);
    ck_assert(!opened);
}
END_TEST

START_TEST(a_maker_who_is_no_recipient_is_refused)
{
    struct recipient only_east = lab_recipient(&east);
    struct position membership = lab_position(1);
    struct entropy entropy = lab_entropy();
    uint8_t record[KEY_RECORD_LEN_MAX], envelopes[1024];
    struct writer w = writer_over(record, sizeof record), e = writer_over(envelopes, sizeof envelopes);

    ck_assert_int_eq(vault_make_key(north.vault, slice_of("force"), &membership, &only_east, 1, &entropy, &w, &e),
                     CW_USAGE_ARGUMENT);
    ck_assert_int_eq(vault_make_key(north.vault, slice_of(""), &membership, &only_east, 1, &entropy, &w, &e),
                     CW_USAGE_ARGUMENT);
}
END_TEST

START_TEST(a_blob_that_does_not_fit_makes_no_key)
{
    struct recipient both[] = {lab_recipient(&north), lab_recipient(&east)};
    struct position membership = lab_position(1);
    struct entropy entropy = lab_entropy();
    struct key_record_id id;
    uint8_t record[KEY_RECORD_LEN_MAX], envelopes[300];
    struct writer w = writer_over(record, sizeof record), e = writer_over(envelopes, sizeof envelopes);

    ck_assert_int_eq(vault_make_key(north.vault, slice_of("force"), &membership, both, 2, &entropy, &w, &e),
                     CW_REFUSED_SIZE);
    ck_assert(!vault_current_key(north.vault, slice_of("force"), &membership, lab_counts, "n", &id));
}
END_TEST

/* Sixteen keys in all, of which one author has four. */
START_TEST(one_author_has_a_share_and_no_more)
{
    struct key_author other = lab_member('w');
    struct made_key key;

    for (uint8_t n = 1; n <= 4; n++) {
        bool opened = false;

        key = key_for_two("force", n);
        ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_OK);
    }
    key = key_for_two("force", 5);
    ck_assert_int_eq(lab_learn_of(&east, &(struct key_author){north.cert, true}, &key), CW_LOCAL_MEMORY);
    ck_assert(!vault_can_open(east.vault, &key.id));
    ck_assert_int_eq(lab_learn_of(&east, &other, &key), CW_OK);
}
END_TEST

START_TEST(all_who_were_never_members_have_one_place_together)
{
    struct key_author outside = lab_member('w'), another = lab_member('x'), member = lab_member('y');
    struct made_key a = key_for_two("force", 1), b = key_for_two("force", 1);

    outside.member = another.member = false;
    ck_assert_int_eq(lab_learn_of(&east, &outside, &a), CW_OK);
    ck_assert_int_eq(lab_learn_of(&east, &another, &b), CW_LOCAL_MEMORY);
    ck_assert_int_eq(lab_learn_of(&east, &member, &b), CW_OK);
}
END_TEST

START_TEST(others_leave_room_for_ones_own)
{
    struct made_key key;

    for (uint8_t n = 0; n < 14; n++) {
        struct key_author author = lab_member((char)('A' + n));

        key = key_for_two("force", n);
        ck_assert_int_eq(lab_learn_of(&east, &author, &key), CW_OK);
        if (n % 4 == 3) { /* north's own are bounded as well */
            vault_free(north.vault);
            north = lab_holder('n');
        }
    }
    key = key_for_two("force", 14);
    ck_assert_int_eq(lab_learn_of(&east, &(struct key_author){{"z"}, true}, &key), CW_LOCAL_MEMORY);
    for (uint8_t n = 14; n < 16; n++) {
        const struct holder *const readers[] = {&north, &east};

        (void)lab_make_key(&east, "force", n, readers, 2);
    }
    ck_assert_uint_eq(vault_key_count(east.vault), 16);
}
END_TEST

/* --- which key to write under --------------------------------------------------------------------------- */

static bool current(const struct holder *h, const char *audience, uint8_t membership, struct key_record_id *out)
{
    struct position position = lab_position(membership);

    return vault_current_key(h->vault, slice_of(audience), &position, lab_counts, "ne", out);
}

/* Its record names the membership and has the least id, and its seed is known outside. */
START_TEST(nothing_is_written_under_a_key_that_no_member_made)
{
    struct key_author outside = lab_member('w');
    struct made_key theirs = key_for_two("force", 1);
    struct key_record_id id;

    outside.member = false;
    ck_assert_int_eq(lab_learn_of(&east, &outside, &theirs), CW_OK);
    ck_assert(vault_can_open(east.vault, &theirs.id));
    ck_assert(!current(&east, "force", 1, &id));

    struct made_key ours = key_for_two("force", 1);

    ck_assert_int_eq(lab_learn_of(&east, &(struct key_author){north.cert, true}, &ours), CW_OK);
    ck_assert(current(&east, "force", 1, &id));
    ck_assert(ID_EQ(&id, &ours.id));
}
END_TEST

START_TEST(of_several_keys_at_one_membership_the_least_is_used)
{
    struct made_key a = key_for_two("force", 1);
    struct made_key b = key_for_two("force", 1);
    const struct made_key *least = ID_COMPARE(&a.id, &b.id) < 0 ? &a : &b;
    struct key_record_id id;
    bool opened;

    ck_assert(current(&north, "force", 1, &id));
    ck_assert(ID_EQ(&id, &least->id));
    ck_assert_int_eq(lab_learn(&east, &b, &opened), CW_OK); /* in whichever order they arrive */
    ck_assert_int_eq(lab_learn(&east, &a, &opened), CW_OK);
    ck_assert(current(&east, "force", 1, &id));
    ck_assert(ID_EQ(&id, &least->id));
}
END_TEST

START_TEST(a_key_is_current_for_its_own_audience_and_membership_only)
{
    struct made_key key = key_for_two("force", 1);
    struct key_record_id id;

    ck_assert(!current(&north, "forc", 1, &id));
    ck_assert(!current(&north, "forces", 1, &id));
    ck_assert(!current(&north, "force", 2, &id));
    ck_assert(!current(&west, "force", 1, &id));
    ck_assert(current(&north, "force", 1, &id));
    ck_assert(ID_EQ(&id, &key.id));
}
END_TEST

/* --- wraps ------------------------------------------------------------------------------------------------ */

static void wrap_by_north(const struct made_key *key, uint32_t part, uint8_t out[static WRAP_LEN])
{
    struct entropy entropy = lab_entropy();

    ck_assert_int_eq(vault_wrap(north.vault, &key->id, &op, part, &part_key, &entropy, out), CW_OK);
}

static enum cw_err unwrap_by_east(const struct key_record_id *id, const struct cw_op_id *o, uint32_t part,
                                  const uint8_t wrap[static WRAP_LEN])
{
    struct part_key out = {0};
    enum cw_err err = vault_unwrap(east.vault, id, o, part, wrap, &out);
    uint8_t zeros[KEY_LEN] = {0};

    ck_assert_int_eq(memcmp(out.b, err == CW_OK ? part_key.b : zeros, KEY_LEN), 0);
    return err;
}

START_TEST(a_member_unwraps_what_another_wrapped)
{
    struct made_key key = key_for_two("force", 1);
    uint8_t wrap[WRAP_LEN];
    bool opened;

    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_OK);
    wrap_by_north(&key, 3, wrap);
    ck_assert_int_eq(unwrap_by_east(&key.id, &op, 3, wrap), CW_OK);
}
END_TEST

START_TEST(a_wrap_opens_nowhere_else)
{
    struct made_key key = key_for_two("force", 1), other = key_for_two("force", 2);
    struct cw_op_id other_op = op;
    uint8_t wrap[WRAP_LEN];
    bool opened;

    other_op.b[0] ^= 1;
    ck_assert_int_eq(lab_learn(&east, &key, &opened), CW_OK);
    ck_assert_int_eq(lab_learn(&east, &other, &opened), CW_OK);
    wrap_by_north(&key, 3, wrap);
    ck_assert_int_eq(unwrap_by_east(&key.id, &op, 2, wrap), CW_LOCAL_KEY);
    ck_assert_int_eq(unwrap_by_east(&key.id, &other_op, 3, wrap), CW_LOCAL_KEY);
    ck_assert_int_eq(unwrap_by_east(&other.id, &op, 3, wrap), CW_LOCAL_KEY);
    for (size_t i = 0; i < sizeof wrap; i++) {
        wrap[i] ^= 0x10;
        ck_assert_int_eq(unwrap_by_east(&key.id, &op, 3, wrap), CW_LOCAL_KEY);
        wrap[i] ^= 0x10;
    }
    ck_assert_int_eq(unwrap_by_east(&key.id, &op, 3, wrap), CW_OK);
}
END_TEST

/* A maker that uses one seed twice gives both records one wrap key: still each wrap is for one record. */
START_TEST(a_wrap_is_for_one_record_even_when_two_share_a_seed)
{
    uint8_t seed[32] = {9}, wrap[WRAP_LEN];
    struct key_record first = record_of(seed, "force"), second = first;
    struct entropy entropy = lab_entropy();
    struct made_key a, b;
    bool opened;

    second.membership = lab_position(2);
    a = with_envelope(&first, seed, &east, &east);
    b = with_envelope(&second, seed, &east, &east);
    ck_assert_int_eq(lab_learn(&east, &a, &opened), CW_OK);
    ck_assert_int_eq(lab_learn(&east, &b, &opened), CW_OK);
    ck_assert_int_eq(vault_wrap(east.vault, &a.id, &op, 0, &part_key, &entropy, wrap), CW_OK);
    ck_assert_int_eq(unwrap_by_east(&a.id, &op, 0, wrap), CW_OK);
    ck_assert_int_eq(unwrap_by_east(&b.id, &op, 0, wrap), CW_LOCAL_KEY);
}
END_TEST

START_TEST(a_key_that_is_not_held_neither_wraps_nor_unwraps)
{
    struct made_key key = key_for_two("force", 1);
    struct entropy entropy = lab_entropy();
    uint8_t wrap[WRAP_LEN];

    wrap_by_north(&key, 0, wrap);
    ck_assert_int_eq(unwrap_by_east(&key.id, &op, 0, wrap), CW_LOCAL_KEY);
    ck_assert_int_eq(vault_wrap(west.vault, &key.id, &op, 0, &part_key, &entropy, wrap), CW_LOCAL_KEY);
}
END_TEST

/* --- derivation and memory ---------------------------------------------------------------------------------- */

START_TEST(what_a_seed_gives_is_fixed)
{
    static const uint8_t seed[32] = {1, 2, 3};
    struct audience_derived d;
    uint8_t expected[32];

    audience_derive(seed, slice_of("force"), &d);
    (void)crypto_generichash_blake2b_salt_personal(expected, 32, NULL, 0, seed, 32, NULL,
                                                   (const uint8_t *)"cw1:keywrap\0\0\0\0\0");
    ck_assert_int_eq(memcmp(expected, d.secret.wrap_key, 32), 0);
    (void)crypto_generichash_blake2b_salt_personal(expected, 32, NULL, 0, seed, 32, NULL,
                                                   (const uint8_t *)"cw1:keyx25519\0\0\0");
    ck_assert_int_eq(memcmp(expected, d.secret.x25519_secret, 32), 0);
    (void)crypto_scalarmult_base(expected, d.secret.x25519_secret);
    ck_assert_int_eq(memcmp(expected, d.public_key, 32), 0);
    (void)crypto_generichash_blake2b_salt_personal(expected, 32, (const uint8_t *)"force", 5, seed, 32, NULL,
                                                   (const uint8_t *)"cw1:keycommit\0\0\0");
    ck_assert_int_eq(memcmp(expected, d.commitment, 32), 0);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* these turn mlock into nothing */
START_TEST(a_strict_vault_needs_locked_memory)
{
    struct rlimit none = {0, 0};
    struct vault_limits limits = {0};
    struct vault *v = NULL;

    ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
    if (geteuid() == 0) /* root locks without a limit: give up the privilege, in this process of the test alone */
        ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
    ck_assert_int_eq(vault_new(&limits, &north.cert, &north.secret, true, &v), CW_LOCAL_MEMORY);
    ck_assert_ptr_null(v);
    ck_assert_int_eq(vault_new(&limits, &north.cert, &north.secret, false, &v), CW_OK);
    vault_free(v);
}
END_TEST
#endif

Suite *suite_audience(void)
{
    Suite *suite = suite_create("audience");
    TCase *t = tcase_create("audience");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, an_honest_envelope_opens);
    tcase_add_test(t, another_seed_than_the_audience_was_promised_is_alarmed);
    tcase_add_test(t, a_substituted_commitment_is_alarmed);
    tcase_add_test(t, a_substituted_public_key_is_alarmed);
    tcase_add_test(t, an_envelope_of_another_record_is_alarmed);
    tcase_add_test(t, an_envelope_that_names_another_audience_is_alarmed);
    tcase_add_test(t, an_envelope_sealed_for_somebody_else_is_alarmed);
    tcase_add_test(t, an_envelope_that_names_somebody_else_inside_is_alarmed);
    tcase_add_test(t, every_changed_byte_of_an_envelope_is_refused);
    tcase_add_test(t, every_shortened_blob_is_refused);
    tcase_add_test(t, every_shortened_record_is_refused);
    tcase_add_test(t, a_holder_outside_the_audience_opens_nothing);
    tcase_add_test(t, a_record_without_its_envelopes_is_opened_when_they_come);
    tcase_add_test(t, a_sealed_box_is_libsodiums);
    tcase_add_test(t, an_unusable_recipient_key_leaves_only_its_holder_out);
    tcase_add_test(t, a_maker_who_is_no_recipient_is_refused);
    tcase_add_test(t, a_blob_that_does_not_fit_makes_no_key);
    tcase_add_test(t, one_author_has_a_share_and_no_more);
    tcase_add_test(t, all_who_were_never_members_have_one_place_together);
    tcase_add_test(t, others_leave_room_for_ones_own);
    tcase_add_test(t, nothing_is_written_under_a_key_that_no_member_made);
    tcase_add_test(t, of_several_keys_at_one_membership_the_least_is_used);
    tcase_add_test(t, a_key_is_current_for_its_own_audience_and_membership_only);
    tcase_add_test(t, a_member_unwraps_what_another_wrapped);
    tcase_add_test(t, a_wrap_opens_nowhere_else);
    tcase_add_test(t, a_wrap_is_for_one_record_even_when_two_share_a_seed);
    tcase_add_test(t, a_key_that_is_not_held_neither_wraps_nor_unwraps);
    tcase_add_test(t, what_a_seed_gives_is_fixed);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    tcase_add_test(t, a_strict_vault_needs_locked_memory);
#endif
    suite_add_tcase(suite, t);
    return suite;
}
