/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"
#include "node/internal.h"
#include "node/rows.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/*
 * When cases are folded: short ones in the turn that touched them, long ones when nobody waits, none much later than a
 * second, each in its turn, and never more in a turn than its budget.
 */

#define BUSY_OPS 16 /* folded in a turn that submitters wait for */
#define QUIET_MS 20
#define WAIT_MS_MAX 1000
#define STEP_MS 15 /* between submissions that leave no quiet moment */

static struct lab *lab;
static struct lab_node *north;
static uint32_t number;

static void one_node(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    number = 0;
    lab_start(north);
}

/* Each folds this many ops a turn. */
#define FEW_OPS 4
static void two_nodes(void)
{
    lab = lab_new(2);
    lab->fold_ops_max = FEW_OPS;
    north = &lab->nodes[0];
    number = 0;
    lab_start(north);
    lab_start(&lab->nodes[1]);
    lab_run(lab, 2000);
}

/* Each with the daemon's own budget. */
static void two_daemons(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    number = 0;
    lab_start(north);
    lab_start(&lab->nodes[1]);
    lab_run(lab, 2000);
}

/* The second comes later, when there is much to fetch. */
static void first_of_two(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    number = 0;
    lab_start(north);
}

static void end(void)
{
    lab_free(lab);
}

#define OPS_MAX 2048
struct written {
    struct cw_case_id id;
    uint32_t ops;
    int64_t at[OPS_MAX]; /* when each was written */
    uint32_t counted;    /* by the row, when last looked at */
};

static void tick(void)
{
    struct input in = input_tick();
    uint32_t taken;

    ck_assert_int_eq(node_turn(north->node, &in, 1, &taken), CW_OK);
}

static struct case_row row_at(struct lab_node *n, const struct cw_case_id *id)
{
    struct kv_txn *txn;
    struct cw_slice raw;
    struct case_row row;
    struct row_key key = row_key_case(id);

    ck_assert_int_eq(n->store.begin_read(n->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(n->store.get(txn, TABLE_CASE, row_key_slice(&key), &raw), CW_OK);
    ck_assert_int_eq(case_row_parse(raw, &row), CW_OK);
    n->store.abort(n->store.ctx, txn);
    return row;
}

static struct case_row row_of(const struct written *c)
{
    return row_at(north, &c->id);
}

static bool is_shown(const struct written *c)
{
    struct case_row row = row_of(c);
    bool marked = (row.flags & CASE_REVISING) != 0;

    ck_assert(marked == (row.op_count < c->ops)); /* what is behind says so */
    return !marked;
}

static void open_case(struct written *out)
{
    struct lab_op op;

    lab_open_case(lab, ++number, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    *out = (struct written){.id = op.case_id, .ops = 1, .at = {lab->now}};
}

static void write_to(struct written *c)
{
    struct lab_op op;

    lab_set(lab, ++number, &c->id, FIELD_TITLE, "Operation Larkspur", &lab->world.officer, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    c->at[c->ops++] = lab->now;
}

static void write_until(struct written *c, uint32_t ops)
{
    while (c->ops < ops)
        write_to(c);
}

static bool was_folded(struct written *c)
{
    uint32_t before = c->counted;

    c->counted = row_of(c).op_count;
    return c->counted != before;
}

/* How long the oldest op that the row does not count has waited. */
static int64_t behind_ms(const struct written *c)
{
    return is_shown(c) ? 0 : lab->now - c->at[row_of(c).op_count];
}

START_TEST(a_short_case_is_folded_in_the_turn_that_wrote_to_it)
{
    static struct written c;

    open_case(&c);
    while (c.ops < BUSY_OPS) {
        write_to(&c);
        ck_assert(is_shown(&c));
    }
    ck_assert_uint_eq(lab_counter(north, COUNTER_FOLDS_WAITING), 0);
}
END_TEST

START_TEST(a_long_case_is_folded_when_nobody_waits)
{
    static struct written c;

    open_case(&c);
    write_until(&c, BUSY_OPS + 1);
    ck_assert(!is_shown(&c));
    ck_assert_uint_eq(row_of(&c).op_count, BUSY_OPS);
    ck_assert_uint_eq(lab_counter(north, COUNTER_FOLDS_WAITING), 1);
    ck_assert_int_eq(node_wake_at(north->node).ms, lab->now + QUIET_MS);
    lab->now += QUIET_MS - 1;
    tick();
    ck_assert(!is_shown(&c));
    lab->now += 1;
    tick();
    ck_assert(is_shown(&c));
    ck_assert_uint_eq(lab_counter(north, COUNTER_FOLDS_WAITING), 0);
}
END_TEST

/* What becomes of an officer's question: for a list, or for a log's lines. */
static enum intake_result asked(bool list, struct input *out)
{
    static uint8_t memory[1 << 16];
    struct arena arena = arena_over(memory, sizeof memory);
    struct reader_identity who = {LAB_CLIENT, false, lab->world.officer.id, SUBJECT_PERSON};
    uint8_t bytes[256], refusal[ANSWER_REFUSAL_LEN_MAX], id[16] = {1};
    struct writer w = writer_over(bytes, sizeof bytes), answer = writer_over(refusal, sizeof refusal);
    struct network_id network = node_identity(north->node)->network;
    Cw__ListCases listed = CW__LIST_CASES__INIT;
    Cw__GetStatus status = CW__GET_STATUS__INIT;
    Cw__Request request = CW__REQUEST__INIT;
    const Cw__Request *read;

    request.has_v = request.has_id = request.has_network = 1;
    request.v = 1;
    request.id = wire_bytes(slice(id, sizeof id));
    request.network = wire_bytes(ID_SLICE(&network));
    if (list)
        request.list = &listed;
    else
        request.status = &status;
    wire_pack(&request.base, &w);
    return intake_client(north->node, &who, slice(bytes, w.len), &arena, out, &read, &answer);
}

START_TEST(whoever_asks_finds_what_was_written_before)
{
    static struct written c;
    struct input in;
    uint32_t taken;

    open_case(&c);
    ck_assert_int_eq(asked(true, &in), INTAKE_READ); /* nothing waits: the question does not either */
    write_until(&c, BUSY_OPS + 1);
    ck_assert(!is_shown(&c));
    ck_assert_int_eq(asked(false, &in), INTAKE_READ);
    ck_assert_int_eq(asked(true, &in), INTAKE_FOLD);
    ck_assert_int_eq(node_turn(north->node, &in, 1, &taken), CW_OK);
    ck_assert(is_shown(&c));
    ck_assert_int_eq(asked(true, &in), INTAKE_READ);
}
END_TEST

START_TEST(long_cases_wait_for_quiet_a_second_at_most)
{
    static struct written c[3];
    uint32_t folds = 0;

    for (uint32_t i = 0; i < 3; i++) {
        open_case(&c[i]);
        write_until(&c[i], BUSY_OPS);
    }
    for (int64_t until = lab->now + 4 * (int64_t)WAIT_MS_MAX; lab->now < until; lab->now += STEP_MS) {
        for (uint32_t i = 0; i < 3; i++) {
            write_to(&c[i]);
            folds += was_folded(&c[i]);
            ck_assert_int_le(behind_ms(&c[i]), WAIT_MS_MAX);
        }
    }
    ck_assert_uint_ge(folds, 3);
    ck_assert_uint_le(folds, 15); /* and not with every submission */
}
END_TEST

/* Both long, both written to all the time: the one with the least id does not take every turn. */
START_TEST(no_long_case_starves_another)
{
    static struct written c[3];
    uint32_t folds = 0;

    lab_crash(north);
    lab->fold_ops_max = BUSY_OPS + 4; /* one case a second, by the end */
    ck_assert_int_eq(lab_open(north), CW_OK);
    for (uint32_t i = 0; i < 3; i++) {
        open_case(&c[i]);
        write_until(&c[i], BUSY_OPS);
    }
    for (int64_t until = lab->now + 6 * (int64_t)WAIT_MS_MAX; lab->now < until; lab->now += STEP_MS) {
        for (uint32_t i = 0; i < 3; i++) {
            write_to(&c[i]);
            folds += was_folded(&c[i]);
            ck_assert_int_le(behind_ms(&c[i]), 3 * WAIT_MS_MAX + STEP_MS);
        }
    }
    ck_assert_uint_le(folds, 12);
}
END_TEST

START_TEST(a_quiet_turn_folds_no_more_than_its_budget)
{
    static struct written c[3];
    uint32_t shown = 0;

    lab_crash(north);
    lab->fold_ops_max = BUSY_OPS + 4;
    ck_assert_int_eq(lab_open(north), CW_OK);
    for (uint32_t i = 0; i < 3; i++) {
        open_case(&c[i]);
        write_until(&c[i], BUSY_OPS + 1);
    }
    lab->now += QUIET_MS;
    tick(); /* one fits whole, the next begins within the budget */
    for (uint32_t i = 0; i < 3; i++)
        shown += is_shown(&c[i]);
    ck_assert_uint_eq(shown, 2);
    ck_assert_uint_eq(lab_counter(north, COUNTER_FOLDS_WAITING), 1);
    ck_assert(mono_reached((struct cw_mono){lab->now}, node_wake_at(north->node)));
    tick();
    ck_assert(is_shown(&c[0]) && is_shown(&c[1]) && is_shown(&c[2]));
}
END_TEST

#define CASES_MAX 256u /* folded in one turn, however short they are */

static void submit_new_case(struct lab_node *n)
{
    struct lab_op op;

    lab_open_case(lab, ++number, SPOIL_NOTHING, &op);
    lab_submit(n, &op);
}

static uint32_t folded_rows(void)
{
    struct kv_txn *txn;
    struct kv_pair pair;
    struct case_row row;
    struct row_key from = {.len = 0};
    uint32_t folded = 0;

    ck_assert_int_eq(north->store.begin_read(north->store.ctx, &txn), CW_OK);
    while (north->store.next(txn, TABLE_CASE, row_key_slice(&from), true, &pair) == CW_OK) {
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        ck_assert_int_eq(case_row_parse(pair.value, &row), CW_OK);
        folded += (row.flags & CASE_REVISING) == 0;
    }
    north->store.abort(north->store.ctx, txn);
    return folded;
}

/* Each saved case dirties pages that stay in memory until the commit. */
START_TEST(a_turn_folds_so_many_cases_and_no_more)
{
    uint32_t before;

    for (uint32_t i = 0; i < 2 * CASES_MAX + 38; i += 50) { /* what a turn of the lab takes at once */
        for (uint32_t k = 0; k < 50; k++)
            submit_new_case(north);
        ck_assert_int_eq(lab_turn(north), CW_OK);
    }
    before = folded_rows();
    ck_assert_uint_lt(before, CASES_MAX); /* busy turns fold little */
    lab->now += QUIET_MS;
    tick();
    ck_assert_uint_eq(folded_rows(), before + CASES_MAX);
    tick();
    ck_assert_uint_eq(lab_counter(north, COUNTER_FOLDS_WAITING), 0);
}
END_TEST

#define LONG_CASES 50
#define LONG_OPS 200 /* some 800 KB of each, decoded and folded */

/* Fewer than the number that is kept, and more than there is memory for. */
START_TEST(long_cases_are_not_all_kept_in_memory)
{
    static struct cw_case_id ids[LONG_CASES];
    struct case_cache *cache;
    struct lab_op op;

    for (uint32_t i = 0; i < LONG_CASES; i++) {
        lab_open_case(lab, ++number, SPOIL_NOTHING, &op);
        ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
        ids[i] = op.case_id;
    }
    for (uint32_t k = 1; k < LONG_OPS; k++) {
        size_t mark = arena_mark(&lab->world.arena);

        for (uint32_t i = 0; i < LONG_CASES; i++) {
            lab_set(lab, ++number, &ids[i], FIELD_TITLE, "Operation Larkspur", &lab->world.officer, &op);
            lab_submit(north, &op);
        }
        ck_assert_int_eq(lab_turn(north), CW_OK);
        arena_release(&lab->world.arena, mark);
    }
    lab->now += QUIET_MS;
    for (int turn = 0; turn < 8; turn++)
        tick();
    ck_assert_uint_eq(lab_counter(north, COUNTER_FOLDS_WAITING), 0);
    cache = north->node->cases;
    ck_assert_uint_le(case_cache_len(cache), CASE_CACHE_LEN + ((size_t)1 << 20));
    case_cache_begin_turn(cache);
    ck_assert_uint_le(case_cache_len(cache), CASE_CACHE_LEN);
    ck_assert_uint_ge(case_cache_len(cache), CASE_CACHE_LEN / 2);
}
END_TEST

/* What comes from others takes the whole budget, turn after turn: one that waits is folded all the same. */
START_TEST(a_case_that_waits_is_folded_beside_those_that_arrive)
{
    struct lab_node *south = &lab->nodes[1];
    static struct written c;
    struct lab_op op;

    open_case(&c);
    write_until(&c, FEW_OPS + 1);
    lab_run(lab, 0);
    ck_assert(!is_shown(&c));
    for (uint32_t i = 0; i < FEW_OPS; i++) {
        lab_open_case(lab, ++number, SPOIL_NOTHING, &op);
        lab_submit(south, &op);
    }
    ck_assert_int_eq(lab_turn(south), CW_OK);
    lab->now += QUIET_MS;
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert(mem_store_rows(north->disk, TABLE_CASE) == FEW_OPS + 1);
    ck_assert(is_shown(&c));
}
END_TEST

#define TRANSFER_OPS 128 /* of peers in one turn */

static void submit_notes(const struct cw_case_id *id, uint32_t count)
{
    struct lab_op op;

    for (uint32_t i = 0; i < count; i++) {
        lab_set(lab, ++number, id, FIELD_TITLE, "Operation Larkspur", &lab->world.officer, &op);
        lab_submit(north, &op);
    }
    ck_assert_int_eq(lab_turn(north), CW_OK);
}

/* A case of which a transfer brings a part in each turn is not folded anew in each. */
START_TEST(what_a_transfer_brings_is_folded_when_it_is_over)
{
    struct lab_node *south = &lab->nodes[1];
    static struct written c;
    struct case_row row;

    open_case(&c);
    write_until(&c, BUSY_OPS);
    lab_run(lab, 200);
    ck_assert_uint_eq(row_at(south, &c.id).op_count, BUSY_OPS);
    for (uint32_t i = 0; i < TRANSFER_OPS; i += 52)
        submit_notes(&c.id, 52);
    ck_assert_int_eq(lab_turn(south), CW_OK);
    row = row_at(south, &c.id);
    ck_assert_uint_eq(row.op_count, BUSY_OPS);
    ck_assert((row.flags & CASE_REVISING) != 0);
    lab->now += QUIET_MS;
    ck_assert_int_eq(lab_turn(south), CW_OK);
    row = row_at(south, &c.id);
    ck_assert_uint_ge(row.op_count, TRANSFER_OPS + BUSY_OPS);
    ck_assert((row.flags & CASE_REVISING) == 0);
}
END_TEST

static uint32_t ops_shown(struct lab_node *n, const struct cw_case_id *id)
{
    return mem_store_rows(n->disk, TABLE_CASE) == 0 ? 0 : row_at(n, id).op_count;
}

/* Between two messages of a transfer there may be a quiet moment: it is not over for that. */
START_TEST(what_is_asked_for_in_parts_is_folded_when_it_is_all_here)
{
    struct lab_node *south = &lab->nodes[1];
    static struct written c;
    uint32_t shown = 0, changes = 0;

    open_case(&c);
    while (c.ops < 12 * 52) {
        submit_notes(&c.id, 52);
        c.ops += 52;
    }
    lab_start(south);
    for (uint32_t i = 0; i < 60 && shown < c.ops; i++) {
        ck_assert_int_eq(lab_turn(north), CW_OK);
        for (uint32_t k = 0; k < 2; k++) {
            lab->now += QUIET_MS / 2 + 1;
            ck_assert_int_eq(lab_turn(south), CW_OK);
            changes += ops_shown(south, &c.id) != shown;
            shown = ops_shown(south, &c.id);
        }
    }
    ck_assert_uint_ge(shown, c.ops);
    ck_assert_uint_le(changes, 2); /* the first ops of it, and all */
}
END_TEST

START_TEST(what_peers_say_by_and_by_is_folded_at_once)
{
    struct lab_node *south = &lab->nodes[1];
    static struct written c;

    open_case(&c);
    lab_run(lab, 200);
    submit_notes(&c.id, 40);
    ck_assert_int_eq(lab_turn(south), CW_OK);
    ck_assert_uint_eq(row_at(south, &c.id).op_count, 41);
}
END_TEST

START_TEST(a_crash_forgets_no_case_that_waits)
{
    static struct written c;

    open_case(&c);
    write_until(&c, BUSY_OPS + 1);
    ck_assert(!is_shown(&c));
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert(mono_reached((struct cw_mono){lab->now}, node_wake_at(north->node)));
    tick();
    ck_assert(is_shown(&c));
}
END_TEST

Suite *suite_node_fold(void);
Suite *suite_node_fold(void)
{
    Suite *suite = suite_create("node/fold");
    TCase *c = tcase_create("turns"), *two = tcase_create("two"), *transfer = tcase_create("transfer");
    TCase *late = tcase_create("late");

    tcase_add_checked_fixture(c, one_node, end);
    tcase_add_test(c, a_short_case_is_folded_in_the_turn_that_wrote_to_it);
    tcase_add_test(c, a_long_case_is_folded_when_nobody_waits);
    tcase_add_test(c, whoever_asks_finds_what_was_written_before);
    tcase_add_test(c, long_cases_wait_for_quiet_a_second_at_most);
    tcase_add_test(c, no_long_case_starves_another);
    tcase_add_test(c, a_quiet_turn_folds_no_more_than_its_budget);
    tcase_add_test(c, a_turn_folds_so_many_cases_and_no_more);
    tcase_add_test(c, long_cases_are_not_all_kept_in_memory);
    tcase_add_test(c, a_crash_forgets_no_case_that_waits);
    suite_add_tcase(suite, c);
    tcase_add_checked_fixture(two, two_nodes, end);
    tcase_add_test(two, a_case_that_waits_is_folded_beside_those_that_arrive);
    suite_add_tcase(suite, two);
    tcase_add_checked_fixture(transfer, two_daemons, end);
    tcase_add_test(transfer, what_a_transfer_brings_is_folded_when_it_is_over);
    tcase_add_test(transfer, what_peers_say_by_and_by_is_folded_at_once);
    suite_add_tcase(suite, transfer);
    tcase_add_checked_fixture(late, first_of_two, end);
    tcase_add_test(late, what_is_asked_for_in_parts_is_folded_when_it_is_all_here);
    suite_add_tcase(suite, late);
    return suite;
}
