/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/id.h"

#include <check.h>

#define LEAVES_MAX 1100

static struct hash leaves[LEAVES_MAX], scratch[LEAVES_MAX];

static void make_leaves(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t raw[] = {(uint8_t)i, (uint8_t)(i >> 8)};
        merkle_leaf(MERKLE_BUNDLE, slice(raw, sizeof(raw)), &leaves[i]);
    }
}

static void root_of(size_t count, struct hash *out)
{
    memcpy(scratch, leaves, count * sizeof(*leaves));
    merkle_root(MERKLE_BUNDLE, scratch, count, out);
}

/* RFC 6962 §2.1 word by word: split at the largest power of two below the length, recurse. */
static void root_by_the_rfc(const struct hash *at, size_t count, struct hash *out)
{
    struct hash both[2];
    size_t split = 1;

    if (count == 1) {
        *out = at[0];
        return;
    }
    while (2 * split < count)
        split *= 2;
    root_by_the_rfc(at, split, &both[0]);
    root_by_the_rfc(at + split, count - split, &both[1]);
    hash_one(LABEL_BUNDLE_NODE, slice(both[0].b, sizeof(both)), out->b);
}

START_TEST(the_root_is_that_of_the_rfc)
{
    make_leaves(LEAVES_MAX);
    for (size_t count = 1; count <= 300; count++) {
        struct hash ours, theirs;
        root_of(count, &ours);
        root_by_the_rfc(leaves, count, &theirs);
        ck_assert_mem_eq(ours.b, theirs.b, ID_LEN);
    }
}
END_TEST

START_TEST(no_leaves_have_a_root_of_zeros)
{
    struct hash root = {{1}};

    merkle_root(MERKLE_ITEMS, NULL, 0, &root);
    ck_assert(ID_IS_ZERO(&root));
}
END_TEST

static const size_t counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 255, 256, 1000, 1023, 1024};

START_TEST(every_leaf_of_a_tree_proves_itself)
{
    size_t count = counts[_i];
    struct hash root, path[MERKLE_PATH_MAX];

    make_leaves(count);
    root_of(count, &root);
    for (size_t i = 0; i < count; i += 1 + count / 64) {
        size_t n = merkle_path(MERKLE_BUNDLE, leaves, count, i, scratch, path);
        ck_assert_uint_le(n, 10);
        ck_assert_int_eq(merkle_check(MERKLE_BUNDLE, &leaves[i], i, count, path, n, &root), CW_OK);
    }
}
END_TEST

START_TEST(a_path_proves_nothing_at_another_place_length_or_kind)
{
    size_t count = counts[_i];
    size_t index = count / 2;
    struct hash root, path[MERKLE_PATH_MAX + 1] = {{{0}}};

    make_leaves(count);
    root_of(count, &root);
    size_t n = merkle_path(MERKLE_BUNDLE, leaves, count, index, scratch, path);

    ck_assert_int_ne(merkle_check(MERKLE_BUNDLE, &leaves[index], index, count, path, n + 1, &root), CW_OK);
    ck_assert_int_ne(merkle_check(MERKLE_BUNDLE, &leaves[index], count, count, path, n, &root), CW_OK);
    ck_assert_int_ne(merkle_check(MERKLE_BUNDLE, &leaves[index], index, 0, path, n, &root), CW_OK);
    if (n == 0)
        return;
    ck_assert_int_ne(merkle_check(MERKLE_BUNDLE, &leaves[index], index, count, path, n - 1, &root), CW_OK);
    ck_assert_int_ne(merkle_check(MERKLE_BUNDLE, &leaves[index], index - 1, count, path, n, &root), CW_OK);
    ck_assert_int_ne(merkle_check(MERKLE_ENTRIES, &leaves[index], index, count, path, n, &root), CW_OK);
    path[n - 1].b[31] ^= 1;
    ck_assert_int_ne(merkle_check(MERKLE_BUNDLE, &leaves[index], index, count, path, n, &root), CW_OK);
}
END_TEST

START_TEST(an_inner_node_is_no_leaf)
{
    struct hash root, inner, path[MERKLE_PATH_MAX];

    make_leaves(4);
    root_of(4, &root);
    (void)merkle_path(MERKLE_BUNDLE, leaves, 4, 0, scratch, path);
    hash_one(LABEL_BUNDLE_NODE, slice(leaves[0].b, 2 * (size_t)ID_LEN), inner.b);
    /* the tree of four seen as one of two: right length for (0, 2), but leaves carry another label */
    struct hash leaf;
    merkle_leaf(MERKLE_BUNDLE, ID_SLICE(&inner), &leaf);
    ck_assert_int_ne(merkle_check(MERKLE_BUNDLE, &leaf, 0, 2, &path[1], 1, &root), CW_OK);
}
END_TEST

Suite *suite_merkle(void)
{
    Suite *s = suite_create("merkle");
    TCase *t = tcase_create("merkle");

    tcase_add_test(t, the_root_is_that_of_the_rfc);
    tcase_add_test(t, no_leaves_have_a_root_of_zeros);
    tcase_add_loop_test(t, every_leaf_of_a_tree_proves_itself, 0, (int)CW_COUNT(counts));
    tcase_add_loop_test(t, a_path_proves_nothing_at_another_place_length_or_kind, 0, (int)CW_COUNT(counts));
    tcase_add_test(t, an_inner_node_is_no_leaf);
    suite_add_tcase(s, t);
    return s;
}
