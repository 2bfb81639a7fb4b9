/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_cached.h"
#include "node/internal.h"
#include "node/rows.h"
#include "tests/unit/node/lab.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>
#include <stdlib.h>

/* A case is read from its CASE_OP rows; what is long, from the entries. */

#define READ_MEMORY_LEN ((size_t)4 << 20)

static struct lab *lab;
static struct lab_node *north, *south;
static uint8_t *memory;

static void start(uint32_t count)
{
    lab = lab_new(count);
    north = &lab->nodes[0];
    south = &lab->nodes[count - 1];
    memory = malloc(READ_MEMORY_LEN);
    for (uint32_t i = 0; i < count; i++)
        lab_start(&lab->nodes[i]);
}

static void one_node(void)
{
    start(1);
}

static void two_nodes(void)
{
    start(2);
}

static void end(void)
{
    lab_free(lab);
    free(memory);
}

static void must(struct lab_node *n, const struct lab_op *op)
{
    ck_assert_str_eq(cw_err_name((enum cw_err)lab_ask(n, op)), cw_err_name(CW_OK));
}

/* --- looking at rows ------------------------------------------------------------------------------------------ */

static void row_of(const struct lab_node *n, const struct cw_case_id *id, const struct cw_op_id *op,
                   struct case_op_row *out)
{
    struct kv_txn *txn;
    struct kv_pair pair;
    struct row_key from = row_key_case(id);
    bool found = false;

    ck_assert_int_eq(n->store.begin_read(n->store.ctx, &txn), CW_OK);
    while (!found && n->store.next(txn, TABLE_CASE_OP, row_key_slice(&from), true, &pair) == CW_OK) {
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        found = memcmp(pair.key.data + ID_LEN + 8, op->b, ID_LEN) == 0;
    }
    ck_assert(found);
    ck_assert_int_eq(case_op_row_parse(pair.value, out), CW_OK);
    n->store.abort(n->store.ctx, txn);
}

static enum cw_err read_case(struct lab_node *n, const struct cw_case_id *id, struct loaded_case *out)
{
    struct arena arena = arena_over(memory, READ_MEMORY_LEN);
    struct node_read read;

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    enum cw_err err = case_load(&read, id, &arena, out);
    node_read_done(&read);
    return err;
}

/* As many notes as fill the memory of a cached case several times over, of all lengths. */
#define NOTES 240u

static void write_note(const struct cw_case_id *id, uint32_t number)
{
    static char text[400];
    struct lab_op op;
    size_t len = 1 + number * 37 % 390;

    memset(text, 'x', len);
    text[len] = '\0';
    lab_note(lab, number, id, text, &op);
    must(north, &op);
}

/* What the turn folded from its cache is what anybody folds from the store. */
START_TEST(a_case_is_folded_the_same_from_the_cache_however_full_its_memory_is)
{
    struct lab_op op;
    struct loaded_case c;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    must(north, &op);
    for (uint32_t i = 2; i < NOTES; i++) {
        struct kv_txn *txn;
        struct cw_slice raw;
        struct case_row row;
        struct row_key key = row_key_case(&op.case_id);

        write_note(&op.case_id, i);
        lab_run(lab, 2000);
        ck_assert_int_eq(read_case(north, &op.case_id, &c), CW_OK);
        ck_assert_int_eq(north->store.begin_read(north->store.ctx, &txn), CW_OK);
        ck_assert_int_eq(north->store.get(txn, TABLE_CASE, row_key_slice(&key), &raw), CW_OK);
        ck_assert_int_eq(case_row_parse(raw, &row), CW_OK);
        ck_assert_uint_eq(row.op_count, c.op_count);
        ck_assert_mem_eq(row.state.b, c.state_hash.b, ID_LEN);
        north->store.abort(north->store.ctx, txn);
    }
}
END_TEST

/* --- a long case ----------------------------------------------------------------------------------------------- */

#define LONG_NOTES 100u

/* Its slices are not to be looked at. */
static void case_row_of(const struct lab_node *n, const struct cw_case_id *id, struct case_row *out)
{
    struct row_key key = row_key_case(id);
    struct kv_txn *txn;
    struct cw_slice raw;

    ck_assert_int_eq(n->store.begin_read(n->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(n->store.get(txn, TABLE_CASE, row_key_slice(&key), &raw), CW_OK);
    ck_assert_int_eq(case_row_parse(raw, out), CW_OK);
    n->store.abort(n->store.ctx, txn);
}

static void is_folded_as_it_is_read(struct lab_node *n, const struct cw_case_id *id, uint32_t ops)
{
    struct loaded_case c;
    struct case_row row;

    case_row_of(n, id, &row);
    ck_assert_int_eq(read_case(n, id, &c), CW_OK);
    ck_assert_uint_eq(row.op_count, ops);
    ck_assert_uint_eq(c.op_count, ops);
    ck_assert_uint_eq(row.updated_hlc, c.ops[ops - 1]->hlc);
    ck_assert_mem_eq(row.inputs.b, c.inputs.b, ID_LEN);
    ck_assert_mem_eq(row.state.b, c.state_hash.b, ID_LEN);
}

static uint32_t write_notes(const struct cw_case_id *id, uint32_t number, uint32_t count)
{
    struct lab_op op;

    for (uint32_t i = 0; i < count; i++) {
        lab_note(lab, number + i, id, "said", &op);
        lab_submit(north, &op);
    }
    ck_assert_int_eq(lab_turn(north), CW_OK);
    return count;
}

static void open_long_case(struct lab_op *out, uint32_t *number, uint32_t *ops)
{
    lab_open_case(lab, 1, SPOIL_NOTHING, out);
    must(north, out);
    *number = 2;
    *ops = 1;
    while (*ops < LONG_NOTES) {
        *ops += write_notes(&out->case_id, *number, 5);
        *number += 5;
    }
    lab_run(lab, 3000);
    is_folded_as_it_is_read(north, &out->case_id, *ops);
}

/* Nobody waits for quiet: notes are folded in the turn that wrote them, one or several, however long the case is. */
START_TEST(a_long_case_is_folded_with_its_note)
{
    struct lab_op op, other;
    uint32_t number, ops;

    open_long_case(&op, &number, &ops);
    for (uint32_t i = 1; i < 8; i++) {
        ops += write_notes(&op.case_id, number, i % 4);
        number += i % 4;
        is_folded_as_it_is_read(north, &op.case_id, ops);
    }
    /* Something else needs the whole; and notes after it are appended again. */
    lab_set(lab, number++, &op.case_id, FIELD_TITLE, "Operation Larkspur", &lab->world.officer, &other);
    must(north, &other);
    lab_run(lab, 3000);
    is_folded_as_it_is_read(north, &op.case_id, ++ops);
    ops += write_notes(&op.case_id, number, 2);
    is_folded_as_it_is_read(north, &op.case_id, ops);
}
END_TEST

START_TEST(a_long_case_is_folded_under_the_policy_of_now)
{
    struct lab_op op;
    uint32_t number, ops;

    open_long_case(&op, &number, &ops);
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_policy(lab, "role.event.note", "SUPT")));
    ops += write_notes(&op.case_id, number, 1);
    lab_run(lab, 3000);
    is_folded_as_it_is_read(north, &op.case_id, ops);
}
END_TEST

/* An op that was appended stands behind those that were sorted by their ids. */
static bool was_appended_to(struct lab_node *n, const struct cw_case_id *id)
{
    const struct cached *c = *case_cache_find(n->node->cases, id);
    bool appended = false;

    ck_assert_ptr_nonnull(c);
    for (uint32_t i = 0; i < c->loaded.state->op_count; i++)
        appended = appended || c->loaded.state->by_id[i] != i;
    return appended;
}

START_TEST(what_a_peer_says_of_a_long_case_is_appended)
{
    struct lab_op op;
    uint32_t number, ops;

    open_long_case(&op, &number, &ops);
    lab_run(lab, 5000);
    ck_assert(lab_same_case(lab, &op.case_id));
    for (uint32_t i = 0; i < 8; i++) {
        ops += write_notes(&op.case_id, number++, 1);
        lab_run(lab, 500);
        is_folded_as_it_is_read(south, &op.case_id, ops);
    }
    ck_assert(was_appended_to(north, &op.case_id));
    ck_assert(was_appended_to(south, &op.case_id));
}
END_TEST

/* Memory of every size: all of the case, or that there was too little of it. */
START_TEST(a_case_that_does_not_fit_is_not_read_without_its_last_op)
{
    struct lab_op op;
    struct loaded_case c;
    struct node_read read;
    enum cw_err err = CW_LOCAL_MEMORY;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    must(north, &op);
    for (uint32_t i = 2; i < 8; i++)
        write_note(&op.case_id, i);
    ck_assert_int_eq(node_read_begin(north->node, &read), CW_OK);
    for (size_t len = 256; err == CW_LOCAL_MEMORY; len += 8) {
        struct arena arena = arena_over(memory, len);

        ck_assert_uint_lt(len, READ_MEMORY_LEN);
        err = case_load_ops(north->node, read.txn, &op.case_id, &arena, &c);
        if (err == CW_LOCAL_MEMORY)
            continue;
        ck_assert_int_eq(err, CW_OK);
        for (uint32_t i = 0; i < c.op_count; i++)
            ck_assert(c.ops[i]->decoded);
    }
    node_read_done(&read);
}
END_TEST

static bool holds(struct cw_slice bytes, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= bytes.len; i++) {
        if (memcmp(bytes.data + i, text, len) == 0)
            return true;
    }
    return false;
}

/* --- short and long -------------------------------------------------------------------------------------------- */

START_TEST(a_short_text_stands_in_the_cases_row_and_not_in_clear)
{
    struct lab_op op;
    struct case_op_row row;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    must(north, &op);
    row_of(north, &op.case_id, &op.op, &row);
    ck_assert(row.submission_ok);
    ck_assert_uint_eq(row.part_count, 2);
    ck_assert_uint_gt(row.sealed.len, 40);
    ck_assert(!holds(row.sealed, "Larkspur"));
}
END_TEST

static void check_long(struct lab_node *n, const struct lab_op *op)
{
    struct case_op_row row;
    struct loaded_case c;

    row_of(n, &op->case_id, &op->op, &row);
    ck_assert_uint_eq(row.sealed.len, 0);
    ck_assert_int_eq(read_case(n, &op->case_id, &c), CW_OK);
    ck_assert_uint_eq(c.op_count, 2);
    ck_assert_int_eq(c.ops[1]->parts[1], PART_OPENED);
    ck_assert(holds(c.ops[1]->payloads[1], "handling instruction 39"));
    ck_assert_uint_eq(c.flags & CASE_INCOMPLETE, 0);
}

START_TEST(a_long_text_is_opened_from_its_entry)
{
    struct lab_op opened, op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &opened);
    must(north, &opened);
    lab_handle(lab, 2, &opened.case_id, 40, &op);
    must(north, &op);
    check_long(north, &op);
}
END_TEST

START_TEST(what_a_peer_sent_is_read_the_same_way)
{
    struct lab_op opened, op, short_op;
    struct case_op_row here, there;

    lab_open_case(lab, 1, SPOIL_NOTHING, &opened);
    must(north, &opened);
    lab_handle(lab, 2, &opened.case_id, 40, &op);
    must(north, &op);
    lab_run(lab, 5000);
    check_long(south, &op);
    ck_assert(lab_same_case(lab, &opened.case_id));
    lab_handle(lab, 3, &opened.case_id, 1, &short_op);
    must(north, &short_op);
    lab_run(lab, 5000);
    row_of(north, &opened.case_id, &short_op.op, &here);
    row_of(south, &opened.case_id, &short_op.op, &there);
    ck_assert_uint_eq(here.sealed.len, there.sealed.len);
    ck_assert_uint_gt(there.sealed.len, 40);
    ck_assert(lab_same_case(lab, &opened.case_id));
}
END_TEST

/* --- damage and loss ------------------------------------------------------------------------------------------- */

START_TEST(a_changed_row_is_not_believed_and_the_ops_entry_is_read_instead)
{
    struct lab_op op;
    struct case_op_row row;
    struct loaded_case c;
    struct kv_txn *txn;
    struct kv_pair pair;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    must(north, &op);
    row_of(north, &op.case_id, &op.op, &row);
    struct row_key key = row_key_case(&op.case_id);
    ck_assert_int_eq(north->store.begin_read(north->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(north->store.next(txn, TABLE_CASE_OP, row_key_slice(&key), true, &pair), CW_OK);
    memcpy(key.b, pair.key.data, pair.key.len);
    key.len = pair.key.len;
    size_t len = pair.value.len;
    north->store.abort(north->store.ctx, txn);
    ck_assert(mem_store_flip(north->disk, TABLE_CASE_OP, row_key_slice(&key), len - 1));
    ck_assert_int_eq(read_case(north, &op.case_id, &c), CW_OK);
    ck_assert_uint_eq(c.flags & CASE_INCOMPLETE, 0);
    ck_assert(c.ops[0]->decoded);
}
END_TEST

Suite *suite_node_case_op(void);
Suite *suite_node_case_op(void)
{
    Suite *s = suite_create("node/case_op");
    TCase *one = tcase_create("one node"), *two = tcase_create("two nodes");

    tcase_add_checked_fixture(one, one_node, end);
    tcase_add_test(one, a_short_text_stands_in_the_cases_row_and_not_in_clear);
    tcase_add_test(one, a_long_text_is_opened_from_its_entry);
    tcase_add_test(one, a_case_is_folded_the_same_from_the_cache_however_full_its_memory_is);
    tcase_add_test(one, a_long_case_is_folded_with_its_note);
    tcase_add_test(one, a_long_case_is_folded_under_the_policy_of_now);
    tcase_add_test(one, a_case_that_does_not_fit_is_not_read_without_its_last_op);
    tcase_add_test(one, a_changed_row_is_not_believed_and_the_ops_entry_is_read_instead);
    tcase_add_checked_fixture(two, two_nodes, end);
    tcase_add_test(two, what_a_peer_says_of_a_long_case_is_appended);
    tcase_add_test(two, what_a_peer_sent_is_read_the_same_way);
    suite_add_tcase(s, one);
    suite_add_tcase(s, two);
    return s;
}
