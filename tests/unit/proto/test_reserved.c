/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a later version's behaviour have their grammar now: what is well-formed, and what reading it takes. */
#include "tests/unit/proto/samples.h"

#include "proto/reserved.h"

#include <check.h>

static uint8_t memory[RESERVED_ARENA_LEN], bytes[1 << 17];
static struct op_part parts[OP_PARTS_MAX];
static struct cw_op_id ops[REINSTATED_MAX];
static struct position cut[CUT_LOGS_MAX];

static const struct {
    const char *kind;
    enum op_class op_class;
    enum authority_act act;
} all[] = {
    {"wraps_record", CLASS_WRAPS, ACT_UNKNOWN},
    {"envelopes_record", CLASS_ENVELOPES, ACT_UNKNOWN},
    {"erasure_record", CLASS_ERASURE, ACT_UNKNOWN},
    {"erased_record", CLASS_ERASED, ACT_UNKNOWN},
    {"audience_record", CLASS_AUDIENCE, ACT_UNKNOWN},
    {"act_reinstate", CLASS_UNKNOWN, ACT_REINSTATE},
    {"act_fork_judgement", CLASS_UNKNOWN, ACT_FORK_JUDGEMENT},
    {"act_versions", CLASS_UNKNOWN, ACT_VERSIONS},
};

static enum cw_err check(enum op_class op_class, enum authority_act act, struct cw_slice record)
{
    struct arena arena = arena_over(memory, sizeof memory);
    enum cw_err err = op_class != CLASS_UNKNOWN ? reserved_record_check(op_class, record, &arena)
                                                : reserved_act_check(act, record, &arena);

    ck_assert_uint_eq(arena.used, 0);
    return err;
}

START_TEST(each_has_a_grammar)
{
    for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++) {
        struct cw_slice sample = sample_of(all[_i].kind, v);

        ck_assert_int_eq(check(all[_i].op_class, all[_i].act, sample), CW_OK);
        ck_assert_int_eq(check(all[_i].op_class, all[_i].act, slice(sample.data, sample.len - 1)),
                         CW_REFUSED_MALFORMED);
    }
}
END_TEST

START_TEST(what_has_no_grammar_here_is_said_to_have_none)
{
    for (uint32_t c = 1; c < 20; c++) {
        if (c < CLASS_WRAPS || c > CLASS_AUDIENCE)
            ck_assert_int_eq(check((enum op_class)c, ACT_UNKNOWN, sample_of("wraps_record", 0)), CW_REFUSED_CLASS);
        if (c < ACT_REINSTATE || c > ACT_VERSIONS)
            ck_assert_int_eq(check(CLASS_UNKNOWN, (enum authority_act)c, slice(NULL, 0)), CW_REFUSED_UNKNOWN_OP);
    }
}
END_TEST

/* --- at the bounds --------------------------------------------------------------------------------- */

static void number(void *id, uint32_t n)
{
    uint8_t *b = id;

    memset(b, 0xff, ID_LEN);
    b[0] = (uint8_t)(n >> 8);
    b[1] = (uint8_t)n;
}

static void fill_lists(void)
{
    for (uint32_t i = 0; i < CW_COUNT(parts); i++) {
        number(&parts[i].op, i / 7);
        parts[i].part = 1 + i % 7;
        number(&ops[i], i);
    }
    for (uint32_t i = 0; i < CW_COUNT(cut); i++) {
        number(&cut[i].log, i);
        number(&cut[i].seal, i);
        cut[i].seq = UINT64_MAX;
    }
}

static struct cw_slice wraps_of(uint32_t count)
{
    struct writer w = writer_over(bytes, sizeof bytes);

    wraps_record_encode(&(struct wraps_record){.key = {{1}}, .part_count = count, .parts = parts, .wraps = {{2}}}, &w);
    ck_assert(!w.failed);
    return slice(bytes, w.len);
}

static struct cw_slice erasure_of(uint32_t part_count, uint32_t cut_count)
{
    struct writer w = writer_over(bytes, sizeof bytes);
    struct erasure_record r = {.part_count = part_count,
                               .parts = parts,
                               .has_case = cut_count > 0,
                               .cut_count = cut_count,
                               .cut = cut,
                               .basis = ERASURE_ORDER,
                               .requester = {{1}},
                               .approver = {{2}},
                               .approval = {{3}}};

    erasure_record_encode(&r, &w);
    ck_assert(!w.failed);
    return slice(bytes, w.len);
}

static struct cw_slice reinstate_of(uint32_t count)
{
    struct writer w = writer_over(bytes, sizeof bytes);

    act_reinstate_encode(&(struct act_reinstate){.cert = {{1}}, .op_count = count, .ops = ops}, &w);
    ck_assert(!w.failed);
    return slice(bytes, w.len);
}

START_TEST(the_longest_lists_fit)
{
    fill_lists();
    ck_assert_int_eq(check(CLASS_WRAPS, ACT_UNKNOWN, wraps_of(OP_PARTS_MAX)), CW_OK);
    ck_assert_int_eq(check(CLASS_ERASURE, ACT_UNKNOWN, erasure_of(OP_PARTS_MAX, 0)), CW_OK);
    ck_assert_int_eq(check(CLASS_ERASURE, ACT_UNKNOWN, erasure_of(0, CUT_LOGS_MAX)), CW_OK);
    ck_assert_int_eq(check(CLASS_UNKNOWN, ACT_REINSTATE, reinstate_of(REINSTATED_MAX)), CW_OK);
}
END_TEST

/* Spelt by hand: the encoder asserts the counts. */
static struct cw_slice one_more(struct cw_slice record, const void *again, size_t again_len, size_t at)
{
    static uint8_t made[1 << 17];
    struct writer w = writer_over(made, sizeof made);

    writer_bytes(&w, record.data, at);
    writer_bytes(&w, again, again_len);
    writer_bytes(&w, record.data + at, record.len - at);
    ck_assert(!w.failed);
    return slice(made, w.len);
}

START_TEST(a_list_that_is_too_long_is_refused)
{
    uint8_t item[2 + ID_LEN] = {2 << 3 | 2, ID_LEN};

    fill_lists();
    memset(item + 2, 0xff, ID_LEN);
    struct cw_slice whole = reinstate_of(REINSTATED_MAX);

    ck_assert_int_eq(check(CLASS_UNKNOWN, ACT_REINSTATE, one_more(whole, item, sizeof item, whole.len)),
                     CW_REFUSED_MALFORMED);
    whole = reinstate_of(REINSTATED_MAX - 1);
    ck_assert_int_eq(check(CLASS_UNKNOWN, ACT_REINSTATE, one_more(whole, item, sizeof item, whole.len)), CW_OK);
    memset(bytes, 0, sizeof bytes);
    ck_assert_int_eq(check(CLASS_WRAPS, ACT_UNKNOWN, slice(bytes, RESERVED_LEN_MAX + 1)), CW_REFUSED_SIZE);
}
END_TEST

/* Refused only at its end, for it names parts and a cut: both lists were read by then. */
START_TEST(no_record_takes_more_memory_than_is_said)
{
    fill_lists();
    struct cw_slice both = erasure_of(700, 400);

    ck_assert_uint_le(both.len, RESERVED_LEN_MAX);
    ck_assert_int_eq(check(CLASS_ERASURE, ACT_UNKNOWN, both), CW_REFUSED_MALFORMED);
    ck_assert_uint_ge(RESERVED_ARENA_LEN,
                      sizeof(struct op_part) * OP_PARTS_MAX + sizeof(struct position) * CUT_LOGS_MAX);
    ck_assert_uint_ge(RESERVED_ARENA_LEN, sizeof(struct cw_op_id) * REINSTATED_MAX);
}
END_TEST

Suite *suite_reserved(void);
Suite *suite_reserved(void)
{
    Suite *suite = suite_create("proto/reserved");
    TCase *t = tcase_create("grammar");

    tcase_add_loop_test(t, each_has_a_grammar, 0, (int)CW_COUNT(all));
    tcase_add_test(t, what_has_no_grammar_here_is_said_to_have_none);
    tcase_add_test(t, the_longest_lists_fit);
    tcase_add_test(t, a_list_that_is_too_long_is_refused);
    tcase_add_test(t, no_record_takes_more_memory_than_is_said);
    suite_add_tcase(suite, t);
    return suite;
}
