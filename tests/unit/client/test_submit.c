/* SPDX-License-Identifier: Apache-2.0 */
/* Submitting: the same bytes wherever they go, and what is waited for. */
#include "tests/unit/client/fake.h"
#include "tests/unit/client/history.h"

#include "proto/wire.h"

#include <casewire/submission.h>

#include <check.h>

Suite *suite_submit(void);

#define PATIENT_MS 60000
#define NEVER_MS 600000

static const struct cw_wall noon = {1795348800000};

/* What a daemon saw of a submission, and what it says to it. */
struct clerk {
    enum fake_act first; /* to the first request; honest afterwards */
    uint32_t code;       /* of its answers */
    uint8_t header[1024];
    size_t header_len;
    uint32_t held_by, deadline_ms;
    struct cw_op_id op;
    Cw__Submitted submitted;
};

static enum fake_act take_down(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    struct clerk *c = context;
    const Cw__Submit *s = request->submit;

    c->header_len = s->header.len;
    memcpy(c->header, s->header.data, s->header.len < sizeof(c->header) ? s->header.len : 0);
    c->held_by = s->has_held_by ? s->held_by : 0;
    c->deadline_ms = s->has_deadline_ms ? s->deadline_ms : 0;
    op_id_of(wire_slice(s->header), &c->op);
    cw__submitted__init(&c->submitted);
    c->submitted.has_op_id = c->submitted.has_held_by = true;
    c->submitted.op_id = wire_bytes(ID_SLICE(&c->op));
    c->submitted.held_by = 1;
    out->submitted = &c->submitted;
    out->has_code = true;
    out->code = c->code;
    return nth == 0 ? c->first : FAKE_ANSWER;
}

struct office {
    char dir[64];
    struct cw_identity *officer;
    struct cw_submission *submission;
    struct clerk clerks[2];
    struct fake *daemons[2];
    struct cw_client *client;
};

static struct cw_submission *opening(const struct cw_identity *officer)
{
    struct cw_submission *submission = NULL;
    struct cw_draft *draft = NULL;
    struct cw_fault fault;

    ck_assert_int_eq(cw_draft_open("missing_child", &draft, &fault), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of("Child M"), &fault), CW_OK);
    ck_assert_int_eq(cw_draft_sign(draft, officer, noon, &submission, &fault), CW_OK);
    cw_draft_free(draft);
    return submission;
}

static void office_open(struct office *o, enum fake_act first)
{
    *o = (struct office){.clerks = {{.first = first}, {.first = FAKE_ANSWER}}};
    authority_make(o->dir);
    o->officer = officer_open(o->dir);
    o->submission = opening(o->officer);
    for (int i = 0; i < 2; i++)
        o->daemons[i] = fake_start(0, take_down, &o->clerks[i]);
    o->client = fake_client(o->officer, NEVER_MS, 2, o->daemons);
}

static void office_close(struct office *o)
{
    cw_client_close(o->client);
    fake_stop(o->daemons[0]);
    fake_stop(o->daemons[1]);
    cw_submission_free(o->submission);
    cw_identity_close(o->officer);
    folder_remove(o->dir);
}

START_TEST(a_daemon_that_dies_before_it_acknowledges_leaves_the_same_bytes_to_the_next)
{
    struct office o;
    struct cw_answer *answer = NULL;
    struct cw_op_id op;

    office_open(&o, FAKE_DIE);
    ck_assert_int_eq(cw_client_submit(o.client, o.submission, NULL, PATIENT_MS, &answer), CW_OK);
    cw_answer_close(answer);
    ck_assert_uint_eq(fake_count(o.daemons[0]), 1);
    ck_assert_uint_eq(fake_count(o.daemons[1]), 1);
    ck_assert_uint_eq(o.clerks[0].header_len, o.clerks[1].header_len);
    ck_assert_mem_eq(o.clerks[0].header, o.clerks[1].header, o.clerks[0].header_len);
    cw_submission_op(o.submission, &op);
    ck_assert_mem_eq(o.clerks[1].op.b, op.b, CW_ID_LEN);
    office_close(&o);
}
END_TEST

START_TEST(fewer_holders_than_asked_for_is_no_failure)
{
    struct office o;
    struct cw_answer *answer = NULL;
    struct cw_ack ack = {.held_by = 3, .deadline_ms = 700};
    int64_t held = 0;

    office_open(&o, FAKE_ANSWER);
    o.clerks[0].code = CW_AGAIN_NO_PEER;
    ck_assert_int_eq(cw_client_submit(o.client, o.submission, &ack, PATIENT_MS, &answer), CW_OK);
    ck_assert_int_eq(cw_answer_number(answer, "submitted.held_by", &held), CW_OK);
    ck_assert_int_eq(held, 1);
    ck_assert_uint_eq(o.clerks[0].held_by, 3);
    ck_assert_uint_eq(o.clerks[0].deadline_ms, 700);
    cw_answer_close(answer);
    office_close(&o);
}
END_TEST

/* The daemon waits for other divisions on our behalf: it is not silent. */
START_TEST(a_daemon_has_the_time_it_was_given_to_wait)
{
    struct office o;
    struct cw_ack ack = {.held_by = 2, .deadline_ms = 5000};
    struct cw_call call = {.size = sizeof(call), .timeout_ms = PATIENT_MS};
    struct cw_request *request;
    struct cw_mono before = link_now();

    office_open(&o, FAKE_SILENCE);
    o.client->attempt_ms = 100;
    ck_assert_int_eq(cw_ask_submit(o.client, &call, o.submission, &ack, &request), CW_OK);
    while (request->state != REQUEST_SENT) {
        loop_wait(o.client, CW_NEVER);
        ck_assert_int_eq(cw_client_dispatch(o.client), CW_OK);
    }
    ck_assert_int_ge(request->attempt.ms, before.ms + 5100);
    office_close(&o);
}
END_TEST

START_TEST(an_ack_that_nobody_could_hear_is_refused)
{
    struct office o;
    struct cw_answer *answer = NULL;
    struct cw_ack late = {.held_by = 2, .deadline_ms = 1000}, many = {.held_by = CW_HELD_BY_MAX + 1},
                  past = {.held_by = 2, .deadline_ms = -1};

    office_open(&o, FAKE_ANSWER);
    ck_assert_int_eq(cw_client_submit(o.client, o.submission, &late, 1000, &answer), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(cw_client_fault(o.client)->where, "deadline_ms");
    ck_assert_int_eq(cw_client_submit(o.client, o.submission, &past, 1000, &answer), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_client_submit(o.client, o.submission, &many, 1000, &answer), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(cw_client_fault(o.client)->where, "held_by");
    ck_assert_uint_eq(fake_count(o.daemons[0]), 0);
    office_close(&o);
}
END_TEST

Suite *suite_submit(void)
{
    Suite *s = suite_create("submit");
    TCase *t = tcase_create("submissions");

    tcase_add_test(t, a_daemon_that_dies_before_it_acknowledges_leaves_the_same_bytes_to_the_next);
    tcase_add_test(t, fewer_holders_than_asked_for_is_no_failure);
    tcase_add_test(t, a_daemon_has_the_time_it_was_given_to_wait);
    tcase_add_test(t, an_ack_that_nobody_could_hear_is_refused);
    suite_add_tcase(s, t);
    return s;
}
