/* SPDX-License-Identifier: Apache-2.0 */
#include "store/gap.h"
#include "store/layer.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>

static struct layer *layer;

static void set_up(void)
{
    layer = layer_new(100);
    ck_assert_ptr_nonnull(layer);
}

static void tear_down(void)
{
    layer_release(layer);
}

static void write_row(const char *key, const char *value, uint64_t number)
{
    struct layer_key k = layer_key_of(0, slice_of(key));

    ck_assert_int_eq(layer_write(layer, &k, slice_of(value), value[0] == '\0', number), CW_OK);
}

/* The value seen, "-" where the row is deleted, "?" where the layer says nothing. */
static const char *seen(const char *key, uint64_t upto)
{
    struct layer_key k = layer_key_of(0, slice_of(key));
    const struct layer_version *v = layer_find(layer, &k, upto);

    return v == NULL ? "?" : v->dead ? "-" : (const char *)v->value.data;
}

START_TEST(each_reader_sees_the_rows_as_of_its_commit)
{
    write_row("a", "one", 1);
    layer_keep(layer);
    write_row("a", "two", 2);
    write_row("b", "two", 2);
    layer_keep(layer);
    write_row("a", "", 3);
    layer_keep(layer);
    ck_assert_str_eq(seen("a", 0), "?");
    ck_assert_str_eq(seen("a", 1), "one");
    ck_assert_str_eq(seen("b", 1), "?");
    ck_assert_str_eq(seen("a", 2), "two");
    ck_assert_str_eq(seen("a", 3), "-");
    ck_assert_str_eq(seen("a", 99), "-");
}
END_TEST

START_TEST(what_is_undone_never_was)
{
    write_row("a", "one", 1);
    layer_keep(layer);
    write_row("a", "x", 2);
    write_row("a", "y", 2);
    write_row("new", "x", 2);
    ck_assert_str_eq(seen("a", 2), "y");
    layer_undo(layer);
    ck_assert_str_eq(seen("a", 2), "one");
    ck_assert_str_eq(seen("new", 2), "?");
    write_row("new", "two", 2);
    layer_keep(layer);
    layer_undo(layer); /* of nothing */
    ck_assert_str_eq(seen("new", 2), "two");
    ck_assert_str_eq(seen("a", 2), "one");
}
END_TEST

START_TEST(a_key_may_be_overwritten_once_its_write_is_undone)
{
    char key[] = "kept";

    write_row(key, "x", 1);
    layer_undo(layer);
    key[0] = 'z';
    write_row("m", "1", 1);
    layer_keep(layer);
    ck_assert(slice_eq(layer_row_key(layer_seek(layer, 0, slice_of(""), false)), slice_of("kept")));
    ck_assert_ptr_null(layer_row_at(layer_seek(layer, 0, slice_of(""), false), 9));
}
END_TEST

START_TEST(tables_are_apart)
{
    struct layer_key k = layer_key_of(3, slice_of("a"));

    write_row("a", "one", 1);
    ck_assert_ptr_null(layer_find(layer, &k, 9));
    ck_assert(layer_has_rows(layer, 0));
    ck_assert(!layer_has_rows(layer, 3));
}
END_TEST

/* --- many rows, in the order of their keys ---------------------------------------------------------------------- */

#define MANY 20000

static struct cw_slice key_of(uint32_t n, uint8_t out[static 4])
{
    struct writer w = writer_over(out, 4);

    writer_be32(&w, n);
    return slice(out, 4);
}

static void write_many(void)
{
    for (uint32_t i = 0; i < MANY; i++) {
        uint8_t raw[4];
        struct layer_key k = layer_key_of(1, key_of((i * 7919U) % MANY * 2, raw)); /* even ones, in no order */

        ck_assert_int_eq(layer_write(layer, &k, slice_of("v"), false, 1), CW_OK);
    }
    layer_keep(layer);
}

static uint32_t number_of(const struct layer_row *row)
{
    struct reader in = reader_over(layer_row_key(row));

    return reader_be32(&in);
}

START_TEST(rows_are_found_by_key_and_in_order)
{
    uint8_t raw[4];
    uint32_t count = 0;

    write_many();
    for (const struct layer_row *row = layer_seek(layer, 1, slice(NULL, 0), false); row != NULL; row = layer_next(row))
        ck_assert_uint_eq(number_of(row), (uint64_t)2 * count++);
    ck_assert_uint_eq(count, MANY);
    for (uint32_t n = 0; n < 2 * MANY; n += 331) {
        struct cw_slice key = key_of(n, raw);
        struct layer_key k = layer_key_of(1, key);
        uint32_t at = n % 2 == 0 ? n : n + 1;

        ck_assert(n + 3 > 2 * MANY || number_of(layer_seek(layer, 1, key, false)) == at);
        ck_assert(n + 3 > 2 * MANY || number_of(layer_seek(layer, 1, key, true)) == (n % 2 == 0 ? n + 2 : n + 1));
        ck_assert_uint_eq(number_of(layer_seek_back(layer, 1, key, false)), n - n % 2);
        ck_assert(n < 2 || number_of(layer_seek_back(layer, 1, key, true)) == (n % 2 == 0 ? n - 2 : n - 1));
        ck_assert_int_eq(layer_find(layer, &k, 9) != NULL, n % 2 == 0);
    }
    ck_assert_ptr_null(layer_seek_back(layer, 1, key_of(0, raw), true));
    ck_assert_ptr_null(layer_seek(layer, 1, key_of(2 * MANY - 2, raw), true));
}
END_TEST

/* --- readers beside the writer ------------------------------------------------------------------------------------ */

#define ROUNDS 300
#define KEYS 64

static _Atomic uint64_t committed;

static struct cw_slice number_slice(uint64_t number)
{
    uint8_t *bytes = layer_take(layer, 8);
    struct writer w;

    ck_assert_ptr_nonnull(bytes);
    w = writer_over(bytes, 8);
    writer_be64(&w, number);
    return slice(bytes, 8);
}

/* All rows of a commit say its number; some commits are undone. */
static void commit_round(uint64_t number)
{
    for (uint32_t i = 0; i < KEYS; i++) {
        uint8_t raw[4];
        struct layer_key k = layer_key_of(2, key_of(i * 5 + (uint32_t)(number % 5), raw));

        ck_assert_int_eq(layer_write(layer, &k, number_slice(number), false, number), CW_OK);
    }
}

static void *read_rounds(void *arg)
{
    uintptr_t bad = 0;
    uint64_t upto;

    (void)arg;
    do {
        upto = atomic_load(&committed);
        for (const struct layer_row *row = layer_seek(layer, 2, slice(NULL, 0), false); row != NULL;
             row = layer_next(row)) {
            const struct layer_version *v = layer_row_at(row, upto);
            struct layer_key k = layer_key_of(2, layer_row_key(row));
            struct reader in;

            if (v == NULL)
                continue;
            in = reader_over(v->value);
            bad += v->number > upto || reader_be64(&in) != v->number || v->number + 5 <= upto - upto % 5;
            bad += layer_find(layer, &k, upto) != v;
        }
    } while (upto < ROUNDS);
    return (void *)bad;
}

START_TEST(readers_beside_the_writer_see_what_was_committed)
{
    pthread_t threads[3];

    atomic_store(&committed, 0);
    for (size_t i = 0; i < CW_COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_rounds, NULL), 0);
    for (uint64_t number = 1; number <= ROUNDS; number++) {
        commit_round(number);
        layer_undo(layer);
        commit_round(number);
        layer_keep(layer);
        atomic_store(&committed, number);
    }
    for (size_t i = 0; i < CW_COUNT(threads); i++) {
        void *bad;

        ck_assert_int_eq(pthread_join(threads[i], &bad), 0);
        ck_assert_ptr_null(bad);
    }
}
END_TEST

/* --- gaps: against a table of which rows live ------------------------------------------------------------------------ */

#define UNIVERSE 60

static uint64_t state;

static uint32_t draw(uint32_t bound)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33) % bound;
}

/* The first that lives at or after `from`, dead ones before it counted; UNIVERSE: none. */
static uint32_t search(const bool *lives, uint32_t from, uint32_t *dead)
{
    for (*dead = 0; from < UNIVERSE && !lives[from]; from++)
        (*dead)++;
    return from;
}

static void look(struct gaps *g, const bool *lives)
{
    uint8_t raw[4], raw_to[4];
    uint32_t from = draw(UNIVERSE), dead, found = UNIVERSE, whole = search(lives, from, &dead);
    struct cw_slice at;

    if (gaps_skip(g, 0, key_of(from, raw), &at)) {
        struct reader in = reader_over(at);
        struct cw_slice to;

        found = search(lives, reader_be32(&in), &dead);
        to = key_of(found, raw_to);
        gaps_learn(g, 0, at, found < UNIVERSE ? &to : NULL, dead);
    }
    ck_assert_uint_eq(found, whole);
}

START_TEST(gaps_hide_nothing_that_lives)
{
    struct gaps g = {.next = 0};
    bool lives[UNIVERSE] = {false};

    state = (uint64_t)_i + 5;
    for (int i = 0; i < 20000; i++) {
        uint8_t raw[4];
        uint32_t key = draw(UNIVERSE);

        switch (draw(5)) {
        case 0:
            lives[key] = draw(4) == 0;
            if (lives[key])
                gaps_cut(&g, 0, key_of(key, raw));
            break;
        case 1:
            lives[key] = false;
            break;
        case 2:
            gaps_cut(&g, 1, key_of(key, raw)); /* another table's */
            break;
        default:
            look(&g, lives);
        }
        if (draw(500) == 0)
            gaps_forget(&g);
    }
}
END_TEST

START_TEST(a_queue_is_emptied_without_looking_through_its_dead)
{
    struct gaps g = {.next = 0};
    struct cw_slice at, to;
    uint8_t raw[4];

    to = key_of(20, raw);
    gaps_learn(&g, 0, slice(NULL, 0), &to, 20);
    ck_assert(gaps_skip(&g, 0, slice(NULL, 0), &at));
    ck_assert(slice_eq(at, key_of(20, raw)));
    to = key_of(21, raw);
    gaps_learn(&g, 0, at, &to, 1); /* one more: it grows although one is few */
    ck_assert(gaps_skip(&g, 0, slice(NULL, 0), &at));
    ck_assert(slice_eq(at, key_of(21, raw)));
    gaps_learn(&g, 0, at, NULL, 1);
    ck_assert(!gaps_skip(&g, 0, slice(NULL, 0), &at));
    gaps_cut(&g, 0, key_of(30, raw));
    ck_assert(gaps_skip(&g, 0, slice(NULL, 0), &at));
    ck_assert(slice_eq(at, key_of(30, raw)));
}
END_TEST

Suite *suite_layer(void)
{
    Suite *suite = suite_create("layer");
    TCase *t = tcase_create("layer");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, each_reader_sees_the_rows_as_of_its_commit);
    tcase_add_test(t, what_is_undone_never_was);
    tcase_add_test(t, a_key_may_be_overwritten_once_its_write_is_undone);
    tcase_add_test(t, tables_are_apart);
    tcase_add_test(t, rows_are_found_by_key_and_in_order);
    tcase_add_test(t, readers_beside_the_writer_see_what_was_committed);
    tcase_add_loop_test(t, gaps_hide_nothing_that_lives, 0, 4);
    tcase_add_test(t, a_queue_is_emptied_without_looking_through_its_dead);
    suite_add_tcase(suite, t);
    return suite;
}
