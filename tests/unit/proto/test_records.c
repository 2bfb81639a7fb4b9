/* SPDX-License-Identifier: Apache-2.0 */
/* The law of the strict grammar: whatever is accepted is written back byte for byte. */
#include "tests/unit/proto/record_kinds.h"
#include "tests/unit/proto/samples.h"
#include "tests/unit/support/room.h"

#include <check.h>

static uint8_t arena_memory[1 << 20];
static uint8_t written[1 << 19];

/* Accepts and writes back the same, or refuses with an error of the grammar. */
static enum cw_err accepts(const struct record_kind *kind, struct cw_slice bytes)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer out = writer_over(written, sizeof(written));
    enum cw_err err = kind->reencode(bytes, &arena, &out);

    if (err == CW_OK) {
        ck_assert_msg(!out.failed && slice_eq(slice(out.data, out.len), bytes), "%s: written back differently",
                      kind->name);
        return CW_OK;
    }
    ck_assert_msg(err == CW_REFUSED_MALFORMED || err == CW_REFUSED_SIZE || err == CW_REFUSED_VERSION, "%s: %s",
                  kind->name, cw_err_name(err));
    return err;
}

/* Where the top-level fields of a record begin; the last one is its end. */
static size_t boundaries(struct cw_slice bytes, size_t *out, size_t max)
{
    struct reader in = reader_over(bytes);
    size_t count = 0;

    while (reader_left(&in) > 0 && count + 1 < max) {
        out[count++] = in.at;
        uint64_t tag = reader_varint(&in);
        uint64_t v = reader_varint(&in);
        if ((tag & 7) == 2)
            (void)reader_slice(&in, (size_t)v);
    }
    ck_assert(!in.failed);
    out[count] = bytes.len;
    return count;
}

static const struct record_kind *kind_at(int i)
{
    return &record_kinds[i];
}

START_TEST(a_sample_of_every_kind_is_accepted)
{
    for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++)
        ck_assert_int_eq(accepts(kind_at(_i), sample_of(kind_at(_i)->name, v)), CW_OK);
}
END_TEST

START_TEST(a_record_cut_inside_a_field_is_refused)
{
    for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++) {
        struct cw_slice whole = sample_of(kind_at(_i)->name, v);
        size_t at[256], count = boundaries(whole, at, CW_COUNT(at));

        for (size_t cut = 0, next = 0; cut < whole.len; cut++) {
            enum cw_err err = accepts(kind_at(_i), slice(whole.data, cut));
            while (next <= count && at[next] < cut)
                next++;
            if (at[next] != cut)
                ck_assert_msg(err != CW_OK, "%s cut at %zu", kind_at(_i)->name, cut);
        }
    }
}
END_TEST

START_TEST(any_single_bit_turned_is_refused_or_is_another_record)
{
    for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++) {
        struct cw_slice whole = sample_of(kind_at(_i)->name, v);
        uint8_t changed[4096];

        if (whole.len > sizeof(changed))
            continue;
        memcpy(changed, whole.data, whole.len);
        for (size_t bit = 0; bit < 8 * whole.len; bit++) {
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
            (void)accepts(kind_at(_i), slice(changed, whole.len));
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}
END_TEST

/* Puts the fields of `whole` together in another way. */
static struct cw_slice compose(struct cw_slice whole, const size_t *at, const size_t *order, size_t count)
{
    static uint8_t made[8192];
    struct writer out = writer_over(made, sizeof(made));

    for (size_t i = 0; i < count; i++)
        writer_bytes(&out, whole.data + at[order[i]], at[order[i] + 1] - at[order[i]]);
    return slice(made, out.len);
}

static bool same_tag(struct cw_slice whole, size_t a, size_t b)
{
    return whole.data[a] == whole.data[b];
}

START_TEST(fields_out_of_order_are_refused)
{
    for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++) {
        struct cw_slice whole = sample_of(kind_at(_i)->name, v);
        size_t at[256], order[256], count = boundaries(whole, at, CW_COUNT(at));

        for (size_t i = 0; i + 1 < count; i++) {
            for (size_t k = 0; k < count; k++)
                order[k] = k == i ? i + 1 : k == i + 1 ? i : k;
            if (!same_tag(whole, at[i], at[i + 1]))
                ck_assert_int_ne(accepts(kind_at(_i), compose(whole, at, order, count)), CW_OK);
        }
    }
}
END_TEST

START_TEST(a_field_that_is_there_twice_is_refused_or_counted)
{
    for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++) {
        struct cw_slice whole = sample_of(kind_at(_i)->name, v);
        size_t at[256], order[256], count = boundaries(whole, at, CW_COUNT(at));

        for (size_t i = 0; i < count; i++) {
            for (size_t k = 0; k <= count; k++)
                order[k] = k <= i ? k : k - 1;
            (void)accepts(kind_at(_i), compose(whole, at, order, count + 1));
            order[count] = i; /* a second time, at the end */
            for (size_t k = 0; k < count; k++)
                order[k] = k;
            if (i + 1 < count && !same_tag(whole, at[i], at[count - 1]))
                ck_assert_int_ne(accepts(kind_at(_i), compose(whole, at, order, count + 1)), CW_OK);
        }
    }
}
END_TEST

START_TEST(a_field_of_the_future_is_refused)
{
    static const struct {
        const char *name;
        uint8_t b[8];
        size_t len;
    } tails[] = {
        {"varint 100", {0xa0, 0x06, 0x01}, 3},
        {"bytes 100", {0xa2, 0x06, 0x00}, 3},
        {"group 100", {0xa3, 0x06, 0xa4, 0x06}, 4},
        {"fixed32 100", {0xa5, 0x06, 0, 0, 0, 0}, 6},
        {"field 0", {0x00, 0x01}, 2},
        {"a lone tag", {0xa0, 0x06}, 2},
    };

    for (size_t i = 0; i < CW_COUNT(tails); i++) {
        struct cw_slice whole = sample_of(kind_at(_i)->name, 0);
        struct writer out = writer_over(arena_memory, sizeof(arena_memory) / 2);

        writer_slice(&out, whole);
        writer_bytes(&out, tails[i].b, tails[i].len);
        uint8_t *copy = arena_memory + sizeof(arena_memory) / 2;
        memcpy(copy, out.data, out.len);
        struct arena arena = arena_over(arena_memory, sizeof(arena_memory) / 2);
        struct writer back = writer_over(written, sizeof(written));
        ck_assert_msg(kind_at(_i)->reencode(slice(copy, out.len), &arena, &back) != CW_OK, "%s", tails[i].name);
    }
}
END_TEST

/* Spells the tag, then the number or length, of each field one byte longer than needed. */
START_TEST(an_overlong_varint_is_refused)
{
    struct cw_slice whole = sample_of(kind_at(_i)->name, 0);
    size_t at[256], count = boundaries(whole, at, CW_COUNT(at));
    static uint8_t made[8192];

    for (size_t i = 0; i < count; i++) {
        for (int which = 0; which < 2; which++) {
            struct reader in = reader_over(slice(whole.data + at[i], whole.len - at[i]));
            (void)reader_varint(&in);
            if (which == 1)
                (void)reader_varint(&in);

            struct writer out = writer_over(made, sizeof(made));
            writer_bytes(&out, whole.data, at[i] + in.at - 1);
            writer_u8(&out, whole.data[at[i] + in.at - 1] | 0x80);
            writer_u8(&out, 0);
            writer_bytes(&out, whole.data + at[i] + in.at, whole.len - at[i] - in.at);
            if (!out.failed)
                ck_assert_int_ne(accepts(kind_at(_i), slice(made, out.len)), CW_OK);
        }
    }
}
END_TEST

START_TEST(nothing_and_too_much_are_refused)
{
    static struct room big = ROOM(JOIN_LEN_MAX + 1); /* no record may be longer */

    ck_assert_int_ne(accepts(kind_at(_i), slice(NULL, 0)), CW_OK);
    ck_assert_int_eq(accepts(kind_at(_i), slice(room_bytes(&big), big.len)), CW_REFUSED_SIZE);
}
END_TEST

START_TEST(a_newer_version_is_told_from_a_malformed_record)
{
    struct cw_slice whole = sample_of(kind_at(_i)->name, 0);
    uint8_t changed[4096];

    if (whole.data[0] != 0x08 || whole.data[1] != 0x01 || whole.len > sizeof(changed))
        return; /* a sub-record without a version of its own */
    memcpy(changed, whole.data, whole.len);
    changed[1] = 2;
    ck_assert_int_eq(accepts(kind_at(_i), slice(changed, whole.len)), CW_REFUSED_VERSION);
    changed[1] = 0;
    ck_assert_int_eq(accepts(kind_at(_i), slice(changed, whole.len)), CW_REFUSED_MALFORMED);
}
END_TEST

Suite *suite_records(void)
{
    Suite *s = suite_create("records");
    TCase *t = tcase_create("records");
    const int kinds = (int)CW_COUNT(record_kinds);

    tcase_add_loop_test(t, a_sample_of_every_kind_is_accepted, 0, kinds);
    tcase_add_loop_test(t, a_record_cut_inside_a_field_is_refused, 0, kinds);
    tcase_add_loop_test(t, any_single_bit_turned_is_refused_or_is_another_record, 0, kinds);
    tcase_add_loop_test(t, fields_out_of_order_are_refused, 0, kinds);
    tcase_add_loop_test(t, a_field_that_is_there_twice_is_refused_or_counted, 0, kinds);
    tcase_add_loop_test(t, a_field_of_the_future_is_refused, 0, kinds);
    tcase_add_loop_test(t, an_overlong_varint_is_refused, 0, kinds);
    tcase_add_loop_test(t, nothing_and_too_much_are_refused, 0, kinds);
    tcase_add_loop_test(t, a_newer_version_is_told_from_a_malformed_record, 0, kinds);
    suite_add_tcase(s, t);
    return s;
}
