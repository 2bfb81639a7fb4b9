/* SPDX-License-Identifier: Apache-2.0 */
#include "node/op_entries.h"
#include "tests/unit/support/mem_store.h"

#include <check.h>

/* Whatever is put in whatever order: the row says what a list of everything would say. */

#define ENTRIES 60
#define PARTS 3
#define STEPS 600

static struct node node;
static struct mem_store *store;
static struct turn turn;
static struct op_row row;
static const struct cw_op_id op = {{7}};
static struct op_entry all[ENTRIES];
static bool known[ENTRIES];
static uint64_t state;

static uint32_t draw(uint32_t bound)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33) % bound;
}

static void set_up(void)
{
    memset(&node, 0, sizeof node);
    store = mem_store_new(1, 1);
    mem_store_port(store, &node.ports.store);
    turn = (struct turn){.n = &node};
    memset(&row, 0, sizeof row);
    memset(known, 0, sizeof known);
    ck_assert_int_eq(node.ports.store.begin_write(node.ports.store.ctx, &turn.txn), CW_OK);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        all[i] = (struct op_entry){.seq = 1 + i % 2, .hlc = 100 + draw(40), .part_count = PARTS};
        all[i].log.b[0] = (uint8_t)(i / 2); /* each log holds the op twice */
    }
}

static void tear_down(void)
{
    node.ports.store.abort(node.ports.store.ctx, turn.txn);
    mem_store_free(store);
}

static void put(uint32_t i)
{
    known[i] = true;
    ck_assert_int_eq(op_entry_put(&turn, &op, &row, &all[i]), CW_OK);
}

static uint32_t known_count(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < ENTRIES; i++)
        count += known[i];
    return count;
}

/* --- the list of everything --------------------------------------------------------------------------------- */

static const struct op_entry *true_place(void)
{
    const struct op_entry *best = NULL;

    for (uint32_t i = 0; i < ENTRIES; i++) {
        if (!known[i])
            continue;
        uint32_t here = case_verdict_rank(all[i].verdict),
                 best_rank = best == NULL ? 0 : case_verdict_rank(best->verdict);
        if (best == NULL || here > best_rank || (here == best_rank && op_entry_before(&all[i], best)))
            best = &all[i];
    }
    return best;
}

static enum part_state true_part(uint32_t part)
{
    enum part_state best = PART_ABSENT;

    for (uint32_t i = 0; i < ENTRIES; i++) {
        if (known[i] && (enum part_state)all[i].parts[part] > best)
            best = (enum part_state)all[i].parts[part];
    }
    return best;
}

static void expect_same(void)
{
    const struct op_entry *place = true_place();
    uint32_t at;

    ck_assert_uint_le(row.entry_count, OP_ENTRIES_MAX);
    ck_assert_uint_eq(row.entry_count + row.more, known_count());
    ck_assert_int_eq(op_row_verdict(&row, &at), place->verdict);
    ck_assert(row.entries[at].seq == place->seq && ID_EQ(&row.entries[at].log, &place->log));
    for (uint32_t part = 0; part < PARTS; part++) {
        ck_assert_int_eq(op_row_part(&row, part, &at), true_part(part));
        ck_assert_int_eq(row.entries[at].parts[part], true_part(part));
    }
    for (uint32_t i = 1; i < row.entry_count; i++)
        ck_assert(op_entry_before(&row.entries[i - 1], &row.entries[i]));
}

static void expect_all_found(void)
{
    for (uint32_t i = 0; i < ENTRIES; i++) {
        const struct op_entry sought = {.log = all[i].log, .seq = all[i].seq, .hlc = all[i].hlc};
        struct op_entry found;
        enum cw_err err = op_entry_find(&node, turn.txn, &op, &row, &sought, &found);

        ck_assert_int_eq(err, known[i] ? CW_OK : CW_LOCAL_NOT_FOUND);
        if (known[i])
            ck_assert(found.verdict == all[i].verdict && memcmp(found.parts, all[i].parts, PARTS) == 0);
    }
}

/* --- laws --------------------------------------------------------------------------------------------------- */

static void change(struct op_entry *e)
{
    static const enum case_verdict verdicts[] = {VERDICT_EFFECTIVE, VERDICT_PENDING, VERDICT_VOID, VERDICT_VOID_FLOOR};

    if (draw(3) != 0)
        e->verdict = verdicts[1 + draw(3)]; /* the best one is rare, so that it matters which it is */
    else
        e->verdict = verdicts[draw(4)];
    for (uint32_t part = 0; part < PARTS; part++)
        e->parts[part] = (uint8_t)draw(draw(4) == 0 ? 4 : 2);
}

START_TEST(the_row_says_what_a_list_of_everything_would)
{
    state += (uint64_t)_i * 1000003;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t i = draw(1 + step / 6 < ENTRIES ? 1 + step / 6 : ENTRIES);

        change(&all[i]);
        put(i);
        expect_same();
        if (step % 50 == 0)
            expect_all_found();
    }
    expect_all_found();
    ck_assert_uint_gt(row.more, ENTRIES / 2);
}
END_TEST

START_TEST(an_op_in_as_many_entries_as_a_row_lists_has_no_other_row)
{
    for (uint32_t i = 0; i < OP_ENTRIES_MAX; i++) {
        all[i].verdict = VERDICT_VOID;
        put(i);
    }
    ck_assert_uint_eq(row.more, 0);
    ck_assert_int_eq(node.ports.store.commit(node.ports.store.ctx, turn.txn), CW_OK);
    ck_assert_uint_eq(mem_store_rows(store, TABLE_OP), 0); /* its own is the caller's to put */
    ck_assert_int_eq(node.ports.store.begin_write(node.ports.store.ctx, &turn.txn), CW_OK);
}
END_TEST

/* Receipts name it. */
START_TEST(our_own_entry_stays_listed_while_it_counts_as_much_as_any)
{
    for (uint32_t i = 0; i < ENTRIES; i++) {
        all[i].verdict = VERDICT_EFFECTIVE;
        all[i].own = i == 3;
        all[i].hlc = i == 3 ? 1000 : all[i].hlc; /* not the place */
        put(i);
    }
    uint32_t own = 0;
    for (uint32_t i = 0; i < row.entry_count; i++)
        own += row.entries[i].own;
    ck_assert_uint_eq(own, 1);
}
END_TEST

/* Somebody seals one op again and again: what each costs does not grow. */
START_TEST(a_log_that_repeats_an_op_costs_a_few_rows_each_time)
{
    struct op_entry e = {.verdict = VERDICT_PENDING, .part_count = PARTS};
    uint64_t calls = 0;

    for (uint32_t i = 0; i < 3000; i++) {
        e.seq = e.hlc = i + 1;
        ck_assert_int_eq(op_entry_put(&turn, &op, &row, &e), CW_OK);
    }
    for (uint32_t i = 0; i < 3000; i++) { /* and then each turns out void, in the order of their places */
        uint64_t before = mem_store_calls(store);

        e.seq = e.hlc = i + 1;
        e.verdict = VERDICT_VOID;
        ck_assert_int_eq(op_entry_put(&turn, &op, &row, &e), CW_OK);
        calls = mem_store_calls(store) - before > calls ? mem_store_calls(store) - before : calls;
    }
    ck_assert_uint_le(calls, 12);
    ck_assert_uint_eq(row.entry_count + row.more, 3000);
}
END_TEST

Suite *suite_op_entries(void);
Suite *suite_op_entries(void)
{
    Suite *suite = suite_create("node/op_entries");
    TCase *t = tcase_create("entries");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, the_row_says_what_a_list_of_everything_would, 0, 12);
    tcase_add_test(t, an_op_in_as_many_entries_as_a_row_lists_has_no_other_row);
    tcase_add_test(t, our_own_entry_stays_listed_while_it_counts_as_much_as_any);
    tcase_add_test(t, a_log_that_repeats_an_op_costs_a_few_rows_each_time);
    suite_add_tcase(suite, t);
    return suite;
}
