/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/table_hash.h"

#include <check.h>
#include <uthash.h>

#define NAMES 1000

struct named {
    uint64_t id;
    UT_hash_handle hh;
};

static uint32_t hash_of(uint64_t id)
{
    return table_hash(&id, sizeof id);
}

START_TEST(the_same_bytes_hash_alike_until_another_key_is_drawn)
{
    uint32_t before = hash_of(7), first = hash_of(1);

    ck_assert_uint_eq(hash_of(7), before);
    table_hash_draw_key();
    ck_assert_uint_eq(hash_of(7), hash_of(7));
    ck_assert(hash_of(7) != before || hash_of(1) != first); /* both by chance: once in 2^64 */
}
END_TEST

START_TEST(every_byte_and_the_length_count)
{
    uint8_t name[8] = {0};
    uint32_t plain = table_hash(name, sizeof name);

    for (size_t i = 0; i < sizeof name; i++) {
        name[i] ^= 1;
        ck_assert_uint_ne(table_hash(name, sizeof name), plain);
        name[i] ^= 1;
    }
    ck_assert_uint_ne(table_hash(name, sizeof name - 1), plain);
}
END_TEST

START_TEST(a_table_finds_all_it_holds_and_is_walked_in_the_order_of_insertion)
{
    static struct named all[NAMES];
    struct named *table = NULL, *one, *next, *found;
    uint64_t walked = 0;

    table_hash_draw_key();
    for (uint64_t i = 0; i < NAMES; i++) {
        one = &all[i];
        one->id = i * 0x9e3779b97f4a7c15U;
        HASH_ADD(hh, table, id, sizeof one->id, one);
    }
    HASH_ITER (hh, table, one, next) {
        HASH_FIND(hh, table, &all[walked].id, sizeof one->id, found);
        ck_assert_ptr_eq(found, one);
        walked++;
    }
    ck_assert_uint_eq(walked, NAMES);
    HASH_CLEAR(hh, table);
}
END_TEST

Suite *suite_table_hash(void)
{
    Suite *s = suite_create("table_hash");
    TCase *t = tcase_create("table_hash");

    tcase_add_test(t, the_same_bytes_hash_alike_until_another_key_is_drawn);
    tcase_add_test(t, every_byte_and_the_length_count);
    tcase_add_test(t, a_table_finds_all_it_holds_and_is_walked_in_the_order_of_insertion);
    suite_add_tcase(s, t);
    return s;
}
