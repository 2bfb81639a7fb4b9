/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"
#include "node/case_work.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* Cases found by what they say: several filters at once, page by page, and never by one that is over. */

#define CASES 60u
#define DAY_MS 86400000

static struct lab *lab;
static struct lab_node *north;
static struct cw_case_id cases[CASES];
static uint32_t number;

static void submit(const struct lab_op *op)
{
    ck_assert_uint_eq(lab_ask(north, op), CW_OK);
}

static struct cw_op_id put(uint32_t index, const struct cw_op_id *added, const char *place)
{
    struct lab_op op;

    lab_put(lab, ++number, &cases[index], added, FIELD_PLACES, place, &op);
    submit(&op);
    return op.op;
}

/* Every second is of the harbour, every third of the old town, one is a child. */
static void begin(void)
{
    struct lab_op op;

    lab = lab_new(1);
    north = &lab->nodes[0];
    number = 0;
    lab_start(north);
    for (uint32_t i = 0; i < CASES; i++) {
        if (i == CASES - 1)
            lab_open_child(lab, ++number, &op);
        else
            lab_open_case(lab, ++number, SPOIL_NOTHING, &op);
        submit(&op);
        cases[i] = op.case_id;
        if (i != CASES - 1 && i % 2 == 0)
            (void)put(i, NULL, "Harbour");
        if (i != CASES - 1 && i % 3 == 0)
            (void)put(i, NULL, "Old Town");
    }
    lab_run(lab, 5000);
}

static void end(void)
{
    lab_free(lab);
}

/* --- asking --------------------------------------------------------------------------------------------------------- */

struct page {
    uint32_t code;
    size_t count;
    struct cw_case_id ids[200];
    bool revising;
    size_t next_len;
    uint8_t next[160];
};

static void unpack(struct cw_slice frame, struct page *out)
{
    static struct room memory = ROOM(4 << 20);
    struct arena arena = room_arena(&memory);
    ProtobufCMessage *message;

    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, frame, &arena, &message, NULL), CW_OK);
    const Cw__Answer *answer = (const Cw__Answer *)(const void *)message;
    *out = (struct page){.code = answer->code};
    if (answer->code != CW_OK)
        return;
    ck_assert_uint_le(answer->list->n_rows, 200);
    out->count = answer->list->n_rows;
    for (size_t i = 0; i < out->count; i++)
        memcpy(out->ids[i].b, answer->list->rows[i]->case_id.data, ID_LEN);
    out->revising = answer->list->has_revising && answer->list->revising;
    ck_assert_uint_le(answer->list->next.len, sizeof out->next);
    out->next_len = answer->list->next.len;
    if (out->next_len > 0)
        memcpy(out->next, answer->list->next.data, out->next_len);
}

static void ask(Cw__ListCases *list, struct page *out)
{
    static struct room memory = ROOM(8 << 20);
    static uint8_t frame[MESSAGE_LEN_MAX];
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena arena = room_arena(&memory);
    struct writer w = writer_over(frame, sizeof frame);
    Cw__Request request = CW__REQUEST__INIT;

    request.list = list;
    ck_assert_int_eq(answer_read(north->node, &who, &request, &arena, &w), CW_OK);
    unpack(slice(w.data, w.len), out);
}

#define SET_TEXT(list, field, value) SET_BYTES(list, field, wire_bytes(slice_of(value)))

static size_t count_of(Cw__ListCases *list)
{
    struct page page;

    list->has_limit = 1;
    list->limit = 200;
    ask(list, &page);
    ck_assert_uint_eq(page.code, CW_OK);
    ck_assert_uint_eq(page.next_len, 0);
    return page.count;
}

static Cw__ListCases area(const char *name)
{
    Cw__ListCases list = CW__LIST_CASES__INIT;

    SET_TEXT(&list, area, name);
    return list;
}

/* --- what is found --------------------------------------------------------------------------------------------------- */

START_TEST(one_filter_finds_all_that_fit_and_nothing_else)
{
    Cw__ListCases harbour = area("harbour"), moor = area("Moor"), division = CW__LIST_CASES__INIT;
    Cw__ListCases owner = CW__LIST_CASES__INIT, risk = CW__LIST_CASES__INIT;

    ck_assert_uint_eq(count_of(&harbour), 30);
    ck_assert_uint_eq(count_of(&moor), 0);
    SET_TEXT(&division, division, "NTH");
    ck_assert_uint_eq(count_of(&division), CASES);
    SET_TEXT(&owner, owner, "EST");
    ck_assert_uint_eq(count_of(&owner), 0);
    SET_TEXT(&owner, owner, "NTH");
    ck_assert_uint_eq(count_of(&owner), CASES);
    SET_TEXT(&risk, risk, "not assessed");
    ck_assert_uint_eq(count_of(&risk), 1);
}
END_TEST

START_TEST(several_filters_find_what_fits_all)
{
    Cw__ListCases list = area("Harbour"), kind = CW__LIST_CASES__INIT;

    SET_TEXT(&list, division, "NTH");
    SET_NUMBER(&list, kind, KIND_OPERATION);
    SET_TEXT(&list, status, "planned");
    ck_assert_uint_eq(count_of(&list), 30);
    list.kind = KIND_CHILD;
    ck_assert_uint_eq(count_of(&list), 0);
    SET_TEXT(&kind, owner, "NTH");
    SET_NUMBER(&kind, kind, KIND_CHILD);
    ck_assert_uint_eq(count_of(&kind), 1);
    SET_NUMBER(&kind, conflicts_only, 1);
    ck_assert_uint_eq(count_of(&kind), 0);
}
END_TEST

START_TEST(a_prefix_narrows_it_down_further)
{
    Cw__ListCases list = CW__LIST_CASES__INIT;

    SET_TEXT(&list, owner, "NTH");
    SET_TEXT(&list, prefix, "Child");
    ck_assert_uint_eq(count_of(&list), 1);
    SET_TEXT(&list, prefix, "Operation");
    ck_assert_uint_eq(count_of(&list), CASES - 1);
}
END_TEST

START_TEST(a_reference_is_found_by_its_beginning)
{
    Cw__ListCases list = CW__LIST_CASES__INIT;

    SET_TEXT(&list, prefix, "MC/");
    ck_assert_uint_eq(count_of(&list), 1);
    SET_TEXT(&list, prefix, "mc/nth/2");
    ck_assert_uint_eq(count_of(&list), 1);
    SET_TEXT(&list, prefix, "MC/EST/");
    ck_assert_uint_eq(count_of(&list), 0);
    SET_TEXT(&list, prefix, "OP/NTH/");
    ck_assert_uint_eq(count_of(&list), CASES - 1);
    SET_NUMBER(&list, kind, KIND_CHILD);
    ck_assert_uint_eq(count_of(&list), 0);
}
END_TEST

START_TEST(pages_tell_each_case_once)
{
    Cw__ListCases list = area("Old Town");
    struct cw_case_id told[CASES];
    struct page page = {.next_len = 0};
    size_t count = 0;

    SET_TEXT(&list, division, "NTH");
    SET_NUMBER(&list, limit, 7);
    do {
        if (count > 0)
            SET_BYTES(&list, after, wire_bytes(slice(page.next, page.next_len)));
        ask(&list, &page);
        ck_assert_uint_eq(page.code, CW_OK);
        ck_assert_uint_le(page.count, 7);
        for (size_t i = 0; i < page.count; i++) {
            for (size_t j = 0; j < count; j++)
                ck_assert(!ID_EQ(&told[j], &page.ids[i]));
            told[count++] = page.ids[i];
        }
    } while (page.next_len > 0);
    ck_assert_uint_eq(count, 20);
    ck_assert_uint_eq(page.count, 6); /* 7 + 7 + 6 */
}
END_TEST

START_TEST(a_mark_of_another_list_is_refused)
{
    Cw__ListCases list = area("Old Town"), other = area("Harbour");
    struct page page;

    SET_NUMBER(&list, limit, 7);
    ask(&list, &page);
    ck_assert_uint_gt(page.next_len, 0);
    SET_BYTES(&other, after, wire_bytes(slice(page.next, page.next_len)));
    ask(&other, &page);
    ck_assert_uint_eq(page.code, CW_REFUSED_VALUE);
    SET_BYTES(&list, after, wire_bytes(slice(page.next, page.next_len)));
    list.after.len = 16;
    ask(&list, &page);
    ck_assert_uint_eq(page.code, CW_REFUSED_VALUE);
}
END_TEST

START_TEST(what_is_over_is_not_found_by)
{
    Cw__ListCases harbour = area("Harbour"), moor = area("Moor");

    struct cw_op_id added = put(1, NULL, "Moor");

    lab_run(lab, 5000);
    ck_assert_uint_eq(count_of(&moor), 1);
    (void)put(1, &added, "Moor");
    lab_run(lab, 5000);
    ck_assert_uint_eq(count_of(&moor), 0);
    ck_assert_uint_eq(count_of(&harbour), 30);
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

START_TEST(another_day_moves_a_case_and_does_not_double_it)
{
    Cw__ListCases harbour = area("Harbour");
    struct page page;

    lab->now += DAY_MS;
    (void)put(2, NULL, "Moor");
    lab_run(lab, 5000);
    ck_assert_uint_eq(count_of(&harbour), 30);
    SET_NUMBER(&harbour, limit, 1);
    ask(&harbour, &page);
    ck_assert(ID_EQ(&page.ids[0], &cases[2])); /* the newest day first */
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

/* --- entities --------------------------------------------------------------------------------------------------------- */

static bool same_entity(const char *one, const char *other)
{
    uint8_t a[16], b[16];

    ck_assert(case_filter_hash(north->node, FILTER_ENTITY, slice_of(one), a));
    ck_assert(case_filter_hash(north->node, FILTER_ENTITY, slice_of(other), b));
    return memcmp(a, b, 16) == 0;
}

START_TEST(an_entity_is_found_however_it_is_written)
{
    Cw__ListCases list = CW__LIST_CASES__INIT;
    struct page page;
    struct lab_op op;
    uint8_t hash[16];

    ck_assert(same_entity("07700 900123", "+44 7700 900123"));
    ck_assert(same_entity("07700900123", "0044 (0)7700 900-123"));
    ck_assert(same_entity("ZZ26 ZZZ", "zz26zzz"));
    ck_assert(!same_entity("07700 900123", "07700 900124"));
    ck_assert(!same_entity("447700", "07700")); /* too short to be that number */
    ck_assert(!case_filter_hash(north->node, FILTER_ENTITY, slice_of("-- 7"), hash));
    lab_put(lab, ++number, &cases[5], NULL, FIELD_EXTERNAL_REFS, "CRIME ZZ/123/26", &op);
    submit(&op);
    lab_run(lab, 5000);
    SET_TEXT(&list, entity, "zz 123 26");
    ask(&list, &page);
    ck_assert_uint_eq(page.count, 1);
    ck_assert(ID_EQ(&page.ids[0], &cases[5]));
    SET_TEXT(&list, entity, "?");
    ask(&list, &page);
    ck_assert_uint_eq(page.code, CW_REFUSED_VALUE);
}
END_TEST

START_TEST(a_case_listed_by_what_it_does_not_say_is_found_by_verifying)
{
    static const uint8_t hash[16] = {7};
    struct row_key key = row_key_filter(hash, 0, &cases[0]);
    struct kv_txn *txn;

    ck_assert(lab_store_is_whole(north, &lab->why));
    ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(north->store.put(txn, TABLE_INDEX, row_key_slice(&key), slice("", 0)), CW_OK);
    ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
    ck_assert(!lab_store_is_whole(north, &lab->why));
}
END_TEST

/* --- a store of the version before ------------------------------------------------------------------------------------ */

static void write_row(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice value)
{
    ck_assert_int_eq(north->store.put(txn, table, key, value), CW_OK);
}

static void forget_filters(struct kv_txn *txn, const struct cw_case_id *id)
{
    static uint8_t old[CASE_ROW_LEN_MAX], bytes[CASE_ROW_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct row_key key = row_key_case(id);
    struct cw_slice raw;
    struct case_row row;

    ck_assert_int_eq(north->store.get(txn, TABLE_CASE, row_key_slice(&key), &raw), CW_OK);
    memcpy(old, raw.data, raw.len);
    ck_assert_int_eq(case_row_parse(slice(old, raw.len), &row), CW_OK);
    ck_assert_uint_gt(row.filters.len, 0);
    for (size_t i = 0; i < row.filters.len; i += 16) {
        struct row_key filter = row_key_filter(row.filters.data + i, row.updated_hlc, id);

        ck_assert_int_eq(north->store.del(txn, TABLE_INDEX, row_key_slice(&filter)), CW_OK);
    }
    row.filters = slice(NULL, 0);
    ck_assert_uint_ne(row.flags & CASE_DUTIES, 0);
    row.flags &= ~CASE_DUTIES;
    case_row_encode(&row, &w);
    write_row(txn, TABLE_CASE, row_key_slice(&key), slice(bytes, w.len));
}

static void make_it_old(void)
{
    struct row_key key = row_key_text(META_STORE);
    struct kv_txn *txn;
    struct cw_slice raw;
    uint8_t bytes[256];

    ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(north->store.get(txn, TABLE_META, row_key_slice(&key), &raw), CW_OK);
    ck_assert_uint_le(raw.len, sizeof bytes);
    memcpy(bytes, raw.data, raw.len);
    ck_assert_uint_eq(bytes[3], ROWS_FORMAT);
    bytes[3] = ROWS_FORMAT_OLD;
    write_row(txn, TABLE_META, row_key_slice(&key), slice(bytes, raw.len));
    for (uint32_t i = 0; i < CASES; i++)
        forget_filters(txn, &cases[i]);
    ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
}

START_TEST(a_store_of_the_version_before_is_brought_up)
{
    Cw__ListCases harbour = area("Harbour");
    struct page page;

    lab_crash(north);
    make_it_old();
    ck_assert_int_eq(lab_open(north), CW_OK);
    ask(&harbour, &page);
    ck_assert_uint_eq(page.count, 0);
    ck_assert(page.revising); /* said for as long as it is so */
    lab_run(lab, 20000);
    ck_assert_uint_eq(count_of(&harbour), 30);
    ask(&harbour, &page);
    ck_assert(!page.revising);
    ck_assert(lab_store_is_whole(north, &lab->why));
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ask(&harbour, &page);
    ck_assert(!page.revising); /* and only once */
}
END_TEST

Suite *suite_answer_list(void);
Suite *suite_answer_list(void)
{
    Suite *suite = suite_create("node/answer_list");
    TCase *t = tcase_create("list");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, one_filter_finds_all_that_fit_and_nothing_else);
    tcase_add_test(t, several_filters_find_what_fits_all);
    tcase_add_test(t, a_prefix_narrows_it_down_further);
    tcase_add_test(t, a_reference_is_found_by_its_beginning);
    tcase_add_test(t, pages_tell_each_case_once);
    tcase_add_test(t, a_mark_of_another_list_is_refused);
    tcase_add_test(t, what_is_over_is_not_found_by);
    tcase_add_test(t, another_day_moves_a_case_and_does_not_double_it);
    tcase_add_test(t, an_entity_is_found_however_it_is_written);
    tcase_add_test(t, a_case_listed_by_what_it_does_not_say_is_found_by_verifying);
    tcase_add_test(t, a_store_of_the_version_before_is_brought_up);
    suite_add_tcase(suite, t);
    return suite;
}
