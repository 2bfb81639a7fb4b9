/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/op.h"
#include "tests/unit/proto/samples.h"

#include <check.h>

static uint8_t arena_memory[1 << 20], frame_memory[FRAME_LEN_MAX], values_memory[1 << 18];

static struct op_ref refs[SUPERSEDES_MAX];
static struct hash ids[REFS_MAX];
static struct cw_op_id after[AFTER_MAX];

static struct op_write writes[5];

static struct op full_op(void)
{
    sample_fill(refs, sizeof(refs), 1);
    sample_fill(ids, sizeof(ids), 2);
    sample_fill(after, sizeof(after), 3);
    writes[0] = (struct op_write){.field = 1,
                                  .verb = VERB_SET,
                                  .has_value = true,
                                  .supersede_count = 64,
                                  .supersedes = refs,
                                  .value = {.type = VALUE_TEXT, .text = slice_of("harbour road")}};
    writes[1] = (struct op_write){.field = 2,
                                  .verb = VERB_SET,
                                  .has_value = true,
                                  .has_max = true,
                                  .max_value = 0,
                                  .value = {.type = VALUE_NUMBER, .number = INT64_MIN}};
    writes[2] =
        (struct op_write){.field = 3, .verb = VERB_ADD, .has_value = true, .value = {.type = VALUE_ID, .id = ids[0]}};
    writes[3] = (struct op_write){
        .field = 4, .verb = VERB_SET, .has_value = true, .value = {.type = VALUE_INTERVAL, .number = -5, .latest = 7}};
    writes[4] = (struct op_write){.field = 5, .verb = VERB_REMOVE, .supersede_count = 1, .supersedes = refs};
    return (struct op){.type = OP_EVENT,
                       .schema = 1,
                       .event = 9,
                       .write_count = 5,
                       .writes = writes,
                       .after_count = 64,
                       .after = after,
                       .ref_count = 64,
                       .refs = ids,
                       .correct_count = 8,
                       .corrects = refs,
                       .same_count = 8,
                       .same_as = ids,
                       .grade = 0x10203,
                       .marking = 1,
                       .nature = 3,
                       .epoch = 77,
                       .withdraws = true};
}

struct encoded {
    struct cw_slice payloads[2];
};

static struct encoded encode(const struct op *op)
{
    struct writer frame = writer_over(frame_memory, sizeof(frame_memory));
    struct writer values = writer_over(values_memory, sizeof(values_memory));

    ck_assert_int_eq(op_encode(op, &frame, &values), CW_OK);
    return (struct encoded){{slice(frame_memory, frame.len), slice(values_memory, values.len)}};
}

static enum cw_err decode(const struct encoded *e, struct op *out, struct refusal *r)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));

    return op_decode(e->payloads, 2, &arena, out, r);
}

START_TEST(an_op_comes_back)
{
    struct op in = full_op(), out;
    struct encoded e = encode(&in);

    ck_assert_int_eq(decode(&e, &out, NULL), CW_OK);
    ck_assert_uint_eq(out.write_count, 5);
    ck_assert(slice_eq(out.writes[0].value.text, slice_of("harbour road")));
    ck_assert_uint_eq(out.writes[0].supersede_count, 64);
    ck_assert_mem_eq(&out.writes[0].supersedes[63], &refs[63], sizeof(refs[0]));
    ck_assert_int_eq(out.writes[1].value.number, INT64_MIN);
    ck_assert(out.writes[1].has_max && out.writes[1].max_value == 0);
    ck_assert(ID_EQ(&out.writes[2].value.id, &ids[0]));
    ck_assert_int_eq(out.writes[3].value.number, -5);
    ck_assert_int_eq(out.writes[3].value.latest, 7);
    ck_assert(!out.writes[4].has_value && !out.writes[4].withheld);
    ck_assert(out.withdraws && !out.synthetic && !out.newer);
    ck_assert_uint_eq(out.after_count + out.ref_count + out.correct_count + out.same_count, 144);
    ck_assert_uint_eq(out.epoch, 77);
}
END_TEST

START_TEST(a_flag_that_is_false_and_an_empty_text_are_values)
{
    struct op_write w[] = {
        {.field = 1, .verb = VERB_SET, .has_value = true, .value = {.type = VALUE_FLAG, .number = 0}},
        {.field = 2, .verb = VERB_SET, .has_value = true, .value = {.type = VALUE_TEXT}},
        {.field = 3, .verb = VERB_SET, .has_value = true, .value = {.type = VALUE_INTERVAL}},
    };
    struct op in = {.type = OP_SET, .write_count = 3, .writes = w}, out;
    struct encoded e = encode(&in);

    ck_assert_int_eq(decode(&e, &out, NULL), CW_OK);
    ck_assert_int_eq(out.writes[0].value.type, VALUE_FLAG);
    ck_assert_int_eq(out.writes[1].value.type, VALUE_TEXT);
    ck_assert_int_eq(out.writes[2].value.type, VALUE_INTERVAL);
    ck_assert(!out.newer);
}
END_TEST

START_TEST(values_that_cannot_be_read_here_are_withheld)
{
    struct op in = full_op(), out;
    struct encoded e = encode(&in);

    e.payloads[1] = slice(NULL, 0);
    ck_assert_int_eq(decode(&e, &out, NULL), CW_OK);
    ck_assert(out.writes[0].withheld && !out.writes[0].has_value);
    ck_assert(out.writes[1].has_max);
    ck_assert(!out.writes[4].withheld);
}
END_TEST

START_TEST(an_op_without_its_frame_is_refused)
{
    struct op in = full_op(), out;
    struct encoded e = encode(&in);
    struct refusal r;

    e.payloads[0] = slice(NULL, 0);
    ck_assert_int_eq(decode(&e, &out, &r), CW_REFUSED_MALFORMED);
    ck_assert_str_eq(r.where, "frame");
}
END_TEST

START_TEST(a_frame_or_values_cut_short_never_reads_beyond)
{
    struct op in = full_op(), out;
    struct encoded e = encode(&in), cut = e;

    for (size_t len = 0; len<e.payloads[0].len; len += len> 300 ? 37U : 1U) {
        cut.payloads[0] = slice(frame_memory, len);
        (void)decode(&cut, &out, NULL);
    }
    cut = e;
    for (size_t len = 1; len < e.payloads[1].len; len++) {
        struct refusal r;
        cut.payloads[1] = slice(values_memory, len);
        ck_assert_int_eq(decode(&cut, &out, &r), CW_REFUSED_MALFORMED);
    }
}
END_TEST

static const struct {
    const char *name, *where;
    uint8_t frame[24];
    size_t frame_len;
    uint8_t values[24];
    size_t values_len;
} bad[] = {
    {"no type", "frame", {0x10, 1}, 2, {0}, 0},
    {"a field number of zero", "frame", {0x08, 2, 0x2a, 4, 0x08, 0, 0x10, 1}, 8, {0}, 0},
    {"no verb", "frame", {0x08, 2, 0x2a, 2, 0x08, 1}, 6, {0}, 0},
    {"part 8", "frame", {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 8}, 10, {0}, 0},
    {"a part that is not there", "frame.writes[0]", {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 2}, 10, {0}, 0},
    {"a value that is not there", "frame.writes[0]", {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 1}, 10, {0}, 0},
    {"two values in one",
     "frame.writes[0]",
     {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 1},
     10,
     {0x0a, 5, 0x0a, 1, 'a', 0x10, 2},
     7},
    {"an interval that ends before it begins",
     "frame.writes[0]",
     {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 1},
     10,
     {0x0a, 6, 0x22, 4, 0x08, 4, 0x10, 2},
     8},
    {"an id of 31 bytes", "parts[1]", {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 1}, 10, {0x0a, 3, 0x1a, 1, 'a'}, 5},
    {"values out of order",
     "parts[1]",
     {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 1},
     10,
     {0x0a, 5, 0x10, 2, 0x0a, 1, 'a'},
     7},
    {"a flag of 2", "parts[1]", {0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 1}, 10, {0x0a, 2, 0x28, 2}, 4},
};

START_TEST(a_wrong_shape_is_refused_where_it_is)
{
    const struct encoded e = {{slice(bad[_i].frame, bad[_i].frame_len), slice(bad[_i].values, bad[_i].values_len)}};
    struct op out;
    struct refusal r;

    ck_assert_msg(decode(&e, &out, &r) == CW_REFUSED_MALFORMED, "%s", bad[_i].name);
    ck_assert_msg(strcmp(r.where, bad[_i].where) == 0, "%s: at %s", bad[_i].name, r.where);
}
END_TEST

START_TEST(what_a_newer_version_wrote_is_kept_and_marked)
{
    static const struct {
        uint8_t frame[16];
        size_t len;
    } newer[] = {
        {{0x08, 4}, 2},                                      /* an op type of the future */
        {{0x08, 2, 0xa2, 0x06, 0}, 5},                       /* a field of the future */
        {{0x08, 2, 0x2a, 4, 0x08, 1, 0x10, 9}, 8},           /* a verb of the future */
        {{0x08, 2, 0x2a, 6, 0x08, 1, 0x10, 1, 0x18, 1}, 10}, /* a value of the future, below */
    };
    const uint8_t value[] = {0x0a, 3, 0x82, 0x06, 0};

    for (size_t i = 0; i < CW_COUNT(newer); i++) {
        const struct encoded e = {{slice(newer[i].frame, newer[i].len), slice(value, sizeof(value))}};
        struct op out;
        ck_assert_int_eq(decode(&e, &out, NULL), CW_OK);
        ck_assert_msg(out.newer, "%zu", i);
    }
}
END_TEST

START_TEST(bounds_are_kept_in_both_directions)
{
    static struct op_write many[WRITES_MAX + 1];
    struct op in = {.type = OP_SET, .write_count = WRITES_MAX + 1, .writes = many}, out;
    struct writer frame = writer_over(frame_memory, sizeof(frame_memory));
    struct writer values = writer_over(values_memory, sizeof(values_memory));

    for (size_t i = 0; i < CW_COUNT(many); i++)
        many[i] = (struct op_write){.field = 1, .verb = VERB_ADD};
    ck_assert_int_eq(op_encode(&in, &frame, &values), CW_REFUSED_SIZE);

    in.write_count = WRITES_MAX;
    struct encoded e = encode(&in);
    ck_assert_int_eq(decode(&e, &out, NULL), CW_OK);
    memcpy(frame_memory + e.payloads[0].len, frame_memory + 2, 6); /* a 65th write */
    e.payloads[0].len += 6;
    ck_assert_int_eq(decode(&e, &out, NULL), CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(a_full_arena_is_told)
{
    struct op in = full_op(), out;
    struct encoded e = encode(&in);

    for (size_t len = 0; len < 8192; len += 64) {
        struct arena arena = arena_over(arena_memory, len);
        enum cw_err err = op_decode(e.payloads, 2, &arena, &out, NULL);
        ck_assert(err == CW_LOCAL_MEMORY || len > 4096);
        if (err != CW_OK)
            ck_assert_uint_eq(arena.used, 0);
    }
}
END_TEST

Suite *suite_op(void)
{
    Suite *s = suite_create("op");
    TCase *t = tcase_create("op");

    tcase_add_test(t, an_op_comes_back);
    tcase_add_test(t, a_flag_that_is_false_and_an_empty_text_are_values);
    tcase_add_test(t, values_that_cannot_be_read_here_are_withheld);
    tcase_add_test(t, an_op_without_its_frame_is_refused);
    tcase_add_test(t, a_frame_or_values_cut_short_never_reads_beyond);
    tcase_add_loop_test(t, a_wrong_shape_is_refused_where_it_is, 0, (int)CW_COUNT(bad));
    tcase_add_test(t, what_a_newer_version_wrote_is_kept_and_marked);
    tcase_add_test(t, bounds_are_kept_in_both_directions);
    tcase_add_test(t, a_full_arena_is_told);
    suite_add_tcase(s, t);
    return s;
}
