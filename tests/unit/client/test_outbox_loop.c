/* SPDX-License-Identifier: Apache-2.0 */
/* An outbox on a handle that somebody else's event loop carries: nothing here waits in the library. */
#include "tests/unit/client/desk.h"

#include <check.h>
#include <poll.h>

Suite *suite_outbox_loop(void);

/* As a program with an event loop does, until the entry is in this state or the minute is over. */
static bool dispatch_until(struct desk *d, uint64_t number, enum cw_outbox_state state)
{
    struct cw_mono deadline = mono_after(link_now(), PATIENT_MS);

    while (desk_entry(d, number).state != state && link_ms_left(deadline) > 0) {
        struct pollfd p = {.fd = cw_client_fd(d->client), .events = POLLIN};
        int ms = cw_client_timeout_ms(d->client);

        ck_assert_int_ge(poll(&p, 1, ms < 0 || ms > 1000 ? 1000 : ms), 0);
        ck_assert_int_eq(cw_client_dispatch(d->client), CW_OK);
    }
    return desk_entry(d, number).state == state;
}

static void attach(struct desk *d, cw_outbox_watch *watch, void *context)
{
    ck_assert_int_eq(cw_outbox_attach(d->outbox, d->client, watch, context), CW_OK);
}

static void forget_certificates(struct desk *d)
{
    struct cw_fault fault;

    cw_outbox_close(d->outbox);
    d->outbox = NULL;
    cw_trust_free(d->trust);
    d->trust = registrar_trust(&d->r, false);
    ck_assert_int_eq(desk_reopen(d, &fault), CW_OK);
}

START_TEST(certificates_that_are_missing_are_fetched_in_the_loop)
{
    struct desk d;

    desk_open(&d, true);
    forget_certificates(&d);
    attach(&d, NULL, NULL);
    ck_assert(dispatch_until(&d, desk_put(&d, registrar_opening(&d.r, 1), NULL), CW_OUTBOX_STORED));
    ck_assert_int_eq(desk_entry(&d, 1).fault.code, CW_OK);
    ck_assert_uint_gt(cw_trust_count(d.trust), 0);
    desk_close(&d);
}
END_TEST

/* Whose certificates are here: another daemon of the list is to be tried. */
START_TEST(a_daemon_whose_receipt_does_not_verify_is_marked)
{
    struct cw_daemon_view view = {.size = sizeof(view)};
    struct desk d;

    desk_open(&d, true);
    d.r.spoil = true;
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    desk_flush_until(&d, CW_PEER_MALFORMED);
    ck_assert_int_eq(cw_client_daemon(d.client, 0, &view), CW_OK);
    ck_assert_uint_ge(view.failures, 1);
    ck_assert_int_eq(view.fault.code, CW_PEER_MALFORMED);
    desk_close(&d);
}
END_TEST

/* What waits for another division, as long as that line is down, is in nobody's way. */
START_TEST(what_one_daemon_takes_goes_past_what_waits_for_two)
{
    struct cw_ack two = {.held_by = 2, .deadline_ms = 10};
    uint64_t urgent;
    struct desk d;

    desk_open(&d, true);
    attach(&d, NULL, NULL);
    for (unsigned i = 0; i < 1100; i++)
        desk_put(&d, registrar_opening(&d.r, i), &two);
    urgent = desk_put(&d, registrar_opening(&d.r, 2000), NULL);
    ck_assert(dispatch_until(&d, urgent, CW_OUTBOX_STORED));
    ck_assert_int_eq(desk_entry(&d, 1).state, CW_OUTBOX_STORED);
    desk_close(&d);
}
END_TEST

START_TEST(a_file_that_could_not_be_written_is_said_and_tried_again)
{
    struct cw_outbox_entry entry;
    struct desk d;
    uint64_t number;

    desk_open(&d, true);
    attach(&d, NULL, NULL);
    outbox_break(d.outbox, CW_LOCAL_NO_SPACE);
    number = desk_put(&d, registrar_opening(&d.r, 1), NULL);
    ck_assert_int_eq(cw_client_dispatch(d.client), CW_OK);
    entry = desk_entry(&d, number);
    ck_assert_int_eq(entry.state, CW_OUTBOX_QUEUED);
    ck_assert_int_eq(entry.fault.code, CW_LOCAL_NO_SPACE);
    ck_assert_uint_eq(entry.tries, 0);
    d.outbox->mend_at = (struct cw_mono){0}; /* its pause is over */
    ck_assert(dispatch_until(&d, number, CW_OUTBOX_STORED));
    ck_assert_int_eq(desk_entry(&d, number).fault.code, CW_OK);
    desk_close(&d);
}
END_TEST

static void close_it(void *context, const struct cw_outbox_entry *entry)
{
    struct desk *d = context;

    (void)entry;
    cw_outbox_close(d->outbox);
    d->outbox = NULL;
}

START_TEST(the_watch_may_close_the_outbox)
{
    struct cw_fault fault;
    struct desk d;

    desk_open(&d, true);
    attach(&d, close_it, &d);
    desk_put(&d, registrar_opening(&d.r, 1), NULL);
    desk_put(&d, registrar_opening(&d.r, 2), NULL);
    while (d.outbox != NULL) {
        struct pollfd p = {.fd = cw_client_fd(d.client), .events = POLLIN};

        ck_assert_int_ge(poll(&p, 1, 1000), 0);
        ck_assert_int_eq(cw_client_dispatch(d.client), CW_OK);
    }
    ck_assert_int_eq(cw_client_dispatch(d.client), CW_OK);
    ck_assert_int_eq(desk_reopen(&d, &fault), CW_OK); /* nobody has the file */
    ck_assert_uint_eq(cw_outbox_count(d.outbox), 2);
    desk_close(&d);
}
END_TEST

Suite *suite_outbox_loop(void)
{
    Suite *s = suite_create("outbox_loop");
    TCase *t = tcase_create("loop");

    tcase_add_test(t, certificates_that_are_missing_are_fetched_in_the_loop);
    tcase_add_test(t, a_daemon_whose_receipt_does_not_verify_is_marked);
    tcase_add_test(t, what_one_daemon_takes_goes_past_what_waits_for_two);
    tcase_add_test(t, a_file_that_could_not_be_written_is_said_and_tried_again);
    tcase_add_test(t, the_watch_may_close_the_outbox);
    suite_add_tcase(s, t);
    return s;
}
