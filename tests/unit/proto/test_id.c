/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/id.h"

#include <check.h>

START_TEST(labels_are_distinct_and_padded_with_zeros)
{
    uint8_t a[LABEL_LEN], b[LABEL_LEN];

    for (int i = 0; i < LABEL_COUNT; i++) {
        label_bytes((enum label)i, a);
        ck_assert_int_eq(memcmp(a, label_text((enum label)i), strlen(label_text((enum label)i))), 0);
        for (size_t k = strlen(label_text((enum label)i)); k < LABEL_LEN; k++)
            ck_assert_uint_eq(a[k], 0);
        for (int j = 0; j < i; j++) {
            label_bytes((enum label)j, b);
            ck_assert_int_ne(memcmp(a, b, LABEL_LEN), 0);
        }
    }
}
END_TEST

/* Computed with Python: hashlib.blake2b(b"casewire", digest_size=32, person=b"cw1:op").hexdigest() */
START_TEST(an_id_is_blake2b_with_the_label_as_personalisation)
{
    struct cw_op_id id;
    char text[2 * ID_LEN + 1];

    op_id_of(slice_of("casewire"), &id);
    hex_of(ID_SLICE(&id), text);
    ck_assert_str_eq(text, "1d0ebeafd96d54a593b5fd6a9446d171b07166534b30f5f20b8929d4de087cac");

    uint8_t keyed[ID_LEN], key[32];
    memset(key, 7, sizeof(key));
    hash_keyed(LABEL_COMMIT, key, slice_of("casewire"), keyed);
    hex_of(slice(keyed, ID_LEN), text);
    ck_assert_str_eq(text, "97b554e315b8e1e0d718703a77aa5ca6dbdf3ccd5377cba7690edf739e5f3df5");
}
END_TEST

START_TEST(the_same_bytes_under_two_labels_are_two_ids)
{
    struct hash entry, seal;

    entry_hash_of(slice_of("x"), &entry);
    seal_hash_of(slice_of("x"), &seal);
    ck_assert(!ID_EQ(&entry, &seal));
}
END_TEST

START_TEST(hashing_in_pieces_is_hashing_the_whole)
{
    const struct cw_slice pieces[] = {slice_of("ab"), slice(NULL, 0), slice_of("c")};
    uint8_t whole[ID_LEN], pieced[ID_LEN];

    hash_one(LABEL_BLOB, slice_of("abc"), whole);
    hash_labelled(LABEL_BLOB, pieces, CW_COUNT(pieces), pieced);
    ck_assert_mem_eq(whole, pieced, ID_LEN);
}
END_TEST

START_TEST(things_of_one_op_differ_by_index)
{
    struct cw_op_id op = {{1}};
    struct hash first, second;

    thing_id_of(&op, 0, &first);
    thing_id_of(&op, 1, &second);
    ck_assert(!ID_EQ(&first, &second));
}
END_TEST

struct numbered {
    uint32_t before;
    struct hash id;
};

START_TEST(a_row_is_found_by_its_id_or_its_place_is)
{
    struct numbered rows[5];
    struct hash wanted = {{0}};
    size_t rank = 99;

    for (size_t i = 0; i < CW_COUNT(rows); i++) {
        rows[i] = (struct numbered){.before = UINT32_MAX};
        rows[i].id.b[0] = (uint8_t)(10 * i + 10);
    }
    for (size_t count = 0; count <= CW_COUNT(rows); count++) {
        for (uint8_t value = 0; value < 60; value++) {
            size_t below = value / 10 < 1 ? 0 : (size_t)(value - 1) / 10; /* rows with a smaller id */

            wanted.b[0] = value;
            bool there = value % 10 == 0 && value != 0 && (size_t)value / 10 <= count;
            ck_assert_int_eq(ID_FIND(struct numbered, rows, count, id, &wanted, &rank), there);
            ck_assert_uint_eq(rank, below < count ? below : count);
        }
    }
    wanted.b[0] = 20;
    wanted.b[ID_LEN - 1] = 1; /* the last byte counts too */
    ck_assert(!ID_FIND(struct numbered, rows, CW_COUNT(rows), id, &wanted, &rank));
    ck_assert_uint_eq(rank, 2);
    ck_assert(!ID_FIND(struct numbered, (struct numbered *)NULL, 0, id, &wanted, &rank));
    ck_assert_uint_eq(rank, 0);
}
END_TEST

Suite *suite_id(void)
{
    Suite *s = suite_create("id");
    TCase *t = tcase_create("id");

    tcase_add_test(t, labels_are_distinct_and_padded_with_zeros);
    tcase_add_test(t, an_id_is_blake2b_with_the_label_as_personalisation);
    tcase_add_test(t, the_same_bytes_under_two_labels_are_two_ids);
    tcase_add_test(t, hashing_in_pieces_is_hashing_the_whole);
    tcase_add_test(t, things_of_one_op_differ_by_index);
    tcase_add_test(t, a_row_is_found_by_its_id_or_its_place_is);
    suite_add_tcase(s, t);
    return s;
}
