/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: what is in the file, and what comes of it. */
#include "lib/identity.h"
#include "proto/codec_receipt.h"
#include "tests/unit/client/desk.h"
#include "tests/unit/support/room.h"

#include <check.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

Suite *suite_outbox(void);

/* --- states ---------------------------------------------------------------------------------------------------------- */

START_TEST(what_is_added_is_there_after_a_crash)
{
    struct desk d;
    struct cw_outbox_entry entry;
    struct cw_fault fault;
    struct cw_op_id op;
    struct cw_submission *submission;
    struct stat info;

    desk_open(&d, false);
    submission = registrar_opening(&d.r, 1);
    cw_submission_op(submission, &op);
    ck_assert_uint_eq(desk_put(&d, submission, NULL), 1);
    ck_assert(!d.outbox->file.dirty); /* flushed, not only written */
    ck_assert_int_eq(stat(d.path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 1);
    ck_assert_uint_eq(cw_outbox_damage_count(d.outbox), 0);
    entry = desk_entry(&d, 1);
    ck_assert_int_eq(entry.state, CW_OUTBOX_QUEUED);
    ck_assert_mem_eq(entry.op.b, op.b, CW_ID_LEN);
    ck_assert_int_eq(cw_outbox_is_done(&entry), 0);
    ck_assert_uint_eq(desk_put(&d, registrar_opening(&d.r, 2), NULL), 2);
    desk_close(&d);
}
END_TEST

START_TEST(an_array_with_nothing_in_it_is_refused_and_costs_nothing)
{
    struct desk d;
    struct cw_submission *first, *last;
    struct cw_fault fault;
    uint64_t number = 7;

    desk_open(&d, false);
    first = registrar_opening(&d.r, 1);
    last = registrar_opening(&d.r, 2);
    ck_assert_int_eq(
        cw_outbox_add(d.outbox, (const struct cw_submission *const[]){first, NULL, last}, 3, NULL, &number, &fault),
        CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "submissions");
    ck_assert_ptr_nonnull(strstr(fault.text, "number 2 of 3"));
    ck_assert_uint_eq(number, 7);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 0);
    ck_assert_uint_eq(desk_put(&d, first, NULL), 1);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 1);
    cw_submission_free(last);
    desk_close(&d);
}
END_TEST

/* Whole, and under the right key: what some library wrote that did not look. */
START_TEST(a_record_that_holds_no_submission_costs_itself_alone)
{
    struct desk d;
    struct outbox_record none = {.kind = RECORD_ADD, .wanted = 1};
    struct outbox_entry *entry;
    struct cw_fault fault;

    desk_open(&d, false);
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    entry = outbox_entry_new(d.outbox, 2);
    ck_assert_ptr_nonnull(entry);
    ck_assert_int_eq(outbox_note(d.outbox, entry, &none, &entry->add), CW_OK);
    desk_put(&d, registrar_opening(&d.r, 3), NULL);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 2);
    ck_assert_uint_eq(cw_outbox_damage_count(d.outbox), 1);
    ck_assert_uint_eq(cw_outbox_damage_at(d.outbox, 0)->number, 2);
    ck_assert_int_eq(desk_entry(&d, 3).state, CW_OUTBOX_QUEUED);
    desk_close(&d);
}
END_TEST

START_TEST(what_is_stored_has_a_receipt_that_verifies)
{
    struct desk d;
    struct cw_outbox_entry entry;
    struct cw_receipt_facts facts;
    struct cw_slice receipt;
    struct cw_fault fault;
    uint64_t number;

    desk_open(&d, true);
    number = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(cw_outbox_receipt(d.outbox, number, &receipt), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    for (int again = 0; again < 2; again++) {
        entry = desk_entry(&d, number);
        ck_assert_int_eq(entry.state, CW_OUTBOX_STORED);
        ck_assert_uint_eq(entry.held_by, 1);
        ck_assert_str_eq(entry.division, "NTH");
        ck_assert_int_eq(entry.fault.code, CW_OK);
        ck_assert(cw_outbox_is_done(&entry));
        ck_assert_int_eq(cw_outbox_receipt(d.outbox, number, &receipt), CW_OK);
        ck_assert_int_eq(cw_receipt_check(d.trust, receipt, &facts, NULL), CW_OK);
        ck_assert_mem_eq(facts.op.b, entry.op.b, CW_ID_LEN);
        ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK); /* and once more, from the file */
    }
    ck_assert_uint_eq(registrar_count(&d.r), 1);
    desk_close(&d);
}
END_TEST

/* Evidence of many divisions takes more memory than a usual receipt is given at first. */
START_TEST(a_receipt_with_much_evidence_is_read_to_its_first_fault)
{
    static struct room memory = ROOM(1 << 20), copies = ROOM(1 << 20);
    struct arena arena = room_arena(&memory), of_copies = room_arena(&copies);
    struct receipt_evidence *held = ARENA_ARRAY(&of_copies, struct receipt_evidence, RECEIPT_HELD_MAX);
    struct receipt_record record;
    struct cw_receipt_facts facts;
    struct cw_slice receipt;
    struct cw_fault fault;
    struct buf bytes = {0};
    struct writer w;
    struct desk d;

    desk_open(&d, true);
    uint64_t number = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(cw_outbox_receipt(d.outbox, number, &receipt), CW_OK);
    ck_assert_int_eq(receipt_record_parse(receipt, &arena, &record), CW_OK);
    for (uint32_t i = 0; i < RECEIPT_HELD_MAX; i++) {
        held[i] = record.local;
        held[i].frontier_item = held[i].frontier_head = slice_of("neither item nor head");
    }
    record.held = held;
    record.held_count = RECEIPT_HELD_MAX;
    ck_assert_int_eq(buf_reserve(&bytes, RECEIPT_LEN_MAX), CW_OK);
    w = writer_over(bytes.data, RECEIPT_LEN_MAX);
    receipt_record_encode(&record, &w);
    ck_assert(!w.failed);
    ck_assert_int_eq(cw_receipt_check(d.trust, slice(w.data, w.len), &facts, &fault), CW_REFUSED_MALFORMED);
    ck_assert_str_eq(fault.where, "held[0].frontier_item");
    buf_done(&bytes);
    desk_close(&d);
}
END_TEST

START_TEST(held_by_two_is_waited_for)
{
    struct desk d;
    struct cw_ack ack = {.held_by = 2, .deadline_ms = 10};
    struct cw_outbox_entry entry;
    uint64_t number;

    desk_open(&d, true);
    number = desk_put(&d, registrar_opening(&d.r, 1), &ack);
    desk_flush_until(&d, CW_AGAIN_NO_PEER);
    entry = desk_entry(&d, number);
    ck_assert_int_eq(entry.state, CW_OUTBOX_STORED);
    ck_assert_int_eq(entry.fault.code, CW_AGAIN_NO_PEER);
    ck_assert(!cw_outbox_is_done(&entry));
    d.r.held_by_two = true;
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    entry = desk_entry(&d, number);
    ck_assert_int_eq(entry.state, CW_OUTBOX_HELD);
    ck_assert_uint_eq(entry.held_by, 2);
    ck_assert_uint_eq(registrar_count(&d.r), 1);
    desk_close(&d);
}
END_TEST

/* It is stored here, others have it as the daemon knows, and no receipt reaches so far: nobody asks for ever. */
START_TEST(what_no_receipt_can_prove_any_more_is_not_waited_for)
{
    struct desk d;
    struct cw_ack ack = {.held_by = 3, .deadline_ms = 10};
    struct cw_fault fault;
    struct cw_outbox_entry entry;
    uint64_t number;

    desk_open(&d, true);
    d.r.says_held_by = 2;
    number = desk_put(&d, registrar_opening(&d.r, 1), &ack);
    desk_flush_until(&d, CW_AGAIN_NO_PEER); /* too few, whoever says it */
    d.r.says_held_by = 3;
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    for (int again = 0; again < 3; again++) {
        entry = desk_entry(&d, number);
        ck_assert_int_eq(entry.state, CW_OUTBOX_STORED);
        ck_assert_uint_eq(entry.held_by, 1);
        ck_assert_int_eq(entry.fault.code, CW_LOCAL_UNPROVEN);
        ck_assert(cw_outbox_is_done(&entry));
        if (again == 1)
            ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
        ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    }
    ck_assert_int_eq(cw_outbox_forget(d.outbox, number, &fault), CW_OK);
    desk_close(&d);
}
END_TEST

START_TEST(a_refusal_is_final_and_says_why)
{
    struct desk d;
    struct cw_outbox_entry entry;
    struct cw_fault fault;
    uint64_t bad, good;

    desk_open(&d, true);
    d.r.refuse = CW_REFUSED_ROLE;
    bad = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    d.r.refuse = CW_OK;
    good = desk_put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    for (int again = 0; again < 2; again++) {
        entry = desk_entry(&d, bad);
        ck_assert_int_eq(entry.state, CW_OUTBOX_REFUSED);
        ck_assert_int_eq(entry.fault.code, CW_REFUSED_ROLE);
        ck_assert_str_eq(entry.fault.text, "not like this");
        ck_assert_int_eq(desk_entry(&d, good).state, CW_OUTBOX_STORED);
        ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    }
    desk_close(&d);
}
END_TEST

static enum fake_act say_expired(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    (void)context, (void)request, (void)nth;
    out->has_code = true;
    out->code = CW_REFUSED_EXPIRED;
    return FAKE_ANSWER;
}

START_TEST(one_daemons_wrong_clock_refuses_nothing_for_good)
{
    struct fake *daemons[] = {fake_start(0, say_expired, NULL), NULL};
    struct desk d;
    uint64_t number;

    desk_open(&d, true);
    daemons[1] = d.r.fake;
    cw_client_close(d.client);
    d.client = fake_client(d.r.officer, 0, 2, daemons);
    number = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(desk_entry(&d, number).state, CW_OUTBOX_STORED);
    d.r.refuse = CW_REFUSED_EXPIRED;
    number = desk_put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(desk_entry(&d, number).state, CW_OUTBOX_REFUSED);
    ck_assert_int_eq(desk_entry(&d, number).fault.code, CW_REFUSED_EXPIRED);
    desk_close(&d);
    fake_stop(daemons[0]);
}
END_TEST

START_TEST(a_case_that_is_on_its_way_to_the_daemon_is_waited_for)
{
    struct desk d;
    uint64_t late, never;

    desk_open(&d, true);
    d.r.refuse = CW_REFUSED_UNKNOWN_CASE;
    late = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    desk_flush_until(&d, CW_REFUSED_UNKNOWN_CASE);
    ck_assert_int_ne(desk_entry(&d, late).state, CW_OUTBOX_REFUSED);
    d.r.refuse = CW_OK;
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(desk_entry(&d, late).state, CW_OUTBOX_STORED);
    d.r.refuse = CW_REFUSED_AUTHOR;
    never = desk_put(&d, registrar_opening(&d.r, 2), NULL);
    for (int i = 0; i < 7; i++) /* each begins the pauses anew */
        desk_flush_until(&d, CW_REFUSED_AUTHOR);
    ck_assert_int_ne(desk_entry(&d, never).state, CW_OUTBOX_REFUSED); /* a line may be down for hours */
    d.outbox->entries[never - 1]->refused_at.ms -= INT64_C(86400000);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(desk_entry(&d, never).state, CW_OUTBOX_REFUSED);
    ck_assert_int_eq(desk_entry(&d, never).fault.code, CW_REFUSED_AUTHOR);
    desk_close(&d);
}
END_TEST

START_TEST(nobody_there_leaves_it_queued)
{
    struct desk d;
    uint64_t number;

    desk_open(&d, true);
    registrar_stop(&d.r);
    number = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(desk_flush(&d, 100), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(desk_entry(&d, number).state, CW_OUTBOX_QUEUED);
    desk_close(&d);
}
END_TEST

START_TEST(no_answer_leaves_it_sent_and_sends_it_again)
{
    struct desk d;
    struct cw_fault fault;
    uint64_t number;

    desk_open(&d, true);
    d.r.act = FAKE_SILENCE;
    d.r.act_to = 1;
    number = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    while (desk_entry(&d, number).state != CW_OUTBOX_SENT)
        ck_assert_int_eq(desk_flush(&d, 200), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK); /* the process dies here */
    ck_assert_int_eq(desk_entry(&d, number).state, CW_OUTBOX_SENT);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(desk_entry(&d, number).state, CW_OUTBOX_STORED);
    ck_assert_uint_eq(registrar_count(&d.r), 1);
    ck_assert_uint_eq(d.r.ops[0].times, 2);
    desk_close(&d);
}
END_TEST

START_TEST(a_receipt_that_does_not_verify_is_not_believed)
{
    struct desk d;
    uint64_t number;

    desk_open(&d, true);
    d.r.spoil = true;
    number = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    desk_flush_until(&d, CW_PEER_MALFORMED);
    ck_assert_int_eq(desk_entry(&d, number).state, CW_OUTBOX_SENT);
    d.r.spoil = false;
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(desk_entry(&d, number).state, CW_OUTBOX_STORED);
    desk_close(&d);
}
END_TEST

START_TEST(certificates_that_are_missing_are_fetched)
{
    struct desk d;
    struct cw_fault fault;

    desk_open(&d, true);
    cw_trust_free(d.trust);
    d.trust = registrar_trust(&d.r, false);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_uint_gt(cw_trust_count(d.trust), 0);
    desk_close(&d);
}
END_TEST

/* The certificates came, and the daemon's next word did not: nothing is known against it. */
START_TEST(a_daemon_is_not_accused_of_what_missing_certificates_explain)
{
    struct desk d;
    struct cw_fault fault;
    enum cw_err err = CW_AGAIN_NO_DAEMON;

    desk_open(&d, true);
    cw_trust_free(d.trust);
    d.trust = registrar_trust(&d.r, false);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    d.r.act = FAKE_SILENCE;
    d.r.act_from = 1;
    d.r.act_to = UINT_MAX;
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    while (cw_trust_count(d.trust) == 0 && err != CW_PEER_MALFORMED)
        err = desk_flush(&d, 1000);
    ck_assert_int_eq(cw_err_class_of(err), CW_CLASS_AGAIN);
    ck_assert_int_eq(desk_entry(&d, 1).fault.code, CW_OK);
    desk_close(&d);
}
END_TEST

/* --- who may --------------------------------------------------------------------------------------------------------------- */

START_TEST(one_process_has_it_at_a_time)
{
    struct desk d;
    struct cw_outbox_options options = {.size = sizeof(options)};
    struct cw_outbox *other = NULL;
    struct cw_fault fault;

    desk_open(&d, false);
    options.path = d.path;
    options.identity = d.r.officer;
    options.trust = d.trust;
    ck_assert_int_eq(cw_outbox_open(&options, &other, &fault), CW_LOCAL_LOCKED);
    ck_assert_ptr_null(other);
    desk_close(&d);
}
END_TEST

START_TEST(another_identity_cannot_open_it)
{
    struct desk d;
    struct cw_fault fault;

    desk_open(&d, false);
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    d.r.officer->keys.curve.b[5] ^= 1;
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_LOCAL_KEY);
    ck_assert_str_eq(fault.where, "identity");
    desk_close(&d);
}
END_TEST

START_TEST(nothing_of_what_was_said_is_to_be_read_in_the_file)
{
    struct desk d;
    struct buf bytes = {0};

    desk_open(&d, true);
    desk_put(&d, registrar_opening(&d.r, 77), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(file_read(d.path, 1 << 20, &bytes), CW_OK);
    ck_assert_ptr_null(memmem(bytes.data, bytes.len, "Child", 5));
    buf_done(&bytes);
    desk_close(&d);
}
END_TEST

/* From inside a callback: waiting there would wait for itself. */
static void wait_inside(void *context, const struct cw_outbox_entry *entry)
{
    struct desk *d = context;

    (void)entry;
    d->inside = cw_outbox_flush(d->outbox, 100, NULL);
}

START_TEST(a_watcher_may_not_wait)
{
    struct desk d;

    desk_open(&d, true);
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(cw_outbox_attach(d.outbox, d.client, wait_inside, &d), CW_OK);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(d.inside, CW_USAGE_ORDER);
    desk_close(&d);
}
END_TEST

START_TEST(misuse_names_the_rule)
{
    struct desk d;
    struct cw_outbox_options options = {.size = sizeof(options) - 1};
    struct cw_outbox *none = NULL;
    struct cw_outbox_entry entry = {.size = sizeof(entry)};
    struct cw_ack ack = {.held_by = CW_HELD_BY_MAX + 1};
    struct cw_fault fault;

    desk_open(&d, true);
    ck_assert_int_eq(cw_outbox_open(&options, &none, &fault), CW_USAGE_ARGUMENT);
    options.size++;
    ck_assert_int_eq(cw_outbox_open(&options, &none, &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "path");
    options.path = d.path;
    ck_assert_int_eq(cw_outbox_open(&options, &none, &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "identity");
    ck_assert_int_eq(cw_outbox_add(d.outbox, NULL, 0, &ack, NULL, &fault), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_outbox_flush(d.outbox, 100, &fault), CW_USAGE_ORDER);
    ck_assert_int_eq(cw_outbox_attach(d.outbox, d.client, NULL, NULL), CW_OK);
    ck_assert_int_eq(cw_outbox_attach(d.outbox, d.client, NULL, NULL), CW_USAGE_ORDER);
    ck_assert_int_eq(cw_outbox_flush(d.outbox, 0, &fault), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_outbox_at(d.outbox, 0, &entry), CW_USAGE_ARGUMENT);
    ck_assert_ptr_null(cw_outbox_damage_at(d.outbox, 0));
    ck_assert_ptr_null(none);
    /* The handle may go first. */
    cw_client_close(d.client);
    d.client = NULL;
    ck_assert_int_eq(cw_outbox_flush(d.outbox, 100, &fault), CW_USAGE_ORDER);
    desk_close(&d);
}
END_TEST

Suite *suite_outbox(void)
{
    Suite *s = suite_create("outbox");
    TCase *states = tcase_create("states"), *rules = tcase_create("rules");

    tcase_add_test(states, what_is_added_is_there_after_a_crash);
    tcase_add_test(states, an_array_with_nothing_in_it_is_refused_and_costs_nothing);
    tcase_add_test(states, a_record_that_holds_no_submission_costs_itself_alone);
    tcase_add_test(states, what_is_stored_has_a_receipt_that_verifies);
    tcase_add_test(states, a_receipt_with_much_evidence_is_read_to_its_first_fault);
    tcase_add_test(states, held_by_two_is_waited_for);
    tcase_add_test(states, what_no_receipt_can_prove_any_more_is_not_waited_for);
    tcase_add_test(states, a_refusal_is_final_and_says_why);
    tcase_add_test(states, one_daemons_wrong_clock_refuses_nothing_for_good);
    tcase_add_test(states, a_case_that_is_on_its_way_to_the_daemon_is_waited_for);
    tcase_add_test(states, nobody_there_leaves_it_queued);
    tcase_add_test(states, no_answer_leaves_it_sent_and_sends_it_again);
    tcase_add_test(states, a_receipt_that_does_not_verify_is_not_believed);
    tcase_add_test(states, certificates_that_are_missing_are_fetched);
    tcase_add_test(states, a_daemon_is_not_accused_of_what_missing_certificates_explain);
    suite_add_tcase(s, states);
    tcase_add_test(rules, one_process_has_it_at_a_time);
    tcase_add_test(rules, another_identity_cannot_open_it);
    tcase_add_test(rules, nothing_of_what_was_said_is_to_be_read_in_the_file);
    tcase_add_test(rules, a_watcher_may_not_wait);
    tcase_add_test(rules, misuse_names_the_rule);
    suite_add_tcase(s, rules);
    return s;
}
