/* SPDX-License-Identifier: Apache-2.0 */
#include "node/rows.h"

#include <check.h>

/* Rows come back as they were written, and refuse every shorter form of themselves. */

static uint8_t bytes[ROW_LEN_MAX];
static struct writer w;

static struct cw_slice written(void)
{
    ck_assert(!w.failed);
    return slice(bytes, w.len);
}

static void start(void)
{
    w = writer_over(bytes, sizeof bytes);
}

#define REFUSES_EVERY_CUT(type, parse)                                   \
    do {                                                                 \
        struct type cut_row;                                             \
        for (size_t len = 0; len < w.len; len++)                         \
            ck_assert_int_ne(parse(slice(bytes, len), &cut_row), CW_OK); \
    } while (0)

START_TEST(a_log_row_comes_back_whole)
{
    struct log_row in = {.head = {.scope = LOG_DIVISION,
                                  .division = "NTH",
                                  .n = 3,
                                  .seq = 70,
                                  .hlc = 9,
                                  .blob_seq = 69,
                                  .hole_count = 2,
                                  .holes = {4, 8},
                                  .has_prior = true,
                                  .closed = true}},
                   out;

    in.head.log.b[0] = 1;
    in.head.prior.seq = 12;
    in.head.authority.count = 2;
    in.head.authority.at[1].seq = 5;
    in.genesis = slice_of("genesis");
    start();
    log_row_encode(&in, &w);
    ck_assert_int_eq(log_row_parse(written(), &out), CW_OK);
    ck_assert_uint_eq(out.head.seq, 70);
    ck_assert_uint_eq(out.head.holes[1], 8);
    ck_assert_uint_eq(out.head.prior.seq, 12);
    ck_assert_uint_eq(out.head.authority.at[1].seq, 5);
    ck_assert_str_eq(out.head.division, "NTH");
    ck_assert(out.head.closed && !out.head.forked);
    ck_assert(slice_eq(out.genesis, in.genesis));
    REFUSES_EVERY_CUT(log_row, log_row_parse);
}
END_TEST

START_TEST(an_op_row_comes_back_whole)
{
    struct op_row in = {.op_class = CLASS_CASE, .has_case = true, .flags = 5, .entry_count = 2}, out;

    in.entries[0] = (struct op_entry){.seq = 1, .hlc = 5, .verdict = VERDICT_VOID, .reason = REASON_SIGNATURE};
    in.entries[1] =
        (struct op_entry){.seq = 2, .hlc = 9, .verdict = VERDICT_EFFECTIVE, .part_count = 2, .parts = {3, 1}};
    start();
    op_row_encode(&in, &w);
    ck_assert_int_eq(op_row_parse(written(), &out), CW_OK);
    ck_assert_uint_eq(out.entry_count, 2);
    ck_assert_uint_eq(out.entries[1].hlc, 9);
    ck_assert_uint_eq(out.entries[1].parts[0], PART_OPENED);
    REFUSES_EVERY_CUT(op_row, op_row_parse);
}
END_TEST

START_TEST(an_op_is_effective_if_any_of_its_entries_makes_it_so)
{
    struct op_row op = {.entry_count = 3};
    uint32_t place;

    op.entries[0] = (struct op_entry){.verdict = VERDICT_VOID, .part_count = 1};
    op.entries[1] = op.entries[2] = (struct op_entry){.verdict = VERDICT_PENDING, .part_count = 1};
    ck_assert_int_eq(op_row_verdict(&op, &place), VERDICT_PENDING);
    ck_assert_uint_eq(place, 1);
    op.entries[2].verdict = VERDICT_EFFECTIVE;
    ck_assert_int_eq(op_row_verdict(&op, &place), VERDICT_EFFECTIVE);
    ck_assert_uint_eq(place, 2);
}
END_TEST

/* Without parts: it carries other words than the op's. */
START_TEST(an_entry_that_says_nothing_of_an_op_makes_it_wait_for_nothing)
{
    struct op_row op = {.entry_count = 3};
    uint32_t place;

    op.entries[0] = (struct op_entry){.verdict = VERDICT_PENDING};
    op.entries[1] = (struct op_entry){.verdict = VERDICT_VOID};
    op.entries[2] = (struct op_entry){.verdict = VERDICT_VOID, .part_count = 1};
    ck_assert_int_eq(op_row_verdict(&op, &place), VERDICT_VOID);
    ck_assert_uint_eq(place, 1);
    ck_assert_uint_eq(op_row_speaker(&op), 2);
    op.entry_count = 2;
    ck_assert_uint_eq(op_row_speaker(&op), 1);
    op.entry_count = 1; /* nobody said the op yet */
    ck_assert_int_eq(op_row_verdict(&op, &place), VERDICT_PENDING);
}
END_TEST

START_TEST(a_part_is_as_good_as_its_best_entry)
{
    struct op_row op = {.entry_count = 2};
    uint32_t from;

    op.entries[0] = (struct op_entry){.part_count = 2, .parts = {PART_OPENED, PART_ABSENT}};
    op.entries[1] = (struct op_entry){.part_count = 2, .parts = {PART_SEALED, PART_OPENED}};
    ck_assert_int_eq(op_row_part(&op, 0, &from), PART_OPENED);
    ck_assert_uint_eq(from, 0);
    ck_assert_int_eq(op_row_part(&op, 1, &from), PART_OPENED);
    ck_assert_uint_eq(from, 1);
    ck_assert_int_eq(op_row_part(&op, 2, &from), PART_ABSENT);
}
END_TEST

START_TEST(a_case_row_says_by_what_it_is_listed)
{
    static const uint8_t hashes[(CASE_FILTERS_MAX + 1) * 16] = {1, 2, 3};
    struct case_row in = {.reference = slice_of("OP/NTH/2026/ABCDEFG-H")}, out;

    for (size_t len = 0; len <= sizeof hashes; len++) {
        w = writer_over(bytes, sizeof bytes);

        in.filters = slice(hashes, len);
        case_row_encode(&in, &w);
        bool whole = len % 16 == 0 && len <= (size_t)CASE_FILTERS_MAX * 16;
        ck_assert_int_eq(case_row_parse(slice(w.data, w.len), &out), whole ? CW_OK : CW_LOCAL_CORRUPT);
        if (whole)
            ck_assert(slice_eq(out.filters, in.filters));
    }
}
END_TEST

START_TEST(a_case_row_comes_back_whole)
{
    struct case_row in = {.slot = 7,
                          .flags = CASE_FOLDED,
                          .fold_version = 2,
                          .kind = 3,
                          .op_count = 4,
                          .updated_hlc = 5},
                    out;

    in.reference = slice_of("OP/NTH/2026/AAAAAAA-B");
    in.summary = slice_of("sealed");
    start();
    case_row_encode(&in, &w);
    ck_assert_int_eq(case_row_parse(written(), &out), CW_OK);
    ck_assert_uint_eq(out.slot, 7);
    ck_assert(slice_eq(out.reference, in.reference));
    ck_assert(slice_eq(out.summary, in.summary));
    REFUSES_EVERY_CUT(case_row, case_row_parse);
}
END_TEST

START_TEST(a_case_row_says_on_which_duties_was_acted)
{
    struct case_row in = {.flags = CASE_DUTIES | CASE_ACTED,
                          .moments = {.acted_ms = 1, .next_ms = 3, .acted_count = 2, .acted = {4, 0xfffffff0}}},
                    out;

    start();
    case_row_encode(&in, &w);
    ck_assert_int_eq(case_row_parse(written(), &out), CW_OK);
    ck_assert_uint_eq(out.moments.acted_count, 2);
    ck_assert_uint_eq(out.moments.acted[0], 4);
    ck_assert_uint_eq(out.moments.acted[1], 0xfffffff0);
    REFUSES_EVERY_CUT(case_row, case_row_parse);
    bytes[w.len - 9] = CASE_ACTED_MAX + 1;
    ck_assert_int_eq(case_row_parse(written(), &out), CW_LOCAL_CORRUPT);

    in.flags = CASE_DUTIES; /* of the format before: on all that there were */
    start();
    case_row_encode(&in, &w);
    ck_assert_int_eq(case_row_parse(written(), &out), CW_OK);
    ck_assert_uint_eq(out.moments.acted_count, CASE_ACTED_ALL);
}
END_TEST

START_TEST(a_store_of_another_format_is_not_read)
{
    struct store_row in = {.name_slot = 0}, out;

    start();
    store_row_encode(&in, &w);
    ck_assert_int_eq(store_row_parse(written(), &out), CW_OK);
    bytes[3]++;
    ck_assert_int_eq(store_row_parse(written(), &out), CW_LOCAL_FORMAT);
    bytes[3] = ROWS_FORMAT_OLD; /* brought up by whoever opens it */
    ck_assert_int_eq(store_row_parse(written(), &out), CW_OK);
    ck_assert_uint_eq(out.format, ROWS_FORMAT_OLD);
    bytes[3] = ROWS_FORMAT_OLD - 1;
    ck_assert_int_eq(store_row_parse(written(), &out), CW_LOCAL_FORMAT);
}
END_TEST

START_TEST(keys_sort_as_their_numbers_do)
{
    struct log_id log = {{1}};
    struct cw_case_id id = {{2}};
    struct row_key a = row_key_seq(&log, 255), b = row_key_seq(&log, 256);
    struct row_key newer = row_key_updated(INDEX_UPDATED, 1, 900, &id),
                   older = row_key_updated(INDEX_UPDATED, 1, 899, &id);

    ck_assert_int_lt(slice_compare(row_key_slice(&a), row_key_slice(&b)), 0);
    ck_assert_int_lt(slice_compare(row_key_slice(&newer), row_key_slice(&older)), 0);
}
END_TEST

START_TEST(a_key_names_its_place_at_its_end)
{
    struct log_id log = {{1}}, found;
    struct key_record_id record = {{3}};
    struct row_key k = row_key_pending_key(&record, &log, 77);
    uint64_t seq;

    ck_assert(row_key_seq_of(row_key_slice(&k), &found, &seq));
    ck_assert(ID_EQ(&found, &log));
    ck_assert_uint_eq(seq, 77);
    ck_assert(!row_key_seq_of(slice(k.b, 39), &found, &seq));
}
END_TEST

/* What walks a table begins with the beginning of each row that it is to meet, and with no other's. */
START_TEST(a_beginning_is_that_of_every_key_of_its_kind)
{
    const struct key_record_id record = {{7, 1}}, next = {{7, 2}};
    const struct cw_case_id id = {{0xd3, 1}};
    const struct log_id log = {{0xff}};
    struct key_record_id said;
    struct row_key waits = row_key_pending_key(&record, &log, UINT64_MAX),
                   of_next = row_key_pending_key(&next, &log, 0);

    ck_assert(row_key_has_prefix(row_key_slice(&waits), KEY(row_key_pending_all(PENDING_KEY))));
    ck_assert(row_key_has_prefix(row_key_slice(&waits), KEY(row_key_waits_for(&record))));
    ck_assert(!row_key_has_prefix(row_key_slice(&waits), KEY(row_key_waits_for(&next))));
    ck_assert(row_key_waited_for(row_key_slice(&waits), &said) && ID_EQ(&said, &record));
    ck_assert(!row_key_waited_for(slice(waits.b, ID_LEN), &said));
    struct row_key behind = row_key_behind_waits_for(&record);
    ck_assert_int_lt(memcmp(waits.b, behind.b, waits.len), 0);
    ck_assert_int_lt(memcmp(behind.b, of_next.b, of_next.len), 0);

    ck_assert(row_key_has_prefix(KEY(row_key_of(INDEX_DIGEST, id.b, NULL)), KEY(row_key_digest_of(0xd3))));
    ck_assert(row_key_has_prefix(KEY(row_key_moment(INDEX_OVERDUE, 5, &id)), KEY(row_key_index(INDEX_OVERDUE))));
    ck_assert(
        row_key_has_prefix(KEY(row_key_updated(INDEX_UPDATED, 3, 9, &id)), KEY(row_key_updated_of(INDEX_UPDATED, 3))));
    ck_assert(row_key_has_prefix(KEY(row_key_case(&id)), KEY(row_key_case_begin(id.b, 2))));
}
END_TEST

START_TEST(a_feed_row_comes_back_whole_whatever_it_tells)
{
    const struct feed_row rows[] = {
        {.kind = FEED_ROW_ENTRY, .log = {{1, 2}}, .seq = 300},
        {.kind = FEED_ROW_AGAIN, .log = {{1, 2}}, .seq = 300},
        {.kind = FEED_ROW_CASE, .case_id = {{9}}},
    };
    struct feed_row out;

    start();
    feed_row_encode(&rows[_i], &w);
    ck_assert_int_eq(feed_row_parse(written(), &out), CW_OK);
    ck_assert_int_eq(out.kind, rows[_i].kind);
    ck_assert(ID_EQ(&out.log, &rows[_i].log) && ID_EQ(&out.case_id, &rows[_i].case_id));
    ck_assert_uint_eq(out.seq, rows[_i].seq);
    bytes[w.len++] = 7;
    ck_assert_int_ne(feed_row_parse(slice(bytes, w.len), &out), CW_OK);
    ck_assert_int_ne(feed_row_parse(slice(bytes, ID_LEN), &out), CW_OK);
}
END_TEST

Suite *suite_rows(void);
Suite *suite_rows(void)
{
    Suite *suite = suite_create("node/rows");
    TCase *all = tcase_create("rows");

    tcase_add_test(all, a_log_row_comes_back_whole);
    tcase_add_test(all, an_op_row_comes_back_whole);
    tcase_add_test(all, an_op_is_effective_if_any_of_its_entries_makes_it_so);
    tcase_add_test(all, an_entry_that_says_nothing_of_an_op_makes_it_wait_for_nothing);
    tcase_add_test(all, a_part_is_as_good_as_its_best_entry);
    tcase_add_test(all, a_case_row_says_by_what_it_is_listed);
    tcase_add_test(all, a_case_row_comes_back_whole);
    tcase_add_test(all, a_case_row_says_on_which_duties_was_acted);
    tcase_add_test(all, a_store_of_another_format_is_not_read);
    tcase_add_loop_test(all, a_feed_row_comes_back_whole_whatever_it_tells, 0, 3);
    tcase_add_test(all, keys_sort_as_their_numbers_do);
    tcase_add_test(all, a_key_names_its_place_at_its_end);
    tcase_add_test(all, a_beginning_is_that_of_every_key_of_its_kind);
    suite_add_tcase(suite, all);
    return suite;
}
