/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: what is in the file, and what comes of it. */
#include "lib/identity.h"
#include "lib/outbox.h"
#include "tests/unit/client/registrar.h"

#include "proto/sign.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_outbox(void);

#define PATIENT_MS 60000

struct desk {
    struct registrar r;
    struct cw_trust *trust;
    struct cw_client *client;
    struct cw_outbox *outbox;
    char path[PATH_LEN_MAX];
    enum cw_err inside; /* what a callback was told */
};

static enum cw_err reopen(struct desk *d, struct cw_fault *fault)
{
    struct cw_outbox_options options = {
        .size = sizeof(options), .path = d->path, .identity = d->r.officer, .trust = d->trust};

    cw_outbox_close(d->outbox);
    d->outbox = NULL;
    return cw_outbox_open(&options, &d->outbox, fault);
}

static void desk_open(struct desk *d, bool daemon)
{
    struct cw_fault fault;

    *d = (struct desk){0};
    registrar_open(&d->r);
    d->trust = registrar_trust(&d->r, true);
    if (daemon) {
        registrar_start(&d->r);
        d->client = registrar_client(&d->r);
    }
    ck_assert(path_join(d->path, d->r.dir, "outbox"));
    ck_assert_int_eq(reopen(d, &fault), CW_OK);
}

static void desk_close(struct desk *d)
{
    cw_outbox_close(d->outbox);
    cw_client_close(d->client);
    cw_trust_free(d->trust);
    registrar_close(&d->r);
}

static uint64_t put(struct desk *d, struct cw_submission *submission, const struct cw_ack *ack)
{
    const struct cw_submission *one = submission;
    uint64_t number = 0;

    ck_assert_int_eq(cw_outbox_add(d->outbox, &one, 1, ack, &number, NULL), CW_OK);
    cw_submission_free(submission);
    return number;
}

static struct cw_outbox_entry entry_of(const struct desk *d, uint64_t number)
{
    struct cw_outbox_entry entry = {.size = sizeof(entry)};

    ck_assert_int_eq(cw_outbox_find(d->outbox, number, &entry), CW_OK);
    return entry;
}

static enum cw_err flush(struct desk *d, int32_t timeout_ms)
{
    struct cw_fault fault = {0};
    enum cw_err err;

    if (d->outbox->client == NULL)
        ck_assert_int_eq(cw_outbox_attach(d->outbox, d->client, NULL, NULL), CW_OK);
    err = cw_outbox_flush(d->outbox, timeout_ms, &fault);
    ck_assert_int_eq(err, fault.code);
    return err;
}

/* Until it is said, however slow the machine is: before, nobody answered. */
static void flush_until(struct desk *d, enum cw_err said)
{
    enum cw_err err = CW_AGAIN_NO_DAEMON;

    for (int32_t waited = 0; err == CW_AGAIN_NO_DAEMON && waited < PATIENT_MS; waited += 200)
        err = flush(d, 200);
    ck_assert_int_eq(err, said);
}

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
    ck_assert_uint_eq(put(&d, submission, NULL), 1);
    ck_assert(!d.outbox->file.dirty); /* flushed, not only written */
    ck_assert_int_eq(stat(d.path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 1);
    ck_assert_uint_eq(cw_outbox_damage_count(d.outbox), 0);
    entry = entry_of(&d, 1);
    ck_assert_int_eq(entry.state, CW_OUTBOX_QUEUED);
    ck_assert_mem_eq(entry.op.b, op.b, CW_ID_LEN);
    ck_assert_int_eq(cw_outbox_is_done(&entry), 0);
    ck_assert_uint_eq(put(&d, registrar_opening(&d.r, 2), NULL), 2);
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
    number = put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(cw_outbox_receipt(d.outbox, number, &receipt), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    for (int again = 0; again < 2; again++) {
        entry = entry_of(&d, number);
        ck_assert_int_eq(entry.state, CW_OUTBOX_STORED);
        ck_assert_uint_eq(entry.held_by, 1);
        ck_assert_str_eq(entry.division, "NTH");
        ck_assert_int_eq(entry.fault.code, CW_OK);
        ck_assert(cw_outbox_is_done(&entry));
        ck_assert_int_eq(cw_outbox_receipt(d.outbox, number, &receipt), CW_OK);
        ck_assert_int_eq(cw_receipt_check(d.trust, receipt, &facts, NULL), CW_OK);
        ck_assert_mem_eq(facts.op.b, entry.op.b, CW_ID_LEN);
        ck_assert_int_eq(reopen(&d, &fault), CW_OK); /* and once more, from the file */
    }
    ck_assert_uint_eq(registrar_count(&d.r), 1);
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
    number = put(&d, registrar_opening(&d.r, 1), &ack);
    flush_until(&d, CW_AGAIN_NO_PEER);
    entry = entry_of(&d, number);
    ck_assert_int_eq(entry.state, CW_OUTBOX_STORED);
    ck_assert_int_eq(entry.fault.code, CW_AGAIN_NO_PEER);
    ck_assert(!cw_outbox_is_done(&entry));
    d.r.held_by_two = true;
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    entry = entry_of(&d, number);
    ck_assert_int_eq(entry.state, CW_OUTBOX_HELD);
    ck_assert_uint_eq(entry.held_by, 2);
    ck_assert_uint_eq(registrar_count(&d.r), 1);
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
    bad = put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    d.r.refuse = CW_OK;
    good = put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    for (int again = 0; again < 2; again++) {
        entry = entry_of(&d, bad);
        ck_assert_int_eq(entry.state, CW_OUTBOX_REFUSED);
        ck_assert_int_eq(entry.fault.code, CW_REFUSED_ROLE);
        ck_assert_str_eq(entry.fault.text, "not like this");
        ck_assert_int_eq(entry_of(&d, good).state, CW_OUTBOX_STORED);
        ck_assert_int_eq(reopen(&d, &fault), CW_OK);
    }
    desk_close(&d);
}
END_TEST

START_TEST(a_case_that_is_on_its_way_to_the_daemon_is_waited_for)
{
    struct desk d;
    uint64_t late, never;

    desk_open(&d, true);
    d.r.refuse = CW_REFUSED_UNKNOWN_CASE;
    late = put(&d, registrar_opening(&d.r, 1), NULL);
    flush_until(&d, CW_REFUSED_UNKNOWN_CASE);
    ck_assert_int_ne(entry_of(&d, late).state, CW_OUTBOX_REFUSED);
    d.r.refuse = CW_OK;
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(entry_of(&d, late).state, CW_OUTBOX_STORED);
    d.r.refuse = CW_REFUSED_AUTHOR;
    never = put(&d, registrar_opening(&d.r, 2), NULL);
    for (int i = 0; i < 4; i++) /* each begins the pauses anew */
        flush_until(&d, CW_REFUSED_AUTHOR);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(entry_of(&d, never).state, CW_OUTBOX_REFUSED);
    ck_assert_int_eq(entry_of(&d, never).fault.code, CW_REFUSED_AUTHOR);
    desk_close(&d);
}
END_TEST

START_TEST(nobody_there_leaves_it_queued)
{
    struct desk d;
    uint64_t number;

    desk_open(&d, true);
    registrar_stop(&d.r);
    number = put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(flush(&d, 100), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(entry_of(&d, number).state, CW_OUTBOX_QUEUED);
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
    number = put(&d, registrar_opening(&d.r, 1), NULL);
    while (entry_of(&d, number).state != CW_OUTBOX_SENT)
        ck_assert_int_eq(flush(&d, 200), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(reopen(&d, &fault), CW_OK); /* the process dies here */
    ck_assert_int_eq(entry_of(&d, number).state, CW_OUTBOX_SENT);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(entry_of(&d, number).state, CW_OUTBOX_STORED);
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
    number = put(&d, registrar_opening(&d.r, 1), NULL);
    flush_until(&d, CW_PEER_MALFORMED);
    ck_assert_int_eq(entry_of(&d, number).state, CW_OUTBOX_SENT);
    d.r.spoil = false;
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(entry_of(&d, number).state, CW_OUTBOX_STORED);
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
    ck_assert_int_eq(reopen(&d, &fault), CW_OK);
    put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    ck_assert_uint_gt(cw_trust_count(d.trust), 0);
    desk_close(&d);
}
END_TEST

/* --- order and numbers ----------------------------------------------------------------------------------------------- */

/* Nothing of a case is on its way while something older of it is. */
static void expect_one_of_each_case(const struct cw_outbox *o)
{
    for (size_t i = 0; i < o->on_way_count; i++) {
        for (size_t k = 0; k < i; k++)
            ck_assert(!ID_EQ(&o->on_way[i]->case_id, &o->on_way[k]->case_id));
    }
}

static void take_answers(struct desk *d)
{
    struct pollfd wait = {.fd = cw_client_fd(d->client), .events = POLLIN};

    ck_assert_int_eq(poll(&wait, 1, PATIENT_MS), 1);
    ck_assert_int_eq(cw_client_dispatch(d->client), CW_OK);
}

static void run_until_stored(struct desk *d, unsigned count)
{
    while (registrar_count(&d->r) < count) {
        take_answers(d);
        expect_one_of_each_case(d->outbox);
    }
}

START_TEST(ops_of_one_case_go_in_their_order)
{
    struct desk d;
    struct cw_case_id id;
    struct cw_submission *opening;

    desk_open(&d, true);
    d.r.strict_cases = true;
    for (unsigned c = 0; c < 10; c++) {
        opening = registrar_opening(&d.r, c);
        cw_submission_case(opening, &id);
        put(&d, opening, NULL);
        for (unsigned i = 0; i < 4; i++)
            put(&d, registrar_note(&d.r, &id, i), NULL);
    }
    ck_assert_int_eq(cw_outbox_attach(d.outbox, d.client, NULL, NULL), CW_OK);
    run_until_stored(&d, 50);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    for (size_t i = 0; i < cw_outbox_count(d.outbox); i++)
        ck_assert_int_eq(d.outbox->entries[i]->state, CW_OUTBOX_STORED);
    ck_assert_uint_eq(registrar_count(&d.r), 50);
    desk_close(&d);
}
END_TEST

static void watch_all(void *context, const struct cw_outbox_entry *entry)
{
    unsigned *stored = context;

    *stored += entry->state == CW_OUTBOX_STORED;
}

START_TEST(many_go_at_once_and_each_has_one_effect)
{
    static struct desk d;
    const struct cw_submission *list[400];
    unsigned stored = 0;

    desk_open(&d, true);
    d.r.act = FAKE_SILENCE; /* some answers are lost */
    d.r.act_from = 20;
    d.r.act_to = 25;
    for (unsigned i = 0; i < 400; i++)
        list[i] = registrar_opening(&d.r, i);
    ck_assert_int_eq(cw_outbox_add(d.outbox, list, 400, NULL, NULL, NULL), CW_OK);
    for (unsigned i = 0; i < 400; i++)
        cw_submission_free((struct cw_submission *)(uintptr_t)list[i]);
    ck_assert_int_eq(cw_outbox_attach(d.outbox, d.client, watch_all, &stored), CW_OK);
    while (stored < 395)
        take_answers(&d);
    ck_assert_int_eq(flush(&d, 300), CW_AGAIN_NO_DAEMON);
    ck_assert_uint_eq(stored, 395);
    cw_outbox_detach(d.outbox);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(registrar_count(&d.r), 400);
    desk_close(&d);
}
END_TEST

#define MANY_STARTS 12U /* well above what a session holds tokens of */

/* A handle that only writes, at one daemon after the other. */
START_TEST(a_session_that_is_full_does_not_hold_it_up)
{
    struct desk d;

    desk_open(&d, true);
    d.r.new_start = true;
    for (unsigned i = 0; i < MANY_STARTS; i++) {
        put(&d, registrar_opening(&d.r, i), NULL);
        ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    }
    ck_assert_uint_gt(d.r.lists, 0);
    ck_assert_uint_lt(d.r.lists, MANY_STARTS);
    ck_assert_uint_eq(registrar_count(&d.r), MANY_STARTS);
    desk_close(&d);
}
END_TEST

START_TEST(what_is_forgotten_is_gone_and_its_number_is_not_used_again)
{
    struct desk d;
    struct cw_outbox_entry entry = {.size = sizeof(entry)};
    struct cw_fault fault;
    struct stat before, after;
    uint64_t first, second;

    desk_open(&d, true);
    first = put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(cw_outbox_forget(d.outbox, first, &fault), CW_USAGE_ORDER);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    second = put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(cw_outbox_forget(d.outbox, first, &fault), CW_OK);
    ck_assert_int_eq(cw_outbox_find(d.outbox, first, &entry), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 1);
    ck_assert_int_eq(entry_of(&d, second).state, CW_OUTBOX_QUEUED);
    ck_assert_int_eq(stat(d.path, &before), 0);
    ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
    ck_assert_int_eq(stat(d.path, &after), 0);
    ck_assert_int_lt(after.st_size, before.st_size);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(reopen(&d, &fault), CW_OK);
    ck_assert_int_eq(entry_of(&d, second).state, CW_OUTBOX_STORED);
    ck_assert_uint_eq(put(&d, registrar_opening(&d.r, 3), NULL), 3);
    desk_close(&d);
}
END_TEST

START_TEST(a_file_written_anew_says_the_same)
{
    struct desk d;
    struct cw_fault fault;
    struct cw_slice receipt;
    struct cw_ack ack = {.held_by = 2, .deadline_ms = 10};

    desk_open(&d, true);
    d.r.refuse = CW_REFUSED_ROLE;
    d.r.refuse_kind_of_op = 1;
    put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
    put(&d, registrar_opening(&d.r, 3), &ack);
    flush_until(&d, CW_AGAIN_NO_PEER);
    put(&d, registrar_opening(&d.r, 4), NULL);
    cw_outbox_detach(d.outbox);
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
        ck_assert_int_eq(entry_of(&d, 1).state, CW_OUTBOX_REFUSED);
        ck_assert_int_eq(entry_of(&d, 2).state, CW_OUTBOX_STORED);
        ck_assert_int_eq(cw_outbox_receipt(d.outbox, 2, &receipt), CW_OK);
        ck_assert_int_eq(entry_of(&d, 3).state, CW_OUTBOX_STORED);
        ck_assert_uint_eq(entry_of(&d, 3).wanted, 2);
        ck_assert_int_eq(entry_of(&d, 4).state, CW_OUTBOX_QUEUED);
        ck_assert_int_eq(reopen(&d, &fault), CW_OK);
        ck_assert_uint_eq(cw_outbox_count(d.outbox), 4);
        ck_assert_str_eq(entry_of(&d, 1).fault.text, "not like this");
    }
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
    put(&d, registrar_opening(&d.r, 1), NULL);
    d.r.officer->keys.curve.b[5] ^= 1;
    ck_assert_int_eq(reopen(&d, &fault), CW_LOCAL_KEY);
    ck_assert_str_eq(fault.where, "identity");
    desk_close(&d);
}
END_TEST

START_TEST(nothing_of_what_was_said_is_to_be_read_in_the_file)
{
    struct desk d;
    struct buf bytes = {0};

    desk_open(&d, true);
    put(&d, registrar_opening(&d.r, 77), NULL);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
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
    put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(cw_outbox_attach(d.outbox, d.client, wait_inside, &d), CW_OK);
    ck_assert_int_eq(flush(&d, PATIENT_MS), CW_OK);
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
    TCase *states = tcase_create("states"), *order = tcase_create("order"), *rules = tcase_create("rules");

    tcase_add_test(states, what_is_added_is_there_after_a_crash);
    tcase_add_test(states, what_is_stored_has_a_receipt_that_verifies);
    tcase_add_test(states, held_by_two_is_waited_for);
    tcase_add_test(states, a_refusal_is_final_and_says_why);
    tcase_add_test(states, a_case_that_is_on_its_way_to_the_daemon_is_waited_for);
    tcase_add_test(states, nobody_there_leaves_it_queued);
    tcase_add_test(states, no_answer_leaves_it_sent_and_sends_it_again);
    tcase_add_test(states, a_receipt_that_does_not_verify_is_not_believed);
    tcase_add_test(states, certificates_that_are_missing_are_fetched);
    suite_add_tcase(s, states);
    tcase_add_test(order, ops_of_one_case_go_in_their_order);
    tcase_add_test(order, many_go_at_once_and_each_has_one_effect);
    tcase_add_test(order, a_session_that_is_full_does_not_hold_it_up);
    tcase_add_test(order, what_is_forgotten_is_gone_and_its_number_is_not_used_again);
    tcase_add_test(order, a_file_written_anew_says_the_same);
    suite_add_tcase(s, order);
    tcase_add_test(rules, one_process_has_it_at_a_time);
    tcase_add_test(rules, another_identity_cannot_open_it);
    tcase_add_test(rules, nothing_of_what_was_said_is_to_be_read_in_the_file);
    tcase_add_test(rules, a_watcher_may_not_wait);
    tcase_add_test(rules, misuse_names_the_rule);
    suite_add_tcase(s, rules);
    return s;
}
