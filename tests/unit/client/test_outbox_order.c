/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: in which order statements go, and which numbers they have. */
#include "tests/unit/client/desk.h"

#include <check.h>
#include <poll.h>
#include <sys/stat.h>

Suite *suite_outbox_order(void);

/* --- order ----------------------------------------------------------------------------------------------- */

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
        desk_put(&d, opening, NULL);
        for (unsigned i = 0; i < 4; i++)
            desk_put(&d, registrar_note(&d.r, &id, i), NULL);
    }
    ck_assert_int_eq(cw_outbox_attach(d.outbox, d.client, NULL, NULL), CW_OK);
    run_until_stored(&d, 50);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
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
    ck_assert_int_eq(desk_flush(&d, 300), CW_AGAIN_NO_DAEMON);
    ck_assert_uint_eq(stored, 395);
    cw_outbox_detach(d.outbox);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
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
        desk_put(&d, registrar_opening(&d.r, i), NULL);
        ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    }
    ck_assert_uint_gt(d.r.lists, 0);
    ck_assert_uint_lt(d.r.lists, MANY_STARTS);
    ck_assert_uint_eq(registrar_count(&d.r), MANY_STARTS);
    desk_close(&d);
}
END_TEST

/* --- numbers ------------------------------------------------------------------------------------------------------------- */

START_TEST(what_is_forgotten_is_gone_and_its_number_is_not_used_again)
{
    struct desk d;
    struct cw_outbox_entry entry = {.size = sizeof(entry)};
    struct cw_fault fault;
    struct stat before, after;
    uint64_t first, second;

    desk_open(&d, true);
    first = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(cw_outbox_forget(d.outbox, first, &fault), CW_USAGE_ORDER);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    second = desk_put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(cw_outbox_forget(d.outbox, first, &fault), CW_OK);
    ck_assert_int_eq(cw_outbox_find(d.outbox, first, &entry), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 1);
    ck_assert_int_eq(desk_entry(&d, second).state, CW_OUTBOX_QUEUED);
    ck_assert_int_eq(stat(d.path, &before), 0);
    ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
    ck_assert_int_eq(stat(d.path, &after), 0);
    ck_assert_int_lt(after.st_size, before.st_size);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_int_eq(desk_entry(&d, second).state, CW_OUTBOX_STORED);
    ck_assert_uint_eq(desk_put(&d, registrar_opening(&d.r, 3), NULL), 3);
    desk_close(&d);
}
END_TEST

START_TEST(a_number_is_not_used_again_when_the_outbox_was_empty)
{
    struct desk d;
    struct cw_fault fault;

    desk_open(&d, true);
    for (uint64_t number = 1; number <= 6; number++) {
        ck_assert_uint_eq(desk_put(&d, registrar_opening(&d.r, (unsigned)number), NULL), number);
        ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
        ck_assert_int_eq(cw_outbox_forget(d.outbox, number, &fault), CW_OK);
        ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
        if (number % 2 == 0) /* written anew twice without a word in between, and then once more by the next process */
            ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
        if (number % 3 == 0)
            continue;
        ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
        ck_assert_uint_eq(cw_outbox_count(d.outbox), 0);
        ck_assert_uint_eq(cw_outbox_damage_count(d.outbox), 0);
    }
    desk_close(&d);
}
END_TEST

/* The highest is gone, older ones still wait. */
START_TEST(a_number_is_not_used_again_while_older_ones_wait)
{
    struct desk d;
    struct cw_fault fault;
    uint64_t last;

    desk_open(&d, true);
    d.r.refuse = CW_REFUSED_ROLE;
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    last = desk_put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(cw_outbox_forget(d.outbox, last, &fault), CW_OK);
    ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 1);
    ck_assert_uint_eq(desk_put(&d, registrar_opening(&d.r, 3), NULL), last + 1);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 2);
    ck_assert_uint_eq(desk_entry(&d, 1).number, 1);
    ck_assert_uint_eq(desk_entry(&d, last + 1).number, last + 1);
    desk_close(&d);
}
END_TEST

/* As versions before this one leave it: without a record that says how far numbers went. */
START_TEST(a_file_without_a_highest_number_is_still_read)
{
    struct desk d;
    struct cw_fault fault;

    desk_open(&d, false);
    ck_assert_uint_eq(desk_put(&d, registrar_opening(&d.r, 1), NULL), 1);
    ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK); /* nothing was forgotten: as it always was */
    ck_assert_uint_eq(d.outbox->entries[0]->add.offset, OUTBOX_HEADER_LEN);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(desk_put(&d, registrar_opening(&d.r, 2), NULL), 2);
    desk_close(&d);
}
END_TEST

/* Turns a bit of the file, with nobody at it. */
static void turn_bit(struct desk *d, size_t at)
{
    struct buf bytes = {0};

    cw_outbox_close(d->outbox);
    d->outbox = NULL;
    ck_assert_int_eq(file_read(d->path, 1 << 20, &bytes), CW_OK);
    ck_assert_uint_lt(at, bytes.len);
    bytes.data[at] ^= 1;
    ck_assert_int_eq(file_write(d->path, buf_slice(&bytes), 0600), CW_OK);
    buf_done(&bytes);
}

/* Of the record that says how far numbers went, something else is damaged than its number. */
START_TEST(the_highest_number_is_known_although_its_record_is_damaged)
{
    struct desk d;
    struct cw_fault fault;

    desk_open(&d, true);
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    desk_put(&d, registrar_opening(&d.r, 2), NULL);
    desk_put(&d, registrar_opening(&d.r, 3), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    ck_assert_int_eq(cw_outbox_forget(d.outbox, 2, &fault), CW_OK);
    ck_assert_int_eq(cw_outbox_forget(d.outbox, 3, &fault), CW_OK);
    ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
    turn_bit(&d, OUTBOX_HEADER_LEN + (size_t)_i);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
    ck_assert_uint_eq(cw_outbox_damage_count(d.outbox), 1);
    ck_assert_uint_eq(cw_outbox_damage_at(d.outbox, 0)->further, 0);
    ck_assert_int_eq(desk_entry(&d, 1).state, CW_OUTBOX_STORED);
    ck_assert_uint_eq(desk_put(&d, registrar_opening(&d.r, 4), NULL), 4);
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
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    desk_put(&d, registrar_opening(&d.r, 2), NULL);
    ck_assert_int_eq(desk_flush(&d, PATIENT_MS), CW_OK);
    desk_put(&d, registrar_opening(&d.r, 3), &ack);
    desk_flush_until(&d, CW_AGAIN_NO_PEER);
    desk_put(&d, registrar_opening(&d.r, 4), NULL);
    cw_outbox_detach(d.outbox);
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(cw_outbox_compact(d.outbox, &fault), CW_OK);
        ck_assert_int_eq(desk_entry(&d, 1).state, CW_OUTBOX_REFUSED);
        ck_assert_int_eq(desk_entry(&d, 2).state, CW_OUTBOX_STORED);
        ck_assert_int_eq(cw_outbox_receipt(d.outbox, 2, &receipt), CW_OK);
        ck_assert_int_eq(desk_entry(&d, 3).state, CW_OUTBOX_STORED);
        ck_assert_uint_eq(desk_entry(&d, 3).wanted, 2);
        ck_assert_int_eq(desk_entry(&d, 4).state, CW_OUTBOX_QUEUED);
        ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK);
        ck_assert_uint_eq(cw_outbox_count(d.outbox), 4);
        ck_assert_str_eq(desk_entry(&d, 1).fault.text, "not like this");
    }
    desk_close(&d);
}
END_TEST

Suite *suite_outbox_order(void)
{
    Suite *s = suite_create("outbox_order");
    TCase *order = tcase_create("order"), *numbers = tcase_create("numbers");

    tcase_add_test(order, ops_of_one_case_go_in_their_order);
    tcase_add_test(order, many_go_at_once_and_each_has_one_effect);
    tcase_add_test(order, a_session_that_is_full_does_not_hold_it_up);
    suite_add_tcase(s, order);
    tcase_add_test(numbers, what_is_forgotten_is_gone_and_its_number_is_not_used_again);
    tcase_add_test(numbers, a_number_is_not_used_again_when_the_outbox_was_empty);
    tcase_add_test(numbers, a_number_is_not_used_again_while_older_ones_wait);
    tcase_add_test(numbers, a_file_without_a_highest_number_is_still_read);
    tcase_add_loop_test(numbers, the_highest_number_is_known_although_its_record_is_damaged, OUTBOX_PLAIN_HEAD_LEN, 70);
    tcase_add_test(numbers, a_file_written_anew_says_the_same);
    suite_add_tcase(s, numbers);
    return s;
}
