/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "node/entry.h"
#include <check.h>

/* An entry that names one op and carries another's submission is kept, and says nothing of either. */

#define MORE OP_ENTRIES_MAX /* entries than a row lists */
#define HLC(i) (((uint64_t)(WORLD_TIME_MS + 500) << 16) + (i))

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op op, other; /* each opens a case */

static void two_nodes(void)
{
    lab = lab_new(2);
    lab->logs_max = 128;
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    lab_open_case(lab, 7, SPOIL_NOTHING, &other);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert_uint_eq(lab_ask(north, &other), CW_OK);
    lab_run(lab, 2000);
}

static void end(void)
{
    lab_free(lab);
}

static void expect_whole(void)
{
    struct refusal why = {0};

    for (uint32_t i = 0; i < lab->count; i++)
        ck_assert_msg(lab_store_is_whole(&lab->nodes[i], &why), "node %u: %s: %s", i, why.where, why.text);
}

static void expect_case(struct lab_node *n, const struct cw_case_id *id, const char *title, uint32_t ops)
{
    static uint8_t memory[1 << 16];
    struct arena arena = arena_over(memory, sizeof memory);
    struct node_read read;
    struct case_row row;
    struct case_line line;

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    ck_assert_int_eq(case_row_read(&read, id, &arena, &row, &line), CW_OK);
    ck_assert_msg(slice_eq(line.title, slice_of(title)), "node %u: title '%.*s'", n->index, (int)line.title.len,
                  (const char *)line.title.data);
    ck_assert_uint_eq(row.op_count, ops);
    node_read_done(&read);
}

static void restart(struct lab_node *n)
{
    lab_crash(n);
    ck_assert_int_eq(lab_open(n), CW_OK);
    lab_run(lab, 2000);
}

static void expect_note(const struct lab_op *note, uint32_t entries)
{
    for (uint32_t i = 0; i < lab->count; i++) {
        struct op_row row = lab_op_row(&lab->nodes[i], &note->op);

        ck_assert_int_eq(op_row_verdict(&row, NULL), VERDICT_EFFECTIVE);
        ck_assert_uint_eq(row.entry_count + row.more, entries);
        ck_assert(row.has_case && ID_EQ(&row.case_id, &op.case_id));
        ck_assert(ID_EQ(&row.author, &lab->world.officer.id));
        expect_case(&lab->nodes[i], &op.case_id, "Operation Teasel", 2);
    }
    ck_assert(lab_same_case(lab, &op.case_id) && lab_same_case(lab, &other.case_id));
    ck_assert(lab_same_frontiers(lab));
    expect_whole();
}

static void title_in(struct lab_op *note)
{
    lab_set(lab, 2, &op.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, note);
}

/* A member seals other words under the op's name, so that whoever opens it without asking whose they are has them. */
static struct cw_slice forged(const struct lab_op *note)
{
    struct lab_op said;

    lab_set(lab, 13, &op.case_id, FIELD_TITLE, "Forged", &lab->world.daemons[WORLD_EST], &said);
    return lab_sealed_copy(lab, note, &said, east, 2, HLC(9));
}

START_TEST(other_words_under_an_ops_name_are_nobodys)
{
    struct lab_op note;

    title_in(&note);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 5000);
    lab_hand_in(north, forged(&note));
    lab_run(lab, 5000);
    expect_note(&note, 2);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 1);
    ck_assert_str_eq(north->last_alarm, "entry-void");
    restart(north);
    expect_note(&note, 2);
}
END_TEST

START_TEST(other_words_that_come_first_are_nobodys)
{
    struct lab_op note;

    title_in(&note);
    lab_hand_in(north, forged(&note));
    lab_run(lab, 2000);
    ck_assert(!lab_op_row(east, &note.op).has_case);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 5000);
    expect_note(&note, 2);
    restart(north);
    expect_note(&note, 2);
}
END_TEST

/* Whoever hears it before the op itself would file the op under another case, for good. */
START_TEST(an_op_is_of_its_own_case_whatever_else_came_under_its_id)
{
    struct lab_op note;

    title_in(&note);
    lab_hand_in(north, lab_sealed_copy(lab, &note, &other, NULL, 1, HLC(9)));
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 5000);
    expect_note(&note, 2);
    lab_hand_in(north, lab_sealed_copy(lab, &note, &other, NULL, 2, HLC(10)));
    lab_run(lab, 5000);
    expect_note(&note, 3);
    restart(north);
    expect_note(&note, 3);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 2);
}
END_TEST

START_TEST(an_entry_that_names_what_nobody_said_is_in_no_case)
{
    struct lab_op note;
    uint64_t ops = mem_store_rows(north->disk, TABLE_CASE_OP);

    title_in(&note);
    lab_hand_in(north, forged(&note));
    lab_hand_in(north, lab_sealed_copy(lab, &note, &other, east, 4, HLC(10)));
    lab_run(lab, 5000);
    for (uint32_t i = 0; i < lab->count; i++) {
        struct op_row row = lab_op_row(&lab->nodes[i], &note.op);

        ck_assert_uint_eq(row.entry_count, 2);
        ck_assert_int_eq(row.entries[0].reason, REASON_OP_ID);
        ck_assert(!row.has_case);
        ck_assert_int_eq(op_row_part(&row, 0, NULL), PART_ABSENT);
        ck_assert_uint_eq(mem_store_rows(lab->nodes[i].disk, TABLE_CASE_OP), ops);
    }
    ck_assert(lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

/* --- a store of the version before ------------------------------------------------------------------------------- */

static const struct cw_case_id phantom = {{0xfa}}; /* a case that only the other words opened */

static struct kv_txn *txn;

static void put(enum table table, struct row_key key, const struct writer *w)
{
    ck_assert(!w->failed);
    ck_assert_int_eq(north->store.put(txn, table, row_key_slice(&key), slice(w->data, w->len)), CW_OK);
}

static struct cw_slice get(enum table table, struct row_key key, uint8_t *copy, size_t cap)
{
    struct cw_slice raw;

    ck_assert_int_eq(north->store.get(txn, table, row_key_slice(&key), &raw), CW_OK);
    ck_assert_uint_le(raw.len, cap);
    memcpy(copy, raw.data, raw.len);
    return slice(copy, raw.len);
}

static void give_parts(const struct op_entry *from, struct op_entry *e)
{
    e->part_count = from->part_count;
    memcpy(e->parts, from->parts, PARTS_MAX);
}

/* Those that the op's row does not list had its parts as well. */
static void spoil_behind(const struct cw_op_id *id, const struct op_entry *from)
{
    struct row_key key = row_key_op(id);
    uint8_t bytes[OP_ENTRY_LEN_MAX];
    struct kv_pair pair;
    struct op_entry e;

    while (db_next(north->node, txn, TABLE_OP, ID_SLICE(id), row_key_slice(&key), true, &pair) == CW_OK) {
        struct writer w = writer_over(bytes, sizeof bytes);

        ck_assert_int_eq(op_entry_parse(pair.value, &e), CW_OK);
        give_parts(from, &e);
        key = row_key_op_entry(id, &e);
        op_entry_encode(&e, &w);
        put(TABLE_OP, key, &w);
    }
}

/* The op's row as that version left it: of a case that the other words named, which were taken for the op's own. */
static void spoil_op(const struct cw_op_id *id)
{
    uint8_t bytes[ROW_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct op_row row;
    uint32_t place;

    ck_assert_int_eq(db_get_op(north->node, txn, id, &row), CW_OK);
    (void)op_row_verdict(&row, &place);
    uint64_t hlc = row.entries[place].hlc;
    struct row_key own = row_key_case_op(&op.case_id, hlc, id);
    struct cw_slice raw = get(TABLE_CASE_OP, own, bytes, sizeof bytes);
    w.len = raw.len;
    put(TABLE_CASE_OP, row_key_case_op(&phantom, hlc, id), &w);
    ck_assert_int_eq(north->store.del(txn, TABLE_CASE_OP, row_key_slice(&own)), CW_OK);
    row.case_id = phantom;
    row.author = lab->world.daemons[WORLD_EST].id;
    for (uint32_t i = 0; i < row.entry_count; i++)
        give_parts(&row.entries[place], &row.entries[i]);
    spoil_behind(id, &row.entries[place]);
    w.len = 0;
    op_row_encode(&row, &w);
    put(TABLE_OP, row_key_op(id), &w);
}

static void make_phantom(void)
{
    uint8_t bytes[CASE_ROW_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    w.len = get(TABLE_CASE, row_key_case(&other.case_id), bytes, sizeof bytes).len;
    put(TABLE_CASE, row_key_case(&phantom), &w);
    w.len = 0;
    put(TABLE_INDEX, row_key_updated(INDEX_UPDATED, 0, 1, &phantom), &w);
    put(TABLE_PENDING, row_key_pending_fold(&phantom), &w);
}

static struct row_key misnamed_wraps(const struct cw_op_id *id)
{
    struct op_row row;

    ck_assert_int_eq(db_get_op(north->node, txn, id, &row), CW_OK);
    for (uint32_t i = 0; i < row.entry_count; i++) {
        if (row.entries[i].reason == REASON_OP_ID)
            return row_key_blob(&row.entries[i].log, row.entries[i].seq, BLOB_WRAPS, 0);
    }
    ck_abort_msg("no such entry");
}

/* The wraps lay under the key of the case that the other words were of. */
static void seal_wraps(const struct cw_op_id *id)
{
    struct row_key key = misnamed_wraps(id);
    uint8_t bytes[512], sealed[512];
    struct writer w = writer_over(sealed, sizeof sealed);
    struct cw_slice raw = get(TABLE_BLOB, key, bytes, sizeof bytes);
    uint8_t row_bytes[CASE_ROW_LEN_MAX];
    struct local_key local;
    struct case_row row;

    ck_assert_uint_eq(raw.data[0], WRAPS_AS_SENT);
    raw = slice(raw.data + 1, raw.len - 1);
    ck_assert_int_eq(case_row_parse(get(TABLE_CASE, row_key_case(&op.case_id), row_bytes, sizeof row_bytes), &row),
                     CW_OK);
    ck_assert_int_eq(keyring_key(north->node->keyring, row.slot, &local), CW_OK);
    writer_u8(&w, WRAPS_SEALED);
    ck_assert_int_eq(local_seal(&local, row_key_slice(&key), raw, &north->node->entropy, &w), CW_OK);
    put(TABLE_BLOB, key, &w);
}

static void make_it_old(const struct cw_op_id *id)
{
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);

    ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
    spoil_op(id);
    make_phantom();
    seal_wraps(id);
    w.len = get(TABLE_META, row_key_text(META_STORE), bytes, sizeof bytes).len;
    ck_assert_uint_eq(bytes[3], ROWS_FORMAT);
    bytes[3] = ROWS_FORMAT_NAMED - 1;
    put(TABLE_META, row_key_text(META_STORE), &w);
    ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
}

START_TEST(a_store_of_the_version_before_is_mended)
{
    struct refusal why = {0};
    uint8_t bytes[512];
    struct lab_op note;

    title_in(&note);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 2000);
    lab_hand_in(north, forged(&note));
    for (uint32_t i = 0; i < MORE; i++)
        lab_hand_in(north, lab_sealed_copy(lab, &note, &other, NULL, 3 + i, HLC(10 + i)));
    lab_run(lab, 5000);
    make_it_old(&note.op);
    ck_assert(!lab_store_is_whole(north, &why));
    restart(north);
    lab_run(lab, 20000);
    expect_note(&note, 2 + MORE);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 2);
    ck_assert_int_eq(north->store.begin_read(north->store.ctx, &txn), CW_OK);
    ck_assert_uint_eq(get(TABLE_BLOB, misnamed_wraps(&note.op), bytes, sizeof bytes).data[0], WRAPS_AS_SENT);
    north->store.abort(north->store.ctx, txn);
}
END_TEST

/* --- verifying ----------------------------------------------------------------------------------------------------- */

typedef void spoil(struct op_row *row);

static void of_another_case(struct op_row *row)
{
    row->case_id = other.case_id;
}

static void by_another(struct op_row *row)
{
    row->author = lab->world.daemons[WORLD_EST].id;
}

static void with_anothers_part(struct op_row *row)
{
    for (uint32_t i = 0; i < row->entry_count; i++) {
        if (row->entries[i].part_count == 0)
            row->entries[i].part_count = 1;
    }
}

START_TEST(an_op_that_is_not_its_submissions_is_found_by_verifying)
{
    static spoil *const spoils[] = {of_another_case, by_another, with_anothers_part};
    static const char *const said[] = {"its case does not list it",
                                       "its operation's row names another author, or class",
                                       "parts are taken from it for an operation that it does not carry"};
    struct lab_op note;
    uint8_t bytes[ROW_LEN_MAX];

    title_in(&note);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_hand_in(north, forged(&note));
    lab_run(lab, 2000);
    expect_whole();
    struct op_row good = lab_op_row(north, &note.op);
    for (size_t i = 0; i < CW_COUNT(spoils); i++) {
        struct writer w = writer_over(bytes, sizeof bytes);
        struct op_row bad = good;
        struct refusal why = {0};

        spoils[i](&bad);
        op_row_encode(&bad, &w);
        ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
        put(TABLE_OP, row_key_op(&note.op), &w);
        ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
        ck_assert(!lab_store_is_whole(north, &why));
        ck_assert_msg(strstr(why.text, said[i]) != NULL, "%s", why.text);
    }
}
END_TEST

Suite *suite_node_misnamed(void);
Suite *suite_node_misnamed(void)
{
    Suite *suite = suite_create("node/misnamed");
    TCase *t = tcase_create("misnamed");

    tcase_add_checked_fixture(t, two_nodes, end);
    tcase_add_test(t, other_words_under_an_ops_name_are_nobodys);
    tcase_add_test(t, other_words_that_come_first_are_nobodys);
    tcase_add_test(t, an_op_is_of_its_own_case_whatever_else_came_under_its_id);
    tcase_add_test(t, an_entry_that_names_what_nobody_said_is_in_no_case);
    tcase_add_test(t, a_store_of_the_version_before_is_mended);
    tcase_add_test(t, an_op_that_is_not_its_submissions_is_found_by_verifying);
    suite_add_tcase(suite, t);
    return suite;
}
