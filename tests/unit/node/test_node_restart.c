/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reasons.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* What lies beside the store when a daemon starts: a backup's mark, another keyring, an older one, none. */

static struct lab *lab;
static struct lab_node *north;
static struct lab_file file;

static void one_node(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    lab_start(north);
}

static void end(void)
{
    lab_free(lab);
}

static void write_case(uint32_t number, struct receipt_facts *out)
{
    struct lab_op op;

    lab_open_case(lab, number, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, out));
}

/* --- a backup's mark ---------------------------------------------------------------------------------------- */

/* The store as a backup says it is, beside the very anchor and the very file that fit it. */
static void put_back_as_backup(void)
{
    struct mem_store *copy;

    lab_crash(north);
    copy = mem_store_copy(north->disk, 1, 100 + north->index);
    mem_store_mark_backup(copy);
    mem_store_free(north->disk);
    north->disk = copy;
    mem_store_port(north->disk, &north->store);
}

START_TEST(a_backups_mark_opens_a_new_log_and_is_gone_then)
{
    struct receipt_facts first, second, third;
    struct refusal why = {0};

    write_case(1, &first);
    put_back_as_backup();
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert(!north->store.is_backup(north->store.ctx));
    write_case(2, &second);
    ck_assert(!ID_EQ(&first.log, &second.log));
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    write_case(3, &third);
    ck_assert(ID_EQ(&second.log, &third.log)); /* a backup once, not for ever */
    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
}
END_TEST

START_TEST(a_backups_mark_stays_until_the_decision_is_stored)
{
    struct receipt_facts first, second;

    write_case(1, &first);
    put_back_as_backup();
    mem_store_fail(north->disk, MEM_FAULT_COMMIT, 1, CW_LOCAL_NO_SPACE);
    ck_assert_int_eq(lab_open(north), CW_LOCAL_NO_SPACE);
    ck_assert(north->store.is_backup(north->store.ctx));
    ck_assert_int_eq(lab_open(north), CW_OK);
    write_case(2, &second);
    ck_assert(!ID_EQ(&first.log, &second.log));
}
END_TEST

/* --- acknowledged, and gone ---------------------------------------------------------------------------------- */

static bool is_in_sync(void)
{
    static struct node_status status;
    char line[200];

    node_status_read(north->node, &status);
    node_headline(&status, "NTH", line, sizeof line);
    return strstr(line, "not in sync") == NULL;
}

START_TEST(a_store_that_was_cut_short_is_not_in_sync_until_a_person_says_so)
{
    struct receipt_facts facts;

    write_case(1, &facts);
    ck_assert(is_in_sync());
    for (int starts = 0; starts < 2; starts++) {
        lab_crash(north);
        north->cut_short = true;
        ck_assert_int_eq(lab_open(north), CW_OK);
        ck_assert_str_eq(north->last_alarm, "store-cut-short");
        ck_assert(!is_in_sync());
    }
    lab_crash(north);
    north->cut_short = false; /* the note was taken away */
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert(is_in_sync());
}
END_TEST

static void write_row(enum table table, struct row_key key, const struct cw_slice *value)
{
    struct kv_txn *txn;

    ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
    if (value == NULL)
        ck_assert_int_eq(north->store.del(txn, table, row_key_slice(&key)), CW_OK);
    else
        ck_assert_int_eq(north->store.put(txn, table, row_key_slice(&key), *value), CW_OK);
    ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
}

START_TEST(what_is_missing_or_leads_nowhere_is_found_by_verifying)
{
    static const struct cert_id nobody = {{7}};
    static const uint8_t submission_id[16] = {7};
    const struct cw_slice nothing = slice("", 0);
    struct receipt_facts facts;
    struct refusal why = {0};

    write_case(1, &facts);
    ck_assert_msg(lab_store_is_whole(north, &why), "%s", why.text);
    switch (_i) {
    case 0:
        write_row(TABLE_BLOB, row_key_blob(&facts.log, facts.seq, BLOB_PART, 0), NULL);
        break;
    case 1:
        write_row(TABLE_BLOB, row_key_blob(&facts.log, facts.seq, BLOB_WRAPS, 0), NULL);
        break;
    case 2:
        write_row(TABLE_BLOB, row_key_blob(&facts.log, 1, BLOB_ENVELOPES, 0), NULL);
        break;
    case 3:
        write_row(TABLE_SUBMIT_ID, row_key_submit_id(&nobody, submission_id),
                  &(struct cw_slice){facts.op_id.b, ID_LEN});
        break;
    case 4:
        write_row(TABLE_PENDING, row_key_pending(PENDING_ENTRY, &facts.log, 99), &nothing);
        break;
    default:
        write_row(TABLE_PENDING, row_key_pending_fold(&(struct cw_case_id){{7}}), &nothing);
        break;
    }
    ck_assert(!lab_store_is_whole(north, &why));
}
END_TEST

/* As the last commit of a write-ahead file that was damaged, which looks like one that was never finished. */
START_TEST(a_store_behind_its_anchor_was_cut_short)
{
    struct refusal why = {0};
    struct receipt_facts facts;
    struct mem_store *before;

    write_case(1, &facts);
    before = mem_store_copy(north->disk, 1, 100 + north->index); /* the lab's device and inode */
    write_case(2, &facts);
    lab_crash(north);
    mem_store_free(north->disk);
    north->disk = before;
    mem_store_port(north->disk, &north->store);
    ck_assert(!lab_store_is_whole(north, &why));
    ck_assert_msg(strstr(why.text, "anchor") != NULL, "%s", why.text);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert(north->cut_short);
    ck_assert_str_eq(north->last_alarm, "store-cut-short");
    ck_assert(!is_in_sync());
}
END_TEST

/* --- the keyring -------------------------------------------------------------------------------------------- */

static struct case_row row_of(const struct cw_case_id *id)
{
    struct node_read read;
    struct cw_slice raw;
    struct case_row row;

    ck_assert_int_eq(node_read_begin(north->node, &read), CW_OK);
    struct row_key key = row_key_case(id);
    ck_assert_int_eq(north->store.get(read.txn, TABLE_CASE, row_key_slice(&key), &raw), CW_OK);
    ck_assert_int_eq(case_row_parse(raw, &row), CW_OK);
    node_read_done(&read);
    return row;
}

static uint32_t slot_of_new_case(uint32_t number)
{
    struct lab_op op;

    lab_open_case(lab, number, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    return row_of(&op.case_id).slot;
}

static void expect_refused(const char *word)
{
    ck_assert_int_eq(lab_open_with(north, &lab->why), CW_LOCAL_KEY);
    ck_assert_str_eq(lab->why.where, "keyring");
    ck_assert_msg(strstr(lab->why.text, word) != NULL, "%s", lab->why.text);
}

START_TEST(a_lost_keyring_is_refused_and_none_is_made_in_its_place)
{
    struct receipt_facts facts;

    write_case(1, &facts);
    lab_crash(north);
    file = north->keyring;
    north->keyring.len = 0;
    expect_refused("missing");
    ck_assert_uint_eq(north->keyring.len, 0);
    north->keyring = file; /* its backup */
    ck_assert_int_eq(lab_open(north), CW_OK);
    write_case(2, &facts);
}
END_TEST

/* Of the same daemon, and with slots of its own: what it holds would open nothing, one value after the other. */
START_TEST(another_keyring_is_refused_by_its_id)
{
    struct receipt_facts facts;
    struct mem_store *disk = north->disk;

    write_case(1, &facts);
    lab_crash(north);
    file = north->keyring;
    north->keyring.len = 0;
    north->disk = mem_store_new(1, 500);
    mem_store_port(north->disk, &north->store);
    lab_start(north);
    write_case(2, &facts);
    lab_crash(north);
    mem_store_free(north->disk);
    north->disk = disk;
    mem_store_port(north->disk, &north->store);
    expect_refused("another keyring");
    north->keyring = file;
    ck_assert_int_eq(lab_open(north), CW_OK);
}
END_TEST

START_TEST(a_keyring_under_another_secret_is_refused)
{
    lab_crash(north);
    north->keyring.bytes[40] ^= 1; /* its check, which the secret keys */
    expect_refused("another key");
}
END_TEST

/* An older backup of it lacks the slots that newer cases name: they would be taken for erased. */
START_TEST(a_keyring_older_than_the_store_is_refused)
{
    uint32_t slot = slot_of_new_case(1);

    lab_crash(north);
    file = north->keyring;
    north->keyring.len = 64 + (size_t)64 * slot; /* up to the one before */
    expect_refused("older");
    north->keyring.len += 64;
    ck_assert_int_eq(lab_open(north), CW_OK);
}
END_TEST

START_TEST(no_case_shares_a_slot_with_the_name_index)
{
    struct node_read read;
    struct store_row row;
    struct cw_slice raw;
    struct row_key key = row_key_text(META_STORE);

    lab_crash(north); /* before there is any case */
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_int_eq(node_read_begin(north->node, &read), CW_OK);
    ck_assert_int_eq(north->store.get(read.txn, TABLE_META, row_key_slice(&key), &raw), CW_OK);
    ck_assert_int_eq(store_row_parse(raw, &row), CW_OK);
    node_read_done(&read);
    ck_assert_uint_ne(slot_of_new_case(1), row.name_slot);
}
END_TEST

/* A backup is older than the store it stands for: a slot above its greatest may be another case's there. */
START_TEST(a_restored_store_hands_out_no_slot_that_the_lost_one_may_have_used)
{
    struct mem_store *backup;
    uint32_t lost;

    (void)slot_of_new_case(1);
    backup = mem_store_copy(north->disk, 1, 200);
    mem_store_mark_backup(backup);
    lost = slot_of_new_case(2);
    lab_crash(north);
    mem_store_free(north->disk);
    north->disk = backup;
    mem_store_port(north->disk, &north->store);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_uint_gt(slot_of_new_case(3), lost);
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK); /* the mark is gone, the rule is not */
    ck_assert_uint_gt(slot_of_new_case(4), lost);
}
END_TEST

START_TEST(a_new_store_beside_an_old_keyring_hands_out_none_of_its_slots)
{
    uint32_t lost = slot_of_new_case(1);

    lab_crash(north);
    mem_store_free(north->disk);
    north->disk = mem_store_new(1, 300);
    mem_store_port(north->disk, &north->store);
    lab_start(north);
    ck_assert_uint_gt(slot_of_new_case(2), lost);
}
END_TEST

Suite *suite_node_restart(void);
Suite *suite_node_restart(void)
{
    Suite *suite = suite_create("node/restart");
    TCase *backup = tcase_create("backup"), *keyring = tcase_create("keyring");

    tcase_add_checked_fixture(backup, one_node, end);
    tcase_add_test(backup, a_backups_mark_opens_a_new_log_and_is_gone_then);
    tcase_add_test(backup, a_backups_mark_stays_until_the_decision_is_stored);
    tcase_add_test(backup, a_store_that_was_cut_short_is_not_in_sync_until_a_person_says_so);
    tcase_add_loop_test(backup, what_is_missing_or_leads_nowhere_is_found_by_verifying, 0, 6);
    tcase_add_test(backup, a_store_behind_its_anchor_was_cut_short);
    suite_add_tcase(suite, backup);
    tcase_add_checked_fixture(keyring, one_node, end);
    tcase_add_test(keyring, a_lost_keyring_is_refused_and_none_is_made_in_its_place);
    tcase_add_test(keyring, another_keyring_is_refused_by_its_id);
    tcase_add_test(keyring, a_keyring_under_another_secret_is_refused);
    tcase_add_test(keyring, a_keyring_older_than_the_store_is_refused);
    tcase_add_test(keyring, no_case_shares_a_slot_with_the_name_index);
    tcase_add_test(keyring, a_restored_store_hands_out_no_slot_that_the_lost_one_may_have_used);
    tcase_add_test(keyring, a_new_store_beside_an_old_keyring_hands_out_none_of_its_slots);
    suite_add_tcase(suite, keyring);
    return suite;
}
